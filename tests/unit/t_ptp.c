/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_ptp.c: the arena, page tables, directories, the range walk, the queue.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x70000000u

static struct ptp_range
range_of(pmap_t pm, uint32_t sva, uint32_t last)
{
	struct ptp_range r = { .pr_pmap = pm, .pr_va = sva, .pr_last = last };

	return (r);
}

static bool
queued(const struct ptp *pt)
{
	return (pt->pt_pprev != NULL);
}

TEST(ptp_lookup__finds_what_the_directory_holds)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp *pt;

	CHECK(ptp_lookup(pm, VA) == NULL);
	DO(pmap_enter(pm, VA + 5 * PAGE, pa, PROT_RW, FALSE));
	pt = ptp_lookup(pm, VA);
	CHECK(pt != NULL);
	CHECK(pt == ptp_lookup(pm, VA + SLOT - 1));
	CHECK(ptp_lookup(pm, VA + SLOT) == NULL);
	CHECK(pt->pt_pmap == pm);
	CHECK_EQ(pt->pt_va, VA);
	CHECK_EQ(pt->pt_valid, 1);
	CHECK(ptp_of_pte(&pt->pt_pte[77]) == pt);
	CHECK_EQ(ptp_va(pt, &pt->pt_pte[5]), VA + 5 * PAGE);
	CHECK_EQ(*host_pde(pm, VA) & MMU_FRAME, pt->pt_pa);
}

TEST_ASSERTED(ptp_lookup__refuses_a_directory_entry_of_no_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	*host_pde(pm, VA) = pa | MMU_P;
	EXPECT_PANIC("PT1", (void)ptp_lookup(pm, VA));
	*host_pde(pm, VA) = 0;
}

TEST(ptp__descriptor_and_arena_agree)
{
	uint32_t i, pte;

	for (i = 0; i < ptp_npages; i++) {
		CHECK_EQ((uintptr_t)ptp_table[i].pt_pte, ptp_arena + i * PAGE);
		pte = pte_of(kernel_pmap, ptp_arena + i * PAGE);
		if (ptp_table[i].pt_state == PTS_FREE)
			CHECK_EQ(pte, 0);
		else
			CHECK_EQ(pte & MMU_FRAME, ptp_table[i].pt_pa);
	}
	CHECK(kernel_pte(PH_KERNBASE) == ptp_kpte);
	CHECK_EQ(*kernel_pte(ptp_arena) & MMU_FRAME,
	    *host_pde(kernel_pmap, PH_KERNBASE) & MMU_FRAME);
}

TEST(ptp_next_valid__stops_at_the_end)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp *pt;

	DO(pmap_enter(pm, VA + 9 * PAGE, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + 1023 * PAGE, pa, PROT_R, FALSE));
	pt = ptp_lookup(pm, VA);
	CHECK_EQ(ptp_next_valid(pt, 0, 1023), 9);
	CHECK_EQ(ptp_next_valid(pt, 9, 9), 9);
	CHECK_EQ(ptp_next_valid(pt, 10, 1022), 1023);
	CHECK_EQ(ptp_next_valid(pt, 10, 1023), 1023);
	CHECK_EQ(ptp_next_valid(pt, 0, 8), 9);
	CHECK_EQ(ptp_next_valid(pt, 0, 5), 6);
}

/*
 * What has no slice is not looked at, which a stray entry shows; unless an
 * entry without a link is there, which may be anywhere.
 */
TEST(ptp_next_valid__steps_over_what_has_no_slice)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), *stray;
	const struct ptp *pt;

	DO(pmap_enter(pm, VA + 5 * PAGE, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + 1023 * PAGE, pa, PROT_R, FALSE));
	pt = ptp_lookup(pm, VA);
	stray = host_pte(pm, VA + 64 * PAGE);
	*stray = pa | MMU_P;
	CHECK_EQ(ptp_next_valid(pt, 0, 1023), 5);
	CHECK_EQ(ptp_next_valid(pt, 6, 1023), 1023);
	CHECK_EQ(ptp_next_valid(pt, 6, 1022), 1023);
	CHECK_EQ(ptp_next_valid(pt, 6, 100), 101);
	*stray = 0;
	DO(pmap_enter(pm, VA + 700 * PAGE, host_device_page(1), PROT_R, FALSE));
	CHECK(pt->pt_slice[700 / PV_NLINK] == NULL);
	CHECK_EQ(ptp_next_valid(pt, 6, 1023), 700);
	DO(pmap_remove(pm, VA + 5 * PAGE, VA + 6 * PAGE));
	DO(pmap_remove(pm, VA + 1023 * PAGE, VA + 1024 * PAGE));
	CHECK(ptp_lookup(pm, VA) == pt);
	DO(pmap_remove(pm, VA, VA + SLOT));
}

