/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_user.c: what user mode must never reach.
 */
#include <setjmp.h>

#include "test.h"

static sigjmp_buf jump;
static volatile unsigned int faults;

static void
on_fault(int sig)
{
	(void)sig;
	faults++;
	siglongjmp(jump, 1);
}

static void
catch_faults(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_fault;
	CHECK(sigaction(SIGSEGV, &sa, NULL) == 0, "sigaction");
	CHECK(sigaction(SIGBUS, &sa, NULL) == 0, "sigaction");
}

/* => true if the access was made */
static bool
reached(uint32_t va, bool write)
{
	volatile uint8_t *p = (volatile uint8_t *)(uintptr_t)va;

	if (sigsetjmp(jump, 1) != 0)
		return (false);
	if (write)
		*p = 0x5a;
	else
		(void)*p;
	return (true);
}

/*
 * From the end of user space to 4 GB: page tables, directories, kernel.
 */
static void
t_user__page_tables_unreachable(void)
{
	const uint32_t first = 0xefbfe000u;
	uint32_t pages = (0u - first) / PAGE;

	catch_faults();
	for (volatile uint32_t i = 0; i < pages; i++) {
		CHECK(!reached(first + i * PAGE, false), "0x%08x is readable",
		    first + i * PAGE);
		CHECK(!reached(first + i * PAGE + PAGE - 1, true),
		    "0x%08x is writable", first + i * PAGE + PAGE - 1);
	}
	CHECK(faults == 2 * pages, "%u faults of %u", faults, 2 * pages);
}

/* The calls copy for the process; they must not reach further than it. */
static void
user__calls_do_not_reach_the_kernel(void)
{
	uint32_t va;
	int end[2];

	CHECK(pipe(end) == 0, "pipe");
	for (uint32_t step = 0; step < 4096; step++) {
		va = 0xefbfe000u + step * 0x10000u + step % 4096;
		if (va < 0xefbfe000u)
			break;
		CHECK_ERRNO(EFAULT, write(end[1], (void *)(uintptr_t)va, 4));
		CHECK(gettimeofday((void *)(uintptr_t)va, NULL) == -1 &&
		    errno == EFAULT, "gettimeofday writes to 0x%08x", va);
	}
}

static void
run_cli(void)
{
	__asm__ volatile("cli");
}

static void
run_cr3(void)
{
	__asm__ volatile("movl %%cr3, %%eax" ::: "eax");
}

static void
run_out(void)
{
	__asm__ volatile("outb %%al, $0xf4" :: "a" (0));
}

static void
run_gate(void)
{
	__asm__ volatile("int $0x0e");
}

static void
user__privileged_instructions_fault(void)
{
	static void (*const runs[])(void) = {
		run_cli, run_cr3, run_out, run_gate
	};

	for (unsigned int i = 0; i < 4; i++) {
		int status = test_child(runs[i]);

		CHECK(WIFSIGNALED(status), "instruction %u: status 0x%x", i,
		    status);
	}
}

/* Registers that the kernel must keep over a system call. */
static void
user__registers_survive_calls(void)
{
	uint32_t eax, ebx, esi, edi;

	for (int i = 0; i < 1000; i++) {
		__asm__ volatile("int $0x80"
		    : "=a" (eax), "=b" (ebx), "=S" (esi), "=D" (edi)
		    : "0" (20), "1" (0x11111111), "2" (0x22222222),
		    "3" (0x33333333) : "ecx", "edx", "memory", "cc");
		CHECK(eax == (uint32_t)getpid(), "eax %u", eax);
		CHECK(ebx == 0x11111111 && esi == 0x22222222 &&
		    edi == 0x33333333, "ebx %x esi %x edi %x", ebx, esi, edi);
	}
}

const struct test tests_user[] = {
	TEST(t_user__page_tables_unreachable),
	TEST(user__calls_do_not_reach_the_kernel),
	TEST(user__privileged_instructions_fault),
	TEST(user__registers_survive_calls),
	TEST_END
};
