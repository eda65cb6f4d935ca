/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_audit.c: reports of broken invariants, and the audit of all of them.
 *
 * Role: pmap_audit recounts everything from the page tables up and compares
 * it with the links, the counts, the lists and the directories.  It changes
 * nothing.  It follows no entry, link or frame that it has not checked, so that
 * damage is reported here and not by a fault somewhere else; the one pointer
 * that it trusts is pt_pmap, for struct pmap is memory of the host.
 *
 * It goes by the arena: each of its pages is a page table, a directory, a
 * page of slices or not in use, and its descriptor says which.  Then by the
 * frames: each list of links.  Since each link that a list holds is the link
 * of a tracked entry that maps the frame, and both sides are counted, equal
 * sums mean that the two are the same set (PV1).
 *
 * Invariants: all that can be seen in memory.  PV3, TL1 to TL3 and MR1 are
 * about time and about the TLB; only the model sees them.
 *
 * Locking: splvm throughout.
 *
 * See also: doc/invariants.md.
 */
#include "pmap_private.h"

enum pmap_policy pmap_policy = PMAP_POLICY_PANIC;

/* ----- reports ----- */

/*
 * A frame's address, for reports.
 */
static uint32_t
frame_pa(const struct frame *fr)
{
	return ((uint32_t)(fr - frame_table) << PMB_PAGESHIFT);
}

/*
 * The descriptor of a page table's or directory's frame.
 * => returns NULL unless the frame says the tag and names a descriptor of it
 */
static const struct ptp *
audit_ptp(const struct frame *fr, uint32_t tag)
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
 * Tell of a broken invariant, with all that is known.
 * => pte: the entry in question; pa: the page that it is about
 * => never follows a pointer that it has not checked; panics by policy
 */
static void
pmap_report(const char *id, const struct pmap *pm, vm_offset_t va,
    uint32_t pte, uint32_t pa)
{
	const struct frame *fr = frame_lookup(pa);
	uint32_t tag = frame_tag(fr);
	const struct ptp *pt;

	pmap_counters.pc_violation++;
	ph_printf("pmap: %s broken: pmap %p va 0x%08x pte 0x%08x page 0x%08x "
	    "(%s", id, (const void *)pm, va, pte, pa & PMB_FRAME,
	    fr == NULL ? "outside RAM" : frame_tag_name(fr));
	if (tag == FR_MANAGED)
		ph_printf(", %u mappings", fr->fr_info >> FR_COUNTSHIFT);
	else if ((tag == FR_PTP || tag == FR_DIR) &&
	    (pt = audit_ptp(fr, tag)) != NULL)
		ph_printf(", owner %p va 0x%08x", (void *)pt->pt_pmap,
		    pt->pt_va);
	ph_printf(")\n");
}

/*
 * A broken invariant met by an operation.  => returns by policy isolate only
 */
void
pmap_violation(const char *id, const struct pmap *pm, vm_offset_t va,
    uint32_t pte, uint32_t pa)
{
	pmap_report(id, pm, va, pte, pa);
	if (pmap_policy == PMAP_POLICY_PANIC)
		ph_panic("pmap: invariant %s: pmap %p va 0x%08x page 0x%08x",
		    id, (const void *)pm, va, pa & PMB_FRAME);
}

/* ----- after damage ----- */

/*
 * Count a page table's entries anew, and set its pmap's statistics right.
 */
void
pmap_recount(struct ptp *pt)
{
	struct pmap_statistics *st = &pt->pt_pmap->pm_stats;
	uint32_t i, pte, valid = 0, wired = 0, managed = 0;

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
	for (i = 0; i < PMB_NPTE; i++)
		if (pv_tracked(pv_slot(pt, i)))
			pmap_stray(pt, i, 0);
	pmap_recount(pt);
}

/* ----- what is in use ----- */

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

/* ----- audit ----- */

#define AUDIT_PRINTED	16	/* violations printed in one audit */

struct audit {
	struct pmap_audit au_out;
	uint32_t	au_tracked;	/* entries with a link */
	uint32_t	au_slices;	/* slices that page tables hold */
	uint32_t	au_state[PTS_SLICES + 1];	/* pages by state */
};

