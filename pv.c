/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pv.c: physical frames and the links of their mappings.
 *
 * Role: owns frame_table, the slices and the saved M and U.  To it a PTE is
 * an opaque word at an address; it does not know what a page table is.
 * Called by pmap.c, and at boot and by the audit; the hot halves (pv_insert,
 * pv_remove, pv_pte) are inline in pmap_private.h.
 *
 * Structures: frame_table[] has one struct frame of 8 bytes a frame.  A
 * managed frame heads a doubly linked list of links, one a mapping.  A link
 * stores no pmap and no va.  It lies in a slice of 64, and the slice's owner
 * word leads from the address of a link to the address of its PTE:
 *
 *	  slice s, 512 bytes                  page table of <pmap, base>
 *	+--------+--------+-- ... --+       +-----+-----+-- ... --+
 *	| link 0 | link 1 |         |       | PTE | PTE |         |
 *	+--------+--------+-- ... --+       +-----+-----+-- ... --+
 *	    address / 2  +  owner word  =  address of the PTE
 *
 * since a link has 8 bytes and a PTE has 4.  The owner word of a slice is
 * (address of the PTE of link 0) - (address of link 0) / 2; 0 means free.
 *
 * Invariants: PV2, PV4, PV5; PV1 and PV3 together with pmap.c.
 *
 * Memory: allocates nothing.  Pages for slices come from pmap.c and go back
 * to it.  In a free slice every pv_pprev is null but that of link 0, which
 * holds it on the free list; so a new slice has no slot that seems tracked.
 *
 * See also: doc/design.md.
 */
#include "pmap_private.h"

struct frame *frame_table;
uint32_t frame_count;

uintptr_t pv_owner;
uint32_t pv_nfree;
uint32_t pv_nslices;
uint32_t pv_nlinks;
uint32_t pv_maxcount;
struct pv_link *pv_free;

static vm_offset_t pv_arena;		/* where slices can lie */
static vm_offset_t pv_arena_end;

#define PV_PAGEBYTES	(PV_PERPAGE << PV_SLICESHIFT)
_Static_assert(PV_PAGEBYTES == PMB_PAGE, "slices fill a page");

/*
 * The owner word of a slice.
 */
static uintptr_t *
pv_owner_word(const struct pv_slice *ps)
{
	return (&((uintptr_t *)pv_owner)[(uintptr_t)ps >> PV_SLICESHIFT]);
}

/*
 * Set up the tables.  => boot only
 * => frames: zeroed, one entry for each of nframes
 * => owner: zeroed, PV_PERPAGE words for each page of the arena
 */
void
pv_bootstrap(struct frame *frames, uint32_t nframes, uintptr_t owner,
    vm_offset_t arena, uint32_t npages)
{
	frame_table = frames;
	frame_count = nframes;
	pv_arena = arena;
	pv_arena_end = arena + npages * PMB_PAGE;
	pv_owner = owner - (arena >> PV_SLICESHIFT) * sizeof(uintptr_t);
	pv_free = NULL;
	pv_nfree = pv_nslices = pv_nlinks = pv_maxcount = 0;
}

/*
 * Say what a frame is from now on.
 * => pt: its descriptor, for a page table or a directory
 * => the frame has no mappings: whoever held it gave it up (PV2).  This is
 *    looked at without assertions too: what it guards is somebody's data
 */
void
frame_set(uint32_t pa, uint32_t tag, struct ptp *pt)
{
	struct frame *fr = frame_lookup(pa);

	PMAP_ASSERT(fr != NULL, "PT6 frame at 0x%x is outside RAM", pa);
	if (frame_tag(fr) == FR_MANAGED && fr->fr_first != NULL)
		ph_panic("pmap: PV2 page 0x%x changes hands with %u mappings",
		    pa, fr->fr_info >> FR_COUNTSHIFT);
	fr->fr_info = tag;
	fr->fr_ptp = pt;
}

const char *
frame_tag_name(const struct frame *fr)
{
	static const char *const names[] = {
		[FR_FOREIGN] = "foreign", [FR_MANAGED] = "managed",
		[FR_PTP] = "page table", [FR_DIR] = "directory",
		[FR_SLICES] = "slices"
	};
	uint32_t tag = frame_tag(fr);

	return (tag <= FR_SLICES ? names[tag] : "damaged");
}

static void
pv_free_push(struct pv_slice *ps)
{
	struct pv_link *pv = &ps->ps_link[0];

	pv->pv_next = pv_free;
	if (pv_free != NULL)
		pv_free->pv_pprev = &pv->pv_next;
	pv->pv_pprev = &pv_free;
	pv_free = pv;
	pv_nfree++;
}

