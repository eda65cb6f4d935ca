/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * intr.c: the two interrupt controllers, and interrupts that wait.
 *
 * See <machine/intr.h> for cpl and ipending.  An interrupt whose bit is in
 * cpl is noted in ipending and its line masked, so that it cannot come
 * again; spllower runs it later with a frame that says "in the kernel", for
 * only the kernel raises cpl.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <machine/cpufunc.h>
#include <machine/trap.h>
#include "machdep.h"

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_EOI		0x20
#define PIC_READ_IRR	0x0a
#define PIC_READ_ISR	0x0b
#define IRQ_SLAVE	2

volatile int cpl;
volatile int ipending;
volatile int intr_depth;

static uint16_t pic_mask = 0xffff & ~(1 << IRQ_SLAVE);

static struct intr_source {
	intr_handler_t	*is_handler;
	int		 is_mask;	/* blocked while it runs */
} intr_source[NIRQ];

/* The state that a delayed interrupt is shown. */
static struct trapframe delayed_frame = {
	.tf_cs = KCSEL,
	.tf_eip = (int)(uintptr_t)spllower,
	.tf_err = IPL_HIGH,
};

static void
pic_set_mask(void)
{
	outb(PIC1 + 1, pic_mask & 0xff);
	outb(PIC2 + 1, pic_mask >> 8);
}

/*
 * Vectors 32 to 47, all lines masked.
 */
void
intr_init(void)
{
	static const uint8_t cmd[2][4] = {
		{ 0x11, T_INTR, 1 << IRQ_SLAVE, 1 },
		{ 0x11, T_INTR + 8, IRQ_SLAVE, 1 },
	};
	int i;

	for (i = 0; i < 4; i++) {
		outb(i == 0 ? PIC1 : PIC1 + 1, cmd[0][i]);
		outb(i == 0 ? PIC2 : PIC2 + 1, cmd[1][i]);
	}
	pic_set_mask();
}

/*
 * Run handler for this line from now on.
 *
 * => mask: what must not interrupt it; the line itself is added
 */
void
intr_establish(int irq, int mask, intr_handler_t *handler)
{
	uint32_t ef = read_eflags();

	disable_intr();
	intr_source[irq].is_handler = handler;
	intr_source[irq].is_mask = mask | 1 << irq;
	pic_mask &= ~(1 << irq);
	pic_set_mask();
	write_eflags(ef);
}

/*
 * => has this line an interrupt that no handler has seen yet?
 * => interrupts off; lines below 8 only
 */
bool
intr_line_waits(int irq)
{
	outb(PIC1, PIC_READ_IRR);
	return ((inb(PIC1) & 1 << irq) != 0);
}

static void
pic_eoi(int irq)
{
	if (irq >= 8)
		outb(PIC2, PIC_EOI);
	outb(PIC1, PIC_EOI);
}

/*
 * A line that went away before it was served shows as the last one of its
 * controller, with no bit in service.
 */
static bool
pic_spurious(int irq)
{
	int port = irq >= 8 ? PIC2 : PIC1;

	if (irq != 7 && irq != 15)
		return (false);
	outb(port, PIC_READ_ISR);
	if (inb(port) & 0x80)
		return (false);
	if (irq == 15)
		outb(PIC1, PIC_EOI);
	return (true);
}

/*
 * Run one handler with interrupts on.  => interrupts off before and after
 */
static void
intr_run(int irq, int s, struct trapframe *tf)
{
	struct intr_source *is = &intr_source[irq];

	if (is->is_handler == NULL)
		return;
	intr_depth++;
	cpl = s | is->is_mask;
	enable_intr();
	is->is_handler(tf);
	disable_intr();
	cpl = s;
	intr_depth--;
}

/*
 * Lower cpl to s and run what has waited for that, lines first.
 */
void
spllower(int s)
{
	uint32_t ef = read_eflags();
	int pending, irq;

	for (;;) {
		disable_intr();
		cpl = s;
		pending = ipending & ~s;
		if (pending == 0)
			break;
		irq = __builtin_ctz(pending);
		ipending &= ~(1 << irq);
		if (irq < NIRQ) {
			intr_run(irq, s, &delayed_frame);
			pic_mask &= ~(1 << irq);
			pic_set_mask();
			continue;
		}
		intr_depth++;
		cpl = s | IPL_SOFTCLOCK;
		enable_intr();
		softclock();
		disable_intr();
		intr_depth--;
	}
	write_eflags(ef);
}

/*
 * An interrupt.  => from vector.S, interrupts off
 */
void
intr(struct trapframe *tf)
{
	int irq = tf->tf_trapno - T_INTR;
	int s = cpl;

	if (pic_spurious(irq))
		return;
	tf->tf_err = s;
	if (s & 1 << irq) {
		ipending |= 1 << irq;
		pic_mask |= 1 << irq;
		pic_set_mask();
		pic_eoi(irq);
		return;
	}
	pic_eoi(irq);
	stack_check();
	intr_run(irq, s, tf);
	if (ipending & ~s)
		spllower(s);
	if (USERMODE(tf)) {
		userenter(curproc, tf);
		stall_begin(STALL_OTHER);
		userret(curproc, tf);
	}
}
