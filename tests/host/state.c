/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * state.c: the machine's state as bytes, to go back to.
 *
 * For exploration: save, run an operation, look, load, run another one.  The
 * contents of free pages and of pages of data are no part of the state, and
 * neither are the knobs and the records.  A buffer is as large as the
 * largest state of the machine can be; host_state_size says how large.
 *
 *	CR3 | TLB entries | frames' states | module's data | kept frames
 */
#include <string.h>

#include "host.h"

#define PAGE		4096u
#define ENTRIES_MAX	4096u

struct head {
	uint32_t	h_cr3;
	uint32_t	h_entries;
	struct mmu_entry h_entry[ENTRIES_MAX];
};

uint32_t
host_state_size(void)
{
	return ((uint32_t)sizeof(struct head) + host_frames_size() +
	    kva_module_size() + host_config.hc_frames * PAGE);
}

/*
 * => to: host_state_size() bytes, aligned to 4
 */
void
host_state_save(void *to)
{
	struct head *h = to;
	uint8_t *p = (uint8_t *)(h + 1);
	uint32_t i;

	h->h_cr3 = mmu_cpu.mc_cr3;
	h->h_entries = mmu_tlb_count();
	if (h->h_entries > ENTRIES_MAX)
		ph_panic("host: %u TLB entries are no state", h->h_entries);
	for (i = 0; i < h->h_entries; i++)
		h->h_entry[i] = *mmu_tlb_get(i);
	host_frames_save(p);
	p += host_frames_size();
	kva_module_save(p);
	p += kva_module_size();
	for (i = 0; i < host_config.hc_frames; i++)
		if (host_frame_kept(i)) {
			memcpy(p, host_phys(i * PAGE), PAGE);
			p += PAGE;
		}
}

void
host_state_load(const void *from)
{
	const struct head *h = from;
	const uint8_t *p = (const uint8_t *)(h + 1);
	uint32_t i;

	mmu_cpu.mc_cr3 = h->h_cr3;
	host_frames_load(p);
	p += host_frames_size();
	kva_module_load(p);
	p += kva_module_size();
	for (i = 0; i < host_config.hc_frames; i++)
		if (host_frame_kept(i)) {
			memcpy(host_phys(i * PAGE), p, PAGE);
			p += PAGE;
		}
	mmu_tlb_load(h->h_entry, h->h_entries);
	host_spl = 0;
}
