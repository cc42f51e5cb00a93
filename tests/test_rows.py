"""Rows: ticks and blocks in order and apart, each tick over a label, and as many ticks as a brute force has."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.layout.serpentine.blocks import BlockPair, set_block
from modeltree.layout.serpentine.rows import Placed, RowEnds, extend_row, place_row
from modeltree.layout.sheet import Metrics
from strategies import examples

METRICS = Metrics()
CLOSE = 1e-6


@dataclass(frozen=True)
class Case:
    """Ticks with their widths and what each may have, and how far the row reaches."""

    widths: tuple[float, ...]
    options: tuple[tuple[BlockPair, ...], ...]
    ends: RowEnds


def choice_of(above: Sequence[float], below: Sequence[float], lines: int) -> BlockPair:
    blocks = [
        set_block(range(len(side)), [0] * len(side), side, lines, METRICS.word_gap, METRICS.anchor) if side else None
        for side in (above, below)
    ]
    return BlockPair(*blocks)


@st.composite
def cases(draw: st.DrawFn, most_ticks: int = 10) -> Case:
    sides = st.lists(st.integers(2, 12).map(float), max_size=3)
    ticks = draw(st.integers(1, most_ticks))
    length = draw(st.integers(10, 90))
    options = []
    for _ in range(ticks):
        above, below, lines = draw(sides), draw(sides), draw(st.integers(1, 3))
        ways = {"given": (above, below), "swapped": (below, above), "all above": (above + below, [])}
        wanted = draw(st.lists(st.sampled_from(sorted(ways)), min_size=1, max_size=2, unique=True))
        options.append(tuple(choice_of(*ways[way], lines) for way in wanted))
    ends = RowEnds(
        (draw(st.integers(0, 3)), length - draw(st.integers(0, 3))),
        (draw(st.integers(0, 2)), length),
        (0, length - draw(st.integers(0, 2))),
        flipped=draw(st.booleans()),
    )
    widths = draw(st.lists(st.integers(1, 4).map(float), min_size=ticks, max_size=ticks))
    return Case(tuple(widths), tuple(options), ends)


def filled(case: Case, beam: int) -> tuple[BlockPair, ...]:
    return extend_row(zip(case.widths, case.options, strict=True), case.ends, METRICS, beam)


def placed(case: Case, choices: Sequence[BlockPair]) -> tuple[Placed, ...]:
    return place_row(case.widths[: len(choices)], choices, case.ends, METRICS)


@settings(deadline=None)
@given(cases(), st.integers(1, 8))
def test_whatever_the_ticks(case: Case, beam: int) -> None:
    choices = filled(case, beam)
    assert all(choice in options for choice, options in zip(choices, case.options, strict=False))
    row = placed(case, choices)
    assert len(row) == len(choices)
    spans = [(at.tick - width / 2, at.tick + width / 2) for at, width in zip(row, case.widths, strict=False)]
    check_in_order(spans, case.ends.ticks, METRICS.tick_gap)
    for side in ("above", "below"):
        starts = [getattr(at, side) for at in row]
        blocks = [getattr(choice, side) for choice in choices]
        spans = [(start, start + block.width) for start, block in zip(starts, blocks, strict=True) if block]
        check_in_order(spans, getattr(case.ends, side), METRICS.block_gap)
        for at, start, block in zip(row, starts, blocks, strict=True):
            if block:
                windows = block.mirrored() if case.ends.flipped else block.windows
                assert any(start + least - CLOSE <= at.tick <= start + most + CLOSE for least, most in windows)


def check_in_order(spans: Sequence[tuple[float, float]], ends: tuple[float, float], gap: float) -> None:
    assert all(ends[0] - CLOSE <= start and end <= ends[1] + CLOSE for start, end in spans)
    assert all(end + gap <= start + CLOSE for (_, end), (start, _) in itertools.pairwise(spans))


@settings(deadline=None, max_examples=examples(60))
@given(cases(most_ticks=4))
def test_a_wide_beam_finds_room_for_as_many_ticks_as_there_is(case: Case) -> None:
    def most() -> int:
        for count in range(len(case.options), 0, -1):
            for choices in itertools.product(*case.options[:count]):
                try:
                    placed(case, choices)
                except ValueError:
                    continue
                return count
        return 0

    assert len(filled(case, beam=10_000)) == most()


@settings(deadline=None)
@given(cases(), st.integers(1, 3))
def test_what_is_chosen_can_be_placed_and_a_wider_beam_is_not_much_worse(case: Case, beam: int) -> None:
    few, many = filled(case, beam), filled(case, 50)
    assert len(few) <= len(many)
    assert len(placed(case, many)) == len(many)


def test_the_way_that_takes_least_room_now_may_leave_none_later() -> None:
    either = (choice_of([2], [], 1), choice_of([], [2], 1))
    options = (either, either, (choice_of([], [], 1),), (choice_of([6.8], [], 1),))
    case = Case((1.0,) * 4, options, RowEnds((0, 10), (0, 10), (0, 10), flipped=False))
    assert [len(filled(case, beam)) for beam in (1, 4)] == [3, 4]


def test_a_row_too_short() -> None:
    case = Case((4.0,), ((choice_of([10.0], [], 1),),), RowEnds((0, 8), (0, 8), (0, 8), flipped=False))
    assert filled(case, 4) == ()
    with pytest.raises(ValueError, match="too short"):
        placed(case, case.options[0])


def test_an_empty_row() -> None:
    assert place_row([], [], RowEnds((0, 8), (0, 8), (0, 8), flipped=False), METRICS) == ()
    assert extend_row([], RowEnds((0, 8), (0, 8), (0, 8), flipped=False), METRICS, 4) == ()


def test_one_tick_stands_in_the_middle_of_its_label() -> None:
    ends = RowEnds((0, 40), (0, 40), (0, 40), flipped=False)
    (at,) = place_row([2.0], [choice_of([10.0], [], 1)], ends, METRICS)
    assert at.tick == pytest.approx(at.above + 5)


def test_ticks_are_spread_over_the_row() -> None:
    ends = RowEnds((0, 100), (0, 100), (0, 100), flipped=False)
    choices = [choice_of([8.0], [], 1), choice_of([8.0], [], 1), choice_of([8.0], [], 1)]
    row = place_row([2.0, 2.0, 2.0], choices, ends, METRICS)
    gaps = [second.above - first.above - 8 for first, second in itertools.pairwise(row)]
    assert gaps[0] == pytest.approx(gaps[1])
    assert gaps[0] > 15


@settings(deadline=None)
@given(cases(), st.data())
def test_no_tick_could_be_nearer_to_the_middle_of_its_label(case: Case, data: st.DataObject) -> None:
    """That is, no other places that keep order and distance have a smaller sum of squares."""
    choices = filled(case, 4)
    row = placed(case, choices)
    widths = case.widths[: len(row)]
    lows = [
        max([case.ends.ticks[0] + width / 2, *(window[0] for window in at.windows)])
        for at, width in zip(row, widths, strict=True)
    ]
    highs = [
        min([case.ends.ticks[1] - width / 2, *(window[1] for window in at.windows)])
        for at, width in zip(row, widths, strict=True)
    ]
    wanted = [(low + high) / 2 if at.windows else None for low, high, at in zip(lows, highs, row, strict=True)]

    def cost(places: Sequence[float]) -> float:
        return sum((place - aim) ** 2 for place, aim in zip(places, wanted, strict=True) if aim is not None)

    if None in wanted:  # where they would be is known only inside
        return
    steps = data.draw(st.lists(st.sampled_from([-0.5, -0.01, 0.0, 0.01, 0.5]), min_size=len(row), max_size=len(row)))
    places = [at.tick + step for at, step in zip(row, steps, strict=True)]
    in_windows = all(low <= place <= high for low, place, high in zip(lows, places, highs, strict=True))
    apart = all(
        second - first >= (one + two) / 2 + METRICS.tick_gap
        for (first, one), (second, two) in itertools.pairwise(zip(places, widths, strict=True))
    )
    if in_windows and apart:
        assert cost(places) >= cost([at.tick for at in row]) - CLOSE
