# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Defects to plant: a piece of the module's source, and what replaces it.

For each failure R1 to R30 of doc/failures.md there is at least one, as near
to what went wrong elsewhere as this design lets one come; the rest break an
invariant each.  tools/check-failures --planted shows that the tests of the
failure's number see it; tools/planted takes three of them into the kernel.
"""

from dataclasses import dataclass


@dataclass
class Defect:
    """What is broken, where, and how.

    failure is R1 to R30, the id of an invariant, or "floor".  variant: the
    build in which it can be seen.  A note that begins with "work" means that nothing
    but the amount of work is wrong, which no comparison of states sees.
    """
    name: str
    failure: str
    path: str
    good: str
    wrong: str
    note: str = ""
    variant: str = "plain"


class Misplaced(Exception):
    """The text to replace does not stand in the file exactly once."""


def changed(defect, tree):
    """The file with the defect in it, as text; Misplaced if it has no place."""
    text = (tree / defect.path).read_text(encoding="ascii")
    if text.count(defect.good) != 1:
        raise Misplaced(f"{defect.name}: {defect.path} has its place "
                        f"{text.count(defect.good)} times, not once")
    return text.replace(defect.good, defect.wrong)


def apply(defect, tree):
    """Put a defect into a copy of the tree."""
    (tree / defect.path).write_text(changed(defect, tree), encoding="ascii")


DEFECTS = [
    # ----- R1 to R30 -----
    Defect("a lost modify bit", "R1", "pmap.c",
           "\t} else if (fr != NULL)\n"
           "\t\tfr->fr_info |= old & PMB_ATTR;\n", "\t}\n"),
    Defect("the old page's bits dropped", "R2", "pmap.c",
           "\t\t\tpv_remove(oldfr, pv, old);\n",
           "\t\t\tpv_remove(oldfr, pv, 0);\n"),
    Defect("the old page's bits given to the new", "R2", "pmap.c",
           "\told = pte_swap(ptep, pte);\n\toldfr = ",
           "\told = pte_swap(ptep, pte | (old & PMB_ATTR));\n\toldfr = "),
    Defect("a flush that ignores M and U", "R3", "pmap.c",
           "\tif (pte_cached(pm, old) && pmap_is_loaded(pm))\n",
           "\tif (pte_cached(pm, old) && pmap_is_loaded(pm) &&\n"
           "\t    (old & PMB_VALID) != 0 &&\n"
           "\t    ((old ^ pte) & (PMB_FRAME | PMB_WRITE)) != 0)\n"),
    Defect("clear_reference without a flush", "R4", "pmap.c",
           "\t\tgather_note(&g, pt->pt_pmap, ptp_va(pt, ptep), old);\n",
           "\t\tif (clear != PMB_REF)\n\t\t\tgather_note(&g, pt->pt_pmap, "
           "ptp_va(pt, ptep), old);\n"),
    Defect("clear_modify without a flush", "R5", "pmap.c",
           "\t\tgather_note(&g, pt->pt_pmap, ptp_va(pt, ptep), old);\n",
           "\t\tif (clear != PMB_MOD)\n\t\t\tgather_note(&g, pt->pt_pmap, "
           "ptp_va(pt, ptep), old);\n"),
    Defect("saved bits that clear_modify leaves", "R5", "pmap.c",
           "\tfr->fr_info = (fr->fr_info & ~(clear & PMB_ATTR)) | "
           "(set & PMB_ATTR);\n",
           "\tfr->fr_info |= set & PMB_ATTR;\n"),
    Defect("protect without a flush", "R6", "pmap.c",
           "\t\t\tgather_note(&g, pm, va, old);\n", ""),
    Defect("page_protect of the loaded pmap only", "R7", "pmap.c",
           "\t\tif ((old & clear) == 0 && (~old & set) == 0)\n",
           "\t\tif (((old & clear) == 0 && (~old & set) == 0) ||\n"
           "\t\t    (clear == PMB_WRITE &&\n"
           "\t\t    !pmap_is_loaded(ptp_of_pte(ptep)->pt_pmap)))\n"),
    Defect("M and U of a stolen table dropped", "R8", "pmap.c",
           "\t\t(void)pmap_unmap(pt, i);\n\tif (__builtin_expect(pt->pt_valid",
           "\t\t(void)(pte_clear(&pt->pt_pte[i], PMB_ATTR),\n"
           "\t\t    pmap_unmap(pt, i));\n"
           "\tif (__builtin_expect(pt->pt_valid"),
    Defect("a table that is unwired is no victim", "R8", "ptp.c",
           "\telse\n\t\tptp_list_append(&ptp_victims, pt);\n}\n", "}\n"),
    Defect("a wired table is a victim", "R8", "ptp.c",
           "\tif (pt->pt_state != PTS_USER || queued == "
           "(pt->pt_wired == 0))\n",
           "\tif (pt->pt_state != PTS_USER || queued)\n"),
    Defect("a hold that only managed pages give back", "R9", "pmap.c",
           "\tpt->pt_valid--;\n\tpm->pm_stats.resident_count--;\n",
           "\tif (pte_may_track(old))\n\t\tpt->pt_valid--;\n"
           "\tpm->pm_stats.resident_count--;\n"),
    Defect("a table that goes without a reload", "R9", "pmap.c",
           "\tif (pt->pt_pmap->pm_pdirpa == g->ga_dir)\n"
           "\t\tg->ga_reload = true;\n", ""),
    Defect("pages freed before the flush", "R9", "pmap.c",
           "\tif (g->ga_reload || (!single && g->ga_pages != NULL))\n"
           "\t\ttlb_reload(g->ga_cr3);\n"
           "\telse\n"
           "\t\tpmap_flush_pages(g->ga_va, g->ga_count);\n"
           "\twhile ((pt = g->ga_pages) != NULL) {\n"
           "\t\tg->ga_pages = pt->pt_next;\n"
           "\t\tva = (vm_offset_t)pt->pt_pte;\n"
           "\t\tif (single)\n"
           "\t\t\tpmap_flush_pages(&va, 1);\n"
           "\t\tpa = ptp_arena_free(pt);\n"
           "\t\tframe_set(pa, FR_MANAGED, NULL);\n"
           "\t\tph_page_free(pa);\n"
           "\t}\n",
           "\twhile ((pt = g->ga_pages) != NULL) {\n"
           "\t\tg->ga_pages = pt->pt_next;\n"
           "\t\tva = (vm_offset_t)pt->pt_pte;\n"
           "\t\tpa = ptp_arena_free(pt);\n"
           "\t\tframe_set(pa, FR_MANAGED, NULL);\n"
           "\t\tph_page_free(pa);\n"
           "\t\tif (single)\n"
           "\t\t\tpmap_flush_pages(&va, 1);\n"
           "\t}\n"
           "\tif (g->ga_reload || (!single && g->ga_pages != NULL))\n"
           "\t\ttlb_reload(g->ga_cr3);\n"
           "\telse\n"
           "\t\tpmap_flush_pages(g->ga_va, g->ga_count);\n"),
    Defect("frame 0 taken for nothing new", "R10", "pmap.c",
           "\telse if ((old & PMB_VALID) == 0) {\n\t\tpt->pt_valid++;\n",
           "\telse if ((old & PMB_VALID) == 0 &&\n"
           "\t    ((old ^ pte) & PMB_FRAME) != 0) {\n\t\tpt->pt_valid++;\n",
           "only a world that maps frame 0 sees it"),
    Defect("a device page cached when entered again", "R11", "pmap.c",
           "\tif (pte_maps(old, pa))\n\t\tpte |= old & PMB_CACHE;\n"
           "\telse if (tag == FR_FOREIGN)\n",
           "\tif (!pte_maps(old, pa) && tag == FR_FOREIGN)\n"),
    Defect("a dead directory left in CR3", "R12", "pmap.c",
           "\tif (pmap_is_loaded(pm)) {\n"
           "\t\tg.ga_cr3 = kernel_pmap->pm_pdirpa;\n"
           "\t\tg.ga_reload = true;\n\t}\n", ""),
    Defect("wired entries collected", "R13", "pmap.c",
           "\t\t\tif (pte_read(&pt->pt_pte[i]) & PMB_WIRED)\n"
           "\t\t\t\tcontinue;\n", ""),
    Defect("pager mappings tracked and write-protected", "R14", "pmap.c",
           "(!ph_pager_va(va) && !ph_host_edits(va))",
           "!ph_host_edits(va)"),
    Defect("a wired count that only grows", "R15", "pmap.c",
           "\t\tpt->pt_wired--;\n\t\tpm->pm_stats.wired_count--;\n",
           "\t\tpt->pt_wired--;\n"),
    Defect("a removal that looks at every PDE", "R16", "ptp.c",
           "\t\tif ((pm->pm_slots >> (slot / PTP_GROUP) & 1) == 0) {\n"
           "\t\t\tslot = (slot", "\t\tif (pm == NULL) {\n\t\t\tslot = (slot",
           "work: reads of empty directory entries"),
    Defect("a removal that searches the list", "R17", "pmap.c",
           "\t\tpv_remove(frame_lookup(old), pv, old);\n",
           "\t\tfor (struct pv_link *p = frame_lookup(old)->fr_first;\n"
           "\t\t    p != pv; p = p->pv_next)\n"
           "\t\t\tpmap_counters.pc_neighbour++;\n"
           "\t\tpv_remove(frame_lookup(old), pv, old);\n",
           "work: a visit to each sharer at each removal"),
    Defect("a table remembered over a sleep", "R18", "pmap_mem.c",
           "\tif (!pmap_reserve(pm, va, wired, s))\n"
           "\t\treturn (NULL);\n\tpt = ptp_lookup(pm, va);\n",
           "\tpt = ptp_lookup(pm, va);\n"
           "\tif (!pmap_reserve(pm, va, wired, s))\n"
           "\t\treturn (NULL);\n",
           "only where others run while an enter sleeps"),
    Defect("page_protect open to interrupts", "R18", "pmap.c",
           "\t\tpmap_remove_all(fr, pa & PMB_FRAME);\n",
           "\t\tph_splx(s), pmap_remove_all(fr, pa & PMB_FRAME);\n"),
    Defect("a kernel table that new pmaps lack", "R19", "ptp.c",
           "uint32_t slot, end = va_slot(PH_KERNEND - 1u);",
           "uint32_t slot, end = va_slot(pmap_kva_last) - 1;"),
    Defect("a window left open", "R20", "pmap_kern.c",
           "\t\t(void)pte_swap(kernel_pte(window[i]), 0);\n",
           "\t\t(void)kernel_pte(window[i]);\n"),
    Defect("a window closed without a flush", "R20", "pmap_kern.c",
           "\tpmap_flush_pages(window, n);\n", ""),
    Defect("no slice, and an enter that goes on", "R21", "pmap_mem.c",
           "\tif (pt == NULL)\n\t\treturn (false);\n\tpv_page_add(",
           "\tif (pt == NULL)\n\t\treturn (true);\n\tpv_page_add("),
    Defect("a copy with the right to write", "R22", "pmap_kern.c",
           "\t(void)dst;\n\t(void)src;\n\t(void)dva;\n\t(void)len;\n"
           "\t(void)sva;\n",
           "\tvm_offset_t off, pa;\n\n"
           "\tfor (off = 0; off < len; off += PMB_PAGE)\n"
           "\t\tif (pmap_lookup(src, sva + off, &pa))\n"
           "\t\t\tpmap_enter(dst, dva + off, pa, VM_PROT_ALL, 0);\n"),
    Defect("a wired entry that maps nothing", "R23", "pmap.c",
           "\tif ((old & PMB_VALID) != 0 && (old & PMB_WIRED) == 0 "
           "&& wired) {\n",
           "\tif (pt != NULL && (old & PMB_WIRED) == 0 && wired) {\n"),
    Defect("absence looked up as frame 0", "R24", "pmap_kern.c",
           "\tif ((pte & PMB_VALID) == 0)\n\t\treturn (0);\n"
           "\tif (pap != NULL)\n", "\tif (pap != NULL)\n"),
    Defect("a range to 4 GB taken for reversed", "R25", "pmap.c",
           "*evap - 1 < *svap)", "*evap < *svap)"),
    Defect("one reload a page on a 386", "R26", "pmap.c",
           "\tif (n > 0 && !ph_has_invlpg()) {\n"
           "\t\ttlb_reload(ph_cr3());\n\t\treturn;\n",
           "\tif (n > 0 && !ph_has_invlpg()) {\n"
           "\t\twhile (n-- > 0)\n"
           "\t\t\ttlb_reload(ph_cr3());\n\t\treturn;\n",
           "work: reloads of CR3; on a 386 only"),
    Defect("INVLPG on a 386", "R26", "pmap.c",
           "\tif (n > 0 && !ph_has_invlpg()) {\n",
           "\tif (n > 1 && !ph_has_invlpg()) {\n",
           "on a 386 only"),
    Defect("a global page that goes unflushed", "R27", "pmap.c",
           "\t\tif (single)\n\t\t\tpmap_flush_pages(&va, 1);\n",
           "\t\t(void)va;\n"),
    Defect("the recursive slot within reach", "R28", "pmap.c",
           "pmap_kva_last & PMB_FRAME :\n\t    PH_USER_PTMAX - PMB_PAGE;",
           "pmap_kva_last & PMB_FRAME :\n\t    PH_KERNBASE - PMB_PAGE;",
           "only a build with a recursive slot has one", "ports"),
    Defect("an exec whose CR3 stays", "R29", "pmap_kern.c",
           "\tif ((ph_cr3() & PMB_FRAME) != pm->pm_pdirpa)\n"
           "\t\tph_load_cr3(pm->pm_pdirpa);\n",
           "\tstatic pmap_t last;\n\n\tif (last != pm)\n"
           "\t\tph_load_cr3(pm->pm_pdirpa);\n\tlast = pm;\n"),
    Defect("the head of an empty queue reclaimed", "R30", "pmap_mem.c",
           "\tif (pt == NULL)\n\t\treturn (false);\n"
           "\tPMAP_ASSERT(pt->pt_wired == 0,",
           "\tPMAP_ASSERT(pt->pt_wired == 0,"),
    # ----- the floor -----
    Defect("wired enters without a limit", "RS2", "pmap_mem.c",
           "\t\tif (!wired || (pt != NULL",
           "\t\tif (s != NULL || (pt != NULL"),
    Defect("directories without a limit", "RS2", "pmap_mem.c",
           "\t\tif (pin == PIN_LOOK_AGAIN && !pmap_pin_room(1, 0))\n"
           "\t\t\tpin = pmap_pin_wait(&s);\n", ""),
    Defect("change_wiring without a limit", "RS2", "pmap.c",
           "\t\tif (pm != kernel_pmap && pt->pt_wired == 0 &&\n"
           "\t\t    !pmap_pin_room(0, 1)) {\n",
           "\t\tif (pm == NULL) {\n"),
    Defect("a wired table counted without a page of slices", "RS2",
           "pmap_mem.h",
           "(1u + PV_NSLICE / PV_PERPAGE)", "(PV_NSLICE / PV_PERPAGE)"),
    Defect("a wired table counted with a page too many", "RS2",
           "pmap_mem.h",
           "(1u + PV_NSLICE / PV_PERPAGE)", "(2u + PV_NSLICE / PV_PERPAGE)"),
    Defect("a second wired entry counted as a table", "RS2", "pmap_mem.c",
           "(pt != NULL && pt->pt_wired > 0) ||",
           "(pt != NULL && pt->pt_wired > 1) ||"),
    Defect("a directory that counts when it is gone", "RS2", "ptp.c",
           "\tptp_ndirs--;\n", ""),
    Defect("slices that eat the page tables", "RS3", "pmap_mem.c",
           "\tif (pmap_tables_at_hand() <= PIN_TABLES)\n"
           "\t\treturn (false);\n", ""),
    Defect("slices that eat one page table too many", "RS3", "pmap_mem.c",
           "\tif (pmap_tables_at_hand() <= PIN_TABLES)\n",
           "\tif (pmap_tables_at_hand() < PIN_TABLES)\n"),
    Defect("new tables that are victims", "floor", "ptp.c",
           "\t\tchoice = ptp_is_new(pt) ? &newest : &best;\n",
           "\t\tchoice = &best;\n"),
    Defect("a ring of new tables that is one too short", "floor", "ptp.c",
           "ptp_attached++ % PTP_NEWEST]",
           "ptp_attached++ % (PTP_NEWEST > 1 ? PTP_NEWEST - 1 : 1)]",
           "only where more than one table is new"),
    Defect("a ring of new tables of which one is forgotten", "floor",
           "ptp.c", "\tfor (i = 0; i < PTP_NEWEST && ptp_newest[i] != pt;",
           "\tfor (i = 1; i < PTP_NEWEST && ptp_newest[i] != pt;"),
    Defect("new tables that are never victims", "floor", "ptp.c",
           "\treturn (best != NULL || !any ? best : newest);\n",
           "\treturn (best);\n"),
    Defect("a refused wired enter that is made unwired", "floor", "pmap.c",
           "\tpt = pmap_slot(pm, va, track, wired, &s);\n",
           "\tpt = pmap_slot(pm, va, track, wired, &s);\n"
           "\tif (pt == NULL && wired)\n\t\tpt = pmap_slot(pm, va, track, "
           "wired = FALSE, &s);\n"),
    Defect("a refused wired enter that leaves what was there", "floor",
           "pmap.c",
           "\t\tpmap_counters.pc_deferred++;\n"
           "\t\tpmap_remove(pm, va, va + PMB_PAGE);\n",
           "\t\tpmap_counters.pc_deferred++;\n"
           "\t\tif (!wired)\n\t\t\tpmap_remove(pm, va, va + PMB_PAGE);\n"),
    Defect("a killed process that waits on for memory", "floor",
           "pmap_mem.c",
           "\tif (PH_WIRED_FAILS && ph_killed())\n\t\treturn (false);\n",
           ""),
    Defect("a killed process that waits on at the floor", "floor",
           "pmap_mem.c",
           "\tif (ph_killed()) {\n\t\tpmap_overdrawn = true;\n"
           "\t\treturn (PIN_ALL_THE_SAME);\n\t}\n", "",
           "only where a host has no error to give", "ports"),
    Defect("the smallest holder called the largest", "floor", "pmap_mem.c",
           "PIN_WIRED * dir->pt_wired > *pages) {\n",
           "PIN_WIRED * dir->pt_wired < *pages) {\n",
           "only where a host has no error to give", "ports"),
    # ----- invariants -----
    Defect("what a driver wrote through its own entry dropped", "MR1",
           "pmap.c", "\t\tpmap_save_untracked(old);\n\t\treturn (old);\n",
           "\t\treturn (old);\n"),
    Defect("a stale PV link", "PV1", "pmap.c",
           "\tif (pv_tracked(pv)) {\n"
           "\t\tif (__builtin_expect(!pte_may_track(old), 0)) {\n",
           "\tif (pv_tracked(pv) && (old & PMB_REF) == 0) {\n"
           "\t\tif (__builtin_expect(!pte_may_track(old), 0)) {\n"),
    Defect("a missing flush", "TL1", "pmap.c",
           "\tif (pte_cached(pm, old) && pmap_is_loaded(pm))\n"
           "\t\tpmap_flush_pages(&va, 1);\n", ""),
    Defect("a full gather that forgets", "TL1", "pmap.c",
           "\t\tg->ga_va[g->ga_count++] = va;\n"
           "\telse\n\t\tg->ga_reload = true;\n",
           "\t\tg->ga_va[g->ga_count++] = va;\n"),
    Defect("entries cached only when written", "TL3", "pmap.c",
           "\treturn ((old & PMB_REF) != 0 ||\n",
           "\treturn ((old & PMB_MOD) != 0 ||\n"),
    Defect("slices that stay when their table goes", "PM2", "pmap.c",
           "\t\tpage = pv_slice_free(pt->pt_slice[i]);\n",
           "\t\tpage = 0;\n"),
    Defect("a free slice with an owner", "PV5", "pv.c",
           "\t*pv_owner_word(ps) = 0;\n\tpv_free_push(ps);\n",
           "\tpv_free_push(ps);\n"),
    Defect("user rights above user space", "PT9", "pmap.c",
           "\tif (va < PH_USER_MAX)\n\t\tpte |= PMB_USER;\n",
           "\tif (va < PH_USER_PTMAX)\n\t\tpte |= PMB_USER;\n"),
    Defect("an empty table that stays", "PT3", "pmap.c",
           "\tif (pt->pt_state == PTS_USER && pt->pt_valid == 0)\n"
           "\t\t(void)gather_unhook(g, pt);\n", ""),
    Defect("a group of slots given up too early", "PT1", "ptp.c",
           "\tif (!ptp_group_used(pm, slot))\n", ""),
    # ----- a 4 MB border of the kernel's addresses -----
    Defect("a move that stays in the first table", "PV1", "pmap.c",
           "\tstruct ptp *tt = ptp_lookup(kernel_pmap, to);\n",
           "\tstruct ptp *tt = ptp_lookup(kernel_pmap, va_index(to) == 0 ?\n"
           "\t    to - PMB_PAGE : to);\n"),
    Defect("a range that ends with the kernel's first table", "PT1", "ptp.c",
           "\tr->pr_done = slot == end;\n",
           "\tr->pr_done = slot == end || pm == kernel_pmap;\n"),
    # ----- without assertions -----
    Defect("a count that only an assertion keeps", "PM2", "ptp.c",
           "\tpt->pt_pprev = NULL;\n\tpl->pl_count--;\n}",
           "\tpt->pt_pprev = NULL;\n"
           "\tPMAP_ASSERT(pl->pl_count-- > 0, \"PM2 list\");\n}",
           "only a build without assertions", "bare"),
    Defect("an entry that only an assertion writes", "PT1", "ptp.c",
           "\told = pte_swap(&pm->pm_pdir[slot], pt->pt_pa | PDE_USER);\n"
           "\tPMAP_ASSERT(old == 0,",
           "\tPMAP_ASSERT((old = pte_swap(&pm->pm_pdir[slot],\n"
           "\t    pt->pt_pa | PDE_USER)) == 0,",
           "only a build without assertions", "bare"),
]
