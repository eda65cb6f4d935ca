/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world_page.c: the operations by page, and those on the machine: accesses
 * of the processor, pages that the VM frees.
 */
#include <string.h>

#include "world.h"

static struct model *const model = &world.w_model;

static struct model_bits
bits_of(uint32_t n)
{
	return ((struct model_bits){
		.mb_write = n & 1, .mb_nocache = n & 2,
		.mb_ref = n & 4, .mb_mod = n & 8
	});
}

static unsigned int
word_of(struct model_bits b)
{
	return ((b.mb_write ? PMAP_WRITE : 0) |
	    (b.mb_nocache ? PMAP_NOCACHE : 0) |
	    (b.mb_ref ? PMAP_REF : 0) | (b.mb_mod ? PMAP_MOD : 0));
}

/* ----- all mappings of a page ----- */

static void
commit_page_protect(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_page_protect(model, c->wc_page, c->wc_prot);
}

void
world_page_protect(struct world_ctx *c, const struct wop *op)
{
	c->wc_prot = op->wo_prot % 8;
	c->wc_commit = commit_page_protect;
	c->wc_steps = 1;
	world_say("page_protect page %u prot %u", c->wc_page, c->wc_prot);
	CALL(page_protect, world.w_pa[c->wc_page], (int)c->wc_prot);
	world_end(c);
}

static void
commit_changebit(struct world_ctx *c, uint32_t step)
{
	(void)step;
	model_changebit(model, c->wc_page, c->wc_set, c->wc_clear);
}

/*
 * Set and clear at will; what else the mask lacks means nothing.
 */
void
world_changebit(struct world_ctx *c, const struct wop *op)
{
	unsigned int keep;

	c->wc_set = bits_of(op->wo_prot);
	c->wc_clear = bits_of(op->wo_prot >> 4);
	c->wc_commit = commit_changebit;
	c->wc_steps = 1;
	keep = ~word_of(c->wc_clear);
	if (op->wo_shape & 1)
		keep &= 0xfffu;
	world_say("changebit page %u set 0x%x keep 0x%x", c->wc_page,
	    word_of(c->wc_set), keep);
	CALL(changebit, world.w_pa[c->wc_page], word_of(c->wc_set), keep);
	world_end(c);
}

/*
 * The historical names of the same.
 */
void
world_clearbit(struct world_ctx *c, const struct wop *op)
{
	uint32_t pa = world.w_pa[c->wc_page];

	c->wc_commit = commit_changebit;
	c->wc_steps = 1;
	world_say("%s page %u", world_op_name(op->wo_op), c->wc_page);
	if (op->wo_op == W_CLEARMOD) {
		c->wc_clear.mb_mod = true;
		CALL(clear_modify, pa);
	} else if (op->wo_op == W_CLEARREF) {
		c->wc_clear.mb_ref = true;
		CALL(clear_reference, pa);
	} else {
		c->wc_clear.mb_write = true;
		CALL(copy_on_write, pa);
	}
	world_end(c);
}

/*
 * A question: the model answers when the module does.
 */
static void
commit_answer(struct world_ctx *c, uint32_t step)
{
	(void)step;
	c->wc_want[0] = model_testbit(model, c->wc_page, c->wc_set);
}

static void
ask(struct world_ctx *c, const struct wop *op, uint32_t bits)
{
	uint32_t pa = world.w_pa[c->wc_page];
	bool got;

	c->wc_set = bits_of(bits);
	c->wc_commit = commit_answer;
	c->wc_steps = 1;
	world_say("%s page %u 0x%x", world_op_name(op->wo_op), c->wc_page,
	    word_of(c->wc_set));
	if (op->wo_op == W_TESTBIT)
		got = CALL(testbit, pa, word_of(c->wc_set));
	else if (op->wo_op == W_ISMOD)
		got = CALL(is_modified, pa);
	else
		got = CALL(is_referenced, pa);
	world_end(c);
	if (got != c->wc_want[0])
		world_fail("page %u: bits 0x%x are %u, not %u", c->wc_page,
		    word_of(c->wc_set), got, c->wc_want[0]);
	world.w_observed |= got;
}

void
world_testbit(struct world_ctx *c, const struct wop *op)
{
	ask(c, op, op->wo_prot);
}

