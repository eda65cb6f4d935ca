/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_place.c: where mmap puts a mapping, and of which kind it is.
 */
#include <sys/mman.h>

#include "test.h"

#define STACK_LOW	((char *)0xefbfe000 - 8 * 1024 * 1024)
#define GUARD		(16 * PAGE)

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

/* A hint, and no hint, have room for the same. */
static void
try_hint(uintptr_t hint, size_t size)
{
	char *p, *q;

	p = mmap((void *)hint, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK(p != MAP_FAILED, "0x%x bytes at 0x%x: %s", (unsigned int)size,
	    (unsigned int)hint, strerror(errno));
	CHECK(p + size + GUARD <= STACK_LOW, "mapped at %p", (void *)p);
	CHECK(munmap(p, size) == 0, "munmap: %s", strerror(errno));
	q = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON,
	    -1, 0);
	CHECK(q != MAP_FAILED, "0x%x bytes without a hint: %s",
	    (unsigned int)size, strerror(errno));
	CHECK(munmap(q, size) == 0, "munmap: %s", strerror(errno));
}

static void
place__hint_near_the_top(void)
{
	try_hint(0xe8000000, 0x10000000);
	try_hint(0xefbfd000, PAGE);
	try_hint(0xf8000000, PAGE);
	try_hint(0xfffff000, 2 * PAGE);
}

static void
place__hint_is_taken(void)
{
	char *p = mmap((char *)0xa0000000, PAGE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANON, -1, 0);
	char *q = mmap(p + PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1,
	    0);

	CHECK(p == (char *)0xa0000000, "mapped at %p", (void *)p);
	CHECK(q == p + PAGE, "mapped at %p", (void *)q);
}

static void
place__taken_up_to_the_top(void)
{
	CHECK(mmap((char *)0xa0000000, (uintptr_t)STACK_LOW - 0xa0000000,
	    PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) !=
	    MAP_FAILED, "mmap: %s", strerror(errno));
	try_hint(0xa0000000, 16 * 1024 * 1024);
}

/* All but the room of the break is taken: then that is used. */
static void
place__only_the_break_is_left(void)
{
	char *p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);

	CHECK(mmap(p, (uintptr_t)STACK_LOW - (uintptr_t)p, PROT_NONE,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) != MAP_FAILED,
	    "mmap: %s", strerror(errno));
	try_hint(0, PAGE);
	try_hint(0xb0000000, PAGE);
}

static __attribute__((noinline)) int
deep(int n)
{
	volatile char frame[2048];

	frame[0] = (char)n;
	frame[2047] = 1;
	return (n == 0 ? 0 : deep(n - 1) + frame[2047]);
}

/* Wherever the hint is, the room of the stack and its guard stay free. */
static void
place__stack_has_its_room(void)
{
	char here, *top = &here, *p;

	for (unsigned int mb = 0; mb < 10; mb++) {
		p = mmap(top - mb * 1024 * 1024, 16 * PAGE, PROT_READ,
		    MAP_PRIVATE | MAP_ANON, -1, 0);
		CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
		CHECK(p + 16 * PAGE + GUARD <= STACK_LOW,
		    "hint %u MB below the stack pointer: mapped at %p", mb,
		    (void *)p);
	}
	CHECK(deep(3800) == 3800, "recursion");
}

static void
clash(void)
{
	deep(800);
}

/* What lies below, by a fixed address, is not overwritten by the stack. */
static void
place__stack_keeps_a_guard(void)
{
	char here, *below;
	int status;

	below = (char *)(((uintptr_t)&here - 1024 * 1024) & ~(PAGE - 1));
	CHECK(mmap(below, 64 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANON | MAP_FIXED, -1, 0) == below, "mmap");
	memset(below, 'G', 64 * PAGE);
	status = test_child(clash);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	    "the stack: status 0x%x", status);
	for (unsigned int i = 0; i < 64 * PAGE; i++)
		CHECK(below[i] == 'G', "byte %u is overwritten", i);
}

/* The same at the limit of the stack. */
static void
place__stack_limit_keeps_a_guard(void)
{
	char *below = STACK_LOW - 64 * PAGE;
	int status;

	CHECK(mmap(below, 64 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANON | MAP_FIXED, -1, 0) == below, "mmap");
	memset(below, 'G', 64 * PAGE);
	status = test_child(clash);
	CHECK(status == 0, "the stack: status 0x%x", status);
	if (fork() == 0) {
		deep(8000);
		_exit(0);
	}
	CHECK(wait(&status) > 0 && WIFSIGNALED(status), "status 0x%x",
	    status);
	for (unsigned int i = 0; i < 64 * PAGE; i++)
		CHECK(below[i] == 'G', "byte %u is overwritten", i);
}

const struct test tests_place[] = {
	TEST(place__neither_shared_nor_private),
	TEST(place__hint_near_the_top),
	TEST(place__hint_is_taken),
	TEST(place__taken_up_to_the_top),
	TEST(place__only_the_break_is_left),
	TEST(place__stack_has_its_room),
	TEST(place__stack_keeps_a_guard),
	TEST(place__stack_limit_keeps_a_guard),
	TEST_END
};
