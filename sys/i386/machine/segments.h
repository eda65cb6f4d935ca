/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * segments.h: selectors, descriptors and gates (SDM vol. 3, 3.4 and 6.11).
 *
 * The user's code and data segments and the system call gate stand in the
 * local table, as they always did: "lcall $7,$0" is slot 0 there, with
 * privilege 3.
 */
#ifndef _MACHINE_SEGMENTS_H_
#define _MACHINE_SEGMENTS_H_

#define SEL_KPL		0
#define SEL_UPL		3
#define SEL_RPL		3

#define GNULL_SEL	0
#define GCODE_SEL	1
#define GDATA_SEL	2
#define GLDT_SEL	3
#define GTSS_SEL	4
#define GDFTSS_SEL	5		/* the double fault's own task */
#define NGDT		6

#define LSYS5CALLS_SEL	0
#define LUCODE_SEL	3
#define LUDATA_SEL	4
#define NLDT		5

#define GSEL(s, r)	((s) << 3 | (r))
#define LSEL(s, r)	((s) << 3 | 4 | (r))

#define KCSEL		GSEL(GCODE_SEL, SEL_KPL)	/* 0x08 */
#define KDSEL		GSEL(GDATA_SEL, SEL_KPL)	/* 0x10 */
#define UCSEL		LSEL(LUCODE_SEL, SEL_UPL)	/* 0x1f */
#define UDSEL		LSEL(LUDATA_SEL, SEL_UPL)	/* 0x27 */

#ifndef __ASSEMBLER__

#define ISPL(s)		((s) & SEL_RPL)

#define SDT_LDT		2
#define SDT_TASKGATE	5
#define SDT_TSS		9
#define SDT_CALLGATE	12
#define SDT_INTGATE	14
#define SDT_TRAPGATE	15
#define SDT_DATA	0x12		/* memory, read and write */
#define SDT_CODE	0x1a		/* memory, execute and read */

struct descriptor {
	unsigned int	sd_lo;
	unsigned int	sd_hi;
};

struct region {
	unsigned short	rd_limit;
	unsigned int	rd_base;
} __attribute__((packed));

struct i386tss {
	unsigned int	tss_link, tss_esp0, tss_ss0;
	unsigned int	tss_unused[4];
	unsigned int	tss_cr3, tss_eip, tss_eflags;
	unsigned int	tss_eax, tss_ecx, tss_edx, tss_ebx;
	unsigned int	tss_esp, tss_ebp, tss_esi, tss_edi;
	unsigned int	tss_es, tss_cs, tss_ss, tss_ds, tss_fs, tss_gs;
	unsigned int	tss_ldt;
	unsigned short	tss_trace, tss_iomap;
};

_Static_assert(sizeof(struct i386tss) == 104, "SDM vol. 3, 7.2.1");

#endif /* !__ASSEMBLER__ */

#endif /* _MACHINE_SEGMENTS_H_ */
