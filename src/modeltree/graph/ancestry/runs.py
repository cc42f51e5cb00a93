"""What descends from a node by other edges than those of the forest: further runs of numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.graph.ancestry.forest import (
    Forest,
    Ints,
    distinct,
    gathered,
    gathered_between,
    is_narrow,
    starts_of,
    viewed,
)

__all__ = ["Extras", "Owners", "Runs", "extras_of", "owners_of", "runs_below", "runs_of", "within"]

Edges = tuple[NDArray[Any], NDArray[Any]]
"""Parents and their children."""

_TRIES = 4
"""How many runs may be looked at for each that may be kept."""
_AT_ONCE = 1 << 22
"""How many are looked at at a time."""


class Extras(NamedTuple):
    """The edges that are not in the forest, in the order of the numbers of their tails.

    Those that end in the subtree of their own tail add nothing to it, and are left out.
    """

    tail: Ints
    head: Ints
    tail_number: Ints
    """The number of each tail."""


class Runs(NamedTuple):
    """The runs of numbers beyond its own that descend from each node: subtrees of merges, none within another."""

    starts: Ints
    """Where the runs of each node begin in `first` and `last`; one more, where the last ends."""
    first: Ints
    """The first number of each run, ascending within a node."""
    last: Ints
    """The number after its last."""


class Owners(NamedTuple):
    """For each merge, the nodes that have a run which is its subtree."""

    starts: Ints
    owners: Ints


def extras_of(forest: Forest, parent_starts: NDArray[Any], parents: Ints) -> Extras:
    """The edges of a graph that are not in its forest, and say more than it."""
    merges = numpy.flatnonzero(numpy.diff(parent_starts) > 1)
    tail, lengths = gathered(parent_starts, parents, merges)
    head = numpy.repeat(merges, lengths).astype(numpy.int32)
    start, number = forest.number[tail], forest.number[head]
    kept = (tail != forest.up[head]) & ((number < start) | (number >= start + forest.size[tail]))
    tail, head, start = tail[kept], head[kept], start[kept]
    order = numpy.argsort(start, kind="stable")
    return Extras(tail[order], head[order], start[order])


def runs_of(forest: Forest, extras: Extras, budget: int) -> Runs | None:
    """The runs of all nodes; None where there are more than the budget, or they take too long to find.

    A node has the runs of its children by the forest, and of the ends of its own extra edges those and the subtrees,
    without what is in its own subtree and without runs within others: whoever has a node below it that has these has
    what covers them.
    """
    if is_narrow(forest.bounds):
        return _one_by_one(forest, extras, budget)
    kept = _Kept(forest, budget)
    waiting: dict[int, list[Edges]] = {}  # by the generation of the parent
    _put(waiting, forest, (extras.tail, extras.head))
    for level in range(len(forest.bounds) - 2, -1, -1):
        if level not in waiting:
            continue
        node, child = (numpy.concatenate(ends) for ends in zip(*waiting.pop(level), strict=True))
        order = numpy.argsort(node, kind="stable")
        found = kept.add(node[order], child[order])
        if found is None:
            return None
        found = found[forest.up[found] >= 0]
        _put(waiting, forest, (forest.up[found], found))
    return kept.runs()


def _put(waiting: dict[int, list[Edges]], forest: Forest, edges: Edges) -> None:
    """Let edges wait for the generations of their parents."""
    node, child = edges
    levels = forest.generation[node]
    order = numpy.argsort(levels, kind="stable")
    node, child, levels = node[order], child[order], levels[order]
    cuts = [0, *(numpy.flatnonzero(levels[1:] != levels[:-1]) + 1).tolist(), len(levels)]
    for start, end in pairwise(cuts if len(levels) else ()):
        waiting.setdefault(int(levels[start]), []).append((node[start:end], child[start:end]))


def _one_by_one(forest: Forest, extras: Extras, budget: int) -> Runs | None:
    """The same where calls of numpy would take longer than what they do."""
    up, size, number, at = map(viewed, (forest.up, forest.size, forest.number, forest.at))
    waiting: dict[int, list[int]] = {}
    for node, child in zip(extras.tail.tolist(), extras.head.tolist(), strict=True):
        waiting.setdefault(node, []).append(child)
    kept: dict[int, list[int]] = {}
    tries = _TRIES * budget
    for node in forest.order[::-1].tolist() if waiting else ():
        if node not in waiting:
            continue
        found = set[int]()
        for child in waiting.pop(node):
            if up[child] != node:
                found.add(number[child])
            if child in kept:
                found.update(kept[child])
                tries -= len(kept[child])
        start = number[node]
        end, last, apart = start + size[node], -1, []
        for first in sorted(found):
            if first >= last and not start <= first < end:
                apart.append(first)
                last = first + size[at[first]]
        budget -= len(apart)
        if budget < 0 or tries < 0:
            return None
        if apart:
            kept[node] = apart
            if up[node] >= 0:
                waiting.setdefault(up[node], []).append(node)
    starts = numpy.zeros(len(up) + 1, dtype=numpy.int32)
    starts[1 + numpy.fromiter(kept, numpy.int64, len(kept))] = numpy.fromiter(map(len, kept.values()), int, len(kept))
    numpy.cumsum(starts, out=starts)
    firsts = (number for node in sorted(kept) for number in kept[node])
    begun = numpy.fromiter(firsts, numpy.int32, int(starts[-1]))
    return Runs(starts, begun, begun + forest.size[forest.at[begun]])


class _Kept:
    """Runs as they are found, of children before their parents."""

    def __init__(self, forest: Forest, budget: int) -> None:
        self.forest = forest
        self.left, self.tries = budget, _TRIES * budget + _AT_ONCE
        self.begin = numpy.zeros(len(forest.up), dtype=numpy.int64)
        self.count = numpy.zeros(len(forest.up), dtype=numpy.int32)
        self.first = numpy.empty(1024, dtype=numpy.int32)
        self.total = 0

    def add(self, node: NDArray[Any], child: NDArray[Any]) -> NDArray[Any] | None:
        """What nodes of one generation have by some edges, by node: those that have any, None where it is too much."""
        other = self.forest.up[child] != node
        ends = numpy.cumsum(self.count[child] + other)
        self.tries -= int(ends[-1]) if len(ends) else 0
        if self.tries < 0:
            return None
        found, start = [], 0
        while start < len(node):
            # So many children that there are few enough runs, and all of the last node.
            target = (int(ends[start - 1]) if start else 0) + _AT_ONCE
            end = min(int(numpy.searchsorted(ends, target)) + 1, len(node))
            end += int(numpy.searchsorted(node[end:] != node[end - 1], True)) if end < len(node) else 0
            found.append(self._add(node[start:end], child[start:end], other[start:end]))
            if self.left < 0:
                return None
            start = end
        return numpy.concatenate(found)

    def _add(self, node: NDArray[Any], child: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        forest = self.forest
        size, number = forest.size, forest.number
        below = gathered_between(self.begin[child], self.begin[child] + self.count[child], self.first)
        first = numpy.concatenate([number[child[other]], below])
        owner = numpy.concatenate([node[other], numpy.repeat(node, self.count[child])])
        outside = (first < number[owner]) | (first >= number[owner] + size[owner])
        pairs = distinct((owner[outside].astype(numpy.int64) << 32) | first[outside])
        if not len(pairs):
            return node[:0]
        owner, first = pairs >> 32, pairs & 0xFFFFFFFF
        # Runs are subtrees, within each other or apart: one is within another if an earlier one ends after it.
        new = numpy.ones(len(owner), dtype=bool)
        new[1:] = owner[1:] != owner[:-1]
        place = (numpy.cumsum(new) - 1) * (len(size) + 1)
        ends = numpy.maximum.accumulate(place + first + size[forest.at[first]])
        apart = new.copy()
        apart[1:] |= (place + first)[1:] >= ends[:-1]
        owner, first = owner[apart], first[apart]
        self._keep(first)
        starts = numpy.flatnonzero(new[apart])
        nodes: NDArray[Any] = owner[starts].astype(numpy.int32)
        self.begin[nodes] = self.total - len(first) + starts
        self.count[nodes] = numpy.diff(starts, append=len(first))
        return nodes

    def _keep(self, first: NDArray[Any]) -> None:
        self.left -= len(first)
        self.total += len(first)
        if self.total > len(self.first):
            more = numpy.empty(max(self.total, 2 * len(self.first)), dtype=numpy.int32)
            more[: self.total - len(first)] = self.first[: self.total - len(first)]
            self.first = more
        self.first[self.total - len(first) : self.total] = first

    def runs(self) -> Runs:
        """All of them, in the order of their nodes."""
        starts = numpy.zeros(len(self.count) + 1, dtype=numpy.int32)
        numpy.cumsum(self.count, out=starts[1:])
        nodes = numpy.flatnonzero(self.count)
        first = gathered_between(self.begin[nodes], self.begin[nodes] + self.count[nodes], self.first)
        return Runs(starts, first, first + self.forest.size[self.forest.at[first]])


def owners_of(forest: Forest, runs: Runs) -> Owners:
    """For each merge, whose runs begin with it."""
    count = len(forest.up)
    pairs = forest.at[runs.first].astype(numpy.int64) << 32
    pairs |= numpy.repeat(numpy.arange(count), numpy.diff(runs.starts))
    pairs.sort()
    return Owners(starts_of(pairs >> 32, count), (pairs & 0xFFFFFFFF).astype(numpy.int32))


def within(runs: Runs, nodes: NDArray[Any], numbers: NDArray[Any]) -> NDArray[numpy.bool_]:
    """Of each node and number, whether the number is in one of the runs of the node: binary searches side by side."""
    start, high = runs.starts[nodes], runs.starts[nodes + 1]
    low = start.copy()
    open_ = numpy.flatnonzero(low < high)
    while len(open_):
        middle = (low[open_] + high[open_]) // 2
        after = runs.first[middle] <= numbers[open_]
        low[open_[after]] = middle[after] + 1
        high[open_[~after]] = middle[~after]
        open_ = open_[low[open_] < high[open_]]
    found: NDArray[numpy.bool_] = low > start
    found[found] = numbers[found] < runs.last[low[found] - 1]
    return found


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
