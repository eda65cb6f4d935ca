/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_map_lookup.c: what a fault asks of a map.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

/*
 * Make the object or the shadow that the fault needs.
 *
 * => the map is locked for reading before, not at all after: look up again
 */
static void
vm_map_lookup_resolve(vm_map_t map, vm_offset_t va)
{
	vm_map_entry_t entry;

	vm_map_unlock_read(map);
	vm_map_lock(map);
	if (vm_map_lookup_entry(map, va, &entry) && !entry->is_sub_map)
		vm_map_entry_resolve(entry);
	vm_map_unlock(map);
}

/*
 * Find what lies at an address, for an access of the kind fault_type.
 *
 * => success: lk is filled in, lk->map is locked for reading until
 *    vm_map_lookup_done; lk->prot never has more than the entry, and no
 *    write right while a copy is pending
 * => may sleep
 */
int
vm_map_lookup(vm_map_t map, vm_offset_t va, vm_prot_t fault_type,
    struct vm_map_lookup *lk)
{
	vm_map_entry_t entry;
	vm_map_t sub;
	int rv;

	for (;;) {
		vm_map_lock_read(map);
		rv = KERN_INVALID_ADDRESS;
		if (!vm_map_lookup_entry(map, va, &entry))
			break;
		if (entry->is_sub_map) {
			sub = entry->object.sub_map;
			vm_map_unlock_read(map);
			map = sub;
			continue;
		}
		rv = KERN_PROTECTION_FAILURE;
		lk->wired = entry->wired_count != 0;
		lk->prot = entry->protection;
		if (lk->wired && entry->protection != VM_PROT_NONE)
			fault_type |= entry->protection;
		if (entry->protection == VM_PROT_NONE ||
		    (fault_type & entry->protection) != fault_type)
			break;
		if (entry->object.vm_object == NULL ||
		    (entry->needs_copy &&
		    (fault_type & VM_PROT_WRITE) != 0)) {
			vm_map_lookup_resolve(map, va);
			continue;
		}
		if (entry->needs_copy)
			lk->prot &= ~VM_PROT_WRITE;
		lk->map = map;
		lk->entry = entry;
		lk->object = entry->object.vm_object;
		lk->offset = entry->offset + (va - entry->start);
		return (KERN_SUCCESS);
	}
	vm_map_unlock_read(map);
	return (rv);
}

/*
 * Done with what vm_map_lookup found.
 */
void
vm_map_lookup_done(struct vm_map_lookup *lk)
{

	vm_map_unlock_read(lk->map);
}
