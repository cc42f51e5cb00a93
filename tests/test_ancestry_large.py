"""The index answers as lists and searches do, and as networkx, on every graph; it is saved and read."""

from __future__ import annotations

import itertools
import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.findings import IndexFileError
from modeltree.graph import csr, index_file, intervals
from modeltree.graph import index as index_module
from modeltree.graph.families import PrimaryForest
from modeltree.graph.index import AncestryIndex
from plain_ancestry import PlainIndex
from strategies import examples

MANY = 600
Parents = list[list[int]]


def each_way(parents: Parents) -> Iterator[AncestryIndex]:
    """The index with its runs kept, as it is where they would be too many, and as long as it walks for answers."""
    return each_way_of(AncestryIndex(parents))


def each_way_of(index: AncestryIndex) -> Iterator[AncestryIndex]:
    index.__dict__["_patience"] = 0
    yield index
    again = AncestryIndex._of(index.parents, index.generation)
    again.__dict__ |= {"_intervals": None, "_patience": 0}
    yield again
    walking = AncestryIndex._of(index.parents, index.generation)
    walking.__dict__["_patience"] = 1 << 30
    yield walking


def below_roots(index: AncestryIndex) -> tuple[list[int], list[int]]:
    """As they are counted of a large graph, too, whose forest and intervals are not made for it."""
    fresh = AncestryIndex._of(index.parents, index.generation)
    fresh.__dict__["_patience"] = 1
    sizes, first = (values.tolist() for values in index.below_roots())
    assert [values.tolist() for values in fresh.below_roots()] == [sizes, first]
    assert not {"_forest", "_intervals"} & fresh.__dict__.keys()
    return sizes, first


def check(parents: Parents) -> None:
    small, count = PlainIndex(parents), len(parents)
    pairs = list(itertools.product(range(count), repeat=2))
    above, below = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    related = [small.is_ancestor(*pair) for pair in pairs]
    for large in each_way(parents):
        for node in range(count):
            assert large.ancestors(node) == small.ancestors(node)
            assert tuple(large.descendants(node)) == small.descendants(node)
            assert sorted(large.descendants(node, ordered=False)) == list(small.descendants(node))
            assert tuple(large.descendants(node, 1)) == small.descendants(node, 1)
            assert large.ancestors(node, 2) == small.ancestors(node, 2)
        assert [large.is_ancestor(*pair) for pair in pairs] == related
        assert large.are_ancestors(above[:4], below[:4]).tolist() == related[:4]
        single = [small.most_recent_common_ancestors(pair) for pair in pairs]
        assert [large.most_recent_common_ancestors(pair) for pair in pairs] == single
        assert large.roots_above == small.roots_above
        assert large.parents == small.parents
        assert large.children == small.children
        assert large.are_ancestors(above, below).tolist() == small.are_ancestors(above, below).tolist() == related
        assert large.descendant_counts().tolist() == small.descendant_counts().tolist()
        clades = [(root, *small.descendants(root)) for root in small.roots]
        assert below_roots(large) == ([len(clade) for clade in clades], [min(clade) for clade in clades])
        assert large.ancestor_counts().tolist() == small.ancestor_counts().tolist()
        assert large.root_counts().tolist() == small.root_counts().tolist()
        for name in ("generation", "height", "components", "roots", "leaves", "merges"):
            assert list(getattr(large, name)) == list(getattr(small, name)), name
        places = {node: place for place, node in enumerate(large.order.tolist())}
        assert all(places[parent] < places[node] for node, row in enumerate(parents) for parent in row)
        starts, nodes = large.most_recent_common_ancestors_of(above, below)
        assert [tuple(nodes[a:b].tolist()) for a, b in itertools.pairwise(starts.tolist())] == single


def shuffled(count: int, edges: list[tuple[int, int]], seed: int) -> Parents:
    """A graph whose nodes are in no order."""
    places = list(range(count))
    random.Random(seed).shuffle(places)
    parents: Parents = [[] for _ in places]
    for above, below in edges:
        parents[places[below]].append(places[above])
    return [sorted(row) for row in parents]


@pytest.mark.parametrize("count", range(6))
def test_all_graphs_of_few_nodes(count: int) -> None:
    pairs = list(itertools.combinations(range(count), 2))
    for number, chosen in enumerate(itertools.product([False, True], repeat=len(pairs))):
        check(shuffled(count, list(itertools.compress(pairs, chosen)), number))


