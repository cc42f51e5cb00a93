"""The serpentine: one curve of time that turns at the end of each row, with the models above and below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from modeltree.dates import Grain
from modeltree.errors import LayoutError
from modeltree.layout.fitting import Solver, largest_type, type_of_size
from modeltree.layout.furniture import Frame, Furniture, set_furniture
from modeltree.layout.geometry import Layout, Measure, Page
from modeltree.layout.linear import LinearSolver
from modeltree.layout.metrics import Metrics
from modeltree.layout.revision import revised
from modeltree.layout.setting import Item, Setting, set_icons
from modeltree.layout.solver import Chooser, RowSolver
from modeltree.layout.stack import Stack
from modeltree.layout.ticks import Tick, fitting_grain, make_ticks

__all__ = ["Item", "TimeScale", "serpentine"]

TimeScale = Literal["ticks", "linear"]
"""``"ticks"``: dates in order, as far apart as labels need. ``"linear"``: as far apart as they are in time."""

# The largest type on a page 14 inches wide, in points; larger pages may have larger type in proportion.
_LARGEST_TYPE, _USUAL_WIDTH = 20.0, 1008.0
_SMALLEST_TYPE = 0.5


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
    furniture: Furniture | None = None,
    metrics: Metrics | None = None,
    margin: float = 14.0,
) -> Layout:
    """Lay models out along a serpentine: in the largest type for a page, or on the smallest page for a type.

    Parameters
    ----------
    items : sequence of Item
        In any order.
    measure : Measure
        The size of a text.
    page : (float, float or None)
        Width and height, in points; without a height the page is as high as it must be.
    trim : bool
        Whether the page is made less high where there is little to draw.
    font_size : float, optional
        Of the labels, in points; by default the largest with which all fit, up to a fiftieth of the page's width.
    time_scale : {"ticks", "linear"}
        Whether dates are as far apart as their labels need, or as they are in time.
    grain : {"year", "quarter", "month", "day"}, optional
        What a tick stands for; by default what tells the dates apart best.
    rows : int, optional
        How many rows there must be; by default as many as take the least height.
    fall : float
        How far each row falls from its beginning to its end, in ems.
    like : Layout, optional
        What an earlier run made. Labels stay where they are in it, and new ones go into free places, if that can be
        done; else all is laid out anew. What it was made with, page, scale and the rest, must be asked for again.
    furniture : Furniture, optional
        Title, legend and footnote.
    metrics : Metrics, optional
        The distances, in ems of the label type; by default the tighter the more items there are.
    margin : float
        Around everything, in points; it is never less than what the grounds behind labels take of it.

    Raises
    ------
    LayoutError
        When the models do not fit; the message says what would do.
    """
    _check(*page, font_size, rows, fall)
    given, metrics = metrics, metrics or Metrics.for_count(len(like.boxes if like else items))
    if time_scale == "linear":
        metrics = replace(metrics, reach=metrics.reach + 1.2)
    sheet = _Sheet.of(page, trim, furniture or Furniture(), measure, metrics, margin, font_size)
    if not items:
        return sheet.empty(sheet.frame.header)
    labels = _Labels.of(items, measure, grain, metrics)
    if rows is not None and rows > len(labels.ticks):
        raise LayoutError(f"there cannot be {rows} rows: there are only {len(labels.ticks)} dates")
    if like is not None:
        return _kept(like, labels, sheet) or serpentine(
            items, measure, page=page, trim=trim, font_size=font_size, time_scale=time_scale, grain=grain, rows=rows,
            fall=fall, furniture=furniture, metrics=given, margin=margin,
        )  # fmt: skip
    chooser = Chooser(labels.widths, metrics, page_aspect=sheet.rise / sheet.room)
    made = LinearSolver if time_scale == "linear" else RowSolver
    solver: Solver = made(labels.ticks, chooser, fall, rows)
    if font_size is None:
        if sheet.height is None:
            raise LayoutError("a page without a height needs a font_size")
        size, stack = largest_type(solver, sheet.room, sheet.rise, (_SMALLEST_TYPE, sheet.largest_type))
    else:
        size = font_size
        stack = type_of_size(solver, sheet.room, None if sheet.height is None else sheet.rise, size)
    return _set(stack, labels, size, sheet)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page with its margins and its furniture."""

    width: float
    height: float | None
    trim: bool
    margin: float
    frame: Frame

    @classmethod
    def of(
        cls,
        page: tuple[float, float | None],
        trim: bool,
        furniture: Furniture,
        measure: Measure,
        metrics: Metrics,
        margin: float,
        font_size: float | None,
    ) -> _Sheet:
        width, height = page
        most = font_size or _largest_type(width, trim)
        margin = max(margin * metrics.furniture, metrics.panel_pad * most)  # panels reach into it
        frame = set_furniture(furniture, measure, width, margin, metrics.furniture)
        sheet = cls(width, height, trim, margin, frame)
        if sheet.room <= 0 or sheet.rise <= 0:
            raise LayoutError(f"a page of {width:g} × {height or 0:g} pt leaves no room for a figure")
        return sheet

    @property
    def room(self) -> float:
        """The width for the figure proper."""
        return self.width - 2 * self.margin

    @property
    def rise(self) -> float:
        """The height for it: without end where the page has none yet."""
        return math.inf if self.height is None else self.height - self.frame.header - self.frame.footer

    @property
    def largest_type(self) -> float:
        """That makes sense on it."""
        return _largest_type(self.width, self.trim)

    def empty(self, bottom: float, height: float | None = None) -> Layout:
        """The page with nothing but its furniture: as high as given, or as a figure that ends at a bottom needs."""
        if height is None:
            height = self.height if self.height is not None and not self.trim else bottom + self.frame.footer
        notes = [replace(line, y=line.y + height - self.frame.footer) for line in self.frame.notes]
        return Layout(
            page=Page(self.width, height),
            font_size=_LARGEST_TYPE,
            boxes=(),
            icons=(),
            leaders=(),
            axis=(),
            ticks=(),
            texts=(*self.frame.texts, *notes),
            swatches=self.frame.swatches,
        )


