/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_map.c: address maps: entries, their order, their lock, finding space.
 *
 * What is done to ranges of a map is in vm_map_ops.c, what a fault asks of
 * it in vm_map_lookup.c, what fork does in vmspace.c.
 *
 * Locking: a map's entries change only while its lock is held for writing.
 * A map that is used at interrupt level (kmem_map) is only locked at splvm
 * and never across a sleep, so that an interrupt never finds it locked.
 *
 * Memory: entries of user maps come from malloc and may sleep for it.  They
 * are limited; whoever needs some sets them aside before he changes anything
 * (vm_map_entry_reserve), so that what has begun does not fail.
 * Entries of the kernel's maps come from a pool made at boot, because malloc
 * itself needs them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

#define KENTRY_SPARE	8		/* kept back for clipping */

static vm_map_entry_t kentry_free;	/* pool of the kernel's maps */
static u_int kentry_count;
static u_int uentry_count;		/* entries of all user maps */
static u_int uentry_max;

/*
 * The pool of entries for the kernel's maps.
 *
 * => before pmap_startup: takes memory for ever
 */
void
vm_map_startup(void)
{
	vm_map_entry_t entry;
	u_int i, n;

	n = MAX(MAX_KMAPENT_MIN, pmap_free_pages() / 16);
	entry = (vm_map_entry_t)pmap_steal_memory(n * sizeof(*entry));
	for (i = 0; i < n; i++, entry++) {
		entry->next = kentry_free;
		kentry_free = entry;
	}
	kentry_count = n;
	uentry_max = 16 * n;
}

/*
 * Set up a map that is embedded in something else.
 */
void
vm_map_init(vm_map_t map, vm_offset_t min, vm_offset_t max,
    boolean_t pageable)
{

	memset(map, 0, sizeof(*map));
	map->header.prev = map->header.next = &map->header;
	map->header.start = min;
	map->header.end = max;
	map->ref_count = 1;
	map->hint = &map->header;
	map->entries_pageable = pageable;
}

void
vm_map_reference(vm_map_t map)
{

	if (map != NULL)
		map->ref_count++;
}

/*
 * One reference less.
 *
 * => not the last one: the kernel's maps stay, and a process's map goes with
 *    its vmspace
 */
void
vm_map_deallocate(vm_map_t map)
{

	KASSERT(map->ref_count > 1);
	map->ref_count--;
}

/* Sleep until a map's lock may be free. */
static void
vm_map_lock_sleep(vm_map_t map)
{

	KASSERTMSG(!map->intrsafe, "map %p is locked", (void *)map);
	map->lock.lk_wanted = true;
	tsleep(&map->lock, PVM, "vmmap", 0);
}

static void
vm_map_lock_wake(vm_map_t map)
{

	if (map->lock.lk_wanted) {
		map->lock.lk_wanted = false;
		wakeup(&map->lock);
	}
}

/*
 * Lock a map for changes, if that does not need a sleep.
 */
boolean_t
vm_map_lock_try(vm_map_t map)
{
	struct vm_lock *lk = &map->lock;

	if (lk->lk_writer || lk->lk_readers != 0)
		return (FALSE);
	lk->lk_writer = true;
	lk->lk_owner = curproc;
	return (TRUE);
}

/*
 * Lock a map for changes.
 *
 * => may sleep, but not for a map that interrupts use
 */
void
vm_map_lock(vm_map_t map)
{

	KASSERTMSG(!map->lock.lk_writer || map->lock.lk_owner != curproc ||
	    curproc == NULL, "map %p locked twice", (void *)map);
	while (!vm_map_lock_try(map))
		vm_map_lock_sleep(map);
}

void
vm_map_unlock(vm_map_t map)
{

	KASSERT(map->lock.lk_writer);
	map->lock.lk_writer = false;
	map->lock.lk_owner = NULL;
	vm_map_lock_wake(map);
}

/*
 * Lock a map against changes.
 *
 * => may sleep; a process that holds it so already never does
 */
void
vm_map_lock_read(vm_map_t map)
{

	while (map->lock.lk_writer)
		vm_map_lock_sleep(map);
	map->lock.lk_readers++;
}

void
vm_map_unlock_read(vm_map_t map)
{

	KASSERT(map->lock.lk_readers > 0);
	if (--map->lock.lk_readers == 0)
		vm_map_lock_wake(map);
}

/*
 * The writer becomes a reader, with nothing in between.
 */
