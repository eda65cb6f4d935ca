/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * syscalls.S: one stub a system call, made from the kernel's own table.
 *
 * The number goes in %eax; the arguments lie on the stack above the stub's
 * return address, where the caller has put them.  The kernel sets the carry
 * flag when %eax is an error number.  Each call has the name __sys_NAME, and
 * NAME too unless a function in C or a stub by hand has it.  A few use the
 * call gate instead of the interrupt, so that both are in use.
 */
#define NO_ALIAS(name)	no_alias_##name = 1
#define BY_GATE(name)	by_gate_##name = 1

NO_ALIAS(exit)
NO_ALIAS(fork)
NO_ALIAS(vfork)
NO_ALIAS(mmap)
NO_ALIAS(lseek)
NO_ALIAS(obreak)

BY_GATE(getppid)
BY_GATE(gettimeofday)
BY_GATE(lseek)
BY_GATE(mincore)

	.macro	stub number, name
	.globl	__sys_\name
	.type	__sys_\name, @function
__sys_\name:
	movl	$\number, %eax
	.ifdef	by_gate_\name
	lcall	$7, $0
	.else
	int	$0x80
	.endif
	jc	cerror
	ret
	.size	__sys_\name, . - __sys_\name
	.ifndef	no_alias_\name
	.globl	\name
	.set	\name, __sys_\name
	.endif
	.endm

	.text
#define SYSCALL(number, name, nargs, args)	stub number, name
#include <sys/syscall_table.h>
#undef SYSCALL

cerror:
	movl	%eax, errno
	movl	$-1, %eax
	movl	$-1, %edx
	ret

/*
 * pid_t fork(void): %edx is 1 in the child, 0 in the parent.
 */
	.globl	fork
	.type	fork, @function
fork:
	movl	$2, %eax
	int	$0x80
	jc	cerror
	decl	%edx
	andl	%edx, %eax
	ret
	.size	fork, . - fork

/*
 * pid_t vfork(void): the child runs on this very stack and overwrites the
 * return address, so that is kept in a register.
 */
	.globl	vfork
	.type	vfork, @function
vfork:
	popl	%ecx
	movl	$66, %eax
	int	$0x80
	pushl	%ecx
	jc	cerror
	decl	%edx
	andl	%edx, %eax
	ret
	.size	vfork, . - vfork

/*
 * int gate_call(unsigned int number, ...): any system call, through the
 * gate; int_call: the same through the interrupt.  For tests.  The number
 * is replaced by the return address, so that the arguments lie where the
 * kernel looks for them.
 */
	.globl	gate_call
	.type	gate_call, @function
gate_call:
	popl	%ecx
	popl	%eax
	pushl	%ecx
	lcall	$7, $0
	popl	%ecx
	pushl	$0
	pushl	%ecx
	jc	cerror
	ret
	.size	gate_call, . - gate_call

	.globl	int_call
	.type	int_call, @function
int_call:
	popl	%ecx
	popl	%eax
	pushl	%ecx
	int	$0x80
	popl	%ecx
	pushl	$0
	pushl	%ecx
	jc	cerror
	ret
	.size	int_call, . - int_call

	.section .note.GNU-stack, "", @progbits
