/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_object_reach.c: which addresses show a page of an object, and giving
 * back the pages that none shows any more.
 *
 * A page of an object is seen through map entries that refer to the object,
 * and through entries of objects that shadow it.  When an entry goes, its
 * object may live on for entries that show other pages.  So what the entry
 * showed is noted as lost, in its object and in each one below, and then
 * swept: all that still shows part of that range is marked in a map of bits,
 * a piece of the range at a time, and the pages without a mark are freed, in
 * memory and in swap.
 *
 * Cost: a sweep looks at every entry above the object once for each piece of
 * the range; mostly the first one shows the whole piece.  One that would have
 * to look at too many, more than SWEEP_LOOKS and SWEEP_PAGE for each page
 * that is noted, gives up: the range stays noted, and the next removal makes
 * it larger.  So n removals cost n * SWEEP_LOOKS looks, not n * n, and what
 * waits for a sweep is never more than a page for SWEEP_PAGE entries.
 *
 * A busy page is left; the end of its transfer sweeps again.
 *
 * Locking: process context.  Nothing here sleeps: objects do not change
 * meanwhile, and the map of bits can be static.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

#define REACH_PAGES	4096u		/* of one piece, at least */
#define REACH_WORD	32u		/* bits a word */
#define SWEEP_REFS	8u
#define SWEEP_LOOKS	256u
#define SWEEP_PAGE	8u
#define SWEEP_MOST	300000u		/* more than there can be entries */

static u_int reach_pages;		/* of one piece */
static u_int *reach_bits;

/*
 * Take the map of bits.
 *
 * => before pmap_startup
 */
void
vm_object_reach_startup(void)
{

	reach_pages = MAX(REACH_PAGES, pmap_free_pages());
	reach_bits = (u_int *)pmap_steal_memory(
	    howmany(reach_pages, REACH_WORD) * sizeof(*reach_bits));
}

/*
 * A walk over the entries that show a part of [start, end) of an object, in
 * no order.
 */
struct reach {
	vm_object_t	r_top;		/* the object */
	vm_offset_t	r_start;
	vm_offset_t	r_end;
	bool		r_page;		/* one page: step over who hides it */
	vm_object_t	r_object;	/* where the walk is, at or above it */
	vm_offset_t	r_base;		/* that one's offset 0, in r_top */
	vm_map_entry_t	r_next;		/* its entry to look at */
	u_int		r_looks;	/* entries and objects to look at yet */
	/* What it has found: */
	vm_map_entry_t	r_entry;
	vm_offset_t	r_lo;		/* the part that it shows */
	vm_offset_t	r_hi;
};

static void
reach_begin(struct reach *r, vm_object_t object, vm_offset_t start,
    vm_offset_t end)
{

	r->r_top = r->r_object = object;
	r->r_start = start;
	r->r_end = end;
	r->r_page = false;
	r->r_looks = ~0u;
	r->r_base = 0;
	r->r_next = LIST_FIRST(&object->entries);
}

/* Can r_object, and those above it, show part of the range? */
static boolean_t
reach_shows(const struct reach *r)
{

	if (r->r_base >= r->r_end ||
	    r->r_base + r->r_object->size <= r->r_start)
		return (FALSE);
	return (!r->r_page || r->r_object == r->r_top ||
	    !vm_object_has(r->r_object, r->r_start - r->r_base));
}

/* Go to the next object of the tree above r_top.  => FALSE: that was all */
static boolean_t
reach_climb(struct reach *r)
{
	vm_object_t o = NULL;

	if (reach_shows(r))
		o = LIST_FIRST(&r->r_object->shadow_head);
	while (o == NULL) {
		if (r->r_object == r->r_top)
			return (FALSE);
		o = LIST_NEXT(r->r_object, shadow_list);
		r->r_base -= r->r_object->shadow_offset;
		r->r_object = r->r_object->shadow;
	}
	r->r_object = o;
	r->r_base += o->shadow_offset;
	r->r_next = reach_shows(r) ? LIST_FIRST(&o->entries) : NULL;
	return (TRUE);
}

