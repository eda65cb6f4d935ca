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
static struct ptp table[NPAGE + 1];
static uint32_t kpte[NPAGE], dir[1024];
static struct pmap space;

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

TEST_ASSERTED(pv_page_add__first_and_last_page_are_in_reach)
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

/*
 * A link at the very first address of the arena, and at the last.
 */
TEST(pv_frame__searches_the_whole_arena)
{
	struct pv_link *first, *last;

	pv_alone();
	first = &slice_at(0)->ps_link[0];
	last = &slice_at(NSLICE - 1)->ps_link[63];
	frame_set(0x2000u, FR_MANAGED, NULL);
	pv_insert(&frames[2], last);
	pv_insert(&frames[2], first);
	CHECK(last->pv_pprev == &first->pv_next);
	CHECK(pv_frame(last) == &frames[2]);
	CHECK(pv_frame(first) == &frames[2]);
	pv_remove(&frames[2], last, 0);
	pv_insert(&frames[2], last);
	CHECK(pv_frame(first) == &frames[2]);
	first->pv_pprev = &frames[NFRAME - 1].fr_first;
	CHECK(pv_frame(first) == &frames[NFRAME - 1]);
	first->pv_pprev += sizeof(struct frame) / sizeof(first->pv_pprev);
	CHECK(pv_frame(first) == NULL);
	first->pv_pprev = &frames[0].fr_first;
	CHECK(pv_frame(first) == &frames[0]);
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

/* ----- ptp.c ----- */

/*
 * Give ptp.c our arena, of NPAGE pages; space is a pmap whose directory is
 * dir, and whose frame is 0x7000.
 */
static void
ptp_alone(void)
{
	uintptr_t bias = (((uintptr_t)arena - PH_KERNBASE) >> 12) *
	    sizeof(uint32_t);

	pv_alone();
	memset(kpte, 0, sizeof(kpte));
	memset(dir, 0, sizeof(dir));
	memset(table, 0, sizeof(table));
	table[0].pt_state = PTS_USER;
	ptp_bootstrap((uintptr_t)arena, NPAGE, table,
	    (uint32_t *)((uintptr_t)kpte - bias));
	space = (struct pmap){ .pm_pdir = dir, .pm_pdirpa = 0x7000u,
	    .pm_count = 1 };
}

/*
 * A page table of space at va, in frame n.
 */
static struct ptp *
table_at(uint32_t n, uint32_t va)
{
	struct ptp *pt = ptp_arena_map(n << 12, PTS_READY);

	frame_set(n << 12, FR_PTP, pt);
	ptp_attach(pt, &space, va);
	return (pt);
}

/*
 * Whatever stood in a descriptor.
 */
static void
junk(struct ptp *pt)
{
	pt->pt_pmap = &space;
	pt->pt_va = 0x1234567u;
	pt->pt_valid = pt->pt_wired = pt->pt_managed = 77;
}

TEST(ptp_bootstrap__forgets_an_earlier_life)
{
	pmap_t pm = as_new();
	uint32_t i;

	DO(pmap_enter(pm, 0, page_new(), PROT_R, FALSE));
	DO(as_free(as_new()));
	CHECK(ptp_inuse > 0 && ptp_ready.pl_count > 0);
	CHECK(ptp_dirs.pl_count > 0 && ptp_victims.pl_count > 0);
	memset(table, 0, sizeof(table));
	ptp_alone();
	CHECK_EQ(ptp_inuse, 0);
	CHECK_EQ(ptp_free.pl_count, NPAGE);
	CHECK(ptp_ready.pl_count + ptp_dirs.pl_count +
	    ptp_victims.pl_count == 0);
	CHECK(ptp_ready_pop() == NULL && ptp_dir_pop() == NULL);
	CHECK(ptp_victim(NULL, true) == NULL);
	CHECK(ptp_lists_ok());
	for (i = 0; i < NPAGE; i++)
		CHECK(table[i].pt_pte == arena[i]);
}

TEST_ASSERTED(ptp_arena__maps_each_page_once_and_says_how)
{
	struct ptp *pt;
	uint32_t i;

	ptp_alone();
	for (i = 0; i < NPAGE; i++) {
		junk(&table[i]);
		pt = ptp_arena_map((i + 1) << 12, PTS_SLICES);
		CHECK(pt == &table[i]);
		CHECK_EQ(kpte[i], (i + 1) << 12 | MMU_P | MMU_RW | MMU_A |
		    MMU_D | PH_GLOBAL);
		CHECK(pt->pt_pmap == NULL);
		CHECK_EQ(pt->pt_va, 0);
		CHECK_EQ(pt->pt_pa, (i + 1) << 12);
		CHECK_EQ(pt->pt_valid + pt->pt_wired + pt->pt_managed, 0);
		CHECK_EQ(pt->pt_state, PTS_SLICES);
	}
	CHECK(ptp_arena_map(0x7000u, PTS_READY) == NULL);
	table[1].pt_pmap = &space;
	ptp_arena_unmap(&table[1]);
	CHECK_EQ(kpte[1], 0);
	CHECK(table[1].pt_pmap == NULL);
	CHECK_EQ(ptp_free.pl_count, 0);
	CHECK_EQ(ptp_arena_free(&table[1]), 0x2000u);
	CHECK_EQ(ptp_free.pl_count, 1);
	EXPECT_PANIC("PM2", (void)ptp_arena_free(&table[1]));
	EXPECT_PANIC("PT6", ptp_arena_unmap(&table[1]));
}

TEST(pv_link_sane__ends_with_the_arena)
{
	ptp_alone();
	owner[0] = owner[NSLICE - 1] = owner[NSLICE] = 1;
	CHECK(pv_link_sane(&slice_at(0)->ps_link[0]));
	CHECK(pv_link_sane(&slice_at(NSLICE - 1)->ps_link[63]));
	CHECK(!pv_link_sane(&slice_at(NSLICE)->ps_link[0]));
	CHECK(!pv_link_sane(&slice_at(1)->ps_link[0]));
}

TEST_ASSERTED(ptp_attach__starts_from_nothing)
{
	struct ptp *pt;

	ptp_alone();
	pt = ptp_arena_map(0x1000u, PTS_SLICES);
	junk(pt);
	ptp_ready_push(pt);
	CHECK(pt->pt_pmap == NULL);
	CHECK_EQ(pt->pt_state, PTS_READY);
	CHECK(ptp_ready_pop() == pt);
	frame_set(0x1000u, FR_PTP, pt);
	ptp_attach(pt, &space, 0x40000fffu);
	CHECK_EQ(pt->pt_va, 0x40000000u);
	CHECK_EQ(pt->pt_valid + pt->pt_wired + pt->pt_managed, 0);
	CHECK_EQ(dir[0x100], 0x1000u | MMU_P | MMU_RW | MMU_US);
	CHECK_EQ(space.pm_slots, 1u << 8);
	CHECK_EQ(ptp_inuse, 1);
	EXPECT_PANIC("PT1", (void)table_at(2, 0x40000000u));
}

/*
 * The last group of user slots ends below the recursive one; an entry that
 * is not valid counts for nothing.
 */
TEST(ptp_detach__group_is_empty_with_its_last_table)
{
	struct ptp *low, *high;

	ptp_alone();
	low = table_at(1, 544 * SLOT);
	high = table_at(2, 574 * SLOT);
	dir[543] = 0x3000u | MMU_P;
	dir[575] = 0x3000u | MMU_P;
	dir[560] = 0x3000u | MMU_RW;
	CHECK_EQ(space.pm_slots, 1u << 17);
	CHECK(ptp_detach(low));
	CHECK_EQ(dir[544], 0);
	CHECK_EQ(space.pm_slots, 1u << 17);
	CHECK(ptp_detach(high));
	CHECK_EQ(space.pm_slots, 0);
	CHECK_EQ(high->pt_state, PTS_DEAD);
	CHECK_EQ(ptp_victims.pl_count, 0);
}

/*
 * The slot holds another page table of the same pmap, or of another's: it is
 * cleared, and only the table that belongs there is left alone.
 */
TEST(ptp_detach__knows_what_belongs_there)
{
	struct pmap other = { .pm_pdir = dir, .pm_count = 1 };
	struct ptp *a, *b;

	ptp_alone();
	a = table_at(1, 3 * SLOT);
	b = table_at(2, 5 * SLOT);
	dir[5] = dir[3];
	CHECK(!ptp_detach(b));
	CHECK_EQ(dir[5], 0);
	b->pt_state = PTS_READY;
	ptp_attach(b, &space, 5 * SLOT);
	dir[5] = dir[3];
	a->pt_va = 5 * SLOT;
	CHECK(!ptp_detach(b));
	CHECK_EQ(dir[5], dir[3]);
	dir[5] = 0;
	b->pt_state = PTS_READY;
	ptp_attach(b, &space, 5 * SLOT);
	dir[5] = dir[3];
	a->pt_pmap = &other;
	CHECK(!ptp_detach(b));
	CHECK_EQ(dir[5], 0);
}

TEST(ptp_list_ok__each_list_is_looked_at)
{
	struct ptp_list *const all[] = {
		&ptp_free, &ptp_ready, &ptp_dirs, &ptp_victims
	};
	struct ptp *pt;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		ptp_alone();
		CHECK(ptp_lists_ok());
		ptp_ready_push(ptp_arena_map(0x1000u, PTS_SLICES));
		ptp_dir_init(ptp_arena_map(0x2000u, PTS_SLICES), &space);
		(void)table_at(3, 0);
		CHECK(ptp_lists_ok());
		all[i]->pl_count++;
		CHECK(!ptp_lists_ok());
		all[i]->pl_count--;
		all[i]->pl_last = (struct ptp **)&space;
		CHECK(!ptp_lists_ok());
	}
	ptp_alone();
	pt = ptp_free.pl_first;
	pt->pt_next = pt;
	pt->pt_pprev = &pt->pt_next;
	CHECK(!ptp_lists_ok());
	pt->pt_pprev = &ptp_free.pl_first;
	CHECK(!ptp_lists_ok());
}

