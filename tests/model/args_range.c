/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_range.c: bad arguments of the other calls by pmap and address.
 */
#include "args.h"

/* ----- pmap_remove ----- */

SAME(pmap_remove, "NULL pmap", "no effect",
    pmap_remove(NULL, UVA, UVA + PAGE))
SAME(pmap_remove, "dead pmap", "panic PM1",
    pmap_remove(w.dead, UVA, UVA + PAGE))
SAME(pmap_remove, "pmap destroyed before", "panic PM1",
    pmap_remove(w.gone, UVA, UVA + PAGE))
SAME(pmap_remove, "dead pmap, empty range", "panic PM1",
    pmap_remove(w.dead, UVA, UVA))
LIKE(pmap_remove, "misaligned sva", "truncated",
    pmap_remove(w.a, UVA + 0xfff, UVA + PAGE),
    pmap_remove(w.a, UVA, UVA + PAGE))
LIKE(pmap_remove, "misaligned eva", "rounded up",
    pmap_remove(w.a, UVA, UVA + PAGE + 1),
    pmap_remove(w.a, UVA, UVA + 2 * PAGE))
SAME(pmap_remove, "empty range", "no effect",
    pmap_remove(w.a, UVA, UVA))
SAME(pmap_remove, "empty range, misaligned", "no effect",
    pmap_remove(w.a, UVA + 5, UVA + 5))
SAME(pmap_remove, "sva 0, eva 0", "no effect",
    pmap_remove(w.a, 0, 0))
SAME(pmap_remove, "sva above eva", "no effect",
    pmap_remove(w.a, UVA + 2 * PAGE, UVA))
SAME(pmap_remove, "sva above eva in a page", "no effect",
    pmap_remove(w.a, UVA + 2, UVA + 1))
SAME(pmap_remove, "range that wraps at 4 GB", "no effect",
    pmap_remove(w.a, HIGH, UVA + PAGE))
LIKE(pmap_remove, "eva 4 GB, user pmap", "clipped",
    pmap_remove(w.a, UVA, 0),
    pmap_remove(w.a, UVA, PH_USER_PTMAX))
LIKE(pmap_remove, "eva 4 GB, kernel pmap", "clipped",
    pmap_remove(kernel_pmap, K(0), 0),
    pmap_remove(kernel_pmap, K(0), w.kabove))
LIKE(pmap_remove, "eva in the kernel, user pmap", "clipped",
    pmap_remove(w.a, UTOP, KIMAGE),
    pmap_remove(w.a, UTOP, PH_USER_PTMAX))
LIKE(pmap_remove, "sva in user space, kernel pmap", "clipped",
    pmap_remove(kernel_pmap, UVA, K(1)),
    pmap_remove(kernel_pmap, w.kstart, K(1)))
LIKE(pmap_remove, "sva in the arena, kernel pmap", "clipped",
    pmap_remove(kernel_pmap, w.arena, K(1)),
    pmap_remove(kernel_pmap, w.kstart, K(1)))
SAME(pmap_remove, "range from PH_USER_PTMAX, user pmap", "refused",
    pmap_remove(w.a, PH_USER_PTMAX, PH_KERNBASE))
SAME(pmap_remove, "kernel range, user pmap", "refused",
    pmap_remove(w.a, K(0), K(2)))
SAME(pmap_remove, "user range, kernel pmap", "refused",
    pmap_remove(kernel_pmap, UVA, UVA + PAGE))
SAME(pmap_remove, "kernel image range", "refused",
    pmap_remove(kernel_pmap, KIMAGE, KIMAGE + PAGE))
SAME(pmap_remove, "range of the module's tables", "refused",
    pmap_remove(kernel_pmap, w.tables, w.tables + PAGE))
SAME(pmap_remove, "windows' range", "refused",
    pmap_remove(kernel_pmap, w.window, w.window + 2 * PAGE))
SAME(pmap_remove, "arena range", "refused",
    pmap_remove(kernel_pmap, w.arena, w.kstart))
SAME(pmap_remove, "range above the kernel's space", "refused",
    pmap_remove(kernel_pmap, w.kabove, 0))
RECURSIVE(pmap_remove, "recursive slot, user pmap", "refused",
    pmap_remove(w.a, RSLOT, RSLOT + SLOT))
RECURSIVE(pmap_remove, "recursive slot, kernel pmap", "refused",
    pmap_remove(kernel_pmap, RSLOT, RSLOT + SLOT))
SAME(pmap_remove, "no page table", "no effect",
    pmap_remove(w.a, UNONE, UNONE + SLOT))
