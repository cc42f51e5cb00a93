"""Graphs as other programs write them: dialects of JSON, times in GEXF, and GraphML of yEd."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import modeltree
from modeltree import License, Model, Reading


def read_text(tmp_path: Path, name: str, text: str, **options: Any) -> Reading:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return modeltree.read(path, **options)


def edges(reading: Reading) -> list[tuple[str, str, str]]:
    """The derivations by the names of the models."""
    lineage = reading.lineage
    return sorted((lineage[one.parent].name, lineage[one.child].name, str(one.relation)) for one in lineage.derivations)


def bad(reading: Reading) -> list[str]:
    return [str(finding) for finding in reading.findings if finding.severity != "note"]


ONE = [("Alpha", "Beta", "finetune")]

DIALECTS: dict[str, Any] = {
    "links that count nodes with ids, as of NetworkX 1.9": {
        "directed": True,
        "graph": [],
        "nodes": [{"id": "Alpha"}, {"id": "Beta"}],
        "links": [{"source": 0, "target": 1, "relation": "finetune"}],
        "multigraph": False,
    },
    "the same of NetworkX 1.11, with numbers as ids": {
        "graph": [["name", "numbers"]],
        "nodes": [{"id": 1, "name": "Alpha"}, {"id": 0, "name": "Beta"}],
        "links": [{"source": 0, "target": 1, "relation": "finetune"}],
    },
    "the same where no id is a number": {
        "graph": {},
        "nodes": [{"id": "Alpha"}, {"id": "Beta"}],
        "links": [{"source": 0, "target": 1, "relation": "finetune"}],
    },
    "numbers as ids that are meant": {
        "nodes": [{"id": 1, "name": "Alpha"}, {"id": 0, "name": "Beta"}],
        "links": [{"source": 1, "target": 0, "relation": "finetune"}],
    },
    "links of D3 with nodes as ends": {
        "nodes": [{"id": "Alpha", "index": 0, "x": 1.0}, {"id": "Beta", "index": 1}],
        "links": [
            {
                "source": {"id": "Alpha", "index": 0, "x": 1.0},
                "target": {"id": "Beta", "index": 1},
                "relation": "finetune",
                "index": 0,
            }
        ],
    },
    "ends with an index and no id": {
        "nodes": [{"name": "Alpha"}, {"name": "Beta"}],
        "links": [{"source": {"index": 0}, "target": {"index": 1}, "relation": "finetune"}],
    },
    "ends with a name and no id": {
        "nodes": [{"name": "Alpha"}, {"name": "Beta"}],
        "links": [{"source": {"name": "Alpha"}, "target": {"name": "Beta"}, "relation": "finetune"}],
    },
    "no edges beside links": {
        "nodes": [{"id": "Alpha"}, {"id": "Beta"}],
        "edges": [],
        "links": [{"source": "Alpha", "target": "Beta", "relation": "finetune"}],
    },
    "vis.js": {
        "nodes": [{"id": 1, "label": "Alpha"}, {"id": 2, "label": "Beta"}],
        "edges": [{"from": 1, "to": 2, "label": "finetune", "arrows": "to"}],
    },
    "vis.js with arrows backwards": {
        "nodes": [{"id": 1, "label": "Alpha"}, {"id": 2, "label": "Beta"}],
        "edges": [{"from": 2, "to": 1, "label": "finetune", "arrows": "from"}],
    },
    "vis.js with arrows as mappings": {
        "nodes": [{"id": 1, "label": "Alpha"}, {"id": 2, "label": "Beta"}],
        "edges": [{"from": 2, "to": 1, "label": "finetune", "arrows": {"from": {"enabled": True}, "to": False}}],
    },
    "graphology": {
        "attributes": {"name": "g"},
        "options": {"type": "directed", "multi": False},
        "nodes": [{"key": "a", "attributes": {"label": "Alpha"}}, {"key": "b", "attributes": {"label": "Beta"}}],
        "edges": [{"key": "0", "source": "a", "target": "b", "attributes": {"relation": "finetune"}}],
    },
    "a tree of D3": {"name": "Alpha", "children": [{"name": "Beta", "relation": "finetune", "children": []}]},
    "trees of D3": [{"name": "Alpha", "children": [{"name": "Beta", "relation": "finetune"}]}],
    "a hierarchy of D3": {"data": {"name": "Alpha"}, "children": [{"data": {"name": "Beta", "relation": "finetune"}}]},
    "a tree of NetworkX": {"id": "Alpha", "children": [{"id": "Beta", "relation": "finetune"}]},
    "adjacency of NetworkX": {
        "directed": True,
        "multigraph": False,
        "graph": [],
        "nodes": [{"id": "Alpha"}, {"id": "Beta"}],
        "adjacency": [[{"relation": "finetune", "id": "Beta"}], []],
    },
    "a mapping to mappings": {"Alpha": {"Beta": {"relation": "finetune"}}, "Beta": {}},
    "JSON Graph Format 2": {
        "graph": {
            "directed": True,
            "label": "g",
            "nodes": {"a": {"label": "Alpha", "metadata": {"license": "mit"}}, "b": {"label": "Beta"}},
            "edges": [{"source": "a", "target": "b", "relation": "finetune"}],
        }
    },
    "JSON Graph Format 1": {
        "graphs": [
            {
                "nodes": [{"id": "a", "label": "Alpha"}, {"id": "b", "label": "Beta"}],
                "edges": [{"source": "a", "target": "b", "relation": "finetune"}],
            }
        ]
    },
    "edges alone": {"edges": [{"source": "Alpha", "target": "Beta", "relation": "finetune"}]},
    "pairs alone": {"links": [["Alpha", "Beta", "finetune"]]},
    "parent and child": {"links": [{"parent": "Alpha", "child": "Beta", "relation": "finetune"}]},
    "vertices": {
        "vertices": [{"id": "a", "label": "Alpha"}, {"id": "b", "label": "Beta"}],
        "arcs": [{"src": "a", "dst": "b", "relation": "finetune"}],
    },
    "nodes of NetworkX with their attributes": {
        "nodes": [["a", {"name": "Alpha"}], ["b", {"name": "Beta"}]],
        "edges": [["a", "b", {"relation": "finetune"}]],
    },
    "relationships": {
        "nodes": [{"id": "a", "name": "Alpha"}, {"id": "b", "name": "Beta"}],
        "relationships": [{"startNode": "a", "endNode": "b", "relation": "finetune"}],
    },
    "ECharts": {
        "series": [
            {
                "type": "graph",
                "data": [{"name": "Alpha"}, {"name": "Beta"}],
                "links": [{"source": "Alpha", "target": "Beta", "relation": "finetune"}],
            }
        ]
    },
    "trees of ECharts": {
        "series": [{"data": [{"name": "Alpha", "children": [{"name": "Beta", "relation": "finetune"}]}]}]
    },
    "pairs": {"nodes": ["Alpha", "Beta"], "links": [["Alpha", "Beta", "finetune"]]},
    "pairs with attributes": {"nodes": ["Alpha", "Beta"], "edges": [[0, 1, {"relation": "finetune"}]]},
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_of_json_say_the_same(dialect: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, "graph.json", json.dumps(DIALECTS[dialect]))
    assert edges(reading) == ONE
    assert len(reading.lineage) == 2
    assert not bad(reading)


def test_counting_links_are_noted(tmp_path: Path) -> None:
    name = "links that count nodes with ids, as of NetworkX 1.9"
    reading = read_text(tmp_path, "graph.json", json.dumps(DIALECTS[name]))
    noted = [finding for finding in reading.findings if finding.kind == "read-as"]
    assert [finding.message for finding in noted] == ["the ends of the edges are no ids of nodes"]


def test_ids_that_are_tuples(tmp_path: Path) -> None:
    graph: nx.DiGraph[tuple[str, str]] = nx.DiGraph()
    graph.add_edge(("acme", "base"), ("acme", "chat"), relation="finetune")
    for data in (nx.node_link_data(graph, edges="links"), nx.adjacency_data(graph)):
        reading = read_text(tmp_path, "graph.json", json.dumps(data))
        assert edges(reading) == [("acme/base", "acme/chat", "finetune")]
        assert not bad(reading)


@pytest.mark.parametrize("form", ["node-link", "links", "adjacency", "tree", "lists"])
def test_forms_of_networkx_are_read_as_the_graph(form: str, tmp_path: Path) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph([("a", "b"), ("a", "c"), ("c", "d"), ("c", "e")])
    data: Any = {
        "node-link": lambda: nx.node_link_data(graph, edges="edges"),
        "links": lambda: nx.node_link_data(graph, edges="links"),
        "adjacency": lambda: nx.adjacency_data(graph),
        "tree": lambda: nx.tree_data(graph, "a"),
        "lists": lambda: nx.to_dict_of_lists(graph),
    }
    lineage = read_text(tmp_path, "graph.json", json.dumps(data[form]())).lineage
    assert set(lineage.graph.edges) == set(graph.edges)


def test_a_child_that_stands_twice_in_a_tree_has_two_parents(tmp_path: Path) -> None:
    tree = {
        "name": "Alpha",
        "children": [{"name": "Beta", "children": ["Merge"]}, {"name": "C", "children": ["Merge"]}],
    }
    reading = read_text(tmp_path, "tree.json", json.dumps(tree))
    assert reading.lineage.parents("Merge") == ("Beta", "C")
    assert len(reading.lineage) == 4


def test_children_of_one_name_that_differ_stay_under_their_own_parents(tmp_path: Path) -> None:
    tree = {
        "name": "All",
        "children": [
            {"name": "A", "children": [{"name": "v2", "released": "2023"}]},
            {"name": "B", "children": [{"name": "v2", "released": "2024"}]},
        ],
    }
    lineage = read_text(tmp_path, "tree.json", json.dumps(tree)).lineage
    found = {(str(model.released), *lineage.parents(model.id)) for model in lineage.models if model.name == "v2"}
    assert found == {("2023", "A"), ("2024", "B")}


def test_undirected_graphs_in_json_are_found_out(tmp_path: Path) -> None:
    base = {"nodes": {"a": {}, "b": {}}, "edges": [{"source": "a", "target": "b"}]}
    for data in (
        {"graph": base | {"directed": False}},
        base | {"options": {"type": "undirected"}},
        {"graph": base | {"edges": [{"source": "a", "target": "b", "directed": False}]}},
    ):
        reading = read_text(tmp_path, "graph.json", json.dumps(data))
        assert "not-a-digraph" in {finding.kind for finding in reading.findings}
        assert len(reading.lineage.derivations) == 1


# Times of GEXF

TIMES = {
    'start="2017"': "2017",
    'start="2017-03"': "2017-03",
    'start="2017-03-04"': "2017-03-04",
    'start="2017-03-04T10:11:12.5Z"': "2017-03-04",
    'start="2017.0"': "2017",
    'start="201703"': "2017-03",
    'start="20170304"': "2017-03-04",
    'start="1677196800"': "2023-02-24",
    'start="1677196800000"': "2023-02-24",
    'start="1.6771968E12"': "2023-02-24",
    'startopen="2017-03-04"': "2017-03-04",
    'timestamp="2017-03-04"': "2017-03-04",
    'timestamp="1679875200.25"': "2023-03-27",
    'timestamps="&lt;[2017-03-04, 2018-01-01]&gt;"': "2017-03-04",
    'intervals="&lt;[2017-03-04, 2018-01-01)&gt;"': "2017-03-04",
    'start="-Infinity"': "None",
    'start="2009.5"': "2009",
    'start="3"': "None",
    'end="2017"': "None",
}


def gexf(nodes: str, edges: str = "", graph: str = 'mode="dynamic"', before: str = "") -> str:
    return f'<gexf version="1.3"><graph {graph}>{before}<nodes>{nodes}</nodes><edges>{edges}</edges></graph></gexf>'


@pytest.mark.parametrize("written", TIMES)
def test_times_of_gexf(written: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, "g.gexf", gexf(f'<node id="a" label="A" {written}/>'))
    assert str(reading.lineage["a"].released) == TIMES[written]
    assert not bad(reading)
    if "inf" in written.casefold() or TIMES[written] != "None":
        return
    name = "end" if written.startswith("end") else "start"
    message = f"attribute '{name}' of nodes is not read: it stands once"
    assert message in [finding.message for finding in reading.findings]


@pytest.mark.parametrize(
    "spells",
    [
        '<spell start="2023-03-30" end="2024-01-01"/>',
        '<spell timestamp="2023-03-30"/>',
        '<spell startopen="2023-03-30"/>',
        '<spell start="2024-03-01"/><spell start="2023-03-30"/>',
    ],
)
def test_a_node_is_released_with_its_first_spell(spells: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, "g.gexf", gexf(f'<node id="a"><spells>{spells}</spells></node><node id="b"/>'))
    assert str(reading.lineage["a"].released) == "2023-03-30"
    assert reading.lineage["b"].released is None
    assert not bad(reading)


def test_attributes_of_gexf_may_have_values_over_time(tmp_path: Path) -> None:
    declared = '<attributes class="node" mode="{}"><attribute id="0" title="license" type="string"/></attributes>'
    times = ('start="2023" end="2024"', 'start="2024"')
    for mode, (first, second) in (("dynamic", ("", "")), ("static", times), ("dynamic", times)):
        values = f'<attvalue for="0" value="mit" {first}/><attvalue for="0" value="apache-2.0" {second}/>'
        text = gexf(f'<node id="a"><attvalues>{values}</attvalues></node>', before=declared.format(mode))
        reading = read_text(tmp_path, "g.gexf", text)
        assert reading.lineage["a"].license == License(name="mit")
        assert not bad(reading)
        assert "a later value of attribute 'license' of nodes is not read: it stands once" in [
            finding.message for finding in reading.findings
        ]


@pytest.mark.parametrize(
    ("default", "type", "is_directed"),
    [
        ("undirected", "directed", True),
        ("undirected", None, False),
        ("directed", None, True),
        ("directed", "undirected", False),
        ("mutual", None, False),
        (None, "mutual", False),
    ],
)
def test_edges_of_gexf_have_types_of_their_own(
    default: str | None, type: str | None, is_directed: bool, tmp_path: Path
) -> None:
    written = f'type="{type}"' if type else ""
    edge = f'<edge id="0" source="a" target="b" label="finetune" {written}/>'
    graph = f'defaultedgetype="{default}"' if default else ""
    reading = read_text(tmp_path, "g.gexf", gexf('<node id="a"/><node id="b"/>', edge, graph))
    assert edges(reading) == [("a", "b", "finetune")]
    assert ("not-a-digraph" not in {finding.kind for finding in reading.findings}) == is_directed


# GraphML of yEd


def yed(nodes: str, edges: str = "") -> str:
    keys = "".join(
        f'<key id="{id}" for="node" {rest}/>'
        for id, rest in {
            "d4": 'attr.name="url" attr.type="string"',
            "d5": 'attr.name="description" attr.type="string"',
            "d6": 'yfiles.type="nodegraphics"',
        }.items()
    )
    head = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">'
    return f'{head}{keys}<graph edgedefault="directed" id="G">{nodes}{edges}</graph></graphml>'


def yed_node(id: str, label: str, more: str = "", attributes: str = "") -> str:
    shape = f"<y:ShapeNode><y:NodeLabel>{label}<y:LabelModel/></y:NodeLabel></y:ShapeNode>"
    return f'<node id="{id}" {attributes}><data key="d6">{shape}</data>{more}</node>'


def yed_edge(source: str, target: str, heads: tuple[str, str] = ("none", "standard"), label: str = "finetune") -> str:
    arrows = f'<y:Arrows source="{heads[0]}" target="{heads[1]}"/>'
    line = f"<y:PolyLineEdge>{arrows}<y:EdgeLabel>{label}<y:LabelModel/></y:EdgeLabel></y:PolyLineEdge>"
    return f'<edge source="{source}" target="{target}"><data key="d10">{line}</data></edge>'


@pytest.mark.parametrize(
    ("heads", "ends"),
    [(("none", "standard"), ("n0", "n1")), (("delta", "none"), ("n1", "n0")), (("none", "none"), ("n0", "n1"))],
)
def test_edges_of_yed_run_to_their_arrow_heads(heads: tuple[str, str], ends: tuple[str, str], tmp_path: Path) -> None:
    nodes = yed_node("n0", "Alpha\n7B") + yed_node(
        "n1", "&lt;html&gt;&lt;b&gt;Beta&lt;/b&gt; &amp;amp; Co&lt;/html&gt;"
    )
    reading = read_text(tmp_path, "g.graphml", yed(nodes, yed_edge("n0", "n1", heads)))
    assert {model.id: model.name for model in reading.lineage.models} == {"n0": "Alpha 7B", "n1": "Beta & Co"}
    assert reading.lineage.derivation(*ends).relation == "finetune"
    is_undirected = "not-a-digraph" in {finding.kind for finding in reading.findings}
    assert is_undirected == (heads == ("none", "none"))
    assert is_undirected or not bad(reading)


def test_groups_of_yed_are_no_models(tmp_path: Path) -> None:
    inner = f'<graph edgedefault="directed" id="n1:">{yed_node("n1::n0", "Beta")}</graph>'
    group = yed_node("n1", "Family", inner, 'yfiles.foldertype="group"')
    nodes = yed_node("n0", "Alpha") + group
    reading = read_text(tmp_path, "g.graphml", yed(nodes, yed_edge("n0", "n1::n0")))
    assert edges(reading) == ONE
    assert len(reading.lineage) == 2
    assert "a group of nodes is not read: it stands once" in [finding.message for finding in reading.findings]
    linked = read_text(tmp_path, "g.graphml", yed(nodes, yed_edge("n0", "n1")))
    assert edges(linked) == [("Alpha", "Family", "finetune")]


def test_what_yed_has_of_nodes_besides_labels(tmp_path: Path) -> None:
    data = '<data key="d4"><![CDATA[https://huggingface.co/acme/alpha]]></data><data key="d5">the first</data>'
    model = read_text(tmp_path, "g.graphml", yed(yed_node("n0", "Alpha", data))).lineage["n0"]
    assert (model.links.weights, model.note) == ("https://huggingface.co/acme/alpha", "the first")


def test_labels_of_yed_live(tmp_path: Path) -> None:
    label = "<y:Label><y:Label.Text><![CDATA[Alpha]]></y:Label.Text></y:Label>"
    node = f'<node id="n0"><data key="d6"><x:List xmlns:x="x">{label}</x:List></data></node>'
    assert read_text(tmp_path, "g.graphml", yed(node)).lineage["n0"].name == "Alpha"


def node_link(tmp_path: Path, nodes: list[dict[str, object]], links: list[dict[str, object]]) -> Reading:
    return read_text(tmp_path, "g.json", json.dumps({"nodes": nodes, "links": links}))


def test_parents_that_nodes_say_by_themselves(tmp_path: Path) -> None:
    nodes = [{"id": "a"}, {"id": "b", "parents": ["a"], "relation": "LoRA"}, {"id": "c", "Base model": "a, b"}]
    reading = node_link(tmp_path, nodes, [{"source": "b", "target": "c", "relation": "merge"}])
    assert {(edge.parent, edge.child, str(edge.relation)) for edge in reading.lineage.derivations} == {
        ("a", "b", "adapter"), ("a", "c", "unspecified"), ("b", "c", "merge"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("size", 3), ("size", "3.5"), ("group", "x"), ("title", "a tip"), ("color", "red"), ("x", 1.5), ("scale", 2)],
)
def test_what_programs_draw_is_no_field(tmp_path: Path, attribute: str, value: object) -> None:
    reading = node_link(tmp_path, [{"id": "a", attribute: value}, {"id": "b"}], [{"source": "a", "target": "b"}])
    assert reading.lineage["a"] == Model(id="a", name="a")
    assert not bad(reading)


def test_a_type_is_a_relation_where_it_is_one(tmp_path: Path) -> None:
    links: list[dict[str, object]] = [{"source": "a", "target": "b", "type": "LoRA"}]
    links += [{"source": "a", "target": "c", "type": "curved"}]
    reading = node_link(tmp_path, [{"id": id} for id in "abc"], links)
    assert [str(edge.relation) for edge in reading.lineage.derivations] == ["adapter", "unspecified"]


def test_an_attribute_that_is_not_read_beside_a_field_that_is_missing_is_a_warning(tmp_path: Path) -> None:
    reading = node_link(tmp_path, [{"id": "a", "Taufe": 2023}, {"id": "b"}], [{"source": "a", "target": "b"}])
    [finding] = [finding for finding in reading.findings if finding.kind == "unread-column"]
    assert "'Taufe'" in finding.message
    assert finding.severity == "warning"


@pytest.mark.parametrize("said", ["", ' directed="true"'])
def test_each_edge_of_graphml_may_have_a_direction(tmp_path: Path, said: str) -> None:
    text = f'<edge source="a" target="b"{said}/>'
    text = f'<graphml><graph edgedefault="undirected"><node id="a"/><node id="b"/>{text}</graph></graphml>'
    reading = read_text(tmp_path, "g.graphml", text)
    assert reading.lineage.parents("b") == ("a",)
    assert ("not-a-digraph" in {finding.kind for finding in reading.findings}) == (not said)


def test_elements_of_cytoscape_may_be_all_of_the_file(tmp_path: Path) -> None:
    elements = [{"data": {"id": "a", "name": "Alpha"}}, {"data": {"id": "b"}}, {"data": {"source": "a", "target": "b"}}]
    reading = read_text(tmp_path, "g.json", json.dumps(elements))
    assert reading.lineage.parents("b") == ("a",)
    assert reading.lineage["a"].name == "Alpha"


EMPTY = {
    "x.cdx.json": '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}',
    "y.cdx.json": '{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "torch"}]}',
    "x.spdx.json": '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}',
    "x.json": '{"nodes": [], "links": []}',
    "x.cyjs": '{"elements": []}',
    "x.graphml": '<graphml><graph edgedefault="directed"/></graphml>',
    "x.gexf": '<gexf version="1.3"><graph><nodes/><edges/></graph></gexf>',
    "x.csv": "id,parents\n",
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_has_no_models_is_read_as_none(name: str, tmp_path: Path) -> None:
    assert len(read_text(tmp_path, name, EMPTY[name], policy=modeltree.Policy(missing_base=True)).lineage) == 0
