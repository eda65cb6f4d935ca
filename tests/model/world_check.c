/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world_check.c: everything is compared with the model, in one pass.
 *
 * Page tables are read as a processor would, from CR3's and a directory's
 * frames on; the module's own view is asked for counts and for what it saved.
 * The bits of an entry are the manual's, but for the one that says wired,
 * which is the module's own.  What the module saved of M and U is read from
 * its frame table, after every operation and for every page; its functions are
 * asked for the same of a few pages in turn, and by operations of their own.
 *
 * Then the module is audited: the pmaps that the operation was about, or in
 * which the comparison has seen a change, and the lists of all pages.  The
 * audit is a whole one where the operation took or gave back arena pages or
 * slices, reclaimed, or had another one inside; every world_whole operations;
 * at a world's end; and after each operation of a trace that is shrunk or
 * replayed, so that a trace ends with the operation that did the damage.
 */
#include <string.h>

#include "world.h"
#include "pmap_audit.h"

/* All but A, D and two that are the system's. */
#define PTE_SEEN	(MMU_FRAME | 0x19fu | PMB_WIRED)

/*
 * The entry that the model asks for.
 */
static inline uint32_t
wanted(const struct model_map *mm, uint32_t kind)
{
	uint32_t pte;

	if (mm->mm_page == MODEL_NONE)
		return (0);
	pte = world.w_pa[mm->mm_page] | MMU_P;
	if (mm->mm_write)
		pte |= MMU_RW;
	if (mm->mm_nocache)
		pte |= MMU_PCD;
	if (kind == MODEL_USER)
		pte |= MMU_US;
	if (mm->mm_wired)
		pte |= PMB_WIRED;
	return (pte);
}

/* A and D of all tracked entries of a page. */
static uint32_t seen[MODEL_PAGES];

struct tally {
	uint32_t	ta_resident;
	uint32_t	ta_wired;
};

/*
 * Places [v, end) of a pmap, which a page table holds; NULL for none.
 */
static void
check_table(uint32_t p, uint32_t v, uint32_t end, const uint32_t *table,
    struct tally *t)
{
	const struct model_place *place =
	    p == MODEL_KERNEL ? model_kva : model_user;
	const struct model_map *mm = &world.w_model.md_map[p][v];
	uint32_t pte, want, *last = &world.w_pte[p][v];

	for (; v < end; v++, mm++, last++) {
		pte = 0;
		if (table != NULL)
			pte = table[place[v].mp_va >> 12 & 1023];
		want = wanted(mm, place[v].mp_kind);
		if ((pte & PTE_SEEN) != want)
			world_fail("pmap %u va 0x%08x: entry 0x%08x, not "
			    "0x%08x", p, place[v].mp_va, pte, want);
		if (pte != *last) {
			*last = pte;
			world.w_changed = true;
			world.w_touched |= 1u << p;
		}
		if (want == 0)
			continue;
		t->ta_resident += place[v].mp_kind != MODEL_EDITS;
		t->ta_wired += mm->mm_wired && place[v].mp_kind != MODEL_EDITS;
		if (mm->mm_tracked) {
			world.w_count[mm->mm_page]++;
			seen[mm->mm_page] |= pte;
		}
	}
}

static const uint32_t *
table_of(const uint32_t *dir, uint32_t va)
{
	uint32_t pde = dir[va >> 22];

	return ((pde & MMU_P) == 0 ? NULL : host_phys(pde & MMU_FRAME));
}

static void
check_counts(uint32_t p, const struct tally *t)
{
	const struct pmap *pm = world.w_pm[p];

	if (pmap_resident_count(pm) == t->ta_resident &&
	    pmap_wired_count(pm) == t->ta_wired)
		return;
	world_fail("pmap %u: resident %u wired %u, not %u and %u", p,
	    pmap_resident_count(pm), pmap_wired_count(pm), t->ta_resident,
	    t->ta_wired);
}

static void
check_pmap(uint32_t p)
{
	const uint32_t *dir = host_phys(world.w_pm[p]->pm_pdirpa);
	struct tally t = { 0, 0 };
	uint32_t v, end;

	for (v = 0; v < model_nkva && p == MODEL_KERNEL; v = end) {
		for (end = v + 1; end < model_nkva && (model_kva[end].mp_va ^
		    model_kva[v].mp_va) >> 22 == 0; end++)
			continue;
		check_table(p, v, end, table_of(dir, model_kva[v].mp_va), &t);
	}
	for (v = 0; v < model_nuser && p != MODEL_KERNEL; v += WORLD_PERSLOT)
		check_table(p, v, v + WORLD_PERSLOT,
		    table_of(dir, model_user[v].mp_va), &t);
	check_counts(p, &t);
}

