"""Graphs on the integers ``0 … n - 1`` in compressed sparse rows, and the walks through them.

A lineage numbers its models in date order, so ascending order here is date order there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from operator import index
from reprlib import repr
from typing import Any, overload

import numpy
from numpy.typing import NDArray

Ints = NDArray[numpy.int32]
Neighbors = Sequence[Sequence[int]]
Levels = tuple[Ints, NDArray[numpy.int64]]
"""The nodes by generation, and where each generation begins; one more, where the last ends."""

_FEW = 64
"""A level of fewer nodes goes by one node at a time: a call of numpy would take longer."""
_NARROW = 32
"""Where levels have fewer nodes on average, all go by one node at a time."""
_MANY = 256
"""From how many nodes on a step of a search is taken by all at once."""
_FEW_AGAIN = 4
"""Below how many it is taken by one at a time again: a long way down."""
_AT_ONCE = 1 << 18
"""How many items are gathered at a time, so that what says where they are stays in a cache."""
ODD = (IndexError, TypeError, ValueError)
"""What a look into an array raises for what is no node, in words that say nothing of nodes: `known` has some."""
_MEMORY = 1 << 26
"""How many bytes the sets of `reachable_bits` may have."""


class CsrRows(Sequence[Sequence[int]]):
    """The neighbors of every node, ascending, in one array, with where each row begins and the last ends."""

    __slots__ = ("_items", "_starts", "items", "starts")

    def __init__(self, starts: Ints, items: Ints) -> None:
        self.starts, self.items = fixed(starts), fixed(items)
        self._starts, self._items = viewed(self.starts), viewed(self.items)

    @classmethod
    def of(cls, count: int, key: NDArray[Any], item: NDArray[Any]) -> CsrRows:
        """The rows of pairs of a key, which is the node whose row it is, and an item."""
        pairs = key.astype(numpy.int64)
        pairs <<= 32
        pairs |= item if item.dtype.kind == "i" else item.astype(numpy.int64)  # unsigned ones have no common type
        if numpy.count_nonzero(pairs[1:] > pairs[:-1]) == len(pairs) - 1:
            return cls(row_starts(key, count), item.astype(numpy.int32))
        pairs = distinct(pairs)
        return cls(row_starts(pairs >> 32, count), (pairs & 0xFFFFFFFF).astype(numpy.int32))

    @classmethod
    def of_lists(cls, neighbors: Neighbors) -> CsrRows:
        """The rows of lists."""
        starts = starts_of(numpy.fromiter(map(len, neighbors), numpy.int64, len(neighbors)))
        try:  # `index` refuses 0.7, which an array of integers would truncate, as numpy 1 does with 1 << 40
            nodes = numpy.fromiter(map(index, chain.from_iterable(neighbors)), numpy.int64, int(starts[-1]))
        except (TypeError, OverflowError):
            nodes = numpy.full(1, -1)
        items = nodes.astype(numpy.int32)
        if (items != nodes).any() or (nodes < 0).any():
            for node in chain.from_iterable(neighbors):
                known(node, 1 << 31)
        return cls(starts, items)

    def __reduce__(self) -> tuple[Any, ...]:
        return CsrRows, (self.starts, self.items)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, node: int) -> Sequence[int]: ...
    @overload
    def __getitem__(self, node: slice) -> Sequence[Sequence[int]]: ...
    def __getitem__(self, node: int | slice) -> Sequence[int] | Sequence[Sequence[int]]:
        if isinstance(node, slice):
            return [self[each] for each in range(*node.indices(len(self)))]
        try:
            if node < 0:
                raise IndexError
            start, end = self._starts[node], self._starts[node + 1]
        except ODD:
            known(node, len(self))
            raise
        row: list[int] = self.items[start:end].tolist() if end > start else []
        return row

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return [list(row) for row in self] == [list(row) for row in other]

    __hash__ = None  # type: ignore[assignment]  # a list has none either

    @property
    def lengths(self) -> Ints:
        """How many neighbors each node has."""
        lengths: Ints = self.starts[1:] - self.starts[:-1]
        return lengths

    @property
    def keys(self) -> Ints:
        """For each item, the node whose row it is in."""
        return numpy.arange(len(self), dtype=numpy.int32).repeat(self.lengths)

    def turned(self) -> CsrRows:
        """The graph with all edges the other way."""
        pairs = self.items.astype(numpy.int64)
        pairs <<= 32
        pairs |= self.keys
        pairs.sort()
        return CsrRows(row_starts(self.items, len(self)), pairs.astype(numpy.int32))  # which leaves out the upper half

    def gather(self, nodes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The items of some rows one after another, and how many each row has."""
        return gather(self.starts, self.items, nodes)


