/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_tables.c: R9, R12, R13, R15, R25, R28 of doc/failures.md: page
 * tables, directories, counts and ranges.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x00801000u

/*
 * FreeBSD 1.1.5: each mapping took a hold on its page table, and only that of
 * a managed page was given back.
 */
TEST(r09a__table_is_freed_once_for_any_mix)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), freed = pmap_counters.pc_ptp_free;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, host_device_page(1), PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + 2 * PAGE, pa, PROT_R, TRUE));
	DO(pmap_enter(pm, VA + 2 * PAGE, host_device_page(2), PROT_R, FALSE));
	DO(pmap_remove(pm, VA + PAGE, VA + 2 * PAGE));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(usage().pu_ptps, 1);
	DO(pmap_remove(pm, VA + 2 * PAGE, VA + 3 * PAGE));
	CHECK_EQ(usage().pu_ptps, 0);
	CHECK_EQ(pmap_counters.pc_ptp_free, freed + 1);
	CHECK_EQ(usage().pu_mappings, 0);
}

TEST(r09b__kernel_table_counts_return_for_any_mix)
{
	uint32_t va = host_kva(4), pa = page_new(), valid, managed;
	const struct ptp *pt = ptp_lookup(kernel_pmap, va);

	valid = pt->pt_valid;
	managed = pt->pt_managed;
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	DO(pmap_enter(kernel_pmap, va + PAGE, host_device_page(1), PROT_RW, 0));
	DO(pmap_kenter(va + 2 * PAGE, pa, PROT_RW));
	DO(pmap_enter(kernel_pmap, va + 3 * PAGE, pa, PROT_RW, FALSE));
	DO(pmap_kenter(va + 3 * PAGE, pa, PROT_RW));
	CHECK_EQ(pt->pt_valid, valid + 4);
	CHECK_EQ(pt->pt_managed, managed + 1);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	DO(pmap_kremove(va + PAGE, 2 * PAGE));
	DO(pmap_remove(kernel_pmap, va, va + 4 * PAGE));
	CHECK_EQ(pt->pt_valid, valid);
	CHECK_EQ(pt->pt_managed, managed);
	CHECK_EQ(pt->pt_wired, 0);
}

TEST(r09c__loaded_table_is_flushed_by_reload)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), reloads;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	reloads = (uint32_t)mmu_counters.mn_reload;
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(mmu_counters.mn_reload, reloads + 1);
	CHECK_EQ(*host_pde(pm, VA), 0);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
}

/*
 * The host refuses a page that any TLB still holds, as data or as a page
 * table; here so many go that they leave the module, one after the other.
 */
TEST(r09d__no_table_is_freed_while_it_is_cached)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, held = host_record.hr_held;
	const uint32_t *window = (const uint32_t *)(PH_RECURSIVE << 22);

	for (i = 0; i < 40; i++)
		DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_RW, FALSE));
	for (i = 0; i < 40; i++) {
		CHECK(can_write(pm, VA + i * SLOT, pa));
		if (PH_RECURSIVE != 0)
			CHECK_EQ(window[(VA + i * SLOT) >> 12],
			    pte_of(pm, VA + i * SLOT));
	}
	CHECK(host_record.hr_held >= held + 38);
	for (i = 0; i < 40; i++) {
		DO(pmap_remove(pm, VA + i * SLOT, VA + i * SLOT + PAGE));
		CHECK(!can_read(pm, VA + i * SLOT, pa));
		if (PH_RECURSIVE != 0)
			CHECK(kernel_faults((uint32_t)
			    &window[(VA + i * SLOT) >> 12]));
	}
	CHECK(host_record.hr_held <= held + 8);
}

/*
 * Old pmaps: the alternate slot kept pointing at the directory of a dead
 * pmap, and a new one with the same frame was taken for "loaded already".
 * Here foreign page tables are reached by the arena and no slot is kept; what
 * is left of the failure is the directory's frame in its next life.
 */
