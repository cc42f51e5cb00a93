"""A figure drawn again with a model more or less: what can stay where it was stays.

A figure that is kept up to date should not look new each time. New labels go into free places beside or beyond the
labels of their tick, or the labels of that tick alone are set anew; only where neither will do is all laid out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from modeltree.layout.geometry import LabelBox, Layout, Leader, Panel, TickBox
from modeltree.layout.metrics import FREE, icon_boxes
from modeltree.layout.plane import Box
from modeltree.layout.serpentine.blocks import Item, Labels, set_block
from modeltree.layout.sheet import Sheet

# From flush left to flush right: where a label is tried.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def revised(like: Layout, sheet: Sheet, labels: Labels) -> Layout | None:
    """An earlier layout with what is new in it; None where there is no room for that, or the page is another."""
    height = sheet.height
    same = like.page.width == sheet.width and (height is None or sheet.trim or like.page.height == height)
    if not same or (height is not None and like.page.height > height + 0.01):
        return None
    revision = _Revision(like, labels, sheet.empty(0.0, like.page.height))
    layout = revision.layout() if revision.possible() else None
    return layout if layout and not layout.faults() else None


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

    def bounds(self, pad: float = 0.0) -> Box:
        """The box around the labels, with so much around it."""
        corners = (((box.x, box.y), (box.right, box.bottom)) for box in self.boxes)
        return Box.around(chain.from_iterable(corners), pad)


class _Revision:
    """Places the labels that an earlier layout lacks; `empty` is the page with its title block."""

    def __init__(self, like: Layout, labels: Labels, empty: Layout) -> None:
        self.like, self.items, self.metrics, self.size = like, labels.items, labels.metrics, like.font_size
        self.empty = empty
        ids = [item.id for item in self.items]
        self.label_of = {item.id: item.label for item in self.items}
        self.dates = {item.id: item.date for item in self.items}
        # In points: how wide each label is, and where its text begins; how high all are.
        self.widths = {id: width * self.size for id, width in zip(ids, labels.widths, strict=True)}
        self.starts = {id: start * self.size for id, start in zip(ids, labels.starts, strict=True)}
        self.height = self.metrics.label_height * self.size
        self.tick_of = {ids[index]: tick.id for tick in labels.ticks for index in tick.items}
        self.ticks = {tick.id: tick for tick in like.ticks if not tick.repeated}
        self.order = dict.fromkeys(tick.id for tick in labels.ticks)
        self.members = {tick.id: len(tick.items) for tick in labels.ticks}
        self.boxes = {box.id: box for box in like.boxes if self._stays(box)}

    def _stays(self, box: LabelBox) -> bool:
        known = self.tick_of.get(box.id, "") == box.tick and self.label_of.get(box.id) == box.label
        return known and abs(self.starts[box.id] - (box.text_x - box.x)) < 0.01

    def possible(self) -> bool:
        """Place every item that has no place yet; False as soon as one finds none."""
        if list(self.order) != [tick for tick in self.ticks if tick in self.order] or not self.like.boxes:
            return False  # a date that the axis does not have
        if abs(self.like.boxes[0].height - self.height) > 0.01:
            return False  # so many more that labels are to be set tighter
        new = [item for item in self.items if item.id not in self.boxes]
        return all(map(self._place, new)) and all(map(self._leader, self._groups()))

    def layout(self) -> Layout:
        """What was placed."""
        boxes = tuple(self.boxes[item.id] for item in self.items)
        groups = list(self._groups())
        dots = [line for line in self.like.texts if line.role == "continuation"]
        return replace(
            self.like,
            boxes=boxes,
            icons=tuple(icon_boxes(self.items, boxes, self.size, self.metrics)),
            leaders=tuple(leader for group in groups if (leader := self._leader(group))),
            ticks=tuple(tick for tick in self.like.ticks if tick.id in self.order or tick.repeated),
            panels=tuple(panel for group in groups if (panel := self._panel(group))),
            texts=(*self.empty.texts, *dots),
            swatches=self.empty.swatches,
        )

    def _groups(self) -> Iterator[_Group]:
        sides: dict[tuple[str, int], list[LabelBox]] = {}
        for item in self.items:
            if box := self.boxes.get(item.id):
                sides.setdefault((self.tick_of[item.id], self._direction(box)), []).append(box)
        for (tick, direction), boxes in sides.items():
            yield _Group(self.ticks[tick], direction, tuple(boxes))

    def _direction(self, box: LabelBox) -> int:
        return -1 if box.y < self.ticks[self.tick_of[box.id]].center[1] else 1

    def _place(self, item: Item) -> bool:
        tick = self.ticks[self.tick_of[item.id]]
        groups = [group for group in self._groups() if group.tick == tick]
        spots = [spot for group in groups for spot in self._beside(item, group)]
        bare = {-1, 1} - {group.direction for group in groups}
        spots += [spot for direction in sorted(bare) for spot in self._first(item, tick, direction)]
        middle = tick.center[1]
        spots.sort(key=lambda spot: (abs(spot.center[1] - middle), abs(spot.x - tick.x), spot.y))
        free = next(filter(self._free, spots), None)
        if free:
            self.boxes[item.id] = free
        return bool(free) or any(self._set_anew(item, group) for group in groups)

    def _box(self, id: str, tick: TickBox, x: float, y: float, width: float) -> LabelBox:
        return LabelBox(
            id=id, label=self.label_of[id], tick=tick.id, x=x, y=y, width=width, height=self.height,
            text_x=x + self.starts[id],
        )  # fmt: skip

    def _beside(self, item: Item, group: _Group) -> Iterator[LabelBox]:
        """At either end of each line, and in a line beyond the last, flush with either side of the block."""
        lines, width, gap = group.lines, self.widths[item.id], self.metrics.word_gap * self.size
        for line in lines:
            yield self._box(item.id, group.tick, line[-1].right + gap, line[-1].y, width)
            yield self._box(item.id, group.tick, line[0].x - gap - width, line[-1].y, width)
        beyond = lines[-1][0].y + group.direction * self.metrics.line_pitch * self.size
        bounds = group.bounds()
        for share in _SHARES:
            yield self._box(item.id, group.tick, bounds.x + share * (bounds.width - width), beyond, width)

    def _first(self, item: Item, tick: TickBox, direction: int) -> Iterator[LabelBox]:
        """On a side where the tick has no label yet: over the tick, or to either side of it as far as it goes."""
        (center, middle), reach = tick.center, self.metrics.reach * self.size
        width = self.widths[item.id]
        margin = min(self.metrics.anchor * self.size, width / 2)
        y = middle + reach if direction > 0 else middle - reach - self.height
        for share in _SHARES:
            yield self._box(item.id, tick, center - margin - share * (width - 2 * margin), y, width)

    def _free(self, spot: LabelBox) -> bool:
        """Whether nothing is near a place, of this tick or of others, and it is within the figure."""
        gap = (self.metrics.line_gap - 1e-3) * self.size
        near, ground = spot.padded(gap), spot.padded(self.metrics.panel_pad * self.size + gap)
        page = Box(x=0.0, y=0.0, width=self.like.page.width, height=self.like.page.height)
        foreign = [box for box in self.boxes.values() if box.tick != spot.tick]
        grounds, own = [], []
        for group in self._groups():
            if group.tick.id != spot.tick:
                grounds.append(self._panel(group))
            elif group.direction == self._direction(spot):
                own.append(self._panel(replace(group, boxes=(*group.boxes, spot))))
        solid = [*foreign, *self.ticks.values(), *filter(None, grounds)]
        lines = [leader.points for leader in self.like.leaders if leader.tick != spot.tick]
        return (
            page.contains(ground, 0.0)
            and self._in_order(spot)
            and not any(map(near.overlaps, self.boxes.values()))
            and not any(map(ground.overlaps, (*solid, *self.empty.texts, *self.empty.swatches)))
            and not any(panel.overlaps(box) for panel in filter(None, own) for box in solid)
            and not any(near.crossed_by(*piece) for line in (self.like.axis, *lines) for piece in pairwise(line))
        )

    def _in_order(self, spot: LabelBox) -> bool:
        """Whether no label of its tick that is nearer to the curve is later, and none that is farther is earlier."""
        date, direction = self.dates[spot.id], self._direction(spot)
        for box in self.boxes.values():
            if box.tick == spot.tick and self._direction(box) == direction:
                farther = (box.y - spot.y) * direction
                if abs(farther) > 1e-3 and (self.dates[box.id] < date if farther > 0 else self.dates[box.id] > date):
                    return False
        return True

    def _set_anew(self, item: Item, group: _Group) -> bool:
        """Set the labels of one side of a tick anew within the room that they have."""
        lines, metrics, size = group.lines, self.metrics, self.size
        ids = [*(box.id for box in group.boxes), item.id]
        ids.sort(key=lambda id: (self.dates[id], id))
        widths = [self.widths[id] / size for id in ids]
        ranks = [sorted({self.dates[id] for id in ids}).index(self.dates[id]) for id in ids]
        block = set_block(range(len(ids)), ranks, widths, len(lines), metrics.word_gap, metrics.anchor)
        bounds = group.bounds()
        if block.height != len(lines) or block.width * size > bounds.width + 1e-6:
            return False
        for old_line, line in zip(lines, block.lines, strict=True):
            for slot in line:
                id, left = ids[slot.label], bounds.x + slot.left * size
                self.boxes[id] = self._box(id, group.tick, left, old_line[0].y, slot.width * size)
        return True

    def _leader(self, group: _Group) -> Leader | None:
        """From the tick to the nearest label that it lies over or under, past none on the way; None without one."""
        x = group.tick.center[0]
        margin = 0.5 * min(self.metrics.anchor, self.metrics.label_height / 2) * self.size
        over = [line for line in group.lines if any(box.x + margin <= x <= box.right - margin for box in line)]
        if not over:
            return None
        box = over[0][0]
        near, far = (group.tick.y, box.bottom) if group.direction < 0 else (group.tick.bottom, box.y)
        ids = tuple(other.id for line in group.lines for other in line)
        return Leader(group.tick.id, ids, ((x, near), (x, far)))

    def _panel(self, group: _Group) -> Panel | None:
        """The ground behind the labels of a date that are many."""
        if self.members[group.tick.id] <= FREE:
            return None
        box = group.bounds(self.metrics.panel_pad * self.size)
        return Panel(tick=group.tick.id, x=box.x, y=box.y, width=box.width, height=box.height)
