# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The programs of the test bench, for tools that judge the tests.

A Tree is a place of its own, in which the module can be changed and the
programs linked anew by the very commands that make would run.  Everything but
the module's objects and the programs is shared with the tree itself.
"""

import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
HOST = "build/host/plain"
MAKE = ["make", "--no-print-directory"]
NOT_OK = re.compile(r"not ok (\S+?):? ")


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
    cpu: float = 0


@dataclass
class Commands:
    """What make would run."""
    compile: dict = field(default_factory=dict)     # source -> arguments
    users: dict = field(default_factory=dict)       # the same, of tests
    join: list = field(default_factory=list)        # the objects into one
    link: dict = field(default_factory=dict)        # program -> arguments


def exists(program, variant="plain"):
    """Is there a rule for the program?"""
    target = f"build/host/{variant}/{program.name}"
    return subprocess.run(MAKE + ["-n", target], cwd=TOP,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def build(programs):
    """Make the programs in the tree itself."""
    done = subprocess.run(MAKE + ["-j2", *[f"{HOST}/{p.name}"
                                           for p in programs]], cwd=TOP,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])


def users():
    """The tests that look inside the module, by its own header."""
    return sorted(str(p.relative_to(TOP)) for p in TOP.glob("tests/*/*.c")
                  if '"pmap_private.h"' in p.read_text(encoding="ascii"))


def commands(programs):
    """Ask make what it runs when the module has changed."""
    modules = sorted(p.name for p in TOP.glob("*.c"))
    sources = modules + users()
    args = [a for s in sources for a in ("-W", s)]
    done = subprocess.run(MAKE + ["-n", *args, *[f"{HOST}/{p.name}"
                                                 for p in programs]],
                          cwd=TOP, capture_output=True, text=True, check=True)
    found, names = Commands(), {p.name for p in programs}
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
        raise SystemExit("bench: not the commands of make that were expected")
    return found


class Tree:
    """A place to build the programs with a changed module."""

    def __init__(self, place, cmds):
        self.place, self.cmds = Path(place), cmds
        self.clean, self.linked, self.own = {}, set(), []
        shutil.rmtree(self.place, ignore_errors=True)
        (self.place / HOST).mkdir(parents=True)
        for path in TOP.iterdir():
            if path.name not in (".git", "build"):
                (self.place / path.name).symlink_to(path)
        for path in (TOP / HOST).glob("*.o"):
            if path.stem + ".c" not in cmds.compile and \
                    path.stem != "module":
                (self.place / HOST / path.name).symlink_to(path)
        for source in cmds.compile:
            if not self.compile(source):
                raise SystemExit(f"bench: {source} does not compile")
            self.clean[source] = self.object(source).read_bytes()

    def object(self, source):
        """The object of a source file."""
        return self.place / HOST / (Path(source).stem + ".o")

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
                raise SystemExit(f"bench: {source} does not compile")

    def restore(self, path):
        """The file as it is in the tree itself, and its objects."""
        self.linked.clear()
        (self.place / path).unlink()
        (self.place / path).symlink_to(TOP / path)
        while self.own:
            made = self.object(self.own.pop())
            made.unlink(missing_ok=True)
            made.symlink_to(TOP / HOST / made.name)
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
                raise SystemExit(f"bench: {' '.join(words)}\n{done.stderr}")
        self.linked.add(program.name)
        return self.place / HOST / program.name

    def execute(self, program, cpu, wall):
        """Run a program within so many seconds of the processor's time."""
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
        found = NOT_OK.match(line)
        if found:
            why = found.group(1)
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


def measure(tree, programs):
    """Run each program once on the module as it is; it must pass.

    => returns the limits of each: (processor's time, time)
    """
    limits = {}
    for program in programs:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = tree.execute(program, 300, 600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = (after.ru_utime + after.ru_stime
                - before.ru_utime - before.ru_stime)
        if ran.end != "passed":
            raise SystemExit(f"bench: {program.name} fails on the module as "
                             f"it is: {ran.why}\n{ran.output}")
        cpu = int(2 * used) + 3
        limits[program] = (cpu, 6 * cpu + 30)
    return limits
