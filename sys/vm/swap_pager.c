/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * swap_pager.c: anonymous memory goes to the swap area.
 *
 * The area is the whole of the swap disk, in slots of a page.  One table has
 * an entry a slot: which page of which object it holds.  A hash finds the
 * slot of <object, page>.  So nothing is allocated to write a page, a slot
 * moves with its page when objects collapse, and an object's slots are freed
 * without a list of them.
 *
 * A page gets a new slot each time that it is written, next to those of its
 * cluster.  A slot in which a write has failed is never used again.  Where
 * writes fail one after the other the next ones go to another region of the
 * disk, far away: a bad stretch is not the whole disk.  When so many regions
 * have failed in turn, and no write has succeeded in between, the disk is
 * given up: no page goes there any more.  What is there can still be read, and
 * is kept, since it cannot be written again.
 *
 * Locking: process context, without sleeping.
 *
 * Memory: 14 to 16 bytes a slot, taken once.  A large area on a small
 * machine is only used as far as its table takes a twentieth of the memory.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/buf.h>

#include <vm/vm.h>

#define SLOT_SECTORS	(PAGE_SIZE / DEV_BSIZE)
#define SWAP_BAD	((vm_object_t)1) /* owns bad slots */
#define SWAP_LOW(n)	((n) / 8)	/* free below this: keep no copies */
#define FREE_SLOTS	16384u		/* freed at a time */
#define RUN_SEARCH	512		/* slots looked at for a longer run */
#define BAD_TOLD	20		/* bad slots to print */
#define REGIONS		8		/* of the area */
#define REGION_FAILS	2		/* bad writes until the next one */
#define REGION_STEP	3		/* which is so far */
#define REGIONS_TRIED	4		/* until the disk is given up */
#define INJECT_PAGE	1500		/* page-in that swapflip spoils */

struct swslot {
	vm_object_t	sw_object;	/* NULL: free */
	u_int		sw_page;	/* of the object */
	u_int		sw_next;	/* slot in the hash chain, 0: end */
};

struct pager_struct swap_pager;

static struct swslot *sw_slots;		/* [0] is never used */
static u_int sw_nslots;
static u_int *sw_hash;
static u_int sw_hashmask;
static u_int sw_rover;			/* where to look for free ones */
static bool sw_inject;			/* spoil a page, for the tests */
static u_int sw_fails;			/* bad writes in a row, in a region */
static u_int sw_left;			/* bits: regions left since then */
static u_int sw_nleft;			/* how many */
static bool sw_failed;			/* the disk is given up */

static void
swap_pager_init(void)
{

	swap_pager.pg_type = PG_SWAP;
	swap_pager.pg_ops = &swappagerops;
}

/* Take the tables for n slots. */
static void
swap_tables(u_int n)
{
	u_int buckets;

	for (buckets = 64; buckets < n / 2; buckets <<= 1)
		continue;
	sw_slots = (struct swslot *)kmem_alloc(kernel_map,
	    round_page(n * sizeof(*sw_slots)));
	sw_hash = (u_int *)kmem_alloc(kernel_map,
	    round_page(buckets * sizeof(*sw_hash)));
	if (sw_slots == NULL || sw_hash == NULL)
		panic("swapinit: no kernel memory for %u slots", n);
	sw_hashmask = buckets - 1;
	sw_nslots = n;
	sw_rover = 1;
}

/*
 * Find the swap disk and begin to use it.
 *
 * => process context, once, when the disks are there
 */
void
swapinit(void)
{
	int sectors = wdsize(WD_SWAP);
	u_int slots, most;

	sw_inject = getoption("inject") != NULL &&
	    strcmp(getoption("inject"), "swapflip") == 0;
	if (sectors <= 0) {
		printf("swap: no disk; anonymous memory stays in RAM\n");
		return;
	}
	slots = (u_int)sectors / SLOT_SECTORS;
	most = cnt.v_page_count / 20 * PAGE_SIZE /
	    (sizeof(struct swslot) + sizeof(u_int));
	if (slots < 16) {
		printf("swap: the disk is too small, %d sectors; not used\n",
		    sectors);
		return;
	}
	if (slots > most)
		printf("swap: %u MB of %u MB used\n", most / 256,
		    slots / 256);
	swap_tables(MIN(slots, most));
	cnt.v_swap_pages = cnt.v_swap_free = sw_nslots - 1;
	printf("swap: %u pages\n", cnt.v_swap_pages);
}

