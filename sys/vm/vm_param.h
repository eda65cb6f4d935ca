/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_param.h: pages, results of VM calls, and the names of the vm sysctls.
 */
#ifndef _VM_PARAM_H_
#define _VM_PARAM_H_

#include <sys/types.h>
#include <machine/vmparam.h>

#ifndef PAGE_SIZE
#define PAGE_SIZE	4096
#endif
#ifndef PAGE_SHIFT
#define PAGE_SHIFT	12
#endif
#ifndef PAGE_MASK
#define PAGE_MASK	(PAGE_SIZE - 1)
#endif

#define round_page(x)	(((vm_offset_t)(x) + PAGE_MASK) & ~PAGE_MASK)
#define trunc_page(x)	((vm_offset_t)(x) & ~PAGE_MASK)
#define atop(x)		((vm_offset_t)(x) >> PAGE_SHIFT)
#define ptoa(x)		((vm_offset_t)(x) << PAGE_SHIFT)

/*
 * What a VM call came to.  vm_fault: trap sends SIGBUS for
 * KERN_MEMORY_ERROR (the page cannot be read, or lies behind the end of its
 * file) and SIGSEGV for the others.  KERN_RESOURCE_SHORTAGE from vm_fault
 * means that the process has been killed and only has to look at its
 * signals; or, where a page was to be wired, that it may not be.
 */
#define KERN_SUCCESS		0
#define KERN_INVALID_ADDRESS	1
#define KERN_PROTECTION_FAILURE	2
#define KERN_NO_SPACE		3
#define KERN_INVALID_ARGUMENT	4
#define KERN_FAILURE		5
#define KERN_RESOURCE_SHORTAGE	6
#define KERN_NOT_RECEIVER	7
#define KERN_NO_ACCESS		8
#define KERN_MEMORY_ERROR	9

/* Second level of sysctl below CTL_VM. */
#define VM_METER	1		/* struct vmtotal */
#define VM_LOADAVG	2
#define VM_CNT		3		/* struct vmmeter */
#define VM_PMAPCNT	4		/* struct pmap_counters */
#define VM_PMAPUSAGE	5		/* struct pmap_usage */
#define VM_AUDIT	6		/* runs pmap_audit: struct pmap_audit */
#define VM_MAXID	7

#endif /* _VM_PARAM_H_ */
