/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_wire.c: mlock and munlock.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

static unsigned int
wired(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm.v_wire_count);
}

static void
wire__locked_pages_are_there(void)
{
	char *p = test_map(16 * PAGE, MAP_PRIVATE);
	unsigned char vec[16];
	unsigned int before = wired();

	CHECK(mlock(p, 16 * PAGE) == 0, "mlock: %s", strerror(errno));
	CHECK(mincore(p, 16 * PAGE, vec) == 0, "mincore");
	for (int i = 0; i < 16; i++)
		CHECK((vec[i] & 1) != 0, "page %d is not in memory", i);
	CHECK(wired() >= before + 16, "wired %u, then %u", before, wired());
	memset(p, 'w', 16 * PAGE);
	CHECK(munlock(p, 16 * PAGE) == 0, "munlock: %s", strerror(errno));
	CHECK(wired() < before + 16, "wired %u, then %u", before, wired());
	CHECK(p[5 * PAGE] == 'w', "contents");
}

static void
lock_and_exit(void)
{
	char *p = test_map(16 * PAGE, MAP_PRIVATE);

	CHECK(mlock(p, 16 * PAGE) == 0, "mlock");
}

static void
wire__exit_unlocks(void)
{
	unsigned int before;

	test_child(lock_and_exit);
	before = wired();
	for (int i = 0; i < 8; i++)
		test_child(lock_and_exit);
	CHECK(wired() <= before + 8, "wired %u, then %u", before, wired());
}

static void
wire__fork_copies_locked_pages(void)
{
	char *p = test_map(8 * PAGE, MAP_PRIVATE);
	unsigned char vec[8];
	int status;

	memset(p, 'x', 8 * PAGE);
	CHECK(mlock(p, 8 * PAGE) == 0, "mlock");
	if (fork() == 0) {
		if (p[3 * PAGE] != 'x')
			test_fail("the child sees %d", p[3 * PAGE]);
		p[3 * PAGE] = 'y';
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child failed");
	CHECK(p[3 * PAGE] == 'x', "the parent sees %d", p[3 * PAGE]);
	CHECK(mincore(p, 8 * PAGE, vec) == 0, "mincore");
	for (int i = 0; i < 8; i++)
		CHECK((vec[i] & 1) != 0, "page %d is not in memory", i);
}

static void
wire__read_only_text(void)
{
	CHECK(mlock(PROGRAM, PAGE) == 0, "mlock: %s", strerror(errno));
	CHECK(munlock(PROGRAM, PAGE) == 0, "munlock: %s",
	    strerror(errno));
}

static void
wire__twice_and_in_parts(void)
{
	char *p = test_map(8 * PAGE, MAP_PRIVATE);

	for (int round = 0; round < 50; round++) {
		CHECK(mlock(p, 8 * PAGE) == 0, "mlock all");
		CHECK(munlock(p + 2 * PAGE, 3 * PAGE) == 0, "munlock part");
		CHECK(mlock(p + 3 * PAGE, PAGE) == 0, "mlock part");
		memset(p, round, 8 * PAGE);
		CHECK(munlock(p, 2 * PAGE) == 0, "munlock head");
		CHECK(munmap(p, 8 * PAGE) == 0, "munmap");
		CHECK(mmap(p, 8 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_FIXED | MAP_ANON | MAP_PRIVATE, -1, 0) == p, "mmap");
	}
}

static void
wire__bad_arguments(void)
{
	char *p = test_map(2 * PAGE, MAP_PRIVATE);

	CHECK(munmap(p + PAGE, PAGE) == 0, "munmap");
	CHECK(mlock(p, 2 * PAGE) == -1, "a hole can be locked");
	CHECK(mlock((void *)0xf0100000, PAGE) == -1, "the kernel is locked");
	CHECK(mlock(p, 0xffffffff) == -1, "4 GB can be locked");
	CHECK(munlock((void *)0xf0100000, PAGE) == -1,
	    "the kernel is unlocked");
}

const struct test tests_wire[] = {
	TEST(wire__locked_pages_are_there),
	TEST(wire__exit_unlocks),
	TEST(wire__fork_copies_locked_pages),
	TEST(wire__read_only_text),
	TEST(wire__twice_and_in_parts),
	TEST(wire__bad_arguments),
	TEST_END
};
