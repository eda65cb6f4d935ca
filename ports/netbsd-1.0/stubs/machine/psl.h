/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_PSL_H_
#define _STUB_MACHINE_PSL_H_

extern int cpl, ipending, imask[4];

void	spllower(void);

static inline int
stub_raise(int level)
{
	int old = cpl;

	cpl = old | imask[level];
	return (old);
}

#define splbio()	stub_raise(0)
#define splimp()	stub_raise(1)

static inline void
splx(int level)
{
	int due;

	cpl = level;
	due = ipending & ~level;
	if (due != 0)
		spllower();
}

#endif /* _STUB_MACHINE_PSL_H_ */