static inline u_int *
swap_bucket(vm_object_t object, u_int page)
{

	return (&sw_hash[(((u_int)object >> 5) * 31 + page) & sw_hashmask]);
}

/* The slot of an object's page, 0 if it has none. */
static u_int
swap_lookup(vm_object_t object, u_int page)
{
	u_int slot;

	if (object->swslots == 0)
		return (0);
	for (slot = *swap_bucket(object, page); slot != 0;
	    slot = sw_slots[slot].sw_next)
		if (sw_slots[slot].sw_object == object &&
		    sw_slots[slot].sw_page == page)
			break;
	return (slot);
}

/* Make a free slot that of an object's page. */
static void
swap_insert(u_int slot, vm_object_t object, u_int page)
{
	u_int *bucket = swap_bucket(object, page);

	sw_slots[slot].sw_object = object;
	sw_slots[slot].sw_page = page;
	sw_slots[slot].sw_next = *bucket;
	*bucket = slot;
	object->swslots++;
}

/* Take a slot from its object. */
static void
swap_remove(u_int slot)
{
	struct swslot *sw = &sw_slots[slot];
	u_int *link;

	for (link = swap_bucket(sw->sw_object, sw->sw_page); *link != slot;
	    link = &sw_slots[*link].sw_next)
		KASSERT(*link != 0);
	*link = sw->sw_next;
	KASSERT(sw->sw_object->swslots != 0);
	sw->sw_object->swslots--;
	sw->sw_object = NULL;
}

/* => a slot of a disk that is given up is free for nobody */
static void
swap_free_slot(u_int slot)
{

	swap_remove(slot);
	if (sw_failed)
		cnt.v_swap_bad++;
	else
		cnt.v_swap_free++;
}

/*
 * Find up to `want' free slots in a row.
 *
 * => how many, and the first of them; 0: the area is full
 */
static u_int
swap_find_run(u_int want, u_int *first)
{
	u_int slot = sw_rover, n = 0, best = 0, seen;

	if (swap_pager_full())
		return (0);
	for (seen = 0; seen < sw_nslots + want && best < want; seen++) {
		if (best > 0 && seen > RUN_SEARCH)
			break;
		if (slot >= sw_nslots) {
			slot = 1;
			n = 0;
		}
		if (sw_slots[slot].sw_object != NULL)
			n = 0;
		else if (++n > best) {
			best = n;
			*first = slot - n + 1;
		}
		slot++;
	}
	sw_rover = *first + best;
	return (best);
}

/*
 * Is there a slot for a page of the object at the offset?
 */
boolean_t
swap_pager_has(vm_object_t object, vm_offset_t offset)
{

	return (swap_lookup(object, atop(offset)) != 0);
}

/*
 * Is there no free slot any more, or none that can be written?
 */
boolean_t
swap_pager_full(void)
{

	return (cnt.v_swap_free == 0);
}

/*
 * Has the disk been given up?
 */
boolean_t
swap_pager_failed(void)
{

	return (sw_failed);
}

/*
 * Give a page's slot back, if it has one.
 */
void
swap_pager_free(vm_object_t object, vm_offset_t offset)
{
	u_int slot = swap_lookup(object, atop(offset));

	if (slot != 0)
		swap_free_slot(slot);
}

/*
 * Give a page's slot to a page of another object.
 */
void
swap_pager_move(vm_object_t from, vm_offset_t foff, vm_object_t to,
    vm_offset_t toff)
{
	u_int slot = swap_lookup(from, atop(foff));

	KASSERT(slot != 0 && swap_lookup(to, atop(toff)) == 0);
	swap_remove(slot);
	swap_insert(slot, to, atop(toff));
	to->pager = &swap_pager;
}

/*
 * Begin a walk over what an object has in swap.
 *
 * => slots that the walk has met may be moved and freed meanwhile
 */
void
swap_walk_start(struct swap_walk *walk, vm_object_t object)
{

	walk->sww_object = object;
	walk->sww_left = object->swslots;
	/* A look at a slot costs an eighth of a search for a page. */
	walk->sww_by_slot = atop(object->size) > sw_nslots / 8;
	walk->sww_next = walk->sww_by_slot ? 1 : 0;
}

/*
 * The next offset of the walk.  => FALSE: that was all
 */
