/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_cost.c: how many flushes and pages an operation takes, exactly: not one
 * less than is right, nor one more than is needed; and what is counted.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x30000000u

static uint32_t invlpg0, reload0, reload0_own, invlpg0_own;

/*
 * From here on flushes are counted.
 */
static void
flushes_from_here(void)
{
	invlpg0 = (uint32_t)mmu_counters.mn_invlpg;
	reload0 = (uint32_t)mmu_counters.mn_reload;
	invlpg0_own = pmap_counters.pc_invlpg;
	reload0_own = pmap_counters.pc_reload;
}

/*
 * The processor saw so many, and so says the module; CHECK needs the line.
 */
static bool
flushes(uint32_t invlpg, uint32_t reload)
{
	return (mmu_counters.mn_invlpg - invlpg0 == invlpg &&
	    mmu_counters.mn_reload - reload0 == reload &&
	    pmap_counters.pc_invlpg - invlpg0_own == invlpg &&
	    pmap_counters.pc_reload - reload0_own == reload);
}

/*
 * A page in each of n slots, read, so that the tables are cached.
 */
static void
spread(pmap_t pm, uint32_t n, uint32_t pa)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_RW, FALSE));
		CHECK(can_read(pm, VA + i * SLOT, pa));
	}
}

/*
 * An interrupt may use a kernel entry between the module's look and its edit:
 * one that nobody has used yet is flushed all the same, one that is not
 * valid is not.
 */
TEST(pmap_cost__untouched_kernel_entries_are_flushed)
{
	uint32_t va = host_kva(3), a = page_new(), b = page_new();

	DO(pmap_enter(kernel_pmap, va, a, PROT_RW, FALSE));
	flushes_from_here();
	DO(pmap_enter(kernel_pmap, va, b, PROT_RW, FALSE));
	CHECK(flushes(1, 0));
	DO(pmap_protect(kernel_pmap, va, va + 3 * PAGE, PROT_R));
	CHECK(flushes(2, 0));
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK(flushes(3, 0));
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK(flushes(4, 0));
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK(flushes(4, 0));
	DO(pmap_enter(kernel_pmap, va, a, PROT_RW, FALSE));
	CHECK(flushes(4, 0));
	DO(pmap_remove(kernel_pmap, va, va + 3 * PAGE));
	CHECK(flushes(5, 0));
}

TEST(pmap_cost__user_entries)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(other, VA, a, PROT_RW, FALSE));
	DO(pmap_enter(other, VA + PAGE, a, PROT_RW, FALSE));
	CHECK(can_write(other, VA, a));
	spread(pm, 1, a);
	flushes_from_here();
	DO(pmap_enter(other, VA, b, PROT_RW, FALSE));
	DO(pmap_protect(other, VA, VA + PAGE, PROT_R));
	DO(pmap_remove(other, VA, VA + PAGE));
	CHECK(flushes(0, 0));
	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	CHECK(flushes(1, 0));
	DO(pmap_enter(pm, VA, a, PROT_R, TRUE));
	CHECK(flushes(1, 0));
	CHECK(can_read(pm, VA, a));
	DO(pmap_change_wiring(pm, VA, FALSE));
	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + PAGE, a, PROT_R, FALSE));
	CHECK(flushes(1, 0));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK(flushes(2, 0));
	DO(pmap_remove(pm, VA, VA + SLOT));
	CHECK(flushes(2, 1));
}

TEST(pmap_cost__windows)
{
	uint32_t a = page_new(), b = page_new();

	flushes_from_here();
	DO(pmap_zero_page(a));
	CHECK(flushes(1, 0));
	DO(pmap_copy_page(a, b));
	CHECK(flushes(3, 0));
}

/*
 * Bits that are set already, or clear: no flush.
 */
TEST(pmap_cost__bits_that_stay)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	spread(pm, 1, pa);
	CHECK(can_write(pm, VA, pa));
	flushes_from_here();
	DO(pmap_changebit(pa, PMAP_MOD, ~0u));
	DO(pmap_changebit(pa, 0, ~PMAP_NOCACHE));
	DO(pmap_changebit(pa, PMAP_REF, ~PMAP_NOCACHE));
	DO(pmap_clear_modify(pa + PAGE));
	(void)pmap_is_modified(pa);
	CHECK(flushes(0, 0));
	DO(pmap_changebit(pa, PMAP_NOCACHE, ~0u));
	CHECK(flushes(1, 0));
	CHECK(can_read(pm, VA, pa));
	DO(pmap_changebit(pa, PMAP_NOCACHE, ~PMAP_MOD));
	CHECK(flushes(2, 0));
	DO(pmap_changebit(pa, 0, ~PMAP_NOCACHE));
	CHECK(flushes(2 + (pte_of(pm, VA) & MMU_A) / MMU_A, 0));
}

