/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_failures_tlb.c: R26, R27, R29 of doc/failures.md: the 386, global pages,
 * CR3.
 */
#include "unit.h"
#include "pmap_private.h"

#define VA	0x50000000u
#define MANY	40u		/* more than a gather holds */

/* What the operations of r26 work on. */
static pmap_t op_pm, op_other;
static uint32_t op_pa, op_pb, op_kva;
static struct pmap op_space;

static void
boot_386(void)
{
	struct host_config c = host_config_default();

	c.hc_invlpg = c.hc_wp = c.hc_pge = false;
	host_boot(&c);
	op_pm = as_new();
	op_other = as_new();
	op_pa = page_new();
	op_pb = page_new();
	op_kva = host_kva(2 * MANY);
}

/*
 * Map and write: MANY pages in a row and n tables with one page each, in op_pm
 * and the kernel; op_pm stays loaded.
 */
static void
fill_386(pmap_t pm, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		DO(pmap_enter(pm, VA + i * PAGE, op_pa, PROT_RW, i & 1));
		CHECK(can_write(pm, VA + i * PAGE, op_pa));
		DO(pmap_enter(kernel_pmap, op_kva + i * PAGE, op_pa, PROT_RW,
		    FALSE));
		CHECK(kernel_can(op_kva + i * PAGE, MMU_WRITE, op_pa));
	}
	for (i = 1; i <= n; i++) {
		DO(pmap_enter(pm, VA + i * SLOT, op_pa, PROT_RW, FALSE));
		CHECK(can_write(pm, VA + i * SLOT, op_pa));
	}
}

static void op_protect(void)
    { pmap_protect(op_pm, VA, VA + PAGE, PROT_R); }
static void op_protect_range(void)
    { pmap_protect(op_pm, VA, VA + 60 * SLOT, PROT_R); }
static void op_remove(void)
    { pmap_remove(op_pm, VA, VA + PAGE); }
static void op_remove_pages(void)
    { pmap_remove(op_pm, VA + PAGE, VA + MANY * PAGE); }
static void op_remove_tables(void)
    { pmap_remove(op_pm, 0, PH_USER_PTMAX); }
static void op_clear_modify(void)
    { pmap_clear_modify(op_pa); }
static void op_clear_reference(void)
    { pmap_clear_reference(op_pa); }
static void op_set_bit(void)
    { pmap_changebit(op_pa, PMAP_NOCACHE, ~0u); }
static void op_page_read(void)
    { pmap_page_protect(op_pa, PROT_R); }
static void op_page_none(void)
    { pmap_page_protect(op_pa, VM_PROT_NONE); }
static void op_enter_other(void)
    { pmap_enter(op_pm, VA, op_pb, PROT_RW, FALSE); }
static void op_enter_rights(void)
    { pmap_enter(op_pm, VA, op_pa, PROT_R, TRUE); }
static void op_enter_none(void)
    { pmap_enter(op_pm, VA, op_pa, VM_PROT_NONE, FALSE); }
static void op_collect(void)
    { pmap_collect(op_pm); }
static void op_kernel_enter(void)
    { pmap_enter(kernel_pmap, op_kva, op_pb, PROT_R, FALSE); }
static void op_kenter(void)
    { pmap_kenter(op_kva, op_pb, PROT_R); }
static void op_kremove(void)
    { pmap_kremove(op_kva, MANY * PAGE); }
static void op_kernel_protect(void)
    { pmap_protect(kernel_pmap, op_kva, op_kva + MANY * PAGE, PROT_R); }
static void op_move(void)
    { pmap_move(op_kva, op_kva + MANY * PAGE, MANY * PAGE); }
static void op_zero(void)
    { pmap_zero_page(op_pb); }
static void op_copy(void)
    { pmap_copy_page(op_pa, op_pb); }
static void op_destroy(void)
    { as_free(op_pm); }
static void op_activate(void)
    { pmap_activate(op_other); }

