/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem.h: scenarios in which memory runs out, and what runs them.
 *
 * A scenario is a set-up, the steps under test and what another process does
 * when one of them sleeps, each a text of words (see nomem_parse.c).  The
 * world (nomem_step.c) carries the steps out, on the module and on two
 * reference models: "want" never runs out of memory; "have" loses what a
 * shortage may take, and must be what the module shows after every step.
 */
#ifndef _PMAP386_TESTS_NOMEM_H_
#define _PMAP386_TESTS_NOMEM_H_

#include "host.h"
#include "model.h"
#include "pmap.h"

#define PAGE		4096u
#define SLOT		0x400000u

#define NM_USERS	MODEL_KERNEL	/* user pmaps */
#define NM_PAGES	14u		/* the last two are a device's */
#define NM_MANAGED	12u
#define NM_FULL_SLOTS	4u		/* the first: 4 places each */
#define NM_SLOTS	45u		/* the last: the top of the stack */
#define NM_TOP		(NM_SLOTS - 1)
#define NM_STEPS	128u
#define NM_NAME		64u
#define NM_TEXT		224u
#define NM_NONE		0xffffu

struct nm_step {
	char		st_op;		/* see nomem_parse.c */
	uint8_t		st_pmap;
	uint8_t		st_lo;		/* a place, or the first of a range */
	uint8_t		st_hi;		/* the last of a range */
	uint16_t	st_num;		/* a page, or a number */
	bool		st_ro;
	bool		st_wired;
};

struct nm_script {
	struct nm_step	sp_step[NM_STEPS];
	uint32_t	sp_count;
};

/* Properties of a scenario. */
#define NM_386		0x01u		/* no INVLPG, no global pages */
#define NM_PTES		0x02u		/* fresh pages look like tables */
#define NM_FULL		0x04u		/* the arena's addresses run out */
#define NM_TAKES	0x08u		/* sc_slot says what is taken first */
#define NM_NOTHING	0x10u		/* there is nothing to take */
#define NM_SIX		0x20u		/* six page tables are new, not one */

struct nm_scenario {
	char		sc_name[NM_NAME];
	char		sc_setup[NM_TEXT];
	char		sc_steps[NM_TEXT];
	char		sc_hook[NM_TEXT];
	uint32_t	sc_flags;
	uint8_t		sc_pmap;	/* NM_TAKES */
	uint8_t		sc_slot;
	const char	*sc_zero;	/* why nothing is allocated */
};

/* What fails in a run. */
enum nm_kind {
	NM_CLEAN,
	NM_ONE,				/* allocation a */
	NM_TWO,				/* allocations a and b */
	NM_FROM				/* a and all after it */
};

struct nm_run {
	enum nm_kind	rn_kind;
	uint32_t	rn_a;
	uint32_t	rn_b;
	bool		rn_wait;	/* may the caller sleep? */
	uint32_t	rn_relief;	/* the sleep that frees a page */
};

/* What happened in a run; reset by nm_run_begin. */
struct nm_record {
	uint32_t	re_step;	/* the step under way */
	uint32_t	re_allocs;	/* ph_page_alloc calls of the steps */
	uint32_t	re_failed0;	/* hr_failed at the start */
	uint32_t	re_failed;
	uint32_t	re_deferred;	/* unwired enters left unmade */
	uint32_t	re_lost;	/* tables taken */
	uint32_t	re_waits;
	uint32_t	re_retries;	/* mappings made again */
	uint8_t		re_first_pmap;	/* the table taken first */
	uint8_t		re_first_slot;
	uint32_t	re_first_count;	/* tables taken with it */
	bool		re_hooked;	/* the other process has worked */
	bool		re_stopped;	/* ended by the panic of pmap(9) */
	uint32_t	re_refused;	/* wired enters, pmaps: not made */
	uint32_t	re_told;	/* the host was told who pins most */
	uint32_t	re_dead_waits;	/* sleeps of a call when killed */
};

/* The world: all of it goes back with the machine's state. */
struct nm_world {
	struct model	w_have;
	struct model	w_want;
	pmap_t		w_pm[MODEL_PMAPS];	/* NULL: not alive */
	struct pmap	w_store[NM_USERS];	/* those of pmap_pinit */
	uint32_t	w_page[NM_PAGES];
	uint32_t	w_reclaims;	/* pc_reclaim that have is aware of */
	uint32_t	w_deferred;	/* pc_deferred likewise */
	uint8_t		w_drain;	/* next slot of the set-up's own */
	bool		w_refused[NM_USERS];	/* steps of it are left out */
};

extern struct nm_world nm_w;
extern struct nm_record nm_re;
extern const struct nm_scenario *nm_sc;
extern struct nm_run nm_rn;

/* nomem_list.c: the scenarios. */
uint32_t nm_list(const struct nm_scenario **);

/* nomem_parse.c */
bool	nm_parse(const char *text, struct nm_script *);

/* nomem_step.c: the world, and single steps. */
void	nm_fail(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));
void	nm_places(void);
void	nm_world_begin(void);
void	nm_step(const struct nm_step *);
void	nm_lift(struct host_knobs *);
bool	nm_make(uint32_t p, uint32_t v, struct model_map);
void	nm_remove_all(uint32_t p);
void	nm_kill(uint32_t p);
bool	nm_floor_holds(void);

/* nomem_sync.c: the comparison. */
void	nm_sync(const char *when);
void	nm_equal(const struct model *, const struct model *, const char *);
bool	nm_victim(const struct model *, uint32_t p, uint32_t slot);
bool	nm_arena_full(void);
bool	nm_may_pin(uint32_t pages);
bool	nm_may_wire(uint32_t p, uint32_t v);
void	nm_told(struct pmap *, uint32_t pages);

#endif /* _PMAP386_TESTS_NOMEM_H_ */
