/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_page.c: bad arguments of the calls that take a physical page.
 */
#include "args.h"

#define STRANGE		(~(PMAP_WRITE | PMAP_NOCACHE | PMAP_REF | PMAP_MOD))

/* ----- pmap_page_protect ----- */

LIKE(pmap_page_protect, "misaligned pa", "truncated",
    pmap_page_protect(w.page[0] + 0xfff, PROT_R),
    pmap_page_protect(w.page[0], PROT_R))
SAME(pmap_page_protect, "unmanaged frame", "no effect",
    pmap_page_protect(w.ram, VM_PROT_NONE))
SAME(pmap_page_protect, "frame above RAM", "no effect",
    pmap_page_protect(w.device, VM_PROT_NONE))
SAME(pmap_page_protect, "last byte of 4 GB", "no effect",
    pmap_page_protect(0xffffffffu, VM_PROT_NONE))
SAME(pmap_page_protect, "kernel image frame", "no effect",
    pmap_page_protect(w.image, VM_PROT_NONE))
SAME(pmap_page_protect, "page table's frame", "no effect",
    pmap_page_protect(w.ptp, VM_PROT_NONE))
SAME(pmap_page_protect, "directory's frame", "no effect",
    pmap_page_protect(w.dir, VM_PROT_NONE))
SAME(pmap_page_protect, "PV page's frame", "no effect",
    pmap_page_protect(w.slices, VM_PROT_NONE))
LIKE(pmap_page_protect, "frame 0", "as asked",
    pmap_page_protect(0, VM_PROT_NONE),
    pmap_remove(w.own, UVA + PAGE, UVA + 2 * PAGE))
SAME(pmap_page_protect, "free page", "no effect",
    pmap_page_protect(w.unused, VM_PROT_NONE))
SAME(pmap_page_protect, "prot ALL", "no effect",
    pmap_page_protect(w.page[0], VM_PROT_ALL))
LIKE(pmap_page_protect, "prot WRITE alone", "removes",
    pmap_page_protect(w.page[0], VM_PROT_WRITE),
    pmap_page_protect(w.page[0], VM_PROT_NONE))
LIKE(pmap_page_protect, "prot READ and WRITE", "removes",
    pmap_page_protect(w.page[0], PROT_RW),
    pmap_page_protect(w.page[0], VM_PROT_NONE))
LIKE(pmap_page_protect, "prot READ and bits outside ALL", "removes",
    pmap_page_protect(w.page[0], PROT_R | PROT_STRANGE),
    pmap_page_protect(w.page[0], VM_PROT_NONE))

/* ----- pmap_changebit ----- */

LIKE(pmap_changebit, "misaligned pa", "truncated",
    pmap_changebit(w.page[0] + 0xfff, 0, ~PMAP_MOD),
    pmap_changebit(w.page[0], 0, ~PMAP_MOD))
SAME(pmap_changebit, "unmanaged frame", "no effect",
    pmap_changebit(w.ram, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "frame above RAM", "no effect",
    pmap_changebit(w.device, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "last byte of 4 GB", "no effect",
    pmap_changebit(0xffffffffu, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "kernel image frame", "no effect",
    pmap_changebit(w.image, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "page table's frame", "no effect",
    pmap_changebit(w.ptp, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "directory's frame", "no effect",
    pmap_changebit(w.dir, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "PV page's frame", "no effect",
    pmap_changebit(w.slices, PMAP_MOD, ~PMAP_WRITE))
SAME(pmap_changebit, "set WRITE", "no effect",
    pmap_changebit(w.page[0], PMAP_WRITE, ~0u))
SAME(pmap_changebit, "set bits outside the four", "no effect",
    pmap_changebit(w.page[0], STRANGE, ~0u))
SAME(pmap_changebit, "clear bits outside the four", "no effect",
    pmap_changebit(w.page[0], 0, ~STRANGE))
LIKE(pmap_changebit, "set and clear MOD", "ignored",
    pmap_changebit(w.page[1], PMAP_MOD, ~PMAP_MOD),
    pmap_changebit(w.page[1], PMAP_MOD, ~0u))
SAME(pmap_changebit, "set 0, keepmask ~0", "no effect",
    pmap_changebit(w.page[0], 0, ~0u))
ASKED(pmap_changebit, "frame 0",
    pmap_changebit(0, 0, ~PMAP_WRITE),
    maps(w.own, UVA + PAGE, 0, MMU_US) && pmap_is_modified(0))
ASKED(pmap_changebit, "free page",
    pmap_changebit(w.unused, 0, ~PMAP_MOD),
    !pmap_is_modified(w.unused) && pmap_is_referenced(w.unused))

/* ----- pmap_testbit ----- */

ASKED(pmap_testbit, "misaligned pa",
    w.ret = (uint32_t)pmap_testbit(w.page[0] + 0xfff, PMAP_MOD),
    w.ret == 1)
SAME(pmap_testbit, "unmanaged frame", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.ram, ~0u))
SAME(pmap_testbit, "frame above RAM", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.device, ~0u))
SAME(pmap_testbit, "last byte of 4 GB", "returns 0",
    w.ret = (uint32_t)pmap_testbit(0xffffffffu, ~0u))
SAME(pmap_testbit, "kernel image frame", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.image, ~0u))
SAME(pmap_testbit, "page table's frame", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.ptp, ~0u))
SAME(pmap_testbit, "directory's frame", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.dir, ~0u))
SAME(pmap_testbit, "PV page's frame", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.slices, ~0u))
ASKED(pmap_testbit, "frame 0",
    w.ret = (uint32_t)pmap_testbit(0, PMAP_WRITE),
    w.ret == 1)
