/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_mmap.c: mmap, munmap, mprotect, minherit, msync, mincore, madvise, brk.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

static char *page;		/* what the children below access */

static void
read_page(void)
{
	(void)*(volatile char *)page;
}

static void
write_page(void)
{
	*(volatile char *)page = 1;
}

static void
mmap__anonymous_is_zero(void)
{
	char *p = test_map(16 * PAGE, MAP_PRIVATE);

	for (size_t i = 0; i < 16 * PAGE; i++)
		CHECK(p[i] == 0, "byte %u is %d", (unsigned int)i, p[i]);
}

static void
mmap__fixed_replaces(void)
{
	char *p = test_map(3 * PAGE, MAP_PRIVATE), *q;

	memset(p, 'a', 3 * PAGE);
	q = mmap(p + PAGE, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);
	CHECK(q == p + PAGE, "mapped at %p", q);
	CHECK(p[PAGE - 1] == 'a' && p[PAGE] == 0 && p[2 * PAGE] == 'a',
	    "wrong contents");
}

static void
mmap__munmap_makes_a_hole(void)
{
	char *p = test_map(3 * PAGE, MAP_PRIVATE);

	memset(p, 'b', 3 * PAGE);
	CHECK(munmap(p + PAGE, PAGE) == 0, "munmap: %s", strerror(errno));
	page = p + PAGE;
	test_must_fault(read_page, "read of the hole");
	test_must_fault(write_page, "write of the hole");
	CHECK(p[0] == 'b' && p[2 * PAGE] == 'b', "the rest is gone");
}

static void
mmap__rights_are_enforced(void)
{
	page = test_map(PAGE, MAP_PRIVATE);
	page[0] = 'c';
	CHECK(mprotect(page, PAGE, PROT_READ) == 0, "mprotect");
	CHECK(page[0] == 'c', "contents");
	test_must_fault(write_page, "write of a read-only page");
	CHECK(mprotect(page, PAGE, PROT_NONE) == 0, "mprotect");
	test_must_fault(read_page, "read of a page without rights");
	CHECK(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0, "mprotect");
	page[1] = 'd';
	CHECK(page[0] == 'c' && page[1] == 'd', "contents");
}

static void
mmap__text_and_below(void)
{
	static const unsigned int low[] = { 0, 0x1000, 0x10f000 };
	char *p;

	page = PROGRAM;
	test_must_fault(write_page, "write of the text");
	for (unsigned int i = 0; i < 3; i++) {
		page = (char *)(uintptr_t)low[i];
		test_must_fault(read_page, "read below the text");
		CHECK_ERRNO(EINVAL, mmap(page, PAGE, PROT_READ,
		    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0));
		p = mmap(page, PAGE, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0);
		CHECK(p != MAP_FAILED && p > PROGRAM, "0x%x: mapped at %p",
		    low[i], (void *)p);
	}
}

static void
mmap__shared_is_inherited(void)
{
	char *p = test_map(2 * PAGE, MAP_SHARED);
	int status;

	p[0] = 1;
	if (fork() == 0) {
		p[PAGE] = (char)(p[0] + 1);
		_exit(0);
	}
	CHECK(wait(&status) > 0, "wait");
	CHECK(p[PAGE] == 2, "the child's write is %d", p[PAGE]);
}

static void
mmap__minherit(void)
{
	char *p = test_map(3 * PAGE, MAP_PRIVATE);
	int status;

	memset(p, 'm', 3 * PAGE);
	CHECK(minherit(p, PAGE, MINHERIT_SHARE) == 0, "minherit");
	CHECK(minherit(p + PAGE, PAGE, MINHERIT_NONE) == 0, "minherit");
	page = p + PAGE;
	test_must_fault(read_page, "child's read of what is not inherited");
	if (fork() == 0) {
		p[0] = 's';
		p[2 * PAGE] = 's';
		_exit(0);
	}
	CHECK(wait(&status) > 0, "wait");
	CHECK(p[0] == 's', "not shared");
	CHECK(p[2 * PAGE] == 'm', "not copied");
	CHECK_ERRNO(EINVAL, minherit(p, PAGE, 99));
}

