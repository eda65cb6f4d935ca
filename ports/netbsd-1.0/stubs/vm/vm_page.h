/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_VM_PAGE_H_
#define _STUB_VM_VM_PAGE_H_

#define PG_LAUNDRY	0x0004
#define PG_BUSY		0x0010
#define PG_TABLED	0x0040
#define PG_FAKE		0x0200

struct vm_page {
	u_short		wire_count;
	u_short		flags;
	vm_offset_t	stub_pa;
};

extern vm_page_t vm_page_array;
extern u_long	first_page;
extern int	vm_page_count;

static inline vm_offset_t
VM_PAGE_TO_PHYS(vm_page_t m)
{
	return (m->stub_pa);
}

static inline vm_page_t
PHYS_TO_VM_PAGE(vm_offset_t pa)
{
	u_int n = pmap_page_index(pa);

	return (vm_page_array + (n - first_page));
}

vm_page_t vm_page_alloc(vm_object_t, vm_offset_t);
void	vm_page_free(vm_page_t);
void	vm_page_remove(vm_page_t);
void	vm_page_wire(vm_page_t);

#endif /* _STUB_VM_VM_PAGE_H_ */
