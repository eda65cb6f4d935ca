/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_CDEFS_H_
#define _STUB_SYS_CDEFS_H_

#define __P(protos)	protos
#define __pure		__attribute__((__const__))

#endif /* _STUB_SYS_CDEFS_H_ */
