"""A figure drawn again with a model more or less: what can stay where it was stays.

A figure that is kept up to date should not look new each time. New labels go into free places beside or beyond the
labels of their tick, or the labels of that tick alone are set anew; only where neither will do is all laid out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from modeltree.layout.geometry import LabelBox, Layout, Leader, Panel, Swatch, TextLine, TickBox
from modeltree.layout.metrics import Metrics
from modeltree.layout.plane import Box
from modeltree.layout.serpentine.blocks import set_block
from modeltree.layout.serpentine.placed_rows import Item
from modeltree.layout.serpentine.ticks import Tick

__all__ = ["revised"]

# From flush left to flush right: where a label is tried.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class _Group:
    """The labels of a tick on one side of the axis: -1 for above, 1 for below."""

    tick: TickBox
    direction: int
    boxes: tuple[LabelBox, ...]

    @property
    def lines(self) -> list[list[LabelBox]]:
        """From left to right, the line nearest to the axis first."""
        by_line: dict[float, list[LabelBox]] = {}
        for box in self.boxes:
            by_line.setdefault(round(box.y, 3), []).append(box)
        nearest_first = sorted(by_line, reverse=self.direction < 0)
        return [sorted(by_line[y], key=lambda box: box.x) for y in nearest_first]


def revised(
    like: Layout,
    items: Sequence[Item],
    ticks: Sequence[Tick],
    widths: Sequence[float],
    starts: Sequence[float],
    metrics: Metrics,
    furniture: tuple[Sequence[TextLine], Sequence[Swatch]],
) -> Layout | None:
    """The layout of some items in which those that were placed before stay in place; None where that cannot be.

    Parameters
    ----------
    like : Layout
        The layout of before.
    items : sequence of Item
        What is to be placed now, in time order.
    ticks : sequence of Tick
        Their ticks.
    widths, starts : sequence of float
        How wide the label of each item is, and where its text begins, in ems.
    metrics : Metrics
        The distances, in ems; they must be those of before.
    furniture : (sequence of TextLine, sequence of Swatch)
        The words around the figure.
    """
    revision = _Revision(like, items, ticks, widths, starts, metrics, furniture)
    return revision.layout() if revision.possible() else None


class _Revision:
    def __init__(
        self,
        like: Layout,
        items: Sequence[Item],
        ticks: Sequence[Tick],
        widths: Sequence[float],
        starts: Sequence[float],
        metrics: Metrics,
        furniture: tuple[Sequence[TextLine], Sequence[Swatch]],
    ) -> None:
        self.like, self.items, self.metrics, self.size = like, items, metrics, like.font_size
        self.widths = {item.id: width for item, width in zip(items, widths, strict=True)}
        self.starts = {item.id: start for item, start in zip(items, starts, strict=True)}
        self.tick_of = {items[number].id: tick.id for tick in ticks for number in tick.items}
        self.ticks = {tick.id: tick for tick in like.ticks}
        self.order = [tick.id for tick in ticks]
        self.texts, self.swatches = furniture
        self.label_of = {item.id: item.label for item in items}
        kept = [box for box in like.boxes if self._stays(box)]
        self.boxes: dict[str, LabelBox] = {box.id: box for box in kept}

    def _stays(self, box: LabelBox) -> bool:
        known = self.tick_of.get(box.id, "") == box.tick and self.label_of.get(box.id) == box.label
        return known and abs(self.starts[box.id] * self.size - (box.text_x - box.x)) < 0.01

    def possible(self) -> bool:
        """Place every item that has no place yet; False as soon as one finds none."""
        if self.order != [tick for tick in self.ticks if tick in set(self.order)] or not self.like.boxes:
            return False  # a date that the axis does not have
        if abs(self.like.boxes[0].height - self.metrics.label_height * self.size) > 0.01:
            return False  # so many more that labels are to be set tighter
        new = [item for item in self.items if item.id not in self.boxes]
        return all(self._place(item) for item in new) and not self._anchorless()

    def layout(self) -> Layout:
        """What was placed."""
        boxes = tuple(self.boxes[item.id] for item in self.items)
        groups = list(self._groups())
        dots = [line for line in self.like.texts if line.role == "continuation"]
        return replace(
            self.like,
            boxes=boxes,
            icons=(),
            leaders=tuple(leader for group in groups if (leader := self._leader(group))),
            ticks=tuple(tick for tick in self.like.ticks if tick.id in set(self.order)),
            panels=tuple(panel for group in groups if (panel := self._panel(group))),
            texts=(*self.texts, *dots),
            swatches=tuple(self.swatches),
        )

    def _groups(self) -> Iterator[_Group]:
        sides: dict[tuple[str, int], list[LabelBox]] = {}
        for item in self.items:
            if box := self.boxes.get(item.id):
                sides.setdefault((self.tick_of[item.id], self._direction(box)), []).append(box)
        for (tick, direction), boxes in sides.items():
            yield _Group(self.ticks[tick], direction, tuple(boxes))

    def _direction(self, box: LabelBox) -> int:
        tick = self.ticks[self.tick_of[box.id]]
        return -1 if box.y < tick.y + tick.height / 2 else 1

    def _place(self, item: Item) -> bool:
        tick = self.ticks[self.tick_of[item.id]]
        groups = [group for group in self._groups() if group.tick == tick]
        spots = [spot for group in groups for spot in self._beside(item, group)]
        bare = {-1, 1} - {group.direction for group in groups}
        spots += [spot for direction in sorted(bare) for spot in self._first(item, tick, direction)]
        middle = tick.y + tick.height / 2
        spots.sort(key=lambda spot: (abs(spot.y + spot.height / 2 - middle), abs(spot.x - tick.x), spot.y))
        for spot in spots:
            if self._free(spot):
                self.boxes[item.id] = spot
                return True
        return any(self._set_anew(item, group) for group in groups)

    def _spot(self, item: Item, tick: TickBox, x: float, y: float) -> LabelBox:
        return LabelBox(
            id=item.id, label=item.label, tick=tick.id, x=x, y=y, width=self.widths[item.id] * self.size,
            height=self.metrics.label_height * self.size, text_x=x + self.starts[item.id] * self.size,
        )  # fmt: skip

    def _beside(self, item: Item, group: _Group) -> Iterator[LabelBox]:
        """At either end of each line, and in a line beyond the last, flush with either side of the block."""
        lines, width = group.lines, self.widths[item.id] * self.size
        for line in lines:
            yield self._spot(item, group.tick, line[-1].right + self.metrics.word_gap * self.size, line[-1].y)
            yield self._spot(item, group.tick, line[0].x - self.metrics.word_gap * self.size - width, line[-1].y)
        beyond = lines[-1][0].y + group.direction * self.metrics.line_pitch * self.size
        left, right = min(box.x for box in group.boxes), max(box.right for box in group.boxes)
        for share in _SHARES:
            yield self._spot(item, group.tick, left + share * (right - width - left), beyond)

    def _first(self, item: Item, tick: TickBox, direction: int) -> Iterator[LabelBox]:
        """On a side where the tick has no label yet: over the tick, or to either side of it as far as it goes."""
        middle, reach = tick.y + tick.height / 2, self.metrics.reach * self.size
        height, width = self.metrics.label_height * self.size, self.widths[item.id] * self.size
        margin = min(self.metrics.anchor * self.size, width / 2)
        y = middle + reach if direction > 0 else middle - reach - height
        centre = tick.x + tick.width / 2
        for share in _SHARES:
            yield self._spot(item, tick, centre - margin - share * (width - 2 * margin), y)

    def _free(self, spot: LabelBox, besides: frozenset[str] = frozenset()) -> bool:
        """Whether nothing is near a place, of this tick or of others, and it is within the figure."""
        gap = (self.metrics.line_gap - 1e-3) * self.size
        near = Box(x=spot.x - gap, y=spot.y - gap, width=spot.width + 2 * gap, height=spot.height + 2 * gap)
        wide = self.metrics.panel_pad * self.size + gap
        ground = Box(x=spot.x - wide, y=spot.y - wide, width=spot.width + 2 * wide, height=spot.height + 2 * wide)
        page, texts = self.like.page, [line for line in self.texts if line.role != "continuation"]
        inside = spot.x >= wide and spot.right <= page.width - wide and spot.y >= wide
        inside = inside and spot.bottom <= page.height - wide
        others = [box for box in self.boxes.values() if box.id not in besides]
        foreign = [box for box in others if box.tick != spot.tick]
        grounds = [panel for group in self._groups() if group.tick.id != spot.tick and (panel := self._panel(group))]
        own = [
            panel
            for group in self._groups()
            if group.tick.id == spot.tick and group.direction == self._direction(spot)
            for panel in [self._panel(replace(group, boxes=(*group.boxes, spot)))]
            if panel
        ]
        return (
            inside
            and not any(near.overlaps(box) for box in others)
            and not any(
                ground.overlaps(box) for box in (*foreign, *self.ticks.values(), *grounds, *texts, *self.swatches)
            )
            and not any(panel.overlaps(box) for panel in own for box in (*foreign, *grounds, *self.ticks.values()))
            and not any(near.crossed_by(*segment) for segment in pairwise(self.like.axis))
            and not any(
                near.crossed_by(*segment)
                for leader in self.like.leaders
                if leader.tick != spot.tick
                for segment in pairwise(leader.points)
            )
        )

    def _set_anew(self, item: Item, group: _Group) -> bool:
        """Set the labels of one side of a tick anew within the room that they have."""
        lines = group.lines
        members = [*(box.id for box in group.boxes), item.id]
        natural = [self.widths[id] for id in members]
        metrics = self.metrics
        block = set_block(range(len(members)), natural, len(lines), metrics.word_gap, metrics.anchor)
        left, right = min(box.x for box in group.boxes), max(box.right for box in group.boxes)
        if block.height != len(lines) or block.width * self.size > right - left + 1e-6:
            return False
        for y, line in zip((line[0].y for line in lines), block.lines, strict=True):
            for slot in line:
                id, x = members[slot.label], left + slot.left * self.size
                self.boxes[id] = LabelBox(
                    id=id, label=self.label_of[id], tick=group.tick.id, x=x, y=y, width=slot.width * self.size,
                    height=metrics.label_height * self.size, text_x=x + self.starts[id] * self.size,
                )  # fmt: skip
        return True

    def _anchorless(self) -> bool:
        """Whether some tick has no label of its own to tie itself to."""
        return any(self._leader(group) is None for group in self._groups())

    def _leader(self, group: _Group) -> Leader | None:
        """From the tick to the nearest label that it lies over or under, past none on the way."""
        x = group.tick.x + group.tick.width / 2
        margin = 0.5 * min(self.metrics.anchor, self.metrics.label_height / 2) * self.size
        over = [line for line in group.lines if any(box.x + margin <= x <= box.right - margin for box in line)]
        if not over:
            return None
        box = over[0][0]
        near, far = (group.tick.y, box.bottom) if group.direction < 0 else (group.tick.bottom, box.y)
        ids = tuple(other.id for line in group.lines for other in line)
        return Leader(group.tick.id, ids, ((x, near), (x, far)))

    def _panel(self, group: _Group) -> Panel | None:
        if max(map(len, group.lines)) == 1:
            return None
        pad = self.metrics.panel_pad * self.size
        left, top = min(box.x for box in group.boxes) - pad, min(box.y for box in group.boxes) - pad
        right, bottom = max(box.right for box in group.boxes) + pad, max(box.bottom for box in group.boxes) + pad
        return Panel(tick=group.tick.id, x=left, y=top, width=right - left, height=bottom - top)
