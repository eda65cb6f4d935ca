/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kt_crash.c: the crash of 1997, forced.
 *
 * A page is mapped at the top of a user's stack.  The directory entry of its
 * page table goes away behind the module's back.  Then the pagedaemon's
 * call: an unchecked pmap walks to a page table that is not there and faults.
 * This one has to say what is broken, and then do what the policy says.
 */
#include "kt.h"

#include <machine/cpufunc.h>

/*
 * test=crash, with policy=panic or policy=isolate.
 * => returns 0 only after policy isolate
 */
int
kt_crash(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page();
	unsigned int before = pmap_counters.pc_violation;
	const char *policy = getoption("policy");

	if (policy != NULL && strcmp(policy, "isolate") == 0)
		pmap_policy = PMAP_POLICY_ISOLATE;
	pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
	kt_load(pm);
	if (kt_write(KT_TOP, 1) != 0)
		panic("kt_crash: the mapping does not work");
	printf("crash: pmap=%p va=0x%x pa=0x%x is mapped; its directory entry "
	    "is cleared now\n", (void *)pm, KT_TOP, pa);
	pm->pm_pdir[KT_TOP / KT_SLOT] = 0;
	lcr3(rcr3());
	printf("crash: pmap_clear_reference(0x%x)\n", pa);
	pmap_clear_reference(pa);
	kt_unload();
	printf("crash: went on, violations=%u mappings=%u\n",
	    pmap_counters.pc_violation - before, pmap_page_mappings(pa));
	return (pmap_counters.pc_violation == before ||
	    pmap_page_mappings(pa) != 0);
}

/*
 * test=dump: a few mappings, what the audit counts, and then nothing more,
 * so that the emulator's own dump of the page tables can be compared.
 */
int
kt_dump(void)
{
	pmap_t pm = kt_pmap();
	vm_offset_t pa = kt_page(), va;
	struct pmap_audit audit;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		va = KT_VA + i * 37 * NBPG;
		pmap_enter(pm, va, pa, i % 2 ? KT_RW : KT_RO, i % 3 == 0);
		printf("dump: va=0x%x pa=0x%x write=%u\n", va, pa, i % 2);
	}
	pmap_enter(pm, KT_TOP, pa, KT_RW, FALSE);
	kt_load(pm);
	if (pmap_audit(&audit) != 0)
		return (1);
	printf("audit: ptes=%u links=%u ptps=%u pages=%u skipped=%u\n",
	    audit.pa_ptes, audit.pa_links, audit.pa_ptps, audit.pa_pages,
	    audit.pa_skipped);
	printf("dump: ready\n");
	splhigh();
	for (;;)
		continue;
}
