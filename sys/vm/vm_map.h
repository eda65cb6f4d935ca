/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_map.h: address maps and their entries.
 *
 * A map is a list of entries sorted by address, each a range that has the
 * same object, rights and inheritance throughout.  Addresses that no entry
 * holds are not mapped.  The entries are a tree as well, to find one by its
 * address.
 *
 * A range that a fork shares keeps its object in both maps: there are no
 * share maps.  What has to be resolved (no object yet, a copy that is still
 * pending) is resolved at the fork.
 */
#ifndef _VM_MAP_H_
#define _VM_MAP_H_

union vm_map_object {
	struct vm_object *vm_object;
	struct vm_map	*sub_map;
};

struct vm_map_entry {
	struct vm_map_entry *prev;
	struct vm_map_entry *next;
	vm_offset_t	 start;
	vm_offset_t	 end;		/* first byte behind */
	union vm_map_object object;
	LIST_ENTRY(vm_map_entry) object_list; /* entries of the same object */
	struct vm_map	*map;		/* whose entry it is */
	struct vm_map_entry *parent;	/* in the map's tree */
	struct vm_map_entry *left;
	struct vm_map_entry *right;
	vm_size_t	 max_gap;	/* behind any entry of the subtree */
	vm_offset_t	 offset;	/* into the object */
	u_char		 protection;
	u_char		 max_protection;
	u_char		 inheritance;
	bool		 is_sub_map;
	bool		 copy_on_write;	/* a write gets its own page */
	bool		 needs_copy;	/* a shadow is still to be made */
	u_short		 wired_count;	/* 0: pageable; VM_WIRED_MAX at most */
};

_Static_assert(sizeof(struct vm_map_entry) <= 64, "struct vm_map_entry grew");

#define VM_WIRED_MAX	0xffffu	/* mlocks of one range; one more is refused */

/*
 * A map's lock: readers or one writer, who may sleep holding it.  A reader
 * may take it again; the writer may not.
 */
struct vm_lock {
	struct proc	*lk_owner;	/* the writer */
	u_int		 lk_readers;
	bool		 lk_writer;
	bool		 lk_wanted;
};

struct vm_map {
	struct pmap	*pmap;
	struct vm_lock	 lock;
	struct vm_map_entry header;	/* ends of the list; start: minimum */
	struct vm_map_entry *root;	/* of the tree, vm_map_tree.c */
	u_int		 nentries;
	u_int		 reserved;	/* entries that may still be made */
	vm_size_t	 size;		/* bytes mapped */
	int		 ref_count;
	struct vm_map_entry *hint;	/* last entry found */
	bool		 entries_pageable; /* entries come from malloc */
	bool		 intrsafe;	/* used at interrupt level */
};

#define vm_map_min(map)	((map)->header.start)
#define vm_map_max(map)	((map)->header.end)
#define vm_map_pmap(map) ((map)->pmap)

/* What one vm_map_lookup found; valid while the map stays read-locked. */
struct vm_map_lookup {
	struct vm_map	*map;		/* the map or submap that holds it */
	struct vm_map_entry *entry;
	struct vm_object *object;
	vm_offset_t	 offset;	/* in the object */
	vm_prot_t	 prot;		/* rights that may be entered */
	bool		 wired;
};

#define VM_MAP_FEW	32	/* entries that any map may have */
#define MAX_KMAPENT_MIN	256		/* entries for kernel maps, at least */

void	vm_map_startup(void);
void	vm_map_init(vm_map_t, vm_offset_t, vm_offset_t, boolean_t);
void	vm_map_reference(vm_map_t);
void	vm_map_deallocate(vm_map_t);

void	vm_map_lock(vm_map_t);
void	vm_map_unlock(vm_map_t);
void	vm_map_lock_read(vm_map_t);
void	vm_map_unlock_read(vm_map_t);
void	vm_map_lock_downgrade(vm_map_t);
boolean_t vm_map_lock_try(vm_map_t);

boolean_t vm_map_lookup_entry(vm_map_t, vm_offset_t, vm_map_entry_t *);
int	vm_map_insert(vm_map_t, vm_object_t, vm_offset_t, vm_offset_t,
	    vm_offset_t);
int	vm_map_insert_entry(vm_map_t, const struct vm_map_entry *);
int	vm_map_findspace(vm_map_t, vm_offset_t, vm_offset_t, vm_size_t,
	    vm_offset_t *);
int	vm_map_find(vm_map_t, vm_object_t, vm_offset_t, vm_offset_t *,
	    vm_size_t, boolean_t);
int	vm_map_remove(vm_map_t, vm_offset_t, vm_offset_t);
void	vm_map_delete(vm_map_t, vm_offset_t, vm_offset_t);
int	vm_map_submap(vm_map_t, vm_offset_t, vm_offset_t, vm_map_t);
int	vm_map_protect(vm_map_t, vm_offset_t, vm_offset_t, vm_prot_t,
	    boolean_t);
int	vm_map_inherit(vm_map_t, vm_offset_t, vm_offset_t, int);
int	vm_map_pageable(vm_map_t, vm_offset_t, vm_offset_t, boolean_t);
int	vm_map_clean(vm_map_t, vm_offset_t, vm_offset_t, boolean_t, boolean_t);
boolean_t vm_map_check_protection(vm_map_t, vm_offset_t, vm_offset_t,
	    vm_prot_t);
boolean_t vm_map_check_mapped(vm_map_t, vm_offset_t, vm_offset_t);
int	vm_map_lookup(vm_map_t, vm_offset_t, vm_prot_t,
	    struct vm_map_lookup *);
void	vm_map_lookup_done(struct vm_map_lookup *);
void	vm_map_simplify(vm_map_t, vm_offset_t, vm_offset_t);

/* Between the files of the map. */
vm_map_entry_t vm_map_entry_create(vm_map_t);
void	vm_map_entry_dispose(vm_map_t, vm_map_entry_t);
boolean_t vm_map_entry_reserve(vm_map_t, u_int, int);
void	vm_map_entry_unreserve(vm_map_t);
boolean_t vm_map_range_reserve(vm_map_t, vm_offset_t, vm_offset_t, u_int);
void	vm_map_entry_link(vm_map_t, vm_map_entry_t, vm_map_entry_t);
void	vm_map_entry_unlink(vm_map_t, vm_map_entry_t);
void	vm_map_entry_attach(vm_map_entry_t, vm_object_t);
void	vm_map_entry_detach(vm_map_entry_t);
void	vm_map_entry_resolve(vm_map_entry_t);
void	vm_map_yield(vm_map_t);
void	vm_map_pmap_protect(vm_map_t, vm_offset_t, vm_offset_t, vm_prot_t);
void	vm_map_entry_unwire(vm_map_t, vm_map_entry_t);
void	vm_map_clip_start(vm_map_t, vm_map_entry_t, vm_offset_t);
void	vm_map_clip_end(vm_map_t, vm_map_entry_t, vm_offset_t);

/* vm_map_tree.c */
void	vm_map_tree_insert(vm_map_t, vm_map_entry_t);
void	vm_map_tree_remove(vm_map_t, vm_map_entry_t);
void	vm_map_tree_update(vm_map_t, vm_map_entry_t);
vm_map_entry_t vm_map_tree_find(vm_map_t, vm_offset_t);
vm_map_entry_t vm_map_tree_gap(vm_map_t, vm_map_entry_t, vm_size_t);

#endif /* _VM_MAP_H_ */
