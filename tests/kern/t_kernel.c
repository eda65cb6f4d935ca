/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_kernel.c: the kernel's own mappings, and pages zeroed and copied.
 */
#include "kt.h"

static void
kernel_kenter_and_kremove(void)
{
	vm_offset_t va = kt_kva(4 * NBPG), pa = kt_page();
	struct pmap_usage before, now;
	int i;

	pmap_usage(&before);
	for (i = 0; i < 4; i++)
		pmap_kenter(va + (vm_offset_t)i * NBPG, pa, KT_RW);
	pmap_usage(&now);
	KT_IS(now.pu_mappings, before.pu_mappings);
	KT_IS(pmap_page_mappings(pa), 0);
	KT_IS(kt_write(va + 3 * NBPG, 0x1357), 0);
	KT_IS(*(volatile unsigned int *)va, 0x1357);
	KT_IS(pmap_extract(pmap_kernel(), va + NBPG + 4), pa + 4);
	pmap_kenter(va, pa, KT_RO);
	KT_IS(kt_write(va, 1), KT_RIGHTS | KT_WRITE);
	pmap_kremove(va, 4 * NBPG);
	for (i = 0; i < 4; i++)
		KT_IS(kt_read(va + (vm_offset_t)i * NBPG), KT_NOTHERE);
}

static void
kernel_kremove_of_nothing(void)
{
	vm_offset_t va = kt_kva(4 * NBPG);

	pmap_kremove(va, 4 * NBPG);
	pmap_remove(pmap_kernel(), va, va + 4 * NBPG);
	KT_IS(kt_read(va), KT_NOTHERE);
}

static void
kernel_enter_is_tracked(void)
{
	vm_offset_t va = kt_kva(NBPG), pa = kt_page();

	pmap_enter(pmap_kernel(), va, pa, KT_RW, TRUE);
	KT_IS(pmap_page_mappings(pa), 1);
	KT_IS(kt_write(va, 1), 0);
	KT_IS(pmap_is_modified(pa), TRUE);
	pmap_page_protect(pa, VM_PROT_NONE);
	KT_IS(kt_read(va), KT_NOTHERE);
	KT_IS(pmap_page_mappings(pa), 0);
}

static void
kernel_mapping_is_in_every_pmap(void)
{
	vm_offset_t va = kt_kva(NBPG), pa = kt_page();
	pmap_t old = kt_pmap();

	pmap_kenter(va, pa, KT_RW);
	kt_load(old);
	KT_IS(kt_write(va, 21), 0);
	kt_load(kt_pmap());
	KT_IS(*(volatile unsigned int *)va, 21);
	pmap_kremove(va, NBPG);
	kt_load(old);
	KT_IS(kt_read(va), KT_NOTHERE);
}

static void
kernel_move_takes_pages_along(void)
{
	vm_offset_t va = kt_kva(4 * NBPG), kentered = kt_page();
	vm_offset_t entered = kt_page();

	pmap_kenter(va, kentered, KT_RW);
	pmap_enter(pmap_kernel(), va + NBPG, entered, KT_RW, TRUE);
	KT_IS(kt_write(va, 31), 0);
	KT_IS(kt_write(va + NBPG, 32), 0);
	pmap_move(va, va + 2 * NBPG, 2 * NBPG);
	KT_IS(kt_read(va), KT_NOTHERE);
	KT_IS(kt_read(va + NBPG), KT_NOTHERE);
	KT_IS(*(volatile unsigned int *)(va + 2 * NBPG), 31);
	KT_IS(*(volatile unsigned int *)(va + 3 * NBPG), 32);
	KT_IS(pmap_page_mappings(entered), 1);
	KT_IS(pmap_is_modified(entered), TRUE);
	pmap_page_protect(entered, VM_PROT_NONE);
	KT_IS(kt_read(va + 3 * NBPG), KT_NOTHERE);
	pmap_kremove(va + 2 * NBPG, NBPG);
}

static void
kernel_zero_page_zeroes(void)
{
	vm_offset_t pa = kt_page();

	kt_poke(pa, 0xffffffff);
	pmap_zero_page(pa);
	KT_IS(kt_peek(pa), 0);
	KT_IS(pmap_page_mappings(pa), 0);
}

static void
kernel_copy_page_copies(void)
{
	vm_offset_t from = kt_page(), to = kt_page();

	kt_poke(from, 0x600dda7a);
	kt_poke(to, 1);
	pmap_copy_page(from, to);
	KT_IS(kt_peek(to), 0x600dda7a);
	kt_poke(from, 2);
	KT_IS(kt_peek(to), 0x600dda7a);
}

/* Zeroed again and again: a stale entry of the window would show. */
static void
kernel_window_is_flushed(void)
{
	vm_offset_t one = kt_page(), two = kt_page();
	unsigned int i;

	for (i = 1; i < 16; i++) {
		kt_poke(one, i);
		kt_poke(two, ~i);
		pmap_zero_page(one);
		KT_IS(kt_peek(one), 0);
		KT_IS(kt_peek(two), ~i);
		pmap_copy_page(two, one);
		KT_IS(kt_peek(one), ~i);
		pmap_zero_page(two);
		KT_IS(kt_peek(one), ~i);
	}
}

/* No page of the pool may stay writable at a window's address. */
static void
kernel_windows_are_empty_after_use(void)
{
	vm_offset_t one = kt_page(), two = kt_page();
	vm_offset_t va, pa, start, end;

	pmap_zero_page(one);
	pmap_copy_page(one, two);
	pmap_virtual_space(&start, &end);
	for (va = VM_MIN_KERNEL_ADDRESS; va < end; va += NBPG)
		if (pmap_lookup(pmap_kernel(), va, &pa))
			KT_CHECK(pa != one && pa != two,
			    "0x%x still maps 0x%x", va, pa);
}

static void
kernel_space_has_sane_ends(void)
{
	vm_offset_t start, end;

	pmap_virtual_space(&start, &end);
	KT_CHECK(start > VM_MIN_KERNEL_ADDRESS && start < end &&
	    end <= VM_MAX_KERNEL_ADDRESS, "0x%x to 0x%x", start, end);
	KT_IS(start & PGOFSET, 0);
	KT_IS(pmap_phys_address(0x12345), 0x12345000);
}

const struct kt_test kt_kernel[] = {
	{ "kernel__kenter_and_kremove", kernel_kenter_and_kremove },
	{ "kernel__kremove_of_nothing", kernel_kremove_of_nothing },
	{ "kernel__enter_is_tracked", kernel_enter_is_tracked },
	{ "kernel__mapping_is_in_every_pmap",
	    kernel_mapping_is_in_every_pmap },
	{ "kernel__move_takes_pages_along", kernel_move_takes_pages_along },
	{ "kernel__zero_page_zeroes", kernel_zero_page_zeroes },
	{ "kernel__copy_page_copies", kernel_copy_page_copies },
	{ "kernel__window_is_flushed", kernel_window_is_flushed },
	{ "kernel__windows_are_empty_after_use",
	    kernel_windows_are_empty_after_use },
	{ "kernel__space_has_sane_ends", kernel_space_has_sane_ends },
	{ NULL, NULL }
};
