/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem_step.c: the world of the scenarios, and single steps in it.
 *
 * Each step is done by the module and by both models, and then compared.  An
 * enter is either complete or left unmade: an unwired one only when nothing is
 * left to take, a wired one where the floor forbids it or its process was
 * killed.  An access to what a shortage took is repeated after the mapping was
 * made again, as a fault would.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nomem.h"
#include "pmap_mem.h"		/* the set-up looks at the reserve */

struct nm_world nm_w;
struct nm_record nm_re;
const struct nm_scenario *nm_sc;
struct nm_run nm_rn;

/* What was counted before a call that may allocate. */
struct before {
	struct model	b_have;
	uint32_t	b_shortage;
	uint32_t	b_reclaim;
	uint32_t	b_failed;
	uint32_t	b_waits;	/* of the outermost call */
	uint32_t	b_sleeps;
	uint32_t	b_wakeups;
	uint32_t	b_told;
};

/*
 * A comparison failed: the run ends here.
 */
void
nm_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(host_message, sizeof(host_message), fmt, ap);
	va_end(ap);
	host_trap(HOST_PANIC);
}

static void
place_set(struct model_place *mp, uint32_t va, uint32_t slot, uint32_t kind)
{
	mp->mp_va = va;
	mp->mp_slot = (uint8_t)slot;
	mp->mp_kind = (uint8_t)kind;
}

/*
 * The user places, the same in each machine; see nomem_parse.c.
 */
void
nm_places(void)
{
	static const uint32_t sub[] = { 0, 1, 64, 1023 };
	uint32_t n = 0, s, j;

	for (s = 0; s < NM_FULL_SLOTS; s++)
		for (j = 0; j < 4; j++)
			place_set(&model_user[n++], s * SLOT + sub[j] * PAGE,
			    s, MODEL_USER);
	for (; s < NM_TOP; s++)
		place_set(&model_user[n++], (s * 13 - 48) * SLOT +
		    s * 7 * PAGE, s, MODEL_USER);
	place_set(&model_user[n++], PH_USER_MAX - PAGE, NM_TOP, MODEL_USER);
	place_set(&model_user[n++], PH_USER_PTMAX - PAGE, NM_TOP,
	    MODEL_ABOVE);
	model_nuser = n;
	model_nkva = 8;
	model_npages = NM_PAGES;
}

/*
 * After host_boot: pages, kernel places, nobody alive.
 */
void
nm_world_begin(void)
{
	struct model_page *mg;
	uint32_t i, kva = host_kva(model_nkva - 2);

	memset(&nm_w, 0, sizeof(nm_w));
	for (i = 0; i < model_nkva; i++)
		place_set(&model_kva[i], i < 2 ? host_pager_sva + i * PAGE :
		    kva + (i - 2) * PAGE, 0, i < 2 ? MODEL_PAGER : MODEL_KVA);
	model_init(&nm_w.w_have);
	for (i = 0; i < NM_PAGES; i++) {
		mg = &nm_w.w_have.md_page[i];
		mg->mg_managed = i < NM_MANAGED;
		mg->mg_device = !mg->mg_managed;
		nm_w.w_page[i] = mg->mg_managed ? host_page() :
		    host_device_page(i);
	}
	nm_w.w_want = nm_w.w_have;
	nm_w.w_pm[MODEL_KERNEL] = pmap_kernel();
	nm_w.w_drain = NM_TOP - 1;
}

static uint32_t
place_va(uint32_t p, uint32_t v)
{
	return (model_place(p, v)->mp_va);
}

/* ----- calls that allocate ----- */

static void
call_begin(struct before *b)
{
	b->b_have = nm_w.w_have;
	b->b_shortage = pmap_counters.pc_shortage;
	b->b_reclaim = pmap_counters.pc_reclaim;
	b->b_failed = host_record.hr_failed;
	b->b_waits = nm_re.re_waits;
	b->b_sleeps = host_record.hr_waits;
	b->b_wakeups = host_record.hr_wakeups;
	b->b_told = nm_re.re_told;
}

