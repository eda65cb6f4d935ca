/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * unit.c: the harness: registration, the run of a test, its balance.
 *
 *	unit [-l] [-s seed] [text]
 *
 * runs the tests whose names contain the text; -l lists them.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#define MAX_PMAPS	8192u
#define MAX_PAGES	65536u
#define IDLE_PAGES	40u		/* what the module may keep at rest */

const char *__asan_default_options(void);

static struct unit_test *tests, **tests_end = &tests;
static pmap_t pmaps[MAX_PMAPS];
static uint32_t pages[MAX_PAGES];
static uint32_t npmaps, npages;
static uint32_t seed, seed_used;
static bool damaged;
static char failure[512];

const char *
__asan_default_options(void)
{
	return ("allow_user_segv_handler=1:detect_leaks=0");
}

void
unit_register(struct unit_test *t)
{
	*tests_end = t;
	tests_end = &t->ut_next;
}

void
unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(host_message, sizeof(host_message), "%s:%d: ", file,
	    line);
	va_start(ap, fmt);
	vsnprintf(host_message + n, sizeof(host_message) - (size_t)n, fmt, ap);
	va_end(ap);
	host_trap(HOST_PANIC);
}

/*
 * The end of EXPECT_PANIC.
 */
void
unit_expect(const char *file, int line, enum host_trap trap, const char *text)
{
	if (trap == HOST_PANIC && strstr(host_message, text) != NULL)
		return;
	if (trap == HOST_OK)
		unit_fail(file, line, "no panic with \"%s\"", text);
	snprintf(failure, sizeof(failure), "%s", host_message);
	unit_fail(file, line, "no panic with \"%s\" but: %.300s", text,
	    failure);
}

void
unit_log_has(const char *file, int line, const char *text)
{
	if (strstr(host_log(), text) == NULL)
		unit_fail(file, line, "\"%s\" is not in: %.300s", text,
		    host_log());
}

/*
 * The test left the machine broken on purpose: no audit after it.
 */
void
unit_damaged(void)
{
	damaged = true;
}

/*
 * The test boots another machine: what it took of this one is gone.
 */
void
unit_forget(void)
{
	npmaps = npages = 0;
}

/*
 * xorshift32; the seed is printed with the test's result.
 */
uint32_t
unit_random(void)
{
	if (seed_used == 0)
		seed_used = seed;
	seed_used ^= seed_used << 13;
	seed_used ^= seed_used >> 17;
	seed_used ^= seed_used << 5;
	return (seed_used);
}

pmap_t
as_new(void)
{
	if (npmaps == MAX_PMAPS)
		unit_fail(__FILE__, __LINE__, "too many pmaps");
	pmaps[npmaps] = pmap_create(0);
	return (pmaps[npmaps++]);
}

void
as_free(pmap_t pm)
{
	uint32_t i;

	for (i = 0; i < npmaps && pmaps[i] != pm; i++)
		continue;
	if (i == npmaps)
		unit_fail(__FILE__, __LINE__, "not a pmap of this test");
	pmaps[i] = pmaps[--npmaps];
	pmap_destroy(pm);
}

uint32_t
page_new(void)
{
	if (npages == MAX_PAGES)
		unit_fail(__FILE__, __LINE__, "too many pages");
	pages[npages] = host_page();
	return (pages[npages++]);
}

/*
 * Up to n pages; returns how many there were.
 */
uint32_t
pages_new(uint32_t *pa, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		pa[i] = page_new();
	return (n);
}

void
page_free(uint32_t pa)
{
	uint32_t i;

	for (i = npages; i-- > 0 && pages[i] != pa;)
		continue;
	if (i >= npages)
		unit_fail(__FILE__, __LINE__, "not a page of this test");
	pages[i] = pages[--npages];
	host_page_put(pa);
}

enum mmu_fault
user_access(pmap_t pm, uint32_t va, unsigned int want, uint32_t *pa)
{
	if (mmu_cpu.mc_cr3 != pm->pm_pdirpa)
		pmap_activate(pm);
	return (mmu_access(va, want | MMU_USER, pa));
}

/*
 * Can user mode read va, and is it that page that it reads?
 */
bool
can_read(pmap_t pm, uint32_t va, uint32_t pa)
{
	uint32_t got;

	return (user_access(pm, va, MMU_READ, &got) == MMU_OK &&
	    (got & MMU_FRAME) == pa);
}

bool
can_write(pmap_t pm, uint32_t va, uint32_t pa)
{
	uint32_t got;

	return (user_access(pm, va, MMU_WRITE, &got) == MMU_OK &&
	    (got & MMU_FRAME) == pa);
}

