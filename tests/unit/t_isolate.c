/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_isolate.c: the machine that runs tables of damage by policy isolate; and
 * the crash of 1997 by policy panic.
 */
#include "t_isolate.h"

#define NMAPPINGS	8u

struct mapping {
	pmap_t		ma_pmap;
	uint32_t	ma_va;
	uint32_t	ma_pte;
	uint32_t	ma_link;	/* the page that tracks it, 0: none */
};

static struct mapping maps[NMAPPINGS];
static bool second_m, second_u;
void (*isolate_mend)(void);
bool isolate_dead;

/* ----- the world before and after ----- */

static void
map_note(uint32_t n, pmap_t pm, uint32_t va, uint32_t link)
{
	maps[n].ma_pmap = pm;
	maps[n].ma_va = va;
	maps[n].ma_pte = pte_of(pm, va);
	maps[n].ma_link = link;
}

static void
world_note(void)
{
	map_note(0, aw.aw_pm, VA, aw.aw_page);
	map_note(1, aw.aw_pm, VA + PAGE, aw.aw_second);
	map_note(2, aw.aw_pm, VA + SLOT, aw.aw_second);
	map_note(3, aw.aw_pm, STACK_TOP, aw.aw_page);
	map_note(4, aw.aw_other, VA, aw.aw_page);
	map_note(5, aw.aw_other, VA + 2 * PAGE, 0);
	map_note(6, kernel_pmap, aw.aw_kva, aw.aw_page);
	map_note(7, kernel_pmap, aw.aw_kva + PAGE, 0);
	second_m = pmap_is_modified(aw.aw_second);
	second_u = pmap_is_referenced(aw.aw_second);
	isolate_mend = NULL;
	isolate_dead = false;
}

static uint32_t
mappings_left(uint32_t gone, uint32_t pa)
{
	uint32_t i, n = 0;

	for (i = 0; i < NMAPPINGS; i++)
		n += maps[i].ma_link == pa && (gone >> i & 1) == 0;
	return (n);
}

/*
 * Each mapping that must be there is, with its rights; the others are not.
 */
static void
world_check(uint32_t gone)
{
	const uint32_t keep = ~(MMU_A | MMU_D | MMU_RW);
	uint32_t i, pte, resident = 0;

	for (i = 0; i < NMAPPINGS; i++) {
		if (isolate_dead && maps[i].ma_pmap == aw.aw_pm)
			continue;
		pte = pte_of(maps[i].ma_pmap, maps[i].ma_va);
		if (gone >> i & 1)
			CHECK_EQ(pte, 0);
		else
			CHECK_EQ(pte & keep, maps[i].ma_pte & keep);
		resident += maps[i].ma_pmap == aw.aw_pm && (gone >> i & 1) == 0;
	}
	CHECK_EQ(pmap_page_mappings(aw.aw_page),
	    mappings_left(gone, aw.aw_page));
	CHECK_EQ(pmap_page_mappings(aw.aw_second),
	    mappings_left(gone, aw.aw_second));
	if (isolate_dead)
		return;
	CHECK_EQ(pmap_resident_count(aw.aw_pm), resident);
	CHECK_EQ(pmap_wired_count(aw.aw_pm), (gone & M_WIRED) == 0);
	CHECK((gone & M_OTHER) || can_read(aw.aw_other, VA, aw.aw_page));
	CHECK((gone & M_WIRED) || can_read(aw.aw_pm, VA + PAGE,
	    aw.aw_second));
}

/*
 * M and U of a page that no damaged mapping had are what they were.
 */
static void
marks_check(const struct isolate_row *row)
{
	bool hit = false;
	uint32_t i;

	for (i = 0; i < NMAPPINGS; i++)
		hit |= (row->ir_gone >> i & 1) &&
		    maps[i].ma_link == aw.aw_second;
	if (hit)
		return;
	CHECK_EQ(pmap_is_modified(aw.aw_second), second_m);
	CHECK_EQ(pmap_is_referenced(aw.aw_second), second_u);
}

static void
isolated_check(const struct isolate_row *row)
{
	const struct mapping *ma = NULL;
	char want_text[80];
	uint32_t i;

	for (i = 0; i < NMAPPINGS; i++)
		if (row->ir_who >> i & 1)
			ma = &maps[i];
	snprintf(want_text, sizeof(want_text), "pmap: %s broken: ",
	    row->ir_id);
	CHECK_LOG(want_text);
	CHECK_EQ(host_record.hr_isolated, row->ir_isolated);
	host_record.hr_isolated = 0;
	if (row->ir_isolated == 0)
		return;
	CHECK(host_record.hr_iso_pmap == (ma != NULL ? ma->ma_pmap : NULL));
	CHECK_EQ(host_record.hr_iso_va, ma == NULL ? 0 : strcmp(row->ir_id,
	    "PT1") == 0 && row->ir_nopage ? ma->ma_va & ~(SLOT - 1) :
	    ma->ma_va);
	if (row->ir_nopage)
		CHECK_EQ(host_record.hr_iso_pa, PH_NOPAGE);
	else
		CHECK_EQ(host_record.hr_iso_pa,
		    ma != NULL ? ma->ma_link : aw.aw_page);
}

