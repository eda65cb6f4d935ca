/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * host.c: boot, frames, and the ph_ calls of the user-process host.
 *
 * Owns the state of every frame and checks each transition: what the module
 * takes must be free, what it gives back must be its own.  Anything wrong
 * here is a panic whose text begins with "host:".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "pmap.h"

#define MAX_FRAMES	0x40000u
#define PAGE		4096u

enum frame_state {
	FR_NONE,			/* no RAM */
	FR_SPARE,			/* RAM that the VM does not know */
	FR_IMAGE,			/* kernel image, boot tables */
	FR_BOOT,			/* ph_boot_page */
	FR_FREE,
	FR_MODULE,			/* ph_page_alloc */
	FR_DATA				/* host_page */
};

struct host_config host_config;
struct host_knobs host_knobs;
struct host_record host_record;
uint32_t host_fault_va;
int host_spl;
uint32_t host_pager_sva, host_pager_eva;
uint32_t host_edits_sva, host_edits_eva;
uint32_t ph_newest = 6;

static uint8_t *phys;
static uint8_t frame_state[MAX_FRAMES];
static uint32_t free_frames[MAX_FRAMES];
static uint32_t free_count, free_keep;
static uint32_t boot_next;		/* next frame for ph_boot_page */
static bool booting, managed_known;
static uint32_t wakeups_in_vain;	/* since a page or a sleep */
static uint32_t kva_next;

/*
 * 4 MB, a hole like that of the PC, an arena of the smallest size.
 */
struct host_config
host_config_default(void)
{
	struct host_config c = {
		.hc_frames = 1024, .hc_hole = { 160, 256 },
		.hc_image = { 256, 272 }, .hc_arena = 256,
		.hc_kva = 4u << 20, .hc_pager = 16, .hc_edits = 16,
		.hc_invlpg = true, .hc_pge = true, .hc_wp = true,
		.hc_init = true
	};

	return (c);
}

/*
 * What locore leaves, in the last four frames of the image: the stack of
 * process 0 in a slot below the kernel if there is one, a directory, the image
 * at PH_KERNBASE, and the first 4 MB of memory at 0.  The image has the user
 * right, as that of an old BSD has.
 */
static void
boot_tables(void)
{
	uint32_t i, n, pd, *dir, *image, *low, *stack;

	pd = (host_config.hc_image[1] - 3) * PAGE;
	n = host_config.hc_frames < 1024 ? host_config.hc_frames : 1024;
	dir = host_phys(pd);
	image = host_phys(pd + PAGE);
	low = host_phys(pd + 2 * PAGE);
	dir[0] = (pd + 2 * PAGE) | MMU_P | MMU_RW;
	dir[PH_KERNBASE >> 22] = (pd + PAGE) | MMU_P | MMU_RW | MMU_US;
	if (host_config.hc_large)
		dir[PH_KERNBASE >> 22] |= MMU_PS;
	if (PH_RECURSIVE != 0)
		dir[PH_RECURSIVE] = pd | MMU_P | MMU_RW | MMU_US;
	if (PH_BOOT_SLOT != 0) {
		dir[PH_BOOT_SLOT] = (pd - PAGE) | MMU_P | MMU_RW;
		stack = host_phys(pd - PAGE);
		stack[1023] = (host_config.hc_image[0] * PAGE) | MMU_P |
		    MMU_RW;
	}
	for (i = 0; i < n; i++) {
		low[i] = i << 12 | MMU_P | MMU_RW;
		if (i >= host_config.hc_image[0])
			image[i] = low[i] | MMU_US;
	}
	mmu_load_cr3(pd);
}

static void
boot_frames(void)
{
	const struct host_config *c = &host_config;
	uint32_t i;

	free_count = free_keep = 0;
	memset(frame_state, FR_NONE, sizeof(frame_state));
	for (i = 0; i < c->hc_frames; i++) {
		if (i >= c->hc_hole[0] && i < c->hc_hole[1])
			continue;
		frame_state[i] = FR_FREE;
		if (i >= c->hc_image[0] && i < c->hc_image[1])
			frame_state[i] = FR_IMAGE;
	}
	for (i = c->hc_spare[0]; i < c->hc_spare[1]; i++)
		frame_state[i] = FR_SPARE;
	boot_next = c->hc_image[1];
}

