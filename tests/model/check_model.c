/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * check_model.c: random operations, each followed by an audit and compared
 * with the model.
 *
 *	check_model [-n OPS] [-t SECONDS] [-s SEED] [-f FILL] [-w N] [-o FILE]
 *	check_model -r TRACE		replay a trace, telling what it does
 *	check_model -S TRACE		shrink one that a sanitizer left first
 *	check_model -c DIRECTORY	replay the fuzzer's corpus, or one file
 *
 * A violation is shrunk, printed and written to a file that -r replays.
 * Exit status: 0 clean, 1 a violation or a run that tested too little, 2
 * usage.
 */
#define _FILE_OFFSET_BITS 64	/* or readdir fails on large inodes */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"

#define EPISODE		4000u		/* records from boot to end */
#define PHASE		200u		/* records with one hot spot */
#define FULL		1000000u	/* from here on the minima count */

/* There only with a sanitizer. */
extern void __sanitizer_set_death_callback(void (*)(void))
    __attribute__((__weak__));

/*
 * The leak checker stops the world by ptrace at exit, which an emulator does
 * not know; there is nothing to leak.
 */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}

static struct trace trace;
static const char *trace_file = "build/model.trace";
static uint64_t state;

/*
 * How often each operation, of 1000.
 */
static const uint16_t weights[W_OPS] = {
	[W_ENTER] = 235, [W_REMOVE] = 50, [W_PROTECT] = 45, [W_WIRING] = 55,
	[W_PAGEABLE] = 3, [W_COPY] = 3, [W_EXTRACT] = 12, [W_LOOKUP] = 14,
	[W_UPDATE] = 3, [W_COLLECT] = 6, [W_MAKE] = 2, [W_KILL] = 14,
	[W_REFERENCE] = 6, [W_ACTIVATE] = 16, [W_DEACTIVATE] = 3,
	[W_KENTER] = 20, [W_KREMOVE] = 14, [W_MOVE] = 22, [W_MAP] = 8,
	[W_PHYS] = 3, [W_PAGE_PROTECT] = 45, [W_CHANGEBIT] = 25,
	[W_TESTBIT] = 12, [W_CLEARMOD] = 22, [W_CLEARREF] = 22,
	[W_COW] = 15, [W_ISMOD] = 8, [W_ISREF] = 8, [W_ZERO] = 4,
	[W_COPYPAGE] = 4, [W_MAPPINGS] = 8, [W_USAGE] = 4, [W_COUNTS] = 8,
	[W_NEWPAGE] = 10, [W_ACCESS] = 190, [W_TLBFILL] = 14, [W_POOL] = 3,
	[W_LIMIT] = 5, [W_FAIL] = 14, [W_INTR] = 35, [W_SLEEP] = 16
};
static uint8_t choice[1024];
static uint32_t nchoice;

static void
choices_init(void)
{
	uint32_t op, i;

	for (op = 0; op < W_OPS; op++)
		for (i = 0; i < weights[op] && nchoice < sizeof(choice); i++)
			choice[nchoice++] = (uint8_t)op;
}

/*
 * xorshift64*, of which the high half is taken.
 */
static uint32_t
rnd(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((uint32_t)(state * 0x2545f4914f6cdd1dull >> 32));
}

/*
 * Ranges of one page most of the time, rights that give more often than
 * they take.
 */
static void
record_shape(struct wop *op, uint32_t r)
{
	static const uint8_t prots[8] = { 3, 3, 7, 1, 3, 5, 2, 0 };

	op->wo_shape = (uint8_t)(r & 7) < 5 ? 0 : (uint8_t)(r >> 8 & 15);
	switch (op->wo_op) {
	case W_ENTER:
	case W_KENTER:
	case W_MAP:
		op->wo_shape = (uint8_t)(r >> 8);
		op->wo_prot = prots[r >> 16 & 7];
		if (op->wo_prot == 0 && (r & 0x600000) != 0)
			op->wo_prot = 3;
		if ((r & 0x18) != 0)
			op->wo_flags &= (uint8_t)~WF_ON;
		if ((r & 0x6000) != 0)
			op->wo_flags &= (uint8_t)~(WF_SEEK | WF_NOWAIT);
		if ((r & 0xf80000) != 0)
			op->wo_flags &= (uint8_t)~WF_KILLED;
		break;
	case W_ACCESS:
		if ((r & 7) != 0)
			op->wo_flags |= WF_USER;
		if ((r & 0x3000) != 0)
			break;
		op->wo_p = MODEL_KERNEL;
		op->wo_flags = (r & 0x4000) != 0 ? WF_SEEK : WF_SEEK | WF_ON;
		break;
	case W_WIRING:
		if ((r & 0x30) != 0)
			op->wo_flags &= (uint8_t)~WF_ON;
		break;
	case W_PROTECT:
		op->wo_prot = (r & 0x700) == 0 ? (uint8_t)(r >> 11) :
		    (r & 0x800) != 0 ? 5 : 1;
		break;
	default:
		break;
	}
}

