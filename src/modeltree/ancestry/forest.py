"""A spanning forest of a directed acyclic graph, its nodes numbered in preorder."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

__all__ = [
    "Forest",
    "Ints",
    "compressed",
    "distinct",
    "forest_of",
    "gathered",
    "gathered_between",
    "heights",
    "nearest_merges",
    "starts_of",
    "viewed",
]

Ints = NDArray[numpy.int32]

_FEW = 64
"""A level of fewer nodes goes by one node at a time."""
_DEEP = 3000
"""Of more levels each goes by one node at a time: a call of numpy for each would take longer."""


class Forest(NamedTuple):
    """A spanning forest: the tree parent of a node is its deepest parent, so depth in it is the generation."""

    order: Ints
    """The nodes by generation."""
    bounds: NDArray[numpy.int64]
    """Where each generation begins in that order; one more, where the last ends."""
    generation: Ints
    up: Ints
    """The tree parent of each node, -1 of a root."""
    size: Ints
    """How many nodes there are in its subtree, itself one."""
    number: Ints
    """Its place in preorder: a subtree is the run from its number, of its size."""
    at: Ints
    """The node of each number."""


def compressed(count: int, key: NDArray[Any], item: NDArray[Any]) -> tuple[Ints, Ints]:
    """Items by their keys, in compressed rows: where each begins, and the items, ascending and each once."""
    pairs = (key.astype(numpy.int64) << 32) | item
    if len(pairs) and not bool((pairs[1:] > pairs[:-1]).all()):
        pairs = distinct(pairs)
    return starts_of(pairs >> 32, count), (pairs & 0xFFFFFFFF).astype(numpy.int32)


def starts_of(rows: NDArray[Any], count: int) -> Ints:
    """Where each of so many rows begins, of items in the order of their rows; one more, where the last ends."""
    starts = numpy.zeros(count + 1, dtype=numpy.int32)
    numpy.cumsum(numpy.bincount(rows, minlength=count), out=starts[1:])
    return starts


def gathered(starts: NDArray[Any], items: NDArray[Any], rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The items of some rows one after another, and how many each row has."""
    first, last = starts[rows], starts[rows + 1]
    return gathered_between(first, last, items), last - first