/*
 * A kernel table has no slices where nothing is tracked, as in the image.
 */
TEST(ptp_next_valid__looks_at_all_of_the_kernels)
{
	const struct ptp *pt = ptp_lookup(kernel_pmap, PH_KERNBASE);
	uint32_t i = host_config.hc_image[0];

	CHECK(pt->pt_slice[i / PV_NLINK] == NULL);
	CHECK_EQ(ptp_next_valid(pt, i, 1023), i);
}

TEST(ptp_range__visits_each_table_once)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), slots[6] = { 0, 1, 31, 32, 300, 574 }, i;
	struct ptp_range r;

	for (i = 0; i < 6; i++)
		DO(pmap_enter(pm, slots[i] * SLOT, pa, PROT_R, FALSE));
	r = range_of(pm, 0, PH_USER_PTMAX - 1);
	for (i = 0; ptp_range_next(&r); i++) {
		CHECK(i < 6);
		CHECK_EQ(r.pr_ptp->pt_va, slots[i] * SLOT);
		CHECK_EQ(r.pr_lo, 0);
		CHECK_EQ(r.pr_hi, 1023);
	}
	CHECK_EQ(i, 6);
	CHECK(!ptp_range_next(&r));
}

TEST(ptp_range__cuts_the_ends)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp_range r;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + SLOT, pa, PROT_R, FALSE));
	r = range_of(pm, VA + 7 * PAGE, VA + SLOT + 3 * PAGE - 1);
	CHECK(ptp_range_next(&r));
	CHECK_EQ(r.pr_lo, 7);
	CHECK_EQ(r.pr_hi, 1023);
	CHECK(ptp_range_next(&r));
	CHECK_EQ(r.pr_lo, 0);
	CHECK_EQ(r.pr_hi, 2);
	CHECK(!ptp_range_next(&r));
	r = range_of(pm, VA + 7 * PAGE, VA + 8 * PAGE - 1);
	CHECK(ptp_range_next(&r));
	CHECK_EQ(r.pr_lo, 7);
	CHECK_EQ(r.pr_hi, 7);
	CHECK(!ptp_range_next(&r));
}

TEST(ptp_range__random_against_a_bitmap)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), n, i, s, e, next;
	struct ptp_range r;
	bool in[575];

	memset(in, 0, sizeof(in));
	for (n = 0; n < 300; n++) {
		i = unit_random() % 575;
		if (in[i])
			DO(pmap_remove(pm, i * SLOT, i * SLOT + PAGE));
		else
			DO(pmap_enter(pm, i * SLOT, pa, PROT_R, FALSE));
		in[i] = !in[i];
		s = unit_random() % 575;
		e = s + unit_random() % (575 - s);
		r = range_of(pm, s * SLOT, (e + 1) * SLOT - 1);
		for (next = s; ptp_range_next(&r); next++) {
			while (next <= e && !in[next])
				next++;
			CHECK_EQ(r.pr_ptp->pt_va, next * SLOT);
		}
		while (next <= e)
			CHECK(!in[next++]);
		CHECK_EQ(audit(), 0);
	}
}

TEST(ptp_victims__wired_tables_are_not_queued)		/* PT7 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp *pt;

	DO(pmap_enter(pm, VA, pa, PROT_R, TRUE));
	pt = ptp_lookup(pm, VA);
	CHECK(!queued(pt));
	CHECK_EQ(ptp_victims.pl_count, 0);
	DO(pmap_change_wiring(pm, VA, FALSE));
	CHECK(queued(pt));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_R, TRUE));
	CHECK(!queued(pt));
	DO(pmap_remove(pm, VA + PAGE, VA + 2 * PAGE));
	CHECK(queued(pt));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_R, TRUE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_R, FALSE));
	CHECK(queued(pt));
	CHECK(ptp_victim(pt, true) == NULL);
	CHECK(ptp_victim(NULL, true) == pt);
}

TEST(ptp_victim__second_chance_and_fewest_entries)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct ptp *pt;

	for (i = 0; i < 4 + 6; i++)
		DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_R, FALSE));
	CHECK(can_read(pm, VA + SLOT, pa));
	pt = ptp_victim(NULL, false);
	CHECK(pt == ptp_lookup(pm, VA + 2 * SLOT));
	CHECK_EQ(*host_pde(pm, VA + SLOT) & MMU_A, 0);
	CHECK(ptp_lists_ok());
	CHECK(ptp_victim(NULL, true) != NULL);
}

/*
 * Those that were put into use last stay, while there is another one.
 */
