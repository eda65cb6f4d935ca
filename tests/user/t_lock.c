/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_lock.c: what mlock and munlock leave behind, page by page.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include <vmfig.h>

#include "test.h"

enum {
	FILE_PAGES = 16		/* of /scratch */
};

static unsigned int
wired(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm.v_wire_count);
}

/* Tell another process that it is its turn; wait to be told. */
static int
send(int fd, const char *c)
{
	return (write(fd, c, 1) == 1);
}

static int
receive(int fd, char *c)
{
	return (read(fd, c, 1) == 1);
}

/* A page that is not locked cannot be unlocked. */
static void
must_be_unlocked(char *p, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		CHECK(munlock(p + i * PAGE, PAGE) != 0, "page %u is locked",
		    i);
}

/* The first page is locked twice: then a munlock of all unlocks the rest. */
static void
lock__munlock_of_unequal_counts(void)
{
	char *p = test_map(8 * PAGE, MAP_PRIVATE);
	unsigned int before = wired();

	CHECK(mlock(p, 8 * PAGE) == 0, "mlock");
	CHECK(mlock(p, PAGE) == 0, "mlock of the first");
	CHECK(munlock(p, 8 * PAGE) == 0, "munlock");
	must_be_unlocked(p, 1, 8);
	CHECK(munlock(p, PAGE) == 0, "munlock of the first");
	must_be_unlocked(p, 0, 8);
	CHECK(wired() < before + 8, "wired %u, then %u", before, wired());
}

/* The same with pages locked up to four times, one by one. */
static void
lock__munlock_of_many_counts(void)
{
	char *p = test_map(16 * PAGE, MAP_PRIVATE);

	for (int i = 0; i < 16; i++)
		for (int n = 0; n <= i % 4; n++)
			CHECK(mlock(p + i * PAGE, PAGE) == 0, "mlock %d", i);
	CHECK(munlock(p, 16 * PAGE) == 0, "munlock");
	for (unsigned int i = 0; i < 16; i++)
		for (unsigned int n = 0; n < i % 4; n++)
			CHECK(munlock(p + i * PAGE, PAGE) == 0,
			    "page %u, munlock %u", i, n);
	must_be_unlocked(p, 0, 16);
}

/* An mlock that fails behind the end of a file leaves nothing locked. */
static void
lock__mlock_that_fails(void)
{
	int fd = test_open("/scratch", O_RDWR);
	char *p;

	p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
	    (FILE_PAGES - 4) * PAGE);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	p[0] = 1;			/* one object for all that follows */
	CHECK(mprotect(p + 4 * PAGE, 4 * PAGE, PROT_READ) == 0, "mprotect");
	CHECK(mlock(p, PAGE) == 0, "mlock: %s", strerror(errno));
	CHECK_ERRNO(ENOMEM, mlock(p, 8 * PAGE));
	must_be_unlocked(p, 1, 8);
	CHECK(munlock(p, PAGE) == 0, "munlock");
	must_be_unlocked(p, 0, 8);
}

/* Rights and inheritance that differ in the middle are set everywhere. */
static void
lock__protect_and_inherit_pieces(void)
{
	char *p = test_map(8 * PAGE, MAP_PRIVATE);
	int status;

	memset(p, 'p', 8 * PAGE);
	for (unsigned int i = 1; i < 8; i += 2)
		CHECK(mprotect(p + i * PAGE, PAGE, PROT_READ) == 0,
		    "mprotect %u", i);
	CHECK(mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE) == 0, "mprotect");
	for (unsigned int i = 1; i < 8; i += 2)
		CHECK(minherit(p + i * PAGE, PAGE, MINHERIT_NONE) == 0,
		    "minherit %u", i);
	CHECK(minherit(p, 8 * PAGE, MINHERIT_SHARE) == 0, "minherit");
	if (fork() == 0) {
		memset(p, 'q', 8 * PAGE);
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child: 0x%x", status);
	for (unsigned int i = 0; i < 8; i++)
		CHECK(p[i * PAGE] == 'q', "page %u is not shared", i);
}

static int
faults(void)
{
	struct rusage ru;

	CHECK(getrusage(RUSAGE_SELF, &ru) == 0, "getrusage");
	return ((int)(ru.ru_minflt + ru.ru_majflt));
}

/* Touch locked pages.  => how many faults that took */
static int
touch_faults(volatile char *p, unsigned int n, int write)
{
	int before = faults();

	for (unsigned int i = 0; i < n; i++)
		if (write)
			p[i * PAGE]++;
		else
			(void)p[i * PAGE];
	return (faults() - before);
}

/* In a child: lock what the parent maps too; after its turn, no faults. */
static void
lock_and_wait(char *p, unsigned int n, int write, const int *turn)
{
	char c = 0;

	CHECK(mlock(p, n * PAGE) == 0, "mlock: %s", strerror(errno));
	(void)touch_faults(p, n, write);
	CHECK(touch_faults(p, n, write) == 0, "faults before");
	CHECK(send(turn[1], &c) && receive(turn[2], &c), "pipe");
	n = (unsigned int)touch_faults(p, n, write);
	CHECK(n == 0, "%u faults on locked pages", n);
	_exit(0);
}

