/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_map_ops.c: what is done to a range of a map: rights, inheritance,
 * wiring, cleaning, removal.
 *
 * Each call locks the map itself, but for vm_map_delete and what begins with
 * vm_map_entry_.  Gaps in a range are passed over, except where it says so.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

#define PMAP_PIECE	(64u << 20)	/* bytes for one call of the pmap */

/* Cut [start, end) down to the map. */
static void
vm_map_range_check(vm_map_t map, vm_offset_t *start, vm_offset_t *end)
{

	*start = MAX(*start, vm_map_min(map));
	*end = MIN(*end, vm_map_max(map));
	if (*start > *end)
		*start = *end;
}

/* The first entry that has addresses at or above `start'. */
static vm_map_entry_t
vm_map_first(vm_map_t map, vm_offset_t start)
{
	vm_map_entry_t entry;

	return (vm_map_lookup_entry(map, start, &entry) ? entry :
	    entry->next);
}

/* The same, clipped there, unless the range is empty. */
static vm_map_entry_t
vm_map_first_clipped(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry = vm_map_first(map, start);

	if (entry != &map->header && start < end)
		vm_map_clip_start(map, entry, start);
	return (entry);
}

/* How many ends of a range lie inside an entry, which is to be cut there? */
static u_int
vm_map_cuts(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;
	u_int n = 0;

	if (start == end)
		return (0);
	if (vm_map_lookup_entry(map, start, &entry) && entry->start < start)
		n++;
	if (vm_map_lookup_entry(map, end, &entry) && entry->start < end)
		n++;
	return (n);
}

/*
 * Set aside what an operation on a range needs that cuts entries.
 *
 * => the map is locked for writing
 */
static boolean_t
vm_map_cuts_reserve(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	u_int cuts = vm_map_cuts(map, start, end);

	return (vm_map_entry_reserve(map, cuts, (int)cuts));
}

/*
 * The same for vm_map_delete, and for `new' entries in the same place: only
 * a hole within one entry leaves more of them than there were.
 */
boolean_t
vm_map_range_reserve(vm_map_t map, vm_offset_t start, vm_offset_t end,
    u_int new)
{
	u_int cuts = vm_map_cuts(map, start, end);
	vm_map_entry_t entry = vm_map_first(map, start);
	int more = (int)new;

	if (cuts == 2 && entry->end > end)
		more++;
	for (; entry != &map->header && entry->end <= end && more > 0;
	    entry = entry->next)
		if (entry->start >= start)
			more--;
	return (vm_map_entry_reserve(map, cuts + new, more));
}

/*
 * Put a map into an empty range of another one.
 *
 * => the range has been made by vm_map_find without an object
 */
int
vm_map_submap(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_map_t submap)
{
	vm_map_entry_t entry;
	int rv = KERN_INVALID_ARGUMENT;

	vm_map_lock(map);
	vm_map_range_check(map, &start, &end);
	entry = vm_map_first_clipped(map, start, end);
	if (entry != &map->header && entry->start == start) {
		vm_map_clip_end(map, entry, end);
		if (entry->end == end && !entry->is_sub_map &&
		    entry->object.vm_object == NULL) {
			entry->is_sub_map = true;
			entry->object.sub_map = submap;
			vm_map_reference(submap);
			rv = KERN_SUCCESS;
		}
	}
	vm_map_unlock(map);
	return (rv);
}

/*
 * pmap_protect in pieces, so that others get their turn.
 *
 * => the map is locked
 */
void
vm_map_pmap_protect(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t prot)
{
	vm_size_t size;

	for (; start < end; start += size) {
		size = MIN(end - start, PMAP_PIECE);
		pmap_protect(map->pmap, start, start + size, prot);
		vm_map_yield(map);
	}
}

/*
 * pmap_remove for the entries from `first' to `end', in pieces: of several
 * small entries, or of a large one.
 */
static void
vm_map_pmap_remove(vm_map_t map, vm_map_entry_t first, vm_offset_t end)
{
	vm_offset_t from = first->start, to = from;
	vm_map_entry_t entry;

	for (entry = first; entry != &map->header && entry->start < end;
	    entry = entry->next) {
		if (entry->end - from > PMAP_PIECE) {
			pmap_remove(map->pmap, from, to);
			from = entry->start;
			vm_map_yield(map);
		}
		for (; entry->end - from > PMAP_PIECE; from += PMAP_PIECE) {
			pmap_remove(map->pmap, from, from + PMAP_PIECE);
			vm_map_yield(map);
		}
		to = entry->end;
	}
	pmap_remove(map->pmap, from, to);
}

