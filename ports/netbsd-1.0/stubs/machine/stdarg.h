/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_STDARG_H_
#define _STUB_MACHINE_STDARG_H_

typedef __builtin_va_list va_list;
#define va_start(ap, last)	__builtin_va_start(ap, last)
#define va_end(ap)		__builtin_va_end(ap)

#endif /* _STUB_MACHINE_STDARG_H_ */
