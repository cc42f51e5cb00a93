"""What is read: tables by their columns, the field that each column stands for, and the options of reading."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from modeltree._util.progress import Progress, no_progress
from modeltree._util.text import lazy_pattern
from modeltree.findings import Finding, Position, SourceError, nearest, shown
from modeltree.formats.parsing import limits
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import FORMER_NAMES, MOST, unread_columns
from modeltree.formats.tables.table_columns import (
    LINKS,
    Coded,
    Column,
    Stored,
    coded,
    field_values,
    first_items,
    part_of,
    plain_column,
)
from modeltree.records import Model, Relation
from modeltree.values.addresses import link_field
from modeltree.values.fields import FieldNote, read_sizes
from modeltree.values.names import organizations_of, printed_name, without_markup
from modeltree.values.quantities import unit_of
from modeltree.values.words import (
    LINK_FIELDS,
    TELLING_FIELDS,
    field_called,
    field_of_header,
    folded_header,
    is_missing,
    is_of_other_things,
)

T = TypeVar("T")

_AT_ONCE = 1 << 16
_OWN = tuple(name for name in Model.model_fields if name != "links")

NODE_FIELDS = (*_OWN, "version", "license_spdx", *LINKS, "links", "parents", "parent", "relation")
"""What the columns of a table of models stand for."""

EDGE_FIELDS = ("parent", "child", "relation", "references", "note")
"""What the columns of a table of derivations stand for."""

FIELDS = tuple(dict.fromkeys((*NODE_FIELDS, *EDGE_FIELDS)))
"""What a column of either stands for."""

ORGANIZATION_FIELDS = ("id", "name", "aliases", "url", "country", "icon")
"""What the columns of a table of organizations stand for."""

_SAVE = lazy_pattern("save:[0-9a-f]{16}")
_MARKUP = lazy_pattern(r"\]\(|</?[a-z]|^=HYPERLINK|^\s*[*`]", re.IGNORECASE)
_WITH_MARKUP = frozenset({"id", "name", "parents", "parent", "organizations", "license", "released", "sizes", *LINKS})
_SEPARATORS = lazy_pattern(r"[\s_.\-]+")
_OWN_WORDS = {"title": "name", "label": "name", "reference": "references"}
_LAST_WORD = lazy_pattern(r"[\s_]+[A-Za-z]+$")
_ONE_LIST = lazy_pattern(r"s$|from$")


def _quiet(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


_FORMER = {_quiet(former): name for former, name in FORMER_NAMES.items()}
_SPACE = lazy_pattern(r"\s")
_PAIRS = (("source", "target"), ("from", "to"))


def _fields_of(column: str) -> tuple[str, ...]:
    """The fields that a column may stand for by a well-known header, the likeliest first."""
    if former := _FORMER.get(_quiet(column)):
        return (former,)
    header = folded_header(column)
    field = _OWN_WORDS.get(header) or field_of_header(column)
    if field is None and unit_of(column) and field_of_header(_LAST_WORD.sub("", column)) == "sizes":
        return ("sizes",)
    if field in LINK_FIELDS:
        return (f"link_{field}",)
    if field == "name":
        return ("name",) if "name" in header or header in _OWN_WORDS else ("id", "name")
    if field == "parents":
        return ("parents",) if _ONE_LIST.search(header) else ("parent",)
    return (field,) if field else {"childid": ("child",), "childmodel": ("child",)}.get(_quiet(column), ())


@dataclass(frozen=True)
class SourceTable:
    """A table by its columns, wherever it comes from."""

    path: Path
    names: tuple[str, ...]  # each once
    take: Callable[[Sequence[str]], Mapping[str, Stored]]  # some columns, all of one length
    position: Callable[[int | None, str | None], Position]  # of a row, or its cell in a column; of None, the header
    findings: tuple[Finding, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    organizations: Sequence[Mapping[str, Any]] = ()
    save: Any = None  # what a Parquet file has in common with those that were saved together with it
    title: str = ""  # the key of a list, or the name of a sheet

    @property
    def mark(self) -> str | None:
        """The mark of the save, in the metadata or as the name of a column."""
        return self.save or next((name for name in self.names if _SAVE.fullmatch(name)), None)


@dataclass(frozen=True)
class ReadOptions:
    """The options of `read_table`, for all tables that are read together."""

    columns: Mapping[str, str]
    relation: Relation | None
    separator: str
    policy: Policy
    aliases: Mapping[str, str]
    notes: bool = True
    progress: Progress = no_progress


@dataclass(frozen=True)
class FieldTable:
    """A table whose shape is known, with the columns that are read from it."""

    table: SourceTable
    shape: Literal["nodes", "edges", ""]
    columns: Mapping[str, str]  # the name of the column of each field
    stored: Mapping[str, Stored]  # the columns by field, as the table has them
    separator: str

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.stored.values()), ()))

    def position(self, row: int, at: tuple[str | int, ...] = ()) -> Position:
        """Where a field of a row stands."""
        name = str(at[0]) if at else ""
        inner = f"link_{at[1]}" if name == "links" and len(at) > 1 else name
        return self.table.position(row, self.columns.get(inner, self.columns.get(name)))

    def fields(self, rows: Sequence[int] | None = None) -> dict[str, Column]:
        """The values of all rows, or of some in ascending order, as the fields take them."""
        parts = {field: part_of(column, rows) for field, column in self.stored.items()}
        return field_values(parts, self.separator, whole=self.whole)

    @property
    def whole(self) -> tuple[str, ...]:
        """The fields of which a text is one item: each row of a table of derivations names one parent."""
        return ("parent",) if self.shape == "edges" else ()


class TableSet(NamedTuple):
    """The tables that are read together."""

    nodes: FieldTable | None
    edges: FieldTable | None
    organizations: SourceTable | None
    findings: tuple[Finding, ...]

    @property
    def in_rows(self) -> bool:
        """Whether an arrow before a model says what the one above is to it: not where ids are beside names or edges."""
        if self.nodes is None or "id" not in self.nodes.columns:
            return self.nodes is not None
        named = self.nodes.columns["id"] == "id" and "name" in self.nodes.columns
        return not (named or self.edges or self.nodes.table.mark)


@dataclass(frozen=True)
class ColumnChoice:
    """Which column each field is read from, and which of these are known by a synonym only."""

    columns: Mapping[str, str]
    inferred: frozenset[str]

    def findings(
        self, table: SourceTable, fields: Iterable[str], also: Mapping[str, str] | None = None
    ) -> list[Finding]:
        """A note for each column that is taken for a field by its name, and for each that nothing is read from."""
        read = {column: name for name, column in self.columns.items() if name in fields}
        inferred = {self.columns[name] for name in self.inferred} | (also or {}).keys()
        read |= also or {}
        found = []
        for column in table.names:
            position = table.position(None, column)
            if column not in read and column != table.mark:
                found.append(Finding("ignored", _unread_message(column), position=position))
            elif column in inferred:
                message = f"column {shown(column)} is taken for {read[column]!r}"
                hint = f"columns={{{shown(column)}: {read[column]!r}}} says so"
                found.append(Finding("inferred-column", message, hint, position=position))
        return found


def one_by_one(column: Callable[[str], Stored]) -> Callable[[Sequence[str]], dict[str, Stored]]:
    """How columns are taken that are found by their names, each by itself."""
    return lambda wanted: {name: column(name) for name in wanted}


def numbered(path: Path) -> Callable[[int | None, str | None], Position]:
    """Positions where the number of the row, from 1, stands for the line."""
    return lambda row, column: Position(path, 0 if row is None else row + 1)


def table_of_records(
    path: Path,
    records: Sequence[Mapping[str, Any]],
    position: Callable[[int | None, str | None], Position],
    findings: Sequence[Finding] = (),
) -> SourceTable:
    """Mappings as a table with a column for each key; what a record lacks is None."""
    names = tuple(dict.fromkeys(map(str, dict.fromkeys(chain.from_iterable(records)))))
    take = one_by_one(lambda name: [record.get(name) for record in records])
    return SourceTable(path, names, take, position, tuple(findings))


def joined(tables: Sequence[SourceTable], columns: Mapping[str, str]) -> SourceTable:
    """Tables of one file as one, below each other: a field has one column, whatever each of them calls it."""
    if len(tables) == 1:
        return tables[0]
    choices = [choose_columns(table.names, columns) for table in tables]
    # What a table calls its models by is what the others do, ids or names; a parent is one of the parents.
    calls = "id" if any("id" in choice.columns and "id" not in choice.inferred for choice in choices) else "name"
    parents = "parents" if any("parents" in choice.columns for choice in choices) else "parent"
    first: dict[str, str] = {}  # the name of the column of each field
    owns = list[dict[str, str]]()  # of each table, its columns by their names in the whole
    for table, choice in zip(tables, choices, strict=True):
        only = {"id", "name"} & choice.columns.keys()
        same = {"parent": parents} | (dict.fromkeys(only, calls) if len(only) == 1 else {})
        called = {column: first.setdefault(same.get(name, name), column) for name, column in choice.columns.items()}
        owns.append({called.get(name, name): name for name in table.names})
    counts = [len(next(iter(table.take(table.names[:1]).values()))) for table in tables]
    starts = [0, *accumulate(counts)]

    def column(name: str) -> Column:
        parts = zip(tables, owns, counts, strict=True)
        return [
            value
            for table, own, count in parts
            for value in (part_of(table.take([own[name]])[own[name]]) if name in own else [None] * count)
        ]

    def position(row: int | None, column: str | None) -> Position:
        index = bisect_right(starts, row) - 1 if row is not None else 0
        if row is None and column is not None:
            index = next((index for index, own in enumerate(owns) if column in own), 0)
        own = owns[index].get(column) if column is not None else None
        return tables[index].position(None if row is None else row - starts[index], own)

    names = tuple(dict.fromkeys(chain.from_iterable(owns)))
    findings = tuple(chain.from_iterable(table.findings for table in tables))
    return replace(tables[0], names=names, take=one_by_one(column), position=position, findings=findings)


def save_mark(tables: Iterable[Mapping[str, Column]]) -> str:
    """What stands in all files of one save: the same for the same lineage, and another for any other."""
    digest = hashlib.blake2b(digest_size=8)
    for columns in tables:
        for name, column in columns.items():
            digest.update(name.encode())
            for first in range(0, len(column), _AT_ONCE):
                digest.update(repr(list(column[first : first + _AT_ONCE])).encode())
    return f"save:{digest.hexdigest()}"


def refuse_mixed(main: SourceTable, other: SourceTable) -> None:
    """Refuse the files of two saves beside each other, as a save that was killed leaves them."""
    if main.mark != other.mark:
        marks = " and ".join(shown(table.mark) if table.mark else "no mark" for table in (main, other))
        message = f"{main.path.name} and {other.path.name} are not of one save: they have {marks}"
        hint = "save the lineage again; if they belong together, take the column save:… out of both"
        raise SourceError.of("mixed-save", message, hint, position=other.position(None, None))


def checked_columns(columns: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """The fields by the names of columns; a column or a field that there is not, or a field twice, is refused."""
    taken: dict[str, str] = {}
    for column, word in columns.items():
        if column not in names:
            close = nearest(str(column), names) or tuple(names[:20])
            raise ValueError(f"the table has no column {shown(column)}; there is {', '.join(map(repr, close))}")
        name = field_called(word, FIELDS)
        if name is None:
            close = nearest(str(word), FIELDS) or FIELDS
            raise ValueError(f"{shown(word)} is no field; there is {', '.join(map(repr, close))}")
        if name in taken:
            raise ValueError(f"columns {shown(taken[name])} and {shown(column)} are both mapped to {name!r}")
        taken[name] = column
    return {column: name for name, column in taken.items()}


def choose_columns(names: Sequence[str], columns: Mapping[str, str], fields: Sequence[str] = FIELDS) -> ColumnChoice:
    """Which column each field is read from: by the map, by its own name, or by a well-known other name."""
    # Case, spaces, hyphens, dots and underscores do not count.
    found = {columns[name]: name for name in names if name in columns}
    free = [name for name in names if name not in columns]
    for name in free:
        if name in fields:
            found.setdefault(name, name)
    own = {_quiet(name): name for name in fields}
    for name in free:
        _put(found, "parents" if name == "derived_from" else own.get(_quiet(name)), name)
    inferred = set[str]()
    quiet = {_quiet(name): name for name in free}
    for parent, child in _PAIRS:
        if parent in quiet and child in quiet and not {"parent", "child"} & found.keys():
            found |= {"parent": quiet[parent], "child": quiet[child]}
            inferred |= {"parent", "child"}
    for name in free:
        for field_name in _fields_of(name):
            if field_name in fields and _put(found, field_name, name):
                inferred.add(field_name)
                break
    return ColumnChoice(found, frozenset(inferred))


def _put(found: dict[str, str], name: str | None, column: str) -> bool:
    """Let a field be read from a column if both are free; whether it is."""
    free = name is not None and name not in found and column not in found.values()
    if free:
        assert name is not None
        found[name] = column
    return free


def shape_of(names: Sequence[str], columns: Mapping[str, str]) -> Literal["nodes", "edges", ""]:
    """What the rows of a table with such columns are: models, derivations, or something else."""
    has = choose_columns(names, columns).columns.keys()
    return "edges" if {"parent", "child"} <= has else "nodes" if {"id", "name"} & has else ""


def lists_models(table: SourceTable, columns: Mapping[str, str]) -> bool:
    """Whether a table with ids or names says what is known of models, and its title does not say that it has others."""
    has = {"parents" if field == "parent" else field for field in choose_columns(table.names, columns).columns}
    return bool(TELLING_FIELDS & has) and not is_of_other_things(table.title)


def field_table(table: SourceTable, options: ReadOptions) -> FieldTable:
    """Find out what a table is, and take the columns that are read."""
    mapped = {name: field for name, field in options.columns.items() if name in table.names}
    choice = choose_columns(table.names, mapped)
    has = choice.columns.keys()
    shape = shape_of(table.names, mapped)
    if not shape:
        return FieldTable(table, shape, {}, {}, options.separator)
    read = EDGE_FIELDS if shape == "edges" else NODE_FIELDS
    if "parents" in has:
        read = tuple(field for field in read if field != "parent")
    elif shape == "nodes" and "parent" not in has:
        read = tuple(field for field in read if field != "relation")
    columns = {field: column for field, column in choice.columns.items() if field in read}
    former = _former_columns(table.names, choice, mapped, columns)
    taken = table.take([*columns.values(), *former])
    stored = {field: taken[column] for field, column in columns.items()}
    notes: list[Finding] = []
    for name, column in columns.items():
        stored[name], long = first_items(stored[name], limits.ITEMS)
        if long is not None:
            message = f"a list of more than {limits.ITEMS:,} items in column {shown(column)}"
            position = table.position(long, column)
            done = f"of each list there the first {limits.ITEMS:,} are read"
            notes.append(Finding("too-large", message, position=position, done=done))
    if "id" in choice.inferred or ("id" not in columns and "name" in columns):  # as people write a table
        stored, texts, found = _without_markup(table, columns, stored)
        notes += found
        if "id" in columns and "name" not in columns and _is_printed(texts):
            columns, stored = _with_names(columns), _with_names(stored)
            choice = ColumnChoice(_with_names(choice.columns), choice.inferred - {"id"} | {"name"})
    for name in ("organizations", "sizes"):
        if name in stored and (name in choice.inferred or (name == "sizes" and unit_of(columns[name]))):
            stored[name], found = _understood(table, name, columns[name], stored[name])
            notes += found
    findings = [*table.findings, *choice.findings(table, read, former), *notes]
    for column, name in former.items():
        stored[name], conflicts = _joined(table, (columns[name], stored[name]), (column, taken[column]))
        findings += conflicts
    return FieldTable(replace(table, findings=tuple(findings)), shape, columns, stored, options.separator)


def _with_names(columns: Mapping[str, T]) -> dict[str, T]:
    """Columns by their fields, with names for ids."""
    return {"name" if field == "id" else field: column for field, column in columns.items()}


def with_unread_told(nodes: FieldTable, edges: FieldTable | None) -> FieldTable:
    """A table of models whose unread columns are told of at once, if they may say what no model has."""
    table, read = nodes.table, {*nodes.stored, *(edges.stored if edges else ())}
    unread = [name for name in table.names if name not in nodes.columns.values() and not _fields_of(name)]
    unread = [name for name in unread if name != table.mark]
    found = tuple(unread_columns(unread, read, table.position(None, None))) if nodes.count else ()
    told = set(map(_unread_message, unread)) if found else set()
    findings = (*(finding for finding in table.findings if finding.message not in told), *found)
    return replace(nodes, table=replace(table, findings=findings))


def _unread_message(column: str) -> str:
    return f"nothing is read from column {shown(column)}"


def _without_markup(
    table: SourceTable, columns: Mapping[str, str], stored: Mapping[str, Stored]
) -> tuple[dict[str, Stored], dict[str, Coded], list[Finding]]:
    """The columns without links and emphasis, names with their links; those with texts as such; notes on these."""
    changed, texts, notes = dict(stored), dict[str, Coded](), list[Finding]()
    for name, column in stored.items():
        if name not in _WITH_MARKUP or not (isinstance(column, list | Coded) or column.type.num_fields == 0):
            continue
        written = texts[name] = coded(column)
        read = [
            without_markup(word) if isinstance(word, str) and _MARKUP.search(word) else (word, None)
            for word in written.words
        ]
        odd = [code for code, (word, (bare, _)) in enumerate(zip(written.words, read, strict=True)) if word != bare]
        if not odd:
            continue
        changed[name] = texts[name] = Coded(
            written.codes, [(address if name in LINKS else None) or bare for bare, address in read]
        )
        if name in ("id", "name") and "links" not in stored:
            links = [{link_field(address, papers=True): address} if address else None for _, address in read]
            changed["links"] = Coded(written.codes, links)
        message = f"{shown(written.words[odd[0]])} is read as {shown(changed[name].words[odd[0]])}"
        if len(odd) > 1:
            message = f"{len(odd):,} texts have links or emphasis, the first: {message}"
        row = int((written.codes == odd[0]).argmax())
        notes.append(Finding("read-as", message, position=table.position(row, columns[name])))
    return changed, texts, notes


def _is_printed(columns: Mapping[str, Coded]) -> bool:
    """Whether ids are names with white space, or these, licenses or organizations have marks around them."""
    for name in columns.keys() & {"id", "license", "organizations"}:
        texts = [value.strip() for value in columns[name].words if isinstance(value, str)]
        if any(printed_name(text).marked for text in texts):
            return True
        if name == "id" and any(_SPACE.search(text) or is_missing(text) for text in texts):
            return True
    return False


def _understood(table: SourceTable, field: str, header: str, column: Stored) -> tuple[Stored, list[Finding]]:
    """Sizes, by the unit in the header, or organizations, of which a cell may have several, as people write them."""
    written = coded(column)
    unit, values, findings = unit_of(header), Column(), list[Finding]()
    for code, word in enumerate(plain_column(written.words)):
        notes: list[FieldNote] = []
        if field == "sizes" and isinstance(word, str | int | float | list):
            values.append(read_sizes(word, notes, unit, counts=False))
        else:
            several = organizations_of(word) if field == "organizations" and isinstance(word, str) else [word]
            values.append(word if several == [word] else several)
        row = int((written.codes == code).argmax()) if notes else 0
        findings += (
            Finding(note.kind, note.message, note.hint, position=table.position(row, header), done=note.done)
            for note in notes
        )
    return Coded(written.codes, values), findings


def _former_columns(
    names: Sequence[str], choice: ColumnChoice, mapped: Mapping[str, str], columns: Mapping[str, str]
) -> dict[str, str]:
    """The columns with a former name of a field, beside another column that the field is read from."""
    free = [name for name in names if name not in mapped and name not in choice.columns.values()]
    former = {name: _FORMER[_quiet(name)] for name in free if _quiet(name) in _FORMER}
    return {name: field for name, field in former.items() if field in columns}


def _joined(table: SourceTable, first: tuple[str, Stored], second: tuple[str, Stored]) -> tuple[Column, list[Finding]]:
    """The values of two columns for one field, the first before the second; a finding where they differ."""
    values, others = plain_column(part_of(first[1])), plain_column(part_of(second[1]))
    pairs = enumerate(zip(values, others, strict=True))
    rows = [row for row, (value, other) in pairs if None not in (value, other) and value != other]
    done = f"that of {shown(first[0])} is kept"
    findings = [
        Finding(
            "duplicate-key",
            f"{shown(second[0])} is {shown(others[row])}, and {shown(first[0])} is {shown(values[row])}",
            position=table.position(row, second[0]),
            done=done,
        )
        for row in rows[:MOST]
    ]
    if len(rows) > MOST:
        message = f"{shown(second[0])} and {shown(first[0])} differ in {len(rows) - MOST:,} more rows"
        findings.append(Finding("duplicate-key", message, position=table.position(None, second[0]), done=done))
    return [other if value is None else value for value, other in zip(values, others, strict=True)], findings


def shapeless(table: SourceTable, message: str, findings: Sequence[Finding] = ()) -> SourceError:
    """The error that a table has no column that says what it is."""
    names = ", ".join(map(shown, table.names[:20])) or "none"
    hint = f"a table has a column id (or name), or parent and child; here are {names}; columns= (--columns) says which"
    return SourceError([*findings, Finding("missing-key", message, hint, position=table.position(None, None))])
