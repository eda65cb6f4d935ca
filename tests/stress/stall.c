/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stall.c: large calls, and how long each keeps everybody else from running.
 *
 * `stall named' makes each call of the tables below, `stall
 * seeds:FIRST:COUNT' random ones.  The kernel notes the longest stretch
 * between two chances to reschedule (KERN_STALL), which is read before and
 * after a call; a process that sleeps for a tick, again and again, notes how
 * late it woke.  For each call a line
 *
 *	stall NAME max=CYCLES late=MS io=PAGES code=CALL comm=WHO
 *
 * where pages are those that came from a disk: under icount the time of a
 * transfer is anything.
 * tools/check-stall reads them and judges.  Each function below is one
 * scene, run by a process of its own.
 */
#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

#include "libkern.h"

enum {
	PAGE = 4096,
	MB = 1024 * 1024,
	RUN = 64,			/* pages of a scene's small range */
	STEPS = 24			/* calls of a random scene */
};

#define SPARSE		0xa0000000u	/* bytes: most of the user's space */
#define ENTRIES_MOST	66000u		/* more than a map may have */
#define MIN(a, b)	((a) < (b) ? (a) : (b))

struct beat {
	volatile uint32_t b_late;	/* longest, ms */
	volatile uint32_t b_stop;
};

static struct beat *beat;
static size_t ram, dense;		/* bytes; what a scene fills */
static char *area;
static int zero;			/* /dev/zero */
static unsigned char vec[SPARSE / PAGE]; /* of mincore */

static uint32_t
now_ms(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return ((uint32_t)tv.tv_sec * 1000 + (uint32_t)tv.tv_usec / 1000);
}

static void
die(const char *what)
{
	printf("stall: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void
stall_get(struct stall_stats *st)
{
	int name[2] = { CTL_KERN, KERN_STALL };
	size_t len = sizeof(*st);

	if (sysctl(name, 2, st, &len, NULL, 0) != 0)
		die("sysctl");
}

/* ----- measuring one call ----- */

static uint32_t pages_then;

/* Pages that have been read from the disks. */
static uint32_t
pages_read(void)
{
	struct vmmeter vm;

	if (vmmeter_get(&vm) != 0)
		die("figures");
	return (vm.v_pageins + vm.v_vnodepgsin);
}

static void
measure_begin(void)
{
	struct stall_stats st;

	pages_then = pages_read();
	beat->b_late = 0;
	stall_get(&st);
}

static void
measure_end(const char *name)
{
	struct stall_stats st;

	stall_get(&st);
	if (st.st_chances == 0)
		die("the kernel has not measured");
	printf("stall %s max=%u late=%u io=%u code=%d comm=%s\n", name,
	    st.st_longest, beat->b_late, pages_read() - pages_then,
	    st.st_code, st.st_comm);
}

/* Make a call and report it; what it must return is said with it. */
#define CALL(name, call) do {						\
	measure_begin();						\
	if (!(call))							\
		die(name);						\
	measure_end(name);						\
} while (0)

/* ----- helpers ----- */

static char *
map_more(size_t size, int flags)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANON | flags,
	    -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return (p);
}

static bool
fill(char *p, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += PAGE)
		p[i] = 1;
	return (true);
}

static bool
reap(pid_t pid)
{
	int status;

	return (pid > 0 && waitpid(pid, &status, 0) == pid);
}

/* A child that waits to be killed, once it has done its work. */
static pid_t
child_waiting(char *p, size_t size)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready) != 0 || (pid = fork()) < 0)
		die("child");
	if (pid == 0) {
		fill(p, size);
		write(ready[1], "", 1);
		for (;;)
			pause();
	}
	if (read(ready[0], &c, 1) != 1)
		die("child's word");
	close(ready[0]);
	close(ready[1]);
	return (pid);
}

static bool
end(pid_t pid)
{
	return (kill(pid, SIGKILL) == 0 && reap(pid));
}

static bool
fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return (reap(pid));
}

static bool
whole_write(int fd, const char *p, size_t size)
{
	return (write(fd, p, size) == (ssize_t)size);
}

/* ----- scenes: devices and files ----- */

static void
scene_zero(void)
{
	struct iovec iov[16];
	unsigned int i;

	area = map_more(dense, MAP_PRIVATE);
	CALL("read-zero-new", read(zero, area, dense) == (ssize_t)dense);
	CALL("read-zero", read(zero, area, dense) == (ssize_t)dense);
	for (i = 0; i < 16; i++)
		iov[i] = (struct iovec){ area, 4 * MB };
	CALL("readv-zero", readv(zero, iov, 16) == 64 * MB);
}

