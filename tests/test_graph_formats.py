"""Graph files: what is written is read again, and what others wrote is read with everything odd in it reported."""

from __future__ import annotations

import io
import json
import re
import string
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph_texts import cytoscape_text, dot_text, graphml_text, node_link_text
from modeltree.findings import KINDS, Finding, SourceError
from modeltree.formats.graphs.json_graphs import read_cytoscape, read_node_link, write_cytoscape, write_node_link
from modeltree.formats.graphs.xml_graphs import gexf_text, read_gexf, read_graphml, write_gexf, write_graphml
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, License, Model, Organization
from strategies import examples
from strategies_records import lineages
from work import steps


class Format(NamedTuple):
    read: Callable[..., Reading]
    text: Callable[[Lineage], str]
    write: Callable[..., tuple[Finding, ...]]


FORMATS = {
    "cyjs": Format(read_cytoscape, cytoscape_text, write_cytoscape),
    "gexf": Format(read_gexf, gexf_text, write_gexf),
    "graphml": Format(read_graphml, graphml_text, write_graphml),
    "json": Format(read_node_link, node_link_text, write_node_link),
}
XML = ("gexf", "graphml")
# What the data lack, and no reader can help.
GAPS = {kind for kind in KINDS if kind.startswith("missing-")}
GAPS |= {"license-missing", "parent-newer", "impossible-date", "possible-same"}

every_format = pytest.mark.parametrize("format", FORMATS)


def read_bytes(format: str, content: bytes | str, **options: object) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x.{format}")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return FORMATS[format].read(path, **options)


@pytest.mark.parametrize(
    ("format", "written"),
    [
        ("graphml", lambda graph: "\n".join(nx.generate_graphml(graph))),
        ("gexf", lambda graph: "\n".join(nx.generate_gexf(graph))),
        ("json", lambda graph: json.dumps(nx.node_link_data(graph, edges="edges"))),
    ],
)
def test_the_graph_of_a_lineage_written_by_networkx_is_read_without_complaint(
    format: str, written: Callable[[nx.DiGraph], str]
) -> None:
    models = [Model(id="a", name="A", released=2022, sizes=["7B", "13B"]), Model(id="b", name="B", released=2023)]
    lineage = Lineage(models, [Derivation(parent="a", child="b", relation="finetune")])
    reading = read_bytes(format, written(lineage.graph))
    assert (reading.lineage.models, reading.lineage.derivations) == (lineage.models, lineage.derivations)
    assert not [finding for finding in reading.findings if "attribute" in finding.message]


def said(reading: Reading, *kinds: str) -> list[str]:
    """The findings of some kinds, as they are said, without folders."""
    shown = [finding for finding in reading.findings if (finding.kind in kinds if kinds else finding.kind not in GAPS)]
    return [re.sub(r"[^ ]*/x\.", "x.", str(finding)) for finding in shown]


def refused(format: str, content: bytes | str) -> Finding:
    with pytest.raises(SourceError) as caught:
        read_bytes(format, content)
    (problem,) = caught.value.problems
    assert problem.position is not None
    return problem


# What is written is read again


def without_the_whole(lineage: Lineage) -> Lineage:
    """What GEXF carries of a lineage."""
    about = lineage.about
    date = about.date if about.date and about.date.day else None
    return Lineage(lineage.models, lineage.derivations, about=About(description=about.description, date=date))


@every_format
@settings(max_examples=examples(30))
@given(lineage=lineages())
def test_what_is_written_is_read_again(format: str, lineage: Lineage) -> None:
    text = FORMATS[format].text(lineage)
    reading = read_bytes(format, text)
    expected = without_the_whole(lineage) if format == "gexf" else lineage
    assert reading.lineage == expected
    assert reading.lineage.organizations == expected.organizations
    assert {finding.kind for finding in reading.findings} <= GAPS
    assert FORMATS[format].text(reading.lineage) == text or format == "gexf"


