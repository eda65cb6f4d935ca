/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_pageout.c: the pagedaemon, which keeps some memory free.
 *
 * Pages leave memory by the inactive queue.  A page comes to its end when it
 * is not wired, with its reference bit clear; if nobody has touched it by the
 * time that it reaches the front, it is freed, or written first.  Writes are
 * asynchronous and in clusters of neighbours in the object.
 *
 * Busy pages, and so pages that are being written, are on no queue, and are
 * never touched here.
 *
 * A page that was clean when it was deactivated is tested again after its
 * last mapping is gone, when nothing can write to it any more.  The boot
 * option "noretest" leaves that out, as 4.4BSD does: then it is safe only
 * because a pmap never sets M without U.
 *
 * Memory: the daemon allocates none and never waits for any.  It sleeps only
 * in its loop; between two pages it lets others run.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include <vm/vm.h>

#define PASSES_MAX	4		/* passes for nothing, then one dies */
#define VICTIM_SECONDS	10		/* that a victim has to be gone */
#define KEEP_NEWEST	16		/* pages that stay active in any case */
#define REST		(hz / 10)	/* when nothing could be done */
#define HANG_PAGE	1500		/* page-out after which it may hang */

struct vmmeter cnt;
int vm_pages_needed;			/* a place to sleep on */

static bool vm_pageout_retest = true;

/* How the boot option inject= lets the machine hang, for the tests. */
static enum hang {
	HANG_NOT,
	HANG_DEAF,			/* not even interrupts */
	HANG_SPIN,			/* interrupts, but no process */
	HANG_SLEEP			/* processes, as long as memory lasts */
} vm_pageout_hang;

/* What one pass of the daemon has come to. */
struct pageout_pass {
	u_int	pp_freed;
	u_int	pp_started;		/* pages whose write has begun */
	bool	pp_noio;		/* no transfer was to be had */
};

static void
pageout_hang_init(const char *inject)
{
	static const char *const names[] = {
		[HANG_DEAF] = "hang",
		[HANG_SPIN] = "hangspin",
		[HANG_SLEEP] = "hangsleep",
	};
	u_int i;

	for (i = HANG_DEAF; inject != NULL && i <= HANG_SLEEP; i++)
		if (strcmp(inject, names[i]) == 0)
			vm_pageout_hang = (enum hang)i;
}

/* Hang, once the machine is well under pressure. */
static void
pageout_hang(void)
{

	if (vm_pageout_hang == HANG_NOT || cnt.v_pageouts < HANG_PAGE)
		return;
	printf("inject: the machine hangs, kind %d\n", (int)vm_pageout_hang);
	if (vm_pageout_hang == HANG_DEAF)
		(void)splhigh();
	while (vm_pageout_hang == HANG_SLEEP)
		tsleep(&vm_pageout_hang, PVM, "hang", 0);
	for (;;)
		continue;
}

/*
 * Set the targets from the amount of memory.
 */
void
vm_pageout_init(void)
{
	u_int pages = cnt.v_free_count;

	vm_pageout_retest = getoption("noretest") == NULL;
	pageout_hang_init(getoption("inject"));
	cnt.v_free_reserved = 10 + pages / 200;
	cnt.v_free_min = cnt.v_free_reserved + 6 + pages / 64;
	cnt.v_free_target = cnt.v_free_min + 8 + pages / 48;
	cnt.v_inactive_target = pages / 4;
}

/* How many pages are still to be made free, counting those on their way. */
static u_int
pageout_shortage(void)
{
	u_int coming = cnt.v_free_count + (u_int)vm_pager_inflight();

	return (coming < cnt.v_free_target ? cnt.v_free_target - coming : 0);
}

/* May this neighbour be written along? */
static boolean_t
pageout_may_join(vm_page_t m)
{

	return (m != NULL &&
	    (m->flags & (PG_INACTIVE | PG_LAUNDRY | PG_BUSY)) ==
	    (PG_INACTIVE | PG_LAUNDRY) && m->wire_count == 0 &&
	    !pmap_is_referenced(VM_PAGE_TO_PHYS(m)));
}

/*
 * Collect m and its dirty neighbours, in order.
 *
 * => returns how many; none is busy yet
 */
