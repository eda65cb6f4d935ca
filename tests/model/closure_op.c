/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_op.c: the transitions of a world, on the module and on the model.
 *
 * An operation is what the virtual memory system or the processor may do in
 * any state.  Those that allocate are run again for each of their allocations
 * with a refusal there; see enum cl_fail.
 */
#include <stdio.h>
#include <string.h>

#include "closure.h"

#define PAGE		4096u
#define READ_ONLY	VM_PROT_READ
#define READ_WRITE	(VM_PROT_READ | VM_PROT_WRITE)

static void
list_enters(struct cl_op **op, uint32_t p, uint32_t v)
{
	uint32_t page, i;

	for (page = 0; page < cl_world->cw_pages; page++)
		for (i = 0; i < 4; i++) {
			if ((!(i & 1) && !cl_world->cw_readonly) ||
			    ((i & 2) && !cl_world->cw_wired))
				continue;
			*(*op)++ = (struct cl_op){ .o_kind = CL_ENTER,
			    .o_pmap = p, .o_va = v, .o_page = page,
			    .o_write = i & 1, .o_wired = i >> 1 };
		}
}

static void
list_pmap(struct cl_op **op, uint32_t p)
{
	const struct cl_world *w = cl_world;
	uint32_t v, k, i;

	for (v = 0; v < CL_VAS; v++) {
		list_enters(op, p, v);
		for (k = CL_REMOVE; k <= CL_PROTECT; k += CL_PROTECT -
		    CL_REMOVE)
			if (k == CL_REMOVE || w->cw_readonly)
				*(*op)++ = (struct cl_op){ .o_kind = k,
				    .o_pmap = p, .o_va = v };
		for (i = 0; i < 2 && w->cw_wired; i++)
			*(*op)++ = (struct cl_op){ .o_kind = CL_WIRING,
			    .o_pmap = p, .o_va = v, .o_wired = i };
	}
	*(*op)++ = (struct cl_op){ .o_kind = CL_REMOVE_ALL, .o_pmap = p };
	*(*op)++ = (struct cl_op){ .o_kind = CL_COLLECT, .o_pmap = p };
	if (w->cw_readonly)
		*(*op)++ = (struct cl_op){ .o_kind = CL_PROTECT_ALL,
		    .o_pmap = p };
	for (k = CL_RELEASE; k <= CL_PINIT && w->cw_life; k++)
		*(*op)++ = (struct cl_op){ .o_kind = k, .o_pmap = p };
}

/*
 * All operations of the world, without failures.  => returns their number
 */
uint32_t
cl_op_list(struct cl_op *ops)
{
	struct cl_op *op = ops;
	uint32_t p, page, v, k;

	for (p = 0; p < CL_PMAPS; p++)
		list_pmap(&op, p);
	for (page = 0; page < cl_world->cw_pages; page++)
		for (k = CL_PAGE_NONE; k <= CL_CLEAR_U; k++)
			if (k != CL_PAGE_READ || cl_world->cw_readonly)
				*op++ = (struct cl_op){ .o_kind = k,
				    .o_page = page };
	for (p = 0; p <= CL_KERNEL; p++)
		*op++ = (struct cl_op){ .o_kind = CL_ACTIVATE, .o_pmap = p };
	for (v = 0; v < CL_VAS; v++)
		for (k = CL_READ; k <= CL_WALK_WRITE; k++)
			*op++ = (struct cl_op){ .o_kind = k, .o_va = v };
	return ((uint32_t)(op - ops));
}

static bool
is_write(const struct cl_op *o)
{
	return (o->o_kind == CL_WRITE || o->o_kind == CL_WALK_WRITE);
}

/*
 * May the processor make the access in this world?
 */
static bool
access_possible(const struct cl_op *o)
{
	uint32_t p = cl_loaded(), page = MODEL_NONE, pages;

	if (p != CL_KERNEL)
		page = cl_model.md_map[p][o->o_va].mm_page;
	pages = is_write(o) ? cl_world->cw_write : cl_world->cw_read;
	if (pages == 0 || (page != MODEL_NONE && (pages >> page & 1) == 0))
		return (false);
	return (o->o_kind >= CL_WALK_READ ||
	    mmu_tlb_find(cl_va[o->o_va] >> 12) != NULL);
}

static uint32_t
mappings(void)
{
	uint32_t p, v, n = 0;

	for (p = 0; p < CL_PMAPS; p++)
		for (v = 0; v < CL_VAS; v++)
			n += cl_model.md_map[p][v].mm_page != MODEL_NONE;
	return (n);
}

/*
 * Is the operation one that can happen now?
 */
