"""Which ticks stand in which row of a serpentine, and on which sides their labels go, for the least height.

Here ticks are as far apart as their labels need. `modeltree.layout.serpentine.linear` spaces them by date.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.blocks import Block, set_block
from modeltree.layout.serpentine.rows import Choice, RowEnds, extend_row, place_row
from modeltree.layout.serpentine.stack import Row, Stack, row_ends
from modeltree.layout.serpentine.ticks import Tick

__all__ = ["Chooser", "RowSolver"]

_BEAM = 4
_WORTHWHILE = 0.8
_SQUARE = 0.9
# Neighboring rows share space, so that they may take less than the sum of their heights: at the least 1 / 1.15.
_SHARED = 1.15


class Chooser:
    """What a tick may have on either side of the axis.

    Parameters
    ----------
    widths : sequence of float
        The width of each label.
    metrics : Metrics
        The distances.
    page_aspect : float
        Height of the page by its width: on a wide page blocks may be wide.
    """

    def __init__(self, widths: Sequence[float], metrics: Metrics, page_aspect: float = 1.0) -> None:
        self.widths = widths
        self.metrics = metrics
        self._aspect = min(1.0, page_aspect)
        self._known: dict[tuple[str, int], tuple[Choice, ...]] = {}

    def choices(self, tick: Tick, depth: int) -> tuple[Choice, ...]:
        """What a tick may have in a row of so many lines on each side."""
        key = (tick.id, depth)
        if key not in self._known:
            labels = tick.items
            half = len(labels) // 2
            splits = {0, len(labels)}
            if len(labels) > 2 or half >= depth:
                splits |= {half, len(labels) - half}
            if depth < len(labels) < 2 * depth:
                splits |= {depth, len(labels) - depth}
            self._known[key] = tuple(
                Choice(self._block(labels[:split], depth), self._block(labels[split:], depth))
                for split in sorted(splits, reverse=True)
                if max(self._fewest_lines(split), self._fewest_lines(len(labels) - split)) <= depth
            )
        return self._known[key]

    def _fewest_lines(self, labels: int) -> int:
        """A block is about as high as wide, counted in labels: a long line of labels strays from its tick."""
        return min(labels, max(2, math.ceil(math.sqrt(_SQUARE * self._aspect * labels))))

    def _block(self, labels: Sequence[int], depth: int) -> Block | None:
        return set_block(labels, self.widths, depth, self.metrics.word_gap, self.metrics.anchor) if labels else None


@dataclass(frozen=True, slots=True)
class _Filled:
    """A row of the ticks from one on, as far as it reaches, its most lines above and below, and the row's ends."""

    start: int
    choices: tuple[Choice, ...]
    lines: tuple[int, int]
    ends: RowEnds

    @property
    def stop(self) -> int:
        return self.start + len(self.choices)


