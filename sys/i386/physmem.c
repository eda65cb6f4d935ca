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
 * Segments are sorted and do not touch.
 *
 * The loader's entries may overlap, in any order: RAM is what any of them
 * calls RAM, but for what another one reserves.  While they are read segments
 * are counted in bytes; then each is cut to whole pages.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include "machdep.h"

#define MAXSEGS		64
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

static void
ram_delete(int i)
{
	for (nram--; i < nram; i++)
		ram[i] = ram[i + 1];
}

static void
ram_dropped(uint32_t start, uint32_t end, const char *why)
{
	printf("memory map: 0x%x to 0x%x is not used: %s\n", start, end, why);
}

static int
ram_smallest(void)
{
	int i, least = 0;

	for (i = 1; i < nram; i++)
		if (ram[i].seg_end - ram[i].seg_start <
		    ram[least].seg_end - ram[least].seg_start)
			least = i;
	return (least);
}

/*
 * A segment that touches no other.  => of too many the smallest goes
 */
static void
ram_insert(uint32_t start, uint32_t end)
{
	int i;

	if (nram == MAXSEGS) {
		i = ram_smallest();
		if (end - start <= ram[i].seg_end - ram[i].seg_start) {
			ram_dropped(start, end, "too many pieces");
			return;
		}
		ram_dropped(ram[i].seg_start, ram[i].seg_end,
		    "too many pieces");
		ram_delete(i);
	}
	for (i = nram++; i > 0 && ram[i - 1].seg_start > start; i--)
		ram[i] = ram[i - 1];
	ram[i].seg_start = start;
	ram[i].seg_end = end;
}

/*
 * Note [start, end) as RAM, joined to what it touches.
 */
static void
ram_add(uint32_t start, uint32_t end)
{
	int i = 0;

	while (i < nram) {
		if (start > ram[i].seg_end || end < ram[i].seg_start) {
			i++;
			continue;
		}
		start = MIN(start, ram[i].seg_start);
		end = MAX(end, ram[i].seg_end);
		ram_delete(i);
	}
	if (start < end)
		ram_insert(start, end);
}

/*
 * [start, end) is none, whoever said that it is.
 *
 * => why: a message where somebody did; NULL for none
 */
static void
ram_remove(uint32_t start, uint32_t end, const char *why)
{
	struct memseg seg;
	int i = 0;

	while (i < nram) {
		seg = ram[i];
		if (start >= seg.seg_end || end <= seg.seg_start ||
		    start >= end) {
			i++;
			continue;
		}
		if (why != NULL)
			ram_dropped(MAX(start, seg.seg_start),
			    MIN(end, seg.seg_end), why);
		ram_delete(i);
		if (seg.seg_start < start)
			ram_insert(seg.seg_start, start);
		if (end < seg.seg_end)
			ram_insert(end, seg.seg_end);
		i = 0;
	}
}

/*
 * One entry of the loader's, of any size.  => what lies above 1 GB is no use
 */
static void
ram_entry(uint64_t start, uint64_t len, bool usable)
{
	uint64_t end = len > UINT64_MAX - start ? UINT64_MAX : start + len;

	if (usable && len > 0 && end > RAM_MAX)
		printf("RAM above 1 GB is not used\n");
	start = MIN(start, RAM_MAX);
	end = MIN(end, RAM_MAX);
	if (usable)
		ram_add((uint32_t)start, (uint32_t)end);
	else
		ram_remove((uint32_t)start, (uint32_t)end, "reserved");
}

/*
 * Go through the loader's map: its RAM, or what it reserves.
 */
static void
ram_read(const struct mb_info *mi, bool usable)
{
	const struct mb_mmap *mm;
	uint32_t at = 0;

	while (at < mi->mi_mmap_length) {
		mm = (const struct mb_mmap *)(KERNBASE + mi->mi_mmap_addr + at);
		if (mm->mm_size < sizeof(*mm) - sizeof(mm->mm_size)) {
			printf("memory map: an entry of %u bytes, the rest is "
			    "not read\n", mm->mm_size);
			return;
		}
		if ((mm->mm_type == MB_MMAP_RAM) == usable)
			ram_entry(mm->mm_addr, mm->mm_len, usable);
		at += mm->mm_size + sizeof(mm->mm_size);
	}
}

/*
 * Cut the segments to whole pages, and number these.  => their number
 */
static uint32_t
ram_number(void)
{
	uint32_t index = 0;
	struct memseg *seg;
	int i = 0;

	while (i < nram) {
		seg = &ram[i];
		seg->seg_start = (seg->seg_start + PGOFSET) & ~PGOFSET;
		seg->seg_end &= ~PGOFSET;
		if (seg->seg_start >= seg->seg_end) {
			ram_delete(i);
			continue;
		}
		seg->seg_next = seg->seg_start;
		seg->seg_index = index;
		index += (seg->seg_end - seg->seg_start) >> PGSHIFT;
		i++;
	}
	return (index);
}

/*
 * => the information is addressable below 4 MB at KERNBASE
 * => too little memory: says so and stops
 */
void
physmem_init(const struct mb_info *mi)
{
	if (mi->mi_flags & MBI_MMAP) {
		ram_read(mi, true);
		ram_read(mi, false);
	} else if (mi->mi_flags & MBI_MEMORY) {
		ram_entry(0, (uint64_t)mi->mi_mem_lower << 10, true);
		ram_entry(0x100000, (uint64_t)mi->mi_mem_upper << 10, true);
	}
	ram_remove(0, NBPG, NULL);
	ram_remove(KERNTEXT - KERNBASE, (uint32_t)__kernel_end - KERNBASE,
	    NULL);
	physmem = ram_number() +
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
