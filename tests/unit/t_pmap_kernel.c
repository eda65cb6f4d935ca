/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_kernel.c: the kernel's mappings, kenter, move, the windows.  Here
 * kernel addresses are dereferenced for real.
 */
#include "unit.h"

#define UVA	0x20000000u

static uint32_t *
kptr(uint32_t va)
{
	return ((uint32_t *)va);
}

TEST(pmap_kernel__enter_maps_real_memory)
{
	uint32_t va = host_kva(2), pa = page_new();

	CHECK(kernel_faults(va));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	*kptr(va) = 0x12345678;
	CHECK_EQ(*(uint32_t *)host_phys(pa), 0x12345678);
	CHECK(pmap_is_modified(pa));
	CHECK_EQ(pmap_page_mappings(pa), 1);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(kernel_faults(va));
	CHECK(pmap_is_modified(pa));
}

TEST(pmap_kernel__replaced_frame_is_seen_at_once)
{
	uint32_t va = host_kva(1), a = page_new(), b = page_new();

	DO(pmap_enter(kernel_pmap, va, a, PROT_RW, TRUE));
	*kptr(va) = 1;
	DO(pmap_enter(kernel_pmap, va, b, PROT_RW, TRUE));
	*kptr(va) = 2;
	CHECK_EQ(*(uint32_t *)host_phys(a), 1);
	CHECK_EQ(*(uint32_t *)host_phys(b), 2);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}

TEST(pmap_kernel__never_allocates_never_waits)
{
	uint32_t va = host_kva(300), pa = page_new(), i, allocs;

	host_knobs.hk_limit = 0;
	host_knobs.hk_may_wait = false;
	allocs = host_record.hr_allocs;
	for (i = 0; i < 300; i++)
		DO(pmap_enter(kernel_pmap, va + i * PAGE, pa, PROT_RW, TRUE));
	CHECK_EQ(pmap_page_mappings(pa), 300);
	DO(pmap_remove(kernel_pmap, va, va + 300 * PAGE));
	CHECK_EQ(host_record.hr_allocs, allocs);
	CHECK_EQ(host_record.hr_waits, 0);
}

TEST(pmap_kernel__no_user_right)
{
	pmap_t pm = as_new();
	uint32_t va = host_kva(1), pa = page_new();

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	CHECK(!can_read(pm, va, pa));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	CHECK_EQ(pte_of(pm, va) & (MMU_US | MMU_G), 0);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}

TEST(pmap_kenter__is_not_tracked)
{
	uint32_t va = host_kva(1), pa = page_new();

	DO(pmap_kenter(va, pa, PROT_RW));
	*kptr(va) = 7;
	CHECK_EQ(pmap_page_mappings(pa), 0);
	CHECK(!pmap_is_modified(pa));
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK_EQ(*kptr(va), 7);
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	DO(pmap_kremove(va, PAGE));
	CHECK(kernel_faults(va));
}

TEST(pmap_kenter__over_a_tracked_mapping)
{
	uint32_t va = host_kva(1), a = page_new(), b = page_new();

	DO(pmap_enter(kernel_pmap, va, a, PROT_RW, FALSE));
	*kptr(va) = 1;
	DO(pmap_kenter(va, b, PROT_R));
	CHECK_EQ(pmap_page_mappings(a), 0);
	CHECK(pmap_is_modified(a));
	CHECK(kernel_can(va, MMU_READ, b));
	CHECK(!kernel_can(va, MMU_WRITE, b));
	DO(pmap_enter(kernel_pmap, va, b, PROT_RW, FALSE));
	CHECK_EQ(pmap_page_mappings(b), 1);
	DO(pmap_kenter(va, b, PROT_RW));
	CHECK_EQ(pmap_page_mappings(b), 0);
	DO(pmap_kremove(va, PAGE));
}

TEST(pmap_kenter__refuses_what_is_not_the_hosts)
{
	uint32_t pa = page_new(), refused = pmap_counters.pc_refused;

	DO(pmap_kenter(PH_KERNBASE + 0x100000, pa, PROT_RW));
	DO(pmap_kenter(UVA, pa, PROT_RW));
	DO(pmap_kenter(PH_USER_PTMAX, pa, PROT_RW));
	CHECK_EQ(pmap_counters.pc_refused, refused + 3);
	EXPECT_PANIC("PT4", pmap_kenter(host_kva(1), kernel_pmap->pm_pdirpa,
	    PROT_RW));
}

TEST(pmap_kenter__device_is_not_cached)
{
	uint32_t va = host_kva(1);

	DO(pmap_kenter(va, host_device_page(9), PROT_RW));
	CHECK(pte_of(kernel_pmap, va) & MMU_PCD);
	DO(pmap_kremove(va, PAGE));
	CHECK_EQ(pte_of(kernel_pmap, va), 0);
}

