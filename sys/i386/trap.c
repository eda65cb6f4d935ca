/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * trap.c: exceptions of the processor.
 *
 * A user's trap ends in vm_fault or in a signal, never in a panic.  The
 * kernel's own is a page fault of copyin and friends, of the pageable
 * exec_map, or of a test's probe; any other is reported and stops the
 * machine.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <machine/cpufunc.h>
#include <machine/trap.h>
#include <vm/vm.h>
#include <vm/vm_kern.h>
#include "machdep.h"

_Static_assert(offsetof(struct pcb, pcb_esp) == PCB_ESP, "swtch.S");
_Static_assert(offsetof(struct pcb, pcb_onfault) == PCB_ONFAULT, "copyio.S");
_Static_assert(offsetof(struct user, u_pcb) == 0, "u-area begins with pcb");
_Static_assert(offsetof(struct sigframe, sf_handler) == 12, "sigcode");
_Static_assert(offsetof(struct sigframe, sf_sc) == 16, "sigcode");
_Static_assert(sizeof(struct trapframe) == 19 * 4, "vector.S");
_Static_assert(VM_MAXUSER_ADDRESS == 0xefbfe000, "copyio.S");

/* By vector: what it is called, and the user's signal. */
static const struct {
	const char	*tt_name;
	int		 tt_signal;
} trap_table[NTRAPS] = {
	[T_DIVIDE] =	{ "divide error", SIGFPE },
	[T_TRCTRAP] =	{ "debug trap", SIGTRAP },
	[T_NMI] =	{ "non-maskable interrupt", 0 },
	[T_BPTFLT] =	{ "breakpoint", SIGTRAP },
	[T_OFLOW] =	{ "overflow", SIGFPE },
	[T_BOUND] =	{ "bound range exceeded", SIGFPE },
	[T_PRIVINFLT] =	{ "invalid opcode", SIGILL },
	[T_DNA] =	{ "no floating point", SIGILL },
	[T_DOUBLEFLT] =	{ "double fault", SIGBUS },
	[T_FPOPFLT] =	{ "coprocessor segment overrun", SIGFPE },
	[T_TSSFLT] =	{ "invalid TSS", SIGBUS },
	[T_SEGNPFLT] =	{ "segment not present", SIGBUS },
	[T_STKFLT] =	{ "stack segment fault", SIGBUS },
	[T_PROTFLT] =	{ "general protection fault", SIGBUS },
	[T_PAGEFLT] =	{ "page fault", SIGSEGV },
	[T_RESERVED] =	{ "reserved trap", SIGBUS },
	[T_ARITHTRAP] =	{ "floating point error", SIGFPE },
	[T_ALIGNFLT] =	{ "alignment check", SIGBUS },
	[T_MCHK] =	{ "machine check", SIGBUS },
	[T_XMM] =	{ "SIMD error", SIGFPE },
};

/*
 * Print where the machine stood.  => never faults
 */
void
trap_print(const struct trapframe *tf, uint32_t va)
{
	printf("trap %d (%s) in %s mode, code 0x%x, address 0x%x\n",
	    tf->tf_trapno, (unsigned)tf->tf_trapno < NTRAPS ?
	    trap_table[tf->tf_trapno].tt_name : "?",
	    USERMODE(tf) ? "user" : "kernel", tf->tf_err, va);
	printf("eip 0x%x:0x%x eflags 0x%x cr3 0x%x cpl 0x%x depth %d\n",
	    tf->tf_cs, tf->tf_eip, tf->tf_eflags, rcr3(), cpl, intr_depth);
	printf("eax 0x%x ebx 0x%x ecx 0x%x edx 0x%x\n", tf->tf_eax,
	    tf->tf_ebx, tf->tf_ecx, tf->tf_edx);
	printf("esi 0x%x edi 0x%x ebp 0x%x esp 0x%x\n", tf->tf_esi,
	    tf->tf_edi, tf->tf_ebp, USERMODE(tf) ? (uint32_t)tf->tf_esp :
	    (uint32_t)&tf->tf_esp);
	if (curproc != NULL)
		printf("pid %d (%s)\n", curproc->p_pid, curproc->p_comm);
}