/*
 * Where a page was not to be had: was the pagedaemon woken, and if there was
 * a table to take, was it taken?
 * => p, slot: the table that was to be spared
 */
static void
call_check(const struct before *b, uint32_t p, uint32_t slot)
{
	if (pmap_counters.pc_shortage == b->b_shortage)
		return;
	if ((nm_sc->sc_flags & NM_FULL) == 0 &&
	    host_record.hr_wakeups == b->b_wakeups)
		nm_fail("a shortage did not wake the pagedaemon");
	if (host_record.hr_waits == b->b_sleeps &&
	    pmap_counters.pc_reclaim == b->b_reclaim &&
	    nm_victim(&b->b_have, p, slot))
		nm_fail("a shortage took no table though there is one");
}

/*
 * The models after an enter.
 */
static void
model_make(struct model *m, uint32_t p, uint32_t v, struct model_map mm)
{
	model_enter(m, p, v, mm.mm_page, MODEL_R | (mm.mm_write ? MODEL_W : 0),
	    mm.mm_wired);
}

/*
 * A wired enter: was it made if it may be, and only then?
 */
static void
wired_check(const struct before *b, uint32_t p, uint32_t v, bool made)
{
	bool may = nm_may_wire(p, v), killed = host_knobs.hk_killed;

	if (made && !may && (PH_WIRED_FAILS || !killed))
		nm_fail("a wired enter was made below the floor");
	if (made && !may && nm_re.re_told == b->b_told)
		nm_fail("the host was not told who pins most");
	if (!made && !PH_WIRED_FAILS)
		nm_fail("a wired enter was left unmade");
	if (!made && may && (!killed || host_record.hr_failed == b->b_failed))
		nm_fail("a wired enter that must be made was left unmade");
}

/*
 * A wired enter was refused: nobody will make it again.
 */
static void
wired_refused(uint32_t p, uint32_t v)
{
	nm_re.re_refused++;
	model_remove(&nm_w.w_have, p, v, v + 1);
	model_remove(&nm_w.w_want, p, v, v + 1);
	nm_sync("refused");
}

/*
 * Enter a page.  => returns false if it was left unmade
 */
bool
nm_make(uint32_t p, uint32_t v, struct model_map mm)
{
	uint32_t slot = model_place(p, v)->mp_slot, unmade;
	struct before b;

	call_begin(&b);
	pmap_enter(nm_w.w_pm[p], place_va(p, v), nm_w.w_page[mm.mm_page],
	    VM_PROT_READ | (mm.mm_write ? VM_PROT_WRITE : 0), mm.mm_wired);
	model_make(&nm_w.w_want, p, v, mm);
	unmade = pmap_counters.pc_deferred - nm_w.w_deferred;
	nm_w.w_deferred = pmap_counters.pc_deferred;
	if (unmade > 1)
		nm_fail("%u enters were left unmade", unmade);
	if (mm.mm_wired)
		wired_check(&b, p, v, unmade == 0);
	if (!mm.mm_wired && nm_re.re_waits - b.b_waits > 1)
		nm_fail("an unwired enter slept %u times",
		    nm_re.re_waits - b.b_waits);
	call_check(&b, p, slot);
	if (unmade == 0) {
		model_make(&nm_w.w_have, p, v, mm);
		return (true);
	}
	if (mm.mm_wired) {
		wired_refused(p, v);
		return (false);
	}
	nm_re.re_deferred++;
	model_remove(&nm_w.w_have, p, v, v + 1);
	nm_sync("left unmade");
	if (host_record.hr_failed == b.b_failed && !nm_arena_full())
		nm_fail("left unmade with memory at hand");
	if (nm_victim(&nm_w.w_have, p, slot))
		nm_fail("left unmade though there is a table to take");
	return (false);
}