SAME(pmap_remove, "nothing mapped", "no effect",
    pmap_remove(w.a, UFREE, UFREE + PAGE))
ASKED(pmap_remove, "range that the host edits",
    pmap_remove(kernel_pmap, w.edits, w.edits + PAGE),
    pte_at(kernel_pmap, w.edits) == 0 &&
    pmap_resident_count(kernel_pmap) == w.resident)
ASKED(pmap_remove, "pager's range",
    pmap_remove(kernel_pmap, w.pager, w.pager + PAGE),
    pte_at(kernel_pmap, w.pager) == 0 &&
    pmap_resident_count(kernel_pmap) == w.resident - 1)

/* ----- pmap_protect ----- */

SAME(pmap_protect, "NULL pmap", "no effect",
    pmap_protect(NULL, UVA, UVA + PAGE, PROT_R))
SAME(pmap_protect, "NULL pmap, prot NONE", "no effect",
    pmap_protect(NULL, UVA, UVA + PAGE, VM_PROT_NONE))
SAME(pmap_protect, "dead pmap", "panic PM1",
    pmap_protect(w.dead, UVA, UVA + PAGE, PROT_R))
SAME(pmap_protect, "dead pmap, prot NONE", "panic PM1",
    pmap_protect(w.dead, UVA, UVA + PAGE, VM_PROT_NONE))
SAME(pmap_protect, "pmap destroyed before", "panic PM1",
    pmap_protect(w.gone, UVA, UVA + PAGE, PROT_R))
SAME(pmap_protect, "dead pmap, empty range", "panic PM1",
    pmap_protect(w.dead, UVA, UVA, PROT_R))
LIKE(pmap_protect, "misaligned sva", "truncated",
    pmap_protect(w.a, UVA + 0xfff, UVA + PAGE, PROT_R),
    pmap_protect(w.a, UVA, UVA + PAGE, PROT_R))
LIKE(pmap_protect, "misaligned eva", "rounded up",
    pmap_protect(w.a, UVA, UVA + 2 * PAGE + 1, PROT_R),
    pmap_protect(w.a, UVA, UVA + 3 * PAGE, PROT_R))
SAME(pmap_protect, "empty range", "no effect",
    pmap_protect(w.a, UVA, UVA, PROT_R))
SAME(pmap_protect, "empty range, misaligned", "no effect",
    pmap_protect(w.a, UVA + 5, UVA + 5, PROT_R))
SAME(pmap_protect, "sva 0, eva 0", "no effect",
    pmap_protect(w.a, 0, 0, PROT_R))
SAME(pmap_protect, "sva above eva", "no effect",
    pmap_protect(w.a, UVA + PAGE, UVA, PROT_R))
SAME(pmap_protect, "sva above eva in a page", "no effect",
    pmap_protect(w.a, UVA + 2, UVA + 1, PROT_R))
SAME(pmap_protect, "range that wraps at 4 GB", "no effect",
    pmap_protect(w.a, HIGH, UVA + PAGE, PROT_R))
LIKE(pmap_protect, "eva 4 GB, user pmap", "clipped",
    pmap_protect(w.a, UVA, 0, PROT_R),
    pmap_protect(w.a, UVA, PH_USER_PTMAX, PROT_R))
LIKE(pmap_protect, "eva 4 GB, kernel pmap", "clipped",
    pmap_protect(kernel_pmap, K(0), 0, PROT_R),
    pmap_protect(kernel_pmap, K(0), w.kabove, PROT_R))
LIKE(pmap_protect, "eva in the kernel, user pmap", "clipped",
    pmap_protect(w.a, UTOP, KIMAGE, PROT_R),
    pmap_protect(w.a, UTOP, PH_USER_PTMAX, PROT_R))
LIKE(pmap_protect, "sva in user space, kernel pmap", "clipped",
    pmap_protect(kernel_pmap, UVA, K(1), PROT_R),
    pmap_protect(kernel_pmap, w.kstart, K(1), PROT_R))
LIKE(pmap_protect, "sva in the arena, kernel pmap", "clipped",
    pmap_protect(kernel_pmap, w.arena, K(1), PROT_R),
    pmap_protect(kernel_pmap, w.kstart, K(1), PROT_R))
SAME(pmap_protect, "range from PH_USER_PTMAX, user pmap", "refused",
    pmap_protect(w.a, PH_USER_PTMAX, PH_KERNBASE, PROT_R))
SAME(pmap_protect, "kernel range, user pmap", "refused",
    pmap_protect(w.a, K(0), K(1), PROT_R))
