/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * ptp.c: page-table pages, page directories and the arena that they live in.
 *
 * Role: owns the arena's addresses, the descriptors and the lists that they
 * are on, the directory entries, the walk over a range, the choice of a
 * victim.  It does not know what a managed page is, and holds slices as
 * opaque words.  Called by pmap.c, and at boot and by the audit.
 *
 * Structures: the arena is one range of kernel addresses.  Page n of it is
 * described by ptp_table[n].  Its first pages are the kernel's own page
 * tables, in order, so that ptp_kpte[] is one array over all kernel
 * addresses; the arena's own PTEs lie there too, and exist from boot.
 *
 *	arena  | kernel tables | directory | slices, page tables, ... | free |
 *
 * A page that holds a frame stays at its address while it holds it: a PTE of
 * any pmap is one load away, and no interrupt can take it away.
 *
 *	FREE --arena_map--> READY --attach--> USER --detach--> DEAD
 *	  ^                  |  ^                               |
 *	  |                  |  '-------------retire------------'
 *	  '--arena_free-- GONE <--arena_unmap
 *
 * pmap.c empties a DEAD page at once, and flushes the TLB before the operation
 * ends; a GONE page waits for that flush.  A READY page may also become a
 * directory or a page of slices.
 *
 * Invariants: PT1, PT3, PT5, PT6, PT7, PM2.
 *
 * Memory: allocates nothing.  Frames come from pmap.c and go back to it.
 *
 * TLB: an arena page that is unmapped must be flushed by the caller before
 * its frame is given away; so must a directory entry that was cleared, before
 * its page table is used again.
 *
 * See also: doc/design.md.
 */
#include "pmap_private.h"

struct ptp *ptp_table;
vm_offset_t ptp_arena;
uint32_t ptp_npages;
uint32_t *ptp_kpte;
struct ptp_list ptp_free;
struct ptp_list ptp_ready;
struct ptp_list ptp_dirs;
struct ptp_list ptp_victims;
uint32_t ptp_inuse;
uint32_t ptp_ndirs;

/*
 * The page tables that were put into use last, and where the next one goes:
 * no victims, or what one instruction needs would take from each other.
 */
static const struct ptp *ptp_newest[6];
static uint32_t ptp_attached;

#define PTP_EXAMINE	8	/* victims looked at in one choice */

#define PDE_KERNEL	(PMB_VALID | PMB_WRITE)
#define PDE_USER	(PMB_VALID | PMB_WRITE | PMB_USER)

/* ----- lists ----- */

static void
ptp_list_init(struct ptp_list *pl)
{
	pl->pl_first = NULL;
	pl->pl_last = &pl->pl_first;
	pl->pl_count = 0;
}

static void
ptp_list_append(struct ptp_list *pl, struct ptp *pt)
{
	PMAP_ASSERT(pt->pt_pprev == NULL, "PM2 page %p is on a list",
	    (void *)pt);
	pt->pt_next = NULL;
	pt->pt_pprev = pl->pl_last;
	*pl->pl_last = pt;
	pl->pl_last = &pt->pt_next;
	pl->pl_count++;
}

static void
ptp_list_remove(struct ptp_list *pl, struct ptp *pt)
{
	PMAP_ASSERT(pt->pt_pprev != NULL && *pt->pt_pprev == pt,
	    "PM2 page %p is not on its list", (void *)pt);
	*pt->pt_pprev = pt->pt_next;
	if (pt->pt_next != NULL)
		pt->pt_next->pt_pprev = pt->pt_pprev;
	else
		pl->pl_last = pt->pt_pprev;
	pt->pt_pprev = NULL;
	pl->pl_count--;
}

static struct ptp *
ptp_list_pop(struct ptp_list *pl)
{
	struct ptp *pt = pl->pl_first;

	if (pt != NULL)
		ptp_list_remove(pl, pt);
	return (pt);
}

/* ----- arena ----- */

/*
 * Set up the arena, all of it free.
 * => boot only; the first pages are mapped already (see pmap_bootstrap)
 * => table: zeroed, one descriptor a page
 */
