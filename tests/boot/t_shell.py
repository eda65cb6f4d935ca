#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The shell on the console, and programs that are no good ELF files."""

import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import threading

import cases
from cases import TOP, check, has
from console import session
import qemu

PROGRAMS = qemu.BUILD / "user" / "bin"
PHDR = 52               # where the program headers begin, as we link


def t_shell__runs_programs_and_pipes():
    out = session(["echo one two", "echo down the pipe | cat | cat",
                   "ls /bin", "nosuch", "echo $?"])[1:]
    has(out[0], "one two")
    has(out[1], "down the pipe")
    for name in ("init", "sh", "pressure"):
        has(out[2], name)
    has(out[3], "nosuch")
    has(out[4], "127")


def t_shell__background_and_status():
    # On one line: after a prompt of its own the background job may write
    # behind that prompt, and no line would end in one.
    out = session(["echo later | cat & wait", "cat /nosuch", "echo $?"])[1:]
    check("later" in out[0], f"nothing came from the background: {out[0]}")
    check(out[2] and out[2][-1] != "0", f"status of a failure: {out[2]}")


def t_shell__ps_and_vmstat_show_figures():
    out = session(["ps", "vmstat"])[1:]
    for name in ("init", "sh", "pagedaemon"):
        has(out[0], name)
    check(any(word.isdigit() for line in out[1] for word in line.split()),
          f"vmstat: {out[1]}")


def on_terminal(keys):
    """Run 'make shell' on a terminal, type keys at its prompt, and leave.

    The terminal must be as before.  Returns the exit status.
    """
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    child = subprocess.Popen([sys.executable, TOP / "tools/run.py", "shell"],
                             stdin=slave, stdout=slave, stderr=slave,
                             start_new_session=True)
    try:
        text = read_until(master, b"# ")
        check(b"Ctrl-a x" in text, "it does not say how to leave")
        os.write(master, keys)
        threading.Thread(target=drain, args=(master,), daemon=True).start()
        status = child.wait(cases.HANG)
        check(termios.tcgetattr(slave) == before, "the terminal has changed")
        return status
    finally:
        child.kill()
        child.wait()
        os.close(slave)


def read_until(fd, end):
    """What comes from a terminal, until it ends so."""
    text = b""
    while not text.endswith(end):
        check(select.select([fd], [], [], qemu.PATIENCE)[0],
              f"no prompt: {text[-200:]}")
        text += os.read(fd, 4096)
    return text


def drain(fd):
    """Read away what nobody wants, so that the writer can end."""
    try:
        while os.read(fd, 4096):
            pass
    except OSError:
        pass


def t_shell__exit_leaves_the_terminal_as_it_was():
    check(on_terminal(b"exit 0\n") == 0, "wrong status")


def t_shell__keys_leave_the_terminal_as_it_was():
    check(on_terminal(b"\x01x") == 0, "wrong status")


def broken_programs(directory):
    """Files that are almost programs: name to path."""
    good = (PROGRAMS / "echo").read_bytes()
    files = {"good": good, "empty": b"", "short": good[:40],
             "text": b"echo this is no program\n" * 20,
             "cut": good[:PHDR + 8], "half": good[:len(good) // 2]}

    def patched(offset, value, size=4):
        form = {2: "<H", 4: "<I"}[size]
        data = bytearray(good)
        data[offset:offset + size] = struct.pack(form, value)
        return bytes(data)

    files["machine"] = patched(18, 62, 2)           # e_machine: amd64
    files["many"] = patched(44, 0xffff, 2)          # e_phnum
    files["faraway"] = patched(28, 0xfffffff0)      # e_phoff
    files["entry"] = patched(24, 0xf0100000)        # e_entry in the kernel
    files["hugefile"] = patched(PHDR + 16, 0xfffffff0)  # p_filesz
    files["hugemem"] = patched(PHDR + 20, 0xfffffff0)   # p_memsz
    files["kernelva"] = patched(PHDR + 8, 0xf0000000)   # p_vaddr
    files["odd"] = patched(PHDR + 4, 0x7fffffff)    # p_offset
    paths = {}
    for name, data in files.items():
        paths[name] = directory / name
        paths[name].write_bytes(data)
        paths[name].chmod(0o755)
    return paths


def t_exec__broken_elf_files_are_refused():
    directory = qemu.work_dir("elf.")
    try:
        paths = broken_programs(directory)
        specs = [f"bin/{p.name}={p}" for p in PROGRAMS.iterdir()]
        specs += [f"bin/{name}={path}" for name, path in paths.items()]
        image = directory / "image"
        done = subprocess.run([TOP / "tools/mkimg", "create", image, *specs],
                              capture_output=True, text=True, timeout=cases.HANG,
                              check=False)
        check(done.returncode == 0, done.stderr)
        names = sorted(set(paths) - {"good"})
        commands = [f"/bin/{name} works" for name in names]
        out = session(commands + ["/bin/good works"], image)[1:]
        has(out[-1], "works")
        for name, lines in zip(names, out):
            text = " ".join(lines[1:])
            check("not a program" in text, f"{name}: {text}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    cases.main("shell", globals(), sys.argv[1:])
