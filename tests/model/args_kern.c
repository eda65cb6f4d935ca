/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_kern.c: bad arguments of the kernel's own mappings.
 */
#include "args.h"

/* ----- pmap_kenter ----- */

LIKE(pmap_kenter, "misaligned va", "truncated",
    pmap_kenter(KFREE + 0xfff, w.spare, PROT_RW),
    pmap_kenter(KFREE, w.spare, PROT_RW))
SAME(pmap_kenter, "va 0", "refused",
    pmap_kenter(0, w.spare, PROT_RW))
SAME(pmap_kenter, "user va", "refused",
    pmap_kenter(UVA, w.spare, PROT_RW))
SAME(pmap_kenter, "kernel image va", "refused",
    pmap_kenter(KIMAGE, w.spare, PROT_RW))
SAME(pmap_kenter, "va of the module's tables", "refused",
    pmap_kenter(w.tables, w.spare, PROT_RW))
SAME(pmap_kenter, "va of a window", "refused",
    pmap_kenter(w.window, w.spare, PROT_RW))
SAME(pmap_kenter, "va of the arena", "refused",
    pmap_kenter(w.arena, w.spare, PROT_RW))
SAME(pmap_kenter, "va above the kernel's space", "refused",
    pmap_kenter(w.kabove, w.spare, PROT_RW))
SAME(pmap_kenter, "last page of 4 GB", "refused",
    pmap_kenter(HIGH, w.spare, PROT_RW))
RECURSIVE(pmap_kenter, "recursive slot", "refused",
    pmap_kenter(RSLOT, w.spare, PROT_RW))
ASKED(pmap_kenter, "va of a tracked mapping",
    pmap_kenter(K(1), w.spare, PROT_RW),
    maps(kernel_pmap, K(1), w.spare, MMU_RW) &&
    pmap_page_mappings(w.page[0]) == 3)
LIKE(pmap_kenter, "misaligned pa", "truncated",
    pmap_kenter(KFREE, w.spare + 0xfff, PROT_RW),
    pmap_kenter(KFREE, w.spare, PROT_RW))
ASKED(pmap_kenter, "frame 0",
    pmap_kenter(KFREE, w.zero, PROT_RW),
    maps(kernel_pmap, KFREE, w.zero, MMU_RW))
ASKED(pmap_kenter, "unmanaged frame",
    pmap_kenter(KFREE, w.ram, PROT_RW),
    maps(kernel_pmap, KFREE, w.ram, MMU_RW))
ASKED(pmap_kenter, "frame above RAM",
    pmap_kenter(KFREE, w.device, PROT_RW),
    maps(kernel_pmap, KFREE, w.device, MMU_RW | MMU_PCD))
ASKED(pmap_kenter, "last frame of 4 GB",
    pmap_kenter(KFREE, HIGH, PROT_RW),
    maps(kernel_pmap, KFREE, HIGH, MMU_RW | MMU_PCD))
ASKED(pmap_kenter, "kernel image frame",
    pmap_kenter(KFREE, w.image, PROT_RW),
    maps(kernel_pmap, KFREE, w.image, MMU_RW))
ASKED(pmap_kenter, "free page",
    pmap_kenter(KFREE, w.unused, PROT_RW),
    maps(kernel_pmap, KFREE, w.unused, MMU_RW) &&
    pmap_page_mappings(w.unused) == 0)
