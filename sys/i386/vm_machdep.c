/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_machdep.c: a process's kernel stack: its first frame, the switch from
 * one to another, its end.
 *
 * A u-area lies in kernel space only: struct pcb first, the stack grows
 * down from the top, the user's registers uppermost.  Where no process can
 * run, the processor waits on a stack of its own: that of the process it
 * left may be freed meanwhile.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/user.h>
#include <machine/cpufunc.h>
#include <vm/vm.h>
#include "machdep.h"

#define STACK_SPARE	256		/* bytes that must never be used */

struct pcb *curpcb;

static char idle_uarea[NBPG] __attribute__((aligned(16)));

static void	idle_loop(void *) __dead2;

static struct pcb *
proc_pcb(struct proc *p)
{
	return (&p->p_addr->u_pcb);
}

/*
 * Has the kernel stack come near the u-area below it?
 *
 * => called where a frame address is at hand: interrupts and switches
 */
void
stack_check(void)
{
	uint32_t esp = (uint32_t)__builtin_frame_address(0);

	if (esp - (uint32_t)curpcb < sizeof(struct user) + STACK_SPARE)
		panic("kernel stack overflow: esp 0x%x, u-area 0x%x", esp,
		    (uint32_t)curpcb);
}

/*
 * Arrange for a stack that swtch has never left: call func(arg).
 */
static void
pcb_start(struct pcb *pcb, uint32_t top, void (*func)(void *), void *arg)
{
	uint32_t *sp = (uint32_t *)top;

	*--sp = (uint32_t)proc_trampoline;
	*--sp = 0;			/* ebp */
	*--sp = (uint32_t)func;		/* ebx */
	*--sp = (uint32_t)arg;		/* esi */
	*--sp = 0;			/* edi */
	pcb->pcb_esp = (uint32_t)sp;
}

/*
 * Give the processor to np, or to the idle loop if that is NULL.
 *
 * => splhigh; returns when pcb is chosen again
 */
static void
switch_to(struct pcb *pcb, struct proc *np)
{
	struct pcb *npcb = (struct pcb *)idle_uarea;

	KASSERT(intr_depth == 0);
	stack_check();
	want_resched = 0;
	curproc = np;
	if (np != NULL) {
		npcb = proc_pcb(np);
		set_kernel_stack((uint32_t)npcb + USPACE);
		/* A kernel process runs on whatever space is loaded. */
		if ((np->p_flag & P_SYSTEM) == 0)
			pmap_activate(&np->p_vmspace->vm_pmap);
	} else if (npcb->pcb_esp == 0)
		pcb_start(npcb, (uint32_t)idle_uarea + sizeof(idle_uarea),
		    idle_loop, NULL);
	curpcb = npcb;
	if (npcb != pcb)
		swtch(pcb, npcb);
}

/*
 * Leave p until it is chosen again.
 *
 * => p is curproc, on a run queue or a sleep queue; cpl is kept for it
 */
void
cpu_switch(struct proc *p)
{
	int s = splhigh();

	switch_to(proc_pcb(p), chooseproc());
	splx(s);
}

/*
 * Leave p for ever.  => its u-area and address space are freed by wait4
 */
void
cpu_exit(struct proc *p)
{
	(void)splhigh();
	switch_to(proc_pcb(p), chooseproc());
	panic("cpu_exit: pid %d came back", p->p_pid);
}

/*
 * Nothing to run: wait with interrupts on.
 */
static void
idle_loop(void *arg)
{
	struct proc *np;

	(void)arg;
	for (;;) {
		(void)splhigh();
		np = chooseproc();
		if (np != NULL)
			switch_to((struct pcb *)idle_uarea, np);
		splx(IPL_NONE);
		disable_intr();
		if (whichqs == 0 && ipending == 0)
			__asm__ volatile("sti; hlt" : : : "memory");
		else
			enable_intr();
	}
}

/*
 * A new process's first steps, from proc_trampoline.
 */
void
proc_begin(void)
{
	splx(IPL_NONE);
	enable_intr();
}

/*
 * A new process goes to user mode, with the registers at tf.
 */
void
proc_touser(struct trapframe *tf)
{
	KASSERTMSG(USERMODE(tf), "pid %d (%s): kernel process returned",
	    curproc->p_pid, curproc->p_comm);
	userret(curproc, tf);
}

static void
child_return(void *arg)
{
	struct trapframe *tf = arg;

	tf->tf_eax = 0;
	tf->tf_edx = 1;
	tf->tf_eflags &= ~PSL_C;
}

/*
 * Make p2 return from p1's system call, with 0 and the child's flag.
 *
 * => p2 has a u-area; nothing of p1's stack but the registers is copied
 */
void
cpu_fork(struct proc *p1, struct proc *p2)
{
	struct trapframe *tf =
	    (struct trapframe *)((char *)p2->p_addr + USPACE) - 1;

	if (p1->p_flag & P_SYSTEM || p1 == &proc0)
		memset(tf, 0, sizeof(*tf));
	else
		*tf = *p1->p_md_regs;
	p2->p_md_regs = tf;
	memset(proc_pcb(p2), 0, sizeof(struct pcb));
	pcb_start(proc_pcb(p2), (uint32_t)tf, child_return, tf);
}

/*
 * Make p, from cpu_fork, call func(arg) when it first runs.
 *
 * => func may return once exec has given p a program
 */
void
cpu_set_kproc(struct proc *p, void (*func)(void *), void *arg)
{
	pcb_start(proc_pcb(p), (uint32_t)p->p_md_regs, func, arg);
}
