/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_device.c: mappings of devices.  A page of one has no copy: what is
 * stored reaches the device, whatever the mapping is called.
 */
#include <sys/mman.h>

#include "test.h"

enum {
	TEXT = 0x18000,		/* the screen's text, in /dev/vga */
	AT = 8			/* byte that is written */
};

static volatile char *device;	/* as a descriptor sees it that only reads */

static volatile char *
map(int fd, int prot, int flags)
{
	char *p = mmap(NULL, PAGE, prot, flags, fd, TEXT);

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	return (p);
}

/* Store through p, and see it in the device. */
static void
must_write(volatile char *p, const char *when)
{
	char c = (char)(device[AT] ^ 0x5a);

	p[AT] = c;
	CHECK(device[AT] == c, "%s: wrote %d, the device has %d", when, c,
	    device[AT]);
}

static void
fork_and_write(volatile char *p, const char *when)
{
	int status;

	if (fork() == 0) {
		must_write(p, when);
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "%s: the child", when);
	must_write(p, when);
}

static void
device__stays_one_after_fork(void)
{
	int fd = test_open("/dev/vga", O_RDWR);
	volatile char *private = map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	volatile char *shared = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	device = map(test_open("/dev/vga", O_RDONLY), PROT_READ, MAP_SHARED);
	must_write(private, "private");
	fork_and_write(private, "private, after fork");
	CHECK(minherit((void *)(uintptr_t)shared, PAGE, MINHERIT_COPY) == 0,
	    "minherit: %s", strerror(errno));
	fork_and_write(shared, "shared, to be copied");
	CHECK(mlock((void *)(uintptr_t)shared, PAGE) == 0, "mlock: %s",
	    strerror(errno));
	fork_and_write(shared, "shared, locked");
}

static void
device__read_only_is_not_written(void)
{
	int fd = test_open("/dev/vga", O_RDONLY);
	volatile char *p;

	CHECK_ERRNO(EACCES, mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE, fd, TEXT));
	CHECK_ERRNO(EACCES, mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, TEXT));
	CHECK_ERRNO(EACCES, mmap(NULL, PAGE, PROT_WRITE, 0, fd, TEXT));
	p = map(fd, PROT_READ, MAP_PRIVATE);
	CHECK_ERRNO(EACCES, mprotect((void *)(uintptr_t)p, PAGE,
	    PROT_READ | PROT_WRITE));
	fd = test_open("/dev/zero", O_WRONLY);
	CHECK_ERRNO(EACCES, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
}

static void
device__offsets(void)
{
	static const struct {
		off_t		o_pos;
		unsigned int	o_size;
	} bad[] = {
		{ 0x7ffffffffffff000, PAGE },
		{ 0x7ffffffffffff000, 2 * PAGE },
		{ 0x7fffffffffffe000, PAGE },
		{ 0xfffff000, PAGE },
		{ 0xffffe000, 2 * PAGE },
		{ 0x100000000, PAGE },
		{ -(off_t)PAGE, PAGE },
		{ -(off_t)PAGE, 2 * PAGE },
		{ 1, PAGE },
	};
	int fds[] = { test_open("/data/private", O_RDONLY),
	    test_open("/dev/vga", O_RDONLY), test_open("/dev/zero", O_RDWR) };

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (int f = 0; f < 3; f++) {
			errno = 0;
			CHECK(mmap(NULL, bad[i].o_size, PROT_READ, MAP_SHARED,
			    fds[f], bad[i].o_pos) == MAP_FAILED &&
			    errno == EINVAL, "offset %u, file %d: errno %d",
			    i, f, errno);
		}
}

const struct test tests_device[] = {
	TEST(device__stays_one_after_fork),
	TEST(device__read_only_is_not_written),
	TEST(device__offsets),
	TEST_END
};
