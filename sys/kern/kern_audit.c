/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_audit.c: full audits of the pmap module while everything runs.
 *
 * The kernel process "auditd" makes one every audit_rate seconds, or less
 * often, so that audits take a twentieth of the time at most; with the boot
 * option audit=N, every N seconds whatever they take (0: none).  Sysctl
 * VM_AUDIT makes one at once.  Option auditlog prints a line for each.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <vm/vm.h>

#define AUDIT_SHARE	20

struct audit_stats audit_stats;
int	audit_rate = 1;

/*
 * One audit now.
 *
 * => its figures in *pa; the number of invariants found broken (with policy
 *    panic there is no return from that)
 * => print: a line on the console
 */
int
audit_now(struct pmap_audit *pa, bool print)
{
	struct audit_stats *as = &audit_stats;
	int bad = pmap_audit(pa);

	stall_forgive();
	as->as_audits++;
	as->as_violations += pa->pa_violations;
	as->as_ptes = pa->pa_ptes;
	as->as_links = pa->pa_links;
	as->as_ptps = pa->pa_ptps;
	as->as_pages = pa->pa_pages;
	as->as_skipped = pa->pa_skipped;
	as->as_maxskipped = MAX(as->as_maxskipped, pa->pa_skipped);
	if (print)
		printf("audit: ptes=%u links=%u ptps=%u pages=%u skipped=%u\n",
		    pa->pa_ptes, pa->pa_links, pa->pa_ptps, pa->pa_pages,
		    pa->pa_skipped);
	return (bad);
}

/*
 * One audit for a process that asks: who asks for a long one waits, so that
 * audits do not take all the time.
 */
void
audit_user(struct pmap_audit *pa)
{
	u_int begin = ticks, cost;

	(void)audit_now(pa, true);
	cost = ticks - begin;
	if (cost > 1)
		(void)tsleep(pa, PWAIT, "audit", (int)cost * AUDIT_SHARE);
}

/* The ticks until the next audit, when the last one took so many. */
static int
audit_rest(u_int cost)
{
	bool exact = getoption("audit") != NULL;
	int rest = audit_rate * hz;

	return (exact || rest == 0 ? rest :
	    MAX(rest, (int)cost * AUDIT_SHARE));
}

static void
auditd(void *arg)
{
	bool print = getoption("auditlog") != NULL;
	struct pmap_audit pa;
	u_int begin, cost = 0;

	(void)arg;
	/* A wakeup says that the rate is another one, not that it is time. */
	for (;;) {
		if (tsleep(&audit_rate, PWAIT, "audit", audit_rest(cost)) !=
		    EWOULDBLOCK)
			continue;
		begin = ticks;
		(void)audit_now(&pa, print);
		cost = ticks - begin;
	}
}

/*
 * Read the options policy and audit, and start auditd.
 */
void
audit_init(void)
{
	const char *policy = getoption("policy");
	struct proc *p;
	int error;

	if (policy != NULL && strcmp(policy, "isolate") == 0)
		pmap_policy = PMAP_POLICY_ISOLATE;
	else if (policy != NULL && strcmp(policy, "panic") != 0)
		printf("option policy=%s: not known\n", policy);
	audit_rate = getoption_int("audit", 1);
	error = kproc_create(auditd, FORK_SYSTEM, &p, "auditd");
	if (error != 0)
		panic("auditd: error %d", error);
}
