/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap.c: the pmap(9) operations of the i386.
 *
 * Role: policy.  It builds PTEs, orders the edits, keeps the statistics,
 * flushes the TLB, finds memory, and checks everything on demand.  It is the
 * hub: the virtual memory system calls it, it calls ptp.c (page tables) and
 * pv.c (frames and links), and these call nothing but the inlines that they
 * share.
 *
 * Each operation runs in one order: reserve (may fail and changes nothing),
 * slot, swap, record, flush, free.  From the swap on nothing can fail.
 *
 * Invariants: all; those asserted here and those that only pmap_audit can see
 * are told apart in doc/invariants.md.
 *
 * Locking: one processor; each operation raises splvm and returns with the
 * spl that it was called with.
 *
 * Memory: only a user's pmap_enter and pmap_pinit allocate, see "Memory".
 *
 * TLB: see "Gather".  See also: pmap(9), pmap_host(9), doc/design.md.
 */
#include "pmap_mem.h"

struct pmap kernel_pmap_store;
struct pmap_counters pmap_counters;

/* ----- TLB ----- */

/*
 * The 386 has no INVLPG (Intel486 Programmer's Reference, appendix B.1):
 * there the whole TLB goes.  This is the only place that knows.
 */
static void
tlb_reload(uint32_t cr3)
{
	ph_load_cr3(cr3);
	pmap_counters.pc_reload++;
}

void
pmap_flush_pages(const vm_offset_t *va, uint32_t n)
{
	if (n > 0 && !ph_has_invlpg()) {
		tlb_reload(ph_cr3());
		return;
	}
	pmap_counters.pc_invlpg += n;
	while (n > 0)
		ph_invlpg(va[--n]);
}

static inline bool
pmap_is_loaded(const struct pmap *pm)
{
	return (pm == kernel_pmap || (ph_cr3() & PMB_FRAME) == pm->pm_pdirpa);
}

/*
 * Can the TLB hold this entry of a loaded pmap?  A clear means no (TL3).  An
 * interrupt may use the kernel's between the read and the edit, so for the
 * kernel's pmap the answer is always yes.
 */
static inline bool
pte_cached(const struct pmap *pm, uint32_t old)
{
	return ((old & PMB_REF) != 0 ||
	    (pm == kernel_pmap && (old & PMB_VALID) != 0));
}

/*
 * Gather: what an operation changed and must flush, and the arena pages that
 * it unmapped and may give back only then.  Edits note here; gather_finish
 * flushes it all at once and gives back.  Above GATHER_MAX addresses it is one
 * reload.  A page table of a loaded pmap always is: the processor caches
 * directory entries under addresses that nobody noted (SDM vol. 3A, 4.10.3).
 */
#define GATHER_MAX	32u

struct gather {
	uint32_t	 ga_cr3;	/* what a reload loads */
	uint32_t	 ga_dir;	/* the directory that is loaded */
	struct ptp	*ga_pages;	/* unmapped, chained by pt_next */
	uint32_t	 ga_count;
	bool		 ga_reload;
	vm_offset_t	 ga_va[GATHER_MAX];
};

static void
gather_init(struct gather *g)
{
	g->ga_cr3 = ph_cr3();
	g->ga_dir = g->ga_cr3 & PMB_FRAME;
	g->ga_pages = NULL;
	g->ga_count = 0;
	g->ga_reload = false;
}

/*
 * An entry was changed; old is what it was.
 */
static inline void
gather_note(struct gather *g, const struct pmap *pm, vm_offset_t va,
    uint32_t old)
{
	if ((pm->pm_pdirpa != g->ga_dir && pm != kernel_pmap) ||
	    !pte_cached(pm, old))
		return;
	if (g->ga_count < GATHER_MAX)
		g->ga_va[g->ga_count++] = va;
	else
		g->ga_reload = true;
}

/*
 * End an operation that changes mappings.
 */
static inline void
pmap_leave(int s)
{
	static uint32_t left = PMAP_AUDIT;

	if (PMAP_AUDIT != 0 && --left == 0) {
		left = PMAP_AUDIT;
		(void)pmap_audit(NULL);
	}
	ph_splx(s);
}

/* ----- one entry ----- */

/*
 * One entry has become wired, or is no longer.
 */
static void
pmap_count_wired(struct ptp *pt, uint32_t i, bool wired)
{
	if (ptp_host_edits(pt, i))
		return;
	pt->pt_wired = (uint16_t)(pt->pt_wired + (wired ? 1 : -1));
	pt->pt_pmap->pm_stats.wired_count += wired ? 1 : ~0u;
	ptp_queue(pt);
	PMAP_ASSERT(!wired || pmap_pin_room(0, 0) || pmap_overdrawn,
	    "RS2 %u directories and %u wired page tables of %u pages",
	    ptp_ndirs, ptp_nwired(), pmap_pool);
}

/*
 * Set bits of a valid entry.  => returns it as it was; the caller flushes
 * => M and U that the processor set between the read and the swap go back in
 */
static uint32_t
pmap_set_bits(struct ptp *pt, uint32_t i, uint32_t bits)
{
	uint32_t old = pte_read(&pt->pt_pte[i]), pte = old | bits, seen;

	while (((seen = pte_swap(&pt->pt_pte[i], pte)) & ~pte) != 0)
		pte |= seen;
	return (old);
}