static int
pageout_cluster(vm_page_t m, vm_page_t *list)
{
	vm_object_t object = m->object;
	vm_page_t run[2 * MAXPAGERPAGES], n;
	int low = MAXPAGERPAGES, high = MAXPAGERPAGES + 1, i;
	vm_offset_t offset;

	run[low] = m;
	offset = m->offset;
	while (high - low < MAXPAGERPAGES && offset >= PAGE_SIZE) {
		offset -= PAGE_SIZE;
		n = vm_page_lookup(object, offset);
		if (!pageout_may_join(n))
			break;
		run[--low] = n;
	}
	offset = m->offset;
	while (high - low < MAXPAGERPAGES) {
		offset += PAGE_SIZE;
		n = vm_page_lookup(object, offset);
		if (!pageout_may_join(n))
			break;
		run[high++] = n;
	}
	for (i = low; i < high; i++)
		list[i - low] = run[i];
	return (high - low);
}

/* Write a dirty page and its neighbours. */
static void
pageout_launder(vm_page_t m, struct pageout_pass *pp)
{
	vm_page_t list[MAXPAGERPAGES];
	vm_object_t object = m->object;
	int i, n, rv;

	n = pageout_cluster(m, list);
	for (i = 0; i < n; i++) {
		vm_page_unqueue(list[i]);
		list[i]->flags |= PG_BUSY | PG_PAGEOUT;
		vm_object_pip_add(object);
		pmap_page_protect(VM_PAGE_TO_PHYS(list[i]), VM_PROT_NONE);
	}
	rv = vm_pager_put_pages(object, list, n, FALSE);
	if (rv == VM_PAGER_PEND) {
		pp->pp_started += (u_int)n;
		cnt.v_pgpgouts++;
		return;
	}
	if (rv == VM_PAGER_AGAIN)
		pp->pp_noio = true;
	for (i = 0; i < n; i++)
		vm_pager_done(object, list[i], rv);
}

/* Can this page not be written: swap is full, or the disk has failed? */
static boolean_t
pageout_hopeless(vm_page_t m)
{

	if ((m->object->flags & OBJ_INTERNAL) == 0)
		return (vm_pager_resting(m->object));
	return (swap_pager_failed() || (swap_pager_full() &&
	    !swap_pager_has(m->object, m->offset)));
}

/* Put a page back to the end of the inactive queue. */
static void
pageout_requeue(vm_page_t m)
{

	TAILQ_REMOVE(&vm_page_queue_inactive, m, pageq);
	TAILQ_INSERT_TAIL(&vm_page_queue_inactive, m, pageq);
}

/* Deal with the page that has come to the front of the inactive queue. */
static void
pageout_page(vm_page_t m, struct pageout_pass *pp)
{
	vm_offset_t pa = VM_PAGE_TO_PHYS(m);

	KASSERTMSG((m->flags & (PG_BUSY | PG_FREE)) == 0 &&
	    m->wire_count == 0, "pa 0x%x flags 0x%x", pa, m->flags);
	if (pmap_is_referenced(pa)) {
		vm_page_activate(m);
		cnt.v_reactivated++;
		return;
	}
	if ((m->flags & PG_CLEAN) != 0) {
		pmap_page_protect(pa, VM_PROT_NONE);
		if (!vm_pageout_retest || !pmap_is_modified(pa)) {
			vm_page_free(m);
			cnt.v_freed++;
			pp->pp_freed++;
			return;
		}
		cnt.v_retest++;
		m->flags &= ~PG_CLEAN;
		m->flags |= PG_LAUNDRY;
	}
	if (pageout_hopeless(m))
		pageout_requeue(m);
	else
		pageout_launder(m, pp);
}

/* Look at each inactive page once, or until there is enough. */
static void
pageout_scan_inactive(struct pageout_pass *pp)
{
	u_int left;
	vm_page_t m;

	for (left = cnt.v_inactive_count; left > 0; left--) {
		m = TAILQ_FIRST(&vm_page_queue_inactive);
		if (m == NULL || pageout_shortage() == 0 || pp->pp_noio)
			break;
		pageout_page(m, pp);
		yield();
	}
}

/*
 * Deactivate up to n pages, the longest active first; but not the newest:
 * who has faulted for one may not have come to use it yet.
 */
static void
pageout_scan_active(u_int n)
{
	vm_page_t m;

	while (n-- > 0 && cnt.v_active_count > KEEP_NEWEST) {
		m = TAILQ_FIRST(&vm_page_queue_active);
		vm_page_deactivate(m);
		cnt.v_deactivated++;
		yield();
	}
}

/*
 * One pass.
 *
 * => eager: earlier passes came to nothing; make many pages candidates
 */
