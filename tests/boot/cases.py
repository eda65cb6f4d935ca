# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Run named test functions, print ok or not ok for each, and count.

A test is a function called t_something; it fails by raising.  Failed is for
what the test found out; any other exception is reported with its place.
"""

import importlib.machinery
import importlib.util
import sys
import traceback
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))


# Seconds for a program of the host, which ends by itself or hangs: generous,
# for no verdict may hang on how busy the host is.
HANG = 1800


class Failed(Exception):
    """The test did not see what it wanted."""


def check(condition, text):
    """Fail with the text unless the condition holds."""
    if not condition:
        raise Failed(text)


def has(lines, text):
    """Fail unless a line contains the text."""
    check(any(text in line for line in lines),
          f"no line with '{text}'; the last are: "
          + " / ".join(lines[-6:]))


def load(name):
    """A tool, which has no suffix, as a module."""
    path = str(TOP / "tools" / name)
    loader = importlib.machinery.SourceFileLoader(name, path)
    spec = importlib.util.spec_from_loader(name, loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def main(suite, scope, names=()):
    """Run the tests of a module's globals; exit with 1 if one failed."""
    tests = [(n, f) for n, f in scope.items() if n.startswith("t_")
             and callable(f) and (not names or n in names)]
    failed = 0
    for name, function in tests:
        try:
            function()
            print(f"ok {name}", flush=True)
        except Failed as e:
            failed += 1
            print(f"not ok {name}: {e}", flush=True)
        except Exception as e:      # a test must not end the others
            failed += 1
            where = traceback.extract_tb(e.__traceback__)[-1]
            print(f"not ok {name}: {type(e).__name__} {e} at "
                  f"{Path(where.filename).name}:{where.lineno}", flush=True)
    print(f"{suite}: {len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)
