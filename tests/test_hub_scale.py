"""The benchmark at the size of the Hub measures what it says, on a lineage in the shape that it says."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from modeltree import AncestryIndex

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))
scale: Any = importlib.import_module("hub_scale")
peers: Any = importlib.import_module("hub_peers")
shapes: Any = importlib.import_module("hub_shape")


def test_the_shape_is_that_of_the_hub() -> None:
    count = 200_000
    shape = shapes.of_the_hub(count)
    index: Any = AncestryIndex.from_edges(count, shape.parent, shape.child)
    part = count / shapes.PUBLISHED["models"]
    assert len(shape.parent) == pytest.approx(shapes.PUBLISHED["edges"] * part, rel=0.05)
    assert len(np.unique(index.components)) == pytest.approx(shapes.PUBLISHED["components"] * part, rel=0.05)
    words, numbers = np.unique(shape.relation, return_counts=True)
    known = dict(zip(words.tolist(), numbers.tolist(), strict=True))
    for word, published in shapes.RELATIONS.items():
        share = published / sum(shapes.RELATIONS.values())
        assert known[word] / (len(shape.relation) - known["merge"]) == pytest.approx(share, rel=0.02)
    parents = np.diff(index.parents.starts)
    assert set(parents[parents > 1].tolist()) <= set(range(2, 11))
    assert 12 <= max(index.generation) <= 60
    assert np.mean(index.generation <= 5) > 0.98
    assert len(index.leaves) > count / 2


def test_the_shape_of_the_benchmark() -> None:
    count = 100_000
    shape = shapes.made(count)
    index: Any = AncestryIndex.from_edges(count, shape.parent, shape.child)
    assert len(shape.parent) / count == pytest.approx(1_258_279 / 2_000_000, rel=0.05)
    assert len(index.merges) / count == pytest.approx(0.03, rel=0.1)
    assert index.descendant_counts().max() / count == pytest.approx(292_000 / 2_000_000, rel=0.2)
    assert 30 <= max(index.generation) <= 60
    assert (shape.parent < shape.child).all()
    assert len(set(shape.ids())) == count
    assert (np.diff(shape.dates()).astype(int) >= 0).all()
    assert (shapes.made(count).parent == shape.parent).all()
    assert not np.array_equal(shapes.made(count, 1).parent, shape.parent)
    half: Any = shapes.made(10_000, derived=0.95, merges=0.5)
    assert np.mean(np.bincount(half.child) > 1) > 0.4


@pytest.mark.parametrize("name", ["modeltree", "networkx", "rustworkx", "igraph"])
def test_every_library_gives_the_same(name: str) -> None:
    if name != "modeltree":
        pytest.importorskip(name, reason=f"{name} is not installed")
    shape = shapes.made(1500, 3)
    graph: Any = nx.DiGraph(list(zip(shape.parent.tolist(), shape.child.tolist(), strict=True)))
    graph.add_nodes_from(range(shape.count))
    peer = peers.PEERS[name]()
    peer.build(shape.count, shape.parent, shape.child)
    for node in range(0, shape.count, 7):
        assert set(peer.ancestors(node)) == nx.ancestors(graph, node)
        assert set(peer.descendants(node)) == nx.descendants(graph, node)
    counts = [len(nx.descendants(graph, node)) for node in range(shape.count)]
    assert list(peer.counts()) == counts
    roots = [node for node in range(shape.count) if not graph.pred[node]]
    families = [sum(not graph.pred[above] for above in {node, *nx.ancestors(graph, node)}) for node in range(1500)]
    assert list(peer.families(roots)) == families


def test_the_table_and_what_it_compares(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert scale.main(["--sizes", "1500", "3000", "--libraries", "modeltree", "networkx", "--runs", "1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("1,500 models, ")
    assert "\n3,000 models, " in text
    for row, unit in scale.ROWS.items():
        assert text.count(f"\n| {row}, {unit} | ") == 3, "two tables and one of how costs grow"
    assert "\n| Parquet to the first answer, s | " in text
    assert "\n| | 1,500 | 3,000 |" in text


def test_answers_that_differ_end_it() -> None:
    found = {"modeltree": {"answer: counts": "a"}, "networkx": {"answer: counts": "b"}}
    with pytest.raises(SystemExit, match="the libraries differ in counts"):
        scale._compare(found)
