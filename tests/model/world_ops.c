/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world_ops.c: which operation a record means, and on what.
 *
 * Any record means something in any state: numbers are taken modulo what
 * there is, and an operation on a pmap that is dead makes it first.  With
 * WF_SEEK the address or the page is the next one that is in use, without
 * which most random records would do nothing.
 */
#include <string.h>

#include "world.h"

/* What a record's wo_p means to an operation. */
enum pick {
	P_ANY,				/* any pmap */
	P_USER,
	P_KERNEL,
	P_LIFE,				/* a user's, dead or alive */
	P_NONE				/* the operation is about a page */
};

struct entry {
	const char	*en_name;
	world_fn	*en_fn;		/* NULL: about other records */
	enum pick	 en_pick;
	bool		 en_seek;	/* WF_SEEK looks for a page */
};

static const struct entry table[W_OPS] = {
	[W_ENTER] =	 { "enter", world_enter, P_ANY, false },
	[W_REMOVE] =	 { "remove", world_remove, P_ANY, false },
	[W_PROTECT] =	 { "protect", world_protect, P_ANY, false },
	[W_WIRING] =	 { "wiring", world_wiring, P_ANY, false },
	[W_PAGEABLE] =	 { "pageable", world_advice, P_ANY, false },
	[W_COPY] =	 { "copy", world_advice, P_USER, false },
	[W_EXTRACT] =	 { "extract", world_lookup, P_ANY, false },
	[W_LOOKUP] =	 { "lookup", world_lookup, P_ANY, false },
	[W_UPDATE] =	 { "update", world_update, P_NONE, false },
	[W_COLLECT] =	 { "collect", world_collect, P_ANY, false },
	[W_MAKE] =	 { "make", world_make, P_LIFE, false },
	[W_KILL] =	 { "kill", world_end_life, P_USER, false },
	[W_REFERENCE] =	 { "reference", world_reference, P_USER, false },
	[W_ACTIVATE] =	 { "activate", world_activate, P_ANY, false },
	[W_DEACTIVATE] = { "deactivate", world_activate, P_ANY, false },
	[W_KENTER] =	 { "kenter", world_kenter, P_KERNEL, false },
	[W_KREMOVE] =	 { "kremove", world_kremove, P_KERNEL, false },
	[W_MOVE] =	 { "move", world_move, P_KERNEL, false },
	[W_MAP] =	 { "map", world_map, P_KERNEL, false },
	[W_PHYS] =	 { "phys", world_phys, P_NONE, false },
	[W_PAGE_PROTECT] = { "page_protect", world_page_protect, P_NONE, true },
	[W_CHANGEBIT] =	 { "changebit", world_changebit, P_NONE, true },
	[W_TESTBIT] =	 { "testbit", world_testbit, P_NONE, true },
	[W_CLEARMOD] =	 { "clear_modify", world_clearbit, P_NONE, true },
	[W_CLEARREF] =	 { "clear_reference", world_clearbit, P_NONE, true },
	[W_COW] =	 { "copy_on_write", world_clearbit, P_NONE, true },
	[W_ISMOD] =	 { "is_modified", world_isbit, P_NONE, true },
	[W_ISREF] =	 { "is_referenced", world_isbit, P_NONE, true },
	[W_ZERO] =	 { "zero", world_zero, P_NONE, false },
	[W_COPYPAGE] =	 { "copypage", world_copypage, P_NONE, false },
	[W_MAPPINGS] =	 { "mappings", world_mappings, P_NONE, true },
	[W_USAGE] =	 { "usage", world_usage, P_NONE, false },
	[W_COUNTS] =	 { "counts", world_counts, P_ANY, false },
	[W_NEWPAGE] =	 { "newpage", world_newpage, P_NONE, true },
	[W_ACCESS] =	 { "access", world_access, P_ANY, false },
	[W_TLBFILL] =	 { "tlbfill", world_tlbfill, P_NONE, false },
	[W_POOL] =	 { "pool", NULL, P_NONE, false },
	[W_LIMIT] =	 { "limit", NULL, P_NONE, false },
	[W_FAIL] =	 { "fail", NULL, P_NONE, false },
	[W_INTR] =	 { "intr", NULL, P_NONE, false },
	[W_SLEEP] =	 { "sleep", NULL, P_NONE, false }
};

