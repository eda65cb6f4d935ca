/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kva.c: kernel addresses as real memory of the process.
 *
 * Owns the file that is the physical memory, the range of addresses in
 * which the kernel's virtual memory appears, and the module's data section.
 * The module dereferences kernel addresses as on a real machine; the first
 * touch of a page is a SIGSEGV, whose handler asks the MMU for a kernel
 * access and maps the frame that it gives.  What the MMU's TLB drops is
 * unmapped again.  So the process sees through exactly the translations
 * that the TLB holds: a missing flush of a kernel page reads the old frame,
 * and a page that nothing maps is a fault, reported to the test.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sanitizer/asan_interface.h>
#include <ucontext.h>
#include <unistd.h>

#include "host.h"

#define PHYS_BASE	0x4f000000u	/* all of physical memory, for us */
#define PHYS_MAX	0x40000000u
#define REAL_BASE	PH_USER_PTMAX	/* the recursive slot, the kernel */
#define REAL_SIZE	(PH_KERNEND - PH_USER_PTMAX)
#define PAGE		4096u

static int phys_fd = -1;
static uint32_t fault_last, fault_repeats;	/* a fault that no map cures */

/* The module's data and bss: host.mk gathers them in one section. */
extern char __start_pmapdata[], __stop_pmapdata[];
static char *module_pristine;

/*
 * The sanitizers' own interceptors must not see these copies: they run over
 * red zones.
 */
static void
copy_bytes(void *dst, const void *src, uint32_t len)
{
	__asm__ volatile("rep movsb" : "+D" (dst), "+S" (src), "+c" (len)
	    : : "memory");
}

uint32_t
kva_module_size(void)
{
	return ((uint32_t)(__stop_pmapdata - __start_pmapdata));
}

void
kva_module_save(void *to)
{
	copy_bytes(to, __start_pmapdata, kva_module_size());
}

void
kva_module_load(const void *from)
{
	copy_bytes(__start_pmapdata, from, kva_module_size());
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	_exit(2);
}

static void
kva_unmap(uint32_t vpn)
{
	void *p;

	p = mmap((void *)(vpn << 12), PAGE, PROT_NONE, MAP_FIXED |
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must(p != MAP_FAILED, "unmap");
	ASAN_UNPOISON_MEMORY_REGION(p, PAGE);	/* a fault from here on */
	fault_repeats = 0;
}

/*
 * Make the page of a fault real if the MMU allows the access.
 * => a write to a page whose D is clear comes here, and what the processor
 *    does just before it can be done then: hk_write
 */
static bool
kva_fault(uint32_t va, bool write)
{
	uint32_t pa;
	uint8_t flags;
	int prot;
	void *p;

	fault_repeats = va == fault_last ? fault_repeats + 1 : 0;
	fault_last = va;
	if (va - REAL_BASE >= REAL_SIZE || fault_repeats > 4)
		return (false);
	if (mmu_access(va, write ? MMU_WRITE : MMU_READ, &pa) != MMU_OK ||
	    (pa >> 12) >= host_config.hc_frames)
		return (false);
	if (write && host_knobs.hk_write != NULL)
		host_knobs.hk_write(va);
	flags = mmu_tlb_mark(va >> 12, pa >> 12);
	prot = PROT_READ;
	if ((flags & ME_D) != 0 && ((flags & ME_W) != 0 || !mmu_cpu.mc_wp))
		prot |= PROT_WRITE;
	p = mmap((void *)(va & ~(PAGE - 1)), PAGE, prot, MAP_FIXED |
	    MAP_SHARED | MAP_POPULATE, phys_fd, (off_t)(pa & ~(PAGE - 1)));
	must(p != MAP_FAILED, "map");
	ASAN_UNPOISON_MEMORY_REGION(p, PAGE);
	host_record.hr_faults++;
	return (true);
}

/*
 * => realigns its stack: the frame that an emulator makes for a signal may
 *    be aligned to 8 bytes only, and the sanitizer's frames want 16
 */
static void __attribute__((__force_align_arg_pointer__))
segv(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	bool write = (uc->uc_mcontext.gregs[REG_ERR] & 2) != 0;

	(void)sig;
	host_fault_va = (uint32_t)info->si_addr;
	if (kva_fault(host_fault_va, write))
		return;
	snprintf(host_message, sizeof(host_message),
	    "kernel page fault: %s at 0x%08x, eip 0x%08x",
	    write ? "write" : "read", host_fault_va,
	    (uint32_t)uc->uc_mcontext.gregs[REG_EIP]);
	host_trap(HOST_FAULT);
}

/*
 * A page that the module freed: where it can still be seen at a kernel
 * address, reading it is an error of the address sanitizer.
 */
void
kva_poison(uint32_t pfn)
{
	const struct mmu_entry *e;
	uint32_t i;

	for (i = 0; (e = mmu_tlb_get(i)) != NULL; i++)
		if (e->me_pfn == pfn && (e->me_flags & ME_REAL) != 0)
			ASAN_POISON_MEMORY_REGION((void *)(e->me_vpn << 12),
			    PAGE);
}

/*
 * Make a kernel page real, and all of them until the next boot, whatever the
 * TLB says: for a test that sees to it that no kernel page changes its frame.
 */
void
kva_pin(uint32_t vpn, uint32_t pfn)
{
	void *p;

	mmu_drop_hook = NULL;
	p = mmap((void *)(vpn << 12), PAGE, PROT_READ | PROT_WRITE, MAP_FIXED |
	    MAP_SHARED, phys_fd, (off_t)(pfn * PAGE));
	must(p != MAP_FAILED, "pin");
	ASAN_UNPOISON_MEMORY_REGION(p, PAGE);
}

static void
kva_unpin(void)
{
	void *p;

	p = mmap((void *)REAL_BASE, REAL_SIZE, PROT_NONE, MAP_FIXED |
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must(p != MAP_FAILED, "unpin");
	mmu_drop_hook = kva_unmap;
}

/*
 * Take the ranges of addresses, once a process.
 *
 * => returns where physical memory can be seen
 */
uint8_t *
kva_init(void)
{
	struct sigaction sa;
	void *p;

	if (phys_fd >= 0)
		return ((uint8_t *)PHYS_BASE);
	phys_fd = memfd_create("physical memory", 0);
	must(phys_fd >= 0, "memfd_create");
	p = mmap((void *)PHYS_BASE, PHYS_MAX, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE, phys_fd, 0);
	must(p == (void *)PHYS_BASE, "physical memory");
	p = mmap((void *)REAL_BASE, REAL_SIZE, PROT_NONE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	must(p == (void *)REAL_BASE, "kernel addresses");
	module_pristine = malloc(kva_module_size() + 1);
	must(module_pristine != NULL, "malloc");
	kva_module_save(module_pristine);
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = segv;
	sa.sa_flags = SA_SIGINFO | SA_NODEFER;
	must(sigaction(SIGSEGV, &sa, NULL) == 0, "sigaction");
	must(sigaction(SIGBUS, &sa, NULL) == 0, "sigaction");
	mmu_drop_hook = kva_unmap;
	return ((uint8_t *)PHYS_BASE);
}

/*
 * Zero memory of this many frames; module data as at program start.
 *
 * => the TLB is empty, so no kernel page is mapped
 */
void
kva_reset(uint32_t frames)
{
	if (mmu_drop_hook == NULL)
		kva_unpin();
	must(ftruncate(phys_fd, 0) == 0, "ftruncate");
	must(ftruncate(phys_fd, (off_t)(frames * PAGE)) == 0, "ftruncate");
	kva_module_load(module_pristine);
}
