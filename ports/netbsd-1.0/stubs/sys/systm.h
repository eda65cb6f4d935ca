/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_SYSTM_H_
#define _STUB_SYS_SYSTM_H_

void	timeout(void (*)(void *), void *, int);
void	panic(const char *, ...);
void	printf(const char *, ...);
void	bcopy(const void *, void *, u_int);

#endif /* _STUB_SYS_SYSTM_H_ */
