/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_tables.c: page tables come and go with their mappings; wiring; reclaim.
 */
#include "kt.h"

static unsigned int
tables(void)
{
	struct pmap_usage u;

	pmap_usage(&u);
	return (u.pu_ptps);
}

static void
tables_freed_with_the_last_entry(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before = tables();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_enter(pm, KT_VA + NBPG, pa, KT_RW, FALSE);
	KT_IS(tables(), before + 1);
	pmap_remove(pm, KT_VA, KT_VA + NBPG);
	KT_IS(tables(), before + 1);
	pmap_remove(pm, KT_VA + NBPG, KT_VA + 2 * NBPG);
	KT_IS(tables(), before);
}

static void
tables_top_of_stack_comes_and_goes(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int freed = pmap_counters.pc_top_lost, i;

	kt_load(pm);
	for (i = 0; i < 100; i++) {
		pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
		KT_IS(kt_write(KT_TOP, i), 0);
		pmap_page_protect(pa, VM_PROT_NONE);
		KT_IS(kt_read(KT_TOP), KT_NOTHERE);
		pmap_clear_reference(pa);
		KT_IS(pmap_is_referenced(pa), FALSE);
	}
	KT_IS(pmap_counters.pc_top_lost - freed, 100);
}

static void
tables_unmanaged_mapping_frees_too(void)
{
	pmap_t pm = kt_pmap();
	unsigned int before = tables();

	pmap_enter(pm, KT_VA, 0xb8000, KT_RW, FALSE);
	KT_IS(tables(), before + 1);
	KT_IS(pmap_resident_count(pm), 1);
	pmap_remove(pm, KT_VA, KT_VA + NBPG);
	KT_IS(tables(), before);
	KT_IS(pmap_resident_count(pm), 0);
}

static void
tables_sparse_remove_of_everything(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before = tables(), i;

	for (i = 0; i < 16; i++)
		pmap_enter(pm, NBPG + i * 50 * KT_SLOT / 4, pa, KT_RW, FALSE);
	pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
	KT_IS(pmap_resident_count(pm), 17);
	pmap_remove(pm, 0, VM_MAXUSER_ADDRESS);
	KT_IS(pmap_resident_count(pm), 0);
	KT_IS(tables(), before);
}

static void
tables_wired_counts_are_exact(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, TRUE);
	KT_IS(pmap_wired_count(pm), 1);
	pmap_enter(pm, KT_VA, pa, KT_RO, TRUE);
	KT_IS(pmap_wired_count(pm), 1);
	pmap_change_wiring(pm, KT_VA, FALSE);
	KT_IS(pmap_wired_count(pm), 0);
	pmap_change_wiring(pm, KT_VA, FALSE);
	KT_IS(pmap_wired_count(pm), 0);
	pmap_change_wiring(pm, KT_VA, TRUE);
	KT_IS(pmap_wired_count(pm), 1);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	KT_IS(pmap_wired_count(pm), 0);
	pmap_enter(pm, KT_VA, pa, KT_RW, TRUE);
	pmap_enter(pm, KT_VA, kt_page(), KT_RW, FALSE);
	KT_IS(pmap_wired_count(pm), 0);
	KT_IS(pmap_resident_count(pm), 1);
}

static void
tables_wiring_of_nothing_is_harmless(void)
{
	pmap_t pm = kt_pmap();

	pmap_change_wiring(pm, KT_VA, TRUE);
	pmap_change_wiring(pm, KT_VA, FALSE);
	pmap_enter(pm, KT_VA + NBPG, kt_page(), KT_RW, FALSE);
	pmap_change_wiring(pm, KT_VA, TRUE);
	KT_IS(pmap_wired_count(pm), 0);
}

static void
tables_collect_keeps_wired(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t wired = kt_page(), other = kt_page();

	pmap_enter(pm, KT_VA, wired, KT_RW, TRUE);
	pmap_enter(pm, KT_VA + 8 * KT_SLOT, other, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA + 8 * KT_SLOT, 5), 0);
	pmap_collect(pm);
	KT_IS(kt_read(KT_VA), 0);
	KT_IS(pmap_wired_count(pm), 1);
	KT_IS(kt_read(KT_VA + 8 * KT_SLOT), KT_NOTHERE);
	KT_IS(pmap_is_modified(other), TRUE);
}

/*
 * More page tables than the arena has room for: the oldest go, with their M
 * saved; the wired ones stay.
 */
static void
tables_reclaim_when_the_arena_is_full(void)
{
	pmap_t pm[4];
	vm_offset_t pa = kt_page(), wired = kt_page();
	unsigned int i, n, before = pmap_counters.pc_reclaim;
	struct pmap_usage u;

	pmap_usage(&u);
	for (i = 0; i < 4; i++)
		pm[i] = kt_pmap();
	pmap_enter(pm[0], KT_TOP, wired, KT_RW, TRUE);
	pmap_enter(pm[0], KT_VA, pa, KT_RW, FALSE);
	kt_load(pm[0]);
	KT_IS(kt_write(KT_VA, 1), 0);
	KT_IS(kt_write(KT_TOP, 1), 0);
	n = MIN(u.pu_arena_total + 64, 4 * 900);
	for (i = 0; i < n; i++)
		pmap_enter(pm[i & 3], NBPG + (i >> 2) * KT_SLOT, pa, KT_RO,
		    FALSE);
	KT_CHECK(pmap_counters.pc_reclaim > before,
	    "nothing reclaimed with %u tables for an arena of %u", n,
	    u.pu_arena_total);
	KT_IS(kt_read(KT_TOP), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
	KT_IS(pmap_wired_count(pm[0]), 1);
}

static void
tables_device_frame_is_never_tracked(void)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, KT_VA, 0xb8000, KT_RW, FALSE);
	KT_IS(pmap_extract(pm, KT_VA), 0xb8000);
	pmap_enter(pm, KT_VA, 0xb8000, KT_RO, TRUE);
	KT_IS(pmap_extract(pm, KT_VA + 5), 0xb8005);
	KT_IS(pmap_is_modified(0xb8000), FALSE);
	KT_IS(pmap_page_mappings(0xb8000), 0);
	pmap_page_protect(0xb8000, VM_PROT_NONE);
	KT_IS(pmap_resident_count(pm), 1);
}

const struct kt_test kt_tables[] = {
	{ "tables__freed_with_the_last_entry",
	    tables_freed_with_the_last_entry },
	{ "tables__top_of_stack_comes_and_goes",
	    tables_top_of_stack_comes_and_goes },
	{ "tables__unmanaged_mapping_frees_too",
	    tables_unmanaged_mapping_frees_too },
	{ "tables__sparse_remove_of_everything",
	    tables_sparse_remove_of_everything },
	{ "tables__wired_counts_are_exact", tables_wired_counts_are_exact },
	{ "tables__wiring_of_nothing_is_harmless",
	    tables_wiring_of_nothing_is_harmless },
	{ "tables__collect_keeps_wired", tables_collect_keeps_wired },
	{ "tables__reclaim_when_the_arena_is_full",
	    tables_reclaim_when_the_arena_is_full },
	{ "tables__device_frame_is_never_tracked",
	    tables_device_frame_is_never_tracked },
	{ NULL, NULL }
};
