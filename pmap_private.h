/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_private.h: what the module's files share, and nobody else sees.
 *
 * Role: struct frame, struct ptp and the PV links; the inline halves of the
 * hot paths; the prototypes of the slow halves; assertions.  PTE bits and the
 * two accessors that store a PTE stand in pmap_pte.h.  pmap.c is the hub and
 * calls ptp.c and pv.c; these two never call each other and never call up.
 *
 * Invariants named here (PV1 and so on) are listed in doc/invariants.md.
 *
 * Locking: one processor.  Every function runs at splvm, which its caller in
 * pmap.c has raised, or during pmap_bootstrap.
 *
 * See also: doc/design.md, pmap(9), pmap_host(9).
 */
#ifndef _PMAP386_PMAP_PRIVATE_H_
#define _PMAP386_PMAP_PRIVATE_H_

#include "pmap_host.h"
#include "pmap.h"
#include "pmap_pte.h"

/*
 * Assertions of O(1), on unless the kernel is built with PMAP_DIAGNOSTIC 0.
 * The message begins with the id of the invariant.
 */
#ifndef PMAP_DIAGNOSTIC
#define PMAP_DIAGNOSTIC	1
#endif
#ifndef PMAP_AUDIT
#define PMAP_AUDIT	0	/* audit after every nth operation; 0: none */
#endif
#define PMAP_ASSERT(cond, ...) do {					\
	if (PMAP_DIAGNOSTIC && __builtin_expect(!(cond), 0))		\
		ph_panic("pmap: " __VA_ARGS__);				\
} while (0)

/*
 * PV links.  A link belongs to one slot of one page table; its address tells
 * which (pv_pte).  pv_pprev is null exactly when the slot is not tracked.
 */
struct pv_link {
	struct pv_link	 *pv_next;
	struct pv_link	**pv_pprev;
};

#define PV_SLICESHIFT	9			/* bytes a slice, log 2 */
#define PV_NLINK	64u			/* links a slice */
#define PV_NSLICE	(PMB_NPTE / PV_NLINK)	/* slices a page table */
#define PV_PERPAGE	8u			/* slices a page */

struct pv_slice {
	struct pv_link	ps_link[PV_NLINK];
};
_Static_assert(sizeof(struct pv_slice) == 1u << PV_SLICESHIFT, "slice size");

/*
 * One a physical frame, by frame number.  fr_info: tag in bits 0-2, saved U
 * and M at their PTE bits 5 and 6, count of links from bit 8 up.
 */
struct frame {
	uint32_t	fr_info;
	union {
		struct pv_link	*fr_first;	/* managed: its mappings */
		struct ptp	*fr_ptp;	/* page table or directory */
	};
};
_Static_assert(sizeof(struct frame) == 8, "frame size");

#define FR_FOREIGN	0u		/* device, kernel image, boot data */
#define FR_MANAGED	1u		/* a page of the VM */
#define FR_PTP		2u		/* a page table */
#define FR_DIR		3u		/* a page directory */
#define FR_SLICES	4u		/* a page of slices */
#define FR_TAG		7u
#define FR_ONE		0x100u		/* one mapping */
#define FR_COUNTSHIFT	8

extern struct frame *frame_table;
extern uint32_t frame_count;

/*
 * Descriptor of an arena page; ptp_table[n] is that of the nth.  A page table
 * uses all of it; a directory uses pt_pmap, and pt_store holds the struct
 * pmap that pmap_create returned.
 */
struct ptp {
	struct pmap	*pt_pmap;	/* owner */
	vm_offset_t	 pt_va;		/* first address that it maps */
	uint32_t	*pt_pte;	/* the page, in the arena */
	uint32_t	 pt_pa;		/* its frame */
	uint16_t	 pt_valid;	/* entries that are valid */
	uint16_t	 pt_wired;	/* of these, wired */
	uint16_t	 pt_managed;	/* of these, tracked */
	uint16_t	 pt_state;	/* PTS_* */
	struct ptp	*pt_next;	/* on the list of its state */
	struct ptp	**pt_pprev;	/* null: on none */
	union {
		struct pv_slice	*pt_slice[PV_NSLICE];
		struct pmap	 pt_store;
	};
};
_Static_assert(sizeof(struct ptp) == 96, "ptp_table is sized in decisions.md");

