/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_work.c: R16, R17 of doc/failures.md: how the amount of work
 * grows.  In instructions, since time says nothing on a busy machine.
 */
#include "unit.h"
#include "pmap_private.h"
#include "steps.h"

#define VA	0x40000000u
#define GROUP	(PTP_GROUP * SLOT)

static pmap_t work_pm;
static uint32_t work_sva, work_eva;
static volatile uint32_t work_sum;

static void
remove_range(void)
{
	pmap_remove(work_pm, work_sva, work_eva);
}

/*
 * The least that one has to pay who looks at every user PDE.
 */
static void
read_every_pde(void)
{
	const volatile uint32_t *pde = host_pde(work_pm, 0);
	uint32_t slot;

	for (slot = 0; slot < PH_USER_PTMAX >> 22; slot++)
		work_sum += pde[slot] & MMU_P;
}

static uint32_t
remove_steps(pmap_t pm, uint32_t sva, uint32_t eva)
{
	work_pm = pm;
	work_sva = sva;
	work_eva = eva;
	steps_quiet();
	return (steps_of(remove_range));
}

/*
 * Instructions of a removal of everything from a pmap with one page in each
 * of n tables, far apart.
 */
static uint32_t
sparse_steps(pmap_t pm, uint32_t pa, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		DO(pmap_enter(pm, VA + i * GROUP, pa, PROT_RW, FALSE));
	return (remove_steps(pm, 0, PH_USER_PTMAX));
}

/*
 * A removal costs what is there, not what could be: 2.3 GB of nothing a third
 * of a look at each PDE at most, twice the tables not more than twice the work.
 */
TEST(r16__sparse_remove_costs_what_is_mapped)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), all, one, pdes, two, four;

	(void)remove_steps(pm, 0, PH_USER_PTMAX);
	pdes = steps_of(read_every_pde);
	all = remove_steps(pm, 0, PH_USER_PTMAX);
	CHECK(all < pdes / 3);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	one = remove_steps(pm, VA & ~(GROUP - 1), (VA & ~(GROUP - 1)) + GROUP);
	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	all = remove_steps(pm, 0, PH_USER_PTMAX);
	CHECK(all < one + pdes / 3);
	two = sparse_steps(pm, pa, 2);
	four = sparse_steps(pm, pa, 4);
	CHECK(four <= 2 * two + pdes);
	CHECK_EQ(pmap_resident_count(pm), 0);
}

/*
 * Instructions of the removal of the first of n mappings of a page, which is
 * the last on its list; its table has another entry and stays.
 */
static uint32_t
sharer_steps(uint32_t n)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), other = page_new(), i, s;

	DO(pmap_enter(pm, VA + PAGE, other, PROT_RW, FALSE));
	for (i = 0; i < n; i++)
		pmap_enter(pm, VA + i * SLOT / 8, pa, PROT_RW, FALSE);
	s = remove_steps(pm, VA, VA + PAGE);
	as_free(pm);
	return (s);
}

/*
 * A search of the page's list for each mapping made 2000 exits a matter of
 * seconds; here a link is found by its index.
 */
TEST(r17a__removal_costs_the_same_for_any_sharers)
{
	uint32_t few, many;

	(void)sharer_steps(8);
	few = sharer_steps(8);
	many = sharer_steps(1500);
	CHECK(many <= few + 32);
}

TEST(r17b__a_thousand_sharers_are_one_visit_each)
{
	pmap_t pm[8];
	uint32_t pa = page_new(), i, visited;

	for (i = 0; i < 8; i++)
		pm[i] = as_new();
	for (i = 0; i < 1024; i++)
		DO(pmap_enter(pm[i % 8], VA + i * PAGE, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_page_mappings(pa), 1024);
	visited = pmap_counters.pc_visited;
	DO(pmap_clear_reference(pa));
	CHECK_EQ(pmap_counters.pc_visited, visited + 1024);
	for (i = 0; i < 4; i++)
		as_free(pm[i]);
	CHECK_EQ(pmap_counters.pc_visited, visited + 1024);
	CHECK_EQ(pmap_page_mappings(pa), 512);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(pmap_counters.pc_visited, visited + 1536);
	CHECK(usage().pu_maxsharers >= 1024);
}

/*
 * 1200 processes that share a page leave one after the other, the first one
 * first: each removal touches one neighbour on the list at most.
 */
TEST(r17c__exits_of_1200_sharers_are_linear)
{
	struct host_config c = host_config_default();
	struct pmap_counters was;
	static pmap_t pm[1200];
	uint32_t pa, i;

	c.hc_frames = 8192;
	c.hc_arena = 4096;
	c.hc_kva = 8u << 20;
	host_boot(&c);
	pa = page_new();
	for (i = 0; i < 1200; i++) {
		pm[i] = as_new();
		pmap_enter(pm[i], VA, pa, PROT_RW, FALSE);
	}
	CHECK_EQ(pmap_page_mappings(pa), 1200);
	was = pmap_counters;
	for (i = 0; i < 1200; i++)
		as_free(pm[i]);
	host_check("exits");
	CHECK_EQ(pmap_counters.pc_remove - was.pc_remove, 1200);
	CHECK(pmap_counters.pc_neighbour - was.pc_neighbour <= 1200);
	CHECK_EQ(pmap_counters.pc_visited, was.pc_visited);
	CHECK_EQ(pmap_page_mappings(pa), 0);
}