LIKE(pmap_kenter, "page table's frame", "report PT4, removes",
    pmap_kenter(K(2), w.ptp, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_kenter, "directory's frame", "report PT4, removes",
    pmap_kenter(K(2), w.dir, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_kenter, "PV page's frame", "report PT4, removes",
    pmap_kenter(K(2), w.slices, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_kenter, "prot NONE", "adds read",
    pmap_kenter(KFREE, w.spare, VM_PROT_NONE),
    pmap_kenter(KFREE, w.spare, PROT_R))
LIKE(pmap_kenter, "prot WRITE alone", "adds read",
    pmap_kenter(KFREE, w.spare, VM_PROT_WRITE),
    pmap_kenter(KFREE, w.spare, PROT_RW))
LIKE(pmap_kenter, "prot bits outside ALL", "ignored",
    pmap_kenter(KFREE, w.spare, PROT_R | ~VM_PROT_ALL),
    pmap_kenter(KFREE, w.spare, PROT_R))

/* ----- pmap_kremove ----- */

SAME(pmap_kremove, "len 0", "no effect",
    pmap_kremove(K(0), 0))
LIKE(pmap_kremove, "misaligned va", "truncated",
    pmap_kremove(K(0) + 0xfff, 1),
    pmap_kremove(K(0), PAGE))
LIKE(pmap_kremove, "misaligned len", "rounded up",
    pmap_kremove(K(0), PAGE + 1),
    pmap_kremove(K(0), 2 * PAGE))
SAME(pmap_kremove, "user range", "refused",
    pmap_kremove(UVA, PAGE))
SAME(pmap_kremove, "kernel image range", "refused",
    pmap_kremove(KIMAGE, PAGE))
SAME(pmap_kremove, "range of the module's tables", "refused",
    pmap_kremove(w.tables, PAGE))
SAME(pmap_kremove, "arena range", "refused",
    pmap_kremove(w.arena, w.kstart - w.arena))
SAME(pmap_kremove, "windows' range", "refused",
    pmap_kremove(w.window, 2 * PAGE))
SAME(pmap_kremove, "range above the kernel's space", "refused",
    pmap_kremove(w.kabove, PAGE))
LIKE(pmap_kremove, "range that begins in the arena", "clipped",
    pmap_kremove(w.arena, K(1) - w.arena),
    pmap_kremove(w.kstart, K(1) - w.kstart))
LIKE(pmap_kremove, "range that ends above the space", "clipped",
    pmap_kremove(w.kend, 2 * PAGE),
    pmap_kremove(w.kend, PAGE))
LIKE(pmap_kremove, "range that ends at 4 GB", "clipped",
    pmap_kremove(K(0), 0u - K(0)),
    pmap_kremove(K(0), w.kabove - K(0)))
SAME(pmap_kremove, "range that wraps at 4 GB", "refused",
    pmap_kremove(K(0), 0xffffffffu))
SAME(pmap_kremove, "range that wraps into the kernel", "refused",
    pmap_kremove(HIGH, K(1) - HIGH))
RECURSIVE(pmap_kremove, "recursive slot", "refused",
    pmap_kremove(RSLOT, SLOT))
SAME(pmap_kremove, "nothing mapped", "no effect",
    pmap_kremove(KFREE, PAGE))

/* ----- pmap_move ----- */

SAME(pmap_move, "len 0", "no effect",
    pmap_move(K(0), K(8), 0))
SAME(pmap_move, "from is to", "no effect",
    pmap_move(K(0), K(0), 2 * PAGE))
SAME(pmap_move, "from and to in one page", "no effect",
    pmap_move(K(0), K(0) + 5, PAGE))
LIKE(pmap_move, "misaligned from", "truncated",
    pmap_move(K(0) + 0xfff, KFREE, PAGE),
    pmap_move(K(0), KFREE, PAGE))
LIKE(pmap_move, "misaligned to", "truncated",
    pmap_move(K(0), KFREE + 0xfff, PAGE),
    pmap_move(K(0), KFREE, PAGE))
LIKE(pmap_move, "misaligned len", "rounded up",
    pmap_move(K(0), KFREE, PAGE + 1),
    pmap_move(K(0), KFREE, 2 * PAGE))
SAME(pmap_move, "user from", "refused",
    pmap_move(UVA, K(8), PAGE))
SAME(pmap_move, "user to", "refused",
    pmap_move(K(0), UVA, PAGE))
SAME(pmap_move, "kernel image from", "refused",
    pmap_move(KIMAGE, K(8), PAGE))
SAME(pmap_move, "kernel image to", "refused",
    pmap_move(K(0), KIMAGE, PAGE))
SAME(pmap_move, "arena from", "refused",
    pmap_move(w.arena, K(8), PAGE))
SAME(pmap_move, "arena to", "refused",
    pmap_move(K(0), w.arena, PAGE))
SAME(pmap_move, "window from", "refused",
    pmap_move(w.window, K(8), PAGE))
SAME(pmap_move, "window to", "refused",
    pmap_move(K(0), w.window, PAGE))
SAME(pmap_move, "from range beyond the end", "refused",
    pmap_move(w.kend, K(8), 2 * PAGE))
SAME(pmap_move, "to range beyond the end", "refused",
    pmap_move(K(0), w.kend, 2 * PAGE))
SAME(pmap_move, "len 4 GB - 1", "refused",
    pmap_move(K(0), K(8), 0xffffffffu))
SAME(pmap_move, "from range that wraps at 4 GB", "refused",
    pmap_move(HIGH, K(8), 2 * PAGE))
SAME(pmap_move, "to range that wraps at 4 GB", "refused",
    pmap_move(K(0), HIGH, 2 * PAGE))
RECURSIVE(pmap_move, "recursive slot from", "refused",
    pmap_move(RSLOT, K(8), PAGE))
RECURSIVE(pmap_move, "recursive slot to", "refused",
    pmap_move(K(0), RSLOT, PAGE))
SAME(pmap_move, "to range overlaps from above", "refused",
    pmap_move(K(0), K(1), 3 * PAGE))
SAME(pmap_move, "to range overlaps from below", "refused",
    pmap_move(K(1), K(0), 3 * PAGE))
LIKE(pmap_move, "nothing mapped at from", "removes",
    pmap_move(KFREE, K(8), PAGE),
    pmap_remove(kernel_pmap, K(8), K(9)))
ASKED(pmap_move, "pager's to",
    pmap_move(K(8), w.pager + PAGE, PAGE),
    maps(kernel_pmap, w.pager + PAGE, w.page[1], MMU_RW) &&
    pte_at(kernel_pmap, K(8)) == 0 && pmap_page_mappings(w.page[1]) == 2)
ASKED(pmap_move, "pager's from",
    pmap_move(w.pager, KFREE, PAGE),
    maps(kernel_pmap, KFREE, w.page[6], MMU_RW | 0x200) &&
    pte_at(kernel_pmap, w.pager) == 0 && pmap_page_mappings(w.page[6]) == 0)

/* ----- pmap_map: where it has no effect it returns va ----- */

CELL(CELL_CHECK, pmap_map, "epa is spa", "no effect",
    w.ret = pmap_map(K(0), w.spare, w.spare, PROT_RW), (void)0,
    w.ret == K(0))
CELL(CELL_CHECK, pmap_map, "epa below spa", "no effect",
    w.ret = pmap_map(K(0), w.spare, w.spare - PAGE, PROT_RW), (void)0,
    w.ret == K(0))
CELL(CELL_CHECK, pmap_map, "spa 0, epa 0", "no effect",
    w.ret = pmap_map(K(0), 0, 0, PROT_RW), (void)0,
    w.ret == K(0))
LIKE(pmap_map, "misaligned va", "truncated",
    w.ret = pmap_map(KFREE + 0xfff, w.spare, w.spare + PAGE, PROT_RW),
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_RW))
LIKE(pmap_map, "misaligned spa", "truncated",
    w.ret = pmap_map(KFREE, w.spare + 0xfff, w.spare + PAGE, PROT_RW),
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_RW))
LIKE(pmap_map, "misaligned epa", "rounded up",
    w.ret = pmap_map(KFREE, w.ram, w.ram + PAGE + 1, PROT_RW),
    w.ret = pmap_map(KFREE, w.ram, w.ram + 2 * PAGE, PROT_RW))
ASKED(pmap_map, "epa 4 GB",
    w.ret = pmap_map(KFREE, HIGH, 0, PROT_R),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, HIGH, MMU_PCD))