@pytest.mark.parametrize("format", XML)
@pytest.mark.parametrize(
    "hostile",
    [
        "]]>",
        "<![CDATA[x]]>",
        "&amp;amp;",
        "&#10;",
        "<!-- x -->",
        "<?xml?>",
        "'\"",
        "a\nb\n\n  c\td",
        "a  b",
        "\x85",
        "\u2028",
        "𝔾👩\u200d🔬",
        "\U0010ffff",
        "\ufeff.",
        "é e\u0301",
        "%s{}",
    ],
)
def test_nothing_in_a_text_is_taken_for_markup(format: str, hostile: str) -> None:
    text = f"x{hostile}y"
    name = re.sub(r"[\n\t]", " ", text)
    lineage = Lineage(
        [Model(id="a&<\"'>]]>", name=name, note=text, training_data=text), Model(id="b", name="b")],
        [Derivation(parent="a&<\"'>]]>", child="b", relation="data", note=text)],
        about=About(description=text),
    )
    written = FORMATS[format].text(lineage)
    assert read_bytes(format, written).lineage == lineage
    ElementTree.fromstring(written)


@every_format
def test_files_are_written_whole_and_the_same_each_time(format: str, tmp_path: Path) -> None:
    lineage = Lineage([Model(id="llama", name="LLaMA"), Model(id="b", name="悟道")], about=About(description="Two."))
    path = tmp_path / "x"
    assert FORMATS[format].write(lineage, path) == ()
    content = path.read_bytes()
    assert content.decode() == FORMATS[format].text(lineage)
    assert "悟道" in content.decode()
    FORMATS[format].write(Lineage(reversed(lineage.models), about=lineage.about), str(path))
    assert path.read_bytes() == content
    with pytest.raises(FileNotFoundError):
        FORMATS[format].write(lineage, tmp_path / "none" / "x")
    with pytest.raises(FileNotFoundError):
        FORMATS[format].read(tmp_path / "none")


# Other programs read what is written

EXAMPLE = Lineage(
    [
        Model(id="llama", name="LLaMA", released="2023-02-24", organizations=["meta"], sizes=["7B", "13B"]),
        Model(id="alpaca", name="Alpaca", released="2023"),
        Model(id="e0", name="No date", note='a "note"\nin two lines'),
    ],
    [
        Derivation(parent="llama", child="alpaca", relation="finetune"),
        Derivation(parent="llama", child="e0", relation="merge"),
    ],
    [Organization(id="meta", name="Meta AI")],
    about=About(title="Three", description="A <small> lineage", date="2024", references=["arxiv:2302.13971"]),
)


@settings(max_examples=examples(25))
@given(lineages())
@example(EXAMPLE)
@example(Lineage([]))
def test_they_are_what_networkx_and_json_write(lineage: Lineage) -> None:
    graph = lineage.graph.copy()
    for id, attributes in graph.nodes(data=True):
        assert attributes == lineage.graph.nodes[id]
        assert attributes.pop("label") == attributes["name"]
        attributes.pop("parameters", None)
    data = nx.node_link_data(graph, edges="edges")
    assert node_link_text(lineage) == json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    cytoscape = json.loads(cytoscape_text(lineage))
    assert cytoscape_text(lineage) == json.dumps(cytoscape, ensure_ascii=False, indent=2) + "\n"
    written = io.BytesIO()
    nx.write_graphml_xml(graph, written)
    assert graphml_text(lineage) == written.getvalue().decode()


@pytest.mark.parametrize("text", [node_link_text, graphml_text, cytoscape_text, dot_text])
def test_many_are_written_by_columns(text: Callable[[Lineage], str]) -> None:
    ids = [f"m{number}" for number in range(400)]
    models = [Model(id=id, name=id.upper(), sizes=["7B"], organizations=["meta"], license="mit") for id in ids]
    steps_down = [Derivation(parent="m0", child=id, relation="finetune") for id in ids[1:]]
    small, large = Lineage(models[:200], steps_down[:199]), Lineage(models, steps_down)
    text(small)
    assert steps(lambda: text(large)) - steps(lambda: text(small)) < 200 * 250


