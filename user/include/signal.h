/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * signal.h: signals, for programs.
 */
#ifndef _SIGNAL_H_
#define _SIGNAL_H_

#include <sys/types.h>
#include <sys/signal.h>

#define sigemptyset(s)		((void)(*(s) = 0))
#define sigfillset(s)		((void)(*(s) = ~(sigset_t)0))
#define sigaddset(s, n)		((void)(*(s) |= sigmask(n)))
#define sigdelset(s, n)		((void)(*(s) &= ~sigmask(n)))
#define sigismember(s, n)	((*(s) & sigmask(n)) != 0)

int	kill(pid_t, int);
int	sigaction(int, const struct sigaction *, struct sigaction *);
int	sigprocmask(int, const sigset_t *, sigset_t *);
int	sigsuspend(const sigset_t *);
sig_t	signal(int, sig_t);
int	raise(int);

#endif /* _SIGNAL_H_ */
