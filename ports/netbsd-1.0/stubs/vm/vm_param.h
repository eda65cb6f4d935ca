/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_VM_PARAM_H_
#define _STUB_VM_VM_PARAM_H_

typedef int		boolean_t;
#define TRUE		1
#define FALSE		0

#endif /* _STUB_VM_VM_PARAM_H_ */
