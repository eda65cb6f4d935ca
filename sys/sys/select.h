/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * select.h: who waits in select for an event.
 */
#ifndef _SYS_SELECT_H_
#define _SYS_SELECT_H_

#include <sys/types.h>

#ifdef _KERNEL
struct proc;

struct selinfo {
	pid_t	si_pid;			/* the process, 0 for none */
	bool	si_coll;		/* there is more than one */
};

void	selrecord(struct proc *, struct selinfo *);
void	selwakeup(struct selinfo *);
#endif

#endif /* _SYS_SELECT_H_ */