TEST(ptp_orphan__any_page_and_no_other)
{
	struct pmap other = { .pm_count = 1 };
	struct ptp *pt;
	uint32_t i;

	ptp_alone();
	table[NPAGE].pt_state = PTS_USER;
	table[NPAGE].pt_pmap = &space;
	for (i = 0; i < NPAGE; i++)
		(void)table_at(i + 1, i * SLOT);
	CHECK(ptp_orphan(&space) == NULL);
	other.pm_pdir = dir;
	CHECK(ptp_orphan(&other) == NULL);
	for (i = 0; i < NPAGE; i++) {
		pt = &table[i];
		dir[i] ^= MMU_P;
		CHECK(ptp_orphan(&space) == pt);
		CHECK(ptp_orphan(&other) == NULL);
		pt->pt_state = PTS_READY;
		CHECK(ptp_orphan(&space) == NULL);
		pt->pt_state = PTS_USER;
		dir[i] ^= MMU_P;
	}
}

TEST(ptp_dir__has_the_kernels_slots_and_no_other)
{
	static uint32_t source[1024];
	struct pmap kernel = { .pm_pdir = source };
	struct ptp *pt;
	uint32_t i;

	ptp_alone();
	for (i = 0; i < 1024; i++)
		source[i] = i << 12 | MMU_P;
	pt = ptp_arena_map(0x2000u, PTS_SLICES);
	junk(pt);
	ptp_dir_init(pt, &kernel);
	CHECK(pt->pt_pmap == NULL);
	CHECK_EQ(pt->pt_state, PTS_DIRREADY);
	for (i = 0; i < 1024; i++)
		if (i >= PH_KERNBASE / SLOT && i < PH_KERNEND / SLOT)
			CHECK_EQ(arena[0][i], source[i]);
		else if (PH_RECURSIVE == 0 || i != PH_RECURSIVE)
			CHECK_EQ(arena[0][i], 0);
		else
			CHECK_EQ(arena[0][i], 0x2000u | MMU_P | MMU_RW);
}

