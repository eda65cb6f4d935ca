/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * memory.c: the calls whose arguments the kernel wants padded, and brk.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The kernel keeps 64-bit arguments apart by an unused word. */
void	*__sys_mmap(void *, size_t, int, int, int, int, off_t);
off_t	__sys_lseek(int, int, off_t, int);
int	__sys_obreak(void *);

extern char end[];		/* end of the bss, from the linker */
static char *curbrk = end;

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t pos)
{
	return (__sys_mmap(addr, len, prot, flags, fd, 0, pos));
}

off_t
lseek(int fd, off_t offset, int whence)
{
	return (__sys_lseek(fd, 0, offset, whence));
}

int
brk(void *addr)
{
	if (__sys_obreak(addr) < 0)
		return (-1);
	curbrk = addr;
	return (0);
}

/* Grow (or shrink) the data segment.  => its former end, or -1 */
void *
sbrk(intptr_t incr)
{
	char *old = curbrk;

	if (incr != 0 && brk(old + incr) < 0)
		return ((void *)-1);
	return (old);
}

int
isatty(int fd)
{
	struct termios t;

	return (ioctl(fd, TIOCGETA, &t) == 0);
}
