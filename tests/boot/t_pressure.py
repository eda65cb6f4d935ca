#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The main job when something is put in or taken away."""

import re
import subprocess
import sys

import cases
from cases import TOP, check

GOAL = "PAGES=3000"


def run(*options):
    """A run at 8 MB; its last line and its status."""
    done = subprocess.run([sys.executable, TOP / "tools/run.py", "pressure",
                           "MEM=8", "SEED=1997", GOAL, "LIMIT=", *options],
                          capture_output=True, text=True, timeout=cases.HANG,
                          check=False, stdin=subprocess.DEVNULL)
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


if __name__ == "__main__":
    cases.main("pressure", globals(), sys.argv[1:])
