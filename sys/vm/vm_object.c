/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_object.c: memory objects: their life, their pages, the object cache.
 *
 * An object is kept by its references: map entries, objects that shadow it,
 * and whoever holds one for a while.  With the last reference it is
 * terminated, unless its pager can find it again by name (a file): then it
 * stays in the cache, with its pages, until the cache is full.
 *
 * paging_in_progress counts faults that wait for a page of the object and
 * transfers under way; an object with any is not destroyed.
 *
 * Memory: struct vm_object comes from malloc, which may sleep.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

static struct vm_object kernel_object_store, kmem_object_store;
vm_object_t kernel_object = &kernel_object_store;
vm_object_t kmem_object = &kmem_object_store;
int vm_cache_max = 24;

static struct object_q vm_object_cached_list;
static vm_object_t vm_object_kept; /* for vm_object_finish, or NULL */

/* Set up an object with one reference. */
static void
vm_object_setup(vm_object_t object, vm_size_t size)
{

	TAILQ_INIT(&object->memq);
	LIST_INIT(&object->entries);
	LIST_INIT(&object->shadow_head);
	object->flags = OBJ_INTERNAL | OBJ_ACTIVE | OBJ_ONEMAPPING;
	object->paging_in_progress = 0;
	object->ref_count = 1;
	object->resident_page_count = 0;
	object->size = size;
	object->pager = NULL;
	object->swslots = 0;
	object->shadow = NULL;
	object->shadow_offset = 0;
	object->lost_start = object->lost_end = 0;
	cnt.v_objects++;
}

/*
 * The objects of the kernel's own memory, and an empty cache.
 */
void
vm_object_init(void)
{

	TAILQ_INIT(&vm_object_cached_list);
	vm_object_setup(kernel_object,
	    VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS);
	vm_object_setup(kmem_object,
	    VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS);
}

/*
 * A new anonymous object, empty, with one reference.
 *
 * => may sleep
 */
vm_object_t
vm_object_allocate(vm_size_t size)
{
	vm_object_t object;

	object = malloc(sizeof(*object), M_VMOBJ, M_WAITOK);
	vm_object_setup(object, size);
	return (object);
}

/*
 * One more reference.
 *
 * => brings an object back from the cache
 */
void
vm_object_reference(vm_object_t object)
{

	if (object == NULL)
		return;
	if ((object->flags & OBJ_ACTIVE) == 0) {
		TAILQ_REMOVE(&vm_object_cached_list, object, cached_list);
		object->flags |= OBJ_ACTIVE;
		cnt.v_cached--;
	}
	object->flags &= ~OBJ_ONEMAPPING;
	object->ref_count++;
}

/*
 * Sleep until nothing pages in the object.
 */
void
vm_object_pip_wait(vm_object_t object)
{
	int s;

	s = splvm();
	while (object->paging_in_progress != 0) {
		object->flags |= OBJ_WANTED;
		tsleep(object, PVM, "objpip", 0);
	}
	splx(s);
}

/*
 * One transfer or wait in the object is over.
 *
 * => with the last one, pages that were busy when they were lost go
 */
void
vm_object_pip_drop(vm_object_t object)
{

	KASSERT(object->paging_in_progress != 0);
	if (--object->paging_in_progress != 0)
		return;
	if ((object->flags & OBJ_WANTED) != 0) {
		object->flags &= ~OBJ_WANTED;
		wakeup(object);
	}
	vm_object_sweep_now(object);
}

/*
 * Destroy an object without references; return the reference that it held
 * on its shadow, or NULL.
 */
static vm_object_t
vm_object_terminate(vm_object_t object)
{
	vm_object_t shadow = object->shadow;
	vm_page_t m;

	object->flags |= OBJ_DEAD;
	vm_object_pip_wait(object);
	KASSERT(LIST_EMPTY(&object->shadow_head) &&
	    LIST_EMPTY(&object->entries));
	vm_object_setshadow(object, NULL, 0);
	if ((object->flags & OBJ_INTERNAL) == 0)
		vm_object_page_clean(object, 0, 0, TRUE);
	while ((m = TAILQ_FIRST(&object->memq)) != NULL) {
		if ((m->flags & PG_BUSY) != 0) {
			vm_page_sleep(m, "objterm");
			continue;
		}
		if ((object->flags & OBJ_INTERNAL) == 0)
			pmap_page_protect(VM_PAGE_TO_PHYS(m), VM_PROT_NONE);
		vm_page_free(m);
		yield();
	}
	if (object->pager != NULL)
		vm_pager_deallocate(object);
	cnt.v_objects--;
	free(object, M_VMOBJ);
	return (shadow);
}

