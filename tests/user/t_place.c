/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_place.c: where mmap puts a mapping, and of which kind it is.
 */
#include <sys/mman.h>

#include "test.h"

/* With neither flag a mapping is private, as in 4.4BSD. */
static void
place__neither_shared_nor_private(void)
{
	int fd = test_open("/scratch", O_RDONLY), status;
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_ANON, -1, 0);
	char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, 0, fd, 0);

	CHECK(p != MAP_FAILED, "memory: %s", strerror(errno));
	CHECK(q != MAP_FAILED, "a file: %s", strerror(errno));
	p[0] = q[0] = 1;
	if (fork() == 0) {
		p[0] = q[0] = 2;
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child");
	CHECK(p[0] == 1 && q[0] == 1, "the child's store is seen");
	CHECK_ERRNO(EINVAL, mmap(NULL, PAGE, PROT_READ,
	    MAP_ANON | MAP_SHARED | MAP_PRIVATE, -1, 0));
	CHECK_ERRNO(EINVAL, mmap(NULL, PAGE, PROT_READ,
	    MAP_SHARED | MAP_PRIVATE, fd, 0));
}

const struct test tests_place[] = {
	TEST(place__neither_shared_nor_private),
	TEST_END
};
