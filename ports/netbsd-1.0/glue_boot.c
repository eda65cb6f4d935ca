/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * glue_boot.c: boot, and what the other files of NetBSD 1.0 want of a pmap.
 *
 * Role: stands where that kernel expects its own pmap.  It calls the module's
 * pmap_bootstrap with the memory that machdep.c found, owns the globals and
 * windows that are the pmap's there, and gives three calls the form that they
 * have there: see machine_pmap.h.
 *
 * Memory at boot: pmap_next_page gives the lowest page first.  locore has all
 * memory up to the end of its tables mapped at KERNBASE, so what is taken
 * first can be addressed there.  That view of the free pages is taken away
 * before the VM begins, or a page that later becomes a page table would be
 * writable at a second address (PT4).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/user.h>
#include <sys/msgbuf.h>

#include <vm/vm.h>
#include <vm/vm_kern.h>
#include <vm/vm_page.h>

#include <machine/cpu.h>

#include <i386/isa/isareg.h>

#include "pmap_host.h"

#undef pmap_bootstrap
#undef pmap_virtual_space
#undef pmap_activate

/* The physical memory; machdep.c sets both before it calls us. */
vm_offset_t avail_start;
vm_offset_t avail_end;

/* The windows of /dev/mem and of a dump. */
caddr_t vmmap;
caddr_t CADDR1;
pt_entry_t *CMAP1;

bool ph_invlpg_works;
struct ph_range ph_edits[PH_NEDITS];

#define ARENA_MIN	512
#define ARENA_MAX	2048
#define KVA_MIN		(20u * 1024 * 1024)

static uint32_t ram_end;		/* of RAM */
static uint32_t linear_end;	/* of what locore mapped, physical */
static uint32_t low_end, high_end;	/* of boot pages below, above that */
static vm_offset_t kva_next;		/* first address for the VM */

/* ----- what the module asks at boot ----- */

/*
 * => frames up to the end of RAM, the hole and the message buffer included
 */
uint32_t
ph_frames(void)
{
	return (ram_end >> PGSHIFT);
}

/*
 * => half of the frames, within bounds: each process pins a directory and, by
 *    the kernel stack in the user's last slot, a page table, which the floor
 *    counts as four pages.  So memory ends before the arena does
 */
uint32_t
ph_arena_pages(void)
{
	uint32_t n = ph_frames() / 2;

	return (n < ARENA_MIN ? ARENA_MIN : n > ARENA_MAX ? ARENA_MAX : n);
}

/*
 * => for malloc, the pagers, u-areas and the like, and for buffers, which
 *    are a fifth of the memory
 */
uint32_t
ph_kva_bytes(void)
{
	return (KVA_MIN + ram_end / 4);
}

uint32_t
ph_boot_page(void)
{
	vm_offset_t pa;

	if (!pmap_next_page(&pa))
		panic("ph_boot_page: no memory to boot with");
	if (pa < IOM_BEGIN)
		low_end = (uint32_t)pa + NBPG;
	else
		high_end = (uint32_t)pa + NBPG;
	return ((uint32_t)pa);
}

/*
 * => where locore mapped it: all memory from 0 to the end of its tables
 */
void *
ph_boot_kva(uint32_t pa)
{
	if (pa >= linear_end)
		panic("ph_boot_kva: 0x%x is not mapped", pa);
	return ((void *)(KERNBASE + pa));
}

bool
ph_frame_ram(uint32_t pfn)
{
	return (pfn < ph_frames() &&
	    (pfn < IOM_BEGIN >> PGSHIFT || pfn >= IOM_END >> PGSHIFT));
}

/* ----- boot ----- */

/*
 * The pages of the ISA bounce buffers: contiguous, so they are taken first.
 * => returns the address of the first
 */
static vm_offset_t
boot_bounce(void)
{
	vm_offset_t pa, first = 0;
	u_int i;

	for (i = 0; i < DMA_BOUNCE; i++) {
		pa = ph_boot_page();
		if (i == 0)
			first = pa;
		if (pa != first + i * NBPG)
			panic("pmap_bootstrap: bounce pages are not in a row");
	}
	return (first);
}

/*
 * Take n pages of addresses from the start of the VM's.
 */
static vm_offset_t
boot_kva(u_int n)
{
	vm_offset_t va = kva_next;

	kva_next += n * NBPG;
	return (va);
}

/*
 * The addresses that other files find in globals.
 */
static void
boot_windows(vm_offset_t bounce)
{
	vm_offset_t end;
	u_int i;

	pmap_virtual_space(&kva_next, &end);
	CADDR1 = (caddr_t)boot_kva(1);
	CMAP1 = kvtopte(CADDR1);
	vmmap = (caddr_t)boot_kva(1);
	ph_edits[PH_WINDOWS].pr_sva = (uint32_t)CADDR1;
	ph_edits[PH_WINDOWS].pr_size = 2 * NBPG;
	msgbufp = (struct msgbuf *)
	    boot_kva(i386_round_page(sizeof(struct msgbuf)) / NBPG);
	isaphysmem = boot_kva(DMA_BOUNCE);
	for (i = 0; i < DMA_BOUNCE; i++)
		pmap_kenter(isaphysmem + i * NBPG, bounce + i * NBPG,
		    VM_PROT_READ | VM_PROT_WRITE);
}

