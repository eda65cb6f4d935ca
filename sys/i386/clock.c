/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * clock.c: the interval timer, 100 ticks a second, and the time between
 * ticks.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <machine/cpufunc.h>
#include "machdep.h"

#define TIMER_FREQ	1193182
#define TIMER_COUNT	((TIMER_FREQ + HZ / 2) / HZ)
#define TIMER_CNTR0	0x40
#define TIMER_MODE	0x43
#define TIMER_RATE	0x34		/* counter 0, both bytes, mode 2 */
#define TIMER_LATCH	0x00

static void
clockintr(struct trapframe *tf)
{
	hardclock((struct clockframe *)tf);
}

/*
 * Start the ticks.
 */
void
cpu_initclocks(void)
{
	outb(TIMER_MODE, TIMER_RATE);
	outb(TIMER_CNTR0, TIMER_COUNT & 0xff);
	outb(TIMER_CNTR0, TIMER_COUNT >> 8);
	intr_establish(IRQ_CLOCK, IPL_CLOCK, clockintr);
}

/*
 * The time, with what has passed since the last tick.
 *
 * => never goes back, even while a tick waits to be counted
 */
void
microtime(struct timeval *tv)
{
	static struct timeval last;
	uint32_t count, usec, ef = read_eflags();
	bool waits;

	disable_intr();
	outb(TIMER_MODE, TIMER_LATCH);
	count = inb(TIMER_CNTR0);
	count |= (uint32_t)inb(TIMER_CNTR0) << 8;
	/* A tick that came after the latch must not count: look at count. */
	waits = (ipending & 1 << IRQ_CLOCK) != 0 ||
	    (count > TIMER_COUNT / 2 && intr_line_waits(IRQ_CLOCK));
	tv->tv_sec = time.tv_sec;
	usec = (uint32_t)time.tv_usec;
	usec += (TIMER_COUNT - MIN(count, TIMER_COUNT)) * (1000000 / HZ) /
	    TIMER_COUNT;
	if (waits)
		usec += 1000000 / HZ;
	while (usec >= 1000000) {
		usec -= 1000000;
		tv->tv_sec++;
	}
	tv->tv_usec = (int32_t)usec;
	if (timercmp(tv, &last, <))
		*tv = last;
	last = *tv;
	write_eflags(ef);
}
