"""Most recent common ancestors in a large graph."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from modeltree.graph.ancestry.runs import within

if TYPE_CHECKING:
    from modeltree.graph.ancestry.large import LargeIndex

__all__ = ["recent", "recent_of_pairs"]

_FEW = 8
"""Of fewer most recent ones the ancestors of each are taken away."""


def recent(index: LargeIndex, nodes: Sequence[int]) -> tuple[int, ...]:
    """The common ancestors of some nodes that have no other common ancestor among their descendants."""
    if len(nodes) == 2:
        first, second = nodes
        near = index.near
        if near[first] < 0:
            if near[second] < 0:
                return _met_in_tree(index, first, second)
            if index.runs is not None:
                return _met(index, first, second)
        elif near[second] < 0 and index.runs is not None:
            return _met(index, second, first)
    shared = set.intersection(*(_over(index, node) for node in nodes))
    found: list[int] = []
    generation, above = index.ways[-1], index.counts_above
    while shared and len(found) < _FEW:
        deepest = max(shared, key=generation.__getitem__)  # which is an ancestor of none of the others
        if not found and above is not None and above[deepest] == len(shared) - 1:
            return (deepest,)  # the others are its ancestors: each of these is a common one
        found.append(deepest)
        shared -= _over(index, deepest)
    if shared:  # so many that it takes less to follow all edges among them
        found += shared - {parent for node in shared for parent in index.parents[node]}
    return tuple(sorted(found))


def _over(index: LargeIndex, node: int) -> set[int]:
    """A node and all its ancestors."""
    merges, near = index.merged, index.near
    if merges is None:
        return {node, *index.ancestors(node)}
    up = index.ways[2]
    found, above = set[int](), node
    while above >= 0:
        found.add(above)
        above = up[above]
    starts, owners = merges
    merge = near[node]
    while merge >= 0:
        start, end = starts[merge], starts[merge + 1]
        if start < end:
            found.update(owners[start:end])
        above = up[merge]
        merge = near[above] if above >= 0 else -1
    return found


def _met_in_tree(index: LargeIndex, first: int, second: int) -> tuple[int, ...]:
    """Where the ways up of two nodes meet that have no merge above them."""
    number, size, up, generation = index.ways
    if generation[first] > generation[second]:
        first, second = second, first
    wanted = number[second]
    while first >= 0:
        start = number[first]
        if start <= wanted < start + size[first]:
            return (first,)
        first = up[first]
    return ()


def _met(index: LargeIndex, first: int, second: int) -> tuple[int, ...]:
    """The first above a node, above which is no merge, that is above the other node as well."""
    numbers, sizes, starts, firsts, lasts = index.down
    up, wanted = index.ways[2], numbers[second]
    while first >= 0:
        start = numbers[first]
        if start <= wanted < start + sizes[first]:
            return (first,)
        if starts is not None:
            low, high = starts[first], starts[first + 1]
            if low < high:
                place = bisect_right(firsts, wanted, low, high) - 1
                if place >= low and wanted < lasts[place]:
                    return (first,)
        first = up[first]
    return ()


def recent_of_pairs(
    index: LargeIndex, one: NDArray[numpy.int64], other: NDArray[numpy.int64]
) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
    """Those of each pair, in compressed rows; the pairs of which one has no merge above it, all at once."""
    near, generation = numpy.asarray(index.near), index.generation
    alone = near[one] < 0, near[other] < 0
    swapped = numpy.where(alone[0] & alone[1], generation[one] > generation[other], alone[1])
    one, other = numpy.where(swapped, other, one), numpy.where(swapped, one, other)
    plain = alone[0] & alone[1] if index.runs is None else alone[0] | alone[1]
    met = numpy.full(len(one), -1, dtype=numpy.int64)
    met[plain] = _all_met(index, one[plain], other[plain])
    counts = (met >= 0).astype(numpy.int64)
    left = numpy.flatnonzero(~plain)
    found = [recent(index, pair) for pair in zip(one[left].tolist(), other[left].tolist(), strict=True)]
    counts[left] = numpy.fromiter(map(len, found), dtype=numpy.int64, count=len(found))
    starts = numpy.concatenate([[0], numpy.cumsum(counts)])
    nodes = numpy.empty(int(starts[-1]), dtype=numpy.int64)
    of_plain = numpy.repeat(plain, counts)
    nodes[of_plain] = met[met >= 0]
    nodes[~of_plain] = [node for some in found for node in some]
    return starts, nodes


def _all_met(index: LargeIndex, first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """For each pair what `_met` finds, -1 where it finds nothing."""
    number, size, up, runs = index.forest.number, index.forest.size, index.forest.up, index.runs
    met, wanted = first.copy(), number[second]
    left = numpy.arange(len(met))
    while len(left):
        at, sought = met[left], wanted[left]
        apart = (sought < number[at]) | (sought >= number[at] + size[at])
        left, at, sought = left[apart], at[apart], sought[apart]
        if runs is not None:
            apart = ~within(runs, at, sought)
            left, at = left[apart], at[apart]
        met[left] = up[at]
        left = left[met[left] >= 0]
    return met
