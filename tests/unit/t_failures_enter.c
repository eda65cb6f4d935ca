/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_enter.c: R1, R2, R3, R10, R11, R22, R23, R24 of
 * doc/failures.md: one mapping, its page and its bits.
 */
#include "unit.h"

#define VA	0x00401000u

/*
 * Old pmaps of NetBSD: a page is cleaned, written, wired in place by mlock
 * and unwired; its M was dropped when it was wired, and the pagedaemon freed
 * it as clean.
 */
TEST(r01a__same_page_enter_keeps_modify)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_clear_modify(pa));		/* written to its store */
	CHECK(can_write(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));	/* mlock */
	CHECK(pmap_is_modified(pa));
	DO(pmap_change_wiring(pm, VA, FALSE));		/* munlock */
	DO(pmap_clear_reference(pa));			/* deactivated */
	CHECK(pmap_is_modified(pa));
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(pmap_is_modified(pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK(pmap_is_modified(pa));
}

TEST(r01b__same_page_enter_keeps_reference)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA, pa));
	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(pmap_is_referenced(pa));
	CHECK(!pmap_is_modified(pa));
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST(r02a__new_page_enter_saves_the_old_pages_bits)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	DO(pmap_enter(pm, VA, b, PROT_RW, FALSE));
	CHECK(pmap_is_modified(a));
	CHECK(pmap_is_referenced(a));
	CHECK_EQ(pmap_page_mappings(a), 0);
	CHECK_EQ(pmap_page_mappings(b), 1);
	CHECK(can_read(pm, VA, b));
	DO(pmap_clear_modify(a));
	CHECK(can_write(pm, VA, b));
	DO(pmap_enter(pm, VA, host_device_page(0), PROT_RW, FALSE));
	CHECK(pmap_is_modified(b));
	CHECK(!pmap_is_modified(a));
}

/*
 * 386BSD: the old M and U were ORed into the new entry whatever it mapped.
 */
TEST(r02b__new_page_enter_gives_it_no_bits)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	DO(pmap_enter(pm, VA, b, PROT_RW, FALSE));
	CHECK(!pmap_is_modified(b));
	CHECK(!pmap_is_referenced(b));
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), 0);
	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), 0);
	CHECK(!pmap_is_modified(b));
}

/*
 * Cranor: M went to the page and the new entry had none, but the TLB kept its
 * D; after clear_modify the next write set nothing.
 */
TEST(r03__reenter_then_clear_then_write_sets_modify)
{
	static const vm_prot_t prot[2] = { PROT_RW, VM_PROT_ALL };
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 4; i++) {
		DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, VA, pa));
		mmu_tlb_fill();
		DO(pmap_enter(pm, VA, pa, prot[i & 1], i >> 1));
		DO(pmap_clear_modify(pa));
		CHECK(!pmap_is_modified(pa));
		CHECK(can_write(pm, VA, pa));
		CHECK(pmap_is_modified(pa));
	}
}

/*
 * FreeBSD 1.1.5: the old frame of an empty entry read as 0, so frame 0 was
 * taken for "the same page" and counted nowhere.
 */
TEST(r10__frame_zero_is_a_page)
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
	CHECK_EQ(audit(), 0);
	DO(pmap_page_protect(0, VM_PROT_NONE));
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK_EQ(usage().pu_ptps, 0);
	host_page_put(0);
}

/*
 * FreeBSD 1.1.5: the cache bits were set on the "new page" path alone.
 */
TEST(r11__device_reenter_keeps_cache_bits)
{
	pmap_t pm = as_new();
	uint32_t pa = host_device_page(3), kva = host_kva(1);

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
	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, kva, pa, PROT_R, TRUE));
	CHECK(pte_of(kernel_pmap, kva) & MMU_PCD);
	DO(pmap_kenter(kva, pa, PROT_RW));
	CHECK(pte_of(kernel_pmap, kva) & MMU_PCD);
	DO(pmap_kremove(kva, PAGE));
}

/*
 * A copy of mappings must take neither M nor the right to write, link no page
 * twice and stand a destination in use.
 */
TEST(r22a__copy_leaves_an_occupied_destination)
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
	CHECK_EQ(audit(), 0);
}

TEST(r22b__copy_grants_no_write_and_no_modify)
{
	pmap_t src = as_new(), dst = as_new();
	uint32_t pa[4], i;

	pages_new(pa, 4);
	for (i = 0; i < 4; i++) {
		DO(pmap_enter(src, VA + i * PAGE, pa[i], PROT_RW, FALSE));
		CHECK(can_write(src, VA + i * PAGE, pa[i]));
	}
	DO(pmap_copy(dst, src, VA, 4 * PAGE, VA));
	DO(pmap_copy(dst, src, VA, 4 * PAGE, VA));
	for (i = 0; i < 4; i++) {
		CHECK_EQ(pte_of(dst, VA + i * PAGE) & (MMU_D | MMU_RW), 0);
		CHECK(!can_write(dst, VA + i * PAGE, pa[i]));
		CHECK(pmap_page_mappings(pa[i]) <= 2);
		CHECK(can_write(src, VA + i * PAGE, pa[i]));
	}
	CHECK_EQ(pmap_resident_count(src), 4);
	CHECK_EQ(audit(), 0);
}

/*
 * Cranor: a panic; old pmaps: a PTE pointer that was null.
 */
TEST(r23__change_wiring_of_nothing_counts_nothing)
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
	CHECK_EQ(pte_of(pm, VA + PAGE), 0);
	DO(pmap_change_wiring(NULL, VA, TRUE));
	DO(pmap_change_wiring(pm, PH_KERNBASE, TRUE));
	DO(pmap_change_wiring(pm, PH_USER_PTMAX, TRUE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(audit(), 0);
}

TEST(r24__lookup_tells_absence_from_frame_zero)
{
	pmap_t pm = as_new();
	vm_offset_t pa = 0x1234;

	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK(!pmap_lookup(pm, VA, &pa));
	CHECK_EQ(pa, 0x1234);
	CHECK(host_page_take(0));
	DO(pmap_enter(pm, VA, 0, PROT_R, FALSE));
	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK(pmap_lookup(pm, VA + 0x123, &pa));
	CHECK_EQ(pa, 0x123);
	CHECK(!pmap_lookup(pm, VA + PAGE, &pa));
	CHECK_EQ(pa, 0x123);
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK(!pmap_lookup(pm, VA, &pa));
	host_page_put(0);
}
