/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_audit.c: the audit of all invariants.
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
 * See also: pmap_audit_pv.c, frames, slices and links; doc/invariants.md.
 */
#include "pmap_audit.h"

#define AUDIT_PRINTED	16	/* violations printed in one audit */

/*
 * What the processor sets in a directory entry: A; and D, where the host
 * stores a PTE through the recursive slot, to which the entry is the PTE of
 * the page table (SDM vol. 3A, 4.8).
 */
#define PDE_ATTR	(PMB_REF | (PH_RECURSIVE != 0 ? PMB_MOD : 0))

/* Where the audit is: what a finding from now on is about. */
void
pmap_audit_at(struct audit *a, const struct pmap *pm, vm_offset_t va,
    uint32_t pte, uint32_t pa)
{
	a->au_pmap = pm;
	a->au_va = va;
	a->au_pte = pte;
	a->au_pa = pa;
}

/* Count a violation.  => returns whether it is to be printed */
bool
pmap_audit_broken(struct audit *a)
{
	pmap_counters.pc_violation++;
	return (++a->au_out.pa_violations <= AUDIT_PRINTED);
}

/* The invariant does not hold at this place. */
void
pmap_audit_fail(struct audit *a, const char *id)
{
	if (!pmap_audit_broken(a))
		return;
	pmap_report_place(id, a->au_pmap, a->au_va, a->au_pte, a->au_pa);
	ph_printf("\n");
}

/* The same, about an entry and the page that it names. */
void
pmap_audit_fail_entry(struct audit *a, const char *id, const struct ptp *pt,
    vm_offset_t va, uint32_t pte)
{
	pmap_audit_at(a, pt->pt_pmap, va, pte, pte);
	pmap_audit_fail(a, id);
}

/* A count at this place must be what was counted. */
void
pmap_audit_count(struct audit *a, const char *id, const char *what, uint32_t is,
    uint32_t n)
{
	if (is == n || !pmap_audit_broken(a))
		return;
	pmap_report_place(id, a->au_pmap, a->au_va, a->au_pte, a->au_pa);
	ph_printf(": %s %u, counted %u\n", what, is, n);
}

/* A sum over everything, of no place. */
static void
audit_sum(struct audit *a, const char *id, const char *what, uint32_t is,
    uint32_t n)
{
	if (is != n && pmap_audit_broken(a))
		ph_printf("pmap: %s broken: %s %u, counted %u\n", id, what,
		    is, n);
}

static void
audit_list(struct audit *a, const char *what, bool ok)
{
	if (!ok && pmap_audit_broken(a))
		ph_printf("pmap: PM2 broken: list of %s is damaged\n", what);
}

/*
 * May this address in the arena be read?  What a page's entry and descriptor
 * disagree about is PT6 and reported as such; nothing is looked at there.
 */
bool
pmap_audit_readable(const void *addr)
{
	const struct ptp *pt = ptp_of_pte(addr);

	return (pte_maps(pte_read(kernel_pte((vm_offset_t)addr)), pt->pt_pa));
}

/*
 * The directory of a pmap, or NULL if it is not where the pmap says.
 */
static const uint32_t *
audit_dir(const struct pmap *pm)
{
	const struct ptp *dir;

	dir = pmap_described(frame_lookup(pm->pm_pdirpa), FR_DIR);
	return (dir != NULL && dir->pt_pmap == pm &&
	    pm->pm_pdir == dir->pt_pte && pmap_audit_readable(dir->pt_pte) ?
	    dir->pt_pte : NULL);
}

/*
 * Where the directory holds a page table, or NULL if that cannot be said.
 */
static const uint32_t *
audit_pde(const struct ptp *pt)
{
	const uint32_t *dir =
	    pt->pt_pmap == NULL ? NULL : audit_dir(pt->pt_pmap);

	return (dir == NULL ? NULL : &dir[va_slot(pt->pt_va)]);
}

/*
 * The place of a page table as a whole: its directory entry and its frame.
 */
void
pmap_audit_at_table(struct audit *a, const struct ptp *pt, vm_offset_t va)
{
	const uint32_t *pde = audit_pde(pt);

	pmap_audit_at(a, pt->pt_pmap, va, pde == NULL ? 0 : pte_read(pde),
	    pt->pt_pa);
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
		pmap_audit_fail_entry(a, "PT9", pt, va, pte);
	if (tag > FR_MANAGED && (pt->pt_state == PTS_USER || !arena))
		pmap_audit_fail_entry(a, "PT4", pt, va, pte);
	else if (pt->pt_state == PTS_USER && fr != NULL &&
	    (tag == FR_MANAGED ? ph_frame_free(pfn) : ph_frame_kernel(pfn)))
		pmap_audit_fail_entry(a, "PT4", pt, va, pte);
	else if (pt->pt_state == PTS_KERNEL &&
	    (va == pmap_window[0] || va == pmap_window[1]))
		pmap_audit_fail_entry(a, "PT4", pt, va, pte);
}

