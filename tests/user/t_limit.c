/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_limit.c: the limit of map entries, and calls that fail.
 *
 * At the limit nothing can be cut in pieces any more; whole mappings can
 * still be changed and unmapped.  A call that fails uses up no entry.
 */
#include <sys/mman.h>

#include "test.h"

enum {
	PLENTY = 200000,	/* more mappings than any map may have */
	TRIES = 3000		/* more than are left of a small machine's */
};

static char *const base = (char *)0x50000000;

/* Map pages with rights in turn until there are no entries left. */
static unsigned int
fill(void)
{
	unsigned int n;

	for (n = 0; n < PLENTY; n++)
		if (mmap(base + n * PAGE, PAGE, (n & 1) != 0 ? PROT_READ :
		    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON |
		    MAP_FIXED, -1, 0) == MAP_FAILED)
			break;
	CHECK(n > 10 && n < PLENTY && errno == ENOMEM, "%u mapped: %s", n,
	    strerror(errno));
	return (n);
}

static void
must_have_room(const char *after, int n)
{
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0) !=
	    MAP_FAILED, "after %d %s: mmap: %s", n, after, strerror(errno));
}

static void
limit__failed_munlock_leaves_no_trace(void)
{
	char *p = test_map((TRIES + 2) * PAGE, MAP_PRIVATE);
	int failed = 0;

	for (unsigned int i = 1; i < TRIES; i += 2)
		if (munlock(p + i * PAGE, PAGE) != 0)
			failed++;
	must_have_room("failed munlocks", failed);
}

static void
limit__failed_mlock_leaves_no_trace(void)
{
	char *p = mmap((char *)0x50000000, (TRIES + 2) * PAGE,
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
	    test_open("/scratch", O_RDWR), 0);
	int failed = 0;

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	for (unsigned int i = 17; i < TRIES; i += 2)
		if (mlock(p + i * PAGE, PAGE) != 0)
			failed++;
	CHECK(failed > 1000, "%d mlocks failed", failed);
	must_have_room("failed mlocks", failed);
}

static void
limit__failed_mprotect_leaves_no_trace(void)
{
	char *p = mmap((char *)0x50000000, (TRIES + 2) * PAGE, PROT_READ,
	    MAP_SHARED | MAP_FIXED, test_open("/data/private", O_RDONLY), 0);

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	for (unsigned int i = 1; i < TRIES; i += 2)
		CHECK_ERRNO(EACCES, mprotect(p + i * PAGE, PAGE,
		    PROT_READ | PROT_WRITE));
	must_have_room("failed mprotects", TRIES / 2);
}

/* What was cut for a lock is one again after it. */
static void
limit__munlock_rejoins(void)
{
	char *p = test_map((TRIES + 2) * PAGE, MAP_PRIVATE);

	for (unsigned int i = 1; i < TRIES; i += 2) {
		CHECK(mlock(p + i * PAGE, PAGE) == 0, "mlock %u: %s", i,
		    strerror(errno));
		CHECK(munlock(p + i * PAGE, PAGE) == 0, "munlock %u: %s", i,
		    strerror(errno));
	}
	must_have_room("mlocks and munlocks", TRIES / 2);
}

static void
limit__whole_munmap(void)
{
	unsigned int n = fill();

	CHECK(munmap(base, PAGE) == 0, "the first: %s", strerror(errno));
	CHECK(munmap(base + PAGE, (n - 1) * PAGE) == 0, "all: %s",
	    strerror(errno));
	must_have_room("munmaps", (int)n);
}

static void
limit__whole_mprotect_and_minherit(void)
{
	unsigned int n = fill();

	CHECK(minherit(base, n * PAGE, MINHERIT_NONE) == 0, "minherit: %s",
	    strerror(errno));
	CHECK(mprotect(base + PAGE, PAGE, PROT_NONE) == 0, "one: %s",
	    strerror(errno));
	CHECK(mprotect(base, n * PAGE, PROT_READ) == 0, "all: %s",
	    strerror(errno));
	must_have_room("mprotect", 1);
}

