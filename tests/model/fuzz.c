/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * fuzz.c: libFuzzer chooses the records of a world.
 *
 * An input is a byte for the configuration and eight bytes a record; see
 * trace.h.  A violation prints the trace, which check_model -r replays.
 */
#include <stdlib.h>

#include "trace.h"

#define RECORDS_MAX	256u

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
const char *__asan_default_options(void);

/*
 * See check_model.c; and a kernel page fault is ours to handle.
 */
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0:handle_segv=0:handle_sigbus=0");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trace trace;

	if (size == 0)
		return (-1);
	trace_alarm = false;
	world_snapshots = true;
	trace_decode(&trace, data, size);
	if (trace.tr_n > RECORDS_MAX)
		trace.tr_n = RECORDS_MAX;
	if (trace_run(&trace))
		return (0);
	printf("violation at record %u: %s\n", world_at, host_message);
	trace_print(stdout, &trace);
	fflush(stdout);
	abort();
}
