/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_edges_damage.c: what becomes of tables, entries and links that damage
 * has left half undone, and how much of it the audit prints.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x14000000u

TEST(pmap_damage__kernel_table_stays)
{
	uint32_t va = host_kva(1), pa = page_new();
	const struct ptp *pt = ptp_lookup(kernel_pmap, va);
	uint32_t resident = pmap_resident_count(kernel_pmap), valid, managed;

	valid = pt->pt_valid;
	managed = pt->pt_managed;
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	*host_pte(kernel_pmap, va) = 0;
	isolate();
	DO(pmap_clear_modify(pa));
	CHECK_EQ(pmap_resident_count(kernel_pmap), resident);
	CHECK_EQ(pt->pt_valid, valid);
	CHECK_EQ(pt->pt_managed, managed);
	CHECK(ptp_lookup(kernel_pmap, va) == pt);
	CHECK_EQ(host_record.hr_iso_va, va);
	CHECK(host_record.hr_iso_pmap == kernel_pmap);
	mended(1);
}

TEST(pmap_damage__table_goes_with_its_only_entry)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), ptps = usage().pu_ptps;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0;
	isolate();
	DO(pmap_clear_modify(pa));
	CHECK(ptp_lookup(pm, VA) == NULL);
	CHECK_EQ(usage().pu_ptps, ptps);
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK(pmap_is_modified(pa) && pmap_is_referenced(pa));
	mended(1);
}

/*
 * A table that its directory has lost goes as a whole, with other pages'
 * entries and with a second one of the page that is being walked.
 */
TEST(pmap_damage__lost_table_goes_with_all_entries)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), ptps = usage().pu_ptps;

	DO(pmap_enter(pm, VA, a, PROT_RW, TRUE));
	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + 2 * PAGE, a, PROT_RW, TRUE));
	DO(pmap_enter(pm, VA + SLOT, a, PROT_RW, FALSE));
	*host_pde(pm, VA) = 0;
	isolate();
	DO(pmap_changebit(a, 0, ~PMAP_WRITE));
	CHECK_EQ(pmap_page_mappings(a), 1);
	CHECK_EQ(pmap_page_mappings(b), 0);
	CHECK_EQ(pte_of(pm, VA + SLOT) & MMU_RW, 0);
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(usage().pu_ptps, ptps + 1);
	mended(1);
}

/*
 * A table went whose entry had been lost: its link must not stay behind.
 */
TEST(pmap_mend__lost_entry_leaves_its_list)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + 1023 * PAGE, b, PROT_RW, TRUE));
	*host_pte(pm, VA + 1023 * PAGE) = 0;
	isolate();
	DO(pmap_remove(pm, VA, VA + SLOT));
	CHECK_EQ(pmap_page_mappings(a) + pmap_page_mappings(b), 0);
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(host_record.hr_iso_pa, b);
	mended(1);
}

/*
 * The same, of an entry that is not wired, and of one without a link.
 */
TEST(pmap_mend__any_lost_entry_is_seen)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0;
	isolate();
	DO(pmap_remove(pm, VA, VA + SLOT));
	CHECK_EQ(pmap_resident_count(pm), 0);
	mended(1);
	DO(pmap_enter(pm, VA, host_device_page(1), PROT_RW, TRUE));
	*host_pte(pm, VA) = 0;
	isolate();
	DO(pmap_remove(pm, VA, VA + SLOT));
	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(host_record.hr_isolated, 0);
	CHECK_LOG("PT2");
	mended(0);
}

/*
 * A tracked entry that leads to a device, and that the processor has used:
 * it is flushed with the rest.
 */
TEST(pmap_stray__damaged_entry_is_flushed)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, b, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0x1000u | MMU_P | MMU_RW | MMU_US;
	CHECK(can_read(pm, VA, 0x1000u));
	isolate();
	DO(pmap_remove(pm, VA, VA + PAGE));
	CHECK(!can_read(pm, VA, 0x1000u));
	CHECK_EQ(pmap_page_mappings(a), 0);
	CHECK_EQ(pmap_resident_count(pm), 1);
	mended(1);
}

