/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_pager.h: where the pages of objects come from and go to.
 */
#ifndef _VM_PAGER_H_
#define _VM_PAGER_H_

#include <sys/queue.h>

struct buf;
struct vnode;

LIST_HEAD(pagerlst, pager_struct);

enum pager_type { PG_DFLT, PG_SWAP, PG_VNODE, PG_DEVICE };

/*
 * One source of pages.  All anonymous memory has the same one, the swap
 * pager; a vnode or device that is mapped has its own.
 */
struct pager_struct {
	LIST_ENTRY(pager_struct) pg_list;
	void		*pg_handle;	/* the vnode, or the device */
	enum pager_type	 pg_type;
	const struct pagerops *pg_ops;
	vm_object_t	 pg_object;	/* its object */
	vm_size_t	 pg_size;	/* bytes that it has */
	u_int		 pg_failed;	/* tick of the last bad write, or 0 */
};

/*
 * getpages: fills busy pages, one after the other in the object; may sleep;
 * the pages stay busy.  putpages: writes busy pages of consecutive offsets;
 * VM_PAGER_PEND: the pager owns the pages until vm_pager_sync finds the
 * transfer done.  Never allocates memory, never sleeps when not sync.
 */
struct pagerops {
	void		(*pgo_init)(void);
	vm_pager_t	(*pgo_alloc)(void *, vm_size_t, vm_prot_t, vm_offset_t);
	void		(*pgo_dealloc)(vm_object_t);
	int		(*pgo_getpages)(vm_object_t, vm_page_t *, int,
			    boolean_t);
	int		(*pgo_putpages)(vm_object_t, vm_page_t *, int,
			    boolean_t);
	boolean_t	(*pgo_haspage)(vm_object_t, vm_offset_t);
};

#define VM_PAGER_OK	0		/* done */
#define VM_PAGER_BAD	1		/* the pager has no such page */
#define VM_PAGER_FAIL	2		/* no room at the pager */
#define VM_PAGER_PEND	3		/* under way */
#define VM_PAGER_ERROR	4		/* the transfer failed */
#define VM_PAGER_AGAIN	5		/* nothing free to do it with */

#define MAXPAGERPAGES	16		/* most pages in one transfer */
#define NPAGERIO	24		/* transfers at a time */
#define PAGER_REST	(5u * hz)	/* ticks, after a bad write */
#define NPAGERIO_READ	16		/* of these, for reads at most */
#define PAGER_MAP_SIZE	(NPAGERIO * MAXPAGERPAGES * PAGE_SIZE)

extern vm_map_t	pager_map;
extern vm_offset_t pager_sva, pager_eva;
extern const struct pagerops swappagerops, vnodepagerops, devicepagerops;
extern struct pager_struct swap_pager;

void	vm_pager_init(void);
vm_pager_t vm_pager_allocate(enum pager_type, void *, vm_size_t, vm_prot_t,
	    vm_offset_t);
void	vm_pager_deallocate(vm_object_t);
int	vm_pager_get_pages(vm_object_t, vm_page_t *, int, boolean_t);
int	vm_pager_put_pages(vm_object_t, vm_page_t *, int, boolean_t);
boolean_t vm_pager_has_page(vm_object_t, vm_offset_t);
vm_pager_t vm_pager_lookup(struct pagerlst *, void *);
void	vm_pager_sync(void);
int	vm_pager_inflight(void);
boolean_t vm_pager_sync_needed(void);
boolean_t vm_pager_resting(vm_object_t);
vm_page_t vm_pager_atop(vm_offset_t);
vm_offset_t vm_pager_map_pages(vm_page_t *, int, boolean_t);
void	vm_pager_unmap_pages(vm_offset_t, int);

/* For the pagers: one transfer between pages and consecutive sectors. */
int	vm_pager_io(vm_object_t, vm_page_t *, int, int, daddr_t, int);
#define PGIO_READ	0x1
#define PGIO_ASYNC	0x2
void	vm_pager_done(vm_object_t, vm_page_t, int);
void	swap_pager_wrote(vm_object_t, vm_page_t, int);

/* swap_pager.c */
void	swapinit(void);
void	swap_pager_move(vm_object_t, vm_offset_t, vm_object_t, vm_offset_t);
void	swap_pager_free(vm_object_t, vm_offset_t);
vm_offset_t swap_pager_free_range(vm_object_t, vm_offset_t, vm_offset_t);
boolean_t swap_pager_has(vm_object_t, vm_offset_t);
boolean_t swap_pager_full(void);
boolean_t swap_pager_failed(void);

/* A walk over what an object has in swap, in no order. */
struct swap_walk {
	vm_object_t	sww_object;
	u_int		sww_left;	/* slots not met yet */
	u_int		sww_next;	/* page of the object, or slot */
	bool		sww_by_slot;
};
void	swap_walk_start(struct swap_walk *, vm_object_t);
boolean_t swap_walk_next(struct swap_walk *, vm_offset_t *);

/* vnode_pager.c: what the vnode layer calls. */
int	vnode_pager_uio(struct vnode *, struct uio *);
int	vnode_pager_sync(struct vnode *);
void	vnode_pager_sync_all(void);
void	vnode_pager_failed(vm_pager_t, vm_offset_t);

#endif /* _VM_PAGER_H_ */
