/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_object.h: memory objects, and the cache of those without users.
 */
#ifndef _VM_OBJECT_H_
#define _VM_OBJECT_H_

#include <sys/queue.h>

TAILQ_HEAD(pglist, vm_page);
TAILQ_HEAD(object_q, vm_object);
LIST_HEAD(object_list, vm_object);
LIST_HEAD(entry_list, vm_map_entry);

/*
 * Pages of one object, in memory and at its pager.  An object with a shadow
 * shows the shadow's page where it has none itself.
 */
struct vm_object {
	struct pglist	 memq;		/* resident pages */
	u_short		 flags;		/* OBJ_* */
	u_short		 paging_in_progress; /* transfers under way */
	int		 ref_count;	/* map entries, shadows, and holders */
	int		 resident_page_count;
	vm_size_t	 size;		/* bytes */
	vm_pager_t	 pager;		/* where pages go, or NULL */
	u_int		 swslots;	/* pages that the swap area holds */
	struct vm_object *shadow;	/* object below */
	vm_offset_t	 shadow_offset;	/* our offset 0 in the shadow */
	struct entry_list entries;	/* map entries that refer to it */
	struct object_list shadow_head;	/* objects that shadow this one */
	union {
		LIST_ENTRY(vm_object) shadow_list; /* our place among them */
		TAILQ_ENTRY(vm_object) cached_list; /* a file's */
	};
	vm_offset_t	 lost_start;	/* range that may have pages which */
	vm_offset_t	 lost_end;	/* no address shows; 0: none */
};

_Static_assert(sizeof(struct vm_object) <= 64, "struct vm_object grew");

#define OBJ_CANPERSIST	0x0001		/* may stay in the cache unused */
#define OBJ_INTERNAL	0x0002		/* anonymous memory */
#define OBJ_ACTIVE	0x0004		/* not in the cache */
#define OBJ_WANTED	0x0008		/* somebody waits for paging to end */
#define OBJ_SHARED	0x0010		/* several maps write it */
#define OBJ_DEAD	0x0020		/* being terminated */
#define OBJ_ONEMAPPING	0x0040		/* no page in two map entries */

extern vm_object_t kernel_object;	/* pages of kmem_alloc */
extern vm_object_t kmem_object;		/* pages of kmem_malloc */
extern int vm_cache_max;		/* most objects in the cache */

/* What vm_object_page_trim costs, in about 50 instructions. */
#define WORK_LOOK	1u		/* to look for a page */
#define WORK_SLOT	3u		/* to free a slot */
#define WORK_PAGE	15u		/* to free a page */
#define WORK_MAPPING	4u		/* to take one of its mappings away */
#define WORK_TRIM	40000u		/* of one call */
#define WORK_MOST	80000u		/* without a pause */

void	vm_object_init(void);
vm_object_t vm_object_allocate(vm_size_t);
void	vm_object_reference(vm_object_t);
void	vm_object_deallocate(vm_object_t);
void	vm_object_page_remove(vm_object_t, vm_offset_t, vm_offset_t);
vm_page_t vm_object_page_trim(vm_object_t, vm_offset_t *, vm_offset_t,
	    u_int *);
boolean_t vm_object_page_clean(vm_object_t, vm_offset_t, vm_offset_t,
	    boolean_t);
void	vm_object_cache_trim(int);
void	vm_object_setpager(vm_object_t, vm_pager_t, boolean_t);
vm_object_t vm_object_lookup(vm_pager_t);
void	vm_object_pip_wait(vm_object_t);
void	vm_object_pip_drop(vm_object_t);
boolean_t vm_object_later(vm_object_t);
void	vm_object_finish(void);

/* vm_object_shadow.c */
boolean_t vm_object_shadow(vm_object_t *, vm_offset_t *, vm_size_t);
void	vm_object_setshadow(vm_object_t, vm_object_t, vm_offset_t);
boolean_t vm_object_has(vm_object_t, vm_offset_t);
void	vm_object_collapse(vm_object_t, vm_offset_t);
void	vm_object_collapse_chain(vm_object_t);
vm_object_t vm_object_below(vm_object_t, u_int);

/* vm_seen.c */
#define VM_SEEN_PAGES	64u		/* of one piece */

struct vm_seen {			/* a bit a page */
	u_int	vs_resident[VM_SEEN_PAGES / 32];
	u_int	vs_any[VM_SEEN_PAGES / 32];
};

void	vm_object_seen(struct vm_seen *, vm_object_t, vm_offset_t, u_int);
boolean_t vm_seen_bit(const u_int *, u_int);

/* vm_object_reach.c */
void	vm_object_reach_startup(void);
void	vm_object_hidden(vm_page_t);
void	vm_object_lost(vm_object_t, vm_offset_t, vm_offset_t);
void	vm_object_lost_merge(vm_object_t, vm_object_t, vm_offset_t);
boolean_t vm_object_sweep(vm_object_t);
void	vm_object_sweep_now(vm_object_t);
void	vm_object_sweep_chain(vm_object_t);
void	vm_object_unmap_below(vm_object_t, vm_offset_t, vm_page_t);

static inline void
vm_object_pip_add(vm_object_t object)
{

	object->paging_in_progress++;
	KASSERT(object->paging_in_progress != 0);
}

#endif /* _VM_OBJECT_H_ */
