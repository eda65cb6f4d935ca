/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit.c: the healthy world, and the machine that runs a table of damage.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "t_audit.h"

#define MAX_POKES	32u
#define MAX_LINES	16u		/* what the audit prints at most */
#define LINE		240u

struct poke {
	uint8_t		*po_at;
	uint32_t	 po_size;
	uint8_t		 po_was[4];
};

struct audit_world aw;

static struct poke pokes[MAX_POKES];
static uint32_t npokes;
static char wanted[MAX_LINES][LINE];
static uint32_t nwanted;

/*
 * Two pmaps and the kernel's, pages shared and not, wired and not; and a
 * third pmap that was, so that the module keeps page tables ready and a
 * directory.
 */
void
audit_world_make(void)
{
	pmap_t gone = as_new();
	uint32_t i;

	aw.aw_pm = as_new();
	aw.aw_other = as_new();
	aw.aw_page = page_new();
	aw.aw_second = page_new();
	aw.aw_kva = host_kva(3);
	for (i = 0; i < 3; i++)
		DO(pmap_enter(gone, i * SLOT, host_device_page(i), PROT_R,
		    FALSE));
	DO(pmap_enter(aw.aw_pm, VA, aw.aw_page, PROT_RW, FALSE));
	DO(pmap_enter(aw.aw_pm, STACK_TOP, aw.aw_page, PROT_RW, FALSE));
	DO(pmap_enter(aw.aw_other, VA, aw.aw_page, PROT_RW, FALSE));
	DO(pmap_enter(kernel_pmap, aw.aw_kva, aw.aw_page, PROT_RW, FALSE));
	DO(pmap_enter(aw.aw_pm, VA + PAGE, aw.aw_second, PROT_R, TRUE));
	DO(pmap_enter(aw.aw_pm, VA + SLOT, aw.aw_second, PROT_RW, FALSE));
	DO(pmap_enter(aw.aw_other, VA + 2 * PAGE, host_device_page(0), PROT_RW,
	    FALSE));
	DO(pmap_kenter(aw.aw_kva + PAGE, aw.aw_second, PROT_RW));
	DO(as_free(gone));
	CHECK(can_write(aw.aw_other, VA, aw.aw_page));
	CHECK(can_write(aw.aw_pm, VA, aw.aw_page));
	aw.aw_free = host_page();
	host_page_put(aw.aw_free);
	aw.aw_pt = ptp_lookup(aw.aw_pm, VA);
	aw.aw_pt2 = ptp_lookup(aw.aw_pm, VA + SLOT);
	aw.aw_top = ptp_lookup(aw.aw_pm, STACK_TOP);
	aw.aw_opt = ptp_lookup(aw.aw_other, VA);
	aw.aw_dir = frame_lookup(aw.aw_pm->pm_pdirpa)->fr_ptp;
	aw.aw_odir = frame_lookup(aw.aw_other->pm_pdirpa)->fr_ptp;
	CHECK(ptp_ready.pl_count >= 2 && ptp_dirs.pl_count >= 1);
	CHECK_EQ(audit(), 0);
	host_log_clear();
}

/* ----- damage ----- */

void
audit_poke(void *at, uint32_t size, uint32_t value)
{
	struct poke *po = &pokes[npokes++];

	if (npokes == MAX_POKES)
		unit_fail(__FILE__, __LINE__, "too many pokes");
	po->po_at = at;
	po->po_size = size;
	memcpy(po->po_was, at, size);
	memcpy(at, &value, size);
}

static void
pokes_undo(void)
{
	while (npokes > 0) {
		npokes--;
		memcpy(pokes[npokes].po_at, pokes[npokes].po_was,
		    pokes[npokes].po_size);
	}
}

struct pv_link *
link_of(const struct ptp *pt, uint32_t va)
{
	return (pv_slot(pt, va >> 12 & 1023));
}

uint32_t *
entry_of(const struct ptp *pt, uint32_t va)
{
	return (&pt->pt_pte[va >> 12 & 1023]);
}

uint32_t
entry_in(const struct pmap *pm, uint32_t va)
{
	return (pm->pm_pdir[va >> 22]);
}

uint32_t *
owner_of(const void *slice)
{
	return ((uint32_t *)pv_owner + ((uint32_t)slice >> 9));
}

/*
 * A slice on the free list.
 */
struct pv_slice *
slice_free(void)
{
	uint32_t i, k;
	struct pv_slice *ps;

	for (i = 0; i < ptp_npages; i++) {
		if (ptp_table[i].pt_state != PTS_SLICES)
			continue;
		ps = (struct pv_slice *)ptp_table[i].pt_pte;
		for (k = 0; k < PV_PERPAGE; k++)
			if (*owner_of(&ps[k]) == 0)
				return (&ps[k]);
	}
	unit_fail(__FILE__, __LINE__, "no free slice");
}

/* ----- what must be said ----- */

