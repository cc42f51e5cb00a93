"""Hardened reading of CSV: the cells as they are written, everything wrong with them, and their positions.

The standard reader splits the records. A record that it refuses or would read otherwise (a space before a quote, text
after one, a cell above the limit that the whole process shares) is scanned cell by cell, and so is one of which a
position is asked for. Cells are made when rows are asked for: a large table costs little more than its text.

All cells are text: one that begins with ``=`` is no formula, and ``007`` stays as it is.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, NoReturn, overload

from modeltree._util.files import bytes_of
from modeltree._util.text import lazy_pattern
from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.parsing import Lines, decoded, limits, unmarked
from modeltree.values.words import ABOVE_HEADER, HEADER_ROWS, header_row

DELIMITERS = (",", ";", "\t", "|")
"""What may separate cells; the one that splits the header into most cells is taken, or that of a line ``sep=;``."""

_TITLES = 2**16  # characters in which the header is looked for
_BLANK_LINES = lazy_pattern(r"(?:[ \r\n]*+\Z|[ \r\n]*[\r\n])?")
# What Excel takes for the delimiter.
_SEPARATOR_LINE = lazy_pattern(r'"?sep=([,;\t|])"?[ \t,;]*(?:\r\n?|\n)', re.IGNORECASE)
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_NOT_WINDOWS = re.compile(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")
_LINE = lazy_pattern(r"[^\r\n]*+(?:\r\n?|\n)?")
_CELLS = {
    delimiter: lazy_pattern(
        rf' *+"([^"]*+(?:""[^"]*+)*+)("?)([^{re.escape(delimiter)}\r\n]*+)|([^{re.escape(delimiter)}\r\n]*+)'
    )
    for delimiter in DELIMITERS
}
_SPACED_QUOTES = {delimiter: lazy_pattern(rf'(?:^|{re.escape(delimiter)}) +"') for delimiter in DELIMITERS}


class _Fault(NamedTuple):
    """What is wrong with a cell, and the offset of the cell."""

    offset: int
    kind: str
    message: str
    hint: str
    done: str


class _Scan(NamedTuple):
    """A record that is read cell by cell: the cells and their offsets, and the offset behind the record."""

    cells: list[str]
    offsets: list[int]
    faults: list[_Fault]
    end: int


class _Records:
    """Reads single records of a text; `end` is the offset behind the last one, `faults` what is wrong with it."""

    def __init__(self, text: str = "", delimiter: str = DELIMITERS[0]) -> None:
        self.text, self.delimiter = text, delimiter
        self.faults: list[_Fault] = []
        self.end = self._start = 0
        self._reader = csv.reader(self, delimiter=delimiter, strict=True)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line, for the standard reader; an error where that must not read the record."""
        start, self.end = self.end, _end(_LINE, self.text, self.end)
        line = self.text[start : self.end]
        if not line:
            raise StopIteration
        # The bound on the length of the record is one on the number of its cells, too.
        if self.end - self._start > limits.CELL or (' "' in line and _SPACED_QUOTES[self.delimiter].search(line)):
            raise csv.Error
        return line

    def read(self, offset: int) -> list[str]:
        """The cells of the record at an offset."""
        self.end = self._start = offset
        try:
            cells, self.faults = next(self._reader), []
        except csv.Error:
            cells, _, self.faults, self.end = self.scan(offset)
        return cells

    def scan(self, offset: int) -> _Scan:
        """The record at an offset, cell by cell."""
        record = _Scan([], [], [], 0)
        pattern = _CELLS[self.delimiter]
        while len(record.cells) <= limits.COLUMNS:
            match = pattern.match(self.text, offset)
            assert match
            quoted, closed, after, value = match.groups()
            if quoted is not None:
                value = quoted.replace('""', '"')
                if not closed:
                    fault = _Fault(offset, "syntax", "a quote that is not closed", 'close it with a "', "")
                    record.faults.append(fault)
                elif rest := after.strip(" "):
                    message = f"text after the quote that closes a cell: {shown(rest)}"
                    hint, done = 'write a " in a cell as ""', "kept as part of the cell"
                    record.faults.append(_Fault(offset, "faulty-markup", message, hint, done))
                    value += rest
            if len(value) > limits.CELL:
                message = f"a cell of more than {limits.CELL:,} characters"
                record.faults.append(_Fault(offset, "too-large", message, "shorten it", "the cell is left out"))
                value = ""
            record.cells.append(value)
            record.offsets.append(offset)
            offset = match.end()
            if not self.text.startswith(self.delimiter, offset):
                break
            offset += 1
        return record._replace(end=_end(_LINE, self.text, offset))


