"""Lists of records as tables: in JSON, in YAML and TOML under any key, and in the sheets of an Excel workbook."""

from __future__ import annotations

import posixpath
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial, reduce
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from modeltree._util.files import bytes_of
from modeltree._util.text import enumerated, lazy_pattern
from modeltree.findings import Finding, Position, SourceError, optional, shown
from modeltree.formats.parsing import Lines, add_finding, decoded, limits, refuse_size
from modeltree.formats.parsing.jsontree import read_json
from modeltree.formats.tables.requests import SourceTable, one_by_one, table_of_records
from modeltree.values.addresses import is_web_address, link_field
from modeltree.values.words import ABOVE_HEADER, HEADER_ROWS, LINK_FIELDS, field_of_header, header_row

_DEEPEST = 3  # so deep in a file its list may stand
_MOST_LISTS = 100

_DOT = r"\s*\.\s*"
_TOML_TOKEN = lazy_pattern(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^\']|\'(?!\'\'))*+\'\'\'|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'|#[^\n]*+|[\[\]{}]',
    re.DOTALL,
)
_MOST_PARTS = 100
_LONG_KEY = lazy_pattern(rf"(?<![\w.-])(?:[\w-]++\s*+\.\s*+){{{_MOST_PARTS}}}")

# In the XML of a sheet: a range of merged cells, the link of a cell, and a formula without a saved value.
_MARK = lazy_pattern(
    rb"""<(?:\w+:)?(?:mergeCell|hyperlink|c)(?=(?:\s[^<>]{0,4000}?\bid="(?P<link>[^"<>]{1,200})")?)
    \s(?:[^<>]{0,2000}?\s)?(?:ref|r)="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})
    (?(link)|(?: :[A-Z]{1,3}(?P<last>[0-9]{1,7})"
    | "[^<>]{0,2000}>\s*<(?:\w+:)?(?P<formula>f)\b[^<>]{0,2000}(?:/>|>[^<>]{0,9000}</(?:\w+:)?f>)\s*
    (?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>))""",
    re.VERBOSE,
)
_LONGEST_MARK = 16_000

At = tuple[str | int, ...]
Cells = Sequence[Any]


def read_record_tables(path: Path) -> list[SourceTable]:
    """Read the lists of records in a JSON, YAML or TOML file as tables, the one with most records first.

    A file that is one model by itself is a table of one record.
    """
    from modeltree.formats.parsing.yamltree import read_yaml

    ending = path.suffix.lower()
    if ending == ".toml":
        data, positions = _toml(path)
        problems: tuple[Finding, ...] = ()
    else:
        tree = read_yaml(path) if ending in (".yaml", ".yml") else read_json(path)
        if not tree.whole:
            raise SourceError(tree.problems)
        data, positions, problems = tree.data, tree.position, tree.problems
    if _is_model(data):
        return [_table(path, [data], lambda _, column: positions((column,) if column else ()), problems)]
    lists = sorted(islice(_lists(data, ()), _MOST_LISTS), key=lambda found: -len(found[1]))
    if not lists:
        message = "the file has no list of records"
        hint = "write a list of mappings, each with an id or a name"
        raise SourceError([*problems, Finding("no-table", message, hint, position=Position(path))])
    tables = [
        replace(_table(path, records, _placed(positions, at)), title=" ".join(map(str, at))) for at, records in lists
    ]
    return [replace(tables[0], findings=(*problems, *tables[0].findings)), *tables[1:]]


def _is_model(data: Any) -> bool:
    """Whether a file is one model, with another field beside its name, and holds no list of models."""
    if not isinstance(data, dict):
        return False
    is_plain = {str(key): not isinstance(value, (list, dict)) for key, value in data.items()}
    fields = {field_of_header(key) for key, plain in is_plain.items() if plain} - {None}
    has_list = any(field_of_header(key) == "name" for key, plain in is_plain.items() if not plain)
    return bool({"id", "name"} & fields) and len(fields) > 1 and not has_list


def _table(
    path: Path,
    records: Cells,
    position: Callable[[int | None, str | None], Position],
    found: Sequence[Finding] = (),
) -> SourceTable:
    """A list as a table; what in it is no mapping is a finding."""
    findings = [*found]
    rows = [index for index, record in enumerate(records) if isinstance(record, Mapping)]
    for index in sorted({*range(len(records))}.difference(rows)):
        message, where = f"{shown(records[index])} is no record", position(index, None)
        add_finding(findings, Finding("wrong-type", message, "write a mapping", position=where, done="it is left out"))

    def placed(row: int | None, column: str | None) -> Position:
        return position(None if row is None else rows[row], column)

    table = table_of_records(path, [records[row] for row in rows], placed, findings)
    if len(table.names) > limits.COLUMNS:
        refuse_size(path, f"more than {limits.COLUMNS:,} columns", "leave out what is not needed")
    return table


