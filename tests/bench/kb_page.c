/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_page.c: all mappings of one page.
 *
 * n mappings are those of n pmaps, up to 256; above of 16 pmaps.  Each page
 * table has one more entry, of another page, and stays; but for the rows
 * that end in _last, where it goes with its only entry.
 */
#include "kb.h"

#define PMAPS	256u
#define FEW	16u
#define PERTABLE (KB_TABLE / NBPG - 1)	/* of these mappings in one table */

static pmap_t pm[PMAPS];
static unsigned int npmaps;
static vm_offset_t page, anchor;

/* Where the ith mapping is: the pmap, and the address. */
static pmap_t
pmap_of(unsigned int i)
{
	return (pm[i % npmaps]);
}

static vm_offset_t
va_of(unsigned int i)
{
	unsigned int j = i / npmaps;

	return (KB_VA + j / PERTABLE * KB_TABLE + (1 + j % PERTABLE) * NBPG);
}

static void
map_one(unsigned int i, vm_prot_t prot)
{
	pmap_enter(pmap_of(i), va_of(i), page, prot, FALSE);
}

static void
map_all(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		map_one(i, KB_RW);
}

/* Make the pmaps for n mappings.  => kept: their page tables stay */
static void
begin(unsigned int n, bool kept)
{
	unsigned int i, j;

	npmaps = n <= PMAPS ? n : FEW;
	for (i = 0; i < npmaps; i++)
		pm[i] = kb_pmap();
	for (i = 0; kept && i < npmaps; i++)
		for (j = 0; j <= (n - 1) / npmaps / PERTABLE; j++)
			pmap_enter(pm[i], KB_VA + j * KB_TABLE, anchor, KB_RW,
			    FALSE);
}

static void
end(void)
{
	while (npmaps > 0)
		pmap_destroy(pm[--npmaps]);
}

/* The nth mapping of the page. */
static void
row_enter(const char *name, unsigned int n)
{
	begin(n, true);
	map_all(n);
	for (kb_row(name, n); kb_more(); ) {
		pmap_remove(pmap_of(n - 1), va_of(n - 1), va_of(n - 1) + NBPG);
		kb_call5(pmap_enter, pmap_of(n - 1), va_of(n - 1), page, KB_RW,
		    FALSE);
	}
	kb_end(1);
	end();
}

/*
 * The mapping that is at this place by age, 0 the oldest.  It becomes the
 * newest then, so the next one takes its place.
 */
static void
row_remove(const char *name, unsigned int n, unsigned int place)
{
	unsigned int i, turn = 0;

	begin(n, true);
	map_all(n);
	for (kb_row(name, n); kb_more(); turn++) {
		i = place + turn % (n - place);
		kb_call3(pmap_remove, pmap_of(i), va_of(i), va_of(i) + NBPG);
		map_one(i, KB_RW);
	}
	kb_end(1);
	end();
}

static void
row_protect(const char *name, unsigned int n, vm_prot_t prot, bool kept)
{
	begin(n, kept);
	for (kb_row(name, n); kb_more(); ) {
		map_all(n);
		kb_call2(pmap_page_protect, page, prot);
	}
	kb_end(1);
	end();
}

/* Clear a bit that is set in each mapping, or in none. */
static void
row_clear(const char *name, unsigned int n, unsigned int bit, bool set)
{
	begin(n, true);
	map_all(n);
	pmap_changebit(page, 0, ~bit);
	for (kb_row(name, n); kb_more(); ) {
		if (set)
			pmap_changebit(page, bit, ~0u);
		kb_call3(pmap_changebit, page, 0, ~bit);
	}
	kb_end(1);
	end();
}

static void
row_test(const char *name, unsigned int n, unsigned int bit)
{
	begin(n, true);
	map_all(n);
	pmap_changebit(page, 0, ~bit);
	for (kb_row(name, n); kb_more(); )
		kb_call2(pmap_testbit, page, bit);
	kb_end(1);
	end();
}

/* One mapping, and it is in the TLB. */
static void
row_loaded_protect(const char *name, vm_prot_t prot)
{
	begin(1, true);
	for (kb_row(name, 1); kb_more(); ) {
		map_one(0, KB_RW);
		kb_touch(pm[0], va_of(0));
		kb_call2(pmap_page_protect, page, prot);
	}
	kb_end(1);
	kb_unload();
	end();
}

static void
row_loaded_clear(const char *name)
{
	begin(1, true);
	map_one(0, KB_RW);
	for (kb_row(name, 1); kb_more(); ) {
		kb_touch(pm[0], va_of(0));
		kb_call3(pmap_changebit, page, 0, ~PMAP_REF);
	}
	kb_end(1);
	kb_unload();
	end();
}

static void
rows_of(unsigned int n)
{
	row_enter("enter", n);
	row_remove("remove_oldest", n, 0);
	row_remove("remove_middle", n, n / 2);
	row_remove("remove_newest", n, n - 1);
	row_protect("page_protect_read", n, VM_PROT_READ, true);
	row_protect("page_protect_none", n, VM_PROT_NONE, true);
	row_clear("clear_reference_set", n, PMAP_REF, true);
	row_clear("clear_reference_clear", n, PMAP_REF, false);
	row_clear("clear_modify_set", n, PMAP_MOD, true);
	row_test("is_referenced_clear", n, PMAP_REF);
	row_test("is_modified_clear", n, PMAP_MOD);
}

void
kb_rows_page(void)
{
	static const unsigned int sizes[] = { 1, FEW, PMAPS, 4096 };
	unsigned int i;

	page = kb_page();
	anchor = kb_page();
	for (i = 0; i < 4; i++)
		rows_of(sizes[i]);
	for (i = 0; i < 3; i++)
		row_protect("page_protect_none_last", sizes[i], VM_PROT_NONE,
		    false);
	row_protect("page_protect_read", 65536, VM_PROT_READ, true);
	row_protect("page_protect_none", 65536, VM_PROT_NONE, true);
	row_clear("clear_reference_set", 65536, PMAP_REF, true);
	row_test("is_referenced_clear", 65536, PMAP_REF);
	row_loaded_protect("page_protect_read_loaded", VM_PROT_READ);
	row_loaded_protect("page_protect_none_loaded", VM_PROT_NONE);
	row_loaded_clear("clear_reference_loaded");
}
