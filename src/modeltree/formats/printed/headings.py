"""Printed tables, in Markdown and in LaTeX: which of them are read, and which field each column has.

A table is read where it has a column of models. The field of a column is that of its header: the name of
the field, one of the words that papers use for it, or a key of ``columns``. Tables and columns that are not read are
findings, and so is each word that is taken for another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modeltree._util.files import bytes_of
from modeltree._util.text import counted
from modeltree.findings import Position, SourceError, nearest, shown
from modeltree.formats.parsing import Lines, decoded, limits
from modeltree.formats.printed import PrintedTable
from modeltree.formats.printed.model_rows import ColumnFields, RowReader
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.record_findings import unread_columns
from modeltree.records import Relation, one_of
from modeltree.values.quantities import unit_of
from modeltree.values.words import (
    HEADERS,
    LINK_FIELDS,
    TELLING_FIELDS,
    WEAK_NAMES,
    field_called,
    field_of_header,
    folded_header,
    is_of_other_things,
)

_FIELDS = tuple(HEADERS)
_IGNORED = "ignored"
_OTHER_HEADERS = frozenset({"dataset", "datasets", "data set", "benchmark", "task", "tasks", "数据集"})
_NUMBERS = re.compile(r"[-+~±]?\s*[0-9]+(?:[.,][0-9]+)?\s*(?:%|±.*|\([^()]*\))?")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """Which table is read, the fields of columns by their headers, and the relation where a table has none."""

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
