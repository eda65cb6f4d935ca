/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args.c: every entry point with every bad argument that it can get.
 *
 *	args [-l] [text]
 *
 * runs the cells whose entry point or argument contains the text; -l lists
 * them: entry point, argument, effect, and "recursive" or "all", with tabs
 * between.  Each cell runs on a world of its own, and under either policy
 * where that matters.  An effect means what pmap(9), BAD ARGUMENTS, says that
 * it means.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "args.h"

const char *__asan_default_options(void);

static struct cell *cells, **cells_end = &cells;
static char failure[512];

/* What the effect's text says. */
enum kind {
	KIND_NOTHING,			/* the state stays */
	KIND_LIKE,			/* it becomes that of a good call */
	KIND_ASKED,			/* a condition becomes true */
	KIND_PANIC,
	KIND_REPORT,			/* a panic, or like a good call */
	KIND_AUDIT
};

struct effect {
	enum kind	e_kind;
	char		e_id[8];	/* of the invariant */
	uint32_t	e_refused;	/* what pc_refused grows by */
	bool		e_zero;		/* the call returns 0 */
};

/*
 * The world before, after the tested call, and after the good one, which is
 * made once a cell; and the condition before the call.
 */
static struct facts before, after, wanted;
static const struct cell *wanted_cell;
static uint32_t wanted_ret;
static bool done_before;

const char *
__asan_default_options(void)
{
	return ("allow_user_segv_handler=1:detect_leaks=0");
}

void
cell_register(struct cell *c)
{
	*cells_end = c;
	cells_end = &c->c_next;
}

static bool __attribute__((__format__(__printf__, 1, 2)))
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(failure, sizeof(failure), fmt, ap);
	va_end(ap);
	return (false);
}

/*
 * The closed set of effects.  => returns false for any other text
 */
static bool
effect_parse(const char *text, struct effect *e)
{
	static const char *const like[] = { "truncated", "rounded up",
	    "clipped", "removes", "ignored", "adds read" };
	char rest[16] = "";
	uint32_t i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < sizeof(like) / sizeof(like[0]); i++)
		if (strcmp(text, like[i]) == 0)
			e->e_kind = KIND_LIKE;
	e->e_refused = strcmp(text, "refused") == 0;
	e->e_zero = strcmp(text, "returns 0") == 0;
	if (e->e_kind == KIND_LIKE || e->e_refused != 0 || e->e_zero ||
	    strcmp(text, "no effect") == 0)
		return (true);
	e->e_kind = KIND_ASKED;
	if (strcmp(text, "as asked") == 0)
		return (true);
	e->e_kind = KIND_PANIC;
	if (sscanf(text, "panic %3[A-Z0-9]%15s", e->e_id, rest) == 1)
		return (true);
	e->e_kind = KIND_AUDIT;
	if (sscanf(text, "audit %3[A-Z0-9]%15s", e->e_id, rest) == 1)
		return (true);
	e->e_kind = KIND_REPORT;
	return (sscanf(text, "report %3[A-Z0-9], %15s", e->e_id, rest) == 2 &&
	    strcmp(rest, "removes") == 0);
}

/*
 * The full audit: the number of violations, whatever the policy.
 */
static uint32_t
audit(void)
{
	struct pmap_audit a;
	enum pmap_policy policy = pmap_policy;

	pmap_policy = PMAP_POLICY_ISOLATE;
	pmap_audit(&a);
	pmap_policy = policy;
	return (a.pa_violations);
}

static bool
log_has_broken(const char *id)
{
	char text[32];

	snprintf(text, sizeof(text), "pmap: %s broken", id);
	return (strstr(host_log(), text) != NULL);
}

/*
 * Run one side on a world of its own, and see what it made of it.
 */
static enum host_trap
run(const struct cell *c, enum side side, enum pmap_policy policy,
    struct facts *to)
{
	jmp_buf *old, here;
	enum host_trap trap;

