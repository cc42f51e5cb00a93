"""Rows of the serpentine: ticks along a straight axis, blocks above and below; rows stacked; and the axis on the page.

Positions are measured along the row in the direction of time. The ticks stay in order, the blocks of each side too,
and each tick lies over a label of its block, so that every leader is straight and none can cross another. Lengths are
ems, and on the page points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from modeltree.layout.geometry import Arrow, TextLine, TickBox
from modeltree.layout.plane import Point
from modeltree.layout.serpentine.blocks import BlockPair, Windows
from modeltree.layout.sheet import Metrics
from modeltree.layout.ticks import Tick

# What rounding in sums may make of a position.
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class RowEnds:
    """The first and the last position for the ticks and for the blocks on either side."""

    ticks: tuple[float, float]
    above: tuple[float, float]
    below: tuple[float, float]
    flipped: bool  # whether time runs from right to left


def row_ends(index: int, width: float, metrics: Metrics, last: bool, ghost: Tick | None) -> RowEnds:
    """How far a row may reach: turns take room at its ends, and on the side that they are on; a ghost before all."""
    begin = (metrics.turn if index else metrics.lead) + (ghost.width + metrics.tick_gap if ghost else 0.0)
    end = width - (metrics.tail if last else max(metrics.turn, metrics.tail))
    pad = metrics.panel_pad
    above = (metrics.turn_gap if index else pad, width - pad)
    below = (pad, width - (pad if last else metrics.turn_gap))
    return RowEnds((begin, end), above, below, flipped=index % 2 == 1)


@dataclass(frozen=True, slots=True)
class Placed:
    """The positions of a tick and of the beginnings of its blocks, and the windows that hold the tick."""

    tick: float
    above: float
    below: float
    windows: tuple[tuple[float, float], ...] = ()


# A pair of blocks and those of the ticks before.
_Chosen = tuple[BlockPair, "_Chosen | None"]
# How good it is: how far the row reaches, where both sides end, where the last tick ends, the most lines of both sides
# and above; then which it is of those after one tick, where the next blocks above and below begin, and what was chosen.
_State = tuple[float, float, float, int, int, int, float, float, _Chosen | None]


def _settle(tick: float, above: float, below: float, over: Windows, under: Windows) -> tuple[float, float, float]:
    """The earliest position of a tick in a window of each of its blocks, and where these begin at the earliest."""
    if not under:
        if over:
            tick, above = _meet(tick, above, over)
        return tick, above, below
    if not over:
        tick, below = _meet(tick, below, under)
        return tick, above, below
    while True:
        tick, above = _meet(tick, above, over)
        before = tick
        tick, below = _meet(tick, below, under)
        if tick == before:
            return tick, above, below


def _meet(tick: float, start: float, windows: Windows) -> tuple[float, float]:
    """Move a tick to the first window of a block that it has not passed, or the block to a tick past them all."""
    for least, most in windows:
        if tick <= start + most:
            return max(tick, start + least), start
    return tick, tick - windows[-1][1]


def extend_row(
    options: Iterable[tuple[float, Sequence[BlockPair]]], ends: RowEnds, metrics: Metrics, beam: int
) -> tuple[BlockPair, ...]:
    """Put as many ticks in a row as will go: the pairs of blocks chosen for these."""
    # `options` are for each tick its width and the pairs of blocks that it may have. Of the ways to place the ticks so
    # far, the `beam` that leave most room are followed.
    begin = ends.ticks[0] - metrics.tick_gap
    states: list[_State] = [(0.0, 0.0, begin, 0, 0, 0, ends.above[0], ends.below[0], None)]
    for width, pairs in options:
        reached: list[_State] = []
        for pair in pairs:
            _continue(states, pair, width, ends, metrics, reached)
        if not reached:
            break
        reached.sort()
        states = _undominated(reached, beam)
    last = states[0][-1]
    chosen: list[BlockPair] = []
    while last:
        pair, last = last
        chosen.append(pair)
    return tuple(reversed(chosen))


def _continue(
    states: Sequence[_State], pair: BlockPair, width: float, ends: RowEnds, metrics: Metrics, reached: list[_State]
) -> None:
    """Add the states after one more tick, of those in which it finds room: the innermost loop of the layout."""
    gap, step, half = metrics.block_gap, metrics.tick_gap + width / 2, width / 2
    last_tick, last_above, last_below = ends.ticks[1], ends.above[1] + gap, ends.below[1] + gap
    over, under = pair.windows(ends.flipped)
    add_above = pair.above.width + gap if pair.above else 0.0
    add_below = pair.below.width + gap if pair.below else 0.0
    rise, fall = pair.lines
    for _, _, tick, lines, lines_above, _, begin_above, begin_below, chosen in states:
        middle, above, below = _settle(tick + step, begin_above, begin_below, over, under)
        end = middle + half
        above += add_above
        below += add_below
        if end > last_tick or (over and above > last_above) or (under and below > last_below):
            continue
        lines_below = lines - lines_above
        # Calls of max() would take a sixth of all time.
        rises = rise if rise > lines_above else lines_above  # noqa: FURB136
        falls = fall if fall > lines_below else lines_below  # noqa: FURB136
        end_of_side = above if above > below else below  # noqa: FURB136
        farthest = end if end > end_of_side else end_of_side  # noqa: FURB136
        reached.append((
            farthest, above + below, end, rises + falls, rises, len(reached), above, below, (pair, chosen),
        ))  # fmt: skip


def _undominated(states: Sequence[_State], most: int) -> list[_State]:
    kept: list[_State] = []
    for state in states:
        _, _, end, *_, above, below, _ = state
        for other in kept:
            if other[6] <= above and other[7] <= below and other[2] <= end:
                break
        else:
            kept.append(state)
            if len(kept) == most:
                break
    return kept


def place_row(
    widths: Sequence[float], pairs: Sequence[BlockPair], ends: RowEnds, metrics: Metrics
) -> tuple[Placed, ...]:
    """Give the chosen ticks and blocks their positions, spread evenly over the row."""
    # All gaps are widened by the same amount, the most that the row has room for; then each tick goes as near to the
    # middle of its label as the others let it.
    low, high = 0.0, ends.ticks[1] - ends.ticks[0]
    best = _tight(widths, pairs, ends, metrics, 0.0)
    if best is None:
        raise ValueError("the row is too short for its ticks")
    for _ in range(24):
        extra = (low + high) / 2
        row = _tight(widths, pairs, ends, metrics, extra)
        if row is None:
            high = extra
        else:
            best, low = row, extra
    return _centered(widths, best, ends, metrics)


def _tight(
    widths: Sequence[float], pairs: Sequence[BlockPair], ends: RowEnds, metrics: Metrics, extra: float
) -> tuple[Placed, ...] | None:
    """All positions as early as can be with every gap so much wider; None where the row is too short for that."""
    gap = metrics.block_gap + extra
    above, below = ends.above[0] + extra / 2, ends.below[0] + extra / 2
    end = ends.ticks[0] - metrics.tick_gap - extra / 2
    limits = (ends.ticks[1] - extra / 2, ends.above[1] + gap - extra / 2, ends.below[1] + gap - extra / 2)
    row = []
    for width, pair in zip(widths, pairs, strict=True):
        over, under = pair.windows(ends.flipped)
        earliest = end + metrics.tick_gap + extra + width / 2
        tick, above, below = _settle(earliest, above, below, over, under)
        row.append(Placed(tick, above, below, (*_holding(tick, above, over), *_holding(tick, below, under))))
        end = tick + width / 2
        if pair.above:
            above += pair.above.width + gap
        if pair.below:
            below += pair.below.width + gap
        ends_here = (end, above if pair.above else 0.0, below if pair.below else 0.0)
        if any(position > limit + _CLOSE for position, limit in zip(ends_here, limits, strict=True)):
            return None
    return tuple(row)


def _holding(tick: float, start: float, windows: Windows) -> Iterator[tuple[float, float]]:
    """The window of a block that a tick lies in, as positions along the row."""
    for least, most in windows:
        if start + least - _CLOSE <= tick <= start + most + _CLOSE:
            yield start + least, start + most


def _centered(widths: Sequence[float], row: Sequence[Placed], ends: RowEnds, metrics: Metrics) -> tuple[Placed, ...]:
    """Move each tick toward the middle of its label."""
    offsets = middles(widths, metrics.tick_gap)
    bounds, wanted = [], []
    for width, offset, placed in zip(widths, offsets, row, strict=True):
        low = max([ends.ticks[0] + width / 2, *(window[0] for window in placed.windows)])
        high = min([ends.ticks[1] - width / 2, *(window[1] for window in placed.windows)])
        bounds.append((low - offset, high - offset))
        wanted.append((low + high) / 2 if placed.windows else placed.tick)
    ticks = fit_in_order(wanted, offsets, bounds)
    return tuple(replace(placed, tick=tick) for placed, tick in zip(row, ticks, strict=True))


def middles(widths: Sequence[float], gap: float) -> list[float]:
    """The middles of things of some widths that stand side by side, from the left edge of the first."""
    middles = [widths[0] / 2] if widths else []
    for before, width in pairwise(widths):
        middles.append(middles[-1] + (before + width) / 2 + gap)
    return middles


def fit_in_order(
    wanted: Sequence[float], offsets: Sequence[float], bounds: Sequence[tuple[float, float]]
) -> list[float]:
    """The positions nearest to those wanted that are at least as far apart as offsets are."""
    # Less the offsets they need only ascend, within bounds, so that the least-squares fit is isotonic regression.
    lows = accumulate((low for low, _ in bounds), max)
    highs = reversed(list(accumulate((high for _, high in reversed(bounds)), min)))
    fits = _ascending([aim - offset for aim, offset in zip(wanted, offsets, strict=True)])
    return [
        min(max(fit, low), high) + offset for fit, low, high, offset in zip(fits, lows, highs, offsets, strict=True)
    ]


def _ascending(wanted: Sequence[float]) -> list[float]:
    """The ascending numbers nearest to given ones: pool adjacent violators (Ayer 1955, doi:10.1214/aoms/1177728423)."""
    pools: list[tuple[float, int]] = []
    for total in wanted:
        count = 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            before, members = pools.pop()
            total, count = total + before, count + members  # noqa: PLW2901 (the pool grows)
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Row:
    """Ticks in time order with their blocks and positions, and the width of the page between its margins."""

    ticks: tuple[Tick, ...]
    pairs: tuple[BlockPair, ...]
    width: float
    ends: RowEnds
    placed: tuple[Placed, ...]
    ghost: Tick | None  # the year in which the row begins, if that began in the row before

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
    """Placed rows from the first to the last, each of which falls by so much, with blocks that keep clear of it."""

    def __init__(self, rows: Sequence[Row], metrics: Metrics, fall: float = 0.0) -> None:
        self.rows = rows
        self._fall = fall if rows else 0.0
        self.slope = fall / rows[0].width if rows else 0.0
        self.metrics = replace(metrics, reach=self._reach(metrics))
        metrics = self.metrics
        self._standing = [self._extents(row, 0) for row in rows]
        self._hanging = [self._extents(row, 1) for row in rows]
        self.pitches = tuple(self._pitch(index) for index in range(len(rows) - 1))
        """From the beginning of each row's axis to that of the next."""
        reach = max(metrics.tick_reach, metrics.label_height / 2)
        self.top = max([reach, *(block.depth - block.fallen for block in self._standing[0])]) if rows else 0.0
        self.top += metrics.panel_pad
        """From the upper edge to the beginning of the first axis."""
        ends = [block.depth + block.fallen for block in self._hanging[-1]] if rows else []
        self.bottom = max([self._fall + reach, *ends]) + metrics.panel_pad if rows else 0.0
        """From the beginning of the last axis to the lower edge."""

    @property
    def height(self) -> float:
        """Of all rows together."""
        return self.top + sum(self.pitches) + self.bottom

    def _reach(self, metrics: Metrics) -> float:
        """How far blocks stay from the axis so that, where it falls, it comes near no block and no leader hits one."""
        widest = farthest = 0.0
        for row in self.rows if self.slope else ():
            for pair, placed in zip(row.pairs, row.placed, strict=True):
                starts = (placed.above, placed.below)
                for windows, block, start in zip(pair.windows(row.ends.flipped), pair.blocks, starts, strict=True):
                    if block:
                        lean = min(
                            max(start + least - placed.tick, placed.tick - start - most) for least, most in windows
                        )
                        widest, farthest = max(widest, block.width), max(farthest, lean)
        reach = metrics.reach + max(0.0, self.slope * widest - metrics.slack)
        if farthest > 0.0:
            # A leader leans past blocks whose ticks are so far away; the last of these ends so far from its own end.
            away, apart = farthest + widest, metrics.block_gap + metrics.anchor
            reach = max(reach, metrics.tick_reach + self.slope * farthest * away / apart)
        return reach

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


