/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm.h: the types of the VM, and the address space of a process.
 */
#ifndef _VM_H_
#define _VM_H_

#include <sys/types.h>
#include <sys/queue.h>

struct vm_map;
struct vm_map_entry;
struct vm_object;
struct vm_page;
struct pager_struct;
struct proc;
struct uio;

typedef struct vm_map		*vm_map_t;
typedef struct vm_map_entry	*vm_map_entry_t;
typedef struct vm_object	*vm_object_t;
typedef struct vm_page		*vm_page_t;
typedef struct pager_struct	*vm_pager_t;

#include <vm/vm_param.h>
#include <vm/vm_prot.h>
#include <vm/vm_inherit.h>
#include <vm/vmmeter.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <pmap.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vm_pageout.h>
#include <vm/vm_kern.h>
#include <vm/vm_extern.h>

/*
 * The address space of a process: its map, its pmap, and where exec has put
 * things.  Shared by a vfork's parent and child.
 */
struct vmspace {
	struct vm_map	vm_map;
	struct pmap	vm_pmap;
	int		vm_refcnt;
	/* From here on copied by fork. */
	u_int		vm_tsize;	/* text, pages */
	u_int		vm_dsize;	/* data, pages */
	u_int		vm_ssize;	/* stack, pages */
	vm_offset_t	vm_taddr;	/* start of text */
	vm_offset_t	vm_daddr;	/* start of data and break */
	vm_offset_t	vm_maxsaddr;	/* lowest address of the stack */
};

#endif /* _VM_H_ */
