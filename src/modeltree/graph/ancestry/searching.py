"""Search of a large graph, where what it answers is not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.graph.ancestry.forest import Forest, Ints, distinct, gathered, viewed
from modeltree.graph.ancestry.rows import Rows

__all__ = ["among", "ones", "reachable"]

_MANY = 256
"""From how many nodes on a step is taken by all at once."""
_MEMORY = 1 << 26
"""How many bytes the sets of `reachable` have."""
Reached = tuple[int, NDArray[numpy.uint64]]

_FEW = 4
"""Fewer nodes of a generation go by one at a time."""


def among(rows: Rows, starts: Iterable[int], max_depth: int | None = None) -> NDArray[Any]:
    """What can be reached in at least one and at most `max_depth` steps, in ascending order."""
    items, begin = viewed(rows.items), viewed(rows.starts)
    found, frontier, depth = set[int](), list(starts), 0
    while frontier and (max_depth is None or depth < max_depth) and len(frontier) < _MANY:
        depth += 1
        new = []
        for node in frontier:
            for other in items[begin[node] : begin[node + 1]]:
                if other not in found:
                    found.add(other)
                    new.append(other)
        frontier = new
    if not frontier or depth == max_depth:
        return numpy.array(sorted(found), dtype=numpy.int32)
    seen = numpy.zeros(len(rows), dtype=bool)
    seen[list(found)] = True
    level = numpy.array(frontier, dtype=numpy.int64)
    while len(level) and (max_depth is None or depth < max_depth):
        depth += 1
        if len(level) < _FEW:  # one at a time again: a long way down
            reached = numpy.array([other for node in level.tolist() for other in rows[node]], dtype=numpy.int64)
        else:
            reached, _ = gathered(rows.starts, rows.items, level)
        level = distinct(reached[~seen[reached]])
        seen[level] = True
    return numpy.flatnonzero(seen).astype(numpy.int32)


def reachable(forest: Forest, rows: Rows, targets: NDArray[Any], down: bool) -> Iterator[Reached]:
    """For some targets at a time, the place of the first, and for each node, as bits, which it is or leads to.

    Each time takes as long as to go through the whole graph: `down` by the children of all nodes, or by their parents.
    """
    count = len(forest.up)
    words = max(1, _MEMORY // (8 * max(count, 1)))
    slices = list(pairwise(forest.bounds.tolist()))[:: -1 if down else 1]
    inner = numpy.diff(rows.starts) > 0
    for start in range(0, len(targets), 64 * words):
        some = targets[start : start + 64 * words]
        place = numpy.arange(len(some))
        bits = numpy.zeros((count, -(-len(some) // 64)), dtype=numpy.uint64)
        numpy.bitwise_or.at(bits, (some, place // 64), numpy.left_shift(numpy.uint64(1), (place % 64).astype("u8")))
        for begin, end in slices:
            nodes = forest.order[begin:end]
            if len(nodes) < _FEW:
                for node in nodes.tolist():
                    next_ = rows.items[rows.starts[node] : rows.starts[node + 1]]
                    bits[node] |= numpy.bitwise_or.reduce(bits[next_], axis=0)
                continue
            nodes = nodes[inner[nodes]]
            if len(nodes):
                _pass_on(bits, nodes, rows)
        yield start, bits


def _pass_on(bits: NDArray[numpy.uint64], nodes: Ints, rows: Rows) -> None:
    """Give some nodes the bits of their neighbors: of so many at a time that these take no more room than all."""
    degrees = rows.starts[nodes + 1] - rows.starts[nodes]
    ends = numpy.cumsum(degrees)
    start = 0
    while start < len(nodes):
        room = len(bits) + (int(ends[start - 1]) if start else 0)
        end = max(start + 1, int(numpy.searchsorted(ends, room, side="right")))
        below, lengths = gathered(rows.starts, rows.items, nodes[start:end])
        bits[nodes[start:end]] |= numpy.bitwise_or.reduceat(bits[below], numpy.cumsum(lengths) - lengths, axis=0)
        start = end


def ones(bits: NDArray[numpy.uint64]) -> NDArray[numpy.int64]:
    """How many bits are set in each row."""
    found: NDArray[numpy.int64] = _set_bits()[bits.view(numpy.uint16)].sum(axis=1, dtype=numpy.int64)
    return found


@cache
def _set_bits() -> NDArray[numpy.uint8]:
    """How many are set in each number of 16 bits, which numpy counts itself only from its version 2 on."""
    return numpy.array([number.bit_count() for number in range(1 << 16)], dtype=numpy.uint8)
