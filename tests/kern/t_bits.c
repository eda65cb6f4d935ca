/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_bits.c: M and U as the processor sets them, and as the module keeps them.
 */
#include "kt.h"

static void
bits_fresh_page_has_none(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	KT_IS(pmap_is_modified(pa), FALSE);
	KT_IS(pmap_is_referenced(pa), FALSE);
}

static void
bits_read_sets_reference(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_read(KT_VA), 0);
	KT_IS(pmap_is_referenced(pa), TRUE);
	KT_IS(pmap_is_modified(pa), FALSE);
}

static void
bits_write_sets_both(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	KT_IS(pmap_is_referenced(pa), TRUE);
	KT_IS(pmap_is_modified(pa), TRUE);
}

static void
bits_clear_reference_then_read(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	int i;

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	for (i = 0; i < 4; i++) {
		KT_IS(kt_read(KT_VA), 0);
		KT_IS(pmap_is_referenced(pa), TRUE);
		pmap_clear_reference(pa);
		KT_IS(pmap_is_referenced(pa), FALSE);
	}
}

static void
bits_clear_modify_then_write(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	int i;

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	for (i = 0; i < 4; i++) {
		KT_IS(kt_write(KT_VA, (unsigned int)i), 0);
		KT_IS(pmap_is_modified(pa), TRUE);
		pmap_clear_modify(pa);
		KT_IS(pmap_is_modified(pa), FALSE);
	}
}

/* The pagedaemon frees what is clean and unreferenced: M must imply U. */
static void
bits_write_after_clear_reference_sets_both(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_clear_reference(pa);
	pmap_clear_modify(pa);
	KT_IS(kt_write(KT_VA, 2), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
	KT_IS(pmap_is_referenced(pa), TRUE);
}

static void
bits_remove_saves_both(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_remove(pm, KT_VA, KT_VA + NBPG);
	KT_IS(pmap_is_modified(pa), TRUE);
	KT_IS(pmap_is_referenced(pa), TRUE);
	pmap_clear_modify(pa);
	pmap_clear_reference(pa);
	KT_IS(pmap_is_modified(pa), FALSE);
	KT_IS(pmap_is_referenced(pa), FALSE);
}

static void
bits_page_protect_none_saves_modify(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
}

static void
bits_destroy_saves_modify(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	kt_unload();
	kt_drop(pm);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
}

static void
bits_reenter_same_page_keeps_modify(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_enter(pm, KT_VA, pa, KT_RW, TRUE);
	KT_IS(pmap_is_modified(pa), TRUE);
	pmap_enter(pm, KT_VA, pa, KT_RO, FALSE);
	KT_IS(pmap_is_modified(pa), TRUE);
}

static void
bits_reenter_then_clear_then_write(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	pmap_clear_modify(pa);
	KT_IS(pmap_is_modified(pa), FALSE);
	KT_IS(kt_write(KT_VA, 2), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
}

static void
bits_other_page_inherits_nothing(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t old = kt_page(), new = kt_page();

	pmap_enter(pm, KT_VA, old, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_enter(pm, KT_VA, new, KT_RW, FALSE);
	KT_IS(pmap_is_modified(old), TRUE);
	KT_IS(pmap_is_modified(new), FALSE);
	KT_IS(pmap_is_referenced(new), FALSE);
	KT_IS(pmap_page_mappings(old), 0);
	KT_IS(pmap_page_mappings(new), 1);
}

static void
bits_any_mapping_answers_for_the_page(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int i;

	for (i = 0; i < 8; i++)
		pmap_enter(pm, KT_VA + i * KT_SLOT, pa, KT_RW, FALSE);
	kt_load(pm);
	for (i = 0; i < 8; i++) {
		KT_IS(kt_write(KT_VA + i * KT_SLOT, i), 0);
		KT_IS(pmap_is_modified(pa), TRUE);
		pmap_clear_modify(pa);
		pmap_clear_reference(pa);
		KT_IS(pmap_is_modified(pa), FALSE);
		KT_IS(pmap_is_referenced(pa), FALSE);
	}
}

static void
bits_copy_on_write_takes_the_right(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();

	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	KT_IS(kt_write(KT_VA, 1), 0);
	pmap_copy_on_write(pa);
	KT_IS(kt_write(KT_VA, 2), KT_RIGHTS | KT_WRITE);
	KT_IS(pmap_is_modified(pa), TRUE);
}

const struct kt_test kt_bits[] = {
	{ "bits__fresh_page_has_none", bits_fresh_page_has_none },
	{ "bits__read_sets_reference", bits_read_sets_reference },
	{ "bits__write_sets_both", bits_write_sets_both },
	{ "bits__clear_reference_then_read", bits_clear_reference_then_read },
	{ "bits__clear_modify_then_write", bits_clear_modify_then_write },
	{ "bits__write_after_clear_reference_sets_both",
	    bits_write_after_clear_reference_sets_both },
	{ "bits__remove_saves_both", bits_remove_saves_both },
	{ "bits__page_protect_none_saves_modify",
	    bits_page_protect_none_saves_modify },
	{ "bits__destroy_saves_modify", bits_destroy_saves_modify },
	{ "bits__reenter_same_page_keeps_modify",
	    bits_reenter_same_page_keeps_modify },
	{ "bits__reenter_then_clear_then_write",
	    bits_reenter_then_clear_then_write },
	{ "bits__other_page_inherits_nothing",
	    bits_other_page_inherits_nothing },
	{ "bits__any_mapping_answers_for_the_page",
	    bits_any_mapping_answers_for_the_page },
	{ "bits__copy_on_write_takes_the_right",
	    bits_copy_on_write_takes_the_right },
	{ NULL, NULL }
};
