/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * malloc.h: the kernel's allocator.
 */
#ifndef _SYS_MALLOC_H_
#define _SYS_MALLOC_H_

#include <sys/types.h>

#define M_WAITOK	0x0000		/* sleeps until there is memory */
#define M_NOWAIT	0x0001		/* may return NULL */
#define M_ZERO		0x0002

/* What memory is for. */
enum malloc_type {
	M_TEMP, M_PROC, M_FILE, M_FILEDESC, M_PIPE, M_VNODE, M_VMMAP, M_VMOBJ,
	M_VMPAGER, M_VMPGDATA, M_VMSPACE, M_CALLOUT, M_LAST
};

struct kmemstats {
	u_int	ks_inuse;		/* blocks */
	u_int	ks_memuse;		/* bytes */
	u_int	ks_calls;
};

#ifdef _KERNEL
extern struct kmemstats kmemstats[M_LAST];

void	kmeminit(void);
void	*malloc(size_t, int, int);
void	free(void *, int);

#endif

#endif /* _SYS_MALLOC_H_ */
