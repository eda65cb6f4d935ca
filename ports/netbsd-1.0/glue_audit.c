/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * glue_audit.c: the audit of all invariants, as a watch on a running kernel.
 *
 * Compiled in always, started by -DPMAP_PORT_AUDIT=n: every n seconds, from a
 * timeout.  That is an interrupt at the level of softclock, which splvm
 * blocks, so no operation of the module is under way.
 *
 * Each audit tells which PTEs it passed over, by back door: the window of
 * /dev/mem (a dump has one too, but no audit runs beside it), raw I/O, and the
 * slot of process 0's stack.  What no back door explains is a panic.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>

#include <vm/vm.h>

#include "pmap_host.h"

/*
 * Valid entries in a range.
 */
static u_int
audit_count(const struct ph_range *r)
{
	uint32_t va;
	u_int n = 0;

	for (va = r->pr_sva; va - r->pr_sva < r->pr_size; va += NBPG)
		n += (PTD[pdei(va)] & PG_V) != 0 && (*vtopte(va) & PG_V) != 0;
	return (n);
}

/*
 * => arg: seconds to the next
 */
static void
audit_tick(void *arg)
{
	static u_int n;
	struct pmap_audit a;
	struct pmap_usage u;
	u_int stack0, windows, physio;
	int other, s = ph_splvm();

	(void)pmap_audit(&a);
	stack0 = (kernel_pmap->pm_pdir[PH_BOOT_SLOT] & PG_V) != 0;
	windows = audit_count(&ph_edits[PH_WINDOWS]);
	physio = audit_count(&ph_edits[PH_PHYSIO]);
	ph_splx(s);
	other = (int)(a.pa_skipped - stack0 - windows - physio);
	pmap_usage(&u);
	printf("pmap_audit: n=%u ptes=%u links=%u ptps=%u/%u arena=%u "
	    "reclaim=%u deferred=%u refused=%u skipped=%u (stack0=%u "
	    "windows=%u physio=%u other=%d) violations=%u\n", ++n, a.pa_ptes,
	    a.pa_links, u.pu_ptps, a.pa_ptps, u.pu_arena,
	    pmap_counters.pc_reclaim, pmap_counters.pc_deferred,
	    pmap_counters.pc_refused, a.pa_skipped, stack0, windows, physio,
	    other, a.pa_violations);
	if (other != 0)
		panic("pmap_audit: skipped what no back door explains");
	timeout(audit_tick, arg, (int)arg * hz);
}

/*
 * Start it, once: every so many seconds.
 */
void
ph_audit_start(int seconds)
{
	static bool started;

	if (started)
		return;
	started = true;
	timeout(audit_tick, (void *)seconds, seconds * hz);
}
