/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem.c: every scenario with each of its allocations failing.
 *
 *	nomem [-l] [-v] [-p pairs] [text]
 *
 * Runs the scenarios whose names contain the text; -l lists them, -v prints a
 * line for each.  The machine is booted and set up once a scenario and goes
 * back to that state before each run.  The clean run counts the allocations,
 * N.  Then, with sleeping allowed and, where it was asked for, forbidden:
 * allocation k fails, for each k and for none; two fail, each pair, where N is
 * at most 12 (-p); all from k on fail, and the memory comes back at the first
 * sleep, at the third, or only with another's exit.
 *
 * After each step, at each sleep and at the end everything is compared (see
 * nomem_sync.c).  At the end memory is to be had again: what is missing is
 * made again, and then all must be as in a world that never ran out of memory,
 * and as at the end of the clean run.  Then all is given back and counted.
 *
 * The last line is "nomem: scenarios=N runs=N violations=N"; exit status 0, 1
 * with violations, 2 when a scenario is no scenario.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nomem.h"

#define WAITS_EXIT	4u		/* sleeps before somebody exits */
#define WAITS_MAX	60u
#define NEVER		1000u

/*
 * An arena that fills up: with three pmaps, all that may be pinned can be; with
 * a fourth two pages are left, which no wired page table fits in.
 */
#define FULL_ARENA	71u

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * What the module may keep at rest in an arena of this size: two page tables,
 * two directories, a page of slices, and one of which some are used.
 */
#define REST_PAGES	6u

const char *__asan_default_options(void);

static struct nm_script setup, steps, hook;
static struct nm_world start;		/* the set-up's end, with state */
static void *state;
static struct model end_clean;		/* what the clean run wants */
static uint32_t clean_free;
static uint32_t pairs_max = 12;	/* allocations of a short scenario */
static uint32_t runs, violations, depth, op_waits;
static uint32_t sum_lost, sum_deferred, sum_waits, sum_stopped, sum_retries;
static uint32_t sum_refused, sum_told;

const char *
__asan_default_options(void)
{
	return ("allow_user_segv_handler=1:detect_leaks=0");
}

static void __attribute__((__noreturn__))
bad_scenario(const char *why)
{
	printf("nomem: %s: %s\n", nm_sc->sc_name, why);
	exit(2);
}

static void
print_run(void)
{
	static const char *const kind[] = {
		"nothing fails", "allocation %u fails",
		"allocations %u and %u fail", "all from allocation %u on fail"
	};

	printf(kind[nm_rn.rn_kind], nm_rn.rn_a, nm_rn.rn_b);
	printf(nm_rn.rn_wait ? ", may sleep" : ", may not sleep");
	if (nm_rn.rn_kind == NM_FROM && nm_rn.rn_wait)
		printf(nm_rn.rn_relief == NEVER ? " in vain" :
		    ", memory at sleep %u", nm_rn.rn_relief);
}

/* ----- sleeping ----- */

/*
 * Another process works, once a run; later, if need be, others exit.
 */
static void
others_work(void)
{
	uint32_t i;

	if (!nm_re.re_hooked && hook.sp_count != 0) {
		nm_re.re_hooked = true;
		for (i = 0; i < hook.sp_count; i++) {
			nm_step(&hook.sp_step[i]);
			nm_sync("another process");
		}
	}
	if (op_waits < WAITS_EXIT)
		return;
	nm_re.re_hooked = true;
	nm_remove_all(3);
	nm_remove_all(2);
	nm_sync("an exit");
}

/*
 * The sleep of a call: so far it changed nothing but what reclaim took.
 */
static void
asleep(void)
{
	depth++;
	nm_sync("a sleep");
	if (PH_WIRED_FAILS && host_knobs.hk_killed &&
	    nm_re.re_dead_waits++ != 0)
		nm_fail("a killed process slept again");
	if (depth == 1) {
		nm_re.re_waits++;
		op_waits++;
		others_work();
	}
	if (host_knobs.hk_limit != HOST_NO_LIMIT && (depth > 1 ||
	    nm_re.re_waits >= nm_rn.rn_relief || op_waits > WAITS_EXIT))
		host_knobs.hk_limit++;
	depth--;
}

/* ----- a run ----- */

static void
arm(void)
{
	memset(&nm_re, 0, sizeof(nm_re));
	nm_re.re_failed0 = host_record.hr_failed;
	host_record.hr_waits = host_record.hr_asked = 0;
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
	host_knobs.hk_may_wait = nm_rn.rn_wait;
	host_knobs.hk_wait = asleep;
	host_knobs.hk_pinned = nm_told;
	host_knobs.hk_killed = false;
	host_knobs.hk_max_waits = WAITS_MAX;
	if (nm_rn.rn_kind == NM_FROM)
		host_knobs.hk_limit = nm_rn.rn_a;
	if (nm_rn.rn_kind == NM_ONE || nm_rn.rn_kind == NM_TWO)
		host_knobs.hk_fail[0] = nm_rn.rn_a;
	if (nm_rn.rn_kind == NM_TWO)
		host_knobs.hk_fail[1] = nm_rn.rn_b;
}

