/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_PMAP_H_
#define _STUB_VM_PMAP_H_

/* With a struct and an argument that differ from the module's. */
struct pmap_statistics {
	long	resident_count;
	long	wired_count;
};

#include <machine/pmap.h>

void	pmap_bootstrap();
void	pmap_init(void);
vm_offset_t pmap_map(vm_offset_t, vm_offset_t, vm_offset_t, int);
vm_offset_t pmap_phys_address(int);
boolean_t pmap_is_modified(vm_offset_t);
boolean_t pmap_is_referenced(vm_offset_t);
void	pmap_clear_modify(vm_offset_t);
void	pmap_clear_reference(vm_offset_t);
void	pmap_update(void);
void	pmap_virtual_space();
boolean_t pmap_next_page();

#endif /* _STUB_VM_PMAP_H_ */
