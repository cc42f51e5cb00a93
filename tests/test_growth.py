"""Twice the input is about twice the work, also where an input is made to be as bad as it can be."""

from __future__ import annotations

import contextlib
import io
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import modeltree
from graph_texts import mermaid_text
from modeltree import Derivation, Lineage, LineageError, Model, ModelTreeError, SourceError, UnknownModelError
from modeltree.figures.page import page_data
from modeltree.formats.detection import format_of
from modeltree.formats.parsing import limits
from modeltree.formats.registry import FORMATS, Format
from modeltree.formats.repair import model_files
from modeltree.formats.tables import read_table
from modeltree.layout.sheet import TitleBlock, set_title_block
from work import growth, steps

Call = Callable[[], object]


def an_alias_of_all(count: int) -> Call:
    rows = [{"id": f"m{number}", "name": f"M{number}", "aliases": ["x"]} for number in range(count)]
    return lambda: read_table(rows)


def an_alias_of_all_records(count: int) -> Call:
    models = [Model(id=f"m{number}", name="M", aliases=("x",)) for number in range(count)]

    def refused() -> None:
        with pytest.raises(LineageError):
            Lineage(models)

    return refused


def values_that_are_none(count: int) -> Call:
    rows = [{"id": "a", "name": "A", "sizes": ["?"] * count, "references": ["?"] * count, "aliases": [" "] * count}]
    return lambda: read_table(rows)


def one_name_for_all(count: int) -> Call:
    rows = [{"name": "A", "note": f"{number}"} for number in range(count)]
    return lambda: read_table(rows)


def cycles(count: int) -> Call:
    models = [{"id": f"{side}{number}", "name": "M"} for number in range(count) for side in "ab"]
    edges = [
        {"parent": f"{one}{number}", "child": f"{other}{number}", "relation": "merge"}
        for number in range(count)
        for one, other in ("ab", "ba")
    ]
    return lambda: read_table(models, edges)


def everything_from_everything(count: int) -> Call:
    """All pairs of as many names as make about so many pairs."""
    names = [f"m{number:04}" for number in range(int(count**0.5))]
    edges = [{"parent": one, "child": other} for one in names for other in names if one != other]
    return lambda: read_table(edges)


def cycles_in_cycles(count: int) -> Call:
    edges = [{"parent": edge.parent, "child": edge.child} for edge in cycles_in_a_chain(count)]
    return lambda: read_table(edges)


def mermaid_names_that_are_alike(count: int) -> Call:
    lineage = Lineage([Model(id=f"a{chr(0x4E00 + number)}", name="M") for number in range(count)])
    return lambda: mermaid_text(lineage)


def a_merge_of_all(count: int) -> Lineage:
    models = [Model(id=f"m{number}", name=f"Model {number}", released="2023-01-02") for number in range(count + 1)]
    steps = [Derivation(parent=f"m{number}", child=f"m{count}", relation="merge") for number in range(count)]
    return Lineage(models, steps)


def families_of_a_merge_of_all(count: int) -> Call:
    lineage = a_merge_of_all(count)
    return lambda: list(lineage.families())


def page_data_of_a_merge_of_all(count: int) -> Call:
    lineage = a_merge_of_all(count)
    return lambda: page_data(lineage)


def evolution_of_one_day(count: int) -> Call:
    lineage = a_merge_of_all(count)
    return lambda: modeltree.evolution(lineage).layout


def a_title_of_one_word(count: int) -> Call:
    return lambda: set_title_block(TitleBlock("x" * count), lambda text, bold=False: (len(text) / 2, 1.0), 500.0, 9.0)


def suggestions(count: int) -> Call:
    lineage = a_merge_of_all(count)

    def refused() -> None:
        with pytest.raises(UnknownModelError):
            lineage["modle"]

    return refused


@pytest.mark.parametrize(
    ("prepare", "size"),
    [  # of tables with 2000 rows and more other code reads, so these have fewer
        (an_alias_of_all, 300),
        (an_alias_of_all_records, 300),
        (values_that_are_none, 200),
        (one_name_for_all, 300),
        (cycles, 100),
        (everything_from_everything, 1600),
        (cycles_in_cycles, 100),
        (mermaid_names_that_are_alike, 300),
        (families_of_a_merge_of_all, 200),
        (page_data_of_a_merge_of_all, 200),
        (a_title_of_one_word, 3000),
        (suggestions, 500),
    ],
)
def test_work_grows_as_the_input(prepare: Callable[[int], Call], size: int) -> None:
    assert growth(prepare, size) < 2.4
    assert growth(prepare, 2 * size) < 2.4


