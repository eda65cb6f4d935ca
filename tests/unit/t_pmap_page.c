/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_page.c: page_protect, changebit, testbit: all mappings of a page.
 */
#include "unit.h"

#define VA	0x10000000u

/*
 * Map a page in n new pmaps and write to it in each.
 */
static void
share(pmap_t *pm, uint32_t n, uint32_t pa)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		pm[i] = as_new();
		DO(pmap_enter(pm[i], VA + i * PAGE, pa, PROT_RW, FALSE));
		CHECK(can_write(pm[i], VA + i * PAGE, pa));
	}
}

TEST(pmap_page_protect__read_execute_is_read)
{
	pmap_t pm[1];
	uint32_t pa = page_new();

	share(pm, 1, pa);
	DO(pmap_page_protect(pa, PROT_RX));
	CHECK(!can_write(pm[0], VA, pa));
	CHECK(can_read(pm[0], VA, pa));
}

TEST(pmap_page_protect__all_is_nothing)
{
	pmap_t pm[2];
	uint32_t pa = page_new();

	share(pm, 2, pa);
	DO(pmap_page_protect(pa, VM_PROT_ALL));
	CHECK(can_write(pm[0], VA, pa));
	CHECK(can_write(pm[1], VA + PAGE, pa));
}

TEST(pmap_page_protect__none_removes_and_saves)
{
	pmap_t pm[4];
	uint32_t pa = page_new(), i;

	share(pm, 4, pa);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	for (i = 0; i < 4; i++) {
		CHECK(!can_read(pm[i], VA + i * PAGE, pa));
		CHECK_EQ(pmap_resident_count(pm[i]), 0);
	}
	CHECK_EQ(pmap_page_mappings(pa), 0);
	CHECK_EQ(usage().pu_ptps, 0);
	CHECK(pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));
}

TEST(pmap_page_protect__none_saves_one_writer_among_readers)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(a, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(b, VA, pa, PROT_R, FALSE));
	CHECK(can_write(a, VA, pa));
	CHECK(can_read(b, VA, pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_page_protect__wired_and_kernel_mappings_too)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), va = host_kva(1);

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK(!kernel_can(va, MMU_READ, pa));
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_clear_reference__keeps_modify)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_clear_reference(pa));
	CHECK(pmap_is_modified(pa));
	CHECK(can_write(pm, VA, pa));
	CHECK(pmap_is_referenced(pa));
}

TEST(pmap_clear_reference__in_every_pmap)
{
	pmap_t pm[5];
	uint32_t pa = page_new(), i;

	share(pm, 5, pa);
	DO(pmap_clear_reference(pa));
	CHECK(!pmap_is_referenced(pa));
	for (i = 0; i < 5; i++) {
		CHECK_EQ(pte_of(pm[i], VA + i * PAGE) & MMU_A, 0);
		CHECK(can_read(pm[i], VA + i * PAGE, pa));
	}
	CHECK(pmap_is_referenced(pa));
}

TEST(pmap_changebit__saved_bits_are_cleared_alone)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	DO(pmap_clear_reference(pa));
	CHECK(pmap_is_modified(pa));
	CHECK(!pmap_is_referenced(pa));
	DO(pmap_clear_modify(pa));
	CHECK(!pmap_is_modified(pa));
}

TEST(pmap_changebit__sets_and_clears_at_once)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_changebit(pa, PMAP_NOCACHE, ~PMAP_MOD));
	CHECK(pte_of(pm, VA) & MMU_PCD);
	CHECK(!pmap_is_modified(pa));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_changebit(pa, 0, ~PMAP_NOCACHE));
	CHECK_EQ(pte_of(pm, VA) & MMU_PCD, 0);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_changebit__cannot_break_an_entry)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_changebit(pa, ~0u, ~0u));
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK_EQ(audit(), 0);
	DO(pmap_changebit(pa, 0, 0));
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK_EQ(pmap_wired_count(pm), 1);
	CHECK(!pmap_is_modified(pa));
	CHECK(can_read(pm, VA, pa));
	CHECK(!can_write(pm, VA, pa));
}

TEST(pmap_copy_on_write__takes_write_away)
{
	pmap_t pm[3];
	uint32_t pa = page_new(), i;

	share(pm, 3, pa);
	DO(pmap_copy_on_write(pa));
	for (i = 0; i < 3; i++)
		CHECK(!can_write(pm[i], VA + i * PAGE, pa));
}