static void
run_steps(void)
{
	uint32_t allocs = host_record.hr_allocs, i;

	for (i = 0; i < steps.sp_count; i++) {
		nm_re.re_step = i;
		op_waits = depth = nm_re.re_dead_waits = 0;
		nm_step(&steps.sp_step[i]);
		nm_sync("after the step");
	}
	nm_re.re_allocs = host_record.hr_allocs - allocs;
	nm_re.re_failed = host_record.hr_failed - nm_re.re_failed0;
}

/*
 * pmap(9): a wired enter and a new pmap that find nothing, and may not sleep,
 * are a panic.  Nothing has changed then but for what was taken.
 */
static bool
may_stop(void)
{
	const struct nm_step *st = &steps.sp_step[nm_re.re_step];
	bool enter = st->st_op == 'e' && st->st_wired;

	if (nm_rn.rn_wait || strstr(host_message, "RS1 no page") == NULL ||
	    (!enter && st->st_op != 'n' && st->st_op != 'i'))
		return (false);
	nm_sync("after the panic");
	if (nm_victim(&nm_w.w_have, enter ? st->st_pmap : NM_USERS,
	    model_user[st->st_lo].mp_slot))
		nm_fail("a panic though there is a table to take");
	return (true);
}

/*
 * With memory at hand, all that is missing is made again.
 */
static void
run_retry(void)
{
	struct host_knobs old;
	bool killed = host_knobs.hk_killed;
	uint32_t p, v;

	nm_lift(&old);
	host_knobs.hk_killed = false;
	op_waits = depth = 0;
	if ((nm_sc->sc_flags & NM_FULL) != 0) {
		nm_remove_all(1);
		nm_remove_all(2);
	}
	for (p = 0; p < NM_USERS; p++)
		for (v = 0; v < model_nuser && nm_w.w_pm[p] != NULL; v++)
			if (nm_w.w_want.md_map[p][v].mm_page !=
			    nm_w.w_have.md_map[p][v].mm_page) {
				nm_re.re_retries++;
				if (!nm_make(p, v, nm_w.w_want.md_map[p][v]))
					nm_fail("a retry was left unmade");
			}
	nm_sync("after the retry");
	nm_equal(&nm_w.w_have, &nm_w.w_want, "after the retry");
	if (nm_rn.rn_kind == NM_CLEAN)
		end_clean = nm_w.w_have;
	else if (!nm_re.re_hooked && !killed)
		nm_equal(&nm_w.w_have, &end_clean, "against the clean run");
}

/*
 * Give everything back: nothing may be left, M and U stay.
 */
static void
run_balance(void)
{
	struct pmap_usage u;
	uint32_t p, i;

	pmap_activate(pmap_kernel());
	for (p = 0; p < NM_USERS; p++)
		if (nm_w.w_pm[p] != NULL)
			nm_kill(p);
	pmap_remove(pmap_kernel(), model_kva[0].mp_va,
	    model_kva[model_nkva - 1].mp_va + PAGE);
	model_remove(&nm_w.w_have, MODEL_KERNEL, 0, model_nkva);
	if (!nm_floor_holds())
		nm_fail("the floor does not hold at the end");
	nm_sync("at the end");
	pmap_usage(&u);
	for (i = 0; i < NM_MANAGED; i++)
		host_page_put(nm_w.w_page[i]);
	if (u.pu_mappings != 0 || u.pu_ptps != 0 ||
	    u.pu_slices != host_record.hr_slices)
		nm_fail("left over: %u mappings, %u tables, %d slices",
		    u.pu_mappings, u.pu_ptps,
		    (int)(u.pu_slices - host_record.hr_slices));
	if (u.pu_arena != host_record.hr_arena + host_record.hr_held ||
	    host_record.hr_held > REST_PAGES)
		nm_fail("%u pages held, %u arena pages in use, %u from boot",
		    host_record.hr_held, u.pu_arena, host_record.hr_arena);
	if (host_pages_free() + host_record.hr_held != clean_free)
		nm_fail("%u pages are free, %u held, of %u", host_pages_free(),
		    host_record.hr_held, clean_free);
	if (host_record.hr_isolated != 0)
		nm_fail("something was isolated: %.200s", host_log());
}

static const char *const trap_name[] = {
	[HOST_PANIC] = "", [HOST_FAULT] = "fault: ",
	[HOST_HANG] = "hang: "
};

static void
run_failed(enum host_trap trap)
{
	violations++;
	printf("nomem: %s: ", nm_sc->sc_name);
	print_run();
	printf(": step %u: %s%s\n", nm_re.re_step, trap_name[trap],
	    host_message);
}

