/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * com.c: the serial console, a 16550 at 0x3f8.
 *
 * Output is polled, so that a message comes out whatever the state of the
 * kernel.  Input comes by interrupts and goes to ttyinput.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/cpufunc.h>
#include "machdep.h"

#define COM		0x3f8
#define COM_DATA	(COM + 0)
#define COM_IER		(COM + 1)
#define  IER_RX		0x01
#define COM_FIFO	(COM + 2)
#define COM_LCR		(COM + 3)
#define  LCR_8BITS	0x03
#define  LCR_DLAB	0x80
#define COM_MCR		(COM + 4)
#define  MCR_DTR	0x01
#define  MCR_RTS	0x02
#define  MCR_IENABLE	0x08
#define COM_LSR		(COM + 5)
#define  LSR_RXRDY	0x01
#define  LSR_TXRDY	0x20

#define TX_PATIENCE	100000		/* looks before a byte is dropped */

/*
 * 115200 baud, 8 bits, no parity, FIFOs on, no interrupts yet.
 */
void
com_init(void)
{
	outb(COM_IER, 0);
	outb(COM_LCR, LCR_DLAB | LCR_8BITS);
	outb(COM_DATA, 1);
	outb(COM_IER, 0);
	outb(COM_LCR, LCR_8BITS);
	outb(COM_FIFO, 0x07);
	outb(COM_MCR, MCR_DTR | MCR_RTS);
}

/*
 * One byte, as it is.  => any level; a dead line costs a bounded wait
 */
void
cnputc(int c)
{
	int i;

	for (i = 0; i < TX_PATIENCE; i++)
		if (inb(COM_LSR) & LSR_TXRDY)
			break;
	outb(COM_DATA, c);
}

static void
comintr(struct trapframe *tf)
{
	(void)tf;
	while (inb(COM_LSR) & LSR_RXRDY)
		ttyinput(inb(COM_DATA));
}

/*
 * Take input by interrupts.
 */
void
com_attach(void)
{
	intr_establish(IRQ_COM, IPL_TTY, comintr);
	outb(COM_IER, IER_RX);
	outb(COM_MCR, MCR_DTR | MCR_RTS | MCR_IENABLE);
}
