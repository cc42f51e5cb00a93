"""The index of a large graph: arrays of integers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.graph.ancestry.forest import (
    Forest,
    Ints,
    compressed,
    distinct,
    forest_of,
    gathered_between,
    generations_of,
    heights,
    nearest_merges,
    ordered,
    viewed,
)
from modeltree.graph.ancestry.index import AncestryIndex
from modeltree.graph.ancestry.recent import recent, recent_of_pairs
from modeltree.graph.ancestry.rooted import RootsAbove, components_of
from modeltree.graph.ancestry.rows import Neighbors, Rows
from modeltree.graph.ancestry.runs import Extras, Owners, Runs, extras_of, owners_of, runs_below, runs_of, within
from modeltree.graph.ancestry.searching import among, ones, reachable

__all__ = ["LargeIndex"]

_PER_ITEM = 16
"""How many runs there may be for each node and edge."""
_OWNERS_PER_ITEM = 4
"""How many there may be for them to be kept by merge as well."""
_ROOTS_PER_ITEM = 16
"""How many roots there may be for each node and edge, to be kept for each merge."""
_PATIENCE = 8
"""Of how many nodes and edges one is walked along, for answers, before the forest and the runs are made."""
_CALL = 100
"""For how many of these a walk counts at least."""
_FEW = 8
"""Of fewer runs each is a slice of its own, and of fewer pairs each is a search of its own."""

_NONE = numpy.empty(0, dtype=numpy.int32)
_NONE.flags.writeable = False


class LargeIndex(AncestryIndex):
    """See `AncestryIndex`. What is not needed to know that there is no cycle is made when it pays, or must be there."""

    parents: Rows
    # What single questions look at, made by the first of them. It has no value here: an object's own attributes are
    # looked up faster where its class has none of the same name. Single values are read faster from memoryviews.
    _upwards: tuple[memoryview, memoryview]
    _downwards: tuple[memoryview, memoryview, memoryview | None, memoryview, memoryview]

    def __init__(self, parents: Neighbors) -> None:
        counts = numpy.fromiter(map(len, parents), dtype=numpy.int64, count=len(parents))
        child = numpy.repeat(numpy.arange(len(parents)), counts)
        items = (node for row in parents for node in row)
        self._build(len(parents), numpy.fromiter(items, dtype=numpy.int64, count=len(child)), child)

    @classmethod
    def of_edges(cls, count: int, parent: Any, child: Any) -> LargeIndex:
        """The index of some edges; see `AncestryIndex.from_edges`."""
        index = cls.__new__(cls)
        index._build(count, numpy.asarray(parent), numpy.asarray(child))
        return index

    @classmethod
    def of_arrays(cls, parents: Rows, generation: Ints) -> LargeIndex:
        """The index of what is known to be a graph without cycles, and of its generations."""
        index = cls.__new__(cls)
        index.parents = parents
        index.__dict__["generation"] = generation
        return index

    @cached_property
    def _patience(self) -> int:
        """How much is still walked along for answers: not more in all than making the forest and the runs takes."""
        return self._items // _PATIENCE

    @property
    def _walks(self) -> bool:
        return self._patience > 0 and "runs" not in self.__dict__

    def _walked(self, rows: Rows, node: int) -> NDArray[Any] | None:
        """What a node leads to, found by a walk; None where it pays to make what finds it faster."""
        if not self._walks:
            return None
        found = among(rows, [node])
        self._patience -= _CALL + len(found)
        return found

    def _build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        for ends in (parent, child):
            if len(ends) and not (ends.dtype.kind in "iu" and int(ends.min()) >= 0 and int(ends.max()) < count):
                raise ValueError(f"an edge has an end that is none of the {count} nodes")
        self.parents = Rows(*compressed(count, child, parent))
        self.generation  # noqa: B018  # refuses cycles

    def __reduce__(self) -> tuple[Any, ...]:
        child = numpy.repeat(numpy.arange(len(self)), numpy.diff(self.parents.starts))
        return LargeIndex.of_edges, (len(self), self.parents.items, child)

    @cached_property
    def children(self) -> Rows:  # type: ignore[override]
        """For each node those that were made from it, ascending."""
        child = numpy.repeat(numpy.arange(len(self), dtype=numpy.int32), numpy.diff(self.parents.starts))
        return Rows(*compressed(len(self), self.parents.items, child))

    @cached_property
    def generation(self) -> Ints:
        """For each node, the steps of the longest way to it from a root."""
        return generations_of(self.parents.starts, self.children.starts, self.children.items)

    @cached_property
    def forest(self) -> Forest:
        """The spanning forest."""
        rows = (self.parents.starts, self.parents.items, self.children.starts, self.children.items)
        return forest_of(*rows, self.generation)

    @cached_property
    def order(self) -> Ints:
        """The nodes, parents before children."""
        return ordered(self.generation)[0]

    @cached_property
    def height(self) -> Ints:
        """For each node, the steps of the longest way from it to a leaf."""
        return heights(self.forest, self.parents.starts, self.parents.items)

    @cached_property
    def roots(self) -> NDArray[numpy.int64]:
        """The nodes without a parent."""
        return numpy.flatnonzero(numpy.diff(self.parents.starts) == 0)

    @cached_property
    def leaves(self) -> NDArray[numpy.int64]:
        """The nodes without a child."""
        return numpy.flatnonzero(numpy.diff(self.children.starts) == 0)

    @cached_property
    def merges(self) -> NDArray[numpy.int64]:
        """The nodes with several parents."""
        return numpy.flatnonzero(numpy.diff(self.parents.starts) > 1)

    @cached_property
    def extras(self) -> Extras:
        """The edges that are not in the forest."""
        return extras_of(self.forest, self.parents.starts, self.parents.items)

    @cached_property
    def runs(self) -> Runs | None:
        """What descends from nodes by such edges, where it is not too much to keep."""
        return runs_of(self.forest, self.extras, _PER_ITEM * self._items)

    @cached_property
    def owners(self) -> Owners | None:
        """The same by merges, where it is not too much."""
        few = self.runs is not None and len(self.runs.first) <= _OWNERS_PER_ITEM * self._items
        return owners_of(self.forest, self.runs) if self.runs is not None and few else None

    @property
    def _items(self) -> int:
        return len(self) + len(self.parents.items)

    # Single questions

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` steps away."""
        if max_depth is not None:
            return tuple(among(self.parents, [node], max_depth).tolist())
        try:
            up, near = self._upwards
        except AttributeError:
            walked = self._walked(self.parents, node)
            if walked is not None:
                return tuple(walked.tolist())
            up, near = self._upwards = viewed(self.forest.up), self.near
        found = []
        above = up[node]
        while above >= 0:
            found.append(above)
            above = up[above]
        if near[node] >= 0:
            return self._with_merges(node, found)
        found.sort()
        return tuple(found)

    def _with_merges(self, node: int, found: list[int]) -> tuple[int, ...]:
        """What is above a node in the forest, and what its merges add."""
        rows = self.merged
        if rows is None:
            return tuple(among(self.parents, [node]).tolist())
        starts, items = rows
        up, near = self._upwards
        merge = near[node]
        while merge >= 0:
            start, end = starts[merge], starts[merge + 1]
            if end > start:
                found += items[start:end].tolist()
            above = up[merge]
            merge = near[above] if above >= 0 else -1
        found.sort()
        return tuple(found)

    @cached_property
    def down(self) -> tuple[memoryview, memoryview, memoryview | None, memoryview, memoryview]:
        """Numbers, sizes, and the starts, first and last numbers of runs, if they are kept."""
        runs = self.runs
        starts = None if runs is None else viewed(runs.starts)
        first, last = (viewed(_NONE), viewed(_NONE)) if runs is None else (viewed(runs.first), viewed(runs.last))
        return viewed(self.forest.number), viewed(self.forest.size), starts, first, last

    @cached_property
    def merged(self) -> tuple[memoryview, memoryview] | None:
        """The starts and items of the owners, if they are kept."""
        return None if self.owners is None else (viewed(self.owners.starts), viewed(self.owners.owners))

    @cached_property
    def ways(self) -> tuple[memoryview, memoryview, memoryview, memoryview]:
        """Numbers, sizes, tree parents and generations."""
        forest = self.forest
        return viewed(forest.number), viewed(forest.size), viewed(forest.up), viewed(self.generation)

    @cached_property
    def near(self) -> memoryview:
        """For each node, the nearest at it or above it in the forest that has several parents, or -1."""
        return viewed(nearest_merges(self.forest, self.parents.starts))

    def ancestry(self, nodes: Collection[int]) -> tuple[int, ...]:
        """Some nodes and all that they descend from."""
        return tuple(numpy.union1d(among(self.parents, nodes), numpy.array([*nodes], dtype=numpy.int64)).tolist())

    def descendants(self, node: int, max_depth: int | None = None, *, ordered: bool = True) -> Sequence[int]:
        """All nodes that descend from a node, itself excluded, at most `max_depth` steps away, as an array."""
        if max_depth is not None:
            return among(self.children, [node], max_depth)  # type: ignore[return-value]
        try:
            numbers, sizes, starts, _, _ = self._downwards
        except AttributeError:
            walked = self._walked(self.children, node)
            if walked is not None:
                return walked  # type: ignore[return-value]
            numbers, sizes, starts, _, _ = self._downwards = self.down
        number, size = numbers[node], sizes[node]
        own = self.forest.at[number + 1 : number + size] if size > 1 else _NONE
        if starts is None:
            first, last = runs_below(self.forest, self.extras, node)
        else:
            start, end = starts[node], starts[node + 1]
            if start == end:
                return numpy.sort(own) if ordered and size > 2 else own  # type: ignore[return-value]
            assert self.runs is not None
            first, last = self.runs.first[start:end], self.runs.last[start:end]
        if len(first) < _FEW:
            more = [self.forest.at[start:end] for start, end in zip(first.tolist(), last.tolist(), strict=True)]
        else:
            more = [gathered_between(first, last, self.forest.at)]
        found = numpy.concatenate([own, *more])
        if ordered:
            found.sort()
        return found  # type: ignore[return-value]

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from the other; no node is its own ancestor."""
        try:
            numbers, sizes, starts, firsts, lasts = self._downwards
        except AttributeError:
            walked = self._walked(self.parents, descendant)
            if walked is not None:
                return bool((walked == ancestor).any())
            numbers, sizes, starts, firsts, lasts = self._downwards = self.down
        number, start = numbers[descendant], numbers[ancestor]
        if start < number < start + sizes[ancestor]:
            return True
        if starts is None:
            return self._climbs(ancestor, descendant)
        low, high = starts[ancestor], starts[ancestor + 1]
        if low == high:
            return False
        place = bisect_right(firsts, number, low, high) - 1
        return place >= low and number < lasts[place]

    def _climbs(self, ancestor: int, descendant: int) -> bool:
        """Whether one is met on the ways up from the other, of which only the merges are looked at."""
        parents, near = self.parents, self.near
        numbers, sizes, up, generation = self.ways
        start, level = numbers[ancestor], generation[ancestor]
        end = start + sizes[ancestor]
        waiting, seen = [descendant], set[int]()
        while waiting:
            node = waiting.pop()
            if start <= numbers[node] < end and node != descendant:
                return True
            merge = near[node]
            while merge >= 0 and merge not in seen and generation[merge] > level:
                seen.add(merge)
                above = up[merge]
                waiting += [tail for tail in parents[merge] if tail != above and generation[tail] >= level]
                merge = near[above]
        return False

    # Many at once

    def are_ancestors(self, ancestors: Any, descendants: Any) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether the second descends from the first."""
        above, below = self._pairs(ancestors, descendants)
        if len(above) < _FEW:
            pairs = zip(above.tolist(), below.tolist(), strict=True)
            return numpy.array([self.is_ancestor(*pair) for pair in pairs], dtype=bool)
        forest, runs = self.forest, self.runs
        number, start = forest.number[below], forest.number[above]
        found: NDArray[numpy.bool_] = (number > start) & (number < start + forest.size[above])
        if runs is not None:
            left = numpy.flatnonzero(~found & (runs.starts[above + 1] > runs.starts[above]))
            found[left] = within(runs, above[left], number[left])
            return found
        left = numpy.flatnonzero(~found & (self.generation[above] < self.generation[below]))
        if len(left) < _FEW:
            for place in left.tolist():
                found[place] = self._climbs(int(above[place]), int(below[place]))
        else:
            found[left] = self._lead(above[left], below[left])
        return found

    def _lead(self, above: NDArray[Any], below: NDArray[Any]) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether one can be reached from the other, by going through the whole graph."""
        targets = distinct(below)
        place = numpy.searchsorted(targets, below)
        found = numpy.zeros(len(above), dtype=bool)
        for start, bits in reachable(self.forest, self.children, targets, down=True):
            rows = numpy.flatnonzero((place >= start) & (place < start + 64 * bits.shape[1]))
            word, bit = numpy.divmod(place[rows] - start, 64)
            found[rows] = bits[above[rows], word] >> bit.astype(numpy.uint64) & numpy.uint64(1)
        return found

    def descendant_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many descend from it."""
        if self.runs is None:
            return self._counted(self.children, down=True)
        runs = self.runs
        before = numpy.zeros(len(runs.first) + 1, dtype=numpy.int64)
        numpy.cumsum(runs.last - runs.first, out=before[1:])
        counts: NDArray[numpy.int64] = self.forest.size - 1 + before[runs.starts[1:]] - before[runs.starts[:-1]]
        return counts

    def ancestor_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many it descends from."""
        if self.runs is None:
            return self._counted(self.parents, down=False)
        count = len(self)
        begun, ended = (numpy.bincount(ends, minlength=count + 1) for ends in (self.runs.first, self.runs.last))
        counts: NDArray[Any] = self.generation + numpy.cumsum(begun - ended)[self.forest.number]
        return counts

    def root_counts(self) -> NDArray[numpy.int64]:
        """For each node, from how many roots it descends; a root, one: itself."""
        if self.runs is None:
            return numpy.fromiter(map(len, self.roots_above), dtype=numpy.int64, count=len(self))
        owner = numpy.repeat(numpy.arange(len(self)), numpy.diff(self.runs.starts))
        of_root, size = self.forest.up[owner] < 0, len(self) + 1
        begun, ended = (numpy.bincount(ends[of_root], minlength=size) for ends in (self.runs.first, self.runs.last))
        counts: NDArray[Any] = 1 + numpy.cumsum(begun - ended)[self.forest.number]
        return counts

    def _counted(self, rows: Rows, down: bool) -> NDArray[numpy.int64]:
        """For each node how many it leads to, by going through the whole graph for some of these at a time."""
        counts = numpy.full(len(self), -1, dtype=numpy.int64)  # as each leads to itself
        for _, bits in reachable(self.forest, rows, numpy.arange(len(self)), down):
            counts += ones(bits)
        return counts

    @cached_property
    def counts_above(self) -> memoryview | None:
        """For each node, how many it descends from, where that takes no search."""
        return None if self.runs is None else viewed(self.ancestor_counts().astype(numpy.int32))

    @cached_property
    def components(self) -> NDArray[Any]:
        """For each node, the least node that it is connected with, whichever way the edges run."""
        return components_of(self.forest, self.extras)

    @cached_property
    def roots_above(self) -> Sequence[tuple[int, ...]]:
        """For each node, the roots that it descends from; a root, itself."""
        return RootsAbove(self.forest, self.parents, self.near, self.ancestors, _ROOTS_PER_ITEM * self._items)

    def most_recent_common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The common ancestors that have no other common ancestor among their descendants."""
        return super().most_recent_common_ancestors(nodes) if self._walks else recent(self, nodes)

    def most_recent_common_ancestors_of(
        self, first: Any, second: Any
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """The most recent common ancestors of each pair of nodes, in compressed rows: where they start, and they."""
        one, other = self._pairs(first, second)
        return recent_of_pairs(self, one, other)

    def _pairs(self, first: Any, second: Any) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """The nodes of pairs.

        Raises
        ------
        ValueError
            When there are more of one than of the other.
        IndexError
            When there is no such node.
        """
        one, other = (numpy.asarray(nodes) for nodes in (first, second))
        if len(one) != len(other):
            raise ValueError(f"{len(one)} nodes and {len(other)} are no pairs")
        for nodes in (one, other):
            if len(nodes) and (nodes.dtype.kind not in "iu" or int(nodes.min()) < 0 or int(nodes.max()) >= len(self)):
                raise IndexError(f"there is a node that is none of the {len(self)}")
        return one.astype(numpy.int64), other.astype(numpy.int64)
