/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_audit.h: what the two halves of the audit share.
 */
#ifndef _PMAP_AUDIT_H_
#define _PMAP_AUDIT_H_

#include "pmap_mem.h"

struct audit {
	struct pmap_audit au_out;
	const struct pmap *const *au_part;	/* of these alone; NULL: all */
	uint32_t	au_nparts;
	const struct pmap *au_pmap;	/* where the audit is, for a report: */
	vm_offset_t	au_va;
	uint32_t	au_pte;		/* the entry in question */
	uint32_t	au_pa;		/* the page that it is about */
	uint32_t	au_tracked;	/* entries with a link */
	uint32_t	au_slices;	/* slices that page tables hold */
	uint32_t	au_queued;	/* user page tables on a list */
	const uint32_t	*au_kdir;	/* the kernel's directory, or NULL */
	uint32_t	au_kfirst;	/* its first entry */
	uint32_t	au_kend;	/* and the slot after its last one */
	uint32_t	au_state[PTS_SLICES + 1];	/* pages by state */
	bool		au_blind;	/* damage hid a part: no sums */
};

/* pmap_audit.c: a part of the audit, for tests that make many. */
int	pmap_audit_part(const struct pmap *const *, uint32_t);

/* The place of a finding, and findings at it. */
void	pmap_audit_at(struct audit *, const struct pmap *, vm_offset_t,
	    uint32_t, uint32_t);
bool	pmap_audit_broken(struct audit *);
void	pmap_audit_fail(struct audit *, const char *);
void	pmap_audit_fail_entry(struct audit *, const char *, const struct ptp *,
	    vm_offset_t, uint32_t);
void	pmap_audit_count(struct audit *, const char *, const char *, uint32_t,
	    uint32_t);
bool	pmap_audit_readable(const void *);
void	pmap_audit_at_table(struct audit *, const struct ptp *, vm_offset_t);

/* pmap_audit_pv.c */
uint32_t pmap_audit_slices(struct audit *, const struct ptp *, bool *);
void	pmap_audit_frames(struct audit *);
bool	pmap_audit_free_slices(void);

#endif /* _PMAP_AUDIT_H_ */
