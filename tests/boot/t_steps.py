#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The test runner's own tests: what counts, what is too little, what ends
a step for time, and that a busy machine does not; the table of cases."""

import os
import subprocess
import sys

import cases
from cases import TOP, check, load
import steps

SPIN = "while :; do :; done"


def judged(output, status=0, floor=(), why=""):
    """What is made of a step's output."""
    step = steps.Step("s", [], (), floor)
    return steps.judge(step, status, why, output, 1.0)


def t_steps__count_what_they_say():
    result = judged("a: 3 passed, 0 failed\n4 passed, 0 failed\n")
    check((result.passed, result.failed) == (7, 0), str(result))
    result = judged("no such line\n")
    check((result.passed, result.failed) == (1, 0), str(result))


def t_steps__a_bad_exit_status_fails():
    for text in ("5 passed, 0 failed\n", "nothing\n"):
        check(judged(text, 1).failed == 1, text)


def t_steps__skipped_is_failed():
    result = judged("5 passed, 0 failed, 2 skipped\n")
    check((result.passed, result.failed) == (5, 2), str(result))


def t_steps__below_the_floor_fails():
    check(judged("7 passed, 0 failed\n", floor=("passed", 8, 8)).failed == 1,
          "7 of 8 tests passed for all")
    text = "model: ops=999 violations=0\n"
    check(judged(text, floor=("ops", 999, 999)).failed == 0, "999 of 999")
    check(judged(text, floor=("ops", 1000, 1000)).failed == 1, "999 of 1000")
    result = judged("no figure\n", floor=("ops", 1, 1))
    check(result.failed == 1 and "ops=?" in result.why, str(result))


def t_steps__a_missing_tool_fails():
    step = steps.Step("s", ["true"], ("git",))
    path, os.environ["PATH"] = os.environ["PATH"], "/nowhere"
    try:
        result = steps.run(step, steps.Running())
    finally:
        os.environ["PATH"] = path
    check(result.failed == 1 and "install git" in result.why, str(result))


def waited(script, limit, stalled):
    """Wait for a shell's script as for a step."""
    running = steps.Running()
    step = steps.Step("s", ["sh", "-c", script])
    child = running.start(step, subprocess.DEVNULL)
    try:
        return steps.wait(child, limit, stalled)
    finally:
        running.end(child)


def t_steps__a_loop_ends_by_processor_time():
    # The time of a child counts too.
    status, why = waited(f"sh -c '{SPIN}'", 2, 600)
    check(status == 1 and "of the processor" in why, why)


def t_steps__what_sleeps_for_ever_is_told():
    status, why = waited("sleep 600", 600, 3)
    check(status == 1 and "no processor time used for 3 s" in why, why)


def t_steps__waiting_is_no_failure():
    status, why = waited("sleep 4", 1, 600)
    check(status == 0 and not why, why)


def t_steps__every_table_fails_when_too_little_ran():
    table = load("test")
    few = [steps.Result(steps.Step("s", []), 7, 0)]
    for name in table.TABLES:
        text, good = table.last_line(name, few, True, 1.0)
        check(not good and "1 failed" in text, text)
        text, good = table.last_line(name, few, False, 1.0)
        check(good, text)
    check(text.startswith("soak: 7 passed, 0 failed"), text)
    text, _ = table.last_line("check", few, False, 5.4)
    check(text == "check: 7 passed, 0 failed in 5 s", text)


def t_cases__the_table_has_each_case_once():
    table = load("check-cases").table
    text = (TOP / "doc/testing.md").read_text(encoding="utf-8")
    check(table(text)[1] == [], str(table(text)[1]))
    row = [line for line in text.splitlines(True)
           if line.startswith("| `devlock`")][0]
    for changed, fault in ((text.replace(row, ""), "devlock has no row"),
                           (text.replace(row, row + row), "two rows"),
                           (text.replace("| `devlock`", "| `other`"),
                            "other is no case"),
                           (text.replace(row, row.replace(" | ", " ", 1)),
                            "3 columns")):
        faults = table(changed)[1]
        check(any(fault in told for told in faults), f"{fault}: {faults}")


def t_cases__each_test_must_run_and_pass():
    judge = load("check-cases").judge
    ran = {"a__b": (True, ""), "c__d": (False, ": why")}
    for names, good in ((["a__b"], True), (["a__b", "c__d"], False),
                        (["a__b", "e__f"], False), ([], False)):
        check((not judge(names, ran)) == good, str(names))


def t_cases__a_source_tells_of_its_tests():
    tool = load("check-cases")
    tool.LOGS.mkdir(parents=True, exist_ok=True)
    ran = tool.run(tool.Source("steps", [
        "sh", "-c", "echo ok a__b; echo not ok c__d: why; exit 3"]))
    check(ran["a__b"][0] and not ran["c__d"][0] and ran["c__d"][1] == ": why"
          and not ran["steps"][0], str(ran))


if __name__ == "__main__":
    sys.exit(cases.main("steps", globals(), sys.argv[1:]))
