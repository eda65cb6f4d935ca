/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * segments.c: the descriptor tables, and the task of a double fault.
 *
 * Segments are flat: what a user may reach is decided by pages alone.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/cpufunc.h>
#include <machine/segments.h>
#include <machine/trap.h>
#include "machdep.h"

#define NIDT		256

static struct descriptor gdt[NGDT];
static struct descriptor ldt[NLDT];
static struct descriptor idt[NIDT];
static struct i386tss tss, dbltss;
static char dblstack[NBPG];

static struct descriptor
segment(uint32_t base, uint32_t limit, uint32_t type, uint32_t dpl)
{
	struct descriptor sd;
	uint32_t flags = 0;

	/* Memory: 32-bit, limit in pages. */
	if (type & 0x10) {
		limit >>= PGSHIFT;
		flags = 0xc;
	}
	sd.sd_lo = base << 16 | (limit & 0xffff);
	sd.sd_hi = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) |
	    1 << 15 | dpl << 13 | type << 8 | ((base >> 16) & 0xff);
	return (sd);
}

static struct descriptor
gate(uint32_t offset, uint32_t sel, uint32_t type, uint32_t dpl)
{
	struct descriptor sd;

	sd.sd_lo = sel << 16 | (offset & 0xffff);
	sd.sd_hi = (offset & 0xffff0000) | 1 << 15 | dpl << 13 | type << 8;
	return (sd);
}

/*
 * A user may make int3, into, bound and int $0x80, no other vector.
 */
static void
idt_init(void)
{
	uint32_t i, dpl;

	for (i = 0; i < NTRAPS; i++) {
		dpl = i == T_BPTFLT || i == T_OFLOW || i == T_BOUND ?
		    SEL_UPL : SEL_KPL;
		idt[i] = gate(trap_vectors[i], KCSEL, SDT_INTGATE, dpl);
	}
	idt[T_DOUBLEFLT] = gate(0, GSEL(GDFTSS_SEL, SEL_KPL), SDT_TASKGATE,
	    SEL_KPL);
	for (i = 0; i < NIRQ; i++)
		idt[T_INTR + i] = gate(intr_vectors[i], KCSEL, SDT_INTGATE,
		    SEL_KPL);
	idt[T_SYSCALL] = gate((uint32_t)Xint0x80, KCSEL, SDT_TRAPGATE,
	    SEL_UPL);
}

static void
dbltss_init(void)
{
	dbltss.tss_cr3 = rcr3();
	dbltss.tss_eip = (uint32_t)Xdblfault;
	dbltss.tss_eflags = PSL_KERNEL;
	dbltss.tss_esp = dbltss.tss_esp0 = (uint32_t)dblstack + NBPG;
	dbltss.tss_cs = KCSEL;
	dbltss.tss_ss = dbltss.tss_ss0 = KDSEL;
	dbltss.tss_ds = dbltss.tss_es = KDSEL;
	dbltss.tss_iomap = sizeof(dbltss);
}

/*
 * Load our own tables in place of the loader's.
 */
void
segments_init(void)
{
	struct region r;

	gdt[GCODE_SEL] = segment(0, 0xffffffff, SDT_CODE, SEL_KPL);
	gdt[GDATA_SEL] = segment(0, 0xffffffff, SDT_DATA, SEL_KPL);
	gdt[GLDT_SEL] = segment((uint32_t)ldt, sizeof(ldt) - 1, SDT_LDT,
	    SEL_KPL);
	gdt[GTSS_SEL] = segment((uint32_t)&tss, sizeof(tss) - 1, SDT_TSS,
	    SEL_KPL);
	gdt[GDFTSS_SEL] = segment((uint32_t)&dbltss, sizeof(dbltss) - 1,
	    SDT_TSS, SEL_KPL);
	ldt[LSYS5CALLS_SEL] = gate((uint32_t)Xlcall, KCSEL, SDT_CALLGATE,
	    SEL_UPL);
	ldt[LUCODE_SEL] = segment(0, 0xffffffff, SDT_CODE, SEL_UPL);
	ldt[LUDATA_SEL] = segment(0, 0xffffffff, SDT_DATA, SEL_UPL);
	tss.tss_ss0 = KDSEL;
	tss.tss_iomap = sizeof(tss);	/* behind the limit: no ports */
	dbltss_init();
	idt_init();

	r.rd_limit = sizeof(gdt) - 1;
	r.rd_base = (uint32_t)gdt;
	__asm__ volatile("lgdt %0" : : "m" (r));
	__asm__ volatile(
	    "ljmp %0,$1f; 1: movw %w1,%%ds; movw %w1,%%es; movw %w1,%%ss;"
	    "movw %w2,%%fs; movw %w2,%%gs"
	    : : "i" (KCSEL), "r" (KDSEL), "r" (0) : "memory");
	r.rd_limit = sizeof(idt) - 1;
	r.rd_base = (uint32_t)idt;
	__asm__ volatile("lidt %0" : : "m" (r));
	__asm__ volatile("lldt %w0" : : "r" (GSEL(GLDT_SEL, SEL_KPL)));
	__asm__ volatile("ltr %w0" : : "r" (GSEL(GTSS_SEL, SEL_KPL)));
}

/*
 * Where the processor begins to push when it leaves user mode.
 */
void
set_kernel_stack(uint32_t esp0)
{
	tss.tss_esp0 = esp0;
}

/*
 * A double fault: in practice a kernel stack that ran over.
 *
 * => on a stack of its own; the interrupted registers are in tss
 */
void
dblfault(void)
{
	printf("double fault: eip 0x%x esp 0x%x ebp 0x%x cr2 0x%x\n",
	    tss.tss_eip, tss.tss_esp, tss.tss_ebp, rcr2());
	panic("double fault");
}
