/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_PTE_H_
#define _STUB_MACHINE_PTE_H_

#define PG_V		0x00000001
#define PG_FRAME	0xfffff000

typedef int	pd_entry_t;
typedef int	pt_entry_t;

#endif /* _STUB_MACHINE_PTE_H_ */
