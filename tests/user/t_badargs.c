/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_badargs.c: garbage for every system call, through both entries.
 */
#include <sys/ioctl.h>
#include <sys/sysctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "test.h"

/* Addresses that no process may read or write through. */
static const uint32_t bad_pointers[] = {
	0x00000004, 0x00000ff0, 0x70000000, 0xefbfe000, 0xefc00000,
	0xf0000000, 0xf0100000, 0xffbfffff, 0xfffffff0, 0xffffffff
};

enum { BAD_POINTERS = sizeof(bad_pointers) / sizeof(bad_pointers[0]) };

/* Random calls. */
enum {
	FUZZ_SEEDS = 60,	/* processes */
	FUZZ_CALLS = 300,	/* of one */
	FUZZ_NAP = 10000,	/* microseconds that a call may sleep */
	FUZZ_TRIES = 300,	/* naps until a process counts as asleep */
	FUZZ_WHOLE = 40		/* processes that must make all calls */
};

static int fd_file, fd_pipe[2], fd_directory;

static void
open_some(void)
{
	fd_file = test_open("/data/private", O_RDONLY);
	fd_directory = test_open("/bin", O_RDONLY);
	CHECK(pipe(fd_pipe) == 0, "pipe");
	CHECK(write(fd_pipe[1], "0123456789", 10) == 10, "write");
}

static void
try_pointer(void *p)
{
	static char *argv[] = { "x", NULL };
	struct sigaction sa;

	CHECK_ERRNO(EFAULT, read(fd_file, p, 16));
	CHECK_ERRNO(EFAULT, read(fd_pipe[0], p, 4));
	CHECK_ERRNO(EFAULT, write(fd_pipe[1], p, 16));
	CHECK_ERRNO(EFAULT, open(p, O_RDONLY));
	CHECK_ERRNO(EFAULT, execve(p, argv, argv + 1));
	CHECK_ERRNO(EFAULT, execve("/bin/echo", p, argv + 1));
	CHECK_ERRNO(EFAULT, execve("/bin/echo", argv, p));
	CHECK_ERRNO(EFAULT, pipe(p));
	CHECK_ERRNO(EFAULT, stat(p, (struct stat *)(void *)&sa));
	CHECK_ERRNO(EFAULT, stat("/bin", p));
	CHECK_ERRNO(EFAULT, fstat(fd_file, p));
	CHECK_ERRNO(EFAULT, gettimeofday(p, NULL));
	CHECK_ERRNO(EFAULT, getrusage(RUSAGE_SELF, p));
	CHECK_ERRNO(EFAULT, nanosleep(p, NULL));
	CHECK_ERRNO(EFAULT, setitimer(ITIMER_REAL, p, NULL));
	CHECK_ERRNO(EFAULT, sigaction(SIGUSR1, p, NULL));
	CHECK_ERRNO(EFAULT, sigaction(SIGUSR1, NULL, p));
	CHECK_ERRNO(EFAULT, sigprocmask(SIG_BLOCK, p, NULL));
	CHECK_ERRNO(EFAULT, sigprocmask(SIG_BLOCK, NULL, p));
	CHECK_ERRNO(EFAULT, mincore(PROGRAM, PAGE, p));
}

static void
badargs__pointers_give_efault(void)
{
	open_some();
	for (int i = 0; i < BAD_POINTERS; i++)
		try_pointer((void *)(uintptr_t)bad_pointers[i]);
}

