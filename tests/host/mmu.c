/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * mmu.c: the software MMU and its adversarial TLB.
 *
 * Knows physical memory, CR3 and the bits of the manual; knows nothing of
 * the module, of frames' owners or of processes.  The host (host.c, kva.c)
 * and the tests call it.
 *
 * The TLB is a dense array of entries, and for each virtual page the head
 * of a chain through it.  An entry leaves only by INVLPG, by a load of CR3
 * (unless global), by a global flush, or by a page fault at its address.
 * An entry for real memory of the process (ME_REAL) stays over a load of
 * CR3 when the tables would give the very same entry again: a processor
 * might fetch it at once, and dropping it would only cost time.
 *
 * The cache of directory entries is modelled too: a walk uses a PDE that it
 * saw before until something flushes it (volume 3, 4.10.3).  So a page
 * table that is freed without a flush is walked in its next life.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmu.h"

#define NSLOTS		1024u
#define NPAGES		(1u << 20)

struct mmu_cpu mmu_cpu;
struct mmu_counters mmu_counters;
void (*mmu_drop_hook)(uint32_t vpn);

static uint8_t *mmu_phys;
static uint32_t mmu_frames;

static struct mmu_entry tlb[MMU_TLB_MAX + 1];
static uint16_t tlb_head[NPAGES];	/* index + 1, 0 for none */
static uint32_t tlb_count;

static uint32_t pdc_pde[NSLOTS];	/* cached PDE, 0 for none */
static uint16_t pdc_slot[NSLOTS];
static uint32_t pdc_count;

/*
 * To forget one would hide a missing flush.
 */
static void
overflow(void)
{
	fprintf(stderr, "mmu: more than %u translations\n", MMU_TLB_MAX);
	abort();
}

/*
 * Begin with this physical memory, an empty TLB and CR3 0.
 */
void
mmu_init(uint8_t *phys, uint32_t frames)
{
	mmu_tlb_clear();
	mmu_phys = phys;
	mmu_frames = frames;
	memset(&mmu_cpu, 0, sizeof(mmu_cpu));
	memset(&mmu_counters, 0, sizeof(mmu_counters));
}

/*
 * The word at a physical address, or NULL outside memory.
 */
uint32_t *
mmu_word(uint32_t pa)
{
	if ((pa >> 12) >= mmu_frames)
		return (NULL);
	return ((uint32_t *)(mmu_phys + (pa & ~3u)));
}

/*
 * What the tables say about va, without setting or caching anything.
 */
enum mmu_fault
mmu_walk(uint32_t cr3, uint32_t va, struct mmu_walk *w)
{
	uint32_t *word;

	w->mw_pde = w->mw_pte = w->mw_ptepa = 0;
	word = mmu_word((cr3 & MMU_FRAME) + (va >> 22) * 4);
	if (word == NULL)
		return (MMU_BUS);
	w->mw_pde = *word;
	if ((w->mw_pde & MMU_P) == 0)
		return (MMU_ABSENT);
	w->mw_ptepa = (w->mw_pde & MMU_FRAME) + (va >> 12 & 1023) * 4;
	word = mmu_word(w->mw_ptepa);
	if (word == NULL) {
		w->mw_ptepa = 0;
		return (MMU_BUS);
	}
	w->mw_pte = *word;
	return ((w->mw_pte & MMU_P) != 0 ? MMU_OK : MMU_ABSENT);
}

/*
 * The rights and marks that a translation made of these two would cache.
 */
static uint8_t
entry_flags(uint32_t pde, uint32_t pte)
{
	uint8_t flags;

	flags = 0;
	if ((pde & pte & MMU_RW) != 0)
		flags |= ME_W;
	if ((pde & pte & MMU_US) != 0)
		flags |= ME_U;
	if ((pte & MMU_D) != 0)
		flags |= ME_D;
	if ((pte & MMU_G) != 0 && mmu_cpu.mc_pge)
		flags |= ME_G;
	return (flags);
}

/*
 * Does this entry allow the access?  D is not asked here.
 */
static bool
entry_allows(uint8_t flags, unsigned int want)
{
	if ((want & MMU_USER) != 0) {
		if ((flags & ME_U) == 0)
			return (false);
		return ((want & MMU_WRITE) == 0 || (flags & ME_W) != 0);
	}
	return ((want & MMU_WRITE) == 0 || (flags & ME_W) != 0 ||
	    !mmu_cpu.mc_wp);
}

/*
 * Take entry i out of its chain and of the array.
 */