static void
pv_free_remove(struct pv_slice *ps)
{
	struct pv_link *pv = &ps->ps_link[0];

	PMAP_ASSERT(*pv->pv_pprev == pv, "PM2 free slice %p is not listed",
	    (void *)ps);
	*pv->pv_pprev = pv->pv_next;
	if (pv->pv_next != NULL)
		pv->pv_next->pv_pprev = pv->pv_pprev;
	pv->pv_next = NULL;
	pv->pv_pprev = NULL;
	pv_nfree--;
}

/*
 * Take a zeroed arena page as eight free slices.
 */
void
pv_page_add(vm_offset_t page)
{
	struct pv_slice *ps = (struct pv_slice *)page;
	uint32_t i;

	PMAP_ASSERT(page >= pv_arena && page < pv_arena_end &&
	    page % PMB_PAGE == 0, "PV5 slices outside the arena at 0x%x", page);
	for (i = 0; i < PV_PERPAGE; i++) {
		PMAP_ASSERT(*pv_owner_word(&ps[i]) == 0,
		    "PV5 slice %p has an owner", (void *)&ps[i]);
		pv_free_push(&ps[i]);
	}
	pv_nslices += PV_PERPAGE;
}

/*
 * A slice for the 64 PTEs from pte on.  => NULL if there is none
 */
struct pv_slice *
pv_slice_alloc(const uint32_t *pte)
{
	struct pv_slice *ps;

	if (pv_free == NULL)
		return (NULL);
	ps = (struct pv_slice *)pv_free;
	PMAP_ASSERT(*pv_owner_word(ps) == 0, "PV5 free slice %p has an owner",
	    (void *)ps);
	pv_free_remove(ps);
	*pv_owner_word(ps) = (uintptr_t)pte - ((uintptr_t)ps >> 1);
	return (ps);
}

/*
 * Give a slice back; none of its links is in use.
 * => returns the address of a page that has become wholly free and that the
 *    caller owns again, or 0.  One page's worth of slices is kept.
 */
vm_offset_t
pv_slice_free(struct pv_slice *ps)
{
	vm_offset_t page = (uintptr_t)ps & ~(uintptr_t)(PMB_PAGE - 1);
	struct pv_slice *first = (struct pv_slice *)page;
	uint32_t i;

	*pv_owner_word(ps) = 0;
	pv_free_push(ps);
	if (pv_nfree < 2 * PV_PERPAGE)
		return (0);
	for (i = 0; i < PV_PERPAGE; i++)
		if (*pv_owner_word(&first[i]) != 0)
			return (0);
	for (i = 0; i < PV_PERPAGE; i++)
		pv_free_remove(&first[i]);
	pv_nslices -= PV_PERPAGE;
	return (page);
}

/*
 * The frame whose list holds a link: back along the list to its head.
 * => for damage only: it searches
 * => returns NULL if the list is broken before its head
 */
struct frame *
pv_frame(const struct pv_link *pv)
{
	uintptr_t place, first = (uintptr_t)&frame_table[0].fr_first;
	uint32_t n;

	for (n = 0; n <= pv_nlinks; n++) {
		place = (uintptr_t)pv->pv_pprev;
		if (place - first < frame_count * sizeof(struct frame))
			return (&frame_table[(place - first) /
			    sizeof(struct frame)]);
		pv = (const struct pv_link *)place;
		if (place % sizeof(*pv) != 0 || place < pv_arena ||
		    place >= pv_arena_end)
			return (NULL);
	}
	return (NULL);
}

/* ----- for the audit ----- */

/*
 * Does the slice belong to these PTEs? (PV5)
 */
bool
pv_slice_owner_ok(const struct pv_slice *ps, const uint32_t *pte)
{
	return ((vm_offset_t)ps >= pv_arena && (vm_offset_t)ps < pv_arena_end &&
	    ((uintptr_t)ps & ((1u << PV_SLICESHIFT) - 1)) == 0 &&
	    *pv_owner_word(ps) == (uintptr_t)pte - ((uintptr_t)ps >> 1));
}

/*
 * => returns the number of slices that have an owner
 */
uint32_t
pv_slices_recount(void)
{
	const uintptr_t *o = (const uintptr_t *)pv_owner +
	    (pv_arena >> PV_SLICESHIFT);
	const uintptr_t *end = (const uintptr_t *)pv_owner +
	    (pv_arena_end >> PV_SLICESHIFT);
	uint32_t i, n = 0;

	for (; o < end; o += PV_PERPAGE) {
		if ((o[0] | o[1] | o[2] | o[3] | o[4] | o[5] | o[6] |
		    o[7]) == 0)
			continue;	/* a page of no slices, as most are */
		for (i = 0; i < PV_PERPAGE; i++)
			n += o[i] != 0;
	}
	return (n);
}