/* The calls that take vectors, sets of descriptors and names of figures. */
static void
try_more(void *p)
{
	int name[2] = { CTL_KERN, KERN_MAXPROC }, value;
	size_t len = sizeof(value);
	struct iovec iov = { p, 16 };
	struct timeval now = { 0, 0 };
	char buf[512];

	CHECK_ERRNO(EFAULT, int_call(SYS_writev, fd_pipe[1], p, 1));
	CHECK_ERRNO(EFAULT, int_call(SYS_writev, fd_pipe[1], &iov, 1));
	CHECK_ERRNO(EFAULT, int_call(SYS_readv, fd_file, p, 1));
	CHECK_ERRNO(EFAULT, int_call(SYS_readv, fd_file, &iov, 1));
	CHECK_ERRNO(EFAULT, sysctl(p, 2, &value, &len, NULL, 0));
	CHECK_ERRNO(EFAULT, sysctl(name, 2, p, &len, NULL, 0));
	CHECK_ERRNO(EFAULT, sysctl(name, 2, &value, p, NULL, 0));
	CHECK(sysctl(name, 2, NULL, NULL, p, 4) == -1, "a figure was set");
	CHECK_ERRNO(EFAULT, select(8, p, NULL, NULL, &now));
	CHECK_ERRNO(EFAULT, select(8, NULL, p, NULL, &now));
	CHECK_ERRNO(EFAULT, select(8, NULL, NULL, p, &now));
	CHECK_ERRNO(EFAULT, select(8, NULL, NULL, NULL, p));
	CHECK_ERRNO(EFAULT, sigsuspend(p));
	CHECK_ERRNO(EFAULT, int_call(SYS_sigreturn, p));
	CHECK_ERRNO(EFAULT, getdirentries(fd_directory, p, 512, NULL));
	CHECK(lseek(fd_directory, 0, SEEK_SET) == 0, "lseek");
	CHECK_ERRNO(EFAULT, getdirentries(fd_directory, buf, 512, p));
	CHECK(lseek(fd_directory, 0, SEEK_SET) == 0, "lseek");
}

static void
badargs__more_pointers_give_efault(void)
{
	open_some();
	for (int i = 0; i < BAD_POINTERS; i++)
		try_more((void *)(uintptr_t)bad_pointers[i]);
}

/* A child whose status cannot be stored stays to be waited for. */
static void
badargs__wait_keeps_the_child(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	CHECK(pid > 0, "fork: %s", strerror(errno));
	for (int i = 0; i < BAD_POINTERS; i++) {
		void *p = (void *)(uintptr_t)bad_pointers[i];

		CHECK_ERRNO(EFAULT, wait4(pid, p, 0, NULL));
		CHECK_ERRNO(EFAULT, wait4(-1, NULL, 0, p));
	}
	CHECK(wait4(pid, &status, 0, NULL) == pid, "the child is gone");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7,
	    "status 0x%x", status);
}

/* A buffer whose first page is good and whose second is not there. */
static void
badargs__buffer_that_ends_too_soon(void)
{
	char *p = test_map(2 * PAGE, MAP_PRIVATE);
	int fd = test_open("/data/private", O_RDONLY), end[2];

	CHECK(munmap(p + PAGE, PAGE) == 0, "munmap");
	CHECK(pipe(end) == 0, "pipe");
	CHECK_ERRNO(EFAULT, read(fd, p + PAGE - 100, 200));
	CHECK_ERRNO(EFAULT, write(end[1], p + PAGE - 100, 200));
	memset(p, '/', PAGE);
	CHECK(open(p + PAGE - 10, O_RDONLY) == -1 && errno == EFAULT,
	    "open: errno %d", errno);
	CHECK_ERRNO(EFAULT, gettimeofday((void *)(p + PAGE - 4), NULL));
	CHECK_ERRNO(EFAULT, fstat(fd, (void *)(p + PAGE - 8)));
	CHECK_ERRNO(EFAULT, pipe((int *)(p + PAGE - 4)));
}

static void
badargs__read_only_buffer(void)
{
	char *p = test_map(PAGE, MAP_PRIVATE);
	int fd = test_open("/data/private", O_RDONLY);

	p[0] = 'r';
	CHECK(mprotect(p, PAGE, PROT_READ) == 0, "mprotect");
	CHECK_ERRNO(EFAULT, read(fd, p, 16));
	CHECK_ERRNO(EFAULT, read(fd, PROGRAM, 16));
	CHECK_ERRNO(EFAULT, gettimeofday((void *)p, NULL));
	CHECK(p[0] == 'r', "the page was written");
}

static void
badargs__sizes(void)
{
	open_some();
	CHECK(read(fd_file, PROGRAM, 0) == 0, "read of nothing");
	CHECK(read(fd_file, sbrk(0), 0xffffffff) == -1, "read of 4 GB");
	CHECK(read(fd_file, (void *)0xefbfd000, 0x80000000) == -1,
	    "read of 2 GB");
	CHECK(write(fd_pipe[1], PROGRAM, 0xffffffff) == -1,
	    "write of 4 GB");
	CHECK(munmap((void *)0x40000000, 0xc0000000) == -1,
	    "munmap that wraps");
	CHECK(mprotect((void *)0x40000000, 0xffffffff, PROT_READ) == -1,
	    "mprotect that wraps");
}

