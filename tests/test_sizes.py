"""Sizes of pages as they are written."""

from __future__ import annotations

import pytest

from modeltree.findings import LayoutError
from modeltree.layout.sheet import PAPERS, page_size


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [
        ("14x13.5in", 14, 13.5),
        ("14 x 13.5 in", 14, 13.5),
        ("14x13.5", 14, 13.5),
        ("14in×13.5in", 14, 13.5),
        ("355x343mm", 13.976, 13.504),
        ("35.5x34.3CM", 13.976, 13.504),
        ("35.5cmx343mm", 13.976, 13.504),
        ("1008x972pt", 14, 13.5),
        ("A4", 8.268, 11.693),
        ("a4-portrait", 8.268, 11.693),
        ("A0-landscape", 46.811, 33.110),
        ("letter", 8.5, 11),
        ("Tabloid-Landscape", 17, 11),
        ("3.4in", 3.4, None),
        ("86.36mm", 3.4, None),
        ("7", 7, None),
        (".5x.5", 0.5, 0.5),
    ],
)
def test_sizes(text: str, width: float, height: float | None) -> None:
    across, down = page_size(text)
    assert across == pytest.approx(width, abs=0.001)
    assert down == (None if height is None else pytest.approx(height, abs=0.001))


@pytest.mark.parametrize(
    "text",
    ["", "A9", "A4-upright", "x", "14x", "x13", "14*13", "14x13x12", "-1x2", "1e3x2", "14x13.5inch", "nan", "4 4"],
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(LayoutError, match="is no size of a page: write 14x13.5in, 355x343mm, A4 or A0-landscape"):
        page_size(text)


@pytest.mark.parametrize("text", ["0x1", "1x0mm", "0in"])
def test_a_page_of_nothing(text: str) -> None:
    with pytest.raises(LayoutError, match="has no room for anything"):
        page_size(text)


def test_sheets_of_the_a_series_are_halves() -> None:
    for larger, smaller in zip(range(6), range(1, 7), strict=True):
        (width, height), (short, long) = PAPERS[f"a{larger}"], PAPERS[f"a{smaller}"]
        assert (long, short) == (width, height // 2)
