/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure.c: explores worlds to their fixed points.
 *
 *	closure [-q | -l | -w NAME | -c FIGURES] [-n] [-t SECONDS]
 *
 * Without arguments: the worlds of `make check-closure`.  -q: quick ones, for
 * what is run once for each mutant.  -l: the large ones, for a soak.  -w: the
 * named one; -c: one made of figures.  -n: without symmetries.  -t: so much
 * for all worlds together, then they are left open.  Exit status: 0 no
 * violation, 1 one was found, 2 no answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "closure.h"

#define IN_CHECK	1u
#define IN_QUICK	2u
#define IN_LARGE	4u
#define IN_SYMMETRY	8u

struct choice {
	struct cl_world	c_world;
	uint32_t	c_in;
};

/* The worlds; the first is that of -c.  Figures of each: doc/closure.md. */
static struct choice choices[] = {
	{ { .cw_name = "" }, 0 },
	{ { .cw_name = "one",
	    .cw_text = "all attributes of both pages, one mapping",
	    .cw_max = 1, .cw_pages = 2, .cw_arena = 10, .cw_slices = 2,
	    .cw_apart = true, .cw_readonly = true, .cw_wired = true,
	    .cw_fail = true, .cw_life = true, .cw_read = 3, .cw_write = 3 },
	    IN_CHECK },
	{ { .cw_name = "pair",
	    .cw_text = "all but rights, one page, two mappings", .cw_max = 2,
	    .cw_pages = 1, .cw_arena = 10, .cw_slices = 1, .cw_apart = true,
	    .cw_wired = true, .cw_fail = true, .cw_life = true, .cw_read = 1,
	    .cw_write = 1 }, IN_CHECK },
	{ { .cw_name = "rights",
	    .cw_text = "all but wired, two mappings, M and U of one page",
	    .cw_max = 2, .cw_pages = 2, .cw_arena = 10, .cw_slices = 1,
	    .cw_readonly = true, .cw_fail = true, .cw_read = 1,
	    .cw_write = 1 }, IN_CHECK },
	{ { .cw_name = "lives",
	    .cw_text = "rights, wired, pmaps come and go, two mappings",
	    .cw_max = 2, .cw_pages = 2, .cw_arena = 10, .cw_slices = 1,
	    .cw_apart = true, .cw_readonly = true, .cw_wired = true,
	    .cw_fail = true, .cw_life = true }, IN_CHECK },
	{ { .cw_name = "both",
	    .cw_text = "M and U of both pages, two mappings", .cw_max = 2,
	    .cw_pages = 2, .cw_arena = 10, .cw_slices = 8, .cw_read = 3,
	    .cw_write = 3 }, IN_CHECK },
	{ { .cw_name = "marks",
	    .cw_text = "M and U of one page, three mappings", .cw_max = 3,
	    .cw_pages = 1, .cw_arena = 10, .cw_slices = 8, .cw_read = 1,
	    .cw_write = 1 }, IN_CHECK },
	{ { .cw_name = "three", .cw_text = "rights and wired, three mappings",
	    .cw_max = 3, .cw_pages = 2, .cw_arena = 10, .cw_slices = 8,
	    .cw_readonly = true, .cw_wired = true }, IN_CHECK },
	{ { .cw_name = "four", .cw_text = "wired, four mappings", .cw_max = 4,
	    .cw_pages = 2, .cw_arena = 10, .cw_slices = 8, .cw_wired = true },
	    IN_CHECK },
	{ { .cw_name = "full", .cw_text = "all six places, allocations fail",
	    .cw_max = 6, .cw_pages = 2, .cw_arena = 10, .cw_slices = 1,
	    .cw_apart = true, .cw_fail = true }, IN_CHECK },
	{ { .cw_name = "tight",
	    .cw_text = "all six places, an arena too small", .cw_max = 6,
	    .cw_pages = 2, .cw_arena = 5, .cw_slices = 1, .cw_tight = true,
	    .cw_apart = true, .cw_fail = true, .cw_life = true }, IN_CHECK },
	{ { .cw_name = "floor",
	    .cw_text = "wired, pmaps come and go, at the floor", .cw_max = 3,
	    .cw_pages = 1, .cw_arena = 12, .cw_slices = 1, .cw_pool = 12,
	    .cw_apart = true, .cw_wired = true, .cw_fail = true,
	    .cw_life = true }, IN_CHECK | IN_QUICK },
	{ { .cw_name = "new",
	    .cw_text = "all six places, two page tables are new",
	    .cw_max = 6, .cw_pages = 1, .cw_arena = 6, .cw_slices = 1,
	    .cw_two_new = true, .cw_tight = true, .cw_apart = true,
	    .cw_fail = true }, IN_CHECK },
	{ { .cw_name = "scarce",
	    .cw_text = "all six places, no page for slices", .cw_max = 6,
	    .cw_pages = 1, .cw_arena = 5, .cw_slices = 1, .cw_two_new = true,
	    .cw_tight = true, .cw_apart = true, .cw_fail = true },
	    IN_CHECK | IN_QUICK },
	{ { .cw_name = "quick-lives",
	    .cw_text = "wired, pmaps come and go, two mappings", .cw_max = 2,
	    .cw_pages = 2, .cw_arena = 10, .cw_slices = 1, .cw_apart = true,
	    .cw_wired = true, .cw_fail = true, .cw_life = true }, IN_QUICK },
	{ { .cw_name = "quick",
	    .cw_text = "all of one page, no failures, two mappings",
	    .cw_max = 2, .cw_pages = 1, .cw_arena = 10, .cw_slices = 8,
	    .cw_readonly = true, .cw_read = 1, .cw_write = 1 }, IN_QUICK },
	{ { .cw_name = "symmetry",
	    .cw_text = "wired and U of both pages, pmaps come and go",
	    .cw_max = 2, .cw_pages = 2, .cw_arena = 10, .cw_slices = 8,
	    .cw_wired = true, .cw_life = true, .cw_read = 3 }, IN_SYMMETRY },
	{ { .cw_name = "two", .cw_text = "everything, two mappings",
	    .cw_max = 2, .cw_pages = 2, .cw_arena = 10, .cw_slices = 1,
	    .cw_apart = true, .cw_readonly = true, .cw_wired = true,
	    .cw_fail = true, .cw_life = true, .cw_read = 3, .cw_write = 3 },
	    IN_LARGE },
	{ { .cw_name = "six-wired",
	    .cw_text = "wired, one page, all six places", .cw_max = 6,
	    .cw_pages = 1, .cw_arena = 10, .cw_slices = 8, .cw_wired = true },
	    IN_LARGE },
	{ { .cw_name = "six-rights",
	    .cw_text = "rights, one page, all six places", .cw_max = 6,
	    .cw_pages = 1, .cw_arena = 10, .cw_slices = 8,
	    .cw_readonly = true }, IN_LARGE },
	{ { .cw_name = "four-all",
	    .cw_text = "rights and wired, one page, four mappings",
	    .cw_max = 4, .cw_pages = 1, .cw_arena = 10, .cw_slices = 8,
	    .cw_readonly = true, .cw_wired = true }, IN_LARGE },
	{ { .cw_name = "six-marks",
	    .cw_text = "M and U of one page, all six places", .cw_max = 6,
	    .cw_pages = 1, .cw_arena = 10, .cw_slices = 8, .cw_read = 1,
	    .cw_write = 1 }, IN_LARGE },
};

