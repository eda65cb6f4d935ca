/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * filemap.c: files mapped shared and private, written back and read again.
 *
 * Each process owns one file /data/sharedN.  Its page 0 is a table of the
 * generation of every other page, with a checksum, so that the image tool
 * can verify the file from outside after the run; the others are stamped
 * with their offset for address.  All processes also map /data/private
 * privately: what they write there must never reach the file.
 */
#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filemap.h"
#include "stress.h"

struct file {
	int		 f_fd;
	unsigned int	 f_pages;	/* used of it, the table included */
	uint32_t	 f_owner;
	uint8_t		*f_base;
	uint32_t	*f_gen;		/* as this process knows it */
	uint8_t		*f_was;		/* in memory at the last look */
};

static void
file_map(struct file *f, int flags)
{
	void *p;

	p = mmap(NULL, (size_t)f->f_pages * STAMP_PAGE,
	    PROT_READ | PROT_WRITE, flags, f->f_fd, 0);
	if (p == MAP_FAILED)
		stress_fail("mmap of a file: %s", strerror(errno));
	f->f_base = p;
}

static void
file_unmap(struct file *f)
{
	if (munmap(f->f_base, (size_t)f->f_pages * STAMP_PAGE) < 0)
		stress_fail("munmap: %s", strerror(errno));
}

static void
file_open(struct file *f, const char *path, int mode, int flags)
{
	const struct filemap_table *ft;
	unsigned int total;
	struct stat st;

	f->f_fd = open(path, mode);
	if (f->f_fd < 0 || fstat(f->f_fd, &st) < 0)
		stress_fail("%s: %s", path, strerror(errno));
	total = (unsigned int)st.st_size / STAMP_PAGE;
	f->f_pages = stress.st_plan.pl_pages / 3;
	if (f->f_pages > total)
		f->f_pages = total;
	file_map(f, flags);
	ft = (const struct filemap_table *)f->f_base;
	if (ft->ft_magic != FILEMAP_MAGIC || ft->ft_pages != total ||
	    f->f_pages < 2)
		stress_fail("%s is not a file of filemap", path);
	f->f_owner = ft->ft_owner;
	f->f_gen = stress_map(f->f_pages * sizeof(uint32_t), MAP_PRIVATE);
	f->f_was = stress_map(f->f_pages, MAP_PRIVATE);
	memcpy(f->f_gen, ft->ft_gen, f->f_pages * sizeof(uint32_t));
}

static void
file_verify(const struct file *f, unsigned int i, uint32_t owner)
{
	struct stamp s = { owner, i * STAMP_PAGE, f->f_gen[i] };

	stress_verify(f->f_base + (size_t)i * STAMP_PAGE, &s);
}

/* Read page i with read(2) and compare it with what the file must hold. */
static void
file_reread(const struct file *f, unsigned int i, uint32_t gen)
{
	static uint32_t buf[STAMP_WORDS]
	    __attribute__((aligned(STAMP_PAGE)));
	struct stamp s = { f->f_owner, i * STAMP_PAGE, gen };

	if (lseek(f->f_fd, (off_t)i * STAMP_PAGE, SEEK_SET) < 0 ||
	    read(f->f_fd, buf, sizeof(buf)) != (ssize_t)sizeof(buf))
		stress_fail("read: %s", strerror(errno));
	stress_verify(buf, &s);
}

static void
file_sync(const struct file *f, unsigned int i, unsigned int n)
{
	if (msync(f->f_base + (size_t)i * STAMP_PAGE,
	    (size_t)n * STAMP_PAGE, MS_SYNC) < 0)
		stress_fail("msync: %s", strerror(errno));
}

