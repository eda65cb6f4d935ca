/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * model.c: the naive reference pmap; see model.h.
 *
 * Every question is answered by looking through whole arrays, and nothing is
 * kept twice.
 */
#include "model.h"

struct model_place model_user[MODEL_PLACES];
struct model_place model_kva[MODEL_PLACES];
uint32_t model_nuser, model_nkva, model_npages;
bool model_wp = true;

const struct model_place *
model_place(uint32_t p, uint32_t v)
{
	return (p == MODEL_KERNEL ? &model_kva[v] : &model_user[v]);
}

uint32_t
model_nplaces(uint32_t p)
{
	return (p == MODEL_KERNEL ? model_nkva : model_nuser);
}

/*
 * Nothing is mapped, and no page was touched.
 */
void
model_init(struct model *m)
{
	uint32_t p, v, page;

	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < MODEL_PLACES; v++)
			m->md_map[p][v].mm_page = MODEL_NONE;
	for (page = 0; page < MODEL_PAGES; page++)
		m->md_page[page].mg_m = m->md_page[page].mg_u = false;
}

/*
 * A mapping goes.  What was seen of a page through one that is on no list is
 * known of the page from now on, where the host edits.
 */
static void
drop(struct model *m, struct model_map *mm)
{
	if (mm->mm_page != MODEL_NONE && m->md_page[mm->mm_page].mg_managed) {
		m->md_page[mm->mm_page].mg_u |= mm->mm_u;
		m->md_page[mm->mm_page].mg_m |= mm->mm_m;
	}
	*mm = (struct model_map){ .mm_page = MODEL_NONE };
}

/*
 * One mapping instead of another.  The same again is no change.
 */
static void
replace(struct model *m, struct model_map *mm, struct model_map new)
{
	if (mm->mm_page == new.mm_page && mm->mm_write == new.mm_write &&
	    mm->mm_wired == new.mm_wired && mm->mm_nocache == new.mm_nocache)
		mm->mm_tracked = new.mm_tracked;
	else {
		drop(m, mm);
		*mm = new;
	}
}

/*
 * Any right lets read.  Without one, nothing stays mapped.
 */
void
model_enter(struct model *m, uint32_t p, uint32_t v, uint32_t page,
    uint32_t prot, bool wired)
{
	struct model_map *mm = &m->md_map[p][v];
	uint32_t kind = model_place(p, v)->mp_kind;

	if (prot == 0)
		drop(m, mm);
	else
		replace(m, mm, (struct model_map){
			.mm_page = (uint8_t)page,
			.mm_write = (prot & MODEL_W) != 0,
			.mm_wired = wired,
			.mm_nocache = mm->mm_page == page ? mm->mm_nocache :
			    m->md_page[page].mg_device,
			.mm_tracked = m->md_page[page].mg_managed &&
			    kind < MODEL_PAGER,
		});
}

void
model_remove(struct model *m, uint32_t p, uint32_t lo, uint32_t hi)
{
	uint32_t v;

	for (v = lo; v < hi; v++)
		drop(m, &m->md_map[p][v]);
}

/*
 * Never grants.
 */
void
model_protect(struct model *m, uint32_t p, uint32_t lo, uint32_t hi,
    uint32_t prot)
{
	uint32_t v;

	if ((prot & (MODEL_R | MODEL_X)) == 0) {
		model_remove(m, p, lo, hi);
		return;
	}
	if ((prot & MODEL_W) != 0)
		return;
	for (v = lo; v < hi; v++)
		if (model_place(p, v)->mp_kind != MODEL_PAGER)
			m->md_map[p][v].mm_write = false;
}

void
model_change_wiring(struct model *m, uint32_t p, uint32_t v, bool wired)
{
	m->md_map[p][v].mm_wired = wired;
}

/*
 * What is not wired goes; of the kernel's pmap nothing does.
 */
void
model_collect(struct model *m, uint32_t p)
{
	uint32_t v;

	for (v = 0; v < MODEL_PLACES && p != MODEL_KERNEL; v++)
		if (!m->md_map[p][v].mm_wired)
			m->md_map[p][v].mm_page = MODEL_NONE;
}

void
model_release(struct model *m, uint32_t p)
{
	model_remove(m, p, 0, MODEL_PLACES);
}

/*
 * A mapping that no page's list knows.
 */
void
model_kenter(struct model *m, uint32_t v, uint32_t page, uint32_t prot)
{
	replace(m, &m->md_map[MODEL_KERNEL][v], (struct model_map){
		.mm_page = (uint8_t)page,
		.mm_write = (prot & MODEL_W) != 0,
		.mm_nocache = m->md_page[page].mg_device,
	});
}

/*
 * "to" maps what "from" did, but is tracked only where a place may be.
 */
void
model_move(struct model *m, uint32_t from, uint32_t to)
{
	struct model_map *map = m->md_map[MODEL_KERNEL];

	if (from == to)
		return;
	drop(m, &map[to]);
	map[to] = map[from];
	map[to].mm_u = map[to].mm_m = false;
	if (model_kva[to].mp_kind >= MODEL_PAGER)
		map[to].mm_tracked = false;
	drop(m, &map[from]);
}