@settings(max_examples=examples(25))
@given(lineages())
@example(EXAMPLE)
def test_networkx_reads_them(lineage: Lineage) -> None:
    graphml = nx.read_graphml(io.BytesIO(graphml_text(lineage).encode()))
    assert Lineage.from_networkx(graphml) == lineage
    node_link = nx.node_link_graph(json.loads(node_link_text(lineage)), edges="edges")
    assert Lineage.from_networkx(node_link) == lineage
    if lineage:
        gexf = nx.read_gexf(io.BytesIO(gexf_text(lineage).encode()))
        assert set(gexf.edges) == set(lineage.graph.edges)
        assert {id: data["label"] for id, data in gexf.nodes(data=True)} == {
            model.id: model.name for model in lineage.models
        }
        for model in lineage.models:
            assert gexf.nodes[model.id].get("released") == (str(model.released) if model.released else None)
            assert gexf.nodes[model.id].get("start") == (str(model.released.lower) if model.released else None)
        assert all(data["label"] == lineage.derivation(*pair).relation for *pair, data in gexf.edges(data=True))


def test_gexf_has_the_days_for_a_timeline() -> None:
    root = ElementTree.fromstring(gexf_text(EXAMPLE))
    space = {"": "http://www.gexf.net/1.2draft"}
    graph = root.find("graph", space)
    assert graph is not None
    assert graph.attrib == {"mode": "dynamic", "timeformat": "date", "defaultedgetype": "directed", "idtype": "string"}
    assert [node.attrib for node in graph.iterfind("nodes/node", space)] == [
        {"id": "alpaca", "label": "Alpaca", "start": "2023-01-01"},
        {"id": "llama", "label": "LLaMA", "start": "2023-02-24"},
        {"id": "e0", "label": "No date"},
    ]
    assert [edge.get("label") for edge in graph.iterfind("edges/edge", space)] == ["finetune", "merge"]
    titles = {
        attribute.get("id"): attribute.get("title") for attribute in graph.iterfind("attributes/attribute", space)
    }
    used = {value.get("for") for value in graph.iter("{http://www.gexf.net/1.2draft}attvalue")}
    assert titles.keys() == used == {"released", "organizations", "sizes", "note"}


def test_gexf_says_what_it_cannot_carry(tmp_path: Path) -> None:
    assert [finding.message for finding in write_gexf(EXAMPLE, tmp_path / "x.gexf")] == [
        "GEXF has no place for 'title', 'date', 'references' of lineages",
        "GEXF has no place for names and more of organizations",
    ]
    assert read_gexf(tmp_path / "x.gexf").lineage == without_the_whole(EXAMPLE)
    unnamed = Lineage([], organizations=[Organization(id="x", name="x")], about=About(date="2024-05-06"))
    (lost,) = write_gexf(unnamed, tmp_path / "x.gexf")
    assert lost.message == "GEXF has no place for organizations that made no model"
    for format in ("cyjs", "graphml", "json"):
        assert FORMATS[format].write(EXAMPLE, tmp_path / "x") == ()


def test_elements_of_cytoscape_have_ids_of_their_own() -> None:
    elements = json.loads(cytoscape_text(EXAMPLE))["elements"]
    edges = [edge["data"] for edge in elements["edges"]]
    assert [edge["id"] for edge in edges] == ["e1", "e2"]
    assert all(edge["relation"] == edge["interaction"] for edge in edges)
    assert [node["data"]["id"] for node in elements["nodes"]] == list(EXAMPLE)


# What other programs write