void
ptp_bootstrap(vm_offset_t arena, uint32_t npages, struct ptp *table,
    uint32_t *kpte)
{
	uint32_t i;

	ptp_arena = arena;
	ptp_npages = npages;
	ptp_table = table;
	ptp_kpte = kpte;
	ptp_inuse = ptp_ndirs = 0;
	ptp_list_init(&ptp_free);
	ptp_list_init(&ptp_ready);
	ptp_list_init(&ptp_dirs);
	ptp_list_init(&ptp_victims);
	for (i = 0; i < npages; i++) {
		table[i].pt_pte = (uint32_t *)(arena + i * PMB_PAGE);
		table[i].pt_state = PTS_FREE;
		ptp_list_append(&ptp_free, &table[i]);
	}
}

/*
 * Map a frame at a free arena address.
 * => returns the descriptor, on no list, or NULL when the arena is full
 */
struct ptp *
ptp_arena_map(uint32_t pa, enum ptp_state state)
{
	struct ptp *pt = ptp_list_pop(&ptp_free);
	uint32_t old;

	if (pt == NULL)
		return (NULL);
	old = pte_swap(kernel_pte((vm_offset_t)pt->pt_pte),
	    pa | PMB_OWN | PH_GLOBAL);
	PMAP_ASSERT((old & PMB_VALID) == 0 || (old & PMB_FRAME) == pa,
	    "PT6 free arena page %p holds 0x%x", (void *)pt->pt_pte, old);
	pt->pt_pmap = NULL;
	pt->pt_va = 0;
	pt->pt_pa = pa;
	pt->pt_valid = pt->pt_wired = pt->pt_managed = 0;
	pt->pt_state = (uint16_t)state;
	return (pt);
}

/*
 * Unmap an arena page that is on no list.
 * => the caller flushes pt->pt_pte, then calls ptp_arena_free
 */
void
ptp_arena_unmap(struct ptp *pt)
{
	uint32_t old = pte_swap(kernel_pte((vm_offset_t)pt->pt_pte), 0);

	PMAP_ASSERT((old & PMB_VALID) != 0 && (old & PMB_FRAME) == pt->pt_pa,
	    "PT6 arena page %p holds 0x%x, not 0x%x", (void *)pt->pt_pte, old,
	    pt->pt_pa);
	pt->pt_state = PTS_GONE;
	pt->pt_pmap = NULL;
}

/*
 * The address of an unmapped arena page may be used again.
 * => returns the frame that it held, which is the caller's
 */
uint32_t
ptp_arena_free(struct ptp *pt)
{
	PMAP_ASSERT(pt->pt_state == PTS_GONE, "PM2 arena page %p is %s",
	    (void *)pt->pt_pte, ptp_state_name(pt));
	pt->pt_state = PTS_FREE;
	ptp_list_append(&ptp_free, pt);
	return (pt->pt_pa);
}

/* ----- page tables ----- */

/*
 * Keep a zeroed page for the next page table.
 */
void
ptp_ready_push(struct ptp *pt)
{
	pt->pt_state = PTS_READY;
	pt->pt_pmap = NULL;
	ptp_list_append(&ptp_ready, pt);
}

struct ptp *
ptp_ready_pop(void)
{
	return (ptp_list_pop(&ptp_ready));
}

/*
 * Is any user slot in the group of this slot in use?
 */
static bool
ptp_group_used(const struct pmap *pm, uint32_t slot)
{
	uint32_t i = slot & ~(PTP_GROUP - 1), end = i + PTP_GROUP;

	if (end > va_slot(PH_USER_PTMAX))
		end = va_slot(PH_USER_PTMAX);
	for (; i < end; i++)
		if (pte_read(&pm->pm_pdir[i]) & PMB_VALID)
			return (true);
	return (false);
}

/*
 * Hook a ready page table into a pmap at the slot of va.
 * => the slot is empty; the table holds no entry yet
 */
