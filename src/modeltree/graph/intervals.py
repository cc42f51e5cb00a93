"""A spanning forest, its nodes numbered in preorder, and what descends by other edges: intervals of these numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, overload

import numpy
from numpy.typing import NDArray

from modeltree.graph.csr import (
    CsrRows,
    Ints,
    Levels,
    deepest_first,
    distinct,
    fixed,
    gather,
    gather_slices,
    is_narrow,
    known,
    levels_of,
    row_starts,
    starts_of,
    viewed,
)

_Ends = tuple[NDArray[Any], NDArray[Any]]
"""Parents and their children."""

_TRIES = 4
"""How many intervals may be looked at for each that may be kept."""
_AT_ONCE = 1 << 18
"""How many are looked at at a time, so that they stay in a cache."""
_NARROW = 20
"""Up to how many bits of a rank there is room for nodes before them in 32."""
_FEW = 8
"""Of fewer most recent common ancestors the ancestors of each are taken away."""


class SpanningForest(NamedTuple):
    """A spanning forest: the tree parent of a node is its deepest parent, so depth in it is the generation."""

    generation: Ints
    up: Ints  # the tree parent of each node, -1 of a root
    size: Ints  # how many nodes there are in its subtree, itself one
    number: Ints  # its position in preorder: a subtree is the interval from its number, as long as its size
    node_of: Ints  # the node of each number

    @property
    def levels(self) -> Levels:
        """The nodes by generation; made anew, since only what makes something of the whole forest goes by them."""
        return levels_of(self.generation)


class Merges(NamedTuple):
    """The nodes with several parents, by rank: in the order of their numbers, from 1 on."""

    # Ranks are stored in 16 bits where there are few enough. Rank 0 is no merge: what stands there means nothing.
    node: Ints
    first: Ints  # the number of each, which is the first of its subtree
    last: Ints  # the number after the last of its subtree
    inner: NDArray[numpy.int64]  # the greatest rank in its subtree
    above: NDArray[Any]  # the rank of the nearest merge above it in the forest; 0 where there is none
    nearest: NDArray[Any]
    """Of each node, the rank of the nearest merge at it or above it in the forest; 0 where there is none."""


class NonTreeEdges(NamedTuple):
    """The edges that are not in the forest, in the order of the numbers of their tails."""

    # Those that end in the subtree of their own tail add nothing to it, and are left out.
    tail: Ints
    head: Ints
    tail_number: Ints  # the number of each tail


def spanning_forest(parents: CsrRows, children: CsrRows, generation: Ints) -> SpanningForest:
    """The spanning forest of a graph."""
    levels = levels_of(generation)
    up = _tree_parents(parents, generation)
    size = _sizes(levels, up)
    number = _numbers(levels, up, size, children)
    node_of = numpy.empty(len(up), dtype=numpy.int32)
    node_of[number] = numpy.arange(len(up), dtype=numpy.int32)
    return SpanningForest(generation, up, size, number, fixed(node_of))


def _tree_parents(parents: CsrRows, generation: Ints) -> Ints:
    """The deepest parent of each node; of several the least."""
    up = numpy.full(len(generation), -1, dtype=numpy.int32)
    counts = parents.lengths
    single = (counts == 1).nonzero()[0]
    up[single] = parents.items[parents.starts[single]]
    merges = (counts > 1).nonzero()[0]
    above, lengths = parents.gather(merges)
    child = merges.repeat(lengths)
    deepest = generation[above] == generation[child] - 1
    # Written from the greatest to the least, the least stays.
    up[child[deepest][::-1]] = above[deepest][::-1]
    return up


def _sizes(levels: Levels, up: Ints) -> Ints:
    size = numpy.ones(len(up), dtype=numpy.int32)
    if is_narrow(levels):
        sizes, above = viewed(size), viewed(up)
        for node in reversed(levels[0].tolist()):
            if above[node] >= 0:
                sizes[above[node]] += sizes[node]
        return size
    for nodes in deepest_first(levels):
        numpy.add.at(size, up[nodes], size[nodes])
    return size


def _numbers(levels: Levels, up: Ints, size: Ints, children: CsrRows) -> Ints:
    # How far each node comes after its parent: after the subtrees of its lesser siblings.
    tree = up[children.items] == children.keys
    nodes = children.items[tree]
    sizes = size[nodes]
    # Before the eldest come the subtrees of all lesser parents without these themselves.
    above, before = up[nodes], size.cumsum()
    number = numpy.empty(len(up), dtype=numpy.int32)
    number[nodes] = 1 + sizes.cumsum() - sizes - (before[above] - size[above] - above)
    roots = (up < 0).nonzero()[0]
    number[roots] = size[roots].cumsum() - size[roots]
    if is_narrow(levels):
        numbers, over = viewed(number), viewed(up)
        for node in levels[0][len(roots) :].tolist():
            numbers[node] += numbers[over[node]]
        return number
    for nodes in reversed(list(deepest_first(levels))):
        number[nodes] += number[up[nodes]]
    return number


def merges_of(forest: SpanningForest, parents: CsrRows) -> Merges:
    """The merges of a graph, by rank."""
    up, node_of = forest.up, forest.node_of
    several = parents.lengths > 1
    if not several.any():
        nothing = numpy.zeros(1, dtype=numpy.int32)
        none_inside = numpy.zeros(1, dtype=numpy.int64)
        return Merges(nothing, nothing, nothing, none_inside, nothing, numpy.zeros(len(up), dtype=numpy.uint16))
    first = numpy.sort(numpy.append(forest.number[several], numpy.int32(0)))  # none has number 0, which is a root
    node = node_of[first]
    last = first + forest.size[node]
    type_ = numpy.uint16 if len(first) <= 1 << 16 else numpy.int32
    nearest = numpy.zeros(len(up), dtype=type_)
    nearest[node[1:]] = numpy.arange(1, len(first))
    # Most nodes are in no subtree of a merge; of the others each round doubles how far a node has looked up.
    covering = numpy.zeros(len(up) + 1, dtype=numpy.int32)
    covering[first[1:]] = 1
    numpy.subtract.at(covering, last[1:], 1)
    nodes = node_of[covering[:-1].cumsum().nonzero()[0]]
    nodes = nodes[~several[nodes]]
    over = up.copy() if len(nodes) else up
    while len(nodes):
        nearest[nodes] = found = nearest[over[nodes]]
        nodes = nodes[found == 0]
        over[nodes] = over[over[nodes]]
    return Merges(node, first, last, first.searchsorted(last) - 1, nearest[up[node]], nearest)


def non_tree_edges(forest: SpanningForest, parents: CsrRows) -> NonTreeEdges:
    """The edges of a graph that are not in its forest, and say more than it."""
    merges = (parents.lengths > 1).nonzero()[0]
    tail, lengths = parents.gather(merges)
    head = merges.repeat(lengths).astype(numpy.int32)
    start, number = forest.number[tail], forest.number[head]
    kept = (tail != forest.up[head]) & ((number < start) | (number >= start + forest.size[tail]))
    tail, head, start = tail[kept], head[kept], start[kept]
    order = start.argsort(kind="stable")
    return NonTreeEdges(tail[order], head[order], start[order])


def tops(parents: CsrRows) -> Ints:
    """For each node the nearest at it or above it that is a root or a merge."""
    top = numpy.arange(len(parents), dtype=numpy.int32)
    nodes = (parents.lengths == 1).nonzero()[0]
    top[nodes] = parents.items[parents.starts[nodes]]
    while len(nodes):  # each round doubles how far a node has looked up
        before = top[nodes]
        top[nodes] = over = top[before]
        nodes = nodes[over != before]
    return top


def tree_roots(forest: SpanningForest) -> tuple[Ints, Ints]:
    """The roots, ascending, and for each node the index of that of its tree."""
    roots = (forest.up < 0).nonzero()[0].astype(numpy.int32)
    tree = numpy.empty(len(forest.up), dtype=numpy.int32)
    tree[forest.node_of] = numpy.arange(len(roots), dtype=numpy.int32).repeat(forest.size[roots])
    return roots, tree


def components(forest: SpanningForest, edges: NonTreeEdges) -> Ints:
    """For each node, the least node that it is connected with, whichever way the edges run."""
    roots, tree = tree_roots(forest)
    if not len(roots):
        return tree
    one, other = tree[edges.tail].astype(numpy.int64), tree[edges.head].astype(numpy.int64)
    pairs = distinct((numpy.minimum(one, other) << 32 | numpy.maximum(one, other))[one != other])
    whole = numpy.arange(len(roots), dtype=numpy.int32)
    if len(pairs):  # most trees stand alone: a dictionary has the others
        joined: dict[int, int] = {}
        for first, second in zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True):
            low, high = sorted((_least(joined, first), _least(joined, second)))
            if low != high:
                joined[high] = low
        whole[list(joined)] = list(joined.values())
        while not numpy.array_equal(whole, further := whole[whole]):
            whole = further
    least = numpy.full(len(roots), len(tree), dtype=numpy.int32)
    numpy.minimum.at(least, whole, numpy.minimum.reduceat(forest.node_of, forest.number[roots]))
    labels: Ints = least[whole][tree]
    return labels


def _least(joined: dict[int, int], tree: int) -> int:
    """The least tree that one is joined with, so far as is known."""
    while (other := joined.get(tree, tree)) != tree:
        joined[tree] = joined.get(other, other)
        tree = other
    return tree


class RootsAbove(Sequence[tuple[int, ...]]):
    """The roots above each node: those of its nearest merge, or without a merge above it, that of its tree."""

    def __init__(
        self,
        forest: SpanningForest,
        parents: CsrRows,
        merges: Merges,
        ancestors: Callable[[int], Iterable[int]],
        budget: int,  # of roots kept by merge; where there are more, each question is a search
    ) -> None:
        self._forest, self._parents, self._merges = forest, parents, merges
        self._nearest = viewed(merges.nearest)
        self._ancestors, self._budget = ancestors, budget

    def __len__(self) -> int:
        return len(self._nearest)

    @overload
    def __getitem__(self, node: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, node: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, node: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        if isinstance(node, slice):
            return tuple(self[each] for each in range(*node.indices(len(self))))
        rank = self._nearest[node := known(node, len(self))]
        if not rank:
            return (self._root[node],)
        if self._of_merges is not None:
            return self._of_merges[rank]
        up = self._forest.up
        return tuple(sorted(above for above in self._ancestors(int(self._merges.node[rank])) if up[above] < 0))

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def _root(self) -> memoryview:
        roots, tree = tree_roots(self._forest)
        return viewed(roots[tree])

    @cached_property
    def _of_merges(self) -> dict[int, tuple[int, ...]] | None:
        """The roots above each merge, by rank, if they are within the budget."""
        order = self._forest.levels[0]
        merges: Ints = order[self._parents.lengths[order] > 1]
        nearest, root = self._nearest, self._root
        of_merges: dict[int, tuple[int, ...]] = {}
        same: dict[tuple[int, ...], tuple[int, ...]] = {}  # so that equal ones are one, and known by identity
        left = self._budget
        for merge in merges.tolist():
            above: dict[int, tuple[int, ...]] = {}
            alone = set()
            for parent in self._parents[merge]:
                if not (rank := nearest[parent]):
                    alone.add(root[parent])
                else:
                    roots = of_merges[rank]
                    above[id(roots)] = roots
            if len(above) == 1 and alone.issubset(next(iter(above.values()))):
                of_merges[nearest[merge]] = next(iter(above.values()))
                continue
            left -= len(alone) + sum(map(len, above.values()))
            if left < 0:
                return None
            roots = tuple(sorted(alone.union(*above.values())))
            of_merges[nearest[merge]] = same.setdefault(roots, roots)
        return of_merges


class Intervals(NamedTuple):
    """The intervals beyond its own that descend from each node: subtrees of merges, none within another."""

    starts: Ints  # where the intervals of each node begin in ranks; one more, where the last ends
    ranks: NDArray[Any]
    """The rank of the merge whose subtree each interval is, ascending within a node; see `Merges`."""


class RunsByMerge(NamedTuple):
    """For each merge, the nodes that have an interval which is its subtree."""

    starts: Ints  # where the nodes of each rank begin; one more, where the last ends
    nodes: Ints


def intervals_of(forest: SpanningForest, merges: Merges, edges: NonTreeEdges, budget: int) -> Intervals | None:
    """The intervals of all nodes; None where there are more than the budget, or they take too long to find."""
    # A node has the intervals of its children by the forest, and of the heads of its own other edges those and the
    # subtrees, without what is in its own subtree and without intervals within others.
    levels = forest.levels
    if is_narrow(levels):
        return _one_by_one(forest, merges, levels, edges, budget)
    found = _LevelByLevel(forest, merges, budget)
    waiting: dict[int, list[_Ends]] = {}  # by the generation of the parent
    _put(waiting, forest, (edges.tail, edges.head))
    for level in range(len(levels[1]) - 2, -1, -1):
        if level not in waiting:
            continue
        node, child = (numpy.concatenate(ends) for ends in zip(*waiting.pop(level), strict=True))
        order = node.argsort(kind="stable")
        nodes = found.add(node[order], child[order])
        if nodes is None:
            return None
        nodes = nodes[forest.up[nodes] >= 0]
        _put(waiting, forest, (forest.up[nodes], nodes))
    return found.intervals()


def _put(waiting: dict[int, list[_Ends]], forest: SpanningForest, ends: _Ends) -> None:
    """Let edges wait for the generations of their parents."""
    node, child = ends
    levels = forest.generation[node]
    order = levels.argsort(kind="stable")
    node, child, levels = node[order], child[order], levels[order]
    cuts = [0, *((levels[1:] != levels[:-1]).nonzero()[0] + 1).tolist(), len(levels)]
    for start, end in pairwise(cuts if len(levels) else ()):
        waiting.setdefault(int(levels[start]), []).append((node[start:end], child[start:end]))


def _one_by_one(
    forest: SpanningForest, merges: Merges, levels: Levels, edges: NonTreeEdges, budget: int
) -> Intervals | None:
    """The same where levels have so few nodes that calls of numpy would take longer than what they do."""
    up, size, number, nearest = map(viewed, (forest.up, forest.size, forest.number, merges.nearest))
    first, inner = viewed(merges.first), viewed(merges.inner)
    waiting: dict[int, list[int]] = {}
    for node, child in zip(edges.tail.tolist(), edges.head.tolist(), strict=True):
        waiting.setdefault(node, []).append(child)
    kept: dict[int, list[int]] = {}
    tries = _TRIES * budget
    for node in levels[0][::-1].tolist() if waiting else ():
        if node not in waiting:
            continue
        ranks = set[int]()
        for child in waiting.pop(node):
            if up[child] != node:
                ranks.add(nearest[child])
            if child in kept:
                ranks.update(kept[child])
                tries -= len(kept[child])
        start = number[node]
        end, last, apart = start + size[node], 0, []
        for rank in sorted(ranks):
            if rank > last and not start <= first[rank] < end:
                apart.append(rank)
                last = inner[rank]
        budget -= len(apart)
        if budget < 0 or tries < 0:
            return None
        if apart:
            kept[node] = apart
            if up[node] >= 0:
                waiting.setdefault(up[node], []).append(node)
    counts = numpy.zeros(len(up), dtype=numpy.int32)
    counts[list(kept)] = list(map(len, kept.values()))
    listed = [rank for node in sorted(kept) for rank in kept[node]]
    return Intervals(starts_of(counts), numpy.array(listed, dtype=merges.nearest.dtype))


class _LevelByLevel:
    """Intervals as they are found, of children before their parents."""

    # An interval of a node is one number, its key: which node it is of those looked at, and after some bits the rank.
    def __init__(self, forest: SpanningForest, merges: Merges, budget: int) -> None:
        self.forest, self.merges = forest, merges
        self.left, self.tries = budget, _TRIES * budget + _AT_ONCE
        self.begin = numpy.zeros(len(forest.up), dtype=numpy.int32)
        self.count = numpy.zeros(len(forest.up), dtype=numpy.int32)
        self.ranks = numpy.empty(1024, dtype=merges.nearest.dtype)
        self.total = 0
        self.bits = len(merges.node).bit_length()
        narrow = self.bits <= _NARROW
        self.key: Any = numpy.int32 if narrow else numpy.int64
        self.most = 1 << ((31 if narrow else 63) - self.bits)
        self.length = (merges.inner + 1 - numpy.arange(len(merges.inner))).astype(self.key)
        self.begun = merges.first[1:]

    def add(self, node: NDArray[Any], child: NDArray[Any]) -> NDArray[Any] | None:
        """What nodes of one generation have by some edges, by node: those that have any, None where it is too much."""
        other = self.forest.up[child] != node
        ends = (self.count[child] + other).cumsum()
        self.tries -= int(ends[-1]) if len(ends) else 0
        if self.tries < 0:
            return None
        new = numpy.ones(len(node), dtype=bool)
        new[1:] = node[1:] != node[:-1]
        begins = numpy.append(new.nonzero()[0], len(node))  # where each node begins
        before = numpy.append(0, ends)[begins]
        having, start = [], 0
        while start < len(begins) - 1:
            # So many nodes that there are few enough intervals, but at least one.
            end = int(before.searchsorted(before[start] + _AT_ONCE, side="right")) - 1
            end = min(max(end, start + 1), start + self.most, len(begins) - 1)
            rows = slice(int(begins[start]), int(begins[end]))
            number = new[rows].cumsum(dtype=self.key) - 1
            having.append(self._add(node[begins[start:end]], number, child[rows], other[rows]))
            if self.left < 0:
                return None
            start = end
        return numpy.concatenate(having)

    def _add(self, nodes: NDArray[Any], owner: NDArray[Any], child: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        """The same of some nodes, of which each of the children says by number whose it is."""
        nearest, bits = self.merges.nearest, self.bits
        begin, count, owner = self.begin[child], self.count[child], owner << bits
        heads = owner[other] | nearest[child[other]].astype(self.key)
        below = gather_slices(begin, begin + count, self.ranks).astype(self.key)
        below |= owner.repeat(count)
        keys = numpy.concatenate([heads, below])
        keys.sort()
        # Intervals are subtrees, within each other or apart: one is apart if all before it end before it.
        ends: NDArray[Any] = self.length.take(keys & ((1 << bits) - 1))
        ends += keys
        numpy.maximum.accumulate(ends, out=ends)
        apart = numpy.ones(len(keys), dtype=bool)
        numpy.greater_equal(keys[1:], ends[:-1], out=apart[1:])
        start = self.forest.number[nodes]
        own = self.begun.searchsorted(numpy.stack([start, start + self.forest.size[nodes]]))
        own += 1 + (numpy.arange(len(nodes)) << bits)
        for first, last in keys.searchsorted(own[:, own[0] < own[1]].astype(self.key)).T.tolist():
            apart[first:last] = False  # in the subtree of the node itself
        keys = keys.compress(apart)
        counts = numpy.bincount(keys >> bits, minlength=len(nodes))
        self._keep(keys & ((1 << bits) - 1))
        having = counts.nonzero()[0]
        nodes, counts = nodes[having], counts[having]
        self.begin[nodes] = self.total - len(keys) + counts.cumsum() - counts
        self.count[nodes] = counts
        return nodes

    def _keep(self, ranks: NDArray[Any]) -> None:
        self.left -= len(ranks)
        self.total += len(ranks)
        if self.total > len(self.ranks):
            more = numpy.empty(max(self.total, 2 * len(self.ranks)), dtype=self.ranks.dtype)
            more[: self.total - len(ranks)] = self.ranks[: self.total - len(ranks)]
            self.ranks = more
        self.ranks[self.total - len(ranks) : self.total] = ranks

    def intervals(self) -> Intervals:
        """All of them, in the order of their nodes."""
        nodes = self.count.nonzero()[0]
        return Intervals(
            starts_of(self.count), gather_slices(self.begin[nodes], self.begin[nodes] + self.count[nodes], self.ranks)
        )


def runs_by_merge(merges: Merges, intervals: Intervals) -> RunsByMerge:
    """For each merge, whose intervals begin with it."""
    nodes = numpy.arange(len(merges.nearest), dtype=numpy.int32).repeat(numpy.diff(intervals.starts))
    order = intervals.ranks.argsort(kind="stable")
    return RunsByMerge(row_starts(intervals.ranks, len(merges.node)), nodes[order])


def within(
    merges: Merges, intervals: Intervals, number: Ints, nodes: NDArray[Any], others: NDArray[Any]
) -> NDArray[numpy.bool_]:
    """Of each node, whether an interval of it has another node: binary searches side by side."""
    # The interval that has a node is the last of those whose merge has no greater rank than its nearest.
    start, high = intervals.starts[nodes], intervals.starts[nodes + 1]
    wanted, low = merges.nearest[others], start.copy()
    open_ = ((low < high) & (wanted > 0)).nonzero()[0]
    while len(open_):
        middle = (low[open_] + high[open_]) // 2
        after = intervals.ranks[middle] <= wanted[open_]
        low[open_[after]] = middle[after] + 1
        high[open_[~after]] = middle[~after]
        open_ = open_[low[open_] < high[open_]]
    inside: NDArray[numpy.bool_] = low > start
    inside[inside] = number[others[inside]] < merges.last[intervals.ranks[low[inside] - 1]]
    return inside


def intervals_below(forest: SpanningForest, edges: NonTreeEdges, node: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The intervals of one node, searched for: their first numbers, ascending, and those after their last."""
    size, number, node_of = forest.size, forest.number, forest.node_of
    start = int(number[node])
    own = (start, start + int(size[node]))
    first = last = numpy.empty(0, dtype=numpy.int64)
    new_first, new_last = numpy.array([own[0]]), numpy.array([own[1]])
    while len(new_first):
        bounds = numpy.stack([edges.tail_number.searchsorted(ends) for ends in (new_first, new_last)])
        rows = bounds.T.reshape(-1)
        heads, _ = gather(rows, edges.head, numpy.arange(0, len(rows), 2))
        reached = distinct(number[heads]).astype(numpy.int64)
        reached = reached[(reached < own[0]) | (reached >= own[1])]
        ends = reached + size[node_of[reached]]
        if len(reached):  # apart from each other
            outer = numpy.concatenate(([-1], numpy.maximum.accumulate(ends)[:-1]))
            reached, ends = reached[reached >= outer], ends[reached >= outer]
        if len(first):  # not within what is there
            before = first.searchsorted(reached, side="right") - 1
            known = (before >= 0) & (reached < last[numpy.maximum(before, 0)])
            reached, ends = reached[~known], ends[~known]
        new_first, new_last = reached, ends
        if len(reached) and len(first):  # what is there may be within what is new
            over = reached.searchsorted(first, side="right") - 1
            inside = (over >= 0) & (first < ends[numpy.maximum(over, 0)])
            first, last = first[~inside], last[~inside]
        order = numpy.concatenate([first, reached]).argsort(kind="stable")
        first, last = (numpy.concatenate(pair)[order] for pair in ((first, reached), (last, ends)))
    return first, last


