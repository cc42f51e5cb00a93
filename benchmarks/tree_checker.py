"""Measures a drawing of a genealogy: what is wrong with it, and how good it is.

Like `checker` it knows nothing of how the drawing was made and shares no code with modeltree: all pairs are looked at
of what has a height on the page in common. All lengths are points (1/72 inch); the origin is the page's top left corner
and y grows downward.
"""  # noqa: INP001

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from checker import Floats, Point, run_through, side, trimmed

__all__ = ["Box", "Line", "TreeDrawing", "TreeMeasures", "tree_measures"]

_Numbers = npt.NDArray[np.int64]

# Labels are as high as this when they are looked at. So little is no overlap; so near, two crossings of the same two
# are one; so far from its label a line may begin or end.
_HEIGHT = 20.0
_SLACK, _SAME, _REACH, _DOT = 0.05, 0.2, 2.0, 5.0
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The label of a model, by its id, or anything else that is to stay on the page; there may be a dot beside it."""

    id: str
    x: float
    y: float
    width: float
    height: float
    dot: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that leads from a model, to another one or along its own row.

    Parameters
    ----------
    parent : str
        From which model. Lines from the same one may meet: they are one line.
    child : str, optional
        To which; none if it is the model's own lane.
    tree : bool
        Whether it is a branch of the tree, or a lane: neither leads to a further parent.
    points : tuple of (float, float)
        From the parent to the child.
    named : bool
        Whether there is no line, but the name of the parent in the child's label.
    """

    parent: str
    child: str | None
    tree: bool
    points: tuple[Point, ...]
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeDrawing:
    """All that is measured.

    Parameters
    ----------
    page : (float, float)
        Width and height.
    font_size : float
        Of the labels.
    labels, lines : tuple
        In any order.
    others : tuple of Box
        What else is drawn: text, dates, icons. It is to stay on the page.
    """

    page: Point
    font_size: float
    labels: tuple[Box, ...]
    lines: tuple[Line, ...]
    others: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMeasures:
    """The numbers of a drawing.

    Parameters
    ----------
    tree_crossings : int
        Places where branches or lanes of two models meet: they cross or touch.
    labels_hit : int
        Labels that a line runs through, be it their own.
    label_overlaps : int
        Pairs of labels that share more than an edge.
    clipped : int
        Labels, lines and other parts that leave the page.
    missing : int
        Models without a label and descents without a line, and those drawn twice.
    loose : int
        Lines that do not begin at the label or lane of their parent, or do not end at the label of their child.
    font_size : float
        In points.
    further : int
        Lines to further parents.
    crossings : int
        Places where these meet lines of other models.
    further_mean : float
        Their length, in label heights.
    named : int
        Further parents that are named instead.
    fill : float
        The share of the page that labels cover.
    empty : float
        The share of the page with nothing on it, in squares of two label heights.
    """

    tree_crossings: int
    labels_hit: int
    label_overlaps: int
    clipped: int
    missing: int
    loose: int
    font_size: float
    further: int
    crossings: int
    further_mean: float
    named: int
    fill: float
    empty: float

    @property
    def hard_zeros(self) -> dict[str, int]:
        """Those that must be zero."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[: names.index("font_size")]}


def tree_measures(drawing: TreeDrawing, ids: Sequence[str], descents: Sequence[tuple[str, str]]) -> TreeMeasures:
    """Measure a drawing of the models with these ids and the descents, each from a parent to a child."""
    font_size = drawing.font_size
    drawing = _enlarged(drawing, _HEIGHT / float(np.median([label.height for label in drawing.labels])))
    hit, overlaps = _on_labels(drawing)
    tree_crossings, crossings = _meetings(drawing.lines)
    lengths = [_length(line.points) / _HEIGHT for line in drawing.lines if not line.tree and not line.named]
    drawn = [label.id for label in drawing.labels]
    led = [(line.parent, line.child) for line in drawing.lines if line.child is not None]
    return TreeMeasures(
        tree_crossings=tree_crossings,
        labels_hit=hit,
        label_overlaps=overlaps,
        clipped=_clipped(drawing),
        missing=_differences(ids, drawn) + _differences(descents, led),
        loose=sum(not held for held in _held(drawing)),
        font_size=font_size,
        further=len(lengths),
        crossings=crossings,
        further_mean=float(np.mean(lengths)) if lengths else 0.0,
        named=sum(line.named for line in drawing.lines),
        empty=_empty(drawing),
        fill=sum(label.width * label.height for label in drawing.labels) / (drawing.page[0] * drawing.page[1]),
    )


def _enlarged(drawing: TreeDrawing, scale: float) -> TreeDrawing:
    """The same with all lengths so much longer, so that what counts as touching does not depend on the type."""

    def point(place: Point) -> Point:
        return (place[0] * scale, place[1] * scale)

    def boxes(some: Sequence[Box]) -> tuple[Box, ...]:
        return tuple(
            replace(
                box,
                x=box.x * scale,
                y=box.y * scale,
                width=box.width * scale,
                height=box.height * scale,
                dot=point(box.dot) if box.dot else None,
            )
            for box in some
        )

    return replace(
        drawing,
        page=point(drawing.page),
        labels=boxes(drawing.labels),
        lines=tuple(replace(line, points=tuple(map(point, line.points))) for line in drawing.lines),
        others=boxes(drawing.others),
    )


def _differences(expected: Sequence[object], found: Sequence[object]) -> int:
    """How many are too few or too many."""
    wanted, there = Counter(expected), Counter(found)
    return (wanted - there).total() + (there - wanted).total()


def _length(points: Sequence[Point]) -> float:
    return float(sum(np.hypot(end[0] - start[0], end[1] - start[1]) for start, end in pairwise(points)))


def _edges(boxes: Sequence[Box]) -> Floats:
    """Left, top, right and bottom of each."""
    rows = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _pieces(lines: Sequence[Sequence[Point]]) -> tuple[Floats, _Numbers]:
    """The straight pieces of lines, and of which line each is."""
    pieces = [(*start, *end) for points in lines for start, end in pairwise(points)]
    owners = np.repeat(np.arange(len(lines)), [max(len(points) - 1, 0) for points in lines])
    return np.array(pieces, dtype=np.float64).reshape(-1, 4), owners


def _spans(pieces: Floats) -> Floats:
    """The upright rectangles around straight pieces."""
    return np.hstack([np.minimum(pieces[:, :2], pieces[:, 2:]), np.maximum(pieces[:, :2], pieces[:, 2:])])


def _near_pairs(spans: Floats) -> Iterator[tuple[_Numbers, _Numbers]]:
    """The pairs of upright rectangles that have a point in common, by number, part after part."""
    order = np.argsort(spans[:, 1], kind="stable")
    tops, bottoms = spans[order, 1], spans[order, 3]
    counts = np.searchsorted(tops, bottoms, side="right") - np.arange(len(order)) - 1
    total = np.concatenate([[0], np.cumsum(counts)])
    first = 0
    while first < len(order):
        last = max(first + 1, int(np.searchsorted(total, total[first] + _CHUNK, side="right")) - 1)
        some = np.repeat(np.arange(first, last), counts[first:last])
        others = some + 1 + np.arange(len(some)) - np.repeat(total[first:last] - total[first], counts[first:last])
        one, other = order[some], order[others]
        near = (spans[one, 0] <= spans[other, 2]) & (spans[other, 0] <= spans[one, 2])
        yield one[near], other[near]
        first = last


def _on_labels(drawing: TreeDrawing) -> tuple[int, int]:
    """How many labels a line runs through, and how many pairs of them overlap."""
    boxes = _edges(drawing.labels)
    pieces, _ = _pieces([line.points for line in drawing.lines])
    spans = np.vstack([boxes, _spans(pieces)])
    hit: set[int] = set()
    overlaps = 0
    for one, other in _near_pairs(spans):
        first, second = np.minimum(one, other), np.maximum(one, other)  # labels come before pieces
        labels = second < len(boxes)
        some, others = boxes[first[labels]], boxes[second[labels]]
        low, high = np.maximum(some[:, :2], others[:, :2]), np.minimum(some[:, 2:], others[:, 2:])
        overlaps += int((low < high - _SLACK).all(axis=1).sum())
        mixed = (first < len(boxes)) & ~labels
        struck = run_through(pieces[second[mixed] - len(boxes)], boxes[first[mixed]])
        hit.update(first[mixed][struck].tolist())
    return len(hit), overlaps


def _meetings(lines: Sequence[Line]) -> tuple[int, int]:
    """At how many places lines of the tree meet each other, and lines to further parents any other line.

    The very ends are not looked at: there a line meets the label that it belongs to.
    """
    pieces, line_of = _pieces([trimmed(line.points) for line in lines])
    names = {name: number for number, name in enumerate(sorted({line.parent for line in lines}))}
    owner = np.array([names[line.parent] for line in lines], dtype=np.int64)[line_of]
    tree = np.array([line.tree for line in lines], dtype=bool)[line_of]
    tree_places, further_places = _Places(), _Places()
    for some, others in _near_pairs(_spans(pieces)):
        foreign = owner[some] != owner[others]
        one, other = some[foreign], others[foreign]
        a, b, c, d = pieces[one, :2], pieces[one, 2:], pieces[other, :2], pieces[other, 2:]
        before, after = side(c, d, a) * side(c, d, b), side(a, b, c) * side(a, b, d)
        meet = (before <= 0) & (after <= 0)
        one, other = one[meet], other[meet]
        where = _where(pieces[one], pieces[other])
        of_tree = tree[one] & tree[other]
        pairs = np.sort(np.stack([owner[one], owner[other]], axis=1), axis=1)
        tree_places.add(pairs[of_tree], where[of_tree])
        further_places.add(pairs[~of_tree], where[~of_tree])
    return tree_places.count, further_places.count


def _where(some: Floats, others: Floats) -> Floats:
    """Where straight lines meet that do; of those that lie on each other, the middle of what they share."""
    start, run = some[:, :2], some[:, 2:] - some[:, :2]
    other_start, other_run = others[:, :2], others[:, 2:] - others[:, :2]
    turn = run[:, 0] * other_run[:, 1] - run[:, 1] * other_run[:, 0]
    away = other_start - start
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (away[:, 0] * other_run[:, 1] - away[:, 1] * other_run[:, 0]) / turn
    spans, other_spans = _spans(some), _spans(others)
    low, high = np.maximum(spans[:, :2], other_spans[:, :2]), np.minimum(spans[:, 2:], other_spans[:, 2:])
    along = np.abs(turn) < 1e-9
    place: Floats = np.where(along[:, None], (low + high) / 2, start + np.where(along, 0.0, share)[:, None] * run)
    return place


class _Places:
    """Places where two meet, those that are next to each other as one."""

    def __init__(self) -> None:
        self.count = 0
        self._found: defaultdict[tuple[int, int], list[Point]] = defaultdict(list)

    def add(self, pairs: _Numbers, where: Floats) -> None:
        for (one, other), (x, y) in zip(pairs.tolist(), where.tolist(), strict=True):
            known = self._found[one, other]
            if not any(abs(x - there[0]) <= _SAME and abs(y - there[1]) <= _SAME for there in known):
                known.append((x, y))
                self.count += 1


def _empty(drawing: TreeDrawing) -> float:
    """The share of the page, square by square, where there is nothing."""
    side = 2 * _HEIGHT
    width, height = drawing.page
    taken = np.zeros((max(int(height / side), 1), max(int(width / side), 1)), dtype=bool)
    pieces, _ = _pieces([line.points for line in drawing.lines])
    for left, top, right, bottom in np.vstack([_edges(drawing.labels), _edges(drawing.others)]) / side:
        taken[max(int(top), 0) : int(bottom) + 1, max(int(left), 0) : int(right) + 1] = True
    for start_x, start_y, end_x, end_y in pieces / side:
        count = 2 + int(4 * max(abs(end_x - start_x), abs(end_y - start_y)))
        rows = np.clip(np.linspace(start_y, end_y, count).astype(np.int64), 0, taken.shape[0] - 1)
        taken[rows, np.clip(np.linspace(start_x, end_x, count).astype(np.int64), 0, taken.shape[1] - 1)] = True
    return 1.0 - float(taken.mean())


def _clipped(drawing: TreeDrawing) -> int:
    lines = [(*np.min(line.points, axis=0), *np.max(line.points, axis=0)) for line in drawing.lines if line.points]
    edges = np.vstack([_edges(drawing.labels), _edges(drawing.others), np.array(lines).reshape(-1, 4)])
    inside = (edges[:, :2] >= -_SLACK).all(axis=1) & (edges[:, 2:] <= np.array(drawing.page) + _SLACK).all(axis=1)
    return int((~inside).sum())


def _held(drawing: TreeDrawing) -> Iterator[bool]:
    """For each line whether it is held by what it belongs to, at both ends."""
    labels = {label.id: (label.x, label.y, label.x + label.width, label.y + label.height) for label in drawing.labels}
    lanes = {line.parent: line.points for line in drawing.lines if line.child is None and line.points}

    dots = {label.id: label.dot for label in drawing.labels}

    def at_label(model: str, point: Point) -> bool:
        if (dot := dots.get(model)) and max(abs(dot[0] - point[0]), abs(dot[1] - point[1])) <= _DOT:
            return True
        left, top, right, bottom = labels.get(model, (np.inf, np.inf, -np.inf, -np.inf))
        return left - _REACH <= point[0] <= right + _REACH and top - _REACH <= point[1] <= bottom + _REACH

    def on_lane(model: str, point: Point) -> bool:
        return any(
            all(min(one, other) - _REACH <= at <= max(one, other) + _REACH
                for one, other, at in zip(start, end, point, strict=True))
            for start, end in pairwise(lanes.get(model, ()))
        )  # fmt: skip

    for line in drawing.lines:
        if not line.points or line.named:
            yield line.named
            continue
        begins = at_label(line.parent, line.points[0])
        if line.child is None:
            yield begins
        else:
            begins = begins or on_lane(line.parent, line.points[0])
            yield begins and at_label(line.child, line.points[-1])
