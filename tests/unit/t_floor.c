/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_floor.c: the floor of page tables: who pins is refused, and what one
 * instruction needs can be mapped whatever others have pinned.
 */
#include <string.h>

#include "unit.h"
#include "pmap_mem.h"


#define STACK		(PH_USER_MAX - PAGE)
#define MAX_PMAPS	64u

/* Addresses that one instruction may need, each in a 4 MB of its own. */
static const uint32_t six[6] = {
	0x1000u, 2 * SLOT, 17 * SLOT, 100 * SLOT, 300 * SLOT, STACK
};

static uint32_t told;			/* times, and the last one: */
static struct pmap *told_pmap;
static uint32_t told_pages;

/* Pins until nobody may pin any more.  => wired page tables that were made */
static uint32_t
fill(uint32_t pa)
{
	uint32_t n = 0, slot, before;
	pmap_t pm;

	for (;;) {
		pm = PH_WIRED_FAILS || pmap_pin_room(1, 0) ? as_new() : NULL;
		if (pm == NULL)
			return (n);
		for (slot = 0; slot < 500; slot++, n++) {
			if (!PH_WIRED_FAILS && !pmap_pin_room(0, 1))
				return (n);
			before = pmap_counters.pc_pinrefused;
			DO(pmap_enter(pm, slot * SLOT, pa, PROT_RW, TRUE));
			if (pmap_counters.pc_pinrefused != before)
				return (n);
			CHECK(pmap_lookup(pm, slot * SLOT, NULL));
		}
	}
}

/* All six are mapped at once when each has faulted once. */
static void
six_at_once(pmap_t pm, uint32_t pa)
{
	uint32_t i, deferred = pmap_counters.pc_deferred;

	for (i = 0; i < 6; i++)
		DO(pmap_enter(pm, six[i], pa, PROT_RW, FALSE));
	for (i = 0; i < 6; i++)
		CHECK(can_write(pm, six[i], pa));
	CHECK_EQ(pmap_counters.pc_deferred, deferred);
	CHECK_EQ(audit(), 0);
}

TEST(floor__six_addresses_whatever_is_pinned)
{
	uint32_t pa = page_new(), n, i, k, limit, free;
	pmap_t pm = as_new(), other = as_new();

	n = fill(pa);
	CHECK(n > 20);
	CHECK_EQ(pmap_pinned(&limit), limit - (limit - pmap_pinned(NULL)));
	CHECK(pmap_pinned(NULL) + PIN_WIRED > limit);
	free = host_pages_free();
	CHECK(free > 500);
	for (k = 0; k < 20; k++) {
		six_at_once(pm, pa);
		/* Another one touches all it can. */
		for (i = 0; i < 400; i++)
			DO(pmap_enter(other, (uint32_t)i * SLOT + k * PAGE, pa,
			    PROT_R, FALSE));
		six_at_once(other, pa);
	}
	CHECK(pmap_counters.pc_reclaim > 0);
	CHECK_EQ(host_record.hr_waits, 0);
}

/* What wired tables may come to need for other entries is theirs already. */
TEST(floor__wired_tables_fill_up)
{
	pmap_t pm = as_new(), holder = as_new();
	uint32_t pa = page_new(), n, slot, i;

	for (n = 0; pmap_pin_room(0, 1); n++)
		DO(pmap_enter(holder, n * SLOT, pa, PROT_RW, TRUE));
	for (slot = 0; slot < n; slot++)
		for (i = 1; i < 16; i++)
			DO(pmap_enter(holder, slot * SLOT + i * 64 * PAGE, pa,
			    PROT_RW, FALSE));
	for (slot = 0; slot < n; slot++)
		for (i = 0; i < 16; i++)
			CHECK(pmap_lookup(holder, slot * SLOT + i * 64 * PAGE,
			    NULL));
	CHECK_EQ(pmap_counters.pc_deferred, 0);
	six_at_once(pm, pa);
}

/* Full tables of others hold all slices: a slice is had all the same. */
TEST(floor__slices_are_had_from_full_tables)
{
	pmap_t pm = as_new(), hog = as_new();
	uint32_t pa = page_new(), slot, i, deferred;

	(void)fill(pa);
	deferred = pmap_counters.pc_deferred;
	for (slot = 0; slot < 40; slot++)
		for (i = 0; i < 16; i++)
			DO(pmap_enter(hog, slot * SLOT + i * 64 * PAGE, pa,
			    PROT_RW, FALSE));
	CHECK_EQ(pmap_counters.pc_deferred, deferred);
	CHECK(pmap_tables_at_hand() >= PIN_TABLES);
	six_at_once(pm, pa);
}

