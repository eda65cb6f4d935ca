/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stdlib.h: memory, numbers, the end of a program.
 */
#ifndef _STDLIB_H_
#define _STDLIB_H_

#include <libkern.h>

#define EXIT_SUCCESS	0
#define EXIT_FAILURE	1

extern char **environ;

void	*malloc(size_t);
void	*calloc(size_t, size_t);
void	*realloc(void *, size_t);
void	free(void *);
int	atoi(const char *);
char	*getenv(const char *);
void	exit(int) __attribute__((noreturn));
void	abort(void) __attribute__((noreturn));

#endif /* _STDLIB_H_ */