@dataclass(frozen=True, slots=True)
class _Labels:
    """The items in time order, where their texts begin and how wide their labels are, in ems, and their ticks."""

    items: tuple[Item, ...]
    starts: tuple[float, ...]
    widths: tuple[float, ...]
    ticks: tuple[Tick, ...]
    metrics: Metrics

    @classmethod
    def of(cls, items: Sequence[Item], measure: Measure, grain: Grain | None, metrics: Metrics) -> _Labels:
        ordered = tuple(sorted(items, key=lambda item: (item.date, item.id)))
        starts = tuple(metrics.text_start(len(item.organizations)) for item in ordered)
        widths = tuple(
            start + measure(item.label, bold=True)[0] + metrics.text_end
            for start, item in zip(starts, ordered, strict=True)
        )
        dates = [item.date for item in ordered]
        return cls(ordered, starts, widths, make_ticks(dates, measure, grain or fitting_grain(dates)), metrics)


def _kept(like: Layout, labels: _Labels, sheet: _Sheet) -> Layout | None:
    """The layout of before with what is new in it; None where there is no room for that, or the page is another."""
    height = sheet.height
    same = like.page.width == sheet.width and (height is None or sheet.trim or like.page.height == height)
    if not same or (height is not None and like.page.height > height + 0.01):
        return None
    words = sheet.empty(0.0, like.page.height)
    metrics = labels.metrics
    layout = revised(
        like, labels.items, labels.ticks, labels.widths, labels.starts, metrics, (words.texts, words.swatches)
    )
    if layout is None:
        return None
    layout = replace(layout, icons=tuple(set_icons(labels.items, layout.boxes, layout.font_size, metrics)))
    return None if layout.faults() else layout


def _set(stack: Stack, labels: _Labels, size: float, sheet: _Sheet) -> Layout:
    frame = sheet.frame
    rise = stack.height * size if sheet.height is None else sheet.rise
    setting = Setting(stack, labels.items, size, (sheet.margin, frame.header), rise)
    if sheet.height is not None and not sheet.trim:  # in the middle of what it leaves of the page
        down = (frame.header + rise - setting.bottom) / 2
        setting = Setting(stack, labels.items, size, (sheet.margin, frame.header + down), rise)
    boxes = setting.boxes(labels.starts)
    empty = sheet.empty(setting.bottom)
    return replace(
        empty,
        font_size=size,
        boxes=tuple(boxes),
        icons=tuple(set_icons(labels.items, boxes, size, stack.metrics)),
        leaders=tuple(setting.leaders()),
        axis=tuple(setting.axis()),
        ticks=tuple(setting.ticks()),
        panels=tuple(setting.panels()),
        texts=(*empty.texts, *setting.continuation()),
    )


def _largest_type(width: float, trim: bool) -> float:
    return _LARGEST_TYPE if trim else max(_LARGEST_TYPE * width / _USUAL_WIDTH, _SMALLEST_TYPE)


def _check(width: float, height: float | None, font_size: float | None, rows: int | None, fall: float) -> None:
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(0 < length < math.inf for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")
    if rows is not None and rows < 1:
        raise LayoutError(f"there cannot be {rows} rows")
    if not 0 <= fall < math.inf:
        raise LayoutError(f"rows cannot fall by {fall} ems: 0 or more")
