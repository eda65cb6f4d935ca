/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_mem.c: the memory of a world as a set of words that change.
 *
 * All of the program's data and all of the simulated memory are compared with
 * what they were at the start; each word that was ever seen to differ belongs
 * to the set, and a state is the value of these words.  cl_mem_grow looks for
 * words that are not in the set yet: the search calls it again and again, and
 * begins anew when there are any.  So nothing needs to be known about where
 * the module, the host or the model keep what they know.
 *
 * What counts and what the search itself sets before each step is left out.
 * Memory of the search is from malloc, and no part of the program's data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

#define NO_ASAN		__attribute__((__no_sanitize__("address")))
#define MERGE		4u		/* words between two runs */
#define PAGE_WORDS	1024u
#define ALIKE_MAX	64u

extern uint32_t __data_start[], _end[];	/* of the linker */

enum known {
	KN_NOT,
	KN_STATE,			/* in the set */
	KN_LEFT_OUT
};

struct region {
	uint32_t	*r_base;
	uint32_t	*r_copy;	/* as it was at the start */
	uint8_t		*r_known;	/* enum known, a word */
	uint8_t		*r_hot;		/* has words of the set, a page */
	uint32_t	 r_words;
};

struct run {
	uint32_t	*n_to;
	uint32_t	 n_words;
};

struct memory {
	struct region	 m_region[2];
	struct run	*m_run;
	uint32_t	 m_nrun;
	uint32_t	 m_words;	/* in all runs */
	uint32_t	 m_alike[ALIKE_MAX];	/* pages, by their first word */
	uint32_t	 m_nalike;
	uint32_t	*m_start;	/* their values at the start */
	uint32_t	*m_now;		/* and in the state to go back to */
};

static struct memory *mem;

static void *
need(void *p)
{
	if (p == NULL) {
		perror("closure: malloc");
		exit(2);
	}
	return (p);
}

static void NO_ASAN
copy_words(uint32_t *to, const uint32_t *from, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		to[i] = from[i];
}

static void
region_start(struct region *r, uint32_t *base, uint32_t words)
{
	r->r_base = base;
	r->r_words = words;
	r->r_copy = need(realloc(r->r_copy, words * sizeof(uint32_t)));
	r->r_known = need(realloc(r->r_known, words));
	r->r_hot = need(realloc(r->r_hot, words / PAGE_WORDS + 1));
	memset(r->r_known, KN_NOT, words);
	memset(r->r_hot, 0, words / PAGE_WORDS + 1);
	copy_words(r->r_copy, base, words);
}

/*
 * Words that are no part of a state.
 */
static void
leave_out(const void *start, size_t size)
{
	struct region *r = &mem->m_region[0];
	uint32_t i = (uint32_t)((const uint32_t *)start - r->r_base);

	memset(r->r_known + i, KN_LEFT_OUT, (size + 3) / 4);
}

/*
 * From here on the world changes: this is its first state.
 */
void
cl_mem_start(void)
{
	if (mem == NULL)
		mem = need(calloc(1, sizeof(*mem)));
	region_start(&mem->m_region[0], __data_start,
	    (uint32_t)(_end - __data_start));
	region_start(&mem->m_region[1], host_phys(0),
	    host_config.hc_frames * 1024);
	leave_out(&pmap_counters, sizeof(pmap_counters));
	leave_out(&pv_maxcount, sizeof(pv_maxcount));
	leave_out(&mmu_counters, sizeof(mmu_counters));
	leave_out(&host_record, sizeof(host_record));
	leave_out(&host_knobs, sizeof(host_knobs));
	leave_out(&host_trap_to, sizeof(host_trap_to));
	leave_out(&host_fault_va, sizeof(host_fault_va));
	leave_out(host_message, sizeof(host_message));
	mem->m_nrun = mem->m_words = mem->m_nalike = 0;
}

/*
 * Look at this page of physical memory each time; all such pages are used
 * alike, so that a word that changes in one may change in each.
 */
void
cl_mem_watch(uint32_t pa)
{
	mem->m_region[1].r_hot[pa / (PAGE_WORDS * 4)] = 1;
	if (mem->m_nalike == ALIKE_MAX)
		ph_panic("closure: more than %u pages alike", ALIKE_MAX);
	mem->m_alike[mem->m_nalike++] = pa / 4;
}

static void
alike_make(void)
{
	uint8_t *known = mem->m_region[1].r_known;
	uint32_t word, n;
	bool state;

	for (word = 0; word < PAGE_WORDS; word++) {
		state = false;
		for (n = 0; n < mem->m_nalike; n++)
			state |= known[mem->m_alike[n] + word] == KN_STATE;
		for (n = 0; state && n < mem->m_nalike; n++)
			known[mem->m_alike[n] + word] = KN_STATE;
	}
}

/*
 * One run for each stretch of known words, with small gaps taken in.
 */
static void
runs_make(void)
{
	const struct region *r;
	struct run *last = NULL;
	uint32_t i, *at;

	free(mem->m_run);
	mem->m_run = NULL;
	mem->m_nrun = mem->m_words = 0;
	for (r = mem->m_region; r < mem->m_region + 2; r++)
		for (i = 0; i < r->r_words; i++) {
			at = r->r_base + i;
			if (r->r_known[i] == KN_LEFT_OUT || i == 0)
				last = NULL;
			if (r->r_known[i] != KN_STATE)
				continue;
			if (last != NULL && (uint32_t)(at - last->n_to) <
			    last->n_words + MERGE) {
				last->n_words = (uint32_t)(at - last->n_to) + 1;
				continue;
			}
			mem->m_run = need(realloc(mem->m_run,
			    (mem->m_nrun + 1) * sizeof(struct run)));
			last = &mem->m_run[mem->m_nrun++];
			*last = (struct run){ at, 1 };
		}
}