TEST(r12__directory_frame_in_its_next_life)
{
	pmap_t p = as_new(), q, r;
	uint32_t a = page_new(), b = page_new(), i, dir, same = 0;

	for (i = 0; i < 10; i++) {
		q = as_new();
		dir = q->pm_pdirpa;
		DO(pmap_enter(q, VA, a, PROT_RW, FALSE));
		CHECK(can_write(q, VA, a));
		if (i & 1)
			pmap_activate(p);	/* q is touched as a stranger */
		DO(pmap_protect(q, VA, VA + PAGE, PROT_R));
		as_free(q);
		host_check("destroy");
		r = as_new();
		DO(pmap_enter(r, VA + PAGE, b, PROT_RW, FALSE));
		CHECK_EQ(pmap_extract(r, VA), 0);
		CHECK(!can_read(r, VA, a));
		CHECK(can_write(r, VA + PAGE, b));
		DO(pmap_protect(r, VA, VA + 2 * PAGE, PROT_R));
		CHECK(!can_write(r, VA + PAGE, b));
		same += r->pm_pdirpa == dir;
		as_free(r);
	}
	CHECK(same > 0);
}

/*
 * Cranor: pmap_collect, and with it a swapout, took wired mappings too.
 */
TEST(r13__collect_keeps_wired)
{
	pmap_t pm = as_new();
	uint32_t pa[3], i;

	pages_new(pa, 3);
	DO(pmap_enter(pm, VA, pa[0], PROT_RW, TRUE));
	DO(pmap_enter(pm, VA + PAGE, pa[1], PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + SLOT, pa[2], PROT_RW, FALSE));
	for (i = 0; i < 2; i++)
		CHECK(can_write(pm, VA + i * PAGE, pa[i]));
	CHECK(can_write(pm, VA + SLOT, pa[2]));
	DO(pmap_collect(pm));
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_wired_count(pm), 1);
	CHECK(can_write(pm, VA, pa[0]));
	CHECK(!can_read(pm, VA + PAGE, pa[1]));
	CHECK(!can_read(pm, VA + SLOT, pa[2]));
	for (i = 0; i < 3; i++)
		CHECK(pmap_is_modified(pa[i]));
	DO(pmap_collect(NULL));
}

/*
 * One random operation on 24 addresses, 8 in each of 3 tables; state[i] is
 * 0 for nothing, 1 for mapped, 3 for wired.
 */
static void
random_operation(pmap_t pm, const uint32_t *pa, uint8_t *state, uint8_t *page)
{
	uint32_t i = unit_random() % 24, n = unit_random() % 4, k;
	uint32_t va = i / 8 * SLOT + i % 8 * PAGE;

	switch (unit_random() % 8) {
	case 0: case 1: case 2:
		DO(pmap_enter(pm, va, pa[n], PROT_RW, (boolean_t)(n & 1)));
		state[i] = n & 1 ? 3 : 1;
		page[i] = (uint8_t)n;
		break;
	case 3:
		DO(pmap_change_wiring(pm, va, (boolean_t)(n & 1)));
		if (state[i] != 0)
			state[i] = n & 1 ? 3 : 1;
		break;
	case 4:
		DO(pmap_remove(pm, va, va + PAGE));
		state[i] = 0;
		break;
	case 5:
		DO(pmap_remove(pm, i / 8 * SLOT, (i / 8 + 1) * SLOT));
		memset(state + i / 8 * 8, 0, 8);
		break;
	case 6:
		DO(pmap_page_protect(pa[n], VM_PROT_NONE));
		for (k = 0; k < 24; k++)
			if (page[k] == n)
				state[k] = 0;
		break;
	case 7:
		DO(pmap_collect(pm));
		for (k = 0; k < 24; k++)
			if (state[k] == 1)
				state[k] = 0;
		break;
	}
}

/*
 * FreeBSD: a count that fell below the truth ended pmap_remove early, and a
 * freed page stayed mapped.
 */
