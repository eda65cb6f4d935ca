/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_glue.c: what ties processes to the VM: fork and u-areas.
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
 * => EAGAIN or ENOMEM: p2 is as it was
 */
int
vm_fork(struct proc *p1, struct proc *p2, boolean_t shared)
{
	struct vmspace *vm = p1->p_vmspace;
	vm_offset_t addr;
	int error;

	addr = uarea_alloc();
	if (addr == 0)
		return (ENOMEM);
	if (shared)
		vm->vm_refcnt++;
	else {
		error = vmspace_fork(vm, &vm);
		if (error != 0) {
			uarea_free(addr);
			return (error);
		}
	}
	p2->p_vmspace = vm;
	p2->p_addr = (struct user *)addr;
	return (0);
}
