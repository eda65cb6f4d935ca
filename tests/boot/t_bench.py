#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The benchmark's own tests: what fails, and that the doc is read and written
as it stands."""

import copy
import sys

import cases
from cases import check, load

bench = load("bench")
TEXT = bench.DOC.read_text(encoding="utf-8")
ROW = {"name": "enter", "n": 1, "parts": 1, "calls": 4, "sum": 800,
       "median": 200, "max": 200, "stack": 96, "invlpg": 4, "reload": 0,
       "flushall": 0}
SEEN = [4, 800 + 4 * bench.MARK_COST, 150, 4, 0, 0]


def changed(name, n, unit, value):
    """The doc's figures, one of them another."""
    table = bench.doc_table(TEXT)
    table.rows[name, n][unit] = value
    return table


def good(mode, table, same_compiler=True):
    """Does the comparison with the doc pass?"""
    return bench.judge(mode, table, bench.doc_table(TEXT), same_compiler)[1]


def t_bench__the_doc_is_its_own_equal():
    table = bench.doc_table(TEXT)
    check(good("check", table) and good("again", table), "it differs")
    check(bench.replaced(TEXT, table) == bench.COMPILER.sub(
        f"Compiler: {bench.compiler()}", TEXT), "written, it is another")


def t_bench__two_per_cent_fail():
    was = float(bench.doc_table(TEXT).rows["collect", 1024]["insns"])
    for factor, passes in ((1.019, True), (1.021, False), (0.979, False)):
        table = changed("collect", 1024, "insns", f"{was * factor:.2f}")
        check(good("check", table) == passes, f"{factor}")
        check(not good("again", table), f"{factor} is no difference")


def t_bench__any_column_counts():
    for unit in bench.UNITS:
        check(not good("check", changed("collect", 1024, unit, "7")), unit)


def t_bench__a_row_less_or_more_fails():
    table = bench.doc_table(TEXT)
    del table.rows["extract", 1]
    check(not good("check", table), "one less")
    table = bench.doc_table(TEXT)
    table.figures["other", 1] = {"bytes": "1"}
    check(not good("check", table), "one more")


def t_bench__another_compiler_passes():
    check(good("check", changed("collect", 1024, "insns", "7"), False),
          "moved, by another compiler")


def t_bench__few_rows_fail():
    table = bench.Table()
    for mode in ("show", "check", "again", "write"):
        check(not bench.judge(mode, table, table, False)[1], mode)


def t_bench__the_guest_and_the_plugin_must_agree():
    bench.add_row(bench.Table(), ROW, SEEN)
    for place in (0, 1, 3, 5):
        seen = copy.copy(SEEN)
        seen[place] += 1
        try:
            bench.add_row(bench.Table(), ROW, seen)
        except bench.Wrong:
            continue
        check(False, f"{seen} for {SEEN}")


if __name__ == "__main__":
    sys.exit(cases.main("bench", globals(), sys.argv[1:]))
