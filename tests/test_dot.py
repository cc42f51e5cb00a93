"""Diagrams: DOT that says what the lineage does whatever its texts are, and each way of drawing it."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import stat
import sys
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import graphviz
import pygraphviz
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import datasets
from modeltree._util.text import printable
from modeltree.draw import dot
from modeltree.draw.display import Style
from modeltree.draw.dot import Cluster, Diagram, DotArrow, Node, _in_process, digraph, node_name, rendered
from modeltree.draw.theme import LIGHT, THEMES
from modeltree.findings import DiagramError, MissingExtraError
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, Links, Model, Relation
from strategies import examples, lineages, names, texts

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}"
PLAIN = Style(LIGHT.none, 1.0)
SURVEY = datasets.load("survey")
PAIR = Lineage(
    [
        Model(
            id="a", name="A", released="2022", links=Links(code="https://x.org/?a=1&lt;2", paper="https://e.org/a&b")
        ),
        Model(id="b", name="B", released="2023-03"),
    ],
    [Derivation(parent="a", child="b", relation="adapter", references=("arxiv:2302.13971",), note="Twice.\nOr once.")],
    about=About(title="A pair"),
)
NASTY = [
    *['"', "\\", "\\\\", '\\"', "a\\", "\\N", "\\l|", "\\G", "%", "%a", "\\%a", ":", "a:b:c", "<b>x</b>"],
    *["<", ">", "<>", "&amp;", "&lt;b&gt;", "&#92;N", "graph", "node", "1", "-.5", "é悟道", "👩\u200d🔬", "{a|b}"],
    *["->", ";", "//", "/*", "#", "timeline_0", "cluster_0", "x" * 300],
]  # fmt: skip


def diagram(lineage: Lineage, **options: Any) -> modeltree.figures.diagram.DiagramDrawing:
    """The diagram of all there is, data sets as well."""
    return modeltree.diagram(lineage, **{"datasets": True, **options})


def parsed(diagram: graphviz.Digraph) -> pygraphviz.AGraph:
    """The diagram as Graphviz understands it: to be kept in a variable, since its parts do not keep it."""
    return pygraphviz.AGraph(string=diagram.source)


def drawn(diagram: graphviz.Digraph) -> ElementTree.Element:
    return ElementTree.fromstring(_in_process(diagram.source, "svg"))


def said(svg: ElementTree.Element, kind: str) -> dict[str, tuple[list[str], str | None, str | None]]:
    """By its name: the lines of text in each group of a kind, its tooltip and where it leads to."""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        if group.get("class") == kind:
            lines = [(text.text or "").replace("\xa0", " ") for text in group.iter(f"{SVG}text")]
            anchor = next(group.iter(f"{SVG}a"), None)
            tooltip = None if anchor is None else (anchor.get(f"{LINK}title") or "").replace("\xa0", " ")
            name = re.sub(r":[ewns]\b", "", group.findtext(f"{SVG}title") or "")  # where an arrow starts
            found[name] = (
                lines, tooltip, None if anchor is None else anchor.get(f"{LINK}href"),
            )  # fmt: skip
    return found


def ids_of(names: Any) -> set[str]:
    return {re.sub(r"^\\%", "%", name).replace("\\\\", "\\") for name in names}


# What is written means itself


@pytest.mark.parametrize("text", NASTY)
def test_an_id_survives_in_nodes_arrows_and_clusters(text: str) -> None:
    nodes = tuple(Node(id, id, PLAIN) for id in dict.fromkeys([text, "other"]))
    diagram = digraph(
        Diagram("", nodes, (DotArrow(text, "other", "merge"),), (Cluster("c", tuple(n.id for n in nodes)),)), LIGHT
    )
    graph = parsed(diagram)
    assert set(graph.nodes()) == {node_name(text), "other"}
    assert ids_of(graph.nodes()) == {text, "other"}
    assert graph.edges() == [(node_name(text), "other")]
    assert {n for part in graph.subgraphs() for n in part.nodes()} == {node_name(text), "other"}


_ids = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=12)
_hard = st.text(st.sampled_from('\\"&<>;:%{}|lnNGrTa# \n') | st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.lists(_ids | st.sampled_from(NASTY), unique=True, max_size=6))
def test_names_differ_where_ids_do(ids: list[str]) -> None:
    nodes = tuple(Node(id, id, PLAIN) for id in ids)
    pairs = [(parent, child) for parent, child in itertools.pairwise(ids)]
    graph = parsed(digraph(Diagram("", nodes, tuple(DotArrow(*pair, "finetune") for pair in pairs)), LIGHT))
    assert ids_of(graph.nodes()) == set(ids)
    assert set(graph.edges()) == {(node_name(parent), node_name(child)) for parent, child in pairs}


@settings(max_examples=examples(60))
@given(_hard | names | texts)
@example('A <b>"&amp;"</b> \\N\\l\\')
@example("<b>bold</b>")
@example("\x00\x1f\x7f\ufffe")
@example("word " * 100)
def test_labels_tooltips_and_titles_show_what_was_written(text: str) -> None:
    style = Style(LIGHT.none, 1.0, name=text)
    arrows = (DotArrow("a", "b", "merge", text),)
    nodes = (Node("a", text, style), Node("b", "B", style))
    svg = drawn(digraph(Diagram(text, nodes, arrows, (Cluster(text, ("a", "b")),)), LIGHT))
    shown = "\n".join(map(printable, text.split("\n")))

    def squeezed(words: str) -> str:
        return "".join(words.split())

    lines, tooltip, _ = said(svg, "node")["a"]
    assert squeezed("".join(lines)) == squeezed(shown)
    assert all(len(line) <= 40 for line in lines)
    if shown:
        assert squeezed(tooltip or "") == squeezed(shown)
        assert squeezed(said(svg, "edge")["a->b"][1] or "") == squeezed(shown)


def test_a_note_of_any_length_is_told_in_part() -> None:
    for letter in 'x"\\&悟':
        arrows = (DotArrow("a", "a", "merge", letter * 20_000),)
        tooltip = said(drawn(digraph(Diagram("", (Node("a", "A", PLAIN),), arrows), LIGHT)), "edge")["a->a"][1]
        assert tooltip == letter * 999 + "…"


def test_a_surrogate_is_replaced() -> None:
    assert "x\ufffdy" in digraph(Diagram("", (Node("a", "x\ud800y", PLAIN),)), LIGHT).source


@given(lineages())
def test_a_lineage_and_its_dot_have_the_same_models_and_derivations(lineage: Lineage) -> None:
    for rank in ("year", "step", None):
        graph = parsed(diagram(lineage, rank=rank, legend=False))
        own = {name for name in graph.nodes() if not name.startswith("timeline ")}
        assert own == set(lineage)
        kept = {edge for edge in graph.edges() if not edge[0].startswith("timeline ")}
        assert kept == {(step.parent, step.child) for step in lineage.derivations}
        assert diagram(lineage, rank=rank).source == diagram(lineage, rank=rank).source


# What is said of models and of derivations


def test_tooltips_and_links() -> None:
    svg = drawn(diagram(PAIR))
    nodes = said(svg, "node")
    assert nodes["a"] == (["A"], "A, 2022", "https://e.org/a&b")
    assert nodes["b"] == (["B"], "B, 2023-03", None)
    told = "A → B: adapter\nTwice.\nOr once.\narxiv:2302.13971"
    assert said(svg, "edge")["a->b"] == ([], told, "https://arxiv.org/abs/2302.13971")


def test_nothing_but_web_addresses_and_these_as_they_are() -> None:
    def address(url: str) -> str | None:
        return said(drawn(digraph(Diagram("", (Node("a", "A", Style(LIGHT.none, 1.0, "A", url)),)), LIGHT)), "node")[
            "a"
        ][2]

    assert address("javascript:alert(1)") is None
    assert address("https://x.org/?a=1&lt;=2\\N") == "https://x.org/?a=1&lt%3B=2%5CN"
    assert address("https://x.org/悟?q='a'&b=%20") == "https://x.org/悟?q='a'&b=%20"


def test_every_relation_looks_different_in_every_theme() -> None:
    for theme in THEMES.values():
        steps = tuple(DotArrow("a", f"b{place}", relation) for place, relation in enumerate(Relation))
        nodes = tuple(Node(id, id, PLAIN) for id in ("a", *(arrow.head for arrow in steps)))
        graph = parsed(digraph(Diagram("", nodes, steps), theme))
        looks = [tuple(edge.attr[key] for key in ("style", "penwidth", "color", "arrowhead")) for edge in graph.edges()]
        assert len(set(looks)) == len(looks) == len(Relation)


def test_data_sets_are_left_out_unless_asked_for() -> None:
    graph = parsed(modeltree.diagram(SURVEY, legend=False, rank=None))
    kinds = {str(SURVEY[str(node)].kind) for node in graph.nodes()}
    assert kinds == {"model", "application"}
    datasets = sum(model.kind == "dataset" for model in SURVEY.models)
    assert f"Left out: data sets ({datasets})." in str(graph.graph_attr["label"])
    assert "Left out" not in diagram(SURVEY).source


def test_the_legend_has_the_relations_and_colors_that_occur() -> None:
    graph = parsed(diagram(SURVEY.clade("LLaMA", relations="weights"), relations="weights"))
    labels = {str(node.attr["label"]) for node in graph.nodes()}
    legend = {"open source", "closed source", *("continued pretraining", "fine-tuning", "adapter", "component")}
    assert legend <= {label.removesuffix("\\l") for label in labels}
    assert not {"merge\\l", "successor\\l"} & labels
    bare = parsed(diagram(SURVEY, legend=False))
    assert not [name for name in bare.nodes() if name.startswith("legend")]


def test_all_parents_of_a_merge_and_only_the_relations_chosen() -> None:
    graph = parsed(diagram(SURVEY, relations=["component", "distillation"], legend=False))
    assert set(graph.predecessors("llava")) == {"clip", "gpt-4", "vicuna"}
    assert "alpaca" not in {child for parent, child in graph.edges() if parent == "llama"}
    assert set(SURVEY) <= set(graph.nodes())


# Clusters and ranks


@pytest.mark.parametrize(("cluster", "by"), [("family", "base"), ("organization", "organization")])
def test_a_cluster_is_what_belongs_to_it_primarily(cluster: Any, by: Any) -> None:
    graph = parsed(diagram(SURVEY, cluster=cluster, legend=False))
    found = {frozenset(part.nodes()): part.graph_attr["label"] for part in graph.subgraphs() if part.name}
    wanted = {
        frozenset(family.primary): family.name
        for family in SURVEY.families(by)
        if len(family.primary) > 1 and family.key is not None
    }
    assert found.keys() == wanted.keys()
    assert all(len(members) > 1 for members in found)
    assert found == {members: name.replace("&", "&amp;") for members, name in wanted.items()}
    assert len(set().union(*found)) == sum(map(len, found))
    bare = parsed(diagram(SURVEY, cluster=None, legend=False))
    assert not [part for part in bare.subgraphs() if part.name]


def places(diagram: graphviz.Digraph) -> dict[str, float]:
    """How far to the right the middle of each box is."""
    graph = parsed(diagram)
    graph.layout("dot")
    return {str(node): float(node.attr["pos"].split(",")[0]) for node in graph.nodes()}


def test_models_of_a_year_are_level_beside_the_year() -> None:
    for name, lineage in (("survey", SURVEY), ("clade", SURVEY.clade("llama", relations="weights"))):
        found = places(diagram(lineage, legend=False))
        columns = []
        for number, period in enumerate(period for period in lineage.timeline("year") if period.date):
            here = {round(found[id]) for id in (*period.ids, f"timeline {number}")}
            assert max(here) - min(here) <= 1, (name, period.date)
            columns.append(min(here))
        assert columns == sorted(columns)
        assert len(set(columns)) == len(columns)


def test_steps_within_a_year_are_level_and_no_arrow_joins_what_is() -> None:
    found = places(diagram(SURVEY, rank="step", legend=False))
    dated = {model.id: model.released.year for model in SURVEY.models if model.released}
    for one, other in itertools.permutations(dated, 2):
        if dated[one] < dated[other]:
            assert found[one] < found[other]
    for step in SURVEY.derivations:
        if step.parent in dated and step.child in dated:
            assert found[step.parent] < found[step.child]


def test_a_child_that_is_dated_before_its_parent_stays_at_its_date() -> None:
    lineage = Lineage(
        [Model(id="a", name="A", released="2023"), Model(id="b", name="B", released="2021"), Model(id="c", name="C")],
        [Derivation(parent="a", child="b", relation="finetune"), Derivation(parent="b", child="c", relation="merge")],
    )
    for rank in ("year", "step"):
        found = places(diagram(lineage, rank=rank, legend=False))
        assert found["b"] < found["a"]
        assert found["b"] < found["c"]
    unranked = places(diagram(lineage, rank=None, legend=False))
    assert unranked["a"] < unranked["b"] < unranked["c"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cluster": "clan"}, "cluster cannot be 'clan': say 'family', 'organization' or None"),
        ({"rank": "month"}, "rank cannot be 'month': say 'year', 'step' or None"),
        ({"direction": "RL"}, "direction cannot be 'RL': say 'LR' or 'TB'"),
        ({"relations": "cousin"}, "'cousin' is no relation; there are"),
        ({"color_by": "taste"}, "cannot color by 'taste'"),
    ],
)
def test_words_that_are_none(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        diagram(PAIR, **options)


def test_the_page_has_a_title_unless_there_is_none() -> None:
    assert "A pair" in drawn(diagram(PAIR)).itertext()
    assert "A pair" not in drawn(diagram(PAIR, title="")).itertext()
    assert len(drawn(diagram(Lineage([])))) > 0


# Ways of drawing


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that is all of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, script: str) -> None:
    """A program called dot, in Python."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\nimport sys\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