	world_make();
	pmap_policy = policy;
	if (to == &after) {
		facts_take(&before);
		done_before = (c->c_flags & CELL_CHECK) != 0 &&
		    c->c_run(SIDE_CHECK);
	}
	memset(&pmap_counters, 0, sizeof(pmap_counters));
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK) {
		c->c_run(side);
		host_check(c->c_text);
		host_trap_end(old);
	}
	world_skew = 0;
	if (trap == HOST_OK || (c->c_flags & CELL_BOOT) == 0)
		facts_take(to);
	return (trap);
}

/*
 * The state is the one before.
 */
static bool
judge_same(void)
{
	char why[256];

	return (facts_same(&after, &before, why, sizeof(why)) ||
	    fail("%s", why));
}

/*
 * The state is that after the good call, which is another than before.
 */
static bool
judge_like(const struct cell *c)
{
	uint32_t ret = w.ret;
	char why[256];

	if ((c->c_flags & CELL_LIKE) == 0)
		return (fail("no good call to compare with"));
	if (wanted_cell != c &&
	    run(c, SIDE_GOOD, PMAP_POLICY_ISOLATE, &wanted) != HOST_OK)
		return (fail("the good call: %.300s", host_message));
	if (wanted_cell != c)
		wanted_ret = w.ret;
	wanted_cell = c;
	if (facts_same(&wanted, &before, why, sizeof(why)))
		return (fail("the good call has no effect"));
	if (ret != wanted_ret)
		return (fail("returned 0x%x, should be 0x%x", ret,
		    wanted_ret));
	return (facts_same(&after, &wanted, why, sizeof(why)) ||
	    fail("%s", why));
}

/*
 * It panicked, and names the invariant; nothing else was done.
 */
static bool
judge_panic(const struct cell *c, enum host_trap trap, const char *id)
{
	char text[32], invariant[32];

	snprintf(text, sizeof(text), "pmap: %s ", id);
	snprintf(invariant, sizeof(invariant), "pmap: invariant %s:", id);
	if (trap == HOST_OK)
		return (fail("no panic"));
	if (trap != HOST_PANIC || (strstr(host_message, text) == NULL &&
	    strstr(host_message, invariant) == NULL))
		return (fail("no panic with %s, but: %.300s", id,
		    host_message));
	if ((c->c_flags & CELL_BOOT) != 0)
		return (true);
	return (judge_same() && (audit() == 0 ||
	    fail("after the panic: %.300s", host_log())));
}

/*
 * It came back: what it did is what the effect says.
 */
static bool
judge_done(const struct cell *c, const struct effect *e)
{
	uint32_t broken, reports = e->e_kind == KIND_REPORT;

	if (pmap_counters.pc_refused != e->e_refused)
		return (fail("refused %u, should be %u",
		    pmap_counters.pc_refused, e->e_refused));
	if (pmap_counters.pc_violation != reports ||
	    (reports && !log_has_broken(e->e_id)))
		return (fail("%u reports: %.300s", pmap_counters.pc_violation,
		    host_log()));
	if (done_before)
		return (fail("done before the call"));
	if ((c->c_flags & CELL_CHECK) != 0 && !c->c_run(SIDE_CHECK))
		return (fail("not done (0x%x)", w.ret));
	if (e->e_zero && w.ret != 0)
		return (fail("returned 0x%x", w.ret));
	broken = audit();
	if (e->e_kind == KIND_AUDIT)
		return ((broken != 0 && log_has_broken(e->e_id)) ||
		    fail("the audit reports %u: %.300s", broken, host_log()));
	if (broken != 0)
		return (fail("the audit reports: %.300s", host_log()));
	if (e->e_kind == KIND_LIKE || e->e_kind == KIND_REPORT ||
	    (e->e_kind == KIND_ASKED && (c->c_flags & CELL_LIKE) != 0))
		return (judge_like(c));
	return (e->e_kind == KIND_ASKED || judge_same());
}