@dataclass(frozen=True)
class CsvTable:
    """What a CSV file holds: for each record the cell of each column, and everything wrong with it as CSV."""

    # Records of nothing but empty cells are left out. Where the file was not read to its end (`whole`), the last
    # problem says why, and `rows` has what stands before that.

    path: Path
    columns: tuple[str, ...]
    rows: Sequence[dict[str, str]]
    problems: tuple[Finding, ...]
    whole: bool
    delimiter: str
    _records: _Records = field(repr=False)
    _offsets: Sequence[int] = field(repr=False)
    _indices: dict[str, int] = field(repr=False)

    def position(self, row: int | None = None, column: str | None = None) -> Position:
        """The position of a cell, of its record where no known column is named, or of the header where no row is."""
        offset = self._offsets[row + 1] if row is not None else self._offsets[0] if self._offsets else 0
        if column in self._indices:
            offset = dict(enumerate(self._records.scan(offset).offsets)).get(self._indices[column], offset)
        return self._lines.position(offset)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self._records.text)


class _Rows(Sequence[dict[str, str]]):
    """The records below the header, made when they are asked for."""

    def __init__(self, records: _Records, offsets: Sequence[int], indices: dict[str, int]) -> None:
        self._records, self._offsets, self._indices = records, offsets, indices

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> dict[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, str]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, str] | list[dict[str, str]]:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        cells = self._records.read(self._offsets[range(len(self))[index] + 1])
        count = len(cells)
        return {name: cells[column] if column < count else "" for name, column in self._indices.items()}

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"


def read_csv(path: Path) -> CsvTable:
    """Read a CSV file; whatever is wrong with it is in `CsvTable.problems`."""
    return parse_csv(bytes_of(path, limits.TEXT_BYTES), path)


def parse_csv(content: bytes, path: Path) -> CsvTable:
    """Read CSV from bytes that come from a file; see `read_csv`."""
    reader = _Reader(path)
    whole = True
    try:
        reader.read(content)
    except SourceError as stop:
        reader.problems.append(replace(stop.problems[0], done="reading ends here"))
        whole = False
    if reader.uncounted:
        message = f"{reader.uncounted:,} more records have such faults"
        reader.problems.append(Finding("faulty-markup", message, position=Position(path)))
    records, offsets, indices = reader.records, reader.offsets, reader.indices
    rows = _Rows(records, offsets, indices) if indices else ()
    problems = tuple(reader.problems)
    return CsvTable(path, tuple(indices), rows, problems, whole, records.delimiter, records, offsets, indices)


