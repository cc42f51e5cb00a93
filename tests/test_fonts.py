"""The typeface: what is measured is what is drawn, on every machine and without a warning."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager

from modeltree import datasets
from modeltree.draw.fonts import BOLD, FAMILY, INTER, REGULAR, _measured, font_file


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("letter", ["A", "W", "i", "0", "é", "Σ", "Ж"])
def test_a_letter_is_as_wide_as_the_file_says(letter: str, bold: bool) -> None:
    typeface = TTFont(font_file(FAMILY, BOLD if bold else REGULAR))
    advance, _ = typeface["hmtx"][typeface.getBestCmap()[ord(letter)]]
    assert INTER.measure(letter, bold)[0] == pytest.approx(advance / typeface["head"].unitsPerEm, abs=0.005)


@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_text_is_centred_on_capitals(weight: int) -> None:
    typeface = TTFont(font_file(FAMILY, weight))
    assert typeface["OS/2"].sCapHeight / typeface["head"].unitsPerEm / 2 == pytest.approx(INTER.half_capital, abs=0.001)


def test_words_are_about_as_wide_as_their_letters() -> None:
    for record in datasets.load("survey").models:
        letters = sum(INTER.measure(letter, bold=True)[0] for letter in record.name)
        assert INTER.measure(record.name, bold=True)[0] == pytest.approx(letters, rel=0.08)


def test_bold_is_wider() -> None:
    assert INTER.measure("Vicuna", bold=True) > INTER.measure("Vicuna")


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0.0), ("悟道", 2.0), ("ｗ", 1.0), ("🦙", 1.4), ("\u200b", 0.0), ("\U00016a00", 0.7), ("悟A", 1.0)],
)
def test_letters_that_no_measured_typeface_has(text: str, width: float) -> None:
    known = sum(INTER.measure(letter)[0] for letter in text if letter.isascii())
    assert INTER.measure(text)[0] == pytest.approx(width + known)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_can_be_measured(text: str) -> None:
    width, height = INTER.measure(text)
    assert 0 <= width <= 3 * len(text)
    assert height > 1


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", ["GPT-4 (Σ)", "ابتثج", "☃ snow", "悟道", "🦙"])
def test_no_warning_whatever_the_letters(text: str, bold: bool, caplog: pytest.LogCaptureFixture) -> None:
    font_manager.findfont.__self__._findfont_cached.cache_clear()
    properties = INTER.font(text, 12, bold)
    with caplog.at_level(logging.WARNING, logger="matplotlib.font_manager"):
        found = font_manager.fontManager._find_fonts_by_props(properties)
    assert caplog.records == []
    assert str(found[0]) == str(font_file(FAMILY, BOLD if bold else REGULAR))
    assert properties.get_size() <= 12


def test_other_typefaces_are_asked_only_where_letters_lack() -> None:
    assert INTER.font("PanGu-Σ", 12).get_family() == [FAMILY]
    assert INTER.font("☃", 12).get_family()[:2] == [FAMILY, "DejaVu Sans"]


def test_letters_from_elsewhere_are_set_smaller_where_they_are_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeltree.draw.fonts._usual_width", lambda letter: 0.25)
    monkeypatch.setattr("modeltree.draw.fonts._set_width", lambda families, weight, text: float(bool(text)))
    _measured.cache_clear()
    assert INTER.font("悟道", 12).get_size() == 6
    _measured.cache_clear()


def test_nobody_elses_inter_is_taken() -> None:
    code = """
from matplotlib import font_manager as manager
other = manager.findfont("DejaVu Sans")
manager.fontManager.ttflist.insert(0, manager.FontEntry(fname=other, name="Inter", weight=700, size="scalable"))
from modeltree.draw.fonts import INTER
inter = manager.FontProperties(family=["Inter"], weight=700)
print(manager.findfont(inter), manager.findfont(INTER.font("A", 12, bold=True)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    others, ours = result.stdout.split()
    assert others.endswith("DejaVuSans.ttf")
    assert ours.endswith("Inter-SemiBold.ttf")
