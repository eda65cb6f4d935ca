/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vfs_vnops.c: open files that are vnodes, and the calls on files.
 *
 * Data of a file goes through the pages of its VM object, the same that mmap
 * shows; so read(2), write(2) and mappings always agree.
 *
 * Locking: one process at a time reads, writes, seeks or lists a file, for
 * copying sleeps, and the offset must be the one that was begun with
 * (vn_lock).  Faults on mappings do not take the lock, so that the memory
 * that is copied from or to may be the same file's.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/user.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_pager.h>

static int	vnode_read(struct file *, struct uio *);
static int	vnode_write(struct file *, struct uio *);
static int	vnode_ioctl(struct file *, u_int, void *, struct proc *);
static int	vnode_select(struct file *, int, struct proc *);
static int	vnode_stat(struct file *, struct stat *);
static int	vnode_close(struct file *, struct proc *);

const struct fileops vnops = {
	vnode_read, vnode_write, vnode_ioctl, vnode_select, vnode_stat,
	vnode_close
};

/*
 * Read from a file into kernel memory.  => *resid: bytes not read
 */
int
vn_rdwr(struct vnode *vp, void *buf, u_int len, off_t off, u_int *resid)
{
	struct iovec iov = { buf, len };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_offset = off,
		.uio_resid = (int)len, .uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ, .uio_procp = curproc,
	};
	int error = vnode_pager_uio(vp, &uio);

	*resid = uio.uio_resid;
	return (error);
}

/*
 * Lock a file and the offsets of all that have it open.
 *
 * => ERESTART: a signal came while somebody else had the lock; nothing was
 *    done, and the call is made again after the handler.  So whom a signal is
 *    to kill never waits for a holder who may wait for his memory
 */
int
vn_lock(struct vnode *vp)
{
	while (vp->v_locked)
		if (tsleep(&vp->v_locked, PSOCK | PCATCH, "vnlock", 0) != 0)
			return (ERESTART);
	vp->v_locked = true;
	return (0);
}

void
vn_unlock(struct vnode *vp)
{
	KASSERTMSG(vp->v_locked, "vnode %s", vp->v_name);
	vp->v_locked = false;
	wakeup(&vp->v_locked);
}

static const struct cdevsw *
vn_cdev(const struct vnode *vp)
{
	KASSERT(vp->v_type == VCHR && major(vp->v_rdev) < nchrdev);
	return (&cdevsw[major(vp->v_rdev)]);
}

static int
vnode_read(struct file *fp, struct uio *uio)
{
	struct vnode *vp = fp->f_data;
	int error, resid = uio->uio_resid;

	if (vp->v_type == VCHR)
		return (vn_cdev(vp)->d_read(vp->v_rdev, uio, fp->f_flag));
	if (vp->v_type != VREG)
		return (EISDIR);
	error = vn_lock(vp);
	if (error != 0)
		return (error);
	uio->uio_offset = fp->f_offset;
	error = vnode_pager_uio(vp, uio);
	fp->f_offset += resid - uio->uio_resid;
	vn_unlock(vp);
	return (error);
}

static int
vnode_write(struct file *fp, struct uio *uio)
{
	struct vnode *vp = fp->f_data;
	int error, resid = uio->uio_resid;

	if (vp->v_type == VCHR)
		return (vn_cdev(vp)->d_write(vp->v_rdev, uio, fp->f_flag));
	if (vp->v_type != VREG)
		return (EISDIR);
	error = vn_lock(vp);
	if (error != 0)
		return (error);
	if (fp->f_flag & FAPPEND)
		fp->f_offset = vp->v_size;
	uio->uio_offset = fp->f_offset;
	error = vnode_pager_uio(vp, uio);
	fp->f_offset += resid - uio->uio_resid;
	vn_unlock(vp);
	if (error == 0 && resid > 0 && uio->uio_resid == resid)
		error = ENOSPC;
	return (error);
}

static int
vnode_ioctl(struct file *fp, u_int com, void *data, struct proc *p)
{
	struct vnode *vp = fp->f_data;

	if (vp->v_type != VCHR)
		return (ENOTTY);
	return (vn_cdev(vp)->d_ioctl(vp->v_rdev, com, data, p));
}

static int
vnode_select(struct file *fp, int which, struct proc *p)
{
	struct vnode *vp = fp->f_data;

	if (vp->v_type != VCHR)
		return (1);
	return (vn_cdev(vp)->d_select(vp->v_rdev, which, p));
}

int
vn_stat(struct vnode *vp, struct stat *sb)
{
	memset(sb, 0, sizeof(*sb));
	sb->st_dev = vp->v_type == VCHR ? 0 : vp->v_dev;
	sb->st_rdev = vp->v_type == VCHR ? vp->v_rdev : 0;
	sb->st_ino = vp->v_ino;
	sb->st_mode = vp->v_mode;
	sb->st_nlink = 1;
	sb->st_size = vp->v_size;
	sb->st_blocks = howmany(vp->v_size, DEV_BSIZE);
	sb->st_blksize = NBPG;
	return (0);
}

static int
vnode_stat(struct file *fp, struct stat *sb)
{
	return (vn_stat(fp->f_data, sb));
}

static int
vnode_close(struct file *fp, struct proc *p)
{
	(void)p;
	vrele(fp->f_data);
	return (0);
}

/*
 * Open a file for p; path is in kernel memory.
 */
