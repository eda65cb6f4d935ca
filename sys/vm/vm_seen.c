/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_seen.c: which pages a range of an object shows, its own and those of the
 * objects below, a piece at a time.
 *
 * Cost: for each object of the chain the lesser of its resident pages and the
 * piece; nothing for one that is empty.
 *
 * Locking: process context; nothing here sleeps.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <vm/vm.h>

#define SEEN_WORD	32u

static inline void
seen_set(u_int *bits, u_int i)
{

	bits[i / SEEN_WORD] |= 1u << i % SEEN_WORD;
}

/*
 * Is page i of a piece among those?
 */
boolean_t
vm_seen_bit(const u_int *bits, u_int i)
{

	return ((bits[i / SEEN_WORD] >> i % SEEN_WORD & 1) != 0);
}

/*
 * Add the resident pages of one object, n pages from an offset on, where
 * nothing above has one.
 */
static void
seen_resident(struct vm_seen *seen, vm_object_t object, vm_offset_t offset,
    u_int n)
{
	vm_page_t m;
	u_int i;

	if (n <= (u_int)object->resident_page_count) {
		for (i = 0; i < n; i++)
			if (!vm_seen_bit(seen->vs_any, i) &&
			    vm_page_lookup(object, offset + ptoa(i)) != NULL)
				seen_set(seen->vs_resident, i);
		return;
	}
	TAILQ_FOREACH(m, &object->memq, listq) {
		i = atop(m->offset - offset);
		if (m->offset >= offset && i < n &&
		    !vm_seen_bit(seen->vs_any, i))
			seen_set(seen->vs_resident, i);
	}
}

/*
 * What do up to VM_SEEN_PAGES pages of an object show, from an offset on?
 *
 * => vs_resident: a page in memory; vs_any: that, or one at a pager
 */
void
vm_object_seen(struct vm_seen *seen, vm_object_t object, vm_offset_t offset,
    u_int n)
{
	u_int i;

	KASSERT(n <= VM_SEEN_PAGES);
	memset(seen, 0, sizeof(*seen));
	for (; object != NULL; object = object->shadow) {
		seen_resident(seen, object, offset, n);
		for (i = 0; i < howmany(n, SEEN_WORD); i++)
			seen->vs_any[i] |= seen->vs_resident[i];
		if ((object->flags & OBJ_INTERNAL) == 0)
			memset(seen->vs_any, 0xff, sizeof(seen->vs_any));
		else if (object->swslots != 0)
			for (i = 0; i < n; i++)
				if (swap_pager_has(object, offset + ptoa(i)))
					seen_set(seen->vs_any, i);
		offset += object->shadow_offset;
	}
}
