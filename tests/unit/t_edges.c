/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_edges.c: exact limits of the operations, one page before and one after.
 */
#include "unit.h"
#include "pmap_mem.h"

#define VA	0x14000000u

/* ----- memory ----- */

TEST(pmap_reserve__ready_directories_serve_as_tables)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, dirs;

	as_free(as_new());
	dirs = ptp_dirs.pl_count;
	CHECK(dirs > 0);
	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 0; ptp_dirs.pl_count > 0; i++) {
		CHECK(i < 20);
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, i * SLOT, pa));
	}
	CHECK_EQ(pmap_resident_count(pm), i);
	CHECK_EQ(pmap_counters.pc_reclaim, 0);
	CHECK_EQ(audit(), 0);
}

/*
 * Twenty tables in use, and nobody may wait: one is taken by force.
 */
TEST(pmap_reclaim__by_force_where_all_is_hot)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 20; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	while (ptp_dirs.pl_count > 0 || ptp_ready.pl_count > 1)
		(void)as_new();
	DO(pmap_enter(pm, 20 * SLOT, pa, PROT_RW, FALSE));
	for (i = 0; i <= 20; i++)
		CHECK(can_write(pm, i * SLOT, pa));
	DO(pmap_enter(pm, 21 * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_deferred, 0);
	CHECK_EQ(pmap_extract(pm, 21 * SLOT), pa);
	CHECK_EQ(pmap_counters.pc_reclaim, 1);
	CHECK_EQ(pmap_counters.pc_shortage, 1);
	CHECK_EQ(pmap_resident_count(pm), 21);
}

static void
memory_comes(void)
{
	host_knobs.hk_limit = 20;
}

/*
 * While the caller slept there came memory: nothing is taken by force.
 */
TEST(pmap_reclaim__sleep_that_helps_spares_the_hot)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 20; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	host_knobs.hk_limit = 0;
	while (ptp_dirs.pl_count > 0 || ptp_ready.pl_count > 1)
		(void)as_new();
	DO(pmap_enter(pm, 20 * SLOT, pa, PROT_RW, FALSE));
	for (i = 0; i <= 20; i++)
		CHECK(can_write(pm, i * SLOT, pa));
	host_knobs.hk_wait = memory_comes;
	DO(pmap_enter(pm, 21 * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_waits, 1);
	CHECK_EQ(pmap_counters.pc_reclaim, 0);
	CHECK_EQ(pmap_resident_count(pm), 22);
}

/*
 * The arena has one address left, so it is memory that is short, and the
 * pagedaemon can help; with none left it cannot.
 */
