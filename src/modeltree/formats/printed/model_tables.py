"""Printed tables of models, in Markdown and in LaTeX: which are read, the field of each column, and rows as models.

A table is read where it has a column of models. The field of a column is that of its header: the name of
the field, one of the words that papers use for it, or a key of ``columns``. Tables and columns that are not read are
findings, and so is each word that is taken for another.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modeltree._util.files import bytes_of
from modeltree._util.text import counted
from modeltree.findings import Finding, Position, SourceError, nearest, shown
from modeltree.formats.parsing import Lines, decoded, limits
from modeltree.formats.printed import Cell, PrintedTable
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.record_findings import Tally, unread_columns
from modeltree.records import Relation, one_of
from modeltree.values.addresses import is_web_address, link_field, link_labeled, paper_number
from modeltree.values.fields import FieldNote, read_fields, read_sizes
from modeltree.values.names import organizations_of, printed_name
from modeltree.values.quantities import unit_of
from modeltree.values.words import (
    HEADERS,
    LINK_FIELDS,
    TELLING_FIELDS,
    WEAK_NAMES,
    architecture_of,
    field_called,
    field_of_header,
    folded_header,
    is_missing,
    is_of_other_things,
    is_root,
)

_FIELDS = tuple(HEADERS)
_IGNORED = "ignored"
_OTHER_HEADERS = frozenset({"dataset", "datasets", "data set", "benchmark", "task", "tasks", "数据集"})
_NUMBERS = re.compile(r"[-+~±]?\s*[0-9]+(?:[.,][0-9]+)?\s*(?:%|±.*|\([^()]*\))?")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """Which table is read, the fields of columns by their headers, and the relation where a table has none.

    Without a `table` every table with a column of models is read; else that of a number in the file, from 1, or with a
    part of its caption or of the heading above it. `columns` are as ``{"Ancestor": "parents", "Score": "ignored"}``.
    """

    table: int | str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    relation: Relation | None = None

    @classmethod
    def of(
        cls, table: int | str | None, columns: Mapping[str, str] | None, relation: Relation | str | None
    ) -> TableOptions:
        """Options that are checked: another field or relation is a `ValueError`."""
        fields = {header: field_called(name, (*_FIELDS, _IGNORED)) for header, name in (columns or {}).items()}
        for header, name in (columns or {}).items():
            if fields[header] is None:
                close = nearest(name, _FIELDS) or _FIELDS
                raise ValueError(f"column {shown(header)}: {shown(name)} is no field; there is {', '.join(close)}")
        known = {header: name for header, name in fields.items() if name}
        return cls(table, known, None if relation is None else one_of(Relation, relation))


def read_tables(
    path: str | os.PathLike[str],
    tables_in: Callable[[Lines], Iterable[PrintedTable]],
    options: TableOptions,
    aliases: Mapping[str, str] | None,
) -> Claims:
    """What the tables of a file claim; a file without a table of models is a `SourceError`."""
    path = Path(path)
    tables = list(tables_in(Lines(path, text_of(path))))
    claims = Claims(names=True, in_rows=True)
    read: list[tuple[PrintedTable, ColumnFields]] = []
    for table in _chosen(tables, path, options):
        columns = _columns_of(table, options)
        if "name" in columns.of_field and not (options.table is None and _is_of_other_things(table, columns, options)):
            read.append((table, columns))
        elif options.table is not None:
            headers = ", ".join(shown(cell.text) for cell in table.header)
            message = f"no column of {table} is one of models: {headers}"
            hint = "say which is with columns={'…': 'name'}"
            raise SourceError.of("no-table", message, hint, position=table.position)
    if not read:
        listed = "; ".join(f"{table}: {', '.join(cell.text for cell in table.header)}" for table in tables[:5])
        message = f"no table of models among {len(tables)}" if tables else "there is no table in the text"
        hint = f"a column of models is headed 'Model', or named with columns=…; there are {listed}"
        raise SourceError.of("no-table", message, hint if tables else None, position=Position(path))
    if options.table is None and any(not _holds_scores(*pair) for pair in read):
        read = [pair for pair in read if not _holds_scores(*pair)]
    if options.table is None:
        _report_unread(claims, tables, {table.number for table, _ in read})
    _check_columns(claims, read, options)
    known = {name for table, columns in read for name in columns.names(table)} | set(aliases or {})
    earlier: dict[str, int] = {}
    for table, columns in read:
        claims.report("read-as", f"{table} is read, with {counted(len(table.rows), 'row')}", where=table.position)
        claims.findings += columns.findings
        RowReader(claims, table, columns, known.__contains__, options.relation, earlier).read()
    if len(read) == 1 and read[0][0].caption:
        claims.about["title"] = read[0][0].caption[:500]
    return claims


def text_of(path: Path) -> str:
    """The text of a file; one that is too large, or no text in UTF-8, is a `SourceError`."""
    content = bytes_of(path, limits.PRINTED_BYTES)
    text = decoded(content, limits.PRINTED_BYTES, Position(path), "save the tables in a file of their own")
    if (index := text.find("\0")) >= 0:
        at = Lines(path, text).position(index)
        raise SourceError.of("encoding", "character U+0000: no text file has it", position=at)
    return text


def _chosen(tables: Sequence[PrintedTable], path: Path, options: TableOptions) -> Sequence[PrintedTable]:
    wanted = options.table
    if wanted is None:
        return tables
    if isinstance(wanted, int):
        chosen = [table for table in tables if table.number == wanted]
    else:
        folded = " ".join(wanted.split()).casefold()
        chosen = [table for table in tables if folded in f"{table.caption}\n{table.heading}".casefold()]
    if not chosen:
        listed = "; ".join(map(str, tables[:10])) or "none"
        message = f"no table {shown(wanted)}: there are {listed}"
        raise SourceError.of("no-table", message, position=Position(path))
    return chosen


def _unheaded_names(table: PrintedTable, columns: ColumnFields) -> int | None:
    """The first column without a header, where it has names with links, or stands before columns of other fields."""
    for index, cell in enumerate(table.header):
        if cell.text or index in {other for other, _ in columns.fields}:
            continue
        cells = [row[index] for row in table.rows if index < len(row)]
        named = [cell for cell in cells if cell.text or any(label for label, _ in cell.links)]
        linked = [cell for cell in named if cell.links]
        telling = TELLING_FIELDS & columns.of_field.keys()
        if len(named) * 2 > len(cells) and (len(linked) * 2 > len(named) or (index == 0 and len(telling) > 1)):
            return index
    return None


def _is_of_other_things(table: PrintedTable, columns: ColumnFields, options: TableOptions) -> bool:
    """Whether a table lists data sets, surveys or scores rather than models, by its headers and what stands above."""
    if "name" in options.columns.values():
        return False
    header = folded_header(table.header[columns.of_field["name"]].text)
    headers = {folded_header(cell.text) for cell in table.header}
    is_weak = header in WEAK_NAMES
    told = TELLING_FIELDS & columns.of_field.keys()
    if is_weak and (_OTHER_HEADERS & headers or is_of_other_things(f"{table.heading}\n{table.caption}")):
        return True
    return is_weak and told <= {"released"}


def _holds_scores(table: PrintedTable, columns: ColumnFields) -> bool:
    """Whether a table has nothing but names and numbers that are not read: what models scored."""
    if columns.of_field.keys() - {"name", *LINK_FIELDS}:
        return False
    read = {index for index, _ in columns.fields}
    cells = [cell.line for row in table.rows for index, cell in enumerate(row) if index not in read and cell.text]
    return len(cells) > 1 and sum(bool(_NUMBERS.fullmatch(text)) for text in cells) > len(cells) * 2 / 3


def _report_unread(claims: Claims, tables: Sequence[PrintedTable], read: set[int]) -> None:
    for table in tables:
        if table.number not in read:
            headers = ", ".join(shown(cell.text) for cell in table.header[:10])
            fields = {field_of_header(text) for texts in table.headers for text in texts}
            is_other = "name" in fields and bool(TELLING_FIELDS & fields)
            message = f"{table} {'is not of models' if is_other else 'has no column of models'}: {headers}"
            hint = "if one is, say so with columns={'…': 'name'}"
            claims.report("ignored", message, hint, where=table.position, done="it is not read")


def _check_columns(claims: Claims, read: list[tuple[PrintedTable, ColumnFields]], options: TableOptions) -> None:
    """Report options for columns that do not exist."""
    headers = {text for table, _ in read for texts in table.headers for text in texts}
    folded = {header.casefold() for header in headers}
    for header in options.columns:
        if header.strip().casefold() not in folded:
            close = nearest(header, headers) or tuple(sorted(headers))[:10]
            hint = f"there is {', '.join(map(shown, close))}"
            claims.report("unknown-key", f"no column is headed {shown(header)}", hint, where=read[0][0].position)


def _columns_of(table: PrintedTable, options: TableOptions) -> ColumnFields:
    """The fields of the columns of a table."""
    columns = ColumnFields()
    chosen = {header.strip().casefold(): name for header, name in options.columns.items()}
    taken = set(chosen.values())
    for index, texts in enumerate(table.headers):
        by_choice = next((chosen[text.casefold()] for text in texts if text.casefold() in chosen), None)
        synonym = next((name for text in texts if (name := field_of_header(text))), None)
        name = by_choice or (synonym if synonym not in taken else None)
        cell = table.header[index]
        if name and name != _IGNORED and (name not in columns.of_field or name in LINK_FIELDS):
            columns.of_field.setdefault(name, index)
            columns.fields.append((index, name))
            if name == "sizes" and (unit := unit_of(cell.text)):
                columns.unit = unit
            if not by_choice and folded_header(cell.text) != name.replace("_", " "):
                in_unit = f", in {columns.unit}" if name == "sizes" and columns.unit else ""
                columns.report("read-as", f"the column {shown(cell.text)} is read as {name!r}{in_unit}", cell)
        elif name != _IGNORED and any(index < len(row) and row[index].text for row in table.rows):
            also = f": {synonym!r} is read from another column" if synonym else ""
            columns.report("ignored", f"nothing is read from the column {shown(cell.text)}{also}", cell)
    if "name" not in columns.of_field and (unheaded := _unheaded_names(table, columns)) is not None:
        columns.of_field["name"] = unheaded
        columns.fields.insert(0, (unheaded, "name"))
        columns.report("read-as", "the column without a header is read as 'name'", table.header[unheaded])
    taken_indices = {index for index, _ in columns.fields}
    others = [cell.text for index, cell in enumerate(table.header) if index not in taken_indices]
    unread = [text for text in others if text and text.casefold() not in chosen and not field_of_header(text)]
    columns.findings += unread_columns(unread, columns.of_field, table.position)
    is_weak = "name" in columns.of_field and folded_header(table.header[columns.of_field["name"]].text) in WEAK_NAMES
    if (
        is_weak
        and options.table is None
        and "name" not in chosen.values()
        and not TELLING_FIELDS & columns.of_field.keys()
    ):
        columns.of_field.pop("name")
    return columns


# Rows

_ASIDE = re.compile(r"(?P<name>\S[^()]*)\((?P<word>[^()]+)\)")
_LINKS = ("paper", "code", "weights", "blog", "website")


@dataclass
class ColumnFields:
    """The index of each field, all columns with their fields, and the unit of numbers in the column of sizes."""

    of_field: dict[str, int] = field(default_factory=dict)
    fields: list[tuple[int, str]] = field(default_factory=list)
    unit: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def report(self, kind: str, message: str, cell: Cell) -> None:
        """Keep what is worth knowing of a column."""
        self.findings.append(Finding(kind, message, position=cell.position))

    def names(self, table: PrintedTable) -> set[str]:
        """The names of the models in a table."""
        index = self.of_field["name"]
        return {printed_name(_name_in(row[index])[0]).name for row in table.rows if index < len(row)}


class RowReader:
    """The reading of the rows of one table; the models in earlier ones are known by their names."""

    def __init__(
        self,
        claims: Claims,
        table: PrintedTable,
        columns: ColumnFields,
        is_known: Callable[[str], bool],
        relation: Relation | None,
        earlier: dict[str, int],
    ) -> None:
        self.claims, self.table, self.columns, self.is_known, self.relation = claims, table, columns, is_known, relation
        self._earlier = earlier
        self._here: dict[str, int] = {}
        # In how many rows a cell stands; it is the same object in all of them.
        self._spread = Counter(cell for row in table.rows for cell in {id(cell) for cell in row})
        self._checked: set[int] = set()
        self._missing: dict[str, list[Cell]] = {}
        self._words: Tally[tuple[str, str], Cell] = Tally()
        self._last: tuple[int, int] | None = None
        self._derived: set[tuple[int, int]] = set()
        self._linked: set[int] = set()

    def read(self) -> None:
        """Read all rows."""
        for row in self.table.rows:
            if not self._is_aside(row):
                self._check(row)
                self._add_model(row)
        for (what, meaning), count, cell in self._words:
            times = f" ({count} cells)" if count > 1 else ""
            self._report("read-as", f"{what}{times} {meaning}", cell)
        self._report_missing()
        for name, index in self._here.items():
            self._earlier.setdefault(name, index)
        self.claims.findings += self.table.findings

    def _report(self, kind: str, message: str, cell: Cell, hint: str | None = None, done: str | None = None) -> None:
        self.claims.report(kind, message, hint, where=cell.position, done=done)

    def _note_word(self, what: str, text: str, meaning: str, cell: Cell) -> None:
        """Note how a word is read, which is reported once for all rows."""
        self._words.add((f"{what} {shown(text)}", meaning), cell)

    def _report_missing(self) -> None:
        """Report the words for missing values, where there are several."""
        most = max(self._missing, key=lambda text: len(self._missing[text]), default="")
        for text, unsorted in self._missing.items():
            cells = sorted(unsorted, key=lambda cell: cell.position)
            if text != most:
                lines = ", ".join(str(cell.position.line) for cell in cells[:10]) + ", …" * (len(cells) > 10)
                written = f"{shown(text)} stands" if text else "nothing stands"
                usual = f"{shown(most)} stands" if most else "nothing does"
                where = f"{counted(len(cells), 'cell')} (line {lines})"
                message = f"{written} in {where} where in {len(self._missing[most])} {usual}"
                self._report("faulty-markup", message, cells[0], None, "all are read as not known")

    # Rows

    def _is_aside(self, row: list[Cell]) -> bool:
        """Whether a row has no model: it is empty, or a heading within the table."""
        filled = [cell for cell in row if cell.text or cell.links]
        if not filled:
            if row:
                self._report("ignored", "a row that is empty", row[0])
            return True
        first = filled[0]
        if [cell.line for cell in row] == [cell.line for cell in self.table.header]:
            self._report("ignored", "the header stands here again", first)
            return True
        heading = all(cell is first for cell in filled) and len(self.table.header) > 1
        if heading and (first.columns > 1 or (first.bold and first is row[0])):
            self._report("ignored", f"{shown(first.line)} heads the rows below", first, done="it is no model")
            return True
        return False

    def _check(self, row: list[Cell]) -> None:
        """Report what is wrong with the form of a row."""
        width = len(self.table.header)
        report = self.table.report
        if len(row) > width:
            lost = ", ".join(shown(cell.text) for cell in row[width : width + 3])
            hint = "a | within a cell is written \\|, an & as \\&"
            more = " or more" if len(row) >= limits.PRINTED_COLUMNS else ""
            message = f"the row has {len(row)}{more} cells, the header {width}"
            report("faulty-markup", message, hint, row[width].position, f"left out: {lost}")
        elif len(row) < width:
            message = f"the row has {counted(len(row), 'cell')}, the header {width}"
            report("faulty-markup", message, None, row[0].position, "the others are taken for empty")
        for index, _ in self.columns.fields:
            cell = row[index] if index < len(row) else None
            if cell is None or id(cell) in self._checked:
                continue
            self._checked.add(id(cell))
            self.claims.findings += cell.findings
            rows, columns = self._spread[id(cell)], sum(other is cell for other in row)
            if cell.text and (rows > 1 or columns > 1):
                over = f"{rows} rows" if rows > 1 else f"{columns} columns"
                message = f"{shown(cell.line)} is one cell over {over}"
                report("faulty-markup", message, None, cell.position, "it is read in each of them")

    def _add_model(self, row: list[Cell]) -> None:
        cell = _at(row, self.columns.of_field["name"])
        name, architecture = _name_in(cell) if cell else ("", None)
        if cell is None or is_missing(name):
            others = ", ".join(shown(other.line) for other in row[:3] if other.text)
            self._report("missing-key", f"a row without a name: {others}", cell or row[0], None, "the row is left out")
            return
        fields: dict[str, Any] = {}
        if architecture:
            self._note_word("name", cell.line, f"is read as {name!r}, by architecture {architecture!r}", cell)
            fields["architecture"] = architecture
        self._add_links(fields, cell, None)
        self._report_bare_name(row, cell, name)
        cells = {"name": cell}
        for index, what in self.columns.fields:
            if index < len(row) and what not in ("name", "parents", "relation"):
                cells[what] = row[index]
                self._add_field(fields, what, row[index])
        self._add_parents(row, self._claimed(name, cell, cells, fields))

    def _claimed(self, name: str, cell: Cell, cells: Mapping[str, Cell], fields: dict[str, Any]) -> int:
        """The index of the model; rows that share a cell for the name, or agree across tables, are one model."""
        other = self._earlier.get(name)
        last = self.claims.models[self._last[1]].fields if self._last else {}
        if self._last and self._last[0] == id(cell) and last.get("version") == fields.get("version"):
            index = self._last[1]
            self._join(name, cells, self.claims.models[index].fields, fields)
            return index
        if other is not None and name not in self._here and _agree(self.claims.models[other].fields, fields):
            self._note_word("model", name, "stands in an earlier table: what this one adds is added to it", cell)
            self._join(name, cells, self.claims.models[other].fields, fields)
            index = other
        else:

            def position(at: tuple[str | int, ...] = ()) -> Position:
                what = next((part for part in reversed(at) if part in cells), "name")
                return cells[str(what)].position

            index = self.claims.add(name, position, fields)
        self._here.setdefault(name, index)
        self._last = (id(cell), index)
        return index

    def _join(self, name: str, cells: Mapping[str, Cell], fields: dict[str, Any], more: dict[str, Any]) -> None:
        """Add the fields of a further row to those of the earlier ones."""
        for what, value in more.items():
            if isinstance(value, list):
                fields[what] = [*fields.get(what, []), *(item for item in value if item not in fields.get(what, []))]
            elif what == "links":
                links = fields.setdefault(what, {})
                others = [address for kind, address in value.items() if links.setdefault(kind, address) != address]
                if others:
                    fields["references"] = [*fields.get("references", []), *others]
            elif fields.setdefault(what, value) != value:
                message = f"{what} of {shown(name)} is {shown(fields[what])} in a row above, and {shown(value)} here"
                self._report("faulty-markup", message, cells.get(what, cells["name"]), None, "the first is kept")

    def _report_bare_name(self, row: list[Cell], cell: Cell, name: str) -> None:
        """Report a row with nothing but a name: it may have spilt out of the row above."""
        others = [row[index] for index, _ in self.columns.fields if index < len(row) and row[index] is not cell]
        if len(others) > 1 and all(is_missing(other.text) and not other.links for other in others):
            hint = "if it belongs to the row above, put it there"
            self._report("faulty-markup", f"nothing but a name: {shown(name)}", cell, hint, "it is read as a model")

    # Cells

    def _add_field(self, fields: dict[str, Any], what: str, cell: Cell) -> None:
        text = cell.line
        if what in _LINKS:
            self._add_links(fields, cell, what)
        if is_missing(text) and not cell.links:
            self._missing.setdefault(text, []).append(cell)
        elif what in _LINKS:
            self._add_paper(fields, cell)
        elif what in ("organizations", "aliases"):
            fields[what] = organizations_of(cell.text)
            if len(fields[what]) > 1:
                self._note_word(what, text, f"names {len(fields[what])}: {', '.join(map(shown, fields[what]))}", cell)
        elif what == "sizes":
            notes: list[FieldNote] = []
            fields[what] = read_sizes(cell.text, notes, self.columns.unit, counts=False)
            self._report_notes(notes, cell)
        else:
            known, notes = read_fields({what: text}, printed=True)
            fields |= known
            self._report_notes([note for note in notes if note.kind != "ambiguous-date"], cell)
            if what == "released" and self.is_known(text):
                message = f"a column of dates has the name of a model, {shown(text)}"
                self._report("faulty-markup", message, cell, "a cell may stand in the wrong column")

    def _report_notes(self, notes: list[FieldNote], cell: Cell) -> None:
        """Report how the value of a cell is read."""
        for note in notes:
            what, _, meaning = note.message.partition(" is read as ")
            if note.kind == "read-as" and meaning:
                self._words.add((what, f"is read as {meaning}"), cell)
            else:
                self._report(note.kind, note.message, cell, note.hint, note.done)

    def _add_links(self, fields: dict[str, Any], cell: Cell, column: str | None) -> None:
        """Add the links in a cell: the label of each tells its field, else its column, else its host."""
        for label, address in cell.links:
            if not is_web_address(address):
                self._report("ignored", f"{shown(address)} is no web address", cell)
                continue
            by_label, by_host = link_labeled(label), link_field(address, papers=True)
            stated = by_label or (column if column != "website" else None)
            kind = stated or (by_host if by_host != "website" or not column else column)
            if (kind, by_host) in (("code", "weights"), ("code", "paper"), ("paper", "code")):
                named = shown(label) if by_label else f"in the column of {column}s"
                message = f"the link {named} leads to {address.split('/')[2]}"
                self._report("faulty-markup", message, cell, None, f"it is kept as {kind!r}")
            links = fields.setdefault("links", {})
            if links.setdefault(kind, address) != address:
                fields.setdefault("references", []).append(address)

    def _add_paper(self, fields: dict[str, Any], cell: Cell) -> None:
        """Add a paper by its number where there is no link to it."""
        if cell.links or not cell.text:
            return
        if reference := paper_number(cell.line):
            fields.setdefault("references", []).append(reference)
        else:
            self._report("ignored", f"{shown(cell.line)} has no web address", cell)

    def _add_parents(self, row: list[Cell], child: int) -> None:
        cell, relation_cell = (_at(row, self.columns.of_field.get(what)) for what in ("parents", "relation"))
        word = relation_cell.line if relation_cell else ""
        if cell is None or (child, id(cell)) in self._derived:
            return
        self._derived.add((child, id(cell)))
        if relation_cell and not is_missing(word) and (is_missing(cell.line) or is_root(cell.line)):
            self._report("unknown-base", f"{shown(word)}, but of what is not said", relation_cell)
        if is_missing(cell.line):
            self._missing.setdefault(cell.line, []).append(cell)
            return
        if cell.links and id(cell) not in self._linked:
            self._linked.add(id(cell))
            self._report("ignored", f"an address of the parent {shown(cell.line)} is not read", cell)
        self.claims.derive(child, cell.text, (None if is_missing(word) else word) or self.relation, cell.position)


def _at(row: list[Cell], index: int | None) -> Cell | None:
    return row[index] if index is not None and index < len(row) else None


def _name_in(cell: Cell) -> tuple[str, str | None]:
    """The name in a cell, and the architecture in brackets behind it, if any.

    A further line in brackets lists variants, each with its link.
    """
    name = cell.line or next((label for label, _ in cell.links if label), "")
    first, _, rest = cell.text.partition("\n")
    if rest and {" ".join(word.split()) for word in rest.strip().strip("()（）").split(",")} <= _labels(cell):
        name = " ".join(first.split())
    match = _ASIDE.fullmatch(name)
    if match and (architecture := architecture_of(match["word"])):
        return match["name"].strip(), architecture
    return name, None


def _labels(cell: Cell) -> set[str]:
    return {" ".join(label.split()) for label, _ in cell.links}


def _agree(fields: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether nothing in two records contradicts."""
    return all(
        _agree(fields[what], value) if isinstance(value, dict) else what == "references" or fields[what] == value
        for what, value in others.items()
        if what in fields
    )
