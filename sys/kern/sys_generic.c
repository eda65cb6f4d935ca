/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sys_generic.c: read, write, ioctl and select on any descriptor.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>

#define IOCTL_MAX	128		/* bytes of an ioctl's argument */

static int	selwait;		/* select sleeps on it */
static u_int	nselcoll;		/* times that all had to be woken */

/*
 * Move up to n bytes between the kernel and what uio describes.
 *
 * => uio is advanced by what was moved
 */
int
uiomove(void *buf, int n, struct uio *uio)
{
	struct iovec *iov;
	char *cp = buf;
	int cnt, error = 0;

	while (n > 0 && uio->uio_resid > 0 && error == 0) {
		iov = uio->uio_iov;
		if (iov->iov_len == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		cnt = MIN((int)iov->iov_len, n);
		if (uio->uio_segflg == UIO_SYSSPACE) {
			if (uio->uio_rw == UIO_READ)
				memcpy(iov->iov_base, cp, cnt);
			else
				memcpy(cp, iov->iov_base, cnt);
		} else if (uio->uio_rw == UIO_READ)
			error = copyout(cp, iov->iov_base, cnt);
		else
			error = copyin(iov->iov_base, cp, cnt);
		if (error != 0)
			break;
		iov->iov_base += cnt;
		iov->iov_len -= cnt;
		uio->uio_resid -= cnt;
		uio->uio_offset += cnt;
		cp += cnt;
		n -= cnt;
	}
	return (error);
}

/* Read or write by the vector.  => retval: bytes moved */
static int
rwuio(struct proc *p, int fd, struct uio *uio, register_t *retval)
{
	struct file *fp;
	int error, cnt = uio->uio_resid;

	error = getfile(p, fd, &fp);
	if (error != 0)
		return (error);
	if ((fp->f_flag & (uio->uio_rw == UIO_READ ? FREAD : FWRITE)) == 0)
		return (EBADF);
	fp->f_count++;
	error = uio->uio_rw == UIO_READ ? fp->f_ops->fo_read(fp, uio) :
	    fp->f_ops->fo_write(fp, uio);
	(void)closef(fp, p);
	if (uio->uio_resid != cnt && (error == ERESTART || error == EINTR ||
	    error == EWOULDBLOCK))
		error = 0;
	if (error == EPIPE && uio->uio_rw == UIO_WRITE)
		psignal(p, SIGPIPE);
	*retval = cnt - uio->uio_resid;
	return (error);
}

static int
rwbuf(struct proc *p, int fd, const void *buf, u_int n, enum uio_rw rw,
    register_t *retval)
{
	struct iovec iov = { (char *)(uintptr_t)buf, n };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = (int)n,
		.uio_segflg = UIO_USERSPACE, .uio_rw = rw, .uio_procp = p,
	};

	if (n > INT32_MAX)
		return (EINVAL);
	return (rwuio(p, fd, &uio, retval));
}

int
sys_read(struct proc *p, void *v, register_t *retval)
{
	struct sys_read_args *uap = v;

	return (rwbuf(p, uap->fd, uap->buf, uap->nbyte, UIO_READ, retval));
}

int
sys_write(struct proc *p, void *v, register_t *retval)
{
	struct sys_write_args *uap = v;

	return (rwbuf(p, uap->fd, uap->buf, uap->nbyte, UIO_WRITE, retval));
}

#define IOV_SMALL	16		/* vectors up to here, one piece */

static int
rwvec(struct proc *p, struct sys_readv_args *uap, enum uio_rw rw,
    register_t *retval)
{
	struct iovec iov[IOV_SMALL];
	struct uio uio = {
		.uio_iov = iov, .uio_iovcnt = uap->iovcnt,
		.uio_segflg = UIO_USERSPACE, .uio_rw = rw, .uio_procp = p,
	};
	int error, i;

	if (uap->iovcnt <= 0 || uap->iovcnt > IOV_SMALL)
		return (EINVAL);
	error = copyin(uap->iovp, iov, uap->iovcnt * sizeof(iov[0]));
	if (error != 0)
		return (error);
	for (i = 0; i < uap->iovcnt; i++) {
		if (iov[i].iov_len > (u_int)(INT32_MAX - uio.uio_resid))
			return (EINVAL);
		uio.uio_resid += iov[i].iov_len;
	}
	return (rwuio(p, uap->fd, &uio, retval));
}

int
sys_readv(struct proc *p, void *v, register_t *retval)
{
	return (rwvec(p, v, UIO_READ, retval));
}

int
sys_writev(struct proc *p, void *v, register_t *retval)
{
	return (rwvec(p, v, UIO_WRITE, retval));
}

