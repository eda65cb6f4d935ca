/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_trap.c: what the processor objects to becomes a signal of the process;
 * nothing that a process does to its flags, segments or code reaches the
 * kernel.
 */
#include <sys/mman.h>

#include <libkern.h>

#include "test.h"

#define SINGLE_STEP	0x100
#define NESTED_TASK	0x4000
#define VIRTUAL_8086	0x20000
#define ALIGN_CHECK	0x40000

static void
do_breakpoint(void)
{
	__asm__ volatile("int3");
}

static void
do_divide(void)
{
	__asm__ volatile("xorl %%ecx,%%ecx; divl %%ecx" : : : "eax", "ecx",
	    "edx", "cc");
}

static void
do_overflow(void)
{
	__asm__ volatile("movl $0x7fffffff,%%eax; incl %%eax; into" : : :
	    "eax", "cc");
}

static void
do_undefined(void)
{
	__asm__ volatile("ud2");
}

static void
do_floating(void)
{
	__asm__ volatile("fninit");
}

static void
do_cli(void)
{
	__asm__ volatile("cli");
}

static void
do_halt(void)
{
	__asm__ volatile("hlt");
}

static void
do_port(void)
{
	__asm__ volatile("outb %%al,$0xf4" : : "a" (1));
}

static void
do_kernel_segment(void)
{
	__asm__ volatile("movw %w0,%%es" : : "r" (0x10));
}

static void
do_kernel_code(void)
{
	__asm__ volatile("ljmp $0x08,$0");
}

static void
do_vector(void)
{
	__asm__ volatile("int $0x20");
}

static void
do_double_fault_gate(void)
{
	__asm__ volatile("int $8");
}

static void
do_step(void)
{
	__asm__ volatile("pushfl; orl %0,(%%esp); popfl; nop; nop" : :
	    "i" (SINGLE_STEP) : "cc", "memory");
}

static void
do_nested_iret(void)
{
	__asm__ volatile("pushfl; orl %0,(%%esp); popfl; iret" : :
	    "i" (NESTED_TASK) : "cc", "memory");
}

static void
do_bad_stack(void)
{
	__asm__ volatile("movl $0xfffffff0,%esp; pushl $0");
}

/*
 * An iret that asks for virtual-8086 mode.  A processor ignores VM and refuses
 * the selector; QEMU goes there, with the interrupt flag and the I/O privilege
 * that it was asked for.  Nothing that the mode reaches can be mapped.
 */
static void
enter_vm86(uint32_t cs, uint32_t eip, uint32_t eflags)
{
	__asm__ volatile(
	    "pushl $0; pushl $0; pushl $0; pushl $0; pushl $0x27;"
	    "pushl $0x1000; pushl %0; pushl %1; pushl %2; iret" : :
	    "r" (eflags | VIRTUAL_8086), "r" (cs), "r" (eip) : "memory");
}

static void
do_vm86(void)
{
	enter_vm86(0x10, 0x100, 0x202);
}

static void
do_vm86_interrupts_off(void)
{
	enter_vm86(0, 0, 0x2);
}

static void
do_vm86_privilege(void)
{
	enter_vm86(0xffff, 0xffff, 0x3002);
}

/* With a page there the loop would keep the processor for ever. */
static void
do_vm86_loop(void)
{
	uint8_t *p = mmap((void *)0x1000, PAGE,
	    PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);

	if (p != MAP_FAILED) {
		p[0] = 0xeb;		/* jmp . */
		p[1] = 0xfe;
	}
	enter_vm86(0x100, 0, 0x2);
}

static const struct {
	const char	*c_name;
	void		(*c_run)(void);
	int		 c_signal;
} cases[] = {
	{ "int3", do_breakpoint, SIGTRAP },
	{ "div by zero", do_divide, SIGFPE },
	{ "into", do_overflow, SIGFPE },
	{ "ud2", do_undefined, SIGILL },
	{ "fninit", do_floating, SIGILL },
	{ "cli", do_cli, SIGBUS },
	{ "hlt", do_halt, SIGBUS },
	{ "outb", do_port, SIGBUS },
	{ "kernel data selector", do_kernel_segment, SIGBUS },
	{ "kernel code selector", do_kernel_code, SIGBUS },
	{ "int $0x20", do_vector, SIGBUS },
	{ "int $8", do_double_fault_gate, SIGBUS },
	{ "single step", do_step, SIGTRAP },
	{ "iret with nested task", do_nested_iret, SIGBUS },
	{ "stack pointer in the kernel", do_bad_stack, SIGSEGV },
	{ "virtual-8086 mode", do_vm86, SIGBUS },
	{ "its interrupts off", do_vm86_interrupts_off, SIGBUS },
	{ "its end, I/O privilege 3", do_vm86_privilege, SIGBUS },
	{ "a loop in it, interrupts off", do_vm86_loop, SIGBUS },
};

