/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_resource.c: what processes use, and their limits.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/user.h>
#include <machine/vmparam.h>
#include <vm/vm.h>

const u_int rlimits[3] = {
	[RLIMIT_DATA] = DFLDSIZ,
	[RLIMIT_STACK] = DFLSSIZ,
	[RLIMIT_MEMLOCK] = INT32_MAX,
};

static void
ticks_to_timeval(u_int n, struct timeval *tv)
{
	tv->tv_sec = n / hz;
	tv->tv_usec = n % hz * tick;
}

/*
 * Times of p in user mode and in the kernel.
 */
void
calcru(struct proc *p, struct timeval *up, struct timeval *sp)
{
	ticks_to_timeval(p->p_uticks, up);
	ticks_to_timeval(p->p_sticks, sp);
}

/*
 * Add b to a.  => the largest resident set is a maximum, not a sum
 */
void
ruadd(struct rusage *a, const struct rusage *b)
{
	int32_t *to = &a->ru_ixrss;
	const int32_t *from = &b->ru_ixrss;

	timevaladd(&a->ru_utime, &b->ru_utime);
	timevaladd(&a->ru_stime, &b->ru_stime);
	a->ru_maxrss = MAX(a->ru_maxrss, b->ru_maxrss);
	while (to <= &a->ru_nivcsw)
		*to++ += *from++;
}

int
sys_getrusage(struct proc *p, void *v, register_t *retval)
{
	struct sys_getrusage_args *uap = v;
	struct rusage *ru;

	(void)retval;
	switch (uap->who) {
	case RUSAGE_SELF:
		ru = &p->p_stats->p_ru;
		calcru(p, &ru->ru_utime, &ru->ru_stime);
		ru->ru_maxrss = MAX(ru->ru_maxrss, (int32_t)
		    (vmspace_resident(p->p_vmspace) * (NBPG / 1024)));
		break;
	case RUSAGE_CHILDREN:
		ru = &p->p_stats->p_cru;
		break;
	default:
		return (EINVAL);
	}
	return (copyout(ru, uap->rusage, sizeof(*ru)));
}
