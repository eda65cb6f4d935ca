/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_glue.c: what pmap_host.h promises to the module and is not inline.
 *
 * Knows the VM's calls for single pages; the module knows none of them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <vm/vm.h>
#include "machdep.h"
#include "pmap_host.h"

uint32_t cpu_pte_global;

#define ARENA_MIN	256
#define ARENA_MAX	16384
#define KVA_MIN		(12u * 1024 * 1024)
#define KVA_MAX		(180u * 1024 * 1024)
#define LINEAR_END	0x400000u	/* what the boot page table maps */

/*
 * => frames up to the end of RAM, holes included
 */
uint32_t
ph_frames(void)
{
	return (physmem_end() >> PGSHIFT);
}

/*
 * => a quarter of the frames, within bounds
 */
uint32_t
ph_arena_pages(void)
{
	uint32_t n = ph_frames() / 4;

	return (n < ARENA_MIN ? ARENA_MIN : n > ARENA_MAX ? ARENA_MAX : n);
}

/*
 * => as much as there is RAM, within bounds
 */
uint32_t
ph_kva_bytes(void)
{
	uint32_t n = physmem_end();

	return (n < KVA_MIN ? KVA_MIN : n > KVA_MAX ? KVA_MAX : n);
}

/*
 * A page for ever.  => the lowest first, above the image
 */
uint32_t
ph_boot_page(void)
{
	return (physmem_boot_page());
}

/*
 * => where pa can be addressed until pmap_bootstrap returns: see locore.S
 */
void *
ph_boot_kva(uint32_t pa)
{
	if (pa >= LINEAR_END)
		panic("ph_boot_kva: 0x%x is above 4 MB", pa);
	return ((void *)pa);
}

/*
 * => does the VM have a struct vm_page for it?
 */
bool
ph_frame_managed(uint32_t pfn)
{
	return (IS_VM_PHYSADDR(pfn << PGSHIFT));
}

/*
 * => does it lie on the free queue?
 */
bool
ph_frame_free(uint32_t pfn)
{
	return (ph_frame_managed(pfn) && vm_page_is_free(pfn));
}

/*
 * => RAM that boot took: the image, the module's tables, stolen pages
 */
bool
ph_frame_kernel(uint32_t pfn)
{
	return (physmem_is_ram(pfn << PGSHIFT) && !ph_frame_managed(pfn));
}

/*
 * => RAM, whoever's: not a hole, not a device
 */
bool
ph_frame_ram(uint32_t pfn)
{
	return (physmem_is_ram(pfn << PGSHIFT));
}

/*
 * => PCD for what is not RAM: registers of devices must not be cached
 */
uint32_t
ph_cache_bits(uint32_t pa)
{
	return (physmem_is_ram(pa & ~PGOFSET) ? 0 : PMAP_NOCACHE);
}

/*
 * A page for a page table or for links.  => never sleeps; not zeroed
 */
bool
ph_page_alloc(uint32_t *pa)
{
	vm_offset_t page;

	if (!vm_page_alloc_wired(&page))
		return (false);
	*pa = page;
	return (true);
}

/*
 * Give it back.
 */
void
ph_page_free(uint32_t pa)
{
	vm_page_free_wired(pa);
}

/*
 * => a process runs, no interrupt handler, and it is not the pagedaemon
 */
bool
ph_may_wait(void)
{
	return (curproc != NULL && intr_depth == 0 && curproc != pageproc);
}

/*
 * Sleep until memory may have become free.
 */
void
ph_wait(void)
{
	VM_WAIT;
}

/*
 * Tell the pagedaemon that memory is short.
 */
void
ph_wakeup_pager(void)
{
	wakeup(&vm_pages_needed);
}

/*
 * => has the process been killed, which only needs to get out of the kernel?
 */
bool
ph_killed(void)
{
	return (curproc != NULL &&
	    (curproc->p_siglist & sigmask(SIGKILL)) != 0);
}

/*
 * Policy isolate: the page is never used again, who had it mapped dies.
 *
 * => splvm; does not sleep
 */
void
ph_isolate(struct pmap *pmap, uint32_t va, uint32_t pa)
{
	struct proc *p;

	printf("isolate: va 0x%x of pmap %p\n", va, (void *)pmap);
	if (ph_frame_managed(pa >> PGSHIFT)) {
		printf("isolate: page 0x%x is retired\n", pa);
		vm_page_retire(pa);
	}
	if (pmap == NULL || pmap == kernel_pmap)
		return;
	LIST_FOREACH(p, &allproc, p_list) {
		if (p->p_vmspace == NULL || &p->p_vmspace->vm_pmap != pmap ||
		    (p->p_flag & P_SYSTEM) != 0)
			continue;
		printf("isolate: pid %d (%s) is killed\n", p->p_pid,
		    p->p_comm);
		psignal(p, SIGKILL);
	}
}

/*
 * Messages of the module.
 */
void
ph_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/*
 * The module cannot go on.
 */
void
ph_panic(const char *fmt, ...)
{
	char msg[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	panic("%s", msg);
}
