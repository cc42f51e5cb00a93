"""Hardened reading of CSV: the cells as they are written, everything wrong with them, and where each of them stands.

The standard reader has one limit on the size of a cell for the whole process, takes a quote that is never closed for
a cell that goes on to the end of the file, and does not say in which line a record begins. Here size and number of
cells are bounded, a record that has too many or too few cells is a finding, and rows are made of the text when they
are asked for, so that a large table costs little more than its text.

No cell is taken for anything but text: one that begins with ``=`` is no formula, and ``007`` stays as it is.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, NoReturn, overload

from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing.lines import Lines

__all__ = ["DELIMITERS", "MAX_BYTES", "MAX_CELL", "MAX_CELLS", "MAX_COLUMNS", "MAX_RECORDS", "CsvTable"]
__all__ += ["parse_csv", "read_csv"]

DELIMITERS = (",", ";", "\t", "|")
"""What may stand between two cells; of several, what makes the most of the header."""

MAX_BYTES = 256 * 2**20
"""The largest file that is read, in bytes."""

MAX_CELL = 2**20
"""The longest cell that is read, in characters."""

MAX_COLUMNS = 2000
"""The most columns that are read."""

MAX_RECORDS = 2_000_000
"""The most records that are read."""

MAX_CELLS = 20_000_000
"""The most cells that are read."""

MAX_PROBLEMS = 1000
"""So many problems are said one by one; then only how many more there are."""

_BLANK = re.compile(r"[ \r\n]*+")
_LINE = re.compile(r"[^\r\n]*+")
_LINE_END = re.compile(r"\r\n?|\n")
_CELLS = {
    delimiter: re.compile(
        rf' *+"([^"]*+(?:""[^"]*+)*+)("?)([^{re.escape(delimiter)}\r\n]*+)|([^{re.escape(delimiter)}\r\n]*+)'
    )
    for delimiter in DELIMITERS
}


class _Fault(NamedTuple):
    """What is wrong with a cell, and the character that the cell begins with."""

    start: int
    kind: str
    message: str
    hint: str
    done: str


class _Record(NamedTuple):
    """The cells of a record, the characters that they begin with, and where the next record begins."""

    texts: list[str]
    starts: list[int]
    faults: list[_Fault]
    end: int


@dataclass(frozen=True)
class CsvTable:
    """What a CSV file holds.

    Parameters
    ----------
    path : Path
        The file.
    columns : tuple of str
        The names of the columns, each once, in their order.
    rows : sequence of dict
        For each record below the header, what stands in each column; ``""`` where nothing does. A record that is
        empty throughout is none.
    problems : tuple of Finding
        Everything wrong with it as CSV.
    whole : bool
        Whether it was read to its end. If not, the last problem says why, and `rows` has what stands before that.
    delimiter : str
        What stands between two cells.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Sequence[dict[str, str]]
    problems: tuple[Finding, ...]
    whole: bool
    delimiter: str = DELIMITERS[0]
    _text: str = field(repr=False, default="")
    _starts: Sequence[int] = field(repr=False, default=())
    _numbers: tuple[int, ...] = field(repr=False, default=())

    def position(self, row: int | None = None, column: str | None = None) -> Position:
        """Where a cell stands, its record if no column is named, or the header if no row is.

        Parameters
        ----------
        row : int, optional
            The number of the record, from 0.
        column : str, optional
            The name of the column; a name that there is not stands for the record.
        """
        start = self._starts[row + 1] if row is not None else self._starts[0] if self._starts else 0
        if column in self.columns:
            number = self._numbers[self.columns.index(column)]
            starts = _record(self._text, start, self.delimiter).starts
            start = starts[number] if number < len(starts) else start
        return self._lines.position(start)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self._text)


class _Rows(Sequence[dict[str, str]]):
    """The records of a text, made when they are asked for."""

    def __init__(self, text: str, starts: Sequence[int], delimiter: str, names: dict[str, int]) -> None:
        self._text, self._starts, self._delimiter, self._names = text, starts, delimiter, names

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, number: int) -> dict[str, str]: ...

    @overload
    def __getitem__(self, number: slice) -> list[dict[str, str]]: ...

    def __getitem__(self, number: int | slice) -> dict[str, str] | list[dict[str, str]]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        start = self._starts[range(len(self))[number] + 1]
        texts = _quick_record(self._text, start, self._delimiter).texts
        return {name: texts[place] if place < len(texts) else "" for name, place in self._names.items()}

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"


