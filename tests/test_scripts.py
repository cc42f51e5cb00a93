"""Scripts other than Latin: measured as they are drawn, in boxes that fit, embedded, and without a raw warning."""

from __future__ import annotations

import base64
import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import modeltree
from modeltree.draw.fonts import BOLD, INTER, REGULAR, Typeface, real_name
from modeltree.layout.sheet import TitleBlock, set_title_block
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Organization

if TYPE_CHECKING:
    from collections.abc import Sequence

SERIF = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
SAMPLES = {
    "Noto Sans CJK SC": ("通义千问 Qwen-7B", "日本語モデル 直・骨", "한국어 모델"),
    "Noto Sans Devanagari": ("हिन्दी मॉडल", "ऐरावत 7B (क्षेत्रीय)"),
    "Noto Sans Arabic": ("جيس 13B", "نموذج اللغة ALLaM"),
    "Noto Sans Hebrew": ("מודל שפה עברי", "דיקטה 2.0"),
    "DejaVu Serif": ("Модель Σ", "GPT-4"),
}


def installed(family: str) -> Typeface:
    try:
        return Typeface.of(family)
    except ValueError:
        pytest.skip(f"needs the typeface {family}: on Debian fonts-noto-cjk and fonts-noto-core have it")


def lineage_of(names: Sequence[str]) -> Lineage:
    models = [
        Model(id=f"m{number}", name=name, released=f"2023-0{number + 1}", organizations=("o",))
        for number, name in enumerate(names)
    ]
    steps = [Derivation(parent="m0", child=model.id, relation="finetune") for model in models[1:]]
    return Lineage(models, steps, [Organization(id="o", name=names[0])])


@pytest.mark.parametrize("family", SAMPLES)
@pytest.mark.parametrize("draw", [modeltree.evolution, modeltree.family_tree])
def test_names_are_drawn_as_they_are_measured(family: str, draw: type, tmp_path: Path) -> None:
    typeface, names = installed(family), SAMPLES[family]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = draw(lineage_of(names), font=family, title=" ".join(names))
        assert drawing.findings == ()
        for suffix in (".svg", ".pdf", ".png"):
            drawing.save(tmp_path / f"a{suffix}")
        figure = drawing.figure()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    boxes = {box.label: box for box in drawing.layout.boxes}
    assert set(boxes) == set(names)
    drawn = [text for text in figure.findobj(Text) if text.get_text() in boxes]
    assert len(drawn) == len(names)
    for text in drawn:
        box, width = boxes[text.get_text()], text.get_window_extent(canvas.get_renderer()).width * 72 / figure.dpi
        size = box.size or drawing.layout.font_size
        assert text.get_size() == pytest.approx(size)
        measured = typeface.measure(box.label, bold=True)[0] * size
        assert width == pytest.approx(measured, rel=0.03, abs=0.5), box.label
        assert box.text_x + measured <= box.x + box.width
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    letters = set(" ".join(names))
    for data in re.findall(rf"font-family:'{typeface.asked[0]}'[^)]*base64,([^)]*)\)", svg):
        letters -= set(map(chr, TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()))
    assert len(letters) < len(set(" ".join(names))), "the glyphs are in the file"


@pytest.mark.parametrize("family", ["Noto Sans Arabic", "Noto Sans Hebrew"])
def test_a_text_runs_as_its_first_letter_does(family: str, tmp_path: Path) -> None:
    installed(family)
    lineage = lineage_of(SAMPLES[family])
    modeltree.evolution(lineage, font=family).save(tmp_path / "a.svg")
    assert "unicode-bidi:plaintext" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    modeltree.evolution(lineage_of(["GPT"])).save(tmp_path / "b.svg")
    assert "unicode-bidi" not in (tmp_path / "b.svg").read_text(encoding="utf-8")


def test_a_file_is_a_typeface() -> None:
    typeface = Typeface.of(SERIF)
    assert typeface.measure("GPT-4") != INTER.measure("GPT-4")
    assert typeface.half_capital == pytest.approx(0.365, abs=0.002)
    assert [typeface.font("A", 9, bold).get_family() for bold in (False, True)] == [list(typeface.asked)] * 2
    assert Typeface.of("dejavu serif").measure("A", bold=True) > typeface.measure("A", bold=True), (
        "it has no other file"
    )


def test_a_file_of_a_known_name_is_another_typeface(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(SERIF.read_bytes())
    other = Typeface.of(tmp_path / "a.ttf")
    assert other != Typeface.of(SERIF)
    assert Typeface.of(tmp_path / "a.ttf") == other
    assert real_name(other.asked[0]) == "DejaVu Serif"


def test_typefaces_fill_each_others_gaps() -> None:
    typeface = Typeface.of(["DejaVu Sans Display", SERIF])
    assert typeface.font("Ж", 9).get_family()[:2] == list(typeface.asked)


@pytest.mark.parametrize(
    ("font", "message"),
    [
        ("DejaVu Sansy", "no typeface called 'DejaVu Sansy' is installed; there is DejaVu Sans"),
        ("nowhere.ttf", "there is no font file 'nowhere.ttf'"),
        (Path(__file__), "no font"),
    ],
)
def test_no_typeface(font: str | Path, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        modeltree.growth(lineage_of(["a"]), font=font)


@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_the_page_and_diagrams_have_the_typeface_too(weight: int, tmp_path: Path) -> None:
    document, (name,) = modeltree.page(lineage_of(["a", "b"]), font=SERIF).document, Typeface.of(SERIF).asked
    assert f"@font-face{{font-family:'{name}';font-weight:{weight}" in document
    assert f":root{{--face:'{name}', 'DejaVu Serif', 'modeltree Inter', Inter" in document
    modeltree.diagram(lineage_of(["a", "b"]), font=SERIF).save(tmp_path / "a.svg")
    assert "@font-face{font-family:'DejaVu Serif'" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_chinese_is_broken_between_characters_and_not_before_marks() -> None:
    text = "图中所示：有日期的全部 130 个模型。未画出：基于模型的产品（22）、数据集（33）。" * 3
    frame = set_title_block(TitleBlock(footnote=(text,)), lambda text, bold=False: (float(len(text)), 1.2), 200.0, 14.0)
    lines = [line.text for line in frame.notes]
    assert len(lines) > 3
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not [line for line in lines if line[0] in "。，、：）" or line[-1] == "（"]
