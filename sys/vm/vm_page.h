/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_page.h: one structure a page of memory, and the page queues.
 *
 * A page is free, or wired, or active, or inactive, or busy on none of
 * these queues.  The queues and the hash change at splvm.
 */
#ifndef _VM_PAGE_H_
#define _VM_PAGE_H_

#include <vm/vm_object.h>

struct vm_page {
	TAILQ_ENTRY(vm_page) pageq;	/* free, active or inactive */
	LIST_ENTRY(vm_page) hashq;	/* chain of <object, offset> */
	TAILQ_ENTRY(vm_page) listq;	/* the object's memq */
	vm_object_t	 object;
	vm_offset_t	 offset;	/* in the object */
	u_int		 wire_count;	/* one a map entry; doc/counts.md */
	u_int		 flags;		/* PG_* */
	vm_offset_t	 phys_addr;
};

_Static_assert(sizeof(struct vm_page) <= 44, "struct vm_page grew");

#define PG_INACTIVE	0x0001		/* on the inactive queue */
#define PG_ACTIVE	0x0002		/* on the active queue */
#define PG_LAUNDRY	0x0004		/* to be written before it is freed */
#define PG_CLEAN	0x0008		/* as at its pager, when last looked */
#define PG_BUSY		0x0010		/* its holder may sleep; hands off */
#define PG_WANTED	0x0020		/* somebody waits for PG_BUSY to go */
#define PG_TABLED	0x0040		/* has an object and a hash chain */
#define PG_FICTITIOUS	0x0080		/* device memory, not RAM */
#define PG_FREE		0x0200		/* on the free queue */
#define PG_PAGEOUT	0x0400		/* being written; implies PG_BUSY */
#define PG_RETIRED	0x0800		/* never to be used again */

extern struct pglist vm_page_queue_free;
extern struct pglist vm_page_queue_active;
extern struct pglist vm_page_queue_inactive;
extern vm_page_t vm_page_array;
extern u_int	first_page;		/* index of the first managed page */
extern u_int	vm_page_total;
extern int	vm_pages_needed;	/* the pagedaemon sleeps on it */

#define VM_PAGE_TO_PHYS(m)	((m)->phys_addr)

vm_offset_t pmap_steal_memory(vm_size_t);
void	pmap_startup(vm_offset_t *, vm_offset_t *);
vm_page_t PHYS_TO_VM_PAGE(vm_offset_t);		/* NULL: not managed */
#define IS_VM_PHYSADDR(pa)	(PHYS_TO_VM_PAGE(pa) != NULL)

vm_page_t vm_page_lookup(vm_object_t, vm_offset_t);
vm_page_t vm_page_alloc(vm_object_t, vm_offset_t);
void	vm_page_free(vm_page_t);
void	vm_page_insert(vm_page_t, vm_object_t, vm_offset_t);
void	vm_page_remove(vm_page_t);
void	vm_page_rename(vm_page_t, vm_object_t, vm_offset_t);
void	vm_page_wire(vm_page_t);
void	vm_page_unwire(vm_page_t);
void	vm_page_activate(vm_page_t);
void	vm_page_deactivate(vm_page_t);
void	vm_page_unqueue(vm_page_t);
boolean_t vm_page_zero_fill(vm_page_t);
void	vm_page_copy(vm_page_t, vm_page_t);
void	vm_page_wakeup(vm_page_t);
void	vm_page_sleep(vm_page_t, const char *);
void	vm_page_retire(vm_offset_t);
boolean_t vm_page_is_free(u_int);

boolean_t vm_page_alloc_wired(vm_offset_t *);
void	vm_page_free_wired(vm_offset_t);

#endif /* _VM_PAGE_H_ */
