"""The NetworkX face: plain attributes that every writer takes, and graphs that become lineages again."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.findings import CycleError, LineageError
from modeltree.graph.network import _split, join_list, to_attributes
from modeltree.lineage import Lineage
from modeltree.records import About, Correction, Derivation, Model, Organization, Relation
from strategies import examples, full_lineages, lineages, names
from strategies_records import lineages as record_lineages


def through_file(write: Callable, read: Callable, graph: nx.DiGraph) -> nx.DiGraph:
    file = io.BytesIO()
    write(graph, file)
    file.seek(0)
    return read(file)


def node_link(graph: nx.DiGraph) -> nx.DiGraph:
    return nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(graph, edges="edges"))), edges="edges")


def cytoscape(graph: nx.DiGraph) -> nx.DiGraph:
    """Cytoscape's form has each node's id among its attributes, and the ends of each edge, and a value."""
    read = nx.cytoscape_graph(json.loads(json.dumps(nx.cytoscape_data(graph))))
    for attributes in (*read.nodes.values(), *(data for *_, data in read.edges(data=True))):
        for key in ("id", "value", "source", "target"):
            attributes.pop(key, None)
    return read


# Those that write all attributes of nodes, edges and the graph, and their readers.
FORMATS = {
    "GraphML": lambda graph: through_file(nx.write_graphml, nx.read_graphml, graph),
    "GML": lambda graph: through_file(nx.write_gml, nx.read_gml, graph),
    "node-link JSON": node_link,
    "adjacency JSON": lambda graph: nx.adjacency_graph(json.loads(json.dumps(nx.adjacency_data(graph)))),
    "Cytoscape JSON": cytoscape,
}


@given(full_lineages())
def test_a_graph_is_plain_and_becomes_the_lineage_again(lineage: Lineage) -> None:
    graph = lineage.graph
    assert list(graph) == list(lineage)
    assert set(graph.edges) == {(step.parent, step.child) for step in lineage.derivations}
    attributes = [graph.graph, *graph.nodes.values(), *(data for *_, data in graph.edges(data=True))]
    assert all(type(key) is str for one in attributes for key in one)
    assert all(
        type(value) is (float if key == "parameters" else str) for one in attributes for key, value in one.items()
    )
    assert Lineage.from_networkx(graph) == lineage


@settings(max_examples=examples(50))
@given(record_lineages())
def test_a_graph_carries_everything(lineage: Lineage) -> None:
    graph = lineage.graph
    attributes = [graph.graph, *graph.nodes.values(), *(data for *_, data in graph.edges(data=True))]
    assert all(type(key) is str for one in attributes for key in one)
    assert all(
        type(value) is (float if key == "parameters" else str) for one in attributes for key, value in one.items()
    )
    again = Lineage.from_networkx(graph)
    assert again == lineage
    assert again.organizations == lineage.organizations


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=examples(50))
@given(lineage=full_lineages())
def test_what_is_written_is_read_again(format: str, lineage: Lineage) -> None:
    assert Lineage.from_networkx(FORMATS[format](lineage.graph)) == lineage


@settings(max_examples=examples(50))
@given(full_lineages())
def test_gexf_has_all_but_what_is_said_of_the_whole(lineage: Lineage) -> None:
    again = Lineage.from_networkx(through_file(nx.write_gexf, nx.read_gexf, lineage.graph))
    assert again == Lineage(lineage.models, lineage.derivations)


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (nx.write_adjlist, nx.read_adjlist),
        (nx.write_multiline_adjlist, nx.read_multiline_adjlist),
        (nx.write_edgelist, nx.read_edgelist),
        (nx.write_pajek, nx.read_pajek),
    ],
)
@given(lineage=lineages(min_models=1))
def test_the_other_writers_keep_the_edges(write: Callable, read: Callable, lineage: Lineage) -> None:
    file = io.BytesIO()
    write(lineage.graph, file)
    file.seek(0)
    again = read(file) if read is nx.read_pajek else read(file, create_using=nx.DiGraph)
    assert set(nx.DiGraph(again).edges) == set(lineage.graph.edges)


@given(lineages(), st.sampled_from([0, 100_000]))
def test_the_graph_is_frozen_and_answers_as_the_lineage_does(lineage: Lineage, many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "modeltree.graph.network._MANY", many
        )  # so many nodes have neighbors that are made when asked for
        graph = lineage.graph
    assert graph is lineage.graph
    assert type(graph) is nx.DiGraph
    assert nx.is_frozen(graph)
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        graph.add_node("x")
    for id in lineage:
        assert set(lineage.parents(id)) == set(graph.predecessors(id))
        assert set(lineage.ancestors(id)) == nx.ancestors(graph, id)
        assert set(lineage.descendants(id)) == nx.descendants(graph, id)
    for again in (graph.copy(), nx.DiGraph(graph), pickle.loads(pickle.dumps(graph)), graph.reverse().reverse()):
        assert nx.utils.graphs_equal(again, graph)


def test_attributes_are_the_fields() -> None:
    model = Model(
        id="llama", name="LLaMA", aliases=["LLaMA 1", "a; b"], released="2023-02", organizations=["meta", "fair"],
        sizes=["7B", "1B7"], license={"name": "GPL v3", "spdx": "GPL-3.0"}, links={"paper": "https://example.org"},
        references=["arxiv:2302.13971"],
        corrections=[Correction(field="released", printed="Feb-33", source="table-1", reason="no such month")],
    )  # fmt: skip
    step = Derivation(parent="llama", child="vicuna", relation="finetune", note="on shared conversations")
    graph = Lineage([model, Model(id="vicuna", name="Vicuna", license="custom")], [step], about=About(date=2023)).graph
    assert graph.nodes["llama"] == {
        "name": "LLaMA",
        "label": "LLaMA",
        "parameters": 7e9,
        "aliases": '["LLaMA 1", "a; b"]',
        "released": "2023-02",
        "organizations": "meta; fair",
        "sizes": "7B; 1.7B",
        "license": "GPL v3",
        "license_spdx": "GPL-3.0",
        "link_paper": "https://example.org",
        "references": "arxiv:2302.13971",
        "corrections": '[{"field": "released", "printed": "Feb-33", "source": "table-1", "reason": "no such month"}]',
    }
    assert graph.nodes["vicuna"] == {"name": "Vicuna", "label": "Vicuna", "license": "custom"}
    assert graph.edges["llama", "vicuna"] == {"relation": "finetune", "note": "on shared conversations"}
    assert graph.graph == {"date": "2023"}
    assert to_attributes(model, frozenset({"id", "name"})).keys() == graph.nodes["llama"].keys() - {
        "name",
        "label",
        "parameters",
    }


@pytest.mark.parametrize("format", [None, *FORMATS])
def test_a_label_and_a_number_of_parameters_are_read_back(format: str | None) -> None:
    models = [Model(id="a", name="A", sizes=["7B", "13B", "1B7"]), Model(id="b", name="B"), Model(id="c", name="c")]
    lineage = Lineage(models, [Derivation(parent="a", child="b", relation="merge")])
    graph = FORMATS[format](lineage.graph) if format else lineage.graph
    if format != "GML":  # whose label is the node itself
        assert {id: graph.nodes[id].get("label") for id in graph} == {"a": "A", "b": "B", "c": "c"}
    assert {id: graph.nodes[id].get("parameters") for id in graph} == {"a": 13e9, "b": None, "c": None}
    again = Lineage.from_networkx(graph)
    assert again == lineage
    assert dict(again.graph.nodes(data=True)) == dict(lineage.graph.nodes(data=True))


@pytest.mark.parametrize("changes", [{"parameters": 7e9}, {"parameters": "many"}, {"label": "Another"}])
def test_labels_and_parameters_that_contradict_the_fields_are_refused(changes: dict[str, object]) -> None:
    graph = Lineage([Model(id="a", name="A", sizes=["7B", "13B"])]).graph.copy()
    graph.nodes["a"].update(changes)
    (name,) = changes
    with pytest.raises(LineageError, match=f"^node 'a': {name}: Extra inputs are not permitted$"):
        Lineage.from_networkx(graph)


@given(st.lists(names | st.text("[];, \"'a", min_size=1).map(str.strip).filter(bool), min_size=1))
def test_joined_lists_can_be_split(items: list[str]) -> None:
    assert _split(join_list(items)) == items


def test_lists_written_by_hand() -> None:
    assert _split("7B; 13B; ") == ["7B", "13B"]
    assert _split("[meta]") == ["[meta]"]
    assert _split("[" * 100_000) == ["[" * 100_000]
    assert _split("") == []


def test_a_graph_of_anything_becomes_a_lineage() -> None:
    graph = nx.DiGraph([(1, 2), (1, "x")], name="not ours", title="Numbers", date="2024-05")
    graph.nodes[1].update(sizes=["7B"], released=2023)
    graph.edges[1, 2]["relation"] = "merge"
    lineage = Lineage.from_networkx(graph, [Organization(id="meta", name="Meta")], relation=Relation.SUCCESSOR)
    assert lineage == Lineage(
        [Model(id="1", name="1", sizes=["7B"], released="2023"), Model(id="2", name="2"), Model(id="x", name="x")],
        [
            Derivation(parent="1", child="2", relation="merge"),
            Derivation(parent="1", child="x", relation="successor"),
        ],
        [Organization(id="meta", name="Meta")],
        about=About(title="Numbers", date="2024-05"),
    )
    assert Lineage.from_networkx(nx.DiGraph([("a", "b")])).derivation("a", "b").relation == "finetune"
    assert Lineage.from_networkx(nx.DiGraph()) == Lineage([])


def test_progress_is_told_of_a_graph() -> None:
    told: list[tuple[str, int, int | None]] = []
    Lineage.from_networkx(nx.DiGraph([("a", "b")]), progress=lambda *done: told.append(done))
    assert told == [("nodes", 0, 2), ("edges", 0, 1)]


def test_organizations_are_one_attribute_of_the_graph() -> None:
    models = [Model(id="a", name="A", organizations=["meta", "ai2"])]
    meta, ai2 = Organization(id="meta", name="Meta", country="US"), Organization(id="ai2", name="ai2")
    lineage = Lineage(models, organizations=[meta, ai2])
    listed = '[{"id": "ai2", "name": "ai2"}, {"id": "meta", "name": "Meta", "country": "US"}]'
    assert lineage.graph.graph == {"organizations": listed}
    assert Lineage(models).graph.graph == {}
    graph = nx.DiGraph(lineage.graph)
    graph.graph["organizations"] = '[{"id": "meta", "name": "Meta", "country": "US"}]'
    assert Lineage.from_networkx(graph) == lineage
    others = [Organization(id="meta", name="M"), ai2]
    assert dict(Lineage.from_networkx(graph, others).organizations) == {"ai2": ai2, "meta": others[0]}
    unnamed = Lineage(models, organizations=[Organization(id="meta", name="meta"), ai2, Organization(id="x", name="x")])
    assert Lineage.from_networkx(unnamed.graph) == unnamed


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("no JSON", "graph: organizations: attributes: Input should be a valid list"),
        ('[{"id": "a"}]', "graph: organizations: 0.name: Field required"),
        ("[" * 100_000, "graph: organizations: attributes: Input should be a valid list"),
    ],
)
def test_organizations_that_are_none_are_refused(value: str, problem: str) -> None:
    with pytest.raises(LineageError, match=f"^{problem}$"):
        Lineage.from_networkx(nx.DiGraph(organizations=value))


def test_all_that_does_not_fit_is_refused_at_once() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c")], title=["x"])
    graph.nodes["a"].update(weight=3, released="2023-13", label="A")
    graph.nodes["b"].update({5: "five", "license_spdx": "MIT", "corrections": "x"})
    graph.edges["a", "b"].update(relation="child", weight=1)
    with pytest.raises(LineageError) as caught:
        Lineage.from_networkx(graph)
    assert str(caught.value).splitlines() == [
        "9 problems:",
        "node 'a': released: '2023-13' is no date: month 13 is not between 1 and 12",
        "node 'a': weight: Extra inputs are not permitted",
        "node 'a': label: Extra inputs are not permitted",
        "node 'b': license.name: Input should be a valid string",
        "node 'b': corrections: Input should be a valid tuple",
        "node 'b': 5: Extra inputs are not permitted",
        "edge 'a' -> 'b': relation: Input should be 'continued-pretraining', 'finetune', 'adapter', 'quantized', "
        "'pruning', 'merge', 'component', 'distillation', 'successor', 'replication', 'architecture', 'application', "
        "'data', 'generated' or 'unspecified'",
        "edge 'a' -> 'b': weight: Extra inputs are not permitted",
        "graph: title: Input should be a valid string",
    ]
    assert {problem.kind for problem in caught.value.problems} == {"bad-attribute"}
    assert [problem.ids for problem in caught.value.problems] == (
        [("a",)] * 3 + [("b",)] * 3 + [("a", "b")] * 2 + [()]
    )  # fmt: skip


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiDiGraph])
def test_only_a_digraph_will_do(kind: type[nx.Graph]) -> None:
    with pytest.raises(LineageError, match=f"^a DiGraph is needed, not a {kind.__name__}$"):
        Lineage.from_networkx(kind([("a", "b")]))


def test_graphs_that_are_no_lineage_are_refused() -> None:
    with pytest.raises(CycleError, match="^cycle: a -> b -> a; "):
        Lineage.from_networkx(nx.DiGraph([("a", "b"), ("b", "a")]))
    with pytest.raises(LineageError, match="^duplicate id '1': '1' has it already; "):
        Lineage.from_networkx(nx.DiGraph([(1, 2), ("1", "x")]))


@pytest.mark.parametrize("graph", [Lineage([]), [("a", "b")], None])
def test_what_is_no_graph_is_refused(graph: Any) -> None:
    with pytest.raises(TypeError, match="is no graph of NetworkX"):
        Lineage.from_networkx(graph)
