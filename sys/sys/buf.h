/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * buf.h: one transfer to or from a disk.
 *
 * There is no buffer cache: a buffer only describes a transfer between
 * kernel memory and sectors.
 */
#ifndef _SYS_BUF_H_
#define _SYS_BUF_H_

#include <sys/types.h>
#include <sys/queue.h>

struct proc;

struct buf {
	TAILQ_ENTRY(buf) b_actq;	/* driver's queue, or the owner's */
	volatile int	 b_flags;	/* B_* */
	int		 b_error;	/* errno when B_ERROR */
	u_int		 b_bcount;	/* bytes to move */
	u_int		 b_resid;	/* bytes not moved */
	caddr_t		 b_data;	/* kernel address */
	dev_t		 b_dev;		/* minor: unit */
	daddr_t		 b_blkno;	/* sector on the unit */
	struct proc	*b_proc;	/* who asked for it */
	void		(*b_iodone)(struct buf *);
	void		*b_private;	/* the owner's use */
};

TAILQ_HEAD(bufq, buf);

#define B_READ		0x0001
#define B_WRITE		0x0000
#define B_DONE		0x0002
#define B_ERROR		0x0004
#define B_BUSY		0x0008
#define B_ASYNC		0x0010		/* nobody waits */
#define B_CALL		0x0020		/* biodone calls b_iodone */

#ifdef _KERNEL
#define WD_ROOT		0		/* unit of the root disk */
#define WD_SWAP		1		/* unit of the swap disk */

int	biowait(struct buf *);
void	biodone(struct buf *);

/* sys/i386 */
void	wdstrategy(struct buf *);
int	wdsize(int);
#endif

#endif /* _SYS_BUF_H_ */
