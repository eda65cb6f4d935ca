/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * setjmp.S: jumps out of functions and signal handlers.
 *
 * The buffer: ebx esi edi ebp esp eip, the signal mask, and whether that is
 * to be restored.
 */
	.text

/* int setjmp(jmp_buf env) */
	.globl	setjmp
	.type	setjmp, @function
setjmp:
	movl	4(%esp), %ecx
	movl	$0, 28(%ecx)
	jmp	save
	.size	setjmp, . - setjmp

/* int sigsetjmp(sigjmp_buf env, int savemask) */
	.globl	sigsetjmp
	.type	sigsetjmp, @function
sigsetjmp:
	movl	4(%esp), %ecx
	movl	8(%esp), %eax
	movl	%eax, 28(%ecx)
	testl	%eax, %eax
	jz	save
	leal	24(%ecx), %eax
	pushl	%eax			/* the old mask goes here */
	pushl	$0			/* no new one */
	pushl	$1			/* SIG_BLOCK */
	call	sigprocmask
	addl	$12, %esp
	movl	4(%esp), %ecx
save:
	movl	%ebx, (%ecx)
	movl	%esi, 4(%ecx)
	movl	%edi, 8(%ecx)
	movl	%ebp, 12(%ecx)
	leal	4(%esp), %eax
	movl	%eax, 16(%ecx)
	movl	(%esp), %eax
	movl	%eax, 20(%ecx)
	xorl	%eax, %eax
	ret
	.size	sigsetjmp, . - sigsetjmp

/* void longjmp(jmp_buf env, int value), and siglongjmp */
	.globl	longjmp
	.globl	siglongjmp
	.type	longjmp, @function
	.type	siglongjmp, @function
longjmp:
siglongjmp:
	movl	4(%esp), %ecx
	cmpl	$0, 28(%ecx)
	jz	1f
	pushl	$0
	leal	24(%ecx), %eax
	pushl	%eax
	pushl	$3			/* SIG_SETMASK */
	call	sigprocmask
	addl	$12, %esp
1:	movl	4(%esp), %ecx
	movl	8(%esp), %eax
	testl	%eax, %eax
	jnz	2f
	incl	%eax
2:	movl	(%ecx), %ebx
	movl	4(%ecx), %esi
	movl	8(%ecx), %edi
	movl	12(%ecx), %ebp
	movl	16(%ecx), %esp
	jmp	*20(%ecx)
	.size	longjmp, . - longjmp

	.section .note.GNU-stack, "", @progbits
