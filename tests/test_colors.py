"""Colors: contrast as in the standard, and what lies between two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.draw.theme import READABLE, contrast, mixed, readable

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_as_in_the_standard(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@given(COLOURS, COLOURS)
def test_mixing(one: str, other: str) -> None:
    assert (mixed(one, other, 0), mixed(one, other, 1)) == (one, other)
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


@given(COLOURS, COLOURS, st.sampled_from(["#000000", "#ffffff"]))
def test_what_is_readable(text: str, ground: str, ink: str) -> None:
    color = readable(text, ground, ink)
    assert contrast(color, ground) >= READABLE or color == ink
    assert contrast(text, ground) < READABLE or color == text
