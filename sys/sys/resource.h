/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * resource.h: what a process used, and what it may use.
 */
#ifndef _SYS_RESOURCE_H_
#define _SYS_RESOURCE_H_

#include <sys/types.h>
#include <sys/time.h>

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN	(-1)

struct rusage {
	struct timeval ru_utime;	/* user time */
	struct timeval ru_stime;	/* system time */
	int32_t	ru_maxrss;		/* largest resident set, in KB */
	int32_t	ru_ixrss;
	int32_t	ru_idrss;
	int32_t	ru_isrss;
	int32_t	ru_minflt;		/* faults without input */
	int32_t	ru_majflt;		/* faults with input */
	int32_t	ru_nswap;		/* pages taken by the pagedaemon */
	int32_t	ru_inblock;		/* pages read by read(2) */
	int32_t	ru_oublock;
	int32_t	ru_msgsnd;
	int32_t	ru_msgrcv;
	int32_t	ru_nsignals;		/* signals taken */
	int32_t	ru_nvcsw;		/* switches by a sleep */
	int32_t	ru_nivcsw;		/* switches by the clock */
};

#endif /* _SYS_RESOURCE_H_ */