def descendant_counts(forest: SpanningForest, merges: Merges, intervals: Intervals) -> NDArray[numpy.int64]:
    """For each node, how many descend from it."""
    counts: NDArray[numpy.int64] = forest.size.astype(numpy.int64) - 1
    having = (intervals.starts[1:] > intervals.starts[:-1]).nonzero()[0]
    if len(having):
        sizes = (merges.last - merges.first)[intervals.ranks]
        counts[having] += numpy.add.reduceat(sizes, intervals.starts[having])
    return counts


def weights_below(
    forest: SpanningForest, merges: Merges, intervals: Intervals, weights: NDArray[Any], nodes: NDArray[Any]
) -> NDArray[numpy.int64]:
    """Of some nodes, what each and all that descend from it weigh."""
    before = numpy.concatenate([[0], weights[forest.node_of].cumsum()])
    start = forest.number[nodes]
    own: NDArray[numpy.int64] = before[start + forest.size[nodes]] - before[start]
    ranks, lengths = gather(intervals.starts, intervals.ranks, nodes)
    having = lengths.nonzero()[0]
    if len(having):
        starts = (lengths.cumsum() - lengths)[having]
        own[having] += numpy.add.reduceat((before[merges.last] - before[merges.first])[ranks], starts)
    return own


def ancestors_by_merge(merges: Merges, intervals: Intervals) -> NDArray[numpy.int64]:
    """For each rank, from how many nodes one descends that has this nearest merge, and not by the forest."""
    return _covering(merges, intervals.ranks)