void
vm_map_lock_downgrade(vm_map_t map)
{

	map->lock.lk_readers++;
	vm_map_unlock(map);
}

/*
 * Let others run, in a long loop over a locked map: if it is a user's, whose
 * lock nobody else wants.
 */
void
vm_map_yield(vm_map_t map)
{

	if (map->entries_pageable)
		yield();
}

/*
 * Set n entries of a user map aside, for an operation that will leave it
 * `more' entries than it has.
 *
 * Entries are memory that cannot be paged: there is one for each page of RAM
 * (more on a small machine) for all user maps, and a quarter of them for one.
 * A map of few entries always has room, whatever others have taken; and an
 * operation that leaves no more than there were is never refused.
 *
 * => the map is locked for writing
 * => FALSE: too many; nothing is set aside
 */
boolean_t
vm_map_entry_reserve(vm_map_t map, u_int n, int more)
{
	int after = (int)map->nentries + more;

	if (!map->entries_pageable)
		return (TRUE);
	KASSERT(map->reserved == 0);
	if (more > 0 && after > VM_MAP_FEW &&
	    (uentry_count + (u_int)more > uentry_max ||
	    (u_int)after > uentry_max / 4))
		return (FALSE);
	map->reserved = n;
	uentry_count += n;
	return (TRUE);
}

/*
 * Give back what was set aside and not used.
 */
void
vm_map_entry_unreserve(vm_map_t map)
{

	uentry_count -= map->reserved;
	map->reserved = 0;
}

/*
 * An entry with nothing in it.
 *
 * => a user map has one set aside
 * => may sleep for a user map; never for a kernel map
 * => NULL: the kernel's pool is as good as empty
 */
vm_map_entry_t
vm_map_entry_create(vm_map_t map)
{
	vm_map_entry_t entry;
	int s;

	if (map->entries_pageable) {
		KASSERT(map->reserved != 0);
		map->reserved--;
		return (malloc(sizeof(*entry), M_VMMAP, M_WAITOK));
	}
	s = splvm();
	entry = kentry_free;
	if (entry != NULL) {
		kentry_free = entry->next;
		kentry_count--;
	}
	splx(s);
	return (entry);
}

void
vm_map_entry_dispose(vm_map_t map, vm_map_entry_t entry)
{
	int s;

	if (map->entries_pageable) {
		uentry_count--;
		free(entry, M_VMMAP);
		return;
	}
	s = splvm();
	entry->next = kentry_free;
	kentry_free = entry;
	kentry_count++;
	splx(s);
}

/*
 * Put an entry into a locked map's list.
 */
void
vm_map_entry_link(vm_map_t map, vm_map_entry_t after, vm_map_entry_t entry)
{

	map->nentries++;
	entry->map = map;
	entry->prev = after;
	entry->next = after->next;
	after->next->prev = entry;
	after->next = entry;
	if (after != &map->header)
		vm_map_tree_update(map, after);
	vm_map_tree_insert(map, entry);
}

/*
 * Take an entry out of a locked map's list.
 */
void
vm_map_entry_unlink(vm_map_t map, vm_map_entry_t entry)
{

	map->nentries--;
	if (map->hint == entry)
		map->hint = entry->prev;
	vm_map_tree_remove(map, entry);
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	if (entry->prev != &map->header)
		vm_map_tree_update(map, entry->prev);
}

/*
 * Let an entry that refers to nothing refer to an object, or NULL.
 *
 * => references are the caller's business
 */
void
vm_map_entry_attach(vm_map_entry_t entry, vm_object_t object)
{

	entry->object.vm_object = object;
	if (object != NULL)
		LIST_INSERT_HEAD(&object->entries, entry, object_list);
}

/*
 * The opposite.
 */
void
vm_map_entry_detach(vm_map_entry_t entry)
{

	if (entry->object.vm_object != NULL)
		LIST_REMOVE(entry, object_list);
	entry->object.vm_object = NULL;
}

/*
 * Find the entry that holds an address, or the last one before it.
 *
 * => the map is locked
 * => FALSE: *entryp is the entry before, or the map's header
 */
boolean_t
vm_map_lookup_entry(vm_map_t map, vm_offset_t address,
    vm_map_entry_t *entryp)
{
	vm_map_entry_t entry = map->hint;

	if (entry == &map->header || address < entry->start ||
	    address >= entry->end)
		entry = map->hint = vm_map_tree_find(map, address);
	*entryp = entry;
	return (entry != &map->header && address < entry->end);
}