TEST(pmap_map__returns_the_next_address)
{
	uint32_t va = host_kva(4), a = host_device_page(4);

	CHECK_EQ(pmap_map(va, a, a + 4 * PAGE, PROT_R), va + 4 * PAGE);
	host_check("pmap_map");
	CHECK_EQ(pmap_extract(kernel_pmap, va + 3 * PAGE), a + 3 * PAGE);
	DO(pmap_kremove(va, 4 * PAGE));
	CHECK_EQ(pmap_map(va, a, a, PROT_R), va);
}

TEST(pmap_phys_address__is_a_frame_number)
{
	CHECK_EQ(pmap_phys_address(0x12345), 0x12345000);
}

TEST(pmap_move__carries_data_and_link)
{
	uint32_t from = host_kva(1), to = host_kva(1), pa = page_new();

	DO(pmap_enter(kernel_pmap, from, pa, PROT_RW, TRUE));
	*kptr(from) = 0xabcd;
	DO(pmap_move(from, to, PAGE));
	CHECK_EQ(*kptr(to), 0xabcd);
	CHECK(kernel_faults(from));
	CHECK_EQ(pmap_page_mappings(pa), 1);
	CHECK(pmap_is_modified(pa));
	CHECK_EQ(audit(), 0);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	CHECK(kernel_faults(to));
}

TEST(pmap_move__replaces_the_target_and_moves_holes)
{
	uint32_t from = host_kva(3), to = host_kva(3), pa[3], i;

	pages_new(pa, 3);
	DO(pmap_enter(kernel_pmap, from, pa[0], PROT_RW, FALSE));
	DO(pmap_kenter(from + 2 * PAGE, pa[1], PROT_RW));
	for (i = 0; i < 3; i++) {
		DO(pmap_enter(kernel_pmap, to + i * PAGE, pa[2], PROT_RW, 0));
		*kptr(to + i * PAGE) = i;
	}
	DO(pmap_move(from, to, 3 * PAGE));
	CHECK_EQ(pmap_page_mappings(pa[2]), 0);
	CHECK(pmap_is_modified(pa[2]));
	CHECK_EQ(pmap_extract(kernel_pmap, to), pa[0]);
	CHECK(kernel_faults(to + PAGE));
	CHECK_EQ(pmap_extract(kernel_pmap, to + 2 * PAGE), pa[1]);
	CHECK_EQ(audit(), 0);
	DO(pmap_remove(kernel_pmap, to, to + 3 * PAGE));
}

TEST(pmap_zero_page__many_pages_through_one_window)
{
	uint32_t pa[20], i;

	pages_new(pa, 20);
	for (i = 0; i < 20; i++)
		memset(host_phys(pa[i]), 0xee, PAGE);
	for (i = 0; i < 20; i += 2)
		DO(pmap_zero_page(pa[i]));
	for (i = 0; i < 20; i++)
		CHECK_EQ(*(uint32_t *)host_phys(pa[i]), i & 1 ? 0xeeeeeeee :
		    0);
}

TEST_ASSERTED(pmap_zero_page__refuses_page_tables)
{
	pmap_t pm = as_new();

	EXPECT_PANIC("PT4", pmap_zero_page(pm->pm_pdirpa));
}

TEST_ASSERTED(pmap_zero_page__refuses_a_hole)
{
	uint32_t hole = host_config.hc_hole[0] * PAGE;

	EXPECT_PANIC("PT4", pmap_zero_page(hole));
}

TEST_ASSERTED(pmap_copy_page__refuses_a_hole)
{
	uint32_t hole = host_config.hc_hole[0] * PAGE, page = page_new();

	EXPECT_PANIC("PT4", pmap_copy_page(hole, page));
	EXPECT_PANIC("PT4", pmap_copy_page(page, hole));
}

TEST(pmap_kernel__edits_of_the_host_are_tolerated)
{
	uint32_t va = host_edits_sva, pa = page_new();
	struct pmap_audit a;

	*host_pte(kernel_pmap, va) = pa | MMU_P | MMU_RW;
	*kptr(va) = 3;
	pmap_audit(&a);
	CHECK_EQ(a.pa_violations, 0);
	CHECK(a.pa_skipped > 0);
	*host_pte(kernel_pmap, va) = 0;
	DO(pmap_update());
	CHECK(kernel_faults(va));
}

/*
 * A store through the recursive slot sets D in the entry of the page table.
 */
