/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_sigframe.c: the frame that a signal leaves on the stack, and the way
 * back through it.
 */
#include <sys/syscall.h>

#include "test.h"

enum { CAME_BACK = 77 };

static volatile int caught;

/* The argument slots are the handler's own: spoil all of them. */
static void
spoil(volatile int sig, volatile int code, struct sigcontext *volatile scp)
{
	sig = code = -1;
	scp = NULL;
	(void)sig, (void)code, (void)scp;
	caught++;
}

static void
take_signals(void)
{
	signal(SIGUSR1, (sig_t)(void (*)(void))spoil);
	for (int i = 1; i <= 10; i++) {
		raise(SIGUSR1);
		CHECK(caught == i, "caught %d", caught);
	}
	_exit(CAME_BACK);
}

/* Where the way back fails the process exits, with whatever is at hand. */
static void
sigframe__arguments_are_the_handlers(void)
{
	int status = test_child(take_signals);

	CHECK(status == W_EXITCODE(CAME_BACK, 0), "status 0x%x", status);
}

static void
on_signal(int sig)
{
	(void)sig;
	caught++;
}

/*
 * Load a selector, take a signal, and see it still there.
 * => what is there afterwards; a processor may clear the level of a null one
 */
static uint16_t
es_over_signal(uint16_t sel)
{
	uint16_t back;

	__asm__ volatile("movw %w1,%%es; pushl $30; pushl %2; pushl $0;"
	    "movl $37,%%eax; int $0x80; addl $12,%%esp; movw %%es,%w0;"
	    "movw %%ss,%%cx; movw %%cx,%%es"
	    : "=&b" (back) : "r" (sel), "r" (getpid())
	    : "eax", "ecx", "edx", "memory", "cc");
	return (back);
}

static uint16_t
ds_over_signal(uint16_t sel)
{
	uint16_t back;

	__asm__ volatile("movw %w1,%%ds; pushl $30; pushl %2; pushl $0;"
	    "movl $37,%%eax; int $0x80; addl $12,%%esp; movw %%ds,%w0;"
	    "movw %%ss,%%cx; movw %%cx,%%ds"
	    : "=&b" (back) : "r" (sel), "r" (getpid())
	    : "eax", "ecx", "edx", "memory", "cc");
	return (back);
}

/* All that a user can load: null, code and data, at any level asked for. */
static const uint16_t loadable[] = {
	0, 1, 2, 3, 0x1c, 0x1d, 0x1e, 0x1f, 0x24, 0x25, 0x26, 0x27
};

static bool
same(uint16_t got, uint16_t sel)
{
	return (got == sel || (got == 0 && sel < 4));
}

static void
take_all(void)
{
	uint16_t got;

	signal(SIGUSR1, on_signal);
	for (size_t i = 0; i < sizeof(loadable) / sizeof(loadable[0]); i++) {
		got = es_over_signal(loadable[i]);
		CHECK(same(got, loadable[i]), "es 0x%x became 0x%x",
		    loadable[i], got);
		got = ds_over_signal(loadable[i]);
		CHECK(same(got, loadable[i]), "ds 0x%x became 0x%x",
		    loadable[i], got);
		CHECK(caught == (int)i * 2 + 2, "caught %d", caught);
	}
	_exit(CAME_BACK);
}

static void
sigframe__selectors_survive(void)
{
	int status = test_child(take_all);

	CHECK(status == W_EXITCODE(CAME_BACK, 0), "status 0x%x", status);
}

/* What would fault on the kernel's way back is refused. */
static void
sigframe__other_selectors_are_refused(void)
{
	static const uint16_t bad[] = {
		0x07, 0x08, 0x10, 0x13, 0x1b, 0x20, 0x2b, 0x2f, 0xffff
	};
	struct sigcontext good = {
		.sc_es = 0x27, .sc_ds = 0x27, .sc_cs = 0x1f, .sc_ss = 0x27,
		.sc_efl = 0x202,
	}, sc;
	int *const fields[] = { &sc.sc_es, &sc.sc_ds, &sc.sc_cs, &sc.sc_ss };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (int f = 0; f < 4; f++) {
			sc = good;
			*fields[f] = bad[i];
			CHECK(int_call(SYS_sigreturn, &sc) == -1 &&
			    errno == EINVAL, "0x%x in field %d: errno %d",
			    bad[i], f, errno);
		}
}

const struct test tests_sigframe[] = {
	TEST(sigframe__arguments_are_the_handlers),
	TEST(sigframe__selectors_survive),
	TEST(sigframe__other_selectors_are_refused),
	TEST_END
};