static void
do_enter(const struct nm_step *st)
{
	uint32_t p = st->st_pmap, v = st->st_lo;
	struct model_map mm = {
		.mm_page = (uint8_t)st->st_num, .mm_write = !st->st_ro,
		.mm_wired = st->st_wired
	};

	if (nm_make(p, v, mm) || nm_rn.rn_kind != NM_ONE || mm.mm_wired ||
	    (nm_sc->sc_flags & NM_FULL) != 0)
		return;
	nm_re.re_retries++;
	if (!nm_make(p, v, mm))
		nm_fail("a retry with memory at hand was left unmade");
}

static void
do_create(const struct nm_step *st)
{
	uint32_t p = st->st_pmap;
	struct before b;
	pmap_t pm = &nm_w.w_store[p];
	bool may;

	call_begin(&b);
	if (st->st_op == 'n')
		pm = pmap_create(0);
	else if (!pmap_pinit(pm))
		pm = NULL;
	call_check(&b, NM_USERS, 0);
	may = nm_may_pin(1);
	if (pm != NULL && !may && (PH_WIRED_FAILS || !host_knobs.hk_killed))
		nm_fail("a pmap was made below the floor");
	if (pm == NULL && (!PH_WIRED_FAILS || (may && (!host_knobs.hk_killed ||
	    host_record.hr_failed == b.b_failed))))
		nm_fail("a pmap was refused");
	nm_re.re_refused += pm == NULL;
	nm_w.w_refused[p] = pm == NULL;
	nm_w.w_pm[p] = pm;
}

/* ----- other calls ----- */

void
nm_kill(uint32_t p)
{
	pmap_t pm = nm_w.w_pm[p];

	nm_w.w_pm[p] = NULL;
	if (pm == &nm_w.w_store[p])
		pmap_release(pm);
	else
		pmap_destroy(pm);
	model_release(&nm_w.w_have, p);
	model_release(&nm_w.w_want, p);
}

/*
 * Does the floor hold again, when all is given back?
 */
bool
nm_floor_holds(void)
{
	struct pmap *pm = &nm_w.w_store[0];

	if (!pmap_pinit(pm))
		return (false);
	pmap_release(pm);
	return (!pmap_overdrawn);
}

/*
 * As the exit of a process does, short of its pmap.
 */
void
nm_remove_all(uint32_t p)
{
	if (nm_w.w_pm[p] == NULL)
		return;
	pmap_remove(nm_w.w_pm[p], 0, PH_USER_PTMAX);
	model_release(&nm_w.w_have, p);
	model_release(&nm_w.w_want, p);
}

/*
 * Let all allocations succeed.  => the knobs as they were
 */
void
nm_lift(struct host_knobs *old)
{
	*old = host_knobs;
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
}

/*
 * A fault: the mapping that want has is made again, with memory.
 */
static void
fault_in(uint32_t p, uint32_t v)
{
	struct host_knobs old;

	nm_lift(&old);
	nm_re.re_retries++;
	if (!nm_make(p, v, nm_w.w_want.md_map[p][v]))
		nm_fail("a fault with memory at hand was left unmade");
	host_knobs = old;
	nm_sync("a fault");
}

static void
do_access(const struct nm_step *st)
{
	uint32_t p = st->st_pmap, v = st->st_lo, got = 0;
	bool write = st->st_op == 'm', may, able;
	unsigned int want = MMU_USER | (write ? MMU_WRITE : MMU_READ);
	const struct model_map *mm = &nm_w.w_have.md_map[p][v];

	pmap_activate(nm_w.w_pm[p]);
	may = model_access(&nm_w.w_want, p, v, write, true);
	able = mmu_access(place_va(p, v), want, &got) == MMU_OK;
	if (may && !able && mm->mm_page == MODEL_NONE) {
		fault_in(p, v);
		able = mmu_access(place_va(p, v), want, &got) == MMU_OK;
	}
	if (able != may || model_access(&nm_w.w_have, p, v, write, true) != may)
		nm_fail("pmap %u va 0x%x: an access %s", p, place_va(p, v),
		    able ? "must fault" : "faults");
	if (able && (got & MMU_FRAME) != nm_w.w_page[mm->mm_page])
		nm_fail("pmap %u va 0x%x: an access meets page 0x%x", p,
		    place_va(p, v), got & MMU_FRAME);
}

