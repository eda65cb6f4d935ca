#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Boot the kernel under QEMU, watch it, and give the verdict.

usage: tools/run.py MODE [NAME=VALUE ...] [-- ARGUMENT ...]

MODE is pressure, shell, gdb, crash, layout, options (only check them), or
what the kernel's option run= takes.  NAME is MEM, SWAP, CPU, SEED, DURATION,
INJECT, POLICY, NORETEST, PAGES or LIMIT; a name that is not given is taken from the
environment.  A run that makes no progress fails; there is no other limit
unless LIMIT gives one, in seconds.  Exit status: 0 pass, 1 fail, 2 wrong
arguments.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import qemu
import verdict

try:
    import termios
except ImportError:
    termios = None

OPTIONS = {"MEM": "16", "SWAP": "64", "CPU": "pentium3", "SEED": "",
           "DURATION": "", "INJECT": "", "POLICY": "panic", "NORETEST": "",
           "PAGES": "20000", "LIMIT": ""}
INJECTIONS = ("", "swapflip", "hang", "hangspin", "hangsleep")
POLICIES = ("panic", "isolate")
TAIL = 25
AFTER_PANIC = 2
REPORT = re.compile(r"pmap: (PT1|PV1) broken: pmap \S+ va 0x[0-9a-f]+ "
                    r"pte 0x[0-9a-f]+ page 0x[0-9a-f]+.*")


class Usage(Exception):
    """What was wrong with the arguments."""


@dataclass
class Settings:
    """The options of a run, checked."""
    mem: int
    swap: int
    cpu: str
    seed: int
    duration: int
    inject: str
    policy: str
    noretest: bool
    pages: int
    limit: int

    def append(self, run):
        """The kernel's command line for this run."""
        line = f"run={run} seed={self.seed} policy={self.policy}"
        if run == "pressure":
            line += f" pages={self.pages} auditlog=1"
            line += "".join(f" {name}={number}" for name, number
                            in verdict.goals(self.pages, self.mem).items())
        if self.duration:
            line += f" duration={self.duration}"
        if self.inject:
            line += f" inject={self.inject}"
        return line + (" noretest=1" if self.noretest else "")

    def repeat(self):
        """The options that make this run again."""
        given = [f"MEM={self.mem}", f"SWAP={self.swap}", f"CPU={self.cpu}",
                 f"SEED={self.seed}"]
        if self.duration:
            given.append(f"DURATION={self.duration}")
        if self.inject:
            given.append(f"INJECT={self.inject}")
        if self.policy != OPTIONS["POLICY"]:
            given.append(f"POLICY={self.policy}")
        return " ".join(given + (["NORETEST=1"] if self.noretest else []))


def whole(values, name, low, high, default=0):
    """An option as a whole number within its limits."""
    text = values[name]
    if text == "":
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text) \
            or not low <= int(text) <= high:
        raise Usage(f"{name}={text}: wanted a whole number from {low} to "
                    f"{high}")
    return int(text)


def one_of(values, name, choices):
    """An option that is one of a few words."""
    if values[name] not in choices:
        raise Usage(f"{name}={values[name]}: wanted one of "
                    + " ".join(c for c in choices if c))
    return values[name]


def read_settings(words):
    """Check the options of the command line and of the environment."""
    values = {name: os.environ.get(name) or default
              for name, default in OPTIONS.items()}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in OPTIONS:
            raise Usage(f"{word}: not an option; they are "
                        + " ".join(OPTIONS))
        values[name] = value
    settings = Settings(
        mem=whole(values, "MEM", 4, 1024, 16),
        swap=whole(values, "SWAP", 0, 2048, 64),
        cpu=values["CPU"],
        seed=whole(values, "SEED", 0, 2**31 - 1,
                   random.SystemRandom().randrange(1, 2**31)),
        duration=whole(values, "DURATION", 1, 86400),
        inject=one_of(values, "INJECT", INJECTIONS),
        policy=one_of(values, "POLICY", POLICIES),
        noretest=values["NORETEST"] not in ("", "0"),
        pages=whole(values, "PAGES", 0, 10**9, 20000),
        limit=whole(values, "LIMIT", 1, 10**6))
    if not shutil.which(qemu.emulator()):
        raise Usage(f"{qemu.emulator()} is missing; tools/deps installs it")
    if settings.cpu not in qemu.cpu_models():
        raise Usage(f"CPU={settings.cpu}: this QEMU has no such model; "
                    "486, pentium and pentium3 are what is tested")
    return settings


def need_files():
    """What must have been compiled before anything can be booted."""
    for path, target in ((qemu.KERNEL, "kernel"), (qemu.ROOT, "image")):
        if not path.is_file():
            raise Usage(f"{path} is missing; 'make {target}' makes it")