TEST_ASSERTED(ptp_dir_detach__leaves_nothing_behind)
{
	struct ptp *pt;

	ptp_alone();
	pt = ptp_arena_map(0x2000u, PTS_SLICES);
	ptp_dir_init(pt, &space);
	CHECK(ptp_dir_pop() == pt);
	ptp_dir_attach(pt, &space);
	CHECK(space.pm_pdir == arena[0] && pt->pt_pmap == &space);
	CHECK_EQ(space.pm_pdirpa, 0x2000u);
	CHECK_EQ(pt->pt_state, PTS_DIR);
	EXPECT_PANIC("PT3", ptp_dir_attach(pt, &space));
	space.pm_slots = 2;
	EXPECT_PANIC("PT1", ptp_dir_detach(pt));
	space.pm_slots = 0;
	memset(&pt->pt_store, 0x55, sizeof(pt->pt_store));
	ptp_dir_detach(pt);
	CHECK(space.pm_pdir == NULL && pt->pt_pmap == NULL);
	CHECK_EQ(space.pm_pdirpa, 0);
	CHECK(pt->pt_store.pm_pdir == NULL);
	CHECK_EQ(pt->pt_store.pm_count, 0);
	CHECK_EQ(pt->pt_store.pm_stats.wired_count, 0);
	CHECK_EQ(pt->pt_state, PTS_DIRREADY);
	CHECK(ptp_dir_pop() == pt);
}

