/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * arena.c: loads that take all page tables that they can get, and a heartbeat
 * beside them.
 *
 * `arena all' runs each load of the table below for some seconds, `arena
 * NAME' one of them, `arena seeds:FIRST:COUNT' so many random ones.  A load
 * is a few processes that share one page of figures with the driver, enter
 * themselves there, and are all killed at its end.  The heartbeat touches a
 * page of code, of data and of stack, each in another 4 MB, once a second,
 * and tells how long that took.  A shell has nothing to do but to answer.  One
 * process computes for ever: under icount the processor's time is counted in
 * instructions only as long as it never waits.  tools/check-arena reads the
 * lines and judges.
 */
#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

enum {
	PAGE = 4096,
	SLICE = 4 * 1024 * 1024,	/* what one page table maps */
	MEMBERS = 960,			/* processes of a load */
	SECONDS = 6,			/* a load lasts */
	SEED_MS = 400,			/* a random one */
	GONE_SECONDS = 30,		/* until all must have died */
	KEPT_PAGES = 300,		/* that the kernel may keep for later */
	BALLAST_LEFT = 400,		/* arena pages for the random loads */
	FILE_PAGES = 256,		/* of /data/shared0 */
	VGA_PAGES = 64,
	SEED_PROCS = 3
};

/* Where the loads map: some 3 GB. */
#define LOW		0x28000000u
#define HIGH		0xef000000u
#define NSLICES		((HIGH - LOW) / SLICE)
#define DATA		0x18000000u	/* the heartbeat's page of data */

struct figures {
	uint32_t	f_stop;		/* who sees it ends */
	uint32_t	f_ready;	/* a bystander has all that it needs */
	uint32_t	f_go;		/* all roles are there: begin */
	uint32_t	f_seed;
	uint32_t	f_refused;	/* by mlock, fork and exec */
	uint32_t	f_locked;	/* pages, by mlock */
	uint32_t	f_forks;
	uint32_t	f_touched;	/* pages */
	uint32_t	f_bad;		/* wrong contents, odd errors */
	uint32_t	f_members;
	pid_t		f_pid[MEMBERS];
};

_Static_assert(sizeof(struct figures) <= PAGE, "figures are one page");

static struct figures *fig;
static uint8_t mapped[NSLICES];		/* which slices this process mapped */
static int shell_in = -1, shell_out = -1;

static void
add(uint32_t *counter, uint32_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static bool
stopped(void)
{
	return (__atomic_load_n(&fig->f_stop, __ATOMIC_RELAXED) != 0);
}

static void
nap(unsigned int ms)
{
	usleep(ms * 1000);
}

static unsigned int
now_ms(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return ((unsigned int)tv.tv_sec * 1000 +
	    (unsigned int)tv.tv_usec / 1000);
}

static void
bad(const char *what, uintptr_t where)
{
	add(&fig->f_bad, 1);
	printf("bad: %s at 0x%x: %s\n", what, (unsigned int)where,
	    strerror(errno));
}

/* ----- what the members of a load do ----- */

/* Enter this process into the list of those that the driver kills. */
static void
enlist(void)
{
	uint32_t n = __atomic_fetch_add(&fig->f_members, 1, __ATOMIC_SEQ_CST);

	if (n >= MEMBERS)
		_exit(0);
	fig->f_pid[n] = getpid();
	if (stopped())
		_exit(0);
}

/* => as fork; the child is a member.  A refusal is counted */
static pid_t
member_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		enlist();
	else if (pid > 0)
		add(&fig->f_forks, 1);
	else if (errno == EAGAIN)
		add(&fig->f_refused, 1);
	else if (errno != ENOMEM)
		bad("fork", 0);
	return (pid);
}

static volatile uint32_t *
slice(unsigned int i)
{
	return ((volatile uint32_t *)(LOW + i * SLICE));
}

