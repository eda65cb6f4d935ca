/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_frames.c: damage to what entries may map, to the kernel's entries
 * and to the arena: PT4, PT5, PT6, PT8 and PT9.
 */
#include "t_audit.h"

#define PTE_RW		(MMU_P | MMU_RW | MMU_US)
#define DEVICE		(VA + 2 * PAGE)		/* of other */
#define IMAGE		0x100000u		/* of the kernel */

static struct ptp *
slices_page(void)
{
	return (ptp_of_pte((uint32_t *)aw.aw_pt->pt_slice[0]));
}

/* ----- PT4: what nobody may map ----- */

/*
 * The entry of the device, not tracked, maps this instead.
 */
static void
pt4_user(uint32_t pa, const char *what)
{
	POKE(*entry_of(aw.aw_opt, DEVICE), pa | PTE_RW);
	want("PT4", aw.aw_other, DEVICE, pa | PTE_RW, what);
}

static void
pt4_page_table(void)
{
	pt4_user(aw.aw_pt->pt_pa, table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pt4_own_page_table(void)
{
	pt4_user(aw.aw_opt->pt_pa, table(aw.aw_opt->pt_pa, aw.aw_other, VA));
}

static void
pt4_ready_table(void)
{
	struct ptp *pt = ptp_ready.pl_first;

	pt4_user(pt->pt_pa, table(pt->pt_pa, NULL, pt->pt_va));
}

static void
pt4_directory(void)
{
	pt4_user(aw.aw_dir->pt_pa, directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pt4_slices(void)
{
	pt4_user(slices_page()->pt_pa,
	    other_page(slices_page()->pt_pa, "slices"));
}

static void
pt4_kernel_image(void)
{
	pt4_user(IMAGE, other_page(IMAGE, "foreign"));
}

static void
pt4_frame_table(void)
{
	uint32_t pa = *kernel_pte((uint32_t)frame_table) & MMU_FRAME;

	pt4_user(pa, other_page(pa, "foreign"));
}

/*
 * It is managed, so it ought to have a link as well.
 */
static void
pt4_free_page(void)
{
	pt4_user(aw.aw_free, managed(aw.aw_free, 0));
	want("PV1", aw.aw_other, DEVICE, aw.aw_free | PTE_RW,
	    managed(aw.aw_free, 0));
}

/*
 * The VM frees a page that is still mapped.
 */
static void
pt4_tracked_free_page(void)
{
	DO(pmap_enter(aw.aw_other, DEVICE + PAGE, aw.aw_free, PROT_R, FALSE));
	want("PT4", aw.aw_other, DEVICE + PAGE,
	    *entry_of(aw.aw_opt, DEVICE + PAGE), managed(aw.aw_free, 1));
}

static void
pt4_kernel_free_page(void)
{
	DO(pmap_enter(kernel_pmap, aw.aw_kva + 2 * PAGE, aw.aw_free, PROT_R,
	    FALSE));
	want("PT4", kernel_pmap, aw.aw_kva + 2 * PAGE,
	    *kernel_pte(aw.aw_kva + 2 * PAGE), managed(aw.aw_free, 1));
}

static void
pt4_mend(void)
{
	DO(pmap_page_protect(aw.aw_free, VM_PROT_NONE));
}

static void
pt4_kernel(uint32_t pa, const char *what)
{
	POKE(*kernel_pte(aw.aw_kva + 2 * PAGE), pa | MMU_P);
	want("PT4", kernel_pmap, aw.aw_kva + 2 * PAGE, pa | MMU_P, what);
}

static void
pt4_kernel_page_table(void)
{
	pt4_kernel(aw.aw_pt->pt_pa, table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pt4_kernel_directory(void)
{
	pt4_kernel(aw.aw_dir->pt_pa, directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pt4_kernel_slices(void)
{
	pt4_kernel(slices_page()->pt_pa,
	    other_page(slices_page()->pt_pa, "slices"));
}

static void
pt4_window(uint32_t n)
{
	uint32_t pte = aw.aw_page | MMU_P | MMU_RW;

	POKE(*kernel_pte(pmap_window[n]), pte);
	want("PT4", kernel_pmap, pmap_window[n], pte, managed(aw.aw_page, 4));
}

static void
pt4_first_window(void)
{
	pt4_window(0);
}

static void
pt4_second_window(void)
{
	pt4_window(1);
}

TEST(audit__pt4_forbidden_frames)
{
	static const struct audit_row rows[] = {
		{ "page table", pt4_page_table, NULL },
		{ "own page table", pt4_own_page_table, NULL },
		{ "ready table", pt4_ready_table, NULL },
		{ "directory", pt4_directory, NULL },
		{ "slices", pt4_slices, NULL },
		{ "kernel image", pt4_kernel_image, NULL },
		{ "frame table", pt4_frame_table, NULL },
		{ "free page", pt4_free_page, NULL },
		{ "tracked free page", pt4_tracked_free_page, pt4_mend },
		{ "kernel, free page", pt4_kernel_free_page, pt4_mend },
		{ "kernel, page table", pt4_kernel_page_table, NULL },
		{ "kernel, directory", pt4_kernel_directory, NULL },
		{ "kernel, slices", pt4_kernel_slices, NULL },
		{ "first window", pt4_first_window, NULL },
		{ "second window", pt4_second_window, NULL },
	};

	AUDIT_ROWS("PT4", rows);
}

/* ----- PT5: the kernel's directory entries ----- */

/*
 * An entry of other's, which is not loaded.
 */
static void
pt5_entry(uint32_t va, uint32_t pde, const char *what)
{
	POKE(*host_pde(aw.aw_other, va), pde);
	want("PT5", aw.aw_other, va, pde, what);
}

static const char *
image_table(void)
{
	return (table(ptp_table[0].pt_pa, kernel_pmap, PH_KERNBASE));
}

static void
pt5_user_right(void)
{
	pt5_entry(PH_KERNBASE, entry_in(kernel_pmap, PH_KERNBASE) ^ MMU_US,
	    image_table());
}

static void
pt5_no_write(void)
{
	pt5_entry(PH_KERNBASE, entry_in(kernel_pmap, PH_KERNBASE) ^ MMU_RW,
	    image_table());
}

static void
pt5_absent(void)
{
	pt5_entry(PH_KERNBASE, 0, managed(0, 0));
}

static void
pt5_another_table(void)
{
	pt5_entry(PH_KERNBASE, aw.aw_pt->pt_pa | MMU_P | MMU_RW,
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

static void
pt5_added(void)
{
	pt5_entry(PH_KERNBASE + 20 * SLOT, aw.aw_page | MMU_P,
	    managed(aw.aw_page, 4));
}

static void
pt5_above_the_kernel(void)
{
	pt5_entry(PH_KERNEND + 20 * SLOT, aw.aw_page | MMU_P,
	    managed(aw.aw_page, 4));
}

/*
 * All others must be as the kernel's: so they are wrong, and it has a slot
 * that pm_slots does not know.
 */
static void
pt5_kernels_own(void)
{
	uint32_t va = PH_KERNBASE + 100 * SLOT;
	uint32_t slots = kernel_pmap->pm_slots;
	const struct ptp *pt;

	POKE(*host_pde(kernel_pmap, va), aw.aw_page | MMU_P);
	want("PT5", aw.aw_pm, va, 0, managed(0, 0));
	want("PT5", aw.aw_other, va, 0, managed(0, 0));
	for (pt = ptp_dirs.pl_first; pt != NULL; pt = pt->pt_next)
		want("PT5", NULL, va, 0, managed(0, 0));
	want_count("PT1", kernel_pmap, 0, 0,
	    directory(kernel_pmap->pm_pdirpa, kernel_pmap), "slots", slots,
	    slots | 1u << (va >> 27));
}

/*
 * The slot below the kernel: empty, or the one that maps the directory.
 */
static void
pt5_below_the_kernel(void)
{
	pt5_entry(PH_USER_PTMAX, aw.aw_page | MMU_P, managed(aw.aw_page, 4));
}

static void
pt5_recursive_of_another(void)
{
	pt5_entry(PH_USER_PTMAX, aw.aw_dir->pt_pa | MMU_P | MMU_RW,
	    directory(aw.aw_dir->pt_pa, aw.aw_pm));
}

static void
pt5_recursive_for_users(void)
{
	pt5_entry(PH_USER_PTMAX, aw.aw_odir->pt_pa | PTE_RW,
	    directory(aw.aw_odir->pt_pa, aw.aw_other));
}

TEST(audit__pt5_kernel_entries_are_the_same)
{
	static const struct audit_row rows[] = {
		{ "user right", pt5_user_right, NULL },
		{ "no write", pt5_no_write, NULL },
		{ "absent", pt5_absent, NULL },
		{ "another table", pt5_another_table, NULL },
		{ "added", pt5_added, NULL },
		{ "above the kernel", pt5_above_the_kernel, NULL },
		{ "kernel's own", pt5_kernels_own, NULL },
		{ "below the kernel", pt5_below_the_kernel, NULL },
		{ "recursive, of another", pt5_recursive_of_another, NULL },
		{ "recursive, for users", pt5_recursive_for_users, NULL },
	};

	AUDIT_ROWS("PT5", rows);
	*host_pde(aw.aw_other, PH_KERNBASE) ^= MMU_A;
	CHECK_EQ(audit(), 0);
}

/* ----- PT8: what is invalid is zero ----- */

static void
pt8_entry(uint32_t va, uint32_t pte, const char *what)
{
	POKE(*entry_of(aw.aw_pt, va), pte);
	want("PT8", aw.aw_pm, va, pte, what);
}

static void
pt8_frame(void)
{
	pt8_entry(VA + 500 * PAGE, aw.aw_second, managed(aw.aw_second, 2));
}

static void
pt8_wired_bit(void)
{
	pt8_entry(VA + 1023 * PAGE, PMB_WIRED, managed(0, 0));
}

static void
pt8_marks(void)
{
	pt8_entry(VA + 3 * PAGE, MMU_A | MMU_D, managed(0, 0));
}

static void
pt8_kernel_entry(void)
{
	POKE(*kernel_pte(aw.aw_kva + 2 * PAGE), MMU_RW);
	want("PT8", kernel_pmap, aw.aw_kva + 2 * PAGE, MMU_RW, managed(0, 0));
}

static void
pt8_ready(uint32_t i, uint32_t value)
{
	struct ptp *pt = ptp_ready.pl_first;

	POKE(pt->pt_pte[i], value);
	want("PT8", kernel_pmap, (uint32_t)&pt->pt_pte[i], value,
	    table(pt->pt_pa, NULL, pt->pt_va));
}

static void
pt8_ready_table(void)
{
	pt8_ready(0, 0x1000);
}

static void
pt8_ready_table_valid(void)
{
	pt8_ready(1023, aw.aw_page | PTE_RW);
}

TEST(audit__pt8_invalid_is_zero)
{
	static const struct audit_row rows[] = {
		{ "frame", pt8_frame, NULL },
		{ "wired bit", pt8_wired_bit, NULL },
		{ "marks", pt8_marks, NULL },
		{ "kernel entry", pt8_kernel_entry, NULL },
		{ "ready table", pt8_ready_table, NULL },
		{ "ready table, valid", pt8_ready_table_valid, NULL },
	};

	AUDIT_ROWS("PT8", rows);
}

/* ----- PT9: no user right above the user's space ----- */

static void
pt9_entry(const struct pmap *pm, uint32_t va, uint32_t *pte, const char *what)
{
	POKE(*pte, *pte | MMU_US);
	want("PT9", pm, va, *pte, what);
}

static void
pt9_kenter(void)
{
	pt9_entry(kernel_pmap, aw.aw_kva + PAGE, kernel_pte(aw.aw_kva + PAGE),
	    managed(aw.aw_second, 2));
}

static void
pt9_tracked(void)
{
	pt9_entry(kernel_pmap, aw.aw_kva, kernel_pte(aw.aw_kva),
	    managed(aw.aw_page, 4));
}

static void
pt9_image(void)
{
	pt9_entry(kernel_pmap, PH_KERNBASE + IMAGE,
	    kernel_pte(PH_KERNBASE + IMAGE), other_page(IMAGE, "foreign"));
}

static void
pt9_arena(void)
{
	uint32_t va = (uint32_t)aw.aw_pt->pt_pte;

	pt9_entry(kernel_pmap, va, kernel_pte(va),
	    table(aw.aw_pt->pt_pa, aw.aw_pm, VA));
}

/*
 * Above the user's last address, in a page table that is his.
 */
static void
pt9_top_of_a_user_table(void)
{
	DO(pmap_enter(aw.aw_pm, PH_USER_MAX, aw.aw_second, PROT_R, FALSE));
	pt9_entry(aw.aw_pm, PH_USER_MAX, entry_of(aw.aw_top, PH_USER_MAX),
	    managed(aw.aw_second, 3));
}

static void
pt9_mend(void)
{
	DO(pmap_remove(aw.aw_pm, PH_USER_MAX, PH_USER_MAX + PAGE));
}

TEST(audit__pt9_no_user_right_above)
{
	static const struct audit_row rows[] = {
		{ "kenter", pt9_kenter, NULL },
		{ "tracked", pt9_tracked, NULL },
		{ "image", pt9_image, NULL },
		{ "arena", pt9_arena, NULL },
		{ "top of a user table", pt9_top_of_a_user_table, pt9_mend },
	};

	AUDIT_ROWS("PT9", rows);
}
