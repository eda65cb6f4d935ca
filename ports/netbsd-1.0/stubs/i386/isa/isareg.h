/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_I386_ISA_ISAREG_H_
#define _STUB_I386_ISA_ISAREG_H_

#define IOM_BEGIN	0x0a0000
#define IOM_END		0x100000
#define IOM_SIZE	0x060000
#define DMA_BOUNCE	8

extern vm_offset_t isaphysmem;

#endif /* _STUB_I386_ISA_ISAREG_H_ */
