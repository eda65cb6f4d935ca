/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * malloc.c: memory in sizes of powers of two, from sbrk.
 *
 * Each block has a header of 8 bytes that names its list.  A freed block
 * goes to the head of its list and is never split or merged.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MIN_SHIFT = 4,
	LISTS = 27,		/* 16 bytes to 1 GB */
	CHUNK = 4096		/* least that sbrk is asked for */
};

struct block {
	struct block	*b_next;	/* while free */
	uint32_t	 b_list;	/* header: which list, while in use */
};

_Static_assert(sizeof(struct block) == 8, "header of a block");

static struct block *lists[LISTS];

/* Cut fresh memory into blocks of one list.  => false if there is none */
static int
refill(unsigned int list)
{
	size_t size = (size_t)1 << (list + MIN_SHIFT);
	size_t bytes = size < CHUNK ? CHUNK : size;
	struct block *b;
	char *p;

	p = sbrk((intptr_t)bytes);
	if (p == (void *)-1)
		return (0);
	for (size_t at = 0; at + size <= bytes; at += size) {
		b = (struct block *)(p + at);
		b->b_next = lists[list];
		lists[list] = b;
	}
	return (1);
}

void *
malloc(size_t size)
{
	unsigned int list = 0;
	struct block *b;

	if (size > (size_t)1 << 29)
		return (NULL);
	while (((size_t)1 << (list + MIN_SHIFT)) < size + sizeof(*b))
		list++;
	if (lists[list] == NULL && !refill(list))
		return (NULL);
	b = lists[list];
	lists[list] = b->b_next;
	b->b_list = list;
	return (b + 1);
}

void
free(void *p)
{
	struct block *b = p;

	if (b == NULL)
		return;
	b--;
	b->b_next = lists[b->b_list];
	lists[b->b_list] = b;
}

void *
calloc(size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		return (NULL);
	p = malloc(n * size);
	if (p != NULL)
		memset(p, 0, n * size);
	return (p);
}

void *
realloc(void *old, size_t size)
{
	struct block *b = old;
	size_t room;
	void *p;

	if (old == NULL)
		return (malloc(size));
	room = ((size_t)1 << (b[-1].b_list + MIN_SHIFT)) - sizeof(*b);
	if (size <= room)
		return (old);
	p = malloc(size);
	if (p == NULL)
		return (NULL);
	memcpy(p, old, room);
	free(old);
	return (p);
}
