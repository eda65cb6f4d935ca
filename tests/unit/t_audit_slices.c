/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_slices.c: damage to slices, totals, lists, pmaps, CR3 and the
 * reserve: PV5, PM1, PM2, PM3 and RS1.
 */
#include "t_audit.h"

/* ----- PV5: owner words and slice tables agree ----- */

static void
want_slices(void)
{
	want("PV5", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pv5_owner_of_the_next_entry(void)
{
	uint32_t *owner = owner_of(aw.aw_pt->pt_slice[0]);

	POKE(*owner, *owner + sizeof(uint32_t));
	want_slices();
	want("PV1", aw.aw_pm, VA + PAGE, *entry_of(aw.aw_pt, VA + PAGE),
	    managed(aw.aw_page, 4));
	want("PV1", aw.aw_pm, VA + 2 * PAGE, 0, managed(aw.aw_second, 2));
}

/*
 * The two links of the slice lead nowhere: named by what comes before.
 */
static void
want_nowhere(const char *id)
{
	want_link(id, aw.aw_pm, STACK_TOP, *entry_of(aw.aw_top, STACK_TOP),
	    managed(aw.aw_page, 4), (uint32_t)link_of(aw.aw_pt, VA));
	want_link(id, aw.aw_pm, VA + SLOT, *entry_of(aw.aw_pt2, VA),
	    managed(aw.aw_second, 2), (uint32_t)link_of(aw.aw_pt, VA + PAGE));
}

static void
pv5_wild_owner(void)
{
	POKE(*owner_of(aw.aw_pt->pt_slice[0]), 0xdeadbeef);
	want_slices();
	want_nowhere("PV5");
}

/*
 * Its links then lie in a slice that is free.
 */
static void
pv5_no_owner(void)
{
	POKE(*owner_of(aw.aw_pt->pt_slice[0]), 0);
	want_slices();
	want_nowhere("PV4");
}

static void
pv5_owner_leads_to_a_directory(void)
{
	uint32_t *owner = owner_of(aw.aw_pt->pt_slice[0]);

	POKE(*owner, *owner + (uint32_t)aw.aw_dir->pt_pte -
	    (uint32_t)aw.aw_pt->pt_pte);
	want_slices();
	want_nowhere("PV5");
}

static void
pv5_slice_of_another_table(void)
{
	POKE(aw.aw_pt->pt_slice[0], aw.aw_opt->pt_slice[0]);
	want_slices();
}

static void
pv5_wild_slice(void)
{
	POKE(aw.aw_pt->pt_slice[0], 0xdeadbe00);
	want_slices();
}

static void
pv5_misaligned_slice(void)
{
	POKE(aw.aw_pt->pt_slice[0], (uint32_t)aw.aw_pt->pt_slice[0] + 8);
	want_slices();
}

static void
pv5_free_slice(void)
{
	POKE(aw.aw_pt->pt_slice[2], slice_free());
	want("PV5", aw.aw_pm, VA + 128 * PAGE, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pv5_slice_of_a_kernel_table(void)
{
	struct ptp *pt = ptp_lookup(kernel_pmap, aw.aw_kva);
	uint32_t i = (aw.aw_kva >> 12 & 1023) / 64;

	POKE(pt->pt_slice[i], aw.aw_opt->pt_slice[0]);
	want("PV5", kernel_pmap, pt->pt_va + i * 64 * PAGE,
	    entry_in(kernel_pmap, pt->pt_va),
	    table(pt->pt_pa, kernel_pmap, pt->pt_va));
}

static void
pv5_ready_table_with_a_slice(void)
{
	struct ptp *pt = ptp_ready.pl_first;

	POKE(pt->pt_slice[3], slice_free());
	want("PV5", kernel_pmap, (uint32_t)pt->pt_pte, 0,
	    table(pt->pt_pa, NULL, pt->pt_va));
}

TEST(audit__pv5_owners_and_slices_agree)
{
	static const struct audit_row rows[] = {
		{ "owner of the next entry", pv5_owner_of_the_next_entry,
		    NULL },
		{ "wild owner", pv5_wild_owner, NULL },
		{ "no owner", pv5_no_owner, NULL },
		{ "owner leads to a directory",
		    pv5_owner_leads_to_a_directory, NULL },
		{ "slice of another table", pv5_slice_of_another_table,
		    NULL },
		{ "wild slice", pv5_wild_slice, NULL },
		{ "misaligned slice", pv5_misaligned_slice, NULL },
		{ "free slice", pv5_free_slice, NULL },
		{ "slice of a kernel table", pv5_slice_of_a_kernel_table,
		    NULL },
		{ "ready table with a slice", pv5_ready_table_with_a_slice,
		    NULL },
	};

	AUDIT_ROWS("PV5", rows);
}

/* ----- PM1: a pmap's statistics ----- */

static void
pm1_stat(unsigned int *stat, const char *name, uint32_t is)
{
	uint32_t was = *stat;

	POKE(*stat, is);
	want_count("PM1", aw.aw_pm, 0, 0,
	    directory(aw.aw_dir->pt_pa, aw.aw_pm), name, is, was);
}

static void
pm1_resident_more(void)
{
	pm1_stat(&aw.aw_pm->pm_stats.resident_count, "resident", 5);
}

static void
pm1_resident_less(void)
{
	pm1_stat(&aw.aw_pm->pm_stats.resident_count, "resident", 3);
}

static void
pm1_resident_negative(void)
{
	pm1_stat(&aw.aw_pm->pm_stats.resident_count, "resident", ~0u);
}

static void
pm1_wired_more(void)
{
	pm1_stat(&aw.aw_pm->pm_stats.wired_count, "wired", 2);
}

static void
pm1_wired_less(void)
{
	pm1_stat(&aw.aw_pm->pm_stats.wired_count, "wired", 0);
}

static void
pm1_dead(void)
{
	POKE(aw.aw_pm->pm_count, 0);
	want("PM1", aw.aw_pm, 0, 0, directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pm1_references_negative(void)
{
	POKE(aw.aw_other->pm_count, -1);
	want("PM1", aw.aw_other, 0, 0,
	    directory(aw.aw_odir->pt_pa, aw.aw_other));
}

static void
pm1_dead_kernel(void)
{
	POKE(kernel_pmap->pm_count, 0);
	want("PM1", kernel_pmap, 0, 0,
	    directory(kernel_pmap->pm_pdirpa, kernel_pmap));
}

TEST(audit__pm1_statistics_are_a_recount)
{
	static const struct audit_row rows[] = {
		{ "resident more", pm1_resident_more, NULL },
		{ "resident less", pm1_resident_less, NULL },
		{ "resident negative", pm1_resident_negative, NULL },
		{ "wired more", pm1_wired_more, NULL },
		{ "wired less", pm1_wired_less, NULL },
		{ "dead", pm1_dead, NULL },
		{ "references negative", pm1_references_negative, NULL },
		{ "dead kernel", pm1_dead_kernel, NULL },
	};

	AUDIT_ROWS("PM1", rows);
}

/* ----- PM3: CR3 ----- */

/*
 * The directory that is loaded is a copy, in a page of data.
 */
static void
pm3_page_of_data(void)
{
	memcpy(host_phys(aw.aw_second), host_phys(aw.aw_dir->pt_pa), PAGE);
	POKE(mmu_cpu.mc_cr3, aw.aw_second);
	want("PM3", NULL, 0, aw.aw_second, managed(aw.aw_second, 2));
}

static void
pm3_ready_directory(void)
{
	struct ptp *dir = ptp_dirs.pl_first;

	POKE(mmu_cpu.mc_cr3, dir->pt_pa);
	want("PM3", NULL, 0, dir->pt_pa, directory(dir->pt_pa, NULL));
}

static void
pm3_page_table(void)
{
	POKE(mmu_cpu.mc_cr3, aw.aw_pt->pt_pa);
	want("PM3", NULL, 0, aw.aw_pt->pt_pa,
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pm3_free_page(void)
{
	POKE(mmu_cpu.mc_cr3, aw.aw_free);
	want("PM3", NULL, 0, aw.aw_free, managed(aw.aw_free, 0));
}

static void
pm3_outside_ram(void)
{
	POKE(mmu_cpu.mc_cr3, host_device_page(0));
	want("PM3", NULL, 0, host_device_page(0),
	    other_page(host_device_page(0), "outside RAM"));
}

TEST(audit__pm3_cr3_names_a_live_directory)
{
	static const struct audit_row rows[] = {
		{ "page of data", pm3_page_of_data, NULL },
		{ "ready directory", pm3_ready_directory, NULL },
		{ "page table", pm3_page_table, NULL },
		{ "free page", pm3_free_page, NULL },
		{ "outside RAM", pm3_outside_ram, NULL },
	};

	AUDIT_ROWS("PM3", rows);
}

/* ----- RS1: the reserve ----- */

static void
want_reserve(void)
{
	CHECK(pmap_reserve_short);
	POKE(pmap_reserve_short, false);
	want_line("pmap: RS1 broken: ready page tables %u, free slices %u",
	    ptp_ready.pl_count, pv_nfree);
}

/*
 * No page is to be had, and new page tables use up what was ready.
 */
static void
rs1_no_page_table(void)
{
	uint32_t i;

	host_knobs.hk_limit = 0;
	for (i = 16; ptp_ready.pl_count > 0; i++)
		DO(pmap_enter(aw.aw_pm, VA + i * SLOT, host_device_page(i),
		    PROT_R, FALSE));
	CHECK(pv_nfree > 0);
	want_reserve();
}

/*
 * The same, and mappings in one page table use up the slices.
 */
static void
rs1_no_slice(void)
{
	uint32_t i;

	host_knobs.hk_limit = 0;
	for (i = 0; i < 200 && pv_nfree > 0; i++)
		DO(pmap_enter(aw.aw_pm, VA + i / 15 * SLOT +
		    (i % 15 + 1) * 64 * PAGE, aw.aw_page, PROT_R, TRUE));
	CHECK_EQ(pv_nfree, 0);
	want_reserve();
}

static void
rs1_mend(void)
{
	host_knobs.hk_limit = HOST_NO_LIMIT;
	DO(pmap_remove(aw.aw_pm, VA + 16 * SLOT, VA + 64 * SLOT));
	DO(pmap_remove(aw.aw_pm, VA + 2 * SLOT, VA + 16 * SLOT));
	DO(pmap_remove(aw.aw_pm, VA + 64 * PAGE, VA + SLOT));
	DO(pmap_remove(aw.aw_pm, VA + SLOT + 64 * PAGE, VA + 2 * SLOT));
	CHECK_EQ(pmap_page_mappings(aw.aw_page), 4);
}

TEST(audit__rs1_the_reserve_is_full_or_noted)
{
	static const struct audit_row rows[] = {
		{ "no page table", rs1_no_page_table, rs1_mend },
		{ "no slice", rs1_no_slice, rs1_mend },
	};

	AUDIT_ROWS("RS1", rows);
}
