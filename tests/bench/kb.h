/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kb.h: benchmarks of the module, called as the VM calls it.
 *
 * A row is a name and a size n.  Its function prepares, and measures calls:
 *
 *	for (kb_row("name", n); kb_more(); ) {
 *		... prepare ...
 *		kb_call(pmap_something, arguments);
 *		... undo ...
 *	}
 *	kb_end(parts);
 *
 * A call of a row is measured KB_CALLS times, or KB_FEW times where it takes
 * more than KB_LONG instructions; a row may measure several in each turn.
 * Interrupts are off.  kb_end prints the row; tools/bench reads it.
 */
#ifndef _TESTS_KB_H_
#define _TESTS_KB_H_

#define KB_ARGS		5		/* most arguments of a call */
#define KB_PAINT	2048		/* bytes of stack that are watched */
#define KB_COLOUR	0x5eedc0de
#define KS_INSNS	0		/* offsets in struct kb_sample */
#define KS_STACK	4
#define KS_RESULT	8

#ifndef __ASSEMBLER__

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <pmap.h>

#define KB_CALLS	1024
#define KB_FEW		16
#define KB_LONG		1000000

#define KB_VA		0x08000000u	/* where rows map */
#define KB_TABLE	0x00400000u	/* bytes that a page table maps */
#define KB_SLICE	64u		/* pages whose links share a slice */
#define KB_RW		(VM_PROT_READ | VM_PROT_WRITE)
#define KB_RO		VM_PROT_READ

struct kb_sample {
	unsigned int	ks_insns;
	unsigned int	ks_stack;
	unsigned int	ks_result;
};

void	kb_timed(struct kb_sample *, void (*)(void), const unsigned int *);
void	kb_nothing(void);

void	kb_row(const char *, unsigned int);
bool	kb_more(void);
void	kb_measure(void (*)(void), unsigned int, unsigned int, unsigned int,
	    unsigned int, unsigned int);
void	kb_end(unsigned int);
void	kb_figure(const char *, unsigned int, const char *, unsigned int,
	    unsigned int);

/* Measure a call.  Further words do not disturb a function with fewer. */
#define kb_call1(f, a)		kb_call5(f, a, 0, 0, 0, 0)
#define kb_call2(f, a, b)	kb_call5(f, a, b, 0, 0, 0)
#define kb_call3(f, a, b, c)	kb_call5(f, a, b, c, 0, 0)
#define kb_call4(f, a, b, c, d)	kb_call5(f, a, b, c, d, 0)
#define kb_call5(f, a, b, c, d, e)					\
	kb_measure((void (*)(void))(f), (unsigned int)(a),		\
	    (unsigned int)(b), (unsigned int)(c), (unsigned int)(d),	\
	    (unsigned int)(e))

/* What the rows use: pages of one's own, and pmaps. */
vm_offset_t kb_page(void);
pmap_t	kb_pmap(void);
void	kb_touch(pmap_t, vm_offset_t);	/* load it, and read there */
void	kb_unload(void);
unsigned int kb_result(void);		/* what the last call returned */

/* The rows, by what they call. */
void	kb_rows_address(void);
void	kb_rows_range(void);
void	kb_rows_page(void);
void	kb_rows_life(void);
void	kb_rows_kernel(void);
void	kb_rows_memory(void);

int	kern_tests(void);

#endif /* !__ASSEMBLER__ */
#endif /* _TESTS_KB_H_ */