/*
 * A record.  Most addresses of a phase lie in a few tables of two pmaps, so
 * that tables fill; hot says which.
 */
static void
record(struct wop *op, uint32_t hot)
{
	uint32_t a = rnd(), b = rnd(), r = rnd(), slot;

	op->wo_op = choice[a % nchoice];
	op->wo_p = (uint8_t)(a >> 12);
	op->wo_v = (uint8_t)(a >> 20);
	op->wo_w = (uint8_t)b;
	op->wo_page = (uint8_t)(b >> 8);
	op->wo_prot = (uint8_t)(b >> 16);
	op->wo_flags = (uint8_t)(b >> 24);
	if ((r & 0x70000000) != 0) {
		slot = hot >> (r >> 25 & 1) * 3 & 7;
		op->wo_v = (uint8_t)(slot * WORLD_PERSLOT +
		    op->wo_v % WORLD_PERSLOT);
		if ((op->wo_p & 4) == 0)
			op->wo_p = (uint8_t)(hot >> (8 + (r >> 24 & 2)) & 3);
	}
	if ((r & 0x0c000000) != 0)
		op->wo_flags |= WF_SEEK;
	record_shape(op, r);
}

static void
episode(struct trace *tr, uint64_t left)
{
	uint32_t i, hot = 0;

	tr->tr_config = rnd() >> 8 & 0xff;
	tr->tr_n = left < EPISODE ? (uint32_t)left : EPISODE;
	for (i = 0; i < tr->tr_n; i++) {
		if (i % PHASE == 0)
			hot = rnd();
		record(&tr->tr_op[i], hot);
	}
}

/* ----- what goes wrong ----- */

static void
trace_write(const struct trace *tr)
{
	FILE *f = fopen(trace_file, "w");

	if (f == NULL) {
		printf("%s: %s\n", trace_file, strerror(errno));
		return;
	}
	trace_print(f, tr);
	fclose(f);
	printf("replay with: check_model -r %s\n", trace_file);
}

/*
 * A sanitizer ends the process: leave the trace as it is.
 */
static void
death(void)
{
	if (!trace_forks) {
		printf("a sanitizer stopped record %u of the trace\n",
		    world_at);
		trace_write(&trace);
	}
	fflush(stdout);
}

static void
violation(void)
{
	printf("violation at record %u after %llu operations: %s\n", world_at,
	    (unsigned long long)world_stats.ws_ops, host_message);
	world_whole = 1;
	trace_shrink(&trace);
	if (trace_run(&trace))
		printf("the shrunk trace does not fail\n");
	printf("shrunk to %u records: %s\n", trace.tr_n, host_message);
	trace_print(stdout, &trace);
	trace_write(&trace);
}

/* ----- what was done ----- */

/*
 * => returns false if an entry point was called too rarely
 */
static bool
calls_print(const struct world_stats *st)
{
	uint64_t sum = 0, least = ~0ull;
	uint32_t i;

	for (i = 0; i < WC_CALLS; i++) {
		sum += st->ws_calls[i];
		if (st->ws_calls[i] < least)
			least = st->ws_calls[i];
		printf("calls %-22s %llu\n", world_call_names[i],
		    (unsigned long long)st->ws_calls[i]);
	}
	printf("calls least=%llu mean=%llu\n", (unsigned long long)least,
	    (unsigned long long)(sum / WC_CALLS));
	return (least * 100 >= sum / WC_CALLS && least > 0);
}

static int
summary(const struct world_stats *st, uint64_t seed, int violations)
{
	uint32_t noop = st->ws_ops == 0 ? 0 :
	    (uint32_t)((st->ws_noop * 100 + st->ws_ops - 1) / st->ws_ops);
	bool enough = calls_print(st);

	printf("whole=%llu pinrefused=%llu deferred=%llu waits=%llu "
	    "interrupts=%llu faults=%llu\n",
	    (unsigned long long)st->ws_whole,
	    (unsigned long long)st->ws_pinrefused,
	    (unsigned long long)st->ws_deferred,
	    (unsigned long long)st->ws_waits,
	    (unsigned long long)st->ws_intr,
	    (unsigned long long)st->ws_faults);
	if (!enough)
		printf("an entry point is called too rarely\n");
	enough = enough && noop <= 30 && st->ws_reclaims > 0 &&
	    st->ws_nomem > 0;
	printf("model: ops=%llu violations=%d seed=%llu noop=%u reclaims=%llu "
	    "nomem=%llu\n", (unsigned long long)st->ws_ops, violations,
	    (unsigned long long)seed, noop,
	    (unsigned long long)st->ws_reclaims,
	    (unsigned long long)st->ws_nomem);
	return (violations != 0 || (st->ws_ops >= FULL && !enough));
}

