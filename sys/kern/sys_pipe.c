/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sys_pipe.c: pipes.
 *
 * One pipe is a ring buffer of a page, and two open files that share it.  It
 * lives until both ends are closed.
 *
 * Locking: one process at a time reads or writes (pp_locked), because
 * copying to and from the user may sleep.
 *
 * Who sleeps sleeps on the field that he waits for, and is woken by a change
 * of it: for the lock on pp_locked, for bytes on pp_tail, for room on
 * pp_head.  So a reader that finds nothing and unlocks wakes no other reader
 * that waits for bytes, who would do the same to him.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <vm/vm.h>

#define PIPESIZE	4096
#define PIPE_SHARE	32		/* of memory, for all pipes */
#define PIPE_LEAST	32		/* but that many in any case */
#define PIPE_MOST	2048		/* their buffers are kmem_map's */

struct pipe {
	char		*pp_buf;
	u_int		 pp_head;	/* bytes ever read */
	u_int		 pp_tail;	/* bytes ever written */
	bool		 pp_reader;	/* the end is open */
	bool		 pp_writer;
	bool		 pp_locked;
	struct selinfo	 pp_rsel;
	struct selinfo	 pp_wsel;
};

static u_int	npipes;

static int	pipe_read(struct file *, struct uio *);
static int	pipe_write(struct file *, struct uio *);
static int	pipe_ioctl(struct file *, u_int, void *, struct proc *);
static int	pipe_select(struct file *, int, struct proc *);
static int	pipe_stat(struct file *, struct stat *);
static int	pipe_close(struct file *, struct proc *);

const struct fileops pipeops = {
	pipe_read, pipe_write, pipe_ioctl, pipe_select, pipe_stat, pipe_close
};

static void
pipe_free(struct pipe *pp)
{
	free(pp->pp_buf, M_PIPE);
	free(pp, M_PIPE);
	npipes--;
}

/*
 * => ENFILE when pipes hold as much memory as they may
 */
int
sys_pipe(struct proc *p, void *v, register_t *retval)
{
	struct sys_pipe_args *uap = v;
	struct pipe *pp;
	struct file *rf, *wf;
	int error, fds[2];

	(void)retval;
	if (npipes >= MIN(MAX(cnt.v_page_count / PIPE_SHARE, PIPE_LEAST),
	    PIPE_MOST))
		return (ENFILE);
	npipes++;
	pp = malloc(sizeof(*pp), M_PIPE, M_WAITOK | M_ZERO);
	pp->pp_buf = malloc(PIPESIZE, M_PIPE, M_WAITOK);
	error = falloc(p, &rf, &fds[0]);
	if (error != 0)
		goto out;
	error = falloc(p, &wf, &fds[1]);
	if (error == 0) {
		error = copyout(fds, uap->fdp, sizeof(fds));
		if (error != 0)
			ffree(p, fds[1]);
	}
	if (error != 0) {
		ffree(p, fds[0]);
		goto out;
	}
	rf->f_flag = FREAD;
	wf->f_flag = FWRITE;
	rf->f_type = wf->f_type = DTYPE_PIPE;
	rf->f_ops = wf->f_ops = &pipeops;
	rf->f_data = wf->f_data = pp;
	pp->pp_reader = pp->pp_writer = true;
	return (0);
out:
	pipe_free(pp);
	return (error);
}

static int
pipe_lock(struct pipe *pp)
{
	int error = 0;

	while (pp->pp_locked && error == 0)
		error = tsleep(&pp->pp_locked, PSOCK | PCATCH, "pipelk", 0);
	if (error == 0)
		pp->pp_locked = true;
	return (error);
}

static void
pipe_unlock(struct pipe *pp)
{
	pp->pp_locked = false;
	wakeup(&pp->pp_locked);
}

/*
 * Unlock, sleep for the other side, lock.
 *
 * => field: &pp_tail for bytes, &pp_head for room
 */
static int
pipe_wait(struct pipe *pp, struct file *fp, u_int *field, const char *wmesg)
{
	int error;

	if (fp->f_flag & FNONBLOCK)
		return (EWOULDBLOCK);
	pipe_unlock(pp);
	error = tsleep(field, PSOCK | PCATCH, wmesg, 0);
	/* The caller unlocks: take the lock whatever ended the sleep. */
	while (pp->pp_locked)
		tsleep(&pp->pp_locked, PSOCK, "pipelk", 0);
	pp->pp_locked = true;
	return (error);
}