TEST(pmap_testbit__sees_any_mapping)
{
	pmap_t pm[9];
	uint32_t pa = page_new(), i;

	share(pm, 9, pa);
	for (i = 0; i < 9; i++) {
		DO(pmap_clear_modify(pa));
		DO(pmap_clear_reference(pa));
		CHECK(!pmap_testbit(pa, PMAP_MOD | PMAP_REF));
		CHECK(can_write(pm[i], VA + i * PAGE, pa));
		CHECK(pmap_is_modified(pa));
		CHECK(pmap_is_referenced(pa));
	}
	CHECK(pmap_testbit(pa, PMAP_WRITE));
	DO(pmap_page_protect(pa, PROT_R));
	CHECK(!pmap_testbit(pa, PMAP_WRITE));
}

TEST(pmap_page__low_bits_are_ignored)
{
	pmap_t pm[1];
	uint32_t pa = page_new();

	share(pm, 1, pa);
	CHECK(pmap_is_modified(pa + 0xfff));
	CHECK(pmap_is_referenced(pa + 7));
	CHECK_EQ(pmap_page_mappings(pa + 0x800), 1);
	DO(pmap_clear_modify(pa + 0x123));
	DO(pmap_clear_reference(pa + 0x123));
	CHECK(!pmap_testbit(pa + 1, PMAP_MOD | PMAP_REF));
	DO(pmap_page_protect(pa + 0x40, PROT_R));
	CHECK(!can_write(pm[0], VA, pa));
	DO(pmap_page_protect(pa + 0x41, VM_PROT_NONE));
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_page__unmanaged_is_nothing)
{
	static const uint32_t bad[] = { 0xc0000000u, 0xfffff000u, 0x000a0000u,
		0x00100000u };
	pmap_t pm = as_new();
	uint32_t i;

	DO(pmap_enter(pm, VA, bad[0], PROT_RW, FALSE));
	CHECK(can_write(pm, VA, bad[0]));
	for (i = 0; i < 4; i++) {
		DO(pmap_page_protect(bad[i], VM_PROT_NONE));
		DO(pmap_page_protect(bad[i], PROT_R));
		DO(pmap_clear_modify(bad[i]));
		CHECK(!pmap_is_modified(bad[i]));
		CHECK(!pmap_is_referenced(bad[i]));
		CHECK_EQ(pmap_page_mappings(bad[i]), 0);
	}
	CHECK(can_write(pm, VA, bad[0]));
}

TEST(pmap_page__page_tables_are_no_pages)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pt;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pt = *host_pde(pm, VA) & MMU_FRAME;
	DO(pmap_page_protect(pt, VM_PROT_NONE));
	DO(pmap_clear_modify(pt));
	CHECK(!pmap_is_modified(pt));
	DO(pmap_page_protect(pm->pm_pdirpa, VM_PROT_NONE));
	CHECK(can_write(pm, VA, pa));
}

TEST(pmap_page__random_bits_against_a_model)
{
	pmap_t pm[4];
	uint32_t pa = page_new(), n, i;
	bool m = false, u = false, rw[4], in[4];

	memset(in, 0, sizeof(in));
	for (i = 0; i < 4; i++)
		pm[i] = as_new();
	for (n = 0; n < 4000; n++) {
		i = unit_random() % 4;
		switch (unit_random() % 8) {
		case 0: case 1:
			rw[i] = unit_random() & 1;
			in[i] = true;
			DO(pmap_enter(pm[i], VA, pa, rw[i] ? PROT_RW : PROT_R,
			    unit_random() & 1));
			break;
		case 2:
			in[i] = false;
			DO(pmap_remove(pm[i], VA, VA + PAGE));
			break;
		case 3:
			m = false;
			DO(pmap_clear_modify(pa));
			break;
		case 4:
			u = false;
			DO(pmap_clear_reference(pa));
			break;
		case 5:
			CHECK_EQ(can_write(pm[i], VA, pa), in[i] && rw[i]);
			m |= in[i] && rw[i];
			u |= in[i] && rw[i];
			break;
		case 6:
			CHECK_EQ(can_read(pm[i], VA, pa), in[i]);
			u |= in[i];
			break;
		case 7:
			DO(pmap_protect(pm[i], VA, VA + PAGE, PROT_R));
			rw[i] = false;
			break;
		}
		CHECK_EQ(pmap_is_modified(pa), m);
		CHECK_EQ(pmap_is_referenced(pa), u);
	}
}