SAME(pmap_protect, "user range, kernel pmap", "refused",
    pmap_protect(kernel_pmap, UVA, UVA + PAGE, PROT_R))
SAME(pmap_protect, "kernel image range", "refused",
    pmap_protect(kernel_pmap, KIMAGE, KIMAGE + PAGE, PROT_R))
SAME(pmap_protect, "range of the module's tables", "refused",
    pmap_protect(kernel_pmap, w.tables, w.tables + PAGE, PROT_R))
SAME(pmap_protect, "windows' range", "refused",
    pmap_protect(kernel_pmap, w.window, w.window + 2 * PAGE, PROT_R))
SAME(pmap_protect, "arena range", "refused",
    pmap_protect(kernel_pmap, w.arena, w.kstart, VM_PROT_NONE))
SAME(pmap_protect, "range above the kernel's space", "refused",
    pmap_protect(kernel_pmap, w.kabove, 0, PROT_R))
RECURSIVE(pmap_protect, "recursive slot, user pmap", "refused",
    pmap_protect(w.a, RSLOT, RSLOT + SLOT, PROT_R))
RECURSIVE(pmap_protect, "recursive slot, kernel pmap", "refused",
    pmap_protect(kernel_pmap, RSLOT, RSLOT + SLOT, PROT_R))
SAME(pmap_protect, "no page table", "no effect",
    pmap_protect(w.a, UNONE, UNONE + SLOT, PROT_R))
SAME(pmap_protect, "nothing mapped", "no effect",
    pmap_protect(w.a, UFREE, UFREE + PAGE, PROT_R))
SAME(pmap_protect, "pager's range", "no effect",
    pmap_protect(kernel_pmap, w.pager, w.pager + PAGE, PROT_R))
ASKED(pmap_protect, "range that the host edits",
    pmap_protect(kernel_pmap, w.edits, w.edits + PAGE, PROT_R),
    maps(kernel_pmap, w.edits, w.device, MMU_PCD))
LIKE(pmap_protect, "prot NONE", "removes",
    pmap_protect(w.a, UVA, UVA + PAGE, VM_PROT_NONE),
    pmap_remove(w.a, UVA, UVA + PAGE))
LIKE(pmap_protect, "prot WRITE alone", "removes",
    pmap_protect(w.a, UVA, UVA + PAGE, VM_PROT_WRITE),
    pmap_remove(w.a, UVA, UVA + PAGE))
LIKE(pmap_protect, "prot with no bit of ALL", "removes",
    pmap_protect(w.a, UVA, UVA + PAGE, PROT_STRANGE),
    pmap_remove(w.a, UVA, UVA + PAGE))
LIKE(pmap_protect, "prot READ and bits outside ALL", "ignored",
    pmap_protect(w.a, UVA, UVA + PAGE, PROT_R | ~VM_PROT_ALL),
    pmap_protect(w.a, UVA, UVA + PAGE, PROT_R))
SAME(pmap_protect, "prot that grants", "no effect",
    pmap_protect(w.a, UVA + PAGE, UVA + 2 * PAGE, VM_PROT_ALL))

/* ----- pmap_change_wiring ----- */

SAME(pmap_change_wiring, "NULL pmap", "no effect",
    pmap_change_wiring(NULL, UVA, TRUE))
SAME(pmap_change_wiring, "dead pmap", "panic PM1",
    pmap_change_wiring(w.dead, UVA, TRUE))
SAME(pmap_change_wiring, "pmap destroyed before", "panic PM1",
    pmap_change_wiring(w.gone, UVA, TRUE))
LIKE(pmap_change_wiring, "misaligned va", "truncated",
    pmap_change_wiring(w.a, UVA + 0xfff, TRUE),
    pmap_change_wiring(w.a, UVA, TRUE))
LIKE(pmap_change_wiring, "wired neither TRUE nor FALSE", "ignored",
    pmap_change_wiring(w.a, UVA, 256),
    pmap_change_wiring(w.a, UVA, TRUE))
ASKED(pmap_change_wiring, "unwired, at the floor",
    (world_at_floor(), pmap_change_wiring(w.a, UVA + SLOT, TRUE)),
    pmap_counters.pc_pinrefused == 1 && pmap_wired_count(w.a) == 1 &&
    pmap_page_mappings(w.page[0]) == 4)
SAME(pmap_change_wiring, "wired already", "no effect",
    pmap_change_wiring(w.a, UVA + 2 * PAGE, TRUE))
SAME(pmap_change_wiring, "not wired", "no effect",
    pmap_change_wiring(w.a, UVA, FALSE))
