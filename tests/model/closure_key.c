/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_key.c: what a state is.
 *
 * A view is all that decides what the module does next, by role: not which
 * frame is a page table, but whose and with what in it.  It is taken from the
 * module's own structures, and each that could be wrong is compared with the
 * others and with the model on the way; a breach is a panic.  A place:
 *
 *	bits 0-5    page + 1, write, wired, A, D
 *	bits 6-8    rank in the page's list of mappings
 *	bit  9      its slice is there
 *	bits 10-21  two TLB entries: page + 1, write, user, D, global
 *
 * A pmap: bit 0 alive, 1 loaded; for each slot from bit 2 a page table,
 * its A bit, its rank in the victim queue (0: not in it), a cached PDE, its
 * rank among the new ones (0: not new; only where any is taken).
 * A page: saved M and U, and the model's.  The pool: see view_pool.
 */
#include "closure.h"

#define PLACE_W		0x004u
#define PLACE_WIRED	0x008u
#define PLACE_A		0x010u
#define PLACE_D		0x020u
#define PLACE_RANK	6		/* shift */
#define PLACE_SLICE	0x200u
#define PLACE_TLB	10		/* shift */
#define PLACE_TLB2	16
#define META_ALIVE	0x1u
#define META_LOADED	0x2u
#define META_SLOT	2		/* shift, 8 bits a slot */
#define META_PDC	0x20u		/* of these */
#define META_NEW	6		/* shift, 2 bits */

/* The page number of a frame, plus 1; 0 if it is none of the world's. */
static uint32_t
page_code(uint32_t pa)
{
	pa &= MMU_FRAME;
	return (pa == cl_pa[0] ? 1 : pa == cl_pa[1] ? 2 : 0);
}

static void
breach(const char *what, uint32_t p, uint32_t v, uint32_t got)
{
	ph_panic("closure: %s: pmap %u va 0x%08x: 0x%x", what, p, cl_va[v],
	    got);
}

/*
 * What the TLB holds of an address of the loaded pmap, bigger code first.
 */
static uint32_t
view_tlb(uint32_t p, uint32_t v)
{
	const struct mmu_entry *e = mmu_tlb_find(cl_va[v] >> 12);
	uint32_t code[2] = { 0, 0 }, n, c;

	for (n = 0; e != NULL; n++) {
		c = page_code(e->me_pfn << 12);
		if (c == 0 || n == 2)
			breach("TLB entry", p, v, e->me_pfn);
		code[n] = c | (e->me_flags & (ME_W | ME_U | ME_D | ME_G)) << 2;
		e = e->me_next == 0 ? NULL : mmu_tlb_get(e->me_next - 1u);
	}
	if (code[0] < code[1])
		return (code[1] << PLACE_TLB | code[0] << PLACE_TLB2);
	return (code[0] << PLACE_TLB | code[1] << PLACE_TLB2);
}

/*
 * One entry of a page table, compared with the model.
 */
static uint32_t
view_pte(uint32_t p, uint32_t v, uint32_t pte)
{
	const struct model_map *mm = &cl_model.md_map[p][v];
	uint32_t want = MMU_P | MMU_US, place;

	if (mm->mm_page == MODEL_NONE) {
		if (pte != 0)
			breach("a mapping too many", p, v, pte);
		return (0);
	}
	want |= cl_pa[mm->mm_page] | (mm->mm_write ? MMU_RW : 0) |
	    (mm->mm_wired ? PMB_WIRED : 0);
	if ((pte & ~(MMU_A | MMU_D)) != want)
		breach("a mapping is not as it should be", p, v, pte);
	place = mm->mm_page + 1u;
	if (mm->mm_write)
		place |= PLACE_W;
	if (mm->mm_wired)
		place |= PLACE_WIRED;
	if (pte & MMU_A)
		place |= PLACE_A;
	if (pte & MMU_D)
		place |= PLACE_D;
	return (place);
}

/* The rank of a page table in the victim queue, from 1 on; 0: not in it. */
static uint32_t
victim_rank(const struct ptp *pt)
{
	const struct ptp *q = ptp_victims.pl_first;
	uint32_t n = 1;

	for (; q != NULL && n < 7; q = q->pt_next, n++)
		if (q == pt)
			return (n);
	return (0);
}

/* Are page tables taken in this world?  Only then does it matter which. */
static bool
may_take(void)
{
	return (cl_world->cw_fail || cl_world->cw_tight);
}

/*
 * One page table or its absence: its places, and its bits of the pmap.
 */
