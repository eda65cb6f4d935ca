/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * crt0.S: where a program starts.
 *
 * The kernel leaves on the stack: argc, the argv pointers and a NULL, the
 * environment's pointers and a NULL, then the strings.
 */
	.text
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	movl	(%esp), %eax
	leal	4(%esp), %ecx
	leal	8(%esp,%eax,4), %edx
	movl	%edx, environ
	andl	$-16, %esp
	subl	$4, %esp
	pushl	%edx
	pushl	%ecx
	pushl	%eax
	call	main
	movl	%eax, (%esp)
	call	exit
	hlt
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
