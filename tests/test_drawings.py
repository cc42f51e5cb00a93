"""The seven drawings: what each is saved as, that options are checked, and that nothing is drawn before its time."""

from __future__ import annotations

import inspect
import io
import os
import re
from pathlib import Path
from typing import Any

import graphviz
import pytest
from matplotlib.figure import Figure
from PIL import Image

import modeltree
from modeltree import Lineage, Model
from modeltree.draw.theme import DARK
from modeltree.figures.drawing import ChartDrawing, Drawing, LayoutDrawing
from modeltree.findings import LayoutError, ModelTreeError, UnknownFormatError
from modeltree.layout.geometry import Layout, Page

SMALL = modeltree.datasets.load("survey").clade("llama")
LAID_OUT = ("evolution", "family_tree", "largest_families")
CHARTS = ("growth", "family_sizes")
DRAWINGS = (*LAID_OUT, *CHARTS, "diagram", "page")
FIRST_BYTES = {
    ".svg": b"<?xml", ".pdf": b"%PDF", ".png": b"\x89PNG", ".json": b"{\n", ".html": b"<!doctype html>",
    ".dot": b"digraph", ".gv": b"digraph",
}  # fmt: skip


def drawn(name: str, lineage: Lineage = SMALL, **options: Any) -> Any:
    return getattr(modeltree, name)(lineage, **options)


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_is_saved_by_its_suffix_and_by_no_other(name: str, tmp_path: Path) -> None:
    drawing = drawn(name)
    assert isinstance(drawing, Drawing)
    for suffix in drawing.suffixes:
        drawing.save(tmp_path / f"x{suffix}")
        assert (tmp_path / f"x{suffix}").read_bytes().startswith(FIRST_BYTES[suffix])
    known = re.escape(repr(drawing.suffixes[-1]))
    for other in ("x.gif", "x", "x.yaml"):
        with pytest.raises(UnknownFormatError, match=f"known are .*{known}$") as caught:
            drawing.save(tmp_path / other)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, ModelTreeError)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == sorted(drawing.suffixes)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_file_is_whole_or_as_it_was(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = drawn(name)
    path = tmp_path / f"x{drawing.suffixes[-1]}"
    path.write_text("before")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        drawing.save(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", DRAWINGS)
def test_options_go_by_their_names_and_have_types(name: str) -> None:
    lineage, *options = inspect.signature(getattr(modeltree, name)).parameters.values()
    assert lineage.name == "lineage"
    for option in options:
        assert option.kind == inspect.Parameter.KEYWORD_ONLY, option
        assert option.annotation not in (inspect.Parameter.empty, "Any"), option
        assert f"{option.name}" in (inspect.getdoc(getattr(modeltree, name)) or ""), option


WRONG = [
    ("evolution", {"time_scale": "log"}, "time_scale cannot be 'log': say 'ticks' or 'linear'"),
    ("evolution", {"grain": "week"}, "grain cannot be 'week': say 'year', 'quarter', 'month', 'day' or None"),
    ("evolution", {"rows": 0}, "rows cannot be 0: it is 1 or more"),
    ("evolution", {"fall": -1.0}, "fall cannot be -1.0: it is 0 or more"),
    ("evolution", {"fall": float("nan")}, "fall cannot be nan: it is 0 or more"),
    ("evolution", {"like": "a.json"}, "like cannot be 'a.json': it is Layout | LayoutDrawing | None"),
    ("evolution", {"color_by": "size"}, "cannot color by 'size': say openness, family, organization, domain, license"),
    ("evolution", {"page": "A9"}, "'A9' is no size of a page: write 14x13.5in"),
    ("evolution", {"font_size": -2.0}, "type of -2.0 pt is none"),
    ("evolution", {"highlight": "nobody"}, "no model goes by 'nobody'"),
    ("family_tree", {"direction": "left"}, "direction cannot be 'left': say 'right', 'down' or 'up'"),
    ("family_tree", {"time_scale": "ticks"}, "time_scale cannot be 'ticks': say 'elastic' or 'linear'"),
    ("family_tree", {"collapse": "wide=2"}, "cannot fold by 'wide=2': say smaller=N, depth=N, or a relation"),
    ("family_tree", {"relations": "cousin"}, "'cousin' is no relation; there are"),
    ("growth", {"grain": "day"}, "grain cannot be 'day': say 'year', 'quarter' or 'month'"),
    ("growth", {"page": "A9"}, "'A9' is no size of a page"),
    ("family_sizes", {"font_size": 0.0}, "type of 0.0 pt is none"),
    ("growth", {"since": "2023-13"}, "'2023-13' is no date"),
    ("family_sizes", {"by": "maker"}, "by cannot be 'maker': say 'base' or 'component'"),
    ("largest_families", {"count": 0}, "count cannot be 0: it is 1 or more"),
    ("largest_families", {"branches": -1}, "branches cannot be -1: it is 0 or more"),
    ("diagram", {"cluster": "clan"}, "cluster cannot be 'clan': say 'family', 'organization' or None"),
    ("page", {"height": 0}, "the height of a page is a number of pixels, 1 or more, not 0"),
    ("page", {"page": "A9"}, "'A9' is no size of a page"),
    *((name, {"theme": "neon"}, "theme cannot be 'neon': say 'light', 'dark', 'print' or 'colorblind', or give a Theme")
      for name in DRAWINGS if name != "page"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "message"), WRONG, ids=[f"{name}-{options}" for name, options, _ in WRONG])
def test_a_wrong_value_is_refused_at_once(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError, KeyError), match=re.escape(message)):
        drawn(name, **options)
    with pytest.raises(TypeError, match="colour_by"):
        drawn(name, colour_by="family")


@pytest.mark.parametrize("name", ["evolution", "family_tree", "growth"])
def test_what_cannot_be_drawn_is_refused_at_once(name: str) -> None:
    with pytest.raises(LayoutError, match="date"):
        drawn(name, Lineage([Model(id="a", name="A")]))


def test_a_page_needs_a_model_and_no_date() -> None:
    with pytest.raises(LayoutError, match="no model"):
        drawn("page", Lineage([]))
    assert drawn("page", Lineage([Model(id="a", name="A")])).title


@pytest.mark.parametrize("name", [*LAID_OUT, *CHARTS, "diagram"])
def test_a_theme_goes_by_its_name(name: str, tmp_path: Path) -> None:
    for theme, file in (("dark", "a"), (DARK, "b"), ("light", "c")):
        drawn(name, theme=theme).save(tmp_path / f"{file}.svg")
    one, other, light = (path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert one == other != light


@pytest.mark.parametrize("dpi", [0.0, -1.0, float("inf"), float("nan")])
def test_dots_per_inch_are_checked(dpi: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dpi cannot be .*: it is more than 0"):
        drawn("evolution").save(tmp_path / "x.png", dpi=dpi)
    assert not list(tmp_path.iterdir())


# Layouts, figures and axes


@pytest.mark.parametrize("name", LAID_OUT)
def test_a_layout_is_made_once_when_it_is_asked_for(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = drawn(name)
    assert isinstance(drawing, LayoutDrawing)
    made, place = [], drawing._lay_out
    monkeypatch.setattr(drawing, "_lay_out", lambda page: made.append(page) or place(page))
    assert repr(drawing).startswith("<Drawing: ")
    assert "\n" not in repr(drawing)
    assert made == []
    layout = drawing.layout
    drawing.save(tmp_path / "x.json")
    drawing.save(tmp_path / "x.svg")
    assert made == [None]
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert text == layout.to_json()
    assert text.startswith('{\n "unit": "pt"')
    assert Layout.from_json(text).to_json() == text


@pytest.mark.parametrize("name", [*LAID_OUT, *CHARTS])
def test_figures_are_new_each_time_and_axes_are_ones_own(name: str) -> None:
    drawing = drawn(name, page=(9.0, 7.0)) if name != "evolution" else drawn(name, page="A4")
    one, other = drawing.figure(), drawing.figure()
    assert one is not other
    assert isinstance(one, Figure)
    assert one.canvas.manager is None, "pyplot knows nothing of it"
    ax = Figure(figsize=(9, 7)).add_axes((0, 0, 1, 1))
    with pytest.raises(TypeError, match="axes are a page of their own"):
        drawing.draw(ax)
    assert drawn(name).draw(ax) is ax
    assert ax.get_xlim() == pytest.approx((0, 9 * 72))
    assert len(ax.get_children()) > 20


@pytest.mark.parametrize("name", [*LAID_OUT, *CHARTS])
def test_a_drawing_has_the_ground_of_its_theme_on_a_page_of_another_color(name: str) -> None:
    figure, buffer = Figure(figsize=(9, 7)), io.BytesIO()
    drawn(name, theme="dark").draw(figure.add_axes((0, 0, 1, 1)))
    figure.savefig(buffer, dpi=20)
    assert Image.open(buffer).convert("RGB").getpixel((1, 1)) == (0x14, 0x17, 0x1C)


def test_axes_that_are_in_no_figure() -> None:
    ax = Figure().add_subplot()
    ax.remove()
    with pytest.raises(TypeError, match="these axes are in no figure"):
        drawn("evolution").draw(ax)


def test_charts_are_drawings() -> None:
    assert all(isinstance(drawn(name), ChartDrawing) for name in CHARTS)


def test_layouts_are_plain_numbers() -> None:
    layout = modeltree.evolution(modeltree.datasets.load("survey-table1"), page=(7, 4.5)).layout
    assert layout.page == Page(width=504.0, height=324.0)
    table = modeltree.growth(modeltree.datasets.load("survey"), grain="year").layout
    assert table.label(0) == "2018"


def test_a_drawing_like_an_earlier_one() -> None:
    earlier = drawn("evolution")
    for like in (earlier, earlier.layout):
        assert drawn("evolution", like=like).layout.boxes == earlier.layout.boxes


def test_a_diagram_is_a_graph_of_graphviz() -> None:
    diagram = drawn("diagram")
    assert isinstance(diagram.digraph, graphviz.Digraph)
    assert diagram.source == diagram.digraph.source