bool
cl_op_possible(const struct cl_op *o)
{
	switch (o->o_kind) {
	case CL_PAGE_NONE:
	case CL_PAGE_READ:
	case CL_CLEAR_M:
	case CL_CLEAR_U:
		return (true);
	case CL_READ:
	case CL_WRITE:
	case CL_WALK_READ:
	case CL_WALK_WRITE:
		return (access_possible(o));
	case CL_PINIT:
		return (cl_pmap[o->o_pmap].pm_count == 0);
	case CL_ACTIVATE:
		return (o->o_pmap == CL_KERNEL ||
		    cl_pmap[o->o_pmap].pm_count > 0);
	case CL_WIRING:
		return (cl_model.md_map[o->o_pmap][o->o_va].mm_page !=
		    MODEL_NONE);
	case CL_ENTER:
		return (cl_pmap[o->o_pmap].pm_count > 0 &&
		    (cl_model.md_map[o->o_pmap][o->o_va].mm_page !=
		    MODEL_NONE || mappings() < cl_world->cw_max));
	default:
		return (cl_pmap[o->o_pmap].pm_count > 0);
	}
}

/*
 * The processor uses an address, in user mode.
 */
static void
run_access(const struct cl_op *o)
{
	uint32_t va = cl_va[o->o_va], got = 0, p = cl_loaded();
	bool write = is_write(o), allowed;
	enum mmu_fault fault;

	if (o->o_kind >= CL_WALK_READ)
		mmu_tlb_evict(va >> 12);
	fault = mmu_access(va, MMU_USER | (write ? MMU_WRITE : MMU_READ),
	    &got);
	allowed = p != CL_KERNEL &&
	    model_access(&cl_model, p, o->o_va, write, true);
	if ((fault == MMU_OK) != allowed || (allowed && (got & MMU_FRAME) !=
	    cl_pa[cl_model.md_map[p][o->o_va].mm_page]))
		ph_panic("closure: an access ends with %d at 0x%08x, not %d",
		    (int)fault, got, allowed);
}

/*
 * Operations on a page, on both sides.
 */
static void
run_page(const struct cl_op *o)
{
	const struct model_bits mod = { .mb_mod = true };
	const struct model_bits ref = { .mb_ref = true };
	const struct model_bits none = { .mb_mod = false };
	uint32_t pa = cl_pa[o->o_page];

	switch (o->o_kind) {
	case CL_PAGE_NONE:
		pmap_page_protect(pa, VM_PROT_NONE);
		model_page_protect(&cl_model, o->o_page, 0);
		break;
	case CL_PAGE_READ:
		pmap_page_protect(pa, READ_ONLY);
		model_page_protect(&cl_model, o->o_page, MODEL_R);
		break;
	case CL_CLEAR_M:
		pmap_clear_modify(pa);
		model_changebit(&cl_model, o->o_page, none, mod);
		break;
	default:
		pmap_clear_reference(pa);
		model_changebit(&cl_model, o->o_page, none, ref);
		break;
	}
}

/* ----- page tables that are new ----- */

/* The last two that were put into use, by 1 + their number; 0: gone again. */
#define NEWEST	2u
static uint8_t newest[NEWEST];

static uint32_t
table_number(uint32_t p, uint32_t slot)
{
	return (p * CL_SLOTS + slot);
}

/* Has the page table a mapping? */
static bool
table_used(uint32_t p, uint32_t slot)
{
	uint32_t v, end = slot == 0 ? 2 : CL_VAS;

	for (v = slot * 2; v < end; v++)
		if (cl_model.md_map[p][v].mm_page != MODEL_NONE)
			return (true);
	return (false);
}

static uint32_t
rank(const uint8_t *new, uint32_t p, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < ph_newest; i++)
		if (new[i] == 1 + table_number(p, slot))
			return (i + 1);
	return (0);
}

/*
 * The rank of a page table among the new ones, from 1 on; 0: it is none.
 */
uint32_t
cl_new_rank(uint32_t p, uint32_t slot)
{
	return (rank(newest, p, slot));
}

/* A mapping is to be made: it may put a page table into use. */
static void
new_made(uint32_t p, uint32_t slot)
{
	if (table_used(p, slot))
		return;
	newest[1] = newest[0];
	newest[0] = (uint8_t)(1 + table_number(p, slot));
}

/* After an operation: those that are gone are not new. */
static void
new_settle(void)
{
	uint32_t i;

	for (i = 0; i < NEWEST; i++)
		if (newest[i] != 0 && !table_used((newest[i] - 1u) / CL_SLOTS,
		    (newest[i] - 1u) % CL_SLOTS))
			newest[i] = 0;
}

