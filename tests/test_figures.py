"""Figures: what is drawn and what is not, and files that are the same each time, with real text and links."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
import zlib
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import modeltree
from layouts import hard_zeros
from modeltree import datasets, evolution
from modeltree.draw.fonts import FAMILY
from modeltree.draw.theme import LIGHT
from modeltree.figures.contents import _MOST_DRAWN
from modeltree.figures.evolution import evolution as recipe
from modeltree.findings import FindingsWarning, LayoutError
from modeltree.layout.plane import Box
from modeltree.lineage import Lineage
from modeltree.records import About, Kind, Links, Model, Openness, Organization, PartialDate
from strategies import examples, lineages

SHIPPED = ("survey", "survey-figure2", "survey-table1")
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
NASTY = 'A <b> & "c" $x^2$ \\alpha'


def model(id: str, released: str | None = "2023-03", **fields: Any) -> Model:
    date = PartialDate.parse(released) if released else None
    return Model(id=id, name=fields.pop("name", id.upper()), released=date, **fields)


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# For each text its wanted and its natural length, and for each label whether its text is within its box.
MEASURE = """
document.fonts.ready.then(() => {
  const inside = (one, other) => one.x >= other.x && one.x + one.width <= other.x + other.width
    && one.y >= other.y && one.y + one.height <= other.y + other.height;
  const labels = [...document.querySelectorAll("[id^=label-]")].map(group => [group.id, inside(group.getBBox(),
    document.getElementById(group.id.replace("label-", "box-")).getBBox())]);
  const texts = [...document.querySelectorAll("text")].map(text => {
    const wanted = Number(text.getAttribute("textLength"));
    text.removeAttribute("textLength");
    return [text.textContent, wanted, text.getComputedTextLength()];
  });
  document.title = JSON.stringify({labels, texts});
});
"""

SMALL = Lineage(
    [
        model("a", "2020", openness=Openness.OPEN, organizations=("oa",), links=Links(paper="https://example.org/a?b=c&d")),
        model("b", name=NASTY, openness=Openness.CLOSED, organizations=("oa", "other"), links=Links(code="https://x.org")),
        model("c"),
        model("undated", None, name="No date"),
        model("app", kind=Kind.APPLICATION, name="A product"),
    ],
    organizations=[Organization(id="oa", name="OpenAI"), Organization(id="other", name="Other")],
    about=About(title="A small lineage", date=PartialDate(2023, 8)),
)  # fmt: skip


DRAWING = evolution(SMALL)


@pytest.fixture(scope="module")
def small() -> Figure:
    return DRAWING.figure()


def saved(figure: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def run(code: str, **environment: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


# What is drawn


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_has_no_faults(name: str) -> None:
    lineage = datasets.load(name)
    layout = evolution(lineage).layout
    assert layout.faults() == ()
    expected = [record.id for record in lineage.models if record.released and record.kind == Kind.MODEL]
    assert hard_zeros(json.loads(layout.to_json()), expected) == {}


def test_figure_2_in_numbers() -> None:
    layout = evolution(datasets.load("survey-figure2")).layout
    assert len(layout.boxes) == 92
    assert layout.page.width == 14 * 72
    assert layout.page.height <= 10.5 * 72, "no higher than it need be"
    assert layout.fill >= 0.3
    lengths = layout.leader_lengths
    assert sum(lengths) / len(lengths) <= 1.5
    assert layout.font_size >= 14, "as large as it is by hand"


def test_the_json_is_what_is_promised() -> None:
    layout = json.loads(evolution(datasets.load("survey-figure2")).layout.to_json())
    assert layout["unit"] == "pt"
    box = {"x", "y", "width", "height"}
    assert set(layout["page"]) == {"width", "height"}
    for name, keys in {
        "boxes": {"id", "label", "tick"} | box, "icons": {"id"} | box, "ticks": {"id", "label", "kind"} | box,
        "leaders": {"tick", "ids", "points"},
    }.items():  # fmt: skip
        assert layout[name], name
        assert all(keys <= set(part) for part in layout[name]), name
    assert {tick["kind"] for tick in layout["ticks"]} == {"year", "month"}
    assert all(len(point) == 2 for leader in layout["leaders"] for point in (*leader["points"], *layout["axis"]))
    ticks = [tick["id"] for tick in layout["ticks"] if not tick["repeated"]]
    assert ticks == sorted(ticks)
    places = [ticks.index(box["tick"]) for box in layout["boxes"]]
    assert places == sorted(places)
    labels = {box["id"]: box for box in layout["boxes"]}
    for icon in layout["icons"]:
        label = labels[icon["id"]]
        assert label["x"] < icon["x"] < label["text_x"] < label["x"] + label["width"]
        assert label["y"] < icon["y"] < icon["y"] + icon["height"] < label["y"] + label["height"]
    once = [tick for tick in layout["ticks"] if not tick["repeated"]]
    first, last = once[0], once[-1]
    assert first["x"] < layout["page"]["width"] / 4
    assert first["y"] < last["y"], "the origin is at the top left"


@settings(max_examples=examples(25), deadline=None)
@given(lineages(max_models=9))
def test_small_lineages(lineage: Lineage) -> None:
    drawn = [record.id for record in lineage.models if record.released and record.kind == Kind.MODEL]
    if not drawn:
        with pytest.raises(LayoutError, match="no model has a date"):
            evolution(lineage)
        return
    layout = evolution(lineage).layout
    assert layout.faults() == ()
    assert sorted(box.id for box in layout.boxes) == sorted(drawn)
    everything = evolution(lineage, applications=True).layout
    dated = {record.id for record in lineage.models if record.released and record.kind != Kind.DATASET}
    assert {box.id for box in everything.boxes} == dated


def footnote(**options: Any) -> str:
    layout = evolution(options.pop("lineage", SMALL), **options).layout
    return " ".join(line.text for line in layout.texts if line.role == "footnote")


def test_the_footnote_says_what_is_drawn_and_what_is_not() -> None:
    assert footnote() == (
        "Drawn: 3 models, every one that has a date. Left out: products that run on models (1). Data as of 2023-08. "
        "Left out because no date is known: No date."
    )
    assert footnote(applications=True).startswith(
        "Drawn: 3 models and 1 product, every one that has a date. Data as of"
    )
    assert footnote(lineage=Lineage([model("a")])) == "Drawn: 1 model, every one that has a date."


def test_a_footnote_names_some_of_many() -> None:
    undated = [model(f"m{number}", None, name=f"Model {number}") for number in range(1500)]
    text = footnote(lineage=Lineage([model("a"), *undated]))
    assert text.endswith("Model 1032, and 1,460 more.")


def test_the_legend_says_what_occurs() -> None:
    def legend(lineage: Lineage) -> list[str]:
        return [line.text for line in evolution(lineage).layout.texts if line.role == "legend"]

    assert legend(SMALL) == ["open source", "closed source", "openness not known"]
    assert legend(Lineage([model("a", openness=Openness.OPEN)])) == ["open source"]


@pytest.mark.parametrize(("title", "expected"), [(None, ["A small lineage"]), ("Mine", ["Mine"]), ("", [])])
def test_titles(title: str | None, expected: list[str]) -> None:
    layout = evolution(SMALL, title=title).layout
    assert [line.text for line in layout.texts if line.role == "title"] == expected


@pytest.mark.parametrize("undated", [[], [model("a", None)], [model("a", kind=Kind.APPLICATION)]])
def test_nothing_to_draw(undated: list[Model]) -> None:
    with pytest.raises(LayoutError, match="nothing to draw: no model has a date"):
        evolution(Lineage(undated)).figure()


def test_a_page_of_no_use() -> None:
    with pytest.raises(LayoutError):
        evolution(SMALL, page=(0.3, 0.3)).figure()
    with pytest.raises(LayoutError):
        evolution(SMALL, page=(float("nan"), 3)).figure()


# Ink


def test_all_text_is_within_what_it_belongs_to() -> None:
    lineage = datasets.load("survey")
    figure, layout = evolution(lineage).figure(), evolution(lineage).layout
    figure.set_dpi(72)
    renderer = FigureCanvasAgg(figure).get_renderer()
    labels: dict[str, Box] = {f"label-{box.id}": box for box in layout.boxes}
    others = [*layout.ticks, *layout.icons]
    homes = []
    for text in figure.findobj(Text):
        if not text.get_text():
            continue
        with mpl.rc_context({"text.hinting": "none"}):
            extent = text.get_window_extent(renderer)
        written = Box(
            x=extent.x0, y=layout.page.height - extent.y1, width=extent.x1 - extent.x0, height=extent.y1 - extent.y0
        )
        home = labels.get(str(text.get_gid())) or next((box for box in others if box.touches(written.center)), None)
        if home:
            homes.append(home)
            assert home.contains(written, slack=0), text
    assert len(homes) == len(set(homes)) == len(layout.boxes) + len(layout.ticks) + len(layout.icons)


def test_colors_say_what_is_open() -> None:
    root = ElementTree.fromstring(saved(evolution(SMALL).figure(), "svg"))
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    fills = {}
    for id in "abc":
        path = next(groups[f"model-{id}"].iter(f"{SVG}path"))
        fills[id] = re.search("fill: (#[0-9a-f]+)", path.get("style", "")).group(1)  # type: ignore[union-attr]
    assert fills == {
        "a": LIGHT.openness["open"].fill, "b": LIGHT.openness["closed"].fill, "c": LIGHT.openness["unknown"].fill,
    }  # fmt: skip


def test_a_matplotlibrc_changes_nothing() -> None:
    expected = saved(evolution(SMALL).figure(), "svg")
    with mpl.rc_context({"text.usetex": True, "lines.dash_capstyle": "round", "path.sketch": (1, 100, 2),
                         "font.size": 30, "axes.facecolor": "black", "savefig.bbox": "tight", "text.color": "red",
                         "svg.fonttype": "path", "patch.linewidth": 9, "figure.dpi": 300}):  # fmt: skip
        assert saved(evolution(SMALL).figure(), "svg") == expected


def test_rcparams_are_left_alone(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    for kind in ("svg", "pdf", "png"):
        evolution(SMALL).save(tmp_path / f"figure.{kind}")
    assert dict(mpl.rcParams) == before


def test_no_warning_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), warnings.catch_warnings():
        warnings.simplefilter("error")
        saved(evolution(datasets.load("survey-table1")).figure(), "png", dpi=50)
    assert caplog.records == []


def test_letters_that_no_typeface_here_has(tmp_path: Path) -> None:
    lineage = Lineage([model("a", name="𖨀 \U000e0041")])
    (finding,) = evolution(lineage).findings
    assert (finding.kind, "𖨀" in finding.message) == ("missing-letters", True)
    with pytest.warns(FindingsWarning):
        figure = evolution(lineage).figure()
    assert "𖨀" in saved(figure, "svg").decode(), "whoever reads the file may have it"
    with pytest.warns(FindingsWarning, match="Bamum") as warned:
        evolution(lineage).save(tmp_path / "boxes.png")
    assert len(warned) == 1, "none of another library's"


# Files


def test_svg_has_names_and_links(small: Figure) -> None:
    svg = saved(small, "svg")
    root = ElementTree.fromstring(svg)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for name in ("A", NASTY, "C", "2020", "2023", "Mar.", "OA", "A small lineage", "open source"):
        assert name in texts
    linked = {text.text: link.get(LINK) for link in root.iter(f"{SVG}a") for text in link.iter(f"{SVG}text")}
    assert linked == {
        "A": "https://example.org/a?b=c&d", NASTY: "https://x.org", "OA": "https://x.org", "Ot": "https://x.org",
    }  # fmt: skip
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {"axis", "model-a", "label-a"} <= set(ids)


@pytest.mark.parametrize("name", SHIPPED)
def test_svg_has_every_model_by_name(name: str) -> None:
    lineage = datasets.load(name)
    root = ElementTree.fromstring(saved(evolution(lineage).figure(), "svg"))
    texts = {text.text for text in root.iter(f"{SVG}text")}
    links = {link.get(LINK) for link in root.iter(f"{SVG}a")}
    for record in lineage.models:
        if record.released and record.kind == Kind.MODEL:
            assert record.name in texts
            known = {link for link in record.links.model_dump().values() if link}
            assert not known or known & links, record.id


def test_svg_says_what_it_shows(small: Figure) -> None:
    root = ElementTree.fromstring(saved(small, "svg"))
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "A small lineage")
    assert description.tag == f"{SVG}desc"
    assert description.text is not None
    assert description.text.startswith("A timeline of 3 models from 2020 to 2023-03")
    assert root.get("role") == "graphics-document document"
    assert (root.get("width"), root.get("viewBox", "").split()[2]) == ("1008pt", "1008")


def test_svg_brings_its_typeface_and_fits_any_other(small: Figure) -> None:
    svg = saved(small, "svg").decode()
    faces = re.findall(rf"@font-face{{font-family:'{FAMILY}';font-weight:(\d+);src:url\(data:font/woff;base64", svg)
    assert faces == ["400", "700"]
    root = ElementTree.fromstring(svg)
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("textLength", "0")) > 0
        assert f"'{FAMILY}', " in text.get("style", "")
        assert "sans-serif" in text.get("style", "")


def test_pdf_embeds_fonts_as_text(small: Figure) -> None:
    pdf = saved(small, "pdf")
    assert pdf.startswith(b"%PDF")
    streams = [
        zlib.decompress(stream) for stream in re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    ]
    whole = pdf + b"".join(streams)
    assert b"/Type3" not in whole
    assert re.search(rb"/Subtype\s*/Type0|/Subtype\s*/CIDFontType2|/Subtype\s*/TrueType", whole)
    assert b"/URI" in whole
    assert b"CreationDate" not in whole


def test_links_of_a_pdf_are_ascii(tmp_path: Path) -> None:
    links = {"weights": "https://a.example/漢/(%41)?b=c#d"}
    model = Model.model_validate({"id": "a", "name": "A", "released": "2023", "links": links})
    evolution(Lineage([model])).save(tmp_path / "a.pdf")
    pdf = (tmp_path / "a.pdf").read_bytes()
    streams = [
        zlib.decompress(stream) for stream in re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    ]
    found = re.findall(rb"/URI (\(http.*?[^\\]\))", pdf + b"".join(streams))
    assert found == [rb"(https://a.example/%E6%BC%A2/\(%41\)?b=c#d)"]


@pytest.mark.parametrize("dpi", [50, 100, 200])
def test_png_is_as_large_as_asked(dpi: int, tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    DRAWING.save(path, dpi=dpi)
    with Image.open(path) as image:
        height = evolution(SMALL).layout.page.height
        assert image.size == (14 * dpi, pytest.approx(height / 72 * dpi, abs=1))
        assert "Software" not in image.info
        assert round(image.info["dpi"][0]) == dpi


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_files_are_the_same_each_time(kind: str, small: Figure) -> None:
    first = saved(small, kind)
    assert saved(small, kind) == first
    assert saved(evolution(SMALL).figure(), kind) == first


def test_files_are_the_same_whatever_is_drawn_over_the_figure() -> None:
    def drawn_over() -> bytes:
        figure = evolution(SMALL).figure()
        figure.axes[0].plot([100, 5000], [0, 100], marker="o")  # cut off by the page, which needs an id in the file
        return saved(figure, "svg")

    assert drawn_over() == drawn_over()


def test_files_do_not_hang_on_the_hash_seed() -> None:
    code = """