/*
 * An entry without a link goes, where the host may have stored it: a device
 * driver that wrote through it set M in no other entry (MR1).
 */
static void
pmap_save_untracked(uint32_t old)
{
	if (pte_may_track(old))
		frame_lookup(old)->fr_info |= old & PMB_ATTR;
}

/*
 * Take an entry out of a page table: swap and record.
 * => returns the old entry, 0 if it was not valid; the caller flushes
 * => the caller looks after a page table without entries, and after the
 *    victim queue if the entry was wired
 */
static inline uint32_t
pmap_unmap(struct ptp *pt, uint32_t i)
{
	struct pmap *pm = pt->pt_pmap;
	struct pv_link *pv = pv_slot(pt, i);
	uint32_t old = pte_swap(&pt->pt_pte[i], 0);

	if (pv_tracked(pv)) {
		if (__builtin_expect(!pte_may_track(old), 0)) {
			pmap_stray(pt, i, old);
			return (old);
		}
		pv_remove(frame_lookup(old), pv, old);
		pt->pt_managed--;
	}
	if ((old & PMB_VALID) == 0)
		return (0);
	pmap_counters.pc_remove++;
	if (ptp_host_edits(pt, i)) {
		pmap_save_untracked(old);
		return (old);
	}
	pt->pt_valid--;
	pm->pm_stats.resident_count--;
	if (old & PMB_WIRED) {
		pt->pt_wired--;
		pm->pm_stats.wired_count--;
	}
	return (old);
}

/*
 * The same, noted for the flush, and for the victim queue.
 */
static inline uint32_t
gather_unmap(struct gather *g, struct ptp *pt, uint32_t i)
{
	uint32_t old = pmap_unmap(pt, i);

	gather_note(g, pt->pt_pmap, pt->pt_va + i * PMB_PAGE, old);
	if (old & PMB_WIRED)
		ptp_queue(pt);
	return (old);
}

/*
 * Give an arena page that is on no list back to the host, after the flush.
 */
static void
gather_page(struct gather *g, struct ptp *pt)
{
	ptp_arena_unmap(pt);
	pt->pt_next = g->ga_pages;
	g->ga_pages = pt;
}

/*
 * Empty an unhooked page table and free it: the one routine for release,
 * large removes, the last entry's removal and reclaim.
 * => each entry is swapped out before the flush, as in a removal of one: what
 *    the processor set until then is in the old entry, and it sets nothing in
 *    one that is not valid (SDM vol. 3A, 4.8)
 */
static void
gather_empty(struct gather *g, struct ptp *pt)
{
	uint32_t i;
	vm_offset_t page;

	for (i = 0; pt->pt_valid > 0 &&
	    (i = ptp_next_valid(pt, i, PMB_NPTE - 1)) < PMB_NPTE; i++)
		(void)pmap_unmap(pt, i);
	if (__builtin_expect(pt->pt_valid + pt->pt_managed + pt->pt_wired, 0))
		pmap_mend(pt);
	for (i = 0; i < PV_NSLICE; i++) {
		if (pt->pt_slice[i] == NULL)
			continue;
		page = pv_slice_free(pt->pt_slice[i]);
		pt->pt_slice[i] = NULL;
		if (page != 0)
			gather_page(g, ptp_of_pte((uint32_t *)page));
	}
	ptp_retire(pt);
	if (pmap_mem_plenty(&ptp_ready))
		gather_page(g, ptp_ready_pop());
}

/*
 * Unhook a user's page table and free it.
 * => returns false if its directory did not hold it
 */
static bool
gather_detach(struct gather *g, struct ptp *pt)
{
	bool hooked = ptp_detach(pt);

	if (pt->pt_pmap->pm_pdirpa == g->ga_dir)
		g->ga_reload = true;
	pmap_counters.pc_ptp_free++;
	gather_empty(g, pt);
	return (hooked);
}

/*
 * The same, and a table that its directory did not hold is reported.
 */
static bool
gather_unhook(struct gather *g, struct ptp *pt)
{
	struct pmap *pm = pt->pt_pmap;
	bool hooked = gather_detach(g, pt);

	if (!hooked)
		pmap_violation("PT1", pm, pt->pt_va, 0, pt->pt_pa);
	return (hooked);
}

/*
 * The same, of a pmap that lives on and did not ask for it: where it is the
 * top user slot's, this is the moment before the crash of 1997.
 */
static void
gather_lose(struct gather *g, struct ptp *pt)
{
	struct pmap *pm = pt->pt_pmap;
	vm_offset_t va = pt->pt_va;

	if (va_slot(va) == va_slot(PH_USER_MAX - 1))
		pmap_counters.pc_top_lost++;
	if (!gather_unhook(g, pt))
		ph_isolate(pm, va, PH_NOPAGE);
}

/*
 * Flush once, then give back what was unmapped.
 * => a global arena page outlives a reload, so it is flushed by itself; a 386
 *    knows neither global pages nor INVLPG, and its one reload takes all
 */
