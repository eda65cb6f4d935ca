#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Run the tests that are inside the guest, and count them here.

usage: guest.py kerntest|usertests [CPU [MEM [OPTION ...]]]
"""

import re
import sys

import cases
import qemu

# What user programs see of the time must not depend on the host.  At 32 ns an
# instruction the guest's second is short for a test that computes; sleep=off
# would let it race ahead while the disk is at work, until the driver believes
# that an interrupt was lost (sys/i386/wd.c).
ICOUNT = {"usertests": "shift=5,sleep=on"}
RESULT = re.compile(r"^(ok|not ok) ")
TOTAL = re.compile(r"^guest: (\d+) passed, (\d+) failed$")


def main():
    """Boot, show, and compare the guest's sum with the lines it printed."""
    run = sys.argv[1]
    cpu = sys.argv[2] if len(sys.argv) > 2 else "pentium3"
    mem = int(sys.argv[3]) if len(sys.argv) > 3 else 16
    more = "".join(" " + word for word in sys.argv[4:])
    lines, status = qemu.boot(f"run={run} seed=1997 policy=panic{more}",
                              mem=mem, cpu=cpu, icount=ICOUNT.get(run, ""))
    print("\n".join(lines))
    said = [RESULT.match(line).group(1) for line in lines
            if RESULT.match(line)]
    good, wrong = said.count("ok"), said.count("not ok")
    totals = [TOTAL.match(line).groups() for line in lines
              if TOTAL.match(line)]
    if totals != [(str(good), str(wrong))] or status != (1 if wrong else 0):
        print(f"not ok {run}: {good} ok and {wrong} not ok counted; the "
              f"guest's sums are {totals}, its status {status}")
        wrong += 1
    # The guest's own line would be counted twice.
    print(f"{run} on {cpu} - {good} passed - {wrong} failed")
    return 1 if wrong or not good else 0


if __name__ == "__main__":
    cases.TOP.exists()
    sys.exit(main())