static void
trap__signals(void)
{
	int status;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		status = test_child(cases[i].c_run);
		CHECK(WIFSIGNALED(status) &&
		    WTERMSIG(status) == cases[i].c_signal,
		    "%s: status 0x%x, not signal %d", cases[i].c_name, status,
		    cases[i].c_signal);
	}
}

/* System calls by both entries with flags that must not reach the kernel. */
static void
trap__flags_in_system_calls(void)
{
	static const uint32_t flags[] = { NESTED_TASK, ALIGN_CHECK, 0x400 };
	int id, gate;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		__asm__ volatile(
		    "pushl %3; pushfl; popl %%ecx; orl %%ecx,(%%esp); popfl;"
		    "movl %2,%%eax; int $0x80; movl %%eax,%0;"
		    "movl %2,%%eax; lcall $7,$0; movl %%eax,%1;"
		    "pushl $2; popfl; cld"
		    : "=&r" (id), "=&r" (gate)
		    : "i" (20), "r" (flags[i])
		    : "eax", "ecx", "edx", "cc", "memory");
		CHECK(id == getpid() && gate == id, "flags 0x%x: %d and %d",
		    flags[i], id, gate);
	}
}

/* Load a selector into each register that takes it, and call the kernel. */
static void
load_selectors(uint16_t sel)
{
	int id, gate;

	__asm__ volatile(
	    "movw %w3,%%fs; movw %w3,%%gs; movw %w3,%%es; movw %w3,%%ds;"
	    "movl %2,%%eax; int $0x80; movl %%eax,%0;"
	    "movl %2,%%eax; lcall $7,$0; movl %%eax,%1;"
	    "movw %%ss,%%cx; movw %%cx,%%es; movw %%cx,%%ds"
	    : "=&b" (id), "=&D" (gate) : "i" (20), "S" (sel)
	    : "eax", "ecx", "edx", "cc", "memory");
	CHECK(id == getpid() && gate == id, "selector 0x%x: %d and %d", sel,
	    id, gate);
}

/* What is not loadable faults there, and never on the kernel's way back. */
static uint16_t selector;

static void
load_selector(void)
{
	load_selectors(selector);
	_exit(1);
}

static void
trap__selectors_in_system_calls(void)
{
	int status;

	for (selector = 0; selector < 0x40; selector++) {
		status = test_child(load_selector);
		CHECK(status == W_EXITCODE(1, 0) || (WIFSIGNALED(status) &&
		    WTERMSIG(status) == SIGBUS), "0x%x: status 0x%x",
		    selector, status);
		CHECK((status == W_EXITCODE(1, 0)) == (selector < 4 ||
		    (selector >= 0x1c && selector <= 0x1f) ||
		    (selector >= 0x24 && selector <= 0x27)),
		    "0x%x: status 0x%x", selector, status);
	}
}

static void
step_by_gate(void)
{
	__asm__ volatile(
	    "pushfl; orl %0,(%%esp); movl $20,%%eax; popfl; lcall $7,$0"
	    : : "i" (SINGLE_STEP) : "eax", "ecx", "edx", "cc", "memory");
	_exit(0);
}

/* The call gate leaves the trap flag set: the kernel is stepped, not hurt. */
static void
trap__step_into_the_gate(void)
{
	int status = test_child(step_by_gate);

	CHECK(WIFEXITED(status) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP),
	    "status 0x%x", status);
}

static uint32_t seed;

static void
run_garbage(void)
{
	uint8_t *code = test_map(2 * PAGE, MAP_PRIVATE);
	struct prng pr;

	prng_seed(&pr, seed);
	alarm(1);
	for (unsigned int i = 0; i < 2 * PAGE; i++)
		code[i] = (uint8_t)prng_next(&pr);
	((void (*)(void))(code + prng_below(&pr, PAGE)))();
	_exit(0);
}

/* Random bytes as code; the system must still be there afterwards. */
static void
trap__random_code(void)
{
	for (seed = 1; seed <= 300; seed++)
		(void)test_child(run_garbage);
	CHECK(getpid() > 0, "getpid");
}

const struct test tests_trap[] = {
	TEST(trap__signals),
	TEST(trap__flags_in_system_calls),
	TEST(trap__selectors_in_system_calls),
	TEST(trap__step_into_the_gate),
	TEST(trap__random_code),
	TEST_END
};
