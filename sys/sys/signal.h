/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * signal.h: signal numbers, actions and masks, with 4.4BSD's values.
 */
#ifndef _SYS_SIGNAL_H_
#define _SYS_SIGNAL_H_

#include <sys/types.h>

#define NSIG		32

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGEMT		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGBUS		10
#define SIGSEGV		11
#define SIGSYS		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGURG		16
#define SIGSTOP		17
#define SIGTSTP		18
#define SIGCONT		19
#define SIGCHLD		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGIO		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGINFO		29
#define SIGUSR1		30
#define SIGUSR2		31

typedef void	(*sig_t)(int);
typedef u_int	sigset_t;

#define SIG_DFL		((sig_t)0)
#define SIG_IGN		((sig_t)1)
#define SIG_ERR		((sig_t)-1)

struct sigaction {
	sig_t	 sa_handler;
	sigset_t sa_mask;
	int	 sa_flags;
};

#define SA_ONSTACK	0x0001		/* accepted, no effect */
#define SA_RESTART	0x0002		/* restart the system call */
#define SA_NOCLDSTOP	0x0008

#define SIG_BLOCK	1
#define SIG_UNBLOCK	2
#define SIG_SETMASK	3

#define sigmask(n)	(1u << ((n) - 1))

/*
 * What a handler is given as its third argument, and what sigreturn takes.
 */
struct sigcontext {
	int	sc_onstack;
	int	sc_mask;		/* signal mask to restore */
	int	sc_es, sc_ds;
	int	sc_edi, sc_esi, sc_ebp, sc_ebx, sc_edx, sc_ecx, sc_eax;
	int	sc_eip, sc_cs, sc_efl, sc_esp, sc_ss;
	int	sc_fault;		/* fault address (cr2), 0 if none */
};

#endif /* _SYS_SIGNAL_H_ */
