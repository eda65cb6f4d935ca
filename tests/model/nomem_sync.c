/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem_sync.c: the comparison of the module with the model of what it has.
 *
 * What a shortage may take is one whole page table a reclaim, without a wired
 * entry; the model is told, and everything else must agree: translations and
 * rights as the tables in memory say, counts, M and U, the audit, the TLB.
 *
 * The floor is known from pmap(9): a directory pins one page of the arena, a
 * page table with a wired mapping three.
 */
#include <string.h>

#include "nomem.h"

/*
 * The entry of a place must be what the model says.
 */
static void
sync_place(uint32_t p, uint32_t v, const char *when)
{
	const struct model_map *mm = &nm_w.w_have.md_map[p][v];
	const struct model_place *mp = model_place(p, v);
	const uint32_t *ptep = host_pte(nm_w.w_pm[p], mp->mp_va);
	uint32_t pte = ptep == NULL ? 0 : *ptep, pa = 0;
	bool there = pmap_lookup(nm_w.w_pm[p], mp->mp_va, &pa) != 0;

	if (there != (mm->mm_page != MODEL_NONE) ||
	    there != ((pte & MMU_P) != 0))
		nm_fail("%s: pmap %u va 0x%x: entry 0x%x, the model's page %d",
		    when, p, mp->mp_va, pte,
		    mm->mm_page == MODEL_NONE ? -1 : mm->mm_page);
	if (!there)
		return;
	if (pa != nm_w.w_page[mm->mm_page] || pa != (pte & MMU_FRAME))
		nm_fail("%s: pmap %u va 0x%x: entry 0x%x maps not page %u",
		    when, p, mp->mp_va, pte, mm->mm_page);
	if (((pte & MMU_RW) != 0) != mm->mm_write ||
	    ((pte & MMU_US) != 0) != (mp->mp_kind == MODEL_USER) ||
	    ((pte & MMU_PCD) != 0) != mm->mm_nocache)
		nm_fail("%s: pmap %u va 0x%x: entry 0x%x, the model: "
		    "write %d nocache %d", when, p, mp->mp_va, pte,
		    mm->mm_write, mm->mm_nocache);
}

/*
 * The table of places lo to hi - 1 is not there, but the model has something
 * in it.
 */
static void
sync_lost(uint32_t p, uint32_t lo, const char *when)
{
	uint32_t slot = model_user[lo].mp_slot;

	if (!model_lost(&nm_w.w_have, p, slot))
		nm_fail("%s: pmap %u slot %u: a table with a wired entry is "
		    "gone", when, p, slot);
	if (nm_re.re_lost == 0) {
		nm_re.re_first_pmap = (uint8_t)p;
		nm_re.re_first_slot = (uint8_t)slot;
	}
}

/*
 * => returns how many tables of the pmap are gone
 */
static uint32_t
sync_user(uint32_t p, const char *when)
{
	uint32_t lo, hi, v, mapped, lost = 0;
	bool table;

	for (lo = 0; lo < model_nuser; lo = hi) {
		mapped = 0;
		for (hi = lo; hi < model_nuser && model_user[hi].mp_slot ==
		    model_user[lo].mp_slot; hi++)
			mapped += nm_w.w_have.md_map[p][hi].mm_page !=
			    MODEL_NONE;
		table = (*host_pde(nm_w.w_pm[p], model_user[lo].mp_va) &
		    MMU_P) != 0;
		if (!table && mapped > 0) {
			sync_lost(p, lo, when);
			lost++;
		}
		for (v = lo; v < hi && table; v++)
			sync_place(p, v, when);
		if (table && mapped == 0)
			nm_fail("%s: pmap %u slot %u: a table without entries",
			    when, p, model_user[lo].mp_slot);
	}
	return (lost);
}

/*
 * Compare what a pmap counts, and count the mappings of each page.
 */
static void
sync_counts(uint32_t p, uint32_t *mappings, const char *when)
{
	const struct model_map *mm = nm_w.w_have.md_map[p];
	uint32_t v, resident = 0, wired = 0;

	for (v = 0; v < model_nplaces(p); v++, mm++) {
		if (mm->mm_page == MODEL_NONE)
			continue;
		resident++;
		wired += mm->mm_wired;
		mappings[mm->mm_page] += mm->mm_tracked;
	}
	if (p != MODEL_KERNEL &&
	    (pmap_resident_count(nm_w.w_pm[p]) != resident ||
	    pmap_wired_count(nm_w.w_pm[p]) != wired))
		nm_fail("%s: pmap %u counts %u resident %u wired, the model "
		    "%u and %u", when, p, pmap_resident_count(nm_w.w_pm[p]),
		    pmap_wired_count(nm_w.w_pm[p]), resident, wired);
}

static void
sync_page(uint32_t page, uint32_t mappings, const char *when)
{
	const struct model_page *mg = &nm_w.w_have.md_page[page];
	uint32_t pa = nm_w.w_page[page];

	if (pmap_page_mappings(pa) != mappings)
		nm_fail("%s: page %u: %u mappings, the model %u", when, page,
		    pmap_page_mappings(pa), mappings);
	if (!mg->mg_managed)
		return;
	if ((pmap_is_modified(pa) != 0) != mg->mg_m ||
	    (pmap_is_referenced(pa) != 0) != mg->mg_u)
		nm_fail("%s: page %u: M %d U %d, the model %d %d", when, page,
		    pmap_is_modified(pa), pmap_is_referenced(pa), mg->mg_m,
		    mg->mg_u);
}

static void
sync_audit(const char *when)
{
	enum pmap_policy policy = pmap_policy;
	int broken;

	pmap_policy = PMAP_POLICY_ISOLATE;
	broken = pmap_audit(NULL);
	pmap_policy = policy;
	if (broken != 0)
		nm_fail("%s: the audit: %.300s", when, host_log());
}