/* Give one entry new rights, and the pmap those it may have. */
static void
vm_map_protect_entry(vm_map_t map, vm_map_entry_t entry,
    vm_prot_t new_prot, boolean_t set_max)
{
	vm_prot_t old_prot = entry->protection, mask;

	if (set_max) {
		entry->max_protection = new_prot;
		entry->protection = old_prot & new_prot;
	} else
		entry->protection = new_prot;
	if (entry->protection != old_prot) {
		mask = entry->copy_on_write ? ~VM_PROT_WRITE : VM_PROT_ALL;
		vm_map_pmap_protect(map, entry->start, entry->end,
		    entry->protection & mask);
	}
}

/* May all entries of a range have these rights? */
static int
vm_map_protect_check(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t new_prot)
{
	vm_map_entry_t entry;

	for (entry = vm_map_first(map, start);
	    entry != &map->header && entry->start < end;
	    entry = entry->next) {
		if (entry->is_sub_map)
			return (KERN_INVALID_ARGUMENT);
		if ((new_prot & entry->max_protection) != new_prot)
			return (KERN_PROTECTION_FAILURE);
	}
	return (KERN_SUCCESS);
}

/*
 * Change the rights of a range, or the most that they can be.
 *
 * => KERN_PROTECTION_FAILURE: more than the most; KERN_RESOURCE_SHORTAGE:
 *    too many entries; nothing has changed
 */
int
vm_map_protect(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t new_prot, boolean_t set_max)
{
	vm_map_entry_t entry;
	int rv;

	vm_map_lock(map);
	vm_map_range_check(map, &start, &end);
	rv = vm_map_protect_check(map, start, end, new_prot);
	if (rv == KERN_SUCCESS && !vm_map_cuts_reserve(map, start, end))
		rv = KERN_RESOURCE_SHORTAGE;
	if (rv == KERN_SUCCESS) {
		for (entry = vm_map_first_clipped(map, start, end);
		    entry != &map->header && entry->start < end;
		    entry = entry->next) {
			vm_map_clip_end(map, entry, end);
			vm_map_protect_entry(map, entry, new_prot, set_max);
		}
		vm_map_simplify(map, start, end);
		vm_map_entry_unreserve(map);
	}
	vm_map_unlock(map);
	return (rv);
}

/*
 * Say what a child is to get of a range.
 *
 * => KERN_RESOURCE_SHORTAGE: too many entries; nothing has changed
 */
int
vm_map_inherit(vm_map_t map, vm_offset_t start, vm_offset_t end,
    int inheritance)
{
	vm_map_entry_t entry;
	int rv = KERN_RESOURCE_SHORTAGE;

	if (inheritance != VM_INHERIT_NONE &&
	    inheritance != VM_INHERIT_COPY &&
	    inheritance != VM_INHERIT_SHARE)
		return (KERN_INVALID_ARGUMENT);
	vm_map_lock(map);
	vm_map_range_check(map, &start, &end);
	if (vm_map_cuts_reserve(map, start, end)) {
		for (entry = vm_map_first_clipped(map, start, end);
		    entry != &map->header && entry->start < end;
		    entry = entry->next) {
			vm_map_clip_end(map, entry, end);
			entry->inheritance = (u_char)inheritance;
			vm_map_yield(map);
		}
		vm_map_simplify(map, start, end);
		vm_map_entry_unreserve(map);
		rv = KERN_SUCCESS;
	}
	vm_map_unlock(map);
	return (rv);
}

/*
 * Make what a fault would make first: an object where there is none, a
 * shadow where a copy is still pending.
 *
 * => the map is locked for writing; may sleep
 */
void
vm_map_entry_resolve(vm_map_entry_t entry)
{
	vm_size_t size = entry->end - entry->start;
	vm_object_t object = entry->object.vm_object;

	if (object == NULL) {
		vm_map_entry_attach(entry, vm_object_allocate(size));
		entry->offset = 0;
	} else if (entry->needs_copy) {
		vm_object_collapse(object, entry->offset);
		if (vm_object_shadow(&object, &entry->offset, size)) {
			vm_map_entry_detach(entry);
			vm_map_entry_attach(entry, object);
		}
	}
	entry->needs_copy = false;
}

/*
 * Let the pages of an entry be paged again, whatever its count.
 */
void
vm_map_entry_unwire(vm_map_t map, vm_map_entry_t entry)
{

	vm_fault_unwire(map, entry->start, entry->end);
	entry->wired_count = 0;
}

/*
 * Does one entry after the other cover the range, each wired (to undo one
 * wiring), or each such that it can be wired once more?
 */
static int
vm_map_wire_check(vm_map_t map, vm_offset_t start, vm_offset_t end,
    boolean_t wired)
{
	vm_map_entry_t entry = vm_map_first(map, start);

	for (; start < end; start = entry->end, entry = entry->next) {
		if (entry == &map->header || entry->start > start ||
		    entry->is_sub_map || (wired && entry->wired_count == 0))
			return (KERN_INVALID_ARGUMENT);
		if (!wired && entry->wired_count == VM_WIRED_MAX)
			return (KERN_RESOURCE_SHORTAGE);
	}
	return (KERN_SUCCESS);
}

