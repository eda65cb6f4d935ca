/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_arena.c: damage to the arena's entries, descriptors and frames:
 * PT6.
 */
#include "t_audit.h"

/* ----- what one bad page brings about ----- */

static uint32_t
arena_va(const struct ptp *pt)
{
	return (ptp_arena + (uint32_t)(pt - ptp_table) * PAGE);
}

static void
want_page(const struct ptp *pt, const char *what)
{
	want("PT6", kernel_pmap, arena_va(pt), *kernel_pte(arena_va(pt)),
	    what);
}

/*
 * Behind the directory entry of pm's first table is no such table now, so
 * what it maps is out of reach.
 */
static void
want_no_table(const char *what)
{
	const char *dir = directory(aw.aw_dir->pt_pa, aw.aw_pm);

	want("PT1", aw.aw_pm, VA, entry_in(aw.aw_pm, VA), what);
	want_count("PM1", aw.aw_pm, 0, 0, dir, "resident", 4, 2);
	want_count("PM1", aw.aw_pm, 0, 0, dir, "wired", 1, 0);
}

static const char *
pt_page(void)
{
	return (table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

/* ----- arena entries ----- */

static void
pt6_entry(const struct ptp *pt, uint32_t pte, const char *what)
{
	POKE(*kernel_pte(arena_va(pt)), pte);
	want_page(pt, what);
	mmu_invlpg(arena_va(pt));
}

static void
pt6_entry_of_another_page(void)
{
	pt6_entry(aw.aw_pt, aw.aw_second | MMU_P | MMU_RW, pt_page());
}

static void
pt6_entry_gone(void)
{
	pt6_entry(aw.aw_pt, 0, pt_page());
}

static void
pt6_entry_outside_ram(void)
{
	pt6_entry(aw.aw_pt, 0xc0000000u | MMU_P | MMU_RW, pt_page());
}

static void
pt6_entry_of_slices_gone(void)
{
	struct ptp *pt = ptp_of_pte((uint32_t *)aw.aw_pt->pt_slice[0]);

	pt6_entry(pt, 0, other_page(pt->pt_pa, "slices"));
}

/*
 * The page of the directory: the pmap's tables cannot be looked for.
 */
static void
pt6_entry_of_directory_gone(void)
{
	const struct ptp *pt[3];
	uint32_t i;

	pt[0] = aw.aw_pt;
	pt[1] = aw.aw_pt2;
	pt[2] = aw.aw_top;
	pt6_entry(aw.aw_dir, 0, directory(aw.aw_dir->pt_pa, aw.aw_pm));
	for (i = 0; i < 3; i++)
		want("PT1", aw.aw_pm, pt[i]->pt_va, 0,
		    table(pt[i]->pt_pa, aw.aw_pm, pt[i]->pt_va));
}

static void
pt6_entry_of_ready_table_gone(void)
{
	struct ptp *pt = ptp_ready.pl_first;

	pt6_entry(pt, 0, table(pt->pt_pa, NULL, pt->pt_va));
}

static void
pt6_free_page_mapped(void)
{
	pt6_entry(ptp_free.pl_first, aw.aw_second | MMU_P | MMU_RW,
	    managed(aw.aw_second, 2));
}

static void
pt6_free_page_not_zero(void)
{
	struct ptp *pt = ptp_free.pl_first;

	pt6_entry(pt, aw.aw_second, managed(aw.aw_second, 2));
	want("PT8", kernel_pmap, arena_va(pt), aw.aw_second,
	    managed(aw.aw_second, 2));
}

/*
 * Put back, but what was cached of the damaged entry must go.
 */
static void
pt6_mend(void)
{
	mmu_flush_global();
}

TEST(audit__pt6_arena_entries)
{
	static const struct audit_row rows[] = {
		{ "entry of another page", pt6_entry_of_another_page,
		    pt6_mend },
		{ "entry gone", pt6_entry_gone, pt6_mend },
		{ "entry outside RAM", pt6_entry_outside_ram, pt6_mend },
		{ "entry of slices gone", pt6_entry_of_slices_gone,
		    pt6_mend },
		{ "entry of directory gone", pt6_entry_of_directory_gone,
		    pt6_mend },
		{ "entry of ready table gone", pt6_entry_of_ready_table_gone,
		    pt6_mend },
		{ "free page mapped", pt6_free_page_mapped, pt6_mend },
		{ "free page not zero", pt6_free_page_not_zero, pt6_mend },
	};

	AUDIT_ROWS("PT6", rows);
}

/* ----- frames ----- */

/*
 * The frame of a page table says that it is something else.
 */
static const char *
pt6_tag(uint32_t tag, const char *what)
{
	struct frame *fr = frame_lookup(aw.aw_pt->pt_pa);
	const char *text = other_page(aw.aw_pt->pt_pa, what);

	POKE(fr->fr_info, tag);
	want_page(aw.aw_pt, text);
	want_no_table(text);
	return (text);
}

static void
pt6_tag_directory(void)
{
	char what[60];

	snprintf(what, sizeof(what), "directory, owner %p va 0x%08x",
	    (void *)aw.aw_pm, VA);
	(void)pt6_tag(FR_DIR, what);
}

static void
pt6_tag_slices(void)
{
	(void)pt6_tag(FR_SLICES, "slices");
}

static void
pt6_tag_foreign(void)
{
	want("PT6", NULL, 0, 0, pt6_tag(FR_FOREIGN, "foreign"));
}

static void
pt6_tag_unknown(void)
{
	want("PT6", NULL, 0, 0, pt6_tag(7, "damaged"));
}

/*
 * What was the descriptor is the first link of its list then.
 */
static void
pt6_tag_managed(void)
{
	want_link("PV4", NULL, 0, 0,
	    pt6_tag(FR_MANAGED, "managed, 0 mappings"), (uint32_t)aw.aw_pt);
}

static void
pt6_frame_of_another(void)
{
	const char *what = other_page(aw.aw_pt->pt_pa, "page table");

	POKE(frame_lookup(aw.aw_pt->pt_pa)->fr_ptp, aw.aw_opt);
	want_page(aw.aw_pt, what);
	want_no_table(what);
	want("PT6", NULL, 0, 0, what);
}

static void
pt6_wild_descriptor(void)
{
	const char *what = other_page(aw.aw_pt->pt_pa, "page table");

	POKE(frame_lookup(aw.aw_pt->pt_pa)->fr_ptp, 0xdeadbeef);
	want_page(aw.aw_pt, what);
	want_no_table(what);
	want("PT6", NULL, 0, 0, what);
}

static void
pt6_frame(uint32_t pa, uint32_t tag, const char *what)
{
	POKE(frame_lookup(pa)->fr_info, tag);
	want("PT6", NULL, 0, 0, other_page(pa, what));
}

static void
pt6_managed_page_foreign(void)
{
	pt6_frame(aw.aw_free, FR_FOREIGN, "foreign");
}

static void
pt6_managed_page_a_table(void)
{
	pt6_frame(aw.aw_free, FR_PTP, "page table");
}

static void
pt6_kernel_page_managed(void)
{
	pt6_frame(0x100000, FR_MANAGED, "managed, 0 mappings");
}

TEST(audit__pt6_frames)
{
	static const struct audit_row rows[] = {
		{ "tag directory", pt6_tag_directory, NULL },
		{ "tag slices", pt6_tag_slices, NULL },
		{ "tag foreign", pt6_tag_foreign, NULL },
		{ "tag unknown", pt6_tag_unknown, NULL },
		{ "tag managed", pt6_tag_managed, NULL },
		{ "frame of another", pt6_frame_of_another, NULL },
		{ "wild descriptor", pt6_wild_descriptor, NULL },
		{ "managed page foreign", pt6_managed_page_foreign, NULL },
		{ "managed page a table", pt6_managed_page_a_table, NULL },
		{ "kernel page managed", pt6_kernel_page_managed, NULL },
	};

	AUDIT_ROWS("PT6", rows);
}

/* ----- descriptors ----- */

/*
 * The descriptor names another frame than entry and frame do.
 */
static void
pt6_descriptor_frame(uint32_t pa, const char *what)
{
	uint32_t was = aw.aw_pt->pt_pa;

	POKE(aw.aw_pt->pt_pa, pa);
	want_page(aw.aw_pt, what);
	want_no_table(other_page(was, "page table"));
	want("PT6", NULL, 0, 0, other_page(was, "page table"));
}

static void
pt6_wrong_frame(void)
{
	pt6_descriptor_frame(aw.aw_second, managed(aw.aw_second, 2));
}

static void
pt6_two_for_one_frame(void)
{
	pt6_descriptor_frame(aw.aw_opt->pt_pa, table(aw.aw_opt->pt_pa,
	    aw.aw_other, VA));
}

static void
pt6_frame_with_low_bits(void)
{
	pt6_descriptor_frame(aw.aw_pt->pt_pa | 8,
	    other_page(aw.aw_pt->pt_pa, "page table"));
}

static void
pt6_wrong_address(void)
{
	POKE(aw.aw_pt->pt_pte, aw.aw_opt->pt_pte);
	want_page(aw.aw_pt, pt_page());
}

static void
pt6_wrong_address_of_a_free_page(void)
{
	struct ptp *pt = ptp_free.pl_first;

	POKE(pt->pt_pte, aw.aw_opt->pt_pte);
	want_page(pt, managed(0, 0));
}

/*
 * Links that lead to it lead to no page table, and are named by those before
 * them.
 */
static void
pt6_unknown_state(void)
{
	POKE(aw.aw_pt->pt_state, 200);
	want_page(aw.aw_pt, pt_page());
	want_no_table(pt_page());
	want_link("PV5", aw.aw_pm, STACK_TOP,
	    *entry_of(aw.aw_top, STACK_TOP), managed(aw.aw_page, 4),
	    (uint32_t)link_of(aw.aw_pt, VA));
	want_link("PV5", aw.aw_pm, VA + SLOT, *entry_of(aw.aw_pt2, VA),
	    managed(aw.aw_second, 2), (uint32_t)link_of(aw.aw_pt, VA + PAGE));
}

/*
 * The pmap names another directory: none of its tables is found in it.
 */
static void
pt6_pmap_directory(void)
{
	const struct ptp *pt[3];
	uint32_t i;

	pt[0] = aw.aw_pt;
	pt[1] = aw.aw_pt2;
	pt[2] = aw.aw_top;
	for (i = 0; i < 3; i++)
		want("PT1", aw.aw_pm, pt[i]->pt_va, 0,
		    table(pt[i]->pt_pa, aw.aw_pm, pt[i]->pt_va));
	want("PT6", aw.aw_pm, 0, 0, directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pt6_pmap_directory_frame(void)
{
	POKE(aw.aw_pm->pm_pdirpa, aw.aw_odir->pt_pa);
	pt6_pmap_directory();
}

static void
pt6_pmap_directory_address(void)
{
	POKE(aw.aw_pm->pm_pdir, aw.aw_odir->pt_pte);
	pt6_pmap_directory();
}

TEST(audit__pt6_descriptors)
{
	static const struct audit_row rows[] = {
		{ "wrong frame", pt6_wrong_frame, NULL },
		{ "two for one frame", pt6_two_for_one_frame, NULL },
		{ "frame with low bits", pt6_frame_with_low_bits, NULL },
		{ "wrong address", pt6_wrong_address, NULL },
		{ "wrong address of a free page",
		    pt6_wrong_address_of_a_free_page, NULL },
		{ "unknown state", pt6_unknown_state, NULL },
		{ "pmap's directory frame", pt6_pmap_directory_frame, NULL },
		{ "pmap's directory address", pt6_pmap_directory_address,
		    NULL },
	};

	AUDIT_ROWS("PT6", rows);
}
