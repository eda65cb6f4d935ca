/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * flatfs.h: the flat file system of the root image.
 *
 *	block 0			struct flatfs_super
 *	fs_dirblock ..		the table, struct flatfs_entry, fs_entries of
 *				them, 32 a block
 *	then			the files, each one run of blocks
 *
 * A block is 4096 bytes.  A file starts on a block and is never grown; it is
 * read and written in place.  The table is sorted by name.  A name is a path
 * from the root without its first slash, as "bin/sh"; the directory "bin" is
 * an entry too, before what is in it, and the root has none.  The place of an
 * entry in the table plus FLATFS_FIRSTINO is its inode number; the root's is
 * FLATFS_ROOTINO.  All numbers are little-endian.
 */
#ifndef _SYS_FLATFS_H_
#define _SYS_FLATFS_H_

#include <stdint.h>

#define FLATFS_MAGIC	0x53466c66u	/* "flFS" */
#define FLATFS_VERSION	1
#define FLATFS_BSIZE	4096
#define FLATFS_NAMELEN	64		/* of a path, with its NUL */
#define FLATFS_ROOTINO	1
#define FLATFS_FIRSTINO	2

struct flatfs_super {
	uint32_t	fs_magic;
	uint32_t	fs_version;
	uint32_t	fs_blocks;	/* of the whole image */
	uint32_t	fs_dirblock;	/* first block of the table */
	uint32_t	fs_entries;	/* entries in use */
};

struct flatfs_entry {
	char		fe_name[FLATFS_NAMELEN];
	uint32_t	fe_start;	/* first block, 0 if empty */
	uint32_t	fe_size;	/* bytes */
	uint32_t	fe_mode;	/* as st_mode: S_IFREG or S_IFDIR */
	uint32_t	fe_spare[13];
};

_Static_assert(sizeof(struct flatfs_entry) == 128, "flatfs_entry size");

#endif /* _SYS_FLATFS_H_ */
