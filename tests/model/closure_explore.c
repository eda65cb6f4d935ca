/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_explore.c: breadth first over all states of a world.
 *
 * After every transition: the TLB's laws, the comparison with the model, the
 * key.  In every new state: the full audit, and M and U as the module says
 * them.  When nothing new is left, the keys themselves are put to the proof:
 * of the memories that led to a key already known, some were kept; each must
 * lead to the same states as the memory that was expanded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "closure.h"

#define TWINS		400u	/* memories kept a world */
#define TWIN_STEP	499u	/* transitions between two of them */
#define CHECK_FIRST	64u	/* transitions to the first cl_mem_grow */
#define CHECK_STEP	32768u	/* and between two, in the end */
#define CHECK_CAREFUL	6000u	/* transitions with a look near each */
#define CHECK_NEAR	256u	/* and between two looks later */
#define NEW_CAREFUL	2000u	/* new states with a look near each */
#define NEW_NEAR	64u	/* and between two looks later */
#define WARM_STEPS	8000u
#define WARM_NEAR	8u
#define WARM_CHECK	200u

struct twin {
	uint32_t	 t_state;
	uint32_t	*t_record;
};

struct search {
	struct cl_set	*s_set;
	struct cl_queue	*s_queue;
	struct cl_result *s_result;
	bool		 s_reduce;
	bool		 s_again;	/* memory grew: begin anew */
	struct cl_op	 s_ops[CL_OPS];
	uint32_t	 s_nops;
	struct cl_op	 s_op;		/* the one that runs */
	uint32_t	 s_from;	/* the state that is expanded */
	uint32_t	 s_sum;		/* of the states that it leads to */
	uint64_t	 s_careful;	/* until when to look near each */
	uint64_t	 s_all;		/* when to look at all memory */
	uint32_t	 s_step;
	struct twin	 s_twin[TWINS];
	uint32_t	 s_ntwin;
	bool		 s_proof;	/* expanding twins */
	uint32_t	 s_record[CL_RECORD_MAX];
};

static struct search *search;

static uint32_t
mix(uint32_t n)
{
	n = (n ^ n >> 16) * 0x7feb352du;
	n = (n ^ n >> 15) * 0x846ca68bu;
	return (n ^ n >> 16);
}

static void
state_key(struct cl_key *k)
{
	struct cl_view vw;

	cl_view_make(&vw);
	cl_key_make(k, &vw, search->s_reduce);
}

/*
 * What is only looked at once in a state.
 */
static void
check_state(const struct cl_key *k)
{
	struct cl_key after;
	uint32_t page;

	(void)pmap_audit(NULL);
	for (page = 0; page < CL_PAGES; page++) {
		if (pmap_is_modified(cl_pa[page]) !=
		    cl_model.md_page[page].mg_m)
			ph_panic("closure: is_modified of page %u", page);
		if (pmap_is_referenced(cl_pa[page]) !=
		    cl_model.md_page[page].mg_u)
			ph_panic("closure: is_referenced of page %u", page);
	}
	state_key(&after);
	if (memcmp(&after, k, sizeof(after)) != 0)
		ph_panic("closure: to look at a state changed it");
}

static void
new_state(uint32_t n, const struct cl_key *k)
{
	struct search *s = search;
	struct cl_state *st = cl_set_get(s->s_set, n);

	st->st_parent = s->s_from;
	st->st_op = s->s_op;
	st->st_depth = 0;
	if (s->s_from != CL_NOSTATE)
		st->st_depth = cl_set_get(s->s_set, s->s_from)->st_depth + 1;
	if (st->st_depth > s->s_result->cr_depth)
		s->s_result->cr_depth = st->st_depth;
	check_state(k);
	cl_queue_put(s->s_queue, s->s_record, cl_mem_save(s->s_record));
}

/*
 * Another memory with a known key: keep some.
 */
static void
maybe_twin(uint32_t n)
{
	struct search *s = search;
	struct twin *t;
	uint32_t len;

	if (s->s_ntwin == TWINS || s->s_result->cr_transitions % TWIN_STEP != 0)
		return;
	len = cl_mem_save(s->s_record);
	t = &s->s_twin[s->s_ntwin];
	t->t_state = n;
	t->t_record = malloc(len * sizeof(uint32_t));
	if (t->t_record == NULL)
		return;
	memcpy(t->t_record, s->s_record, len * sizeof(uint32_t));
	s->s_ntwin++;
}

/*
 * Look for words that are not known to change, in a new state before it is
 * kept and now and then: near those that are known, and everywhere; often at
 * first.  While it looks after each transition nothing can have been lost.
 */
