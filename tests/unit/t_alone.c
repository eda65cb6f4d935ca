/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_alone.c: pv.c and ptp.c over tables of the test's own, at their edges:
 * the first and the last page of an arena, the exact counts at which a page
 * comes back, the state that an earlier life left behind.
 */
#include "unit.h"
#include "pmap_private.h"

#define NPAGE		3u
#define NSLICE		(NPAGE * PV_PERPAGE)
#define NFRAME		8u

static uint32_t arena[NPAGE + 1][1024] __attribute__((__aligned__(4096)));
static uintptr_t owner[NSLICE + 1];
static struct frame frames[NFRAME];

static struct pv_slice *
slice_at(uint32_t n)
{
	return ((struct pv_slice *)(uintptr_t)arena + n);
}

/*
 * Give pv.c our tables; the machine under it is of no use after this.
 */
static void
pv_alone(void)
{
	unit_damaged();
	memset(arena, 0, sizeof(arena));
	memset(owner, 0, sizeof(owner));
	memset(frames, 0, sizeof(frames));
	pv_bootstrap(frames, NFRAME, (uintptr_t)owner, (uintptr_t)arena,
	    NPAGE);
}

TEST(pv_bootstrap__forgets_an_earlier_life)
{
	pmap_t pm = as_new();

	DO(pmap_enter(pm, 0, page_new(), PROT_R, FALSE));
	CHECK(pv_nfree > 0 && pv_nslices > 0);
	CHECK(pv_nlinks > 0 && pv_maxcount > 0);
	pv_alone();
	CHECK_EQ(pv_nfree, 0);
	CHECK_EQ(pv_nslices, 0);
	CHECK_EQ(pv_nlinks, 0);
	CHECK_EQ(pv_maxcount, 0);
	CHECK(pv_slice_alloc(&arena[1][0]) == NULL);
	CHECK_EQ(pv_slices_recount(), 0);
	CHECK(frame_lookup((NFRAME - 1) * PAGE) == &frames[NFRAME - 1]);
	CHECK(frame_lookup(NFRAME * PAGE) == NULL);
}

TEST(pv_page_add__first_and_last_page_are_in_reach)
{
	struct pv_slice *ps;
	uint32_t i;

	pv_alone();
	EXPECT_PANIC("PV5", pv_page_add((uintptr_t)arena - PAGE));
	EXPECT_PANIC("PV5", pv_page_add((uintptr_t)&arena[NPAGE]));
	EXPECT_PANIC("PV5", pv_page_add((uintptr_t)arena + 512));
	for (i = 0; i < NPAGE; i++)
		pv_page_add((uintptr_t)&arena[i]);
	CHECK_EQ(pv_nfree, NSLICE);
	CHECK_EQ(pv_nslices, NSLICE);
	for (i = 0; i < NSLICE; i++) {
		ps = pv_slice_alloc(&arena[1][0]);
		CHECK(ps >= slice_at(0) && ps < slice_at(NSLICE));
		CHECK(pv_slice_owner_ok(ps, &arena[1][0]));
		CHECK(ps->ps_link[0].pv_next == NULL);
		CHECK(ps->ps_link[0].pv_pprev == NULL);
		CHECK_EQ(pv_slices_recount(), i + 1);
	}
	CHECK(pv_slice_alloc(&arena[1][0]) == NULL);
	CHECK_EQ(pv_nfree, 0);
}

/*
 * Two pages of slices: a wholly free one goes back when all of both are
 * free, and not one slice earlier.
 */
TEST(pv_slice_free__page_goes_back_with_the_sixteenth)
{
	struct pv_slice *ps[2 * PV_PERPAGE];
	uint32_t i;

	pv_alone();
	pv_page_add((uintptr_t)&arena[0]);
	pv_page_add((uintptr_t)&arena[1]);
	for (i = 0; i < 2 * PV_PERPAGE; i++)
		ps[i] = pv_slice_alloc(&arena[2][0]);
	for (i = 0; i < 2 * PV_PERPAGE - 1; i++) {
		CHECK_EQ(pv_slice_free(ps[i]), 0);
		CHECK_EQ(pv_nfree, i + 1);
	}
	CHECK_EQ(pv_slice_free(ps[i]), (uintptr_t)ps[i] & MMU_FRAME);
	CHECK_EQ(pv_nfree, PV_PERPAGE);
	CHECK_EQ(pv_nslices, PV_PERPAGE);
	for (i = 0; i < PV_PERPAGE; i++)
		CHECK(pv_slice_alloc(&arena[2][0]) != NULL);
	CHECK(pv_slice_alloc(&arena[2][0]) == NULL);
}

/*
 * Free slices first to last of a page but for one; how many pages went back.
 */
static uint32_t
free_slices(uint32_t first, uint32_t last, uint32_t but)
{
	uint32_t i, back = 0;

	for (i = first; i <= last; i++)
		if (i != but)
			back += pv_slice_free(slice_at(i)) != 0;
	return (back);
}

TEST(pv_slice_free__page_with_one_in_use_stays)
{
	uint32_t i, k;

	for (k = 0; k < PV_PERPAGE; k++) {
		pv_alone();
		for (i = 0; i < NPAGE; i++)
			pv_page_add((uintptr_t)&arena[i]);
		for (i = 0; i < NSLICE; i++)
			CHECK(pv_slice_alloc(&arena[2][0]) != NULL);
		CHECK_EQ(free_slices(8, 14, NSLICE), 0);
		CHECK_EQ(free_slices(16, 23, NSLICE), 0);
		/* From here on there are enough: only k keeps its page. */
		CHECK_EQ(free_slices(0, 7, k), 0);
		CHECK_EQ(pv_slices_recount(), 2);
		CHECK_EQ(pv_slice_free(slice_at(k)), (uintptr_t)arena);
		CHECK_EQ(pv_nfree, NSLICE - 1 - PV_PERPAGE);
	}
}

TEST(pv_slice_owner_ok__believes_no_stranger)
{
	const uint32_t *pte = &arena[2][0];
	uintptr_t half = (uintptr_t)slice_at(0) >> 1;

	pv_alone();
	owner[0] = (uintptr_t)pte - half;
	owner[NSLICE] = (uintptr_t)pte - ((uintptr_t)slice_at(NSLICE) >> 1);
	CHECK(pv_slice_owner_ok(slice_at(0), pte));
	CHECK(!pv_slice_owner_ok(slice_at(0), pte + 1));
	CHECK(!pv_slice_owner_ok(slice_at(NSLICE), pte));
	CHECK(!pv_slice_owner_ok((struct pv_slice *)((uintptr_t)arena + 1),
	    pte));
	CHECK(!pv_slice_owner_ok((struct pv_slice *)((uintptr_t)arena + 256),
	    pte + 32));
	CHECK(!pv_slice_owner_ok((struct pv_slice *)((uintptr_t)arena + 8),
	    pte + 1));
}

TEST(frame_tag_name__says_which)
{
	static const char *const names[] = {
		"foreign", "managed", "page table", "directory", "slices",
		"damaged", "damaged", "damaged"
	};
	struct frame fr;
	uint32_t i;

	for (i = 0; i < 8; i++) {
		fr.fr_info = i | 0x160u;
		CHECK(strcmp(frame_tag_name(&fr), names[i]) == 0);
	}
}
