/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * cpu.h: what the rest of the kernel may ask of the machine.
 */
#ifndef _MACHINE_CPU_H_
#define _MACHINE_CPU_H_

#include <machine/frame.h>
#include <machine/intr.h>
#include <machine/psl.h>
#include <machine/segments.h>

struct proc;

/*
 * Did the frame come from user mode?  In virtual-8086 mode the code selector
 * has no privilege level in it, and always means the user's.
 */
#define USERMODE(tf)		(((tf)->tf_eflags & PSL_VM) != 0 ||	\
				 ISPL((tf)->tf_cs) == SEL_UPL)

/* The state that a clock tick interrupted. */
#define CLKF_USERMODE(cf)	USERMODE(&(cf)->cf_tf)

/*
 * Every return to user mode looks at want_resched and at signals, so that
 * neither needs to be announced.
 */
#define need_resched()		(want_resched = 1)
#define signotify(p)		((void)(p))

/* What this processor can do. */
extern int		cpu_family;	/* 3, 4, 5, 6 ... */
extern int		cpu_has_invlpg;
extern int		cpu_has_pge;
extern int		cpu_has_pse;
extern int		cpu_has_tsc;
extern char		cpu_model[];

extern unsigned int	physmem;	/* frames of RAM */

#define BOOTLINE_MAX	512		/* bytes of the boot line */

void	cpu_panic(void) __attribute__((noreturn));	/* panic's last act */
int	cpu_sigreturn(struct proc *, struct sigcontext *);
void	wdattach(void);

/*
 * Tests: access any address of the loaded space with kernel rights and no
 * fault handling.  0, or the page fault's error code plus 0x100.
 */
int	cpu_probe_read(vm_offset_t, unsigned int *);
int	cpu_probe_write(vm_offset_t, unsigned int);

/* Memory: as in NetBSD 1.0 with MACHINE_NONCONTIG. */
int	pmap_next_page(vm_offset_t *);
unsigned int pmap_free_pages(void);
int	pmap_page_index(vm_offset_t);

#endif /* _MACHINE_CPU_H_ */
