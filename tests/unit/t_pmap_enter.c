/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_enter.c: pmap_enter, pmap_extract, pmap_lookup, change_wiring.
 */
#include "unit.h"

#define VA	0x00401000u

TEST(pmap_enter__maps_with_rights)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK(can_read(pm, VA, pa));
	CHECK(can_write(pm, VA, pa));
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST(pmap_enter__read_only_denies_writes)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA, pa));
	CHECK(!can_write(pm, VA, pa));
	CHECK(!pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));
}

TEST(pmap_enter__fresh_entry_claims_nothing)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), 0);
	CHECK(!pmap_is_modified(pa));
	CHECK(!pmap_is_referenced(pa));
}

TEST(pmap_enter__identical_call_changes_nothing)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pte, allocs;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	pte = pte_of(pm, VA);
	allocs = host_record.hr_allocs;
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pte_of(pm, VA) & ~(MMU_A | MMU_D), pte & ~(MMU_A | MMU_D));
	CHECK_EQ(host_record.hr_allocs, allocs);
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_lookup__absent_pmap_is_absent)
{
	vm_offset_t pa = 7;

	CHECK(!pmap_lookup(NULL, VA, &pa));
	CHECK_EQ(pa, 7);
	CHECK_EQ(pmap_extract(NULL, VA), 0);
}

TEST(pmap_extract__keeps_the_offset)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_extract(pm, VA + 0xabc), pa + 0xabc);
}

TEST(pmap_enter__device_bits_do_not_stick)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, host_device_page(0), PROT_RW, FALSE));
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pte_of(pm, VA) & MMU_PCD, 0);
	CHECK_EQ(pmap_page_mappings(pa), 1);
	DO(pmap_enter(pm, VA, host_device_page(0), PROT_RW, FALSE));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_enter__no_user_right_at_user_max)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, STACK_TOP, a, PROT_RW, FALSE));
	CHECK(can_write(pm, STACK_TOP, a));
	DO(pmap_enter(pm, PH_USER_MAX, b, PROT_RW, FALSE));
	CHECK(!can_read(pm, PH_USER_MAX, b));
	CHECK_EQ(pte_of(pm, PH_USER_MAX) & MMU_US, 0);
}

TEST(pmap_enter__refuses_addresses_out_of_reach)
{
	static const uint32_t bad[] = {
		PH_USER_PTMAX, PH_KERNBASE - PAGE, PH_KERNBASE,
		PH_KERNBASE + 0x200000, PH_KERNEND - PAGE, 0xfffff000u
	};
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, refused;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused = pmap_counters.pc_refused;
		DO(pmap_enter(pm, bad[i], pa, PROT_RW, FALSE));
		CHECK_EQ(pmap_counters.pc_refused, refused + 1);
		CHECK_EQ(pmap_page_mappings(pa), 0);
	}
	CHECK_EQ(pmap_resident_count(pm), 0);
}

TEST(pmap_enter__null_pmap_is_nothing)
{
	uint32_t pa = page_new();

	DO(pmap_enter(NULL, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_enter__prot_none_removes)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, VM_PROT_NONE, FALSE));
	CHECK(!can_read(pm, VA, pa));
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_enter__low_bits_are_ignored)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA + 0x7ff, pa + 0x867, PROT_R, FALSE));
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK(!can_write(pm, VA, pa));
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), 0);
}

TEST(pmap_enter__wiring_counts_both_ways)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 1);
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 1);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(pmap_resident_count(pm), 0);
}

TEST(pmap_change_wiring__counts_and_keeps_the_rest)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pte;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	pte = pte_of(pm, VA);
	DO(pmap_change_wiring(pm, VA, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 1);
	DO(pmap_change_wiring(pm, VA, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 1);
	DO(pmap_change_wiring(pm, VA, FALSE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(pte_of(pm, VA), pte);
}

TEST(pmap_enter__upgrade_is_seen_at_once)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
}

TEST(pmap_enter__downgrade_is_seen_at_once)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(!can_write(pm, VA, pa));
	CHECK(can_read(pm, VA, pa));
}

TEST(pmap_enter__refuses_page_tables_as_data)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pt;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pt = *host_pde(pm, VA) & MMU_FRAME;
	EXPECT_PANIC("PT4", pmap_enter(pm, VA, pt, PROT_RW, FALSE));
	EXPECT_PANIC("PT4", pmap_enter(pm, VA, pm->pm_pdirpa, PROT_R, FALSE));
	EXPECT_PANIC("PT4", pmap_enter(pm, VA, kernel_pmap->pm_pdirpa, PROT_R,
	    FALSE));
	CHECK_EQ(pmap_extract(pm, VA), pa);
}

TEST(pmap_enter__isolates_page_tables_as_data)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pt;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pt = *host_pde(pm, VA) & MMU_FRAME;
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_enter(pm, VA, pt, PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_isolated, 1);
	CHECK(host_record.hr_iso_pmap == pm);
	CHECK_EQ(host_record.hr_iso_va, VA);
	CHECK_EQ(host_record.hr_iso_pa, 0xffffffff);
	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK_LOG("PT4");
	host_record.hr_isolated = 0;
}

TEST(pmap_enter__one_page_at_many_addresses)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 300; i++)
		DO(pmap_enter(pm, VA + i * 7 * PAGE, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_page_mappings(pa), 300);
	CHECK_EQ(pmap_resident_count(pm), 300);
	CHECK(can_write(pm, VA + 299 * 7 * PAGE, pa));
	CHECK(pmap_is_modified(pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_enter__edges_of_page_tables)
{
	static const uint32_t va[] = {
		0, 0x3ff000, 0x400000, 0x7ff000, 0x8f800000u, STACK_TOP
	};
	pmap_t pm = as_new();
	uint32_t pa[6], i;

	pages_new(pa, 6);
	for (i = 0; i < 6; i++)
		DO(pmap_enter(pm, va[i], pa[i], PROT_RW, i & 1));
	for (i = 0; i < 6; i++) {
		CHECK_EQ(pmap_extract(pm, va[i]), pa[i]);
		CHECK(can_write(pm, va[i], pa[i]));
	}
	CHECK_EQ(usage().pu_ptps, 3);
	CHECK_EQ(pmap_wired_count(pm), 3);
}

TEST(pmap_pageable__is_advice_only)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_pageable(pm, VA, VA + PAGE, TRUE));
	DO(pmap_pageable(pm, VA, VA + PAGE, FALSE));
	DO(pmap_pageable(NULL, 0, 0, FALSE));
	CHECK_EQ(pmap_wired_count(pm), 1);
	CHECK(pmap_is_modified(pa));
}