int
vn_open(struct proc *p, const char *path, int flags, int *fd)
{
	struct vnode *vp;
	struct file *fp;
	int error;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return (EINVAL);
	error = namei(path, &vp);
	if (error != 0)
		return (error == ENOENT && flags & O_CREAT ? EROFS : error);
	if (flags & O_CREAT && flags & O_EXCL)
		error = EEXIST;
	else if (vp->v_type == VDIR && (flags & O_ACCMODE) != O_RDONLY)
		error = EISDIR;
	else
		error = falloc(p, &fp, fd);
	if (error != 0) {
		vrele(vp);
		return (error);
	}
	fp->f_flag = FFLAGS(flags) & (FREAD | FWRITE | FCNTLFLAGS);
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = &vnops;
	fp->f_data = vp;
	return (0);
}

int
sys_open(struct proc *p, void *v, register_t *retval)
{
	struct sys_open_args *uap = v;
	char path[MAXPATHLEN];
	int error;

	error = copyinstr(uap->path, path, sizeof(path), NULL);
	if (error != 0)
		return (error);
	return (vn_open(p, path, uap->flags, retval));
}

int
sys_stat(struct proc *p, void *v, register_t *retval)
{
	struct sys_stat_args *uap = v;
	char path[MAXPATHLEN];
	struct vnode *vp;
	struct stat sb;
	int error;

	(void)p, (void)retval;
	error = copyinstr(uap->path, path, sizeof(path), NULL);
	if (error == 0)
		error = namei(path, &vp);
	if (error != 0)
		return (error);
	(void)vn_stat(vp, &sb);
	vrele(vp);
	return (copyout(&sb, uap->ub, sizeof(sb)));
}

int
sys_chdir(struct proc *p, void *v, register_t *retval)
{
	struct sys_chdir_args *uap = v;
	char path[MAXPATHLEN];
	struct vnode *vp;
	int error;

	(void)retval;
	error = copyinstr(uap->path, path, sizeof(path), NULL);
	if (error == 0)
		error = namei(path, &vp);
	if (error != 0)
		return (error);
	if (vp->v_type == VDIR)
		fdchdir(p->p_fd, vp);
	else
		error = ENOTDIR;
	vrele(vp);
	return (error);
}

/* The vnode of a descriptor.  => EINVAL for a pipe */
static int
getvnode(struct proc *p, int fd, struct file **fpp, struct vnode **vpp)
{
	int error = getfile(p, fd, fpp);

	if (error != 0)
		return (error);
	if ((*fpp)->f_type != DTYPE_VNODE)
		return (EINVAL);
	*vpp = (*fpp)->f_data;
	return (0);
}

/* Move the offset of a locked file.  => EINVAL */
static int
vn_seek(struct file *fp, const struct sys_lseek_args *uap)
{
	const struct vnode *vp = fp->f_data;
	off_t base = 0, new;

	switch (uap->whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = fp->f_offset;
		break;
	case SEEK_END:
		base = vp->v_size;
		break;
	default:
		return (EINVAL);
	}
	if (__builtin_add_overflow(base, uap->offset, &new) || new < 0)
		return (EINVAL);
	fp->f_offset = new;
	return (0);
}

int
sys_lseek(struct proc *p, void *v, register_t *retval)
{
	struct sys_lseek_args *uap = v;
	struct vnode *vp;
	struct file *fp;
	int error;

	error = getvnode(p, uap->fd, &fp, &vp);
	if (error != 0)
		return (error == EINVAL ? ESPIPE : error);
	if (vp->v_type == VCHR)
		return (ESPIPE);
	fp->f_count++;
	error = vn_lock(vp);
	if (error == 0) {
		error = vn_seek(fp, uap);
		memcpy(retval, &fp->f_offset, sizeof(fp->f_offset));
		vn_unlock(vp);
	}
	(void)closef(fp, p);
	return (error);
}

int
sys_fsync(struct proc *p, void *v, register_t *retval)
{
	struct sys_fsync_args *uap = v;
	struct vnode *vp;
	struct file *fp;
	int error;

	(void)retval;
	error = getvnode(p, uap->fd, &fp, &vp);
	if (error != 0 || vp->v_type != VREG)
		return (error);
	fp->f_count++;
	error = vnode_pager_sync(vp);
	(void)closef(fp, p);
	return (error);
}

/* List a locked directory from its offset on. */
static int
vn_list(struct file *fp, struct uio *uio, long *base)
{
	u_int place = fp->f_offset > INT32_MAX ? INT32_MAX :
	    (u_int)fp->f_offset;
	int error;

	*base = (long)fp->f_offset;
	error = vn_readdir(fp->f_data, uio, &place);
	fp->f_offset = place;
	return (error);
}

int
sys_getdirentries(struct proc *p, void *v, register_t *retval)
{
	struct sys_getdirentries_args *uap = v;
	struct iovec iov = { uap->buf, uap->count };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = uap->count,
		.uio_segflg = UIO_USERSPACE, .uio_rw = UIO_READ,
		.uio_procp = p,
	};
	struct vnode *vp;
	struct file *fp;
	long base;
	int error;

	if (uap->count > INT32_MAX)
		return (EINVAL);
	error = getvnode(p, uap->fd, &fp, &vp);
	if (error != 0)
		return (error);
	if (vp->v_type != VDIR)
		return (EINVAL);
	fp->f_count++;
	error = vn_lock(vp);
	if (error == 0) {
		error = vn_list(fp, &uio, &base);
		vn_unlock(vp);
	}
	(void)closef(fp, p);
	if (error == 0 && uap->basep != NULL)
		error = copyout(&base, uap->basep, sizeof(base));
	*retval = uap->count - uio.uio_resid;
	return (error);
}