void
ptp_attach(struct ptp *pt, struct pmap *pm, vm_offset_t va)
{
	uint32_t slot = va_slot(va), old;

	PMAP_ASSERT(pt->pt_state == PTS_READY, "PT3 page %p is in use",
	    (void *)pt);
	pt->pt_pmap = pm;
	pt->pt_va = va & ~(PMB_SLOT - 1);
	pt->pt_valid = pt->pt_wired = pt->pt_managed = 0;
	pt->pt_state = PTS_USER;
	old = pte_swap(&pm->pm_pdir[slot], pt->pt_pa | PDE_USER);
	PMAP_ASSERT(old == 0, "PT1 pmap %p va 0x%x: entry 0x%x is replaced",
	    (void *)pm, pt->pt_va, old);
	pm->pm_slots |= 1u << (slot / PTP_GROUP);
	ptp_inuse++;
	ptp_newest[ptp_attached++ % PTP_NEWEST] = pt;
	ptp_list_append(&ptp_victims, pt);
}

/*
 * Does the directory hold a page table of the pmap's in this slot?
 */
static bool
ptp_owns(const struct pmap *pm, uint32_t slot)
{
	uint32_t pde = pte_read(&pm->pm_pdir[slot]);
	const struct frame *fr = frame_lookup(pde);

	return ((pde & PMB_VALID) != 0 && frame_tag(fr) == FR_PTP &&
	    fr->fr_ptp->pt_pmap == pm && va_slot(fr->fr_ptp->pt_va) == slot);
}

/*
 * Unhook a page table from its pmap.
 * => its entries stay in it until the caller has emptied it
 * => returns false if the directory did not hold it (PT1): what it holds
 *    instead is left alone if it is a page table of the pmap's, for that slot
 */
bool
ptp_detach(struct ptp *pt)
{
	struct pmap *pm = pt->pt_pmap;
	uint32_t slot = va_slot(pt->pt_va);
	bool hooked = ptp_is_hooked(pt);

	PMAP_ASSERT(pt->pt_state == PTS_USER, "PT3 page table %p is %s",
	    (void *)pt, ptp_state_name(pt));
	if (hooked || !ptp_owns(pm, slot))
		(void)pte_swap(&pm->pm_pdir[slot], 0);
	if (!ptp_group_used(pm, slot))
		pm->pm_slots &= ~(1u << (slot / PTP_GROUP));
	if (pt->pt_pprev != NULL)
		ptp_list_remove(&ptp_victims, pt);
	pt->pt_state = PTS_DEAD;
	return (hooked);
}

/*
 * => returns a page table of pm that its directory does not hold, or NULL:
 *    only damage from outside makes one (PT1)
 */
struct ptp *
ptp_orphan(const struct pmap *pm)
{
	uint32_t i;

	for (i = 0; i < ptp_npages; i++)
		if (ptp_table[i].pt_state == PTS_USER &&
		    ptp_table[i].pt_pmap == pm && !ptp_is_hooked(&ptp_table[i]))
			return (&ptp_table[i]);
	return (NULL);
}

/*
 * A dead page table is empty: make it ready again.
 * => the caller flushes before it takes a ready page table
 */
void
ptp_retire(struct ptp *pt)
{
	PMAP_ASSERT(pt->pt_state == PTS_DEAD && pt->pt_valid == 0,
	    "PT3 page table %p is %s with %u entries", (void *)pt,
	    ptp_state_name(pt), pt->pt_valid);
	ptp_inuse--;
	ptp_ready_push(pt);
}

/*
 * Put a user's page table on the victim queue, or take it off, as its count
 * of wired entries demands (PT7).
 */
void
ptp_queue(struct ptp *pt)
{
	bool queued = pt->pt_pprev != NULL;

	if (pt->pt_state != PTS_USER || queued == (pt->pt_wired == 0))
		return;
	if (queued)
		ptp_list_remove(&ptp_victims, pt);
	else
		ptp_list_append(&ptp_victims, pt);
}

/*
 * Is it one of those attached last?
 */
bool
ptp_is_new(const struct ptp *pt)
{
	uint32_t i;

	for (i = 0; i < PTP_NEWEST && ptp_newest[i] != pt; i++)
		continue;
	return (i < PTP_NEWEST);
}

/*
 * Choose a page table to take away: of the oldest few the one with the fewest
 * entries.  One that was used since it was last looked at (A of its directory
 * entry) goes to the end of the queue instead, unless any will do.  A is
 * cleared without a flush: a processor that caches the entry does not set it
 * again soon (SDM vol. 3A, 4.10.3.1), which ages the table too fast and
 * harms nothing.
 * => spare: never chosen; may be NULL.  One of those attached last is chosen
 *    only if any will do and there is no other
 * => returns NULL if there is none; none is looked at twice in one choice, or
 *    what goes to the end would come back as cold
 */
