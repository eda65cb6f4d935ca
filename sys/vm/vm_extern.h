/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_extern.h: what the rest of the kernel calls in the VM.
 */
#ifndef _VM_EXTERN_H_
#define _VM_EXTERN_H_

struct proc;
struct vmspace;
struct vnode;

/* Start. */
void	vm_mem_init(void);
void	swapinit(void);

/* Faults. */
int	vm_fault(vm_map_t, vm_offset_t, vm_prot_t, boolean_t);
int	vm_fault_wire(vm_map_t, vm_offset_t, vm_offset_t);
void	vm_fault_unwire(vm_map_t, vm_offset_t, vm_offset_t);
int	vm_fault_copy_entry(vm_map_t, vm_map_t, vm_map_entry_t,
	    vm_map_entry_t);
int	grow(struct proc *, vm_offset_t);
vm_offset_t vmspace_stack_room(struct vmspace *);

/* Kernel memory. */
vm_offset_t kmem_alloc(vm_map_t, vm_size_t);
vm_offset_t kmem_alloc_pageable(vm_map_t, vm_size_t);
vm_offset_t kmem_alloc_wait(vm_map_t, vm_size_t);
vm_offset_t kmem_malloc(vm_map_t, vm_size_t, boolean_t);
void	kmem_free(vm_map_t, vm_offset_t, vm_size_t);
void	kmem_free_wakeup(vm_map_t, vm_offset_t, vm_size_t);
vm_map_t kmem_suballoc(vm_map_t, vm_offset_t *, vm_offset_t *, vm_size_t,
	    boolean_t);
void	kmem_init(vm_offset_t, vm_offset_t);

/* Address spaces. */
struct vmspace *vmspace_alloc(vm_offset_t, vm_offset_t, boolean_t);
int	vmspace_fork(struct vmspace *, struct vmspace **);
void	vmspace_free(struct vmspace *);
boolean_t vmspace_init(struct vmspace *, vm_offset_t, vm_offset_t);
int	vmspace_exec(struct proc *);	/* an empty space for the new image */

/*
 * vm_fork: gives p2 an address space (a copy of p1's, or the same one with
 * one more reference where `shared') and a u-area, in p2->p_addr, kernel
 * addresses only.  ENOMEM where there is no room, EAGAIN where there is no
 * page directory.  The caller fills the u-area and calls cpu_fork.
 */
int	vm_fork(struct proc *, struct proc *, boolean_t);
vm_offset_t uarea_alloc(void);
void	uarea_free(vm_offset_t);

/* Ranges. */
int	vm_allocate(vm_map_t, vm_offset_t *, vm_size_t, boolean_t);
int	vm_deallocate(vm_map_t, vm_offset_t, vm_size_t);

/*
 * vm_mmap(map, &addr, size, prot, maxprot, flags, handle, offset): handle is
 * a vnode, or NULL with MAP_ANON.  flags as of mmap(2).  0 or errno.
 */
int	vm_mmap(vm_map_t, vm_offset_t *, vm_size_t, vm_prot_t, vm_prot_t,
	    int, void *, vm_offset_t);

/* Figures. */
void	vmtotal(struct vmtotal *);
void	vm_meter_fill(struct vmmeter *);
/* sysctl below CTL_VM: a copy of the figure named, in a buffer of `size'. */
int	vm_sysctl_read(int, void *, size_t *);
u_int	vmspace_resident(struct vmspace *);

/* System calls. */
int	sys_mmap(struct proc *, void *, register_t *);
int	sys_munmap(struct proc *, void *, register_t *);
int	sys_mprotect(struct proc *, void *, register_t *);
int	sys_madvise(struct proc *, void *, register_t *);
int	sys_minherit(struct proc *, void *, register_t *);
int	sys_msync(struct proc *, void *, register_t *);
int	sys_mincore(struct proc *, void *, register_t *);
int	sys_mlock(struct proc *, void *, register_t *);
int	sys_munlock(struct proc *, void *, register_t *);
int	sys_obreak(struct proc *, void *, register_t *);

#endif /* _VM_EXTERN_H_ */
