"""Families: which models belong together, by common root, by connection, by maker, or by any key.

A base family is a root of the weight-passing relations with all that descends from it, so a model with several
weight parents can belong to several families. Each model has one **primary** family: that of its primary parent.
The primary parent is the one that comes first by

1. relation, in the order of `modeltree.records.Relation`: a model takes after what it was fine-tuned from before
   what it has as a component, and after that before what it learnt from the outputs of;
2. date: the parent released last, in the order of `PartialDate`; undated ones come after all others;
3. id.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from modeltree._util.html import block, definitions, head
from modeltree._util.text import counted, enumerated
from modeltree.graph.ancestry import AncestryIndex
from modeltree.records import Model, PartialDate, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Families", "Family", "Grouping", "family_labels", "primary_parent", "primary_parents"]

Grouping = Literal["base", "component", "organization"] | Callable[[Model], Hashable]
"""How to group: by base model, by connection, by organization, or by what a function says of each model."""

# Of members and organizations, in a notebook.
_MOST_SHOWN = 40

_RANK = {relation: rank for rank, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class Family:
    """Models that belong together.

    Parameters
    ----------
    key : hashable
        What the family is found by: the id of its root or its organization, or what the function said.
    name : str
        What to call it.
    root : str or None
        The model that all others descend from, where there is one.
    members : tuple of str
        All models that belong to it, in date order.
    primary : tuple of str
        Those of them whose primary family it is, in date order.
    depth : int
        The steps of the longest descent within the family.
    span : (PartialDate, PartialDate) or None
        The first and the last date of its members, if any is dated.
    organizations : tuple of str
        Who made its members, by id.
    """

    key: Hashable
    name: str
    root: str | None
    members: tuple[str, ...]
    primary: tuple[str, ...]
    depth: int
    span: tuple[PartialDate, PartialDate] | None
    organizations: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many models belong to it."""
        return len(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __contains__(self, id: object) -> bool:
        return id in self.members

    def __str__(self) -> str:
        span = f", {self.span[0]} to {self.span[1]}" if self.span else ""
        return f"{self.name}: {self.size} {'model' if self.size == 1 else 'models'}{span}"

    def _repr_html_(self) -> str:
        counts = (
            counted(self.size, "model"),
            " to ".join(map(str, self.span)) if self.span else "no date known",
            f"depth {self.depth}",
            counted(len(self.organizations), "organization"),
        )
        rows = {
            "root": self.root,
            "models": enumerated(self.members, _MOST_SHOWN),
            "organizations": enumerated(self.organizations, _MOST_SHOWN),
        }
        shown = [(label, escape(text)) for label, text in rows.items() if text]
        return block([head(self.name, " · ".join(counts)), definitions(shown)])


class Families(Sequence[Family]):
    """The models of a lineage as families, the largest first, then by their first members.

    A family is made when it is asked for: of millions of models there are millions.

    Parameters
    ----------
    nodes, steps
        The models and derivations, as `modeltree.graph.kept` or `modeltree.graph.columns` have them.
    index : AncestryIndex
        The descent to go by.
    chosen : frozenset of Relation
        Its relations.
    by : {"base", "component", "organization"} or callable
        How to group. A callable gets a `Model` and returns the key of its family.
    organization_names : mapping, optional
        What to call the organizations.
    """

    def __init__(
        self,
        nodes: Any,
        steps: Any,
        index: AncestryIndex,
        chosen: frozenset[Relation],
        by: Grouping = "base",
        organization_names: Mapping[str, str] | None = None,
    ) -> None:
        self._nodes, self._index = nodes, index
        self._by = by
        self._names = organization_names or {}
        self._groups = _grouped(nodes, steps, index, chosen, by)
        self._made: dict[int, Family] = {}

    def __len__(self) -> int:
        return len(self._groups)

    @overload
    def __getitem__(self, place: int) -> Family: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Family, ...]: ...
    def __getitem__(self, place: int | slice) -> Family | tuple[Family, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        number = range(len(self))[place]
        if number not in self._made:
            self._made[number] = self._family(number)
        return self._made[number]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Families, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        first = "; ".join(str(family) for family in self[:3])
        return f"<{len(self):,} families{f', the largest: {first}' if first else ''}>"

    @property
    def sizes(self) -> list[int]:
        """How many models belong to each, without making it."""
        return self._groups.sizes

    def primary_of(self, node: int) -> Family:
        """The family that a model belongs to primarily."""
        return self[self._groups.primary_of(node)]

    def _family(self, number: int) -> Family:
        nodes, ids = self._nodes, self._nodes.ids
        key, members = self._groups.key(number), self._groups.members(number)
        released, end = nodes.released, _dated(nodes, members)
        within = set(members)
        roots = [node for node in members if within.isdisjoint(self._index.parents[node])]
        return Family(
            key=key,
            name=self._name(key, members[0]),
            root=ids[roots[0]] if len(roots) == 1 else None,
            members=tuple(map(ids.__getitem__, members)),
            primary=tuple(map(ids.__getitem__, self._groups.primary(number))),
            depth=_depth(members, self._index),
            span=(released(members[0]), released(members[end - 1])) if end else None,
            organizations=tuple(dict.fromkeys(name for node in members for name in nodes.organizations(node))),
        )

    def _name(self, key: Hashable, first: int) -> str:
        """What a family is called; `first` is its first member."""
        if self._by in ("base", "component"):
            name: str = self._nodes.name(self._nodes.positions[key] if self._by == "base" else first)
            return name
        if self._by == "organization":
            return "no organization" if key is None else self._names.get(str(key), str(key))
        return str(key)


def _dated(nodes: Any, members: Sequence[int]) -> int:
    """How many of some models have a date; they are in date order, those without one last."""
    return bisect.bisect_left(members, True, key=lambda node: nodes.released(node) is None)


def primary_parents(
    parent: NDArray[Any], child: NDArray[Any], relation: NDArray[Any], dates: NDArray[Any]
) -> NDArray[Any]:
    """For each node, the parent that it takes after by the rule above; -1 where there is none.

    Parameters
    ----------
    parent, child, relation : array of int
        Of each derivation, its models and the place of its relation in `Relation`.
    dates : array of int
        Of each model, as `modeltree.graph.columns.Columns` has them.
    """
    import numpy

    best = numpy.full(len(dates), -1, dtype=numpy.int64)
    # The last to be written stays, so the rows go from the worst parent to the best.
    several = numpy.bincount(child, minlength=len(dates))[child] > 1
    best[child[~several]] = parent[~several]
    rows = numpy.flatnonzero(several)
    worst_first = numpy.lexsort((-parent[rows], dates[parent[rows]], -relation[rows].astype(numpy.int64)))
    for row in rows[worst_first].tolist():
        best[child[row]] = parent[row]
    return best


def primary_parent(
    models: Sequence[Model], relation_of: Mapping[tuple[str, str], Relation], child: int, parents: Sequence[int]
) -> int:
    """The one of some parents of a node that it takes after, by the rule above; they are in the order of the nodes."""
    ranks = [_RANK[relation_of[models[parent].id, models[child].id]] for parent in parents]
    least = min(ranks)
    first = [parent for parent, rank in zip(parents, ranks, strict=True) if rank == least]
    latest = max((date for parent in first if (date := models[parent].released)), default=None)
    # Nodes are in date order, then by id: the first of those with this date has the least id.
    return next(parent for parent in first if models[parent].released == latest)


class _Groups(Protocol):
    """Which models belong to which family, the largest family first."""

    @property
    def sizes(self) -> list[int]:
        """How many models belong to each family."""

    def __len__(self) -> int: ...

    def key(self, number: int) -> Hashable:
        """What a family is found by."""

    def members(self, number: int) -> Sequence[int]:
        """The models that belong to a family, ascending."""

    def primary(self, number: int) -> Sequence[int]:
        """Those of them whose primary family it is, ascending."""

    def primary_of(self, node: int) -> int:
        """The number of the primary family of a model."""


def _grouped(nodes: Any, steps: Any, index: AncestryIndex, chosen: frozenset[Relation], by: Grouping) -> _Groups:
    if by in ("base", "component"):
        return _Connected(nodes, steps, index, chosen, by == "base")
    if by == "organization":
        keys = [nodes.organizations(node) or (None,) for node in range(len(nodes))]
        return _Keyed(keys)
    if callable(by):
        return _Keyed([(by(model),) for model in nodes.records])
    raise ValueError(f"cannot group by {by!r}: say 'base', 'component', 'organization' or give a function")


class _Keyed:
    """Groups by the keys of each model, of which the first is its primary one."""

    def __init__(self, keys: Sequence[tuple[Hashable, ...]]) -> None:
        groups: dict[Hashable, list[int]] = {}
        primary: dict[Hashable, list[int]] = {}
        for node, several in enumerate(keys):
            for key in several:
                groups.setdefault(key, []).append(node)
            primary.setdefault(several[0], []).append(node)
        found = sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0]))
        self._keys = [key for key, _ in found]
        self._members = [members for _, members in found]
        self._primary = [primary.get(key, []) for key in self._keys]
        self._family = {node: number for number, listed in enumerate(self._primary) for node in listed}
        self.sizes = list(map(len, self._members))

    def __len__(self) -> int:
        return len(self._keys)

    def key(self, number: int) -> Hashable:
        return self._keys[number]

    def members(self, number: int) -> Sequence[int]:
        return self._members[number]

    def primary(self, number: int) -> Sequence[int]:
        return self._primary[number]

    def primary_of(self, node: int) -> int:
        return self._family[node]


