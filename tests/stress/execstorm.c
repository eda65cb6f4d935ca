/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * execstorm.c: fork, exec and exit at full rate.
 *
 * The program starts itself with arguments that carry their own checksum;
 * the copy checks them, stamps and verifies a few pages of fresh memory, and
 * answers by its exit status, which the parent knows beforehand.  Meanwhile
 * the parent keeps stamped pages, looks at all of them every few seconds,
 * and finds them as they were.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

enum {
	OWNER = 0x70000,
	REST = 4		/* seconds between two looks at the pages */
};

/* What a process keeps while it starts others. */
struct keep {
	uint8_t		*k_base;
	unsigned int	 k_pages;
	uint32_t	 k_owner;
	uint32_t	 k_gen;		/* of all pages */
};

extern char **environ;

static const char *program = "/bin/execstorm";

static unsigned int
storm_answer(uint32_t n)
{
	return (checksum(CHECKSUM_START, &n, sizeof(n)) % 100 + 100);
}

/* The copy: `execstorm -c SEED N LONG CHECKSUM'.  => the exit status */
static int
storm_copy(char **argv)
{
	static uint8_t data[8 * STAMP_PAGE]
	    __attribute__((aligned(STAMP_PAGE)));
	uint32_t n = (uint32_t)strtoul(argv[3], NULL, 16);
	size_t len = strlen(argv[4]);
	struct stamp s = { .s_owner = n };

	stress_attach(S_EXECSTORM, (uint32_t)strtoul(argv[2], NULL, 0));
	if (checksum(n, argv[4], len) != strtoul(argv[5], NULL, 16))
		stress_fail("arguments changed on the way");
	for (unsigned int i = 0; i < sizeof(data) / STAMP_PAGE; i++) {
		uint8_t *page = data + i * STAMP_PAGE;

		s.s_va = (uint32_t)(uintptr_t)page;
		s.s_gen = 0;
		stress_verify(page, &s);
		s.s_gen = i + 1;
		stamp_write(page, &s);
	}
	for (unsigned int i = 0; i < sizeof(data) / STAMP_PAGE; i++) {
		s.s_va = (uint32_t)(uintptr_t)(data + i * STAMP_PAGE);
		s.s_gen = i + 1;
		stress_verify(data + i * STAMP_PAGE, &s);
	}
	return ((int)storm_answer(n));
}

static void
storm_exec(const char *path, uint32_t n)
{
	char seed[16], num[16], sum[16], text[2048];
	char *argv[] = { "execstorm", "-c", seed, num, text, sum, NULL };
	size_t len = 100 + n % 1900;

	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + (n + i) % 26);
	text[len] = '\0';
	snprintf(seed, sizeof(seed), "%u", stress.st_seed);
	snprintf(num, sizeof(num), "%x", n);
	snprintf(sum, sizeof(sum), "%x", checksum(n, text, len));
	execve(path, argv, environ);
	stress_fail("exec of %s", path);
}

/* => false if the copy did not answer as it must */
static bool
storm_once(const char *path, uint32_t n)
{
	int status;
	pid_t pid;

	pid = n % 4 == 0 ? fork() : vfork();
	if (pid == 0)
		storm_exec(path, n);
	if (pid < 0) {
		stress_nap(100);
		return (true);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		return (!stress_running());
	return (WIFEXITED(status) &&
	    WEXITSTATUS(status) == (int)storm_answer(n));
}

/* Verify all pages that are kept; if so wanted, stamp their next generation. */
static void
storm_keep(struct keep *k, bool change)
{
	struct stamp s = { .s_owner = k->k_owner };

	for (unsigned int i = 0; i < k->k_pages; i++) {
		uint8_t *page = k->k_base + (size_t)i * STAMP_PAGE;

		s.s_va = (uint32_t)(uintptr_t)page;
		s.s_gen = k->k_gen;
		stress_verify(page, &s);
		s.s_gen++;
		if (change)
			stamp_write(page, &s);
	}
	k->k_gen += change;
}

static void
storm_run(unsigned int me)
{
	struct keep k = {
		.k_pages = stress.st_plan.pl_pages / stress.st_plan.pl_procs,
		.k_owner = OWNER + me
	};
	struct timeval now;
	time_t next = 0;

	k.k_base = stress_map((size_t)k.k_pages * STAMP_PAGE, MAP_PRIVATE);
	while (stress_running()) {
		gettimeofday(&now, NULL);
		if (now.tv_sec >= next) {
			storm_keep(&k, true);
			next = now.tv_sec + REST;
		}
		if (!storm_once(program, prng_next(&stress.st_prng)))
			stress_fail("the copy gave a wrong answer");
		ctl_add(&stress.st_slot->cs_rounds, 1);
	}
	storm_keep(&k, false);
}

int
main(int argc, char **argv)
{
	if (strchr(argv[0], '/') != NULL)
		program = argv[0];
	if (argc == 6 && strcmp(argv[1], "-c") == 0)
		stress_exit(storm_copy(argv));
	stress_init(S_EXECSTORM, argc, argv);
	stress_exit(stress_wait(stress_start(stress.st_plan.pl_procs,
	    storm_run)));
}
