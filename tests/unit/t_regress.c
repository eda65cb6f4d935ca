/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_regress.c: properties that a review found broken once, one test each:
 * shortage, enter, ranges, damage from outside, the audit, the start.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x0a000000u
#define FILL	20u		/* entries that make a table a dear victim */
#define DEVICE	0xffffe000u	/* the last two pages below 4 GB */

/*
 * No page is to be had any more, but the caller may wait for one.
 */
static void
starve(void)
{
	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = true;
}

/*
 * FILL pages in one slot of pm.
 */
static void
fill_table(pmap_t pm, uint32_t slot, uint32_t pa)
{
	uint32_t i;

	for (i = 0; i < FILL; i++)
		DO(pmap_enter(pm, slot * SLOT + i * PAGE, pa, PROT_RW, FALSE));
}

/*
 * pm writes n addresses as one instruction does, from the first again after
 * each fault.  Returns the faults that it took, max if it did not end.
 */
static uint32_t
instruction(pmap_t pm, const uint32_t *va, uint32_t n, uint32_t pa,
    uint32_t max)
{
	uint32_t i = 0, faults = 0;

	while (i < n && faults < max) {
		if (can_write(pm, va[i], pa)) {
			i++;
			continue;
		}
		DO(pmap_enter(pm, va[i], pa, PROT_RW, FALSE));
		faults++;
		i = 0;
	}
	return (faults);
}

/*
 * A short queue was looked at twice: tables in use seemed cold, nobody slept.
 */
TEST(ptp_victim__hot_tables_wait)
{
	pmap_t hot = as_new(), pm = as_new();
	uint32_t pa = page_new(), i, k;

	for (i = 0; i < 3; i++) {
		DO(pmap_enter(hot, i * SLOT, pa, PROT_RW, FALSE));
		CHECK(can_write(hot, i * SLOT, pa));
	}
	starve();
	for (i = 0; pmap_counters.pc_reclaim == 0; i++) {
		for (k = 0; k < 3; k++)
			CHECK(can_write(hot, k * SLOT, pa));
		pmap_activate(kernel_pmap);
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, TRUE));
	}
	CHECK(host_record.hr_waits > 0);
}

/*
 * The second look took what an instruction had just used: it never ended.
 */
TEST(ptp_victim__three_tables_of_seven_suffice)
{
	const uint32_t va[3] = { 0x00001000, 0x40000000, STACK_TOP };
	pmap_t idle = as_new(), pm = as_new(), wired = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 7; i++)
		fill_table(idle, i, pa);
	starve();
	for (i = 0; pmap_counters.pc_reclaim == 0; i++)
		DO(pmap_enter(wired, i * SLOT, pa, PROT_RW, TRUE));
	for (i = 20; ptp_victims.pl_count < 7; i++) {
		CHECK(i < 100);
		host_knobs.hk_limit = 1;
		fill_table(idle, i, pa);
	}
	starve();
	CHECK_EQ(ptp_victims.pl_count, 7);
	CHECK_EQ(ptp_ready.pl_count, 0);
	CHECK(instruction(pm, va, 3, pa, 2000) < 100);
}

/*
 * A full arena was waited for as memory is, and no sleep makes room in it.
 */
TEST(pmap_shortage__full_arena_does_not_wait)
{
	struct host_config c = host_config_default();
	pmap_t pm;
	uint32_t pa, i, k;

	c.hc_frames = 2048;
	host_boot(&c);
	pm = as_new();
	pa = page_new();
	for (i = 0; i < 500; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		for (k = 0; k <= i; k++)
			(void)can_write(pm, k * SLOT, pa);
		CHECK_EQ(host_record.hr_waits, 0);
	}
}

/*
 * A victim that its directory had lost was a panic, not one dead process.
 */
TEST(pmap_reclaim__unhooked_table_is_taken)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), i;

	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	*host_pde(pm, STACK_TOP) = 0;
	pmap_policy = PMAP_POLICY_ISOLATE;
	starve();
	for (i = 0; i < 40; i++)
		DO(pmap_enter(other, i * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(host_record.hr_isolated, 1);
	CHECK(host_record.hr_iso_pmap == pm);
	host_record.hr_isolated = 0;
}

/*
 * An enter that found no memory left the old page mapped, stale data to read.
 */
TEST(pmap_enter__deferred_leaves_no_old_mapping)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), i, deferred;

	DO(pmap_enter(pm, VA, host_device_page(0), PROT_RW, TRUE));
	starve();
	host_knobs.hk_may_wait = false;
	for (i = 0; pv_nfree > 0 || ptp_ready.pl_count > 0; i++) {
		CHECK(i < 500);
		DO(pmap_enter(other, i * 64 * PAGE, pa, PROT_RW, FALSE));
		DO(pmap_change_wiring(other, i * 64 * PAGE, TRUE));
		if (pmap_counters.pc_deferred != 0)
			break;
	}
	deferred = pmap_counters.pc_deferred;
	DO(pmap_enter(pm, VA, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_counters.pc_deferred, deferred + 1);
	CHECK(pmap_extract(pm, VA) != host_device_page(0));
}