class _Reader:
    """Finds the columns, the offsets of header and records, and all that is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records = _Records()
        self.indices: dict[str, int] = {}
        self.offsets = array("q")
        self.problems: list[Finding] = []
        self.uncounted = 0
        self._width = 0
        self._unnamed: list[str] = []
        self._numbered = True

    def read(self, content: bytes) -> None:
        """Read the header and find the records."""
        text = self._decoded(content)
        if "\0" in text:
            position = Lines(self.path, text).position(text.index("\0"))
            message = "the character U+0000, which no text file has"
            raise SourceError.of("encoding", message, "save it as UTF-8 text", position)
        self._read_header(text)
        records, offset = self.records, self.records.end
        count = cell_count = 0
        while (offset := _end(_BLANK_LINES, text, offset)) < len(text):
            cells = records.read(offset)
            count, cell_count = count + 1, cell_count + len(cells)
            if count > limits.ROWS or cell_count > limits.VALUES:
                limit = f"more than {limits.ROWS:,} records or {limits.VALUES:,} cells"
                self._stop(offset, "too-large", f"the table is too large: {limit}", "split it into several")
            if records.faults or len(cells) != self._width:
                self._check(offset, cells, records.faults)
            if any(cells) and any(map(str.strip, cells)):
                self._numbered = self._numbered and cells[0] == str(len(self.offsets) - 1)
                self.offsets.append(offset)
            offset = records.end
        self._report_unnamed()

    def _decoded(self, content: bytes) -> str:
        """The text of a file in UTF-8, in UTF-16 with a mark, or in Windows-1252 if it has no character of UTF-8."""
        begin = Position(self.path)
        encoding = ""
        if len(content) <= limits.TEXT_BYTES and (unmarked_content := unmarked(content)) is not content:
            content, encoding = unmarked_content, "UTF-16"
            if "\ufffd".encode() in content:
                raise SourceError.of("encoding", "not UTF-16: half a character", "save it as UTF-8 text", begin)
        try:
            text = decoded(content, limits.TEXT_BYTES, begin)
        except SourceError as stop:
            if stop.problems[0].kind != "encoding" or _UTF_8.search(content) or _NOT_WINDOWS.search(content):
                raise
            text, encoding = content.decode("cp1252"), "Windows-1252"
        if encoding:
            hint, done = "save it as UTF-8 text", f"it is read as {encoding}"
            self.problems.append(Finding("read-as", "the file is not UTF-8", hint, position=begin, done=done))
        return text

    def _read_header(self, text: str) -> None:
        """Find delimiter and columns."""
        self.records = _Records(text)
        named = _SEPARATOR_LINE.match(text)
        offset = _end(_BLANK_LINES, text, named.end() if named else 0)
        delimiters = (named[1],) if named else DELIMITERS
        headers = {delimiter: _Records(text, delimiter).scan(offset) for delimiter in delimiters}
        delimiter = max(headers, key=lambda each: len(headers[each].cells))
        if sum(map(bool, headers[delimiter].cells)) > 1:
            delimiters = (delimiter,)
        starts = {each: _starts(text, each, offset) for each in delimiters}
        if any(start > offset for start, _ in starts.values()):
            headers = {each: _Records(text, each).scan(start) for each, (start, _) in starts.items()}
            delimiter = max(headers, key=lambda each: (starts[each][0] > offset, len(headers[each].cells)))
            offset, title = starts[delimiter]
            if title < offset:
                self._note(title, "ignored", ABOVE_HEADER, None, "the header is below it")
        header = headers[delimiter]
        self.records = _Records(text, delimiter)
        self.records.end = header.end
        if offset == len(text):
            self._stop(0, "syntax", "the file is empty", "write a header: the names of the columns, in one line")
        self.offsets.append(offset)
        self._width = len(header.cells)
        self._check(offset, header.cells, header.faults)
        for index, (start, cell) in enumerate(zip(header.offsets, header.cells, strict=True)):
            name = cell.strip()
            if not name:
                self._unnamed.append(str(index + 1))
            elif name in self.indices:
                done = f"column {index + 1} is left out, column {self.indices[name] + 1} is kept"
                self._note(start, "duplicate-key", f"two columns are called {shown(name)}", "rename one", done)
            else:
                self.indices[name] = index
        if not self.indices:
            hint = "write the names of the columns in the first line"
            self._stop(offset, "syntax", "the header names no column", hint)

    def _report_unnamed(self) -> None:
        """Report columns without a name, but for the numbers from 0 on that pandas writes in front."""
        unnamed = self._unnamed
        if unnamed and not (unnamed == ["1"] and self._numbered):
            which = f"column {unnamed[0]} has" if len(unnamed) == 1 else f"columns {', '.join(unnamed[:10])} have"
            hint, done = "name it in the first line", "its cells are left out"
            self._note(self.offsets[0], "faulty-markup", f"{which} no name", hint, done)

    def _check(self, offset: int, cells: list[str], faults: list[_Fault]) -> None:
        """Report faults of cells, and that there are too few or too many."""
        for fault in faults:
            if fault.kind == "syntax":
                self._stop(*fault[:4])
            self._note(*fault)
        count, width = len(cells), self._width
        if count > limits.COLUMNS:
            message = f"a record of more than {limits.COLUMNS:,} cells"
            self._stop(offset, "too-large", message, "leave out what is not needed")
        if count == width or not any(map(str.strip, cells)):
            return
        kind = "syntax" if any(map(str.strip, cells[width:])) else "faulty-markup"
        message = f"the record has {count} cell{'s' * (count != 1)} where the header has {width}"
        done = "the rest is taken for empty" if count < width else "what is too much is left out"
        self._note(offset, kind, message, "separate as many cells as the header has", done)

    def _note(self, offset: int, kind: str, message: str, hint: str | None, done: str) -> None:
        if len(self.problems) >= limits.PROBLEMS:
            self.uncounted += 1
        else:
            self.problems.append(Finding(kind, message, hint, position=self._lines.position(offset), done=done))

    def _stop(self, offset: int, kind: str, message: str, hint: str) -> NoReturn:
        raise SourceError.of(kind, message, hint, self._lines.position(offset))

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self.records.text)


def _starts(text: str, delimiter: str, offset: int) -> tuple[int, int]:
    """Where the header of a table begins, and what stands first, which may be a title."""
    records, start = _Records(text[: offset + _TITLES], delimiter), offset
    rows: list[list[str]] = []
    starts: list[int] = []
    while len(rows) < HEADER_ROWS and (start := _end(_BLANK_LINES, records.text, start)) < len(records.text):
        record = records.scan(start)
        if record.faults:
            break
        if any(map(str.strip, record.cells)):
            rows.append(record.cells)
            starts.append(start)
        start = record.end
    return (starts[header_row(rows)], starts[0]) if rows else (offset, offset)


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    """The end of what a pattern, which may match nothing, matches at an offset."""
    match = pattern.match(text, offset)
    assert match
    return match.end()
