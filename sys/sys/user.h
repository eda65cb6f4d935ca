/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * user.h: the u-area: machine state, kernel stack and what a process needs
 * only while it lives.
 *
 * UPAGES pages in kernel space; struct user at the bottom, the kernel stack
 * grows down from the top.
 */
#ifndef _SYS_USER_H_
#define _SYS_USER_H_

#include <sys/param.h>
#include <sys/signalvar.h>
#include <sys/resourcevar.h>
#include <machine/pcb.h>

struct user {
	struct pcb	u_pcb;
	struct sigacts	u_sigacts;	/* p_sigacts points here */
	struct pstats	u_stats;	/* p_stats points here */
};

#endif /* _SYS_USER_H_ */