FOREIGN = {
    "json": """\
{"directed": true, "multigraph": true, "graph": {"name": "Mine", "layout": "neato"}, "nodes": [
  {"id": 1, "label": "LLaMA 1", "x": 0.5, "sizes": 7000000000, "released": 2023, "note": ""},
  {"id": "my model", "x": 2},
  {"label": "nobody"},
  "no node"],
 "links": [
  {"source": 1, "target": "my model", "key": 0, "label": "fine-tuned", "weight": 1},
  {"source": 1, "target": "my model", "key": 1, "interaction": "merge"},
  {"source": 1, "target": 1},
  {"source": "unlisted", "target": 1, "references": "https://example.org/a; arxiv:2302.13971"},
  {"source": 1},
  {"source": "my model", "target": 1, "relation": "fork"}]}
""",
    "cyjs": """\
{"data": {"name": "Mine", "SUID": 5, "layout": "neato"}, "elements": {"nodes": [
  {"data": {"id": "1", "label": "LLaMA 1", "x": 0.5, "sizes": ["7B"], "released": 2023, "note": "", "selected": false}},
  {"data": {"id": "my model", "x": 2}},
  {"data": {"label": "nobody"}},
  {"position": "no node"}],
 "edges": [
  {"data": {"id": "8", "source": "1", "target": "my model", "label": "fine-tuned", "weight": 1}},
  {"data": {"id": "9", "source": "1", "target": "my model", "interaction": "merge", "name": "1 (merge) my model"}},
  {"data": {"source": "1", "target": "1"}},
  {"data": {"source": "unlisted", "target": "1", "references": "https://example.org/a; arxiv:2302.13971"}},
  {"data": {"source": "1"}},
  {"data": {"source": "my model", "target": "1", "relation": "fork"}}]}}
""",
    "graphml": """\
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="l" for="all" attr.name="label"/>
<key id="x" for="node" attr.name="x"/><key id="r" attr.name="released"/><key id="s" attr.name="sizes"/>
<key id="w" for="edge" attr.name="weight"/><key id="n" for="graph" attr.name="name"/>
<graph edgedefault="directed"><data key="n">Mine</data><data key="layout">neato</data>
<node id="1"><data key="l">LLaMA 1</data><data key="x">0.5</data><data key="s">7B</data><data key="r">2023</data></node>
<node id="my model"><data key="x">2</data><data key="x">3</data></node>
<node><data key="l">nobody</data></node>
<edge source="1" target="my model"><data key="l">fine-tuned</data><data key="w">1</data></edge>
<edge source="1" target="my model"><data key="interaction">merge</data></edge>
<edge source="1" target="1"/>
<edge source="unlisted" target="1"><data key="references">https://example.org/a; arxiv:2302.13971</data></edge>
<edge source="1"/>
<edge source="my model" target="1"><data key="relation">fork</data></edge>
</graph></graphml>
""",
    "gexf": """\
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"><meta><creator>a program</creator></meta>
<graph timeformat="date"><attributes class="node"><attribute id="x" title="x"/>
<attribute id="s" title="sizes"/></attributes>
<attributes class="edge"><attribute id="s" title="references"/></attributes><nodes>
<node id="1" label="LLaMA 1" start="2023-02-24"><attvalues><attvalue for="x" value="1"/><attvalue for="s" value="7B"/>
</attvalues><viz:color r="1"/></node>
<node id="my model" label="my model"><attvalues><attvalue for="x" value="1"/></attvalues><viz:color r="1"/></node>
<node label="nobody"/></nodes><edges>
<edge source="1" target="my model" label="fine-tuned" weight="1"/>
<edge source="1" target="my model" kind="merge"/>
<edge source="1" target="1"/>
<edge source="unlisted" target="1"><attvalues>
<attvalue for="s" value="https://example.org/a; arxiv:2302.13971"/></attvalues></edge>
<edge source="1"/>
<edge source="my model" target="1" label="fork" type="undirected"/>
</edges></graph></gexf>
""",
}