/*
 * The same, where something else is entered there.
 */
TEST(pmap_stray__damaged_entry_is_flushed_when_replaced)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), n;

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	*host_pte(pm, VA) = 0x1000u | MMU_P | MMU_RW | MMU_US;
	CHECK(can_read(pm, VA, 0x1000u));
	isolate();
	n = pmap_counters.pc_invlpg;
	DO(pmap_enter(pm, VA, b, PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_invlpg, n + 1);
	CHECK(can_write(pm, VA, b));
	CHECK_EQ(pmap_page_mappings(a), 0);
	mended(1);
}

TEST(pmap_kenter__replaces_a_damaged_entry_that_looks_the_same)
{
	uint32_t va = host_kva(1), pa = page_new(), dev = host_device_page(0);
	vm_offset_t got = 0;

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	*host_pte(kernel_pmap, va) = dev | MMU_P | MMU_RW | MMU_PCD;
	isolate();
	DO(pmap_kenter(va, dev, PROT_RW));
	CHECK(pmap_lookup(kernel_pmap, va, &got));
	CHECK_EQ(got, dev);
	CHECK_EQ(pmap_page_mappings(pa), 0);
	mended(1);
}

TEST_ASSERTED(pmap_release__leaves_a_dead_pmap)
{
	struct pmap pm;

	pmap_pinit(&pm);
	DO(pmap_release(&pm));
	CHECK_EQ(pm.pm_count, 0);
	CHECK(pm.pm_pdir == NULL);
	EXPECT_PANIC("PM1", pmap_release(&pm));
}

/*
 * A table that its directory has lost is named, with what is known of it.
 */
TEST(pmap_release__names_a_lost_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), ptpa;
	char text[80];

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	ptpa = ptp_lookup(pm, VA)->pt_pa;
	*host_pde(pm, VA) = 0;
	isolate();
	host_log_clear();
	DO(as_free(pm));
	snprintf(text, sizeof(text), "va 0x%08x pte 0x00000000 page 0x%08x",
	    VA, ptpa);
	CHECK_LOG("PT1");
	CHECK_LOG(text);
}

/*
 * The same of a table that is taken for memory.
 */
TEST(pmap_reclaim__names_a_lost_table)
{
	pmap_t pm = as_new(), other = as_new();
	uint32_t pa = page_new(), ptpa, i;
	char text[80];

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	ptpa = ptp_lookup(pm, VA)->pt_pa;
	*host_pde(pm, VA) = 0;
	isolate();
	host_log_clear();
	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 0; pmap_counters.pc_reclaim == 0; i++)
		DO(pmap_enter(other, i * SLOT, pa, PROT_RW, FALSE));
	snprintf(text, sizeof(text), "va 0x%08x pte 0x00000000 page 0x%08x",
	    VA, ptpa);
	CHECK_LOG("PT1");
	CHECK_LOG(text);
	mended(1);
}

TEST_ASSERTED(pmap_release__wrong_count_is_a_panic)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pm->pm_stats.resident_count++;
	unit_damaged();
	EXPECT_PANIC("PM1", pmap_destroy(pm));
}

TEST_ASSERTED(pmap_stray__link_on_no_list_is_a_panic)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	frame_lookup(pa)->fr_first->pv_pprev = (struct pv_link **)0x10;
	*host_pte(pm, VA) = host_device_page(1) | MMU_P;
	isolate();
	unit_damaged();
	EXPECT_PANIC("PV4", pmap_remove(pm, VA, VA + PAGE));
}

