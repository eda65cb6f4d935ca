/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * param.h: sizes and the kernel's base address.  Assembly includes it too.
 */
#ifndef _MACHINE_PARAM_H_
#define _MACHINE_PARAM_H_

#define PGSHIFT		12
#define NBPG		4096
#define PGOFSET		(NBPG - 1)
#ifndef PAGE_SIZE
#define PAGE_SHIFT	12
#define PAGE_SIZE	4096
#define PAGE_MASK	(PAGE_SIZE - 1)
#endif

#define KERNBASE	0xf0000000
#define KERNTEXT	0xf0100000	/* where the image is linked */

#define DEV_BSIZE	512
#define DEV_BSHIFT	9

#define UPAGES		2		/* pages of u-area and kernel stack */
#define USPACE		(UPAGES * NBPG)

#ifndef HZ
#define HZ		100
#endif

#define btoc(x)		(((unsigned int)(x) + PGOFSET) >> PGSHIFT)

#endif /* _MACHINE_PARAM_H_ */
