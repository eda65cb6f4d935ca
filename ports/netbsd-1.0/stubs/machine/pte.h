/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_PTE_H_
#define _STUB_MACHINE_PTE_H_

#define PDSHIFT		22
#define PD_MASK		0xffc00000
#define PT_MASK		0x003ff000
#define PG_V		0x00000001
#define PG_FRAME	0xfffff000

typedef int	pd_entry_t;
typedef int	pt_entry_t;

#endif /* _STUB_MACHINE_PTE_H_ */
