/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kt.h: in-kernel tests of the pmap against the real MMU.
 *
 * A test is a function without arguments that returns when a check fails.
 * Pages and pmaps come from kt_page and kt_pmap; the harness takes them back
 * after each test, then audits, then compares what is in use with what was in
 * use before.  User addresses are touched with kernel rights and CR0.WP on,
 * through the pmap that kt_load put into CR3.
 */
#ifndef _TESTS_KT_H_
#define _TESTS_KT_H_

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <pmap.h>

#define KT_VA		0x08000000u	/* where most tests map */
#define KT_SLOT		0x00400000u	/* bytes that a page table maps */
#define KT_TOP		(VM_MAXUSER_ADDRESS - NBPG)
#define KT_RW		(VM_PROT_READ | VM_PROT_WRITE)
#define KT_RO		VM_PROT_READ

/* What a probe returns when the access faults: P, W of the error code. */
#define KT_NOTHERE	0x100
#define KT_RIGHTS	0x101
#define KT_WRITE	0x002

struct kt_test {
	const char	*t_name;
	void		(*t_func)(void);
};

struct kt_suite {
	const char		*s_name;
	const struct kt_test	*s_tests;
};

/* Each subject's tests end with an entry without a name. */
extern const struct kt_test kt_rights[];
extern const struct kt_test kt_bits[];
extern const struct kt_test kt_tlb[];
extern const struct kt_test kt_sharing[];
extern const struct kt_test kt_tables[];
extern const struct kt_test kt_kernel[];
extern const struct kt_test kt_arguments[];
extern const struct kt_test kt_fault[];
extern const struct kt_test kt_tty[];
extern const struct kt_test kt_time[];

vm_offset_t kt_page(void);		/* a wired page; never 0 */
pmap_t	kt_pmap(void);
void	kt_drop(pmap_t);		/* destroy one before the test ends */
void	kt_load(pmap_t);		/* put into CR3 until the test ends */
void	kt_unload(void);
vm_offset_t kt_kva(vm_size_t);		/* kernel addresses without pages */
void	kt_poke(vm_offset_t, unsigned int);	/* first word of a page */
unsigned int kt_peek(vm_offset_t);
int	kt_read(vm_offset_t);		/* 0, or why it faulted */
int	kt_write(vm_offset_t, unsigned int);
void	kt_fail(const char *, ...) __attribute__((format(printf, 1, 2)));

/* Scenarios that are no tests: kt_crash.c, kt_layout.c. */
int	kt_crash(void);
int	kt_layout(void);
int	kt_dump(void);

int	kern_tests(void);

#define KT_CHECK(cond, ...) do {					\
	if (!(cond)) {							\
		kt_fail(__VA_ARGS__);					\
		return;							\
	}								\
} while (0)

/* Wants a value; says what it got. */
#define KT_IS(expr, want) do {						\
	unsigned int got_ = (unsigned int)(expr);			\
	KT_CHECK(got_ == (unsigned int)(want),				\
	    "line %d: " #expr " is 0x%x, wanted 0x%x", __LINE__, got_,	\
	    (unsigned int)(want));					\
} while (0)

#endif /* _TESTS_KT_H_ */
