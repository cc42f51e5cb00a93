"""The index: one class to ask, and the two ways in which it is held."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from modeltree.graph.ancestry.rows import Neighbors, reached

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["LARGE", "AncestryIndex"]

LARGE = 600
"""From how many nodes on arrays are faster than lists, and worth the import of numpy."""


class AncestryIndex:
    """The parents and children of the nodes of a directed acyclic graph, and what follows from them.

    A small graph is held in lists and searched. Of a large one the nodes are numbered in preorder of a spanning
    forest, whose tree parent is the deepest parent: what descends by the forest is one run of numbers. What descends
    by other edges, to nodes with several parents, are further runs, which each node that has any keeps in order [1]_.
    So a question whether one node descends from another is a comparison where one parent suffices, and one binary
    search where not; descendants are slices, ancestors a walk up with what its merges add.

    All this is made once it pays. The first questions about single nodes are walks along the edges, until these have
    met about an eighth as many nodes as there are nodes and edges, or a question about all nodes is asked, such as
    `descendant_counts`: that one waits for it.

    In the worst case, a graph with about as many merges as nodes, the runs grow with the square of the number of
    nodes. Where there are more than 16 for each node and edge, or they take too long to find, they are not kept. Then
    each question is a search, through the merges alone where that suffices: exact all the same, in a time that grows
    with the edges above a node or the merges below it. To count all descendants then takes as long as to go through
    the whole graph for every few hundred or thousand nodes.

    Parameters
    ----------
    parents : sequence of sequences of int
        For each node, the nodes that it was made from, ascending and without repetition.

    Raises
    ------
    ValueError
        When a node descends from itself; `find_cycles` tells which.

    References
    ----------
    .. [1] R. Agrawal, A. Borgida, H. V. Jagadish: Efficient management of transitive relationships in large data and
       knowledge bases. SIGMOD 1989, 253-262. doi:10.1145/66926.66950

    Examples
    --------
    A root 0 with children 1 and 2, whose merge is 3:

    >>> index = AncestryIndex([[], [0], [0], [1, 2]])
    >>> index.ancestors(3)
    (0, 1, 2)
    >>> index.generation
    (0, 1, 1, 2)
    """

    parents: Neighbors
    """For each node those that it was made from, ascending."""
    children: Neighbors
    """For each node those that were made from it, ascending."""

    def __new__(cls, parents: Neighbors | None = None) -> Self:
        """Choose how the graph is held."""
        if cls is AncestryIndex:
            from modeltree.graph.ancestry.small import SmallIndex

            if parents is not None and len(parents) >= LARGE:
                from modeltree.graph.ancestry.large import LargeIndex

                return object.__new__(LargeIndex)  # type: ignore[return-value]
            return object.__new__(SmallIndex)  # type: ignore[return-value]
        return object.__new__(cls)

    def __init__(self, parents: Neighbors) -> None:
        raise NotImplementedError

    @staticmethod
    def from_edges(count: int, parent: Any, child: Any) -> AncestryIndex:
        """The index of a graph whose edges are pairs of nodes; an edge that stands twice counts once.

        Parameters
        ----------
        count : int
            How many nodes there are.
        parent, child : sequence or array of int
            The ends of the edges.

        Raises
        ------
        ValueError
            When a node descends from itself, when an edge ends in no node, or when there are not as many parents as
            children.

        Examples
        --------
        >>> AncestryIndex.from_edges(3, [0, 1], [1, 2]).descendants(0)
        (1, 2)
        """
        if len(parent) != len(child):
            raise ValueError(f"{len(parent)} parents and {len(child)} children are no edges")
        if count >= LARGE:
            from modeltree.graph.ancestry.large import LargeIndex

            return LargeIndex.of_edges(count, parent, child)
        rows: list[set[int]] = [set() for _ in range(count)]
        for above, below in zip(map(int, parent), map(int, child), strict=True):
            if not (0 <= above < count and 0 <= below < count):
                raise ValueError(f"an edge from {above} to {below} in a graph of {count} nodes")
            rows[below].add(above)
        return AncestryIndex([sorted(row) for row in rows])

    @staticmethod
    def load(path: str | os.PathLike[str]) -> AncestryIndex:
        """Read an index that `save` wrote; its edges stay in the file, and are mapped into memory.

        All of it is verified, so that no other file than one that `save` could have written gives an index. It must
        not be written to meanwhile; `save` itself puts a new file in the place of an old one.

        Raises
        ------
        IndexFileError
            When the file is no such index, is damaged, or is of another version.
        OSError
            When it cannot be read.
        """
        from modeltree.graph.ancestry.storing import loaded

        return loaded(path)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file of arrays, whole or not at all.

        The forest and what else a large index makes for many questions is made again by one that is read.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        from modeltree.graph.ancestry.storing import save

        save(self, path)

    def __len__(self) -> int:
        return len(self.parents)

    # What each way of holding has its own way to

    @property
    def order(self) -> Any:
        """The nodes, parents before children."""
        raise NotImplementedError

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` steps away."""
        raise NotImplementedError

    def descendants(self, node: int, max_depth: int | None = None, *, ordered: bool = True) -> Sequence[int]:
        """All nodes that descend from a node, itself excluded, at most `max_depth` steps away.

        Of a large graph this is an array. Where `ordered` is false they are in any order, which takes less time.
        """
        raise NotImplementedError

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from the other; no node is its own ancestor."""
        raise NotImplementedError

    @property
    def generation(self) -> Any:
        """For each node, the steps of the longest way to it from a root."""
        raise NotImplementedError

    @property
    def height(self) -> Any:
        """For each node, the steps of the longest way from it to a leaf."""
        raise NotImplementedError

    @property
    def components(self) -> Any:
        """For each node, the least node that it is connected with, whichever way the edges run."""
        raise NotImplementedError

    @property
    def roots(self) -> Any:
        """The nodes without a parent."""
        raise NotImplementedError

    @property
    def leaves(self) -> Any:
        """The nodes without a child."""
        raise NotImplementedError

    @property
    def merges(self) -> Any:
        """The nodes with several parents."""
        raise NotImplementedError

    @property
    def roots_above(self) -> Sequence[tuple[int, ...]]:
        """For each node, the roots that it descends from; a root, itself."""
        raise NotImplementedError

    # Many questions at once

    def are_ancestors(self, ancestors: Any, descendants: Any) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether the second descends from the first."""
        raise NotImplementedError

    def descendant_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many descend from it."""
        raise NotImplementedError

    def ancestor_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many it descends from."""
        raise NotImplementedError

    def root_counts(self) -> NDArray[numpy.int64]:
        """For each node, from how many roots it descends; a root, one: itself."""
        raise NotImplementedError

    def primary_roots(self, primary_parent: NDArray[Any]) -> NDArray[numpy.int64]:
        """For each node, where the way up ends that takes one parent of each; see `modeltree.graph.families`.

        Parameters
        ----------
        primary_parent : array of int
            For each node one of its parents, or -1 for a root.

        Raises
        ------
        ValueError
            When these are not as many as there are nodes, or lead back to where they began.
        """
        import numpy

        if len(primary_parent) != len(self):
            raise ValueError(f"{len(primary_parent)} parents for {len(self)} nodes")
        up = numpy.where(primary_parent < 0, numpy.arange(len(self)), primary_parent)
        for _ in range(len(self).bit_length() + 1):  # every round doubles the steps of all ways
            further = up[up]
            if numpy.array_equal(further, up):
                break
            up = further
        if bool((primary_parent[up] >= 0).any()):
            raise ValueError("the parents lead back to where they began")
        return up.astype(numpy.int64)

    def most_recent_common_ancestors_of(
        self, first: Any, second: Any
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """The most recent common ancestors of each pair of nodes, in compressed rows: where they start, and they."""
        import numpy

        starts, nodes = [0], list[int]()
        for pair in zip(_numbers(first), _numbers(second), strict=True):
            nodes += self.most_recent_common_ancestors(pair)
            starts.append(len(nodes))
        return numpy.array(starts, dtype=numpy.int64), numpy.array(nodes, dtype=numpy.int64)

    # What follows

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
        if ancestor == descendant:
            yield (ancestor,)
            return
        if not self.is_ancestor(ancestor, descendant):
            return
        above = {descendant, *self.ancestors(descendant)}
        between = {node for node in above if node == ancestor or self.is_ancestor(ancestor, node)}
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


def _numbers(nodes: Any) -> list[int]:
    listed: list[int] = nodes.tolist() if hasattr(nodes, "tolist") else list(nodes)
    return listed
