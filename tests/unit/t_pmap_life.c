/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_life.c: create, pinit, reference, release, destroy, activate.
 */
#include "unit.h"

#define VA	0x30000000u

TEST(pmap_create__size_asks_for_a_software_map)
{
	CHECK(pmap_create(4096) == NULL);
	DO(pmap_destroy(NULL));
	DO(pmap_reference(NULL));
}

TEST(pmap_create__is_empty)
{
	pmap_t pm = as_new();
	uint32_t slot;

	CHECK_EQ(pmap_resident_count(pm), 0);
	CHECK_EQ(pmap_wired_count(pm), 0);
	for (slot = 0; slot < PH_USER_PTMAX >> 22; slot++)
		CHECK_EQ(*host_pde(pm, slot << 22), 0);
	pmap_activate(pm);
	CHECK(!can_read(pm, 0, 0));
}

TEST(pmap_pinit__needs_no_cleared_memory)
{
	struct pmap pm;
	uint32_t pa = page_new();

	memset(&pm, 0xa5, sizeof(pm));
	DO(pmap_pinit(&pm));
	CHECK_EQ(pmap_resident_count(&pm), 0);
	CHECK_EQ(pmap_wired_count(&pm), 0);
	DO(pmap_enter(&pm, VA, pa, PROT_RW, TRUE));
	CHECK(can_write(&pm, VA, pa));
	CHECK_EQ(audit(), 0);
	DO(pmap_release(&pm));
	CHECK(pmap_is_modified(pa));
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_release__wired_leftovers_go_too)
{
	struct pmap pm;
	uint32_t pa = page_new(), i;

	pmap_pinit(&pm);
	for (i = 0; i < 20; i++)
		DO(pmap_enter(&pm, VA + i * SLOT, pa, PROT_RW, i & 1));
	DO(pmap_release(&pm));
	CHECK_EQ(usage().pu_ptps, 0);
	CHECK_EQ(usage().pu_mappings, 0);
	CHECK_EQ(pmap_page_mappings(pa), 0);
}

TEST(pmap_destroy__counts_references)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	DO(pmap_reference(pm));
	DO(pmap_reference(pm));
	DO(pmap_destroy(pm));
	DO(pmap_destroy(pm));
	CHECK_EQ(pmap_extract(pm, VA), pa);
	CHECK_EQ(pmap_page_mappings(pa), 1);
}

TEST_ASSERTED(pmap_destroy__twice_is_a_panic)
{
	pmap_t pm = pmap_create(0);

	DO(pmap_destroy(pm));
	EXPECT_PANIC("PM1", pmap_destroy(pm));
	EXPECT_PANIC("PM1", pmap_reference(pm));
	EXPECT_PANIC("PM3", pmap_activate(pm));
}

TEST_ASSERTED(pmap_release__kernel_pmap_is_a_panic)
{
	EXPECT_PANIC("PM1", pmap_release(kernel_pmap));
}

TEST(pmap_activate__loaded_pmap_is_not_loaded_again)
{
	pmap_t pm = as_new();
	uint32_t reloads;

	pmap_activate(pm);
	reloads = (uint32_t)mmu_counters.mn_reload;
	pmap_activate(pm);
	CHECK_EQ(mmu_counters.mn_reload, reloads);
	DO(pmap_deactivate(pm));
	CHECK_EQ(mmu_cpu.mc_cr3, pm->pm_pdirpa);
}

TEST(pmap_activate__isolates_address_spaces)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t x = page_new(), y = page_new();

	DO(pmap_enter(a, VA, x, PROT_RW, FALSE));
	DO(pmap_enter(b, VA, y, PROT_RW, FALSE));
	CHECK(can_write(a, VA, x));
	CHECK(can_write(b, VA, y));
	CHECK(can_read(a, VA, x));
	CHECK(!can_read(a, VA, y));
}

TEST(pmap_deactivate__lazy_pmap_is_still_flushed)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(pm, VA, pa));
	DO(pmap_deactivate(pm));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK(!can_read(pm, VA, pa));
}

TEST(pmap_create__steady_state_allocates_nothing)
{
	uint32_t pa = page_new(), i, allocs = 0;
	pmap_t pm;

	for (i = 0; i < 200; i++) {
		if (i == 10)
			allocs = host_record.hr_allocs;
		pm = as_new();
		DO(pmap_enter(pm, VA, pa, PROT_RW, FALSE));
		as_free(pm);
	}
	CHECK_EQ(host_record.hr_allocs, allocs);
}

TEST(pmap_create__hundreds_and_all_come_back)
{
	pmap_t pm[100];
	uint32_t pa = page_new(), i, held = host_record.hr_held;

	for (i = 0; i < 100; i++) {
		pm[i] = as_new();
		DO(pmap_enter(pm[i], i * SLOT, pa, PROT_RW, FALSE));
	}
	CHECK(host_record.hr_held >= held + 195);
	for (i = 0; i < 100; i++)
		as_free(pm[(i * 37) % 100]);
	CHECK(host_record.hr_held <= held + 20);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_create__random_lives)
{
	pmap_t pm[12];
	uint32_t pa[4], n, i;

	memset(pm, 0, sizeof(pm));
	pages_new(pa, 4);
	for (n = 0; n < 2000; n++) {
		i = unit_random() % 12;
		if (pm[i] == NULL)
			pm[i] = as_new();
		else if (unit_random() % 5 == 0) {
			as_free(pm[i]);
			pm[i] = NULL;
		} else {
			DO(pmap_enter(pm[i], unit_random() % PH_USER_MAX,
			    pa[n % 4], PROT_RW, n & 8));
			pmap_activate(pm[i]);
		}
		host_check("a life");
		if (n % 50 == 0)
			CHECK_EQ(audit(), 0);
	}
}

static unsigned int audited;

static void
audit_hook(void)
{
	CHECK_EQ(audit(), 0);
	audited++;
}

/*
 * An interrupt between the choice of a directory and its use, in which a
 * kernel with PMAP_AUDIT audits.
 */
TEST(pmap_pinit__interrupt_finds_nothing_wrong)
{
	struct pmap pm;

	audited = 0;
	host_knobs.hk_intr = audit_hook;
	pmap_pinit(&pm);
	pmap_release(&pm);
	host_knobs.hk_intr = NULL;
	CHECK(audited >= 3);
}