import hashlib, io, modeltree
figure = modeltree.evolution(modeltree.datasets.load("survey-figure2")).figure()
for kind in ("svg", "pdf"):
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    print(hashlib.sha256(buffer.getvalue()).hexdigest())
"""
    assert len({run(code, PYTHONHASHSEED=seed, TZ=zone) for seed, zone in (("0", "UTC"), ("7", "Asia/Tokyo"))}) == 1


@pytest.mark.parametrize("path", ["figure.SVG", "figure.gif", "figure", "figure."])
def test_a_suffix_is_needed(path: str, tmp_path: Path) -> None:
    if path == "figure.SVG":
        DRAWING.save(tmp_path / path)
        assert b"</svg>" in (tmp_path / path).read_bytes()
        return
    with pytest.raises(ValueError, match=r"known are '\.svg', '\.pdf', '\.png' and '\.json'$"):
        DRAWING.save(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_savefig_takes_paths_and_files(tmp_path: Path, small: Figure) -> None:
    svg = saved(small, "svg")
    small.savefig(tmp_path / "a.svg")
    small.savefig(str(tmp_path / "b.svg"))
    small.savefig(tmp_path / "c", format="svg")
    with (tmp_path / "d.svg").open("w", encoding="utf-8", newline="") as file:
        small.savefig(file, format="svg")
    assert {path.name: path.read_bytes() == svg for path in tmp_path.iterdir()} == {
        "a.svg": True, "b.svg": True, "c.svg": True, "d.svg": True,
    }  # fmt: skip
    small.savefig(tmp_path / "e")
    assert (tmp_path / "e.png").read_bytes() == saved(small, "png")
    buffer = io.BytesIO()
    small.savefig(buffer)
    assert buffer.getvalue().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="xyz"):
        small.savefig(tmp_path / "f.xyz")
    assert not (tmp_path / "f.xyz").exists()


def test_metadata_can_be_added(small: Figure) -> None:
    assert b"somebody" in saved(small, "svg", metadata={"Creator": "somebody"})


def test_what_a_notebook_shows(small: Figure) -> None:
    assert small._repr_png_() == saved(small, "png", dpi=100)  # type: ignore[attr-defined]


def test_several_figures_in_one_pdf(tmp_path: Path, small: Figure) -> None:
    from matplotlib.backends.backend_pdf import PdfPages

    with PdfPages(tmp_path / "both.pdf") as pages:
        small.savefig(pages, format="pdf")
        small.savefig(pages, format="pdf")
    assert (tmp_path / "both.pdf").read_bytes().count(b"/Type /Page\n") in {0, 2}


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs headless Chromium")
def test_a_browser_sets_the_text_as_it_was_measured(tmp_path: Path) -> None:
    svg = saved(evolution(datasets.load("survey")).figure(), "svg").decode()
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{svg[svg.index('<svg') :]}<script>{MEASURE}</script>")
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=10000",
        "--dump-dom",
    ]
    result = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, check=True, timeout=120)
    found = re.search("<title>(.*)</title>", result.stdout)
    assert found is not None
    measured = json.loads(unescape(found.group(1)))
    assert len(measured["texts"]) > 300
    for text, wanted, natural in measured["texts"]:
        assert natural == pytest.approx(wanted, rel=0.04, abs=0.1), text
    assert len(measured["labels"]) == 130
    assert [id for id, inside in measured["labels"] if not inside] == []


# On axes of one's own


def test_axes_of_ones_own() -> None:
    figure = Figure(figsize=(16, 9))
    left, right = figure.subplots(1, 2)
    right.plot([0, 1])
    assert evolution(SMALL).draw(left) is left
    assert len(right.lines) == 1
    width, height = left.bbox.width / figure.dpi * 72, left.bbox.height / figure.dpi * 72
    assert left.get_xlim() == pytest.approx((0, width))
    assert left.get_ylim() == pytest.approx((height, 0))
    names = [text.get_text() for text in left.findobj(Text)]
    assert {"A", NASTY, "C"} <= set(names)
    figure.savefig(io.BytesIO(), format="png")


def test_axes_of_a_subfigure() -> None:
    figure = Figure(figsize=(16, 9))
    ax = figure.subfigures(1, 2)[0].add_axes((0, 0, 1, 1))
    evolution(SMALL, title="").draw(ax)
    assert ax.get_xlim() == pytest.approx((0, 8 * 72))


def test_axes_of_a_new_figure() -> None:
    figure = evolution(SMALL, title="Mine").figure()
    (ax,) = figure.axes
    assert "Mine" in [text.get_text() for text in ax.findobj(Text)]


# Imports


def test_figures_need_no_pyplot() -> None:
    code = """
