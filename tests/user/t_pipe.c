/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pipe.c: pipes and descriptors.
 */
#include "test.h"

enum { BULK = 200000 };

static void
pipe__bytes_come_in_order(void)
{
	int end[2], status;
	char buf[777], c = 0;
	ssize_t n;

	CHECK(pipe(end) == 0, "pipe");
	if (fork() == 0) {
		close(end[0]);
		for (int sent = 0; sent < BULK; ) {
			int want = BULK - sent < 1000 ? BULK - sent : 1000;

			char out[1000];
			for (int i = 0; i < want; i++)
				out[i] = (char)(sent + i);
			n = write(end[1], out, (size_t)want);
			if (n <= 0)
				_exit(1);
			sent += (int)n;
		}
		_exit(0);
	}
	close(end[1]);
	for (int got = 0; got < BULK; got += (int)n) {
		n = read(end[0], buf, sizeof(buf));
		CHECK(n > 0, "read after %d bytes: %d", got, (int)n);
		for (ssize_t i = 0; i < n; i++, c++)
			CHECK(buf[i] == c, "byte %d", got + (int)i);
	}
	CHECK(read(end[0], buf, 1) == 0, "no end of file");
	CHECK(wait(&status) > 0 && status == 0, "writer: 0x%x", status);
}

static void
write_alone(void)
{
	int end[2];

	if (pipe(end) == 0 && close(end[0]) == 0)
		(void)!write(end[1], "x", 1);
}

static void
pipe__no_reader(void)
{
	int end[2], status = test_child(write_alone);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE,
	    "status 0x%x", status);
	signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(end) == 0 && close(end[0]) == 0, "pipe");
	CHECK_ERRNO(EPIPE, write(end[1], "x", 1));
}

static void
pipe__wrong_end(void)
{
	int end[2];
	char c;

	CHECK(pipe(end) == 0, "pipe");
	CHECK_ERRNO(EBADF, read(end[1], &c, 1));
	CHECK_ERRNO(EBADF, write(end[0], &c, 1));
	CHECK_ERRNO(ESPIPE, lseek(end[0], 0, SEEK_SET));
}

static void
pipe__nonblocking(void)
{
	char buf[512];
	int end[2], n = 0;

	CHECK(pipe(end) == 0, "pipe");
	CHECK(fcntl(end[0], F_SETFL, O_NONBLOCK) == 0, "fcntl");
	CHECK(fcntl(end[1], F_SETFL, O_NONBLOCK) == 0, "fcntl");
	CHECK_ERRNO(EAGAIN, read(end[0], buf, 1));
	memset(buf, 0, sizeof(buf));
	while (write(end[1], buf, sizeof(buf)) == (ssize_t)sizeof(buf))
		n++;
	CHECK(errno == EAGAIN && n >= 1, "errno %d after %d", errno, n);
}

static void
pipe__descriptors_run_out(void)
{
	int n = 0, fd;

	while ((fd = dup(1)) >= 0)
		n++;
	CHECK(errno == EMFILE, "errno %d", errno);
	CHECK(n >= 16, "only %d descriptors", n);
	for (fd = 3; fd < n; fd++)
		close(fd);
	CHECK(dup(1) >= 0, "none after close");
}

static void
pipe__dup2_and_close(void)
{
	int end[2];
	char c;

	CHECK(pipe(end) == 0, "pipe");
	CHECK(dup2(end[1], 20) == 20, "dup2");
	CHECK(dup2(20, 20) == 20, "dup2 to itself");
	CHECK(close(end[1]) == 0, "close");
	CHECK(write(20, "d", 1) == 1 && read(end[0], &c, 1) == 1 && c == 'd',
	    "through the duplicate");
	CHECK(close(20) == 0, "close");
	CHECK(read(end[0], &c, 1) == 0, "no end of file");
	CHECK_ERRNO(EBADF, close(20));
	CHECK_ERRNO(EBADF, dup2(20, 21));
	CHECK_ERRNO(EBADF, dup2(end[0], -1));
	CHECK_ERRNO(EBADF, dup2(end[0], 1 << 30));
}

static void
pipe__ring_of_processes(void)
{
	enum { N = 10, ROUNDS = 50 };
	int first[2], in, end[2], token = 0;

	CHECK(pipe(first) == 0, "pipe");
	in = first[0];
	for (int i = 0; i < N; i++) {
		CHECK(pipe(end) == 0, "pipe");
		if (fork() == 0) {
			close(first[1]);
			close(end[0]);
			while (read(in, &token, sizeof(token)) ==
			    (ssize_t)sizeof(token)) {
				token++;
				(void)!write(end[1], &token, sizeof(token));
			}
			_exit(0);
		}
		close(in);
		close(end[1]);
		in = end[0];
	}
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(write(first[1], &token, sizeof(token)) > 0 &&
		    read(in, &token, sizeof(token)) > 0, "round %d", i);
		CHECK(token == (i + 1) * N, "token %d", token);
	}
}

