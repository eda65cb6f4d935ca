/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_memory.c: memory for page tables and links: kept ready, new from the
 * host, taken from another; and how much of it a mapping takes.
 *
 * The last rows: they fill the arena.
 */
#include "kb.h"

#define TABLES	512u		/* page tables of one pmap in these rows */
#define SLICES	(KB_TABLE / NBPG / KB_SLICE)
#define KEPT	64u		/* more than the module keeps ready */

static vm_offset_t page;
static pmap_t pm;
static unsigned int next;	/* page table of pm to make */

/* An address without a page table; pm is another one where it has none. */
static vm_offset_t
new_place(void)
{
	if (pm == NULL || next == TABLES) {
		pm = kb_pmap();
		next = 0;
	}
	return (KB_VA + next++ * KB_TABLE);
}

/* The page table goes, and comes again: it is kept ready. */
static void
row_enter_kept(void)
{
	pm = kb_pmap();
	for (kb_row("enter_new_ptp", 1); kb_more(); ) {
		kb_call5(pmap_enter, pm, KB_VA, page, KB_RW, FALSE);
		pmap_remove(pm, KB_VA, KB_VA + NBPG);
	}
	kb_end(1);
	pmap_destroy(pm);
	pm = NULL;
}

/* None is kept, or none is left. */
static void
row_enter_new(const char *name)
{
	vm_offset_t va;

	for (kb_row(name, 1); kb_more(); ) {
		va = new_place();
		kb_call5(pmap_enter, pm, va, page, KB_RW, FALSE);
	}
	kb_end(1);
}

static void
rows_enter_new(void)
{
	unsigned int i, reclaims;

	for (i = 0; i < KEPT; i++)
		pmap_enter(pm, new_place(), page, KB_RW, FALSE);
	row_enter_new("enter_new_ptp_host");
	reclaims = pmap_counters.pc_reclaim;
	while (pmap_counters.pc_reclaim == reclaims)
		pmap_enter(pm, new_place(), page, KB_RW, FALSE);
	row_enter_new("enter_reclaim");
	if (pmap_counters.pc_reclaim - reclaims <= KB_CALLS)
		panic("bench: nothing was reclaimed");
}

/* Bytes of links for n mappings, so many pages apart. */
static void
row_pv_bytes(const char *name, unsigned int n, unsigned int apart)
{
	struct pmap_usage before, after;
	unsigned int i;

	pm = kb_pmap();
	pmap_usage(&before);
	for (i = 0; i < n; i++)
		pmap_enter(pm, KB_VA + i * apart * NBPG, page, KB_RW, FALSE);
	pmap_usage(&after);
	kb_figure(name, n, "bytes",
	    (after.pu_slices - before.pu_slices) * KB_SLICE *
	    2 * (unsigned int)sizeof(void *), n);
	pmap_destroy(pm);
	pm = NULL;
}

void
kb_rows_memory(void)
{
	page = kb_page();
	row_pv_bytes("pv_bytes_dense", KB_TABLE / NBPG, 1);
	row_pv_bytes("pv_bytes_sparse", SLICES, KB_SLICE);
	row_enter_kept();
	rows_enter_new();
}
