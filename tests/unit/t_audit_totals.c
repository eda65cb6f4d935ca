/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_totals.c: damage to totals, lists and the victim queue: PM2 and
 * PT7.
 */
#include "t_audit.h"

/*
 * A total off by one.
 */
static void
total(uint32_t *word, const char *name, int by)
{
	uint32_t was = *word;

	POKE(*word, was + (uint32_t)by);
	want_sum("PM2", name, *word, was);
}

/*
 * A list's count off by one: against the pages, and against the list.
 */
static void
list_total(struct ptp_list *pl, const char *name, const char *list, int by)
{
	total(&pl->pl_count, name, by);
	want_list(list);
}

static void
pm2_page_tables_more(void)
{
	total(&ptp_inuse, "user page tables", 1);
}

static void
pm2_page_tables_less(void)
{
	total(&ptp_inuse, "user page tables", -1);
}

static void
pm2_free_count(void)
{
	list_total(&ptp_free, "free pages", "free pages", 1);
}

static void
pm2_ready_count(void)
{
	list_total(&ptp_ready, "ready page tables", "ready page tables", -1);
}

static void
pm2_directory_count(void)
{
	list_total(&ptp_dirs, "ready directories", "ready directories", 1);
}

static void
pm2_victim_count(void)
{
	list_total(&ptp_victims, "victims", "victims", -1);
}

static void
pm2_free_slice_count(void)
{
	uint32_t used = pv_nslices - pv_nfree;

	POKE(pv_nfree, pv_nfree + 1);
	want_sum("PM2", "slices in use", used - 1, used);
	want_list("free slices");
}

static void
pm2_slice_count(void)
{
	uint32_t used = pv_nslices - pv_nfree;

	POKE(pv_nslices, pv_nslices - 1);
	want_sum("PM2", "slices in use", used - 1, used);
	want_sum("PM2", "slices", pv_nslices, pv_nslices + 1);
}

static void
pm2_free_slice_owned(void)
{
	uint32_t used = pv_nslices - pv_nfree;

	POKE(*owner_of(slice_free()), 0x1000);
	want_sum("PM2", "slices with an owner", used + 1, used);
	want_list("free slices");
}

/*
 * An arena page that holds no slices has an owner of slices.
 */
static void
pm2_no_slice_owned(void)
{
	uint32_t used = pv_nslices - pv_nfree;

	POKE(*owner_of(aw.aw_pt->pt_pte), 0x1000);
	want_sum("PM2", "slices with an owner", used + 1, used);
}

/*
 * A page table forgets a slice, and with it two links.
 */
static void
pm2_slice_lost(void)
{
	uint32_t used = pv_nslices - pv_nfree;

	POKE(aw.aw_pt->pt_slice[0], NULL);
	want_sum("PM2", "slices in use", used, used - 1);
	want_sum("PM2", "slices with an owner", used, used - 1);
	want("PV1", aw.aw_pm, VA, *entry_of(aw.aw_pt, VA),
	    managed(aw.aw_page, 4));
	want("PV1", aw.aw_pm, VA + PAGE, *entry_of(aw.aw_pt, VA + PAGE),
	    managed(aw.aw_second, 2));
	want_count("PT2", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA), "managed", 2, 0);
	want_sum("PV1", "links on lists", 6, 4);
}

static void
pm2_free_slice_link_used(void)
{
	POKE(slice_free()->ps_link[7].pv_pprev, 8);
	want_list("free slices");
}

/*
 * The first link of the list of free slices: what holds it lies elsewhere.
 */
static struct pv_link *
free_first(void)
{
	struct pv_link *pv = &slice_free()->ps_link[0];

	while ((uint32_t)pv->pv_pprev - ptp_arena < ptp_npages * PAGE)
		pv = (struct pv_link *)pv->pv_pprev;
	return (pv);
}

static void
pm2_free_slices_cut(void)
{
	struct pv_link *first = free_first();

	CHECK(first->pv_next != NULL);
	POKE(first->pv_next, NULL);
	want_list("free slices");
}

static void
pm2_free_slices_wild(void)
{
	POKE(free_first()->pv_next, 0xdeadbe00);
	want_list("free slices");
}

static void
pm2_free_slices_in_a_free_page(void)
{
	POKE(free_first()->pv_next, ptp_free.pl_first->pt_pte);
	want_list("free slices");
}

static void
pm2_free_slices_cycle(void)
{
	POKE(free_first()->pv_next, free_first());
	want_list("free slices");
}

static void
pm2_list_cut(void)
{
	POKE(ptp_free.pl_first->pt_next, NULL);
	want_list("free pages");
}

static void
pm2_list_cycle(void)
{
	POKE(ptp_free.pl_first->pt_next, ptp_free.pl_first);
	want_list("free pages");
}

static void
pm2_list_wild(void)
{
	POKE(ptp_ready.pl_first->pt_next, 0xdeadbeef);
	want_list("ready page tables");
}

static void
pm2_list_misaligned(void)
{
	POKE(ptp_victims.pl_first, (uint32_t)ptp_victims.pl_first + 32);
	want_list("victims");
}

static void
pm2_list_without_pprev(void)
{
	POKE(ptp_free.pl_first->pt_pprev, NULL);
	want_list("free pages");
}

static void
pm2_list_head_lost(void)
{
	POKE(ptp_dirs.pl_first, NULL);
	want_list("ready directories");
}

static void
pm2_list_tail_lost(void)
{
	POKE(ptp_ready.pl_last, &ptp_ready.pl_first);
	want_list("ready page tables");
}