static void
audit_fail(struct audit *a, const char *id, const struct pmap *pm,
    vm_offset_t va, uint32_t pte)
{
	if (++a->au_out.pa_violations <= AUDIT_PRINTED)
		pmap_report(id, pm, va, pte, pte);
	else
		pmap_counters.pc_violation++;
}

/*
 * May a valid entry map what it maps? (PT4, PT9)
 */
static void
audit_target(struct audit *a, const struct ptp *pt, vm_offset_t va,
    uint32_t pte)
{
	const struct frame *fr = frame_lookup(pte);
	uint32_t tag = frame_tag(fr), pfn = pte >> PMB_PAGESHIFT;
	bool arena = va - ptp_arena < ptp_npages << PMB_PAGESHIFT;

	if ((pte & PMB_USER) && va >= PH_USER_MAX)
		audit_fail(a, "PT9", pt->pt_pmap, va, pte);
	if (tag > FR_MANAGED && (pt->pt_state == PTS_USER || !arena))
		audit_fail(a, "PT4", pt->pt_pmap, va, pte);
	if (pt->pt_state == PTS_USER && fr != NULL &&
	    (tag == FR_MANAGED ? ph_frame_free(pfn) : ph_frame_kernel(pfn)))
		audit_fail(a, "PT4", pt->pt_pmap, va, pte);
	if (pt->pt_state == PTS_KERNEL &&
	    (va == pmap_window[0] || va == pmap_window[1]))
		audit_fail(a, "PT4", pt->pt_pmap, va, pte);
}

/*
 * Are these sixteen words zero?
 */
static inline bool
audit_line_zero(const uint32_t *w)
{
	return ((w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7] |
	    w[8] | w[9] | w[10] | w[11] | w[12] | w[13] | w[14] | w[15]) == 0);
}

/*
 * The first word from i on that is not zero, n if there is none.  Most of a
 * page table is zero: sixteen words are looked at together.
 * => w: aligned to 64 bytes
 */
static uint32_t
audit_skip(const uint32_t *w, uint32_t i, uint32_t n)
{
	while (i < n) {
		if (i % 16 == 0 && n - i >= 16 && audit_line_zero(&w[i]))
			i += 16;
		else if (pte_read(&w[i]) == 0)
			i++;
		else
			break;
	}
	return (i);
}

/*
 * One slice: each link that is in use is the link of a managed mapping (PV1).
 * => that the frame's list holds the link is seen by audit_frame
 * => returns how many are in use
 */
static uint32_t
audit_slice(struct audit *a, const struct ptp *pt, uint32_t slice)
{
	const struct pv_link *pv = pt->pt_slice[slice]->ps_link;
	uint32_t i, pte, n = 0;
	vm_offset_t va;

	for (i = 0; i < PV_NLINK; i++) {
		if (i % 4 == 0 && pv[i].pv_pprev == NULL &&
		    pv[i + 1].pv_pprev == NULL && pv[i + 2].pv_pprev == NULL &&
		    pv[i + 3].pv_pprev == NULL)
			i += 3;
		if (pv[i].pv_pprev == NULL)
			continue;
		va = pt->pt_va + (slice * PV_NLINK + i) * PMB_PAGE;
		pte = pte_read(&pt->pt_pte[slice * PV_NLINK + i]);
		if (!pte_may_track(pte))
			audit_fail(a, "PV1", pt->pt_pmap, va, pte);
		n++;
	}
	return (n);
}

/*
 * The slices of a page table.  => returns the links in use; *ok: no slice is
 * another's (PV5)
 */
static uint32_t
audit_slices(struct audit *a, const struct ptp *pt, bool *ok)
{
	uint32_t i, n = 0;

	*ok = true;
	for (i = 0; i < PV_NSLICE; i++) {
		if (pt->pt_slice[i] == NULL)
			continue;
		a->au_slices++;
		if (!pv_slice_owner_ok(pt->pt_slice[i],
		    &pt->pt_pte[i * PV_NLINK])) {
			audit_fail(a, "PV5", pt->pt_pmap,
			    pt->pt_va + i * PV_NLINK * PMB_PAGE, pt->pt_pa);
			*ok = false;
		} else
			n += audit_slice(a, pt, i);
	}
	a->au_tracked += n;
	return (n);
}