void
world_isbit(struct world_ctx *c, const struct wop *op)
{
	ask(c, op, op->wo_op == W_ISMOD ? 8 : 4);
}

void
world_mappings(struct world_ctx *c, const struct wop *op)
{
	uint32_t n = CALL(page_mappings, world.w_pa[c->wc_page]);

	(void)op;
	world_say("page_mappings page %u", c->wc_page);
	if (n != model_mappings(model, c->wc_page))
		world_fail("page %u has %u mappings, not %u", c->wc_page, n,
		    model_mappings(model, c->wc_page));
	world.w_observed |= n != 0;
}

/*
 * What is in use: mappings, tables with a mapping, pages.
 */
static void
commit_usage(struct world_ctx *c, uint32_t step)
{
	const struct model_map *mm;
	uint32_t p, v, last;

	(void)step;
	c->wc_want[2] = host_record.hr_arena + host_record.hr_held;
	for (p = 0; p < MODEL_PMAPS; p++)
		for (v = 0, last = WORLD_SLOTS; v < model_nplaces(p); v++) {
			mm = &model->md_map[p][v];
			if (mm->mm_page == MODEL_NONE)
				continue;
			c->wc_want[0] += mm->mm_tracked;
			c->wc_want[1] += p != MODEL_KERNEL &&
			    model_user[v].mp_slot != last;
			last = model_place(p, v)->mp_slot;
		}
}

void
world_usage(struct world_ctx *c, const struct wop *op)
{
	struct pmap_usage u;

	(void)op;
	world_say("usage");
	c->wc_commit = commit_usage;
	c->wc_steps = 1;
	CALL(usage, &u);
	world_end(c);
	if (u.pu_mappings != c->wc_want[0] || u.pu_ptps != c->wc_want[1] ||
	    u.pu_arena != c->wc_want[2])
		world_fail("usage: %u mappings %u tables %u pages, not %u, "
		    "%u, %u", u.pu_mappings, u.pu_ptps, u.pu_arena,
		    c->wc_want[0], c->wc_want[1], c->wc_want[2]);
	world.w_observed = true;
}

/* ----- contents ----- */

static uint32_t *
contents(uint32_t page)
{
	return (host_phys(world.w_pa[page]));
}

static void
stamp(uint32_t page, uint32_t n)
{
	uint32_t *word = contents(page);

	word[0] = word[511] = word[512] = word[1023] = n | 1;
}

/*
 * An interrupt has a page of its own, which no other operation looks at.
 */
void
world_zero(struct world_ctx *c, const struct wop *op)
{
	uint32_t page = c->wc_page % WORLD_MANAGED, i, sum = 0;
	const uint32_t *word;

	(void)op;
	if (c->wc_intr)
		page = WORLD_MANAGED;
	word = contents(page);
	world_say("zero_page page %u", page);
	stamp(page, ~0u);
	world.w_touched |= 1u << MODEL_KERNEL;		/* a window */
	CALL(zero_page, world.w_pa[page]);
	for (i = 0; i < 1024; i++)
		sum |= word[i];
	if (sum != 0)
		world_fail("page %u is not zero", page);
	world.w_observed = true;
	world_end(c);
}

void
world_copypage(struct world_ctx *c, const struct wop *op)
{
	uint32_t src = c->wc_page % WORLD_MANAGED;
	uint32_t dst = op->wo_w % WORLD_MANAGED;

	if (src == dst)
		dst = (src + 1) % WORLD_MANAGED;
	world_say("copy_page page %u to %u", src, dst);
	stamp(src, (uint32_t)world_stats.ws_ops);
	stamp(dst, ~(uint32_t)world_stats.ws_ops);
	world.w_touched |= 1u << MODEL_KERNEL;		/* windows */
	CALL(copy_page, world.w_pa[src], world.w_pa[dst]);
	if (memcmp(contents(src), contents(dst), PAGE) != 0)
		world_fail("page %u is no copy of %u", dst, src);
	world.w_observed = true;
	world_end(c);
}

/* ----- the machine ----- */

static bool
is_busy(const struct world_ctx *c, uint32_t page)
{
	for (c = c->wc_up; c != NULL; c = c->wc_up)
		if (c->wc_busy && c->wc_page == page)
			return (true);
	return (false);
}