TEST(pmap_cost__release_reloads_only_what_is_loaded)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new();

	pmap_activate(other);
	as_free(other);
	CHECK_EQ(mmu_cpu.mc_cr3, kernel_pmap->pm_pdirpa);
	other = as_new();
	spread(other, 3, pa);
	spread(pm, 3, pa);
	flushes_from_here();
	as_free(other);
	CHECK(flushes(mmu_counters.mn_invlpg - invlpg0, 0));
	CHECK_EQ(mmu_cpu.mc_cr3, pm->pm_pdirpa);
	as_free(pm);
	CHECK(flushes(mmu_counters.mn_invlpg - invlpg0, 1));
	CHECK_EQ(mmu_cpu.mc_cr3, kernel_pmap->pm_pdirpa);
}

/*
 * On a 386 each flush is one reload, and what changes nothing is none; pages
 * of the arena that go back are covered by the same one.
 */
TEST(pmap_cost__one_reload_on_a_386)
{
	struct host_config c = host_config_default();
	pmap_t pm, other;
	uint32_t pa;

	c.hc_invlpg = c.hc_pge = c.hc_wp = false;
	host_boot(&c);
	pm = as_new();
	other = as_new();
	pa = page_new();
	spread(other, 8, pa);
	spread(pm, 1, pa);
	flushes_from_here();
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_RW));
	DO(pmap_remove(pm, VA + PAGE, VA + 2 * PAGE));
	DO(pmap_protect(other, VA, VA + PAGE, PROT_R));
	CHECK(flushes(0, 0));
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_R));
	CHECK(flushes(0, 1));
	DO(pmap_remove(other, VA, VA + PAGE));
	CHECK(flushes(0, 1));
	DO(pmap_remove(other, VA, VA + 8 * SLOT));
	CHECK(flushes(0, 2));
	DO(pmap_zero_page(pa));
	CHECK(flushes(0, 3));
}

/*
 * Pages of the arena that go back are flushed one by one, being global.
 */
TEST(pmap_cost__each_arena_page_that_goes_is_flushed)
{
	pmap_t other = as_new(), pm = as_new();
	uint32_t pa = page_new(), held, i, ptpa[12], managed = 0;

	spread(other, 12, pa);
	for (i = 0; i < 12; i++)
		ptpa[i] = *host_pde(other, VA + i * SLOT) & MMU_FRAME;
	pmap_activate(pm);
	held = host_record.hr_held;
	flushes_from_here();
	DO(pmap_remove(other, VA, VA + 12 * SLOT));
	CHECK(held > host_record.hr_held);
	CHECK(flushes(held - host_record.hr_held, 0));
	for (i = 0; i < 12; i++)
		managed += frame_tag(frame_lookup(ptpa[i])) == FR_MANAGED;
	CHECK_EQ(managed + ptp_ready.pl_count, 12);
}

/* ----- pages ----- */

/*
 * Two tables are ready: the second serves as slices or as a directory, and
 * no page is asked for.
 */
TEST(pmap_cost__second_ready_table_serves_as_slices)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), i, allocs;

	spread(other, 4, pa);
	for (i = 0; pv_nfree > 1 || ptp_ready.pl_count < 2; i++) {
		CHECK(i < 100);
		DO(pmap_enter(pm, VA + i % 16 * 64 * PAGE + i / 16 * SLOT, pa,
		    PROT_RW, FALSE));
		if (ptp_ready.pl_count < 2)
			DO(pmap_remove(other, VA + i % 4 * SLOT,
			    VA + i % 4 * SLOT + SLOT));
	}
	CHECK_EQ(ptp_ready.pl_count, 2);
	CHECK(i % 16 != 0);
	allocs = host_record.hr_allocs;
	DO(pmap_enter(pm, VA + i % 16 * 64 * PAGE + i / 16 * SLOT, pa,
	    PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_allocs, allocs);
	CHECK_EQ(ptp_ready.pl_count, 1);
	CHECK_EQ(pv_nfree, 8);
}

TEST(pmap_cost__second_ready_table_serves_as_directory)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), allocs;

	spread(pm, 4, pa);
	DO(pmap_remove(pm, VA, VA + 4 * SLOT));
	CHECK_EQ(ptp_ready.pl_count, 2);
	while (ptp_dirs.pl_count > 0)
		(void)as_new();
	allocs = host_record.hr_allocs;
	(void)as_new();
	CHECK_EQ(host_record.hr_allocs, allocs);
	CHECK_EQ(ptp_ready.pl_count, 1);
	(void)as_new();
	CHECK_EQ(host_record.hr_allocs, allocs + 1);
	CHECK_EQ(ptp_ready.pl_count, 1);
}

/* ----- counters ----- */

