/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pmap_host.h: the host contract of pmap_host(9) for a 32-bit user process.
 *
 * The module files compile unmodified against this header.  Kernel
 * addresses are real memory of the process, at 0x90000000 and up; user
 * addresses are only ever walked by the software MMU.  See host.h for what
 * a test may ask of this host, and mmu.h for the MMU and its TLB.
 *
 * The layout, with the slots of the page directory:
 *
 *	0x00000000   0	user, simulated
 *	0x8fbfe000 574	PH_USER_MAX: nothing of the user's from here on; in
 *			the variant for ports the slot is PH_BOOT_SLOT too
 *	0x8fc00000 575	PH_USER_PTMAX; the recursive slot in that variant
 *	0x90000000 576	PH_KERNBASE: boot, image, tables, arena, kernel_map
 *	0xb0000000 704	PH_KERNEND
 */
#ifndef _PMAP386_TESTS_PMAP_HOST_H_
#define _PMAP386_TESTS_PMAP_HOST_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned int vm_offset_t;
typedef unsigned int vm_size_t;
typedef int vm_prot_t;
typedef int boolean_t;

#ifndef TRUE
#define TRUE			1
#define FALSE			0
#endif

#define VM_PROT_NONE		0x0
#define VM_PROT_READ		0x1
#define VM_PROT_WRITE		0x2
#define VM_PROT_EXECUTE		0x4
#define VM_PROT_ALL		0x7

#define PH_USER_MAX		0x8fbfe000u
#define PH_USER_PTMAX		0x8fc00000u
#define PH_KERNBASE		0x90000000u
#define PH_KERNEND		0xb0000000u

/* The build chooses these: see host.mk. */
#ifndef PH_RECURSIVE
#define PH_RECURSIVE		0u
#endif
#ifndef PH_BOOT_SLOT
#define PH_BOOT_SLOT		0u
#endif
#ifndef PH_WIRED_FAILS
#define PH_WIRED_FAILS		1
#endif
#ifndef PH_GLOBAL
#define PH_GLOBAL		0x100u
#endif

/* So many page tables, 1 to 6, are no victims for being new. */
extern uint32_t ph_newest;
#define PTP_NEWEST		ph_newest

struct pmap;

/* Boot. */
uint32_t ph_frames(void);
uint32_t ph_arena_pages(void);
uint32_t ph_kva_bytes(void);
uint32_t ph_boot_page(void);
void	*ph_boot_kva(uint32_t pa);

/* Frames. */
bool	ph_frame_managed(uint32_t pfn);
bool	ph_frame_free(uint32_t pfn);
bool	ph_frame_kernel(uint32_t pfn);
bool	ph_frame_ram(uint32_t pfn);
uint32_t ph_cache_bits(uint32_t pa);

/* Pages for the module. */
bool	ph_page_alloc(uint32_t *pa);
void	ph_page_free(uint32_t pa);
void	ph_zero_page(void *kva);
void	ph_copy_page(void *dst, const void *src);

/* Waiting and blocking. */
bool	ph_may_wait(void);
void	ph_wait(void);
void	ph_wakeup_pager(void);
bool	ph_killed(void);
void	ph_pin_shortage(struct pmap *largest, uint32_t pages);
int	ph_splvm(void);
void	ph_splx(int s);

/* The processor. */
uint32_t ph_cr3(void);
void	ph_load_cr3(uint32_t pa);
void	ph_invlpg(uint32_t va);
bool	ph_has_invlpg(void);
void	ph_flush_global(void);

/* Ranges of kernel addresses with rules of their own. */
bool	ph_pager_va(uint32_t va);
bool	ph_host_edits(uint32_t va);

/* Trouble. */
void	ph_isolate(struct pmap *pmap, uint32_t va, uint32_t pa);
void	ph_printf(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
void	ph_panic(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));

#endif /* _PMAP386_TESTS_PMAP_HOST_H_ */
