/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world_map.c: the operations by pmap and address, and a pmap's life.
 *
 * Each gives the context a routine that does the same to the model, step by
 * step, then calls the module, then says world_end.
 */
#include <string.h>

#include "world.h"

static struct model *const model = &world.w_model;

static struct model_map *
map_of(const struct world_ctx *c)
{
	return (&model->md_map[c->wc_p][c->wc_v]);
}

/* ----- enter ----- */

static void
commit_enter(struct world_ctx *c, uint32_t step)
{
	uint32_t made = pmap_counters.pc_enter - c->wc_enter0;
	uint32_t deferred = pmap_counters.pc_deferred - c->wc_deferred0;

	(void)step;
	if (c->wc_enter && made + deferred != 1)
		world_fail("an enter was made %u times, deferred %u times",
		    made, deferred);
	if (c->wc_enter && deferred != 0) {
		world_unmade(c);
		model_remove(model, c->wc_p, c->wc_v, c->wc_v + 1);
		return;
	}
	if (c->wc_enter)
		world_made(c);
	model_enter(model, c->wc_p, c->wc_v, c->wc_page, c->wc_prot,
	    c->wc_wired);
}

/*
 * WF_SEEK and an odd wo_w: the page that is there already.
 */
void
world_enter(struct world_ctx *c, const struct wop *op)
{
	uint32_t va = world_va(c);
	bool killed = host_knobs.hk_killed;

	if ((op->wo_flags & WF_SEEK) != 0 && (op->wo_w & 1) != 0 &&
	    map_of(c)->mm_page != MODEL_NONE)
		c->wc_page = map_of(c)->mm_page;
	c->wc_prot = op->wo_prot % 8;
	c->wc_wired = (op->wo_flags & WF_ON) != 0 ||
	    (world.w_rich && c->wc_p == WORLD_HOLDER);
	c->wc_commit = commit_enter;
	c->wc_steps = 1;
	c->wc_enter = c->wc_prot != 0;
	c->wc_busy = true;
	c->wc_killed = PH_WIRED_FAILS && (op->wo_flags & WF_KILLED) != 0;
	if (PH_WIRED_FAILS)
		host_knobs.hk_killed = c->wc_killed;
	world_say("enter pmap %u va 0x%08x page %u (0x%08x) prot %u%s",
	    c->wc_p, va, c->wc_page, world.w_pa[c->wc_page], c->wc_prot,
	    c->wc_wired ? " wired" : "");
	if ((op->wo_flags & WF_NOWAIT) != 0 && !c->wc_wired)
		host_knobs.hk_may_wait = false;
	CALL(enter, world.w_pm[c->wc_p], va + (op->wo_shape & 1),
	    world.w_pa[c->wc_page] + (op->wo_shape & 2), (int)c->wc_prot,
	    c->wc_wired);
	host_knobs.hk_may_wait = true;
	if (PH_WIRED_FAILS)
		host_knobs.hk_killed = killed;
	world_end(c);
}

/* ----- ranges ----- */

static void
commit_remove(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_remove(model, c->wc_p, c->wc_lo, c->wc_hi);
}

void
world_remove(struct world_ctx *c, const struct wop *op)
{
	uint32_t sva, eva;

	world_range(c, op, &sva, &eva);
	c->wc_commit = commit_remove;
	c->wc_steps = 1;
	world_say("remove pmap %u 0x%08x 0x%08x", c->wc_p, sva, eva);
	CALL(remove, world.w_pm[c->wc_p], sva, eva);
	world_end(c);
}

static void
commit_protect(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_protect(model, c->wc_p, c->wc_lo, c->wc_hi, c->wc_prot);
}

void
world_protect(struct world_ctx *c, const struct wop *op)
{
	uint32_t sva, eva;

	world_range(c, op, &sva, &eva);
	c->wc_commit = commit_protect;
	c->wc_steps = 1;
	c->wc_prot = op->wo_prot % 8;
	world_say("protect pmap %u 0x%08x 0x%08x prot %u", c->wc_p, sva, eva,
	    c->wc_prot);
	CALL(protect, world.w_pm[c->wc_p], sva, eva, (int)c->wc_prot);
	world_end(c);
}

