/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * wd.c: the IDE disks of the first channel: programmed I/O, by interrupts.
 *
 * Role: wdstrategy queues a transfer; wdstart gives the controller the next
 * command; wdintr moves a block of sectors an interrupt and ends with
 * biodone.  Unit 0 is the root disk, unit 1 the swap disk; they share the
 * controller, so that one command runs at a time.
 *
 * Errors: a command that fails, or whose interrupt does not come, is made
 * again where it stopped; after WD_RETRIES the transfer ends with EIO and a
 * message.  Every wait for a register is bounded.
 *
 * Locking: splbio.  Memory: none is allocated.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <machine/cpufunc.h>
#include "machdep.h"

/* Registers and bits: ATA-4, chapter 7; commands: chapter 8. */
#define WD_BASE		0x1f0
#define WD_DATA		(WD_BASE + 0)
#define WD_ERROR	(WD_BASE + 1)
#define WD_COUNT	(WD_BASE + 2)
#define WD_LBA0		(WD_BASE + 3)
#define WD_LBA1		(WD_BASE + 4)
#define WD_LBA2		(WD_BASE + 5)
#define WD_DEVICE	(WD_BASE + 6)
#define  DEV_LBA	0xe0
#define WD_STATUS	(WD_BASE + 7)
#define WD_COMMAND	(WD_BASE + 7)
#define WD_CONTROL	0x3f6
#define  CTL_RESET	0x04

#define ST_ERR		0x01
#define ST_DRQ		0x08
#define ST_DF		0x20
#define ST_READY	0x40
#define ST_BUSY		0x80

#define CMD_READ	0x20
#define CMD_WRITE	0x30
#define CMD_READ_MULT	0xc4
#define CMD_WRITE_MULT	0xc5
#define CMD_SET_MULT	0xc6
#define CMD_IDENTIFY	0xec

#define WD_UNITS	2
#define WD_MAXCMD	256		/* sectors a command */
#define WD_MULT		16		/* sectors an interrupt, at most */
#define WD_RETRIES	3
#define WD_TIMEOUT	10		/* seconds without an interrupt */
#define WD_PATIENCE	200000		/* looks at the status register */

static struct wd_unit {
	int	wu_sectors;		/* -1: no disk */
	u_int	wu_mult;		/* sectors an interrupt */
} wd_unit[WD_UNITS] = { { -1, 1 }, { -1, 1 } };

static struct {
	struct bufq	wc_queue;	/* the first is being worked on */
	u_int		wc_done;	/* bytes of it that are done */
	u_int		wc_left;	/* sectors left of the command */
	u_int		wc_block;	/* sectors of the block on its way */
	int		wc_errors;	/* of the first, in a row */
	int		wc_idle;	/* seconds since the last interrupt */
	bool		wc_active;	/* a command runs */
} wdc;

static void	wdstart(void);

/*
 * Wait until the bits in mask are set and the controller is not busy.
 *
 * => the status; with ST_BUSY set if patience ran out
 */
static u_int
wd_wait(u_int mask)
{
	u_int i, status = ST_BUSY;

	for (i = 0; i < WD_PATIENCE; i++) {
		status = inb(WD_STATUS);
		if ((status & ST_BUSY) == 0 &&
		    ((status & mask) == mask || (status & (ST_ERR | ST_DF))))
			return (status);
	}
	return (status | ST_BUSY);
}

static void
wd_select(int unit, u_int lba)
{
	int i;

	outb(WD_DEVICE, DEV_LBA | unit << 4 | ((lba >> 24) & 0xf));
	for (i = 0; i < 4; i++)
		(void)inb(WD_CONTROL);
}

/*
 * Let each interrupt stand for up to n sectors.  => polls
 */
static void
wd_set_mult(int unit, u_int n)
{
	u_int status;

	wd_unit[unit].wu_mult = 1;
	if (n < 2)
		return;
	wd_select(unit, 0);
	outb(WD_COUNT, n);
	outb(WD_COMMAND, CMD_SET_MULT);
	status = wd_wait(ST_READY);
	if ((status & (ST_BUSY | ST_ERR)) == 0)
		wd_unit[unit].wu_mult = n;
}

