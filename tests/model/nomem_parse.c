/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem_parse.c: the words that scenarios are written in.
 *
 * A word is a letter, the number of a pmap (4: the kernel's) and, after a
 * colon, a place or a range of places, "=" and a page, and flags:
 *
 *	e0:5=3wr	enter page 3 in slot 5, w: wired, r: for reading only
 *	f0:4-9=3	the same in the first place of slots 4 to 9
 *	x0:1b-2a	remove from place 1b to 2a, both included
 *	p0:1b-2a	write-protect them
 *	W0:5 U0:5	wire, unwire
 *	r0:5 m0:5	read, write by user mode
 *	a0 c0		activate, collect
 *	n0 i0 d0	create, pinit, destroy or release
 *	N3 R3 M3 F3	page 3: remove all, write-protect, clear M, clear U
 *	k0:4-9		these places are all mapped now
 *	K1 K0		the caller has been killed, has not
 *
 * A place is the number of a slot of 4 MB and, in slots 0 to 3 and 44, a
 * letter: a is its first page, b the next, c lies in another slice than
 * these, d in a third.  Slot 44 holds the top page of the user's stack (a)
 * and the last page of all (b).  In the kernel's pmap a place is a number.
 *
 * For set-ups, by pmap 3 with wired mappings:
 *
 *	z2		until 2 page tables are ready	  (of l0: none)
 *	y3		until 3 slices are free
 *	l5 l*		memory: 5 more pages, as much as there is
 *	C9		before all else: the arena has 9 addresses left
 *	A2		by pmaps 1 and 2, unwired (A2w: wired, as far as the
 *			floor lets them), until the arena has 2 addresses left
 */
#include <stdlib.h>
#include <string.h>

#include "nomem.h"

static bool
parse_number(const char **s, uint32_t *n)
{
	char *end;

	if (**s < '0' || **s > '9')
		return (false);
	*n = (uint32_t)strtoul(*s, &end, 10);
	*s = end;
	return (true);
}

/*
 * A place; without a letter the first, or for the end of a range the last,
 * of its slot.
 */
static bool
parse_place(const char **s, uint32_t p, bool last, uint8_t *place)
{
	uint32_t slot, per, sub;

	if (!parse_number(s, &slot))
		return (false);
	if (p == MODEL_KERNEL) {
		*place = (uint8_t)slot;
		return (slot < model_nkva);
	}
	if (slot >= NM_SLOTS)
		return (false);
	per = slot < NM_FULL_SLOTS ? 4 : slot == NM_TOP ? 2 : 1;
	sub = last ? per - 1 : 0;
	if (**s >= 'a' && **s <= 'd')
		sub = (uint32_t)(*(*s)++ - 'a');
	*place = (uint8_t)(sub + (slot < NM_FULL_SLOTS ? slot * 4 :
	    NM_FULL_SLOTS * 3 + slot));
	return (sub < per);
}

static bool
parse_range(const char **s, struct nm_step *st)
{
	const char *from = *s;

	if (!parse_place(s, st->st_pmap, false, &st->st_lo))
		return (false);
	st->st_hi = st->st_lo;
	if (**s != '-')
		return (st->st_op != 'x' || strchr("abcd", (*s)[-1]) != NULL ||
		    parse_place(&from, st->st_pmap, true, &st->st_hi));
	(*s)++;
	return (parse_place(s, st->st_pmap, true, &st->st_hi) &&
	    st->st_hi >= st->st_lo);
}

static bool
parse_flags(const char **s, struct nm_step *st)
{
	for (; **s == 'w' || **s == 'r'; (*s)++)
		if (**s == 'w')
			st->st_wired = true;
		else
			st->st_ro = true;
	return (**s == ' ' || **s == '\0');
}

/*
 * What follows the letter.
 */
static bool
parse_operands(const char **s, struct nm_step *st)
{
	uint32_t n;

	if (st->st_op == 'l' && **s == '*') {
		(*s)++;
		st->st_num = NM_NONE;
		return (true);
	}
	if (!parse_number(s, &n))
		return (false);
	if (strchr("NRMFzylAKC", st->st_op) != NULL) {
		st->st_num = (uint16_t)n;
		return (strchr("NRMF", st->st_op) == NULL || n < NM_PAGES);
	}
	st->st_pmap = (uint8_t)n;
	if (n >= MODEL_PMAPS)
		return (false);
	if (strchr("acnid", st->st_op) != NULL)
		return (true);
	if (*(*s)++ != ':' || !parse_range(s, st))
		return (false);
	if (st->st_op != 'e' && st->st_op != 'f')
		return (true);
	if (*(*s)++ != '=' || !parse_number(s, &n) || n >= NM_PAGES)
		return (false);
	st->st_num = (uint16_t)n;
	return (true);
}

static bool
is_slot_start(uint8_t place)
{
	if (place < NM_FULL_SLOTS * 4)
		return (place % 4 == 0);
	return (place + 1u < model_nuser);
}

/*
 * Add a step, or one for each place of its range.
 */
static bool
add_steps(struct nm_script *sp, const struct nm_step *st)
{
	struct nm_step one = *st;
	uint8_t v;

	if (strchr("efmrWU", st->st_op) == NULL) {
		if (sp->sp_count == NM_STEPS)
			return (false);
		sp->sp_step[sp->sp_count++] = one;
		return (true);
	}
	for (v = st->st_lo; v <= st->st_hi; v++) {
		if (st->st_op == 'f' && !is_slot_start(v))
			continue;
		one.st_op = st->st_op == 'f' ? 'e' : st->st_op;
		one.st_lo = one.st_hi = v;
		if (sp->sp_count == NM_STEPS)
			return (false);
		sp->sp_step[sp->sp_count++] = one;
	}
	return (true);
}

/*
 * => returns false for a text that is no script
 */
bool
nm_parse(const char *text, struct nm_script *sp)
{
	const char *s = text;
	struct nm_step st;

	sp->sp_count = 0;
	for (;;) {
		while (*s == ' ')
			s++;
		if (*s == '\0')
			return (true);
		memset(&st, 0, sizeof(st));
		st.st_op = *s++;
		if (strchr("efxpWUrmacnidNRMFzylAkKC", st.st_op) == NULL ||
		    !parse_operands(&s, &st) || !parse_flags(&s, &st) ||
		    !add_steps(sp, &st))
			return (false);
	}
}
