/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_fork.c: fork, vfork, wait4 and exit.
 */
#include <sys/mman.h>

#include "test.h"

static void
fork__memory_is_copied(void)
{
	int *p = test_map(PAGE, MAP_PRIVATE), status;
	pid_t pid;

	*p = 1;
	pid = fork();
	if (pid == 0) {
		*p = 2;
		_exit(*p);
	}
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
	CHECK(WEXITSTATUS(status) == 2, "the child saw %d",
	    WEXITSTATUS(status));
	CHECK(*p == 1, "the parent sees %d", *p);
}

static void
exit_42(void)
{
	_exit(42);
}

static void
kill_self(void)
{
	raise(SIGKILL);
}

static void
fork__status_of_exit_and_signal(void)
{
	int status = test_child(exit_42);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42, "exit: 0x%x",
	    status);
	status = test_child(kill_self);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "signal: 0x%x", status);
}

static void
fork__wait_without_children(void)
{
	int status;

	CHECK_ERRNO(ECHILD, waitpid(-1, &status, 0));
	CHECK_ERRNO(ECHILD, waitpid(getpid(), &status, 0));
}

static void
fork__wait_nohang(void)
{
	int end[2], status;
	char c = 'x';
	pid_t pid;

	CHECK(pipe(end) == 0, "pipe");
	pid = fork();
	if (pid == 0)
		_exit((int)read(end[0], &c, 1));
	CHECK(waitpid(pid, &status, WNOHANG) == 0, "it still runs");
	CHECK(write(end[1], &c, 1) == 1, "write");
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 1,
	    "it ended with 0x%x", status);
}

static void
fork__vfork_shares_memory(void)
{
	static volatile int shared;
	int status;
	pid_t pid;

	pid = vfork();
	if (pid == 0) {
		shared = 7;
		_exit(3);
	}
	CHECK(shared == 7, "the parent ran first, or on a copy");
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3,
	    "status 0x%x", status);
}

static void
fork__orphans_go_to_init(void)
{
	int end[2];
	pid_t ppid = 0;
	char c;

	CHECK(pipe(end) == 0, "pipe");
	if (fork() == 0) {
		if (fork() == 0) {
			while (getppid() != 1)
				usleep(10000);
			ppid = getppid();
			_exit(write(end[1], &ppid, sizeof(ppid)) < 0);
		}
		_exit(0);
	}
	close(end[1]);
	CHECK(wait(NULL) > 0, "wait");
	CHECK(read(end[0], &ppid, sizeof(ppid)) == (ssize_t)sizeof(ppid),
	    "read");
	CHECK(ppid == 1, "parent is %d", (int)ppid);
	CHECK(read(end[0], &c, 1) == 0, "no end of file");
}

static void
fork__many_at_once(void)
{
	enum { N = 40 };
	volatile uint32_t *count = test_map(PAGE, MAP_SHARED);
	int status, started = 0;

	for (int i = 0; i < N; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			__atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
			while (*count < N)
				usleep(10000);
			_exit(i);
		}
		CHECK(pid > 0, "fork %d: %s", i, strerror(errno));
		started++;
	}
	for (uint32_t sum = 0; started > 0; started--) {
		CHECK(wait(&status) > 0 && WIFEXITED(status), "wait");
		sum += (uint32_t)WEXITSTATUS(status);
		CHECK(started > 1 || sum == N * (N - 1) / 2, "sum %u", sum);
	}
}

static void
fork__descriptors_share_offset(void)
{
	int fd = test_open("/data/private", O_RDONLY), status;
	char buf[16];

	if (fork() == 0)
		_exit(read(fd, buf, 16) != 16);
	CHECK(wait(&status) > 0 && status == 0, "the child read nothing");
	CHECK(lseek(fd, 0, SEEK_CUR) == 16, "offset %d",
	    (int)lseek(fd, 0, SEEK_CUR));
}

static void
fork__rusage_of_children(void)
{
	struct rusage ru;
	int status;

	if (fork() == 0) {
		volatile char *p = test_map(64 * PAGE, MAP_PRIVATE);

		for (unsigned int i = 0; i < 64; i++)
			p[i * PAGE] = 1;
		_exit(0);
	}
	CHECK(wait4(-1, &status, 0, &ru) > 0, "wait4");
	CHECK(ru.ru_minflt + ru.ru_majflt >= 64, "faults %d + %d",
	    (int)ru.ru_minflt, (int)ru.ru_majflt);
	CHECK(getrusage(RUSAGE_CHILDREN, &ru) == 0 && ru.ru_minflt >= 64,
	    "children: faults %d", (int)ru.ru_minflt);
}

const struct test tests_fork[] = {
	TEST(fork__memory_is_copied),
	TEST(fork__status_of_exit_and_signal),
	TEST(fork__wait_without_children),
	TEST(fork__wait_nohang),
	TEST(fork__vfork_shares_memory),
	TEST(fork__orphans_go_to_init),
	TEST(fork__many_at_once),
	TEST(fork__descriptors_share_offset),
	TEST(fork__rusage_of_children),
	TEST_END
};
