/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_PSL_H_
#define _STUB_MACHINE_PSL_H_

extern int cpl, ipending, imask[4];

void	spllower(void);

static inline int
splbio(void)
{
	int s = cpl;

	cpl |= imask[0];
	return (s);
}

static inline int
splimp(void)
{
	int s = cpl;

	cpl |= imask[1];
	return (s);
}

static inline void
splx(int s)
{
	cpl = s;
	if (ipending & ~s)
		spllower();
}

#endif /* _STUB_MACHINE_PSL_H_ */
