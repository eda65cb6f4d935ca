/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * bench.c: what a user's program pays: faults, mprotect, fork, exec, pipes.
 *
 * The kernel is that of `make run'.  The machine counts instructions as its
 * time (-icount shift=0), and each measured piece begins right after a tick
 * of the clock, so that none comes in its middle; so all rounds are alike.
 * With an argument the program ends at once: it is what exec_small runs.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <vmfig.h>

#include "mark.h"
#include "sort.h"

#define PAGE	4096u
#define PAGES	1024u
#define ROUNDS	31u
#define TRIPS	1000u
#define IDLE	16u

enum row {
	ANON_FAULT, MPROTECT, MPROTECT_BACK, TOUCH, FORK_EXIT, COW_FAULT,
	MUNMAP, FORK_SMALL, EXEC_SMALL, PIPE_SWITCH, ROWS
};

/* What is measured is divided by parts. */
static const struct {
	const char	*name;
	unsigned int	parts;
} rows[ROWS] = {
	[ANON_FAULT] = { "anon_fault", PAGES },
	[MPROTECT] = { "mprotect", PAGES },
	[MPROTECT_BACK] = { "mprotect_back", PAGES },
	[TOUCH] = { "touch_again", PAGES },
	[FORK_EXIT] = { "fork_exit_4mb", 1 },
	[COW_FAULT] = { "cow_fault", PAGES },
	[MUNMAP] = { "munmap", PAGES },
	[FORK_SMALL] = { "fork_exit_small", 1 },
	[EXEC_SMALL] = { "exec_small", 1 },
	[PIPE_SWITCH] = { "pipe_switch", 2 * TRIPS },
};

static unsigned int sample[ROUNDS];
static char *memory;
static int there[2], back[2];

static void
die(const char *what)
{
	printf("bench: %s failed\n", what);
	exit(1);
}

/* ----- the pieces ----- */

static void
touch_all(void)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		((volatile char *)memory)[i * PAGE] = 1;
}

static void
protect(int prot)
{
	if (mprotect(memory, PAGES * PAGE, prot) < 0)
		die("mprotect");
}

/* A child that ends at once, or becomes this program and then ends. */
static void
child(int exec)
{
	static char *const argv[] = { "/bin/bench", "end", NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (exec)
			(void)execv(argv[0], argv);
		_exit(exec);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		die("fork");
}

static void
round_trips(void)
{
	unsigned int i;
	char c = 0;

	for (i = 0; i < TRIPS; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			die("pipe");
}

static void
map(void)
{
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
}

static void
piece(enum row r)
{
	if (r == ANON_FAULT || r == TOUCH || r == COW_FAULT)
		touch_all();
	else if (r == MPROTECT)
		protect(PROT_READ);
	else if (r == MPROTECT_BACK)
		protect(PROT_READ | PROT_WRITE);
	else if (r == FORK_EXIT || r == FORK_SMALL)
		child(0);
	else if (r == EXEC_SMALL)
		child(1);
	else if (r == MUNMAP)
		(void)munmap(memory, PAGES * PAGE);
	else
		round_trips();
}

/* ----- measuring ----- */

static unsigned int
now(void)
{
	unsigned int low, high;

	__asm__ volatile("rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (low);
}

/* Sleep until just after the next tick. */
static void
after_a_tick(void)
{
	const struct timespec tick = { .tv_nsec = 1 };

	if (nanosleep(&tick, NULL) < 0)
		die("nanosleep");
}

/* => instructions of one piece */
static unsigned int
measure(enum row r)
{
	unsigned int begin, took;

	after_a_tick();
	MARK(MARK_BEGIN);
	begin = now();
	piece(r);
	took = now() - begin;
	MARK(MARK_END);
	return (took);
}

/* Bring a round to the place of a piece, and measure it; ROWS: none. */
static unsigned int
measure_in_round(enum row want)
{
	unsigned int took = 0;
	enum row r;

	map();
	for (r = ANON_FAULT; r < MUNMAP; r++)
		if (r == want)
			took = measure(r);
		else
			piece(r);
	if (want == MUNMAP)
		return (measure(MUNMAP));
	piece(MUNMAP);
	return (took);
}

/*
 * Nobody may wait for a disk in what is measured: have all that a round needs
 * read before.
 */
static void
warm_up(enum row r)
{
	if (r <= MUNMAP)
		(void)measure_in_round(ROWS);
	else
		piece(r);
}

static void
row(enum row r)
{
	unsigned int i, sum = 0;

	warm_up(r);
	MARK(MARK_ROW);
	for (i = 0; i < ROUNDS; i++) {
		sample[i] = r <= MUNMAP ? measure_in_round(r) : measure(r);
		sum += sample[i];
	}
	sort_samples(sample, ROUNDS);
	printf("bench: name=%s n=%u parts=%u calls=%u sum=%u median=%u "
	    "max=%u\n", rows[r].name, r <= MUNMAP ? PAGES : 1, rows[r].parts,
	    ROUNDS, sum, sample[ROUNDS / 2], sample[ROUNDS - 1]);
}

/* ----- rows that need somebody else ----- */

/* Give back each byte until there is no more. */
static void
echo(void)
{
	char c;

	close(there[1]);
	while (read(there[0], &c, 1) == 1)
		(void)write(back[1], &c, 1);
	_exit(0);
}

static void
row_pipe(void)
{
	pid_t pid;

	if (pipe(there) < 0 || pipe(back) < 0 || (pid = fork()) < 0)
		die("pipe");
	if (pid == 0)
		echo();
	row(PIPE_SWITCH);
	close(there[1]);
	(void)waitpid(pid, NULL, 0);
	close(there[0]);
	close(back[0]);
	close(back[1]);
}

/* => pages that are not free; of these, in *ptps, the page tables */
static unsigned int
pages_in_use(unsigned int *ptps)
{
	struct vmmeter vm;

	if (vmmeter_get(&vm) < 0)
		die("sysctl");
	*ptps = vm.v_ptps;
	return (vm.v_page_count - vm.v_free_count);
}

/* What some children take that wait for a byte which never comes. */
static void
figure_idle(void)
{
	unsigned int i, before, after, ptps, tables;
	char c;

	if (pipe(there) < 0)
		die("pipe");
	before = pages_in_use(&ptps);
	for (i = 0; i < IDLE; i++)
		if (fork() == 0) {
			close(there[1]);
			_exit((int)read(there[0], &c, 1));
		}
	after_a_tick();
	after = pages_in_use(&tables);
	close(there[1]);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	printf("figure: name=idle_process n=%u unit=bytes sum=%u parts=%u\n",
	    IDLE, (after - before) * PAGE, IDLE);
	printf("figure: name=idle_process_tables n=%u unit=bytes sum=%u "
	    "parts=%u\n", IDLE, (tables - ptps) * PAGE, IDLE);
}

int
main(int argc, char **argv)
{
	enum row r;

	(void)argv;
	if (argc > 1)
		return (0);
	for (r = 0; r < PIPE_SWITCH; r++)
		row(r);
	row_pipe();
	figure_idle();
	printf("bench: end\n");
	return (0);
}