def whole(value: Any, name: str) -> int:
    """A value as an integer of Python."""
    try:
        return index(value)
    except TypeError:
        raise TypeError(f"{name} cannot be {repr(value)}: it is int") from None


def known(node: Any, count: int) -> int:
    """A node of so many as an integer of Python; what is none is refused."""
    number = whole(node, "a node")
    if not 0 <= number < count:
        raise IndexError(f"{number} is none of the {count} nodes")
    return number


def integers(nodes: Any) -> NDArray[Any]:
    """Nodes as an array; what is no row of integers is refused."""
    try:
        array = numpy.asarray(nodes)
    except (ValueError, OverflowError):  # of several lengths, or larger than any integer of numpy
        array = numpy.zeros((), dtype=object)
    if array.ndim != 1 or (len(array) and array.dtype.kind not in "iu"):
        raise TypeError(f"nodes cannot be {repr(nodes)}: they are a sequence or array of int")
    return array


def depth_limit(max_depth: Any) -> int | None:
    """How many steps may be taken, None where any number may be."""
    limit = None if max_depth is None else whole(max_depth, "max_depth")
    if limit is not None and limit < 0:
        raise ValueError(f"max_depth is {limit}; it counts steps, so 0 or more")
    return limit


def starts_of(lengths: NDArray[Any]) -> Ints:
    """Where each of some rows begins, by their lengths; one more, where the last ends."""
    starts = numpy.zeros(len(lengths) + 1, dtype=numpy.int32)
    starts[1:] = lengths.cumsum()
    return starts


def row_starts(keys: NDArray[Any], count: int) -> Ints:
    """Where each of so many rows begins, of items in the order of their rows; one more, where the last ends."""
    return starts_of(numpy.bincount(keys, minlength=count))


