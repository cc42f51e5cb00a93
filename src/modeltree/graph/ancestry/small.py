"""The index of a small graph: lists, searched. It needs no numpy but for the questions that are asked in arrays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modeltree.graph.ancestry.index import AncestryIndex
from modeltree.graph.ancestry.rows import Neighbors, reached, turned

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["SmallIndex"]


class SmallIndex(AncestryIndex):
    """See `AncestryIndex`."""

    def __init__(self, parents: Neighbors) -> None:
        self.parents = parents
        self.children = turned(parents)
        self._order = tuple(_topological_order(parents, self.children))
        if len(self._order) < len(parents):
            raise ValueError("the graph has a cycle")

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

    def are_ancestors(self, ancestors: Any, descendants: Any) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether the second descends from the first."""
        import numpy

        pairs = zip(map(int, ancestors), map(int, descendants), strict=True)
        return numpy.array([self.is_ancestor(*pair) for pair in pairs], dtype=bool)

    def descendant_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many descend from it."""
        return _counts(self.order[::-1], self.children)

    def ancestor_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many it descends from."""
        return _counts(self.order, self.parents)

    def root_counts(self) -> NDArray[numpy.int64]:
        """For each node, from how many roots it descends; a root, one: itself."""
        import numpy

        return numpy.array([len(roots) for roots in self.roots_above], dtype=numpy.int64)


def _counts(order: Sequence[int], before: Neighbors) -> NDArray[numpy.int64]:
    """For each node how many can be reached, whose sets are the bits of integers."""
    import numpy

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
