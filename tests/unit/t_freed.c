/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_freed.c: what a use of a freed page of the module's comes upon.
 *
 * Once the flush is done it is a kernel page fault.  Before it, where the
 * old translation still leads to the page, it is a report of the address
 * sanitizer, or entries that look valid but are nobody's.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"
#include "pmap_private.h"

#define VA		0x14000000u
#define NTABLE		8u

/* There only with the sanitizer. */
extern int __asan_address_is_poisoned(const volatile void *)
    __attribute__((__weak__));

/*
 * A page of the module's, seen at a kernel address.
 */
static uint32_t
page_seen_at(uint32_t kva)
{
	uint32_t pa;

	host_spl = 1;
	CHECK(ph_page_alloc(&pa));
	host_spl = 0;
	pmap_kenter(kva, pa, PROT_RW);
	*(volatile uint32_t *)kva = 1;
	return (pa);
}

static void
page_freed(uint32_t pa)
{
	host_spl = 1;
	host_knobs.hk_free_cached = true;
	ph_page_free(pa);
	host_knobs.hk_free_cached = false;
	host_spl = 0;
}

TEST(host_freed__page_is_poisoned_where_it_is_still_seen)
{
	uint32_t kva = host_kva(1), pa = page_seen_at(kva);
	bool asan = __asan_address_is_poisoned != NULL;

	if (asan)
		CHECK(!__asan_address_is_poisoned((void *)kva));
	page_freed(pa);
	if (asan) {
		CHECK(__asan_address_is_poisoned((void *)kva));
		CHECK(__asan_address_is_poisoned((void *)(kva + PAGE - 1)));
	}
	pmap_kremove(kva, PAGE);
	pa = page_seen_at(kva);
	if (asan)
		CHECK(!__asan_address_is_poisoned((void *)kva));
	pmap_kremove(kva, PAGE);
	page_freed(pa);
}

TEST(host_freed__page_is_full_of_entries_that_look_valid)
{
	uint32_t kva = host_kva(1), i, pa;
	const uint32_t *word;

	pa = page_seen_at(kva);
	host_knobs.hk_fill = HOST_FILL_PTES;
	page_freed(pa);
	word = host_phys(pa);
	for (i = 0; i < 1024; i++) {
		CHECK_EQ(word[i] & (MMU_P | MMU_RW | MMU_US),
		    MMU_P | MMU_RW | MMU_US);
		CHECK(word[i] >> 12 < host_config.hc_frames);
	}
	pmap_kremove(kva, PAGE);
}

/*
 * The planted use: entries of page tables that went back to the host.
 */
TEST(pmap_freed__use_of_a_page_table_faults)
{
	pmap_t pm = as_new();
	uint32_t i, pa = page_new(), faults = 0;
	volatile uint32_t *pte[NTABLE];
	volatile uint32_t sum = 0;
	enum host_trap trap;
	jmp_buf *old, here;

	for (i = 0; i < NTABLE; i++) {
		DO(pmap_enter(pm, i * SLOT, pa, PROT_RW, FALSE));
		pte[i] = ptp_lookup(pm, i * SLOT)->pt_pte;
		sum += *pte[i];
	}
	DO(pmap_remove(pm, 0, PH_USER_MAX));
	for (i = 0; i < NTABLE; i++) {
		trap = HOST_TRY(old, here);
		if (trap == HOST_OK) {
			sum += *pte[i];
			host_trap_end(old);
		} else {
			CHECK_EQ(trap, HOST_FAULT);
			faults++;
		}
	}
	CHECK(faults >= NTABLE - 3);
}

/*
 * The planted defect: a page table that is still in use goes back to the host.
 * What happens then happens in a child, from which there is no way back; the
 * page is put right again, since physical memory is the child's too.
 * => returns what the child wrote to stderr
 */
static const char *
table_freed_too_early(void (*use)(volatile uint32_t *pte))
{
	static char text[16384], page[PAGE];
	pmap_t pm = as_new();
	struct ptp *pt;
	size_t n = 0;
	ssize_t got;
	int fd[2];

	DO(pmap_enter(pm, VA, page_new(), PROT_RW, FALSE));
	pt = ptp_lookup(pm, VA);
	memcpy(page, pt->pt_pte, PAGE);
	fflush(stdout);
	CHECK(pipe(fd) == 0);
	if (fork() == 0) {
		dup2(fd[1], STDERR_FILENO);
		host_knobs.hk_fill = HOST_FILL_PTES;
		page_freed(pt->pt_pa);
		use(pt->pt_pte);
		_exit(0);
	}
	close(fd[1]);
	while (n < sizeof(text) - 1 &&
	    (got = read(fd[0], text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd[0]);
	text[n] = '\0';
	wait(NULL);
	memcpy(host_phys(pt->pt_pa), page, PAGE);
	return (text);
}

/*
 * An entry that was not there.
 */
static void
read_entry(volatile uint32_t *pte)
{
	if ((pte[1] & (MMU_P | MMU_RW | MMU_US)) == (MMU_P | MMU_RW | MMU_US))
		fprintf(stderr, "it looks valid\n");
}

static void
run_audit(volatile uint32_t *pte)
{
	(void)pte;
	audit();
	fprintf(stderr, "%s", host_log());
}

TEST(host_freed__read_of_a_page_table_is_reported)
{
	CHECK(strstr(table_freed_too_early(read_entry),
	    __asan_address_is_poisoned != NULL ? "use-after-poison" :
	    "it looks valid") != NULL);
}

/*
 * With ASan the audit's own read is the report.
 */
TEST(host_freed__page_table_in_use_is_found_by_the_audit)
{
	const char *text = table_freed_too_early(run_audit);

	if (__asan_address_is_poisoned != NULL)
		CHECK(strstr(text, "use-after-poison") != NULL);
	else
		CHECK(strstr(text, "PT4") != NULL &&
		    strstr(text, "PV1") != NULL);
}
