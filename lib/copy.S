/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * copy.S: memcpy, memmove and memset, by words where it pays.
 *
 * In assembly because a compiler may turn a loop that copies into a call of
 * the very function that holds the loop.  All keep the direction flag clear.
 */
	.text

/* void *memcpy(void *dst, const void *src, size_t len) */
	.globl	memcpy
	.type	memcpy, @function
memcpy:
	pushl	%edi
	pushl	%esi
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %edx
	movl	%edi, %eax
	movl	%edx, %ecx
	shrl	$2, %ecx
	rep movsl
	movl	%edx, %ecx
	andl	$3, %ecx
	jz	1f
	rep movsb
1:	popl	%esi
	popl	%edi
	ret
	.size	memcpy, . - memcpy

/* void *memmove(void *dst, const void *src, size_t len) */
	.globl	memmove
	.type	memmove, @function
memmove:
	movl	4(%esp), %eax
	subl	8(%esp), %eax
	cmpl	12(%esp), %eax		/* dst - src, unsigned, below len? */
	jae	memcpy
	pushl	%edi
	pushl	%esi
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %ecx
	movl	%edi, %eax
	leal	-1(%edi,%ecx), %edi
	leal	-1(%esi,%ecx), %esi
	std
	rep movsb
	cld
	popl	%esi
	popl	%edi
	ret
	.size	memmove, . - memmove

/* void *memset(void *dst, int c, size_t len) */
	.globl	memset
	.type	memset, @function
memset:
	pushl	%edi
	movl	8(%esp), %edi
	movzbl	12(%esp), %eax
	imull	$0x01010101, %eax, %eax
	movl	16(%esp), %edx
	movl	%edx, %ecx
	shrl	$2, %ecx
	rep stosl
	movl	%edx, %ecx
	andl	$3, %ecx
	jz	1f
	rep stosb
1:	movl	8(%esp), %eax
	popl	%edi
	ret
	.size	memset, . - memset

	.section .note.GNU-stack, "", @progbits