@every_format
def test_what_others_write_is_read(format: str) -> None:
    reading = read_bytes(format, FOREIGN[format])
    lineage = reading.lineage
    assert set(lineage) == {"1", "my-model", "unlisted"}
    assert (lineage["1"].name, [str(size) for size in lineage["1"].sizes]) == ("LLaMA 1", ["7B"])
    assert str(lineage["1"].released)[:4] == "2023"
    assert {(step.parent, step.child, str(step.relation)) for step in lineage.derivations} == {
        ("1", "my-model", "finetune"),
        ("unlisted", "1", "unspecified"),
    }
    assert lineage.derivation("unlisted", "1").references == ("https://example.org/a", "arxiv:2302.13971")
    kinds = {finding.kind for finding in reading.findings}
    assert kinds >= {"conflicting-relation", "self-loop", "missing-parent", "unknown-relation", "cycle", "bad-value"}
    assert len(said(reading, "missing-key")) == 2
    assert any("attribute 'x' of nodes is not read: it stands 2 times" in line for line in said(reading, "ignored"))
    assert any("attribute 'weight' of edges is not read: it stands once" in line for line in said(reading, "ignored"))
    positions = [
        finding.position for finding in reading.findings if finding.kind not in ("license-missing", "missing-date")
    ]
    assert all(position is not None and position.line and position.column for position in positions)
    if format == "gexf":
        assert {"not-a-digraph", "ignored"} <= kinds
        assert any("<color> is not read: it stands 2 times" in line for line in said(reading, "ignored"))
    else:
        assert lineage.about.title == "Mine"
        assert any("attribute 'layout' of the graph" in line for line in said(reading, "ignored"))


@every_format
def test_edges_may_run_the_other_way_and_have_a_relation(format: str) -> None:
    text = FORMATS[format].text(Lineage(EXAMPLE.models, EXAMPLE.derivations))
    reading = read_bytes(format, text, direction="child-to-parent")
    assert set(reading.lineage.graph.edges) == {("alpaca", "llama"), ("e0", "llama")}
    bare = re.sub(
        r'"(relation|interaction)": "[^"]*",?|<data key="d[0-9]+">(finetune|merge)</data>|label="(finetune|merge)"',
        "",
        text,
    )
    bare = re.sub(r",(\s*})", r"\1", bare)
    assert {step.relation for step in read_bytes(format, bare, relation="distillation").lineage.derivations} == {
        "distillation"
    }
    assert said(read_bytes(format, bare), "missing-relation")
    with pytest.raises(ValueError, match="^'down' is no direction: write 'parent-to-child' or 'child-to-parent'$"):
        read_bytes(format, text, direction="down")
    with pytest.raises(ValueError, match="^'friend' is no relation; "):
        read_bytes(format, text, relation="friend")


@every_format
def test_policy_and_aliases_are_heeded(format: str) -> None:
    with pytest.raises(SourceError, match="self-loop"):
        read_bytes(format, FOREIGN[format], policy=Policy(self_loop="refuse"))
    reading = read_bytes(format, FOREIGN[format], aliases={"unlisted": "my model"})
    assert set(reading.lineage) == {"1", "my-model"}


def test_nodes_without_ids_go_by_their_names_and_are_counted() -> None:
    """As in files for older versions of D3."""
    text = """{"nodes": [{"name": "LLaMA", "group": 1}, {"name": "Command R+"}, {"group": 2}],
               "links": [{"source": 0, "target": 1}, {"source": 0, "target": 2}, {"source": 9, "target": 1}]}"""
    reading = read_bytes("json", text)
    assert reading.lineage.parents("Command R+") == ("9", "LLaMA")
    assert reading.lineage["Command R+"].id == "Command-R+"
    assert [line.partition(": ")[2] for line in said(reading, "missing-key")] == [
        "a node has no id; give it one; it is left out",
        "an edge has no target; name a node; it is left out",
    ]
    zero = read_bytes("json", '{"nodes": [{"id": 0}, {"id": 1.0}], "edges": [{"source": 0, "target": 1}]}')
    assert zero.lineage.parents("1") == ("0",)


