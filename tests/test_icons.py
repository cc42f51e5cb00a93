"""Badges: letters that can be read, the same for the same name, always."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree import datasets
from modeltree.icons import badge, contrast, monogram


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
    code = "from modeltree.icons import badge; print(badge('OpenAI'), badge('Meta'))"
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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_as_in_the_standard(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)