/*
 * Is it one of the mappings that a page's list holds?
 */
static bool
is_mapping(const struct model_map *mm, uint32_t page)
{
	return (mm->mm_page == page && mm->mm_tracked);
}

/*
 * READ, alone or with EXECUTE, write-protects; all rights do nothing;
 * anything else removes.
 */
void
model_page_protect(struct model *m, uint32_t page, uint32_t prot)
{
	uint32_t p, v;

	if (prot == (MODEL_R | MODEL_W | MODEL_X))
		return;
	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < MODEL_PLACES; v++) {
			if (!is_mapping(&m->md_map[p][v], page))
				continue;
			if (prot == MODEL_R || prot == (MODEL_R | MODEL_X))
				m->md_map[p][v].mm_write = false;
			else
				m->md_map[p][v].mm_page = MODEL_NONE;
		}
}

/*
 * A bit that is set and cleared ends set.  The right to write is never set.
 */
void
model_changebit(struct model *m, uint32_t page, struct model_bits set,
    struct model_bits clear)
{
	struct model_page *mg = &m->md_page[page];
	struct model_map *mm;
	uint32_t p, v;

	if (!mg->mg_managed)
		return;
	mg->mg_m = set.mb_mod || (mg->mg_m && !clear.mb_mod);
	mg->mg_u = set.mb_ref || (mg->mg_u && !clear.mb_ref);
	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < MODEL_PLACES; v++) {
			mm = &m->md_map[p][v];
			if (!is_mapping(mm, page))
				continue;
			if (clear.mb_write)
				mm->mm_write = false;
			if (clear.mb_nocache)
				mm->mm_nocache = false;
			if (set.mb_nocache)
				mm->mm_nocache = true;
		}
}

bool
model_testbit(const struct model *m, uint32_t page, struct model_bits bits)
{
	const struct model_page *mg = &m->md_page[page];
	const struct model_map *mm;
	uint32_t p, v;

	if (!mg->mg_managed)
		return (false);
	if ((bits.mb_mod && mg->mg_m) || (bits.mb_ref && mg->mg_u))
		return (true);
	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < MODEL_PLACES; v++) {
			mm = &m->md_map[p][v];
			if (is_mapping(mm, page) &&
			    ((bits.mb_write && mm->mm_write) ||
			    (bits.mb_nocache && mm->mm_nocache)))
				return (true);
		}
	return (false);
}

/*
 * Kernel mode reaches all that the loaded pmap or the kernel maps.  It obeys
 * the right to write where CR0.WP is set, and a 386 has none.
 */
bool
model_access(struct model *m, uint32_t p, uint32_t v, bool write, bool user)
{
	struct model_map *mm = &m->md_map[p][v];

	if (mm->mm_page == MODEL_NONE ||
	    (write && !mm->mm_write && (user || model_wp)) ||
	    (user && model_place(p, v)->mp_kind != MODEL_USER))
		return (false);
	if (mm->mm_tracked) {
		m->md_page[mm->mm_page].mg_u = true;
		if (write)
			m->md_page[mm->mm_page].mg_m = true;
	} else if (model_place(p, v)->mp_kind == MODEL_EDITS) {
		mm->mm_u = true;
		mm->mm_m |= write;
	}
	return (true);
}

/*
 * What stands where the host edits may go any time, and is not counted.
 */
uint32_t
model_resident(const struct model *m, uint32_t p)
{
	uint32_t v, n = 0;

	for (v = 0; v < MODEL_PLACES; v++)
		n += m->md_map[p][v].mm_page != MODEL_NONE &&
		    model_place(p, v)->mp_kind != MODEL_EDITS;
	return (n);
}

uint32_t
model_wired(const struct model *m, uint32_t p)
{
	uint32_t v, n = 0;

	for (v = 0; v < MODEL_PLACES; v++)
		n += m->md_map[p][v].mm_page != MODEL_NONE &&
		    m->md_map[p][v].mm_wired &&
		    model_place(p, v)->mp_kind != MODEL_EDITS;
	return (n);
}

uint32_t
model_mappings(const struct model *m, uint32_t page)
{
	uint32_t p, v, n = 0;

	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0; v < MODEL_PLACES; v++)
			n += is_mapping(&m->md_map[p][v], page);
	return (n);
}

bool
model_lost(struct model *m, uint32_t p, uint32_t slot)
{
	uint32_t v;

	for (v = 0; v < MODEL_PLACES; v++)
		if (m->md_map[p][v].mm_page != MODEL_NONE &&
		    m->md_map[p][v].mm_wired &&
		    model_place(p, v)->mp_slot == slot)
			return (false);
	for (v = 0; v < MODEL_PLACES; v++)
		if (model_place(p, v)->mp_slot == slot)
			m->md_map[p][v].mm_page = MODEL_NONE;
	return (true);
}