def a_family_of_one_day(count: int) -> Lineage:
    """A base with many children and a chain, all of one day and one organization."""
    models = [
        Model(id=f"m{number}", name=f"Model {number}", released="2023-01-02", organizations=["acme"], license="MIT")
        for number in range(count)
    ]
    steps = [
        Derivation(parent=f"m{number - 1 if number % 2 else 0}", child=f"m{number}", relation="finetune")
        for number in range(1, count)
    ]
    return Lineage(models, steps)


def a_lineage_of_everything(count: int) -> Lineage:
    """Models with all that can be said of one, parents along a chain, a merge of all, and some with one another."""
    ids = [f"o{number % 7}/m{number}" for number in range(count)]
    models = [
        Model(
            id=id, name=f"<M\N{LATIN SMALL LETTER O WITH DIAERESIS} & {id}>", aliases=[f"x{id}"], released="2023-01-02",
            organizations=[id.split("/")[0]], license="MIT", sizes=["7B", "13B"], training_data="a; b",
            note="=1 \"q\" 'x' | _*", references=["arxiv:2301.00001"],
        )
        for id in ids
    ]  # fmt: skip
    some = range(int((2 * count) ** 0.5))
    pairs = {(one, other) for other in some for one in range(other)}
    pairs |= {(number - 1, number) for number in range(1, count)} | {(number, count - 1) for number in range(count - 1)}
    steps = [
        Derivation(parent=ids[one], child=ids[other], relation="merge", note=f"n{one}", references=["arxiv:2301.00001"])
        for one, other in pairs
    ]
    return Lineage(models, steps)


WRITTEN = [
    (one, suffix) for one in FORMATS if one.writes for suffix in one.suffixes[: 1 + (one.name == "csv")] or ("",)
]


@pytest.mark.parametrize(("format", "suffix"), WRITTEN, ids=[f"{one.name}{suffix}" for one, suffix in WRITTEN])
@pytest.mark.parametrize("made", [a_family_of_one_day, a_lineage_of_everything])
def test_writing_and_reading_grow_as_the_lineage(
    tmp_path: Path, format: Format, suffix: str, made: Callable[[int], Lineage]
) -> None:
    options = {"spanning": True} if format.name == "newick" else {}

    def written(lineage: Lineage, path: Path) -> Path:
        if not suffix:
            path.mkdir(exist_ok=True)
        modeltree.save(lineage, path, format.name, **options)  # type: ignore[arg-type]
        return path

    def writing(count: int) -> Call:
        lineage = made(count)
        return lambda: written(lineage, tmp_path / f"new-{count}{suffix}")

    def reading(count: int) -> Call:
        path = written(made(count), tmp_path / f"{count}{suffix}")
        return lambda: modeltree.read(path)

    assert growth(writing, 150) < 2.4
    if format.reads:
        assert growth(reading, 150) < 2.4


def test_the_growth_of_every_reader_is_counted() -> None:
    counted = {one.name for one, _ in WRITTEN} | {format for format, *_ in OTHER_SOURCES.values()}
    assert {one.name for one in FORMATS if one.reads} <= counted


def gguf(count: int) -> bytes:
    """A GGUF file with so many bases by name."""
    keys = [f"general.base_model.{number}.name".encode() for number in range(count)]
    value = struct.pack("<IQ", 8, 1) + b"a"
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, count)
    return head + b"".join(struct.pack("<Q", len(key)) + key + value for key in keys)


def safetensors(count: int) -> bytes:
    header = {f"t{number}": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]} for number in range(count)}
    content = json.dumps(header).encode()
    return struct.pack("<Q", len(content)) + content


