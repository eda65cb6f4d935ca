/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_fault.c: page faults, and wiring, which is a fault on purpose.
 *
 * A fault goes through stages round one struct faultinfo:
 *
 *	vm_map_lookup	which object, which rights
 *	fault_find	the page, down the shadow chain; read in, or zeroed
 *	fault_copy	a write to a page that is not ours gets a copy
 *	fault_enter	the mapping
 *
 * Whenever a stage has to sleep (a busy page, a transfer, no memory) it gives
 * up everything that it holds, and the fault starts again.  So nothing that a
 * stage has found can change under the next one.  What the sleep was for is
 * then there: a page that was read in is active, and nobody runs between the
 * end of the transfer and the new start.
 *
 * pmap_enter may sleep, and may return without the mapping: the page is busy
 * meanwhile, and nothing here relies on the mapping.  What that means is for
 * fault_map to say.
 *
 * Each sleep ends within a second or so for a process that has been killed,
 * but for a transfer, which ends by itself, and for the kernel's own memory.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>

#include <vm/vm.h>

#define FAULT_RETRY	(-1)		/* slept: begin again */

struct faultinfo {
	vm_map_t	 map;
	vm_offset_t	 va;
	vm_prot_t	 type;		/* kind of access */
	boolean_t	 wiring;	/* wire the page */
	bool		 keep_lock;	/* sleep with the map locked */
	struct vm_map_lookup lk;
	vm_page_t	 m;		/* the page, busy */
};

/* Unlock the map, because we are going to sleep or to fail. */
static void
fault_unlock(struct faultinfo *fi)
{

	if (!fi->keep_lock)
		vm_map_lookup_done(&fi->lk);
}

/* Has the process only to look at its signals, to die? */
static boolean_t
fault_killed(void)
{
	struct proc *p = curproc;

	return (p != NULL && (p->p_siglist & sigmask(SIGKILL)) != 0);
}

/*
 * The stack grows: map all of the room that it may have, at once.
 */
static boolean_t
fault_grow(vm_map_t map, vm_offset_t va)
{
	struct proc *p = curproc;

	return (p != NULL && p->p_vmspace != NULL &&
	    map == &p->p_vmspace->vm_map && grow(p, va));
}

/*
 * Is there no point in going on?  For the kernel's maps there always is: who
 * faults there has no error to give.
 */
static boolean_t
fault_gives_up(const struct faultinfo *fi)
{

	return (fault_killed() && fi->map->pmap != kernel_pmap);
}

/* Wait for memory, with nothing held.  => FAULT_RETRY, or killed */
static int
fault_wait(struct faultinfo *fi)
{

	fault_unlock(fi);
	if (fault_gives_up(fi))
		return (KERN_RESOURCE_SHORTAGE);
	VM_WAIT;
	return (FAULT_RETRY);
}

/* Count a page that had to be read. */
static void
fault_count_pagein(struct faultinfo *fi)
{

	if (curproc != NULL && curproc->p_stats != NULL)
		curproc->p_stats->p_ru.ru_majflt++;
	if (fi->lk.wired && !fi->wiring)
		cnt.v_lockedpageins++;
}

/* Read a page of an object that has it at its pager. */
static int
fault_pagein(struct faultinfo *fi, vm_object_t object, vm_offset_t offset)
{
	vm_page_t m;
	int rv;

	m = vm_page_alloc(object, offset);
	if (m == NULL)
		return (fault_wait(fi));
	fault_count_pagein(fi);
	vm_object_pip_add(object);
	fault_unlock(fi);
	rv = vm_pager_get_pages(object, &m, 1, TRUE);
	if (rv == VM_PAGER_OK) {
		if ((m->flags & PG_FICTITIOUS) == 0)
			vm_page_activate(m);
		vm_page_wakeup(m);
	} else
		vm_page_free(m);
	vm_object_pip_drop(object);
	if (rv == VM_PAGER_OK || rv == VM_PAGER_AGAIN)
		return (FAULT_RETRY);
	return (KERN_MEMORY_ERROR);
}

/*
 * Wait for somebody else's work on a page: who may himself wait, for memory
 * to map it.
 */