static void
entry_remove(uint32_t i)
{
	struct mmu_entry *e = &tlb[i];
	uint16_t *link;
	uint32_t vpn = e->me_vpn, last;
	bool real = (e->me_flags & ME_REAL) != 0;

	for (link = &tlb_head[vpn]; *link != i + 1;)
		link = &tlb[*link - 1].me_next;
	*link = e->me_next;
	last = --tlb_count;
	if (last != i) {
		for (link = &tlb_head[tlb[last].me_vpn]; *link != last + 1;)
			link = &tlb[*link - 1].me_next;
		*link = (uint16_t)(i + 1);
		*e = tlb[last];
	}
	if (real && mmu_drop_hook != NULL)
		mmu_drop_hook(vpn);
}

/*
 * Cache a translation.  One that is there already with the same frame and
 * rights only gains D; an older, different one stays beside it.
 */
void
mmu_tlb_insert(uint32_t vpn, uint32_t pfn, uint8_t flags)
{
	const uint8_t same = ME_W | ME_U | ME_G;
	struct mmu_entry *e;
	uint16_t i;

	for (i = tlb_head[vpn]; i != 0; i = e->me_next) {
		e = &tlb[i - 1];
		if (e->me_pfn == pfn && ((e->me_flags ^ flags) & same) == 0) {
			e->me_flags |= flags;
			return;
		}
	}
	if (tlb_count == MMU_TLB_MAX)
		overflow();
	e = &tlb[tlb_count++];
	e->me_vpn = vpn;
	e->me_pfn = pfn;
	e->me_flags = flags;
	e->me_next = tlb_head[vpn];
	tlb_head[vpn] = (uint16_t)tlb_count;
}

/*
 * The PDE that a walk uses: a cached one if there is one.
 */
static uint32_t
walk_pde(uint32_t va)
{
	uint32_t slot = va >> 22, *word;

	if (pdc_pde[slot] != 0)
		return (pdc_pde[slot]);
	word = mmu_word((mmu_cpu.mc_cr3 & MMU_FRAME) + slot * 4);
	if (word == NULL || (*word & MMU_P) == 0)
		return (0);
	*word |= MMU_A;
	pdc_pde[slot] = *word;
	pdc_slot[pdc_count++] = (uint16_t)slot;
	return (*word);
}

/*
 * A hardware walk: sets A, and D for a write, and caches the result.
 */
static enum mmu_fault
hardware_walk(uint32_t va, unsigned int want, uint32_t *pa)
{
	uint32_t pde, *word;

	mmu_counters.mn_walk++;
	pde = walk_pde(va);
	if (pde == 0)
		return (MMU_ABSENT);
	word = mmu_word((pde & MMU_FRAME) + (va >> 12 & 1023) * 4);
	if (word == NULL)
		return (MMU_BUS);
	if ((*word & MMU_P) == 0)
		return (MMU_ABSENT);
	if (!entry_allows(entry_flags(pde, *word), want))
		return (MMU_DENIED);
	*word |= MMU_A | ((want & MMU_WRITE) != 0 ? MMU_D : 0);
	mmu_tlb_insert(va >> 12, *word >> 12, entry_flags(pde, *word));
	*pa = (*word & MMU_FRAME) | (va & ~MMU_FRAME);
	return (MMU_OK);
}

/*
 * One access of the processor at va with the current CR3.
 *
 * => any cached translation that allows it is used, the oldest first
 * => a write through an entry without D walks again, as processors do
 * => a fault drops the cached entries of that page (volume 3, 4.10.4.1)
 */
enum mmu_fault
mmu_access(uint32_t va, unsigned int want, uint32_t *pa)
{
	const struct mmu_entry *e, *hit = NULL;
	enum mmu_fault fault;
	uint32_t vpn = va >> 12;
	uint16_t i;
	bool cached = false;

	mmu_counters.mn_access++;
	for (i = tlb_head[vpn]; i != 0; i = e->me_next) {
		e = &tlb[i - 1];
		cached = true;
		if (!entry_allows(e->me_flags, want))
			continue;
		if ((want & MMU_WRITE) == 0 || (e->me_flags & ME_D) != 0)
			hit = e;
	}
	if (hit != NULL) {
		*pa = hit->me_pfn << 12 | (va & ~MMU_FRAME);
		return (MMU_OK);
	}
	if (cached && (want & MMU_WRITE) == 0)
		fault = MMU_DENIED;
	else
		fault = hardware_walk(va, want, pa);
	if (fault != MMU_OK)
		while (tlb_head[vpn] != 0)
			entry_remove(tlb_head[vpn] - 1u);
	return (fault);
}

