"""Cycles of a graph that should have none."""

from __future__ import annotations

from collections.abc import Iterator

from modeltree.graph.ancestry.rows import Neighbors, turned

__all__ = ["find_cycles"]


def find_cycles(parents: Neighbors) -> Iterator[tuple[int, ...]]:
    """Cycles, one for each edge that closes one as the graph is followed down from its least nodes.

    Each is given from parent to child, beginning with its least node. A graph without cycles has none, any other
    at least one; there can be exponentially many cycles, and these are no more than there are edges.

    Examples
    --------
    >>> list(find_cycles([[2], [0], [1], [2]]))
    [(0, 1, 2)]
    """
    children = turned(parents)
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
