/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * random.c: a small pseudo-random generator whose choices a seed repeats.
 */
#include "libkern.h"

/* Start the sequence named by seed; any seed will do. */
void
prng_seed(struct prng *pr, uint32_t seed)
{
	pr->pr_state = seed * 0x9e3779b9u ^ 0x5bd1e995u;
	if (pr->pr_state == 0)
		pr->pr_state = 1;
	prng_next(pr);
	prng_next(pr);
}

/* The next number, 1 to 2^32 - 1 before the final scrambling. */
uint32_t
prng_next(struct prng *pr)
{
	uint32_t x = pr->pr_state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	pr->pr_state = x;
	return (x * 0x2545f491u);
}

/*
 * A number from 0 to n - 1; n must not be 0.
 * => taken from the high bits, by multiplication
 */
uint32_t
prng_below(struct prng *pr, uint32_t n)
{
	return ((uint32_t)((uint64_t)prng_next(pr) * n >> 32));
}
