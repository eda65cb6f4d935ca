/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * intr.h: interrupt levels in software.
 *
 * cpl is the set of interrupts that are blocked now: bits 0-15 the lines of
 * the interrupt controller, bits above software interrupts.  An interrupt
 * that arrives while its bit is set in cpl is noted in ipending, its line
 * masked in the controller, and it runs when cpl is lowered.  So raising and
 * lowering costs a few instructions and never touches the controller.
 */
#ifndef _MACHINE_INTR_H_
#define _MACHINE_INTR_H_

#define IRQ_CLOCK	0
#define IRQ_COM		4
#define IRQ_WD		14
#define NIRQ		16

#define SIR_CLOCK	(1 << 29)	/* softclock */

#define IPL_NONE	0
#define IPL_SOFTCLOCK	SIR_CLOCK
#define IPL_BIO		(1 << IRQ_WD | SIR_CLOCK)
#define IPL_TTY		(1 << IRQ_COM | SIR_CLOCK)
/* Whatever may touch the VM or a pmap: the disk, the console, callouts. */
#define IPL_VM		(IPL_BIO | IPL_TTY)
#define IPL_CLOCK	(IPL_VM | 1 << IRQ_CLOCK)
#define IPL_HIGH	0x7fffffff

extern volatile int cpl;
extern volatile int ipending;
extern volatile int intr_depth;		/* interrupt handlers now running */

void	spllower(int);			/* lower to this and run what waits */

/* The barriers keep the compiler from moving memory accesses out. */
static inline int
splraise(int mask)
{
	int s = cpl;

	cpl = s | mask;
	__asm__ volatile("" : : : "memory");
	return (s);
}

static inline void
splx(int s)
{

	__asm__ volatile("" : : : "memory");
	cpl = s;
	if (__builtin_expect((ipending & ~s) != 0, 0))
		spllower(s);
}

static inline int splsoftclock(void) { return (splraise(IPL_SOFTCLOCK)); }
static inline int splbio(void) { return (splraise(IPL_BIO)); }
static inline int spltty(void) { return (splraise(IPL_TTY)); }
static inline int splvm(void) { return (splraise(IPL_VM)); }
static inline int splclock(void) { return (splraise(IPL_CLOCK)); }
static inline int splhigh(void) { return (splraise(IPL_HIGH)); }

static inline int
spl0(void)
{
	int s = cpl;

	splx(IPL_NONE);
	return (s);
}

/* From a handler: run softclock as soon as nothing blocks it. */
static inline void
setsoftclock(void)
{
	__asm__ volatile("orl %1,%0" : "+m" (ipending) : "i" (SIR_CLOCK));
}

#endif /* _MACHINE_INTR_H_ */
