#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The runner's own tests, with a script in the place of QEMU."""

import copy
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cases
from cases import Failed, check, has
import verdict

RUN = cases.TOP / "tools" / "run.py"
FAKE = Path(__file__).resolve().parent / "fake_qemu.py"
BYTES = 4096 * 25000

STATUS = ("STATUS t={} free=100 active=200 inactive=300 wired=90 faults=5000 "
          "pageins=2000 pageouts=2100 mappings=1500 ptps=40 reclaims=0 "
          "audits=3 verified=90000 errors=0")
ROWS = [f"ROW name={name} procs=2 status=0 verified=900 bad=0 pageins=50 "
        "pageouts=60 lockedpageins=0 seed=7"
        + (" sharers=113" if name == "shm" else "")
        for name in verdict.PROGRAMS]
SUMMARY = ("SUMMARY pageouts=25000 pageins=25000 verified=7200 bad=0 "
           "violations=0 skipped=0 killed=0 audits=9 stackptp_freed=120 "
           "maxsharers=150 cowfaults=10 collapses=4 bypasses=5 maxchain=3")
HALT = "halted"
AUDIT = "audit: ptes=900 links=800 ptps=40 pages=3000 skipped=0"
GOOD = ([STATUS.format(1), STATUS.format(2)] + [AUDIT] * 9 + ROWS
        + [SUMMARY, HALT])


def report(lines):
    """A Report that has read these lines."""
    result = verdict.Report()
    for line in lines:
        result.take(line)
    return result


def reasons(change=lambda r: None, stats=BYTES, goal=20000, mem=16):
    """What the verdict says of a good run after one change."""
    seen = report(copy.copy(GOOD))
    change(seen)
    return verdict.judge(seen, {"wr_bytes": stats, "rd_bytes": stats}, goal,
                         mem)


def refuses(change, text, **how):
    """The change must be refused, with these words."""
    why = "; ".join(reasons(change, **how))
    check(text in why, f"wanted '{text}', got '{why}'")


def t_verdict__good_run_passes():
    check(not reasons(), "; ".join(reasons()))


def t_verdict__each_row_counts():
    for index, name in enumerate(verdict.PROGRAMS):
        refuses(lambda r: r.rows.pop(index), f"{name}: 0 rows")
        for key, value in (("status", 1), ("verified", 0), ("pageins", 0),
                           ("bad", 1), ("lockedpageins", 1)):
            refuses(lambda r: r.rows[index].update({key: value}), name)
            refuses(lambda r: r.rows[index].pop(key), name)
    shm = verdict.PROGRAMS.index("shm")
    refuses(lambda r: r.rows[shm].update(sharers=99), "shm: 99 processes")
    refuses(lambda r: r.rows[shm].pop("sharers"), "shm: None processes")


def t_verdict__each_total_counts():
    for key in verdict.SUMMARY:
        refuses(lambda r: r.summary.pop(key), f"SUMMARY has no {key}")
    for key in ("bad", "violations", "skipped", "killed"):
        refuses(lambda r: r.summary.update({key: 1}), f"{key}=1")
    for key in ("pageouts", "pageins", "verified", "audits", "cowfaults",
                "collapses", "bypasses", "maxchain", "maxsharers",
                "stackptp_freed"):
        refuses(lambda r: r.summary.update({key: 0}), f"{key}=0")
    refuses(lambda r: r.summary.update(maxsharers=99), "maxsharers=99")
    check(not reasons(lambda r: r.summary.update(stackptp_freed=9), mem=64),
          "9 page tables of stacks are enough at 64 MB")
    check(not reasons(lambda r: r.summary.update(maxsharers=40), mem=8),
          "40 sharers are enough at 8 MB")


def t_verdict__audits_must_speak():
    refuses(lambda r: r.audits.clear(), "0 audit lines")
    refuses(lambda r: r.audits[3].update(ptes=0), "an audit saw ptes=0")


def t_verdict__disk_must_agree():
    refuses(lambda r: None, "wr_bytes", stats=4096 * 25000 - 1)
    why = verdict.judge(report(GOOD), None, 20000, 16)
    check("QEMU knows no swap disk" in why, str(why))


