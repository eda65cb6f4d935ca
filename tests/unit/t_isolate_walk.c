/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_isolate_walk.c: damage that a walk over the mappings of a page meets.
 */
#include "t_isolate.h"

/* ----- damage ----- */

static void
damage_another_page(void)
{
	*entry_of(aw.aw_pt, VA) = aw.aw_second | PTE_RW;
}

static void
damage_entry_gone(void)
{
	*entry_of(aw.aw_pt, VA) = 0;
}

static void
damage_valid_bit(void)
{
	*entry_of(aw.aw_pt, VA) &= ~MMU_P;
}

static void
damage_page_table_frame(void)
{
	*entry_of(aw.aw_pt, VA) = aw.aw_opt->pt_pa | PTE_RW;
}

static void
damage_device(void)
{
	*entry_of(aw.aw_pt, VA) = host_device_page(7) | PTE_RW;
}

static void
damage_kernel_entry(void)
{
	*kernel_pte(aw.aw_kva) = aw.aw_dir->pt_pa | MMU_P | MMU_RW;
}

static void
damage_top_absent(void)
{
	*host_pde(aw.aw_pm, STACK_TOP) = 0;
}

static void
damage_table_absent(void)
{
	*host_pde(aw.aw_pm, VA) = 0;
}

static void
damage_table_of_another(void)
{
	*host_pde(aw.aw_pm, VA) = *host_pde(aw.aw_other, VA);
}

static void
damage_entry_of_data(void)
{
	*host_pde(aw.aw_pm, VA) = aw.aw_free | PTE_RW;
}

static void
damage_head(void)
{
	frame_lookup(aw.aw_page)->fr_first = (struct pv_link *)0xdeadbee8;
}

static void
damage_next(void)
{
	frame_lookup(aw.aw_page)->fr_first->pv_next = (struct pv_link *)8;
}

static void
damage_next_misaligned(void)
{
	struct pv_link *pv = frame_lookup(aw.aw_page)->fr_first;

	pv->pv_next = (struct pv_link *)((uint32_t)pv->pv_next + 4);
}

static void
damage_cycle(void)
{
	struct pv_link *pv = frame_lookup(aw.aw_page)->fr_first;

	pv->pv_next->pv_next = pv;
}

static void
damage_pprev(void)
{
	link_of(aw.aw_opt, VA)->pv_pprev = (struct pv_link **)0xdeadbeec;
}

static void
damage_two_lists(void)
{
	frame_lookup(aw.aw_page)->fr_first =
	    frame_lookup(aw.aw_second)->fr_first;
}

/*
 * The list ends before its last link.
 */
static void
damage_list_cut(void)
{
	link_of(aw.aw_top, STACK_TOP)->pv_next = NULL;
}

/* ----- walks ----- */

static void
op_clear_reference(void)
{
	pmap_clear_reference(aw.aw_page);
}

static void
op_clear_modify(void)
{
	pmap_clear_modify(aw.aw_page);
}

static void
op_copy_on_write(void)
{
	pmap_copy_on_write(aw.aw_page);
}

static void
op_protect(void)
{
	pmap_page_protect(aw.aw_page, PROT_R);
}

static void
op_remove(void)
{
	pmap_page_protect(aw.aw_page, VM_PROT_NONE);
}

/*
 * A bit that no entry has, so that the walk goes to the end.
 */
static void
op_test(void)
{
	CHECK(!pmap_testbit(aw.aw_page, PMAP_NOCACHE));
}

/*
 * One kind of damage, met by every walk.
 */
#define WALK(damage, op, id, gone, who)					\
	{ #damage ", " #op, damage_##damage, op_##op, id, gone, 1, who,	\
	    false }
#define WALKS(damage, id, gone, who)					\
	WALK(damage, clear_reference, id, gone, who),			\
	WALK(damage, clear_modify, id, gone, who),			\
	WALK(damage, copy_on_write, id, gone, who),			\
	WALK(damage, protect, id, gone, who),				\
	WALK(damage, test, id, gone, who),				\
	WALK(damage, remove, id, (gone) | M_PAGE, who)

TEST(isolate__entry_that_disagrees)
{
	static const struct isolate_row rows[] = {
		WALKS(another_page, "PV1", M_VA, M_VA),
		WALKS(entry_gone, "PV1", M_VA, M_VA),
		WALKS(valid_bit, "PV1", M_VA, M_VA),
		WALKS(page_table_frame, "PV1", M_VA, M_VA),
		WALKS(device, "PV1", M_VA, M_VA),
		WALKS(kernel_entry, "PV1", M_KERNEL, M_KERNEL),
	};

	ISOLATE_ROWS(rows);
}

/*
 * 1997.  What the lost page table maps goes with it.
 */
TEST(isolate__directory_entry_absent)
{
	static const struct isolate_row rows[] = {
		WALKS(top_absent, "PT1", M_TOP, M_TOP),
		WALKS(table_absent, "PT1", M_VA | M_WIRED, M_VA),
	};

	ISOLATE_ROWS(rows);
}

/*
 * What the entry names instead stays whole, and pm no longer reaches it.
 */
TEST(isolate__directory_entry_of_another)
{
	static const struct isolate_row rows[] = {
		WALKS(table_of_another, "PT1", M_VA | M_WIRED, M_VA),
		WALKS(entry_of_data, "PT1", M_VA | M_WIRED, M_VA),
	};

	ISOLATE_ROWS(rows);
}

/*
 * No entry is damaged: the list is built anew, from the page tables, and no
 * mapping is lost.  Nobody is to blame: the page alone is retired.
 */
TEST(isolate__list_that_leads_nowhere)
{
	static const struct isolate_row rows[] = {
		WALKS(head, "PV4", 0, 0),
		WALKS(next, "PV4", 0, 0),
		WALKS(next_misaligned, "PV4", 0, 0),
		WALKS(cycle, "PV4", 0, 0),
		WALKS(pprev, "PV4", 0, 0),
		WALKS(two_lists, "PV4", 0, 0),
		WALK(list_cut, remove, "PV2", M_PAGE, 0),
	};

	ISOLATE_ROWS(rows);
}

/*
 * A slice whose owner word is wrong leads all its links astray, and there is
 * no telling which of the two words is right: a panic by any policy.
 */
TEST_ASSERTED(isolate__slice_that_leads_nowhere_is_a_panic)
{
	uint32_t was, *owner;

	audit_world_make();
	owner = owner_of(aw.aw_opt->pt_slice[0]);
	was = *owner;
	pmap_policy = PMAP_POLICY_ISOLATE;
	*owner += (uint32_t)aw.aw_dir->pt_pte - (uint32_t)aw.aw_opt->pt_pte;
	EXPECT_PANIC("PV5", op_clear_reference());
	*owner = 0xdeadbeef;
	EXPECT_PANIC("PV5", op_clear_reference());
	*owner = was;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(host_record.hr_isolated, 0);
}
