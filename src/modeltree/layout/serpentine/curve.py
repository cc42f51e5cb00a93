"""The serpentine: one curve of time that turns at the end of each row, with the models above and below it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from modeltree._util.languages import ENGLISH, Words
from modeltree.findings import LayoutError
from modeltree.layout.geometry import Arrow, LabelBox, Layout, Leader, Measure, Panel, TextLine, TickBox
from modeltree.layout.metrics import FREE, Metrics, icon_boxes
from modeltree.layout.plane import Point
from modeltree.layout.serpentine.blocks import Block, Item, Labels
from modeltree.layout.serpentine.revision import revised
from modeltree.layout.serpentine.rows import Row, Stack
from modeltree.layout.serpentine.solver import LinearSolver, RowSolver, Solver
from modeltree.layout.sheet import MARGIN, READABLE_TYPE, SMALLEST_TYPE, Sheet
from modeltree.layout.ticks import Tick
from modeltree.layout.title_block import TitleBlock
from modeltree.records import Grain

TimeScale = Literal["ticks", "linear"]
"""``"ticks"``: dates in order, as far apart as labels need. ``"linear"``: as far apart as they are in time."""

_ARC_STEPS = 24
# A page that may have any height is up to so high by its width, if its type can be read then; one that is narrow
# is rather upright, up to so many points.
_ASPECT, _UPRIGHT, _LEAF = 0.75, 1.25, 620.0
# Distances are tight where type would be smaller than this, in points, as they are for so many labels.
_SMALL, _DENSE = 8.0, 300
# By how much the type is changed for which words are set; what is near enough to it, and what is the same.
_STEP, _NEAR, _SAME = 1.25, 1.08, 1.01
# The least gap between two dates, in ems, in which there is an arrow.
_ARROW_ROOM = 1.3


def serpentine(
    items: Sequence[Item],
    measure: Measure,
    *,
    page: tuple[float, float | None] = (1008.0, 972.0),
    trim: bool = True,
    font_size: float | None = None,
    time_scale: TimeScale = "ticks",
    grain: Grain | None = None,
    rows: int | None = None,
    fall: float = 0.0,
    like: Layout | None = None,
    title_block: TitleBlock | None = None,
    margin: float = MARGIN,
    words: Words = ENGLISH,
) -> Layout:
    """Lay models out along a serpentine: in the largest type for a page, or on the smallest page for a type."""
    # `page` and `margin` are points, `fall` is ems. With `like`, labels stay where an earlier layout of the same
    # options has them, and new labels go into free places, if that can be done.
    if rows is not None and rows < 1:
        raise LayoutError(f"there cannot be {rows} rows")
    if not 0 <= fall < math.inf:
        raise LayoutError(f"rows cannot fall by {fall} ems: 0 or more")

    wanted = _Wanted(
        tuple(items), measure, page, trim, font_size, time_scale, grain, rows, fall, title_block, margin, words
    )
    if not items:
        sheet = wanted.sheet(Metrics(), 0.0)
        return sheet.empty(sheet.frame.header)
    if like is not None and like.boxes:
        metrics = wanted.spaced(Metrics.for_height(like.boxes[0].height / like.font_size))
        if layout := revised(like, wanted.sheet(metrics, like.font_size), wanted.labels(metrics)):
            return layout
    loose, tight = (wanted.spaced(Metrics.for_count(count)) for count in (len(items), max(len(items), _DENSE)))
    if font_size is not None:
        return wanted.rows_of_size(loose, font_size).layout()
    if page[1] is not None:
        placed = wanted.largest_rows(loose, SMALLEST_TYPE)
        # Small type has more to gain from tight distances than from generous ones.
        if placed.size < _SMALL and loose != tight:
            placed = max(placed, wanted.largest_rows(tight, SMALLEST_TYPE), key=lambda placed: placed.size)
        return placed.layout()
    # A page that may have any height has one that looks well, if its type can be read then; else as much as it needs.
    for metrics in dict.fromkeys((loose, tight)):
        try:
            height = max(_ASPECT * page[0], min(_UPRIGHT * page[0], _LEAF))
            well = replace(wanted, page=(page[0], height), trim=True)
            return well.largest_rows(metrics, READABLE_TYPE).layout()
        except LayoutError:
            continue
    return replace(wanted, font_size=READABLE_TYPE).rows_of_size(tight, READABLE_TYPE).layout()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be laid out, and how."""

    items: tuple[Item, ...]
    measure: Measure
    page: tuple[float, float | None]
    trim: bool
    font_size: float | None
    time_scale: TimeScale
    grain: Grain | None
    rows: int | None
    fall: float
    title_block: TitleBlock | None
    margin: float
    words: Words

    def spaced(self, metrics: Metrics) -> Metrics:
        """Distances with room for leaders that lean, where dates are as far apart as they are in time."""
        return replace(metrics, reach=metrics.reach + 1.2) if self.time_scale == "linear" else metrics

    def sheet(self, metrics: Metrics, em: float) -> Sheet:
        """The page with words around the figure that suit labels of a size."""
        return Sheet.of(
            self.page, self.trim, self.font_size, self.title_block, self.measure, metrics, margin=self.margin, em=em
        )

    def labels(self, metrics: Metrics) -> Labels:
        """The labels with some distances."""
        return Labels.of(self.items, self.measure, self.grain, metrics, self.words)

    def _solver(self, labels: Labels, sheet: Sheet) -> Solver:
        solver = LinearSolver if self.time_scale == "linear" else RowSolver
        return solver(labels, sheet.rise / sheet.room, self.fall, self.rows)

    def rows_of_size(self, metrics: Metrics, size: float) -> PlacedRows:
        """The rows in type of a size."""
        labels = self.labels(metrics)
        try:
            sheet = self.sheet(metrics, size)
        except LayoutError:
            sheet = self.sheet(metrics, 0.0)  # words that suit the type have no room: the figure may have
        rise = None if sheet.height is None else sheet.rise
        return PlacedRows(self._solver(labels, sheet).of_size(sheet.room, rise, size), labels, size, sheet)

    def largest_rows(self, metrics: Metrics, least: float) -> PlacedRows:
        """The rows in the largest type that fits on the page, and is no smaller than the least."""
        # Title and legend are set before the type is known; so they are set again until both agree.
        labels, sheet = self.labels(metrics), self.sheet(metrics, 0.0)
        low, most = least, max(least, sheet.largest_type)
        em = min(most, max(least, self._solver(labels, sheet).likely(sheet.room, sheet.rise)))
        while True:
            try:
                sheet = self.sheet(metrics, em)
                size, stack = self._solver(labels, sheet).largest(sheet.room, sheet.rise, (low, em))
            except LayoutError:
                if em <= least:
                    raise
                low, most = least, em
                em = max(least, em / _STEP)  # words so large leave too little room
                continue
            if size < em / _STEP:
                low, most, em = size, em, size * _NEAR
            elif size > em / _SAME and em * _SAME < most:
                low, em = least, min(most, em * _STEP)
            else:
                return PlacedRows(stack, labels, size, sheet)


