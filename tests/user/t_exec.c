/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_exec.c: exec, with good programs and with files that are none.
 */
#include "test.h"

enum { ROOM = 65536 };		/* size of /scratch */

/* Run a program with its output in buf.  => its status */
static int
output_of(char *const argv[], char *const envp[], char *buf, size_t size)
{
	int end[2], status;
	size_t have = 0;
	ssize_t n;

	CHECK(pipe(end) == 0, "pipe");
	if (fork() == 0) {
		dup2(end[1], 1);
		close(end[0]);
		close(end[1]);
		execve(argv[0], argv, envp);
		_exit(100 + errno);
	}
	close(end[1]);
	while (have + 1 < size &&
	    (n = read(end[0], buf + have, size - 1 - have)) > 0)
		have += (size_t)n;
	buf[have] = '\0';
	close(end[0]);
	CHECK(wait(&status) > 0, "wait");
	return (status);
}

static void
exec__arguments_arrive(void)
{
	char *argv[] = { "/bin/echo", "one", "", "three words here", NULL };
	char *envp[] = { NULL }, buf[128];

	CHECK(output_of(argv, envp, buf, sizeof(buf)) == 0, "status");
	CHECK(strcmp(buf, "one  three words here\n") == 0, "'%s'", buf);
}

static void
exec__long_arguments(void)
{
	static char word[12001], buf[13000];
	char *argv[] = { "/bin/echo", word, NULL }, *envp[] = { NULL };

	memset(word, 'w', sizeof(word) - 1);
	CHECK(output_of(argv, envp, buf, sizeof(buf)) == 0, "status");
	CHECK(strlen(buf) == 12001 && memcmp(buf, word, 12000) == 0,
	    "%u characters", (unsigned int)strlen(buf));
}

static void
exec__too_many_arguments(void)
{
	static char word[4096];
	static char *argv[64];
	char *envp[] = { NULL };

	memset(word, 'w', sizeof(word) - 1);
	for (int i = 0; i < 63; i++)
		argv[i] = word;
	CHECK_ERRNO(E2BIG, execve("/bin/echo", argv, envp));
}

static void
exec__no_such_file(void)
{
	char *argv[] = { "x", NULL }, *envp[] = { NULL };

	CHECK_ERRNO(ENOENT, execve("/bin/nothing", argv, envp));
	CHECK_ERRNO(ENOENT, execve("", argv, envp));
	CHECK(execve("/bin", argv, envp) == -1, "a directory can be run");
	CHECK(execve("/ctl", argv, envp) == -1, "/ctl can be run");
}

static void
on_signal(int sig)
{
	_exit(sig);
}

/* Send one character through the program and have it back. */
static void
through(int to, int from, const char *c)
{
	char got = 0;

	CHECK(write(to, c, 1) == 1 && read(from, &got, 1) == 1 && got == *c,
	    "'%s' came back as '%c'", c, got);
}

static void
exec__handlers_are_reset_ignores_kept(void)
{
	char *argv[] = { "/bin/cat", NULL }, *envp[] = { NULL };
	int to[2], from[2], status;
	pid_t pid;

	CHECK(pipe(to) == 0 && pipe(from) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		signal(SIGUSR1, on_signal);
		signal(SIGTERM, SIG_IGN);
		dup2(to[0], 0);
		dup2(from[1], 1);
		execve(argv[0], argv, envp);
		_exit(99);
	}
	through(to[1], from[0], "x");
	kill(pid, SIGTERM);
	through(to[1], from[0], "y");
	kill(pid, SIGUSR1);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGUSR1, "status 0x%x", status);
}

static void
exec__close_on_exec(void)
{
	char *argv[] = { "/bin/echo", "x", NULL }, *envp[] = { NULL };
	int end[2], status;
	char c;

	CHECK(pipe(end) == 0, "pipe");
	CHECK(fcntl(end[1], F_SETFD, FD_CLOEXEC) == 0, "fcntl");
	if (fork() == 0) {
		int null = dup(end[1]);

		fcntl(null, F_SETFD, FD_CLOEXEC);
		close(1);
		execve(argv[0], argv, envp);
		_exit(99);
	}
	close(end[1]);
	CHECK(read(end[0], &c, 1) == 0, "the end is still open");
	CHECK(wait(&status) > 0, "wait");
}

/* Put a copy of /bin/echo into /scratch.  => its size */
static size_t
copy_echo(char *image)
{
	int fd = test_open("/bin/echo", O_RDONLY);
	ssize_t n;

	memset(image, 0, ROOM);
	n = read(fd, image, ROOM);
	CHECK(n > 0, "read");
	close(fd);
	return ((size_t)n);
}

static void
write_scratch(const char *image)
{
	int fd = test_open("/scratch", O_RDWR);

	for (int at = 0; at < ROOM; at += 4096)
		CHECK(write(fd, image + at, 4096) == 4096, "write");
	close(fd);
}

static int
run_scratch(void)
{
	char *argv[] = { "/scratch", "ran", NULL }, *envp[] = { NULL };
	char buf[32];
	int status = output_of(argv, envp, buf, sizeof(buf));

	if (status == 0 && strcmp(buf, "ran\n") != 0)
		return (-1);
	return (status);
}

