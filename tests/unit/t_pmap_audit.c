/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_audit.c: the audit sees each invariant broken, says which, and
 * never faults; the crash of 1997, forced.
 *
 * Each test breaks one thing in a healthy state, expects the report with
 * its id, puts the thing back and expects a clean audit.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x0a000000u

static pmap_t pm, other;
static uint32_t page, second;

/*
 * A healthy state: two pmaps, shared and private, wired and not.
 */
static struct ptp *
healthy(void)
{
	uint32_t kva = host_kva(2);

	pm = as_new();
	other = as_new();
	page = page_new();
	second = page_new();
	DO(pmap_enter(pm, VA, page, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA + PAGE, second, PROT_R, TRUE));
	DO(pmap_enter(pm, VA + SLOT, second, PROT_RW, FALSE));
	DO(pmap_enter(pm, STACK_TOP, page, PROT_RW, FALSE));
	DO(pmap_enter(other, VA, page, PROT_RW, FALSE));
	DO(pmap_enter(other, VA + 2 * PAGE, host_device_page(0), PROT_RW, 0));
	DO(pmap_enter(kernel_pmap, kva, page, PROT_RW, FALSE));
	DO(pmap_kenter(kva + PAGE, second, PROT_RW));
	CHECK(can_write(other, VA, page));
	CHECK(can_write(pm, VA, page));
	CHECK_EQ(audit(), 0);
	host_log_clear();
	return (ptp_lookup(pm, VA));
}

/*
 * The audit must name the invariant, with these values when they are given.
 */
static void
audit_names(int line, const char *id, const void *who, uint32_t va)
{
	char want[80];
	unsigned int n;

	host_log_clear();
	n = audit();
	if (n == 0)
		unit_fail(__FILE__, line, "%s was not seen", id);
	snprintf(want, sizeof(want), "%s broken", id);
	unit_log_has(__FILE__, line, want);
	if (who == NULL)
		return;
	snprintf(want, sizeof(want), "%s broken: pmap %p va 0x%08x", id, who,
	    va);
	unit_log_has(__FILE__, line, want);
}

/* Break one word, expect the report, mend it. */
#define BREAK_AT(id, lvalue, value, who, va) do {			\
	__typeof__(lvalue) unit_was = (lvalue);				\
	(lvalue) = (__typeof__(lvalue))(value);				\
	audit_names(__LINE__, id, who, va);				\
	(lvalue) = unit_was;						\
	CHECK_EQ(audit(), 0);						\
} while (0)
#define BREAK(id, lvalue, value)	BREAK_AT(id, lvalue, value, NULL, 0)

TEST(pmap_audit__clean_state_is_clean)
{
	struct pmap_audit a;

	(void)healthy();
	CHECK_EQ(pmap_audit(&a), 0);
	CHECK_EQ(a.pa_violations, 0);
	CHECK_EQ(a.pa_links, usage().pu_mappings);
	CHECK(a.pa_ptes > 8);
	CHECK(a.pa_pages > 500);
	CHECK_EQ(pmap_audit(NULL), 0);
}

TEST(pmap_audit__policy_panic_panics)
{
	struct ptp *pt = healthy();

	pt->pt_valid++;
	EXPECT_PANIC("audit", pmap_audit(NULL));
	CHECK_LOG("PT2 broken");
	pt->pt_valid--;
}

TEST(pmap_audit__pv1_entry_maps_another_page)
{
	struct ptp *pt = healthy();

	BREAK_AT("PV1", *host_pte(pm, VA), second | 7, pm, VA);
	BREAK_AT("PV1", *host_pte(pm, VA), 0, pm, VA);
	BREAK("PV1", pv_slot(pt, 0)->pv_pprev, NULL);
}

TEST(pmap_audit__pv1_mapping_without_a_link)
{
	struct ptp *pt = healthy();

	pt->pt_valid++;
	pm->pm_stats.resident_count++;
	pt->pt_pte[9] = page | 7;
	audit_names(__LINE__, "PV1", pm, VA + 9 * PAGE);
	pt->pt_pte[9] = 0;
	pt->pt_valid--;
	pm->pm_stats.resident_count--;
	CHECK_EQ(audit(), 0);
}

