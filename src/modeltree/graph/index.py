"""The ancestry index: who descends from whom, on integers, without names or records."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree.graph.csr import (
    ODD,
    CsrRows,
    Ints,
    Neighbors,
    bfs,
    depth_limit,
    distinct,
    fixed,
    gather_slices,
    generations,
    heights,
    integers,
    known,
    least_below,
    levels_of,
    reachable_bits,
    reachable_counts,
    short,
    starts_of,
    viewed,
    whole,
)
from modeltree.graph.index_file import read_index, write_index
from modeltree.graph.intervals import (
    CommonAncestors,
    Intervals,
    Merges,
    NonTreeEdges,
    RootsAbove,
    RunsByMerge,
    SpanningForest,
    ancestors_by_merge,
    components,
    descendant_counts,
    intervals_below,
    intervals_of,
    merges_of,
    non_tree_edges,
    roots_by_merge,
    runs_by_merge,
    spanning_forest,
    tops,
    weights_below,
    within,
)

_PER_ITEM = 16
"""How many intervals there may be for each node and edge."""
_BY_MERGE_PER_ITEM = 4
"""How many there may be for them to be kept by merge as well."""
_ROOTS_PER_ITEM = 16
"""How many roots there may be for each node and edge, to be kept for each merge."""
_PATIENCE = 8
"""Of how many nodes and edges one is walked along, for answers, before the forest and the intervals are made."""
_MAKING = 5000
"""How many nodes could be walked along in the time that making them takes of the smallest graph."""
_CALL = 100
"""For how many of these a walk counts at least."""
_FEW_LATE = 64
"""Of how many nodes one may be a parent that comes after a child, for cycles to be looked for above these alone."""
_FEW_SLICES = 32
"""Of fewer intervals each is a slice of its own."""
_FEW_PAIRS = 8
"""Of fewer pairs each is a search of its own."""

_Runs = tuple[memoryview, memoryview, memoryview, memoryview, Ints]
_Downwards = tuple[memoryview, memoryview, memoryview | None, _Runs]

_NONE = numpy.empty(0, dtype=numpy.int32)
_NONE.flags.writeable = False


class AncestryIndex:
    """The parents and children of the nodes of a directed acyclic graph, and what follows from them.

    The nodes are numbered in preorder of a spanning forest, whose tree parent is the deepest parent: what descends by
    the forest is one interval of numbers. What descends by other edges, to nodes with several parents, are further
    intervals, which each node that has any keeps in order [1]_. So a question whether one node descends from another is
    a comparison where one parent suffices, and one binary search where not; descendants are slices, ancestors a walk up
    with what its merges add.

    All this is made once it pays. The first questions are walks along the edges, until these have taken about as long
    as making it does; then, or when a question about all nodes of a large graph is asked, it is made.

    In the worst case, a graph with about as many merges as nodes, the intervals grow with the square of the number of
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
        When a node descends from itself; `modeltree.graph.validation.find_cycles` tells which.

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
    >>> index.generation.tolist()
    [0, 1, 1, 2]
    """

    parents: CsrRows  # for each node those that it was made from, ascending
    _in_order = False  # whether each node is known to come after its parents, so that there is no cycle
    _patience: int
    """How much is still walked along for answers: not more in all than making the forest and intervals takes."""
    # What single questions look at once it is made. It has no value here: an object's own attributes are looked up
    # faster where its class has none of the same name. Single values are read faster from memoryviews.
    _upwards: tuple[memoryview, memoryview] | None
    _downwards: _Downwards | None

    def __init__(self, parents: Neighbors) -> None:
        rows = parents if isinstance(parents, CsrRows) else CsrRows.of_lists(parents)
        self._build(len(rows), rows.items, rows.keys)  # which copies: nothing of the caller's is kept

    @classmethod
    def from_edges(cls, count: int, parent: Any, child: Any) -> AncestryIndex:
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
        >>> AncestryIndex.from_edges(3, [0, 1], [1, 2]).descendants(0).tolist()
        [1, 2]
        """
        parent, child = integers(parent), integers(child)
        if len(parent) != len(child):
            raise ValueError(f"{len(parent)} parents and {len(child)} children are no edges")
        if not 0 <= (count := whole(count, "count")) < 1 << 31:
            raise ValueError(f"there cannot be {count} nodes")
        index = cls.__new__(cls)
        index._build(count, parent, child)
        return index

    def _build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        self._upwards = self._downwards = None
        self._patience = (count + len(parent)) // _PATIENCE + _MAKING
        if not len(parent):
            self.parents = CsrRows(numpy.zeros(count + 1, dtype=numpy.int32), _NONE)
            return
        in_order = numpy.count_nonzero(parent < child) == len(parent)
        least = parent if in_order else numpy.minimum(parent, child)
        greatest = child if in_order else numpy.maximum(parent, child)
        if numpy.count_nonzero(least < 0) or numpy.count_nonzero(greatest >= count):
            raise ValueError(f"an edge has an end that is none of the {count} nodes")
        # numpy 1 does not count unsigned integers of 64 bits.
        countable = child.astype(numpy.int64) if child.dtype == numpy.uint64 else child
        self.parents = CsrRows.of(count, countable, parent)
        self._in_order = in_order
        if not in_order:
            self._refuse_cycles(distinct(parent[parent >= child]))

    def _refuse_cycles(self, late: NDArray[Any]) -> None:
        """A cycle has a parent that does not come before its child: it is among such, and what they descend from."""
        if len(late) > len(self) // _FEW_LATE:
            self.generation  # noqa: B018  # which refuses cycles
            return
        nodes = numpy.array(self.ancestry(late.tolist()))
        above, lengths = self.parents.gather(nodes)
        part = CsrRows(starts_of(lengths), nodes.searchsorted(above).astype(numpy.int32))
        generations(part, part.turned())

    @classmethod
    @checked
    def load(cls, path: str | os.PathLike[str]) -> AncestryIndex:
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
        return cls._of(*read_index(path))

    @classmethod
    def _of(cls, parents: CsrRows, generation: Ints) -> AncestryIndex:
        """The index of what is known to be a graph without cycles, and of its generations."""
        index = cls.__new__(cls)
        index.parents = parents
        index._upwards = index._downwards = None
        index._patience = index._items // _PATIENCE + _MAKING
        index.__dict__["generation"] = fixed(short(generation))
        return index

    @checked
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file of arrays, whole or not at all.

        The forest and what else is made for many questions is made again by an index that is read.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        write_index(path, self.parents, self.generation)

    def __reduce__(self) -> tuple[Any, ...]:
        return AncestryIndex, (self.parents,)

    def __len__(self) -> int:
        return len(self.parents)

    # The graph

    @cached_property
    def children(self) -> CsrRows:
        """For each node those that were made from it, ascending."""
        return self.parents.turned()

    @cached_property
    def generation(self) -> Ints:
        """For each node, the edges of the longest path to it from a root."""
        return fixed(short(generations(self.parents, self.children)))

    @property
    def order(self) -> Ints:
        """The nodes, parents before children."""
        return numpy.arange(len(self), dtype=numpy.int32) if self._in_order else levels_of(self.generation)[0]

    def ordered(self, nodes: NDArray[Any]) -> NDArray[Any]:
        """Some nodes, given ascending, parents before children."""
        if self._in_order:
            return nodes
        ordered: NDArray[Any] = nodes[self.generation[nodes].argsort(kind="stable")]
        return ordered

    @cached_property
    def height(self) -> Ints:
        """For each node, the edges of the longest path from it to a leaf."""
        return fixed(short(heights(levels_of(self.generation), self.parents)))

    @property
    def roots(self) -> NDArray[numpy.int64]:
        """The nodes without a parent."""
        return fixed((self.parents.lengths == 0).nonzero()[0])

    @property
    def leaves(self) -> NDArray[numpy.int64]:
        """The nodes without a child."""
        return fixed((self.children.lengths == 0).nonzero()[0])

    @cached_property
    def merges(self) -> NDArray[numpy.int64]:
        """The nodes with several parents."""
        return fixed((self.parents.lengths > 1).nonzero()[0])

    @cached_property
    def components(self) -> NDArray[Any]:
        """For each node, the least node that it is connected with, whichever way the edges run."""
        return fixed(components(self._forest, self._non_tree_edges))

    @cached_property
    def roots_above(self) -> Sequence[tuple[int, ...]]:
        """For each node, the roots that it descends from; a root, itself."""
        return RootsAbove(self._forest, self.parents, self._merges, self.ancestors, _ROOTS_PER_ITEM * self._items)

    # What is made once it pays

    @property
    def _items(self) -> int:
        return len(self) + len(self.parents.items)

    @cached_property
    def _forest(self) -> SpanningForest:
        return spanning_forest(self.parents, self.children, self.generation)

    @cached_property
    def _non_tree_edges(self) -> NonTreeEdges:
        return non_tree_edges(self._forest, self.parents)

    @cached_property
    def _intervals(self) -> Intervals | None:
        """What descends from nodes by these edges, where it is not too much to keep."""
        self._patience = 0  # nothing is walked along any more
        return intervals_of(self._forest, self._merges, self._non_tree_edges, _PER_ITEM * self._items)

    @cached_property
    def _by_merge(self) -> RunsByMerge | None:
        """The same by merges, where it is not too much."""
        intervals = self._intervals
        if intervals is None or len(intervals.ranks) > _BY_MERGE_PER_ITEM * self._items:
            return None
        return runs_by_merge(self._merges, intervals)

    @cached_property
    def _roots_by_merge(self) -> NDArray[numpy.int64]:
        assert self._intervals is not None
        return roots_by_merge(self._forest, self._merges, self._intervals)

    @cached_property
    def _merges(self) -> Merges:
        return merges_of(self._forest, self.parents)

    @cached_property
    def _down(self) -> _Downwards:
        """Numbers, sizes, starts of intervals, if they are kept; their ranks, nearest merges, first and last, nodes."""
        forest, merges, intervals = self._forest, self._merges, self._intervals
        starts = None if intervals is None else viewed(intervals.starts)
        ranks = viewed(_NONE if intervals is None else intervals.ranks)
        nearest, first, last = viewed(merges.nearest), viewed(merges.first), viewed(merges.last)
        return viewed(forest.number), viewed(forest.size), starts, (ranks, nearest, first, last, forest.node_of)

    @cached_property
    def _merged(self) -> tuple[memoryview, memoryview, memoryview] | None:
        """The starts and nodes of the intervals by merge, if they are kept, and the next merge above each."""
        if self._by_merge is None:
            return None
        return viewed(self._by_merge.starts), viewed(self._by_merge.nodes), viewed(self._merges.above)

    @cached_property
    def _common(self) -> CommonAncestors:
        return CommonAncestors(
            self._forest, self._merges, self._intervals, lambda: self._merged, self.parents, self.ancestors
        )

    def _walk(self, rows: CsrRows, node: int) -> list[int] | None:
        """What a node leads to, found by a walk; None where it pays to make what finds it faster."""
        if self._patience <= 0:
            return None
        reached = bfs(rows, [node])
        self._patience -= _CALL + len(reached)
        return reached

    # Questions about one node or two

    def ancestors(self, node: int, max_depth: int | None = None) -> tuple[int, ...]:
        """All nodes that a node descends from, itself excluded, at most `max_depth` edges away; ascending."""
        try:
            if node < 0:
                raise IndexError
            if max_depth is not None:
                return tuple(bfs(self.parents, [node], depth_limit(max_depth)))
            upwards = self._upwards
            if upwards is None:
                walked = self._walk(self.parents, node)
                if walked is not None:
                    return tuple(walked)
                upwards = self._upwards = viewed(self._forest.up), viewed(self._merges.nearest)
            up, nearest = upwards
            over = []
            above = up[node]
            while above >= 0:
                over.append(above)
                above = up[above]
            if rank := nearest[node]:
                return self._with_merges(node, over, rank)
            over.sort()
            return tuple(over)
        except ODD:
            self._known(node)
            raise

    def _with_merges(self, node: int, over: list[int], rank: int) -> tuple[int, ...]:
        """What is above a node in the forest, and what its merges add, of which this is the rank of the nearest."""
        merged = self._merged
        if merged is None:
            return tuple(bfs(self.parents, [node]))
        starts, nodes, above = merged
        while rank:
            start, end = starts[rank], starts[rank + 1]
            if end > start:
                over += nodes[start:end].tolist()
            rank = above[rank]
        over.sort()
        return tuple(over)

    def ancestry(self, nodes: Collection[int]) -> tuple[int, ...]:
        """Some nodes and all that they descend from, ascending."""
        known = self._several(nodes)
        return tuple(sorted({*known, *bfs(self.parents, known)}))

    def descendants(self, node: int, max_depth: int | None = None, *, ordered: bool = True) -> Ints:
        """All nodes that descend from a node, itself excluded, at most `max_depth` edges away; ascending.

        Where `ordered` is false they are in any order, which takes less time.
        """
        try:
            if node < 0:
                raise IndexError
            if max_depth is not None:
                return numpy.array(bfs(self.children, [node], depth_limit(max_depth)), dtype=numpy.int32)
            downwards = self._downwards
            if downwards is None:
                walked = self._walk(self.children, node)
                if walked is not None:
                    return numpy.array(walked, dtype=numpy.int32)
                downwards = self._downwards = self._down
            numbers, sizes, starts, runs = downwards
            size, own = sizes[node], _NONE
            ranks, _, first, last, node_of = runs
            if size > 1:
                number = numbers[node]
                own = node_of[number + 1 : number + size]
            if starts is None:
                more = [gather_slices(*intervals_below(self._forest, self._non_tree_edges, node), node_of)]
            else:
                start, end = starts[node], starts[node + 1]
                if start == end:
                    return numpy.sort(own) if ordered and size > 2 else own
                if end - start < _FEW_SLICES:
                    more = [node_of[first[rank] : last[rank]] for rank in ranks[start:end]]
                else:
                    assert self._intervals is not None
                    several = self._intervals.ranks[start:end]
                    more = [gather_slices(self._merges.first.take(several), self._merges.last.take(several), node_of)]
            below = numpy.concatenate([own, *more])
            if ordered:
                below.sort()
            return below
        except ODD:
            self._known(node)
            raise

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from the other; no node is its own ancestor."""
        try:
            if ancestor < 0 or descendant < 0:
                raise IndexError
            downwards = self._downwards
            if downwards is None:
                walked = self._walk(self.parents, descendant)
                if walked is not None:
                    return self._known(ancestor) in walked
                downwards = self._downwards = self._down
            numbers, sizes, starts, runs = downwards
            number, start = numbers[descendant], numbers[ancestor]
            if start < number < start + sizes[ancestor]:
                return True
            if starts is None:
                return self._climbs(ancestor, descendant)
            low, high = starts[ancestor], starts[ancestor + 1]
            if low == high:
                return False
            ranks, nearest, _, last, _ = runs
            index = bisect_right(ranks, nearest[descendant], low, high) - 1
            return index >= low and number < last[ranks[index]]
        except ODD:
            self._several((ancestor, descendant))
            raise

    def _climbs(self, ancestor: int, descendant: int) -> bool:
        """Whether one is met on the paths up from the other, of which only the merges are looked at."""
        parents, (numbers, sizes, _, (_, nearest, *_)) = self.parents, self._down
        merges, over = viewed(self._merges.node), viewed(self._merges.above)
        up, generation = viewed(self._forest.up), viewed(self.generation)
        start, level = numbers[ancestor], generation[ancestor]
        end = start + sizes[ancestor]
        waiting, seen = [descendant], set[int]()
        while waiting:
            node = waiting.pop()
            if start <= numbers[node] < end and node != descendant:
                return True
            rank = nearest[node]
            while rank and rank not in seen and generation[merge := merges[rank]] > level:
                seen.add(rank)
                above = up[merge]
                waiting += [tail for tail in parents[merge] if tail != above and generation[tail] >= level]
                rank = over[rank]
        return False

    def common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The nodes from which each of some nodes descends, or which it is.

        A node counts as its own ancestor here, so a parent is what it and its child have in common.
        """
        return tuple(sorted(self._shared(nodes)))

    def most_recent_common_ancestors(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """The common ancestors that have no other common ancestor among their descendants.

        A tree has at most one; in a graph with merges there can be several.
        """
        if self._patience <= 0 and len(nodes):
            try:
                for node in nodes:
                    if node < 0:
                        raise IndexError
                return self._common.of(nodes)
            except ODD:
                self._several(nodes)
                raise
        shared = self._shared(nodes)
        if len(shared) < 2:
            return tuple(shared)
        # All ancestors of a common ancestor are common ancestors, so that those which are no parent of one are last.
        parents = self.parents
        return tuple(sorted(shared - {parent for node in shared for parent in parents[node]}))

    def _shared(self, nodes: Sequence[int]) -> set[int]:
        if not len(nodes):
            raise TypeError("at least one node is needed")
        return set.intersection(*({node, *self.ancestors(node)} for node in self._several(nodes)))

    def shortest_path(self, ancestor: int, descendant: int) -> tuple[int, ...] | None:
        """The nodes along a shortest path down, or None; among equals the one through the least parents."""
        ancestor, descendant = self._several((ancestor, descendant))
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

    def distance(self, ancestor: int, descendant: int) -> int:
        """The edges of a shortest path down, from a node to one that it leads to or to itself."""
        return len(self.shortest_path(ancestor, descendant) or ()) - 1

    def paths(self, ancestor: int, descendant: int) -> Iterator[tuple[int, ...]]:
        """Every path down from one node to another, one at a time: there can be exponentially many.

        From a node to itself there is one, without edges.
        """
        ancestor, descendant = self._several((ancestor, descendant))
        if ancestor == descendant:
            yield (ancestor,)
            return
        if not self.is_ancestor(ancestor, descendant):
            return
        between = {node for node in self.ancestors(descendant) if self.is_ancestor(ancestor, node)}
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

    # Questions about many pairs or all nodes

    def are_ancestors(self, ancestors: Any, descendants: Any) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether the second descends from the first."""
        if len(ancestors) == len(descendants) < _FEW_PAIRS:
            pairs = zip(integers(ancestors).tolist(), integers(descendants).tolist(), strict=True)
            return numpy.array([self.is_ancestor(*pair) for pair in pairs], dtype=bool)
        above, below = self._pairs(ancestors, descendants)
        forest, intervals = self._forest, self._intervals
        number, start = forest.number[below], forest.number[above]
        related: NDArray[numpy.bool_] = (number > start) & (number < start + forest.size[above])
        if intervals is not None:
            left = (~related & (intervals.starts[above + 1] > intervals.starts[above])).nonzero()[0]
            related[left] = within(self._merges, intervals, forest.number, above[left], below[left])
            return related
        left = (~related & (self.generation[above] < self.generation[below])).nonzero()[0]
        if len(left) < _FEW_PAIRS:
            for pair in left.tolist():
                related[pair] = self._climbs(int(above[pair]), int(below[pair]))
        else:
            related[left] = self._lead(above[left], below[left])
        return related

    def _lead(self, above: NDArray[Any], below: NDArray[Any]) -> NDArray[numpy.bool_]:
        """Of each pair of nodes, whether one leads to the other, by going through all that leads to those below."""
        targets = distinct(below)
        leading = distinct(numpy.concatenate([targets, bfs(self.parents, targets.tolist())]).astype(numpy.int64))
        leading = leading[(-self.generation[leading]).argsort(kind="stable")]
        index = targets.searchsorted(below)
        order = index.argsort(kind="stable")
        rows, nodes, wanted = order.tolist(), above[order].tolist(), index[order]
        related = numpy.zeros(len(above), dtype=bool)
        for some, bits in reachable_bits(leading.tolist(), self.children, targets.tolist()):
            start, end = wanted.searchsorted([some.start, some.stop]).tolist()
            for pair, bit in zip(range(start, end), (wanted[start:end] - some.start).tolist(), strict=True):
                related[rows[pair]] = bits[nodes[pair]] >> bit & 1
        return related

    def descendant_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many descend from it."""
        if (small := self._goes_through()) or self._intervals is None:
            return self._counted(small, self.children, -1)
        return descendant_counts(self._forest, self._merges, self._intervals)

    def below_roots(self) -> tuple[NDArray[numpy.int64], NDArray[Any]]:
        """For each root, how many nodes there are that it is or that descend from it, and the first of these.

        What counts all nodes is not made for it: most of them hang below a root or a merge by single parents, and these
        alone, each with what hangs below it, are a graph of a tenth of the size.
        """
        roots, first = self.roots, numpy.arange(len(self), dtype=numpy.int32)
        if 0 < self._patience < 2 * self._items:
            above, lengths = self.parents.gather(self.merges)
            top = tops(self.parents)
            weights = numpy.bincount(top, minlength=len(self))
            head, merge = top[above], self.merges.repeat(lengths)
            kept = distinct(numpy.concatenate([head, self.merges]))
            place = numpy.zeros(len(self), dtype=numpy.int32)
            place[kept] = numpy.arange(len(kept), dtype=numpy.int32)
            small = AncestryIndex.from_edges(len(kept), place[head], place[merge])
            parts = small._forest, small._merges
            intervals = intervals_of(*parts, small._non_tree_edges, _PER_ITEM * self._items)
            if intervals is not None:
                weights[kept[small.roots]] = weights_below(*parts, intervals, weights[kept], small.roots)
                if not self._in_order:
                    early = (first < top).nonzero()[0]
                    numpy.minimum.at(first, top[early], early.astype(numpy.int32))
                    first[kept] = least_below(parts[0].levels, small.parents, first[kept])
                return weights[roots], first[roots]
        if not self._in_order:
            first = least_below(levels_of(self.generation), self.parents, first)
        return self.descendant_counts()[roots] + 1, first[roots]

    def ancestor_counts(self) -> NDArray[numpy.int64]:
        """For each node, how many it descends from."""
        if (small := self._goes_through()) or self._intervals is None:
            return self._counted(small, self.parents, 1)
        more: NDArray[numpy.int64] = ancestors_by_merge(self._merges, self._intervals)[self._merges.nearest]
        return more + self.generation

    def root_counts(self) -> NDArray[numpy.int64]:
        """For each node, from how many roots it descends; a root, one: itself."""
        if self._intervals is None:
            return numpy.fromiter(map(len, self.roots_above), dtype=numpy.int64, count=len(self))
        counts: NDArray[numpy.int64] = self._roots_by_merge[self._merges.nearest]
        return counts

    def _goes_through(self) -> bool:
        """Whether to answer by going through the whole graph once, which of a small one takes less than its forest."""
        cost = 2 * self._items
        if not 0 < self._patience >= cost:
            return False
        self._patience -= cost
        return True

    def _counted(self, small: bool, rows: CsrRows, step: int) -> NDArray[numpy.int64]:
        """For each node how many it leads to, by going through the whole graph: if it is large, for some at a time."""
        order = (range(len(self)) if self._in_order else self.order.tolist())[::step]
        if small:
            return numpy.array(reachable_counts(order, rows), dtype=numpy.int64)
        counts = numpy.zeros(len(self), dtype=numpy.int64)
        for _, bits in reachable_bits(order, rows, order):
            counts += numpy.fromiter(map(int.bit_count, bits), numpy.int64, len(bits))
        counts -= 1  # as each leads to itself
        return counts

    def most_recent_common_ancestors_of(
        self, first: Any, second: Any
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """The most recent common ancestors of each pair of nodes, in compressed rows: where they start, and they."""
        return self._common.of_pairs(*self._pairs(first, second))

    def _known(self, node: Any) -> int:
        """A node as an integer of Python; what is none is refused."""
        return known(node, len(self))

    def _several(self, nodes: Iterable[Any]) -> list[int]:
        """Nodes as integers of Python."""
        count = len(self)
        return [known(node, count) for node in nodes]

    def _pairs(self, first: Any, second: Any) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """The nodes of pairs, of which there are as many firsts as seconds."""
        one, other = integers(first), integers(second)
        if len(one) != len(other):
            raise ValueError(f"{len(one)} nodes and {len(other)} are no pairs")
        for nodes in (one, other):
            if len(nodes) and (int(nodes.min()) < 0 or int(nodes.max()) >= len(self)):
                raise IndexError(f"there is a node that is none of the {len(self)}")
        return one.astype(numpy.int64), other.astype(numpy.int64)
