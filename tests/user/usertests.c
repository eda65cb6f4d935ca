/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * usertests.c: runs the system-call tests.
 *
 * `usertests' runs all but the subjects that want a machine of their own:
 * they use up all memory, or need much of it.  `usertests NAME...' runs some,
 * by their names or those of their subjects.  Prints `ok NAME' or `not ok
 * NAME: why' a test and `guest: N passed, N failed' at the end.
 */
#include <sys/mman.h>

#include "test.h"

/*
 * A test that hangs must end before the host gives up the whole machine,
 * which it does after 60 seconds without a line (tools/qemu.py).  The
 * guest's seconds do not depend on the host: tests/boot/guest.py.
 */
enum {
	TIME_LIMIT = 30,	/* seconds a test; only detects a hang */
	CAME_TO_ITS_END = 97,	/* status of a test that did */
	WHY = 160
};

struct subject {
	const char		*s_name;
	const struct test	*s_tests;
};

static const struct subject subjects[] = {
	{ "badargs", tests_badargs },
	{ "counts", tests_counts },
	{ "cow", tests_cow },
	{ "device", tests_device },
	{ "exec", tests_exec },
	{ "file", tests_file },
	{ "floor", tests_floor },
	{ "fork", tests_fork },
	{ "itimer", tests_itimer },
	{ "leak", tests_leak },
	{ "limit", tests_limit },
	{ "lock", tests_lock },
	{ "many", tests_many },
	{ "memory", tests_memory },
	{ "mmap", tests_mmap },
	{ "offset", tests_offset },
	{ "pipe", tests_pipe },
	{ "place", tests_place },
	{ "select", tests_select },
	{ "sigframe", tests_sigframe },
	{ "signal", tests_signal },
	{ "stop", tests_stop },
	{ "sysctl", tests_sysctl },
	{ "time", tests_time },
	{ "trap", tests_trap },
	{ "user", tests_user },
	{ "wire", tests_wire },
};

enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

/* Only when asked for. */
static const char *const alone[] = { "many", "memory", NULL };

static char *why;		/* shared with the test's process */
static int passed, failed;

/* End this test as failed.  => may be called in a child of the test */
void
test_fail(const char *fmt, ...)
{
	va_list ap;

	if (why[0] == '\0') {
		va_start(ap, fmt);
		vsnprintf(why, WHY, fmt, ap);
		va_end(ap);
	}
	_exit(99);
}

int
test_child(void (*fn)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		fn();
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR, "waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		_exit(99);
	return (status);
}

void
test_must_fault(void (*fn)(void), const char *what)
{
	int status = test_child(fn);

	CHECK(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV ||
	    WTERMSIG(status) == SIGBUS), "%s: status 0x%x, not a fault", what,
	    status);
}

/* Zeroed memory, private or shared. */
void *
test_map(size_t size, int flags)
{
	void *p;

	p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANON, -1, 0);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	return (p);
}

char *
test_disk_pages(int at, int n)
{
	const size_t size = (size_t)n * PAGE;
	int fd = test_open("/data/shared0", O_RDWR);
	unsigned char vec[32];
	char *p;

	CHECK(n <= (int)sizeof(vec), "%d pages", n);
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, at);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(msync(p, size, MS_SYNC | MS_INVALIDATE) == 0, "msync: %s",
	    strerror(errno));
	CHECK(mincore(p, size, vec) == 0, "mincore");
	for (int i = 0; i < n; i++)
		CHECK((vec[i] & 1) == 0, "page %d stayed in memory", i);
	CHECK(munmap(p, size) == 0, "munmap");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, at);
	CHECK(p != MAP_FAILED, "mmap: %s", strerror(errno));
	close(fd);
	return (p);
}

int
test_open(const char *path, int flags)
{
	int fd;

	fd = open(path, flags);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	return (fd);
}

static void
run(const struct test *t)
{
	int status;
	pid_t pid;

	memset(why, 0, WHY);
	pid = fork();
	if (pid == 0) {
		alarm(TIME_LIMIT);
		t->t_run();
		_exit(CAME_TO_ITS_END);
	}
	if (pid < 0)
		status = W_EXITCODE(98, 0);
	else
		while (waitpid(pid, &status, 0) < 0)
			;
	if (status == W_EXITCODE(CAME_TO_ITS_END, 0) && why[0] == '\0') {
		passed++;
		printf("ok %s\n", t->t_name);
		return;
	}
	failed++;
	if (why[0] == '\0')
		snprintf(why, WHY, WIFSIGNALED(status) ?
		    "killed by signal %d" : "exit status %d",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	printf("not ok %s: %s\n", t->t_name, why);
}

static int
chosen(const char *subject, const char *test, int argc, char **argv)
{
	if (argc < 2) {
		for (int i = 0; alone[i] != NULL; i++)
			if (strcmp(alone[i], subject) == 0)
				return (0);
		return (1);
	}
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], subject) == 0 || strcmp(argv[i], test) == 0)
			return (1);
	return (0);
}

int
main(int argc, char **argv)
{
	why = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON,
	    -1, 0);
	if (why == MAP_FAILED) {
		perror("usertests: mmap");
		return (2);
	}
	for (int i = 0; i < SUBJECTS; i++)
		for (const struct test *t = subjects[i].s_tests;
		    t->t_name != NULL; t++)
			if (chosen(subjects[i].s_name, t->t_name, argc, argv))
				run(t);
	if (passed + failed == 0) {
		dprintf(2, "usertests: no such test\n");
		return (2);
	}
	printf("guest: %d passed, %d failed\n", passed, failed);
	return (failed != 0);
}
