/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_memory.c: more memory than there is.
 *
 * These tests use up memory and swap; how long that takes depends on the
 * size of both.
 */
#include <sys/mman.h>

#include <vmfig.h>

#include "stamp.h"
#include "test.h"

enum {
	OWNER = 0x70000,
	KEPT = 100,		/* pages of the process that looks on */
	CHUNK = 256		/* pages mapped at once */
};

static struct vmmeter
figures(void)
{
	struct vmmeter vm;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	return (vm);
}

static void
stamp_all(uint8_t *p, unsigned int n, uint32_t gen)
{
	for (unsigned int i = 0; i < n; i++) {
		struct stamp s = { OWNER, i, gen };

		stamp_write(p + i * PAGE, &s);
	}
}

static void
check_all(const uint8_t *p, unsigned int n, uint32_t gen)
{
	struct stamp_fault sf;

	for (unsigned int i = 0; i < n; i++) {
		struct stamp s = { OWNER, i, gen };

		CHECK(stamp_check(p + i * PAGE, &s, &sf) == 0,
		    "page %u offset %u", i, sf.sf_offset);
	}
}

/* Touch memory until there is none; ends by the kernel's hand, or with 1. */
static void
eat(void)
{
	struct vmmeter vm = figures();
	unsigned int most = vm.v_page_count + vm.v_swap_pages;
	uint8_t *p;

	for (unsigned int n = 0; n < most + CHUNK; n += CHUNK) {
		p = mmap(NULL, CHUNK * PAGE, PROT_READ | PROT_WRITE,
		    MAP_ANON | MAP_PRIVATE, -1, 0);
		if (p == MAP_FAILED)
			_exit(2);
		stamp_all(p, CHUNK, n + 1);
	}
	_exit(1);
}

/* The process that needs the memory is killed; the others see nothing. */
static void
memory__shortage_kills_one(void)
{
	uint8_t *p = test_map(KEPT * PAGE, MAP_PRIVATE);
	unsigned int before = figures().v_killed;
	int status;

	alarm(0);
	for (uint32_t round = 1; round <= 2; round++) {
		stamp_all(p, KEPT, round);
		status = test_child(eat);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		    "round %u: status 0x%x", round, status);
		CHECK(figures().v_killed == before + round, "%u killed",
		    figures().v_killed - before);
		check_all(p, KEPT, round);
	}
}

/* All that the dead had is free again. */
static void
memory__is_given_back(void)
{
	struct vmmeter a, b;

	alarm(0);
	test_child(eat);
	a = figures();
	test_child(eat);
	b = figures();
	CHECK(b.v_swap_free + 64 > a.v_swap_free, "swap %u, then %u",
	    a.v_swap_free, b.v_swap_free);
	CHECK(b.v_wire_count < a.v_wire_count + 32, "wired %u, then %u",
	    a.v_wire_count, b.v_wire_count);
	CHECK(b.v_ptps < a.v_ptps + 16, "page tables %u, then %u", a.v_ptps,
	    b.v_ptps);
}

const struct test tests_memory[] = {
	TEST(memory__shortage_kills_one),
	TEST(memory__is_given_back),
	TEST_END
};
