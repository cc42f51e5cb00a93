r"""Tables in LaTeX, as papers print them: ``tabular``, ``longtable`` and their kin.

A table is read where it has a column of models; the findings list the fields of its columns. Models are told apart by
their names. Macros that the file defines are expanded. See `modeltree.values.words` for the headers that are known.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from modeltree.findings import SourceError, shown
from modeltree.formats.parsing import Lines, limits
from modeltree.formats.printed import (
    Cell,
    PrintedTable,
    indent_of,
)
from modeltree.formats.printed.cells import Macro, latex_cell
from modeltree.formats.printed.model_tables import TableOptions, read_tables
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.records import Relation

_COMMENT = re.compile(r"\\.|%[^\r\n]*+", re.DOTALL)
_VERBATIM = re.compile(r"\\(begin|end)\s*\{(verbatim|lstlisting|minted|comment|Verbatim)\*?\}")
_ENVIRONMENTS = "tabular tabularx tabulary longtable xltabular tabu longtabu supertabular NiceTabular array tabularray"
_ENVIRONMENTS += " tblr longtblr talltblr NiceTabularX xtabular mpxtabular"
_TABULARS = frozenset(_ENVIRONMENTS.split())
_TABULAR = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}")
_SECTION = re.compile(r"\\(?:chapter|(?:sub){0,2}section|paragraph)\*?\s*(?=\{)")
_CAPTION = re.compile(r"\\caption(?:of\s*\{[a-z]+\})?\*?\s*(?:\[[^\[\]]*\]\s*)?(?=\{)")
_FLOAT = re.compile(r"\\(begin|end)\s*\{(table|sidewaystable|wraptable|figure)\*?\}")
_SIGN = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z]+\*?\}|\\\\\*?(?:\s*\[[^\[\]\n]{0,20}\])?|\\(?:[A-Za-z@]+|.)|[{}&]", re.DOTALL
)
_LEAD = re.compile(
    r"\s*+\\(?P<name>hline|toprule|midrule|bottomrule|hhline|cline|cmidrule|addlinespace|specialrule|morecmidrules"
    r"|rowcolor|rowcolors|noalign|endfirsthead|endhead|endfoot|endlastfoot|arrayrulecolor|Xhline|Xcline|caption|label"
    r"|centering|small|footnotesize|scriptsize|tiny|rowfont|heavyrulewidth|arraystretch|setlength|cdashline|hdashline"
    r"|hspace|vspace|SetRow|SetRows|SetHline|SetHlines|SetVlines|SetColumn|SetTblrInner|SetTblrOuter)(?![A-Za-z])\*?"
)
_ARGUMENT = re.compile(r"\s*+(?:\([^()]*\)|\[[^\[\]]*\])")
_BRACE = re.compile(r"\s*+(?=\{)")
_SET_CELL = re.compile(r"\s*\\SetCell\s*(?:\[(?P<spans>[^\[\]]*)\])?\s*(?=\{)")
_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|NewDocumentCommand|def|gdef|xdef|edef)\*?\s*"
    r"(?:\{\s*\\(?P<name>[A-Za-z@]+)\s*\}|\\(?P<bare>[A-Za-z@]+))\s*"
    r"(?:\[(?P<count>[1-9])\]|(?P<given>(?:#[1-9])+)|\{\s*(?P<kinds>(?:m\s*)*)\}(?=\s*\{))?\s*(?=\{)"
)
_MOST_MACROS = 2000
_SPANNED = re.compile(r"\s*\\multi(row|column)\s*")
_RULES = frozenset({"hline", "midrule", "Xhline", "hhline", "specialrule", "toprule", "hdashline"})
_PARTS = frozenset({"endfirsthead", "endhead", "endfoot", "endlastfoot"})
_MOST_HEADER_ROWS = 3
_LONGEST = limits.PRINTED_CELL  # what stands in braces


@reader
def read_latex(
    path: str | os.PathLike[str],
    *,
    table: int | str | None = None,
    columns: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Claims:
    """Read a lineage from the tables in a LaTeX file.

    Without a `table` every table with a column of models is read; else that of a number in the file, from 1, or with a
    part of its caption or of the heading above it. `columns` has the fields of columns by their headers, as
    ``{"Ancestor": "parents", "Score": "ignored"}``; `relation` is that of derivations where the table has none.
    """
    return read_tables(path, _tables, TableOptions.of(table, columns, relation), aliases)


def _tables(lines: Lines) -> Iterator[PrintedTable]:
    """The tables of a text, in their order, with their captions."""
    text = _without_verbatim(_COMMENT.sub(_blank_comment, lines.text))
    floats = list(_floats(text))
    macros = _macros(text)
    captions = [(match.start(), match.end()) for match in _CAPTION.finditer(text)]
    sections = [(match.start(), match.end()) for match in _SECTION.finditer(text)]

    @lru_cache(maxsize=16)
    def text_at(start: int) -> str:
        begin, end = _braced(text, start)
        return latex_cell(text[begin:end], lines.position(begin), macros=macros).line

    rows = 0
    for number, (start, begin, end) in enumerate(_tabulars(text), 1):
        if number > limits.PRINTED_TABLES:
            message = f"more than {limits.PRINTED_TABLES:,} tables"
            raise SourceError.of("too-large", message, "split the file", position=lines.position(start))
        table = PrintedTable(number, lines.position(start))
        _TabularBody(lines, text, begin, end, macros).fill(table, limits.PRINTED_ROWS - rows)
        rows += len(table.rows)
        index = bisect_right(floats, (start, 0)) - 1
        around = floats[index] if index >= 0 and start < floats[index][1] else (start, end)
        index = bisect_right(captions, (around[0], 0))
        if index < len(captions) and captions[index][0] < around[1]:
            table.caption = text_at(captions[index][1])
        index = bisect_right(sections, (start, 0)) - 1
        table.heading = text_at(sections[index][1]) if index >= 0 else ""
        yield table


def _macros(text: str) -> dict[str, Macro]:
    """The commands that a text defines, of those without optional arguments; the last definition of each."""
    macros: dict[str, Macro] = {}
    for match in islice(_DEFINED.finditer(text), _MOST_MACROS):
        begin, end = _braced(text, match.end())
        count = int(match["count"] or 0) or len(match["given"] or "") // 2 or (match["kinds"] or "").count("m")
        macros[match["name"] or match["bare"]] = Macro(count, text[begin:end])
    return macros


def _blank_comment(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("\\") else " " * len(match[0])


def _without_verbatim(text: str) -> str:
    """A text with its verbatim parts and comments blanked."""
    parts, done, inside = [], 0, ""
    for match in _VERBATIM.finditer(text):
        if not inside and match[1] == "begin":
            parts.append(text[done : match.end()])
            done, inside = match.end(), match[2]
        elif inside == match[2] and match[1] == "end":
            parts.append(re.sub(r"[^\r\n]", " ", text[done : match.start()]))
            done, inside = match.start(), ""
    return "".join((*parts, text[done:]))


def _floats(text: str) -> Iterator[tuple[int, int]]:
    """Where the environments for tables with captions begin and end."""
    start = None
    for match in _FLOAT.finditer(text):
        if match[1] == "begin":
            start = match.start()
        elif start is not None:
            yield start, match.end()
            start = None


def _tabulars(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each tabular starts, where its rows begin, and where they end; those within another are part of it."""
    depth, start, begin = 0, 0, 0
    for match in _TABULAR.finditer(text):
        if match[2] not in _TABULARS:
            continue
        if match[1] == "begin":
            if not depth:
                start, begin = match.start(), match.end()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, begin, match.start()
    if depth:
        yield start, begin, len(text)


