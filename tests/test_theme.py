"""Themes: text can be read on what it stands on, and what differs in meaning differs to the eye (WCAG 2.2, AA)."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from modeltree.icons import badge, contrast
from modeltree.records import Openness
from modeltree.theme import LIGHT, MOST_GROUPS, THEMES, Paint, Theme, faint

TEXT, LINES = 4.5, 3.0


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return THEMES[request.param]


def paints(theme: Theme) -> list[Paint]:
    return [*theme.openness.values(), *theme.categories, theme.other]


def test_labels_can_be_read(theme: Theme) -> None:
    for paint in paints(theme):
        assert contrast(paint.text, paint.fill) >= TEXT, paint


def test_labels_that_recede_can_be_read(theme: Theme) -> None:
    for paint in paints(theme):
        receding = faint(paint, theme)
        assert contrast(receding.text, receding.fill) >= TEXT, paint
        assert contrast(receding.fill, theme.page) <= contrast(paint.fill, theme.page) + 0.05, paint


@pytest.mark.parametrize(("ink", "ground"), [("ink", "page"), ("quiet", "page"), ("year_text", "year_fill")])
def test_words_can_be_read(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= TEXT


@pytest.mark.parametrize("line", ["axis", "leader", "link", "strong", "outline"])
def test_lines_can_be_seen(theme: Theme, line: str) -> None:
    for ground in (theme.page, theme.panel):
        assert contrast(getattr(theme, line), ground) >= LINES


def test_a_box_that_is_white_on_white_has_an_edge_that_can_be_seen(theme: Theme) -> None:
    for paint in theme.openness.values():
        if contrast(paint.fill, theme.page) < 1.15:
            assert contrast(paint.edge, theme.page) >= LINES, paint


def test_badges_can_be_read_in_each_theme(theme: Theme) -> None:
    for name in ("OpenAI", "Meta", "Google", "清华大学"):
        mark = badge(name, theme.badge_lightness)
        assert contrast(mark.ink, mark.fill) >= TEXT


def test_each_openness_has_a_paint_of_its_own(theme: Theme) -> None:
    assert set(theme.openness) == {*map(str, Openness), "unknown"}
    assert len({(paint.fill, paint.edge) for paint in theme.openness.values()}) == len(theme.openness)


def test_the_ground_behind_labels_recedes(theme: Theme) -> None:
    assert 1 < contrast(theme.panel, theme.page) < 1.25


def test_a_theme_is_changed_by_making_another() -> None:
    dark = replace(LIGHT, page="#101214")
    assert (dark.page, LIGHT.page) == ("#101214", "#ffffff")
    assert Theme() == LIGHT
    with pytest.raises(FrozenInstanceError):
        LIGHT.page = "#000000"  # type: ignore[misc]


def test_a_theme_has_paints_for_all_groups(theme: Theme) -> None:
    assert len(theme.categories) >= MOST_GROUPS
    with pytest.raises(ValueError, match=f"needs {MOST_GROUPS} paints for groups, not 3"):
        replace(theme, categories=theme.categories[:3])
