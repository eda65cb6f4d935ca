/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit_flip.c: each bit of each word that the module stands on, flipped.
 *
 * The audit must not fault or hang on any, and must see each; but for the
 * bits that no invariant speaks of.  These are listed here, with the reason,
 * and counted; of a bit that is said to be never seen the audit must say
 * nothing, so that the list stays true.
 *
 * Entries, links and words that are all alike, of which there are thousands,
 * are sampled by a stride; the test prints how many words and bits there
 * were.
 */
#include "t_audit.h"

#define STRIDE		13u		/* of words that are alike */

enum why {
	SEEN,			/* the audit must see it */
	RIGHTS,			/* rights, cache, marks: the model's */
	NO_RECORD,		/* nothing says what it maps: may be seen */
	KERNEL_COUNT,		/* what is wired in the kernel: nobody's */
	HOST_EDITS,		/* a range where the host edits entries */
	STALE,			/* not used while the page is what it is */
	REFERENCES,		/* the host's own, but for none left */
	SAVED,			/* saved M and U: PV3, the model's */
	UNUSED_BITS,		/* of a frame: for nobody */
	WHYS
};

static const char *const why_names[WHYS] = {
	[SEEN] = "seen", [RIGHTS] = "rights", [NO_RECORD] = "no record",
	[KERNEL_COUNT] = "kernel count", [HOST_EDITS] = "host edits",
	[STALE] = "stale", [REFERENCES] = "references",
	[SAVED] = "saved M, U", [UNUSED_BITS] = "unused"
};

static uint32_t words, bits[WHYS], missed, surplus;

/* ----- one bit ----- */

/*
 * => returns what the audit found, or fails: it came to no end
 */
static unsigned int
audit_try(const uint32_t *word, uint32_t bit)
{
	jmp_buf *old, here;
	volatile unsigned int found = 0;
	enum host_trap trap = HOST_TRY(old, here);

	if (trap == HOST_OK) {
		found = audit();
		host_trap_end(old);
		return (found);
	}
	printf("# bit %u of %p: %.200s\n", bit, (const void *)word,
	    host_message);
	pmap_policy = PMAP_POLICY_PANIC;
	missed++;
	return (1);
}

/*
 * => flush: this kernel address is mapped by the word
 */
static void
flip(uint32_t *word, uint32_t bit, enum why why, const char *what,
    uint32_t flush)
{
	unsigned int found;

	host_log_clear();
	*word ^= 1u << bit;
	if (flush != 0)
		mmu_invlpg(flush);
	found = audit_try(word, bit);
	*word ^= 1u << bit;
	if (flush != 0)
		mmu_invlpg(flush);
	bits[why]++;
	if (why == SEEN ? found == 0 : why != NO_RECORD && found != 0) {
		printf("# %s, bit %u of %p (0x%08x), %s: %s", what, bit,
		    (void *)word, *word, why_names[why],
		    found == 0 ? "not seen\n" : host_log());
		missed += why == SEEN;
		surplus += why != SEEN;
	}
}

/*
 * All bits of a word, for the same reason.
 */
static void
flip_word(void *word, enum why why, const char *what)
{
	uint32_t bit;

	words++;
	for (bit = 0; bit < 32; bit++)
		flip(word, bit, why, what, 0);
}

/*
 * Some bits of a word for one reason, and the rest must be seen.
 */
static void
flip_but(void *word, uint32_t mask, enum why why, const char *what)
{
	uint32_t bit;

	words++;
	for (bit = 0; bit < 32; bit++)
		flip(word, bit, mask >> bit & 1 ? why : SEEN, what, 0);
}

static void
flips_begin(void)
{
	struct host_config c = host_config_default();

	c.hc_frames = 512;
	c.hc_arena = 96;
	c.hc_kva = 1u << 20;
	host_boot(&c);
	words = missed = surplus = 0;
	memset(bits, 0, sizeof(bits));
	audit_world_make();
}

static void
flips_end(const char *name)
{
	uint32_t why, n = 0;

	CHECK_EQ(audit(), 0);
	for (why = 0; why < WHYS; why++)
		n += bits[why];
	printf("# flips of %s: words=%u bits=%u", name, words, n);
	for (why = 0; why < WHYS; why++)
		if (bits[why] != 0)
			printf(" %s=%u", why_names[why], bits[why]);
	printf("\n");
	if (missed + surplus != 0)
		unit_fail(__FILE__, __LINE__, "%u bits missed, %u seen that "
		    "are listed as not", missed, surplus);
}

/* ----- entries ----- */

static bool
in_arena(uint32_t va)
{
	return (va - ptp_arena < ptp_npages * PAGE);
}

/*
 * Why a bit of a valid entry need not be seen.
 */
