/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_map_tree.c: the entries of a map as a tree, to find an address, and room,
 * without a walk over all of them.
 *
 * Each entry is a node, in the order of addresses; it knows the largest gap
 * behind any entry of its subtree.  The tree is a treap: a parent also comes
 * before its children by a hash of their places in memory, which nobody
 * chooses, so that the depth stays near the logarithm whatever the order in
 * which entries come and go.
 *
 * Locking: the map's.  Only changes write.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <vm/vm.h>

static inline u_int
tree_rank(const struct vm_map_entry *e)
{

	return ((u_int)e * 2654435769u);
}

static inline vm_size_t
tree_max(const struct vm_map_entry *e)
{

	return (e == NULL ? 0 : e->max_gap);
}

/* The unmapped bytes behind an entry. */
static inline vm_size_t
tree_gap(vm_map_t map, vm_map_entry_t e)
{

	return ((e->next == &map->header ? vm_map_max(map) : e->next->start) -
	    e->end);
}

static inline void
tree_renew(vm_map_t map, vm_map_entry_t e)
{

	e->max_gap = MAX(tree_gap(map, e),
	    MAX(tree_max(e->left), tree_max(e->right)));
}

/* Where the pointer to an entry is. */
static inline vm_map_entry_t *
tree_link(vm_map_t map, vm_map_entry_t e)
{

	if (e->parent == NULL)
		return (&map->root);
	return (e->parent->left == e ? &e->parent->left : &e->parent->right);
}

/* Put a child in its parent's place, and the parent below it. */
static void
tree_rotate(vm_map_t map, vm_map_entry_t child)
{
	vm_map_entry_t e = child->parent, inner;

	*tree_link(map, e) = child;
	child->parent = e->parent;
	e->parent = child;
	if (e->left == child) {
		inner = e->left = child->right;
		child->right = e;
	} else {
		inner = e->right = child->left;
		child->left = e;
	}
	if (inner != NULL)
		inner->parent = e;
	tree_renew(map, e);
	tree_renew(map, child);
}

/*
 * The gap behind an entry is another one now.
 */
void
vm_map_tree_update(vm_map_t map, vm_map_entry_t entry)
{

	for (; entry != NULL; entry = entry->parent)
		tree_renew(map, entry);
}

/*
 * An entry has been put into the map's list.
 */
void
vm_map_tree_insert(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t *link = &map->root;

	entry->left = entry->right = entry->parent = NULL;
	while (*link != NULL) {
		entry->parent = *link;
		link = entry->start < (*link)->start ? &(*link)->left :
		    &(*link)->right;
	}
	*link = entry;
	vm_map_tree_update(map, entry);
	while (entry->parent != NULL &&
	    tree_rank(entry) > tree_rank(entry->parent))
		tree_rotate(map, entry);
}

/*
 * An entry is to be taken out of the map's list.
 */
void
vm_map_tree_remove(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t l, r;

	while ((l = entry->left) != NULL || entry->right != NULL) {
		r = entry->right;
		tree_rotate(map, l == NULL || (r != NULL &&
		    tree_rank(r) > tree_rank(l)) ? r : l);
	}
	*tree_link(map, entry) = NULL;
	vm_map_tree_update(map, entry->parent);
}

/*
 * The last entry that begins at or below an address, or the map's header.
 */
vm_map_entry_t
vm_map_tree_find(vm_map_t map, vm_offset_t address)
{
	vm_map_entry_t e = map->root, found = &map->header;

	while (e != NULL) {
		if (address < e->start)
			e = e->left;
		else {
			found = e;
			e = e->right;
		}
	}
	return (found);
}

/* The first entry of a subtree with such a gap behind it: there is one. */
static vm_map_entry_t
tree_first_gap(vm_map_t map, vm_map_entry_t e, vm_size_t length)
{

	for (;;) {
		if (tree_max(e->left) >= length)
			e = e->left;
		else if (tree_gap(map, e) >= length)
			return (e);
		else
			e = e->right;
	}
}

/*
 * The first entry behind `entry', or behind the map's header, that has a gap
 * of `length' bytes behind it; NULL if none has.
 */
vm_map_entry_t
vm_map_tree_gap(vm_map_t map, vm_map_entry_t entry, vm_size_t length)
{
	vm_map_entry_t right, e;

	if (entry == &map->header)
		return (tree_max(map->root) >= length ?
		    tree_first_gap(map, map->root, length) : NULL);
	for (right = entry->right;; right = entry->right) {
		if (tree_max(right) >= length)
			return (tree_first_gap(map, right, length));
		/* Up, to the first entry that lies behind all of this. */
		do {
			e = entry;
			entry = e->parent;
		} while (entry != NULL && entry->right == e);
		if (entry == NULL || tree_gap(map, entry) >= length)
			return (entry);
	}
}