static int
fault_busy(struct faultinfo *fi, vm_page_t m)
{

	cnt.v_intrans++;
	fault_unlock(fi);
	if (fault_gives_up(fi))
		return (KERN_RESOURCE_SHORTAGE);
	vm_page_sleep(m, "fltbsy");
	return (FAULT_RETRY);
}

/*
 * Find the page down the shadow chain, and read it in if it has to be.
 *
 * => success: fi->m is a resident page that is not busy, or NULL where
 *    nothing but zeros lies below
 */
static int
fault_find(struct faultinfo *fi)
{
	vm_object_t object = fi->lk.object;
	vm_offset_t offset = fi->lk.offset;
	vm_page_t m;
	u_int depth = 1;

	for (;;) {
		m = vm_page_lookup(object, offset);
		if (m != NULL) {
			if ((m->flags & PG_BUSY) != 0)
				return (fault_busy(fi, m));
			break;
		}
		if ((object->flags & OBJ_INTERNAL) == 0) {
			if (vm_pager_has_page(object, offset))
				return (fault_pagein(fi, object, offset));
			fault_unlock(fi);
			return (KERN_MEMORY_ERROR);
		}
		if (object->swslots != 0 && swap_pager_has(object, offset))
			return (fault_pagein(fi, object, offset));
		if (object->shadow == NULL)
			break;
		offset += object->shadow_offset;
		object = object->shadow;
		depth++;
	}
	if (depth > cnt.v_maxchain)
		cnt.v_maxchain = depth;
	fi->m = m;
	return (KERN_SUCCESS);
}

/* Nothing lies below: a page of zeros, in the top object. */
static int
fault_zero(struct faultinfo *fi)
{
	vm_page_t m;

	m = vm_page_alloc(fi->lk.object, fi->lk.offset);
	if (m == NULL)
		return (fault_wait(fi));
	vm_page_zero_fill(m);
	cnt.v_zfod++;
	fi->m = m;
	return (KERN_SUCCESS);
}

/*
 * The page lies below the top object, and is to be written: copy it.
 *
 * => success: fi->m is the copy, busy; the page below is not busy, or gone
 */
static int
fault_cow(struct faultinfo *fi)
{
	vm_object_t top = fi->lk.object;
	vm_page_t m = fi->m, copy;

	copy = vm_page_alloc(top, fi->lk.offset);
	if (copy == NULL)
		return (fault_wait(fi));
	vm_page_copy(m, copy);
	cnt.v_cow_faults++;
	/* Who shares the top object must see the copy, not the original. */
	if (top->ref_count > 1)
		vm_object_unmap_below(top, fi->lk.offset, m);
	vm_page_activate(m);
	vm_object_hidden(m);
	fi->m = copy;
	vm_object_collapse(top, fi->lk.offset);
	return (KERN_SUCCESS);
}

/*
 * Take the page that was found; copy it if a write needs that.
 *
 * => success: fi->m is busy and on no queue, lk.prot is what it may be used
 *    for
 */
static int
fault_take(struct faultinfo *fi)
{
	vm_prot_t type = fi->type;

	if (fi->m == NULL)
		return (fault_zero(fi));
	/*
	 * A page is wired where a write would put it, even if nobody may
	 * write just now: a copy made later, by whoever shares the object,
	 * would not be wired.
	 */
	if (fi->lk.wired)
		type |= fi->lk.entry->max_protection;
	if (fi->m->object != fi->lk.object) {
		if ((type & VM_PROT_WRITE) != 0) {
			vm_object_collapse(fi->lk.object, fi->lk.offset);
			if (fi->m->object != fi->lk.object)
				return (fault_cow(fi));
		} else
			fi->lk.prot &= ~VM_PROT_WRITE;
	}
	vm_page_unqueue(fi->m);
	fi->m->flags |= PG_BUSY;
	return (KERN_SUCCESS);
}

/* => was the mapping made? */
static boolean_t
fault_map_as(struct faultinfo *fi, boolean_t wired)
{
	pmap_t pmap = fi->lk.map->pmap;
	vm_offset_t pa;

	pmap_enter(pmap, fi->va, VM_PAGE_TO_PHYS(fi->m), fi->lk.prot, wired);
	return (pmap_lookup(pmap, fi->va, &pa));
}

