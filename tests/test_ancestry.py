"""Ancestry on integers: every graph of up to four nodes against brute force, larger ones against networkx."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.graph.index import AncestryIndex
from modeltree.graph.validation import find_cycles
from work import growth

Parents = tuple[tuple[int, ...], ...]
Way = tuple[int, ...]


def all_graphs(size: int) -> Iterator[Parents]:
    """Every directed graph on some nodes, without self-loops."""
    others = [[other for other in range(size) if other != node] for node in range(size)]
    choices = [list(itertools.chain.from_iterable(itertools.combinations(o, n) for n in range(size))) for o in others]
    yield from itertools.product(*choices)


def ways(parents: Parents, start: int, end: int, without: Way = ()) -> list[Way]:
    """Every way down that visits no node twice."""
    if start == end:
        return [(end,)]
    above = [parent for parent in parents[end] if parent not in without]
    return [(*way, end) for parent in above for way in ways(parents, start, parent, (*without, end))]


def is_cyclic(parents: Parents) -> bool:
    return any(ways(parents, child, parent) for child, above in enumerate(parents) for parent in above)


SMALL = [parents for size in range(5) for parents in all_graphs(size)]
DAGS = [parents for parents in SMALL if not is_cyclic(parents)]
CYCLIC = [parents for parents in SMALL if is_cyclic(parents)]


def test_every_small_graph_is_tried() -> None:
    """The numbers of labelled digraphs and of labelled DAGs: OEIS A053763 and A003024."""
    assert len(SMALL) == sum([1, 1, 4, 64, 4096])
    assert len(DAGS) == sum([1, 1, 3, 25, 543])


@pytest.mark.parametrize("size", range(5))
def test_small_graphs_agree_with_brute_force(size: int) -> None:
    nodes = range(size)
    for parents in (parents for parents in DAGS if len(parents) == size):
        index = AncestryIndex(parents)
        down = {(a, b): ways(parents, a, b) for a in nodes for b in nodes}
        assert len(index) == size
        order = list(index.order)
        assert sorted(order) == list(nodes)
        assert all(order.index(a) <= order.index(b) for a, b in down if down[a, b])
        assert [tuple(c) for c in index.children] == [tuple(c for c in nodes if n in parents[c]) for n in nodes]
        roots = [node for node in nodes if not parents[node]]
        leaves = [node for node in nodes if not any(node in above for above in parents)]
        assert (list(index.roots), list(index.leaves)) == (roots, leaves)
        for node in nodes:
            longest_up = max(len(way) for root in roots for way in down[root, node]) - 1
            longest_down = max(len(way) for leaf in leaves for way in down[node, leaf]) - 1
            assert (index.generation[node], index.height[node]) == (longest_up, longest_down)
            assert index.roots_above[node] == tuple(root for root in roots if down[root, node])
            for limit in (None, 0, 1, 2, 3):
                near = [n for n in nodes if n != node and any(len(w) - 1 <= (limit or 9) for w in down[n, node])]
                far = [n for n in nodes if n != node and any(len(w) - 1 <= (limit or 9) for w in down[node, n])]
                assert list(index.ancestors(node, limit)) == (near if limit != 0 else [])
                assert list(index.descendants(node, limit)) == (far if limit != 0 else [])
        for (start, end), between in down.items():
            assert index.is_ancestor(start, end) == (start != end and bool(between))
            assert sorted(index.paths(start, end)) == sorted(between)
            # Of the shortest, that which is the least read from the descendant up.
            shortest = min(between, key=lambda way: (len(way), way[::-1]), default=None)
            assert index.shortest_path(start, end) == shortest
        for some in itertools.chain.from_iterable(itertools.combinations(nodes, n) for n in nodes):
            assert list(index.ancestry(some)) == [n for n in nodes if any(down[n, one] for one in some)]
        for some in itertools.product(nodes, repeat=2):
            check_common_ancestors(index, down, some)
        if size:
            check_common_ancestors(index, down, tuple(nodes))


def check_common_ancestors(index: AncestryIndex, down: dict[tuple[int, int], list[Way]], some: Sequence[int]) -> None:
    common = [node for node in range(len(index)) if all(down[node, one] for one in some)]
    recent = [node for node in common if not any(down[node, other] for other in common if other != node)]
    assert list(index.common_ancestors(some)) == common
    assert list(index.most_recent_common_ancestors(some)) == recent


@pytest.mark.parametrize("size", range(5))
def test_small_components(size: int) -> None:
    for parents in (parents for parents in DAGS if len(parents) == size):
        graph = nx.Graph([(parent, child) for child, above in enumerate(parents) for parent in above])
        graph.add_nodes_from(range(size))
        least = {node: min(part) for part in nx.connected_components(graph) for node in part}
        assert tuple(AncestryIndex(parents).components) == tuple(least[node] for node in range(size))


def test_every_small_cyclic_graph_is_refused_with_its_cycles() -> None:
    assert [cycle.nodes for cycle in find_cycles([[2], [0], [1], [2]])] == [(0, 1, 2)]
    for parents in CYCLIC:
        with pytest.raises(ValueError, match="^the graph has a cycle$"):
            AncestryIndex(parents)
        found = list(find_cycles(parents))
        cycles = [cycle.nodes for cycle in found]
        assert cycles
        assert all((cycle.length, cycle.last) == (len(cycle.nodes), cycle.nodes[-1]) for cycle in found)
        assert len(set(cycles)) == len(cycles)
        for cycle in cycles:
            assert cycle[0] == min(cycle)
            assert len(set(cycle)) == len(cycle) > 1
            assert all(a in parents[b] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        # Every cycle shares an edge with one of those that are found: none is left when their edges are gone.
        steps = {(a, b) for cycle in cycles for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True)}
        left = tuple(tuple(a for a in above if (a, b) not in steps) for b, above in enumerate(parents))
        assert not is_cyclic(left)


def test_the_worst_of_each_cycle_goes_and_none_twice() -> None:
    def badness(above: int, below: int) -> tuple[int, ...]:
        return (above * 7 + below * 3) % 5, above, below

    for parents in CYCLIC:
        gone: list[tuple[int, int]] = []
        while True:
            left = [[a for a in above if (a, b) not in gone] for b, above in enumerate(parents)]
            cycles = list(find_cycles(left, badness))
            for cycle in cycles:
                edges = list(zip(cycle.nodes, (*cycle.nodes[1:], cycle.nodes[0]), strict=True))
                assert cycle.worst == max(edges, key=lambda edge: badness(*edge))
                assert not set(edges) & set(gone)
                gone.append(cycle.worst)
            if not cycles:
                break
        assert not is_cyclic(tuple(map(tuple, left)))


def test_no_cycle_is_found_where_there_is_none() -> None:
    assert not any(any(find_cycles(parents)) for parents in DAGS)


@st.composite
def dags(draw: st.DrawFn) -> Parents:
    """Larger graphs, whose nodes are in any order."""
    order = draw(st.permutations(range(draw(st.integers(1, 25)))))
    parents: list[tuple[int, ...]] = [()] * len(order)
    for place, child in enumerate(order):
        if place:
            above = draw(st.lists(st.sampled_from(order[:place]), unique=True, max_size=3))
            parents[child] = tuple(sorted(above))
    return tuple(parents)


@given(dags(), st.data())
def test_larger_graphs_agree_with_networkx(parents: Parents, data: st.DataObject) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(parents)))
    graph.add_edges_from((parent, child) for child, above in enumerate(parents) for parent in above)
    index = AncestryIndex(parents)
    start, end = (data.draw(st.sampled_from(sorted(graph))) for _ in range(2))
    limit = data.draw(st.integers(0, 5))
    assert index.ancestors(end) == tuple(sorted(nx.ancestors(graph, end)))
    assert tuple(index.descendants(start)) == tuple(sorted(nx.descendants(graph, start)))
    lengths = nx.single_source_shortest_path_length(graph, start, cutoff=limit)
    assert tuple(index.descendants(start, limit)) == tuple(sorted(set(lengths) - {start}))
    lengths = nx.single_source_shortest_path_length(graph.reverse(), end, cutoff=limit)
    assert index.ancestors(end, limit) == tuple(sorted(set(lengths) - {end}))
    some = data.draw(st.lists(st.sampled_from(sorted(graph)), min_size=1, max_size=4))
    above = [{one, *nx.ancestors(graph, one)} for one in some]
    common = set.intersection(*above)
    assert index.ancestry(some) == tuple(sorted(set.union(*above)))
    assert index.common_ancestors(some) == tuple(sorted(common))
    recent = {node for node in common if not nx.descendants(graph, node) & common}
    assert index.most_recent_common_ancestors(some) == tuple(sorted(recent))
    roots = [node for node, degree in graph.in_degree if not degree]
    assert index.roots_above[end] == tuple(sorted(root for root in roots if nx.has_path(graph, root, end)))
    generation = {node: depth for depth, layer in enumerate(nx.topological_generations(graph)) for node in layer}
    assert tuple(index.generation) == tuple(generation[node] for node in sorted(graph))
    assert max(index.height) == max(index.generation) == nx.dag_longest_path_length(graph)
    path = index.shortest_path(start, end)
    assert (path is not None) == nx.has_path(graph, start, end)
    if path is not None:
        assert nx.is_path(graph, path)
        assert len(path) - 1 == nx.shortest_path_length(graph, start, end)
    if start != end:
        assert sorted(index.paths(start, end)) == sorted(map(tuple, nx.all_simple_paths(graph, start, end)))


def follow_long_descents(size: int) -> None:
    chain = AncestryIndex([(), *((node,) for node in range(size - 1))])
    assert len(chain.ancestors(size - 1)) == size - 1
    assert chain.generation[-1] == chain.height[0] == size - 1
    assert set(chain.components) == {0}
    assert chain.roots_above[size - 1] == (0,)
    assert next(chain.paths(0, size - 1)) == chain.shortest_path(0, size - 1) == tuple(range(size))
    assert chain.most_recent_common_ancestors([size - 1, size - 2]) == (size - 2,)
    circle = [(size - 1,), *((node,) for node in range(size - 1))]
    (cycle,) = find_cycles(circle, lambda above, below: (above == size // 2, below))
    assert (cycle.nodes[:2], cycle.length, cycle.last, cycle.worst) == (
        (0, 1),
        size,
        size - 1,
        (size // 2, size // 2 + 1),
    )
    pairs = [(node + 1 - 2 * (node % 2),) for node in range(size)]
    assert len(list(find_cycles(pairs))) == size // 2


def test_long_descents_are_no_trouble() -> None:
    """Nothing recurses."""
    follow_long_descents(50_000)


def test_long_descents_take_work_in_proportion() -> None:
    """From a thousand models on: for fewer, what is kept of each is as good as a table."""
    assert growth(lambda size: partial(follow_long_descents, size), 1000) < 2.5


def test_ways_are_given_one_at_a_time() -> None:
    """A ladder of 60 diamonds has 2^60 ways down."""
    parents: list[tuple[int, ...]] = [()]
    for top in range(0, 180, 3):
        parents += [(top,), (top,), (top + 1, top + 2)]
    index = AncestryIndex(parents)
    few = list(itertools.islice(index.paths(0, 180), 100))
    assert len(set(few)) == 100
    assert all(len(way) == 121 for way in few)
    # Only what leads to the end is followed, or this would not come back.
    assert list(index.paths(0, 3)) == [(0, 1, 3), (0, 2, 3)]


@pytest.mark.parametrize("asked", [0, 10_000])
def test_a_node_that_there_is_not_is_refused_before_and_after_the_forest_is_made(asked: int) -> None:
    index = AncestryIndex([[], [0], [0], [1, 2]])
    for _ in range(asked):
        index.ancestors(3)
    asks: list[Callable[[Any], object]] = [
        index.ancestors, index.descendants, lambda node: index.ancestors(node, 1), lambda node: index.ancestry([node]),
        lambda node: index.descendants(node, 1), lambda node: index.is_ancestor(node, 3),
        lambda node: index.is_ancestor(0, node), lambda node: index.common_ancestors([node, 3]),
        lambda node: index.most_recent_common_ancestors([node, 3]), lambda node: index.shortest_path(0, node),
        lambda node: list(index.paths(0, node)), lambda node: index.are_ancestors([node], [3]),
        lambda node: index.are_ancestors([0] * 9, [3] * 8 + [node]), index.parents.__getitem__,
        index.roots_above.__getitem__, lambda node: index.most_recent_common_ancestors_of([node], [3]),
    ]  # fmt: skip
    for ask in asks:
        for node in (-1, 4):
            with pytest.raises(IndexError, match="none of the 4"):
                ask(node)
        for node in (0.7, "3", None, [1]):
            with pytest.raises(TypeError, match="nodes? cannot be"):
                ask(node)
    for depth in (index.ancestors, index.descendants):
        with pytest.raises(ValueError, match="max_depth is -1; it counts steps"):
            depth(0, -1)
        with pytest.raises(TypeError, match=r"max_depth cannot be 0\.7: it is int"):
            depth(0, 0.7)  # type: ignore[arg-type]


def test_an_index_keeps_nothing_that_can_be_changed() -> None:
    parents = [[], [0], [0], [1, 2]]
    index = AncestryIndex(parents)
    parents[3].clear()
    assert index.ancestors(3) == (0, 1, 2)
    for _ in range(10_000):
        index.descendants(0)
    arrays = (
        index.generation, index.height, index.roots, index.leaves, index.merges, index.components, index.parents.items,
        index.children.starts, index.descendants(0, ordered=False),
    )  # fmt: skip
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_what_is_no_graph_and_no_file_is_refused() -> None:
    for node in (0.7, "0", None):
        with pytest.raises(TypeError, match="a node cannot be"):
            AncestryIndex([[], [node]])  # type: ignore[list-item]
        for ends in (([node], [1]), ([0], [node])):
            with pytest.raises(TypeError, match="nodes cannot be"):
                AncestryIndex.from_edges(2, *ends)
    for node in (-1, 2, 1 << 40):
        with pytest.raises((ValueError, IndexError), match="none of the"):
            AncestryIndex([[], [node]])
    with pytest.raises(TypeError, match="nodes cannot be"):
        AncestryIndex.from_edges(2, [[0], [0, 0]], [1, 1])
    for count in (-1, 10**30):
        with pytest.raises(ValueError, match=f"there cannot be {count} nodes"):
            AncestryIndex.from_edges(count, [], [])
    with pytest.raises(TypeError, match="at least one node is needed"):
        AncestryIndex([[]]).common_ancestors([])
    # A number is no path: as one of an open file it would be read, and closed.
    with pytest.raises(TypeError, match="path cannot be 1"):
        AncestryIndex.load(1)  # type: ignore[arg-type]