_ARC_STEPS = 24
# The points of a turn: two arcs.
_TURN = 2 * (_ARC_STEPS + 1)
# The least gap between two dates, in ems, in which there is an arrow.
_ARROW_ROOM = 1.3


@dataclass(frozen=True, slots=True)
class Axis:
    """Rows from `left`, of one width in points, that begin at some heights and fall by `slope`; type is of a `size`."""

    left: float
    width: float
    starts: tuple[float, ...]
    slope: float
    size: float
    metrics: Metrics

    @classmethod
    def of(cls, line: Sequence[Point], left: float, width: float, size: float, metrics: Metrics) -> Axis | None:
        """The axis that made a line in a room of some width; None if none did."""
        if (len(line) - 2) % _TURN or abs(line[0][0] - left) > 0.01:
            return None
        (x, y), (far, low) = line[:2]
        slope = (low - y) / (far - x) if far > x else 0.0
        edges = (left, left + width)
        starts = [y, *(
            line[first][1] - slope * abs(line[first][0] - edges[row % 2])
            for row, first in enumerate(range(_TURN, len(line), _TURN), start=1)
        )]  # fmt: skip
        return cls(left, width, tuple(starts), slope, size, metrics)

    def point(self, row: int, along: float) -> Point:
        """A point of a row, so far from its beginning in points."""
        x = self.width - along if row % 2 else along
        return self.left + x, self.starts[row] + self.slope * along

    def along(self, row: int, x: float) -> float:
        """How far from the beginning of its row the point above or below some place is."""
        return self.width + self.left - x if row % 2 else x - self.left

    def row_of(self, point: Point) -> int:
        """The row on which a point lies."""
        away = [abs(self.point(row, self.along(row, point[0]))[1] - point[1]) for row in range(len(self.starts))]
        return away.index(min(away))

    def line(self) -> Iterator[Point]:
        """Rows that are straight, and round turns."""
        yield (self.left, self.starts[0])
        for index, (upper, lower) in enumerate(pairwise(self.starts)):
            end = upper + self.slope * self.width
            radius = min(self.metrics.turn * self.size, 0.49 * (lower - end))
            edge, inward = (self.left + self.width, -1) if index % 2 == 0 else (self.left, 1)
            yield from _turn(edge, inward, end, lower, radius, self.slope)
        yield self._end

    @property
    def _end(self) -> Point:
        return self.point(len(self.starts) - 1, self.width - self.metrics.dots * self.size)

    def arrows(self, rows: Sequence[Sequence[TickBox]]) -> Iterator[Arrow]:
        """Which way time runs: in the middle of each row of dates, on each turn, and where the curve ends."""
        for row, ticks in enumerate(rows):
            # In the gap between two dates that is nearest to the middle of the row and wide enough.
            spans = [(self.along(row, tick.center[0]), tick.width / 2) for tick in ticks]
            gaps = [(one + half, other - before) for (one, half), (other, before) in pairwise(spans)]
            middles = [(start + end) / 2 for start, end in gaps if end - start >= _ARROW_ROOM * self.size]
            if middles:
                middle = min(middles, key=lambda middle: abs(middle - self.width / 2))
                yield Arrow(self.point(row, middle), self._heading(row))
        for index, (upper, lower) in enumerate(pairwise(self.starts)):
            x = self.left + (self.width if index % 2 == 0 else 0.0)
            yield Arrow((x, (upper + self.slope * self.width + lower) / 2), (0.0, 1.0))
        yield Arrow(self._end, self._heading(len(self.starts) - 1), end=True)

    def _heading(self, row: int) -> Point:
        x = -1.0 if row % 2 else 1.0
        length = math.hypot(x, self.slope)
        return x / length, self.slope / length

    def dots(self) -> TextLine:
        """What stands after the end of the curve: time goes on."""
        size, width = self.size, (self.metrics.dots - 0.4) * self.size
        x, y = self.point(len(self.starts) - 1, self.width - width / 2)
        return TextLine(
            role="continuation", text="…", x=x - width / 2, y=y - size / 2, width=width, height=size, size=size,
            bold=True,
        )  # fmt: skip