static enum why
entry_why(const struct ptp *pt, uint32_t va, uint32_t pte, bool tracked,
    uint32_t bit)
{
	uint32_t mask = 1u << bit;
	bool user = pt->pt_state == PTS_USER;

	if (pte == 0 && (user || bit != 0 || in_arena(va) ||
	    va == pmap_window[0] || va == pmap_window[1]))
		return (SEEN);
	if (pte == 0)
		return (NO_RECORD);
	if ((mask & MMU_P) != 0 || (mask & MMU_US && va >= PH_USER_MAX))
		return (SEEN);
	if (mask & MMU_FRAME)
		return (tracked || in_arena(va) || (user &&
		    frame_tag(frame_lookup(pte)) == FR_MANAGED) ? SEEN :
		    NO_RECORD);
	if (mask & PMB_WIRED)
		return (user ? SEEN : KERNEL_COUNT);
	return (RIGHTS);
}

/*
 * Does the audit itself stand on what this kernel address maps?  Then the
 * processor must have it in its TLB to get anywhere.
 */
static bool
footing(uint32_t va)
{
	return (!in_arena(va) ||
	    ptp_of_pte((uint32_t *)va)->pt_state == PTS_KERNEL);
}

static void
flip_entry(const struct ptp *pt, uint32_t i)
{
	uint32_t va = pt->pt_va + i * PAGE, bit;
	uint32_t flush = pt->pt_state == PTS_KERNEL && !footing(va) ? va : 0;
	bool tracked = pv_tracked(pv_slot(pt, i));
	enum why why;

	words++;
	for (bit = 0; bit < 32; bit++) {
		why = pt->pt_state == PTS_KERNEL && ph_host_edits(va) ?
		    HOST_EDITS :
		    entry_why(pt, va, pt->pt_pte[i], tracked, bit);
		flip(&pt->pt_pte[i], bit, why, "entry", flush);
	}
}

TEST(audit_flip__entries)
{
	const struct ptp *pt;
	uint32_t n, i;

	flips_begin();
	for (n = 0; n < ptp_npages; n++) {
		pt = &ptp_table[n];
		if (pt->pt_state != PTS_USER && pt->pt_state != PTS_KERNEL)
			continue;
		for (i = 0; i < 1024; i++)
			if (pt->pt_pte[i] != 0 || i % STRIDE == n % STRIDE)
				flip_entry(pt, i);
	}
	for (pt = ptp_ready.pl_first; pt != NULL; pt = pt->pt_next)
		for (i = 0; i < 1024; i += STRIDE)
			flip_word(&pt->pt_pte[i], SEEN, "ready table");
	flips_end("entries");
}

/* ----- directories ----- */

/*
 * The user's half of any directory, and the kernel's of one that is not
 * loaded.
 */
static void
flip_directory(struct ptp *dir, uint32_t slots)
{
	uint32_t slot, pde, mask;

	for (slot = 0; slot < slots; slot++) {
		pde = dir->pt_pte[slot];
		if (pde == 0 && slot % STRIDE != 0)
			continue;
		if (PH_BOOT_SLOT != 0 && slot == PH_BOOT_SLOT &&
		    dir->pt_pmap == kernel_pmap) {
			flip_but(&dir->pt_pte[slot], ~0u, HOST_EDITS,
			    "the host's slot");
			continue;
		}
		mask = PH_RECURSIVE != 0 ? MMU_A | MMU_D : MMU_A;
		if (PH_RECURSIVE != 0 && slot == PH_RECURSIVE)
			mask = ~(MMU_FRAME | MMU_P | MMU_US);
		else if (pde == 0 && slot < PH_USER_PTMAX >> 22)
			mask = 0;
		flip_but(&dir->pt_pte[slot], mask, RIGHTS, "directory");
	}
}

TEST(audit_flip__directories)
{
	flips_begin();
	flip_directory(aw.aw_dir, PH_USER_PTMAX >> 22);
	flip_directory(aw.aw_odir, 1024);
	flip_directory(ptp_dirs.pl_first, 1024);
	flip_directory(frame_lookup(kernel_pmap->pm_pdirpa)->fr_ptp,
	    PH_USER_PTMAX >> 22);
	flips_end("directories");
}

/* ----- descriptors and pmaps ----- */

static void
flip_pmap(pmap_t pm)
{
	enum why stats = pm == kernel_pmap ? KERNEL_COUNT : SEEN;

	flip_word(&pm->pm_pdir, SEEN, "pm_pdir");
	flip_word(&pm->pm_pdirpa, SEEN, "pm_pdirpa");
	flip_word(&pm->pm_slots, SEEN, "pm_slots");
	flip_but(&pm->pm_count, 0x7ffffffe, REFERENCES, "pm_count");
	flip_word(&pm->pm_stats.resident_count, stats, "resident_count");
	flip_word(&pm->pm_stats.wired_count, stats, "wired_count");
}

/*
 * All but pt_pmap, which the audit trusts: it is where the pmap lives.
 */