def roots_by_merge(forest: SpanningForest, merges: Merges, intervals: Intervals) -> NDArray[numpy.int64]:
    """For each rank, from how many roots one descends that has this nearest merge; a root, from one: itself."""
    roots = ((forest.up < 0) & (intervals.starts[1:] > intervals.starts[:-1])).nonzero()[0]
    return 1 + _covering(merges, gather(intervals.starts, intervals.ranks, roots)[0])


def _covering(merges: Merges, ranks: NDArray[Any]) -> NDArray[numpy.int64]:
    """For each rank, in how many of some intervals its merge is: a subtree has the ranks from one on to its inner."""
    begun = numpy.bincount(ranks, minlength=len(merges.node))
    ended = numpy.bincount(merges.inner + 1, begun, len(begun) + 1)[:-1]
    covering: NDArray[numpy.int64] = (begun - ended.astype(numpy.int64)).cumsum()
    return covering


class CommonAncestors:
    """Finds the common ancestors of some nodes that have no other common ancestor among their descendants."""

    def __init__(
        self,
        forest: SpanningForest,
        merges: Merges,
        intervals: Intervals | None,  # None where they are too many to keep
        # Gives the starts and nodes of the intervals by merge, and the next merge above each, or None.
        by_merge: Callable[[], tuple[memoryview, memoryview, memoryview] | None],
        parents: CsrRows,
        ancestors: Callable[[int], Iterable[int]],
    ) -> None:
        self._forest, self._intervals, self._parents, self._ancestors = forest, intervals, parents, ancestors
        self._merges, self._nearest = merges, viewed(merges.nearest)
        self._tree = viewed(forest.number), viewed(forest.size), viewed(forest.up), viewed(forest.generation)
        self._kept = None if intervals is None else (*self._tree[:3], viewed(merges.last), *map(viewed, intervals))
        self._by_merge = by_merge

    def of(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """Those of some nodes, ascending."""
        if len(nodes) == 2:
            first, second = nodes
            nearest = self._nearest
            if not nearest[first]:
                if not nearest[second]:
                    return self._met_in_tree(first, second)
                if self._kept is not None:
                    return self._met(first, second, self._kept)
            elif not nearest[second] and self._kept is not None:
                return self._met(second, first, self._kept)
        shared = set.intersection(*(self._with_ancestors(node) for node in nodes))
        recent: list[int] = []
        generation, more = self._tree[3], self._ancestors_by_merge
        while shared and len(recent) < _FEW:
            deepest = max(shared, key=generation.__getitem__)  # which is an ancestor of none of the others
            count = None if more is None else generation[deepest] + more[self._nearest[deepest]]
            if not recent and count == len(shared) - 1:
                return (deepest,)  # the others are its ancestors: each of these is a common one
            recent.append(deepest)
            shared -= self._with_ancestors(deepest)
        if shared:  # so many that it takes less to follow all edges among them
            recent += shared - {parent for node in shared for parent in self._parents[node]}
        return tuple(sorted(recent))

    def of_pairs(
        self, one: NDArray[numpy.int64], other: NDArray[numpy.int64]
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """Those of each pair, in compressed rows; the pairs of which one has no merge above it, all at once."""
        nearest, generation = self._merges.nearest, self._forest.generation
        alone = nearest[one] == 0, nearest[other] == 0
        swapped = numpy.where(alone[0] & alone[1], generation[one] > generation[other], alone[1])
        one, other = numpy.where(swapped, other, one), numpy.where(swapped, one, other)
        simple = alone[0] & alone[1] if self._intervals is None else alone[0] | alone[1]
        met = numpy.full(len(one), -1, dtype=numpy.int64)
        met[simple] = self._all_met(one[simple], other[simple])
        counts = (met >= 0).astype(numpy.int64)
        left = (~simple).nonzero()[0]
        several = [self.of(pair) for pair in zip(one[left].tolist(), other[left].tolist(), strict=True)]
        counts[left] = numpy.fromiter(map(len, several), dtype=numpy.int64, count=len(several))
        starts = numpy.concatenate([[0], counts.cumsum()])
        nodes = numpy.empty(int(starts[-1]), dtype=numpy.int64)
        of_simple = simple.repeat(counts)
        nodes[of_simple] = met[met >= 0]
        nodes[~of_simple] = [node for some in several for node in some]
        return starts, nodes

    @cached_property
    def _ancestors_by_merge(self) -> memoryview | None:
        """How many ancestors each merge adds to those by the forest, where that takes no search."""
        return None if self._intervals is None else viewed(ancestors_by_merge(self._merges, self._intervals))

    @cached_property
    def _merged(self) -> tuple[memoryview, memoryview, memoryview] | None:
        return self._by_merge()

    def _with_ancestors(self, node: int) -> set[int]:
        if self._merged is None:
            return {node, *self._ancestors(node)}
        up = self._tree[2]
        over, above = set[int](), node
        while above >= 0:
            over.add(above)
            above = up[above]
        starts, nodes, next_rank = self._merged
        rank = self._nearest[node]
        while rank:
            start, end = starts[rank], starts[rank + 1]
            if start < end:
                over.update(nodes[start:end])
            rank = next_rank[rank]
        return over

    def _met_in_tree(self, first: int, second: int) -> tuple[int, ...]:
        """Where the paths up from two nodes meet that have no merge above them."""
        number, size, up, generation = self._tree
        if generation[first] > generation[second]:
            first, second = second, first
        wanted = number[second]
        while first >= 0:
            start = number[first]
            if start <= wanted < start + size[first]:
                return (first,)
            first = up[first]
        return ()

    def _met(self, first: int, second: int, kept: tuple[memoryview, ...]) -> tuple[int, ...]:
        """The first above a node, above which is no merge, that is above the other node as well."""
        number, size, up, ends, starts, ranks = kept
        wanted, nearest = number[second], self._nearest[second]
        while first >= 0:
            start = number[first]
            if start <= wanted < start + size[first]:
                return (first,)
            low, high = starts[first], starts[first + 1]
            if low < high:
                index = bisect_right(ranks, nearest, low, high) - 1
                if index >= low and wanted < ends[ranks[index]]:
                    return (first,)
            first = up[first]
        return ()

    def _all_met(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        """For each pair what `_met` finds, -1 where it finds nothing."""
        number, size, up = self._forest.number, self._forest.size, self._forest.up
        met, wanted = first.copy(), number[second]
        left = numpy.arange(len(met))
        while len(left):
            node, sought = met[left], wanted[left]
            apart = (sought < number[node]) | (sought >= number[node] + size[node])
            left, node, sought = left[apart], node[apart], sought[apart]
            if self._intervals is not None:
                apart = ~within(self._merges, self._intervals, number, node, second[left])
                left, node = left[apart], node[apart]
            met[left] = up[node]
            left = left[met[left] >= 0]
        return met
