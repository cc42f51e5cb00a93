"""Families: which models belong together, by common root, by connection, by organization, or by any key.

A base family is a root of the weight-passing relations with all that descends from it, so a model with several
weight parents can belong to several families. Each model has one **primary** family: that of its primary parent.

The primary parent is the one that comes first by

1. relation, in the order of `modeltree.records.Relation`: a model takes after what it was fine-tuned from before
   what it has as a component, and after that before what it learnt from the outputs of;
2. date: the parent released last, in the order of `PartialDate`; undated ones come after all others;
3. id.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy
from numpy.typing import NDArray

from modeltree._util.html import block, definitions, head
from modeltree._util.text import counted, enumerated
from modeltree.graph.columns import LazySequence, factored, picked
from modeltree.graph.csr import CsrRows, row_starts
from modeltree.graph.index import AncestryIndex
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.records import Model, PartialDate, Relation

__all__ = ["Families", "Family", "Grouping", "PrimaryForest", "by_preference", "family_labels"]

Grouping = Literal["base", "component", "organization"] | Callable[[Model], Hashable]
"""How to group: by base model, by connection, by organization, or by what a function says of each model."""

# Of members and organizations, in a notebook.
_MOST_SHOWN = 40
_WORKED_OUT = frozenset({"root", "members", "primary", "depth", "span", "organizations"})
_FEW = 64
"""A family of fewer models goes by one model at a time: calls of numpy would take longer."""


@dataclass(frozen=True)
class Family:
    """Models that belong together.

    Of those of a lineage, what is not known at once is worked out when it is asked for.

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

    Examples
    --------
    >>> import modeltree
    >>> family = modeltree.datasets.load("survey").family("Vicuna")
    >>> family.name, family.root, "koala" in family.members
    ('LLaMA', 'llama', True)
    """

    key: Hashable
    name: str
    root: str | None
    members: tuple[str, ...]
    primary: tuple[str, ...]
    depth: int
    span: tuple[PartialDate, PartialDate] | None
    organizations: tuple[str, ...]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # of a field that was not asked for yet
            if name not in _WORKED_OUT or "_details" not in self.__dict__:
                raise AttributeError(name)
            value = self.__dict__[name] = getattr(self.__dict__["_details"], name)
            return value

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def size(self) -> int:
        """How many models belong to it.

        Examples
        --------
        >>> import modeltree
        >>> family = modeltree.datasets.load("survey").family("Vicuna")
        >>> family.size == len(family.members)
        True
        """
        details: _Details | None = self.__dict__.get("_details")
        return len(self.members) if details is None else details.size

    def __len__(self) -> int:
        return self.size

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
        sizes: list[int] = self._groups.sizes.tolist()
        return sizes

    def primary_of(self, node: int) -> Family:
        """The family that a model belongs to primarily."""
        return self[self._groups.primary_of(node)]

    def _family(self, number: int) -> Family:
        groups = self._groups
        key = groups.key(number)
        name = self._name(key) if isinstance(groups, _Keyed) else self._nodes.name(groups.head(number))
        family = object.__new__(Family)
        family.__dict__.update(key=key, name=name, _details=_Details(self._nodes, groups, number))
        if self._by == "base":
            family.__dict__["root"] = key
        return family

    def _name(self, key: Hashable) -> str:
        if self._by == "organization":
            return "no organization" if key is None else self._names.get(str(key), str(key))
        return str(key)


class _Details:
    """What a family says of its members, each worked out when it is asked for; it goes by its number in all groups."""

    def __init__(self, nodes: NodeStore, groups: _Keyed | _Connected, number: int) -> None:
        self._store, self._groups, self._number = nodes, groups, number
        self.size = int(groups.sizes[number])

    @cached_property
    def _nodes(self) -> NDArray[Any]:
        return self._groups.members(self._number)

    @cached_property
    def members(self) -> tuple[str, ...]:
        return picked(self._store.ids, self._nodes.tolist())

    @property
    def primary(self) -> tuple[str, ...]:
        nodes = self._groups.primary(self._number, self._nodes)
        return self.members if len(nodes) == self.size else picked(self._store.ids, nodes.tolist())

    @cached_property
    def _roots_and_depth(self) -> tuple[NDArray[Any], int]:
        return self._groups.roots_and_depth(self._number, self._nodes)

    @property
    def root(self) -> str | None:
        roots = self._roots_and_depth[0]
        return self._store.ids[int(roots[0])] if len(roots) == 1 else None

    @property
    def depth(self) -> int:
        return self._roots_and_depth[1]

    @property
    def span(self) -> tuple[PartialDate, PartialDate] | None:
        nodes, released = self._nodes, self._store.released
        end = int(numpy.count_nonzero(self._store.dates[nodes]))  # undated ones come last
        first, last = (released(int(nodes[each])) for each in (0, end - 1)) if end else (None, None)
        return (first, last) if first and last else None

    @property
    def organizations(self) -> tuple[str, ...]:
        return self._store.organizations_of(self._nodes)


def _grouped(
    nodes: NodeStore, edges: EdgeStore, index: AncestryIndex, chosen: frozenset[Relation], by: Grouping
) -> _Keyed | _Connected:
    if by in ("base", "component"):
        return _Connected(nodes, edges, index, chosen, by == "base")
    if by == "organization":
        values, codes = factored(nodes.field("organizations"), len(nodes))
        return _Keyed([value or (None,) for value in values], codes, index)
    if callable(by):
        key_index: dict[Hashable, int] = {}
        keys = numpy.fromiter(
            (key_index.setdefault(by(model), len(key_index)) for model in nodes.records), numpy.int64, len(nodes)
        )
        return _Keyed([(key,) for key in key_index], keys, index)
    raise ValueError(f"cannot group by {by!r}: say 'base', 'component', 'organization' or give a function")


class _Keyed:
    """Groups by the keys of each model, of which the first is its primary one; the largest group first."""

    # The keys of each model are a value, of which `values` has each distinct one, and `codes` the index for each model.
    def __init__(self, values: Sequence[tuple[Hashable, ...]], codes: NDArray[Any], index: AncestryIndex) -> None:
        self._index = index
        number: dict[Hashable, int] = {}
        groups = [[number.setdefault(key, len(number)) for key in several] for several in values]
        lengths = numpy.fromiter(map(len, groups), numpy.int64, len(groups))
        rows = CsrRows.of_lists(groups)
        group = rows.gather(codes)[0]
        order = numpy.argsort(group, kind="stable")  # so that members ascend
        members = numpy.repeat(numpy.arange(len(codes)), lengths[codes])[order]
        primary = numpy.fromiter((several[0] for several in groups), numpy.int64, len(groups))[codes]
        sizes, primary_sizes = (numpy.bincount(each, minlength=len(number)) for each in (group, primary))
        used = numpy.flatnonzero(sizes)
        starts = numpy.cumsum(sizes) - sizes
        largest_first = used[numpy.lexsort((members[starts[used]], -sizes[used]))]
        keys = list(number)
        self._keys = [keys[each] for each in largest_first.tolist()]
        self._members, self._starts, self.sizes = members, starts[largest_first], sizes[largest_first]
        self._primary = numpy.argsort(primary, kind="stable")
        self._primary_starts = (numpy.cumsum(primary_sizes) - primary_sizes)[largest_first]
        self._primary_sizes = primary_sizes[largest_first]
        family = numpy.empty(len(number), dtype=numpy.int64)
        family[largest_first] = numpy.arange(len(largest_first))
        self._family = family[primary]

    def __len__(self) -> int:
        return len(self._keys)

    def key(self, number: int) -> Hashable:
        """What a family is found by."""
        key: Hashable = self._keys[number]
        return key

    def members(self, number: int) -> NDArray[Any]:
        """The models that belong to a family, ascending."""
        start = int(self._starts[number])
        return self._members[start : start + self.sizes[number]]

    def primary(self, number: int, members: NDArray[Any]) -> NDArray[Any]:
        """Those of the members of a family whose primary family it is, ascending."""
        start = int(self._primary_starts[number])
        return self._primary[start : start + int(self._primary_sizes[number])]

    def primary_of(self, node: int) -> int:
        """The number of the primary family of a model."""
        return int(self._family[node])

    def roots_and_depth(self, number: int, members: NDArray[Any]) -> tuple[NDArray[Any], int]:
        """Which members have no parent among them, and the edges of the longest path through nothing but them."""
        return _roots_and_depth(members, self._index)


class _Connected:
    """The same by common root, or by connection; a group goes by the index of one of its models, its head.

    All that descends from the members of a group is in it, or all that is connected with them: so the index tells what
    it looks like, and no group is made to be counted.
    """

    def __init__(
        self, nodes: NodeStore, edges: EdgeStore, index: AncestryIndex, chosen: frozenset[Relation], base: bool
    ) -> None:
        self._nodes, self._edges, self._index, self._chosen, self._base = nodes, edges, index, chosen, base
        if base:
            heads = index.roots
            sizes, first = index.below_roots()
        else:
            counts = numpy.bincount(index.components, minlength=len(index))
            heads = first = numpy.flatnonzero(counts)
            sizes = counts[heads]
        # The largest come first, then those with the earliest members; which those of one model are in already.
        several = numpy.flatnonzero(sizes > 1)
        order = numpy.argsort(((len(index) - sizes[several]) << 32) | first[several])
        order = numpy.concatenate([several[order], numpy.flatnonzero(sizes == 1)])
        self._heads, self.sizes = heads[order], sizes[order]

    def __len__(self) -> int:
        return len(self._heads)

    @cached_property
    def _labels(self) -> NDArray[Any]:
        """Of each model, the head of the group that it belongs to primarily."""
        return family_labels(self._nodes, self._edges, self._chosen) if self._base else self._index.components

    @cached_property
    def _numbers(self) -> NDArray[numpy.int32]:
        """Of each head, the number of its group."""
        numbers = numpy.empty(len(self._index), dtype=numpy.int32)
        numbers[self._heads] = numpy.arange(len(self._heads), dtype=numpy.int32)
        return numbers

    @cached_property
    def _by_label(self) -> CsrRows:
        """The models by their labels."""
        order = numpy.argsort(self._labels, kind="stable").astype(numpy.int32)
        return CsrRows(row_starts(self._labels, len(self._index)), order)

    def head(self, number: int) -> int:
        """The model that a group goes by."""
        return int(self._heads[number])

    def key(self, number: int) -> Hashable:
        return self._nodes.ids[self.head(number)]

    def members(self, number: int) -> NDArray[Any]:
        head = self.head(number)
        if self.sizes[number] == 1:
            return numpy.array([head])
        if self._base:
            return numpy.sort(numpy.append(self._index.descendants(head, ordered=False), numpy.int32(head)))
        return self._by_label.gather(numpy.array([head]))[0]

    def primary(self, number: int, members: NDArray[Any]) -> NDArray[Any]:
        mine: NDArray[Any] = members[self._labels[members] == self.head(number)]
        return mine

    def primary_of(self, node: int) -> int:
        return int(self._numbers[self._labels[node]])

    def roots_and_depth(self, number: int, members: NDArray[Any]) -> tuple[NDArray[Any], int]:
        if self._base:
            head = self._heads[number : number + 1]
            return head, int(self._index.height[head[0]])
        generation = self._index.generation[members]
        return members[generation == 0], int(generation.max())


def by_preference(
    parent: NDArray[Any], child: NDArray[Any], relation: NDArray[Any], dates: NDArray[Any]
) -> NDArray[numpy.int64]:
    """The edges by child, those of one child by the rule of families, the primary parent first."""
    return numpy.lexsort((parent, -dates[parent].astype(numpy.int64), relation, child))


class PrimaryForest:
    """Each node below one parent at the most, -1 for roots, with the index in `Relation` of the edge to it."""

    def __init__(self, parent: NDArray[Any], relation: NDArray[Any] | None = None) -> None:
        self.parent: NDArray[numpy.int64] = parent.astype(numpy.int64, copy=False)
        self.relation: NDArray[numpy.int64] = (
            numpy.full(len(parent), -1, dtype=numpy.int64) if relation is None else relation
        )

    @classmethod
    def of(
        cls, parent: NDArray[Any], child: NDArray[Any], relation: NDArray[Any], dates: NDArray[Any]
    ) -> PrimaryForest:
        """The forest of a graph; see `by_preference` for its edges."""
        edge = numpy.full(len(dates), -1, dtype=numpy.int64)
        several = numpy.bincount(child, minlength=len(dates))[child] > 1
        single = numpy.flatnonzero(~several)
        edge[child[single]] = single
        rows = numpy.flatnonzero(several)
        rows = rows[by_preference(parent[rows], child[rows], relation[rows], dates)]
        first = numpy.ones(len(rows), dtype=bool)
        first[1:] = child[rows[1:]] != child[rows[:-1]]
        edge[child[rows[first]]] = rows[first]
        below = edge >= 0
        primary = edge.copy()
        primary[below], edge[below] = parent[edge[below]], relation[edge[below]]
        return cls(primary, edge)

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def roots(self) -> NDArray[numpy.int64]:
        """The nodes without a parent."""
        return numpy.flatnonzero(self.parent < 0)

    @cached_property
    def children(self) -> CsrRows:
        """The nodes below each, ascending."""
        below = numpy.flatnonzero(self.parent >= 0)
        return CsrRows.of(len(self), self.parent[below], below)

    @cached_property
    def order(self) -> NDArray[numpy.int64]:
        """The nodes, parents before children."""
        return numpy.argsort(self.depth, kind="stable")

    @property
    def root(self) -> NDArray[numpy.int64]:
        """The root above each node; of a root, itself."""
        return self._roots_and_depths[0]

    @property
    def depth(self) -> NDArray[numpy.int64]:
        """How many edges each node is below its root."""
        return self._roots_and_depths[1]

    @cached_property
    def _roots_and_depths(self) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        top = numpy.where(self.parent >= 0, self.parent, numpy.arange(len(self)))
        depth = (self.parent >= 0).astype(numpy.int64)
        nodes = numpy.flatnonzero(self.parent[top] >= 0)
        for _ in range(len(self).bit_length() + 1):  # each round doubles how far every node has looked up
            if not len(nodes):
                return top, depth
            over = top[nodes]
            depth[nodes], top[nodes] = depth[nodes] + depth[over], top[over]
            nodes = nodes[self.parent[top[nodes]] >= 0]
        raise ValueError("the parents lead back to where they began")

    @cached_property
    def size(self) -> NDArray[numpy.int64]:
        """How many nodes there are in the branch that each begins, itself included."""
        sizes = numpy.ones(len(self), dtype=numpy.int64)
        deepest_first = self.order[::-1]
        deepest_first = deepest_first[self.depth[deepest_first] > 0]
        bounds = numpy.flatnonzero(numpy.diff(self.depth[deepest_first])) + 1
        for level in numpy.split(deepest_first, bounds):
            numpy.add.at(sizes, self.parent[level], sizes[level])
        return sizes


def family_labels(nodes: NodeStore, edges: EdgeStore, chosen: frozenset[Relation]) -> NDArray[numpy.int64]:
    """For each model, the index of the root of its primary family."""
    return PrimaryForest.of(*edges.arrays(chosen), nodes.dates).root


def _roots_and_depth(members: NDArray[Any], index: AncestryIndex) -> tuple[NDArray[Any], int]:
    """Which of some nodes have no parent among them, and the edges of the longest path through nothing but them."""
    if len(members) < _FEW:
        listed, depths = members.tolist(), dict[int, int]()
        over = {node: _common(index.parents, node, members) for node in listed}
        for node in sorted(listed, key=index.generation.__getitem__):
            depths[node] = max((depths[parent] + 1 for parent in over[node]), default=0)
        return numpy.array([node for node in listed if not over[node]]), max(depths.values())
    place = numpy.full(len(index), -1, dtype=numpy.int32)
    place[members] = numpy.arange(len(members), dtype=numpy.int32)
    above, lengths = index.parents.gather(members)
    parent, child = place[above], numpy.repeat(numpy.arange(len(members), dtype=numpy.int32), lengths)
    inner = parent >= 0
    part = AncestryIndex.from_edges(len(members), parent[inner], child[inner])
    return members[part.roots], int(part.generation.max())


def _common(rows: CsrRows, node: int, few: NDArray[Any]) -> list[int]:
    """Which of a few nodes, ascending, are in the row of a node; a row may be of thousands, as that of a merge is."""
    row = rows.items[rows.starts[node] : rows.starts[node + 1]]
    if len(row) <= len(few):
        short = row.tolist()
        return short and [other for other in few.tolist() if other in short]
    places = numpy.minimum(numpy.searchsorted(row, few), len(row) - 1)
    common: list[int] = few[row[places] == few].tolist()
    return common