TEST(pmap_audit__pv2_count)
{
	struct frame *fr;

	(void)healthy();
	fr = frame_lookup(page);
	BREAK("PV2", fr->fr_info, fr->fr_info + FR_ONE);
	BREAK("PV2", fr->fr_info, fr->fr_info - FR_ONE);
	BREAK("PV2", pv_nlinks, pv_nlinks + 1);
}

TEST(pmap_audit__pv4_broken_lists)
{
	struct frame *fr;
	struct pv_link *pv;

	(void)healthy();
	fr = frame_lookup(page);
	pv = fr->fr_first;
	BREAK("PV4", pv->pv_pprev, &pv->pv_next);
	BREAK("PV4", pv->pv_next, 0xdeadbeef);
	BREAK("PV4", pv->pv_next, 0xdeadbee8);
	BREAK("PV4", pv->pv_next, pv);
	BREAK("PV4", fr->fr_first, 8);
	BREAK("PV4", fr->fr_first, ptp_arena);
	BREAK("PV2", fr->fr_first, NULL);
	BREAK("PV4", fr->fr_first, (uintptr_t)pv + 4);
}

TEST(pmap_audit__pv5_slices)
{
	struct ptp *pt = healthy();
	uintptr_t *owner = &((uintptr_t *)pv_owner)[(uintptr_t)
	    pt->pt_slice[0] >> 9];

	BREAK("PV5", *owner, *owner + 4);
	BREAK("PV5", *owner, 0xdeadbeef);
	BREAK("PV5", pt->pt_slice[0], ptp_lookup(other, VA)->pt_slice[0]);
	BREAK("PV5", pt->pt_slice[1], 0xdeadbe00);
	BREAK("PM2", pv_nfree, pv_nfree + 1);
}

TEST(pmap_audit__pt1_directory_entries)
{
	struct ptp *pt = healthy();
	uint32_t *pde = host_pde(pm, VA);

	BREAK_AT("PT1", *pde, 0, pm, VA);
	BREAK_AT("PT1", *pde, *host_pde(other, VA), pm, VA);
	BREAK_AT("PT1", *pde, page | 7, pm, VA);
	BREAK_AT("PT1", pde[7], page | 7, pm, VA + 7 * SLOT);
	BREAK_AT("PT1", pde[7], *pde, pm, VA + 7 * SLOT);
	BREAK_AT("PT1", pde[7], 0xc0000007u, pm, VA + 7 * SLOT);
	BREAK_AT("PT1", pde[7], 0x40, pm, VA + 7 * SLOT);
	BREAK("PT1", pm->pm_slots, pm->pm_slots | 0x40);
	BREAK("PT1", pm->pm_slots, 0);
	BREAK("PT1", pt->pt_va, pt->pt_va + SLOT);
}

TEST(pmap_audit__pt2_counts)
{
	struct ptp *pt = healthy();

	BREAK_AT("PT2", pt->pt_valid, pt->pt_valid + 1, pm, VA);
	BREAK_AT("PT2", pt->pt_wired, pt->pt_wired + 1, pm, VA);
	BREAK_AT("PT2", pt->pt_managed, pt->pt_managed - 1, pm, VA);
}

TEST(pmap_audit__pt3_dead_and_empty_tables)
{
	struct ptp *pt;

	(void)healthy();
	pt = ptp_lookup(pm, VA + SLOT);
	BREAK("PT3", pt->pt_state, PTS_DEAD);
	pt = ptp_ready_pop();
	ptp_attach(pt, pm, VA + 9 * SLOT);
	audit_names(__LINE__, "PT3", pm, VA + 9 * SLOT);
	ptp_detach(pt);
	ptp_retire(pt);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_audit__pt4_forbidden_frames)
{
	struct ptp *pt = healthy();
	uint32_t *pte = &ptp_lookup(other, VA)->pt_pte[2], *kpte, kva;

	BREAK_AT("PT4", *pte, pt->pt_pa | 7, other, VA + 2 * PAGE);
	BREAK_AT("PT4", *pte, pm->pm_pdirpa | 7, other, VA + 2 * PAGE);
	BREAK_AT("PT4", *pte, 0x100007, other, VA + 2 * PAGE);
	kva = host_page();
	host_page_put(kva);
	BREAK_AT("PT4", *pte, kva | 7, other, VA + 2 * PAGE);
	kva = host_kva(1);
	DO(pmap_kenter(kva, host_device_page(1), PROT_R));
	kpte = host_pte(kernel_pmap, kva);
	BREAK_AT("PT4", *kpte, pt->pt_pa | 3, kernel_pmap, kva);
	BREAK_AT("PT4", *kpte, pm->pm_pdirpa | 1, kernel_pmap, kva);
	DO(pmap_kremove(kva, PAGE));
}