/* The last reference of an object that can be found again has gone. */
static void
vm_object_cache(vm_object_t object)
{

	object->flags &= ~OBJ_ACTIVE;
	TAILQ_INSERT_TAIL(&vm_object_cached_list, object, cached_list);
	cnt.v_cached++;
}

/*
 * One reference is left: perhaps that of a shadow which can take over.
 *
 * => never sleeps
 */
static void
vm_object_last_ref(vm_object_t object)
{
	vm_object_t above = LIST_FIRST(&object->shadow_head);

	if ((object->flags & OBJ_INTERNAL) == 0)
		return;
	if (above != NULL)
		vm_object_collapse(above, 0);
	else
		object->flags |= OBJ_ONEMAPPING;
}

/*
 * Keep an object for vm_object_finish: a collapse or a sweep of it has
 * stopped half way, because it was much and could not yield.
 *
 * => never sleeps
 * => FALSE: another one is kept already; the caller goes on to the end
 */
boolean_t
vm_object_later(vm_object_t object)
{

	if (vm_object_kept == NULL) {
		vm_object_kept = object;
		object->ref_count++;
	}
	return (vm_object_kept == object);
}

/* One reference less; may sleep.  => TRUE: the object is in the cache now */
static boolean_t
vm_object_release(vm_object_t object)
{

	while (object != NULL) {
		KASSERT(object->ref_count > 0);
		vm_object_sweep_chain(object);
		if (--object->ref_count > 0) {
			(void)vm_object_sweep(object);
			if (object->ref_count == 1)
				vm_object_last_ref(object);
			return (FALSE);
		}
		if ((object->flags & OBJ_CANPERSIST) != 0) {
			vm_object_cache(object);
			return (TRUE);
		}
		object = vm_object_terminate(object);
	}
	return (FALSE);
}

/*
 * Go on with what was left half done.
 *
 * => may sleep
 */
void
vm_object_finish(void)
{
	vm_object_t object;

	while ((object = vm_object_kept) != NULL) {
		vm_object_kept = NULL;
		yield();
		vm_object_collapse(object, 0);
		(void)vm_object_release(object);
	}
}

/*
 * One reference less.  With the last one the object goes to the cache or is
 * destroyed, and so on down its shadows.
 *
 * => may sleep
 * => the caller has removed its mappings of the object's pages
 */
void
vm_object_deallocate(vm_object_t object)
{

	if (vm_object_release(object))
		vm_object_cache_trim(vm_cache_max);
	vm_object_finish();
}

/*
 * Destroy the oldest objects of the cache until at most `max' are left.
 *
 * => may sleep
 * => a file that cannot be written keeps its dirty pages, and so its object,
 *    whatever the number of objects
 */
void
vm_object_cache_trim(int max)
{
	u_int tries = cnt.v_cached;
	vm_object_t object;

	while ((int)cnt.v_cached > max && tries-- != 0) {
		object = TAILQ_FIRST(&vm_object_cached_list);
		vm_object_reference(object);
		if (!vm_pager_resting(object) &&
		    vm_object_page_clean(object, 0, 0, TRUE) &&
		    object->ref_count == 1)
			object->flags &= ~OBJ_CANPERSIST;
		(void)vm_object_release(object);
	}
}

/*
 * Say where an object's pages come from.
 */
void
vm_object_setpager(vm_object_t object, vm_pager_t pager, boolean_t internal)
{

	object->pager = pager;
	pager->pg_object = object;
	if (!internal)
		object->flags &= ~(OBJ_INTERNAL | OBJ_ONEMAPPING);
}