/* Map a page of memory, or of a file, in a slice.  => false: ENOMEM */
static bool
map(unsigned int i, int fd, unsigned int page)
{
	void *p = (void *)(uintptr_t)slice(i);
	int flags = fd < 0 ? MAP_ANON | MAP_PRIVATE : MAP_SHARED;

	mapped[i] = 0;
	if (mmap(p, PAGE, PROT_READ | (fd < 0 ? PROT_WRITE : 0),
	    flags | MAP_FIXED, fd, (off_t)page * PAGE) != p) {
		if (errno != ENOMEM)
			bad("mmap", (uintptr_t)p);
		return (false);
	}
	mapped[i] = 1;
	return (true);
}

/* => false: refused, which is counted */
static bool
lock(unsigned int i)
{
	if (mlock((void *)(uintptr_t)slice(i), PAGE) == 0) {
		add(&fig->f_locked, 1);
		return (true);
	}
	if (errno == EAGAIN)
		add(&fig->f_refused, 1);
	else if (errno != ENOMEM)
		bad("mlock", (uintptr_t)slice(i));
	return (false);
}

/* Write a page that holds its own address or nothing. */
static void
touch(unsigned int i)
{
	volatile uint32_t *p = slice(i);
	uint32_t value = *p;

	if (value != 0 && value != (uintptr_t)p)
		bad("contents", (uintptr_t)p);
	*p = (uintptr_t)p;
	add(&fig->f_touched, 1);
}

/* Lock a page in each slice; where that is refused, try again and again. */
static void
lock_all(int fd, unsigned int pages)
{
	unsigned int i;

	for (i = 0; i < NSLICES && !stopped(); i++) {
		while (!map(i, fd, pages != 0 ? i % pages : 0) || !lock(i)) {
			if (stopped())
				break;
			nap(50);
		}
		if (fd < 0 && !stopped())
			touch(i);
	}
}

static int
open_or_die(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0) {
		bad(path, 0);
		_exit(1);
	}
	return (fd);
}

static void
locker(void)
{
	lock_all(-1, 0);
}

static void
file_locker(void)
{
	lock_all(open_or_die("/data/shared0"), FILE_PAGES);
}

static void
device_locker(void)
{
	lock_all(open_or_die("/dev/vga"), VGA_PAGES);
}

/* Map a device's page in each slice and look at it, again and again. */
static void
device_toucher(void)
{
	int fd = open_or_die("/dev/vga");
	unsigned int i;

	for (i = 0; i < NSLICES; i++)
		if (!map(i, fd, i % VGA_PAGES))
			break;
	while (!stopped()) {
		for (i = 0; i < NSLICES; i++)
			if (mapped[i])
				(void)*slice(i);
		nap(20);
	}
}

/* The same with memory, which may be paged. */
static void
toucher(void)
{
	unsigned int i;

	for (i = 0; i < NSLICES; i++)
		if (!map(i, -1, 0))
			break;
	while (!stopped()) {
		for (i = 0; i < NSLICES; i++)
			if (mapped[i])
				touch(i);
		nap(20);
	}
}

/*
 * Lock what is to be had, then read file pages all over the page tables that
 * are wired now: each needs all of its slices of links.
 */
static void
filler(void)
{
	int fd = open_or_die("/data/shared0");
	unsigned int i, n, at;
	volatile char *p;

	for (n = 0; n < NSLICES && map(n, -1, 0) && lock(n); n++)
		touch(n);
	for (i = 0; i < n && !stopped(); i++) {
		for (at = SLICE / 4; at < SLICE; at += SLICE / 4) {
			p = (volatile char *)slice(i) + at;
			if (mmap((void *)(uintptr_t)p, FILE_PAGES * PAGE,
			    PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) != p)
				break;
			for (unsigned int k = 0; k < FILE_PAGES; k += 64)
				(void)p[k * PAGE];
		}
	}
	lock_all(-1, 0);
}