/* The next entry of the walk.  => FALSE: that was all */
static boolean_t
reach_next(struct reach *r)
{
	vm_map_entry_t e;

	do {
		while ((e = r->r_next) != NULL) {
			if (--r->r_looks == 0)
				return (FALSE);
			r->r_next = LIST_NEXT(e, object_list);
			r->r_lo = r->r_base + e->offset;
			r->r_hi = r->r_lo + (e->end - e->start);
			if (r->r_lo >= r->r_end || r->r_hi <= r->r_start)
				continue;
			r->r_entry = e;
			r->r_lo = MAX(r->r_lo, r->r_start);
			r->r_hi = MIN(r->r_hi, r->r_end);
			return (TRUE);
		}
	} while (--r->r_looks != 0 && reach_climb(r));
	return (FALSE);
}

/* Note that part of an object may not be seen any more. */
static void
vm_object_note_lost(vm_object_t object, vm_offset_t start, vm_offset_t end)
{

	end = MIN(end, object->size);
	if (start >= end)
		return;
	if (object->lost_end == 0)
		object->lost_start = start;
	object->lost_start = MIN(object->lost_start, start);
	object->lost_end = MAX(object->lost_end, end);
}

/* Set bits [from, to). */
static void
reach_set(u_int from, u_int to)
{
	u_int n;

	for (; from < to; from += n) {
		n = MIN(to - from, REACH_WORD - from % REACH_WORD);
		reach_bits[from / REACH_WORD] |=
		    (~0u >> (REACH_WORD - n)) << from % REACH_WORD;
	}
}

static inline boolean_t
reach_marked(u_int page)
{

	return ((reach_bits[page / REACH_WORD] >> page % REACH_WORD & 1) != 0);
}

enum reach_marks {
	MARKS_ALL,			/* all of the piece is seen */
	MARKS_SOME,
	MARKS_MANY			/* so many entries: it has given up */
};

/* Mark what is seen of a piece, by *looks looks at most. */
static enum reach_marks
reach_mark(vm_object_t object, vm_offset_t start, vm_offset_t end,
    u_int *looks)
{
	struct reach r;

	memset(reach_bits, 0, howmany(atop(end - start), REACH_WORD) *
	    sizeof(*reach_bits));
	reach_begin(&r, object, start, end);
	r.r_looks = *looks;
	while (reach_next(&r)) {
		*looks = r.r_looks;
		if (r.r_lo == start && r.r_hi == end)
			return (MARKS_ALL);
		reach_set(atop(r.r_lo - start), atop(r.r_hi - start));
	}
	*looks = r.r_looks;
	return (*looks == 0 ? MARKS_MANY : MARKS_SOME);
}

/* Free a run without marks.  => how far it came: `end', or it was too much */
static vm_offset_t
reach_free_run(vm_object_t object, vm_offset_t start, vm_offset_t end,
    u_int *work)
{
	vm_page_t m;

	while (start < end && *work < WORK_MOST) {
		m = vm_object_page_trim(object, &start, end, work);
		if (m != NULL) {
			vm_object_note_lost(object, start, end);
			return (end);
		}
	}
	return (start);
}

/* Free what is not marked of a piece.  => how far it came */
static vm_offset_t
reach_free(vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	u_int page = 0, first, n = atop(end - start), work = 0;
	vm_offset_t to = start;

	while (page < n && to == start + ptoa(page)) {
		first = page;
		while (page < n && !reach_marked(page))
			page++;
		to = reach_free_run(object, start + ptoa(first),
		    start + ptoa(page), &work);
		if (to != start + ptoa(page))
			break;
		while (page < n && reach_marked(page))
			page++;
		to = start + ptoa(page);
	}
	return (to);
}

/*
 * Free those pages in the range noted as lost that really are; or some of
 * them, if there are many.
 *
 * => never sleeps
 * => TRUE: there is more to do; what is left stays noted
 */
