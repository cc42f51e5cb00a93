"""The theme: text can be read on what it stands on, and what differs in meaning differs to the eye (WCAG 2.2, AA)."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from modeltree.icons import contrast
from modeltree.records import Openness
from modeltree.theme import LIGHT, Theme

TEXT, LINES = 4.5, 3.0


@pytest.mark.parametrize("openness", [*Openness, "unknown"])
def test_labels_can_be_read(openness: str) -> None:
    paint = LIGHT.openness[str(openness)]
    assert contrast(paint.text, paint.fill) >= TEXT


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "page"), ("quiet", "page"), ("year_text", "year_fill")],
)
def test_words_can_be_read(ink: str, ground: str) -> None:
    assert contrast(getattr(LIGHT, ink), getattr(LIGHT, ground)) >= TEXT


@pytest.mark.parametrize("line", ["axis", "leader"])
def test_lines_can_be_seen(line: str) -> None:
    for ground in (LIGHT.page, LIGHT.panel):
        assert contrast(getattr(LIGHT, line), ground) >= LINES


@pytest.mark.parametrize("openness", ["closed", "unknown"])
def test_a_box_as_light_as_the_page_has_an_edge_that_can_be_seen(openness: str) -> None:
    paint = LIGHT.openness[openness]
    assert contrast(paint.edge, LIGHT.page) >= LINES


def test_each_openness_has_a_paint_of_its_own() -> None:
    assert set(LIGHT.openness) == {*map(str, Openness), "unknown"}
    assert len({paint.fill for paint in LIGHT.openness.values()}) == len(LIGHT.openness)


def test_a_theme_is_changed_by_making_another() -> None:
    dark = replace(LIGHT, page="#101214")
    assert (dark.page, LIGHT.page) == ("#101214", "#ffffff")
    assert Theme() == LIGHT
    with pytest.raises(FrozenInstanceError):
        LIGHT.page = "#000000"  # type: ignore[misc]


def test_the_ground_behind_labels_recedes() -> None:
    assert 1 < contrast(LIGHT.panel, LIGHT.page) < 1.2
