/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * resourcevar.h: what the kernel keeps of a process's use of resources.
 */
#ifndef _SYS_RESOURCEVAR_H_
#define _SYS_RESOURCEVAR_H_

#include <sys/resource.h>

/*
 * In the u-area; the first half is cleared in a new process.
 */
struct pstats {
	struct rusage	 p_ru;		/* of the process itself */
	struct rusage	 p_cru;		/* of the children waited for */
	struct itimerval p_timer[3];	/* by ITIMER_*: the real one's it_value
					   is a time since boot, the others'
					   what is left; splclock */
	struct timeval	 p_start;	/* when it was made */
};

#ifdef _KERNEL
struct proc;

/* Limits, the same for all processes: there is no setrlimit. */
#define RLIMIT_DATA	0
#define RLIMIT_STACK	1
#define RLIMIT_MEMLOCK	2
#define p_rlimit_cur(p, n)	((void)(p), rlimits[n])
extern const u_int rlimits[3];

void	calcru(struct proc *, struct timeval *, struct timeval *);
void	ruadd(struct rusage *, const struct rusage *);
#endif

#endif /* _SYS_RESOURCEVAR_H_ */
