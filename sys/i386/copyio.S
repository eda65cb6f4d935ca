/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * copyio.S: copies between the kernel's memory and the user's.
 *
 * A fault on the user's side goes to vm_fault as if the user had made it.
 * Where that cannot help, trap() continues at pcb_onfault.  Addresses are
 * checked first: all bytes must lie below VM_MAXUSER_ADDRESS, and the sum of
 * address and length must not wrap.  With CR0.WP a write by the kernel obeys
 * the user's read-only and copy-on-write pages.
 *
 * => process context; may sleep in vm_fault
 */
#include <machine/asm.h>
#include <machine/pcb.h>

#define USER_MAX	0xefbfe000	/* VM_MAXUSER_ADDRESS, see trap.c */
#define EFAULT		14
#define ENAMETOOLONG	63

#define ONFAULT(label)							\
	movl	curpcb, %eax;						\
	movl	$label, PCB_ONFAULT(%eax)
#define NOFAULT								\
	movl	curpcb, %edx;						\
	movl	$0, PCB_ONFAULT(%edx)

/*
 * int copyin(const void *from, void *to, size_t len)
 */
	.text
ENTRY(copyin)
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %esi
	movl	16(%esp), %edi
	movl	20(%esp), %ecx
	movl	%esi, %edx
copy_checked:
	/* %edx: the user's address */
	addl	%ecx, %edx
	jc	copy_fault
	cmpl	$USER_MAX, %edx
	ja	copy_fault
	ONFAULT(copy_fault)
	movl	%ecx, %edx
	shrl	$2, %ecx
	rep
	movsl
	movl	%edx, %ecx
	andl	$3, %ecx
	rep
	movsb
	xorl	%eax, %eax
copy_done:
	NOFAULT
	popl	%edi
	popl	%esi
	ret
copy_fault:
	movl	$EFAULT, %eax
	jmp	copy_done
END(copyin)

/*
 * int copyout(const void *from, void *to, size_t len)
 */
ENTRY(copyout)
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %esi
	movl	16(%esp), %edi
	movl	20(%esp), %ecx
	movl	%edi, %edx
	jmp	copy_checked
END(copyout)

/*
 * int copyinstr(const void *from, void *to, size_t max, size_t *len)
 *
 * => the NUL is copied and counted; len may be NULL
 * => a string that is cut by the end of the user's space: EFAULT
 */
ENTRY(copyinstr)
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %esi
	movl	16(%esp), %edi
	movl	20(%esp), %ecx
	ONFAULT(str_fault)
	/* %eax: bytes left of the user's space; %edx: what to say at the end */
	movl	$USER_MAX, %eax
	subl	%esi, %eax
	jb	str_fault
	movl	$ENAMETOOLONG, %edx
	cmpl	%ecx, %eax
	jae	str_loop
	movl	%eax, %ecx
	movl	$EFAULT, %edx
str_loop:
	subl	$1, %ecx
	jb	1f
	lodsb
	stosb
	testb	%al, %al
	jnz	str_loop
	xorl	%edx, %edx
1:	movl	%edx, %eax
str_done:
	NOFAULT
	movl	24(%esp), %edx
	testl	%edx, %edx
	jz	1f
	subl	16(%esp), %edi
	movl	%edi, (%edx)
1:	popl	%edi
	popl	%esi
	ret
str_fault:
	movl	$EFAULT, %eax
	jmp	str_done
END(copyinstr)

/*
 * int fuword(const void *addr), int suword(void *addr, int value)
 *
 * => -1 after a fault; fuword cannot tell that from a word of all ones
 */
ENTRY(fuword)
	movl	4(%esp), %ecx
	cmpl	$USER_MAX - 4, %ecx
	ja	word_fault
	ONFAULT(word_fault)
	movl	(%ecx), %eax
	jmp	word_done
END(fuword)

ENTRY(suword)
	movl	4(%esp), %ecx
	cmpl	$USER_MAX - 4, %ecx
	ja	word_fault
	ONFAULT(word_fault)
	movl	8(%esp), %eax
	movl	%eax, (%ecx)
	xorl	%eax, %eax
word_done:
	NOFAULT
	ret
word_fault:
	movl	$-1, %eax
	jmp	word_done
END(suword)

/*
 * int cpu_probe_read(vm_offset_t va, u_int *value)
 * int cpu_probe_write(vm_offset_t va, u_int value)
 *
 * For tests: one access to any address, straight to the page tables; trap()
 * knows the two instructions and calls no vm_fault.
 *
 * => 0, or 0x100 plus the page fault's error code
 */
ENTRY(cpu_probe_read)
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	xorl	%eax, %eax
	.globl	probe_read_insn
probe_read_insn:
	movl	(%ecx), %ecx
	movl	%ecx, (%edx)
	ret
END(cpu_probe_read)

ENTRY(cpu_probe_write)
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	xorl	%eax, %eax
	.globl	probe_write_insn
probe_write_insn:
	movl	%edx, (%ecx)
	/* trap() comes here with the code in %eax. */
	.globl	probe_fault
probe_fault:
	ret
END(cpu_probe_write)

	.section .note.GNU-stack, "", @progbits