static void
exec__copy_of_a_program_runs(void)
{
	static char image[ROOM];
	int status;

	copy_echo(image);
	write_scratch(image);
	status = run_scratch();
	CHECK(status == 0, "status 0x%x", status);
}

/* One word of the ELF or program header, and a value that is absurd. */
struct damage {
	unsigned int	d_offset;
	uint32_t	d_value;
	const char	*d_what;
};

static const struct damage damages[] = {
	{ 0, 0x464c4500, "magic" },
	{ 4, 0x00010102, "64-bit class" },
	{ 4, 0x00010201, "big-endian" },
	{ 16, 0x00030001, "relocatable" },
	{ 16, 0x003e0002, "another machine" },
	{ 28, 0xffffffff, "e_phoff 4 GB" },
	{ 28, 0x0000fff0, "e_phoff near the end" },
	{ 28, 0x00100000, "e_phoff behind the end" },
	{ 40, 0x00200000, "e_phentsize and e_ehsize" },
	{ 44, 0x0028ffff, "e_phnum 65535" },
	{ 44, 0x00280000, "e_phnum 0" },
	{ 52 + 4, 0xfffff000, "p_offset 4 GB" },
	{ 52 + 4, 0x00100000, "p_offset behind the end" },
	{ 52 + 8, 0xf0100000, "p_vaddr in the kernel" },
	{ 52 + 8, 0xefbfd000, "p_vaddr in the stack" },
	{ 52 + 8, 0xfffff000, "p_vaddr at 4 GB" },
	{ 52 + 8, 0x00000000, "p_vaddr 0" },
	{ 52 + 16, 0xffffffff, "p_filesz 4 GB" },
	{ 52 + 16, 0x00100000, "p_filesz behind the end" },
	{ 52 + 20, 0xffffffff, "p_memsz 4 GB" },
	{ 52 + 20, 0x00000010, "p_memsz below p_filesz" },
	{ 52 + 32 + 20, 0xf0000000, "bss up to the kernel" },
};

static void
exec__absurd_headers(void)
{
	static char image[ROOM];
	int status;

	for (unsigned int i = 0; i < sizeof(damages) / sizeof(damages[0]);
	    i++) {
		copy_echo(image);
		memcpy(image + damages[i].d_offset, &damages[i].d_value, 4);
		write_scratch(image);
		status = run_scratch();
		CHECK(status == W_EXITCODE(100 + ENOEXEC, 0) ||
		    status == W_EXITCODE(100 + ENOMEM, 0),
		    "%s: status 0x%x", damages[i].d_what, status);
	}
}

/* Random damage may do anything but hurt the kernel or the parent. */
static void
exec__random_damage(void)
{
	static char image[ROOM];
	struct prng pr;

	prng_seed(&pr, 1997);
	for (int i = 0; i < 60; i++) {
		copy_echo(image);
		for (int k = 0; k < 3; k++)
			image[prng_below(&pr, 116)] = (char)prng_next(&pr);
		write_scratch(image);
		run_scratch();
	}
}

static void
exec__entry_outside(void)
{
	static char image[ROOM];
	uint32_t entries[] = { 0, 0x90000000, 0xf0100000, 0xfffffffe };
	int status;

	for (unsigned int i = 0; i < 4; i++) {
		copy_echo(image);
		memcpy(image + 24, &entries[i], 4);
		write_scratch(image);
		status = run_scratch();
		CHECK(WIFSIGNALED(status) ||
		    status == W_EXITCODE(100 + ENOEXEC, 0),
		    "entry 0x%x: status 0x%x", entries[i], status);
	}
}

static void
exec__file_cut_short(void)
{
	char *argv[] = { "/tiny", NULL }, *envp[] = { NULL };

	CHECK_ERRNO(ENOEXEC, execve("/tiny", argv, envp));
	CHECK_ERRNO(ENOEXEC, execve("/short", argv, envp));
}

/* What may be written or executed may be read, as with mmap. */
static void
exec__write_and_execute_imply_read(void)
{
	enum { X = 1, W = 2, R = 4, TEXT = 52 + 24, DATA = TEXT + 32 };
	static const uint32_t flags[][2] = {
		{ R | X, W }, { X, R | W }, { W | X, R | W }, { X, W },
		{ W | X, W | X }
	};
	static char image[ROOM];
	int status;

	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		copy_echo(image);
		memcpy(image + TEXT, &flags[i][0], 4);
		memcpy(image + DATA, &flags[i][1], 4);
		write_scratch(image);
		status = run_scratch();
		CHECK(status == 0, "text %u, data %u: status 0x%x",
		    flags[i][0], flags[i][1], status);
	}
}

const struct test tests_exec[] = {
	TEST(exec__arguments_arrive),
	TEST(exec__long_arguments),
	TEST(exec__too_many_arguments),
	TEST(exec__no_such_file),
	TEST(exec__handlers_are_reset_ignores_kept),
	TEST(exec__close_on_exec),
	TEST(exec__copy_of_a_program_runs),
	TEST(exec__absurd_headers),
	TEST(exec__random_damage),
	TEST(exec__entry_outside),
	TEST(exec__file_cut_short),
	TEST(exec__write_and_execute_imply_read),
	TEST_END
};