/*
 * Undo one wiring of a range.
 *
 * => the map is locked for writing; vm_map_wire_check has found all wired
 */
static void
vm_map_unwire(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;

	for (entry = vm_map_first_clipped(map, start, end);
	    entry != &map->header && entry->start < end;
	    entry = entry->next) {
		vm_map_clip_end(map, entry, end);
		if (entry->wired_count == 1)
			vm_map_entry_unwire(map, entry);
		else
			entry->wired_count--;
		vm_map_yield(map);
	}
}

/*
 * Note a wiring in each entry of a range.
 *
 * => the map is locked for writing; vm_map_wire_check has found no gap
 * => what is missing is made before an entry is cut, so that the pieces have
 *    it in common and can be merged again
 */
static void
vm_map_wire_mark(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;

	for (entry = vm_map_first(map, start);
	    entry != &map->header && entry->start < end;
	    entry = entry->next) {
		if (entry->wired_count == 0 &&
		    (entry->object.vm_object == NULL ||
		    (entry->max_protection & VM_PROT_WRITE) != 0))
			vm_map_entry_resolve(entry);
		vm_map_clip_start(map, entry, start);
		vm_map_clip_end(map, entry, end);
		entry->wired_count++;
		vm_map_yield(map);
	}
}

/*
 * Fault in and wire the entries that vm_map_wire_mark has marked.
 *
 * => the map is locked for reading
 * => where it has failed, or `end'
 */
static vm_offset_t
vm_map_wire_fault(vm_map_t map, vm_offset_t start, vm_offset_t end, int *rv)
{
	vm_map_entry_t entry;

	for (entry = vm_map_first(map, start);
	    entry != &map->header && entry->start < end;
	    entry = entry->next) {
		if (entry->wired_count != 1)
			continue;
		*rv = vm_fault_wire(map, entry->start, entry->end);
		if (*rv != KERN_SUCCESS)
			return (entry->start);
		vm_map_yield(map);
	}
	return (end);
}

/*
 * Wire a range.
 *
 * => the map is locked for writing; vm_map_wire_check has found no gap
 */
static int
vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;
	vm_offset_t failed;
	int rv = KERN_SUCCESS;

	vm_map_wire_mark(map, start, end);
	vm_map_lock_downgrade(map);
	failed = vm_map_wire_fault(map, start, end, &rv);
	vm_map_unlock_read(map);
	vm_map_lock(map);
	if (rv == KERN_SUCCESS)
		return (rv);
	for (entry = vm_map_first(map, failed);
	    entry != &map->header && entry->start < end;
	    entry = entry->next)
		entry->wired_count--;
	vm_map_unwire(map, start, failed);
	return (rv);
}

/*
 * Wire a range in memory (new_pageable FALSE), or undo one wiring of it.
 *
 * => may sleep
 * => a range with a gap, or not wired: KERN_INVALID_ARGUMENT; wired too
 *    often, or too many entries: KERN_RESOURCE_SHORTAGE
 * => what fails leaves nothing wired, or cut, that was not before
 */
int
vm_map_pageable(vm_map_t map, vm_offset_t start, vm_offset_t end,
    boolean_t new_pageable)
{
	int rv;

	vm_map_lock(map);
	vm_map_range_check(map, &start, &end);
	rv = vm_map_wire_check(map, start, end, new_pageable);
	if (rv == KERN_SUCCESS && !vm_map_cuts_reserve(map, start, end))
		rv = KERN_RESOURCE_SHORTAGE;
	if (rv == KERN_SUCCESS) {
		if (new_pageable)
			vm_map_unwire(map, start, end);
		else
			rv = vm_map_wire(map, start, end);
		vm_map_simplify(map, start, end);
		vm_map_entry_unreserve(map);
	}
	vm_map_unlock(map);
	return (rv);
}

/*
 * Write the dirty pages of mapped files in a range; also drop the pages, if
 * `invalidate'.
 *
 * => may sleep
 * => KERN_INVALID_ADDRESS: there is a gap; KERN_NO_ACCESS: wired pages
 *    cannot be dropped; KERN_FAILURE: a page could not be written
 */
