"""Themes: text can be read on what it stands on, and what differs in meaning differs to the eye (WCAG 2.2, AA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from modeltree.draw.icons import badge
from modeltree.draw.theme import COLORBLIND, LIGHT, MOST_GROUPS, PRINT, THEMES, Paint, Theme, contrast, faint, outlined
from modeltree.records import Openness

TEXT, LINES = 4.5, 3.0

# How linear RGB looks to eyes without red cones (protanopia), without green ones (deuteranopia), and without blue ones
# (tritanopia): Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.0.
VISIONS = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "no green cones": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "no blue cones": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
SRGB_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))


def lab(colors: Sequence[str], vision: str = "all cones") -> NDArray[np.float64]:
    """CIE L*a*b* of colors as some eyes see them, a row each."""
    parts = np.array([[int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)] for color in colors])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(VISIONS[vision]), 0, 1)
    xyz = seen @ np.transpose(SRGB_TO_XYZ) / np.sum(SRGB_TO_XYZ, axis=1)
    roots = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = roots.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def least_distance(colors: Sequence[str], vision: str = "all cones") -> float:
    """Between any two of some colors (CIE 1976)."""
    points = lab(colors, vision)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return float(distances[~np.eye(len(points), dtype=bool)].min())


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return THEMES[request.param]


def paints(theme: Theme) -> list[Paint]:
    return [*theme.openness.values(), *theme.categories, theme.other, theme.none]


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
        mark = badge(name, theme.badge_lightness, theme.badge_saturation)
        assert contrast(mark.ink, mark.fill) >= TEXT


def test_each_openness_has_a_paint_of_its_own(theme: Theme) -> None:
    assert set(theme.openness) == {*map(str, Openness), "unknown"}
    assert len({(paint.fill, paint.edge) for paint in theme.openness.values()}) == len(theme.openness)


def test_the_ground_behind_labels_recedes(theme: Theme) -> None:
    assert 1.19 < contrast(theme.panel, theme.page) < 1.3


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


def fills(theme: Theme) -> list[str]:
    return [paint.fill for paint in theme.categories[:MOST_GROUPS]]


def test_a_color_seen_is_what_the_standard_says() -> None:
    assert lab(["#ffffff", "#ff0000"]) == pytest.approx(np.array([[100, 0, 0], [53.24, 80.09, 67.20]]), abs=0.02)


@pytest.mark.parametrize("vision", VISIONS)
def test_six_groups_differ_to_all_eyes(theme: Theme, vision: str) -> None:
    assert least_distance(fills(theme), vision) >= 12 - 0.5 * (theme is PRINT)
    assert least_distance([*fills(theme), theme.other.fill], vision) >= 10
    edges = [outlined(paint, theme).edge for paint in theme.categories[:MOST_GROUPS]]
    assert least_distance(edges, vision) >= 10, "models that are closed have the edge of their family alone"
    assert all(contrast(edge, theme.page) >= LINES for edge in edges)


def test_all_sorts_of_a_chart_differ(theme: Theme) -> None:
    """To eyes that see color; on paper the order of a chart and its legend tells greys apart."""
    assert least_distance([paint.fill for paint in theme.categories]) >= (5 if theme is PRINT else 23)


@pytest.mark.parametrize("vision", VISIONS)
def test_what_is_open_differs_to_eyes_that_lack_cones(vision: str) -> None:
    assert least_distance([paint.fill for paint in COLORBLIND.openness.values()], vision) >= 10


def test_print_has_greys_alone_and_those_side_by_side_are_far_apart() -> None:
    colors = {paint.fill for paint in (*PRINT.categories, PRINT.other, *PRINT.openness.values())}
    assert np.abs(lab(sorted(colors))[:, 1:]).max() < 0.1, "there is no color but grey"
    in_legend = lab(fills(PRINT))[:, 0]
    assert all(abs(one - other) >= 15 for one, other in pairwise(in_legend))
    assert PRINT.badge_saturation == 0