#define NCHOICES	(sizeof(choices) / sizeof(choices[0]))

static unsigned int seconds;		/* for a world; 0: no limit */

static uint64_t
now_ms(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return ((uint64_t)tv.tv_sec * 1000 + (uint64_t)tv.tv_usec / 1000);
}

static void
print_world(const struct cl_world *w, const struct cl_result *r, uint64_t ms)
{
	printf("closure-%s: states=%u transitions=%llu depth=%u violations=%u "
	    "refused=%llu reclaims=%llu deferred=%llu twins=%u words=%u "
	    "ms=%llu%s\n", w->cw_name, r->cr_states,
	    (unsigned long long)r->cr_transitions, r->cr_depth,
	    r->cr_violations, (unsigned long long)r->cr_failed,
	    (unsigned long long)r->cr_reclaims,
	    (unsigned long long)r->cr_deferred, r->cr_twins, r->cr_words,
	    (unsigned long long)ms, r->cr_closed || r->cr_violations != 0 ?
	    "" : " not closed");
}

static void
add_result(struct cl_result *sum, const struct cl_result *r)
{
	sum->cr_states += r->cr_states;
	sum->cr_transitions += r->cr_transitions;
	sum->cr_violations += r->cr_violations;
	if (r->cr_depth > sum->cr_depth)
		sum->cr_depth = r->cr_depth;
}

static struct cl_set *
run_world(const struct cl_world *w, bool reduce, struct cl_result *sum)
{
	struct cl_result r = { .cr_until = 0 };
	struct cl_set *set;
	uint64_t start = now_ms();

	if (seconds != 0)
		r.cr_until = time(NULL) + (time_t)seconds;
	set = cl_explore(w, reduce, &r);
	print_world(w, &r, now_ms() - start);
	add_result(sum, &r);
	return (set);
}

