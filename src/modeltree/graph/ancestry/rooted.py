"""What the trees of a forest have to do with each other: components, and the roots above each node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy
from numpy.typing import NDArray

from modeltree.graph.ancestry.forest import Forest, Ints, distinct, viewed
from modeltree.graph.ancestry.rows import Rows
from modeltree.graph.ancestry.runs import Extras

__all__ = ["RootsAbove", "components_of"]


def _trees(forest: Forest) -> tuple[Ints, Ints]:
    """The roots, ascending, and for each node the place of that of its tree."""
    roots = numpy.flatnonzero(forest.up < 0).astype(numpy.int32)
    tree = numpy.empty(len(forest.up), dtype=numpy.int32)
    tree[forest.at] = numpy.repeat(numpy.arange(len(roots), dtype=numpy.int32), forest.size[roots])
    return roots, tree


def components_of(forest: Forest, extras: Extras) -> Ints:
    """For each node, the least node that it is connected with, whichever way the edges run."""
    roots, tree = _trees(forest)
    if not len(roots):
        return tree
    one, other = (tree[extras.tail].astype(numpy.int64), tree[extras.head].astype(numpy.int64))
    pairs = distinct((numpy.minimum(one, other) << 32 | numpy.maximum(one, other))[one != other])
    # Most trees stand alone: the others are numbered among themselves.
    trees = distinct(numpy.concatenate([pairs >> 32, pairs & 0xFFFFFFFF]))
    place = numpy.empty(len(roots), dtype=numpy.int32)
    place[trees] = numpy.arange(len(trees), dtype=numpy.int32)
    joined = list(range(len(trees)))
    for first, second in zip(place[pairs >> 32].tolist(), place[pairs & 0xFFFFFFFF].tolist(), strict=True):
        low, high = _end(joined, first), _end(joined, second)
        if low != high:
            joined[max(low, high)] = min(low, high)
    ends = numpy.array(joined, dtype=numpy.int64)
    while not numpy.array_equal(ends, further := ends[ends]):
        ends = further
    whole = numpy.arange(len(roots), dtype=numpy.int32)
    whole[trees] = trees[ends]
    least = numpy.full(len(roots), len(tree), dtype=numpy.int32)
    numpy.minimum.at(least, whole, numpy.minimum.reduceat(forest.at, forest.number[roots]))
    found: Ints = least[whole][tree]
    return found


def _end(joined: list[int], node: int) -> int:
    while joined[node] != node:
        joined[node] = joined[joined[node]]
        node = joined[node]
    return node


class RootsAbove(Sequence[tuple[int, ...]]):
    """The roots above each node.

    They are those of its nearest merge, which are kept where they are not too many; without a merge above it, that of
    its tree.
    """

    def __init__(
        self, forest: Forest, parents: Rows, near: memoryview, above: Callable[[int], Iterable[int]], budget: int
    ) -> None:
        self._forest, self._parents, self._near, self._above, self._budget = (forest, parents, near, above, budget)

    def __len__(self) -> int:
        return len(self._near)

    @overload
    def __getitem__(self, node: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, node: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, node: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        if isinstance(node, slice):
            return tuple(self[number] for number in range(*node.indices(len(self))))
        if node < 0:
            node += len(self)
        merge = self._near[node]
        if merge < 0:
            return (self._root[node],)
        kept = self._kept
        if kept is not None:
            return kept[merge]
        up = self._forest.up
        return tuple(sorted(above for above in self._above(merge) if up[above] < 0))

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def _root(self) -> memoryview:
        roots, tree = _trees(self._forest)
        return viewed(roots[tree])

    @cached_property
    def _kept(self) -> dict[int, tuple[int, ...]] | None:
        """The roots above each merge."""
        order = self._forest.order
        merges: NDArray[Any] = order[numpy.diff(self._parents.starts)[order] > 1]
        near, root = self._near, self._root
        found: dict[int, tuple[int, ...]] = {}
        same: dict[tuple[int, ...], tuple[int, ...]] = {}  # so that equal ones are one, and told by what they are
        left = self._budget
        for merge in merges.tolist():
            above: dict[int, tuple[int, ...]] = {}
            alone = set()
            for parent in self._parents[merge]:
                if near[parent] < 0:
                    alone.add(root[parent])
                else:
                    roots = found[near[parent]]
                    above[id(roots)] = roots
            if len(above) == 1 and alone.issubset(next(iter(above.values()))):
                found[merge] = next(iter(above.values()))
                continue
            left -= len(alone) + sum(map(len, above.values()))
            if left < 0:
                return None
            roots = tuple(sorted(alone.union(*above.values())))
            found[merge] = same.setdefault(roots, roots)
        return found
