/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_edges_kernel.c: exact limits of what the kernel maps for itself, one page
 * before and one after.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x14000000u

TEST(pmap_remove__whole_slot_of_the_kernel_keeps_its_table)
{
	struct host_config c = host_config_default();
	uint32_t pa, va;
	vm_offset_t sva, eva;
	struct ptp *pt;

	c.hc_kva = 16u << 20;
	host_boot(&c);
	pa = page_new();
	pmap_virtual_space(&sva, &eva);
	va = (sva + SLOT - 1) & ~(SLOT - 1);
	CHECK(va + SLOT < eva);
	pt = ptp_lookup(kernel_pmap, va);
	DO(pmap_enter(kernel_pmap, va - PAGE, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, va + SLOT - PAGE, pa, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, va + SLOT, pa, PROT_RW, FALSE));
	DO(pmap_remove(kernel_pmap, va, va + SLOT));
	CHECK_EQ(pmap_page_mappings(pa), 2);
	CHECK(ptp_lookup(kernel_pmap, va) == pt);
	CHECK_EQ(pt->pt_valid, 0);
	CHECK_EQ(pt->pt_state, PTS_KERNEL);
	DO(pmap_page_protect(pa, VM_PROT_NONE));
}

TEST(pmap_map__fills_the_space_and_no_more)
{
	uint32_t dev = host_device_page(0), n, refused;
	vm_offset_t sva, eva, start = host_kva(2);

	pmap_virtual_space(&sva, &eva);
	n = (eva - start) / PAGE;
	CHECK_EQ(pmap_map(start, dev, dev + n * PAGE, PROT_R), eva);
	CHECK_EQ(pmap_extract(kernel_pmap, eva - PAGE), dev + (n - 1) * PAGE);
	DO(pmap_kremove(start, n * PAGE));
	refused = pmap_counters.pc_refused;
	(void)pmap_map(start, dev, dev + (n + 1) * PAGE, PROT_R);
	CHECK_EQ(pmap_counters.pc_refused, refused + 1);
	CHECK_EQ(pmap_extract(kernel_pmap, start), 0);
	(void)pmap_map(eva, dev, dev + PAGE, PROT_R);
	(void)pmap_map(sva - 1, dev, dev + PAGE, PROT_R);
	CHECK_EQ(pmap_counters.pc_refused, refused + 3);
	CHECK_EQ(pmap_map(eva - 1, dev, dev + PAGE, PROT_R), eva);
	CHECK_EQ(pmap_extract(kernel_pmap, eva - PAGE), dev);
	CHECK_EQ(pmap_map(sva, dev, dev + PAGE, PROT_R), sva + PAGE);
	CHECK_EQ(pmap_counters.pc_refused, refused + 3);
	DO(pmap_kremove(eva - PAGE, PAGE));
	DO(pmap_kremove(sva, PAGE));
}

TEST(pmap_virtual_space__ends_where_the_kernel_does)
{
	struct host_config c = host_config_default();
	vm_offset_t sva, eva;

	c.hc_frames = 2048;
	c.hc_arena = 1024;
	c.hc_kva = PH_KERNEND - PH_KERNBASE;
	host_boot(&c);
	pmap_virtual_space(&sva, &eva);
	CHECK_EQ(eva, PH_KERNEND);
	CHECK(sva > PH_KERNBASE);
	CHECK_EQ(audit(), 0);
}

TEST(pmap_lookup__kernel_addresses_in_any_pmap)
{
	pmap_t pm = as_new();
	uint32_t va = host_kva(1), pa = page_new();
	vm_offset_t got;

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	CHECK(pmap_lookup(pm, va + 5, &got));
	CHECK_EQ(got, pa + 5);
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(!pmap_lookup(pm, va, &got));
	CHECK_EQ(pte_of(kernel_pmap, PH_KERNBASE), 0);
	*host_pte(kernel_pmap, PH_KERNBASE) = pa | MMU_P;
	CHECK(pmap_lookup(kernel_pmap, PH_KERNBASE, &got));
	CHECK_EQ(got, pa);
	*host_pte(kernel_pmap, PH_KERNBASE) = 0;
	if (PH_RECURSIVE != 0)
		CHECK(!pmap_lookup(pm, PH_RECURSIVE * SLOT, &got));
}

/*
 * Memory that the VM does not manage is cached as memory is; a device is not.
 */
