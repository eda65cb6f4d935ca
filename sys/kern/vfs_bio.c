/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vfs_bio.c: the end of a transfer, and waiting for it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/proc.h>

/*
 * Wait until a transfer is done.  => 0 or errno
 */
int
biowait(struct buf *bp)
{
	int s = splbio();

	while ((bp->b_flags & B_DONE) == 0)
		tsleep(bp, PRIBIO, "biowait", 0);
	splx(s);
	if ((bp->b_flags & B_ERROR) == 0)
		return (0);
	return (bp->b_error != 0 ? bp->b_error : EIO);
}

/*
 * A transfer is done: tell its owner.  => splbio, from the driver
 */
void
biodone(struct buf *bp)
{
	KASSERTMSG((bp->b_flags & B_DONE) == 0, "transfer %p done twice",
	    (void *)bp);
	bp->b_flags |= B_DONE;
	if (bp->b_flags & B_CALL) {
		bp->b_flags &= ~B_CALL;
		bp->b_iodone(bp);
	} else
		wakeup(bp);
}