static void
mmap__private_file_keeps_the_file(void)
{
	int fd = test_open("/scratch", O_RDWR);
	char *p, buf[16], old[16];

	CHECK(read(fd, old, 16) == 16, "read");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(memcmp(p, old, 16) == 0, "mapped contents differ");
	p[0] = (char)~old[0];
	CHECK(munmap(p, PAGE) == 0, "munmap");
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, buf, 16) == 16, "read");
	CHECK(memcmp(buf, old, 16) == 0, "the file changed");
}

static void
mmap__shared_file_is_written_back(void)
{
	int fd = test_open("/scratch", O_RDWR);
	char *p, buf[32];

	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	for (unsigned int i = 0; i < 4; i++)
		snprintf(p + i * PAGE + 100, 32, "page %u of %d", i,
		    (int)getpid());
	CHECK(msync(p, 4 * PAGE, MS_SYNC) == 0, "msync: %s", strerror(errno));
	for (unsigned int i = 0; i < 4; i++) {
		CHECK(lseek(fd, (off_t)i * PAGE + 100, SEEK_SET) >= 0 &&
		    read(fd, buf, 32) == 32, "read");
		CHECK(memcmp(buf, p + i * PAGE + 100, 32) == 0,
		    "page %u was not written", i);
	}
}

/* A fork that copies a shared mapping leaves the parent's one shared. */
static void
mmap__shared_file_after_a_copying_fork(void)
{
	int fd = test_open("/scratch", O_RDWR), status;
	char *p, buf[2];

	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 6 * PAGE);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	p[0] = p[1] = 'o';
	CHECK(minherit(p, PAGE, MINHERIT_COPY) == 0, "minherit");
	if (fork() == 0) {
		p[1] = 'c';
		_exit(p[0] == 'o' ? 0 : 1);
	}
	CHECK(wait(&status) > 0 && status == 0, "the child's copy");
	p[0] = 'p';
	CHECK(msync(p, PAGE, MS_SYNC) == 0, "msync: %s", strerror(errno));
	CHECK(lseek(fd, 6 * PAGE, SEEK_SET) >= 0 && read(fd, buf, 2) == 2,
	    "read");
	CHECK(buf[0] == 'p', "the parent's store is not in the file");
	CHECK(buf[1] == 'o', "the child's store is in the file");
}

/* Store to a page of the file and write it back, until the parent kills. */
static void
sync_forever(char *p)
{
	for (;;) {
		p[PAGE - 1]++;
		msync(p, PAGE, MS_SYNC);
	}
}

/*
 * write(2) from memory that has to be read in half way through, to a page
 * that somebody else writes back meanwhile.
 */
static void
mmap__write_while_another_syncs(void)
{
	int fd = test_open("/scratch", O_RDWR), status;
	char *p, buf[PAGE];
	pid_t pid;

	p = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		sync_forever(p + 3 * PAGE);
	for (int i = 0; i < 200; i++) {
		memset(p + 8 * PAGE, 'a' + i % 26, 2 * PAGE);
		CHECK(msync(p + 9 * PAGE, PAGE, MS_SYNC | MS_INVALIDATE) == 0,
		    "msync: %s", strerror(errno));
		CHECK(lseek(fd, 3 * PAGE, SEEK_SET) >= 0 &&
		    write(fd, p + 8 * PAGE + PAGE / 2, PAGE - 8) ==
		    (ssize_t)(PAGE - 8), "write");
		CHECK(lseek(fd, 3 * PAGE, SEEK_SET) >= 0 &&
		    read(fd, buf, PAGE) == (ssize_t)PAGE, "read");
		CHECK(memcmp(buf, p + 8 * PAGE, PAGE - 8) == 0,
		    "write %d is lost", i);
	}
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid, "wait");
}

/*
 * MS_INVALIDATE takes no store back that somebody made meanwhile: to a page
 * that is clean already, when the next one is being written.
 */
