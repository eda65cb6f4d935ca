/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * strerror.c: the text of an error number.
 */
#include <errno.h>
#include <string.h>

static const char *const texts[ELAST + 1] = {
	[0] = "no error",
	[EPERM] = "not permitted",
	[ENOENT] = "no such file",
	[ESRCH] = "no such process",
	[EINTR] = "interrupted",
	[EIO] = "input/output error",
	[ENXIO] = "no such device",
	[E2BIG] = "too many arguments",
	[ENOEXEC] = "not a program",
	[EBADF] = "bad descriptor",
	[ECHILD] = "no children",
	[EDEADLK] = "deadlock avoided",
	[ENOMEM] = "out of memory",
	[EACCES] = "permission denied",
	[EFAULT] = "bad address",
	[EBUSY] = "busy",
	[EEXIST] = "exists",
	[ENODEV] = "not of this device",
	[ENOTDIR] = "not a directory",
	[EISDIR] = "is a directory",
	[EINVAL] = "invalid argument",
	[ENFILE] = "too many open files in the system",
	[EMFILE] = "too many open files",
	[ENOTTY] = "not a terminal",
	[EFBIG] = "file too large",
	[ENOSPC] = "no space",
	[ESPIPE] = "cannot seek",
	[EROFS] = "read-only file system",
	[EPIPE] = "broken pipe",
	[ERANGE] = "out of range",
	[EAGAIN] = "try again",
	[EOPNOTSUPP] = "not supported",
	[ENAMETOOLONG] = "name too long",
	[ENOSYS] = "no such system call",
};

const char *
strerror(int error)
{
	if (error < 0 || error > ELAST || texts[error] == NULL)
		return ("unknown error");
	return (texts[error]);
}
