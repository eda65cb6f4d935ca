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

const struct test tests_limit[] = {
	TEST(limit__failed_munlock_leaves_no_trace),
	TEST(limit__failed_mlock_leaves_no_trace),
	TEST(limit__failed_mprotect_leaves_no_trace),
	TEST(limit__munlock_rejoins),
	TEST_END
};