TEST(floor__a_wired_enter_is_refused)
{
	uint32_t pa = page_new(), b = page_new(), refused;
	pmap_t pm = as_new();

	if (!PH_WIRED_FAILS)
		return;
	DO(pmap_enter(pm, 0x1000u, pa, PROT_RW, FALSE));
	(void)fill(pa);
	refused = pmap_counters.pc_pinrefused;
	DO(pmap_enter(pm, 0x1000u, b, PROT_RW, TRUE));
	CHECK_EQ(pmap_counters.pc_pinrefused, refused + 1);
	CHECK(!pmap_lookup(pm, 0x1000u, NULL));
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(host_record.hr_waits, 0);
	/* One that is not wired may be made, and must not become wired. */
	DO(pmap_enter(pm, 0x1000u, b, PROT_RW, FALSE));
	DO(pmap_change_wiring(pm, 0x1000u, TRUE));
	CHECK_EQ(pmap_counters.pc_pinrefused, refused + 2);
	CHECK_EQ(pmap_wired_count(pm), 0);
	CHECK_EQ(audit(), 0);
}

TEST(floor__what_is_given_back_may_be_pinned_again)
{
	uint32_t pa = page_new(), i, n = 0;
	pmap_t pm = as_new();

	for (; pmap_pin_room(0, 1); n++)
		DO(pmap_enter(pm, n * SLOT, pa, PROT_RW, TRUE));
	for (i = 0; i < 3; i++) {
		DO(pmap_change_wiring(pm, i * SLOT, FALSE));
		CHECK(pmap_pin_room(0, 1));
		DO(pmap_enter(pm, (500 - i) * SLOT, pa, PROT_RW, TRUE));
		CHECK(!pmap_pin_room(0, 1));
	}
	/* A table that holds a wired entry takes more for nothing. */
	DO(pmap_enter(pm, 5 * SLOT + PAGE, pa, PROT_RW, TRUE));
	CHECK(pmap_lookup(pm, 5 * SLOT + PAGE, NULL));
	CHECK_EQ(pmap_pinned(NULL), 1 + PIN_WIRED * n);
}

TEST(floor__a_directory_is_refused)
{
	struct pmap store[2];
	uint32_t n, i;
	pmap_t pm[MAX_PMAPS * 8];

	if (!PH_WIRED_FAILS)
		return;
	for (n = 0; n < MAX_PMAPS * 8 && (pm[n] = pmap_create(0)) != NULL; n++)
		host_check("pmap_create");
	CHECK_EQ(pmap_pinned(&i), n);
	CHECK_EQ(n, i);
	CHECK(!pmap_pinit(&store[0]));
	CHECK_EQ(host_spl, 0);
	CHECK_EQ(audit(), 0);
	DO(pmap_destroy(pm[--n]));
	CHECK(pmap_pinit(&store[0]));
	CHECK(!pmap_pinit(&store[1]));
	DO(pmap_release(&store[0]));
	while (n > 0)
		DO(pmap_destroy(pm[--n]));
}

/* ----- a host that has no error to give ----- */

static pmap_t to_end;

static void
tell(struct pmap *largest, uint32_t pages)
{
	told++;
	told_pmap = largest;
	told_pages = pages;
}

/* While the caller sleeps, who the host was told of comes to its end. */
static void
end_it(void)
{
	if (to_end != NULL)
		pmap_release(to_end);
	to_end = NULL;
}

TEST(floor__the_host_is_told_who_pins_most)
{
	struct pmap big;
	uint32_t pa = page_new(), n;
	pmap_t pm = as_new(), small = as_new();

	if (PH_WIRED_FAILS)
		return;
	CHECK(pmap_pinit(&big));
	for (n = 0; n < 3; n++)
		DO(pmap_enter(small, n * SLOT, pa, PROT_RW, TRUE));
	for (n = 0; pmap_pin_room(0, 1); n++)
		DO(pmap_enter(&big, n * SLOT, pa, PROT_RW, TRUE));
	told = 0;
	to_end = &big;
	host_knobs.hk_pinned = tell;
	host_knobs.hk_wait = end_it;
	DO(pmap_enter(pm, 0x1000u, pa, PROT_RW, TRUE));
	CHECK(pmap_lookup(pm, 0x1000u, NULL));
	CHECK_EQ(told, 1);
	CHECK(told_pmap == &big);
	CHECK_EQ(told_pages, 1 + PIN_WIRED * n);
	CHECK_EQ(host_record.hr_waits, 1);
	CHECK_EQ(audit(), 0);
}