/*
 * Is there a disk?  => polls, for a bounded time
 */
static void
wd_identify(int unit)
{
	struct wd_unit *wu = &wd_unit[unit];
	uint16_t id[256];
	u_int status;

	wd_select(unit, 0);
	status = inb(WD_STATUS);
	if (status == 0 || status == 0xff)
		return;
	outb(WD_COUNT, 0);
	outb(WD_LBA0, 0);
	outb(WD_LBA1, 0);
	outb(WD_LBA2, 0);
	outb(WD_COMMAND, CMD_IDENTIFY);
	if (inb(WD_STATUS) == 0)
		return;
	status = wd_wait(ST_DRQ);
	if (status & (ST_BUSY | ST_ERR | ST_DF))
		return;
	insw(WD_DATA, id, 256);
	wu->wu_sectors = (int)(id[60] | (uint32_t)id[61] << 16);
	wd_set_mult(unit, MIN(id[47] & 0xff, WD_MULT));
	printf("wd%d: %d sectors, %u an interrupt\n", unit, wu->wu_sectors,
	    wu->wu_mult);
}

static void
wd_finish(struct buf *bp, int error)
{
	TAILQ_REMOVE(&wdc.wc_queue, bp, b_actq);
	bp->b_resid = bp->b_bcount - wdc.wc_done;
	if (error != 0) {
		bp->b_error = error;
		bp->b_flags |= B_ERROR;
	}
	wdc.wc_done = 0;
	wdc.wc_errors = 0;
	wdc.wc_active = false;
	biodone(bp);
}

/*
 * Something went wrong with the first transfer: try again, or give up.
 */
static void
wd_failed(const char *what, u_int status)
{
	struct buf *bp = TAILQ_FIRST(&wdc.wc_queue);

	wdc.wc_active = false;
	if (++wdc.wc_errors > WD_RETRIES) {
		printf("wd%d: %s of sector %u: %s, status 0x%x error 0x%x\n",
		    minor(bp->b_dev), bp->b_flags & B_READ ? "read" : "write",
		    bp->b_blkno + wdc.wc_done / DEV_BSIZE, what, status,
		    inb(WD_ERROR));
		wd_finish(bp, EIO);
	}
}

/*
 * Move the next block of the command.
 */
static void
wd_move(struct buf *bp)
{
	u_int mult = wd_unit[minor(bp->b_dev)].wu_mult;
	char *data = bp->b_data + wdc.wc_done;

	wdc.wc_block = MIN(wdc.wc_left, mult);
	if (bp->b_flags & B_READ)
		insl(WD_DATA, data, wdc.wc_block * (DEV_BSIZE / 4));
	else
		outsl(WD_DATA, data, wdc.wc_block * (DEV_BSIZE / 4));
}

/*
 * Give the controller its next command.
 *
 * => true if it runs; false if it failed, which has been noted
 */
static bool
wd_command(struct buf *bp)
{
	int unit = minor(bp->b_dev);
	bool read = (bp->b_flags & B_READ) != 0;
	bool mult = wd_unit[unit].wu_mult > 1;
	u_int lba = bp->b_blkno + wdc.wc_done / DEV_BSIZE;
	u_int status;

	wdc.wc_left = MIN((bp->b_bcount - wdc.wc_done) / DEV_BSIZE, WD_MAXCMD);
	wd_select(unit, lba);
	status = wd_wait(ST_READY);
	if (status & ST_BUSY) {
		wd_failed("controller busy", status);
		return (false);
	}
	outb(WD_COUNT, wdc.wc_left & 0xff);	/* 0 stands for 256 */
	outb(WD_LBA0, lba & 0xff);
	outb(WD_LBA1, (lba >> 8) & 0xff);
	outb(WD_LBA2, (lba >> 16) & 0xff);
	wdc.wc_active = true;
	wdc.wc_idle = 0;
	if (read) {
		outb(WD_COMMAND, mult ? CMD_READ_MULT : CMD_READ);
		return (true);
	}
	outb(WD_COMMAND, mult ? CMD_WRITE_MULT : CMD_WRITE);
	status = wd_wait(ST_DRQ);
	if (status & (ST_BUSY | ST_ERR | ST_DF)) {
		wd_failed("command refused", status);
		return (false);
	}
	wd_move(bp);
	return (true);
}

