/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_kern.h: the kernel's maps.
 */
#ifndef _VM_KERN_H_
#define _VM_KERN_H_

extern vm_map_t	kernel_map;	/* all kernel addresses that the VM hands out */
extern vm_map_t	kmem_map;	/* malloc's; used at interrupt level */
extern vm_map_t	exec_map;	/* arguments of exec, pageable */

/* kernel_map from here on belongs to vm_page array and boot: not mapped. */
extern vm_offset_t virtual_avail, virtual_end;

#endif /* _VM_KERN_H_ */