static void
gather_flush(struct gather *g)
{
	struct ptp *pt;
	vm_offset_t va;
	uint32_t pa;
	bool single = ph_has_invlpg();

	if (g->ga_reload || (!single && g->ga_pages != NULL))
		tlb_reload(g->ga_cr3);
	else
		pmap_flush_pages(g->ga_va, g->ga_count);
	while ((pt = g->ga_pages) != NULL) {
		g->ga_pages = pt->pt_next;
		va = (vm_offset_t)pt->pt_pte;
		if (single)
			pmap_flush_pages(&va, 1);
		pa = ptp_arena_free(pt);
		frame_set(pa, FR_MANAGED, NULL);
		ph_page_free(pa);
	}
}

/* End a gather.  => g is used up */
static inline void
gather_finish(struct gather *g)
{
	if (g->ga_count > 0 || g->ga_reload || g->ga_pages != NULL)
		gather_flush(g);
}

/*
 * Take a page table away for memory.  => it is ready, or given back
 */
void
pmap_take(struct ptp *pt)
{
	struct gather g;

	gather_init(&g);
	gather_lose(&g, pt);
	gather_finish(&g);
}

/*
 * Write an entry, whatever stood there: swap, record, flush.
 * => fr: the frame to link the mapping to, or NULL: not tracked
 */
static inline void
pmap_set(struct ptp *pt, vm_offset_t va, uint32_t pte, struct frame *fr)
{
	struct pmap *pm = pt->pt_pmap;
	uint32_t i = va_index(va), old;
	uint32_t *ptep = &pt->pt_pte[i];
	struct pv_link *pv = pv_slot(pt, i);
	struct frame *oldfr;
	bool tracked = pv_tracked(pv);

	old = pte_read(ptep);
	if (tracked && __builtin_expect(!pte_may_track(old), 0)) {
		(void)pmap_unmap(pt, i);
		pmap_flush_pages(&va, 1);
		old = 0;
		tracked = false;
	}
	if (((old ^ pte) & ~PMB_ATTR) == 0 && tracked == (fr != NULL))
		return;
	old = pte_swap(ptep, pte);
	oldfr = tracked ? frame_lookup(old) : NULL;
	if (oldfr != fr) {
		if (oldfr != NULL) {
			pv_remove(oldfr, pv, old);
			pt->pt_managed--;
		}
		if (fr != NULL) {
			PMAP_ASSERT(pv != NULL, "PV1 pmap %p va 0x%x: no slice",
			    (void *)pm, va);
			pv_insert(fr, pv);
			pt->pt_managed++;
		}
	} else if (fr != NULL)
		fr->fr_info |= old & PMB_ATTR;
	if (ptp_host_edits(pt, i))
		pmap_save_untracked(old);
	else if ((old & PMB_VALID) == 0) {
		pt->pt_valid++;
		pm->pm_stats.resident_count++;
	}
	if (pte_cached(pm, old) && pmap_is_loaded(pm))
		pmap_flush_pages(&va, 1);
	if ((old ^ pte) & PMB_WIRED)
		pmap_count_wired(pt, i, (pte & PMB_WIRED) != 0);
}

/*
 * The page table for an entry at <pm, va>, with a slice if it is to be
 * tracked, and one that may be pinned if it is to be wired.
 * => as pmap_slot_make
 */
static inline struct ptp *
pmap_slot(struct pmap *pm, vm_offset_t va, bool track, bool wired, int *s)
{
	struct ptp *pt = ptp_lookup(pm, va);

	if (pt != NULL &&
	    (!track || pt->pt_slice[va_index(va) / PV_NLINK] != NULL) &&
	    (!wired || pt->pt_wired > 0 || pm == kernel_pmap))
		return (pt);
	return (pmap_slot_make(pm, va, track, wired, s));
}

/* ----- ranges of addresses ----- */

/*
 * Is a managed page tracked at va?  Not in what the pagers or the host itself
 * map.
 */
static inline bool
pmap_may_track(const struct pmap *pm, vm_offset_t va)
{
	return (pm != kernel_pmap || (!ph_pager_va(va) && !ph_host_edits(va)));
}

/*
 * May the host map va in pm?  The kernel image, the arena, the tables, the
 * windows and the recursive slot are out of reach.
 */
static inline bool
pmap_va_ok(const struct pmap *pm, vm_offset_t va)
{
	PMAP_ASSERT(pm->pm_count > 0, "PM1 pmap %p is dead", (const void *)pm);
	if (pm == kernel_pmap)
		return (va >= pmap_kva_start && va <= pmap_kva_last);
	return (va < PH_USER_PTMAX);
}

/*
 * Cut a range down to what the host may map in pm.
 * => both become pages: the first and the last one
 * => returns false if nothing is left; a range that lies outside altogether
 *    is counted as refused
 */
static bool
pmap_range_clip(const struct pmap *pm, vm_offset_t *svap, vm_offset_t *evap)
{
	vm_offset_t lo = pm == kernel_pmap ? pmap_kva_start : 0;
	vm_offset_t hi = pm == kernel_pmap ? pmap_kva_last & PMB_FRAME :
	    PH_USER_PTMAX - PMB_PAGE;
	vm_offset_t sva = *svap & PMB_FRAME, last = (*evap - 1) & PMB_FRAME;

	PMAP_ASSERT(pm->pm_count > 0, "PM1 pmap %p is dead", (const void *)pm);
	if (*evap == *svap || *evap - 1 < *svap)
		return (false);
	if (sva > hi || last < lo) {
		pmap_counters.pc_refused++;
		return (false);
	}
	*svap = sva < lo ? lo : sva;
	*evap = last > hi ? hi : last;
	return (true);
}

