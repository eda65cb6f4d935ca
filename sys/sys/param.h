/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * param.h: sizes and limits of the system, and priorities of sleepers.
 */
#ifndef _SYS_PARAM_H_
#define _SYS_PARAM_H_

#include <sys/types.h>
#include <machine/param.h>

#define MAXPATHLEN	128		/* a path, with its NUL */
#define MAXCOMLEN	16		/* a command's name that ps shows */
#define NCARGS		65536		/* bytes of arguments and environment */
#define NOFILE		32		/* open files a process */
#define PIPE_BUF	512		/* writes up to here are not torn */

#ifndef MIN
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))
#endif
#define howmany(x, y)	(((x) + ((y) - 1)) / (y))

#ifdef _KERNEL
/* Priorities: lower is better; a sleeper at PZERO or below has no signals. */
#define PVM		4
#define PRIBIO		16
#define PZERO		22
#define PSOCK		24
#define PWAIT		32
#define PPAUSE		40
#define PUSER		50
#define MAXPRI		127
#define PRIMASK		0x0ff
#define PCATCH		0x100		/* tsleep: return on a signal */

#include <sys/errno.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <sys/signal.h>
#include <machine/cpu.h>
#endif /* _KERNEL */

#endif /* _SYS_PARAM_H_ */
