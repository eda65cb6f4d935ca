/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_user.c: ranges of a map, with addresses as a caller has them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

/*
 * Map zero-filled memory at *addr, or anywhere.
 */
int
vm_allocate(vm_map_t map, vm_offset_t *addr, vm_size_t size,
    boolean_t anywhere)
{

	if (size == 0)
		return (KERN_SUCCESS);
	*addr = anywhere ? vm_map_min(map) : trunc_page(*addr);
	return (vm_map_find(map, NULL, 0, addr, round_page(size), anywhere));
}

/*
 * Unmap a range.
 */
int
vm_deallocate(vm_map_t map, vm_offset_t start, vm_size_t size)
{

	return (vm_map_remove(map, trunc_page(start),
	    round_page(start + size)));
}