int
sys_ioctl(struct proc *p, void *v, register_t *retval)
{
	struct sys_ioctl_args *uap = v;
	u_int size = IOCPARM_LEN(uap->com);
	uint32_t data[IOCTL_MAX / sizeof(uint32_t)];
	struct file *fp;
	int error;

	*retval = 0;
	error = getfile(p, uap->fd, &fp);
	if (error != 0)
		return (error);
	if (size > sizeof(data))
		return (ENOTTY);
	memset(data, 0, sizeof(data));
	if (uap->com & IOC_IN) {
		error = copyin(uap->data, data, size);
		if (error != 0)
			return (error);
	}
	fp->f_count++;
	if (uap->com == FIONBIO) {
		fp->f_flag &= ~FNONBLOCK;
		fp->f_flag |= data[0] ? FNONBLOCK : 0;
	} else
		error = fp->f_ops->fo_ioctl(fp, uap->com, data, p);
	(void)closef(fp, p);
	if (error == 0 && uap->com & IOC_OUT)
		error = copyout(data, uap->data, size);
	return (error);
}

/*
 * Note that p waits for si.
 */
void
selrecord(struct proc *p, struct selinfo *si)
{
	struct proc *other;

	if (si->si_pid == p->p_pid)
		return;
	other = si->si_pid != 0 ? pfind(si->si_pid) : NULL;
	if (other != NULL && other->p_wchan == &selwait)
		si->si_coll = true;
	else
		si->si_pid = p->p_pid;
}

/*
 * Wake who waits for si.  => any level
 */
void
selwakeup(struct selinfo *si)
{
	struct proc *p;
	int s;

	if (si->si_pid == 0)
		return;
	s = splhigh();
	if (si->si_coll) {
		nselcoll++;
		si->si_coll = false;
		wakeup(&selwait);
	}
	p = pfind(si->si_pid);
	si->si_pid = 0;
	if (p != NULL && p->p_wchan == &selwait) {
		if (p->p_stat == SSLEEP)
			setrunnable(p);
		else
			unsleep(p);
	} else if (p != NULL && p->p_flag & P_SELECT)
		p->p_flag &= ~P_SELECT;
	splx(s);
}

/* Which of the wanted descriptors are ready?  => their number */
static int
selscan(struct proc *p, fd_set in[3], fd_set out[3], int nd, int *count)
{
	static const int which[3] = { FREAD, FWRITE, 0 };
	struct file *fp;
	int set, fd, error;

	*count = 0;
	for (set = 0; set < 3; set++)
		for (fd = 0; fd < nd; fd++) {
			if (!FD_ISSET(fd, &in[set]))
				continue;
			error = getfile(p, fd, &fp);
			if (error != 0)
				return (error);
			if (fp->f_ops->fo_select(fp, which[set], p)) {
				FD_SET(fd, &out[set]);
				(*count)++;
			}
		}
	return (0);
}

/*
 * Scan, and sleep until something is ready or the time is over.
 *
 * => end: time since boot, NULL for ever
 */
static int
select_wait(struct proc *p, fd_set in[3], fd_set out[3], int nd,
    const struct timeval *end, register_t *retval)
{
	struct timeval now;
	u_int ncoll;
	int error, s, timo = 0;

	for (;;) {
		ncoll = nselcoll;
		p->p_flag |= P_SELECT;
		error = selscan(p, in, out, nd, retval);
		if (error != 0 || *retval != 0)
			return (error);
		if (end != NULL) {
			microtime(&now);
			if (!timercmp(&now, end, <))
				return (0);
			timo = hzto(end);
		}
		s = splhigh();
		if ((p->p_flag & P_SELECT) == 0 || nselcoll != ncoll) {
			splx(s);
			continue;
		}
		p->p_flag &= ~P_SELECT;
		error = tsleep(&selwait, PSOCK | PCATCH, "select", timo);
		splx(s);
		/* The top of the loop sees whether the time is over. */
		if (error != 0 && error != EWOULDBLOCK)
			return (error == ERESTART ? EINTR : error);
	}
}

int
sys_select(struct proc *p, void *v, register_t *retval)
{
	struct sys_select_args *uap = v;
	fd_set in[3], out[3], *uset[3] = { uap->in, uap->ou, uap->ex };
	struct timeval tv, end;
	int error, i, nd = MIN(uap->nd, NOFILE);
	size_t len = howmany(uap->nd, NFDBITS) * sizeof(uint32_t);

	if (uap->nd < 0 || uap->nd > FD_SETSIZE)
		return (EINVAL);
	memset(in, 0, sizeof(in));
	memset(out, 0, sizeof(out));
	for (i = 0; i < 3; i++)
		if (uset[i] != NULL &&
		    (error = copyin(uset[i], &in[i], len)) != 0)
			return (error);
	if (uap->tv != NULL) {
		error = copyin(uap->tv, &tv, sizeof(tv));
		if (error != 0)
			return (error);
		if (itimerfix(&tv))
			return (EINVAL);
		microtime(&end);
		timevaladd(&end, &tv);
	}
	error = select_wait(p, in, out, nd, uap->tv != NULL ? &end : NULL,
	    retval);
	p->p_flag &= ~P_SELECT;
	for (i = 0; error == 0 && i < 3; i++)
		if (uset[i] != NULL)
			error = copyout(&out[i], uset[i], len);
	return (error);
}
