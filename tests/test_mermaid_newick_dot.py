"""The text forms of the graph: what is written is read by the programs it is for, and holds what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph_texts import dot_text, mermaid_text
from modeltree import datasets
from modeltree.findings import LineageError, ModelTreeError
from modeltree.formats.graphs.text_graphs import newick_text, write_dot, write_mermaid, write_newick
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Organization, Relation
from strategies import examples
from strategies_records import hard_names, lineages

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Names that mean something to Mermaid, to Markdown, to HTML or to DOT.
NAMES = [
    *["end", "subgraph", "click", "graph", "node", "strict", 'a "b" `c`', "1. foo", "- x", "1) x", "# head", "> q"],
    *["[x](y)", "{a}%%", "%%{init: {}}%%", "#quot;", ";", "&lt;b&gt; <i>x</i>", "<b>", "*bold* _it_ __x__", "---"],
    *["C:\\new\\table", "back\\", "\\N", "fa:fa-car", "$$x^2$$", "悟道", "👩\u200d🔬 x", "a  b   c", "a|b", "~~x~~"],
    *["https://a.b/c", "x\u2028y", "100%", "a + b", "e\u0301", "²x", "o", "x", "a--b", "x-->y", "a -- b", "a:b"],
]


def named(names: list[str]) -> Lineage:
    """A chain of models with some names."""
    models = [Model(id=f"m{number}", name=name) for number, name in enumerate(names)]
    relations = list(Relation)
    steps = [
        Derivation(parent=f"m{number}", child=f"m{number + 1}", relation=relations[number % len(relations)])
        for number in range(len(names) - 1)
    ]
    return Lineage(models, steps)


# Mermaid

_NODE = re.compile(r'    (m_[A-Za-z0-9_]*)\["((?:[\w .,()/-]|#[0-9]+;)*)"\]')
_LINK = re.compile(r'    (m_[A-Za-z0-9_]*) -->\|"([a-z-]+)"\| (m_[A-Za-z0-9_]*)')


def flowchart(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The names and the arrows of a flowchart, each line of which must be one or the other."""
    head, *lines = text.splitlines()
    assert head == "flowchart LR"
    names: dict[str, str] = {}
    arrows = []
    for line in lines:
        if node := _NODE.fullmatch(line):
            assert node[1] not in names, "node names are unique"
            names[node[1]] = re.sub("#([0-9]+);", lambda code: chr(int(code[1])), node[2])
        else:
            link = _LINK.fullmatch(line)
            assert link, line
            arrows.append((names[link[1]], link[2], names[link[3]]))
    return list(names.values()), arrows


@given(lineages())
def test_a_flowchart_has_all_names_and_relations(lineage: Lineage) -> None:
    names, arrows = flowchart(mermaid_text(lineage))
    assert names == [model.name for model in lineage.models]
    assert arrows == [
        (lineage[step.parent].name, str(step.relation), lineage[step.child].name) for step in lineage.derivations
    ]


def test_ids_that_differ_only_in_signs_make_different_nodes() -> None:
    ids = ["a-b", "a.b", "a/b", "悟道", "end", "END", "-"]
    text = mermaid_text(Lineage([Model(id=id, name=id) for id in ids]))
    assert sorted(flowchart(text)[0]) == sorted(ids)


def test_which_way_a_flowchart_runs() -> None:
    assert mermaid_text(named(["a"]), "TB").startswith("flowchart TB\n")
    with pytest.raises(ValueError, match="'down' is no direction; there are LR, RL, TB, BT"):
        mermaid_text(named(["a"]), "down")  # type: ignore[arg-type]


