/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap.h: the pmap(9) interface of the i386, and struct pmap.
 *
 * This is the <machine/pmap.h> of a kernel with the Mach-derived VM.  It
 * includes nothing: vm_offset_t, vm_size_t, vm_prot_t and boolean_t must be
 * declared before it, as the VM's own headers do.  The contract of every
 * call, with what it does to a bad argument, is pmap(9); what the module
 * needs from its kernel is pmap_host(9).
 *
 * Addresses and sizes are in bytes.  A range is half open, [sva, eva); an
 * eva of 0 under a sva above 0 stands for 4 GB.  "pa" is a physical address,
 * of which the low 12 bits are ignored.  A call works at any spl up to splvm
 * and leaves no TLB with a right that the page tables no longer grant.  Only
 * pmap_create, pmap_pinit and a user's pmap_enter may sleep.
 */
#ifndef _PMAP386_PMAP_H_
#define _PMAP386_PMAP_H_

/*
 * What the VM may count.  Exact after each call for a user pmap; of the
 * kernel's pmap only what was made by a call of this interface.
 */
struct pmap_statistics {
	unsigned int	resident_count;		/* pages mapped */
	unsigned int	wired_count;		/* of these, wired */
};

/*
 * One address space.  Embedded in struct vmspace, at most 32 bytes; the
 * caller of pmap_pinit need not clear it.
 */
struct pmap {
	unsigned int	*pm_pdir;	/* page directory, kernel address */
	unsigned int	 pm_pdirpa;	/* the same, what CR3 holds */
	unsigned int	 pm_slots;	/* bit n: page tables in 128 MB no. n */
	int		 pm_count;	/* references */
	struct pmap_statistics pm_stats;
};

typedef struct pmap *pmap_t;

_Static_assert(sizeof(struct pmap) <= 32, "struct pmap grew past 32 bytes");

extern struct pmap kernel_pmap_store;
#define kernel_pmap		(&kernel_pmap_store)
#define pmap_kernel()		(&kernel_pmap_store)

#define pmap_resident_count(pm)	((pm)->pm_stats.resident_count)
#define pmap_wired_count(pm)	((pm)->pm_stats.wired_count)

/* PTE bits that a host may name to pmap_changebit and pmap_testbit. */
#define PMAP_WRITE	0x002u		/* R/W: writes are allowed */
#define PMAP_NOCACHE	0x010u		/* PCD: page-level cache disable */
#define PMAP_REF	0x020u		/* A: referenced */
#define PMAP_MOD	0x040u		/* D: modified */

/* Boot. */
void	pmap_bootstrap(vm_offset_t);
void	pmap_virtual_space(vm_offset_t *, vm_offset_t *);
void	pmap_init(void);

/* Life of an address space. */
pmap_t	pmap_create(vm_size_t);
boolean_t pmap_pinit(pmap_t);
void	pmap_reference(pmap_t);
void	pmap_destroy(pmap_t);
void	pmap_release(pmap_t);
void	pmap_activate(pmap_t);
void	pmap_deactivate(pmap_t);
void	pmap_collect(pmap_t);

/* Mappings by <pmap, va>. */
void	pmap_enter(pmap_t, vm_offset_t, vm_offset_t, vm_prot_t, boolean_t);
void	pmap_remove(pmap_t, vm_offset_t, vm_offset_t);
void	pmap_protect(pmap_t, vm_offset_t, vm_offset_t, vm_prot_t);
void	pmap_change_wiring(pmap_t, vm_offset_t, boolean_t);
void	pmap_pageable(pmap_t, vm_offset_t, vm_offset_t, boolean_t);
void	pmap_copy(pmap_t, pmap_t, vm_offset_t, vm_size_t, vm_offset_t);
vm_offset_t pmap_extract(pmap_t, vm_offset_t);
boolean_t pmap_lookup(pmap_t, vm_offset_t, vm_offset_t *);
void	pmap_update(void);

/* Kernel mappings that no PV list holds. */
void	pmap_kenter(vm_offset_t, vm_offset_t, vm_prot_t);
void	pmap_kremove(vm_offset_t, vm_size_t);
void	pmap_move(vm_offset_t, vm_offset_t, vm_size_t);
vm_offset_t pmap_map(vm_offset_t, vm_offset_t, vm_offset_t, vm_prot_t);
vm_offset_t pmap_phys_address(unsigned int);

