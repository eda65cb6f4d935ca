/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kernel.h: variables of the clock.
 */
#ifndef _SYS_KERNEL_H_
#define _SYS_KERNEL_H_

#include <sys/time.h>

extern int	hz;			/* ticks a second */
extern int	tick;			/* microseconds a tick */
extern volatile u_int ticks;		/* since boot */
extern u_int	cp_time[3];		/* ticks: user, system, idle */
#define CP_USER	0
#define CP_SYS	1
#define CP_IDLE	2

/* Memory for the calls of timeout. */
#define CALLOUT_PROC	2		/* a process: its sleep, its timer */
#define CALLOUT_KERN	16		/* of the kernel itself */
void	callout_init(void);
void	callout_reserve(u_int);

#endif /* _SYS_KERNEL_H_ */
