/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * time.h: times and interval timers.
 */
#ifndef _SYS_TIME_H_
#define _SYS_TIME_H_

#include <sys/types.h>

struct timeval {
	int32_t	tv_sec;
	int32_t	tv_usec;
};

struct timespec {
	int32_t	tv_sec;
	int32_t	tv_nsec;
};

struct timezone {
	int	tz_minuteswest;
	int	tz_dsttime;
};

#define ITIMER_REAL	0
#define ITIMER_VIRTUAL	1
#define ITIMER_PROF	2

struct itimerval {
	struct timeval	it_interval;
	struct timeval	it_value;
};

#define timerclear(t)	((t)->tv_sec = (t)->tv_usec = 0)
#define timerisset(t)	((t)->tv_sec != 0 || (t)->tv_usec != 0)
#define timercmp(a, b, cmp)						\
	((a)->tv_sec == (b)->tv_sec ? (a)->tv_usec cmp (b)->tv_usec :	\
	    (a)->tv_sec cmp (b)->tv_sec)

#ifdef _KERNEL
extern volatile struct timeval time;	/* since boot, one step a tick */

void	microtime(struct timeval *);
void	timevaladd(struct timeval *, const struct timeval *);
void	timevalsub(struct timeval *, const struct timeval *);
int	itimerfix(struct timeval *);
#define HZTO_MAX	(INT32_MAX / 2)	/* ticks */
int	hzto(const struct timeval *);
void	realitexpire(void *);
struct proc;
void	itimer_used(struct proc *, bool);
#endif

#endif /* _SYS_TIME_H_ */
