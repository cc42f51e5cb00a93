"""Solvers: which ticks stand in which row, on which sides their labels go, and the largest type with which all fits.

`RowSolver` sets ticks as far apart as their labels need, in rows of least height. `LinearSolver` sets them as far
apart as their dates, for an honest reading of pace: a tick keeps its exact position unless its neighbor's text needs
the room, and the labels follow as near as they can, so that leaders lean but do not cross. Lengths are ems.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from modeltree.findings import LayoutError
from modeltree.layout.serpentine.blocks import BlockChooser, BlockPair, Labels
from modeltree.layout.serpentine.rows import (
    Placed,
    Row,
    RowEnds,
    Stack,
    extend_row,
    fit_in_order,
    middles,
    place_row,
    row_ends,
)
from modeltree.layout.ticks import Tick

# The share of a page that labels probably fill; how near, as a share, the type comes to the largest that fits.
# So many rows as are asked for are found in a search of more ways, hence to a lesser precision.
_LIKELY_FILL, _PRECISION, _PRECISION_OF_COUNT = 0.66, 0.004, 0.02
# By how many per cent a type is tried larger that may fit by luck where a smaller one did not.
_LUCK = 8

_BEAM, _BEAM_OF_COUNT = 4, 2
# A row may use its space so much worse than the best one from the same tick.
_WORTHWHILE = 0.8
# Of so many rows as are asked for, each ends so many rows or less from where it is looked for.
_STRAYING = 0.6
# Neighboring rows share space, so that they may take less than the sum of their heights: at the least 1 / 1.15.
_SHARED = 1.15

_MOST_LINEAR_ROWS = 24
# How far, in ems, the labels of a tick may stray on average before deeper blocks are tried.
_STRAY = 4.0


class Solver(ABC):
    """Makes rows that fall by `fall` ems, `count` of them or as many as take the least height."""

    def __init__(self, labels: Labels, page_aspect: float, fall: float = 0.0, count: int | None = None) -> None:
        self.ticks, self.metrics, self.fall, self.count = labels.ticks, labels.metrics, fall, count
        self.chooser = BlockChooser(labels, page_aspect)
        areas = [sum(labels.widths[item] for item in tick.items) * self.metrics.line_pitch for tick in self.ticks]
        # The area of the labels from each tick on: what they need at the very least.
        self._rest = list(accumulate(reversed(areas), initial=0.0))[::-1]
        self._years = {tick.date.year: tick for tick in self.ticks if tick.kind == "year"}
        # No row may end with a year whose months begin the next.
        self._glued = {
            index
            for index, (tick, later) in enumerate(pairwise(self.ticks))
            if tick.kind == "year" and later.date.year == tick.date.year
        }
        most = len(self.ticks) - len(self._glued)
        if count is not None and most and count > most:
            raise LayoutError(f"there cannot be {count} rows: there are only {most} dates")

    def ghost(self, ticks: Sequence[Tick]) -> Tick | None:
        """The year in which a row of some ticks begins, unless that is its first tick."""
        return self._years[ticks[0].date.year] if ticks and ticks[0].kind != "year" else None

    @abstractmethod
    def solve(self, width: float, height: float) -> Stack | None:
        """Rows for a space, as low as can be; None where it is too narrow for any."""

    @abstractmethod
    def widened(self, stack: Stack, width: float) -> Stack:
        """The same rows spread over a greater width."""

    def likely(self, width: float, height: float) -> float:
        """The type that probably fits in a space; all in points."""
        return math.sqrt(_LIKELY_FILL * width * height / max(self._rest[0], 1.0))

    def largest(self, width: float, height: float, sizes: tuple[float, float]) -> tuple[float, Stack]:
        """The largest type, between two sizes, with which all fits in a space, and its rows; lengths are points."""
        low, high = least, most = sizes
        best: tuple[float, Stack] | None = None
        size = min(most, max(least, self.likely(width, height)))
        precision = _PRECISION_OF_COUNT if self.count else _PRECISION
        while best is None or high - low > precision * high:
            stack = self.solve(width / size, height / size)
            if stack is not None and stack.height * size <= height:
                best, low = (size, stack), size
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

    def of_size(self, width: float, height: float | None, size: float) -> Stack:
        """The rows that type of one size makes in a width, in no more than a height if there is one; all in points."""
        likely = max(height or 0.0, 4.0 * self._rest[0] * size * size / width, 60.0 * size)
        stack = None
        for _ in range(6):
            stack = self.solve(width / size, likely / size)
            if stack is not None and stack.height * size <= likely:
                break
            likely *= 3.0
        if stack is None:
            if self.count:
                raise LayoutError(
                    f"in type of {size:g} pt the models do not fit into {self.count} × {width:.0f} pt of rows"
                )
            raise LayoutError(f"in type of {size:g} pt a label is wider than a row, which has {width:.0f} pt")
        if height is None or stack.height * size <= height + 1e-6:
            return stack
        # Rows are chosen by an estimate of their height, so that a slightly larger type may fit: so do then its rows.
        for percent in range(1, _LUCK + 1):
            larger = size * (1 + percent / 100)
            rows = self.solve(width / larger, height / larger)
            if rows is not None and rows.height * larger <= height:
                return self.widened(rows, width / size)
        raise LayoutError(
            f"in type of {size:g} pt the figure is {stack.height * size:.0f} pt high, and the page has {height:.0f} pt "
            "for it: use a smaller type or a higher page"
        )


@dataclass(frozen=True)
class _Filled:
    """A row of the ticks from one on, as far as it reaches."""

    start: int
    pairs: tuple[BlockPair, ...]

    @cached_property
    def lines(self) -> tuple[int, int]:
        """The most above and below."""
        above, below = zip(*(pair.lines for pair in self.pairs), strict=True)
        return max(above), max(below)

    @property
    def stop(self) -> int:
        return self.start + len(self.pairs)


class RowSolver(Solver):
    """Rows of ticks that are as far apart as their labels need."""

    def __init__(self, labels: Labels, page_aspect: float, fall: float = 0.0, count: int | None = None) -> None:
        super().__init__(labels, page_aspect, fall, count)
        widths = list(accumulate((tick.width for tick in self.ticks), initial=0.0))
        # Where rows can end, and what is before, of labels and of dates, in rows.
        self._ends = [end for end in range(1, len(self.ticks) + 1) if end - 1 not in self._glued]
        self._shares = [
            (count or 1) * (1 - self._rest[end] / self._rest[0] + widths[end] / widths[-1]) / 2 for end in self._ends
        ]
        # Rows that are counted are looked for where all have equal shares, and then near those that were found.
        self._aims = [float(row) for row in range(1, (count or 0) + 1)]

    def solve(self, width: float, height: float) -> Stack | None:
        """Rows for a space, by what they take if they share none of it; None where it is too narrow for any."""
        chain = self._chain(width, height)
        return self._stack([(self.ticks[row.start : row.stop], row.pairs) for row in chain], width) if chain else None

    def widened(self, stack: Stack, width: float) -> Stack:
        """The same rows spread over a greater width."""
        return self._stack([(row.ticks, row.pairs) for row in stack.rows], width)

    def _stack(self, rows: Sequence[tuple[tuple[Tick, ...], tuple[BlockPair, ...]]], width: float) -> Stack:
        placed = []
        for index, (ticks, pairs) in enumerate(rows):
            ghost = self.ghost(ticks)
            ends = row_ends(index, width, self.metrics, index == len(rows) - 1, ghost)
            places = place_row([tick.width for tick in ticks], pairs, ends, self.metrics)
            placed.append(Row(ticks, pairs, width, ends, places, ghost))
        return Stack(placed, self.metrics, self.fall)

    def _chain(self, width: float, height: float) -> list[_Filled]:
        """The rows of least height in a given width, if they shared no space; none where there are none."""
        # Rows of every depth are filled from each tick at which one can begin, as far as they reach; the chain of rows
        # of least height is then a shortest path.
        depths = _depths(int(height / 2 / self.metrics.line_pitch) + 1)
        most = height * _SHARED
        # By tick and by how many rows come before it: the least height, and the last of these rows. Where any count of
        # rows will do, only the cheapest path to a tick is kept.
        reached: list[dict[int, tuple[float, _Filled | None]]] = [{} for _ in range(len(self.ticks) + 1)]
        # The rows from a tick differ only by whether they are the first, and which way they run.
        known: dict[tuple[int, int, int], list[_Filled]] = {}
        stops = self._stops()
        reached[0][0] = (0.0, None)
        for start in range(len(self.ticks)):
            for count, (cost, _) in sorted(reached[start].items()):
                if cost + self._rest[start] / width > most or count == self.count:
                    continue
                key = (start, count if self.count else count > 0, count % 2)
                if key not in known:
                    known[key] = self._worthwhile(start, depths, count, width, stops)
                for row in known[key]:
                    total = cost + self._deep(row)
                    if total <= most - self._rest[row.stop] / width:
                        self._offer(reached[row.stop], count + 1, total, row)
        ends = [(cost, count) for count, (cost, _) in reached[-1].items() if self.count in (None, count)]
        chain: list[_Filled] = []
        count = min(ends)[1] if ends else 0
        while count and (last := reached[chain[-1].start if chain else -1][count][1]):
            chain.append(last)
            count -= 1
        if chain and self.count:
            self._aims = [self._shares[self._ends.index(row.stop)] for row in reversed(chain)]
        return chain[::-1]

    def _offer(self, known: dict[int, tuple[float, _Filled | None]], count: int, total: float, row: _Filled) -> None:
        """Keep a path to a tick if it is cheaper than those known; of paths of one cost the last."""
        rivals = [cost for rows, (cost, _) in known.items() if not self.count or rows == count]
        if total != known.get(count, (None,))[0]:
            if any(cost <= total + 1e-9 for cost in rivals):
                return
            if not self.count:
                known.clear()
        known[count] = (total, row)

    def _deep(self, row: _Filled) -> float:
        above, below = row.lines
        least = self.metrics.tick_reach
        return max(self.metrics.depth(above), least) + max(self.metrics.depth(below), least) + self.metrics.row_gap

    def _worthwhile(
        self, start: int, depths: Sequence[int], index: int, width: float, stops: Sequence[tuple[int, int]]
    ) -> list[_Filled]:
        """The rows from a tick that use their space not much worse than the best of them does."""
        rows: list[_Filled] = []
        ends = row_ends(index, width, self.metrics, index + 1 == self.count, self.ghost(self.ticks[start:]))
        least, most = stops[index] if stops else (0, len(self.ticks))
        for depth in depths:
            options = ((tick.width, self.chooser.choices(tick, depth)) for tick in self.ticks[start:most])
            pairs = extend_row(options, ends, self.metrics, _BEAM_OF_COUNT if self.count else _BEAM)
            if start + len(pairs) - 1 in self._glued:
                pairs = pairs[:-1]
            row = _Filled(start, pairs)
            if pairs and not (rows and row.stop == rows[-1].stop):
                rows.append(row)
            if row.stop == most:
                break
        if self.count:
            return self._shortened(rows, least)
        used = [(self._rest[start] - self._rest[row.stop]) / self._deep(row) for row in rows]
        return [row for row, use in zip(rows, used, strict=True) if use >= _WORTHWHILE * max(used) or row.stop == most]

    def _shortened(self, rows: Sequence[_Filled], least: int) -> list[_Filled]:
        """The rows, and all that end earlier: so many rows as are asked for may be more than the labels need."""
        best: dict[int, _Filled] = {}
        for row in rows:
            for stop in range(max(least, row.start + 1), row.stop + 1):
                if stop - 1 in self._glued:
                    continue
                shorter = _Filled(row.start, row.pairs[: stop - row.start])
                if stop not in best or self._deep(shorter) < self._deep(best[stop]):
                    best[stop] = shorter
        return list(best.values())

    def _stops(self) -> list[tuple[int, int]]:
        """Before which tick each of so many rows ends, at the earliest and at the latest."""
        bounds: list[tuple[int, int]] = []
        last, count = -1, len(self._aims)
        for row, aim in enumerate(self._aims):
            near = (bisect_left(self._shares, aim - _STRAYING), bisect_right(self._shares, aim + _STRAYING) - 1)
            last = min(max(*near, last + 1), len(self._ends) - count + row)
            first = last if row + 1 == count else max(min(*near, last), row)
            bounds.append((self._ends[first], self._ends[last]))
        return bounds


def _depths(most: int) -> list[int]:
    """The depths to try for a row, in lines on each side: all small ones, then in steps of about an eighth."""
    depths = [1]
    while depths[-1] < most:
        depths.append(depths[-1] + max(1, depths[-1] // 8))
    return depths


def months_of(tick: Tick) -> float:
    """When a tick is, in months: a year at its beginning, anything else in its middle."""
    date = tick.date
    first = 12.0 * date.year + (date.month or 1) - 1
    if tick.kind == "day" and date.day:
        return first + (date.day - 0.5) / 31.0
    return first + {"year": 0.0, "quarter": 1.5, "month": 0.5, "day": 0.5}[tick.kind]


class LinearSolver(Solver):
    """Rows of equal time."""

    def widened(self, stack: Stack, width: float) -> Stack:
        """As many rows of equal time in a greater width."""
        return self._stack(len(stack.rows), width, stack.height) or stack

    def solve(self, width: float, height: float) -> Stack | None:
        """The rows of least height in a given width; None where there are none."""
        counts = [self.count] if self.count else range(1, _MOST_LINEAR_ROWS + 1)
        stacks = (self._stack(count, width, height) for count in counts)
        return min((stack for stack in stacks if stack), key=lambda stack: stack.height, default=None)

    def _stack(self, count: int, width: float, height: float) -> Stack | None:
        """So many rows of equal time, each as shallow as it can be; None where one is too short for its ticks."""
        months = [months_of(tick) for tick in self.ticks]
        span = max(months[-1] - months[0], 1e-9) / count
        rows = []
        for index in range(count):
            begin = months[0] + index * span
            dated = [
                (tick, (month - begin) / span)
                for tick, month in zip(self.ticks, months, strict=True)
                if min(int((month - months[0]) / span), count - 1) == index
            ]
            ghost = self.ghost([tick for tick, _ in dated])
            ends = row_ends(index, width, self.metrics, index == count - 1, ghost)
            row = self._row(dated, width, ends, int(height / self.metrics.line_pitch), ghost)
            if row is None:
                return None
            rows.append(row)
        return Stack(rows, self.metrics, self.fall)

    def _row(
        self, dated: Sequence[tuple[Tick, float]], width: float, ends: RowEnds, deepest: int, ghost: Tick | None
    ) -> Row | None:
        """A row of ticks, each with the share of the row's time that has passed at its date."""
        ticks = tuple(tick for tick, _ in dated)
        inset = max(tick.width for tick in self.ticks) / 2
        begin, end = ends.ticks
        wanted = [begin + inset + share * max(end - begin - 2 * inset, 0.0) for _, share in dated]
        positions: list[float] | None = []
        if ticks:
            offsets = middles([tick.width for tick in ticks], self.metrics.tick_gap)
            first, last = begin + ticks[0].width / 2 - offsets[0], end - ticks[-1].width / 2 - offsets[-1]
            positions = _fitted(wanted, offsets, first, last)
        if positions is None:
            return None
        best: tuple[float, Row] | None = None
        depth = 1
        while depth <= max(deepest, 1):
            options = [self.chooser.choices(tick, depth) for tick in ticks]
            if all(options):
                pairs = self._least_straying(positions, options, ends)
                placed = self._placed(positions, pairs, ends)
                if placed and (best is None or placed[0] < best[0]):
                    best = (placed[0], Row(ticks, pairs, width, ends, placed[1], ghost))
                if best and best[0] <= _STRAY:
                    break
            depth += max(1, depth // 4)
        return best[1] if best else None

    def _least_straying(
        self, positions: Sequence[float], options: Sequence[Sequence[BlockPair]], ends: RowEnds
    ) -> tuple[BlockPair, ...]:
        """For each tick the blocks that stray least from it, given those before; of several the narrowest."""
        reached = [ends.above[0], ends.below[0]]
        chosen = []
        for position, pairs in zip(positions, options, strict=True):

            def stray(pair: BlockPair, position: float = position) -> tuple[float, float]:
                there = [(side, block.width) for side, block in enumerate(pair.blocks) if block]
                pushed = [max(0.0, reached[side] - (position - width / 2)) for side, width in there]
                return max(pushed, default=0.0), sum(width for _, width in there)

            pair = min(pairs, key=stray)
            chosen.append(pair)
            for side, block in enumerate(pair.blocks):
                if block:
                    start = max(reached[side], position - block.width / 2)
                    reached[side] = start + block.width + self.metrics.block_gap
        return tuple(chosen)

    def _placed(
        self, positions: Sequence[float], pairs: Sequence[BlockPair], ends: RowEnds
    ) -> tuple[float, tuple[Placed, ...]] | None:
        """How far blocks stray from their ticks on average, and where they begin; None where they have no room."""
        gap, strays = self.metrics.block_gap, 0.0
        starts: list[list[float]] = []
        for side, (first, last) in enumerate((ends.above, ends.below)):
            blocks = [pair.blocks[side] for pair in pairs]
            there = [(block.width, position) for block, position in zip(blocks, positions, strict=True) if block]
            *offsets, end = accumulate((width + gap for width, _ in there), initial=0.0)
            wanted = [position - width / 2 for width, position in there]
            fitted = _fitted(wanted, offsets, first, last - first - (end - gap) + first)
            if fitted is None:
                return None
            strays += sum(
                max(0.0, abs(start + width / 2 - position) - width / 2)
                for start, (width, position) in zip(fitted, there, strict=True)
            )
            left = iter(fitted)
            starts.append([next(left) if block else math.nan for block in blocks])
        placed = tuple(Placed(*places) for places in zip(positions, *starts, strict=True))
        return strays / max(sum(block is not None for pair in pairs for block in pair.blocks), 1), placed


def _fitted(wanted: Sequence[float], offsets: Sequence[float], low: float, high: float) -> list[float] | None:
    """Positions in order, whose first is no less than `low` and whose last no more than its offset above `high`."""
    return fit_in_order(wanted, offsets, [(low, high)] * len(offsets)) if low <= high + 1e-9 else None
