/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kt.c: the harness of the in-kernel tests.
 *
 * kern_tests runs what the boot option test= names: a subject, a test, or
 * everything.  It runs in process context, with nobody else about.
 */
#include "kt.h"

#include <sys/proc.h>
#include <sys/reboot.h>
#include <vm/vm_kern.h>
#include <vm/vm_page.h>

#define KT_MAXPAGES	64
#define KT_MAXPMAPS	256
#define KT_WHYSIZE	160

static vm_offset_t	kt_pages[KT_MAXPAGES];
static pmap_t		kt_pmaps[KT_MAXPMAPS];
static unsigned int	kt_npages, kt_npmaps;
static vm_offset_t	kt_kvabase;	/* kernel addresses for the tests */
static vm_size_t	kt_kvasize;
static char		kt_why[KT_WHYSIZE];
static int		kt_failed;	/* this test */

static const struct kt_suite kt_suites[] = {
	{ "rights", kt_rights },
	{ "bits", kt_bits },
	{ "tlb", kt_tlb },
	{ "sharing", kt_sharing },
	{ "tables", kt_tables },
	{ "kernel", kt_kernel },
	{ "arguments", kt_arguments },
	{ "fault", kt_fault },
	{ "tty", kt_tty },
	{ "time", kt_time },		/* sets the clock: the last */
	{ NULL, NULL }
};

void
kt_fail(const char *fmt, ...)
{
	va_list ap;

	if (kt_failed)
		return;
	kt_failed = 1;
	va_start(ap, fmt);
	vsnprintf(kt_why, sizeof(kt_why), fmt, ap);
	va_end(ap);
}

vm_offset_t
kt_page(void)
{
	vm_offset_t pa;

	if (kt_npages == KT_MAXPAGES || !vm_page_alloc_wired(&pa))
		panic("kt_page: no page for a test");
	kt_pages[kt_npages++] = pa;
	pmap_zero_page(pa);
	pmap_changebit(pa, 0, ~(PMAP_MOD | PMAP_REF));
	return (pa);
}

pmap_t
kt_pmap(void)
{
	pmap_t pm = pmap_create(0);

	if (kt_npmaps == KT_MAXPMAPS || pm == NULL)
		panic("kt_pmap: no pmap for a test");
	kt_pmaps[kt_npmaps++] = pm;
	return (pm);
}

void
kt_drop(pmap_t pm)
{
	unsigned int i;

	for (i = 0; kt_pmaps[i] != pm; i++)
		continue;
	kt_pmaps[i] = kt_pmaps[--kt_npmaps];
	pmap_destroy(pm);
}

void
kt_load(pmap_t pm)
{
	pmap_activate(pm);
}

void
kt_unload(void)
{
	pmap_activate(&curproc->p_vmspace->vm_pmap);
}

vm_offset_t
kt_kva(vm_size_t size)
{
	if (kt_kvabase == 0) {
		kt_kvasize = 16 * NBPG;
		kt_kvabase = kmem_alloc_pageable(kernel_map, kt_kvasize);
	}
	if (kt_kvabase == 0 || size > kt_kvasize)
		panic("kt_kva: no kernel addresses for a test");
	return (kt_kvabase);
}

void
kt_poke(vm_offset_t pa, unsigned int value)
{
	vm_offset_t va = kt_kva(NBPG);

	pmap_kenter(va, pa, KT_RW);
	*(volatile unsigned int *)va = value;
	pmap_kremove(va, NBPG);
}

unsigned int
kt_peek(vm_offset_t pa)
{
	vm_offset_t va = kt_kva(NBPG);
	unsigned int value;

	pmap_kenter(va, pa, KT_RO);
	value = *(volatile unsigned int *)va;
	pmap_kremove(va, NBPG);
	return (value);
}

int
kt_read(vm_offset_t va)
{
	unsigned int value;

	return (cpu_probe_read(va, &value));
}

int
kt_write(vm_offset_t va, unsigned int value)
{
	return (cpu_probe_write(va, value));
}

/*
 * Take back what the test used.
 */
static void
kt_reset(void)
{
	kt_unload();
	while (kt_npages > 0) {
		vm_offset_t pa = kt_pages[--kt_npages];

		pmap_page_protect(pa, VM_PROT_NONE);
		vm_page_free_wired(pa);
	}
	while (kt_npmaps > 0)
		pmap_destroy(kt_pmaps[--kt_npmaps]);
}

/*
 * Audit, and compare what is in use with what was in use before.
 */
static void
kt_balance(const struct pmap_usage *before)
{
	struct pmap_usage now;
	struct pmap_audit audit;
	int broken;

	broken = pmap_audit(&audit);
	if (broken != 0 || audit.pa_violations != 0)
		kt_fail("the audit found %u violations", audit.pa_violations);
	pmap_usage(&now);
	if (now.pu_mappings != before->pu_mappings ||
	    now.pu_ptps != before->pu_ptps ||
	    now.pu_slices != before->pu_slices)
		kt_fail("in use before and after: mappings %u %u, page "
		    "tables %u %u, slices %u %u", before->pu_mappings,
		    now.pu_mappings, before->pu_ptps, now.pu_ptps,
		    before->pu_slices, now.pu_slices);
}

/*
 * => returns 1 when the test failed
 */
static int
kt_run(const struct kt_test *t)
{
	struct pmap_usage before;

	kt_failed = 0;
	pmap_usage(&before);
	(*t->t_func)();
	kt_reset();
	kt_balance(&before);
	if (kt_failed)
		printf("not ok %s: %s\n", t->t_name, kt_why);
	else
		printf("ok %s\n", t->t_name);
	return (kt_failed);
}

/*
 * Run the tests that the name selects.
 * => returns 1 when one failed, or none was selected
 */
static int
kt_all(const char *name)
{
	const struct kt_suite *s;
	const struct kt_test *t;
	unsigned int passed = 0, failed = 0;
	int whole;

	/* The kernel keeps a page for objects: not a test's, but its own. */
	vm_object_deallocate(vm_object_allocate(PAGE_SIZE));
	for (s = kt_suites; s->s_name != NULL; s++) {
		whole = strcmp(name, "kern") == 0 ||
		    strcmp(name, s->s_name) == 0;
		for (t = s->s_tests; t->t_name != NULL; t++) {
			if (!whole && strcmp(name, t->t_name) != 0)
				continue;
			if (kt_run(t))
				failed++;
			else
				passed++;
		}
	}
	printf("guest: %u passed, %u failed\n", passed, failed);
	return (failed != 0 || passed == 0);
}

/*
 * Called by main() for the boot option run=kerntest; test= says what.
 * => returns the status to halt with
 */
int
kern_tests(void)
{
	const char *name = getoption("test");

	if (name == NULL || *name == '\0')
		name = "kern";
	if (strcmp(name, "crash") == 0)
		return (kt_crash());
	if (strcmp(name, "layout") == 0)
		return (kt_layout());
	if (strcmp(name, "dump") == 0)
		return (kt_dump());
	return (kt_all(name));
}
