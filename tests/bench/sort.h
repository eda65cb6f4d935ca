/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sort.h: put samples in order.
 */
#ifndef _TESTS_SORT_H_
#define _TESTS_SORT_H_

void	sort_samples(unsigned int *, unsigned int);

#endif /* _TESTS_SORT_H_ */
