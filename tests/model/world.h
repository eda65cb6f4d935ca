/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * world.h: a small machine with the module on it, and the model beside it.
 *
 * A world has four user pmaps, 48 addresses in 8 page tables of each, the
 * kernel's with 25 in two, on both sides of the border between them, 64
 * managed pages and 4 others, and a pool of memory below the need.  One
 * operation is a record of eight bytes; every record means something in every
 * state, so that the random driver, a trace, the shrinker and the fuzzer
 * share one decoder.  After each operation the module is audited and compared
 * with the model; what differs is a panic of the host's, whose text begins
 * with "model:".
 *
 * world.c       boot, the order of nested operations, memory
 * world_ops.c   which operation a record means, and on what
 * world_map.c   operations by address
 * world_page.c  operations by page, and those on the machine
 * world_floor.c who may pin page tables, and which may be taken
 * world_check.c the comparison
 */
#ifndef _PMAP386_TESTS_WORLD_H_
#define _PMAP386_TESTS_WORLD_H_

#include "host.h"
#include "model.h"
#include "pmap.h"

#define PAGE		4096u
#define WORLD_SLOTS	8u		/* page tables of a user pmap */
#define WORLD_PERSLOT	6u		/* addresses in each */
#define WORLD_MANAGED	64u		/* the VM's pages; frame 0 first */
#define WORLD_RAM	65u		/* and one page of RAM that is not */
#define WORLD_PAGES	68u		/* and three of a device */
#define WORLD_KINTR	3u		/* kernel addresses of interrupts */

/* Operations, by the record's first byte. */
enum world_op {
	W_ENTER, W_REMOVE, W_PROTECT, W_WIRING, W_PAGEABLE, W_COPY,
	W_EXTRACT, W_LOOKUP, W_UPDATE, W_COLLECT, W_MAKE, W_KILL,
	W_REFERENCE, W_ACTIVATE, W_DEACTIVATE, W_KENTER, W_KREMOVE, W_MOVE,
	W_MAP, W_PHYS, W_PAGE_PROTECT, W_CHANGEBIT, W_TESTBIT, W_CLEARMOD,
	W_CLEARREF, W_COW, W_ISMOD, W_ISREF, W_ZERO, W_COPYPAGE,
	W_MAPPINGS, W_USAGE, W_COUNTS, W_NEWPAGE, W_ACCESS, W_TLBFILL,
	W_POOL,			/* size of the memory pool */
	W_LIMIT,		/* allocations that may still succeed */
	W_FAIL,			/* allocations that fail, by number */
	W_INTR,			/* the next record runs in an interrupt */
	W_SLEEP,		/* the next record runs while one sleeps */
	W_OPS
};

struct wop {
	uint8_t		wo_op;
	uint8_t		wo_p;		/* pmap */
	uint8_t		wo_v;		/* address in it */
	uint8_t		wo_w;		/* a second one, or a number */
	uint8_t		wo_page;
	uint8_t		wo_prot;	/* rights, bits */
	uint8_t		wo_shape;	/* of a range; what to keep */
	uint8_t		wo_flags;	/* WF_* */
};

#define WF_ON		0x01u		/* wired; write; whole; alive again */
#define WF_SEEK		0x02u		/* the next one that is in use */
#define WF_USER		0x04u		/* in user mode */
#define WF_NOWAIT	0x08u		/* the caller may not sleep */
#define WF_LOADED	0x10u		/* the pmap that is loaded */
#define WF_KILLED	0x20u		/* the caller has been killed */

/* Entry points of pmap.h, for the count of calls. */
#define WORLD_CALLS(X)							\
	X(create) X(pinit) X(reference) X(destroy) X(release)		\
	X(activate) X(deactivate) X(collect) X(enter) X(remove)		\
	X(protect) X(change_wiring) X(pageable) X(copy) X(extract)	\
	X(lookup) X(update) X(kenter) X(kremove) X(move) X(map)		\
	X(phys_address) X(page_protect) X(changebit) X(testbit)		\
	X(clear_modify) X(clear_reference) X(copy_on_write)		\
	X(is_modified) X(is_referenced) X(zero_page) X(copy_page)	\
	X(page_mappings) X(usage) X(resident_count) X(wired_count)
#define WORLD_CALL_ENUM(name)	WC_##name,
enum world_call { WORLD_CALLS(WORLD_CALL_ENUM) WC_CALLS };
extern const char *const world_call_names[WC_CALLS];

struct world_stats {
	uint64_t	ws_ops;		/* each with audit and comparison */
	uint64_t	ws_whole;	/* of these, with a whole audit */
	uint64_t	ws_noop;	/* changed nothing, observed nothing */
	uint64_t	ws_reclaims;
	uint64_t	ws_nomem;	/* allocations refused */
	uint64_t	ws_deferred;
	uint64_t	ws_pinrefused;	/* by the floor */
	uint64_t	ws_waits;
	uint64_t	ws_intr;	/* interrupts that came between */
	uint64_t	ws_faults;	/* kernel pages made real memory */
	uint64_t	ws_calls[WC_CALLS];
};

/*
 * An operation under way.  Its effect on the model has steps; each is
 * committed when the module has made it, which is known from how often the
 * module came by spl 0, or for an enter from the module's counters.
 */
