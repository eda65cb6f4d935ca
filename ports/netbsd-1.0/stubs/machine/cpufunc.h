/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_CPUFUNC_H_
#define _STUB_MACHINE_CPUFUNC_H_

/* Included by the port's header, which uses nothing of it. */

#endif /* _STUB_MACHINE_CPUFUNC_H_ */
