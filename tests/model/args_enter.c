/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_enter.c: bad arguments of pmap_enter.
 */
#include "args.h"

#define UBITS		(MMU_RW | MMU_US)

/* ----- the pmap ----- */

SAME(pmap_enter, "NULL pmap", "no effect",
    pmap_enter(NULL, UFREE, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "dead pmap", "panic PM1",
    pmap_enter(w.dead, UFREE, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "pmap destroyed before", "panic PM1",
    pmap_enter(w.gone, UFREE, w.spare, PROT_RW, FALSE))

/* ----- the address ----- */

LIKE(pmap_enter, "misaligned va", "truncated",
    pmap_enter(w.a, UFREE + 0xfff, w.spare, PROT_RW, FALSE),
    pmap_enter(w.a, UFREE, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "PH_USER_PTMAX, user pmap", "refused",
    pmap_enter(w.a, PH_USER_PTMAX, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "kernel va, user pmap", "refused",
    pmap_enter(w.a, KFREE, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "kernel image va, user pmap", "refused",
    pmap_enter(w.a, KIMAGE, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "last page of 4 GB, user pmap", "refused",
    pmap_enter(w.a, HIGH, w.spare, PROT_RW, FALSE))
ASKED(pmap_enter, "va from PH_USER_MAX on, user pmap",
    pmap_enter(w.a, UAREA + PAGE, w.spare, PROT_RW, FALSE),
    maps(w.a, UAREA + PAGE, w.spare, MMU_RW))
SAME(pmap_enter, "va 0, kernel pmap", "refused",
    pmap_enter(kernel_pmap, 0, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "user va, kernel pmap", "refused",
    pmap_enter(kernel_pmap, UVA, w.spare, PROT_RW, FALSE))
SAME(pmap_enter, "kernel image va, kernel pmap", "refused",
    pmap_enter(kernel_pmap, KIMAGE, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "va of the module's tables", "refused",
    pmap_enter(kernel_pmap, w.tables, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "va of a window", "refused",
    pmap_enter(kernel_pmap, w.window, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "va of the arena", "refused",
    pmap_enter(kernel_pmap, w.arena, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "last page of the arena", "refused",
    pmap_enter(kernel_pmap, w.kstart - 1, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "va above the kernel's space", "refused",
    pmap_enter(kernel_pmap, w.kabove, w.spare, PROT_RW, TRUE))
SAME(pmap_enter, "last page of 4 GB, kernel pmap", "refused",
    pmap_enter(kernel_pmap, HIGH, w.spare, PROT_RW, TRUE))
RECURSIVE(pmap_enter, "recursive slot, user pmap", "refused",
    pmap_enter(w.a, RSLOT, w.spare, PROT_RW, FALSE))
RECURSIVE(pmap_enter, "recursive slot, kernel pmap", "refused",
    pmap_enter(kernel_pmap, RSLOT + PAGE, w.spare, PROT_RW, TRUE))
ASKED(pmap_enter, "pager's va",
    pmap_enter(kernel_pmap, w.pager + PAGE, w.spare, PROT_RW, TRUE),
    maps(kernel_pmap, w.pager + PAGE, w.spare, MMU_RW | 0x200) &&
    pmap_page_mappings(w.spare) == 0)
ASKED(pmap_enter, "va that the host edits",
    pmap_enter(kernel_pmap, w.edits + PAGE, w.spare, PROT_R, FALSE),
    maps(kernel_pmap, w.edits + PAGE, w.spare, 0) &&
    pmap_page_mappings(w.spare) == 0)

/* ----- the page ----- */

LIKE(pmap_enter, "misaligned pa", "truncated",
    pmap_enter(w.a, UFREE, w.spare + 0xfff, PROT_RW, FALSE),
    pmap_enter(w.a, UFREE, w.spare, PROT_RW, FALSE))
ASKED(pmap_enter, "frame 0",
    pmap_enter(w.a, UFREE, w.zero, PROT_RW, FALSE),
    maps(w.a, UFREE, 0, UBITS) && pmap_page_mappings(0) == 2)
ASKED(pmap_enter, "unmanaged frame",
    pmap_enter(w.a, UFREE, w.ram, PROT_RW, FALSE),
    maps(w.a, UFREE, w.ram, UBITS) && pmap_page_mappings(w.ram) == 0)
ASKED(pmap_enter, "frame above RAM",
    pmap_enter(w.a, UFREE, w.device, PROT_RW, FALSE),
    maps(w.a, UFREE, w.device, UBITS | MMU_PCD))
ASKED(pmap_enter, "last frame of 4 GB",
    pmap_enter(w.a, UFREE, HIGH, PROT_RW, FALSE),
    maps(w.a, UFREE, HIGH, UBITS | MMU_PCD))
LIKE(pmap_enter, "page table's frame, user pmap", "report PT4, removes",
    pmap_enter(w.a, UVA, w.ptp, PROT_RW, FALSE),
    pmap_remove(w.a, UVA, UVA + PAGE); ph_isolate(w.a, UVA, ~0u))
LIKE(pmap_enter, "page table's frame, kernel pmap", "report PT4, removes",
    pmap_enter(kernel_pmap, K(0), w.ptp, PROT_RW, TRUE),
    pmap_remove(kernel_pmap, K(0), K(1));
    ph_isolate(kernel_pmap, K(0), ~0u))
LIKE(pmap_enter, "directory's frame", "report PT4, removes",
    pmap_enter(w.a, UVA, w.dir, PROT_R, FALSE),
    pmap_remove(w.a, UVA, UVA + PAGE); ph_isolate(w.a, UVA, ~0u))
LIKE(pmap_enter, "PV page's frame", "report PT4, removes",
    pmap_enter(w.a, UVA, w.slices, PROT_R, TRUE),
    pmap_remove(w.a, UVA, UVA + PAGE); ph_isolate(w.a, UVA, ~0u))
LIKE(pmap_enter, "kernel image frame, user pmap", "report PT4, removes",
    pmap_enter(w.a, UVA, w.image, PROT_RW, FALSE),
    pmap_remove(w.a, UVA, UVA + PAGE); ph_isolate(w.a, UVA, ~0u))
ASKED(pmap_enter, "kernel image frame, kernel pmap",
    pmap_enter(kernel_pmap, KFREE, w.image, PROT_R, TRUE),
    maps(kernel_pmap, KFREE, w.image, 0x200))
SAME(pmap_enter, "free page, user pmap", "audit PT4",
    pmap_enter(w.a, UFREE, w.unused, PROT_R, FALSE))

/* ----- the rights, the wiring ----- */

LIKE(pmap_enter, "prot NONE", "removes",
    pmap_enter(w.a, UVA, w.page[0], VM_PROT_NONE, FALSE),
    pmap_remove(w.a, UVA, UVA + PAGE))
SAME(pmap_enter, "prot NONE, nothing mapped", "no effect",
    pmap_enter(w.a, UNONE, w.spare, VM_PROT_NONE, TRUE))
LIKE(pmap_enter, "prot WRITE alone", "adds read",
    pmap_enter(w.a, UFREE, w.spare, VM_PROT_WRITE, FALSE),
    pmap_enter(w.a, UFREE, w.spare, PROT_RW, FALSE))
LIKE(pmap_enter, "prot EXECUTE alone", "adds read",
    pmap_enter(w.a, UFREE, w.spare, VM_PROT_EXECUTE, FALSE),
    pmap_enter(w.a, UFREE, w.spare, PROT_R, FALSE))
LIKE(pmap_enter, "prot READ and bits outside ALL", "ignored",
    pmap_enter(w.a, UFREE, w.spare, PROT_R | ~VM_PROT_ALL, FALSE),
    pmap_enter(w.a, UFREE, w.spare, PROT_R, FALSE))
LIKE(pmap_enter, "prot with no bit of ALL", "removes",
    pmap_enter(w.a, UVA, w.page[0], PROT_STRANGE, FALSE),
    pmap_remove(w.a, UVA, UVA + PAGE))
ASKED(pmap_enter, "wired, at the floor",
    (world_at_floor(), pmap_enter(w.a, UVA + SLOT, w.spare, PROT_RW, TRUE)),
    w.floor && (pte_at(w.a, UVA + SLOT) == 0) == PH_WIRED_FAILS &&
    pmap_wired_count(w.a) == 1u + !PH_WIRED_FAILS)
SAME(pmap_enter, "mapped and wired already", "no effect",
    pmap_enter(w.a, UVA + 2 * PAGE, w.page[2], PROT_RW, TRUE))
LIKE(pmap_enter, "wired neither TRUE nor FALSE", "ignored",
    pmap_enter(w.a, UFREE, w.spare, PROT_RW, 256),
    pmap_enter(w.a, UFREE, w.spare, PROT_RW, TRUE))
