"""The family tree: each model at its date on an exact axis, in a lane of its own, and every derivation as a line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from modeltree.findings import LayoutError
from modeltree.layout.family_tree.lanes import Lanes, Span, lanes_of
from modeltree.layout.geometry import Band, Guide, LabelBox, Lane, Layout, Link, Measure, TickBox
from modeltree.layout.metrics import Metrics, icon_boxes, label_widths
from modeltree.layout.plane import Box, Point, rounded
from modeltree.layout.sheet import SMALLEST_TYPE, Sheet
from modeltree.layout.ticks import YEAR_HEIGHT, Mark, make_marks, tick_size
from modeltree.layout.title_block import TitleBlock

if TYPE_CHECKING:
    from modeltree.layout.family_tree.connectors import Connector, Run

Direction = Literal["right", "down"]
"""Where time runs to."""

# In ems: the gap between two rows; between a label and what follows in its row; how far before its label a model
# branches off; before the first label and after the last one; the radius of bends.
_ROW_GAP, _GAP, _BRANCH, _LEAD, _TAIL, _BEND = 0.45, 0.6, 0.9, 1.6, 0.9, 0.25
# Where rows are columns: the room for a lane, between two, and from a label to what follows in its columns. A
# connector has a way between any two labels.
_COLUMN, _COLUMN_GAP, _WIDE_GAP = 0.6, 0.3, 1.1
# How much the gap between rows grows, at most, where there is height to spare.
_LOOSE = 1.6
# How near, as a ratio, the size of the type comes to the largest that fits.
_NEAR = 1.01


@dataclass(frozen=True, slots=True)
class TreeItem:
    """A model to be placed. Its `parent` is no later than the model."""

    id: str
    label: str
    day: float
    organizations: tuple[str, ...] = ()
    parent: int | None = None
    kind: str | None = None
    further: tuple[tuple[int, str], ...] = ()


def family_tree(
    items: Sequence[TreeItem],
    measure: Measure,
    *,
    page: tuple[float, float | None] = (1008.0, 972.0),
    trim: bool = True,
    font_size: float | None = None,
    direction: Direction = "right",
    title_block: TitleBlock | None = None,
) -> Layout:
    """Lay a genealogy out on an exact axis of time, in the largest type for a page (in points) or a type given."""
    if direction not in ("right", "down"):
        raise LayoutError(f"time cannot run {direction!r}: say 'right' or 'down'")
    metrics = Metrics.for_count(len(items))
    sheet = Sheet.of(page, trim, font_size, title_block, measure, metrics)
    if not items:
        return sheet.empty(sheet.frame.header)
    solver = _TreeSolver(items, measure, metrics, sheet, down=direction == "down")
    if font_size is not None:
        return solver.of_size(font_size).layout()
    if sheet.height is None:
        raise LayoutError("a page without a height needs a font_size")
    return solver.largest().layout()


class _TreeSolver:
    """Finds lanes for items in a type of any size."""

    def __init__(
        self, items: Sequence[TreeItem], measure: Measure, metrics: Metrics, sheet: Sheet, *, down: bool
    ) -> None:
        self.items, self.measure, self.metrics, self.sheet, self.down = items, measure, metrics, sheet, down
        self.starts, self.widths = label_widths(items, measure, metrics)
        pitch = _COLUMN + _COLUMN_GAP
        self.rows = [math.ceil((width + _COLUMN_GAP) / pitch) if down else 1 for width in self.widths]
        self.first = min(item.day for item in items)
        self.ties = [(parent, child) for child, item in enumerate(items) for parent, _ in item.further]
        # The room on the page for the rows.
        self.across = sheet.room if down else sheet.rise

    def of_size(self, size: float) -> _PlacedTree:
        """The tree in type of one size."""
        sheet, rise = self.sheet, self.sheet.rise
        if self.down and sheet.height is None:  # as high as it must be for all lanes to fit beside each other
            rise = 30.0 * size
            while (tree := self._tree(rise, size)) is None or tree.across > sheet.room:
                if rise > 4000.0 * size:
                    raise LayoutError(f"in type of {size:g} pt there is no room on a page {sheet.width:.0f} pt wide")
                rise *= 1.1
            return tree
        tree = self._tree(rise, size)
        if tree is None:
            raise LayoutError(f"in type of {size:g} pt a label is longer than the axis")
        if tree.across > self.across + 1e-6:
            raise LayoutError(
                f"in type of {size:g} pt the figure is {tree.across:.0f} pt {'wide' if self.down else 'high'}, and the "
                f"page has {self.across:.0f} pt for it: use a smaller type or a larger page, or fold branches"
            )
        return tree

    def largest(self) -> _PlacedTree:
        """The tree in the largest type that fits."""
        sheet = self.sheet
        low, high, best = SMALLEST_TYPE, sheet.largest_type, None
        size = high
        while best is None or high / low > _NEAR:
            tree = self._tree(sheet.rise, size)
            if tree is not None and tree.across <= self.across:
                best, low = tree, size
                if size == sheet.largest_type:
                    break
            elif size <= SMALLEST_TYPE:
                raise LayoutError(
                    f"the models do not fit on {sheet.room:.0f} × {sheet.rise:.0f} pt in type of {size:g} pt: use a "
                    "larger page, or fold branches"
                )
            else:
                high = size
            size = (low * high) ** 0.5 if best is not None else max(SMALLEST_TYPE, size / 1.5)
        return best

    def _tree(self, rise: float, size: float) -> _PlacedTree | None:
        """The tree in a height, in points; None where a label is longer than its axis."""
        extent = (rise if self.down else self.sheet.room) / size
        lengths = [self.metrics.label_height] * len(self.items) if self.down else self.widths
        scale = math.inf
        for item, length in zip(self.items, lengths, strict=True):
            left = extent - _LEAD - _TAIL - length
            if left < 0:
                return None
            if item.day > self.first:
                scale = min(scale, left / (item.day - self.first))
        if math.isinf(scale):  # all at once: a year from then on
            scale = (extent - _LEAD - _TAIL) / 365.0
        if not scale:
            return None
        starts = [_LEAD + scale * (item.day - self.first) for item in self.items]
        spans = [
            Span(start, start + length, item.parent, rows)
            for start, length, item, rows in zip(starts, lengths, self.items, self.rows, strict=True)
        ]
        return _PlacedTree(self, spans, size, extent, scale)

    def lanes(self, spans: Sequence[Span], tied: bool = False) -> Lanes:
        """Lanes for spans; where families are to be near those that they are tied to, there are as many."""
        return lanes_of(spans, _WIDE_GAP if self.down else _GAP, _BRANCH, self.ties if tied else ())


class _PlacedTree:
    """Lanes in a type of one size, to be set on a page. Lengths are ems, along the axis and across it, or points."""

    def __init__(self, solver: _TreeSolver, spans: Sequence[Span], size: float, extent: float, scale: float) -> None:
        self.items, self.metrics, self.down = solver.items, solver.metrics, solver.down
        self.solver, self.spans, self.size = solver, spans, size
        self.extent, self.scale = extent, scale  # the length of the axis, in ems, and of a day
        self.lanes = solver.lanes(spans)
        # Of each row: that of a label, or where rows are columns, the room for a lane.
        self.thickness = _COLUMN if self.down else self.metrics.label_height
        self.gap = _COLUMN_GAP if self.down else _ROW_GAP * self.metrics.line_gap / Metrics().line_gap
        self.corner = (0.0, 0.0)
        self.marks = self._marks()
        self.axis_room = YEAR_HEIGHT + 0.5
        if self.down:
            self.axis_room = max((self._tick_size(mark)[0] for mark in self.marks), default=YEAR_HEIGHT)
        self.spine = self.axis_room / 2 if self.down else YEAR_HEIGHT / 2

    @property
    def across(self) -> float:
        """What it needs in the direction of the rows, the axis included, in points."""
        return (self.axis_room + self.lanes.count * (self.thickness + self.gap) + self.gap) * self.size

    def layout(self) -> Layout:
        """The tree on its page."""
        from modeltree.layout.family_tree.connectors import connectors_of  # it takes numpy, which all else does without

        solver, sheet, size, items = self.solver, self.solver.sheet, self.size, self.items
        self.lanes = solver.lanes(self.spans, tied=True)
        if not math.isinf(solver.across) and not sheet.trim:  # a page of a given size may have room for wider gaps
            spare = (solver.across - self.across) / size / (self.lanes.count + 1)
            self.gap = min(self.gap + max(spare, 0.0), _LOOSE)
        length = self.extent * size if self.down else self.across
        self.corner = (sheet.margin, sheet.top(sheet.rise - length))
        order = sorted(range(len(items)), key=lambda node: (items[node].day, items[node].id))
        boxes = tuple(map(self._label, order))
        connectors = connectors_of(solver.ties, self.spans, self.lanes, self.extent)
        reaches = self._reaches(connectors)
        kinds = [kind for item in items for _, kind in item.further]
        links = [self._branch(node, item.parent, reaches) for node, item in enumerate(items) if item.parent is not None]
        links += [self._connector(connector, kind) for connector, kind in zip(connectors, kinds, strict=True)]
        return replace(
            sheet.empty(sheet.frame.header + length),
            font_size=size,
            boxes=boxes,
            icons=tuple(icon_boxes([items[node] for node in order], boxes, size, self.metrics)),
            axis=(self._point(0.0, self.spine), self._point(self.extent, self.spine)),
            ticks=tuple(map(self._tick, self.marks)),
            guides=tuple(map(self._guide, self.marks)),
            bands=tuple(self._bands()),
            lanes=tuple(self._lanes(reaches)),
            links=tuple(links),
        )

    def _point(self, along: float, across: float) -> Point:
        """A point, in points, from ems along the axis and across it."""
        x, y = (across, along) if self.down else (along, across)
        return (self.corner[0] + x * self.size, self.corner[1] + y * self.size)

    def _box(self, along: tuple[float, float], across: tuple[float, float]) -> Box:
        """The box between two positions along the axis and two across it."""
        (left, top), (right, bottom) = self._point(along[0], across[0]), self._point(along[1], across[1])
        return Box(x=left, y=top, width=right - left, height=bottom - top)

    def _sides(self, node: int) -> tuple[float, float]:
        """Where a label begins and ends across the axis."""
        top = self._top(self.lanes.rows[node])
        return top, top + (self.solver.widths[node] if self.down else self.metrics.label_height)

    def _top(self, row: int) -> float:
        """Where a row begins."""
        return self.axis_room + self.gap + row * (self.thickness + self.gap)

    def _line(self, node: int) -> float:
        """Where the lane of a model runs."""
        return self._top(self.lanes.rows[node]) + (_COLUMN * 2 / 3 if self.down else self.thickness / 2)

    def _label(self, node: int) -> LabelBox:
        item, span = self.items[node], self.spans[node]
        box = self._box((span.start, span.end), self._sides(node))
        return LabelBox(
            id=item.id, label=item.label, tick=None, x=box.x, y=box.y, width=box.width, height=box.height,
            text_x=box.x + self.solver.starts[node] * self.size,
        )  # fmt: skip

    def _reaches(self, connectors: Sequence[Connector]) -> list[float]:
        """To where each lane is drawn: to the last that leaves its row. From there on its last child has the row."""
        reaches = [span.end for span in self.spans]
        for node, span in enumerate(self.spans):
            if span.parent is not None and self.lanes.rows[node] != self.lanes.rows[span.parent]:
                reaches[span.parent] = max(reaches[span.parent], self.lanes.branches[node])
        for connector in connectors:
            reaches[connector.parent] = max(reaches[connector.parent], connector.start)
        return reaches

    def _lanes(self, reaches: Sequence[float]) -> Iterator[Lane]:
        for node, (span, end) in enumerate(zip(self.spans, reaches, strict=True)):
            if end > span.end + 1e-6:
                across = self._line(node)
                yield Lane(self.items[node].id, (self._point(span.end, across), self._point(end, across)))

    def _bands(self) -> Iterator[Band]:
        for slab in self.lanes.slabs:
            across = (self._top(slab.first) - self.gap / 2, self._top(slab.stop) - self.gap / 2)
            box = self._box((max(slab.start, 0.0), min(slab.end, self.extent)), across)
            yield Band(id=self.items[slab.root].id, x=box.x, y=box.y, width=box.width, height=box.height)

    def _branch(self, node: int, parent: int, reaches: Sequence[float]) -> Link:
        """From the label or the lane of the parent to the label of the child."""
        item, start, branch = self.items[node], self.spans[node].start, self.lanes.branches[node]
        row, parent_row = self.lanes.rows[node], self.lanes.rows[parent]
        begin = branch if row != parent_row else reaches[parent]
        points = [(begin, self._line(node)), (start, self._line(node))]
        if row != parent_row:
            leave = max(branch, self.spans[parent].start + _BRANCH / 2)
            edge = self._leaving(parent, leave, downward=row > parent_row)
            aside = edge + (0.2 if row > parent_row else -0.2) * self.gap
            points = [(leave, edge), *([(leave, aside), (branch, aside)] if leave > branch else []), *points]
        return Link(self.items[parent].id, item.id, self._bent(points), item.kind, tree=True)

    def _leaving(self, node: int, along: float, downward: bool) -> float:
        """Where a line leaves a model on its way to other rows: from the edge of the label or from the lane."""
        return self._line(node) if along > self.spans[node].end else self._sides(node)[downward]

    def _connector(self, connector: Connector, kind: str) -> Link:
        parent, child, start = connector.parent, connector.child, connector.start
        points = [(start, self._leaving(parent, start, downward=not connector.low[0]))]
        for run in connector.runs:
            across = self._track(run)
            points += [(run.start, across), (run.end, across)]
        points.append((connector.end, self._sides(child)[not connector.low[1]]))
        return Link(self.items[parent].id, self.items[child].id, self._bent(points), kind)

    def _track(self, run: Run) -> float:
        return self._top(run.gap) - self.gap + self.gap * (run.track + 1) / (run.tracks + 1)

    def _bent(self, points: Sequence[tuple[float, float]]) -> tuple[Point, ...]:
        return rounded([self._point(*point) for point in points], _BEND * self.size)

    def _marks(self) -> list[Mark]:
        """The dates on the axis that have room there."""
        start = self.solver.first - _LEAD / self.scale

        def fits(mark: Mark) -> bool:
            half = (1.25 if self.down else self._tick_size(mark)[0]) / 2
            return half <= self._along(mark) <= self.extent - half

        def roomy(marks: Sequence[Mark]) -> bool:
            need = [2.2 if self.down else self._tick_size(mark)[0] + 0.5 for mark in marks]
            return all(
                (later.day - mark.day) * self.scale >= (one + other) / 2
                for (mark, one), (later, other) in pairwise(zip(marks, need, strict=True))
            )

        return make_marks(start, start + self.extent / self.scale, fits, roomy, most=int(self.extent))

    def _along(self, mark: Mark) -> float:
        return _LEAD + (mark.day - self.solver.first) * self.scale

    def _tick_size(self, mark: Mark) -> tuple[float, float]:
        return tick_size(mark.label, mark.kind == "year", self.solver.measure, 1.2)

    def _tick(self, mark: Mark) -> TickBox:
        width, height = (length * self.size for length in self._tick_size(mark))
        x, y = self._point(self._along(mark), self.spine)
        return TickBox(
            id=mark.id, label=mark.label, kind=mark.kind, x=x - width / 2, y=y - height / 2, width=width, height=height
        )

    def _guide(self, mark: Mark) -> Guide:
        along = self._along(mark)
        return Guide(mark.id, (self._point(along, self.spine), self._point(along, self._top(self.lanes.count))))
