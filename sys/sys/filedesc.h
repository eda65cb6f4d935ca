/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * filedesc.h: the descriptors of a process.
 */
#ifndef _SYS_FILEDESC_H_
#define _SYS_FILEDESC_H_

#include <sys/param.h>

#ifdef _KERNEL
struct file;
struct proc;
struct vnode;

struct filedesc {
	struct vnode	*fd_cdir;	/* where paths without "/" start */
	struct file	*fd_ofiles[NOFILE];
	u_char		 fd_ofileflags[NOFILE];
};

#define UF_EXCLOSE	0x01		/* close on exec */

struct filedesc *fdalloc_table(void);
struct filedesc *fdcopy(struct proc *);
void	fdchdir(struct filedesc *, struct vnode *);
void	fdfree(struct proc *);
void	fdcloseexec(struct proc *);
int	fdalloc(struct proc *, int, int *);
int	falloc(struct proc *, struct file **, int *);
int	getfile(struct proc *, int, struct file **);
void	ffree(struct proc *, int);
int	closef(struct file *, struct proc *);
#endif /* _KERNEL */

#endif /* _SYS_FILEDESC_H_ */
