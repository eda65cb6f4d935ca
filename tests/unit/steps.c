/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * steps.c: instructions counted by the trap flag of the processor.
 *
 * With TF set each instruction ends in a debug exception (Intel volume 3,
 * 17.3.1.4), which the process sees as SIGTRAP.  A signal handler runs with
 * TF clear, so soft faults on kernel memory are not counted.
 */
#include <signal.h>

#include "unit.h"
#include "pmap_private.h"
#include "steps.h"

static volatile uint32_t steps;

/*
 * => realigns its stack, as the handler of page faults does
 */
static void __attribute__((__force_align_arg_pointer__))
step(int sig)
{
	(void)sig;
	steps++;
}

/*
 * How many instructions are executed in a call of fn, give or take two.
 *
 * => some 10 us an instruction: not for long stretches
 */
uint32_t
steps_of(void (*fn)(void))
{
	struct sigaction sa, old;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = step;
	if (sigaction(SIGTRAP, &sa, &old) != 0)
		unit_fail(__FILE__, __LINE__, "sigaction");
	steps = 0;
	__asm__ volatile("pushfl; orl $0x100, (%%esp); popfl" : : : "memory",
	    "cc");
	fn();
	__asm__ volatile("pushfl; andl $~0x100, (%%esp); popfl" : : : "memory",
	    "cc");
	(void)sigaction(SIGTRAP, &old, NULL);
	if (steps == 0)
		unit_fail(__FILE__, __LINE__, "no instruction was traced");
	return (steps);
}

/*
 * Where every nth operation ends with an audit: the next one does not.
 */
void
steps_quiet(void)
{
	uint32_t audits = pmap_counters.pc_audit;

	while (PMAP_AUDIT != 0 && pmap_counters.pc_audit == audits)
		pmap_change_wiring(kernel_pmap, pmap_kva_start, 0);
}