TEST(pmap_audit__pt4_open_windows)
{
	(void)healthy();
	BREAK_AT("PT4", *kernel_pte(ptp_arena - PAGE), page | 3, kernel_pmap,
	    ptp_arena - PAGE);
	BREAK_AT("PT4", *kernel_pte(ptp_arena - 2 * PAGE), page | 3,
	    kernel_pmap, ptp_arena - 2 * PAGE);
}

TEST(pmap_audit__pt5_kernel_entries)
{
	uint32_t *pde;

	(void)healthy();
	pde = host_pde(pm, PH_KERNBASE);
	BREAK("PT5", pde[0], pde[0] ^ MMU_US);
	BREAK("PT5", pde[1], pde[1] ^ MMU_RW);
	BREAK("PT5", pde[20], page | 3);
	pde[0] ^= MMU_A;
	CHECK_EQ(audit(), 0);
	pde[0] ^= MMU_A;
	if (PH_RECURSIVE != 0) {
		pde = host_pde(pm, PH_RECURSIVE << 22);
		BREAK("PT5", *pde, kernel_pmap->pm_pdirpa | 3);
	}
}

TEST(pmap_audit__pt6_arena)
{
	struct ptp *pt = healthy();
	uint32_t *kpte = kernel_pte((vm_offset_t)pt->pt_pte);
	struct frame *fr = frame_lookup(pt->pt_pa);

	BREAK("PT6", *kpte, second | 3);
	BREAK("PT6", *kpte, 0);
	BREAK("PT6", *kernel_pte((vm_offset_t)ptp_free.pl_first->pt_pte),
	    second | 3);
	BREAK("PT6", fr->fr_info, FR_DIR);
	BREAK("PT6", fr->fr_info, FR_FOREIGN);
	BREAK("PT6", fr->fr_ptp, ptp_lookup(other, VA));
	BREAK("PT6", pt->pt_pa, second);
	BREAK("PT6", pt->pt_state, 200);
}

TEST(pmap_audit__pt7_victim_queue)
{
	struct ptp *pt;

	(void)healthy();
	pt = ptp_lookup(pm, VA + SLOT);
	pt->pt_wired = 1;
	ptp_queue(pt);
	pt->pt_wired = 0;
	audit_names(__LINE__, "PT7", pm, VA + SLOT);
	ptp_queue(pt);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_audit__pt8_invalid_is_zero)
{
	struct ptp *pt = healthy();

	BREAK_AT("PT8", pt->pt_pte[500], second, pm, VA + 500 * PAGE);
	BREAK_AT("PT8", pt->pt_pte[0x3ff], 0x200, pm, VA + 0x3ff * PAGE);
	BREAK("PT8", ptp_ready.pl_first->pt_pte[3], 0x1000);
}

TEST(pmap_audit__pt9_user_right_out_of_user_space)
{
	uint32_t kva;

	(void)healthy();
	kva = host_kva(1);
	DO(pmap_kenter(kva, second, PROT_R));
	BREAK_AT("PT9", *host_pte(kernel_pmap, kva), second | 5, kernel_pmap,
	    kva);
	DO(pmap_kremove(kva, PAGE));
	DO(pmap_enter(pm, PH_USER_MAX, second, PROT_R, FALSE));
	BREAK_AT("PT9", *host_pte(pm, PH_USER_MAX), second | 5, pm,
	    PH_USER_MAX);
}

TEST(pmap_audit__pm1_statistics)
{
	(void)healthy();
	BREAK("PM1", pm->pm_stats.resident_count, 5);
	BREAK("PM1", pm->pm_stats.wired_count, 0);
	BREAK("PM1", pm->pm_count, 0);
}

