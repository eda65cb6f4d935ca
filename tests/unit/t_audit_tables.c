/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_tables.c: damage to directory entries and page tables' counts:
 * PT1, PT2 and PT3.
 */
#include "t_audit.h"

#define PDE_RW		(MMU_P | MMU_RW | MMU_US)
#define MMU_PS		0x080u		/* a page of 4 MB */
#define EMPTY		(VA + 7 * SLOT)	/* a slot of pm without a table */

static const char *
pt_page(void)
{
	return (table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
want_stat(const char *name, uint32_t is, uint32_t counted)
{
	want_count("PM1", aw.aw_pm, 0, 0,
	    directory(aw.aw_dir->pt_pa, aw.aw_pm), name, is, counted);
}

/*
 * What can be reached of pm is less than what it counts: the two entries of
 * its first table, one of them wired.
 */
static void
want_out_of_reach(void)
{
	want_stat("resident", 4, 2);
	want_stat("wired", 1, 0);
}

static void
want_slots(const struct pmap *pm, uint32_t is, uint32_t counted)
{
	want_count("PT1", pm, 0, 0, directory(pm->pm_pdirpa, pm), "slots", is,
	    counted);
}

/* ----- PT1: a directory entry is there when the table is ----- */

static void
pt1_entry_absent(void)
{
	POKE(*host_pde(aw.aw_pm, VA), 0);
	want("PT1", aw.aw_pm, VA, 0, pt_page());
	want_out_of_reach();
}

/*
 * The state of 1997.
 */
static void
pt1_top_entry_absent(void)
{
	uint32_t slots = aw.aw_pm->pm_slots, base = STACK_TOP & ~(SLOT - 1);

	POKE(*host_pde(aw.aw_pm, STACK_TOP), 0);
	want("PT1", aw.aw_pm, base, 0,
	    table(aw.aw_top->pt_pa, aw.aw_pm, base));
	want_stat("resident", 4, 3);
	want_slots(aw.aw_pm, slots, slots & ~(1u << (STACK_TOP >> 27)));
}

/*
 * The entry of the first table is replaced: nobody holds that one now, and
 * what stands there is not pm's.
 */
static void
pt1_replaced(uint32_t pde, const char *id, const char *what)
{
	POKE(*host_pde(aw.aw_pm, VA), pde);
	want("PT1", aw.aw_pm, VA, pde, pt_page());
	want(id, aw.aw_pm, VA, pde, what);
	want_out_of_reach();
}

static void
pt1_table_of_another(void)
{
	pt1_replaced(entry_in(aw.aw_other, VA), "PT3",
	    table(aw.aw_opt->pt_pa, aw.aw_other, VA));
}

static void
pt1_entry_of_data(void)
{
	pt1_replaced(aw.aw_page | PDE_RW, "PT1", managed(aw.aw_page, 4));
}

/*
 * Slot 7 has no table: an entry there.
 */
static void
pt1_added(uint32_t pde, const char *what)
{
	POKE(*host_pde(aw.aw_pm, EMPTY), pde);
	want("PT1", aw.aw_pm, EMPTY, pde, what);
}

static void
pt1_no_table(void)
{
	pt1_added(aw.aw_page | PDE_RW, managed(aw.aw_page, 4));
}

static void
pt1_outside_ram(void)
{
	pt1_added(0xc0000000u | PDE_RW, other_page(0xc0000000u,
	    "outside RAM"));
}

static void
pt1_invalid_not_zero(void)
{
	pt1_added(MMU_A, managed(0, 0));
}

static void
pt1_directory_as_table(void)
{
	pt1_added(aw.aw_odir->pt_pa | PDE_RW,
	    directory(aw.aw_odir->pt_pa, aw.aw_other));
}

static void
pt1_ready_table(void)
{
	struct ptp *pt = ptp_ready.pl_first;

	pt1_added(pt->pt_pa | PDE_RW, table(pt->pt_pa, NULL, pt->pt_va));
}

static void
pt1_kernel_table(void)
{
	pt1_added(ptp_table[0].pt_pa | PDE_RW, table(ptp_table[0].pt_pa,
	    kernel_pmap, PH_KERNBASE));
}

/*
 * The right table with wrong bits.
 */
static void
pt1_bits(uint32_t bits)
{
	uint32_t pde = entry_in(aw.aw_pm, VA) ^ bits;

	POKE(*host_pde(aw.aw_pm, VA), pde);
	want("PT1", aw.aw_pm, VA, pde, pt_page());
}

static void
pt1_entry_without_write(void)
{
	pt1_bits(MMU_RW);
}

static void
pt1_entry_without_user(void)
{
	pt1_bits(MMU_US);
}

static void
pt1_entry_of_4_mb(void)
{
	pt1_bits(MMU_PS);
}

static void
pt1_slots(const struct pmap *pm, uint32_t bits)
{
	uint32_t was = pm->pm_slots;

	POKE(pm->pm_slots, was ^ bits);
	want_slots(pm, was ^ bits, was);
}

static void
pt1_slot_too_many(void)
{
	pt1_slots(aw.aw_pm, 0x40);
}

static void
pt1_slot_of_the_kernel(void)
{
	pt1_slots(aw.aw_pm, 0x80000000u);
}

static void
pt1_slot_missing(void)
{
	pt1_slots(aw.aw_pm, 1u << (VA >> 27));
}

static void
pt1_kernel_slot_missing(void)
{
	pt1_slots(kernel_pmap, 1u << (PH_KERNBASE >> 27));
}

/*
 * The descriptor says another address: its entry is not there, and where the
 * entry is there should be none.
 */
static void
pt1_moved(uint32_t by)
{
	uint32_t pde = entry_in(aw.aw_pm, VA);

	POKE(aw.aw_pt->pt_va, VA + by);
	want("PT1", aw.aw_pm, VA + by, entry_in(aw.aw_pm, VA + by),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA + by));
	want("PT1", aw.aw_pm, VA, pde,
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA + by));
	want_out_of_reach();
}