static const struct {
	const char	*name;
	void		(*fn)(void);
} op_386[] = {
	{ "protect", op_protect }, { "protect a range", op_protect_range },
	{ "remove", op_remove }, { "remove pages", op_remove_pages },
	{ "remove tables", op_remove_tables },
	{ "clear modify", op_clear_modify },
	{ "clear reference", op_clear_reference }, { "set a bit", op_set_bit },
	{ "page protect read", op_page_read },
	{ "page protect none", op_page_none },
	{ "enter another page", op_enter_other },
	{ "enter other rights", op_enter_rights },
	{ "enter no rights", op_enter_none }, { "collect", op_collect },
	{ "kernel enter", op_kernel_enter }, { "kenter", op_kenter },
	{ "kremove", op_kremove }, { "kernel protect", op_kernel_protect },
	{ "move", op_move }, { "zero a page", op_zero },
	{ "copy a page", op_copy }, { "destroy 60 tables", op_destroy },
	{ "activate", op_activate }
};

/*
 * Run an operation on a 386: one load of CR3, and nothing else that flushes.
 */
static void
one_reload(const char *name, void (*fn)(void))
{
	uint64_t reload = mmu_counters.mn_reload;

	fn();
	host_check(name);
	if (mmu_counters.mn_reload != reload + 1)
		unit_fail(__FILE__, __LINE__, "%s: %u loads of CR3", name,
		    (uint32_t)(mmu_counters.mn_reload - reload));
	CHECK_EQ(mmu_counters.mn_invlpg, 0);
	CHECK_EQ(pmap_counters.pc_invlpg, 0);
	CHECK_EQ(audit(), 0);
}

/*
 * The 386 has no INVLPG: each operation that changes what may be cached loads
 * CR3 once, however many pages and tables it takes away.
 */
TEST(r26a__each_operation_on_a_386_is_one_reload)
{
	uint32_t i;

	for (i = 0; i < sizeof(op_386) / sizeof(op_386[0]); i++) {
		boot_386();
		fill_386(op_pm, 60);
		one_reload(op_386[i].name, op_386[i].fn);
		DO(pmap_remove(kernel_pmap, op_kva, op_kva + 2 * MANY * PAGE));
		if (op_386[i].fn != op_destroy)
			as_free(op_pm);
		as_free(op_other);
		DO(pmap_page_protect(op_pa, VM_PROT_NONE));
		page_free(op_pa);
		page_free(op_pb);
	}
}

static void
op_release(void)
{
	pmap_release(&op_space);
}

/*
 * The pages of 60 tables go back to the host: also of a pmap that is not
 * loaded, for the arena showed them.
 */
TEST(r26b__release_on_a_386_is_one_reload)
{
	uint32_t loaded;

	for (loaded = 0; loaded < 2; loaded++) {
		boot_386();
		pmap_pinit(&op_space);
		fill_386(&op_space, 60);
		if (!loaded)
			pmap_activate(op_other);
		one_reload("release", op_release);
		DO(pmap_remove(kernel_pmap, op_kva, op_kva + MANY * PAGE));
		as_free(op_pm);
		as_free(op_other);
		page_free(op_pa);
		page_free(op_pb);
	}
	boot_386();
}

/*
 * An enter that takes a table for its own is two operations at most: one
 * reload for each table taken, none for the entry that was empty.
 */
TEST(r26c__reclaim_on_a_386_is_one_reload)
{
	uint32_t i, reload, reclaim, seen = 0;

	boot_386();
	for (i = 0; i < 20; i++) {
		DO(pmap_enter(op_pm, i * SLOT, op_pa, PROT_RW, FALSE));
		CHECK(can_write(op_pm, i * SLOT, op_pa));
	}
	host_knobs.hk_limit = 0;
	for (i = 20; i < 60; i++) {
		reload = (uint32_t)mmu_counters.mn_reload;
		reclaim = pmap_counters.pc_reclaim;
		DO(pmap_enter(op_pm, i * SLOT, op_pa, PROT_RW, FALSE));
		CHECK_EQ(mmu_counters.mn_reload - reload,
		    pmap_counters.pc_reclaim - reclaim);
		seen += pmap_counters.pc_reclaim - reclaim;
		CHECK(can_write(op_pm, i * SLOT, op_pa));
	}
	CHECK(seen > 10);
	CHECK_EQ(mmu_counters.mn_invlpg, 0);
}

/*
 * Only what the module alone edits is global, and it knows how to flush it.
 */
