/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pv.c: frames, links and slices: pv.c and its inline halves.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x60000000u

TEST(frame__tags_after_boot)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	CHECK_EQ(frame_tag(frame_lookup(pa)), FR_MANAGED);
	CHECK_EQ(frame_tag(frame_lookup(pm->pm_pdirpa)), FR_DIR);
	CHECK_EQ(frame_tag(frame_lookup(kernel_pmap->pm_pdirpa)), FR_DIR);
	CHECK_EQ(frame_tag(frame_lookup(0x100000)), FR_FOREIGN);
	CHECK_EQ(frame_tag(frame_lookup(0xa0000)), FR_FOREIGN);
	CHECK(frame_lookup(0xc0000000u) == NULL);
	CHECK_EQ(frame_tag(NULL), FR_FOREIGN);
	CHECK(frame_lookup(host_config.hc_frames * PAGE) == NULL);
	CHECK(frame_lookup((host_config.hc_frames - 1) * PAGE) != NULL);
}

TEST(frame__has_eight_bytes)
{
	CHECK_EQ(sizeof(struct frame), 8);
	CHECK_EQ(sizeof(struct pv_link), 8);
	CHECK_EQ(sizeof(struct pv_slice), 512);
}

TEST(frame_tag_name__knows_every_tag)
{
	struct frame fr = { .fr_info = FR_MANAGED };

	CHECK(strcmp(frame_tag_name(&fr), "managed") == 0);
	fr.fr_info = 7;
	CHECK(strcmp(frame_tag_name(&fr), "damaged") == 0);
	CHECK(strcmp(frame_tag_name(NULL), "foreign") == 0);
}

TEST_ASSERTED(frame_set__refuses_a_mapped_page)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	EXPECT_PANIC("PV2", frame_set(pa, FR_PTP, NULL));
	EXPECT_PANIC("PT6", frame_set(0xc0000000u, FR_MANAGED, NULL));
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST(pv_slice__alloc_and_free_balance)
{
	uint32_t nfree = pv_nfree, i;
	const uint32_t *pte = (const uint32_t *)0x12345600;
	struct pv_slice *ps;

	CHECK(nfree > 0);
	ps = pv_slice_alloc(pte);
	CHECK(ps != NULL);
	CHECK_EQ(pv_nfree, nfree - 1);
	CHECK_EQ((uintptr_t)ps % 512, 0);
	CHECK(pv_slice_owner_ok(ps, pte));
	CHECK(!pv_slice_owner_ok(ps, pte + 64));
	for (i = 0; i < PV_NLINK; i++) {
		CHECK(!pv_tracked(&ps->ps_link[i]));
		CHECK(pv_pte(&ps->ps_link[i]) == pte + i);
		CHECK(pv_link_sane(&ps->ps_link[i]));
	}
	CHECK_EQ(pv_slice_free(ps), 0);
	CHECK(!pv_link_sane(&ps->ps_link[3]));
	CHECK_EQ(pv_nfree, nfree);
}

TEST(pv_slice__none_left_is_null)
{
	struct pv_slice *ps[64];
	uint32_t n = 0, i, nfree = pv_nfree;

	while ((ps[n] = pv_slice_alloc((uint32_t *)(0x20000000 + n * 256))))
		CHECK(++n < 64);
	CHECK_EQ(n, nfree);
	CHECK_EQ(pv_nfree, 0);
	for (i = 0; i < n; i++)
		CHECK(pv_pte(&ps[i]->ps_link[5]) ==
		    (uint32_t *)(0x20000000 + i * 256) + 5);
	while (n > 0)
		(void)pv_slice_free(ps[--n]);
	CHECK_EQ(pv_nfree, nfree);
}

TEST(pv_slice__full_free_page_comes_back)
{
	pmap_t pm[30];
	uint32_t pa = page_new(), i, j, arena;

	for (i = 0; i < 30; i++) {
		pm[i] = as_new();
		for (j = 0; j < 16; j++)
			DO(pmap_enter(pm[i], VA + j * 64 * PAGE, pa, PROT_RW,
			    FALSE));
	}
	CHECK(usage().pu_slices >= 480);
	arena = usage().pu_arena;
	for (i = 0; i < 30; i++)
		as_free(pm[i]);
	CHECK(usage().pu_arena <= arena - 60 - 55);
	CHECK(pv_nfree <= 16);
}

TEST(pv_link_sane__rejects_strangers)
{
	CHECK(!pv_link_sane(NULL));
	CHECK(!pv_link_sane((struct pv_link *)0xdeadbee8));
	CHECK(!pv_link_sane((struct pv_link *)(ptp_arena + 4)));
	CHECK(!pv_link_sane((struct pv_link *)(ptp_arena - 8)));
	CHECK(!pv_link_sane((struct pv_link *)(ptp_arena +
	    ptp_npages * PAGE)));
}

