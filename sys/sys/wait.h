/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * wait.h: options and status of wait4.
 */
#ifndef _SYS_WAIT_H_
#define _SYS_WAIT_H_

#include <sys/types.h>

#define WNOHANG		1
#define WUNTRACED	2
#define WAIT_ANY	(-1)

#define WIFEXITED(s)	(((s) & 0177) == 0)
#define WEXITSTATUS(s)	(((s) >> 8) & 0377)
#define WIFSTOPPED(s)	(((s) & 0377) == 0177)
#define WSTOPSIG(s)	(((s) >> 8) & 0377)
#define WIFSIGNALED(s)	(((s) & 0177) != 0 && ((s) & 0177) != 0177)
#define WTERMSIG(s)	((s) & 0177)

#define W_EXITCODE(ret, sig)	((ret) << 8 | (sig))
#define W_STOPCODE(sig)		((sig) << 8 | 0177)

#endif /* _SYS_WAIT_H_ */