/*
 * The object of a pager, with one more reference; NULL if it has none.
 */
vm_object_t
vm_object_lookup(vm_pager_t pager)
{
	vm_object_t object = pager->pg_object;

	cnt.v_lookups++;
	if (object == NULL || (object->flags & OBJ_DEAD) != 0)
		return (NULL);
	cnt.v_hits++;
	vm_object_reference(object);
	return (object);
}

/*
 * Free one page of a range that goes away, unless some user has wired it, or
 * has written to a file's page since it was cleaned.
 *
 * => *work grows by what it cost; a page that stays costs nothing, so that
 *    those behind it get their turn
 * => FALSE: it is busy
 */
static boolean_t
vm_object_page_drop(vm_object_t object, vm_page_t m, u_int *work)
{
	u_int mappings;

	if ((m->flags & PG_BUSY) != 0)
		return (FALSE);
	if (object != kmem_object && object != kernel_object) {
		if (m->wire_count != 0)
			return (TRUE);
		mappings = pmap_page_mappings(VM_PAGE_TO_PHYS(m));
		*work += mappings * WORK_MAPPING;
		pmap_page_protect(VM_PAGE_TO_PHYS(m), VM_PROT_NONE);
		if ((object->flags & OBJ_INTERNAL) == 0 &&
		    (m->flags & PG_FICTITIOUS) == 0 &&
		    ((m->flags & PG_CLEAN) == 0 ||
		    pmap_is_modified(VM_PAGE_TO_PHYS(m))))
			return (TRUE);
	}
	vm_page_free(m);
	*work += WORK_PAGE;
	return (TRUE);
}

/* Free what a range has in swap, or some of it.  => where it goes on */
static vm_offset_t
vm_object_trim_swap(vm_object_t object, vm_offset_t start, vm_offset_t end,
    u_int *work)
{
	u_int had = object->swslots;
	vm_offset_t stop;

	if (had == 0)
		return (end);
	stop = swap_pager_free_range(object, start, end);
	*work += (had - object->swslots) * WORK_SLOT +
	    atop(stop - start) * WORK_LOOK;
	return (stop);
}

/* Trim by offset: there are more pages than offsets. */
static vm_page_t
vm_object_trim_range(vm_object_t object, vm_offset_t *start, vm_offset_t end,
    u_int *work)
{
	u_int most = *work + WORK_TRIM;
	vm_page_t m, busy = NULL;
	vm_offset_t offset;

	for (offset = *start; offset < end && *work < most;
	    offset += PAGE_SIZE) {
		m = vm_page_lookup(object, offset);
		if (m != NULL && !vm_object_page_drop(object, m, work))
			busy = m;
		*work += WORK_LOOK;
	}
	if (busy == NULL)
		*start = vm_object_trim_swap(object, *start, offset, work);
	return (busy);
}

/* Trim page by page, and then what is in swap. */
static vm_page_t
vm_object_trim_pages(vm_object_t object, vm_offset_t *start, vm_offset_t end,
    u_int *work)
{
	u_int most = *work + WORK_TRIM;
	vm_page_t m, next, busy = NULL;

	for (m = TAILQ_FIRST(&object->memq); m != NULL; m = next) {
		next = TAILQ_NEXT(m, listq);
		if (m->offset < *start || m->offset >= end)
			continue;
		if (*work >= most)
			return (busy);
		if (!vm_object_page_drop(object, m, work))
			busy = m;
	}
	*work += (u_int)object->resident_page_count / 8 * WORK_LOOK;
	if (busy == NULL)
		*start = vm_object_trim_swap(object, *start, end, work);
	return (busy);
}

/*
 * Free the object's pages of [*start, end), in memory and in swap, as far as
 * they are not busy; or some of them, if there are many.
 *
 * => never sleeps
 * => *start is moved up to where nothing is left to do, or to end; *work is
 *    what it cost, of which WORK_MOST may be done without a pause
 * => a busy page that was left, or NULL; while there is one, what the range
 *    has in swap stays: the transfer may be from there
 */