static void
do_range(const struct nm_step *st)
{
	uint32_t p = st->st_pmap, lo = st->st_lo, hi = st->st_hi + 1u;
	uint32_t sva = place_va(p, lo), eva = place_va(p, hi - 1) + PAGE;

	if (st->st_op == 'x') {
		pmap_remove(nm_w.w_pm[p], sva, eva);
		model_remove(&nm_w.w_have, p, lo, hi);
		model_remove(&nm_w.w_want, p, lo, hi);
	} else {
		pmap_protect(nm_w.w_pm[p], sva, eva, VM_PROT_READ);
		model_protect(&nm_w.w_have, p, lo, hi, MODEL_R);
		model_protect(&nm_w.w_want, p, lo, hi, MODEL_R);
	}
}

static void
do_wiring(const struct nm_step *st)
{
	uint32_t p = st->st_pmap, v = st->st_lo;
	bool wired = st->st_op == 'W';

	pmap_change_wiring(nm_w.w_pm[p], place_va(p, v), wired);
	if (wired && !nm_may_wire(p, v))
		return;
	model_change_wiring(&nm_w.w_have, p, v, wired);
	model_change_wiring(&nm_w.w_want, p, v, wired);
}

static void
do_page(const struct nm_step *st)
{
	uint32_t page = st->st_num, pa = nm_w.w_page[page];
	struct model_bits none = { .mb_mod = false }, clear = none;
	uint32_t prot = st->st_op == 'R' ? MODEL_R : 0;

	if (st->st_op == 'N' || st->st_op == 'R') {
		pmap_page_protect(pa, (vm_prot_t)prot);
		model_page_protect(&nm_w.w_have, page, prot);
		model_page_protect(&nm_w.w_want, page, prot);
		return;
	}
	clear.mb_mod = st->st_op == 'M';
	clear.mb_ref = st->st_op == 'F';
	if (clear.mb_mod)
		pmap_clear_modify(pa);
	else
		pmap_clear_reference(pa);
	model_changebit(&nm_w.w_have, page, none, clear);
	model_changebit(&nm_w.w_want, page, none, clear);
}

/*
 * Are all places of the range mapped, at the same time?  So they must be,
 * unless nothing was left to take.
 */
static void
do_look(const struct nm_step *st)
{
	uint32_t v;

	if (nm_re.re_deferred != 0)
		return;
	for (v = st->st_lo; v <= st->st_hi; v++)
		if (nm_w.w_have.md_map[st->st_pmap][v].mm_page == MODEL_NONE)
			nm_fail("pmap %u va 0x%x is not mapped at the same "
			    "time as others", st->st_pmap,
			    place_va(st->st_pmap, v));
}

/* ----- set-ups ----- */

/*
 * Enter page 11 at the next place of the set-up's own, or at p's.
 */
static void
drain(uint32_t p, uint32_t v, bool wired)
{
	struct nm_step st = {
		.st_op = 'e', .st_pmap = (uint8_t)p, .st_lo = (uint8_t)v,
		.st_num = NM_MANAGED - 1, .st_wired = wired
	};

	if (pmap_counters.pc_shortage != 0)
		nm_fail("a shortage in the set-up");
	do_enter(&st);
}

static void
drain_next(void)
{
	if (nm_w.w_drain < NM_FULL_SLOTS)
		nm_fail("the set-up has no slots left");
	drain(3, NM_FULL_SLOTS * 3u + nm_w.w_drain--, true);
}

