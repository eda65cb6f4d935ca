/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_leak.c: memory that no address shows any more is given back.
 *
 * Each test makes and loses memory ROUNDS times, keeping some pages a round.
 * What is in use, in memory and in swap, grows by what is kept.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "test.h"

enum {
	ROUNDS = 4
};

static struct vmmeter
figures(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm);
}

/* Pages of one mapping: an eighth of the memory. */
static unsigned int
pages(void)
{
	return (figures().v_page_count / 8);
}

/* Pages in use, once the transfers have ended. */
static unsigned int
used(void)
{
	struct vmmeter vm;

	usleep(200000);
	vm = figures();
	return (vm.v_swap_pages - vm.v_swap_free + vm.v_page_count -
	    vm.v_free_count);
}

static void
touch(char *p, unsigned int n, int c)
{
	for (unsigned int i = 0; i < n; i++)
		p[i * PAGE] = (char)c;
}

static pid_t
fork_sleeper(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0)
		for (;;)
			pause();
	return (pid);
}

static void
end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid, "wait");
}

static void
must_fit(unsigned int before, unsigned int kept)
{
	unsigned int now = used();

	CHECK(now < before + kept + pages() / 2,
	    "%u pages are mapped, %u more than before are in use", kept,
	    now - before);
}

/* The child lives while the parent gives most of the memory back. */
static void
leak__unmapped_while_shared(void)
{
	unsigned int n = pages(), before = used();
	pid_t pid;
	char *p;

	for (int i = 0; i < ROUNDS; i++) {
		p = test_map(n * PAGE, MAP_PRIVATE);
		touch(p, n, 'x');
		pid = fork_sleeper();
		CHECK(munmap(p + PAGE, (n - 1) * PAGE) == 0, "munmap");
		end(pid);
		CHECK(p[0] == 'x', "contents");
	}
	must_fit(before, ROUNDS);
}

/* The child has gone before, but the mapping has been cut in pieces. */
static void
leak__unmapped_after_split_and_fork(void)
{
	unsigned int n = pages(), before = used();
	char *p;

	for (int i = 0; i < ROUNDS; i++) {
		p = test_map(n * PAGE, MAP_PRIVATE);
		touch(p, n, 'x');
		for (unsigned int k = 0; k < 8; k += 2)
			CHECK(mprotect(p + k * PAGE, PAGE, PROT_READ) == 0,
			    "mprotect");
		end(fork_sleeper());
		CHECK(munmap(p + 8 * PAGE, (n - 8) * PAGE) == 0, "munmap");
		CHECK(p[0] == 'x' && p[7 * PAGE] == 'x', "contents");
	}
	must_fit(before, ROUNDS * 8);
}

/* A heap that shrinks while a child lives. */
static void
leak__break_shrinks_while_shared(void)
{
	unsigned int n = pages(), before = used();
	pid_t pid;
	char *p;

	for (int i = 0; i < ROUNDS; i++) {
		p = sbrk((intptr_t)(n * PAGE));
		CHECK(p != (char *)-1, "sbrk: %s", strerror(errno));
		touch(p, n, 'x');
		pid = fork_sleeper();
		CHECK(sbrk(-(intptr_t)((n - 8) * PAGE)) != (void *)-1,
		    "sbrk: %s", strerror(errno));
		end(pid);
	}
	must_fit(before, ROUNDS * 8);
}

/* Both live on, and both have unmapped the same: nobody ends. */
static void
leak__unmapped_by_both(void)
{
	unsigned int n = pages(), before = used();
	pid_t pid[ROUNDS];
	int ready[2];
	char *p, c = 0;

	CHECK(pipe(ready) == 0, "pipe");
	for (int i = 0; i < ROUNDS; i++) {
		p = test_map(n * PAGE, MAP_PRIVATE);
		touch(p, n, 'x');
		pid[i] = fork();
		CHECK(munmap(p + PAGE, (n - 2) * PAGE) == 0, "munmap");
		if (pid[i] == 0) {
			CHECK(write(ready[1], &c, 1) == 1, "write");
			for (;;)
				pause();
		}
		CHECK(read(ready[0], &c, 1) == 1, "read");
		CHECK(p[0] == 'x' && p[(n - 1) * PAGE] == 'x', "contents");
	}
	must_fit(before, ROUNDS * 2);
	for (int i = 0; i < ROUNDS; i++)
		end(pid[i]);
}

