/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * fcntl.h: flags of open and calls of fcntl.
 */
#ifndef _SYS_FCNTL_H_
#define _SYS_FCNTL_H_

#include <sys/types.h>

#define O_RDONLY	0x0000
#define O_WRONLY	0x0001
#define O_RDWR		0x0002
#define O_ACCMODE	0x0003
#define O_NONBLOCK	0x0004
#define O_APPEND	0x0008
#define O_CREAT		0x0200		/* EROFS: files are made by mkimg */
#define O_TRUNC		0x0400		/* accepted, no effect */
#define O_EXCL		0x0800

#ifdef _KERNEL
#define FREAD		0x0001
#define FWRITE		0x0002
#define FNONBLOCK	O_NONBLOCK
#define FAPPEND		O_APPEND
#define FFLAGS(o)	((o) + 1)
#define OFLAGS(f)	((f) - 1)
#define FCNTLFLAGS	(FAPPEND | FNONBLOCK)
#endif

#define FD_CLOEXEC	1

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4

#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2

#endif /* _SYS_FCNTL_H_ */