enum ptp_state {
	PTS_FREE,		/* an address without a frame */
	PTS_READY,		/* a zeroed page, for a page table */
	PTS_USER,		/* a user's page table */
	PTS_DEAD,		/* unhooked, about to be emptied */
	PTS_KERNEL,		/* a kernel page table, for ever */
	PTS_DIR,		/* a page directory */
	PTS_DIRREADY,		/* one with the kernel's entries only */
	PTS_SLICES,		/* a page of slices */
	PTS_GONE		/* unmapped, waits for the flush */
};

#define PTP_GROUP	32u	/* slots behind one bit of pm_slots */
#ifndef PTP_NEWEST		/* tests choose, up to the six */
#define PTP_NEWEST	6u	/* page tables that one instruction needs */
#endif

/* A list of descriptors: first in, first out. */
struct ptp_list {
	struct ptp	*pl_first;
	struct ptp	**pl_last;
	uint32_t	 pl_count;
};

/*
 * The arena: its addresses, its descriptors and the kernel's page tables,
 * which are its first pages, so that the PTE of any kernel address is an
 * element of one array.
 */
extern struct ptp *ptp_table;
extern vm_offset_t ptp_arena;		/* first address */
extern uint32_t ptp_npages;		/* size in pages */
extern uint32_t *ptp_kpte;		/* PTE of PH_KERNBASE */
extern struct ptp_list ptp_free;	/* PTS_FREE */
extern struct ptp_list ptp_ready;	/* PTS_READY */
extern struct ptp_list ptp_dirs;	/* PTS_DIRREADY */
extern struct ptp_list ptp_victims;	/* PTS_USER, none wired (PT7) */
extern uint32_t ptp_inuse;		/* PTS_USER and PTS_DEAD */
extern uint32_t ptp_ndirs;		/* PTS_DIR, but for the kernel's */

/* What the host may map in the kernel's space, and the two windows. */
extern vm_offset_t pmap_kva_start;
extern vm_offset_t pmap_kva_last;	/* included */
extern vm_offset_t pmap_window[2];
bool	pmap_kva_ok(vm_offset_t, vm_size_t);

/* Owner words, biased so that pv_owner[link >> 9] is the link's. */
extern uintptr_t pv_owner;
extern struct pv_link *pv_free;		/* link 0 of each free slice */
extern uint32_t pv_nfree;		/* slices on the free list */
extern uint32_t pv_nslices;		/* slices in all */
extern uint32_t pv_nlinks;		/* links in use */
extern uint32_t pv_maxcount;		/* longest list ever */

#define PH_NOPAGE	0xffffffffu	/* ph_isolate: no page to retire */

/* ----- addresses ----- */

static inline uint32_t
va_slot(vm_offset_t va)
{
	return (va >> PMB_SLOTSHIFT);
}

static inline uint32_t
va_index(vm_offset_t va)
{
	return ((va >> PMB_PAGESHIFT) & (PMB_NPTE - 1));
}

static inline uint32_t *
kernel_pte(vm_offset_t va)
{
	return (&ptp_kpte[(va - PH_KERNBASE) >> PMB_PAGESHIFT]);
}

/* ----- frames ----- */

/* => returns the frame of pa, or NULL above the end of RAM: foreign */
static inline struct frame *
frame_lookup(uint32_t pa)
{
	uint32_t pfn = pa >> PMB_PAGESHIFT;

	return (pfn < frame_count ? &frame_table[pfn] : NULL);
}

static inline uint32_t
frame_tag(const struct frame *fr)
{
	return (fr == NULL ? FR_FOREIGN : fr->fr_info & FR_TAG);
}

/*
 * Can an entry have a link?  It maps a managed page.
 */
static inline bool
pte_may_track(uint32_t pte)
{
	return ((pte & PMB_VALID) != 0 &&
	    frame_tag(frame_lookup(pte)) == FR_MANAGED);
}

/* A frame's address. */
static inline uint32_t
frame_pa(const struct frame *fr)
{
	return ((uint32_t)(fr - frame_table) << PMB_PAGESHIFT);
}

/* ----- page tables ----- */

/* The page table behind a valid directory entry: PDE, frame, ptp. */
static inline struct ptp *
ptp_of_pde(uint32_t pde)
{
	struct frame *fr = frame_lookup(pde);

	PMAP_ASSERT(frame_tag(fr) == FR_PTP,
	    "PT1 directory entry 0x%x names no page table", pde);
	return (fr->fr_ptp);
}