ASKED(pmap_testbit, "free page",
    w.ret = (uint32_t)pmap_testbit(w.unused, PMAP_REF),
    w.ret == 1)
SAME(pmap_testbit, "bits outside the four", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.page[0], STRANGE))
SAME(pmap_testbit, "bits 0", "returns 0",
    w.ret = (uint32_t)pmap_testbit(w.page[0], 0))

/* ----- the historical names ----- */

LIKE(pmap_clear_modify, "misaligned pa", "truncated",
    pmap_clear_modify(w.page[0] + 0xfff), pmap_clear_modify(w.page[0]))
SAME(pmap_clear_modify, "unmanaged frame", "no effect",
    pmap_clear_modify(w.ram))
SAME(pmap_clear_modify, "frame above RAM", "no effect",
    pmap_clear_modify(w.device))
SAME(pmap_clear_modify, "last byte of 4 GB", "no effect",
    pmap_clear_modify(0xffffffffu))
SAME(pmap_clear_modify, "kernel image frame", "no effect",
    pmap_clear_modify(w.image))
SAME(pmap_clear_modify, "page table's frame", "no effect",
    pmap_clear_modify(w.ptp))
SAME(pmap_clear_modify, "directory's frame", "no effect",
    pmap_clear_modify(w.dir))
SAME(pmap_clear_modify, "PV page's frame", "no effect",
    pmap_clear_modify(w.slices))
ASKED(pmap_clear_modify, "frame 0",
    pmap_clear_modify(0),
    !pmap_is_modified(0) && pmap_is_referenced(0))
ASKED(pmap_clear_modify, "free page",
    pmap_clear_modify(w.unused),
    !pmap_is_modified(w.unused) && pmap_is_referenced(w.unused))
LIKE(pmap_clear_reference, "misaligned pa", "truncated",
    pmap_clear_reference(w.page[0] + 0xfff),
    pmap_clear_reference(w.page[0]))
SAME(pmap_clear_reference, "unmanaged frame", "no effect",
    pmap_clear_reference(w.ram))
SAME(pmap_clear_reference, "frame above RAM", "no effect",
    pmap_clear_reference(w.device))
SAME(pmap_clear_reference, "last byte of 4 GB", "no effect",
    pmap_clear_reference(0xffffffffu))
SAME(pmap_clear_reference, "kernel image frame", "no effect",
    pmap_clear_reference(w.image))
SAME(pmap_clear_reference, "page table's frame", "no effect",
    pmap_clear_reference(w.ptp))
SAME(pmap_clear_reference, "directory's frame", "no effect",
    pmap_clear_reference(w.dir))
SAME(pmap_clear_reference, "PV page's frame", "no effect",
    pmap_clear_reference(w.slices))
ASKED(pmap_clear_reference, "frame 0",
    pmap_clear_reference(0),
    !pmap_is_referenced(0) && pmap_is_modified(0))
ASKED(pmap_clear_reference, "free page",
    pmap_clear_reference(w.unused),
    !pmap_is_referenced(w.unused) && pmap_is_modified(w.unused))
LIKE(pmap_copy_on_write, "misaligned pa", "truncated",
    pmap_copy_on_write(w.page[0] + 0xfff), pmap_copy_on_write(w.page[0]))