def _braced(text: str, start: int) -> tuple[int, int]:
    """Where the content of the braces at an index begins and ends."""
    depth = 0
    for match in _SIGN.finditer(text, start, min(len(text), start + _LONGEST)):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            if not depth:
                return start + 1, match.start()
    return start, start


def _opened(text: str, start: int) -> int:
    """Where the next brace is, if nothing but white space stands before it."""
    match = _BRACE.match(text, start)
    return match.end() if match else start


def _past_option(text: str, start: int) -> int:
    match = _ARGUMENT.match(text, start)
    return match.end() if match else start


def _past_all(text: str, start: int, end: int) -> int:
    """Where the text behind the arguments of a command begins."""
    while True:
        if match := _ARGUMENT.match(text, start, end):
            start = match.end()
        elif match := _BRACE.match(text, start, end):
            opened, close = _braced(text, match.end())
            if close < opened or opened == match.end():
                return start
            start = close + 1
        else:
            return start


Row = list[tuple[Cell, int]]
"""Cells, and over how many rows each goes: below it, or with a minus above it."""


@dataclass
class _TabularBody:
    """The text between the begin and the end of a tabular."""

    lines: Lines
    text: str
    begin: int
    end: int
    macros: Mapping[str, Macro]
    _ruled: list[int] = field(default_factory=list)  # the rows below a rule

    def fill(self, table: PrintedTable, most: int) -> None:
        """Give a table its rows."""
        rows: list[Row] = []
        head: list[Row] | None = None
        for start, end in self._rows():
            if len(rows) >= most:
                where = self.lines.position(start)
                table.report(
                    "too-large", f"more than {limits.PRINTED_ROWS:,} rows", "split the file", where, "reading ends here"
                )
                break
            first, leads = self._after_leads(start, end)
            for lead in leads:
                if lead in _RULES:
                    self._ruled.append(len(rows))
                elif lead in _PARTS:
                    if lead in ("endfirsthead", "endhead") and head is None:
                        head = rows
                    rows, self._ruled = [], []
            if self.text[first:end].strip():
                rows.append(list(self._cells(first, end)))
        if head is None:
            count = self._header_rows(len(rows))
            head, rows = rows[:count], rows[count:]
        width = max((sum(cell.columns for cell, _ in row) for row in head), default=0)
        head = [row for row in head if not (len(row) == 1 and row[0][0].columns >= width > 1)] or head
        table.headings, table.rows = _laid(head, table), _laid(rows, table)

    def _header_rows(self, count: int) -> int:
        """How many rows are the header: those before the first rule below them, if they are few; else one."""
        first = next((row for row in self._ruled if row), 0)
        return first if 0 < first <= _MOST_HEADER_ROWS and first < count else min(count, 1)

    def _rows(self) -> Iterator[tuple[int, int]]:
        """Where the rows begin and end."""
        start = _past_all(self.text, self.begin, self.end)  # the position, the width, the columns
        for match in self._signs(start, self.end):
            if match[0].startswith("\\\\") or match[0] == "\\tabularnewline":
                yield start, match.start()
                start = match.end()
        yield start, self.end

    def _signs(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """The signs that stand in no braces and in no environment of their own."""
        braces = environments = 0
        for match in _SIGN.finditer(self.text, start, end):
            sign = match[0]
            if sign == "{":
                braces += 1
            elif sign == "}":
                braces = max(braces - 1, 0)
            elif sign.startswith(("\\begin", "\\end")) and sign.endswith("}"):
                environments = max(environments + (1 if sign.startswith("\\begin") else -1), 0)
            elif not braces and not environments:
                yield match

    def _after_leads(self, start: int, end: int) -> tuple[int, list[str]]:
        """Where the first cell of a row begins, and the rules and the like before it."""
        leads = []
        while match := _LEAD.match(self.text, start, end):
            leads.append(match["name"])
            start = _past_all(self.text, match.end(), end)
        return start, leads

    def _cells(self, start: int, end: int) -> Iterator[tuple[Cell, int]]:
        signs = (match.start() for match in self._signs(start, end) if match[0] == "&")
        bars = list(islice(signs, limits.PRINTED_COLUMNS))
        ends = [*bars, end][: limits.PRINTED_COLUMNS]
        for begin, stop in zip([start, *(bar + 1 for bar in bars)], ends, strict=False):
            yield self._cell(begin, stop)

    def _cell(self, start: int, end: int) -> tuple[Cell, int]:
        """A cell and how many rows it spans, as its commands say."""
        source = self.text[start:end]
        at = self.lines.position(start + indent_of(source))
        spans = {"row": 1, "column": 1}
        if set_cell := _SET_CELL.match(source):
            counts = dict(re.findall(r"\b([rc])\s*=\s*([0-9]{1,5})", set_cell["spans"] or ""))
            spans = {"row": int(counts.get("r", 1)) or 1, "column": int(counts.get("c", 1)) or 1}
            source = source[_braced(source, set_cell.end())[1] + 1 :]
        while match := _SPANNED.match(source):
            arguments, index = [], match.end()
            for _ in range(2):
                begin, stop = _braced(source, _opened(source, _past_option(source, index)))
                arguments.append(source[begin:stop])
                index = stop + 1
            count = re.fullmatch(r"\s*(-?[0-9]{1,5})(?:\.[0-9]+)?\s*", arguments[0])
            if not count or spans[match[1]] != 1:
                break
            spans[match[1]] = int(count[1]) or 1
            begin, stop = _braced(source, _opened(source, _past_option(source, index)))
            source = source[begin:stop] + source[stop + 1 :]
        columns = min(max(spans["column"], 1), limits.PRINTED_COLUMNS)
        cell = latex_cell(source, at, columns=columns, merged=spans["row"] != 1, macros=self.macros)
        return cell, spans["row"]


def _laid(rows: list[Row], table: PrintedTable) -> list[list[Cell]]:
    """The cells of all rows by their columns; a cell over several rows stands in each of them that leaves room."""
    grid: list[list[Cell]] = []
    tall: list[tuple[int, int, Cell, int]] = []
    for index, row in enumerate(rows):
        laid: list[Cell] = []
        for cell, span in row:
            if span != 1:
                tall.append((index, len(laid), cell, span))
            laid += [cell] * min(cell.columns, limits.PRINTED_COLUMNS - len(laid))
        grid.append(laid)
    for index, column, cell, span in tall:
        up = range(index - 1, max(index + span, -1), -1)
        for other in (grid[row] for row in (up if span < 0 else range(index + 1, min(index + span, len(grid))))):
            columns = range(column, min(column + cell.columns, len(other)))
            taken = next((other[at] for at in columns if other[at].text), None)
            if taken:
                message = f"{shown(taken.line)} stands where {shown(cell.line)} reaches"
                table.report("faulty-markup", message, None, taken.position, f"{shown(taken.line)} is kept")
                break
            for at in columns:
                other[at] = cell
    return grid
