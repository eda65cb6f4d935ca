/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * physmem.c: which physical memory there is.
 *
 * Role: reads the boot loader's map, with its holes; hands pages to the
 * kernel's boot and then the rest to the VM, by the calls of NetBSD 1.0's
 * MACHINE_NONCONTIG: pmap_next_page, pmap_free_pages, pmap_page_index.
 *
 * Structures: ram[] is what there is, above page 0 and below 1 GB, without
 * the kernel's image; seg_next is how far of each segment has been taken.
 * Segments are sorted and do not overlap.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include "machdep.h"

#define MAXSEGS		16
#define RAM_MAX		0x40000000u	/* more is not used */
#define RAM_MIN_PAGES	880		/* of a 4 MB machine, with its holes */

struct memseg {
	uint32_t	seg_start;	/* first page, physical address */
	uint32_t	seg_end;	/* first one behind it */
	uint32_t	seg_next;	/* first one not taken yet */
	uint32_t	seg_index;	/* pmap_page_index of seg_start */
};

static struct memseg ram[MAXSEGS];
static int nram;

u_int physmem;

extern char __kernel_end[];

/*
 * Note [start, end) as RAM, in the order of addresses; what an earlier
 * segment has already is left out.
 */
static void
ram_add(uint64_t start, uint64_t end)
{
	struct memseg *seg;
	int i;

	if (end > RAM_MAX) {
		printf("RAM above 1 GB is not used\n");
		end = RAM_MAX;
	}
	start = MAX((start + PGOFSET) & ~(uint64_t)PGOFSET, NBPG);
	end &= ~(uint64_t)PGOFSET;
	for (i = 0; i < nram; i++) {
		seg = &ram[i];
		if (start >= seg->seg_start && start < seg->seg_end)
			start = seg->seg_end;
		if (start < seg->seg_start && end > seg->seg_start)
			end = seg->seg_start;
	}
	if (start >= end || nram == MAXSEGS)
		return;
	for (i = nram++; i > 0 && ram[i - 1].seg_start > start; i--)
		ram[i] = ram[i - 1];
	ram[i].seg_start = start;
	ram[i].seg_end = end;
}

/*
 * Add [start, end) without the kernel's image.
 */
static void
ram_add_around(uint64_t start, uint64_t end)
{
	uint64_t image = KERNTEXT - KERNBASE;
	uint64_t image_end = (uint32_t)__kernel_end - KERNBASE;

	if (end <= image || start >= image_end) {
		ram_add(start, end);
		return;
	}
	if (start < image)
		ram_add(start, image);
	if (end > image_end)
		ram_add(image_end, end);
}

/*
 * => the information is addressable below 4 MB at KERNBASE
 * => too little memory: says so and stops
 */
void
physmem_init(const struct mb_info *mi)
{
	const struct mb_mmap *mm;
	uint32_t pa, i, index = 0;

	if (mi->mi_flags & MBI_MMAP) {
		pa = mi->mi_mmap_addr;
		while (pa - mi->mi_mmap_addr < mi->mi_mmap_length) {
			mm = (const struct mb_mmap *)(KERNBASE + pa);
			if (mm->mm_type == MB_MMAP_RAM &&
			    mm->mm_addr < 1ULL << 32)
				ram_add_around(mm->mm_addr,
				    mm->mm_addr + mm->mm_len);
			pa += mm->mm_size + sizeof(mm->mm_size);
		}
	} else if (mi->mi_flags & MBI_MEMORY) {
		ram_add_around(0, (uint64_t)mi->mi_mem_lower << 10);
		ram_add_around(0x100000,
		    0x100000 + ((uint64_t)mi->mi_mem_upper << 10));
	}
	for (i = 0; i < (uint32_t)nram; i++) {
		ram[i].seg_next = ram[i].seg_start;
		ram[i].seg_index = index;
		index += (ram[i].seg_end - ram[i].seg_start) >> PGSHIFT;
	}
	physmem = index +
	    (((uint32_t)__kernel_end - KERNTEXT) >> PGSHIFT);
	if (physmem < RAM_MIN_PAGES) {
		printf("not enough memory: %u KB usable, 4 MB are needed\n",
		    physmem * (NBPG / 1024));
		cpu_panic();
	}
	printf("memory: %u KB usable in %d segments, end 0x%x\n",
	    physmem * (NBPG / 1024), nram, physmem_end());
}

/*
 * Take a page for ever: the lowest one above the image, for what lies below
 * is no longer mapped by boot.
 *
 * => before the VM counts pages
 */
uint32_t
physmem_boot_page(void)
{
	struct memseg *seg;

	for (seg = ram; seg < &ram[nram]; seg++) {
		if (seg->seg_start < KERNTEXT - KERNBASE ||
		    seg->seg_next == seg->seg_end)
			continue;
		seg->seg_next += NBPG;
		return (seg->seg_next - NBPG);
	}
	panic("physmem: no page left at boot");
}

/*
 * => the first address behind all RAM
 */
uint32_t
physmem_end(void)
{
	return (nram == 0 ? 0 : ram[nram - 1].seg_end);
}

/*
 * => is there RAM at pa, the kernel's image included?
 */
bool
physmem_is_ram(uint32_t pa)
{
	int i;

	if (pa >= KERNTEXT - KERNBASE &&
	    pa < (uint32_t)__kernel_end - KERNBASE)
		return (true);
	for (i = 0; i < nram; i++)
		if (pa >= ram[i].seg_start && pa < ram[i].seg_end)
			return (true);
	return (false);
}

/*
 * The next page that nobody has.  => FALSE at the end
 */
boolean_t
pmap_next_page(vm_offset_t *pa)
{
	int i;

	for (i = 0; i < nram; i++) {
		if (ram[i].seg_next == ram[i].seg_end)
			continue;
		*pa = ram[i].seg_next;
		ram[i].seg_next += NBPG;
		return (TRUE);
	}
	return (FALSE);
}

/*
 * => pages that pmap_next_page has still to give
 */
u_int
pmap_free_pages(void)
{
	u_int n = 0;
	int i;

	for (i = 0; i < nram; i++)
		n += (ram[i].seg_end - ram[i].seg_next) >> PGSHIFT;
	return (n);
}

/*
 * => the number of pa's page among all of RAM, holes left out; -1 outside
 */
int
pmap_page_index(vm_offset_t pa)
{
	int i;

	/* The last segment is the large one. */
	for (i = nram - 1; i >= 0; i--)
		if (pa >= ram[i].seg_start && pa < ram[i].seg_end)
			return (ram[i].seg_index +
			    ((pa - ram[i].seg_start) >> PGSHIFT));
	return (-1);
}