def tick_box(tick: Tick, center: Point, size: float, repeated: bool = False) -> TickBox:
    """A date in type of a size around a point of the axis."""
    width, height = tick.width * size, tick.height * size
    return TickBox(
        id=tick.id, label=tick.label, kind=tick.kind, x=center[0] - width / 2, y=center[1] - height / 2, width=width,
        height=height, repeated=repeated,
    )  # fmt: skip


def _turn(edge: float, inward: int, upper: float, lower: float, radius: float, slope: float) -> Iterator[Point]:
    """From one row down to the next: an arc, a straight piece, an arc, and no kink where the rows fall."""
    # `upper` is where the row above would meet the edge, `lower` where the row below would.
    tilt = math.atan(slope)
    start = radius * (1 - math.sin(tilt))  # from the edge, along the row

    def arc(headings: Iterator[float]) -> Iterator[Point]:
        for heading in headings:
            x = edge + inward * radius * (1 - math.sin(heading))
            yield x, radius * (math.cos(tilt) - math.cos(heading))

    turns = [(math.pi / 2 - tilt) * step / _ARC_STEPS for step in range(_ARC_STEPS + 1)]
    yield from ((x, upper - slope * start + down) for x, down in arc(tilt + turn for turn in turns))
    yield from ((x, lower + slope * start - down) for x, down in arc(math.pi / 2 - turn for turn in turns))
