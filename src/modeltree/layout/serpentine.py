"""The serpentine: one curve of time that turns at the end of each row, with the models above and below it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeltree.dates import Grain, PartialDate
from modeltree.errors import LayoutError
from modeltree.layout.furniture import Furniture, set_furniture
from modeltree.layout.geometry import IconBox, LabelBox, Layout, Leader, Measure, Page, Panel, Point, TextLine, TickBox
from modeltree.layout.metrics import Metrics
from modeltree.layout.solver import Row, RowSolver
from modeltree.layout.ticks import Tick, make_ticks

__all__ = ["Item", "serpentine"]

_LARGEST_TYPE, _SMALLEST_TYPE = 20.0, 0.5
_ARC_STEPS = 24


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be placed: a model with its date.

    Parameters
    ----------
    id : str
        Its id.
    label : str
        What is written in its box.
    date : PartialDate
        When it was released.
    organizations : tuple of str
        Each gives it an icon.
    """

    id: str
    label: str
    date: PartialDate
    organizations: tuple[str, ...] = ()


def serpentine(
    items: Sequence[Item],
    measure: Measure,
    *,
    page: tuple[float, float] = (1008.0, 972.0),
    grain: Grain = "month",
    furniture: Furniture | None = None,
    metrics: Metrics | None = None,
    margin: float = 14.0,
) -> Layout:
    """Lay models out along a serpentine, in the largest type with which all fit on the page.

    Parameters
    ----------
    items : sequence of Item
        In any order.
    measure : Measure
        The size of a text.
    page : (float, float)
        The greatest width and height, in points. Where there is little to draw the page is made less high.
    grain : {"year", "quarter", "month", "day"}
        What a tick stands for.
    furniture : Furniture, optional
        Title, legend and footnote.
    metrics : Metrics, optional
        The distances, in ems of the label type.
    margin : float
        Around everything, in points; it is never less than what the grounds behind labels take of it.

    Raises
    ------
    LayoutError
        When the models do not fit in type of any size.
    """
    items = sorted(items, key=lambda item: (item.date, item.id))
    metrics = metrics or Metrics.for_count(len(items))
    margin = max(margin, metrics.panel_pad * _LARGEST_TYPE)  # panels reach into it
    if not all(0 < length < math.inf for length in page):
        raise LayoutError(f"a page of {page[0]:g} × {page[1]:g} pt is none")
    frame = set_furniture(furniture or Furniture(), measure, page[0], margin)
    width, height = page[0] - 2 * margin, page[1] - frame.header - frame.footer
    if width <= 0 or height <= 0:
        raise LayoutError(f"a page of {page[0]:g} × {page[1]:g} pt leaves no room for a figure")
    starts = [metrics.text_start(len(item.organizations)) for item in items]
    widths = [
        start + measure(item.label, bold=True)[0] + metrics.text_end
        for start, item in zip(starts, items, strict=True)
    ]
    ticks = make_ticks([item.date for item in items], measure, grain)
    solver = RowSolver(ticks, widths, metrics, height / width)
    if items:
        size, rows = solver.largest(width, height, _LARGEST_TYPE, _SMALLEST_TYPE)
    else:
        size, rows = _LARGEST_TYPE, ()
    setting = _Setting(solver, rows, size, (margin, frame.header), height)
    shift = setting.bottom
    texts = [*frame.texts, *setting.continuation()]
    texts += [
        TextLine(role=line.role, text=line.text, x=line.x, y=line.y + shift, width=line.width, height=line.height,
                 size=line.size, bold=line.bold)
        for line in frame.notes
    ]  # fmt: skip
    boxes = list(setting.boxes(items, starts))
    boxes.sort(key=lambda entry: entry[0])
    return Layout(
        page=Page(page[0], shift + frame.footer),
        font_size=size,
        boxes=tuple(box for _, box in boxes),
        icons=tuple(icon for number, box in boxes for icon in setting.icons(items[number], box)),
        leaders=tuple(setting.leaders(items)),
        axis=tuple(setting.axis()),
        ticks=tuple(setting.ticks()),
        panels=tuple(setting.panels()),
        texts=tuple(texts),
        swatches=frame.swatches,
    )