def read_csv(path: Path) -> CsvTable:
    """Read a CSV file; whatever is wrong with it is in `CsvTable.problems`.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    """
    with path.open("rb") as file:
        return parse_csv(file.read(MAX_BYTES + 1), path)


def parse_csv(content: bytes, path: Path) -> CsvTable:
    r"""Read CSV from bytes that come from a file; see `read_csv`.

    Examples
    --------
    >>> table = parse_csv(b'name;note\nVicuna;"from LLaMA;\nMarch 2023"\nKoala\n', Path("models.csv"))
    >>> table.columns, table.rows[0]
    (('name', 'note'), {'name': 'Vicuna', 'note': 'from LLaMA;\nMarch 2023'})
    >>> print(table.problems[0].message, "in", table.position(1))
    the record has 1 cell where the header has 2 in models.csv:4:1
    """
    reader = _Reader(path)
    whole = True
    try:
        reader.read(content)
    except _Stop:
        whole = False
    names = reader.names
    rows = _Rows(reader.text, reader.starts, reader.delimiter, names) if names else ()
    return CsvTable(
        path, tuple(names), rows, reader.all_problems(), whole,
        reader.delimiter, reader.text, reader.starts, tuple(names.values()),
    )  # fmt: skip


class _Stop(Exception):
    """Reading cannot go on."""


