/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_world.c: boot of a small world.
 *
 * The machine is as small as the module lets it be; after the boot the free
 * list of the arena is cut to what the world says, as if the arena had been
 * that small from the start (pmap_bootstrap refuses one, see ARENA_LEAST).
 * The floor is that of a machine on which only the newest page table, or two,
 * are no victims, so that it fits.
 * Each arena page has a frame of its own for ever: the host is asked for a
 * frame just before the module maps it at the first free page of the arena.
 * So the process's view of kernel memory never changes while states are
 * loaded, and which frame is used is a function of which page is.
 */
#include <stdio.h>
#include <stdlib.h>

#include "closure.h"

#define PAGE		4096u
#define ARENA_MAX	64u		/* pages of a world's arena */
#define IMAGE_STEP	64u		/* pages behind a slice */

const struct cl_world *cl_world;
struct pmap cl_pmap[CL_PMAPS];
struct model cl_model;
uint32_t cl_va[CL_VAS];
uint32_t cl_pa[CL_PAGES];

static uint32_t frame_of[ARENA_MAX];	/* of each arena page, 0: none */

/*
 * May the pages of a world be exchanged?  All that happens to one happens to
 * the other.
 */
bool
cl_world_alike(const struct cl_world *w)
{
	return (w->cw_pages == 2 && (w->cw_read == 0 || w->cw_read == 3) &&
	    (w->cw_write == 0 || w->cw_write == 3));
}

/* The directory slot of an address. */
uint32_t
cl_slot(uint32_t va)
{
	return (va >> 22);
}

/*
 * The pmap whose directory is loaded, CL_KERNEL if neither is.
 */
uint32_t
cl_loaded(void)
{
	uint32_t p;

	for (p = 0; p < CL_PMAPS; p++)
		if (cl_pmap[p].pm_count > 0 &&
		    cl_pmap[p].pm_pdirpa == mmu_cpu.mc_cr3)
			return (p);
	return (CL_KERNEL);
}

/*
 * The frame of the arena page that the module maps next.
 * => what the last owner left in it looks like valid entries, where it would
 *    matter
 */
static uint32_t
next_frame(void)
{
	uint32_t n = (uint32_t)(ptp_free.pl_first - ptp_table);
	uint32_t *word, v;

	if (ptp_free.pl_first == NULL || n >= ARENA_MAX || frame_of[n] == 0)
		ph_panic("closure: a page for arena page %u", n);
	word = host_phys(frame_of[n]);
	for (v = 0; v < CL_VAS; v++)
		word[cl_va[v] >> 12 & 1023] = 0x67;
	return (frame_of[n]);
}

/*
 * A small machine that leaves so many slices free after its boot: where
 * kernel_map begins decides how many the kernel's tables need.
 */
static void
boot_machine(const struct cl_world *w)
{
	struct host_config c = host_config_default();
	uint32_t i;

	c.hc_arena = 80;
	c.hc_kva = 16 * PAGE;
	c.hc_pager = c.hc_edits = 1;
	c.hc_hole[0] = c.hc_hole[1] = 0;
	c.hc_image[0] = 8;
	for (i = 0; i < PV_PERPAGE; i++) {
		c.hc_image[1] = 16 + i * IMAGE_STEP;
		c.hc_frames = c.hc_image[1] + 80;
		host_boot(&c);
		host_knobs.hk_fill = HOST_FILL_NONE;
		if (pv_nfree == w->cw_slices)
			return;
	}
	fprintf(stderr, "closure: no boot leaves %u slices\n", w->cw_slices);
	exit(2);
}

/*
 * Cut the arena's free list down, and give each page on it a frame.
 */
