/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * signalvar.h: what the kernel keeps of a process's signals.
 */
#ifndef _SYS_SIGNALVAR_H_
#define _SYS_SIGNALVAR_H_

#include <sys/signal.h>

/*
 * In the u-area.
 */
struct sigacts {
	sig_t	 ps_sigact[NSIG];	/* by signal number */
	sigset_t ps_catchmask[NSIG];	/* to be blocked in its handler */
	sigset_t ps_sigintr;		/* they interrupt system calls */
	sigset_t ps_oldmask;		/* mask of before sigsuspend */
	int	 ps_flags;		/* SAS_* */
	u_int	 ps_code;		/* of the trap that a handler is told */
	u_int	 ps_addr;		/* and its address */
};

#define SAS_OLDMASK	0x01		/* restore ps_oldmask on return */
#define SAS_NOCLDSTOP	0x02		/* no SIGCHLD when a child stops */

#ifdef _KERNEL
struct proc;

#define sigcantmask	(sigmask(SIGKILL) | sigmask(SIGSTOP))

/*
 * The number of a signal to deliver, or 0; may stop the process.
 */
#define CURSIG(p)							\
	(((p)->p_siglist & ~(p)->p_sigmask) == 0 ? 0 : issignal(p))

void	siginit(struct proc *);
void	execsigs(struct proc *);
int	issignal(struct proc *);
void	postsig(int);
void	psignal(struct proc *, int);
void	trapsignal(struct proc *, int, u_int);
void	sigexit(struct proc *, int) __dead2;

/* Machine dependent: sys/i386. */
void	sendsig(sig_t, int, int, u_int);
extern char sigcode[], esigcode[];
#endif /* _KERNEL */

#endif /* _SYS_SIGNALVAR_H_ */
