"""The family tree: each model at its date on an exact axis, in a lane of its own, and every descent as a line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from modeltree.findings import LayoutError
from modeltree.layout.family_tree.calendar import Mark, marks
from modeltree.layout.family_tree.lanes import Lanes, Stretch, lanes_of
from modeltree.layout.geometry import Band, Guide, LabelBox, Lane, Layout, Link, Measure, Point, TickBox
from modeltree.layout.metrics import Metrics
from modeltree.layout.plane import Box, rounded
from modeltree.layout.serpentine.placed_rows import set_icons
from modeltree.layout.sheet import Sheet, check_page
from modeltree.layout.title_block import Furniture

if TYPE_CHECKING:
    from modeltree.layout.family_tree.connectors import Connector
    from modeltree.layout.family_tree.tracks import Run

__all__ = ["Direction", "Offspring", "family_tree"]

Direction = Literal["right", "down"]
"""Where time runs to."""

# In ems: the gap between two rows; between a label and what follows in its row; how far before its label a model
# branches off; the axis; before the first label and after the last one; the radius of bends.
_ROW_GAP, _GAP, _BRANCH, _TICK, _LEAD, _TAIL, _BEND = 0.45, 0.6, 0.9, 1.75, 1.6, 0.9, 0.25
# Where rows are columns: the room for a lane, between two, and from a label to what follows in its columns. A
# connector has a way between any two labels.
_COLUMN, _COLUMN_GAP, _WIDE_GAP = 0.6, 0.3, 1.1
# How much the gap between rows grows, at most, where there is height to spare.
_LOOSE = 1.6
# How near, as a ratio, the size of the type comes to the largest that fits.
_NEAR = 1.01
_SMALLEST_TYPE = 0.5


@dataclass(frozen=True, slots=True)
class Offspring:
    """What is to be placed: a model with its date and its parents.

    Parameters
    ----------
    id, label : str
        Its id, and what is written in its box.
    at : float
        When it was released, in days.
    organizations : tuple of str
        Each gives it an icon.
    parent : int, optional
        The place, among all, of the parent that it branches off from; that is no later than the model.
    kind : str, optional
        The relation to that parent.
    further : tuple of (int, str)
        The places of all other parents, and the relations to these.
    """

    id: str
    label: str
    at: float
    organizations: tuple[str, ...] = ()
    parent: int | None = None
    kind: str | None = None
    further: tuple[tuple[int, str], ...] = ()


def family_tree(
    items: Sequence[Offspring],
    measure: Measure,
    *,
    page: tuple[float, float | None] = (1008.0, 972.0),
    trim: bool = True,
    font_size: float | None = None,
    direction: Direction = "right",
    furniture: Furniture | None = None,
    metrics: Metrics | None = None,
    margin: float = 14.0,
) -> Layout:
    """Lay a genealogy out along an exact axis of time: in the largest type for a page, or on a page for a type.

    Parameters
    ----------
    items : sequence of Offspring
        In any order; none descends from itself.
    measure : Measure
        The size of a text.
    page : (float, float or None)
        Width and height, in points; without a height the page is as high as it must be.
    trim : bool
        Whether the page is made less high where there is little to draw.
    font_size : float, optional
        Of the labels, in points; by default the largest with which all fit.
    direction : {"right", "down"}
        Where time runs to.
    furniture : Furniture, optional
        Title, legend and footnote.
    metrics : Metrics, optional
        The distances within labels, in ems of the label type; by default the tighter the more items there are.
    margin : float
        Around everything, in points.

    Raises
    ------
    LayoutError
        When the models do not fit; the message says what would do.
    """
    check_page(*page, font_size)
    if direction not in ("right", "down"):
        raise LayoutError(f"time cannot run {direction!r}: say 'right' or 'down'")
    metrics = metrics or Metrics.for_count(len(items))
    sheet = Sheet.of(page, trim, furniture or Furniture(), measure, margin, metrics.furniture, 0.0, font_size)
    if not items:
        return sheet.empty(sheet.frame.header)
    grower = _Grower(items, measure, metrics, direction)
    if font_size is not None:
        tree = grower.of_size(sheet, font_size)
    elif sheet.height is None:
        raise LayoutError("a page without a height needs a font_size")
    else:
        tree = grower.largest(sheet)
    return tree.layout(sheet)


class _Grower:
    """Finds lanes for items in a type of any size."""

    def __init__(self, items: Sequence[Offspring], measure: Measure, metrics: Metrics, direction: Direction) -> None:
        self.items, self.metrics, self.down = items, metrics, direction == "down"
        self.measure = measure
        self.starts = [metrics.text_start(len(item.organizations)) for item in items]
        self.widths = [
            start + measure(item.label, bold=True)[0] + metrics.text_end
            for start, item in zip(self.starts, items, strict=True)
        ]
        pitch = _COLUMN + _COLUMN_GAP
        self.rows = [math.ceil((width + _COLUMN_GAP) / pitch) if self.down else 1 for width in self.widths]
        self.first = min(item.at for item in items)
        self.last = max(item.at for item in items)
        self.ties = [(parent, child) for child, item in enumerate(items) for parent, _ in item.further]

    def of_size(self, sheet: Sheet, size: float) -> _Tree:
        """The tree in type of one size."""
        rise = sheet.rise
        if self.down and sheet.height is None:  # as high as it must be for all lanes to fit beside each other
            rise = 30.0 * size
            while (tree := self._tree(sheet.room, rise, size)) is None or tree.across > sheet.room:
                if rise > 4000.0 * size:
                    raise LayoutError(f"in type of {size:g} pt there is no room on a page {sheet.width:.0f} pt wide")
                rise *= 1.1
            return tree
        tree = self._tree(sheet.room, rise, size)
        if tree is None:
            raise LayoutError(f"in type of {size:g} pt a label is longer than the axis")
        room = sheet.room if self.down else rise
        if tree.across > room + 1e-6:
            what = "wide" if self.down else "high"
            raise LayoutError(
                f"in type of {size:g} pt the figure is {tree.across:.0f} pt {what}, and the page has {room:.0f} pt "
                f"for it: use a smaller type or a larger page, or fold branches"
            )
        return tree

    def largest(self, sheet: Sheet) -> _Tree:
        """The tree in the largest type that fits."""
        room = sheet.room if self.down else sheet.rise

        def fitting(size: float) -> _Tree | None:
            tree = self._tree(sheet.room, sheet.rise, size)
            return tree if tree is not None and tree.across <= room else None

        low, high, best = _SMALLEST_TYPE, sheet.largest_type, None
        size = high
        while best is None or high / low > _NEAR:
            tree = fitting(size)
            if tree is not None:
                best, low = tree, size
                if size == sheet.largest_type:
                    break
            elif size <= _SMALLEST_TYPE:
                raise LayoutError(
                    f"the models do not fit on {sheet.room:.0f} × {sheet.rise:.0f} pt in type of {size:g} pt: use a "
                    "larger page, or fold branches"
                )
            else:
                high = size
            size = (low * high) ** 0.5 if best is not None else max(_SMALLEST_TYPE, size / 1.5)
        return best

    def _tree(self, room: float, rise: float, size: float) -> _Tree | None:
        """The tree in a width and a height, in points; None where a label is longer than its axis."""
        extent = (rise if self.down else room) / size
        lengths = [self.metrics.label_height] * len(self.items) if self.down else self.widths
        scale = math.inf
        for item, length in zip(self.items, lengths, strict=True):
            left = extent - _LEAD - _TAIL - length
            if left < 0:
                return None
            if item.at > self.first:
                scale = min(scale, left / (item.at - self.first))
        if math.isinf(scale):  # all at once: a year from then on
            scale = (extent - _LEAD - _TAIL) / 365.0
        if not scale:
            return None
        starts = [_LEAD + scale * (item.at - self.first) for item in self.items]
        stretches = [
            Stretch(start, start + length, item.parent, rows)
            for start, length, item, rows in zip(starts, lengths, self.items, self.rows, strict=True)
        ]
        return _Tree(self, stretches, self.lanes(stretches), size, extent, scale)

    def lanes(self, stretches: Sequence[Stretch], tied: bool = False) -> Lanes:
        """Lanes for stretches, as many with families near those that they are tied to as without."""
        return lanes_of(stretches, _WIDE_GAP if self.down else _GAP, _BRANCH, self.ties if tied else ())


class _Tree:
    """Lanes in a type of one size, to be set on a page. Lengths are points but where ems are said."""

    def __init__(
        self, grower: _Grower, stretches: Sequence[Stretch], lanes: Lanes, size: float, extent: float, scale: float
    ) -> None:
        self.items, self.metrics, self.down = grower.items, grower.metrics, grower.down
        self.grower, self.stretches, self.lanes, self.size = grower, stretches, lanes, size
        self.extent, self.scale = extent, scale  # in ems
        self.gap = _COLUMN_GAP if self.down else _ROW_GAP * self.metrics.line_gap / Metrics().line_gap
        self.corner = (0.0, 0.0)
        self.reaches: list[float] = []
        self.marks = self._marks()
        self.axis_room = _TICK + 0.5
        if self.down:
            self.axis_room = max(map(self._tick_width, self.marks), default=_TICK)

    @property
    def thickness(self) -> float:
        """Of each row, in ems: that of a label, or where rows are columns, the room for a lane."""
        return _COLUMN if self.down else self.metrics.label_height

    @property
    def across(self) -> float:
        """What it needs in the direction of the rows, the axis included."""
        return (self.axis_room + self.lanes.count * (self.thickness + self.gap) + self.gap) * self.size

    def layout(self, sheet: Sheet) -> Layout:
        """The tree on its page."""
        from modeltree.layout.family_tree.connectors import connectors_of  # it takes numpy, which all else does without

        self.lanes = self.grower.lanes(self.stretches, tied=True)
        self._loosen(sheet)
        frame, size = sheet.frame, self.size
        self.corner = (sheet.margin, frame.header)
        length = self.extent * size if self.down else self.across
        bottom = frame.header + length
        if sheet.height is not None and not sheet.trim:
            slack = sheet.rise - length
            self.corner = (sheet.margin, frame.header + max(slack, 0.0) / 2)
        labels = [self._label(node) for node in range(len(self.items))]
        order = sorted(range(len(self.items)), key=lambda node: (self.items[node].at, self.items[node].id))
        connectors = connectors_of(self.grower.ties, self.stretches, self.lanes, self.extent)
        self.reaches = self._reached(connectors)
        kinds = [kind for item in self.items for _, kind in item.further]
        links = [self._branch(node) for node, item in enumerate(self.items) if item.parent is not None]
        links += [self._connector(way, kind) for way, kind in zip(connectors, kinds, strict=True)]
        boxes = tuple(labels[node] for node in order)
        return replace(
            sheet.empty(bottom),
            font_size=size,
            boxes=boxes,
            icons=tuple(set_icons([self.items[node] for node in order], boxes, size, self.metrics)),
            axis=(self._point(0.0, self._spine), self._point(self.extent, self._spine)),
            ticks=tuple(self._tick(mark) for mark in self.marks),
            guides=tuple(self._guide(mark) for mark in self.marks),
            bands=tuple(self._bands()),
            lanes=tuple(self._lanes()),
            links=tuple(links),
        )

    def _loosen(self, sheet: Sheet) -> None:
        """Widen the gaps where a page of a given size has room for it."""
        room = sheet.room if self.down else sheet.rise
        if not math.isinf(room) and not sheet.trim:
            spare = (room - self.across) / self.size / (self.lanes.count + 1)
            self.gap = min(self.gap + max(spare, 0.0), _LOOSE)

    @property
    def _spine(self) -> float:
        """Where the axis is, in ems across."""
        return self.axis_room / 2 if self.down else _TICK / 2

    def _point(self, along: float, across: float) -> Point:
        """A place, from ems along the axis and across it."""
        x, y = (across, along) if self.down else (along, across)
        return (self.corner[0] + x * self.size, self.corner[1] + y * self.size)

    def _box(self, along: tuple[float, float], across: tuple[float, float]) -> Box:
        """The box between two places along the axis and two across it."""
        (left, top), (right, bottom) = self._point(along[0], across[0]), self._point(along[1], across[1])
        return Box(x=left, y=top, width=right - left, height=bottom - top)

    def _sides(self, node: int) -> tuple[float, float]:
        """Where a label begins and ends across the axis, in ems."""
        top = self._top(self.lanes.rows[node])
        return top, top + (self.grower.widths[node] if self.down else self.metrics.label_height)

    def _top(self, row: int) -> float:
        """Where a row begins, in ems."""
        return self.axis_room + self.gap + row * (self.thickness + self.gap)

    def _line(self, row: int) -> float:
        """Where the lane of a row runs, in ems."""
        return self._top(row) + (_COLUMN * 2 / 3 if self.down else self.thickness / 2)

    def _label(self, node: int) -> LabelBox:
        item, stretch = self.items[node], self.stretches[node]
        box = self._box((stretch.start, stretch.end), self._sides(node))
        return LabelBox(
            id=item.id, label=item.label, tick=None, x=box.x, y=box.y, width=box.width, height=box.height,
            text_x=box.x + self.grower.starts[node] * self.size,
        )  # fmt: skip

    def _reached(self, connectors: Sequence[Connector]) -> list[float]:
        """To where each lane is drawn: to the last that leaves its row. From there on its last child has it."""
        reaches = [stretch.end for stretch in self.stretches]
        for node, item in enumerate(self.items):
            if item.parent is not None and self.lanes.rows[node] != self.lanes.rows[item.parent]:
                reaches[item.parent] = max(reaches[item.parent], self.lanes.branches[node])
        for way in connectors:
            reaches[way.parent] = max(reaches[way.parent], way.start)
        return reaches

    def _lanes(self) -> Iterator[Lane]:
        for node, (stretch, end) in enumerate(zip(self.stretches, self.reaches, strict=True)):
            if end > stretch.end + 1e-6:
                across = self._line(self.lanes.rows[node])
                yield Lane(self.items[node].id, (self._point(stretch.end, across), self._point(end, across)))

    def _bands(self) -> Iterator[Band]:
        for slab in self.lanes.slabs:
            top = self._top(slab.first) - self.gap / 2
            bottom = self._top(slab.stop) - self.gap / 2
            along = (max(slab.start, 0.0), min(slab.end, self.extent))
            box = self._box(along, (top, bottom))
            yield Band(id=self.items[slab.root].id, x=box.x, y=box.y, width=box.width, height=box.height)

    def _branch(self, node: int) -> Link:
        """From the label or the lane of the parent to the label of the child."""
        item, stretch, at = self.items[node], self.stretches[node], self.lanes.branches[node]
        parent = item.parent
        assert parent is not None
        row, parent_row = self.lanes.rows[node], self.lanes.rows[parent]
        begin = at if row != parent_row else self.reaches[parent]
        end = [(begin, self._line(row)), (stretch.start, self._line(row))]
        if row != parent_row:
            leave = max(at, self.stretches[parent].start + _BRANCH / 2)
            edge = self._leaving(parent, leave, downward=row > parent_row)
            aside = edge + (0.2 if row > parent_row else -0.2) * self.gap
            end = [(leave, edge), *([(leave, aside), (at, aside)] if leave > at else []), *end]
        return Link(self.items[parent].id, item.id, self._bent(end), item.kind, tree=True)

    def _leaving(self, node: int, along: float, downward: bool) -> float:
        """Where a line leaves a model on its way to other rows: from the edge of the label or from the lane."""
        if along > self.stretches[node].end:
            return self._line(self.lanes.rows[node])
        return self._sides(node)[downward]

    def _connector(self, way: Connector, kind: str) -> Link:
        points = [(way.start, self._leaving(way.parent, way.start, downward=not way.low[0]))]
        for run in way.runs:
            across = self._track(run)
            points += [(run.start, across), (run.end, across)]
        points.append((way.end, self._sides(way.child)[not way.low[1]]))
        return Link(self.items[way.parent].id, self.items[way.child].id, self._bent(points), kind)

    def _track(self, run: Run) -> float:
        bottom = self._top(run.gap)
        return bottom - self.gap + self.gap * (run.track + 1) / (run.tracks + 1)

    def _bent(self, places: Sequence[tuple[float, float]]) -> tuple[Point, ...]:
        return rounded([self._point(*place) for place in places], _BEND * self.size)

    def _marks(self) -> list[Mark]:
        """The dates on the axis that have room there."""
        start = self.grower.first - _LEAD / self.scale

        def fits(mark: Mark) -> bool:
            half = (1.25 if self.down else self._tick_width(mark)) / 2
            return half <= self._along(mark) <= self.extent - half

        def roomy(dates: Sequence[Mark]) -> bool:
            need = [2.2 if self.down else self._tick_width(mark) + 0.5 for mark in dates]
            return all(
                (later.at - mark.at) * self.scale >= (one + other) / 2
                for (mark, one), (later, other) in pairwise(zip(dates, need, strict=True))
            )

        return marks(start, start + self.extent / self.scale, fits, roomy, most=int(self.extent))

    def _along(self, mark: Mark) -> float:
        return _LEAD + (mark.at - self.grower.first) * self.scale

    def _tick_width(self, mark: Mark) -> float:
        bold = mark.kind == "year"
        return self.grower.measure(mark.label, bold=bold)[0] * (1.0 if bold else 0.92) + (1.2 if bold else 0.5)

    def _tick(self, mark: Mark) -> TickBox:
        width = self._tick_width(mark)
        height = _TICK if mark.kind == "year" else 1.25
        x, y = self._point(self._along(mark), self._spine)
        width, height = width * self.size, height * self.size
        return TickBox(
            id=mark.id, label=mark.label, kind=mark.kind, x=x - width / 2, y=y - height / 2, width=width, height=height
        )

    def _guide(self, mark: Mark) -> Guide:
        along = self._along(mark)
        return Guide(mark.id, (
            self._point(along, self._spine), self._point(along, self._top(self.lanes.count)),
        ))  # fmt: skip
