/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_random.c: everything at once, at random, against plain arrays.
 *
 * Four user pmaps and the kernel's, 40 addresses in each, shared, private
 * and device pages, wired or not, memory that runs out, interrupts, sleeps
 * in which others work, pmaps that die.  After every operation each
 * translation, count and M and U bit is compared.  An unwired user mapping
 * may be missing, if memory was short since: then the arrays forget it.
 */
#include "unit.h"

#define NPMAP	5u			/* the last is the kernel's */
#define NVA	40u
#define NPAGE	12u			/* the last two are a device's */
#define NMANAGED 10u
#define NONE	0xffu

struct slot {
	uint8_t		s_page;		/* index, NONE if nothing */
	bool		s_write;
	bool		s_wired;
	bool		s_tracked;
};

static pmap_t pms[NPMAP];
static struct slot model[NPMAP][NVA];
static uint32_t pages[NPAGE];
static bool page_m[NPAGE], page_u[NPAGE];
static uint32_t kva_base;
static bool in_wait, wire_most;
static uint32_t waits;

static uint32_t
va_of(uint32_t p, uint32_t v)
{
	if (p == NPMAP - 1)
		return (kva_base + v * PAGE);
	if (v < 4)
		return (STACK_TOP - v * PAGE);
	return (v % 7 * SLOT + v * 29 * PAGE);
}

static uint32_t
shortages(void)
{
	return (pmap_counters.pc_reclaim + pmap_counters.pc_deferred);
}

/*
 * Compare one pmap with its arrays.
 */
static void
compare_pmap(uint32_t p, bool lossy)
{
	uint32_t v, resident = 0, wired = 0;
	struct slot *s;
	vm_offset_t pa;

	for (v = 0; v < NVA; v++) {
		s = &model[p][v];
		if (!pmap_lookup(pms[p], va_of(p, v), &pa)) {
			if (s->s_page != NONE && lossy && !s->s_wired &&
			    p != NPMAP - 1)
				s->s_page = NONE;
			CHECK_EQ(s->s_page, NONE);
			continue;
		}
		CHECK(s->s_page != NONE);
		CHECK_EQ(pa, pages[s->s_page]);
		CHECK_EQ((pte_of(pms[p], va_of(p, v)) & MMU_RW) != 0,
		    s->s_write);
		resident++;
		wired += s->s_wired;
	}
	if (p == NPMAP - 1)
		return;
	CHECK_EQ(pmap_resident_count(pms[p]), resident);
	CHECK_EQ(pmap_wired_count(pms[p]), wired);
}

static void
compare(bool lossy)
{
	uint32_t p, v, count[NPAGE];

	memset(count, 0, sizeof(count));
	for (p = 0; p < NPMAP; p++) {
		compare_pmap(p, lossy);
		for (v = 0; v < NVA; v++)
			if (model[p][v].s_page != NONE &&
			    model[p][v].s_tracked)
				count[model[p][v].s_page]++;
	}
	for (p = 0; p < NMANAGED; p++) {
		CHECK_EQ(pmap_page_mappings(pages[p]), count[p]);
		CHECK_EQ(pmap_is_modified(pages[p]), page_m[p]);
		CHECK_EQ(pmap_is_referenced(pages[p]), page_u[p]);
	}
}

/*
 * An access by the right kind of mode: what must happen, and its traces.
 */
static void
do_access(uint32_t p, uint32_t v, bool write)
{
	struct slot *s = &model[p][v];
	uint32_t got = 0, va = va_of(p, v);
	unsigned int want = write ? MMU_WRITE : MMU_READ;
	enum mmu_fault fault;

	if (p == NPMAP - 1)
		fault = mmu_access(va, want, &got);
	else
		fault = user_access(pms[p], va, want, &got);
	if (s->s_page == NONE || (write && !s->s_write)) {
		CHECK(fault != MMU_OK);
		return;
	}
	CHECK_EQ(fault, MMU_OK);
	CHECK_EQ(got & MMU_FRAME, pages[s->s_page]);
	if (s->s_tracked) {
		page_u[s->s_page] = true;
		page_m[s->s_page] |= write;
	}
}

static void
do_enter(uint32_t p, uint32_t v)
{
	uint32_t i = unit_random() % NPAGE;
	bool wired = (unit_random() % 4 == 0) != wire_most;
	struct slot *s = &model[p][v];
	bool write = unit_random() & 1;

	pmap_enter(pms[p], va_of(p, v), pages[i], write ? PROT_RW : PROT_R,
	    wired);
	s->s_page = (uint8_t)i;
	s->s_write = write;
	s->s_wired = wired;
	s->s_tracked = i < NMANAGED;
}

static void
do_remove(uint32_t p, uint32_t v, uint32_t n)
{
	uint32_t sva = va_of(p, v), eva, i;

	if (p == NPMAP - 1 && v + n > NVA)
		n = NVA - v;
	eva = n > 20 && p != NPMAP - 1 ? PH_USER_PTMAX : sva + n * PAGE;
	for (i = 0; i < NVA; i++)
		if (va_of(p, i) >= sva && va_of(p, i) < eva)
			model[p][i].s_page = NONE;
	pmap_remove(pms[p], sva, eva);
}