TEST(pmap_audit__pm2_totals)
{
	struct ptp *pt;

	(void)healthy();
	BREAK("PM2", ptp_inuse, ptp_inuse + 1);
	BREAK("PM2", ptp_free.pl_count, ptp_free.pl_count - 1);
	pt = ptp_free.pl_first;
	BREAK("PM2", pt->pt_next, NULL);
	BREAK("PM2", pt->pt_next, pt);
	BREAK("PM2", pt->pt_next, 0xdeadbeef);
	BREAK("PM2", pt->pt_pprev, NULL);
}

TEST(pmap_audit__pm3_cr3)
{
	(void)healthy();
	memcpy(host_phys(second), host_phys(pm->pm_pdirpa), PAGE);
	BREAK("PM3", mmu_cpu.mc_cr3, second);
}

TEST(pmap_audit__rs1_reserve)
{
	struct ptp *pt[8];
	uint32_t n;

	(void)healthy();
	for (n = 0; n < 8 && ptp_ready.pl_count > 0; n++)
		pt[n] = ptp_ready_pop();
	audit_names(__LINE__, "RS1", NULL, 0);
	while (n > 0)
		ptp_ready_push(pt[--n]);
	CHECK_EQ(audit(), 0);
}

/*
 * One word of the module's own tables gets any value: the audit may see it
 * or not, but it does not fault and does not hang.
 */
static void
scribble(uint32_t *word, uint32_t value)
{
	jmp_buf *old, here;
	uint32_t was = *word;
	enum host_trap trap;
	char what[200];

	*word = value;
	host_log_clear();
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK) {
		(void)audit();
		host_trap_end(old);
	}
	*word = was;
	pmap_policy = PMAP_POLICY_PANIC;
	if (trap != HOST_FAULT)
		return;
	snprintf(what, sizeof(what), "%.199s", host_message);
	unit_fail(__FILE__, __LINE__, "0x%08x := 0x%08x: %s", (uint32_t)word,
	    value, what);
}

static uint32_t
random_value(uint32_t was)
{
	switch (unit_random() % 6) {
	case 0:
		return (0);
	case 1:
		return (was ^ 1u << unit_random() % 32);
	case 2:
		return (unit_random());
	case 3:
		return (ptp_arena + unit_random() % (ptp_npages * PAGE));
	case 4:
		return ((uint32_t)&ptp_table[unit_random() % ptp_npages]);
	default:
		return (unit_random() % 0x400000);
	}
}

TEST(pmap_audit__random_damage_never_faults)
{
	uint32_t *word, n;
	struct ptp *pt = healthy();

	for (n = 0; n < 3000; n++) {
		switch (unit_random() % 6) {
		case 0:
			word = (uint32_t *)&frame_table[unit_random() %
			    frame_count] + (n & 1);
			break;
		case 1:
			word = (uint32_t *)frame_lookup(n & 1 ? page : second) +
			    (n >> 1 & 1);
			break;
		case 2:
			word = &pt->pt_pte[unit_random() % 4];
			break;
		case 3:
			word = (uint32_t *)pv_slot(pt, n & 1) + (n >> 1 & 1);
			break;
		case 4:
			word = host_pde(pm, unit_random());
			break;
		default:
			word = (uint32_t *)pt + 1 + unit_random() % 20;
			break;
		}
		scribble(word, random_value(*word));
	}
	CHECK_EQ(audit(), 0);
}

/*
 * 1997: the page table of the top of the stack goes away behind the pmap's
 * back; then the pagedaemon clears the reference bit of a page in it.
 */
TEST(pmap_crash__1997_is_reported)
{
	uint32_t pde;

	(void)healthy();
	CHECK(can_write(pm, STACK_TOP, page));
	pde = *host_pde(pm, STACK_TOP);
	*host_pde(pm, STACK_TOP) = 0;
	mmu_load_cr3(kernel_pmap->pm_pdirpa);
	EXPECT_PANIC("PT1", pmap_clear_reference(page));
	CHECK_LOG("PT1 broken");
	{
		char want[80];

		snprintf(want, sizeof(want), "pmap %p va 0x%08x", (void *)pm,
		    STACK_TOP);
		CHECK_LOG(want);
		snprintf(want, sizeof(want), "page 0x%08x", page);
		CHECK_LOG(want);
	}
	*host_pde(pm, STACK_TOP) = pde;
}