def test_labels_of_yed_are_names() -> None:
    text = """<graphml><key for="node" id="d6" yfiles.type="nodegraphics"/><graph edgedefault="directed" id="G">
      <node id="n0"><data key="d6"><y:ShapeNode><y:Fill color="#FFCC00"/><y:NodeLabel>LLaMA</y:NodeLabel>
        <y:NodeLabel>again</y:NodeLabel></y:ShapeNode></data></node>
      <node id="n1"><data key="d5"/><graph edgedefault="directed" id="n1:"><node id="n1::n0"/></graph></node>
      <edge source="n0" target="n1::n0"><data key="d9"><y:EdgeLabel>merge</y:EdgeLabel></data></edge>
      <hyperedge/></graph></graphml>"""
    reading = read_bytes("graphml", text)
    assert reading.lineage["LLaMA"].id == "n0"
    assert reading.lineage.derivation("n0", "n1::n0").relation == "merge"
    assert said(reading) == [
        "x.graphml:2:21: what attribute 'd6' of <node> draws is not read: it stands once",
        "x.graphml:3:9: another <NodeLabel> is not read: it stands once",
        "x.graphml:4:37: that a graph is inside a node is not read: it stands once",
        "x.graphml:5:41: what attribute 'd9' of <edge> draws is not read: it stands once",
        "x.graphml:6:7: <hyperedge> is not read: it stands once",
    ]


def test_defaults_of_graphml_hold_where_nothing_is_said() -> None:
    text = """<graphml><key id="a" for="edge" attr.name="relation"><default>merge</default></key>
      <key id="d" for="node" attr.name="domain"><default>code</default></key><graph edgedefault="undirected">
      <node id="x"/><node id="y"><data key="d">language</data></node><edge source="x" target="y"/></graph></graphml>"""
    reading = read_bytes("graphml", text)
    assert [str(model.domain) for model in reading.lineage.models] == ["code", "language"]
    assert reading.lineage.derivation("x", "y").relation == "merge"
    assert said(reading) == ["x.graphml:2:78: the edges have no direction; they are read from parent to child"]


def test_phylogenies_and_times_of_gexf() -> None:
    text = """<gexf version="1.2"><meta lastmodifieddate="2024-05-06"><description>Mine</description></meta>
      <graph defaultedgetype="undirected"><attributes class="node">
      <attribute id="0" title="domain"><default>code</default></attribute>
      <attribute id="1" title="released"/></attributes><nodes><node id="a" start="2009.5"/>
      <node id="b" start="2023-03-01T10:00:00" end="2024"><parents><parent for="a"/></parents>
      <nodes><node id="c" start="2022-01-01"><attvalues><attvalue for="1" value="2022"/><attvalue for="1" value="2023"/>
      <attvalue for="0" value="language"/></attvalues></node></nodes></node></nodes></graph></gexf>"""
    reading = read_bytes("gexf", text)
    assert (str(reading.lineage.about.date), reading.lineage.about.description) == ("2024-05-06", "Mine")
    assert {model.id: (str(model.released), str(model.domain)) for model in reading.lineage.models} == {
        "a": ("2009", "code"),
        "b": ("2023-03-01", "code"),
        "c": ("2022", "language"),
    }
    assert reading.lineage.parents("b") == ("a",)
    assert read_bytes("gexf", text, direction="child-to-parent").lineage.parents("b") == ("a",)
    assert [line.partition(": ")[2] for line in said(reading)] == [
        "the edges have no direction; they are read from parent to child",
        "attribute 'end' of nodes is not read: it stands once",
        "that a node is inside a node is not read: it stands once",
        "<node> has two values for 'released'; the first is kept",
    ]


