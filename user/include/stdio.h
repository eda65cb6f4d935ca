/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stdio.h: formatted output.
 *
 * There are no streams: each call formats its text and hands it to write(2)
 * in one piece, so that lines of different processes do not mix.
 */
#ifndef _STDIO_H_
#define _STDIO_H_

#include <libkern.h>

int	printf(const char *, ...) __attribute__((format(printf, 1, 2)));
int	dprintf(int, const char *, ...) __attribute__((format(printf, 2, 3)));
int	vdprintf(int, const char *, va_list)
	    __attribute__((format(printf, 2, 0)));
int	puts(const char *);
void	perror(const char *);

#endif /* _STDIO_H_ */
