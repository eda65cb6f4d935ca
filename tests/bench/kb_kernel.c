/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_kernel.c: mappings of the kernel's that no list holds, and its windows.
 */
#include "kb.h"

#include <vm/vm_kern.h>

#define PAGES	16u		/* as many as a buffer has */

static vm_offset_t va, pa, other;

static void
rows_kenter(void)
{
	for (kb_row("kenter", 1); kb_more(); ) {
		pmap_kremove(va, NBPG);
		kb_call3(pmap_kenter, va, pa, KB_RW);
	}
	kb_end(1);
	for (kb_row("kremove", 1); kb_more(); ) {
		pmap_kenter(va, pa, KB_RW);
		kb_call2(pmap_kremove, va, NBPG);
	}
	kb_end(1);
}

static void
row_kremove_many(void)
{
	unsigned int i;

	for (kb_row("kremove", PAGES); kb_more(); ) {
		for (i = 0; i < PAGES; i++)
			pmap_kenter(va + i * NBPG, pa, KB_RW);
		kb_call2(pmap_kremove, va, PAGES * NBPG);
	}
	kb_end(1);
}

static void
row_move(void)
{
	for (kb_row("move", 1); kb_more(); ) {
		pmap_kenter(va, pa, KB_RW);
		pmap_kremove(va + NBPG, NBPG);
		kb_call3(pmap_move, va, va + NBPG, NBPG);
	}
	kb_end(1);
	pmap_kremove(va, PAGES * NBPG);
}

static void
rows_windows(void)
{
	for (kb_row("zero_page", 1); kb_more(); )
		kb_call1(pmap_zero_page, pa);
	kb_end(1);
	for (kb_row("copy_page", 1); kb_more(); )
		kb_call2(pmap_copy_page, pa, other);
	kb_end(1);
	for (kb_row("update", 1); kb_more(); )
		kb_call1(pmap_update, 0);
	kb_end(1);
}

void
kb_rows_kernel(void)
{
	va = kmem_alloc_pageable(kernel_map, PAGES * NBPG);
	if (va == 0)
		panic("bench: no kernel addresses");
	pa = kb_page();
	other = kb_page();
	rows_kenter();
	row_kremove_many();
	row_move();
	rows_windows();
}
