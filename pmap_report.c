/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_report.c: reports of broken invariants, and what is put right after
 * damage by policy isolate.
 *
 * Role: says what is known of a place and never faults on the way; then drops
 * what is damaged and sets right what can be counted anew.  Says also what is
 * in use.  Called by pmap.c where it meets damage, and by the audit for its
 * reports.
 *
 * Locking: splvm throughout.
 *
 * See also: doc/invariants.md.
 */
#include "pmap_mem.h"

enum pmap_policy pmap_policy = PMAP_POLICY_PANIC;

/* ----- reports ----- */

/*
 * The descriptor of a page table's or directory's frame.
 * => returns NULL unless the frame says the tag and names a descriptor of it
 */
const struct ptp *
pmap_described(const struct frame *fr, uint32_t tag)
{
	uintptr_t off;

	if (frame_tag(fr) != tag)
		return (NULL);
	off = (uintptr_t)fr->fr_ptp - (uintptr_t)ptp_table;
	if (off >= ptp_npages * sizeof(struct ptp) ||
	    off % sizeof(struct ptp) != 0 || fr->fr_ptp->pt_pa != frame_pa(fr))
		return (NULL);
	return (fr->fr_ptp);
}

/*
 * Tell of a broken invariant, with all that is known; the line is left open.
 * => pte: the entry in question; pa: the page that it is about
 * => never follows a pointer that it has not checked
 */
void
pmap_report_place(const char *id, const struct pmap *pm, vm_offset_t va,
    uint32_t pte, uint32_t pa)
{
	const struct frame *fr = frame_lookup(pa);
	uint32_t tag = frame_tag(fr);
	const struct ptp *pt;

	ph_printf("pmap: %s broken: pmap %p va 0x%08x pte 0x%08x page 0x%08x "
	    "(%s", id, (const void *)pm, va, pte, pa & PMB_FRAME,
	    fr == NULL ? "outside RAM" : frame_tag_name(fr));
	if (tag == FR_MANAGED)
		ph_printf(", %u mappings", fr->fr_info >> FR_COUNTSHIFT);
	else if ((tag == FR_PTP || tag == FR_DIR) &&
	    (pt = pmap_described(fr, tag)) != NULL)
		ph_printf(", owner %p va 0x%08x", (void *)pt->pt_pmap,
		    pt->pt_va);
	ph_printf(")");
}

/*
 * A broken invariant met by an operation.  => returns by policy isolate only
 */
void
pmap_violation(const char *id, const struct pmap *pm, vm_offset_t va,
    uint32_t pte, uint32_t pa)
{
	pmap_counters.pc_violation++;
	pmap_report_place(id, pm, va, pte, pa);
	ph_printf("\n");
	if (pmap_policy == PMAP_POLICY_PANIC)
		ph_panic("pmap: invariant %s: pmap %p va 0x%08x page 0x%08x",
		    id, (const void *)pm, va, pa & PMB_FRAME);
}

/* ----- after damage ----- */

/*
 * An entry that had a link is gone: count a page table's entries anew, and set
 * its pmap's statistics right.
 * => a kernel's table also holds what no call made, so there one is taken off;
 *    whether it was wired is not known
 */
void
pmap_recount(struct ptp *pt)
{
	struct pmap_statistics *st = &pt->pt_pmap->pm_stats;
	uint32_t i, pte, valid = 0, wired = 0, managed = 0;

	if (pt->pt_state == PTS_KERNEL) {
		st->resident_count--;
		pt->pt_valid--;
		pt->pt_managed--;
		return;
	}
	for (i = 0; i < PMB_NPTE; i++) {
		pte = pte_read(&pt->pt_pte[i]);
		valid += pte & PMB_VALID;
		wired += (pte & PMB_VALID) != 0 && (pte & PMB_WIRED) != 0;
		managed += pv_tracked(pv_slot(pt, i));
	}
	st->resident_count += valid - pt->pt_valid;
	st->wired_count += wired - pt->pt_wired;
	pt->pt_valid = (uint16_t)valid;
	pt->pt_wired = (uint16_t)wired;
	pt->pt_managed = (uint16_t)managed;
}