CELL(CELL_CHECK, pmap_map, "user va", "refused",
    w.ret = pmap_map(UVA, w.spare, w.spare + PAGE, PROT_RW), (void)0,
    w.ret == UVA)
CELL(CELL_CHECK, pmap_map, "kernel image va", "refused",
    w.ret = pmap_map(KIMAGE, w.ram, w.ram + 2 * PAGE, PROT_RW), (void)0,
    w.ret == KIMAGE)
CELL(CELL_CHECK, pmap_map, "va of the module's tables", "refused",
    w.ret = pmap_map(w.tables, w.spare, w.spare + PAGE, PROT_RW), (void)0,
    w.ret == w.tables)
CELL(CELL_CHECK, pmap_map, "va of a window", "refused",
    w.ret = pmap_map(w.window, w.spare, w.spare + PAGE, PROT_RW), (void)0,
    w.ret == w.window)
CELL(CELL_CHECK, pmap_map, "va of the arena", "refused",
    w.ret = pmap_map(w.arena, w.spare, w.spare + PAGE, PROT_RW), (void)0,
    w.ret == w.arena)
CELL(CELL_CHECK, pmap_map, "range beyond the end", "refused",
    w.ret = pmap_map(w.kend, w.ram, w.ram + 2 * PAGE, PROT_RW), (void)0,
    w.ret == w.kend)
