/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_kernel.c: R18, R19, R20 of doc/failures.md: the kernel's own
 * mappings, interrupts, windows.
 */
#include "unit.h"
#include "pmap_private.h"

#define UVA	0x20000000u

static uint32_t intr_va, intr_pa, intr_count, intr_last;
static pmap_t intr_pm;

/*
 * What an interrupt may do: map, use, zero and unmap in the kernel.
 */
static void
intr_kernel_work(void)
{
	intr_count++;
	pmap_enter(kernel_pmap, intr_va, intr_pa, PROT_RW, TRUE);
	*(uint32_t *)intr_va = intr_count;
	pmap_zero_page(intr_pa);
	pmap_remove(kernel_pmap, intr_va, intr_va + PAGE);
}

/*
 * Old pmaps: a PTE pointer through the alternate slot was used after an
 * interrupt had turned the slot to another pmap.  Here nothing is turned, and
 * at splvm nothing comes in between.
 */
TEST(r18a__interrupts_within_foreign_operations)
{
	pmap_t a = as_new(), b = as_new();
	uint32_t pa = page_new(), i;

	intr_va = host_kva(1);
	intr_pa = page_new();
	intr_count = 0;
	DO(pmap_enter(b, UVA, pa, PROT_RW, FALSE));
	CHECK(can_write(b, UVA, pa));
	host_knobs.hk_intr = intr_kernel_work;
	for (i = 0; i < 100; i++) {
		DO(pmap_enter(a, UVA + i * SLOT / 8, pa, PROT_RW, i & 1));
		DO(pmap_protect(a, UVA, UVA + SLOT, PROT_R));
		DO(pmap_clear_modify(pa));
		CHECK(can_write(b, UVA, pa));
		CHECK(pmap_is_modified(pa));
	}
	DO(pmap_page_protect(pa, VM_PROT_NONE));
	host_knobs.hk_intr = NULL;
	CHECK(intr_count >= 400);
	CHECK(pmap_is_modified(pa));
	CHECK_EQ(pmap_resident_count(a), 0);
}

/*
 * The one place where others run in the middle of an operation: its sleep.
 * They use the kernel, a second foreign pmap and the very pmap that waits.
 */
static void
others_run(void)
{
	pmap_t pm;

	host_knobs.hk_wait = NULL;
	intr_kernel_work();
	pmap_remove(intr_pm, 0, PH_USER_PTMAX);
	intr_last = pmap_resident_count(intr_pm);
	pm = pmap_create(0);
	pmap_enter(pm, UVA, intr_pa, PROT_R, FALSE);
	pmap_activate(pm);
	pmap_destroy(pm);
}

TEST(r18b__operations_while_an_enter_sleeps)
{
	pmap_t pm = as_new();
	uint32_t pa = page_new(), i;

	intr_va = host_kva(1);
	intr_pa = page_new();
	intr_count = 0;
	intr_last = 1;
	intr_pm = pm;
	host_knobs.hk_limit = 6;
	host_knobs.hk_wait = others_run;
	for (i = 0; intr_count == 0; i++) {
		CHECK(i < 300);
		DO(pmap_enter(pm, i * 64 * PAGE, pa, PROT_RW, TRUE));
	}
	CHECK((i - 1) % 16 != 0);	/* its table was there, and went */
	CHECK_EQ(intr_last, 0);
	CHECK_EQ(pmap_resident_count(pm), 1);
	CHECK_EQ(pmap_wired_count(pm), 1);
	CHECK(can_write(pm, (i - 1) * 64 * PAGE, pa));
	CHECK_EQ(audit(), 0);
}

/*
 * pmap_growkernel had to reach every directory, and missed those that were
 * being made.  Here all kernel page tables are made at boot: no enter at the
 * far ends of the kernel's addresses changes a directory entry, in old pmaps,
 * in new ones, and in the one that a sleeper is making.
 */
static void
kernel_grows(void)
{
	if (intr_count++ == 0)
		pmap_enter(kernel_pmap, intr_va, intr_pa, PROT_RW, TRUE);
}

static void
same_kernel_entries(pmap_t pm, const uint32_t *was)
{
	uint32_t slot, end = PH_KERNEND >> 22;

	for (slot = PH_KERNBASE >> 22; slot < end; slot++)
		CHECK_EQ((*host_pde(pm, slot << 22) ^ was[slot]) & ~MMU_A, 0);
}