/* => returns the page table of <pm, va>, or NULL */
static inline struct ptp *
ptp_lookup(const struct pmap *pm, vm_offset_t va)
{
	uint32_t pde = pte_read(&pm->pm_pdir[va_slot(va)]);
	struct ptp *pt;

	if ((pde & PMB_VALID) == 0)
		return (NULL);
	pt = ptp_of_pde(pde);
	PMAP_ASSERT(va_slot(pt->pt_va ^ va) == 0 &&
	    (pt->pt_pmap == pm || pt->pt_pmap == kernel_pmap),
	    "PT1 pmap %p va 0x%x: entry 0x%x is another's", (const void *)pm,
	    va, pde);
	return (pt);
}

/* The page table that holds a PTE. */
static inline struct ptp *
ptp_of_pte(const uint32_t *ptep)
{
	return (&ptp_table[((uintptr_t)ptep - ptp_arena) >> PMB_PAGESHIFT]);
}

static inline bool
ptp_is_table(const struct ptp *pt)
{
	return (pt->pt_state == PTS_USER || pt->pt_state == PTS_KERNEL ||
	    pt->pt_state == PTS_DEAD);
}

/* Does the directory hold the page table? */
static inline bool
ptp_is_hooked(const struct ptp *pt)
{
	uint32_t pde = pte_read(&pt->pt_pmap->pm_pdir[va_slot(pt->pt_va)]);

	return (pte_maps(pde, pt->pt_pa));
}

/* May the host itself store entry i of pt?  Such entries are not counted. */
static inline bool
ptp_host_edits(const struct ptp *pt, uint32_t i)
{
	return (pt->pt_state == PTS_KERNEL &&
	    ph_host_edits(pt->pt_va + i * PMB_PAGE));
}

/* The address that a PTE of pt maps. */
static inline vm_offset_t
ptp_va(const struct ptp *pt, const uint32_t *ptep)
{
	return (pt->pt_va + (vm_offset_t)(ptep - pt->pt_pte) * PMB_PAGE);
}

/*
 * Walk over the page tables of a range, in order of address:
 *
 *	struct ptp_range r = { .pr_pmap = pm, .pr_va = sva, .pr_last = last };
 *	while (ptp_range_next(&r))
 *		entries r.pr_lo to r.pr_hi, both included, of r.pr_ptp
 *
 * The body may unhook r.pr_ptp but must not free it.
 */
struct ptp_range {
	const struct pmap *pr_pmap;
	vm_offset_t	pr_va;		/* where to look next */
	vm_offset_t	pr_last;	/* last address, included */
	bool		pr_done;
	struct ptp	*pr_ptp;
	uint32_t	pr_lo;
	uint32_t	pr_hi;
};

bool	ptp_range_next(struct ptp_range *);
uint32_t ptp_next_valid(const struct ptp *, uint32_t, uint32_t);

/* ----- links ----- */

/*
 * => returns the link of entry i of pt, or NULL where no slice was needed yet
 */
static inline struct pv_link *
pv_slot(const struct ptp *pt, uint32_t i)
{
	struct pv_slice *ps = pt->pt_slice[i / PV_NLINK];

	return (ps == NULL ? NULL : &ps->ps_link[i % PV_NLINK]);
}

static inline bool
pv_tracked(const struct pv_link *pv)
{
	return (pv != NULL && pv->pv_pprev != NULL);
}

/* The PTE of a link: one load and two shifts. */
static inline uint32_t *
pv_pte(const struct pv_link *pv)
{
	const uintptr_t *owner = (const uintptr_t *)pv_owner;

	return ((uint32_t *)(owner[(uintptr_t)pv >> PV_SLICESHIFT] +
	    ((uintptr_t)pv >> 1)));
}

/*
 * May the link be followed?  It lies in the arena, in a slice with an owner.
 */
static inline bool
pv_link_sane(const struct pv_link *pv)
{
	const uintptr_t *owner = (const uintptr_t *)pv_owner;

	return ((uintptr_t)pv - ptp_arena < ptp_npages << PMB_PAGESHIFT &&
	    owner[(uintptr_t)pv >> PV_SLICESHIFT] != 0);
}

/* Is it a link that pprev may point at? */
static inline bool
pv_in_place(const struct pv_link *pv, struct pv_link **pprev)
{
	return ((uintptr_t)pv % sizeof(*pv) == 0 && pv_link_sane(pv) &&
	    pv->pv_pprev == pprev);
}

