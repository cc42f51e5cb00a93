"""The serpentine: one curve of time that turns at the end of each row, with the models above and below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
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
    width, height = page
    _check(width, height, font_size, rows, fall)
    items = sorted(items, key=lambda item: (item.date, item.id))
    given, metrics = metrics, metrics or Metrics.for_count(len(like.boxes if like else items))
    if time_scale == "linear":
        metrics = replace(metrics, reach=metrics.reach + 1.2)
    most = max(_LARGEST_TYPE * width / _USUAL_WIDTH, _SMALLEST_TYPE) if not trim else _LARGEST_TYPE
    margin = max(margin * metrics.furniture, metrics.panel_pad * (font_size or most))  # panels reach into it
    frame = set_furniture(furniture or Furniture(), measure, width, margin, metrics.furniture)
    room = width - 2 * margin
    rise = math.inf if height is None else height - frame.header - frame.footer
    if room <= 0 or rise <= 0:
        raise LayoutError(f"a page of {width:g} × {height or 0:g} pt leaves no room for a figure")
    if not items:
        return _page(frame, width, frame.header, None if trim else height)
    starts = [metrics.text_start(len(item.organizations)) for item in items]
    widths = [
        start + measure(item.label, bold=True)[0] + metrics.text_end for start, item in zip(starts, items, strict=True)
    ]
    dates = [item.date for item in items]
    ticks = make_ticks(dates, measure, grain or fitting_grain(dates))
    if like is not None:
        kept = _kept(like, items, ticks, widths, starts, metrics, frame, page, trim)
        return kept or serpentine(
            items, measure, page=page, trim=trim, font_size=font_size, time_scale=time_scale, grain=grain, rows=rows,
            fall=fall, furniture=furniture, metrics=given, margin=margin,
        )  # fmt: skip
    chooser = Chooser(widths, metrics, page_aspect=rise / room)
    made = LinearSolver if time_scale == "linear" else RowSolver
    solver: Solver = made(ticks, chooser, fall, rows)
    if font_size is None:
        if height is None:
            raise LayoutError("a page without a height needs a font_size")
        size, stack = largest_type(solver, room, rise, (_SMALLEST_TYPE, most))
    else:
        size = font_size
        stack = type_of_size(solver, room, None if height is None else rise, size)
    return _set(stack, items, starts, size, frame, (width, height), margin, trim)


def _kept(
    like: Layout,
    items: Sequence[Item],
    ticks: Sequence[Tick],
    widths: Sequence[float],
    starts: Sequence[float],
    metrics: Metrics,
    frame: Frame,
    page: tuple[float, float | None],
    trim: bool,
) -> Layout | None:
    """The layout of before with what is new in it; None where there is no room for that, or the page is another."""
    width, height = page
    same = like.page.width == width and (height is None or trim or like.page.height == height)
    if not same or (height is not None and like.page.height > height + 0.01):
        return None
    words = _page(frame, width, 0.0, like.page.height)
    layout = revised(like, items, ticks, widths, starts, metrics, (words.texts, words.swatches))
    if layout is None:
        return None
    layout = replace(layout, icons=tuple(set_icons(items, layout.boxes, layout.font_size, metrics)))
    return None if layout.faults() else layout


def _set(
    stack: Stack,
    items: Sequence[Item],
    starts: Sequence[float],
    size: float,
    frame: Frame,
    page: tuple[float, float | None],
    margin: float,
    trim: bool,
) -> Layout:
    width, height = page
    rise = stack.height * size if height is None else height - frame.header - frame.footer
    setting = Setting(stack, items, size, (margin, frame.header), rise)
    if height is not None and not trim:  # in the middle of what it leaves of the page
        down = (frame.header + rise - setting.bottom) / 2
        setting = Setting(stack, items, size, (margin, frame.header + down), rise)
    boxes = setting.boxes(starts)
    empty = _page(frame, width, setting.bottom, None if trim else height)
    return replace(
        empty,
        font_size=size,
        boxes=tuple(boxes),
        icons=tuple(set_icons(items, boxes, size, stack.metrics)),
        leaders=tuple(setting.leaders()),
        axis=tuple(setting.axis()),
        ticks=tuple(setting.ticks()),
        panels=tuple(setting.panels()),
        texts=(*empty.texts, *setting.continuation()),
    )


def _page(frame: Frame, width: float, bottom: float, height: float | None) -> Layout:
    """A page with nothing but its furniture: so high as given, or as the figure, whose bottom is given, needs."""
    height = bottom + frame.footer if height is None else height
    notes = [replace(line, y=line.y + height - frame.footer) for line in frame.notes]
    return Layout(
        page=Page(width, height),
        font_size=_LARGEST_TYPE,
        boxes=(),
        icons=(),
        leaders=(),
        axis=(),
        ticks=(),
        texts=(*frame.texts, *notes),
        swatches=frame.swatches,
    )


def _check(width: float, height: float | None, font_size: float | None, rows: int | None, fall: float) -> None:
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(0 < length < math.inf for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")
    if rows is not None and rows < 1:
        raise LayoutError(f"there cannot be {rows} rows")
    if not 0 <= fall < math.inf:
        raise LayoutError(f"rows cannot fall by {fall} ems: 0 or more")
