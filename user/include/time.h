/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * time.h: the one call of ISO C's header that programs here need.
 */
#ifndef _TIME_H_
#define _TIME_H_

#include <sys/time.h>

int	nanosleep(const struct timespec *, struct timespec *);

#endif /* _TIME_H_ */
