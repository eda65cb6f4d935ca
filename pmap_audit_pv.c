/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_audit_pv.c: the audit's half for frames, slices and links.
 *
 * Role: pmap_audit.c asks for a page table's slices as it comes by, then for
 * all frames and for the free slices.  A list is followed link by link, and
 * each link is checked before it is followed.
 *
 * Invariants: PV1, PV2, PV4, PV5; of frames PT4 and PT6.
 *
 * Locking: splvm throughout.
 *
 * See also: doc/invariants.md.
 */
#include "pmap_audit.h"

/*
 * Does what should point at a link do so?
 */
static bool
audit_listed(const struct pv_link *pv)
{
	uintptr_t at = (uintptr_t)pv->pv_pprev;
	uintptr_t off = at - (uintptr_t)frame_table;

	if (off < frame_count * sizeof(struct frame)) {
		if (off % sizeof(struct frame) != sizeof(uint32_t))
			return (false);
	} else if (at % sizeof(*pv) != 0 ||
	    !pv_link_sane((const struct pv_link *)at) ||
	    !pmap_audit_readable((const void *)at))
		return (false);
	return (*pv->pv_pprev == pv);
}

/*
 * Are these eight links in no list?
 */
static inline bool
audit_links_free(const struct pv_link *pv)
{
	return (((uintptr_t)pv[0].pv_pprev | (uintptr_t)pv[1].pv_pprev |
	    (uintptr_t)pv[2].pv_pprev | (uintptr_t)pv[3].pv_pprev |
	    (uintptr_t)pv[4].pv_pprev | (uintptr_t)pv[5].pv_pprev |
	    (uintptr_t)pv[6].pv_pprev | (uintptr_t)pv[7].pv_pprev) == 0);
}

/*
 * One slice: each link that is in use is on a list (PV4), and is the link of
 * a managed mapping (PV1).
 * => whether its entry maps the page of its list is seen by audit_frame
 * => returns how many are in use
 */
static uint32_t
audit_slice(struct audit *a, const struct ptp *pt, uint32_t slice)
{
	const struct pv_link *pv = pt->pt_slice[slice]->ps_link;
	uint32_t i, pte, n = 0;
	vm_offset_t va;

	for (i = 0; i < PV_NLINK; i++) {
		if (i % 8 == 0 && audit_links_free(&pv[i])) {
			i += 7;
			continue;
		}
		if (pv[i].pv_pprev == NULL)
			continue;
		va = pt->pt_va + (slice * PV_NLINK + i) * PMB_PAGE;
		pte = pte_read(&pt->pt_pte[slice * PV_NLINK + i]);
		if (!audit_listed(&pv[i]))
			pmap_audit_fail_entry(a, "PV4", pt, va, pte);
		if ((pte & PMB_VALID) != 0 && !pte_may_track(pte))
			pmap_audit_fail_entry(a, "PV1", pt, va, pte);
		n++;
	}
	return (n);
}

/*
 * The slices of a page table.
 * => returns the links in use; *ok: no slice is another's (PV5), and all can
 *    be looked into
 */
uint32_t
pmap_audit_slices(struct audit *a, const struct ptp *pt, bool *ok)
{
	uint32_t i, n = 0;

	*ok = true;
	for (i = 0; i < PV_NSLICE; i++) {
		if (pt->pt_slice[i] == NULL)
			continue;
		a->au_slices++;
		if (!pv_slice_owner_ok(pt->pt_slice[i],
		    &pt->pt_pte[i * PV_NLINK])) {
			pmap_audit_at_table(a, pt, pt->pt_va +
			    i * PV_NLINK * PMB_PAGE);
			pmap_audit_fail(a, "PV5");
			*ok = false;
		} else if (!pmap_audit_readable(pt->pt_slice[i]))
			*ok = false;
		else
			n += audit_slice(a, pt, i);
	}
	a->au_tracked += n;
	return (n);
}

/*
 * The entry of a link, or NULL if it leads to no page table.
 */
static const uint32_t *
audit_leads(const struct pv_link *pv)
{
	const uint32_t *ptep = pv_pte(pv);
	const struct ptp *pt;

	if ((uintptr_t)ptep % sizeof(*ptep) != 0 ||
	    (uintptr_t)ptep - ptp_arena >= ptp_npages << PMB_PAGESHIFT)
		return (NULL);
	pt = ptp_of_pte(ptep);
	return (pt->pt_state == PTS_USER || pt->pt_state == PTS_DEAD ||
	    pt->pt_state == PTS_KERNEL ? ptep : NULL);
}

/*
 * A list of the page at pa cannot be followed.
 * => pv: what stands in its place; prev: the link before, good, or NULL
 */