void
want_line(const char *fmt, ...)
{
	va_list ap;

	if (nwanted == MAX_LINES)
		unit_fail(__FILE__, __LINE__, "too many lines");
	va_start(ap, fmt);
	vsnprintf(wanted[nwanted++], LINE, fmt, ap);
	va_end(ap);
}

void
want(const char *id, const struct pmap *pm, uint32_t va, uint32_t pte,
    const char *what)
{
	want_line("pmap: %s broken: pmap %p va 0x%08x pte 0x%08x page %s", id,
	    (const void *)pm, va, pte, what);
}

void
want_link(const char *id, const struct pmap *pm, uint32_t va, uint32_t pte,
    const char *what, uint32_t link)
{
	want_line("pmap: %s broken: pmap %p va 0x%08x pte 0x%08x page %s: "
	    "link %p", id, (const void *)pm, va, pte, what, (void *)link);
}

void
want_count(const char *id, const struct pmap *pm, uint32_t va, uint32_t pte,
    const char *what, const char *name, uint32_t is, uint32_t counted)
{
	want_line("pmap: %s broken: pmap %p va 0x%08x pte 0x%08x page %s: "
	    "%s %u, counted %u", id, (const void *)pm, va, pte, what, name,
	    is, counted);
}

void
want_sum(const char *id, const char *name, uint32_t is, uint32_t counted)
{
	want_line("pmap: %s broken: %s %u, counted %u", id, name, is, counted);
}

void
want_list(const char *name)
{
	want_line("pmap: PM2 broken: list of %s is damaged", name);
}

/*
 * One of a few buffers, in turn.
 */
static char *
text(void)
{
	static char texts[8][100];
	static uint32_t next;

	return (texts[next++ % 8]);
}

const char *
managed(uint32_t pa, unsigned int mappings)
{
	char *t = text();

	snprintf(t, 100, "0x%08x (managed, %u mappings)", pa & MMU_FRAME,
	    mappings);
	return (t);
}

const char *
table(uint32_t pa, const struct pmap *pm, uint32_t va)
{
	char *t = text();

	snprintf(t, 100, "0x%08x (page table, owner %p va 0x%08x)",
	    pa & MMU_FRAME, (const void *)pm, va);
	return (t);
}

const char *
directory(uint32_t pa, const struct pmap *pm)
{
	char *t = text();

	snprintf(t, 100, "0x%08x (directory, owner %p va 0x00000000)",
	    pa & MMU_FRAME, (const void *)pm);
	return (t);
}

const char *
other_page(uint32_t pa, const char *what)
{
	char *t = text();

	snprintf(t, 100, "0x%08x (%s)", pa & MMU_FRAME, what);
	return (t);
}

/* ----- the run ----- */

/*
 * Take a line out of what is wanted.  => false if nobody wants it
 */
static bool
line_take(const char *line, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < nwanted; i++)
		if (strlen(wanted[i]) == len &&
		    memcmp(wanted[i], line, len) == 0) {
			memmove(wanted[i], wanted[--nwanted], LINE);
			return (true);
		}
	return (false);
}

/*
 * Compare what the audit printed with what is wanted, in any order.
 */
static bool
lines_agree(const char *id, const char *name)
{
	const char *line, *end;
	bool ok = true;
	uint32_t i;

	for (line = host_log(); *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		if (end == NULL)
			break;
		if (line_take(line, (uint32_t)(end - line)))
			continue;
		printf("# %s %s: unexpected: %.*s\n", id, name,
		    (int)(end - line), line);
		ok = false;
	}
	for (i = 0; i < nwanted; i++) {
		printf("# %s %s: missing: %s\n", id, name, wanted[i]);
		ok = false;
	}
	return (ok);
}

/*
 * Break, audit, compare, mend, audit.
 */
static bool
row_run(const char *id, const struct audit_row *row)
{
	char head[40];
	bool named = false, ok;
	uint32_t i, n;

	nwanted = 0;
	row->ar_break();
	snprintf(head, sizeof(head), "pmap: %s broken: ", id);
	for (i = 0; i < nwanted; i++)
		named |= strncmp(wanted[i], head, strlen(head)) == 0;
	n = nwanted;
	host_log_clear();
	ok = audit() == n && named;
	ok = lines_agree(id, row->ar_name) && ok;
	pokes_undo();
	if (row->ar_mend != NULL)
		row->ar_mend();
	host_log_clear();
	if (audit() == 0)
		return (ok);
	printf("# %s %s: not mended: %.300s", id, row->ar_name, host_log());
	return (false);
}

void
audit_rows(const char *id, const struct audit_row *row, uint32_t n)
{
	char names[300] = "";
	uint32_t i, failed = 0;
	size_t len;

	audit_world_make();
	for (i = 0; i < n; i++) {
		if (row_run(id, &row[i]))
			continue;
		failed++;
		len = strlen(names);
		snprintf(names + len, sizeof(names) - len, " %s",
		    row[i].ar_name);
	}
	printf("# %s: %u rows\n", id, n);
	if (failed != 0)
		unit_fail(__FILE__, __LINE__, "%u of %u rows:%s", failed, n,
		    names);
}