/*
 * An entry that has a link maps no managed page: damage from outside.  The
 * link leaves the list that holds it, whichever page's that is.
 * => old: the entry, which has been taken out
 * => by policy isolate that page is retired and the process killed
 */
void
pmap_stray(struct ptp *pt, uint32_t i, uint32_t old)
{
	vm_offset_t va = pt->pt_va + i * PMB_PAGE;
	struct pv_link *pv = pv_slot(pt, i);
	struct frame *fr = pv_frame(pv);
	uint32_t pa = fr == NULL ? PH_NOPAGE : frame_pa(fr);

	pmap_violation("PV1", pt->pt_pmap, va, old, pa);
	PMAP_ASSERT(fr != NULL, "PV4 pmap %p va 0x%x: link %p is on no list",
	    (void *)pt->pt_pmap, va, (void *)pv);
	pv_remove(fr, pv, PMB_ATTR);
	pmap_recount(pt);
	ptp_queue(pt);
	ph_isolate(pt->pt_pmap, va, pa);
}

/*
 * A page table is empty, but its counts say otherwise: entries that it had
 * are lost.  Their links leave their lists, and the counts are set right.
 */
void
pmap_mend(struct ptp *pt)
{
	uint32_t i;

	pmap_violation("PT2", pt->pt_pmap, pt->pt_va, pt->pt_valid, pt->pt_pa);
	for (i = 0; i < PMB_NPTE; i++) {
		(void)pte_swap(&pt->pt_pte[i], 0);
		if (pv_tracked(pv_slot(pt, i)))
			pmap_stray(pt, i, 0);
	}
	pmap_recount(pt);
}

/*
 * The list of a page cannot be followed, or ends too early.  A link is where
 * its entry is, so the list is built anew from the page tables, and no
 * mapping is lost.
 * => by policy isolate the page is retired; no process is to blame
 */
void
pmap_relink(struct frame *fr, uint32_t pa)
{
	struct ptp *pt;
	struct pv_link *pv;
	uint32_t i;

	pmap_violation(fr->fr_first == NULL ? "PV2" : "PV4", NULL, 0, 0, pa);
	pv_nlinks -= fr->fr_info >> FR_COUNTSHIFT;
	fr->fr_info &= FR_ONE - 1;
	fr->fr_first = NULL;
	for (pt = ptp_table; pt < ptp_table + ptp_npages; pt++) {
		if (!ptp_is_table(pt))
			continue;
		for (i = 0; i < PMB_NPTE; i++) {
			pv = pv_slot(pt, i);
			if (pv == NULL || !pte_maps(pte_read(&pt->pt_pte[i]),
			    pa) || (pv->pv_pprev == NULL &&
			    pt->pt_state == PTS_KERNEL))
				continue;
			pv->pv_pprev = NULL;
			pv_insert(fr, pv);
		}
	}
	ph_isolate(NULL, 0, pa);
}

/* ----- what is in use ----- */

/*
 * => returns how many mappings of a page are tracked
 */
unsigned int
pmap_page_mappings(vm_offset_t pa)
{
	const struct frame *fr = frame_lookup(pa);

	return (frame_tag(fr) != FR_MANAGED ? 0 :
	    fr->fr_info >> FR_COUNTSHIFT);
}

/*
 * What is in use now.
 */
void
pmap_usage(struct pmap_usage *pu)
{
	int s;

	if (pu == NULL)
		return;
	s = ph_splvm();
	pu->pu_mappings = pv_nlinks;
	pu->pu_ptps = ptp_inuse;
	pu->pu_arena = ptp_npages - ptp_free.pl_count;
	pu->pu_arena_total = ptp_npages;
	pu->pu_slices = pv_nslices - pv_nfree;
	pu->pu_maxsharers = pv_maxcount;
	ph_splx(s);
}

/*
 * Arena pages that nothing can take away now, and how many there may be: with
 * more, pmap_pinit and a wired pmap_enter are refused.
 * => limit: may be NULL
 */
unsigned int
pmap_pinned(unsigned int *limit)
{
	unsigned int n;
	int s = ph_splvm();

	if (limit != NULL)
		*limit = pmap_pool - PIN_FLOOR;
	n = pmap_pins(ptp_ndirs, ptp_nwired()) - PIN_FLOOR;
	ph_splx(s);
	return (n);
}