boolean_t
vm_object_sweep(vm_object_t object)
{
	vm_offset_t start = object->lost_start, end = object->lost_end, next;
	vm_offset_t to;
	enum reach_marks marks;
	u_int looks;

	if (end == 0 || (object->flags & OBJ_DEAD) != 0)
		return (FALSE);
	looks = MIN(SWEEP_LOOKS + atop(end - start) * SWEEP_PAGE, SWEEP_MOST);
	object->lost_start = object->lost_end = 0;
	for (; start < end; start = next) {
		if (object->resident_page_count == 0 && object->swslots == 0)
			return (FALSE);
		next = MIN(end, start + ptoa(reach_pages));
		marks = reach_mark(object, start, next, &looks);
		if (marks == MARKS_MANY) {
			vm_object_note_lost(object, start, end);
			return (FALSE);
		}
		if (marks == MARKS_ALL)
			continue;
		to = reach_free(object, start, next);
		if (to < next) {
			vm_object_note_lost(object, to, end);
			return (TRUE);
		}
	}
	return (FALSE);
}

/*
 * Sweep an object where nobody can wait: what is much is for
 * vm_object_finish.
 *
 * => never sleeps
 */
void
vm_object_sweep_now(vm_object_t object)
{

	while (vm_object_sweep(object) && !vm_object_later(object))
		continue;
}

/*
 * Sweep an object, and those below it, to the end.
 *
 * => may switch, between two objects and within a large one; the chain is
 *    then another one, perhaps: an object that was stepped over waits
 * => the caller holds a reference
 */
void
vm_object_sweep_chain(vm_object_t object)
{
	u_int depth = 0;
	vm_object_t o;

	while ((o = vm_object_below(object, depth)) != NULL) {
		if (o->lost_end == 0)
			depth++;
		else {
			depth += !vm_object_sweep(o);
			yield();
		}
	}
}

/*
 * A user of an object does not show [start, end) of it any more, nor of what
 * lies below.  To be swept.
 *
 * => the entry, or the shadow, is off the object's list
 * => never sleeps
 */
void
vm_object_lost(vm_object_t object, vm_offset_t start, vm_offset_t end)
{

	while (object != NULL && (object->flags & OBJ_INTERNAL) != 0) {
		vm_object_note_lost(object, start, end);
		start += object->shadow_offset;
		end += object->shadow_offset;
		object = object->shadow;
	}
}

/*
 * The pages of `backing' are now those of `object', which shadowed it: so is
 * what was noted as lost.
 *
 * => never sleeps
 */
void
vm_object_lost_merge(vm_object_t object, vm_object_t backing,
    vm_offset_t offset)
{

	if (backing->lost_end > offset)
		vm_object_note_lost(object, backing->lost_start -
		    MIN(backing->lost_start, offset),
		    backing->lost_end - offset);
	vm_object_sweep_now(object);
}

/*
 * A page has been copied for an object above: free it, if that was the last
 * one to see it.
 *
 * => never sleeps
 * => in an object of many references it stays, until a merge
 */
void
vm_object_hidden(vm_page_t m)
{
	vm_object_t object = m->object;
	vm_offset_t offset = m->offset;
	struct reach r;
	u_int work = 0;

	if ((object->flags & OBJ_INTERNAL) == 0 ||
	    (u_int)object->ref_count > SWEEP_REFS)
		return;
	reach_begin(&r, object, offset, offset + PAGE_SIZE);
	r.r_page = true;
	if (!reach_next(&r))
		(void)vm_object_page_trim(object, &offset,
		    offset + PAGE_SIZE, &work);
}

/*
 * An object gets a page of its own, where its users see page m of an object
 * below: take their mappings of that one away.
 *
 * => a page that is locked keeps the mappings of others; one that is not
 *    loses all, which come back by faults and cost no search
 */
void
vm_object_unmap_below(vm_object_t object, vm_offset_t offset, vm_page_t m)
{
	vm_offset_t va, pa = VM_PAGE_TO_PHYS(m);
	struct reach r;

	if (m->wire_count == 0) {
		pmap_page_protect(pa, VM_PROT_NONE);
		return;
	}
	reach_begin(&r, object, offset, offset + PAGE_SIZE);
	while (reach_next(&r)) {
		va = r.r_entry->start + (offset - r.r_base) -
		    r.r_entry->offset;
		if (pmap_extract(r.r_entry->map->pmap, va) == pa)
			pmap_remove(r.r_entry->map->pmap, va, va + PAGE_SIZE);
	}
}