vm_page_t
vm_object_page_trim(vm_object_t object, vm_offset_t *start, vm_offset_t end,
    u_int *work)
{

	if (atop(end - *start) <= (u_int)object->resident_page_count)
		return (vm_object_trim_range(object, start, end, work));
	return (vm_object_trim_pages(object, start, end, work));
}

/*
 * Free the object's pages of [start, end), in memory and in swap.
 *
 * => may sleep, but not for the kernel's own objects
 * => for the kernel's objects the caller has removed the mappings
 */
void
vm_object_page_remove(vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	u_int work = 0;
	vm_page_t m;

	while (start < end) {
		m = vm_object_page_trim(object, &start, end, &work);
		if (m != NULL)
			vm_page_sleep(m, "pgremove");
		else if (object != kernel_object && object != kmem_object)
			yield();
	}
}

/*
 * Write a locked page out.  Who has locked it must not fault, so that he may
 * store to it meanwhile: then it is dirty afterwards.
 */
static int
vm_object_clean_locked(vm_object_t object, vm_page_t m)
{
	int rv;

	pmap_clear_modify(VM_PAGE_TO_PHYS(m));
	m->flags &= ~PG_CLEAN;
	rv = vm_pager_put_pages(object, &m, 1, TRUE);
	if (rv == VM_PAGER_OK)
		m->flags |= PG_CLEAN;
	return (rv);
}

/*
 * Write a page out that nobody can store to meanwhile.
 *
 * => VM_PAGER_PEND, not syncio: vm_pager_done sees to the rest
 */
static int
vm_object_clean_plain(vm_object_t object, vm_page_t m, boolean_t syncio)
{
	int rv;

	pmap_page_protect(VM_PAGE_TO_PHYS(m), VM_PROT_READ);
	rv = vm_pager_put_pages(object, &m, 1, syncio);
	if (rv == VM_PAGER_AGAIN)
		rv = vm_pager_put_pages(object, &m, 1, TRUE);
	if (rv == VM_PAGER_OK) {
		m->flags |= PG_CLEAN;
		m->flags &= ~PG_LAUNDRY;
		pmap_clear_modify(VM_PAGE_TO_PHYS(m));
	}
	return (rv);
}

/* Write one dirty page out.  => FALSE: it could not be written */
static boolean_t
vm_object_clean_page(vm_object_t object, vm_page_t m, boolean_t syncio)
{
	int rv;

	vm_page_unqueue(m);
	m->flags |= PG_BUSY;
	vm_object_pip_add(object);
	rv = m->wire_count != 0 ? vm_object_clean_locked(object, m) :
	    vm_object_clean_plain(object, m, syncio);
	if (rv == VM_PAGER_PEND)
		return (TRUE);
	vm_page_activate(m);
	vm_page_wakeup(m);
	vm_object_pip_drop(object);
	return (rv == VM_PAGER_OK);
}

/* May the page differ from what its pager has? */
static boolean_t
vm_object_page_dirty(vm_page_t m)
{

	return ((m->flags & PG_FICTITIOUS) == 0 &&
	    ((m->flags & PG_CLEAN) == 0 ||
	    pmap_is_modified(VM_PAGE_TO_PHYS(m))));
}

/*
 * Write the dirty pages of [start, end) to the object's pager; both 0 stand
 * for the whole object.
 *
 * => may sleep
 * => FALSE: a page could not be written; it stays dirty
 */
boolean_t
vm_object_page_clean(vm_object_t object, vm_offset_t start, vm_offset_t end,
    boolean_t syncio)
{
	vm_page_t m;
	boolean_t good = TRUE;

	if (object->pager == NULL || object->pager->pg_type == PG_DEVICE)
		return (TRUE);
	if (start == 0 && end == 0)
		end = object->size;
	while (start < end) {
		m = vm_page_lookup(object, start);
		if (m != NULL && (m->flags & PG_BUSY) != 0) {
			vm_page_sleep(m, "pgclean");
			continue;
		}
		if (m != NULL && vm_object_page_dirty(m) &&
		    !vm_object_clean_page(object, m, syncio))
			good = FALSE;
		start += PAGE_SIZE;
		yield();
	}
	return (good);
}
