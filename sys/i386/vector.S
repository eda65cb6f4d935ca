/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vector.S: the entries for traps, interrupts and system calls, and the one
 * way back.
 *
 * Each builds a struct trapframe and calls C with its address.  All gates but
 * the system calls' enter with interrupts off; trap() turns them on again
 * after it has read CR2.  The C code does what is due before a return to
 * user mode (userret) and leaves interrupts off, so that from there to iret
 * nothing new can become due.
 */
#include <machine/asm.h>
#include <machine/psl.h>
#include <machine/segments.h>
#include <machine/trap.h>

#define SAVE								\
	pushal;								\
	pushl	%ds;							\
	pushl	%es;							\
	pushl	%fs;							\
	pushl	%gs;							\
	movl	$KDSEL, %eax;						\
	movl	%eax, %ds;						\
	movl	%eax, %es;						\
	cld

	.text

/* A trap without an error code gets a zero in its place. */
.macro TRAP n, code=0
	.p2align 3
trap_\n:
	.if \code == 0
	pushl	$0
	.endif
	pushl	$\n
	jmp	alltraps
.endm

.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19
	TRAP \n
.endr
.irp n, 8, 10, 11, 12, 13, 14, 17
	TRAP \n, 1
.endr

	.p2align 4
alltraps:
	SAVE
	pushl	%esp
	call	trap
	addl	$4, %esp

	/* Back to where the frame came from. */
	.globl	trap_return
trap_return:
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	iret

/*
 * int $0x80: the gate leaves interrupts on.
 */
ENTRY(Xint0x80)
	pushl	$2
	pushl	$T_SYSCALL
	jmp	allcalls
END(Xint0x80)

/*
 * lcall $7,$0: a call gate saves no flags, and clears none: a nested-task
 * flag of the user's must not be set when we iret.  The stack holds eip, cs,
 * esp, ss; make it err, eip, cs, eflags, esp, ss.
 */
ENTRY(Xlcall)
	pushfl
	pushl	$PSL_KERNEL | PSL_I
	popfl
	pushl	%eax
	movl	4(%esp), %eax
	xchgl	%eax, 12(%esp)
	xchgl	%eax, 8(%esp)
	movl	%eax, 4(%esp)
	movl	(%esp), %eax
	movl	$7, (%esp)
	pushl	$T_SYSCALL
	/* FALLTHROUGH */
END(Xlcall)
allcalls:
	SAVE
	pushl	%esp
	call	syscall
	addl	$4, %esp
	jmp	trap_return

.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.p2align 3
intr_\n:
	pushl	$0
	pushl	$(T_INTR + \n)
	jmp	allintrs
.endr

	.p2align 4
allintrs:
	SAVE
	pushl	%esp
	call	intr
	addl	$4, %esp
	jmp	trap_return

/*
 * A double fault comes by a task gate: another stack, all registers of the
 * interrupted task in its TSS.  There is no way back.
 */
ENTRY(Xdblfault)
	movl	$KDSEL, %eax
	movl	%eax, %ds
	movl	%eax, %es
	call	dblfault
1:	hlt
	jmp	1b
END(Xdblfault)

	.section .rodata
	.p2align 2
	.globl	trap_vectors, intr_vectors
trap_vectors:
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
	.long	trap_\n
.endr
intr_vectors:
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.long	intr_\n
.endr

	.section .note.GNU-stack, "", @progbits
