/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * closure_set.c: the states that were found, and those to be expanded.
 *
 * States are kept in the order in which they were found, in blocks that never
 * move, with their whole keys; the hash only says where to begin to compare.
 * The queue holds the records of those not expanded yet, in the same order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

#define BLOCK		0x10000u	/* states a block */
#define BLOCKS		1024u
#define CHUNK		0x80000u	/* words a chunk of the queue */

struct cl_set {
	struct cl_state	*s_block[BLOCKS];
	uint32_t	 s_count;
	uint32_t	*s_slot;	/* number + 1, 0: none */
	uint32_t	 s_mask;
};

struct chunk {
	struct chunk	*c_next;
	uint32_t	 c_put, c_get;
	uint32_t	 c_word[CHUNK];
};

struct cl_queue {
	struct chunk	*q_first, *q_last;
};

static void *
get_memory(size_t n)
{
	void *p = calloc(1, n);

	if (p == NULL) {
		fprintf(stderr, "closure: out of memory\n");
		exit(2);
	}
	return (p);
}

struct cl_set *
cl_set_new(void)
{
	struct cl_set *s = get_memory(sizeof(*s));

	s->s_mask = BLOCK - 1;
	s->s_slot = get_memory((s->s_mask + 1) * sizeof(uint32_t));
	return (s);
}

void
cl_set_free(struct cl_set *s)
{
	uint32_t i;

	for (i = 0; i < BLOCKS; i++)
		free(s->s_block[i]);
	free(s->s_slot);
	free(s);
}

uint32_t
cl_set_count(const struct cl_set *s)
{
	return (s->s_count);
}

struct cl_state *
cl_set_get(struct cl_set *s, uint32_t n)
{
	return (&s->s_block[n / BLOCK][n % BLOCK]);
}

static uint32_t
key_hash(const struct cl_key *k)
{
	uint32_t i, h = 0;

	for (i = 0; i < CL_KEYWORDS; i++) {
		h = (h ^ k->ck_word[i]) * 0x9e3779b1u;
		h ^= h >> 15;
	}
	return (h);
}

/*
 * => returns the slot of the key, or the empty one where it belongs
 */
static uint32_t *
slot_find(struct cl_set *s, const struct cl_key *k)
{
	uint32_t i = key_hash(k), *slot;

	for (;; i++) {
		slot = &s->s_slot[i & s->s_mask];
		if (*slot == 0 || memcmp(&cl_set_get(s, *slot - 1)->st_key, k,
		    sizeof(*k)) == 0)
			return (slot);
	}
}

static void
set_grow(struct cl_set *s)
{
	uint32_t n;

	free(s->s_slot);
	s->s_mask = s->s_mask * 4 + 3;
	s->s_slot = get_memory((s->s_mask + 1) * sizeof(uint32_t));
	for (n = 0; n < s->s_count; n++)
		*slot_find(s, &cl_set_get(s, n)->st_key) = n + 1;
}

uint32_t
cl_set_find(struct cl_set *s, const struct cl_key *k)
{
	return (*slot_find(s, k) - 1);
}

/*
 * => returns the number of the state; *added says whether it is new
 */
uint32_t
cl_set_add(struct cl_set *s, const struct cl_key *k, bool *added)
{
	uint32_t *slot = slot_find(s, k), n = s->s_count;
	struct cl_state *st;

	*added = *slot == 0;
	if (!*added)
		return (*slot - 1);
	if (n / BLOCK == BLOCKS) {
		fprintf(stderr, "closure: more than %u states\n", n);
		exit(2);
	}
	if (s->s_block[n / BLOCK] == NULL)
		s->s_block[n / BLOCK] = get_memory(BLOCK * sizeof(*st));
	st = cl_set_get(s, n);
	st->st_key = *k;
	st->st_parent = CL_NOSTATE;
	*slot = ++s->s_count;
	if (s->s_count > s->s_mask / 2)
		set_grow(s);
	return (n);
}

struct cl_queue *
cl_queue_new(void)
{
	struct cl_queue *q = get_memory(sizeof(*q));

	q->q_first = q->q_last = get_memory(sizeof(struct chunk));
	return (q);
}

void
cl_queue_free(struct cl_queue *q)
{
	struct chunk *c;

	while ((c = q->q_first) != NULL) {
		q->q_first = c->c_next;
		free(c);
	}
	free(q);
}

void
cl_queue_put(struct cl_queue *q, const uint32_t *record, uint32_t n)
{
	struct chunk *c = q->q_last;

	if (c->c_put + n + 1 > CHUNK) {
		c = q->q_last = c->c_next = get_memory(sizeof(*c));
		c->c_put = c->c_get = 0;
	}
	c->c_word[c->c_put++] = n;
	memcpy(&c->c_word[c->c_put], record, n * sizeof(uint32_t));
	c->c_put += n;
}

/*
 * The oldest record.  => returns false if there is none
 */
bool
cl_queue_get(struct cl_queue *q, uint32_t *record)
{
	struct chunk *c = q->q_first;
	uint32_t n;

	if (c->c_get == c->c_put && c->c_next != NULL) {
		q->q_first = c->c_next;
		free(c);
		c = q->q_first;
	}
	if (c->c_get == c->c_put)
		return (false);
	n = c->c_word[c->c_get++];
	memcpy(record, &c->c_word[c->c_get], n * sizeof(uint32_t));
	c->c_get += n;
	return (true);
}