/* ----- the floor ----- */

/* Has the page table of <p, slot> a wired mapping? */
static bool
slot_wired(uint32_t p, uint32_t slot)
{
	uint32_t v, end = slot == 0 ? 2 : CL_VAS;

	for (v = slot * 2; v < end; v++)
		if (cl_model.md_map[p][v].mm_page != MODEL_NONE &&
		    cl_model.md_map[p][v].mm_wired)
			return (true);
	return (false);
}

/* Arena pages that a pmap pins. */
static uint32_t
pins(uint32_t p)
{
	uint32_t s, n = cl_pmap[p].pm_count > 0;

	for (s = 0; s < CL_SLOTS; s++)
		n += slot_wired(p, s) ? CL_WIRED_PINS : 0;
	return (n);
}

/* Does the floor let so many pages more be pinned? */
static bool
may_pin(uint32_t more)
{
	uint32_t p, n = more + CL_FLOOR;

	for (p = 0; p < CL_PMAPS; p++)
		n += pins(p);
	return (cl_world->cw_pool == 0 || n <= cl_world->cw_pool);
}

/* Does it let a place be wired? */
static bool
may_wire(uint32_t p, uint32_t v)
{
	return (slot_wired(p, v / 2) || may_pin(CL_WIRED_PINS));
}

/* So many were refused since then: is it as the model says? */
static void
check_refused(const char *what, uint32_t before, bool refused)
{
	if (pmap_counters.pc_pinrefused - before != refused)
		ph_panic("closure: %s: %u refused for the floor, not %u", what,
		    pmap_counters.pc_pinrefused - before, refused);
}

/*
 * The host has no error to give and is told who pins most: it ends the
 * caller, which may then go below the floor.
 */
void
cl_told(struct pmap *largest, uint32_t pages)
{
	uint32_t p, n = 0, most = 0;

	for (p = 0; p < CL_PMAPS; p++) {
		if (&cl_pmap[p] == largest)
			n = pins(p);
		if (pins(p) > most)
			most = pins(p);
	}
	if (PH_WIRED_FAILS || n != pages || n != most)
		ph_panic("closure: the largest pins %u pages, not %u of %u",
		    n, pages, most);
	host_knobs.hk_killed = true;
}

/*
 * Pinit: is a pmap made where the floor lets it, and only there?
 */
static void
run_pinit(const struct cl_op *o)
{
	uint32_t before = pmap_counters.pc_pinrefused;
	bool may = may_pin(1), made = pmap_pinit(&cl_pmap[o->o_pmap]);

	check_refused("pinit", before, !may);
	if (made != (may || !PH_WIRED_FAILS) &&
	    (made || o->o_fail != CL_FAIL_KILLED || host_record.hr_failed == 0))
		ph_panic("closure: a pmap was %s", made ? "made" : "refused");
}

/*
 * Operations on a pmap as a whole, on both sides.
 */
static void
run_pmap(const struct cl_op *o)
{
	struct pmap *pm = o->o_pmap == CL_KERNEL ? kernel_pmap :
	    &cl_pmap[o->o_pmap];

	switch (o->o_kind) {
	case CL_REMOVE_ALL:
		pmap_remove(pm, 0, PH_USER_PTMAX);
		model_remove(&cl_model, o->o_pmap, 0, CL_VAS);
		break;
	case CL_PROTECT_ALL:
		pmap_protect(pm, 0, PH_USER_PTMAX, READ_ONLY);
		model_protect(&cl_model, o->o_pmap, 0, CL_VAS, MODEL_R);
		break;
	case CL_COLLECT:
		pmap_collect(pm);
		model_collect(&cl_model, o->o_pmap);
		break;
	case CL_RELEASE:
		pmap_release(pm);
		model_release(&cl_model, o->o_pmap);
		break;
	case CL_PINIT:
		run_pinit(o);
		break;
	default:
		pmap_activate(pm);
		break;
	}
}

/*
 * Did the pmap lose the page table of this slot, with what the model knows in
 * it?
 */
static bool
table_lost(uint32_t p, uint32_t first, uint32_t end)
{
	uint32_t v;

	for (v = first; v < end; v++)
		if (cl_model.md_map[p][v].mm_page != MODEL_NONE)
			return (cl_pmap[p].pm_pdir[cl_slot(cl_va[v])] == 0);
	return (false);
}

/*
 * An unwired enter was left unmade: is there nothing that could be taken?
 */