/*
 * Until so many page tables are ready, and no directory, which would do as
 * well; or until so many slices are free.
 */
static void
do_drain(const struct nm_step *st)
{
	struct host_knobs old = host_knobs;

	if (st->st_op == 'z') {
		host_knobs.hk_limit = 0;
		while (ptp_ready.pl_count > st->st_num ||
		    ptp_dirs.pl_count > 0)
			drain_next();
	} else {
		if (st->st_num == 0)
			drain(3, 0, true);
		while (pv_nfree != (st->st_num == 0 ? 1u : st->st_num))
			drain_next();
		host_knobs.hk_limit = 0;
		if (st->st_num == 0)
			drain(3, 2, true);
	}
	host_knobs = old;
}

/*
 * Until the arena has so few addresses; wired as far as the floor lets them.
 */
static void
do_fill(const struct nm_step *st)
{
	uint32_t slot = 0, p = 1, v;

	while (ptp_free.pl_count > st->st_num) {
		if (slot == NM_TOP) {
			slot = 0;
			p++;
		}
		if (p == 3)
			nm_fail("the arena is too large to fill");
		v = slot < NM_FULL_SLOTS ? slot * 4 : NM_FULL_SLOTS * 3 + slot;
		drain(p, v, st->st_wired && nm_may_wire(p, v));
		slot++;
	}
}

/*
 * Let the arena have so few free addresses, as if it were that small.
 * => before any was given back
 */
static void
do_cut(const struct nm_step *st)
{
	struct ptp *pt = ptp_free.pl_first + (st->st_num - 1u);

	if (ptp_free.pl_count < st->st_num)
		nm_fail("the arena is too small to cut");
	ptp_npages = (uint32_t)(pt + 1 - ptp_table);
	pt->pt_next = NULL;
	ptp_free.pl_last = &pt->pt_next;
	ptp_free.pl_count = st->st_num;
}

static void
do_setup(const struct nm_step *st)
{
	switch (st->st_op) {
	case 'A':
		do_fill(st);
		break;
	case 'C':
		do_cut(st);
		break;
	default:
		do_drain(st);
		break;
	}
}

/*
 * One step, without a comparison.
 */
void
nm_step(const struct nm_step *st)
{
	if (strchr("exprmWUacdk", st->st_op) != NULL &&
	    nm_w.w_pm[st->st_pmap] == NULL) {
		if (nm_w.w_refused[st->st_pmap])
			return;
		nm_fail("the script's pmap %u is not alive", st->st_pmap);
	}
	switch (st->st_op) {
	case 'e':
		do_enter(st);
		break;
	case 'x': case 'p':
		do_range(st);
		break;
	case 'r': case 'm':
		do_access(st);
		break;
	case 'W': case 'U':
		do_wiring(st);
		break;
	case 'a':
		pmap_activate(nm_w.w_pm[st->st_pmap]);
		break;
	case 'c':
		pmap_collect(nm_w.w_pm[st->st_pmap]);
		model_collect(&nm_w.w_have, st->st_pmap);
		model_collect(&nm_w.w_want, st->st_pmap);
		break;
	case 'n': case 'i':
		do_create(st);
		break;
	case 'd':
		nm_kill(st->st_pmap);
		break;
	case 'N': case 'R': case 'M': case 'F':
		do_page(st);
		break;
	case 'z': case 'y': case 'A': case 'C':
		do_setup(st);
		break;
	case 'k':
		do_look(st);
		break;
	case 'K':
		host_knobs.hk_killed = st->st_num != 0;
		break;
	case 'l':
		host_knobs.hk_limit = st->st_num == NM_NONE ? HOST_NO_LIMIT :
		    st->st_num;
		break;
	default:
		nm_fail("no such step: %c", st->st_op);
	}
}
