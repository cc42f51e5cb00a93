"""Badges: letters that can be read, the same for the same name, always."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from modeltree import datasets, evolution, page
from modeltree.draw.icons import badge, icons_in, monogram
from modeltree.draw.theme import contrast
from modeltree.findings import IconError, MissingExtraError
from modeltree.lineage import Lineage
from modeltree.records import Model, Organization


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OpenAI", "OA"),
        ("DeepMind", "DM"),
        ("Google", "Go"),
        ("Meta", "Me"),
        ("IBM", "IB"),
        ("Alibaba", "AL"),
        ("AI2", "A2"),
        ("X", "X"),
        ("x", "X"),
        ("Tsinghua University", "TU"),
        ("University of Washington", "UW"),
        ("Beijing Academy of Artificial Intelligence", "BA"),
        ("UC Berkeley", "UB"),
        ("hugging-face", "HF"),
        ("together.ai", "TA"),
        ("清华大学", "清华"),
        ("", "?"),
        ("  ", "?"),
        ("of the", "?"),
        ("()", "?"),
    ],
)
def test_monograms(name: str, expected: str) -> None:
    assert monogram(name) == expected


@given(st.text(max_size=30), st.floats(0, 1))
def test_white_letters_can_be_read_on_any_badge(name: str, lightness: float) -> None:
    mark = badge(name, lightness)
    assert 1 <= len(mark.text) <= 4
    assert re.fullmatch("#[0-9a-f]{6}", mark.fill)
    assert contrast(mark.fill, mark.ink) >= 4.5
    assert badge(name, lightness) == mark


def test_the_badges_that_are_shown_differ() -> None:
    organizations = datasets.load("survey").organizations.values()
    marks = [badge(organization.name) for organization in organizations]
    assert len({mark.fill for mark in marks}) > 0.9 * len(marks)
    assert len(set(marks)) == len(marks)


def test_badges_do_not_hang_on_the_hash_seed() -> None:
    code = "from modeltree.draw.icons import badge; print(badge('OpenAI'), badge('Meta'))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1


def test_badges_may_be_grey() -> None:
    fill = badge("OpenAI", saturation=0.0).fill
    assert fill[1:3] == fill[3:5] == fill[5:7]


# Icons of a folder

WIDE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><path d="M0 0h30v10H0z" fill="#f00"/></svg>'
ORGANIZATIONS = [
    Organization(id="wide", name="Wide", icon="wide"),
    Organization(id="square", name="Square", icon="square-color"),
    Organization(id="missing", name="Missing", icon="nowhere"),
    Organization(id="none", name="None"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wide.svg").write_text(WIDE, encoding="utf-8")
    Image.new("RGBA", (40, 40), "#00f").save(tmp_path / "square-color.png")
    return tmp_path


def test_icons_of_a_folder(folder: Path) -> None:
    pytest.importorskip("resvg_py", reason="needs the extra icons")
    found = icons_in(folder, ORGANIZATIONS)
    assert list(found) == ["wide", "square"]
    with Image.open(io.BytesIO(found["wide"])) as image:
        assert image.width == 3 * image.height
    assert found["square"] == (folder / "square-color.png").read_bytes()


@pytest.mark.parametrize("name", ["own", "Own", "OWN-COLOR", "own_color", "Own Name", "own-name-color", "OwnName"])
def test_an_icon_is_called_as_its_organization(tmp_path: Path, name: str) -> None:
    Image.new("RGBA", (40, 40), "#00f").save(tmp_path / f"{name}.PNG", "png")
    assert list(icons_in([tmp_path], [Organization(id="own", name="Own name")])) == ["own"]


def test_the_first_folder_counts_and_color_before_none(tmp_path: Path) -> None:
    for folder, name, color in (("a", "x", "#00f"), ("b", "x-color", "#0f0"), ("b", "x", "#f00"), ("b", "y", "#ff0")):
        (tmp_path / folder).mkdir(exist_ok=True)
        Image.new("RGBA", (4, 4), color).save(tmp_path / folder / f"{name}.png")
    organizations = [Organization(id="x", name="X"), Organization(id="y", name="Y")]
    found = icons_in([tmp_path / "a", tmp_path / "b"], organizations)
    assert found["x"] == (tmp_path / "a" / "x.png").read_bytes()
    assert found["y"] == (tmp_path / "b" / "y.png").read_bytes()
    assert icons_in(tmp_path / "b", organizations)["x"] == (tmp_path / "b" / "x-color.png").read_bytes()
    exact = Organization(id="z", name="Z", icon="x")
    assert icons_in(tmp_path / "b", [exact])["z"] == (tmp_path / "b" / "x.png").read_bytes()


def test_what_has_no_icon_is_said(folder: Path) -> None:
    (folder / "wide.svg").unlink()
    models = [Model(id=each.id, name=each.id, released="2023", organizations=(each.id,)) for each in ORGANIZATIONS]
    lineage = Lineage(models, [], ORGANIZATIONS)
    (finding,) = evolution(lineage, icon_dir=[folder]).findings
    assert finding.kind == "missing-icon"
    assert finding.message == "no icon for 3 organizations of 4: Missing, None, Wide"
    assert page(lineage, icon_dir=folder).findings == (finding,)
    assert evolution(lineage).findings == ()


def test_svg_needs_an_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtraError, match=r"wide\.svg is SVG.*pip install 'modeltree-lineage\[icons\]'"):
        icons_in(folder, ORGANIZATIONS)
    assert list(icons_in(folder, ORGANIZATIONS[1:])) == ["square"]


def test_icons_that_are_none(folder: Path) -> None:
    with pytest.raises(IconError, match="there is no folder"):
        icons_in(folder / "nowhere", ORGANIZATIONS)
    (folder / "square-color.png").write_bytes(b"GIF89a")
    with pytest.raises(IconError, match=r"square-color\.png: no PNG"):
        icons_in(folder, ORGANIZATIONS[1:])


def test_svg_that_is_none(folder: Path) -> None:
    pytest.importorskip("resvg_py", reason="needs the extra icons")
    (folder / "wide.svg").write_text("<svg", encoding="utf-8")
    with pytest.raises(IconError, match=r"wide\.svg: no SVG that can be drawn"):
        icons_in(folder, ORGANIZATIONS)
