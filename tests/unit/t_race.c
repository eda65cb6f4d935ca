/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_race.c: the processor sets A and D between the module's look at an entry
 * and its edit.
 *
 * The page of the page table is mapped with D clear: the module's first read
 * makes it real for reading only, so that the edit faults, and the host calls
 * us in the middle.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x18000000u

static uint32_t race_page, *race_pte, race_count;

/*
 * The processor writes through the entry, if it is valid still.
 */
static void
processor_writes(uint32_t va)
{
	if ((va & MMU_FRAME) != race_page)
		return;
	race_count++;
	if (*race_pte & MMU_P)
		*race_pte |= MMU_A | MMU_D;
}

/*
 * At the next edit of this entry's page table.
 */
static void
race(pmap_t pm, uint32_t va)
{
	race_page = (uint32_t)ptp_lookup(pm, va)->pt_pte;
	race_pte = host_pte(pm, va);
	race_count = 0;
	host_knobs.hk_write = processor_writes;
	*host_pte(kernel_pmap, race_page) &= ~MMU_D;
	mmu_invlpg(race_page);
}

/*
 * A page of pm's at VA that nobody has touched; its neighbour keeps the table.
 */
static uint32_t
fresh(pmap_t pm)
{
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, page_new(), PROT_RW, FALSE));
	race(pm, VA);
	return (pa);
}

TEST(pmap_race__bits_that_stay_in_the_entry)
{
	pmap_t pm = as_new();
	uint32_t pa = fresh(pm);

	DO(pmap_change_wiring(pm, VA, TRUE));
	CHECK_EQ(race_count, 1);
	CHECK_EQ(pte_of(pm, VA), pa | MMU_P | MMU_RW | MMU_US | MMU_A |
	    MMU_D | PMB_WIRED);
	pa = fresh(pm);
	DO(pmap_changebit(pa, PMAP_NOCACHE, ~0u));
	CHECK_EQ(race_count, 1);
	CHECK_EQ(pte_of(pm, VA), pa | MMU_P | MMU_RW | MMU_US | MMU_A |
	    MMU_D | MMU_PCD);
	pa = fresh(pm);
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_R));
	CHECK_EQ(race_count, 1);
	CHECK_EQ(pte_of(pm, VA), pa | MMU_P | MMU_US | MMU_A | MMU_D);
	pa = fresh(pm);
	DO(pmap_clear_modify(pa + PAGE));
	DO(pmap_page_protect(pa, PROT_R));
	CHECK_EQ(race_count, 1);
	CHECK_EQ(pte_of(pm, VA), pa | MMU_P | MMU_US | MMU_A | MMU_D);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_race__bits_that_are_saved)
{
	pmap_t pm = as_new();
	uint32_t pa = fresh(pm);

	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK_EQ(race_count, 1);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
	pa = fresh(pm);
	DO(pmap_enter(pm, VA, page_new(), PROT_RW, FALSE));
	CHECK_EQ(race_count, 1);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
	pa = fresh(pm);
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK_EQ(race_count, 1);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
	pa = fresh(pm);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(race_count, 1);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
	pa = fresh(pm);
	DO(pmap_collect(pm));
	CHECK_EQ(race_count, 1);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
}

/*
 * A bit that is cleared while the processor sets it: set or clear, but what
 * the TLB holds is flushed.
 */
TEST(pmap_race__bits_that_are_cleared)
{
	pmap_t pm = as_new();
	uint32_t pa = fresh(pm);

	CHECK(can_write(pm, VA, pa));
	DO(pmap_clear_modify(pa));
	CHECK_EQ(race_count, 1);
	CHECK(!pmap_is_modified(pa));
	CHECK(can_write(pm, VA, pa));
	CHECK(pmap_is_modified(pa));
}
