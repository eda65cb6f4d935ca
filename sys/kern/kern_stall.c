/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_stall.c: chances to reschedule, and the longest way between two.
 *
 * The kernel is not preempted.  A process in it gives others a chance where
 * it sleeps, on its way back to user mode, and in its long loops (yield).
 * How many cycles lie between two chances at most is noted here, with who it
 * was and in what.  Interrupts on the way count; audits do not, and time in
 * user mode does not.
 *
 * A processor without a cycle counter is not measured.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <machine/cpu.h>
#include <machine/cpufunc.h>

static struct stall_stats stall_stats;
static uint64_t stall_since;	/* cycle of the last chance; 0: none counts */
static int stall_code;		/* what curproc does */

/*
 * A stretch in the kernel begins.
 *
 * => code: the number of a system call, STALL_TRAP + that of a trap, or
 *    STALL_OTHER
 */
void
stall_begin(int code)
{
	stall_code = code;
	stall_since = cpu_has_tsc ? rdtsc() : 0;
}

/* Note how long the stretch has been up to now. */
static void
stall_note(uint64_t now)
{
	uint64_t n = now - stall_since;
	u_int cycles = n > UINT32_MAX ? UINT32_MAX : (u_int)n;

	stall_stats.st_chances++;
	if (cycles <= stall_stats.st_longest)
		return;
	stall_stats.st_longest = cycles;
	stall_stats.st_code = stall_code;
	strlcpy(stall_stats.st_comm, curproc->p_comm,
	    sizeof(stall_stats.st_comm));
}

/*
 * The stretch is over.  => its code
 */
int
stall_end(void)
{
	if (stall_since != 0)
		stall_note(rdtsc());
	stall_since = 0;
	return (stall_code);
}

/*
 * What was done since the last chance does not count.
 */
void
stall_forgive(void)
{
	if (stall_since != 0)
		stall_since = rdtsc();
}

/*
 * A chance to reschedule: let others run if it is their turn.
 *
 * => process context; below a raised spl nothing happens
 * => may switch: what the caller relies on afterwards must not be for
 *    others to change, and what he holds nothing that others need
 */
void
yield(void)
{
	if (cpl != IPL_NONE || intr_depth != 0 || curproc == NULL)
		return;
	if (stall_since != 0) {
		stall_note(rdtsc());
		stall_since = rdtsc();
	}
	if (want_resched)
		preempt();
}

/*
 * The longest stretch since the last call of this.
 */
void
stall_read(struct stall_stats *st)
{
	*st = stall_stats;
	memset(&stall_stats, 0, sizeof(stall_stats));
}
