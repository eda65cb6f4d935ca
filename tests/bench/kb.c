/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb.c: the harness of the in-kernel benchmarks.
 *
 * It stands in the place of tests/kern in a kernel of its own: kern_tests is
 * called by main() for run=kerntest.  Everything else is linked as it is for
 * `make run', so what is measured are the same objects.
 *
 * The machine counts instructions as its time (-icount shift=0), so two looks
 * at the time-stamp counter tell how many lay between them.
 */
#include "kb.h"
#include "mark.h"
#include "sort.h"

#include <sys/proc.h>
#include <machine/cpufunc.h>
#include <machine/intr.h>
#include <vm/vm_page.h>

static struct {
	const char	*name;
	unsigned int	n;
	unsigned int	calls;		/* measured so far */
	unsigned int	wanted;
	unsigned int	sum;
	unsigned int	stack;		/* deepest */
	unsigned int	result;		/* of the last call */
	struct pmap_counters before;
	unsigned int	invlpg, reload, flushall;
	unsigned int	sample[KB_CALLS];
} row;

_Static_assert(IPL_VM == (1 << 29 | 1 << 14 | 1 << 4), "tools/bench says so");

static unsigned int kb_cost;	/* of measuring nothing */

/*
 * Begin a row.
 */
void
kb_row(const char *name, unsigned int n)
{
	row.name = name;
	row.n = n;
	row.calls = row.sum = row.stack = 0;
	row.invlpg = row.reload = row.flushall = 0;
	row.wanted = KB_CALLS;
	MARK(MARK_ROW);
}

/*
 * => is another call wanted?
 */
bool
kb_more(void)
{
	return (row.calls < row.wanted);
}

/*
 * Measure one call with all its arguments.
 * => calls beyond those that are wanted are made, and not counted
 */
void
kb_measure(void (*func)(void), unsigned int a, unsigned int b,
    unsigned int c, unsigned int d, unsigned int e)
{
	const unsigned int arg[KB_ARGS] = { a, b, c, d, e };
	struct pmap_counters before = pmap_counters;
	struct kb_sample ks;

	kb_timed(&ks, func, arg);
	ks.ks_insns -= kb_cost;
	if (ks.ks_insns > KB_LONG)
		row.wanted = KB_FEW;
	if (!kb_more())
		panic("bench: %s measures too much", row.name);
	row.sample[row.calls++] = ks.ks_insns;
	row.sum += ks.ks_insns;
	row.result = ks.ks_result;
	row.stack = MAX(row.stack, ks.ks_stack);
	row.invlpg += pmap_counters.pc_invlpg - before.pc_invlpg;
	row.reload += pmap_counters.pc_reload - before.pc_reload;
	row.flushall += pmap_counters.pc_flushall - before.pc_flushall;
}

unsigned int
kb_result(void)
{
	return (row.result);
}

/*
 * Print the row.  => parts: what a call did so many times; figures are of one
 */
void
kb_end(unsigned int parts)
{
	sort_samples(row.sample, row.calls);
	printf("bench: name=%s n=%u parts=%u calls=%u sum=%u median=%u "
	    "max=%u stack=%u invlpg=%u reload=%u flushall=%u\n", row.name,
	    row.n, parts, row.calls, row.sum, row.sample[row.calls / 2],
	    row.sample[row.calls - 1], row.stack, row.invlpg, row.reload,
	    row.flushall);
	if (row.stack >= KB_PAINT)
		panic("bench: %s uses more stack than is watched", row.name);
}

/*
 * Print a figure that was not measured by calls: sum / parts of a unit.
 */
void
kb_figure(const char *name, unsigned int n, const char *unit,
    unsigned int sum, unsigned int parts)
{
	printf("figure: name=%s n=%u unit=%s sum=%u parts=%u\n", name, n,
	    unit, sum, parts);
}

/* ----- what rows use ----- */

/*
 * => a page that nothing maps
 */
vm_offset_t
kb_page(void)
{
	vm_offset_t pa;

	if (!vm_page_alloc_wired(&pa))
		panic("bench: no page");
	return (pa);
}

/*
 * => an empty pmap; the caller destroys it
 */
pmap_t
kb_pmap(void)
{
	pmap_t pm = pmap_create(0);

	if (pm == NULL)
		panic("bench: no pmap");
	return (pm);
}

/*
 * Have an entry in the TLB, by which its A bit is set.
 */
void
kb_touch(pmap_t pm, vm_offset_t va)
{
	pmap_activate(pm);
	(void)*(volatile unsigned int *)va;
}

void
kb_unload(void)
{
	pmap_activate(&curproc->p_vmspace->vm_pmap);
}

/*
 * The cost of measuring, from a function that does nothing.  A call and a ret
 * count, as those of any other function do.
 */
static void
calibrate(void)
{
	static const unsigned int arg[KB_ARGS];
	struct kb_sample ks;

	kb_timed(&ks, kb_nothing, arg);
	kb_cost = ks.ks_insns - 2;
}

/*
 * => the status to halt with
 */
int
kern_tests(void)
{
	struct pmap_audit audit;

	disable_intr();
	calibrate();
	kb_rows_address();
	kb_rows_range();
	kb_rows_page();
	kb_rows_life();
	kb_rows_kernel();
	kb_rows_memory();
	pmap_audit(&audit);
	printf("bench: end\n");
	return (audit.pa_violations != 0);
}
