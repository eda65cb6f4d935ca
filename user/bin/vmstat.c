/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmstat.c: the figures of the VM, once or every so many seconds; -s lists
 * them all.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

struct figure {
	size_t		 f_offset;
	const char	*f_text;
};

#define FIGURE(field, text)	{ offsetof(struct vmmeter, field), text }

static const struct figure figures[] = {
	FIGURE(v_page_count, "pages managed"),
	FIGURE(v_free_count, "pages free"),
	FIGURE(v_active_count, "pages active"),
	FIGURE(v_inactive_count, "pages inactive"),
	FIGURE(v_wire_count, "pages wired"),
	FIGURE(v_faults, "faults"),
	FIGURE(v_cow_faults, "pages copied for a write"),
	FIGURE(v_zfod, "pages filled with zeros"),
	FIGURE(v_pageins, "pages read from swap"),
	FIGURE(v_pageouts, "pages written to swap"),
	FIGURE(v_vnodepgsin, "pages read from files"),
	FIGURE(v_vnodepgsout, "pages written to files"),
	FIGURE(v_pgpgouts, "clusters written"),
	FIGURE(v_intrans, "faults that waited for a page"),
	FIGURE(v_reactivated, "inactive pages found in use"),
	FIGURE(v_deactivated, "active pages made inactive"),
	FIGURE(v_freed, "pages freed by the pagedaemon"),
	FIGURE(v_scan, "passes of the pagedaemon"),
	FIGURE(v_retest, "pages modified while being unmapped"),
	FIGURE(v_collapses, "shadow objects merged"),
	FIGURE(v_bypasses, "shadow objects stepped over"),
	FIGURE(v_maxchain, "objects in the deepest chain"),
	FIGURE(v_killed, "processes killed for memory"),
	FIGURE(v_pageinerrs, "page-ins that failed"),
	FIGURE(v_pageouterrs, "page-outs that failed"),
	FIGURE(v_lockedpageins, "page-ins of locked pages"),
	FIGURE(v_swap_pages, "pages of swap"),
	FIGURE(v_swap_free, "pages of swap free"),
	FIGURE(v_objects, "memory objects"),
	FIGURE(v_cached, "memory objects cached"),
	FIGURE(v_mappings, "mappings"),
	FIGURE(v_ptps, "page-table pages of users"),
	FIGURE(v_stackptp_freed, "page tables of stacks freed"),
	FIGURE(v_reclaims, "page tables reclaimed"),
	FIGURE(v_pinned, "pages pinned for page tables"),
	FIGURE(v_pinlimit, "pages that may be pinned so"),
	FIGURE(v_pinrefused, "forks and wirings refused for that"),
	FIGURE(v_maxsharers, "mappings of the most shared page"),
	FIGURE(v_audits, "audits"),
	FIGURE(v_violations, "violations"),
};

static void
list_all(const struct vmmeter *vm)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		printf("%10u %s\n", *(const unsigned int *)
		    ((const char *)vm + figures[i].f_offset),
		    figures[i].f_text);
}

static void
line(const struct vmmeter *vm, const struct vmmeter *old)
{
	printf("%6u %6u %6u %6u %7u %6u %6u %6u %6u %6u\n",
	    vm->v_free_count, vm->v_active_count, vm->v_inactive_count,
	    vm->v_wire_count, vm->v_faults - old->v_faults,
	    vm->v_pageins - old->v_pageins, vm->v_pageouts - old->v_pageouts,
	    vm->v_swap_free, vm->v_mappings, vm->v_ptps);
}

int
main(int argc, char **argv)
{
	struct vmmeter vm, old;
	int every = 0, times = 1;

	if (vmmeter_get(&vm) < 0) {
		perror("vmstat: sysctl");
		return (1);
	}
	if (argc > 1 && strcmp(argv[1], "-s") == 0) {
		list_all(&vm);
		return (0);
	}
	if (argc > 1) {
		every = atoi(argv[1]);
		times = argc > 2 ? atoi(argv[2]) : 1 << 30;
	}
	memset(&old, 0, sizeof(old));
	printf("  free active inactv  wired  faults pgs-in pgsout"
	    " swpfre   maps   ptps\n");
	for (;;) {
		line(&vm, &old);
		if (--times <= 0 || every <= 0)
			return (0);
		old = vm;
		sleep((unsigned int)every);
		if (vmmeter_get(&vm) < 0)
			return (1);
	}
}
