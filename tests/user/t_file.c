/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_file.c: files and directories.
 */
#include <sys/dirent.h>

#include "test.h"

static void
file__read_seek_stat(void)
{
	int fd = test_open("/data/private", O_RDONLY);
	uint32_t word;
	struct stat st;
	off_t end;

	CHECK(fstat(fd, &st) == 0 && S_ISREG(st.st_mode), "fstat");
	end = lseek(fd, 0, SEEK_END);
	CHECK(end == st.st_size && end == 256 * (off_t)PAGE, "size %d",
	    (int)end);
	CHECK(read(fd, &word, 4) == 0, "read at the end");
	CHECK(lseek(fd, 3 * PAGE + 4, SEEK_SET) == 3 * PAGE + 4, "lseek");
	CHECK(read(fd, &word, 4) == 4 && word == 3 * PAGE, "word 0x%x", word);
	CHECK(lseek(fd, -8, SEEK_CUR) == 3 * PAGE, "seek back");
	CHECK_ERRNO(EINVAL, lseek(fd, -1, SEEK_SET));
	CHECK_ERRNO(EINVAL, lseek(fd, 0, 17));
}

static void
file__unaligned_reads(void)
{
	static char whole[3 * 4096], part[3 * 4096];
	int fd = test_open("/data/private", O_RDONLY);

	CHECK(read(fd, whole, sizeof(whole)) == (ssize_t)sizeof(whole),
	    "read");
	for (int at = 1; at < 9000; at += 977) {
		CHECK(lseek(fd, at, SEEK_SET) == at, "lseek");
		CHECK(read(fd, part + at, 1333) == 1333, "read");
		CHECK(memcmp(part + at, whole + at, 1333) == 0, "at %d", at);
	}
}

static void
file__write_in_place(void)
{
	int fd = test_open("/scratch", O_RDWR);
	char out[700], in[700];

	for (int at = 3900; at < 9000; at += 1111) {
		memset(out, at & 0xff, sizeof(out));
		CHECK(lseek(fd, at, SEEK_SET) == at, "lseek");
		CHECK(write(fd, out, sizeof(out)) == (ssize_t)sizeof(out),
		    "write: %s", strerror(errno));
		CHECK(lseek(fd, at, SEEK_SET) == at, "lseek");
		CHECK(read(fd, in, sizeof(in)) == (ssize_t)sizeof(in),
		    "read");
		CHECK(memcmp(in, out, sizeof(in)) == 0, "at %d", at);
	}
	CHECK(fsync(fd) == 0, "fsync: %s", strerror(errno));
}

static void
file__is_not_grown(void)
{
	int fd = test_open("/scratch", O_RDWR);
	struct stat st;

	CHECK(fstat(fd, &st) == 0, "fstat");
	CHECK(lseek(fd, st.st_size, SEEK_SET) == st.st_size, "lseek");
	CHECK(write(fd, "more", 4) <= 0, "written behind the end");
	CHECK(open("/newfile", O_RDWR | O_CREAT, 0644) == -1, "created");
}

static void
file__names(void)
{
	static char path[4096];
	struct stat st;

	CHECK_ERRNO(ENOENT, open("/no/such/file", O_RDONLY));
	CHECK_ERRNO(ENOENT, stat("/bin/none", &st));
	CHECK(stat("/bin/sh", &st) == 0 && S_ISREG(st.st_mode), "/bin/sh");
	CHECK(stat("/bin", &st) == 0 && S_ISDIR(st.st_mode), "/bin");
	CHECK(stat("/", &st) == 0 && S_ISDIR(st.st_mode), "/");
	memset(path, 'p', sizeof(path) - 1);
	CHECK_ERRNO(ENAMETOOLONG, open(path, O_RDONLY));
	CHECK(open("/bin", O_RDWR) == -1, "a directory can be written");
}

static void
file__directory_lists_all(void)
{
	int fd = test_open("/bin", O_RDONLY), n, found = 0, all = 0;
	char buf[256];
	long base;

	while ((n = getdirentries(fd, buf, sizeof(buf), &base)) > 0) {
		for (int at = 0; at < n; ) {
			struct dirent *d = (struct dirent *)(buf + at);

			CHECK(d->d_reclen >= 12 && d->d_reclen % 4 == 0,
			    "record of %u", d->d_reclen);
			found += strcmp(d->d_name, "sh") == 0;
			all++;
			at += d->d_reclen;
		}
	}
	CHECK(n == 0, "getdirentries: %s", strerror(errno));
	CHECK(found == 1 && all >= 15, "%d of %d", found, all);
}

