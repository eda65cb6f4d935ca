/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_host.h: the host contract of pmap_host(9) for this kernel.
 *
 * What the module calls often is inline; the rest is in pmap_glue.c.
 */
#ifndef _I386_PMAP_HOST_H_
#define _I386_PMAP_HOST_H_

#include <sys/types.h>
#include <machine/cpufunc.h>
#include <machine/intr.h>
#include <machine/vmparam.h>
#include <vm/vm_prot.h>

#define PH_USER_MAX	0xefbfe000u
#define PH_USER_PTMAX	0xefc00000u
#define PH_KERNBASE	0xf0000000u
#define PH_KERNEND	0xffc00000u
#define PH_RECURSIVE	0u
#define PH_BOOT_SLOT	0u
#define PH_GLOBAL	cpu_pte_global
#define PH_WIRED_FAILS	1	/* mlock and fork have errors to give */

_Static_assert(PH_USER_MAX == VM_MAXUSER_ADDRESS, "end of user space");
_Static_assert(PH_KERNEND == VM_MAX_KERNEL_ADDRESS, "end of the kernel");

struct pmap;

/* Known after the processor was looked at, before pmap_bootstrap. */
extern uint32_t	cpu_pte_global;		/* 0x100, or 0 without PGE */
extern int	cpu_has_invlpg, cpu_has_pge;
extern vm_offset_t pager_sva, pager_eva;

/* Boot. */
uint32_t ph_frames(void);
uint32_t ph_arena_pages(void);
uint32_t ph_kva_bytes(void);
uint32_t ph_boot_page(void);
void	*ph_boot_kva(uint32_t);

/* Frames. */
bool	ph_frame_managed(uint32_t);
bool	ph_frame_free(uint32_t);
bool	ph_frame_kernel(uint32_t);
bool	ph_frame_ram(uint32_t);
uint32_t ph_cache_bits(uint32_t);

/* Pages for the module. */
bool	ph_page_alloc(uint32_t *);
void	ph_page_free(uint32_t);

/* Waiting. */
bool	ph_may_wait(void);
void	ph_wait(void);
void	ph_wakeup_pager(void);
bool	ph_killed(void);

/* Trouble. */
void	ph_isolate(struct pmap *, uint32_t, uint32_t);
void	ph_printf(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
void	ph_panic(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));

static inline int
ph_splvm(void)
{
	return (splvm());
}

static inline void
ph_splx(int s)
{
	splx(s);
}

static inline uint32_t
ph_cr3(void)
{
	return (rcr3());
}

static inline void
ph_load_cr3(uint32_t pa)
{
	lcr3(pa);
}

static inline void
ph_invlpg(uint32_t va)
{
	invlpg(va);
}

static inline bool
ph_has_invlpg(void)
{
	return (cpu_has_invlpg);
}

/* SDM vol. 3, 4.10.4.1: a change of CR4.PGE flushes global entries too. */
static inline void
ph_flush_global(void)
{
	uint32_t cr4;

	if (!cpu_has_pge) {
		lcr3(rcr3());
		return;
	}
	cr4 = rcr4();
	lcr4(cr4 & ~(uint32_t)CR4_PGE);
	lcr4(cr4);
}

static inline void
ph_zero_page(void *kva)
{
	uint32_t n = 1024;

	__asm__ volatile("cld; rep stosl" : "+D" (kva), "+c" (n) : "a" (0)
	    : "memory");
}

static inline void
ph_copy_page(void *dst, const void *src)
{
	uint32_t n = 1024;

	__asm__ volatile("cld; rep movsl" : "+D" (dst), "+S" (src), "+c" (n)
	    : : "memory");
}

static inline bool
ph_pager_va(uint32_t va)
{
	return (va >= pager_sva && va < pager_eva);
}

/* Never called: who would break the floor is refused. */
static inline void
ph_pin_shortage(struct pmap *largest, uint32_t pages)
{
	(void)largest;
	(void)pages;
}

/* Nothing in this kernel stores PTEs but the module. */
static inline bool
ph_host_edits(uint32_t va)
{
	(void)va;
	return (false);
}

#endif /* _I386_PMAP_HOST_H_ */
