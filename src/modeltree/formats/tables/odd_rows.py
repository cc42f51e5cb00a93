"""The rows that are read one by one: those that are not plain, and all plain ones that they have to do with.

What the first have to do with shows when they are repaired: names that plain rows have as aliases, derivations between
the same models, cycles. Then these rows are repaired with them, until there is nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.findings import Position, shown
from modeltree.formats.parsing import limits, refuse_size
from modeltree.formats.repair.claims import Claims, slug
from modeltree.formats.repair.models import Repair
from modeltree.formats.repair.record_findings import MOST
from modeltree.formats.tables.requests import ORGANIZATION_FIELDS, FieldTable, ReadOptions, SourceTable, choose_columns
from modeltree.formats.tables.screening import FieldValues, word_of
from modeltree.formats.tables.table_arrays import TableArrays, reaching_cycles
from modeltree.formats.tables.table_columns import Column, field_values, part_of
from modeltree.records import Model, PartialDate
from modeltree.values.names import possible_parents
from modeltree.values.words import is_missing

_NUMBERED = re.compile(r"(.*)-[0-9]+", re.DOTALL)
_STEM = 290  # of an id that a number is added to
_NEVER = 1 << 60
_FEW_LOOKS = 100


class OddRows:
    """What is read one by one of some tables.

    Attributes
    ----------
    full : array of bool
        The rows of models that are read one by one.
    repair : Repair
        What became of them, and of the derivations that are.
    plain : PlainModels
        The models of the other rows.
    """

    def __init__(self, arrays: TableArrays, options: ReadOptions) -> None:
        self.arrays, self.options = arrays, options
        self.full = ~(arrays.right & arrays.named)
        if arrays.tables.nodes is not None and arrays.texts.have_arrows and arrays.tables.in_rows:
            self.full[:] = True  # what a row derives from stands above it
        if arrays.tables.nodes is None:
            self.full |= self.first_named == _NEVER
        self._aliases: dict[str, list[int]] = {}
        self._include_shared_aliases()
        self._include_organizations()
        more = True
        while more:
            options.progress("repair", 0, int(self.full.sum()))
            claims = self._claims()
            self.plain = PlainModels(arrays, self.full, _words(claims, options.aliases))
            self.repair = Repair(claims, options.policy, options.aliases, self.plain)
            more = self._include_names() | self._include_edges()
        self.repair.refuse()

    def _claims(self) -> Claims:
        """What the rows say that are read so far."""
        tables, options = self.arrays.tables, self.options
        claims = Claims(findings=list(tables.findings))
        if tables.nodes is not None:
            inner = next((edges.dirty for edges in self.arrays.edges if edges.within), numpy.zeros_like(self.full))
            unread = numpy.flatnonzero(self.arrays.ids < 0)[MOST:]
            rows = self._bounded(self.full | inner, unread, tables.nodes)
            bare, childless = (set(rows[~kept[rows]].tolist()) for kept in (self.full, inner))
            claims.in_rows = tables.in_rows
            read_nodes(claims, tables.nodes, options, rows.tolist(), bare, childless)
            _report_unread(claims, tables.nodes, len(unread))
        if tables.edges is not None:
            outer, unread = next((edges.dirty, edges.unread) for edges in self.arrays.edges if not edges.within)
            rows = self._bounded(outer, unread, tables.edges)
            read_edges(claims, tables.edges, options, rows.tolist())
            _report_unread(claims, tables.edges, len(unread))
        if tables.nodes is None and tables.edges is not None:
            claims.path = tables.edges.table.path
            self._add_named(claims)
        if tables.organizations is not None:
            read_organizations(claims, tables.organizations, options.separator)
        return claims

    @staticmethod
    def _bounded(odd: NDArray[numpy.bool_], unread: NDArray[numpy.int64], table: FieldTable) -> NDArray[numpy.int64]:
        """The odd rows without those that are only counted; a SourceError where they are too many."""
        odd = odd.copy()
        odd[unread] = False
        rows = numpy.flatnonzero(odd)
        if len(rows) > limits.ROWS:
            message = f"{len(rows):,} rows have faults, or are as others; {limits.ROWS:,} are looked at one by one"
            refuse_size(table.table.position(None, None), message, "remove duplicates, or split it into several")
        return rows

    def position(self, id: str) -> Position | None:
        """Where a model stands, if it stands somewhere."""
        row, tables = self.plain.row(id), self.arrays.tables
        if id in self.repair.positions or row < 0:
            return self.repair.positions.get(id)
        if tables.nodes is not None:
            return tables.nodes.position(row)
        assert tables.edges is not None
        return tables.edges.position(int(self.first_named[row]))

    # Names

    def _include_shared_aliases(self) -> None:
        """Include rows whose aliases also name others, and those others."""
        values = self.arrays.fields.get("aliases")
        if values is None:
            return
        assert isinstance(values, FieldValues)  # lists of texts
        for row in numpy.flatnonzero(values.known & self.arrays.named).tolist():
            for alias in values.values[values.codes[row]]:
                self._aliases.setdefault(alias, []).append(row)
        others = self._rows_called(self._aliases)
        for alias, owners in self._aliases.items():
            if len(owners) > 1 or alias in others:
                self.full[[*owners, *others.get(alias, ())]] = True

    def _rows_called(self, words: Iterable[str]) -> dict[str, list[int]]:
        """The rows whose id or name is one of some words."""
        arrays, wanted = self.arrays, dict.fromkeys(words)
        found = {word: [row] for word, row in arrays.rows_with_id(arrays.texts.find(wanted)).items()}
        names = arrays.fields.get("name")
        if names is not None and wanted:
            for word, rows in names.rows_of(wanted).items():
                found.setdefault(word, []).extend(rows)
        return found

    def _include_organizations(self) -> None:
        """Include the first row that names each organization that is not its own id or may collide with one."""
        written, tables = self.arrays.organizations, self.arrays.tables
        if written is None or tables.nodes is None:
            return
        listed = Claims(organizations=[dict(fields) for fields in tables.nodes.table.organizations])
        if tables.organizations is not None:
            read_organizations(listed, tables.organizations, self.options.separator)
        names = {str(fields.get("name", "")).strip() for fields in listed.organizations}
        lists = [value if good else None for value, good in zip(written.values, written.right, strict=True)]
        items = {item for value in lists for item in value or ()}
        odd = {item for item in items if item != slug(item) or item in names}
        stems = {slug(item)[:_STEM] for item in odd}
        special = odd | {item for item in items if any(stem in stems for stem in _stems(item))}
        codes = [code for code, value in enumerate(lists) if value and not special.isdisjoint(value)]
        if codes:
            rows = numpy.flatnonzero(self.arrays.named & numpy.isin(written.codes, codes))
            self.full[rows[numpy.unique(written.codes[rows], return_index=True)[1]]] = True

    # What else it takes

    def _include_names(self) -> bool:
        """Include rows that have as alias, or as name where that is an alias, what rows that are read are called by."""
        before = int(self.full.sum())
        models = self.repair.models
        aliases = {alias for model in models.values() for alias in model.aliases}
        words = {*models, *(model.name for model in models.values()), *aliases, *self.plain.missed}
        for word in words & self._aliases.keys():
            self.full[self._aliases[word]] = True
        names = self.arrays.fields.get("name")
        if names is not None and aliases:
            for rows in names.rows_of(aliases).values():
                self.full[rows] = True
        return int(self.full.sum()) > before

    def _include_edges(self) -> bool:
        """Include plain derivations between the models of a repaired one, and those that lead into a cycle."""
        arrays, pairs = self.arrays, self.repair.pairs
        if not arrays.edges:
            return False
        ids = dict.fromkeys(id for pair in pairs for id in pair)
        rows = arrays.rows_with_id(arrays.texts.find(ids))
        index = {id: rows.get(id, arrays.count + number) for number, id in enumerate(ids)}
        ends = numpy.array([(index[parent], index[child]) for parent, child in pairs], dtype=numpy.int64).reshape(-1, 2)
        keys = ends[:, 0] * (arrays.count + 1) + ends[:, 1]
        keys = keys[(ends < arrays.count).all(axis=1)]
        both = [(edges, edges.kept) for edges in arrays.edges]
        up = numpy.concatenate([ends[:, 0], *(edges.parent[stays] for edges, stays in both)])
        down = numpy.concatenate([ends[:, 1], *(edges.child[stays] for edges, stays in both)])
        cyclic = reaching_cycles(arrays.count + len(ids), up.astype(numpy.int64), down.astype(numpy.int64))
        cyclic = numpy.append(cyclic, False)  # for ends that are no model
        more = False
        for edges, stays in both:
            also = stays & cyclic[edges.child]
            if len(keys):
                also |= stays & numpy.isin(arrays.pair_keys(edges), keys)
            edges.dirty[edges.rows[also]] = True
            more |= bool(also.any())
        return more

    # Tables of derivations alone

    def _add_named(self, claims: Claims) -> None:
        """Make models of what derivations name and is no id as it stands."""
        seen: set[str] = set()
        names = dict.fromkeys(name for edge in claims.derivations for name in (edge.parent, str(edge.child)))
        found = self.arrays.texts.find(names)
        for edge in claims.derivations:
            for name in (edge.parent, str(edge.child)):
                if name not in seen and not is_missing(name) and (name not in found or self.full[found[name]]):
                    claims.add(name, edge.where)
                seen.add(name)

    @cached_property
    def first_named(self) -> NDArray[numpy.int64]:
        """For each text of a table of derivations the first row that names it, with another model."""
        (edges,) = self.arrays.edges
        texts = self.arrays.texts
        unclean = numpy.flatnonzero(~texts.clean)
        named = numpy.ones(len(texts) + 1, dtype=bool)  # the last stands for what is no text
        named[unclean] = [bool(text.strip()) for text in texts.texts(unclean)]
        named[-1] = False
        both = numpy.flatnonzero(named[edges.parent] & named[edges.child])[::-1]
        found = numpy.full(self.arrays.count, _NEVER, dtype=numpy.int64)
        for ends in (edges.parent, edges.child):
            first = numpy.full(self.arrays.count, _NEVER, dtype=numpy.int64)
            first[ends[both]] = edges.rows[both]
            found = numpy.minimum(found, first)
        return found


class PlainModels(Mapping[str, Model]):
    """The models of plain rows by id, with their dates; `missed` has the words asked for that are none of their ids."""

    def __init__(self, arrays: TableArrays, full: NDArray[numpy.bool_], words: Iterable[str]) -> None:
        self._arrays, self._full = arrays, full
        self._rows: dict[str, int] = {}
        self._known: set[str] = set()
        self._looks_left = _FEW_LOOKS
        self.missed: set[str] = set()
        self._look_for(words)

    def _look_for(self, words: Iterable[str]) -> None:
        wanted = dict.fromkeys(words)
        found = self._arrays.rows_with_id(self._arrays.texts.find(wanted))
        self._rows |= {word: row for word, row in found.items() if not self._full[row]}
        self._known |= wanted.keys()

    def row(self, id: str) -> int:
        """The row of an id, or -1."""
        if id not in self._known:
            self._looks_left -= 1
            if self._looks_left == 0:
                self._look_for(self._arrays.texts.texts(numpy.arange(len(self._arrays.texts))))
            if self._looks_left > 0:
                self._look_for([id])
        return self._rows.get(id, -1)

    def __contains__(self, id: object) -> bool:
        there = isinstance(id, str) and self.row(id) >= 0
        if not there:
            self.missed.add(str(id))
        return there

    def __getitem__(self, id: str) -> Model:
        row = self.row(id)
        if row < 0:
            raise KeyError(id)
        number = int(self._arrays.dates[row])
        return Model(id=id, name=id, released=PartialDate.of_number(number) if number else None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _words(claims: Claims, aliases: Mapping[str, str]) -> Iterator[str]:
    """The words that claims call models by, most of which will be looked for."""
    names = [model.name for model in claims.models]
    for edge in claims.derivations:
        names += [
            *map(str.strip, possible_parents(edge.parent)),
            *([edge.child.strip()] if isinstance(edge.child, str) else []),
        ]
    for name in dict.fromkeys(names):
        yield from (name, slug(name), aliases.get(name, name))


def _stems(name: str) -> Iterator[str]:
    """What a name may be made of by adding a number."""
    yield name[:_STEM]
    if numbered := _NUMBERED.fullmatch(name):
        yield numbered[1][:_STEM]


# Rows as claims


def read_nodes(
    claims: Claims,
    nodes: FieldTable,
    options: ReadOptions,
    rows: Sequence[int],
    bare: Collection[int] = (),
    childless: Collection[int] = (),
) -> None:
    """Add to the claims the models of some rows, in ascending order, and the parents that the table has for them.

    Of the bare ones only the parents are read, of the childless ones no parents.
    """
    table = nodes.table
    claims.findings += table.findings
    claims.about = dict(table.about)
    claims.organizations += [dict(fields) for fields in table.organizations]
    fields = nodes.fields(rows)
    claims.names = "id" not in fields
    ids = fields["name"] if claims.names else fields.pop("id")
    words = fields.pop("relation", None)
    several = "parent" in fields  # a row for each parent
    parents = fields.pop("parents", None) or fields.pop("parent", None)
    names = list(fields)
    known_of = zip(*fields.values(), strict=True) if names else [()] * len(ids)
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    claims.path = table.path
    for index, (row, name, values) in enumerate(zip(rows, ids, known_of, strict=True)):
        where = partial(nodes.position, row)
        if not isinstance(name, str):
            _nameless(claims, name, nodes.position(row, ("name" if claims.names else "id",)))
            continue
        known = {field: value for field, value in zip(names, values, strict=True) if value is not None}
        child: int | str
        child, earlier = first.get(name, (-1, {})) if several else (-1, {})
        if row in bare:
            child = name
        elif child == -1 or not (known == earlier or not known.keys() - {"name"}):
            child = claims.add(name, where, known)
            first.setdefault(name, (child, known))
        if parents and parents[index] and row not in childless:
            _read_parents(claims, child, nodes, row, (parents[index], words[index] if words else None), options)


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


def read_edges(claims: Claims, edges: FieldTable, options: ReadOptions, rows: Sequence[int]) -> None:
    """Add to the claims the derivations of some rows, in ascending order."""
    claims.findings += edges.table.findings
    fields = edges.fields(rows)
    unknown: Column = [None] * len(fields["child"])
    columns = [fields.get(name, unknown) for name in ("parent", "child", "relation", "note", "references")]
    for row, parents, child, words, note, references in zip(rows, *columns, strict=True):
        where = partial(edges.position, row)
        if not isinstance(child, str):
            _nameless(claims, child, edges.position(row, ("child",)))
            continue
        for parent in parents or [None]:
            name = str(parent) if type(parent) is int else parent
            if not isinstance(name, str):
                _nameless(claims, name, edges.position(row, ("parent",)))
                continue
            word = word_of(words[0] if words else None, options)
            claims.derive(child, name, word, where, note=note, references=references)


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


def _report_unread(claims: Claims, table: FieldTable, count: int) -> None:
    """Report so many rows that name nothing beyond those that are reported one by one."""
    if count:
        message, where = f"{count:,} more rows without a model", table.table.position(None, None)
        claims.report("missing-key", message, "write their ids", where=where, done="they are left out")


def _nameless(claims: Claims, value: Any, where: Position) -> None:
    """A row, or a parent in it, that names nothing."""
    if value is None:
        claims.report("missing-key", "a row without a model", "write its id", where=where, done="it is left out")
    else:
        message = f"{shown(value)} is no id"
        claims.report("bad-value", message, "an id is a text", where=where, done="it is left out")