@st.composite
def graphs(draw: st.DrawFn) -> Parents:
    """Graphs of which up to all nodes are merges."""
    count = draw(st.integers(1, 24))
    most = draw(st.sampled_from([1, 2, 3, 8]))
    edges = []
    for node in range(1, count):
        above = draw(st.lists(st.integers(0, node - 1), max_size=most, unique=True))
        edges += [(parent, node) for parent in above]
    return shuffled(count, edges, draw(st.integers(0, 9)))


@settings(max_examples=examples(150), deadline=None)
@given(graphs(), st.sampled_from([0, 64]), st.sampled_from([0, 1000]), st.sampled_from([1, 1 << 22]))
def test_graphs_with_many_merges(parents: Parents, few: int, narrow: int, at_once: int) -> None:
    """Whichever way each step is taken: by arrays or by lists, at once or in parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csr, "_FEW", few)
        patch.setattr(csr, "_NARROW", narrow)
        patch.setattr(intervals, "_AT_ONCE", at_once)
        patch.setattr(csr, "_MANY", 256 if few else 1)
        patch.setattr(csr, "_FEW_AGAIN", 4 if few else 0)
        patch.setattr(csr, "_MEMORY", at_once)
        check(parents)


@settings(max_examples=examples(60), deadline=None)
@given(graphs())
def test_networkx_says_the_same(parents: Parents) -> None:
    graph: Any = nx.DiGraph([(parent, node) for node, row in enumerate(parents) for parent in row])
    graph.add_nodes_from(range(len(parents)))
    index = AncestryIndex(parents)
    for node in graph:
        assert set(index.ancestors(node)) == nx.ancestors(graph, node)
        assert set(index.descendants(node)) == nx.descendants(graph, node)
    components = {min(part): part for part in nx.weakly_connected_components(graph)}
    assert {least: set(np.flatnonzero(index.components == least)) for least in components} == components
    layers = [set(np.flatnonzero(index.generation == depth)) for depth in range(max(index.generation) + 1)]
    assert layers == [set(layer) for layer in nx.topological_generations(graph)]


def test_every_labelled_graph_of_five_nodes() -> None:
    """There are 29281 (OEIS A003024): side by side they are one large graph, and one by one small ones."""
    pairs = list(itertools.combinations(range(5), 2))
    graphs_ = {
        tuple(sorted((places[one], places[other]) for one, other in itertools.compress(pairs, chosen)))
        for chosen in itertools.product([False, True], repeat=len(pairs))
        for places in itertools.permutations(range(5))
    }
    assert len(graphs_) == 29281
    check_side_by_side(sorted(graphs_), kept=True)
    check_side_by_side(sorted(graphs_)[::20], kept=False)


def check_side_by_side(graphs_: list[tuple[tuple[int, int], ...]], *, kept: bool) -> None:
    above, edges, pairs = [], [], list(itertools.product(range(5), repeat=2))
    for number, graph in enumerate(graphs_):
        edges += [(5 * number + one, 5 * number + other) for one, other in graph]
        small = PlainIndex([[one for one, other in graph if other == node] for node in range(5)])
        above += [sum(1 << other for other in small.ancestors(node)) for node in range(5)]
        below = [small.descendants(node) for node in range(5)]
        assert all((above[5 * number + low] >> high & 1) == (low in below[high]) for low, high in pairs)
    count, (parent, child) = len(above), np.array(edges).T
    index = list(each_way_of(AncestryIndex.from_edges(count, parent, child)))[0 if kept else 1]
    ends = np.add.outer(np.arange(0, count, 5), np.array(pairs)).reshape(-1, 2).T
    bits = np.array(above)
    related = (bits[ends[1]] >> (ends[0] % 5) & 1).astype(bool)
    assert np.array_equal(index.are_ancestors(*ends), related)
    assert index.ancestor_counts().tolist() == [one.bit_count() for one in above]
    assert np.array_equal(index.descendant_counts(), related.reshape(-1, 5, 5).sum(axis=2).ravel())
    starts, nodes = index.most_recent_common_ancestors_of(*ends)
    own = bits | 1 << np.arange(count) % 5
    shared = own[ends[0]] & own[ends[1]]
    earlier = np.zeros_like(shared)  # what is above something shared
    for node in range(5):
        earlier |= np.where(shared >> node & 1, bits[ends[0] - ends[0] % 5 + node], 0)
    found = np.zeros_like(shared)
    np.bitwise_or.at(found, np.repeat(np.arange(len(found)), np.diff(starts)), 1 << nodes % 5)
    assert np.array_equal(found, shared & ~earlier)


@pytest.mark.parametrize("seed", range(3))
def test_larger_graphs_of_which_half_are_merges(seed: int) -> None:
    generator, count = random.Random(seed), 300
    edges = {(generator.randrange(node), node) for node in range(1, count)}
    edges |= {(generator.randrange(max(0, node - 40), node), node) for node in generator.sample(range(2, count), 150)}
    parents = shuffled(count, sorted(edges), seed)
    graph: Any = nx.DiGraph([(parent, node) for node, row in enumerate(parents) for parent in row])
    some = generator.sample(range(count), 60)
    for index in each_way(parents):
        for node in graph:
            assert index.ancestors(node) == tuple(sorted(nx.ancestors(graph, node)))
            assert list(index.descendants(node)) == sorted(nx.descendants(graph, node))
            assert index.roots_above[node] == tuple(one for one in index.ancestry([node]) if not parents[one])
        small = PlainIndex(parents)
        starts, nodes = index.most_recent_common_ancestors_of(some[:30], some[30:])
        for place, pair in enumerate(zip(some[:30], some[30:], strict=True)):
            assert tuple(nodes[starts[place] : starts[place + 1]]) == small.most_recent_common_ancestors(pair)
            assert index.common_ancestors(pair) == small.common_ancestors(pair)
        for limit in range(4):
            assert list(index.descendants(some[0], limit)) == list(small.descendants(some[0], limit))
        assert index.ancestry(some) == small.ancestry(some)


def test_graphs_of_very_many_edges_take_no_room() -> None:
    """Each of 300 nodes to each of 300 others, and these to 300 more: 27 million ways down, which are not looked at."""
    layers = np.arange(900).reshape(3, 300)
    edges = [np.meshgrid(one, other) for one, other in itertools.pairwise(layers)]
    parent, child = (np.concatenate([pair[end].ravel() for pair in edges]) for end in (0, 1))
    index = AncestryIndex.from_edges(900, parent, child)
    assert index._intervals is None
    assert index.descendant_counts().tolist() == [600] * 300 + [300] * 300 + [0] * 300
    assert index.ancestor_counts().tolist() == [0] * 300 + [300] * 300 + [600] * 300
    assert index.roots_above[899] == index.roots_above[300] == tuple(range(300))
    assert index.most_recent_common_ancestors([898, 899]) == tuple(range(300, 600))
    assert list(index.descendants(299)) == list(range(300, 900))
    assert index.is_ancestor(1, 899)
    assert not index.is_ancestor(299, 298)


@pytest.mark.parametrize("budget", [0, 100])
def test_too_many_runs_are_not_kept(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_PER_ITEM", budget)
    rails = [(node, node + 2) for node in range(60)] + [(node, node + 1) for node in range(0, 60, 2)]
    parents = shuffled(62, rails, 1)
    index = AncestryIndex(parents)
    assert (index._intervals is None) == (budget == 0)
    check(parents)


@pytest.mark.parametrize("shape", ["chain", "star", "ladder"])
def test_deep_and_broad_graphs(shape: str) -> None:
    count = 20_000
    if shape == "star":
        parent, child = np.zeros(count - 1, dtype=np.int64), np.arange(1, count)
    else:
        parent, child = np.arange(count - 1), np.arange(1, count)
    if shape == "ladder":
        parent, child = np.concatenate([parent, parent[:-1]]), np.concatenate([child, child[:-1] + 1])
    index = AncestryIndex.from_edges(count, parent, child)
    assert len(index.descendants(0)) == count - 1
    assert max(index.generation) == (1 if shape == "star" else count - 1)
    assert index.descendant_counts()[:3].tolist() == ([count - 1, 0, 0] if shape == "star" else [19999, 19998, 19997])
    assert index.is_ancestor(0, count - 1)
    assert not index.is_ancestor(count - 1, 0)
    assert max(index.height) == max(index.generation)
    assert set(index.components) == {0}


def test_a_few_questions_are_walks_and_more_make_the_forest() -> None:
    index = AncestryIndex([[], *([node] for node in range(9999))])
    assert index.ancestors(3) == (0, 1, 2)
    assert tuple(index.descendants(9997)) == (9998, 9999)
    assert index.is_ancestor(2, 5)
    assert index.are_ancestors(np.array([5, 2]), np.array([2, 5])).tolist() == [False, True]
    assert index.most_recent_common_ancestors((7, 5)) == (5,)
    assert not {"_forest", "_intervals"} & index.__dict__.keys()
    for made in (False, True):  # the first takes more steps than are left
        assert index.ancestors(9999) == tuple(range(9999))
        assert ("_forest" in index.__dict__) == made
    # Whatever needs the forest ends the walks.
    index = AncestryIndex([[], *([node] for node in range(9999))])
    assert index.descendant_counts()[0] == 9999
    assert index.ancestors(3) == (0, 1, 2)
    assert index._upwards is not None


def test_cycles_are_looked_for_above_the_few_parents_that_come_after_a_child() -> None:
    met = set()
    for seed in range(30):
        generator = random.Random(seed)
        late = [sorted(generator.sample(range(130), 2), reverse=True) for _ in range(2)]
        edges = [*((generator.randrange(node), node) for node in range(1, 130)), *late]
        graph: Any = nx.DiGraph(edges)
        cyclic = not nx.is_directed_acyclic_graph(graph)
        met.add(cyclic)
        if cyclic:
            with pytest.raises(ValueError, match="cycle"):
                AncestryIndex.from_edges(130, *zip(*edges, strict=True))
        else:
            index = AncestryIndex.from_edges(130, *zip(*edges, strict=True))
            assert not {"generation", "children"} & index.__dict__.keys()
            assert all(set(index.ancestors(node)) == nx.ancestors(graph, node) for node in graph)
            assert all(index.generation[parent] < index.generation[child] for parent, child in edges)
    assert met == {False, True}


def test_a_small_graph_is_gone_through_and_its_forest_made_later() -> None:
    index = AncestryIndex([[], [0], [0], [1, 2]])
    assert index.descendant_counts().tolist() == [3, 1, 1, 0]
    assert index.ancestor_counts().tolist() == [0, 1, 1, 3]
    assert "_forest" not in index.__dict__
    for _ in range(100):
        assert index.ancestors(3) == (0, 1, 2)
    assert "_forest" in index.__dict__
    assert index.descendant_counts().tolist() == [3, 1, 1, 0]


def test_one_class_for_all_sizes() -> None:
    for count in (5, MANY - 1, MANY):
        rows = [[node - 1] if node else [] for node in range(count)]
        for index in (AncestryIndex(rows), AncestryIndex.from_edges(count, range(count - 1), range(1, count))):
            assert type(index) is AncestryIndex
            assert index.ancestors(3) == (0, 1, 2)
            assert len(index) == count
            assert pickle.loads(pickle.dumps(index)).ancestors(3) == (0, 1, 2)


@pytest.mark.parametrize("count", [5, MANY])
def test_edges_that_make_no_graph(count: int) -> None:
    for parent, child in (([0, 1], [1, 0]), ([3], [3])):
        with pytest.raises(ValueError, match="the graph has a cycle"):
            AncestryIndex.from_edges(count, parent, child)
    for parent, child in (([0], [count]), ([-1], [0])):
        with pytest.raises(ValueError, match=f"an edge .* {count} nodes"):
            AncestryIndex.from_edges(count, parent, child)
    with pytest.raises(ValueError, match="1 parents and 2 children are no edges"):
        AncestryIndex.from_edges(count, [0], [1, 2])
    twice = AncestryIndex.from_edges(count, [0, 0], [1, 1])
    assert list(twice.parents[1]) == [0]


def test_nodes_that_there_are_not() -> None:
    index = AncestryIndex([[], [0], [0, 1]])
    with pytest.raises(IndexError, match="none of the 3"):
        index.are_ancestors([0], [3])
    with pytest.raises(ValueError, match="1 nodes and 2 are no pairs"):
        index.are_ancestors([0], [1, 2])
    for node in (-1, 3):
        with pytest.raises(IndexError):
            index.parents[node]
    assert index.are_ancestors([], []).tolist() == []
    assert [list(array) for array in index.most_recent_common_ancestors_of([], [])] == [[0], []]
    assert len(AncestryIndex.from_edges(MANY, [], []).roots) == MANY
    unsigned = np.array([0, 1], dtype=np.uint64)
    assert AncestryIndex.from_edges(MANY, unsigned, unsigned + np.uint64(1)).ancestors(2) == (0, 1)


# As a file


def example(count: int = 40) -> Parents:
    edges = [(node // 3, node) for node in range(1, count)] + [(node // 2, node) for node in range(9, count, 4)]
    return shuffled(count, sorted({edge for edge in edges if edge[0] != edge[1]}), 7)


@settings(max_examples=examples(30), deadline=None)
@given(parents=graphs())
def test_what_is_saved_comes_back(parents: Parents, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("index") / "x.index"
    for index in (AncestryIndex(parents), *each_way(parents)):
        index.save(path)
        again = AncestryIndex.load(path)
        assert again.parents == index.parents
        assert [again.ancestors(node) for node in range(len(again))] == [
            index.ancestors(node) for node in range(len(index))
        ]
        assert again.descendant_counts().tolist() == index.descendant_counts().tolist()


def test_an_index_of_nothing(tmp_path: Path) -> None:
    AncestryIndex([]).save(tmp_path / "x")
    assert len(AncestryIndex.load(tmp_path / "x")) == 0


def test_no_damage_goes_unseen(tmp_path: Path) -> None:
    index, path = AncestryIndex(example()), tmp_path / "x.index"
    index.save(path)
    content = path.read_bytes()
    for length in [*range(400), *range(400, len(content), 61), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(IndexFileError, match="is no index that can be used: "):
            AncestryIndex.load(path)
    for place in [*range(300), *range(300, len(content), 7)]:
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        with pytest.raises(IndexFileError):
            AncestryIndex.load(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(IndexFileError):
        AncestryIndex.load(path)


def sealed(content: bytes) -> bytes:
    """What somebody makes who knows of the checksum."""
    import zlib

    return content[:-4] + zlib.crc32(content[:-4]).to_bytes(4, "big")


def test_nothing_stands_between_arrays_or_behind_them(tmp_path: Path) -> None:
    index, path = AncestryIndex([[], [0], [0, 1]]), tmp_path / "x.index"
    index.save(path)
    content = path.read_bytes()
    assert content[-5] == 0
    for changed in (content[:-5] + b"\1" + content[-4:], content[:-4] + b"\1" + content[-4:]):
        path.write_bytes(sealed(changed))
        with pytest.raises(IndexFileError, match="there is something behind its arrays"):
            AncestryIndex.load(path)
    first = content.index(b"\n", 20) + 1
    gap = content.index(b"\0\0\0\0", first)
    path.write_bytes(sealed(content[:gap] + b"\1" + content[gap + 1 :]))
    with pytest.raises(IndexFileError, match="there is something between its arrays"):
        AncestryIndex.load(path)


@pytest.mark.parametrize("count", [40, MANY])
def test_a_file_made_to_deceive_is_refused_or_that_of_another_graph(count: int, tmp_path: Path) -> None:
    index, path = AncestryIndex(example(count)), tmp_path / "x.index"
    index.save(path)
    content = path.read_bytes()
    generator = random.Random(0)
    refused = 0
    for _ in range(1000):
        changed = bytearray(content)
        place = generator.randrange(len(content) - 4)
        changed[place] = generator.choice([generator.randrange(256), changed[place] ^ 1 << generator.randrange(8)])
        path.write_bytes(sealed(bytes(changed)))
        try:
            loaded = AncestryIndex.load(path)
        except IndexFileError:
            refused += 1
            continue
        assert len(loaded) == count
        rebuilt = PlainIndex([list(row) for row in loaded.parents])  # which refuses cycles
        assert list(loaded.generation) == list(rebuilt.generation)
        assert loaded.descendant_counts().tolist() == rebuilt.descendant_counts().tolist()
    assert refused > 800


@pytest.mark.parametrize(
    ("counts", "generation", "parents", "message"),
    [
        ([1, 1], [1, 2], [1, 0], "the generation of a node is not that after its parents"),
        ([1, 1], [0, 0], [1, 0], "the generation of a node is not that after its parents"),
        ([0, 1], [0, 1], [1], "the generation of a node is not that after its parents"),
        ([0, 1], [0, 2], [0], "the generation of a node is not that after its parents"),
        ([0, 0], [0, 1], [], "the generation of a node is not that after its parents"),
        ([1, 1], [255, 0], [1, 0], "the generation of a node is not that after its parents"),
        ([1, 0], [0, 255], [1], "the generation of a node is not that after its parents"),
        ([0, 1, 2], [0, 1, 1], [0, 0, 1], "the generation of a node is not that after its parents"),
        ([0, 1], [0, 1], [2], "a parent is no node"),
        ([0, 1], [0, 1], [-1], "a parent is no node"),
        ([0, 2], [0, 1], [0, 0], "the parents of a node are not in order"),
        ([0, 0, 2], [0, 0, 1], [1, 0], "the parents of a node are not in order"),
        ([0, 2], [0, 1], [0], "the counts of parents come to another number than there are parents"),
        ([0, 0, 1], [0, 0, 1], [0], "it has 2 nodes, and arrays of other lengths"),
        ([0, 0], [0], [], "it has 2 nodes, and arrays of other lengths"),
    ],
)
def test_arrays_that_are_no_graph(
    counts: list[int],
    generation: list[int],
    parents: list[int],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 3 if len(parents) > 1 and len(counts) == 3 else 2
    arrays = {"counts": np.array(counts, "u1"), "generation": np.array(generation, "u1")}
    monkeypatch.setattr(index_file, "_arrays", lambda *_: {**arrays, "parents": np.array(parents, "<i4")})
    AncestryIndex([[] for _ in range(count)]).save(tmp_path / "x")
    with pytest.raises(IndexFileError, match=message):
        AncestryIndex.load(tmp_path / "x")


@pytest.mark.parametrize(("most", "bytes_"), [(255, 1), (256, 2), (65536, 4)])
def test_as_many_bytes_as_a_count_takes(most: int, bytes_: int, tmp_path: Path) -> None:
    """Of a merge of so many, and of a chain as long."""
    merge = AncestryIndex.from_edges(most + 1, range(most), [most] * most)
    chain = AncestryIndex.from_edges(most + 1, range(most), range(1, most + 1))
    for index in (merge, chain):
        index.save(tmp_path / "x")
        again = AncestryIndex.load(tmp_path / "x")
        assert type(again) is type(index)
        assert len(again.ancestors(most)) == most
        size = (tmp_path / "x").stat().st_size
        least = (bytes_ + 1 + 4) * most
        assert least <= size <= least + 1024


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"version":1', b'"version":2', "it is of version 2, and this library reads 1: make it anew"),
        (b'{"version"', b'["version"', "its header cannot be read"),
        (b'"nodes":40', b'"nodes":[]', "its header cannot be read"),
        (b'"nodes":40', b'"nodes":-1', "its header cannot be read"),
        (b'"nodes":40', b'"nodes":41', "it has 41 nodes, and arrays of other lengths"),
        (b'"parents"', b'"parentz"', "it has other arrays"),
        (b'"parents":["<i4"', b'"parents":["<i8"', "array 'parents' is of another type"),
        (b'"counts":["|u1",40', b'"counts":["|u1",99', "it has 40 nodes, and arrays of other lengths"),
        (b'"counts":["|u1",40,0]', b'"counts":["|u1",40,1]', "array 'counts' is not in it"),
        (b'"counts":["|u1",40,0]', b'"counts":["|u1",-4,0]', "array 'counts' is not in it"),
        (b'"counts":["|u1",40,0]', b'"counts":["|u1",4e1,0', "its header cannot be read"),
        (b'"generation":["|u1",40,64]', b'"generation":["|u1",40,0 ]', "there is something between its arrays"),
        (b"modeltree", b"something", "it does not begin as one"),
    ],
)
def test_foreign_files(old: bytes, new: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.index"
    AncestryIndex(example()).save(path)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(sealed(content.replace(old, new, 1)))
    with pytest.raises(IndexFileError, match=message) as caught:
        AncestryIndex.load(path)
    assert caught.value.path == path


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        AncestryIndex.load(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        AncestryIndex(example()).save(tmp_path / "none" / "x")
    (tmp_path / "empty").touch()
    with pytest.raises(IndexFileError, match="it is too short"):
        AncestryIndex.load(tmp_path / "empty")


def test_primary_parents_that_lead_nowhere() -> None:
    assert PrimaryForest(np.array([-1, 0, 1])).root.tolist() == [0, 0, 0]
    for circle in ([1, 0, 1], [1, 2, 0], [-1, 1, 0]):
        with pytest.raises(ValueError, match="the parents lead back to where they began"):
            _ = PrimaryForest(np.array(circle)).root
