# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""The protocol of the pressure run, and the verdict over it.

The guest prints STATUS, ROW, BAD and SUMMARY lines of name=value words, and
a MISSING line for what it could not reach.  The verdict is the host's: the
guest's figures are compared with each other, with what QEMU counted on the
swap disk, and with the files in the root image.
"""

from dataclasses import dataclass, field

PROGRAMS = ("hog", "forktree", "shm", "filemap", "churn", "wire",
            "deepstack", "execstorm")
SUMMARY = ("pageouts", "pageins", "verified", "bad", "violations", "skipped",
           "killed", "audits", "stackptp_freed", "maxsharers", "cowfaults",
           "collapses", "bypasses", "maxchain")
VERDICT = SUMMARY[:10]
STATUS = (("time", "t", 4), ("free", "free", 5), ("act", "active", 5),
          ("inact", "inactive", 6), ("wired", "wired", 6),
          ("faults", "faults", 8), ("in", "pageins", 6),
          ("out", "pageouts", 6), ("maps", "mappings", 6),
          ("ptps", "ptps", 5), ("recl", "reclaims", 5),
          ("aud", "audits", 4), ("verified", "verified", 9),
          ("err", "errors", 4))
TABLE = (("procs", "procs", 6), ("status", "status", 7),
         ("verified", "verified", 10), ("bad", "bad", 5),
         ("pageins", "pageins", 9),
         ("locked ins", "lockedpageins", 11), ("seed", "seed", 12))
MAX_SHARERS = 100
STACK_FREED = 100
PAGE = 4096


def words(line):
    """The name=value words of a line; numbers become numbers."""
    result = {}
    for word in line.split()[1:]:
        name, equals, value = word.partition("=")
        if equals:
            result[name] = int(value) if value.isdigit() else value
    return result


@dataclass
class Report:
    """What the guest has said so far."""
    status: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    stall: dict = field(default_factory=dict)
    bad: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    summary: dict = None
    audits: list = field(default_factory=list)
    panic: str = ""

    def take(self, line):
        """Take one line in; the kind of line that it was, or None."""
        kind = line.partition(" ")[0]
        if kind == "STATUS":
            self.status = words(line)
        elif kind == "ROW":
            self.rows.append(words(line))
        elif kind == "BAD":
            self.bad.append(line)
        elif kind == "MISSING":
            self.missing.append(line)
        elif kind == "SUMMARY":
            self.summary = words(line)
        elif kind == "STALL":
            self.stall = words(line)
        elif line.startswith("audit: "):
            self.audits.append(words(line))
            kind = "audit"
        elif line.startswith("inject: "):
            kind = "inject"
        elif line.startswith("panic: "):
            self.panic = self.panic or line
            kind = "panic"
        else:
            return None
        return kind


def number(values, name):
    """A figure of the guest as a number; what is missing counts as -1."""
    value = values.get(name, -1)
    return value if isinstance(value, int) else -1


def sharers_wanted(mem):
    """So many processes must have mapped one page at a time."""
    return MAX_SHARERS if mem >= 16 else 2


def goals(pages, mem):
    """What must have happened how often, by its name in the SUMMARY.

    The guest gets them as options, and goes on until it has reached them.
    """
    return {"audits": 1, "cowfaults": 1, "collapses": 1, "bypasses": 1,
            "maxchain": 1, "maxsharers": sharers_wanted(mem),
            "stackptp_freed":
                STACK_FREED if pages >= 20000 and mem <= 32 else 1}


def judge_rows(report, mem):
    """What is wrong with the programs' rows, as a list of sentences."""
    why = []
    names = [row.get("name") for row in report.rows]
    for name in PROGRAMS:
        if names.count(name) != 1:
            why.append(f"{name}: {names.count(name)} rows instead of one")
    for row in report.rows:
        name = row.get("name", "?")
        if number(row, "status") != 0:
            why.append(f"{name}: ended with status {row.get('status')}")
        if number(row, "bad") != 0:
            why.append(f"{name}: {row.get('bad')} wrong bytes")
        for what in ("verified", "pageins"):
            if number(row, what) <= 0:
                why.append(f"{name}: {what} is {row.get(what)}")
        if name == "shm" and number(row, "sharers") < sharers_wanted(mem):
            why.append(f"shm: {row.get('sharers')} processes mapped a page, "
                       f"wanted {sharers_wanted(mem)}")
        if number(row, "lockedpageins") != 0:
            why.append(f"{name}: {row.get('lockedpageins')} page-ins of "
                       "locked pages")
    return why


