/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_page.c: the pages of memory: their queues, their owners, their wiring.
 *
 * Owns the array of struct vm_page, the hash of <object, offset>, and the
 * free, active and inactive queues.  Knows nothing of how pages are chosen
 * for reuse (vm_pageout.c) or filled (vm_fault.c, the pagers).
 *
 * Locking: the free queue and the hash change at splvm, because kmem_malloc
 * takes pages at interrupt level.  Everything else runs in process context
 * and does not sleep between a test and what follows from it.
 *
 * Memory: all tables are taken in pmap_startup.  The last pages of the free
 * queue are kept back, in steps: users may not take the last v_free_reserved
 * ones, kmem_malloc not the last VM_KERN_RESERVE, the pmap not the last
 * VM_PMAP_RESERVE.  The pagedaemon needs none to write a page.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/malloc.h>

#include <vm/vm.h>

#define VM_PMAP_RESERVE		2	/* below this nobody but the daemon */
#define VM_KERN_RESERVE		6	/* below this only the pmap */

LIST_HEAD(vm_page_bucket, vm_page);

struct pglist vm_page_queue_free;
struct pglist vm_page_queue_active;
struct pglist vm_page_queue_inactive;
vm_page_t vm_page_array;
u_int first_page;
u_int vm_page_total;
vm_offset_t virtual_avail, virtual_end;

static struct vm_page_bucket *vm_page_buckets;
static u_int vm_page_hash_mask;
static bool vm_page_waiters;		/* somebody sleeps on v_free_count */

/*
 * Take `size' bytes of memory for ever, mapped in kernel space.
 *
 * => before vm_mem_init only
 * => never returns failure
 */
vm_offset_t
pmap_steal_memory(vm_size_t size)
{
	vm_offset_t addr, va, pa;

	if (virtual_end == 0)
		pmap_virtual_space(&virtual_avail, &virtual_end);
	size = (size + 3) & ~3u;
	addr = virtual_avail;
	if (size > virtual_end - addr)
		panic("pmap_steal_memory: no kernel space for %u bytes", size);
	virtual_avail += size;
	for (va = round_page(addr); va < addr + size; va += PAGE_SIZE) {
		if (!pmap_next_page(&pa))
			panic("pmap_steal_memory: out of memory");
		pmap_enter(kernel_pmap, va, pa,
		    VM_PROT_READ | VM_PROT_WRITE, FALSE);
	}
	return (addr);
}

/* The chain of <object, offset>. */
static inline struct vm_page_bucket *
vm_page_hash(vm_object_t object, vm_offset_t offset)
{

	return (&vm_page_buckets[(((u_int)object >> 5) + atop(offset)) &
	    vm_page_hash_mask]);
}

/* Take the memory of the hash and the array: `*npages' may shrink. */
static void
vm_page_tables(u_int *npages)
{
	u_int i, buckets;

	for (buckets = 256; buckets < *npages; buckets <<= 1)
		continue;
	vm_page_hash_mask = buckets - 1;
	vm_page_buckets = (struct vm_page_bucket *)
	    pmap_steal_memory(buckets * sizeof(*vm_page_buckets));
	for (i = 0; i < buckets; i++)
		LIST_INIT(&vm_page_buckets[i]);
	*npages = pmap_free_pages();
	vm_page_array = (vm_page_t)
	    pmap_steal_memory(*npages * sizeof(*vm_page_array));
	memset(vm_page_array, 0, *npages * sizeof(*vm_page_array));
}

/*
 * Make a vm_page of all memory that is left, and put it on the free queue.
 *
 * => returns the kernel addresses that are left for kernel_map
 */
void
pmap_startup(vm_offset_t *startp, vm_offset_t *endp)
{
	vm_offset_t pa;
	vm_page_t m;
	u_int npages, index;

	TAILQ_INIT(&vm_page_queue_free);
	TAILQ_INIT(&vm_page_queue_active);
	TAILQ_INIT(&vm_page_queue_inactive);
	npages = pmap_free_pages();
	vm_page_tables(&npages);
	while (pmap_next_page(&pa)) {
		index = (u_int)pmap_page_index(pa);
		if (vm_page_total == 0)
			first_page = index;
		index -= first_page;
		if (index >= npages)
			continue;
		m = &vm_page_array[index];
		m->phys_addr = pa;
		m->flags = PG_FREE;
		TAILQ_INSERT_TAIL(&vm_page_queue_free, m, pageq);
		cnt.v_free_count++;
		if (index >= vm_page_total)
			vm_page_total = index + 1;
	}
	cnt.v_page_count = cnt.v_free_count;
	cnt.v_page_size = PAGE_SIZE;
	*startp = virtual_avail = round_page(virtual_avail);
	*endp = virtual_end = trunc_page(virtual_end);
}

