"""The benchmark at the size of the Hub measures what it says, on a lineage in the shape that it says."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import modeltree
from modeltree import Lineage
from modeltree.cli.main import _parser
from modeltree.graph.index import AncestryIndex

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))
scale: Any = importlib.import_module("hub_scale")
measure: Any = importlib.import_module("hub_measure")
peers: Any = importlib.import_module("hub_peers")
shapes: Any = importlib.import_module("hub_shape")
methods: Any = importlib.import_module("hub_methods")

LIBRARIES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            importlib.util.find_spec(name.partition(",")[0]) is None, reason=f"{name} is not installed"
        ),
    )
    for name in peers.PEERS
]


@pytest.mark.parametrize("hub", [False, True])
def test_the_shape_is_that_of_the_hub(hub: bool) -> None:
    shape = (shapes.of_the_hub if hub else shapes.made)(100_000)
    found = list(shapes.figures(shape, hub=hub))
    assert [figure.what for figure in found if not figure.met] == []
    assert sum(figure.published for figure in found) >= 7


def test_a_shape_that_is_not_is_seen() -> None:
    shape = shapes.made(20_000, derived=0.3)
    assert "derivations for each model" in [figure.what for figure in shapes.figures(shape) if not figure.met]
    shape = shapes.made(20_000)
    other = dataclasses.replace(shape, relation=np.where(shape.relation == "merge", "merge", "adapter"))
    missed = [figure.what for figure in shapes.figures(other) if not figure.met]
    assert [what.partition(":")[0] for what in missed] == ["finetune", "adapter", "quantized"]


def test_shapes_can_be_made_again_and_otherwise() -> None:
    shape, count = shapes.made(5000), 5000
    assert (shape.parent < shape.child).all()
    assert len(set(zip(shape.parent.tolist(), shape.child.tolist(), strict=True))) == len(shape.parent)
    assert len(set(shape.ids())) == count
    assert (np.diff(shape.dates()).astype(int) >= 0).all()
    assert (shapes.made(count).parent == shape.parent).all()
    assert not np.array_equal(shapes.made(count, 1).parent, shape.parent)
    half: Any = shapes.made(10_000, derived=0.95, merges=0.5)
    assert np.mean(np.bincount(half.child, minlength=10_000) > 1) == pytest.approx(0.5, abs=0.03)


def test_the_worst_cases_are_what_they_are_called() -> None:
    found = dict(shapes.hard_shapes(3000))
    assert list(found) == ["a chain of 3,000", "a ladder of 3,000", "half of 3,000 are merges"]
    for shape, merges, depth in zip(found.values(), (0, 2998, None), (2999, 2999, None), strict=True):
        index: Any = AncestryIndex.from_edges(shape.count, shape.parent, shape.child)
        assert depth is None or (len(index.merges), max(index.generation)) == (merges, depth)


def test_reading_files_is_measured_beside_polars(capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--size", "300", "--parts", "files"]) == 0
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith(("| Parquet", "| CSV"))]
    assert len(rows) == 6
    assert "–" not in printed
    assert "≤ 1.5" in rows[1]


def test_tables_are_read_as_what_was_made(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    shape = shapes.made(2000, 5)
    shapes.write_tables(shape, tmp_path / "hub.parquet")
    lineage, ids = modeltree.load(tmp_path / "hub.parquet"), shape.ids()
    assert sorted(lineage.ids) == sorted(ids)
    above, below = ([ids[node] for node in ends.tolist()] for ends in (shape.parent, shape.child))
    expected = dict(zip(zip(above, below, strict=True), shape.relation.tolist(), strict=True))
    assert {(step.parent, step.child): step.relation.value for step in lineage.derivations} == expected


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_library_gives_the_same(name: str, tmp_path: Path) -> None:
    shape = shapes.made(1500, 3)
    edges = list(zip(shape.parent.tolist(), shape.child.tolist(), strict=True))
    graph: Any = nx.DiGraph(edges)
    graph.add_nodes_from(range(shape.count))
    peer = peers.PEERS[name]()
    peer.build(shape.count, shape.parent, shape.child)
    peer.save(tmp_path / "it")
    peer.save_edges(tmp_path / "edges")
    again = partial(peer.load, tmp_path / "it"), partial(peer.load_edges, tmp_path / "edges"), peer.settle
    for change in (lambda: None, *again):
        change()
        for node in range(0, shape.count, 7):
            assert sorted(peer.ancestors(node)) == sorted(nx.ancestors(graph, node))
            assert sorted(peer.descendants(node)) == sorted(peer.unordered(node)) == sorted(nx.descendants(graph, node))
    counts = [len(nx.descendants(graph, node)) for node in range(shape.count)]
    assert list(peer.counts()) == counts
    depth = {node: level for level, nodes in enumerate(nx.topological_generations(graph)) for node in nodes}
    assert list(peer.generations()) == [depth[node] for node in range(shape.count)]
    parts = {frozenset(np.flatnonzero(peer.components() == label).tolist()) for label in set(peer.components())}
    assert parts == {frozenset(part) for part in nx.weakly_connected_components(graph)}
    roots = [node for node in range(shape.count) if not graph.pred[node] and graph.succ[node]]
    families = [sum(not graph.pred[above] for above in nx.ancestors(graph, node)) for node in range(1500)]
    assert list(peer.families(roots)) == families
    assert peer.is_acyclic()
    above, below = np.array(edges[::9]).T
    assert all(peer.are_ancestors(above, below))
    assert not any(peer.are_ancestors(below, above))
    assert peer.is_ancestor(*edges[0])
    for first, second in [*edges[::40], (40, 700), (1400, 1499)]:
        shared = ({first} | nx.ancestors(graph, first)) & ({second} | nx.ancestors(graph, second))
        assert set(peer.common(first, second)) == {node for node in shared if not shared & set(graph.succ[node])}
    if name != "modeltree":
        ids = shape.ids()
        peer.release()
        peer.build_named(ids, *([ids[node] for node in ends.tolist()] for ends in (shape.parent, shape.child)))
        last = edges[-1][1]
        assert sorted(peer.ancestors_named(ids[last])) == sorted(ids[node] for node in nx.ancestors(graph, last))
        assert sorted(peer.descendants_named(ids[0])) == sorted(ids[node] for node in nx.descendants(graph, 0))


@pytest.mark.scale
@pytest.mark.skipif(not os.environ.get("MODELTREE_SCALE"), reason="takes minutes; needs MODELTREE_SCALE=1")
def test_everything_that_it_prints(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    arguments = "--size 2000 --sizes 1000 2000 --runs 1 --seconds 0.05 --libraries modeltree networkx"
    assert scale.main(arguments.split()) == 0
    text, complaints = capfd.readouterr()
    assert not complaints
    assert "\n2,000 models, " in text
    assert "\n150 models, " in text
    for row, unit in scale.UNITS.items():
        lines = [line for line in text.splitlines() if line.startswith(f"| {row}, {unit} | ")]
        assert len(lines) == 2 + (row not in scale.KEPT), f"{row}: a table, that of few models, and how costs grow"
        assert len(lines[0].split("|")) == 8
        assert ("–" in lines[0]) == ("Parquet" in row or "made once" in row), row
    assert "\n| | 1,000 | 2,000 | " in text
    assert "\n| a ladder of 2,000 | modeltree | " in text


def test_some_rows_only(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = "--size 1000 --runs 1 --parts table --only counts is_ancestor --libraries networkx modeltree"
    assert scale.main([*arguments.split(), "--seconds", "0.05"]) == 0
    rows = re.findall(r"^\| (\w[^|]*), \S+ \|", capfd.readouterr().out, flags=re.MULTILINE)
    assert rows == [
        "build from arrays",
        "build from arrays, to the first answers",
        "made once for many questions",
        "memory",
        "is_ancestor",
        "is_ancestor, a pair of many",
        "descendant counts of all",
    ]


def test_answers_that_differ_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_said", lambda task: {"answer: counts": task["library"]})
    options = scale.argparse.Namespace(runs=1, seconds=1)
    with pytest.raises(SystemExit, match="the libraries differ in counts: .*igraph.*rustworkx"):
        scale.measured(shapes.made(200), {"igraph": ["counts"], "rustworkx": ["counts"]}, options)


def test_a_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(scale.PEERS, "no-such", object)
    assert (
        scale.main(
            [
                "--size",
                "200",
                "--parts",
                "table",
                "--libraries",
                "modeltree",
                "no-such",
                "--only",
                "counts",
                "--seconds",
                "0.05",
            ]
        )
        == 0
    )
    text, complaints = capfd.readouterr()
    assert "no-such: " in complaints
    assert "| descendant counts of all, s | " in text


def test_ratios_aims_and_what_is_missed() -> None:
    found = {
        "modeltree": {"save": 1.0, "load, to the first answer": 0.1, "generations of all": 1.0, "memory": 9.0},
        "networkx": {"save": 5.0, "load, to the first answer": 9.0, "generations of all": 9.0, "memory": 1.0},
        "igraph": {"load, to the first answer": 3.0},
    }
    lines = scale.table("a title", found).splitlines()
    assert lines[4:] == [
        "| memory, MB | 9 | 1 | – | 0.11 |  |  |",
        "| generations of all, s | kept | 9 | – |  |  |  |",
        "| save, s | 1 | 5 | – | 5.00 | 20 | missed |",
        "| load, to the first answer, s | 0.1 | 9 | 3 | 30.00 | 20 |  |",
    ]


def test_every_method_and_every_command_has_a_row(tmp_path: Path) -> None:
    source = inspect.getsource(methods.calls)
    names = {name for name in vars(Lineage) if not name.startswith("_")}
    assert {name for name in names if not re.search(rf'(lineage|Lineage)\.{name}\b|"{name}"', source)} == set()
    subcommands = _parser(["list"])._subparsers._group_actions[0].choices  # type: ignore[union-attr, index]
    assert {command.split()[0] for command in methods.COMMANDS} == set(subcommands)


@pytest.mark.scale
@pytest.mark.skipif(
    not os.environ.get("MODELTREE_SCALE"), reason="starts a process for each row; needs MODELTREE_SCALE=1"
)
def test_every_row_of_the_methods_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert methods.main(["--size", "100", "--parts", "methods"]) == 0
    rows = [line.split("|")[1:5] for line in capfd.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(rows) > 90
    wrong = {name: answer for name, answer, *_ in rows[2:] if "Error" in answer or "stopped" in answer}
    assert {name.strip() for name in wrong} == {"a mistyped name", "the same again"}


def test_the_memory_that_is_told_is_its_own() -> None:
    before = measure.memory("VmRSS")
    held = np.ones(4_000_000)
    assert measure.memory("VmRSS") - before == pytest.approx(held.nbytes / 2**20, abs=8)
    assert measure.memory("VmHWM") >= measure.memory("VmRSS")
