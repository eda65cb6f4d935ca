/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_many.c: counts that only a large machine reaches: 300 MB of RAM or more.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

enum {
	PROCS = 5,
	EACH = 14000		/* mappings; of all, more than 16 bits hold */
};

static int fd;

static unsigned int
wired(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm.v_wire_count);
}

/* Lock the first page of the file through many mappings, and wait. */
static void
lock_many(int report)
{
	char *base = (char *)(uintptr_t)0x40000000, *p, c = 0;

	for (unsigned int i = 0; i < EACH; i++) {
		p = mmap(base + i * PAGE, PAGE, PROT_READ,
		    MAP_SHARED | MAP_FIXED, fd, 0);
		CHECK(p != MAP_FAILED, "map %u: %s", i, strerror(errno));
		CHECK(mlock(p, PAGE) == 0, "lock %u: %s", i, strerror(errno));
	}
	CHECK(write(report, &c, 1) == 1, "write");
	for (;;)
		pause();
}

/* Lock the page so often, and end who did.  => pages that are wired then */
static unsigned int
lock_and_end(void)
{
	int end[2], status;
	pid_t pid[PROCS];
	char c;

	CHECK(pipe(end) == 0, "pipe");
	for (int i = 0; i < PROCS; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			lock_many(end[1]);
		CHECK(read(end[0], &c, 1) == 1, "process %d", i);
	}
	for (int i = 0; i < PROCS; i++) {
		kill(pid[i], SIGKILL);
		CHECK(waitpid(pid[i], &status, 0) == pid[i], "wait");
	}
	close(end[0]);
	close(end[1]);
	return (wired());
}

/* After the first round the kernel keeps memory for map entries. */
static void
many__wirings_of_one_page(void)
{
	unsigned int first, second;

	fd = test_open("/scratch", O_RDWR);
	first = lock_and_end();
	second = lock_and_end();
	CHECK(second < first + 64, "wired %u, then %u", first, second);
}

const struct test tests_many[] = {
	TEST(many__wirings_of_one_page),
	TEST_END
};