SAME(pmap_copy_on_write, "unmanaged frame", "no effect",
    pmap_copy_on_write(w.ram))
SAME(pmap_copy_on_write, "frame above RAM", "no effect",
    pmap_copy_on_write(w.device))
SAME(pmap_copy_on_write, "last byte of 4 GB", "no effect",
    pmap_copy_on_write(0xffffffffu))
SAME(pmap_copy_on_write, "kernel image frame", "no effect",
    pmap_copy_on_write(w.image))
SAME(pmap_copy_on_write, "page table's frame", "no effect",
    pmap_copy_on_write(w.ptp))
SAME(pmap_copy_on_write, "directory's frame", "no effect",
    pmap_copy_on_write(w.dir))
SAME(pmap_copy_on_write, "PV page's frame", "no effect",
    pmap_copy_on_write(w.slices))
ASKED(pmap_copy_on_write, "frame 0",
    pmap_copy_on_write(0),
    maps(w.own, UVA + PAGE, 0, MMU_US) && pmap_is_modified(0))
SAME(pmap_copy_on_write, "free page", "no effect",
    pmap_copy_on_write(w.unused))
ASKED(pmap_is_modified, "misaligned pa",
    w.ret = (uint32_t)pmap_is_modified(w.page[0] + 0xfff),
    w.ret == 1)