SAME(pmap_change_wiring, "no page table", "no effect",
    pmap_change_wiring(w.a, UNONE, TRUE))
SAME(pmap_change_wiring, "nothing mapped", "no effect",
    pmap_change_wiring(w.a, UFREE, TRUE))
SAME(pmap_change_wiring, "kernel va, user pmap", "no effect",
    pmap_change_wiring(w.a, K(1), TRUE))
SAME(pmap_change_wiring, "user va, kernel pmap", "no effect",
    pmap_change_wiring(kernel_pmap, UVA, TRUE))
SAME(pmap_change_wiring, "kernel image va", "no effect",
    pmap_change_wiring(kernel_pmap, KIMAGE, TRUE))
SAME(pmap_change_wiring, "va of the arena", "no effect",
    pmap_change_wiring(kernel_pmap, w.arena, TRUE))
SAME(pmap_change_wiring, "last page of 4 GB", "no effect",
    pmap_change_wiring(kernel_pmap, HIGH, TRUE))
RECURSIVE(pmap_change_wiring, "recursive slot", "no effect",
    pmap_change_wiring(w.a, RSLOT, TRUE))

/* ----- advice ----- */

SAME(pmap_pageable, "NULL pmap", "no effect",
    pmap_pageable(NULL, UVA, UVA + PAGE, TRUE))
SAME(pmap_pageable, "dead pmap", "no effect",
    pmap_pageable(w.dead, UVA, UVA + PAGE, TRUE))
SAME(pmap_pageable, "misaligned sva", "no effect",
    pmap_pageable(w.a, UVA + 0xfff, UVA + PAGE, TRUE))
SAME(pmap_pageable, "misaligned eva", "no effect",
    pmap_pageable(w.a, UVA, UVA + PAGE + 1, TRUE))
SAME(pmap_pageable, "empty range", "no effect",
    pmap_pageable(w.a, UVA, UVA, FALSE))
SAME(pmap_pageable, "sva above eva", "no effect",
    pmap_pageable(w.a, UVA + PAGE, UVA, FALSE))
SAME(pmap_pageable, "range that wraps at 4 GB", "no effect",
    pmap_pageable(w.a, HIGH, UVA + PAGE, FALSE))
SAME(pmap_pageable, "kernel range, user pmap", "no effect",
    pmap_pageable(w.a, K(0), K(1), FALSE))
SAME(pmap_pageable, "user range, kernel pmap", "no effect",
    pmap_pageable(kernel_pmap, UVA, UVA + PAGE, FALSE))
SAME(pmap_copy, "NULL dst", "no effect",
    pmap_copy(NULL, w.a, UVA, PAGE, UVA))
SAME(pmap_copy, "NULL src", "no effect",
    pmap_copy(w.b, NULL, UVA, PAGE, UVA))
SAME(pmap_copy, "dead dst", "no effect",
    pmap_copy(w.dead, w.a, UVA, PAGE, UVA))
SAME(pmap_copy, "dead src", "no effect",
    pmap_copy(w.b, w.dead, UVA, PAGE, UVA))
SAME(pmap_copy, "len 0", "no effect",
    pmap_copy(w.b, w.a, UVA, 0, UVA))
SAME(pmap_copy, "misaligned dva", "no effect",
    pmap_copy(w.b, w.a, UVA + 0xfff, PAGE, UVA))
SAME(pmap_copy, "misaligned len", "no effect",
    pmap_copy(w.b, w.a, UVA, PAGE + 1, UVA))
SAME(pmap_copy, "misaligned sva", "no effect",
    pmap_copy(w.b, w.a, UVA, PAGE, UVA + 0xfff))
SAME(pmap_copy, "kernel dva, user pmaps", "no effect",
    pmap_copy(w.b, w.a, K(0), PAGE, UVA))
SAME(pmap_copy, "kernel sva, user pmaps", "no effect",
    pmap_copy(w.b, w.a, UVA, PAGE, K(0)))
SAME(pmap_copy, "user range, dst kernel pmap", "no effect",
    pmap_copy(kernel_pmap, w.a, UVA, PAGE, UVA))
SAME(pmap_copy, "dst is src, ranges overlap", "no effect",
    pmap_copy(w.a, w.a, UVA, 2 * PAGE, UVA + PAGE))
SAME(pmap_copy, "range that wraps at 4 GB", "no effect",
    pmap_copy(w.b, w.a, UVA, 2 * PAGE, HIGH))

/* ----- pmap_extract ----- */

SAME(pmap_extract, "NULL pmap", "returns 0",
    w.ret = pmap_extract(NULL, UVA))