/* Sixteen words that are looked at together, by few and aligned reads. */
struct audit_line {
	_Alignas(64) uint64_t al_pair[8];
};

static inline bool
audit_line_zero(const uint32_t *w)
{
	const struct audit_line l = *(const struct audit_line *)(const void *)w;

	return ((l.al_pair[0] | l.al_pair[1] | l.al_pair[2] | l.al_pair[3] |
	    l.al_pair[4] | l.al_pair[5] | l.al_pair[6] | l.al_pair[7]) == 0);
}

/*
 * The first word from i on that is not zero, n if there is none.  Most of a
 * page table is zero: sixteen words are looked at together.
 * => w: aligned to 64 bytes
 */
static uint32_t
audit_skip(const uint32_t *w, uint32_t i, uint32_t n)
{
	for (; i < n && i % 16 != 0; i++)
		if (pte_read(&w[i]) != 0)
			return (i);
	while (i + 16 <= n && audit_line_zero(&w[i]))
		i += 16;
	while (i < n && pte_read(&w[i]) == 0)
		i++;
	return (i);
}

/*
 * A user's page table against its entries.
 */
static void
audit_counts(struct audit *a, const struct ptp *pt, uint32_t valid,
    uint32_t wired, uint32_t managed)
{
	pmap_audit_at_table(a, pt, pt->pt_va);
	pmap_audit_count(a, "PT2", "valid", pt->pt_valid, valid);
	pmap_audit_count(a, "PT2", "wired", pt->pt_wired, wired);
	pmap_audit_count(a, "PT2", "managed", pt->pt_managed, managed);
	if (valid == 0)
		pmap_audit_fail(a, "PT3");
	if ((pt->pt_pprev != NULL) != (wired == 0))
		pmap_audit_fail(a, "PT7");
	a->au_queued += pt->pt_pprev != NULL;
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

	managed = pmap_audit_slices(a, pt, &ok);
	if (!ok) {
		a->au_blind = true;
		return;
	}
	for (i = audit_skip(pt->pt_pte, 0, PMB_NPTE); i < PMB_NPTE;
	    i = audit_skip(pt->pt_pte, i + 1, PMB_NPTE)) {
		pte = pte_read(&pt->pt_pte[i]);
		va = pt->pt_va + i * PMB_PAGE;
		if (ptp_host_edits(pt, i))
			a->au_out.pa_skipped += pte & PMB_VALID;
		else if (pte & PMB_VALID) {
			audit_target(a, pt, va, pte);
			if (pt->pt_state == PTS_USER && pte_may_track(pte) &&
			    !pv_tracked(pv_slot(pt, i)))
				pmap_audit_fail_entry(a, "PV1", pt, va, pte);
			valid++;
			wired += (pte & PMB_WIRED) != 0;
		} else
			pmap_audit_fail_entry(a, "PT8", pt, va, pte);
	}
	a->au_out.pa_ptes += valid;
	if (pt->pt_state == PTS_USER)
		audit_counts(a, pt, valid, wired, managed);
}

/*
 * Does the owner's directory hold this page table, where it should? (PT1)
 */
static void
audit_hook(struct audit *a, const struct ptp *pt)
{
	const uint32_t *pde = audit_pde(pt);

	if (pde != NULL && pte_maps(pte_read(pde), pt->pt_pa) &&
	    (pt->pt_va & (PMB_SLOT - 1)) == 0)
		return;
	pmap_audit_at_table(a, pt, pt->pt_va);
	pmap_audit_fail(a, "PT1");
}

/*
 * A user's entry that is not zero: does it hold what the pmap has there?
 * => returns the page table if it is the pmap's, in its place
 * => a page table that is held elsewhere too has two owners (PT3)
 */
