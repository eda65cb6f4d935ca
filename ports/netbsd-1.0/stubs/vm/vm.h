/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_VM_H_
#define _STUB_VM_VM_H_

#include <vm/vm_param.h>
#include <vm/vm_prot.h>
#include <vm/pmap.h>

struct vm_object;
typedef struct vm_object *vm_object_t;
struct vm_page;
typedef struct vm_page	*vm_page_t;

struct vm_map {
	vm_offset_t	stub_first;
	vm_offset_t	stub_end;
};
typedef struct vm_map	*vm_map_t;

static inline vm_offset_t
vm_map_min(vm_map_t map)
{
	return (map->stub_first);
}

static inline vm_offset_t
vm_map_max(vm_map_t map)
{
	return (map->stub_end);
}

struct vmspace {
	struct pmap	vm_pmap;
};

struct vmmeter {
	unsigned	v_free_count;
	unsigned	v_wire_count;
};
extern struct vmmeter cnt;

void	thread_sleep(int, void *, boolean_t);
void	thread_wakeup(int);

#endif /* _STUB_VM_VM_H_ */
