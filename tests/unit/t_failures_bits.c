/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_bits.c: R4, R5, R6, R7, R14 of doc/failures.md: rights and the
 * processor's bits, and the TLB that remembers them.
 */
#include "unit.h"

#define VA	0x10000000u

/*
 * A page whose A was cleared without a flush is used and looks unused; the
 * pagedaemon frees what is unused and clean.
 */
TEST(r04__access_after_clear_reference_sets_it_again)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_read(pm, VA, pa));
	DO(pmap_clear_reference(pa));
	CHECK(!pmap_is_referenced(pa));
	CHECK(can_read(pm, VA, pa));
	CHECK(pmap_is_referenced(pa));
	DO(pmap_clear_reference(pa));
	CHECK(can_write(pm, VA, pa));
	CHECK(pmap_is_referenced(pa));
	CHECK(pmap_is_modified(pa));
}

TEST(r05a__write_after_clear_modify_sets_it_again)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_clear_modify(pa));
	CHECK(!pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));
	CHECK(can_read(pm, VA, pa));
	CHECK(!pmap_is_modified(pa));
	CHECK(can_write(pm, VA, pa));
	CHECK(pmap_is_modified(pa));
}

TEST(r05b__clear_modify_clears_what_was_saved)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_remove(pm, VA, VA + PAGE));
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(pmap_is_modified(pa));
	DO(pmap_clear_modify(pa));
	CHECK(!pmap_is_modified(pa));
	CHECK(can_write(pm, VA, pa));
	CHECK(pmap_is_modified(pa));
}

TEST(r06__protect_read_only_denies_the_next_write)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_R));
	CHECK(!can_write(pm, VA, pa));
	CHECK(can_read(pm, VA, pa));
	CHECK(pmap_is_modified(pa));
}

/*
 * Loaded, foreign and kernel mappings at once; each is flushed where it has
 * to be, and none is passed over.
 */
TEST(r07__page_protect_read_reaches_every_pmap)
{
	pmap_t pm[4];
	uint32_t pa = page_new(), kva = host_kva(1), i;

	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, FALSE));
	for (i = 0; i < 4; i++) {
		pm[i] = as_new();
		DO(pmap_enter(pm[i], VA + i * PAGE, pa, PROT_RW, i & 1));
		CHECK(can_write(pm[i], VA + i * PAGE, pa));
	}
	CHECK(kernel_can(kva, MMU_WRITE, pa));
	DO(pmap_page_protect(pa, PROT_R));
	CHECK(!kernel_can(kva, MMU_WRITE, pa));
	CHECK_EQ(mmu_cpu.mc_cr3, pm[3]->pm_pdirpa);
	for (i = 4; i-- > 0;) {
		CHECK(!can_write(pm[i], VA + i * PAGE, pa));
		CHECK(can_read(pm[i], VA + i * PAGE, pa));
	}
	CHECK_EQ(pmap_page_mappings(pa), 5);
	CHECK(pmap_is_modified(pa));
	DO(pmap_remove(kernel_pmap, kva, kva + PAGE));
}

/*
 * A page in flight is written by the pager through an address of its own: it
 * must stay writable, and must not make the page look modified.
 */
TEST(r14__pager_mappings_are_not_write_protected)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), va = host_pager_sva;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	CHECK(!pmap_is_modified(pa));
	DO(pmap_page_protect(pa, PROT_R));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	DO(pmap_copy_on_write(pa));
	DO(pmap_protect(kernel_pmap, va, host_pager_eva, PROT_R));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	CHECK(pte_of(kernel_pmap, va) & MMU_RW);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	DO(pmap_clear_reference(pa));
	CHECK_EQ(pmap_page_mappings(pa), 0);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(!kernel_can(va, MMU_READ, pa));
	CHECK(!pmap_is_modified(pa));
}