static void
audit_cut(struct audit *a, const char *id, const struct pv_link *pv,
    const struct pv_link *prev, uint32_t pa)
{
	const uint32_t *ptep = NULL;
	const struct ptp *pt;

	a->au_blind = true;
	if ((uintptr_t)pv % sizeof(*pv) == 0 && pv_link_sane(pv) &&
	    (ptep = audit_leads(pv)) != NULL && !pmap_audit_readable(ptep))
		ptep = NULL;
	if (ptep == NULL && prev != NULL)
		ptep = audit_leads(prev);
	pmap_audit_at(a, NULL, 0, 0, pa);
	if (ptep != NULL) {
		pt = ptp_of_pte(ptep);
		pmap_audit_at(a, pt->pt_pmap, ptp_va(pt, ptep),
		    pte_read(ptep), pa);
	}
	if (!pmap_audit_broken(a))
		return;
	pmap_report_place(id, a->au_pmap, a->au_va, a->au_pte, a->au_pa);
	ph_printf(": link %p\n", (const void *)pv);
}

/*
 * The list of a managed frame: each link sane, in its place, its entry maps
 * the frame; and as many as the count says (PV1, PV2, PV4).
 * => ends: a link that is met twice has another predecessor the second time
 */
static void
audit_frame(struct audit *a, struct frame *fr)
{
	uint32_t n = 0, pa = frame_pa(fr), pte;
	const struct pv_link *pv, *prev = NULL;
	struct pv_link **pprev = &fr->fr_first;
	const uint32_t *ptep;
	const struct ptp *pt;

	for (pv = *pprev; pv != NULL; pv = *pprev) {
		if ((uintptr_t)pv % sizeof(*pv) != 0 || !pv_link_sane(pv)) {
			audit_cut(a, "PV4", pv, prev, pa);
			return;
		}
		ptep = audit_leads(pv);
		if (!pmap_audit_readable(pv) ||
		    (ptep != NULL && !pmap_audit_readable(ptep))) {
			a->au_blind = true;
			return;
		}
		if (pv->pv_pprev != pprev || ptep == NULL) {
			audit_cut(a, ptep == NULL ? "PV5" : "PV4", pv, prev,
			    pa);
			return;
		}
		pt = ptp_of_pte(ptep);
		pte = pte_read(ptep);
		pmap_audit_at(a, pt->pt_pmap, ptp_va(pt, ptep), pte, pa);
		if (!pte_maps(pte, pa))
			pmap_audit_fail(a, "PV1");
		else if (pt->pt_state == PTS_KERNEL &&
		    ph_frame_free(pa >> PMB_PAGESHIFT))
			pmap_audit_fail(a, "PT4");
		prev = pv;
		pprev = (struct pv_link **)&pv->pv_next;
		n++;
	}
	a->au_out.pa_links += n;
	pmap_audit_at(a, NULL, 0, 0, pa);
	pmap_audit_count(a, "PV2", "mappings", fr->fr_info >> FR_COUNTSHIFT, n);
}

/*
 * Is a frame tagged as it should be?  What the module holds has its
 * descriptor, and what is managed is so for the host too.
 */
static bool
audit_tagged(const struct frame *fr, uint32_t pfn)
{
	uint32_t tag = frame_tag(fr);
	const struct ptp *pt;

	if (tag <= FR_MANAGED)
		return ((tag == FR_MANAGED) == ph_frame_managed(pfn));
	pt = tag > FR_SLICES ? NULL : pmap_described(fr, tag);
	return (pt != NULL && pt->pt_state != PTS_FREE);
}

/*
 * The frames: their tags (PT6), and the lists of those with mappings.  Of a
 * part the lists alone.
 * => before pmap_init none is managed, and the host cannot say which will be
 */
void
pmap_audit_frames(struct audit *a)
{
	struct frame *fr = frame_table;
	uint32_t i = 0;

	while (i < frame_count && frame_tag(&fr[i]) != FR_MANAGED)
		i++;
	if (i == frame_count)
		return;
	for (i = 0; i < frame_count; i++, fr++) {
		if (a->au_part == NULL && !audit_tagged(fr, i)) {
			pmap_audit_at(a, NULL, 0, 0, frame_pa(fr));
			pmap_audit_fail(a, "PT6");
		}
		if (frame_tag(fr) != FR_MANAGED)
			continue;
		a->au_out.pa_pages++;
		if (fr->fr_first != NULL || fr->fr_info >= FR_ONE)
			audit_frame(a, fr);
	}
}

/*
 * The free slices: all listed, in pages of slices, without an owner, and no
 * link seems tracked but the one that holds each on the list (PM2).
 */
bool
pmap_audit_free_slices(void)
{
	const uintptr_t *owner = (const uintptr_t *)pv_owner;
	const struct pv_link *pv;
	struct pv_link *const *pprev = &pv_free;
	uint32_t i, n = 0;
	uintptr_t used;

	for (pv = pv_free; pv != NULL; pv = pv->pv_next, n++) {
		if ((uintptr_t)pv % sizeof(struct pv_slice) != 0 ||
		    (uintptr_t)pv - ptp_arena >=
		    ptp_npages << PMB_PAGESHIFT ||
		    owner[(uintptr_t)pv >> PV_SLICESHIFT] != 0 ||
		    ptp_of_pte((const uint32_t *)pv)->pt_state != PTS_SLICES ||
		    pv->pv_pprev != pprev)
			return (false);
		for (i = 1, used = 0; i < PV_NLINK; i++)
			used |= (uintptr_t)pv[i].pv_pprev;
		if (used != 0)
			return (false);
		pprev = &pv->pv_next;
	}
	return (n == pv_nfree);
}
