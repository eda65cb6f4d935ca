/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_world.c: the world of the bad arguments, and what can be seen of it.
 *
 * The world is small and has one of each: see args.h.  What can be seen of it
 * is every translation of every pmap, the pmaps' counts, what is known of
 * each page, what is in use, CR3, the host's figures and the contents of the
 * pages that a call could reach.  Counters are no part of it; the runner
 * looks at those that matter.
 *
 * pmap_private.h is here for addresses and frames of the module's own, which
 * a caller can only guess.
 */
#include "args.h"
#include "pmap_mem.h"

struct world w;
uint32_t world_skew;

static struct pmap own_pmap, dead_pmap;

void	__real_pmap_bootstrap(vm_offset_t);
void	__wrap_pmap_bootstrap(vm_offset_t);

/*
 * The linker gives every call of pmap_bootstrap to this: the host's boot
 * with another argument.
 */
void
__wrap_pmap_bootstrap(vm_offset_t va)
{
	__real_pmap_bootstrap(va + world_skew);
}

static void
access_all(pmap_t pm)
{
	uint32_t pa;

	pmap_activate(pm);
	(void)mmu_access(UVA, MMU_WRITE | MMU_USER, &pa);
	(void)mmu_access(UVA + PAGE, MMU_READ | MMU_USER, &pa);
	(void)mmu_access(UVA + 2 * PAGE, MMU_READ | MMU_USER, &pa);
	(void)mmu_access(UTOP, MMU_WRITE | MMU_USER, &pa);
	(void)mmu_access(UAREA, MMU_WRITE, &pa);
	(void)mmu_access(K(0), MMU_WRITE, &pa);
	(void)mmu_access(K(1), MMU_READ, &pa);
	(void)mmu_access(K(2), MMU_WRITE, &pa);
	(void)mmu_access(w.kend, MMU_WRITE, &pa);
	(void)mmu_access(w.pager, MMU_WRITE, &pa);
}

/*
 * Write frame 0.
 */
static void
access_zero(void)
{
	uint32_t pa;

	pmap_activate(w.own);
	(void)mmu_access(UVA + PAGE, MMU_WRITE | MMU_USER, &pa);
}

static void
world_addresses(void)
{
	vm_offset_t sva, eva;

	pmap_virtual_space(&sva, &eva);
	w.kstart = sva;
	w.kabove = eva;
	w.kend = eva - PAGE;
	w.kva = host_kva(16);
	w.pager = host_pager_sva;
	w.edits = host_edits_sva;
	w.window = pmap_window[0];
	w.arena = ptp_arena;
	w.tables = (vm_offset_t)frame_table;
}

static void
world_kernel(void)
{
	pmap_enter(kernel_pmap, K(0), w.page[4], PROT_RW, TRUE);
	pmap_enter(kernel_pmap, K(1), w.page[0], PROT_R, FALSE);
	pmap_kenter(K(2), w.page[5], PROT_RW);
	pmap_enter(kernel_pmap, K(8), w.page[1], PROT_RW, FALSE);
	pmap_kenter(w.kend, w.page[7], PROT_RW);
	pmap_enter(kernel_pmap, w.pager, w.page[6], PROT_RW, TRUE);
	*host_pte(kernel_pmap, w.edits) = w.device | MMU_P | MMU_RW | MMU_PCD;
}

static void
world_users(void)
{
	w.a = pmap_create(0);
	w.b = pmap_create(0);
	pmap_enter(w.a, UVA, w.page[0], PROT_RW, FALSE);
	pmap_enter(w.a, UVA + PAGE, w.page[1], PROT_R, FALSE);
	pmap_enter(w.a, UVA + 2 * PAGE, w.page[2], PROT_RW, TRUE);
	pmap_enter(w.a, UVA + 3 * PAGE, w.device, PROT_RW, FALSE);
	pmap_enter(w.a, UVA + SLOT, w.page[0], PROT_RW, FALSE);
	pmap_enter(w.a, UTOP, w.page[3], PROT_RW, FALSE);
	pmap_enter(w.a, UAREA, w.page[3], PROT_RW, FALSE);
	pmap_enter(w.b, UVA, w.page[0], PROT_R, FALSE);
	w.b->pm_count = INT_MAX;
	w.own = memset(&own_pmap, 0xa5, sizeof(own_pmap));
	pmap_pinit(w.own);
	pmap_enter(w.own, UVA, w.page[1], PROT_RW, FALSE);
	pmap_enter(w.own, UVA + PAGE, w.zero, PROT_RW, FALSE);
	w.dead = memset(&dead_pmap, 0xa5, sizeof(dead_pmap));
	pmap_pinit(w.dead);
	w.gone = pmap_create(0);
	pmap_release(w.dead);
	pmap_destroy(w.gone);
}

