"""The serpentine of the evolution figure: one curve of time that turns, with the models above and below it.

`serpentine` does all, in this order:

1. `blocks` measures the labels and sets those of one tick in blocks above and below the axis.
2. `rows` fills one row with ticks, places these and their blocks, and says how far apart rows must be.
3. `solver` chooses which ticks stand in which row, and finds the largest type with which all fits.
4. Here the rows become boxes and lines on the page, and the axis of `rows` the curve.
5. `revision` takes the place of 2 to 4 where an earlier layout is to change as little as can be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from modeltree._util.languages import ENGLISH, Words
from modeltree.findings import LayoutError
from modeltree.layout.geometry import LabelBox, Layout, Leader, Measure, Panel, TickBox
from modeltree.layout.serpentine.blocks import Block, DatedItem, Labels
from modeltree.layout.serpentine.revision import revised
from modeltree.layout.serpentine.rows import Axis, Row, Stack, tick_box
from modeltree.layout.serpentine.solver import LinearSolver, RowSolver, Solver
from modeltree.layout.sheet import FREE, MARGIN, READABLE_TYPE, SMALLEST_TYPE, Metrics, Sheet, TitleBlock, icon_boxes
from modeltree.layout.ticks import Tick
from modeltree.records import Grain

TimeScale = Literal["ticks", "linear"]
"""``"ticks"``: dates in order, as far apart as labels need. ``"linear"``: as far apart as they are in time."""

# A page that may have any height is up to so high by its width, if its type can be read then; one that is narrow
# is rather upright, up to so many points.
_ASPECT, _UPRIGHT, _LEAF = 0.75, 1.25, 620.0
# Distances are tight where type would be smaller than this, in points, as they are for so many labels.
_SMALL, _DENSE = 8.0, 300
# By how much the type is changed for which words are set; what is near enough to it, and what is the same.
_STEP, _NEAR, _SAME = 1.25, 1.08, 1.01


def serpentine(
    items: Sequence[DatedItem],
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
        sheet, labels = wanted.sheet(metrics, like.font_size), wanted.labels(metrics)
        if layout := revised(like, sheet, labels, time_scale == "ticks"):
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

    items: tuple[DatedItem, ...]
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
        low, most, too_large = least, max(least, sheet.largest_type), math.inf
        em = min(most, max(least, self._solver(labels, sheet).likely(sheet.room, sheet.rise)))
        while True:
            try:
                sheet = self.sheet(metrics, em)
                size, stack = self._solver(labels, sheet).largest(sheet.room, sheet.rise, (low, em))
            except LayoutError:
                if em <= least:
                    raise
                low, too_large = least, em
                em = max(least, em / _STEP)  # words so large leave too little room
                continue
            if size < em / _STEP:
                low, too_large, em = size, em, size * _NEAR
            elif size > em / _SAME and em * _SAME < min(most, too_large):
                # What was too large is not tried again: the search would go to and fro.
                low, em = least, min(most, em * _STEP, math.sqrt(em * too_large))
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
        spare = (sheet.rise - stack.height * size) / max(len(stack.rows) - 1, 1) if sheet.fixed else 0.0
        spare = min(max(spare, 0.0), 1.5 * self.metrics.line_pitch * size)
        header, starts = sheet.frame.header, self._starts(sheet.frame.header, spare)
        starts = self._starts(sheet.top(header + sheet.rise - (starts[-1] + stack.bottom * size)), spare)
        width = stack.rows[0].width * size
        self.axis = Axis(self.left, width, tuple(starts), stack.slope, size, self.metrics)

    def _starts(self, top: float, spare: float) -> list[float]:
        """Where the axis of each row begins."""
        axes = [top + self.stack.top * self.size]
        for pitch in self.stack.pitches:
            axes.append(axes[-1] + pitch * self.size + spare)
        return axes

    def layout(self) -> Layout:
        """Boxes, lines and the curve, in points."""
        sides = list(self._sides())
        boxes = self._boxes(sides)
        empty = self.sheet.empty(self.axis.starts[-1] + self.stack.bottom * self.size)
        ticks = [list(self._ticks(index, row)) for index, row in enumerate(self.stack.rows)]
        return replace(
            empty,
            font_size=self.size,
            boxes=boxes,
            icons=tuple(icon_boxes(self.labels.items, boxes, self.size, self.metrics)),
            leaders=tuple(map(self._leader, sides)),
            axis=tuple(self.axis.line()),
            ticks=(*self._ghosts(), *chain.from_iterable(ticks)),
            panels=tuple(self._panel(side) for side in sides if len(side.tick.items) > FREE),
            arrows=tuple(self.axis.arrows(ticks)),
            texts=(*empty.texts, self.axis.dots()),
        )

    def _boxes(self, sides: Iterable[_Side]) -> tuple[LabelBox, ...]:
        size, metrics, labels = self.size, self.metrics, self.labels
        boxes = {}
        for side in sides:
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

    def _ghosts(self) -> Iterator[TickBox]:
        """The years that are repeated where a row begins."""
        for index, row in enumerate(self.stack.rows):
            if row.ghost:
                position = row.ends.ticks[0] - self.metrics.tick_gap - row.ghost.width / 2
                yield tick_box(row.ghost, self.axis.point(index, position * self.size), self.size, repeated=True)

    def _ticks(self, index: int, row: Row) -> Iterator[TickBox]:
        """The dates of a row in time order."""
        for tick, placed in zip(row.ticks, row.placed, strict=True):
            yield tick_box(tick, self.axis.point(index, placed.tick * self.size), self.size)

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

    def _sides(self) -> Iterator[_Side]:
        for index, row in enumerate(self.stack.rows):
            for tick, pair, placed in zip(row.ticks, row.pairs, row.placed, strict=True):
                tick_x, middle = self.axis.point(index, placed.tick * self.size)
                for block, start, direction in ((pair.above, placed.above, -1), (pair.below, placed.below, 1)):
                    if block:
                        x = self.left + row.x(start, block.width) * self.size
                        yield _Side(tick, block, direction, x, tick_x, middle)
