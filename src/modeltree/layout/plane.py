"""The plane: points, upright rectangles and straight lines, and how they meet.

The origin is at the top left and y grows downward.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

Point = tuple[float, float]
Segment = tuple[Point, Point]

# So little, in points, is no overlap and no gap: more than rounding to a thousandth makes, less than can be seen.
_SLACK = 1e-2
# The pieces of a round corner.
_ARC_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """The point in the middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    @classmethod
    def around(cls, points: Iterable[Point], pad: float = 0.0) -> Box:
        """The smallest box that holds some points, with so much around them."""
        xs, ys = zip(*points, strict=True)
        left, top = min(xs) - pad, min(ys) - pad
        return Box(x=left, y=top, width=max(xs) + pad - left, height=max(ys) + pad - top)

    def padded(self, pad: float) -> Box:
        """The box with so much around it."""
        return Box(x=self.x - pad, y=self.y - pad, width=self.width + 2 * pad, height=self.height + 2 * pad)

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.right - _SLACK
            and other.x < self.right - _SLACK
            and self.y < other.bottom - _SLACK
            and other.y < self.bottom - _SLACK
        )

    def contains(self, other: Box, slack: float = _SLACK) -> bool:
        """Whether the other lies within."""
        return (
            self.x <= other.x + slack
            and self.y <= other.y + slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def touches(self, point: Point) -> bool:
        """Whether a point lies within or on the edge."""
        return self.contains(Box(x=point[0], y=point[1], width=0.0, height=0.0))

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Whether a straight line runs through the inside, not just along or up to the edge."""
        # The line is cut down to what lies between the edges left and right, then above and below (Liang and Barsky
        # 1984, doi:10.1145/357332.357333).
        first, last = 0.0, 1.0
        for begin, finish, least, most in (
            (start[0], end[0], self.x + _SLACK, self.right - _SLACK),
            (start[1], end[1], self.y + _SLACK, self.bottom - _SLACK),
        ):
            run = finish - begin
            if abs(run) < 1e-12:
                if not least < begin < most:
                    return False
                continue
            near, far = sorted(((least - begin) / run, (most - begin) / run))
            first, last = max(first, near), min(last, far)
        return first < last


AnyBox = TypeVar("AnyBox", bound=Box)


def overlapping(boxes: Iterable[AnyBox]) -> Iterator[tuple[AnyBox, AnyBox]]:
    """The pairs of boxes that overlap, from top to bottom, found by a sweep along the side on which they lie apart."""
    order = sorted(boxes, key=lambda box: box.y)
    across, down = [(box.x, box.right) for box in order], [(box.y, box.bottom) for box in order]
    span = down if _crowding(across) >= _crowding(down) else across
    active: list[int] = []
    found = []
    for place in sorted(range(len(order)), key=lambda place: span[place][0]):
        active = [other for other in active if span[other][1] > span[place][0]]
        found += [(max(other, place), min(other, place)) for other in active if order[other].overlaps(order[place])]
        active.append(place)
    yield from ((order[upper], order[lower]) for lower, upper in sorted(found))


def _crowding(spans: Sequence[tuple[float, float]]) -> float:
    """How many of some spans there are, in the mean, at a place between their ends."""
    reach = max((end for _, end in spans), default=0.0) - min((start for start, _ in spans), default=0.0)
    return sum(end - start for start, end in spans) / (reach or 1.0)


def struck(boxes: Sequence[AnyBox], segments: Iterable[Segment]) -> Iterator[tuple[Segment, AnyBox]]:
    """The straight lines that run through boxes, with these: looked up in horizontal bands of the plane."""
    height = 2 * max((box.height for box in boxes), default=0.0) or 1.0
    bands: dict[int, list[AnyBox]] = {}
    for box in boxes:
        for band in _bands(box.y, box.bottom, height):
            bands.setdefault(band, []).append(box)
    for start, end in segments:
        low, high = sorted((start[1], end[1]))
        near = {id(box): box for band in _bands(low, high, height) for box in bands.get(band, ())}
        yield from (((start, end), box) for box in near.values() if box.crossed_by(start, end))


def _bands(top: float, bottom: float, height: float) -> range:
    return range(math.floor(top / height), math.floor(bottom / height) + 1)


def lines_meet(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether two lines, each straight from point to point, cross or touch."""
    return any(_segments_meet(*first, *second) for first in pairwise(one) for second in pairwise(other))


def crossing(start: Point, end: Point, other_start: Point, other_end: Point) -> Point | None:
    """Where two straight lines cross: each has an end on either side of the other."""
    first, last = _side(other_start, other_end, start), _side(other_start, other_end, end)
    if first * last >= 0 or _side(start, end, other_start) * _side(start, end, other_end) >= 0:
        return None
    share = first / (first - last)
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))


def _segments_meet(start: Point, end: Point, other_start: Point, other_end: Point) -> bool:
    """Whether two straight lines share a point."""
    for axis in (0, 1):  # or one would lie wholly beside the other
        if max(start[axis], end[axis]) < min(other_start[axis], other_end[axis]):
            return False
        if max(other_start[axis], other_end[axis]) < min(start[axis], end[axis]):
            return False
    return (
        _side(start, end, other_start) * _side(start, end, other_end) <= 0
        and _side(other_start, other_end, start) * _side(other_start, other_end, end) <= 0
    )


def _side(start: Point, end: Point, point: Point) -> float:
    """On which side of a line a point lies: the sign says it; 0 is on the line."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def line_length(points: Sequence[Point]) -> float:
    """The length of a line that is straight from point to point."""
    return sum(math.dist(start, end) for start, end in pairwise(points))


def distance_along(line: Sequence[Point], point: Point) -> float:
    """How far along a line its point nearest to a given one is; of several as near, the first."""
    nearest, reached, best = 0.0, 0.0, math.inf
    for start, end in pairwise(line):
        length = math.dist(start, end)
        if not length:
            continue
        ahead = ((point[0] - start[0]) * (end[0] - start[0]) + (point[1] - start[1]) * (end[1] - start[1])) / length
        ahead = min(max(ahead, 0.0), length)
        share = ahead / length
        foot = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
        away = math.dist(foot, point)
        if away < best - 1e-9:
            best, nearest = away, reached + ahead
        reached += length
    return nearest


def rounded(points: Sequence[Point], radius: float) -> tuple[Point, ...]:
    """A line of upright and level pieces with round corners: as round as their legs allow."""
    line = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        (x, y), (next_x, next_y) = _direction(corner, before), _direction(corner, after)
        if reach < 0.05 or abs(x * next_y - y * next_x) < 0.5:  # too little to be seen, or no corner
            line.append(corner)
        else:
            line += bend(before, corner, after, reach, _ARC_STEPS)
    line.append(points[-1])
    return tuple(line)


def bend(before: Point, corner: Point, after: Point, radius: float, steps: int) -> Iterator[Point]:
    """The quarter circle, as straight pieces, that touches both legs of a right angle."""
    (x, y), (next_x, next_y) = _direction(corner, before), _direction(corner, after)
    for step in range(steps + 1):
        angle = math.pi / 2 * step / steps
        back, on = radius * (1 - math.sin(angle)), radius * (1 - math.cos(angle))
        yield (corner[0] + x * back + next_x * on, corner[1] + y * back + next_y * on)


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end) or 1.0
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