static void
pdc_flush(void)
{
	while (pdc_count != 0)
		pdc_pde[pdc_slot[--pdc_count]] = 0;
}

/*
 * Would a walk now give this very entry again?
 */
static bool
entry_same(const struct mmu_entry *e)
{
	struct mmu_walk w;
	uint8_t now;

	if (mmu_walk(mmu_cpu.mc_cr3, e->me_vpn << 12, &w) != MMU_OK)
		return (false);
	now = entry_flags(w.mw_pde, w.mw_pte);
	return (w.mw_pte >> 12 == e->me_pfn && (w.mw_pte & MMU_A) != 0 &&
	    ((now ^ e->me_flags) & (ME_W | ME_U)) == 0 &&
	    ((e->me_flags & ~now) & ME_D) == 0);
}

/*
 * Drop what a flush drops: everything, or everything but the globals.
 */
static void
tlb_flush(bool globals)
{
	uint32_t i;
	uint8_t flags;

	for (i = tlb_count; i-- > 0;) {
		flags = tlb[i].me_flags;
		if ((flags & ME_G) != 0 && !globals)
			continue;
		if ((flags & ME_REAL) != 0 && entry_same(&tlb[i]))
			continue;
		entry_remove(i);
	}
	pdc_flush();
}

void
mmu_load_cr3(uint32_t pa)
{
	mmu_counters.mn_reload++;
	mmu_cpu.mc_cr3 = pa;
	tlb_flush(false);
}

void
mmu_flush_global(void)
{
	mmu_counters.mn_global++;
	tlb_flush(true);
}

/*
 * INVLPG: every entry of the page goes, global or not, and the cached PDEs.
 */
void
mmu_invlpg(uint32_t va)
{
	uint32_t vpn = va >> 12, i;

	mmu_counters.mn_invlpg++;
	if (tlb_head[vpn] != 0) {
		i = tlb_head[vpn] - 1u;
		if (tlb[i].me_next != 0 || (tlb[i].me_flags & ME_REAL) == 0 ||
		    !entry_same(&tlb[i]))
			while (tlb_head[vpn] != 0)
				entry_remove(tlb_head[vpn] - 1u);
	}
	pdc_flush();
}

uint32_t
mmu_tlb_count(void)
{
	return (tlb_count);
}

const struct mmu_entry *
mmu_tlb_get(uint32_t i)
{
	return (i < tlb_count ? &tlb[i] : NULL);
}

/*
 * The newest entry of a page, or NULL.
 */
struct mmu_entry *
mmu_tlb_find(uint32_t vpn)
{
	return (tlb_head[vpn] != 0 ? &tlb[tlb_head[vpn] - 1] : NULL);
}

/*
 * Is a frame cached, as a page or as a page table?
 */
bool
mmu_holds(uint32_t pfn)
{
	uint32_t i;

	for (i = 0; i < tlb_count; i++)
		if (tlb[i].me_pfn == pfn)
			return (true);
	for (i = 0; i < pdc_count; i++)
		if (pdc_pde[pdc_slot[i]] >> 12 == pfn)
			return (true);
	return (false);
}

/*
 * Note that the process has this translation as real memory.
 *
 * => returns the flags of the entry, 0 if there is none
 */
uint8_t
mmu_tlb_mark(uint32_t vpn, uint32_t pfn)
{
	struct mmu_entry *e;
	uint16_t i;

	for (i = tlb_head[vpn]; i != 0; i = e->me_next) {
		e = &tlb[i - 1];
		if (e->me_pfn != pfn)
			continue;
		e->me_flags |= ME_REAL;
		return (e->me_flags);
	}
	return (0);
}

/*
 * Lose what is cached of a page, as a processor may at any time.
 */
void
mmu_tlb_evict(uint32_t vpn)
{
	while (tlb_head[vpn] != 0)
		entry_remove(tlb_head[vpn] - 1u);
}

/*
 * The directory entry that a walk would use without looking, 0 for none.
 */
uint32_t
mmu_pde_cached(uint32_t slot)
{
	return (pdc_pde[slot]);
}

/*
 * Empty the TLB as a reset would.
 */
void
mmu_tlb_clear(void)
{
	while (tlb_count > 0)
		entry_remove(tlb_count - 1);
	pdc_flush();
}

/*
 * Make the TLB hold these entries and no others.
 *
 * => an entry that was real memory when it was saved is real again only
 *    from its next touch on, unless it is real now and the same
 */