static void
mmap__invalidate_keeps_stores(void)
{
	int fd = test_open("/scratch", O_RDWR), status;
	volatile unsigned int *p;
	pid_t pid;

	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    6 * PAGE);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		for (;;)
			msync((void *)(uintptr_t)p, 4 * PAGE,
			    MS_SYNC | MS_INVALIDATE);
	/* The second store waits for the transfer of its page. */
	for (unsigned int i = 0; i < 2000; i++) {
		p[0] = i;
		p[3 * PAGE / sizeof(*p)] = i;
		CHECK(p[0] == i, "store %u has gone: %u", i, p[0]);
	}
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid, "wait");
}

static unsigned int
wired(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm.v_wire_count);
}

/*
 * A locked page that both parent and child show, and that a third process
 * keeps from being theirs: it stays locked when the child writes it.
 */
static void
mmap__locked_page_that_a_sharer_writes(void)
{
	char *p = test_map(16 * PAGE, MAP_PRIVATE), c = 0;
	int end[2], status;
	unsigned int before;
	pid_t keeper, writer;

	memset(p, 'w', 16 * PAGE);
	keeper = fork();
	if (keeper == 0) {
		sleep(1000);
		_exit(0);
	}
	CHECK(minherit(p, 16 * PAGE, MINHERIT_SHARE) == 0, "minherit");
	CHECK(pipe(end) == 0, "pipe");
	writer = fork();
	if (writer == 0) {
		if (read(end[0], &c, 1) == 1)
			memset(p, 'x', 16 * PAGE);
		_exit(0);
	}
	before = wired();
	CHECK(mprotect(p, 16 * PAGE, PROT_READ) == 0, "mprotect");
	CHECK(mlock(p, 16 * PAGE) == 0, "mlock: %s", strerror(errno));
	CHECK(write(end[1], &c, 1) == 1, "write");
	CHECK(waitpid(writer, &status, 0) == writer && status == 0, "wait");
	for (unsigned int i = 0; i < 16; i++)
		CHECK(p[i * PAGE] == 'x', "page %u is not shared", i);
	CHECK(munlock(p, 16 * PAGE) == 0, "munlock: %s", strerror(errno));
	CHECK(wired() < before + 8, "wired %u, then %u", before, wired());
	kill(keeper, SIGKILL);
	CHECK(waitpid(keeper, &status, 0) == keeper, "wait");
}

static void
mmap__write_is_seen_by_a_mapping(void)
{
	int fd = test_open("/scratch", O_RDWR);
	char *p, text[] = "written by write(2)";

	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 5 * PAGE);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	(void)*(volatile char *)p;
	snprintf(text, sizeof(text), "written by %8d", (int)getpid());
	CHECK(lseek(fd, 5 * PAGE, SEEK_SET) >= 0 &&
	    write(fd, text, sizeof(text)) == (ssize_t)sizeof(text), "write");
	CHECK(memcmp(p, text, sizeof(text)) == 0, "the mapping has '%s'", p);
}