/*
 * Compare everything.  => panics with what differs
 */
void
nm_sync(const char *when)
{
	uint32_t p, v, page, lost = 0, taken, mappings[NM_PAGES] = { 0 };

	host_check(when);
	sync_audit(when);
	for (p = 0; p < NM_USERS; p++)
		if (nm_w.w_pm[p] != NULL) {
			lost += sync_user(p, when);
			sync_counts(p, mappings, when);
		}
	sync_counts(MODEL_KERNEL, mappings, when);
	for (v = 0; v < model_nkva; v++)
		sync_place(MODEL_KERNEL, v, when);
	taken = pmap_counters.pc_reclaim - nm_w.w_reclaims;
	if (lost != taken)
		nm_fail("%s: %u tables are gone, %u were taken", when, lost,
		    taken);
	nm_w.w_reclaims = pmap_counters.pc_reclaim;
	if (nm_re.re_lost == 0)
		nm_re.re_first_count = lost;
	nm_re.re_lost += lost;
	for (page = 0; page < NM_PAGES; page++)
		sync_page(page, mappings[page], when);
}

/*
 * Two models must be the same, in what they map and in M and U.
 */
void
nm_equal(const struct model *a, const struct model *b, const char *when)
{
	const struct model_map *m, *n;
	uint32_t p, v;

	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < model_nplaces(p); v++) {
			m = &a->md_map[p][v];
			n = &b->md_map[p][v];
			if (m->mm_page != n->mm_page ||
			    (m->mm_page != MODEL_NONE &&
			    memcmp(m, n, sizeof(*m)) != 0))
				nm_fail("%s: pmap %u va 0x%x: page %d write %d "
				    "wired %d, not page %d write %d wired %d",
				    when, p, model_place(p, v)->mp_va,
				    (int8_t)m->mm_page, m->mm_write,
				    m->mm_wired, (int8_t)n->mm_page,
				    n->mm_write, n->mm_wired);
		}
	for (p = 0; p < NM_PAGES; p++)
		if (a->md_page[p].mg_m != b->md_page[p].mg_m ||
		    a->md_page[p].mg_u != b->md_page[p].mg_u)
			nm_fail("%s: page %u: M %d U %d, not M %d U %d", when,
			    p, a->md_page[p].mg_m, a->md_page[p].mg_u,
			    b->md_page[p].mg_m, b->md_page[p].mg_u);
}

/*
 * Is there a table that may be taken, other than that of <p, slot>?
 */
bool
nm_victim(const struct model *m, uint32_t p, uint32_t slot)
{
	bool used[NM_SLOTS], wired[NM_SLOTS];
	uint32_t q, v, s;

	for (q = 0; q < NM_USERS; q++) {
		memset(used, 0, sizeof(used));
		memset(wired, 0, sizeof(wired));
		for (v = 0; v < model_nuser; v++)
			if (m->md_map[q][v].mm_page != MODEL_NONE) {
				s = model_user[v].mp_slot;
				used[s] = true;
				wired[s] |= m->md_map[q][v].mm_wired;
			}
		for (s = 0; s < NM_SLOTS; s++)
			if (used[s] && !wired[s] && (q != p || s != slot))
				return (true);
	}
	return (false);
}

/*
 * Do all of the arena's addresses hold a frame?
 */
bool
nm_arena_full(void)
{
	struct pmap_usage u;

	pmap_usage(&u);
	return (u.pu_arena == u.pu_arena_total);
}

/* ----- the floor ----- */

#define WIRED_PINS	3u

/*
 * Left to others: twice the page tables that may be new, and slices for these
 * where as many full ones have sixteen each, eight a page.
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
	const struct model_map *mm = nm_w.w_have.md_map[p];
	uint32_t v;

	for (v = 0; v < model_nuser; v++)
		if (model_user[v].mp_slot == slot &&
		    mm[v].mm_page != MODEL_NONE && mm[v].mm_wired)
			return (true);
	return (false);
}

/* Arena pages that a pmap pins. */
static uint32_t
pins(uint32_t p)
{
	uint32_t s, n = nm_w.w_pm[p] != NULL;

	for (s = 0; s < NM_SLOTS; s++)
		n += slot_wired(p, s) ? WIRED_PINS : 0;
	return (n);
}

/*
 * May so many pages more be pinned?
 */
bool
nm_may_pin(uint32_t pages)
{
	uint32_t p, n = floor_pages() + pages;

	for (p = 0; p < NM_USERS; p++)
		n += pins(p);
	return (n <= host_config.hc_arena - host_record.hr_arena);
}

/*
 * May a wired mapping be made at a place?
 */
bool
nm_may_wire(uint32_t p, uint32_t v)
{
	return (p == MODEL_KERNEL || slot_wired(p, model_user[v].mp_slot) ||
	    nm_may_pin(WIRED_PINS));
}

/*
 * The host has no error to give: it is told who pins most.  That process ends
 * while the caller sleeps, if the scenario says so; else the caller does.
 */
void
nm_told(struct pmap *largest, uint32_t pages)
{
	uint32_t p, n = 0, most = 0;

	for (p = 0; p < NM_USERS; p++) {
		if (nm_w.w_pm[p] == largest)
			n = pins(p);
		if (pins(p) > most)
			most = pins(p);
	}
	if (PH_WIRED_FAILS || n != pages || n != most)
		nm_fail("who is called the largest pins %u pages, not %u of "
		    "%u", n, pages, most);
	nm_re.re_told++;
	if (nm_sc->sc_hook[0] == '\0' || nm_re.re_hooked ||
	    !host_knobs.hk_may_wait)
		host_knobs.hk_killed = true;
}
