/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_exit.c: the end of a process, and waiting for it.
 *
 * exit1 gives back all that it can while the process still runs, its address
 * space first; it ends on proc0's.  What it still runs on, the u-area, goes
 * in wait4, when something else runs.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/filedesc.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <vm/vm.h>

int
sys_exit(struct proc *p, void *v, register_t *retval)
{
	struct sys_exit_args *uap = v;

	(void)retval;
	exit1(p, W_EXITCODE(uap->rval & 0xff, 0));
}

/* Leave the address space.  => the last user's memory is freed */
static void
exit_vmspace(struct proc *p)
{
	struct vmspace *vm = p->p_vmspace;

	p->p_vmspace = proc0.p_vmspace;
	p->p_vmspace->vm_refcnt++;
	pmap_activate(&p->p_vmspace->vm_pmap);
	vmspace_free(vm);
}

/* Children go to init. */
static void
exit_reparent(struct proc *p)
{
	struct proc *c;

	while ((c = LIST_FIRST(&p->p_children)) != NULL) {
		LIST_REMOVE(c, p_sibling);
		LIST_INSERT_HEAD(&initproc->p_children, c, p_sibling);
		c->p_pptr = initproc;
		if (c->p_stat == SZOMB)
			wakeup(initproc);
		else if (c->p_stat == SSTOP)
			psignal(c, SIGKILL);
	}
}

/*
 * End the process p, which is curproc, with that status.
 */
void
exit1(struct proc *p, int status)
{
	if (p == initproc)
		panic("init died, exit status 0x%x", status);
	p->p_flag |= P_WEXIT;
	p->p_sigignore = ~0u;
	p->p_siglist = 0;
	untimeout(realitexpire, p);
	fdfree(p);
	exit_vmspace(p);
	if (p->p_flag & P_PPWAIT) {
		p->p_flag &= ~P_PPWAIT;
		wakeup(p->p_pptr);
	}
	exit_reparent(p);
	(void)splhigh();
	proc_retire(p);
	p->p_xstat = status;
	p->p_stat = SZOMB;
	psignal(p->p_pptr, SIGCHLD);
	wakeup(p->p_pptr);
	(void)stall_end();
	cpu_exit(p);
}

/* Free what is left of a dead child and tell what it used. */
static void
wait_reap(struct proc *p, struct proc *c)
{
	calcru(c, &c->p_stats->p_ru.ru_utime, &c->p_stats->p_ru.ru_stime);
	ruadd(&p->p_stats->p_cru, &c->p_stats->p_ru);
	ruadd(&p->p_stats->p_cru, &c->p_stats->p_cru);
	LIST_REMOVE(c, p_list);
	LIST_REMOVE(c, p_sibling);
	uarea_free((vm_offset_t)c->p_addr);
	vmspace_free(c->p_vmspace);
	free(c, M_PROC);
	nprocs--;
}

/* Tell what became of a child, and what it and its children have used. */
static int
wait_copyout(struct sys_wait4_args *uap, struct proc *c, int status)
{
	struct rusage ru;
	int error = 0;

	if (uap->status != NULL)
		error = copyout(&status, uap->status, sizeof(status));
	if (error == 0 && uap->rusage != NULL) {
		ru = c->p_stats->p_ru;
		calcru(c, &ru.ru_utime, &ru.ru_stime);
		ruadd(&ru, &c->p_stats->p_cru);
		error = copyout(&ru, uap->rusage, sizeof(ru));
	}
	return (error);
}

/*
 * Look for a child to report.
 *
 * => its number in *pid, 0 if none has anything to report
 * => ECHILD: there is none to wait for
 */
static int
wait_scan(struct proc *p, struct sys_wait4_args *uap, pid_t *pid)
{
	struct proc *c;
	int error, found = 0;

	*pid = 0;
	LIST_FOREACH(c, &p->p_children, p_sibling) {
		if (uap->pid > 0 && c->p_pid != uap->pid)
			continue;
		found = 1;
		if (c->p_stat == SZOMB) {
			error = wait_copyout(uap, c, c->p_xstat);
			if (error != 0)
				return (error);
			*pid = c->p_pid;
			wait_reap(p, c);
			return (0);
		}
		if (c->p_stat == SSTOP && (c->p_flag & P_WAITED) == 0 &&
		    uap->options & WUNTRACED) {
			c->p_flag |= P_WAITED;
			*pid = c->p_pid;
			return (wait_copyout(uap, c, W_STOPCODE(c->p_xstat)));
		}
	}
	return (found ? 0 : ECHILD);
}

/*
 * => a number below 1 means any child: there are no process groups
 */
int
sys_wait4(struct proc *p, void *v, register_t *retval)
{
	struct sys_wait4_args *uap = v;
	int error;

	if (uap->options & ~(WNOHANG | WUNTRACED))
		return (EINVAL);
	for (;;) {
		error = wait_scan(p, uap, &retval[0]);
		if (error != 0 || retval[0] != 0 || uap->options & WNOHANG)
			return (error);
		error = tsleep(p, PWAIT | PCATCH, "wait", 0);
		if (error != 0)
			return (error);
	}
}
