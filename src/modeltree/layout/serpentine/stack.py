"""Rows one under the other: how far apart they must be. Lengths are ems, positions run along a row with time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.blocks import BlockPair
from modeltree.layout.serpentine.rows import Placed, RowEnds
from modeltree.layout.ticks import Tick


@dataclass(frozen=True, slots=True)
class Row:
    """Ticks in time order with their blocks and positions, and the width of the page between its margins."""

    ticks: tuple[Tick, ...]
    pairs: tuple[BlockPair, ...]
    width: float
    ends: RowEnds
    placed: tuple[Placed, ...]

    def x(self, position: float, width: float = 0.0) -> float:
        """The left edge, from the left, of something at a position along the row."""
        return self.width - position - width if self.ends.flipped else position


@dataclass(frozen=True, slots=True)
class _Extent:
    """A block from its left to its right edge, how far from the axis it ends, and how far the axis has fallen there."""

    left: float
    right: float
    depth: float
    fallen: float


class Stack:
    """Placed rows from the first to the last, each of which falls by at most so much, as far as wide blocks allow."""

    def __init__(self, rows: Sequence[Row], metrics: Metrics, fall: float = 0.0) -> None:
        self.rows = rows
        self.metrics = metrics
        self.slope = min(fall / rows[0].width, self._steepest()) if rows else 0.0
        self._fall = self.slope * rows[0].width if rows else 0.0
        self._standing = [self._extents(row, 0) for row in rows]
        self._hanging = [self._extents(row, 1) for row in rows]
        self.pitches = tuple(self._pitch(index) for index in range(len(rows) - 1))
        """From the beginning of each row's axis to that of the next."""
        reach = max(metrics.tick_reach, metrics.label_height / 2)
        self.top = max([reach, *(block.depth - block.fallen for block in self._standing[0])]) if rows else 0.0
        """From the upper edge to the beginning of the first axis."""
        ends = [block.depth + block.fallen for block in self._hanging[-1]] if rows else []
        self.bottom = max([self._fall + reach, *ends]) if rows else 0.0
        """From the beginning of the last axis to the lower edge."""

    @property
    def height(self) -> float:
        """Of all rows together."""
        return self.top + sum(self.pitches) + self.bottom

    def _steepest(self) -> float:
        """The slope at which the axis comes no nearer to a block, and no leader to a foreign block, than it may."""
        metrics = self.metrics
        widest = farthest = 0.0
        for row in self.rows:
            for pair, placed in zip(row.pairs, row.placed, strict=True):
                starts = (placed.above, placed.below)
                for windows, block, start in zip(pair.windows(row.ends.flipped), pair.blocks, starts, strict=True):
                    if block:
                        lean = min(
                            max(start + least - placed.tick, placed.tick - start - most) for least, most in windows
                        )
                        widest, farthest = max(widest, block.width), max(farthest, lean)
        steepest = metrics.slack / (widest or 1.0)
        if farthest > 0.0:
            # A leader leans past blocks whose ticks are so far away; the last of these ends so far from its own end.
            away, apart = farthest + widest, metrics.block_gap + metrics.anchor
            steepest = min(steepest, (metrics.reach - metrics.tick_reach) * apart / (farthest * away))
        return steepest

    def _extents(self, row: Row, side: int) -> list[_Extent]:
        """The blocks of a row above (0) or below (1) its axis."""
        extents = []
        for pair, placed in zip(row.pairs, row.placed, strict=True):
            if block := pair.blocks[side]:
                left = row.x((placed.above, placed.below)[side], block.width)
                depth = self.metrics.depth(block.height)
                extents.append(_Extent(left, left + block.width, depth, self.slope * placed.tick))
        return extents

    def _pitch(self, index: int) -> float:
        """What hangs from a row and what stands on the next may share the space between them."""
        metrics = self.metrics
        hanging, standing = self._hanging[index], self._standing[index + 1]
        clear = metrics.row_gap + metrics.tick_reach
        needed = [self._fall + 1.4 * metrics.turn]
        needed += [below.fallen + below.depth + clear for below in hanging]
        needed += [self._fall + above.depth + clear for above in standing]
        needed += [
            below.fallen + below.depth + metrics.row_gap + above.depth - above.fallen
            for below in hanging
            for above in standing
            if above.left < below.right + metrics.block_gap and below.left < above.right + metrics.block_gap
        ]
        return max(needed)