class Screen:
    """Where the status goes: one line redrawn, or plain lines."""

    def __init__(self):
        self.live = sys.stdout.isatty()
        self.drawn = False

    def say(self, text=""):
        """A line that stays."""
        if self.drawn:
            sys.stdout.write("\r\x1b[K")
            self.drawn = False
        print(text, flush=True)

    def status(self, text):
        """The status of this second."""
        if not self.live:
            print(text, flush=True)
            return
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + text[:width] + "\x1b[K")
        sys.stdout.flush()
        self.drawn = True

    def leave(self):
        """Do not let the shell's prompt follow a status line."""
        if self.drawn:
            print(flush=True)
            self.drawn = False


class Run:
    """A run of the stressors: watch, then judge."""

    def __init__(self, settings):
        self.settings = settings
        self.screen = Screen()
        self.report = verdict.Report()
        self.why = []
        self.stats = None

    def watch(self, guest):
        """Follow the guest until it has said all that it will say."""
        give_limit(guest, self.settings)
        guest.patience.paging = self.settings.pages > 0 \
            and not self.settings.duration
        try:
            for line in guest.lines():
                kind = self.report.take(line)
                if kind == "STATUS":
                    self.screen.status(verdict.status_line(
                        self.report.status))
                elif kind in ("BAD", "MISSING", "inject", "panic"):
                    self.screen.say(line)
                elif kind == "SUMMARY":
                    return
                if line == "halted":
                    return
                if kind == "panic":
                    guest.patience.limit(AFTER_PANIC, "it panicked")
        except qemu.GuestTimeout as e:
            if not self.report.panic:
                self.why.append(str(e))

    def finish(self, guest):
        """After the SUMMARY: let it halt, ask QEMU for its own figures."""
        if self.report.summary is None:
            return
        try:
            if not guest.wait_for(r"^halted"):
                self.why.append("the guest did not halt by itself")
        except qemu.GuestTimeout as e:
            self.why.append(f"the guest did not halt after its SUMMARY: {e}")
        for line in guest.seen[-TAIL:]:
            if line.startswith("panic: "):
                self.report.take(line)
        try:
            self.stats = guest.disk_stats("swap")
        except (qemu.GuestError, qemu.GuestTimeout) as e:
            self.why.append(str(e))
        guest.quit()

    def files(self, root):
        """Check filemap's files from outside, in the image itself."""
        done = subprocess.run([sys.executable, qemu.TOP / "tools/mkimg",
                               "verify", str(root), "-c"], capture_output=True,
                              text=True, check=False)
        text = (done.stdout + done.stderr).strip().splitlines() or ["?"]
        if done.returncode != 0:
            self.why.append("the files in the image: " + text[-1])
        return text[-1]

    def pressure(self):
        """The whole run; True when it passed."""
        s, say = self.settings, self.screen.say
        say(f"pressure: {s.repeat()}")
        say("Ctrl-C ends the run; the terminal is as before.")
        say(verdict.status_header())
        directory = qemu.work_dir()
        try:
            root, swap = qemu.make_disks(directory, s.swap)
            machine = qemu.Machine(append=s.append("pressure"), mem=s.mem,
                                   cpu=s.cpu, root=root, swap=swap,
                                   debug_exit=False)
            with qemu.Guest(machine, qemu.BUILD / "pressure.log") as guest:
                self.watch(guest)
                self.finish(guest)
                self.verdict(guest, root)
        finally:
            self.screen.leave()
            shutil.rmtree(directory, ignore_errors=True)
        return not self.why

    def verdict(self, guest, root):
        """Print the table and the last line."""
        say = self.screen.say
        if self.report.rows:
            say()
            for line in verdict.table(self.report):
                say(line)
        if self.report.summary is not None:
            say("files in the image: " + self.files(root))
        if self.stats:
            say(f"swap disk by QEMU: wr_bytes={self.stats['wr_bytes']} "
                f"rd_bytes={self.stats['rd_bytes']}")
        self.why += verdict.judge(self.report, self.stats,
                                  self.settings.pages, self.settings.mem)
        if self.why:
            say("the guest's last lines:")
            for line in guest.seen[-TAIL:] + guest.stderr().splitlines():
                say("  | " + line)
        say(verdict.last_line(self.report, self.why))


def give_limit(guest, settings):
    """The limit in seconds that the user has asked for, if any."""
    if settings.limit:
        guest.patience.limit(settings.limit,
                             f"time limit of {settings.limit} s reached")


def feed(child):
    """Give the guest what stands on stdin, then the end of input."""
    with suppress(BrokenPipeError):
        child.stdin.write(b"\n" + sys.stdin.buffer.read() + b"\x04")
        child.stdin.flush()


