/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * plan.c: who uses how much memory.
 *
 * The sum of all anonymous memory is several times what the machine has, and
 * stays well below swap plus memory, at every size of both.  A process costs
 * about six pages that cannot be paged out (u-area, page directory, page
 * tables), so small machines run fewer.
 */
#include <vmfig.h>

#include "stress.h"

enum {
	PROC_PAGES = 6,		/* unpageable, a process */
	BIG_RAM = 8000,		/* pages above which wire takes a quarter */
	MAX_SHARERS = 112	/* processes of shm */
};

static unsigned int
clamp(unsigned int v, unsigned int low, unsigned int high)
{
	return (v < low ? low : v > high ? high : v);
}

static void
plan_set(struct plan *p, unsigned int pages, unsigned int procs)
{
	p->pl_pages = pages < 8 ? 8 : pages;
	p->pl_procs = procs;
}

/*
 * Fill in the plan of each stressor, from the size of memory and of swap.
 * => 0, or -1 if these are not to be had
 */
int
plan_make(struct plan plan[S_COUNT])
{
	struct vmmeter vm = { .v_page_count = 0 };
	unsigned int avail, wired, sharers, procs, real, sum, share;

	if (vmmeter_get(&vm) < 0 || vm.v_page_count == 0)
		return (-1);
	avail = vm.v_page_count -
	    clamp(vm.v_wire_count, 0, vm.v_page_count / 2);
	sharers = clamp((avail - clamp(avail, 0, 400)) / 28, 8, MAX_SHARERS);
	procs = clamp(avail / 200, 3, 16);
	wired = avail > BIG_RAM ? avail / 4 : avail / 32;
	real = avail - wired;
	real -= clamp((sharers + 3 * procs) * PROC_PAGES, 0, real / 2);
	sum = clamp(vm.v_swap_pages * 4 / 5, 0, 6 * real);
	if (sum < real + real / 5)
		sum = clamp(vm.v_swap_pages * 17 / 20, real / 3,
		    real + real / 5);
	share = sum / 100;

	plan_set(&plan[S_HOG], share * 66, clamp(procs / 3, 2, 4));
	plan_set(&plan[S_FORKTREE], share * 8, clamp(procs, 4, 14));
	plan_set(&plan[S_SHM], share * 5, sharers);
	plan_set(&plan[S_FILEMAP], share * 6, 2);
	plan_set(&plan[S_CHURN], share * 5, clamp(procs / 4, 1, 3));
	plan_set(&plan[S_WIRE], wired, 1);
	plan_set(&plan[S_DEEPSTACK], share * 9, clamp(avail / 200, 3, 40));
	plan_set(&plan[S_EXECSTORM], share, clamp(procs / 4, 1, 2));
	return (0);
}
