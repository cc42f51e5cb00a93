"""The commands that make descent visible: family trees, pages, diagrams and text trees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

import modeltree
from modeltree.cli import main as cli
from modeltree.cli import options
from modeltree.draw.dot import rendered
from modeltree.draw.theme import DARK
from modeltree.figures import diagram as diagrams
from modeltree.figures import page as pages
from modeltree.findings import MissingExtraError
from modeltree.layout.family_tree import Direction
from modeltree.layout.family_tree.placement import TimeScale
from modeltree.layout.geometry import Layout


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "small.yaml"
    models = [
        modeltree.Model(id="a", name="Alpha", released="2020-01-10", openness="open"),
        modeltree.Model(id="b", name="Beta", released="2021-05-02"),
        modeltree.Model(id="c", name="Gamma", released="2022-03-01"),
        modeltree.Model(id="d", name="Delta", released="2022-06-01"),
        modeltree.Model(id="z", name="Omega", released="2022-07-01"),
    ]
    steps = [
        modeltree.Derivation(parent="a", child="b", relation="finetune"),
        modeltree.Derivation(parent="b", child="c", relation="quantized"),
        modeltree.Derivation(parent="b", child="d", relation="quantized"),
        modeltree.Derivation(parent="a", child="d", relation="distillation"),
    ]
    modeltree.save(modeltree.Lineage(models, steps), path)
    return path


def layout(data: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Layout:
    path = data.with_name("layout.json")
    assert cli.main(["family-tree", "--data", str(data), "-o", str(path), *options]) == 0
    assert capsys.readouterr() == (f"wrote {path}\n", "")
    return Layout.from_json(path.read_text(encoding="utf-8"))


def complaint(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert cli.main(list(argv)) == cli.MISUSED
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


def test_the_choices_are_those_of_the_library() -> None:
    assert set(options.DIRECTIONS) == set(get_args(Direction))
    assert set(options.TREE_SCALES) == set(get_args(TimeScale))
    assert get_args(pages.PageTheme) == options.PAGE_THEMES
    assert get_args(pages.PageView) == options.PAGE_VIEWS
    assert set(options.CLUSTERS) == {*get_args(diagrams.ClusterBy), "none"}
    assert set(options.RANKS) == {*get_args(diagrams.RankBy), "none"}
    assert set(options.DIAGRAM_DIRECTIONS) == set(get_args(diagrams.Direction))


def test_a_family_tree(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = layout(data, capsys)
    assert [box.id for box in made.boxes] == ["a", "b", "c", "d", "z"]
    assert {(link.parent, link.child, link.tree) for link in made.links} == {
        ("a", "b", True), ("b", "c", True), ("b", "d", True),
    }  # fmt: skip
    assert [(stub.id, stub.parents) for stub in made.stubs] == [("d", ("a",))]
    curves = [(link.parent, link.child) for link in layout(data, capsys, "--links").links if not link.tree]
    assert curves == [("a", "d")]


def test_options_of_a_family_tree(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [box.id for box in layout(data, capsys, "--clade", "b").boxes] == ["b", "c", "d"]
    assert len(layout(data, capsys, "--relations", "quantized").links) == 2
    assert [box.label for box in layout(data, capsys, "--collapse", "quantized").boxes][2] == "Beta: 2 more"
    down = layout(data, capsys, "--direction", "down")
    assert down.axis[0][0] == down.axis[1][0]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (("--clade", "llama"), "LLaMA and its descendants"),
        (("--clade", "llama", "--clade", "bloom"), "LLaMA, BLOOM and their descendants"),
        (("--ancestry", "vicuna"), "Vicuna and its ancestors"),
    ],
)
def test_a_part_has_a_title_of_its_own(words: tuple[str, ...], title: str, tmp_path: Path) -> None:
    assert cli.main(["family-tree", *words, "-o", str(tmp_path / "tree.svg")]) == 0
    assert f"<title>{title}</title>" in (tmp_path / "tree.svg").read_text(encoding="utf-8")


def test_an_option_of_another_drawing_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = ("--data", str(data))
    assert "unrecognized arguments: --rows 2" in complaint(capsys, "family-tree", *source, "--rows", "2")
    assert "unrecognized arguments: --collapse" in complaint(capsys, "evolution", *source, "--collapse", "depth=1")
    assert "cannot fold by" in complaint(capsys, "family-tree", *source, "--collapse", "width=1")
    assert "no model goes by 'nobody'" in complaint(capsys, "family-tree", *source, "--clade", "nobody")


def test_a_figure_of_a_family_tree(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["family-tree", "--data", str(data), "--theme", "dark"]) == 0
    assert (tmp_path / "family-tree.svg").read_text(encoding="utf-8").count("Gamma") > 1


def test_a_page(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["page", "--data", str(data), "--clade", "b", "--title", "Beta & kin"]) == 0
    assert capsys.readouterr().out == "wrote modeltree.html\n"
    page = (tmp_path / "modeltree.html").read_text(encoding="utf-8")
    assert "<title>Beta &amp; kin</title>" in page
    assert "Delta" in page
    assert "Omega" not in page


def test_a_page_is_opened_when_that_is_asked_for(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = tmp_path / "a page.html"
    assert cli.main(["page", "--data", str(data), "-o", str(path)]) == 0
    assert opened == []
    assert cli.main(["page", "--data", str(data), "-o", str(path), "--open"]) == 0
    assert opened == [path.as_uri()]
    assert path.exists()


def test_a_diagram(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.gv"
    words = ("--cluster", "none", "--rank", "none", "--direction", "TB", "--theme", "dark", "--relations", "finetune")
    assert cli.main(["diagram", "--data", str(data), "-o", str(path), *words]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    lineage = modeltree.load(data).select(relations="finetune")
    expected = modeltree.diagram(lineage, cluster=None, rank=None, direction="TB", theme=DARK)
    assert path.read_text(encoding="utf-8") == expected.source
    assert "does not end with" in complaint(capsys, "diagram", "--data", str(data), "-o", str(tmp_path / "d.gif"))


def test_a_diagram_is_drawn(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        rendered("digraph {}", "svg")
    except MissingExtraError as missing:
        pytest.skip(str(missing))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["diagram", "--data", str(data)]) == 0
    assert "Gamma" in (tmp_path / "diagram.svg").read_text(encoding="utf-8")


def test_a_text_tree(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tree", "b", "--data", str(data), "--max-depth", "1"]) == 0
    lineage = modeltree.load(data)
    assert capsys.readouterr().out == lineage.tree("b", max_depth=1) + "\n"
    assert cli.main(["tree", "--data", str(data), "--relations", "finetune"]) == 0
    assert capsys.readouterr().out == lineage.tree(relations="finetune") + "\n"


def test_the_layout_of_the_survey_as_json(tmp_path: Path) -> None:
    assert cli.main(["family-tree", "-o", str(tmp_path / "tree.json")]) == 0
    document = json.loads((tmp_path / "tree.json").read_text(encoding="utf-8"))
    assert {lane["id"] for lane in document["lanes"] if lane["widths"]} >= {"llama", "gpt-3"}