def shell(settings):
    """The guest's console on this terminal, or fed from a file or pipe."""
    typed = sys.stdin.isatty()
    print("Ctrl-a x leaves QEMU; Ctrl-a h lists the other keys; the "
          "shell's 'exit' ends it too.", flush=True)
    directory = qemu.work_dir()
    try:
        root, swap = qemu.make_disks(directory, settings.swap)
        machine = qemu.Machine(append=settings.append("shell"),
                               mem=settings.mem, cpu=settings.cpu, root=root,
                               swap=swap, console=(
                                   "-serial",
                                   "mon:stdio" if typed else "stdio"))
        child = subprocess.Popen(machine.command(),
                                 stdin=None if typed else subprocess.PIPE,
                                 preexec_fn=qemu.die_with_parent)
        try:
            if not typed:
                feed(child)
            # isa-debug-exit: status 0 of the guest is 1 here.
            return child.wait() in (0, 1)
        finally:
            child.kill()
            child.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def debugger(settings, arguments):
    """QEMU stopped before the first instruction, and gdb attached."""
    if not shutil.which("gdb"):
        raise Usage("gdb is missing; 'tools/deps gdb' installs it")
    console = qemu.BUILD / "gdb.console"
    print(f"The guest's console goes to {console}; quit gdb to leave.",
          flush=True)
    directory = qemu.work_dir()
    sockets = tempfile.mkdtemp()
    stub = os.path.join(sockets, "gdb")
    try:
        root, swap = qemu.make_disks(directory, settings.swap)
        machine = qemu.Machine(
            append=settings.append("shell"), mem=settings.mem,
            cpu=settings.cpu, root=root, swap=swap,
            console=("-serial", f"file:{console}"),
            extra=("-S", "-chardev",
                   f"socket,id=gdb,path={stub},server=on,wait=off",
                   "-gdb", "chardev:gdb"))
        child = subprocess.Popen(machine.command(), stdin=subprocess.DEVNULL,
                                 preexec_fn=qemu.die_with_parent,
                                 start_new_session=True)
        try:
            while not os.path.exists(stub) and child.poll() is None:
                time.sleep(0.05)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return subprocess.run(
                ["gdb", "-q", "-ex", "set remotetimeout 60",
                 "-ex", f"target remote {stub}", *arguments,
                 str(qemu.KERNEL)], check=False,
                preexec_fn=lambda: signal.signal(
                    signal.SIGINT, signal.SIG_DFL)).returncode == 0
        finally:
            child.kill()
            child.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(sockets, ignore_errors=True)


def command_line(settings, append, show=True):
    """Boot one kernel command line; (lines, status)."""
    lines, status = qemu.boot(
        append, settings.swap, mem=settings.mem, cpu=settings.cpu,
        begin=lambda guest: give_limit(guest, settings))
    if show:
        print("\n".join(lines), flush=True)
    return lines, status


def crash(settings):
    """The 1997 defect, planted: its report is what counts as success."""
    print("A page directory entry is removed behind the module's back; then\n"
          "the pagedaemon's call, pmap_clear_reference, walks the page's "
          "links.\n", flush=True)
    lines, _ = command_line(settings, settings.append("kerntest")
                            + " test=crash")
    text = "\n".join(lines)
    found = REPORT.search(text)
    if not found or "page fault" in text:
        print("CRASH: FAIL no report of the broken invariant")
        return False
    print(f"\nCRASH: reported {found.group(0)}")
    return True


def other(settings, mode):
    """Any other program that init can start: usertests and the like."""
    _, status = command_line(settings, settings.append(mode))
    return status == 0


def layout(settings):
    """The kernel's address space, as a boot sees it."""
    lines, status = command_line(settings, settings.append("kerntest")
                                 + " test=layout", show=False)
    rows = [line for line in lines if line.startswith("layout: ")]
    for row in rows:
        print(row[len("layout: "):])
    return status == 0 and bool(rows)


def dispatch(argv):
    """Run one mode; its result."""
    if not argv or argv[0].startswith("-"):
        raise Usage(__doc__.strip())
    rest = argv[1:]
    extra = rest[rest.index("--") + 1:] if "--" in rest else []
    words = rest[:rest.index("--")] if "--" in rest else rest
    settings = read_settings(words)
    if argv[0] == "options":
        return True
    need_files()
    if argv[0] == "pressure":
        return Run(settings).pressure()
    if argv[0] == "gdb":
        return debugger(settings, extra)
    modes = {"shell": shell, "crash": crash, "layout": layout}
    if argv[0] in modes:
        return modes[argv[0]](settings)
    if not re.fullmatch(r"[a-z/][a-z0-9/]*", argv[0]):
        raise Usage(f"{argv[0]}: no such mode")
    return other(settings, argv[0])


def main():
    """Run, and leave the terminal as it was found."""
    saved = None
    if termios and sys.stdin.isatty():
        saved = termios.tcgetattr(sys.stdin)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    signal.signal(signal.SIGQUIT, lambda *_: sys.exit(131))
    try:
        return 0 if dispatch(sys.argv[1:]) else 1
    except Usage as e:
        print(f"run: {e}", file=sys.stderr)
        return 2
    except (qemu.GuestError, OSError) as e:
        print(f"run: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nrun: ended by Ctrl-C", file=sys.stderr)
        return 130
    finally:
        if saved:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)


if __name__ == "__main__":
    sys.exit(main())
