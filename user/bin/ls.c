/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * ls.c: list directories and files; -l with mode and size.
 */
#include <sys/types.h>
#include <sys/dirent.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int long_format;

static void
show(const char *path, const char *name)
{
	struct stat st;
	char type;

	if (!long_format || stat(path, &st) < 0) {
		printf("%s\n", name);
		return;
	}
	type = S_ISDIR(st.st_mode) ? 'd' : S_ISCHR(st.st_mode) ? 'c' : '-';
	printf("%c%04o %9u %s\n", type, (unsigned int)st.st_mode & 07777,
	    (unsigned int)st.st_size, name);
}

static int
fail(const char *name)
{
	dprintf(STDERR_FILENO, "ls: %s: %s\n", name, strerror(errno));
	return (1);
}

static int
list_directory(const char *path)
{
	static char buf[1024];
	char full[160];
	long base;
	int fd, n;

	fd = open(path, O_RDONLY);
	if (fd < 0)
		return (fail(path));
	while ((n = getdirentries(fd, buf, sizeof(buf), &base)) > 0) {
		for (int at = 0; at < n; ) {
			struct dirent *d = (struct dirent *)(buf + at);

			snprintf(full, sizeof(full), "%s/%s", path, d->d_name);
			show(full, d->d_name);
			at += d->d_reclen;
		}
	}
	close(fd);
	return (n < 0 ? fail(path) : 0);
}

static int
list(const char *path, int heading)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return (fail(path));
	if (S_ISDIR(st.st_mode)) {
		if (heading)
			printf("%s:\n", path);
		return (list_directory(path));
	}
	show(path, path);
	return (0);
}

int
main(int argc, char **argv)
{
	int status = 0, i = 1, many;

	if (i < argc && strcmp(argv[i], "-l") == 0) {
		long_format = 1;
		i++;
	}
	if (i >= argc)
		return (list(".", 0));
	many = argc - i > 1;
	for (; i < argc; i++)
		status |= list(argv[i], many);
	return (status);
}