/* ----- boot ----- */

/*
 * The VM's pages are known now: from here on their mappings are tracked.
 * => mappings made before have no link and may be removed like any other
 * => once
 */
void
pmap_init(void)
{
	uint32_t pfn;
	int s = ph_splvm();

	for (pfn = 0; pfn < frame_count; pfn++)
		if (frame_tag(&frame_table[pfn]) == FR_FOREIGN &&
		    ph_frame_managed(pfn))
			frame_set(pfn << PMB_PAGESHIFT, FR_MANAGED, NULL);
	pmap_mem_init();
	ph_splx(s);
}

/* ----- life of an address space ----- */

/*
 * Start a pmap's life with a directory.  => s: the spl to go back to
 */
static void
pmap_start(pmap_t pm, struct ptp *dir, int s)
{
	pm->pm_slots = 0;
	pm->pm_count = 1;
	pm->pm_stats.resident_count = 0;
	pm->pm_stats.wired_count = 0;
	ptp_dir_attach(dir, pm);
	pmap_overdrawn = pmap_overdrawn && !pmap_pin_room(0, 0);
	PMAP_ASSERT(pmap_pin_room(0, 0) || pmap_overdrawn,
	    "RS2 %u directories and %u wired page tables of %u pages",
	    ptp_ndirs, ptp_nwired(), pmap_pool);
	ph_splx(s);
}

/*
 * Make an empty address space in memory of the caller's.
 * => may sleep
 * => every field is set, the caller need not clear it
 * => FALSE, where PH_WIRED_FAILS is set: the floor allows no directory, or the
 *    process has been killed while it waited for memory; nothing was made
 */
boolean_t
pmap_pinit(pmap_t pm)
{
	const struct frame *fr;
	struct ptp *dir;
	int s;

	PMAP_ASSERT(pm != NULL, "PM1 pinit of no pmap");
	fr = frame_lookup(pm->pm_pdirpa);
	PMAP_ASSERT(frame_tag(fr) != FR_DIR || fr->fr_ptp->pt_pmap != pm,
	    "PM1 pinit of live pmap %p", (void *)pm);
	dir = pmap_dir_get(&s);
	if (dir == NULL)
		return (FALSE);
	pmap_start(pm, dir, s);
	return (TRUE);
}

/*
 * Make an address space.
 * => may sleep
 * => size: not 0 asks for a software map, for which nothing is made
 * => returns NULL then, and where pmap_pinit would say FALSE; otherwise a pmap
 *    with one reference, which lives in the descriptor of its own directory
 */
pmap_t
pmap_create(vm_size_t size)
{
	struct ptp *dir;
	int s;

	if (size != 0)
		return (NULL);
	dir = pmap_dir_get(&s);
	if (dir == NULL)
		return (NULL);
	pmap_start(&dir->pt_store, dir, s);
	return (&dir->pt_store);
}

/*
 * One more reference.  => NULL is allowed
 */
void
pmap_reference(pmap_t pm)
{
	int s;

	if (pm == NULL)
		return;
	s = ph_splvm();
	PMAP_ASSERT(pm->pm_count > 0 && pm->pm_count < 0x7fffffff,
	    "PM1 reference to pmap %p with %d", (void *)pm, pm->pm_count);
	pm->pm_count++;
	ph_splx(s);
}

/*
 * One reference less; the last one releases what the pmap holds.
 * => NULL is allowed; never sleeps
 */
void
pmap_destroy(pmap_t pm)
{
	int s;

	if (pm == NULL)
		return;
	s = ph_splvm();
	PMAP_ASSERT(pm->pm_count > 0, "PM1 destroy of dead pmap %p",
	    (void *)pm);
	if (pm->pm_count == 1)
		pmap_release(pm);
	else
		pm->pm_count--;
	ph_splx(s);
}

/*
 * Give back all that a pmap holds, wired or not.
 * => the struct stays the caller's
 * => never sleeps; works without a current process
 * => a directory that is in CR3 is replaced by the kernel's before its page
 *    can be used again (PM3)
 */
void
pmap_release(pmap_t pm)
{
	struct gather g;
	struct ptp_range r = { .pr_pmap = pm, .pr_last = PH_USER_PTMAX - 1 };
	struct ptp *orphan;
	int s = ph_splvm();

	PMAP_ASSERT(pm != NULL && pm != kernel_pmap && pm->pm_count == 1,
	    "PM1 release of pmap %p: not its last reference", (void *)pm);
	gather_init(&g);
	if (pmap_is_loaded(pm)) {
		g.ga_cr3 = kernel_pmap->pm_pdirpa;
		g.ga_reload = true;
	}
	while (ptp_range_next(&r))
		(void)gather_unhook(&g, r.pr_ptp);
	while (pm->pm_stats.resident_count != 0 &&
	    (orphan = ptp_orphan(pm)) != NULL)
		(void)gather_unhook(&g, orphan);
	PMAP_ASSERT(pm->pm_stats.resident_count == 0 &&
	    pm->pm_stats.wired_count == 0,
	    "PM1 pmap %p: empty, but %u resident %u wired", (void *)pm,
	    pm->pm_stats.resident_count, pm->pm_stats.wired_count);
	pm->pm_count = 0;
	ptp_dir_detach(frame_lookup(pm->pm_pdirpa)->fr_ptp);
	if (pmap_mem_plenty(&ptp_dirs))
		gather_page(&g, ptp_dir_pop());
	gather_finish(&g);
	pmap_leave(s);
}