struct world_ctx {
	struct world_ctx *wc_up;
	void		(*wc_commit)(struct world_ctx *, uint32_t step);
	uint32_t	wc_steps;
	uint32_t	wc_done;
	uint32_t	wc_points;	/* times at spl 0 so far */
	bool		wc_intr;	/* itself in an interrupt */
	bool		wc_enter;	/* counted by pc_enter */
	uint32_t	wc_enter0, wc_deferred0;
	uint32_t	wc_waits;
	uint32_t	wc_p, wc_v, wc_w, wc_page, wc_prot;
	uint32_t	wc_lo, wc_hi;
	bool		wc_wired;
	bool		wc_life;	/* wc_p is being made */
	bool		wc_busy;	/* wc_page is being entered */
	bool		wc_killed;
	uint32_t	wc_failed0;	/* allocations refused before */
	struct model_bits wc_set, wc_clear;
	uint32_t	wc_want[3];	/* the model's answers */
};

#define WORLD_SLEEPERS	4u
#define WORLD_HOLDER	0u	/* pmap that wires all, where memory is rich */
#define WORLD_NEW	6u		/* page tables kept for being new */

struct world {
	struct model	w_model;
	struct pmap	*w_pm[MODEL_PMAPS];	/* NULL: dead */
	struct pmap	w_store[MODEL_KERNEL];	/* those of pmap_pinit */
	bool		w_created[MODEL_KERNEL];
	uint32_t	w_refs[MODEL_KERNEL];
	uint32_t	w_pa[MODEL_PAGES];
	uint32_t	w_loaded;		/* which is in CR3 */
	struct world_ctx *w_ctx;
	uint32_t	w_reclaims;		/* as far as the model knows */
	uint32_t	w_pool;			/* pages that the module gets */
	uint32_t	w_total;		/* of these many */
	bool		w_rich;			/* all of them */
	uint32_t	w_stash[MODEL_PAGES];	/* the others */
	uint32_t	w_nstash;
	struct wop	w_intr;			/* to come */
	uint32_t	w_countdown;		/* 0: none */
	struct wop	w_sleep[WORLD_SLEEPERS];
	uint32_t	w_nsleep, w_next;
	bool		w_observed;		/* by the current operation */
	bool		w_changed;
	/* The floor: see world_floor.c. */
	uint32_t	w_new[WORLD_NEW];	/* 0: none */
	uint32_t	w_nnew;
	uint32_t	w_doomed;		/* pmap of a killed process */
	bool		w_overdrawn;
	/* What is to be audited: see world_check.c. */
	uint32_t	w_touched;		/* pmaps, a bit each */
	bool		w_whole;
	uint32_t	w_stock[6];		/* arena, lists, slices */
	/* What the last comparison saw. */
	uint32_t	w_pte[MODEL_PMAPS][MODEL_PLACES];
	uint8_t		w_mu[MODEL_PAGES];
	uint32_t	w_count[MODEL_PAGES];	/* mappings */
	uint32_t	w_cr3;
	uint32_t	w_ask;			/* page that is asked for */
};

extern struct world world;
extern struct world_stats world_stats;
extern bool world_verbose;
extern uint32_t world_whole;	/* a whole audit every so many operations */
extern bool world_snapshots;	/* boot each kind of machine once */
extern enum host_fill world_fill;
extern uint32_t world_at;		/* index of the record under way */

/* world.c */
void	world_run(uint32_t config, const struct wop *, uint32_t n);
void	world_fail(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));
void	world_say(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
void	world_sync(void);
void	world_end(struct world_ctx *);
void	world_grant(void);

/* world_ops.c: which operation, on what; world_map.c, world_page.c */
typedef void world_fn(struct world_ctx *, const struct wop *);
void	world_do(struct world_ctx *, const struct wop *);
bool	world_knob(const struct wop *);
const char *world_op_name(uint32_t op);
int	world_op_find(const char *name);
void	world_clear(void);
void	world_kill(uint32_t p);
bool	world_in_use(const struct world_ctx *, uint32_t p);
uint32_t world_va(const struct world_ctx *);
uint32_t world_place_at(uint32_t p, uint32_t va);
void	world_ranks(struct world_ctx *, uint32_t sva, uint32_t eva);
void	world_range(struct world_ctx *, const struct wop *, uint32_t *sva,
	    uint32_t *eva);
extern world_fn world_enter, world_remove, world_protect, world_wiring,
    world_advice, world_lookup, world_update, world_collect, world_make,
    world_end_life, world_reference, world_activate, world_kenter,
    world_kremove, world_move, world_map, world_phys, world_counts,
    world_access;
extern world_fn world_page_protect, world_changebit, world_testbit,
    world_clearbit, world_isbit, world_zero, world_copypage, world_mappings,
    world_usage, world_newpage, world_tlbfill;

/* world_floor.c */
bool	world_may_pin(uint32_t more);
bool	world_may_wire(uint32_t p, uint32_t v);
void	world_unmade(const struct world_ctx *);
void	world_made(const struct world_ctx *);
void	world_taken(uint32_t p, uint32_t slot);
void	world_pinned(struct pmap *, uint32_t);
void	world_doom(void);
void	world_settle(void);

/* world_check.c */
void	world_check(void);
void	world_check_reset(void);

/* One call of the module's. */
#define CALL(name, ...)							\
	(world_stats.ws_calls[WC_##name]++, pmap_##name(__VA_ARGS__))

#endif /* _PMAP386_TESTS_WORLD_H_ */
