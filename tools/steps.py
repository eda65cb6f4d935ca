# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Run the steps of a table of tests, count what they say, judge it.

A step is a command with the tools that it needs and the least that it must
have done.  It counts its own tests: each line "... N passed, N failed" of its
output adds to the sum; a step without such a line is one test.  What a step
skips has failed.  A missing tool is a failure that names the Debian package.

A step ends for time in two cases only, neither of which a busy machine
brings about: its processes have used more processor time than its limit, or
for STALLED seconds none at all.
"""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LOGS = TOP / "build" / "test"
COUNT = re.compile(r"^(?:[\w -]+: )?(\d+) passed, (\d+) failed"
                   r"(?:, (\d+) skipped)?$", re.MULTILINE)
STALLED = 300
LOOK = 1.0
TICKS = os.sysconf("SC_CLK_TCK")

PACKAGE = {"gcc": "gcc", "clang": "clang", "mandoc": "mandoc",
           "qemu-system-i386": "qemu-system-x86", "gdb": "gdb",
           "make": "make", "git": "git", "ld": "binutils"}
# What no program on the path tells: can gcc link a 32-bit program so?
LINKS = {"m32": ("gcc-multilib", []),
         "asan32": ("gcc-multilib and lib32asan, lib32ubsan of its version",
                    ["-fsanitize=address,undefined"])}


@dataclass
class Step:
    """One row of the table.  A barrier step runs before all later ones."""
    name: str
    command: list
    needs: tuple = ()
    # The least that a figure of its output must be: name, natively, by an
    # emulator.  "passed" is the sum of its counts, any other NAME=figure.
    floor: tuple = ()
    limit: int = 1200           # seconds of the processor
    barrier: bool = False


@dataclass
class Result:
    """What became of a step."""
    step: Step
    passed: int
    failed: int
    why: str = ""
    seconds: float = 0.0
    output: str = ""


@dataclass
class Running:
    """The children that run now, so that an interrupt can end them."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    children: set = field(default_factory=set)
    stopped: bool = False

    def start(self, step, log):
        """Start a step's command in a process group of its own."""
        with self.lock:
            if self.stopped:
                return None
            child = subprocess.Popen(step.command, cwd=TOP, stdout=log,
                                     stderr=subprocess.STDOUT,
                                     stdin=subprocess.DEVNULL,
                                     start_new_session=True)
            self.children.add(child)
            return child

    def end(self, child):
        """Kill what a step has left."""
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        with self.lock:
            self.children.discard(child)

    def stop(self):
        """End everything."""
        with self.lock:
            self.stopped = True
            children = list(self.children)
        for child in children:
            try:
                os.killpg(child.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass


def links(flags):
    """Can gcc make a 32-bit program with these flags?"""
    done = subprocess.run(["gcc", "-m32", *flags, "-x", "c", "-",
                           "-o", os.devnull], input=b"int main(void){}",
                          capture_output=True, check=False)
    return done.returncode == 0


def runs32():
    """Can a 32-bit program run, by the kernel or by the emulator?"""
    done = subprocess.run([str(TOP / "tools" / "run32"),
                           "/lib/ld-linux.so.2", "--version"],
                          capture_output=True, check=False)
    return done.returncode == 0


def emulated():
    """Does tools/run32 need the emulator here?"""
    try:
        return bool(os.environ.get("RUN32")) or subprocess.run(
            ["/lib/ld-linux.so.2", "--version"], capture_output=True,
            check=False).returncode != 0
    except OSError:
        return True


def libclang():
    """Are the bindings there that tools/mutate.py needs?"""
    done = subprocess.run(["python3", "-c", "import mutate"],
                          cwd=TOP / "tools", capture_output=True, check=False)
    return done.returncode == 0


# What is neither a program on the path nor a way to link.
PROBES = {"run32": ("qemu-user", runs32),
          "libclang": ("python3-clang", libclang)}


def missing(step):
    """The packages of the tools that a step needs and does not find."""
    found = [PACKAGE[tool] for tool in step.needs
             if tool not in LINKS and tool not in PROBES
             and not shutil.which(tool)]
    found += [PROBES[tool][0] for tool in step.needs
              if tool in PROBES and not PROBES[tool][1]()]
    return found or [LINKS[need][0] for need in step.needs
                     if need in LINKS and not links(LINKS[need][1])]


def processes():
    """parent -> [(pid, seconds of the processor, those of its dead children
    with them)]"""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used = sum(int(w) for w in words[11:15]) / TICKS
        found.setdefault(int(words[1]), []).append(
            (int(path.parent.name), used))
    return found


def processor_time(root):
    """What a process and all below it have used, in seconds."""
    family = processes()
    used = sum(t for row in family.values() for pid, t in row if pid == root)
    parents = [root]
    while parents:
        row = family.get(parents.pop(), [])
        used += sum(t for _, t in row)
        parents += [pid for pid, _ in row]
    return used


def wait(child, limit, stalled=STALLED):
    """Wait for a step's end.  => (exit status, why it was ended, or "")"""
    seen, since = -1.0, time.monotonic()
    while True:
        try:
            return child.wait(LOOK), ""
        except subprocess.TimeoutExpired:
            used = processor_time(child.pid)
        now = time.monotonic()
        if used > limit:
            return 1, f"more than {limit} s of the processor"
        if used > seen:
            seen, since = used, now
        if now - since > stalled:
            return 1, (f"no processor time used for {stalled} s, after "
                       f"{used:.1f} s")


def count(output, status):
    """Sum up a step's own counts; (passed, failed).  Skipped is failed."""
    found = COUNT.findall(output)
    if not found:
        return (1, 0) if status == 0 else (0, 1)
    passed = sum(int(p) for p, _, _ in found)
    failed = sum(int(f) + int(s or 0) for _, f, s in found)
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed


def below(step, passed, output):
    """Is a step's figure below its floor?  What is wrong, or ""."""
    if not step.floor:
        return ""
    name, least = step.floor[0], step.floor[2 if emulated() else 1]
    found = [passed] if name == "passed" else \
        re.findall(rf"\b{name}=(\d+)", output)
    if found and int(found[-1]) >= least:
        return ""
    return f"{name}={found[-1] if found else '?'}, wanted at least {least}"


def judge(step, status, why, output, seconds):
    """The result of a step that has ended."""
    passed, failed = count(output, status)
    if why:
        failed = max(failed, 1)
    elif status != 0:
        why = f"exit status {status}"
    low = below(step, passed, output)
    if low:
        failed = max(failed, 1)
        why = "; ".join(w for w in (why, low) if w)
    return Result(step, passed, failed, why, seconds, output)


def run(step, running):
    """Run one step to its end or to its limit."""
    lacking = missing(step)
    if lacking:
        why = "missing: install " + " ".join(sorted(set(lacking)))
        return Result(step, 0, 1, why)
    begin = time.monotonic()
    path = LOGS / f"{step.name}.log"
    with open(path, "wb") as log:
        child = running.start(step, log)
        if child is None:
            return Result(step, 0, 1, "interrupted")
        status, why = wait(child, step.limit * (4 if emulated() else 1))
        running.end(child)
    return judge(step, status, why,
                 path.read_text(encoding="utf-8", errors="replace"),
                 time.monotonic() - begin)


def show(result, verbose):
    """Print what a step has to say."""
    word = "ok  " if not result.failed else "FAIL"
    print(f"{word} {result.step.name:<18} {result.passed} passed, "
          f"{result.failed} failed in {result.seconds:.0f} s"
          + (f"  ({result.why})" if result.why else ""), flush=True)
    if verbose:
        print(result.output, end="", flush=True)
    elif result.failed:
        lines = result.output.splitlines()
        wrong = [line for line in lines if line.startswith("not ok")]
        for line in wrong[:40] + lines[-30:]:
            print("     | " + line)
        print(f"     | all of it: build/test/{result.step.name}.log",
              flush=True)


def run_all(steps, verbose):
    """Run the steps, as many at a time as there are processors."""
    running, results, steps = Running(), [], list(steps)

    def stop(*_):
        running.stop()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    LOGS.mkdir(parents=True, exist_ok=True)

    def one(step):
        result = run(step, running)
        with running.lock:
            show(result, verbose)
        return result

    while steps and steps[0].barrier:
        results.append(one(steps.pop(0)))
    workers = max(1, min(os.cpu_count() or 1, 4))
    with ThreadPoolExecutor(workers) as pool:
        results += pool.map(one, steps)
    return results