/*
 * Drop every mapping that is not wired.  => NULL is allowed
 * => the kernel's pmap is left alone
 */
void
pmap_collect(pmap_t pm)
{
	struct gather g;
	struct ptp_range r = { .pr_pmap = pm, .pr_last = PH_USER_PTMAX - 1 };
	struct ptp *pt;
	uint32_t i;
	int s;

	if (pm == NULL || pm == kernel_pmap)
		return;
	PMAP_ASSERT(pm->pm_count > 0, "PM1 pmap %p is dead", (void *)pm);
	s = ph_splvm();
	gather_init(&g);
	while (ptp_range_next(&r)) {
		pt = r.pr_ptp;
		if (pt->pt_wired == 0) {
			gather_lose(&g, pt);
			continue;
		}
		for (i = ptp_next_valid(pt, 0, r.pr_hi); i <= r.pr_hi;
		    i = ptp_next_valid(pt, i + 1, r.pr_hi)) {
			if (pte_read(&pt->pt_pte[i]) & PMB_WIRED)
				continue;
			(void)gather_unmap(&g, pt, i);
		}
	}
	gather_finish(&g);
	pmap_leave(s);
}

/* ----- mappings by <pmap, va> ----- */

/*
 * Map a page.
 * => pmap NULL: nothing.  prot: VM_PROT_NONE removes the mapping
 * => replaces what va mapped, saving its M and U; prot may raise or lower the
 *    rights, and wired replaces the old wiring
 * => a user's pmap: process context, may sleep for memory; an unwired mapping
 *    may be left unmade when there is none, and the fault repeats
 * => a wired one, where PH_WIRED_FAILS is set: left unmade if the floor forbids
 *    it, or if the process has been killed while it waited for memory; the
 *    caller looks, with pmap_lookup
 * => the kernel's pmap: any spl up to splvm, never sleeps, never allocates
 * => the caller holds the page busy, so that it stays what it is meanwhile
 * => a va that the host may not map is refused; a page table or directory as
 *    pa breaks PT4
 */
void
pmap_enter(pmap_t pm, vm_offset_t va, vm_offset_t pa, vm_prot_t prot,
    boolean_t wired)
{
	struct frame *fr;
	struct ptp *pt;
	uint32_t pte, old, tag;
	bool track;
	int s;

	if (pm == NULL)
		return;
	if (!pmap_va_ok(pm, va)) {
		pmap_counters.pc_refused++;
		return;
	}
	va &= PMB_FRAME;
	pa &= PMB_FRAME;
	if ((prot & VM_PROT_ALL) == 0) {
		pmap_remove(pm, va, va + PMB_PAGE);
		return;
	}
	s = ph_splvm();
	fr = frame_lookup(pa);
	tag = frame_tag(fr);
	if (tag > FR_MANAGED || (tag == FR_FOREIGN && pm != kernel_pmap &&
	    ph_frame_kernel(pa >> PMB_PAGESHIFT))) {
		pmap_violation("PT4", pm, va, pa, pa);
		pmap_remove(pm, va, va + PMB_PAGE);
		ph_isolate(pm, va, PH_NOPAGE);
		ph_splx(s);
		return;
	}
	track = tag == FR_MANAGED && pmap_may_track(pm, va);
	pt = pmap_slot(pm, va, track, wired, &s);
	PMAP_ASSERT(frame_tag(fr) == tag, "PT4 pmap %p va 0x%x: page 0x%x "
	    "changed hands while its caller slept", (void *)pm, va, pa);
	if (pt == NULL) {
		pmap_counters.pc_deferred++;
		pmap_remove(pm, va, va + PMB_PAGE);
		ph_splx(s);
		return;
	}
	pte = pa | PMB_VALID;
	if (prot & VM_PROT_WRITE)
		pte |= PMB_WRITE;
	if (va < PH_USER_MAX)
		pte |= PMB_USER;
	if (wired)
		pte |= PMB_WIRED;
	old = pte_read(&pt->pt_pte[va_index(va)]);
	if (pte_maps(old, pa))
		pte |= old & PMB_CACHE;
	else if (tag == FR_FOREIGN)
		pte |= ph_cache_bits(pa);
	pmap_set(pt, va, pte, track ? fr : NULL);
	pmap_counters.pc_enter++;
	pmap_leave(s);
}

/* Free a user's page table if its last entry is gone. */
static inline void
gather_trim(struct gather *g, struct ptp *pt)
{
	if (pt->pt_state == PTS_USER && pt->pt_valid == 0)
		(void)gather_unhook(g, pt);
}

/*
 * Remove the mapping of one page, if there is one.
 */
static void
pmap_remove_page(const struct pmap *pm, vm_offset_t va)
{
	struct gather g;
	struct ptp *pt = ptp_lookup(pm, va);

	if (pt == NULL || !(pte_read(&pt->pt_pte[va_index(va)]) & PMB_VALID))
		return;
	gather_init(&g);
	(void)gather_unmap(&g, pt, va_index(va));
	gather_trim(&g, pt);
	gather_finish(&g);
}

/*
 * Remove the mappings of a range.  => sva, last: pages
 */
