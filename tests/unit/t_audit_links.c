/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_links.c: damage to entries against links, links, counts and
 * slices: PV1, PV2, PV4 and PV5.
 */
#include "t_audit.h"

#define PTE_RW		(MMU_P | MMU_RW | MMU_US)
#define UNUSED		(VA + 30 * PAGE)	/* in a slice, not mapped */

/* The links of the page's list, in order, and their entries. */
static struct pv_link *
nth_link(uint32_t n)
{
	struct pv_link *pv = frame_lookup(aw.aw_page)->fr_first;

	while (n-- > 0)
		pv = pv->pv_next;
	return (pv);
}

static uint32_t
kernel_entry(void)
{
	return (*kernel_pte(aw.aw_kva));
}

/*
 * The line of one mapping of the page.
 */
static void
want_mapping(const char *id, const struct ptp *pt, uint32_t va)
{
	want(id, pt->pt_pmap, va, *entry_of(pt, va), managed(aw.aw_page, 4));
}

/* ----- PV1: links are exactly the tracked entries ----- */

static void
pv1_entry_of_another_page(void)
{
	POKE(*entry_of(aw.aw_pt, VA), aw.aw_second | PTE_RW);
	want_mapping("PV1", aw.aw_pt, VA);
}

static void
pv1_entry_gone(void)
{
	POKE(*entry_of(aw.aw_pt, VA), 0);
	want_mapping("PV1", aw.aw_pt, VA);
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA), "valid", 2, 1);
}

static void
pv1_entry_of_a_device(void)
{
	uint32_t pte = host_device_page(3) | PTE_RW;

	POKE(*entry_of(aw.aw_pt, VA), pte);
	want_mapping("PV1", aw.aw_pt, VA);
	want("PV1", aw.aw_pm, VA, pte, other_page(pte, "outside RAM"));
}

static void
pv1_kernel_entry_of_another_page(void)
{
	uint32_t pte = aw.aw_second | MMU_P | MMU_RW;

	POKE(*kernel_pte(aw.aw_kva), pte);
	want("PV1", kernel_pmap, aw.aw_kva, pte, managed(aw.aw_page, 4));
}

static void
new_mapping(uint32_t va, uint32_t pte)
{
	POKE(*entry_of(aw.aw_pt, va), pte);
	POKE(aw.aw_pt->pt_valid, 3);
	POKE(aw.aw_pm->pm_stats.resident_count, 5);
	want("PV1", aw.aw_pm, va, pte, managed(aw.aw_page, 4));
}

static void
pv1_mapping_without_a_link(void)
{
	new_mapping(UNUSED, aw.aw_page | PTE_RW);
}

static void
pv1_mapping_without_a_slice(void)
{
	new_mapping(VA + 900 * PAGE, aw.aw_page | PTE_RW);
}

static void
pv1_slot_forgotten(void)
{
	struct pv_link *pv = link_of(aw.aw_pt, VA);

	POKE(pv->pv_pprev, 0);
	want_mapping("PV1", aw.aw_pt, VA);
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA), "managed", 2, 1);
	want_link("PV4", aw.aw_pm, VA, *entry_of(aw.aw_pt, VA),
	    managed(aw.aw_page, 4), (uint32_t)pv);
}

