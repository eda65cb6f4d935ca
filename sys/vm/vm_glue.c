/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_glue.c: what ties processes to the VM: fork, u-areas, locking of user
 * buffers.
 *
 * A u-area is mapped in kernel_map only.
 *
 * Memory: a few u-areas of dead processes are kept for the next fork.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/user.h>

#include <vm/vm.h>

#define UAREA_KEEP	4		/* kept for reuse */

static vm_offset_t uareas[UAREA_KEEP];
static u_int nuareas;

/*
 * A u-area, struct user in it zeroed.
 *
 * => may sleep for pages; 0: no kernel addresses are left
 */
vm_offset_t
uarea_alloc(void)
{
	vm_offset_t addr;

	if (nuareas == 0)
		return (kmem_alloc(kernel_map, UPAGES * PAGE_SIZE));
	addr = uareas[--nuareas];
	memset((void *)addr, 0, sizeof(struct user));
	return (addr);
}

/*
 * Give a u-area back.
 *
 * => nobody runs on it
 */
void
uarea_free(vm_offset_t addr)
{

	if (nuareas < UAREA_KEEP && !vm_paging_needed())
		uareas[nuareas++] = addr;
	else
		kmem_free(kernel_map, addr, UPAGES * PAGE_SIZE);
}

/*
 * Give p2 an address space, p1's own one if `shared', else a copy; and a
 * u-area.
 *
 * => may sleep
 * => ENOMEM: p2 is as it was
 */
int
vm_fork(struct proc *p1, struct proc *p2, boolean_t shared)
{
	struct vmspace *vm = p1->p_vmspace;
	vm_offset_t addr;

	addr = uarea_alloc();
	if (addr == 0)
		return (ENOMEM);
	if (shared)
		vm->vm_refcnt++;
	else {
		vm = vmspace_fork(vm);
		if (vm == NULL) {
			uarea_free(addr);
			return (ENOMEM);
		}
	}
	p2->p_vmspace = vm;
	p2->p_addr = (struct user *)addr;
	return (0);
}

/*
 * May the kernel access these kernel addresses?
 */
boolean_t
kernacc(vm_offset_t addr, vm_size_t len, vm_prot_t prot)
{

	if (addr + len < addr)
		return (FALSE);
	return (vm_map_check_protection(kernel_map, trunc_page(addr),
	    round_page(addr + len), prot));
}

/*
 * May the current process access these addresses?
 */
boolean_t
useracc(vm_offset_t addr, vm_size_t len, vm_prot_t prot)
{

	if (addr + len < addr || addr + len > VM_MAXUSER_ADDRESS)
		return (FALSE);
	return (vm_map_check_protection(&curproc->p_vmspace->vm_map,
	    trunc_page(addr), round_page(addr + len), prot));
}

/*
 * Wire a buffer of the current process.
 *
 * => may sleep; 0, or EFAULT with nothing wired
 */
int
vslock(vm_offset_t addr, vm_size_t len)
{

	if (!useracc(addr, len, VM_PROT_READ) ||
	    vm_map_pageable(&curproc->p_vmspace->vm_map, trunc_page(addr),
	    round_page(addr + len), FALSE) != KERN_SUCCESS)
		return (EFAULT);
	return (0);
}

/*
 * Unwire it.
 */
void
vsunlock(vm_offset_t addr, vm_size_t len)
{

	(void)vm_map_pageable(&curproc->p_vmspace->vm_map, trunc_page(addr),
	    round_page(addr + len), TRUE);
}