static void
pmap_remove_range(const struct pmap *pm, vm_offset_t sva, vm_offset_t last)
{
	struct gather g;
	struct ptp_range r = { .pr_pmap = pm, .pr_va = sva, .pr_last = last };
	struct ptp *pt;
	uint32_t i;

	gather_init(&g);
	while (ptp_range_next(&r)) {
		pt = r.pr_ptp;
		if (r.pr_lo == 0 && r.pr_hi == PMB_NPTE - 1 &&
		    pt->pt_state == PTS_USER) {
			(void)gather_unhook(&g, pt);
			continue;
		}
		for (i = ptp_next_valid(pt, r.pr_lo, r.pr_hi); i <= r.pr_hi;
		    i = ptp_next_valid(pt, i + 1, r.pr_hi))
			(void)gather_unmap(&g, pt, i);
		gather_trim(&g, pt);
	}
	gather_finish(&g);
}

/*
 * Remove all mappings of a range, wired ones too.
 * => pmap NULL: nothing.  Ranges may be sparse and as large as the space
 * => entries that the module did not make are removed as well
 * => one page, which is what most callers ask for, needs no walk
 */
void
pmap_remove(pmap_t pm, vm_offset_t sva, vm_offset_t eva)
{
	int s;

	if (pm == NULL || !pmap_range_clip(pm, &sva, &eva))
		return;
	s = ph_splvm();
	if (sva == eva)
		pmap_remove_page(pm, sva);
	else
		pmap_remove_range(pm, sva, eva);
	pmap_leave(s);
}

/*
 * Lower the rights of a range.
 * => prot without VM_PROT_READ and VM_PROT_EXECUTE removes; with
 *    VM_PROT_WRITE does nothing, for it never grants
 * => a pager's mappings are never write-protected
 */
void
pmap_protect(pmap_t pm, vm_offset_t sva, vm_offset_t eva, vm_prot_t prot)
{
	struct gather g;
	struct ptp_range r;
	uint32_t i, old, *ptep;
	vm_offset_t va;
	int s;

	if ((prot & (VM_PROT_READ | VM_PROT_EXECUTE)) == 0) {
		pmap_remove(pm, sva, eva);
		return;
	}
	if ((prot & VM_PROT_WRITE) || pm == NULL ||
	    !pmap_range_clip(pm, &sva, &eva))
		return;
	s = ph_splvm();
	gather_init(&g);
	r = (struct ptp_range){ .pr_pmap = pm, .pr_va = sva, .pr_last = eva };
	while (ptp_range_next(&r)) {
		for (i = ptp_next_valid(r.pr_ptp, r.pr_lo, r.pr_hi);
		    i <= r.pr_hi;
		    i = ptp_next_valid(r.pr_ptp, i + 1, r.pr_hi)) {
			ptep = &r.pr_ptp->pt_pte[i];
			old = pte_read(ptep);
			va = r.pr_ptp->pt_va + i * PMB_PAGE;
			if ((old & PMB_WRITE) == 0 ||
			    (pm == kernel_pmap && ph_pager_va(va)))
				continue;
			pte_clear(ptep, PMB_WRITE);
			gather_note(&g, pm, va, old);
		}
	}
	gather_finish(&g);
	pmap_leave(s);
}

/*
 * Say whether a mapping is wired.  => one that does not exist: nothing
 * => never sleeps: one that the floor does not let be wired stays as it was
 */
void
pmap_change_wiring(pmap_t pm, vm_offset_t va, boolean_t wired)
{
	struct ptp *pt;
	uint32_t old;
	int s;

	if (pm == NULL || !pmap_va_ok(pm, va))
		return;
	s = ph_splvm();
	pt = ptp_lookup(pm, va);
	old = pt == NULL ? 0 : pte_read(&pt->pt_pte[va_index(va)]);
	if ((old & PMB_VALID) != 0 && (old & PMB_WIRED) == 0 && wired) {
		if (pm != kernel_pmap && pt->pt_wired == 0 &&
		    !pmap_pin_room(0, 1)) {
			pmap_counters.pc_pinrefused++;
			ph_splx(s);
			return;
		}
		pmap_set_bits(pt, va_index(va), PMB_WIRED);
		pmap_count_wired(pt, va_index(va), true);
	} else if ((old & PMB_WIRED) != 0 && !wired) {
		pte_clear(&pt->pt_pte[va_index(va)], PMB_WIRED);
		pmap_count_wired(pt, va_index(va), false);
	}
	pmap_leave(s);
}

/* ----- kernel mappings without a PV list ----- */

/*
 * Map a kernel page that no operation on pages shall find.
 * => a tracked mapping at va is replaced, and leaves its list
 */
void
pmap_kenter(vm_offset_t va, vm_offset_t pa, vm_prot_t prot)
{
	uint32_t pte = (pa & PMB_FRAME) | PMB_VALID;
	struct frame *fr = frame_lookup(pa);
	int s;

	if (!pmap_va_ok(kernel_pmap, va)) {
		pmap_counters.pc_refused++;
		return;
	}
	va &= PMB_FRAME;
	if (prot & VM_PROT_WRITE)
		pte |= PMB_WRITE;
	s = ph_splvm();
	if (frame_tag(fr) > FR_MANAGED) {
		pmap_violation("PT4", kernel_pmap, va, pa, pa);
		pmap_remove(kernel_pmap, va, va + PMB_PAGE);
	} else {
		if (frame_tag(fr) == FR_FOREIGN)
			pte |= ph_cache_bits(pa & PMB_FRAME);
		pmap_set(ptp_lookup(kernel_pmap, va), va, pte, NULL);
	}
	pmap_leave(s);
}

