/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * checksum.c: one 32-bit checksum over a block of memory.
 *
 * Each word is mixed in by a step that can be undone, so that a change of
 * any one word always shows, and by a rotation and a multiplication, so that
 * the place of a word counts.  Good against damage, not against intent.
 */
#include "libkern.h"

static inline uint32_t
mix(uint32_t h, uint32_t w)
{
	h ^= w;
	h = h << 5 | h >> 27;
	return (h * 0x01000193u);
}

/*
 * Carry the checksum h on over len bytes at buf.
 * => start with CHECKSUM_START
 * => bytes beyond the last whole word are mixed in one by one
 */
uint32_t
checksum(uint32_t h, const void *buf, size_t len)
{
	const uint32_t *p = buf;
	const uint8_t *tail;

	for (; len >= 16; len -= 16, p += 4) {
		h = mix(h, p[0]);
		h = mix(h, p[1]);
		h = mix(h, p[2]);
		h = mix(h, p[3]);
	}
	for (; len >= 4; len -= 4)
		h = mix(h, *p++);
	for (tail = (const uint8_t *)p; len > 0; len--)
		h = mix(h, *tail++);
	return (h);
}
