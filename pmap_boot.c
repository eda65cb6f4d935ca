/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_boot.c: the kernel's address space, built once.
 *
 * Role: pmap_bootstrap takes over the directory and page tables that the
 * kernel booted with, makes the rest of the kernel's page tables for ever,
 * and lays out what the module keeps above the kernel image:
 *
 *	first_va   frame_table   8 bytes a frame
 *	           ptp_table     96 bytes an arena page
 *	           pv_owner      32 bytes an arena page
 *	           windows       2 pages, for pmap_zero_page and pmap_copy_page
 *	           arena         kernel page tables, directory, slices, ...
 *	kva_start  what the host may map: pmap_virtual_space
 *	kva_last   its last address
 *
 * The sizes at 4 MB, 64 MB and 1 GB of RAM are in doc/decisions.md.
 *
 * Memory: boot pages of the host, never given back.
 *
 * TLB: what the boot mapped and the module does not keep is flushed, with the
 * global entries, before pmap_bootstrap returns.
 *
 * See also: pmap_host(9).
 */
#include "pmap_mem.h"

_Static_assert(PH_KERNEND > PH_KERNBASE, "the kernel ends below 4 GB");

vm_offset_t pmap_kva_start;
vm_offset_t pmap_kva_last;
vm_offset_t pmap_window[2];

/*
 * Arena pages that there must be after boot: the floor, and what a process
 * with a wired table pins.
 */
#define ARENA_LEAST	(PIN_FLOOR + 1u + PIN_WIRED)

/*
 * The PTE of a kernel address, through the host's boot mapping.  => boot only
 */
static uint32_t *
boot_pte(vm_offset_t va)
{
	uint32_t *dir = ph_boot_kva(ph_cr3() & PMB_FRAME);
	uint32_t *table = ph_boot_kva(dir[va_slot(va)] & PMB_FRAME);

	return (&table[va_index(va)]);
}

/*
 * Put zeroed boot pages behind [*va, *va + size) and step *va over them.
 */
static vm_offset_t
boot_table(vm_offset_t *va, uint32_t size)
{
	vm_offset_t start = *va;

	size = (size + PMB_PAGE - 1) & PMB_FRAME;
	for (; *va < start + size; *va += PMB_PAGE) {
		(void)pte_swap(boot_pte(*va),
		    ph_boot_page() | PMB_OWN | PH_GLOBAL);
		ph_zero_page((void *)*va);
	}
	return (start);
}

/*
 * A directory entry of 4 MB has no page table: taken for one, the page that
 * it maps, which is the kernel's text, would be rewritten.
 * => before anything is changed
 */
static void
boot_check_tables(void)
{
	const uint32_t *dir = ph_boot_kva(ph_cr3() & PMB_FRAME);
	uint32_t slot;

	for (slot = va_slot(PH_KERNBASE); slot < PMB_NPTE; slot++)
		if ((dir[slot] & (PMB_VALID | PMB_LARGE)) ==
		    (PMB_VALID | PMB_LARGE))
			ph_panic("pmap: the boot directory maps 4 MB at 0x%x "
			    "by one entry, 0x%x: it must use page tables",
			    slot << PMB_SLOTSHIFT, dir[slot]);
}

/*
 * Make every kernel page table, and forget what the boot mapped above the
 * kernel image, from first on.
 */
static void
boot_page_tables(vm_offset_t first)
{
	uint32_t *dir = ph_boot_kva(ph_cr3() & PMB_FRAME);
	uint32_t slot, pa;
	vm_offset_t va;

	for (slot = va_slot(PH_KERNBASE); slot <= va_slot(pmap_kva_last);
	    slot++) {
		pte_clear(&dir[slot], PMB_USER);
		if (dir[slot] & PMB_VALID)
			continue;
		pa = ph_boot_page();
		ph_zero_page(ph_boot_kva(pa));
		(void)pte_swap(&dir[slot], pa | PMB_VALID | PMB_WRITE);
	}
	for (va = first; va - first < pmap_kva_last - first; va += PMB_PAGE)
		(void)pte_swap(boot_pte(va), 0);
	for (; slot < PMB_NPTE; slot++)
		(void)pte_swap(&dir[slot], 0);
	ph_flush_global();
}

/*
 * Give a kernel page table the slices for what the host may map in it.
 */
static void
boot_slices(struct ptp *pt)
{
	struct ptp *page;
	uint32_t i, pa;

	for (i = 0; i < PV_NSLICE; i++) {
		if (pt->pt_va + (i + 1) * PV_NLINK * PMB_PAGE - 1 <
		    pmap_kva_start)
			continue;
		if (pv_nfree == 0) {
			pa = ph_boot_page();
			page = ptp_arena_map(pa, PTS_SLICES);
			frame_set(pa, FR_SLICES, page);
			ph_zero_page(page->pt_pte);
			pv_page_add((vm_offset_t)page->pt_pte);
		}
		pt->pt_slice[i] = pv_slice_alloc(&pt->pt_pte[i * PV_NLINK]);
	}
}

/*
 * Take over the kernel's page tables and directory: map them as the first
 * pages of the arena, and describe them.
 */
