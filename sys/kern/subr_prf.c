/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * subr_prf.c: messages of the kernel, and its last one.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/reboot.h>

const char *volatile panicstr;

static void
putchar(int c, void *arg)
{
	(void)arg;
	if (c == '\n')
		cnputc('\r');
	cnputc(c);
}

int
vprintf(const char *fmt, va_list ap)
{
	return (kvprintf(putchar, NULL, fmt, ap));
}

/*
 * Print on the console.  => any level
 */
int
printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	return (n);
}

/*
 * Something is broken beyond repair: say so and stop.
 *
 * => a panic within a panic stops at once
 */
void
panic(const char *fmt, ...)
{
	struct proc *p = curproc;
	va_list ap;

	(void)splhigh();
	if (panicstr != NULL)
		cpu_panic();
	panicstr = fmt;
	printf("panic: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	if (p != NULL)
		printf(" (pid %d, %s)", p->p_pid, p->p_comm);
	printf("\n");
	cpu_panic();
}