static const struct ptp *
audit_entry(struct audit *a, const struct ptp *dir, uint32_t slot,
    uint32_t pde)
{
	const struct ptp *pt = pmap_described(frame_lookup(pde), FR_PTP);
	const uint32_t *hook;
	const char *id = "PT1";

	if ((pde & PMB_VALID) == 0 || (pt != NULL && pt->pt_state != PTS_USER))
		pt = NULL;
	if (pt != NULL && (pt->pt_pmap != dir->pt_pmap || pt->pt_pmap == NULL ||
	    pt->pt_va != slot << PMB_SLOTSHIFT)) {
		hook = audit_pde(pt);
		if (hook != NULL && hook != &dir->pt_pte[slot] &&
		    pte_maps(pte_read(hook), pt->pt_pa))
			id = "PT3";
		pt = NULL;
	}
	if (pt != NULL && (pde & ~(PMB_FRAME | PDE_ATTR)) ==
	    (PMB_VALID | PMB_WRITE | PMB_USER))
		return (pt);
	pmap_audit_at(a, dir->pt_pmap, slot << PMB_SLOTSHIFT, pde, pde);
	pmap_audit_fail(a, id);
	return (pt);
}

/*
 * The kernel's own directory, and between which slots it has entries.
 */
static void
audit_kernel_range(struct audit *a)
{
	const uint32_t *kdir = audit_dir(kernel_pmap);
	uint32_t slot = va_slot(PH_USER_PTMAX);

	a->au_kdir = kdir;
	if (kdir == NULL)
		return;
	a->au_kfirst = audit_skip(kdir, slot, PMB_NPTE);
	for (slot = a->au_kfirst; slot < PMB_NPTE;
	    slot = audit_skip(kdir, slot + 1, PMB_NPTE))
		a->au_kend = slot + 1;
}

/*
 * The first of the kernel's slots from this one on in which a directory may
 * differ from the kernel's: where that has none, one that is not zero.
 */
static uint32_t
audit_kernel_next(const struct audit *a, const uint32_t *pde, uint32_t slot)
{
	if (slot < a->au_kfirst)
		slot = audit_skip(pde, slot, a->au_kfirst);
	if (slot >= a->au_kend)
		slot = audit_skip(pde, slot, PMB_NPTE);
	return (slot);
}

/*
 * The kernel's entries of a directory, and the one that maps itself (PT5).
 * => those around them are the same too: zero
 */
static void
audit_kernel_slots(struct audit *a, const struct ptp *dir)
{
	const uint32_t *kdir = a->au_kdir;
	uint32_t slot = va_slot(PH_USER_PTMAX) - 1, pde;

	while (kdir != NULL && kdir != dir->pt_pte &&
	    (slot = audit_kernel_next(a, dir->pt_pte, slot + 1)) < PMB_NPTE) {
		pde = pte_read(&dir->pt_pte[slot]);
		if ((PH_RECURSIVE != 0 && slot == PH_RECURSIVE) ||
		    ((pde ^ pte_read(&kdir[slot])) & ~PDE_ATTR) == 0)
			continue;
		pmap_audit_at(a, dir->pt_pmap, slot << PMB_SLOTSHIFT, pde, pde);
		pmap_audit_fail(a, "PT5");
	}
	pde = pte_read(&dir->pt_pte[PH_RECURSIVE]);
	if (PH_RECURSIVE == 0 || (pte_maps(pde, dir->pt_pa) &&
	    (pde & PMB_USER) == 0))
		return;
	pmap_audit_at(a, dir->pt_pmap,
	    (vm_offset_t)PH_RECURSIVE << PMB_SLOTSHIFT, pde, pde);
	pmap_audit_fail(a, "PT5");
}

/*
 * What a pmap says of itself.
 * => slots: the groups of its directory that are in use
 */
static void
audit_pmap(struct audit *a, const struct pmap *pm, const struct ptp *dir,
    uint32_t slots)
{
	uint32_t slot;

	if (pm == kernel_pmap)
		for (slot = va_slot(PH_KERNBASE);
		    slot <= va_slot(PH_KERNEND - 1u); slot++)
			slots |= (pte_read(&dir->pt_pte[slot]) & PMB_VALID) <<
			    (slot / PTP_GROUP);
	pmap_audit_at(a, pm, 0, 0, dir->pt_pa);
	pmap_audit_count(a, "PT1", "slots", pm->pm_slots, slots);
	if (pm->pm_pdir != dir->pt_pte || pm->pm_pdirpa != dir->pt_pa)
		pmap_audit_fail(a, "PT6");
	if (pm->pm_count <= 0)
		pmap_audit_fail(a, "PM1");
}

/*
 * A directory: the user's entries, the kernel's, and the pmap's counts.
 */