SAME(pmap_extract, "dead pmap", "panic PM1",
    w.ret = pmap_extract(w.dead, UVA))
SAME(pmap_extract, "pmap destroyed before", "panic PM1",
    w.ret = pmap_extract(w.gone, UVA))
ASKED(pmap_extract, "misaligned va",
    w.ret = pmap_extract(w.a, UVA + 0xabc),
    w.ret == w.page[0] + 0xabc)
SAME(pmap_extract, "no page table", "returns 0",
    w.ret = pmap_extract(w.a, UNONE))
SAME(pmap_extract, "nothing mapped", "returns 0",
    w.ret = pmap_extract(w.a, UFREE))
ASKED(pmap_extract, "kernel va, user pmap",
    w.ret = pmap_extract(w.a, K(0)),
    w.ret == w.page[4])
ASKED(pmap_extract, "kernel image va, user pmap",
    w.ret = pmap_extract(w.a, KIMAGE),
    w.ret == w.image)
SAME(pmap_extract, "user va, kernel pmap", "returns 0",
    w.ret = pmap_extract(kernel_pmap, UVA))
SAME(pmap_extract, "va of a window", "returns 0",
    w.ret = pmap_extract(kernel_pmap, w.window))
SAME(pmap_extract, "last byte of 4 GB", "returns 0",
    w.ret = pmap_extract(w.a, 0xffffffffu))
RECURSIVE(pmap_extract, "recursive slot, user pmap", "returns 0",
    w.ret = pmap_extract(w.a, RSLOT + (RSLOT >> 10)))
RECURSIVE(pmap_extract, "recursive slot, kernel pmap", "returns 0",
    w.ret = pmap_extract(kernel_pmap, RSLOT + (PH_KERNBASE >> 10)))

/* ----- pmap_lookup ----- */

SAME(pmap_lookup, "NULL pmap", "returns 0",
    w.ret = (uint32_t)pmap_lookup(NULL, UVA, &w.out))
SAME(pmap_lookup, "dead pmap", "panic PM1",
    w.ret = (uint32_t)pmap_lookup(w.dead, UVA, &w.out))
SAME(pmap_lookup, "pmap destroyed before", "panic PM1",
    w.ret = (uint32_t)pmap_lookup(w.gone, UVA, &w.out))
ASKED(pmap_lookup, "misaligned va",
    w.ret = (uint32_t)pmap_lookup(w.a, UVA + 0xabc, &w.out),
    w.ret == 1 && w.out == w.page[0] + 0xabc)
ASKED(pmap_lookup, "NULL pap",
    w.ret = (uint32_t)pmap_lookup(w.a, UVA, NULL),
    w.ret == 1)
SAME(pmap_lookup, "NULL pap, nothing mapped", "returns 0",
    w.ret = (uint32_t)pmap_lookup(w.a, UFREE, NULL))
SAME(pmap_lookup, "no page table", "returns 0",
    w.ret = (uint32_t)pmap_lookup(w.a, UNONE, &w.out))
SAME(pmap_lookup, "nothing mapped", "returns 0",
    w.ret = (uint32_t)pmap_lookup(w.a, UFREE, &w.out))
ASKED(pmap_lookup, "kernel va, user pmap",
    w.ret = (uint32_t)pmap_lookup(w.a, K(0), &w.out),
    w.ret == 1 && w.out == w.page[4])
ASKED(pmap_lookup, "kernel image va, user pmap",
    w.ret = (uint32_t)pmap_lookup(w.a, KIMAGE, &w.out),
    w.ret == 1 && w.out == w.image)
SAME(pmap_lookup, "user va, kernel pmap", "returns 0",
    w.ret = (uint32_t)pmap_lookup(kernel_pmap, UVA, &w.out))
SAME(pmap_lookup, "va of a window", "returns 0",
    w.ret = (uint32_t)pmap_lookup(kernel_pmap, w.window, &w.out))
SAME(pmap_lookup, "last byte of 4 GB", "returns 0",
    w.ret = (uint32_t)pmap_lookup(kernel_pmap, 0xffffffffu, &w.out))
RECURSIVE(pmap_lookup, "recursive slot, user pmap", "returns 0",
    w.ret = (uint32_t)pmap_lookup(w.a, RSLOT + (RSLOT >> 10), &w.out))
RECURSIVE(pmap_lookup, "recursive slot, kernel pmap", "returns 0",
    w.ret = (uint32_t)pmap_lookup(kernel_pmap,
    RSLOT + (PH_KERNBASE >> 10), &w.out))
