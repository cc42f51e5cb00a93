"""The primary-parent forest: each model below the one parent that it takes after, and so in one family.

The primary parent is the one that comes first by

1. relation, in the order of `modeltree.records.Relation`: a model takes after what it was fine-tuned from before
   what it has as a component, and after that before what it learnt from the outputs of;
2. date: the parent released last, in the order of `PartialDate`; undated ones come after all others;
3. id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.graph.csr import Rows

_Numbers = NDArray[numpy.int64]


def by_preference(
    parent: NDArray[Any], child: NDArray[Any], relation: NDArray[Any], dates: NDArray[Any]
) -> NDArray[numpy.int64]:
    """The edges by child, those of one child by the rule above, the primary parent first."""
    return numpy.lexsort((parent, -dates[parent].astype(numpy.int64), relation, child))


class PrimaryForest:
    """Each node below one parent at the most, -1 for roots, with the index in `Relation` of the edge to it."""

    def __init__(self, parent: NDArray[Any], relation: NDArray[Any] | None = None) -> None:
        self.parent: _Numbers = parent.astype(numpy.int64, copy=False)
        self.relation: _Numbers = numpy.full(len(parent), -1, dtype=numpy.int64) if relation is None else relation

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
    def children(self) -> Rows:
        """The nodes below each, ascending."""
        below = numpy.flatnonzero(self.parent >= 0)
        return Rows.of(len(self), self.parent[below], below)

    @cached_property
    def order(self) -> NDArray[numpy.int64]:
        """The nodes, parents before children."""
        return numpy.argsort(self.depth, kind="stable")

    @property
    def root(self) -> _Numbers:
        """The root above each node; of a root, itself."""
        return self._roots_and_depths[0]

    @property
    def depth(self) -> _Numbers:
        """How many edges each node is below its root."""
        return self._roots_and_depths[1]

    @cached_property
    def _roots_and_depths(self) -> tuple[_Numbers, _Numbers]:
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
    def size(self) -> _Numbers:
        """How many nodes there are in the branch that each begins, itself included."""
        sizes = numpy.ones(len(self), dtype=numpy.int64)
        deepest_first = self.order[::-1]
        deepest_first = deepest_first[self.depth[deepest_first] > 0]
        bounds = numpy.flatnonzero(numpy.diff(self.depth[deepest_first])) + 1
        for level in numpy.split(deepest_first, bounds):
            numpy.add.at(sizes, self.parent[level], sizes[level])
        return sizes


def largest_branches(members: NDArray[Any], sizes: NDArray[Any], most: int, least: float = 2.0) -> list[int]:
    """The root of a family and the first models of its largest branches; by size, then index.

    A branch within a branch is one, too. Each has its parent among them, since that has the larger branch.
    """
    large = members[sizes[members] >= max(least, 2)]
    largest: list[int] = large[numpy.lexsort((large, -sizes[large]))[: most + 1]].tolist()
    return largest or members[:1].tolist()


class Fold(NamedTuple):
    """Branches at one parent that are not shown one by one.

    ``relations`` are the indices in `Relation` of those by which they begin, the largest part first; ``models`` is how
    many there are in all of them, ``date`` the first date of a model that begins one, 0 where none has a date, and
    ``node`` the first of these models.
    """

    parent: int
    relations: tuple[int, ...]
    models: int
    date: int
    node: int


def folds_below(
    forest: PrimaryForest, shown: Sequence[int], dates: NDArray[Any], most: Mapping[int, int]
) -> list[Fold]:
    """What branches off some nodes and is not shown, by relation: those with the most models, and all others as one."""
    primary, relations = forest.parent, forest.relation
    folded = numpy.zeros(len(primary), dtype=bool)
    folded[list(most)] = True
    hidden = numpy.flatnonzero((primary >= 0) & folded[primary])
    hidden = hidden[~numpy.isin(hidden, shown)]
    groups: dict[int, list[Fold]] = {node: [] for node in sorted(most)}
    order = hidden[numpy.lexsort((hidden, relations[hidden], primary[hidden]))]
    edges = numpy.flatnonzero((numpy.diff(primary[order]) != 0) | (numpy.diff(relations[order]) != 0)) + 1
    for nodes in numpy.split(order, edges) if len(order) else ():
        dated = dates[nodes][dates[nodes] > 0]
        parent, relation = int(primary[nodes[0]]), int(relations[nodes[0]])
        first = int(dated.min()) if len(dated) else 0
        groups[parent].append(Fold(parent, (relation,), int(forest.size[nodes].sum()), first, int(nodes[0])))
    return [fold for node, folds in groups.items() for fold in _limited(folds, most[node])]


def _limited(folds: list[Fold], most: int) -> list[Fold]:
    """The largest of some folds at one node, and all others as one."""
    ranked = sorted(folds, key=lambda fold: (-fold.models, fold.relations))
    if len(ranked) <= most:
        return ranked
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    dates = [fold.date for fold in rest if fold.date]
    joined = tuple(relation for fold in rest for relation in fold.relations)
    models, node = sum(fold.models for fold in rest), min(fold.node for fold in rest)
    return [*kept, Fold(rest[0].parent, joined, models, min(dates, default=0), node)]
