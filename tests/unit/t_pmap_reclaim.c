/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_reclaim.c: memory shortage: reserve, reclaim, waiting, failure.
 */
#include "unit.h"

#define VA	0x08000000u

static pmap_t hook_pm;
static uint32_t hook_calls, hook_pa, hook_va;

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

static uint32_t
count_mapped(pmap_t pm, uint32_t n)
{
	uint32_t i, count = 0;
	vm_offset_t pa;

	for (i = 0; i < n; i++)
		count += pmap_lookup(pm, i * SLOT, &pa) != 0;
	return (count);
}

TEST(pmap_reclaim__enters_go_on_without_memory)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	spread(pm, 10, pa, FALSE);
	host_knobs.hk_limit = 0;
	for (i = 10; i < 100; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, i * SLOT, pa));
	}
	CHECK(pmap_counters.pc_reclaim > 50);
	CHECK(host_record.hr_wakeups > 0);
	CHECK_EQ(audit(), 0);
	CHECK_EQ(pmap_resident_count(pm), count_mapped(pm, 100));
}

TEST(pmap_reclaim__cold_tables_go_first)
{
	pmap_t hot = as_new(), cold = as_new(), pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 6; i++) {
		DO(pmap_enter(hot, i * SLOT, pa, PROT_RW, FALSE));
		DO(pmap_enter(cold, i * SLOT, pa, PROT_RW, FALSE));
		CHECK(can_write(hot, i * SLOT, pa));
	}
	host_knobs.hk_limit = 0;
	for (i = 0; count_mapped(cold, 6) > 3; i++) {
		CHECK(i < 60);
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	}
	CHECK_EQ(count_mapped(hot, 6), 6);
}

TEST(pmap_reclaim__never_the_table_being_entered)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	host_knobs.hk_limit = 6;
	for (i = 0; i < 1024; i += 64)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	for (i = 0; i < 1024; i += 64)
		DO(pmap_enter(pm, VA + SLOT + i * PAGE, pa, PROT_RW, FALSE));
	CHECK_EQ(audit(), 0);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
}

TEST_ASSERTED(pmap_reclaim__wired_without_sleep_is_a_panic)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	EXPECT_PANIC("RS1", spread(pm, 300, pa, TRUE));
	CHECK_EQ(audit(), 0);
}

static void
hook_free_memory(void)
{
	if (++hook_calls == 3)
		host_knobs.hk_limit = 2;
}

TEST(pmap_reclaim__wired_waits_until_there_is_memory)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	hook_calls = 0;
	host_knobs.hk_limit = 0;
	host_knobs.hk_wait = hook_free_memory;
	for (i = 0; hook_calls < 3; i++) {
		CHECK(i < 100);
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, TRUE));
	}
	CHECK_EQ(pmap_wired_count(pm), i);
	CHECK_EQ(count_mapped(pm, 100), i);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_reclaim__unwired_sleeps_once_at_most)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, waits;

	host_knobs.hk_limit = 0;
	for (i = 0; i < 300 && pmap_counters.pc_deferred == 0; i++) {
		waits = host_record.hr_waits;
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		CHECK(host_record.hr_waits <= waits + 1);
		DO(pmap_change_wiring(pm, i * SLOT, TRUE));
	}
	CHECK(pmap_counters.pc_deferred > 0);
}

/*
 * While the enter sleeps, its own page table goes away.
 */
static void
hook_remove_all(void)
{
	hook_calls++;
	pmap_remove(hook_pm, 0, PH_USER_PTMAX);
}

TEST(pmap_reclaim__sleeper_starts_again)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	hook_pm = pm;
	hook_calls = 0;
	host_knobs.hk_limit = 0;
	host_knobs.hk_wait = hook_remove_all;
	for (i = 0; hook_calls == 0; i++) {
		CHECK(i < 300);
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, TRUE));
	}
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_wired_count(pm), 1);
	CHECK(can_write(pm, (i - 1) * SLOT, pa));
	CHECK_EQ(audit(), 0);
}

/*
 * While the enter sleeps, something else is mapped where it wants to map.
 */
static void
hook_enter_there(void)
{
	if (hook_calls++ != 0)
		return;
	pmap_remove(hook_pm, 0, 4 * SLOT);
	pmap_enter(hook_pm, hook_va, hook_pa, PROT_R, FALSE);
}

TEST(pmap_reclaim__sleeper_replaces_what_came_meanwhile)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	hook_pa = page_new();
	hook_pm = pm;
	hook_calls = 0;
	host_knobs.hk_limit = 20;
	host_knobs.hk_wait = hook_enter_there;
	for (i = 0; hook_calls == 0; i++) {
		CHECK(i < 300);
		hook_va = i * SLOT;
		DO(pmap_enter(pm, hook_va, pa, PROT_RW, TRUE));
	}
	CHECK_EQ(pmap_extract(pm, hook_va), pa);
	CHECK_EQ(pmap_page_mappings(hook_pa), 0);
	CHECK_EQ(pmap_resident_count(pm), i - 4);
	CHECK_EQ(pmap_wired_count(pm), i - 4);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_reclaim__pinit_in_a_shortage)
{
	pmap_t pm = as_new(), more[20];
	uint32_t pa = page_new(), i;

	spread(pm, 60, pa, FALSE);
	CHECK(can_write(pm, 0, pa));
	host_knobs.hk_limit = 0;
	for (i = 0; i < 20; i++)
		more[i] = as_new();
	CHECK(count_mapped(pm, 60) < 60);
	for (i = 0; i < 20; i++)
		as_free(more[i]);
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_reclaim__full_arena_is_a_shortage)
{
	struct host_config c = host_config_default();
	pmap_t pm;
	uint32_t pa, i;

	c.hc_frames = 2048;
	host_boot(&c);
	pm = as_new();
	pa = page_new();
	for (i = 0; i < 500; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		CHECK_EQ(pmap_extract(pm, i * SLOT), pa);
	}
	CHECK(pmap_counters.pc_reclaim > 100);
	CHECK(usage().pu_arena <= usage().pu_arena_total);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_reclaim__two_processes_make_progress)
{
	pmap_t pm[2];
	uint32_t pa = page_new(), n, i, done = 0;

	pm[0] = as_new();
	pm[1] = as_new();
	spread(pm[0], 4, pa, FALSE);
	spread(pm[1], 4, pa, FALSE);
	host_knobs.hk_limit = 0;
	for (n = 0; n < 200; n++)
		for (i = 0; i < 4; i++) {
			if (!can_write(pm[n % 2], i * SLOT, pa))
				DO(pmap_enter(pm[n % 2], i * SLOT, pa, PROT_RW,
				    FALSE));
			done += can_write(pm[n % 2], i * SLOT, pa);
		}
	CHECK_EQ(done, 800);
}

TEST(pmap_reclaim__junk_in_fresh_pages_does_not_matter)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	host_knobs.hk_fill = HOST_FILL_PTES;
	spread(pm, 100, pa, FALSE);
	CHECK_EQ(pmap_resident_count(pm), 100);
	CHECK_EQ(audit(), 0);
	CHECK(!can_read(pm, PAGE, pa));
	CHECK(!can_read(pm, 101 * SLOT, pa));
}