/*
 * Work on the queue until a command runs or nothing is left.
 */
static void
wdstart(void)
{
	struct buf *bp;

	while (!wdc.wc_active && (bp = TAILQ_FIRST(&wdc.wc_queue)) != NULL)
		if (wd_command(bp))
			break;
}

/*
 * A block has been read, or the one sent before has been taken.
 */
static void
wdintr(struct trapframe *tf)
{
	struct buf *bp = TAILQ_FIRST(&wdc.wc_queue);
	u_int status = inb(WD_STATUS);

	(void)tf;
	if (!wdc.wc_active || (status & ST_BUSY) != 0)
		return;
	wdc.wc_idle = 0;
	if (status & (ST_ERR | ST_DF)) {
		wd_failed("error", status);
		wdstart();
		return;
	}
	if (bp->b_flags & B_READ) {
		if ((status & ST_DRQ) == 0)
			return;
		wd_move(bp);
	}
	wdc.wc_done += wdc.wc_block * DEV_BSIZE;
	wdc.wc_left -= wdc.wc_block;
	wdc.wc_errors = 0;
	if (wdc.wc_left != 0) {
		if ((bp->b_flags & B_READ) == 0)
			wd_move(bp);
		return;
	}
	wdc.wc_active = false;
	if (wdc.wc_done == bp->b_bcount)
		wd_finish(bp, 0);
	wdstart();
}

/*
 * Once a second: has an interrupt been lost?  Reset and make the command
 * again.
 */
static void
wd_watch(void *arg)
{
	int unit, s = splbio();

	if (wdc.wc_active && ++wdc.wc_idle > WD_TIMEOUT) {
		printf("wd: no interrupt for %d seconds, reset\n", WD_TIMEOUT);
		outb(WD_CONTROL, CTL_RESET);
		for (unit = 0; unit < 100; unit++)
			(void)inb(WD_CONTROL);
		outb(WD_CONTROL, 0);
		(void)wd_wait(ST_READY);
		for (unit = 0; unit < WD_UNITS; unit++)
			if (wd_unit[unit].wu_sectors > 0)
				wd_set_mult(unit, wd_unit[unit].wu_mult);
		wd_failed("lost interrupt", inb(WD_STATUS));
		wdstart();
	}
	splx(s);
	timeout(wd_watch, arg, hz);
}

/*
 * Look for the disks.
 */
void
wdattach(void)
{
	int unit;

	TAILQ_INIT(&wdc.wc_queue);
	outb(WD_CONTROL, 0);
	for (unit = 0; unit < WD_UNITS; unit++)
		wd_identify(unit);
	intr_establish(IRQ_WD, IPL_BIO, wdintr);
	timeout(wd_watch, NULL, hz);
}

/*
 * => sectors of the disk, -1 if there is none
 */
int
wdsize(int unit)
{
	if (unit < 0 || unit >= WD_UNITS)
		return (-1);
	return (wd_unit[unit].wu_sectors);
}

/*
 * Begin a transfer; biodone ends it, by interrupt or at once.
 *
 * => never sleeps; what lies outside the disk ends with EIO
 */
void
wdstrategy(struct buf *bp)
{
	int unit = minor(bp->b_dev), size = wdsize(unit);
	u_int count = bp->b_bcount / DEV_BSIZE;
	int s = splbio();

	bp->b_resid = bp->b_bcount;
	if (size < 0 || bp->b_bcount == 0 || bp->b_bcount % DEV_BSIZE != 0 ||
	    bp->b_blkno < 0 || bp->b_blkno > size ||
	    count > (u_int)(size - bp->b_blkno)) {
		bp->b_error = size < 0 ? ENXIO : EIO;
		bp->b_flags |= B_ERROR;
		biodone(bp);
	} else {
		TAILQ_INSERT_TAIL(&wdc.wc_queue, bp, b_actq);
		wdstart();
	}
	splx(s);
}