/*
 * A frame of this kind.
 */
static uint32_t
frame_find(uint32_t tag)
{
	uint32_t i;

	for (i = 0; i < frame_count; i++)
		if (frame_tag(&frame_table[i]) == tag)
			return (i << 12);
	ph_panic("args: no frame with tag %u", tag);
}

/*
 * Boot, and build it.
 */
void
world_make(void)
{
	struct host_config c = host_config_default();
	uint32_t i;

	c.hc_spare[0] = c.hc_hole[0] - 2;
	c.hc_spare[1] = c.hc_hole[0];
	host_boot(&c);
	for (i = 0; i < WORLD_PAGES; i++) {
		w.page[i] = host_page();
		memset(host_phys(w.page[i]), (int)(0x40 + i), PAGE);
	}
	w.spare = host_page();
	memset(host_phys(w.spare), 0x3f, PAGE);
	w.unused = host_page();
	memset(host_phys(w.unused), 0x3b, PAGE);
	pmap_changebit(w.unused, PMAP_MOD | PMAP_REF, ~0u);
	host_page_put(w.unused);
	w.zero = 0;
	if (!host_page_take(w.zero))
		ph_panic("args: frame 0 is in use");
	memset(host_phys(w.zero), 0x3e, PAGE);
	w.ram = c.hc_spare[0] << 12;
	memset(host_phys(w.ram), 0x3d, PAGE);
	w.hole = c.hc_hole[0] << 12;
	w.image = c.hc_image[0] << 12;
	memset(host_phys(w.image), 0x3c, PAGE);
	w.device = host_device_page(0);
	world_addresses();
	world_kernel();
	world_users();
	w.ptp = *host_pde(w.a, UVA) & MMU_FRAME;
	w.dir = w.a->pm_pdirpa;
	w.slices = frame_find(FR_SLICES);
	access_zero();
	access_all(w.b);
	access_all(w.a);
	mmu_tlb_fill();
	w.resident = pmap_resident_count(kernel_pmap);
	w.ret = w.out = POISON;
	w.floor = false;
	host_log_clear();
	host_check("the world");
}

/*
 * Boot with pmap_bootstrap called for this address.
 */
void
pmap_bootstrap_at(uint32_t va)
{
	world_skew = va - w.tables;
	world_make();
	world_skew = 0;
}

/*
 * From now on nobody may pin more; where the host has no error to give, the
 * caller counts as killed.
 */
void
world_at_floor(void)
{
	pmap_pool = pmap_pins(ptp_ndirs, ptp_nwired());
	host_knobs.hk_killed = !PH_WIRED_FAILS;
	w.floor = true;
}

/*
 * The PTE of an address, 0 without a page table.
 */
uint32_t
pte_at(pmap_t pm, uint32_t va)
{
	const uint32_t *pte = host_pte(pm, va);

	return (pte != NULL ? *pte : 0);
}

/*
 * Does va map pa with exactly these bits, A and D aside?
 */
bool
maps(pmap_t pm, uint32_t va, uint32_t pa, uint32_t bits)
{
	uint32_t pte = pte_at(pm, va) & ~(MMU_A | MMU_D | MMU_G);

	return (pte == (pa | bits | MMU_P));
}

bool
page_is_zero(uint32_t pa)
{
	const uint32_t *p = host_phys(pa);
	uint32_t i;

	for (i = 0; i < PAGE / 4; i++)
		if (p[i] != 0)
			return (false);
	return (true);
}

/* ----- what can be seen ----- */

static void
fact_add(struct facts *fs, const char *what, uint32_t owner, uint32_t where,
    uint32_t value)
{
	if (value == 0)
		return;
	if (fs->fs_count == FACTS_MAX)
		ph_panic("args: too many facts");
	fs->fs_fact[fs->fs_count++] = (struct fact){ what, owner, where,
	    value };
}

/*
 * Every entry of a directory.  A and D of what the module itself uses, and A
 * of a directory, say only that somebody looked.
 */
static void
facts_tables(struct facts *fs, pmap_t pm, uint32_t owner)
{
	uint32_t slot, i, pde, va, pte;

	for (slot = 0; slot < 1024; slot++) {
		pde = *host_pde(pm, slot << 22);
		fact_add(fs, "pde", owner, slot << 22, pde & ~MMU_A);
		if ((pde & MMU_P) == 0 || pde >> 12 == pm->pm_pdirpa >> 12 ||
		    (pm != kernel_pmap && slot >= PH_KERNBASE >> 22))
			continue;
		for (i = 0; i < 1024; i++) {
			va = slot << 22 | i << 12;
			pte = pte_at(pm, va);
			if (va >= PH_KERNBASE && va < w.kstart)
				pte &= ~(MMU_A | MMU_D);
			fact_add(fs, "pte", owner, va, pte);
		}
	}
}

