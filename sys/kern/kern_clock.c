/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_clock.c: the tick, and calls at a later time.
 *
 * Callouts lie in a list sorted by the tick at which they are due.  Their
 * memory is reserved when processes are made (callout_reserve), so that
 * timeout works at any level and cannot fail.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>

#define CALLOUT_CHUNK	32

struct callout {
	struct callout	*c_next;
	void		(*c_func)(void *);
	void		*c_arg;
	u_int		 c_expire;	/* tick */
};

int		 hz = HZ;
int		 tick = 1000000 / HZ;
volatile u_int	 ticks;
volatile struct timeval time;
u_int		 cp_time[3];

static struct callout callout0[CALLOUT_CHUNK];
static struct callout *callfree, *calltodo;
static u_int	 ncallout;

static void
callout_add(struct callout *c, int n)
{
	int s = splhigh();

	ncallout += n;
	for (; n > 0; n--, c++) {
		c->c_next = callfree;
		callfree = c;
	}
	splx(s);
}

void
callout_init(void)
{
	callout_add(callout0, CALLOUT_CHUNK);
}

/*
 * Have memory for that many callouts.  => may sleep
 */
void
callout_reserve(u_int n)
{
	while (ncallout < n)
		callout_add(malloc(CALLOUT_CHUNK * sizeof(struct callout),
		    M_CALLOUT, M_WAITOK), CALLOUT_CHUNK);
}

/*
 * Call func(arg) in that many ticks, at splsoftclock.
 */
void
timeout(void (*func)(void *), void *arg, int n)
{
	struct callout *c, **cp;
	int s = splhigh();

	c = callfree;
	if (c == NULL)
		panic("timeout: %u callouts are not enough", ncallout);
	callfree = c->c_next;
	c->c_func = func;
	c->c_arg = arg;
	c->c_expire = ticks + MAX(n, 1);
	for (cp = &calltodo; *cp != NULL; cp = &(*cp)->c_next)
		if ((int)((*cp)->c_expire - c->c_expire) > 0)
			break;
	c->c_next = *cp;
	*cp = c;
	splx(s);
}

/*
 * Forget a call that is still to come, if there is one.
 */
void
untimeout(void (*func)(void *), void *arg)
{
	struct callout *c, **cp;
	int s = splhigh();

	for (cp = &calltodo; (c = *cp) != NULL; cp = &c->c_next)
		if (c->c_func == func && c->c_arg == arg) {
			*cp = c->c_next;
			c->c_next = callfree;
			callfree = c;
			break;
		}
	splx(s);
}

/*
 * Make the calls that are due.
 *
 * => software interrupt; process context is not to be had
 */
void
softclock(void)
{
	struct callout *c;
	void (*func)(void *);
	void *arg;
	int s = splhigh();

	while ((c = calltodo) != NULL && (int)(ticks - c->c_expire) >= 0) {
		func = c->c_func;
		arg = c->c_arg;
		calltodo = c->c_next;
		c->c_next = callfree;
		callfree = c;
		splx(s);
		func(arg);
		(void)splhigh();
	}
	splx(s);
}

/*
 * One tick of the clock.  => clock interrupt
 */
void
hardclock(struct clockframe *frame)
{
	struct proc *p = curproc;

	if (p == NULL)
		cp_time[CP_IDLE]++;
	else if (CLKF_USERMODE(frame)) {
		cp_time[CP_USER]++;
		p->p_uticks++;
	} else {
		cp_time[CP_SYS]++;
		p->p_sticks++;
	}
	if (p != NULL) {
		schedclock(p);
		itimer_used(p, CLKF_USERMODE(frame));
	}
	ticks++;
	time.tv_usec += tick;
	if (time.tv_usec >= 1000000) {
		time.tv_usec -= 1000000;
		time.tv_sec++;
	}
	if (calltodo != NULL && (int)(ticks - calltodo->c_expire) >= 0)
		setsoftclock();
}

/*
 * Ticks from now until a time since boot; at least 1.
 *
 * => half of what ticks can be compared over at most, 124 days: who sleeps
 *    for longer looks at the clock when he wakes, and sleeps again
 */
int
hzto(const struct timeval *tv)
{
	struct timeval now, left = *tv;

	microtime(&now);
	timevalsub(&left, &now);
	if (left.tv_sec < 0)
		return (1);
	if (left.tv_sec >= HZTO_MAX / hz)
		return (HZTO_MAX);
	return (left.tv_sec * hz + howmany(left.tv_usec, tick) + 1);
}
