/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_pte.h: page-table entries: their bits, and who may store one.
 *
 * Role: pte_swap and pte_clear are the only places where the module stores a
 * PTE or a PDE; make lint checks that.  To be included by pmap_private.h
 * alone, after the host's types.
 */
#ifndef _PMAP386_PMAP_PTE_H_
#define _PMAP386_PMAP_PTE_H_

/*
 * A page-table or page-directory entry.  Intel SDM vol. 3A, 4.3 ("32-bit
 * paging"), tables 4-5 and 4-6.  Bits 9 to 11 are the system's.
 */
#define PMB_VALID	0x001u		/* P */
#define PMB_WRITE	0x002u		/* R/W */
#define PMB_USER	0x004u		/* U/S */
#define PMB_WT		0x008u		/* PWT */
#define PMB_NOCACHE	0x010u		/* PCD */
#define PMB_REF		0x020u		/* A */
#define PMB_MOD		0x040u		/* D, page-table entries only */
#define PMB_LARGE	0x080u		/* PS, directory entries only */
#define PMB_GLOBAL	0x100u		/* G */
#define PMB_WIRED	0x200u		/* ours: counted in pt_wired */
#define PMB_FRAME	0xfffff000u
#define PMB_ATTR	(PMB_REF | PMB_MOD)
#define PMB_CACHE	(PMB_WT | PMB_NOCACHE)
#define PMB_CHANGE	(PMB_WRITE | PMB_NOCACHE | PMB_ATTR)
#define PMB_OWN		(PMB_VALID | PMB_WRITE | PMB_ATTR) /* our own pages */

#define PMB_PAGE	4096u		/* bytes a page */
#define PMB_PAGESHIFT	12
#define PMB_SLOT	0x400000u	/* bytes a page table maps */
#define PMB_SLOTSHIFT	22
#define PMB_NPTE	1024u		/* entries a page table */

/* Read a PTE.  The processor may set A and D at any access. */
static inline uint32_t
pte_read(const uint32_t *ptep)
{
	return (*(const volatile uint32_t *)ptep);
}

/*
 * Structure: map, unmap or replace.  => returns the old PTE with every A and
 * D that the processor set before the exchange (SDM vol. 3A, 8.1.2.1: XCHG is
 * locked, as are the processor's own updates).
 */
static inline uint32_t
pte_swap(uint32_t *ptep, uint32_t pte)
{
	__asm__ volatile("xchgl %0, %1" : "+r" (pte), "+m" (*ptep) : :
	    "memory");
	return (pte);
}

/*
 * Bits only: clear some of a PTE.  One instruction, so that an interrupt
 * cannot lose a D that it set; no lock, since there is one processor.
 */
static inline void
pte_clear(uint32_t *ptep, uint32_t bits)
{
	__asm__ volatile("andl %1, %0" : "+m" (*ptep) : "ri" (~bits) :
	    "memory", "cc");
}

/* Does the entry map the page at pa? */
static inline bool
pte_maps(uint32_t pte, uint32_t pa)
{
	return (((pte ^ pa) & (PMB_FRAME | PMB_VALID)) == PMB_VALID);
}

#endif /* _PMAP386_PMAP_PTE_H_ */