static uint32_t
view_slot(struct cl_view *vw, uint32_t p, uint32_t s, uint32_t **ptep)
{
	uint32_t first = s == 0 ? 0 : 2, end = s == 0 ? 2 : 3, v, n = 0, w = 0;
	uint32_t slot = cl_slot(cl_va[first]);
	uint32_t pde = cl_pmap[p].pm_pdir[slot], rank = cl_new_rank(p, s);
	const struct ptp *pt;

	for (v = first; pde == 0 && v < end; v++) {
		(void)view_pte(p, v, 0);
		ptep[v] = NULL;
		vw->vw_place[p][v] = 0;
	}
	if (pde == 0)
		return (0);
	pt = ptp_of_pde(pde);
	if ((pde & ~(PMB_FRAME | MMU_A)) != (MMU_P | MMU_RW | MMU_US) ||
	    pt->pt_pmap != &cl_pmap[p] || pt->pt_state != PTS_USER)
		breach("directory entry", p, first, pde);
	for (v = first; v < end; v++) {
		ptep[v] = &pt->pt_pte[va_index(cl_va[v])];
		vw->vw_place[p][v] = view_pte(p, v, *ptep[v]);
		n += vw->vw_place[p][v] != 0;
		w += (vw->vw_place[p][v] & PLACE_WIRED) != 0;
		if (pt->pt_slice[va_index(cl_va[v]) / PV_NLINK] != NULL)
			vw->vw_place[p][v] |= PLACE_SLICE;
	}
	if (pt->pt_valid != n || pt->pt_managed != n || pt->pt_wired != w)
		breach("counts of a page table", p, first, pt->pt_valid);
	if (ptp_is_new(pt) != (rank != 0))
		breach("a new page table", p, first, rank);
	return (1 | ((pde & MMU_A) != 0 ? 2 : 0) | victim_rank(pt) << 2 |
	    (may_take() ? rank << META_NEW : 0));
}

static void
view_pmap(struct cl_view *vw, uint32_t p, uint32_t **ptep)
{
	const struct pmap *pm = &cl_pmap[p];
	uint32_t v, s, slot, meta = META_ALIVE, resident = 0, wired = 0;
	bool loaded;

	if (pm->pm_count == 0) {
		for (v = 0; v < CL_VAS; v++) {
			vw->vw_place[p][v] = view_pte(p, v, 0);
			ptep[v] = NULL;
		}
		vw->vw_meta[p] = 0;
		return;
	}
	loaded = mmu_cpu.mc_cr3 == pm->pm_pdirpa;
	if (loaded)
		meta |= META_LOADED;
	for (s = 0; s < CL_SLOTS; s++) {
		slot = view_slot(vw, p, s, ptep);
		if (loaded && mmu_pde_cached(cl_slot(cl_va[2 * s])) != 0)
			slot |= META_PDC;
		meta |= slot << (META_SLOT + 8 * s);
	}
	for (v = 0; loaded && v < CL_VAS; v++)
		vw->vw_place[p][v] |= view_tlb(p, v);
	vw->vw_meta[p] = meta;
	for (v = 0; v < CL_VAS; v++) {
		resident += (vw->vw_place[p][v] & 3) != 0;
		wired += (vw->vw_place[p][v] & PLACE_WIRED) != 0;
	}
	if (pm->pm_stats.resident_count != resident ||
	    pm->pm_stats.wired_count != wired)
		breach("counts of a pmap", p, 0, pm->pm_stats.resident_count);
}

/*
 * The list of a page: the rank of each place; all places of the page are in.
 */
static void
view_list(struct cl_view *vw, uint32_t page, uint32_t **ptep)
{
	const struct frame *fr = frame_lookup(cl_pa[page]);
	const struct model_page *mg = &cl_model.md_page[page];
	struct pv_link *const *pprev = &fr->fr_first;
	uint32_t *place = &vw->vw_place[0][0], i, rank = 0, n = 0, seen = 0;
	const struct pv_link *pv;

	for (pv = fr->fr_first; pv != NULL; pv = pv->pv_next) {
		for (i = 0; i < CL_PLACES && ptep[i] != pv_pte(pv); i++)
			continue;
		if (i == CL_PLACES || (place[i] & 3) != page + 1 ||
		    pv->pv_pprev != (struct pv_link **)(uintptr_t)pprev)
			ph_panic("closure: page %u: link %p", page,
			    (const void *)pv);
		place[i] |= rank++ << PLACE_RANK;
		pprev = &pv->pv_next;
	}
	for (i = 0; i < CL_PLACES; i++)
		if ((place[i] & 3) == page + 1) {
			seen |= place[i];
			n++;
		}
	seen = ((seen & PLACE_A) != 0 ? MMU_A : 0) |
	    ((seen & PLACE_D) != 0 ? MMU_D : 0);
	if (n != rank || fr->fr_info >> FR_COUNTSHIFT != n)
		ph_panic("closure: page %u: %u mappings, %u linked", page, n,
		    rank);
	seen |= fr->fr_info;
	if (((seen & MMU_A) != 0) != mg->mg_u ||
	    ((seen & MMU_D) != 0) != mg->mg_m)
		ph_panic("closure: page %u: M and U are 0x%x, not %u and %u",
		    page, seen, mg->mg_m, mg->mg_u);
	vw->vw_page[page] = (fr->fr_info & (MMU_A | MMU_D)) >> 5 |
	    (mg->mg_m ? 4u : 0) | (mg->mg_u ? 8u : 0);
}

