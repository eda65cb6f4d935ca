# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""One guest under QEMU: its command line, its serial lines, QMP, its end.

A Machine says what to boot; a Guest is one running.  How long a guest may
take depends on the host and says nothing; so nobody here waits until a time
of day, but as long as the guest does some work (Patience).  QMP runs over a
socket pair that QEMU inherits, so that no socket file can be in the way.
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

import verdict

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("BUILD") or TOP / "build").resolve()
KERNEL = BUILD / "pmap386.elf"
ROOT = BUILD / "root.img"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[c()][A-Z0-9]?")
PR_SET_PDEATHSIG = 1
# Seconds without progress, after which a guest hangs.  The environment
# replaces it in tests of this limit alone.
PATIENCE = float(os.environ.get("PATIENCE") or 60)
LOOK = 1                # seconds between two looks
LOOK_MOST = 15          # more was the host itself that stood still
OPERATIONS_MOST = 10**6     # of the disks; a guest that does not end
OPERATIONS = tuple(f"{state}{kind}_operations" for state in ("", "failed_")
                   for kind in ("rd", "wr"))
EMULATOR = 60           # seconds for an answer of QEMU itself


class GuestTimeout(Exception):
    """The guest makes no progress, or has used up an explicit limit."""


class GuestError(Exception):
    """QEMU could not be started, or its monitor refused a command."""


def emulator():
    """The emulator's name; QEMU= in the environment replaces it."""
    return os.environ.get("QEMU") or "qemu-system-i386"


