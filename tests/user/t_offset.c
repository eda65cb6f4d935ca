/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_offset.c: processes that share the offset of an open file.
 *
 * Each call has to wait for the disk: the memory that it copies from or to
 * maps a page of a file that is not in memory.
 */
#include <sys/dirent.h>

#include "test.h"

enum {
	USERS = 14,		/* processes that share the file */
	ROUNDS = 4,
	RECORD = 512,
	AREA = USERS * PAGE	/* of /data/shared0; a page for each */
};

static void
start(void (*fn)(int, char *, int), int fd, char *p)
{
	for (int i = 0; i < USERS; i++)
		if (fork() == 0) {
			fn(fd, p + i * (int)PAGE, i);
			_exit(0);
		}
}

static void
finish(void)
{
	int status;

	for (int i = 0; i < USERS; i++)
		CHECK(wait(&status) > 0 && status == 0, "status 0x%x",
		    status);
}

static void
write_record(int fd, char *from, int i)
{
	(void)i;
	if (write(fd, from, RECORD) != RECORD)
		_exit(1);
}

/* The second word of a page of /data is its offset: each once. */
static void
offset__writes_are_not_lost(void)
{
	uint32_t record[RECORD / 4], first;
	int fd = test_open("/scratch", O_RDWR), seen, base;

	for (int round = 0; round < ROUNDS; round++) {
		base = round * AREA;
		CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		start(write_record, fd, test_disk_pages(base, USERS));
		finish();
		CHECK(lseek(fd, 0, SEEK_CUR) == USERS * RECORD, "offset %d",
		    (int)lseek(fd, 0, SEEK_CUR));
		CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		seen = 0;
		for (int i = 0; i < USERS; i++) {
			CHECK(read(fd, record, RECORD) == RECORD, "read");
			first = (record[1] - (uint32_t)base) / PAGE;
			CHECK(first < USERS, "record %d: word 0x%x", i,
			    record[1]);
			seen |= 1 << first;
		}
		CHECK(seen == (1 << USERS) - 1, "round %d: records 0x%x",
		    round, seen);
	}
}

static volatile int *counts;	/* shared: by place in the file */

static void
read_record(int fd, char *to, int i)
{
	off_t at;

	(void)i;
	if (read(fd, to, RECORD) != RECORD)
		_exit(1);
	at = *(uint32_t *)(void *)to;
	counts[at / RECORD]++;
}

static void
offset__reads_do_not_meet(void)
{
	int fd = test_open("/scratch", O_RDWR);
	uint32_t record[RECORD / 4] = { 0 };

	counts = test_map(PAGE, MAP_SHARED);
	for (uint32_t i = 0; i < USERS; i++) {
		record[0] = i * RECORD;
		CHECK(write(fd, record, RECORD) == RECORD, "write");
	}
	CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
	start(read_record, fd, test_disk_pages(0, USERS));
	finish();
	for (int i = 0; i < USERS; i++)
		CHECK(counts[i] == 1, "record %d was read %d times", i,
		    counts[i]);
}

static void
list_some(int fd, char *to, int i)
{
	int n = getdirentries(fd, to, 80, NULL), at = 0;

	(void)i;
	if (n < 0)
		_exit(1);
	for (; at < n; at += ((struct dirent *)(void *)(to + at))->d_reclen)
		counts[((struct dirent *)(void *)(to + at))->d_fileno]++;
}

static void
offset__entries_are_listed_once(void)
{
	int fd = test_open("/bin", O_RDONLY), all = 0;

	counts = test_map(PAGE, MAP_SHARED);
	for (int round = 1; round <= 3 * ROUNDS; round++) {
		CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		start(list_some, fd, test_disk_pages(round * AREA, USERS));
		finish();
		for (unsigned int i = 0; i < PAGE / sizeof(*counts); i++) {
			CHECK(counts[i] == 0 || counts[i] == round,
			    "file %u was listed %d times in %d rounds", i,
			    counts[i], round);
			all += counts[i] != 0;
		}
	}
	CHECK(all >= USERS, "%d files", all);
}

static volatile int caught;

static void
on_signal(int sig)
{
	(void)sig;
	caught++;
}

/* Signals while it waits for the lock: write(2) of a file never fails so. */
static void
write_under_signals(int fd, char *from, int i)
{
	struct sigaction sa;
	struct itimerval it = { { 0, 10000 }, { 0, 10000 } };

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	write_record(fd, from, i);
}

static void
offset__signals_do_not_fail_a_write(void)
{
	int fd = test_open("/scratch", O_RDWR);

	for (int round = 0; round < ROUNDS; round++) {
		CHECK(lseek(fd, 0, SEEK_SET) == 0, "lseek");
		start(write_under_signals, fd,
		    test_disk_pages(round * AREA, USERS));
		finish();
		CHECK(lseek(fd, 0, SEEK_CUR) == USERS * RECORD, "offset %d",
		    (int)lseek(fd, 0, SEEK_CUR));
	}
}

const struct test tests_offset[] = {
	TEST(offset__writes_are_not_lost),
	TEST(offset__reads_do_not_meet),
	TEST(offset__entries_are_listed_once),
	TEST(offset__signals_do_not_fail_a_write),
	TEST_END
};