static void
pageout_scan(struct pageout_pass *pp, bool eager)
{
	u_int target, n = 0;

	cnt.v_scan++;
	memset(pp, 0, sizeof(*pp));
	pmap_update();
	pageout_scan_inactive(pp);
	target = (cnt.v_active_count + cnt.v_inactive_count) / 3;
	cnt.v_inactive_target = MAX(target, cnt.v_free_target);
	if (cnt.v_inactive_count < cnt.v_inactive_target)
		n = cnt.v_inactive_target - cnt.v_inactive_count;
	if (pageout_shortage() != 0 && n == 0)
		n = pageout_shortage();
	if (eager)
		n = MAX(n, cnt.v_active_count / 2);
	pageout_scan_active(n);
}

/* How much memory would the end of this process give back?  In pages. */
static u_int
oom_size(struct proc *p)
{
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_map_entry_t e;
	vm_object_t o;
	u_int size = 0;

	for (e = map->header.next; e != &map->header; e = e->next) {
		if (e->is_sub_map)
			continue;
		for (o = e->object.vm_object; o != NULL &&
		    (o->flags & OBJ_INTERNAL) != 0; o = o->shadow)
			size += ((u_int)o->resident_page_count + o->swslots) /
			    (u_int)MAX(o->ref_count, 1);
	}
	return (size);
}

/*
 * Memory and swap are used up: end the largest process.
 *
 * => one at a time: the next only when the last one is gone, or does not go
 */
void
vm_pageout_oom(const char *why)
{
	static pid_t victim;
	static u_int when;
	struct proc *p, *big = NULL;
	u_int size, bigsize = 0;

	if (victim != 0 && pfind(victim) != NULL &&
	    ticks - when < VICTIM_SECONDS * (u_int)hz)
		return;
	LIST_FOREACH(p, &allproc, p_list) {
		if ((p->p_flag & (P_SYSTEM | P_WEXIT | P_OOMKILLED)) != 0 ||
		    p->p_pid <= 1 || p->p_stat == SIDL ||
		    p->p_stat == SZOMB || p->p_vmspace == NULL)
			continue;
		size = oom_size(p);
		if (big == NULL || size > bigsize) {
			big = p;
			bigsize = size;
		}
	}
	victim = 0;
	if (big == NULL)
		return;
	printf("pid %d (%s) killed: %s; it had %u pages, %u of %u pages of "
	    "swap are free\n", big->p_pid, big->p_comm, why, bigsize,
	    cnt.v_swap_free, cnt.v_swap_pages);
	victim = big->p_pid;
	when = ticks;
	cnt.v_killed++;
	big->p_flag |= P_OOMKILLED;
	psignal(big, SIGKILL);
}

/* Why can nothing go out? */
static const char *
pageout_why(void)
{

	if (cnt.v_swap_pages == 0)
		return ("out of memory, there is no swap area");
	return (swap_pager_failed() ? "the swap disk has failed" :
	    "out of swap space");
}

/*
 * Make passes until enough memory is free or on its way.
 *
 * => false: nothing could be done, nor is anything on its way
 */
static bool
pageout_work(void)
{
	struct pageout_pass pp;
	u_int idle = 0;

	while (vm_paging_needed() && pageout_shortage() != 0) {
		pageout_scan(&pp, idle > 0);
		vm_pager_sync();
		if (pp.pp_noio)
			return (true);
		if (pp.pp_freed != 0 || pp.pp_started != 0) {
			idle = 0;
			continue;
		}
		if (++idle < PASSES_MAX)
			continue;
		if (vm_pager_inflight() != 0)
			return (true);
		if (cnt.v_free_count <= cnt.v_free_reserved)
			vm_pageout_oom(pageout_why());
		return (false);
	}
	return (true);
}

/*
 * The pagedaemon.
 *
 * When its work has come to nothing it rests, whoever calls: else each page
 * that is taken from the last free ones would cost another search.
 */
void
vm_pageout(void *arg)
{
	bool done;
	int s;

	(void)arg;
	pageproc = curproc;
	for (;;) {
		pageout_hang();
		done = pageout_work();
		if (cnt.v_free_count > cnt.v_free_reserved)
			wakeup(&cnt.v_free_count);
		s = splvm();
		if (!done)
			tsleep(&vm_pageout_retest, PVM, "pgrest", REST);
		else if (!vm_pager_sync_needed())
			tsleep(&vm_pages_needed, PVM, "psleep", 0);
		splx(s);
		vm_pager_sync();
	}
}
