/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_descrip.c: descriptors and open files.
 *
 * A struct file is shared by all descriptors that dup and fork made of it;
 * f_count counts them and the system calls that are using it, so that a
 * close meanwhile does no harm.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/vnode.h>

/*
 * No files, at the root.  => may sleep
 */
struct filedesc *
fdalloc_table(void)
{
	struct filedesc *fdp = malloc(sizeof(struct filedesc), M_FILEDESC,
	    M_WAITOK | M_ZERO);

	fdp->fd_cdir = &rootvnode;
	vref(&rootvnode);
	return (fdp);
}

/*
 * A table with the same files.  => may sleep
 */
struct filedesc *
fdcopy(struct proc *p)
{
	struct filedesc *fdp = fdalloc_table();
	int fd;

	fdchdir(fdp, p->p_fd->fd_cdir);
	*fdp = *p->p_fd;
	for (fd = 0; fd < NOFILE; fd++)
		if (fdp->fd_ofiles[fd] != NULL)
			fdp->fd_ofiles[fd]->f_count++;
	return (fdp);
}

/* Go to a directory.  => the reference is the table's own */
void
fdchdir(struct filedesc *fdp, struct vnode *vp)
{
	vref(vp);
	vrele(fdp->fd_cdir);
	fdp->fd_cdir = vp;
}

static void
fdclear(struct proc *p, int fd)
{
	struct file *fp = p->p_fd->fd_ofiles[fd];

	p->p_fd->fd_ofiles[fd] = NULL;
	p->p_fd->fd_ofileflags[fd] = 0;
	if (fp != NULL)
		(void)closef(fp, p);
}

/*
 * Close everything.
 */
void
fdfree(struct proc *p)
{
	int fd;

	if (p->p_fd == NULL)
		return;
	for (fd = 0; fd < NOFILE; fd++)
		fdclear(p, fd);
	vrele(p->p_fd->fd_cdir);
	free(p->p_fd, M_FILEDESC);
	p->p_fd = NULL;
}

void
fdcloseexec(struct proc *p)
{
	int fd;

	for (fd = 0; fd < NOFILE; fd++)
		if (p->p_fd->fd_ofileflags[fd] & UF_EXCLOSE)
			fdclear(p, fd);
}

/*
 * The lowest free descriptor from want on.
 */
int
fdalloc(struct proc *p, int want, int *result)
{
	int fd;

	for (fd = want; fd < NOFILE; fd++)
		if (p->p_fd->fd_ofiles[fd] == NULL) {
			*result = fd;
			return (0);
		}
	return (EMFILE);
}

/*
 * A new open file with its descriptor.
 *
 * => f_count is 1, the descriptor's; the caller fills in the rest
 */
int
falloc(struct proc *p, struct file **fpp, int *result)
{
	struct file *fp;
	int error;

	fp = malloc(sizeof(*fp), M_FILE, M_WAITOK | M_ZERO);
	error = fdalloc(p, 0, result);
	if (error != 0) {
		free(fp, M_FILE);
		return (error);
	}
	fp->f_count = 1;
	p->p_fd->fd_ofiles[*result] = fp;
	p->p_fd->fd_ofileflags[*result] = 0;
	*fpp = fp;
	return (0);
}

/*
 * Forget a file from falloc that came to nothing.
 */
void
ffree(struct proc *p, int fd)
{
	free(p->p_fd->fd_ofiles[fd], M_FILE);
	p->p_fd->fd_ofiles[fd] = NULL;
}

/*
 * The file of a descriptor.  => EBADF
 */
int
getfile(struct proc *p, int fd, struct file **fpp)
{
	if ((u_int)fd >= NOFILE || p->p_fd->fd_ofiles[fd] == NULL)
		return (EBADF);
	*fpp = p->p_fd->fd_ofiles[fd];
	return (0);
}

/*
 * Give up one use of a file; the last one closes it.
 */
int
closef(struct file *fp, struct proc *p)
{
	int error;

	KASSERT(fp->f_count > 0);
	if (--fp->f_count > 0)
		return (0);
	error = fp->f_ops->fo_close(fp, p);
	free(fp, M_FILE);
	return (error);
}

int
sys_close(struct proc *p, void *v, register_t *retval)
{
	struct sys_close_args *uap = v;
	struct file *fp;
	int error;

	(void)retval;
	error = getfile(p, uap->fd, &fp);
	if (error != 0)
		return (error);
	p->p_fd->fd_ofiles[uap->fd] = NULL;
	p->p_fd->fd_ofileflags[uap->fd] = 0;
	return (closef(fp, p));
}

static int
finishdup(struct proc *p, struct file *fp, int to, register_t *retval)
{
	fp->f_count++;
	p->p_fd->fd_ofiles[to] = fp;
	p->p_fd->fd_ofileflags[to] = 0;
	*retval = to;
	return (0);
}

int
sys_dup(struct proc *p, void *v, register_t *retval)
{
	struct sys_dup_args *uap = v;
	struct file *fp;
	int error, fd;

	error = getfile(p, uap->fd, &fp);
	if (error == 0)
		error = fdalloc(p, 0, &fd);
	return (error != 0 ? error : finishdup(p, fp, fd, retval));
}

int
sys_dup2(struct proc *p, void *v, register_t *retval)
{
	struct sys_dup2_args *uap = v;
	struct file *fp;
	int error;

	error = getfile(p, uap->from, &fp);
	if (error != 0)
		return (error);
	if ((u_int)uap->to >= NOFILE)
		return (EBADF);
	if (uap->from == uap->to) {
		*retval = uap->to;
		return (0);
	}
	fdclear(p, uap->to);
	return (finishdup(p, fp, uap->to, retval));
}

int
sys_fcntl(struct proc *p, void *v, register_t *retval)
{
	struct sys_fcntl_args *uap = v;
	u_char *flags;
	struct file *fp;
	int error, fd;

	error = getfile(p, uap->fd, &fp);
	if (error != 0)
		return (error);
	flags = &p->p_fd->fd_ofileflags[uap->fd];
	switch (uap->cmd) {
	case F_DUPFD:
		if ((u_int)uap->arg >= NOFILE)
			return (EINVAL);
		error = fdalloc(p, uap->arg, &fd);
		return (error != 0 ? error : finishdup(p, fp, fd, retval));
	case F_GETFD:
		*retval = (*flags & UF_EXCLOSE) != 0;
		return (0);
	case F_SETFD:
		*flags = (uap->arg & FD_CLOEXEC) ? UF_EXCLOSE : 0;
		return (0);
	case F_GETFL:
		*retval = OFLAGS(fp->f_flag);
		return (0);
	case F_SETFL:
		fp->f_flag = (fp->f_flag & ~FCNTLFLAGS) |
		    (FFLAGS(uap->arg) & FCNTLFLAGS);
		return (0);
	}
	return (EINVAL);
}

int
sys_fstat(struct proc *p, void *v, register_t *retval)
{
	struct sys_fstat_args *uap = v;
	struct stat sb;
	struct file *fp;
	int error;

	(void)retval;
	error = getfile(p, uap->fd, &fp);
	if (error != 0)
		return (error);
	memset(&sb, 0, sizeof(sb));
	error = fp->f_ops->fo_stat(fp, &sb);
	return (error != 0 ? error : copyout(&sb, uap->sb, sizeof(sb)));
}
