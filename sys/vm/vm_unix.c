/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_unix.c: the break and the stack.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/syscallargs.h>

#include <vm/vm.h>

#define STACK_GUARD	(16 * PAGE_SIZE) /* unmapped, below the stack */

/*
 * Where the room that the stack may take begins, with the guard below it.
 * Only a mapping with a fixed address comes to lie above.
 */
vm_offset_t
vmspace_stack_room(struct vmspace *vm)
{
	vm_offset_t low = MIN(trunc_page(vm->vm_maxsaddr),
	    USRSTACK - ptoa(vm->vm_ssize));

	return (low < STACK_GUARD ? VM_MAXUSER_ADDRESS : low - STACK_GUARD);
}

/*
 * break(2): move the end of the data segment.
 */
int
sys_obreak(struct proc *p, void *v, register_t *retval)
{
	struct sys_obreak_args *uap = v;
	struct vmspace *vm = p->p_vmspace;
	vm_offset_t nsize = (vm_offset_t)uap->nsize, new, old;
	int rv = KERN_SUCCESS;

	retval[0] = 0;
	old = round_page(vm->vm_daddr + ptoa(vm->vm_dsize));
	new = round_page(nsize);
	if (nsize < vm->vm_daddr || new < nsize ||
	    new > vmspace_stack_room(vm))
		return (EINVAL);
	if (new - vm->vm_daddr > (vm_size_t)p_rlimit_cur(p, RLIMIT_DATA))
		return (ENOMEM);
	if (new > old)
		rv = vm_allocate(&vm->vm_map, &old, new - old, FALSE);
	else if (new < old)
		rv = vm_deallocate(&vm->vm_map, new, old - new);
	if (rv != KERN_SUCCESS)
		return (ENOMEM);
	vm->vm_dsize += atop(new) - atop(old);
	return (0);
}

/*
 * A fault at `va', where nothing is mapped: is it the stack that grows?
 *
 * Then all of the room that the stack may take, from its limit or a guard
 * above the next mapping below, up to what there is, is mapped at once, as
 * one range.
 *
 * => TRUE: something is mapped there now
 * => may sleep
 */
int
grow(struct proc *p, vm_offset_t va)
{
	struct vmspace *vm = p->p_vmspace;
	vm_map_t map = &vm->vm_map;
	vm_map_entry_t entry;
	vm_offset_t low = trunc_page(vm->vm_maxsaddr), start, end;
	int rv = KERN_FAILURE;

	if (low == 0 || va < low || va >= USRSTACK)
		return (FALSE);
	vm_map_lock(map);
	if (!vm_map_lookup_entry(map, va, &entry) &&
	    entry->next != &map->header) {
		start = entry == &map->header ? low :
		    MAX(low, entry->end + STACK_GUARD);
		end = entry->next->start;
		if (va >= start)
			rv = vm_map_insert(map, NULL, 0, start, end);
		if (rv == KERN_SUCCESS)
			vm->vm_ssize += atop(end - start);
	}
	vm_map_unlock(map);
	return (rv == KERN_SUCCESS);
}
