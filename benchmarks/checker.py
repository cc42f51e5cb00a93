"""Measures a drawing of labels on a curve of time: what is wrong with it, and how good it is.

It knows nothing of how the drawing was made and shares no code with modeltree: brute force over all pairs, in numpy.
All lengths are points (1/72 inch); the origin is the page's top left corner and y grows downward.
"""  # noqa: INP001

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Drawing", "Floats", "Icon", "Label", "Leader", "Measures", "Point", "Truths", "measures",
    "moved", "run_through", "side", "trimmed",
]  # fmt: skip

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

# So little, where labels are as high as this, is no overlap: more than rounding makes, less than can be seen.
_SLACK = 0.05
_HEIGHT = 20.0
# Leaders may touch at their ends, where they leave a tick: so much of each end is not looked at.
_END = 0.1
# A turn by so much is a bend of its own; lesser turns to one side, as of a curve in small steps, are one together.
_CORNER = np.radians(45.0)
_STRAIGHT = np.radians(1.0)
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The box of a model.

    Parameters
    ----------
    id, tick : str
        Of the model, and of the tick that it belongs to.
    date : str
        As in ISO 8601: ``2019``, ``2023-03`` or ``2023-03-14``.
    x, y, width, height : float
        The box.
    needed : float
        The width that icons, text and padding need; a box may be drawn wider.
    text : (float, float)
        Where its text begins and ends, from left to right.
    """

    id: str
    tick: str
    date: str
    x: float
    y: float
    width: float
    height: float
    needed: float
    text: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Icon:
    """An icon of the model with this id."""

    id: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Leader:
    """A line from a tick to labels: one, or several that stand together."""

    tick: str
    ids: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All that is measured.

    Parameters
    ----------
    page : (float, float)
        Width and height.
    font_size : float
        Of the labels.
    labels, icons, leaders : tuple
        In any order.
    axis : tuple of (float, float)
        The curve of time, from its beginning to its end.
    ticks : mapping of str to (float, float)
        The middle of each tick.
    """

    page: Point
    font_size: float
    labels: tuple[Label, ...]
    icons: tuple[Icon, ...]
    leaders: tuple[Leader, ...]
    axis: tuple[Point, ...]
    ticks: Mapping[str, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The numbers of a drawing; lengths are label heights where nothing else is said.

    Parameters
    ----------
    label_overlaps : int
        Pairs of labels that share more than an edge.
    icon_overlaps : int
        Icons that share more than an edge with another icon or with a foreign label.
    crossings : int
        Pairs of leaders that meet elsewhere than at a tick which they share.
    struck : int
        Pairs of a leader, or the axis, and a label that it runs through and does not lead to.
    clipped : int
        Labels, icons, leaders, ticks and axes that leave the page.
    dropped : int
        Labels that are not drawn, and those drawn twice.
    text_out : int
        Labels whose text leaves their box.
    disorder : int
        Labels tied to the axis after a label of a later date.
    fill, fill_needed : float
        The share of the page that labels cover as they are drawn, and as wide as their text needs.
    font_size : float
        In points.
    leader_mean, leader_longest : float
        The length of the leaders.
    way_mean : float
        From the middle of a label's tick to the nearest point of the label: comparable where one method ties each
        label to its tick and another a whole block of labels by one leader.
    bends : float
        Of a leader, in the mean.
    rows : int
        Of the curve: at how many heights there are ticks.
    own_tick : float
        The share of labels whose nearest tick, from middle to middle, is their own.
    gap : float
        The smallest between two labels.
    """

    label_overlaps: int
    icon_overlaps: int
    crossings: int
    struck: int
    clipped: int
    dropped: int
    text_out: int
    disorder: int
    fill: float
    fill_needed: float
    font_size: float
    leader_mean: float
    leader_longest: float
    way_mean: float
    bends: float
    rows: int
    own_tick: float
    gap: float

    @property
    def hard_zeros(self) -> dict[str, int]:
        """Those that must be zero."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[: names.index("fill")]}


def measures(drawing: Drawing, ids: Sequence[str]) -> Measures:
    """Measure a drawing of the models with these ids; it has at least one label and one tick."""
    font_size = drawing.font_size
    drawing = _enlarged(drawing, _HEIGHT / float(np.median([label.height for label in drawing.labels])))
    labels, height = drawing.labels, _HEIGHT
    boxes = _edges(labels)
    lengths = [_length(leader.points) / height for leader in drawing.leaders]
    ways = [_way(label, drawing.ticks[label.tick]) / height for label in labels]
    page = drawing.page[0] * drawing.page[1]
    drawn = [label.id for label in labels]
    return Measures(
        label_overlaps=(_count_overlaps(boxes, boxes) - len(boxes)) // 2,
        icon_overlaps=_hidden_icons(drawing.icons, labels),
        crossings=_crossings(drawing.leaders),
        struck=_struck(drawing, boxes),
        clipped=_clipped(drawing),
        dropped=len(set(ids) - set(drawn)) + len(drawn) - len(set(drawn)),
        text_out=sum(
            not label.x - _SLACK <= label.text[0] <= label.text[1] <= label.x + label.width + _SLACK for label in labels
        ),
        disorder=_disorder(drawing),
        fill=sum(label.width * label.height for label in labels) / page,
        fill_needed=sum(label.needed * label.height for label in labels) / page,
        font_size=font_size,
        leader_mean=float(np.mean(lengths)) if lengths else 0.0,
        leader_longest=max(lengths, default=0.0),
        way_mean=float(np.mean(ways)),
        bends=float(np.mean([_bends(leader.points) for leader in drawing.leaders])) if drawing.leaders else 0.0,
        rows=_rows([y for _, y in drawing.ticks.values()]),
        own_tick=_own_tick(drawing),
        gap=_smallest_gap(boxes) / height,
    )


def moved(before: Drawing, after: Drawing) -> float:
    """The share of the labels in both drawings whose middle moves by more than a label height."""
    places = {label.id: _middle(label) for label in after.labels}
    common = [label for label in before.labels if label.id in places]
    far = [np.hypot(*np.subtract(_middle(label), places[label.id])) > label.height for label in common]
    return float(np.mean(far)) if far else 0.0


def _enlarged(drawing: Drawing, scale: float) -> Drawing:
    """The same with all lengths so much longer, so that what counts as touching does not depend on the type."""

    def point(place: Point) -> Point:
        return (place[0] * scale, place[1] * scale)

    def box(part: Label | Icon) -> dict[str, Any]:
        return {name: getattr(part, name) * scale for name in ("x", "y", "width", "height")}

    return replace(
        drawing,
        page=point(drawing.page),
        labels=tuple(
            replace(label, needed=label.needed * scale, text=point(label.text), **box(label))
            for label in drawing.labels
        ),
        icons=tuple(replace(icon, **box(icon)) for icon in drawing.icons),
        leaders=tuple(replace(leader, points=tuple(map(point, leader.points))) for leader in drawing.leaders),
        axis=tuple(map(point, drawing.axis)),
        ticks={name: point(place) for name, place in drawing.ticks.items()},
    )


def _middle(box: Label | Icon) -> Point:
    return (box.x + box.width / 2, box.y + box.height / 2)


def _edges(boxes: Sequence[Label | Icon]) -> Floats:
    """Left, top, right and bottom of each."""
    rows = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _chunks(rows: int, columns: int) -> Iterator[slice]:
    """Parts of the rows of a table that is too large to be held whole."""
    step = max(1, _CHUNK // max(columns, 1))
    yield from (slice(start, start + step) for start in range(0, rows, step))


def _overlap(some: Floats, others: Floats) -> Truths:
    """For each box of some and each of the others, whether the two share more than an edge."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    shared: Truths = np.asarray((low < high - _SLACK).all(axis=2))
    return shared


def _count_overlaps(some: Floats, others: Floats) -> int:
    return sum(int(_overlap(some[part], others).sum()) for part in _chunks(len(some), len(others)))


def _hidden_icons(icons: Sequence[Icon], labels: Sequence[Label]) -> int:
    edges, boxes = _edges(icons), _edges(labels)
    owners, ids = np.array([icon.id for icon in icons]), np.array([label.id for label in labels])
    found = 0
    for part in _chunks(len(icons), len(labels) + len(icons)):
        on_labels = _overlap(edges[part], boxes) & (owners[part, None] != ids[None, :])
        on_icons = _overlap(edges[part], edges)
        found += int((on_labels.any(axis=1) | (on_icons.sum(axis=1) > 1)).sum())
    return found


def _segments(points: Sequence[Point]) -> Floats:
    return np.array([(*start, *end) for start, end in pairwise(points)], dtype=np.float64).reshape(-1, 4)


def run_through(segments: Floats, boxes: Floats) -> Truths:
    """For each straight line and its box, whether the line has a part inside: cut at each pair of edges in turn."""
    shape = np.broadcast_shapes(segments.shape[:-1], boxes.shape[:-1])
    first, last = np.zeros(shape), np.ones(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in (0, 1):
            begin = segments[..., axis]
            run = segments[..., axis + 2] - begin
            near = (boxes[..., axis] + _SLACK - begin) / run
            far = (boxes[..., axis + 2] - _SLACK - begin) / run
            # 0 / 0: along the edge of the shrunken box, which is not inside; a line across is bounded by no such edge
            first = np.maximum(first, np.nan_to_num(np.minimum(near, far), nan=2.0, posinf=2.0, neginf=0.0))
            last = np.minimum(last, np.nan_to_num(np.maximum(near, far), nan=-1.0, posinf=1.0, neginf=-1.0))
    through: Truths = np.asarray(first < last)
    return through


def _lines_through(lines: Sequence[Sequence[Point]], boxes: Floats) -> set[tuple[int, int]]:
    """The lines, by number, and the boxes that they run through."""
    segments = np.vstack([np.empty((0, 4)), *(_segments(points) for points in lines)])
    owner = np.repeat(np.arange(len(lines)), [max(len(points) - 1, 0) for points in lines])
    found: set[tuple[int, int]] = set()
    for part in _chunks(len(segments), len(boxes)):
        rows, columns = np.nonzero(run_through(segments[part, None], boxes[None]))
        found.update(zip(owner[part][rows].tolist(), columns.tolist(), strict=True))
    return found


def _struck(drawing: Drawing, boxes: Floats) -> int:
    hits = _lines_through([leader.points for leader in drawing.leaders], boxes)
    foreign = sum(not _leads_to(drawing.leaders[line], drawing.labels[box]) for line, box in hits)
    return foreign + len(_lines_through([drawing.axis], boxes))


def _leads_to(leader: Leader, label: Label) -> bool:
    """Whether a label is the one at which its leader ends; the others of its block count as foreign."""
    x, y = leader.points[-1]
    reach = 2 * _SLACK
    within = label.x - reach <= x <= label.x + label.width + reach
    return label.id in leader.ids and within and label.y - reach <= y <= label.y + label.height + reach


def trimmed(points: Sequence[Point]) -> list[Point]:
    """A line without a little at both ends; nothing of one that is no longer than that."""
    if _length(points) <= 2 * _END:
        return []
    return _cut(_cut(points)[::-1])[::-1]


def _cut(points: Sequence[Point]) -> list[Point]:
    """A line without a little at its beginning."""
    left = _END
    for place, (start, end) in enumerate(pairwise(points)):
        length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        if length > left:
            share = left / length
            begin = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            return [begin, *points[place + 1 :]]
        left -= length
    return []


def _crossings(leaders: Sequence[Leader]) -> int:
    """Those of one tick may run along each other, as one line does for many; those of two may not even touch."""
    lines = [(leader.tick, points) for leader in leaders if (points := trimmed(leader.points))]
    if not lines:
        return 0
    spans = np.array([(*np.min(points, axis=0), *np.max(points, axis=0)) for _, points in lines])
    ticks = np.array([tick for tick, _ in lines])
    parts = [_segments(points) for _, points in lines]
    segments = np.vstack(parts)
    owner = np.repeat(np.arange(len(lines)), [len(part) for part in parts])
    found = 0
    for number, part in enumerate(parts):
        near = np.asarray(((spans[number, :2] <= spans[:, 2:]) & (spans[:, :2] <= spans[number, 2:])).all(axis=1))
        near[: number + 1] = False
        others = np.flatnonzero(near[owner])
        meet, cross = _meet(part, segments[others])
        bad = np.where(ticks[owner[others]] == ticks[number], cross, meet)
        found += len(np.unique(owner[others][bad]))
    return found


def _meet(some: Floats, others: Floats) -> tuple[Truths, Truths]:
    """For each of the others whether any of some shares a point with it, and whether they truly cross."""
    a, b = some[:, None, :2], some[:, None, 2:]
    c, d = others[None, :, :2], others[None, :, 2:]
    apart = (np.maximum(a, b) < np.minimum(c, d)).any(axis=2) | (np.maximum(c, d) < np.minimum(a, b)).any(axis=2)
    first, second = side(a, b, c) * side(a, b, d), side(c, d, a) * side(c, d, b)
    meet = ~apart & (first <= 0) & (second <= 0)
    cross = ~apart & (first < 0) & (second < 0)
    return np.asarray(meet.any(axis=0)), np.asarray(cross.any(axis=0))


def side(start: Floats, end: Floats, point: Floats) -> Floats:
    """On which side of a line a point lies: the sign says it; next to nothing is on the line."""
    ahead, aside = end - start, point - start
    area = ahead[..., 0] * aside[..., 1] - ahead[..., 1] * aside[..., 0]
    side: Floats = np.where(np.abs(area) < 1e-9, 0.0, np.sign(area))
    return side


def _clipped(drawing: Drawing) -> int:
    width, height = drawing.page
    boxes = np.vstack([_edges(drawing.labels), _edges(drawing.icons)])
    lines = [*(leader.points for leader in drawing.leaders), drawing.axis, *([tick] for tick in drawing.ticks.values())]
    spans = [(*np.min(points, axis=0), *np.max(points, axis=0)) for points in lines if len(points)]
    edges = np.vstack([boxes, np.array(spans).reshape(-1, 4)])
    inside = (edges[:, :2] >= -_SLACK).all(axis=1) & (edges[:, 2:] <= np.array([width, height]) + _SLACK).all(axis=1)
    return int((~inside).sum())


def _disorder(drawing: Drawing) -> int:
    """How many labels are tied to the axis after a label of a later date; those tied at one place are as one."""
    where = {
        id_: _distance_along(drawing.axis, leader.points[0])
        for leader in drawing.leaders
        for id_ in leader.ids
    }  # fmt: skip
    tick_where: dict[str, float] = {}
    places: dict[float, list[str]] = {}
    for label in drawing.labels:
        place = where.get(label.id)
        if place is None:
            if label.tick not in tick_where:
                tick_where[label.tick] = _distance_along(drawing.axis, drawing.ticks[label.tick])
            place = tick_where[label.tick]
        places.setdefault(round(place, 1), []).append(label.date)
    found, latest = 0, ""
    for place in sorted(places):
        found += sum(date < latest for date in places[place])
        latest = max(latest, *places[place])
    return found


def _distance_along(line: Sequence[Point], point: Point) -> float:
    """How far along a line the place nearest to a point is."""
    segments = _segments(line)
    start, run = segments[:, :2], segments[:, 2:] - segments[:, :2]
    lengths = np.hypot(run[:, 0], run[:, 1])
    share = ((np.array(point) - start) * run).sum(axis=1) / np.where(lengths > 0, lengths, 1.0) ** 2
    share = np.clip(share, 0.0, 1.0)
    away = np.hypot(*(start + share[:, None] * run - np.array(point)).T)
    best = int(np.argmin(np.round(away, 3)))
    return float(lengths[:best].sum() + share[best] * lengths[best])


def _length(points: Sequence[Point]) -> float:
    return float(sum(np.hypot(end[0] - start[0], end[1] - start[1]) for start, end in pairwise(points)))


def _bends(points: Sequence[Point]) -> int:
    headings = [np.arctan2(end[1] - start[1], end[0] - start[0]) for start, end in pairwise(points) if start != end]
    turns = [float((later - first + np.pi) % (2 * np.pi) - np.pi) for first, later in pairwise(headings)]
    bends, side = 0, 0.0
    for turn in turns:
        if abs(turn) >= _CORNER:
            bends, side = bends + 1, 0.0
        elif abs(turn) > _STRAIGHT:
            bends, side = bends + (np.sign(turn) != side), float(np.sign(turn))
    return bends


def _rows(heights: Sequence[float]) -> int:
    ordered = sorted(heights)
    return 1 + sum(lower - upper > 1.0 for upper, lower in pairwise(ordered))


def _way(label: Label, tick: Point) -> float:
    aside = max(label.x - tick[0], 0.0, tick[0] - label.x - label.width)
    up = max(label.y - tick[1], 0.0, tick[1] - label.y - label.height)
    return float(np.hypot(aside, up))


def _own_tick(drawing: Drawing) -> float:
    names = list(drawing.ticks)
    ticks = np.array([drawing.ticks[name] for name in names])
    middles = np.array([_middle(label) for label in drawing.labels])
    away = np.hypot(middles[:, None, 0] - ticks[None, :, 0], middles[:, None, 1] - ticks[None, :, 1])
    nearest = away.argmin(axis=1)
    return float(np.mean([names[best] == label.tick for best, label in zip(nearest, drawing.labels, strict=True)]))


def _smallest_gap(boxes: Floats) -> float:
    smallest = np.inf
    for part in _chunks(len(boxes), len(boxes)):
        low = np.maximum(boxes[part, None, :2], boxes[None, :, :2])
        high = np.minimum(boxes[part, None, 2:], boxes[None, :, 2:])
        apart = np.maximum(low - high, 0.0)
        away = np.hypot(apart[:, :, 0], apart[:, :, 1])
        rows = np.arange(len(boxes))[part]
        away[np.arange(len(rows)), rows] = np.inf
        smallest = min(smallest, float(away.min()))
    return smallest if np.isfinite(smallest) else 0.0
