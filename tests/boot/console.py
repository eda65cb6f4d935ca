# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""A session with the guest's shell."""

import shutil

from cases import check
import qemu

PROMPT = "# "


def session(commands, root=None, swap_mb=16, **settings):
    """Type commands to the shell; what it answered to each, as lines.

    The first answer is what came before the first prompt.
    """
    directory = qemu.work_dir("shell.")
    answers = []
    try:
        disk, swap = qemu.make_disks(directory, swap_mb,
                                     root or qemu.ROOT)
        machine = qemu.Machine(append="run=shell panicexit", root=disk,
                               swap=swap, **settings)
        with qemu.Guest(machine) as guest:
            check(guest.wait_prompt(PROMPT), "no prompt: "
                  + " / ".join(guest.seen[-4:]))
            answers.append(guest.seen[:-1])
            for command in commands:
                before = len(guest.seen)
                guest.send(command + "\n")
                check(guest.wait_prompt(PROMPT), f"no prompt after "
                      f"'{command}': " + " / ".join(guest.seen[-4:]))
                answers.append(guest.seen[before:-1])
            guest.send("exit 5\n")
            for _ in guest.lines():
                pass
            check(guest.status() == 5, f"status {guest.status()}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return answers