/*
 * The symmetries: all images of the states found with them are the states
 * found without, one by one.
 */
static bool
run_symmetry(const struct cl_world *w, struct cl_result *sum)
{
	struct cl_set *orbits = run_world(w, true, sum);
	struct cl_set *direct = run_world(w, false, sum);
	struct cl_set *images = cl_set_new();
	uint32_t n, i, missing = 0, expanded;
	struct cl_key k;
	bool added;

	for (n = 0; n < cl_set_count(orbits); n++)
		for (i = 0; i < CL_IMAGES; i++) {
			cl_key_image(&k, &cl_set_get(orbits, n)->st_key, i);
			(void)cl_set_add(images, &k, &added);
			if (added && cl_set_find(direct, &k) == CL_NOSTATE)
				missing++;
		}
	expanded = cl_set_count(images);
	printf("closure-sym: orbits=%u expanded=%u direct=%u\n",
	    cl_set_count(orbits), expanded, cl_set_count(direct));
	if (missing != 0)
		printf("closure-sym: %u images are not reachable\n", missing);
	n = cl_set_count(direct);
	cl_set_free(images);
	cl_set_free(direct);
	cl_set_free(orbits);
	return (missing == 0 && expanded == n);
}

/*
 * Is the world asked for: of a set, or by its name?
 */
static bool
is_chosen(const struct choice *c, uint32_t in, const char *name)
{
	if (name != NULL)
		return (strcmp(name, c->c_world.cw_name) == 0);
	return ((c->c_in & in) != 0);
}

static int
run_worlds(uint32_t in, const char *name, bool reduce)
{
	struct cl_result sum;
	const struct choice *c;
	uint32_t n = 0;
	bool ok = true;

	memset(&sum, 0, sizeof(sum));
	for (c = choices; c < choices + NCHOICES; c++)
		n += is_chosen(c, in, name);
	if (n == 0) {
		fprintf(stderr, "closure: no such world\n");
		return (2);
	}
	if (seconds != 0)
		seconds = seconds / n + 1;
	for (c = choices; c < choices + NCHOICES; c++) {
		if (!is_chosen(c, in, name))
			continue;
		if (c->c_in & IN_SYMMETRY)
			ok = run_symmetry(&c->c_world, &sum) && ok;
		else
			cl_set_free(run_world(&c->c_world, reduce, &sum));
	}
	printf("closure: states=%u transitions=%llu depth=%u violations=%u\n",
	    sum.cr_states, (unsigned long long)sum.cr_transitions,
	    sum.cr_depth, sum.cr_violations + !ok);
	return (sum.cr_violations != 0 || !ok);
}

/*
 * A world by its figures: -c max,pages,arena,slices,pool,two_new,tight,
 * apart,readonly,wired,fail,life,read,write.
 */
static bool
parse_world(const char *text, struct cl_world *w)
{
	unsigned int n[14];

	if (sscanf(text, "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u", &n[0],
	    &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9],
	    &n[10], &n[11], &n[12], &n[13]) != 14)
		return (false);
	*w = (struct cl_world){ .cw_name = "custom", .cw_max = (uint8_t)n[0],
	    .cw_pages = (uint8_t)n[1], .cw_arena = (uint8_t)n[2],
	    .cw_slices = (uint8_t)n[3], .cw_pool = (uint8_t)n[4],
	    .cw_two_new = n[5], .cw_tight = n[6], .cw_apart = n[7],
	    .cw_readonly = n[8], .cw_wired = n[9], .cw_fail = n[10],
	    .cw_life = n[11], .cw_read = (uint8_t)n[12],
	    .cw_write = (uint8_t)n[13] };
	return (true);
}

int
main(int argc, char **argv)
{
	const char *name = NULL;
	uint32_t in = IN_CHECK | IN_SYMMETRY;
	bool reduce = true;
	int c;

	while ((c = getopt(argc, argv, "qlnc:t:w:")) != -1) {
		if (c == 'q')
			in = IN_QUICK;
		else if (c == 'l')
			in = IN_LARGE;
		else if (c == 'n')
			reduce = false;
		else if (c == 'w')
			name = optarg;
		else if (c == 't')
			seconds = (unsigned int)atoi(optarg);
		else if (c == 'c' && parse_world(optarg, &choices[0].c_world))
			name = "custom";
		else
			return (2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return (run_worlds(in, name, reduce));
}