CELL(CELL_CHECK, pmap_map, "range that wraps at 4 GB", "refused",
    w.ret = pmap_map(HIGH, w.ram, w.ram + 2 * PAGE, PROT_RW), (void)0,
    w.ret == HIGH)
CELL(CELL_CHECK, pmap_map, "epa - spa above the kernel's space", "refused",
    w.ret = pmap_map(KFREE, 0, 0xffffffffu, PROT_RW), (void)0,
    w.ret == KFREE)
CELL(CELL_CHECK | CELL_RECURSIVE, pmap_map, "recursive slot", "refused",
    w.ret = pmap_map(RSLOT, w.spare, w.spare + PAGE, PROT_RW), (void)0,
    w.ret == RSLOT)
ASKED(pmap_map, "frame 0",
    w.ret = pmap_map(KFREE, w.zero, w.zero + PAGE, PROT_RW),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, w.zero, MMU_RW))
ASKED(pmap_map, "unmanaged frame",
    w.ret = pmap_map(KFREE, w.ram, w.ram + PAGE, PROT_RW),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, w.ram, MMU_RW))
ASKED(pmap_map, "frame above RAM",
    w.ret = pmap_map(KFREE, w.device, w.device + PAGE, PROT_RW),
    w.ret == KFREE + PAGE &&
    maps(kernel_pmap, KFREE, w.device, MMU_RW | MMU_PCD))
ASKED(pmap_map, "kernel image frame",
    w.ret = pmap_map(KFREE, w.image, w.image + PAGE, PROT_RW),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, w.image, MMU_RW))
ASKED(pmap_map, "free page",
    w.ret = pmap_map(KFREE, w.unused, w.unused + PAGE, PROT_RW),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, w.unused, MMU_RW) &&
    pmap_page_mappings(w.unused) == 0)
LIKE(pmap_map, "page table's frame", "report PT4, removes",
    pmap_map(K(2), w.ptp, w.ptp + PAGE, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_map, "directory's frame", "report PT4, removes",
    pmap_map(K(2), w.dir, w.dir + PAGE, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_map, "PV page's frame", "report PT4, removes",
    pmap_map(K(2), w.slices, w.slices + PAGE, PROT_RW),
    pmap_remove(kernel_pmap, K(2), K(3)))
LIKE(pmap_map, "prot NONE", "adds read",
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, VM_PROT_NONE),
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_R))
CELL(CELL_LIKE | CELL_CHECK, pmap_map, "prot WRITE alone", "adds read",
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, VM_PROT_WRITE),
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_RW),
    w.ret == KFREE + PAGE && maps(kernel_pmap, KFREE, w.spare, MMU_RW))
LIKE(pmap_map, "prot bits outside ALL", "ignored",
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_R | ~VM_PROT_ALL),
    w.ret = pmap_map(KFREE, w.spare, w.spare + PAGE, PROT_R))

/* ----- pmap_phys_address ----- */

ASKED(pmap_phys_address, "last frame of 4 GB",
    w.ret = pmap_phys_address(0xfffff),
    w.ret == HIGH)
ASKED(pmap_phys_address, "cookie -1",
    w.ret = pmap_phys_address(0xffffffffu),
    w.ret == HIGH)