/*
 * One run from the set-up's state on.  => returns false for a violation
 */
static bool
run_one(void)
{
	jmp_buf *old, here;
	enum host_trap trap;

	runs++;
	host_state_load(state);
	nm_w = start;
	host_log_clear();
	host_record.hr_isolated = 0;
	arm();
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK) {
		run_steps();
		run_retry();
		run_balance();
		host_trap_end(old);
		return (true);
	}
	if (trap != HOST_PANIC || nm_re.re_stopped) {
		run_failed(trap);
		return (false);
	}
	nm_re.re_stopped = true;
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK && may_stop()) {
		host_trap_end(old);
		return (true);
	}
	host_trap_to = old;
	run_failed(HOST_PANIC);
	return (false);
}

/*
 * The scenario's own expectations, in the run without any memory.
 */
static const char *
unexpected(void)
{
	if ((nm_sc->sc_flags & NM_TAKES) != 0 && (nm_re.re_first_count != 1 ||
	    nm_re.re_first_pmap != nm_sc->sc_pmap ||
	    nm_re.re_first_slot != nm_sc->sc_slot))
		return ("the table that it names is not what was taken");
	if ((nm_sc->sc_flags & NM_NOTHING) != 0 && (nm_re.re_lost != 0 ||
	    (nm_re.re_deferred == 0 && !nm_re.re_stopped)))
		return ("there should be nothing to take");
	return (NULL);
}

static bool
run(enum nm_kind kind, uint32_t a, uint32_t b, bool wait, uint32_t relief)
{
	const char *why;
	bool ok;

	nm_rn = (struct nm_run){ kind, a, b, wait, relief };
	ok = run_one();
	sum_lost += nm_re.re_lost;
	sum_deferred += nm_re.re_deferred;
	sum_waits += nm_re.re_waits;
	sum_retries += nm_re.re_retries;
	sum_refused += nm_re.re_refused;
	sum_told += nm_re.re_told;
	sum_stopped += nm_re.re_stopped && ok;
	if (!ok || kind != NM_FROM || a != 0 || wait)
		return (ok);
	if ((why = unexpected()) == NULL)
		return (true);
	snprintf(host_message, sizeof(host_message), "%s: pmap %u slot %u, "
	    "%u at once, %u in all", why, nm_re.re_first_pmap,
	    nm_re.re_first_slot, nm_re.re_first_count, nm_re.re_lost);
	run_failed(HOST_PANIC);
	return (false);
}

/* ----- a scenario ----- */

/*
 * Boot and set up.  => state, start and clean_free are what runs begin with
 * => returns false for a violation
 */
static bool
scenario_begin(void)
{
	struct host_config c = {
		.hc_frames = 256, .hc_hole = { 96, 112 },
		.hc_image = { 16, 32 }, .hc_arena = 136, .hc_kva = 1u << 20,
		.hc_pager = 4, .hc_edits = 4, .hc_invlpg = true, .hc_pge = true,
		.hc_wp = true, .hc_init = true
	};
	jmp_buf *old, here;
	enum host_trap trap;
	uint32_t i;

	if ((nm_sc->sc_flags & NM_386) != 0)
		c.hc_invlpg = c.hc_pge = false;
	nm_rn = (struct nm_run){ .rn_kind = NM_CLEAN };
	memset(&nm_re, 0, sizeof(nm_re));
	trap = HOST_TRY(old, here);
	if (trap != HOST_OK) {
		violations++;
		printf("nomem: %s: set-up: %s%s\n", nm_sc->sc_name,
		    trap_name[trap], host_message);
		return (false);
	}
	if ((nm_sc->sc_flags & NM_FULL) != 0)
		c.hc_arena = FULL_ARENA;
	ph_newest = (nm_sc->sc_flags & NM_SIX) != 0 ? 6 : 1;
	host_boot(&c);
	clean_free = host_pages_free() + host_record.hr_held;
	if ((nm_sc->sc_flags & NM_PTES) != 0)
		host_knobs.hk_fill = HOST_FILL_PTES;
	nm_world_begin();
	for (i = 0; i < setup.sp_count; i++)
		nm_step(&setup.sp_step[i]);
	nm_sync("the set-up");
	mmu_tlb_fill();
	host_check("the set-up");
	host_trap_end(old);
	if (pmap_counters.pc_shortage != 0 || host_record.hr_waits != 0)
		bad_scenario("a shortage in the set-up");
	state = realloc(state, host_state_size());
	if (state == NULL)
		bad_scenario("no memory for the state");
	host_state_save(state);
	start = nm_w;
	return (true);
}

