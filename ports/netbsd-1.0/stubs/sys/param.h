/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_PARAM_H_
#define _STUB_SYS_PARAM_H_

#include <sys/cdefs.h>
#include <sys/types.h>
#include <machine/psl.h>

#define NULL		0
#define PGSHIFT		12
#define NBPG		4096
#define KERNBASE	0xf8000000

static inline unsigned
stub_pages(unsigned bytes)
{
	return (bytes / NBPG + (bytes % NBPG != 0));
}

#define i386_round_page(x)	(stub_pages((unsigned)(x)) * NBPG)

#endif /* _STUB_SYS_PARAM_H_ */