/*
 * One page table: every entry, the counts, the slices, the queue.
 */
static void
audit_table(struct audit *a, const struct ptp *pt)
{
	uint32_t i, pte, valid = 0, wired = 0, managed;
	vm_offset_t va;
	bool ok;

	managed = audit_slices(a, pt, &ok);
	if (!ok)
		return;
	for (i = audit_skip(pt->pt_pte, 0, PMB_NPTE); i < PMB_NPTE;
	    i = audit_skip(pt->pt_pte, i + 1, PMB_NPTE)) {
		pte = pte_read(&pt->pt_pte[i]);
		va = pt->pt_va + i * PMB_PAGE;
		if (pt->pt_state == PTS_KERNEL && ph_host_edits(va))
			a->au_out.pa_skipped += pte & PMB_VALID;
		else if (pte & PMB_VALID) {
			audit_target(a, pt, va, pte);
			if (pt->pt_state == PTS_USER &&
			    frame_tag(frame_lookup(pte)) == FR_MANAGED &&
			    !pv_tracked(pv_slot(pt, i)))
				audit_fail(a, "PV1", pt->pt_pmap, va, pte);
			valid++;
			wired += (pte & PMB_WIRED) != 0;
		} else
			audit_fail(a, "PT8", pt->pt_pmap, va, pte);
	}
	a->au_out.pa_ptes += valid;
	if (pt->pt_state != PTS_USER)
		return;
	if (valid != pt->pt_valid || wired != pt->pt_wired ||
	    managed != pt->pt_managed)
		audit_fail(a, "PT2", pt->pt_pmap, pt->pt_va, pt->pt_pa);
	if (valid == 0)
		audit_fail(a, "PT3", pt->pt_pmap, pt->pt_va, pt->pt_pa);
	if ((pt->pt_pprev != NULL) != (wired == 0))
		audit_fail(a, "PT7", pt->pt_pmap, pt->pt_va, pt->pt_pa);
}

/*
 * Does the owner's directory hold this page table, where it should? (PT1)
 */
static void
audit_hook(struct audit *a, const struct ptp *pt)
{
	const struct pmap *pm = pt->pt_pmap;
	const struct ptp *dir = NULL;

	if (pm != NULL)
		dir = audit_ptp(frame_lookup(pm->pm_pdirpa), FR_DIR);
	if (dir == NULL || dir->pt_pmap != pm || pm->pm_pdir != dir->pt_pte ||
	    !pte_maps(pte_read(&dir->pt_pte[va_slot(pt->pt_va)]), pt->pt_pa))
		audit_fail(a, "PT1", pm, pt->pt_va, pt->pt_pa);
}

/*
 * The kernel's entries of a directory, and the one that maps itself (PT5).
 */
static void
audit_kernel_slots(struct audit *a, const struct ptp *dir)
{
	const struct pmap *pm = dir->pt_pmap;
	const uint32_t *kdir = kernel_pmap->pm_pdir;
	const uint32_t first = va_slot(PH_KERNBASE);
	const uint32_t last = va_slot(PH_KERNEND - 1u);
	uint32_t slot, pde, differ = 0;

	for (slot = first; slot <= last; slot++)
		differ |= pte_read(&dir->pt_pte[slot]) ^ pte_read(&kdir[slot]);
	for (slot = first; (differ & ~PMB_REF) != 0 && slot <= last; slot++) {
		pde = pte_read(&dir->pt_pte[slot]);
		if ((pde ^ pte_read(&kdir[slot])) & ~PMB_REF)
			audit_fail(a, "PT5", pm, slot << PMB_SLOTSHIFT, pde);
	}
	if (PH_RECURSIVE != 0 &&
	    !pte_maps(pte_read(&dir->pt_pte[PH_RECURSIVE]), dir->pt_pa))
		audit_fail(a, "PT5", pm,
		    (vm_offset_t)PH_RECURSIVE << PMB_SLOTSHIFT,
		    pte_read(&dir->pt_pte[PH_RECURSIVE]));
}

/*
 * A directory: the user's entries, the kernel's, and the pmap's counts.
 */