bool
kernel_can(uint32_t va, unsigned int want, uint32_t pa)
{
	uint32_t got;

	return (mmu_access(va, want, &got) == MMU_OK &&
	    (got & MMU_FRAME) == pa);
}

/*
 * Does touching a kernel address fault?
 */
bool
kernel_faults(uint32_t va)
{
	jmp_buf *old, here;
	enum host_trap trap = HOST_TRY(old, here);

	if (trap == HOST_OK) {
		(void)*(volatile uint32_t *)va;
		host_trap_end(old);
	}
	return (trap == HOST_FAULT && host_fault_va == va);
}

/*
 * The PTE of an address, 0 without a page table.
 */
uint32_t
pte_of(pmap_t pm, uint32_t va)
{
	const uint32_t *pte = host_pte(pm, va);

	return (pte != NULL ? *pte : 0);
}

struct pmap_usage
usage(void)
{
	struct pmap_usage u;

	pmap_usage(&u);
	return (u);
}

/*
 * The full audit: the number of violations.
 */
unsigned int
audit(void)
{
	struct pmap_audit a;
	enum pmap_policy policy = pmap_policy;

	pmap_policy = PMAP_POLICY_ISOLATE;
	pmap_audit(&a);
	pmap_policy = policy;
	return (a.pa_violations);
}

void
isolate(void)
{
	pmap_policy = PMAP_POLICY_ISOLATE;
}

/*
 * All that was isolated has been dealt with: nothing else is wrong.
 */
void
mended(uint32_t n)
{
	CHECK_EQ(host_record.hr_isolated, n);
	host_record.hr_isolated = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	CHECK_EQ(audit(), 0);
}

/*
 * Give everything back; nothing may be left, and nothing wrong.
 */
static void
test_end(void)
{
	struct pmap_usage u;

	host_knobs.hk_wait = host_knobs.hk_intr = host_knobs.hk_wakeup = NULL;
	host_knobs.hk_write = NULL;
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
	if (damaged)
		return;
	host_check("the test");
	CHECK_EQ(audit(), 0);
	pmap_activate(pmap_kernel());
	while (npmaps > 0)
		as_free(pmaps[npmaps - 1]);
	while (npages > 0) {
		DO(pmap_page_protect(pages[npages - 1], VM_PROT_NONE));
		page_free(pages[npages - 1]);
	}
	host_check("the end");
	CHECK_EQ(audit(), 0);
	u = usage();
	CHECK_EQ(u.pu_mappings, 0);
	CHECK_EQ(u.pu_ptps, 0);
	CHECK_EQ(u.pu_slices, host_record.hr_slices);
	CHECK_EQ(u.pu_arena, host_record.hr_arena + host_record.hr_held);
	CHECK(host_record.hr_held <= IDLE_PAGES);
	CHECK_EQ(host_record.hr_isolated, 0);
}

static bool
test_run(const struct unit_test *t)
{
	struct host_config config = host_config_default();
	jmp_buf *old, here;
	enum host_trap trap;

	npmaps = npages = 0;
	damaged = false;
	seed_used = 0;
	pmap_policy = PMAP_POLICY_PANIC;
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK) {
		host_boot(&config);
		t->ut_fn();
		test_end();
		host_trap_end(old);
		printf("ok %s\n", t->ut_name);
		return (true);
	}
	printf("not ok %s: %s%s\n", t->ut_name, trap == HOST_HANG ?
	    "hang: " : "", host_message);
	if (host_log()[0] != '\0')
		printf("# %.900s\n", host_log());
	if (seed_used != 0)
		printf("# seed %u\n", seed);
	return (false);
}

int
main(int argc, char **argv)
{
	const struct unit_test *t;
	unsigned int passed = 0, failed = 0;
	bool list = false;
	int c;

	seed = (uint32_t)time(NULL) | 1;
	while ((c = getopt(argc, argv, "ls:")) != -1) {
		if (c == 'l')
			list = true;
		else if (c == 's')
			seed = (uint32_t)strtoul(optarg, NULL, 0) | 1;
		else
			return (2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!list)
		printf("# seed %u\n", seed);
	for (t = tests; t != NULL; t = t->ut_next) {
		if (optind < argc && strstr(t->ut_name, argv[optind]) == NULL)
			continue;
		if (list)
			printf("%s\n", t->ut_name);
		else if (test_run(t))
			passed++;
		else
			failed++;
	}
	if (!list)
		printf("unit: %u passed, %u failed\n", passed, failed);
	return (failed != 0);
}
