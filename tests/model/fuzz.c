/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * fuzz.c: libFuzzer chooses the records of a world.
 *
 * An input is a byte for the configuration and eight bytes a record; see
 * trace.h.  A violation prints the trace, which check_model -r replays.
 */
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define RECORDS_MAX	256u

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);
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

/*
 * Change bytes as libFuzzer likes, or whole records: a new one, one twice,
 * one less, two exchanged.  Bytes that move by less than a record make
 * nonsense of all that follow.
 * => returns the new size
 */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned int seed)
{
	const uint32_t each = sizeof(struct wop);
	uint32_t n = size > 0 ? (uint32_t)(size - 1) / each : 0, i, j;
	uint8_t *op = data + 1, copy[sizeof(struct wop)] = { 0 };

	size = 1 + n * each;
	i = n > 0 ? seed / 8 % n : 0;
	j = n > 0 ? seed / 2048 % n : 0;
	switch (seed % 8) {
	case 0: case 1: case 2:
		if (size + each > max)
			break;
		memcpy(copy, n > 0 ? op + j * each : data, n > 0 ? each : 1);
		memmove(op + (i + 1) * each, op + i * each, (n - i) * each);
		memcpy(op + i * each, copy, each);
		if (seed % 8 != 0 || n == 0)
			LLVMFuzzerMutate(op + i * each, each, each);
		op[i * each] %= W_OPS;
		return (size + each);
	case 3:
		if (n < 2)
			break;
		memmove(op + i * each, op + (i + 1) * each,
		    (n - i - 1) * each);
		return (size - each);
	case 4:
		if (n < 2)
			break;
		memcpy(copy, op + i * each, each);
		memcpy(op + i * each, op + j * each, each);
		memcpy(op + j * each, copy, each);
		return (size);
	case 5: case 6:
		if (n == 0)
			break;
		LLVMFuzzerMutate(op + i * each, each, each);
		return (size);
	default:
		break;
	}
	return (LLVMFuzzerMutate(data, size, max));
}