static void
file__bad_descriptors(void)
{
	static const int bad[] = { -1, 25, 63, 64, 1 << 20, 1 << 30 };
	struct stat st;
	char c;

	for (unsigned int i = 0; i < 6; i++) {
		CHECK_ERRNO(EBADF, read(bad[i], &c, 1));
		CHECK_ERRNO(EBADF, write(bad[i], &c, 1));
		CHECK_ERRNO(EBADF, close(bad[i]));
		CHECK_ERRNO(EBADF, fstat(bad[i], &st));
		CHECK_ERRNO(EBADF, dup(bad[i]));
		CHECK_ERRNO(EBADF, lseek(bad[i], 0, SEEK_SET));
		CHECK_ERRNO(EBADF, fcntl(bad[i], F_GETFL, 0));
		CHECK_ERRNO(EBADF, fsync(bad[i]));
	}
}

/* A part of the path that is a file, for each call that takes a path. */
static void
file__parts_that_are_no_directory(void)
{
	static const char *const paths[] = {
		"/bin/sh/x", "bin/sh/x/y", "/scratch/", "/scratch/.",
		"/scratch//", "/dev/null/x"
	};
	char *argv[] = { "x", NULL };
	struct stat st;

	for (unsigned int i = 0; i < 6; i++) {
		CHECK_ERRNO(ENOTDIR, open(paths[i], O_RDONLY));
		CHECK_ERRNO(ENOTDIR, open(paths[i], O_RDWR | O_CREAT, 0644));
		CHECK_ERRNO(ENOTDIR, stat(paths[i], &st));
		CHECK_ERRNO(ENOTDIR, execve(paths[i], argv, argv + 1));
	}
	CHECK_ERRNO(ENOENT, open("/nothing/x", O_RDONLY));
	CHECK(stat("//bin/./sh", &st) == 0 && S_ISREG(st.st_mode), "/bin/sh");
	CHECK(stat("/bin/", &st) == 0 && S_ISDIR(st.st_mode), "/bin/");
	CHECK(stat("/.", &st) == 0 && S_ISDIR(st.st_mode), "/.");
}

static void
file__only_directories_are_listed(void)
{
	static const char *const paths[] = { "/scratch", "/dev/null" };
	char buf[256];
	int end[2];
	long base;

	for (unsigned int i = 0; i < 2; i++)
		CHECK_ERRNO(EINVAL, getdirentries(test_open(paths[i],
		    O_RDONLY), buf, sizeof(buf), &base));
	CHECK(pipe(end) == 0, "pipe");
	CHECK_ERRNO(EINVAL, getdirentries(end[0], buf, sizeof(buf), &base));
	CHECK_ERRNO(EBADF, getdirentries(-1, buf, sizeof(buf), &base));
}

static bool
is_there(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0);
}

/* A child starts where its parent is, and goes alone. */
static void
go_away(void)
{
	CHECK(is_there("sh"), "the child is elsewhere");
	CHECK(chdir("../data") == 0 && is_there("private"), "../data");
}

static void
file__directories_to_be_in(void)
{
	char *argv[] = { "echo", NULL };

	CHECK(is_there("bin/sh") && !is_there("sh"), "not in the root");
	CHECK(chdir("bin") == 0 && is_there("sh"), "bin");
	CHECK(is_there("../bin/./sh") && is_there("/bin/sh"), "../bin/sh");
	CHECK(is_there("../../../scratch"), "above the root");
	CHECK_ERRNO(ENOENT, chdir("bin"));
	CHECK_ERRNO(ENOENT, chdir(""));
	CHECK_ERRNO(ENOTDIR, chdir("sh"));
	CHECK_ERRNO(ENOTDIR, chdir("/scratch/.."));
	CHECK_ERRNO(ENOTDIR, execve("sh/x", argv, argv + 1));
	CHECK(test_child(go_away) == 0, "the child failed");
	CHECK(is_there("sh"), "the child took its parent along");
	CHECK(chdir("..") == 0 && is_there("bin/sh"), "..");
	CHECK(chdir("/") == 0 && is_there("bin/sh"), "/");
}

const struct test tests_file[] = {
	TEST(file__read_seek_stat),
	TEST(file__unaligned_reads),
	TEST(file__write_in_place),
	TEST(file__is_not_grown),
	TEST(file__names),
	TEST(file__directory_lists_all),
	TEST(file__bad_descriptors),
	TEST(file__parts_that_are_no_directory),
	TEST(file__only_directories_are_listed),
	TEST(file__directories_to_be_in),
	TEST_END
};
