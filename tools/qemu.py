# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""One guest under QEMU: its command line, its serial lines, QMP, its end.

A Machine says what to boot; a Guest is one running.  Every read takes a
deadline, so that nothing here can hang.  QMP runs over a socket pair that
QEMU inherits, so that no socket file can be in the way.
"""

import ctypes
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("BUILD") or TOP / "build").resolve()
KERNEL = BUILD / "pmap386.elf"
ROOT = BUILD / "root.img"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[c()][A-Z0-9]?")
PR_SET_PDEATHSIG = 1


class GuestTimeout(Exception):
    """The guest did not say what was waited for in time."""


class GuestError(Exception):
    """QEMU could not be started, or its monitor refused a command."""


def emulator():
    """The emulator's name; QEMU= in the environment replaces it."""
    return os.environ.get("QEMU") or "qemu-system-i386"


def cpu_models():
    """The names that this QEMU takes for -cpu."""
    out = subprocess.run([emulator(), "-cpu", "help"], capture_output=True,
                         text=True, timeout=30, check=False).stdout
    return set(re.findall(r"^\s*x86\s+(\S+)", out, re.MULTILINE))


def die_with_parent():
    """In the child: be killed when the runner goes away, however it goes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def work_dir(prefix="run."):
    """A new directory for one run's disks, below build/."""
    BUILD.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=prefix, dir=BUILD))


def make_disks(directory, swap_mb, root=ROOT):
    """A fresh copy of the root image, and an empty swap disk or None."""
    copy = Path(directory) / "root.img"
    shutil.copyfile(root, copy)
    if swap_mb == 0:
        return copy, None
    swap = Path(directory) / "swap.img"
    with open(swap, "wb") as f:
        f.truncate(int(swap_mb * 1024 * 1024))
    return copy, swap


@dataclass
class Machine:
    """What to boot.  Disks may be None; faults are blkdebug's rules: errors to
    inject, and states to go to."""
    append: str = ""
    mem: int = 16
    cpu: str = "pentium3"
    kernel: Path = KERNEL
    root: Path = None
    swap: Path = None
    swap_faults: list = field(default_factory=list)
    debug_exit: bool = True
    console: tuple = ()
    extra: tuple = ()

    def command(self, qmp_fd=None):
        """The argument list that starts this machine."""
        cmd = [emulator(), "-accel", "tcg", "-nodefaults", "-no-user-config",
               "-display", "none", "-no-reboot", "-m", str(self.mem),
               "-cpu", self.cpu, "-kernel", str(self.kernel),
               "-append", self.append]
        if self.debug_exit:
            cmd += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        cmd += self.disk("root", 0, self.root, [])
        cmd += self.disk("swap", 1, self.swap, self.swap_faults)
        cmd += self.console or ["-chardev", "stdio,id=con,signal=off",
                                "-serial", "chardev:con"]
        if qmp_fd is not None:
            cmd += ["-chardev", f"socket,id=qmp,fd={qmp_fd}",
                    "-mon", "chardev=qmp,mode=control"]
        return cmd + list(self.extra)

    @staticmethod
    def disk(name, unit, path, faults):
        """The options of one IDE disk, unit 0 or 1 of the first bus."""
        if path is None:
            return []
        below = {"driver": "file", "filename": str(path)}
        if faults:
            below = {"driver": "blkdebug", "image": below}
            for kind, mark in (("inject-error", "errno"),
                               ("set-state", "new_state")):
                rules = [fault for fault in faults if mark in fault]
                below |= {kind: rules} if rules else {}
        node = {"driver": "raw", "node-name": name, "file": below,
                "cache": {"direct": False, "no-flush": True}}
        device = (f"ide-hd,id={name}disk,drive={name},bus=ide.0,unit={unit},"
                  "rerror=report,werror=report")
        return ["-blockdev", json.dumps(node), "-device", device]