void
mmu_tlb_load(const struct mmu_entry *e, uint32_t n)
{
	uint32_t i, j;
	uint8_t flags;

	for (i = tlb_count; i-- > 0;) {
		for (j = 0; j < n; j++)
			if (e[j].me_vpn == tlb[i].me_vpn &&
			    e[j].me_pfn == tlb[i].me_pfn &&
			    e[j].me_flags == tlb[i].me_flags)
				break;
		if (j == n)
			entry_remove(i);
	}
	for (j = 0; j < n; j++) {
		flags = e[j].me_flags & (uint8_t)~ME_REAL;
		mmu_tlb_insert(e[j].me_vpn, e[j].me_pfn, flags);
	}
	pdc_flush();
}

/*
 * Cache everything that the loaded tables allow a processor to cache: each
 * valid translation whose A bits are set, D as it stands.
 */
void
mmu_tlb_fill(void)
{
	uint32_t slot, i, *pde, *pt, pte;

	for (slot = 0; slot < NSLOTS; slot++) {
		pde = mmu_word((mmu_cpu.mc_cr3 & MMU_FRAME) + slot * 4);
		if (pde == NULL || (*pde & (MMU_P | MMU_A)) != (MMU_P | MMU_A))
			continue;
		pt = mmu_word(*pde & MMU_FRAME);
		for (i = 0; pt != NULL && i < 1024; i++) {
			pte = pt[i];
			if ((pte & (MMU_P | MMU_A)) == (MMU_P | MMU_A))
				mmu_tlb_insert(slot << 10 | i, pte >> 12,
				    entry_flags(*pde, pte));
		}
	}
}

/*
 * The law that an entry breaks against the tables as they are, or NULL.
 */
static const char *
entry_check(const struct mmu_entry *e, const struct mmu_walk *w,
    enum mmu_fault fault, const char **why)
{
	uint8_t now;

	if (fault != MMU_OK) {
		*why = "no translation";
		return ("TL1");
	}
	now = entry_flags(w->mw_pde, w->mw_pte);
	if (w->mw_pte >> 12 != e->me_pfn) {
		*why = "another frame";
		return ("TL1");
	}
	if ((e->me_flags & ~now & (ME_W | ME_U)) != 0) {
		*why = "more rights";
		return ("TL1");
	}
	if ((e->me_flags & ~now & ME_D) != 0) {
		*why = "D cached, M clear";
		return ("TL2");
	}
	if ((w->mw_pte & MMU_A) == 0) {
		*why = "cached, A clear";
		return ("TL3");
	}
	return (NULL);
}

static unsigned int
pdc_check(void (*report)(const struct mmu_breach *))
{
	struct mmu_breach b;
	uint32_t i, *pde, *next;
	unsigned int n = 0;

	memset(&b, 0, sizeof(b));
	for (i = 0; i < pdc_count; i++) {
		next = &pdc_pde[pdc_slot[i]];
		pde = mmu_word((mmu_cpu.mc_cr3 & MMU_FRAME) +
		    pdc_slot[i] * 4u);
		if (pde != NULL && (*pde & MMU_P) != 0 &&
		    ((*pde ^ *next) & MMU_FRAME) == 0 &&
		    (*next & ~*pde & (MMU_RW | MMU_US)) == 0)
			continue;
		b.mb_law = "TL1";
		b.mb_why = "cached PDE of a table that left";
		b.mb_entry.me_vpn = (uint32_t)pdc_slot[i] << 10;
		b.mb_entry.me_pfn = *next >> 12;
		b.mb_pde = pde != NULL ? *pde : 0;
		report(&b);
		n++;
	}
	return (n);
}

/*
 * Compare all that is cached with the tables.
 *
 * => calls report for each breach of TL1, TL2 or TL3; returns their number
 */
unsigned int
mmu_tlb_check(void (*report)(const struct mmu_breach *))
{
	struct mmu_breach b;
	struct mmu_walk w;
	enum mmu_fault fault;
	uint32_t i;
	unsigned int n = 0;

	for (i = 0; i < tlb_count; i++) {
		fault = mmu_walk(mmu_cpu.mc_cr3, tlb[i].me_vpn << 12, &w);
		b.mb_law = entry_check(&tlb[i], &w, fault, &b.mb_why);
		if (b.mb_law == NULL)
			continue;
		b.mb_entry = tlb[i];
		b.mb_pde = w.mw_pde;
		b.mb_pte = w.mw_pte;
		report(&b);
		n++;
	}
	return (n + pdc_check(report));
}