static void
scene_console(void)
{
	area = map_more(MB, MAP_PRIVATE);
	memset(area, '\r', MB);
	CALL("write-console", whole_write(1, area, MB));
	printf("\n");
	memset(area, '\n', MB / 4);
	CALL("write-console-lines", whole_write(1, area, MB / 4));
}

static void
scene_file(void)
{
	int fd = open("/data/shared0", O_RDWR);
	char *f;

	area = map_more(MB, MAP_PRIVATE);
	CALL("read-file-disk", read(fd, area, MB) == MB);
	lseek(fd, 0, SEEK_SET);
	CALL("read-file", read(fd, area, MB) == MB);
	lseek(fd, 0, SEEK_SET);
	CALL("write-file", whole_write(fd, area, MB));
	CALL("fsync", fsync(fd) == 0);
	f = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CALL("fault-file", fill(f, MB));
	CALL("msync-file", msync(f, MB, MS_SYNC) == 0);
	CALL("msync-invalidate", msync(f, MB, MS_INVALIDATE) == 0);
	CALL("munmap-file", munmap(f, MB) == 0);
}

static void
scene_pipe(void)
{
	size_t left = MB;
	int p[2];
	pid_t pid;
	ssize_t n;

	area = map_more(MB, MAP_PRIVATE);
	if (pipe(p) != 0 || (pid = fork()) < 0)
		die("pipe");
	if (pid == 0)
		_exit(whole_write(p[1], area, MB) ? 0 : 1);
	measure_begin();
	for (; left > 0 && (n = read(p[0], area, left)) > 0; left -= (size_t)n)
		continue;
	measure_end("pipe");
	if (left != 0 || !reap(pid))
		die("pipe");
}

/* ----- scenes: a large range with little in it ----- */

/* What is done to the whole of a range. */
static void
range_calls(const char *kind, char *p, size_t size)
{
	char name[64];

#define RANGE(what, call) do {						\
	snprintf(name, sizeof(name), "%s-%s", what, kind);		\
	CALL(name, call);						\
} while (0)
	RANGE("mincore", mincore(p, size, vec) == 0);
	RANGE("msync", msync(p, size, MS_SYNC) == 0);
	RANGE("mprotect-read", mprotect(p, size, PROT_READ) == 0);
	RANGE("mprotect-write",
	    mprotect(p, size, PROT_READ | PROT_WRITE) == 0);
	RANGE("minherit", minherit(p, size, MINHERIT_COPY) == 0);
	RANGE("dontneed", madvise(p, size, MADV_DONTNEED) == 0);
	RANGE("fork", fork_exit());
	RANGE("free", madvise(p, size, MADV_FREE) == 0);
	RANGE("munmap", munmap(p, size) == 0);
#undef RANGE
}

static void
scene_sparse(void)
{
	area = map_more(SPARSE, MAP_PRIVATE);
	area[0] = area[SPARSE / 2] = area[SPARSE - PAGE] = 1;
	range_calls("sparse", area, SPARSE);
	area = map_more(SPARSE, MAP_SHARED);
	area[0] = area[SPARSE / 2] = area[SPARSE - PAGE] = 1;
	range_calls("sparse-shared", area, SPARSE);
}

static void
scene_sparse_copy(void)
{
	pid_t pid;

	area = map_more(SPARSE, MAP_SHARED);
	area[0] = 1;
	pid = child_waiting(area, PAGE);
	minherit(area, SPARSE, MINHERIT_COPY);
	CALL("fork-sparse-copy", fork_exit());
	end(pid);
}

/* ----- scenes: a range with a page at each address ----- */

static void
scene_dense(void)
{
	area = map_more(dense, MAP_PRIVATE);
	CALL("fault-zero", fill(area, dense));
	range_calls("dense", area, dense);
	area = map_more(dense, MAP_SHARED);
	fill(area, dense);
	range_calls("dense-shared", area, dense);
}

static void
scene_break(void)
{
	char *p = sbrk(0);

	if (sbrk((int)(dense / 2)) == (char *)-1)
		die("sbrk");
	fill(p, dense / 2);
	CALL("break-down", sbrk(-(int)(dense / 2)) != (char *)-1);
}