TEST(pmap_audit__stores_through_the_recursive_slot)
{
	uint32_t *window = (uint32_t *)(PH_RECURSIVE << 22);
	uint32_t va = host_edits_sva, pa = page_new();
	pmap_t pm = as_new();

	if (PH_RECURSIVE == 0)
		return;
	DO(pmap_enter(pm, UVA, pa, PROT_RW, TRUE));
	DO(pmap_activate(pm));
	window[va >> 12] = window[UVA >> 12];
	CHECK_EQ(window[UVA >> 12], pte_of(pm, UVA));
	window[UVA >> 12] |= MMU_D;
	CHECK((*host_pde(pm, va) & MMU_D) != 0);
	CHECK_EQ(*host_pde(kernel_pmap, va) & MMU_D, 0);
	CHECK((*host_pde(pm, UVA) & MMU_D) != 0);
	CHECK_EQ(audit(), 0);
	DO(pmap_kremove(va, PAGE));
	DO(pmap_remove(pm, UVA, UVA + PAGE));
}

TEST(pmap_bootstrap__leaves_user_space_empty)
{
	uint32_t slot;

	for (slot = 0; slot < PH_USER_PTMAX >> 22; slot++)
		if (PH_BOOT_SLOT == 0 || slot != PH_BOOT_SLOT)
			CHECK_EQ(*host_pde(kernel_pmap, slot << 22), 0);
}

TEST(pmap_bootstrap__takes_the_user_right_from_the_image)
{
	uint32_t slot, va = PH_KERNBASE + host_config.hc_image[0] * PAGE;

	for (slot = PH_USER_PTMAX >> 22; slot < 1024; slot++)
		CHECK_EQ(*host_pde(kernel_pmap, slot << 22) & MMU_US, 0);
	CHECK_EQ(*host_pte(kernel_pmap, va) & (MMU_P | MMU_US), MMU_P);
}

/*
 * The stack of process 0, below the kernel: of the kernel's directory alone.
 */
TEST(pmap_bootstrap__keeps_the_slot_of_the_host)
{
	uint32_t va = PH_BOOT_SLOT * SLOT + 1023 * PAGE, pa = page_new(), pde;
	pmap_t pm = as_new();
	struct pmap_audit a;

	if (PH_BOOT_SLOT == 0)
		return;
	pde = *host_pde(kernel_pmap, va);
	CHECK_EQ(pde & ~MMU_A, (host_config.hc_image[1] - 4) * PAGE | MMU_P |
	    MMU_RW);
	CHECK_EQ(*host_pte(kernel_pmap, va), host_config.hc_image[0] * PAGE |
	    MMU_P | MMU_RW);
	CHECK(!pmap_lookup(kernel_pmap, va, NULL));
	CHECK_EQ(*host_pde(pm, va), 0);
	DO(pmap_enter(pm, va, pa, PROT_RW, TRUE));
	CHECK_EQ(pte_of(pm, va), pa | MMU_P | MMU_RW | 0x200u);
	CHECK_EQ(*host_pde(kernel_pmap, va), pde);
	pmap_audit(&a);
	CHECK_EQ(a.pa_violations, 0);
	CHECK_EQ(a.pa_skipped, 1);
	DO(pmap_remove(pm, va, va + PAGE));
}

TEST(pmap_bootstrap__many_sizes_of_ram)
{
	static const uint32_t frames[] = { 1024, 2048, 4096, 16384, 65536,
		262144 };
	struct host_config c = host_config_default();
	pmap_t pm;
	uint32_t i, pa;

	for (i = 0; i < 6; i++) {
		c.hc_frames = frames[i];
		c.hc_arena = frames[i] / 4 < 256 ? 256 : frames[i] / 4;
		if (c.hc_arena > 16384)
			c.hc_arena = 16384;
		c.hc_kva = frames[i] < 3072 ? 12u << 20 : 64u << 20;
		host_boot(&c);
		pm = as_new();
		pa = page_new();
		DO(pmap_enter(pm, STACK_TOP, pa, PROT_RW, FALSE));
		CHECK(can_write(pm, STACK_TOP, pa));
		CHECK_EQ(audit(), 0);
		as_free(pm);
		page_free(pa);
	}
}

TEST(pmap_init__mappings_made_before_it_can_go)
{
	struct host_config c = host_config_default();
	uint32_t va, pa;

	c.hc_init = false;
	host_boot(&c);
	va = host_kva(1);
	pa = host_page();
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	*kptr(va) = 5;
	CHECK_EQ(pmap_page_mappings(pa), 0);
	host_spl = 1;
	pmap_init();
	host_spl = 0;
	CHECK_EQ(*kptr(va), 5);
	CHECK_EQ(audit(), 0);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(kernel_faults(va));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	CHECK_EQ(pmap_page_mappings(pa), 1);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	host_page_put(pa);
}
