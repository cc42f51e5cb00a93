"""Most recent common ancestors, by the spanning forest and the intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.graph.csr import Rows, viewed
from modeltree.graph.intervals import Intervals, RunsByMerge, ancestor_counts, within
from modeltree.graph.spanning import SpanningForest

__all__ = ["CommonAncestors"]

_FEW = 8
"""Of fewer most recent ones the ancestors of each are taken away."""


class CommonAncestors:
    """Finds the common ancestors of some nodes that have no other common ancestor among their descendants.

    Parameters
    ----------
    forest, intervals, by_merge
        What descends from what; None where it is too much to keep.
    nearest : memoryview
        What `modeltree.graph.spanning.nearest_merges` gives.
    parents : Rows
        The parents of each node.
    ancestors : callable
        Gives the ancestors of a node.
    """

    def __init__(
        self,
        forest: SpanningForest,
        intervals: Intervals | None,
        by_merge: RunsByMerge | None,
        nearest: memoryview,
        parents: Rows,
        ancestors: Callable[[int], Iterable[int]],
    ) -> None:
        self._forest, self._intervals, self._parents, self._ancestors = forest, intervals, parents, ancestors
        self._nearest = nearest
        self._number, self._size, self._up = viewed(forest.number), viewed(forest.size), viewed(forest.up)
        self._generation = viewed(forest.generation)
        self._kept = None if intervals is None else tuple(map(viewed, intervals))
        self._by_merge = None if by_merge is None else tuple(map(viewed, by_merge))

    def of(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """Those of some nodes, ascending."""
        if len(nodes) == 2:
            first, second = nodes
            nearest = self._nearest
            if nearest[first] < 0:
                if nearest[second] < 0:
                    return self._met_in_tree(first, second)
                if self._kept is not None:
                    return self._met(first, second, self._kept)
            elif nearest[second] < 0 and self._kept is not None:
                return self._met(second, first, self._kept)
        shared = set.intersection(*(self._with_ancestors(node) for node in nodes))
        recent: list[int] = []
        generation, counts = self._generation, self._ancestor_counts
        while shared and len(recent) < _FEW:
            deepest = max(shared, key=generation.__getitem__)  # which is an ancestor of none of the others
            if not recent and counts is not None and counts[deepest] == len(shared) - 1:
                return (deepest,)  # the others are its ancestors: each of these is a common one
            recent.append(deepest)
            shared -= self._with_ancestors(deepest)
        if shared:  # so many that it takes less to follow all edges among them
            recent += shared - {parent for node in shared for parent in self._parents[node]}
        return tuple(sorted(recent))

    def of_pairs(
        self, one: NDArray[numpy.int64], other: NDArray[numpy.int64]
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """Those of each pair, in compressed rows; the pairs of which one has no merge above it, all at once."""
        nearest, generation = numpy.asarray(self._nearest), self._forest.generation
        alone = nearest[one] < 0, nearest[other] < 0
        swapped = numpy.where(alone[0] & alone[1], generation[one] > generation[other], alone[1])
        one, other = numpy.where(swapped, other, one), numpy.where(swapped, one, other)
        simple = alone[0] & alone[1] if self._intervals is None else alone[0] | alone[1]
        met = numpy.full(len(one), -1, dtype=numpy.int64)
        met[simple] = self._all_met(one[simple], other[simple])
        counts = (met >= 0).astype(numpy.int64)
        left = numpy.flatnonzero(~simple)
        several = [self.of(pair) for pair in zip(one[left].tolist(), other[left].tolist(), strict=True)]
        counts[left] = numpy.fromiter(map(len, several), dtype=numpy.int64, count=len(several))
        starts = numpy.concatenate([[0], numpy.cumsum(counts)])
        nodes = numpy.empty(int(starts[-1]), dtype=numpy.int64)
        of_simple = numpy.repeat(simple, counts)
        nodes[of_simple] = met[met >= 0]
        nodes[~of_simple] = [node for some in several for node in some]
        return starts, nodes

    @cached_property
    def _ancestor_counts(self) -> memoryview | None:
        """For each node, how many it descends from, where that takes no search."""
        if self._intervals is None:
            return None
        return viewed(ancestor_counts(self._forest, self._intervals).astype(numpy.int32))

    def _with_ancestors(self, node: int) -> set[int]:
        if self._by_merge is None:
            return {node, *self._ancestors(node)}
        up, nearest = self._up, self._nearest
        over, above = set[int](), node
        while above >= 0:
            over.add(above)
            above = up[above]
        starts, nodes = self._by_merge
        merge = nearest[node]
        while merge >= 0:
            start, end = starts[merge], starts[merge + 1]
            if start < end:
                over.update(nodes[start:end])
            above = up[merge]
            merge = nearest[above] if above >= 0 else -1
        return over

    def _met_in_tree(self, first: int, second: int) -> tuple[int, ...]:
        """Where the paths up from two nodes meet that have no merge above them."""
        number, size, up, generation = self._number, self._size, self._up, self._generation
        if generation[first] > generation[second]:
            first, second = second, first
        wanted = number[second]
        while first >= 0:
            start = number[first]
            if start <= wanted < start + size[first]:
                return (first,)
            first = up[first]
        return ()

    def _met(self, first: int, second: int, kept: tuple[memoryview, ...]) -> tuple[int, ...]:
        """The first above a node, above which is no merge, that is above the other node as well."""
        number, size, up = self._number, self._size, self._up
        starts, firsts, lasts = kept
        wanted = number[second]
        while first >= 0:
            start = number[first]
            if start <= wanted < start + size[first]:
                return (first,)
            low, high = starts[first], starts[first + 1]
            if low < high:
                index = bisect_right(firsts, wanted, low, high) - 1
                if index >= low and wanted < lasts[index]:
                    return (first,)
            first = up[first]
        return ()

    def _all_met(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        """For each pair what `_met` finds, -1 where it finds nothing."""
        number, size, up = self._forest.number, self._forest.size, self._forest.up
        met, wanted = first.copy(), number[second]
        left = numpy.arange(len(met))
        while len(left):
            node, sought = met[left], wanted[left]
            apart = (sought < number[node]) | (sought >= number[node] + size[node])
            left, node, sought = left[apart], node[apart], sought[apart]
            if self._intervals is not None:
                apart = ~within(self._intervals, node, sought)
                left, node = left[apart], node[apart]
            met[left] = up[node]
            left = left[met[left] >= 0]
        return met