static void
commit_wiring(struct world_ctx *c, uint32_t step)
{
	const struct model_map *mm = map_of(c);

	(void)step;
	if (!c->wc_wired || mm->mm_page == MODEL_NONE || mm->mm_wired ||
	    world_may_wire(c->wc_p, c->wc_v))
		model_change_wiring(model, c->wc_p, c->wc_v, c->wc_wired);
}

void
world_wiring(struct world_ctx *c, const struct wop *op)
{
	c->wc_wired = (op->wo_flags & WF_ON) != 0 ||
	    (world.w_rich && c->wc_p == WORLD_HOLDER);
	c->wc_commit = commit_wiring;
	c->wc_steps = 1;
	world_say("change_wiring pmap %u va 0x%08x %u", c->wc_p, world_va(c),
	    c->wc_wired);
	CALL(change_wiring, world.w_pm[c->wc_p], world_va(c), c->wc_wired);
	world_end(c);
}

static void
commit_collect(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_collect(model, c->wc_p);
}

void
world_collect(struct world_ctx *c, const struct wop *op)
{
	(void)op;
	c->wc_commit = commit_collect;
	c->wc_steps = 1;
	world_say("collect pmap %u", c->wc_p);
	CALL(collect, world.w_pm[c->wc_p]);
	world_end(c);
}

/*
 * Advice: pageable and copy do nothing.
 */
void
world_advice(struct world_ctx *c, const struct wop *op)
{
	uint32_t sva, eva;

	world_range(c, op, &sva, &eva);
	if (op->wo_op == W_PAGEABLE) {
		world_say("pageable pmap %u", c->wc_p);
		CALL(pageable, world.w_pm[c->wc_p], sva, eva,
		    op->wo_flags & WF_ON);
	} else {
		world_say("copy from pmap %u", c->wc_p);
		CALL(copy, world.w_pm[op->wo_w % MODEL_KERNEL],
		    world.w_pm[c->wc_p], sva, eva - sva, sva);
	}
	world_end(c);
}

/* ----- questions ----- */

/*
 * The model answers when the module does: wc_w is the place, or none.
 */
static void
commit_lookup(struct world_ctx *c, uint32_t step)
{
	const struct model_map *mm;

	(void)step;
	if (c->wc_w == MODEL_NONE)
		return;
	mm = &model->md_map[c->wc_p][c->wc_w];
	c->wc_want[0] = mm->mm_page != MODEL_NONE;
	if (c->wc_want[0])
		c->wc_want[1] = world.w_pa[mm->mm_page];
}

/*
 * Lookup and extract, at an address of the world or the one behind it.
 */
void
world_lookup(struct world_ctx *c, const struct wop *op)
{
	uint32_t va = world_va(c) + op->wo_w, got = 0, want;
	bool found = false;

	if (op->wo_shape % 8 == 1)
		va += PAGE;
	c->wc_w = world_place_at(c->wc_p, va);
	c->wc_commit = commit_lookup;
	c->wc_steps = 1;
	world_say("%s pmap %u va 0x%08x", world_op_name(op->wo_op), c->wc_p,
	    va);
	if (op->wo_op == W_EXTRACT)
		got = CALL(extract, world.w_pm[c->wc_p], va);
	else
		found = CALL(lookup, world.w_pm[c->wc_p], va, &got);
	world_end(c);
	if (op->wo_op == W_EXTRACT)
		found = c->wc_want[0];
	want = c->wc_want[0] ? c->wc_want[1] + va % PAGE : 0;
	if (found != c->wc_want[0] || got != want)
		world_fail("pmap %u va 0x%08x: found %u 0x%08x, not %u 0x%08x",
		    c->wc_p, va, found, got, c->wc_want[0], want);
	world.w_observed |= found;
}

