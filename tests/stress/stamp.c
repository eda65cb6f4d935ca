/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stamp.c: write and check stamped pages.
 *
 * Layout in words: owner, va, generation, checksum, then 1020 words of the
 * filling.  The checksum runs over the page with its own word taken as zero;
 * tools/mkimg knows the same layout.
 */
#include <stddef.h>

#include "libkern.h"
#include "stamp.h"

enum { W_OWNER, W_VA, W_GEN, W_SUM, W_BODY };

static uint32_t
stamp_start(const struct stamp *s)
{
	uint32_t x = s->s_owner * 0x85ebca6bu ^ s->s_va;

	x = (x << 13 | x >> 19) + s->s_gen * 0xc2b2ae35u;
	return (x ^ x >> 15);
}

static uint32_t
stamp_sum(const uint32_t *w)
{
	static const uint32_t zero;
	uint32_t sum;

	sum = checksum(CHECKSUM_START, w, W_SUM * sizeof(*w));
	sum = checksum(sum, &zero, sizeof(zero));
	return (checksum(sum, w + W_BODY,
	    (STAMP_WORDS - W_BODY) * sizeof(*w)));
}

/* Fill the page with what s says. */
void
stamp_write(void *page, const struct stamp *s)
{
	uint32_t *w = page, x = stamp_start(s);

	w[W_OWNER] = s->s_owner;
	w[W_VA] = s->s_va;
	w[W_GEN] = s->s_gen;
	for (unsigned int i = W_BODY; i < STAMP_WORDS; i++) {
		w[i] = x;
		x += 0x9e3779b9u;
	}
	w[W_SUM] = stamp_sum(w);
}

/* Compare the page word by word with what s says.  => 0 if all are right */
static int
stamp_compare(const uint32_t *w, const struct stamp *s, uint32_t sum,
    struct stamp_fault *sf)
{
	uint32_t head[W_BODY] = { s->s_owner, s->s_va, s->s_gen, sum };
	uint32_t x = stamp_start(s), want, diff;
	unsigned int byte = 0;

	for (unsigned int i = 0; i < STAMP_WORDS; i++) {
		if (s->s_gen == 0)
			want = 0;
		else if (i < W_BODY)
			want = head[i];
		else {
			want = x;
			x += 0x9e3779b9u;
		}
		diff = w[i] ^ want;
		if (diff == 0)
			continue;
		while ((diff >> 8 * byte & 0xff) == 0)
			byte++;
		sf->sf_offset = i * 4 + byte;
		sf->sf_want = (uint8_t)(want >> 8 * byte);
		sf->sf_got = (uint8_t)(w[i] >> 8 * byte);
		return (-1);
	}
	return (0);
}

/*
 * Check that the page is what s says: its names, and its checksum over all
 * 4096 bytes.
 * => 0 if it is, else -1 with the first wrong byte in *sf
 */
int
stamp_check(const void *page, const struct stamp *s, struct stamp_fault *sf)
{
	static uint32_t model[STAMP_WORDS];
	const uint32_t *w = page;

	if (s->s_gen == 0)
		return (stamp_compare(w, s, 0, sf));
	if (w[W_OWNER] == s->s_owner && w[W_VA] == s->s_va &&
	    w[W_GEN] == s->s_gen && w[W_SUM] == stamp_sum(w))
		return (0);
	stamp_write(model, s);
	if (stamp_compare(w, s, model[W_SUM], sf) == 0) {
		sf->sf_offset = W_SUM * 4;
		sf->sf_want = sf->sf_got = 0;
	}
	return (-1);
}