struct ptp *
ptp_victim(const struct ptp *spare, bool any)
{
	struct ptp *pt, *next, *best = NULL, *newest = NULL, **choice;
	uint32_t *pde, left = ptp_victims.pl_count;

	if (left > PTP_EXAMINE)
		left = PTP_EXAMINE;
	for (pt = ptp_victims.pl_first; left > 0; pt = next, left--) {
		next = pt->pt_next;
		if (pt == spare)
			continue;
		pde = &pt->pt_pmap->pm_pdir[va_slot(pt->pt_va)];
		if (!any && (pte_read(pde) & PMB_REF)) {
			pte_clear(pde, PMB_REF);
			ptp_list_remove(&ptp_victims, pt);
			ptp_list_append(&ptp_victims, pt);
			continue;
		}
		choice = ptp_is_new(pt) ? &newest : &best;
		if (*choice == NULL || pt->pt_valid < (*choice)->pt_valid)
			*choice = pt;
	}
	return (best != NULL || !any ? best : newest);
}

/*
 * Declare the page table of a kernel slot.  => boot only
 */
void
ptp_kernel_init(struct ptp *pt, vm_offset_t va)
{
	pt->pt_pmap = kernel_pmap;
	pt->pt_va = va;
	pt->pt_state = PTS_KERNEL;
	kernel_pmap->pm_slots |= 1u << (va_slot(va) / PTP_GROUP);
}

/* ----- directories ----- */

/*
 * Make a zeroed page a directory with the kernel's entries, and the one that
 * maps itself if the host wants it (PT5).
 */
void
ptp_dir_init(struct ptp *pt, const struct pmap *kernel)
{
	uint32_t slot, end = va_slot(PH_KERNEND - 1u);

	for (slot = va_slot(PH_KERNBASE); slot <= end; slot++)
		(void)pte_swap(&pt->pt_pte[slot],
		    pte_read(&kernel->pm_pdir[slot]));
	if (PH_RECURSIVE != 0)
		(void)pte_swap(&pt->pt_pte[PH_RECURSIVE],
		    pt->pt_pa | PDE_KERNEL);
	pt->pt_pmap = NULL;
	pt->pt_state = PTS_DIRREADY;
	ptp_list_append(&ptp_dirs, pt);
}

/*
 * => returns a directory with the kernel's entries only, or NULL
 */
struct ptp *
ptp_dir_pop(void)
{
	return (ptp_list_pop(&ptp_dirs));
}

/*
 * Give a directory that was popped to a pmap.
 */
void
ptp_dir_attach(struct ptp *pt, struct pmap *pm)
{
	PMAP_ASSERT(pt->pt_state == PTS_DIRREADY, "PT3 directory %p is %s",
	    (void *)pt, ptp_state_name(pt));
	pt->pt_state = PTS_DIR;
	pt->pt_pmap = pm;
	pm->pm_pdir = pt->pt_pte;
	pm->pm_pdirpa = pt->pt_pa;
	if (pm != kernel_pmap)
		ptp_ndirs++;
}

/*
 * Take the directory of a pmap that has no page table left.
 * => a pmap that lives in the descriptor is cleared
 */
void
ptp_dir_detach(struct ptp *pt)
{
	struct pmap *pm = pt->pt_pmap;

	PMAP_ASSERT(pt->pt_state == PTS_DIR && pm->pm_slots == 0,
	    "PT1 directory %p goes with slots 0x%x", (void *)pt, pm->pm_slots);
	pm->pm_pdir = NULL;
	pm->pm_pdirpa = 0;
	pt->pt_pmap = NULL;
	pt->pt_store = (struct pmap){ .pm_count = 0 };
	pt->pt_state = PTS_DIRREADY;
	ptp_ndirs--;
	ptp_list_append(&ptp_dirs, pt);
}

/* ----- the walk over a range ----- */

/*
 * Step to the next page table; the calling loop stands in pmap_private.h.
 */