/* Locked pages lose their mappings, while others want what that frees. */
static void
protector(void)
{
	unsigned int i, n;
	void *p;

	for (n = 0; n < NSLICES && map(n, -1, 0) && lock(n); n++)
		touch(n);
	for (i = 0; n > 0 && !stopped(); i = (i + 1) % n) {
		p = (void *)(uintptr_t)slice(i);
		if (mprotect(p, PAGE, PROT_NONE) != 0)
			bad("mprotect", (uintptr_t)p);
		if (i % 16 == 0)
			nap(20);
		if (mprotect(p, PAGE, PROT_READ | PROT_WRITE) != 0)
			bad("mprotect", (uintptr_t)p);
		touch(i);
	}
}

/* Processes that do nothing, started by each other. */
static void
bomb(void)
{
	while (!stopped())
		if (member_fork() <= 0)
			nap(200);
}

/* Idle processes, started by one that takes its time. */
static void
forker(void)
{
	while (!stopped()) {
		if (member_fork() == 0)
			for (;;)
				pause();
		nap(5);
	}
}

/* Start programs: each needs an address space while its parent has one. */
static void
spawner(void)
{
	char *argv[] = { "arena", "nothing", NULL };
	int status;
	pid_t pid;

	while (!stopped()) {
		pid = vfork();
		if (pid == 0) {
			execve("/bin/arena", argv, environ);
			_exit(errno == ENOMEM || errno == EAGAIN ? 2 : 3);
		}
		if (pid < 0) {
			add(&fig->f_refused, 1);
			nap(100);
			continue;
		}
		if (waitpid(pid, &status, 0) != pid)
			continue;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
			add(&fig->f_refused, 1);
		else if (status != 0)
			bad("exec", (uintptr_t)status);
		nap(20);
	}
}

/* ----- random loads ----- */

static struct prng prng;

static void
step_lock(unsigned int i)
{
	if (map(i, -1, 0) && lock(i))
		touch(i);
}

static void
step_unlock(unsigned int i)
{
	if (mapped[i] && munlock((void *)(uintptr_t)slice(i), PAGE) != 0 &&
	    errno != ENOMEM)
		bad("munlock", (uintptr_t)slice(i));
}

static void
step_touch(unsigned int i)
{
	if (mapped[i] || map(i, -1, 0))
		touch(i);
}

static void
step_unmap(unsigned int i)
{
	mapped[i] = 0;
	if (munmap((void *)(uintptr_t)slice(i), PAGE) != 0 && errno != ENOMEM)
		bad("munmap", (uintptr_t)slice(i));
}

static void
step_protect(unsigned int i)
{
	void *p = (void *)(uintptr_t)slice(i);

	if (!mapped[i] || mprotect(p, PAGE, PROT_NONE) != 0)
		return;
	if (mprotect(p, PAGE, PROT_READ | PROT_WRITE) != 0)
		mapped[i] = 0;
	else
		touch(i);
}

/* Fork; the child goes on with choices of its own, or does nothing. */
static void
step_fork(bool idle)
{
	if (member_fork() != 0)
		return;
	prng_seed(&prng, fig->f_seed * 31 + (uint32_t)getpid());
	while (idle)
		pause();
}

/* One choice: a kind of step, made in a run of slices. */
static void
random_step(void)
{
	static void (*const steps[])(unsigned int) = {
		step_lock, step_lock, step_unlock, step_touch, step_touch,
		step_unmap, step_protect
	};
	unsigned int what = prng_below(&prng, 16), i, n;

	if (what < 3) {
		step_fork(what != 0);
		return;
	}
	if (what == 3) {
		nap(10);
		return;
	}
	what = prng_below(&prng, sizeof(steps) / sizeof(steps[0]));
	i = prng_below(&prng, NSLICES);
	n = 1 + prng_below(&prng, 1u << prng_below(&prng, 9));
	for (; n > 0 && i < NSLICES && !stopped(); n--, i++)
		steps[what](i);
}

static void
random_member(void)
{
	prng_seed(&prng, fig->f_seed * 31 + fig->f_members);
	while (!stopped())
		random_step();
}

/* ----- the driver ----- */

struct role {
	void		(*r_run)(void);
	unsigned int	 r_procs;	/* 0: as many as fill the arena */
};