static uint32_t NO_ASAN
start_value(const uint32_t *at)
{
	const struct region *r = &mem->m_region[0];

	if ((uint32_t)(at - r->r_base) >= r->r_words)
		r = &mem->m_region[1];
	return (r->r_copy[at - r->r_base]);
}

static void
words_check(void)
{
	if (mem->m_words < CL_RECORD_MAX - CL_RECORD_MAX / 16)
		return;
	fprintf(stderr, "closure: %u words are no small state\n",
	    mem->m_words);
	exit(2);
}

/*
 * Lay out the values of the runs anew.
 */
static void
values_make(void)
{
	uint32_t i, j, n = 0;

	for (i = 0; i < mem->m_nrun; i++)
		mem->m_words += mem->m_run[i].n_words;
	words_check();
	mem->m_start = need(realloc(mem->m_start, mem->m_words * 4 + 4));
	mem->m_now = need(realloc(mem->m_now, mem->m_words * 4 + 4));
	for (i = 0; i < mem->m_nrun; i++)
		for (j = 0; j < mem->m_run[i].n_words; j++)
			mem->m_start[n++] =
			    start_value(mem->m_run[i].n_to + j);
	copy_words(mem->m_now, mem->m_start, n);
}

/*
 * Is there a word of a page that changed and is not in the set?
 */
static bool NO_ASAN
page_grew(const struct region *r, uint32_t i, uint32_t end)
{
	const uint32_t *base = r->r_base, *copy = r->r_copy;
	const uint8_t *known = r->r_known;

	for (; i < end; i++)
		if (base[i] != copy[i] && known[i] == KN_NOT)
			return (true);
	return (false);
}

/*
 * A word more, behind all others: records that were saved stay good.
 */
static void
word_append(uint32_t *at)
{
	uint32_t n = mem->m_words++;

	words_check();
	mem->m_run = need(realloc(mem->m_run,
	    (mem->m_nrun + 1) * sizeof(struct run)));
	mem->m_run[mem->m_nrun++] = (struct run){ at, 1 };
	mem->m_start = need(realloc(mem->m_start, (n + 1) * 4));
	mem->m_now = need(realloc(mem->m_now, (n + 1) * 4));
	mem->m_start[n] = mem->m_now[n] = start_value(at);
}

/*
 * Put such words into the set.
 */
static uint32_t NO_ASAN
page_grow(struct region *r, uint32_t i, bool append)
{
	uint32_t end = i + PAGE_WORDS, n = 0;

	if (end > r->r_words)
		end = r->r_words;
	if (!page_grew(r, i, end))
		return (0);
	for (; i < end; i++)
		if (r->r_base[i] != r->r_copy[i] && r->r_known[i] == KN_NOT) {
			r->r_known[i] = KN_STATE;
			r->r_hot[i / PAGE_WORDS] = 1;
			n++;
			if (append)
				word_append(&r->r_base[i]);
		}
	return (n);
}

/*
 * Look for such words in all memory, or only near words that are in the set.
 * => append: they had their first values in all records and in the state to
 *    go back to, which stay good; else all these are void
 * => returns how many were added
 */
uint32_t
cl_mem_grow(bool all, bool append)
{
	struct region *r;
	uint32_t i, n = 0;

	for (r = mem->m_region; r < mem->m_region + 2; r++)
		for (i = 0; i < r->r_words; i += PAGE_WORDS)
			if (all || r->r_hot[i / PAGE_WORDS])
				n += page_grow(r, i, append);
	if (n != 0 && !append) {
		alike_make();
		runs_make();
		values_make();
	}
	return (n);
}

uint32_t
cl_mem_words(void)
{
	return (mem->m_words);
}

/*
 * Go back to the state that was loaded.
 */
void NO_ASAN
cl_mem_restore(void)
{
	const struct run *n, *end = mem->m_run + mem->m_nrun;
	const uint32_t *from = mem->m_now;
	uint32_t *to, i;

	for (n = mem->m_run; n < end; n++) {
		to = n->n_to;
		i = n->n_words;
		for (; i >= 4; i -= 4, to += 4, from += 4) {
			to[0] = from[0];
			to[1] = from[1];
			to[2] = from[2];
			to[3] = from[3];
		}
		for (; i > 0; i--)
			*to++ = *from++;
	}
}

/*
 * Load a state from its record; NULL is the first one.
 */
void
cl_mem_load(const uint32_t *record)
{
	const uint32_t *value, *bit = record + 1;
	uint32_t i, j, bits, words = record == NULL ? 0 : record[0];

	copy_words(mem->m_now, mem->m_start, mem->m_words);
	value = bit + words;
	for (i = 0; i < words; i++)
		for (bits = bit[i]; bits != 0; bits &= bits - 1) {
			j = (uint32_t)__builtin_ctz(bits);
			mem->m_now[i * 32 + j] = *value++;
		}
	cl_mem_restore();
}

/*
 * Make a record of the state as it is: how many words of bits follow, a bit
 * for each word that differs from the start, then these words.
 * => returns the words of the record
 */
uint32_t NO_ASAN
cl_mem_save(uint32_t *record)
{
	const struct run *n, *end = mem->m_run + mem->m_nrun;
	uint32_t words = (mem->m_words + 31) / 32, at = 0, len = words + 1, i;
	uint32_t *bit = record + 1;

	record[0] = words;
	memset(bit, 0, words * 4);
	for (n = mem->m_run; n < end; n++)
		for (i = 0; i < n->n_words; i++, at++)
			if (n->n_to[i] != mem->m_start[at]) {
				bit[at / 32] |= 1u << at % 32;
				record[len++] = n->n_to[i];
			}
	return (len);
}
