/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vnode.h: files of the root file system, and the devices below /dev.
 *
 * One vnode a name, made when the root is mounted and kept for ever; so a
 * pointer to one never goes stale and the reference count only tells who
 * uses it.
 */
#ifndef _SYS_VNODE_H_
#define _SYS_VNODE_H_

#include <sys/types.h>

#ifdef _KERNEL
struct file;
struct proc;
struct stat;
struct uio;
struct pager_struct;

enum vtype { VNON, VREG, VDIR, VCHR };

struct vnode {
	enum vtype	 v_type;
	bool		 v_locked;	/* vn_lock; sleepers on it */
	int		 v_usecount;
	ino_t		 v_ino;
	mode_t		 v_mode;
	dev_t		 v_dev;		/* disk; for VCHR the device itself */
	daddr_t		 v_blkno;	/* first sector on the disk */
	u_int		 v_size;	/* bytes */
	struct pager_struct *v_vmdata;	/* its pager, kept by the VM */
	const char	*v_name;	/* path from the root */
};

#define v_rdev		v_dev

/* vfs_flat.c */
int	vfs_mountroot(void);
extern struct vnode rootvnode;
int	namei(const char *, struct vnode **);	/* referenced */
void	vref(struct vnode *);
void	vrele(struct vnode *);
int	vn_readdir(struct vnode *, struct uio *, u_int *);

/* vfs_vnops.c */
int	vn_open(struct proc *, const char *, int, int *);
int	vn_rdwr(struct vnode *, void *, u_int, off_t, u_int *);
int	vn_stat(struct vnode *, struct stat *);
int	vn_lock(struct vnode *);
void	vn_unlock(struct vnode *);
#endif /* _KERNEL */

#endif /* _SYS_VNODE_H_ */