static int
random_run(uint64_t ops, uint32_t seconds, uint64_t seed)
{
	const clock_t end = (clock_t)seconds * CLOCKS_PER_SEC;
	struct world_stats st;
	int violations = 0;

	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	choices_init();
	while (world_stats.ws_ops < ops && violations == 0 &&
	    (seconds == 0 || clock() < end)) {
		episode(&trace, EPISODE);
		if (!trace_run(&trace))
			violations = 1;
	}
	st = world_stats;
	if (violations != 0)
		violation();
	return (summary(&st, seed, violations));
}

/*
 * Run a file of the fuzzer's.  => returns false on a violation
 */
static bool
corpus_file(const char *path)
{
	static uint8_t bytes[1 + TRACE_MAX * 8];
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	if (f != NULL) {
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
	}
	trace_decode(&trace, bytes, n);
	if (trace_run(&trace))
		return (true);
	printf("%s: %s\n", path, host_message);
	violation();
	return (false);
}

/*
 * Replay every file of a directory: the fuzzer's corpus, a regression.
 */
static int
corpus(const char *name)
{
	char path[1024];
	const struct dirent *d;
	unsigned int files = 0;
	DIR *dir = opendir(name);

	if (dir == NULL)
		return (corpus_file(name) ? 0 : 1);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, d->d_name);
		if (!corpus_file(path))
			return (1);
		files++;
	}
	closedir(dir);
	if (files == 0) {
		fprintf(stderr, "%s: no file to replay\n", name);
		return (2);
	}
	printf("corpus: files=%u ops=%llu violations=0\n", files,
	    (unsigned long long)world_stats.ws_ops);
	return (0);
}

/*
 * Replay a trace, or first shrink one that ends its process.
 */
static int
replay(const char *name, bool shrink)
{
	FILE *f = fopen(name, "r");
	bool read;

	if (f == NULL) {
		perror(name);
		return (2);
	}
	read = trace_read(f, &trace);
	fclose(f);
	if (!read) {
		fprintf(stderr, "%s: no trace\n", name);
		return (2);
	}
	world_whole = 1;
	if (shrink) {
		trace_forks = true;
		trace_shrink(&trace);
		printf("shrunk to %u records\n", trace.tr_n);
		trace_print(stdout, &trace);
		trace_write(&trace);
	}
	world_verbose = true;
	if (!trace_run(&trace)) {
		printf("violation: %s\n", host_message);
		return (1);
	}
	printf("no violation\n");
	return (0);
}

int
main(int argc, char **argv)
{
	uint64_t ops = ~0ull, seed = (uint64_t)time(NULL);
	uint32_t seconds = 0;
	const char *trace_name = NULL;
	bool shrink = false;
	int c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(death);
	while ((c = getopt(argc, argv, "n:t:s:r:S:c:f:w:o:")) != -1) {
		if (c == 'n')
			ops = strtoull(optarg, NULL, 0);
		else if (c == 't')
			seconds = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'r' || c == 'S') {
			trace_name = optarg;
			shrink = c == 'S';
		} else if (c == 'c')
			return (corpus(optarg));
		else if (c == 'o')
			trace_file = optarg;
		else if (c == 'w' && atoi(optarg) > 0)
			world_whole = (uint32_t)atoi(optarg);
		else if (c == 'f' && strcmp(optarg, "ptes") == 0)
			world_fill = HOST_FILL_PTES;
		else
			goto usage;
	}
	if (optind != argc)
		goto usage;
	if (trace_name != NULL)
		return (replay(trace_name, shrink));
	if (ops == ~0ull && seconds == 0)
		ops = 1000000;
	return (random_run(ops, seconds, seed));
usage:
	fprintf(stderr, "usage: check_model [-n OPS] [-t SECONDS] [-s SEED] "
	    "[-f ptes] [-w N]\n    [-o FILE] [-r TRACE | -S TRACE | "
	    "-c DIRECTORY]\n");
	return (2);
}
