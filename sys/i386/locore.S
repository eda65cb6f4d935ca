/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * locore.S: from the boot loader to i386_init.
 *
 * The loader (multiboot, version 1) enters in 32-bit mode without paging,
 * with a magic number in %eax and the physical address of its information
 * in %ebx.  The first 4 MB are mapped at KERNBASE, where the kernel runs, and
 * at 0, where boot reaches page tables (ph_boot_kva); pmap_bootstrap drops
 * the latter.
 */
#include <machine/asm.h>
#include <machine/cpufunc.h>
#include <machine/param.h>

#define MB_MAGIC	0x1badb002
#define MB_FLAGS	0x00000003	/* align modules; tell the memory */

#define PTE_P		0x001
#define PTE_RW		0x002
#define PDE_KERN	(KERNBASE >> 22)

#define PHYS(sym)	((sym) - KERNBASE)

	.section .multiboot, "a"
	.align	4
	.long	MB_MAGIC
	.long	MB_FLAGS
	.long	-(MB_MAGIC + MB_FLAGS)

	.globl	boot_entry
	.set	boot_entry, PHYS(_start)

	.text
ENTRY(_start)
	cli
	cld
	movl	%eax, PHYS(boot_magic)
	movl	%ebx, PHYS(boot_info)

	/* At KERNBASE text and rodata are read-only. */
	xorl	%edi, %edi
	xorl	%eax, %eax
1:	leal	PTE_P | PTE_RW(%eax), %edx
	movl	%edx, PHYS(boot_low_pt)(%edi)
	cmpl	$PHYS(__text), %eax
	jb	2f
	cmpl	$PHYS(__rodata_end), %eax
	jae	2f
	leal	PTE_P(%eax), %edx
2:	movl	%edx, PHYS(boot_pt)(%edi)
	addl	$4, %edi
	addl	$NBPG, %eax
	cmpl	$0x400000, %eax
	jb	1b

	movl	$PHYS(boot_low_pt) + (PTE_P | PTE_RW), PHYS(boot_pd)
	movl	$PHYS(boot_pt) + (PTE_P | PTE_RW), PHYS(boot_pd) + PDE_KERN * 4
	movl	$PHYS(boot_pd), %eax
	movl	%eax, %cr3

	/* Paging, write protection in the kernel, caches; no FPU. */
	movl	%cr0, %eax
	andl	$~(CR0_CD | CR0_NW | CR0_MP), %eax
	orl	$(CR0_PG | CR0_WP | CR0_NE | CR0_EM), %eax
	movl	%eax, %cr0
	movl	$3f, %eax
	jmp	*%eax
3:	movl	$proc0_uarea + USPACE, %esp
	xorl	%ebp, %ebp
	pushl	%ebp
	popfl
	call	i386_init
	call	main
4:	hlt
	jmp	4b

	.data
	.globl	boot_magic, boot_info
boot_magic:
	.long	0
boot_info:
	.long	0

	.section .bss.page, "aw", @nobits
	.align	NBPG
	.globl	boot_pd, boot_pt, proc0_uarea
boot_pd:
	.skip	NBPG
boot_pt:
	.skip	NBPG
boot_low_pt:
	.skip	NBPG
proc0_uarea:
	.skip	USPACE

	.section .note.GNU-stack, "", @progbits