class _Connected:
    """Groups by common root, or by connection; each has the number of one of its models as its label."""

    def __init__(self, nodes: Any, steps: Any, index: AncestryIndex, chosen: frozenset[Relation], base: bool) -> None:
        import numpy

        self._ids, self._index, self._base = nodes.ids, index, base
        labels = (
            family_labels(nodes, steps, index, chosen) if base else numpy.asarray(index.components, dtype=numpy.int64)
        )
        order = numpy.argsort(labels, kind="stable")
        count = len(labels)
        sizes = numpy.bincount(labels, minlength=count)
        self._starts = numpy.concatenate(([0], numpy.cumsum(sizes)))
        heads = numpy.asarray(index.roots, dtype=numpy.int64) if base else numpy.flatnonzero(sizes)
        whole = numpy.asarray(index.descendant_counts(), dtype=numpy.int64)[heads] + 1 if base else sizes[heads]
        self._heads = heads[numpy.lexsort((self._first_members(steps, chosen)[heads] if base else heads, -whole))]
        self._whole = whole
        self._number = numpy.empty(count, dtype=numpy.int64)
        self._number[self._heads] = numpy.arange(len(heads))
        self._labels, self._order = labels, order

    def __len__(self) -> int:
        return len(self._heads)

    @property
    def sizes(self) -> list[int]:
        found: list[int] = sorted(self._whole.tolist(), reverse=True)
        return found

    def _first_members(self, steps: Any, chosen: frozenset[Relation]) -> NDArray[Any]:
        """Of each root, the first of its family: itself, unless a model is dated before what it was made from."""
        import numpy

        first = numpy.arange(len(self._ids))
        early = (steps.child < steps.parent) & _wanted(chosen)[steps.relation]
        for node in numpy.unique(steps.child[early]).tolist():
            for root in self._index.roots_above[node]:
                first[root] = min(first[root], node)
        return first

    def key(self, number: int) -> Hashable:
        key: str = self._ids[self._heads[number]]
        return key

    def members(self, number: int) -> Sequence[int]:
        if not self._base:
            return self.primary(number)
        head = int(self._heads[number])
        return sorted([head, *(int(node) for node in self._index.descendants(head))])

    def primary(self, number: int) -> Sequence[int]:
        head = int(self._heads[number])
        members: list[int] = self._order[self._starts[head] : self._starts[head + 1]].tolist()
        return members

    def primary_of(self, node: int) -> int:
        return int(self._number[self._labels[node]])


def family_labels(nodes: Any, steps: Any, index: AncestryIndex, chosen: frozenset[Relation]) -> NDArray[Any]:
    """For each model, the place of the root of its primary family."""
    import numpy

    kept = _wanted(chosen)[steps.relation]
    best = primary_parents(steps.parent[kept], steps.child[kept], steps.relation[kept], nodes.dates)
    return numpy.asarray(index.primary_roots(best), dtype=numpy.int64)


def _wanted(chosen: frozenset[Relation]) -> NDArray[Any]:
    """Of each place in `Relation`, whether it is one of some relations."""
    import numpy

    return numpy.array([relation in chosen for relation in Relation])


def _depth(nodes: Sequence[int], index: AncestryIndex) -> int:
    """The steps of the longest way from one of the nodes to another through nothing but them."""
    steps: dict[int, int] = {}
    for node in sorted(nodes, key=index.generation.__getitem__):
        within = [steps[parent] + 1 for parent in index.parents[node] if parent in steps]
        steps[node] = max(within, default=0)
    return max(steps.values())
