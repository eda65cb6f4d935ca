/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * proc.h: struct proc, the queues of processes, and the scheduler's calls.
 */
#ifndef _SYS_PROC_H_
#define _SYS_PROC_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/signal.h>
#include <sys/time.h>

struct filedesc;
struct pstats;
struct sigacts;
struct trapframe;
struct user;
struct vmspace;

struct proc {
	TAILQ_ENTRY(proc) p_qlink;	/* run or sleep queue */
	LIST_ENTRY(proc) p_list;	/* allproc or zombproc */
	LIST_ENTRY(proc) p_hash;	/* pidhash chain */
	LIST_ENTRY(proc) p_sibling;	/* parent's p_children */
	LIST_HEAD(, proc) p_children;
	struct proc	*p_pptr;	/* parent */

	pid_t		 p_pid;
	volatile int	 p_flag;	/* P_* */
	volatile char	 p_stat;	/* S* */
	u_char		 p_priority;	/* in the run queue */
	u_char		 p_usrpri;	/* when back in user mode */
	u_char		 p_nice;
	u_int		 p_estcpu;	/* decaying use of the processor */

	const void	*p_wchan;	/* what it sleeps on */
	const char	*p_wmesg;	/* and its name */

	struct vmspace	*p_vmspace;
	struct user	*p_addr;	/* u-area, kernel address */
	struct filedesc	*p_fd;
	struct sigacts	*p_sigacts;	/* in the u-area */
	struct pstats	*p_stats;	/* in the u-area */

	volatile sigset_t p_siglist;	/* signals that wait */
	sigset_t	 p_sigmask;
	sigset_t	 p_sigignore;
	sigset_t	 p_sigcatch;

	u_int		 p_uticks;	/* clock ticks in user mode */
	u_int		 p_sticks;	/* in the kernel */
	u_int		 p_slptime;	/* seconds asleep */
	u_int		 p_swtime;	/* seconds alive */
	u_short		 p_xstat;	/* exit status, for wait4 */
	char		 p_comm[MAXCOMLEN + 1];

	/* Machine dependent. */
	struct trapframe *p_md_regs;	/* registers of user mode, on kstack */
	int		 p_md_flags;
};

/* p_stat. */
#define SIDL	1			/* being made */
#define SRUN	2
#define SSLEEP	3
#define SSTOP	4
#define SZOMB	5

/* p_flag. */
#define P_SELECT	0x00040		/* awake while selecting */
#define P_SINTR		0x00080		/* sleep may be interrupted */
#define P_SYSTEM	0x00200		/* kernel process, no signals */
#define P_TIMEOUT	0x00400		/* timing out of a sleep */
#define P_WAITED	0x01000		/* stop was reported to the parent */
#define P_WEXIT		0x02000		/* is exiting */
#define P_PPWAIT	0x00010		/* vfork: the parent waits */
#define P_OOMKILLED	0x10000		/* chosen when memory ran out */

#ifdef _KERNEL
#define NQS		32		/* run queues, of 4 priorities each */
#define PPQ		4

TAILQ_HEAD(procq, proc);
LIST_HEAD(proclist, proc);

extern struct procq	 qs[NQS];
extern volatile u_int	 whichqs;	/* bit n: qs[n] is not empty */
extern struct proclist	 allproc, zombproc;
extern struct proc	 proc0;
extern struct proc	*initproc, *pageproc;
extern struct proc	*volatile curproc;
extern int		 nprocs, maxproc;
extern volatile int	 want_resched;	/* switch on the way to user mode */

struct proc *pfind(pid_t);
pid_t	pidalloc(void);
void	proc_enter(struct proc *);
void	proc_retire(struct proc *);
bool	inferior(const struct proc *, pid_t);
void	procinit(void);
int	fork1(struct proc *, int, struct proc **);
#define FORK_VFORK	0x1		/* share the address space, wait */
#define FORK_SYSTEM	0x2		/* a kernel process */
int	kproc_create(void (*)(void *), int, struct proc **, const char *);
void	exit1(struct proc *, int) __dead2;

/* Scheduler, kern_synch.c.  All at splhigh inside. */
void	sched_init(void);
void	setrunqueue(struct proc *);
void	remrq(struct proc *);
struct proc *chooseproc(void);
void	mi_switch(void);
void	setrunnable(struct proc *);
void	resetpriority(struct proc *);
void	schedcpu(void *);
void	roundrobin(void *);
void	schedclock(struct proc *);
int	tsleep(const void *, int, const char *, int);
void	unsleep(struct proc *);
void	wakeup(const void *);
void	preempt(void);
void	yield(void);

/*
 * Machine dependent, sys/i386.
 *
 * cpu_switch(p): p is curproc and has been queued or put to sleep by the
 * caller.  Saves its state, takes the next process from chooseproc(), waits
 * with interrupts on while that is NULL (curproc is NULL then), and returns
 * when p runs again.  cpu_exit(p): the same, and p never runs again; its
 * u-area is freed later, by wait4.  cpu_fork(p1, p2): u-area and vmspace of
 * p2 exist; makes p2 return 0 from p1's system call.  cpu_set_kproc(p2,
 * func, arg): makes p2 call func(arg) instead when it first runs.
 */
void	cpu_switch(struct proc *);
void	cpu_exit(struct proc *) __dead2;
void	cpu_fork(struct proc *, struct proc *);
void	cpu_set_kproc(struct proc *, void (*)(void *), void *);
void	setregs(struct proc *, u_int, u_int);
#endif /* _KERNEL */

#endif /* _SYS_PROC_H_ */
