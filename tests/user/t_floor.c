/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_floor.c: no more page tables are to be had.
 *
 * A page table with a locked page in it cannot be taken away, nor can a
 * directory.  Who would have so many that others had too few is refused, and
 * has afterwards what he had before.  With more than about 30 MB one process
 * alone cannot have so many, and these tests fail.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

#define SLICE	(4u * 1024 * 1024)	/* what one page table maps */
#define LOW	0x40000000u
#define HIGH	0xe0000000u

enum {
	ROUNDS = 50,
	CUTS = 3000		/* more than the map entries of a process */
};

static struct vmmeter
figures(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm);
}

/* Zeroed pages at a place of our choice. */
static char *
map_at(uintptr_t va, size_t size)
{
	char *p = mmap((void *)va, size, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0);

	CHECK(p == (char *)va, "mmap: %s", strerror(errno));
	return (p);
}

/*
 * Lock a page in one slice after the other until that is refused.
 * => the first address that was not locked
 */
static uintptr_t
pin_all(void)
{
	uintptr_t va;

	for (va = LOW; va < HIGH; va += SLICE)
		if (mlock(map_at(va, PAGE), PAGE) != 0)
			break;
	CHECK(va < HIGH, "nothing is refused");
	CHECK(errno == EAGAIN, "mlock: %s", strerror(errno));
	return (va);
}

static void
unpin_all(void)
{
	CHECK(munmap((void *)LOW, HIGH - LOW) == 0, "munmap: %s",
	    strerror(errno));
}

/* The same figures as before, but for what the kernel keeps for later. */
static void
check_given_back(const struct vmmeter *before)
{
	struct vmmeter now = figures();

	CHECK(now.v_pinned == before->v_pinned, "pinned %u, then %u",
	    before->v_pinned, now.v_pinned);
	CHECK(now.v_wire_count <= before->v_wire_count + 64,
	    "wired %u, then %u", before->v_wire_count, now.v_wire_count);
}

/* Of a range whose second page table is refused the first page is undone. */
static void
floor__mlock_refused_leaves_nothing(void)
{
	struct vmmeter start = figures(), before, after;
	uintptr_t va = pin_all();
	char *p = map_at(va - 2 * PAGE, (2 + ROUNDS) * PAGE);

	memset(p, 'f', (2 + ROUNDS) * PAGE);
	before = figures();
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_ERRNO(EAGAIN, mlock(p, 4 * PAGE));
		CHECK_ERRNO(EAGAIN, mlock(p + (2 + i) * PAGE, PAGE));
	}
	after = figures();
	CHECK(after.v_wire_count <= before.v_wire_count + 8,
	    "wired %u, then %u", before.v_wire_count, after.v_wire_count);
	CHECK(after.v_pinned == before.v_pinned, "pinned %u, then %u",
	    before.v_pinned, after.v_pinned);
	CHECK(after.v_pinrefused >= before.v_pinrefused + ROUNDS, "refused %u",
	    after.v_pinrefused - before.v_pinrefused);
	CHECK_ERRNO(ENOMEM, munlock(p, 4 * PAGE));
	CHECK(p[0] == 'f' && p[3 * PAGE] == 'f', "contents");
	CHECK(mlock(p, 2 * PAGE) == 0, "the half that fits: %s",
	    strerror(errno));
	unpin_all();
	check_given_back(&start);
}

/* A refused mlock of a page inside an entry does not leave it cut. */
static void
floor__mlock_refused_leaves_no_cut(void)
{
	uintptr_t va = pin_all();
	char *p = map_at(va, CUTS * PAGE), *q;

	for (unsigned int i = 1; i < CUTS; i += 2)
		CHECK_ERRNO(EAGAIN, mlock(p + i * PAGE, PAGE));
	q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK(q != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK_ERRNO(EAGAIN, mlock(p + PAGE, PAGE));
	unpin_all();
}

static void
do_nothing(void)
{
}

static void
floor__fork_refused_leaves_nothing(void)
{
	struct vmmeter start = figures(), before, after;
	pid_t pid, child[8];
	int n = 0;

	(void)pin_all();
	while ((pid = fork()) != -1) {
		if (pid == 0)
			for (;;)
				pause();
		CHECK(n < 8, "forks are not refused");
		child[n++] = pid;
	}
	CHECK(errno == EAGAIN, "fork: %s", strerror(errno));
	before = figures();
	for (int i = 0; i < ROUNDS; i++)
		CHECK_ERRNO(EAGAIN, fork());
	after = figures();
	CHECK(after.v_wire_count <= before.v_wire_count + 8,
	    "wired %u, then %u", before.v_wire_count, after.v_wire_count);
	CHECK(after.v_objects == before.v_objects, "objects %u, then %u",
	    before.v_objects, after.v_objects);
	while (n > 0)
		kill(child[--n], SIGKILL);
	while (wait(NULL) > 0)
		continue;
	unpin_all();
	CHECK(test_child(do_nothing) == 0, "no fork works any more");
	check_given_back(&start);
}

/* A child of vfork that cannot have an address space still runs. */
static void
floor__exec_refused_leaves_the_old_image(void)
{
	struct vmmeter start = figures();
	char *argv[] = { "echo", NULL };
	pid_t pid, idle[8];
	int n = 0, status;

	(void)pin_all();
	while ((pid = fork()) != -1) {
		if (pid == 0)
			for (;;)
				pause();
		CHECK(n < 8, "forks are not refused");
		idle[n++] = pid;
	}
	pid = vfork();
	if (pid == 0) {
		execve("/bin/echo", argv, environ);
		_exit(errno);
	}
	CHECK(pid > 0, "vfork: %s", strerror(errno));
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
	while (n > 0)
		kill(idle[--n], SIGKILL);
	while (wait(NULL) > 0)
		continue;
	unpin_all();
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == ENOMEM,
	    "status 0x%x", status);
	check_given_back(&start);
}

/*
 * A locked page whose mapping is gone, and whose page table others have
 * pinned meanwhile, can be used and stays in memory.
 */
static void
floor__locked_page_is_mapped_again(void)
{
	struct vmmeter start = figures();
	uintptr_t last = pin_all() - SLICE;
	char *p = (char *)last;
	unsigned char in;
	unsigned int refused;

	p[0] = 'x';
	CHECK(mprotect(p, PAGE, PROT_NONE) == 0, "mprotect");
	(void)mlock(map_at(last + SLICE, PAGE), PAGE);
	refused = figures().v_pinrefused;
	CHECK(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0, "mprotect");
	CHECK(p[0] == 'x', "contents");
	p[0] = 'y';
	CHECK(figures().v_pinrefused > refused, "it was pinned again");
	CHECK(mincore(p, PAGE, &in) == 0 && (in & 1) != 0, "not in memory");
	CHECK(munlock(p, PAGE) == 0, "munlock: %s", strerror(errno));
	CHECK(p[0] == 'y', "contents");
	unpin_all();
	check_given_back(&start);
}

const struct test tests_floor[] = {
	TEST(floor__mlock_refused_leaves_nothing),
	TEST(floor__mlock_refused_leaves_no_cut),
	TEST(floor__fork_refused_leaves_nothing),
	TEST(floor__exec_refused_leaves_the_old_image),
	TEST(floor__locked_page_is_mapped_again),
	TEST_END
};