enum { PAIR = 2, LOAD = 20000 };

/* Start two processes that run fn, and give them time to fall asleep. */
static void
start_pair(void (*fn)(int *), int *end)
{
	for (int i = 0; i < PAIR; i++)
		if (fork() == 0) {
			fn(end);
			_exit(0);
		}
	/* Where they wake each other for ever, this never returns. */
	usleep(300000);
}

static void
wait_pair(void)
{
	int status;

	for (int i = 0; i < PAIR; i++)
		CHECK(wait(&status) > 0 && status == 0, "status 0x%x", status);
}

static void
read_byte(int *end)
{
	char c;

	if (read(end[0], &c, 1) != 1)
		_exit(1);
}

static void
pipe__two_readers_sleep(void)
{
	struct rusage ru;
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	start_pair(read_byte, end);
	CHECK(write(end[1], "ab", 2) == 2, "write");
	wait_pair();
	CHECK(getrusage(RUSAGE_CHILDREN, &ru) == 0 && ru.ru_nvcsw < 50,
	    "they slept %d times", (int)ru.ru_nvcsw);
}

static void
write_load(int *end)
{
	static char buf[LOAD];

	close(end[0]);
	if (write(end[1], buf, sizeof(buf)) != (ssize_t)sizeof(buf))
		_exit(1);
}

static void
pipe__two_writers_sleep(void)
{
	static char buf[LOAD];
	int end[2], got = 0;
	ssize_t n;

	CHECK(pipe(end) == 0, "pipe");
	start_pair(write_load, end);
	close(end[1]);
	while ((n = read(end[0], buf, sizeof(buf))) > 0)
		got += (int)n;
	CHECK(got == PAIR * LOAD, "%d bytes came", got);
	wait_pair();
}

/* Both ends closed while the other side sleeps: it wakes and sees it. */
static void
read_end(int *end)
{
	char c;

	close(end[1]);
	if (read(end[0], &c, 1) != 0)
		_exit(1);
}

static void
write_end(int *end)
{
	static char buf[LOAD];

	close(end[0]);
	signal(SIGPIPE, SIG_IGN);
	if (write(end[1], buf, sizeof(buf)) != -1 || errno != EPIPE)
		_exit(1);
}

static void
pipe__close_wakes_both_sides(void)
{
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	start_pair(read_end, end);
	close(end[1]);
	wait_pair();
	close(end[0]);
	CHECK(pipe(end) == 0, "pipe");
	start_pair(write_end, end);
	close(end[0]);
	wait_pair();
}

enum { HOLDERS = 400, MOST = 2048 };

/* Take all pipes that one process can, and keep them.  => any left? */
static bool
hold_pipes(volatile int *count, const int *gate)
{
	int end[2], told[2], error;
	char c;

	CHECK(pipe(told) == 0, "pipe: %s", strerror(errno));
	++*count;
	if (fork() == 0) {
		close(told[0]);
		while (pipe(end) == 0)
			++*count;
		c = (char)errno;
		(void)!write(told[1], &c, 1);
		(void)!read(gate[0], &c, 1);
		_exit(0);
	}
	close(told[1]);
	CHECK(read(told[0], &c, 1) == 1, "the holder ended");
	close(told[0]);
	error = c;
	CHECK(error == EMFILE || error == ENFILE, "errno %d", error);
	return (error == EMFILE);
}

/* They run out, with an error, before the kernel's memory does. */
static void
pipe__there_is_a_last_one(void)
{
	volatile int *count = test_map(PAGE, MAP_SHARED);
	int gate[2], end[2], holders = 1;
	char go[HOLDERS] = { 0 };

	CHECK(pipe(gate) == 0, "pipe");
	++*count;
	while (holders < HOLDERS && hold_pipes(count, gate))
		holders++;
	CHECK_ERRNO(ENFILE, pipe(end));
	CHECK(*count >= 32 && *count <= MOST, "%d pipes", *count);
	CHECK(write(gate[1], go, (size_t)holders) == holders, "write");
	for (int i = 0; i < holders; i++)
		CHECK(wait(NULL) > 0, "wait");
	CHECK(pipe(end) == 0, "none after they are closed");
}

const struct test tests_pipe[] = {
	TEST(pipe__bytes_come_in_order),
	TEST(pipe__no_reader),
	TEST(pipe__wrong_end),
	TEST(pipe__nonblocking),
	TEST(pipe__descriptors_run_out),
	TEST(pipe__dup2_and_close),
	TEST(pipe__ring_of_processes),
	TEST(pipe__two_readers_sleep),
	TEST(pipe__two_writers_sleep),
	TEST(pipe__close_wakes_both_sides),
	TEST(pipe__there_is_a_last_one),
	TEST_END
};
