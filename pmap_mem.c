/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_mem.c: memory for page tables, directories and slices.
 *
 * Role: keeps a reserve, so that the common enter never meets a shortage;
 * takes cold page tables back; and keeps the floor, below which nobody can
 * pin what others need to run.  Called by pmap.c, whose pmap_take takes a
 * page table away.
 *
 * A page table and a free slice are always in reserve (RS1).  When the reserve
 * cannot be filled: wake the pagedaemon; take a cold page table from somebody;
 * else sleep once; else take any.  If even then there is nothing, an unwired
 * enter is left unmade and the fault repeats.  A page table can be taken
 * because a pmap is a cache of the map above it; M and U are saved first.
 * Those with wired entries are never taken, nor the last few that were put to
 * use: what one instruction has just mapped stays until it is done.
 *
 * The floor.  What can never be taken is pinned: a directory is one arena
 * page, a page table with a wired entry is three, itself and two of slices,
 * which it may come to need for entries that are not wired.  So many pages
 * are always left to others (RS2):
 *
 *	directories + 3 * wired tables + PIN_FLOOR <= pmap_pool
 *
 * And of the pages that are not pinned so many are never made slices (RS3):
 *
 *	free + ready + victims >= PIN_TABLES
 *
 * Then a table can always be had: of PIN_TABLES at most half are among the
 * last ones.  And so can a slice: where no page may become slices any more,
 * the pages that are slices already hold more than what wired tables and the
 * last ones can have, and the others can be taken.  Both are sums of what is
 * counted anyway.  (Slices are counted one by one: which page they lie in does
 * not matter, since a slice serves any page table.)
 *
 * Who would break RS2 is refused: a wired enter and a new directory.  Where
 * the host cannot be told so (PH_WIRED_FAILS is 0) they wait instead, and the
 * host is told who pins most, so that it can end that process; one that has
 * been killed goes below the floor, since it can only give back.
 *
 * Invariants: RS1, RS2, RS3.
 *
 * Locking: splvm.  Sleeps in pmap_sleep only: after it nothing is known of
 * page tables.
 *
 * See also: doc/design.md, doc/decisions.md (what it costs), pmap_host(9).
 */
#include "pmap_mem.h"

uint32_t pmap_pool;
bool pmap_reserve_short = true;
bool pmap_overdrawn;

static uint32_t keep_pages;		/* tables, directories kept ready */

/* ----- the reserve ----- */

/*
 * A zeroed page in the arena, for any purpose.  => never sleeps
 * => returns NULL when there is no page or no address
 */
static struct ptp *
pmap_arena_get(enum ptp_state state, uint32_t tag)
{
	struct ptp *pt = NULL;
	uint32_t pa;

	if (ptp_free.pl_count > 0 && ph_page_alloc(&pa)) {
		pt = ptp_arena_map(pa, state);
	} else if ((pt = ptp_dir_pop()) != NULL)
		pt->pt_state = (uint16_t)state;
	if (pt == NULL)
		return (NULL);
	frame_set(pt->pt_pa, tag, pt);
	ph_zero_page(pt->pt_pte);
	return (pt);
}

/*
 * A page more of slices.  => never sleeps; false if there is none to be had,
 *    or none may become one (RS3)
 */
static bool
pmap_slices_add(void)
{
	struct ptp *pt;

	if (pmap_tables_at_hand() <= PIN_TABLES)
		return (false);
	if (ptp_ready.pl_count > 1) {
		pt = ptp_ready_pop();
		pt->pt_state = PTS_SLICES;
		frame_set(pt->pt_pa, FR_SLICES, pt);
	} else
		pt = pmap_arena_get(PTS_SLICES, FR_SLICES);
	if (pt == NULL)
		return (false);
	pv_page_add((vm_offset_t)pt->pt_pte);
	return (true);
}

/*
 * Fill the reserve.  => never sleeps; false if there is not enough
 */
static bool
pmap_reserve_fill(void)
{
	struct ptp *pt;

	if (ptp_ready.pl_count == 0) {
		if ((pt = pmap_arena_get(PTS_READY, FR_PTP)) == NULL)
			return (false);
		ptp_ready_push(pt);
	}
	return (pv_nfree > 0 || pmap_slices_add());
}

