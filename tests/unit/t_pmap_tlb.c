/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_tlb.c: flushes: TL1 to TL3, the gather, the 386.
 *
 * The TLB of the host never forgets, and mmu_tlb_fill caches all that a
 * processor might; host_check after every call compares it with the tables.
 */
#include "unit.h"

#define VA	0x50000000u

static void
map_and_write(pmap_t pm, uint32_t va, uint32_t n, uint32_t pa)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		DO(pmap_enter(pm, va + i * PAGE, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, va + i * PAGE, pa));
	}
}

TEST(pmap_tlb__few_pages_are_single_invalidations)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), invlpg, reload;

	map_and_write(pm, VA, 32, pa);
	invlpg = (uint32_t)mmu_counters.mn_invlpg;
	reload = (uint32_t)mmu_counters.mn_reload;
	DO(pmap_protect(pm, VA, VA + 32 * PAGE, PROT_R));
	CHECK_EQ(mmu_counters.mn_invlpg, invlpg + 32);
	CHECK_EQ(mmu_counters.mn_reload, reload);
}

TEST(pmap_tlb__many_pages_are_one_reload)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), invlpg, reload;

	map_and_write(pm, VA, 33, pa);
	invlpg = (uint32_t)mmu_counters.mn_invlpg;
	reload = (uint32_t)mmu_counters.mn_reload;
	DO(pmap_protect(pm, VA, VA + 33 * PAGE, PROT_R));
	CHECK_EQ(mmu_counters.mn_invlpg, invlpg);
	CHECK_EQ(mmu_counters.mn_reload, reload + 1);
	map_and_write(pm, VA, 100, pa);
	reload = (uint32_t)mmu_counters.mn_reload;
	DO(pmap_page_protect(pa, PROT_R));
	CHECK_EQ(mmu_counters.mn_reload, reload + 1);
}

TEST(pmap_tlb__untouched_entries_need_no_flush)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, flushes;

	pmap_activate(pm);
	for (i = 0; i < 10; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	flushes = (uint32_t)(mmu_counters.mn_invlpg + mmu_counters.mn_reload);
	DO(pmap_protect(pm, VA, VA + 10 * PAGE, PROT_R));
	DO(pmap_clear_reference(pa));
	DO(pmap_remove(pm, VA, VA + 9 * PAGE));
	CHECK_EQ(mmu_counters.mn_invlpg + mmu_counters.mn_reload, flushes);
}

TEST(pmap_tlb__replacing_untouched_entries_needs_no_flush)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), flushes;

	pmap_activate(pm);
	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	flushes = (uint32_t)(mmu_counters.mn_invlpg + mmu_counters.mn_reload);
	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	DO(pmap_enter(pm, VA, b, PROT_R, FALSE));
	CHECK_EQ(mmu_counters.mn_invlpg + mmu_counters.mn_reload, flushes);
	CHECK(can_read(pm, VA, b));
	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK_EQ(mmu_counters.mn_invlpg + mmu_counters.mn_reload,
	    flushes + 1);
}

TEST(pmap_tlb__foreign_pmap_is_never_flushed)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t pa = page_new(), flushes;

	map_and_write(a, VA, 10, pa);
	pmap_activate(b);
	flushes = (uint32_t)(mmu_counters.mn_invlpg + mmu_counters.mn_reload);
	DO(pmap_protect(a, VA, VA + 5 * PAGE, PROT_R));
	DO(pmap_clear_modify(pa));
	DO(pmap_remove(a, VA, VA + 9 * PAGE));
	CHECK_EQ(mmu_counters.mn_invlpg + mmu_counters.mn_reload, flushes);
}