/*
 * A tracked entry that was zeroed counted as frame 0: its list was damaged.
 */
TEST(pmap_enter__zeroed_entry_is_reported)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0;
	EXPECT_PANIC("PV1", pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	unit_damaged();
}

/*
 * A directory entry copied from another pmap was used: both edited its table.
 */
TEST_ASSERTED(pmap_enter__table_of_another_is_reported)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	*host_pde(other, VA) = *host_pde(pm, VA);
	other->pm_slots = pm->pm_slots;
	unit_damaged();
	EXPECT_PANIC("PT1", pmap_enter(other, VA, b, PROT_RW, FALSE));
}

/*
 * A pager's mapping lost its write right, though a page in is written there.
 */
TEST(pmap_protect__pagers_keep_their_right)
{
	uint32_t pa = page_new();

	DO(pmap_enter(kernel_pmap, host_pager_sva, pa, PROT_RW, TRUE));
	DO(pmap_protect(kernel_pmap, host_pager_sva, host_pager_eva, PROT_R));
	CHECK(pte_of(kernel_pmap, host_pager_sva) & PMB_WRITE);
}

/*
 * The link moved to where the host edits entries, and the next edit broke PV1.
 */
TEST(pmap_move__into_host_edits_is_clean)
{
	uint32_t kva = host_kva(1), pa = page_new();

	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, FALSE));
	DO(pmap_move(kva, host_edits_sva, PAGE));
	CHECK_EQ(audit(), 0);
}

/*
 * The link moved along to a pager's address, where no mapping is tracked.
 */
TEST(pmap_move__into_pager_is_untracked)
{
	uint32_t kva = host_kva(1), pa = page_new();

	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, FALSE));
	DO(pmap_move(kva, host_pager_sva, PAGE));
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

/*
 * A move of a page to its own address removed it, and the data was gone.
 */
TEST(pmap_move__to_itself_is_nothing)
{
	uint32_t kva = host_kva(1), pa = page_new();

	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, FALSE));
	DO(pmap_move(kva, kva, PAGE));
	CHECK_EQ(pmap_extract(kernel_pmap, kva), pa);
}

/*
 * The last page of a range that starts within a page was left out.
 */
TEST(pmap_map__part_pages_are_mapped)
{
	vm_offset_t kva = host_kva(4), pa;

	(void)pmap_map(kva, host_device_page(1) + PAGE / 2,
	    host_device_page(2) + PAGE / 2, PROT_RW);
	CHECK(pmap_lookup(kernel_pmap, kva + PAGE, &pa));
}

/*
 * An end of 0, which is 4 GB, mapped nothing: a device there was out of reach.
 */
TEST(pmap_map__goes_up_to_4gb)
{
	vm_offset_t kva = host_kva(4), pa;

	(void)pmap_map(kva, DEVICE, 0, PROT_RW);
	CHECK(pmap_lookup(kernel_pmap, kva, &pa));
}

/*
 * An end within the last page was never reached: it went on at frame 0.
 */
TEST(pmap_map__last_page_ends)
{
	vm_offset_t kva = host_kva(4);

	(void)pmap_map(kva, DEVICE + PAGE, 0xffffffffu, PROT_RW);
}

/*
 * A bit to set and not to keep was cleared where it had been set already.
 */
TEST(pmap_changebit__set_wins_over_keep)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) |= PMAP_NOCACHE;
	DO(pmap_changebit(pa, PMAP_NOCACHE, ~PMAP_NOCACHE));
	CHECK(pte_of(pm, VA) & PMAP_NOCACHE);
}

/*
 * A list that leads back to itself was walked without end.
 */
TEST(pmap_walk__cycle_is_a_report)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct pv_link *pv;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	pv = frame_lookup(pa)->fr_first;
	pv->pv_next = pv;
	EXPECT_PANIC("PV4", (void)pmap_is_modified(pa));
	unit_damaged();
}

