/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_SIGNALVAR_H_
#define _STUB_SYS_SIGNALVAR_H_

void	psignal(struct proc *, int);

#endif /* _STUB_SYS_SIGNALVAR_H_ */