/* What an interrupt may do: kernel mappings of its own, and any page. */
static const uint8_t intr_ops[] = {
	W_ENTER, W_REMOVE, W_KENTER, W_KREMOVE, W_PAGE_PROTECT, W_CHANGEBIT,
	W_CLEARMOD, W_CLEARREF, W_COW, W_TESTBIT, W_ISMOD, W_LOOKUP,
	W_ZERO, W_ACCESS, W_WIRING, W_PAGE_PROTECT
};

const char *const world_call_names[WC_CALLS] = {
#define CALL_NAME(name)	"pmap_" #name,
	WORLD_CALLS(CALL_NAME)
};

const char *
world_op_name(uint32_t op)
{
	return (table[op % W_OPS].en_name);
}

/*
 * => returns -1 for a name that is none
 */
int
world_op_find(const char *name)
{
	int op;

	for (op = 0; op < W_OPS; op++)
		if (strcmp(table[op].en_name, name) == 0)
			return (op);
	return (-1);
}

/*
 * Is an operation under way on this pmap, for which others wait?
 */
bool
world_in_use(const struct world_ctx *c, uint32_t p)
{
	for (c = c->wc_up; c != NULL; c = c->wc_up)
		if (c->wc_p == p)
			return (true);
	return (false);
}

uint32_t
world_va(const struct world_ctx *c)
{
	return (model_place(c->wc_p, c->wc_v)->mp_va);
}

/*
 * => returns MODEL_NONE for an address that the world does not use
 */
uint32_t
world_place_at(uint32_t p, uint32_t va)
{
	uint32_t v;

	for (v = 0; v < model_nplaces(p); v++)
		if (model_place(p, v)->mp_va == (va & MMU_FRAME))
			return (v);
	return (MODEL_NONE);
}

static uint32_t
pick_pmap(const struct world_ctx *c, const struct wop *op, enum pick pick)
{
	uint32_t p = op->wo_p % 8;

	if (pick == P_NONE)
		return (MODEL_NONE);
	if (c->wc_intr || pick == P_KERNEL)
		return (MODEL_KERNEL);
	if ((op->wo_flags & WF_LOADED) != 0 || p > MODEL_KERNEL)
		p = world.w_loaded;
	if (p == MODEL_KERNEL && pick != P_ANY)
		p = op->wo_p % MODEL_KERNEL;
	return (p);
}

static uint32_t
pick_place(const struct world_ctx *c, const struct wop *op)
{
	const struct model_map *map = world.w_model.md_map[c->wc_p];
	uint32_t n = model_nplaces(c->wc_p), v = op->wo_v % n, i;

	if (c->wc_intr)
		return (n - WORLD_KINTR + op->wo_v % WORLD_KINTR);
	if ((op->wo_flags & WF_SEEK) == 0)
		return (v);
	for (i = 0; i < n && map[v].mm_page == MODEL_NONE; i++)
		v = v + 1 == n ? 0 : v + 1;
	return (v);
}

static uint32_t
pick_page(const struct wop *op, bool seek)
{
	uint32_t page = op->wo_page % WORLD_PAGES, i;

	if (!seek || (op->wo_flags & WF_SEEK) == 0)
		return (page);
	for (i = 0; i < WORLD_PAGES && world.w_count[page] == 0; i++)
		page = page + 1 == WORLD_PAGES ? 0 : page + 1;
	return (page);
}

/*
 * Run one record's operation in its context.
 */
