/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_range.c: many mappings, by their addresses.
 *
 * Ranges begin in the middle of a page table, so that 1024 pages lie in two;
 * both have an entry outside, and stay.
 */
#include "kb.h"

#include <vm/vm_page.h>

#define BASE	(KB_VA + KB_TABLE / 2)
#define MOST	1024u
#define ALL	65536u			/* 64 whole page tables */
#define GB3	0xc0000000u		/* 3 GB */
#define SPARSE	(GB3 / KB_TABLE)	/* their page tables */

static pmap_t pm;
static vm_offset_t page[MOST];
static bool loaded;

/* Map n pages, each its own. */
static void
map(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		pmap_enter(pm, BASE + i * NBPG, page[i], KB_RW, FALSE);
	for (i = 0; loaded && i < n; i++)
		kb_touch(pm, BASE + i * NBPG);
}

static void
row_enter(const char *name, unsigned int n)
{
	unsigned int i;

	for (kb_row(name, n); kb_more(); ) {
		for (i = 0; i < n; i++)
			kb_call5(pmap_enter, pm, BASE + i * NBPG, page[i],
			    KB_RW, FALSE);
		pmap_remove(pm, BASE, BASE + n * NBPG);
	}
	kb_end(1);
}

static void
row_protect(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); ) {
		map(n);
		kb_call4(pmap_protect, pm, BASE, BASE + n * NBPG, KB_RO);
	}
	kb_end(n);
}

static void
row_remove(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); ) {
		map(n);
		kb_call3(pmap_remove, pm, BASE, BASE + n * NBPG);
	}
	kb_end(n);
}

/* Nothing is mapped there; slices may be left from what was. */
static void
row_remove_empty(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); )
		kb_call3(pmap_remove, pm, BASE, BASE + n * NBPG);
	kb_end(1);
}

/* 3 GB, of which one page is mapped. */
static void
row_remove_3gb(const char *name)
{
	for (kb_row(name, 1); kb_more(); ) {
		pmap_enter(pm, KB_VA, page[0], KB_RW, FALSE);
		if (loaded)
			kb_touch(pm, KB_VA);
		kb_call3(pmap_remove, pm, 0, GB3);
	}
	kb_end(1);
}

/* Whole page tables, full. */
static void
fill(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		pmap_enter(pm, KB_VA + i * NBPG, page[i % MOST], KB_RW, FALSE);
}

static void
row_remove_tables(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); ) {
		fill(n);
		kb_call3(pmap_remove, pm, KB_VA, KB_VA + n * NBPG);
	}
	kb_end(1);
}

static void
row_protect_tables(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); ) {
		fill(n);
		kb_call4(pmap_protect, pm, KB_VA, KB_VA + n * NBPG, KB_RO);
	}
	kb_end(1);
	pmap_remove(pm, KB_VA, KB_VA + n * NBPG);
}

static void
row_collect(const char *name, unsigned int n)
{
	for (kb_row(name, n); kb_more(); ) {
		fill(n);
		kb_call1(pmap_collect, pm);
	}
	kb_end(1);
}

static void
row_release(const char *name, unsigned int n)
{
	static struct pmap store;

	pm = &store;
	for (kb_row(name, n); kb_more(); ) {
		if (!pmap_pinit(pm))
			panic("bench: no directory");
		fill(n);
		kb_call1(pmap_release, pm);
	}
	kb_end(1);
}

/* One page in each 4 MB. */
static void
scatter(void)
{
	unsigned int i;

	for (i = 0; i < SPARSE; i++)
		pmap_enter(pm, i * KB_TABLE, page[i], KB_RW, FALSE);
}

static void
rows_sparse(void)
{
	for (kb_row("remove_sparse", SPARSE); kb_more(); ) {
		scatter();
		kb_call3(pmap_remove, pm, 0, GB3);
	}
	kb_end(1);
	pmap_destroy(pm);
	for (kb_row("release_sparse", SPARSE); kb_more(); ) {
		pm = kb_pmap();
		scatter();
		kb_call1(pmap_destroy, pm);
	}
	kb_end(1);
}

/* Two page tables that stay, without slices for the ranges. */
static void
anchor(void)
{
	pmap_enter(pm, KB_VA, page[0], KB_RW, FALSE);
	pmap_enter(pm, KB_VA + 2 * KB_TABLE - NBPG, page[1], KB_RW, FALSE);
}

static void
rows_inside(void)
{
	static const unsigned int sizes[] = { 1, 64, MOST };
	unsigned int i;

	anchor();
	for (i = 0; i < 3; i++)
		row_remove_empty("range_remove_bare", sizes[i]);
	for (i = 0; i < 3; i++)
		row_enter("range_enter", sizes[i]);
	for (i = 0; i < 3; i++)
		row_remove_empty("range_remove_empty", sizes[i]);
	for (i = 0; i < 3; i++)
		row_protect("range_protect", sizes[i]);
	for (i = 0; i < 3; i++)
		row_remove("range_remove", sizes[i]);
	loaded = true;
	row_protect("range_protect_loaded", 16);
	row_protect("range_protect_loaded", 64);
	row_remove("range_remove_loaded", 16);
	row_remove("range_remove_loaded", 64);
}

void
kb_rows_range(void)
{
	unsigned int i;

	for (i = 0; i < MOST; i++)
		page[i] = kb_page();
	pm = kb_pmap();
	rows_inside();
	pmap_remove(pm, 0, VM_MAXUSER_ADDRESS);
	row_remove_3gb("remove_3gb_one_ptp_loaded");
	kb_unload();
	loaded = false;
	row_remove_3gb("remove_3gb_one_ptp");
	row_collect("collect", 1);
	row_collect("collect", MOST);
	row_remove_tables("remove_tables", MOST);
	row_remove_tables("remove_tables", ALL);
	row_protect_tables("protect_tables", ALL);
	row_collect("collect", ALL);
	rows_sparse();
	row_release("release", 0);
	row_release("release", 1);
	row_release("release", ALL);
	for (i = 0; i < MOST; i++)
		vm_page_free_wired(page[i]);
}
