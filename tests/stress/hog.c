/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * hog.c: large anonymous memory, swept in order and at random.
 *
 * Each process owns an equal part.  A touch verifies the page as it was left
 * and, half the time, stamps its next generation.
 */
#include <sys/types.h>
#include <sys/mman.h>

#include <stdlib.h>

#include "stress.h"

enum { OWNER = 0x10000 };

struct hog {
	uint8_t		*h_base;
	uint32_t	*h_gen;		/* of each page */
	uint8_t		*h_was;		/* in memory at the last look */
	uint32_t	 h_owner;
	unsigned int	 h_pages;
};

static void
hog_touch(struct hog *h, unsigned int i, bool change)
{
	uint8_t *page = h->h_base + (size_t)i * STAMP_PAGE;
	struct stamp s = { h->h_owner, (uint32_t)(uintptr_t)page, h->h_gen[i] };

	stress_verify(page, &s);
	if (!change)
		return;
	s.s_gen = ++h->h_gen[i];
	stamp_write(page, &s);
}

static void
hog_sweep(struct hog *h)
{
	bool down = stress_below(2) != 0;

	for (unsigned int i = 0; i < h->h_pages && stress_running(); i++)
		hog_touch(h, down ? h->h_pages - 1 - i : i,
		    stress_below(2) != 0);
}

static void
hog_scatter(struct hog *h)
{
	for (unsigned int i = 0; i < h->h_pages / 2 && stress_running(); i++)
		hog_touch(h, stress_below(h->h_pages), stress_below(2) != 0);
}

static void
hog_run(unsigned int me)
{
	unsigned int pages = stress.st_plan.pl_pages / stress.st_plan.pl_procs;
	struct hog h = { .h_owner = OWNER + me, .h_pages = pages };

	h.h_base = stress_map((size_t)pages * STAMP_PAGE, MAP_PRIVATE);
	h.h_gen = stress_map(pages * sizeof(*h.h_gen), MAP_PRIVATE);
	h.h_was = stress_map(pages, MAP_PRIVATE);
	for (unsigned int i = 0; i < pages && stress_running(); i++)
		hog_touch(&h, i, true);
	while (stress_running()) {
		stress_count_out(h.h_base, pages, h.h_was);
		if (stress_below(3) == 0)
			hog_scatter(&h);
		else
			hog_sweep(&h);
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	for (unsigned int i = 0; i < pages; i++)
		hog_touch(&h, i, false);
}

int
main(int argc, char **argv)
{
	stress_init(S_HOG, argc, argv);
	stress_exit(stress_wait(stress_start(stress.st_plan.pl_procs,
	    hog_run)));
}