TEST(floor__who_was_killed_goes_below_it)
{
	uint32_t pa = page_new(), n;
	pmap_t pm = as_new(), next;

	if (PH_WIRED_FAILS)
		return;
	for (n = 0; pmap_pin_room(0, 1); n++)
		DO(pmap_enter(pm, n * SLOT, pa, PROT_RW, TRUE));
	host_knobs.hk_killed = true;
	DO(pmap_enter(pm, n * SLOT, pa, PROT_RW, TRUE));
	host_knobs.hk_killed = false;
	CHECK(pmap_lookup(pm, n * SLOT, NULL));
	CHECK(pmap_overdrawn);
	CHECK_EQ(host_record.hr_waits, 0);
	CHECK_EQ(audit(), 0);
	DO(pmap_remove(pm, 0, PH_USER_MAX));
	next = as_new();
	CHECK(next != NULL && !pmap_overdrawn);
}

/* ----- who was killed does not wait for memory ----- */

static void
kill_it(void)
{
	host_knobs.hk_killed = true;
}

TEST(floor__killed_while_it_waits_for_memory)
{
	struct pmap store;
	uint32_t pa = page_new(), n;
	pmap_t pm = as_new();

	if (!PH_WIRED_FAILS)
		return;
	host_knobs.hk_limit = 0;
	host_knobs.hk_wait = kill_it;
	for (n = 0; n < 20; n++) {
		DO(pmap_enter(pm, n * SLOT, pa, PROT_RW, TRUE));
		if (!pmap_lookup(pm, n * SLOT, NULL))
			break;
	}
	CHECK(n < 20);
	CHECK(host_record.hr_waits > 0);
	while (pmap_pinit(&store))
		DO(pmap_release(&store));
	CHECK_EQ(audit(), 0);
}

/* ----- the audit ----- */

TEST(floor__the_audit_counts_it)
{
	pmap_t pm = as_new();

	(void)pm;
	isolate();
	pmap_pool = PIN_FLOOR;
	CHECK_EQ(audit(), 1);
	CHECK_LOG("RS2 broken: 26 pages of 25 are pinned");
	ph_newest = 1000;
	CHECK_EQ(audit(), 2);
	CHECK_LOG("RS3 broken: ");
	ph_newest = 6;
	unit_damaged();
}

/* Counted, but not printed after sixteen others. */
TEST(floor__the_audit_counts_it_after_others)
{
	uint32_t pa = page_new(), i;
	pmap_t pm[20];

	for (i = 0; i < 20; i++) {
		pm[i] = as_new();
		DO(pmap_enter(pm[i], 0x1000u, pa, PROT_RW, FALSE));
	}
	isolate();
	for (i = 0; i < 20; i++)
		ptp_lookup(pm[i], 0x1000u)->pt_managed++;
	CHECK_EQ(audit(), 20);
	ph_newest = 1000;
	host_log_clear();
	CHECK_EQ(audit(), 22);
	ph_newest = 6;
	CHECK(strstr(host_log(), "RS2") == NULL);
	CHECK(strstr(host_log(), "RS3") == NULL);
	for (i = 0; i < 20; i++)
		ptp_lookup(pm[i], 0x1000u)->pt_managed--;
	unit_damaged();
}

/* ----- boot ----- */

TEST(pmap_bootstrap__refuses_a_directory_of_4_mb_pages)
{
	struct host_config c = host_config_default();

	c.hc_large = true;
	EXPECT_PANIC("maps 4 MB at 0x90000000 by one entry", host_boot(&c));
	c.hc_large = false;
	host_boot(&c);
	unit_forget();
}

/* ----- from a case that hung ----- */

TEST(floor__two_addresses_in_turn)
{
	uint32_t pa = page_new(), n, both = 0;
	pmap_t pm = as_new();

	(void)fill(pa);
	for (n = 0; n < 2000; n++) {
		DO(pmap_enter(pm, (n & 1) != 0 ? SLOT : STACK, pa, PROT_RW,
		    FALSE));
		both += pmap_lookup(pm, SLOT, NULL) &&
		    pmap_lookup(pm, STACK, NULL);
	}
	CHECK_EQ(both, 1999);
}