TEST(pmap_kenter__foreign_memory_is_cached)
{
	uint32_t va = host_kva(2), image = host_config.hc_image[0] * PAGE;

	DO(pmap_kenter(va, image + 5, PROT_R));
	DO(pmap_enter(kernel_pmap, va + PAGE, image, PROT_R, FALSE));
	CHECK_EQ(pte_of(kernel_pmap, va), image | MMU_P);
	CHECK_EQ(pte_of(kernel_pmap, va + PAGE), image | MMU_P);
	DO(pmap_kenter(va, host_device_page(0) + 5, PROT_R));
	CHECK_EQ(pte_of(kernel_pmap, va), host_device_page(0) | MMU_P |
	    MMU_PCD);
	DO(pmap_kremove(va, 2 * PAGE));
}

/*
 * Addresses within a page are reported as the page's.
 */
/*
 * The first page behind an odd number of frames is a device's.
 */
TEST(pmap_kenter__device_begins_where_memory_ends)
{
	struct host_config c = host_config_default();
	uint32_t va, end = 1025 * PAGE;

	c.hc_frames = 1025;
	host_boot(&c);
	va = host_kva(2);
	DO(pmap_kenter(va, end, PROT_R));
	CHECK_EQ(pte_of(kernel_pmap, va), end | MMU_P | MMU_PCD);
	DO(pmap_enter(kernel_pmap, va + PAGE, end, PROT_R, FALSE));
	CHECK_EQ(pte_of(kernel_pmap, va + PAGE), end | MMU_P | MMU_PCD);
	DO(pmap_kenter(va, end - PAGE, PROT_R));
	CHECK_EQ(pte_of(kernel_pmap, va), (end - PAGE) | MMU_P);
	DO(pmap_kremove(va, 2 * PAGE));
}

TEST(pmap_kenter__names_a_page_table)
{
	uint32_t va = host_kva(1), pa = kernel_pmap->pm_pdirpa;
	char text[80];

	pmap_policy = PMAP_POLICY_ISOLATE;
	host_log_clear();
	DO(pmap_kenter(va + 5, pa + 7, PROT_RW));
	snprintf(text, sizeof(text), "va 0x%08x pte 0x%08x page 0x%08x", va,
	    pa + 7, pa);
	CHECK_LOG(text);
	CHECK_LOG("PT4");
	CHECK_EQ(pte_of(kernel_pmap, va), 0);
	pmap_policy = PMAP_POLICY_PANIC;
}

TEST(pmap_kenter__last_byte_of_the_space)
{
	uint32_t pa = page_new(), refused = pmap_counters.pc_refused;
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	DO(pmap_kenter(eva - 1, pa, PROT_R));
	CHECK_EQ(pmap_extract(kernel_pmap, eva - 1), pa + PAGE - 1);
	DO(pmap_kenter(sva, pa, PROT_R));
	CHECK_EQ(pmap_extract(kernel_pmap, sva), pa);
	CHECK_EQ(pmap_counters.pc_refused, refused);
	DO(pmap_kenter(eva, pa, PROT_R));
	DO(pmap_kenter(sva - 1, pa, PROT_R));
	CHECK_EQ(pmap_counters.pc_refused, refused + 2);
	DO(pmap_kremove(sva, 1));
	DO(pmap_kremove(eva - 1, 1));
	CHECK_EQ(pmap_extract(kernel_pmap, sva), 0);
	CHECK_EQ(pmap_extract(kernel_pmap, eva - PAGE), 0);
}

/*
 * The move is refused as a whole: the page stays where it is.
 */
static void
move_refused(uint32_t from, uint32_t to, uint32_t size)
{
	uint32_t refused = pmap_counters.pc_refused;

	DO(pmap_move(from, to, size));
	CHECK_EQ(pmap_counters.pc_refused, refused + 1);
}

