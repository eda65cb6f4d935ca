# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The programs of the test bench, for tools that judge the tests.

A Tree is a place of its own, in which the module can be changed and the
programs linked anew by the very commands that make would run.  Everything but
the module's objects and the programs is shared with the tree itself.
"""

import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
MAKE = ["make", "--no-print-directory"]
# The first line of a program that tells of a failure; the rest is details.
FAILURE = re.compile(r"(?:not ok|violation at|closure: world"
                     r"|nomem: (?!taken=|scenarios=)) ?(.*)")


@dataclass(frozen=True)
class Program:
    """One program of the bench, and how the tools call it."""
    name: str
    arguments: tuple = ()


@dataclass
class Ran:
    """How a program ended: "passed", "failed" or "timeout"."""
    end: str
    why: str
    output: str
    seconds: float


@dataclass
class Commands:
    """What make would run, and where it would leave what it makes."""
    host: str
    compile: dict = field(default_factory=dict)     # source -> arguments
    users: dict = field(default_factory=dict)       # the same, of tests
    join: list = field(default_factory=list)        # the objects into one
    link: dict = field(default_factory=dict)        # program -> arguments


def exists(program, variant="plain"):
    """Is there a rule for the program?"""
    return subprocess.run(MAKE + ["-n", *targets([program], variant)],
                          cwd=TOP,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def host(variant):
    """Where the objects and programs of a variant are made."""
    return f"build/host/{variant}"


def targets(programs, variant):
    """What make calls the programs."""
    return sorted({f"{host(variant)}/{p.name}" for p in programs})


def build(programs, variant="plain"):
    """Make the programs in the tree itself."""
    done = subprocess.run(MAKE + ["-j2", *targets(programs, variant)],
                          cwd=TOP, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])


def users():
    """The tests that look inside the module, by its own headers."""
    return sorted(str(p.relative_to(TOP)) for p in TOP.glob("tests/*/*.c")
                  if re.search(r'"pmap_(private|audit|mem)\.h"',
                               p.read_text(encoding="ascii")))


def commands(programs, variant="plain"):
    """Ask make what it runs when the module has changed."""
    modules = sorted(p.name for p in TOP.glob("*.c"))
    sources = modules + users()
    args = [a for s in sources for a in ("-W", s)]
    done = subprocess.run(MAKE + ["-n", *args, *targets(programs, variant)],
                          cwd=TOP, capture_output=True, text=True, check=True)
    found, names = Commands(host(variant)), {p.name for p in programs}
    for line in done.stdout.replace("\\\n", " ").splitlines():
        words = line.split()
        target = words[words.index("-o") + 1] if "-o" in words else ""
        if "-c" in words:
            source = words[words.index("-c") + 1]
            (found.compile if source in modules
             else found.users)[source] = words
        elif Path(target).name in names:
            found.link[Path(target).name] = words
        elif words and words[0] in ("ld", "objcopy"):
            found.join.append(words)
    if set(found.compile) != set(modules) or set(found.link) != names or \
            len(found.join) != 2:
        raise SystemExit("hosttests: not the commands of make that were expected")
    return found


class Tree:
    """A place to build the programs with a changed module."""

    def __init__(self, place, cmds):
        self.place, self.cmds = Path(place), cmds
        self.clean, self.linked, self.own = {}, set(), []
        shutil.rmtree(self.place, ignore_errors=True)
        self.host = self.place / cmds.host
        self.host.mkdir(parents=True)
        for path in TOP.iterdir():
            if path.name not in (".git", "build"):
                (self.place / path.name).symlink_to(path)
        for path in (TOP / cmds.host).glob("*.o"):
            if path.stem + ".c" not in cmds.compile and \
                    path.stem != "module":
                (self.host / path.name).symlink_to(path)
        for source in cmds.compile:
            if not self.compile(source):
                raise SystemExit(f"hosttests: {source} does not compile")
            self.clean[source] = self.object(source).read_bytes()

    def object(self, source):
        """The object of a source file."""
        return self.host / (Path(source).stem + ".o")

    def run(self, words):
        """Run one of make's commands here."""
        return subprocess.run(words, cwd=self.place, capture_output=True,
                              text=True, check=False)

    def compile(self, source):
        """Compile without debug information, which knows of lines."""
        words = self.cmds.compile.get(source) or self.cmds.users[source]
        return self.run(words + ["-g0", "-w"]).returncode == 0

    def change(self, path, text):
        """Give a file of the module another text.

        => returns False if it does not compile, None if no object changed
        """
        self.linked.clear()
        copy = self.place / path
        copy.unlink()
        copy.write_text(text, encoding="ascii")
        changed = None
        for source in self.cmds.compile if path.endswith(".h") else [path]:
            if not self.compile(source):
                return False
            if self.object(source).read_bytes() != self.clean[source]:
                changed = True
        if changed and path.endswith(".h"):
            self.compile_users()
        return changed

    def compile_users(self):
        """Tests that see the header's inside see the change too."""
        for source in self.cmds.users:
            self.object(source).unlink()
            self.own.append(source)
            if not self.compile(source):
                raise SystemExit(f"hosttests: {source} does not compile")

    def restore(self, path):
        """The file as it is in the tree itself, and its objects."""
        self.linked.clear()
        (self.place / path).unlink()
        (self.place / path).symlink_to(TOP / path)
        while self.own:
            made = self.object(self.own.pop())
            made.unlink(missing_ok=True)
            made.symlink_to(TOP / self.cmds.host / made.name)
        for source, data in self.clean.items():
            if path.endswith(".h") or source == path:
                self.object(source).write_bytes(data)

    def program(self, program):
        """The program's path, linked with the module as it is now."""
        steps = [] if self.linked else list(self.cmds.join)
        if program.name not in self.linked:
            steps.append(self.cmds.link[program.name])
        for words in steps:
            done = self.run(words)
            if done.returncode != 0:
                raise SystemExit(f"hosttests: {' '.join(words)}\n{done.stderr}")
        self.linked.add(program.name)
        return self.host / program.name

    def execute(self, program, cpu, wall):
        """Run a program; its limits are those of class Limits."""
        words = ["prlimit", f"--cpu={cpu}:{cpu + 5}", "--core=0",
                 "tools/run32", str(self.program(program)),
                 *program.arguments]
        return execute(words, self.place, wall)


