/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_counts.c: counts that a user raises, as far as they go (doc/counts.md).
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

enum {
	OFTEN = 66000		/* more than 16 bits hold */
};

static unsigned int
wired(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm.v_wire_count);
}

/* Each unwiring must find the device's page, which is no page of RAM. */
static void
counts__device_page_locked_often(void)
{
	int fd = test_open("/dev/vga", O_RDONLY);
	unsigned int before = wired();
	char *p;

	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	for (int i = 0; i < OFTEN; i++) {
		CHECK(mlock(p, PAGE) == 0, "mlock %d: %s", i,
		    strerror(errno));
		CHECK(munlock(p, PAGE) == 0, "munlock %d: %s", i,
		    strerror(errno));
	}
	CHECK(wired() < before + 8, "wired %u, then %u", before, wired());
}

/* mlock nests, up to a limit; then it says so, and changes nothing. */
static void
counts__range_locked_often(void)
{
	char *p = test_map(PAGE, MAP_PRIVATE);
	unsigned int before = wired();
	int n;

	for (n = 0; n < OFTEN; n++)
		if (mlock(p, PAGE) != 0)
			break;
	CHECK(n == OFTEN || errno == EAGAIN, "mlock %d: %s", n,
	    strerror(errno));
	while (n-- > 0)
		CHECK(munlock(p, PAGE) == 0, "munlock, %d left: %s", n,
		    strerror(errno));
	CHECK(munlock(p, PAGE) != 0, "one munlock too many");
	CHECK(wired() < before + 8, "wired %u, then %u", before, wired());
}

const struct test tests_counts[] = {
	TEST(counts__device_page_locked_often),
	TEST(counts__range_locked_often),
	TEST_END
};