/*
 * The VM frees a page and gets another one: all mappings go, those that the
 * page's list does not know too, and the new one begins clean.  Several calls
 * of the module: no interrupt comes between.
 */
void
world_newpage(struct world_ctx *c, const struct wop *op)
{
	uint32_t page = c->wc_page % WORLD_MANAGED, v, pa = world.w_pa[page];
	const struct model_map *mm = model->md_map[MODEL_KERNEL];
	void (*intr)(void) = host_knobs.hk_intr;

	(void)op;
	if (is_busy(c, page))
		return;
	host_knobs.hk_intr = NULL;
	world_say("free page %u (0x%08x) and take another", page, pa);
	for (v = 0; v < model_nkva; v++)
		if (mm[v].mm_page == page && !mm[v].mm_tracked) {
			pmap_kremove(model_kva[v].mp_va, PAGE);
			model_remove(model, MODEL_KERNEL, v, v + 1);
		}
	pmap_page_protect(pa, VM_PROT_NONE);
	model_page_protect(model, page, 0);
	if (host_page_try(&world.w_pa[page]))
		host_page_put(pa);
	else {
		host_page_put(pa);
		host_page_take(pa);
	}
	pmap_changebit(world.w_pa[page], 0, ~(PMAP_MOD | PMAP_REF));
	model_changebit(model, page, bits_of(0), bits_of(12));
	host_knobs.hk_intr = intr;
	world.w_observed = true;
}

/*
 * An access of the processor must do what the model says, neither more nor
 * less.  A user's pmap is loaded first.
 */
void
world_access(struct world_ctx *c, const struct wop *op)
{
	const struct model_map *mm = &model->md_map[c->wc_p][c->wc_v];
	bool write = (op->wo_flags & WF_ON) != 0, allowed;
	bool user = (op->wo_flags & WF_USER) != 0;
	uint32_t va = world_va(c) + op->wo_w * 4u, pa = 0;
	enum mmu_fault fault;

	if (c->wc_p != MODEL_KERNEL && world.w_loaded != c->wc_p) {
		world.w_loaded = c->wc_p;
		CALL(activate, world.w_pm[c->wc_p]);
	}
	world_say("%s %s pmap %u va 0x%08x", user ? "user" : "kernel",
	    write ? "writes" : "reads", c->wc_p, va);
	allowed = model_access(model, c->wc_p, c->wc_v, write, user);
	fault = mmu_access(va, (write ? MMU_WRITE : MMU_READ) |
	    (user ? MMU_USER : 0), &pa);
	if ((fault == MMU_OK) != allowed)
		world_fail("pmap %u va 0x%08x: %s %s gets %d, allowed %u",
		    c->wc_p, va, user ? "user" : "kernel",
		    write ? "write" : "read", fault, allowed);
	if (allowed && pa != world.w_pa[mm->mm_page] + va % PAGE)
		world_fail("pmap %u va 0x%08x: reaches 0x%08x, not page %u",
		    c->wc_p, va, pa, mm->mm_page);
	world.w_observed |= mm->mm_page != MODEL_NONE;
}

void
world_tlbfill(struct world_ctx *c, const struct wop *op)
{
	uint32_t n = mmu_tlb_count();

	(void)c;
	(void)op;
	world_say("the TLB takes all that it may");
	mmu_tlb_fill();
	world.w_observed |= mmu_tlb_count() != n;
}

void
world_phys(struct world_ctx *c, const struct wop *op)
{
	uint32_t n = op->wo_w << 8 | op->wo_v;

	(void)c;
	world_say("phys_address %u", n);
	if (CALL(phys_address, n) != n * PAGE)
		world_fail("pmap_phys_address of %u", n);
}

void
world_update(struct world_ctx *c, const struct wop *op)
{
	(void)op;
	world_say("update");
	CALL(update);
	world_end(c);
}

/*
 * At the world's end: no kernel mapping, and memory as it likes.
 */
void
world_clear(void)
{
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
	pmap_kremove(model_kva[0].mp_va,
	    model_kva[model_nkva - 1].mp_va + PAGE - model_kva[0].mp_va);
	model_remove(model, MODEL_KERNEL, 0, model_nkva);
}