/*
 * A wild back pointer was followed, a fault where a report was due.
 */
TEST(pmap_walk__wild_pprev_is_a_report)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct pv_link *pv;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pv = frame_lookup(pa)->fr_first;
	pv->pv_pprev = (struct pv_link **)0xdeadbee8;
	unit_damaged();
	EXPECT_PANIC("PV4", pmap_page_protect(pa, VM_PROT_NONE));
}

/*
 * A slice with a wild owner word led to an entry that was not there: a fault.
 */
TEST_ASSERTED(pmap_walk__wild_owner_is_a_report)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct pv_link *pv;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pv = frame_lookup(pa)->fr_first;
	((uintptr_t *)pv_owner)[(uintptr_t)pv >> 9] = 0x1234;
	unit_damaged();
	EXPECT_PANIC("PV", (void)pmap_is_modified(pa));
}

/*
 * The wired count stayed when a wired entry was isolated: the exit panicked.
 */
TEST(pmap_damage__wired_entry_leaves_right_counts)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, TRUE));
	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0;
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_clear_reference(a));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(audit(), 0);
	host_record.hr_isolated = 0;
	DO(as_free(pm));
	pmap_policy = PMAP_POLICY_PANIC;
}

/*
 * Garbage in an isolated entry stayed, and its bits were counted in later.
 */
TEST(pmap_damage__garbage_is_cleared)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), i;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0x5200;		/* not valid, not zero */
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_clear_reference(pa));
	host_record.hr_isolated = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(audit(), 0);
	for (i = 0; i < 3; i++)
		DO(pmap_enter(other, VA + i * SLOT, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_wired_count(other), 0);
	CHECK_EQ(audit(), 0);
}

/*
 * The report gave the page's address as the entry: the evidence was lost.
 */
TEST(pmap_damage__report_prints_the_entry)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), pte;
	char text[40];

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	pte = b | PMB_VALID | PMB_WRITE | PMB_USER;
	*host_pte(pm, VA) = pte;
	pmap_policy = PMAP_POLICY_ISOLATE;
	host_log_clear();
	pmap_clear_reference(a);
	unit_damaged();
	snprintf(text, sizeof(text), "pte 0x%08x", pte);
	CHECK_LOG(text);
}

/*
 * A lost table whose slot had a new one was hooked in again, over the new one.
 */
TEST(pmap_damage__lost_table_leaves_its_successor)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, STACK_TOP, a, PROT_RW, FALSE));
	CHECK(can_write(pm, STACK_TOP, a));
	pmap_activate(kernel_pmap);
	*host_pde(pm, STACK_TOP) = 0;
	DO(pmap_enter(pm, STACK_TOP - PAGE, b, PROT_RW, FALSE));
	CHECK(can_write(pm, STACK_TOP - PAGE, b));
	pmap_activate(kernel_pmap);
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_clear_reference(a));
	CHECK_EQ(audit(), 0);
	host_record.hr_isolated = 0;
	DO(as_free(pm));
}

/*
 * A table that its directory had lost outlived its process: the exit panicked.
 */
TEST(pmap_release__unhooked_table_goes_too)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
	*host_pde(pm, STACK_TOP) = 0;
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(as_free(pm));
}

/*
 * The audit did not add up the pages by state, and a leak went unseen.
 */
TEST(pmap_audit__sees_a_lost_page)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	for (i = 0; i < 4; i++)
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
	DO(pmap_remove(pm, 0, 4 * SLOT));
	CHECK(ptp_ready.pl_count >= 2);
	(void)ptp_ready_pop();
	unit_damaged();
	CHECK(audit() > 0);
}

/*
 * Before pmap_init the reserve is empty, and the audit took that for RS1.
 */
TEST(pmap_audit__runs_before_pmap_init)
{
	struct host_config c = host_config_default();
	vm_offset_t sva, eva;

	c.hc_init = false;
	host_boot(&c);
	pmap_virtual_space(&sva, &eva);
	pmap_enter(kernel_pmap, sva + 0x100000, 0x200000, PROT_RW, FALSE);
	unit_damaged();
	pmap_audit(NULL);
}

/*
 * It filled the reserve at the caller's spl, open to interrupts that map.
 */
TEST(pmap_init__raises_its_level)
{
	struct host_config c = host_config_default();

	c.hc_init = false;
	host_boot(&c);
	unit_damaged();
	pmap_init();
}
