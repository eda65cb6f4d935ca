/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_time.c: sleeps and timers further off than ticks reach.
 *
 * Nobody waits for 300 days: two callouts move the clock.  The first moves
 * the ticks alone, as far as a callout reaches, so that those of the sleep
 * are over while its time is not; the second moves the time of day too.
 */
#include "kt.h"

#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/user.h>

#define DAY		(24 * 60 * 60)
#define FAR		(300 * DAY)	/* seconds; ticks reach 248 days */
#define SOON		5		/* ticks */

/* => softclock: each callout is due now */
static void
move_ticks(void)
{
	int s = splhigh();

	ticks += HZTO_MAX;
	splx(s);
}

static void
move_time(void *arg)
{
	int s = splhigh();

	(void)arg;
	time.tv_sec += FAR;
	splx(s);
	move_ticks();
}

static void
move_first(void *arg)
{
	(void)arg;
	move_ticks();
	timeout(move_time, NULL, SOON);
}

/* Make a call that takes FAR seconds.  => the seconds that it took */
static int
far_call(sy_call_t *call, void *args)
{
	struct timeval before, after;
	register_t rval[2];
	int error;

	timeout(move_first, NULL, SOON);
	microtime(&before);
	error = call(curproc, args, rval);
	microtime(&after);
	untimeout(move_first, NULL);
	untimeout(move_time, NULL);
	if (error != 0)
		kt_fail("error %d", error);
	return (after.tv_sec - before.tv_sec);
}

/* Where the call finds its span of time: FAR seconds. */
static void *
far_argument(void)
{
	vm_offset_t pa = kt_page();
	pmap_t pm = kt_pmap();

	kt_poke(pa, FAR);
	pmap_enter(pm, KT_VA, pa, KT_RW, FALSE);
	kt_load(pm);
	return ((void *)KT_VA);
}

static void
time_far_sleep(void)
{
	struct sys_nanosleep_args args = { .rqtp = far_argument() };
	int took = far_call(sys_nanosleep, &args);

	KT_CHECK(took >= FAR - 1, "%d days of 300", took / DAY);
}

static void
time_far_select(void)
{
	struct sys_select_args args = { .tv = far_argument() };
	int took = far_call(sys_select, &args);

	KT_CHECK(took >= FAR - 1, "%d days of 300", took / DAY);
}

static void
time_far_timer(void)
{
	struct itimerval *it = &curproc->p_stats->p_timer[ITIMER_REAL];

	microtime(&it->it_value);
	it->it_value.tv_sec += FAR;
	realitexpire(curproc);
	KT_CHECK(timerisset(&it->it_value), "it went off 300 days early");
	move_time(NULL);
	tsleep(it, PWAIT, "kt", 2);
	KT_CHECK(!timerisset(&it->it_value), "it was not set again");
}

/* However far, the ticks can be compared with those of any other callout. */
static void
time_hzto_has_a_limit(void)
{
	struct timeval tv;

	microtime(&tv);
	tv.tv_sec += HZTO_MAX / hz - 2;
	KT_CHECK(hzto(&tv) <= HZTO_MAX && hzto(&tv) > HZTO_MAX - 4 * hz,
	    "below: %d", hzto(&tv));
	tv.tv_sec += 4;
	KT_IS(hzto(&tv), HZTO_MAX);
	tv.tv_sec = INT32_MAX;
	KT_IS(hzto(&tv), HZTO_MAX);
	tv.tv_sec = 0;
	KT_IS(hzto(&tv), 1);
}

const struct kt_test kt_time[] = {
	{ "time__hzto_has_a_limit", time_hzto_has_a_limit },
	{ "time__far_sleep", time_far_sleep },
	{ "time__far_select", time_far_select },
	{ "time__far_timer", time_far_timer },
	{ NULL, NULL }
};
