# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
"""Make mutants of C source: one small change each, at an exact place.

libclang says where each operator, constant, statement, condition and argument
of a function's body lies; a mutant is a piece of the text and what stands in
its place.  What a macro expands to, assertions with their arguments,
assembly and the hint of __builtin_expect are left alone.  So is what would
only take a loop's progress away: it ends in a time-out by its nature, which
tells nothing of the tests.
"""

import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PARSE = ["-m32", "-std=c11", "-D_DEFAULT_SOURCE", "-I.", "-Itests/host"]


def libclang():
    """The bindings; a python of one's own does not see Debian's."""
    try:
        return importlib.import_module("clang.cindex")
    except ImportError:
        sys.path.append("/usr/lib/python3/dist-packages")
    try:
        return importlib.import_module("clang.cindex")
    except ImportError:
        raise SystemExit("mutate: libclang's bindings are missing: "
                         "apt-get install python3-clang") from None


cindex = libclang()
K = cindex.CursorKind

# What stands in an operator's place.
OPERATORS = {
    "==": ["!="], "!=": ["=="],
    "<": ["<=", ">="], "<=": ["<", ">"],
    ">": [">=", "<="], ">=": [">", "<"],
    "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
    "&": ["|"], "|": ["&"], "^": ["|"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "<<=": [">>="], ">>=": ["<<="],
}
RELATIONAL = {"==", "!=", "<", "<=", ">", ">="}
UNARY = {"!": [""], "~": [""], "-": [""], "++": ["--"], "--": ["++"]}
# What stands before the 1 of a mask such as "& ~(PMB_PAGE - 1)".
MASKED = re.compile(r"[&|]=?\s*~?(?:\(\w+\))?\(?\w+ - $")
# Names of bits and masks: a wrong bit, or none.  Other constants: one off.
MASK = re.compile(r"PMB_(?!PAGE|SLOT|NPTE)\w+|PDE_\w+|VM_PROT_\w+|FR_TAG"
                  r"|PMAP_(?:WRITE|NOCACHE|REF|MOD)|PH_GLOBAL$")
# Sizes, all powers of two: the double.  Ends of address ranges: a page off.
SIZE = re.compile(r"PMB_(?:PAGE|SLOT|NPTE)$|PV_NLINK$|PV_PERPAGE$|PTP_GROUP$")
END = re.compile(r"PH_(?:KERNBASE|KERNEND|USER_MAX|USER_PTMAX)$")
# Choices of the variant: where one is 0, what it guards is not compiled in.
CONFIG = ("PH_RECURSIVE", "PMAP_AUDIT")
NAME = re.compile(r"[A-Z][A-Z0-9_]*$")
LOOPS = {K.WHILE_STMT, K.FOR_STMT, K.DO_STMT}
CHANGES = {K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR,
           K.UNARY_OPERATOR}
BODIES = {K.IF_STMT, K.WHILE_STMT, K.FOR_STMT, K.DO_STMT, K.COMPOUND_STMT,
          K.CASE_STMT, K.DEFAULT_STMT}
EFFECTS = {K.CALL_EXPR, K.BINARY_OPERATOR, K.UNARY_OPERATOR,
           K.COMPOUND_ASSIGNMENT_OPERATOR, K.CSTYLE_CAST_EXPR,
           K.CONTINUE_STMT, K.BREAK_STMT, K.RETURN_STMT, K.GOTO_STMT}


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""
    path: str
    function: str
    kind: str
    start: int
    end: int
    text: str
    line: int
    before: str                 # the source around it, on one line
    after: str

    def apply(self, source):
        """The file's text with the change."""
        return source[:self.start] + self.text + source[self.end:]

    def key(self):
        """What survives a shift of lines."""
        return (self.path, self.function, self.before, self.after)

    def __str__(self):
        return (f"{self.path}:{self.line} {self.function}: {self.kind}\n"
                f"    - {self.before}\n    + {self.after}")


def span(cursor):
    """The offsets of a cursor's first and one past its last character."""
    return cursor.extent.start.offset, cursor.extent.end.offset


def bare(cursor):
    """An expression without implicit casts and parentheses."""
    while cursor.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
        inner = list(cursor.get_children())
        if len(inner) != 1:
            break
        cursor = inner[0]
    return cursor


class Maker:
    """The mutants of one file."""

    def __init__(self, path, unit, text):
        self.path, self.text, self.found = path, text, {}
        self.function, self.result, self.body = "", None, None
        self.progress = []      # where loops advance
        self.unit = unit
        self.macros, self.hidden = [], []
        self.off = [c.spelling for c in unit.cursor.get_children()
                    if c.kind == K.MACRO_DEFINITION and
                    c.spelling in CONFIG and
                    [t.spelling for t in c.get_tokens()][1:] in
                    (["0"], ["0u"])]
        for c in unit.cursor.get_children():
            if c.kind == K.MACRO_INSTANTIATION and self.mine(c):
                start, end = span(c)
                if c.spelling == "PMAP_ASSERT":
                    self.hidden.append((start, end))
                elif end - start == len(c.spelling):
                    self.macros.append((start, end, c.spelling))

    def mine(self, cursor):
        """Does the cursor lie in this file?"""
        where = cursor.location.file
        return where is not None and \
            Path(where.name).as_posix() == self.path

    def add(self, kind, start, end, text):
        """One more mutant, unless it touches what is left alone."""
        if any(start < e and s < end for s, e in self.hidden):
            return
        if self.text[start:end] == text or self.stops(start, end, text):
            return
        # The lines that it touches, to their ends, are what is shown.
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        before = self.text[first:last]
        after = self.text[first:start] + text + self.text[end:last]
        self.found.setdefault((start, end, text), Mutant(
            self.path, self.function, kind, start, end, text,
            self.text.count("\n", 0, start) + 1,
            " ".join(before.split()), " ".join(after.split())))

    def functions(self):
        """All mutants of all functions of the file."""
        for c in self.unit.cursor.get_children():
            if c.kind != K.FUNCTION_DECL or not c.is_definition() or \
                    not self.mine(c):
                continue
            self.function, self.result = c.spelling, c.result_type
            self.body = list(c.get_children())[-1]
            self.visit(self.body, None)
            start, end = span(self.body)
            for s, e, name in self.macros:
                if start <= s < end:
                    self.constant(s, e, name)
        return sorted(self.found.values(), key=lambda m: (m.start, m.end,
                                                          m.text))

    def loop(self, cursor):
        """Note where a loop changes what its condition looks at."""
        inner = list(cursor.get_children())
        cond = self.loop_condition(cursor, inner)
        if cond is None:
            return
        names = {c.spelling for c in cond.walk_preorder()
                 if c.kind == K.DECL_REF_EXPR}
        for c in cursor.walk_preorder():
            if c.kind not in CHANGES:
                continue
            to = next(c.get_children(), None)
            if to is not None and bare(to).kind == K.DECL_REF_EXPR and \
                    bare(to).spelling in names and self.changes(c, to):
                self.progress.append(span(c))

    def changes(self, cursor, to):
        """Is it ++, --, += or -=, or a step on from where it is?"""
        start, end = span(cursor)
        text = self.text[start:end]
        if cursor.kind == K.BINARY_OPERATOR:
            right = list(cursor.get_children())[1]
            return self.text[span(to)[1]:span(right)[0]].strip() == "=" and \
                (re.search(r"->\w+_next$", text) is not None or
                 re.search(rf"\b{bare(to).spelling}\b",
                           self.text[span(right)[0]:end]) is not None)
        return any(op in text for op in ("++", "--", "+=", "-="))

    def stops(self, start, end, text):
        """Would the change take a loop's progress away?  A greater step does
        not, nor does another value.
        """
        if not any(s <= start and end <= e for s, e in self.progress):
            return False
        return text in ("", "++", "--", "+=", "-=", "-", "&") or \
            (text.isdigit() and int(text) < int(self.text[start:end]))

    def visit(self, cursor, parent):
        """A statement or an expression, then what it consists of."""
        kind = cursor.kind
        if kind in LOOPS:
            self.loop(cursor)
        if kind == K.ASM_STMT or self.left_out(cursor):
            return
        if parent is not None and parent.kind in BODIES and kind in EFFECTS:
            self.statement(cursor, parent)
        if kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor)
        elif kind == K.UNARY_OPERATOR:
            self.unary(cursor)
        elif kind == K.INTEGER_LITERAL:
            self.literal(*span(cursor))
        elif kind == K.DECL_REF_EXPR and cursor.referenced is not None and \
                cursor.referenced.kind == K.ENUM_CONSTANT_DECL:
            self.constant(*span(cursor), cursor.spelling)
        elif kind == K.CALL_EXPR:
            self.arguments(cursor)
        elif kind == K.RETURN_STMT:
            self.returned(cursor)
        self.condition(cursor)
        for i, inner in enumerate(cursor.get_children()):
            if kind == K.CALL_EXPR and i > 1 and \
                    cursor.spelling == "__builtin_expect":
                continue
            self.visit(inner, cursor)

    def left_out(self, cursor):
        """Does a choice of the variant keep this from being compiled?"""
        start, end = span(cursor)
        guard = re.match(r"(?:if \()?(\w+) != 0\b", self.text[start:end])
        if guard is None or guard.group(1) not in self.off or \
                cursor.kind not in (K.IF_STMT, K.BINARY_OPERATOR):
            return False
        self.hidden.append((start, end))
        return True

    def binary(self, cursor):
        """Operator replacement."""
        parts = list(cursor.get_children())
        if len(parts) != 2:
            return
        start, end = span(parts[0])[1], span(parts[1])[0]
        m = re.fullmatch(r"[\s)]*?([-+*/%&|^<>=!]+)\s*", self.text[start:end])
        if m is None:
            return
        for other in OPERATORS.get(m.group(1), []):
            self.add("operator", start + m.start(1), start + m.end(1), other)

    def unary(self, cursor):
        """An operator left out, or ++ and -- exchanged."""
        start, end = span(cursor)
        for op, others in UNARY.items():
            if len(op) == 1 and self.text[start:start + 2] == op * 2:
                continue
            if self.text.startswith(op, start):
                place = start
            elif len(op) == 2 and self.text[:end].endswith(op):
                place = end - 2
            else:
                continue
            for other in others:
                self.add("operator", place, place + len(op), other)

    def literal(self, start, end):
        """A number written in the file: one more, one less."""
        m = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)([uUlL]*)",
                         self.text[start:end])
        if m is None:
            return
        value = int(m.group(1), 0)
        for other in (value + 1, value - 1):
            # "& (size - 2)" is the same mask where sizes are even.
            if other == 2 and MASKED.search(self.text[:start]):
                continue
            if other >= 0:
                self.add("constant", start, end, f"{other}{m.group(2)}")

    def constant(self, start, end, name):
        """A named constant."""
        if self.text[start:end] != name:
            return
        if name in ("true", "false"):
            self.add("constant", start, end,
                     "false" if name == "true" else "true")
        elif MASK.match(name):
            self.add("constant", start, end, "0u")
            self.add("constant", start, end, f"({name} << 1)")
        elif SIZE.match(name):
            self.add("constant", start, end, f"({name} * 2)")
        elif END.match(name):
            self.add("constant", start, end, f"({name} + PMB_PAGE)")
            self.add("constant", start, end, f"({name} - PMB_PAGE)")
        elif NAME.match(name) and name != "NULL":
            self.add("constant", start, end, f"({name} + 1)")
            self.add("constant", start, end, f"({name} - 1)")

    def statement(self, cursor, parent):
        """A deleted statement; its semicolon stays."""
        start, end = span(cursor)
        inner = list(parent.get_children())
        if parent.kind in (K.IF_STMT, K.WHILE_STMT) and inner[0] == cursor:
            return
        if parent.kind == K.FOR_STMT and inner[-1] != cursor:
            return
        if parent.kind == K.DO_STMT and inner[-1] == cursor:
            return
        if self.text[end:end + 1] != ";":
            return
        # Without its last return a function has no value to judge.
        if cursor.kind == K.RETURN_STMT and inner[-1] == cursor and \
                parent == self.body and list(cursor.get_children()):
            return
        self.add("deletion", start, end, "")

    def returned(self, cursor):
        """Another value returned."""
        inner = list(cursor.get_children())
        if not inner:
            return
        value, (start, end) = bare(inner[0]), span(inner[0])
        if value.kind == K.INTEGER_LITERAL:
            return
        text, kind = self.text[start:end], self.result.get_canonical().kind
        if kind == cindex.TypeKind.POINTER:
            self.add("return", start, end, "(NULL)")
        elif kind == cindex.TypeKind.BOOL or \
                self.result.spelling == "boolean_t":
            if not self.negated(value):
                self.add("return", start, end, f"(!{text})")
        else:
            self.add("return", start, end, "(0)")

    def negated(self, value):
        """Does another operator negate this expression already?"""
        start, end = span(value)
        if value.kind == K.UNARY_OPERATOR:
            return self.text[start] == "!"
        if value.kind != K.BINARY_OPERATOR:
            return False
        left, right = value.get_children()
        op = self.text[span(left)[1]:span(right)[0]].strip(" \t\n()")
        return op in RELATIONAL

    def condition(self, cursor):
        """A negated condition."""
        inner = list(cursor.get_children())
        if cursor.kind in (K.IF_STMT, K.CONDITIONAL_OPERATOR):
            cond = inner[0]
        elif cursor.kind in LOOPS:
            cond = self.loop_condition(cursor, inner)
        else:
            return
        if cond is None or self.negated(bare(cond)):
            return
        start, end = span(cond)
        self.add("condition", start, end, f"!({self.text[start:end]})")

    def loop_condition(self, cursor, inner):
        """Of a for: what lies between the two semicolons, or None."""
        if cursor.kind != K.FOR_STMT:
            return inner[0 if cursor.kind == K.WHILE_STMT else -1]
        at, depth, marks = span(cursor)[0], 0, []
        while len(marks) < 2:
            at += 1
            if self.text[at] in "()":
                depth += 1 if self.text[at] == "(" else -1
            elif self.text[at] == ";" and depth == 1:
                marks.append(at)
        for part in inner[:-1]:
            if marks[0] < span(part)[0] and span(part)[1] <= marks[1]:
                return part
        return None

    def arguments(self, cursor):
        """Two arguments of one type exchanged."""
        callee = cursor.referenced
        if callee is None or callee.kind != K.FUNCTION_DECL:
            return
        types = [t.get_canonical() for t in callee.type.argument_types()] \
            if callee.type.kind == cindex.TypeKind.FUNCTIONPROTO else []
        places = [span(a) for a in cursor.get_arguments()][:len(types)]
        for i, (si, ei) in enumerate(places):
            for j in range(i + 1, len(places)):
                sj, ej = places[j]
                if ei > sj or self.plain(types[i]) != self.plain(types[j]):
                    continue
                one, two = self.text[si:ei], self.text[sj:ej]
                if one != two:
                    self.add("arguments", si, ej,
                             two + self.text[ei:sj] + one)

    @staticmethod
    def plain(kind):
        """A type's name without const."""
        return re.sub(r"\bconst\b\s*", "", kind.spelling)


def mutants_of(path, unit_path=None):
    """All mutants of a file, from its top directory; in order of place.

    A header is read as part of the source file unit_path.
    """
    index = cindex.Index.create()
    unit = index.parse(unit_path or path, args=PARSE, options=cindex
                       .TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    wrong = [d for d in unit.diagnostics
             if d.severity >= cindex.Diagnostic.Error]
    if wrong:
        raise SystemExit(f"mutate: {wrong[0]}")
    text = Path(path).read_text(encoding="ascii")
    maker = Maker(path, unit, text)
    return maker.functions()
