#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The shell: lists of commands, what is built in, and what it refuses."""

import shutil
import subprocess
import sys

import cases
from cases import check, has
from console import session
import qemu

PROGRAMS = qemu.BUILD / "user" / "bin"

# A line that other shells understand, and we do not: none of it may run.
REFUSED = [
    "echo ran > /scratch 2>/dev/null", "echo ran >> /scratch",
    "echo ran << end", "echo ran 2>&1", "echo ran | cat |& cat",
    "(echo ran)", "echo ran; (echo ran)", "echo `echo ran`",
    "echo ran $(echo ran)", "echo ran $HOME", "echo ran ${HOME}",
    'echo "ran $HOME"', "echo ran \\; echo ran", "echo ran *",
    "echo ran [a]", "echo ran ?", "echo ran ~", "if echo ran; then ls; fi",
    "for i in ran; do echo $i; done", "while echo ran; do echo ran; done",
    "{ echo ran; }", "! echo ran", "A=ran echo ran", "echo ran &&",
    "echo ran ||", "&& echo ran", "|| echo ran", "echo ran && ; echo ran",
    "echo ran ;; echo ran", "; echo ran", "& echo ran", "echo ran |",
    "| echo ran", "echo ran | | cat", "echo ran && echo ran &",
    "echo ran && > /scratch", "echo ran >", "echo ran < ; echo ran",
    "echo ran 'ran", "echo ran &&& echo ran",
]


def answers(lines):
    """What the shell answered to each line, without its echo."""
    return [answer[1:] for answer in session(lines)[1:]]


def t_shell__and_or_look_at_the_status():
    table = {"echo a && echo b": "a b", "cat /none && echo b": "cat:",
             "cat /none || echo b": "cat: b", "echo a || echo b": "a",
             "cat /none && echo b || echo c": "cat: c",
             "echo a || echo b && echo c": "a c",
             "cat /none ; echo $?": "cat: 1",
             "cat /none || echo $?": "cat: 1",
             "echo a | cat && echo b": "a b",
             "echo a && echo b ; echo c": "a b c",
             "echo 'a && b'": "a", "echo a&&echo b": "a b"}
    for (line, want), got in zip(table.items(), answers(list(table))):
        words = " ".join(text.split()[0] for text in got if text)
        check(words == want, f"{line}: '{words}', not '{want}'")


def t_shell__cd_goes_there():
    out = answers(["cd /bin && ls", "ls ..", "cd ../data ; ls", "cd none",
                   "cd shared0", "cd && ls", "cd a b", "cd / > /scratch",
                   "cd /bin | cat ; ls"])
    has(out[0], "usertests")
    has(out[1], "scratch")
    has(out[2], "shared0")
    has(out[3], "sh: none: no such file")
    has(out[4], "sh: shared0: not a directory")
    has(out[5], "scratch")
    has(out[6], "too many words")
    has(out[7], "cannot be redirected")
    has(out[8], "scratch")


def t_shell__kill_sends_signals():
    out = answers(["sh -c 'kill -STOP $$' & kill -0 $$ && echo alive",
                   "sh -c 'kill $$' || echo $?", "sh -c 'kill -9 $$'; echo $?",
                   "sh -c 'kill -SIGINT $$'; echo $?",
                   "sh -c 'kill -USR1 $$' ; echo $?", "kill", "kill -NO 1",
                   "kill 29999", "kill x", "kill -9 29999 | cat"])
    has(out[0], "alive")
    for answer, status in zip(out[1:5], ("143", "137", "130", "158")):
        check(answer[-1] == status, f"{answer}, not {status}")
    has(out[5], "no process named")
    has(out[6], "no such signal")
    has(out[7], "29999: no such process")
    has(out[8], "not a process number")
    has(out[9], "29999: no such process")


def t_shell__what_it_does_not_know_is_refused():
    out = answers([word for line in REFUSED for word in (line, "echo $?")])
    for line, said, status in zip(REFUSED, out[::2], out[1::2]):
        check(any("sh: syntax" in text for text in said),
              f"{line}: no message: {said}")
        check(not [text for text in said if text.split()[:1] == ["ran"]],
              f"{line}: something ran: {said}")
        check(status == ["2"], f"{line}: status {status}")


def t_shell__a_line_too_long_is_not_cut():
    directory = qemu.work_dir("script.")
    try:
        script = directory / "script"
        script.write_text("echo ran " + "x" * 600 + "\necho status $?\n")
        specs = [f"bin/{p.name}={p}" for p in PROGRAMS.iterdir()]
        done = subprocess.run(
            [cases.TOP / "tools/mkimg", "create", directory / "image",
             f"script={script}", *specs], capture_output=True, text=True,
            timeout=60, check=False)
        check(done.returncode == 0, done.stderr)
        out = session(["sh /script"], directory / "image")[1][1:]
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    check(out == ["sh: syntax: line too long", "status 2"], f"it says {out}")


if __name__ == "__main__":
    cases.main("commands", globals(), sys.argv[1:])