TEST(pmap_crash__1997_is_reported_by_every_walk)
{
	uint32_t pde;

	(void)healthy();
	CHECK(can_write(pm, STACK_TOP, page));
	pde = *host_pde(pm, STACK_TOP);
	*host_pde(pm, STACK_TOP) = 0;
	mmu_load_cr3(kernel_pmap->pm_pdirpa);
	EXPECT_PANIC("PT1", pmap_clear_modify(page));
	*host_pde(pm, STACK_TOP) = pde;
	CHECK_EQ(audit(), 0);
	*host_pde(pm, STACK_TOP) = 0;
	EXPECT_PANIC("PT1", pmap_page_protect(page, PROT_R));
	unit_damaged();
}

TEST(pmap_crash__1997_is_isolated)
{
	uint32_t free;

	(void)healthy();
	CHECK(can_write(pm, STACK_TOP, page));
	*host_pde(pm, STACK_TOP) = 0;
	mmu_load_cr3(kernel_pmap->pm_pdirpa);
	free = host_pages_free();
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_clear_reference(page));
	CHECK_LOG("PT1 broken");
	CHECK_EQ(host_record.hr_isolated, 1);
	CHECK(host_record.hr_iso_pmap == pm);
	CHECK_EQ(host_record.hr_iso_va, STACK_TOP);
	CHECK_EQ(host_record.hr_iso_pa, page);
	host_record.hr_isolated = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(audit(), 0);
	CHECK(can_read(pm, VA + PAGE, second));
	CHECK(can_write(other, VA, page));
	CHECK(pmap_is_modified(page));
	CHECK(host_pages_free() >= free);
}

TEST(pmap_crash__stale_entry_is_isolated)
{
	(void)healthy();
	*host_pte(pm, VA) = 0;
	mmu_load_cr3(kernel_pmap->pm_pdirpa);
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_clear_reference(page));
	CHECK_LOG("PV1 broken");
	CHECK_EQ(host_record.hr_isolated, 1);
	CHECK_EQ(host_record.hr_iso_va, VA);
	host_record.hr_isolated = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(audit(), 0);
	CHECK_EQ(pmap_page_mappings(page), 3);
}

TEST(pmap_crash__every_walk_survives_a_stale_entry)
{
	uint32_t k;

	for (k = 0; k < 6; k++) {
		host_boot(&host_config);
		(void)healthy();
		*host_pte(pm, VA) = k & 1 ? 0 : second | 7;
		mmu_load_cr3(kernel_pmap->pm_pdirpa);
		pmap_policy = PMAP_POLICY_ISOLATE;
		switch (k) {
		case 0:
			DO((void)pmap_is_referenced(page));
			DO(pmap_clear_reference(page));
			break;
		case 1:
			DO(pmap_clear_modify(page));
			break;
		case 2:
			DO(pmap_page_protect(page, PROT_R));
			break;
		case 3:
			DO(pmap_page_protect(page, VM_PROT_NONE));
			CHECK_EQ(pmap_page_mappings(page), 0);
			break;
		case 4:
			DO(pmap_copy_on_write(page));
			break;
		case 5:
			DO(pmap_remove(pm, VA + PAGE, VA + 2 * PAGE));
			DO((void)pmap_testbit(page, PMAP_NOCACHE));
			CHECK_EQ(pmap_page_mappings(page), 3);
			break;
		}
		CHECK_LOG("PV1 broken");
		CHECK(host_record.hr_isolated >= 1);
		pmap_policy = PMAP_POLICY_PANIC;
		CHECK_EQ(audit(), 0);
	}
	unit_damaged();
}

TEST(pmap_crash__wild_link_is_a_report_not_a_fault)
{
	struct frame *fr;
	struct pv_link *was;

	(void)healthy();
	fr = frame_lookup(page);
	was = fr->fr_first;
	fr->fr_first = (struct pv_link *)0xdeadbee8;
	EXPECT_PANIC("PV4", pmap_clear_reference(page));
	fr->fr_first = (struct pv_link *)0x8;
	EXPECT_PANIC("PV4", pmap_page_protect(page, VM_PROT_NONE));
	fr->fr_first = was;
}
