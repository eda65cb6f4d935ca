/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * file.h: open files, shared by the descriptors that refer to them.
 */
#ifndef _SYS_FILE_H_
#define _SYS_FILE_H_

#include <sys/fcntl.h>
#include <sys/uio.h>

#ifdef _KERNEL
struct file;
struct proc;
struct stat;

enum file_type { DTYPE_VNODE = 1, DTYPE_PIPE = 2 };

struct fileops {
	int	(*fo_read)(struct file *, struct uio *);
	int	(*fo_write)(struct file *, struct uio *);
	int	(*fo_ioctl)(struct file *, u_int, void *, struct proc *);
	int	(*fo_select)(struct file *, int, struct proc *);
	int	(*fo_stat)(struct file *, struct stat *);
	int	(*fo_close)(struct file *, struct proc *);
};

struct file {
	int		 f_flag;	/* FREAD, FWRITE, FNONBLOCK, FAPPEND */
	enum file_type	 f_type;
	int		 f_count;	/* descriptors and calls that use it */
	const struct fileops *f_ops;
	off_t		 f_offset;	/* of a vnode: under vn_lock */
	void		*f_data;	/* vnode or pipe */
};

extern const struct fileops vnops, pipeops;
#endif /* _KERNEL */

#endif /* _SYS_FILE_H_ */