static void
badargs__numbers_give_enosys(void)
{
	static const unsigned int bad[] = {
		8, 9, 351, 352, 1000, 0x7fffffff, 0x80000000, 0xffffffff
	};

	signal(SIGSYS, SIG_IGN);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERRNO(ENOSYS, int_call(bad[i], 1, 2, 3));
		CHECK_ERRNO(ENOSYS, gate_call(bad[i], 1, 2, 3));
	}
}

static void
badargs__both_entries(void)
{
	int pid = getpid();

	CHECK(int_call(SYS_getpid) == pid, "int");
	CHECK(gate_call(SYS_getpid) == pid, "gate");
	CHECK_ERRNO(EBADF, gate_call(SYS_close, 25));
	CHECK_ERRNO(EBADF, int_call(SYS_close, 25));
}

/* The arguments themselves lie where nothing is mapped. */
static void
call_without_stack(void)
{
	__asm__ volatile("movl $0xefbfdffc, %%esp\n\t"
	    "movl $197, %%eax\n\tint $0x80\n\t"
	    "jnc 1f\n\tcmpl $14, %%eax\n\tjne 1f\n\t"
	    "movl $0xf0100000, %%esp\n\tmovl $4, %%eax\n\tint $0x80\n\t"
	    "jnc 1f\n\tcmpl $14, %%eax\n\tjne 1f\n\t"
	    "movl %0, %%esp\n\tpushl $55\n\tpushl $0\n\tmovl $1, %%eax\n\t"
	    "int $0x80\n1:\tud2" :: "i" (0x00300800) : "eax", "memory");
}

static void
badargs__arguments_not_mapped(void)
{
	int status;

	CHECK(mmap((void *)0x00300000, PAGE, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) != MAP_FAILED, "mmap");
	status = test_child(call_without_stack);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 55,
	    "status 0x%x", status);
}

static void
badargs__sigreturn_with_garbage(void)
{
	static uint32_t context[32];
	struct prng pr;
	int status;

	prng_seed(&pr, 7);
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 32; k++)
			context[k] = i == 0 ? 0xffffffff : prng_next(&pr);
		if (fork() == 0) {
			alarm(5);
			int_call(SYS_sigreturn, i == 1 ? (void *)8 : context);
			_exit(0);
		}
		CHECK(wait(&status) > 0, "wait");
	}
}

/* A word that is often a pointer, sometimes a good one, or a number. */
static uint32_t
garbage(struct prng *pr, void *good)
{
	switch (prng_below(pr, 5)) {
	case 0:
		return (bad_pointers[prng_below(pr, BAD_POINTERS)]);
	case 1:
		return ((uint32_t)(uintptr_t)good + prng_below(pr, 2 * PAGE));
	case 2:
		return (prng_below(pr, 64) - 4);
	case 3:
		return (prng_next(pr) & 0xfffff000);
	default:
		return (prng_next(pr));
	}
}

/*
 * Not the calls that would end the test, stop the machine or kill others; 0
 * and 198 are the indirect call, which could be any of these.
 */
static bool
harmless(unsigned int number)
{
	return (number != 0 && number != 198 && number != SYS_exit &&
	    number != SYS_fork && number != SYS_vfork &&
	    number != SYS_reboot && number != SYS_kill);
}

/* Any number, but every other time a call that reads or writes memory. */
static unsigned int
draw_number(struct prng *pr)
{
	static const unsigned int often[] = {
		SYS_write, SYS_writev, SYS_readv, SYS_sysctl, SYS_sigsuspend,
		SYS_wait4, SYS_select, SYS_getdirentries
	};

	if (prng_below(pr, 2) == 0)
		return (prng_below(pr, 360));
	return (often[prng_below(pr, sizeof(often) / sizeof(often[0]))]);
}

/* Wake whoever sleeps in a call. */
static void
on_alarm(int sig)
{
	(void)sig;
}