/*
 * Somebody else copies the pages of a file for writes: the locker's mappings
 * of them stay.
 */
static void
lock__copies_of_others_take_nothing(void)
{
	int fd = test_open("/data/private", O_RDWR), turn[4], status;
	char *p, *q, c = 0;

	CHECK(pipe(turn) == 0 && pipe(turn + 2) == 0, "pipe");
	q = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(q != MAP_FAILED, "mmap: %s", strerror(errno));
	if (fork() == 0)
		lock_and_wait(q, 4, 0, turn);
	CHECK(receive(turn[0], &c), "pipe");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	p[0] = 1;			/* one object for all four */
	CHECK(mprotect(p + 3 * PAGE, PAGE, PROT_READ) == 0, "mprotect");
	p[PAGE] = p[2 * PAGE] = 1;
	CHECK(send(turn[3], &c), "pipe");
	CHECK(wait(&status) > 0 && status == 0, "the locker: 0x%x", status);
}

/* Who shares the copy with the writer sees it, though a page is locked. */
static void
lock__sharers_see_the_copy(void)
{
	int fd = test_open("/data/private", O_RDWR), turn[4], status;
	char *p, *q, c = 0, old;

	CHECK(pipe(turn) == 0 && pipe(turn + 2) == 0, "pipe");
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(q != MAP_FAILED && mlock(q, PAGE) == 0, "mlock");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(minherit(p, PAGE, MINHERIT_SHARE) == 0, "minherit");
	old = p[0];
	if (fork() == 0) {
		CHECK(p[0] == old, "the child sees %d", p[0]);
		CHECK(send(turn[1], &c) && receive(turn[2], &c), "pipe");
		CHECK(p[0] == (char)~old, "the child sees %d still", p[0]);
		_exit(0);
	}
	CHECK(receive(turn[0], &c), "pipe");
	p[0] = (char)~old;
	CHECK(send(turn[3], &c), "pipe");
	CHECK(wait(&status) > 0 && status == 0, "the child: 0x%x", status);
	CHECK(q[0] == old, "the file has changed");
}

/* A locked page of a file is written back under the locker's stores. */
static void
lock__written_back_without_faults(void)
{
	int fd = test_open("/scratch", O_RDWR), turn[4], status;
	char *p, c = 0, old;

	CHECK(pipe(turn) == 0 && pipe(turn + 2) == 0, "pipe");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	if (fork() == 0)
		lock_and_wait(p, 4, 1, turn);
	CHECK(receive(turn[0], &c), "pipe");
	CHECK(msync(p, 4 * PAGE, MS_SYNC) == 0, "msync: %s", strerror(errno));
	CHECK(msync(p, 2 * PAGE, MS_ASYNC) == 0, "msync: %s",
	    strerror(errno));
	old = p[0];
	CHECK(send(turn[3], &c), "pipe");
	CHECK(wait(&status) > 0 && status == 0, "the locker: 0x%x", status);
	CHECK(p[0] == (char)(old + 1), "the store is not seen");
	/* Read from the disk again, the page has it too. */
	CHECK(msync(p, PAGE, MS_SYNC | MS_INVALIDATE) == 0, "msync: %s",
	    strerror(errno));
	CHECK(p[0] == (char)(old + 1), "the store is lost");
}

/* fork copies locked memory at once: neither side's stores fault later. */
static void
lock__fork_takes_nothing(void)
{
	char *p = test_map(4 * PAGE, MAP_PRIVATE);
	char *q = test_map(4 * PAGE, MAP_SHARED);
	int status, n;

	CHECK(mlock(p, 4 * PAGE) == 0 && mlock(q, 4 * PAGE) == 0, "mlock");
	(void)touch_faults(p, 4, 1);
	(void)touch_faults(q, 4, 1);
	if (fork() == 0) {
		(void)touch_faults(p, 4, 1);
		(void)touch_faults(q, 4, 1);
		_exit(0);
	}
	n = touch_faults(p, 4, 1) + touch_faults(q, 4, 1);
	CHECK(wait(&status) > 0 && status == 0, "the child: 0x%x", status);
	n += touch_faults(p, 4, 1) + touch_faults(q, 4, 1);
	CHECK(n == 0, "%d faults on locked pages", n);
	CHECK(p[0] == 3, "contents");
}

const struct test tests_lock[] = {
	TEST(lock__munlock_of_unequal_counts),
	TEST(lock__munlock_of_many_counts),
	TEST(lock__mlock_that_fails),
	TEST(lock__protect_and_inherit_pieces),
	TEST(lock__copies_of_others_take_nothing),
	TEST(lock__sharers_see_the_copy),
	TEST(lock__written_back_without_faults),
	TEST(lock__fork_takes_nothing),
	TEST_END
};
