"""The models and derivations of a lineage: arrays and columns, and records that are made when they are asked for.

Of models or derivations that were given as records these are kept, and the columns are made from them.
"""

from __future__ import annotations

import calendar
import datetime
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain, pairwise
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from modeltree.graph.columns import (
    Column,
    LazySequence,
    RecordFields,
    construct,
    distinct_values,
    factored,
    field_values,
    item,
    listed,
    picked,
    taken,
)
from modeltree.graph.csr import CsrRows, distinct, gather_slices, row_starts, short, viewed
from modeltree.graph.index import AncestryIndex
from modeltree.graph.network import FrozenAttributes, attribute_rows, to_attributes
from modeltree.records import (
    CLASSES_BY_STRENGTH,
    Derivation,
    Domain,
    Kind,
    Model,
    Openness,
    PartialDate,
    Record,
    Relation,
    one_of,
)

Date = PartialDate | datetime.date | str | int

_RELATIONS = tuple(Relation)
_INDEX_OF_RELATION = {relation: index for index, relation in enumerate(_RELATIONS)}
_UNDATED = 1 << 30
_FEW_LOOKS = 30
_FEW, _PIECE = 16, 1024
_OTHER = {"parent": "child", "child": "parent"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Columns:
    """What a lineage holds, as columns of equal length; their values are checked by whoever made them."""

    ids: list[str]  # the ids of the models; no two are equal
    # When each was released: 20230314 is a day, 20230300 a month, 20230000 a year, 0 not known.
    dates: NDArray[numpy.int32]
    # The other fields of `Model` that are known of any, as `Model` takes them; without a name, models go by their ids.
    fields: Mapping[str, Column] = field(default_factory=dict)
    parent: NDArray[numpy.int32]  # of each derivation, the rows of its models; no pair stands twice
    child: NDArray[numpy.int32]
    relation: NDArray[numpy.uint8]  # the index of its relation in `Relation`
    edge_fields: Mapping[str, Column] = field(default_factory=dict)  # `references` and `note`, if any has them


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the models of a selection meet; None where anything will do."""

    where: Callable[[Model], bool] | None = None  # gets a `Model`, says whether to keep it
    organizations: frozenset[str] | None = None  # made by any of these, by id
    domains: frozenset[Domain] | None = None  # for any of these
    openness: Openness | None = None
    kind: Kind | None = None
    first: datetime.date | None = None  # released within, for certain
    last: datetime.date | None = None

    @classmethod
    def of(
        cls,
        where: Callable[[Model], bool] | None = None,
        organizations: Iterable[str] | None = None,
        domains: Domain | str | Iterable[Domain | str] | None = None,
        openness: Openness | str | None = None,
        kind: Kind | str | None = None,
        since: Date | None = None,
        until: Date | None = None,
    ) -> Conditions:
        """Conditions in words, as `modeltree.Lineage.select` takes them."""
        words = [domains] if isinstance(domains, (str, bytes)) else domains
        return cls(
            where=where,
            organizations=None if organizations is None else frozenset(organizations),
            domains=None if words is None else frozenset(one_of(Domain, word) for word in words),
            openness=None if openness is None else one_of(Openness, openness),
            kind=None if kind is None else one_of(Kind, kind),
            first=None if since is None else PartialDate.parse(since).lower,
            last=None if until is None else PartialDate.parse(until).upper,
        )


class NodeStore:
    """The models of a lineage, in date order, then by id; `Columns` says what is in the arrays."""

    def __init__(
        self,
        ids: Sequence[str],
        dates: NDArray[numpy.int32],
        fields: Mapping[str, Column],
        records: tuple[Model, ...] | None = None,
    ) -> None:
        self.ids, self.dates = ids, dates
        self.records: Sequence[Model] = (
            LazySequence(len(ids), self._record, self._several) if records is None else records
        )
        self._fields, self._given = fields, records
        self._looks_left = _FEW_LOOKS

    @classmethod
    def of_records(cls, records: Iterable[Model]) -> NodeStore:
        """The store of some records, in any order."""
        ordered = tuple(sorted(records, key=_date_then_id))
        numbers = [record.released.number if record.released else 0 for record in ordered]
        ids = tuple(record.id for record in ordered)
        return cls(ids, numpy.array(numbers, dtype=numpy.int32), RecordFields(ordered), ordered)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is not None:
            return NodeStore.of_records, (self._given,)
        return NodeStore, (self.ids, self.dates, self._fields)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def indices(self) -> dict[str, int]:
        """The index of each id."""
        return dict(zip(self.ids, range(len(self.ids)), strict=True))

    def index_of(self, id: str) -> int | None:
        """The index of an id, or None; the first are looked for one by one, since to note all takes longer."""
        if self._looks_left and "indices" not in self.__dict__:
            self._looks_left -= 1
            try:
                return self.ids.index(id)
            except ValueError:
                return None
        return self.indices.get(id)

    def value(self, name: str, node: int) -> Any:
        """What is known of a field of a model, as the column has it; None where nothing is."""
        column = self._fields.get(name)
        return None if column is None else item(column, node)

    def name(self, node: int) -> str:
        """The name of a model."""
        return self.value("name", node) or self.ids[node]

    def names(self) -> Sequence[str]:
        """The names of all models."""
        if "name" not in self._fields:
            return self.ids
        names = listed(self._fields["name"], len(self))
        return names if all(names) else [name or id for name, id in zip(names, self.ids, strict=True)]

    def released(self, node: int) -> PartialDate | None:
        """The date of a model."""
        if self._given is not None:
            return self._given[node].released
        number = int(self.dates[node])
        return PartialDate.of_number(number) if number else None

    def dated(self, nodes: Sequence[int]) -> int:
        """How many of some models have a date; they are in date order, those without one last."""
        return bisect_left(nodes, True, key=lambda node: not self.dates[node])

    def organizations(self, node: int) -> tuple[str, ...]:
        """Who made a model."""
        return tuple(self.value("organizations", node) or ())

    def organizations_of(self, nodes: NDArray[Any]) -> tuple[str, ...]:
        """Who made some models, in the order of these."""
        column = self._fields.get("organizations")
        made = distinct_values(None if column is None else taken(column, nodes), len(nodes))
        return tuple(dict.fromkeys(id for ids in made for id in ids or ()))

    def all_organizations(self) -> set[str]:
        """All organizations that a model names."""
        return {id for ids in distinct_values(self._fields.get("organizations"), len(self)) for id in ids or ()}

    def other_names(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The ids of models with a name or aliases, and these."""
        if "name" not in self._fields and "aliases" not in self._fields:
            return
        names, aliases = (listed(self._fields.get(name), len(self)) for name in ("name", "aliases"))
        for id, name, others in zip(self.ids, names, aliases, strict=True):
            if name or others:
                yield id, (name or id, *(others or ()))

    def attributes(self, node: int) -> dict[str, Any]:
        """The fields of a model as attributes of a node, see `modeltree.graph.network.to_attributes`."""
        if self._given is not None:
            return to_attributes(self._given[node], frozenset({"id"}))
        return next(attribute_rows(self, Model, frozenset({"id"}), slice(node, node + 1)))

    def meeting(self, conditions: Conditions) -> NDArray[numpy.int64]:
        """The indices of the models that meet some conditions."""
        kept = numpy.ones(len(self), dtype=bool)
        if conditions.first is not None or conditions.last is not None:
            kept &= _released_within(self.dates, conditions.first, conditions.last)
        for name, wanted, default in (
            ("openness", conditions.openness, None),
            ("kind", conditions.kind, "model"),
            ("domain", conditions.domains, None),
        ):
            if wanted is not None:
                words = {str(word) for word in wanted} if isinstance(wanted, frozenset) else {str(wanted)}
                column = self._fields.get(name)
                kept &= _of_values(column, len(self), lambda value: (str(value) if value else default) in words)  # noqa: B023
        if (makers := conditions.organizations) is not None:
            kept &= _of_values(
                self._fields.get("organizations"), len(self), lambda ids: not makers.isdisjoint(ids or ())
            )
        nodes = numpy.flatnonzero(kept)
        if conditions.where is not None:
            where = conditions.where
            if len(nodes) < len(self) // 8:
                fitting = [where(self.records[node]) for node in nodes.tolist()]
            else:  # made one after another, records take less time
                fitting = [chosen and where(record) for record, chosen in zip(self.records, kept.tolist(), strict=True)]
                nodes = numpy.arange(len(self))
            nodes = nodes[numpy.array(fitting, dtype=bool)]
        return nodes

    def part(self, nodes: NDArray[numpy.int64]) -> NodeStore:
        """Some of the models, ascending."""
        if self._given is not None:
            return NodeStore.of_records(self._given[node] for node in nodes.tolist())
        ids = picked(self.ids, nodes.tolist())
        return NodeStore(ids, self.dates[nodes], {name: taken(column, nodes) for name, column in self._fields.items()})

    def field(self, name: str, nodes: slice = slice(None)) -> list[Any]:
        """A field of some models, as their records have it."""
        if self._given is not None:
            return [getattr(record, name) for record in self._given[nodes]]
        ids = self.ids[nodes]
        if name == "id":
            return list(ids)
        if name == "released":
            numbers, codes = numpy.unique(self.dates[nodes], return_inverse=True)
            dates = [PartialDate.of_number(number) if number else None for number in numbers.tolist()]
            return list(map(dates.__getitem__, codes.tolist()))
        column = self._fields.get(name)
        if name == "name" and column is None:
            return list(ids)
        values = field_values(Model, name, None if column is None else column[nodes], len(ids))
        return [value or id for value, id in zip(values, ids, strict=True)] if name == "name" else values

    def distinct(self, name: str) -> tuple[list[Any], NDArray[numpy.int32]]:
        """The distinct values of a field, as records have them, and of each model the index of its value."""
        values, codes = factored(self._fields.get(name), len(self))
        return field_values(Model, name, values, len(values)), codes

    def column(self, name: str, nodes: NDArray[Any]) -> list[Any] | None:
        """A field of some models as columns have it, or None where nothing is known of any; see `joined`."""
        return _known_values(Model, name, self._fields, nodes)

    def counts(self, name: str, nodes: NDArray[Any]) -> list[tuple[Any, int]]:
        """The distinct values of a field of some models, as their records have it, and how many have each."""
        column = self._fields.get(name)
        values, codes = factored(None if column is None else taken(column, nodes), len(nodes))
        numbers = numpy.bincount(codes, minlength=len(values)).tolist()
        found = zip(field_values(Model, name, values, len(values)), numbers, strict=True)
        return [(value, number) for value, number in found if number]

    def has(self, name: str) -> bool:
        """Whether a field may be known of any model."""
        return name in ("id", "name", "released") or self._given is not None or name in self._fields

    def equals(self, other: NodeStore) -> bool:
        """Whether the models are the same."""
        if self is other or (self._given is not None and self._given == other._given):
            return True
        if list(self.ids) != list(other.ids) or not numpy.array_equal(self.dates, other.dates):
            return False
        same = self.field("name") == other.field("name")
        return same and _same_fields(
            Model, self._fields, other._fields, len(self), frozenset({"id", "name", "released"})
        )

    def _several(self, nodes: slice) -> list[Model]:
        return construct(Model, {name: self.field(name, nodes) for name in Model.model_fields if self.has(name)})

    def _record(self, node: int) -> Model:
        fields = {name: value for name in self._fields if (value := self.value(name, node)) is not None}
        fields = {"name": self.ids[node], **fields, "id": self.ids[node], "released": self.released(node)}
        return Model.model_validate(fields)


class EdgeStore:
    """The derivations of a lineage, in the order of their children, then of their parents."""

    def __init__(
        self,
        ids: Sequence[str],
        parent: NDArray[numpy.int32],
        child: NDArray[numpy.int32],
        relation: NDArray[numpy.uint8],
        fields: Mapping[str, Column],
        records: tuple[Derivation, ...] | None = None,
    ) -> None:
        self.parent, self.child, self.relation = parent, child, relation
        self.records: Sequence[Derivation] = (
            LazySequence(len(parent), self._record, self._several) if records is None else records
        )
        self._ids, self._fields, self._given = ids, fields, records

    @classmethod
    def of_records(cls, records: Iterable[Derivation], nodes: NodeStore) -> EdgeStore:
        """The store of some records, in any order."""
        index = nodes.indices
        rows = sorted((index[each.child], index[each.parent], number, each) for number, each in enumerate(records))
        child, parent = (numpy.array([row[end] for row in rows], dtype=numpy.int32) for end in (0, 1))
        ordered = tuple(row[-1] for row in rows)
        relation = numpy.array([_INDEX_OF_RELATION[each.relation] for each in ordered], dtype=numpy.uint8)
        return cls(nodes.ids, parent, child, relation, RecordFields(ordered), ordered)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = self._fields if self._given is None else RecordFields(self._given)
        return EdgeStore, (self._ids, self.parent, self.child, self.relation, fields, self._given)

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _rows(self) -> tuple[memoryview, memoryview]:
        """Where the derivations of each child begin, and the parents."""
        return viewed(row_starts(self.child, len(self._ids))), viewed(self.parent)

    def find(self, parent: int, child: int) -> int | None:
        """The index of the derivation between two models."""
        starts, parents = self._rows
        start, end = starts[child], starts[child + 1]
        index = bisect_left(parents, parent, start, end)
        return index if index < end and parents[index] == parent else None

    def relation_of(self, parent: int, child: int) -> Relation:
        """The relation of a derivation that there is."""
        index = self.find(parent, child)
        assert index is not None
        return _RELATIONS[int(self.relation[index])]

    @cached_property
    def relations(self) -> frozenset[Relation]:
        """The relations of all derivations."""
        counts = numpy.bincount(self.relation, minlength=len(_RELATIONS)).tolist()
        return frozenset(relation for relation, count in zip(_RELATIONS, counts, strict=True) if count)

    def chosen(self, relations: frozenset[Relation]) -> NDArray[numpy.bool_]:
        """Of each derivation, whether it is by one of some relations."""
        return numpy.array([relation in relations for relation in _RELATIONS])[self.relation]

    def arrays(self, relations: frozenset[Relation]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Parents, children and relations of the derivations by some relations."""
        if relations >= self.relations:
            return self.parent, self.child, self.relation
        kept = self.chosen(relations)
        return self.parent[kept], self.child[kept], self.relation[kept]

    def index(self, relations: frozenset[Relation]) -> AncestryIndex:
        """Who descends from whom by some relations."""
        parent, child, _ = self.arrays(relations)
        return AncestryIndex.from_edges(len(self._ids), parent, child)

    def of_children(
        self, nodes: NDArray[Any], relations: frozenset[Relation]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The same of those of some children."""
        children = numpy.zeros(len(self._ids), dtype=bool)
        children[nodes] = True
        rows = numpy.flatnonzero(children[self.child] & self.chosen(relations))
        return self.parent[rows], self.child[rows], self.relation[rows]

    def kin(self, nodes: NDArray[Any]) -> tuple[list[list[str]], list[list[str]]]:
        """Of each of some models, ascending, the ids of its parents and of its children."""
        nodes = nodes.astype(self.child.dtype)  # of another type, all children would become that to be searched
        first, last = numpy.searchsorted(self.child, nodes), numpy.searchsorted(self.child, nodes, side="right")
        above = gather_slices(first, last, self.parent)
        low, high = (int(nodes[0]), int(nodes[-1])) if len(nodes) else (0, -1)
        below = numpy.flatnonzero((self.parent >= low) & (self.parent <= high))
        places = self.parent[below] - low
        if high - low >= len(nodes):  # there are others between them
            place = numpy.full(high - low + 1, -1, dtype=numpy.int32)
            place[nodes - low] = numpy.arange(len(nodes), dtype=numpy.int32)
            places = place[places]
            below, places = below[places >= 0], places[places >= 0]
        order = numpy.argsort(short(places), kind="stable")
        ends = numpy.cumsum(last - first), numpy.bincount(places, minlength=len(nodes)).cumsum()
        parents, children = map(self._listed, ends, (above, self.child[below[order]]))
        return parents, children

    def _listed(self, ends: NDArray[Any], nodes: NDArray[Any]) -> list[list[str]]:
        ids, listed = self._ids, nodes.tolist()
        return [
            [ids[node] for node in listed[start:end]] if end - start < _FEW else _copied(ids, listed[start:end])
            for start, end in pairwise([0, *ends.tolist()])
        ]

    def neighbors_of(self, node: int, key: Literal["parent", "child"]) -> Mapping[str, FrozenAttributes]:
        """The other ends of the derivations that have a model at one end, by id, with what is known of these."""
        ids, others = self._ids, getattr(self, _OTHER[key])
        return {ids[others[row]]: self._attributes_of(row) for row in self._rows_by[key][node]}

    def neighbors(self, key: Literal["parent", "child"]) -> Iterator[tuple[str, Mapping[str, FrozenAttributes]]]:
        """The same of all models that have any, by their ids."""
        rows, others = self._rows_by[key], getattr(self, _OTHER[key])
        nodes = rows.lengths.nonzero()[0]
        names, ids = picked(self._ids, nodes.tolist()), picked(self._ids, others[rows.items].tolist())
        attributes = list(map(self._attributes_of, rows.items.tolist()))
        for name, start, end in zip(names, rows.starts[nodes].tolist(), rows.starts[nodes + 1].tolist(), strict=True):
            yield name, dict(zip(ids[start:end], attributes[start:end], strict=True))

    @cached_property
    def _rows_by(self) -> dict[str, CsrRows]:
        """By parents and by children: which derivations each has."""
        every = numpy.arange(len(self), dtype=numpy.int32)
        return {key: CsrRows.of(len(self._ids), getattr(self, key), every) for key in _OTHER}

    @cached_property
    def _attributes_of(self) -> Callable[[int], FrozenAttributes]:
        """What else is known of a derivation, as attributes; equal ones are shared."""
        shared = [FrozenAttributes(relation=str(each)) for each in _RELATIONS]
        relations, ends = viewed(self.relation), frozenset({"parent", "child"})
        columns = [column for name in ("note", "references") if (column := self._fields.get(name)) is not None]

        def attributes(row: int) -> FrozenAttributes:
            if any(item(column, row) for column in columns):
                return FrozenAttributes(to_attributes(self.records[row], ends))
            return shared[relations[row]]

        return attributes

    def part(self, nodes: NDArray[numpy.int64], ids: Sequence[str], relations: frozenset[Relation]) -> EdgeStore:
        """The derivations by some relations between some models, which have other indices and these ids then."""
        index = numpy.full(len(self._ids), -1, dtype=numpy.int32)
        index[nodes] = numpy.arange(len(nodes), dtype=numpy.int32)
        parent, child = index[self.parent], index[self.child]
        rows = numpy.flatnonzero(self.chosen(relations) & (parent >= 0) & (child >= 0))
        some = self.rows(rows)
        return EdgeStore(ids, parent[rows], child[rows], some.relation, some._fields, some._given)

    def paths_between(self, kept: NDArray[numpy.int64], chosen: frozenset[Relation]) -> list[tuple[int, ...]]:
        """For each two of some models that are related only through others, a shortest path that passes most on."""
        is_kept = numpy.zeros(len(self._ids), dtype=bool)
        is_kept[kept] = True
        found: dict[tuple[int, int], tuple[int, ...]] = {}
        direct = set(zip(*(ends.tolist() for ends in self.arrays(chosen)[:2]), strict=True))
        for _, relations in CLASSES_BY_STRENGTH:
            parent, child, _ = self.arrays(chosen & relations)
            parents = CsrRows.of(len(is_kept), child, parent)
            for node in distinct(child[~is_kept[parent] & is_kept[child]]).tolist():
                for path in _paths_up(node, parents, is_kept):
                    found.setdefault((path[0], node), path)
        return [path for pair, path in found.items() if pair not in direct]

    def rows(self, rows: NDArray[Any]) -> EdgeStore:
        """Some of the derivations, of the same models."""
        arrays = self.parent[rows], self.child[rows], self.relation[rows]
        if self._given is not None:
            records = tuple(self._given[row] for row in rows.tolist())
            return EdgeStore(self._ids, *arrays, RecordFields(records), records)
        return EdgeStore(self._ids, *arrays, {name: taken(column, rows) for name, column in self._fields.items()})

    def column(self, name: str, rows: NDArray[Any]) -> list[Any] | None:
        """A field of some derivations as columns have it, or None where nothing is known of any; see `joined`."""
        return _known_values(Derivation, name, self._fields, rows)

    def field(self, name: str, rows: slice = slice(None)) -> list[Any]:
        """A field of some derivations, as their records have it; see `NodeStore.field`."""
        if self._given is not None:
            return [getattr(record, name) for record in self._given[rows]]
        if name in ("parent", "child"):
            return list(map(self._ids.__getitem__, getattr(self, name)[rows].tolist()))
        if name == "relation":
            return list(map(_RELATIONS.__getitem__, self.relation[rows].tolist()))
        column = self._fields.get(name)
        return field_values(Derivation, name, None if column is None else column[rows], len(self.relation[rows]))

    def has(self, name: str) -> bool:
        """Whether a field may be known of any derivation."""
        return name in ("parent", "child", "relation") or self._given is not None or name in self._fields

    def _several(self, rows: slice) -> list[Derivation]:
        names = [name for name in Derivation.model_fields if self.has(name)]
        return construct(Derivation, {name: self.field(name, rows) for name in names})

    def equals(self, other: EdgeStore) -> bool:
        """Whether the derivations are the same, of models that are."""
        arrays = (
            numpy.array_equal(getattr(self, name), getattr(other, name)) for name in ("parent", "child", "relation")
        )
        ends = frozenset({"parent", "child", "relation"})
        return all(arrays) and _same_fields(Derivation, self._fields, other._fields, len(self), ends)

    def touching(self, nodes: NDArray[numpy.int64], relations: frozenset[Relation]) -> NDArray[numpy.int64]:
        """Those of some models that have part in a derivation by some relations."""
        parent, child, _ = self.arrays(relations)
        touched = numpy.zeros(len(self._ids), dtype=bool)
        touched[parent] = touched[child] = True
        touching: NDArray[numpy.int64] = nodes[touched[nodes]]
        return touching

    def _record(self, number: int) -> Derivation:
        fields = {name: value for name, column in self._fields.items() if (value := item(column, number)) is not None}
        fields |= {"parent": self._ids[self.parent[number]], "child": self._ids[self.child[number]]}
        return Derivation.model_validate({**fields, "relation": _RELATIONS[self.relation[number]]})


def _paths_up(node: int, parents: CsrRows, is_kept: NDArray[numpy.bool_]) -> Iterator[tuple[int, ...]]:
    """From each of the models that are kept and lead to one through others, a shortest path."""
    below = {node: node}
    waiting = deque([node])
    while waiting:
        here = waiting.popleft()
        for parent in parents[here]:
            if parent in below:
                continue
            below[parent] = here
            if not is_kept[parent]:
                waiting.append(parent)
            else:
                path = [parent]
                while path[-1] != node:
                    path.append(below[path[-1]])
                yield tuple(path)


def shortened(path: Sequence[Derivation]) -> Derivation:
    """A path as one derivation: by its weakest step, with all references, and a note that says what is between."""
    strength = [next(n for n, (_, known) in enumerate(CLASSES_BY_STRENGTH) if step.relation in known) for step in path]
    weakest = max(range(len(path)), key=lambda number: (strength[number], number))
    return Derivation(
        parent=path[0].parent,
        child=path[-1].child,
        relation=path[weakest].relation,
        references=tuple(dict.fromkeys(reference for step in path for reference in step.references)),
        note=f"through {', '.join(step.child for step in path[:-1])}",
    )


def _date_then_id(model: Model) -> tuple[bool, PartialDate | int, str]:
    return (model.released is None, model.released or 0, model.id)


def in_date_order(columns: Columns) -> tuple[NodeStore, EdgeStore]:
    """The models and derivations of some columns, in their orders."""
    order = _date_order(columns.ids, columns.dates)
    index = numpy.empty(len(order), dtype=numpy.int32)
    index[order] = numpy.arange(len(order), dtype=numpy.int32)
    ids = picked(columns.ids, order.tolist())
    fields = {name: taken(column, order) for name, column in columns.fields.items()}
    parent, child = index[columns.parent], index[columns.child]
    rows = numpy.argsort(child.astype(numpy.int64) * max(len(ids), 1) + parent, kind="stable")
    edge_fields = {name: taken(column, rows) for name, column in columns.edge_fields.items()}
    edges = EdgeStore(ids, parent[rows], child[rows], columns.relation[rows].astype(numpy.uint8), edge_fields)
    return NodeStore(ids, columns.dates[order].astype(numpy.int32), fields), edges


def joined(
    nodes: Sequence[tuple[NodeStore, NDArray[Any]]], edges: Sequence[tuple[EdgeStore, NDArray[Any], NDArray[Any]]]
) -> Columns:
    """Some models of several stores, and some derivations with the rows that the indices of their models become."""
    models = [(len(chosen), partial(store.column, nodes=chosen)) for store, chosen in nodes]
    steps = [(len(rows), partial(store.column, rows=rows)) for store, rows, _ in edges]
    return Columns(
        ids=[id for store, chosen in nodes for id in picked(store.ids, chosen.tolist())],
        dates=numpy.concatenate([store.dates[chosen] for store, chosen in nodes]),
        fields=dict(_joined_fields([name for name in Model.model_fields if name not in ("id", "released")], models)),
        parent=numpy.concatenate([index[store.parent[rows]] for store, rows, index in edges]).astype(numpy.int32),
        child=numpy.concatenate([index[store.child[rows]] for store, rows, index in edges]).astype(numpy.int32),
        relation=numpy.concatenate([store.relation[rows] for store, rows, _ in edges]),
        edge_fields=dict(_joined_fields(["references", "note"], steps)),
    )


def _joined_fields(
    names: Iterable[str], parts: Sequence[tuple[int, Callable[[str], list[Any] | None]]]
) -> Iterator[tuple[str, list[Any]]]:
    for name in names:
        columns = [(count, column(name)) for count, column in parts]
        if any(column is not None for _, column in columns):
            yield (
                name,
                list(chain.from_iterable([None] * count if known is None else known for count, known in columns)),
            )


def _copied(ids: Sequence[str], nodes: Sequence[int]) -> list[str]:
    """The ids of many models, in pieces that are in the cache when they are copied."""
    found: list[str] = []
    for start in range(0, len(nodes), _PIECE):
        found += picked(ids, nodes[start : start + _PIECE])
    return found


def _same_fields(
    record: type[Record], one: Mapping[str, Column], other: Mapping[str, Column], count: int, but: frozenset[str]
) -> bool:
    """Whether two sets of columns have the same values of all fields but some; each distinct one is read once."""
    for name in (one.keys() | other.keys()) - but:
        index: dict[Any, int] = {}
        codes = []
        for column in (one.get(name), other.get(name)):
            values, numbers = factored(column, count)
            read = field_values(record, name, values, len(values))
            codes.append(numpy.array([index.setdefault(value, len(index)) for value in read])[numbers])
        if not numpy.array_equal(codes[0], codes[1]):
            return False
    return True


def _known_values(
    record: type[Record], name: str, fields: Mapping[str, Column], rows: NDArray[Any]
) -> list[Any] | None:
    column = fields.get(name)
    if column is None or not len(rows):
        return None
    values = list(listed(taken(column, rows), len(rows)))
    known = record.model_fields[name]
    default = None if known.is_required() else known.get_default()
    return values if any(value is not None and value != default for value in values) else None


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


def _of_values(column: Column | None, count: int, fits: Callable[[Any], bool]) -> NDArray[numpy.bool_]:
    """Of each row, whether its value fits; each distinct one is asked once."""
    values, codes = factored(column, count)
    fitting = numpy.fromiter(map(fits, values), bool, len(values))
    chosen: NDArray[numpy.bool_] = fitting[codes]
    return chosen


def _released_within(
    dates: NDArray[numpy.int32], first: datetime.date | None, last: datetime.date | None
) -> NDArray[numpy.bool_]:
    """Of each date, whether it is known and for certain within two days."""
    year, month, day = dates // 10000, dates // 100 % 100, dates % 100
    kept = dates > 0
    if first is not None:
        lower = year * 10000 + numpy.maximum(month, 1) * 100 + numpy.maximum(day, 1)
        kept &= lower >= first.year * 10000 + first.month * 100 + first.day
    if last is not None:
        # The last day of any month is its 31st here, so that months compare whatever their length.
        ends = last.day == calendar.monthrange(last.year, last.month)[1]
        upper = year * 10000 + numpy.where(month, month, 12) * 100 + numpy.where(day, day, 31)
        lengths = numpy.array([0, *(calendar.monthrange(2023, number)[1] for number in range(1, 13))])
        leap = (month == 2) & ((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)))
        upper += (day > 0) * (day == lengths[month] + leap) * (31 - day)
        kept &= upper <= last.year * 10000 + last.month * 100 + (31 if ends else last.day)
    return kept