void
world_do(struct world_ctx *c, const struct wop *op)
{
	struct wop copy = *op;
	const struct entry *en;

	copy.wo_op %= W_OPS;
	if (c->wc_intr)
		copy.wo_op = intr_ops[copy.wo_op % sizeof(intr_ops)];
	en = &table[copy.wo_op];
	if (en->en_fn == NULL)
		return;
	c->wc_p = pick_pmap(c, &copy, en->en_pick);
	c->wc_page = pick_page(&copy, en->en_seek);
	if (en->en_pick == P_NONE) {
		en->en_fn(c, &copy);
		return;
	}
	if (world.w_pm[c->wc_p] == NULL && en->en_pick != P_LIFE) {
		world_make(c, &copy);
		return;
	}
	c->wc_v = pick_place(c, &copy);
	en->en_fn(c, &copy);
}

/* ----- ranges ----- */

/*
 * The places in a range, by pmap(9): the start truncated, the end rounded
 * up, an end of 0 for 4 GB.
 */
void
world_ranks(struct world_ctx *c, uint32_t sva, uint32_t eva)
{
	uint32_t v, last = (eva - 1) | (PAGE - 1);

	c->wc_lo = c->wc_hi = 0;
	if (sva == eva || (eva < sva && eva != 0))
		return;
	for (v = 0; v < model_nplaces(c->wc_p); v++) {
		c->wc_lo += model_place(c->wc_p, v)->mp_va < (sva & MMU_FRAME);
		c->wc_hi += model_place(c->wc_p, v)->mp_va <= last;
	}
}

/*
 * A range of one of sixteen shapes at the record's address.
 */
void
world_range(struct world_ctx *c, const struct wop *op, uint32_t *sva,
    uint32_t *eva)
{
	uint32_t va = world_va(c), slot = va & ~0x3fffffu, w;
	uint32_t shape = c->wc_intr ? 0 : op->wo_shape % 16;

	*sva = va;
	*eva = va + PAGE;
	w = model_place(c->wc_p, op->wo_w % model_nplaces(c->wc_p))->mp_va;
	if (shape == 5)
		*eva = va;
	else if (shape == 6)
		*sva = va + 2 * PAGE;
	else if (shape == 7) {
		*sva = va < w ? va : w;
		*eva = (va < w ? w : va) + PAGE;
	} else if (shape == 8)
		*eva = 0;
	else if (shape == 9) {
		*sva = c->wc_p == MODEL_KERNEL ? PAGE : 0;
		*eva = c->wc_p == MODEL_KERNEL ? 0 : PH_USER_PTMAX;
	} else if (shape == 10) {
		*sva = va < PAGE ? va : va - PAGE;
		*eva = va + 2 * PAGE;
	} else if (shape == 11) {
		*sva = va + 123;
		*eva = va + PAGE + 1;
	} else if (shape >= 12) {
		*sva = shape == 13 ? va : slot;
		*eva = shape == 14 ? va + PAGE : slot + 0x400000u;
		if (shape == 15)
			*eva += 0x400000u;
	}
	world_ranks(c, *sva, *eva);
}

/*
 * The records that turn a knob.  => returns false for an operation
 */
bool
world_knob(const struct wop *op)
{
	switch (op->wo_op % W_OPS) {
	case W_POOL:
		world.w_pool = 8u + op->wo_w % 16;
		if (world.w_rich && op->wo_w % 8 != 0)
			world.w_pool = world.w_total;
		break;
	case W_LIMIT:
		host_knobs.hk_limit = op->wo_w % 8 < 4 ? op->wo_w % 4 :
		    HOST_NO_LIMIT;
		break;
	case W_FAIL:
		host_knobs.hk_fail[0] = op->wo_w % 4;
		host_knobs.hk_fail[1] = (op->wo_flags & WF_ON) != 0 ?
		    op->wo_v % 8 : HOST_NO_LIMIT;
		break;
	default:
		return (false);
	}
	return (true);
}
