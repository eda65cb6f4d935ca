/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * asm.h: how an assembly function begins.
 */
#ifndef _MACHINE_ASM_H_
#define _MACHINE_ASM_H_

#define ENTRY(name)							\
	.globl	name; .type name, @function; .p2align 4; name:

#define END(name)	.size name, . - name

#endif /* _MACHINE_ASM_H_ */
