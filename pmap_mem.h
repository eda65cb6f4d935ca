/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_mem.h: memory for page tables: what pmap.c asks of pmap_mem.c, and
 * what the audit looks at.
 */
#ifndef _PMAP_MEM_H_
#define _PMAP_MEM_H_

#include "pmap_private.h"

/*
 * The floor, in arena pages.  One instruction touches at most six page
 * tables: its own bytes and two operands, each across a boundary.  These six
 * can be mapped at once if so many again are free or can be taken (RS3), and
 * if there are slices for six tables beside those that six full ones hold
 * (PTP_NEWEST in ptp.c).
 */
#define PIN_TABLES	(2u * PTP_NEWEST)
#define PIN_SLICES	(PTP_NEWEST * (PV_NSLICE + 1u))
#define PIN_FLOOR							\
	(PIN_TABLES + (PIN_SLICES + PV_PERPAGE - 1) / PV_PERPAGE)

/* What a page table with a wired entry pins: itself and all its slices. */
#define PIN_WIRED	(1u + PV_NSLICE / PV_PERPAGE)

/* Written at boot, and by pmap_mem.c. */
extern uint32_t pmap_pool;		/* arena pages that are not boot's */
extern bool pmap_reserve_short;		/* the reserve could not be filled */
extern bool pmap_overdrawn;		/* a killed process went below */

/* Arena pages that nothing can take away: directories, wired tables. */
static inline uint32_t
pmap_pins(uint32_t dirs, uint32_t wired)
{
	return (dirs + PIN_WIRED * wired + PIN_FLOOR);
}

/* Page tables of users that hold a wired entry: those not on the queue. */
static inline uint32_t
ptp_nwired(void)
{
	return (ptp_inuse - ptp_victims.pl_count);
}

/* Does the floor hold with so many directories and wired tables more? (RS2) */
static inline bool
pmap_pin_room(uint32_t dirs, uint32_t wired)
{
	return (pmap_pins(ptp_ndirs + dirs, ptp_nwired() + wired) <=
	    pmap_pool);
}

/* Arena pages that are, or can at once be made, a page table. (RS3) */
static inline uint32_t
pmap_tables_at_hand(void)
{
	return (ptp_free.pl_count + ptp_ready.pl_count + ptp_dirs.pl_count +
	    ptp_victims.pl_count);
}

void	pmap_mem_init(void);
bool	pmap_mem_plenty(const struct ptp_list *);
struct ptp *pmap_slot_make(struct pmap *, vm_offset_t, bool, bool, int *);
struct ptp *pmap_dir_get(int *);

/* pmap.c: a page table is taken from its pmap, and flushed. */
void	pmap_take(struct ptp *);

#endif /* _PMAP_MEM_H_ */
