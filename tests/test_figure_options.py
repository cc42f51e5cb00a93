"""What a figure can be asked to show: pages, colors, a highlighted ancestry, an outlined family, links, icons."""

from __future__ import annotations

import io
import math
import os
import random
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure
from PIL import Image

from modeltree import datasets, diff, evolution
from modeltree.draw.icons import badges
from modeltree.draw.theme import LIGHT, THEMES, Theme, contrast
from modeltree.figures.coloring import groups_of
from modeltree.findings import IconError, LayoutError, UnknownModelError
from modeltree.layout.geometry import Layout
from modeltree.layout.serpentine import solver
from modeltree.layout.serpentine.rows import extend_row
from modeltree.layout.serpentine.solver import RowSolver
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Kind, Model, Organization, PartialDate

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
PDFTOTEXT = shutil.which("pdftotext")

SURVEY = datasets.load("survey")


def made() -> Lineage:
    """A family of four, one of two, one model that is alone, and a product."""
    models = [
        Model(id="a", name="Alpha", released="2020-01", organizations=("x", "y"), openness="open", domain="code"),
        Model(id="b", name="Beta", released="2020-05", organizations=("y",), openness="closed", license="MIT"),
        Model(id="c", name="Gamma", released="2021", organizations=("x",), links={"paper": "https://example.org/c"}),
        Model(id="d", name="Delta", released="2021-03", license={"name": "MIT license", "spdx": "MIT"}),
        Model(id="e", name="Epsilon", released="2022", organizations=("z",)),
        Model(id="f", name="Zeta", released="2022-02", domain="language"),
        Model(id="g", name="Eta", released="2022-03"),
        Model(id="undated", name="Undated"),
        Model(id="product", name="Product", released="2022-05", kind=Kind.APPLICATION),
    ]
    steps = [
        ("a", "b", "finetune"), ("b", "c", "merge"), ("a", "c", "merge"), ("undated", "c", "successor"),
        ("c", "d", "adapter"), ("e", "f", "finetune"), ("f", "product", "application"), ("e", "g", "successor"),
    ]  # fmt: skip
    return Lineage(
        models,
        [Derivation(parent=parent, child=child, relation=relation) for parent, child, relation in steps],
        [Organization(id=id, name=f"Maker {id}", icon=f"icon-{id}") for id in "xyz"],
    )


SMALL = made()


def svg(figure: Figure) -> ElementTree.Element:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    return ElementTree.fromstring(buffer.getvalue())


def colors(root: ElementTree.Element, id: str, what: str = "fill") -> str:
    """The fill or the stroke of the box of a model."""
    group = next(group for group in root.iter(f"{SVG}g") if group.get("id") == f"box-{id}")
    style = next(group.iter(f"{SVG}path")).get("style", "")
    found = re.search(rf"{what}: (#[0-9a-f]+)", style)
    assert found is not None
    return found.group(1)


def legend(layout: Layout) -> list[str]:
    return [line.text for line in layout.texts if line.role == "legend"]


def footnote(layout: Layout) -> str:
    return " ".join(line.text for line in layout.texts if line.role == "footnote")


# The page or the type decides


@pytest.mark.parametrize(("page", "expected"), [((8, 5), (576, 360)), ("A4", (595.276, 841.89)), ("8x5in", (576, 360))])
def test_a_page_that_is_given_is_kept(page: Any, expected: tuple[float, float]) -> None:
    layout = evolution(SMALL, page=page).layout
    assert (layout.page.width, layout.page.height) == pytest.approx(expected, abs=0.01)
    assert layout.faults() == ()


def test_a_type_that_is_given_makes_the_page() -> None:
    layout = evolution(SURVEY, font_size=12).layout
    assert (layout.font_size, layout.page.width) == (12, 14 * 72)
    narrow = evolution(SURVEY, font_size=12, page=(8.0, None)).layout
    assert (narrow.font_size, narrow.page.width) == (12, 8 * 72)
    assert narrow.page.height > layout.page.height


