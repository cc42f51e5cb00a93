"""Which ticks stand in which row of a serpentine, on which sides their labels go, and how large the type can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from modeltree.errors import LayoutError
from modeltree.layout.blocks import Block, set_block
from modeltree.layout.metrics import Metrics
from modeltree.layout.rows import Choice, Placed, RowEnds, extend_row, place_row
from modeltree.layout.ticks import Tick

__all__ = ["Row", "RowSolver"]

_BEAM = 4
_LIKELY_FILL = 0.66
_PRECISION = 0.006
_WORTHWHILE = 0.8
_SQUARE = 1.2
# Neighbouring rows share space, so that they may take less than the sum of their heights: at the least 1 / 1.15.
_SHARED = 1.15


@dataclass(frozen=True, slots=True)
class Row:
    """Some ticks in a row.

    Parameters
    ----------
    first : int
        The place of its first tick among all.
    choices : tuple of Choice
        What each of its ticks has on either side.
    lines : (int, int)
        The most lines above and below.
    width : float
        Of the page between its margins.
    ends : RowEnds
        How far it may reach.
    placed : tuple of Placed
        Where its ticks and blocks are.
    """

    first: int
    choices: tuple[Choice, ...]
    lines: tuple[int, int]
    width: float
    ends: RowEnds
    placed: tuple[Placed, ...] = ()

    @property
    def stop(self) -> int:
        """The place after that of its last tick."""
        return self.first + len(self.choices)

    def x(self, place: float, width: float = 0.0) -> float:
        """The left edge, from the left, of something at a place along the row."""
        return self.width - place - width if self.ends.flipped else place


class RowSolver:
    """Rows for given ticks; all lengths are ems of the label type.

    Parameters
    ----------
    ticks : sequence of Tick
        In time order.
    widths : sequence of float
        The width of each label.
    metrics : Metrics
        The distances.
    page_aspect : float
        Height of the page by its width: on a wide page blocks may be wide.
    """

    def __init__(
        self, ticks: Sequence[Tick], widths: Sequence[float], metrics: Metrics, page_aspect: float = 1.0
    ) -> None:
        self.ticks = ticks
        self.widths = widths
        self.metrics = metrics
        self._aspect = min(1.0, page_aspect)
        # The area of the labels from each tick on: what they need at the very least.
        needs = [sum(widths[item] for item in tick.items) * metrics.line_pitch for tick in ticks]
        self._rest = list(accumulate(reversed(needs), initial=0.0))[::-1]
        self._known: dict[tuple[int, int], tuple[Choice, ...]] = {}

    def largest(self, width: float, height: float, most: float, least: float) -> tuple[float, tuple[Row, ...]]:
        """The largest type, between two sizes, with which all fits in a space in points, and the rows it makes."""
        best: tuple[float, tuple[Row, ...]] | None = None
        low, high = least, most
        area = sum(self.widths) * self.metrics.line_pitch
        size = min(most, max(least, (_LIKELY_FILL * width * height / max(area, 1.0)) ** 0.5))
        while high - low > _PRECISION * high or best is None:
            rows = self.rows(width / size, height / size)
            if rows is not None and self.height(rows) * size <= height:
                best, low = (size, rows), size
            elif size <= least:
                raise LayoutError(f"the models do not fit on {width:.0f} × {height:.0f} pt in type of {least:g} pt")
            else:
                high = size
            # Until it is known from both sides the size is looked for near where it probably is.
            if high == most and size < most:
                size = min(most, size * 1.1)
            elif best is None:
                size = max(least, size / 1.15)
            else:
                size = (low + high) / 2
        return best

    def rows(self, width: float, height: float) -> tuple[Row, ...] | None:
        """The rows of least height in a given width; None where there are none.

        Rows of every depth are filled from each tick at which one can begin, as far as they reach; the chain of
        rows of least height is then a shortest path.
        """
        depths = _depths(int(height / 2 / self.metrics.line_pitch) + 1)
        most = height * _SHARED
        cost = {0: 0.0}
        last: dict[int, Row] = {}
        number = {0: 0}
        for start in range(len(self.ticks)):
            if start not in cost or cost[start] + self._rest[start] / width > most:
                continue
            for row in self._worthwhile(start, depths, number[start], width):
                total = cost[start] + self._deep(row)
                better = row.stop not in cost or total < cost[row.stop] - 1e-9
                if better and total + self._rest[row.stop] / width <= most:
                    cost[row.stop], last[row.stop], number[row.stop] = total, row, number[start] + 1
        if len(self.ticks) not in cost:
            return None
        rows: list[Row] = []
        while not rows or rows[-1].first:
            rows.append(last[rows[-1].first if rows else len(self.ticks)])
        return tuple(self._placed(row, last=row is rows[0]) for row in reversed(rows))

    def pitches(self, rows: Sequence[Row]) -> list[float]:
        """From the axis of each row to that of the next: what hangs and what stands may share the space between."""
        metrics = self.metrics
        pitches = []
        for upper, lower in pairwise(rows):
            hanging, standing = self.extents(upper, below=True), self.extents(lower, below=False)
            clear = metrics.row_gap + metrics.tick_reach
            needed = [2 * metrics.turn * 0.7, *(deep + clear for _, _, deep in (*hanging, *standing))]
            needed += [
                deep + metrics.row_gap + rise
                for start, end, deep in hanging
                for left, right, rise in standing
                if left < end + metrics.block_gap and start < right + metrics.block_gap
            ]
            pitches.append(max(needed))
        return pitches

    def extents(self, row: Row, below: bool) -> list[tuple[float, float, float]]:
        """The left and right edge of each block on one side of a row, and how far from the axis it ends."""
        found = []
        for choice, placed in zip(row.choices, row.placed, strict=True):
            block, start = (choice.below, placed.below) if below else (choice.above, placed.above)
            if block:
                left = row.x(start, block.width)
                found.append((left, left + block.width, self.metrics.depth(block.height)))
        return found

    def height(self, rows: Sequence[Row]) -> float:
        """Of all rows together."""
        return self.top(rows) + sum(self.pitches(rows)) + self.bottom(rows)

    def top(self, rows: Sequence[Row]) -> float:
        """From the top edge to the first axis."""
        return max([self.metrics.tick_reach, *(rise for *_, rise in self.extents(rows[0], below=False))])

    def bottom(self, rows: Sequence[Row]) -> float:
        """From the last axis to the bottom edge."""
        return max([self.metrics.tick_reach, *(deep for *_, deep in self.extents(rows[-1], below=True))])

    def _deep(self, row: Row) -> float:
        above, below = row.lines
        least = self.metrics.tick_reach
        return max(self.metrics.depth(above), least) + max(self.metrics.depth(below), least) + self.metrics.row_gap

    def _ends(self, number: int, width: float, last: bool = False) -> RowEnds:
        metrics = self.metrics
        begin = metrics.turn if number else metrics.lead
        end = width - (metrics.tail if last else max(metrics.turn, metrics.tail))
        above = (metrics.turn_gap if number else 0.0, width)
        below = (0.0, width if last else width - metrics.turn_gap)
        return RowEnds((begin, end), above, below, flipped=number % 2 == 1)

    def _filled(self, start: int, depth: int, number: int, width: float) -> Row:
        ends = self._ends(number, width)
        options = ((self.ticks[tick].width, self._choices(tick, depth)) for tick in range(start, len(self.ticks)))
        choices, lines = extend_row(options, ends, self.metrics, _BEAM)
        return Row(start, choices, lines, width, ends)

    def _worthwhile(self, start: int, depths: Sequence[int], number: int, width: float) -> list[Row]:
        """The rows from a tick that use their space not much worse than the best of them does."""
        rows: list[Row] = []
        for depth in depths:
            row = self._filled(start, depth, number, width)
            if row.choices and not (rows and row.stop == rows[-1].stop):
                rows.append(row)
            if row.stop == len(self.ticks):
                break
        used = [(self._rest[start] - self._rest[row.stop]) / self._deep(row) for row in rows]
        ends = len(self.ticks)
        return [row for row, use in zip(rows, used, strict=True) if use >= _WORTHWHILE * max(used) or row.stop == ends]

    def _placed(self, row: Row, last: bool) -> Row:
        number = int(row.ends.flipped) + 2 * bool(row.first)
        ends = self._ends(number, row.width, last)
        widths = [self.ticks[tick].width for tick in range(row.first, row.stop)]
        return replace(row, ends=ends, placed=place_row(widths, row.choices, ends, self.metrics))

    def _choices(self, tick: int, depth: int) -> tuple[Choice, ...]:
        """What a tick may have on either side in a row of a given depth."""
        if (tick, depth) not in self._known:
            labels = self.ticks[tick].items
            half = len(labels) // 2
            splits = {0, len(labels)}
            if len(labels) > 2 or half >= depth:
                splits |= {half, len(labels) - half}
            if depth < len(labels) < 2 * depth:
                splits |= {depth, len(labels) - depth}
            self._known[tick, depth] = tuple(
                Choice(self._block(labels[:split], depth), self._block(labels[split:], depth))
                for split in sorted(splits, reverse=True)
                if max(self._fewest_lines(split), self._fewest_lines(len(labels) - split)) <= depth
            )
        return self._known[tick, depth]

    def _fewest_lines(self, labels: int) -> int:
        """A block is about as high as wide, counted in labels: a long line of labels strays from its tick."""
        return min(labels, max(2, math.ceil((_SQUARE * self._aspect * labels) ** 0.5)))

    def _block(self, labels: Sequence[int], depth: int) -> Block | None:
        return set_block(labels, self.widths, depth, self.metrics.word_gap, self.metrics.anchor) if labels else None


def _depths(most: int) -> list[int]:
    """The depths to try for a row, in lines on each side: all small ones, then in steps of about an eighth."""
    depths = [1]
    while depths[-1] < most:
        depths.append(depths[-1] + max(1, depths[-1] // 8))
    return depths