static void
mmap__behind_the_end_of_a_file(void)
{
	int fd = test_open("/scratch", O_RDWR);

	page = mmap(NULL, 32 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return;
	page += 20 * PAGE;
	test_must_fault(read_page, "read behind the end");
}

static void
mmap__bad_arguments(void)
{
	int fd = test_open("/scratch", O_RDONLY);
	char *p = test_map(PAGE, MAP_PRIVATE);

	CHECK_ERRNO(EBADF, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 29, 0));
	CHECK_ERRNO(EINVAL, mmap(p + 1, PAGE, PROT_READ,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0));
	CHECK_ERRNO(EACCES, mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0));
	CHECK(mmap((void *)0xf0000000, PAGE, PROT_READ,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED,
	    "kernel space can be mapped");
	CHECK(mmap((void *)0xefbfd000, 2 * PAGE, PROT_READ,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED,
	    "beyond the end of user space can be mapped");
	CHECK(mmap(NULL, 0xfffff000, PROT_READ, MAP_ANON | MAP_PRIVATE, -1,
	    0) == MAP_FAILED, "4 GB can be mapped");
	CHECK_ERRNO(EINVAL, munmap(p + 1, PAGE));
	CHECK_ERRNO(EINVAL, mprotect(p + 1, PAGE, PROT_READ));
	CHECK(munmap((void *)0xf0100000, PAGE) == -1, "kernel is unmapped");
	CHECK(mprotect((void *)0xf0100000, PAGE, PROT_READ | PROT_WRITE) ==
	    -1, "kernel is unprotected");
}

static void
mmap__mincore_tells_residence(void)
{
	unsigned char vec[4];
	char *p = test_map(4 * PAGE, MAP_PRIVATE);

	p[PAGE] = 1;
	p[3 * PAGE] = 1;
	CHECK(mincore(p, 4 * PAGE, vec) == 0, "mincore: %s", strerror(errno));
	CHECK((vec[1] & 1) && (vec[3] & 1), "a touched page is absent");
	CHECK(!(vec[0] & 1) && !(vec[2] & 1), "an untouched page is present");
}

static void
mmap__madvise_keeps_contents(void)
{
	char *p = test_map(4 * PAGE, MAP_PRIVATE);

	memset(p, 'v', 4 * PAGE);
	for (int advice = MADV_NORMAL; advice <= MADV_WILLNEED; advice++)
		CHECK(madvise(p, 4 * PAGE, advice) == 0, "madvise %d", advice);
	for (unsigned int i = 0; i < 4 * PAGE; i++)
		CHECK(p[i] == 'v', "byte %u", i);
	CHECK_ERRNO(EINVAL, madvise(p, PAGE, 1000));
}

static void
mmap__brk_grows_and_shrinks(void)
{
	char *p = sbrk(64 * (int)PAGE);

	CHECK(p != (char *)-1, "sbrk: %s", strerror(errno));
	for (unsigned int i = 0; i < 64 * PAGE; i += PAGE) {
		CHECK(p[i] == 0, "byte %u is not 0", i);
		p[i] = 'k';
	}
	CHECK(sbrk(-32 * (int)PAGE) == p + 64 * PAGE, "shrink");
	CHECK(p[31 * PAGE] == 'k', "contents");
	page = p + 40 * PAGE;
	test_must_fault(read_page, "read behind the break");
	CHECK(brk((void *)0xf0000000) == -1, "brk into the kernel");
}

static void
mmap__sparse_touches_many_tables(void)
{
	char *p = mmap((void *)0x10000000, 64u << 22, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0);

	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	for (unsigned int i = 0; i < 64; i++)
		p[i << 22] = (char)i;
	for (unsigned int i = 0; i < 64; i++)
		CHECK(p[i << 22] == (char)i, "slot %u", i);
	CHECK(munmap(p, 64u << 22) == 0, "munmap");
}

const struct test tests_mmap[] = {
	TEST(mmap__anonymous_is_zero),
	TEST(mmap__fixed_replaces),
	TEST(mmap__munmap_makes_a_hole),
	TEST(mmap__rights_are_enforced),
	TEST(mmap__text_and_below),
	TEST(mmap__shared_is_inherited),
	TEST(mmap__minherit),
	TEST(mmap__private_file_keeps_the_file),
	TEST(mmap__shared_file_is_written_back),
	TEST(mmap__shared_file_after_a_copying_fork),
	TEST(mmap__write_while_another_syncs),
	TEST(mmap__invalidate_keeps_stores),
	TEST(mmap__locked_page_that_a_sharer_writes),
	TEST(mmap__write_is_seen_by_a_mapping),
	TEST(mmap__behind_the_end_of_a_file),
	TEST(mmap__bad_arguments),
	TEST(mmap__mincore_tells_residence),
	TEST(mmap__madvise_keeps_contents),
	TEST(mmap__brk_grows_and_shrinks),
	TEST(mmap__sparse_touches_many_tables),
	TEST_END
};
