/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sched.h: give up the rest of a time slice.
 */
#ifndef _SCHED_H_
#define _SCHED_H_

int	sched_yield(void);

#endif /* _SCHED_H_ */