TEST(pmap_move__refuses_what_the_host_may_not_map)
{
	uint32_t va = host_kva(4), pa = page_new(), refused;
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	move_refused(va, sva - PAGE, PAGE);
	move_refused(va, eva, PAGE);
	move_refused(va, eva - PAGE, 2 * PAGE);
	move_refused(sva - PAGE, va, PAGE);
	move_refused(eva, va, PAGE);
	move_refused(eva - PAGE, va, 2 * PAGE);
	move_refused(va, VA, PAGE);
	move_refused(VA, va, PAGE);
	move_refused(va, va + PAGE, 2 * PAGE);
	move_refused(va + PAGE, va, 2 * PAGE);
	move_refused(va, va + 2 * PAGE, 2 * PAGE + 1);
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	refused = pmap_counters.pc_refused;
	DO(pmap_move(va, va + PAGE, 0));
	DO(pmap_move(va, va, PAGE));
	DO(pmap_move(va, va + 7, PAGE));
	DO(pmap_move(va + 7, va, PAGE));
	CHECK_EQ(pmap_counters.pc_refused, refused);
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	DO(pmap_enter(kernel_pmap, va + PAGE, pa, PROT_RW, FALSE));
	DO(pmap_move(va, va + 2 * PAGE, PAGE + 1));
	CHECK_EQ(pmap_extract(kernel_pmap, va + 3 * PAGE), pa);
	DO(pmap_move(va + 2 * PAGE, va, PAGE));
	DO(pmap_remove(kernel_pmap, va + PAGE, va + 4 * PAGE));
	DO(pmap_move(va + 7, eva - PAGE + 9, PAGE));
	CHECK_EQ(pmap_extract(kernel_pmap, eva - PAGE), pa);
	DO(pmap_move(eva - PAGE, va + PAGE, PAGE));
	DO(pmap_move(va + PAGE, va, PAGE));
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	CHECK_EQ(pmap_page_mappings(pa), 1);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}

/*
 * What the kernel's pmap has mapped does not change with a move, onto a hole
 * or onto a page, and a moved hole is one page less.
 */
TEST(pmap_move__counts)
{
	uint32_t va = host_kva(3), a = page_new(), b = page_new(), n, valid;
	const struct ptp *pt = ptp_lookup(kernel_pmap, va);

	n = pmap_resident_count(kernel_pmap);
	valid = pt->pt_valid;
	DO(pmap_enter(kernel_pmap, va, a, PROT_RW, TRUE));
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n + 1);
	CHECK_EQ(pt->pt_valid, valid + 1);
	CHECK_EQ(pmap_wired_count(kernel_pmap), 1);
	CHECK(kernel_can(va + PAGE, MMU_WRITE, a));
	DO(pmap_move(va + PAGE, va, PAGE));
	CHECK_EQ(pte_of(kernel_pmap, va) & (MMU_A | MMU_D), 0);
	CHECK(pmap_is_modified(a) && pmap_is_referenced(a));
	DO(pmap_move(va, va + PAGE, PAGE));
	DO(pmap_enter(kernel_pmap, va, b, PROT_RW, FALSE));
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n + 1);
	CHECK_EQ(pmap_wired_count(kernel_pmap), 0);
	CHECK_EQ(pmap_page_mappings(a), 0);
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n);
	CHECK_EQ(pt->pt_valid, valid);
}

TEST(pmap_move__damaged_entry_is_not_carried_on)
{
	uint32_t va = host_kva(2), pa = page_new();

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	*host_pte(kernel_pmap, va) = host_device_page(1) | MMU_P;
	pmap_policy = PMAP_POLICY_ISOLATE;
	DO(pmap_move(va, va + PAGE, PAGE));
	CHECK_EQ(pte_of(kernel_pmap, va + PAGE), 0);
	CHECK_EQ(pmap_page_mappings(pa), 0);
	CHECK_EQ(host_record.hr_iso_pa, pa);
	CHECK_EQ(host_record.hr_iso_va, va);
	CHECK_EQ(host_record.hr_isolated, 1);
	host_record.hr_isolated = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(audit(), 0);
}

TEST(pmap_kremove__refuses_a_size_that_wraps)
{
	uint32_t va = host_kva(2), pa = page_new();
	uint32_t refused = pmap_counters.pc_refused;
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	DO(pmap_kenter(va, pa, PROT_R));
	DO(pmap_kenter(eva - PAGE, pa, PROT_R));
	DO(pmap_kremove(va, ~va + 2));
	DO(pmap_kremove(va, 0xffffffffu));
	CHECK_EQ(pmap_counters.pc_refused, refused + 2);
	CHECK_EQ(pmap_extract(kernel_pmap, va), pa);
	DO(pmap_kremove(va, 0u - va));
	CHECK_EQ(pmap_counters.pc_refused, refused + 2);
	CHECK_EQ(pmap_extract(kernel_pmap, va), 0);
	CHECK_EQ(pmap_extract(kernel_pmap, eva - PAGE), 0);
}

/*
 * Where the host edits entries itself nothing is counted; the page before
 * and the page after count.
 */