static void
scene_copies(void)
{
	pid_t pid;

	area = map_more(dense, MAP_PRIVATE);
	fill(area, dense);
	measure_begin();
	pid = child_waiting(area, dense);
	measure_end("cow-child");
	CALL("exit-child", end(pid));
	CALL("cow-merge", fill(area, dense));
	pid = child_waiting(area, 0);
	CALL("cow-parent", fill(area, dense));
	CALL("exit-reader", end(pid));
	CALL("write-after", fill(area, dense));
}

/* A copy of the last MB, when the range is one object in two entries. */
static void
scene_hides(void)
{
	char *last;
	pid_t pid;

	area = map_more(dense, MAP_PRIVATE);
	fill(area, dense);
	last = area + dense - MB;
	mprotect(last - PAGE, PAGE, PROT_READ);
	pid = child_waiting(last, 0);
	CALL("cow-clipped", fill(last, MB));
	CALL("cow-clipped-exit", end(pid));
}

static void
scene_lock(void)
{
	size_t size = MIN(dense, ram / 4);

	area = map_more(size, MAP_PRIVATE);
	CALL("mlock", mlock(area, size) == 0);
	CALL("fork-locked", fork_exit());
	CALL("munlock", munlock(area, size) == 0);
	mlock(area, size);
	CALL("munmap-locked", munmap(area, size) == 0);
}

static void
scene_exec(void)
{
	char *argv[] = { "stall", "nothing", NULL };
	pid_t pid;

	area = map_more(dense, MAP_PRIVATE);
	measure_begin();
	pid = fork();
	if (pid == 0) {
		fill(area, dense);
		execve("/bin/stall", argv, environ);
		_exit(1);
	}
	if (!reap(pid))
		die("exec");
	measure_end("exec-dense");
}

/* ----- scenes: many entries ----- */

/* Map pages by turns with other rights, until no more can be.  => how many */
static unsigned int
map_many(int fd)
{
	unsigned int n;
	char *p;

	for (n = 0; n < ENTRIES_MOST; n++) {
		p = mmap(area + n * 2 * PAGE, PAGE, PROT_READ |
		    ((n & 1) != 0 ? PROT_WRITE : 0), MAP_FIXED |
		    (fd < 0 ? MAP_ANON | MAP_PRIVATE : MAP_SHARED), fd, 0);
		if (p == MAP_FAILED)
			break;
	}
	if (n < 1000)
		die("few entries");
	return (n);
}

/* What a range of many entries, with gaps, is asked. */
static void
many_calls(const char *kind, unsigned int n)
{
	size_t size = (size_t)n * 2 * PAGE, i;
	char name[64];

#define MANY(what, call) do {						\
	snprintf(name, sizeof(name), "%s-%s", what, kind);		\
	CALL(name, call);						\
} while (0)
	measure_begin();
	for (i = 0; i < n / 2; i++) {
		(void)((volatile char *)area)[i * 2 * PAGE];
		(void)((volatile char *)area)[size - (i + 1) * 2 * PAGE];
	}
	snprintf(name, sizeof(name), "fault-%s", kind);
	measure_end(name);
	MANY("mincore", mincore(area, size, vec) == -1);
	MANY("fork", fork_exit() || errno == ENOMEM);
	MANY("minherit", minherit(area, size, MINHERIT_SHARE) == 0);
	MANY("fork-share", fork_exit() || errno == ENOMEM);
	MANY("munmap-half", munmap(area, size / 2) == 0);
	MANY("map-over", mmap(area, size, PROT_READ, MAP_ANON | MAP_PRIVATE |
	    MAP_FIXED, -1, 0) == area);
#undef MANY
}

static void
scene_entries(void)
{
	unsigned int n;

	area = map_more(SPARSE, MAP_PRIVATE);
	munmap(area, SPARSE);
	measure_begin();
	n = map_many(-1);
	measure_end("mmap-entries");
	many_calls("entries", n);
	n = map_many(-1);
	CALL("munmap-entries", munmap(area, (size_t)n * 2 * PAGE) == 0);
	n = map_many(-1);
	/* The exit of this process is measured by who waits for it. */
}

static void
scene_one_page(void)
{
	int fd = open("/data/shared0", O_RDWR);
	unsigned int n;

	area = map_more(SPARSE, MAP_PRIVATE);
	munmap(area, SPARSE);
	n = map_many(fd);
	many_calls("one-page", n);
	for (n = map_many(fd); n > 0; n--)
		(void)((volatile char *)area)[(n - 1) * 2 * PAGE];
	area[PAGE * 2] = 1;
	CALL("fsync-sharers", fsync(fd) == 0);
}

