/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_host.h: the host contract of pmap_host(9) for NetBSD 1.0/i386.
 *
 * What the module calls often is inline; the rest is in glue.c.  That kernel
 * has no <stdint.h> and no <stdbool.h>, so their names are made here.
 *
 * The layout, with the slots of the page directory:
 *
 *	0x00000000    0	user
 *	0xf7bfe000  3de	PH_USER_MAX: the u-area and kernel stack, two pages
 *	0xf7c00000  3df	PH_USER_PTMAX; PTmap, the recursive slot
 *	0xf8000000  3e0	PH_KERNBASE: image, tables, arena, kernel_map
 *	0xffc00000  3ff	PH_KERNEND: was the alternate recursive slot
 */
#ifndef _PMAP386_NETBSD10_PMAP_HOST_H_
#define _PMAP386_NETBSD10_PMAP_HOST_H_

#include <sys/cdefs.h>
#include <sys/types.h>
#include <machine/psl.h>
#include <vm/vm_param.h>
#include <vm/vm_prot.h>

#ifndef NULL
#define NULL		((void *)0)
#endif

typedef u_int8_t	uint8_t;
typedef u_int16_t	uint16_t;
typedef u_int32_t	uint32_t;
typedef u_int64_t	uint64_t;
typedef unsigned int	uintptr_t;
typedef _Bool		bool;
#define true		1
#define false		0

#define PH_USER_MAX	0xf7bfe000u
#define PH_USER_PTMAX	0xf7c00000u
#define PH_KERNBASE	0xf8000000u
#define PH_KERNEND	0xffc00000u
#define PH_RECURSIVE	0x3dfu
#define PH_BOOT_SLOT	0x3deu		/* the stack of process 0 */
#define PH_GLOBAL	0u		/* there was no such bit in 1994 */
#define PH_WIRED_FAILS	0		/* pmap_enter and pmap_pinit are void */

struct pmap;

/* Known after pmap_bootstrap_host has looked at the processor. */
extern bool	ph_invlpg_works;

extern vm_offset_t pager_sva, pager_eva;

/*
 * Kernel addresses whose PTEs the kernel stores itself: the windows of
 * /dev/mem and of a dump, and what vmapbuf maps for raw I/O.
 */
struct ph_range {
	uint32_t	pr_sva;
	uint32_t	pr_size;	/* 0: not known yet */
};

enum { PH_WINDOWS, PH_PHYSIO, PH_NEDITS };
extern struct ph_range ph_edits[PH_NEDITS];

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
void	ph_pin_shortage(struct pmap *, uint32_t);

/* Trouble. */
void	ph_isolate(struct pmap *, uint32_t, uint32_t);
void	ph_printf(const char *, ...);
void	ph_panic(const char *, ...) __attribute__((__noreturn__));

/* The audit of glue_audit.c, once a second; 0: none. */
#ifndef PMAP_PORT_AUDIT
#define PMAP_PORT_AUDIT	0
#endif
void	ph_audit_start(int);

/*
 * Malloc is called at splimp, and frees whole pages; a disk driver looks up
 * kernel addresses.  splimp leaves the disk alone, splbio the network.
 */
static inline int
ph_splvm(void)
{
	int s = splimp();

	(void)splbio();
	return (s);
}

static inline void
ph_splx(int s)
{
	splx(s);
}

static inline uint32_t
ph_cr3(void)
{
	uint32_t cr3;

	__asm__ volatile("movl %%cr3,%0" : "=r" (cr3) : : "memory");
	return (cr3);
}

static inline void
ph_load_cr3(uint32_t pa)
{
	__asm__ volatile("movl %0,%%cr3" : : "r" (pa) : "memory");
}

static inline void
ph_invlpg(uint32_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r" (va) : "memory");
}

static inline bool
ph_has_invlpg(void)
{
	return (ph_invlpg_works);
}

/* There are no global entries. */
static inline void
ph_flush_global(void)
{
	ph_load_cr3(ph_cr3());
}

static inline void
ph_zero_page(void *kva)
{
	uint32_t n = 1024;

	__asm__ volatile("cld; rep; stosl" : "+D" (kva), "+c" (n) : "a" (0)
	    : "memory");
}

static inline void
ph_copy_page(void *dst, const void *src)
{
	uint32_t n = 1024;

	__asm__ volatile("cld; rep; movsl" : "+D" (dst), "+S" (src), "+c" (n)
	    : : "memory");
}

static inline bool
ph_pager_va(uint32_t va)
{
	return (va >= pager_sva && va < pager_eva);
}

static inline bool
ph_host_edits(uint32_t va)
{
	return (va - ph_edits[PH_WINDOWS].pr_sva <
	    ph_edits[PH_WINDOWS].pr_size ||
	    va - ph_edits[PH_PHYSIO].pr_sva < ph_edits[PH_PHYSIO].pr_size);
}

#endif /* _PMAP386_NETBSD10_PMAP_HOST_H_ */