TEST(ptp_victim__new_ones_stay)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct ptp *pt;

	for (i = 0; i < 6; i++)
		DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_R, FALSE));
	CHECK(ptp_victim(NULL, false) == NULL);
	CHECK(ptp_victim(NULL, true) == ptp_lookup(pm, VA));
	DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_R, FALSE));
	for (i = 1; i < 100; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_R, FALSE));
	pt = ptp_lookup(pm, VA);
	CHECK(!ptp_is_new(pt));
	CHECK(ptp_is_new(ptp_lookup(pm, VA + SLOT)));
	CHECK(ptp_victim(NULL, false) == pt);
	CHECK(can_read(pm, VA, pa));
	CHECK(ptp_victim(NULL, false) == NULL);
	CHECK(ptp_victim(NULL, true) == pt);
	CHECK(ptp_victim(pt, true) != pt);
}

TEST(ptp_victim__everything_in_use_is_taken_by_force)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 12; i++) {
		DO(pmap_enter(pm, VA + i * SLOT, pa, PROT_R, FALSE));
		CHECK(can_read(pm, VA + i * SLOT, pa));
	}
	CHECK(ptp_victim(NULL, false) == NULL);
	CHECK(ptp_victim(NULL, true) != NULL);
	CHECK(ptp_lists_ok());
}

TEST_ASSERTED(ptp_attach__refuses_a_table_in_use)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	EXPECT_PANIC("PT3", ptp_attach(ptp_lookup(pm, VA), pm, VA + SLOT));
	EXPECT_PANIC("PT3", ptp_retire(ptp_lookup(pm, VA)));
}

/*
 * What a directory holds instead of the page table goes, or the pmap would
 * reach it for ever; but a page table that it made there since stays.
 */
TEST(ptp_detach__clears_a_foreign_entry)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), pde;
	struct ptp *pt;

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	pt = ptp_lookup(pm, VA);
	*host_pde(pm, VA) = pm->pm_pdirpa | MMU_P;
	CHECK(!ptp_detach(pt));
	CHECK_EQ(*host_pde(pm, VA), 0);
	DO(pmap_enter(pm, VA + SLOT, pa, PROT_R, FALSE));
	pt = ptp_lookup(pm, VA + SLOT);
	*host_pde(pm, VA + SLOT) = 0;
	DO(pmap_enter(pm, VA + SLOT, pa, PROT_R, FALSE));
	pde = *host_pde(pm, VA + SLOT);
	CHECK(!ptp_detach(pt));
	CHECK_EQ(*host_pde(pm, VA + SLOT), pde);
	unit_damaged();
}

TEST(ptp_dir__holds_the_kernels_entries)		/* PT5 */
{
	pmap_t pm = as_new();
	uint32_t slot;

	for (slot = PH_KERNBASE >> 22; slot < PH_KERNEND >> 22; slot++)
		CHECK_EQ((pm->pm_pdir[slot] ^ kernel_pmap->pm_pdir[slot]) &
		    ~MMU_A, 0);
	if (PH_RECURSIVE != 0)
		CHECK_EQ(pm->pm_pdir[PH_RECURSIVE] & MMU_FRAME,
		    pm->pm_pdirpa);
	else
		CHECK_EQ(pm->pm_pdir[PH_USER_PTMAX >> 22], 0);
}

TEST(ptp_state_name__knows_every_state)
{
	struct ptp pt;

	memset(&pt, 0, sizeof(pt));
	for (pt.pt_state = 0; pt.pt_state <= PTS_GONE; pt.pt_state++)
		CHECK(strcmp(ptp_state_name(&pt), "damaged") != 0);
	CHECK(strcmp(ptp_state_name(&pt), "damaged") == 0);
}

TEST(ptp_ready__pages_are_zero)				/* PT8 */
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	const struct ptp *pt;

	for (i = 0; i < 50; i++) {
		DO(pmap_enter(pm, VA + i * 20 * PAGE, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, VA + i * 20 * PAGE, pa));
	}
	DO(pmap_remove(pm, 0, PH_USER_PTMAX));
	for (pt = ptp_ready.pl_first; pt != NULL; pt = pt->pt_next)
		for (i = 0; i < 1024; i++)
			CHECK_EQ(pt->pt_pte[i], 0);
}

TEST(ptp_recursive__maps_the_current_tables)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	const uint32_t *ptmap = (const uint32_t *)(PH_RECURSIVE << 22);

	if (PH_RECURSIVE == 0)
		return;
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pmap_activate(pm);
	CHECK_EQ(ptmap[VA >> 12], pte_of(pm, VA));
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(mmu_tlb_find((uint32_t)&ptmap[VA >> 12] >> 12) == NULL, 1);
}