/* One object, all of it in entries of a page each, which go one by one. */
static void
scene_pieces(void)
{
	size_t i, size = dense / 2;
	pid_t pid;

	area = map_more(size, MAP_SHARED);
	fill(area, size);
	for (i = 0; i < size; i += 2 * PAGE)
		if (mprotect(area + i, PAGE, PROT_READ) != 0)
			break;
	pid = child_waiting(area, 0);
	CALL("munmap-pieces", munmap(area, size / 2) == 0);
	CALL("exit-pieces", end(pid));
	CALL("munmap-pieces-last", munmap(area + size / 2, size / 2) == 0);
}

/* First fit and look-up among many entries. */
static void
scene_fit(void)
{
	unsigned int n;
	char *p = NULL;

	area = map_more(SPARSE / 2, MAP_PRIVATE);
	munmap(area, SPARSE / 2);
	measure_begin();
	for (n = 0; n < ENTRIES_MOST; n++) {
		p = mmap(NULL, PAGE, PROT_READ | ((n & 1) != 0 ? PROT_WRITE :
		    0), MAP_ANON | MAP_PRIVATE, -1, 0);
		if (p == MAP_FAILED)
			break;
	}
	measure_end("mmap-fit");
	if (n < 1000)
		die("few entries");
}

/* ----- scenes: memory in swap ----- */

/* Memory, more than there is of it, so that some of it is in swap. */
static char *
overfill(size_t *size, int flags)
{
	*size = ram + ram / 4;
	area = map_more(*size, flags);
	fill(area, *size);
	return (area);
}

static void
scene_swap(void)
{
	size_t size;
	char *p;

	measure_begin();
	p = overfill(&size, MAP_PRIVATE);
	measure_end("fault-pageout");
	range_calls("swap", p, size);
}

static void
scene_swap_copies(void)
{
	size_t size;
	pid_t pid;
	char *p = overfill(&size, MAP_PRIVATE);

	pid = child_waiting(p, MB);
	CALL("exit-swap-child", end(pid));
	CALL("cow-swap", fill(p, MB));
	CALL("cow-swap-end", fill(p + size - MB, MB));
	munmap(p, size);
	p = overfill(&size, MAP_SHARED);
	CALL("fork-swap-shared", fork_exit());
	CALL("munmap-swap-half", munmap(p, size / 2) == 0);
}

/* MADV_FREE of an object that has little in memory and less in swap. */
static void
scene_swap_free(void)
{
	size_t size = 60 * MB, other;
	char *p = map_more(size, MAP_SHARED), *q;
	unsigned char in = 1;
	unsigned int i;

	p[size - PAGE] = 1;
	q = overfill(&other, MAP_PRIVATE);
	for (i = 0; i < 8 && in != 0; i++) {
		fill(q, other);
		mincore(p + size - PAGE, PAGE, &in);
	}
	if (in != 0)
		die("the page is still in memory");
	CALL("free-one-in-swap", madvise(p, size, MADV_FREE) == 0);
	CALL("munmap-swap", munmap(q, other) == 0);
}

/* ----- random calls ----- */

static struct prng prng;

static void
random_range(char **p, size_t *size)
{
	size_t pages = dense * 2 / PAGE;
	size_t from = prng_below(&prng, (unsigned int)pages);

	*p = area + from * PAGE;
	*size = (1 + prng_below(&prng, (unsigned int)(pages - from))) * PAGE;
}

static bool
random_call(unsigned int which, char *p, size_t size)
{
	static const int prot[] = { PROT_NONE, PROT_READ,
	    PROT_READ | PROT_WRITE };

	switch (which) {
	case 0:
		return (mmap(p, size, PROT_READ | PROT_WRITE, MAP_ANON |
		    MAP_FIXED | (prng_below(&prng, 2) != 0 ? MAP_SHARED :
		    MAP_PRIVATE), -1, 0) == p);
	case 1:
		return (mprotect(p, size, prot[prng_below(&prng, 3)]) == 0);
	case 2:
		return (madvise(p, size, prng_below(&prng, 2) != 0 ?
		    MADV_FREE : MADV_DONTNEED) == 0);
	case 3:
		return (mincore(p, size, vec) == 0);
	case 4:
		return (minherit(p, size, (int)prng_below(&prng, 3)) == 0);
	case 5:
		return (mlock(p, size / 8 / PAGE * PAGE) == 0);
	case 6:
		return (munlock(p, size) == 0);
	case 7:
		return (munmap(p, size / 4 / PAGE * PAGE) == 0);
	case 8:
		return (read(zero, p, size) == (ssize_t)size);
	case 9:
		return (fork_exit());
	default:
		return (end(child_waiting(area, 0)));
	}
}