static void
pm2_list_of_another_state(void)
{
	POKE(ptp_free.pl_first->pt_next, ptp_ready.pl_first);
	want_list("free pages");
}

/*
 * A page table goes off its list and belongs to nobody.
 */
static void
pm2_page_lost(void)
{
	uint32_t n = ptp_ready.pl_count;

	POKE(pmap_reserve_short, true);
	(void)ptp_ready_pop();
	want_sum("PM2", "ready page tables", n - 1, n);
}

static struct ptp *ready_page;

static void
pm2_page_lost_mend(void)
{
	uint32_t i;

	ready_page = NULL;
	for (i = 0; i < ptp_npages; i++)
		if (ptp_table[i].pt_state == PTS_READY &&
		    ptp_table[i].pt_pprev == NULL)
			ready_page = &ptp_table[i];
	CHECK(ready_page != NULL);
	ptp_ready_push(ready_page);
}

/*
 * Pages that no list may hold.
 */
static void
pm2_listed(struct ptp *pt, const char *what)
{
	POKE(pt->pt_pprev, &ptp_free.pl_first);
	want("PM2", kernel_pmap, (uint32_t)pt->pt_pte,
	    *kernel_pte((uint32_t)pt->pt_pte), what);
}

static void
pm2_directory_listed(void)
{
	pm2_listed(aw.aw_dir, directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pm2_kernel_table_listed(void)
{
	pm2_listed(&ptp_table[0], table(ptp_table[0].pt_pa, kernel_pmap,
	    PH_KERNBASE));
}

static void
pm2_slices_listed(void)
{
	uint32_t page = (uint32_t)aw.aw_pt->pt_slice[0] & MMU_FRAME;
	struct ptp *pt = ptp_of_pte((uint32_t *)page);

	pm2_listed(pt, other_page(pt->pt_pa, "slices"));
}

TEST(audit__pm2_totals_add_up)
{
	static const struct audit_row rows[] = {
		{ "page tables more", pm2_page_tables_more, NULL },
		{ "page tables less", pm2_page_tables_less, NULL },
		{ "free count", pm2_free_count, NULL },
		{ "ready count", pm2_ready_count, NULL },
		{ "directory count", pm2_directory_count, NULL },
		{ "victim count", pm2_victim_count, NULL },
		{ "free slice count", pm2_free_slice_count, NULL },
		{ "slice count", pm2_slice_count, NULL },
		{ "free slice owned", pm2_free_slice_owned, NULL },
		{ "no slice owned", pm2_no_slice_owned, NULL },
		{ "slice lost", pm2_slice_lost, NULL },
		{ "free slice's link used", pm2_free_slice_link_used, NULL },
		{ "free slices cut", pm2_free_slices_cut, NULL },
		{ "free slices wild", pm2_free_slices_wild, NULL },
		{ "free slices in a free page",
		    pm2_free_slices_in_a_free_page, NULL },
		{ "free slices cycle", pm2_free_slices_cycle, NULL },
		{ "page lost", pm2_page_lost, pm2_page_lost_mend },
	};

	AUDIT_ROWS("PM2", rows);
}

TEST(audit__pm2_lists_are_whole)
{
	static const struct audit_row rows[] = {
		{ "list cut", pm2_list_cut, NULL },
		{ "list cycle", pm2_list_cycle, NULL },
		{ "list wild", pm2_list_wild, NULL },
		{ "list misaligned", pm2_list_misaligned, NULL },
		{ "list without pprev", pm2_list_without_pprev, NULL },
		{ "list head lost", pm2_list_head_lost, NULL },
		{ "list tail lost", pm2_list_tail_lost, NULL },
		{ "list of another state", pm2_list_of_another_state, NULL },
		{ "directory listed", pm2_directory_listed, NULL },
		{ "kernel table listed", pm2_kernel_table_listed, NULL },
		{ "slices listed", pm2_slices_listed, NULL },
	};

	AUDIT_ROWS("PM2", rows);
}

/* ----- PT7: the victim queue ----- */

static void
queue_as_if(struct ptp *pt, uint16_t wired)
{
	uint16_t was = pt->pt_wired;

	pt->pt_wired = wired;
	ptp_queue(pt);
	pt->pt_wired = was;
}

static void
pt7_not_queued(void)
{
	queue_as_if(aw.aw_pt2, 1);
	want("PT7", aw.aw_pm, VA + SLOT, entry_in(aw.aw_pm, VA + SLOT),
	    table(aw.aw_pt2->pt_pa, aw.aw_pm, VA + SLOT));
}

static void
pt7_wired_is_queued(void)
{
	queue_as_if(aw.aw_pt, 0);
	want("PT7", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

/*
 * It seems to be on the queue, which does not hold it.
 */
static void
pt7_seems_queued(void)
{
	POKE(aw.aw_pt->pt_pprev, &ptp_victims.pl_first);
	want("PT7", aw.aw_pm, VA, entry_in(aw.aw_pm, VA),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
	want_sum("PM2", "victims", 3, 4);
}

static void
pt7_mend(void)
{
	ptp_queue(aw.aw_pt);
	ptp_queue(aw.aw_pt2);
}

TEST(audit__pt7_queued_when_none_is_wired)
{
	static const struct audit_row rows[] = {
		{ "not queued", pt7_not_queued, pt7_mend },
		{ "wired is queued", pt7_wired_is_queued, pt7_mend },
		{ "seems queued", pt7_seems_queued, NULL },
	};

	AUDIT_ROWS("PT7", rows);
}
