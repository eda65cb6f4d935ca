/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_itimer.c: the timers of the processor time that a process uses.
 */
#include "test.h"

enum { TICK = 10000, SHORT = 10 * TICK };	/* microseconds */

static volatile int caught;

static void
on_signal(int sig)
{
	(void)sig;
	caught++;
}

static void
set_timer(int which, int value, int interval)
{
	struct itimerval it = { { 0, interval }, { 0, value } };

	CHECK(setitimer(which, &it, NULL) == 0, "setitimer %d: %s", which,
	    strerror(errno));
}

/* => microseconds in user mode, or in the kernel too */
static int
used(bool kernel)
{
	struct rusage ru;
	int us;

	CHECK(getrusage(RUSAGE_SELF, &ru) == 0, "getrusage");
	us = (int)ru.ru_utime.tv_sec * 1000000 + (int)ru.ru_utime.tv_usec;
	if (kernel)
		us += (int)ru.ru_stime.tv_sec * 1000000 +
		    (int)ru.ru_stime.tv_usec;
	return (us);
}

static void
spin_until(int n)
{
	while (caught < n)
		continue;
}

static void
itimer__virtual_counts_user_time(void)
{
	int before;

	signal(SIGVTALRM, on_signal);
	before = used(false);
	set_timer(ITIMER_VIRTUAL, SHORT, 0);
	usleep(3 * SHORT);
	CHECK(caught == 0, "it counts a sleep");
	spin_until(1);
	CHECK(used(false) - before >= SHORT, "after %d us",
	    used(false) - before);
}

static void
itimer__prof_counts_both(void)
{
	int before;

	signal(SIGPROF, on_signal);
	before = used(true);
	set_timer(ITIMER_PROF, SHORT, 0);
	usleep(3 * SHORT);
	CHECK(caught == 0, "it counts a sleep");
	while (caught == 0)
		(void)getppid();
	CHECK(used(true) - before >= SHORT, "after %d us",
	    used(true) - before);
}

static void
itimer__intervals_repeat(void)
{
	int before;

	signal(SIGVTALRM, on_signal);
	before = used(false);
	set_timer(ITIMER_VIRTUAL, 2 * TICK, 3 * TICK);
	spin_until(4);
	CHECK(used(false) - before >= 11 * TICK, "4 times after %d us",
	    used(false) - before);
	set_timer(ITIMER_VIRTUAL, 0, 0);
	caught = 0;
	for (before = used(false); used(false) - before < SHORT; )
		continue;
	CHECK(caught == 0, "it goes on after it was cleared");
}

static void
itimer__each_has_its_own_signal(void)
{
	static const int sig[] = { SIGALRM, SIGVTALRM, SIGPROF };
	struct itimerval old;
	int status;

	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			set_timer(i, SHORT, 0);
			for (;;)
				continue;
		}
		CHECK(wait(&status) > 0 && WIFSIGNALED(status) &&
		    WTERMSIG(status) == sig[i], "timer %d: status 0x%x", i,
		    status);
		set_timer(i, 5 * SHORT, SHORT);
	}
	for (int i = 0; i < 3; i++) {
		CHECK(setitimer(i, NULL, &old) == 0, "setitimer");
		CHECK(old.it_value.tv_usec > 0 && old.it_value.tv_usec <=
		    5 * SHORT && old.it_interval.tv_usec == SHORT,
		    "timer %d: %d and %d", i, (int)old.it_value.tv_usec,
		    (int)old.it_interval.tv_usec);
	}
}

static void
check_cleared(void)
{
	struct itimerval old;

	for (int i = 0; i < 3; i++)
		CHECK(setitimer(i, NULL, &old) == 0 &&
		    !timerisset(&old.it_value), "timer %d is set", i);
}

static void
itimer__a_child_has_none(void)
{
	for (int i = 0; i < 3; i++)
		set_timer(i, 900000, 0);
	CHECK(test_child(check_cleared) == 0, "the child failed");
	CHECK_ERRNO(EINVAL, setitimer(3, NULL, NULL));
	CHECK_ERRNO(EINVAL, setitimer(-1, NULL, NULL));
}

const struct test tests_itimer[] = {
	TEST(itimer__virtual_counts_user_time),
	TEST(itimer__prof_counts_both),
	TEST(itimer__intervals_repeat),
	TEST(itimer__each_has_its_own_signal),
	TEST(itimer__a_child_has_none),
	TEST_END
};