def test_a_page_and_a_type_that_do_not_go_together() -> None:
    with pytest.raises(LayoutError, match=r"in type of 20 pt the figure is \d+ pt high, and the page has \d+ pt"):
        _ = evolution(SURVEY, font_size=20, page=(8, 5)).layout
    with pytest.raises(LayoutError, match="'A9' is no size of a page"):
        evolution(SURVEY, page="A9")


@pytest.mark.parametrize(
    "options", [{"time_scale": "linear"}, {"grain": "quarter"}, {"rows": 3}, {"fall": 1.0}, {"applications": True}]
)
def test_what_is_passed_on_to_the_serpentine(options: dict[str, Any]) -> None:
    layout = evolution(SMALL, **options).layout
    assert layout.faults() == ()
    assert layout != evolution(SMALL).layout


def test_the_search_for_the_largest_type_does_not_go_to_and_fro(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    largest = RowSolver.largest

    def counted(self: RowSolver, *arguments: Any) -> Any:
        tried.append(arguments)
        assert len(tried) < 20
        return largest(self, *arguments)

    monkeypatch.setattr(RowSolver, "largest", counted)
    # The title takes one line more in type of a certain size.
    title = "A rather long title that may need two lines or three on a narrow page, who knows"
    drawing = evolution(datasets.load("survey-figure2").as_of("2020-12"), title=title, page=(4.1, None), fall=3.0)
    assert drawing.layout.faults() == ()


def test_rows_that_are_counted_are_not_much_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[int] = []

    def counted(*arguments: Any) -> Any:
        pairs = extend_row(*arguments)
        work.append(len(pairs))
        return pairs

    monkeypatch.setattr(solver, "extend_row", counted)
    works = []
    for rows in (None, 4, 6, 9):
        work.clear()
        _ = evolution(SURVEY, rows=rows).layout
        works.append(sum(work))
    assert max(works[1:]) < 4 * works[0]
    with pytest.raises(LayoutError, match=r"in type of 6\.7 pt the models do not fit into 1 × \d+ pt of rows"):
        _ = evolution(SURVEY, rows=1).layout


def test_a_layout_like_an_earlier_one() -> None:
    earlier = evolution(SMALL).layout
    assert evolution(SMALL, like=earlier).layout.boxes == earlier.boxes


@pytest.mark.parametrize("new", ["webgpt", "glam", "tk-instruct", "flamingo"])
def test_a_row_that_makes_room_moves_no_label_by_its_height(new: str) -> None:
    lineage = datasets.load("survey-figure2")
    before = evolution(lineage.subgraph({*lineage.ids} - {new})).layout
    after = {box.id: box for box in evolution(lineage, like=before).layout.boxes}
    assert max(math.dist(box.center, after[box.id].center) / box.height for box in before.boxes) <= 1


def test_what_is_not_like_an_earlier_one_says_why() -> None:
    before = evolution(SURVEY)
    assert evolution(SURVEY, like=before).findings == ()
    drawing = evolution(SURVEY.as_of("2022-06"), like=before, page=(9.0, None))
    (finding,) = drawing.findings
    assert finding.kind == "like-not-followed"
    assert finding.message.endswith("labels moved: the page is another")


def test_the_title_of_a_part() -> None:
    assert evolution(SURVEY.clade("bloom")).title == "BLOOM and its descendants"
    assert evolution(SURVEY.clade("bloom", "llama")).title == "BLOOM, LLaMA and their descendants"
    assert evolution(SURVEY.ancestry("alpaca"), title="Mine").title == "Mine"


def test_axes_are_a_page_of_their_own() -> None:
    ax = Figure().add_subplot()
    with pytest.raises(TypeError, match="axes are a page of their own"):
        evolution(SMALL, page="A4").draw(ax)
    with pytest.raises(TypeError, match="colour_by"):
        evolution(SMALL, colour_by="family")  # type: ignore[call-arg]


# Color


@pytest.mark.parametrize(
    ("color_by", "expected"),
    [
        ("openness", ["open source", "closed source", "openness not known"]),
        ("family", ["Alpha", "Epsilon", "in no family", "closed source"]),
        ("organization", ["Maker x", "Maker y", "Maker z", "organization not known"]),
        ("domain", ["code", "language", "domain not known"]),
        ("license", ["MIT", "license not known"]),
        (lambda model: len(model.name), ["5", "4", "7", "3"]),
        (lambda model: None, ["not known"]),
    ],
)
def test_the_legend_says_what_occurs(color_by: Any, expected: list[str]) -> None:
    layout = evolution(SMALL, color_by=color_by).layout
    assert legend(layout) == expected
    assert layout.faults() == ()
    root = svg(evolution(SMALL, color_by=color_by).figure())
    used = {colors(root, box.id) for box in layout.boxes}
    assert len(used) == len(expected)


def test_only_the_largest_groups_have_names() -> None:
    models = [Model(id=f"m{number:02}", name=f"M{number}", released="2023") for number in range(30)]
    layout = evolution(Lineage(models), color_by=lambda model: min(int(model.id[1:]) // 2, 12)).layout
    assert legend(layout) == ["12", *map(str, range(5)), "other"]
    few = evolution(Lineage(models[:12]), color_by=lambda model: int(model.id[1:]) // 2).layout
    assert legend(few) == [*map(str, range(6))]


def test_groups_that_look_alike_are_several() -> None:
    root = svg(evolution(SMALL, color_by=lambda model: "1" if model.id < "d" else 1).figure())
    assert colors(root, "a") != colors(root, "e")


def test_the_survey_by_family() -> None:
    layout = evolution(SURVEY, color_by="family").layout
    assert legend(layout)[0] == "LLaMA"
    assert legend(layout)[-3:] == ["other families", "in no family", "closed source"]
    assert len(legend(layout)) == 9
    assert "Colors: the family that a model belongs to first" in footnote(layout)


def fills(lineage: Lineage, **options: Any) -> dict[str, str]:
    """The fill or, where that is the page's, the edge of each model by family."""
    root = svg(evolution(lineage, color_by="family", **options).figure())
    return {model.id: colors(root, model.id) for model in lineage.select(kind="model").models if model.released}


def test_a_color_belongs_to_its_group_and_not_to_its_rank() -> None:
    llama = SURVEY.clade("llama", relations="weights")
    drawing = evolution(SURVEY, color_by="family")
    before = fills(SURVEY)
    fewer = fills(SURVEY.subgraph([id for id in SURVEY.ids if id not in llama.ids or id in [*llama.ids][:6]]))
    assert {id: before[id] for id in fewer} == fewer, "LLaMA is no longer the largest"
    few = fills(SURVEY.subgraph([*llama.ids, "bloom", "bloomz"]), like=drawing)
    assert {id: before[id] for id in few} == few
    assert fills(SURVEY, palette={"LLaMA": "#5b8def"})["llama"] == "#5b8def"
    with pytest.raises(ValueError, match="palette has 'Lama', which is no group"):
        evolution(SURVEY, color_by="family", palette={"Lama": "#5b8def"})
    with pytest.raises(ValueError, match="'blue' is no color"):
        evolution(SURVEY, color_by="family", palette={"LLaMA": "blue"})
    with pytest.raises(ValueError, match="those of the theme"):
        evolution(SURVEY, palette={"LLaMA": "#5b8def"})


def test_a_color_stays_when_another_family_becomes_one_of_the_largest() -> None:
    """As models are added one after the other, each group that is still one of the largest keeps its color."""
    chance = random.Random(4)
    names = [f"maker-{number}" for number in range(12)]
    dates = [PartialDate(2015 + number // 12, 1 + number % 12) for number in range(120)]
    models = [
        Model(id=f"m{number:03}", name=f"M{number}", released=date, organizations=(maker,))
        for number, (date, maker) in enumerate(zip(dates, chance.choices(names, range(1, 13), k=120), strict=True))
    ]  # fmt: skip
    before: dict[str, int] = {}
    entries = 0
    for count in range(20, len(models)):
        places = groups_of(Lineage(models[:count]), models[:count], "organization").places
        assert len(set(places.values())) == len(places) == 6, "they are distinct"
        stayed = before.keys() & places.keys()
        assert {name: before[name] for name in stayed} == {name: places[name] for name in stayed}
        entries += len(stayed) < len(before)
        before = dict(places)
    assert entries > 3


@pytest.mark.parametrize("page", [(3.4, 9.0), (3.4, None), (7.0, None), (14.0, None)])
def test_no_type_is_smaller_than_six_points(page: tuple[float, float | None]) -> None:
    """Months and the letters of badges are not, either: badges have fewer letters then."""
    drawing = evolution(SURVEY, page=page)
    assert drawing.layout.font_size >= 6
    texts = list(svg(drawing.figure()).iter(f"{SVG}text"))
    sizes = [float(re.search(r"font-size: ([0-9.]+)px", text.get("style", ""))[1]) for text in texts]  # type: ignore[index]
    assert len(sizes) > 130
    assert min(sizes) >= 6 - 1e-6


def test_several_models_are_highlighted() -> None:
    drawing = evolution(SURVEY, highlight=["alpaca", "bloomz"])
    assert "Drawn strong: Alpaca, BLOOMZ and all that they descend from" in footnote(drawing.layout)


def test_letters_are_distinct_and_grey_beside_icons() -> None:
    names = [SURVEY.organizations[id].name for id in SURVEY.organizations]
    marks = badges(names)
    assert len({mark.text.upper() for mark in marks}) == len(names)
    greys = {mark.fill for mark in badges(names, saturation=0.0)}
    assert all(fill[1:3] == fill[3:5] == fill[5:7] for fill in greys)


def test_a_color_that_means_nothing() -> None:
    with pytest.raises(ValueError, match=r"cannot color by 'size': say openness, family, .*, or give a function"):
        evolution(SMALL, color_by="size")  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_theme_gives_the_colors(theme: Theme) -> None:
    figure = evolution(SMALL, theme=theme).figure()
    assert figure.get_facecolor() == pytest.approx(Figure(facecolor=theme.page).get_facecolor())
    root = svg(figure)
    assert colors(root, "a") == theme.openness["open"].fill
    assert colors(root, "b", "stroke") == theme.openness["closed"].edge


# Descent


def test_a_highlighted_ancestry_is_strong_and_the_rest_faint() -> None:
    layout = evolution(SMALL, highlight="Gamma").layout
    assert [(link.parent, link.child) for link in layout.links] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert "Drawn strong: Gamma and all that it descends from by any relation; not drawn of these: Undated." in (
        footnote(layout)
    )
    root, plain = svg(evolution(SMALL, highlight="c").figure()), svg(evolution(SMALL).figure())
    for id in "abcdefg":
        strong = colors(root, id, "stroke") == LIGHT.strong
        assert strong == (id in "abc")
        assert strong == (colors(root, id) == colors(plain, id))
    for text in root.iter(f"{SVG}text"):
        found = re.search("fill: (#[0-9a-f]+)", text.get("style", ""))
        if text.text in {"Delta", "Epsilon"}:
            assert found is not None
            assert contrast(found.group(1), "#ffffff") >= 4.5


def test_what_is_not_drawn_cannot_be_highlighted() -> None:
    with pytest.raises(LayoutError, match="Undated cannot be highlighted: it has no date"):
        evolution(SMALL, highlight="undated")
    with pytest.raises(LayoutError, match="Product cannot be highlighted: it is a product"):
        evolution(SMALL, highlight="product")
    assert evolution(SMALL, highlight="product", applications=True).layout.links
    with pytest.raises(UnknownModelError):
        evolution(SMALL, highlight="nobody")


def test_links_are_derivations() -> None:
    layout = evolution(SMALL, links=True).layout
    assert layout.faults() == ()
    assert {(link.parent, link.child) for link in layout.links} == {
        ("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("e", "f"), ("e", "g"),
    }  # fmt: skip
    assert "Thin curves: 6 derivations, by any relation; 2 more have an end that is not drawn." in footnote(layout)
    root = svg(evolution(SMALL, links=True, highlight="b").figure())
    titles = {group.get("id"): group.get("aria-label") for group in root.iter(f"{SVG}g")}
    assert titles["link-1"] == "Alpha, 2020-01, Maker x, Maker y → Beta, 2020-05, Maker y"
    assert evolution(SMALL, links=False, highlight="b").layout.links == ()


def test_links_of_the_survey_hit_no_label() -> None:
    layout = evolution(SURVEY, links=True).layout
    assert len(layout.links) == 161
    assert layout.faults() == ()


def test_an_outlined_family() -> None:
    layout = evolution(SMALL, outline="Beta").layout
    assert legend(layout)[-1] == "family of Alpha"
    assert "Outlined: Alpha and what was made from its weights." in footnote(layout)
    root = svg(evolution(SMALL, outline="b").figure())
    assert {id for id in "abcdefg" if colors(root, id, "stroke") == LIGHT.outline} == set("abcd")
    with pytest.raises(LayoutError, match="the family of Undated cannot be outlined: none of it is drawn"):
        evolution(SMALL, outline="undated")


def test_what_was_added_has_an_edge_and_what_is_gone_is_faint() -> None:
    new = SMALL.select(lambda model: model.id not in ("b", "undated"))
    new = Lineage([*new.models, Model(id="h", name="Theta", released="2022-04")], new.derivations)
    changes = diff(SMALL, new)
    before = evolution(SMALL, page="A4")
    drawing = evolution(new, page="A4", like=before, changes=changes)
    assert {box.id for box in drawing.layout.boxes} == {*"abcdefgh"}
    assert drawing.layout.faults() == ()
    assert legend(drawing.layout)[-1] == "added"
    assert "Outlined: 1 model added; faint: 1 model gone." in footnote(drawing.layout)
    root, plain = svg(drawing.figure()), svg(before.figure())
    assert {id for id in "abcdefgh" if colors(root, id, "stroke") == LIGHT.outline} == {"h"}
    assert {id for id in "abcdefg" if colors(root, id, "stroke") != colors(plain, id, "stroke")} == {"b"}
    with pytest.raises(ValueError, match="both outline and changes"):
        evolution(new, changes=changes, outline="a")


# Icons


def pictures(root: ElementTree.Element) -> tuple[int, int]:
    """How many there are, and how often they are shown."""
    shown = [use for use in root.iter(f"{SVG}use") if use.get(LINK, "").startswith("#image")]
    return len(list(root.iter(f"{SVG}image"))), len(shown)


def test_icons_of_a_folder_are_shown_and_badges_where_there_is_none(tmp_path: Path) -> None:
    Image.new("RGBA", (60, 20), "#d00").save(tmp_path / "icon-x.png")
    figure = evolution(SMALL, icon_dir=tmp_path).figure()
    root = svg(figure)
    assert pictures(root) == (1, 2), "each picture is in the file once"
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("MX") == 0
    assert texts.count("MY") == 2, "a joint model shows both"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for kind in ("pdf", "png"):
        figure.savefig(io.BytesIO(), format=kind)
    with Image.open(saved(figure, tmp_path / "figure.png")) as image:
        reds = image.convert("RGB").quantize(256).convert("RGB").getcolors(1 << 20)
    assert reds is not None
    assert any(red > 180 and green < 60 for _, (red, green, _) in reds)  # type: ignore[misc]


def saved(figure: Figure, path: Path) -> Path:
    figure.savefig(path, dpi=100)
    return path


def test_an_icon_that_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "icon-x.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(IconError, match="an icon is no picture"):
        evolution(SMALL, icon_dir=tmp_path).figure()


def test_an_icon_of_which_nothing_is_seen(tmp_path: Path) -> None:
    Image.new("RGBA", (60, 20), "#ffffff00").save(tmp_path / "icon-x.png")
    assert pictures(svg(evolution(SMALL, icon_dir=tmp_path).figure())) == (1, 2)


@pytest.mark.npm
@pytest.mark.skipif(os.environ.get("MODELTREE_NPM") != "1", reason="fetches an npm package: set MODELTREE_NPM=1")
def test_icons_of_the_real_package(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="needs the extra icons")
    subprocess.run(["npm", "pack", "--silent", "@lobehub/icons-static-svg"], cwd=tmp_path, check=True, timeout=300)
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    icons = tmp_path / "package" / "icons"
    lacking = [
        record.id
        for record in SURVEY.organizations.values()
        if record.icon and not (icons / f"{record.icon}.svg").exists()
    ]
    assert lacking == []
    different, shown = pictures(svg(evolution(SURVEY, icon_dir=icons).figure()))
    assert different >= 15
    assert shown >= 60


# Each model is one thing


def test_each_model_is_one_group_with_a_name_and_a_link() -> None:
    root = svg(evolution(SMALL).figure())
    groups = [group for group in root.iter(f"{SVG}g") if group.get("id", "").startswith("model-")]
    assert [group.get("id") for group in groups] == [f"model-{id}" for id in "abcdefg"], "in the order of their dates"
    gamma = groups[2]
    assert (gamma.get("role"), gamma.get("aria-label")) == ("graphics-object", "Gamma, 2021, Maker x")
    assert gamma.findtext(f"{SVG}title") == "Gamma, 2021, Maker x"
    (link,) = gamma.iter(f"{SVG}a")
    assert link.get(LINK) == "https://example.org/c"
    assert link.get("aria-label") == "Gamma, 2021, Maker x"
    inside = [element.get("id") for element in link.iter() if element.get("id")]
    assert {"box-c", "label-c"} <= set(inside), "all of the label can be clicked"
    assert [text.text for text in link.iter(f"{SVG}text")] == ["MX", "Gamma"]
    assert not list(groups[0].iter(f"{SVG}a")), "no link where none is known"


def test_each_model_of_the_survey_is_there_once() -> None:
    root = svg(evolution(SURVEY).figure())
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id", "").startswith("model-")}
    drawn = [model for model in SURVEY.models if model.released and model.kind == Kind.MODEL]
    assert list(groups) == [f"model-{model.id}" for model in drawn]
    for model in drawn:
        group = groups[f"model-{model.id}"]
        assert [text.text for text in group.iter(f"{SVG}text")].count(model.name) == 1
        assert len(list(group.iter(f"{SVG}a"))) == bool(model.links)


def test_a_label_in_pdf_can_be_clicked_all_over() -> None:
    layout, buffer = evolution(SMALL).layout, io.BytesIO()
    evolution(SMALL).figure().savefig(buffer, format="pdf")
    (rectangle,) = re.findall(rb"/Subtype /Link\s*/Rect \[ ([^\]]*)\]", buffer.getvalue())
    box = next(box for box in layout.boxes if box.id == "c")
    left, low, right, high = map(float, rectangle.split())
    assert (left, right) == pytest.approx((box.x, box.right), abs=0.01)
    assert (low, high) == pytest.approx((layout.page.height - box.bottom, layout.page.height - box.y), abs=0.01)
    assert b"(https://example.org/c)" in buffer.getvalue()
    assert b"(Gamma, 2021, Maker x)" in buffer.getvalue()


def test_files_say_what_they_show(tmp_path: Path) -> None:
    figure = evolution(SMALL, title="Greek letters").figure()
    with Image.open(saved(figure, tmp_path / "figure.png")) as image:
        assert image.info["Title"] == "Greek letters"
        assert "Drawn: 7 models" in image.info["Description"]
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf")
    assert b"/Title (Greek letters)" in buffer.getvalue()


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext")
def test_pdf_text_is_whole_words(tmp_path: Path) -> None:
    path = saved(evolution(SURVEY).figure(), tmp_path / "figure.pdf")
    result = subprocess.run([str(PDFTOTEXT), str(path), "-"], capture_output=True, text=True, check=True)
    words = set(result.stdout.splitlines())
    for model in SURVEY.models:
        if model.released and model.kind == Kind.MODEL:
            assert any(model.name in line for line in words), model.name


def test_the_box_around_all_that_is_drawn_is_tight() -> None:
    figure = Figure(figsize=(10, 6))
    evolution(SMALL, highlight="c").draw(figure.add_axes((0.1, 0.1, 0.8, 0.8)))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", dpi=50)
    with Image.open(buffer) as image:
        assert 300 < image.width < 500