TEST(pv_frame__finds_the_head_or_nothing)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct frame *fr = frame_lookup(pa);
	struct pv_link *pv, **pprev;

	for (i = 0; i < 5; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	for (pv = fr->fr_first; pv->pv_next != NULL; pv = pv->pv_next)
		CHECK(pv_frame(pv) == fr);
	CHECK(pv_frame(pv) == fr);
	pprev = pv->pv_pprev;
	pv->pv_pprev = (struct pv_link **)((uintptr_t)pprev + 4);
	CHECK(pv_frame(pv) == NULL);
	pv->pv_pprev = (struct pv_link **)(ptp_arena - 8);
	CHECK(pv_frame(pv) == NULL);
	pv->pv_pprev = (struct pv_link **)(ptp_arena + ptp_npages * PAGE);
	CHECK(pv_frame(pv) == NULL);
	pv->pv_pprev = &pv->pv_next;
	CHECK(pv_frame(pv) == NULL);
	pv->pv_pprev = pprev;
}

/*
 * The list of a page is broken behind an entry that is damaged too: it is
 * built anew from the tables.  What the host mapped without a link stays
 * without one.
 */
TEST(pmap_damage__with_a_broken_list_behind_it)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), va = host_kva(2);
	struct frame *fr = frame_lookup(pa);

	DO(pmap_kenter(va, pa, PROT_R));
	DO(pmap_enter(kernel_pmap, va + PAGE, pa, PROT_R, FALSE));
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	pv_slot(ptp_lookup(pm, VA), va_index(VA))->pv_pprev = NULL;
	fr->fr_first->pv_next = (struct pv_link *)0x18;
	*host_pte(pm, VA + PAGE) ^= 0x1000u;
	isolate();
	host_log_clear();
	DO(pmap_clear_modify(pa));
	CHECK_LOG("PV4");
	CHECK_EQ(host_record.hr_iso_pa, pa);
	CHECK_EQ(pmap_page_mappings(pa), 2);
	CHECK(!pv_tracked(pv_slot(ptp_lookup(kernel_pmap, va),
	    va_index(va))));
	unit_damaged();
}

/*
 * The list is built anew in another order in the middle of a walk: the walk
 * begins again, or it would pass over what stood behind and stands before.
 */
TEST(pmap_damage__walk_begins_again_with_a_new_list)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct frame *fr = frame_lookup(pa);

	for (i = 3; i-- > 0;) {
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, VA + i * PAGE, pa));
	}
	pmap_activate(kernel_pmap);
	fr->fr_first->pv_next->pv_next = (struct pv_link *)0x18;
	*host_pte(pm, VA + PAGE) ^= 0x1000u;
	isolate();
	DO(pmap_clear_modify(pa));
	CHECK_EQ(pmap_page_mappings(pa), 2);
	CHECK_EQ(pte_of(pm, VA) & MMU_D, 0);
	CHECK_EQ(pte_of(pm, VA + 2 * PAGE) & MMU_D, 0);
	unit_damaged();
}

/*
 * The head of a list is lost; the count says that there was one mapping.
 */
TEST(pmap_damage__lost_head_of_one)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	frame_lookup(pa)->fr_first = NULL;
	isolate();
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_extract(pm, VA), 0);
	CHECK_EQ(pmap_page_mappings(pa), 0);
	mended(1);
}

TEST_ASSERTED(pmap_pinit__copy_of_a_live_pmap_is_another)
{
	pmap_t pm = as_new();
	struct pmap copy = *pm;

	DO(pmap_pinit(&copy));
	CHECK(copy.pm_pdirpa != pm->pm_pdirpa);
	DO(pmap_release(&copy));
	copy = *pm;
	EXPECT_PANIC("PM1", pmap_pinit(pm));
}

/*
 * Sixteen violations are printed in one audit; all are counted, whatever is
 * broken.
 */
static uint32_t
broken_in_log(void)
{
	const char *at = host_log();
	uint32_t n;

	for (n = 0; (at = strstr(at, " broken")) != NULL; n++)
		at++;
	return (n);
}

/*
 * Twenty entries of pm that should be zero are not.
 */
static void
litter(pmap_t pm)
{
	uint32_t i;

	DO(pmap_enter(pm, VA, page_new(), PROT_RW, FALSE));
	for (i = 10; i < 30; i++)
		*host_pte(pm, VA + i * PAGE) = MMU_RW;
	unit_damaged();
	isolate();
	host_log_clear();
}

