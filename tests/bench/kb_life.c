/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_life.c: an address space begins, is loaded, and ends.
 */
#include "kb.h"

static void
rows_create(void)
{
	for (kb_row("create", 1); kb_more(); ) {
		kb_call1(pmap_create, 0);
		pmap_destroy((pmap_t)kb_result());
	}
	kb_end(1);
	for (kb_row("destroy", 1); kb_more(); )
		kb_call1(pmap_destroy, kb_pmap());
	kb_end(1);
}

static void
rows_pinit(void)
{
	static struct pmap store;

	for (kb_row("pinit", 1); kb_more(); ) {
		kb_call1(pmap_pinit, &store);
		pmap_release(&store);
	}
	kb_end(1);
}

static void
row_reference(void)
{
	pmap_t pm = kb_pmap();

	for (kb_row("reference", 1); kb_more(); ) {
		kb_call1(pmap_reference, pm);
		pmap_destroy(pm);
	}
	kb_end(1);
	pmap_destroy(pm);
}

/*
 * The one that is loaded; another; and again the one that a process has left
 * for a kernel process, which runs in it.
 */
static void
rows_activate(void)
{
	pmap_t pm = kb_pmap();

	pmap_activate(pm);
	for (kb_row("activate_same", 1); kb_more(); )
		kb_call1(pmap_activate, pm);
	kb_end(1);
	for (kb_row("activate_other", 1); kb_more(); ) {
		kb_unload();
		kb_call1(pmap_activate, pm);
	}
	kb_end(1);
	for (kb_row("activate_lazy", 1); kb_more(); ) {
		pmap_deactivate(pm);
		kb_call1(pmap_activate, pm);
	}
	kb_end(1);
	kb_unload();
	pmap_destroy(pm);
}

void
kb_rows_life(void)
{
	rows_create();
	rows_pinit();
	row_reference();
	rows_activate();
}