static void
do_protect(uint32_t p, uint32_t v, uint32_t n)
{
	uint32_t sva = va_of(p, v), eva = sva + n * PAGE, i;

	for (i = 0; i < NVA; i++)
		if (va_of(p, i) >= sva && va_of(p, i) < eva)
			model[p][i].s_write = false;
	pmap_protect(pms[p], sva, eva, PROT_R);
}

static void
do_page(uint32_t i, uint32_t how)
{
	uint32_t p, v;
	struct slot *s;

	for (p = 0; p < NPMAP; p++)
		for (v = 0; v < NVA && how < 2; v++) {
			s = &model[p][v];
			if (s->s_page != i || !s->s_tracked)
				continue;
			if (how == 0)
				s->s_page = NONE;
			else
				s->s_write = false;
		}
	if (how == 0)
		pmap_page_protect(pages[i], VM_PROT_NONE);
	else if (how == 1)
		pmap_page_protect(pages[i], PROT_R);
	else if (how == 2) {
		pmap_clear_modify(pages[i]);
		page_m[i] = false;
	} else {
		pmap_clear_reference(pages[i]);
		page_u[i] = false;
	}
}

static void
do_kernel(uint32_t v)
{
	struct slot *s = &model[NPMAP - 1][v], *t;
	uint32_t i = unit_random() % NPAGE, to = (v + 1) % NVA;

	if (unit_random() & 1) {
		pmap_kenter(va_of(NPMAP - 1, v), pages[i], PROT_RW);
		*s = (struct slot){ (uint8_t)i, true, false, false };
		return;
	}
	t = &model[NPMAP - 1][to];
	pmap_move(va_of(NPMAP - 1, v), va_of(NPMAP - 1, to), PAGE);
	*t = *s;
	s->s_page = NONE;
}

static void
do_life(uint32_t p)
{
	uint32_t v;

	if (unit_random() % 3 == 0) {
		pmap_collect(pms[p]);
		for (v = 0; v < NVA; v++)
			if (!model[p][v].s_wired)
				model[p][v].s_page = NONE;
		return;
	}
	as_free(pms[p]);
	for (v = 0; v < NVA; v++)
		model[p][v].s_page = NONE;
	pms[p] = as_new();
}

static void
do_wiring(uint32_t p, uint32_t v)
{
	bool wired = unit_random() & 1;

	pmap_change_wiring(pms[p], va_of(p, v), wired);
	model[p][v].s_wired = wired;
}

static void
step(void)
{
	uint32_t p = unit_random() % NPMAP, v = unit_random() % NVA;

	switch (unit_random() % 16) {
	case 0: case 1: case 2: case 3:
		do_enter(p, v);
		break;
	case 4:
		do_remove(p, v, unit_random() % 25);
		break;
	case 5:
		do_protect(p, v, unit_random() % 2000);
		break;
	case 6:
		do_page(unit_random() % NMANAGED, unit_random() % 4);
		break;
	case 7:
		do_kernel(v);
		break;
	case 8:
		if (p != NPMAP - 1 && !in_wait)
			do_life(p);
		break;
	case 9:
		do_wiring(p, v);
		break;
	case 10:
		pmap_activate(pms[p]);
		break;
	default:
		do_access(p, v, unit_random() & 1);
		break;
	}
}

/*
 * While one sleeps others work, and some memory may be freed.
 */
static void
others_work(void)
{
	uint32_t p = unit_random() % (NPMAP - 1);

	waits++;
	host_record.hr_waits = 0;
	if (host_knobs.hk_limit < 3)
		host_knobs.hk_limit++;
	in_wait = true;
	do_access(p, unit_random() % NVA, unit_random() & 1);
	do_page(unit_random() % NMANAGED, unit_random() % 4);
	do_remove(p, unit_random() % NVA, 1);
	in_wait = false;
}

static void
random_world(uint32_t n)
{
	uint32_t p, v, before;

	kva_base = host_kva(NVA);
	for (p = 0; p < NPMAP; p++)
		for (v = 0; v < NVA; v++)
			model[p][v].s_page = NONE;
	for (p = 0; p < NPMAP - 1; p++)
		pms[p] = as_new();
	pms[NPMAP - 1] = kernel_pmap;
	for (p = 0; p < NPAGE; p++) {
		pages[p] = p < NMANAGED ? page_new() : host_device_page(p);
		page_m[p] = page_u[p] = false;
	}
	while (n-- > 0) {
		if (n % 512 == 300) {
			host_knobs.hk_limit = unit_random() % 3;
			host_knobs.hk_wait = others_work;
			wire_most = unit_random() & 1;
		} else if (n % 512 == 0)
			host_knobs.hk_limit = HOST_NO_LIMIT;
		before = shortages();
		step();
		compare(shortages() != before);
		if (n % 8 == 0)
			mmu_tlb_fill();
		host_check("a step");
		if (n % 16 == 0)
			CHECK_EQ(audit(), 0);
	}
	pmap_remove(kernel_pmap, kva_base, kva_base + NVA * PAGE);
}

TEST(pmap_random__everything_against_arrays)
{
	waits = 0;
	random_world(20000);
	CHECK(pmap_counters.pc_reclaim > 0);
	CHECK(waits > 0);
}

TEST(pmap_random__on_a_386)
{
	struct host_config c = host_config_default();

	c.hc_invlpg = c.hc_pge = false;
	host_boot(&c);
	random_world(5000);
	CHECK_EQ(mmu_counters.mn_invlpg, 0);
}