/*
 * The page at a physical address, NULL where the VM manages none.
 */
vm_page_t
PHYS_TO_VM_PAGE(vm_offset_t pa)
{
	u_int index = (u_int)pmap_page_index(trunc_page(pa)) - first_page;

	if (index >= vm_page_total || vm_page_array[index].phys_addr !=
	    trunc_page(pa))
		return (NULL);
	return (&vm_page_array[index]);
}

/*
 * Give a page that has none its object and offset.
 *
 * => never sleeps
 */
void
vm_page_insert(vm_page_t m, vm_object_t object, vm_offset_t offset)
{
	int s;

	KASSERT((m->flags & PG_TABLED) == 0);
	m->object = object;
	m->offset = offset;
	s = splvm();
	LIST_INSERT_HEAD(vm_page_hash(object, offset), m, hashq);
	TAILQ_INSERT_TAIL(&object->memq, m, listq);
	m->flags |= PG_TABLED;
	object->resident_page_count++;
	splx(s);
}

/*
 * Take a page from its object, if it has one.
 *
 * => never sleeps
 */
void
vm_page_remove(vm_page_t m)
{
	int s;

	if ((m->flags & PG_TABLED) == 0)
		return;
	s = splvm();
	LIST_REMOVE(m, hashq);
	TAILQ_REMOVE(&m->object->memq, m, listq);
	m->object->resident_page_count--;
	m->flags &= ~PG_TABLED;
	m->object = NULL;
	splx(s);
}

/*
 * The resident page of an object at an offset, or NULL.
 *
 * => never sleeps
 */
vm_page_t
vm_page_lookup(vm_object_t object, vm_offset_t offset)
{
	vm_page_t m;
	int s;

	if (object->resident_page_count == 0)
		return (NULL);
	s = splvm();
	LIST_FOREACH(m, vm_page_hash(object, offset), hashq)
		if (m->object == object && m->offset == offset)
			break;
	splx(s);
	return (m);
}

/*
 * Move a page to another object.
 */
void
vm_page_rename(vm_page_t m, vm_object_t object, vm_offset_t offset)
{

	vm_page_remove(m);
	vm_page_insert(m, object, offset);
}

/* How many free pages the caller has to leave behind. */
static u_int
vm_page_floor(vm_object_t object)
{
	struct proc *p = curproc;

	if (p != NULL && p == pageproc)
		return (0);
	if (object == NULL)
		return (VM_PMAP_RESERVE);
	if (object == kernel_object || object == kmem_object)
		return (VM_KERN_RESERVE);
	if (p != NULL && (p->p_flag & P_OOMKILLED) != 0)
		return (VM_KERN_RESERVE);
	return (cnt.v_free_reserved);
}

/* Take a page from the free queue, NULL when the caller may have none. */
static vm_page_t
vm_page_take(vm_object_t object)
{
	vm_page_t m;
	int s;

	s = splvm();
	m = TAILQ_FIRST(&vm_page_queue_free);
	if (m == NULL || cnt.v_free_count <= vm_page_floor(object)) {
		splx(s);
		wakeup(&vm_pages_needed);
		return (NULL);
	}
	KASSERTMSG((m->flags & PG_FREE) != 0, "pa 0x%x flags 0x%x",
	    m->phys_addr, m->flags);
	TAILQ_REMOVE(&vm_page_queue_free, m, pageq);
	cnt.v_free_count--;
	m->flags = 0;
	splx(s);
	if (vm_paging_needed())
		wakeup(&vm_pages_needed);
	return (m);
}