/*
 * The victim dies, then the rest goes; nothing may be left.
 */
static void
world_end(void)
{
	struct pmap_usage u;

	pmap_activate(kernel_pmap);
	if (!isolate_dead)
		DO(as_free(aw.aw_pm));
	CHECK_EQ(audit(), 0);
	DO(as_free(aw.aw_other));
	DO(pmap_remove(kernel_pmap, aw.aw_kva, aw.aw_kva + 3 * PAGE));
	CHECK_EQ(pmap_page_mappings(aw.aw_page), 0);
	CHECK_EQ(pmap_page_mappings(aw.aw_second), 0);
	page_free(aw.aw_page);
	page_free(aw.aw_second);
	CHECK_EQ(audit(), 0);
	u = usage();
	CHECK_EQ(u.pu_mappings, 0);
	CHECK_EQ(u.pu_ptps, 0);
	CHECK_EQ(u.pu_slices, host_record.hr_slices);
	CHECK_EQ(u.pu_arena, host_record.hr_arena + host_record.hr_held);
}

static void
row_body(const struct isolate_row *row)
{
	audit_world_make();
	world_note();
	row->ir_damage();
	mmu_tlb_clear();
	pmap_policy = PMAP_POLICY_ISOLATE;
	row->ir_op();
	host_check(row->ir_name);
	if (isolate_mend != NULL)
		isolate_mend();
	isolated_check(row);
	host_log_clear();
	if (audit() != 0)
		unit_fail(__FILE__, __LINE__, "left: %.200s", host_log());
	marks_check(row);
	world_check(row->ir_gone);
	pmap_policy = PMAP_POLICY_PANIC;
	world_end();
}

/*
 * Each row in a machine of its own.
 */
void
isolate_rows(const struct isolate_row *row, uint32_t n)
{
	struct host_config config = host_config_default();
	jmp_buf *old, here;
	volatile uint32_t i, failed = 0;
	enum host_trap trap;

	for (i = 0; i < n; i++) {
		unit_forget();
		host_boot(&config);
		trap = HOST_TRY(old, here);
		if (trap == HOST_OK) {
			row_body(&row[i]);
			host_trap_end(old);
			continue;
		}
		printf("# isolate %s: %.300s\n", row[i].ir_name,
		    host_message);
		failed++;
	}
	unit_forget();
	host_boot(&config);
	pmap_policy = PMAP_POLICY_PANIC;
	printf("# isolate: %u rows\n", n);
	if (failed != 0)
		unit_fail(__FILE__, __LINE__, "%u of %u rows", failed, n);
}

/* ----- the crash of 1997 by policy panic ----- */

static uint32_t
top_goes(void)
{
	uint32_t pde;

	audit_world_make();
	CHECK(can_write(aw.aw_pm, STACK_TOP, aw.aw_page));
	pde = *host_pde(aw.aw_pm, STACK_TOP);
	*host_pde(aw.aw_pm, STACK_TOP) = 0;
	mmu_load_cr3(kernel_pmap->pm_pdirpa);
	return (pde);
}

/*
 * The page table of the top of the stack goes away behind the pmap's back;
 * then the pagedaemon clears the reference bit of a page in it.
 */
TEST(pmap_crash__1997_is_reported)
{
	uint32_t pde = top_goes();
	char want_text[80];

	EXPECT_PANIC("PT1", pmap_clear_reference(aw.aw_page));
	CHECK_LOG("PT1 broken");
	snprintf(want_text, sizeof(want_text), "pmap %p va 0x%08x",
	    (void *)aw.aw_pm, STACK_TOP);
	CHECK_LOG(want_text);
	snprintf(want_text, sizeof(want_text), "page 0x%08x", aw.aw_page);
	CHECK_LOG(want_text);
	*host_pde(aw.aw_pm, STACK_TOP) = pde;
}

TEST(pmap_crash__1997_is_reported_by_every_walk)
{
	uint32_t pde = top_goes();

	EXPECT_PANIC("PT1", pmap_clear_modify(aw.aw_page));
	*host_pde(aw.aw_pm, STACK_TOP) = pde;
	CHECK_EQ(audit(), 0);
	*host_pde(aw.aw_pm, STACK_TOP) = 0;
	EXPECT_PANIC("PT1", pmap_page_protect(aw.aw_page, PROT_R));
	unit_damaged();
}

TEST(pmap_crash__wild_link_is_a_report_not_a_fault)
{
	struct frame *fr;
	struct pv_link *was;

	audit_world_make();
	fr = frame_lookup(aw.aw_page);
	was = fr->fr_first;
	fr->fr_first = (struct pv_link *)0xdeadbee8;
	EXPECT_PANIC("PV4", pmap_clear_reference(aw.aw_page));
	fr->fr_first = (struct pv_link *)0x8;
	EXPECT_PANIC("PV4", pmap_page_protect(aw.aw_page, VM_PROT_NONE));
	fr->fr_first = was;
}
