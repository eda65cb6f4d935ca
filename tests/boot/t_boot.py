#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""What the kernel says of the machine that it finds."""

import functools
import subprocess
import sys

import cases
from cases import TOP, check, has
import qemu

# What QEMU's models can do; see qemu-system-i386 -cpu help.
CPUS = {"486": "cpu: 486 invlpg=1 pge=0 pse=1",
        "pentium": "cpu: pentium invlpg=1 pge=0 pse=1",
        "pentium3": "cpu: pentium3 invlpg=1 pge=1 pse=1"}
MEMORY = (4, 8, 16, 64)


def t_boot__cpu_line_for_each_model():
    for cpu, line in CPUS.items():
        lines, status = qemu.boot("run=kerntest test=layout", cpu=cpu)
        has(lines, line)
        check(status == 0, f"{cpu}: status {status}")


def matrix(cpu, mem):
    """One boot to the layout, on one machine."""
    lines, status = qemu.boot("run=kerntest test=layout", cpu=cpu, mem=mem)
    check(status == 0, f"status {status}: " + " / ".join(lines[-4:]))
    has(lines, "layout: arena")


def t_boot__one_gigabyte():
    matrix("pentium3", 1024)


def t_boot__too_little_memory_says_so():
    lines, status = qemu.boot("run=shell", mem=2)
    has([line.lower() for line in lines], "not enough memory")
    check(status is not None, "it hangs")


def t_boot__gdb_attaches_with_symbols():
    done = subprocess.run(
        [sys.executable, TOP / "tools/run.py", "gdb", "--", "-batch",
         "-ex", "break pmap_init", "-ex", "continue", "-ex", "backtrace"],
        capture_output=True, text=True, timeout=cases.HANG, check=False,
        stdin=subprocess.DEVNULL)
    check(done.returncode == 0, done.stderr[-300:])
    has(done.stdout.splitlines(), "pmap_init () at pmap")


def t_boot__dump_agrees_with_the_emulator():
    directory = qemu.work_dir("dump.")
    try:
        root, swap = qemu.make_disks(directory, 16)
        machine = qemu.Machine(append="run=kerntest test=dump", root=root,
                               swap=swap)
        with qemu.Guest(machine) as guest:
            check(guest.wait_for(r"^dump: ready"),
                  "no dump: " + " / ".join(guest.seen[-4:]))
            compare(guest.seen, guest.monitor("info tlb"))
            guest.kill()
    finally:
        qemu.shutil.rmtree(directory, ignore_errors=True)


def compare(lines, text):
    """The audit's count and the mappings named, against info tlb."""
    rows = {}
    for row in text.splitlines():
        word = row.split()
        if len(word) == 3:
            rows[int(word[0].rstrip(":"), 16)] = (int(word[1], 16), word[2])
    audit = [line for line in lines if line.startswith("audit: ptes=")][-1]
    ptes = int(audit.split("ptes=")[1].split()[0])
    check(ptes == len(rows), f"{audit}; the emulator has {len(rows)}")
    for line in lines:
        if not line.startswith("dump: va="):
            continue
        f = dict(w.split("=") for w in line.split()[1:])
        pa, flags = rows[int(f["va"], 16)]
        check(pa == int(f["pa"], 16), f"{line}: the emulator has 0x{pa:x}")
        check(flags.endswith("UW" if f["write"] == "1" else "U-"),
              f"{line}: the emulator has {flags}")


for CPU in CPUS:
    for MEM in MEMORY:
        NAME = f"t_boot__{CPU}_with_{MEM}_MB"
        globals()[NAME] = functools.partial(matrix, CPU, MEM)

if __name__ == "__main__":
    cases.main("boot", globals(), sys.argv[1:])
