"""The options of figures on the command line: what they do, and what is said of bad ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

import modeltree
from modeltree._util.languages import LanguageName
from modeltree.cli import main as cli
from modeltree.cli import options
from modeltree.cli.reports import REPORTS
from modeltree.draw.theme import DARK, THEMES
from modeltree.figures.coloring import COLOR_WORDS
from modeltree.figures.drawing import ThemeName
from modeltree.figures.overviews import FamilyGrouping, PeriodLength
from modeltree.figures.table import TableField
from modeltree.layout.geometry import Layout
from modeltree.layout.serpentine import TimeScale
from modeltree.records import Grain


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "small.yaml"
    models = [
        modeltree.Model(id="a", name="Alpha", released="2020-01", openness="open", organizations=("x",)),
        modeltree.Model(id="b", name="Beta", released="2021-05"),
        modeltree.Model(id="c", name="Gamma", released="2022-03", kind="application"),
    ]
    steps = [modeltree.Derivation(parent="a", child="b", relation="finetune")]
    modeltree.save(modeltree.Lineage(models, steps), path)
    return path


def layout(data: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Layout:
    path = data.with_name("layout.json")
    assert cli.main(["evolution", "--data", str(data), "-o", str(path), *options]) == 0
    assert capsys.readouterr() == (f"wrote {path}\n", "")
    return Layout.from_json(path.read_text(encoding="utf-8"))


def test_the_choices_are_those_of_the_library() -> None:
    assert options.COLORS == COLOR_WORDS
    assert set(options.THEMES) == set(THEMES) == set(get_args(ThemeName))
    assert set(options.GRAINS) == set(get_args(Grain))
    assert set(options.PERIODS) == set(get_args(PeriodLength))
    assert set(options.FAMILY_GROUPINGS) == set(get_args(FamilyGrouping))
    assert get_args(TableField) == options.TABLE_FIELDS
    assert tuple(REPORTS) == options.REPORTS
    assert get_args(LanguageName) == options.LANGUAGES
    assert set(options.TIME_SCALES) == set(get_args(TimeScale))


@pytest.mark.parametrize(("page", "width", "height"), [("8x5in", 576, 360), ("A5-landscape", 595.276, 419.528)])
def test_a_page(data: Path, capsys: pytest.CaptureFixture[str], page: str, width: float, height: float) -> None:
    made = layout(data, capsys, "--page", page)
    assert (made.page.width, made.page.height) == pytest.approx((width, height), abs=0.01)


def test_a_type(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert layout(data, capsys, "--font-size", "9").font_size == 9
    narrow = layout(data, capsys, "--font-size", "9", "--page", "5in")
    assert (narrow.font_size, narrow.page.width) == (9, 360)


def test_contents(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--applications", "--title", "Mine", "--color-by", "family", "--outline", "Beta", "--links")
    made = layout(data, capsys, *options, "--rows", "2", "--fall", "1", "--time-scale", "linear", "--grain", "year")
    assert [box.id for box in made.boxes] == ["a", "b", "c"]
    words = [line.text for line in made.texts]
    assert {"Mine", "Alpha", "in no family", "family of Alpha"} <= set(words)
    assert [(link.parent, link.child) for link in made.links] == [("a", "b")]
    assert {tick.kind for tick in made.ticks} == {"year"}
    assert layout(data, capsys, "--highlight", "Beta", "--no-links").links == ()
    assert layout(data, capsys, "--highlight", "Beta").links == made.links[:0] + layout(data, capsys, "--links").links


def test_ink(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGBA", (9, 9), "#d00").save(tmp_path / "x.png")
    path = tmp_path / "figure.png"
    command = ["evolution", "--data", str(data), "-o", str(path), "--page", "4x3in", "--dpi", "50"]
    assert cli.main([*command, "--theme", "dark", "--icon-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    with Image.open(path) as image:
        assert image.size == (200, 150)
        assert "#" + "".join(f"{part:02x}" for part in image.convert("RGB").getpixel((1, 1))) == DARK.page


def test_help_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evolution", "--help"]) == 0
    text = capsys.readouterr().out
    for option in (
        "page", "font-size", "time-scale", "grain", "rows", "fall", "color-by", "applications", "title", "theme",
        "icon-dir", "highlight", "links", "outline", "dpi",
    ):  # fmt: skip
        assert re.search(rf"^  --{option}[ ,].*\w", text, re.MULTILINE), option


def test_a_width_alone_is_a_page_of_an_evolution_figure(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--data", str(data), "--page", "14", "-o", str(tmp_path / "figure.svg")]
    assert cli.main(["evolution", *output]) == 0
    assert cli.main(["family-tree", *output]) == 2
    assert (
        "--page has a width alone: give a height, too, or the size of the type by --font-size"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--page A9", "argument --page: 'A9' is no size of a page: write 14x13.5in"),
        ("--page 0x3in", "argument --page: a page of '0x3in' has no room"),
        ("--font-size 0", "argument --font-size: '0' is not more than 0"),
        ("--font-size nan", "argument --font-size: 'nan' is no number"),
        ("--font-size large", "argument --font-size: 'large' is no number"),
        ("--time-scale log", "argument --time-scale: invalid choice"),
        ("--grain week", "argument --grain: invalid choice"),
        ("--rows 0", "argument --rows: 0 is too few: it is 1 or more"),
        ("--rows two", "argument --rows: 'two' is no number"),
        ("--fall -1", "argument --fall"),
        ("--color-by size", "argument --color-by: invalid choice"),
        ("--theme neon", "argument --theme: invalid choice"),
        ("--icon-dir nowhere", "argument --icon-dir: there is no folder 'nowhere'"),
        ("--dpi 0", "argument --dpi: '0' is not more than 0"),
        ("--highlight Alfa", "no model goes by 'Alfa'; did you mean 'Alpha'?"),
        ("--outline nobody", "no model goes by 'nobody'"),
    ],
)
def test_bad_values(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: str, message: str) -> None:
    command = ["evolution", "--data", str(data), "-o", str(tmp_path / "figure.svg"), *options.split()]
    assert cli.main(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--page 4x2in --font-size 20", "in type of 20 pt the figure is"),
        ("--highlight Gamma", "Gamma cannot be highlighted: it is a product and is not drawn"),
    ],
)
def test_what_cannot_be_drawn(data: Path, capsys: pytest.CaptureFixture[str], options: str, message: str) -> None:
    assert cli.main(["evolution", "--data", str(data), *options.split()]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_the_same_options_make_the_same_layout(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = layout(data, capsys, "--page", "8x5in", "--color-by", "domain")
    expected = modeltree.evolution(modeltree.load(data), page="8x5in", color_by="domain").layout
    assert json.loads(made.to_json()) == json.loads(expected.to_json())
