/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_tlb.c: after each call the processor's TLB grants no more than the page
 * tables do.  Each test touches the mapping first, so that it is cached.
 */
#include "kt.h"

#include <machine/cpufunc.h>

/* A mapping that is in the TLB, with its D set. */
static pmap_t
cached(vm_offset_t va, vm_offset_t pa)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, va, pa, KT_RW, FALSE);
	kt_load(pm);
	if (kt_write(va, 1) != 0)
		kt_fail("a read-write mapping faulted");
	return (pm);
}

static void
tlb_protect_then_write_faults(void)
{
	pmap_t pm = cached(KT_VA, kt_page());

	pmap_protect(pm, KT_VA, KT_VA + NBPG, KT_RO);
	KT_IS(kt_write(KT_VA, 2), KT_RIGHTS | KT_WRITE);
	KT_IS(kt_read(KT_VA), 0);
}

static void
tlb_remove_then_read_faults(void)
{
	pmap_t pm = cached(KT_VA, kt_page());

	pmap_remove(pm, KT_VA, KT_VA + NBPG);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
	KT_IS(kt_write(KT_VA, 2), KT_NOTHERE | KT_WRITE);
}

static void
tlb_raised_right_works_at_once(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RO, FALSE);
	kt_load(pm);
	KT_IS(kt_read(KT_VA), 0);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	KT_IS(kt_write(KT_VA, 2), 0);
	pmap_enter(pm, KT_VA, pa, KT_RO, FALSE);
	KT_IS(kt_write(KT_VA, 3), KT_RIGHTS | KT_WRITE);
}

static void
tlb_other_page_is_seen_at_once(void)
{
	vm_offset_t pa = kt_page(), other = kt_page();
	unsigned int value;
	pmap_t pm;

	kt_poke(other, 0xfeedface);
	pm = cached(KT_VA, pa);
	pmap_enter(pm, KT_VA, other, KT_RW, FALSE);
	KT_IS(cpu_probe_read(KT_VA, &value), 0);
	KT_IS(value, 0xfeedface);
	KT_IS(kt_write(KT_VA, 0xcafe), 0);
	KT_IS(kt_peek(pa), 1);
	KT_IS(kt_peek(other), 0xcafe);
}

static void
tlb_page_protect_none_reaches_it(void)
{
	vm_offset_t pa = kt_page();

	(void)cached(KT_VA, pa);
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
}

static void
tlb_foreign_edits_are_seen(void)
{
	vm_offset_t pa = kt_page(), other = kt_page();
	pmap_t foreign = cached(KT_VA, pa);
	pmap_t here = kt_pmap();
	unsigned int value;

	kt_poke(other, 0xabcd);
	pmap_enter(here, KT_VA, other, KT_RW, FALSE);
	kt_load(here);
	KT_IS(kt_read(KT_VA), 0);
	pmap_protect(foreign, KT_VA, KT_VA + NBPG, KT_RO);
	KT_IS(kt_write(KT_VA, 0xabce), 0);
	kt_load(foreign);
	KT_IS(kt_write(KT_VA, 2), KT_RIGHTS | KT_WRITE);
	kt_load(here);
	pmap_remove(foreign, KT_VA, KT_VA + NBPG);
	KT_IS(cpu_probe_read(KT_VA, &value), 0);
	KT_IS(value, 0xabce);
	kt_load(foreign);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
}

static void
tlb_many_changes_in_one_call(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page(), va;

	for (va = KT_VA; va < KT_VA + 100 * NBPG; va += NBPG)
		pmap_enter(pm, va, pa, KT_RW, FALSE);
	kt_load(pm);
	for (va = KT_VA; va < KT_VA + 100 * NBPG; va += NBPG)
		KT_IS(kt_write(va, 1), 0);
	pmap_protect(pm, KT_VA, KT_VA + 100 * NBPG, KT_RO);
	for (va = KT_VA; va < KT_VA + 100 * NBPG; va += NBPG)
		KT_IS(kt_write(va, 1), KT_RIGHTS | KT_WRITE);
	pmap_remove(pm, KT_VA, KT_VA + 100 * NBPG);
	for (va = KT_VA; va < KT_VA + 100 * NBPG; va += NBPG)
		KT_IS(kt_read(va), KT_NOTHERE);
}

