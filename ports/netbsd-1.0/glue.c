/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * glue.c: what pmap_host.h promises to the module and is not inline.
 *
 * Knows the VM's calls for single pages; the module knows none of them.
 * What the rest of the kernel wants of a pmap, and boot, is in glue_boot.c.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>

#include <machine/stdarg.h>

#include "pmap_host.h"

#define MSG_MAX		200

extern struct proc *pageproc;

/* ----- frames ----- */

/*
 * => returns the VM's structure of a frame, or NULL
 * => pmap_page_index numbers all RAM that boot found; pages that were taken
 *    before the VM began come first and have no structure
 */
static vm_page_t
glue_page(uint32_t pfn)
{
	u_int i = pmap_page_index((vm_offset_t)pfn << PGSHIFT);

	if (i == (u_int)-1 || i < first_page ||
	    i - first_page >= (u_int)vm_page_count)
		return (NULL);
	return (&vm_page_array[i - first_page]);
}

bool
ph_frame_managed(uint32_t pfn)
{
	return (glue_page(pfn) != NULL);
}

/*
 * A page that is in no object and not wired is free: there is no flag that
 * says so.  One that moves from an object to another (vm_page_rename) looks
 * the same for an instant; the audit, should softclock run just then, would
 * report its mappings as PT4.
 */
bool
ph_frame_free(uint32_t pfn)
{
	vm_page_t m = glue_page(pfn);

	return (m != NULL && (m->flags & PG_TABLED) == 0 &&
	    m->wire_count == 0);
}

/*
 * => RAM that boot took: the image, stolen pages, the message buffer
 */
bool
ph_frame_kernel(uint32_t pfn)
{
	return (ph_frame_ram(pfn) && glue_page(pfn) == NULL);
}

/*
 * => PCD for what lies above RAM.  In the hole below 1 MB the chip set
 *    decides, as it did
 */
uint32_t
ph_cache_bits(uint32_t pa)
{
	return (pa >> PGSHIFT < ph_frames() ? 0 : PMAP_NOCACHE);
}

/* ----- pages for the module ----- */

/*
 * A page for a page table or for links.  => never sleeps; not zeroed
 * => in no object, and wired: no queue and no scan ever sees it
 */
bool
ph_page_alloc(uint32_t *pap)
{
	vm_page_t m = vm_page_alloc(NULL, 0);

	if (m == NULL)
		return (false);
	m->flags &= ~(PG_BUSY | PG_FAKE);
	m->wire_count = 1;
	cnt.v_wire_count++;
	*pap = (uint32_t)VM_PAGE_TO_PHYS(m);
	return (true);
}

/*
 * Give it back.  => any spl, also without a current process
 */
void
ph_page_free(uint32_t pa)
{
	vm_page_t m = glue_page(pa >> PGSHIFT);

	m->wire_count = 0;
	cnt.v_wire_count--;
	vm_page_free(m);
}

/* ----- waiting ----- */

/* The first process of an address space, or NULL. */
static struct proc *
glue_proc(const struct pmap *pm)
{
	struct proc *p;

	for (p = (struct proc *)allproc; p != NULL; p = p->p_next)
		if (p->p_vmspace != NULL && &p->p_vmspace->vm_pmap == pm)
			break;
	return (p);
}

/*
 * => a process runs, it is not the pagedaemon, and there is one to wait for
 * => true in an interrupt as well, where nobody asks: what may wait there, an
 *    enter into a user's pmap or a new one, no interrupt of this kernel makes
 */
bool
ph_may_wait(void)
{
	return (curproc != NULL && pageproc != NULL && curproc != pageproc);
}

void
ph_wait(void)
{
	VM_WAIT;
}

void
ph_wakeup_pager(void)
{
	thread_wakeup((int)&vm_pages_needed);
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
 * Nobody may pin a page table any more, and this kernel has no error for it:
 * who pins most is ended.  => splvm; does not sleep
 * => not twice, for it may be asked again before that one is gone; not init
 *    and not the kernel's own processes: then the caller waits for others
 */
void
ph_pin_shortage(struct pmap *largest, uint32_t pages)
{
	struct proc *p = glue_proc(largest);

	if (p == NULL || p->p_pid == 1 || (p->p_flag & P_SYSTEM) != 0 ||
	    (p->p_siglist & sigmask(SIGKILL)) != 0)
		return;
	printf("pid %d (%s) killed: its page tables hold %u pages that cannot "
	    "be taken back, the most of all, and no more can be had\n",
	    p->p_pid, p->p_comm, pages);
	psignal(p, SIGKILL);
}

/* ----- trouble ----- */

/*
 * Take a page out of its object and off the queues, for ever.
 * => one that is in transit is only wired: the transfer must find it
 * => not a free one: that stays where it is, and will be used again
 */
static void
glue_retire(vm_page_t m)
{
	vm_page_wire(m);
	if ((m->flags & (PG_BUSY | PG_LAUNDRY)) == 0)
		vm_page_remove(m);
}

/*
 * Policy isolate: the page is never used again, who had it mapped dies.
 */
void
ph_isolate(struct pmap *pm, uint32_t va, uint32_t pa)
{
	struct proc *p;
	vm_page_t m = glue_page(pa >> PGSHIFT);

	printf("isolate: va 0x%x of pmap 0x%x\n", va, (u_int)pm);
	if (m != NULL && !ph_frame_free(pa >> PGSHIFT)) {
		printf("isolate: page 0x%x is retired\n", pa);
		glue_retire(m);
	}
	if (pm == NULL || pm == kernel_pmap)
		return;
	for (p = (struct proc *)allproc; p != NULL; p = p->p_next) {
		if (p->p_vmspace == NULL || &p->p_vmspace->vm_pmap != pm ||
		    (p->p_flag & P_SYSTEM) != 0)
			continue;
		printf("isolate: pid %d (%s) is killed\n", p->p_pid,
		    p->p_comm);
		psignal(p, SIGKILL);
	}
}

/*
 * That kernel's printf knows no %p: write 0x%x for it.
 * => returns buf, of MSG_MAX bytes
 */
static char *
glue_format(char *buf, const char *fmt)
{
	u_int i = 0;

	for (; *fmt != '\0' && i < MSG_MAX - 5; fmt++) {
		if (fmt[0] == '%' && fmt[1] == 'p') {
			bcopy("0x%x", &buf[i], 4);
			i += 4;
			fmt++;
		} else
			buf[i++] = *fmt;
	}
	buf[i] = '\0';
	return (buf);
}

/*
 * Messages of the module; %r is that kernel's "here follow a format and its
 * arguments".
 */
void
ph_printf(const char *fmt, ...)
{
	char buf[MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	printf("%r", glue_format(buf, fmt), ap);
	va_end(ap);
}

/*
 * The module cannot go on.  => the format must outlive this frame, since
 * panic keeps it
 */
void
ph_panic(const char *fmt, ...)
{
	static char buf[MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	panic("%r", glue_format(buf, fmt), ap);
	va_end(ap);
	for (;;)
		continue;
}