/*
 * The VM's pages are known: begin to keep a reserve.
 */
void
pmap_mem_init(void)
{
	uint32_t n = ptp_npages / 128;

	keep_pages = n < 2 ? 2 : n > 16 ? 16 : n;
	pmap_reserve_short = !pmap_reserve_fill();
}

/*
 * Are there more ready page tables, or directories, than are worth keeping?
 */
bool
pmap_mem_plenty(const struct ptp_list *pl)
{
	return (pl->pl_count > keep_pages);
}

/* ----- shortage ----- */

/*
 * Take a page table from some pmap.
 * => spare: not this one; any: even one in use
 * => returns false when there is none to take
 */
static bool
pmap_reclaim(const struct ptp *spare, bool any)
{
	struct ptp *pt = ptp_victim(spare, any);

	if (pt == NULL)
		return (false);
	PMAP_ASSERT(pt->pt_wired == 0, "PT7 victim %p has %u wired entries",
	    (void *)pt, pt->pt_wired);
	pmap_take(pt);
	pmap_counters.pc_reclaim++;
	return (true);
}

/*
 * Sleep until memory may have become free.  => s: the spl to sleep at
 */
static void
pmap_sleep(int *s)
{
	PMAP_ASSERT(ph_may_wait(), "RS1 no page for a wired mapping or a "
	    "directory, and the caller cannot sleep at spl %d", *s);
	ph_splx(*s);
	ph_wait();
	*s = ph_splvm();
}

/*
 * One step against a shortage of pages, or of arena addresses, for which no
 * sleep helps.
 * => waited: has this caller slept already?  s: the spl to sleep at
 * => returns false when nothing is left to try; may sleep
 */
static bool
pmap_shortage(const struct ptp *spare, bool *waited, int *s)
{
	bool room = ptp_free.pl_count > 0;

	pmap_counters.pc_shortage++;
	if (room)
		ph_wakeup_pager();
	if (pmap_reclaim(spare, false))
		return (true);
	if (room && !*waited && ph_may_wait()) {
		*waited = true;
		pmap_sleep(s);
		return (true);
	}
	return (pmap_reclaim(spare, true));
}

/* ----- the floor ----- */

/*
 * The pmap that pins most.  => pages: how many arena pages
 * => a directory's descriptor counts its pmap's wired tables meanwhile
 */
static struct pmap *
pmap_largest(uint32_t *pages)
{
	struct ptp *pt, *dir, *end = ptp_table + ptp_npages;
	struct pmap *best = NULL;

	*pages = 0;
	for (pt = ptp_table; pt < end; pt++)
		if (pt->pt_state == PTS_USER && pt->pt_wired > 0)
			frame_lookup(pt->pt_pmap->pm_pdirpa)->fr_ptp->
			    pt_wired++;
	for (dir = ptp_table; dir < end; dir++) {
		if (dir->pt_state != PTS_DIR || dir->pt_pmap == kernel_pmap)
			continue;
		if (best == NULL ||
		    1 + PIN_WIRED * dir->pt_wired > *pages) {
			best = dir->pt_pmap;
			*pages = 1 + PIN_WIRED * dir->pt_wired;
		}
		dir->pt_wired = 0;
	}
	return (best);
}

/* What is to become of who may not pin any more. */
enum pin { PIN_REFUSE, PIN_LOOK_AGAIN, PIN_ALL_THE_SAME };

/*
 * The floor forbids it.
 * => where the host has no error to give: tell it who pins most, and wait
 */
static enum pin
pmap_pin_wait(int *s)
{
	struct pmap *largest;
	uint32_t pages;

	pmap_counters.pc_pinrefused++;
	if (PH_WIRED_FAILS)
		return (PIN_REFUSE);
	largest = pmap_largest(&pages);
	ph_pin_shortage(largest, pages);
	if (ph_killed()) {
		pmap_overdrawn = true;
		return (PIN_ALL_THE_SAME);
	}
	pmap_sleep(s);
	return (PIN_LOOK_AGAIN);
}