void
world_counts(struct world_ctx *c, const struct wop *op)
{
	struct pmap *pm = world.w_pm[c->wc_p];
	uint32_t r = model_resident(model, c->wc_p);
	uint32_t w = model_wired(model, c->wc_p);

	(void)op;
	world_say("resident_count, wired_count pmap %u", c->wc_p);
	if (CALL(resident_count, pm) != r || CALL(wired_count, pm) != w)
		world_fail("pmap %u: resident %u wired %u, not %u and %u",
		    c->wc_p, pmap_resident_count(pm), pmap_wired_count(pm),
		    r, w);
	world.w_observed = true;
}

/* ----- life ----- */

/* Make a pmap in memory of its own or of ours.  => NULL: refused */
static struct pmap *
make(uint32_t p)
{
	if (world.w_created[p])
		return (CALL(create, 0));
	memset(&world.w_store[p], 0xa5, sizeof(world.w_store[p]));
	return (CALL(pinit, &world.w_store[p]) ? &world.w_store[p] : NULL);
}

/*
 * Make a pmap that is dead.  => the floor may forbid it: what it says is
 *    known where nothing else ran meanwhile
 */
void
world_make(struct world_ctx *c, const struct wop *op)
{
	uint64_t others = world_stats.ws_intr + world_stats.ws_waits;
	uint32_t p = c->wc_p;
	bool may = world_may_pin(1);

	if (world.w_pm[p] != NULL || world_in_use(c, p))
		return;
	c->wc_life = true;
	world.w_created[p] = op->wo_w & 1;
	if (op->wo_w % 8 == 7 && CALL(create, PAGE) != NULL)
		world_fail("a software map has a pmap");
	world_say("%s pmap %u", world.w_created[p] ? "create" : "pinit", p);
	world.w_pm[p] = make(p);
	world.w_observed = true;
	if (world_stats.ws_intr + world_stats.ws_waits == others &&
	    PH_WIRED_FAILS && may != (world.w_pm[p] != NULL))
		world_fail("a pmap %s", may ? "was refused" :
		    "was made below the floor");
	if (world.w_pm[p] == NULL && !PH_WIRED_FAILS)
		world_fail("a pmap was refused");
	world.w_refs[p] = 1;
	world_end(c);
}

static void
commit_release(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_release(model, c->wc_p);
	world.w_pm[c->wc_p] = NULL;
	if (world.w_loaded == c->wc_p)
		world.w_loaded = MODEL_KERNEL;
}

/*
 * One reference less; the last one ends it, and WF_ON begins another life.
 */
void
world_end_life(struct world_ctx *c, const struct wop *op)
{
	struct pmap *pm = world.w_pm[c->wc_p];
	uint32_t p = c->wc_p;

	if (world_in_use(c, p))
		return;
	world.w_observed = true;
	world_say("%s pmap %u, %u references",
	    world.w_created[p] ? "destroy" : "release", p, world.w_refs[p]);
	if (world.w_refs[p] > 1) {
		world.w_refs[p]--;
		CALL(destroy, pm);
		world_end(c);
		return;
	}
	c->wc_commit = commit_release;
	c->wc_steps = 1;
	if (world.w_created[p])
		CALL(destroy, pm);
	else
		CALL(release, pm);
	world_end(c);
	memset(&world.w_store[p], 0x5a, sizeof(world.w_store[p]));
	if ((op->wo_flags & WF_ON) != 0)
		world_make(c, op);
}

/*
 * At the world's end.
 */
void
world_kill(uint32_t p)
{
	static const struct wop op = { .wo_op = W_KILL };
	struct world_ctx c;

	while (world.w_pm[p] != NULL) {
		memset(&c, 0, sizeof(c));
		c.wc_p = p;
		world.w_ctx = &c;
		world_end_life(&c, &op);
	}
	world.w_ctx = NULL;
}

void
world_reference(struct world_ctx *c, const struct wop *op)
{
	struct pmap *pm = world.w_pm[c->wc_p];

	(void)op;
	world.w_observed = true;
	world_say("reference pmap %u", c->wc_p);
	if (world.w_refs[c->wc_p] < 3) {
		world.w_refs[c->wc_p]++;
		CALL(reference, pm);
	} else {
		world.w_refs[c->wc_p]--;
		CALL(destroy, pm);
	}
	world_end(c);
}