/* The same below a shadow: the child has written before it unmaps. */
static void
leak__unmapped_below_a_shadow(void)
{
	unsigned int n = pages(), before = used();
	pid_t pid[ROUNDS];
	int ready[2];
	char *p, c = 0;

	CHECK(pipe(ready) == 0, "pipe");
	for (int i = 0; i < ROUNDS; i++) {
		p = test_map(n * PAGE, MAP_PRIVATE);
		touch(p, n, 'x');
		pid[i] = fork();
		touch(p, 4, 'y');
		CHECK(munmap(p + 2 * PAGE, (n - 4) * PAGE) == 0, "munmap");
		if (pid[i] == 0) {
			CHECK(write(ready[1], &c, 1) == 1, "write");
			for (;;)
				pause();
		}
		CHECK(read(ready[0], &c, 1) == 1, "read");
		CHECK(p[0] == 'y' && p[(n - 1) * PAGE] == 'x', "contents");
	}
	must_fit(before, ROUNDS * 6);
	for (int i = 0; i < ROUNDS; i++)
		end(pid[i]);
}

/* Both write what was shared: nobody sees the original, but of one page. */
static void
leak__written_by_both(void)
{
	unsigned int n = pages(), before = used(), now;
	char *p = test_map(n * PAGE, MAP_PRIVATE), c = 0;
	int ready[2];
	pid_t pid;

	CHECK(pipe(ready) == 0, "pipe");
	touch(p, n, 'x');
	pid = fork();
	touch(p, n - 1, pid == 0 ? 'c' : 'p');
	if (pid == 0) {
		CHECK(write(ready[1], &c, 1) == 1, "write");
		CHECK(p[0] == 'c' && p[(n - 1) * PAGE] == 'x', "contents");
		for (;;)
			pause();
	}
	CHECK(read(ready[0], &c, 1) == 1, "read");
	CHECK(p[0] == 'p' && p[(n - 1) * PAGE] == 'x', "contents");
	now = used();
	CHECK(now < before + 2 * n + n / 2, "%u pages each: %u more", n,
	    now - before);
	end(pid);
}

/* Child number `no': unmaps 8 pages, writes 16, and looks at all others. */
static void
unmap_and_look(char *p, unsigned int n, unsigned int no)
{
	char want;

	CHECK(munmap(p + no * PAGE, 8 * PAGE) == 0, "munmap");
	touch(p + 32 * PAGE, 16, 'z');
	for (unsigned int k = 0; k < n; k++) {
		if (k >= no && k < no + 8)
			continue;
		want = k < no ? 'y' : k >= 32 && k < 48 ? 'z' : 'x';
		CHECK(p[k * PAGE] == want, "child %u page %u", no, k);
	}
}

/* Memory that both show and both write is kept, and is right. */
static void
leak__shown_memory_stays(void)
{
	unsigned int n = 64;
	char *p = test_map(n * PAGE, MAP_PRIVATE);
	int status;

	touch(p, n, 'x');
	for (unsigned int i = 0; i < 8; i++) {
		if (fork() == 0) {
			unmap_and_look(p, n, i);
			_exit(0);
		}
		p[i * PAGE] = 'y';
	}
	for (int i = 0; i < 8; i++)
		CHECK(wait(&status) > 0 && status == 0, "status 0x%x",
		    status);
	for (unsigned int k = 0; k < n; k++)
		CHECK(p[k * PAGE] == (k < 8 ? 'y' : 'x'), "page %u", k);
}

/* A server with few pages mapped lives on, whatever it has had. */
static void
leak__small_server_survives(void)
{
	struct vmmeter vm = figures();
	unsigned int n = pages();
	unsigned int rounds = (vm.v_page_count + vm.v_swap_pages) / n + 2;
	pid_t pid;
	char *p;

	for (unsigned int i = 0; i < rounds; i++) {
		p = test_map(n * PAGE, MAP_PRIVATE);
		touch(p, n, 's');
		pid = fork_sleeper();
		CHECK(munmap(p + PAGE, (n - 1) * PAGE) == 0, "munmap");
		end(pid);
	}
	CHECK(figures().v_killed == vm.v_killed, "somebody was killed");
}

const struct test tests_leak[] = {
	TEST(leak__unmapped_while_shared),
	TEST(leak__unmapped_after_split_and_fork),
	TEST(leak__break_shrinks_while_shared),
	TEST(leak__unmapped_by_both),
	TEST(leak__unmapped_below_a_shadow),
	TEST(leak__written_by_both),
	TEST(leak__shown_memory_stays),
	TEST(leak__small_server_survives),
	TEST_END
};