def test_what_a_flowchart_cannot_hold_is_said_once_for_each_sort(tmp_path: Path) -> None:
    lineage = Lineage(
        [Model(id="a", name="A", released="2023"), Model(id="b", name="B", released="2024", organizations=["x"])],
        [Derivation(parent="a", child="b", relation="merge", note="so")],
        [Organization(id="x", name="The X")],
    )
    findings = write_mermaid(lineage, tmp_path / "a.mmd")
    assert (tmp_path / "a.mmd").read_text() == mermaid_text(lineage)
    assert {finding.kind for finding in findings} == {"not-carried"}
    assert [str(finding) for finding in findings] == [
        "Mermaid has no place for 'id', 'released', 'organizations' of models; left out for 2 models, the first is 'a'",
        "Mermaid has no place for 'note' of derivations; left out for 1 derivation, the first is 'a -> b'",
        "Mermaid has no place for names and more of organizations; left out for 1 organization, the first is 'x'",
    ]


@pytest.fixture(scope="module")
def mermaid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the npm registry, in one file."""
    folder = tmp_path_factory.mktemp("mermaid")
    subprocess.run(["npm", "pack", "--silent", "mermaid@11"], cwd=folder, check=True, timeout=300, capture_output=True)
    subprocess.run(["tar", "xzf", next(folder.glob("*.tgz")).name], cwd=folder, check=True, timeout=60)
    return folder / "package" / "dist" / "mermaid.min.js"


@pytest.mark.npm
@pytest.mark.browser
@pytest.mark.skipif(os.environ.get("MODELTREE_NPM") != "1", reason="fetches an npm package: set MODELTREE_NPM=1")
@pytest.mark.skipif(CHROMIUM is None, reason="needs headless Chromium")
def test_mermaid_draws_the_names_as_they_are(mermaid: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    drawn: Any = """async text => {
        mermaid.initialize({startOnLoad: false})
        await mermaid.parse(text)
        const {svg} = await mermaid.render("drawing", text)
        document.body.innerHTML = svg
        const texts = kind => [...document.querySelectorAll(kind)].map(element => element.textContent.trim())
        return [texts(".node"), texts(".edgeLabel .label")]
    }"""
    survey = datasets.load("survey")
    with (
        playwright.sync_playwright() as browsers,
        browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        for lineage in (named(NAMES), survey):
            tab = browser.new_page()
            tab.set_content("<body></body>")
            tab.add_script_tag(path=mermaid)
            names, labels = tab.evaluate(drawn, mermaid_text(lineage))
            assert names == [model.name for model in lineage.models]
            assert labels == [str(step.relation) for step in lineage.derivations]


# Newick


def parsed(line: str) -> tuple[dict[str, str | None], dict[str, float]]:
    """The parent of each label of a tree and the lengths of branches; this shares nothing with the writer."""
    assert line.endswith(";")
    tokens = re.findall(r"'(?:[^']|'')*'|[(),:;]|[^\s'(),:;\[\]]+", line)
    assert "".join(tokens) == line, "nothing is left over"
    parents: dict[str, str | None] = {}
    lengths: dict[str, float] = {}
    open_groups: list[list[str]] = [[]]
    closed: list[str] = []
    label = ""
    after = ""
    for token in tokens:
        if token == "(":
            open_groups.append([])
        elif token in ",);":
            if token == ")":
                closed = open_groups.pop()
        elif token != ":":
            if after == ":":
                lengths[label] = float(token)
            else:
                label = token[1:-1].replace("''", "'") if token.startswith("'") else token.replace("_", " ")
                parents.update(dict.fromkeys(closed, label))
                closed = []
                open_groups[-1].append(label)
        after = token
    assert len(open_groups) == 1
    assert len(open_groups[0]) == 1, "a tree has one root"
    parents[open_groups[0][0]] = None
    return parents, lengths


def grown(text: str) -> dict[str, str | None]:
    """The parent of each label of all trees."""
    parents: dict[str, str | None] = {}
    for line in text.splitlines():
        parents.update(parsed(line)[0])
    return parents


@st.composite
def forests(draw: st.DrawFn) -> Lineage:
    """Lineages in which each model has at most one parent; their ids are hard to write."""
    letters = st.text(st.sampled_from("a_'(),:;[]\"悟-"), min_size=1, max_size=4)
    ids = draw(st.lists(letters, unique=True, max_size=8))
    steps = []
    for place, id in enumerate(ids):
        parent = draw(st.none() | st.sampled_from(ids[:place])) if place else None
        steps += [Derivation(parent=parent, child=id, relation="finetune")] if parent else []
    return Lineage([Model(id=id, name=id) for id in ids], steps)


@given(forests())
def test_trees_have_the_parents_that_the_lineage_has(lineage: Lineage) -> None:
    assert grown(newick_text(lineage)) == {id: next(iter(lineage.parents(id)), None) for id in lineage}


@given(lineages())
def test_a_spanning_forest_has_each_model_once_and_says_what_it_leaves_out(
    tmp_path_factory: pytest.TempPathFactory, lineage: Lineage
) -> None:
    path = tmp_path_factory.mktemp("newick") / "a.nwk"
    findings = write_newick(lineage, path, spanning=True)
    parents = grown(path.read_text())
    assert set(parents) == set(lineage)
    dropped = {finding.ids for finding in findings if "the derivation of" in finding.message}
    kept = {(child, parent) for child, parent in parents.items() if parent}
    assert not kept & dropped
    assert kept | dropped == {(step.child, step.parent) for step in lineage.derivations}
    assert all(bool(parents[id]) == bool(lineage.parents(id)) for id in lineage)


def test_the_primary_parent_stays(tmp_path: Path) -> None:
    survey = datasets.load("survey")
    findings = write_newick(survey, tmp_path / "survey.nwk", spanning=True)
    parents = grown((tmp_path / "survey.nwk").read_text())
    assert parents["belle"] == "llama", "the latest of those that it was fine-tuned from"
    told = [str(finding) for finding in findings if finding.ids and finding.ids[0] == "belle"]
    others = {"bloomz-7b1-mt": "finetune", "chatgpt": "distillation", "text-davinci-003": "distillation"}
    others |= {"alpaca-52k": "data", "belle-1.5m": "data"}
    assert sorted(told) == sorted(
        f"Newick has no place for the derivation of 'belle' from '{other}' ({relation}); "
        "left out: the primary parent of 'belle' is 'llama'"
        for other, relation in others.items()
    )


def test_a_lineage_with_merges_is_no_tree(tmp_path: Path) -> None:
    survey = datasets.load("survey")
    with pytest.raises(LineageError, match="'belle' has several parents: .*spanning=True") as caught:
        write_newick(survey, tmp_path / "survey.nwk")
    assert isinstance(caught.value, ModelTreeError)
    assert isinstance(caught.value, ValueError)
    assert {finding.ids[0] for finding in caught.value.problems} == set(survey.merges(None))
    assert {finding.kind for finding in caught.value.problems} == {"not-a-tree"}
    assert not (tmp_path / "survey.nwk").exists()


def test_trees_by_some_relations_only(tmp_path: Path) -> None:
    models = [Model(id=id, name=id) for id in "abc"]
    steps = [
        Derivation(parent="a", child="c", relation="finetune"),
        Derivation(parent="b", child="c", relation="architecture"),
    ]
    lineage = Lineage(models, steps)
    assert newick_text(lineage, relations="weights") == "(c)a;\nb;\n"
    findings = write_newick(lineage, tmp_path / "a.nwk", relations="weights")
    assert "'c' from 'b' (architecture); left out: it is of another relation" in str(findings[0])


def test_branches_as_long_as_years() -> None:
    dates = {"a": "2020", "b": "2021-01-01", "c": None, "d": "2019", "e": "2020-01"}
    models = [Model(id=id, name=id, released=date) for id, date in dates.items()]
    lineage = Lineage(models, [Derivation(parent="a", child=id, relation="finetune") for id in "bcde"])
    _, lengths = parsed(newick_text(lineage, lengths=True).strip())
    assert lengths == {"b": pytest.approx(366 / 365.25, abs=1e-4), "e": 0}, "none is unknown or runs backwards"


def test_a_long_chain_and_no_models() -> None:
    ids = [f"n{number:06}" for number in range(30_000)]
    steps = [Derivation(parent=parent, child=child, relation="finetune") for parent, child in pairwise(ids)]
    text = newick_text(Lineage([Model(id=id, name=id) for id in ids], steps))
    assert text == "(" * 29_999 + ids[-1] + "".join(f"){id}" for id in reversed(ids[:-1])) + ";\n"
    assert newick_text(Lineage([])) == ""


# DOT


def from_dot(text: str) -> networkx.DiGraph[str]:
    """The graph that Graphviz's own parser reads, backslashes undone."""
    pygraphviz = pytest.importorskip("pygraphviz", reason="needs the extra graphviz")
    drawn = pygraphviz.AGraph(string=text)

    def undone(attributes: Any) -> dict[str, str]:
        return {name: value.replace("\\\\", "\\") for name, value in attributes.items() if value}

    def shortened(id: str) -> str:
        return re.sub(r"\\([\\%])", r"\1", id)

    graph: networkx.DiGraph[str] = networkx.DiGraph(**undone(drawn.graph_attr))
    for node in drawn.nodes():
        fields = undone(drawn.get_node(node).attr)
        graph.add_node(shortened(node), **{"name" if key == "label" else key: value for key, value in fields.items()})
    for edge in drawn.edges():
        graph.add_edge(*map(shortened, edge), **undone(drawn.get_edge(*edge).attr))
    return graph


