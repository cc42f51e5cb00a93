"""Rows one under the other: how far apart they must be. Lengths are ems, places run along a row with time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.rows import Choice, Placed, RowEnds
from modeltree.layout.serpentine.ticks import Tick

__all__ = ["Row", "Stack", "row_ends"]


@dataclass(frozen=True, slots=True)
class Row:
    """Some ticks in a row.

    Parameters
    ----------
    ticks : tuple of Tick
        In time order.
    choices : tuple of Choice
        What each of them has on either side.
    width : float
        Of the page between its margins.
    ends : RowEnds
        How far it may reach.
    placed : tuple of Placed
        Where its ticks and blocks are.
    """

    ticks: tuple[Tick, ...]
    choices: tuple[Choice, ...]
    width: float
    ends: RowEnds
    placed: tuple[Placed, ...] = ()

    def x(self, place: float, width: float = 0.0) -> float:
        """The left edge, from the left, of something at a place along the row."""
        return self.width - place - width if self.ends.flipped else place


def row_ends(number: int, width: float, metrics: Metrics, last: bool) -> RowEnds:
    """How far the row of a number may reach: turns take room at its ends, and on the side that they are on."""
    begin = metrics.turn if number else metrics.lead
    end = width - (metrics.tail if last else max(metrics.turn, metrics.tail))
    above = (metrics.turn_gap if number else 0.0, width)
    below = (0.0, width if last else width - metrics.turn_gap)
    return RowEnds((begin, end), above, below, flipped=number % 2 == 1)


def _steepest(rows: Sequence[Row], metrics: Metrics) -> float:
    """The slope at which the axis comes no nearer to a block than it may, and no leader that leans to a foreign one."""
    widest = farthest = 0.0
    for row in rows:
        for choice, placed in zip(row.choices, row.placed, strict=True):
            blocks, starts = (choice.above, choice.below), (placed.above, placed.below)
            for windows, block, start in zip(choice.windows(row.ends.flipped), blocks, starts, strict=True):
                if block:
                    lean = min(max(start + least - placed.tick, placed.tick - start - most) for least, most in windows)
                    widest, farthest = max(widest, block.width), max(farthest, lean)
    steepest = metrics.slack / (widest or 1.0)
    if farthest > 0.0:
        # A leader leans past blocks whose ticks are so far away, and the last of these ends so far from its own end.
        away, apart = farthest + widest, metrics.block_gap + metrics.anchor
        steepest = min(steepest, (metrics.reach - metrics.tick_reach) * apart / (farthest * away))
    return steepest


@dataclass(frozen=True, slots=True)
class _Extent:
    """A block from its left to its right edge, how far from the axis it ends, and how far the axis has fallen there."""

    left: float
    right: float
    depth: float
    fallen: float


class Stack:
    """Rows and the distances between them.

    Parameters
    ----------
    rows : sequence of Row
        From the first to the last, placed.
    metrics : Metrics
        The distances.
    fall : float
        How far each row falls from its beginning to its end, at the most: no farther than wide blocks allow.
    """

    def __init__(self, rows: Sequence[Row], metrics: Metrics, fall: float = 0.0) -> None:
        self.rows = rows
        self.metrics = metrics
        self.slope = min(fall / rows[0].width, _steepest(rows, metrics)) if rows else 0.0
        self._hanging = [self._extents(row, below=True) for row in rows]
        self._standing = [self._extents(row, below=False) for row in rows]
        self.pitches = tuple(self._pitch(number) for number in range(len(rows) - 1))
        """From the beginning of each row's axis to that of the next."""
        self.top = self._outermost(self._standing[0], sign=-1) if rows else 0.0
        """From the upper edge to the beginning of the first axis."""
        self.bottom = self._outermost(self._hanging[-1], sign=1) if rows else 0.0
        """From the beginning of the last axis to the lower edge."""

    @property
    def height(self) -> float:
        """Of all rows together."""
        return self.top + sum(self.pitches) + self.bottom

    def _extents(self, row: Row, below: bool) -> list[_Extent]:
        found = []
        for choice, placed in zip(row.choices, row.placed, strict=True):
            block, start = (choice.below, placed.below) if below else (choice.above, placed.above)
            if block:
                left = row.x(start, block.width)
                depth = self.metrics.depth(block.height)
                found.append(_Extent(left, left + block.width, depth, self.slope * placed.tick))
        return found

    def _pitch(self, number: int) -> float:
        """What hangs from a row and what stands on the next may share the space between them."""
        metrics, whole = self.metrics, self.slope * self.rows[0].width
        hanging, standing = self._hanging[number], self._standing[number + 1]
        clear = metrics.row_gap + metrics.tick_reach
        needed = [whole + 1.4 * metrics.turn]
        needed += [below.fallen + below.depth + clear for below in hanging]
        needed += [whole + above.depth + clear for above in standing]
        needed += [
            below.fallen + below.depth + metrics.row_gap + above.depth - above.fallen
            for below in hanging
            for above in standing
            if above.left < below.right + metrics.block_gap and below.left < above.right + metrics.block_gap
        ]
        return max(needed)

    def _outermost(self, extents: Sequence[_Extent], sign: int) -> float:
        whole = self.slope * self.rows[0].width if sign > 0 else 0.0
        reach = max(self.metrics.tick_reach, self.metrics.label_height / 2)
        return max([whole + reach, *(extent.depth + sign * extent.fallen for extent in extents)])