SAME(pmap_is_modified, "unmanaged frame", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.ram))
SAME(pmap_is_modified, "frame above RAM", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.device))
SAME(pmap_is_modified, "last byte of 4 GB", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(0xffffffffu))
SAME(pmap_is_modified, "kernel image frame", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.image))
SAME(pmap_is_modified, "page table's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.ptp))
SAME(pmap_is_modified, "directory's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.dir))
SAME(pmap_is_modified, "PV page's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_modified(w.slices))
ASKED(pmap_is_modified, "frame 0",
    w.ret = (uint32_t)pmap_is_modified(0),
    w.ret == 1)
ASKED(pmap_is_modified, "free page",
    w.ret = (uint32_t)pmap_is_modified(w.unused),
    w.ret == 1)
ASKED(pmap_is_referenced, "misaligned pa",
    w.ret = (uint32_t)pmap_is_referenced(w.page[0] + 0xfff),
    w.ret == 1)
SAME(pmap_is_referenced, "unmanaged frame", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.ram))
SAME(pmap_is_referenced, "frame above RAM", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.device))
SAME(pmap_is_referenced, "last byte of 4 GB", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(0xffffffffu))
SAME(pmap_is_referenced, "kernel image frame", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.image))
SAME(pmap_is_referenced, "page table's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.ptp))
SAME(pmap_is_referenced, "directory's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.dir))
SAME(pmap_is_referenced, "PV page's frame", "returns 0",
    w.ret = (uint32_t)pmap_is_referenced(w.slices))
ASKED(pmap_is_referenced, "frame 0",
    w.ret = (uint32_t)pmap_is_referenced(0),
    w.ret == 1)
ASKED(pmap_is_referenced, "free page",
    w.ret = (uint32_t)pmap_is_referenced(w.unused),
    w.ret == 1)

/* ----- the windows ----- */

LIKE(pmap_zero_page, "misaligned pa", "truncated",
    pmap_zero_page(w.spare + 0xfff), pmap_zero_page(w.spare))
ASKED(pmap_zero_page, "frame 0",
    pmap_zero_page(0), page_is_zero(0))
ASKED(pmap_zero_page, "unmanaged frame",
    pmap_zero_page(w.ram), page_is_zero(w.ram))
SAME(pmap_zero_page, "hole in RAM", "panic PT4",
    pmap_zero_page(w.hole))
SAME(pmap_zero_page, "frame above RAM", "panic PT4",
    pmap_zero_page(w.device))
SAME(pmap_zero_page, "last byte of 4 GB", "panic PT4",
    pmap_zero_page(0xffffffffu))
SAME(pmap_zero_page, "kernel image frame", "panic PT4",
    pmap_zero_page(w.image))
SAME(pmap_zero_page, "page table's frame", "panic PT4",
    pmap_zero_page(w.ptp))
SAME(pmap_zero_page, "directory's frame", "panic PT4",
    pmap_zero_page(w.dir))
SAME(pmap_zero_page, "PV page's frame", "panic PT4",
    pmap_zero_page(w.slices))
ASKED(pmap_zero_page, "free page",
    pmap_zero_page(w.unused), page_is_zero(w.unused))

LIKE(pmap_copy_page, "misaligned src", "truncated",
    pmap_copy_page(w.page[0] + 0xfff, w.spare),
    pmap_copy_page(w.page[0], w.spare))
LIKE(pmap_copy_page, "misaligned dst", "truncated",
    pmap_copy_page(w.page[0], w.spare + 0xfff),
    pmap_copy_page(w.page[0], w.spare))
SAME(pmap_copy_page, "src is dst", "no effect",
    pmap_copy_page(w.page[0], w.page[0]))
LIKE(pmap_copy_page, "src unmanaged", "as asked",
    pmap_copy_page(w.ram, w.spare),
    memcpy(host_phys(w.spare), host_phys(w.ram), PAGE))
LIKE(pmap_copy_page, "dst unmanaged", "as asked",
    pmap_copy_page(w.page[0], w.ram),
    memcpy(host_phys(w.ram), host_phys(w.page[0]), PAGE))
LIKE(pmap_copy_page, "src frame 0", "as asked",
    pmap_copy_page(0, w.spare),
    memcpy(host_phys(w.spare), host_phys(0), PAGE))
LIKE(pmap_copy_page, "dst frame 0", "as asked",
    pmap_copy_page(w.page[0], 0),
    memcpy(host_phys(0), host_phys(w.page[0]), PAGE))
SAME(pmap_copy_page, "src hole in RAM", "panic PT4",
    pmap_copy_page(w.hole, w.spare))
SAME(pmap_copy_page, "dst hole in RAM", "panic PT4",
    pmap_copy_page(w.spare, w.hole))
SAME(pmap_copy_page, "src kernel image frame", "panic PT4",
    pmap_copy_page(w.image, w.spare))
SAME(pmap_copy_page, "dst kernel image frame", "panic PT4",
    pmap_copy_page(w.spare, w.image))
SAME(pmap_copy_page, "src above RAM", "panic PT4",
    pmap_copy_page(w.device, w.spare))
SAME(pmap_copy_page, "dst above RAM", "panic PT4",
    pmap_copy_page(w.spare, w.device))
SAME(pmap_copy_page, "src last byte of 4 GB", "panic PT4",
    pmap_copy_page(0xffffffffu, w.spare))
SAME(pmap_copy_page, "dst last byte of 4 GB", "panic PT4",
    pmap_copy_page(w.spare, 0xffffffffu))
SAME(pmap_copy_page, "src page table's frame", "panic PT4",
    pmap_copy_page(w.ptp, w.spare))
SAME(pmap_copy_page, "dst page table's frame", "panic PT4",
    pmap_copy_page(w.spare, w.ptp))
SAME(pmap_copy_page, "src directory's frame", "panic PT4",
    pmap_copy_page(w.dir, w.spare))
SAME(pmap_copy_page, "dst directory's frame", "panic PT4",
    pmap_copy_page(w.spare, w.dir))
SAME(pmap_copy_page, "src PV page's frame", "panic PT4",
    pmap_copy_page(w.slices, w.spare))
SAME(pmap_copy_page, "dst PV page's frame", "panic PT4",
    pmap_copy_page(w.spare, w.slices))

/* ----- pmap_page_mappings ----- */

ASKED(pmap_page_mappings, "misaligned pa",
    w.ret = pmap_page_mappings(w.page[0] + 0xfff),
    w.ret == 4)
SAME(pmap_page_mappings, "unmanaged frame", "returns 0",
    w.ret = pmap_page_mappings(w.ram))
SAME(pmap_page_mappings, "frame above RAM", "returns 0",
    w.ret = pmap_page_mappings(w.device))
SAME(pmap_page_mappings, "last byte of 4 GB", "returns 0",
    w.ret = pmap_page_mappings(0xffffffffu))
SAME(pmap_page_mappings, "kernel image frame", "returns 0",
    w.ret = pmap_page_mappings(w.image))
SAME(pmap_page_mappings, "page table's frame", "returns 0",
    w.ret = pmap_page_mappings(w.ptp))
SAME(pmap_page_mappings, "directory's frame", "returns 0",
    w.ret = pmap_page_mappings(w.dir))
SAME(pmap_page_mappings, "PV page's frame", "returns 0",
    w.ret = pmap_page_mappings(w.slices))
ASKED(pmap_page_mappings, "frame 0",
    w.ret = pmap_page_mappings(0),
    w.ret == 1)
SAME(pmap_page_mappings, "free page", "returns 0",
    w.ret = pmap_page_mappings(w.unused))