static void
pv1_list_forgotten(void)
{
	POKE(frame_lookup(aw.aw_page)->fr_first, 0);
	want("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4));
	want_count("PV2", NULL, 0, 0, managed(aw.aw_page, 4), "mappings", 4,
	    0);
	want_sum("PV1", "links on lists", 2, 6);
	want_sum("PV2", "links in use", 6, 2);
}

static void
pv1_page_no_longer_managed(void)
{
	struct frame *fr = frame_lookup(aw.aw_second);
	const char *what = other_page(aw.aw_second, "foreign");

	POKE(fr->fr_info, (fr->fr_info & ~FR_TAG) | FR_FOREIGN);
	want("PV1", aw.aw_pm, VA + PAGE, *entry_of(aw.aw_pt, VA + PAGE), what);
	want("PV1", aw.aw_pm, VA + SLOT, *entry_of(aw.aw_pt2, VA), what);
	want("PT6", NULL, 0, 0, what);
	want_sum("PV1", "links on lists", 4, 6);
	want_sum("PV2", "links in use", 6, 4);
}

TEST(audit__pv1_links_are_the_tracked_entries)
{
	static const struct audit_row rows[] = {
		{ "entry of another page", pv1_entry_of_another_page, NULL },
		{ "entry gone", pv1_entry_gone, NULL },
		{ "entry of a device", pv1_entry_of_a_device, NULL },
		{ "kernel entry of another page",
		    pv1_kernel_entry_of_another_page, NULL },
		{ "mapping without a link", pv1_mapping_without_a_link, NULL },
		{ "mapping without a slice", pv1_mapping_without_a_slice,
		    NULL },
		{ "slot forgotten", pv1_slot_forgotten, NULL },
		{ "list forgotten", pv1_list_forgotten, NULL },
		{ "page no longer managed", pv1_page_no_longer_managed, NULL },
	};

	AUDIT_ROWS("PV1", rows);
}

/* ----- PV2: the count is the length ----- */

static void
pv2_count(uint32_t pa, uint32_t is, uint32_t length)
{
	struct frame *fr = frame_lookup(pa);

	POKE(fr->fr_info, (fr->fr_info & ~0u >> (32 - FR_COUNTSHIFT)) |
	    is << FR_COUNTSHIFT);
	want_count("PV2", NULL, 0, 0, managed(pa, is), "mappings", is, length);
}

static void
pv2_one_more(void)
{
	pv2_count(aw.aw_page, 5, 4);
}

static void
pv2_one_less(void)
{
	pv2_count(aw.aw_page, 3, 4);
}

static void
pv2_none(void)
{
	pv2_count(aw.aw_second, 0, 2);
}

static void
pv2_unmapped_page(void)
{
	pv2_count(aw.aw_free, 1, 0);
}

static void
pv2_sum_more(void)
{
	POKE(pv_nlinks, pv_nlinks + 1);
	want_sum("PV2", "links in use", 7, 6);
}

static void
pv2_sum_less(void)
{
	POKE(pv_nlinks, pv_nlinks - 1);
	want_sum("PV2", "links in use", 5, 6);
}

TEST(audit__pv2_count_is_the_length)
{
	static const struct audit_row rows[] = {
		{ "one more", pv2_one_more, NULL },
		{ "one less", pv2_one_less, NULL },
		{ "none", pv2_none, NULL },
		{ "of an unmapped page", pv2_unmapped_page, NULL },
		{ "sum one more", pv2_sum_more, NULL },
		{ "sum one less", pv2_sum_less, NULL },
	};

	AUDIT_ROWS("PV2", rows);
}

/* ----- PV4: links are linked both ways ----- */

/*
 * The head of the page's list is replaced: whom it ought to hold, and what
 * stands there, for which there is no mapping to name.
 */
static void
pv4_head(uint32_t value)
{
	POKE(frame_lookup(aw.aw_page)->fr_first, value);
	want("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4));
	want_link("PV4", NULL, 0, 0, managed(aw.aw_page, 4), value);
}

/*
 * The next of the kernel's link, the list's first: so the link of <other,
 * VA> has lost what should point at it; what stands in its place is no link.
 */
static void
pv4_next(uint32_t value)
{
	POKE(nth_link(0)->pv_next, value);
	want_mapping("PV4", aw.aw_opt, VA);
	want_link("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4), value);
}

static void
pv4_wrong_pprev(void)
{
	struct pv_link *pv = nth_link(0);

	POKE(pv->pv_pprev, &pv->pv_next);
	want("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4));
	want_link("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4), (uint32_t)pv);
}

static void
pv4_wild_pprev(void)
{
	struct pv_link *pv = nth_link(1);

	POKE(pv->pv_pprev, 0xdeadbeef);
	want_mapping("PV4", aw.aw_opt, VA);
	want_link("PV4", aw.aw_other, VA, *entry_of(aw.aw_opt, VA),
	    managed(aw.aw_page, 4), (uint32_t)pv);
}

static void
pv4_pprev_without_a_list(void)
{
	POKE(link_of(aw.aw_pt, UNUSED)->pv_pprev, 0xdeadbee0);
	want("PV4", aw.aw_pm, UNUSED, 0, managed(0, 0));
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA), "managed", 2, 3);
	want_sum("PV1", "links on lists", 6, 7);
}

static void
pv4_misaligned_next(void)
{
	pv4_next(0xdeadbeef);
}

static void
pv4_wild_next(void)
{
	pv4_next(0xdeadbee8);
}

static void
pv4_next_in_a_page_table(void)
{
	pv4_next((uint32_t)aw.aw_pt->pt_pte);
}

static void
pv4_next_in_a_free_slice(void)
{
	pv4_next((uint32_t)&slice_free()->ps_link[5]);
}

static void
pv4_next_to_an_unused_link(void)
{
	struct pv_link *pv = link_of(aw.aw_pt, UNUSED);

	POKE(nth_link(0)->pv_next, pv);
	want_mapping("PV4", aw.aw_opt, VA);
	want_link("PV4", aw.aw_pm, UNUSED, 0, managed(aw.aw_page, 4),
	    (uint32_t)pv);
}

static void
pv4_cycle_of_one(void)
{
	struct pv_link *pv = nth_link(0);

	POKE(pv->pv_next, pv);
	want_mapping("PV4", aw.aw_opt, VA);
	want_link("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4), (uint32_t)pv);
}

static void
pv4_cycle_of_two(void)
{
	struct pv_link *first = nth_link(0);

	POKE(nth_link(1)->pv_next, first);
	want_mapping("PV4", aw.aw_top, STACK_TOP);
	want_link("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_page, 4), (uint32_t)first);
}

static void
pv4_next_skips_one(void)
{
	struct pv_link *third = nth_link(2);

	POKE(nth_link(0)->pv_next, third);
	want_mapping("PV4", aw.aw_opt, VA);
	want_link("PV4", aw.aw_pm, STACK_TOP,
	    *entry_of(aw.aw_top, STACK_TOP), managed(aw.aw_page, 4),
	    (uint32_t)third);
}

static void
pv4_lists_cross(void)
{
	struct pv_link *pv = nth_link(0);

	POKE(frame_lookup(aw.aw_second)->fr_first, pv);
	want("PV4", aw.aw_pm, VA + SLOT, *entry_of(aw.aw_pt2, VA),
	    managed(aw.aw_second, 2));
	want_link("PV4", kernel_pmap, aw.aw_kva, kernel_entry(),
	    managed(aw.aw_second, 2), (uint32_t)pv);
}

static void
pv4_wild_head(void)
{
	pv4_head(8);
}

static void
pv4_misaligned_head(void)
{
	pv4_head((uint32_t)nth_link(0) + 4);
}

static void
pv4_head_in_a_page_table(void)
{
	pv4_head(ptp_arena);
}

TEST(audit__pv4_links_are_linked_both_ways)
{
	static const struct audit_row rows[] = {
		{ "wrong pprev", pv4_wrong_pprev, NULL },
		{ "wild pprev", pv4_wild_pprev, NULL },
		{ "pprev without a list", pv4_pprev_without_a_list, NULL },
		{ "misaligned next", pv4_misaligned_next, NULL },
		{ "wild next", pv4_wild_next, NULL },
		{ "next in a page table", pv4_next_in_a_page_table, NULL },
		{ "next in a free slice", pv4_next_in_a_free_slice, NULL },
		{ "next to an unused link", pv4_next_to_an_unused_link,
		    NULL },
		{ "cycle of one", pv4_cycle_of_one, NULL },
		{ "cycle of two", pv4_cycle_of_two, NULL },
		{ "next skips one", pv4_next_skips_one, NULL },
		{ "lists cross", pv4_lists_cross, NULL },
		{ "wild head", pv4_wild_head, NULL },
		{ "misaligned head", pv4_misaligned_head, NULL },
		{ "head in a page table", pv4_head_in_a_page_table, NULL },
	};

	AUDIT_ROWS("PV4", rows);
}
