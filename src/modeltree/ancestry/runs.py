"""What descends from a node by other edges than those of the forest: further runs of numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.ancestry.forest import Forest, Ints, distinct, gathered, starts_of

__all__ = ["Extras", "Runs", "extras_of", "runs_below", "runs_of"]


class Extras(NamedTuple):
    """The edges that are not in the forest, in the order of the numbers of their tails."""

    tail: Ints
    head: Ints
    tail_number: Ints
    """The number of each tail."""


class Runs(NamedTuple):
    """The runs of numbers beyond its own that descend from each node, and for each merge, whose runs begin there."""

    starts: Ints
    """Where the runs of each node begin in `first` and `last`; one more, where the last ends."""
    first: Ints
    """The first number of each run, ascending within a node."""
    last: Ints
    """The number after its last."""
    owner_starts: Ints
    """Where the owners of each node begin in `owners`; one more, where the last ends."""
    owners: Ints
    """For a merge, the nodes that have a run which is its subtree."""


def extras_of(forest: Forest, parent_starts: NDArray[Any], parents: Ints) -> Extras:
    """The edges of a graph that are not in its forest."""
    merges = numpy.flatnonzero(numpy.diff(parent_starts) > 1)
    tail, lengths = gathered(parent_starts, parents, merges)
    head = numpy.repeat(merges, lengths).astype(numpy.int32)
    other = tail != forest.up[head]
    tail, head = tail[other], head[other]
    order = numpy.argsort(forest.number[tail], kind="stable")
    return Extras(tail[order], head[order], forest.number[tail[order]])


def runs_of(forest: Forest, extras: Extras, parent_starts: NDArray[Any], parents: Ints, budget: int) -> Runs | None:
    """The runs of all nodes; None where there are more than the budget.

    A node has the runs of its children and the subtrees at the ends of its own extra edges, without what is in its
    own subtree and without runs within others: whoever has a node below it that has these has what covers them.
    """
    size, number, at = forest.size, forest.number, forest.at
    generation = forest.generation
    # A pair of a node and the number of a merge as one integer, waiting for the generation of its node.
    waiting: dict[int, list[NDArray[numpy.int64]]] = {}
    _put(waiting, generation, extras.tail, number[extras.head])
    found: list[NDArray[numpy.int64]] = []
    total = 0
    for level in range(len(forest.bounds) - 2, -1, -1):
        if level not in waiting:
            continue
        pairs = distinct(numpy.concatenate(waiting.pop(level)))
        node, first = pairs >> 32, pairs & 0xFFFFFFFF
        outside = (first < number[node]) | (first >= number[node] + size[node])
        node, first = node[outside], first[outside]
        last = first + size[at[first]]
        # Runs are subtrees, within each other or apart: one is within another if an earlier one ends after it.
        place = numpy.concatenate(([0], numpy.cumsum(node[1:] != node[:-1]))) * (len(size) + 1) if len(node) else node
        before = numpy.concatenate(([-1], numpy.maximum.accumulate(place + last)[:-1])) if len(node) else node
        apart = place + first >= before
        node, first = node[apart], first[apart]
        total += len(node)
        if total > budget:
            return None
        found.append((node << 32) | first)
        above, lengths = gathered(parent_starts, parents, node)
        _put(waiting, generation, above, numpy.repeat(first, lengths))
    pairs = numpy.sort(numpy.concatenate(found)) if found else numpy.empty(0, dtype=numpy.int64)
    node, first = (pairs >> 32).astype(numpy.int32), (pairs & 0xFFFFFFFF).astype(numpy.int32)
    merge = at[first]
    order = numpy.lexsort((node, merge))
    count = len(size)
    return Runs(starts_of(node, count), first, first + size[merge], starts_of(merge, count), node[order])


def _put(waiting: dict[int, list[NDArray[Any]]], generation: Ints, node: Ints, first: NDArray[Any]) -> None:
    """Let pairs wait for the generations of their nodes."""
    levels = generation[node]
    pairs = (node.astype(numpy.int64) << 32) | first
    if not len(levels):
        return
    order = numpy.argsort(levels, kind="stable")
    levels, pairs = levels[order], pairs[order]
    cuts = numpy.flatnonzero(levels[1:] != levels[:-1]) + 1
    for level, piece in zip(levels[[0, *cuts.tolist()]].tolist(), numpy.split(pairs, cuts), strict=True):
        waiting.setdefault(level, []).append(piece)


def runs_below(forest: Forest, extras: Extras, node: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The runs of one node, searched for: their first numbers, ascending, and those after their last."""
    size, number, at = forest.size, forest.number, forest.at
    start = int(number[node])
    own = (start, start + int(size[node]))
    first = last = numpy.empty(0, dtype=numpy.int64)
    new_first, new_last = numpy.array([own[0]]), numpy.array([own[1]])
    while len(new_first):
        bounds = numpy.stack([numpy.searchsorted(extras.tail_number, ends) for ends in (new_first, new_last)])
        rows = bounds.T.reshape(-1)
        heads, _ = gathered(rows, extras.head, numpy.arange(0, len(rows), 2))
        reached = distinct(number[heads]).astype(numpy.int64)
        reached = reached[(reached < own[0]) | (reached >= own[1])]
        ends = reached + size[at[reached]]
        if len(reached):  # apart from each other
            outer = numpy.concatenate(([-1], numpy.maximum.accumulate(ends)[:-1]))
            reached, ends = reached[reached >= outer], ends[reached >= outer]
        if len(first):  # not within what is there
            within = numpy.searchsorted(first, reached, side="right") - 1
            known = (within >= 0) & (reached < last[numpy.maximum(within, 0)])
            reached, ends = reached[~known], ends[~known]
        new_first, new_last = reached, ends
        if len(reached) and len(first):  # what is there may be within what is new
            over = numpy.searchsorted(reached, first, side="right") - 1
            inside = (over >= 0) & (first < ends[numpy.maximum(over, 0)])
            first, last = first[~inside], last[~inside]
        order = numpy.argsort(numpy.concatenate([first, reached]), kind="stable")
        first, last = (numpy.concatenate(pair)[order] for pair in ((first, reached), (last, ends)))
    return first, last
