/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * trap.h: trap numbers, which are the processor's vectors (SDM vol. 3, 6.3.1).
 */
#ifndef _MACHINE_TRAP_H_
#define _MACHINE_TRAP_H_

#define T_DIVIDE	0
#define T_TRCTRAP	1
#define T_NMI		2
#define T_BPTFLT	3
#define T_OFLOW		4
#define T_BOUND		5
#define T_PRIVINFLT	6
#define T_DNA		7
#define T_DOUBLEFLT	8
#define T_FPOPFLT	9
#define T_TSSFLT	10
#define T_SEGNPFLT	11
#define T_STKFLT	12
#define T_PROTFLT	13
#define T_PAGEFLT	14
#define T_RESERVED	15
#define T_ARITHTRAP	16
#define T_ALIGNFLT	17
#define T_MCHK		18
#define T_XMM		19
#define NTRAPS		20

#define T_INTR		32	/* vector of IRQ 0 */
#define T_SYSCALL	0x80

/* Error code of a page fault. */
#define PGEX_P		0x01	/* protection, else not present */
#define PGEX_W		0x02	/* during a write */
#define PGEX_U		0x04	/* from user mode */

#endif /* _MACHINE_TRAP_H_ */
