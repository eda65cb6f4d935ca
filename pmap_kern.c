/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_kern.c: what the kernel asks for outside its VM.
 *
 * Role: what a context switch, a driver or a buffer cache asks for, and the VM
 * does not: which address space is loaded, the address behind a mapping, a
 * flush of everything, windows through which a page is zeroed or copied; calls
 * made of others, for ranges of kernel mappings that no PV list holds; and two
 * calls that are advice and not taken.  Calls pmap.c for every mapping that
 * stays.
 *
 * Invariants: PM1, PM3, PT4, the windows.
 *
 * Locking: splvm while a window is open, so that an interrupt that zeroes a
 * page finds them closed.
 *
 * TLB: a window is flushed when it is closed.  See also: pmap(9).
 */
#include "pmap_private.h"

/*
 * Load an address space.  => nothing is done if it is loaded already
 */
void
pmap_activate(pmap_t pm)
{
	PMAP_ASSERT(pm != NULL && pm->pm_count > 0,
	    "PM3 activate of dead pmap %p", (void *)pm);
	if ((ph_cr3() & PMB_FRAME) != pm->pm_pdirpa)
		ph_load_cr3(pm->pm_pdirpa);
}

/*
 * The process stops using its address space.  It stays loaded until another
 * is, or until it is released: a kernel process runs in it as well.
 */
void
pmap_deactivate(pmap_t pm)
{
	(void)pm;
}

/*
 * The physical address behind <pm, va>, with the offset in the page.
 * => returns false and leaves *pap alone where nothing is mapped; any
 *    address, the kernel's included
 */
boolean_t
pmap_lookup(pmap_t pm, vm_offset_t va, vm_offset_t *pap)
{
	struct ptp *pt;
	uint32_t pte;
	int s;

	if (pm == NULL || (pm == kernel_pmap && va < PH_KERNBASE) ||
	    (PH_RECURSIVE != 0 && va_slot(va) == PH_RECURSIVE))
		return (0);
	PMAP_ASSERT(pm->pm_count > 0, "PM1 pmap %p is dead", (void *)pm);
	s = ph_splvm();
	pt = ptp_lookup(pm, va);
	pte = pt == NULL ? 0 : pte_read(&pt->pt_pte[va_index(va)]);
	ph_splx(s);
	if ((pte & PMB_VALID) == 0)
		return (0);
	if (pap != NULL)
		*pap = (pte & PMB_FRAME) | (va & ~PMB_FRAME);
	return (1);
}

/*
 * The same, with 0 for "nothing mapped".
 */
vm_offset_t
pmap_extract(pmap_t pm, vm_offset_t va)
{
	vm_offset_t pa = 0;

	(void)pmap_lookup(pm, va, &pa);
	return (pa);
}

/*
 * Everything that was deferred must be true now.  The module defers nothing;
 * this is for hosts that edit PTEs themselves.
 */
void
pmap_update(void)
{
	ph_flush_global();
	pmap_counters.pc_flushall++;
}

void
pmap_kremove(vm_offset_t va, vm_size_t size)
{
	if (va + size < va && va + size != 0) {
		pmap_counters.pc_refused++;
		return;
	}
	pmap_remove(kernel_pmap, va, va + size);
}

/*
 * Map [spa, epa) at va, at boot.  => returns the address after it
 */
vm_offset_t
pmap_map(vm_offset_t va, vm_offset_t spa, vm_offset_t epa, vm_prot_t prot)
{
	uint32_t n;

	if (epa <= spa && (epa != 0 || spa == 0))
		return (va);
	n = ((epa - 1) >> PMB_PAGESHIFT) - (spa >> PMB_PAGESHIFT) + 1;
	if (!pmap_kva_ok(va & PMB_FRAME, n << PMB_PAGESHIFT)) {
		pmap_counters.pc_refused++;
		return (va);
	}
	va &= PMB_FRAME;
	for (; n > 0; n--, spa += PMB_PAGE, va += PMB_PAGE)
		pmap_kenter(va, spa, prot);
	return (va);
}

/*
 * Advice that a range is, or is not, to be pageable.  Wiring is what counts;
 * page tables are never pageable.
 */
void
pmap_pageable(pmap_t pm, vm_offset_t sva, vm_offset_t eva, boolean_t pageable)
{
	(void)pm;
	(void)sva;
	(void)eva;
	(void)pageable;
}

/*
 * Advice that a range will be used in dst as in src: not taken.
 */
void
pmap_copy(pmap_t dst, pmap_t src, vm_offset_t dva, vm_size_t len,
    vm_offset_t sva)
{
	(void)dst;
	(void)src;
	(void)dva;
	(void)len;
	(void)sva;
}

/*
 * The physical address behind a device pager's cookie: a frame number.
 */
vm_offset_t
pmap_phys_address(unsigned int frame)
{
	return (frame << PMB_PAGESHIFT);
}

/*
 * A page that a window may open on: RAM, and neither a page table, nor a
 * directory, nor the kernel itself (PT4).
 */
static void
window_check(vm_offset_t pa)
{
	const struct frame *fr = frame_lookup(pa);
	uint32_t pfn = pa >> PMB_PAGESHIFT;

	PMAP_ASSERT(fr != NULL && frame_tag(fr) <= FR_MANAGED,
	    "PT4 page 0x%x is a %s", pa, frame_tag_name(fr));
	PMAP_ASSERT(frame_tag(fr) == FR_MANAGED || ph_frame_ram(pfn),
	    "PT4 page 0x%x is no RAM", pa);
	PMAP_ASSERT(frame_tag(fr) == FR_MANAGED || !ph_frame_kernel(pfn),
	    "PT4 page 0x%x is the kernel's", pa);
}

/*
 * Open a window on a frame, and close the first n; at splvm in between.
 */
static void *
window_open(vm_offset_t window, vm_offset_t pa)
{
	uint32_t old;

	old = pte_swap(kernel_pte(window), (pa & PMB_FRAME) | PMB_OWN);
	PMAP_ASSERT(old == 0, "PT4 window 0x%x is open: 0x%x", window, old);
	return ((void *)window);
}

static void
window_close(const vm_offset_t *window, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		(void)pte_swap(kernel_pte(window[i]), 0);
	pmap_flush_pages(window, n);
}

/*
 * Fill a page with zeros.
 */
void
pmap_zero_page(vm_offset_t pa)
{
	int s;

	window_check(pa);
	s = ph_splvm();
	ph_zero_page(window_open(pmap_window[0], pa));
	window_close(pmap_window, 1);
	ph_splx(s);
}

/*
 * Copy a page.
 */
void
pmap_copy_page(vm_offset_t src, vm_offset_t dst)
{
	int s;

	window_check(src);
	window_check(dst);
	s = ph_splvm();
	ph_copy_page(window_open(pmap_window[0], dst),
	    window_open(pmap_window[1], src));
	window_close(pmap_window, 2);
	ph_splx(s);
}
