"""The axis of the serpentine on the page: rows that run to and fro, round turns between them, dots at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from modeltree.layout.geometry import Arrow, TextLine, TickBox
from modeltree.layout.metrics import Metrics
from modeltree.layout.plane import Point
from modeltree.layout.ticks import Tick

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