TEST(pmap_shortage__last_address_of_the_arena)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, wakeups;

	host_knobs.hk_may_wait = false;
	for (i = 0; ptp_free.pl_count > 1; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	host_knobs.hk_limit = 0;
	while (ptp_ready.pl_count > 0)
		DO(pmap_enter(pm, i++ * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(ptp_free.pl_count, 1);
	wakeups = host_record.hr_wakeups;
	DO(pmap_enter(pm, i++ * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_wakeups, wakeups + 1);
	host_knobs.hk_limit = HOST_NO_LIMIT;
	while (ptp_free.pl_count > 0)
		DO(pmap_enter(pm, i++ * SLOT, pa, PROT_RW, FALSE));
	while (ptp_ready.pl_count > 0)
		DO(pmap_enter(pm, i++ * SLOT, pa, PROT_RW, FALSE));
	wakeups = host_record.hr_wakeups;
	DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_wakeups, wakeups);
}

/*
 * A new space waits for memory before it takes tables that are in use.
 */
TEST(pmap_pinit__waits_before_it_takes_what_is_hot)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 6; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	host_knobs.hk_limit = 0;
	while (ptp_dirs.pl_count > 0 || ptp_ready.pl_count > 1)
		(void)as_new();
	for (i = 0; i < 6; i++)
		CHECK(can_write(pm, i * SLOT, pa));
	CHECK_EQ(host_record.hr_waits, 0);
	(void)as_new();
	CHECK_EQ(host_record.hr_waits, 1);
	CHECK(pmap_counters.pc_reclaim > 0);
}

/*
 * How many tables and directories stay ready after many have come and gone:
 * one in 128 arena pages, 2 at least and 16 at most.
 */
static void
kept(uint32_t arena, uint32_t frames, uint32_t want)
{
	struct host_config c = host_config_default();
	pmap_t pm[20];
	uint32_t pa, i;

	c.hc_arena = arena;
	c.hc_frames = frames;
	host_boot(&c);
	CHECK(!pmap_reserve_short);
	pa = host_page();
	for (i = 0; i < 20; i++) {
		pm[i] = pmap_create(0);
		DO(pmap_enter(pm[i], VA, pa, PROT_RW, FALSE));
	}
	for (i = 0; i < 20; i++)
		DO(pmap_destroy(pm[i]));
	CHECK_EQ(ptp_dirs.pl_count, want);
	CHECK_EQ(ptp_ready.pl_count, want);
	host_page_put(pa);
}

TEST(pmap_init__keeps_one_page_in_128)
{
	struct host_config c = host_config_default();

	kept(120, 1024, 2);
	kept(200, 1024, 2);
	kept(255, 1024, 2);
	kept(256, 1024, 2);
	kept(383, 1024, 2);
	kept(384, 1024, 3);
	kept(2047, 4096, 15);
	kept(2176, 4096, 16);
	host_boot(&c);
}

/* ----- ranges ----- */

TEST(pmap_remove__neighbour_stays_for_any_reason)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();
	char text[120];

	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA - PAGE, b, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA, a, VM_PROT_NONE, FALSE));
	CHECK_EQ(pmap_resident_count(pm), 2);
	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	isolate();
	DO(pmap_enter(pm, VA + 3, pm->pm_pdirpa + 5, PROT_RW, FALSE));
	snprintf(text, sizeof(text), "PT4 broken: pmap %p va 0x%08x "
	    "pte 0x%08x page 0x%08x (directory", (void *)pm, VA,
	    pm->pm_pdirpa, pm->pm_pdirpa);
	CHECK_LOG(text);
	CHECK_EQ(host_record.hr_iso_va, VA);
	CHECK_EQ(host_record.hr_iso_pa, PH_NOPAGE);
	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK_EQ(pmap_resident_count(pm), 2);
	mended(1);
}

/*
 * Cache bits that were set for a page in use stay when it is entered again,
 * and do not come along to another page.
 */
TEST(pmap_enter__same_page_keeps_its_cache_bits)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	DO(pmap_changebit(a, PMAP_NOCACHE, ~0u));
	DO(pmap_enter(pm, VA, a, PROT_R, TRUE));
	CHECK_EQ(pte_of(pm, VA), a | MMU_P | MMU_US | MMU_PCD | PMB_WIRED);
	DO(pmap_enter(pm, VA, b, PROT_R, FALSE));
	CHECK_EQ(pte_of(pm, VA), b | MMU_P | MMU_US);
	DO(pmap_enter(pm, VA, host_device_page(3), PROT_R, FALSE));
	*host_pte(pm, VA) &= ~MMU_PCD;
	DO(pmap_enter(pm, VA, host_device_page(3), PROT_RW, FALSE));
	CHECK_EQ(pte_of(pm, VA), host_device_page(3) | MMU_P | MMU_US |
	    MMU_RW);
}

TEST(pmap_collect__from_the_first_entry_to_the_last)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 1024; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, i == 500));
	DO(pmap_enter(pm, 0, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(pmap_collect(pm));
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_extract(pm, VA + 500 * PAGE), pa);
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

/*
 * What the host keeps above the user's space is not the user's: no operation
 * takes it for a page table.
 */
TEST(pmap_range__ends_below_the_last_user_slot)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), *pde, old;

	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	pde = host_pde(pm, PH_USER_PTMAX);
	old = *pde;
	*pde = pm->pm_pdirpa | MMU_P | MMU_RW;
	DO(pmap_protect(pm, STACK_TOP, 0, PROT_R));
	CHECK_EQ(pte_of(pm, STACK_TOP) & MMU_RW, 0);
	DO(pmap_remove(pm, STACK_TOP, 0));
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, TRUE));
	DO(pmap_enter(pm, STACK_TOP - PAGE, pa, PROT_RW, FALSE));
	DO(pmap_collect(pm));
	CHECK_EQ(pmap_resident_count(pm), 1);
	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	DO(as_free(pm));
	*pde = old;
}
