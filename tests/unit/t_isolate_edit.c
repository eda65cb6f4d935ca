/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_isolate_edit.c: damage that an operation on a mapping or on a page table
 * meets: enter, remove, change of wiring, move, collect, reclaim, release.
 */
#include "t_isolate.h"

/* ----- damage ----- */

static void
damage_none(void)
{
}

static void
damage_entry_gone(void)
{
	*entry_of(aw.aw_pt, VA) = 0;
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
damage_another_page(void)
{
	*entry_of(aw.aw_pt, VA) = aw.aw_second | PTE_RW;
}

static void
damage_wired_bit(void)
{
	*entry_of(aw.aw_pt, VA + PAGE) &= ~PMB_WIRED;
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
damage_top_entry_gone(void)
{
	*entry_of(aw.aw_top, STACK_TOP) = 0;
}

/*
 * The only entry of a page table, in three ways.
 */
static void
damage_only_entry_gone(void)
{
	*entry_of(aw.aw_pt2, VA) = 0;
}

static void
damage_only_valid_bit(void)
{
	*entry_of(aw.aw_pt2, VA) &= ~MMU_P;
}

static void
damage_only_page_table_frame(void)
{
	*entry_of(aw.aw_pt2, VA) = aw.aw_opt->pt_pa | PTE_RW;
}

/*
 * What was managed is not, while the operation runs; the frame's tag itself
 * is put right after it.
 */
static void
mend_tag(void)
{
	frame_lookup(aw.aw_second)->fr_info |= FR_MANAGED;
}

static void
damage_tag(void)
{
	frame_lookup(aw.aw_second)->fr_info &= ~FR_TAG;
	isolate_mend = mend_tag;
}

/* ----- operations ----- */

static void
op_remove(void)
{
	pmap_remove(aw.aw_pm, VA, VA + PAGE);
}

static void
op_remove_second(void)
{
	pmap_remove(aw.aw_pm, VA + SLOT, VA + SLOT + PAGE);
}

static void
op_remove_slot(void)
{
	pmap_remove(aw.aw_pm, VA + SLOT, VA + 2 * SLOT);
}

static void
op_remove_first_slot(void)
{
	pmap_remove(aw.aw_pm, VA, VA + SLOT);
}

static void
op_collect(void)
{
	pmap_collect(aw.aw_pm);
}

static void
op_release(void)
{
	isolate_dead = true;
	as_free(aw.aw_pm);
}

/*
 * A shortage takes a page table that was not used: that of the stack's top.
 */
static void
op_reclaim(void)
{
	uint32_t i;

	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	for (i = 20; pmap_counters.pc_reclaim == 0 && i < 40; i++)
		pmap_enter(aw.aw_other, VA + i * SLOT, host_device_page(i),
		    PROT_R, FALSE);
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_may_wait = true;
	CHECK_EQ(pmap_counters.pc_reclaim, 1);
}

static void
op_enter(void)
{
	pmap_enter(aw.aw_pm, VA, aw.aw_page, PROT_RW, FALSE);
}

static void
op_enter_device(void)
{
	pmap_enter(aw.aw_pm, VA, host_device_page(5), PROT_RW, FALSE);
	CHECK(can_write(aw.aw_pm, VA, host_device_page(5)));
	pmap_remove(aw.aw_pm, VA, VA + PAGE);
}

static void
op_enter_page_table(void)
{
	pmap_enter(aw.aw_pm, VA, aw.aw_opt->pt_pa, PROT_RW, FALSE);
}

static void
op_enter_directory(void)
{
	pmap_enter(aw.aw_pm, VA, aw.aw_dir->pt_pa, PROT_RW, TRUE);
}

static void
op_enter_slices(void)
{
	uint32_t *page = (uint32_t *)aw.aw_pt->pt_slice[0];

	pmap_enter(kernel_pmap, aw.aw_kva, ptp_of_pte(page)->pt_pa, PROT_RW,
	    FALSE);
}

/*
 * The kernel's own image.
 */
static void
op_enter_image(void)
{
	pmap_enter(aw.aw_pm, VA, 0x100000, PROT_RW, FALSE);
}

static void
op_kenter_page_table(void)
{
	pmap_kenter(aw.aw_kva, aw.aw_opt->pt_pa, PROT_RW);
}

static void
op_kenter(void)
{
	pmap_kenter(aw.aw_kva, aw.aw_second, PROT_RW);
	pmap_kremove(aw.aw_kva, PAGE);
}

static void
op_change_wiring(void)
{
	pmap_change_wiring(aw.aw_pm, VA, TRUE);
	pmap_change_wiring(aw.aw_pm, VA, FALSE);
	pmap_clear_reference(aw.aw_page);
}

static void
op_move(void)
{
	pmap_move(aw.aw_kva, aw.aw_kva + 2 * PAGE, PAGE);
	CHECK_EQ(*kernel_pte(aw.aw_kva + 2 * PAGE), 0);
}

static void
op_extract(void)
{
	(void)pmap_extract(aw.aw_pm, VA);
}

/* ----- tables ----- */

#define ROW(damage, op, id, gone, isolated, who)			\
	{ #damage ", " #op, damage_##damage, op_##op, id, gone,		\
	    isolated, who, false }
#define ROW_NOPAGE(damage, op, id, gone, isolated, who)			\
	{ #damage ", " #op, damage_##damage, op_##op, id, gone,		\
	    isolated, who, true }

TEST(isolate__remove)
{
	static const struct isolate_row rows[] = {
		ROW(page_table_frame, remove, "PV1", M_VA, 1, M_VA),
		ROW(device, remove, "PV1", M_VA, 1, M_VA),
		ROW(only_page_table_frame, remove_second, "PV1", M_SECOND, 1,
		    M_SECOND),
		ROW(tag, remove_second, "PV1", M_SECOND, 1, M_SECOND),
		ROW(only_page_table_frame, remove_slot, "PV1", M_SECOND, 1,
		    M_SECOND),
		ROW(only_entry_gone, remove_slot, "PV1", M_SECOND, 1,
		    M_SECOND),
		ROW(only_valid_bit, remove_slot, "PV1", M_SECOND, 1,
		    M_SECOND),
		ROW(entry_gone, remove_first_slot, "PV1", M_VA | M_WIRED, 1,
		    M_VA),
		ROW(wired_bit, remove_first_slot, "PT2", M_VA | M_WIRED, 0, 0),
	};

	ISOLATE_ROWS(rows);
}

TEST(isolate__enter)
{
	static const struct isolate_row rows[] = {
		ROW(page_table_frame, enter, "PV1", 0, 1, M_VA),
		ROW(entry_gone, enter, "PV1", 0, 1, M_VA),
		ROW(page_table_frame, enter_device, "PV1", M_VA, 1, M_VA),
		ROW_NOPAGE(none, enter_page_table, "PT4", M_VA, 1, M_VA),
		ROW_NOPAGE(none, enter_directory, "PT4", M_VA, 1, M_VA),
		ROW_NOPAGE(none, enter_slices, "PT4", M_KERNEL, 1, M_KERNEL),
		ROW_NOPAGE(none, enter_image, "PT4", M_VA, 1, M_VA),
		ROW(none, kenter_page_table, "PT4", M_KERNEL, 0, 0),
		ROW(kernel_entry, kenter, "PV1", M_KERNEL, 1, M_KERNEL),
	};

	ISOLATE_ROWS(rows);
}

/*
 * A change of wiring looks at the entry alone: the next walk finds it.
 */
TEST(isolate__wiring_and_move)
{
	static const struct isolate_row rows[] = {
		ROW(page_table_frame, change_wiring, "PV1", M_VA, 1, M_VA),
		ROW(another_page, change_wiring, "PV1", M_VA, 1, M_VA),
		ROW(entry_gone, change_wiring, "PV1", M_VA, 1, M_VA),
		ROW(kernel_entry, move, "PV1", M_KERNEL, 1, M_KERNEL),
	};

	ISOLATE_ROWS(rows);
}

TEST(isolate__collect_and_reclaim)
{
	static const struct isolate_row rows[] = {
		ROW(only_entry_gone, collect, "PV1", M_VA | M_SECOND | M_TOP,
		    1, M_SECOND),
		ROW(only_page_table_frame, collect, "PV1",
		    M_VA | M_SECOND | M_TOP, 1, M_SECOND),
		ROW(page_table_frame, collect, "PV1",
		    M_VA | M_SECOND | M_TOP, 1, M_VA),
		ROW(top_entry_gone, reclaim, "PV1", M_TOP, 1, M_TOP),
		ROW_NOPAGE(top_absent, reclaim, "PT1", M_TOP, 1, M_TOP),
	};

	ISOLATE_ROWS(rows);
}

/*
 * The process is going already: a page table that its directory does not
 * hold, or a wrong count, retires no page and kills nobody.
 */
TEST(isolate__release)
{
	static const struct isolate_row rows[] = {
		ROW(only_entry_gone, release, "PV1", M_PM, 1, M_SECOND),
		ROW(only_valid_bit, release, "PV1", M_PM, 1, M_SECOND),
		ROW(entry_gone, release, "PV1", M_PM, 1, M_VA),
		ROW(page_table_frame, release, "PV1", M_PM, 1, M_VA),
		ROW(tag, release, "PV1", M_PM, 2, M_SECOND),
		ROW(wired_bit, release, "PT2", M_PM, 0, 0),
		ROW(top_absent, release, "PT1", M_PM, 0, 0),
		ROW(table_absent, release, "PT1", M_PM, 0, 0),
	};

	ISOLATE_ROWS(rows);
}

/* ----- what stays a panic by any policy ----- */

static void
foreign_try(void (*op)(void), uint32_t pde)
{
	uint32_t was = *host_pde(aw.aw_pm, VA);

	*host_pde(aw.aw_pm, VA) = pde;
	EXPECT_PANIC("PT1", op());
	*host_pde(aw.aw_pm, VA) = was;
	CHECK_EQ(audit(), 0);
}

/*
 * A directory entry that names another's page table, or none: nothing that
 * goes by <pmap, va> goes through it.
 */
TEST_ASSERTED(isolate__foreign_directory_entry_is_a_panic)
{
	static void (*const ops[])(void) = {
		op_extract, op_enter, op_change_wiring, op_remove,
		op_remove_first_slot, op_collect
	};
	uint32_t i;

	audit_world_make();
	pmap_policy = PMAP_POLICY_ISOLATE;
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		foreign_try(ops[i], aw.aw_free | PTE_RW);
		foreign_try(ops[i], *host_pde(aw.aw_other, VA));
	}
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(host_record.hr_isolated, 0);
}