TEST(pv_insert__list_and_count)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, n = 0;
	struct frame *fr = frame_lookup(pa);
	struct pv_link *pv, **pprev = &fr->fr_first;

	for (i = 0; i < 70; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	for (pv = fr->fr_first; pv != NULL; pv = pv->pv_next) {
		CHECK(pv->pv_pprev == pprev);
		CHECK_EQ(*pv_pte(pv) & PMB_FRAME, pa);
		CHECK(ptp_of_pte(pv_pte(pv))->pt_pmap == pm);
		pprev = &pv->pv_next;
		n++;
	}
	CHECK_EQ(n, 70);
	CHECK_EQ(fr->fr_info >> FR_COUNTSHIFT, 70);
	CHECK_EQ(pv_nlinks, 70);
}

TEST_ASSERTED(pv_insert__refuses_a_linked_link)
{
	pmap_t pm = as_new();
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(pm, VA, a, PROT_RW, FALSE));
	EXPECT_PANIC("PV4", pv_insert(frame_lookup(b),
	    frame_lookup(a)->fr_first));
}

TEST_ASSERTED(pv_remove__saves_bits_and_only_those)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();
	struct frame *fr = frame_lookup(pa);
	struct pv_link *pv;

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	pv = fr->fr_first;
	pv_remove(fr, pv, 0xffffffffu & ~PMB_REF);
	CHECK_EQ(fr->fr_info, FR_MANAGED | PMB_MOD);
	CHECK(!pv_tracked(pv));
	EXPECT_PANIC("PV", pv_remove(fr, &(struct pv_link){ NULL,
	    &fr->fr_first }, 0));
	pv_insert(fr, pv);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_move__page_keeps_its_mappings)
{
	uint32_t va = host_kva(3), pa = page_new(), to = host_kva(1), i;
	struct frame *fr = frame_lookup(pa);
	struct pv_link *second;

	for (i = 0; i < 3; i++)
		DO(pmap_enter(kernel_pmap, va + i * PAGE, pa, PROT_RW, 0));
	second = fr->fr_first->pv_next;
	DO(pmap_move(va + PAGE, to, PAGE));
	CHECK(!pv_tracked(second));
	CHECK_EQ(fr->fr_info >> FR_COUNTSHIFT, 3);
	CHECK(pv_pte(fr->fr_first) == kernel_pte(to));
	CHECK_EQ(audit(), 0);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
}

TEST(pv_frame__finds_the_head_or_says_no)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct pv_link *pv, *was;

	for (i = 0; i < 5; i++)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	for (pv = frame_lookup(pa)->fr_first; pv != NULL; pv = pv->pv_next)
		CHECK(pv_frame(pv) == frame_lookup(pa));
	pv = frame_lookup(pa)->fr_first->pv_next;
	was = (struct pv_link *)pv->pv_pprev;
	pv->pv_pprev = NULL;
	CHECK(pv_frame(pv->pv_next) == NULL);
	pv->pv_pprev = &pv->pv_next;			/* a ring */
	CHECK(pv_frame(pv) == NULL);
	pv->pv_pprev = &was->pv_next;
	CHECK(pv_frame(pv) == frame_lookup(pa));
}

TEST(pv_owner__names_every_slice_of_every_table)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;
	struct ptp *pt;

	for (i = 0; i < 1024; i += 61)
		DO(pmap_enter(pm, VA + i * PAGE, pa, PROT_RW, FALSE));
	pt = ptp_lookup(pm, VA);
	for (i = 0; i < 1024; i++) {
		if (pv_slot(pt, i) == NULL)
			continue;
		CHECK(pv_pte(pv_slot(pt, i)) == &pt->pt_pte[i]);
		CHECK_EQ(pv_tracked(pv_slot(pt, i)), i % 61 == 0);
	}
	CHECK_EQ(pv_slices_recount(), usage().pu_slices);
}

/*
 * Links visited by one enter and two removes among n other mappings: a
 * neighbour in the list each, where there is one.
 */
static uint32_t
visits_among(pmap_t pm, pmap_t other, uint32_t n, uint32_t pa)
{
	uint32_t i, visited;

	for (i = 0; i < n; i++)
		DO(pmap_enter(other, VA + i * PAGE, pa, PROT_RW, FALSE));
	visited = pmap_counters.pc_visited + pmap_counters.pc_neighbour;
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_enter(pm, VA, pa, PROT_R, TRUE));
	DO(pmap_remove(other, VA + n / 2 * PAGE, VA + (n / 2 + 1) * PAGE));
	DO(pmap_protect(pm, VA, VA + PAGE, PROT_R));
	DO(pmap_remove(pm, VA, VA + PAGE));
	visited = pmap_counters.pc_visited + pmap_counters.pc_neighbour -
	    visited;
	DO(pmap_remove(other, VA, VA + n * PAGE));
	return (visited);
}

TEST(t_pv__never_walks)
{
	struct host_config c = host_config_default();
	pmap_t pm, other;
	uint32_t pa, at3, at4096;

	c.hc_frames = 2048;
	host_boot(&c);
	pm = as_new();
	other = as_new();
	pa = page_new();
	CHECK(visits_among(pm, other, 1, pa) <= 2);
	at3 = visits_among(pm, other, 3, pa);
	at4096 = visits_among(pm, other, 4096, pa);
	CHECK_EQ(at3, at4096);
	CHECK(at3 > 0);
	CHECK(usage().pu_maxsharers >= 4096);
}
