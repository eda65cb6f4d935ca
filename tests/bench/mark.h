/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * mark.h: the marks by which plugin.c knows what is measured.
 *
 * Each is a long nop (0f 1f 80 and 32 bits), for kernel and programs alike.
 */
#ifndef _TESTS_MARK_H_
#define _TESTS_MARK_H_

#define MARK_ROW	0x504d4200	/* a new row: the first mark */
#define MARK_BEGIN	0x504d4201	/* a call is measured */
#define MARK_END	0x504d4202	/* until here: the last mark */

#ifdef __ASSEMBLER__
#define MARK(what)	.byte 0x0f, 0x1f, 0x80; .long what
#else
#define MARK(what)							\
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .long %c0"		\
	    : : "i" (what) : "memory")
#endif

#endif /* _TESTS_MARK_H_ */
