/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * churn.c: random mmap, munmap, mprotect, madvise and mincore, against a
 * model of what must be mapped with which rights.
 *
 * After each step some pages are tried: an access that the model allows must
 * succeed and find the page as it was left, one that it forbids must fault.
 * Faults are caught by handlers and counted.
 */
#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

enum {
	CHURN_BASE = 0x40000000,
	CHURN_STEP = 0x00c00000,	/* between two processes */
	OWNER = 0x60000,
	MAX_RUN = 24			/* pages of one call */
};

/* What the model knows of a page. */
struct cell {
	uint8_t		c_mapped;
	uint8_t		c_prot;
	uint8_t		c_out;		/* seen to have gone out */
	uint8_t		c_free;		/* may be zero since MADV_FREE */
	uint32_t	c_gen;		/* what it holds */
	uint32_t	c_last;		/* the last one used */
};

struct churn {
	uint8_t		*c_base;
	struct cell	*c_cell;
	unsigned int	 c_pages;
	uint32_t	 c_owner;
};

static struct churn churn;
static sigjmp_buf fault_jump;
static volatile int fault_expected;

static void
on_fault(int sig)
{
	if (!fault_expected)
		stress_fail("signal %d where the model allows access", sig);
	fault_expected = 0;
	siglongjmp(fault_jump, 1);
}

static void *
churn_page(unsigned int i)
{
	return (churn.c_base + (size_t)i * STAMP_PAGE);
}

/* Access a page that must not be accessible so. */
static void
churn_must_fault(unsigned int i, bool write)
{
	volatile uint8_t *p = churn_page(i);

	p += stress_below(STAMP_PAGE);
	fault_expected = 1;
	if (sigsetjmp(fault_jump, 1) != 0) {
		ctl_add(&stress.st_slot->cs_faults, 1);
		return;
	}
	if (write)
		*p = 0;
	else
		(void)*p;
	fault_expected = 0;
	stress_fail("%s of page %u did not fault: mapped=%d prot=%d",
	    write ? "write" : "read", i, churn.c_cell[i].c_mapped,
	    churn.c_cell[i].c_prot);
}

/*
 * Verify a page that may be read.  After MADV_FREE it is all zeros or all as
 * it was; whichever was seen once must stay.
 */
static void
churn_verify(unsigned int i)
{
	struct cell *c = &churn.c_cell[i];
	const uint32_t *page = churn_page(i);
	struct stamp s = { churn.c_owner, (uint32_t)(uintptr_t)page, c->c_gen };

	if (c->c_free && c->c_gen != 0) {
		stress_page_in(page);
		if (page[0] == 0)
			s.s_gen = c->c_gen = 0;
	}
	c->c_free = 0;
	stress_verify(page, &s);
}

/* Try one page in a way drawn at random. */
static void
churn_try(unsigned int i)
{
	struct cell *c = &churn.c_cell[i];
	struct stamp s = { churn.c_owner, (uint32_t)(uintptr_t)churn_page(i),
	    0 };
	bool write = stress_below(2) != 0;

	if (!c->c_mapped || (c->c_prot & PROT_READ) == 0) {
		churn_must_fault(i, write);
		return;
	}
	churn_verify(i);
	c->c_out = 0;
	if (!write)
		return;
	if ((c->c_prot & PROT_WRITE) == 0) {
		churn_must_fault(i, true);
		return;
	}
	s.s_gen = c->c_gen = ++c->c_last;
	stamp_write(churn_page(i), &s);
}

static bool
churn_all_mapped(unsigned int i, unsigned int n)
{
	while (n-- > 0)
		if (!churn.c_cell[i++].c_mapped)
			return (false);
	return (true);
}

static int
churn_prot(void)
{
	static const int prots[] = {
		PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC
	};

	return (prots[stress_below(sizeof(prots) / sizeof(prots[0]))]);
}

static void
churn_mmap(unsigned int i, unsigned int n)
{
	int prot = churn_prot();

	if (mmap(churn_page(i), (size_t)n * STAMP_PAGE, prot,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) != churn_page(i)) {
		if (errno == ENOMEM)
			return;
		stress_fail("mmap: %s", strerror(errno));
	}
	for (; n > 0; n--, i++)
		churn.c_cell[i] = (struct cell){ .c_mapped = 1,
		    .c_prot = (uint8_t)prot,
		    .c_last = churn.c_cell[i].c_last };
}