/*
 * Move one kernel mapping; its M and U are saved for the page.
 */
static void
pmap_move_page(struct gather *g, vm_offset_t from, vm_offset_t to)
{
	struct ptp *ft = ptp_lookup(kernel_pmap, from);
	struct ptp *tt = ptp_lookup(kernel_pmap, to);
	bool tracked = pv_tracked(pv_slot(ft, va_index(from)));
	uint32_t old;

	(void)gather_unmap(g, tt, va_index(to));
	old = gather_unmap(g, ft, va_index(from));
	if ((old & PMB_VALID) == 0 || (tracked && !pte_may_track(old)))
		return;
	pmap_set(tt, to, old & ~PMB_ATTR,
	    tracked && pmap_may_track(kernel_pmap, to) ? frame_lookup(old) :
	    NULL);
}

/*
 * Move kernel mappings, as a buffer cache does (pagemove).
 * => what "to" maps is removed
 * => ranges that overlap, or that the host may not map, are refused
 */
void
pmap_move(vm_offset_t from, vm_offset_t to, vm_size_t size)
{
	struct gather g;
	vm_offset_t off;
	int s;

	from &= PMB_FRAME;
	to &= PMB_FRAME;
	if (from == to || size == 0)
		return;
	if (!pmap_kva_ok(from, size) || !pmap_kva_ok(to, size) ||
	    (from < to ? to - from : from - to) < size) {
		pmap_counters.pc_refused++;
		return;
	}
	s = ph_splvm();
	gather_init(&g);
	for (off = 0; off < size; off += PMB_PAGE)
		pmap_move_page(&g, from + off, to + off);
	gather_finish(&g);
	pmap_leave(s);
}

/* ----- all mappings of a page ----- */

/*
 * The frame of a page that the VM manages, or NULL.
 */
static inline struct frame *
pmap_managed(vm_offset_t pa)
{
	struct frame *fr = frame_lookup(pa);

	return (frame_tag(fr) == FR_MANAGED ? fr : NULL);
}

/*
 * Can the link after this one be reached, so that this one may leave the list?
 */
static inline bool
pv_next_in_place(struct pv_link *pv)
{
	return (pv->pv_next == NULL || pv_in_place(pv->pv_next, &pv->pv_next));
}

/*
 * A link of the page at pa leads to an entry that does not map it, or to a
 * page table that its directory does not hold: a state that only damage from
 * outside can make, and the one in which the walk of 1997 faulted.
 * => by policy isolate: the mapping is dropped and flushed, a page table that
 *    cannot be reached goes, the host retires the page and kills the process
 * => pv is off its list, and so may others be: a walk starts again
 */
static void
pmap_damage(struct frame *fr, struct pv_link *pv, vm_offset_t pa,
    const char *id)
{
	struct gather g;
	uint32_t *ptep = pv_pte(pv);
	struct ptp *pt = ptp_of_pte(ptep);
	struct pmap *pm = pt->pt_pmap;
	vm_offset_t va = ptp_va(pt, ptep);

	if (!pv_next_in_place(pv)) {
		pmap_relink(fr, pa);
		return;
	}
	pmap_violation(id, pm, va, pte_read(ptep), pa);
	pv_remove(fr, pv, PMB_ATTR);
	(void)pte_swap(ptep, 0);
	pmap_recount(pt);
	ptp_queue(pt);
	gather_init(&g);
	g.ga_reload = true;
	if (pt->pt_state == PTS_USER &&
	    (pt->pt_valid == 0 || !ptp_is_hooked(pt)))
		(void)gather_detach(&g, pt);
	gather_finish(&g);
	ph_isolate(pm, va, pa);
}

/*
 * The entry of a link in a walk over a page.  Every step is checked before it
 * is taken: the link lies in a slice in use, and where its predecessor says;
 * it leads to an entry of a page table; the entry maps the page; and the
 * directory holds the page table.
 * => pprev: what points at the link
 * => returns NULL if the link was damaged and has been dealt with
 */
static inline uint32_t *
pmap_walk_pte(struct frame *fr, struct pv_link *pv, struct pv_link **pprev,
    vm_offset_t pa)
{
	const struct ptp *pt;
	uint32_t *ptep;

	if (__builtin_expect(!pv_in_place(pv, pprev), 0)) {
		pmap_relink(fr, pa);
		return (NULL);
	}
	ptep = pv_pte(pv);
	pt = ptp_of_pte(ptep);
	PMAP_ASSERT((uintptr_t)ptep - ptp_arena <
	    ptp_npages << PMB_PAGESHIFT && ptp_is_table(pt),
	    "PV5 page 0x%x: link %p leads to no page table", pa, (void *)pv);
	pmap_counters.pc_visited++;
	if (__builtin_expect(!pte_maps(pte_read(ptep), pa), 0))
		pmap_damage(fr, pv, pa, "PV1");
	else if (__builtin_expect(!ptp_is_hooked(pt), 0))
		pmap_damage(fr, pv, pa, "PT1");
	else
		return (ptep);
	return (NULL);
}

