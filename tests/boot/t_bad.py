#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Disks that are missing, too small or broken: a message, and it lives on.

Each boot runs the stressors until they have done what they are to do, or one
of them fails.  Whatever happens to them, the kernel must neither panic nor
hang nor let a wrong byte pass.
"""

import shutil
import struct
import sys

import cases
from cases import Failed, check, has
from console import session
import qemu
import verdict

EIO = 5
BAD_WRITES = 100        # that may fail before the swap disk is given up


def pressure(swap_mb, faults=(), more="", mem=8):
    """Run stressors; the guest's lines when it has halted."""
    directory = qemu.work_dir("bad.")
    try:
        root, swap = qemu.make_disks(directory, swap_mb)
        machine = qemu.Machine(
            append=f"run=pressure seed=1997 {more} policy=panic panicexit",
            mem=mem, root=root, swap=swap, swap_faults=list(faults))
        with qemu.Guest(machine) as guest:
            try:
                for _ in guest.lines():
                    pass
            except qemu.GuestTimeout as e:
                raise Failed(f"it hangs: {e}; the last are: "
                             + " / ".join(guest.seen[-6:])) from None
            lines, status = guest.seen, guest.status()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    check(not [line for line in lines if line.startswith("panic: ")],
          "it panicked: " + " / ".join(lines[-4:]))
    check(not [line for line in lines if line.startswith("BAD ")],
          "a wrong byte: " + " / ".join(lines[-4:]))
    check(status is not None, "it did not halt by itself")
    has(lines, "SUMMARY ")
    return lines


def all_passed(lines):
    """Every stressor that ran ended with 0."""
    rows = [line for line in lines if line.startswith("ROW ")]
    check(rows and all(" status=0 " in row for row in rows),
          "a program failed: " + " / ".join(rows))


def errors(kind, pages):
    """Rules for blkdebug: these pages of the area cannot be used."""
    return [{"event": f"{kind}_aio", "iotype": kind, "errno": EIO,
             "sector": page * 8} for page in pages]


def greedy(swap_mb, said, reason):
    """A program that wants more than there is; the others live on."""
    out = session(["hog 1 6000 2", "echo still here"], swap_mb=swap_mb,
                  mem=8)
    has(out[0], said)
    has(out[1], f"killed: {reason}")
    has(out[2], "still here")


def t_swap__none_says_so_and_kills_the_greedy():
    greedy(0, "swap: no disk", "out of memory, there is no swap area")


def t_swap__too_small_kills_the_greedy():
    greedy(1, "swap: 255 pages", "out of swap space")


def t_swap__none_and_the_stressors_run():
    all_passed(pressure(0, more="pages=0"))


def t_swap__read_error_is_a_bus_error():
    # Not the first pages: there goes what is idle, which is init.
    lines = pressure(64, errors("read", range(1000, 1200)),
                     "only=hog pages=4000")
    has(lines, "wd1: read of sector")
    row = [line for line in lines if line.startswith("ROW name=hog")][0]
    # 138: the parent itself got SIGBUS; 1: a child did, and it says so.
    check(" status=138 " in row or "killed by signal 10" in "".join(lines),
          f"nobody got SIGBUS: {row}")


def t_swap__write_error_takes_another_place():
    lines = pressure(64, errors("write", range(1, 40)), "only=hog pages=1000")
    has(lines, "wd1: write of sector")
    has(lines, "cannot be written; not used again")
    all_passed(lines)


def t_swap__broken_altogether_is_survived():
    lines = pressure(64, [{"event": "write_aio", "iotype": "write",
                           "errno": EIO}], "only=hog,wire pages=0")
    bad = [line for line in lines if "wd1: write of sector" in line]
    check(0 < len(bad) <= BAD_WRITES, f"{len(bad)} writes failed before the "
          "disk was given up")
    has(lines, "swap: writes fail in 4 places of the disk; no more pages")


def t_swap__broken_altogether_kills_the_greedy():
    out = session(["hog 1 6000 2", "echo still here", "hog 1 100 1 & sleep",
                   "ps"], swap_mb=64, mem=8, swap_faults=[
                       {"event": "write_aio", "iotype": "write",
                        "errno": EIO}])
    has(out[1], "killed: the swap disk has failed")
    has(out[1], " 0 of 16383 pages of swap are free")
    has(out[2], "still here")
    for name in ("init", "sh", "pagedaemon"):
        has(out[4], name)


def t_swap__broken_later_gives_back_what_it_has():
    # From the 200th page-in on every write fails.
    later = [{"event": "read_aio", "state": n, "new_state": n + 1}
             for n in range(1, 200)]
    later += [{"event": "write_aio", "iotype": "write", "errno": EIO,
               "state": 200}]
    lines = pressure(64, later, "only=hog,shm duration=6 "
                     "pages=0")
    gone = [n for n, line in enumerate(lines)
            if "swap: writes fail in 4 places" in line]
    check(len(gone) == 1, f"the disk was given up {len(gone)} times")
    after = [verdict.words(line) for line in lines[gone[0]:]
             if line.startswith("STATUS ")]
    total = [verdict.words(line) for line in lines
             if line.startswith("SUMMARY ")][-1]
    check(total["pageins"] > after[0]["pageins"] and total["bad"] == 0
          and total["pageouts"] > 200, f"{after[:1]} {total}")
    bad = [line for line in lines if "wd1: write of sector" in line]
    check(len(bad) <= BAD_WRITES, f"{len(bad)} writes failed")


def data_page(program):
    """The page of the root image that holds the program's data."""
    image = (qemu.BUILD / "user/bin" / program).read_bytes()
    offset = max(struct.unpack_from("<I", image, 52 + n * 32 + 4)[0]
                 for n in range(struct.unpack_from("<H", image, 44)[0]))
    at = qemu.ROOT.read_bytes().find(image)
    check(offset > 0 and at >= 0 and at % 4096 == 0, "no page of data")
    return (at + offset) // 4096


def t_exec__error_is_told():
    page = data_page("usertests")
    out = session(["usertests none", "echo still here"],
                  root_faults=errors("read", [page]))
    has(out[1], "killed: usertests could not be loaded, error 14")
    has(out[2], "still here")


if __name__ == "__main__":
    cases.main("bad", globals(), sys.argv[1:])
