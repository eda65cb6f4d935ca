/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_stop.c: processes that are stopped and go on, and who is told.
 */
#include "test.h"

static volatile int caught;

static void
on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void
handle(int sig, sig_t fn, int flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = fn;
	sa.sa_flags = flags;
	CHECK(sigaction(sig, &sa, NULL) == 0, "sigaction %d: %s", sig,
	    strerror(errno));
}

/* Stop the child, and see that it is. */
static void
stop_child(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGSTOP) == 0, "kill");
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
	    WSTOPSIG(status) == SIGSTOP, "status 0x%x", status);
}

static void
end_child(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGKILL) == 0, "kill");
	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR, "waitpid: %s", strerror(errno));
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "status 0x%x", status);
}

static pid_t
sleeping_child(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0)
		for (;;)
			pause();
	usleep(50000);
	return (pid);
}

static void
stop__child_stops_are_told(void)
{
	handle(SIGCHLD, on_signal, 0);
	pid_t pid = sleeping_child();

	stop_child(pid);
	CHECK(caught == 1, "SIGCHLD %d times", caught);
	end_child(pid);
}

static void
stop__nocldstop_is_kept_and_obeyed(void)
{
	struct sigaction sa;
	pid_t pid;

	handle(SIGCHLD, on_signal, SA_NOCLDSTOP);
	CHECK(sigaction(SIGCHLD, NULL, &sa) == 0 &&
	    sa.sa_flags == SA_NOCLDSTOP, "flags 0x%x", sa.sa_flags);
	pid = sleeping_child();
	stop_child(pid);
	CHECK(caught == 0, "SIGCHLD %d times for a stop", caught);
	end_child(pid);
	CHECK(caught == 1, "SIGCHLD %d times for the end", caught);
	handle(SIGCHLD, on_signal, 0);
	CHECK(sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_flags == 0,
	    "flags 0x%x", sa.sa_flags);
}

/* A child has the actions of its parent, with their flags. */
static void
check_inherited(void)
{
	struct sigaction sa;

	CHECK(sigaction(SIGCHLD, NULL, &sa) == 0 &&
	    sa.sa_flags == SA_NOCLDSTOP, "flags 0x%x", sa.sa_flags);
}

static void
stop__nocldstop_is_inherited(void)
{
	handle(SIGCHLD, on_signal, SA_NOCLDSTOP);
	CHECK(test_child(check_inherited) == 0, "the child failed");
}

const struct test tests_stop[] = {
	TEST(stop__child_stops_are_told),
	TEST(stop__nocldstop_is_kept_and_obeyed),
	TEST(stop__nocldstop_is_inherited),
	TEST_END
};
