/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_memory.c: R8, R21, R30 of doc/failures.md: no memory, and what
 * is taken from whom.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x08000000u

/*
 * One page in each of n slots of pm.
 */
static void
spread(pmap_t pm, uint32_t n, uint32_t pa, boolean_t wired)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, wired));
}

/*
 * Cranor: the entry that was stolen was zeroed and its M with it.
 */
TEST(r08a__reclaim_keeps_modify_bits)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa[8], x = page_new(), i;

	pages_new(pa, 8);
	for (i = 0; i < 8; i++) {
		DO(pmap_enter(other, i * SLOT, pa[i], PROT_RW, FALSE));
		if (i & 1)
			CHECK(can_write(other, i * SLOT, pa[i]));
	}
	host_knobs.hk_limit = 0;
	spread(pm, 60, x, FALSE);
	CHECK_EQ(pmap_resident_count(other), 0);
	for (i = 0; i < 8; i++) {
		CHECK_EQ(pmap_is_modified(pa[i]), i & 1);
		CHECK_EQ(pmap_is_referenced(pa[i]), i & 1);
	}
}

TEST(r08b__reclaim_never_takes_wired)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t a = page_new(), b = page_new(), i;

	for (i = 0; i < 8; i++) {
		DO(pmap_enter(other, i * SLOT, a, PROT_RW, FALSE));
		DO(pmap_enter(other, i * SLOT + PAGE, b, PROT_RW, i & 1));
	}
	host_knobs.hk_limit = 0;
	spread(pm, 60, a, FALSE);
	CHECK(pmap_counters.pc_reclaim > 0);
	for (i = 1; i < 8; i += 2) {
		CHECK_EQ(pmap_extract(other, i * SLOT + PAGE), b);
		CHECK_EQ(pmap_extract(other, i * SLOT), a);
	}
	CHECK_EQ(pmap_wired_count(other), 4);
}

/*
 * Cranor: the search looked at the first page of each segment again and
 * again.  Here the one victim stands at each place in turn, and becomes one
 * in each way: never wired, unwired by call, unwired by a new enter.
 */
TEST(r08c__reclaim_finds_a_victim_anywhere)
{
	struct host_config c = host_config_default();
	pmap_t pm, other;
	uint32_t pa, k, i;

	for (k = 0; k < 20; k++) {
		host_boot(&c);
		pm = pmap_create(0);
		other = pmap_create(0);
		pa = host_page();
		for (i = 0; i < 20; i++)
			DO(pmap_enter(other, i * SLOT, pa, PROT_RW,
			    i != k || k % 3 != 0));
		if (k % 3 == 1)
			DO(pmap_change_wiring(other, k * SLOT, FALSE));
		else if (k % 3 == 2)
			DO(pmap_enter(other, k * SLOT, pa, PROT_RW, FALSE));
		host_knobs.hk_limit = 0;
		spread(pm, 30, pa, FALSE);
		CHECK_EQ(pmap_extract(other, k * SLOT), 0);
		CHECK_EQ(pmap_resident_count(other), 19);
		CHECK_EQ(audit(), 0);
	}
	host_boot(&c);
}

/*
 * How many valid kernel entries map a page table, a directory or slices?
 */
static uint32_t
views_of_tables(void)
{
	uint32_t va, pte, n = 0;

	for (va = PH_KERNBASE; va != PH_KERNEND; va += PAGE) {
		pte = pte_of(kernel_pmap, va);
		if ((pte & MMU_P) != 0 &&
		    frame_tag(frame_lookup(pte)) > FR_MANAGED)
			n++;
	}
	return (n);
}

/*
 * Cranor: when the victim was wired, the window on its page table was left
 * open, and the next use wrote into the wrong one.  Here there is no window:
 * after a reclaim that took, and one that met wired entries only, each table
 * is seen at its own place and nowhere else.
 */
TEST(r08d__reclaim_leaves_no_window_open)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	spread(pm, 20, pa, FALSE);
	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 20; i < 300 && pmap_counters.pc_deferred == 0; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		DO(pmap_change_wiring(pm, i * SLOT, TRUE));
		CHECK_EQ(*kernel_pte(pmap_window[0]), 0);
		CHECK_EQ(*kernel_pte(pmap_window[1]), 0);
		CHECK_EQ(views_of_tables(), usage().pu_arena);
	}
	CHECK(pmap_counters.pc_reclaim > 0);
	CHECK(pmap_counters.pc_deferred > 0);
}

