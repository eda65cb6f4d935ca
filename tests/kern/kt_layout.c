/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kt_layout.c: the kernel's address space as this boot made it, for the
 * table of doc/decisions.md.
 */
#include "kt.h"

#include <machine/cpu.h>
#include "pmap_private.h"

extern char __text_end[], __kernel_end[];

static void
row(const char *name, vm_offset_t base, vm_offset_t next)
{
	printf("layout: %-20s 0x%x .. 0x%x  %u KB\n", name, base, next,
	    (next - base) / 1024);
}

/*
 * test=layout
 */
int
kt_layout(void)
{
	vm_offset_t start, stop, table = (vm_offset_t)frame_table;
	vm_offset_t ptps = (vm_offset_t)ptp_table;
	vm_offset_t arena_end = ptp_arena + ptp_npages * NBPG;
	unsigned int limit;

	pmap_virtual_space(&start, &stop);
	printf("layout: %u KB of RAM, %u frames, arena of %u pages\n",
	    physmem * (NBPG / 1024), frame_count, ptp_npages);
	row("kernel text", KERNTEXT, (vm_offset_t)__text_end);
	row("kernel image", KERNTEXT, (vm_offset_t)__kernel_end);
	row("frame_table", table, table + frame_count * 8);
	row("ptp_table", ptps, ptps + ptp_npages * 96);
	row("arena", ptp_arena, arena_end);
	row("virtual space", start, stop);
	(void)pmap_pinned(&limit);
	printf("layout: %u pages of the arena may be pinned\n", limit);
	return (0);
}