def execute(words, place, wall):
    """Run until the end, the first test that failed, or a limit."""
    begin = time.monotonic()
    child = subprocess.Popen(words, cwd=place, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True,
                             errors="replace", start_new_session=True)
    late = threading.Timer(wall, child.kill)
    late.start()
    lines, why = [], ""
    for line in child.stdout:
        lines.append(line)
        found = FAILURE.match(line)
        if found:
            why = found.group(1)[:150]
            child.kill()
            break
    child.stdout.close()
    status = child.wait()
    expired = late.finished.is_set()
    late.cancel()
    end = "passed"
    if why:
        end = "failed"
    elif expired or status in (-signal.SIGXCPU, -signal.SIGKILL):
        end, why = "timeout", "time limit"
    elif status != 0:
        end, why = "failed", (f"signal {-status}" if status < 0
                              else f"exit status {status}")
    return Ran(end, why, "".join(lines[-40:]), time.monotonic() - begin)


class Limits:
    """How long a program may take, from a run on the module as it is.

    The first who asks waits for that run; the program must pass it.
    """

    def __init__(self, variant="plain"):
        self.variant, self.known, self.lock = variant, {}, threading.Lock()

    def of(self, program):
        """=> (processor's seconds, seconds)"""
        with self.lock:
            if program not in self.known:
                self.known[program] = self.measure(program)
            return self.known[program]

    def measure(self, program):
        """Twice the processor's time that it took, and eight seconds: the
        programs themselves tell a hang after three to six."""
        clean = TOP / host(self.variant) / program.name
        words = ["bash", "-c", 'TIMEFORMAT="used %U %S"; time "$@"', "time",
                 "tools/run32", str(clean), *program.arguments]
        ran = execute(words, TOP, 900)
        used = re.search(r"^used ([\d.]+) ([\d.]+)$", ran.output, re.M)
        if ran.end != "passed" or used is None:
            raise SystemExit(f"hosttests: {program.name} fails on the module as "
                             f"it is: {ran.why}\n{ran.output}")
        cpu = int(2 * (float(used.group(1)) + float(used.group(2)))) + 8
        return cpu, 8 * cpu + 30
