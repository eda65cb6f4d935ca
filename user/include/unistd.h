/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * unistd.h: the system calls, as programs see them.
 *
 * All return -1 and set errno on failure, unless the line says otherwise.
 */
#ifndef _UNISTD_H_
#define _UNISTD_H_

#include <sys/types.h>
#include <sys/uio.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#define STDIN_FILENO	0
#define STDOUT_FILENO	1
#define STDERR_FILENO	2

/* Processes. */
pid_t	fork(void);
pid_t	vfork(void) __attribute__((returns_twice));
void	_exit(int) __attribute__((noreturn));
pid_t	wait(int *);
pid_t	waitpid(pid_t, int *, int);
pid_t	wait4(pid_t, int *, int, struct rusage *);
int	execve(const char *, char *const[], char *const[]);
int	execv(const char *, char *const[]);
pid_t	getpid(void);
pid_t	getppid(void);
int	getrusage(int, struct rusage *);
int	reboot(int);

/* Files. */
int	open(const char *, int, ...);
int	chdir(const char *);
int	close(int);
ssize_t	read(int, void *, size_t);
ssize_t	write(int, const void *, size_t);
off_t	lseek(int, off_t, int);
int	stat(const char *, struct stat *);
int	fstat(int, struct stat *);
int	fsync(int);
int	pipe(int *);
int	dup(int);
int	dup2(int, int);
int	fcntl(int, int, ...);
int	ioctl(int, unsigned long, ...);
int	select(int, fd_set *, fd_set *, fd_set *, struct timeval *);
int	getdirentries(int, char *, int, long *);
int	isatty(int);

/* Memory. */
void	*mmap(void *, size_t, int, int, int, off_t);
int	munmap(void *, size_t);
int	mprotect(void *, size_t, int);
int	madvise(void *, size_t, int);
int	minherit(void *, size_t, int);
int	msync(void *, size_t, int);
int	mincore(void *, size_t, unsigned char *);
int	mlock(const void *, size_t);
int	munlock(const void *, size_t);
int	brk(void *);
void	*sbrk(intptr_t);

/* Time. */
int	gettimeofday(struct timeval *, struct timezone *);
int	setitimer(int, const struct itimerval *, struct itimerval *);
unsigned int sleep(unsigned int);
int	usleep(unsigned int);
unsigned int alarm(unsigned int);
int	pause(void);

/* The kernel's figures. */
ssize_t	readv(int, const struct iovec *, int);
int	sysctl(int *, unsigned int, void *, size_t *, const void *, size_t);

#endif /* _UNISTD_H_ */
