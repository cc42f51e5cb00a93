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
    "generations_of",
    "heights",
    "is_narrow",
    "nearest_merges",
    "ordered",
    "starts_of",
    "viewed",
]

Ints = NDArray[numpy.int32]

_FEW = 64
"""A level of fewer nodes goes by one node at a time: a call of numpy would take longer."""
_NARROW = 32
"""Where levels have fewer nodes on average, all go by one node at a time."""


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
    pairs = key.astype(numpy.int64) << 32
    pairs |= item.astype(numpy.int64)  # which may be unsigned, and so have no common type with the keys
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


def generations_of(parent_starts: NDArray[Any], child_starts: NDArray[Any], children: Ints) -> Ints:
    """For each node, the steps of the longest way to it from a root.

    Raises
    ------
    ValueError
        When a node descends from itself.
    """
    missing = numpy.diff(parent_starts)
    lone = missing == 1  # most nodes are made from one other: nothing else is missing of them
    inner = child_starts[1:] > child_starts[:-1]
    generation = numpy.zeros(len(missing), dtype=numpy.int32)
    roots = missing == 0
    depth, placed = 0, int(numpy.count_nonzero(roots))
    level: NDArray[Any] = numpy.flatnonzero(roots & inner)
    while len(level):
        if len(level) < _FEW:
            level, depth, count = _followed(level.tolist(), depth, generation, missing, child_starts, children)
            placed += count
            continue
        depth += 1
        reached, _ = gathered(child_starts, children, level)
        single = lone[reached]
        merges = _complete(reached[~single], missing)
        reached = reached[single]
        for nodes in (reached, merges):
            generation[nodes] = depth
            placed += len(nodes)
        level = numpy.concatenate([reached[inner[reached]], merges[inner[merges]]])
    if placed < len(missing):
        raise ValueError("the graph has a cycle")
    return generation


def _complete(reached: Ints, missing: Ints) -> Ints:
    """Of some nodes, each as often as it is reached, those of which nothing is missing any more."""
    reached = numpy.sort(reached)
    new = numpy.ones(len(reached), dtype=bool)
    new[1:] = reached[1:] != reached[:-1]
    first = numpy.flatnonzero(new)
    nodes = reached[first]
    missing[nodes] -= numpy.diff(first, append=len(reached))
    complete: Ints = nodes[missing[nodes] == 0]
    return complete


def _followed(
    level: list[int], depth: int, generation: Ints, missing: Ints, child_starts: NDArray[Any], children: Ints
) -> tuple[NDArray[Any], int, int]:
    """Go on level by level while there are few nodes in each: the first of more, its depth, how many were met."""
    left, starts, below, found = map(viewed, (missing, child_starts, children, generation))
    count = 0
    while level and len(level) < _FEW:
        depth += 1
        new = []
        for node in level:
            for child in below[starts[node] : starts[node + 1]]:
                left[child] -= 1
                if not left[child]:
                    found[child] = depth
                    new.append(child)
        level = new
        count += len(level)
    return numpy.array(level, dtype=numpy.int64), depth, count


def ordered(generation: Ints) -> tuple[Ints, NDArray[numpy.int64]]:
    """The nodes by generation, and where each generation begins; one more, where the last ends."""
    counts = numpy.bincount(generation) if len(generation) else numpy.empty(0, dtype=numpy.int64)
    keys = generation.astype(numpy.int16) if len(counts) < 1 << 15 else generation  # which sort by radix
    order = numpy.argsort(keys, kind="stable").astype(numpy.int32)
    return order, numpy.concatenate([[0], numpy.cumsum(counts)])


def forest_of(
    parent_starts: NDArray[Any], parents: Ints, child_starts: NDArray[Any], children: Ints, generation: Ints
) -> Forest:
    """The spanning forest of a graph."""
    count = len(generation)
    order, bounds = ordered(generation)
    up = _tree_parents(parent_starts, parents, generation)
    size = _sizes(order, bounds, up)
    number = _numbers(order, bounds, up, size, child_starts, children)
    at = numpy.empty(count, dtype=numpy.int32)
    at[number] = numpy.arange(count, dtype=numpy.int32)
    return Forest(order, bounds, generation, up, size, number, at)


def is_narrow(bounds: NDArray[Any]) -> bool:
    """Whether there are so few nodes in each generation that they go by one at a time."""
    return (len(bounds) - 1) * _NARROW > int(bounds[-1])


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
    if is_narrow(bounds):
        sizes, above = viewed(size), viewed(up)
        for node in order[bounds[1] :][::-1].tolist() if len(bounds) > 1 else ():
            sizes[above[node]] += sizes[node]
        return size
    for start, end in _slices(bounds)[:0:-1]:
        nodes = order[start:end]
        numpy.add.at(size, up[nodes], size[nodes])
    return size


def _numbers(
    order: Ints, bounds: NDArray[Any], up: Ints, size: Ints, child_starts: NDArray[Any], children: Ints
) -> Ints:
    # The children by the forest, by parent: each comes after its parent and the subtrees of its lesser siblings.
    tree = up[children] == numpy.repeat(numpy.arange(len(order), dtype=numpy.int32), numpy.diff(child_starts))
    nodes = children[tree]
    sizes = size[nodes]
    # Before the eldest come the subtrees of all lesser parents without these themselves.
    above, before = up[nodes], numpy.cumsum(size)
    number = numpy.empty(len(order), dtype=numpy.int32)
    number[nodes] = 1 + numpy.cumsum(sizes) - sizes - (before[above] - size[above] - above)
    roots = order[: bounds[1]] if len(bounds) > 1 else order
    number[roots] = numpy.cumsum(size[roots]) - size[roots]
    if is_narrow(bounds):
        numbers, parents = viewed(number), viewed(up)
        for node in order[len(roots) :].tolist():
            numbers[node] += numbers[parents[node]]
        return number
    for start, end in _slices(bounds)[1:]:
        nodes = order[start:end]
        number[nodes] += number[up[nodes]]
    return number


def nearest_merges(forest: Forest, parent_starts: NDArray[Any]) -> Ints:
    """For each node, the nearest node at it or above it in the forest that has several parents, or -1."""
    near = numpy.where(numpy.diff(parent_starts) > 1, numpy.arange(len(forest.up)), -1).astype(numpy.int32)
    if is_narrow(forest.bounds):
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
    if is_narrow(forest.bounds):
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
