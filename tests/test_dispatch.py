"""NetworkX's functions on a lineage: answered by its index, without a conversion, and equal to NetworkX's own."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given

from modeltree import Derivation, Lineage, Model
from modeltree.graph import dispatch
from strategies import lineages

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the entry points of pyproject.toml are registered, whatever is installed."""
    folder = tmp_path_factory.mktemp("registered")
    metadata = folder / "modeltree_lineage-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: modeltree-lineage\nVersion: 0\n")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    lines = [f"[{group}]\n{name} = {value}\n" for group, entries in groups.items() for name, value in entries.items()]
    (metadata / "entry_points.txt").write_text("".join(lines))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("NETWORKX", "PYTEST"))}
    return {**inherited, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "src")])}


def run(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


# The same answers as NetworkX's


@given(lineages(min_models=1))
def test_answers_about_a_lineage_are_those_of_networkx(lineage: Lineage) -> None:
    graph, last = lineage.graph, lineage.ids[-1]
    for node in lineage.ids[:8]:
        assert dispatch.ancestors(lineage, node) == nx.ancestors(graph, node)
        assert dispatch.descendants(lineage, node) == nx.descendants(graph, node)
        for distance in range(-1, 4):
            found = dispatch.descendants_at_distance(lineage, node, distance)
            assert found == nx.descendants_at_distance(graph, node, distance)
    for pair in product(lineage.ids[:8], [*lineage.ids[-4:], *lineage.ids[:4]]):
        assert dispatch.has_path(lineage, *pair) == nx.has_path(graph, *pair)
        if nx.has_path(graph, *pair):
            path = dispatch.shortest_path(lineage, *pair)
            assert nx.is_path(graph, path)
            assert len(path) == len(nx.shortest_path(graph, *pair))
            assert dispatch.shortest_path_length(lineage, *pair) == nx.shortest_path_length(graph, *pair)
        else:
            with pytest.raises(nx.NetworkXNoPath):
                dispatch.shortest_path(lineage, *pair)
        paths = dispatch.all_simple_paths(lineage, *pair)
        assert sorted(paths) == sorted(nx.all_simple_paths(graph, *pair))
    assert list(map(sorted, dispatch.weakly_connected_components(lineage))) == list(
        map(sorted, nx.weakly_connected_components(graph))
    )
    assert dispatch.number_weakly_connected_components(lineage) == nx.number_weakly_connected_components(graph)
    assert dispatch.is_weakly_connected(lineage) is nx.is_weakly_connected(graph)
    assert dispatch.is_strongly_connected(lineage) is nx.is_strongly_connected(graph)
    assert dispatch.number_strongly_connected_components(lineage) == len(lineage)
    assert sorted(map(sorted, dispatch.strongly_connected_components(lineage))) == [[id] for id in sorted(lineage)]
    assert dispatch.is_directed_acyclic_graph(lineage) is True
    assert list(map(sorted, dispatch.topological_generations(lineage))) == list(
        map(sorted, nx.topological_generations(graph))
    )
    index = {id: number for number, id in enumerate(dispatch.topological_sort(lineage))}
    assert len(index) == len(lineage)
    assert all(index[parent] < index[child] for parent, child in graph.edges)
    assert dispatch.dag_longest_path_length(lineage) == nx.dag_longest_path_length(graph)
    for made in ("transitive_closure", "transitive_closure_dag", "transitive_reduction"):
        mine, theirs = getattr(dispatch, made)(lineage), getattr(nx, made)(graph)
        assert dict(mine.nodes(data=True)) == dict(theirs.nodes(data=True))
        assert {edge[:2]: edge[2] for edge in mine.edges(data=True)} == {
            edge[:2]: edge[2] for edge in theirs.edges(data=True)
        }
    assert set(dispatch.transitive_closure(lineage, reflexive=True).edges) >= {(last, last)}


@given(lineages(min_models=1))
def test_a_lowest_common_ancestor_is_told_where_there_is_one(lineage: Lineage) -> None:
    pairs = list(combinations_with_replacement(lineage.ids[:6], 2))
    single: dict[tuple[str, str], str] = {}
    for pair in pairs:
        found = lineage.most_recent_common_ancestors(*pair)
        if len(found) > 1:
            with pytest.raises(NotImplementedError, match=f"have {len(found)} lowest common ancestors"):
                dispatch.lowest_common_ancestor(lineage, *pair)
            with pytest.raises(NotImplementedError, match="several lowest common ancestors"):
                dispatch.all_pairs_lowest_common_ancestor(lineage, pairs)
        else:
            told = dispatch.lowest_common_ancestor(lineage, *pair, default="none")
            assert told == nx.lowest_common_ancestor(lineage.graph, *pair, default="none")
            single |= dict.fromkeys([pair], told)
    told_of_all = {pair: found for pair, found in single.items() if found != "none"}
    assert dict(dispatch.all_pairs_lowest_common_ancestor(lineage, [*single, *single])) == told_of_all


@pytest.fixture(scope="module")
def small() -> Lineage:
    models = [Model(id=id, name=id.upper(), aliases=["The " + id]) for id in "abcd"]
    edges = [("a", "b"), ("b", "c"), ("a", "c")]
    return Lineage(models, [Derivation(parent=one, child=other, relation="finetune") for one, other in edges])


def test_models_go_by_any_of_their_names(small: Lineage) -> None:
    assert dispatch.ancestors(small, "The c") == {"a", "b"}
    assert dispatch.shortest_path(small, "A", "The c") == ["a", "c"]


@pytest.mark.parametrize("node", ["e", 3, None, [], ("a", "b")])
def test_errors_are_those_of_networkx(small: Lineage, node: object) -> None:
    for name in ("ancestors", "descendants"):
        with pytest.raises(nx.NetworkXError, match="is not in the digraph"):
            getattr(dispatch, name)(small, node)
    for name in ("has_path", "shortest_path", "lowest_common_ancestor", "all_simple_paths"):
        with pytest.raises(nx.NodeNotFound):
            getattr(dispatch, name)(small, "a", node)


def test_what_is_not_answered_is_said(small: Lineage) -> None:
    assert dispatch.can_run("ancestors", (small, "a"), {}) is True
    assert dispatch.can_run("shortest_path", (small, "a", "b"), {}) is True
    assert dispatch.can_run("shortest_path", (small,), {"source": "a"}) is not True
    assert dispatch.can_run("shortest_path", (small, "a", "b", "weight"), {}) is not True
    assert dispatch.can_run("all_simple_paths", (small, "a", "c"), {"cutoff": 1}) is not True
    assert dispatch.can_run("all_simple_paths", (small, "a", ["b", "c"]), {}) is not True
    assert dispatch.can_run("all_pairs_lowest_common_ancestor", (small,), {}) is not True
    for kind in (nx.Graph, nx.MultiDiGraph):
        assert dispatch.can_run("ancestors", (kind([(1, 2)]), 1), {}) is not True
    with pytest.raises(NotImplementedError, match="cycle"):
        dispatch.ancestors(dispatch.convert_from_nx(nx.DiGraph([(1, 2), (2, 1)])), 1)
    for weighted in (dispatch.convert_from_nx(nx.DiGraph([(1, 2, {"weight": 3})])), small):
        with pytest.raises(NotImplementedError, match="number of edges"):
            dispatch.dag_longest_path_length(weighted, weight="relation" if weighted is small else "weight")
    assert dispatch.dag_longest_path_length(small, default_weight=2) == 4


def test_a_graph_is_converted_where_it_pays() -> None:
    graph = nx.DiGraph([(1, 2)])
    assert dispatch.should_run("ancestors", (graph, 1), {}) is not True
    assert dispatch.should_run("transitive_reduction", (graph,), {}) is True
    graph.__networkx_cache__["backends"] = {dispatch.BACKEND: {(False, False): dispatch.convert_from_nx(graph)}}
    assert dispatch.should_run("ancestors", (graph, 1), {}) is True


def test_the_functions_are_those_of_networkx_by_their_names_and_arguments() -> None:
    listed = dispatch.backend_info()["functions"]
    assert set(listed) == {name for name in dispatch.__all__ if hasattr(nx, name)}
    for name in listed:
        mine, theirs = (inspect.signature(getattr(module, name)).parameters for module in (dispatch, nx))
        assert list(mine) == [parameter for parameter in theirs if parameter not in ("backend", "backend_kwargs")]


# Through NetworkX


THROUGH = """
import sys
import networkx as nx
assert not {"numpy", "pydantic", "modeltree.lineage", "modeltree.graph.index"} & set(sys.modules), "import networkx"
assert "modeltree.graph.dispatch" in sys.modules

import modeltree
from modeltree.graph import dispatch
lineage = modeltree.datasets.load("survey").select(relations="weights")
calls = {
    "ancestors": ("Vicuna",), "descendants": ("llama",), "descendants_at_distance": ("llama", 2),
    "has_path": ("llama", "vicuna"), "shortest_path": ("llama", "vicuna"), "shortest_path_length": ("llama", "vicuna"),
    "all_simple_paths": ("llama", "vicuna"), "lowest_common_ancestor": ("vicuna", "alpaca"),
    "all_pairs_lowest_common_ancestor": ([("vicuna", "alpaca")],),
}
made = {"transitive_closure", "transitive_closure_dag", "transitive_reduction"}
for name in dispatch.backend_info()["functions"]:
    if name not in made:
        for chosen in ({}, {"backend": "modeltree"}):
            answer = getattr(nx, name)(lineage, *calls.get(name, ()), **chosen)
            print(name, sorted(answer) if isinstance(answer, set) else answer)
assert "graph" not in lineage.__dict__, "nothing is converted"
for name in made:
    assert getattr(nx, name)(lineage).number_of_nodes() == len(lineage)

try:
    nx.pagerank(lineage)
except NotImplementedError:
    print("pagerank is not implemented")
nx.config.fallback_to_nx = True
assert nx.in_degree_centrality(lineage) == nx.in_degree_centrality(lineage.graph)
assert nx.is_directed_acyclic_graph(nx.DiGraph([(1, 2), (2, 1)]), backend="modeltree") is False
"""


def test_networkx_asks_the_index_of_a_lineage(environment: dict[str, str], tmp_path: Path) -> None:
    result = run(environment, tmp_path, "-W", "error", "-c", THROUGH)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "ancestors ['llama']\nancestors ['llama']\n" in result.stdout
    assert "shortest_path ['llama', 'vicuna']" in result.stdout
    assert "is_directed_acyclic_graph True" in result.stdout
    assert result.stdout.endswith("pagerank is not implemented\n")


NETWORKX_TESTS = (
    "tests.test_dag", "tests.test_lowest_common_ancestors", "tests.test_simple_paths", "tests.test_d_separation",
    "components", "shortest_paths.tests.test_generic", "traversal",
)  # fmt: skip
DIFFERENT = {
    "test_topological_sort6": "changes the graph while it is sorted, and what is sorted is the graph as it was",
}


@pytest.mark.skipif(
    importlib.util.find_spec("networkx.algorithms.tests") is None, reason="networkx is installed without its tests"
)
@pytest.mark.skipif(importlib.util.find_spec("scipy") is None, reason="networkx needs SciPy to test a backend")
def test_the_tests_of_networkx_pass_through_the_backend(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    options = ["-p", "no:cacheprovider", "-W", "ignore", "-rA", f"--log-file={log}", "--log-file-level=DEBUG"]
    chosen = ["-k", " and ".join(f"not {name}" for name in DIFFERENT), "--pyargs"]
    chosen += [f"networkx.algorithms.{name}" for name in NETWORKX_TESTS]
    through = {**environment, "NETWORKX_TEST_BACKEND": "modeltree", "NETWORKX_FALLBACK_TO_NX": "1"}
    result = run(through, tmp_path, "-m", "pytest", *options, *chosen)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr
    assert int(*re.findall(r"(\d+) passed", result.stdout)) > 350
    called = Counter(re.findall(r"Using backend 'modeltree' for call to .(\w+)", log.read_text(encoding="utf-8")))
    assert set(called) == set(dispatch.backend_info()["functions"])


def test_a_lineage_is_a_directed_graph() -> None:
    empty: Any = Lineage([])
    assert (empty.is_directed(), empty.is_multigraph(), empty.__networkx_backend__) == (True, False, "modeltree")
    assert dispatch.convert_to_nx(empty) is empty.graph
    assert dispatch.convert_to_nx({1}) == {1}
    graph = nx.DiGraph([(1, 2)])
    converted = dispatch.convert_from_nx(graph)
    assert (converted.is_directed(), converted.is_multigraph()) == (True, False)
    assert dispatch.convert_to_nx(converted) is graph
    for name in ("is_weakly_connected", "is_strongly_connected"):
        with pytest.raises(nx.NetworkXPointlessConcept):
            getattr(dispatch, name)(empty)
    with pytest.raises(nx.NetworkXPointlessConcept):
        dispatch.lowest_common_ancestor(empty, "a", "b")
    with pytest.raises(nx.NetworkXError, match="reflexive"):
        dispatch.transitive_closure(empty, reflexive="yes")
    with pytest.raises(ValueError, match="method"):
        dispatch.shortest_path(empty, "a", "b", method="guess")