class _Reader:
    """Finds the header, where the records begin, and all that is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = ""
        self.delimiter = DELIMITERS[0]
        self.names: dict[str, int] = {}
        self.starts = array("q")
        self._problems: list[Finding] = []
        self._unsaid = 0
        self._width = 0

    def read(self, content: bytes) -> None:
        """Read the header and find the records."""
        self.text = self._decoded(content)
        place = self._after_blank(0)
        if place == len(self.text):
            self._stop(0, "syntax", "the file is empty", "write a header: the names of the columns, in one line")
        place = self._read_header(place)
        records = cells = 0
        while (place := self._after_blank(place)) < len(self.text):
            record = _quick_record(self.text, place, self.delimiter)
            records, cells = records + 1, cells + len(record.texts)
            if records > MAX_RECORDS or cells > MAX_CELLS:
                limit = f"more than {MAX_RECORDS:,} records or {MAX_CELLS:,} cells"
                self._stop(place, "too-large", f"the table is too large: {limit}", "split it into several")
            if record.faults or len(record.texts) != self._width:
                self._check_record(place, record)
            if any(record.texts) and any(text.strip() for text in record.texts):
                self.starts.append(place)
            place = record.end

    def all_problems(self) -> tuple[Finding, ...]:
        """Everything wrong, with how much more than what is said one by one."""
        if not self._unsaid:
            return tuple(self._problems)
        more = Finding("faulty-markup", f"{self._unsaid:,} more records have such faults", position=Position(self.path))
        return (*self._problems, more)

    def _decoded(self, content: bytes) -> str:
        if len(content) > MAX_BYTES:
            limit = f"more than {MAX_BYTES // 2**20} MiB"
            self._stop(None, "too-large", f"the file is too large: {limit}", "split it into several")
        try:
            text = content.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            self.text = content[: error.start].decode("utf-8").removeprefix("\ufeff")
            message = f"not UTF-8: byte 0x{content[error.start]:02x}"
            place, self.text = Lines(self.path, self.text).position(len(self.text)), ""
            self._stop(place, "encoding", message, "save the file as UTF-8 text")
        if "\0" in text:
            place = Lines(self.path, text).position(text.index("\0"))
            self._stop(place, "encoding", "the character U+0000, which no text file has", "save it as UTF-8 text")
        return text

    def _after_blank(self, place: int) -> int:
        """Where the next line begins that is not blank."""
        match = _BLANK.match(self.text, place)
        end = match.end() if match else place
        if end == len(self.text):
            return end
        line = max(self.text.rfind("\n", place, end), self.text.rfind("\r", place, end)) + 1
        return line or place

    def _read_header(self, place: int) -> int:
        """Find delimiter and columns; where the next line begins."""
        found = {delimiter: _record(self.text, place, delimiter) for delimiter in DELIMITERS}
        self.delimiter = max(found, key=lambda delimiter: len(found[delimiter].texts))
        header = found[self.delimiter]
        self.starts.append(place)
        self._width = len(header.texts)
        self._check_record(place, header)
        unnamed = []
        for number, (start, text) in enumerate(zip(header.starts, header.texts, strict=True)):
            name = text.strip()
            if not name:
                unnamed.append(str(number + 1))
            elif name in self.names:
                done = f"column {number + 1} is left out, column {self.names[name] + 1} is kept"
                self._note(start, "duplicate-key", f"two columns are called {shown(name)}", "rename one", done)
            else:
                self.names[name] = number
        if not self.names:
            self._stop(
                place, "syntax", "the header names no column", "write the names of the columns in the first line"
            )
        if unnamed:
            which = f"column {unnamed[0]} has" if len(unnamed) == 1 else f"columns {', '.join(unnamed[:10])} have"
            self._note(
                place, "faulty-markup", f"{which} no name", "name it in the first line", "its cells are left out"
            )
        return header.end

    def _check_record(self, place: int, record: _Record) -> None:
        for fault in record.faults:
            if fault.kind == "syntax":
                self._stop(fault.start, fault.kind, fault.message, fault.hint)
            self._note(*fault)
        count = len(record.texts)
        if count > MAX_COLUMNS:
            self._stop(
                place, "too-large", f"a record of more than {MAX_COLUMNS:,} cells", "leave out what is not needed"
            )
        if count == self._width or not any(text.strip() for text in record.texts):
            return
        lost = any(text.strip() for text in record.texts[self._width :])
        message = f"the record has {count} cell{'s' * (count != 1)} where the header has {self._width}"
        done = "the rest is taken for empty" if count < self._width else "what is too much is left out"
        kind = "syntax" if lost else "faulty-markup"
        self._note(place, kind, message, "separate as many cells as the header has", done)

    def _note(self, place: int, kind: str, message: str, hint: str, done: str) -> None:
        if len(self._problems) >= MAX_PROBLEMS:
            self._unsaid += 1
        else:
            self._problems.append(Finding(kind, message, hint, position=self._lines.position(place), done=done))

    def _stop(self, place: int | Position | None, kind: str, message: str, hint: str) -> NoReturn:
        if place is None:
            place = Position(self.path)
        position = self._lines.position(place) if isinstance(place, int) else place
        self._problems.append(Finding(kind, message, hint, position=position, done="reading ends here"))
        raise _Stop

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self.text)


def _quick_record(text: str, place: int, delimiter: str) -> _Record:
    """The record that begins at a place; where the cells begin is only known of one with quotes."""
    line = _LINE.match(text, place)
    assert line
    if '"' in line[0] or len(line[0]) > MAX_CELL:
        return _record(text, place, delimiter)
    # One more than what is read, so that a record that is too long is seen and no line of commas fills the memory.
    texts = line[0].split(delimiter, MAX_COLUMNS + 1)[: MAX_COLUMNS + 1]
    return _Record(texts, [], [], _next_line(text, line.end()))


def _record(text: str, place: int, delimiter: str) -> _Record:
    """The record that begins at a place."""
    record = _Record([], [], [], place)
    pattern = _CELLS[delimiter]
    while len(record.texts) <= MAX_COLUMNS:
        match = pattern.match(text, place)
        assert match
        quoted, closed, after, value = match.groups()
        if quoted is not None:
            value = quoted.replace('""', '"')
            if not closed:
                record.faults.append(_Fault(place, "syntax", "a quote that is not closed", 'close it with a "', ""))
            elif rest := after.strip(" "):
                message = f"text after the quote that closes a cell: {shown(rest)}"
                fault = _Fault(place, "faulty-markup", message, 'write a " in a cell as ""', "kept as part of the cell")
                record.faults.append(fault)
                value += rest
        if len(value) > MAX_CELL:
            message = f"a cell of more than {MAX_CELL:,} characters"
            record.faults.append(_Fault(place, "too-large", message, "shorten it", "the cell is left out"))
            value = ""
        record.texts.append(value)
        record.starts.append(place)
        place = match.end()
        if not text.startswith(delimiter, place):
            break
        place += 1
    return record._replace(end=_next_line(text, place))


def _next_line(text: str, place: int) -> int:
    match = _LINE_END.match(text, place)
    return match.end() if match else place
