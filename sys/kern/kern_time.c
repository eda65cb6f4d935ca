/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_time.c: the time of day, interval timers, nanosleep.
 *
 * There is no clock that knows the date: times count from the boot.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/user.h>

#define TIME_MAX	100000000	/* seconds, longest wait */

void
timevaladd(struct timeval *a, const struct timeval *b)
{
	a->tv_sec += b->tv_sec;
	a->tv_usec += b->tv_usec;
	if (a->tv_usec >= 1000000) {
		a->tv_sec++;
		a->tv_usec -= 1000000;
	}
}

void
timevalsub(struct timeval *a, const struct timeval *b)
{
	a->tv_sec -= b->tv_sec;
	a->tv_usec -= b->tv_usec;
	if (a->tv_usec < 0) {
		a->tv_sec--;
		a->tv_usec += 1000000;
	}
}

/*
 * Check a span of time, and make it at least one tick unless it is zero.
 */
int
itimerfix(struct timeval *tv)
{
	if (tv->tv_sec < 0 || tv->tv_sec > TIME_MAX || tv->tv_usec < 0 ||
	    tv->tv_usec >= 1000000)
		return (EINVAL);
	if (tv->tv_sec == 0 && tv->tv_usec != 0 && tv->tv_usec < tick)
		tv->tv_usec = tick;
	return (0);
}

int
sys_gettimeofday(struct proc *p, void *v, register_t *retval)
{
	struct sys_gettimeofday_args *uap = v;
	struct timezone tz = { 0, 0 };
	struct timeval tv;
	int error = 0;

	(void)p, (void)retval;
	if (uap->tp != NULL) {
		microtime(&tv);
		error = copyout(&tv, uap->tp, sizeof(tv));
	}
	if (error == 0 && uap->tzp != NULL)
		error = copyout(&tz, uap->tzp, sizeof(tz));
	return (error);
}

/*
 * The real timer went off: send SIGALRM and set it again if it is to repeat,
 * or if its time is further than hzto reaches.
 *
 * => softclock; p is alive: exit1 takes the call back
 */
void
realitexpire(void *arg)
{
	struct proc *p = arg;
	struct itimerval *it = &p->p_stats->p_timer[ITIMER_REAL];
	struct timeval now;

	microtime(&now);
	if (timercmp(&now, &it->it_value, <)) {
		timeout(realitexpire, p, hzto(&it->it_value));
		return;
	}
	psignal(p, SIGALRM);
	if (!timerisset(&it->it_interval)) {
		timerclear(&it->it_value);
		return;
	}
	do
		timevaladd(&it->it_value, &it->it_interval);
	while (timercmp(&it->it_value, &now, <));
	timeout(realitexpire, p, hzto(&it->it_value));
}

/* Take a tick off a timer of time used.  => true: it went off */
static bool
itimer_tick(struct itimerval *it)
{
	const struct timeval one = { 0, tick };

	if (!timerisset(&it->it_value))
		return (false);
	timevalsub(&it->it_value, &one);
	if (it->it_value.tv_sec >= 0 && timerisset(&it->it_value))
		return (false);
	/* An interval is a tick at least: the sum is above zero. */
	if (timerisset(&it->it_interval))
		timevaladd(&it->it_value, &it->it_interval);
	else
		timerclear(&it->it_value);
	return (true);
}

/*
 * p, which is curproc, has used a tick, in user mode or in the kernel.
 *
 * => from hardclock
 */
void
itimer_used(struct proc *p, bool usermode)
{
	struct itimerval *it = p->p_stats->p_timer;

	if (usermode && itimer_tick(&it[ITIMER_VIRTUAL]))
		psignal(p, SIGVTALRM);
	if (itimer_tick(&it[ITIMER_PROF]))
		psignal(p, SIGPROF);
}

/* What is left of p's timer. */
static void
itimer_left(struct proc *p, int which, struct itimerval *it)
{
	struct timeval now;
	int s = splclock();

	*it = p->p_stats->p_timer[which];
	splx(s);
	if (which != ITIMER_REAL || !timerisset(&it->it_value))
		return;
	microtime(&now);
	if (timercmp(&it->it_value, &now, <))
		timerclear(&it->it_value);
	else
		timevalsub(&it->it_value, &now);
}

/* => of the real timer: what is now in it is forgotten */
static void
itimer_set(struct proc *p, int which, struct itimerval *it)
{
	struct timeval now;
	int s = splclock();

	if (which == ITIMER_REAL) {
		untimeout(realitexpire, p);
		if (timerisset(&it->it_value)) {
			microtime(&now);
			timevaladd(&it->it_value, &now);
			timeout(realitexpire, p, hzto(&it->it_value));
		}
	}
	p->p_stats->p_timer[which] = *it;
	splx(s);
}

int
sys_setitimer(struct proc *p, void *v, register_t *retval)
{
	struct sys_setitimer_args *uap = v;
	struct itimerval new, old;
	int error;

	(void)retval;
	if (uap->which < ITIMER_REAL || uap->which > ITIMER_PROF)
		return (EINVAL);
	if (uap->itv != NULL) {
		error = copyin(uap->itv, &new, sizeof(new));
		if (error != 0)
			return (error);
		if (itimerfix(&new.it_value) || itimerfix(&new.it_interval))
			return (EINVAL);
	}
	if (uap->oitv != NULL) {
		itimer_left(p, uap->which, &old);
		error = copyout(&old, uap->oitv, sizeof(old));
		if (error != 0)
			return (error);
	}
	if (uap->itv != NULL)
		itimer_set(p, uap->which, &new);
	return (0);
}

/*
 * => EINTR and the rest of the time in rmtp after a signal
 */
int
sys_nanosleep(struct proc *p, void *v, register_t *retval)
{
	struct sys_nanosleep_args *uap = v;
	struct timespec rq;
	struct timeval left, end;
	int error;

	(void)retval;
	error = copyin(uap->rqtp, &rq, sizeof(rq));
	if (error != 0)
		return (error);
	if (rq.tv_nsec < 0 || rq.tv_nsec >= 1000000000)
		return (EINVAL);
	left.tv_sec = rq.tv_sec;
	left.tv_usec = howmany(rq.tv_nsec, 1000);
	if (left.tv_usec == 1000000)
		left.tv_usec = 999999;
	if (itimerfix(&left))
		return (EINVAL);
	if (!timerisset(&left))
		return (0);
	microtime(&end);
	timevaladd(&end, &left);
	/* Nobody wakes it: 0 is of a stop on the way into the sleep. */
	do {
		error = tsleep(&p->p_swtime, PWAIT | PCATCH, "nanslp",
		    hzto(&end));
		microtime(&left);
		if (!timercmp(&left, &end, <))
			timerclear(&end);
	} while (timerisset(&end) && (error == 0 || error == EWOULDBLOCK));
	if (error == 0 || error == EWOULDBLOCK)
		return (0);
	if (timerisset(&end))
		timevalsub(&end, &left);
	rq.tv_sec = end.tv_sec;
	rq.tv_nsec = end.tv_usec * 1000;
	if (uap->rmtp != NULL && copyout(&rq, uap->rmtp, sizeof(rq)) != 0)
		return (EFAULT);
	return (EINTR);
}
