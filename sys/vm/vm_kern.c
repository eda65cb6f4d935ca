/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_kern.c: kernel memory.
 *
 * kmem_alloc gives zeroed wired memory and may sleep; kmem_malloc serves
 * malloc from kmem_map, also at interrupt level; kmem_alloc_pageable gives
 * addresses whose pages come by faults.
 *
 * The pages of kmem_alloc and kmem_malloc belong to kernel_object and
 * kmem_object at the offset that is their address above
 * VM_MIN_KERNEL_ADDRESS, so that neighbouring entries merge.  They are wired
 * all their life; their entries count no wiring.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

#define NKERNMAPS	6		/* kernel_map and its submaps */
#define EXEC_MAP_SIZE	(512 * 1024)	/* arguments of 8 execs */

vm_map_t kernel_map, kmem_map, exec_map;

static struct vm_map kernel_maps[NKERNMAPS];
static int nkernel_maps;

/* A map of the kernel's; malloc does not work yet. */
static vm_map_t
kmem_map_create(vm_offset_t min, vm_offset_t max)
{
	vm_map_t map;

	KASSERT(nkernel_maps < NKERNMAPS);
	map = &kernel_maps[nkernel_maps++];
	vm_map_init(map, min, max, FALSE);
	map->pmap = kernel_pmap;
	pmap_reference(kernel_pmap);
	return (map);
}

/*
 * The kernel's maps: all of [start, end), and for malloc and exec a part of
 * it each.
 */
void
kmem_init(vm_offset_t start, vm_offset_t end)
{
	vm_offset_t min, max, size;

	kernel_map = kmem_map_create(start, end);
	size = MIN(MAX(cnt.v_page_count / 3 * PAGE_SIZE, 3 * 1024 * 1024),
	    (end - start) / 3);
	kmem_map = kmem_suballoc(kernel_map, &min, &max, trunc_page(size),
	    FALSE);
	kmem_map->intrsafe = true;
	exec_map = kmem_suballoc(kernel_map, &min, &max, EXEC_MAP_SIZE, TRUE);
}

/*
 * A map of a part of another one.
 *
 * => panics if there is no room: boot only
 */
vm_map_t
kmem_suballoc(vm_map_t parent, vm_offset_t *min, vm_offset_t *max,
    vm_size_t size, boolean_t pageable)
{
	vm_map_t map;

	(void)pageable;
	size = round_page(size);
	*min = vm_map_min(parent);
	if (vm_map_find(parent, NULL, 0, min, size, TRUE) != KERN_SUCCESS)
		panic("kmem_suballoc: no room for %u bytes", size);
	*max = *min + size;
	map = kmem_map_create(*min, *max);
	if (vm_map_submap(parent, *min, *max, map) != KERN_SUCCESS)
		panic("kmem_suballoc: 0x%x is not free", *min);
	return (map);
}

/* A gap in a map, mapped to an object by address.  => 0: none */
static vm_offset_t
kmem_range(vm_map_t map, vm_object_t object, vm_size_t size)
{
	vm_offset_t addr;

	if (vm_map_findspace(map, vm_map_min(map), vm_map_max(map), size,
	    &addr) != 0)
		return (0);
	if (vm_map_insert(map, object, object == NULL ? 0 :
	    addr - VM_MIN_KERNEL_ADDRESS, addr, addr + size) != KERN_SUCCESS)
		return (0);
	return (addr);
}

/* Wire a new page of the kernel and map it. */
static void
kmem_enter(vm_page_t m, vm_offset_t va)
{

	vm_page_wire(m);
	m->flags &= ~(PG_BUSY | PG_CLEAN);
	pmap_enter(kernel_pmap, va, VM_PAGE_TO_PHYS(m),
	    VM_PROT_READ | VM_PROT_WRITE, TRUE);
}

/*
 * Wired kernel memory, zeroed.
 *
 * => may sleep for pages
 * => 0: the map is full
 */
vm_offset_t
kmem_alloc(vm_map_t map, vm_size_t size)
{
	vm_offset_t addr, off;
	vm_page_t m;

	size = round_page(size);
	vm_map_lock(map);
	addr = kmem_range(map, kernel_object, size);
	vm_map_unlock(map);
	if (addr == 0)
		return (0);
	for (off = 0; off < size; off += PAGE_SIZE) {
		while ((m = vm_page_alloc(kernel_object,
		    addr + off - VM_MIN_KERNEL_ADDRESS)) == NULL)
			VM_WAIT;
		vm_page_zero_fill(m);
		kmem_enter(m, addr + off);
	}
	return (addr);
}

/*
 * Kernel addresses, whose memory comes by faults and may be paged.
 *
 * => 0: the map is full
 */
vm_offset_t
kmem_alloc_pageable(vm_map_t map, vm_size_t size)
{
	vm_offset_t addr;

	vm_map_lock(map);
	addr = kmem_range(map, NULL, round_page(size));
	vm_map_unlock(map);
	return (addr);
}

/*
 * The same, waiting for others to free some.
 *
 * => 0: the map is smaller than that
 */
vm_offset_t
kmem_alloc_wait(vm_map_t map, vm_size_t size)
{
	vm_offset_t addr;

	size = round_page(size);
	if (size > vm_map_max(map) - vm_map_min(map))
		return (0);
	for (;;) {
		vm_map_lock(map);
		addr = kmem_range(map, NULL, size);
		vm_map_unlock(map);
		if (addr != 0)
			return (addr);
		tsleep(map, PVM, "kmaw", 0);
	}
}

/*
 * Free what kmem_alloc_wait gave, and wake who waits.
 */
void
kmem_free_wakeup(vm_map_t map, vm_offset_t addr, vm_size_t size)
{

	vm_map_remove(map, trunc_page(addr), round_page(addr + size));
	wakeup(map);
}

/*
 * Free kernel memory.
 *
 * => never sleeps for kmem_map
 */
void
kmem_free(vm_map_t map, vm_offset_t addr, vm_size_t size)
{

	vm_map_remove(map, trunc_page(addr), round_page(addr + size));
}

/* Fill a range of kmem_map with pages.  => FALSE: there were not enough */
static boolean_t
kmem_malloc_fill(vm_map_t map, vm_offset_t addr, vm_size_t size)
{
	vm_offset_t off;
	vm_page_t m;

	for (off = 0; off < size; off += PAGE_SIZE) {
		m = vm_page_alloc(kmem_object,
		    addr + off - VM_MIN_KERNEL_ADDRESS);
		if (m == NULL) {
			vm_map_delete(map, addr, addr + size);
			return (FALSE);
		}
		kmem_enter(m, addr + off);
	}
	return (TRUE);
}

/*
 * Wired kernel memory for malloc, with whatever is in it.
 *
 * => usable at interrupt level with canwait FALSE
 * => 0: the map is full, or there is no memory and canwait is FALSE
 */
vm_offset_t
kmem_malloc(vm_map_t map, vm_size_t size, boolean_t canwait)
{
	vm_offset_t addr;
	boolean_t filled;
	int s;

	KASSERT(map == kmem_map);
	size = round_page(size);
	for (;;) {
		s = splvm();
		vm_map_lock(map);
		addr = kmem_range(map, kmem_object, size);
		filled = addr != 0 && kmem_malloc_fill(map, addr, size);
		vm_map_unlock(map);
		splx(s);
		if (filled || addr == 0)
			return (addr);
		if (!canwait)
			return (0);
		VM_WAIT;
	}
}