def test_elements_of_cytoscape_may_be_one_list() -> None:
    text = """{"elements": [{"group": "nodes", "data": {"id": "a"}}, {"data": {"id": "b"}},
               {"group": "edges", "data": {"id": "e", "source": "a", "target": "b"}}, {"data": 5}]}"""
    reading = read_bytes("cyjs", text)
    assert reading.lineage.parents("b") == ("a",)
    assert said(reading, "wrong-type") == [
        "x.cyjs:2:87: the data of an element: 5 is no mapping; write 'key: value' lines; it is left out"
    ]
    odd = read_bytes("cyjs", '{"elements": {"nodes": 5, "ports": [], "edges": null}}')
    assert [line.partition(": ")[2] for line in said(odd)] == [
        "nodes: 5 is no list; write a list, or leave the key out",
        "'ports' of the elements is not read: it stands once",
        "edges: nothing is no list; write a list, or leave the key out",
    ]


def test_values_that_fit_no_field_are_left_out() -> None:
    text = """{"graph": {"organizations": "none", "date": "soon"}, "directed": false, "nodes": [
      {"id": "a", "released": "soon", "corrections": "[1]", "license_spdx": "MIT", "link_paper": "x",
       "aliases": {"a": 1}},
      {"id": "b", "name": 5, "label": "B", "license": {"name": "Mine"}}],
      "edges": [{"source": "a", "target": "b", "relation": "merge", "label": "adapter", "note": 5}], "more": 1}"""
    reading = read_bytes("json", text)
    assert reading.lineage["a"].license == License(name="MIT", spdx="MIT")
    assert reading.lineage["b"].name == "5"
    assert reading.lineage.derivation("a", "b").relation == "merge"
    kinds = [finding.kind for finding in reading.findings if finding.kind not in GAPS]
    assert sorted(kinds) == sorted(
        ["bad-attribute", "not-a-digraph", *["bad-date"] * 2, "bad-value", *["wrong-type"] * 3, *["ignored"] * 3]
    )


def test_organizations_are_read() -> None:
    text = """{"graph": {"organizations": [{"id": "meta", "name": "Meta AI", "country": "US"}]},
               "nodes": [{"id": "a", "organizations": ["Meta AI", "x"]}], "edges": []}"""
    assert dict(read_bytes("json", text).lineage.organizations) == {
        "meta": Organization(id="meta", name="Meta AI", country="US"),
        "x": Organization(id="x", name="x"),
    }


# What is no such file

UNREAD = "an encoding that is not read: "


@pytest.mark.parametrize(
    ("format", "content", "kind", "message"),
    [
        ("json", "", "syntax", "the file is empty"),
        ("json", "[]", "wrong-type", "no node-link JSON: a mapping with 'nodes' and 'edges' is needed"),
        ("json", '{"nodes": []}', "missing-key", "no 'edges' in the file"),
        ("json", '{"nodes": 5, "links": []}', "wrong-type", "nodes: 5 is no list"),
        ("cyjs", '{"elements": 5}', "missing-key", "no 'elements' in the file"),
        ("cyjs", "[" * 1000, "too-deep", "nested more than 100 deep"),
        ("gexf", "", "syntax", "the file is empty"),
        ("gexf", " \n\t", "syntax", "the file is empty"),
        ("gexf", "<html></html>", "syntax", "no GEXF: the file begins with <html>"),
        ("gexf", "<gexf><graph>", "syntax", "no XML: no element found"),
        ("gexf", "<gexf>" + "<a>" * 60, "too-deep", "nested more than 50 deep"),
        ("graphml", "<gexf/>", "syntax", "no GraphML: the file begins with <gexf>"),
        ("graphml", b"<graphml>\xff</graphml>", "syntax", "no XML: not well-formed (invalid token)"),
        ("graphml", "<graphml>\x00</graphml>", "syntax", "no XML: not well-formed (invalid token)"),
        (
            "graphml",
            '<?xml version="1.0" encoding="klingon"?><graphml/>',
            "encoding",
            UNREAD + "unknown encoding: klingon",
        ),
        (
            "graphml",
            '<?xml version="1.0" encoding="shift_jis"?><graphml/>',
            "encoding",
            UNREAD + "multi-byte encodings are not supported",
        ),
        ("graphml", "<graphml>&lol;</graphml>", "syntax", "no XML: undefined entity"),
    ],
)
def test_what_is_no_such_file_is_refused(format: str, content: bytes | str, kind: str, message: str) -> None:
    problem = refused(format, content)
    assert (problem.kind, problem.message) == (kind, message)


BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
{}]><graphml>&lol9;</graphml>""".format(
    "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n or str()};" * 10}">' for n in range(9))
)
EXTERNAL = (
    '<!DOCTYPE gexf [<!ENTITY x SYSTEM "file:///etc/passwd">]><gexf><meta><description>&x;</description></meta></gexf>'
)


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("graphml", BILLION_LAUGHS),
        ("gexf", EXTERNAL),
        ("gexf", '<!DOCTYPE gexf SYSTEM "http://localhost:1/x.dtd"><gexf/>'),
        ("graphml", "<!DOCTYPE graphml><graphml/>".encode("utf-16")),
    ],
)
def test_document_types_are_refused(format: str, content: bytes | str) -> None:
    problem = refused(format, content)
    assert (problem.kind, problem.message) == ("tag", "a document type, which can name other files and blow up")
    assert problem.hint == "remove <!DOCTYPE …>"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_other_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><graphml><graph><node id="é"/></graph></graphml>'
    assert list(read_bytes("graphml", text.encode(encoding)).lineage) == ["é"]


@every_format
def test_files_that_are_too_large_are_refused(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FORMATS[format].text(EXAMPLE)
    monkeypatch.setattr(limits, "RECORDS", 4)
    problem = refused(format, text)
    assert (problem.kind, problem.message) == ("too-large", "the graph is too large: more than 4 nodes and edges")
    if format in XML:
        monkeypatch.setattr(limits, "TEXT_BYTES", 2**20)
        problem = refused(format, b"<" + b" " * 2**20)
        assert (problem.kind, problem.message) == ("too-large", "the file is too large: more than 1 MiB")


# Anything at all


@every_format
@settings(max_examples=examples(100))
@given(content=st.binary(max_size=80) | st.text(string.printable, max_size=80).map(str.encode))
def test_any_bytes_give_a_reading_or_a_source_error(format: str, content: bytes) -> None:
    read_or_refused(format, content)


@every_format
@settings(max_examples=examples(100))
@given(data=st.data())
def test_files_with_faults_give_a_reading_or_a_source_error(format: str, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([FOREIGN[format], FORMATS[format].text(EXAMPLE)])).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(start + data.draw(st.integers(0, 12)), len(content))
        other = data.draw(st.integers(0, len(content)))
        piece = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"<", b"{", b"null", b"[", content[other : other + 20]])
        )
        content = content[:start] + piece + content[end:]
    read_or_refused(format, content)


KEYS = ["id", "name", "data", "source", "label", "license", "links", "sizes", "corrections", "references"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(["a", "b", "", "merge", "[1]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=6,
)


@pytest.mark.parametrize("format", ["json", "cyjs"])
@settings(max_examples=examples(100))
@given(data=st.data())
def test_json_of_any_shape_gives_a_reading_or_a_source_error(format: str, data: st.DataObject) -> None:
    nodes, edges = data.draw(JSON | st.lists(JSON, max_size=4)), data.draw(JSON | st.lists(JSON, max_size=4))
    said_of_all = data.draw(JSON)
    if format == "json":
        content = {"nodes": nodes, data.draw(st.sampled_from(["edges", "links"])): edges, "graph": said_of_all}
    else:
        content = {
            "elements": data.draw(st.sampled_from([{"nodes": nodes, "edges": edges}, nodes])),
            "data": said_of_all,
        }
    read_or_refused(format, json.dumps(content).encode())


def read_or_refused(format: str, content: bytes) -> None:
    problems: tuple[Finding, ...] = ()
    try:
        lineage, _ = read_bytes(format, content)
    except SourceError as error:
        problems = error.problems
    assert all(problem.position for problem in problems)
    if not problems and format != "gexf":
        assert read_bytes(format, FORMATS[format].text(lineage)).lineage == lineage
