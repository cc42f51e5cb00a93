"""Rows of tables as claims, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from modeltree.findings import Position, shown
from modeltree.formats.repair.audit import MOST
from modeltree.formats.repair.claims import Claims
from modeltree.formats.tables.arrow_columns import part_of
from modeltree.formats.tables.cells import Column, field_values
from modeltree.formats.tables.requests import ORGANIZATION_FIELDS, FieldTable, ReadOptions, SourceTable, choose_columns
from modeltree.records import Relation
from modeltree.values.words import is_missing, relation_of

__all__ = ["add_named", "read_edges", "read_nodes", "read_organizations", "word_of"]


def read_nodes(
    claims: Claims,
    nodes: FieldTable,
    options: ReadOptions,
    rows: Sequence[int] | None = None,
    bare: Iterable[int] = (),
    childless: Iterable[int] = (),
    unread: int = 0,
) -> None:
    """Add to the claims the models of a table, and the parents that it has for them.

    All rows are read, or those given in ascending order; of the bare ones only the parents, of the childless ones no
    parents. There are so many rows without a model besides.
    """
    table = nodes.table
    claims.findings += table.findings
    claims.about = dict(table.about)
    claims.organizations += [dict(fields) for fields in table.organizations]
    fields = nodes.fields(rows)
    indices: Sequence[int] = range(nodes.count) if rows is None else rows
    claims.names, claims.in_rows = "id" not in fields, True
    ids = fields["name"] if claims.names else fields.pop("id")
    words = fields.pop("relation", None)
    several = "parent" in fields  # a row for each parent
    parents = fields.pop("parents", None) or fields.pop("parent", None)
    few, alone = set(bare), set(childless)
    names = list(fields)
    known_of = zip(*fields.values(), strict=True) if names else [()] * len(ids)
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    claims.path = table.path
    nameless = _Nameless(claims, nodes, unread)
    for index, (row, name, values) in enumerate(zip(indices, ids, known_of, strict=True)):
        where = partial(nodes.position, row)
        if not isinstance(name, str):
            nameless.report(name, row, "name" if claims.names else "id")
            continue
        known = {field: value for field, value in zip(names, values, strict=True) if value is not None}
        child: int | str
        child, earlier = first.get(name, (-1, {})) if several else (-1, {})
        if row in few:
            child = name
        elif child == -1 or not (known == earlier or not known.keys() - {"name"}):
            child = claims.add(name, where, known)
            first.setdefault(name, (child, known))
        if parents and parents[index] and row not in alone:
            _read_parents(claims, child, nodes, row, (parents[index], words[index] if words else None), options)
    nameless.report_rest()


def _read_parents(
    claims: Claims,
    child: int | str,
    nodes: FieldTable,
    row: int,
    cells: tuple[list[Any], list[Any] | None],
    options: ReadOptions,
) -> None:
    """Add to the claims the parents in one row."""
    parents, words = cells
    where = nodes.position(row, ("parents",) if "parents" in nodes.columns else ("parent",))
    if words and len(words) not in (1, len(parents)):
        message = f"{len(words)} relations for {len(parents)} parents"
        claims.report("bad-value", message, "one for all, or one for each", where=where, done="they are left out")
        words = None
    for index, parent in enumerate(parents):
        word = words[index if len(words) > 1 else 0] if words else None
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
        claims.derive(child, parent, word_of(word, options), where, **more)


def read_edges(
    claims: Claims, edges: FieldTable, options: ReadOptions, rows: Sequence[int] | None = None, unread: int = 0
) -> None:
    """Add to the claims the derivations of a table, or of some rows of it; so many more lack a model."""
    claims.findings += edges.table.findings
    fields = edges.fields(rows)
    indices: Sequence[int] = range(edges.count) if rows is None else rows
    unknown: Column = [None] * len(fields["child"])
    columns = [fields.get(name, unknown) for name in ("parent", "child", "relation", "note", "references")]
    nameless = _Nameless(claims, edges, unread)
    for row, parents, child, words, note, references in zip(indices, *columns, strict=True):
        where = partial(edges.position, row)
        if not isinstance(child, str):
            nameless.report(child, row, "child")
            continue
        for parent in parents or [None]:
            name = str(parent) if type(parent) is int else parent
            if not isinstance(name, str):
                nameless.report(name, row, "parent")
                continue
            word = word_of(words[0] if words else None, options)
            claims.derive(child, name, word, where, note=note, references=references)
    nameless.report_rest()


def add_named(claims: Claims) -> None:
    """Make models of whatever the derivations of the claims name."""
    indices: dict[str, int] = {}
    for edge in claims.derivations:
        for name in (edge.parent, edge.child):
            if isinstance(name, str) and name not in indices and not is_missing(name):
                indices[name] = claims.add(name, edge.where)


def read_organizations(claims: Claims, table: SourceTable, separator: str) -> None:
    """Add to the claims the organizations of a table."""
    choice = choose_columns(table.names, {}, ORGANIZATION_FIELDS)
    columns = {name: column for name, column in choice.columns.items() if name in ORGANIZATION_FIELDS}
    claims.findings += [*table.findings, *choice.findings(table, ORGANIZATION_FIELDS)]
    if "id" not in columns:
        claims.report("missing-key", "a table of organizations has no id", where=table.position(None, None))
        return
    taken = table.take(list(columns.values()))
    fields = field_values({name: part_of(taken[column]) for name, column in columns.items()}, separator)
    names = list(fields)
    for row, values in enumerate(zip(*fields.values(), strict=True)):
        known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if isinstance(known.get("id"), str):
            claims.organizations.append(known)
        else:
            _nameless(claims, known.get("id"), table.position(row, columns["id"]))


def word_of(word: Any, options: ReadOptions) -> Relation | str | None:
    """The word on how a child was made, or what holds where the table has none."""
    if word is None or (isinstance(word, str) and is_missing(word) and relation_of(word) is None):
        return options.relation
    return word if isinstance(word, str) else shown(word)


class _Nameless:
    """The rows of a table that name nothing: the first are reported one by one, the others are counted."""

    def __init__(self, claims: Claims, table: FieldTable, unread: int) -> None:
        self.claims, self.table, self.count, self.unread = claims, table, 0, unread

    def report(self, value: Any, row: int, field: str) -> None:
        self.count += 1
        if self.count <= MOST:
            _nameless(self.claims, value, self.table.position(row, (field,)))

    def report_rest(self) -> None:
        if (more := self.count - MOST + self.unread) > 0:
            where = self.table.table.position(None, None)
            message = f"{more:,} more rows without a model"
            self.claims.report("missing-key", message, "write their ids", where=where, done="they are left out")


def _nameless(claims: Claims, value: Any, where: Position) -> None:
    """A row, or a parent in it, that names nothing."""
    if value is None:
        claims.report("missing-key", "a row without a model", "write its id", where=where, done="it is left out")
    else:
        message = f"{shown(value)} is no id"
        claims.report("bad-value", message, "an id is a text", where=where, done="it is left out")
