/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sort.c: put samples in order, for a kernel and a program without qsort.
 */
#include "sort.h"

/*
 * Shell's way.
 */
void
sort_samples(unsigned int *sample, unsigned int n)
{
	unsigned int gap, i, j, v;

	for (gap = n / 2; gap > 0; gap /= 2)
		for (i = gap; i < n; i++) {
			v = sample[i];
			for (j = i; j >= gap && sample[j - gap] > v; j -= gap)
				sample[j] = sample[j - gap];
			sample[j] = v;
		}
}