static void
boot_knobs(void)
{
	memset(&host_record, 0, sizeof(host_record));
	memset(&host_knobs, 0, sizeof(host_knobs));
	host_knobs.hk_limit = HOST_NO_LIMIT;
	host_knobs.hk_fail[0] = host_knobs.hk_fail[1] = HOST_NO_LIMIT;
	host_knobs.hk_may_wait = true;
	host_knobs.hk_max_waits = 1000;
	wakeups_in_vain = 0;
	host_spl = 0;
	host_message[0] = '\0';
	host_log_clear();
}

/*
 * Make a machine and start the module on it.
 */
void
host_boot(const struct host_config *config)
{
	struct pmap_usage u;
	vm_offset_t sva, eva;
	uint32_t i;

	host_watch(HOST_WATCH_MS);
	host_config = *config;
	phys = kva_init();
	mmu_init(phys, config->hc_frames);
	kva_reset(config->hc_frames);
	boot_frames();
	boot_knobs();
	boot_tables();
	mmu_cpu.mc_wp = config->hc_wp;
	mmu_cpu.mc_pge = config->hc_pge;
	mmu_cpu.mc_invlpg = config->hc_invlpg;
	host_pager_sva = host_pager_eva = host_edits_sva = host_edits_eva = 0;
	managed_known = false;
	booting = true;
	pmap_bootstrap(PH_KERNBASE + config->hc_image[1] * PAGE);
	booting = false;
	if (frame_state[0] == FR_FREE)
		free_frames[free_count++] = 0;
	for (i = config->hc_frames; --i > 0;)
		if (frame_state[i] == FR_FREE)
			free_frames[free_count++] = i;
	pmap_virtual_space(&sva, &eva);
	kva_next = sva;
	host_pager_sva = host_kva(config->hc_pager);
	host_pager_eva = host_pager_sva + config->hc_pager * PAGE;
	host_edits_sva = host_kva(config->hc_edits);
	host_edits_eva = host_edits_sva + config->hc_edits * PAGE;
	managed_known = true;
	host_spl = 1;
	if (config->hc_init)
		pmap_init();
	host_spl = 0;
	pmap_usage(&u);
	host_record.hr_arena = u.pu_arena - host_record.hr_held;
	host_record.hr_slices = u.pu_slices;
}

static void
breach_report(const struct mmu_breach *b)
{
	ph_panic("host: %s va 0x%08x cached frame 0x%x flags 0x%02x: %s "
	    "(pde 0x%08x pte 0x%08x)", b->mb_law, b->mb_entry.me_vpn << 12,
	    b->mb_entry.me_pfn, b->mb_entry.me_flags, b->mb_why, b->mb_pde,
	    b->mb_pte);
}

/*
 * What must be true whenever no call of the module is under way.
 *
 * => panics with the breach, naming the place
 */
void
host_check(const char *where)
{
	if (host_spl != 0)
		ph_panic("host: spl %d left behind by %s", host_spl, where);
	mmu_tlb_check(breach_report);
}

/*
 * A free page, from the one pool of the machine.
 */
static bool
frame_take(enum frame_state to, uint32_t keep, uint32_t *pa)
{
	uint32_t pfn;

	if (free_count <= keep)
		return (false);
	pfn = free_frames[--free_count];
	frame_state[pfn] = (uint8_t)to;
	*pa = pfn * PAGE;
	return (true);
}

static void
frame_give(enum frame_state from, uint32_t pa)
{
	uint32_t pfn = pa / PAGE;

	if ((pa & (PAGE - 1)) != 0 || pfn >= host_config.hc_frames ||
	    frame_state[pfn] != from)
		ph_panic("host: page 0x%08x freed, but its state is %d", pa,
		    pfn < host_config.hc_frames ? frame_state[pfn] : -1);
	frame_state[pfn] = FR_FREE;
	free_frames[free_count++] = pfn;
}

/*
 * A page of data, as vm_page_alloc gives one; false when there is none.
 */
bool
host_page_try(uint32_t *pa)
{
	return (frame_take(FR_DATA, free_keep, pa));
}