static void
pt1_wrong_slot(void)
{
	pt1_moved(SLOT);
}

static void
pt1_not_a_slot(void)
{
	pt1_moved(PAGE);
}

static void
pt1_kernel_has_user_entry(void)
{
	uint32_t pde = aw.aw_page | PDE_RW, slots = kernel_pmap->pm_slots;

	POKE(*host_pde(kernel_pmap, 5 * SLOT), pde);
	want("PT1", kernel_pmap, 5 * SLOT, pde, managed(aw.aw_page, 4));
	want_slots(kernel_pmap, slots, slots | 1);
}

static void
pt1_ready_directory_has_entry(void)
{
	uint32_t pde = aw.aw_page | PDE_RW;

	POKE(ptp_dirs.pl_first->pt_pte[9], pde);
	want("PT1", NULL, 9 * SLOT, pde, managed(aw.aw_page, 4));
}

TEST(audit__pt1_directories_hold_the_tables)
{
	static const struct audit_row rows[] = {
		{ "entry absent", pt1_entry_absent, NULL },
		{ "top entry absent", pt1_top_entry_absent, NULL },
		{ "table of another", pt1_table_of_another, NULL },
		{ "entry of data", pt1_entry_of_data, NULL },
		{ "no table", pt1_no_table, NULL },
		{ "outside RAM", pt1_outside_ram, NULL },
		{ "invalid, not zero", pt1_invalid_not_zero, NULL },
		{ "directory as table", pt1_directory_as_table, NULL },
		{ "ready table", pt1_ready_table, NULL },
		{ "kernel table", pt1_kernel_table, NULL },
		{ "entry without write", pt1_entry_without_write, NULL },
		{ "entry without user", pt1_entry_without_user, NULL },
		{ "entry of 4 MB", pt1_entry_of_4_mb, NULL },
		{ "slot too many", pt1_slot_too_many, NULL },
		{ "slot of the kernel", pt1_slot_of_the_kernel, NULL },
		{ "slot missing", pt1_slot_missing, NULL },
		{ "kernel slot missing", pt1_kernel_slot_missing, NULL },
		{ "wrong slot", pt1_wrong_slot, NULL },
		{ "not a slot", pt1_not_a_slot, NULL },
		{ "kernel has user entry", pt1_kernel_has_user_entry, NULL },
		{ "ready directory has entry", pt1_ready_directory_has_entry,
		    NULL },
	};

	AUDIT_ROWS("PT1", rows);
}

/* ----- PT2: a table's counts ----- */

/*
 * A pmap's statistics go by the counts of its tables, so they differ too.
 */
static void
pt2_count(uint16_t *count, const char *name, uint16_t is)
{
	uint16_t was = *count;

	POKE(*count, is);
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA), pt_page(),
	    name, is, was);
}

static void
pt2_valid_more(void)
{
	pt2_count(&aw.aw_pt->pt_valid, "valid", 3);
	want_stat("resident", 4, 5);
}

