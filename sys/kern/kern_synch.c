/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_synch.c: sleep, wakeup, and who runs next.
 *
 * A process is running (curproc), on one of the run queues (SRUN), or on a
 * sleep queue hashed by what it waits for (SSLEEP, or SSTOP meanwhile).  A
 * stopped process that waits for nothing is on no queue.
 *
 * Locking: queues and p_stat change at splhigh.  The kernel is not
 * preempted: a process gives up the processor in tsleep, preempt and exit1.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/user.h>
#include <sys/kernel.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>

#define SLPHASH		64
#define SLPQUE(chan)	(&slpque[((uintptr_t)(chan) >> 4) % SLPHASH])
#define ESTCPU_MAX	255

struct procq	 qs[NQS];
volatile u_int	 whichqs;
volatile int	 want_resched;
struct proc	*volatile curproc;

static struct procq slpque[SLPHASH];

void
sched_init(void)
{
	int i;

	for (i = 0; i < NQS; i++)
		TAILQ_INIT(&qs[i]);
	for (i = 0; i < SLPHASH; i++)
		TAILQ_INIT(&slpque[i]);
}

/*
 * Put a process on the run queue of its priority.
 *
 * => splhigh; it is on no queue
 */
void
setrunqueue(struct proc *p)
{
	int q = p->p_priority / PPQ;

	KASSERT(p->p_wchan == NULL && p->p_stat == SRUN);
	TAILQ_INSERT_TAIL(&qs[q], p, p_qlink);
	whichqs |= 1u << q;
}

/*
 * Take a process off its run queue.
 *
 * => splhigh; p_priority is as it was when it was queued
 */
void
remrq(struct proc *p)
{
	int q = p->p_priority / PPQ;

	KASSERT((whichqs & 1u << q) != 0);
	TAILQ_REMOVE(&qs[q], p, p_qlink);
	if (TAILQ_EMPTY(&qs[q]))
		whichqs &= ~(1u << q);
}

/*
 * The process to run next, off its queue; NULL if there is none.
 *
 * => splhigh
 */
struct proc *
chooseproc(void)
{
	struct proc *p;

	if (whichqs == 0)
		return (NULL);
	p = TAILQ_FIRST(&qs[__builtin_ctz(whichqs)]);
	remrq(p);
	return (p);
}

/*
 * Give the processor away; returns when chosen again.
 *
 * => splhigh, and curproc is queued, asleep or stopped
 */
void
mi_switch(void)
{
	int code = stall_end();

	cpu_switch(curproc);
	stall_begin(code);
}

/*
 * Let others of the same or a better priority run first.
 */
void
preempt(void)
{
	struct proc *p = curproc;
	int s = splhigh();

	p->p_priority = p->p_usrpri;
	p->p_stats->p_ru.ru_nivcsw++;
	setrunqueue(p);
	mi_switch();
	splx(s);
}

int
sys_sched_yield(struct proc *p, void *v, register_t *retval)
{
	(void)p, (void)v, (void)retval;
	preempt();
	return (0);
}

/* A sleep's time is over.  => softclock */
static void
endtsleep(void *arg)
{
	struct proc *p = arg;
	int s = splhigh();

	if (p->p_wchan != NULL) {
		p->p_flag |= P_TIMEOUT;
		if (p->p_stat == SSLEEP)
			setrunnable(p);
		else
			unsleep(p);
	}
	splx(s);
}

/*
 * Go to sleep until woken, a signal (PCATCH) or the end of the time.
 *
 * => splhigh, p on its sleep queue
 * => the signal that ended the sleep, or 0
 */
static int
sleep_switch(struct proc *p, int catch)
{
	int sig;

	if (catch) {
		p->p_flag |= P_SINTR;
		sig = CURSIG(p);
		if (sig != 0) {
			if (p->p_wchan != NULL)
				unsleep(p);
			p->p_stat = SRUN;
			return (sig);
		}
		/* Stopped and continued in issignal, and woken meanwhile. */
		if (p->p_wchan == NULL)
			return (0);
	}
	p->p_stat = SSLEEP;
	p->p_stats->p_ru.ru_nvcsw++;
	mi_switch();
	return (0);
}

/*
 * Sleep on a channel until wakeup(ident).
 *
 * => pri: priority when woken, with PCATCH: a signal ends the sleep
 * => timo: ticks, 0 for ever
 * => 0, EWOULDBLOCK after the time, ERESTART or EINTR after a signal
 * => before the first switch and after a panic: returns at once
 */
