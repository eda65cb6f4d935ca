/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * device_pager.c: memory of devices in user maps.
 *
 * A page of a device has a vm_page of its own, which stands for no RAM: it is
 * on no queue and is never written out.  The device's d_mmap says which frame
 * it is.
 *
 * Memory: pagers and pages come from malloc, which may sleep.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/malloc.h>
#include <sys/conf.h>

#include <vm/vm.h>

static struct pagerlst device_pager_list;

static void
device_pager_init(void)
{

	LIST_INIT(&device_pager_list);
}

/* The frame of a device at an offset, -1 if there is none. */
static int
device_pager_frame(dev_t dev, vm_offset_t offset)
{

	if (major(dev) >= nchrdev || cdevsw[major(dev)].d_mmap == NULL)
		return (-1);
	return (cdevsw[major(dev)].d_mmap(dev, offset, VM_PROT_READ));
}

/*
 * The pager of a device, with one reference on its object for the caller.
 *
 * => the handle is the dev_t
 * => NULL: the device cannot be mapped there
 */
static vm_pager_t
device_pager_alloc(void *handle, vm_size_t size, vm_prot_t prot,
    vm_offset_t offset)
{
	dev_t dev = (dev_t)(vm_offset_t)handle;
	vm_object_t object;
	vm_pager_t pager;
	vm_offset_t o;

	(void)prot;
	for (o = offset; o < offset + size; o += PAGE_SIZE)
		if (device_pager_frame(dev, o) == -1)
			return (NULL);
	pager = vm_pager_lookup(&device_pager_list, handle);
	if (pager != NULL) {
		object = vm_object_lookup(pager);
		object->size = MAX(object->size, offset + size);
		return (pager);
	}
	pager = malloc(sizeof(*pager), M_VMPAGER, M_WAITOK);
	object = vm_object_allocate(offset + size);
	pager->pg_handle = handle;
	pager->pg_type = PG_DEVICE;
	pager->pg_ops = &devicepagerops;
	pager->pg_size = 0;
	vm_object_setpager(object, pager, FALSE);
	LIST_INSERT_HEAD(&device_pager_list, pager, pg_list);
	return (pager);
}

static void
device_pager_dealloc(vm_object_t object)
{

	LIST_REMOVE(object->pager, pg_list);
	free(object->pager, M_VMPAGER);
}

static boolean_t
device_pager_haspage(vm_object_t object, vm_offset_t offset)
{
	dev_t dev = (dev_t)(vm_offset_t)object->pager->pg_handle;

	return (device_pager_frame(dev, offset) != -1);
}

/* Put a page for the device's frame where the busy page was. */
static int
device_pager_getpages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{
	dev_t dev = (dev_t)(vm_offset_t)object->pager->pg_handle;
	vm_offset_t offset = list[0]->offset;
	vm_page_t m;
	int frame;

	(void)n, (void)sync;
	frame = device_pager_frame(dev, offset);
	if (frame == -1)
		return (VM_PAGER_BAD);
	m = malloc(sizeof(*m), M_VMPGDATA, M_WAITOK | M_ZERO);
	m->flags = PG_BUSY | PG_CLEAN | PG_FICTITIOUS;
	m->wire_count = 1;
	m->phys_addr = pmap_phys_address((u_int)frame);
	vm_page_free(list[0]);
	vm_page_insert(m, object, offset);
	list[0] = m;
	return (VM_PAGER_OK);
}

static int
device_pager_putpages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{

	(void)object, (void)list, (void)n, (void)sync;
	return (VM_PAGER_BAD);
}

const struct pagerops devicepagerops = {
	.pgo_init = device_pager_init,
	.pgo_alloc = device_pager_alloc,
	.pgo_dealloc = device_pager_dealloc,
	.pgo_getpages = device_pager_getpages,
	.pgo_putpages = device_pager_putpages,
	.pgo_haspage = device_pager_haspage,
};
