/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * forktree.c: trees of forks over one copy-on-write region.
 *
 * Every process changes some pages and knows, from a table that it inherits
 * the same way, what all pages must hold as it sees them.  What others
 * change must never show.  Four shapes, drawn at random: deep (a chain of
 * parents that wait), wide (children of one parent), binary, and
 * generations (each process forks the next and exits).
 */
#include <sys/types.h>
#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "stress.h"

enum shape { DEEP, WIDE, BINARY, GENERATIONS, SHAPES };

enum {
	GENERATION_COUNT = 24	/* of one round of that shape */
};

struct tree {
	uint8_t		*t_base;
	struct stamp	*t_want;	/* what this process must see */
	uint8_t		*t_was;		/* in memory at the last look */
	unsigned int	 t_pages;
};

static struct tree tree;

static void
tree_verify(unsigned int i)
{
	stress_verify(tree.t_base + (size_t)i * STAMP_PAGE, &tree.t_want[i]);
}

static void
tree_verify_all(void)
{
	for (unsigned int i = 0; i < tree.t_pages; i++)
		tree_verify(i);
}

/* Change a quarter of the pages, at random places, unless told to stop. */
static void
tree_change(void)
{
	uint32_t owner = (uint32_t)getpid();

	for (unsigned int n = tree.t_pages / 4; n > 0 && stress_running();
	    n--) {
		unsigned int i = stress_below(tree.t_pages);
		struct stamp *s = &tree.t_want[i];

		tree_verify(i);
		s->s_owner = owner;
		s->s_gen++;
		stamp_write(tree.t_base + (size_t)i * STAMP_PAGE, s);
	}
}

static void tree_node(enum shape, unsigned int, uint32_t);

/*
 * Fork one child that grows its own part.
 * => how many were started: 0 when told to stop
 */
static int
tree_branch(enum shape shape, unsigned int left, uint32_t salt)
{
	pid_t pid;

	if (!stress_running())
		return (0);
	pid = stress_fork(salt);
	if (pid != 0)
		return (pid > 0);
	tree_node(shape, left, salt);
	stress_exit(0);
}

/*
 * One process of the tree: verify, change, grow, and verify again once all
 * below it have ended.
 */
static void
tree_node(enum shape shape, unsigned int left, uint32_t salt)
{
	int children = 0;

	tree_verify(stress_below(tree.t_pages));
	tree_change();
	if (shape == DEEP && left > 0)
		children += tree_branch(shape, left - 1, salt * 2 + 1);
	if (shape == BINARY && left > 0) {
		children += tree_branch(shape, left - 1, salt * 2 + 1);
		children += tree_branch(shape, left - 1, salt * 2 + 2);
	}
	for (; shape == WIDE && left > 0; left--)
		children += tree_branch(DEEP, 0, salt * 64 + left);
	tree_change();
	if (stress_wait(children) != 0)
		stress_exit(1);
	tree_verify_all();
}

/*
 * Hand the region on from generation to generation; each process ends as
 * soon as the next one has verified everything.
 */
static void
tree_generations(uint32_t salt)
{
	char ok = 'k';
	int end[2], got;
	pid_t pid;

	if (pipe(end) < 0)
		stress_fail("pipe");
	pid = stress_fork(salt);
	if (pid == 0) {
		close(end[0]);
		for (uint32_t g = 1; g <= GENERATION_COUNT &&
		    stress_running(); g++) {
			tree_change();
			pid = stress_fork(salt + g);
			if (pid > 0)
				stress_exit(0);
			tree_verify_all();
		}
		if (write(end[1], &ok, 1) != 1)
			stress_fail("write");
		stress_exit(0);
	}
	close(end[1]);
	do
		got = (int)read(end[0], &ok, 1);
	while (got < 0 && errno == EINTR);
	close(end[0]);
	if (pid < 0 && !stress_running())
		return;
	if (pid < 0 || stress_wait(1) != 0 || got != 1)
		stress_fail("a generation was lost");
	tree_verify_all();
}

static void
tree_round(uint32_t round)
{
	unsigned int procs = stress.st_plan.pl_procs, levels = 0;
	enum shape shape = (enum shape)stress_below(SHAPES);

	while ((2u << levels) < procs)
		levels++;
	if (shape == GENERATIONS)
		tree_generations(round << 16);
	else
		tree_node(shape, shape == BINARY ? levels : procs - 1,
		    round << 8);
}

int
main(int argc, char **argv)
{
	unsigned int pages;

	stress_init(S_FORKTREE, argc, argv);
	pages = stress.st_plan.pl_pages * 4 / (stress.st_plan.pl_procs + 4);
	if (pages < 8)
		pages = 8;
	tree.t_pages = pages;
	tree.t_base = stress_map((size_t)pages * STAMP_PAGE, MAP_PRIVATE);
	tree.t_want = stress_map(pages * sizeof(*tree.t_want), MAP_PRIVATE);
	tree.t_was = stress_map(pages, MAP_PRIVATE);
	for (unsigned int i = 0; i < pages; i++)
		tree.t_want[i].s_va =
		    (uint32_t)(uintptr_t)(tree.t_base + (size_t)i * STAMP_PAGE);
	for (uint32_t round = 1; stress_running(); round++) {
		stress_count_out(tree.t_base, pages, tree.t_was);
		tree_round(round);
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	tree_verify_all();
	stress_exit(0);
}
