/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * args_life.c: bad arguments of boot, of an address space's life, and of
 * what counts and checks.
 */
#include "args.h"

/* ----- boot ----- */

CELL(CELL_BOOT | CELL_LIKE, pmap_bootstrap, "misaligned first_va",
    "rounded up",
    pmap_bootstrap_at(w.tables + 1), pmap_bootstrap_at(w.tables + PAGE), true)
CELL(CELL_BOOT, pmap_bootstrap, "first_va 0", "panic PM2",
    pmap_bootstrap_at(0), (void)0, true)
CELL(CELL_BOOT, pmap_bootstrap, "first_va in user space", "panic PM2",
    pmap_bootstrap_at(0x20000000u), (void)0, true)
CELL(CELL_BOOT, pmap_bootstrap, "first_va above the kernel's space",
    "panic PM2",
    pmap_bootstrap_at(PH_KERNEND), (void)0, true)
CELL(CELL_BOOT, pmap_bootstrap, "first_va without room for the arena",
    "panic PM2",
    pmap_bootstrap_at(PH_KERNEND - 16 * PAGE), (void)0, true)
CELL(CELL_BOOT, pmap_bootstrap, "first_va, tables wrap at 4 GB", "panic PM2",
    pmap_bootstrap_at(HIGH), (void)0, true)
SAME(pmap_bootstrap, "called twice", "panic PM2",
    pmap_bootstrap(w.tables))
SAME(pmap_init, "called twice", "no effect",
    pmap_init())
ASKED(pmap_virtual_space, "NULL startp",
    pmap_virtual_space(NULL, &w.out),
    w.out == w.kabove)
ASKED(pmap_virtual_space, "NULL endp",
    pmap_virtual_space(&w.out, NULL),
    w.out == w.kstart)

/* ----- life ----- */

SAME(pmap_create, "size 1", "returns 0",
    w.ret = (uint32_t)pmap_create(1))
SAME(pmap_create, "size 4 GB - 1", "returns 0",
    w.ret = (uint32_t)pmap_create(0xffffffffu))

ASKED(pmap_create, "size 0, at the floor",
    (world_at_floor(), w.ret = (uint32_t)pmap_create(0)),
    w.floor && (w.ret == 0) == PH_WIRED_FAILS)

SAME(pmap_pinit, "NULL pmap", "panic PM1",
    pmap_pinit(NULL))
SAME(pmap_pinit, "live pmap", "panic PM1",
    pmap_pinit(w.own))
SAME(pmap_pinit, "live pmap of pmap_create", "panic PM1",
    pmap_pinit(w.a))
SAME(pmap_pinit, "kernel pmap", "panic PM1",
    pmap_pinit(kernel_pmap))
ASKED(pmap_pinit, "dead pmap",
    pmap_pinit(w.dead),
    w.dead->pm_count == 1 && w.dead->pm_pdirpa != 0)
ASKED(pmap_pinit, "dead pmap, at the floor",
    (world_at_floor(), w.ret = (uint32_t)pmap_pinit(w.dead)),
    w.floor && w.ret == !PH_WIRED_FAILS &&
    w.dead->pm_count == !PH_WIRED_FAILS)

SAME(pmap_reference, "NULL pmap", "no effect",
    pmap_reference(NULL))
SAME(pmap_reference, "dead pmap", "panic PM1",
    pmap_reference(w.dead))
SAME(pmap_reference, "pmap destroyed before", "panic PM1",
    pmap_reference(w.gone))
ASKED(pmap_reference, "kernel pmap",
    pmap_reference(kernel_pmap),
    kernel_pmap->pm_count == 2)

SAME(pmap_reference, "pmap with INT_MAX references", "panic PM1",
    pmap_reference(w.b))

SAME(pmap_destroy, "NULL pmap", "no effect",
    pmap_destroy(NULL))
SAME(pmap_destroy, "dead pmap", "panic PM1",
    pmap_destroy(w.dead))
SAME(pmap_destroy, "pmap destroyed before", "panic PM1",
    pmap_destroy(w.gone))
SAME(pmap_destroy, "kernel pmap, last reference", "panic PM1",
    pmap_destroy(kernel_pmap))
ASKED(pmap_destroy, "pmap of pmap_pinit",
    pmap_destroy(w.own),
    w.own->pm_count == 0 && w.own->pm_pdirpa == 0 &&
    pmap_page_mappings(w.page[1]) == 2)
ASKED(pmap_destroy, "loaded pmap",
    pmap_destroy(w.a),
    w.a->pm_count == 0 && mmu_cpu.mc_cr3 == kernel_pmap->pm_pdirpa)

SAME(pmap_release, "NULL pmap", "panic PM1",
    pmap_release(NULL))
SAME(pmap_release, "dead pmap", "panic PM1",
    pmap_release(w.dead))
SAME(pmap_release, "pmap destroyed before", "panic PM1",
    pmap_release(w.gone))
SAME(pmap_release, "kernel pmap", "panic PM1",
    pmap_release(kernel_pmap))
ASKED(pmap_release, "pmap of pmap_create",
    pmap_release(w.a),
    w.a->pm_count == 0 && mmu_cpu.mc_cr3 == kernel_pmap->pm_pdirpa)

SAME(pmap_release, "pmap with more references", "panic PM1",
    pmap_release(w.b))

SAME(pmap_activate, "NULL pmap", "panic PM3",
    pmap_activate(NULL))
SAME(pmap_activate, "dead pmap", "panic PM3",
    pmap_activate(w.dead))
SAME(pmap_activate, "pmap destroyed before", "panic PM3",
    pmap_activate(w.gone))
SAME(pmap_activate, "loaded pmap", "no effect",
    pmap_activate(w.a))
ASKED(pmap_activate, "kernel pmap",
    pmap_activate(kernel_pmap),
    mmu_cpu.mc_cr3 == kernel_pmap->pm_pdirpa)

SAME(pmap_deactivate, "NULL pmap", "no effect",
    pmap_deactivate(NULL))
SAME(pmap_deactivate, "dead pmap", "no effect",
    pmap_deactivate(w.dead))
SAME(pmap_deactivate, "pmap destroyed before", "no effect",
    pmap_deactivate(w.gone))
SAME(pmap_deactivate, "kernel pmap", "no effect",
    pmap_deactivate(kernel_pmap))
SAME(pmap_deactivate, "pmap that is not loaded", "no effect",
    pmap_deactivate(w.b))

SAME(pmap_collect, "NULL pmap", "no effect",
    pmap_collect(NULL))
SAME(pmap_collect, "dead pmap", "panic PM1",
    pmap_collect(w.dead))
SAME(pmap_collect, "pmap destroyed before", "panic PM1",
    pmap_collect(w.gone))
SAME(pmap_collect, "kernel pmap", "no effect",
    pmap_collect(kernel_pmap))

SAME(pmap_resident_count, "dead pmap", "returns 0",
    w.ret = pmap_resident_count(w.dead))
SAME(pmap_wired_count, "dead pmap", "returns 0",
    w.ret = pmap_wired_count(w.dead))

/* ----- figures and checks ----- */

SAME(pmap_usage, "NULL usage", "no effect",
    pmap_usage(NULL))
SAME(pmap_pinned, "NULL limit", "no effect",
    pmap_pinned(NULL))
SAME(pmap_audit, "NULL result", "returns 0",
    w.ret = (uint32_t)pmap_audit(NULL))
