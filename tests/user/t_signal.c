/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_signal.c: handlers, masks, and calls that signals interrupt.
 */
#include <setjmp.h>

#include "test.h"

static volatile int caught, nested, last;

static void
on_signal(int sig)
{
	caught++;
	last = sig;
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

static void
signal__handler_runs_and_returns(void)
{
	handle(SIGUSR1, on_signal, 0);
	for (int i = 1; i <= 100; i++) {
		CHECK(raise(SIGUSR1) == 0, "raise");
		CHECK(caught == i && last == SIGUSR1, "caught %d", caught);
	}
}

static void
signal__mask_defers(void)
{
	sigset_t set = sigmask(SIGUSR1), old;

	handle(SIGUSR1, on_signal, 0);
	CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0, "block");
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK(caught == 0, "caught while blocked");
	CHECK(sigprocmask(SIG_SETMASK, &old, &set) == 0, "unblock");
	CHECK(caught == 1, "caught %d", caught);
	CHECK((set & sigmask(SIGUSR1)) != 0, "old mask 0x%x", set);
}

static void
on_nested(int sig)
{
	if (++nested == 1)
		raise(sig);
	if (nested > 1 && caught == 0)
		caught = 100;
	caught++;
}

static void
signal__blocked_in_its_handler(void)
{
	handle(SIGUSR2, on_nested, 0);
	raise(SIGUSR2);
	CHECK(nested == 2 && caught == 2, "nested %d caught %d", nested,
	    caught);
}

static void
signal__kill_and_stop_are_not_caught(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	CHECK_ERRNO(EINVAL, sigaction(SIGKILL, &sa, NULL));
	CHECK_ERRNO(EINVAL, sigaction(SIGSTOP, &sa, NULL));
	CHECK_ERRNO(EINVAL, sigaction(0, &sa, NULL));
	CHECK_ERRNO(EINVAL, sigaction(NSIG, &sa, NULL));
}

static void
signal__kill_checks_its_arguments(void)
{
	CHECK_ERRNO(EINVAL, kill(getpid(), NSIG));
	CHECK_ERRNO(EINVAL, kill(getpid(), -1));
	CHECK_ERRNO(ESRCH, kill(30000, SIGUSR1));
	CHECK(kill(getpid(), 0) == 0, "kill with signal 0");
}

static sigjmp_buf jump;

static void
on_fault(int sig)
{
	last = sig;
	siglongjmp(jump, 1);
}

static void
signal__fault_can_be_left(void)
{
	volatile int i;

	handle(SIGSEGV, on_fault, 0);
	handle(SIGBUS, on_fault, 0);
	for (i = 0; i < 50; i++) {
		if (sigsetjmp(jump, 1) == 0) {
			*(volatile int *)(uintptr_t)(0x70000000 + i) = 1;
			test_fail("the write did not fault");
		}
		CHECK(last == SIGSEGV || last == SIGBUS, "signal %d", last);
	}
}

static void
signal__handler_on_a_bad_stack(void)
{
	int status;

	if (fork() == 0) {
		handle(SIGUSR1, on_signal, 0);
		__asm__ volatile("movl $0x10, %%esp\n\t"
		    "movl $20, %%eax\n\tint $0x80\n\t"
		    "movl $0, (%%esp)" ::: "eax", "memory");
	}
	CHECK(wait(&status) > 0, "wait");
	CHECK(WIFSIGNALED(status), "status 0x%x", status);
}

static void
signal__child_is_told(void)
{
	sigset_t none = 0, set = sigmask(SIGCHLD);

	handle(SIGCHLD, on_signal, 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fork() == 0)
		_exit(0);
	CHECK_ERRNO(EINTR, sigsuspend(&none));
	CHECK(caught == 1 && last == SIGCHLD, "caught %d, signal %d", caught,
	    last);
}

static void
signal__read_is_interrupted(void)
{
	int end[2];
	char c;

	CHECK(pipe(end) == 0, "pipe");
	handle(SIGALRM, on_signal, 0);
	alarm(1);
	CHECK_ERRNO(EINTR, read(end[0], &c, 1));
	CHECK(caught == 1, "caught %d", caught);
}

static void
signal__read_is_restarted(void)
{
	int end[2];
	char c = 0;

	CHECK(pipe(end) == 0, "pipe");
	handle(SIGUSR1, on_signal, SA_RESTART);
	if (fork() == 0) {
		usleep(100000);
		kill(getppid(), SIGUSR1);
		usleep(100000);
		_exit(write(end[1], "r", 1) != 1);
	}
	CHECK(read(end[0], &c, 1) == 1 && c == 'r', "read: %s",
	    strerror(errno));
	CHECK(caught == 1, "caught %d", caught);
}

static void
signal__ignored_has_no_effect(void)
{
	struct sigaction old;

	handle(SIGTERM, SIG_IGN, 0);
	raise(SIGTERM);
	CHECK(sigaction(SIGTERM, NULL, &old) == 0 && old.sa_handler ==
	    SIG_IGN, "action");
}

/* A timer's signals must not disturb a computation. */
static void
signal__registers_survive(void)
{
	struct itimerval it;
	uint32_t a = 1, b = 0, c = 0;

	handle(SIGALRM, on_signal, 0);
	memset(&it, 0, sizeof(it));
	it.it_value.tv_usec = it.it_interval.tv_usec = 10000;
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0, "setitimer");
	while (caught < 20) {
		for (uint32_t i = 0; i < 50000; i++) {
			a = a * 1103515245 + 12345;
			b ^= a;
			c += b;
		}
		for (uint32_t i = 0; i < 50000; i++) {
			c -= b;
			b ^= a;
			a = (a - 12345) * 0xeeb9eb65u;
		}
		CHECK(a == 1 && b == 0 && c == 0, "a=%u b=%u c=%u", a, b, c);
	}
}

const struct test tests_signal[] = {
	TEST(signal__handler_runs_and_returns),
	TEST(signal__mask_defers),
	TEST(signal__blocked_in_its_handler),
	TEST(signal__kill_and_stop_are_not_caught),
	TEST(signal__kill_checks_its_arguments),
	TEST(signal__fault_can_be_left),
	TEST(signal__handler_on_a_bad_stack),
	TEST(signal__child_is_told),
	TEST(signal__read_is_interrupted),
	TEST(signal__read_is_restarted),
	TEST(signal__ignored_has_no_effect),
	TEST(signal__registers_survive),
	TEST_END
};
