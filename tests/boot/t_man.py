#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The man pages: without a complaint of mandoc, and complete."""

import re
import subprocess
import sys

import cases
from cases import TOP, check


def t_man__mandoc_has_nothing_to_say():
    pages = sorted(str(p) for p in (TOP / "man").glob("*.9"))
    check(len(pages) == 2, f"pages: {pages}")
    done = subprocess.run(["mandoc", "-Tlint", *pages], capture_output=True,
                          text=True, timeout=cases.HANG, check=False)
    check(done.returncode == 0 and not done.stdout,
          done.stdout + done.stderr)


def missing_from(page, names):
    """The names that a page does not document with a tag of its own."""
    text = (TOP / "man" / page).read_text(encoding="utf-8")
    return [n for n in names
            if not re.search(rf"^\.It (Fn|Dv|Va) {n}\b", text, re.MULTILINE)]


def t_man__every_call_of_pmap_h_is_there():
    text = (TOP / "pmap.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    names = set(re.findall(r"\b(pmap_\w+)\(", text))
    names -= {n for n in names if re.search(rf"struct {n}\b", text)
              and n != "pmap_audit" and n != "pmap_usage"}
    check(len(names) > 30, f"only {len(names)} names found")
    lost = missing_from("pmap.9", sorted(names - {"pmap_kernel"}))
    check(not lost, "not in pmap(9): " + " ".join(lost))


def t_man__every_ph_name_is_there():
    text = (TOP / "sys/i386/pmap_host.h").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:[\w *]*\b)?\*?(ph_\w+)\(", text,
                           re.MULTILINE))
    names |= set(re.findall(r"^#define (PH_\w+)", text, re.MULTILINE))
    check(len(names) > 20, f"only {len(names)} names found")
    lost = missing_from("pmap_host.9", sorted(names))
    check(not lost, "not in pmap_host(9): " + " ".join(lost))


if __name__ == "__main__":
    cases.main("man", globals(), sys.argv[1:])
