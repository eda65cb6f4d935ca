/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * trace.c: run a trace, shrink it, and turn it into text and back.
 */
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"

#define SHRINK_SECONDS	60
#define SHRINK_RUNS	4000u

bool trace_forks;

/*
 * Run a trace from a fresh boot.
 * => returns false on a violation: host_message says which, world_at where
 */
bool
trace_run(const struct trace *tr)
{
	jmp_buf *old, here;

	if (HOST_TRY(old, here) != HOST_OK)
		return (false);
	world_run(tr->tr_config, tr->tr_op, tr->tr_n);
	host_trap_end(old);
	return (true);
}

/*
 * The same in a child, where a sanitizer may end the process.
 */
static bool
trace_run_apart(const struct trace *tr)
{
	int status = 1;
	pid_t pid;

	if (!trace_forks)
		return (trace_run(tr));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fclose(stderr);
		_exit(trace_run(tr) ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return (true);
	return (status == 0);
}

/*
 * Leave out n records from i on.
 */
static void
cut(struct trace *to, const struct trace *from, uint32_t i, uint32_t n)
{
	if (i + n > from->tr_n)
		n = from->tr_n - i;
	*to = *from;
	memmove(&to->tr_op[i], &to->tr_op[i + n],
	    (from->tr_n - i - n) * sizeof(struct wop));
	to->tr_n -= n;
}

/*
 * Make a failing trace short: cut the end off behind the failure, then leave
 * out pieces, halves first and single records last, as long as it fails.
 */
void
trace_shrink(struct trace *tr)
{
	static struct trace shorter;
	time_t end = time(NULL) + SHRINK_SECONDS;
	uint32_t n, i, before, runs = 0;

	if (!trace_forks && world_at + 1 < tr->tr_n)
		tr->tr_n = world_at + 1;
	for (n = (tr->tr_n + 1) / 2; n > 0; n = before > tr->tr_n ? n : n / 2) {
		before = tr->tr_n;
		for (i = 0; i < tr->tr_n;) {
			if (++runs > SHRINK_RUNS || time(NULL) > end)
				return;
			cut(&shorter, tr, i, n);
			if (trace_run_apart(&shorter))
				i += n;
			else
				*tr = shorter;
		}
		if (n > 1)
			before = tr->tr_n;
	}
}

void
trace_print(FILE *f, const struct trace *tr)
{
	const struct wop *op;
	uint32_t i;

	fprintf(f, "config %u fill %d\n", tr->tr_config, (int)world_fill);
	for (i = 0; i < tr->tr_n; i++) {
		op = &tr->tr_op[i];
		fprintf(f, "%s %u %u %u %u %u %u %u\n",
		    world_op_name(op->wo_op), op->wo_p, op->wo_v, op->wo_w,
		    op->wo_page, op->wo_prot, op->wo_shape, op->wo_flags);
	}
}

/*
 * => returns false if it is none
 */
bool
trace_read(FILE *f, struct trace *tr)
{
	unsigned int b[7], fill;
	char name[32];
	int op;

	tr->tr_n = 0;
	if (fscanf(f, "config %u fill %u\n", &tr->tr_config, &fill) != 2 ||
	    fill > HOST_FILL_NONE)
		return (false);
	world_fill = (enum host_fill)fill;
	while (tr->tr_n < TRACE_MAX && fscanf(f, "%31s %u %u %u %u %u %u %u",
	    name, &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6]) == 8) {
		if ((op = world_op_find(name)) < 0)
			return (false);
		tr->tr_op[tr->tr_n++] = (struct wop){
			(uint8_t)op, (uint8_t)b[0], (uint8_t)b[1],
			(uint8_t)b[2], (uint8_t)b[3], (uint8_t)b[4],
			(uint8_t)b[5], (uint8_t)b[6]
		};
	}
	return (feof(f) != 0);
}

/*
 * The fuzzer's bytes.
 */
void
trace_decode(struct trace *tr, const uint8_t *data, size_t size)
{
	tr->tr_config = size > 0 ? data[0] : 0;
	tr->tr_n = size > 0 ? (uint32_t)(size - 1) / 8 : 0;
	if (tr->tr_n > TRACE_MAX)
		tr->tr_n = TRACE_MAX;
	memcpy(tr->tr_op, data + 1, tr->tr_n * sizeof(struct wop));
}