/* All mappings of a physical page. */
void	pmap_page_protect(vm_offset_t, vm_prot_t);
void	pmap_changebit(vm_offset_t, unsigned int, unsigned int);
boolean_t pmap_testbit(vm_offset_t, unsigned int);
void	pmap_zero_page(vm_offset_t);
void	pmap_copy_page(vm_offset_t, vm_offset_t);

/*
 * What the module counts.  Read only for the host; a counter wraps at 2^32.
 */
struct pmap_counters {
	unsigned int	pc_enter;	/* pmap_enter calls that were made */
	unsigned int	pc_remove;	/* mappings removed, by any call */
	unsigned int	pc_refused;	/* calls with an impossible argument */
	unsigned int	pc_deferred;	/* unwired enters left unmade */
	unsigned int	pc_visited;	/* PV links visited by page walks */
	unsigned int	pc_neighbour;	/* and by an insertion or a removal */
	unsigned int	pc_invlpg;	/* single TLB entries invalidated */
	unsigned int	pc_reload;	/* flushes by a load of CR3 */
	unsigned int	pc_flushall;	/* flushes with the global entries */
	unsigned int	pc_ptp_alloc;	/* user page tables put into use */
	unsigned int	pc_ptp_free;	/* user page tables given back */
	unsigned int	pc_top_lost;	/* the top slot's, lost to paging */
	unsigned int	pc_reclaim;	/* page tables taken for memory */
	unsigned int	pc_shortage;	/* times no page was to be had */
	unsigned int	pc_audit;	/* full audits */
	unsigned int	pc_violation;	/* invariants found broken */
	unsigned int	pc_pinrefused;	/* wired enters, new pmaps: the floor */
};
extern struct pmap_counters pmap_counters;

/* What is in use now, and what the last audit saw. */
struct pmap_usage {
	unsigned int	pu_mappings;	/* tracked mappings, all pmaps */
	unsigned int	pu_ptps;	/* user page tables in use */
	unsigned int	pu_arena;	/* arena pages that hold a frame */
	unsigned int	pu_arena_total;	/* arena pages in all */
	unsigned int	pu_slices;	/* PV slices in use */
	unsigned int	pu_maxsharers;	/* most mappings of one page, ever */
};
void	pmap_usage(struct pmap_usage *);
unsigned int pmap_pinned(unsigned int *);

struct pmap_audit {
	unsigned int	pa_ptes;	/* valid PTEs seen */
	unsigned int	pa_links;	/* PV links seen */
	unsigned int	pa_ptps;	/* page-table pages seen */
	unsigned int	pa_pages;	/* managed pages seen */
	unsigned int	pa_skipped;	/* PTEs in ranges that the host edits */
	unsigned int	pa_violations;	/* broken invariants */
};
int	pmap_audit(struct pmap_audit *);
unsigned int pmap_page_mappings(vm_offset_t);

/*
 * What to do about a broken invariant: stop the machine, or (where a walk
 * meets a link and a PTE that disagree) retire the page and go on.
 */
enum pmap_policy { PMAP_POLICY_PANIC, PMAP_POLICY_ISOLATE };
extern enum pmap_policy pmap_policy;

/* The historical names over changebit and testbit. */
static inline void
pmap_clear_modify(vm_offset_t pa)
{
	pmap_changebit(pa, 0, ~PMAP_MOD);
}

static inline void
pmap_clear_reference(vm_offset_t pa)
{
	pmap_changebit(pa, 0, ~PMAP_REF);
}

static inline void
pmap_copy_on_write(vm_offset_t pa)
{
	pmap_changebit(pa, 0, ~PMAP_WRITE);
}

static inline boolean_t
pmap_is_modified(vm_offset_t pa)
{
	return (pmap_testbit(pa, PMAP_MOD));
}

static inline boolean_t
pmap_is_referenced(vm_offset_t pa)
{
	return (pmap_testbit(pa, PMAP_REF));
}

#endif /* _PMAP386_PMAP_H_ */
