/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stat.h: what stat tells of a file.
 */
#ifndef _SYS_STAT_H_
#define _SYS_STAT_H_

#include <sys/types.h>
#include <sys/time.h>

struct stat {
	dev_t	 st_dev;
	ino_t	 st_ino;
	mode_t	 st_mode;
	uint16_t st_nlink;
	uid_t	 st_uid;
	gid_t	 st_gid;
	dev_t	 st_rdev;
	struct timespec st_mtimespec;
	off_t	 st_size;
	off_t	 st_blocks;		/* of 512 bytes */
	uint32_t st_blksize;
};

#define S_IFMT		0170000
#define S_IFIFO		0010000
#define S_IFCHR		0020000
#define S_IFDIR		0040000
#define S_IFREG		0100000

#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)

#endif /* _SYS_STAT_H_ */