TEST(pmap_audit__prints_sixteen_of_sums_and_lists)
{
	pmap_t pm = as_new();
	unsigned int found;

	litter(pm);
	pm->pm_stats.wired_count = 7;
	pv_nlinks++;
	ptp_free.pl_last = &ptp_free.pl_first;
	pv_nfree = 0;
	found = audit();
	CHECK(found >= 24);
	CHECK_EQ(broken_in_log(), 16);
}

TEST(pmap_audit__prints_sixteen_of_lists_of_a_page)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	unsigned int found;

	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	litter(pm);
	frame_lookup(pa)->fr_first->pv_next = (struct pv_link *)0x18;
	found = audit();
	CHECK(found >= 21);
	CHECK_EQ(broken_in_log(), 16);
}

/*
 * A page table without an owner, in a directory without one.
 */
TEST(pmap_audit__nobodys_table_in_a_ready_directory)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp *dir;

	as_free(as_new());
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	dir = ptp_dirs.pl_first;
	CHECK(dir != NULL && dir->pt_pmap == NULL);
	dir->pt_pte[VA / SLOT] = *host_pde(pm, VA);
	ptp_lookup(pm, VA)->pt_pmap = NULL;
	unit_damaged();
	host_log_clear();
	CHECK(audit() > 0);
	CHECK_LOG("PT1");
}

/*
 * A link out of its place, which leads to a page table that the arena does
 * not map any more: nothing is read there.
 */
TEST(pmap_audit__link_into_an_unmapped_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct ptp *pt;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pt = ptp_lookup(pm, VA);
	*kernel_pte((vm_offset_t)pt->pt_pte) = 0;
	frame_lookup(pa)->fr_first->pv_pprev = (struct pv_link **)0x18;
	unit_damaged();
	host_log_clear();
	CHECK(audit() > 0);
	CHECK_LOG("PT6");
}

/*
 * What the damaged entry named is not to be reached through the TLB when the
 * mapping has been dropped.
 */
TEST(pmap_damage__nothing_of_it_stays_cached)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), stranger = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, pa, PROT_RW, FALSE));
	*host_pte(pm, VA) = stranger | MMU_P | MMU_RW | MMU_US;
	CHECK(can_write(pm, VA, stranger));
	isolate();
	DO(pmap_clear_reference(pa));
	CHECK(mmu_tlb_find(VA >> 12) == NULL);
	CHECK_EQ(user_access(pm, VA, MMU_USER, NULL), MMU_ABSENT);
	mended(1);
}

/*
 * A list that is built anew in the middle of a walk has another order: the
 * walk starts again, or it would miss what had not been looked at.
 */
TEST(pmap_testbit__starts_again_with_a_new_list)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct pv_link *last;
	uint32_t *ptep;

	for (i = 3; i-- > 0;)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	last = frame_lookup(pa)->fr_first->pv_next->pv_next;
	ptep = pv_pte(last);
	CHECK_EQ(ptp_va(ptp_of_pte(ptep), ptep), VA + 2 * PAGE);
	CHECK(can_write(pm, VA + 2 * PAGE, pa));
	last->pv_pprev = &last->pv_next;
	isolate();
	CHECK(pmap_is_modified(pa));
	mended(1);
	CHECK_EQ(pmap_page_mappings(pa), 3);
}

/*
 * A new mapping in the place of a damaged one flushes that address, once.
 */
TEST(pmap_enter__over_a_damaged_entry_flushes_one_page)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new(), n;

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	*host_pte(pm, VA) = host_device_page(1) | MMU_P | MMU_US;
	CHECK(can_read(pm, VA, host_device_page(1)));
	isolate();
	n = pmap_counters.pc_invlpg;
	DO(pmap_enter(pm, VA, b, PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_invlpg, n + 1);
	CHECK(can_write(pm, VA, b));
	mended(1);
}