TEST(pmap_tlb__greedy_processor_and_every_operation)
{
	pmap_t pm[3];
	uint32_t pa[4], n, v, i;

	for (i = 0; i < 3; i++)
		pm[i] = as_new();
	pages_new(pa, 4);
	for (n = 0; n < 3000; n++) {
		i = unit_random() % 3;
		v = VA + unit_random() % 80 * 0x40000;
		if (unit_random() % 4 == 0)
			pmap_activate(pm[i]);
		switch (unit_random() % 9) {
		case 0:
			DO(pmap_enter(pm[i], v, pa[n % 4], PROT_RW, n & 16));
			break;
		case 1:
			DO(pmap_enter(pm[i], v, pa[n % 4], PROT_R, FALSE));
			break;
		case 2:
			DO(pmap_remove(pm[i], v, v + n % 64 * PAGE));
			break;
		case 3:
			DO(pmap_protect(pm[i], v, v + SLOT, PROT_R));
			break;
		case 4:
			DO(pmap_clear_modify(pa[n % 4]));
			break;
		case 5:
			DO(pmap_clear_reference(pa[n % 4]));
			break;
		case 6:
			DO(pmap_page_protect(pa[n % 4], n & 1 ? PROT_R :
			    VM_PROT_NONE));
			break;
		default:
			(void)can_write(pm[i], v, pa[n % 4]);
			break;
		}
		mmu_tlb_fill();
		host_check("a fill");
	}
}

TEST(pmap_tlb__freed_table_may_be_reused_at_once)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t x = page_new(), y = page_new(), i;

	for (i = 0; i < 20; i++) {
		DO(pmap_enter(a, VA, x, PROT_RW, FALSE));
		CHECK(can_write(a, VA, x));
		DO(pmap_page_protect(x, VM_PROT_NONE));
		DO(pmap_enter(b, VA, y, PROT_RW, FALSE));
		CHECK(!can_read(a, VA, y));
		CHECK(can_read(b, VA, y));
		DO(pmap_remove(b, 0, PH_USER_PTMAX));
	}
}

TEST(pmap_tlb__kernel_writes_on_a_386_set_modify)
{
	struct host_config c = host_config_default();
	pmap_t pm;
	uint32_t pa, got;

	c.hc_invlpg = c.hc_wp = c.hc_pge = false;
	host_boot(&c);
	pm = as_new();
	pa = page_new();
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	pmap_activate(pm);
	CHECK_EQ(mmu_access(VA, MMU_WRITE, &got), MMU_OK);
	CHECK(pmap_is_modified(pa));
	host_check("a write of the kernel's");
	DO(pmap_clear_modify(pa));
	CHECK_EQ(mmu_access(VA, MMU_WRITE, &got), MMU_OK);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_tlb__write_protect_is_kept_with_wp)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), got;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	pmap_activate(pm);
	CHECK_EQ(mmu_access(VA, MMU_WRITE, &got), MMU_DENIED);
	CHECK(!pmap_is_modified(pa));
}

TEST(pmap_update__flushes_globals)
{
	uint32_t global = (uint32_t)mmu_counters.mn_global;
	uint32_t count = pmap_counters.pc_flushall;

	DO(pmap_update());
	CHECK_EQ(mmu_counters.mn_global, global + 1);
	CHECK_EQ(pmap_counters.pc_flushall, count + 1);
}

TEST(pmap_tlb__counters_agree_with_the_processor)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), invlpg, module;

	map_and_write(pm, VA, 20, pa);
	invlpg = (uint32_t)mmu_counters.mn_invlpg;
	module = pmap_counters.pc_invlpg;
	DO(pmap_protect(pm, VA, VA + 7 * PAGE, PROT_R));
	DO(pmap_clear_reference(pa));
	CHECK_EQ(mmu_counters.mn_invlpg - invlpg,
	    pmap_counters.pc_invlpg - module);
}

TEST(mmu__a_missing_flush_is_seen)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pte;

	map_and_write(pm, VA, 1, pa);
	pte = pte_of(pm, VA);
	*host_pte(pm, VA) = pte & ~MMU_RW;
	EXPECT_PANIC("TL1", host_check("a planted edit"));
	CHECK(can_write(pm, VA, pa));
	*host_pte(pm, VA) = pte & ~MMU_D;
	EXPECT_PANIC("TL2", host_check("a planted edit"));
	*host_pte(pm, VA) = pte & ~MMU_A;
	EXPECT_PANIC("TL3", host_check("a planted edit"));
	*host_pte(pm, VA) = 0;
	EXPECT_PANIC("TL1", host_check("a planted edit"));
	CHECK(can_read(pm, VA, pa));
	*host_pte(pm, VA) = pte;
	host_check("the old entry");
}