/*
 * Make the mapping.
 *
 * A wired one may be refused, since it pins a page table (pmap(9)).  Who asks
 * for the wiring is told.  Where the page is wired long since, and has only
 * lost its mapping (to mprotect, or for a copy), there is nobody to tell: it
 * is mapped as if it were not wired.  It stays in memory all the same; its
 * page table may be taken, which costs another fault that reads nothing.
 *
 * => KERN_RESOURCE_SHORTAGE: it may not be mapped wired; or it is not mapped,
 *    and the process, which would only fault again, has been killed
 */
static int
fault_map(struct faultinfo *fi)
{

	if (fault_map_as(fi, fi->lk.wired))
		return (KERN_SUCCESS);
	if (fi->wiring)
		return (KERN_RESOURCE_SHORTAGE);
	if (fi->lk.wired && fault_map_as(fi, FALSE))
		return (KERN_SUCCESS);
	return (fault_gives_up(fi) ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS);
}

/* Wire and map the page, and let go of page and map. */
static int
fault_enter(struct faultinfo *fi)
{
	vm_page_t m = fi->m;
	int rv;

	if (fi->wiring)
		vm_page_wire(m);
	KASSERTMSG(!fi->lk.wired || m->wire_count != 0, "va 0x%x", fi->va);
	rv = fault_map(fi);
	if (fi->wiring && rv != KERN_SUCCESS)
		vm_page_unwire(m);
	vm_page_activate(m);
	vm_page_wakeup(m);
	fault_unlock(fi);
	return (rv);
}

/*
 * Make an access possible that has faulted; or wire the page, if
 * change_wiring.
 *
 * => may sleep; the map is not locked for writing
 * => success does not promise a mapping: the access may fault again
 * => KERN_MEMORY_ERROR: the page cannot be read, or lies behind the end of
 *    its file; KERN_RESOURCE_SHORTAGE: the process has been killed, or the
 *    page may not be wired
 */
int
vm_fault(vm_map_t map, vm_offset_t vaddr, vm_prot_t fault_type,
    boolean_t change_wiring)
{
	struct faultinfo fi;
	int rv;

	cnt.v_faults++;
	fi.map = map;
	fi.va = trunc_page(vaddr);
	fi.type = fault_type;
	fi.wiring = change_wiring;
	fi.keep_lock = false;
	do {
		rv = vm_map_lookup(map, fi.va, fault_type, &fi.lk);
		if (rv == KERN_INVALID_ADDRESS && fault_grow(map, fi.va))
			continue;
		if (rv != KERN_SUCCESS)
			return (rv);
		rv = fault_find(&fi);
		if (rv == KERN_SUCCESS)
			rv = fault_take(&fi);
	} while (rv == FAULT_RETRY || rv == KERN_INVALID_ADDRESS);
	if (rv != KERN_SUCCESS)
		return (rv);
	if (curproc != NULL && curproc->p_stats != NULL)
		curproc->p_stats->p_ru.ru_minflt++;
	rv = fault_enter(&fi);
	vm_object_finish();
	return (rv);
}

/*
 * Fault in and wire each page of a range.
 *
 * => the caller holds the map's lock for reading, and has noted the wiring
 *    in the entries
 * => failure: nothing is wired
 */
int
vm_fault_wire(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_offset_t va;
	int rv;

	pmap_pageable(map->pmap, start, end, FALSE);
	for (va = start; va < end; va += PAGE_SIZE) {
		rv = vm_fault(map, va, VM_PROT_NONE, TRUE);
		if (rv != KERN_SUCCESS) {
			vm_fault_unwire(map, start, va);
			return (rv);
		}
		vm_map_yield(map);
	}
	return (KERN_SUCCESS);
}

/* The page that an entry shows at an address, if it is resident. */
static vm_page_t
fault_resident(vm_map_entry_t entry, vm_offset_t va)
{
	vm_object_t object = entry->object.vm_object;
	vm_offset_t offset = entry->offset + (va - entry->start);
	vm_page_t m = NULL;

	while (object != NULL) {
		m = vm_page_lookup(object, offset);
		if (m != NULL)
			break;
		offset += object->shadow_offset;
		object = object->shadow;
	}
	return (m);
}