uint32_t
host_page(void)
{
	uint32_t pa;

	if (!host_page_try(&pa))
		ph_panic("host: no page for the test");
	return (pa);
}

/*
 * A certain page, if it is free: frame 0 is the last that host_page gives.
 */
bool
host_page_take(uint32_t pa)
{
	uint32_t i, pfn = pa / PAGE;

	for (i = 0; i < free_count && free_frames[i] != pfn; i++)
		continue;
	if (i == free_count)
		return (false);
	free_frames[i] = free_frames[--free_count];
	frame_state[pfn] = FR_DATA;
	return (true);
}

/*
 * Free a page of data.  As in the VM, nothing may map it any more.
 */
void
host_page_put(uint32_t pa)
{
	if (pmap_page_mappings(pa) != 0)
		ph_panic("host: page 0x%08x freed while mapped", pa);
	frame_give(FR_DATA, pa);
}

uint32_t
host_pages_free(void)
{
	return (free_count);
}

/*
 * Keep that many free pages out of the test's own hands.
 */
void
host_page_reserve(uint32_t keep)
{
	free_keep = keep;
}

/*
 * The nth page of a device, above RAM.
 */
uint32_t
host_device_page(uint32_t n)
{
	return (0xc0000000u + n * PAGE);
}

/*
 * Kernel addresses that nothing uses.
 */
uint32_t
host_kva(uint32_t npages)
{
	vm_offset_t sva, eva;
	uint32_t va = kva_next;

	pmap_virtual_space(&sva, &eva);
	if (npages * PAGE > eva - va)
		ph_panic("host: out of kernel addresses");
	kva_next += npages * PAGE;
	return (va);
}

void *
host_phys(uint32_t pa)
{
	if (pa / PAGE >= host_config.hc_frames)
		ph_panic("host: physical address 0x%08x", pa);
	return (phys + pa);
}

uint32_t *
host_pde(struct pmap *pmap, uint32_t va)
{
	return ((uint32_t *)host_phys(pmap->pm_pdirpa) + (va >> 22));
}

/*
 * The PTE of an address, NULL without a page table.
 */
uint32_t *
host_pte(struct pmap *pmap, uint32_t va)
{
	uint32_t pde = *host_pde(pmap, va);

	if ((pde & MMU_P) == 0)
		return (NULL);
	return ((uint32_t *)host_phys(pde & MMU_FRAME) + (va >> 12 & 1023));
}

/*
 * The frames' states and the free list, as bytes.
 */
uint32_t
host_frames_size(void)
{
	return (host_config.hc_frames * 5 + 4);
}

void
host_frames_save(void *to)
{
	uint8_t *p = to;
	uint32_t n = host_config.hc_frames;

	memcpy(p, &free_count, 4);
	memcpy(p + 4, free_frames, n * 4);
	memcpy(p + 4 + n * 4, frame_state, n);
}

void
host_frames_load(const void *from)
{
	const uint8_t *p = from;
	uint32_t n = host_config.hc_frames;

	memcpy(&free_count, p, 4);
	memcpy(free_frames, p + 4, n * 4);
	memcpy(frame_state, p + 4 + n * 4, n);
	host_record.hr_held = 0;
	for (n = 0; n < host_config.hc_frames; n++)
		host_record.hr_held += frame_state[n] == FR_MODULE;
}

/*
 * Do the contents of this frame belong to the machine's state?
 */
bool
host_frame_kept(uint32_t pfn)
{
	return (frame_state[pfn] == FR_BOOT ||
	    frame_state[pfn] == FR_MODULE ||
	    (frame_state[pfn] == FR_IMAGE &&
	    pfn + 4 >= host_config.hc_image[1]));
}

uint32_t
ph_frames(void)
{
	return (host_config.hc_frames);
}

uint32_t
ph_arena_pages(void)
{
	return (host_config.hc_arena);
}

uint32_t
ph_kva_bytes(void)
{
	return (host_config.hc_kva);
}

