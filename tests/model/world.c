/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world.c: the machine, the order of nested operations, and memory.
 *
 * Owns the world's boot, the contexts of operations under way, the hooks
 * that run a record in an interrupt or while another one sleeps, and the
 * pool: all pages that the module may ever need, of which it is given too
 * few.  The others lie in a stash, from which a sleeper is paid.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct world world;
struct world_stats world_stats;
bool world_verbose;
uint32_t world_whole = 64;
bool world_snapshots;
enum host_fill world_fill = HOST_FILL_JUNK;
uint32_t world_at;

#define WORLD_FRAMES	149u
#define WORLD_DEPTH	2u	/* operations in one another's sleep */

/*
 * The directory slots: neighbours, both sides of a group of 32, the last
 * ones, of which the stack has the top.
 */
static const uint16_t slots[WORLD_SLOTS] = {
	0, 1, 2, 31, 32, 300, 573, 574
};

/* Entries in a page table: its ends, and both sides of slices. */
static const uint16_t entries[3][WORLD_PERSLOT] = {
	{ 0, 1, 63, 64, 1022, 1023 },
	{ 0, 500, 511, 512, 513, 1023 },
	{ 0, 1019, 1020, 1021, 1022, 1023 }	/* the top slot */
};

/*
 * And in the kernel's two tables, beside those in a row: both sides of slices
 * and of the border between the tables.
 */
static const uint16_t kernel_entries[] = {
	127, 128, 255, 256, 511, 512, 1022, 1023, 1024, 1025, 1500, 2046, 2047
};
#define KERNEL_ROW	8u

#define N(a)		(sizeof(a) / sizeof((a)[0]))

void
world_fail(const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(host_message, sizeof(host_message), "model: ");
	va_start(ap, fmt);
	vsnprintf(host_message + n, sizeof(host_message) - (size_t)n, fmt, ap);
	va_end(ap);
	host_trap(HOST_PANIC);
}

/*
 * What an operation is about to do, for who replays a trace.
 */
