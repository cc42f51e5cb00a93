"""The index on arrays answers as the one on lists does, and as networkx, on every graph; it is saved and read."""

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

from modeltree.ancestry import AncestryIndex, forest
from modeltree.ancestry import large as large_module
from modeltree.ancestry.index import LARGE
from modeltree.ancestry.large import LargeIndex
from modeltree.ancestry.small import SmallIndex
from modeltree.errors import IndexFileError

Parents = list[list[int]]


def both(parents: Parents) -> Iterator[LargeIndex]:
    """The index with its runs kept, and as it is where they would be too many."""
    yield LargeIndex(parents)
    index = LargeIndex(parents)
    index.__dict__["runs"] = None
    yield index


def check(parents: Parents) -> None:
    small, count = SmallIndex(parents), len(parents)
    pairs = list(itertools.product(range(count), repeat=2))
    above, below = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    related = [small.is_ancestor(*pair) for pair in pairs]
    for large in both(parents):
        for node in range(count):
            assert large.ancestors(node) == small.ancestors(node)
            assert tuple(large.descendants(node)) == small.descendants(node)
            assert sorted(large.descendants(node, ordered=False)) == list(small.descendants(node))
            assert tuple(large.descendants(node, 1)) == small.descendants(node, 1)
            assert large.ancestors(node, 2) == small.ancestors(node, 2)
        assert large.roots_above == small.roots_above
        assert large.parents == small.parents
        assert large.children == small.children
        assert [large.is_ancestor(*pair) for pair in pairs] == related
        assert large.are_ancestors(above, below).tolist() == small.are_ancestors(above, below).tolist() == related
        assert large.descendant_counts().tolist() == small.descendant_counts().tolist()
        assert large.ancestor_counts().tolist() == small.ancestor_counts().tolist()
        assert large.root_counts().tolist() == small.root_counts().tolist()
        for name in ("generation", "height", "components", "roots", "leaves", "merges"):
            assert list(getattr(large, name)) == list(getattr(small, name)), name
        places = {node: place for place, node in enumerate(large.order.tolist())}
        assert all(places[parent] < places[node] for node, row in enumerate(parents) for parent in row)
        starts, nodes = large.most_recent_common_ancestors_of(above, below)
        single = [small.most_recent_common_ancestors(pair) for pair in pairs]
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


@settings(max_examples=120, deadline=None)
@given(graphs(), st.sampled_from([0, 64]), st.sampled_from([0, 3000]))
def test_graphs_with_many_merges(parents: Parents, few: int, deep: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forest, "_FEW", few)
        patch.setattr(forest, "_DEEP", deep)
        check(parents)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_networkx_says_the_same(parents: Parents) -> None:
    graph: Any = nx.DiGraph([(parent, node) for node, row in enumerate(parents) for parent in row])
    graph.add_nodes_from(range(len(parents)))
    index = LargeIndex(parents)
    for node in graph:
        assert set(index.ancestors(node)) == nx.ancestors(graph, node)
        assert set(index.descendants(node)) == nx.descendants(graph, node)
    components = {min(part): part for part in nx.weakly_connected_components(graph)}
    assert {least: set(np.flatnonzero(index.components == least)) for least in components} == components
    layers = [set(np.flatnonzero(index.generation == depth)) for depth in range(max(index.generation) + 1)]
    assert layers == [set(layer) for layer in nx.topological_generations(graph)]


@pytest.mark.parametrize("budget", [0, 100])
def test_too_many_runs_are_not_kept(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_module, "_PER_ITEM", budget)
    rails = [(node, node + 2) for node in range(60)] + [(node, node + 1) for node in range(0, 60, 2)]
    parents = shuffled(62, rails, 1)
    index = LargeIndex(parents)
    assert (index.runs is None) == (budget == 0)
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
    assert isinstance(index, LargeIndex)
    assert len(index.descendants(0)) == count - 1
    assert max(index.generation) == (1 if shape == "star" else count - 1)
    assert index.descendant_counts()[:3].tolist() == ([count - 1, 0, 0] if shape == "star" else [19999, 19998, 19997])
    assert index.is_ancestor(0, count - 1)
    assert not index.is_ancestor(count - 1, 0)
    assert max(index.height) == max(index.generation)
    assert set(index.components) == {0}


def test_one_class_for_all_sizes() -> None:
    for count, held in ((LARGE - 1, SmallIndex), (LARGE, LargeIndex)):
        rows = [[node - 1] if node else [] for node in range(count)]
        for index in (AncestryIndex(rows), AncestryIndex.from_edges(count, range(count - 1), range(1, count))):
            assert type(index) is held
            assert isinstance(index, AncestryIndex)
            assert index.ancestors(3) == (0, 1, 2)
            assert len(index) == count
            assert pickle.loads(pickle.dumps(index)).ancestors(3) == (0, 1, 2)


@pytest.mark.parametrize("count", [5, LARGE])
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
    index = LargeIndex([[], [0], [0, 1]])
    with pytest.raises(IndexError, match="none of the 3"):
        index.are_ancestors([0], [3])
    with pytest.raises(ValueError, match="1 ancestors and 2 descendants are no pairs"):
        index.are_ancestors([0], [1, 2])
    for node in (-1, 3):
        with pytest.raises(IndexError):
            index.parents[node]
    assert index.are_ancestors([], []).tolist() == []


# As a file


def example(count: int = 40) -> Parents:
    edges = [(node // 3, node) for node in range(1, count)] + [(node // 2, node) for node in range(9, count, 4)]
    return shuffled(count, sorted({edge for edge in edges if edge[0] != edge[1]}), 7)


@settings(max_examples=30, deadline=None)
@given(parents=graphs())
def test_what_is_saved_comes_back(parents: Parents, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("index") / "x.index"
    for index in (SmallIndex(parents), *both(parents)):
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
    index, path = LargeIndex(example()), tmp_path / "x.index"
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


def test_a_file_made_to_deceive_is_refused_or_harmless(tmp_path: Path) -> None:
    index, path = LargeIndex(example()), tmp_path / "x.index"
    index.save(path)
    content = path.read_bytes()
    generator = random.Random(0)
    refused = 0
    for _ in range(1500):
        changed = bytearray(content)
        place = generator.randrange(len(content) - 4)
        changed[place] = generator.randrange(256)
        path.write_bytes(sealed(bytes(changed)))
        try:
            loaded = AncestryIndex.load(path)
        except IndexFileError:
            refused += 1
            continue
        for node in range(len(loaded)):  # no end of it, and no other error
            loaded.descendants(node)
            loaded.ancestors(node)
            loaded.is_ancestor(node, 0)
    assert refused > 500


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"version":1', b'"version":2', "it is of version 2, and this library reads 1: make it anew"),
        (b'{"version"', b'["version"', "its header cannot be read"),
        (b'"nodes":40', b'"nodes":[]', "its header cannot be read"),
        (b'"nodes":40', b'"nodes":41', "its arrays do not belong together"),
        (b'"owners"', b'"ownerz"', "it has other arrays"),
        (b'"up":["<i4"', b'"up":["<i8"', "array 'up' is of another type"),
        (b"modeltree", b"something", "it does not begin as one"),
    ],
)
def test_foreign_files(old: bytes, new: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.index"
    LargeIndex(example()).save(path)
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
        LargeIndex(example()).save(tmp_path / "none" / "x")
    (tmp_path / "empty").touch()
    with pytest.raises(IndexFileError, match="it is too short"):
        AncestryIndex.load(tmp_path / "empty")
