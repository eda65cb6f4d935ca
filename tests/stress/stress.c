/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stress.c: the start, the checks and the end of every stressor.
 */
#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

enum { FORK_TRIES = 300 };	/* ten a second */

struct stress stress;

const char *const stress_names[S_COUNT] = {
	[S_HOG] = "hog",
	[S_FORKTREE] = "forktree",
	[S_SHM] = "shm",
	[S_FILEMAP] = "filemap",
	[S_CHURN] = "churn",
	[S_WIRE] = "wire",
	[S_DEEPSTACK] = "deepstack",
	[S_EXECSTORM] = "execstorm",
};

/*
 * Map /ctl shared; where there is none, memory that only children see.
 * => NULL on failure
 */
struct ctl *
ctl_map(void)
{
	void *p;
	int fd;

	fd = open("/ctl", O_RDWR);
	p = mmap(NULL, STAMP_PAGE, PROT_READ | PROT_WRITE,
	    fd < 0 ? MAP_SHARED | MAP_ANON : MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return (p == MAP_FAILED ? NULL : p);
}

static void
on_interrupt(int sig)
{
	(void)sig;
	stress.st_interrupted = 1;
}

/* Count this process as alive, in its stressor. */
static void
stress_enter(void)
{
	struct ctl_slot *cs = stress.st_slot;
	uint32_t live;

	live = __atomic_add_fetch(&cs->cs_live, 1, __ATOMIC_RELAXED);
	if (live > cs->cs_procs)
		cs->cs_procs = live;
}

/*
 * Become the stressor `id': map /ctl, set up the stop flag.
 * => exits with 2 if there is no memory
 */
void
stress_attach(enum stressor id, uint32_t seed)
{
	struct sigaction sa;

	stress.st_name = stress_names[id];
	stress.st_id = id;
	stress.st_seed = seed;
	stress.st_ctl = ctl_map();
	if (stress.st_ctl == NULL) {
		dprintf(2, "%s: cannot map /ctl: %s\n", stress.st_name,
		    strerror(errno));
		exit(2);
	}
	stress.st_slot = &stress.st_ctl->ct_slot[id];
	prng_seed(&stress.st_prng, seed + (uint32_t)id);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_interrupt;
	sigaction(SIGINT, &sa, NULL);
	stress_enter();
}

/*
 * The start of a stressor's main: attach, and read seed, pages and processes
 * from the arguments or from the plan.
 * => exits with 2 if the arguments are wrong
 */
void
stress_init(enum stressor id, int argc, char **argv)
{
	struct plan plan[S_COUNT];
	struct plan *pl = &stress.st_plan;

	if (argc > 4) {
		dprintf(2, "usage: %s [seed [pages [procs]]]\n",
		    stress_names[id]);
		exit(2);
	}
	stress_attach(id, argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1);
	if (argc < 4 && plan_make(plan) < 0)
		stress_fail("no figures of memory");
	if (argc < 4)
		*pl = plan[id];
	if (argc > 2)
		pl->pl_pages = (unsigned int)atoi(argv[2]);
	if (argc > 3)
		pl->pl_procs = (unsigned int)atoi(argv[3]);
	if (pl->pl_pages == 0 || pl->pl_procs == 0)
		stress_fail("pages and procs must be above 0");
	printf("%s: seed=%u pages=%u procs=%u\n", stress.st_name,
	    stress.st_seed, pl->pl_pages, pl->pl_procs);
}

/* => false once this process is told to stop */
bool
stress_running(void)
{
	return (!stress.st_interrupted &&
	    __atomic_load_n(&stress.st_ctl->ct_stop, __ATOMIC_RELAXED) == 0);
}

/* Report a wrong byte, and end this process with status 1. */
void
stress_bad(const void *page, const struct stamp_fault *sf)
{
	ctl_add(&stress.st_slot->cs_bad, 1);
	printf("BAD name=%s pid=%d va=0x%08x offset=%u want=%02x got=%02x\n",
	    stress.st_name, (int)getpid(), (unsigned int)(uintptr_t)page,
	    sf->sf_offset, sf->sf_want, sf->sf_got);
	stress_exit(1);
}

/*
 * Touch a page that was written before.
 * => counted as a page-in if it was not in memory and this touch read it
 */
void
stress_page_in(const void *page)
{
	struct rusage before, after;
	unsigned char in;

	if (mincore((void *)(uintptr_t)page, STAMP_PAGE, &in) < 0)
		stress_fail("mincore: %s", strerror(errno));
	if ((in & MINCORE_INCORE) != 0)
		return;
	getrusage(RUSAGE_SELF, &before);
	(void)*(const volatile uint8_t *)page;
	getrusage(RUSAGE_SELF, &after);
	if (after.ru_majflt != before.ru_majflt)
		ctl_add(&stress.st_slot->cs_ins, 1);
}

/*
 * Verify one page, which starts on a page.
 * => does not return if a byte is wrong
 */
void
stress_verify(const void *page, const struct stamp *s)
{
	struct stamp_fault sf;

	if (s->s_gen != 0)
		stress_page_in(page);
	if (stamp_check(page, s, &sf) < 0)
		stress_bad(page, &sf);
	ctl_add(&stress.st_slot->cs_verified, 1);
}

/* Something other than a wrong byte failed: say it and end with status 1. */
void
stress_fail(const char *fmt, ...)
{
	char buf[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	printf("FAIL name=%s pid=%d %s\n", stress.st_name, (int)getpid(), buf);
	stress_exit(1);
}

/*
 * Zeroed memory, private to this process or shared with its children.
 * => does not return if there is none
 */
void *
stress_map(size_t bytes, int flags)
{
	void *p;

	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANON, -1, 0);
	if (p == MAP_FAILED)
		stress_fail("mmap of %u bytes: %s", (unsigned int)bytes,
		    strerror(errno));
	return (p);
}

/*
 * Fork.  The child draws its choices from the seed and from salt.
 * => where there is no memory or no process to be had, waits for some
 * => -1 if there is none for long, or this process is told to stop
 */
pid_t
stress_fork(uint32_t salt)
{
	pid_t pid;
	int tries;

	for (tries = 0; (pid = fork()) < 0 && tries < FORK_TRIES; tries++) {
		if (!stress_running())
			break;
		stress_nap(100);
	}
	if (pid == 0) {
		prng_seed(&stress.st_prng,
		    stress.st_seed * 31 + (uint32_t)stress.st_id + salt * 7919);
		stress_enter();
	}
	return (pid);
}

/*
 * Start n processes, each of which runs fn with its number and ends well.
 * => how many were started: fewer only when told to stop
 */
int
stress_start(unsigned int n, void (*fn)(unsigned int))
{
	unsigned int i;
	pid_t pid;

	for (i = 0; i < n; i++) {
		pid = stress_fork(i + 1);
		if (pid == 0) {
			fn(i);
			stress_exit(0);
		}
		if (pid < 0 && stress_running())
			stress_fail("fork: %s", strerror(errno));
		if (pid < 0)
			break;
	}
	return ((int)i);
}

/* End this process. */
void
stress_exit(int status)
{
	ctl_add(&stress.st_slot->cs_live, (uint32_t)-1);
	_exit(status);
}

/*
 * Wait for n children.  => 0 if all ended well
 */
int
stress_wait(int n)
{
	int failed = 0, status;
	pid_t pid;

	while (n > 0) {
		pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return (1);
		n--;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		if (WIFSIGNALED(status))
			printf("FAIL name=%s pid=%d killed by signal %d\n",
			    stress.st_name, (int)pid, WTERMSIG(status));
		failed = 1;
	}
	return (failed);
}

/* Sleep for about so many milliseconds; a signal ends it early. */
void
stress_nap(unsigned int ms)
{
	struct timespec ts;

	ts.tv_sec = (int)(ms / 1000);
	ts.tv_nsec = (int)(ms % 1000) * 1000000;
	nanosleep(&ts, NULL);
}

/*
 * Count the pages of n that have gone out of memory since the last look, of
 * which `was' remembers what was in memory; NULL: all of them were.
 * => a lower bound: a page may have come and gone in between
 */
void
stress_count_out(void *start, unsigned int n, uint8_t *was)
{
	unsigned char vec[256];
	unsigned int out = 0, done, some;

	for (done = 0; done < n; done += some) {
		some = n - done < sizeof(vec) ? n - done : sizeof(vec);
		if (mincore((char *)start + done * STAMP_PAGE,
		    some * STAMP_PAGE, vec) < 0)
			stress_fail("mincore: %s", strerror(errno));
		for (unsigned int i = 0; i < some; i++) {
			uint8_t in = vec[i] & 1;

			out += !in && (was == NULL || was[done + i] != 0);
			if (was != NULL)
				was[done + i] = in;
		}
	}
	ctl_add(&stress.st_slot->cs_out, out);
}