static void
check_unmade(uint32_t p, uint32_t v)
{
	uint32_t q, s;

	for (q = 0; q < CL_PMAPS; q++)
		for (s = 0; s < CL_SLOTS; s++)
			if (table_used(q, s) && !slot_wired(q, s) &&
			    !table_lost(q, s * 2, s == 0 ? 2 : CL_VAS) &&
			    (q != p || s != v / 2))
				ph_panic("closure: an enter was left unmade, "
				    "and slot %u of pmap %u could be taken",
				    s, q);
}

/*
 * A wired enter: is it made where the floor lets it, and only there?
 */
static void
check_wired(const struct cl_op *o, uint32_t refused, bool may, bool made)
{
	bool killed = o->o_fail == CL_FAIL_KILLED &&
	    host_record.hr_failed != 0;

	if (!killed || made)
		check_refused("a wired enter", refused, !may);
	if (made != (may || !PH_WIRED_FAILS) && (made || !killed))
		ph_panic("closure: a wired enter was %s", made ? "made" :
		    "left unmade");
}

/*
 * Enter, on both sides: one may be left unmade for want of memory, or if it
 * is wired for the floor.
 */
static void
run_enter(const struct cl_op *o)
{
	uint32_t before = pmap_counters.pc_deferred;
	uint32_t refused = pmap_counters.pc_pinrefused;
	uint32_t p = o->o_pmap, v = o->o_va;
	bool may = !o->o_wired || may_wire(p, v);

	pmap_enter(&cl_pmap[p], cl_va[v], cl_pa[o->o_page],
	    o->o_write ? READ_WRITE : READ_ONLY, o->o_wired);
	if (o->o_wired)
		check_wired(o, refused, may,
		    pmap_counters.pc_deferred == before);
	if (pmap_counters.pc_deferred == before) {
		new_made(p, v / 2);
		model_enter(&cl_model, p, v, o->o_page,
		    o->o_write ? MODEL_R | MODEL_W : MODEL_R, o->o_wired);
		return;
	}
	if (!o->o_wired)
		check_unmade(p, v);
	model_remove(&cl_model, p, v, v + 1);
}

/*
 * The floor may forbid a mapping to become wired.
 */
static void
run_wiring(const struct cl_op *o)
{
	uint32_t before = pmap_counters.pc_pinrefused;
	uint32_t p = o->o_pmap, v = o->o_va;
	bool may = !o->o_wired || may_wire(p, v);

	pmap_change_wiring(&cl_pmap[p], cl_va[v], o->o_wired);
	check_refused("change_wiring", before, !may);
	if (may)
		model_change_wiring(&cl_model, p, v, o->o_wired);
}

static void
run(const struct cl_op *o)
{
	uint32_t p = o->o_pmap, v = o->o_va, va = cl_va[v];

	switch (o->o_kind) {
	case CL_ENTER:
		run_enter(o);
		break;
	case CL_REMOVE:
		pmap_remove(&cl_pmap[p], va, va + PAGE);
		model_remove(&cl_model, p, v, v + 1);
		break;
	case CL_PROTECT:
		pmap_protect(&cl_pmap[p], va, va + PAGE, READ_ONLY);
		model_protect(&cl_model, p, v, v + 1, MODEL_R);
		break;
	case CL_WIRING:
		run_wiring(o);
		break;
	case CL_PAGE_NONE:
	case CL_PAGE_READ:
	case CL_CLEAR_M:
	case CL_CLEAR_U:
		run_page(o);
		break;
	case CL_READ:
	case CL_WRITE:
	case CL_WALK_READ:
	case CL_WALK_WRITE:
		run_access(o);
		break;
	default:
		run_pmap(o);
		break;
	}
}

/*
 * A new page table was taken: there must not be one that could have been.
 * => new: those that were new before the operation
 */
static void
check_taken(const struct cl_op *o, const uint8_t *new)
{
	uint32_t p, s;

	for (p = 0; p < CL_PMAPS; p++)
		for (s = 0; s < CL_SLOTS; s++)
			if (table_used(p, s) && !slot_wired(p, s) &&
			    rank(new, p, s) == 0 && (o->o_kind != CL_ENTER ||
			    o->o_pmap != p || o->o_va / 2 != s))
				ph_panic("closure: a new page table was taken, "
				    "and not slot %u of pmap %u", s, p);
}

/*
 * Tell the model which page tables were taken for memory: exactly as many as
 * the module says, none with wired entries, and none without a shortage.
 */