int
vm_map_clean(vm_map_t map, vm_offset_t start, vm_offset_t end,
    boolean_t syncio, boolean_t invalidate)
{
	vm_map_entry_t entry;
	vm_object_t object;
	vm_offset_t va, offset, size;
	int rv = KERN_SUCCESS;

	vm_map_lock_read(map);
	if (!vm_map_lookup_entry(map, start, &entry))
		rv = KERN_INVALID_ADDRESS;
	for (va = start; rv == KERN_SUCCESS && va < end;
	    va = entry->end, entry = entry->next) {
		vm_map_yield(map);
		if (entry == &map->header || entry->start > va) {
			rv = KERN_INVALID_ADDRESS;
			break;
		}
		if (invalidate && entry->wired_count != 0) {
			rv = KERN_NO_ACCESS;
			break;
		}
		object = entry->object.vm_object;
		if (entry->is_sub_map || object == NULL ||
		    object->pager == NULL ||
		    (object->flags & OBJ_INTERNAL) != 0)
			continue;
		offset = entry->offset + (va - entry->start);
		size = MIN(end, entry->end) - va;
		if (!vm_object_page_clean(object, offset, offset + size,
		    syncio))
			rv = KERN_FAILURE;
		else if (invalidate)
			vm_object_page_remove(object, offset, offset + size);
	}
	vm_map_unlock_read(map);
	return (rv);
}

/*
 * Take an entry out of the map, and give back what it refers to.
 *
 * => unwired, and without mappings in the pmap
 * => more: the next entry, of the same object, goes too.  What nobody sees of
 *    it is looked for once, with the last one
 * => may sleep
 */
static void
vm_map_entry_delete(vm_map_t map, vm_map_entry_t entry, boolean_t more)
{
	vm_object_t object = entry->object.vm_object;
	vm_offset_t start = entry->offset;
	vm_offset_t end = start + (entry->end - entry->start);

	KASSERT(entry->wired_count == 0);
	vm_map_entry_unlink(map, entry);
	map->size -= entry->end - entry->start;
	if (entry->is_sub_map)
		vm_map_deallocate(entry->object.sub_map);
	else
		vm_map_entry_detach(entry);
	if (object == kernel_object || object == kmem_object)
		vm_object_page_remove(object, start, end);
	else if (!entry->is_sub_map && object != NULL) {
		vm_object_lost(object, start, end);
		if (more)
			object->ref_count--;
		else
			vm_object_deallocate(object);
	}
	vm_map_entry_dispose(map, entry);
}

/*
 * Remove all mappings of [start, end).
 *
 * => the map is locked for writing; may sleep, but not for kmem_map
 * => the caller has set entries aside (vm_map_range_reserve), unless this is
 *    all of the map, or a map of the kernel's
 * => order: unwire, then the pmap (which saves M of each page), then objects
 */
void
vm_map_delete(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry, first, next;

	vm_map_range_check(map, &start, &end);
	first = vm_map_first_clipped(map, start, end);
	if (first == &map->header || first->start >= end)
		return;
	for (entry = first; entry != &map->header && entry->start < end;
	    entry = entry->next) {
		vm_map_clip_end(map, entry, end);
		if (entry->wired_count != 0)
			vm_map_entry_unwire(map, entry);
		vm_map_yield(map);
	}
	vm_map_pmap_remove(map, first, end);
	for (entry = first; entry != &map->header && entry->start < end;
	    entry = next) {
		next = entry->next;
		vm_map_entry_delete(map, entry, next != &map->header &&
		    next->start < end && !next->is_sub_map &&
		    next->object.vm_object == entry->object.vm_object);
		vm_map_yield(map);
	}
}

/*
 * The same, with the lock taken here.
 *
 * => KERN_RESOURCE_SHORTAGE: a hole, and no entry left for it
 */
int
vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	int rv = KERN_RESOURCE_SHORTAGE, s = 0;

	if (map->intrsafe)
		s = splvm();
	vm_map_lock(map);
	vm_map_range_check(map, &start, &end);
	if (vm_map_range_reserve(map, start, end, 0)) {
		vm_map_delete(map, start, end);
		vm_map_entry_unreserve(map);
		rv = KERN_SUCCESS;
	}
	vm_map_unlock(map);
	if (map->intrsafe)
		splx(s);
	return (rv);
}

/*
 * Is all of [start, end) mapped, with at least these rights?
 */
boolean_t
vm_map_check_protection(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t prot)
{
	vm_map_entry_t entry;
	boolean_t ok;

	vm_map_lock_read(map);
	ok = vm_map_lookup_entry(map, start, &entry);
	while (ok && start < end) {
		ok = entry != &map->header && entry->start <= start &&
		    (entry->protection & prot) == prot;
		start = entry->end;
		entry = entry->next;
	}
	vm_map_unlock_read(map);
	return (ok);
}

/*
 * Is all of [start, end) mapped?
 */
boolean_t
vm_map_check_mapped(vm_map_t map, vm_offset_t start, vm_offset_t end)
{

	return (vm_map_check_protection(map, start, end, VM_PROT_NONE));
}