TEST(pmap_remove__host_edits_do_not_count)
{
	uint32_t first = host_edits_sva, last = host_edits_eva - PAGE, i;
	uint32_t va = host_kva(1), pa = page_new(), n;

	n = pmap_resident_count(kernel_pmap);
	DO(pmap_enter(kernel_pmap, first, pa, PROT_R, FALSE));
	DO(pmap_enter(kernel_pmap, last, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n);
	DO(pmap_enter(kernel_pmap, va, pa, PROT_R, FALSE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n + 1);
	DO(pmap_remove(kernel_pmap, last, last + PAGE));
	DO(pmap_remove(kernel_pmap, first, first + PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n + 1);
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n);
	for (i = 0; i < 3; i++) {
		DO(pmap_enter(kernel_pmap, va, pa, PROT_R, FALSE));
		DO(pmap_move(va, first + i * PAGE, PAGE));
	}
	CHECK_EQ(pmap_resident_count(kernel_pmap), n);
	DO(pmap_remove(kernel_pmap, first, last + PAGE));
	CHECK_EQ(pmap_resident_count(kernel_pmap), n);
}

TEST(pmap_enter__host_edits_are_not_counted_as_wired)
{
	uint32_t va = host_edits_sva, pa = page_new(), n, w;
	struct ptp *pt = ptp_lookup(kernel_pmap, va);

	n = pmap_wired_count(kernel_pmap);
	w = pt->pt_wired;
	DO(pmap_enter(kernel_pmap, va, pa, PROT_R, TRUE));
	CHECK_EQ(pte_of(kernel_pmap, va) & PMB_WIRED, PMB_WIRED);
	DO(pmap_change_wiring(kernel_pmap, va, FALSE));
	DO(pmap_change_wiring(kernel_pmap, va, TRUE));
	CHECK_EQ(pmap_wired_count(kernel_pmap), n);
	*host_pte(kernel_pmap, va + PAGE) = pte_of(kernel_pmap, va);
	DO(pmap_remove(kernel_pmap, va, va + 2 * PAGE));
	CHECK_EQ(pmap_wired_count(kernel_pmap), n);
	CHECK_EQ(pt->pt_wired, w);
}

/*
 * Raw I/O as a driver does it: the host copies the user's entry to an address
 * of the kernel's and stores there.  M is set in the copy alone, and must not
 * go with it.
 */
TEST(pmap_remove__saves_what_a_driver_wrote)
{
	pmap_t pm = as_new();
	uint32_t va = host_edits_sva, pa = page_new(), other = page_new();

	DO(pmap_enter(pm, VA, pa, PROT_RW, TRUE));
	DO(pmap_clear_modify(pa));
	DO(pmap_clear_reference(pa));
	*host_pte(kernel_pmap, va) = pte_of(pm, VA);
	CHECK(kernel_can(va, MMU_WRITE, pa));
	CHECK_EQ(pte_of(pm, VA) & MMU_D, 0);
	CHECK(!pmap_is_modified(pa));
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(pmap_is_modified(pa));
	CHECK(pmap_is_referenced(pa));

	DO(pmap_clear_modify(pa));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	CHECK(kernel_can(va, MMU_WRITE, pa));
	CHECK(!pmap_is_modified(pa));
	DO(pmap_enter(kernel_pmap, va, other, PROT_RW, FALSE));
	CHECK(pmap_is_modified(pa));
	CHECK(!pmap_is_modified(other));
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK(!pmap_is_modified(other));
}

TEST(pmap_remove__devices_where_the_host_edits)
{
	uint32_t va = host_edits_sva;

	*host_pte(kernel_pmap, va) = 0xf0000000u | MMU_P | MMU_RW | MMU_D;
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
	CHECK_EQ(pte_of(kernel_pmap, va), 0);
}

/*
 * Where the host edits entries itself, one that is not valid may hold
 * anything, and keeps it.
 */
TEST(pmap_protect__leaves_the_hosts_invalid_entries)
{
	uint32_t va = host_edits_sva, pa = page_new();

	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, FALSE));
	*host_pte(kernel_pmap, va + PAGE) = pa | MMU_RW;
	DO(pmap_protect(kernel_pmap, va, va + 2 * PAGE, PROT_R));
	CHECK_EQ(pte_of(kernel_pmap, va + PAGE), pa | MMU_RW);
	CHECK_EQ(pte_of(kernel_pmap, va) & MMU_RW, 0);
	*host_pte(kernel_pmap, va + PAGE) = 0;
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}