TEST(r19a__kernel_enters_reach_every_pmap)
{
	pmap_t before = as_new(), after;
	uint32_t va, end = host_kva(0), pa = page_new(), was[1024];
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	va = eva - PAGE;
	memcpy(was, host_pde(kernel_pmap, 0), sizeof(was));
	DO(pmap_enter(kernel_pmap, end, pa, PROT_RW, TRUE));
	DO(pmap_enter(kernel_pmap, va, pa, PROT_RW, TRUE));
	after = as_new();
	pmap_activate(before);
	CHECK(kernel_can(va, MMU_READ, pa) && kernel_can(end, MMU_READ, pa));
	pmap_activate(after);
	CHECK(kernel_can(va, MMU_READ, pa) && kernel_can(end, MMU_READ, pa));
	same_kernel_entries(before, was);
	same_kernel_entries(after, was);
	same_kernel_entries(kernel_pmap, was);
	DO(pmap_remove(kernel_pmap, end, end + PAGE));
	DO(pmap_remove(kernel_pmap, va, va + PAGE));
}

TEST(r19b__kernel_enter_while_a_pmap_is_made)
{
	pmap_t wired = as_new(), pm = NULL;
	uint32_t pa = page_new(), i, was[1024];
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	intr_va = eva - PAGE;
	intr_pa = page_new();
	intr_count = 0;
	memcpy(was, host_pde(kernel_pmap, 0), sizeof(was));
	for (i = 0; i < 8; i++)
		DO(pmap_enter(wired, i * SLOT, pa, PROT_RW, FALSE));
	CHECK(can_write(wired, 0, pa));
	host_knobs.hk_limit = 0;
	host_knobs.hk_wait = kernel_grows;
	for (i = 0; i < 8; i++)
		CHECK(can_write(wired, i * SLOT, pa));
	for (i = 0; intr_count == 0; i++) {
		CHECK(i < 30);
		pm = as_new();
	}
	pmap_activate(pm);
	CHECK(kernel_can(intr_va, MMU_WRITE, intr_pa));
	same_kernel_entries(pm, was);
	DO(pmap_remove(kernel_pmap, intr_va, intr_va + PAGE));
}

/*
 * How many valid entries of the kernel's page tables map this frame?
 */
static uint32_t
kernel_aliases(uint32_t pa)
{
	uint32_t va, n = 0;

	for (va = PH_KERNBASE; va != PH_KERNEND; va += PAGE)
		if ((pte_of(kernel_pmap, va) & (MMU_FRAME | MMU_P)) ==
		    (pa | MMU_P))
			n++;
	return (n);
}

/*
 * Old pmaps: the last page zeroed stayed writable at the window for ever.
 */
TEST(r20a__zero_page_closes_its_window)
{
	uint32_t pa = page_new(), i, *word = host_phys(pa), aliases;

	memset(word, 0x5a, PAGE);
	aliases = kernel_aliases(pa);
	DO(pmap_zero_page(pa));
	for (i = 0; i < 1024; i++)
		CHECK_EQ(word[i], 0);
	CHECK_EQ(kernel_aliases(pa), aliases);
	CHECK(kernel_faults(pmap_window[0]));
	CHECK(!pmap_is_modified(pa));
	CHECK_EQ(audit(), 0);
}

TEST(r20b__copy_page_closes_its_windows)
{
	uint32_t src = page_new(), dst = page_new(), aliases;

	memset(host_phys(src), 0x77, PAGE);
	memset(host_phys(dst), 0x11, PAGE);
	aliases = kernel_aliases(src) + kernel_aliases(dst);
	DO(pmap_copy_page(src, dst));
	CHECK(memcmp(host_phys(src), host_phys(dst), PAGE) == 0);
	CHECK_EQ(*(uint32_t *)host_phys(dst), 0x77777777);
	CHECK_EQ(kernel_aliases(src) + kernel_aliases(dst), aliases);
	CHECK(kernel_faults(pmap_window[0]));
	CHECK(kernel_faults(pmap_window[1]));
	CHECK_EQ(audit(), 0);
}