FIRST_BYTES = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="a script is no program here")


@pytest.mark.parametrize("kind", FIRST_BYTES)
@pytest.mark.skipif(shutil.which("dot") is None, reason="there is no dot on the PATH")
def test_through_the_program(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    saved(kind, tmp_path)


@pytest.mark.parametrize("kind", FIRST_BYTES)
@pytest.mark.usefixtures("no_program")
def test_in_process(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    saved(kind, tmp_path)
    assert capfd.readouterr() == ("", "")


def saved(kind: str, folder: Path) -> None:
    for name in ("one", "two"):
        diagram(SURVEY.clade("BLOOM")).save(folder / f"{name}.{kind.upper()}")
    content = (folder / f"one.{kind.upper()}").read_bytes()
    assert content.startswith(FIRST_BYTES[kind])
    assert content == (folder / f"two.{kind.upper()}").read_bytes()
    assert b"CreationDate" not in content


@pytest.mark.parametrize("kind", FIRST_BYTES)
def test_without_any(kind: str, no_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(
        MissingExtraError, match=r"PATH, or the extra graphviz.*pip install 'modeltree-lineage\[graphviz\]'"
    ):
        diagram(PAIR).save(tmp_path / f"x.{kind}")
    assert list(tmp_path.iterdir()) == [no_program]
    for suffix in ("dot", "gv"):  # for these nothing is needed
        diagram(PAIR).save(tmp_path / f"x.{suffix}")
        assert (tmp_path / f"x.{suffix}").read_text(encoding="utf-8") == diagram(PAIR).source


@needs_scripts
def test_the_program_goes_before_pygraphviz(no_program: Path, tmp_path: Path) -> None:
    program(
        no_program, "sys.stdout.write(' '.join(sys.argv[1:]) + sys.stdin.read()); print('a warning', file=sys.stderr)"
    )
    assert rendered(diagram(PAIR).source, "json").decode() == "-Kdot -Tjson" + diagram(PAIR).source


@needs_scripts
@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "sys.exit('Error: syntax error in line 7')",
            "Graphviz cannot draw this as svg: Error: syntax error in line 7",
        ),
        ("sys.exit(3)", "dot ended with 3"),
    ],
)
def test_what_the_program_complains_of(script: str, message: str, no_program: Path, tmp_path: Path) -> None:
    program(no_program, script)
    with pytest.raises(DiagramError, match=re.escape(message)):
        diagram(PAIR).save(tmp_path / "x.svg")
    assert not (tmp_path / "x.svg").exists()