static const struct load {
	const char	*l_name;
	struct role	 l_role[7];	/* the last one has no r_run */
} loads[] = {
	{ "lockers", { { locker, 0 }, { forker, 2 } } },
	{ "forks", { { bomb, 2 }, { locker, 0 } } },
	{ "files", { { file_locker, 0 } } },
	{ "bomb", { { bomb, 2 } } },
	{ "sparse", { { toucher, 2 } } },
	{ "fill", { { filler, 0 }, { toucher, 1 } } },
	{ "device", { { device_locker, 0 }, { device_toucher, 2 } } },
	{ "protect", { { protector, 0 }, { locker, 1 } } },
	{ "mix", { { locker, 0 }, { file_locker, 1 }, { filler, 1 },
	    { toucher, 1 }, { spawner, 2 }, { bomb, 1 } } },
};

enum { LOADS = sizeof(loads) / sizeof(loads[0]) };

static struct vmmeter
figures(void)
{
	struct vmmeter vm;

	if (vmmeter_get(&vm) < 0) {
		perror("arena: sysctl");
		exit(2);
	}
	return (vm);
}

static void
start(void (*run)(void), unsigned int n)
{
	while (n-- > 0) {
		if (member_fork() != 0)
			continue;
		while (__atomic_load_n(&fig->f_go, __ATOMIC_RELAXED) == 0)
			nap(10);
		run();
		while (!stopped())
			nap(200);
		_exit(0);
	}
}

/* Kill each member that is left.  => how many there were */
static unsigned int
kill_members(void)
{
	unsigned int i, n, left = 0;

	n = fig->f_members < MEMBERS ? fig->f_members : MEMBERS;
	for (i = 0; i < n; i++)
		if (fig->f_pid[i] > 1 && kill(fig->f_pid[i], SIGKILL) == 0)
			left++;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	return (left);
}

/*
 * Kill all members, until they are gone and what they had is given back: one
 * that was just being forked is in no list yet.
 * => how many are not; *end: the figures then
 */
static unsigned int
stop_members(const struct vmmeter *begin, struct vmmeter *end)
{
	unsigned int last = now_ms() + GONE_SECONDS * 1000, left;

	fig->f_stop = 1;
	do {
		left = kill_members();
		nap(20);
		*end = figures();
	} while ((left != 0 || end->v_pinned > begin->v_pinned ||
	    end->v_wire_count > begin->v_wire_count + KEPT_PAGES) &&
	    (int)(last - now_ms()) > 0);
	return (left);
}

/* Does the shell still answer? */
static bool
shell_answers(void)
{
	struct timeval tv = { 10, 0 };
	char c = '\0';
	fd_set set;

	if (write(shell_in, "echo well\n", 10) != 10)
		return (false);
	while (c != '\n') {
		FD_ZERO(&set);
		FD_SET(shell_out, &set);
		if (select(shell_out + 1, &set, NULL, NULL, &tv) != 1 ||
		    read(shell_out, &c, 1) != 1)
			return (false);
	}
	return (true);
}

/* Run what `roles' says for a while, and tell what came of it. */
static void
run_load(const char *name, const struct role *roles, unsigned int ms)
{
	struct vmmeter begin, peak, end;
	unsigned int many, left;

	begin = figures();
	memset(fig->f_pid, 0, sizeof(fig->f_pid));
	fig->f_refused = fig->f_locked = fig->f_forks = fig->f_touched = 0;
	fig->f_bad = fig->f_members = fig->f_stop = fig->f_go = 0;
	many = begin.v_pinlimit / 3 / NSLICES + 2;
	printf("load %s begins\n", name);
	for (; roles->r_run != NULL; roles++)
		start(roles->r_run,
		    roles->r_procs != 0 ? roles->r_procs : many);
	fig->f_go = 1;
	nap(ms);
	peak = figures();
	left = stop_members(&begin, &end);
	printf("load %s refused=%u floor=%u locked=%u forks=%u touched=%u "
	    "pinned=%u/%u bad=%u left=%u kept=%d wired=%d shell=%d\n", name,
	    fig->f_refused, peak.v_pinrefused - begin.v_pinrefused,
	    fig->f_locked, fig->f_forks, fig->f_touched, peak.v_pinned,
	    peak.v_pinlimit, fig->f_bad, left,
	    (int)(end.v_pinned - begin.v_pinned),
	    (int)(end.v_wire_count - begin.v_wire_count), shell_answers());
}

