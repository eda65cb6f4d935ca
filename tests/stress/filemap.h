/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * filemap.h: the files of filemap, as tools/mkimg makes and verifies them.
 */
#ifndef _FILEMAP_H_
#define _FILEMAP_H_

#include <stdint.h>

#define FILEMAP_MAGIC	0x50414d46u	/* "FMAP" */
#define FILEMAP_FILES	2		/* /data/shared0 and shared1 */

/* Page 0 of a file. */
struct filemap_table {
	uint32_t	ft_magic;
	uint32_t	ft_pages;	/* of the file, this one included */
	uint32_t	ft_owner;
	uint32_t	ft_sum;		/* of this page, this word being 0 */
	uint32_t	ft_gen[1020];	/* by page; [0] is not used */
};

_Static_assert(sizeof(struct filemap_table) == 4096, "filemap_table size");

#endif /* _FILEMAP_H_ */
