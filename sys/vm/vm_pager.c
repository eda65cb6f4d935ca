/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_pager.c: what the pagers have in common: the switch, transfers between
 * pages and disk sectors, and the addresses at which a driver sees the pages.
 *
 * A transfer is a struct pager_io from a fixed pool, with the kernel
 * addresses of a window of pager_map.  Mappings in pager_sva..pager_eva are
 * unknown to the pages' own lists: the pmap leaves them alone when a page is
 * protected.
 *
 * A write may be asynchronous.  Its interrupt only puts it on a list; the
 * pagedaemon, or whoever needs a transfer, finishes it (vm_pager_sync) in
 * process context, so that queues and objects need no protection against
 * interrupts.
 *
 * Memory: all is allocated by vm_pager_init.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/buf.h>

#include <vm/vm.h>

struct pager_io {
	TAILQ_ENTRY(pager_io) pi_link;	/* free, or done */
	struct buf	pi_buf;
	vm_object_t	pi_object;
	vm_offset_t	pi_kva;		/* its window */
	int		pi_npages;
	vm_page_t	pi_pages[MAXPAGERPAGES];
};

TAILQ_HEAD(pager_ioq, pager_io);

vm_map_t pager_map;
vm_offset_t pager_sva, pager_eva;

static struct pager_io pager_ios[NPAGERIO];
static struct pager_ioq pager_free;
static struct pager_ioq pager_done;	/* finished by interrupt; splbio */
static u_int pager_windows;		/* bit n: window n is in use */
static int pager_reads;			/* transfers that a process waits for */
static int pager_inflight;		/* pages of asynchronous writes */

/* One switch entry a type, by enum pager_type. */
static const struct pagerops *const pagertab[] = {
	[PG_DFLT] = &swappagerops,
	[PG_SWAP] = &swappagerops,
	[PG_VNODE] = &vnodepagerops,
	[PG_DEVICE] = &devicepagerops,
};

_Static_assert(NPAGERIO <= 32, "pager_windows has 32 bits");

/*
 * The addresses, the pool, and each pager.
 */
void
vm_pager_init(void)
{
	u_int i;

	pager_map = kmem_suballoc(kernel_map, &pager_sva, &pager_eva,
	    PAGER_MAP_SIZE, FALSE);
	TAILQ_INIT(&pager_free);
	TAILQ_INIT(&pager_done);
	for (i = 0; i < NPAGERIO; i++)
		TAILQ_INSERT_TAIL(&pager_free, &pager_ios[i], pi_link);
	for (i = PG_SWAP; i <= PG_DEVICE; i++)
		pagertab[i]->pgo_init();
}

/*
 * The pager of a vnode or device, made if there is none yet.
 *
 * => may sleep
 * => NULL: it cannot be mapped
 */
vm_pager_t
vm_pager_allocate(enum pager_type type, void *handle, vm_size_t size,
    vm_prot_t prot, vm_offset_t offset)
{

	return (pagertab[type]->pgo_alloc(handle, size, prot, offset));
}

/*
 * An object goes away, and with it what its pager keeps for it.
 */
void
vm_pager_deallocate(vm_object_t object)
{

	object->pager->pg_ops->pgo_dealloc(object);
	object->pager = NULL;
}

/*
 * Fill busy pages from the pager.
 *
 * => may sleep; the pages stay busy
 */
int
vm_pager_get_pages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{

	return (object->pager->pg_ops->pgo_getpages(object, list, n, sync));
}

/*
 * Write busy pages of consecutive offsets.
 *
 * => an object without a pager gets the swap pager
 * => not sync: never sleeps; VM_PAGER_PEND: vm_pager_done will be called
 *    for each page; any other result: the caller still has them all
 */
int
vm_pager_put_pages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{

	if (object->pager == NULL)
		object->pager = &swap_pager;
	return (object->pager->pg_ops->pgo_putpages(object, list, n, sync));
}

/*
 * Does the pager have the page at an offset?
 */
boolean_t
vm_pager_has_page(vm_object_t object, vm_offset_t offset)
{

	if (object->pager == NULL)
		return (FALSE);
	return (object->pager->pg_ops->pgo_haspage(object, offset));
}

/*
 * Find the pager of a handle in a list.
 */
vm_pager_t
vm_pager_lookup(struct pagerlst *list, void *handle)
{
	vm_pager_t pager;

	LIST_FOREACH(pager, list, pg_list)
		if (pager->pg_handle == handle)
			break;
	return (pager);
}

/*
 * Map pages one after the other in a window of pager_map.
 *
 * => 0: no window is free, which cannot be while there is a transfer
 */