def _lists(data: Any, at: At) -> Iterator[tuple[At, list[Any]]]:
    """The lists in some data that have mappings, and the paths to them."""
    if isinstance(data, list):
        if any(isinstance(item, dict) for item in data):
            yield at, data
    elif isinstance(data, dict) and len(at) < _DEEPEST:
        for key, value in data.items():
            yield from _lists(value, (*at, key))


def _placed(positions: Callable[[At], Position], start: At) -> Callable[[int | None, str | None], Position]:
    def position(row: int | None, column: str | None) -> Position:
        at = start if row is None else (*start, row)
        return positions(at if row is None or column is None else (*at, column))

    return position


def _toml(path: Path) -> tuple[Any, Callable[[At], Position]]:
    """What a TOML file holds, and where the tables of its lists stand."""
    import tomllib

    text = decoded(bytes_of(path, limits.TOML_BYTES), limits.TOML_BYTES, Position(path))
    lines = Lines(path, text)
    if deep := _LONG_KEY.search(_TOML_TOKEN.sub(lambda match: _blank(match[0]), text)):
        message = f"a key of more than {_MOST_PARTS} parts"
        raise SourceError.of("too-deep", message, position=lines.position(deep.start()))
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise SourceError.of("too-deep", "the file is nested too deep", position=Position(path)) from None
    except ValueError as error:  # also of a number that is too long
        line = re.search(r"at line ([0-9]+), column ([0-9]+)", str(error))
        where = Position(path, int(line[1]), int(line[2])) if line else Position(path)
        message = f"no TOML: {str(error).split(' (at ')[0]}"
        raise SourceError.of("syntax", message[:200], position=where) from None
    rows_of = cache(partial(_rows_in_toml, text))

    def position(at: At) -> Position:
        index = next((index for index, part in enumerate(at) if isinstance(part, int)), len(at))
        row = next((part for part in at if isinstance(part, int)), 0)
        rows = rows_of(at[:index])
        if row >= len(rows):
            return Position(path)
        start, inner, end = rows[row]
        if index + 1 < len(at):
            value = rf"(?:^|[{{,])[ \t]*[\"']?{re.escape(str(at[index + 1]))}[\"']?\s*=\s*"
            if match := re.compile(value, re.MULTILINE).search(text, inner, end):
                start = match.end()
        return lines.position(start)

    return data, position


def _blank(token: str) -> str:
    """As many letters as a quoted text has, of which a part of a key may consist; brackets stay."""
    return token if len(token) == 1 else "x" * len(token)


def _rows_in_toml(text: str, at: At) -> list[tuple[int, int, int]]:
    """Where each table of a list begins, where what is in it begins, and where it ends."""
    names = [rf"[\"']?{re.escape(str(key))}[\"']?" for key in at[:_DEEPEST]]
    headers = re.finditer(rf"^[ \t]*\[\[\s*{_DOT.join(names)}\s*\]\]", text, re.MULTILINE)
    following = re.compile(r"^[ \t]*\[", re.MULTILINE)
    rows = []
    for match in headers:
        end = following.search(text, match.end())
        rows.append((match.start(), match.end(), end.start() if end else len(text)))
    start = re.search(rf"^[ \t]*{names[-1]}\s*=\s*(?=\[)", text, re.MULTILINE) if names and not rows else None
    return rows or [(begin, begin, end) for begin, end in (_inline_tables(text, start.end()) if start else ())]


