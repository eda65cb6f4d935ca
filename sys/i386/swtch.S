/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * swtch.S: from one kernel stack to another; the first steps of a process;
 * what a signal handler returns to.
 */
#include <machine/asm.h>
#include <machine/pcb.h>

/*
 * void swtch(struct pcb *from, struct pcb *to)
 *
 * => all interrupts blocked; page directory and TSS are the new one's
 * => returns when something switches back to "from"
 */
	.text
ENTRY(swtch)
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, PCB_ESP(%eax)
	movl	PCB_ESP(%edx), %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
END(swtch)

/*
 * A new process begins here: %ebx is the function to call with %esi.  When
 * that returns, the process goes to user mode with the registers on top of
 * its stack.
 */
ENTRY(proc_trampoline)
	call	proc_begin
	pushl	%esi
	call	*%ebx
	movl	%esp, (%esp)
	addl	$4, (%esp)
	call	proc_touser
	addl	$4, %esp
	jmp	trap_return
END(proc_trampoline)

/*
 * Copied to the user's stack above each signal frame.  It finds the stack
 * pointer at sf_signum, the handler's first argument: see struct sigframe.
 * The arguments belong to the handler, which may have written to them; so
 * the context is found by its place in the frame.
 */
	.section .rodata
	.globl	sigcode, esigcode
sigcode:
	call	*12(%esp)		/* sf_handler */
	leal	16(%esp), %eax		/* sf_sc */
	pushl	%eax
	pushl	$0			/* where a return address would be */
	movl	$103, %eax		/* SYS_sigreturn */
	int	$0x80
	movl	$1, %eax		/* it failed: SYS_exit */
	int	$0x80
1:	jmp	1b
esigcode:

	.section .note.GNU-stack, "", @progbits