static const char *const random_names[] = {
	"mmap", "mprotect", "madvise", "mincore", "minherit", "mlock",
	"munlock", "munmap", "read", "fork", "fork-kill"
};

/* Errors are as good as success: what counts is how long it takes. */
static void
scene_random(void)
{
	unsigned int i, which;
	char name[32], *p;
	size_t size;

	area = map_more(dense * 2, MAP_PRIVATE);
	fill(area, dense);
	for (i = 0; i < STEPS; i++) {
		which = prng_below(&prng, 11);
		random_range(&p, &size);
		measure_begin();
		(void)random_call(which, p, size);
		snprintf(name, sizeof(name), "random-%s",
		    random_names[which]);
		measure_end(name);
	}
}

/* ----- all of them ----- */

static const struct {
	const char	*sc_name;	/* also of what its exit is called */
	void		(*sc_run)(void);
} scenes[] = {
	{ "zero", scene_zero },
	{ "console", scene_console },
	{ "file", scene_file },
	{ "pipe", scene_pipe },
	{ "sparse", scene_sparse },
	{ "sparse-copy", scene_sparse_copy },
	{ "dense", scene_dense },
	{ "break", scene_break },
	{ "copies", scene_copies },
	{ "hides", scene_hides },
	{ "lock", scene_lock },
	{ "exec", scene_exec },
	{ "entries", scene_entries },
	{ "one-page", scene_one_page },
	{ "pieces", scene_pieces },
	{ "fit", scene_fit },
	{ "swap", scene_swap },
	{ "swap-copies", scene_swap_copies },
	{ "swap-free", scene_swap_free },
};

/* Run one scene in a process of its own.  => false: it has failed */
static bool
play(const char *name, void (*run)(void))
{
	char text[48];
	int status, ready[2];
	pid_t pid;
	char c;

	if (pipe(ready) != 0 || (pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		close(ready[0]);
		run();
		_exit(0);
	}
	close(ready[1]);
	(void)read(ready[0], &c, 1);	/* its exit closes the other end */
	close(ready[0]);
	if (waitpid(pid, &status, 0) != pid)
		die("wait");
	snprintf(text, sizeof(text), "exit-%s", name);
	measure_end(text);
	if (status != 0)
		printf("stall: scene %s has failed, status 0x%x\n", name,
		    status);
	return (status == 0);
}

static void
beat_forever(void)
{
	uint32_t then = now_ms(), now;

	if (mlock(beat, PAGE) != 0)
		die("mlock");
	while (beat->b_stop == 0) {
		usleep(1000);
		now = now_ms();
		if (now - then > beat->b_late)
			beat->b_late = now - then;
		then = now;
	}
	_exit(0);
}

static void
begin(void)
{
	struct vmmeter vm;

	if (vmmeter_get(&vm) != 0)
		die("figures");
	ram = (size_t)vm.v_page_count * PAGE;
	dense = MIN(ram / 8 * 3, 512u * MB) / (4 * MB) * 4 * MB;
	zero = open("/dev/zero", O_RDONLY);
	beat = (struct beat *)map_more(PAGE, MAP_SHARED);
	if (fork() == 0)
		beat_forever();
	usleep(100000);
}

/* => how many scenes have failed */
static int
seeds(const char *text)
{
	unsigned int first, count, i;
	char *at;
	int failed = 0;

	first = (unsigned int)strtoul(text, &at, 10);
	count = *at == ':' ? (unsigned int)strtoul(at + 1, NULL, 10) : 1;
	for (i = first; i < first + count; i++) {
		prng_seed(&prng, i);
		failed += !play("random", scene_random);
	}
	return (failed);
}

int
main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "named";
	unsigned int i;
	int failed = 0;

	if (strcmp(which, "nothing") == 0)
		return (0);
	begin();
	if (strncmp(which, "seeds:", 6) == 0)
		failed = seeds(which + 6);
	else
		for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
			if (strcmp(which, "named") == 0 ||
			    strcmp(which, scenes[i].sc_name) == 0)
				failed += !play(scenes[i].sc_name,
				    scenes[i].sc_run);
	beat->b_stop = 1;
	printf("stall: %d scenes failed\n", failed);
	return (failed != 0);
}