class RowSolver:
    """Rows for given ticks.

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
        self.metrics = chooser.metrics
        self.fall = fall
        self.count = rows
        # The area of the labels from each tick on: what they need at the very least.
        needs = [sum(chooser.widths[item] for item in tick.items) * self.metrics.line_pitch for tick in ticks]
        self._rest = list(accumulate(reversed(needs), initial=0.0))[::-1]
        self.area = self._rest[0]

    def solve(self, width: float, height: float) -> Stack | None:
        """Rows for a space, by what they take if they share none of it; None where it is too narrow for any."""
        chain = self._chain(width, height)
        if not chain:
            return None
        return Stack([self._placed(row, width, row is chain[-1]) for row in chain], self.metrics, self.fall)

    def widened(self, stack: Stack, width: float) -> Stack:
        """The same rows spread over a greater width."""
        rows = []
        for number, row in enumerate(stack.rows):
            ends = row_ends(number, width, self.metrics, row is stack.rows[-1])
            placed = place_row([tick.width for tick in row.ticks], row.choices, ends, self.metrics)
            rows.append(Row(row.ticks, row.choices, width, ends, placed))
        return Stack(rows, self.metrics, self.fall)

    def _chain(self, width: float, height: float) -> list[_Filled]:
        """The rows of least height in a given width, if they shared no space; none where there are none.

        Rows of every depth are filled from each tick at which one can begin, as far as they reach; the chain of
        rows of least height is then a shortest path.
        """
        depths = _depths(int(height / 2 / self.metrics.line_pitch) + 1)
        most = height * _SHARED
        # A row begins at a tick as the first, the second, …: by default only the cheapest way to a tick is kept.
        cost: dict[tuple[int, int], float] = {(0, 0): 0.0}
        last: dict[tuple[int, int], _Filled] = {}
        number = {0: {0}}
        for start in range(len(self.ticks)):
            for row_number in sorted(number.get(start, ())):
                if cost[start, row_number] + self._rest[start] / width > most or row_number == self.count:
                    continue
                for row in self._worthwhile(start, depths, row_number, width):
                    total = cost[start, row_number] + self._deep(row)
                    self._offer(cost, number, row.stop, row_number + 1, total, most - self._rest[row.stop] / width)
                    if cost.get((row.stop, row_number + 1)) == total:
                        last[row.stop, row_number + 1] = row
        ends = [
            (cost[len(self.ticks), rows], rows)
            for rows in number.get(len(self.ticks), ())
            if self.count in (None, rows)
        ]
        chain: list[_Filled] = []
        key = (len(self.ticks), min(ends)[1] if ends else 0)
        while key[1]:
            chain.append(last[key])
            key = (chain[-1].start, key[1] - 1)
        return chain[::-1]

    def _offer(
        self,
        cost: dict[tuple[int, int], float],
        number: dict[int, set[int]],
        tick: int,
        row_number: int,
        total: float,
        most: float,
    ) -> None:
        """Keep a way to a tick if it is cheaper than what is known."""
        rivals = {row_number} if self.count else number.get(tick, set())
        if total > most or any(cost.get((tick, rival), math.inf) <= total + 1e-9 for rival in rivals):
            return
        if not self.count:
            for rival in rivals:
                del cost[tick, rival]
            number[tick] = set()
        cost[tick, row_number] = total
        number.setdefault(tick, set()).add(row_number)

    def _deep(self, row: _Filled) -> float:
        above, below = row.lines
        least = self.metrics.tick_reach
        return max(self.metrics.depth(above), least) + max(self.metrics.depth(below), least) + self.metrics.row_gap

    def _worthwhile(self, start: int, depths: Sequence[int], number: int, width: float) -> list[_Filled]:
        """The rows from a tick that use their space not much worse than the best of them does."""
        rows: list[_Filled] = []
        ends = row_ends(number, width, self.metrics, last=number + 1 == self.count)
        for depth in depths:
            options = ((tick.width, self.chooser.choices(tick, depth)) for tick in self.ticks[start:])
            choices, lines = extend_row(options, ends, self.metrics, _BEAM)
            row = _Filled(start, choices, lines, ends)
            if choices and not (rows and row.stop == rows[-1].stop):
                rows.append(row)
            if row.stop == len(self.ticks):
                break
        if self.count:
            return self._shortened(rows)
        used = [(self._rest[start] - self._rest[row.stop]) / self._deep(row) for row in rows]
        end = len(self.ticks)
        return [row for row, use in zip(rows, used, strict=True) if use >= _WORTHWHILE * max(used) or row.stop == end]

    def _shortened(self, rows: Sequence[_Filled]) -> list[_Filled]:
        """The rows, and all that end earlier: so many rows as are asked for may be more than the labels need."""
        best: dict[int, _Filled] = {}
        for row in rows:
            above = below = 0
            for number, choice in enumerate(row.choices, 1):
                above, below = max(above, choice.lines[0]), max(below, choice.lines[1])
                shorter = _Filled(row.start, row.choices[:number], (above, below), row.ends)
                if shorter.stop not in best or self._deep(shorter) < self._deep(best[shorter.stop]):
                    best[shorter.stop] = shorter
        return list(best.values())

    def _placed(self, row: _Filled, width: float, last: bool) -> Row:
        number = int(row.ends.flipped) + 2 * bool(row.start)  # what matters of it: the first or not, odd or even
        ends = row_ends(number, width, self.metrics, last)
        ticks = tuple(self.ticks[row.start : row.stop])
        placed = place_row([tick.width for tick in ticks], row.choices, ends, self.metrics)
        return Row(ticks, row.choices, width, ends, placed)


def _depths(most: int) -> list[int]:
    """The depths to try for a row, in lines on each side: all small ones, then in steps of about an eighth."""
    depths = [1]
    while depths[-1] < most:
        depths.append(depths[-1] + max(1, depths[-1] // 8))
    return depths
