/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * trace.h: a world's records as text and as bytes, and making them fewer.
 *
 * A trace is a line "config N fill N" and one line a record: its name and
 * seven numbers, those of struct wop after the first.  As bytes, for the
 * fuzzer: the configuration, then eight bytes a record.
 */
#ifndef _PMAP386_TESTS_TRACE_H_
#define _PMAP386_TESTS_TRACE_H_

#include <stdio.h>

#include "world.h"

#define TRACE_MAX	8192u

struct trace {
	uint32_t	tr_config;
	uint32_t	tr_n;
	struct wop	tr_op[TRACE_MAX];
};

extern bool trace_forks;		/* a run may end its process */

bool	trace_run(const struct trace *);
void	trace_shrink(struct trace *);
void	trace_print(FILE *, const struct trace *);
bool	trace_read(FILE *, struct trace *);
void	trace_decode(struct trace *, const uint8_t *data, size_t size);

#endif /* _PMAP386_TESTS_TRACE_H_ */