vm_offset_t
vm_pager_map_pages(vm_page_t *list, int n, boolean_t canwait)
{
	vm_offset_t kva;
	u_int w;
	int i;

	while (pager_windows == (u_int)((1ull << NPAGERIO) - 1)) {
		if (!canwait)
			return (0);
		tsleep(&pager_windows, PVM, "pgmap", 0);
	}
	w = (u_int)__builtin_ctz(~pager_windows);
	pager_windows |= 1u << w;
	kva = pager_sva + w * MAXPAGERPAGES * PAGE_SIZE;
	for (i = 0; i < n; i++)
		pmap_enter(kernel_pmap, kva + ptoa(i),
		    VM_PAGE_TO_PHYS(list[i]), VM_PROT_READ | VM_PROT_WRITE,
		    TRUE);
	return (kva);
}

/*
 * Unmap them.
 */
void
vm_pager_unmap_pages(vm_offset_t kva, int n)
{
	u_int w = (kva - pager_sva) / (MAXPAGERPAGES * PAGE_SIZE);

	pmap_remove(kernel_pmap, kva, kva + ptoa(n));
	pager_windows &= ~(1u << w);
	wakeup(&pager_windows);
}

/*
 * The page that is mapped at an address of pager_map.
 */
vm_page_t
vm_pager_atop(vm_offset_t kva)
{
	vm_offset_t pa = pmap_extract(kernel_pmap, kva);

	if (pa == 0)
		panic("vm_pager_atop: nothing at 0x%x", kva);
	return (PHYS_TO_VM_PAGE(pa));
}

/*
 * Pages whose asynchronous write is not finished yet.
 */
int
vm_pager_inflight(void)
{

	return (pager_inflight);
}

/*
 * Is there a transfer for vm_pager_sync to finish?
 */
boolean_t
vm_pager_sync_needed(void)
{

	return (!TAILQ_EMPTY(&pager_done));
}

/*
 * Has a page of the object's file failed to be written just now?  Who is not
 * asked to write then had better wait.
 */
boolean_t
vm_pager_resting(vm_object_t object)
{
	vm_pager_t pager = object->pager;

	if ((object->flags & OBJ_INTERNAL) != 0 || pager->pg_failed == 0)
		return (FALSE);
	if (ticks - pager->pg_failed < PAGER_REST)
		return (TRUE);
	pager->pg_failed = 0;
	return (FALSE);
}

/* Interrupt: an asynchronous transfer has ended.  => splbio */
static void
pager_iodone(struct buf *bp)
{
	struct pager_io *pi = bp->b_private;

	TAILQ_INSERT_TAIL(&pager_done, pi, pi_link);
	wakeup(&vm_pages_needed);
	wakeup(&pager_free);
}

/*
 * A transfer from the pool.
 *
 * => wait: sleeps for it; else NULL if there is none
 */
static struct pager_io *
pager_io_get(boolean_t wait)
{
	struct pager_io *pi;
	int s;

	for (;;) {
		vm_pager_sync();
		pi = TAILQ_FIRST(&pager_free);
		if (pi != NULL && (!wait || pager_reads < NPAGERIO_READ))
			break;
		if (!wait)
			return (NULL);
		s = splbio();
		if (TAILQ_EMPTY(&pager_done))
			tsleep(&pager_free, PVM, "pgio", 0);
		splx(s);
	}
	TAILQ_REMOVE(&pager_free, pi, pi_link);
	if (wait)
		pager_reads++;
	return (pi);
}

static void
pager_io_put(struct pager_io *pi, boolean_t waited)
{

	if (waited)
		pager_reads--;
	TAILQ_INSERT_HEAD(&pager_free, pi, pi_link);
	wakeup(&pager_free);
}

/* Fill in the buffer and start the transfer. */
static void
pager_io_start(struct pager_io *pi, int unit, daddr_t blkno, int flags)
{
	struct buf *bp = &pi->pi_buf;

	memset(bp, 0, sizeof(*bp));
	bp->b_flags = B_BUSY;
	if ((flags & PGIO_READ) != 0)
		bp->b_flags |= B_READ;
	if ((flags & PGIO_ASYNC) != 0) {
		bp->b_flags |= B_ASYNC | B_CALL;
		bp->b_iodone = pager_iodone;
		pager_inflight += pi->pi_npages;
	}
	bp->b_private = pi;
	bp->b_dev = makedev(0, unit);
	bp->b_blkno = blkno;
	bp->b_data = (caddr_t)pi->pi_kva;
	bp->b_bcount = (u_int)pi->pi_npages * PAGE_SIZE;
	wdstrategy(bp);
}

