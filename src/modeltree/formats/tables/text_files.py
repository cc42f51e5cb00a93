"""Files of text that are tables, CSV and JSON lines, as columns."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree._util.files import bytes_of
from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.parsing import limits, refuse_size
from modeltree.formats.parsing.csvtree import CsvTable, parse_csv, read_csv
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.tables.requests import SourceTable, one_by_one
from modeltree.formats.tables.table_columns import Column, join_texts, split_texts

ESCAPED = "escaped"
"""The column that says which cells of a row have an apostrophe before their text."""

LEAST_BYTES = 2**20
"""Smaller files are read line by line, larger ones by Arrow where nothing is wrong with them."""

# With these a spreadsheet lets a formula begin; the last four are their wide forms, which some take for the same.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_SAMPLE = 1000  # lines that say which keys there are, and of which type their values are
_BLOCK = 4 * 2**20
_PART = 2**18


def escaped(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns of texts in which no cell begins like a formula, with one more that says which cells were changed."""
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


def read_csv_table(path: Path) -> SourceTable:
    """Read a CSV file as columns."""
    quick = _arrow_csv_table(path)
    if quick is not None:
        return quick
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

    return SourceTable(path, names, take, csv.position, csv.problems)


def _arrow_csv_table(path: Path) -> SourceTable | None:
    """The columns of a CSV file in which each line is a record with all cells, or None where another look is needed."""
    if importlib.util.find_spec("pyarrow") is None or not LEAST_BYTES <= path.stat().st_size <= limits.TEXT_BYTES:
        return None
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    first = content[: content.find(b"\n") + 1]
    head = parse_csv(first, path)
    data = numpy.frombuffer(content, numpy.uint8)
    ends = _line_ends(data)
    rows = len(ends) - 1
    if head.problems or not first or ESCAPED in head.columns or not _is_text(content) or b"\0" in content:
        return None
    if numpy.diff(ends).max(initial=0) > limits.CELL or (
        b"\r" in content and content.count(b"\r") != content.count(b"\r\n")
    ):
        return None
    if not 0 < rows <= limits.ROWS or rows * len(head.columns) > limits.VALUES:
        return None
    if not _is_quoted_well(data, ends, head.delimiter):
        return None
    names = list(head.columns)
    reading = pa.csv.ReadOptions(block_size=_BLOCK, skip_rows=1, column_names=names)
    converting = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(content), reading, pa.csv.ParseOptions(delimiter=head.delimiter), converting
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    blank = numpy.ones(len(table), dtype=bool)
    for column in table.columns:  # a record of nothing but space is none
        if blank.any():
            lengths = pc.fill_null(pc.binary_length(pc.utf8_trim_whitespace(column)), 0).to_numpy()
            blank &= lengths == 0
    if len(table) != rows or blank.any():
        return None

    def position(row: int | None, column: str | None) -> Position:
        if row is None:
            return head.position(None, column)
        record = content[int(ends[row]) + 1 : int(ends[row + 1])]
        return replace(parse_csv(first + record, path).position(0, column), line=row + 2)

    return SourceTable(path, head.columns, one_by_one(table.column), position)


def _line_ends(data: NDArray[numpy.uint8]) -> NDArray[numpy.int64]:
    """Where the lines of a file end; the last may have no line end."""
    ends = _positions(data, "\n")
    return numpy.append(ends, len(data)) if len(data) and data[-1] != ord("\n") else ends


def _positions(data: NDArray[numpy.uint8], character: str) -> NDArray[numpy.int64]:
    """Where a character stands, found in parts that fit in a processor's cache."""
    starts = range(0, len(data), _PART)
    parts = [numpy.flatnonzero(data[start : start + _PART] == ord(character)) + start for start in starts]
    return numpy.concatenate([numpy.empty(0, numpy.int64), *parts])


