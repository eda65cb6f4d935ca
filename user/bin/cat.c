/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * cat.c: copy files, or the standard input, to the standard output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
copy(int fd, const char *name)
{
	static char buf[4096];
	ssize_t n, done, w;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (done = 0; done < n; done += w) {
			w = write(STDOUT_FILENO, buf + done,
			    (size_t)(n - done));
			if (w <= 0)
				return (1);
		}
	}
	if (n < 0)
		dprintf(STDERR_FILENO, "cat: %s: %s\n", name, strerror(errno));
	return (n < 0);
}

int
main(int argc, char **argv)
{
	int status = 0, fd;

	if (argc < 2)
		return (copy(STDIN_FILENO, "standard input"));
	for (int i = 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			dprintf(STDERR_FILENO, "cat: %s: %s\n", argv[i],
			    strerror(errno));
			status = 1;
			continue;
		}
		status |= copy(fd, argv[i]);
		close(fd);
	}
	return (status);
}