static void
boot_adopt(vm_offset_t arena)
{
	uint32_t *dir = ph_boot_kva(ph_cr3() & PMB_FRAME);
	uint32_t base = va_slot(PH_KERNBASE), pa, i;
	uint32_t n = va_slot(pmap_kva_last) - base + 1;
	struct ptp *pt;

	for (i = 0; i < n; i++)
		(void)pte_swap(boot_pte(arena + i * PMB_PAGE),
		    (dir[base + i] & PMB_FRAME) | PMB_VALID | PMB_WRITE);
	for (i = 0; i < n; i++) {
		pa = dir[base + i] & PMB_FRAME;
		pt = ptp_arena_map(pa, PTS_KERNEL);
		frame_set(pa, FR_PTP, pt);
		ptp_kernel_init(pt, (base + i) << PMB_SLOTSHIFT);
	}
	pt = ptp_arena_map(ph_cr3() & PMB_FRAME, PTS_DIRREADY);
	frame_set(pt->pt_pa, FR_DIR, pt);
	ptp_dir_attach(pt, kernel_pmap);
	for (i = 0; i < n; i++)
		boot_slices(&ptp_table[i]);
}

/*
 * Take the boot's own view of page tables, directory and slices away: the
 * identity map, and what its image holds of them (PT4); and the user right,
 * which a boot may have given to its image and devices (PT9).
 * => the slot that the host keeps below the kernel stays as it is
 */
static void
boot_seal(vm_offset_t first)
{
	uint32_t slot;
	vm_offset_t va;

	for (slot = 0; slot < va_slot(PH_KERNBASE); slot++)
		if (slot == 0 ||
		    (slot != PH_RECURSIVE && slot != PH_BOOT_SLOT))
			(void)pte_swap(&kernel_pmap->pm_pdir[slot], 0);
		else
			pte_clear(&kernel_pmap->pm_pdir[slot], PMB_USER);
	for (va = PH_KERNBASE; va < first; va += PMB_PAGE) {
		pte_clear(kernel_pte(va), PMB_USER);
		if (frame_tag(frame_lookup(*kernel_pte(va))) > FR_MANAGED)
			(void)pte_swap(kernel_pte(va), 0);
	}
	ph_flush_global();
}

/*
 * Bytes of a boot table, in whole pages.
 */
static uint32_t
table_bytes(uint32_t n, uint32_t size)
{
	return ((n * size + PMB_PAGE - 1) & PMB_FRAME);
}

/*
 * Decide what the kernel may map: all that the host wants after the arena,
 * rounded up to whole page tables, as far as the space goes.
 */
static void
boot_layout(vm_offset_t va, uint32_t nframes, uint32_t npages)
{
	uint32_t want = ph_kva_bytes() - 1, limit = PH_KERNEND - 1;

	pmap_kva_start = va + table_bytes(nframes, sizeof(struct frame)) +
	    table_bytes(npages, sizeof(struct ptp)) +
	    table_bytes(npages, PV_PERPAGE * sizeof(uintptr_t)) +
	    (2 + npages) * PMB_PAGE;
	PMAP_ASSERT(pmap_kva_start > va && pmap_kva_start < limit,
	    "PM2 no room for an arena of %u pages", npages);
	pmap_kva_last = want > limit - pmap_kva_start ? limit :
	    (pmap_kva_start + want) | (PMB_SLOT - 1);
}

/*
 * Build the kernel's address space above its image.
 * => first_va: the first address after the kernel image
 * => paging is on with the kernel at PH_KERNBASE; CR3 holds the directory that
 *    is to be the kernel's; interrupts are off; once
 * => the user half of that directory is empty on return, but for PH_BOOT_SLOT
 */
void
pmap_bootstrap(vm_offset_t first_va)
{
	uint32_t npages = ph_arena_pages(), nframes = ph_frames();
	vm_offset_t va = (first_va + PMB_PAGE - 1) & PMB_FRAME, first = va;
	vm_offset_t frames, table, owner;

	PMAP_ASSERT(first_va >= PH_KERNBASE && kernel_pmap->pm_count == 0,
	    "PM2 bootstrap at 0x%x, %d before", first_va,
	    kernel_pmap->pm_count);
	boot_check_tables();
	boot_layout(va, nframes, npages);
	boot_page_tables(va);
	frames = boot_table(&va, table_bytes(nframes, sizeof(struct frame)));
	table = boot_table(&va, table_bytes(npages, sizeof(struct ptp)));
	owner = boot_table(&va,
	    table_bytes(npages, PV_PERPAGE * sizeof(uintptr_t)));
	pmap_window[0] = va;
	pmap_window[1] = va + PMB_PAGE;
	va += 2 * PMB_PAGE;
	pv_bootstrap((struct frame *)frames, nframes, owner, va, npages);
	ptp_bootstrap(va, npages, (struct ptp *)table, (uint32_t *)va);
	kernel_pmap->pm_count = 1;
	boot_adopt(va);
	boot_seal(first);
	pmap_pool = ptp_free.pl_count;
	PMAP_ASSERT(pmap_pool >= ARENA_LEAST,
	    "RS2 arena of %u pages has only %u free", npages, pmap_pool);
}

/*
 * What the kernel may map, after pmap_bootstrap.
 */
void
pmap_virtual_space(vm_offset_t *startp, vm_offset_t *endp)
{
	if (startp != NULL)
		*startp = pmap_kva_start;
	if (endp != NULL)
		*endp = pmap_kva_last + 1;
}

/*
 * May the host map all of [va, va + size) in the kernel?  A size of 0 is 4 GB.
 */
bool
pmap_kva_ok(vm_offset_t va, vm_size_t size)
{
	return (va >= pmap_kva_start && va <= pmap_kva_last &&
	    size - 1 <= pmap_kva_last - va);
}
