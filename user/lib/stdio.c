/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stdio.c: formatted output, one write(2) a call.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 512 };

struct out {
	char	o_buf[BUFFER];
	size_t	o_len;
	int	o_fd;
};

static void
out_flush(struct out *o)
{
	const char *p = o->o_buf;
	ssize_t n;

	while (o->o_len > 0) {
		n = write(o->o_fd, p, o->o_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		p += n;
		o->o_len -= (size_t)n;
	}
	o->o_len = 0;
}

static void
out_put(int c, void *arg)
{
	struct out *o = arg;

	o->o_buf[o->o_len++] = (char)c;
	if (o->o_len == BUFFER)
		out_flush(o);
}

/* Format to a descriptor.  => the number of characters */
int
vdprintf(int fd, const char *fmt, va_list ap)
{
	struct out o;
	int n, saved = errno;

	o.o_len = 0;
	o.o_fd = fd;
	n = kvprintf(out_put, &o, fmt, ap);
	out_flush(&o);
	errno = saved;
	return (n);
}

int
dprintf(int fd, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vdprintf(fd, fmt, ap);
	va_end(ap);
	return (n);
}

int
printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vdprintf(STDOUT_FILENO, fmt, ap);
	va_end(ap);
	return (n);
}

int
puts(const char *s)
{
	return (printf("%s\n", s));
}

void
perror(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
}