def t_verdict__bad_and_panic_are_shown():
    refuses(lambda r: r.take("BAD name=hog pid=5 va=0x1000 offset=3 want=1 "
                             "got=2"), "va=0x1000")
    refuses(lambda r: r.take("panic: PT1 broken"), "panic: PT1 broken")


def fake(lines, *options, count=BYTES, files=True, patience=""):
    """Run the runner over a fake guest: its output lines and its status."""
    with tempfile.TemporaryDirectory() as build:
        process = start(build, lines, *options, count=count, files=files,
                        patience=patience)
        out, _ = process.communicate(timeout=cases.HANG)
        left = [p for p in Path(build).iterdir() if p.is_dir()]
        check(not left, f"left behind: {left}")
        return out.splitlines(), process.returncode


def start(build, lines, *options, count=BYTES, files=True, stdout=None,
          patience=""):
    """Start the runner over a fake guest."""
    script = Path(build) / "lines"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("pmap386.elf", "root.img"):
        (Path(build) / name).write_bytes(b"x")
    env = {k: v for k, v in os.environ.items()
           if k not in ("MEM", "SWAP", "CPU", "SEED", "DURATION", "PAGES",
                        "INJECT", "POLICY", "NORETEST", "LIMIT")}
    env.update(QEMU=str(FAKE), BUILD=build, FAKE_LINES=str(script),
               FAKE_BYTES=str(count), PATIENCE=str(patience))
    command = [sys.executable, str(RUN), "pressure", *options]
    if files:
        code = ("import sys; sys.path.insert(0, sys.argv.pop(1)); import run;"
                "run.Run.files = lambda self, root: 'not looked at';"
                "sys.exit(run.main())")
        command = [sys.executable, "-c", code, str(RUN.parent), "pressure",
                   *options]
    return subprocess.Popen(command, env=env, text=True,
                            stdin=subprocess.DEVNULL,
                            stdout=stdout or subprocess.PIPE,
                            stderr=subprocess.STDOUT, start_new_session=True)


def t_run__pass_line_and_status():
    out, status = fake(GOOD, "SEED=7")
    check(status == 0, f"status {status}: {out[-3:]}")
    check(out[-1] == "PRESSURE: PASS pageouts=25000 pageins=25000 "
          "verified=7200 bad=0 violations=0 skipped=0 killed=0 audits=9 "
          "stackptp_freed=120 maxsharers=150", out[-1])
    has(out, "SEED=7")
    has(out, "Ctrl-C")
    for name in verdict.PROGRAMS:
        has(out, name)


def t_run__wrong_byte_fails():
    out, status = fake(["BAD name=hog pid=9 va=0x2000 offset=17 want=aa "
                        "got=ab"] + GOOD)
    check(status == 1 and "FAIL" in out[-1], out[-1])
    check("name=hog" in out[-1] and "va=0x2000" in out[-1]
          and "offset=17" in out[-1], out[-1])


def t_run__panic_ends_it_soon():
    begin = time.monotonic()
    out, status = fake([GOOD[0], "panic: PV1 pmap 0xf1 va 0xefbfd000"],
                       patience=300)
    check(status == 1 and "panic: PV1" in out[-1], out[-1])
    check(time.monotonic() - begin < 150, "it waited for more")


def t_run__disk_too_quiet_fails():
    out, status = fake(GOOD, count=4096)
    check(status == 1 and "wr_bytes=4096" in out[-1], out[-1])


def t_run__time_limit_holds():
    out, status = fake([GOOD[0], "!sleep 60"], "LIMIT=1")
    check(status == 1 and "time limit of 1 s" in out[-1], out[-1])


# Lines in which the work goes on; in the second, before anything is paged.
WORK = STATUS.format(1).replace("=90000", "=9000{0}").replace("=2100",
                                                              "=210{0}")
UNPAGED = STATUS.format(1).replace("=90000", "=9000{}").replace("=2100", "=0")
# Longer than the patience of these tests, and shorter.
LONG, PAUSE, SHORT = 30, 6, 2
STEPS = 5


