"""The models and derivations of some tables as numbers, and which of their rows are plain."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy
from numpy.typing import NDArray

from modeltree.formats.repair.record_findings import MOST
from modeltree.formats.tables.model_names import ModelNames, NamedItems, named_items
from modeltree.formats.tables.requests import FieldTable, ReadOptions, TableSet
from modeltree.formats.tables.screening import (
    UNKNOWN,
    FieldValues,
    RelationValues,
    TextValues,
    dates_of,
    edge_fields,
    model_fields,
    relations_of,
)
from modeltree.formats.tables.table_columns import Coded, coded

Flags = NDArray[numpy.bool_]
Indices = NDArray[numpy.int32]


@dataclass
class EdgeArrays:
    """The derivations of one table: `dirty` and `fields` have an item for each row of it, the others for each edge."""

    within: bool  # whether they stand in the table of models, in the rows of the children
    table: FieldTable
    rows: Indices
    parent: Indices  # the index of its text, and, once screened, its row; -1 for none
    child: Indices  # the same; its row from the beginning where `within`
    relation: NDArray[numpy.uint8]  # the index in `Relation`, or `UNSAID`
    right: Flags  # whether all but the names can be taken as it stands
    dirty: Flags  # whether a row is read row by row
    unread: NDArray[numpy.int64]  # rows without a model beyond those that are reported one by one
    fields: Mapping[str, FieldValues | TextValues] = field(default_factory=dict)  # notes and references
    plain: Flags = field(default_factory=lambda: numpy.empty(0, dtype=bool))  # whether nothing is to be reported

    @property
    def kept(self) -> Flags:
        """Of each, whether it stays in arrays."""
        return self.plain & ~self.dirty[self.rows]


@dataclass
class TableArrays:
    """The models of some tables, a row for each, and their derivations.

    Where there is no table of models, each text that a derivation names is a row.
    """

    tables: TableSet
    texts: ModelNames
    ids: Indices  # the index of the id of each row among the texts
    dates: Indices  # as the columns of a lineage have them
    dated: Flags  # whether the date of a row is right, or there is none
    right: Flags  # whether all fields of a row are right
    fields: dict[str, FieldValues | TextValues]
    organizations: FieldValues | None  # as they are written
    edges: list[EdgeArrays] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.ids)

    def names(self, rows: NDArray[numpy.integer]) -> list[str]:
        """The ids of some rows."""
        return self.texts.texts(self.ids[rows])

    @cached_property
    def named(self) -> Flags:
        """Of each row, whether it alone has its id, and that is one as it stands."""
        counts = numpy.bincount(self.ids[self.ids >= 0], minlength=len(self.texts))
        alone = numpy.append(self.texts.clean & (counts == 1), False)
        return alone[self.ids]

    @cached_property
    def first(self) -> Indices:
        """For each text the first row that has it as id; -1 for none."""
        found = numpy.full(len(self.texts), -1, dtype=numpy.int32)
        rows = numpy.flatnonzero(self.ids >= 0)[::-1]
        found[self.ids[rows]] = rows
        return found

    def rows_with_id(self, texts: Mapping[str, int]) -> dict[str, int]:
        """Of some texts and their indices, those that are ids, with the first row of each."""
        rows = ((text, int(self.first[index])) for text, index in texts.items())
        return {text: row for text, row in rows if row >= 0}

    def screen_edges(self) -> None:
        """Find out which derivations are plain, apart from cycles."""
        usable = numpy.append(self.named & self.dated, False)
        dates = numpy.append(self.dates, 0)
        rows_of = numpy.append(self.first, numpy.int32(-1))
        for edges in self.edges:
            edges.parent = rows_of[edges.parent]
            edges.child = edges.child if edges.within else rows_of[edges.child]
            parent, child = edges.parent, edges.child
            edges.plain = edges.right & usable[parent] & usable[child] & (parent != child)
            doubtful = numpy.flatnonzero((dates[parent] > dates[child]) & (dates[child] > 0))
            newer = _bounds(dates[parent[doubtful]])[0] > _bounds(dates[child[doubtful]])[1]
            edges.plain[doubtful[newer]] = False
        keys = numpy.concatenate([self.pair_keys(edges)[edges.plain] for edges in self.edges])
        kept, counts = numpy.unique(keys, return_counts=True)
        for edges in self.edges:
            edges.plain &= ~numpy.isin(self.pair_keys(edges), kept[counts > 1]) if (counts > 1).any() else True
            edges.dirty[edges.rows[~edges.plain]] = True

    def pair_keys(self, edges: EdgeArrays) -> NDArray[numpy.int64]:
        """A number for each pair of rows."""
        return edges.parent.astype(numpy.int64) * (self.count + 1) + edges.child

    def release(self) -> None:
        """Let go of all columns; nothing can be asked of it any more."""
        self.__dict__.clear()
        if arrow := sys.modules.get("pyarrow"):
            arrow.default_memory_pool().release_unused()


def arrays_of(tables: TableSet, options: ReadOptions) -> TableArrays:
    """The models and derivations of some tables."""
    nodes, edges = tables.nodes, tables.edges
    wanted: list[tuple[FieldTable, str]] = []
    has_parents = False
    if nodes is not None:
        named = [name for name in ("id", "name") if name in nodes.stored][:1]
        wanted = [(nodes, name) for name in (*named, "parents", "parent") if name in nodes.stored][:2]
        has_parents = len(wanted) > 1
    if edges is not None:
        wanted += [(edges, "parent"), (edges, "child")]
    items = [named_items(table.stored[name], name, options.separator, table.whole) for table, name in wanted]
    options.progress("check", 0, nodes.count if nodes is not None else 0)
    texts = ModelNames(items, options.separator)
    aliases = options.aliases
    texts.mark_unclean([*aliases, *(name.strip() for name in aliases), *aliases.values()])
    if nodes is not None and ("id" not in nodes.stored or "version" in nodes.stored):
        texts.clean[:] = False  # what is no id, or may get another one
    items = [found._replace(pieces=[]) for found in items]
    columns = [*zip(items, texts.codes, strict=True)]
    texts.codes = []
    if nodes is None:
        count = len(texts)
        every = numpy.ones(count, dtype=bool)
        ids, dates = numpy.arange(count, dtype=numpy.int32), numpy.zeros(count, dtype=numpy.int32)
        arrays = TableArrays(tables, texts, ids, dates, every, every.copy(), {}, None)
    else:
        _, ids = columns.pop(0)
        if texts.clean.any():
            fields, right, organizations = model_fields(nodes, nodes.count)
        else:  # all are looked at one by one
            fields, right, organizations = {}, numpy.zeros(nodes.count, dtype=bool), None
        dates, dated = dates_of(nodes, nodes.count)
        arrays = TableArrays(tables, texts, ids, dates, dated, right & dated, fields, organizations)
        if has_parents:
            arrays.edges.append(_edges_within(nodes, *columns.pop(0), options))
    if edges is not None:
        (parents, parent), (_, child) = columns
        arrays.edges.append(_edges_beside(edges, parents, parent, child, options))
    if arrays.edges:
        arrays.screen_edges()
    return arrays


def _edges_beside(
    edges: FieldTable, parents: NamedItems, parent: Indices, child: Indices, options: ReadOptions
) -> EdgeArrays:
    """The derivations of a table of derivations."""
    count = edges.count
    parent_counts = numpy.bincount(parents.rows, minlength=count)
    unread = numpy.flatnonzero((child < 0) | (parent_counts == 0))[MOST:]
    right = parent_counts == 1
    right[parents.odd] = False
    relation = relations_of(_words(edges, count), options)
    relations = relation.indices[relation.starts[relation.codes]]
    right &= relations != UNKNOWN
    fields = edge_fields(edges)
    for values in fields.values():
        right &= values.usable
    rows = parents.rows
    return EdgeArrays(False, edges, rows, parent, child[rows], relations[rows], right[rows], ~right, unread, fields)


def _edges_within(nodes: FieldTable, parents: NamedItems, parent: Indices, options: ReadOptions) -> EdgeArrays:
    """The derivations of a table of models."""
    rows = parents.rows
    counts = numpy.bincount(rows, minlength=nodes.count)
    dirty = numpy.zeros(nodes.count, dtype=bool)
    dirty[parents.odd] = True
    relation = relations_of(_words(nodes, nodes.count), options)
    words = relation.counts[relation.codes]
    dirty |= (counts > 0) & (words != 1) & (words != counts)
    relations = _aligned(relation, rows, counts, ~dirty)
    dirty[rows[relations == UNKNOWN]] = True
    return EdgeArrays(True, nodes, rows, parent, rows, relations, ~dirty[rows], dirty, numpy.empty(0, numpy.int64))


def _words(table: FieldTable, count: int) -> Coded:
    if "relation" in table.stored:
        return coded(table.stored["relation"])
    return Coded(numpy.full(count, -1, dtype=numpy.int32), [])


def _aligned(
    relation: RelationValues, rows: Indices, counts: NDArray[numpy.int64], sure: Flags
) -> NDArray[numpy.uint8]:
    """The relation of each parent in its row, where there is one for all or one for each."""
    within = numpy.arange(len(rows)) - (numpy.cumsum(counts) - counts)[rows]
    codes = relation.codes[rows]
    within[(relation.counts[codes] == 1) | ~sure[rows]] = 0
    return relation.indices[relation.starts[codes] + within]


def _bounds(dates: Indices) -> tuple[Indices, Indices]:
    """The first and last day of dates; as if each month had 31, which no comparison of days can tell."""
    year, month, day = dates // 10000, dates // 100 % 100, dates % 100
    lower = year * 10000 + numpy.maximum(month, 1) * 100 + numpy.maximum(day, 1)
    upper = year * 10000 + numpy.where(month, month, 12) * 100 + numpy.where(day, day, 31)
    return lower, upper


def reaching_cycles(count: int, parent: NDArray[numpy.int64], child: NDArray[numpy.int64]) -> Flags:
    """Of each node, whether a path down from it leads into a cycle: what is left when those without children go."""
    order = numpy.argsort(child, kind="stable")
    parents = parent[order]
    starts = numpy.zeros(count + 1, dtype=numpy.int64)
    numpy.cumsum(numpy.bincount(child, minlength=count), out=starts[1:])
    children = numpy.bincount(parent, minlength=count)
    left = children > 0
    gone = numpy.flatnonzero(~left)
    while len(gone):
        begins = starts[gone]
        lengths = starts[gone + 1] - begins
        indices = numpy.repeat(begins - (numpy.cumsum(lengths) - lengths), lengths) + numpy.arange(lengths.sum())
        above, counts = numpy.unique(parents[indices], return_counts=True)
        children[above] -= counts
        gone = above[children[above] == 0]
        left[gone] = False
    return left