static void
tlb_new_page_table_is_seen(void)
{
	vm_offset_t pa = kt_page(), other = kt_page();
	pmap_t pm = cached(KT_VA, pa);
	unsigned int value, i;

	for (i = 0; i < 8; i++) {
		pmap_remove(pm, KT_VA, KT_VA + NBPG);
		KT_IS(kt_read(KT_VA), KT_NOTHERE);
		kt_poke(other, i);
		pmap_enter(pm, KT_VA, other, KT_RW, FALSE);
		KT_IS(cpu_probe_read(KT_VA, &value), 0);
		KT_IS(value, i);
	}
}

static void
tlb_dead_directory_is_not_loaded(void)
{
	pmap_t pm = cached(KT_VA, kt_page());
	unsigned int cr3 = rcr3();

	KT_IS(cr3, pm->pm_pdirpa);
	kt_drop(pm);
	KT_CHECK(rcr3() != cr3, "CR3 still names a dead directory");
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
}

/* A new pmap may get the directory of a dead one. */
static void
tlb_reused_directory_is_clean(void)
{
	vm_offset_t pa = kt_page();
	int i;

	for (i = 0; i < 8; i++) {
		pmap_t pm = kt_pmap();

		kt_load(pm);
		KT_IS(kt_read(KT_VA), KT_NOTHERE);
		KT_IS(kt_read(KT_TOP), KT_NOTHERE);
		pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
		pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
		KT_IS(kt_write(KT_TOP, 7), 0);
		KT_IS(kt_write(KT_VA, 8), 0);
		kt_drop(pm);
	}
}

static void
tlb_kernel_remove_is_seen(void)
{
	vm_offset_t va = kt_kva(NBPG), pa = kt_page();

	pmap_enter(pmap_kernel(), va, pa, KT_RW, TRUE);
	KT_IS(kt_write(va, 1), 0);
	pmap_protect(pmap_kernel(), va, va + NBPG, KT_RO);
	KT_IS(kt_write(va, 1), KT_RIGHTS | KT_WRITE);
	pmap_remove(pmap_kernel(), va, va + NBPG);
	KT_IS(kt_read(va), KT_NOTHERE);
}

static void
tlb_flushes_are_counted(void)
{
	pmap_t pm = cached(KT_VA, kt_page());
	unsigned int before;

	pmap_enter(pm, KT_VA + NBPG, kt_page(), KT_RO, FALSE);
	before = pmap_counters.pc_invlpg + pmap_counters.pc_reload;
	pmap_protect(pm, KT_VA, KT_VA + NBPG, KT_RO);
	KT_CHECK(pmap_counters.pc_invlpg + pmap_counters.pc_reload > before,
	    "no flush was counted for a loaded pmap");
	kt_unload();
	before = pmap_counters.pc_invlpg + pmap_counters.pc_reload;
	pmap_protect(pm, KT_VA, KT_VA + 2 * NBPG, KT_RO);
	KT_IS(pmap_counters.pc_invlpg + pmap_counters.pc_reload, before);
}

const struct kt_test kt_tlb[] = {
	{ "tlb__protect_then_write_faults", tlb_protect_then_write_faults },
	{ "tlb__remove_then_read_faults", tlb_remove_then_read_faults },
	{ "tlb__raised_right_works_at_once", tlb_raised_right_works_at_once },
	{ "tlb__other_page_is_seen_at_once", tlb_other_page_is_seen_at_once },
	{ "tlb__page_protect_none_reaches_it",
	    tlb_page_protect_none_reaches_it },
	{ "tlb__foreign_edits_are_seen", tlb_foreign_edits_are_seen },
	{ "tlb__many_changes_in_one_call", tlb_many_changes_in_one_call },
	{ "tlb__new_page_table_is_seen", tlb_new_page_table_is_seen },
	{ "tlb__dead_directory_is_not_loaded",
	    tlb_dead_directory_is_not_loaded },
	{ "tlb__reused_directory_is_clean", tlb_reused_directory_is_clean },
	{ "tlb__kernel_remove_is_seen", tlb_kernel_remove_is_seen },
	{ "tlb__flushes_are_counted", tlb_flushes_are_counted },
	{ NULL, NULL }
};
