/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmspace.c: address spaces of processes: made, forked, given back.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

/*
 * Set up an address space with nothing mapped in it.
 *
 * => may sleep
 * => FALSE: no page directory is to be had; there is nothing to give back
 */
boolean_t
vmspace_init(struct vmspace *vm, vm_offset_t min, vm_offset_t max)
{

	memset(vm, 0, sizeof(*vm));
	vm_map_init(&vm->vm_map, min, max, TRUE);
	if (!pmap_pinit(&vm->vm_pmap))
		return (FALSE);
	vm->vm_map.pmap = &vm->vm_pmap;
	vm->vm_refcnt = 1;
	return (TRUE);
}

/*
 * A new empty address space.
 *
 * => may sleep
 * => NULL: no page directory is to be had
 */
struct vmspace *
vmspace_alloc(vm_offset_t min, vm_offset_t max, boolean_t pageable)
{
	struct vmspace *vm;

	vm = malloc(sizeof(*vm), M_VMSPACE, M_WAITOK);
	if (!vmspace_init(vm, min, max)) {
		free(vm, M_VMSPACE);
		return (NULL);
	}
	vm->vm_map.entries_pageable = pageable;
	return (vm);
}

/*
 * One user of the address space less; the last one takes it along.
 *
 * => may sleep
 * => it is not the one in use by the processor, or it has other users
 */
void
vmspace_free(struct vmspace *vm)
{

	if (--vm->vm_refcnt > 0)
		return;
	vm_map_lock(&vm->vm_map);
	vm_map_delete(&vm->vm_map, vm_map_min(&vm->vm_map),
	    vm_map_max(&vm->vm_map));
	vm_map_unlock(&vm->vm_map);
	pmap_release(&vm->vm_pmap);
	free(vm, M_VMSPACE);
}

/*
 * Give a process an empty address space for a new program: its own one
 * emptied, or a new one where a vfork's parent still uses it.
 *
 * => may sleep
 * => ENOMEM: no page directory is to be had; p has what it had
 */
int
vmspace_exec(struct proc *p)
{
	struct vmspace *old = p->p_vmspace, *vm;

	if (old->vm_refcnt == 1) {
		vm_map_remove(&old->vm_map, vm_map_min(&old->vm_map),
		    vm_map_max(&old->vm_map));
		old->vm_tsize = old->vm_dsize = old->vm_ssize = 0;
		old->vm_taddr = old->vm_daddr = old->vm_maxsaddr = 0;
		return (0);
	}
	vm = vmspace_alloc(vm_map_min(&old->vm_map),
	    vm_map_max(&old->vm_map), TRUE);
	if (vm == NULL)
		return (ENOMEM);
	p->p_vmspace = vm;
	if (p == curproc)
		pmap_activate(&vm->vm_pmap);
	vmspace_free(old);
	return (0);
}

/* Do other entries write the pages that this entry shows? */
static boolean_t
vm_map_entry_shared(vm_map_entry_t entry)
{
	vm_object_t object = entry->object.vm_object;

	if (entry->needs_copy)
		return (FALSE);
	/* A file is written by its pager, whoever else maps it. */
	if ((object->flags & OBJ_INTERNAL) == 0)
		return (TRUE);
	return (object->ref_count > 1 && (object->flags & OBJ_SHARED) != 0);
}

/* Does the entry show a device?  There is no copy of one. */
static boolean_t
vm_map_entry_device(vm_map_entry_t entry)
{
	vm_object_t object = entry->object.vm_object;

	return (object != NULL && (object->flags & OBJ_INTERNAL) == 0 &&
	    object->pager->pg_type == PG_DEVICE);
}

/*
 * Make `dst' a copy of `src', which is done when one of them is written;
 * at once where the pages are wired, or written by others as well.
 */
