/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb_call.S: one measured call.
 */
#include <machine/asm.h>
#include "kb.h"
#include "mark.h"

/*
 * void kb_timed(struct kb_sample *ks, kb_func *func, const unsigned int *arg)
 *
 * Call func with KB_ARGS words.  The stack below is painted before, so that
 * what it used can be seen afterwards.
 *
 * => ks: instructions between the two looks at the clock; bytes of stack, the
 *    return address with them, the arguments not; what func returned
 */
	.text
ENTRY(kb_timed)
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %ebp
	movl	24(%esp), %ebx
	movl	28(%esp), %esi
	movl	$KB_ARGS, %ecx
1:	pushl	-4(%esi,%ecx,4)
	decl	%ecx
	jnz	1b
	leal	-KB_PAINT(%esp), %edi
	movl	$KB_PAINT / 4, %ecx
	movl	$KB_COLOUR, %eax
	cld
	rep stosl
	MARK(MARK_BEGIN)
	rdtsc
	movl	%eax, %esi
	call	*%ebx
	movl	%eax, %edi
	rdtsc
	MARK(MARK_END)
	subl	%esi, %eax
	movl	%eax, KS_INSNS(%ebp)
	movl	%edi, KS_RESULT(%ebp)
	leal	-KB_PAINT(%esp), %edi
	movl	$KB_PAINT / 4, %ecx
	movl	$KB_COLOUR, %eax
	cld
	repe scasl
	leal	4(,%ecx,4), %ecx
	movl	%ecx, KS_STACK(%ebp)
	addl	$KB_ARGS * 4, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
END(kb_timed)

/* void kb_nothing(void): what is left of it is the cost of measuring. */
ENTRY(kb_nothing)
	ret
END(kb_nothing)
