/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * uio.h: scatter and gather of reads and writes.
 */
#ifndef _SYS_UIO_H_
#define _SYS_UIO_H_

#include <sys/types.h>

struct iovec {
	char	*iov_base;
	size_t	 iov_len;
};

#ifdef _KERNEL
struct proc;

enum uio_rw	{ UIO_READ, UIO_WRITE };
enum uio_seg	{ UIO_USERSPACE, UIO_SYSSPACE };

struct uio {
	struct iovec	*uio_iov;
	int		 uio_iovcnt;
	off_t		 uio_offset;
	int		 uio_resid;
	enum uio_seg	 uio_segflg;
	enum uio_rw	 uio_rw;
	struct proc	*uio_procp;
};

int	uiomove(void *, int, struct uio *);
#endif

#endif /* _SYS_UIO_H_ */