/* An interval timer, which the calls themselves may have stopped. */
static void
arm(void)
{
	struct itimerval it = { { 0, FUZZ_NAP }, { 0, FUZZ_NAP } };
	struct sigaction sa = { .sa_handler = on_alarm };
	sigset_t none = 0;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
fuzz(uint32_t seed, void *shared)
{
	struct prng pr;

	prng_seed(&pr, seed);
	for (int fd = 0; fd < 3; fd++)
		dup2(fd_pipe[0], fd);
	for (int i = 0; i < FUZZ_CALLS; i++) {
		unsigned int number = draw_number(&pr);
		uint32_t a[8];

		for (int k = 0; k < 8; k++)
			a[k] = garbage(&pr, shared);
		arm();
		if (harmless(number))
			(prng_below(&pr, 2) ? int_call : gate_call)(number,
			    a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
	}
}

/*
 * Wait for a process of random calls; one that sleeps and has blocked its
 * own alarm is killed.
 * => what waitpid says of it; *slept: it was killed here
 */
static int
fuzz_wait(pid_t pid, bool *slept)
{
	int status;
	pid_t got;

	*slept = false;
	for (int n = 0; n < FUZZ_TRIES; n++) {
		got = waitpid(pid, &status, WNOHANG);
		CHECK(got == 0 || got == pid, "wait: %s", strerror(errno));
		if (got == pid)
			return (status);
		usleep(FUZZ_NAP);
	}
	*slept = true;
	CHECK(kill(pid, SIGKILL) == 0, "kill");
	CHECK(waitpid(pid, &status, 0) == pid, "wait");
	return (status);
}

/*
 * Random calls may take a process's memory or its handlers away, so a fault
 * may end it; no other end is right.
 */
static bool
fuzz_end_is_right(int status, bool slept)
{
	if (WIFEXITED(status))
		return (WEXITSTATUS(status) == 0);
	switch (WTERMSIG(status)) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGSYS:
	case SIGPIPE:
	case SIGALRM:
	case SIGVTALRM:
	case SIGPROF:
		return (true);
	default:
		return (WTERMSIG(status) == SIGKILL && slept);
	}
}

static void
badargs__random_calls(void)
{
	char *p = test_map(2 * PAGE, MAP_PRIVATE);
	int status, whole = 0;
	bool slept;

	open_some();
	for (uint32_t seed = 1; seed <= FUZZ_SEEDS; seed++) {
		pid_t pid = fork();

		if (pid == 0) {
			signal(SIGSYS, SIG_IGN);
			fuzz(seed, p);
			_exit(0);
		}
		CHECK(pid > 0, "fork: %s", strerror(errno));
		status = fuzz_wait(pid, &slept);
		CHECK(fuzz_end_is_right(status, slept), "seed %u: status 0x%x",
		    seed, status);
		whole += WIFEXITED(status);
	}
	CHECK(whole >= FUZZ_WHOLE, "%d of %d made all calls", whole,
	    FUZZ_SEEDS);
}

static void
badargs__ioctl_and_fcntl(void)
{
	struct termios t;

	open_some();
	CHECK_ERRNO(ENOTTY, ioctl(fd_file, TIOCGETA, &t));
	CHECK(ioctl(fd_pipe[0], 0x12345678, &t) == -1, "pipe ioctl");
	CHECK(ioctl(0, 0xffffffff, &t) == -1, "tty ioctl");
	CHECK_ERRNO(EINVAL, fcntl(fd_file, 99, 0));
	CHECK(fcntl(fd_file, F_DUPFD, 1000) == -1, "dup to 1000");
	CHECK(fcntl(fd_file, F_DUPFD, -1) == -1, "dup to -1");
}

const struct test tests_badargs[] = {
	TEST(badargs__pointers_give_efault),
	TEST(badargs__more_pointers_give_efault),
	TEST(badargs__wait_keeps_the_child),
	TEST(badargs__buffer_that_ends_too_soon),
	TEST(badargs__read_only_buffer),
	TEST(badargs__sizes),
	TEST(badargs__numbers_give_enosys),
	TEST(badargs__both_entries),
	TEST(badargs__arguments_not_mapped),
	TEST(badargs__sigreturn_with_garbage),
	TEST(badargs__random_calls),
	TEST(badargs__ioctl_and_fcntl),
	TEST_END
};