boolean_t
swap_walk_next(struct swap_walk *walk, vm_offset_t *offset)
{
	vm_object_t object = walk->sww_object;
	u_int i, end;

	if (walk->sww_left == 0)
		return (FALSE);
	end = walk->sww_by_slot ? sw_nslots : atop(object->size);
	while ((i = walk->sww_next++) < end) {
		if (walk->sww_by_slot) {
			if (sw_slots[i].sw_object != object)
				continue;
			*offset = ptoa(sw_slots[i].sw_page);
		} else {
			if (swap_lookup(object, i) == 0)
				continue;
			*offset = ptoa(i);
		}
		walk->sww_left--;
		return (TRUE);
	}
	return (FALSE);
}

/* Free up to n slots of [start, end) of an object, by looking at all slots. */
static vm_offset_t
swap_free_by_slot(vm_object_t object, vm_offset_t start, vm_offset_t end,
    u_int n)
{
	u_int slot;

	for (slot = 1; slot < sw_nslots && object->swslots != 0; slot++) {
		if (sw_slots[slot].sw_object != object ||
		    sw_slots[slot].sw_page < atop(start) ||
		    sw_slots[slot].sw_page >= atop(end))
			continue;
		if (n-- == 0)
			return (start);
		swap_free_slot(slot);
	}
	return (end);
}

/*
 * Free the slots of [start, end) of an object; or some of them, if it is
 * much.
 *
 * => where it goes on: `end', if all is done
 */
vm_offset_t
swap_pager_free_range(vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	vm_offset_t stop;

	if (object->swslots == 0)
		return (end);
	if (atop(end - start) > sw_nslots / 8)
		return (swap_free_by_slot(object, start, end, FREE_SLOTS));
	stop = MIN(end, start + ptoa(FREE_SLOTS));
	for (; start < stop && object->swslots != 0; start += PAGE_SIZE)
		swap_pager_free(object, start);
	return (object->swslots == 0 ? end : stop);
}

/* An object goes away. */
static void
swap_pager_dealloc(vm_object_t object)
{

	vm_offset_t start = 0;

	while (object->swslots != 0 && start < object->size) {
		start = swap_pager_free_range(object, start, object->size);
		yield();
	}
	KASSERTMSG(object->swslots == 0, "%u slots left", object->swslots);
}

/*
 * Does the page carry a whole stamp (tests/stress/stamp.c)?  One that went
 * out while it was written does not.
 */
static boolean_t
swap_stamped(const u_int *word)
{
	static const u_int zero;
	u_int sum;

	sum = checksum(CHECKSUM_START, word, 3 * sizeof(*word));
	sum = checksum(sum, &zero, sizeof(zero));
	return (word[2] != 0 && word[3] ==
	    checksum(sum, word + 4, PAGE_SIZE - 4 * sizeof(*word)));
}

/* For the tests: spoil one byte of a page that hog has come to verify. */
static void
swap_inject(vm_page_t m)
{
	u_int at = (u_int)getoption_int("seed", 1) * 2654435761u % PAGE_SIZE;
	vm_offset_t kva;

	if (cnt.v_pageins < INJECT_PAGE || curproc == NULL ||
	    strcmp(curproc->p_comm, "hog") != 0)
		return;
	kva = vm_pager_map_pages(&m, 1, TRUE);
	if (swap_stamped((u_int *)kva)) {
		((u_char *)kva)[at] ^= 0x10;
		sw_inject = false;
	}
	vm_pager_unmap_pages(kva, 1);
	if (sw_inject)
		return;
	m->flags &= ~PG_CLEAN;		/* else it may be read once more */
	printf("inject: byte %u of page 0x%x is flipped\n", at,
	    VM_PAGE_TO_PHYS(m));
}

/* A page has come in.  When swap is short, its copy there goes. */
static void
swap_pager_read(vm_page_t m, u_int slot)
{

	cnt.v_pageins++;
	m->flags |= PG_CLEAN;
	if (cnt.v_swap_free < SWAP_LOW(sw_nslots) && !sw_failed) {
		swap_free_slot(slot);
		m->flags &= ~PG_CLEAN;
	}
	if (sw_inject)
		swap_inject(m);
	pmap_clear_modify(VM_PAGE_TO_PHYS(m));
}

/* Read pages, one by one: each has a slot of its own. */
static int
swap_pager_getpages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{
	u_int slot;
	int i, rv;

	(void)sync;
	for (i = 0; i < n; i++) {
		slot = swap_lookup(object, atop(list[i]->offset));
		if (slot == 0)
			return (VM_PAGER_BAD);
		rv = vm_pager_io(object, &list[i], 1, WD_SWAP,
		    (daddr_t)(slot * SLOT_SECTORS), PGIO_READ);
		if (rv != VM_PAGER_OK) {
			cnt.v_pageinerrs++;
			printf("swap: slot %u cannot be read\n", slot);
			return (rv);
		}
		swap_pager_read(list[i], slot);
	}
	return (VM_PAGER_OK);
}