/* Move n bytes at ring position pos, which may wrap. */
static int
pipe_move(struct pipe *pp, u_int pos, u_int n, struct uio *uio)
{
	u_int off = pos % PIPESIZE, first = MIN(n, PIPESIZE - off);
	int error = uiomove(pp->pp_buf + off, first, uio);

	if (error == 0 && n > first)
		error = uiomove(pp->pp_buf, n - first, uio);
	return (error);
}

/*
 * => what is there, at least a byte; 0 bytes when all writers are gone
 */
static int
pipe_read(struct file *fp, struct uio *uio)
{
	struct pipe *pp = fp->f_data;
	u_int n;
	int error, resid;

	if (uio->uio_resid == 0)
		return (0);
	error = pipe_lock(pp);
	if (error != 0)
		return (error);
	while (pp->pp_tail == pp->pp_head && pp->pp_writer && error == 0)
		error = pipe_wait(pp, fp, &pp->pp_tail, "piperd");
	n = MIN(pp->pp_tail - pp->pp_head, (u_int)uio->uio_resid);
	if (error == 0 && n > 0) {
		resid = uio->uio_resid;
		error = pipe_move(pp, pp->pp_head, n, uio);
		pp->pp_head += resid - uio->uio_resid;
		wakeup(&pp->pp_head);
		selwakeup(&pp->pp_wsel);
	}
	pipe_unlock(pp);
	return (error);
}

/*
 * => all of it, unless a signal or an error comes between; EPIPE without a
 *    reader; up to PIPE_BUF bytes go in one piece
 */
static int
pipe_write(struct file *fp, struct uio *uio)
{
	struct pipe *pp = fp->f_data;
	u_int room, n, least;
	int error, resid;

	error = pipe_lock(pp);
	if (error != 0)
		return (error);
	while (error == 0 && uio->uio_resid > 0) {
		if (!pp->pp_reader) {
			error = EPIPE;
			break;
		}
		room = PIPESIZE - (pp->pp_tail - pp->pp_head);
		least = MIN((u_int)uio->uio_resid, PIPE_BUF);
		if (room < least) {
			error = pipe_wait(pp, fp, &pp->pp_head, "pipewr");
			continue;
		}
		n = MIN(room, (u_int)uio->uio_resid);
		resid = uio->uio_resid;
		error = pipe_move(pp, pp->pp_tail, n, uio);
		pp->pp_tail += resid - uio->uio_resid;
		wakeup(&pp->pp_tail);
		selwakeup(&pp->pp_rsel);
	}
	pipe_unlock(pp);
	return (error);
}

static int
pipe_ioctl(struct file *fp, u_int com, void *data, struct proc *p)
{
	struct pipe *pp = fp->f_data;

	(void)p;
	if (com != FIONREAD)
		return (ENOTTY);
	*(int *)data = pp->pp_tail - pp->pp_head;
	return (0);
}

static int
pipe_select(struct file *fp, int which, struct proc *p)
{
	struct pipe *pp = fp->f_data;

	if (which == FREAD) {
		if (pp->pp_tail != pp->pp_head || !pp->pp_writer)
			return (1);
		selrecord(p, &pp->pp_rsel);
	} else if (which == FWRITE) {
		if (PIPESIZE - (pp->pp_tail - pp->pp_head) >= PIPE_BUF ||
		    !pp->pp_reader)
			return (1);
		selrecord(p, &pp->pp_wsel);
	}
	return (0);
}

static int
pipe_stat(struct file *fp, struct stat *sb)
{
	struct pipe *pp = fp->f_data;

	sb->st_mode = S_IFIFO | 0600;
	sb->st_size = pp->pp_tail - pp->pp_head;
	sb->st_blksize = PIPESIZE;
	return (0);
}

static int
pipe_close(struct file *fp, struct proc *p)
{
	struct pipe *pp = fp->f_data;

	(void)p;
	if (fp->f_flag & FREAD)
		pp->pp_reader = false;
	else
		pp->pp_writer = false;
	if (pp->pp_reader || pp->pp_writer) {
		wakeup(&pp->pp_tail);
		wakeup(&pp->pp_head);
		selwakeup(&pp->pp_rsel);
		selwakeup(&pp->pp_wsel);
		return (0);
	}
	pipe_free(pp);
	return (0);
}
