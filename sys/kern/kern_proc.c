/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_proc.c: the lists of processes.
 *
 * A process is on allproc, or on zombproc once it has exited; on the list of
 * its parent's children; and, while it lives, on a hash chain by its number.
 *
 * Locking: the lists change in process context only.  Interrupts walk allproc
 * (schedcpu, ttysignal) and the hash chains (selwakeup): both change at
 * splhigh.  zombproc and the lists of children are of process context alone.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/user.h>
#include <vm/vm.h>

#define PIDHASH		64
#define PID_MAX		30000

struct proclist	 allproc, zombproc;
struct proc	 proc0;
struct proc	*initproc, *pageproc;
int		 nprocs = 1;
int		 maxproc;

static struct proclist pidhashtbl[PIDHASH];

/*
 * Start the lists with proc0 in them, and limit the number of processes by
 * the memory: each needs about 16 KB that cannot be paged.
 */
void
procinit(void)
{
	int s;

	maxproc = MIN(MAX((int)cnt.v_page_count / 16, 40), 1000);
	s = splhigh();
	proc_enter(&proc0);
	splx(s);
}

/*
 * Let a process be found, by its number and among the living.
 *
 * => splhigh
 */
void
proc_enter(struct proc *p)
{
	KASSERTMSG(cpl == IPL_HIGH, "pid %d, cpl 0x%x", p->p_pid, cpl);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	LIST_INSERT_HEAD(&pidhashtbl[p->p_pid % PIDHASH], p, p_hash);
}

/*
 * p has exited: from now on it is only waited for.
 *
 * => splhigh, which it keeps until another process runs
 */
void
proc_retire(struct proc *p)
{
	KASSERTMSG(cpl == IPL_HIGH, "pid %d, cpl 0x%x", p->p_pid, cpl);
	LIST_REMOVE(p, p_list);
	LIST_REMOVE(p, p_hash);
	LIST_INSERT_HEAD(&zombproc, p, p_list);
}

/*
 * The living process of that number, or NULL.
 */
struct proc *
pfind(pid_t pid)
{
	struct proc *p;

	LIST_FOREACH(p, &pidhashtbl[(u_int)pid % PIDHASH], p_hash)
		if (p->p_pid == pid)
			return (p);
	return (NULL);
}

static bool
pid_in_use(pid_t pid)
{
	struct proc *p;

	LIST_FOREACH(p, &zombproc, p_list)
		if (p->p_pid == pid)
			return (true);
	return (pfind(pid) != NULL);
}

/*
 * A number that no process has, dead ones included.
 */
pid_t
pidalloc(void)
{
	static pid_t last;

	do {
		if (++last > PID_MAX)
			last = 2;
	} while (pid_in_use(last));
	return (last);
}

/*
 * => is p the process of that number, or one that it started?
 */
bool
inferior(const struct proc *p, pid_t pid)
{
	for (; p != NULL && p->p_pid != 0; p = p->p_pptr)
		if (p->p_pid == pid)
			return (true);
	return (false);
}

int
sys_getpid(struct proc *p, void *v, register_t *retval)
{
	(void)v;
	*retval = p->p_pid;
	return (0);
}

int
sys_getppid(struct proc *p, void *v, register_t *retval)
{
	(void)v;
	*retval = p->p_pptr->p_pid;
	return (0);
}
