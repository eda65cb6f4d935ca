/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_time.c: clocks, sleeps and timers.
 */
#include "test.h"

static volatile int ticks;

static void
on_tick(int sig)
{
	(void)sig;
	ticks++;
}

static int
milliseconds(void)
{
	struct timeval tv;

	CHECK(gettimeofday(&tv, NULL) == 0, "gettimeofday");
	CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000, "usec %d",
	    (int)tv.tv_usec);
	return ((int)tv.tv_sec * 1000 + (int)tv.tv_usec / 1000);
}

static void
time__never_goes_back(void)
{
	struct timeval a = { 0, 0 }, b;

	for (int i = 0; i < 20000; i++) {
		CHECK(gettimeofday(&b, NULL) == 0, "gettimeofday");
		CHECK(!timercmp(&b, &a, <), "%d.%06d after %d.%06d",
		    (int)b.tv_sec, (int)b.tv_usec, (int)a.tv_sec,
		    (int)a.tv_usec);
		a = b;
	}
}

static void
time__sleep_takes_its_time(void)
{
	int before = milliseconds(), took;

	CHECK(usleep(300000) == 0, "nanosleep");
	took = milliseconds() - before;
	CHECK(took >= 299, "%d ms", took);
}

static void
time__sleep_is_interrupted(void)
{
	struct timespec ts = { 5, 0 }, left = { 0, 0 };
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_tick;
	sigaction(SIGALRM, &sa, NULL);
	alarm(1);
	CHECK_ERRNO(EINTR, nanosleep(&ts, &left));
	CHECK(left.tv_sec >= 2 && left.tv_sec <= 4, "left %d s",
	    (int)left.tv_sec);
}

static void
time__interval_timer_repeats(void)
{
	struct itimerval it, old;
	int before = milliseconds(), took;

	signal(SIGALRM, on_tick);
	memset(&it, 0, sizeof(it));
	it.it_value.tv_usec = it.it_interval.tv_usec = 50000;
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0, "setitimer");
	while (ticks < 6)
		pause();
	took = milliseconds() - before;
	CHECK(took >= 290, "6 ticks of 50 ms took %d ms", took);
	memset(&it, 0, sizeof(it));
	CHECK(setitimer(ITIMER_REAL, &it, &old) == 0 &&
	    old.it_interval.tv_usec == 50000, "interval %d",
	    (int)old.it_interval.tv_usec);
}

static void
time__bad_values(void)
{
	struct timespec ts = { 0, 1000000000 };
	struct itimerval it;

	CHECK_ERRNO(EINVAL, nanosleep(&ts, NULL));
	ts.tv_nsec = -1;
	CHECK_ERRNO(EINVAL, nanosleep(&ts, NULL));
	memset(&it, 0, sizeof(it));
	it.it_value.tv_usec = 1000000;
	CHECK_ERRNO(EINVAL, setitimer(ITIMER_REAL, &it, NULL));
	CHECK_ERRNO(EINVAL, setitimer(77, &it, NULL));
}

static void
time__slices_are_shared(void)
{
	volatile uint32_t *count = test_map(PAGE, MAP_SHARED);
	pid_t pid[2];

	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			for (;;)
				count[i]++;
	}
	sleep(1);
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		CHECK(waitpid(pid[i], NULL, 0) == pid[i], "wait");
	}
	CHECK(count[0] / 8 < count[1] && count[1] / 8 < count[0],
	    "one counted to %u, the other to %u", count[0], count[1]);
}

const struct test tests_time[] = {
	TEST(time__never_goes_back),
	TEST(time__sleep_takes_its_time),
	TEST(time__sleep_is_interrupted),
	TEST(time__interval_timer_repeats),
	TEST(time__bad_values),
	TEST(time__slices_are_shared),
	TEST_END
};