TEST(r27a__global_pages_are_the_modules_own)
{
	uint32_t va, pte, n = 0, kva = host_kva(2), pa = page_new();
	vm_offset_t sva, eva;

	DO(pmap_enter(kernel_pmap, kva, pa, PROT_RW, TRUE));
	DO(pmap_kenter(kva + PAGE, pa, PROT_RW));
	pmap_virtual_space(&sva, &eva);
	for (va = PH_KERNBASE; va != PH_KERNEND; va += PAGE) {
		pte = pte_of(kernel_pmap, va);
		if ((pte & (MMU_P | MMU_G)) != (MMU_P | MMU_G))
			continue;
		n++;
		CHECK(va < sva);
		CHECK_EQ(pte & MMU_US, 0);
	}
	CHECK(PH_GLOBAL == 0 ? n == 0 : n > 0);
	DO(pmap_remove(kernel_pmap, kva, kva + 2 * PAGE));
}

/*
 * A load of CR3 leaves global entries: the arena's pages that go back to the
 * host must be flushed one by one.  All of them are cached here.
 */
TEST(r27b__global_page_that_goes_is_really_flushed)
{
	pmap_t pm[40];
	uint32_t pa = page_new(), i, j, held = host_record.hr_held;
	const struct mmu_entry *e;

	for (i = 0; i < 40; i++) {
		pm[i] = as_new();
		DO(pmap_enter(pm[i], VA, pa, PROT_RW, FALSE));
	}
	mmu_tlb_fill();
	host_check("a fill");
	CHECK(host_record.hr_held > held + 70);
	for (i = 0; i < 40; i++)
		as_free(pm[i]);
	CHECK(host_record.hr_held < held + 10);
	host_check("destroys");
	for (j = 0; (e = mmu_tlb_get(j)) != NULL; j++)
		CHECK(!ph_frame_free(e->me_pfn));
}

/*
 * hp300: a process went on with the page tables that it had before its exec,
 * or before its parent's vfork returned.
 */
TEST(r29a__exec_in_the_same_struct_loads_the_new_space)
{
	struct pmap vmspace;
	uint32_t a = page_new(), b = page_new(), i;

	for (i = 0; i < 5; i++) {
		pmap_pinit(&vmspace);
		pmap_activate(&vmspace);
		CHECK_EQ(mmu_cpu.mc_cr3, vmspace.pm_pdirpa);
		DO(pmap_enter(&vmspace, VA, a, PROT_RW, FALSE));
		CHECK(can_write(&vmspace, VA, a));
		DO(pmap_release(&vmspace));
		pmap_pinit(&vmspace);
		pmap_activate(&vmspace);
		CHECK_EQ(mmu_cpu.mc_cr3, vmspace.pm_pdirpa);
		CHECK(!can_read(&vmspace, VA, a));
		DO(pmap_enter(&vmspace, VA, b, PROT_R, FALSE));
		CHECK(can_read(&vmspace, VA, b));
		DO(pmap_release(&vmspace));
	}
}

TEST(r29b__vfork_child_that_execs_leaves_the_parents_space)
{
	pmap_t parent = as_new(), child;
	uint32_t a = page_new(), b = page_new();

	DO(pmap_enter(parent, VA, a, PROT_RW, FALSE));
	CHECK(can_write(parent, VA, a));
	DO(pmap_reference(parent));		/* vfork: one space for both */
	pmap_activate(parent);
	child = as_new();			/* exec in the child */
	pmap_activate(child);
	CHECK_EQ(mmu_cpu.mc_cr3, child->pm_pdirpa);
	DO(pmap_destroy(parent));
	CHECK_EQ(mmu_cpu.mc_cr3, child->pm_pdirpa);
	DO(pmap_enter(child, VA, b, PROT_RW, FALSE));
	CHECK(can_write(child, VA, b));
	pmap_activate(parent);			/* and back to the parent */
	CHECK_EQ(mmu_cpu.mc_cr3, parent->pm_pdirpa);
	CHECK(can_read(parent, VA, a));
}

TEST(r29c__release_of_the_loaded_pmap_leaves_cr3)	/* PM3 */
{
	struct pmap pm;
	uint32_t pa = page_new();

	pmap_pinit(&pm);
	DO(pmap_enter(&pm, VA, pa, PROT_RW, FALSE));
	CHECK(can_write(&pm, VA, pa));
	CHECK_EQ(mmu_cpu.mc_cr3, pm.pm_pdirpa);
	DO(pmap_release(&pm));
	CHECK_EQ(mmu_cpu.mc_cr3, kernel_pmap->pm_pdirpa);
	CHECK(mmu_access(VA, MMU_USER, &pa) != MMU_OK);
}