ODD = ("&nbsp;", "&bogus;", "&#x0;", "&#0;", "&#xD800;", "&#999999999;", "&;", "&#;", "&", "a--b", "]]>", "&copy")


@pytest.mark.skipif(shutil.which("dot") is None, reason="there is no dot on the PATH")
def test_the_svg_is_xml_whatever_looks_like_a_reference_of_html() -> None:
    models = [Model(id=text, name=f"{text} {number}") for number, text in enumerate(ODD)]
    urls = [f"https://x.org/?{text}=1&b&{text}" for text in ODD if ">" not in text]
    models += [Model(id=f"m{number}", name="m", links=Links(paper=url)) for number, url in enumerate(urls)]
    svg = rendered(modeltree.diagram(Lineage(models)).source, "svg").decode()
    root = ElementTree.fromstring(svg)
    titles = {element.text for element in root.iter("{http://www.w3.org/2000/svg}title")}
    assert set(ODD) <= titles
    links = {element.get("{http://www.w3.org/1999/xlink}href") for element in root.iter()} - {None}
    entities = re.compile(r"(&#?\w+);")
    assert links == {entities.sub(r"\1%3B", url) for url in urls}


def test_an_svg_that_is_no_xml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot, "_by_program", lambda *_: b"<svg><a></svg>")
    monkeypatch.setattr(dot, "_in_process", lambda *_: b"<svg><a></svg>")
    with pytest.raises(DiagramError, match="not well-formed"):
        rendered("digraph {}", "svg")