/* Put a link at the head of its frame's list. */
static inline void
pv_insert(struct frame *fr, struct pv_link *pv)
{
	struct pv_link *first = fr->fr_first;

	PMAP_ASSERT(pv->pv_pprev == NULL, "PV4 link %p is linked", (void *)pv);
	pv->pv_next = first;
	if (first != NULL) {
		first->pv_pprev = &pv->pv_next;
		pmap_counters.pc_neighbour++;
	}
	pv->pv_pprev = &fr->fr_first;
	fr->fr_first = pv;
	fr->fr_info += FR_ONE;
	if (fr->fr_info >> FR_COUNTSHIFT > pv_maxcount)
		pv_maxcount = fr->fr_info >> FR_COUNTSHIFT;
	pv_nlinks++;
}

/*
 * Take a link off its frame's list and save what its PTE knew.
 * => attr: the M and U of the PTE that was removed
 */
static inline void
pv_remove(struct frame *fr, struct pv_link *pv, uint32_t attr)
{
	struct pv_link *next = pv->pv_next;

	PMAP_ASSERT(*pv->pv_pprev == pv, "PV4 link %p is not linked",
	    (void *)pv);
	PMAP_ASSERT(fr->fr_info >= FR_ONE, "PV2 frame info 0x%x has no mapping",
	    fr->fr_info);
	*pv->pv_pprev = next;
	if (next != NULL) {
		next->pv_pprev = pv->pv_pprev;
		pmap_counters.pc_neighbour++;
	}
	pv->pv_pprev = NULL;
	fr->fr_info = (fr->fr_info - FR_ONE) | (attr & PMB_ATTR);
	pv_nlinks--;
}

/* ----- reports, and after damage: pmap_report.c ----- */

const struct ptp *pmap_described(const struct frame *, uint32_t);
void	pmap_report_place(const char *, const struct pmap *, vm_offset_t,
	    uint32_t, uint32_t);
void	pmap_violation(const char *, const struct pmap *, vm_offset_t,
	    uint32_t, uint32_t);
void	pmap_recount(struct ptp *);
void	pmap_stray(struct ptp *, uint32_t, uint32_t);
void	pmap_mend(struct ptp *);
void	pmap_relink(struct frame *, uint32_t);

/* pmap.c, for pmap_kern.c */
void	pmap_flush_pages(const vm_offset_t *, uint32_t);

/* ----- slow halves: ptp.c ----- */

void	ptp_bootstrap(vm_offset_t, uint32_t, struct ptp *, uint32_t *);
struct ptp *ptp_arena_map(uint32_t, enum ptp_state);
void	ptp_arena_unmap(struct ptp *);
uint32_t ptp_arena_free(struct ptp *);
void	ptp_ready_push(struct ptp *);
struct ptp *ptp_ready_pop(void);
void	ptp_attach(struct ptp *, struct pmap *, vm_offset_t);
bool	ptp_detach(struct ptp *);
struct ptp *ptp_orphan(const struct pmap *);
void	ptp_retire(struct ptp *);
void	ptp_queue(struct ptp *);
struct ptp *ptp_victim(const struct ptp *, bool);
void	ptp_kernel_init(struct ptp *, vm_offset_t);
void	ptp_dir_init(struct ptp *, const struct pmap *);
struct ptp *ptp_dir_pop(void);
void	ptp_dir_attach(struct ptp *, struct pmap *);
void	ptp_dir_detach(struct ptp *);
bool	ptp_is_new(const struct ptp *);
bool	ptp_list_ok(const struct ptp_list *, enum ptp_state);
bool	ptp_lists_ok(void);
const char *ptp_state_name(const struct ptp *);

/* ----- slow halves: pv.c ----- */

void	pv_bootstrap(struct frame *, uint32_t, uintptr_t, vm_offset_t,
	    uint32_t);
void	frame_set(uint32_t, uint32_t, struct ptp *);
void	pv_page_add(vm_offset_t);
struct pv_slice *pv_slice_alloc(const uint32_t *);
vm_offset_t pv_slice_free(struct pv_slice *);
bool	pv_slice_owner_ok(const struct pv_slice *, const uint32_t *);
struct frame *pv_frame(const struct pv_link *);
uint32_t pv_slices_recount(void);
const char *frame_tag_name(const struct frame *);

#endif /* _PMAP386_PMAP_PRIVATE_H_ */
