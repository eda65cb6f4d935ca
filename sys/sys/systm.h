/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * systm.h: what every part of the kernel uses.
 */
#ifndef _SYS_SYSTM_H_
#define _SYS_SYSTM_H_

#include <stdarg.h>
#include <sys/types.h>
#include <libkern.h>
#include <machine/intr.h>	/* spl*(), setsoftclock() */

struct clockframe;
struct proc;

/* System calls. */
typedef int	sy_call_t(struct proc *, void *, register_t *);

struct sysent {
	int		 sy_narg;	/* words of arguments */
	sy_call_t	*sy_call;
};
extern struct sysent sysent[];
extern const int nsysent;

void	main(void);
int	kern_tests(void);		/* tests/kern: run=kerntest */

/* Messages and assertions, subr_prf.c. */
extern const char *volatile panicstr;
void	panic(const char *, ...) __dead2 __printflike(1, 2);
int	printf(const char *, ...) __printflike(1, 2);
int	vprintf(const char *, va_list);

#define KASSERT(cond) do {						\
	if (__builtin_expect(!(cond), 0))				\
		panic("assertion \"%s\" failed: %s:%d",		\
		    #cond, __FILE__, __LINE__);				\
} while (0)

#define KASSERTMSG(cond, fmt, ...) do {					\
	if (__builtin_expect(!(cond), 0))				\
		panic("assertion \"%s\" failed: %s:%d: " fmt,		\
		    #cond, __FILE__, __LINE__, ## __VA_ARGS__);		\
} while (0)

/* User memory, sys/i386: 0, EFAULT or ENAMETOOLONG. */
int	copyin(const void *, void *, size_t);
int	copyout(const void *, void *, size_t);
int	copyinstr(const void *, void *, size_t, size_t *);
int	fuword(const void *);
int	suword(void *, int);

/* Kernel options of the boot line, sys/i386. */
extern char bootline[];			/* the whole line */
char	*getoption(const char *);	/* value of "name=value" or NULL */
int	getoption_int(const char *, int);

/* Console, sys/i386. */
void	cnputc(int);

/* Clock, kern_clock.c. */
void	hardclock(struct clockframe *);
void	softclock(void);
void	timeout(void (*)(void *), void *, int);
void	untimeout(void (*)(void *), void *);

void	cpu_startup(void);		/* sys/i386 */
void	cpu_initclocks(void);
void	ttyinput(int);			/* tty.c, at spltty */

#endif /* _SYS_SYSTM_H_ */
