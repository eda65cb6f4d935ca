/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stamp.h: pages that say whose they are.
 *
 * A stamped page holds its owner, its address, its generation and a checksum
 * over the whole page, and is filled with words that follow from the first
 * three.  So whoever knows them knows every byte of the page.
 */
#ifndef _STAMP_H_
#define _STAMP_H_

#include <stdint.h>

#define STAMP_PAGE	4096u			/* bytes */
#define STAMP_WORDS	(STAMP_PAGE / 4)

/* What a page should hold.  Generation 0: nothing yet, all bytes zero. */
struct stamp {
	uint32_t	s_owner;
	uint32_t	s_va;		/* for a page of a file, its offset */
	uint32_t	s_gen;
};

/* The first wrong byte of a page. */
struct stamp_fault {
	uint32_t	sf_offset;
	uint8_t		sf_want;
	uint8_t		sf_got;
};

void	stamp_write(void *, const struct stamp *);
int	stamp_check(const void *, const struct stamp *, struct stamp_fault *);

#endif /* _STAMP_H_ */