static void
audit_directory(struct audit *a, const struct ptp *dir)
{
	const struct pmap *pm = dir->pt_pmap;
	const uint32_t end = va_slot(PH_USER_PTMAX);
	uint32_t slot, pde, resident = 0, wired = 0, groups = 0;
	const struct ptp *pt;

	audit_kernel_slots(a, dir);
	for (slot = audit_skip(dir->pt_pte, 0, end); slot < end;
	    slot = audit_skip(dir->pt_pte, slot + 1, end)) {
		pde = pte_read(&dir->pt_pte[slot]);
		pt = audit_ptp(frame_lookup(pde), FR_PTP);
		groups |= (pde & PMB_VALID) << (slot / PTP_GROUP);
		if ((pde & PMB_VALID) == 0 || pt == NULL || pm == NULL ||
		    pt->pt_state != PTS_USER || pt->pt_pmap != pm ||
		    va_slot(pt->pt_va) != slot) {
			audit_fail(a, "PT1", pm, slot << PMB_SLOTSHIFT, pde);
			continue;
		}
		resident += pt->pt_valid;
		wired += pt->pt_wired;
	}
	if (pm == NULL || pm == kernel_pmap)
		return;
	if (groups != pm->pm_slots)
		audit_fail(a, "PT1", pm, 0, pm->pm_slots);
	if (resident != pm->pm_stats.resident_count ||
	    wired != pm->pm_stats.wired_count || pm->pm_count <= 0)
		audit_fail(a, "PM1", pm, resident, wired);
}

/*
 * A page table that waits for use must be zero (PT8).
 */
static void
audit_ready(struct audit *a, const struct ptp *pt)
{
	uint32_t i = audit_skip(pt->pt_pte, 0, PMB_NPTE);

	if (i < PMB_NPTE)
		audit_fail(a, "PT8", NULL, i * PMB_PAGE, pt->pt_pte[i]);
}

/*
 * One page of the arena: its PTE, its descriptor and its frame agree (PT6);
 * then what it holds.
 */
static void
audit_arena_page(struct audit *a, const struct ptp *pt)
{
	static const uint8_t tags[] = {
		[PTS_FREE] = FR_FOREIGN, [PTS_READY] = FR_PTP,
		[PTS_USER] = FR_PTP, [PTS_DEAD] = FR_PTP,
		[PTS_KERNEL] = FR_PTP, [PTS_DIR] = FR_DIR,
		[PTS_DIRREADY] = FR_DIR, [PTS_SLICES] = FR_SLICES
	};
	vm_offset_t va = ptp_arena +
	    (vm_offset_t)(pt - ptp_table) * PMB_PAGE;
	uint32_t pte = pte_read(kernel_pte(va));
	const struct frame *fr = frame_lookup(pt->pt_pa);

	if (pt->pt_state <= PTS_SLICES)
		a->au_state[pt->pt_state]++;
	if (pt->pt_state == PTS_FREE) {
		if (pte != 0)
			audit_fail(a, "PT6", NULL, va, pte);
		return;
	}
	if (pt->pt_state > PTS_SLICES || !pte_maps(pte, pt->pt_pa) ||
	    (vm_offset_t)pt->pt_pte != va ||
	    frame_tag(fr) != tags[pt->pt_state] || fr->fr_ptp != pt) {
		audit_fail(a, "PT6", pt->pt_pmap, va, pte);
		return;
	}
	if (pt->pt_state == PTS_USER || pt->pt_state == PTS_KERNEL) {
		a->au_out.pa_ptps++;
		audit_hook(a, pt);
		audit_table(a, pt);
	} else if (pt->pt_state == PTS_DIR || pt->pt_state == PTS_DIRREADY)
		audit_directory(a, pt);
	else if (pt->pt_state == PTS_READY)
		audit_ready(a, pt);
	else if (pt->pt_state == PTS_DEAD)
		audit_fail(a, "PT3", pt->pt_pmap, pt->pt_va, pt->pt_pa);
}

/*
 * The list of a managed frame: each link sane, in its place, its entry maps
 * the frame; and as many as the count says (PV1, PV2, PV4).
 */
