/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_select.c: select on pipes.
 */
#include "test.h"

static void
select__times_out(void)
{
	struct timeval tv = { 0, 200000 };
	fd_set set;
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	FD_ZERO(&set);
	FD_SET(end[0], &set);
	CHECK(select(end[0] + 1, &set, NULL, NULL, &tv) == 0, "select");
	CHECK(!FD_ISSET(end[0], &set), "the set was not cleared");
}

static void
select__sees_data_room_and_end(void)
{
	struct timeval tv = { 0, 0 };
	fd_set in, out;
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	FD_ZERO(&out);
	FD_SET(end[1], &out);
	CHECK(select(32, NULL, &out, NULL, &tv) == 1 &&
	    FD_ISSET(end[1], &out), "no room");
	CHECK(write(end[1], "x", 1) == 1, "write");
	FD_ZERO(&in);
	FD_SET(end[0], &in);
	CHECK(select(32, &in, NULL, NULL, &tv) == 1 &&
	    FD_ISSET(end[0], &in), "no data");
	CHECK(read(end[0], &tv, 1) == 1 && close(end[1]) == 0, "read");
	memset(&tv, 0, sizeof(tv));
	FD_ZERO(&in);
	FD_SET(end[0], &in);
	CHECK(select(32, &in, NULL, NULL, &tv) == 1, "no end of file");
}

static void
select__is_woken(void)
{
	struct timeval tv = { 20, 0 };
	int end[2], status;
	fd_set set;

	CHECK(pipe(end) == 0, "pipe");
	if (fork() == 0) {
		usleep(200000);
		_exit(write(end[1], "w", 1) != 1);
	}
	FD_ZERO(&set);
	FD_SET(end[0], &set);
	CHECK(select(end[0] + 1, &set, NULL, NULL, &tv) == 1, "select: %s",
	    strerror(errno));
	CHECK(wait(&status) > 0 && status == 0, "writer");
}

static void
select__bad_arguments(void)
{
	struct timeval tv = { 0, -1 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(25, &set);
	CHECK_ERRNO(EINVAL, select(1, NULL, NULL, NULL, &tv));
	tv.tv_usec = 0;
	CHECK_ERRNO(EBADF, select(26, &set, NULL, NULL, &tv));
	CHECK_ERRNO(EINVAL, select(-1, NULL, NULL, NULL, &tv));
	CHECK_ERRNO(EFAULT, select(5, (fd_set *)8, NULL, NULL, &tv));
	CHECK_ERRNO(EFAULT, select(0, NULL, NULL, NULL,
	    (struct timeval *)0xf0100000));
}

const struct test tests_select[] = {
	TEST(select__times_out),
	TEST(select__sees_data_room_and_end),
	TEST(select__is_woken),
	TEST(select__bad_arguments),
	TEST_END
};