def judge_summary(total, goal, mem):
    """What is wrong with the totals."""
    why = [f"SUMMARY has no {name}" for name in SUMMARY
           if number(total, name) < 0]
    for name in ("bad", "violations", "skipped", "killed"):
        if number(total, name) > 0:
            why.append(f"{name}={total[name]}")
    least = {"pageouts": goal, "pageins": goal, "verified": 1}
    for name, wanted in (least | goals(goal, mem)).items():
        if number(total, name) < wanted:
            why.append(f"{name}={total.get(name)}, wanted {wanted}")
    return why


def judge_audits(report):
    """Each audit that the kernel counted has said what it saw."""
    if not report.audits or \
            len(report.audits) < number(report.summary, "audits") - 1:
        return [f"{len(report.audits)} audit lines, audits="
                f"{report.summary.get('audits')}"]
    return [f"an audit saw {name}={audit.get(name)}"
            for audit in report.audits for name in ("ptes", "links", "pages")
            if number(audit, name) <= 0][:1]


def judge_disk(total, stats):
    """Does the swap disk's traffic cover what the kernel counted?"""
    if stats is None:
        return ["QEMU knows no swap disk"]
    why = []
    for name, counted in (("pageouts", "wr_bytes"), ("pageins", "rd_bytes")):
        wanted = PAGE * number(total, name)
        if stats[counted] < wanted:
            why.append(f"the swap disk's {counted}={stats[counted]} are "
                       f"fewer than {name} * {PAGE} = {wanted}")
    return why


def judge(report, stats, goal, mem):
    """Every reason why the run did not pass; an empty list is a pass."""
    why = [report.panic] if report.panic else []
    why += report.bad[:3] + report.missing
    if report.summary is None:
        return why + ["the guest printed no SUMMARY"]
    why += judge_rows(report, mem)
    why += judge_summary(report.summary, goal, mem)
    why += judge_audits(report)
    return why + judge_disk(report.summary, stats)


def status_header():
    """The line above the status lines."""
    return "".join(title.rjust(width) for title, _, width in STATUS)


def status_line(status):
    """One status line, as wide as its header unless figures are huge."""
    return "".join(" " * (1 if i else 0)
                   + str(status.get(name, "-")).rjust(width - (1 if i else 0))
                   for i, (_, name, width) in enumerate(STATUS))


def table(report):
    """The table by program, as lines."""
    lines = ["program".ljust(10)
             + "".join(title.rjust(width) for title, _, width in TABLE)]
    for row in report.rows:
        lines.append(str(row.get("name", "?")).ljust(10)
                     + "".join(str(row.get(name, "-")).rjust(width)
                               for _, name, width in TABLE))
    total = report.summary or {}
    lines.append("sharing: " + " ".join(
        f"{name}={total.get(name, '-')}" for name in
        ("maxsharers", "cowfaults", "collapses", "bypasses", "maxchain")))
    if report.stall:
        lines.append("longest way between two chances to reschedule: " +
                     " ".join(f"{n}={v}" for n, v in report.stall.items()))
    return lines


def last_line(report, why):
    """The line that the run ends with."""
    total = report.summary or {}
    if why:
        return "PRESSURE: FAIL " + "; ".join(why)
    return "PRESSURE: PASS " + " ".join(
        f"{name}={total[name]}" for name in VERDICT)
