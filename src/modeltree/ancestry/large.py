"""The index of a large graph: arrays of integers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Any, overload

import numpy
from numpy.typing import NDArray

from modeltree.ancestry.forest import (
    Forest,
    Ints,
    compressed,
    forest_of,
    gathered_between,
    heights,
    nearest_merges,
    viewed,
)
from modeltree.ancestry.index import AncestryIndex
from modeltree.ancestry.rows import Neighbours, Rows, reached
from modeltree.ancestry.runs import Extras, Runs, extras_of, runs_below, runs_of

__all__ = ["LargeIndex"]

_PER_ITEM = 16
"""How many runs there may be for each node and edge."""
_BITS = 8192
"""How many nodes are counted at a time where runs are not kept."""

_FEW = 8
"""Of fewer runs each is a slice of its own."""

_NONE = numpy.empty(0, dtype=numpy.int32)
_NONE.flags.writeable = False


class LargeIndex(AncestryIndex):
    """See `AncestryIndex`."""

    def __init__(self, parents: Neighbours) -> None:
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
    def of_arrays(cls, parents: Rows, children: Rows, forest: Forest, runs: Runs | None) -> LargeIndex:
        """The index of what another had worked out."""
        index = cls.__new__(cls)
        index._hold(parents, children, forest)
        index.__dict__["runs"] = runs
        return index

    def _build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        for ends in (parent, child):
            if len(ends) and not (ends.dtype.kind in "iu" and int(ends.min()) >= 0 and int(ends.max()) < count):
                raise ValueError(f"an edge has an end that is none of the {count} nodes")
        parents = Rows(*compressed(count, child, parent))
        child = numpy.repeat(numpy.arange(count, dtype=numpy.int64), numpy.diff(parents.starts))
        children = Rows(*compressed(count, parents.items, child))
        self._hold(parents, children, forest_of(parents.starts, parents.items, children.starts, children.items))

    def _hold(self, parents: Rows, children: Rows, forest: Forest) -> None:
        self.parents: Rows = parents
        self.children: Rows = children
        self.forest = forest
        # Of single values memoryviews are faster than arrays.
        self._up, self._size, self._number = map(viewed, (forest.up, forest.size, forest.number))

    def __reduce__(self) -> tuple[Any, ...]:
        child = numpy.repeat(numpy.arange(len(self)), numpy.diff(self.parents.starts))
        return LargeIndex.of_edges, (len(self), self.parents.items, child)

    @property
    def order(self) -> Ints:
        """The nodes, parents before children."""
        return self.forest.order

    @property
    def generation(self) -> Ints:
        """For each node, the steps of the longest way to it from a root."""
        return self.forest.generation

    @cached_property
    def height(self) -> Ints:
        """For each node, the steps of the longest way from it to a leaf."""
        return heights(self.forest, self.parents.starts, self.parents.items)

    @cached_property
    def roots(self) -> NDArray[numpy.int64]:
        """The nodes without a parent."""
        return numpy.flatnonzero(self.forest.up < 0)

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
        budget = _PER_ITEM * (len(self) + len(self.parents.items))
        return runs_of(self.forest, self.extras, self.parents.starts, self.parents.items, budget)

    @cached_property
    def _merge_above(self) -> memoryview:
        return viewed(nearest_merges(self.forest, self.parents.starts))

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview, memoryview, memoryview, memoryview] | None:
        return None if self.runs is None else tuple(map(viewed, self.runs))  # type: ignore[return-value]

    # Single questions

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` steps away."""
        if max_depth is not None:
            return tuple(sorted(reached([node], self.parents, max_depth)))
        up = self._up
        found = []
        above = up[node]
        while above >= 0:
            found.append(above)
            above = up[above]
        merge = self._merge_above[node]
        if merge >= 0:
            views = self._views
            if views is None:
                return tuple(sorted(reached([node], self.parents)))
            starts, owners = views[3], views[4]
            while merge >= 0:
                found += owners[starts[merge] : starts[merge + 1]].tolist()
                above = up[merge]
                merge = self._merge_above[above] if above >= 0 else -1
        found.sort()
        return tuple(found)

    def descendants(self, node: int, max_depth: int | None = None, *, ordered: bool = True) -> Sequence[int]:
        """All nodes that descend from a node, itself excluded, at most `max_depth` steps away, as an array."""
        if max_depth is not None:
            return numpy.array(sorted(reached([node], self.children, max_depth)), dtype=numpy.int32)  # type: ignore[return-value]
        number, size = self._number[node], self._size[node]
        own = self.forest.at[number + 1 : number + size] if size > 1 else _NONE
        views = self._views
        if views is None:
            first, last = runs_below(self.forest, self.extras, node)
        else:
            start, end = views[0][node], views[0][node + 1]
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
        number, start = self._number[descendant], self._number[ancestor]
        if start < number < start + self._size[ancestor]:
            return True
        views = self._views
        if views is None:
            return self._climbs(ancestor, descendant)
        low, high = views[0][ancestor], views[0][ancestor + 1]
        if low == high:
            return False
        place = bisect_right(views[1], number, low, high) - 1
        return place >= low and number < views[2][place]

    def _climbs(self, ancestor: int, descendant: int) -> bool:
        """Whether one is met on the ways up from the other, of which only the merges are looked at."""
        generation, parents, near = viewed(self.forest.generation), self.parents, self._merge_above
        start, level = self._number[ancestor], generation[ancestor]
        end = start + self._size[ancestor]
        waiting, seen = [descendant], set[int]()
        while waiting:
            node = waiting.pop()
            if start <= self._number[node] < end and node != descendant:
                return True
            merge = near[node]
            while merge >= 0 and merge not in seen and generation[merge] > level:
                seen.add(merge)
                above = self._up[merge]
                waiting += [tail for tail in parents[merge] if tail != above and generation[tail] >= level]
                merge = near[above]
        return False

    # Many at once

    def are_ancestors(self, ancestors: Any, descendants: Any) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether the second descends from the first."""
        above, below = numpy.asarray(ancestors), numpy.asarray(descendants)
        if len(above) != len(below):
            raise ValueError(f"{len(above)} ancestors and {len(below)} descendants are no pairs")
        if not len(above):
            return numpy.empty(0, dtype=bool)
        for nodes in (above, below):
            if int(nodes.min()) < 0 or int(nodes.max()) >= len(self):
                raise IndexError(f"there is a node that is none of the {len(self)}")
        forest, runs = self.forest, self.runs
        number, start = forest.number[below], forest.number[above]
        found: NDArray[numpy.bool_] = (number > start) & (number < start + forest.size[above])
        if runs is None:
            for place in numpy.flatnonzero(~found).tolist():
                found[place] = self._climbs(int(above[place]), int(below[place]))
            return found
        open_ = numpy.flatnonzero(~found & (runs.starts[above + 1] > runs.starts[above]))
        if len(open_):
            node, wanted = above[open_].astype(numpy.int64), number[open_]
            place = numpy.searchsorted(self._run_keys, (node << 32) | wanted, side="right") - 1
            found[open_] = (place >= runs.starts[node]) & (wanted < runs.last[numpy.maximum(place, 0)])
        return found

    @cached_property
    def _run_keys(self) -> NDArray[numpy.int64]:
        assert self.runs is not None
        owner = numpy.repeat(numpy.arange(len(self), dtype=numpy.int64), numpy.diff(self.runs.starts))
        return (owner << 32) | self.runs.first

    def descendant_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many descend from it."""
        if self.runs is None:
            return self._counted(self.order[::-1].tolist(), self.children)
        runs = self.runs
        before = numpy.zeros(len(runs.first) + 1, dtype=numpy.int64)
        numpy.cumsum(runs.last - runs.first, out=before[1:])
        counts: NDArray[numpy.int64] = self.forest.size - 1 + before[runs.starts[1:]] - before[runs.starts[:-1]]
        return counts

    def ancestor_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many it descends from."""
        if self.runs is None:
            return self._counted(self.order.tolist(), self.parents)
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

    def _counted(self, order: list[int], before: Rows) -> NDArray[numpy.int64]:
        """For each node how many can be reached: some thousands at a time, whose sets are the bits of integers."""
        counts = numpy.zeros(len(order), dtype=numpy.int64)
        rows = [before[node] for node in order]
        number = self._number
        for start in range(0, len(order), _BITS):
            seen = [0] * len(order)
            for node, row in zip(order, rows, strict=True):
                bits = 0
                for other in row:
                    bits |= seen[other]
                    place = number[other] - start
                    if 0 <= place < _BITS:
                        bits |= 1 << place
                seen[node] = bits
            counts += numpy.fromiter((bits.bit_count() for bits in seen), dtype=numpy.int64, count=len(seen))
        return counts

    @cached_property
    def components(self) -> NDArray[Any]:
        """For each node, the least node that it is connected with, whichever way the edges run."""
        forest, roots = self.forest, self.roots
        tree = numpy.empty(len(self), dtype=numpy.int64)
        tree[forest.at] = numpy.repeat(numpy.arange(len(roots)), forest.size[roots])
        pairs = numpy.unique(numpy.stack([tree[self.extras.tail], tree[self.extras.head]]), axis=1)
        joined = list(range(len(roots)))
        for one, other in pairs.T.tolist():
            ends = [_end(joined, one), _end(joined, other)]
            joined[max(ends)] = min(ends)
        whole = numpy.array(joined, dtype=numpy.int64)
        while not numpy.array_equal(whole, whole[whole]):
            whole = whole[whole]
        least = numpy.full(len(roots), len(self), dtype=numpy.int64)
        first: NDArray[Any] = numpy.minimum.reduceat(forest.at, forest.number[roots]) if len(roots) else least
        numpy.minimum.at(least, whole, first)
        return least[whole][tree]

    @property
    def roots_above(self) -> Sequence[tuple[int, ...]]:
        """For each node, the roots that it descends from; a root, itself."""
        return _RootsAbove(self)


def _end(joined: list[int], node: int) -> int:
    while joined[node] != node:
        joined[node] = joined[joined[node]]
        node = joined[node]
    return node


class _RootsAbove(Sequence[tuple[int, ...]]):
    """The roots above each node, looked for when asked for."""

    def __init__(self, index: LargeIndex) -> None:
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, node: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, node: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, node: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        if isinstance(node, slice):
            return tuple(self[number] for number in range(*node.indices(len(self))))
        up, number = self._index._up, range(len(self))[node]
        return tuple(above for above in self._index.ancestors(number) if up[above] < 0) or (number,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]
