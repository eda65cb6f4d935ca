/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_arguments.c: what each call does with an argument that makes no sense.
 */
#include "kt.h"

/* The pmap has one mapping, and this and nothing else is still so. */
static void
untouched(pmap_t pm, vm_offset_t pa)
{
	KT_IS(pmap_resident_count(pm), 1);
	KT_IS(pmap_extract(pm, KT_VA), pa);
	KT_IS(pmap_page_mappings(pa), 1);
}

static void
arguments_kernel_address_in_a_user_pmap(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before;

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	before = pmap_counters.pc_refused;
	pmap_enter(pm, 0xefc00000u, pa, KT_RW, FALSE);
	pmap_enter(pm, VM_MIN_KERNEL_ADDRESS, pa, KT_RW, FALSE);
	pmap_enter(pm, 0xfffff000u, pa, KT_RW, TRUE);
	KT_IS(pmap_counters.pc_refused - before, 3);
	untouched(pm, pa);
}

static void
arguments_user_address_in_the_kernel_pmap(void)
{
	vm_offset_t pa = kt_page();
	unsigned int before = pmap_counters.pc_refused;

	pmap_enter(pmap_kernel(), KT_VA, pa, KT_RW, TRUE);
	pmap_enter(pmap_kernel(), KT_TOP, pa, KT_RW, TRUE);
	KT_IS(pmap_counters.pc_refused - before, 2);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(pmap_extract(pmap_kernel(), KT_VA), 0);
}

static void
arguments_null_pmap_is_harmless(void)
{
	vm_offset_t pa = kt_page(), got;

	pmap_enter(NULL, KT_VA, pa, KT_RW, FALSE);
	pmap_remove(NULL, KT_VA, KT_VA + NBPG);
	pmap_protect(NULL, KT_VA, KT_VA + NBPG, KT_RO);
	pmap_change_wiring(NULL, KT_VA, TRUE);
	pmap_pageable(NULL, KT_VA, KT_VA + NBPG, TRUE);
	pmap_copy(NULL, NULL, KT_VA, NBPG, KT_VA);
	pmap_reference(NULL);
	pmap_destroy(NULL);
	pmap_collect(NULL);
	KT_IS(pmap_extract(NULL, KT_VA), 0);
	KT_IS(pmap_lookup(NULL, KT_VA, &got), FALSE);
	KT_IS(pmap_page_mappings(pa), 0);
}

static void
arguments_empty_range_does_nothing(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_remove(pm, KT_VA, KT_VA);
	pmap_remove(pm, KT_VA + NBPG, KT_VA);
	pmap_protect(pm, KT_VA, KT_VA, VM_PROT_NONE);
	pmap_protect(pm, KT_VA + NBPG, KT_VA, VM_PROT_NONE);
	untouched(pm, pa);
}

static void
arguments_misaligned_are_truncated(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA + 0x123, pa + 0x456, KT_RW, FALSE);
	untouched(pm, pa);
	KT_IS(pmap_extract(pm, KT_VA + 0x789), pa + 0x789);
	pmap_remove(pm, KT_VA + 0xfff, KT_VA + 0x1000);
	KT_IS(pmap_resident_count(pm), 0);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_remove(pm, KT_VA - NBPG, KT_VA + 1);
	KT_IS(pmap_resident_count(pm), 0);
}

static void
arguments_foreign_frame_is_no_page(void)
{
	pmap_changebit(0xb8000, PMAP_WRITE, ~0u);
	pmap_page_protect(0xb8000, VM_PROT_NONE);
	pmap_clear_modify(0xfffff000u);
	KT_IS(pmap_is_modified(0xb8000), FALSE);
	KT_IS(pmap_is_referenced(0xfffff000u), FALSE);
	KT_IS(pmap_page_mappings(0xfffff000u), 0);
}

static void
arguments_create_with_size_is_null(void)
{
	KT_CHECK(pmap_create(NBPG) == NULL, "a software map was made");
}

