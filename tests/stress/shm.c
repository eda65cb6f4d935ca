/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * shm.c: one region, inherited shared by a hundred processes and more.
 *
 * Page 0 holds the sequence word of every page: odd while its writer is at
 * work, twice the generation otherwise.  Each process writes only the pages
 * that are its own and verifies all; a check counts when the sequence word
 * is even and the same before and after.  Page 0 is read in every step, so
 * all processes map it at the same time.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

enum {
	SHM_BASE = 0x00300000,	/* in the 4 MB of the text: one page table */
	SHM_OWNER = 0x20000,
	SHM_MAXPAGES = STAMP_WORDS - 64
};

struct shm {
	volatile uint32_t *s_seq;	/* page 0 */
	uint8_t		*s_base;	/* the stamped pages */
	unsigned int	 s_pages;
	unsigned int	 s_procs;
};

static struct shm shm;

static struct stamp
shm_stamp(unsigned int i, uint32_t gen)
{
	struct stamp s = { SHM_OWNER + i % shm.s_procs,
	    (uint32_t)(uintptr_t)(shm.s_base + (size_t)i * STAMP_PAGE), gen };

	return (s);
}

/*
 * Verify a page that another process may be writing.
 * => a check that a write disturbed counts for nothing
 */
static void
shm_verify(unsigned int i)
{
	uint8_t *page = shm.s_base + (size_t)i * STAMP_PAGE;
	uint32_t seq = shm.s_seq[i];
	struct stamp_fault sf;
	struct stamp s;
	int bad;

	if ((seq & 1) != 0)
		return;
	s = shm_stamp(i, seq / 2);
	if (s.s_gen != 0)
		stress_page_in(page);
	__asm__ volatile("" ::: "memory");
	bad = stamp_check(page, &s, &sf);
	__asm__ volatile("" ::: "memory");
	if (shm.s_seq[i] != seq)
		return;
	if (bad != 0)
		stress_bad(page, &sf);
	ctl_add(&stress.st_slot->cs_verified, 1);
}

/* Stamp the next generation of a page of one's own. */
static void
shm_change(unsigned int i)
{
	struct stamp s = shm_stamp(i, shm.s_seq[i] / 2 + 1);

	shm_verify(i);
	shm.s_seq[i] = shm.s_seq[i] + 1;
	__asm__ volatile("" ::: "memory");
	stamp_write(shm.s_base + (size_t)i * STAMP_PAGE, &s);
	__asm__ volatile("" ::: "memory");
	shm.s_seq[i] = s.s_gen * 2;
}

static unsigned int
shm_own(unsigned int me)
{
	unsigned int n = (shm.s_pages - me + shm.s_procs - 1) / shm.s_procs;

	return (me + shm.s_procs * stress_below(n));
}

static void
shm_run(unsigned int me)
{
	while (stress_running()) {
		shm_verify(stress_below(shm.s_pages));
		shm_verify(stress_below(shm.s_pages));
		if (me < shm.s_pages)
			shm_change(shm_own(me));
		sched_yield();
		stress_nap(10 + stress_below(40));
	}
	for (unsigned int i = me; i < shm.s_pages; i += shm.s_procs)
		shm_verify(i);
}

/*
 * How many map page 0 now?  A process has the region at one place only, so
 * that each mapping is another process.
 */
static void
shm_count_sharers(void)
{
	int name[3] = { CTL_VM, VM_PAGEMAPS, SHM_BASE };
	struct ctl_slot *cs = stress.st_slot;
	size_t len = sizeof(uint32_t);
	uint32_t n;

	(void)shm.s_seq[0];
	if (sysctl(name, 3, &n, &len, NULL, 0) < 0)
		stress_fail("sysctl: %s", strerror(errno));
	if (n > cs->cs_sharers)
		cs->cs_sharers = n;
}

static void
shm_setup(void)
{
	void *p;

	shm.s_procs = stress.st_plan.pl_procs;
	shm.s_pages = stress.st_plan.pl_pages;
	if (shm.s_pages > SHM_MAXPAGES)
		shm.s_pages = SHM_MAXPAGES;
	p = mmap((void *)SHM_BASE, (shm.s_pages + 1) * STAMP_PAGE,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON | MAP_FIXED, -1, 0);
	if (p == MAP_FAILED)
		stress_fail("mmap");
	shm.s_seq = p;
	shm.s_base = (uint8_t *)p + STAMP_PAGE;
}

int
main(int argc, char **argv)
{
	static uint8_t was[SHM_MAXPAGES];
	int started;

	stress_init(S_SHM, argc, argv);
	shm_setup();
	started = stress_start(shm.s_procs, shm_run);
	while (stress_running()) {
		shm_count_sharers();
		stress_count_out(shm.s_base, shm.s_pages, was);
		stress_nap(200);
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	if (stress_wait(started) != 0)
		stress_exit(1);
	for (unsigned int i = 0; i < shm.s_pages; i++)
		shm_verify(i);
	stress_exit(0);
}