void
world_say(const char *fmt, ...)
{
	va_list ap;
	const struct world_ctx *c;

	if (!world_verbose)
		return;
	printf("%6u: ", world_at);
	for (c = world.w_ctx; c != NULL && c->wc_up != NULL; c = c->wc_up)
		printf(c->wc_intr ? "interrupt: " : "meanwhile: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* ----- boot ----- */

static void
place_add(struct model_place *place, uint32_t *n, uint32_t va, uint8_t slot,
    enum model_kind kind)
{
	place[*n].mp_va = va;
	place[*n].mp_slot = slot;
	place[*n].mp_kind = (uint8_t)kind;
	(*n)++;
}

static void
places_init(void)
{
	uint32_t s, i, va, base = host_edits_eva & ~0x3fffffu;
	const uint16_t *e;

	model_nuser = model_nkva = 0;
	for (s = 0; s < WORLD_SLOTS; s++) {
		e = entries[s == WORLD_SLOTS - 1 ? 2 : s & 1];
		for (i = 0; i < WORLD_PERSLOT; i++) {
			va = (uint32_t)slots[s] << 22 | (uint32_t)e[i] << 12;
			place_add(model_user, &model_nuser, va, (uint8_t)s,
			    va < PH_USER_MAX ? MODEL_USER : MODEL_ABOVE);
		}
	}
	for (i = 0; i < 2; i++)
		place_add(model_kva, &model_nkva, host_pager_sva + i * PAGE,
		    0, MODEL_PAGER);
	for (i = 0; i < 2; i++)
		place_add(model_kva, &model_nkva, host_edits_sva + i * PAGE,
		    0, MODEL_EDITS);
	for (i = 0; i < KERNEL_ROW; i++)
		place_add(model_kva, &model_nkva, host_edits_eva + i * PAGE,
		    0, MODEL_KVA);
	for (i = 0; i < N(kernel_entries); i++)
		place_add(model_kva, &model_nkva,
		    base + kernel_entries[i] * PAGE, 0, MODEL_KVA);
}

/*
 * Frame 0 and 63 others for the VM; one page of RAM that nobody manages; a
 * device's.
 */
static void
pages_init(void)
{
	struct model_page *mg = world.w_model.md_page;
	uint32_t i;

	if (!host_page_take(0))
		world_fail("frame 0 is not free");
	for (i = 0; i < WORLD_PAGES; i++) {
		mg[i] = (struct model_page){
			.mg_managed = i < WORLD_MANAGED,
			.mg_device = i >= WORLD_RAM
		};
		if (i >= WORLD_RAM)
			world.w_pa[i] = host_device_page(i - WORLD_RAM);
		else if (i >= WORLD_MANAGED)
			world.w_pa[i] = host_config.hc_spare[0] * PAGE;
		else
			world.w_pa[i] = i == 0 ? 0 : host_page();
	}
	model_npages = WORLD_PAGES;
}

/*
 * Move pages between the stash and the module's pool until the pool has its
 * size, or no page is free.
 */
static void
pool_set(void)
{
	uint32_t want = world.w_total - world.w_pool;

	while (world.w_nstash > want)
		host_page_put(world.w_stash[--world.w_nstash]);
	while (world.w_nstash < want &&
	    host_page_try(&world.w_stash[world.w_nstash]))
		world.w_nstash++;
}

/*
 * What is short: memory; or, where there is enough, addresses in the arena;
 * or these, with a floor so low that a few wired tables come to it.
 */
#define SHORTAGES	3u

static const struct {
	uint32_t	sh_arena;
	uint32_t	sh_newest;
	bool		sh_rich;
} shortages[SHORTAGES] = { { 77, 6, false }, { 44, 6, true }, { 23, 1, true } };

static uint32_t
shortage_of(uint32_t config)
{
	return (config / 20 % SHORTAGES);
}

/*
 * Which machine: with and without INVLPG, global pages and CR0.WP; how much
 * memory the module gets.
 */
static struct host_config
world_config(uint32_t config)
{
	struct host_config c = {
		.hc_frames = WORLD_FRAMES, .hc_hole = { 9, 10 },
		.hc_spare = { 10, 11 },
		.hc_image = { 1, 9 }, .hc_kva = 4u << 20,
		.hc_arena = shortages[shortage_of(config)].sh_arena,
		.hc_pager = 2, .hc_edits = 2, .hc_init = true,
		.hc_invlpg = true, .hc_pge = true, .hc_wp = true
	};

	if (config % 4 == 1 || config % 4 == 2)
		c.hc_pge = false;
	if (config % 4 == 2)
		c.hc_invlpg = false;
	if (config % 4 >= 2)
		c.hc_wp = false;
	return (c);
}

/*
 * Boot, or go back to the state after a boot of the same kind: much faster
 * where worlds are short.
 */
static void
machine_boot(uint32_t config)
{
	static struct booted {
		void		*b_state;
		struct host_config b_config;
		struct host_record b_record;
		struct host_knobs b_knobs;
		struct mmu_cpu	b_cpu;
		uint32_t	b_kva[4];	/* the pagers', the host's */
	} booted[SHORTAGES][4];
	struct booted *b = &booted[shortage_of(config)][config % 4];

	ph_newest = shortages[shortage_of(config)].sh_newest;
	if (b->b_state == NULL || !world_snapshots) {
		b->b_config = world_config(config);
		host_boot(&b->b_config);
		if (!world_snapshots)
			return;
		b->b_record = host_record;
		b->b_knobs = host_knobs;
		b->b_cpu = mmu_cpu;
		b->b_kva[0] = host_pager_sva;
		b->b_kva[1] = host_pager_eva;
		b->b_kva[2] = host_edits_sva;
		b->b_kva[3] = host_edits_eva;
		b->b_state = malloc(host_state_size());
		if (b->b_state == NULL)
			world_fail("no memory for a state");
		host_state_save(b->b_state);
		return;
	}
	host_config = b->b_config;
	host_knobs = b->b_knobs;
	mmu_cpu = b->b_cpu;
	host_pager_sva = b->b_kva[0];
	host_pager_eva = b->b_kva[1];
	host_edits_sva = b->b_kva[2];
	host_edits_eva = b->b_kva[3];
	host_state_load(b->b_state);
	host_record = b->b_record;
	host_log_clear();
}

static void
world_boot(uint32_t config)
{
	memset(&world, 0, sizeof(world));
	machine_boot(config);
	host_knobs.hk_fill = world_fill;
	host_knobs.hk_max_waits = 80;
	host_knobs.hk_pinned = world_pinned;
	world.w_doomed = MODEL_NONE;
	pmap_policy = PMAP_POLICY_ISOLATE;
	model_wp = host_config.hc_wp;
	places_init();
	model_init(&world.w_model);
	pages_init();
	world.w_pm[MODEL_KERNEL] = pmap_kernel();
	world.w_loaded = MODEL_KERNEL;
	world.w_total = host_pages_free() + host_record.hr_held;
	world.w_rich = shortages[shortage_of(config)].sh_rich;
	world.w_pool = 9 + config / 4 % 5 * 3;
	if (world.w_rich)
		world.w_pool = world.w_total;
	world_check_reset();
}

/* ----- operations in one another ----- */

/*
 * How many steps of its effect has the module made?  At the first point at
 * spl 0 of a section it has made none of it, at the next all.
 */
static uint32_t
steps_made(const struct world_ctx *c)
{
	uint32_t n;

	if (c->wc_enter)
		n = pmap_counters.pc_enter != c->wc_enter0 ||
		    pmap_counters.pc_deferred != c->wc_deferred0;
	else
		n = c->wc_points / 2;
	return (n < c->wc_steps ? n : c->wc_steps);
}

static void
commit(struct world_ctx *c, uint32_t steps)
{
	while (c->wc_done < steps)
		c->wc_commit(c, c->wc_done++);
}

/*
 * Page tables that were taken for memory since the last look: the model
 * loses them.  As many as the module says, whole ones, none with a wired
 * mapping.
 */
void
world_sync(void)
{
	uint32_t due = pmap_counters.pc_reclaim - world.w_reclaims, p, s, v, n;
	const struct model_map *map;
	bool alone = due == 1;

	if (due == 0)
		return;
	world_stats.ws_reclaims += due;
	world.w_reclaims = pmap_counters.pc_reclaim;
	for (p = 0; p < MODEL_KERNEL; p++)
		for (s = 0; s < WORLD_SLOTS && world.w_pm[p] != NULL; s++) {
			map = &world.w_model.md_map[p][s * WORLD_PERSLOT];
			for (v = n = 0; v < WORLD_PERSLOT; v++)
				n += map[v].mm_page != MODEL_NONE;
			if (n == 0 || (*host_pde(world.w_pm[p],
			    (uint32_t)slots[s] << 22) & MMU_P) != 0)
				continue;
			if (due-- == 0)
				world_fail("a table too many went: pmap %u "
				    "slot %u", p, slots[s]);
			if (alone)
				world_taken(p, s);
			if (!model_lost(&world.w_model, p, s))
				world_fail("a table with a wired mapping was "
				    "taken: pmap %u slot %u", p, slots[s]);
		}
	if (due != 0)
		world_fail("%u tables reclaimed that did not go", due);
}

/*
 * What an operation has done so far.  An enter takes page tables from others
 * before it is made, so the model loses them first; one that is left unmade
 * may give up its own afterwards.
 */
static void
catch_up(struct world_ctx *c, uint32_t steps)
{
	if (c->wc_enter && c->wc_done < steps &&
	    pmap_counters.pc_deferred == c->wc_deferred0)
		world_sync();
	commit(c, steps);
	world_sync();
}

/*
 * The operation's call of the module has returned.
 */
void
world_end(struct world_ctx *c)
{
	catch_up(c, c->wc_steps);
}

/*
 * Run one record, inside another one or by itself.
 */
static void
nested(const struct wop *op, bool intr)
{
	uint32_t enters = pmap_counters.pc_enter;
	uint32_t deferred = pmap_counters.pc_deferred;
	struct world_ctx c;

	memset(&c, 0, sizeof(c));
	c.wc_up = world.w_ctx;
	c.wc_intr = intr;
	c.wc_p = c.wc_page = MODEL_NONE;
	c.wc_failed0 = host_record.hr_failed;
	c.wc_enter0 = enters;
	c.wc_deferred0 = deferred;
	world.w_ctx = &c;
	world_do(&c, op);
	if (c.wc_p != MODEL_NONE)
		world.w_touched |= 1u << c.wc_p;
	if (c.wc_up != NULL)
		world.w_whole = true;
	world.w_ctx = c.wc_up;
	if (c.wc_up != NULL && !c.wc_up->wc_done) {
		c.wc_up->wc_enter0 += pmap_counters.pc_enter - enters;
		c.wc_up->wc_deferred0 += pmap_counters.pc_deferred - deferred;
	}
}

/*
 * The machine is at spl 0 while the module works.
 */
static void
intr_hook(void)
{
	struct world_ctx *c = world.w_ctx;

	c->wc_points++;
	if (world.w_countdown == 0 || --world.w_countdown != 0)
		return;
	world_stats.ws_intr++;
	host_knobs.hk_intr = NULL;
	catch_up(c, steps_made(c));
	if (pmap_audit(NULL) != 0)
		world_fail("in an interrupt: %.300s", host_log());
	nested(&world.w_intr, true);
}

/*
 * Memory comes back: one page of the stash, and the knobs let go.
 */
void
world_grant(void)
{
	if (host_knobs.hk_limit < 2)
		host_knobs.hk_limit = 2;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
	if (world.w_nstash > 0)
		host_page_put(world.w_stash[--world.w_nstash]);
}

/*
 * An operation sleeps for memory: others work, and then there is some.
 */
static void
wait_hook(void)
{
	struct world_ctx *c = world.w_ctx;
	const struct world_ctx *up;
	uint32_t depth = 0;

	world_stats.ws_waits++;
	world_sync();
	world_doom();
	for (up = c; up != NULL; up = up->wc_up)
		depth++;
	world_sync();
	if (world.w_nsleep > 0 && depth <= WORLD_DEPTH)
		nested(&world.w_sleep[world.w_next++ % world.w_nsleep], false);
	if (++c->wc_waits >= 2)
		world_grant();
}

/* ----- the run ----- */

/*
 * Records that are about the records to come.
 * => returns how many they take
 */
static uint32_t
arm(const struct wop *op, uint32_t left)
{
	static const struct wop none = { .wo_op = W_UPDATE };
	const struct wop *next = left > 1 ? op + 1 : &none;

	if (op->wo_op % W_OPS == W_INTR) {
		world.w_intr = *next;
		world.w_countdown = 1 + op->wo_w % 4;
	} else {
		world.w_sleep[op->wo_w % WORLD_SLEEPERS] = *next;
		if (world.w_nsleep <= op->wo_w % WORLD_SLEEPERS)
			world.w_nsleep = op->wo_w % WORLD_SLEEPERS + 1;
	}
	return (left > 1 ? 2 : 1);
}

/*
 * One operation, and everything is compared.
 */
static void
step(const struct wop *op)
{
	world_stats.ws_ops++;
	world.w_observed = false;
	host_record.hr_waits = 0;
	host_knobs.hk_wait = wait_hook;
	host_knobs.hk_intr = world.w_countdown != 0 ? intr_hook : NULL;
	nested(op, false);
	host_knobs.hk_intr = NULL;
	world_settle();
	pool_set();
	world_check();
	if (!world.w_changed && !world.w_observed)
		world_stats.ws_noop++;
}

/*
 * Everything is given back, and nothing is left.
 */
static void
world_close(void)
{
	struct pmap_usage u;
	uint32_t p, held;

	world_clear();
	world.w_whole = true;
	world_check();
	for (p = 0; p < MODEL_KERNEL; p++)
		if (world.w_pm[p] != NULL)
			world_kill(p);
	world.w_whole = true;
	world_check();
	pmap_usage(&u);
	held = u.pu_arena - host_record.hr_arena;
	if (u.pu_mappings != 0 || u.pu_ptps != 0 ||
	    u.pu_slices != host_record.hr_slices)
		world_fail("left behind: %u mappings, %u page tables, %u "
		    "slices of %u", u.pu_mappings, u.pu_ptps, u.pu_slices,
		    host_record.hr_slices);
	if (held != host_record.hr_held || held > 8)
		world_fail("left behind: %u pages in the arena, %u held",
		    held, host_record.hr_held);
	world_stats.ws_faults += host_record.hr_faults;
	world_stats.ws_nomem += host_record.hr_failed;
}

/*
 * A world from its boot to its end.  => does not return if something is
 * wrong: the caller traps
 */
void
world_run(uint32_t config, const struct wop *op, uint32_t n)
{
	uint32_t i;

	world_at = 0;
	world_boot(config);
	world_check();
	for (i = 0; i < n; i++) {
		world_at = i;
		if (op[i].wo_op % W_OPS == W_INTR ||
		    op[i].wo_op % W_OPS == W_SLEEP)
			i += arm(&op[i], n - i) - 1;
		else if (!world_knob(&op[i]))
			step(&op[i]);
	}
	world_at = n;
	world_close();
	world_stats.ws_deferred += pmap_counters.pc_deferred;
	world_stats.ws_pinrefused += pmap_counters.pc_pinrefused;
}