static void
scenario_parse(void)
{
	if (!nm_parse(nm_sc->sc_setup, &setup))
		bad_scenario("its set-up cannot be read");
	if (!nm_parse(nm_sc->sc_steps, &steps) || steps.sp_count == 0)
		bad_scenario("its steps cannot be read");
	if (!nm_parse(nm_sc->sc_hook, &hook))
		bad_scenario("its other process cannot be read");
}

/*
 * One failure or a pair: where sleeping is allowed, and, if anybody asked
 * whether it is, where it is not.
 */
static void
run_both(enum nm_kind kind, uint32_t a, uint32_t b, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < 2; i++)
		if (run(kind, a, b, i == 0, 1)) {
			if (kind == NM_ONE && a < n && nm_re.re_failed == 0 &&
			    !nm_re.re_stopped && nm_re.re_told == 0)
				bad_scenario("an allocation was not reached");
			if (host_record.hr_asked == 0)
				return;
		}
}

/*
 * All from k on.  When memory comes back makes no difference to a run in
 * which nobody sleeps.
 */
static void
run_from(uint32_t a)
{
	static const uint32_t relief[] = { 1, 3, NEVER };
	bool again = true;
	uint32_t i;

	for (i = 0; i < COUNT(relief) && again; i++) {
		run(NM_FROM, a, 0, true, relief[i]);
		again = nm_re.re_waits != 0;
	}
	if (a == 0 || host_record.hr_asked != 0)
		run(NM_FROM, a, 0, false, NEVER);
}

static void
scenario_runs(uint32_t n)
{
	uint32_t a, b;

	for (a = 0; a <= n; a++)
		run_both(NM_ONE, a, 0, n);
	for (a = 0; a < n && n <= pairs_max; a++)
		for (b = a + 1; b <= n; b++)
			run_both(NM_TWO, a, b, n);
	for (a = 0; a < n || a == 0; a++)
		run_from(a);
}

/*
 * => returns how many allocations the clean run makes
 */
static uint32_t
scenario_run(const struct nm_scenario *sc)
{
	uint32_t n;

	nm_sc = sc;
	scenario_parse();
	if (!scenario_begin() || !run(NM_CLEAN, 0, 0, true, 1))
		return (0);
	n = nm_re.re_allocs;
	if (n == 0 && sc->sc_zero == NULL)
		bad_scenario("it allocates nothing, and does not say why");
	if (n != 0 && sc->sc_zero != NULL)
		bad_scenario("it allocates, and says that it does not");
	if ((sc->sc_flags & NM_FULL) == 0 && (nm_re.re_lost != 0 ||
	    nm_re.re_deferred != 0 || nm_re.re_waits != 0))
		bad_scenario("its clean run is short of memory");
	scenario_runs(n);
	return (n);
}

/*
 * Two scenarios of one name or one text would count one twice.
 */
static void
check_distinct(const struct nm_scenario *sc, uint32_t count)
{
	uint32_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < i; j++)
			if (strcmp(sc[i].sc_name, sc[j].sc_name) == 0 ||
			    (sc[i].sc_flags == sc[j].sc_flags &&
			    strcmp(sc[i].sc_setup, sc[j].sc_setup) == 0 &&
			    strcmp(sc[i].sc_steps, sc[j].sc_steps) == 0 &&
			    strcmp(sc[i].sc_hook, sc[j].sc_hook) == 0)) {
				nm_sc = &sc[i];
				bad_scenario(sc[j].sc_name);
			}
}

int
main(int argc, char **argv)
{
	const struct nm_scenario *sc;
	uint32_t count = nm_list(&sc), i, n, before, done = 0;
	bool list = false, verbose = false;
	int c;

	while ((c = getopt(argc, argv, "lvp:")) != -1) {
		list |= c == 'l';
		verbose |= c == 'v';
		if (c == 'p')
			pairs_max = (uint32_t)strtoul(optarg, NULL, 10);
		if (c == '?')
			return (2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	nm_places();
	check_distinct(sc, count);
	for (i = 0; i < count; i++) {
		if (optind < argc &&
		    strstr(sc[i].sc_name, argv[optind]) == NULL)
			continue;
		done++;
		if (list) {
			printf("%s: %s | %s | %s\n", sc[i].sc_name,
			    sc[i].sc_setup, sc[i].sc_steps, sc[i].sc_hook);
			continue;
		}
		before = runs;
		n = scenario_run(&sc[i]);
		if (verbose)
			printf("%s: allocations=%u runs=%u\n", sc[i].sc_name, n,
			    runs - before);
	}
	printf("nomem: taken=%u unmade=%u sleeps=%u stopped=%u retries=%u "
	    "refused=%u told=%u\n", sum_lost, sum_deferred, sum_waits,
	    sum_stopped, sum_retries, sum_refused, sum_told);
	printf("nomem: scenarios=%u runs=%u violations=%u\n", done, runs,
	    violations);
	return (done == 0 ? 2 : violations != 0);
}
