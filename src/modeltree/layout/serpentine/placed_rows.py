"""Rows in ems become boxes, lines and a curve on a page, in points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from modeltree.layout.geometry import IconBox, LabelBox, Leader, Panel, Point, TextLine, TickBox
from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.blocks import Block
from modeltree.layout.serpentine.stack import Row, Stack
from modeltree.layout.serpentine.ticks import Tick
from modeltree.records import PartialDate

__all__ = ["Item", "Setting", "set_icons"]

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


@dataclass(frozen=True, slots=True)
class _Side:
    """The block of a tick on one side: -1 for above, 1 for below; x is its left edge and y the axis, in points."""

    row: Row
    tick: Tick
    block: Block
    direction: int
    x: float
    tick_x: float
    y: float


class Setting:
    """A stack of rows on a page.

    Parameters
    ----------
    stack : Stack
        The rows.
    items : sequence of Item
        What their labels stand for.
    size : float
        Of the type, in points.
    corner : (float, float)
        The top left corner of the figure proper.
    height : float
        That it may take; what it does not need goes between the rows, up to a point.
    """

    def __init__(
        self, stack: Stack, items: Sequence[Item], size: float, corner: tuple[float, float], height: float
    ) -> None:
        self.stack, self.items, self.size, self.left = stack, items, size, corner[0]
        self.metrics = stack.metrics
        spare = (height - stack.height * size) / max(len(stack.rows) - 1, 1)
        spare = min(max(spare, 0.0), 1.5 * self.metrics.line_pitch * size)
        self.axes = [corner[1] + stack.top * size]
        for pitch in stack.pitches:
            self.axes.append(self.axes[-1] + pitch * size + spare)
        self.bottom = self.axes[-1] + stack.bottom * size

    def boxes(self, starts: Sequence[float]) -> list[LabelBox]:
        """The box of each item, in their order; `starts` are where their texts begin, in ems."""
        size, metrics = self.size, self.metrics
        boxes = {}
        for side in self._sides():
            for place, line in enumerate(side.block.lines):
                depth = metrics.reach + place * metrics.line_pitch
                top = side.y + (depth if side.direction > 0 else -depth - metrics.label_height) * size
                for slot in line:
                    item, left = self.items[slot.label], side.x + slot.left * size
                    boxes[slot.label] = LabelBox(
                        id=item.id, label=item.label, tick=side.tick.id, x=left, y=top, width=slot.width * size,
                        height=metrics.label_height * size, text_x=left + starts[slot.label] * size,
                    )  # fmt: skip
        return [boxes[number] for number in range(len(self.items))]

    def ticks(self) -> Iterator[TickBox]:
        """The dates on the curve."""
        for row, y in zip(self.stack.rows, self.axes, strict=True):
            for tick, placed in zip(row.ticks, row.placed, strict=True):
                width, height = tick.width * self.size, tick.height * self.size
                x, middle = self._on_axis(row, y, placed.tick)
                yield TickBox(
                    id=tick.id, label=tick.label, kind=tick.kind, x=x - width / 2, y=middle - height / 2, width=width,
                    height=height,
                )  # fmt: skip

    def leaders(self) -> Iterator[Leader]:
        """A line from each tick to the nearest of its labels, on each side that has any: straight if it can be."""
        for side in self._sides():
            ids = tuple(self.items[slot.label].id for line in side.block.lines for slot in line)
            near, far = (
                side.y + side.direction * length * self.size for length in (side.tick.height / 2, self.metrics.reach)
            )
            places = [self._nearest(side, window) for window in side.block.windows]
            x = min(places, key=lambda place: abs(place - side.tick_x))
            points: tuple[Point, ...] = ((side.tick_x, near), (x, far))
            if abs(x - side.tick_x) > 1e-6 * self.size:
                knee = side.y + side.direction * (self.metrics.tick_reach - 0.1) * self.size
                points = ((side.tick_x, near), (side.tick_x, knee), (x, far))
            yield Leader(side.tick.id, ids, points)

    def panels(self) -> Iterator[Panel]:
        """A ground behind each block in which labels stand side by side."""
        metrics, size = self.metrics, self.size
        pad = metrics.panel_pad
        for side in self._sides():
            if side.block.columns > 1:
                height = metrics.depth(side.block.height) - metrics.reach
                top = metrics.reach if side.direction > 0 else -metrics.reach - height
                yield Panel(
                    tick=side.tick.id, x=side.x - pad * size, y=side.y + (top - pad) * size,
                    width=(side.block.width + 2 * pad) * size, height=(height + 2 * pad) * size,
                )  # fmt: skip

    def axis(self) -> Iterator[Point]:
        """The curve: rows that are straight, and round turns."""
        width = self.stack.rows[0].width
        yield (self.left, self.axes[0])
        for number, (upper, lower) in enumerate(pairwise(self.axes)):
            end = upper + self.stack.slope * width * self.size
            radius = min(self.metrics.turn * self.size, 0.49 * (lower - end))
            edge, inward = (self.left + width * self.size, -1) if number % 2 == 0 else (self.left, 1)
            yield from _turn(edge, inward, end, lower, radius, self.stack.slope)
        yield self._on_axis(self.stack.rows[-1], self.axes[-1], width - self.metrics.dots)

    def continuation(self) -> Iterator[TextLine]:
        """The dots after the end of the curve: it goes on."""
        row, size, width = self.stack.rows[-1], self.size, self.metrics.dots - 0.4
        x, y = self._on_axis(row, self.axes[-1], row.width - width / 2)
        yield TextLine(
            role="continuation", text="…", x=x - width * size / 2, y=y - size / 2, width=width * size, height=size,
            size=size, bold=True,
        )  # fmt: skip

    def _sides(self) -> Iterator[_Side]:
        for row, y in zip(self.stack.rows, self.axes, strict=True):
            for tick, choice, placed in zip(row.ticks, row.choices, row.placed, strict=True):
                tick_x, middle = self._on_axis(row, y, placed.tick)
                for block, start, direction in ((choice.above, placed.above, -1), (choice.below, placed.below, 1)):
                    if block:
                        x = self.left + row.x(start, block.width) * self.size
                        yield _Side(row, tick, block, direction, x, tick_x, middle)

    def _on_axis(self, row: Row, y: float, place: float) -> Point:
        return (self.left + row.x(place) * self.size, y + self.stack.slope * place * self.size)

    def _nearest(self, side: _Side, window: tuple[float, float]) -> float:
        least, most = (side.x + edge * self.size for edge in window)
        return min(max(side.tick_x, least), most)


class _Made(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def organizations(self) -> tuple[str, ...]: ...


def set_icons(items: Sequence[_Made], boxes: Sequence[LabelBox], size: float, metrics: Metrics) -> Iterator[IconBox]:
    """The icons of each item, side by side at the left of its box."""
    side = metrics.icon * size
    for item, box in zip(items, boxes, strict=True):
        x = box.x + metrics.pad * size
        for organization in item.organizations:
            y = box.y + (box.height - side) / 2
            yield IconBox(id=item.id, organization=organization, x=x, y=y, width=side, height=side)
            x += side + metrics.icon_gap * size


def _turn(edge: float, inward: int, upper: float, lower: float, radius: float, slope: float) -> Iterator[Point]:
    """From one row down to the next: an arc, a straight piece, an arc, and no kink where the rows fall.

    `upper` is where the row above would meet the edge, `lower` where the row below would.
    """
    tilt = math.atan(slope)
    start = radius * (1 - math.sin(tilt))  # from the edge, along the row
    for step in range(_ARC_STEPS + 1):
        heading = tilt + (math.pi / 2 - tilt) * step / _ARC_STEPS
        x = edge + inward * radius * (1 - math.sin(heading))
        yield (x, upper - slope * start + radius * (math.cos(tilt) - math.cos(heading)))
    for step in range(_ARC_STEPS + 1):
        heading = math.pi / 2 - (math.pi / 2 - tilt) * step / _ARC_STEPS
        x = edge + inward * radius * (1 - math.sin(heading))
        yield (x, lower + slope * start - radius * (math.cos(tilt) - math.cos(heading)))
