"""A spanning forest of a directed acyclic graph, its nodes numbered in preorder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy
from numpy.typing import NDArray

from modeltree.graph.csr import Ints, Levels, Rows, deepest_first, distinct, fixed, is_narrow, known, levels_of, viewed


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
    """The nodes with several parents, by rank: in the order of their numbers, from 1 on.

    Ranks are stored in 16 bits where there are few enough. Rank 0 is no merge: what stands there means nothing.
    """

    node: Ints
    first: Ints  # the number of each, which is the first of its subtree
    last: Ints  # the number after the last of its subtree
    inner: NDArray[numpy.int64]  # the greatest rank in its subtree
    above: NDArray[Any]  # the rank of the nearest merge above it in the forest; 0 where there is none
    nearest: NDArray[Any]
    """Of each node, the rank of the nearest merge at it or above it in the forest; 0 where there is none."""


class NonTreeEdges(NamedTuple):
    """The edges that are not in the forest, in the order of the numbers of their tails.

    Those that end in the subtree of their own tail add nothing to it, and are left out.
    """

    tail: Ints
    head: Ints
    tail_number: Ints  # the number of each tail


def spanning_forest(parents: Rows, children: Rows, generation: Ints) -> SpanningForest:
    """The spanning forest of a graph."""
    levels = levels_of(generation)
    up = _tree_parents(parents, generation)
    size = _sizes(levels, up)
    number = _numbers(levels, up, size, children)
    node_of = numpy.empty(len(up), dtype=numpy.int32)
    node_of[number] = numpy.arange(len(up), dtype=numpy.int32)
    return SpanningForest(generation, up, size, number, fixed(node_of))


def _tree_parents(parents: Rows, generation: Ints) -> Ints:
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


def _numbers(levels: Levels, up: Ints, size: Ints, children: Rows) -> Ints:
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


def merges_of(forest: SpanningForest, parents: Rows) -> Merges:
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


def non_tree_edges(forest: SpanningForest, parents: Rows) -> NonTreeEdges:
    """The edges of a graph that are not in its forest, and say more than it."""
    merges = (parents.lengths > 1).nonzero()[0]
    tail, lengths = parents.gather(merges)
    head = merges.repeat(lengths).astype(numpy.int32)
    start, number = forest.number[tail], forest.number[head]
    kept = (tail != forest.up[head]) & ((number < start) | (number >= start + forest.size[tail]))
    tail, head, start = tail[kept], head[kept], start[kept]
    order = start.argsort(kind="stable")
    return NonTreeEdges(tail[order], head[order], start[order])


def tops(parents: Rows) -> Ints:
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
        parents: Rows,
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
