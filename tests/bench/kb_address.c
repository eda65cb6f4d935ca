/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_address.c: one mapping, by its address.
 *
 * The page table of the address is there, and stays: its first entry maps
 * another page.
 */
#include "kb.h"

#define VA	(KB_VA + NBPG)

static pmap_t pm;
static vm_offset_t page;
static bool loaded;		/* have the entry in the TLB first */

/* What a loaded row does before each call. */
static void
ready(void)
{
	if (loaded)
		kb_touch(pm, VA);
}

static void
row_enter_same(const char *name)
{
	pmap_enter(pm, VA, page, KB_RW, FALSE);
	for (kb_row(name, 1); kb_more(); ) {
		ready();
		kb_call5(pmap_enter, pm, VA, page, KB_RW, FALSE);
	}
	kb_end(1);
}

static void
row_enter_raise(const char *name)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, VA, page, KB_RO, FALSE);
		ready();
		kb_call5(pmap_enter, pm, VA, page, KB_RW, FALSE);
	}
	kb_end(1);
}

static void
row_protect(const char *name)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, VA, page, KB_RW, FALSE);
		ready();
		kb_call4(pmap_protect, pm, VA, VA + NBPG, KB_RO);
	}
	kb_end(1);
}

static void
row_remove(const char *name)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, VA, page, KB_RW, FALSE);
		ready();
		kb_call3(pmap_remove, pm, VA, VA + NBPG);
	}
	kb_end(1);
}

/* The last entry of its page table, which goes too. */
static void
row_remove_last(const char *name)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, VA + KB_TABLE, page, KB_RW, FALSE);
		if (loaded)
			kb_touch(pm, VA + KB_TABLE);
		kb_call3(pmap_remove, pm, VA + KB_TABLE,
		    VA + KB_TABLE + NBPG);
	}
	kb_end(1);
}

static void
row_change_wiring(const char *name, boolean_t wired)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, VA, page, KB_RW, !wired);
		kb_call3(pmap_change_wiring, pm, VA, wired);
	}
	kb_end(1);
	pmap_change_wiring(pm, VA, FALSE);
}

static void
row_extract(const char *name)
{
	pmap_enter(pm, VA, page, KB_RW, FALSE);
	for (kb_row(name, 1); kb_more(); )
		kb_call2(pmap_extract, pm, VA);
	kb_end(1);
}

static void
row_lookup(const char *name)
{
	vm_offset_t pa;

	pmap_enter(pm, VA, page, KB_RW, FALSE);
	for (kb_row(name, 1); kb_more(); )
		kb_call3(pmap_lookup, pm, VA, &pa);
	kb_end(1);
}

void
kb_rows_address(void)
{
	pm = kb_pmap();
	page = kb_page();
	pmap_enter(pm, KB_VA, kb_page(), KB_RW, FALSE);
	row_enter_same("enter_same");
	row_enter_raise("enter_raise");
	row_protect("protect_page");
	row_remove("remove_page");
	row_remove_last("remove_last");
	row_change_wiring("wire", TRUE);
	row_change_wiring("unwire", FALSE);
	row_extract("extract");
	row_lookup("lookup");
	loaded = true;
	row_enter_same("enter_same_loaded");
	row_enter_raise("enter_raise_loaded");
	row_protect("protect_page_loaded");
	row_remove("remove_page_loaded");
	row_remove_last("remove_last_loaded");
	kb_unload();
	pmap_destroy(pm);
}
