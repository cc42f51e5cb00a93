"""Files of text that are tables, CSV and JSON lines, as columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.parsing.csvtree import CsvTable, read_csv
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.tables.columns import Column, Table
from modeltree.formats.tables.listtext import join_texts, split_texts
from modeltree.formats.tables.quickjson import quick_jsonl_table

__all__ = ["ESCAPED", "MAX_BYTES", "MAX_LINE", "MAX_LINES", "escaped", "read_csv_table", "read_jsonl_table"]

ESCAPED = "escaped"
"""The column that says which cells of a row have an apostrophe before their text."""

MAX_BYTES = 2**30
"""The largest file of JSON lines that is read, in bytes."""

MAX_LINE = 2**20
"""The longest line that is read, in bytes."""

MAX_LINES = 5_000_000
"""The most lines that are read."""

MAX_KEYS = 2000
"""The most columns that are read."""

MAX_PROBLEMS = 1000
"""So many problems are said one by one; then only how many more there are."""

# With these a spreadsheet lets a formula begin; the last four are their wide forms, which some take for the same.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def escaped(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns of texts in which no cell begins like a formula, with one more that says which cells were changed.

    An apostrophe is put before such a text, as is usual. What had one before is told from that by the column
    ``escaped``, so that reading gives the same texts for this file and leaves the apostrophes of others alone.

    Examples
    --------
    >>> escaped({"id": ["a", "b"], "name": ["=1+1", "'=x"]})
    {'id': ['a', 'b'], 'name': ["'=1+1", "'=x"], 'escaped': ['name', None]}
    """
    changed: dict[int, list[str]] = {}
    safe: dict[str, Column] = {}
    for name, column in columns.items():
        safe[name] = list(column)
        for row, text in enumerate(column):
            if text and _FORMULA.match(text):
                safe[name][row] = f"'{text}"
                changed.setdefault(row, []).append(name)
    if changed:
        count = len(next(iter(columns.values())))
        safe[ESCAPED] = [join_texts(changed[row]) if row in changed else None for row in range(count)]
    return safe


def read_csv_table(path: Path) -> Table:
    """Read a CSV file as columns.

    Raises
    ------
    SourceError
        When it has no header that can be read.
    OSError
        When there is no such file, or it cannot be read.
    """
    csv = read_csv(path)
    if not csv.columns:
        raise SourceError(csv.problems)
    names = csv.columns
    marks = _marks(csv) if ESCAPED in names else None
    if marks is not None:
        names = tuple(name for name in names if name != ESCAPED)

    def take(wanted: Sequence[str]) -> dict[str, Column]:
        taken: dict[str, Column] = {name: [] for name in wanted}
        appends = [(name, column.append) for name, column in taken.items()]
        for row in csv.rows:
            for name, append in appends:
                append(row[name])
        for row_number, marked in (marks or {}).items():
            for name in marked:
                if name in taken:
                    taken[name][row_number] = taken[name][row_number].removeprefix("'")
        return taken

    return Table(path, names, take, csv.position, csv.problems)


def _marks(csv: CsvTable) -> dict[int, list[str]] | None:
    """The cells that `escaped` changed, or None where the column of that name is somebody else's."""
    marks: dict[int, list[str]] = {}
    for number, row in enumerate(csv.rows):
        if row[ESCAPED]:
            marks[number] = [str(name) for name in split_texts(row[ESCAPED])]
            for name in marks[number]:
                text = row.get(name, "")
                if name == ESCAPED or not (text.startswith("'") and _FORMULA.match(text, 1)):
                    return None
    return marks


def read_jsonl_table(path: Path) -> Table:
    """Read a file that has a JSON object on each line as columns; a line that has none is a finding.

    Raises
    ------
    SourceError
        When it is too large, or no line has an object.
    OSError
        When there is no such file, or it cannot be read.
    """
    quick = quick_jsonl_table(path, MAX_BYTES, MAX_LINE, MAX_LINES)
    if quick is not None:
        return quick
    cells: dict[str, dict[int, Any]] = {}
    numbers: list[int] = []
    problems: list[Finding] = []
    unsaid = 0
    for line, content in _lines(path):
        found, record = _record(path, line, content)
        if record is not None:
            for key, value in record.items():
                cells.setdefault(key, {})[len(numbers)] = value
            numbers.append(line)
            if len(cells) > MAX_KEYS:
                _refuse(Position(path, line), f"more than {MAX_KEYS:,} columns", "leave out what is not needed")
        room = MAX_PROBLEMS - len(problems)
        unsaid += len(found[room:])
        problems += found[:room]
    if unsaid:
        problems.append(Finding("syntax", f"{unsaid:,} more lines have such faults", position=Position(path)))
    if problems and not numbers:
        raise SourceError(problems)
    if not numbers:
        cells["id"] = {}  # a table of no models
        problems.append(Finding("no-table", "no line has a model", position=Position(path)))

    def take(wanted: Sequence[str]) -> dict[str, Column]:
        return {name: [cells[name].get(row) for row in range(len(numbers))] for name in wanted}

    def place(row: int | None, column: str | None) -> Position:
        if row is None:
            row = next(iter(cells.get(column or "", ())), None)
        return Position(path, 0 if row is None else numbers[row])

    return Table(path, tuple(cells), take, place, tuple(problems))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers; of one that is too long, its beginning."""
    left = MAX_BYTES
    number = 0
    with path.open("rb") as file:
        while content := file.readline(MAX_LINE + 1):
            number += 1
            left -= len(content)
            whole = content.endswith(b"\n")
            while not whole and left >= 0 and (more := file.readline(MAX_LINE)):
                left -= len(more)
                whole = more.endswith(b"\n")
            if left < 0:
                limit = f"the file is too large: more than {MAX_BYTES // 2**20} MiB"
                _refuse(Position(path), limit, "split it into several")
            if number > MAX_LINES:
                _refuse(Position(path, number), f"more than {MAX_LINES:,} lines", "split it into several")
            if content.strip():
                yield number, content


def _record(path: Path, line: int, content: bytes) -> tuple[list[Finding], dict[str, Any] | None]:
    """What is wrong with a line, and the object that it has."""
    position = Position(path, line)
    if len(content) > MAX_LINE:
        message = f"a line of more than {MAX_LINE // 2**20} MiB"
        return [Finding("too-large", message, "shorten it", position=position, done="it is left out")], None
    tree = parse_json(content, path)
    done = None if tree.whole else "the line is left out"
    problems = [
        replace(problem, done=done, position=Position(path, line, problem.position.column if problem.position else 0))
        for problem in tree.problems
    ]
    if tree.whole and not isinstance(tree.data, dict):
        message = f"{'null' if tree.data is None else shown(tree.data)} is no object"
        problems.append(Finding("wrong-type", message, "write {…}", position=position, done="the line is left out"))
        return problems, None
    return problems, tree.data


def _refuse(position: Position, message: str, hint: str) -> NoReturn:
    raise SourceError([Finding("too-large", message, hint, position=position)])