static void
limit__whole_mlock_and_munlock(void)
{
	char *p = mmap((char *)0x40000000, 2 * PAGE, PROT_READ, MAP_PRIVATE |
	    MAP_ANON | MAP_FIXED, -1, 0);

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(mlock(p, 2 * PAGE) == 0, "mlock: %s", strerror(errno));
	(void)fill();
	CHECK(mlock(base, 2 * PAGE) == 0, "mlock: %s", strerror(errno));
	CHECK(munlock(base, 2 * PAGE) == 0, "munlock: %s", strerror(errno));
	CHECK_ERRNO(ENOMEM, munlock(p, PAGE));
	CHECK(munlock(p, 2 * PAGE) == 0, "munlock: %s", strerror(errno));
}

/* To shorten a mapping, or to replace one, needs no entry more. */
static void
limit__shorten_and_replace(void)
{
	char *p = mmap((char *)0x40000000, 8 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);
	unsigned int n;

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	memset(p, 'h', 8 * PAGE);
	n = fill();
	CHECK_ERRNO(ENOMEM, munmap(p + 3 * PAGE, PAGE));
	CHECK(p[3 * PAGE] == 'h', "the page has gone");
	CHECK(munmap(p + 6 * PAGE, 2 * PAGE) == 0, "the end: %s",
	    strerror(errno));
	CHECK(munmap(p, 2 * PAGE) == 0, "the start: %s", strerror(errno));
	CHECK(mmap(base + PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANON |
	    MAP_FIXED, -1, 0) != MAP_FAILED, "one: %s", strerror(errno));
	CHECK(mmap(base, n * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANON |
	    MAP_FIXED, -1, 0) != MAP_FAILED, "all: %s", strerror(errno));
	must_have_room("replaced", (int)n);
}

/* The break takes entries too. */
static void
limit__break_is_limited(void)
{
	char *p = sbrk(PAGE);

	CHECK(p != (char *)-1, "sbrk: %s", strerror(errno));
	p += PAGE - 1;
	p -= (uintptr_t)p % PAGE;
	CHECK(mprotect(p, PAGE, PROT_READ) == 0, "mprotect: %s",
	    strerror(errno));
	(void)fill();
	CHECK_ERRNO(ENOMEM, (intptr_t)sbrk(PAGE));
	CHECK(munmap(base, PAGE) == 0, "munmap: %s", strerror(errno));
	CHECK(sbrk(PAGE) != (char *)-1, "sbrk: %s", strerror(errno));
}

/* Who has few mappings gets them, however many others have. */
static void
limit__others_take_all(void)
{
	pid_t pid[6];
	int end[2], status;
	char c = 0;

	CHECK(pipe(end) == 0, "pipe");
	for (int i = 0; i < 6; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			(void)fill();
			CHECK(write(end[1], &c, 1) == 1, "write");
			for (;;)
				pause();
		}
		CHECK(pid[i] > 0, "fork %d: %s", i, strerror(errno));
		CHECK(read(end[0], &c, 1) == 1, "read");
	}
	must_have_room("processes", 6);
	for (int i = 0; i < 6; i++) {
		kill(pid[i], SIGKILL);
		CHECK(waitpid(pid[i], &status, 0) == pid[i], "wait");
	}
}

const struct test tests_limit[] = {
	TEST(limit__failed_munlock_leaves_no_trace),
	TEST(limit__failed_mlock_leaves_no_trace),
	TEST(limit__failed_mprotect_leaves_no_trace),
	TEST(limit__munlock_rejoins),
	TEST(limit__whole_munmap),
	TEST(limit__whole_mprotect_and_minherit),
	TEST(limit__whole_mlock_and_munlock),
	TEST(limit__shorten_and_replace),
	TEST(limit__break_is_limited),
	TEST(limit__others_take_all),
	TEST_END
};