static void
arguments_lookup_tells_frame_0_from_nothing(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = 1;

	KT_IS(pmap_lookup(pm, KT_VA, &pa), FALSE);
	KT_IS(pmap_extract(pm, KT_VA), 0);
	pmap_enter(pm, KT_VA, 0, KT_RO, FALSE);
	KT_IS(pmap_lookup(pm, KT_VA, &pa), TRUE);
	KT_IS(pa, 0);
	KT_IS(pmap_resident_count(pm), 1);
	pmap_remove(pm, KT_VA, KT_VA + NBPG);
	KT_IS(pmap_lookup(pm, KT_VA, &pa), FALSE);
	KT_IS(pmap_resident_count(pm), 0);
}

static void
arguments_range_over_the_end_stops_there(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page(), kva = kt_kva(NBPG), kpa = kt_page();

	pmap_kenter(kva, kpa, KT_RW);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
	pmap_remove(pm, KT_TOP, 0);
	untouched(pm, pa);
	KT_IS(kt_read(kva), 0);
	pmap_remove(pm, 0, 0xfffff000u);
	KT_IS(pmap_resident_count(pm), 0);
	KT_IS(kt_read(kva), 0);
	pmap_kremove(kva, NBPG);
}

static void
arguments_advice_changes_nothing(void)
{
	pmap_t pm = kt_pmap(), other = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_pageable(pm, KT_VA, KT_VA + NBPG, TRUE);
	pmap_pageable(pm, KT_VA, KT_VA + NBPG, FALSE);
	pmap_update();
	untouched(pm, pa);
	pmap_copy(other, pm, KT_VA, NBPG, KT_VA);
	kt_load(other);
	KT_CHECK(kt_write(KT_VA, 1) != 0, "pmap_copy gave the write right");
}

/* Under policy isolate it is refused and the machine goes on. */
static void
arguments_page_table_is_no_data(void)
{
	pmap_t pm = kt_pmap(), victim = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before = pmap_counters.pc_violation;

	pmap_policy = PMAP_POLICY_ISOLATE;
	pmap_enter(pm, KT_VA, victim->pm_pdirpa, KT_RW, FALSE);
	pmap_enter(pm, KT_VA, victim->pm_pdirpa + 4, KT_RO, TRUE);
	pmap_policy = PMAP_POLICY_PANIC;
	KT_IS(pmap_counters.pc_violation - before, 2);
	KT_IS(pmap_resident_count(pm), 0);
	KT_IS(pmap_extract(pm, KT_VA), 0);
	pmap_enter(victim, KT_VA, pa, KT_RW, FALSE);
	kt_load(victim);
	KT_IS(kt_write(KT_VA, 1), 0);
}

static void
arguments_references_count(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_reference(pm);
	pmap_destroy(pm);
	untouched(pm, pa);
}

const struct kt_test kt_arguments[] = {
	{ "arguments__kernel_address_in_a_user_pmap",
	    arguments_kernel_address_in_a_user_pmap },
	{ "arguments__user_address_in_the_kernel_pmap",
	    arguments_user_address_in_the_kernel_pmap },
	{ "arguments__null_pmap_is_harmless",
	    arguments_null_pmap_is_harmless },
	{ "arguments__empty_range_does_nothing",
	    arguments_empty_range_does_nothing },
	{ "arguments__misaligned_are_truncated",
	    arguments_misaligned_are_truncated },
	{ "arguments__foreign_frame_is_no_page",
	    arguments_foreign_frame_is_no_page },
	{ "arguments__create_with_size_is_null",
	    arguments_create_with_size_is_null },
	{ "arguments__lookup_tells_frame_0_from_nothing",
	    arguments_lookup_tells_frame_0_from_nothing },
	{ "arguments__range_over_the_end_stops_there",
	    arguments_range_over_the_end_stops_there },
	{ "arguments__advice_changes_nothing",
	    arguments_advice_changes_nothing },
	{ "arguments__page_table_is_no_data",
	    arguments_page_table_is_no_data },
	{ "arguments__references_count", arguments_references_count },
	{ NULL, NULL }
};
