/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_isolate.h: tables of damage that an operation meets by policy isolate.
 *
 * A row damages one thing in the healthy world of t_audit.h and runs one
 * operation that meets it.  The operation must return; the mappings named are
 * gone and no others; ph_isolate was called so often, the last time for this
 * pmap, address and page; every other translation, count and M and U is as
 * before; the audit is clean.  Then all is given back, the victim first, and
 * the pages must balance.
 */
#ifndef _PMAP386_TESTS_T_ISOLATE_H_
#define _PMAP386_TESTS_T_ISOLATE_H_

#include "t_audit.h"

#define PTE_RW		(MMU_P | MMU_RW | MMU_US)

/* The mappings of the world, as bits. */
enum {
	M_VA = 0x01,		/* <pm, VA>: page */
	M_WIRED = 0x02,		/* <pm, VA + PAGE>: second, wired */
	M_SECOND = 0x04,	/* <pm, VA + SLOT>: second */
	M_TOP = 0x08,		/* <pm, STACK_TOP>: page */
	M_OTHER = 0x10,		/* <other, VA>: page */
	M_DEVICE = 0x20,	/* <other, VA + 2 * PAGE> */
	M_KERNEL = 0x40,	/* <kernel, kva>: page */
	M_KENTER = 0x80,	/* <kernel, kva + PAGE>: second, no link */
	M_PAGE = M_VA | M_TOP | M_OTHER | M_KERNEL,
	M_PM = M_VA | M_WIRED | M_SECOND | M_TOP
};

struct isolate_row {
	const char	*ir_name;
	void		(*ir_damage)(void);
	void		(*ir_op)(void);
	const char	*ir_id;
	uint32_t	 ir_gone;	/* M_* */
	uint32_t	 ir_isolated;	/* ph_isolate calls, the last for: */
	uint32_t	 ir_who;	/* M_* of one mapping; 0: nobody's */
	bool		 ir_nopage;	/* there is no page to retire */
};

void	isolate_rows(const struct isolate_row *, uint32_t n);
#define ISOLATE_ROWS(rows)						\
	isolate_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* Set by damage and operations, for the checks after them. */
extern void (*isolate_mend)(void);
extern bool isolate_dead;		/* pm was released */

#endif /* _PMAP386_TESTS_T_ISOLATE_H_ */
