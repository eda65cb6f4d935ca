#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Stands for QEMU in the tests of the runner.

Prints the lines of the file FAKE_LINES on stdout, as a guest would; a line
"!sleep N" waits, "!disk N" is so many operations of the disk, "!exit N" ends.
Answers the QMP commands that the runner uses; FAKE_BYTES is what it says the
swap disk carried.
"""

import json
import os
import re
import socket
import sys
import threading
import time


OPERATIONS = [0]


def monitor(fd):
    """Answer QMP until told to quit."""
    sock = socket.socket(fileno=fd)
    stream = sock.makefile("rw", encoding="utf-8")
    stream.write('{"QMP": {}}\n')
    stream.flush()
    count = int(os.environ.get("FAKE_BYTES", "0"))
    for line in stream:
        request = json.loads(line)
        command = request["execute"]
        result = {}
        if command == "query-blockstats":
            result = [{"qdev": "/machine/peripheral/swapdisk",
                       "stats": {"wr_bytes": count, "rd_bytes": count,
                                 "wr_operations": OPERATIONS[0]}}]
        stream.write('{"event": "NOISE"}\n')
        stream.write(json.dumps({"return": result, "id": request["id"]})
                     + "\n")
        stream.flush()
        if command == "quit":
            os._exit(0)


def main():
    """Play the script."""
    if sys.argv[1:3] == ["-cpu", "help"]:
        print("x86 486\nx86 pentium\nx86 pentium3")
        return
    found = re.search(r"socket,id=qmp,fd=(\d+)", " ".join(sys.argv))
    if found:
        threading.Thread(target=monitor, args=(int(found.group(1)),),
                         daemon=True).start()
    with open(os.environ["FAKE_LINES"], encoding="utf-8") as script:
        for line in script:
            word = line.split()
            if word[:1] == ["!sleep"]:
                time.sleep(float(word[1]))
            elif word[:1] == ["!disk"]:
                OPERATIONS[0] += int(word[1])
            elif word[:1] == ["!exit"]:
                os._exit(int(word[1]))
            else:
                print(line, end="", flush=True)
    time.sleep(600)


main()