static int
vm_map_copy_entry(vm_map_t src_map, vm_map_t dst_map, vm_map_entry_t src,
    vm_map_entry_t dst)
{
	vm_object_t object = src->object.vm_object;

	if (object == NULL)
		return (KERN_SUCCESS);
	if (src->wired_count != 0 || vm_map_entry_shared(src))
		return (vm_fault_copy_entry(dst_map, src_map, dst, src));
	if (!src->needs_copy) {
		vm_object_collapse_chain(object);
		vm_map_pmap_protect(src_map, src->start, src->end,
		    src->protection & ~VM_PROT_WRITE);
		src->copy_on_write = src->needs_copy = true;
	}
	vm_object_reference(object);
	dst->copy_on_write = dst->needs_copy = true;
	pmap_copy(dst_map->pmap, src_map->pmap, dst->start,
	    dst->end - dst->start, src->start);
	return (KERN_SUCCESS);
}

/* Share an entry: both maps refer to the same object, for reads and writes. */
static void
vm_map_share_entry(vm_map_t src_map, vm_map_t dst_map, vm_map_entry_t src,
    vm_map_entry_t dst)
{

	vm_map_entry_resolve(src);
	dst->object.vm_object = src->object.vm_object;
	dst->offset = src->offset;
	dst->needs_copy = src->needs_copy;
	vm_object_reference(src->object.vm_object);
	src->object.vm_object->flags |= OBJ_SHARED;
	pmap_copy(dst_map->pmap, src_map->pmap, dst->start,
	    dst->end - dst->start, src->start);
}

/* Give the new map what it inherits of one entry. */
static int
vmspace_fork_entry(vm_map_t old_map, vm_map_t new_map, vm_map_entry_t old)
{
	vm_map_entry_t new;
	int rv = KERN_SUCCESS;

	if (old->is_sub_map || old->inheritance == VM_INHERIT_NONE)
		return (rv);
	new = vm_map_entry_create(new_map);
	*new = *old;
	new->wired_count = 0;
	if (old->inheritance == VM_INHERIT_SHARE || vm_map_entry_device(old))
		vm_map_share_entry(old_map, new_map, old, new);
	else
		rv = vm_map_copy_entry(old_map, new_map, old, new);
	if (rv != KERN_SUCCESS) {
		vm_map_entry_dispose(new_map, new);
		return (rv);
	}
	vm_map_entry_attach(new, new->object.vm_object);
	vm_map_entry_link(new_map, new_map->header.prev, new);
	new_map->size += new->end - new->start;
	return (rv);
}

/*
 * A new address space that has what the old one passes on.
 *
 * => may sleep
 * => EAGAIN: no page directory is to be had
 * => ENOMEM: too many map entries; or the process has been killed meanwhile,
 *    or a page could not be read for a copy
 */
int
vmspace_fork(struct vmspace *vm1, struct vmspace **vmp)
{
	vm_map_t old_map = &vm1->vm_map, new_map;
	vm_map_entry_t entry;
	struct vmspace *vm2;
	int rv = KERN_RESOURCE_SHORTAGE;

	vm2 = vmspace_alloc(vm_map_min(old_map), vm_map_max(old_map), TRUE);
	if (vm2 == NULL)
		return (EAGAIN);
	vm2->vm_tsize = vm1->vm_tsize;
	vm2->vm_dsize = vm1->vm_dsize;
	vm2->vm_ssize = vm1->vm_ssize;
	vm2->vm_taddr = vm1->vm_taddr;
	vm2->vm_daddr = vm1->vm_daddr;
	vm2->vm_maxsaddr = vm1->vm_maxsaddr;
	new_map = &vm2->vm_map;
	vm_map_lock(old_map);
	if (vm_map_entry_reserve(new_map, old_map->nentries,
	    (int)old_map->nentries))
		rv = KERN_SUCCESS;
	for (entry = old_map->header.next;
	    rv == KERN_SUCCESS && entry != &old_map->header;
	    entry = entry->next) {
		rv = vmspace_fork_entry(old_map, new_map, entry);
		yield();
	}
	vm_map_entry_unreserve(new_map);
	vm_map_unlock(old_map);
	vm_object_finish();
	if (rv != KERN_SUCCESS) {
		vmspace_free(vm2);
		return (ENOMEM);
	}
	*vmp = vm2;
	return (0);
}