/*
 * The last slot of all: the address after it is 0, where a walk must not
 * begin anew.
 */
TEST(ptp_range__ends_at_the_end_of_memory)
{
	struct ptp_range r = { .pr_pmap = &space, .pr_last = 0xffffffffu };

	ptp_alone();
	(void)table_at(1, 5 * SLOT);
	(void)table_at(2, 1023 * SLOT);
	dir[6] = dir[1000] = MMU_RW | MMU_US;
	CHECK(ptp_range_next(&r) && r.pr_ptp == &table[0]);
	CHECK(ptp_range_next(&r) && r.pr_ptp == &table[1]);
	CHECK_EQ(r.pr_lo, 0);
	CHECK_EQ(r.pr_hi, 1023);
	CHECK(!ptp_range_next(&r));
	CHECK(!ptp_range_next(&r));
}

/*
 * Eight are looked at, in order: the ninth keeps its A, and is not chosen
 * though it has the fewest entries.
 */
TEST(ptp_victim__looks_at_eight)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i, j;

	ph_newest = 1;
	for (i = 0; i < 9; i++)
		for (j = 0; j < 12 - i; j++)
			DO(pmap_enter(pm, i * SLOT + j * PAGE, pa, PROT_R,
			    FALSE));
	CHECK(ptp_victim(NULL, true) == ptp_lookup(pm, 7 * SLOT));
	for (i = 0; i < 9; i++)
		CHECK(can_read(pm, i * SLOT, pa));
	CHECK(ptp_victim(NULL, false) == NULL);
	for (i = 0; i < 9; i++)
		CHECK_EQ((*host_pde(pm, i * SLOT) & MMU_A) != 0, i > 7);
	CHECK(ptp_victims.pl_first == ptp_lookup(pm, 8 * SLOT));
	CHECK_EQ(ptp_victims.pl_count, 9);
	ph_newest = 6;
}

TEST(ptp_kernel_init__says_what_the_page_is)
{
	struct ptp *pt;

	ptp_alone();
	kernel_pmap->pm_slots = 0;
	pt = ptp_arena_map(0x1000u, PTS_READY);
	ptp_kernel_init(pt, PH_KERNBASE + 33 * SLOT);
	CHECK(pt->pt_pmap == kernel_pmap);
	CHECK_EQ(pt->pt_va, PH_KERNBASE + 33 * SLOT);
	CHECK_EQ(pt->pt_state, PTS_KERNEL);
	CHECK_EQ(kernel_pmap->pm_slots, 1u << (PH_KERNBASE / SLOT + 33) / 32);
}

TEST(ptp_kernel__tables_and_slots_after_boot)
{
	struct host_config c = host_config_default();
	uint32_t slot, groups = 0, n = 0;
	const struct ptp *pt;

	c.hc_kva = 200u << 20;
	host_boot(&c);
	for (slot = 0; slot < 1024; slot++) {
		if (*host_pde(kernel_pmap, slot * SLOT) == 0 ||
		    (PH_RECURSIVE != 0 && slot == PH_RECURSIVE) ||
		    (PH_BOOT_SLOT != 0 && slot == PH_BOOT_SLOT))
			continue;
		pt = ptp_lookup(kernel_pmap, slot * SLOT);
		CHECK(pt != NULL && pt->pt_pmap == kernel_pmap);
		CHECK_EQ(pt->pt_state, PTS_KERNEL);
		CHECK_EQ(pt->pt_va, slot * SLOT);
		groups |= 1u << slot / 32;
		n++;
	}
	CHECK(n > 50);
	CHECK_EQ(kernel_pmap->pm_slots, groups);
}
