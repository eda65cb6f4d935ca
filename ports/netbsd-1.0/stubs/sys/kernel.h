/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_KERNEL_H_
#define _STUB_SYS_KERNEL_H_

extern int hz;

#endif /* _STUB_SYS_KERNEL_H_ */