@dataclass(frozen=True, slots=True)
class _Side:
    """The block of a tick on one side: -1 for above, 1 for below; x is its left edge and y the axis, in points."""

    tick: Tick
    block: Block
    direction: int
    x: float
    tick_x: float
    y: float


class PlacedRows:
    """A stack of rows on a sheet, in type of a size in points; height to spare goes between the rows, up to a point."""

    def __init__(self, stack: Stack, labels: Labels, size: float, sheet: Sheet) -> None:
        self.stack, self.labels, self.size, self.sheet = stack, labels, size, sheet
        self.metrics, self.left = stack.metrics, sheet.margin
        fixed = sheet.height is not None and not sheet.trim
        spare = (sheet.rise - stack.height * size) / max(len(stack.rows) - 1, 1) if fixed else 0.0
        spare = min(max(spare, 0.0), 1.5 * self.metrics.line_pitch * size)
        header, axes = sheet.frame.header, self._axes(sheet.frame.header, spare)
        self.axes = self._axes(sheet.top(header + sheet.rise - (axes[-1] + stack.bottom * size)), spare)

    def _axes(self, top: float, spare: float) -> list[float]:
        """Where the axis of each row begins."""
        axes = [top + self.stack.top * self.size]
        for pitch in self.stack.pitches:
            axes.append(axes[-1] + pitch * self.size + spare)
        return axes

    def layout(self) -> Layout:
        """Boxes, lines and the curve, in points."""
        boxes = self._boxes()
        empty = self.sheet.empty(self.axes[-1] + self.stack.bottom * self.size)
        return replace(
            empty,
            font_size=self.size,
            boxes=boxes,
            icons=tuple(icon_boxes(self.labels.items, boxes, self.size, self.metrics)),
            leaders=tuple(map(self._leader, self._sides())),
            axis=tuple(self._axis()),
            ticks=tuple(self._ticks()),
            panels=tuple(self._panel(side) for side in self._sides() if len(side.tick.items) > FREE),
            arrows=tuple(self._arrows()),
            texts=(*empty.texts, self._continuation()),
        )

    def _boxes(self) -> tuple[LabelBox, ...]:
        size, metrics, labels = self.size, self.metrics, self.labels
        boxes = {}
        for side in self._sides():
            for index, line in enumerate(side.block.lines):
                depth = metrics.reach + index * metrics.line_pitch
                top = side.y + (depth if side.direction > 0 else -depth - metrics.label_height) * size
                for slot in line:
                    item, left = labels.items[slot.label], side.x + slot.left * size
                    boxes[slot.label] = LabelBox(
                        id=item.id, label=item.label, tick=side.tick.id, x=left, y=top, width=slot.width * size,
                        height=metrics.label_height * size, text_x=left + labels.starts[slot.label] * size,
                    )  # fmt: skip
        return tuple(boxes[index] for index in range(len(labels.items)))

    def _ticks(self) -> Iterator[TickBox]:
        """The years that are repeated where a row begins, then all dates in time order."""
        rows = list(zip(self.stack.rows, self.axes, strict=True))
        for row, y in rows:
            if row.ghost:
                position = row.ends.ticks[0] - self.metrics.tick_gap - row.ghost.width / 2
                yield self._tick(row, y, row.ghost, position, repeated=True)
        for row, y in rows:
            for tick, placed in zip(row.ticks, row.placed, strict=True):
                yield self._tick(row, y, tick, placed.tick)

    def _tick(self, row: Row, y: float, tick: Tick, position: float, repeated: bool = False) -> TickBox:
        width, height = tick.width * self.size, tick.height * self.size
        x, middle = self._on_axis(row, y, position)
        return TickBox(
            id=tick.id, label=tick.label, kind=tick.kind, x=x - width / 2, y=middle - height / 2, width=width,
            height=height, repeated=repeated,
        )  # fmt: skip

    def _arrows(self) -> Iterator[Arrow]:
        """Which way time runs: in the middle of each row, on each turn, and where the curve ends."""
        width, slope, em = self.stack.rows[0].width, self.stack.slope, self.size
        for row, y in zip(self.stack.rows, self.axes, strict=True):
            along = -1.0 if row.ends.flipped else 1.0
            # In the gap between two dates that is nearest to the middle of the row and wide enough.
            spans = [(placed.tick, tick.width / 2) for placed, tick in zip(row.placed, row.ticks, strict=True)]
            gaps = [(one + half, other - before) for (one, half), (other, before) in pairwise(spans)]
            middles = [(start + end) / 2 for start, end in gaps if end - start >= _ARROW_ROOM]
            if middles:
                middle = min(middles, key=lambda middle: abs(middle - width / 2))
                yield Arrow(self._on_axis(row, y, middle), _unit(along, slope))
        for index, (upper, lower) in enumerate(pairwise(self.axes)):
            x = self.left + (width * em if index % 2 == 0 else 0.0)
            yield Arrow((x, (upper + slope * width * em + lower) / 2), (0.0, 1.0))
        row = self.stack.rows[-1]
        end = self._on_axis(row, self.axes[-1], width - self.metrics.dots)
        yield Arrow(end, _unit(-1.0 if row.ends.flipped else 1.0, slope), end=True)

    def _leader(self, side: _Side) -> Leader:
        """A line from the tick to the nearest of its labels, straight if it can be."""
        ids = tuple(self.labels.items[slot.label].id for line in side.block.lines for slot in line)
        half = side.tick.height / 2
        lengths = (half, max(half, self.metrics.tick_reach - 0.1), self.metrics.reach)  # no knee is within the tick
        near, knee, far = (side.y + side.direction * length * self.size for length in lengths)
        windows = ((side.x + least * self.size, side.x + most * self.size) for least, most in side.block.windows)
        nearest = [min(max(side.tick_x, least), most) for least, most in windows]
        x = min(nearest, key=lambda end: abs(end - side.tick_x))
        bent = abs(x - side.tick_x) > 1e-6 * self.size
        return Leader(side.tick.id, ids, ((side.tick_x, near), *([(side.tick_x, knee)] if bent else []), (x, far)))

    def _panel(self, side: _Side) -> Panel:
        """The ground behind a block in which labels stand side by side."""
        metrics, size, pad = self.metrics, self.size, self.metrics.panel_pad
        height = metrics.depth(side.block.height) - metrics.reach
        top = metrics.reach if side.direction > 0 else -metrics.reach - height
        return Panel(
            tick=side.tick.id, x=side.x - pad * size, y=side.y + (top - pad) * size,
            width=(side.block.width + 2 * pad) * size, height=(height + 2 * pad) * size,
        )  # fmt: skip

    def _axis(self) -> Iterator[Point]:
        """The curve: rows that are straight, and round turns."""
        width = self.stack.rows[0].width
        yield (self.left, self.axes[0])
        for index, (upper, lower) in enumerate(pairwise(self.axes)):
            end = upper + self.stack.slope * width * self.size
            radius = min(self.metrics.turn * self.size, 0.49 * (lower - end))
            edge, inward = (self.left + width * self.size, -1) if index % 2 == 0 else (self.left, 1)
            yield from _turn(edge, inward, end, lower, radius, self.stack.slope)
        yield self._on_axis(self.stack.rows[-1], self.axes[-1], width - self.metrics.dots)

    def _continuation(self) -> TextLine:
        """The dots after the end of the curve: time goes on."""
        row, size, width = self.stack.rows[-1], self.size, self.metrics.dots - 0.4
        x, y = self._on_axis(row, self.axes[-1], row.width - width / 2)
        return TextLine(
            role="continuation", text="…", x=x - width * size / 2, y=y - size / 2, width=width * size, height=size,
            size=size, bold=True,
        )  # fmt: skip

    def _sides(self) -> Iterator[_Side]:
        for row, y in zip(self.stack.rows, self.axes, strict=True):
            for tick, pair, placed in zip(row.ticks, row.pairs, row.placed, strict=True):
                tick_x, middle = self._on_axis(row, y, placed.tick)
                for block, start, direction in ((pair.above, placed.above, -1), (pair.below, placed.below, 1)):
                    if block:
                        x = self.left + row.x(start, block.width) * self.size
                        yield _Side(tick, block, direction, x, tick_x, middle)

    def _on_axis(self, row: Row, y: float, position: float) -> Point:
        return (self.left + row.x(position) * self.size, y + self.stack.slope * position * self.size)


def _unit(x: float, y: float) -> Point:
    length = math.hypot(x, y)
    return x / length, y / length


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
