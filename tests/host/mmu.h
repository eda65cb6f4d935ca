/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * mmu.h: a software i386 MMU with an adversarial TLB.
 *
 * The MMU walks directories and page tables in an array of bytes that is
 * the physical memory, and sets A and D as the processor does.  Its TLB
 * keeps every translation that it ever used until it is invalidated; for
 * one address it may hold several, old ones and new.  Nothing is ever
 * evicted, so a missing flush is always seen.
 *
 * The bits are those of the Intel manual, volume 3, chapter 4 (32-bit
 * paging).  Neither the module's headers nor its constants are used here:
 * a wrong constant there must not be repeated here.
 */
#ifndef _PMAP386_TESTS_MMU_H_
#define _PMAP386_TESTS_MMU_H_

#include <stdbool.h>
#include <stdint.h>

/* Page-table bits: Intel volume 3, tables 4-5 and 4-6. */
#define MMU_P			0x001u
#define MMU_RW			0x002u
#define MMU_US			0x004u
#define MMU_PWT			0x008u
#define MMU_PCD			0x010u
#define MMU_A			0x020u
#define MMU_D			0x040u
#define MMU_PS			0x080u		/* directory entries only */
#define MMU_G			0x100u
#define MMU_FRAME		0xfffff000u

/* What an access wants: read is the absence of MMU_WRITE. */
#define MMU_READ		0x0u
#define MMU_WRITE		0x1u
#define MMU_USER		0x2u

enum mmu_fault {
	MMU_OK,
	MMU_ABSENT,			/* no translation */
	MMU_DENIED,			/* a translation, but not this right */
	MMU_BUS				/* a frame outside physical memory */
};

/* Rights and marks of a cached translation. */
#define ME_W			0x01u	/* writes (R/W of PDE and PTE) */
#define ME_U			0x02u	/* user (U/S of PDE and PTE) */
#define ME_D			0x04u	/* D was set when it was cached */
#define ME_G			0x08u	/* survives a load of CR3 */
#define ME_REAL			0x10u	/* real memory of the process too */

#define MMU_TLB_MAX		65000u

struct mmu_entry {
	uint32_t	me_vpn;
	uint32_t	me_pfn;
	uint16_t	me_next;	/* next of the same vpn, index + 1 */
	uint8_t		me_flags;
};

/* The registers and switches that decide how the MMU works. */
struct mmu_cpu {
	uint32_t	mc_cr3;
	bool		mc_wp;		/* CR0.WP */
	bool		mc_pge;		/* CR4.PGE */
	bool		mc_invlpg;	/* false: a 386 */
};

struct mmu_counters {
	uint64_t	mn_access;
	uint64_t	mn_walk;
	uint64_t	mn_invlpg;
	uint64_t	mn_reload;
	uint64_t	mn_global;
};

/* A walk without side effects: what the tables say now. */
struct mmu_walk {
	uint32_t	mw_pde;
	uint32_t	mw_pte;		/* 0 when the PDE is not present */
	uint32_t	mw_ptepa;	/* where that PTE is; 0 if nowhere */
};

/* A law that the TLB's contents break; see mmu_tlb_check. */
struct mmu_breach {
	const char	*mb_law;	/* "TL1", "TL2" or "TL3" */
	const char	*mb_why;
	struct mmu_entry mb_entry;
	uint32_t	mb_pde;
	uint32_t	mb_pte;
};

extern struct mmu_cpu mmu_cpu;
extern struct mmu_counters mmu_counters;

/* Called when a translation marked ME_REAL leaves the TLB. */
extern void (*mmu_drop_hook)(uint32_t vpn);

void	mmu_init(uint8_t *phys, uint32_t frames);
uint32_t *mmu_word(uint32_t pa);

enum mmu_fault mmu_walk(uint32_t cr3, uint32_t va, struct mmu_walk *w);
enum mmu_fault mmu_access(uint32_t va, unsigned int want, uint32_t *pa);

void	mmu_load_cr3(uint32_t pa);
void	mmu_invlpg(uint32_t va);
void	mmu_flush_global(void);

/* The TLB as data. */
uint32_t mmu_tlb_count(void);
const struct mmu_entry *mmu_tlb_get(uint32_t i);
struct mmu_entry *mmu_tlb_find(uint32_t vpn);
bool	mmu_holds(uint32_t pfn);
uint8_t	mmu_tlb_mark(uint32_t vpn, uint32_t pfn);
void	mmu_tlb_insert(uint32_t vpn, uint32_t pfn, uint8_t flags);
void	mmu_tlb_evict(uint32_t vpn);
void	mmu_tlb_clear(void);
void	mmu_tlb_load(const struct mmu_entry *, uint32_t n);
void	mmu_tlb_fill(void);
uint32_t mmu_pde_cached(uint32_t slot);
unsigned int mmu_tlb_check(void (*report)(const struct mmu_breach *));

#endif /* _PMAP386_TESTS_MMU_H_ */
