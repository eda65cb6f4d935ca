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

static int fds[2];

static void
tell(int sig)
{
	char c = (char)sig;

	(void)!write(fds[1], &c, 1);
}

/* => the signal that the child tells of within that many seconds, or 0 */
static int
told(int seconds)
{
	struct timeval tv = { seconds, 0 };
	fd_set set;
	char c;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	if (select(fds[0] + 1, &set, NULL, NULL, &tv) != 1)
		return (0);
	CHECK(read(fds[0], &c, 1) == 1, "read: %s", strerror(errno));
	return (c);
}

/* Each kind of sleep that a signal may end. */
static void
sleep_pause(void)
{
	pause();
}

static void
sleep_long(void)
{
	sleep(1000);
}

static void
sleep_read(void)
{
	int end[2];
	char c;

	if (pipe(end) == 0)
		(void)!read(end[0], &c, 1);
}

static void
sleep_select(void)
{
	select(0, NULL, NULL, NULL, NULL);
}

static void
sleep_wait(void)
{
	if (fork() == 0) {
		signal(SIGCONT, SIG_DFL);
		sleep(2);
		_exit(0);
	}
	wait(NULL);
}

static void (*const sleeps[])(void) = {
	sleep_pause, sleep_long, sleep_read, sleep_select, sleep_wait
};

static void
stop__sigcont_is_caught_in_a_sleep(void)
{
	pid_t pid;

	CHECK(pipe(fds) == 0, "pipe");
	for (size_t i = 0; i < sizeof(sleeps) / sizeof(sleeps[0]); i++) {
		pid = fork();
		if (pid == 0) {
			handle(SIGCONT, tell, 0);
			for (;;)
				sleeps[i]();
		}
		usleep(50000);
		stop_child(pid);
		CHECK(kill(pid, SIGCONT) == 0, "kill");
		CHECK(told(3) == SIGCONT, "sleep %d: not within 3 s",
		    (int)i);
		end_child(pid);
	}
}

/* What came while it was stopped is taken when it goes on. */
static void
stop__other_signals_wait_for_sigcont(void)
{
	pid_t pid;

	CHECK(pipe(fds) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		handle(SIGUSR1, tell, 0);
		for (;;)
			pause();
	}
	usleep(50000);
	stop_child(pid);
	CHECK(kill(pid, SIGUSR1) == 0 && told(0) == 0, "taken in a stop");
	CHECK(kill(pid, SIGCONT) == 0, "kill");
	CHECK(told(3) == SIGUSR1, "not taken after SIGCONT");
	end_child(pid);
}

/* SIGCONT that is not caught, or blocked, leaves the sleep as it was. */
static void
stop__sigcont_by_default_goes_on_sleeping(void)
{
	sigset_t set = sigmask(SIGCONT);
	pid_t pid;

	CHECK(pipe(fds) == 0, "pipe");
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			handle(SIGCONT, i == 0 ? SIG_DFL : tell, 0);
			if (i == 1)
				sigprocmask(SIG_BLOCK, &set, NULL);
			usleep(300000);
			tell(SIGUSR2);
			for (;;)
				pause();
		}
		usleep(50000);
		stop_child(pid);
		CHECK(kill(pid, SIGCONT) == 0, "kill");
		CHECK(told(3) == SIGUSR2, "the sleep did not end well");
		end_child(pid);
	}
}

const struct test tests_stop[] = {
	TEST(stop__child_stops_are_told),
	TEST(stop__nocldstop_is_kept_and_obeyed),
	TEST(stop__nocldstop_is_inherited),
	TEST(stop__sigcont_is_caught_in_a_sleep),
	TEST(stop__other_signals_wait_for_sigcont),
	TEST(stop__sigcont_by_default_goes_on_sleeping),
	TEST_END
};
