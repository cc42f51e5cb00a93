"""Tables row by row: each row becomes what an `Claims` is told of models and derivations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.repair.claims import Claims
from modeltree.formats.tables.columns import (
    EDGE_FIELDS,
    NODE_FIELDS,
    ORGANIZATION_FIELDS,
    Column,
    Stored,
    Table,
    chosen,
    fields_of,
)
from modeltree.formats.tables.stored import part_of
from modeltree.records import Relation

__all__ = ["Chosen", "Options", "add_named", "choose", "read_edges", "read_nodes", "read_organizations"]
__all__ += ["shapeless", "word_of"]


class Options(NamedTuple):
    """What holds for all tables that are read together."""

    columns: Mapping[str, str]
    relation: Relation | None
    separator: str


@dataclass(frozen=True)
class Chosen:
    """A table whose shape is known, with the columns that are read from it.

    Parameters
    ----------
    table : Table
        The table.
    shape : str
        ``"nodes"``, ``"edges"``, or ``""`` for neither.
    columns : mapping of str to str
        The name of the column of each field.
    stored : mapping of str to column
        The columns by field, as the table has them.
    separator : str
        What stands between the items of a list in a text.
    """

    table: Table
    shape: str
    columns: Mapping[str, str]
    stored: Mapping[str, Stored]
    separator: str

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.stored.values()), ()))

    def place(self, row: int, at: tuple[str | int, ...] = ()) -> Position:
        """Where a field of a row stands."""
        name = str(at[0]) if at else ""
        inner = f"link_{at[1]}" if name == "links" and len(at) > 1 else name
        return self.table.place(row, self.columns.get(inner, self.columns.get(name)))

    def fields(self, rows: Sequence[int] | None = None) -> dict[str, Column]:
        """The values of all rows, or of some in ascending order, as the fields take them."""
        return fields_of({field: part_of(column, rows) for field, column in self.stored.items()}, self.separator)


def choose(table: Table, options: Options) -> Chosen:
    """Find out what a table is, and take the columns that are read."""
    mapped = {name: field for name, field in options.columns.items() if name in table.names}
    choice = chosen(table.names, mapped)
    has = choice.columns.keys()
    shape = "edges" if {"parent", "child"} <= has else "nodes" if {"id", "name"} & has else ""
    if not shape:
        return Chosen(table, shape, {}, {}, options.separator)
    read = EDGE_FIELDS if shape == "edges" else NODE_FIELDS
    if "parents" in has:
        read = tuple(field for field in read if field != "parent")
    elif shape == "nodes" and "parent" not in has:
        read = tuple(field for field in read if field != "relation")
    columns = {field: column for field, column in choice.columns.items() if field in read}
    taken = table.stored(list(columns.values()))
    stored = {field: taken[column] for field, column in columns.items()}
    found = (*table.findings, *choice.findings(table, read))
    return Chosen(Table(**{**vars(table), "findings": found}), shape, columns, stored, options.separator)


def read_nodes(
    claims: Claims,
    nodes: Chosen,
    options: Options,
    rows: Sequence[int] | None = None,
    bare: Iterable[int] = (),
    childless: Iterable[int] = (),
) -> None:
    """Add to the claims the models of a table, and of the parents that it has for them.

    Parameters
    ----------
    claims : Claims
        What is told.
    nodes : Chosen
        The table.
    options : Options
        What holds for it.
    rows : sequence of int, optional
        The rows that are read, in ascending order; by default all.
    bare : iterable of int
        Those of which nothing is read but id and date.
    childless : iterable of int
        Those whose parents are not read.
    """
    table = nodes.table
    claims.findings += table.findings
    claims.about = dict(table.about)
    claims.organizations += [dict(fields) for fields in table.organizations]
    fields = nodes.fields(rows)
    numbers: Sequence[int] = range(nodes.count) if rows is None else rows
    claims.names = "id" not in fields
    ids = fields["name"] if claims.names else fields.pop("id")
    words = fields.pop("relation", None)
    several = "parent" in fields  # a row for each parent
    parents = fields.pop("parents", None) or fields.pop("parent", None)
    few, alone = set(bare), set(childless)
    names = list(fields)
    values_of = zip(*fields.values(), strict=True) if names else [()] * len(ids)
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    for place, (row, name, values) in enumerate(zip(numbers, ids, values_of, strict=True)):
        where = partial(nodes.place, row)
        if not isinstance(name, str):
            _nameless(claims, name, where(("name" if claims.names else "id",)))
            continue
        known = {field: value for field, value in zip(names, values, strict=True) if value is not None}
        if row in few:
            known = {field: value for field, value in known.items() if field == "released"}
        number, earlier = first.get(name, (-1, {})) if several else (-1, {})
        if number < 0 or not (known == earlier or not known.keys() - {"name"}):
            number = claims.add(name, where, known)
            first.setdefault(name, (number, known))
        if parents and parents[place] and row not in alone:
            _read_parents(claims, number, nodes, row, (parents[place], words[place] if words else None), options)


def _read_parents(
    claims: Claims, number: int, nodes: Chosen, row: int, said: tuple[list[Any], list[Any] | None], options: Options
) -> None:
    """Add to the claims the parents in one row."""
    parents, words = said
    where = nodes.place(row, ("parents",) if "parents" in nodes.columns else ("parent",))
    if words and len(words) not in (1, len(parents)):
        message = f"{len(words)} relations for {len(parents)} parents"
        claims.report("bad-value", message, "one for all, or one for each", where=where, done="they are left out")
        words = None
    for place, parent in enumerate(parents):
        word = words[place if len(words) > 1 else 0] if words else None
        more: dict[str, Any] = {}
        if isinstance(parent, dict):
            word = parent.get("relation", word)
            more = {key: parent.get(key) for key in ("note", "references")}
            for key in parent.keys() - {"parent", "child", "relation", "note", "references"}:
                claims.report("ignored", f"nothing is read from {shown(key)} of a parent", where=where)
            parent = parent.get("parent")  # noqa: PLW2901  # its id
        if type(parent) is int:
            parent = str(parent)  # noqa: PLW2901  # an id
        if not isinstance(parent, str):
            _nameless(claims, parent, where)
            continue
        claims.derive(number, parent, word_of(word, options), where, **more)


def read_edges(claims: Claims, edges: Chosen, options: Options, rows: Sequence[int] | None = None) -> None:
    """Add to the claims the derivations of a table, or of some rows of it."""
    claims.findings += edges.table.findings
    fields = edges.fields(rows)
    numbers: Sequence[int] = range(edges.count) if rows is None else rows
    unknown: Column = [None] * len(fields["child"])
    columns = [fields.get(name, unknown) for name in ("parent", "child", "relation", "note", "references")]
    for row, parents, child, words, note, references in zip(numbers, *columns, strict=True):
        where = partial(edges.place, row)
        if not isinstance(child, str):
            _nameless(claims, child, where(("child",)))
            continue
        for parent in parents or [None]:
            name = str(parent) if type(parent) is int else parent
            if not isinstance(name, str):
                _nameless(claims, name, where(("parent",)))
                continue
            word = word_of(words[0] if words else None, options)
            claims.derive(child, name, word, where, note=note, references=references)


def add_named(claims: Claims) -> None:
    """Make models of whatever the derivations of the claims name."""
    numbers: dict[str, int] = {}
    for step in claims.derivations:
        for name in (step.parent, step.child):
            if isinstance(name, str) and name not in numbers:
                numbers[name] = claims.add(name, step.where)


def read_organizations(claims: Claims, table: Table, separator: str) -> None:
    """Add to the claims the organizations of a table."""
    choice = chosen(table.names, {}, ORGANIZATION_FIELDS)
    columns = {name: column for name, column in choice.columns.items() if name in ORGANIZATION_FIELDS}
    claims.findings += [*table.findings, *choice.findings(table, ORGANIZATION_FIELDS)]
    if "id" not in columns:
        claims.report("missing-key", "a table of organizations has no id", where=table.place(None, None))
        return
    taken = table.take(list(columns.values()))
    fields = fields_of({name: taken[column] for name, column in columns.items()}, separator)
    names = list(fields)
    for row, values in enumerate(zip(*fields.values(), strict=True)):
        known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if isinstance(known.get("id"), str):
            claims.organizations.append(known)
        else:
            _nameless(claims, known.get("id"), table.place(row, columns["id"]))


def word_of(word: Any, options: Options) -> Relation | str | None:
    """The word on how a child was made, or what holds where the table has none."""
    if word is None or word == "":
        return options.relation
    return word if isinstance(word, str) else shown(word)


def shapeless(table: Table, message: str, findings: Sequence[Finding] = ()) -> SourceError:
    """The error that a table has no column that says what it is."""
    names = ", ".join(map(shown, table.names[:20])) or "none"
    hint = f"a table has a column id (or name), or parent and child; here are {names}; columns= in Python says which"
    return SourceError([*findings, Finding("missing-key", message, hint, position=table.place(None, None))])


def _nameless(claims: Claims, value: Any, where: Position) -> None:
    """A row, or a parent in it, that names nothing."""
    if value is None:
        claims.report("missing-key", "a row without a model", "write its id", where=where, done="it is left out")
    else:
        message = f"{shown(value)} is no id"
        claims.report("bad-value", message, "an id is a text", where=where, done="it is left out")