static void
churn_munmap(unsigned int i, unsigned int n)
{
	if (munmap(churn_page(i), (size_t)n * STAMP_PAGE) < 0)
		stress_fail("munmap: %s", strerror(errno));
	for (; n > 0; n--, i++)
		churn.c_cell[i] = (struct cell){
		    .c_last = churn.c_cell[i].c_last };
}

static void
churn_mprotect(unsigned int i, unsigned int n)
{
	int prot = churn_prot();

	if (!churn_all_mapped(i, n))
		return;
	if (mprotect(churn_page(i), (size_t)n * STAMP_PAGE, prot) < 0)
		stress_fail("mprotect: %s", strerror(errno));
	for (; n > 0; n--, i++)
		churn.c_cell[i].c_prot = (uint8_t)prot;
}

/* MADV_DONTNEED keeps what the pages hold; only MADV_FREE may drop it. */
static void
churn_madvise(unsigned int i, unsigned int n)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
		MADV_DONTNEED, MADV_DONTNEED, MADV_FREE
	};
	int advise = advice[stress_below(sizeof(advice) / sizeof(advice[0]))];

	if (!churn_all_mapped(i, n))
		return;
	if (madvise(churn_page(i), (size_t)n * STAMP_PAGE, advise) < 0)
		stress_fail("madvise: %s", strerror(errno));
	for (; advise == MADV_FREE && n > 0; n--, i++)
		churn.c_cell[i].c_free = 1;
}

/* A page that is not mapped is never in memory. */
static void
churn_mincore(unsigned int i, unsigned int n)
{
	unsigned char vec[MAX_RUN];

	memset(vec, 0, sizeof(vec));
	if (mincore(churn_page(i), (size_t)n * STAMP_PAGE, vec) < 0) {
		if (errno != ENOMEM || churn_all_mapped(i, n))
			stress_fail("mincore: %s", strerror(errno));
		return;
	}
	for (unsigned int k = 0; k < n; k++) {
		struct cell *c = &churn.c_cell[i + k];

		if ((vec[k] & 1) != 0 && !c->c_mapped)
			stress_fail("mincore: page %u is not mapped", i + k);
		if ((vec[k] & 1) != 0 || c->c_gen == 0 || c->c_free ||
		    c->c_out)
			continue;
		c->c_out = 1;
		ctl_add(&stress.st_slot->cs_out, 1);
	}
}

static void
churn_step(void)
{
	static void (*const ops[])(unsigned int, unsigned int) = {
		churn_mmap, churn_mmap, churn_munmap, churn_mprotect,
		churn_mprotect, churn_madvise, churn_mincore
	};
	unsigned int i = stress_below(churn.c_pages);
	unsigned int n = 1 + stress_below(MAX_RUN);

	if (n > churn.c_pages - i)
		n = churn.c_pages - i;
	ops[stress_below(sizeof(ops) / sizeof(ops[0]))](i, n);
	for (n = 12; n > 0; n--)
		churn_try(stress_below(churn.c_pages));
}

static void
churn_verify_all(void)
{
	for (unsigned int i = 0; i < churn.c_pages; i++) {
		if (!churn.c_cell[i].c_mapped)
			churn_must_fault(i, false);
		else if (mprotect(churn_page(i), STAMP_PAGE, PROT_READ) < 0)
			stress_fail("mprotect: %s", strerror(errno));
		else
			churn_verify(i);
	}
}

static void
churn_run(unsigned int me)
{
	struct sigaction sa;

	churn.c_pages = stress.st_plan.pl_pages / stress.st_plan.pl_procs;
	churn.c_owner = OWNER + me;
	churn.c_base = (uint8_t *)(CHURN_BASE + me * (uintptr_t)CHURN_STEP);
	churn.c_cell = stress_map(churn.c_pages * sizeof(struct cell),
	    MAP_PRIVATE);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_fault;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	while (stress_running()) {
		for (unsigned int n = 0; n < 64 && stress_running(); n++)
			churn_step();
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	churn_verify_all();
}

int
main(int argc, char **argv)
{
	stress_init(S_CHURN, argc, argv);
	stress_exit(stress_wait(stress_start(stress.st_plan.pl_procs,
	    churn_run)));
}
