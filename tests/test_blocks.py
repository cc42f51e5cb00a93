"""Blocks: every label once, nothing over anything, and about as narrow as a brute force makes them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.layout.serpentine.blocks import Block, set_block

GAP, ANCHOR = 0.4, 0.5
width_lists = st.lists(st.floats(0.5, 40), min_size=1, max_size=40)


def made(widths: Sequence[float], most_lines: int) -> Block:
    return set_block(range(len(widths)), [0] * len(widths), widths, most_lines, GAP, ANCHOR)


def labels(block: Block) -> list[list[int]]:
    return [[slot.label for slot in line] for line in block.lines]


@given(width_lists, st.integers(1, 12))
def test_whatever_the_labels(widths: list[float], most_lines: int) -> None:
    block = made(widths, most_lines)
    assert sorted(itertools.chain(*labels(block))) == list(range(len(widths)))
    assert 1 <= block.height <= most_lines
    assert block.columns == max(map(len, block.lines))
    for line in block.lines:
        assert line[0].left == 0
        for slot, following in itertools.pairwise(line):
            assert following.left == pytest.approx(slot.left + slot.width + GAP)
        assert line[-1].left + line[-1].width <= block.width + 1e-9
        assert [slot.width for slot in line] == [widths[slot.label] for slot in line], "boxes are as wide as need be"
    assert block.width == pytest.approx(max(line[-1].left + line[-1].width for line in block.lines))


@given(width_lists, st.integers(1, 12))
def test_a_leader_meets_a_label_of_the_nearest_line(widths: list[float], most_lines: int) -> None:
    block = made(widths, most_lines)
    assert len(block.windows) == len(block.lines[0])
    for (least, most), slot in zip(block.windows, block.lines[0], strict=True):
        from_end = min(ANCHOR, slot.width / 2)
        assert least - slot.left == pytest.approx(from_end)
        assert slot.left + slot.width - most == pytest.approx(from_end)
        assert least <= most + 1e-9


@given(width_lists, st.integers(1, 12))
def test_mirrored_windows_are_those_seen_from_the_other_end(widths: list[float], most_lines: int) -> None:
    block = made(widths, most_lines)
    again = [(block.width - most, block.width - least) for least, most in reversed(block.mirrored())]
    assert [place for window in again for place in window] == pytest.approx(list(itertools.chain(*block.windows)))
    assert all(least <= most + 1e-9 for least, most in block.mirrored())


def test_labels_that_have_a_line_each_stay_in_order() -> None:
    assert labels(made([3, 9, 1], 3)) == [[0], [1], [2]]
    assert labels(made([3, 9, 1], 7)) == [[0], [1], [2]]


def test_one_line_holds_all() -> None:
    block = made([3, 9, 1], 1)
    assert sorted(labels(block)[0]) == [0, 1, 2]
    assert block.width == pytest.approx(3 + 9 + 1 + 2 * GAP)


def test_the_longest_line_is_nearest_to_the_axis() -> None:
    block = made([9, 5, 5, 3, 3, 3, 2], 3)
    lengths = [line[-1].left + line[-1].width for line in block.lines]
    assert lengths == sorted(lengths, reverse=True)


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.5, 40)), min_size=1, max_size=40), st.integers(1, 12))
def test_lines_are_in_order_of_date_outward_from_the_axis(dated: list[tuple[int, float]], most_lines: int) -> None:
    ranks, widths = zip(*sorted(dated), strict=True)
    block = set_block(range(len(ranks)), ranks, widths, most_lines, GAP, ANCHOR)
    assert sorted(itertools.chain(*labels(block))) == list(range(len(ranks)))
    assert block.height <= most_lines
    for nearer, farther in itertools.pairwise([[ranks[label] for label in line] for line in labels(block)]):
        assert max(nearer) <= min(farther)


@given(st.lists(st.floats(0.5, 20), min_size=1, max_size=6), st.integers(1, 3))
def test_blocks_are_hardly_wider_than_they_must_be(widths: list[float], most_lines: int) -> None:
    def width(placing: tuple[int, ...]) -> float:
        lines = [[widths[label] + GAP for label, at in enumerate(placing) if at == line] for line in range(most_lines)]
        return max(sum(line) for line in lines) - GAP

    narrowest = min(map(width, itertools.product(range(most_lines), repeat=len(widths))))
    assert narrowest - 1e-9 <= made(widths, most_lines).width <= 13 / 11 * (narrowest + GAP) * 1.01


@given(width_lists, st.integers(1, 12))
def test_blocks_are_always_the_same(widths: list[float], most_lines: int) -> None:
    assert made(widths, most_lines) == made(list(widths), most_lines)
