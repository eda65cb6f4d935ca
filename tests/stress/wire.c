/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * wire.c: locked memory, which must never be paged.
 *
 * A region is locked page run by page run, unlocked and locked again, while
 * an equal one beside it, swept slowly, is paged like any other.  Before a
 * locked page is touched, mincore must say that it is in memory; a page that
 * is not counts as a page-in of a locked page and fails the stressor.
 */
#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

enum {
	RUN = 8,		/* pages locked or unlocked at once */
	OWNER = 0x40000
};

struct wire {
	uint8_t		*w_base;	/* first half is locked by runs */
	uint32_t	*w_gen;
	uint8_t		*w_locked;	/* of each run */
	uint8_t		*w_was;		/* second half: in memory before */
	unsigned int	 w_runs;
	unsigned int	 w_pages;	/* both halves */
};

static struct wire wire;

static void *
wire_page(unsigned int i)
{
	return (wire.w_base + (size_t)i * STAMP_PAGE);
}

static void
wire_touch(unsigned int i, bool change)
{
	void *page = wire_page(i);
	struct stamp s = { OWNER, (uint32_t)(uintptr_t)page, wire.w_gen[i] };

	stress_verify(page, &s);
	if (!change)
		return;
	s.s_gen = ++wire.w_gen[i];
	stamp_write(page, &s);
}

/* Fail if any page of a locked run is not in memory. */
static void
wire_check_resident(unsigned int run)
{
	unsigned char vec[RUN];

	if (mincore(wire_page(run * RUN), RUN * STAMP_PAGE, vec) < 0)
		stress_fail("mincore: %s", strerror(errno));
	for (unsigned int i = 0; i < RUN; i++) {
		if ((vec[i] & 1) != 0)
			continue;
		ctl_add(&stress.st_slot->cs_locked, 1);
		stress_fail("locked page 0x%08x is not in memory",
		    (unsigned int)(uintptr_t)wire_page(run * RUN + i));
	}
}

/* => false where the system has no more to lock */
static bool
wire_lock(unsigned int run)
{
	if (mlock(wire_page(run * RUN), RUN * STAMP_PAGE) == 0) {
		wire.w_locked[run] = 1;
		return (true);
	}
	if (errno != EAGAIN && errno != ENOMEM)
		stress_fail("mlock: %s", strerror(errno));
	return (false);
}

static void
wire_unlock(unsigned int run)
{
	if (munlock(wire_page(run * RUN), RUN * STAMP_PAGE) < 0)
		stress_fail("munlock: %s", strerror(errno));
	wire.w_locked[run] = 0;
}

static void
wire_step(unsigned int run)
{
	bool locked = wire.w_locked[run] != 0;

	if (locked)
		wire_check_resident(run);
	for (unsigned int i = 0; i < RUN; i++)
		wire_touch(run * RUN + i, stress_below(2) != 0);
	if (!locked)
		wire_lock(run);
	else if (stress_below(8) == 0)
		wire_unlock(run);
}

static void
wire_setup(void)
{
	size_t bytes;

	wire.w_runs = (stress.st_plan.pl_pages + RUN - 1) / RUN;
	wire.w_pages = wire.w_runs * RUN * 2;
	bytes = (size_t)wire.w_pages * STAMP_PAGE;
	wire.w_base = stress_map(bytes, MAP_PRIVATE);
	wire.w_gen = stress_map(wire.w_pages * sizeof(uint32_t), MAP_PRIVATE);
	wire.w_locked = stress_map(wire.w_runs, MAP_PRIVATE);
	wire.w_was = stress_map(wire.w_pages / 2, MAP_PRIVATE);
	for (unsigned int run = 0; run < wire.w_runs; run++)
		wire_lock(run);
}

int
main(int argc, char **argv)
{
	unsigned int half, n, round;

	stress_init(S_WIRE, argc, argv);
	wire_setup();
	half = wire.w_pages / 2;
	for (n = half; n < wire.w_pages && stress_running(); n++)
		wire_touch(n, true);
	for (round = 0; stress_running(); round++) {
		for (n = 0; n < wire.w_runs && stress_running(); n++)
			wire_step(stress_below(wire.w_runs));
		wire_touch(half + round % half, true);
		stress_count_out(wire_page(half), half, wire.w_was);
		stress_nap(20);
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	for (unsigned int run = 0; run < wire.w_runs; run++)
		if (wire.w_locked[run] != 0)
			wire_check_resident(run);
	for (unsigned int i = 0; i < wire.w_pages; i++)
		wire_touch(i, false);
	stress_exit(0);
}