/* Verify a page of the shared file and stamp its next generation. */
static void
shared_change(struct file *f, unsigned int i)
{
	struct filemap_table *ft = (struct filemap_table *)f->f_base;
	struct stamp s = { f->f_owner, i * STAMP_PAGE, f->f_gen[i] + 1 };

	if (ft->ft_gen[i] != f->f_gen[i])
		stress_fail("table: page %u has generation %u, not %u", i,
		    ft->ft_gen[i], f->f_gen[i]);
	file_verify(f, i, f->f_owner);
	f->f_gen[i]++;
	stamp_write(f->f_base + (size_t)i * STAMP_PAGE, &s);
	ft->ft_gen[i] = f->f_gen[i];
}

static void
shared_round(struct file *f)
{
	unsigned int i, n;

	stress_count_out(f->f_base, f->f_pages, f->f_was);
	for (n = f->f_pages / 4; n > 0 && stress_running(); n--)
		shared_change(f, 1 + stress_below(f->f_pages - 1));
	i = 1 + stress_below(f->f_pages - 1);
	n = 1 + stress_below(16);
	if (n > f->f_pages - i)
		n = f->f_pages - i;
	file_sync(f, i, n);
	for (; n > 0; n--, i++)
		file_reread(f, i, f->f_gen[i]);
	if (stress_below(8) == 0) {
		file_unmap(f);
		file_map(f, MAP_SHARED);
	}
}

/* A private page that was never changed is the file's. */
static void
private_verify(const struct file *f, unsigned int i)
{
	file_verify(f, i, f->f_gen[i] == 1 ? f->f_owner : (uint32_t)getpid());
}

/* Before the mapping goes: every page, changed or not. */
static void
private_verify_all(const struct file *f)
{
	for (unsigned int i = 1; i < f->f_pages; i++)
		private_verify(f, i);
}

/* Change some pages privately; the file must not notice. */
static void
private_round(struct file *f)
{
	struct stamp s = { .s_owner = (uint32_t)getpid() };

	for (unsigned int n = f->f_pages / 4; n > 0 && stress_running(); n--) {
		unsigned int i = 1 + stress_below(f->f_pages - 1);

		private_verify(f, i);
		s.s_va = i * STAMP_PAGE;
		s.s_gen = ++f->f_gen[i];
		stamp_write(f->f_base + (size_t)i * STAMP_PAGE, &s);
		if (stress_below(8) == 0)
			file_reread(f, i, 1);
	}
	if (stress_below(6) == 0) {
		private_verify_all(f);
		file_unmap(f);
		file_map(f, MAP_PRIVATE);
		for (unsigned int i = 0; i < f->f_pages; i++)
			f->f_gen[i] = 1;
	}
}

/* The last word: all verified, the table summed up, all written back. */
static void
shared_finish(struct file *f)
{
	struct filemap_table *ft = (struct filemap_table *)f->f_base;

	for (unsigned int i = 1; i < f->f_pages; i++)
		file_verify(f, i, f->f_owner);
	ft->ft_sum = 0;
	ft->ft_sum = checksum(CHECKSUM_START, ft, STAMP_PAGE);
	file_sync(f, 0, f->f_pages);
	for (unsigned int i = 1; i < f->f_pages; i++)
		file_reread(f, i, f->f_gen[i]);
}

static void
filemap_run(unsigned int n)
{
	struct file sh, pr;
	char path[32];

	snprintf(path, sizeof(path), "/data/shared%u", n);
	file_open(&sh, path, O_RDWR, MAP_SHARED);
	file_open(&pr, "/data/private", O_RDONLY, MAP_PRIVATE);
	while (stress_running()) {
		shared_round(&sh);
		private_round(&pr);
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	shared_finish(&sh);
	private_verify_all(&pr);
	for (unsigned int i = 1; i < pr.f_pages; i++)
		file_reread(&pr, i, 1);
}

int
main(int argc, char **argv)
{
	unsigned int n;

	stress_init(S_FILEMAP, argc, argv);
	n = stress.st_plan.pl_procs;
	if (n > FILEMAP_FILES)
		n = FILEMAP_FILES;
	stress_exit(stress_wait(stress_start(n, filemap_run)));
}