static void
audit_frame(struct audit *a, struct frame *fr)
{
	uint32_t n = 0, count = fr->fr_info >> FR_COUNTSHIFT;
	uint32_t pa = frame_pa(fr), *ptep;
	struct pv_link *pv, **pprev = &fr->fr_first;
	const struct ptp *pt;

	a->au_out.pa_pages++;
	if (fr->fr_first == NULL && count == 0)
		return;
	for (pv = fr->fr_first; pv != NULL && n <= count; pv = pv->pv_next) {
		if ((uintptr_t)pv % sizeof(*pv) != 0 || !pv_link_sane(pv) ||
		    pv->pv_pprev != pprev) {
			audit_fail(a, "PV4", NULL, (vm_offset_t)pv, pa);
			return;
		}
		ptep = pv_pte(pv);
		pt = ptp_of_pte(ptep);
		if ((uintptr_t)ptep - ptp_arena >=
		    ptp_npages << PMB_PAGESHIFT ||
		    (pt->pt_state != PTS_USER && pt->pt_state != PTS_KERNEL)) {
			audit_fail(a, "PV5", NULL, (vm_offset_t)pv, pa);
			return;
		}
		if (!pte_maps(pte_read(ptep), pa))
			audit_fail(a, "PV1", pt->pt_pmap, ptp_va(pt, ptep),
			    pa);
		pprev = &pv->pv_next;
		n++;
	}
	a->au_out.pa_links += n;
	if (n != count)
		audit_fail(a, "PV2", NULL, n, pa);
	if (count > 0 && ph_frame_free(pa >> PMB_PAGESHIFT))
		audit_fail(a, "PT4", NULL, count, pa);
}

/*
 * The sums: links against entries, pages and slices against their totals.
 */
static void
audit_sums(struct audit *a)
{
	const struct ptp *dir = audit_ptp(frame_lookup(ph_cr3()), FR_DIR);

	if (a->au_out.pa_links != a->au_tracked)
		audit_fail(a, "PV1", NULL, a->au_tracked, a->au_out.pa_links);
	if (a->au_out.pa_links != pv_nlinks)
		audit_fail(a, "PV2", NULL, pv_nlinks, a->au_out.pa_links);
	if (a->au_slices != pv_slices_recount() ||
	    a->au_slices != pv_nslices - pv_nfree)
		audit_fail(a, "PM2", NULL, a->au_slices, pv_nslices);
	if (a->au_state[PTS_USER] != ptp_inuse || !ptp_lists_ok() ||
	    a->au_state[PTS_FREE] != ptp_free.pl_count ||
	    a->au_state[PTS_READY] != ptp_ready.pl_count ||
	    a->au_state[PTS_DIRREADY] != ptp_dirs.pl_count ||
	    a->au_state[PTS_SLICES] * PV_PERPAGE != pv_nslices)
		audit_fail(a, "PM2", NULL, a->au_state[PTS_USER], ptp_inuse);
	if (!pmap_reserve_short &&
	    (ptp_ready.pl_count == 0 || pv_nfree == 0))
		audit_fail(a, "RS1", NULL, ptp_ready.pl_count, pv_nfree);
	if (dir == NULL || dir->pt_state != PTS_DIR)
		audit_fail(a, "PM3", NULL, 0, ph_cr3());
}

/*
 * Check everything.
 * => out: what was seen; may be NULL
 * => process context or the debugger; never sleeps; the time grows with the
 *    entries of all page tables and the frames
 * => returns the number of broken invariants; by policy panic it does not
 *    return if there are any, after it printed the first 16
 */
int
pmap_audit(struct pmap_audit *out)
{
	struct audit a = { .au_tracked = 0 };
	uint32_t i;
	int s = ph_splvm();

	for (i = 0; i < ptp_npages; i++)
		audit_arena_page(&a, &ptp_table[i]);
	for (i = 0; i < frame_count; i++)
		if (frame_tag(&frame_table[i]) == FR_MANAGED)
			audit_frame(&a, &frame_table[i]);
	audit_sums(&a);
	pmap_counters.pc_audit++;
	if (out != NULL)
		*out = a.au_out;
	ph_splx(s);
	if (a.au_out.pa_violations != 0 && pmap_policy == PMAP_POLICY_PANIC)
		ph_panic("pmap: audit found %u broken invariants",
		    a.au_out.pa_violations);
	return ((int)a.au_out.pa_violations);
}
