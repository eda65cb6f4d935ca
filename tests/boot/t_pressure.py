#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The main job when something is put in or taken away."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cases
from cases import TOP, check, has
import qemu

GOAL = "PAGES=3000"
PATIENCE = 20           # seconds; three hangs with 60 would take too long


def run(*options, patience=""):
    """A run at 8 MB; its last line and its status."""
    done = subprocess.run([sys.executable, TOP / "tools/run.py", "pressure",
                           "MEM=8", "SEED=1997", GOAL, "LIMIT=", *options],
                          capture_output=True, text=True, timeout=cases.HANG,
                          check=False, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, PATIENCE=str(patience)))
    text = done.stdout + done.stderr
    return (text.splitlines() or [""])[-1], done.returncode, text


def t_pressure__flipped_byte_is_found_and_named():
    last, status, text = run("INJECT=swapflip")
    found = re.search(r"inject: byte (\d+) of page", text)
    check(found, f"nothing was flipped: {last}")
    check(status == 1, f"status {status}: {last}")
    check(re.match(r"PRESSURE: FAIL BAD name=\w+ pid=\d+ va=0x[0-9a-f]+ "
                   rf"offset={found.group(1)} want=\w+ got=\w+", last), last)


def t_pressure__passes_without_the_retest():
    last, status, _ = run("NORETEST=1")
    check(status == 0 and last.startswith("PRESSURE: PASS "), last)


def t_pressure__each_kind_of_hang_is_reported():
    kinds = ("hang", "hangspin", "hangsleep")
    with ThreadPoolExecutor(len(kinds)) as pool:
        results = list(pool.map(lambda kind: run(
            f"INJECT={kind}", patience=PATIENCE), kinds))
    for kind, (last, status, text) in zip(kinds, results):
        check("inject: the machine hangs" in text, f"{kind}: no hang: {last}")
        check(status == 1 and re.match(
            rf"PRESSURE: FAIL no progress for {PATIENCE} s: .*disk "
            r"operations=[1-9]\d* lines=[1-9]\d*; last line '", last),
            f"{kind}: {status} {last}")


def t_pressure__goal_out_of_reach_is_given_up_and_named():
    lines, _ = qemu.boot("run=pressure only=hog seed=1997 pages=100 "
                         "maxsharers=100000", swap_mb=16, mem=8)
    has(lines, "MISSING maxsharers=")
    has(lines, "SUMMARY ")


if __name__ == "__main__":
    cases.main("pressure", globals(), sys.argv[1:])
