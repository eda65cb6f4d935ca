/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_object_shadow.c: shadow objects, and keeping their chains short.
 *
 * A shadow holds the pages that were written since a copy was made; what it
 * does not have is looked for in the object below.  When the object below
 * has no other user, its pages, in memory or in swap, move up and it goes
 * (collapse).  When it has other users but can show nothing through the
 * shadow, the shadow refers to what lies below it instead (bypass).
 *
 * Nothing here sleeps, so that a chain never changes half way.  An object
 * below in which a page is being read or written is left alone, and of a very
 * large one only a part is moved; a later fault, fork or exit tries again.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

#define MERGE_PAGES	4096u		/* moved at a time */
#define NEAR_STEPS	512u

/*
 * Set the object below.
 *
 * => references are the caller's business
 */
void
vm_object_setshadow(vm_object_t object, vm_object_t shadow,
    vm_offset_t offset)
{

	if (object->shadow != NULL)
		LIST_REMOVE(object, shadow_list);
	object->shadow = shadow;
	object->shadow_offset = offset;
	if (shadow != NULL)
		LIST_INSERT_HEAD(&shadow->shadow_head, object, shadow_list);
}

/*
 * Give a map entry its own object above *objectp, to hold what it writes.
 *
 * => the caller's reference on the old object goes to the shadow
 * => may sleep
 * => FALSE: nobody else can see the old object's pages; it is kept
 */
boolean_t
vm_object_shadow(vm_object_t *objectp, vm_offset_t *offsetp,
    vm_size_t length)
{
	vm_object_t source = *objectp, result;

	if ((source->flags & OBJ_ONEMAPPING) != 0)
		return (FALSE);
	result = vm_object_allocate(length);
	source->flags &= ~OBJ_ONEMAPPING;
	vm_object_setshadow(result, source, *offsetp);
	*offsetp = 0;
	*objectp = result;
	return (TRUE);
}

/*
 * Does the object itself hold a page at the offset, in memory or swap?
 */
boolean_t
vm_object_has(vm_object_t object, vm_offset_t offset)
{

	return (vm_page_lookup(object, offset) != NULL ||
	    (object->swslots != 0 && swap_pager_has(object, offset)));
}

/* Move or free one resident page of the object below. */
static void
vm_object_collapse_page(vm_object_t object, vm_object_t backing, vm_page_t m)
{
	vm_offset_t old = m->offset, new = old - object->shadow_offset;
	boolean_t swapped = backing->swslots != 0 &&
	    swap_pager_has(backing, old);

	if (old < object->shadow_offset || new >= object->size ||
	    vm_object_has(object, new)) {
		if (swapped)
			swap_pager_free(backing, old);
		pmap_page_protect(VM_PAGE_TO_PHYS(m), VM_PROT_NONE);
		vm_page_free(m);
		return;
	}
	vm_page_rename(m, object, new);
	if (swapped)
		swap_pager_move(backing, old, object, new);
}

/* Move or free a page that the object below has in swap only. */
static void
vm_object_collapse_slot(vm_object_t object, vm_object_t backing,
    vm_offset_t old)
{
	vm_offset_t new = old - object->shadow_offset;

	if (old < object->shadow_offset || new >= object->size ||
	    vm_object_has(object, new))
		swap_pager_free(backing, old);
	else
		swap_pager_move(backing, old, object, new);
}

/*
 * Move pages of the object below up, or free them; what is seen through
 * `object' does not change.
 *
 * => FALSE: there are more: very many, or *busy
 */
static boolean_t
vm_object_merge_pages(vm_object_t object, vm_object_t backing,
    boolean_t *busy)
{
	u_int left = MERGE_PAGES;
	struct swap_walk walk;
	vm_page_t m, next;
	vm_offset_t offset;

	for (m = TAILQ_FIRST(&backing->memq); m != NULL && left != 0;
	    m = next) {
		next = TAILQ_NEXT(m, listq);
		if ((m->flags & PG_BUSY) != 0)
			continue;
		vm_object_collapse_page(object, backing, m);
		left--;
	}
	*busy = left != 0 && !TAILQ_EMPTY(&backing->memq);
	if (!TAILQ_EMPTY(&backing->memq))
		return (FALSE);
	swap_walk_start(&walk, backing);
	for (; left != 0 && swap_walk_next(&walk, &offset); left--)
		vm_object_collapse_slot(object, backing, offset);
	return (backing->swslots == 0);
}

/*
 * Merge the object below, of which `object' is the only user; or part of it,
 * if it is large.
 *
 * => FALSE: not all of it
 */
static boolean_t
vm_object_merge(vm_object_t object, vm_object_t backing)
{
	vm_object_t below = backing->shadow;
	vm_offset_t offset, shadow_offset = object->shadow_offset;
	boolean_t busy;

	KASSERT(LIST_EMPTY(&backing->entries));
	while (!vm_object_merge_pages(object, backing, &busy))
		if (busy || vm_object_later(object))
			return (FALSE);
	offset = shadow_offset + backing->shadow_offset;
	vm_object_setshadow(backing, NULL, 0);
	vm_object_setshadow(object, below, offset);
	if (backing->pager != NULL && object->pager == NULL)
		object->pager = backing->pager;
	vm_object_lost_merge(object, backing, shadow_offset);
	cnt.v_objects--;
	cnt.v_collapses++;
	free(backing, M_VMOBJ);
	return (TRUE);
}