/* Could `prev' simply be longer, to hold the new range behind it? */
static boolean_t
vm_map_extend(vm_map_entry_t prev, const struct vm_map_entry *new)
{
	vm_object_t object = prev->object.vm_object;
	vm_offset_t pend = prev->offset + (prev->end - prev->start);
	vm_size_t size = new->end - new->start;

	if (prev->end != new->start || prev->is_sub_map ||
	    prev->inheritance != new->inheritance ||
	    prev->protection != new->protection ||
	    prev->max_protection != new->max_protection ||
	    prev->wired_count != 0)
		return (FALSE);
	if (new->object.vm_object != NULL)
		return (new->object.vm_object == object &&
		    new->offset == pend &&
		    (object == kmem_object || object == kernel_object));
	if (object == NULL)
		return (TRUE);
	if ((object->flags & (OBJ_INTERNAL | OBJ_ONEMAPPING)) !=
	    (OBJ_INTERNAL | OBJ_ONEMAPPING) || object->ref_count != 1 ||
	    object->shadow != NULL || prev->needs_copy)
		return (FALSE);
	vm_object_page_remove(object, pend, pend + size);
	object->size = MAX(object->size, pend + size);
	return (TRUE);
}

/*
 * Put a new range into a map, described by an entry that is copied.
 *
 * => the map is locked for writing
 * => takes over the caller's reference on the object, if it succeeds
 * => never sleeps for a kernel map
 * => uses an entry that the caller has set aside, or sets one aside itself
 */
int
vm_map_insert_entry(vm_map_t map, const struct vm_map_entry *new)
{
	vm_map_entry_t prev, entry;

	if (new->start < vm_map_min(map) || new->end > vm_map_max(map) ||
	    new->start >= new->end)
		return (KERN_INVALID_ADDRESS);
	if (vm_map_lookup_entry(map, new->start, &prev))
		return (KERN_NO_SPACE);
	if (prev->next != &map->header && prev->next->start < new->end)
		return (KERN_NO_SPACE);
	if (prev != &map->header && vm_map_extend(prev, new)) {
		map->size += new->end - new->start;
		prev->end = new->end;
		vm_map_tree_update(map, prev);
		return (KERN_SUCCESS);
	}
	if (!map->entries_pageable && kentry_count < KENTRY_SPARE)
		return (KERN_RESOURCE_SHORTAGE);
	if (map->reserved == 0 && !vm_map_entry_reserve(map, 1, 1))
		return (KERN_RESOURCE_SHORTAGE);
	entry = vm_map_entry_create(map);
	*entry = *new;
	vm_map_entry_attach(entry, new->object.vm_object);
	vm_map_entry_link(map, prev, entry);
	map->size += new->end - new->start;
	map->hint = entry;
	return (KERN_SUCCESS);
}

/*
 * Map [start, end) to an object, or to zero-filled memory of its own, with
 * all rights.
 *
 * => as vm_map_insert_entry
 */
int
vm_map_insert(vm_map_t map, vm_object_t object, vm_offset_t offset,
    vm_offset_t start, vm_offset_t end)
{
	struct vm_map_entry new = {
		.start = start,
		.end = end,
		.object.vm_object = object,
		.offset = offset,
		.protection = VM_PROT_DEFAULT,
		.max_protection = VM_PROT_DEFAULT,
		.inheritance = VM_INHERIT_DEFAULT,
	};

	return (vm_map_insert_entry(map, &new));
}

/*
 * Find a gap of `length' bytes in [start, limit).
 *
 * => the map is locked
 * => nonzero: there is none
 */
int
vm_map_findspace(vm_map_t map, vm_offset_t start, vm_offset_t limit,
    vm_size_t length, vm_offset_t *addr)
{
	vm_map_entry_t entry;
	vm_offset_t end;

	start = MAX(start, vm_map_min(map));
	limit = MIN(limit, vm_map_max(map));
	if (start > limit)
		return (1);
	if (vm_map_lookup_entry(map, start, &entry))
		start = entry->end;
	end = start + length;
	if (entry->next != &map->header && end > entry->next->start) {
		entry = vm_map_tree_gap(map, entry, length);
		if (entry == NULL)
			return (1);
		start = entry->end;
		end = start + length;
	}
	if (end > limit || end < start)
		return (1);
	*addr = start;
	return (0);
}