bool
ptp_range_next(struct ptp_range *r)
{
	const struct pmap *pm = r->pr_pmap;
	uint32_t slot = va_slot(r->pr_va), end = va_slot(r->pr_last), pde = 0;

	if (r->pr_done)
		return (false);
	while (slot <= end) {
		if ((pm->pm_slots >> (slot / PTP_GROUP) & 1) == 0) {
			slot = (slot | (PTP_GROUP - 1)) + 1;
			continue;
		}
		pde = pte_read(&pm->pm_pdir[slot]);
		if (pde & PMB_VALID)
			break;
		slot++;
	}
	if (slot > end) {
		r->pr_done = true;
		return (false);
	}
	r->pr_ptp = ptp_of_pde(pde);
	PMAP_ASSERT(r->pr_ptp->pt_pmap == pm &&
	    va_slot(r->pr_ptp->pt_va) == slot,
	    "PT1 pmap %p va 0x%x: entry 0x%x is another's", (const void *)pm,
	    slot << PMB_SLOTSHIFT, pde);
	r->pr_lo = slot == va_slot(r->pr_va) ? va_index(r->pr_va) : 0;
	r->pr_hi = slot == end ? va_index(r->pr_last) : PMB_NPTE - 1;
	r->pr_done = slot == end;
	r->pr_va = (slot + 1) << PMB_SLOTSHIFT;
	return (true);
}

/*
 * The first valid entry in [i, last] of a page table, or last + 1.
 * => most page tables are nearly empty: where all entries of a user's are
 *    tracked, what has no slice has no entry, and is stepped over
 */
uint32_t
ptp_next_valid(const struct ptp *pt, uint32_t i, uint32_t last)
{
	const uint32_t *pte = pt->pt_pte;
	bool sliced = pt->pt_state != PTS_KERNEL &&
	    pt->pt_valid == pt->pt_managed;
	uint32_t end;

	for (; i <= last; i = end + 1) {
		end = i | (PV_NLINK - 1);
		if (sliced && pt->pt_slice[i / PV_NLINK] == NULL)
			continue;
		if (end > last)
			end = last;
		for (; i <= end; i++)
			if (pte_read(&pte[i]) & PMB_VALID)
				return (i);
	}
	return (last + 1);
}

/* ----- for the audit ----- */

/*
 * Is a list whole, and holds it only pages of its state? (PM2)
 */
bool
ptp_list_ok(const struct ptp_list *pl, enum ptp_state state)
{
	const struct ptp *pt, *const *pprev = (const struct ptp *const *)
	    &pl->pl_first;
	uint32_t n = 0;

	for (pt = pl->pl_first; pt != NULL && n <= ptp_npages; n++) {
		if ((uintptr_t)pt % sizeof(uint32_t) != 0 ||
		    pt < ptp_table || pt >= ptp_table + ptp_npages ||
		    pt->pt_state != (uint16_t)state ||
		    (const struct ptp *const *)pt->pt_pprev != pprev)
			return (false);
		pprev = (const struct ptp *const *)&pt->pt_next;
		pt = pt->pt_next;
	}
	return (n == pl->pl_count &&
	    (const struct ptp *const *)pl->pl_last == pprev);
}

/*
 * Are the lists whole, and holds each only pages of its state? (PM2)
 */
bool
ptp_lists_ok(void)
{
	return (ptp_list_ok(&ptp_free, PTS_FREE) &&
	    ptp_list_ok(&ptp_ready, PTS_READY) &&
	    ptp_list_ok(&ptp_dirs, PTS_DIRREADY) &&
	    ptp_list_ok(&ptp_victims, PTS_USER));
}

const char *
ptp_state_name(const struct ptp *pt)
{
	static const char *const names[] = {
		[PTS_FREE] = "free", [PTS_READY] = "ready",
		[PTS_USER] = "user", [PTS_DEAD] = "dead",
		[PTS_KERNEL] = "kernel", [PTS_DIR] = "directory",
		[PTS_DIRREADY] = "ready directory", [PTS_SLICES] = "slices",
		[PTS_GONE] = "unmapped"
	};

	return (pt->pt_state <= PTS_GONE ? names[pt->pt_state] : "damaged");
}