TEST(pmap_counters__refused_and_flushed)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct pmap_counters c = pmap_counters;

	DO(pmap_enter(pm, PH_USER_PTMAX, pa, PROT_RW, FALSE));
	DO(pmap_kenter(VA, pa, PROT_RW));
	DO(pmap_remove(kernel_pmap, VA, VA + PAGE));
	DO(pmap_protect(pm, PH_KERNBASE, 0, PROT_R));
	DO(pmap_change_wiring(pm, PH_USER_PTMAX, TRUE));
	CHECK_EQ(pmap_counters.pc_refused, c.pc_refused + 4);
	DO(pmap_update());
	CHECK_EQ(pmap_counters.pc_flushall, c.pc_flushall + 1);
	CHECK_EQ(pmap_counters.pc_enter, c.pc_enter);
}

/*
 * Only the table of the top user slot, and only where its pmap lives on.
 */
TEST(pmap_counters__top_table_lost)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), lost = pmap_counters.pc_top_lost;

	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, STACK_TOP - SLOT, pa, PROT_RW, FALSE));
	DO(pmap_enter(other, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_counters.pc_top_lost, lost + 2);
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_enter(other, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_collect(pm));
	CHECK_EQ(pmap_counters.pc_top_lost, lost + 3);
	DO(pmap_remove(other, 0, PH_USER_PTMAX));
	as_free(pm);
	CHECK_EQ(pmap_counters.pc_top_lost, lost + 3);
}

/*
 * A link that comes or goes touches the next one in its list, if any.
 */
TEST(pmap_counters__neighbours)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), n = pmap_counters.pc_neighbour;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_counters.pc_neighbour, n);
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + 2 * PAGE, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_counters.pc_neighbour, n + 2);
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(pmap_counters.pc_neighbour, n + 2);
	DO(pmap_remove(pm, VA + 2 * PAGE, VA + 3 * PAGE));
	CHECK_EQ(pmap_counters.pc_neighbour, n + 3);
}

/*
 * The level that a call was made at is the level that it returns at, be it
 * splvm; CHECK needs the line.
 */
#define AT_SPLVM(call) do {						\
	int spl_was = ph_splvm();					\
	call;								\
	CHECK_EQ(host_spl, 1);						\
	ph_splx(spl_was);						\
	host_check(#call);						\
} while (0)

TEST(pmap_spl__mappings_at_splvm)
{
	pmap_t pm = as_new();
	uint32_t va = host_kva(4), pa = page_new();

	AT_SPLVM(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	AT_SPLVM(pmap_enter(pm, VA, kernel_pmap->pm_pdirpa, VM_PROT_NONE, 0));
	AT_SPLVM(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	AT_SPLVM(pmap_change_wiring(kernel_pmap, va, TRUE));
	AT_SPLVM(pmap_protect(kernel_pmap, va, va + PAGE, PROT_R));
	AT_SPLVM((void)pmap_extract(kernel_pmap, va));
	AT_SPLVM(pmap_kenter(va + PAGE, pa, PROT_RW));
	AT_SPLVM(pmap_move(va, va + 2 * PAGE, 2 * PAGE));
	AT_SPLVM(pmap_kremove(va, 4 * PAGE));
	AT_SPLVM((void)pmap_map(va, pa, pa + PAGE, PROT_R));
	AT_SPLVM(pmap_remove(kernel_pmap, va, va + PAGE));
	AT_SPLVM(pmap_collect(pm));
	AT_SPLVM(pmap_update());
}

TEST(pmap_spl__spaces_and_pages_at_splvm)
{
	struct pmap pm;
	uint32_t a = page_new(), b = page_new();

	AT_SPLVM(pmap_pinit(&pm));
	AT_SPLVM(pmap_reference(&pm));
	AT_SPLVM(pmap_destroy(&pm));
	AT_SPLVM(pmap_enter(&pm, VA, a, PROT_RW, FALSE));
	AT_SPLVM(pmap_activate(&pm));
	AT_SPLVM(pmap_changebit(a, PMAP_MOD, ~PMAP_NOCACHE));
	AT_SPLVM((void)pmap_testbit(a, PMAP_REF));
	AT_SPLVM((void)pmap_testbit(a, PMAP_MOD));
	AT_SPLVM(pmap_zero_page(b));
	AT_SPLVM(pmap_copy_page(a, b));
	AT_SPLVM(pmap_page_protect(a, PROT_R));
	AT_SPLVM(pmap_page_protect(a, VM_PROT_NONE));
	AT_SPLVM((void)usage());
	AT_SPLVM((void)audit());
	AT_SPLVM(pmap_release(&pm));
}

TEST(pmap_usage__most_sharers_ever)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 9; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_R, FALSE));
	CHECK_EQ(usage().pu_maxsharers, 9);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK_EQ(usage().pu_maxsharers, 9);
	CHECK_EQ(usage().pu_mappings, 1);
	for (i = 1; i < 6; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_R, FALSE));
	CHECK_EQ(usage().pu_maxsharers, 9);
}
