/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * deepstack.c: deep stacks that sleep while others take their memory.
 *
 * Each process fills several hundred KB of stack with stamped pages, sleeps
 * until others have paged for a while, wakes and verifies them all on the way
 * back up.  So the page table of the top 4 MB, with the page at 0xefbfd000,
 * goes away and comes back; this is the case that the 1997 kernels died of.
 * Every few rounds a process is replaced by a new one.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <vmfig.h>

#include "stress.h"

enum {
	FRAME = 8,		/* pages stamped at one level */
	MAX_DEPTH = 160,	/* pages in all */
	ROUNDS = 4,		/* of one process */
	NAP_OUT = 400,		/* pages that go out during one nap ... */
	NAP_TRIES = 4		/* ... or so often nothing happens */
};

struct deep {
	uint32_t	d_owner;
	uint32_t	d_gen;
	unsigned int	d_depth;
};

/*
 * Sleep while others page.  On a slow machine that takes longer: time alone
 * would wake this process before its stack had reason to go.
 */
static void
deep_nap(void)
{
	struct vmmeter was, now;

	if (vmmeter_get(&was) < 0)
		stress_fail("no figures of memory");
	now = was;
	for (int i = 0; i < NAP_TRIES && stress_running() &&
	    now.v_pageouts - was.v_pageouts < NAP_OUT; i++) {
		stress_nap(50 + stress_below(150));
		if (vmmeter_get(&now) < 0)
			stress_fail("no figures of memory");
	}
}

static void
deep_sleep(void *lowest, struct deep *d)
{
	unsigned int naps = 3 + stress_below(8);

	while (naps-- > 0 && stress_running())
		deep_nap();
	stress_count_out(lowest, d->d_depth, NULL);
}

/*
 * A frame of FRAME pages of the stack; recurses to the depth wanted.
 * => must not be inlined: each level is to have a frame of its own
 */
static __attribute__((noinline)) void
deep_descend(struct deep *d, unsigned int level)
{
	volatile uint8_t room[(FRAME + 1) * STAMP_PAGE];
	uintptr_t at = ((uintptr_t)room + STAMP_PAGE - 1) &
	    ~(uintptr_t)(STAMP_PAGE - 1);
	struct stamp s = { d->d_owner, 0, 0 };

	for (unsigned int i = FRAME; i-- > 0; ) {
		s.s_va = (uint32_t)at + i * STAMP_PAGE;
		s.s_gen = d->d_gen + level * FRAME + i;
		stamp_write((void *)(at + i * STAMP_PAGE), &s);
	}
	if (level + 1 < d->d_depth / FRAME)
		deep_descend(d, level + 1);
	else
		deep_sleep((void *)at, d);
	for (unsigned int i = 0; i < FRAME; i++) {
		s.s_va = (uint32_t)at + i * STAMP_PAGE;
		s.s_gen = d->d_gen + level * FRAME + i;
		stress_verify((void *)(at + i * STAMP_PAGE), &s);
	}
	room[0] = (uint8_t)level;
}

static void
deep_run(uint32_t salt, unsigned int depth)
{
	struct deep d = { 0x30000 + salt, 1, depth };

	for (unsigned int i = 0; i < ROUNDS && stress_running(); i++) {
		deep_descend(&d, 0);
		d.d_gen += depth;
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
}

/* Start one process.  => how many were started */
static int
deep_start(uint32_t salt, unsigned int depth)
{
	pid_t pid;

	pid = stress_fork(salt);
	if (pid == 0) {
		deep_run(salt, depth);
		stress_exit(0);
	}
	return (pid > 0);
}

int
main(int argc, char **argv)
{
	unsigned int procs, depth;
	uint32_t salt = 1;
	int live = 0;

	stress_init(S_DEEPSTACK, argc, argv);
	procs = stress.st_plan.pl_procs;
	depth = stress.st_plan.pl_pages / procs;
	depth = depth > MAX_DEPTH ? MAX_DEPTH : depth / FRAME * FRAME;
	depth = depth < 2 * FRAME ? 2 * FRAME : depth;
	while (stress_running()) {
		while (live < (int)procs && stress_running()) {
			if (deep_start(salt++, depth) == 0)
				break;
			live++;
		}
		if (live == 0 && stress_running())
			stress_fail("fork");
		if (live == 0)
			break;
		if (stress_wait(1) != 0)
			stress_exit(1);
		live--;
	}
	stress_exit(stress_wait(live));
}