/*
 * Undo one wiring of each page of a range.
 *
 * => the caller holds the map's lock; all of the range is wired
 * => the page is found in its object: the mapping may have gone (mprotect),
 *    and the frame of a device names no page, or that of RAM
 */
void
vm_fault_unwire(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;
	vm_offset_t va;
	vm_page_t m;

	for (va = start; va < end; va += PAGE_SIZE) {
		if (pmap_extract(map->pmap, va) != 0)
			pmap_change_wiring(map->pmap, va, FALSE);
		if (!vm_map_lookup_entry(map, va, &entry))
			panic("vm_fault_unwire: nothing at 0x%x", va);
		m = fault_resident(entry, va);
		KASSERTMSG(m != NULL, "va 0x%x has no page", va);
		vm_page_unwire(m);
		vm_map_yield(map);
	}
	pmap_pageable(map->pmap, start, end, TRUE);
}

/* Copy the page that fi shows into `object'.  => FAULT_RETRY, KERN_* */
static int
fault_copy_page(struct faultinfo *fi, vm_object_t object, vm_offset_t offset,
    vm_prot_t prot, pmap_t pmap)
{
	vm_page_t copy;
	int rv;

	rv = fault_find(fi);
	if (rv != KERN_SUCCESS || fi->m == NULL)
		return (rv);
	copy = vm_page_alloc(object, offset);
	if (copy == NULL)
		return (fault_wait(fi));
	vm_page_copy(fi->m, copy);
	pmap_enter(pmap, fi->va, VM_PAGE_TO_PHYS(copy), prot, FALSE);
	vm_page_activate(copy);
	vm_page_wakeup(copy);
	return (rv);
}

/* Copy one page, if there is one.  => KERN_* */
static int
fault_copy_one(struct faultinfo *fi, vm_object_t object, vm_offset_t offset,
    vm_map_entry_t dst_entry, pmap_t pmap)
{
	int rv;

	do {
		rv = fault_copy_page(fi, object, offset,
		    dst_entry->protection, pmap);
	} while (rv == FAULT_RETRY);
	/* Behind the end of a file there is nothing to copy. */
	if (rv == KERN_MEMORY_ERROR &&
	    (fi->lk.object->flags & OBJ_INTERNAL) == 0 &&
	    !vm_pager_has_page(fi->lk.object, fi->lk.offset))
		rv = KERN_SUCCESS;
	return (rv);
}

/*
 * Copy all pages of an entry at once, into an object of its own.
 *
 * => the source map is locked for writing, the new one is nobody else's
 * => failure: dst_entry refers to nothing
 */
int
vm_fault_copy_entry(vm_map_t dst_map, vm_map_t src_map,
    vm_map_entry_t dst_entry, vm_map_entry_t src_entry)
{
	u_int i, page, n, pages = atop(src_entry->end - src_entry->start);
	vm_object_t object, src = src_entry->object.vm_object;
	struct vm_seen seen;
	struct faultinfo fi;
	int rv = KERN_SUCCESS;

	object = vm_object_allocate(ptoa(pages));
	memset(&fi, 0, sizeof(fi));
	fi.map = src_map;
	fi.keep_lock = true;
	fi.lk.object = src;
	for (page = 0; rv == KERN_SUCCESS && page < pages; page += n) {
		n = MIN(pages - page, VM_SEEN_PAGES);
		vm_object_seen(&seen, src, src_entry->offset + ptoa(page), n);
		for (i = 0; rv == KERN_SUCCESS && i < n; i++) {
			if (!vm_seen_bit(seen.vs_any, i))
				continue;
			fi.va = dst_entry->start + ptoa(page + i);
			fi.lk.offset = src_entry->offset + ptoa(page + i);
			rv = fault_copy_one(&fi, object, ptoa(page + i),
			    dst_entry, dst_map->pmap);
		}
		yield();
	}
	if (rv != KERN_SUCCESS) {
		pmap_remove(dst_map->pmap, dst_entry->start,
		    dst_entry->end);
		vm_object_deallocate(object);
		return (rv);
	}
	dst_entry->object.vm_object = object;
	dst_entry->offset = 0;
	dst_entry->needs_copy = dst_entry->copy_on_write = false;
	return (rv);
}