import io, sys, modeltree
figure = modeltree.evolution(modeltree.datasets.load("survey-figure2")).figure()
figure.savefig(io.BytesIO(), format="svg")
print("matplotlib" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""
    assert run(code) == "True False\n"


def test_the_library_alone_is_light() -> None:
    code = "import sys, modeltree; print(sorted({'matplotlib', 'networkx', 'numpy', 'pydantic'} & set(sys.modules)))"
    assert run(code) == "[]\n"


def test_layouts_need_no_matplotlib() -> None:
    code = """
import sys
from modeltree.records import PartialDate
from modeltree.layout.serpentine import DatedItem, serpentine
serpentine([DatedItem("a", "A", PartialDate(2020))], lambda text, bold=False: (len(text), 1.0)).to_json()
print("matplotlib" in sys.modules)
"""
    assert run(code) == "False\n"


def test_the_figures_are_public() -> None:
    assert modeltree.evolution is recipe


@pytest.mark.parametrize("drawing", ["evolution", "family_tree", "diagram", "page", "table"])
def test_more_models_than_can_be_drawn_are_refused_before_any_record_is_made(
    drawing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modeltree.figures.contents._MOST_DRAWN", dict.fromkeys(_MOST_DRAWN, 10))
    lineage = modeltree.datasets.load("survey")
    monkeypatch.setattr(type(lineage), "models", property(lambda _: pytest.fail("records are made")))
    with pytest.raises(
        ValueError, match=r"\d+ models are too many for an? .*up to 10: draw a part .*select\(\)"
    ) as caught:
        getattr(modeltree, drawing)(lineage)
    assert ("collapse=" in str(caught.value)) == (drawing == "family_tree")


def test_what_is_folded_counts_as_one() -> None:
    lineage = modeltree.datasets.load("survey")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_MOST_DRAWN, "a family tree", 100)
        with pytest.raises(ValueError, match="too many for a family tree"):
            modeltree.family_tree(lineage)
        modeltree.family_tree(lineage, collapse="depth=0", relations="weights")
