/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * model.h: a naive reference pmap: plain arrays, obviously right.
 *
 * It says what pmap(9) promises, in terms of places and pages.  A place is
 * an address that a world uses, by its rank among the world's addresses of
 * that pmap, lowest first; a page is a frame by its number in the world.  It
 * knows no page table, no list, no TLB and no memory shortage: model_lost
 * tells it that a table was taken away.
 *
 * Neither the module's headers nor its constants are used here; what a bit
 * means is said in words (model_bits).
 */
#ifndef _PMAP386_TESTS_MODEL_H_
#define _PMAP386_TESTS_MODEL_H_

#include <stdbool.h>
#include <stdint.h>

#define MODEL_PMAPS	5u		/* the last is the kernel's */
#define MODEL_KERNEL	(MODEL_PMAPS - 1)
#define MODEL_PLACES	64u		/* of each pmap, at most */
#define MODEL_PAGES	80u		/* managed ones and others, at most */
#define MODEL_NONE	0xffu		/* no page */

/* What is special about an address.  A world fills this in once. */
enum model_kind {
	MODEL_USER,			/* user mode may reach it */
	MODEL_ABOVE,			/* a user pmap's, but not user mode's */
	MODEL_KVA,			/* the kernel's */
	MODEL_PAGER,			/* a pager's: untracked, keeps W */
	MODEL_EDITS			/* the host edits here: untracked */
};

struct model_place {
	uint32_t	mp_va;
	uint8_t		mp_slot;	/* number of its 4 MB in the world */
	uint8_t		mp_kind;	/* enum model_kind */
};

/* A mapping; mm_page is MODEL_NONE where there is none. */
struct model_map {
	uint8_t		mm_page;
	bool		mm_write;
	bool		mm_wired;
	bool		mm_tracked;
	bool		mm_nocache;
	bool		mm_u;		/* MODEL_EDITS: what was seen through */
	bool		mm_m;		/* it, and is not yet the page's */
};

/* A page.  M and U are those of the page: in a tracked mapping or saved. */
struct model_page {
	bool		mg_managed;
	bool		mg_device;	/* outside RAM: not cached */
	bool		mg_m;
	bool		mg_u;
};

struct model {
	struct model_map  md_map[MODEL_PMAPS][MODEL_PLACES];
	struct model_page md_page[MODEL_PAGES];
};

/* A set of bits of changebit and testbit, in words. */
struct model_bits {
	bool		mb_write;
	bool		mb_nocache;
	bool		mb_ref;
	bool		mb_mod;
};

/* The world's addresses, ascending; the same for each user pmap. */
extern struct model_place model_user[MODEL_PLACES];
extern struct model_place model_kva[MODEL_PLACES];
extern uint32_t model_nuser, model_nkva, model_npages;
extern bool model_wp;			/* kernel mode obeys the right W */

/* Rights, as in the VM: 1 read, 2 write, 4 execute. */
#define MODEL_R		1u
#define MODEL_W		2u
#define MODEL_X		4u

const struct model_place *model_place(uint32_t p, uint32_t v);
uint32_t model_nplaces(uint32_t p);
void	model_init(struct model *);

/* By pmap and place; a range is [lo, hi) of places. */
void	model_enter(struct model *, uint32_t p, uint32_t v, uint32_t page,
	    uint32_t prot, bool wired);
void	model_remove(struct model *, uint32_t p, uint32_t lo, uint32_t hi);
void	model_protect(struct model *, uint32_t p, uint32_t lo, uint32_t hi,
	    uint32_t prot);
void	model_change_wiring(struct model *, uint32_t p, uint32_t v, bool);
void	model_collect(struct model *, uint32_t p);
void	model_release(struct model *, uint32_t p);
void	model_kenter(struct model *, uint32_t v, uint32_t page, uint32_t prot);
void	model_move(struct model *, uint32_t from, uint32_t to);

/* By page; nothing happens to one that is not managed. */
void	model_page_protect(struct model *, uint32_t page, uint32_t prot);
void	model_changebit(struct model *, uint32_t page, struct model_bits set,
	    struct model_bits clear);
bool	model_testbit(const struct model *, uint32_t page, struct model_bits);

/* The processor: is the access allowed? If so it leaves its traces. */
bool	model_access(struct model *, uint32_t p, uint32_t v, bool write,
	    bool user);

/* Counts, by the arrays. */
uint32_t model_resident(const struct model *, uint32_t p);
uint32_t model_wired(const struct model *, uint32_t p);
uint32_t model_mappings(const struct model *, uint32_t page);

/*
 * Shortage: the table of <p, slot> went away.  => returns false, and changes
 * nothing, if a wired mapping stands in it: then it must not have gone
 */
bool	model_lost(struct model *, uint32_t p, uint32_t slot);

#endif /* _PMAP386_TESTS_MODEL_H_ */
