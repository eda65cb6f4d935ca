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

TEST(pmap_enter__same_page_keeps_modify)		/* R1 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST(pmap_enter__same_page_keeps_reference)		/* R1 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(pmap_is_referenced(pa));
	CHECK(!pmap_is_modified(pa));
}

TEST(pmap_enter__new_page_saves_old_bits)		/* R2 */
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	DO(pmap_enter(pm, VA, b, PROT_RW, FALSE));
	CHECK(pmap_is_modified(a));
	CHECK(pmap_is_referenced(a));
	CHECK(!pmap_is_modified(b));
	CHECK(!pmap_is_referenced(b));
	CHECK_EQ(pmap_page_mappings(a), 0);
	CHECK_EQ(pmap_page_mappings(b), 1);
	CHECK(can_read(pm, VA, b));
}

TEST(pmap_enter__write_after_reenter_and_clear)		/* R3 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	int wired;

	for (wired = 0; wired < 2; wired++) {
		DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, VA, pa));
		DO(pmap_enter(pm, VA, pa, PROT_RW, wired));
		DO(pmap_clear_modify(pa));
		CHECK(!pmap_is_modified(pa));
		CHECK(can_write(pm, VA, pa));
		CHECK(pmap_is_modified(pa));
	}
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

TEST(pmap_enter__frame_zero_is_a_page)			/* R10 */
{
	pmap_t pm = as_new();
	vm_offset_t pa = 1;

	CHECK(host_page_take(0));
	DO(pmap_enter(pm, VA, 0, PROT_RW, FALSE));
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_page_mappings(0), 1);
	CHECK(pmap_lookup(pm, VA, &pa));
	CHECK_EQ(pa, 0);
	CHECK(can_write(pm, VA, 0));
	CHECK(pmap_is_modified(0));
	DO(pmap_page_protect(0, VM_PROT_NONE));
	CHECK_EQ(pmap_resident_count(pm), 0);
	host_page_put(0);
}

TEST(pmap_lookup__tells_absence_from_frame_zero)	/* R24 */
{
	pmap_t pm = as_new();
	vm_offset_t pa = 0x1234;

	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK(!pmap_lookup(pm, VA, &pa));
	CHECK_EQ(pa, 0x1234);
	CHECK(host_page_take(0));
	DO(pmap_enter(pm, VA, 0, PROT_R, FALSE));
	CHECK(pmap_lookup(pm, VA + 0x123, &pa));
	CHECK_EQ(pa, 0x123);
	CHECK(!pmap_lookup(pm, VA + PAGE, &pa));
	DO(pmap_remove(pm, VA, VA + PAGE));
	host_page_put(0);
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

TEST(pmap_enter__device_keeps_cache_bits)		/* R11 */
{
	pmap_t pm = as_new();
	uint32_t pa = host_device_page(3);

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	DO(pmap_enter(pm, VA, pa, PROT_R, TRUE));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	DO(pmap_change_wiring(pm, VA, FALSE));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_R));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	CHECK_EQ(pmap_page_mappings(pa), 0);
	CHECK_EQ(pmap_resident_count(pm), 1);
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

TEST(pmap_change_wiring__absent_mapping_is_nothing)	/* R23 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_change_wiring(pm, VA, TRUE));
	DO(pmap_change_wiring(pm, VA, FALSE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(usage().pu_ptps, 0);
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	DO(pmap_change_wiring(pm, VA + PAGE, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	DO(pmap_change_wiring(NULL, VA, TRUE));
	DO(pmap_change_wiring(pm, PH_KERNBASE, TRUE));
	DO(pmap_change_wiring(pm, PH_USER_PTMAX, TRUE));
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

TEST(pmap_copy__is_advice_only)				/* R22 */
{
	pmap_t src = as_new(), dst = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(src, VA, a, PROT_RW, TRUE));
	CHECK(can_write(src, VA, a));
	DO(pmap_enter(dst, VA, b, PROT_R, FALSE));
	DO(pmap_copy(dst, src, VA, 16 * PAGE, VA));
	CHECK_EQ(pmap_extract(dst, VA), b);
	CHECK(!can_write(dst, VA, b));
	CHECK_EQ(pmap_wired_count(dst), 0);
	CHECK_EQ(pmap_page_mappings(a), 1);
	CHECK(!pmap_is_modified(b));
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

TEST(pmap_enter__random_against_arrays)			/* R15 */
{
	pmap_t pm[3];
	uint32_t pa[8], at[3][64], n, i, p, v, resident[3] = { 0, 0, 0 };

	for (i = 0; i < 3; i++)
		pm[i] = as_new();
	pages_new(pa, 8);
	memset(at, 0xff, sizeof(at));
	for (n = 0; n < 3000; n++) {
		p = unit_random() % 3;
		v = unit_random() % 64;
		i = unit_random() % 10;
		if (i < 8) {
			DO(pmap_enter(pm[p], v * 0x3f000, pa[i], PROT_RW, 0));
			resident[p] += at[p][v] == ~0u;
			at[p][v] = i;
		} else {
			DO(pmap_remove(pm[p], v * 0x3f000, v * 0x3f000 + PAGE));
			resident[p] -= at[p][v] != ~0u;
			at[p][v] = ~0u;
		}
		CHECK_EQ(pmap_resident_count(pm[p]), resident[p]);
		CHECK_EQ(can_read(pm[p], v * 0x3f000, pa[i & 7]), i < 8);
	}
	CHECK_EQ(audit(), 0);
	for (n = 0; n < 3 * 64; n++)
		if (at[n / 64][n % 64] != ~0u)
			CHECK_EQ(pmap_extract(pm[n / 64], n % 64 * 0x3f000),
			    pa[at[n / 64][n % 64]]);
}