/*
 * Move pages between memory and consecutive sectors of a disk.
 *
 * => the pages are busy and belong to `object'
 * => PGIO_ASYNC (writes): VM_PAGER_PEND, or VM_PAGER_AGAIN
 * => else sleeps: VM_PAGER_OK or VM_PAGER_ERROR
 */
int
vm_pager_io(vm_object_t object, vm_page_t *list, int n, int unit,
    daddr_t blkno, int flags)
{
	boolean_t sync = (flags & PGIO_ASYNC) == 0;
	struct pager_io *pi;
	int i, error;

	KASSERT(n > 0 && n <= MAXPAGERPAGES);
	pi = pager_io_get(sync);
	if (pi == NULL)
		return (VM_PAGER_AGAIN);
	pi->pi_object = object;
	pi->pi_npages = n;
	for (i = 0; i < n; i++)
		pi->pi_pages[i] = list[i];
	pi->pi_kva = vm_pager_map_pages(list, n, FALSE);
	KASSERT(pi->pi_kva != 0);
	pager_io_start(pi, unit, blkno, flags);
	if (!sync)
		return (VM_PAGER_PEND);
	error = biowait(&pi->pi_buf);
	vm_pager_unmap_pages(pi->pi_kva, n);
	pager_io_put(pi, TRUE);
	return (error == 0 ? VM_PAGER_OK : VM_PAGER_ERROR);
}

/*
 * The write of one page has ended, or could not begin.
 *
 * => OK: the page is clean; if the pagedaemon wanted its memory it is freed
 * => else it stays, dirty
 */
void
vm_pager_done(vm_object_t object, vm_page_t m, int rv)
{
	boolean_t pageout = (m->flags & PG_PAGEOUT) != 0;

	m->flags &= ~PG_PAGEOUT;
	if (rv != VM_PAGER_OK) {
		m->flags &= ~PG_CLEAN;
		m->flags |= PG_LAUNDRY;
		vm_page_deactivate(m);
	} else {
		m->flags |= PG_CLEAN;
		m->flags &= ~PG_LAUNDRY;
		pmap_clear_modify(VM_PAGE_TO_PHYS(m));
		if (!pageout || (m->flags & PG_WANTED) != 0)
			vm_page_activate(m);
		else if (cnt.v_free_count < cnt.v_free_target) {
			cnt.v_freed++;
			vm_page_free(m);
			vm_object_pip_drop(object);
			return;
		} else
			vm_page_deactivate(m);
	}
	vm_page_wakeup(m);
	vm_object_pip_drop(object);
}

/* What became of one page of an asynchronous write. */
static void
pager_io_page(struct pager_io *pi, int i, int rv)
{
	vm_object_t object = pi->pi_object;

	if (object->pager == &swap_pager)
		swap_pager_wrote(object, pi->pi_pages[i], rv);
	else if (rv == VM_PAGER_OK)
		cnt.v_vnodepgsout++;
	else if (rv == VM_PAGER_ERROR)
		vnode_pager_failed(object->pager, pi->pi_pages[i]->offset);
	vm_pager_done(object, pi->pi_pages[i], rv);
}

/*
 * Finish one asynchronous write.  After an error the driver says how far it
 * has come: the next page is bad, those behind it have not been tried.
 */
static void
pager_io_finish(struct pager_io *pi)
{
	struct buf *bp = &pi->pi_buf;
	int i, n = pi->pi_npages, good = n, bad = n;

	vm_pager_unmap_pages(pi->pi_kva, n);
	pager_inflight -= n;
	if ((bp->b_flags & B_ERROR) != 0) {
		cnt.v_pageouterrs++;
		good = (int)((bp->b_bcount - bp->b_resid) / PAGE_SIZE);
		if (good >= n)
			good = 0;
		else
			bad = good + 1;
	}
	for (i = 0; i < n; i++)
		pager_io_page(pi, i, i < good ? VM_PAGER_OK :
		    i < bad ? VM_PAGER_ERROR : VM_PAGER_AGAIN);
	pager_io_put(pi, FALSE);
}

/*
 * Finish the asynchronous writes whose interrupt has come.
 *
 * => process context; never sleeps
 */
void
vm_pager_sync(void)
{
	struct pager_io *pi;
	int s;

	for (;;) {
		s = splbio();
		pi = TAILQ_FIRST(&pager_done);
		if (pi != NULL)
			TAILQ_REMOVE(&pager_done, pi, pi_link);
		splx(s);
		if (pi == NULL)
			break;
		pager_io_finish(pi);
	}
}
