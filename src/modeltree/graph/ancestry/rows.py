"""The neighbors of every node: lists of lists, or rows of one array after another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Neighbors", "Rows", "reached", "turned"]

Neighbors = Sequence[Sequence[int]]


def turned(neighbors: Neighbors) -> Neighbors:
    """The graph with all edges the other way."""
    result: list[list[int]] = [[] for _ in neighbors]
    for node, others in enumerate(neighbors):
        for other in others:
            result[other].append(node)
    return result


def reached(starts: Iterable[int], neighbors: Neighbors, max_depth: int | None = None) -> set[int]:
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


class Rows(Sequence[Sequence[int]]):
    """Neighbors in compressed rows: those of a node stand together in one array.

    Parameters
    ----------
    starts : array of int
        Where the row of each node begins; one more, where the last ends.
    items : array of int
        The neighbors.
    """

    def __init__(self, starts: NDArray[Any], items: NDArray[Any]) -> None:
        self.starts, self.items = starts, items
        self._starts: Any = memoryview(starts)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, node: int) -> Sequence[int]: ...
    @overload
    def __getitem__(self, node: slice) -> Sequence[Sequence[int]]: ...
    def __getitem__(self, node: int | slice) -> Sequence[int] | Sequence[Sequence[int]]:
        if isinstance(node, slice):
            return [self[number] for number in range(*node.indices(len(self)))]
        if node < 0:
            raise IndexError(f"there is no node {node}")
        start, end = self._starts[node], self._starts[node + 1]
        row: list[int] = self.items[start:end].tolist() if end > start else []
        return row

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return [list(row) for row in self] == [list(row) for row in other]

    __hash__ = None  # type: ignore[assignment]  # a list has none either