def lines(line: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda count: before + "".join(line.format(number) for number in range(count)) + after


def workbook(count: int) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, content = openpyxl.Workbook(), io.BytesIO()
    for number in range(count):
        book.active.append([f"m{number}", "M"] if number else ["id", "name"])
    book.save(content)
    return content.getvalue()


OTHER_SOURCES: dict[str, tuple[str, str, int, Callable[[int], str | bytes]]] = {
    "parents of a card": ("model-cards", "README.md", 150, lines("- a/b{}\n", "---\nbase_model:\n", "---\n")),
    "tags of a card": ("model-cards", "README.md", 150, lines("- base_model:merge:a/b{}\n", "---\ntags:\n", "---\n")),
    "keys of a card": ("model-cards", "README.md", 150, lines("key{}: x\n", "---\n", "---\n")),
    "faults of a card": ("model-cards", "README.md", 20, lines("key{}: a: b\n", "---\n", "---\n")),
    "rows in Markdown": (
        "markdown", "x.md", 150,
        lines("| A{} | 2020 | A0 |\n", "| Model | Released | Base |\n|---|---|---|\n"),
    ),
    "tables in Markdown": ("markdown", "x.md", 50, lines("| Model | Date |\n|---|---|\n| A{} | 2020 |\n\n")),
    "rows in HTML": (
        "markdown", "x.md", 150,
        lines("<tr><td rowspan=3>A{}</td></tr>", "<table><tr><th>Model</th></tr>"),
    ),
    "rows in LaTeX": (
        "latex", "x.tex", 150,
        lines("A{} & 2020 \\\\\n", "\\begin{tabular}{ll}Model & Date \\\\\n", "\\end{tabular}"),
    ),
    "remarks in LaTeX": (
        "latex", "x.tex", 300,
        lambda n: "\\begin{tabular}{l}Model \\\\\n" + "%\n" * n + "\\end{tabular}",
    ),
    "beginnings in LaTeX": ("latex", "x.tex", 400, lambda n: "\\begin{tabular}" * n),
    "models of a recipe": (
        "mergekit", "mergekit_config.yml", 100,
        lines("- model: a/b{}\n", "merge_method: linear\nmodels:\n"),
    ),
    "bases in GGUF": ("gguf", "x.gguf", 150, gguf),
    "tensors in safetensors": ("safetensors", "x.safetensors", 150, safetensors),
    "keys of an adapter": (
        "peft", "adapter_config.json", 150,
        lambda n: json.dumps({"base_model_name_or_path": "a/b", **{f"key{number}": [number] for number in range(n)}}),
    ),
    "assets": ("ecosystem-graphs", "x.yaml", 150, lines("- type: model\n  name: a{0}\n  dependencies: [a0]\n")),
    "rows of Epoch": (
        "epoch", "epoch.csv", 150,
        lines("A{0},O,2020-01-01,A0,7000000000\n", "Model,Organization,Publication date,Base model,Parameters\n"),
    ),
    "records": (
        "records", "x.json", 150,
        lambda n: json.dumps([{"id": f"a{number}", "parents": ["a0"] if number else []} for number in range(n)]),
    ),
    "records of TOML": ("records", "x.toml", 150, lines("[[model]]\nid = 'a{0}'\n")),
    "rows of a workbook": ("excel", "x.xlsx", 150, workbook),
    "components in XML": (
        "cyclonedx-xml", "x.cdx.xml", 150,
        lines(
            '<component type="machine-learning-model"><name>a{0}</name></component>',
            '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>', "</components></bom>",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("source", OTHER_SOURCES)
def test_reading_grows_as_the_file(tmp_path: Path, source: str) -> None:
    format, name, size, made = OTHER_SOURCES[source]

    def reading(count: int) -> Call:
        content = made(count)
        path = tmp_path / f"{count}" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

        def read() -> None:
            model_files._right_key.cache_clear()  # or the keys of the smaller file are known already
            with contextlib.suppress(ModelTreeError):
                modeltree.read(path, format=format)

        return read

    assert growth(reading, size) < 2.4


@pytest.mark.parametrize(
    "ask",
    [
        lambda lineage: [lineage.ancestors(id) for id in lineage.ids[-3:]],
        lambda lineage: lineage.descendants("m0"),
        lambda lineage: lineage.descendant_counts(),
        lambda lineage: lineage.ancestor_counts(),
        lambda lineage: lineage.root_counts(),
        lambda lineage: lineage.depths(),
        lambda lineage: lineage.generations(),
        lambda lineage: lineage.heights(),
        lambda lineage: lineage.are_ancestors(lineage.ids, lineage.ids[::-1]),
        lambda lineage: [lineage.parents(id) + lineage.children(id) for id in lineage.ids],
        lambda lineage: lineage.siblings("m2"),
        lambda lineage: lineage.kinship("m3", "m5"),
        lambda lineage: lineage.shortest_path("m0", "m5"),
        lambda lineage: lineage.simplify(lineage.ids[::2]),
        lambda lineage: [family.members for family in lineage.families()],
        lambda lineage: [*lineage.graph.edges],
        lambda lineage: lineage.family_labels(),
        lambda lineage: lineage.most_recent_common_ancestors("m3", "m5"),
        lambda lineage: lineage.as_of("2023-01"),
        lambda lineage: lineage.subgraph(lineage.ids[::2]),
        lambda lineage: lineage.tree("m0"),
        lambda lineage: lineage.to_records(),
        lambda lineage: modeltree.impact(lineage, "m0").to_dict(),
        lambda lineage: modeltree.licenses(lineage).to_dict(),
        lambda lineage: modeltree.diff(lineage, lineage.subgraph(lineage.ids[::2])).to_dict(),
        lambda lineage: modeltree.union(lineage, lineage.subgraph(lineage.ids[::2])),
        modeltree.table,
    ],
    ids=lambda ask: "",
)
def test_answers_grow_as_the_lineage(ask: Callable[[Lineage], object]) -> None:
    def prepare(count: int) -> Call:
        lineage = a_family_of_one_day(count)
        return lambda: ask(lineage)

    assert growth(prepare, 150) < 2.4


def test_a_page_of_one_day_grows_as_the_lineage(tmp_path: Path) -> None:
    def prepare(count: int) -> Call:
        lineage = a_family_of_one_day(count)
        return lambda: modeltree.page(lineage).save(tmp_path / "x.html")

    assert growth(prepare, 60) < 2.4


def test_a_diagram_grows_as_the_lineage(tmp_path: Path) -> None:
    def prepare(count: int) -> Call:
        lineage = a_family_of_one_day(count)
        return lambda: modeltree.diagram(lineage).save(tmp_path / "x.svg")

    assert growth(prepare, 120) < 2.4


def test_an_evolution_figure_grows_a_little_faster() -> None:
    """As docs/limits.md says: 2.6 times the work for twice the models of one day."""
    assert growth(evolution_of_one_day, 400) < 3


def cycles_in_a_chain(count: int) -> Iterator[Derivation]:
    """A chain, and from each of its models a derivation back to the first."""
    for number in range(1, count):
        yield Derivation(parent=f"m{number - 1:05}", child=f"m{number:05}", relation="merge")
        if number > 1:
            yield Derivation(parent=f"m{number:05}", child="m00000", relation="merge")


def test_messages_about_cycles_are_bounded() -> None:
    models = [Model(id=f"m{number:05}", name="M") for number in range(500)]
    with pytest.raises(LineageError) as raised:
        Lineage(models, list(cycles_in_a_chain(500)))
    assert max(len(problem.message) for problem in raised.value.problems) < 400
    assert max(len(problem.ids) for problem in raised.value.problems) == 21
    assert "m00018 -> m00019 -> 480 more -> m00000" in raised.value.problems[-1].message


@pytest.mark.parametrize("line", [b"- \n", b"- ", b"\n", b"- \r\n", b"\r\n", b" ", b"-\n  \n"])
def test_beginnings_of_yaml(tmp_path: Path, line: bytes) -> None:
    """That these took minutes no count of lines can say: they go through one regular expression each."""
    path = tmp_path / "x.yaml"
    path.write_bytes(line * (65_536 // len(line)))
    assert format_of(path).name == "catalog"
    path.write_bytes(line * 10 + b"\n- name: x\n\n  type: model\n")
    assert format_of(path).name == "ecosystem-graphs"
    path.write_bytes(line * 10 + b"\n \t-\n    model: a\n")
    assert format_of(path).name == "mergekit"
    assert steps(lambda: format_of(path)) < 500


JUNK: dict[str, tuple[str, Callable[[int], str]]] = {
    "node-link": ("x.json", lambda n: json.dumps({"nodes": [0] * n, "edges": []})),
    "node-link without ids": ("x.json", lambda n: json.dumps({"nodes": [{}] * n, "edges": []})),
    "a tree": ("x.json", lambda n: json.dumps({"name": "a", "children": [0] * n})),
    "cytoscape": ("x.cyjs", lambda n: json.dumps({"elements": {"nodes": [0] * n, "edges": []}})),
    "CycloneDX": ("x.cdx.json", lambda n: json.dumps({"bomFormat": "CycloneDX", "components": [0] * n})),
    "GraphML": ("x.graphml", lambda n: f"<graphml><graph>{'<edge/>' * n}</graph></graphml>"),
    "GEXF": ("x.gexf", lambda n: f"<gexf><graph><nodes>{'<node/>' * n}</nodes></graph></gexf>"),
    "a catalogue": ("x.yaml", lambda n: "models:\n" + "- 0\n" * n),
    "assets": ("x.yaml", lambda n: "- type: model\n  name: a\n" + "- 0\n" * n),
    "a list of records": ("x.json", lambda n: json.dumps([{"id": "a", "name": "A"}, *[0] * n])),
}


@pytest.mark.parametrize("source", JUNK)
def test_findings_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """A million in two megabytes took 200 bytes of memory for each byte."""
    name, made = JUNK[source]
    path = tmp_path / name
    path.write_text(made(20))
    modeltree.read(path) if source != "a catalogue" else None
    monkeypatch.setattr(limits, "FINDINGS", 10)
    monkeypatch.setattr(limits, "PROBLEMS", 5)
    with pytest.raises(SourceError) as caught:
        modeltree.read(path)
    assert [problem.kind for problem in caught.value.problems].count("too-large") == 1
    assert len(caught.value.problems) == 6
    assert caught.value.problems[-1].message == "more than 10 findings: reading ends here"


def test_values_of_yaml_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("models:\n- {id: a, name: A}\n")
    monkeypatch.setattr(limits, "VALUES", 8)
    assert modeltree.read(path).lineage.ids == ("a",)
    path.write_text("models:\n- {id: a, name: A}\n- {id: b, name: B}\n")
    with pytest.raises(SourceError, match="x.yaml:3:.*: the file is too large: more than 8 values; split it"):
        modeltree.read(path)