class _Setting:
    """Rows in ems on a page in points.

    Parameters
    ----------
    solver : RowSolver
        That made the rows.
    rows : sequence of Row
        From the first to the last.
    size : float
        Of the type, in points.
    corner : (float, float)
        The top left corner of the figure proper.
    height : float
        That it may take.
    """

    def __init__(
        self, solver: RowSolver, rows: Sequence[Row], size: float, corner: tuple[float, float], height: float
    ) -> None:
        self.solver, self.rows, self.size, self.left = solver, rows, size, corner[0]
        self.metrics = solver.metrics
        self.axes: list[float] = []
        self.bottom = corner[1]
        if rows:
            # What is left of the height goes between the rows, but never so much that they fall apart.
            spare = (height - solver.height(rows) * size) / max(len(rows) - 1, 1)
            spare = min(max(spare, 0.0), 1.5 * self.metrics.line_pitch * size)
            self.axes.append(corner[1] + solver.top(rows) * size)
            for pitch in solver.pitches(rows):
                self.axes.append(self.axes[-1] + pitch * size + spare)
            self.bottom = self.axes[-1] + solver.bottom(rows) * size

    def boxes(self, items: Sequence[Item], starts: Sequence[float]) -> Iterator[tuple[int, LabelBox]]:
        """The box of each item, with the item's number."""
        size, metrics = self.size, self.metrics
        for row, y in zip(self.rows, self.axes, strict=True):
            for tick, choice, placed in zip(self._ticks(row), row.choices, row.placed, strict=True):
                for block, start, direction in ((choice.above, placed.above, -1), (choice.below, placed.below, 1)):
                    for place, line in enumerate(block.lines if block else ()):
                        assert block is not None
                        depth = metrics.reach + place * metrics.line_pitch
                        top = y + (depth if direction > 0 else -depth - metrics.label_height) * size
                        x = self.left + row.x(start, block.width) * size
                        for slot in line:
                            item, left = items[slot.label], x + slot.left * size
                            yield slot.label, LabelBox(
                                id=item.id, label=item.label, tick=tick.id, x=left, y=top, width=slot.width * size,
                                height=metrics.label_height * size, text_x=left + starts[slot.label] * size,
                            )  # fmt: skip

    def icons(self, item: Item, box: LabelBox) -> Iterator[IconBox]:
        """The icons of an item, side by side at the left of its box."""
        side = self.metrics.icon * self.size
        x = box.x + self.metrics.pad * self.size
        for organization in item.organizations:
            yield IconBox(
                id=item.id, organization=organization, x=x, y=box.y + (box.height - side) / 2, width=side, height=side
            )
            x += side + self.metrics.icon_gap * self.size

    def ticks(self) -> Iterator[TickBox]:
        """The dates on the curve."""
        for row, y in zip(self.rows, self.axes, strict=True):
            for tick, placed in zip(self._ticks(row), row.placed, strict=True):
                width, height = tick.width * self.size, tick.height * self.size
                x = self.left + row.x(placed.tick) * self.size
                yield TickBox(
                    id=tick.id, label=tick.label, kind=tick.kind, x=x - width / 2, y=y - height / 2, width=width,
                    height=height,
                )  # fmt: skip

    def leaders(self, items: Sequence[Item]) -> Iterator[Leader]:
        """A straight line from each tick to the nearest of its labels, on each side that has any."""
        for row, y in zip(self.rows, self.axes, strict=True):
            for tick, choice, placed in zip(self._ticks(row), row.choices, row.placed, strict=True):
                x = self.left + row.x(placed.tick) * self.size
                for block, direction in ((choice.above, -1), (choice.below, 1)):
                    if block:
                        ids = tuple(items[slot.label].id for line in block.lines for slot in line)
                        near = y + direction * tick.height / 2 * self.size
                        far = y + direction * self.metrics.reach * self.size
                        yield Leader(tick.id, ids, ((x, near), (x, far)))

    def panels(self) -> Iterator[Panel]:
        """A ground behind each block in which labels stand side by side."""
        metrics, size = self.metrics, self.size
        pad = metrics.panel_pad
        for row, y in zip(self.rows, self.axes, strict=True):
            for tick, choice, placed in zip(self._ticks(row), row.choices, row.placed, strict=True):
                for block, start, direction in ((choice.above, placed.above, -1), (choice.below, placed.below, 1)):
                    if block and block.columns > 1:
                        height = metrics.depth(block.height) - metrics.reach
                        top = metrics.reach if direction > 0 else -metrics.reach - height
                        yield Panel(
                            tick=tick.id, x=self.left + (row.x(start, block.width) - pad) * size,
                            y=y + (top - pad) * size, width=(block.width + 2 * pad) * size,
                            height=(height + 2 * pad) * size,
                        )  # fmt: skip

    def axis(self) -> Iterator[Point]:
        """The curve: straight rows and round turns."""
        if not self.rows:
            return
        width = self.rows[0].width * self.size
        right = self.left + width
        yield (self.left, self.axes[0])
        for number, (upper, lower) in enumerate(zip(self.axes, self.axes[1:], strict=False)):
            radius = min(self.metrics.turn * self.size, (lower - upper) / 2)
            edge, inward = (right, -1) if number % 2 == 0 else (self.left, 1)
            yield from _turn(edge, inward, upper, lower, radius)
        last = self.rows[-1]
        end = last.width - self.metrics.dots
        yield (self.left + last.x(end) * self.size, self.axes[-1])

    def continuation(self) -> Iterator[TextLine]:
        """The dots after the end of the curve: it goes on."""
        if self.rows:
            row, size = self.rows[-1], self.size
            width = (self.metrics.dots - 0.4) * size
            yield TextLine(
                role="continuation", text="…", x=self.left + row.x(row.width - width / size, width / size) * size,
                y=self.axes[-1] - size / 2, width=width, height=size, size=size, bold=True,
            )  # fmt: skip

    def _ticks(self, row: Row) -> Sequence[Tick]:
        return self.solver.ticks[row.first : row.stop]


def _turn(edge: float, inward: int, upper: float, lower: float, radius: float) -> Iterator[Point]:
    """From one row down to the next: a quarter circle, a straight piece, a quarter circle."""
    for step in range(_ARC_STEPS + 1):
        angle = math.pi / 2 * step / _ARC_STEPS
        yield (edge + inward * radius * (1 - math.sin(angle)), upper + radius * (1 - math.cos(angle)))
    for step in range(_ARC_STEPS + 1):
        angle = math.pi / 2 * step / _ARC_STEPS
        yield (edge + inward * radius * (1 - math.cos(angle)), lower - radius * (1 - math.sin(angle)))
