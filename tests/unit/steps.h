/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * steps.h: how many instructions a stretch of code takes.
 *
 * For properties about the amount of work: time depends on the machine, a
 * count of instructions does not.
 */
#ifndef _PMAP386_TESTS_STEPS_H_
#define _PMAP386_TESTS_STEPS_H_

#include <stdint.h>

uint32_t steps_of(void (*fn)(void));
void	steps_quiet(void);

#endif /* _PMAP386_TESTS_STEPS_H_ */
