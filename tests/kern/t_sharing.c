/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_sharing.c: one page in many places: the lists, and the walks over them.
 */
#include "kt.h"

#define MANY	4096		/* mappings of one page */
#define SPACES	128		/* pmaps that share one page, at most */

static void
sharing_page_protect_over_many_pmaps(void)
{
	vm_offset_t pa = kt_page();
	pmap_t first = NULL, pm = NULL;
	struct pmap_usage u;
	unsigned int i, n;

	/* A pmap takes a directory, a page table and a slice of the arena. */
	pmap_usage(&u);
	n = MIN(SPACES, u.pu_arena_total / 4);
	for (i = 0; i < n; i++) {
		pm = kt_pmap();
		first = first == NULL ? pm : first;
		pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	}
	KT_IS(pmap_page_mappings(pa), n);
	pmap_page_protect(pa, VM_PROT_READ);
	KT_IS(pmap_page_mappings(pa), n);
	kt_load(first);
	KT_IS(kt_write(KT_VA, 1), KT_RIGHTS | KT_WRITE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), KT_RIGHTS | KT_WRITE);
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
	KT_IS(pmap_resident_count(first), 0);
}

/* Map a page at n addresses of one pmap, page after page. */
static void
spread(pmap_t pm, vm_offset_t pa, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		pmap_enter(pm, KT_VA + i * NBPG, pa, KT_RW, FALSE);
}

static void
sharing_4096_mappings_of_one_page(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	struct pmap_usage u;
	unsigned int i;

	spread(pm, pa, MANY);
	KT_IS(pmap_page_mappings(pa), MANY);
	KT_IS(pmap_resident_count(pm), MANY);
	pmap_usage(&u);
	KT_CHECK(u.pu_maxsharers >= MANY, "maxsharers is %u",
	    u.pu_maxsharers);
	kt_load(pm);
	for (i = 0; i < MANY; i += 97)
		KT_IS(kt_write(KT_VA + i * NBPG, i), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
	pmap_clear_modify(pa);
	KT_IS(pmap_is_modified(pa), FALSE);
	KT_IS(kt_write(KT_VA + (MANY - 1) * NBPG, 1), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
	for (i = 0; i < MANY; i += 2)
		pmap_remove(pm, KT_VA + i * NBPG, KT_VA + (i + 1) * NBPG);
	KT_IS(pmap_page_mappings(pa), MANY / 2);
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(pmap_resident_count(pm), 0);
}

/*
 * Links visited by one remove and one enter while the page has n mappings: a
 * neighbour in the list each, where there is one.
 */
static unsigned int
visits(pmap_t pm, vm_offset_t pa, unsigned int n, unsigned int at)
{
	vm_offset_t va = KT_VA + at * NBPG;
	unsigned int before;

	pmap_remove(pm, KT_VA, KT_VA + MANY * NBPG);
	spread(pm, pa, n);
	before = pmap_counters.pc_visited + pmap_counters.pc_neighbour;
	pmap_remove(pm, va, va + NBPG);
	pmap_enter(pm, va, pa, KT_RW, FALSE);
	pmap_enter(pm, va, pa, KT_RO, FALSE);
	return (pmap_counters.pc_visited + pmap_counters.pc_neighbour -
	    before);
}

static void
t_pv__never_walks(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int last, middle, first;

	KT_IS(visits(pm, pa, 1, 0), 0);
	last = visits(pm, pa, 3, 0);
	middle = visits(pm, pa, 3, 1);
	first = visits(pm, pa, 3, 2);
	KT_IS(middle > 0, true);
	KT_IS(visits(pm, pa, MANY, 0), last);
	KT_IS(visits(pm, pa, MANY, MANY / 2), middle);
	KT_IS(visits(pm, pa, MANY, MANY - 1), first);
}

static void
sharing_walk_visits_each_once(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before;

	spread(pm, pa, 300);
	before = pmap_counters.pc_visited;
	pmap_clear_reference(pa);
	KT_CHECK(pmap_counters.pc_visited - before <= 300,
	    "%u links visited for 300 mappings",
	    pmap_counters.pc_visited - before);
	before = pmap_counters.pc_visited;
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(pmap_counters.pc_visited - before, 300);
}

static void
sharing_removed_in_any_order(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	struct prng r;
	unsigned int i, left = 500;

	prng_seed(&r, (uint32_t)getoption_int("seed", 1));
	spread(pm, pa, left);
	while (left > 0) {
		vm_offset_t va;

		i = prng_below(&r, 500);
		while (pmap_extract(pm, va = KT_VA + i * NBPG) == 0)
			i = (i + 1) % 500;
		pmap_remove(pm, va, va + NBPG);
		left--;
		KT_IS(pmap_page_mappings(pa), left);
	}
}

const struct kt_test kt_sharing[] = {
	{ "sharing__page_protect_over_many_pmaps",
	    sharing_page_protect_over_many_pmaps },
	{ "sharing__4096_mappings_of_one_page",
	    sharing_4096_mappings_of_one_page },
	{ "t_pv__never_walks", t_pv__never_walks },
	{ "sharing__walk_visits_each_once", sharing_walk_visits_each_once },
	{ "sharing__removed_in_any_order", sharing_removed_in_any_order },
	{ NULL, NULL }
};