def gather(starts: NDArray[Any], items: NDArray[Any], rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The items of some rows one after another, and how many each row has."""
    first, last = starts[rows], starts[rows + 1]
    return gather_slices(first, last, items), last - first


def gather_slices(first: NDArray[Any], last: NDArray[Any], items: NDArray[Any]) -> NDArray[Any]:
    """The items of some slices one after another."""
    lengths = last - first
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    gathered: NDArray[Any]
    if total <= _AT_ONCE:
        gathered = items.take(numpy.arange(total) + (first - (ends - lengths)).repeat(lengths))
        return gathered
    cuts = [0, *distinct(ends.searchsorted(numpy.arange(_AT_ONCE, total, _AT_ONCE)) + 1).tolist(), len(ends)]
    gathered = numpy.empty(total, dtype=items.dtype)
    for start, end in pairwise(cuts):
        begin = int(ends[start - 1]) if start else 0
        own = lengths[start:end]
        offset = (first[start:end] - (ends[start:end] - own)).repeat(own)
        gathered[begin : begin + len(offset)] = items.take(numpy.arange(begin, begin + len(offset)) + offset)
    return gathered


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Integers ascending, each once; sorting them is faster than `numpy.unique`."""
    values = numpy.sort(values)
    kept = numpy.ones(len(values), dtype=bool)
    kept[1:] = values[1:] != values[:-1]
    return values if kept.all() else values[kept]


def fixed(array: NDArray[Any]) -> NDArray[Any]:
    """An array of our own, which its callers cannot change."""
    array.setflags(write=False)
    return array


def short(values: NDArray[Any]) -> NDArray[Any]:
    """Integers from 0 on in 16 bits with a sign, where they fit: they take half the memory, and are sorted by radix."""
    return values.astype(numpy.int16 if int(values.max(initial=0)) < 1 << 15 else numpy.int32)


def viewed(array: Any) -> memoryview:
    """An array as a memoryview, of which single values are read faster."""
    return memoryview(array)


# Walks


def bfs(rows: CsrRows, starts: Sequence[int], max_depth: int | None = None) -> list[int]:
    """What can be reached in at least one and at most `max_depth` steps, in ascending order."""
    items, begin = rows._items, rows._starts
    reached: set[int] = set()
    frontier, depth = starts, 0
    while frontier and depth != max_depth and len(frontier) < _MANY:
        depth += 1
        new = []
        for node in frontier:
            start, end = begin[node], begin[node + 1]
            if start < end:
                for other in items[start:end]:
                    if other not in reached:
                        reached.add(other)
                        new.append(other)
        frontier = new
    if not frontier or depth == max_depth:
        return sorted(reached)
    seen = numpy.zeros(len(rows), dtype=bool)
    seen[list(reached)] = True
    level = numpy.array(frontier, dtype=numpy.int64)
    while len(level) and depth != max_depth:
        depth += 1
        if len(level) < _FEW_AGAIN:
            next_ = numpy.array([other for node in level.tolist() for other in rows[node]], dtype=numpy.int64)
        else:
            next_, _ = rows.gather(level)
        level = distinct(next_[~seen[next_]])
        seen[level] = True
    far: list[int] = seen.nonzero()[0].tolist()
    return far


def distances(rows: CsrRows, starts: NDArray[Any]) -> Ints:
    """For each node, how few steps it takes from the nearest of some starts; -1 where none leads to it."""
    found = numpy.full(len(rows), -1, dtype=numpy.int32)
    found[starts] = 0
    steps, level, depth = viewed(found), starts, 0
    while len(level):
        depth += 1
        if len(level) < _FEW:
            new = []
            for node in level.tolist():
                for other in rows[node]:
                    if steps[other] < 0:
                        steps[other] = depth
                        new.append(other)
            level = numpy.array(new, dtype=numpy.int64)
        else:
            reached, _ = rows.gather(level)
            level = distinct(reached[found[reached] < 0])
            found[level] = depth
    return found


def reachable_counts(order: Sequence[int], rows: CsrRows) -> list[int]:
    """To how many nodes each leads, in a graph so small that all nodes are the bits of one integer."""
    starts, items, reached = rows.starts.tolist(), rows.items.tolist(), [0] * len(rows)
    for node in order:
        start, end = starts[node], starts[node + 1]
        if start < end:
            bits = 0
            for other in items[start:end]:
                bits |= reached[other] | 1 << other
            reached[node] = bits
    return [bits.bit_count() for bits in reached]


def reachable_bits(order: Sequence[int], rows: CsrRows, targets: Sequence[int]) -> Iterator[tuple[range, list[int]]]:
    """For some targets at a time, which these are, and for each node, as bits, which of them it is or leads to."""
    # In `order` each node comes later than those that its row leads to; it may lack nodes that lead to no target.
    starts, items = rows.starts.tolist(), rows.items.tolist()
    inner = [node for node in order if starts[node] < starts[node + 1]]
    width = max(64, 8 * _MEMORY // max(len(order), 1))
    for first in range(0, len(targets), width):
        bits = [0] * len(rows)
        for place, target in enumerate(targets[first : first + width]):
            bits[target] = 1 << place
        for node in inner:
            own = bits[node]
            for other in items[starts[node] : starts[node + 1]]:
                own |= bits[other]
            bits[node] = own
        yield range(first, min(first + width, len(targets))), bits


def generations(parents: CsrRows, children: CsrRows) -> Ints:
    """For each node, the edges of the longest path to it from a root."""
    missing = parents.lengths
    lone = missing == 1  # most nodes are made from one other: nothing else is missing of them
    inner = children.lengths > 0
    generation = numpy.zeros(len(missing), dtype=numpy.int32)
    roots = missing == 0
    depth, placed = 0, int(numpy.count_nonzero(roots))
    level = (roots & inner).nonzero()[0]
    while len(level):
        if len(level) < _FEW:
            level, depth, count = _follow(level.tolist(), depth, generation, missing, children)
            placed += count
            continue
        depth += 1
        reached, _ = children.gather(level)
        single = lone[reached]
        merges = _completed(reached[~single], missing)
        reached = reached[single]
        for nodes in (reached, merges):
            generation[nodes] = depth
            placed += len(nodes)
        level = numpy.concatenate([reached[inner[reached]], merges[inner[merges]]])
    if placed < len(missing):
        raise ValueError("the graph has a cycle")
    return generation


def _completed(reached: Ints, missing: Ints) -> Ints:
    """Of some nodes, each as often as it is reached, those of which nothing is missing any more."""
    reached = numpy.sort(reached)
    new = numpy.ones(len(reached), dtype=bool)
    new[1:] = reached[1:] != reached[:-1]
    first = new.nonzero()[0]
    nodes = reached[first]
    missing[nodes] -= numpy.diff(first, append=len(reached))
    completed: Ints = nodes[missing[nodes] == 0]
    return completed


def _follow(
    level: list[int], depth: int, generation: Ints, missing: Ints, children: CsrRows
) -> tuple[NDArray[Any], int, int]:
    """Go on while there are few nodes in each level: the first level of more, its depth, how many nodes were met."""
    left, depths, below, starts = viewed(missing), viewed(generation), children._items, children._starts
    count = 0
    while level and len(level) < _FEW:
        depth += 1
        new = []
        for node in level:
            for child in below[starts[node] : starts[node + 1]]:
                left[child] -= 1
                if not left[child]:
                    depths[child] = depth
                    new.append(child)
        level = new
        count += len(level)
    return numpy.array(level, dtype=numpy.int64), depth, count


def in_cycles(parents: CsrRows) -> NDArray[numpy.int64]:
    """The nodes in cycles, and between them: what is left when roots and leaves are taken away until there are none."""
    left = numpy.ones(len(parents), dtype=bool)
    for rows, back in ((parents, parents.turned()), (parents.turned(), parents)):
        missing = numpy.bincount(rows.keys[left[rows.items]], minlength=len(rows))
        level = (left & (missing == 0)).nonzero()[0]
        while len(level):
            left[level] = False
            reached, _ = back.gather(level)
            numpy.subtract.at(missing, reached, 1)
            level = distinct(reached[left[reached] & (missing[reached] == 0)])
    return left.nonzero()[0]


# Level by level


def levels_of(generation: Ints) -> Levels:
    """The nodes by generation, and where each generation begins; one more, where the last ends."""
    counts = numpy.bincount(generation) if len(generation) else numpy.empty(0, dtype=numpy.int64)
    order = generation.argsort(kind="stable").astype(numpy.int32)
    return order, numpy.concatenate([[0], counts.cumsum()])


def is_narrow(levels: Levels) -> bool:
    """Whether there are so few nodes in each generation that they go by one at a time."""
    bounds = levels[1]
    return (len(bounds) - 1) * _NARROW > int(bounds[-1])


def deepest_first(levels: Levels) -> Iterator[Ints]:
    """The nodes of each generation but that of the roots, the deepest first."""
    order, bounds = levels
    for start, end in list(pairwise(bounds.tolist()))[:0:-1]:
        yield order[start:end]


def heights(levels: Levels, parents: CsrRows) -> Ints:
    """For each node, the edges of the longest path from it to a leaf."""
    return _gathered_up(levels, parents, numpy.zeros(len(parents), dtype=numpy.int32), max, numpy.maximum, 1)


def least_below(levels: Levels, parents: CsrRows, values: Ints) -> Ints:
    """For each node, the least of the values of it and of all that descends from it; it may be written to `values`."""
    return _gathered_up(levels, parents, values, min, numpy.minimum, 0)


def _gathered_up(
    levels: Levels, parents: CsrRows, values: Ints, one: Callable[[int, int], int], all_: numpy.ufunc, step: int
) -> Ints:
    """Values of nodes combined with those of their children, to which a step is added."""
    if is_narrow(levels):
        own, starts, above = values.tolist(), parents.starts.tolist(), parents.items.tolist()
        for node in reversed(levels[0].tolist()):
            for parent in above[starts[node] : starts[node + 1]]:
                own[parent] = one(own[parent], own[node] + step)
        return numpy.array(own, dtype=numpy.int32)
    for nodes in deepest_first(levels):
        over, lengths = parents.gather(nodes)
        all_.at(values, over, (values[nodes] + step).repeat(lengths))
    return values
