"""Finishing an SVG: its typeface is put in, and texts in it keep their length in any other."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from modeltree.draw.artists import finished_svg
from modeltree.draw.fonts import FAMILY, INTER

NAMESPACE = "{http://www.w3.org/2000/svg}"
STYLES = {
    "bold": f"font-weight: 700; font-size: 20px; font-family: '{FAMILY}'; text-anchor: start; fill: #16191d",
    "regular": f"font-size: 20px; font-family: '{FAMILY}', 'DejaVu Sans'; text-anchor: middle",
}


def finished(style: str, content: str, title: str = "", description: str = "") -> ElementTree.Element:
    text = f'<text style="{style}" x="1" y="2" transform="rotate(-0 1 2)">{content}</text>'
    svg = f'<?xml version="1.0"?>\n<svg xmlns="{NAMESPACE[1:-1]}" width="9pt">\n {text}\n</svg>\n'
    return ElementTree.fromstring(finished_svg(svg, title, description))


def typefaces(root: ElementTree.Element) -> dict[str, TTFont]:
    css = "".join(style.text or "" for style in root.iter(f"{NAMESPACE}style"))
    faces = re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]*)\)", css)
    return {weight: TTFont(io.BytesIO(base64.b64decode(data))) for weight, data in faces}


@pytest.mark.parametrize("weight", STYLES)
def test_texts_get_a_length_and_further_families(weight: str) -> None:
    text = next(finished(STYLES[weight], "a &lt; b &amp; c").iter(f"{NAMESPACE}text"))
    assert text.text == "a < b & c"
    length = INTER.measure("a < b & c", bold="bold" in weight)[0] * 20
    assert float(text.get("textLength", "0")) == pytest.approx(length, abs=0.01)
    family = "" if "bold" in weight else ", 'DejaVu Sans'"
    assert f"'{FAMILY}'{family}, Inter, 'Helvetica Neue', Arial, sans-serif; text-anchor" in text.get("style", "")
    assert (text.get("x"), text.get("y"), text.get("transform")) == ("1", "2", None)


@pytest.mark.parametrize("weight", STYLES)
def test_the_glyphs_that_are_used_are_put_in_and_no_others(weight: str) -> None:
    faces = typefaces(finished(STYLES[weight], "Σ &amp; b"))
    assert list(faces) == ["700" if "bold" in weight else "400"]
    (face,) = faces.values()
    assert set(face.getBestCmap()) == set(map(ord, "Σ &b"))


def test_texts_in_other_typefaces_are_left_as_they_are() -> None:
    root = finished("font: 20px 'DejaVu Sans'", "a")
    assert typefaces(root) == {}
    assert next(root.iter(f"{NAMESPACE}text")).attrib == {
        "style": "font: 20px 'DejaVu Sans'", "x": "1", "y": "2", "transform": "rotate(-0 1 2)",
    }  # fmt: skip


def test_title_and_description_come_first() -> None:
    root = finished(STYLES["bold"], "a", "A < B & C", 'So "it" is')
    assert [(part.tag, part.text) for part in root][:2] == [
        (f"{NAMESPACE}title", "A < B & C"), (f"{NAMESPACE}desc", 'So "it" is'),
    ]  # fmt: skip
    assert "title" not in [part.tag.removeprefix(NAMESPACE) for part in finished(STYLES["bold"], "a")]


def test_it_is_the_same_each_time() -> None:
    svg = f'<svg xmlns="x"><text style="{STYLES["bold"]}">A model</text></svg>'
    assert finished_svg(svg) == finished_svg(svg)