/*
 * Called by init386, with paging on and interrupts off.
 * => first_va: the end of the hole as locore mapped it, behind the image
 */
void
pmap_bootstrap_host(vm_offset_t first_va)
{
	vm_offset_t bounce, pa;

	ram_end = (uint32_t)avail_end;
	avail_end -= i386_round_page(sizeof(struct msgbuf));
	linear_end = high_end = (uint32_t)(first_va - IOM_SIZE - KERNBASE);
	ph_invlpg_works = i386_cpus[cpu].cpu_class != CPUCLASS_386;
	bounce = boot_bounce();
	pmap_bootstrap(first_va);
	for (pa = avail_start; pa < IOM_BEGIN; pa += NBPG)
		*kvtopte(KERNBASE + pa) = 0;
	ph_flush_global();
	boot_windows(bounce);
}

void
pmap_virtual_space_host(vm_offset_t *startp, vm_offset_t *endp)
{
	vm_offset_t start;

	pmap_virtual_space(&start, endp);
	*startp = kva_next;
}

/* ----- what other files call ----- */

/*
 * Give a process the directory that cpu_switch loads for it.
 */
void
pmap_activate_pcb(pmap_t pm, struct pcb *pcb)
{
	pcb->pcb_cr3 = (int)pm->pm_pdirpa;
	if (curproc != NULL && pm == &curproc->p_vmspace->vm_pmap)
		pmap_activate(pm);
	if (PMAP_PORT_AUDIT != 0)
		ph_audit_start(PMAP_PORT_AUDIT);
}

/*
 * The PTE of <pm, va>, for a caller that stores it: vmapbuf for raw I/O, the
 * debugger to write a text page.
 * => returns NULL if there is no page table, and for the address space of a
 *    process that does not run: its tables are in no row
 */
pt_entry_t *
pmap_pte(pmap_t pm, vm_offset_t va)
{
	if (pm == NULL || (pm == kernel_pmap ? va < KERNBASE :
	    pm->pm_pdirpa != (ph_cr3() & PG_FRAME)))
		return (NULL);
	if (phys_map != NULL && ph_edits[PH_PHYSIO].pr_size == 0) {
		ph_edits[PH_PHYSIO].pr_sva = (uint32_t)vm_map_min(phys_map);
		ph_edits[PH_PHYSIO].pr_size = (uint32_t)
		    (vm_map_max(phys_map) - vm_map_min(phys_map));
	}
	if ((PTD[pdei(va)] & PG_V) == 0)
		return (NULL);
	return (vtopte(va));
}

/*
 * Is this the module's own page?  What boot took, locore's tables, and pages
 * that are wired and in no object.
 */
static bool
mem_own(vm_offset_t pa)
{
	vm_page_t m;

	if ((pa >= avail_start && pa < low_end) ||
	    (pa >= (vm_offset_t)IdlePTD && pa < high_end))
		return (true);
	if (!ph_frame_managed((uint32_t)pa >> PGSHIFT))
		return (false);
	m = PHYS_TO_VM_PAGE(pa);
	return ((m->flags & PG_TABLED) == 0 && m->wire_count != 0);
}

/*
 * Map a page at vmmap for /dev/mem; the caller removes it.
 * => returns FALSE if it may not be written there
 * => a page of the module's own is shown, read only: ps walks page tables by
 *    their physical addresses.  pmap_enter would refuse it (PT4), so its PTE
 *    is stored here; the window is in a range that the host edits
 * => asked when the window is opened only, see change 9 of the README
 */
boolean_t
pmap_mem_map(vm_offset_t pa, boolean_t writing)
{
	vm_offset_t va = (vm_offset_t)vmmap;
	int s;

	if (!mem_own(pa)) {
		pmap_enter(kernel_pmap, va, pa,
		    writing ? VM_PROT_WRITE : VM_PROT_READ, TRUE);
		return (TRUE);
	}
	if (writing)
		return (FALSE);
	s = ph_splvm();
	pmap_remove(kernel_pmap, va, va + NBPG);
	*kvtopte(va) = (pt_entry_t)((pa & PG_FRAME) | PG_V);
	ph_splx(s);
	return (TRUE);
}

/*
 * May a process map this page of /dev/mem for good?  Devices only: RAM changes
 * its owner.
 */
boolean_t
pmap_mem_device(vm_offset_t pa)
{
	return (!ph_frame_ram((uint32_t)pa >> PGSHIFT));
}