uint32_t
ph_boot_page(void)
{
	if (!booting)
		ph_panic("host: ph_boot_page after boot");
	while (boot_next < host_config.hc_frames &&
	    frame_state[boot_next] != FR_FREE)
		boot_next++;
	if (boot_next == host_config.hc_frames)
		ph_panic("host: no page to boot with");
	frame_state[boot_next] = FR_BOOT;
	if (host_knobs.hk_fill != HOST_FILL_NONE)
		memset(host_phys(boot_next * PAGE), 0xa4, PAGE);
	return (boot_next * PAGE);
}

void *
ph_boot_kva(uint32_t pa)
{
	if (!booting)
		ph_panic("host: ph_boot_kva after boot");
	return (host_phys(pa));
}

bool
ph_frame_managed(uint32_t pfn)
{
	if (!managed_known)
		ph_panic("host: ph_frame_managed before pmap_init");
	return (pfn < host_config.hc_frames && frame_state[pfn] >= FR_FREE);
}

bool
ph_frame_free(uint32_t pfn)
{
	return (pfn < host_config.hc_frames && frame_state[pfn] == FR_FREE);
}

bool
ph_frame_kernel(uint32_t pfn)
{
	return (pfn < host_config.hc_frames &&
	    (frame_state[pfn] == FR_IMAGE || frame_state[pfn] == FR_BOOT));
}

bool
ph_frame_ram(uint32_t pfn)
{
	return (pfn < host_config.hc_frames && frame_state[pfn] != FR_NONE);
}

uint32_t
ph_cache_bits(uint32_t pa)
{
	return (ph_frame_ram(pa / PAGE) ? 0 : MMU_PCD);
}

/*
 * Fill a page with what the knob says a stranger may have left there.
 */
static void
fill_page(uint32_t pa)
{
	uint32_t *word = host_phys(pa), i;

	switch (host_knobs.hk_fill) {
	case HOST_FILL_JUNK:
		memset(word, 0xa4, PAGE);
		break;
	case HOST_FILL_PTES:
		for (i = 0; i < 1024; i++)
			word[i] = ((i * 7 + pa / PAGE) % host_config.hc_frames)
			    << 12 | 0x67;
		break;
	case HOST_FILL_NONE:
		break;
	}
}

/*
 * Does the knob want this call to fail?
 */
static bool
alloc_fails(void)
{
	bool fail = false;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (host_knobs.hk_fail[i] == HOST_NO_LIMIT)
			continue;
		if (host_knobs.hk_fail[i]-- == 0)
			fail = true;
	}
	if (fail || host_knobs.hk_limit == 0)
		return (true);
	if (host_knobs.hk_limit != HOST_NO_LIMIT)
		host_knobs.hk_limit--;
	return (false);
}

/*
 * Calls that the module makes at splvm only, but at boot.
 */
static void
need_splvm(const char *what)
{
	if (host_spl == 0 && managed_known)
		ph_panic("host: %s at spl 0", what);
}

/*
 * A frame for the module: the next one, or the one that the knob names.
 */
static bool
module_frame(uint32_t *pa)
{
	if (host_knobs.hk_frame == NULL)
		return (frame_take(FR_MODULE, 0, pa));
	*pa = host_knobs.hk_frame();
	if (!host_page_take(*pa))
		return (false);
	frame_state[*pa / PAGE] = FR_MODULE;
	return (true);
}

bool
ph_page_alloc(uint32_t *pa)
{
	need_splvm("ph_page_alloc");
	host_record.hr_allocs++;
	if (alloc_fails() || !module_frame(pa)) {
		host_record.hr_failed++;
		return (false);
	}
	host_record.hr_held++;
	wakeups_in_vain = 0;
	fill_page(*pa);
	return (true);
}

/*
 * => the flush comes before: a frame that a TLB still holds is refused, unless
 *    a test asks what a use of it would come upon
 */
void
ph_page_free(uint32_t pa)
{
	need_splvm("ph_page_free");
	frame_give(FR_MODULE, pa);
	if (!host_knobs.hk_free_cached && mmu_holds(pa / PAGE))
		ph_panic("host: page 0x%08x freed while it is cached", pa);
	host_record.hr_held--;
	kva_poison(pa / PAGE);
	fill_page(pa);
}

/*
 * Where the kernel page at kva can be seen by us: one access through the MMU
 * in place of a thousand through real memory.  What ph_boot_kva gave is ours
 * already.
 */