def _inline_tables(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the tables begin and end that stand in a list in a line, ``[{…}, {…}]``."""
    depth = begun = 0
    for match in _TOML_TOKEN.finditer(text, start):
        if match[0] in "[{":
            depth += 1
            begun = match.start() if (match[0], depth) == ("{", 2) else begun
        elif match[0] in "]}":
            depth -= 1
            if (match[0], depth) == ("}", 1):
                yield begun, match.end()
            elif not depth:
                return


# Workbooks


@dataclass(frozen=True)
class _Sheet:
    """The rows of a sheet below its header, the number of that, and the number of the first row with a cell."""

    title: str
    header: list[str]
    rows: list[tuple[int, Cells]]
    first: int
    top: int
    unsaved: Sequence[tuple[int, int]] = ()  # the rows and columns of formulas without a value


class _Mark(NamedTuple):
    """What a cell has beside its value: the last row that it is merged with, a link, a formula without a value."""

    row: int
    column: int
    last: int
    link: str
    is_unsaved: bool


def read_excel_tables(path: Path) -> list[SourceTable]:
    """Read the visible sheets of an Excel workbook as tables, in their order; empty ones are left out.

    The header of a sheet is found as `modeltree.values.words.header_row` says. Of formulas the values are read that
    Excel has saved. Cells that are merged all have the value of the first; where names lead is a column ``links``.
    """
    openpyxl = optional("openpyxl", "workbooks are read through openpyxl", "excel")
    marks = _checked_parts(path)
    try:
        with path.open("rb") as file, zipfile.ZipFile(path) as archive:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            left = limits.WORKBOOK_CELLS
            sheets = []
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                sheet.reset_dimensions()  # what a file says of its size may be wrong
                found = _sheet(path, sheet.title, sheet.iter_rows(values_only=True, max_col=limits.COLUMNS), left)
                left -= sum(len(row) for _, row in found.rows) if found else 0
                if found:
                    part = sheet._worksheet_path  # the only place that has it
                    sheets.append(_marked(found, marks.get(part, []), partial(_addresses, archive, part)))
    except SourceError:
        raise
    except Exception as error:  # openpyxl has no error of its own for most of what can be wrong with a file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        message = f"no Excel workbook that can be read: {reason}"
        raise SourceError.of("syntax", message, "save it anew", position=Position(path)) from None
    if not sheets:
        raise SourceError.of("no-table", "the workbook has no cells", position=Position(path))
    return [_table_of_sheet(path, sheet) for sheet in sheets]


def _checked_parts(path: Path) -> dict[str, list[_Mark]]:
    """The marks in each part of a workbook; what is no archive, or too large, is refused before it is parsed."""
    if path.stat().st_size > limits.YAML_BYTES:
        refuse_size(path, f"the file is too large: more than {limits.YAML_BYTES // 2**20} MiB")
    marks: dict[str, list[_Mark]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            for name in archive.namelist():
                if name.lower().endswith((".xml", ".rels")) and unpacked <= limits.WORKBOOK_UNPACKED:
                    with archive.open(name) as part:
                        marks[name] = list(islice(_marks_in(path, part), limits.ROWS + 1))
                    if len(marks[name]) > limits.ROWS:
                        message = f"more than {limits.ROWS:,} merged cells, links and unsaved formulas"
                        refuse_size(path, message)
    except SourceError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        message = f"no Excel workbook: {str(error)[:200] or type(error).__name__}"
        hint = "save it as .xlsx, without a password"
        raise SourceError.of("syntax", message, hint, position=Position(path)) from None
    if unpacked > limits.WORKBOOK_UNPACKED:
        refuse_size(path, f"more than {limits.WORKBOOK_UNPACKED // 2**20} MiB when unpacked")
    return marks


def _marks_in(path: Path, part: IO[bytes]) -> Iterator[_Mark]:
    """What openpyxl does not tell of a sheet whose rows it reads one after another.

    A part that declares a document type, or has a text longer than a cell can be, which costs minutes, is refused.
    """
    text = part.read(1024)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        message = "a part of the workbook declares a document type, which no Excel does"
        raise SourceError.of("syntax", message, position=Position(path))
    while block := part.read(limits.CELL):
        if len(block) == limits.CELL and b"<" not in block:
            refuse_size(path, f"a cell of more than {limits.CELL // 2**20} MiB", "shorten it")
        text += block
        end = max(len(text) - _LONGEST_MARK, 0)  # what may begin a mark that ends in the next block
        for match in _MARK.finditer(text):
            end = max(end, match.end())
            yield _mark(match)
        text = text[end:]
    yield from map(_mark, _MARK.finditer(text))


def _mark(match: re.Match[bytes]) -> _Mark:
    column = reduce(lambda number, letter: 26 * number + letter - 64, match["column"], 0)
    unsaved = bool(match["formula"]) and b't="str"' not in match[0]  # which is the empty text
    return _Mark(
        int(match["row"]), column, int(match["last"] or 0), (match["link"] or b"").decode(errors="replace"), unsaved
    )


def _addresses(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Where the links of a sheet lead, by their ids."""
    from xml.etree import ElementTree

    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    links = ElementTree.fromstring(archive.read(path)) if path in archive.namelist() else ()  # noqa: S314  # has no DOCTYPE
    return {link.get("Id", ""): link.get("Target", "") for link in links}


def _sheet(path: Path, title: str, rows: Iterable[Cells], left: int) -> _Sheet | None:
    """The header and the rows of a sheet, without those that are empty."""
    kept: list[tuple[int, Cells]] = []
    for number, cells in enumerate(rows, start=1):
        left -= len(cells)
        if left < 0:
            refuse_size(path, f"more than {limits.WORKBOOK_CELLS:,} cells")
        if any(cell is not None and str(cell).strip() for cell in cells):
            kept.append((number, cells))
    if not kept:
        return None
    heads = [["" if cell is None else str(cell).strip() for cell in cells] for _, cells in kept[:HEADER_ROWS]]
    start = header_row(heads)
    return _Sheet(title, heads[start], kept[start + 1 :], kept[start][0], kept[0][0])


def _marked(sheet: _Sheet, marks: Sequence[_Mark], addresses: Callable[[], Mapping[str, str]]) -> _Sheet:
    """A sheet with the values of merged cells and with what names and links lead to; unsaved formulas are kept."""
    if not marks:
        return sheet
    header, numbers, rows = sheet.header, [number for number, _ in sheet.rows], [[*cells] for _, cells in sheet.rows]
    fields = [field_of_header(text) for text in header]
    targets, filled, unsaved = addresses(), dict[int, int](), list[tuple[int, int]]()
    links: dict[int, dict[str, str]] = {}
    for mark in sorted(marks):
        index, column, target = bisect_left(numbers, mark.row), mark.column - 1, targets.get(mark.link, "")
        if index == len(numbers) or numbers[index] != mark.row or column >= min(len(rows[index]), len(header)):
            continue
        if mark.last and mark.row > filled.get(column, 0):  # ranges that overlap are no Excel's
            filled[column] = mark.last
            for cells in rows[index + 1 : bisect_right(numbers, mark.last)]:
                cells[column] = rows[index][column]
        elif is_web_address(target) and fields[column] in LINK_FIELDS:
            rows[index][column] = target
        elif is_web_address(target) and fields[column] in ("id", "name"):
            links[index] = {link_field(target, papers=True): target}
        elif mark.is_unsaved and rows[index][column] is None:
            unsaved.append((mark.row, mark.column))
    if links and "links" not in header:
        width = len(header)
        rows = [[*cells[:width], *[None] * (width - len(cells)), links.get(index)] for index, cells in enumerate(rows)]
        header = [*header, "links"]
    return replace(sheet, header=header, rows=[*zip(numbers, rows, strict=True)], unsaved=unsaved)


def _table_of_sheet(path: Path, sheet: _Sheet) -> SourceTable:
    indices: dict[str, int] = {}
    findings = []
    if sheet.top < sheet.first:
        where, done = Position(path, sheet.top), "the header is below it"
        findings.append(Finding("ignored", ABOVE_HEADER, position=where, done=done))
    if sheet.unsaved:
        message = f"formulas without a saved value: {len(sheet.unsaved):,}"
        where, hint = Position(path, *sheet.unsaved[0]), "open the workbook in a spreadsheet program and save it"
        findings.append(Finding("bad-value", message, hint, position=where, done="their cells are empty"))
    for index, name in enumerate(sheet.header):
        where = Position(path, sheet.first, index + 1)
        if name in indices and name:
            done = f"column {index + 1} is left out, column {indices[name] + 1} is kept"
            message = f"two columns are called {shown(name)}"
            findings.append(Finding("duplicate-key", message, "rename one", position=where, done=done))
        elif name:
            indices[name] = index
    widest = max((len(cells) for _, cells in sheet.rows), default=0)
    unnamed = [index + 1 for index in range(widest) if index >= len(sheet.header) or not sheet.header[index]]
    unnamed = [column for column in unnamed if any(_cell(cells, column - 1) is not None for _, cells in sheet.rows)]
    numbers = [_cell(cells, 0) for _, cells in sheet.rows] if unnamed == [1] else []
    if unnamed and numbers != [*range(len(sheet.rows))]:  # which pandas writes in front
        message = f"columns without a name: {enumerated([str(column) for column in unnamed])}"
        where = Position(path, sheet.first)
        findings.append(Finding("faulty-markup", message, "name them", position=where, done="they are left out"))

    def position(row: int | None, column: str | None) -> Position:
        line = sheet.first if row is None else sheet.rows[row][0]
        return Position(path, line, indices[column] + 1 if column in indices else 0)

    take = one_by_one(lambda name: [_cell(cells, indices[name]) for _, cells in sheet.rows])
    return SourceTable(path, tuple(indices), take, position, tuple(findings), title=sheet.title)


def _cell(cells: Cells, index: int) -> Any:
    return cells[index] if index < len(cells) else None
