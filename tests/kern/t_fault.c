/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_fault.c: the waits of vm_fault end for a process that has been killed.
 *
 * It may be the one whose memory the others wait for.  Each test makes one
 * thing that a fault needs scarce, with SIGKILL pending.  A callout makes it
 * plenty again, so that a fault that waits all the same ends too.
 */
#include "kt.h"

#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#define PATIENCE	(2 * hz)

static vm_page_t busy;
static u_int reserved;		/* cnt.v_free_reserved, when it is raised */

/* A page of zeros at KT_VA. */
static void
memory_make(void)
{
	vm_offset_t va = KT_VA;

	if (vm_allocate(&curproc->p_vmspace->vm_map, &va, PAGE_SIZE, FALSE) !=
	    KERN_SUCCESS)
		panic("t_fault: no memory for a test");
}

static void
memory_drop(void)
{
	(void)vm_deallocate(&curproc->p_vmspace->vm_map, KT_VA, PAGE_SIZE);
}

static int
fault(void)
{
	return (vm_fault(&curproc->p_vmspace->vm_map, KT_VA, VM_PROT_WRITE,
	    FALSE));
}

static void
let_go(void *arg)
{
	(void)arg;
	if (reserved != 0)
		cnt.v_free_reserved = reserved;
	if (busy != NULL)
		vm_page_wakeup(busy);
	reserved = 0;
	busy = NULL;
}

/* What a fault at KT_VA gives a process that has been killed. */
static int
fault_killed(void)
{
	int rv;

	timeout(let_go, NULL, PATIENCE);
	curproc->p_siglist |= sigmask(SIGKILL);
	rv = fault();
	curproc->p_siglist &= ~sigmask(SIGKILL);
	untimeout(let_go, NULL);
	let_go(NULL);
	return (rv);
}

static void
fault_waits_for_no_memory(void)
{
	int rv;

	memory_make();
	reserved = cnt.v_free_reserved;
	cnt.v_free_reserved = cnt.v_page_count;
	rv = fault_killed();
	memory_drop();
	KT_IS(rv, KERN_RESOURCE_SHORTAGE);
}

static void
fault_waits_for_no_busy_page(void)
{
	int rv;

	memory_make();
	rv = fault();
	if (rv == KERN_SUCCESS) {
		busy = PHYS_TO_VM_PAGE(pmap_extract(
		    &curproc->p_vmspace->vm_pmap, KT_VA));
		busy->flags |= PG_BUSY;
		rv = fault_killed();
	}
	memory_drop();
	KT_IS(rv, KERN_RESOURCE_SHORTAGE);
}

/* All pages that the pmap could have.  => a chain of them */
static vm_offset_t
pages_take(void)
{
	vm_offset_t first = 0, pa;

	while (vm_page_alloc_wired(&pa)) {
		kt_poke(pa, first);
		first = pa;
	}
	return (first);
}

static void
pages_give_back(vm_offset_t pa)
{
	vm_offset_t next;

	for (; pa != 0; pa = next) {
		next = kt_peek(pa);
		vm_page_free_wired(pa);
	}
}

/* Pin page tables until the module has none left, and gets none. */
static bool
tables_take(vm_offset_t pa)
{
	pmap_t pm = kt_pmap();
	vm_offset_t va = KT_VA;
	bool made = true;

	curproc->p_siglist |= sigmask(SIGKILL);
	for (; made && va < VM_MAXUSER_ADDRESS - KT_SLOT; va += KT_SLOT) {
		pmap_enter(pm, va, pa, KT_RW, TRUE);
		made = pmap_lookup(pm, va, NULL);
	}
	curproc->p_siglist &= ~sigmask(SIGKILL);
	return (!made);
}

/* The page is there, but there is no page table to be had. */
static void
fault_waits_for_no_page_table(void)
{
	vm_offset_t pa = kt_page(), pages;
	bool dry;
	int rv;

	memory_make();
	rv = fault();
	pmap_remove(&curproc->p_vmspace->vm_pmap, KT_VA, KT_VA + PAGE_SIZE);
	pages = pages_take();
	dry = tables_take(pa);
	if (rv == KERN_SUCCESS && dry)
		rv = fault_killed();
	pages_give_back(pages);
	memory_drop();
	KT_CHECK(dry, "there are always page tables");
	KT_IS(rv, KERN_RESOURCE_SHORTAGE);
}

const struct kt_test kt_fault[] = {
	{ "fault__killed_waits_for_no_memory", fault_waits_for_no_memory },
	{ "fault__killed_waits_for_no_busy_page",
	    fault_waits_for_no_busy_page },
	{ "fault__killed_waits_for_no_page_table",
	    fault_waits_for_no_page_table },
	{ NULL, NULL }
};
