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
 * below in which a page is being read or written is left alone; a later
 * fault, fork or exit tries again.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

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

/* Move or free what the object below has in swap only. */
static void
vm_object_collapse_swap(vm_object_t object, vm_object_t backing)
{
	struct swap_walk walk;
	vm_offset_t old, new;

	swap_walk_start(&walk, backing);
	while (swap_walk_next(&walk, &old)) {
		new = old - object->shadow_offset;
		if (old < object->shadow_offset || new >= object->size ||
		    vm_object_has(object, new))
			swap_pager_free(backing, old);
		else
			swap_pager_move(backing, old, object, new);
	}
}

/*
 * Merge the object below, of which `object' is the only user.
 *
 * => FALSE: a page of it is busy
 */
static boolean_t
vm_object_merge(vm_object_t object, vm_object_t backing)
{
	vm_object_t below = backing->shadow;
	vm_offset_t offset, shadow_offset = object->shadow_offset;
	vm_page_t m;

	KASSERT(LIST_EMPTY(&backing->entries));
	TAILQ_FOREACH(m, &backing->memq, listq)
		if ((m->flags & PG_BUSY) != 0)
			return (FALSE);
	while ((m = TAILQ_FIRST(&backing->memq)) != NULL)
		vm_object_collapse_page(object, backing, m);
	vm_object_collapse_swap(object, backing);
	KASSERT(backing->swslots == 0);
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

/* Can any page of the object below be seen through `object'? */
static boolean_t
vm_object_hides(vm_object_t object, vm_object_t backing)
{
	vm_offset_t offset, sh = object->shadow_offset;
	struct swap_walk walk;
	vm_page_t m;
	u_int have;

	have = (u_int)object->resident_page_count + object->swslots;
	if (sh == 0 && object->size >= backing->size &&
	    (have < (u_int)backing->resident_page_count ||
	    have < backing->swslots))
		return (FALSE);
	TAILQ_FOREACH(m, &backing->memq, listq)
		if (m->offset >= sh && m->offset - sh < object->size &&
		    !vm_object_has(object, m->offset - sh))
			return (FALSE);
	swap_walk_start(&walk, backing);
	while (swap_walk_next(&walk, &offset))
		if (offset >= sh && offset - sh < object->size &&
		    !vm_object_has(object, offset - sh))
			return (FALSE);
	return (TRUE);
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
 * => never sleeps
 */
void
vm_object_collapse(vm_object_t object)
{
	vm_object_t backing, other = NULL, n;

	for (;;) {
		backing = object->shadow;
		if (backing != NULL &&
		    vm_object_collapsible(object, backing)) {
			if (backing->ref_count == 1) {
				if (vm_object_merge(object, backing))
					continue;
			} else if (vm_object_hides(object, backing)) {
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
 * Shorten the whole chain below an object.
 */
void
vm_object_collapse_chain(vm_object_t object)
{
	u_int depth = 0;

	for (; object != NULL; object = object->shadow) {
		vm_object_collapse(object);
		depth++;
	}
	if (depth > cnt.v_maxchain)
		cnt.v_maxchain = depth;
}