/*
 * A page for an object, without contents.
 *
 * => never sleeps; usable at splvm for kernel objects
 * => the page is busy, on no queue, and belongs to the caller
 * => NULL: none to be had; the pagedaemon has been woken
 */
vm_page_t
vm_page_alloc(vm_object_t object, vm_offset_t offset)
{
	vm_page_t m = vm_page_take(object);

	if (m == NULL)
		return (NULL);
	m->wire_count = 0;
	m->flags = PG_BUSY | PG_CLEAN;
	vm_page_insert(m, object, offset);
	return (m);
}

/*
 * Take a page off the queue that it is on.
 */
void
vm_page_unqueue(vm_page_t m)
{

	if ((m->flags & PG_ACTIVE) != 0) {
		TAILQ_REMOVE(&vm_page_queue_active, m, pageq);
		m->flags &= ~PG_ACTIVE;
		cnt.v_active_count--;
	} else if ((m->flags & PG_INACTIVE) != 0) {
		TAILQ_REMOVE(&vm_page_queue_inactive, m, pageq);
		m->flags &= ~PG_INACTIVE;
		cnt.v_inactive_count--;
	}
}

/* Put a page without owner on the free queue. */
static void
vm_page_release(vm_page_t m)
{
	int s;

	if ((m->flags & PG_RETIRED) != 0) {
		m->flags = PG_RETIRED;
		return;
	}
	s = splvm();
	m->flags = PG_FREE;
	TAILQ_INSERT_HEAD(&vm_page_queue_free, m, pageq);
	cnt.v_free_count++;
	splx(s);
	if (vm_page_waiters && cnt.v_free_count > cnt.v_free_reserved) {
		vm_page_waiters = false;
		wakeup(&cnt.v_free_count);
	}
}

/*
 * Give a page back.
 *
 * => the caller holds it busy, or it is nobody's; whoever waits is woken
 * => the caller has seen to it that no pmap maps it
 * => never sleeps; usable at splvm for wired pages of kernel objects
 */
void
vm_page_free(vm_page_t m)
{

	KASSERT((m->flags & PG_FREE) == 0);
	vm_page_remove(m);
	vm_page_unqueue(m);
	if ((m->flags & PG_WANTED) != 0)
		wakeup(m);
	if ((m->flags & PG_FICTITIOUS) != 0) {
		free(m, M_VMPGDATA);
		return;
	}
	if (m->wire_count != 0) {
		m->wire_count = 0;
		cnt.v_wire_count--;
	}
	vm_page_release(m);
}

/*
 * One more reason for a page to stay in memory.
 */
void
vm_page_wire(vm_page_t m)
{

	KASSERTMSG(m->wire_count + 1 != 0, "pa 0x%x", m->phys_addr);
	if (m->wire_count++ == 0 && (m->flags & PG_FICTITIOUS) == 0) {
		vm_page_unqueue(m);
		cnt.v_wire_count++;
	}
}

/*
 * One reason less.
 *
 * => with the last one the page becomes active; if it is busy, it is for
 *    its holder to see to that
 */
void
vm_page_unwire(vm_page_t m)
{

	KASSERTMSG(m->wire_count != 0, "pa 0x%x", m->phys_addr);
	if (--m->wire_count == 0 && (m->flags & PG_FICTITIOUS) == 0) {
		cnt.v_wire_count--;
		if ((m->flags & PG_BUSY) == 0)
			vm_page_activate(m);
	}
}

/*
 * Put an unwired page at the end of the active queue.
 */
void
vm_page_activate(vm_page_t m)
{

	if (m->wire_count != 0 || (m->flags & PG_FICTITIOUS) != 0)
		return;
	vm_page_unqueue(m);
	TAILQ_INSERT_TAIL(&vm_page_queue_active, m, pageq);
	m->flags |= PG_ACTIVE;
	cnt.v_active_count++;
}

/*
 * Put an unwired page at the end of the inactive queue, with its reference
 * bit clear, so that a use from now on can be seen.
 */