static void *
kernel_page(uint32_t kva, unsigned int want)
{
	uint32_t pa;

	if (kva < PH_USER_PTMAX)
		return ((void *)kva);
	host_fault_va = kva;
	if (mmu_access(kva, want, &pa) != MMU_OK) {
		snprintf(host_message, sizeof(host_message),
		    "kernel page fault: page at 0x%08x", kva);
		host_trap(HOST_FAULT);
	}
	return (host_phys(pa & MMU_FRAME));
}

void
ph_zero_page(void *kva)
{
	memset(kernel_page((uint32_t)kva, MMU_WRITE), 0, PAGE);
}

void
ph_copy_page(void *dst, const void *src)
{
	memcpy(kernel_page((uint32_t)dst, MMU_WRITE),
	    kernel_page((uint32_t)src, MMU_READ), PAGE);
}

bool
ph_may_wait(void)
{
	host_record.hr_asked++;
	return (host_knobs.hk_may_wait);
}

/*
 * Sleep: other processes run at spl 0, then ours goes on where it was.
 */
void
ph_wait(void)
{
	int s = host_spl;

	if (!host_knobs.hk_may_wait)
		ph_panic("host: ph_wait where none may wait");
	host_record.hr_waits++;
	wakeups_in_vain = 0;
	host_hang_above(host_knobs.hk_max_waits, "ph_wait",
	    host_record.hr_waits);
	host_spl = 0;
	if (host_knobs.hk_wait != NULL)
		host_knobs.hk_wait();
	host_spl = s;
}

void
ph_wakeup_pager(void)
{
	host_record.hr_wakeups++;
	host_hang_above(100 * host_knobs.hk_max_waits, "ph_wakeup_pager",
	    ++wakeups_in_vain);
	if (host_knobs.hk_wakeup != NULL)
		host_knobs.hk_wakeup();
}

bool
ph_killed(void)
{
	return (host_knobs.hk_killed);
}

/*
 * => as the host of a kernel without limits, that ends somebody
 */
void
ph_pin_shortage(struct pmap *largest, uint32_t pages)
{
	need_splvm("ph_pin_shortage");
	if (host_knobs.hk_pinned != NULL)
		host_knobs.hk_pinned(largest, pages);
}

/*
 * Run the test's interrupt handler, at a level that blocks itself.
 */
static void
interrupt(void)
{
	if (host_spl != 0 || host_knobs.hk_intr == NULL)
		return;
	host_spl = 1;
	host_knobs.hk_intr();
	host_spl = 0;
}

int
ph_splvm(void)
{
	int s;

	host_calls++;
	interrupt();
	s = host_spl;
	host_spl = 1;
	return (s);
}

void
ph_splx(int s)
{
	if (s != 0 && s != 1)
		ph_panic("host: splx(%d)", s);
	host_spl = s;
	interrupt();
}

uint32_t
ph_cr3(void)
{
	return (mmu_cpu.mc_cr3);
}

void
ph_load_cr3(uint32_t pa)
{
	if ((pa & (PAGE - 1)) != 0 || pa / PAGE >= host_config.hc_frames ||
	    frame_state[pa / PAGE] == FR_FREE)
		ph_panic("host: CR3 0x%08x is no directory", pa);
	mmu_load_cr3(pa);
}

void
ph_invlpg(uint32_t va)
{
	if (!mmu_cpu.mc_invlpg)
		ph_panic("host: INVLPG 0x%08x on a 386", va);
	need_splvm("INVLPG");
	mmu_invlpg(va);
}

bool
ph_has_invlpg(void)
{
	return (mmu_cpu.mc_invlpg);
}

void
ph_flush_global(void)
{
	mmu_flush_global();
}

bool
ph_pager_va(uint32_t va)
{
	return (va >= host_pager_sva && va < host_pager_eva);
}

bool
ph_host_edits(uint32_t va)
{
	return (va >= host_edits_sva && va < host_edits_eva);
}

void
ph_isolate(struct pmap *pmap, uint32_t va, uint32_t pa)
{
	host_record.hr_isolated++;
	host_record.hr_iso_pmap = pmap;
	host_record.hr_iso_va = va;
	host_record.hr_iso_pa = pa;
}