static void
audit_directory(struct audit *a, const struct ptp *dir)
{
	const struct pmap *pm = dir->pt_pmap;
	const uint32_t end = va_slot(PH_USER_PTMAX);
	uint32_t slot, pde, resident = 0, wired = 0, slots = 0;
	const struct ptp *pt;

	audit_kernel_slots(a, dir);
	for (slot = audit_skip(dir->pt_pte, 0, end); slot < end;
	    slot = audit_skip(dir->pt_pte, slot + 1, end)) {
		pde = pte_read(&dir->pt_pte[slot]);
		if (pm == kernel_pmap && slot == PH_BOOT_SLOT && slot != 0) {
			a->au_out.pa_skipped++;
			continue;
		}
		slots |= (pde & PMB_VALID) << (slot / PTP_GROUP);
		pt = audit_entry(a, dir, slot, pde);
		if (pt == NULL)
			continue;
		resident += pt->pt_valid;
		wired += pt->pt_wired;
	}
	if (pm == NULL)
		return;
	audit_pmap(a, pm, dir, slots);
	if (pm == kernel_pmap)
		return;
	pmap_audit_count(a, "PM1", "resident", pm->pm_stats.resident_count,
	    resident);
	pmap_audit_count(a, "PM1", "wired", pm->pm_stats.wired_count, wired);
}

/*
 * A page table that waits for use: zero (PT8), and without slices (PV5).
 */
static void
audit_ready(struct audit *a, const struct ptp *pt)
{
	uint32_t i = audit_skip(pt->pt_pte, 0, PMB_NPTE);

	if (i < PMB_NPTE) {
		pmap_audit_at(a, kernel_pmap, (vm_offset_t)&pt->pt_pte[i],
		    pt->pt_pte[i], pt->pt_pa);
		pmap_audit_fail(a, "PT8");
	}
	for (i = 0; i < PV_NSLICE && pt->pt_slice[i] == NULL; i++)
		continue;
	if (i == PV_NSLICE)
		return;
	pmap_audit_at(a, kernel_pmap, (vm_offset_t)pt->pt_pte, 0, pt->pt_pa);
	pmap_audit_fail(a, "PV5");
}

/* What an arena page holds, by its state. */
static void
audit_content(struct audit *a, const struct ptp *pt)
{
	switch (pt->pt_state) {
	case PTS_USER:
	case PTS_KERNEL:
		a->au_out.pa_ptps++;
		audit_hook(a, pt);
		audit_table(a, pt);
		break;
	case PTS_DIR:
	case PTS_DIRREADY:
		audit_directory(a, pt);
		break;
	case PTS_READY:
		audit_ready(a, pt);
		break;
	case PTS_DEAD:
		pmap_audit_at_table(a, pt, pt->pt_va);
		pmap_audit_fail(a, "PT3");
		audit_table(a, pt);
		break;
	}
}

/*
 * One page of the arena: its PTE, its descriptor and its frame agree (PT6);
 * one in use other than a user's page table is on no list (PM2); then what it
 * holds.
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
	pmap_audit_at(a, kernel_pmap, va, pte, pt->pt_pa);
	if (pt->pt_state == PTS_FREE) {
		a->au_pa = pte;
		if (pte != 0 || (vm_offset_t)pt->pt_pte != va)
			pmap_audit_fail(a, "PT6");
		return;
	}
	if (pt->pt_state > PTS_SLICES || !pte_maps(pte, pt->pt_pa) ||
	    (pt->pt_pa & ~PMB_FRAME) != 0 ||
	    (vm_offset_t)pt->pt_pte != va ||
	    frame_tag(fr) != tags[pt->pt_state] || fr->fr_ptp != pt) {
		pmap_audit_fail(a, "PT6");
		a->au_blind = true;
		return;
	}
	if (pt->pt_pprev != NULL && (pt->pt_state == PTS_DIR ||
	    pt->pt_state == PTS_KERNEL || pt->pt_state == PTS_SLICES))
		pmap_audit_fail(a, "PM2");
	audit_content(a, pt);
}

/*
 * The sums: links against entries, pages and slices against their totals.
 */