/*
 * Nothing is left to try for who must not be refused: wait on.
 * => returns false for a process that has been killed, where the host copes
 */
static bool
pmap_wait_on(int *s)
{
	if (PH_WIRED_FAILS && ph_killed())
		return (false);
	pmap_sleep(s);
	return (true);
}

/* ----- for pmap.c ----- */

/*
 * Make sure that a page table and a slice are at hand, and that the page
 * table of va may be pinned if a wired entry is to come.
 * => may sleep: what the caller knew of page tables is void
 * => returns false if there is no memory and the mapping need not be made; or
 *    a wired one may not be made
 */
static bool
pmap_reserve(struct pmap *pm, vm_offset_t va, bool wired, int *s)
{
	enum pin pin = PIN_LOOK_AGAIN;
	const struct ptp *pt;
	bool waited = false;

	for (;;) {
		pt = ptp_lookup(pm, va);
		if (!pmap_reserve_fill()) {
			if (!pmap_shortage(pt, &waited, s) &&
			    (!wired || !pmap_wait_on(s)))
				return (false);
			continue;
		}
		if (!wired || (pt != NULL && pt->pt_wired > 0) ||
		    pmap_pin_room(0, 1) || pin == PIN_ALL_THE_SAME)
			return (true);
		pin = pmap_pin_wait(s);
		if (pin == PIN_REFUSE)
			return (false);
	}
}

/*
 * Make the slot of <pm, va> ready for an entry.
 * => track: a link is needed too; wired: the entry will be
 * => returns NULL if there is no memory and wired is false, or if the floor
 *    forbids a wired entry; may sleep, for a user's pmap only
 */
struct ptp *
pmap_slot_make(struct pmap *pm, vm_offset_t va, bool track, bool wired, int *s)
{
	struct pv_slice **slice;
	struct ptp *pt;

	PMAP_ASSERT(pm != kernel_pmap, "PV1 kernel va 0x%x: no slice", va);
	if (!pmap_reserve(pm, va, wired, s))
		return (NULL);
	pt = ptp_lookup(pm, va);
	if (pt == NULL) {
		pt = ptp_ready_pop();
		ptp_attach(pt, pm, va);
		pmap_counters.pc_ptp_alloc++;
	}
	slice = &pt->pt_slice[va_index(va) / PV_NLINK];
	if (track && *slice == NULL)
		*slice = pv_slice_alloc(
		    &pt->pt_pte[va_index(va) & ~(PV_NLINK - 1)]);
	pmap_reserve_short = !pmap_reserve_fill();
	PMAP_ASSERT(pmap_tables_at_hand() >= PIN_TABLES || pmap_overdrawn,
	    "RS3 only %u page tables at hand", pmap_tables_at_hand());
	return (pt);
}

/*
 * A directory for a new pmap.  => may sleep
 * => returns NULL, at the spl it was called at, if the floor forbids one
 * => else at splvm, since a directory on no list must not be seen by an
 *    audit; *sp: what to go back to
 */
struct ptp *
pmap_dir_get(int *sp)
{
	enum pin pin = PIN_LOOK_AGAIN;
	struct ptp *pt = NULL;
	bool waited = false;
	int s = ph_splvm();

	for (;;) {
		if (pin == PIN_LOOK_AGAIN && !pmap_pin_room(1, 0))
			pin = pmap_pin_wait(&s);
		if (pin == PIN_REFUSE || (pt = ptp_dir_pop()) != NULL)
			break;
		if (ptp_ready.pl_count > 1) {
			pt = ptp_ready_pop();
			frame_set(pt->pt_pa, FR_DIR, pt);
		} else
			pt = pmap_arena_get(PTS_DIRREADY, FR_DIR);
		if (pt != NULL)
			ptp_dir_init(pt, kernel_pmap);
		else if (!pmap_shortage(NULL, &waited, &s) &&
		    !pmap_wait_on(&s))
			break;
	}
	if (pt == NULL)
		ph_splx(s);
	*sp = s;
	return (pt);
}
