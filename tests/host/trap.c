/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * trap.c: how a stretch of the module's code ends, and what it said: panics,
 * hangs, the log.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "host.h"

char host_message[512];
jmp_buf *host_trap_to;
volatile uint32_t host_calls;

static uint32_t watch_ms;

static char log_text[32768];
static uint32_t log_len;

const char *
host_log(void)
{
	return (log_text);
}

void
host_log_clear(void)
{
	log_len = 0;
	log_text[0] = '\0';
}

jmp_buf *
host_trap_begin(jmp_buf *here)
{
	jmp_buf *old = host_trap_to;

	host_calls++;
	host_trap_to = here;
	return (old);
}

void
host_trap_end(jmp_buf *old)
{
	host_trap_to = old;
}

/*
 * Where HOST_TRY lands, the first time and after a trap.
 */
enum host_trap
host_trap_land(jmp_buf *old, enum host_trap trap)
{
	if (trap != HOST_OK) {
		host_trap_to = old;
		host_spl = 0;
	}
	return (trap);
}

void
host_trap(enum host_trap trap)
{
	if (host_trap_to == NULL) {
		fprintf(stderr, "%s\n%s", host_message, log_text);
		abort();
	}
	_longjmp(*host_trap_to, (int)trap);
}

/*
 * A tick of the watch: the module has not been called since the last one, so
 * what we are in does not end.  Outside of HOST_TRY it is the test that works.
 */
static void
watch_tick(int sig)
{
	static uint32_t seen;

	(void)sig;
	if (host_trap_to == NULL || host_calls != seen) {
		seen = host_calls;
		return;
	}
	snprintf(host_message, sizeof(host_message),
	    "no end after %u ms of the processor", watch_ms);
	host_trap(HOST_HANG);
}

/*
 * From now on a call that does not return is a hang.
 * => ms: of the processor's time, for no call; it may take twice that
 * => for each process anew, after fork too
 */
void
host_watch(uint32_t ms)
{
	struct itimerval every;
	struct sigaction sa;

	watch_ms = ms;
	every.it_value.tv_sec = (time_t)(ms / 1000);
	every.it_value.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	every.it_interval = every.it_value;
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = watch_tick;
	sa.sa_flags = SA_NODEFER | SA_RESTART;
	sigaction(SIGVTALRM, &sa, NULL);
	setitimer(ITIMER_VIRTUAL, &every, NULL);
}

/*
 * So often has this happened: more than the limit is a hang.
 */
void
host_hang_above(uint32_t limit, const char *what, uint32_t n)
{
	if (n <= limit)
		return;
	snprintf(host_message, sizeof(host_message), "%s %u times", what, n);
	host_trap(HOST_HANG);
}

static bool
verbose(void)
{
	static int known;

	if (known == 0)
		known = getenv("HOST_VERBOSE") != NULL ? 1 : -1;
	return (known > 0);
}

static void
log_add(const char *fmt, va_list ap)
{
	int n;

	if (log_len > sizeof(log_text) - 1024)
		log_len = 0;
	n = vsnprintf(log_text + log_len, sizeof(log_text) - log_len, fmt, ap);
	if (verbose())
		fputs(log_text + log_len, stderr);
	if (n > 0)
		log_len += (uint32_t)n < 1023 ? (uint32_t)n : 1023;
}

void
ph_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_add(fmt, ap);
	va_end(ap);
}

void
ph_panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(host_message, sizeof(host_message), fmt, ap);
	va_end(ap);
	if (verbose())
		fprintf(stderr, "panic: %s\n", host_message);
	host_trap(HOST_PANIC);
}