static void
check_memory(bool added)
{
	struct search *s = search;
	uint64_t now = s->s_result->cr_transitions;
	uint32_t states = cl_set_count(s->s_set);
	bool careful = now < s->s_careful, grew = false;

	if (now >= s->s_all) {
		grew = cl_mem_grow(true, false) != 0;
		if (s->s_step < CHECK_STEP)
			s->s_step *= 2;
		s->s_all = now + s->s_step;
	} else if (careful || now % CHECK_NEAR == 0 ||
	    (added && (states < NEW_CAREFUL || states % NEW_NEAR == 0)))
		grew = cl_mem_grow(false, careful) != 0 && !careful;
	s->s_again = s->s_again || grew;
}

/*
 * Run one operation from the loaded state, and go back to it.
 * => returns how many allocations it asked for
 */
static uint32_t
step(const struct cl_op *o)
{
	struct search *s = search;
	struct cl_key k;
	uint32_t n, allocs;
	bool added = false;

	s->s_op = *o;
	cl_op_run(o);
	allocs = host_record.hr_allocs;
	host_check("the operation");
	state_key(&k);
	if (s->s_proof) {
		n = cl_set_find(s->s_set, &k);
		if (n == CL_NOSTATE)
			ph_panic("closure: the key does not say enough: "
			    "a state that was not found");
	} else {
		s->s_result->cr_transitions++;
		s->s_result->cr_failed += host_record.hr_failed != 0;
		n = cl_set_add(s->s_set, &k, &added);
		check_memory(added);
		if (added && !s->s_again)
			new_state(n, &k);
		else if (!s->s_again)
			maybe_twin(n);
	}
	s->s_sum += mix(n);
	cl_mem_restore();
	return (allocs);
}

/*
 * May the allocations of an operation be refused in this way?  Who cannot
 * sleep can only do without what need not be made; who is killed without what
 * must.
 */
static bool
may_fail(const struct cl_op *o)
{
	bool must = o->o_kind == CL_PINIT || o->o_wired;

	if (o->o_fail == CL_FAIL_KILLED)
		return (must && PH_WIRED_FAILS);
	return (o->o_fail != CL_FAIL_ALL || !must);
}

/*
 * An operation, and each way in which its allocations can be refused.
 */
static void
step_all(const struct cl_op *o)
{
	struct cl_op f = *o;
	uint32_t n, allocs = step(o);

	if (!cl_world->cw_fail)
		return;
	for (n = 0; n < allocs && !search->s_again; n++) {
		f.o_nth = (uint8_t)n;
		for (f.o_fail = CL_FAIL_ONE; f.o_fail <= CL_FAIL_KILLED;
		    f.o_fail++)
			if (!search->s_again && may_fail(&f))
				(void)step(&f);
	}
}

static void
expand(uint32_t from)
{
	struct search *s = search;
	uint32_t i;

	s->s_from = from;
	s->s_sum = 0;
	for (i = 0; i < s->s_nops && !s->s_again; i++)
		if (cl_op_possible(&s->s_ops[i]))
			step_all(&s->s_ops[i]);
}

/*
 * Expand the twins: each leads where its elder led.
 */
static void
prove_twins(void)
{
	struct search *s = search;
	struct cl_state *st;
	uint32_t i;

	s->s_proof = true;
	for (i = 0; i < s->s_ntwin; i++) {
		st = cl_set_get(s->s_set, s->s_twin[i].t_state);
		cl_mem_load(s->s_twin[i].t_record);
		expand(s->s_twin[i].t_state);
		if (s->s_sum != st->st_sum)
			ph_panic("closure: the key does not say enough: "
			    "its states lead to different ones");
	}
	s->s_result->cr_twins = s->s_ntwin;
}

/*
 * Walk at random, only to learn which words change.  A world that breaks on
 * the way breaks in the search too.
 */
static void
warm_up(void)
{
	struct search *s = search;
	uint32_t n, r = 1997;
	struct cl_op o;

	cl_touch();
	(void)cl_mem_grow(true, false);
	cl_mem_load(NULL);
	for (n = 0; n < WARM_STEPS; n++) {
		if (n % WARM_NEAR == 0)
			(void)cl_mem_grow(n % WARM_CHECK == 0, false);
		r = r * 1664525u + 1013904223u;
		o = s->s_ops[(r >> 8) % s->s_nops];
		if (cl_world->cw_fail && o.o_kind == CL_ENTER && r >> 31 == 0) {
			o.o_fail = r >> 29 & 1 ? CL_FAIL_ONE : o.o_wired ?
			    CL_FAIL_WAIT : CL_FAIL_ALL;
			o.o_nth = r >> 27 & 1;
		}
		if (cl_op_possible(&o))
			cl_op_run(&o);
	}
}

/*
 * One search from the first state; ends when nothing is new, when memory was
 * seen to change that was not known to, or when the time is over.
 */
