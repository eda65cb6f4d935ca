/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * unit.h: a small harness for tests of the module over tests/host.
 *
 *	TEST(pmap_enter__keeps_modify_bit)
 *	{
 *		pmap_t pm = as_new();
 *		...
 *		DO(pmap_enter(pm, va, pa, PROT_RW, FALSE));
 *		CHECK(pmap_is_modified(pa));
 *	}
 *
 * Before each test the machine is booted from nothing; a test that wants
 * another machine calls host_boot itself.  After each test every address
 * space and page that it took is given back, the audit runs, the TLB is
 * compared with the tables and the pages are counted.
 */
#ifndef _PMAP386_TESTS_UNIT_H_
#define _PMAP386_TESTS_UNIT_H_

#include <stdio.h>
#include <string.h>

#include "host.h"
#include "pmap.h"

#define PAGE		4096u
#define SLOT		0x400000u

#define PROT_R		VM_PROT_READ
#define PROT_RW		(VM_PROT_READ | VM_PROT_WRITE)
#define PROT_RX		(VM_PROT_READ | VM_PROT_EXECUTE)

/* The top page of a user stack: where the 1997 kernel died. */
#define STACK_TOP	(PH_USER_MAX - PAGE)

struct unit_test {
	const char	*ut_name;
	void		(*ut_fn)(void);
	struct unit_test *ut_next;
};

void	unit_register(struct unit_test *);
void	unit_fail(const char *file, int line, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 3, 4), __noreturn__));

#define TEST(name)							\
	static void name(void);						\
	static struct unit_test unit_##name = { #name, name, NULL };	\
	__attribute__((__constructor__)) static void			\
	register_##name(void)						\
	{								\
		unit_register(&unit_##name);				\
	}								\
	static void							\
	name(void)

#define CHECK(cond) do {						\
	if (!(cond))							\
		unit_fail(__FILE__, __LINE__, "%s", #cond);		\
} while (0)

#define CHECK_EQ(a, b) do {						\
	unsigned int unit_a = (unsigned int)(a);			\
	unsigned int unit_b = (unsigned int)(b);			\
	if (unit_a != unit_b)						\
		unit_fail(__FILE__, __LINE__,				\
		    "%s is 0x%x, %s is 0x%x", #a, unit_a, #b, unit_b);	\
} while (0)

/* One call of the module, and what must be true after every call. */
#define DO(call) do {							\
	call;								\
	host_check(#call);						\
} while (0)

/* A test of what the module asserts, which a build without that has not. */
#if defined(PMAP_DIAGNOSTIC) && PMAP_DIAGNOSTIC == 0
#define TEST_ASSERTED(name)						\
	__attribute__((__unused__)) static void				\
	name(void)
#else
#define TEST_ASSERTED(name)	TEST(name)
#endif

/* The call panics, and its message contains the text. */
#define EXPECT_PANIC(text, call) do {					\
	jmp_buf *unit_old, unit_here;					\
	enum host_trap unit_trap = HOST_TRY(unit_old, unit_here);	\
	if (unit_trap == HOST_OK) {					\
		call;							\
		host_trap_end(unit_old);				\
	}								\
	unit_expect(__FILE__, __LINE__, unit_trap, text);		\
} while (0)

void	unit_expect(const char *, int, enum host_trap, const char *);
void	unit_damaged(void);
void	unit_forget(void);
uint32_t unit_random(void);
void	unit_log_has(const char *file, int line, const char *text);
#define CHECK_LOG(text)	unit_log_has(__FILE__, __LINE__, text)

/* Address spaces and pages that the harness gives back after the test. */
pmap_t	as_new(void);
void	as_free(pmap_t);
uint32_t page_new(void);
uint32_t pages_new(uint32_t *, uint32_t);
void	page_free(uint32_t);

/* An access of user mode in pm, which becomes the loaded one. */
enum mmu_fault user_access(pmap_t, uint32_t va, unsigned int want,
	    uint32_t *pa);
bool	can_read(pmap_t, uint32_t va, uint32_t pa);
bool	can_write(pmap_t, uint32_t va, uint32_t pa);
bool	kernel_can(uint32_t va, unsigned int want, uint32_t pa);
bool	kernel_faults(uint32_t va);

/* What the tables say, past the module. */
uint32_t pte_of(pmap_t, uint32_t va);
struct pmap_usage usage(void);
unsigned int audit(void);

/* By policy isolate from here, until so many pages were isolated. */
void	isolate(void);
void	mended(uint32_t n);

#endif /* _PMAP386_TESTS_UNIT_H_ */