/*
 * A write has failed: go on elsewhere, or give up.
 *
 * => what was under way in a region when it was left says nothing new
 */
static void
swap_write_failed(u_int slot)
{
	u_int size = sw_nslots / REGIONS + 1, region = slot / size;
	int s;

	if (sw_failed || (sw_left & 1u << region) != 0 ||
	    ++sw_fails < REGION_FAILS)
		return;
	sw_fails = 0;
	sw_left |= 1u << region;
	if (++sw_nleft < REGIONS_TRIED) {
		sw_rover = MAX((region + REGION_STEP) % REGIONS * size, 1);
		return;
	}
	sw_failed = true;
	cnt.v_swap_bad += cnt.v_swap_free;
	cnt.v_swap_free = 0;
	s = splbio();			/* the driver has messages too */
	printf("swap: writes fail in %u places of the disk; no more pages go "
	    "there\n", REGIONS_TRIED);
	splx(s);
}

/*
 * A page has been written, or not.
 *
 * => not: the page has no slot; with VM_PAGER_ERROR the one that it had is
 *    not used again
 */
void
swap_pager_wrote(vm_object_t object, vm_page_t m, int rv)
{
	u_int slot;

	if (rv == VM_PAGER_OK) {
		cnt.v_pageouts++;
		sw_fails = sw_left = sw_nleft = 0;
		return;
	}
	slot = swap_lookup(object, atop(m->offset));
	if (slot == 0)
		return;
	if (rv != VM_PAGER_ERROR) {
		swap_free_slot(slot);
		return;
	}
	swap_remove(slot);
	sw_slots[slot].sw_object = SWAP_BAD;
	if (cnt.v_swap_bad++ < BAD_TOLD)
		printf("swap: slot %u cannot be written; not used again\n",
		    slot);
	swap_write_failed(slot);
}

/* Give n pages slots in a row, from `first' on, for what they had. */
static void
swap_assign(vm_object_t object, vm_page_t *list, u_int n, u_int first)
{
	u_int i;

	for (i = 0; i < n; i++) {
		swap_pager_free(object, list[i]->offset);
		swap_insert(first + i, object, atop(list[i]->offset));
		cnt.v_swap_free--;
	}
}

/*
 * Write pages to new slots, in as few transfers as the free slots allow.
 *
 * => what could not be written of an asynchronous list is handed back by
 *    vm_pager_done, once something is under way
 */
static int
swap_pager_putpages(vm_object_t object, vm_page_t *list, int npages,
    boolean_t sync)
{
	u_int first = 0, run, n = (u_int)npages, done, i;
	int rv = VM_PAGER_FAIL;

	for (done = 0; done < n; done += run) {
		run = swap_find_run(n - done, &first);
		if (run != 0)
			swap_assign(object, list + done, run, first);
		else {
			/* Full: write over the copy that it has, if any. */
			first = sw_failed ? 0 : swap_lookup(object,
			    atop(list[done]->offset));
			run = 1;
			rv = VM_PAGER_FAIL;
			if (first == 0)
				break;
		}
		rv = vm_pager_io(object, list + done, (int)run, WD_SWAP,
		    (daddr_t)(first * SLOT_SECTORS), sync ? 0 : PGIO_ASYNC);
		if (rv == VM_PAGER_AGAIN || rv == VM_PAGER_ERROR) {
			for (i = 0; i < run; i++)
				swap_pager_wrote(object, list[done + i], rv);
			break;
		}
	}
	if (done == n || done == 0 || sync)
		return (rv);
	for (i = done; i < n; i++)
		vm_pager_done(object, list[i], rv);
	return (VM_PAGER_PEND);
}

static vm_pager_t
swap_pager_alloc(void *handle, vm_size_t size, vm_prot_t prot,
    vm_offset_t offset)
{

	(void)handle, (void)size, (void)prot, (void)offset;
	return (&swap_pager);
}

const struct pagerops swappagerops = {
	.pgo_init = swap_pager_init,
	.pgo_alloc = swap_pager_alloc,
	.pgo_dealloc = swap_pager_dealloc,
	.pgo_getpages = swap_pager_getpages,
	.pgo_putpages = swap_pager_putpages,
	.pgo_haspage = swap_pager_has,
};