class Guest:
    """A running QEMU.  Use it in a with statement: leaving kills it."""

    def __init__(self, machine, log=None):
        ours, theirs = socket.socketpair()
        self.qmp_sock, self.qmp_buf, self.qmp_ready = ours, b"", False
        self.buf, self.eof, self.seen = b"", False, []
        self.log = open(log, "w", encoding="utf-8") if log else None
        self.errors = tempfile.TemporaryFile()
        try:
            self.proc = subprocess.Popen(
                machine.command(theirs.fileno()), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self.errors,
                pass_fds=[theirs.fileno()], start_new_session=True,
                preexec_fn=die_with_parent)
        except OSError as e:
            raise GuestError(f"cannot start {emulator()}: {e}") from e
        finally:
            theirs.close()
        self.out = self.proc.stdout.fileno()
        os.set_blocking(self.out, False)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # The serial line.

    def line(self, deadline):
        """The next whole line, or None at the end of the output."""
        while True:
            head, newline, rest = self.buf.partition(b"\n")
            if newline or (self.eof and head):
                self.buf = rest
                return self.note(head)
            if self.eof:
                return None
            self.fill(deadline)

    def note(self, raw):
        """Clean one line, keep it and log it."""
        text = ESCAPES.sub("", raw.decode("latin-1")).rstrip("\r")
        text = text.rsplit("\r", 1)[-1]
        self.seen.append(text)
        if self.log:
            self.log.write(text + "\n")
            self.log.flush()
        return text

    def fill(self, deadline):
        """Wait for more output; GuestTimeout when the deadline passes."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.out], [], [], left)[0]:
            raise GuestTimeout("no more output in time")
        try:
            data = os.read(self.out, 65536)
        except BlockingIOError:
            return
        self.eof = not data
        self.buf += data

    def lines(self, seconds):
        """All lines until the end of the output, within the seconds."""
        deadline = time.monotonic() + seconds
        while (text := self.line(deadline)) is not None:
            yield text

    def wait_for(self, pattern, seconds):
        """Read until a line matches; the match, or None at the end."""
        for text in self.lines(seconds):
            found = re.search(pattern, text)
            if found:
                return found
        return None

    def wait_prompt(self, prompt, seconds):
        """Read until the output, with or without newline, ends so."""
        deadline = time.monotonic() + seconds
        while True:
            if b"\n" in self.buf:
                self.line(deadline)
            elif self.buf.endswith(prompt.encode()):
                break
            elif self.eof:
                return False
            else:
                self.fill(deadline)
        self.note(self.buf)
        self.buf = b""
        return True

    def send(self, text):
        """Type to the guest's console."""
        self.proc.stdin.write(text.encode())
        self.proc.stdin.flush()

    # QMP.

    def message(self, deadline):
        """The next object from the monitor."""
        while b"\n" not in self.qmp_buf:
            left = deadline - time.monotonic()
            if left <= 0:
                raise GuestTimeout("QMP does not answer")
            self.qmp_sock.settimeout(left)
            try:
                data = self.qmp_sock.recv(65536)
            except socket.timeout as e:
                raise GuestTimeout("QMP does not answer") from e
            if not data:
                raise GuestError("QMP: QEMU is gone")
            self.qmp_buf += data
        raw, _, self.qmp_buf = self.qmp_buf.partition(b"\n")
        return json.loads(raw)

    def qmp(self, command, seconds=10, **arguments):
        """Run one QMP command and return its result."""
        deadline = time.monotonic() + seconds
        if not self.qmp_ready:
            self.message(deadline)
            self.qmp_ready = True
            self.qmp("qmp_capabilities", seconds)
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        try:
            self.qmp_sock.sendall(json.dumps(request).encode() + b"\n")
        except OSError as e:
            raise GuestError("QMP: QEMU is gone") from e
        while True:
            answer = self.message(deadline)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise GuestError(f"QMP {command}: {answer['error']['desc']}")

    def monitor(self, command, seconds=10):
        """The text that a command of the human monitor prints."""
        return self.qmp("human-monitor-command", seconds,
                        **{"command-line": command})

    def disk_stats(self, name):
        """What QEMU itself counted on a disk: a dict of bytes and calls."""
        for entry in self.qmp("query-blockstats"):
            if name + "disk" in entry.get("qdev", ""):
                return entry["stats"]
        return None

    # The end.

    def quit(self, seconds=10):
        """Shut the emulator down, disks written, and wait for it."""
        if self.proc.poll() is None:
            try:
                self.qmp("quit", seconds)
            except (GuestError, GuestTimeout):
                pass
        try:
            self.proc.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def status(self, seconds=10):
        """What the guest wrote to isa-debug-exit; None if it did not."""
        try:
            code = self.proc.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return code >> 1 if code > 0 and code & 1 and self.seen else None

    def stderr(self):
        """What QEMU itself complained of."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace").strip()

    def kill(self):
        """End the emulator now."""
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()

    def close(self):
        """Kill the guest if it still runs and close everything."""
        self.kill()
        for f in (self.proc.stdout, self.proc.stdin, self.errors, self.log):
            try:
                if f:
                    f.close()
            except BrokenPipeError:
                pass
        self.qmp_sock.close()


def boot(append, seconds=60, swap_mb=64, root=None, log=None, **settings):
    """Boot, read to the end, return (lines, status).

    A panic ends with status 127.  A time-out leaves status None and adds a
    line that says so.  The disks are fresh and vanish again.
    """
    directory = work_dir("boot.")
    try:
        disk, swap = make_disks(directory, swap_mb, root or ROOT)
        machine = Machine(append=append + " panicexit", root=disk, swap=swap,
                          **settings)
        with Guest(machine, log) as guest:
            try:
                for _ in guest.lines(seconds):
                    pass
            except GuestTimeout:
                guest.kill()
                return guest.seen + [f"time limit of {seconds} s"], None
            status = guest.status()
            error = guest.stderr()
            return guest.seen + ([error] if error else []), status
    finally:
        shutil.rmtree(directory, ignore_errors=True)
