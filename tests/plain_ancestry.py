"""Ancestry by lists and searches, the slow and plain way: what the index is compared with."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy

Neighbors = Sequence[Sequence[int]]


def turned(neighbors: Neighbors) -> Neighbors:
    """The graph with all edges the other way."""
    result: list[list[int]] = [[] for _ in neighbors]
    for node, others in enumerate(neighbors):
        for other in others:
            result[other].append(node)
    return result


def reached(starts: Collection[int], neighbors: Neighbors, max_depth: int | None = None) -> set[int]:
    """What can be reached from the starts in at least one and at most `max_depth` steps."""
    found: set[int] = set()
    frontier = list(starts)
    depth = 0
    while frontier and (max_depth is None or depth < max_depth):
        depth += 1
        new: list[int] = []
        for node in frontier:
            for neighbor in neighbors[node]:
                if neighbor not in found:
                    found.add(neighbor)
                    new.append(neighbor)
        frontier = new
    return found


class PlainIndex:
    """What `modeltree.AncestryIndex` answers."""

    def __init__(self, parents: Neighbors) -> None:
        self.parents = parents
        self.children = turned(parents)
        self._order = tuple(_topological_order(parents, self.children))
        if len(self._order) < len(parents):
            raise ValueError("the graph has a cycle")

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def order(self) -> tuple[int, ...]:
        """The nodes, parents before children."""
        return self._order

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` steps away."""
        return tuple(sorted(reached([node], self.parents, max_depth)))

    def descendants(self, node: int, max_depth: int | None = None, *, ordered: bool = True) -> tuple[int, ...]:
        """All nodes that descend from a node, itself excluded, at most `max_depth` steps away."""
        return tuple(sorted(reached([node], self.children, max_depth)))

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from the other; no node is its own ancestor."""
        return ancestor in reached([descendant], self.parents)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """The nodes without a parent."""
        return tuple(node for node, parents in enumerate(self.parents) if not parents)

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """The nodes without a child."""
        return tuple(node for node, children in enumerate(self.children) if not children)

    @cached_property
    def merges(self) -> tuple[int, ...]:
        """The nodes with several parents."""
        return tuple(node for node, parents in enumerate(self.parents) if len(parents) > 1)

    @cached_property
    def generation(self) -> tuple[int, ...]:
        """For each node, the steps of the longest way to it from a root."""
        return _longest_ways(self.order, self.parents)

    @cached_property
    def height(self) -> tuple[int, ...]:
        """For each node, the steps of the longest way from it to a leaf."""
        return _longest_ways(self.order[::-1], self.children)

    @cached_property
    def components(self) -> tuple[int, ...]:
        """For each node, the least node that it is connected with, whichever way the edges run."""
        component = [-1] * len(self)
        for start in range(len(self)):
            if component[start] < 0:
                waiting = [start]
                component[start] = start
                while waiting:
                    node = waiting.pop()
                    for neighbor in (*self.parents[node], *self.children[node]):
                        if component[neighbor] < 0:
                            component[neighbor] = start
                            waiting.append(neighbor)
        return tuple(component)

    @cached_property
    def roots_above(self) -> tuple[tuple[int, ...], ...]:
        """For each node, the roots that it descends from; a root, itself."""
        above: list[tuple[int, ...]] = [()] * len(self)
        for node in self.order:
            parents = self.parents[node]
            if len(parents) == 1:
                above[node] = above[parents[0]]
            else:
                above[node] = tuple(sorted({root for parent in parents for root in above[parent]})) or (node,)
        return tuple(above)

    def are_ancestors(self, ancestors: Any, descendants: Any) -> Any:
        """Of each pair of nodes, whether the second descends from the first."""
        pairs = zip(map(int, ancestors), map(int, descendants), strict=True)
        return numpy.array([self.is_ancestor(*pair) for pair in pairs], dtype=bool)

    def descendant_counts(self) -> Any:
        """For each node, how many descend from it."""
        return _counts(self.order[::-1], self.children)

    def ancestor_counts(self) -> Any:
        """For each node, how many it descends from."""
        return _counts(self.order, self.parents)

    def root_counts(self) -> Any:
        """For each node, from how many roots it descends; a root, one: itself."""
        return numpy.array([len(roots) for roots in self.roots_above], dtype=numpy.int64)

    def ancestry(self, nodes: Collection[int]) -> tuple[int, ...]:
        """Some nodes and all that they descend from."""
        return tuple(sorted(reached(nodes, self.parents) | set(nodes)))

    def common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The nodes from which each of some nodes descends, or which it is.

        A node counts as its own ancestor here, so a parent is what it and its child have in common.
        """
        return tuple(sorted(self._shared(nodes)))

    def most_recent_common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The common ancestors that have no other common ancestor among their descendants.

        A tree has at most one; in a graph with merges there can be several.
        """
        shared = self._shared(nodes)
        if len(shared) < 2:
            return tuple(shared)
        # All ancestors of a common ancestor are common ancestors, so that those which are no parent of one are last.
        parents = self.parents
        return tuple(sorted(shared - {parent for node in shared for parent in parents[node]}))

    def _shared(self, nodes: Sequence[int]) -> set[int]:
        return set.intersection(*({node, *self.ancestors(node)} for node in nodes))


def _counts(order: Sequence[int], before: Neighbors) -> Any:
    """For each node how many can be reached, whose sets are the bits of integers."""
    seen = [0] * len(order)
    for node in order:
        bits = 0
        for other in before[node]:
            bits |= seen[other] | 1 << other
        seen[node] = bits
    return numpy.array([bits.bit_count() for bits in seen], dtype=numpy.int64)


def _topological_order(parents: Neighbors, children: Neighbors) -> Iterator[int]:
    """Parents before children; nodes on or below a cycle are left out."""
    missing = [len(others) for others in parents]
    waiting = deque(node for node, count in enumerate(missing) if not count)
    while waiting:
        node = waiting.popleft()
        yield node
        for child in children[node]:
            missing[child] -= 1
            if not missing[child]:
                waiting.append(child)


def _longest_ways(order: Sequence[int], before: Neighbors) -> tuple[int, ...]:
    steps = [0] * len(order)
    for node in order:
        longest = 0
        for other in before[node]:
            if steps[other] >= longest:
                longest = steps[other] + 1
        steps[node] = longest
    return tuple(steps)