def cpu_models():
    """The names that this QEMU takes for -cpu."""
    out = subprocess.run([emulator(), "-cpu", "help"], capture_output=True,
                         text=True, timeout=EMULATOR, check=False).stdout
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
    inject, and states to go to.

    With icount the guest's clock counts its instructions, and not what the
    host's says: for tests whose verdict hangs on the guest's time.
    """
    append: str = ""
    mem: int = 16
    cpu: str = "pentium3"
    kernel: Path = KERNEL
    root: Path = None
    swap: Path = None
    swap_faults: list = field(default_factory=list)
    root_faults: list = field(default_factory=list)
    icount: str = ""
    debug_exit: bool = True
    console: tuple = ()
    extra: tuple = ()

    def command(self, qmp_fd=None):
        """The argument list that starts this machine."""
        cmd = [emulator(), "-accel", "tcg", "-nodefaults", "-no-user-config",
               "-display", "none", "-no-reboot", "-m", str(self.mem),
               "-cpu", self.cpu, "-kernel", str(self.kernel),
               "-append", self.append]
        if self.icount:
            cmd += ["-icount", self.icount]
        if self.debug_exit:
            cmd += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        cmd += self.disk("root", 0, self.root, self.root_faults)
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


class Patience:
    """What a guest has done, and for how long it has done nothing.

    Work is a line that has not been said before, or a disk operation that
    QEMU has counted as ended, well or not.  STATUS and audit lines come with
    the clock and are no work.  Once the stressors tell how much they have
    verified, only that counts, and new lines: a pagedaemon that writes in
    circles gets nothing done.  In a run that is to page, something must be
    paged as well, once it has begun: else those whose pages have stayed in
    memory would hide that nobody else gets any.
    """

    def __init__(self):
        self.paging = False         # is this a run that is to page?
        self.said, self.last, self.status = set(), "", {}
        self.operations = self.base = 0
        self.reporting = False
        self.end, self.end_why = None, ""
        self.restart()

    def restart(self):
        """There is new work for the guest."""
        self.base, self.then = self.operations, time.monotonic()
        self.worked()

    def worked(self):
        """Something new was done."""
        self.quiet = self.quiet_paging = 0

    def limit(self, seconds, why):
        """From now on so many seconds, whatever is done."""
        self.end, self.end_why = time.monotonic() + seconds, why

    def line(self, text):
        """The guest has said this."""
        kind = text.partition(" ")[0]
        self.last = text
        if kind == "STATUS":
            self.report(verdict.words(text))
        elif kind != "audit:" and text not in self.said:
            self.said.add(text)
            self.worked()
        if kind == "SUMMARY":
            self.reporting = False

    def report(self, status):
        """These are the figures of a STATUS line."""
        def moved(*names):
            return any(status.get(n) != self.status.get(n) for n in names)

        if moved("verified", "errors"):
            self.quiet = 0
        if moved("pageins", "pageouts") or not self.paging \
                or not status.get("pageouts"):
            self.quiet_paging = 0
        self.status, self.reporting = status, True

    def disks(self, operations):
        """QEMU has counted so many operations."""
        if operations != self.operations and not self.reporting:
            self.worked()
        self.operations = operations

    def spend(self):
        """Count the time since the last call."""
        now = time.monotonic()
        passed = min(now - self.then, LOOK_MOST)
        self.quiet += passed
        self.quiet_paging += passed
        self.then = now

    def over(self):
        """Why there is no more waiting, or an empty text."""
        if self.end is not None and time.monotonic() >= self.end:
            return self.end_why
        if self.quiet >= PATIENCE:
            return f"no progress for {PATIENCE:g} s: {self.figures()}"
        if self.quiet_paging >= PATIENCE:
            return (f"no progress for {PATIENCE:g} s: nothing paged; "
                    + self.figures())
        if not self.reporting \
                and self.operations - self.base > OPERATIONS_MOST:
            return f"it does not come to an end: {self.figures()}"
        return ""

    def figures(self):
        """What there was done, as words."""
        counted = [f"{name}={self.status[name]}"
                   for name in ("verified", "pageins", "pageouts")
                   if name in self.status]
        return " ".join(counted + [f"disk operations={self.operations}",
                                   f"lines={len(self.said)};",
                                   f"last line '{self.last[:100]}'"])

    def look(self):
        """For how long to wait for output before the next look."""
        left = LOOK if self.end is None else self.end - time.monotonic()
        return max(0, min(LOOK, left))


class Guest:
    """A running QEMU.  Use it in a with statement: leaving kills it."""

    def __init__(self, machine, log=None):
        ours, theirs = socket.socketpair()
        self.qmp_sock, self.qmp_buf, self.qmp_ready = ours, b"", False
        self.qmp_id = 0
        self.buf, self.eof, self.seen = b"", False, []
        self.patience = Patience()
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

    def line(self):
        """The next whole line, or None at the end of the output."""
        while True:
            head, newline, rest = self.buf.partition(b"\n")
            if newline or (self.eof and head):
                self.buf = rest
                return self.note(head)
            if self.eof:
                return None
            self.fill()

    def note(self, raw):
        """Clean one line, keep it and log it."""
        text = ESCAPES.sub("", raw.decode("latin-1")).rstrip("\r")
        text = text.rsplit("\r", 1)[-1]
        self.seen.append(text)
        self.patience.line(text)
        if self.log:
            self.log.write(text + "\n")
            self.log.flush()
        return text

    def fill(self):
        """Wait a while for more output; GuestTimeout when none will come."""
        self.patience.spend()
        if self.patience.over():
            self.look_at_disks()
            if self.patience.over():
                raise GuestTimeout(self.patience.over())
        if not select.select([self.out], [], [], self.patience.look())[0]:
            self.look_at_disks()
            return
        try:
            data = os.read(self.out, 65536)
        except BlockingIOError:
            return
        self.eof = not data
        self.buf += data

    def look_at_disks(self):
        """Have the disks done something?  No answer is no work."""
        try:
            entries = self.qmp("query-blockstats", LOOK_MOST)
        except (GuestError, GuestTimeout):
            return
        self.patience.disks(sum(
            entry["stats"].get(name, 0) for entry in entries
            if entry.get("qdev") for name in OPERATIONS))

    def lines(self):
        """All lines until the end of the output."""
        while (text := self.line()) is not None:
            yield text

    def wait_for(self, pattern):
        """Read until a line matches; the match, or None at the end."""
        for text in self.lines():
            found = re.search(pattern, text)
            if found:
                return found
        return None

    def wait_prompt(self, prompt):
        """Read until the output, with or without newline, ends so."""
        while True:
            if b"\n" in self.buf:
                self.line()
            elif self.buf.endswith(prompt.encode()):
                break
            elif self.eof:
                return False
            else:
                self.fill()
        self.note(self.buf)
        self.buf = b""
        return True

    def send(self, text):
        """Type to the guest's console."""
        self.patience.restart()
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
            except OSError as e:
                raise GuestError("QMP: QEMU is gone") from e
            if not data:
                raise GuestError("QMP: QEMU is gone")
            self.qmp_buf += data
        raw, _, self.qmp_buf = self.qmp_buf.partition(b"\n")
        return json.loads(raw)

    def qmp(self, command, seconds=EMULATOR, **arguments):
        """Run one QMP command and return its result.

        The answer to an earlier one, which came too late, is passed over.
        """
        deadline = time.monotonic() + seconds
        if not self.qmp_ready:
            self.message(deadline)
            self.qmp_ready = True
            self.qmp("qmp_capabilities", seconds)
        self.qmp_id += 1
        request = {"execute": command, "id": self.qmp_id}
        if arguments:
            request["arguments"] = arguments
        try:
            self.qmp_sock.sendall(json.dumps(request).encode() + b"\n")
        except OSError as e:
            raise GuestError("QMP: QEMU is gone") from e
        while True:
            answer = self.message(deadline)
            if answer.get("id") != self.qmp_id:
                continue
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise GuestError(f"QMP {command}: {answer['error']['desc']}")

    def monitor(self, command, seconds=EMULATOR):
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

    def quit(self, seconds=EMULATOR):
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

    def status(self, seconds=EMULATOR):
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


def boot(append, swap_mb=64, root=None, begin=None, **settings):
    """Boot, read to the end, return (lines, status).

    The function begin, if any, is given the guest before it is listened to.

    A panic ends with status 127.  A guest that hangs leaves status None and
    a line that says so.  The disks are fresh and vanish again.
    """
    directory = work_dir("boot.")
    try:
        disk, swap = make_disks(directory, swap_mb, root or ROOT)
        machine = Machine(append=append + " panicexit", root=disk, swap=swap,
                          **settings)
        with Guest(machine) as guest:
            if begin:
                begin(guest)
            try:
                for _ in guest.lines():
                    pass
            except GuestTimeout as e:
                guest.kill()
                return guest.seen + [str(e)], None
            status = guest.status()
            error = guest.stderr()
            return guest.seen + ([error] if error else []), status
    finally:
        shutil.rmtree(directory, ignore_errors=True)