/* Is a page of the object below seen through `object' at an offset? */
static boolean_t
vm_object_shows(vm_object_t object, vm_object_t backing, vm_offset_t offset)
{

	return (vm_object_has(backing, offset + object->shadow_offset) &&
	    !vm_object_has(object, offset));
}

/*
 * Look for a page of the object below that is seen through `object', from an
 * offset where there is none in both directions, for some steps.
 *
 * => FALSE: *all says whether that was everywhere
 */
static boolean_t
vm_object_shows_near(vm_object_t object, vm_object_t backing,
    vm_offset_t near, boolean_t *all)
{
	u_int steps = MIN(NEAR_STEPS, (u_int)backing->resident_page_count +
	    backing->swslots);
	u_int up = atop(object->size - near), down = atop(near), i;

	for (i = 1; i <= steps && (i < up || i <= down); i++)
		if ((i < up && vm_object_shows(object, backing,
		    near + ptoa(i))) ||
		    (i <= down && vm_object_shows(object, backing,
		    near - ptoa(i))))
			return (TRUE);
	*all = i >= up && i > down;
	return (FALSE);
}

/* The same, anywhere, page by page. */
static boolean_t
vm_object_shows_any(vm_object_t object, vm_object_t backing)
{
	vm_offset_t offset, sh = object->shadow_offset;
	struct swap_walk walk;
	vm_page_t m;

	TAILQ_FOREACH(m, &backing->memq, listq)
		if (m->offset >= sh && m->offset - sh < object->size &&
		    !vm_object_has(object, m->offset - sh))
			return (TRUE);
	swap_walk_start(&walk, backing);
	while (swap_walk_next(&walk, &offset))
		if (offset >= sh && offset - sh < object->size &&
		    !vm_object_has(object, offset - sh))
			return (TRUE);
	return (FALSE);
}

/*
 * Can no page of the object below be seen through `object'?
 *
 * => near: an offset that `object' has, or where nothing is below: mostly
 *    a neighbour of it is the answer
 */
static boolean_t
vm_object_hides(vm_object_t object, vm_object_t backing, vm_offset_t near)
{
	boolean_t all;
	u_int have;

	have = (u_int)object->resident_page_count + object->swslots;
	if (object->shadow_offset == 0 && object->size >= backing->size &&
	    (have < (u_int)backing->resident_page_count ||
	    have < backing->swslots))
		return (FALSE);
	if (vm_object_shows(object, backing, near) ||
	    vm_object_shows_near(object, backing, near, &all))
		return (FALSE);
	return (all || !vm_object_shows_any(object, backing));
}

/*
 * Refer to what lies below the object below.
 *
 * => the object that is now the only one to shadow the one stepped over, and
 *    could take it over; or NULL
 */
static vm_object_t
vm_object_bypass(vm_object_t object, vm_object_t backing)
{
	vm_object_t below = backing->shadow;
	vm_offset_t sh = object->shadow_offset;

	vm_object_reference(below);
	vm_object_setshadow(object, below, sh + backing->shadow_offset);
	vm_object_lost(backing, sh, sh + object->size);
	vm_object_sweep_now(backing);
	cnt.v_bypasses++;
	if (--backing->ref_count > 1)
		return (NULL);
	if (LIST_EMPTY(&backing->shadow_head))
		backing->flags |= OBJ_ONEMAPPING;
	return (LIST_FIRST(&backing->shadow_head));
}

/* May the two be merged, or a bypass be made? */
static inline boolean_t
vm_object_collapsible(vm_object_t object, vm_object_t backing)
{

	return ((object->flags & (OBJ_INTERNAL | OBJ_DEAD)) ==
	    OBJ_INTERNAL &&
	    (backing->flags & (OBJ_INTERNAL | OBJ_DEAD)) == OBJ_INTERNAL &&
	    backing->paging_in_progress == 0);
}

/*
 * Shorten the chain right below an object, as far as that goes.
 *
 * => near: an offset in the object where a page has just come or gone, or any
 * => never sleeps; what would take long is left for another call
 */
void
vm_object_collapse(vm_object_t object, vm_offset_t near)
{
	vm_object_t backing, other = NULL, n;

	for (;;) {
		backing = object->shadow;
		if (backing != NULL &&
		    vm_object_collapsible(object, backing)) {
			if (backing->ref_count == 1) {
				if (vm_object_merge(object, backing))
					continue;
			} else if (vm_object_hides(object, backing,
			    MIN(near, object->size - PAGE_SIZE))) {
				n = vm_object_bypass(object, backing);
				if (n != NULL)
					other = n;
				continue;
			}
		}
		if (other == NULL)
			break;
		object = other;
		other = NULL;
	}
}

/*
 * The object so many steps below, or NULL.
 */
vm_object_t
vm_object_below(vm_object_t object, u_int depth)
{

	for (; object != NULL && depth > 0; depth--)
		object = object->shadow;
	return (object);
}

/*
 * Shorten the whole chain below an object.
 *
 * => may switch; the caller holds a reference
 */
void
vm_object_collapse_chain(vm_object_t object)
{
	u_int depth = 0;
	vm_object_t o;

	for (; (o = vm_object_below(object, depth)) != NULL; depth++) {
		vm_object_collapse(o, 0);
		yield();
	}
	if (depth > cnt.v_maxchain)
		cnt.v_maxchain = depth;
}