def t_run__status_without_work_is_no_progress():
    same = [line for t in range(LONG) for line in
            (STATUS.format(t).replace("pageouts=2100", f"pageouts={t}"),
             AUDIT, "wd: no interrupt", f"!sleep {SHORT}", "!disk 1")]
    begin = time.monotonic()
    out, status = fake(same + GOOD, patience=PAUSE)
    check(status == 1, f"status {status}: {out[-1]}")
    check(re.match(rf"PRESSURE: FAIL no progress for {PAUSE} s: verified=90000 "
                   r"pageins=2000 pageouts=\d+ disk operations=\d+ lines=1; "
                   r"last line '", out[-1]), out[-1])
    check(time.monotonic() - begin >= PAUSE, "too soon")


def t_run__verified_without_paging_is_no_progress():
    rest = [line for t in range(LONG) for line in
            (STATUS.format(t).replace("=90000", f"={90000 + t}"),
             f"!sleep {SHORT}")]
    out, status = fake(rest + GOOD, patience=PAUSE)
    check(status == 1 and f"FAIL no progress for {PAUSE} s: nothing paged; "
          "verified=9000" in out[-1], out[-1])


def t_run__slow_progress_is_no_hang():
    slow = [[line for t in range(STEPS)
             for line in (work.format(t), f"!sleep {SHORT}")] + GOOD
            for work in (WORK, UNPAGED, "!disk 1", "ok {}")]
    with ThreadPoolExecutor(len(slow)) as pool:
        for out, status in pool.map(lambda s: fake(s, patience=PAUSE), slow):
            check(status == 0, out[-1])


def t_run__silence_is_no_progress():
    out, status = fake(["booting", f"!sleep {LONG}"] + GOOD, patience=PAUSE)
    check(status == 1 and f"no progress for {PAUSE} s: disk operations=0 "
          "lines=1; last line 'booting'" in out[-1], out[-1])


def t_run__what_was_injected_is_shown():
    far = ["inject: byte 7 of page 0x1000 is flipped"]
    out, _ = fake(far + [f"chatter {n}" for n in range(200)] + ["!exit 0"])
    has(out, far[0])
    check("no SUMMARY" in out[-1], out[-1])


def t_run__what_was_not_reached_is_named():
    out, status = fake(GOOD[:2] + ["MISSING stackptp_freed=9 wanted=100"]
                       + GOOD[2:])
    check(status == 1 and "MISSING stackptp_freed=9 wanted=100" in out[-1],
          out[-1])


def t_run__guest_that_dies_fails():
    out, status = fake([GOOD[0], "!exit 0"])
    check(status == 1 and "no SUMMARY" in out[-1], out[-1])


def t_run__guest_that_hangs_after_summary_fails():
    out, status = fake(GOOD[:-1] + ["!exit 0"])
    check(status == 1 and "halt" in out[-1], out[-1])


def t_run__wrong_arguments_say_so():
    for options, text in ((["MEM=abc"], "MEM=abc"), (["MEM=2"], "MEM=2"),
                          (["MEM=99999"], "MEM=99999"),
                          (["SWAP=-1"], "SWAP=-1"), (["CPU=z80"], "z80"),
                          (["SEED=x"], "SEED=x"), (["INJECT=no"], "no"),
                          (["POLICY=hope"], "POLICY=hope"),
                          (["DURATION=0"], "DURATION=0"),
                          (["COLOR=red"], "COLOR=red")):
        out, status = fake(GOOD, *options)
        check(status == 2, f"{options}: status {status}")
        has(out, text)


def t_run__missing_files_say_so():
    with tempfile.TemporaryDirectory() as build:
        env = dict(os.environ, BUILD=build, QEMU=str(FAKE), MEM="", CPU="")
        done = subprocess.run([sys.executable, str(RUN), "pressure"], env=env,
                              capture_output=True, text=True,
                              timeout=cases.HANG, check=False)
        check(done.returncode == 2, f"status {done.returncode}")
        has([done.stderr], "make kernel")
        env["QEMU"] = "no-such-emulator"
        done = subprocess.run([sys.executable, str(RUN), "pressure"], env=env,
                              capture_output=True, text=True,
                              timeout=cases.HANG, check=False)
        check(done.returncode == 2, f"status {done.returncode}")
        has([done.stderr], "tools/deps")