TEST(r15__counts_are_exact_after_each_operation)
{
	pmap_t pm = as_new();
	uint32_t pa[4], n, i, resident, wired;
	uint8_t state[24], page[24];

	memset(state, 0, sizeof(state));
	memset(page, 0, sizeof(page));
	pages_new(pa, 4);
	for (n = 0; n < 1500; n++) {
		random_operation(pm, pa, state, page);
		for (i = resident = wired = 0; i < 24; i++) {
			resident += state[i] != 0;
			wired += state[i] == 3;
		}
		CHECK_EQ(pmap_resident_count(pm), resident);
		CHECK_EQ(pmap_wired_count(pm), wired);
		if (n % 10 == 0)
			CHECK_EQ(audit(), 0);
	}
}

TEST(r25a__remove_up_to_4gb)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_remove(pm, VA + PAGE, 0));
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK_EQ(pmap_extract(pm, STACK_TOP), 0);
	DO(pmap_remove(pm, VA, 0xfffff000u));
	CHECK_EQ(pmap_resident_count(pm), 0);
}

TEST(r25b__protect_up_to_4gb)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, STACK_TOP, pa));
	DO(pmap_protect(pm, STACK_TOP, 0, PROT_R));
	CHECK(!can_write(pm, STACK_TOP, pa));
	CHECK(can_write(pm, VA, pa));
}

TEST(r25c__kernel_range_up_to_4gb)
{
	uint32_t low = host_kva(1), pa = page_new(), last;
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	last = eva - PAGE;
	DO(pmap_enter(kernel_pmap, low, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, last, pa, PROT_RW, FALSE));
	CHECK(kernel_can(last, MMU_WRITE, pa));
	DO(pmap_remove(kernel_pmap, last - PAGE, 0));
	CHECK(!kernel_can(last, MMU_READ, pa));
	CHECK(kernel_can(low, MMU_READ, pa));
	DO(pmap_remove(kernel_pmap, low, low + PAGE));
}

/*
 * A range over the recursive slot is a range over all page tables: NetBSD's
 * loop meant to skip it and did not.
 */
TEST(r28a__remove_over_the_recursive_slot_is_refused)
{
	pmap_t pm = as_new();
	uint32_t slot, was[1024], pa = page_new(), refused;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	memcpy(was, host_pde(pm, 0), sizeof(was));
	refused = pmap_counters.pc_refused;
	DO(pmap_remove(pm, PH_USER_PTMAX, PH_USER_PTMAX + SLOT));
	DO(pmap_remove(pm, PH_USER_PTMAX, PH_KERNEND));
	DO(pmap_remove(pm, PH_USER_PTMAX, 0));
	DO(pmap_remove(pm, PH_KERNBASE, PH_KERNBASE + PAGE));
	DO(pmap_protect(pm, PH_USER_PTMAX, 0, PROT_R));
	DO(pmap_enter(pm, PH_USER_PTMAX, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, PH_USER_PTMAX + (VA >> 10), pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_refused, refused + 7);
	DO(pmap_remove(pm, VA + PAGE, PH_KERNEND));
	for (slot = 0; slot < 1024; slot++)
		CHECK_EQ(host_pde(pm, 0)[slot] & ~MMU_A, was[slot] & ~MMU_A);
	CHECK(can_write(pm, VA, pa));
}

TEST(r28b__kernel_image_and_slot_are_out_of_reach)
{
	uint32_t pte = pte_of(kernel_pmap, PH_KERNBASE + 0x100000);
	uint32_t refused = pmap_counters.pc_refused;

	DO(pmap_remove(kernel_pmap, PH_KERNBASE, PH_KERNBASE + 0x180000));
	DO(pmap_remove(kernel_pmap, 0, PH_USER_PTMAX));
	DO(pmap_remove(kernel_pmap, PH_USER_PTMAX, PH_KERNBASE));
	DO(pmap_kremove(PH_USER_PTMAX, SLOT));
	CHECK_EQ(pmap_counters.pc_refused, refused + 4);
	CHECK_EQ(pte_of(kernel_pmap, PH_KERNBASE + 0x100000) & ~MMU_A,
	    pte & ~MMU_A);
	if (PH_RECURSIVE != 0)
		CHECK_EQ(*host_pde(kernel_pmap, PH_RECURSIVE << 22) &
		    MMU_FRAME, kernel_pmap->pm_pdirpa);
}