/*
 * Step to the next entry of a walk that begins with *pprevp at the list's
 * head, and begins again there when a link was damaged.
 * => returns NULL at the end
 */
static inline uint32_t *
pmap_walk_next(struct frame *fr, struct pv_link ***pprevp, vm_offset_t pa)
{
	struct pv_link *pv;
	uint32_t *ptep;

	while ((pv = **pprevp) != NULL) {
		ptep = pmap_walk_pte(fr, pv, *pprevp, pa);
		*pprevp = ptep != NULL ? &pv->pv_next : &fr->fr_first;
		if (ptep != NULL)
			return (ptep);
	}
	return (NULL);
}

/* Has a page mappings, by its list or by its count? */
static inline bool
frame_listed(const struct frame *fr)
{
	return (fr->fr_first != NULL || fr->fr_info >= FR_ONE);
}

/*
 * Remove all mappings of a page.
 * => out of line, like pmap_change_all: most pages that the pagedaemon asks
 *    about have no mapping, and need none of this
 */
static __attribute__((__noinline__)) void
pmap_remove_all(struct frame *fr, vm_offset_t pa)
{
	struct gather g;
	struct pv_link *pv;
	struct ptp *pt;
	uint32_t *ptep;

	gather_init(&g);
	while (frame_listed(fr)) {
		pv = fr->fr_first;
		ptep = pmap_walk_pte(fr, pv, &fr->fr_first, pa);
		if (ptep == NULL)
			continue;
		if (!pv_next_in_place(pv)) {
			pmap_relink(fr, pa);
			continue;
		}
		pt = ptp_of_pte(ptep);
		(void)gather_unmap(&g, pt, (uint32_t)(ptep - pt->pt_pte));
		if (pt->pt_valid == 0 && pt->pt_state == PTS_USER)
			gather_lose(&g, pt);
	}
	gather_finish(&g);
}

/*
 * Set and clear bits in all mappings of a page.
 */
static __attribute__((__noinline__)) void
pmap_change_all(struct frame *fr, vm_offset_t pa, uint32_t set, uint32_t clear)
{
	struct gather g;
	struct pv_link **pprev = &fr->fr_first;
	struct ptp *pt;
	uint32_t *ptep, old;

	gather_init(&g);
	while ((ptep = pmap_walk_next(fr, &pprev, pa)) != NULL) {
		old = pte_read(ptep);
		if ((old & clear) == 0 && (~old & set) == 0)
			continue;
		pt = ptp_of_pte(ptep);
		if (old & clear)
			pte_clear(ptep, clear);
		if (~old & set)
			(void)pmap_set_bits(pt, (uint32_t)(ptep - pt->pt_pte),
			    set);
		gather_note(&g, pt->pt_pmap, ptp_va(pt, ptep), old);
	}
	gather_finish(&g);
}

/*
 * Lower the rights of all mappings of a page.
 * => prot READ or READ|EXECUTE: write-protects; ALL: nothing; else: removes,
 *    and saves M and U
 * => a page that is not managed: nothing
 */
void
pmap_page_protect(vm_offset_t pa, vm_prot_t prot)
{
	struct frame *fr = pmap_managed(pa);
	int s;

	if (fr == NULL || prot == VM_PROT_ALL)
		return;
	if (prot == VM_PROT_READ ||
	    prot == (VM_PROT_READ | VM_PROT_EXECUTE)) {
		pmap_changebit(pa, 0, ~PMB_WRITE);
		return;
	}
	s = ph_splvm();
	if (frame_listed(fr))
		pmap_remove_all(fr, pa & PMB_FRAME);
	pmap_leave(s);
}

/*
 * Set and clear bits in every mapping of a page.
 * => set: bits to set; keep: bits to leave as they are, a mask to AND with
 * => what is set or cleared of M and U is also set or cleared in what was
 *    saved of mappings that are gone
 * => a page that is not managed, and a pager's mappings: nothing
 */
void
pmap_changebit(vm_offset_t pa, unsigned int set, unsigned int keep)
{
	struct frame *fr = pmap_managed(pa);
	uint32_t clear = ~keep & PMB_CHANGE;
	int s;

	if (fr == NULL)
		return;
	set &= PMB_CHANGE & ~PMB_WRITE;
	clear &= ~set;
	s = ph_splvm();
	fr->fr_info = (fr->fr_info & ~(clear & PMB_ATTR)) | (set & PMB_ATTR);
	if (fr->fr_first != NULL)
		pmap_change_all(fr, pa & PMB_FRAME, set, clear);
	pmap_leave(s);
}

/*
 * Is any of these bits set, in a mapping of the page or among what was saved?
 * => a page that is not managed: FALSE
 */
boolean_t
pmap_testbit(vm_offset_t pa, unsigned int bits)
{
	struct frame *fr = pmap_managed(pa);
	struct pv_link **pprev;
	uint32_t *ptep;
	bool found;
	int s;

	if (fr == NULL)
		return (0);
	pa &= PMB_FRAME;
	s = ph_splvm();
	found = (fr->fr_info & bits & PMB_ATTR) != 0;
	pprev = &fr->fr_first;
	while (!found && (ptep = pmap_walk_next(fr, &pprev, pa)) != NULL)
		found = (pte_read(ptep) & bits & PMB_CHANGE) != 0;
	ph_splx(s);
	return (found);
}
