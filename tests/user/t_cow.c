/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_cow.c: what copy-on-write costs, and how deep its chains grow.
 */
#include <sys/mman.h>
#include <sys/sysctl.h>

#include <vmfig.h>

#include "test.h"

enum { BIG = 1024 };		/* pages: 4 MB */

static struct vmmeter
figures(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm);
}

/* Fork with 4 MB dirty: what the fork itself takes, before any write. */
static void
cow__fork_4mb_allocates_little(void)
{
	char *p = test_map(BIG * PAGE, MAP_PRIVATE), c;
	unsigned int before, after;
	int end[2], back[2];
	pid_t pid;

	CHECK(pipe(end) == 0 && pipe(back) == 0, "pipe");
	for (unsigned int i = 0; i < BIG; i++)
		p[i * PAGE] = (char)i;
	before = figures().v_free_count;
	pid = fork();
	if (pid == 0) {
		if (write(back[1], "r", 1) != 1)
			_exit(1);
		_exit((int)read(end[0], &c, 1) - 1);
	}
	CHECK(pid > 0 && read(back[0], &c, 1) == 1, "the child is not there");
	after = figures().v_free_count;
	CHECK(write(end[1], &c, 1) == 1 && wait(NULL) == pid, "wait");
	CHECK(before < after || before - after < 40,
	    "%u pages for a fork", before - after);
}

static void
cow__contents_stay_apart(void)
{
	char *p = test_map(64 * PAGE, MAP_PRIVATE);
	int status;

	for (unsigned int i = 0; i < 64; i++)
		p[i * PAGE] = (char)i;
	if (fork() == 0) {
		for (unsigned int i = 0; i < 64; i++) {
			if (p[i * PAGE] != (char)i)
				test_fail("page %u in the child", i);
			p[i * PAGE] = (char)(i + 100);
		}
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child saw other pages");
	for (unsigned int i = 0; i < 64; i++)
		CHECK(p[i * PAGE] == (char)i, "page %u", i);
}

/* After the child is gone a write must not copy: the page is ours alone. */
static void
cow__no_copy_when_alone(void)
{
	char *p = test_map(256 * PAGE, MAP_PRIVATE);
	unsigned int before, copies;

	memset(p, 1, 256 * PAGE);
	if (fork() == 0)
		_exit(0);
	CHECK(wait(NULL) > 0, "wait");
	before = figures().v_cow_faults;
	for (unsigned int i = 0; i < 256; i++)
		p[i * PAGE] = 2;
	copies = figures().v_cow_faults - before;
	CHECK(copies < 32, "%u of 256 pages were copied", copies);
}

/*
 * Each generation forks the next, changes a page and exits.  The last one
 * tells how deep the chain of shadow objects ever was.
 */
static void
cow__chain_of_200_generations(void)
{
	unsigned int *p = test_map(16 * PAGE, MAP_PRIVATE), result[2] = { 0 };
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	if (fork() == 0) {
		for (unsigned int g = 1; g <= 200; g++) {
			p[g % 16 * (PAGE / 4)] = g;
			if (fork() > 0)
				_exit(0);
			result[0] += p[g % 16 * (PAGE / 4)] != g;
		}
		while (getppid() != 1)
			usleep(1000);
		for (unsigned int i = 0; i < 16; i++)
			result[0] += p[i * (PAGE / 4)] <= 200 - 16;
		result[1] = figures().v_maxchain;
		_exit(write(end[1], result, sizeof(result)) < 0);
	}
	close(end[1]);
	CHECK(read(end[0], result, sizeof(result)) ==
	    (ssize_t)sizeof(result), "a generation was lost");
	CHECK(result[0] == 0, "%u wrong words", result[0]);
	CHECK(result[1] <= 4, "the chain was %u deep", result[1]);
}

/* One process forks 200 children in turn, both sides writing. */
static void
cow__chain_of_200_children(void)
{
	unsigned int *p = test_map(16 * PAGE, MAP_PRIVATE), chain;
	int status;

	for (unsigned int g = 1; g <= 200; g++) {
		if (fork() == 0) {
			p[0] = 0;
			_exit(p[g % 16 * (PAGE / 4)] > g);
		}
		p[g % 16 * (PAGE / 4)] = g;
		CHECK(wait(&status) > 0 && status == 0, "generation %u", g);
	}
	chain = figures().v_maxchain;
	CHECK(chain <= 4, "the chain was %u deep", chain);
}

const struct test tests_cow[] = {
	TEST(cow__fork_4mb_allocates_little),
	TEST(cow__contents_stay_apart),
	TEST(cow__no_copy_when_alone),
	TEST(cow__chain_of_200_generations),
	TEST(cow__chain_of_200_children),
	TEST_END
};