PERCENT = Lineage(
    [Model(id=id, name=id) for id in ("%", "%n", "\\%n", "a%")], [Derivation(parent="%", child="%n", relation="merge")]
)


@settings(max_examples=examples(50))
@given(lineages())
@example(PERCENT)
@example(named(NAMES))
@example(Lineage([Model(id='a"\\', name="\\", note='\\"\n\\\n"'), Model(id="graph", name="node", note="<b>x</b>")]))
def test_graphviz_reads_what_was_written(lineage: Lineage) -> None:
    read = Lineage.from_networkx(from_dot(dot_text(lineage)))
    assert read.models == lineage.models
    assert read.derivations == lineage.derivations
    assert read == lineage


@given(st.lists(hard_names, min_size=1, max_size=5))
def test_a_text_in_quotes_ends_where_it_should(names: list[str]) -> None:
    text = dot_text(named(names))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "*", text, flags=re.DOTALL)
    nodes = "    * [label=*];\n" * len(names)
    assert bare == "digraph {\n" + nodes + "    * -> * [relation=*];\n" * (len(names) - 1) + "}\n"


def test_texts_longer_than_graphviz_reads_at_once() -> None:
    note = '悟\\"道\n' * 10_000
    lineage = Lineage([Model(id="a", name="A", note=note)])
    assert from_dot(dot_text(lineage)).nodes["a"]["note"] == note.strip()


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's program dot")
@pytest.mark.parametrize("lineage", [named(NAMES), datasets.load("survey"), Lineage([]), PERCENT])
def test_dot_reads_what_was_written(tmp_path: Path, lineage: Lineage) -> None:
    assert write_dot(lineage, tmp_path / "a.dot") == ()
    command = ["dot", "-Tdot_json", tmp_path / "a.dot"]
    result = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert result.stderr == b""
    drawing = json.loads(result.stdout, strict=False)
    ids = [node["name"] for node in drawing.get("objects", [])]
    assert [re.sub(r"\\([\\%])", r"\1", id) for id in ids] == list(lineage)
    ids = list(lineage)
    links = {(ids[edge["tail"]], ids[edge["head"]]): edge["relation"] for edge in drawing.get("edges", [])}
    assert links == {(step.parent, step.child): str(step.relation) for step in lineage.derivations}
