/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * frame.h: what traps, interrupts and system calls leave on the kernel stack.
 *
 * One layout for all three.  tf_trapno is the vector; for an interrupt tf_err
 * is the level that was interrupted, for a system call the length of the
 * instruction that made it.
 */
#ifndef _MACHINE_FRAME_H_
#define _MACHINE_FRAME_H_

#include <sys/signal.h>

struct trapframe {
	int	tf_gs;
	int	tf_fs;
	int	tf_es;
	int	tf_ds;
	int	tf_edi;
	int	tf_esi;
	int	tf_ebp;
	int	tf_unused;	/* esp as pushal saw it */
	int	tf_ebx;
	int	tf_edx;
	int	tf_ecx;
	int	tf_eax;
	int	tf_trapno;
	/* The processor (or the entry code) begins here. */
	int	tf_err;
	int	tf_eip;
	int	tf_cs;
	int	tf_eflags;
	/* Only when the trap came from user mode. */
	int	tf_esp;
	int	tf_ss;
};

/* What hardclock gets: the interrupted state. */
struct clockframe {
	struct trapframe cf_tf;
};

/* What sendsig builds on the user's stack; sigcode stands above it. */
struct sigframe {
	int		 sf_signum;	/* the handler's three arguments */
	int		 sf_code;
	struct sigcontext *sf_scp;
	sig_t		 sf_handler;
	struct sigcontext sf_sc;
};

#endif /* _MACHINE_FRAME_H_ */
