/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_protect.c: pmap_protect.
 */
#include "unit.h"

#define VA	0x00c00000u

TEST(pmap_protect__execute_only_stays_readable)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_protect(pm, VA, VA + PAGE, VM_PROT_EXECUTE));
	CHECK(can_read(pm, VA, pa));
	CHECK(!can_write(pm, VA, pa));
}

TEST(pmap_protect__none_removes)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_protect(pm, VA, VA + PAGE, VM_PROT_NONE));
	CHECK(!can_read(pm, VA, pa));
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_protect__write_grants_nothing)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	DO(pmap_protect(pm, VA, VA + 2 * PAGE, PROT_RW));
	DO(pmap_protect(pm, VA, VA + 2 * PAGE, VM_PROT_ALL));
	CHECK(!can_write(pm, VA, a));
	CHECK(can_write(pm, VA + PAGE, b));
}

TEST(pmap_protect__range_over_tables_and_holes)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, va;

	for (i = 0; i < 6; i++) {
		va = VA + i * (SLOT + 3 * PAGE) * 2;
		DO(pmap_enter(pm, va, pa, PROT_RW, i & 1));
		CHECK(can_write(pm, va, pa));
	}
	DO(pmap_protect(pm, VA + PAGE, VA + 9 * SLOT, PROT_R));
	for (i = 0; i < 6; i++) {
		va = VA + i * (SLOT + 3 * PAGE) * 2;
		CHECK_EQ(can_write(pm, va, pa), va < VA + PAGE ||
		    va >= VA + 9 * SLOT);
	}
	CHECK_EQ(pmap_wired_count(pm), 3);
	CHECK_EQ(pmap_resident_count(pm), 6);
}

TEST(pmap_protect__foreign_pmap_needs_no_flush)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t pa = page_new(), invlpg, reload;

	DO(pmap_enter(a, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(a, VA, pa));
	pmap_activate(b);
	invlpg = (uint32_t)mmu_counters.mn_invlpg;
	reload = (uint32_t)mmu_counters.mn_reload;
	DO(pmap_protect(a, VA, VA + PAGE, PROT_R));
	CHECK_EQ(mmu_counters.mn_invlpg, invlpg);
	CHECK_EQ(mmu_counters.mn_reload, reload);
	CHECK(!can_write(a, VA, pa));
}

TEST(pmap_protect__unchanged_rights_need_no_flush)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), invlpg;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA, pa));
	invlpg = (uint32_t)mmu_counters.mn_invlpg;
	DO(pmap_protect(pm, VA, VA + 100 * PAGE, PROT_R));
	CHECK_EQ(mmu_counters.mn_invlpg, invlpg);
}

TEST(pmap_protect__bad_ranges_are_nothing)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_protect(pm, VA, VA, PROT_R));
	DO(pmap_protect(pm, VA + PAGE, VA, PROT_R));
	DO(pmap_protect(NULL, VA, VA + PAGE, PROT_R));
	DO(pmap_protect(NULL, VA, VA + PAGE, VM_PROT_NONE));
	CHECK(can_write(pm, VA, pa));
}

TEST(pmap_protect__kernel_range)
{
	uint32_t va = host_kva(2), pa = page_new();

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	DO(pmap_protect(kernel_pmap, va, va + 2 * PAGE, PROT_R));
	CHECK(kernel_can(va, MMU_READ, pa));
	CHECK(!kernel_can(va, MMU_WRITE, pa));
	CHECK(pmap_is_modified(pa));
	DO(pmap_remove(kernel_pmap, va, va + 2 * PAGE));
}