def _is_quoted_well(data: NDArray[numpy.uint8], ends: NDArray[numpy.int64], delimiter: str) -> bool:
    """Whether each quote begins a cell, ends it or is doubled within, and no cell goes on in another line."""
    quotes = _positions(data, '"')
    if len(quotes) % 2 or (numpy.searchsorted(quotes, ends) % 2).any():
        return False
    opening, closing = quotes[::2], quotes[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    border = numpy.zeros(256, dtype=bool)
    border[[ord(delimiter), ord("\n"), ord("\r")]] = True
    before = border[data[opening - 1]] | numpy.append(False, doubled) | (opening == 0)
    after = numpy.append(border[data[closing[:-1] + 1]] | doubled, True)
    last = len(closing) == 0 or closing[-1] + 1 >= len(data) or border[data[closing[-1] + 1]]
    return bool(before.all() and after.all() and last) if len(quotes) else True


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


def read_jsonl_table(path: Path) -> SourceTable:
    """Read a file that has a JSON object on each line as columns; a line that has none is a finding."""
    quick = _arrow_jsonl_table(path)
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
            if len(cells) > limits.COLUMNS:
                message = f"more than {limits.COLUMNS:,} columns"
                refuse_size(Position(path, line), message, "leave out what is not needed")
        room = limits.PROBLEMS - len(problems)
        unsaid += len(found[room:])
        problems += found[:room]
    if unsaid:
        problems.append(Finding("syntax", f"{unsaid:,} more lines have such faults", position=Position(path)))
    if problems and not numbers:
        raise SourceError(problems)
    if not numbers:
        cells["id"] = {}  # a table of no models
        problems.append(Finding("no-table", "no line has a model", position=Position(path)))

    def position(row: int | None, column: str | None) -> Position:
        if row is None:
            row = next(iter(cells.get(column or "", ())), None)
        return Position(path, 0 if row is None else numbers[row])

    take = one_by_one(lambda name: [cells[name].get(row) for row in range(len(numbers))])
    return SourceTable(path, tuple(cells), take, position, tuple(problems))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers; of one that is too long, its beginning."""
    left = limits.TABLE_BYTES
    number = 0
    with path.open("rb") as file:
        while content := file.readline(limits.CELL + 1):
            number += 1
            left -= len(content)
            whole = content.endswith(b"\n")
            while not whole and left >= 0 and (more := file.readline(limits.CELL)):
                left -= len(more)
                whole = more.endswith(b"\n")
            if left < 0:
                limit = f"the file is too large: more than {limits.TABLE_BYTES // 2**20} MiB"
                refuse_size(path, limit)
            if number > limits.LINES:
                refuse_size(Position(path, number), f"more than {limits.LINES:,} lines")
            if content.strip():
                yield number, content


def _record(path: Path, line: int, content: bytes) -> tuple[list[Finding], dict[str, Any] | None]:
    """What is wrong with a line, and the object that it has."""
    position = Position(path, line)
    if len(content) > limits.CELL:
        message = f"a line of more than {limits.CELL // 2**20} MiB"
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


# JSON lines that have nothing wrong with them, read by Arrow


def _arrow_jsonl_table(path: Path) -> SourceTable | None:
    """The columns of a file of JSON lines, or None where a look at each line is needed.

    Each line has to be an object of texts, whole numbers, truth values and lists of texts, with keys and types as in
    the first thousand lines.
    """
    if importlib.util.find_spec("pyarrow") is None or not LEAST_BYTES <= path.stat().st_size <= limits.TABLE_BYTES:
        return None
    with path.open("rb") as file:
        lines = file.read(limits.CELL * 4).split(b"\n", _SAMPLE)[:_SAMPLE]
        first, types = _sampled(lines if len(lines) < _SAMPLE else lines[:-1])
        if types is None:
            return None
    content = bytes_of(path, limits.TABLE_BYTES)
    count = _count_lines(content, limits.CELL)
    # Halves of characters, in UTF-8 or escaped, are not taken for text by everybody.
    if not 0 < count <= limits.LINES or b"\\ud" in content or b"\\uD" in content or not _is_text(content):
        return None
    table = _read_by_arrow(content, types)
    if table is None or len(table) != count:
        return None

    def position(row: int | None, column: str | None) -> Position:
        if row is None:
            row = first.get(column or "")
        return Position(path, 0 if row is None else row + 1)

    return SourceTable(path, tuple(first), one_by_one(table.column), position)


def _count_lines(content: bytes, longest: int) -> int:
    """How many lines there are if each begins and ends as an object does, else 0."""
    data = numpy.frombuffer(content, numpy.uint8)
    ends = _line_ends(data)
    starts = numpy.concatenate([[0], ends[:-1] + 1])
    whole = len(ends) and (ends - starts).min() >= 2 and (ends - starts).max() < longest
    if not whole or not (data[starts] == ord("{")).all() or not (data[ends - 1] == ord("}")).all():
        return 0
    return len(ends)


def _is_text(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sampled(lines: Sequence[bytes]) -> tuple[dict[str, int], dict[str, str] | None]:
    """For each key of some lines the first that has it, and the type of its values; None where that is unusual."""
    first: dict[str, int] = {}
    types: dict[str, str] = {}
    for number, line in enumerate(lines):
        if not line:
            continue  # after the last line end
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return first, None
        if not isinstance(record, dict):
            return first, None
        for key, value in record.items():
            first.setdefault(key, number)
            kind = _kind(value)
            if kind == "" or types.get(key, kind or "") not in (kind or types.get(key), ""):
                return first, None
            if kind:
                types[key] = kind
    return first, {key: types.get(key, "text") for key in first}


def _kind(value: Any) -> str | None:
    """The type of a value; None for none, and no text for one that is not read here."""
    if value is None:
        return None
    if type(value) is list:
        return "texts" if all(type(item) is str for item in value) else ""
    return {str: "text", int: "integer", bool: "boolean"}.get(type(value), "")


def _read_by_arrow(content: bytes, types: dict[str, str]) -> Any:
    import pyarrow as pa
    import pyarrow.json

    of = {"text": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "texts": pa.list_(pa.string())}
    schema = pa.schema([(key, of[kind]) for key, kind in types.items()])
    parsing = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    try:
        return pa.json.read_json(pa.BufferReader(content), pa.json.ReadOptions(block_size=_BLOCK), parsing)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
