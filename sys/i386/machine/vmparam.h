/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmparam.h: the address space as the VM sees it.
 *
 *	0x00000000  never mapped: all that virtual-8086 mode reaches
 *	0x00110000  VM_MIN_ADDRESS, the user's text, data, heap, mmap
 *	0xefbfd000  the top page of the user's stack
 *	0xefbfe000  VM_MAXUSER_ADDRESS = USRSTACK
 *	0xf0000000  KERNBASE = VM_MIN_KERNEL_ADDRESS
 *	0xffc00000  VM_MAX_KERNEL_ADDRESS; the last 4 MB stay unmapped
 */
#ifndef _MACHINE_VMPARAM_H_
#define _MACHINE_VMPARAM_H_

#include <sys/types.h>

/*
 * QEMU lets a user enter virtual-8086 mode by an iret, with interrupts off for
 * good.  The mode reaches 0xffff * 16 + 0xffff; its first instruction faults.
 */
#define VM_MIN_ADDRESS		((vm_offset_t)0x00110000)
#define VM_MAXUSER_ADDRESS	((vm_offset_t)0xefbfe000)
#define VM_MAX_ADDRESS		VM_MAXUSER_ADDRESS
#define VM_MIN_KERNEL_ADDRESS	((vm_offset_t)0xf0000000)
#define VM_MAX_KERNEL_ADDRESS	((vm_offset_t)0xffc00000)

#define USRSTACK		VM_MAXUSER_ADDRESS

#define DFLDSIZ			(512u * 1024 * 1024)	/* data, soft */
#define DFLSSIZ			(8u * 1024 * 1024)	/* stack, soft */
#define MAXSSIZ			(64u * 1024 * 1024)	/* stack, hard */

#define MACHINE_NONCONTIG	1	/* pmap_next_page and friends */

#endif /* _MACHINE_VMPARAM_H_ */
