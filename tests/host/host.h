/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * host.h: what a test may ask of the user-process host.
 *
 * host_boot makes a machine from nothing: memory, boot tables, module data
 * as at program start, then pmap_bootstrap and pmap_init.  It may be called
 * any number of times in one process.  All of the machine's choices stand
 * in struct host_config; all of the knobs that a test turns while it runs
 * stand in struct host_knobs, which host_boot resets.
 */
#ifndef _PMAP386_TESTS_HOST_H_
#define _PMAP386_TESTS_HOST_H_

#include <setjmp.h>

#include "pmap_host.h"
#include "mmu.h"

/* The machine.  Frames are counted in pages of 4096 bytes. */
struct host_config {
	uint32_t	hc_frames;	/* end of RAM */
	uint32_t	hc_hole[2];	/* not RAM: [start, end) */
	uint32_t	hc_image[2];	/* the kernel's image */
	uint32_t	hc_spare[2];	/* RAM that the VM does not know */
	uint32_t	hc_arena;	/* arena pages */
	uint32_t	hc_kva;		/* bytes of kernel_map */
	uint32_t	hc_pager;	/* pages of pager addresses */
	uint32_t	hc_edits;	/* pages where the host edits PTEs */
	bool		hc_large;	/* the boot maps the image by 4 MB */
	bool		hc_invlpg;	/* false: a 386 */
	bool		hc_pge;
	bool		hc_wp;
	bool		hc_init;	/* call pmap_init too */
};

/* What a freed or fresh page of the module's holds. */
enum host_fill {
	HOST_FILL_JUNK,			/* no valid PTE among it */
	HOST_FILL_PTES,			/* each word a valid-looking PTE */
	HOST_FILL_NONE
};

#define HOST_NO_LIMIT		0xffffffffu

/* Knobs; HOST_NO_LIMIT in a number means never. */
struct host_knobs {
	uint32_t	hk_limit;	/* allocations that may still succeed */
	uint32_t	hk_fail[2];	/* these calls from now fail, 0 next */
	bool		hk_may_wait;	/* what ph_may_wait answers */
	bool		hk_killed;	/* what ph_killed answers */
	enum host_fill	hk_fill;
	bool		hk_free_cached;	/* a page may be freed unflushed */
	uint32_t	hk_max_waits;	/* ph_wait calls before HOST_HANG */
	void		(*hk_wait)(void);	/* another process runs */
	void		(*hk_intr)(void);	/* an interrupt, at spl 0 */
	void		(*hk_wakeup)(void);	/* the pagedaemon is woken */
	void		(*hk_pinned)(struct pmap *, uint32_t);	/* the floor */
	void		(*hk_write)(uint32_t va);	/* the module writes */
	uint32_t	(*hk_frame)(void);	/* which page is allocated */
};

/* What the module did since host_boot. */
struct host_record {
	uint32_t	hr_allocs;	/* ph_page_alloc calls */
	uint32_t	hr_failed;	/* of these, refused */
	uint32_t	hr_held;	/* pages that the module holds */
	uint32_t	hr_arena;	/* arena pages of boot frames */
	uint32_t	hr_slices;	/* slices of the kernel's tables */
	uint32_t	hr_asked;	/* ph_may_wait calls */
	uint32_t	hr_waits;
	uint32_t	hr_wakeups;
	uint32_t	hr_isolated;	/* ph_isolate calls, the last one: */
	struct pmap	*hr_iso_pmap;
	uint32_t	hr_iso_va;
	uint32_t	hr_iso_pa;
	uint32_t	hr_faults;	/* soft faults on kernel memory */
};

/* How a stretch of code ended; see HOST_TRY. */
enum host_trap {
	HOST_OK,
	HOST_PANIC,			/* ph_panic, text in host_message */
	HOST_FAULT,			/* page fault at host_fault_va */
	HOST_HANG			/* ph_wait or a loop without end */
};

extern struct host_config host_config;
extern struct host_knobs host_knobs;
extern struct host_record host_record;
extern char host_message[512];
extern uint32_t host_fault_va;
extern int host_spl;
extern uint32_t host_pager_sva, host_pager_eva;
extern uint32_t host_edits_sva, host_edits_eva;

/* Boot. */
struct host_config host_config_default(void);
void	host_boot(const struct host_config *);
void	host_check(const char *where);

/* Frames of the test's own, as the VM would have them. */
bool	host_page_try(uint32_t *pa);
uint32_t host_page(void);
bool	host_page_take(uint32_t pa);
void	host_page_put(uint32_t pa);
uint32_t host_pages_free(void);
void	host_page_reserve(uint32_t keep);
uint32_t host_device_page(uint32_t n);
uint32_t host_kva(uint32_t npages);

/* Look and write behind the module's back. */
void	*host_phys(uint32_t pa);
uint32_t *host_pde(struct pmap *, uint32_t va);
uint32_t *host_pte(struct pmap *, uint32_t va);
const char *host_log(void);
void	host_log_clear(void);

/*
 * Run code that may panic or fault:
 *
 *	jmp_buf *old, here;
 *
 *	if (HOST_TRY(old, here) == HOST_OK) {
 *		code;
 *		host_trap_end(old);
 *	} else
 *		it did not come to the end
 */
extern jmp_buf *host_trap_to;
jmp_buf	*host_trap_begin(jmp_buf *);
void	host_trap_end(jmp_buf *);
#define HOST_TRY(old, here)						\
	((old) = host_trap_begin(&(here)),				\
	    host_trap_land((old), (enum host_trap)_setjmp(here)))
enum host_trap host_trap_land(jmp_buf *, enum host_trap);
void	host_trap(enum host_trap) __attribute__((__noreturn__));
void	host_hang_above(uint32_t limit, const char *what, uint32_t n);

/* A call of the module that does not return is a hang; see host_watch. */
extern volatile uint32_t host_calls;	/* of the module */
#define HOST_WATCH_MS	3000u
void	host_watch(uint32_t ms);

/*
 * state.c: the machine's whole state as bytes, for exploration: the module's
 * data, every frame that is not free and no page of data, who holds which
 * frame, CR3 and the TLB.
 */
uint32_t host_state_size(void);
void	host_state_save(void *to);
void	host_state_load(const void *from);

/* What host.c holds for state.c: the frames' states and the free list. */
uint32_t host_frames_size(void);
void	host_frames_save(void *to);
void	host_frames_load(const void *from);
bool	host_frame_kept(uint32_t pfn);

/* kva.c: kernel memory as real memory, and the module's data. */
uint8_t	*kva_init(void);
void	kva_reset(uint32_t frames);
void	kva_poison(uint32_t pfn);
void	kva_pin(uint32_t vpn, uint32_t pfn);
uint32_t kva_module_size(void);
void	kva_module_save(void *to);
void	kva_module_load(const void *from);

#endif /* _PMAP386_TESTS_HOST_H_ */