void
vm_page_deactivate(vm_page_t m)
{

	if ((m->flags & (PG_INACTIVE | PG_FICTITIOUS)) != 0 ||
	    m->wire_count != 0)
		return;
	vm_page_unqueue(m);
	pmap_clear_reference(VM_PAGE_TO_PHYS(m));
	TAILQ_INSERT_TAIL(&vm_page_queue_inactive, m, pageq);
	m->flags |= PG_INACTIVE;
	cnt.v_inactive_count++;
	if (pmap_is_modified(VM_PAGE_TO_PHYS(m)))
		m->flags &= ~PG_CLEAN;
	if ((m->flags & PG_CLEAN) != 0)
		m->flags &= ~PG_LAUNDRY;
	else
		m->flags |= PG_LAUNDRY;
}

/*
 * Fill a page with zeros.
 */
boolean_t
vm_page_zero_fill(vm_page_t m)
{

	pmap_zero_page(VM_PAGE_TO_PHYS(m));
	return (TRUE);
}

/*
 * Copy a page's contents.  The copy is dirty.
 */
void
vm_page_copy(vm_page_t src, vm_page_t dst)
{

	pmap_copy_page(VM_PAGE_TO_PHYS(src), VM_PAGE_TO_PHYS(dst));
	dst->flags &= ~PG_CLEAN;
}

/*
 * The holder of a busy page is done with it.
 */
void
vm_page_wakeup(vm_page_t m)
{

	KASSERT((m->flags & PG_BUSY) != 0);
	m->flags &= ~PG_BUSY;
	if ((m->flags & PG_WANTED) != 0) {
		m->flags &= ~PG_WANTED;
		wakeup(m);
	}
}

/*
 * Sleep until a busy page may be free to use, a second at most: the caller
 * may have been killed meanwhile.
 *
 * => the page may be gone or another one's on return: look again
 */
void
vm_page_sleep(vm_page_t m, const char *why)
{
	int s;

	s = splvm();
	if ((m->flags & PG_BUSY) != 0) {
		m->flags |= PG_WANTED;
		tsleep(m, PVM, why, hz);
	}
	splx(s);
}

/*
 * Sleep until the pagedaemon has made some memory free, or somebody has
 * given some back.
 *
 * => not for the pagedaemon
 */
void
vm_wait(const char *who)
{
	int s;

	if (curproc == pageproc)
		panic("vm_wait: the pagedaemon would wait for itself (%s)",
		    who);
	s = splvm();
	vm_page_waiters = true;
	wakeup(&vm_pages_needed);
	tsleep(&cnt.v_free_count, PVM, "vmwait", hz);
	splx(s);
}

/*
 * A page for the pmap: wired, without object, contents undefined.
 *
 * => never sleeps; FALSE: none to be had
 */
boolean_t
vm_page_alloc_wired(vm_offset_t *pap)
{
	vm_page_t m = vm_page_take(NULL);

	if (m == NULL)
		return (FALSE);
	m->object = NULL;
	m->wire_count = 1;
	cnt.v_wire_count++;
	*pap = VM_PAGE_TO_PHYS(m);
	return (TRUE);
}

/*
 * Give such a page back.
 */
void
vm_page_free_wired(vm_offset_t pa)
{
	vm_page_t m = PHYS_TO_VM_PAGE(pa);

	KASSERTMSG(m != NULL && m->wire_count == 1 &&
	    (m->flags & (PG_TABLED | PG_FREE)) == 0, "pa 0x%x", pa);
	m->wire_count = 0;
	cnt.v_wire_count--;
	vm_page_release(m);
}

/*
 * Take a page out of use for good, now or when its owner frees it.
 */
void
vm_page_retire(vm_offset_t pa)
{
	vm_page_t m = PHYS_TO_VM_PAGE(pa);
	int s;

	if (m == NULL || (m->flags & PG_RETIRED) != 0)
		return;
	s = splvm();
	if ((m->flags & PG_FREE) != 0) {
		TAILQ_REMOVE(&vm_page_queue_free, m, pageq);
		cnt.v_free_count--;
		m->flags = 0;
	}
	m->flags |= PG_RETIRED;
	splx(s);
	printf("vm: page 0x%x is not used any more\n", trunc_page(pa));
}

/*
 * Is frame `pfn' a page on the free queue?
 */
boolean_t
vm_page_is_free(u_int pfn)
{
	vm_page_t m = PHYS_TO_VM_PAGE(ptoa(pfn));

	return (m != NULL && (m->flags & PG_FREE) != 0);
}
