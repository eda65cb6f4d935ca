/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_host.c: the test bench itself: the MMU, the allocator, saved states.
 */
#include <stdlib.h>

#include "unit.h"

#define VA	0x06000000u

TEST(host__double_free_is_seen)
{
	uint32_t bad[4], i;

	bad[0] = 0x100000;
	bad[1] = 0xc0000000u;
	bad[2] = page_new();
	host_spl = 1;
	CHECK(ph_page_alloc(&bad[3]));
	ph_page_free(bad[3]);
	for (i = 0; i < 4; i++) {
		host_spl = 1;
		EXPECT_PANIC("host: page", ph_page_free(bad[i]));
	}
	EXPECT_PANIC("at spl 0", ph_page_free(bad[3]));
}

TEST(host__allocator_fails_on_demand)
{
	uint32_t pa, i;
	bool got[4];

	host_spl = 1;
	host_knobs.hk_fail[0] = 1;
	host_knobs.hk_fail[1] = 3;
	for (i = 0; i < 4; i++) {
		got[i] = ph_page_alloc(&pa);
		if (got[i])
			ph_page_free(pa);
	}
	CHECK(got[0] && !got[1] && got[2] && !got[3]);
	host_knobs.hk_limit = 1;
	CHECK(ph_page_alloc(&pa));
	ph_page_free(pa);
	CHECK(!ph_page_alloc(&pa));
	host_spl = 0;
}

TEST(host__mapped_page_is_not_freed)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	EXPECT_PANIC("host: page", host_page_put(pa));
}

TEST(host__spl_left_behind_is_seen)
{
	(void)ph_splvm();
	EXPECT_PANIC("spl", host_check("a test"));
	ph_splx(0);
}

TEST(host__bad_cr3_is_seen)
{
	uint32_t pa = page_new();

	page_free(pa);
	EXPECT_PANIC("CR3", ph_load_cr3(pa));
	EXPECT_PANIC("CR3", ph_load_cr3(0xc0000000u));
}

TEST(host__null_pointer_is_a_fault)
{
	volatile uint32_t *volatile null = (volatile uint32_t *)8;
	jmp_buf *old, here;
	enum host_trap trap = HOST_TRY(old, here);

	if (trap == HOST_OK) {
		*null = 1;
		host_trap_end(old);
	}
	CHECK_EQ(trap, HOST_FAULT);
	CHECK_EQ(host_fault_va, 8);
}

TEST(mmu__sets_a_and_d_as_the_processor)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK_EQ(*host_pde(pm, VA) & MMU_A, 0);
	CHECK(can_read(pm, VA, pa));
	CHECK_EQ(*host_pde(pm, VA) & MMU_A, MMU_A);
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), MMU_A);
	CHECK(can_write(pm, VA, pa));
	CHECK_EQ(pte_of(pm, VA) & (MMU_A | MMU_D), MMU_A | MMU_D);
}

TEST(mmu__keeps_translations_until_told)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), pte;

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	pte = pte_of(pm, VA);
	*host_pte(pm, VA) = b | 7;
	CHECK(can_read(pm, VA, a));
	mmu_invlpg(VA);
	CHECK(can_read(pm, VA, b));
	*host_pte(pm, VA) = pte;
	CHECK(can_read(pm, VA, b));
	mmu_load_cr3(pm->pm_pdirpa);
	CHECK(can_read(pm, VA, a));
}

TEST(mmu__freed_table_is_walked_in_its_next_life)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), pde;

	DO(pmap_enter(pm, VA, a, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + SLOT, b, PROT_R, FALSE));
	CHECK(can_read(pm, VA, a));
	pde = *host_pde(pm, VA);
	*host_pde(pm, VA) = *host_pde(pm, VA + SLOT);
	mmu_tlb_load(NULL, 0);
	CHECK(can_read(pm, VA, b));
	*host_pde(pm, VA) = pde;
	EXPECT_PANIC("TL1", host_check("a planted edit"));
	mmu_load_cr3(pm->pm_pdirpa);
	host_check("a reload");
}

/*
 * Each way in which an entry can say more than the tables do (TL1): another
 * frame, no page table, no right of the user's, no right in the directory.
 */
