"""The serpentine: one curve of time that turns at the end of each row, with the models above and below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from modeltree.findings import LayoutError
from modeltree.layout.fitting import Solver, largest_type, type_of_size
from modeltree.layout.geometry import Layout, Measure
from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.linear import LinearSolver
from modeltree.layout.serpentine.placed_rows import Item, Setting, set_icons
from modeltree.layout.serpentine.revision import revised
from modeltree.layout.serpentine.solver import Chooser, RowSolver
from modeltree.layout.serpentine.stack import Stack
from modeltree.layout.serpentine.ticks import Tick, fitting_grain, make_ticks
from modeltree.layout.sheet import Sheet, check_page
from modeltree.layout.title_block import Furniture
from modeltree.records import Grain

__all__ = ["Item", "TimeScale", "serpentine"]

TimeScale = Literal["ticks", "linear"]
"""``"ticks"``: dates in order, as far apart as labels need. ``"linear"``: as far apart as they are in time."""

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
    check_page(*page, font_size)
    _check(rows, fall)
    given, metrics = metrics, metrics or Metrics.for_count(len(like.boxes if like else items))
    if time_scale == "linear":
        metrics = replace(metrics, reach=metrics.reach + 1.2)
    sheet = Sheet.of(
        page, trim, furniture or Furniture(), measure, margin, metrics.furniture, metrics.panel_pad, font_size
    )
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


def _kept(like: Layout, labels: _Labels, sheet: Sheet) -> Layout | None:
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


def _set(stack: Stack, labels: _Labels, size: float, sheet: Sheet) -> Layout:
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


def _check(rows: int | None, fall: float) -> None:
    if rows is not None and rows < 1:
        raise LayoutError(f"there cannot be {rows} rows")
    if not 0 <= fall < math.inf:
        raise LayoutError(f"rows cannot fall by {fall} ems: 0 or more")
