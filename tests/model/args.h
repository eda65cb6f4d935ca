/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args.h: the table of bad arguments: one cell is one entry point of pmap.h
 * and one argument.  What each cell says is what pmap(9), BAD ARGUMENTS,
 * says of it, word for word; tools/check-args compares the two.
 *
 * A cell is written as a row, with the statement that is tested:
 *
 *	SAME     the state before and after is the same, but for what the
 *	         effect itself says: a count, a value, a panic
 *	LIKE     the state afterwards is that after another, good statement
 *	ASKED    a condition holds afterwards that did not hold before
 *	RECURSIVE is SAME where the directory maps itself, and only there
 *
 * A statement that returns something stores it in w.ret.  It may use what
 * world_make has built, and nothing else.
 */
#ifndef _PMAP386_TESTS_ARGS_H_
#define _PMAP386_TESTS_ARGS_H_

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "pmap.h"

#define PAGE		4096u
#define SLOT		0x400000u

#define PROT_R		VM_PROT_READ
#define PROT_RW		(VM_PROT_READ | VM_PROT_WRITE)
#define PROT_RX		(VM_PROT_READ | VM_PROT_EXECUTE)
#define PROT_STRANGE	0x8		/* no bit of VM_PROT_ALL */

/*
 * The world, at the same addresses in every cell.  w.a is loaded.
 *
 *	w.a	UVA	page 0, written		K    page 4, wired, written
 *		  + 1	page 1, read only	 + 1 page 0, read only
 *		  + 2	page 2, wired		 + 2 page 5, by pmap_kenter
 *		  + 3	a device		 + 8 page 1
 *		  + SLOT page 0			w.kend page 7, by pmap_kenter
 *		UTOP	page 3			w.pager page 6, wired
 *		UAREA	page 3, the kernel's	w.edits a device, by the host
 *	w.b	UVA	page 0			w.own UVA page 1, pmap_pinit
 *						 + 1 frame 0, written
 *
 * w.b has as many references as can be counted.
 */
#define UVA		0x08048000u
#define UFREE		(UVA + 5 * PAGE)	/* a page table, no entry */
#define UNONE		0x40000000u		/* no page table */
#define UTOP		(PH_USER_MAX - PAGE)
#define UAREA		PH_USER_MAX
#define KIMAGE		(PH_KERNBASE + 0x100000u)
#define HIGH		0xfffff000u		/* the last page of 4 GB */
#define RSLOT		((uint32_t)PH_RECURSIVE << 22)
#define K(n)		(w.kva + (n) * PAGE)
#define KFREE		K(4)

#define WORLD_PAGES	8
#define POISON		0xdeadbeefu

struct world {
	pmap_t		a, b;		/* of pmap_create */
	pmap_t		own;		/* of pmap_pinit */
	pmap_t		dead;		/* released again */
	pmap_t		gone;		/* destroyed again */
	uint32_t	page[WORLD_PAGES];
	uint32_t	spare;		/* a page that nothing maps */
	uint32_t	unused;		/* free in the VM; M and U are saved */
	uint32_t	zero;		/* frame 0 */
	uint32_t	ram;		/* RAM that the VM does not know */
	uint32_t	hole;		/* below the end of RAM, and none */
	uint32_t	device;		/* above RAM */
	uint32_t	image;		/* of the kernel's image */
	uint32_t	ptp, dir, slices;	/* frames of the module's own */
	uint32_t	kva, kstart, kend, kabove;
	uint32_t	pager, edits, tables, window, arena;
	uint32_t	resident;	/* of the kernel's pmap */
	uint32_t	ret;		/* what the tested call returned */
	uint32_t	out;		/* or stored */
	bool		floor;		/* nothing more may be pinned */
};
extern struct world w;
extern uint32_t world_skew;		/* added to pmap_bootstrap's argument */

void	world_make(void);
void	pmap_bootstrap_at(uint32_t va);
void	world_at_floor(void);
uint32_t pte_at(pmap_t, uint32_t va);
bool	maps(pmap_t, uint32_t va, uint32_t pa, uint32_t bits);
bool	page_is_zero(uint32_t pa);

/*
 * What can be seen of the machine, as a list of facts.
 */
#define FACTS_MAX	8192

struct fact {
	const char	*f_what;
	uint32_t	f_owner;	/* pmap by number, or 0 */
	uint32_t	f_where;	/* va, pa or slot */
	uint32_t	f_value;	/* never 0 */
};

struct facts {
	uint32_t	fs_count;
	struct fact	fs_fact[FACTS_MAX];
};

void	facts_take(struct facts *);
bool	facts_same(const struct facts *, const struct facts *, char *, size_t);

enum side {
	SIDE_BAD,			/* run the tested statement */
	SIDE_GOOD,			/* run what it must be like */
	SIDE_CHECK			/* is the condition true? */
};

#define CELL_RECURSIVE	0x1u		/* needs the recursive slot */
#define CELL_BOOT	0x2u		/* boots anew: no state before */
#define CELL_LIKE	0x4u
#define CELL_CHECK	0x8u

struct cell {
	const char	*c_entry;
	const char	*c_argument;
	const char	*c_effect;
	const char	*c_text;	/* the tested statement */
	uint32_t	c_flags;
	bool		(*c_run)(enum side);
	struct cell	*c_next;
};

void	cell_register(struct cell *);

#define CELL_NAME2(a, b)	a##b
#define CELL_NAME(a, b)		CELL_NAME2(a, b)

#define CELL_TEXT(flags, entry, argument, effect, text, bad, good, check) \
	static bool							\
	CELL_NAME(run_, __LINE__)(enum side side)			\
	{								\
		if (side == SIDE_BAD) {					\
			bad;						\
		} else if (side == SIDE_GOOD) {				\
			good;						\
		} else							\
			return (check);					\
		return (true);						\
	}								\
	static struct cell CELL_NAME(cell_, __LINE__) = {		\
		#entry, argument, effect, text, flags,			\
		CELL_NAME(run_, __LINE__), NULL				\
	};								\
	__attribute__((__constructor__)) static void			\
	CELL_NAME(register_, __LINE__)(void)				\
	{								\
		cell_register(&CELL_NAME(cell_, __LINE__));		\
	}

/* The statement's text is taken here, before its macros are replaced. */
#define CELL(flags, entry, argument, effect, bad, good, check)		\
	CELL_TEXT(flags, entry, argument, effect, #bad, bad, good, check)
#define SAME(entry, argument, effect, bad)				\
	CELL_TEXT(0, entry, argument, effect, #bad, bad, (void)0, true)
#define LIKE(entry, argument, effect, bad, good)			\
	CELL_TEXT(CELL_LIKE, entry, argument, effect, #bad, bad, good, true)
#define ASKED(entry, argument, bad, check)				\
	CELL_TEXT(CELL_CHECK, entry, argument, "as asked", #bad, bad,	\
	    (void)0, check)
#define RECURSIVE(entry, argument, effect, bad)				\
	CELL_TEXT(CELL_RECURSIVE, entry, argument, effect, #bad, bad,	\
	    (void)0, true)

#endif /* _PMAP386_TESTS_ARGS_H_ */