/*
 * What the module says of a page when it is asked.
 */
static void
ask_page(uint32_t page)
{
	const struct model_page *mg = &world.w_model.md_page[page];
	uint32_t pa = world.w_pa[page];

	if (pmap_page_mappings(pa) != world.w_count[page])
		world_fail("page %u has %u mappings, not %u", page,
		    pmap_page_mappings(pa), world.w_count[page]);
	if (pmap_testbit(pa, PMAP_MOD) != mg->mg_m ||
	    pmap_testbit(pa, PMAP_REF) != mg->mg_u)
		world_fail("page %u: modified %u referenced %u, not %u and %u",
		    page, pmap_testbit(pa, PMAP_MOD),
		    pmap_testbit(pa, PMAP_REF), mg->mg_m, mg->mg_u);
}

/*
 * Mappings, M and U of every managed page: in entries, or saved.
 */
static void
check_pages(void)
{
	const struct model_page *mg = world.w_model.md_page;
	uint32_t page, info;
	uint8_t mu;

	for (page = 0; page < WORLD_MANAGED; page++) {
		info = frame_table[world.w_pa[page] / PAGE].fr_info;
		mu = (uint8_t)((info | seen[page]) & (MMU_A | MMU_D));
		if (mu != (mg[page].mg_m ? MMU_D : 0) +
		    (mg[page].mg_u ? MMU_A : 0) ||
		    info >> FR_COUNTSHIFT != world.w_count[page])
			world_fail("page %u: M and U are 0x%x of %u and %u, "
			    "frame 0x%x, %u mappings", page, mu,
			    mg[page].mg_m, mg[page].mg_u, info,
			    world.w_count[page]);
		if (mu != world.w_mu[page]) {
			world.w_mu[page] = mu;
			world.w_changed = true;
		}
	}
	world.w_ask = (world.w_ask + 1) % WORLD_PAGES;
	ask_page(world.w_ask);
}

/*
 * A new world: what was seen of the old one is nothing.
 */
void
world_check_reset(void)
{
	memset(world.w_pte, 0, sizeof(world.w_pte));
	memset(world.w_mu, 0, sizeof(world.w_mu));
	world.w_whole = true;
}

/*
 * Has the module taken or given back arena pages or slices, or taken page
 * tables from others, since the last look?
 */
static bool
stock_moved(void)
{
	const uint32_t now[] = {
		ptp_free.pl_count, ptp_ready.pl_count, ptp_dirs.pl_count,
		ptp_victims.pl_count, pv_nfree, pmap_counters.pc_reclaim
	};
	bool moved;

	_Static_assert(sizeof(now) == sizeof(world.w_stock), "one each");
	moved = memcmp(now, world.w_stock, sizeof(now)) != 0;
	memcpy(world.w_stock, now, sizeof(now));
	return (moved);
}

/*
 * Audit what the operation may have touched.
 */
static int
audit(void)
{
	const struct pmap *part[MODEL_PMAPS];
	bool whole = stock_moved() || world.w_whole ||
	    world_stats.ws_ops % world_whole == 0;
	uint32_t p, n = 0;

	for (p = 0; p < MODEL_PMAPS; p++)
		if ((world.w_touched & 1u << p) != 0 &&
		    world.w_pm[p] != NULL)
			part[n++] = world.w_pm[p];
	world.w_touched = 0;
	world.w_whole = false;
	world_stats.ws_whole += whole;
	return (whole ? pmap_audit(NULL) : pmap_audit_part(part, n));
}

/*
 * After an operation.  => does not return if anything differs
 */
void
world_check(void)
{
	uint32_t p;

	world.w_changed = false;
	host_check("an operation");
	if (pmap_counters.pc_refused != 0)
		world_fail("a call was refused");
	if (mmu_cpu.mc_cr3 != world.w_pm[world.w_loaded]->pm_pdirpa)
		world_fail("pmap %u is not loaded", world.w_loaded);
	if (mmu_cpu.mc_cr3 != world.w_cr3) {
		world.w_cr3 = mmu_cpu.mc_cr3;
		world.w_changed = true;
	}
	memset(world.w_count, 0, sizeof(world.w_count));
	memset(seen, 0, sizeof(seen));
	for (p = 0; p < MODEL_PMAPS; p++)
		if (world.w_pm[p] != NULL)
			check_pmap(p);
	if (audit() != 0 || pmap_counters.pc_violation != 0 ||
	    host_record.hr_isolated != 0)
		world_fail("audit: %.300s", host_log());
	check_pages();
}
