/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * init_sysent.c: the table of system calls, by number.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/syscall.h>
#include <sys/syscallargs.h>

int
sys_nosys(struct proc *p, void *v, register_t *retval)
{
	(void)v, (void)retval;
	psignal(p, SIGSYS);
	return (ENOSYS);
}

/* A row of its own overrides the range before it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
/* A number without a call of its own keeps the first initialiser. */
#pragma GCC diagnostic ignored "-Woverride-init"
struct sysent sysent[SYS_MAXSYSCALL] = {
	[0 ... SYS_MAXSYSCALL - 1] = { 0, sys_nosys },
#define SYSCALL(number, name, nargs, args)				\
	[number] = { nargs, sys_##name },
#include <sys/syscall_table.h>
#undef SYSCALL
};

const int nsysent = SYS_MAXSYSCALL;