static void
facts_pmap(struct facts *fs, pmap_t pm, uint32_t owner)
{
	fact_add(fs, "references", owner, 0, (uint32_t)pm->pm_count);
	fact_add(fs, "resident", owner, 0, pm->pm_stats.resident_count);
	fact_add(fs, "wired", owner, 0, pm->pm_stats.wired_count);
	fact_add(fs, "slots", owner, 0, pm->pm_slots);
	fact_add(fs, "directory", owner, 0, pm->pm_pdirpa);
	if (pm->pm_count > 0)
		facts_tables(fs, pm, owner);
}

static void
facts_pages(struct facts *fs)
{
	const uint32_t more[] = { w.spare, w.unused, w.zero, w.ram,
	    w.image };
	const uint32_t *p;
	uint32_t pa, i, j, sum;

	for (pa = 0; pa >> 12 < host_config.hc_frames; pa += PAGE) {
		fact_add(fs, "mappings", 0, pa, pmap_page_mappings(pa));
		fact_add(fs, "modified", 0, pa,
		    (uint32_t)pmap_is_modified(pa));
		fact_add(fs, "referenced", 0, pa,
		    (uint32_t)pmap_is_referenced(pa));
	}
	for (i = 0; i < WORLD_PAGES + sizeof(more) / sizeof(more[0]); i++) {
		pa = i < WORLD_PAGES ? w.page[i] : more[i - WORLD_PAGES];
		p = host_phys(pa);
		for (j = sum = 0; j < PAGE / 4; j++)
			sum = sum * 31 + p[j];
		fact_add(fs, "contents", 0, pa, sum);
	}
}

/*
 * Look at everything, which changes nothing that can be seen.
 */
void
facts_take(struct facts *fs)
{
	const pmap_t pm[] = { kernel_pmap, w.a, w.b, w.own, w.dead, w.gone };
	struct pmap_usage u;
	uint32_t i;

	fs->fs_count = 0;
	fact_add(fs, "cr3", 0, 0, mmu_cpu.mc_cr3);
	fact_add(fs, "spl", 0, 0, (uint32_t)host_spl);
	for (i = 0; i < sizeof(pm) / sizeof(pm[0]); i++)
		facts_pmap(fs, pm[i], i);
	facts_pages(fs);
	pmap_usage(&u);
	fact_add(fs, "mappings in all", 0, 0, u.pu_mappings);
	fact_add(fs, "page tables", 0, 0, u.pu_ptps);
	fact_add(fs, "arena pages", 0, 0, u.pu_arena);
	fact_add(fs, "slices", 0, 0, u.pu_slices);
	fact_add(fs, "most sharers", 0, 0, u.pu_maxsharers);
	fact_add(fs, "free pages", 0, 0, host_pages_free());
	fact_add(fs, "pages held", 0, 0, host_record.hr_held);
	fact_add(fs, "sleeps", 0, 0, host_record.hr_waits);
	fact_add(fs, "isolated", 0, 0, host_record.hr_isolated);
	fact_add(fs, "w.out", 0, 0, w.out);
}

static int
fact_order(const struct fact *x, const struct fact *y)
{
	if (strcmp(x->f_what, y->f_what) != 0)
		return (2);
	if (x->f_owner != y->f_owner)
		return (x->f_owner < y->f_owner ? -1 : 1);
	return (x->f_where < y->f_where ? -1 : x->f_where > y->f_where);
}

/*
 * Are they the same?  If not, say where they first differ.
 */
bool
facts_same(const struct facts *x, const struct facts *y, char *why,
    size_t size)
{
	static const struct fact end = { "end", 0, 0, 0 };
	const struct fact *p, *q;
	uint32_t i;
	int order;

	for (i = 0; i < x->fs_count || i < y->fs_count; i++) {
		p = i < x->fs_count ? &x->fs_fact[i] : &end;
		q = i < y->fs_count ? &y->fs_fact[i] : &end;
		order = fact_order(p, q);
		if (order == 0 && p->f_value == q->f_value)
			continue;
		snprintf(why, size, "%s of %u at 0x%x is 0x%x, should be "
		    "0x%x", order <= 0 ? p->f_what : q->f_what,
		    order <= 0 ? p->f_owner : q->f_owner,
		    order <= 0 ? p->f_where : q->f_where,
		    order == 1 ? 0 : p->f_value, order == -1 ? 0 : q->f_value);
		if (order == 2)
			snprintf(why, size, "\"%s of %u at 0x%x = 0x%x\" "
			    "where \"%s of %u at 0x%x = 0x%x\" should be",
			    p->f_what, p->f_owner, p->f_where, p->f_value,
			    q->f_what, q->f_owner, q->f_where, q->f_value);
		return (false);
	}
	return (true);
}
