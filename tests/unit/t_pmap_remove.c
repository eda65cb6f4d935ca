/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_remove.c: pmap_remove, pmap_collect.
 */
#include "unit.h"

#define VA	0x00801000u

static void
fill(pmap_t pm, uint32_t va, uint32_t n, uint32_t step, uint32_t pa)
{
	for (; n > 0; n--, va += step)
		DO(pmap_enter(pm, va, pa, PROT_RW, FALSE));
}

TEST(pmap_remove__takes_the_mapping_away)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK(!can_read(pm, VA, pa));
	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_remove__saves_modify_and_reference)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	CHECK(can_read(pm, VA + PAGE, b));
	DO(pmap_remove(pm, VA, VA + 2 * PAGE));
	CHECK(pmap_is_modified(a));
	CHECK(pmap_is_referenced(a));
	CHECK(!pmap_is_modified(b));
	CHECK(pmap_is_referenced(b));
}

TEST(pmap_remove__last_entry_frees_the_page_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), freed = pmap_counters.pc_ptp_free;

	fill(pm, VA, 5, PAGE, pa);
	CHECK_EQ(usage().pu_ptps, 1);
	DO(pmap_remove(pm, VA, VA + 4 * PAGE));
	CHECK_EQ(usage().pu_ptps, 1);
	DO(pmap_remove(pm, VA + 4 * PAGE, VA + 5 * PAGE));
	CHECK_EQ(usage().pu_ptps, 0);
	CHECK_EQ(*host_pde(pm, VA), 0);
	CHECK_EQ(pmap_counters.pc_ptp_free, freed + 1);
}

TEST(pmap_remove__page_protect_frees_the_page_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	fill(pm, VA, 3, SLOT, pa);
	CHECK_EQ(usage().pu_ptps, 3);
	CHECK(can_write(pm, VA, pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(usage().pu_ptps, 0);
}

TEST(pmap_page_protect__top_slot_lost_is_counted)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), top = pmap_counters.pc_top_lost;

	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_counters.pc_top_lost, top + 1);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_counters.pc_top_lost, top + 1);
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_remove(pm, STACK_TOP, PH_USER_MAX));
	CHECK_EQ(pmap_counters.pc_top_lost, top + 1);
}

TEST(pmap_remove__wired_mappings_too)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(pmap_resident_count(pm), 1);
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	DO(pmap_remove(pm, 0, PH_USER_PTMAX));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(usage().pu_ptps, 0);
}

TEST(pmap_remove__range_over_several_tables)
{
	pmap_t pm = as_new();
	uint32_t pa[4], i;

	pages_new(pa, 4);
	for (i = 0; i < 4; i++) {
		DO(pmap_enter(pm, VA + i * SLOT, pa[i], PROT_RW, FALSE));
		CHECK(can_write(pm, VA + i * SLOT, pa[i]));
	}
	DO(pmap_remove(pm, VA + PAGE, VA + 3 * SLOT));
	CHECK(can_read(pm, VA, pa[0]));
	CHECK(!can_read(pm, VA + SLOT, pa[1]));
	CHECK(!can_read(pm, VA + 2 * SLOT, pa[2]));
	CHECK(can_read(pm, VA + 3 * SLOT, pa[3]));
	for (i = 0; i < 4; i++)
		CHECK(pmap_is_modified(pa[i]));
	CHECK_EQ(usage().pu_ptps, 2);
}

TEST(pmap_remove__neighbours_stay)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	fill(pm, VA, 3, PAGE, pa);
	DO(pmap_remove(pm, VA + PAGE, VA + 2 * PAGE));
	CHECK(can_read(pm, VA, pa));
	CHECK(!can_read(pm, VA + PAGE, pa));
	CHECK(can_read(pm, VA + 2 * PAGE, pa));
	CHECK_EQ(pmap_page_mappings(pa), 2);
}

TEST(pmap_remove__other_pmaps_stay)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(a, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(b, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(b, VA, pa));
	DO(pmap_remove(a, VA, VA + PAGE));
	CHECK(can_write(b, VA, pa));
	CHECK(!can_read(a, VA, pa));
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST(pmap_remove__empty_and_reversed_ranges)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_remove(pm, VA, VA));
	DO(pmap_remove(pm, 0, 0));
	DO(pmap_remove(pm, VA + PAGE, VA));
	DO(pmap_remove(NULL, 0, PH_USER_PTMAX));
	CHECK_EQ(pmap_resident_count(pm), 1);
}

TEST(pmap_remove__unaligned_range_covers_its_pages)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	fill(pm, VA, 3, PAGE, pa);
	DO(pmap_remove(pm, VA + PAGE + 5, VA + PAGE + 6));
	CHECK_EQ(pmap_resident_count(pm), 2);
	CHECK_EQ(pmap_extract(pm, VA + PAGE), 0);
}

TEST(pmap_counters__count_what_they_say)
{
	struct pmap_counters c = pmap_counters;
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	fill(pm, VA, 5, PAGE, pa);
	DO(pmap_remove(pm, VA, VA + 2 * PAGE));
	CHECK_EQ(pmap_counters.pc_enter, c.pc_enter + 5);
	CHECK_EQ(pmap_counters.pc_remove, c.pc_remove + 2);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_counters.pc_remove, c.pc_remove + 5);
	CHECK_EQ(pmap_counters.pc_visited, c.pc_visited + 3);
	CHECK_EQ(pmap_counters.pc_ptp_alloc, c.pc_ptp_alloc + 1);
	CHECK_EQ(pmap_counters.pc_ptp_free, c.pc_ptp_free + 1);
	CHECK_EQ(pmap_counters.pc_reclaim, c.pc_reclaim);
	CHECK_EQ(pmap_counters.pc_shortage, c.pc_shortage);
	CHECK_EQ(pmap_counters.pc_violation, c.pc_violation);
	CHECK_EQ(audit(), 0);
	CHECK_EQ(pmap_counters.pc_audit, c.pc_audit + 1);
}

TEST(pmap_collect__leaves_the_kernel_alone)
{
	uint32_t pa = page_new(), va = host_kva(1);

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	DO(pmap_collect(kernel_pmap));
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}

TEST(pmap_remove__random_ranges_against_arrays)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), n, i, s, e, count;
	bool at[400];

	memset(at, 0, sizeof(at));
	for (n = 0; n < 400; n++) {
		s = unit_random() % 400;
		e = s + unit_random() % (400 - s) + 1;
		if (n & 1) {
			DO(pmap_remove(pm, s * 0x1d000, e * 0x1d000));
			memset(at + s, 0, e - s);
		} else
			for (i = s; i < e && i < s + 40; i++) {
				DO(pmap_enter(pm, i * 0x1d000, pa, PROT_RW,
				    i % 7 == 0));
				at[i] = true;
			}
		for (i = count = 0; i < 400; i++)
			count += at[i];
		CHECK_EQ(pmap_resident_count(pm), count);
		CHECK_EQ(pmap_page_mappings(pa), count);
		CHECK_EQ(audit(), 0);
	}
}