static void
settle(const struct cl_op *o, const uint8_t *new, uint32_t taken)
{
	uint32_t p, s, n = 0;
	bool young = false;

	for (p = 0; p < CL_PMAPS; p++)
		for (s = 0; s < CL_SLOTS; s++) {
			if (!table_lost(p, s * 2, s + 2))
				continue;
			if (!model_lost(&cl_model, p, s))
				ph_panic("closure: pmap %u lost slot %u, "
				    "which is wired", p, s);
			young |= rank(new, p, s) != 0;
			n++;
		}
	if (n != taken)
		ph_panic("closure: %u page tables are gone, %u were taken", n,
		    taken);
	if (n > 0 && host_record.hr_failed == 0 && !cl_world->cw_tight)
		ph_panic("closure: a page table was taken, none was short");
	if (young)
		check_taken(o, new);
}

/*
 * While a caller sleeps, memory is freed.
 */
static void
memory_comes(void)
{
	host_knobs.hk_limit = HOST_NO_LIMIT;
}

/*
 * Run an operation, and check what needs the state before it.
 * => host_record then tells of its allocations
 */
void
cl_op_run(const struct cl_op *o)
{
	struct host_knobs *k = &host_knobs;
	uint32_t before = pmap_counters.pc_reclaim;
	uint8_t new[NEWEST];

	memcpy(new, newest, sizeof(new));
	k->hk_limit = k->hk_fail[0] = HOST_NO_LIMIT;
	k->hk_may_wait = o->o_fail != CL_FAIL_ALL;
	k->hk_killed = o->o_fail == CL_FAIL_KILLED;
	k->hk_wait = k->hk_killed ? NULL : memory_comes;
	if (o->o_fail == CL_FAIL_ONE)
		k->hk_fail[0] = o->o_nth;
	else if (o->o_fail != CL_FAIL_NONE)
		k->hk_limit = o->o_nth;
	host_record.hr_allocs = host_record.hr_failed = 0;
	host_record.hr_waits = 0;
	run(o);
	before = pmap_counters.pc_reclaim - before;
	if (before != 0 || host_record.hr_failed != 0)
		settle(o, new, before);
	new_settle();
}

/* ----- in words ----- */

static const char *const kinds[] = {
	[CL_ENTER] = "enter", [CL_REMOVE] = "remove",
	[CL_REMOVE_ALL] = "remove all of", [CL_PROTECT] = "protect",
	[CL_PROTECT_ALL] = "protect all of", [CL_WIRING] = "change_wiring",
	[CL_PAGE_NONE] = "page_protect NONE",
	[CL_PAGE_READ] = "page_protect READ",
	[CL_CLEAR_M] = "clear_modify", [CL_CLEAR_U] = "clear_reference",
	[CL_COLLECT] = "collect", [CL_RELEASE] = "release",
	[CL_PINIT] = "pinit", [CL_ACTIVATE] = "activate",
	[CL_READ] = "read", [CL_WRITE] = "write",
	[CL_WALK_READ] = "TLB loses the page; read",
	[CL_WALK_WRITE] = "TLB loses the page; write"
};

static void
print_target(const struct cl_op *o)
{
	switch (o->o_kind) {
	case CL_PAGE_NONE:
	case CL_PAGE_READ:
	case CL_CLEAR_M:
	case CL_CLEAR_U:
		printf(" page %u", o->o_page);
		return;
	case CL_READ:
	case CL_WRITE:
	case CL_WALK_READ:
	case CL_WALK_WRITE:
		printf(" 0x%08x", cl_va[o->o_va]);
		return;
	case CL_ENTER:
	case CL_REMOVE:
	case CL_PROTECT:
	case CL_WIRING:
		printf(" pmap %u 0x%08x", o->o_pmap, cl_va[o->o_va]);
		return;
	default:
		if (o->o_pmap == CL_KERNEL)
			printf(" the kernel's pmap");
		else
			printf(" pmap %u", o->o_pmap);
		return;
	}
}

/*
 * One line without its end.
 */
void
cl_op_print(const struct cl_op *o)
{
	static const char *const fails[] = {
		[CL_FAIL_ONE] = "refused",
		[CL_FAIL_ALL] = "and all later ones refused",
		[CL_FAIL_WAIT] = "and later ones refused until it sleeps",
		[CL_FAIL_KILLED] = "and later ones refused to who is killed"
	};

	printf("%s", kinds[o->o_kind]);
	print_target(o);
	if (o->o_kind == CL_ENTER)
		printf(" page %u %s%s", o->o_page, o->o_write ? "RW" : "R",
		    o->o_wired ? " wired" : "");
	else if (o->o_kind == CL_WIRING)
		printf(" %s", o->o_wired ? "TRUE" : "FALSE");
	if (o->o_fail != CL_FAIL_NONE)
		printf(", allocation %u %s", o->o_nth + 1, fails[o->o_fail]);
}
