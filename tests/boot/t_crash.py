#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The crash of 1997: forced, under both policies, and in its natural form."""

import re
import subprocess
import sys

import cases
from cases import TOP, check, has
import qemu
import run
import verdict

PANIC = 127
FREED = 20


def forced(policy):
    """Remove the directory entry of a stack; the guest's lines and status."""
    lines, status = qemu.boot(
        f"run=kerntest test=crash policy={policy}")
    text = "\n".join(lines)
    check("page fault" not in text, "it faulted: " + lines[-1])
    mapped = re.search(r"crash: pmap=(\S+) va=(\S+) pa=(\S+) is", text)
    check(mapped, "the test did not begin")
    report = run.REPORT.search(text)
    check(report, "no report: " + " / ".join(lines[-4:]))
    for value in mapped.groups():
        number = int(value, 16)
        check(re.search(rf"0x0*{number:x}\b", report.group(0)),
              f"the report lacks {value}: {report.group(0)}")
    return lines, status


def t_crash__policy_panic_reports_and_stops():
    lines, status = forced("panic")
    check(status == PANIC, f"status {status}")
    has(lines, "panic: ")


def t_crash__policy_isolate_reports_and_goes_on():
    lines, status = forced("isolate")
    check(status == 0, f"status {status}")
    has(lines, "crash: went on, violations=1 mappings=0")


def t_crash__make_crash_shows_the_report():
    done = subprocess.run([sys.executable, TOP / "tools/run.py", "crash"],
                          capture_output=True, text=True, timeout=cases.HANG,
                          check=False)
    check(done.returncode == 0, f"status {done.returncode}")
    has(done.stdout.splitlines(), "CRASH: reported")


def t_crash__natural_form_does_nothing():
    lines, status = qemu.boot("run=pressure only=deepstack,hog seed=1997 "
                              f"pages=2000 stackptp_freed={FREED} "
                              "policy=panic", mem=8)
    check(status == 0, f"status {status}: " + " / ".join(lines[-4:]))
    total = [verdict.words(line) for line in lines
             if line.startswith("SUMMARY ")][-1]
    check(total["stackptp_freed"] >= FREED and total["bad"] == 0
          and total["violations"] == 0, str(total))
    has(lines, "ROW name=deepstack")


if __name__ == "__main__":
    cases.main("crash", globals(), sys.argv[1:])
