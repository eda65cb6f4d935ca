/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_init.c: the start of the VM.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>

#include <vm/vm.h>

/*
 * Bring up the VM, once the pmap has been bootstrapped.
 *
 * => malloc works when kmeminit has been called after it; swapinit comes
 *    when the disks are there
 */
void
vm_mem_init(void)
{
	vm_offset_t start, end;

	vm_map_startup();
	vm_object_reach_startup();
	pmap_startup(&start, &end);
	vm_object_init();
	vm_pageout_init();
	kmem_init(start, end);
	pmap_init();
	vm_pager_init();
}