/* Touch code, data and stack once a second, and tell how long it took. */
static void
heartbeat(void)
{
	volatile uint32_t *data = mmap((void *)DATA, PAGE,
	    PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0);
	volatile uint32_t stack[2] = { 0, 0 };
	unsigned int last = now_ms(), now;

	fig->f_ready = 1;
	for (;;) {
		sleep(1);
		(*data)++;
		stack[0]++;
		if (stack[0] != *data)
			bad("heartbeat", DATA);
		now = now_ms();
		printf("beat %u\n", now - last);
		last = now;
	}
}

static void
start_shell(void)
{
	char *argv[] = { "sh", NULL };
	int in[2], out[2];
	pid_t pid;

	if (pipe(in) < 0 || pipe(out) < 0 || (pid = fork()) < 0)
		exit(2);
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execve("/bin/sh", argv, environ);
		_exit(127);
	}
	shell_in = in[1];
	shell_out = out[0];
	printf("keep shell %d\n", (int)pid);
}

/* Compute, so that the processor never waits; not for this page either. */
static void
spinner(void)
{
	if (mlock((void *)((uintptr_t)spinner & ~(PAGE - 1u)), PAGE) != 0)
		bad("mlock", (uintptr_t)spinner);
	fig->f_ready = 1;
	for (;;)
		__asm__ volatile("");
}

static void
start_bystander(const char *name, void (*run)(void))
{
	pid_t pid;

	fig->f_ready = 0;
	pid = fork();
	if (pid == 0)
		run();
	printf("keep %s %d\n", name, (int)pid);
	while (__atomic_load_n(&fig->f_ready, __ATOMIC_RELAXED) == 0)
		nap(50);
}

/* Pin all but some pages, in as many processes as that takes; and sleep. */
static void
ballast(void)
{
	unsigned int i = 0;
	struct vmmeter vm = figures();

	while (vm.v_pinned + BALLAST_LEFT < vm.v_pinlimit) {
		if (i == NSLICES && fork() != 0)
			break;
		i %= NSLICES;
		if (!map(i, -1, 0) || !lock(i++))
			exit(2);
		vm = figures();
	}
	if (vm.v_pinned + BALLAST_LEFT >= vm.v_pinlimit)
		fig->f_ready = 1;
	for (;;)
		pause();
}

static void
run_seeds(unsigned int first, unsigned int count)
{
	static const struct role roles[] = {
		{ random_member, SEED_PROCS }, { NULL, 0 }
	};
	char name[16];

	start_bystander("ballast", ballast);
	for (; count > 0; count--, first++) {
		snprintf(name, sizeof(name), "seed-%u", first);
		fig->f_seed = first;
		run_load(name, roles, SEED_MS);
	}
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "all";
	unsigned int first = 1, count = 10;
	char *end;

	if (strcmp(what, "nothing") == 0)
		return (0);
	fig = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON,
	    -1, 0);
	if (fig == MAP_FAILED)
		return (2);
	printf("keep driver %d\n", (int)getpid());
	start_shell();
	start_bystander("heartbeat", heartbeat);
	start_bystander("spinner", spinner);
	if (strncmp(what, "seeds:", 6) == 0) {
		first = (unsigned int)strtoul(what + 6, &end, 10);
		if (*end == ':')
			count = (unsigned int)strtoul(end + 1, NULL, 10);
		run_seeds(first, count);
	}
	for (unsigned int i = 0; i < LOADS; i++)
		if (strcmp(what, "all") == 0 ||
		    strcmp(what, loads[i].l_name) == 0)
			run_load(loads[i].l_name, loads[i].l_role,
			    SECONDS * 1000);
	printf("arena done\n");
	return (0);
}