/*
 * Map `length' bytes of an object, at *addr or anywhere above it.
 *
 * => may sleep for the lock
 * => takes over the caller's reference on the object, if it succeeds
 */
int
vm_map_find(vm_map_t map, vm_object_t object, vm_offset_t offset,
    vm_offset_t *addr, vm_size_t length, boolean_t find_space)
{
	vm_offset_t start = *addr;
	int rv, s = 0;

	if (map->intrsafe)
		s = splvm();
	vm_map_lock(map);
	if (find_space && vm_map_findspace(map, start, vm_map_max(map),
	    length, &start) != 0)
		rv = KERN_NO_SPACE;
	else if (start + length < start)
		rv = KERN_INVALID_ADDRESS;
	else
		rv = vm_map_insert(map, object, offset, start,
		    start + length);
	vm_map_unlock(map);
	if (map->intrsafe)
		splx(s);
	if (rv == KERN_SUCCESS)
		*addr = start;
	return (rv);
}

/* Are two neighbours so alike that one entry would do? */
static boolean_t
vm_map_entries_alike(vm_map_entry_t a, vm_map_entry_t b)
{

	return (a->end == b->start && !a->is_sub_map && !b->is_sub_map &&
	    a->object.vm_object == b->object.vm_object &&
	    (a->object.vm_object == NULL ||
	    a->offset + (a->end - a->start) == b->offset) &&
	    a->protection == b->protection &&
	    a->max_protection == b->max_protection &&
	    a->inheritance == b->inheritance &&
	    a->copy_on_write == b->copy_on_write &&
	    a->needs_copy == b->needs_copy &&
	    a->wired_count == b->wired_count);
}

/* Make one of an entry and the next, if they do not differ. */
static boolean_t
vm_map_entry_join(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t next = entry->next;

	if (next == &map->header || !vm_map_entries_alike(entry, next))
		return (FALSE);
	vm_map_entry_unlink(map, next);
	entry->end = next->end;
	vm_map_tree_update(map, entry);
	vm_map_entry_detach(next);
	if (entry->object.vm_object != NULL) {
		entry->object.vm_object->ref_count--;
		vm_object_sweep_now(entry->object.vm_object);
	}
	vm_map_entry_dispose(map, next);
	return (TRUE);
}

/*
 * Merge the entries of a range, and those at its ends with their neighbours,
 * where they do not differ.
 *
 * => the map is locked for writing
 * => any entry of the range may go: for the end of an operation, not for a
 *    loop over entries
 */
void
vm_map_simplify(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;

	if (vm_map_lookup_entry(map, start, &entry))
		entry = entry->prev;
	if (entry == &map->header)
		entry = entry->next;
	while (entry != &map->header && entry->start < end) {
		if (!vm_map_entry_join(map, entry))
			entry = entry->next;
		vm_map_yield(map);
	}
}

/* Make a second entry for a half of `entry'. */
static vm_map_entry_t
vm_map_entry_split(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t new;

	new = vm_map_entry_create(map);
	if (new == NULL)
		panic("vm_map: the pool of kernel map entries is empty");
	*new = *entry;
	if (entry->is_sub_map)
		vm_map_reference(new->object.sub_map);
	else {
		vm_map_entry_attach(new, entry->object.vm_object);
		if (entry->object.vm_object != NULL)
			entry->object.vm_object->ref_count++;
	}
	return (new);
}

/*
 * Make sure that no entry extends from below `start' to above it.
 *
 * => the map is locked for writing; `entry' begins at or below start and
 *    keeps the upper part
 */
void
vm_map_clip_start(vm_map_t map, vm_map_entry_t entry, vm_offset_t start)
{
	vm_map_entry_t new;

	if (start <= entry->start)
		return;
	new = vm_map_entry_split(map, entry);
	new->end = start;
	entry->offset += start - entry->start;
	entry->start = start;
	vm_map_entry_link(map, entry->prev, new);
}

/*
 * The same for `end'; `entry' keeps the lower part.
 */
void
vm_map_clip_end(vm_map_t map, vm_map_entry_t entry, vm_offset_t end)
{
	vm_map_entry_t new;

	if (end >= entry->end)
		return;
	new = vm_map_entry_split(map, entry);
	new->start = entry->end = end;
	new->offset += end - entry->start;
	vm_map_entry_link(map, entry, new);
}