static vm_prot_t
fault_type(const struct trapframe *tf)
{
	return ((tf->tf_err & PGEX_W) != 0 ? VM_PROT_READ | VM_PROT_WRITE :
	    VM_PROT_READ);
}

/*
 * => the signal for the process, 0 if the fault is dealt with
 */
static int
user_pagefault(struct proc *p, struct trapframe *tf, uint32_t va)
{
	int rv = KERN_PROTECTION_FAILURE;

	if (va < VM_MAXUSER_ADDRESS)
		rv = vm_fault(&p->p_vmspace->vm_map, trunc_page(va),
		    fault_type(tf), FALSE);
	if (rv == KERN_SUCCESS || rv == KERN_RESOURCE_SHORTAGE)
		return (0);
	((struct pcb *)p->p_addr)->pcb_faultaddr = va;
	return (rv == KERN_MEMORY_ERROR ? SIGBUS : SIGSEGV);
}

/*
 * => true if the kernel can go on at tf
 */
static bool
kernel_pagefault(struct trapframe *tf, uint32_t va)
{
	struct pcb *pcb = curpcb;
	vm_map_t map;
	int rv;

	if (tf->tf_eip == (int)probe_read_insn ||
	    tf->tf_eip == (int)probe_write_insn) {
		tf->tf_eax = 0x100 | tf->tf_err;
		tf->tf_eip = (int)probe_fault;
		return (true);
	}
	if (curproc == NULL || intr_depth != 0)
		return (false);
	if (va < VM_MAXUSER_ADDRESS && pcb->pcb_onfault != NULL)
		map = &curproc->p_vmspace->vm_map;
	else if (exec_map != NULL && va >= vm_map_min(exec_map) &&
	    va < vm_map_max(exec_map))
		map = exec_map;
	else
		return (false);
	rv = vm_fault(map, trunc_page(va), fault_type(tf), FALSE);
	if (rv == KERN_SUCCESS)
		return (true);
	if (pcb->pcb_onfault == NULL)
		return (false);
	tf->tf_eip = (int)pcb->pcb_onfault;
	return (true);
}

static void
trap_user(struct trapframe *tf, uint32_t va)
{
	struct proc *p = curproc;
	int sig = trap_table[tf->tf_trapno].tt_signal;
	u_int code = tf->tf_trapno;

	userenter(p, tf);
	stall_begin(STALL_TRAP + tf->tf_trapno);
	if (tf->tf_trapno == T_PAGEFLT) {
		sig = user_pagefault(p, tf, va);
		code = va;
	} else if (tf->tf_trapno == T_TRCTRAP)
		tf->tf_eflags &= ~PSL_T;
	if (sig != 0)
		trapsignal(p, sig, code);
	userret(p, tf);
}

static void
trap_kernel(struct trapframe *tf, uint32_t va)
{
	switch (tf->tf_trapno) {
	case T_PAGEFLT:
		if (kernel_pagefault(tf, va))
			return;
		break;
	case T_TRCTRAP:
		/* A user's single step that came in by the call gate. */
		tf->tf_eflags &= ~PSL_T;
		return;
	case T_NMI:
		printf("non-maskable interrupt\n");
		return;
	}
	trap_print(tf, va);
	panic("trap: %s at 0x%x, address 0x%x",
	    trap_table[tf->tf_trapno].tt_name, tf->tf_eip, va);
}

/*
 * An exception.
 *
 * => from vector.S, interrupts off; CR2 is read before they go on again
 * => a return to user mode leaves them off
 */
void
trap(struct trapframe *tf)
{
	uint32_t va = tf->tf_trapno == T_PAGEFLT ? rcr2() : 0;

	if (tf->tf_eflags & PSL_I)
		enable_intr();
	if (USERMODE(tf))
		trap_user(tf, va);
	else
		trap_kernel(tf, va);
}