@needs_scripts
def test_a_program_that_does_not_run(no_program: Path, tmp_path: Path) -> None:
    program(no_program, "")
    (no_program / "dot").write_bytes(b"#!/no/such/interpreter\n")
    with pytest.raises(DiagramError, match="cannot run the dot that is on the PATH, .*bin/dot"):
        diagram(PAIR).save(tmp_path / "x.svg")


@pytest.mark.usefixtures("no_program")
def test_what_the_library_complains_of(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DiagramError, match="cannot draw this as svg: .*syntax error in line 1"):
        rendered("digraph { a -> ", "svg")
    with pytest.raises(DiagramError, match="cannot draw this as tea: .*[Ff]ormat"):
        rendered("digraph { a }", "tea")
    assert capfd.readouterr() == ("", "")


def test_another_suffix(tmp_path: Path) -> None:
    for name in ("x.jpg", "x"):
        with pytest.raises(ValueError, match=r"known are '\.svg', '\.pdf', '\.png', '\.dot' and '\.gv'$"):
            diagram(PAIR).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_program")
def test_dots_per_inch(tmp_path: Path) -> None:
    widths = []
    pair = diagram(PAIR)
    for dpi in (72, 144):
        pair.save(tmp_path / "x.png", dpi=dpi)
        widths.append(int.from_bytes((tmp_path / "x.png").read_bytes()[16:20]))
    assert widths[1] == pytest.approx(2 * widths[0], abs=3)
    assert pair.source == diagram(PAIR).source


def test_a_box_is_wide_enough_for_the_typeface_of_the_reader() -> None:
    from modeltree.draw.fonts import INTER

    graph = parsed(diagram(SURVEY, legend=False, rank=None))
    for node in graph.nodes():
        words = unescape(str(node.attr["label"]))
        assert float(node.attr["width"]) * 72 >= INTER.measure(words)[0] * 11 + 19, words


@pytest.mark.parametrize("options", [{}, {"rank": "step"}, {"cluster": "organization"}])
def test_a_large_lineage_is_drawn(options: dict[str, str]) -> None:
    svg = _in_process(diagram(SURVEY, legend=False, **options).source, "svg").decode()
    assert svg.count('class="node"') >= len(SURVEY)