static void
flip_descriptor(struct ptp *pt)
{
	bool table = pt->pt_state == PTS_USER || pt->pt_state == PTS_KERNEL;
	bool ready = pt->pt_state == PTS_READY;
	enum why counts = pt->pt_state == PTS_USER ? SEEN :
	    pt->pt_state == PTS_KERNEL ? KERNEL_COUNT : STALE;
	uint32_t i;

	flip_word(&pt->pt_va, table ? SEEN : STALE, "pt_va");
	flip_word(&pt->pt_pte, SEEN, "pt_pte");
	flip_word(&pt->pt_pa, pt->pt_state != PTS_FREE ? SEEN : STALE,
	    "pt_pa");
	flip_word(&pt->pt_valid, counts, "pt_valid, pt_wired");
	flip_but(&pt->pt_managed, counts == SEEN ? 0 : 0xffff, counts,
	    "pt_managed, pt_state");
	flip_word(&pt->pt_next, pt->pt_pprev != NULL ? SEEN : STALE,
	    "pt_next");
	flip_word(&pt->pt_pprev, SEEN, "pt_pprev");
	for (i = pt->pt_state == PTS_DIR ? 6 : 0; i < PV_NSLICE; i++)
		flip_word(&pt->pt_slice[i], table || ready ? SEEN : STALE,
		    "pt_slice");
}

TEST(audit_flip__descriptors)
{
	uint32_t n;

	flips_begin();
	flip_pmap(aw.aw_pm);
	flip_pmap(aw.aw_other);
	flip_pmap(kernel_pmap);
	for (n = 0; n < ptp_npages; n++)
		if (ptp_table[n].pt_state != PTS_FREE ||
		    n % STRIDE == 0 || n + 1 == ptp_npages)
			flip_descriptor(&ptp_table[n]);
	flips_end("descriptors");
}

/* ----- links ----- */

static void
flip_slice(struct pv_slice *ps)
{
	bool listed = *owner_of(ps) == 0;
	struct pv_link *pv;
	uint32_t i;

	flip_word(owner_of(ps), SEEN, "owner");
	for (i = 0; i < PV_NLINK; i++) {
		pv = &ps->ps_link[i];
		if (pv->pv_pprev == NULL && i % 16 != 3)
			continue;
		flip_word(&pv->pv_pprev, SEEN, listed ? "pv_pprev, free" :
		    "pv_pprev");
		flip_word(&pv->pv_next, pv->pv_pprev != NULL ? SEEN : STALE,
		    listed ? "pv_next, free" : "pv_next");
	}
}

TEST(audit_flip__links)
{
	struct pv_slice *ps;
	uint32_t n, i;

	flips_begin();
	for (n = 0; n < ptp_npages; n++) {
		ps = (struct pv_slice *)ptp_table[n].pt_pte;
		if (ptp_table[n].pt_state != PTS_SLICES)
			flip_word(owner_of(&ps[n % 8]), SEEN, "no owner");
		else
			for (i = 0; i < PV_PERPAGE; i++)
				flip_slice(&ps[i]);
	}
	flips_end("links");
}

/* ----- frames, lists and totals ----- */

static void
flip_frame(struct frame *fr)
{
	uint32_t tag = fr->fr_info & FR_TAG, bit;
	enum why why;

	words++;
	for (bit = 0; bit < 32; bit++) {
		why = bit < 3 ? SEEN : bit == 5 || bit == 6 ? SAVED :
		    bit < FR_COUNTSHIFT || tag != FR_MANAGED ? UNUSED_BITS :
		    SEEN;
		flip(&fr->fr_info, bit, why, "fr_info", 0);
	}
	flip_word(&fr->fr_first, tag == FR_FOREIGN ? STALE : SEEN,
	    "fr_first");
}

TEST(audit_flip__frames)
{
	uint32_t n;
	struct frame *fr;

	flips_begin();
	for (n = 0; n < frame_count; n++) {
		fr = &frame_table[n];
		if ((fr->fr_info & FR_TAG) > FR_MANAGED ||
		    fr->fr_info >= FR_ONE || n % STRIDE == 1 ||
		    n == 0 || n + 1 == frame_count)
			flip_frame(fr);
	}
	flips_end("frames");
}

TEST(audit_flip__lists_and_totals)
{
	struct ptp_list *pl[4];
	uint32_t i;

	flips_begin();
	pl[0] = &ptp_free;
	pl[1] = &ptp_ready;
	pl[2] = &ptp_dirs;
	pl[3] = &ptp_victims;
	for (i = 0; i < 4; i++) {
		flip_word(&pl[i]->pl_first, SEEN, "pl_first");
		flip_word(&pl[i]->pl_last, SEEN, "pl_last");
		flip_word(&pl[i]->pl_count, SEEN, "pl_count");
	}
	flip_word(&ptp_inuse, SEEN, "ptp_inuse");
	flip_word(&pv_nfree, SEEN, "pv_nfree");
	flip_word(&pv_nslices, SEEN, "pv_nslices");
	flip_word(&pv_nlinks, SEEN, "pv_nlinks");
	flip_but(&mmu_cpu.mc_cr3, 0xfff, RIGHTS, "CR3");
	flips_end("lists and totals");
}