static void
boot_arena(const struct cl_world *w)
{
	struct ptp *pt = ptp_free.pl_first;
	uint32_t i, pa, first = (uint32_t)(pt - ptp_table);

	if (first + w->cw_arena > ARENA_MAX ||
	    ptp_free.pl_count < w->cw_arena)
		ph_panic("closure: an arena of %u pages", w->cw_arena);
	ptp_npages = first + w->cw_arena;
	for (i = 0; i < ARENA_MAX; i++)
		frame_of[i] = i < first ? ptp_table[i].pt_pa :
		    i < ptp_npages ? host_page() : 0;
	pt = &ptp_table[ptp_npages - 1];
	pt->pt_next = NULL;
	ptp_free.pl_last = &pt->pt_next;
	ptp_free.pl_count = w->cw_arena;
	pmap_pool = w->cw_pool != 0 ? w->cw_pool : CL_FLOOR + CL_PINS;
	for (i = 0; i < CL_PAGES; i++)
		cl_pa[i] = host_page();
	while (host_page_try(&pa))
		continue;
	for (i = first; i < ptp_npages; i++)
		host_page_put(frame_of[i]);
	host_knobs.hk_frame = next_frame;
	host_knobs.hk_pinned = cl_told;
}

/*
 * Make all of the kernel's memory real, and the free arena pages too.
 */
static void
boot_pin(void)
{
	uint32_t pte;
	vm_offset_t va;

	for (va = PH_KERNBASE; va < ptp_arena; va += PAGE) {
		pte = *kernel_pte(va);
		if ((pte & MMU_P) != 0)
			kva_pin(va >> 12, pte >> 12);
	}
	for (; va < ptp_arena + ptp_npages * PAGE; va += PAGE)
		kva_pin(va >> 12, frame_of[(va - ptp_arena) / PAGE] >> 12);
	mmu_tlb_clear();
}

/*
 * The processor may hold every arena page that is mapped; those that come
 * later are cached when they are zeroed.
 */
static void
boot_tlb(void)
{
	uint32_t i;

	for (i = 0; i < ptp_npages; i++)
		if (ptp_table[i].pt_state == PTS_READY)
			mmu_tlb_insert((uint32_t)ptp_table[i].pt_pte >> 12,
			    ptp_table[i].pt_pa >> 12, ME_W | ME_D | ME_G);
}

/*
 * For a search that wants to know which words may change: cache everything
 * that can be cached at the same time, and name the pages of the arena.
 */
void
cl_touch(void)
{
	uint32_t i;

	for (i = 0; i < CL_VAS; i++)
		mmu_tlb_insert(cl_va[i] >> 12, cl_pa[0] >> 12, ME_U);
	for (i = 0; i < ptp_npages; i++) {
		if (ptp_table[i].pt_pmap == kernel_pmap ||
		    ptp_table[i].pt_state == PTS_SLICES)
			continue;
		mmu_tlb_insert((uint32_t)ptp_table[i].pt_pte >> 12,
		    frame_of[i] >> 12, ME_D | ME_G);
		cl_mem_watch(frame_of[i]);
	}
}

static void
boot_model(const struct cl_world *w)
{
	uint32_t v, page;

	cl_va[0] = 0x400000;
	cl_va[1] = w->cw_apart ? 0x7ff000 : 0x401000;
	cl_va[2] = PH_USER_MAX - PAGE;
	model_nuser = CL_VAS;
	model_npages = CL_PAGES;
	for (v = 0; v < CL_VAS; v++)
		model_user[v] = (struct model_place){ .mp_va = cl_va[v],
		    .mp_slot = v == 2, .mp_kind = MODEL_USER };
	model_init(&cl_model);
	for (page = 0; page < CL_PAGES; page++)
		cl_model.md_page[page].mg_managed = true;
}

/*
 * Boot a world: both pmaps live and are empty, the kernel's is loaded.
 */
void
cl_boot(const struct cl_world *w)
{
	uint32_t p;

	cl_world = w;
	ph_newest = w->cw_two_new ? 2 : 1;
	boot_machine(w);
	boot_model(w);
	boot_arena(w);
	boot_pin();
	boot_tlb();
	for (p = 0; p < CL_PMAPS; p++)
		if (!pmap_pinit(&cl_pmap[p]))
			ph_panic("closure: no pmap %u at the start", p);
	host_check("boot");
}
