/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_fork.c: new processes.
 *
 * What may fail or sleep comes first; then the new process is put on the
 * lists and made runnable in one go.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/filedesc.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/user.h>
#include <vm/vm.h>

/*
 * The u-area of a new process: actions on signals are inherited, what was
 * used is not.
 */
static void
fork_uarea(struct proc *p1, struct proc *p2)
{
	struct user *up = p2->p_addr;

	p2->p_sigacts = &up->u_sigacts;
	p2->p_stats = &up->u_stats;
	*p2->p_sigacts = *p1->p_sigacts;
	p2->p_sigacts->ps_flags &= ~SAS_OLDMASK;
	memset(p2->p_stats, 0, sizeof(*p2->p_stats));
	microtime(&p2->p_stats->p_start);
}

/* A struct proc with what a child has of its parent. */
static struct proc *
fork_proc(struct proc *p1, int flags)
{
	struct proc *p2;

	p2 = malloc(sizeof(*p2), M_PROC, M_WAITOK | M_ZERO);
	p2->p_stat = SIDL;
	if (flags & FORK_SYSTEM)
		p2->p_flag |= P_SYSTEM;
	if (flags & FORK_VFORK)
		p2->p_flag |= P_PPWAIT;
	p2->p_pptr = p1;
	p2->p_sigmask = p1->p_sigmask;
	p2->p_sigignore = p1->p_sigignore;
	p2->p_sigcatch = p1->p_sigcatch;
	p2->p_estcpu = p1->p_estcpu;
	memcpy(p2->p_comm, p1->p_comm, sizeof(p2->p_comm));
	resetpriority(p2);
	p2->p_priority = p2->p_usrpri;
	return (p2);
}

/*
 * Make a process like p1.
 *
 * => the new one is complete but for its start: fork_start
 * => EAGAIN or ENOMEM, and nothing has changed
 */
int
fork1(struct proc *p1, int flags, struct proc **p2p)
{
	struct proc *p2;
	int error, s;

	if (nprocs >= maxproc)
		return (EAGAIN);
	nprocs++;
	callout_reserve(CALLOUT_KERN + nprocs * CALLOUT_PROC);
	p2 = fork_proc(p1, flags);
	error = vm_fork(p1, p2,
	    (flags & (FORK_VFORK | FORK_SYSTEM)) != 0 || p1 == &proc0);
	if (error != 0) {
		free(p2, M_PROC);
		nprocs--;
		return (error);
	}
	fork_uarea(p1, p2);
	if (p1->p_fd != NULL)
		p2->p_fd = fdcopy(p1);
	cpu_fork(p1, p2);
	p2->p_pid = pidalloc();
	LIST_INSERT_HEAD(&p1->p_children, p2, p_sibling);
	s = splhigh();
	proc_enter(p2);
	splx(s);
	*p2p = p2;
	return (0);
}

static void
fork_start(struct proc *p2)
{
	int s = splhigh();

	p2->p_stat = SRUN;
	setrunqueue(p2);
	splx(s);
}

/*
 * Make a process that runs func in the kernel; NULL for its argument.
 *
 * => flags: FORK_SYSTEM, or 0 for one that execs and returns
 */
int
kproc_create(void (*func)(void *), int flags, struct proc **pp,
    const char *name)
{
	struct proc *p;
	int error = fork1(&proc0, flags, &p);

	if (error != 0)
		return (error);
	strlcpy(p->p_comm, name, sizeof(p->p_comm));
	cpu_set_kproc(p, func, NULL);
	*pp = p;
	fork_start(p);
	return (0);
}

int
sys_fork(struct proc *p, void *v, register_t *retval)
{
	struct proc *p2;
	int error = fork1(p, 0, &p2);

	(void)v;
	if (error != 0)
		return (error);
	retval[0] = p2->p_pid;
	retval[1] = 0;
	fork_start(p2);
	return (0);
}

/*
 * => the parent goes on when the child has done exec or exit
 */
int
sys_vfork(struct proc *p, void *v, register_t *retval)
{
	struct proc *p2;
	int error = fork1(p, FORK_VFORK, &p2);

	(void)v;
	if (error != 0)
		return (error);
	retval[0] = p2->p_pid;
	retval[1] = 0;
	fork_start(p2);
	while (p2->p_flag & P_PPWAIT)
		tsleep(p, PWAIT, "ppwait", 0);
	return (0);
}
