"""Ancestry on integers: who descends from whom, without names or records.

Nodes are the integers ``0 … n - 1``. The lineage numbers its models in date order, so ascending order here is
date order there, and every answer below is in ascending order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

__all__ = ["AncestryIndex", "find_cycles"]

Neighbours = Sequence[Sequence[int]]


class AncestryIndex:
    """The parents and children of the nodes of a directed acyclic graph, and what follows from them.

    Parameters
    ----------
    parents : sequence of sequences of int
        For each node, the nodes that it was made from, ascending and without repetition.

    Raises
    ------
    ValueError
        When a node descends from itself; `find_cycles` tells which.

    Examples
    --------
    A root 0 with children 1 and 2, whose merge is 3:

    >>> index = AncestryIndex([[], [0], [0], [1, 2]])
    >>> index.ancestors(3)
    (0, 1, 2)
    >>> index.generation
    (0, 1, 1, 2)
    """

    def __init__(self, parents: Neighbours) -> None:
        self.parents: Neighbours = parents
        self.children: Neighbours = _reversed(parents)
        self.order: tuple[int, ...] = tuple(_topological_order(parents, self.children))
        if len(self.order) < len(parents):
            raise ValueError("the graph has a cycle")

    def __len__(self) -> int:
        return len(self.parents)

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` steps away."""
        return tuple(sorted(_reached([node], self.parents, max_depth)))

    def descendants(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that descend from a node, itself excluded, at most `max_depth` steps away."""
        return tuple(sorted(_reached([node], self.children, max_depth)))

    def ancestry(self, nodes: Collection[int]) -> tuple[int, ...]:
        """Some nodes and all that they descend from."""
        return tuple(sorted(_reached(nodes, self.parents) | set(nodes)))

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from the other; no node is its own ancestor."""
        return ancestor in _reached([descendant], self.parents)

    def common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The nodes from which each of some nodes descends, or which it is.

        A node counts as its own ancestor here, so a parent is what it and its child have in common.
        """
        shared = set.intersection(*({node} | _reached([node], self.parents) for node in nodes))
        return tuple(sorted(shared))

    def most_recent_common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The common ancestors that have no other common ancestor among their descendants.

        A tree has at most one; in a graph with merges there can be several.
        """
        common = self.common_ancestors(nodes)
        shared = set(common)
        # Along any path from a common ancestor down to a later one all are common ancestors: children suffice.
        return tuple(node for node in common if shared.isdisjoint(self.children[node]))

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """The nodes without a parent."""
        return tuple(node for node, parents in enumerate(self.parents) if not parents)

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """The nodes without a child."""
        return tuple(node for node, children in enumerate(self.children) if not children)

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
                    for neighbour in (*self.parents[node], *self.children[node]):
                        if component[neighbour] < 0:
                            component[neighbour] = start
                            waiting.append(neighbour)
        return tuple(component)

    def shortest_path(self, ancestor: int, descendant: int) -> tuple[int, ...] | None:
        """The nodes along a shortest way down, or None; among equals the one through the least parents."""
        below = {descendant: descendant}
        waiting = deque([descendant])
        while waiting and ancestor not in below:
            node = waiting.popleft()
            for parent in self.parents[node]:
                if parent not in below:
                    below[parent] = node
                    waiting.append(parent)
        if ancestor not in below:
            return None
        path = [ancestor]
        while path[-1] != descendant:
            path.append(below[path[-1]])
        return tuple(path)

    def paths(self, ancestor: int, descendant: int) -> Iterator[tuple[int, ...]]:
        """Every way down from one node to another, one at a time: there can be exponentially many.

        From a node to itself there is one, of no steps.
        """
        between = {ancestor, *_reached([ancestor], self.children)} & {
            descendant, *_reached([descendant], self.parents)
        }  # fmt: skip
        if ancestor not in between:
            return
        if ancestor == descendant:
            yield (ancestor,)
            return
        path, choices = [ancestor], [iter(self.children[ancestor])]
        while choices:
            child = next(choices[-1], None)
            if child is None:
                choices.pop()
                path.pop()
            elif child == descendant:
                yield (*path, child)
            elif child in between:
                path.append(child)
                choices.append(iter(self.children[child]))

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


def find_cycles(parents: Neighbours) -> Iterator[tuple[int, ...]]:
    """Cycles, one for each edge that closes one as the graph is followed down from its least nodes.

    Each is given from parent to child, beginning with its least node. A graph without cycles has none, any other
    at least one; there can be exponentially many cycles, and these are no more than there are edges.

    Examples
    --------
    >>> list(find_cycles([[2], [0], [1], [2]]))
    [(0, 1, 2)]
    """
    children = _reversed(parents)
    done: set[int] = set()
    for start in range(len(parents)):
        if start in done:
            continue
        path, places, choices = [start], {start: 0}, [iter(children[start])]
        while path:
            child = next(choices[-1], None)
            if child is None:
                choices.pop()
                node = path.pop()
                del places[node]
                done.add(node)
            elif child in places:
                cycle = path[places[child] :]
                least = cycle.index(min(cycle))
                yield (*cycle[least:], *cycle[:least])
            elif child not in done:
                places[child] = len(path)
                path.append(child)
                choices.append(iter(children[child]))


def _reversed(neighbours: Neighbours) -> Neighbours:
    result: list[list[int]] = [[] for _ in neighbours]
    for node, others in enumerate(neighbours):
        for other in others:
            result[other].append(node)
    return result


def _topological_order(parents: Neighbours, children: Neighbours) -> Iterator[int]:
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


def _reached(starts: Iterable[int], neighbours: Neighbours, max_depth: int | None = None) -> set[int]:
    """What can be reached from the starts in at least one and at most `max_depth` steps."""
    reached: set[int] = set()
    frontier = list(starts)
    depth = 0
    while frontier and (max_depth is None or depth < max_depth):
        depth += 1
        new: list[int] = []
        for node in frontier:
            for neighbour in neighbours[node]:
                if neighbour not in reached:
                    reached.add(neighbour)
                    new.append(neighbour)
        frontier = new
    return reached


def _longest_ways(order: Sequence[int], before: Neighbours) -> tuple[int, ...]:
    steps = [0] * len(order)
    for node in order:
        steps[node] = max((steps[other] + 1 for other in before[node]), default=0)
    return tuple(steps)