def gathered_between(first: NDArray[Any], last: NDArray[Any], items: NDArray[Any]) -> NDArray[Any]:
    """The items of some slices one after another."""
    lengths = last - first
    ends = numpy.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    found: NDArray[Any] = items[numpy.arange(total) + numpy.repeat(first - (ends - lengths), lengths)]
    return found


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Integers ascending, each once; sorting them is faster than `numpy.unique`."""
    values = numpy.sort(values)
    kept = numpy.ones(len(values), dtype=bool)
    kept[1:] = values[1:] != values[:-1]
    return values if kept.all() else values[kept]


def viewed(array: Any) -> memoryview:
    """An array as a memoryview, of which single values are read faster."""
    return memoryview(array)


def forest_of(parent_starts: NDArray[Any], parents: Ints, child_starts: NDArray[Any], children: Ints) -> Forest:
    """The spanning forest of a graph.

    Raises
    ------
    ValueError
        When a node descends from itself.
    """
    order, bounds = _levels(parent_starts, child_starts, children)
    count = len(parent_starts) - 1
    if len(order) < count:
        raise ValueError("the graph has a cycle")
    generation = numpy.empty(count, dtype=numpy.int32)
    generation[order] = numpy.repeat(numpy.arange(len(bounds) - 1, dtype=numpy.int32), numpy.diff(bounds))
    up = _tree_parents(parent_starts, parents, generation)
    if len(bounds) - 1 > _DEEP:
        size, number = _numbered_one_by_one(order, up)
    else:
        size = _sizes(order, bounds, up)
        number = _numbers(order, bounds, up, size)
    at = numpy.empty(count, dtype=numpy.int32)
    at[number] = numpy.arange(count, dtype=numpy.int32)
    return Forest(order, bounds, generation, up, size, number, at)


def _levels(
    parent_starts: NDArray[Any], child_starts: NDArray[Any], children: Ints
) -> tuple[Ints, NDArray[numpy.int64]]:
    """The nodes by generation, without those on or below a cycle, and where each generation begins."""
    missing = numpy.diff(parent_starts).astype(numpy.int32)
    left, starts, below = viewed(missing), viewed(child_starts), viewed(children)
    level: Ints = numpy.flatnonzero(missing == 0).astype(numpy.int32)
    pieces = []
    while len(level):
        pieces.append(level)
        if len(level) < _FEW:
            new = []
            for node in level.tolist():
                for child in below[starts[node] : starts[node + 1]]:
                    left[child] -= 1
                    if not left[child]:
                        new.append(child)
            level = numpy.array(sorted(new), dtype=numpy.int32)
        else:
            reached, _ = gathered(child_starts, children, level[child_starts[level + 1] > child_starts[level]])
            lone = missing[reached] == 1  # nothing else is missing of these: most have one parent
            merges = reached[~lone]
            numpy.subtract.at(missing, merges, 1)
            level = distinct(numpy.concatenate([reached[lone], merges[missing[merges] == 0]]))
    bounds = numpy.cumsum([0, *map(len, pieces)])
    return numpy.concatenate(pieces) if pieces else numpy.empty(0, dtype=numpy.int32), bounds


def _tree_parents(starts: NDArray[Any], parents: Ints, generation: Ints) -> Ints:
    """The deepest parent of each node; of several the least."""
    up = numpy.full(len(generation), -1, dtype=numpy.int32)
    counts = numpy.diff(starts)
    single = numpy.flatnonzero(counts == 1)
    up[single] = parents[starts[single]]
    merges = numpy.flatnonzero(counts > 1)
    above, lengths = gathered(starts, parents, merges)
    child = numpy.repeat(merges, lengths)
    deepest = generation[above] == generation[child] - 1
    # Written from the greatest to the least, the least stays.
    up[child[deepest][::-1]] = above[deepest][::-1]
    return up


def _sizes(order: Ints, bounds: NDArray[Any], up: Ints) -> Ints:
    size = numpy.ones(len(order), dtype=numpy.int32)
    for start, end in _slices(bounds)[:0:-1]:
        nodes = order[start:end]
        numpy.add.at(size, up[nodes], size[nodes])
    return size


def _numbers(order: Ints, bounds: NDArray[Any], up: Ints, size: Ints) -> Ints:
    number = numpy.empty(len(order), dtype=numpy.int32)
    slices = _slices(bounds)
    for start, end in slices[:1]:
        number[order[start:end]] = numpy.cumsum(size[order[start:end]]) - size[order[start:end]]
    for start, end in slices[1:]:
        nodes = order[start:end]
        nodes = nodes[numpy.argsort(up[nodes], kind="stable")]
        above, sizes = up[nodes], size[nodes]
        before = numpy.cumsum(sizes) - sizes
        first = numpy.ones(len(nodes), dtype=bool)
        first[1:] = above[1:] != above[:-1]
        number[nodes] = number[above] + 1 + before - numpy.maximum.accumulate(numpy.where(first, before, 0))
    return number


def _numbered_one_by_one(order: Ints, up: Ints) -> tuple[Ints, Ints]:
    """Sizes and numbers where there are very many generations."""
    above, nodes = up.tolist(), order.tolist()
    size = [1] * len(nodes)
    for node in reversed(nodes):
        if above[node] >= 0:
            size[above[node]] += size[node]
    number, free, root = [0] * len(nodes), [0] * len(nodes), 0
    for node in nodes:
        if above[node] < 0:
            number[node], root = root, root + size[node]
        else:
            number[node] = free[above[node]]
            free[above[node]] += size[node]
        free[node] = number[node] + 1
    return numpy.array(size, dtype=numpy.int32), numpy.array(number, dtype=numpy.int32)


def nearest_merges(forest: Forest, parent_starts: NDArray[Any]) -> Ints:
    """For each node, the nearest node at it or above it in the forest that has several parents, or -1."""
    near = numpy.where(numpy.diff(parent_starts) > 1, numpy.arange(len(forest.up)), -1).astype(numpy.int32)
    if len(forest.bounds) - 1 > _DEEP:
        found, up = near.tolist(), forest.up.tolist()
        for node in forest.order.tolist():
            if found[node] < 0 <= up[node]:
                found[node] = found[up[node]]
        return numpy.array(found, dtype=numpy.int32)
    for start, end in _slices(forest.bounds)[1:]:
        nodes = forest.order[start:end]
        nodes = nodes[near[nodes] < 0]
        near[nodes] = near[forest.up[nodes]]
    return near


def heights(forest: Forest, parent_starts: NDArray[Any], parents: Ints) -> Ints:
    """For each node, the steps of the longest way from it to a leaf."""
    height = numpy.zeros(len(forest.up), dtype=numpy.int32)
    if len(forest.bounds) - 1 > _DEEP:
        found, starts, above = height.tolist(), parent_starts.tolist(), parents.tolist()
        for node in reversed(forest.order.tolist()):
            for parent in above[starts[node] : starts[node + 1]]:
                found[parent] = max(found[parent], found[node] + 1)
        return numpy.array(found, dtype=numpy.int32)
    for start, end in _slices(forest.bounds)[:0:-1]:
        nodes = forest.order[start:end]
        over, lengths = gathered(parent_starts, parents, nodes)
        numpy.maximum.at(height, over, numpy.repeat(height[nodes] + 1, lengths))
    return height


def _slices(bounds: NDArray[Any]) -> list[tuple[int, int]]:
    return list(pairwise(bounds.tolist()))