static void
search_run(void)
{
	struct search *s = search;
	struct cl_key k;
	uint32_t n;
	bool added;

	s->s_from = CL_NOSTATE;
	cl_mem_load(NULL);
	state_key(&k);
	n = cl_set_add(s->s_set, &k, &added);
	new_state(n, &k);
	for (n = 0; cl_queue_get(s->s_queue, s->s_record); n++) {
		if (s->s_result->cr_until != 0 && time(NULL) >=
		    s->s_result->cr_until)
			return;
		cl_mem_load(s->s_record);
		expand(n);
		if (s->s_again)
			return;
		cl_set_get(s->s_set, n)->st_sum = s->s_sum;
	}
	s->s_again = cl_mem_grow(true, false) != 0;
	if (s->s_again)
		return;
	s->s_result->cr_closed = true;
	prove_twins();
}

static void
search_clear(void)
{
	struct search *s = search;
	struct cl_result *r = s->s_result;

	while (s->s_ntwin > 0)
		free(s->s_twin[--s->s_ntwin].t_record);
	if (s->s_set != NULL)
		cl_set_free(s->s_set);
	if (s->s_queue != NULL)
		cl_queue_free(s->s_queue);
	s->s_set = cl_set_new();
	s->s_queue = cl_queue_new();
	s->s_again = s->s_proof = false;
	s->s_all = s->s_step = CHECK_FIRST;
	*r = (struct cl_result){ .cr_until = r->cr_until };
}

/*
 * The operations from the first state to this one.
 */
static void
print_path(uint32_t n)
{
	const struct cl_state *st;

	if (n == CL_NOSTATE)
		return;
	st = cl_set_get(search->s_set, n);
	print_path(st->st_parent);
	if (st->st_parent == CL_NOSTATE)
		return;
	printf("closure: %4u. ", st->st_depth);
	cl_op_print(&st->st_op);
	printf("\n");
}

static void
replay_path(uint32_t n)
{
	const struct cl_state *st = cl_set_get(search->s_set, n);
	struct cl_key k;

	if (st->st_parent == CL_NOSTATE)
		return;
	replay_path(st->st_parent);
	cl_op_run(&st->st_op);
	host_check("the operation");
	state_key(&k);
	check_state(&k);
}

/*
 * Go the way from the first state again, with nothing stored in between.
 * => returns false if it ends well: then the search is wrong
 */
static bool
replay(void)
{
	jmp_buf *old, here;
	struct cl_key k;

	cl_mem_load(NULL);
	if (HOST_TRY(old, here) != HOST_OK)
		return (true);
	replay_path(search->s_from);
	cl_op_run(&search->s_op);
	host_check("the operation");
	state_key(&k);
	check_state(&k);
	host_trap_end(old);
	return (false);
}

static void
print_violation(enum host_trap trap)
{
	uint32_t depth;

	printf("closure: world %s: %s%s\n", cl_world->cw_name,
	    trap == HOST_HANG ? "hang: " : "", host_message);
	if (host_log()[0] != '\0')
		printf("closure: %.900s", host_log());
	if (search->s_from == CL_NOSTATE)
		return;
	if (search->s_proof)
		return;		/* no path: it is about another memory */
	print_path(search->s_from);
	depth = cl_set_get(search->s_set, search->s_from)->st_depth;
	printf("closure: %4u. ", depth + 1);
	cl_op_print(&search->s_op);
	printf("\nclosure: this path alone, from the first state: %s\n",
	    replay() ? host_message : "no violation");
}

/*
 * Explore a world to its fixed point.
 * => reduce: one of all states that differ only in names
 * => returns its states, which the caller frees
 */
struct cl_set *
cl_explore(const struct cl_world *w, bool reduce, struct cl_result *result)
{
	jmp_buf *old, here;
	volatile enum host_trap trap;
	struct cl_set *set;

	if (search == NULL)
		search = calloc(1, sizeof(*search));
	if (search == NULL)
		exit(2);
	search->s_result = result;
	search->s_reduce = reduce;
	search->s_set = NULL;
	search->s_queue = NULL;
	search_clear();
	cl_boot(w);
	search->s_nops = cl_op_list(search->s_ops);
	cl_mem_start();
	if (HOST_TRY(old, here) == HOST_OK) {
		warm_up();
		host_trap_end(old);
	}
	search->s_careful = CHECK_CAREFUL;
	do {
		(void)cl_mem_grow(true, false);
		search_clear();
		trap = HOST_TRY(old, here);
		if (trap == HOST_OK) {
			search_run();
			host_trap_end(old);
		} else
			search->s_again = cl_mem_grow(true, false) != 0;
		search->s_careful = CHECK_CAREFUL / 8;
	} while (search->s_again);
	if (trap != HOST_OK) {
		result->cr_violations++;
		print_violation(trap);
	}
	result->cr_states = cl_set_count(search->s_set);
	result->cr_words = cl_mem_words();
	result->cr_reclaims = pmap_counters.pc_reclaim;
	result->cr_deferred = pmap_counters.pc_deferred;
	cl_queue_free(search->s_queue);
	set = search->s_set;
	search->s_set = NULL;
	search->s_queue = NULL;
	return (set);
}
