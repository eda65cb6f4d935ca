/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world_floor.c: what the model expects of the floor of page tables.
 *
 * By pmap(9): a directory pins one page of the arena, a page table with a
 * wired mapping three; some are left to others.  So the model knows which wired
 * enters and new pmaps are refused.  It knows too which page tables were put
 * into use last, which must not be taken while there are others, and that a
 * mapping is left unmade only where the host had no page to give.
 *
 * In the variant of a host that has no error to give (PH_WIRED_FAILS is 0)
 * this is that host: it is told who pins most, and ends that process as soon
 * as it is not in the middle of a call; where it is, or somebody in the way
 * is, the caller itself counts as killed, and may go below the floor.
 */
#include "world.h"

#define WIRED_PINS	3u

/*
 * Left to others: twice the page tables of one instruction, and slices for
 * these where as many full tables have sixteen each, eight a page: 25 pages.
 */
static uint32_t
floor_pages(void)
{
	return (2 * ph_newest + (ph_newest * 17 + 7) / 8);
}

/* Has a user's slot a wired mapping? */
static bool
slot_wired(uint32_t p, uint32_t slot)
{
	const struct model_map *mm =
	    &world.w_model.md_map[p][slot * WORLD_PERSLOT];
	uint32_t v;

	for (v = 0; v < WORLD_PERSLOT; v++)
		if (mm[v].mm_page != MODEL_NONE && mm[v].mm_wired)
			return (true);
	return (false);
}

/* Arena pages that a pmap pins. */
static uint32_t
pins(uint32_t p)
{
	uint32_t s, n = world.w_pm[p] != NULL;

	for (s = 0; s < WORLD_SLOTS; s++)
		n += slot_wired(p, s) ? WIRED_PINS : 0;
	return (n);
}

/*
 * May so many pages more be pinned?
 */
bool
world_may_pin(uint32_t more)
{
	uint32_t p, n = floor_pages() + more;

	for (p = 0; p < MODEL_KERNEL; p++)
		n += pins(p);
	return (n <= host_config.hc_arena - host_record.hr_arena);
}

/*
 * May a wired mapping be made at place v?
 */
bool
world_may_wire(uint32_t p, uint32_t v)
{
	return (p == MODEL_KERNEL || slot_wired(p, v / WORLD_PERSLOT) ||
	    world_may_pin(WIRED_PINS));
}

/*
 * An enter was left unmade: was that right?
 */
void
world_unmade(const struct world_ctx *c)
{
	if (c->wc_p == MODEL_KERNEL)
		world_fail("an enter that must be made was deferred");
	if (!c->wc_wired && host_record.hr_failed == c->wc_failed0)
		world_fail("an enter was left unmade, and there was memory");
	if (c->wc_wired && (!PH_WIRED_FAILS || (!c->wc_killed &&
	    world_may_wire(c->wc_p, c->wc_v))))
		world_fail("a wired enter that must be made was left unmade");
}

/*
 * An enter is made: it may pin, and may put a page table into use.
 * => before the model makes it
 */
void
world_made(const struct world_ctx *c)
{
	const struct model_map *mm;
	uint32_t v, slot = c->wc_v / WORLD_PERSLOT;

	if (c->wc_p == MODEL_KERNEL)
		return;
	if (c->wc_wired && !world.w_overdrawn &&
	    !world_may_wire(c->wc_p, c->wc_v))
		world_fail("a wired enter was made below the floor");
	mm = &world.w_model.md_map[c->wc_p][slot * WORLD_PERSLOT];
	for (v = 0; v < WORLD_PERSLOT && mm[v].mm_page == MODEL_NONE; v++)
		continue;
	if (v == WORLD_PERSLOT)
		world.w_new[world.w_nnew++ % ph_newest] =
		    1 + c->wc_p * WORLD_SLOTS + slot;
}

/* Is the page table of <p, slot> one of those put into use last? */
static bool
slot_new(uint32_t p, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < ph_newest; i++)
		if (world.w_new[i] == 1 + p * WORLD_SLOTS + slot)
			return (true);
	return (false);
}

/*
 * A page table was taken for memory: not a new one, while there are others.
 * => before the model loses it; spare: the one that is being entered
 */
void
world_taken(uint32_t p, uint32_t slot)
{
	const struct world_ctx *c = world.w_ctx;
	const struct model_map *mm;
	uint32_t q, s, v, others = 0;

	if (!slot_new(p, slot))
		return;
	for (q = 0; q < MODEL_KERNEL; q++)
		for (s = 0; s < WORLD_SLOTS; s++) {
			mm = &world.w_model.md_map[q][s * WORLD_PERSLOT];
			for (v = 0; v < WORLD_PERSLOT &&
			    mm[v].mm_page == MODEL_NONE; v++)
				continue;
			others += v < WORLD_PERSLOT && !slot_wired(q, s) &&
			    !slot_new(q, s) && (c == NULL || c->wc_p != q ||
			    c->wc_v / WORLD_PERSLOT != s);
		}
	if (others != 0)
		world_fail("a new page table was taken, pmap %u slot %u, and "
		    "there were %u others", p, slot, others);
}

/* ----- a host that has no error to give ----- */

static bool
in_call(uint32_t p)
{
	const struct world_ctx *c;

	for (c = world.w_ctx; c != NULL; c = c->wc_up)
		if (c->wc_p == p)
			return (true);
	return (false);
}

/*
 * The module says who pins most.
 */
void
world_pinned(struct pmap *largest, uint32_t pages)
{
	uint32_t p, q;

	for (p = 0; p < MODEL_KERNEL && world.w_pm[p] != largest; p++)
		continue;
	if (p == MODEL_KERNEL || pins(p) != pages)
		world_fail("the largest is pmap %u with %u pages, not %u", p,
		    p == MODEL_KERNEL ? 0 : pins(p), pages);
	for (q = 0; q < MODEL_KERNEL; q++)
		if (pins(q) > pages)
			world_fail("pmap %u pins %u pages, and pmap %u with "
			    "%u is called the largest", q, pins(q), p, pages);
	world.w_doomed = p;
	if (in_call(p))
		host_knobs.hk_killed = world.w_overdrawn = true;
}

/*
 * Others run: who was killed comes to its end.
 * => an interrupt in it may enter a mapping, which is not the caller's
 */
void
world_doom(void)
{
	struct world_ctx *c = world.w_ctx;
	uint32_t p = world.w_doomed, enters = pmap_counters.pc_enter;

	if (p == MODEL_NONE || in_call(p))
		return;
	world.w_doomed = MODEL_NONE;
	world_kill(p);
	world.w_ctx = c;
	if (c != NULL)
		c->wc_enter0 += pmap_counters.pc_enter - enters;
}

/*
 * The operation is over: who was killed comes to its end, and the largest
 * after it until the floor holds again.
 */
void
world_settle(void)
{
	uint32_t p, big;

	host_knobs.hk_killed = false;
	world_doom();
	while (world.w_overdrawn && !world_may_pin(0)) {
		for (big = p = 0; p < MODEL_KERNEL; p++)
			if (pins(p) > pins(big))
				big = p;
		world_kill(big);
		world.w_whole = true;
	}
	world.w_overdrawn = false;
}
