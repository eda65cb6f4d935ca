/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * mman.h: rights, flags and advice of mapped memory.
 */
#ifndef _SYS_MMAN_H_
#define _SYS_MMAN_H_

#include <sys/types.h>

#define PROT_NONE	0x00
#define PROT_READ	0x01
#define PROT_WRITE	0x02
#define PROT_EXEC	0x04

#define MAP_FILE	0x0000
#define MAP_SHARED	0x0001
#define MAP_PRIVATE	0x0002
#define MAP_FIXED	0x0010
#define MAP_NORESERVE	0x0040
#define MAP_ANON	0x1000

#define MAP_FAILED	((void *)-1)

#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL	2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4
#define MADV_FREE	6

#define MS_ASYNC	0x01
#define MS_INVALIDATE	0x02
#define MS_SYNC		0x04

#define MINHERIT_SHARE	0
#define MINHERIT_COPY	1
#define MINHERIT_NONE	2

/* Bits that mincore returns for a page. */
#define MINCORE_INCORE	0x01

#endif /* _SYS_MMAN_H_ */
