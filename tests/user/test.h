/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * test.h: the frame of the system-call tests.
 *
 * A subject is a table of tests, each of which runs in a process of its own,
 * with a time limit, so that one that dies is one that failed.
 */
#ifndef _TEST_H_
#define _TEST_H_

#include <sys/types.h>
#include <sys/wait.h>

#include <machine/vmparam.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096u
#define PROGRAM	((char *)VM_MIN_ADDRESS)	/* each begins there */

struct test {
	const char	*t_name;
	void		(*t_run)(void);
};

#define TEST(fn)	{ #fn, fn }
#define TEST_END	{ NULL, NULL }

extern const struct test tests_counts[], tests_device[], tests_leak[],
    tests_limit[], tests_lock[], tests_many[], tests_place[];
extern const struct test tests_badargs[], tests_cow[], tests_exec[],
    tests_file[], tests_floor[], tests_fork[], tests_itimer[],
    tests_memory[], tests_mmap[], tests_offset[], tests_pipe[],
    tests_select[], tests_sigframe[], tests_signal[], tests_stop[],
    tests_sysctl[],
    tests_time[], tests_trap[], tests_user[], tests_wire[];

void	test_fail(const char *, ...)
	    __attribute__((format(printf, 1, 2), noreturn));

/* Fail with the text given unless cond holds. */
#define CHECK(cond, ...) do {						\
	if (!(cond))							\
		test_fail(__VA_ARGS__);					\
} while (0)

/* The call must fail with this error number. */
#define CHECK_ERRNO(error, call) do {					\
	errno = 0;							\
	if ((int)(call) != -1 || errno != (error))			\
		test_fail("%s: errno %d, not %d", #call, errno, error);	\
} while (0)

/* Run fn in a child.  => what waitpid says of it */
int	test_child(void (*)(void));

/* Run fn in a child, which must die of SIGSEGV or SIGBUS. */
void	test_must_fault(void (*)(void), const char *);

void	*test_map(size_t, int);
int	test_open(const char *, int);

/*
 * So many pages of /data/shared0 from an offset on, writable and private,
 * each of which has to be read from the disk first.
 */
char	*test_disk_pages(int, int);

/* Any system call, by number: user/lib/syscalls.S. */
int	gate_call(unsigned int, ...);
int	int_call(unsigned int, ...);

#endif /* _TEST_H_ */