static void
audit_sums(struct audit *a)
{
	audit_sum(a, "PV1", "links on lists", a->au_out.pa_links,
	    a->au_tracked);
	audit_sum(a, "PV2", "links in use", pv_nlinks, a->au_out.pa_links);
	audit_sum(a, "PM2", "slices in use", pv_nslices - pv_nfree,
	    a->au_slices);
	audit_sum(a, "PM2", "slices with an owner", pv_slices_recount(),
	    a->au_slices);
	audit_sum(a, "PM2", "slices", pv_nslices,
	    a->au_state[PTS_SLICES] * PV_PERPAGE);
	audit_sum(a, "PM2", "user page tables", ptp_inuse,
	    a->au_state[PTS_USER]);
	audit_sum(a, "PM2", "free pages", ptp_free.pl_count,
	    a->au_state[PTS_FREE]);
	audit_sum(a, "PM2", "ready page tables", ptp_ready.pl_count,
	    a->au_state[PTS_READY]);
	audit_sum(a, "PM2", "ready directories", ptp_dirs.pl_count,
	    a->au_state[PTS_DIRREADY]);
	audit_sum(a, "PM2", "victims", ptp_victims.pl_count, a->au_queued);
	audit_list(a, "free slices", pmap_audit_free_slices());
}

/*
 * The floor, by what was counted: what is pinned, and what can be a page
 * table.
 */
static void
audit_floor(struct audit *a)
{
	const uint32_t *n = a->au_state;
	uint32_t pins = pmap_pins(n[PTS_DIR] - 1, n[PTS_USER] - a->au_queued);
	uint32_t hand = n[PTS_FREE] + n[PTS_READY] + n[PTS_DIRREADY] +
	    a->au_queued;

	if (pins > pmap_pool && pmap_audit_broken(a))
		ph_printf("pmap: RS2 broken: %u pages of %u are pinned\n",
		    pins, pmap_pool);
	if (hand < PIN_TABLES && pmap_audit_broken(a))
		ph_printf("pmap: RS3 broken: %u page tables at hand\n", hand);
}

/* What holds whatever is damaged elsewhere. */
static void
audit_rest(struct audit *a)
{
	const struct ptp *dir = pmap_described(frame_lookup(ph_cr3()), FR_DIR);

	audit_list(a, "free pages", ptp_list_ok(&ptp_free, PTS_FREE));
	audit_list(a, "ready page tables",
	    ptp_list_ok(&ptp_ready, PTS_READY));
	audit_list(a, "ready directories",
	    ptp_list_ok(&ptp_dirs, PTS_DIRREADY));
	audit_list(a, "victims", ptp_list_ok(&ptp_victims, PTS_USER));
	if (!pmap_reserve_short && (ptp_ready.pl_count == 0 ||
	    pv_nfree == 0) && pmap_audit_broken(a))
		ph_printf("pmap: RS1 broken: ready page tables %u, "
		    "free slices %u\n", ptp_ready.pl_count, pv_nfree);
	if (!a->au_blind && !pmap_overdrawn)
		audit_floor(a);
	pmap_audit_at(a, NULL, 0, ph_cr3(), ph_cr3());
	if (dir == NULL || dir->pt_state != PTS_DIR)
		pmap_audit_fail(a, "PM3");
}

/*
 * Is this page of the arena in the part that is asked for?  What belongs to
 * no pmap is looked at by a whole audit alone.
 */
static bool
audit_wanted(const struct audit *a, const struct ptp *pt)
{
	uint32_t i;

	if (a->au_part == NULL)
		return (true);
	for (i = 0; i < a->au_nparts && a->au_part[i] != pt->pt_pmap; i++)
		continue;
	return (i < a->au_nparts);
}

/*
 * The audit, whole or of a part.
 */
static int
audit_run(struct audit *a)
{
	uint32_t i;
	int s = ph_splvm();

	audit_kernel_range(a);
	for (i = 0; i < ptp_npages; i++)
		if (audit_wanted(a, &ptp_table[i]))
			audit_arena_page(a, &ptp_table[i]);
	pmap_audit_frames(a);
	if (a->au_part == NULL) {
		if (!a->au_blind)
			audit_sums(a);
		audit_rest(a);
	}
	pmap_counters.pc_audit++;
	ph_splx(s);
	if (a->au_out.pa_violations != 0 && pmap_policy == PMAP_POLICY_PANIC)
		ph_panic("pmap: audit found %u broken invariants",
		    a->au_out.pa_violations);
	return ((int)a->au_out.pa_violations);
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
	struct audit a = { .au_part = NULL };
	int n = audit_run(&a);

	if (out != NULL)
		*out = a.au_out;
	return (n);
}

/*
 * Check the directories and page tables of some pmaps, and the lists of all
 * pages: for who knows that nothing else has changed since a whole audit.
 * => pm: n pmaps, the kernel's too if it is to be looked at
 * => as pmap_audit
 */
int
pmap_audit_part(const struct pmap *const *pm, uint32_t n)
{
	struct audit a = { .au_part = pm, .au_nparts = n };

	return (audit_run(&a));
}
