/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure.h: all reachable states of a small world, by the real module.
 *
 * A world is two user pmaps, three addresses in two page tables of each, and
 * two pages.  Its memory is the machine's: the module's data, page tables,
 * the TLB and the reference model are put back to a state by storing the
 * words that differ.  See doc/closure.md.
 *
 *	closure_mem.c		memory as a set of words that change
 *	closure_world.c		boot of a world, its pages and addresses
 *	closure_key.c		what a state is, checked and canonical
 *	closure_op.c		the transitions, on the module and the model
 *	closure_set.c		the states found, and those not yet expanded
 *	closure_explore.c	the search, the proofs about its keys
 *	closure.c		the worlds, the command line
 */
#ifndef _PMAP386_TESTS_CLOSURE_H_
#define _PMAP386_TESTS_CLOSURE_H_

#include <time.h>

#include "host.h"
#include "model.h"
#include "pmap_mem.h"

#define CL_PMAPS	2u
#define CL_VAS		3u		/* the first two in one page table */
#define CL_SLOTS	2u
#define CL_PAGES	2u
#define CL_PLACES	(CL_PMAPS * CL_VAS)
#define CL_KERNEL	CL_PMAPS	/* the kernel's pmap, for activate */

/* What a world has and does.  Masks of pages have bit n for page n. */
struct cl_world {
	const char	*cw_name;
	const char	*cw_text;
	uint8_t		cw_max;		/* mappings at the same time */
	uint8_t		cw_pages;	/* that are entered: 1 or 2 */
	uint8_t		cw_arena;	/* free arena pages at the start */
	uint8_t		cw_slices;	/* free slices at the start, 1 to 8 */
	uint8_t		cw_pool;	/* of which the floor is; 0: no limit */
	bool		cw_two_new;	/* two page tables are new, not one */
	bool		cw_tight;	/* the arena is smaller than the need */
	bool		cw_apart;	/* addresses 0, 1 not in one slice */
	bool		cw_readonly;	/* enters with READ, protect */
	bool		cw_wired;
	bool		cw_fail;	/* allocations fail */
	bool		cw_life;	/* pmaps are released and made anew */
	uint8_t		cw_read;	/* pages that are read */
	uint8_t		cw_write;	/* pages that are written */
};

/* The floor where one page table is new: two tables, three of slices. */
#define CL_FLOOR	5u
#define CL_WIRED_PINS	3u
/* What may be pinned at most: two directories and all four page tables. */
#define CL_PINS		(CL_PMAPS * (1 + CL_SLOTS * CL_WIRED_PINS))

/* A state, in words; see closure_key.c. */
#define CL_KEYWORDS	9u
struct cl_key {
	uint32_t	ck_word[CL_KEYWORDS];
};

enum cl_kind {
	CL_ENTER, CL_REMOVE, CL_REMOVE_ALL, CL_PROTECT, CL_PROTECT_ALL,
	CL_WIRING, CL_PAGE_NONE, CL_PAGE_READ, CL_CLEAR_M, CL_CLEAR_U,
	CL_COLLECT, CL_RELEASE, CL_PINIT, CL_ACTIVATE,
	CL_READ, CL_WRITE,		/* through what the TLB holds */
	CL_WALK_READ, CL_WALK_WRITE	/* after the TLB lost the page */
};

enum cl_fail {
	CL_FAIL_NONE,
	CL_FAIL_ONE,			/* the nth allocation */
	CL_FAIL_ALL,			/* the nth and all later ones */
	CL_FAIL_WAIT,			/* the same, until the first sleep */
	CL_FAIL_KILLED			/* the same, and the caller is killed */
};

struct cl_op {
	uint8_t		o_kind;		/* enum cl_kind */
	uint8_t		o_pmap;
	uint8_t		o_va;
	uint8_t		o_page;
	uint8_t		o_write;
	uint8_t		o_wired;
	uint8_t		o_fail;		/* enum cl_fail */
	uint8_t		o_nth;
};

#define CL_OPS		256u

/* The world that runs. */
extern const struct cl_world *cl_world;
extern struct pmap cl_pmap[CL_PMAPS];
extern struct model cl_model;
extern uint32_t cl_va[CL_VAS];
extern uint32_t cl_pa[CL_PAGES];
bool	cl_world_alike(const struct cl_world *);
void	cl_boot(const struct cl_world *);
void	cl_touch(void);
uint32_t cl_slot(uint32_t va);
uint32_t cl_loaded(void);

/* Memory.  A record is a state as the words that differ from the start. */
#define CL_RECORD_MAX	8192u		/* words of a record, at most */
void	cl_mem_start(void);
void	cl_mem_watch(uint32_t pa);
uint32_t cl_mem_grow(bool all, bool append);
uint32_t cl_mem_words(void);
void	cl_mem_restore(void);
void	cl_mem_load(const uint32_t *record);
uint32_t cl_mem_save(uint32_t *record);

/* Keys.  cl_key_make checks the state on its way and panics on a breach. */
struct cl_view {
	uint32_t	vw_place[CL_PMAPS][CL_VAS];
	uint32_t	vw_meta[CL_PMAPS];
	uint32_t	vw_page[CL_PAGES];
	uint32_t	vw_pool;
};
void	cl_view_make(struct cl_view *);
void	cl_key_make(struct cl_key *, const struct cl_view *, bool reduce);
#define CL_IMAGES	16u
void	cl_key_image(struct cl_key *, const struct cl_key *, uint32_t n);

/* Transitions. */
uint32_t cl_op_list(struct cl_op *);
bool	cl_op_possible(const struct cl_op *);
uint32_t cl_new_rank(uint32_t p, uint32_t slot);
void	cl_told(struct pmap *, uint32_t pages);
void	cl_op_run(const struct cl_op *);
void	cl_op_print(const struct cl_op *);

/* States. */
struct cl_state {
	struct cl_key	st_key;
	uint32_t	st_parent;
	struct cl_op	st_op;		/* leads here from the parent */
	uint32_t	st_sum;		/* of all that follows, see explore */
	uint32_t	st_depth;
};
struct cl_set;
#define CL_NOSTATE	0xffffffffu
struct cl_set *cl_set_new(void);
void	cl_set_free(struct cl_set *);
uint32_t cl_set_count(const struct cl_set *);
struct cl_state *cl_set_get(struct cl_set *, uint32_t);
uint32_t cl_set_find(struct cl_set *, const struct cl_key *);
uint32_t cl_set_add(struct cl_set *, const struct cl_key *, bool *added);

struct cl_queue;
struct cl_queue *cl_queue_new(void);
void	cl_queue_free(struct cl_queue *);
void	cl_queue_put(struct cl_queue *, const uint32_t *record, uint32_t n);
bool	cl_queue_get(struct cl_queue *, uint32_t *record);

/* The search. */
struct cl_result {
	time_t		cr_until;	/* when to give up; 0: never */
	bool		cr_closed;	/* nothing new is left */
	uint32_t	cr_states;
	uint64_t	cr_transitions;
	uint32_t	cr_depth;
	uint32_t	cr_violations;
	uint64_t	cr_failed;	/* an allocation was refused */
	uint64_t	cr_reclaims;	/* page tables taken */
	uint64_t	cr_deferred;	/* enters left unmade */
	uint32_t	cr_words;	/* words that make up a state */
	uint32_t	cr_twins;	/* keys reached by another memory */
};
struct cl_set *cl_explore(const struct cl_world *, bool reduce,
	    struct cl_result *);

#endif /* _PMAP386_TESTS_CLOSURE_H_ */
