/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * psl.h: the bits of EFLAGS (SDM vol. 1, 3.4.3).
 */
#ifndef _MACHINE_PSL_H_
#define _MACHINE_PSL_H_

#define PSL_C		0x00000001	/* carry */
#define PSL_PF		0x00000004	/* parity */
#define PSL_AF		0x00000010	/* half carry */
#define PSL_Z		0x00000040	/* zero */
#define PSL_N		0x00000080	/* sign */
#define PSL_T		0x00000100	/* single step */
#define PSL_I		0x00000200	/* interrupts */
#define PSL_D		0x00000400	/* string direction */
#define PSL_V		0x00000800	/* overflow */
#define PSL_NT		0x00004000	/* nested task */
#define PSL_RF		0x00010000	/* resume */
#define PSL_VM		0x00020000	/* virtual-8086 mode */
#define PSL_AC		0x00040000	/* alignment checks */
#define PSL_ID		0x00200000	/* CPUID is there */

#define PSL_MBO		0x00000002	/* always one */

#define PSL_USERSET	(PSL_MBO | PSL_I)
#define PSL_KERNEL	PSL_MBO

/* What a user may choose for himself, in sigreturn. */
#define PSL_USERCHANGE	(PSL_C | PSL_PF | PSL_AF | PSL_Z | PSL_N | PSL_T | \
			 PSL_D | PSL_V | PSL_AC | PSL_ID)

#endif /* _MACHINE_PSL_H_ */
