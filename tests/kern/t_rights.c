/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_rights.c: the processor enforces what pmap_enter, pmap_protect and
 * pmap_page_protect grant, shown by real faults.
 */
#include "kt.h"

static void
rights_read_only_faults_on_write(void)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, KT_VA, kt_page(), KT_RO, FALSE);
	kt_load(pm);
	KT_IS(kt_read(KT_VA), 0);
	KT_IS(kt_write(KT_VA, 1), KT_RIGHTS | KT_WRITE);
}

static void
rights_read_write_allows_both(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 0x12345678), 0);
	KT_IS(kt_read(KT_VA), 0);
	KT_IS(kt_peek(pa), 0x12345678);
}

static void
rights_nothing_faults_on_both(void)
{
	kt_load(kt_pmap());
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
	KT_IS(kt_write(KT_VA, 1), KT_NOTHERE | KT_WRITE);
	KT_IS(kt_read(KT_TOP), KT_NOTHERE);
	KT_IS(kt_read(0), KT_NOTHERE);
}

static void
rights_enter_none_maps_nothing(void)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, KT_VA, kt_page(), VM_PROT_NONE, FALSE);
	kt_load(pm);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
	KT_IS(pmap_resident_count(pm), 0);
}

static void
rights_protect_lowers_only(void)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, KT_VA, kt_page(), KT_RO, FALSE);
	pmap_protect(pm, KT_VA, KT_VA + NBPG, KT_RW);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), KT_RIGHTS | KT_WRITE);
}

static void
rights_protect_none_removes(void)
{
	pmap_t pm = kt_pmap();

	pmap_enter(pm, KT_VA, kt_page(), KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_protect(pm, KT_VA, KT_VA + NBPG, VM_PROT_NONE);
	KT_IS(kt_read(KT_VA), KT_NOTHERE);
}

static void
rights_range_ends_are_exact(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page(), va;
	vm_offset_t sva = KT_VA + KT_SLOT - 4 * NBPG;	/* over two tables */

	for (va = sva; va < sva + 8 * NBPG; va += NBPG)
		pmap_enter(pm, va, pa, KT_RW, FALSE);
	pmap_protect(pm, sva + NBPG, sva + 7 * NBPG, KT_RO);
	kt_load(pm);
	KT_IS(kt_write(sva, 1), 0);
	KT_IS(kt_write(sva + 7 * NBPG, 1), 0);
	for (va = sva + NBPG; va < sva + 7 * NBPG; va += NBPG)
		KT_IS(kt_write(va, 1), KT_RIGHTS | KT_WRITE);
	pmap_remove(pm, sva + NBPG, sva + 7 * NBPG);
	for (va = sva + NBPG; va < sva + 7 * NBPG; va += NBPG)
		KT_IS(kt_read(va), KT_NOTHERE);
	KT_IS(kt_read(sva), 0);
	KT_IS(kt_read(sva + 7 * NBPG), 0);
	KT_IS(pmap_resident_count(pm), 2);
}

static void
rights_page_protect_read_reaches_all(void)
{
	pmap_t one = kt_pmap(), two = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(one, KT_VA, pa, KT_RW, FALSE);
	pmap_enter(two, KT_TOP, pa, KT_RW, FALSE);
	kt_load(one);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_page_protect(pa, VM_PROT_READ);
	KT_IS(kt_write(KT_VA, 1), KT_RIGHTS | KT_WRITE);
	kt_load(two);
	KT_IS(kt_write(KT_TOP, 1), KT_RIGHTS | KT_WRITE);
	KT_IS(kt_read(KT_TOP), 0);
}

static void
rights_page_protect_all_is_nothing(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_page_protect(pa, VM_PROT_ALL);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
}

static void
rights_kernel_text_is_read_only(void)
{
	KT_IS(kt_write((vm_offset_t)&kern_tests, 0), KT_RIGHTS | KT_WRITE);
}

static void
rights_kernel_end_is_not_mapped(void)
{
	KT_IS(kt_read(VM_MAXUSER_ADDRESS), KT_NOTHERE);
	KT_IS(kt_read(VM_MAX_KERNEL_ADDRESS), KT_NOTHERE);
	KT_IS(kt_read(0xfffff000u), KT_NOTHERE);
}

const struct kt_test kt_rights[] = {
	{ "rights__read_only_faults_on_write",
	    rights_read_only_faults_on_write },
	{ "rights__read_write_allows_both", rights_read_write_allows_both },
	{ "rights__nothing_faults_on_both", rights_nothing_faults_on_both },
	{ "rights__enter_none_maps_nothing", rights_enter_none_maps_nothing },
	{ "rights__protect_lowers_only", rights_protect_lowers_only },
	{ "rights__protect_none_removes", rights_protect_none_removes },
	{ "rights__range_ends_are_exact", rights_range_ends_are_exact },
	{ "rights__page_protect_read_reaches_all",
	    rights_page_protect_read_reaches_all },
	{ "rights__page_protect_all_is_nothing",
	    rights_page_protect_all_is_nothing },
	{ "rights__kernel_text_is_read_only",
	    rights_kernel_text_is_read_only },
	{ "rights__kernel_end_is_not_mapped",
	    rights_kernel_end_is_not_mapped },
	{ NULL, NULL }
};