void
world_activate(struct world_ctx *c, const struct wop *op)
{
	world_say("%s pmap %u", world_op_name(op->wo_op), c->wc_p);
	if (op->wo_op == W_DEACTIVATE)
		CALL(deactivate, world.w_pm[c->wc_p]);
	else {
		world.w_loaded = c->wc_p;
		CALL(activate, world.w_pm[c->wc_p]);
	}
}

/* ----- kernel mappings without a list ----- */

static void
commit_kenter(struct world_ctx *c, uint32_t step)
{
	model_kenter(model, c->wc_v + step, c->wc_page + step, c->wc_prot);
}

void
world_kenter(struct world_ctx *c, const struct wop *op)
{
	c->wc_prot = op->wo_prot % 8;
	c->wc_commit = commit_kenter;
	c->wc_steps = 1;
	world_say("kenter va 0x%08x page %u (0x%08x) prot %u", world_va(c),
	    c->wc_page, world.w_pa[c->wc_page], c->wc_prot);
	CALL(kenter, world_va(c), world.w_pa[c->wc_page], (int)c->wc_prot);
	world_end(c);
}

void
world_kremove(struct world_ctx *c, const struct wop *op)
{
	uint32_t size = c->wc_intr ? PAGE : op->wo_w % 4 * PAGE;

	world_ranks(c, world_va(c), world_va(c) + size);
	c->wc_commit = commit_remove;
	c->wc_steps = 1;
	world_say("kremove va 0x%08x size 0x%x", world_va(c), size);
	CALL(kremove, world_va(c), size);
	world_end(c);
}

/*
 * How many places in a row from v on, at most n, that no interrupt uses?
 */
static uint32_t
row(uint32_t v, uint32_t n)
{
	uint32_t i;

	for (i = 1; i < n && v + i < model_nkva - WORLD_KINTR; i++)
		if (model_kva[v + i].mp_va != model_kva[v].mp_va + i * PAGE)
			break;
	return (i);
}

/*
 * Page by page: what the new place maps goes, then the page moves.
 */
static void
commit_move(struct world_ctx *c, uint32_t step)
{
	uint32_t i;

	(void)step;
	for (i = 0; i < c->wc_hi; i++) {
		model_remove(model, MODEL_KERNEL, c->wc_w + i, c->wc_w + i + 1);
		model_move(model, c->wc_v + i, c->wc_w + i);
	}
}

void
world_move(struct world_ctx *c, const struct wop *op)
{
	uint32_t last = model_nkva - WORLD_KINTR, n = 1 + op->wo_shape % 3;

	if (c->wc_v >= last)
		c->wc_v = op->wo_v % last;
	c->wc_w = op->wo_w % last;
	n = row(c->wc_w, row(c->wc_v, n));
	if (c->wc_v + n > c->wc_w && c->wc_w + n > c->wc_v)
		n = 1;
	c->wc_commit = commit_move;
	c->wc_steps = c->wc_v == c->wc_w ? 0 : 1;
	c->wc_hi = n;
	world_say("move from 0x%08x to 0x%08x size 0x%x", world_va(c),
	    model_kva[c->wc_w].mp_va, n * PAGE);
	CALL(move, world_va(c), model_kva[c->wc_w].mp_va, n * PAGE);
	world_end(c);
}

void
world_map(struct world_ctx *c, const struct wop *op)
{
	uint32_t n = row(c->wc_v, 1 + op->wo_shape % 3), i, pa, end;

	pa = world.w_pa[c->wc_page];
	for (i = 1; i < n && c->wc_page + i < WORLD_PAGES; i++)
		if (world.w_pa[c->wc_page + i] != pa + i * PAGE)
			break;
	c->wc_prot = op->wo_prot % 8;
	c->wc_commit = commit_kenter;
	c->wc_steps = i;
	world_say("map va 0x%08x page %u (0x%08x) %u pages prot %u",
	    world_va(c), c->wc_page, pa, i, c->wc_prot);
	end = CALL(map, world_va(c), pa, pa + i * PAGE, (int)c->wc_prot);
	if (end != world_va(c) + i * PAGE)
		world_fail("pmap_map returned 0x%08x", end);
	world_end(c);
}
