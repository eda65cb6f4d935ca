/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_audit.h: tables of damage, and what the audit must say of each.
 *
 * A row breaks one thing in a healthy world, by POKE, and says with want()
 * and its kin every line that the audit must print: the id and the values.
 * No other line may come.  Then what was poked is put back, and the audit
 * must be clean again.
 *
 *	static void
 *	pv2_one_too_many(void)
 *	{
 *		POKE(frame_lookup(aw.page)->fr_info, ...);
 *		want_count("PV2", NULL, 0, 0, managed(aw.page, 5),
 *		    "mappings", 5, 4);
 *	}
 *
 * "what" of a page is written as the report has it, by hand and not by the
 * module's own words.
 */
#ifndef _PMAP386_TESTS_T_AUDIT_H_
#define _PMAP386_TESTS_T_AUDIT_H_

#include "unit.h"
#include "pmap_audit.h"

#define VA	0x0a000000u

/*
 * The healthy world.  The page is mapped at <pm, VA>, <pm, STACK_TOP>,
 * <other, VA> and <kernel, kva>, and its list is the reverse of that; second
 * at <pm, VA + PAGE>, wired, and <pm, VA + SLOT>; a device at <other, VA +
 * 2 * PAGE>.  pm is loaded.
 */
struct audit_world {
	pmap_t		aw_pm;
	pmap_t		aw_other;
	uint32_t	aw_page;
	uint32_t	aw_second;
	uint32_t	aw_free;	/* a page that nobody has */
	uint32_t	aw_kva;		/* page; then second, not tracked */
	struct ptp	*aw_pt;		/* of <pm, VA>: not on the queue */
	struct ptp	*aw_pt2;	/* of <pm, VA + SLOT> */
	struct ptp	*aw_top;	/* of <pm, STACK_TOP> */
	struct ptp	*aw_opt;	/* of <other, VA> */
	struct ptp	*aw_dir;	/* the directory of pm */
	struct ptp	*aw_odir;	/* that of other */
};
extern struct audit_world aw;

struct audit_row {
	const char	*ar_name;
	void		(*ar_break)(void);
	void		(*ar_mend)(void);	/* what POKE cannot put back */
};

void	audit_world_make(void);
void	audit_poke(void *, uint32_t size, uint32_t value);
#define POKE(lvalue, value)						\
	audit_poke((void *)&(lvalue), sizeof(lvalue), (uint32_t)(value))

/* The lines that must come. */
void	want(const char *id, const struct pmap *, uint32_t va, uint32_t pte,
	    const char *what);
void	want_link(const char *id, const struct pmap *, uint32_t va,
	    uint32_t pte, const char *what, uint32_t link);
void	want_count(const char *id, const struct pmap *, uint32_t va,
	    uint32_t pte, const char *what, const char *name, uint32_t is,
	    uint32_t counted);
void	want_sum(const char *id, const char *name, uint32_t is,
	    uint32_t counted);
void	want_list(const char *name);
void	want_line(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));

/* What stands behind "page", for a page of each kind. */
const char *managed(uint32_t pa, unsigned int mappings);
const char *table(uint32_t pa, const struct pmap *, uint32_t va);
const char *directory(uint32_t pa, const struct pmap *);
const char *other_page(uint32_t pa, const char *what);

/* The healthy world's words. */
struct pv_link *link_of(const struct ptp *, uint32_t va);
uint32_t *entry_of(const struct ptp *, uint32_t va);
uint32_t entry_in(const struct pmap *, uint32_t va);	/* the PDE */
uint32_t *owner_of(const void *slice);
struct pv_slice *slice_free(void);

/* Run the rows of one invariant; fail with the names of those that did. */
void	audit_rows(const char *id, const struct audit_row *, uint32_t n);
#define AUDIT_ROWS(id, rows)						\
	audit_rows(id, rows, sizeof(rows) / sizeof((rows)[0]))

#endif /* _PMAP386_TESTS_T_AUDIT_H_ */
