"""The models and derivations of some tables as numbers, and which of their rows are plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from modeltree.formats.tables.rows import Chosen
from modeltree.formats.tables.screening import Values, dates_of, fields_by_value
from modeltree.formats.tables.steps import Steps, steps_beside, steps_within
from modeltree.formats.tables.texts import Items, Texts, items_of

if TYPE_CHECKING:
    from modeltree.formats.tables.wide import How, Tables

__all__ = ["Whole", "whole_of"]


@dataclass
class Whole:
    """The models of some tables, a row for each, and their derivations.

    Where there is no table of models, each text that a derivation names is a row.

    Parameters
    ----------
    tables : Tables
        The tables.
    texts : Texts
        The texts that name models.
    ids : array of int32
        For each row the number of its id.
    dates : array of int32
        See `modeltree.graph.store.Columns`.
    dated : array of bool
        Whether the date of a row is right, or there is none.
    right : array of bool
        Whether all fields of a row are right.
    fields : dict of str to Values
        The fields by their values.
    makers : Values, optional
        The organizations as they are written.
    steps : list of Steps
        The derivations, table by table.
    """

    tables: Tables
    texts: Texts
    ids: NDArray[numpy.int32]
    dates: NDArray[numpy.int32]
    dated: NDArray[numpy.bool_]
    right: NDArray[numpy.bool_]
    fields: dict[str, Values]
    makers: Values | None
    steps: list[Steps] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.ids)

    @cached_property
    def named(self) -> NDArray[numpy.bool_]:
        """Of each row, whether it alone has its id, and that is one as it stands."""
        counts = numpy.bincount(self.ids[self.ids >= 0], minlength=len(self.texts))
        alone = numpy.append(self.texts.clean & (counts == 1), False)
        return alone[self.ids]

    @cached_property
    def first(self) -> NDArray[numpy.int32]:
        """For each text the first row that has it as id; -1 for none."""
        found = numpy.full(len(self.texts), -1, dtype=numpy.int32)
        rows = numpy.flatnonzero(self.ids >= 0)[::-1]
        found[self.ids[rows]] = rows
        return found

    def screen_steps(self) -> None:
        """Find out which derivations are plain, apart from cycles."""
        usable = numpy.append(self.named & self.dated, False)
        lower, upper = _bounds(numpy.append(self.dates, 0))
        rows_of = numpy.append(self.first, numpy.int32(-1))
        for steps in self.steps:
            steps.parent = rows_of[steps.parent]
            steps.child = steps.child if steps.within else rows_of[steps.child]
            parent, child = steps.parent, steps.child
            steps.plain = steps.right & usable[parent] & usable[child] & (parent != child)
            steps.plain &= ~((lower[parent] > upper[child]) & (lower[parent] > 0) & (upper[child] > 0))
        keys = numpy.concatenate([self.keys(steps)[steps.plain] for steps in self.steps])
        kept, counts = numpy.unique(keys, return_counts=True)
        for steps in self.steps:
            steps.plain &= ~numpy.isin(self.keys(steps), kept[counts > 1]) if (counts > 1).any() else True
            steps.troubled[steps.rows[~steps.plain]] = True

    def release(self) -> None:
        """Let go of all columns; nothing can be asked of it any more."""
        import pyarrow as pa

        self.__dict__.clear()
        pa.default_memory_pool().release_unused()

    def keys(self, steps: Steps) -> NDArray[numpy.int64]:
        """A number for each pair of rows."""
        return steps.parent.astype(numpy.int64) * (self.count + 1) + steps.child


def whole_of(tables: Tables, how: How) -> Whole | None:
    """The models and derivations of some tables; None where they have a form that is read row by row."""
    nodes, edges, separator = tables.nodes, tables.edges, how.options.separator
    if nodes is not None and "id" not in nodes.stored:
        return None
    count = 0 if nodes is None else nodes.count
    above = next((name for name in ("parents", "parent") if nodes is not None and name in nodes.stored), None)
    wanted: list[tuple[Chosen, str]] = []
    if nodes is not None:
        wanted.append((nodes, "id"))
    if nodes is not None and above:
        wanted.append((nodes, above))
    if edges is not None:
        wanted += [(edges, "parent"), (edges, "child")]
    items: list[Items] = []
    for table, name in wanted:
        found = items_of(table.stored[name], name, separator)
        if found is None:
            return None
        items.append(found)
    how.progress("check", 0, count)
    texts = Texts(items, separator)
    items = [found._replace(pieces=[]) for found in items]
    texts.soil([*how.aliases, *(name.strip() for name in how.aliases), *how.aliases.values()])
    codes = iter(texts.codes)
    if nodes is None:
        ids = numpy.arange(len(texts), dtype=numpy.int32)
        none = numpy.zeros(len(ids), dtype=numpy.int32)
        every = numpy.ones(len(ids), dtype=bool)
        whole = Whole(tables, texts, ids, none, every, every.copy(), {}, None)
    else:
        fields, right, makers = fields_by_value(nodes, count)
        dates, dated = dates_of(nodes, count)
        whole = Whole(tables, texts, next(codes), dates, dated, right & dated, fields, makers)
    places: Any = iter(items[(nodes is not None) :])
    if nodes is not None and above:
        whole.steps.append(steps_within(nodes, next(places), next(codes), how.options))
    if edges is not None:
        whole.steps.append(steps_beside(edges, next(places), next(codes), next(codes), how.options))
    texts.codes = []
    if whole.steps:
        whole.screen_steps()
    return whole


def _bounds(dates: NDArray[numpy.int32]) -> tuple[NDArray[numpy.int32], NDArray[numpy.int32]]:
    """The first and last day of dates; as if each month had 31, which no comparison of days can tell."""
    year, month, day = dates // 10000, dates // 100 % 100, dates % 100
    lower = year * 10000 + numpy.maximum(month, 1) * 100 + numpy.maximum(day, 1)
    upper = year * 10000 + numpy.where(month, month, 12) * 100 + numpy.where(day, day, 31)
    return numpy.where(dates, lower, 0), numpy.where(dates, upper, 0)