static void
pt2_valid_less(void)
{
	pt2_count(&aw.aw_pt->pt_valid, "valid", 1);
	want_stat("resident", 4, 3);
}

static void
pt2_valid_none(void)
{
	pt2_count(&aw.aw_pt->pt_valid, "valid", 0);
	want_stat("resident", 4, 2);
}

static void
pt2_wired_more(void)
{
	pt2_count(&aw.aw_pt->pt_wired, "wired", 2);
	want_stat("wired", 1, 2);
}

static void
pt2_wired_none(void)
{
	pt2_count(&aw.aw_pt->pt_wired, "wired", 0);
	want_stat("wired", 1, 0);
}

static void
pt2_managed_more(void)
{
	pt2_count(&aw.aw_pt->pt_managed, "managed", 3);
}

static void
pt2_managed_less(void)
{
	pt2_count(&aw.aw_pt->pt_managed, "managed", 1);
}

/*
 * An entry loses its wired bit, with the counts as they were.
 */
static void
pt2_wired_bit_lost(void)
{
	uint32_t *pte = entry_of(aw.aw_pt, VA + PAGE);

	POKE(*pte, *pte & ~PMB_WIRED);
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA), pt_page(),
	    "wired", 1, 0);
	want("PT7", aw.aw_pm, VA, entry_in(aw.aw_pm, VA), pt_page());
}

TEST(audit__pt2_counts_are_a_recount)
{
	static const struct audit_row rows[] = {
		{ "valid more", pt2_valid_more, NULL },
		{ "valid less", pt2_valid_less, NULL },
		{ "valid none", pt2_valid_none, NULL },
		{ "wired more", pt2_wired_more, NULL },
		{ "wired none", pt2_wired_none, NULL },
		{ "managed more", pt2_managed_more, NULL },
		{ "managed less", pt2_managed_less, NULL },
		{ "wired bit lost", pt2_wired_bit_lost, NULL },
	};

	AUDIT_ROWS("PT2", rows);
}

/* ----- PT3: no empty table, no dead one, no two owners ----- */

static struct ptp *empty;

static void
pt3_empty_table(void)
{
	empty = ptp_ready_pop();
	CHECK(ptp_ready.pl_count > 0);
	ptp_attach(empty, aw.aw_pm, EMPTY);
	want("PT3", aw.aw_pm, EMPTY, entry_in(aw.aw_pm, EMPTY),
	    table(empty->pt_pa, aw.aw_pm, EMPTY));
}

static void
pt3_empty_mend(void)
{
	CHECK(ptp_detach(empty));
	ptp_retire(empty);
}

/*
 * Its state alone says that it was unhooked: the rest still counts it.
 */
static void
pt3_dead_table(void)
{
	uint32_t pde = entry_in(aw.aw_pm, VA + SLOT);
	const char *what = table(aw.aw_pt2->pt_pa, aw.aw_pm, VA + SLOT);

	POKE(aw.aw_pt2->pt_state, PTS_DEAD);
	want("PT3", aw.aw_pm, VA + SLOT, pde, what);
	want("PT1", aw.aw_pm, VA + SLOT, pde, what);
	want_stat("resident", 4, 3);
	want_sum("PM2", "user page tables", 4, 3);
	want_sum("PM2", "victims", 3, 2);
	want_list("victims");
}

static void
pt3_held_by_two_pmaps(void)
{
	uint32_t pde = entry_in(aw.aw_pm, VA + SLOT);

	POKE(*host_pde(aw.aw_other, VA + SLOT), pde);
	want("PT3", aw.aw_other, VA + SLOT, pde,
	    table(aw.aw_pt2->pt_pa, aw.aw_pm, VA + SLOT));
}

static void
pt3_held_twice(void)
{
	uint32_t pde = entry_in(aw.aw_pm, VA);

	POKE(*host_pde(aw.aw_pm, EMPTY), pde);
	want("PT3", aw.aw_pm, EMPTY, pde, pt_page());
}

TEST(audit__pt3_tables_have_entries_and_one_owner)
{
	static const struct audit_row rows[] = {
		{ "empty table", pt3_empty_table, pt3_empty_mend },
		{ "dead table", pt3_dead_table, NULL },
		{ "held by two pmaps", pt3_held_by_two_pmaps, NULL },
		{ "held twice", pt3_held_twice, NULL },
	};

	AUDIT_ROWS("PT3", rows);
}
