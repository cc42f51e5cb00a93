"""Rows in which ticks are as far apart as their dates: equal months, for an honest reading of pace. Lengths are ems.

A tick keeps its exact place unless its neighbor's text needs the room; the labels follow as near as they can, each
side in order, so that leaders lean but do not cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.blocks import Block
from modeltree.layout.serpentine.rows import Choice, Placed, RowEnds, in_order
from modeltree.layout.serpentine.solver import Chooser
from modeltree.layout.serpentine.stack import Row, Stack, row_ends
from modeltree.layout.serpentine.ticks import Tick

__all__ = ["LinearSolver", "months_of"]

_MOST_ROWS = 24
# How far, in ems, the labels of a tick may stray on average before deeper blocks are tried.
_STRAY = 4.0


def months_of(tick: Tick) -> float:
    """When a tick is, in months: a year at its beginning, anything else in its middle."""
    date = tick.date
    first = 12.0 * date.year + (date.month or 1) - 1
    if tick.kind == "day" and date.day:
        return first + (date.day - 0.5) / 31.0
    return first + {"year": 0.0, "quarter": 1.5, "month": 0.5, "day": 0.5}[tick.kind]


class LinearSolver:
    """Rows of equal time for given ticks.

    Parameters
    ----------
    ticks : sequence of Tick
        In time order.
    chooser : Chooser
        What each may have on either side.
    fall : float
        How far each row falls, in ems.
    rows : int, optional
        How many rows there must be; by default as many as take the least height.
    """

    def __init__(self, ticks: Sequence[Tick], chooser: Chooser, fall: float = 0.0, rows: int | None = None) -> None:
        self.ticks = ticks
        self.chooser = chooser
        self.metrics: Metrics = chooser.metrics
        self.fall = fall
        self.count = rows
        self._months = [months_of(tick) for tick in ticks]
        self.area = sum(chooser.widths[item] for tick in ticks for item in tick.items) * self.metrics.line_pitch

    def widened(self, stack: Stack, width: float) -> Stack:
        """The rows of as many of equal time in a greater width."""
        rows = self._rows(len(stack.rows), width, stack.height)
        return Stack(rows, self.metrics, self.fall) if rows else stack

    def solve(self, width: float, height: float) -> Stack | None:
        """The rows of least height in a given width; None where there are none."""
        best: Stack | None = None
        for count in [self.count] if self.count else range(1, _MOST_ROWS + 1):
            rows = self._rows(count, width, height)
            stack = Stack(rows, self.metrics, self.fall) if rows else None
            if stack and (best is None or stack.height < best.height):
                best = stack
        return best

    def _rows(self, count: int, width: float, height: float) -> list[Row] | None:
        """So many rows of equal time, each as shallow as it can be; None where one is too short for its ticks."""
        first, last = self._months[0], self._months[-1]
        span = max(last - first, 1e-9) / count
        rows = []
        for number in range(count):
            begin = first + number * span
            ends = row_ends(number, width, self.metrics, last=number == count - 1)
            here = [
                place
                for place, month in enumerate(self._months)
                if min(int((month - first) / span), count - 1) == number
            ]
            row = self._row([self.ticks[place] for place in here], [self._months[place] - begin for place in here],
                            span, width, ends, int(height / self.metrics.line_pitch))  # fmt: skip
            if row is None:
                return None
            rows.append(row)
        return rows

    def _row(
        self, ticks: Sequence[Tick], months: Sequence[float], span: float, width: float, ends: RowEnds, deepest: int
    ) -> Row | None:
        inset = max(tick.width for tick in self.ticks) / 2
        places = _tick_places([tick.width for tick in ticks], months, span, ends, inset, self.metrics)
        if places is None:
            return None
        best: tuple[float, Row] | None = None
        depth = 1
        while depth <= max(deepest, 1):
            choices = [self.chooser.choices(tick, depth) for tick in ticks]
            if all(choices):
                found = self._sides(places, choices, ends)
                if found and (best is None or found[0] < best[0]):
                    best = (found[0], Row(tuple(ticks), found[1], width, ends, found[2]))
                if best and best[0] <= _STRAY:
                    break
            depth += max(1, depth // 4)
        return best[1] if best else None

    def _sides(
        self, places: Sequence[float], options: Sequence[Sequence[Choice]], ends: RowEnds
    ) -> tuple[float, tuple[Choice, ...], tuple[Placed, ...]] | None:
        """For each tick the choice that strays least, given those before; how far they stray on average; the places."""
        cursor = {"above": ends.above[0], "below": ends.below[0]}
        chosen = []
        for place, choices in zip(places, options, strict=True):

            def stray(choice: Choice, place: float = place) -> tuple[float, float]:
                pushed = [
                    max(0.0, cursor[side] - (place - block.width / 2))
                    for side, block in (("above", choice.above), ("below", choice.below))
                    if block
                ]
                wide = sum(block.width for block in (choice.above, choice.below) if block)
                return (max(pushed, default=0.0), wide)

            choice = min(choices, key=stray)
            chosen.append(choice)
            for side, block in (("above", choice.above), ("below", choice.below)):
                if block:
                    start = max(cursor[side], place - block.width / 2)
                    cursor[side] = start + block.width + self.metrics.block_gap
        above = _starts([choice.above for choice in chosen], places, ends.above, self.metrics)
        below = _starts([choice.below for choice in chosen], places, ends.below, self.metrics)
        if above is None or below is None:
            return None
        placed = tuple(Placed(place, a, b, ()) for place, a, b in zip(places, above, below, strict=True))
        strays = [
            abs(start + block.width / 2 - place) - block.width / 2
            for choice, spot in zip(chosen, placed, strict=True)
            for block, start in ((choice.above, spot.above), (choice.below, spot.below))
            if block
            for place in [spot.tick]
        ]
        return (sum(max(0.0, stray) for stray in strays) / max(len(strays), 1), tuple(chosen), placed)


def _tick_places(
    widths: Sequence[float], months: Sequence[float], span: float, ends: RowEnds, inset: float, metrics: Metrics
) -> list[float] | None:
    """Each tick at its time, or as near to it as the texts of the others let it be; None where they have no room."""
    begin, end = ends.ticks
    offsets: list[float] = []
    for place, width in enumerate(widths):
        offsets.append(offsets[-1] + (widths[place - 1] + width) / 2 + metrics.tick_gap if place else width / 2)
    length = max(end - begin - 2 * inset, 0.0)
    wanted = [begin + inset + month / span * length - offset for month, offset in zip(months, offsets, strict=True)]
    lows = [begin + widths[0] / 2 - offsets[0]] * len(widths) if widths else []
    high = end - widths[-1] / 2 - offsets[-1] if widths else 0.0
    if lows and lows[0] > high + 1e-9:
        return None
    return [min(max(fit, low), high) + offset for fit, low, offset in zip(in_order(wanted), lows, offsets, strict=True)]


def _starts(
    blocks: Sequence[Block | None], places: Sequence[float], limits: tuple[float, float], metrics: Metrics
) -> list[float] | None:
    """Where the blocks of one side begin: in order, as near to the middle over their ticks as can be."""
    here = [(block, place) for block, place in zip(blocks, places, strict=True) if block]
    widths = [block.width + metrics.block_gap for block, _ in here]
    if sum(widths) - metrics.block_gap > limits[1] - limits[0]:
        return None
    offsets = [0.0, *accumulate(widths)]
    wanted = [place - block.width / 2 - offset for (block, place), offset in zip(here, offsets, strict=False)]
    high = limits[1] - limits[0] - (offsets[-1] - metrics.block_gap) + limits[0]
    fitted = iter(
        min(max(fit, limits[0]), high) + offset for fit, offset in zip(in_order(wanted), offsets, strict=False)
    )
    return [next(fitted) if block else math.nan for block in blocks]
