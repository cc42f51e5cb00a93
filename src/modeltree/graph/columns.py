"""Models and derivations as columns, for lineages of millions: a record is made when it is asked for.

Columns are in the order of their source; `ColumnNodes` and `ColumnSteps` have them in date order. For lineages that
are made of records there are `RecordNodes` and `RecordSteps` in `modeltree.graph.kept`, with the same interface.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy

from modeltree.findings import Finding
from modeltree.graph.ancestry import AncestryIndex
from modeltree.graph.network import Said, joined, plain
from modeltree.graph.selection import Conditions
from modeltree.records import Derivation, Model, PartialDate, Record, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Column", "ColumnNodes", "ColumnSteps", "Columns", "checked", "in_date_order"]

Column = Any
"""A list, a numpy array or an array of Arrow."""

R = TypeVar("R", bound=Record)

_RELATIONS = tuple(Relation)
_PLACE = {relation: place for place, relation in enumerate(_RELATIONS)}
_UNDATED = 1 << 30
_FEW_LOOKS = 10
_LISTS = frozenset({"aliases", "organizations"})
_PLAIN = frozenset(
    {"released", "kind", "openness", "access", "license", "training_data", "domain", "architecture", "note"}
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Columns:
    """What a lineage holds, as columns of equal length; their values are checked by whoever made them.

    Parameters
    ----------
    ids : list of str
        The ids of the models; no two are equal.
    dates : array of int32
        When each was released: ``20230314`` is a day, ``20230300`` a month, ``20230000`` a year, 0 not known.
    fields : mapping of str to column
        The other fields of `Model` that are known of any: what `Model` takes, None where nothing is known. Where there
        is no ``name``, models go by their ids.
    parent, child : array of int32
        Of each derivation, the rows of its models; no pair stands twice.
    relation : array of uint8
        The place of its relation in `Relation`.
    step_fields : mapping of str to column
        ``references`` and ``note`` of the derivations, if any has them.
    """

    ids: list[str]
    dates: NDArray[numpy.int32]
    fields: Mapping[str, Column] = field(default_factory=dict)
    parent: NDArray[numpy.int32]
    child: NDArray[numpy.int32]
    relation: NDArray[numpy.uint8]
    step_fields: Mapping[str, Column] = field(default_factory=dict)


class ColumnNodes:
    """The models of a lineage, from columns.

    Parameters
    ----------
    ids : list of str
        In date order, then by id.
    dates : array of int32
        See `Columns`.
    fields : mapping of str to column
        See `Columns`.
    """

    def __init__(self, ids: list[str], dates: NDArray[numpy.int32], fields: Mapping[str, Column]) -> None:
        self.ids: Sequence[str] = ids
        self.dates = dates
        self.records: Sequence[Model] = _Made(len(ids), self._record)
        self._fields = fields
        self._looked_for = 0
        self._shown = [name for name in Model.model_fields if name == "released" or (name in fields and name != "name")]

    def __reduce__(self) -> tuple[Any, ...]:
        return ColumnNodes, (self.ids, self.dates, self._fields)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each id."""
        return dict(zip(self.ids, range(len(self.ids)), strict=True))

    def place(self, id: str) -> int | None:
        """The place of an id, or None; the first are looked for one by one, since to note all places takes longer."""
        if self._looked_for < _FEW_LOOKS and "positions" not in self.__dict__:
            self._looked_for += 1
            try:
                return self.ids.index(id)
            except ValueError:
                return None
        return self.positions.get(id)

    def value(self, name: str, node: int) -> Any:
        """What is known of a field of a model, as the column has it; None where nothing is."""
        column = self._fields.get(name)
        return None if column is None else _item(column, node)

    def name(self, node: int) -> str:
        """The name of a model."""
        return self.value("name", node) or self.ids[node]

    def names(self) -> Sequence[str]:
        """The names of all models."""
        names = _listed(self._fields.get("name"), len(self)) if "name" in self._fields else ()
        return [name or id for name, id in zip(names, self.ids, strict=True)] if names else self.ids

    def released(self, node: int) -> PartialDate | None:
        """The date of a model."""
        number = int(self.dates[node])
        return PartialDate.of_number(number) if number else None

    def organizations(self, node: int) -> tuple[str, ...]:
        """Who made a model."""
        return tuple(self.value("organizations", node) or ())

    def called(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every id, with the names and aliases that the model has besides."""
        names, aliases = (_listed(self._fields.get(name), len(self)) for name in ("name", "aliases"))
        for id, name, others in zip(self.ids, names, aliases, strict=True):
            if name or others:
                yield id, (name or id, *(others or ()))

    def attributes(self, node: int) -> dict[str, str]:
        """The fields of a model as attributes of a node, see `modeltree.graph.network.plain`."""
        found = {"name": self.name(node)}
        for name in self._shown:
            value = str(self.released(node) or "") if name == "released" else self.value(name, node)
            if not value or (name == "kind" and value == "model"):
                continue
            if name in _PLAIN and isinstance(value, str):
                found[name] = value
            elif name in _LISTS:
                found[name] = joined(list(value))
            else:
                return plain(self._record(node), frozenset({"id"}))
        return found

    def meeting(self, conditions: Conditions) -> NDArray[numpy.int64]:
        """The places of the models that meet some conditions."""
        kept = numpy.ones(len(self), dtype=bool)
        if conditions.first is not None or conditions.last is not None:
            kept &= self._within(conditions)
        for name, wanted, default in (
            ("openness", conditions.openness, None),
            ("kind", conditions.kind, "model"),
            ("domain", conditions.domains, None),
        ):
            if wanted is not None:
                words = {str(word) for word in wanted} if isinstance(wanted, frozenset) else {str(wanted)}
                kept &= _among(self._fields.get(name), words, len(self), default)
        if conditions.organizations is not None:
            kept &= _naming(self._fields.get("organizations"), conditions.organizations, len(self))
        found = numpy.flatnonzero(kept)
        if conditions.where is not None:
            where = conditions.where
            found = found[numpy.fromiter((where(self._record(int(node))) for node in found), bool, len(found))]
        return found

    def _within(self, conditions: Conditions) -> NDArray[numpy.bool_]:
        """Who was released within, for certain."""
        year, month, day = self.dates // 10000, self.dates // 100 % 100, self.dates % 100
        kept = self.dates > 0
        if first := conditions.first:
            lower = year * 10000 + numpy.maximum(month, 1) * 100 + numpy.maximum(day, 1)
            kept &= lower >= first.year * 10000 + first.month * 100 + first.day
        if last := conditions.last:
            # The last day of any month is its 31st here, so that months compare whatever their length.
            ends = last.day == calendar.monthrange(last.year, last.month)[1]
            upper = year * 10000 + numpy.where(month, month, 12) * 100 + numpy.where(day, day, 31)
            lengths = numpy.array([0, *(calendar.monthrange(2023, number)[1] for number in range(1, 13))])
            leap = (month == 2) & ((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)))
            upper += (day > 0) * (day == lengths[month] + leap) * (31 - day)
            kept &= upper <= last.year * 10000 + last.month * 100 + (31 if ends else last.day)
        return kept

    def part(self, kept: Sequence[int] | NDArray[Any]) -> ColumnNodes:
        """Some of the models, by their places in order."""
        kept = numpy.asarray(kept, dtype=numpy.int64)
        ids = [self.ids[node] for node in kept.tolist()]
        return ColumnNodes(ids, self.dates[kept], {name: _taken(column, kept) for name, column in self._fields.items()})

    def makers(self) -> set[str]:
        """All organizations that a model names."""
        return set(_flat(self._fields.get("organizations")))

    def _record(self, node: int) -> Model:
        fields = {name: value for name in self._fields if (value := self.value(name, node)) is not None}
        fields = {"name": self.ids[node], **fields, "id": self.ids[node], "released": self.released(node)}
        return Model.model_validate(fields)


class ColumnSteps:
    """The derivations of a lineage, from columns, in the order of their children, then of their parents.

    Parameters
    ----------
    ids : sequence of str
        The ids of the models.
    parent, child : array of int32
        The places of the models of each derivation.
    relation : array of uint8
        The place of its relation in `Relation`.
    fields : mapping of str to column
        ``references`` and ``note``, if any has them.
    """

    def __init__(
        self,
        ids: Sequence[str],
        parent: NDArray[numpy.int32],
        child: NDArray[numpy.int32],
        relation: NDArray[numpy.uint8],
        fields: Mapping[str, Column],
    ) -> None:
        self.parent, self.child, self.relation = parent, child, relation
        self.records: Sequence[Derivation] = _Made(len(parent), self._record)
        self._ids = ids
        self._fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        return ColumnSteps, (self._ids, self.parent, self.child, self.relation, self._fields)

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _starts(self) -> NDArray[numpy.int64]:
        return numpy.searchsorted(self.child, numpy.arange(len(self._ids) + 1))

    def find(self, parent: int, child: int) -> int | None:
        """The number of the derivation between two models."""
        start, end = self._starts[child : child + 2].tolist()
        for number in range(start, end):
            if self.parent[number] == parent:
                return number
        return None

    def index(self, chosen: frozenset[Relation]) -> AncestryIndex:
        """Who descends from whom by some relations.

        Raises
        ------
        ValueError
            When a model descends from itself.
        """
        kept = self._chosen(chosen)
        return AncestryIndex.from_edges(len(self._ids), self.parent[kept], self.child[kept])

    def relations_of(self, chosen: frozenset[Relation]) -> Mapping[tuple[str, str], Relation]:
        """The relation of each pair of models, for some relations."""
        return _RelationOf(self, chosen)

    def attributes(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Parent and child of each derivation, and its other fields as attributes; who says the same shares them."""
        shared = [Said(relation=str(relation)) for relation in _RELATIONS]
        rows = zip(self.parent.tolist(), self.child.tolist(), self.relation.tolist(), strict=True)
        for number, (parent, child, relation) in enumerate(rows):
            own = self._fields and any(_item(column, number) is not None for column in self._fields.values())
            said = Said(plain(self._record(number), frozenset({"parent", "child"}))) if own else shared[relation]
            yield self._ids[parent], self._ids[child], said

    def part(self, nodes: ColumnNodes, kept: NDArray[Any], chosen: frozenset[Relation]) -> ColumnSteps:
        """The derivations of some relations between some models, which have other places then."""
        place = numpy.full(len(self._ids), -1, dtype=numpy.int32)
        place[kept] = numpy.arange(len(kept), dtype=numpy.int32)
        parent, child = place[self.parent], place[self.child]
        rows = numpy.flatnonzero(self._chosen(chosen) & (parent >= 0) & (child >= 0))
        fields = {name: _taken(column, rows) for name, column in self._fields.items()}
        return ColumnSteps(nodes.ids, parent[rows], child[rows], self.relation[rows], fields)

    def touching(self, nodes: NDArray[Any], chosen: frozenset[Relation]) -> NDArray[Any]:
        """Those of some models that have part in a derivation of some relations."""
        kept = self._chosen(chosen)
        found = numpy.zeros(len(self._ids), dtype=bool)
        found[self.parent[kept]] = True
        found[self.child[kept]] = True
        touching: NDArray[Any] = nodes[found[nodes]]
        return touching

    def _chosen(self, chosen: frozenset[Relation]) -> NDArray[numpy.bool_]:
        return numpy.array([relation in chosen for relation in _RELATIONS])[self.relation]

    def _record(self, number: int) -> Derivation:
        fields = {name: value for name, column in self._fields.items() if (value := _item(column, number)) is not None}
        fields |= {"parent": self._ids[self.parent[number]], "child": self._ids[self.child[number]]}
        return Derivation.model_validate({**fields, "relation": _RELATIONS[self.relation[number]]})


def checked(columns: Columns) -> list[Finding]:
    """Reasons why some columns make no lineage, but for cycles; of each kind, those that come first."""
    return [*_unequal(columns), *_repeated(columns.ids)] or list(_broken(columns))


def _unequal(columns: Columns) -> Iterator[Finding]:
    """Columns that are not as long as the others."""
    of_models = {"dates": columns.dates, **columns.fields}
    of_steps = {"parent": columns.parent, "child": columns.child, **columns.step_fields}
    for what, count, table in (
        ("models", len(columns.ids), of_models),
        ("derivations", len(columns.relation), of_steps),
    ):
        for name, column in table.items():
            if len(column) != count:
                yield Finding("bad-value", f"{len(column)} values of {name!r} for {count} {what}")


def _repeated(ids: list[str]) -> Iterator[Finding]:
    if len(set(ids)) == len(ids):
        return
    for id, number in Counter(ids).items():
        if number > 1:
            yield Finding(
                "duplicate-id", f"duplicate id {id!r}: {number} models have it", "give each its own id", (id,)
            )


def _broken(columns: Columns) -> Iterator[Finding]:
    """Derivations that cannot stand."""
    count, parent, child = len(columns.ids), columns.parent, columns.child
    for row in numpy.concatenate([parent, child]).tolist() if _outside(parent, count) or _outside(child, count) else ():
        if not 0 <= row < count:
            yield Finding("missing-parent", f"a derivation names row {row} of {count}", "rows are counted from 0")
            return
    strange = columns.relation[columns.relation >= len(_RELATIONS)]
    if len(strange):
        message = f"there is no relation of number {strange[0]}; there are {len(_RELATIONS)}, counted from 0"
        yield Finding("unknown-relation", message)
    for row in child[child == parent][:1].tolist():
        id = columns.ids[row]
        yield Finding("self-loop", f"self-loop: {id!r} is derived from itself", "name another parent", (id,))
    pairs = numpy.sort(child.astype(numpy.int64) * count + parent)
    for pair in pairs[1:][pairs[1:] == pairs[:-1]][:1].tolist():
        below, above = (columns.ids[row] for row in divmod(pair, count))
        message = f"{below!r} is derived from {above!r} twice"
        yield Finding("duplicate-derivation", message, "a pair of models has one derivation", (above, below))


def _outside(rows: NDArray[Any], count: int) -> bool:
    return len(rows) > 0 and (int(rows.min()) < 0 or int(rows.max()) >= count)


def in_date_order(columns: Columns) -> tuple[ColumnNodes, ColumnSteps]:
    """The models and derivations of some columns, in their orders."""
    order = _date_order(columns.ids, columns.dates)
    place = numpy.empty(len(order), dtype=numpy.int32)
    place[order] = numpy.arange(len(order), dtype=numpy.int32)
    ids = [columns.ids[row] for row in order.tolist()]
    fields = {name: _taken(column, order) for name, column in columns.fields.items()}
    parent, child = place[columns.parent], place[columns.child]
    rows = numpy.argsort(child.astype(numpy.int64) * max(len(ids), 1) + parent, kind="stable")
    step_fields = {name: _taken(column, rows) for name, column in columns.step_fields.items()}
    steps = ColumnSteps(ids, parent[rows], child[rows], columns.relation[rows], step_fields)
    return ColumnNodes(ids, columns.dates[order], fields), steps


def _date_order(ids: list[str], dates: NDArray[numpy.int32]) -> NDArray[numpy.int64]:
    """Rows by date, those without one last, then by id."""
    keys = numpy.where(dates > 0, dates, _UNDATED)
    order = numpy.argsort(keys, kind="stable")
    bounds = numpy.flatnonzero(numpy.diff(keys[order], prepend=-1, append=-1))
    rows: list[int] = order.tolist()
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if end - start > 1:
            rows[start:end] = sorted(rows[start:end], key=ids.__getitem__)
    return numpy.array(rows, dtype=numpy.int64)


class _Made(Sequence[R]):
    """Records in a row, each made when it is asked for; those asked for lately are kept."""

    _MOST = 10_000

    def __init__(self, count: int, make: Any) -> None:
        self._count, self._make = count, make
        self._kept: dict[int, R] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[R, ...]: ...
    def __getitem__(self, place: int | slice) -> R | tuple[R, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(self._count)))
        number = range(self._count)[place]
        record = self._kept.get(number)
        if record is None:
            if len(self._kept) >= self._MOST:
                self._kept.clear()
            record = self._kept[number] = self._make(number)
        return record

    def __iter__(self) -> Iterator[R]:
        return (self._kept.get(number) or self._make(number) for number in range(self._count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<{self._count:,} records>"


class _RelationOf(Mapping[tuple[str, str], Relation]):
    """The relations of pairs of models, looked up when asked for."""

    def __init__(self, steps: ColumnSteps, chosen: frozenset[Relation]) -> None:
        self._steps, self._chosen = steps, chosen

    @cached_property
    def _relations(self) -> dict[tuple[str, str], Relation]:
        ids, steps = self._steps._ids, self._steps
        rows = zip(steps.parent.tolist(), steps.child.tolist(), steps.relation.tolist(), strict=True)
        found = ((ids[parent], ids[child], _RELATIONS[relation]) for parent, child, relation in rows)
        return {(parent, child): relation for parent, child, relation in found if relation in self._chosen}

    def __getitem__(self, pair: tuple[str, str]) -> Relation:
        return self._relations[pair]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._relations)

    def __len__(self) -> int:
        return len(self._relations)


# Columns of any kind


def _item(column: Column, row: int) -> Any:
    value = column[row]
    if hasattr(value, "as_py"):
        value = value.as_py()
    elif isinstance(value, numpy.generic):
        value = value.item()
    return value


def _taken(column: Column, rows: NDArray[Any]) -> Column:
    """Some rows of a column."""
    if isinstance(column, list):
        return [column[row] for row in rows.tolist()]
    return column[rows] if isinstance(column, numpy.ndarray) else column.take(rows)


def _listed(column: Column | None, count: int) -> Iterable[Any]:
    """A column as values of Python, all None where there is no column."""
    if column is None:
        return [None] * count
    return column if isinstance(column, list) else column.tolist() if hasattr(column, "tolist") else column.to_pylist()


def _flat(column: Column | None) -> list[str]:
    """The items of all lists in a column."""
    if column is not None and hasattr(column, "to_pylist"):
        found: list[str] = column.flatten().unique().to_pylist()
        return found
    return [item for items in _listed(column, 0) for item in items or ()]


def _among(column: Column | None, words: set[str], count: int, default: str | None) -> NDArray[numpy.bool_]:
    """Of each row, whether its value is one of some words."""
    if column is None:
        return numpy.full(count, default in words)
    return numpy.fromiter(
        ((str(value) if value else default) in words for value in _listed(column, count)), bool, count
    )


def _naming(column: Column | None, words: frozenset[str], count: int) -> NDArray[numpy.bool_]:
    """Of each row, whether one of some words is in its list."""
    if column is None:
        return numpy.zeros(count, dtype=bool)
    lists = _listed(column, count)
    return numpy.fromiter((bool(items) and not words.isdisjoint(items) for items in lists), bool, count)