/*
 * Every allocation of a script fails once, wherever it is made: for a
 * directory, a page table or a page of slices.
 */
TEST(r21a__each_allocation_may_fail)
{
	struct host_config c = host_config_default();
	uint32_t n, total = 1, pa, i;
	pmap_t pm;

	for (n = 0; n < total; n++) {
		host_boot(&c);
		pa = host_page();
		host_knobs.hk_fail[0] = n;
		pm = pmap_create(0);
		for (i = 0; i < 24; i++)
			DO(pmap_enter(pm, i * SLOT / 2 + i * 64 * PAGE, pa,
			    PROT_RW, i % 3 == 0));
		CHECK_EQ(audit(), 0);
		DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
		CHECK(can_write(pm, VA, pa));
		if (n == 0)
			total = host_record.hr_allocs + 1;
		pmap_activate(kernel_pmap);
		DO(pmap_destroy(pm));
		CHECK_EQ(usage().pu_mappings, 0);
		CHECK_EQ(usage().pu_ptps, 0);
		CHECK_EQ(audit(), 0);
	}
	CHECK(total > 10);
	host_boot(&c);
}

TEST(r21b__pairs_of_allocations_may_fail)
{
	struct host_config c = host_config_default();
	uint32_t a, b, pa, i;
	pmap_t pm;

	for (a = 0; a < 10; a++)
		for (b = a + 1; b < 12; b++) {
			host_boot(&c);
			pa = host_page();
			host_knobs.hk_fail[0] = a;
			host_knobs.hk_fail[1] = b;
			pm = pmap_create(0);
			for (i = 0; i < 8; i++)
				DO(pmap_enter(pm, i * SLOT + i * 64 * PAGE, pa,
				    PROT_RW, i & 1));
			CHECK_EQ(audit(), 0);
			DO(pmap_destroy(pm));
			CHECK_EQ(usage().pu_mappings, 0);
			CHECK_EQ(audit(), 0);
		}
	host_boot(&c);
}

/*
 * With no page at all, and the reserve at each of its levels, an enter that
 * cannot be made leaves what it found.
 */
TEST(r21c__enter_without_memory_is_whole_or_nothing)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, mapped = 0, deferred;
	vm_offset_t got;

	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 0; i < 60; i++) {
		deferred = pmap_counters.pc_deferred;
		DO(pmap_enter(pm, i * 64 * PAGE, pa, PROT_RW, FALSE));
		CHECK_EQ(pmap_counters.pc_deferred - deferred,
		    pmap_lookup(pm, i * 64 * PAGE, &got) == 0);
		CHECK_EQ(pmap_resident_count(pm), pmap_page_mappings(pa));
		DO(pmap_change_wiring(pm, i * 64 * PAGE, TRUE));
		CHECK_EQ(pmap_wired_count(pm), pmap_resident_count(pm));
		mapped += pmap_counters.pc_deferred == deferred;
		CHECK_EQ(audit(), 0);
	}
	CHECK(pmap_counters.pc_deferred > 0);
	CHECK_EQ(pmap_resident_count(pm), mapped);
}

/*
 * FreeBSD 12: with nothing to take, the reclaimer took the head of an empty
 * list and faulted; where all was wired its caller's loop had no exit.
 */
TEST(r30__nothing_to_reclaim_is_a_failure)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, deferred, mapped;

	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 0; i < 300 && pmap_counters.pc_deferred == 0; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		DO(pmap_change_wiring(pm, i * SLOT, TRUE));
	}
	CHECK(i < 300);
	CHECK(ptp_victim(NULL, true) == NULL);
	deferred = pmap_counters.pc_deferred;
	mapped = pmap_resident_count(pm);
	DO(pmap_enter(pm, 400 * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_deferred, deferred + 1);
	CHECK_EQ(pmap_resident_count(pm), mapped);
	CHECK_EQ(pmap_wired_count(pm), mapped);
	CHECK_EQ(*host_pde(pm, 400 * SLOT), 0);
	CHECK_EQ(audit(), 0);
	host_knobs.hk_limit = HOST_NO_LIMIT;
	DO(pmap_enter(pm, 400 * SLOT, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, 400 * SLOT, pa));
}
