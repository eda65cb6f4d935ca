/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sig_machdep.c: signals on the user's stack, and the way back.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/user.h>
#include <machine/cpufunc.h>
#include "machdep.h"

/*
 * Make the process run its handler next.
 *
 * => no room for the frame on its stack: it dies with SIGILL
 */
void
sendsig(sig_t handler, int sig, int mask, u_int code)
{
	struct proc *p = curproc;
	struct trapframe *tf = p->p_md_regs;
	struct pcb *pcb = (struct pcb *)p->p_addr;
	size_t codelen = esigcode - sigcode;
	struct sigframe sf, *usf;

	usf = (struct sigframe *)((tf->tf_esp - sizeof(sf) - codelen) & ~3u);
	sf.sf_signum = sig;
	sf.sf_code = code;
	sf.sf_scp = &usf->sf_sc;
	sf.sf_handler = handler;
	sf.sf_sc = (struct sigcontext){
		.sc_mask = mask, .sc_es = tf->tf_es, .sc_ds = tf->tf_ds,
		.sc_edi = tf->tf_edi, .sc_esi = tf->tf_esi,
		.sc_ebp = tf->tf_ebp, .sc_ebx = tf->tf_ebx,
		.sc_edx = tf->tf_edx, .sc_ecx = tf->tf_ecx,
		.sc_eax = tf->tf_eax, .sc_eip = tf->tf_eip,
		.sc_cs = tf->tf_cs, .sc_efl = tf->tf_eflags,
		.sc_esp = tf->tf_esp, .sc_ss = tf->tf_ss,
	};
	if (sig == SIGSEGV || sig == SIGBUS) {
		sf.sf_sc.sc_fault = pcb->pcb_faultaddr;
		pcb->pcb_faultaddr = 0;
	}
	if (copyout(&sf, usf, sizeof(sf)) != 0 ||
	    copyout(sigcode, usf + 1, codelen) != 0)
		sigexit(p, SIGILL);
	tf->tf_esp = (int)usf;
	tf->tf_eip = (int)(usf + 1);
	tf->tf_eflags &= ~(PSL_T | PSL_D | PSL_AC);
	tf->tf_cs = UCSEL;
	tf->tf_ds = tf->tf_es = tf->tf_ss = UDSEL;
}

/*
 * May a user hold this in %ds or %es?  His two segments and the null
 * selector, each with any privilege level that is asked for; a processor may
 * leave what it likes in the upper half of the slot (SDM vol. 2, PUSH).
 */
static bool
data_selector(int sel)
{
	sel &= 0xffff & ~SEL_RPL;
	return (sel == (UDSEL & ~SEL_RPL) || sel == (UCSEL & ~SEL_RPL) ||
	    sel == GSEL(GNULL_SEL, 0));
}

/*
 * Go on as the context says.
 *
 * => EFAULT, or EINVAL for flags or segments that a user may not have: a
 *    return to such a state would fault in the kernel
 * => EJUSTRETURN: all registers are set
 */
int
cpu_sigreturn(struct proc *p, struct sigcontext *scp)
{
	struct trapframe *tf = p->p_md_regs;
	struct sigcontext sc;

	if (copyin(scp, &sc, sizeof(sc)) != 0)
		return (EFAULT);
	if (((sc.sc_efl ^ PSL_USERSET) &
	    ~(PSL_USERCHANGE | PSL_RF | PSL_NT)) != 0)
		return (EINVAL);
	if ((uint16_t)sc.sc_cs != UCSEL || (uint16_t)sc.sc_ss != UDSEL ||
	    !data_selector(sc.sc_ds) || !data_selector(sc.sc_es))
		return (EINVAL);
	p->p_sigmask = sc.sc_mask & ~sigcantmask;
	tf->tf_es = sc.sc_es;
	tf->tf_ds = sc.sc_ds;
	tf->tf_edi = sc.sc_edi;
	tf->tf_esi = sc.sc_esi;
	tf->tf_ebp = sc.sc_ebp;
	tf->tf_ebx = sc.sc_ebx;
	tf->tf_edx = sc.sc_edx;
	tf->tf_ecx = sc.sc_ecx;
	tf->tf_eax = sc.sc_eax;
	tf->tf_eip = sc.sc_eip;
	tf->tf_cs = sc.sc_cs;
	tf->tf_eflags = (sc.sc_efl & PSL_USERCHANGE) | PSL_USERSET;
	tf->tf_esp = sc.sc_esp;
	tf->tf_ss = sc.sc_ss;
	return (EJUSTRETURN);
}

/*
 * Registers of a fresh program.
 */
void
setregs(struct proc *p, u_int entry, u_int stack)
{
	struct trapframe *tf = p->p_md_regs;

	memset(tf, 0, sizeof(*tf));
	tf->tf_cs = UCSEL;
	tf->tf_ds = tf->tf_es = tf->tf_ss = UDSEL;
	tf->tf_eip = entry;
	tf->tf_esp = stack;
	tf->tf_eflags = PSL_USERSET;
}