def interrupted(build, master, slave):
    """Send Ctrl-C to a run on a terminal; what it wrote, and its status."""
    process = start(build, [GOOD[0], "!sleep 60"], stdout=slave)
    os.close(slave)
    text = b""
    end = time.monotonic() + cases.HANG
    while (not (b"5000" in text and b"\r" in text and b"\x1b[K" in text)
           and time.monotonic() < end):
        if select.select([master], [], [], 1)[0]:
            text += os.read(master, 4096)
    process.send_signal(signal.SIGINT)
    status = process.wait(cases.HANG)
    try:
        while chunk := os.read(master, 4096):
            text += chunk
    except OSError:
        pass
    return text, status


def processes(word):
    """The processes whose command line contains the word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(path)
        except OSError:
            pass
    return found


def t_run__interrupt_leaves_nothing():
    with tempfile.TemporaryDirectory() as build:
        master, slave = pty.openpty()
        before = termios.tcgetattr(master)
        text, status = interrupted(build, master, slave)
        check(status == 130, f"status {status}")
        check(b"\r" in text and b"\x1b[K" in text, "no line was redrawn")
        check(termios.tcgetattr(master) == before, "terminal changed")
        os.close(master)
        check(not [p for p in Path(build).iterdir() if p.is_dir()],
              "left its disks behind")
        check(not processes(build), "left the emulator running")


# Stand-ins for the commands of tools/check-busy, good ones.
BUSY = {"check": "echo 'check: 3 passed, 0 failed in 1 s'",
        "run": "echo 'PRESSURE: PASS pageouts=5'",
        "test": "echo '9 passed, 0 failed'",
        "hang": "sh -c 'echo inject: it hangs; echo PRESSURE: FAIL no "
                "progress for 60 s: disk operations=7 lines=1; exit 1'"}


def busy(**changes):
    """Run it with stand-ins; its last line and status."""
    with tempfile.TemporaryDirectory() as build:
        done = subprocess.run(
            [sys.executable, RUN.parent / "check-busy",
             *[f"{k}={v}" for k, v in (BUSY | changes).items()]],
            env=dict(os.environ, BUILD=build), capture_output=True, text=True,
            timeout=cases.HANG, check=False)
    return done.stdout.splitlines()[-1], done.returncode


def t_busy__passes_only_if_all_is_well():
    good = "busy: check=PASS run=PASS test=PASS hang=FOUND"
    for changes, line in (
            ({}, good),
            ({"check": "echo 'check: 0 passed, 0 failed in 1 s'",
              "run": "echo 'PRESSURE: FAIL panic'",
              "test": "sh -c 'echo 9 passed, 0 failed; exit 1'"},
             "busy: check=FAIL run=FAIL test=FAIL hang=FOUND"),
            ({"loop": "true"}, good + " loops=LOST"),
            ({"loop": "sleep 600"}, good + " loops=LOST")):
        last, status = busy(**changes)
        check(last == line, f"{changes}: {last}")
        check(status == (0 if line == good else 1), f"status {status}")


def t_busy__hang_must_be_found_in_time():
    hang = BUSY["hang"]
    for changes in ({"hang": BUSY["run"]},
                    {"hang": hang.replace("exit 1", "exit 0")},
                    {"hang": hang.replace("inject: ", "")},
                    {"hang": hang.replace("=7", "=0")},
                    {"hang": hang.replace("-c '", "-c 'sleep 600; "),
                     "within": "1"}):
        last, status = busy(**changes)
        check(last == "busy: check=PASS run=PASS test=PASS hang=LOST"
              and status == 1, f"{changes}: {status} {last}")


def t_run__plain_lines_without_terminal():
    out, _ = fake(GOOD)
    check(not any("\r" in line or "\x1b" in line for line in out),
          "control characters in plain output")
    check(sum("5000" in line.split() for line in out) == 2,
          "not a line a second")


if __name__ == "__main__":
    if not FAKE.exists():
        raise Failed("fake_qemu.py is missing")
    cases.main("runner", globals(), sys.argv[1:])