int
tsleep(const void *ident, int pri, const char *wmesg, int timo)
{
	struct proc *p = curproc;
	int catch = pri & PCATCH;
	int s, sig, timedout;

	if (panicstr != NULL) {
		s = spl0();
		splx(s);
		return (0);
	}
	KASSERT(p != NULL && ident != NULL);
	KASSERTMSG(intr_depth == 0, "sleep on %s at interrupt level", wmesg);
	s = splhigh();
	KASSERT(p->p_stat == SRUN && p->p_wchan == NULL);
	p->p_wchan = ident;
	p->p_wmesg = wmesg;
	p->p_slptime = 0;
	p->p_priority = pri & PRIMASK;
	TAILQ_INSERT_TAIL(SLPQUE(ident), p, p_qlink);
	if (timo > 0)
		timeout(endtsleep, p, timo);
	sig = sleep_switch(p, catch);
	timedout = p->p_flag & P_TIMEOUT;
	p->p_flag &= ~(P_SINTR | P_TIMEOUT);
	if (timo > 0 && !timedout)
		untimeout(endtsleep, p);
	splx(s);
	if (timedout && sig == 0)
		return (EWOULDBLOCK);
	if (catch && (sig != 0 || (sig = CURSIG(p)) != 0)) {
		if (p->p_sigacts->ps_sigintr & sigmask(sig))
			return (EINTR);
		return (ERESTART);
	}
	return (0);
}

/*
 * Take a process off its sleep queue.
 */
void
unsleep(struct proc *p)
{
	int s = splhigh();

	if (p->p_wchan != NULL) {
		TAILQ_REMOVE(SLPQUE(p->p_wchan), p, p_qlink);
		p->p_wchan = NULL;
	}
	splx(s);
}

/*
 * Wake all that sleep on ident.  => any level
 */
void
wakeup(const void *ident)
{
	struct procq *q = SLPQUE(ident);
	struct proc *p, *next;
	int s = splhigh();

	for (p = TAILQ_FIRST(q); p != NULL; p = next) {
		next = TAILQ_NEXT(p, p_qlink);
		if (p->p_wchan != ident)
			continue;
		TAILQ_REMOVE(q, p, p_qlink);
		p->p_wchan = NULL;
		if (p->p_stat == SSLEEP) {
			p->p_stat = SRUN;
			setrunqueue(p);
			need_resched();
		}
	}
	splx(s);
}

/*
 * Make a sleeping or stopped process run.  => any level
 */
void
setrunnable(struct proc *p)
{
	int s = splhigh();

	KASSERTMSG(p->p_stat == SSLEEP || p->p_stat == SSTOP,
	    "pid %d has state %d", p->p_pid, p->p_stat);
	unsleep(p);
	p->p_stat = SRUN;
	setrunqueue(p);
	need_resched();
	splx(s);
}

/*
 * The priority in user mode from the recent use of the processor.
 */
void
resetpriority(struct proc *p)
{
	p->p_usrpri = MIN(PUSER + p->p_estcpu / 4, MAXPRI);
}

/*
 * A tick fell on p.  => splclock
 */
void
schedclock(struct proc *p)
{
	if (p->p_estcpu < ESTCPU_MAX)
		p->p_estcpu++;
	if (p->p_estcpu % 4 == 0)
		resetpriority(p);
}

/*
 * Once a second: forget half of everybody's use of the processor, and
 * requeue those whose priority is another now.
 */
void
schedcpu(void *arg)
{
	struct proc *p;
	int s;

	(void)arg;
	LIST_FOREACH(p, &allproc, p_list) {
		p->p_swtime++;
		if (p->p_stat == SSLEEP || p->p_stat == SSTOP)
			p->p_slptime++;
		s = splhigh();
		p->p_estcpu /= 2;
		resetpriority(p);
		if (p->p_stat == SRUN && p != curproc &&
		    p->p_priority >= PUSER && p->p_priority != p->p_usrpri) {
			remrq(p);
			p->p_priority = p->p_usrpri;
			setrunqueue(p);
		}
		splx(s);
	}
	timeout(schedcpu, NULL, hz);
}

/*
 * Ten times a second: the time slice is over.
 */
void
roundrobin(void *arg)
{
	(void)arg;
	need_resched();
	timeout(roundrobin, NULL, hz / 10);
}
