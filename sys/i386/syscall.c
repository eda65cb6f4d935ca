/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * syscall.c: system calls, and the last look before user mode.
 *
 * Both "lcall $7,$0" and "int $0x80" come here.  The number is in %eax, the
 * arguments stand on the user's stack above a return address.  Results go
 * back in %eax and %edx with the carry flag clear; an error number in %eax
 * with the carry flag set.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/sysctl.h>
#include <machine/cpufunc.h>
#include "machdep.h"

#define MAXARGS		8		/* words */
#define SYS_indirect	0		/* syscall(number, ...) */
#define SYS_quad	198		/* the same, with a 64-bit number */

static void
syscall_result(struct trapframe *tf, int error, const register_t *rval)
{
	switch (error) {
	case 0:
		tf->tf_eax = rval[0];
		tf->tf_edx = rval[1];
		tf->tf_eflags &= ~PSL_C;
		break;
	case ERESTART:
		/* Make the call again: tf_err is the instruction's length. */
		tf->tf_eip -= tf->tf_err;
		break;
	case EJUSTRETURN:
		break;
	default:
		tf->tf_eax = error;
		tf->tf_eflags |= PSL_C;
		break;
	}
}

/*
 * A system call.  => from vector.S, interrupts on; returns with them off
 */
void
syscall(struct trapframe *tf)
{
	struct proc *p = curproc;
	const struct sysent *callp;
	register_t args[MAXARGS], rval[2];
	uint32_t code = tf->tf_eax, params = tf->tf_esp + sizeof(int);
	int error;

	userenter(p, tf);
	p->p_md_regs = tf;
	if (code == SYS_indirect || code == SYS_quad) {
		params += code == SYS_quad ? 8 : 4;
		code = fuword((void *)(params - (code == SYS_quad ? 8 : 4)));
	}
	stall_begin((int)code);
	callp = &sysent[code < (uint32_t)nsysent ? code : 0];
	KASSERT(callp->sy_narg <= MAXARGS);
	rval[0] = 0;
	rval[1] = tf->tf_edx;
	error = 0;
	if (callp->sy_narg != 0)
		error = copyin((void *)params, args,
		    callp->sy_narg * sizeof(args[0]));
	if (error == 0)
		error = callp->sy_call(p, args, rval);
	syscall_result(tf, error, rval);
	KASSERTMSG(cpl == IPL_NONE, "system call %u left cpl 0x%x", code, cpl);
	userret(p, tf);
}

/*
 * p came out of user mode.
 *
 * => does not return from virtual-8086 mode: nothing here enters it, a
 *    processor lets no user do it, but QEMU's iret does (its helper tests VM
 *    before the privilege level).  Such a frame is four words longer than
 *    ours, so that no signal can be delivered through it and no copy of it
 *    made; the process ends.  Nothing that the mode reaches is ever mapped
 *    (VM_MIN_ADDRESS): it runs no instruction there.
 */
void
userenter(struct proc *p, const struct trapframe *tf)
{
	if ((tf->tf_eflags & PSL_VM) == 0)
		return;
	enable_intr();
	sigexit(p, SIGBUS);
}

/*
 * What is due before p goes on in user mode: its signals, and a switch if
 * its time is over.
 *
 * => returns with interrupts off, so that nothing new can become due
 * => does not return if a signal kills p
 */
void
userret(struct proc *p, struct trapframe *tf)
{
	sigset_t left;
	int sig;

	(void)tf;
	for (;;) {
		enable_intr();
		while ((sig = CURSIG(p)) != 0)
			postsig(sig);
		left = p->p_siglist & ~p->p_sigmask;
		p->p_priority = p->p_usrpri;
		if (want_resched) {
			preempt();
			continue;
		}
		disable_intr();
		if (!want_resched && (p->p_siglist & ~p->p_sigmask) == left)
			break;
	}
	(void)stall_end();
	KASSERTMSG(cpl == IPL_NONE && intr_depth == 0,
	    "return to user mode with cpl 0x%x", cpl);
}
