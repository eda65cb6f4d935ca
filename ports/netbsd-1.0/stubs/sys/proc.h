/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_PROC_H_
#define _STUB_SYS_PROC_H_

#define P_SYSTEM	0x00200
#define SIGKILL		9
#define sigmask(sig)	(1 << ((sig) - 1))

struct vmspace;

struct proc {
	struct proc	*p_next;
	struct vmspace	*p_vmspace;
	int		p_flag;
	int		p_pid;
	int		p_siglist;
	char		p_comm[17];
};

extern struct proc *curproc;
extern volatile struct proc *allproc;

#endif /* _STUB_SYS_PROC_H_ */
