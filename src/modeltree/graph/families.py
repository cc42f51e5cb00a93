"""Families: which models belong together, by common root, by connection, by organization, or by any key.

A base family is a root of the weight-passing relations with all that descends from it, so a model with several
weight parents can belong to several families. Each model has one **primary** family: that of its primary parent, see
`modeltree.graph.primary`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from modeltree._util.html import block, definitions, head
from modeltree._util.text import counted, enumerated
from modeltree.graph.columns import LazySequence
from modeltree.graph.index import AncestryIndex
from modeltree.graph.primary import PrimaryForest
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.records import Model, PartialDate, Relation

__all__ = ["Families", "Family", "Grouping", "family_labels"]

Grouping = Literal["base", "component", "organization"] | Callable[[Model], Hashable]
"""How to group: by base model, by connection, by organization, or by what a function says of each model."""

# Of members and organizations, in a notebook.
_MOST_SHOWN = 40


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


class Families(LazySequence[Family]):
    """The models of a lineage as families, the largest first, then by their first members.

    A family is made when it is asked for: of millions of models there are millions.

    Parameters
    ----------
    nodes : NodeStore
        The models.
    edges : EdgeStore
        The derivations.
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
        nodes: NodeStore,
        edges: EdgeStore,
        index: AncestryIndex,
        chosen: frozenset[Relation],
        by: Grouping = "base",
        organization_names: Mapping[str, str] | None = None,
    ) -> None:
        self._nodes, self._index = nodes, index
        self._by = by
        self._names = organization_names or {}
        self._groups = _grouped(nodes, edges, index, chosen, by)
        super().__init__(len(self._groups), self._family)

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
        released, end = nodes.released, nodes.dated(members)
        within = set(members)
        roots = [node for node in members if within.isdisjoint(self._index.parents[node])]
        first, last = (released(members[0]), released(members[end - 1])) if end else (None, None)
        return Family(
            key=key,
            name=self._name(key, members[0]),
            root=ids[roots[0]] if len(roots) == 1 else None,
            members=tuple(map(ids.__getitem__, members)),
            primary=tuple(map(ids.__getitem__, self._groups.primary(number))),
            depth=_depth(members, self._index),
            span=(first, last) if first and last else None,
            organizations=tuple(dict.fromkeys(name for node in members for name in nodes.organizations(node))),
        )

    def _name(self, key: Hashable, first: int) -> str:
        """What a family is called; `first` is its first member."""
        if self._by in ("base", "component"):
            return self._nodes.name(self._nodes.indices[str(key)] if self._by == "base" else first)
        if self._by == "organization":
            return "no organization" if key is None else self._names.get(str(key), str(key))
        return str(key)


def _grouped(
    nodes: NodeStore, edges: EdgeStore, index: AncestryIndex, chosen: frozenset[Relation], by: Grouping
) -> _Keyed | _Connected:
    if by in ("base", "component"):
        return _Connected(nodes, edges, index, chosen, by == "base")
    if by == "organization":
        return _Keyed([nodes.organizations(node) or (None,) for node in range(len(nodes))])
    if callable(by):
        return _Keyed([(by(model),) for model in nodes.records])
    raise ValueError(f"cannot group by {by!r}: say 'base', 'component', 'organization' or give a function")


class _Keyed:
    """Groups by the keys of each model, of which the first is its primary one; the largest group first."""

    def __init__(self, keys: Sequence[tuple[Hashable, ...]]) -> None:
        groups: dict[Hashable, list[int]] = {}
        primary: dict[Hashable, list[int]] = {}
        for node, several in enumerate(keys):
            for key in several:
                groups.setdefault(key, []).append(node)
            primary.setdefault(several[0], []).append(node)
        largest_first = sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0]))
        self._keys = [key for key, _ in largest_first]
        self._members = [members for _, members in largest_first]
        self._primary = [primary.get(key, []) for key in self._keys]
        self._family = {node: number for number, listed in enumerate(self._primary) for node in listed}
        self.sizes = list(map(len, self._members))

    def __len__(self) -> int:
        return len(self._keys)

    def key(self, number: int) -> Hashable:
        """What a family is found by."""
        return self._keys[number]

    def members(self, number: int) -> Sequence[int]:
        """The models that belong to a family, ascending."""
        return self._members[number]

    def primary(self, number: int) -> Sequence[int]:
        """Those of them whose primary family it is, ascending."""
        return self._primary[number]

    def primary_of(self, node: int) -> int:
        """The number of the primary family of a model."""
        return self._family[node]


class _Connected:
    """The same by common root, or by connection; a group has the index of one of its models as its label."""

    def __init__(
        self, nodes: NodeStore, edges: EdgeStore, index: AncestryIndex, chosen: frozenset[Relation], base: bool
    ) -> None:
        self._ids, self._index, self._base = nodes.ids, index, base
        labels = family_labels(nodes, edges, chosen) if base else index.components
        order = numpy.argsort(labels, kind="stable")
        count = len(labels)
        sizes = numpy.bincount(labels, minlength=count)
        self._starts = numpy.concatenate(([0], numpy.cumsum(sizes)))
        heads = index.roots if base else numpy.flatnonzero(sizes)
        whole = index.descendant_counts()[heads] + 1 if base else sizes[heads]
        self._heads = heads[numpy.lexsort((self._first_members(edges, chosen)[heads] if base else heads, -whole))]
        self._whole = whole
        self._number = numpy.empty(count, dtype=numpy.int64)
        self._number[self._heads] = numpy.arange(len(heads))
        self._labels, self._order = labels, order

    def __len__(self) -> int:
        return len(self._heads)

    @property
    def sizes(self) -> list[int]:
        return sorted(self._whole.tolist(), reverse=True)

    def _first_members(self, edges: EdgeStore, chosen: frozenset[Relation]) -> NDArray[Any]:
        """Of each root, the first of its family: itself, unless a model is dated before what it was made from."""
        first = numpy.arange(len(self._ids))
        parent, child, _ = edges.arrays(chosen)
        for node in numpy.unique(child[child < parent]).tolist():
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
        return sorted([head, *self._index.descendants(head).tolist()])

    def primary(self, number: int) -> Sequence[int]:
        head = int(self._heads[number])
        members: list[int] = self._order[self._starts[head] : self._starts[head + 1]].tolist()
        return members

    def primary_of(self, node: int) -> int:
        return int(self._number[self._labels[node]])


def family_labels(nodes: NodeStore, edges: EdgeStore, chosen: frozenset[Relation]) -> NDArray[numpy.int64]:
    """For each model, the index of the root of its primary family."""
    return PrimaryForest.of(*edges.arrays(chosen), nodes.dates).root


def _depth(nodes: Sequence[int], index: AncestryIndex) -> int:
    """The edges of the longest path from one of the nodes to another through nothing but them."""
    depths: dict[int, int] = {}
    for node in sorted(nodes, key=index.generation.__getitem__):
        within = [depths[parent] + 1 for parent in index.parents[node] if parent in depths]
        depths[node] = max(within, default=0)
    return max(depths.values())