static bool
cell_policy(const struct cell *c, const struct effect *e,
    enum pmap_policy policy)
{
	enum host_trap trap;

	if (e->e_kind == KIND_AUDIT)
		policy = PMAP_POLICY_ISOLATE;	/* a call may audit itself */
	trap = run(c, SIDE_BAD, policy, &after);
	if (e->e_kind == KIND_PANIC ||
	    (e->e_kind == KIND_REPORT && policy == PMAP_POLICY_PANIC))
		return (judge_panic(c, trap, e->e_id));
	if (trap != HOST_OK)
		return (fail("%s%.400s", trap == HOST_HANG ? "hang: " : "",
		    host_message));
	return (judge_done(c, e));
}

/*
 * Is the row itself sound?
 */
static bool
cell_sound(const struct cell *c, struct effect *e)
{
	if (!effect_parse(c->c_effect, e))
		return (fail("no such effect: \"%s\"", c->c_effect));
	if (strstr(c->c_text, c->c_entry) == NULL)
		return (fail("does not call it: %s", c->c_text));
	if (e->e_kind == KIND_ASKED &&
	    (c->c_flags & (CELL_CHECK | CELL_LIKE)) == 0)
		return (fail("no condition"));
	return (true);
}

/*
 * The policy matters where an invariant is named; elsewhere no report is to
 * be made, which judge_done sees.
 */
static bool
cell_judge(const struct cell *c)
{
	struct effect e;

	return (cell_sound(c, &e) && cell_policy(c, &e, PMAP_POLICY_PANIC) &&
	    (e.e_id[0] == '\0' ||
	    cell_policy(c, &e, PMAP_POLICY_ISOLATE)));
}

/*
 * => a trap while the state is looked at is a failure of the cell too
 */
static bool
cell_run(const struct cell *c)
{
	static bool ok;
	jmp_buf *old, here;

	ok = false;
	if (HOST_TRY(old, here) == HOST_OK) {
		ok = cell_judge(c);
		host_trap_end(old);
	} else
		fail("left behind: %.300s", host_message);
	if (ok)
		printf("ok %s\t%s\n", c->c_entry, c->c_argument);
	else
		printf("not ok %s\t%s\t%s: %s\n", c->c_entry, c->c_argument,
		    c->c_effect, failure);
	return (ok);
}

/*
 * No entry point and argument twice.  => returns how many are
 */
static uint32_t
cells_twice(void)
{
	const struct cell *c, *d;
	uint32_t n = 0;

	for (c = cells; c != NULL; c = c->c_next)
		for (d = c->c_next; d != NULL; d = d->c_next)
			if (strcmp(c->c_entry, d->c_entry) == 0 &&
			    strcmp(c->c_argument, d->c_argument) == 0) {
				printf("not ok %s\t%s\ttwice in the table\n",
				    c->c_entry, c->c_argument);
				n++;
			}
	return (n);
}

int
main(int argc, char **argv)
{
	const struct cell *c;
	uint32_t n = 0, failed;
	bool list = argc > 1 && strcmp(argv[1], "-l") == 0;
	const char *text = argc > 1 + list ? argv[1 + list] : "";

	if (text[0] == '-' || argc > 2 + list)
		return (2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	failed = cells_twice();
	for (c = cells; c != NULL; c = c->c_next) {
		if (((c->c_flags & CELL_RECURSIVE) != 0 &&
		    PH_RECURSIVE == 0) || (strstr(c->c_entry, text) == NULL &&
		    strstr(c->c_argument, text) == NULL))
			continue;
		n++;
		if (list)
			printf("%s\t%s\t%s\t%s\n", c->c_entry, c->c_argument,
			    c->c_effect, (c->c_flags & CELL_RECURSIVE) != 0 ?
			    "recursive" : "all");
		else
			failed += !cell_run(c);
	}
	if (!list)
		printf("args: cells=%u failed=%u\n", n, failed);
	return (failed != 0 || n == 0);
}
