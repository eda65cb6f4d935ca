/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * dirent.h: what getdirentries returns.
 *
 * Records have a length that is a multiple of 4; d_name ends with a NUL.
 */
#ifndef _SYS_DIRENT_H_
#define _SYS_DIRENT_H_

#include <sys/types.h>

#define MAXNAMLEN	63

struct dirent {
	uint32_t d_fileno;
	uint16_t d_reclen;
	uint8_t	 d_type;
	uint8_t	 d_namlen;
	char	 d_name[MAXNAMLEN + 1];
};

#define DT_UNKNOWN	0
#define DT_CHR		2
#define DT_DIR		4
#define DT_REG		8

#define DIRENT_SIZE(namlen)	((8u + (namlen) + 1u + 3u) & ~3u)

#endif /* _SYS_DIRENT_H_ */