TEST(mmu__each_breach_of_tl1_is_seen)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), pte, pde;

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, a));
	pte = pte_of(pm, VA);
	pde = *host_pde(pm, VA);
	*host_pte(pm, VA) = b | (pte & ~MMU_FRAME);
	EXPECT_PANIC("another frame", host_check("a planted edit"));
	*host_pte(pm, VA) = pte & ~MMU_US;
	EXPECT_PANIC("more rights", host_check("a planted edit"));
	*host_pte(pm, VA) = pte;
	*host_pde(pm, VA) = pde & ~MMU_RW;
	EXPECT_PANIC("more rights", host_check("a planted edit"));
	*host_pde(pm, VA) = 0;
	EXPECT_PANIC("no translation", host_check("a planted edit"));
	*host_pde(pm, VA) = pde;
	host_check("the old entries");
}

/*
 * PV3, MR1: M or U that is lost, in an entry or among what was saved, is seen
 * by whoever asks for it.
 */
TEST(mmu__lost_marks_are_seen)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	*host_pte(pm, VA) &= ~(MMU_D | MMU_A);
	mmu_invlpg(VA);
	host_check("marks that were taken");
	CHECK_EQ(audit(), 0);
	CHECK(!pmap_is_modified(pa) && !pmap_is_referenced(pa));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
}

TEST(mmu__globals_survive_a_reload)
{
	uint32_t va = host_kva(1), pa = page_new();

	DO(pmap_kenter(va, pa, PROT_RW));
	*host_pte(kernel_pmap, va) |= MMU_G;
	CHECK(kernel_can(va, MMU_READ, pa));
	mmu_load_cr3(mmu_cpu.mc_cr3);
	CHECK(mmu_tlb_find(va >> 12) != NULL);
	mmu_flush_global();
	CHECK(mmu_tlb_find(va >> 12) == NULL);
	mmu_cpu.mc_pge = false;
	CHECK(kernel_can(va, MMU_READ, pa));
	mmu_load_cr3(mmu_cpu.mc_cr3);
	CHECK(mmu_tlb_find(va >> 12) == NULL);
	DO(pmap_kremove(va, PAGE));
}

TEST(mmu__write_protect_and_wp)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), got;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	pmap_activate(pm);
	CHECK_EQ(mmu_access(VA, MMU_WRITE, &got), MMU_DENIED);
	mmu_cpu.mc_wp = false;
	CHECK_EQ(mmu_access(VA, MMU_WRITE, &got), MMU_OK);
	CHECK_EQ(mmu_access(VA, MMU_WRITE | MMU_USER, &got), MMU_DENIED);
	mmu_cpu.mc_wp = true;
}

TEST(host_state__goes_back)
{
	void *state = malloc(host_state_size());
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	CHECK(state != NULL);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	host_state_save(state);
	for (i = 0; i < 20; i++) {
		DO(pmap_enter(pm, VA + (i + 1) * SLOT, pa, PROT_RW, TRUE));
		DO(pmap_remove(pm, VA, VA + PAGE));
		CHECK(!can_read(pm, VA, pa));
		host_state_load(state);
		host_check("a state");
		CHECK_EQ(audit(), 0);
		CHECK_EQ(pmap_resident_count(pm), 1);
		CHECK_EQ(pmap_wired_count(pm), 0);
		CHECK(can_write(pm, VA, pa));
	}
	free(state);
}

/*
 * A shortage in which nothing but wakeups of the pagedaemon happens.
 */
TEST(host__endless_wakeups_are_a_hang)
{
	jmp_buf *old, here;
	enum host_trap trap = HOST_TRY(old, here);

	if (trap == HOST_OK) {
		while (host_record.hr_wakeups <= 200 * host_knobs.hk_max_waits)
			ph_wakeup_pager();
		host_trap_end(old);
	}
	CHECK_EQ(trap, HOST_HANG);
	CHECK_EQ(host_record.hr_wakeups, 100 * host_knobs.hk_max_waits + 1);
}

/*
 * And a loop in which nothing happens at all.
 */
TEST(host__call_that_does_not_return_is_a_hang)
{
	jmp_buf *old, here;
	volatile bool on = true;
	enum host_trap trap = HOST_TRY(old, here);

	if (trap == HOST_OK) {
		host_watch(20);
		while (on)
			;
		host_trap_end(old);
	}
	host_watch(HOST_WATCH_MS);
	CHECK_EQ(trap, HOST_HANG);
}