/*
 * The module's stock: page tables and directories at hand, slices, addresses.
 */
static uint32_t
view_pool(void)
{
	if (ptp_ready.pl_count > 7 || ptp_dirs.pl_count > 7 ||
	    pv_nfree > 63 || pv_nslices > 15 * PV_PERPAGE ||
	    ptp_free.pl_count > 31)
		ph_panic("closure: a stock too large for a key");
	return (ptp_ready.pl_count | ptp_dirs.pl_count << 3 |
	    pv_nfree << 6 | pv_nslices / PV_PERPAGE << 12 |
	    ptp_free.pl_count << 16 | (uint32_t)pmap_reserve_short << 21 |
	    (uint32_t)pmap_overdrawn << 22);
}

void
cl_view_make(struct cl_view *vw)
{
	uint32_t *ptep[CL_PLACES];
	uint32_t p, page;

	for (p = 0; p < CL_PMAPS; p++)
		view_pmap(vw, p, ptep + p * CL_VAS);
	for (page = 0; page < CL_PAGES; page++)
		view_list(vw, page, ptep);
	vw->vw_pool = view_pool();
}

/* ----- canonical keys ----- */

/* A page code, or that of the other page. */
static uint32_t
other_code(uint32_t code)
{
	return ((code & 3) == 0 ? code : code ^ 3);
}

/* A place with the pages' names exchanged. */
static uint32_t
other_pages(uint32_t place)
{
	return ((place & ~(3u | 3u << PLACE_TLB | 3u << PLACE_TLB2)) |
	    other_code(place & 3) |
	    other_code(place >> PLACE_TLB & 3) << PLACE_TLB |
	    other_code(place >> PLACE_TLB2 & 3) << PLACE_TLB2);
}

/*
 * Words 0 to 3 and 4 to 7 are the pmaps: places 0 to 2, then the rest of it.
 * Word 8: the pages and the pool.
 */
static void
key_write(struct cl_key *k, const struct cl_view *vw, bool other)
{
	uint32_t p, v, *word = k->ck_word;

	for (p = 0; p < CL_PMAPS; p++) {
		for (v = 0; v < CL_VAS; v++)
			*word++ = other ? other_pages(vw->vw_place[p][v]) :
			    vw->vw_place[p][v];
		*word++ = vw->vw_meta[p];
	}
	*word = vw->vw_page[other] | vw->vw_page[!other] << 4 |
	    vw->vw_pool << 8;
}

static void
swap_words(uint32_t *a, uint32_t *b, uint32_t n)
{
	uint32_t i, t;

	for (i = 0; i < n; i++) {
		t = a[i];
		a[i] = b[i];
		b[i] = t;
	}
}

static bool
words_less(const uint32_t *a, const uint32_t *b, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (a[i] != b[i])
			return (a[i] < b[i]);
	return (false);
}

/*
 * Sort what may be exchanged: places 0 and 1 of a pmap, then the pmaps.
 */
static void
key_sort(struct cl_key *k)
{
	uint32_t *a = k->ck_word, *b = k->ck_word + 4;

	if (a[1] < a[0])
		swap_words(&a[0], &a[1], 1);
	if (b[1] < b[0])
		swap_words(&b[0], &b[1], 1);
	if (words_less(b, a, 4))
		swap_words(a, b, 4);
}

/*
 * The key of a state: with reduce, the same for all states that differ only
 * in names.
 */
void
cl_key_make(struct cl_key *k, const struct cl_view *vw, bool reduce)
{
	struct cl_key other;

	key_write(k, vw, false);
	if (!reduce)
		return;
	key_sort(k);
	if (!cl_world_alike(cl_world))
		return;
	key_write(&other, vw, true);
	key_sort(&other);
	if (words_less(other.ck_word, k->ck_word, CL_KEYWORDS))
		*k = other;
}

/*
 * The nth image of a key under the group that cl_key_make reduces by: bits of
 * n exchange the places of pmap 0, those of pmap 1, the pmaps, the pages.
 */
void
cl_key_image(struct cl_key *to, const struct cl_key *from, uint32_t n)
{
	uint32_t i, *w = to->ck_word;

	*to = *from;
	if (n & 1)
		swap_words(&w[0], &w[1], 1);
	if (n & 2)
		swap_words(&w[4], &w[5], 1);
	if (n & 4)
		swap_words(&w[0], &w[4], 4);
	if ((n & 8) == 0)
		return;
	for (i = 0; i < 2 * 4; i++)
		if (i % 4 != 3)
			w[i] = other_pages(w[i]);
	w[8] = (w[8] & ~0xffu) | (w[8] & 0xf) << 4 | (w[8] >> 4 & 0xf);
}
