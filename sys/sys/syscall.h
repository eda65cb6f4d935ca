/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * syscall.h: SYS_name for each system call.
 */
#ifndef _SYS_SYSCALL_H_
#define _SYS_SYSCALL_H_

enum syscall_number {
#define SYSCALL(number, name, nargs, args)	SYS_##name = number,
#include <sys/syscall_table.h>
#undef SYSCALL
	SYS_MAXSYSCALL = 351
};

#endif /* _SYS_SYSCALL_H_ */
