"""A figure drawn again with a model more or less: what can stay where it was stays.

A figure that is kept up to date should not look new each time. A new label goes into a free place beside or beyond the
labels of its tick, or those of this tick are set anew; what is in the way is pushed aside along its row, as little as
can be, and a date that is new gets its place between its neighbors. What is newer than all else may begin a row of its
own. Of all these the one is chosen that moves fewest labels; only where none will do is all laid out again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise, product

from modeltree.layout.geometry import LabelBox, Layout, Leader, Panel, TickBox
from modeltree.layout.plane import Box, Point, lines_meet
from modeltree.layout.serpentine.blocks import DatedItem, Labels, set_block
from modeltree.layout.serpentine.rows import Axis, RowEnds, middles, row_ends, tick_box
from modeltree.layout.sheet import FREE, Metrics, Sheet, icon_boxes
from modeltree.layout.ticks import Tick

# From flush left to flush right: where a label is tried.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
# The least gap between the labels of two dates, as a share of the usual one.
_CLOSER = 0.75
# How far, in ems, a label may be beside its date.
_ASIDE = 5.0
# How many ways of the fewest moves are looked at closely.
_LOOKED_AT = 200
# The share of labels that are few; a row more is worth not to move more.
_FEW = 0.02
# How far rows may go down, in lines.
_LOWER = (0.25, 0.5, 0.8, 1.0)
# What rounding to a thousandth of a point makes of a position.
_CLOSE = 0.01

_Key = tuple[str, int]
"""A tick, and the side of the axis: -1 for above, 1 for below."""


def revised(like: Layout, sheet: Sheet, labels: Labels, elastic: bool = True) -> Layout | None:
    """An earlier layout with what is new in it; None where there is no room for that, or the page is another."""
    # Where time is not elastic, dates stay where they are.
    height = sheet.height
    same = like.page.width == sheet.width and (not sheet.fixed or like.page.height == height)
    if not same or (height is not None and like.page.height > height + _CLOSE):
        return None
    metrics, size = labels.metrics, like.font_size
    axis = Axis.of(like.axis, sheet.margin, sheet.room, size, metrics)
    # So many more that labels are to be set tighter is another figure.
    if axis is None or abs(like.boxes[0].height - metrics.label_height * size) > _CLOSE:
        return None
    revision = _Revision(like, labels, sheet, elastic)
    state = revision.begun(axis)
    for item in labels.items:
        if state and item.id not in state.boxes:
            state = revision.placed(state, item)
    layout = state and revision.layout(state)
    return layout if layout and not layout.faults() else None


@dataclass(frozen=True, slots=True)
class _Group:
    """The labels of a tick on one side of the axis."""

    boxes: tuple[LabelBox, ...]
    side: int
    panel: float  # how far the panel behind it reaches beyond it; nothing where there is none
    ragged: bool  # whether the panel follows the lines

    @property
    def lines(self) -> list[list[LabelBox]]:
        """From left to right, the line nearest to the axis first."""
        by_line: dict[float, list[LabelBox]] = {}
        for box in self.boxes:
            by_line.setdefault(round(box.y, 2), []).append(box)
        nearest_first = sorted(by_line, reverse=self.side < 0)
        return [sorted(by_line[y], key=lambda box: box.x) for y in nearest_first]

    @property
    def bounds(self) -> Box:
        """The box around the labels and the panel."""
        return _around(self.boxes, self.panel)

    @property
    def areas(self) -> Sequence[Box]:
        """What nothing else may lie on."""
        if not self.panel:
            return self.boxes
        return [_around(line, self.panel) for line in self.lines] if self.ragged else (self.bounds,)


def _around(boxes: Iterable[Box], pad: float) -> Box:
    corners = (((box.x, box.y), (box.right, box.bottom)) for box in boxes)
    return Box.around(chain.from_iterable(corners), pad)


@dataclass(frozen=True)
class _State:
    """What has a place so far; rows are the dates of each, in time order."""

    boxes: dict[str, LabelBox]
    ticks: dict[str, TickBox]
    ghosts: tuple[TickBox | None, ...]
    rows: tuple[tuple[str, ...], ...]
    axis: Axis
    sides: dict[str, int]  # on which side of the axis each label is
    ragged: frozenset[_Key]  # the groups whose panel follows their lines
    bends: dict[_Key, float]  # where the leaders of groups beside their date go up or down

    @cached_property
    def row_of(self) -> dict[str, int]:
        """In which row each date is."""
        return {tick: index for index, row in enumerate(self.rows) for tick in row}

    def with_boxes(self, boxes: Iterable[LabelBox], side: int) -> _State:
        """The same with labels that are new or elsewhere."""
        boxes = tuple(boxes)
        changed = {**self.boxes, **{box.id: box for box in boxes}}
        return replace(self, boxes=changed, sides={**self.sides, **{box.id: side for box in boxes}})


@dataclass(frozen=True, slots=True)
class _Part:
    """A date with its groups above and below: places along a row, from left to right."""

    x: float
    half: float  # of the date's width
    spans: dict[int, tuple[float, float]]  # by side, the edges of the group
    windows: dict[int, list[tuple[float, float]]]  # by side, where the date is over a label
    new: bool  # whether the date had no place before

    def shifted(self, side: int, by: float) -> _Part:
        """The same with the group on one side elsewhere."""
        if side not in self.spans or not by:
            return self
        low, high = self.spans[side]
        windows = [(least + by, most + by) for least, most in self.windows[side]]
        return replace(self, spans={**self.spans, side: (low + by, high + by)}, windows={**self.windows, side: windows})

    def mirrored(self) -> _Part:
        """The same as seen from behind."""
        spans = {side: (-high, -low) for side, (low, high) in self.spans.items()}
        windows = {side: [(-high, -low) for low, high in spans[::-1]] for side, spans in self.windows.items()}
        return _Part(-self.x, self.half, spans, windows, self.new)

    def window(self, side: int) -> tuple[float, float]:
        """The window of a group that holds the date; just the date where none does: it may be over a farther line."""
        holding = (window for window in self.windows[side] if window[0] - _CLOSE <= self.x <= window[1] + _CLOSE)
        return next(holding, (self.x, self.x))

    def seated(self, side: int) -> _Part:
        """The same with the date over labels of both groups: if it cannot be, that on the other side follows."""
        ways = [
            (max(low, least), min(high, most))
            for low, high in self.windows.get(-1, [(-math.inf, math.inf)])
            for least, most in self.windows.get(1, [(-math.inf, math.inf)])
        ]
        low, high = min(ways, key=lambda way: (max(way[0] - way[1], 0.0), max(way[0] - self.x, self.x - way[1], 0.0)))
        if low <= high:
            return replace(self, x=min(max(self.x, low), high))
        # One window ends where the other has not begun yet.
        ours = any(low == least for least, _ in self.windows[side])
        return replace(self.shifted(-side, low - high if ours else high - low), x=low if ours else high)


def _swept(
    parts: Iterable[_Part], known: _Part | None, begun: _Part, edges: dict[int, float], tight: tuple[float, float]
) -> tuple[list[_Part], float]:
    """Parts behind one which changed, pushed to the right no more than it takes; and how far beyond an edge."""
    # Gaps that were less than those that are asked for stay as they are.
    gap, tick_gap = tight
    old = {} if known is None else {side: span[1] for side, span in known.spans.items()}
    old_end, fresh = 0.0 if known is None else known.x + known.half, begun.new
    ends, end = {side: span[1] for side, span in begun.spans.items()}, begun.x + begun.half
    beyond = max([end - edges[0], *(span[1] - edges[side] for side, span in begun.spans.items())])
    swept = []
    for part in parts:
        least = tick_gap if fresh or part.new else min(tick_gap, part.x - part.half - old_end)
        x = max(part.x, end + least + part.half)
        pushes = {}
        for side, (first, _) in part.spans.items():
            least = min(gap, first - old[side]) if side in old else gap
            pushes[side] = max(0.0, ends.get(side, -math.inf) + least - first)
            x = max(x, part.window(side)[0] + pushes[side])
        moved = replace(part, x=x) if x > part.x else part
        for side in part.spans:
            moved = moved.shifted(side, max(pushes[side], x - part.window(side)[1]))
        old |= {side: span[1] for side, span in part.spans.items()}
        ends |= {side: span[1] for side, span in moved.spans.items()}
        old_end, end, fresh = part.x + part.half, x + part.half, part.new
        if x > part.x:
            beyond = max(beyond, end - edges[0])
        beyond = max([beyond, *(
            span[1] - edges[side] for side, span in moved.spans.items() if span != part.spans[side]
        )])  # fmt: skip
        swept.append(moved)
        if moved is part and ends == old:
            break  # so do all others stay
    return swept, beyond


def _free_points(taken: Sequence[tuple[float, float]], low: float, high: float, wanted: float) -> Iterator[float]:
    """In each part of a span that is not taken, the point nearest to one that is wanted."""
    start = low
    for first, last in (*taken, (high, high)):
        if first > start:
            yield min(max(wanted, start), first)
        start = max(start, last)


class _Revision:
    """Places the labels that an earlier layout lacks."""

    def __init__(self, like: Layout, labels: Labels, sheet: Sheet, elastic: bool) -> None:
        self.like, self.labels, self.sheet, self.elastic = like, labels, sheet, elastic
        self.metrics: Metrics = labels.metrics
        self.size = size = like.font_size
        ids = [item.id for item in labels.items]
        self.items = {item.id: item for item in labels.items}
        # In points: how wide each label is, and where its text begins; how high all are.
        self.widths = {id: width * size for id, width in zip(ids, labels.widths, strict=True)}
        self.starts = {id: start * size for id, start in zip(ids, labels.starts, strict=True)}
        self.height = self.metrics.label_height * size
        self.ticks = {tick.id: tick for tick in labels.ticks}
        self.members = {tick.id: [ids[index] for index in tick.items] for tick in labels.ticks}
        self.tick_of = {id: tick for tick, members in self.members.items() for id in members}
        self.order = {tick.id: index for index, tick in enumerate(labels.ticks)}
        self.years = {tick.date.year: tick for tick in labels.ticks if tick.kind == "year"}

    # The beginning

    def begun(self, axis: Axis) -> _State | None:
        """What stays of the earlier layout; None where it is in another order, or a row is left without a date."""
        kept = [tick for tick in self.like.ticks if not tick.repeated and tick.id in self.order]
        if [tick.id for tick in kept] != sorted((tick.id for tick in kept), key=self.order.__getitem__):
            return None
        rows: list[list[str]] = [[] for _ in axis.starts]
        for tick in kept:
            rows[axis.row_of(tick.center)].append(tick.id)
        if not all(rows):
            return None
        ticks = {tick.id: tick for tick in kept}
        boxes = {box.id: box for box in self.like.boxes if self._stays(box)}
        sides = {id: -1 if box.center[1] < ticks[self.tick_of[id]].center[1] else 1 for id, box in boxes.items()}
        repeated = {axis.row_of(tick.center): tick for tick in self.like.ticks if tick.repeated}
        # A row that now begins with a year does not repeat another one.
        ghosts = tuple(None if ticks[row[0]].kind == "year" else repeated.get(index) for index, row in enumerate(rows))
        panels = Counter(
            (panel.tick, -1 if panel.y < ticks[panel.tick].y else 1)
            for panel in self.like.panels
            if panel.tick in ticks
        )
        ragged = frozenset(key for key, number in panels.items() if number > 1)
        bends = {
            (leader.tick, -1 if leader.points[-1][1] < leader.points[0][1] else 1): leader.points[-1][0]
            for leader in self.like.leaders
            if leader.points[-1][0] != leader.points[0][0]
        }
        return _State(boxes, ticks, ghosts, tuple(map(tuple, rows)), axis, sides, ragged, bends)

    def _stays(self, box: LabelBox) -> bool:
        id = box.id
        known = self.tick_of.get(id, "") == box.tick and self.items[id].label == box.label
        return known and abs(self.starts[id] - (box.text_x - box.x)) < _CLOSE

    # The parts of a figure

    def group(self, state: _State, key: _Key) -> _Group | None:
        """The labels of a tick on one side; None where there are none."""
        tick, side = key
        boxes = tuple(state.boxes[id] for id in self.members[tick] if id in state.boxes and state.sides[id] == side)
        pad = self.metrics.panel_pad * self.size if len(self.members[tick]) > FREE else 0.0
        return _Group(boxes, side, pad, key in state.ragged) if boxes else None

    def groups(self, state: _State, rows: Iterable[int]) -> dict[_Key, _Group]:
        """The groups in some rows."""
        keys = ((tick, side) for row in rows for tick in state.rows[row] for side in (-1, 1))
        found = ((key, self.group(state, key)) for key in keys)
        return {key: group for key, group in found if group}

    def layout(self, state: _State) -> Layout | None:
        """What was placed; None where a page of a height has no room for it."""
        boxes = tuple(state.boxes[item.id] for item in self.labels.items)
        groups = self.groups(state, range(len(state.rows)))
        rows = [[state.ticks[id] for id in row] for row in state.rows]
        bottom = max(box.bottom for box in (*boxes, *state.ticks.values()))
        height = self.like.page.height
        if not self.sheet.fixed:
            height = max(height, bottom + self.metrics.panel_pad * self.size + self.sheet.frame.footer)
        empty = self.sheet.empty(0.0, height)
        return replace(
            empty,
            font_size=self.size,
            boxes=boxes,
            icons=tuple(icon_boxes(self.labels.items, boxes, self.size, self.metrics)),
            leaders=tuple(leader for key, group in groups.items() if (leader := self._leader(state, key, group))),
            axis=tuple(state.axis.line()),
            ticks=(*filter(None, state.ghosts), *chain.from_iterable(rows)),
            panels=tuple(
                Panel(tick=tick, x=area.x, y=area.y, width=area.width, height=area.height)
                for (tick, _), group in groups.items() if group.panel for area in group.areas
            ),
            arrows=tuple(state.axis.arrows(rows)),
            texts=(*empty.texts, state.axis.dots()),
        )  # fmt: skip

    def _leader(self, state: _State, key: _Key, group: _Group) -> Leader | None:
        """From the tick to the nearest label that it lies over or under, past none on the way; None without one."""
        tick, side = state.ticks[key[0]], key[1]
        x, y = tick.center
        ids = tuple(box.id for line in group.lines for box in line)
        if key in state.bends and group.lines[0][0].x <= state.bends[key] <= group.lines[0][-1].right:
            bend, label = state.bends[key], group.lines[0][0]
            near, far = (tick.y, label.bottom) if side < 0 else (tick.bottom, label.y)
            knee, reach = (
                max(tick.height / 2, (length - 0.1) * self.size)
                for length in (self.metrics.tick_reach, self.metrics.reach)
            )
            points = [(x, near), (x, y + side * knee), (bend, y + side * reach), (bend, far)]
            return Leader(tick.id, ids, tuple(points))
        margin = 0.5 * min(self.metrics.anchor, self.metrics.label_height / 2) * self.size
        over = [line for line in group.lines if any(box.x + margin <= x <= box.right - margin for box in line)]
        if not over:
            return None
        box = over[0][0]
        near, far = (tick.y, box.bottom) if side < 0 else (tick.bottom, box.y)
        return Leader(tick.id, ids, ((x, near), (x, far)))

    # A label more

    def placed(self, state: _State, item: DatedItem) -> _State | None:
        """The same with one more label, in the way that moves fewest others."""

        def moved(new: _State) -> tuple[int, int]:
            # By more than their height; and at all.
            places = [(box, new.boxes.get(id)) for id, box in state.boxes.items()]
            far = sum(there is None or math.dist(box.center, there.center) > box.height for box, there in places)
            return far, sum(box != there for box, there in places)

        ways = [new] if (new := self._nearby(state, item)) else []
        if not ways or moved(ways[0])[0] > _FEW * len(self.items):
            # The rows below make room for a line, or the last date of the row goes to the next one.
            ways += () if self.sheet.fixed else self._lowered(state, item)
            ways += filter(None, [self._spilled(state, item)])
        return min(ways, key=moved, default=None)

    def _row(self, state: _State, tick: Tick) -> int | None:
        """The row that a date is in, or that of the next one; None after all."""
        later = (id for row in state.rows for id in row if self.order[id] >= self.order[tick.id])
        return state.row_of.get(next(later, ""))

    def _lowered(self, state: _State, item: DatedItem) -> Iterator[_State]:
        """The same with one more label, where all from some row on is a line lower."""
        row = self._row(state, self.ticks[self.tick_of[item.id]])
        firsts = () if row is None else range(max(row, 1), min(row + 2, len(state.rows)))
        for first, by in product(firsts, (share * self.metrics.line_pitch * self.size for share in _LOWER)):
            starts = (start + (by if index >= first else 0.0) for index, start in enumerate(state.axis.starts))
            low = {tick for ids in state.rows[first:] for tick in ids}
            lower = replace(
                state,
                axis=replace(state.axis, starts=tuple(starts)),
                boxes={id: replace(box, y=box.y + by) if box.tick in low else box for id, box in state.boxes.items()},
                ticks={id: replace(tick, y=tick.y + by) if id in low else tick for id, tick in state.ticks.items()},
                ghosts=(
                    *state.ghosts[:first],
                    *(ghost and replace(ghost, y=ghost.y + by) for ghost in state.ghosts[first:]),
                ),
            )
            if new := self._nearby(lower, item):
                yield new

    def _spilled(self, state: _State, item: DatedItem) -> _State | None:
        """The same with one more label, where the last date of its row may go to the next row."""
        tick = self.ticks[self.tick_of[item.id]]
        row = self._row(state, tick)
        if row is None or not self.elastic:
            return None
        *kept, last = state.rows[row]
        gone = {last}
        if kept and kept[-1] == self.years[self.ticks[last].date.year].id:
            gone.add(kept.pop())  # a year stays with its months
        if not kept or self.order[tick.id] > self.order[last]:
            return None
        boxes = {id: box for id, box in state.boxes.items() if box.tick not in gone}
        new: _State | None = replace(
            state,
            boxes=boxes,
            ticks={id: box for id, box in state.ticks.items() if id not in gone},
            rows=(*state.rows[:row], tuple(kept), *state.rows[row + 1 :]),
            ragged=frozenset(key for key in state.ragged if key[0] not in gone),
            bends={key: bend for key, bend in state.bends.items() if key[0] not in gone},
        )
        homeless = (other for other in self.labels.items if other.id in state.boxes and other.id not in boxes)
        for other in (item, *homeless):
            new = new and (self._nearby(new, other) or self._spilled(new, other))
        return new

    def _nearby(self, state: _State, item: DatedItem) -> _State | None:
        """The same with one more label, and none but its neighbors moved."""
        tick = self.ticks[self.tick_of[item.id]]
        ways, close = [], _CLOSER * self.metrics.block_gap * self.size
        for wider in [state] if tick.id in state.ticks else self._with_tick(state, tick):
            price = _FEW * len(self.items) * (len(wider.rows) - len(state.rows))
            ids = wider.rows[wider.row_of[tick.id]]
            parts = {id: self._part(wider, id, id not in state.ticks) for id in ids}
            areas = [
                area for (other, _), group in self.groups(wider, [wider.row_of[tick.id]]).items() if other != tick.id
                for area in group.areas
            ]  # fmt: skip
            for key, tried in self._tries(wider, tick, item):
                parts[tick.id] = self._part(tried, tick.id, tick.id not in state.ticks)
                group = self.group(tried, key)
                assert group is not None
                # Groups that do not meet may be one over the other.
                meet = any(mine.overlaps(area) for mine in group.areas for area in areas)
                for gap in (close,) if meet else (-math.inf, close):
                    settled = self._pushed(tried, state, key, gap, parts)
                    if settled is None:
                        continue
                    box = settled.boxes[item.id]
                    odd = 0.5 * (len(settled.ragged) + len(settled.bends) - len(state.ragged) - len(state.bends))
                    moved = sum(settled.boxes[id] != box for id, box in state.boxes.items())
                    away = abs(box.center[1] - settled.ticks[tick.id].center[1])
                    aside = abs(box.center[0] - settled.ticks[tick.id].center[0])
                    ways.append(((moved + price + odd, round(away, 1), aside, box.y), settled))
        ways.sort(key=lambda way: way[0])
        looked_at = (self._cleared(settled, state) for _, settled in ways[:_LOOKED_AT])
        return next(filter(None, looked_at), None)

    def _with_tick(self, state: _State, tick: Tick) -> Iterator[_State]:
        """A date that is new, in the middle between its neighbors or in a row of its own, if the page may grow."""
        if not self.elastic:
            return
        year = self.years[tick.date.year]
        new = [tick] if year is tick or year.id in state.ticks else [year, tick]
        known = list(chain.from_iterable(state.rows))
        place = sum(self.order[id] < self.order[tick.id] for id in known)
        before, after = known[place - 1] if place else None, known[place] if place < len(known) else None
        # A year stays in the row of its first date, and a row that begins within a year says so.
        glued = before == year.id
        spots = set()
        if before is not None:
            row = state.row_of[before]
            spots.add((row, state.rows[row].index(before) + 1))
        if after is not None and not glued:
            row = state.row_of[after]
            index = state.rows[row].index(after)
            ghost = state.ghosts[row]
            if index or len(new) > 1 or (ghost and ghost.id == year.id):
                spots.add((row, index))
            elif row and ghost is None:
                ghosts = (*state.ghosts[:row], self._ghost(state, row, year), *state.ghosts[row + 1 :])
                yield self._inserted(replace(state, ghosts=ghosts), row, 0, new, 0.0)
        for (row, index), share in product(sorted(spots), (0.5, 0.0, 1.0)):
            yield self._inserted(state, row, index, new, share)
        if after is None and not glued and not self.sheet.fixed:
            yield self._inserted(self._with_row(state, None if len(new) > 1 else year), len(state.rows), 0, new)

    def _with_row(self, state: _State, ghost: Tick | None) -> _State:
        """The same with an empty row at the end."""
        axis, metrics, size, row = state.axis, self.metrics, self.size, len(state.rows)
        end = axis.starts[-1] + axis.slope * axis.width
        bottoms = [group.bounds.bottom - group.panel for group in self.groups(state, [row - 1]).values()]
        lowest = max(bottoms, default=end)
        start = max(lowest + (metrics.row_gap + metrics.tick_reach) * size, end + 1.4 * metrics.turn * size)
        axis = replace(axis, starts=(*axis.starts, start))
        state = replace(state, axis=axis, rows=(*state.rows, ()), ghosts=(*state.ghosts, None))
        return replace(state, ghosts=(*state.ghosts[:-1], self._ghost(state, row, ghost) if ghost else None))

    def _ghost(self, state: _State, row: int, year: Tick) -> TickBox:
        """A year that is repeated where a row begins."""
        along = (self._ends(state, row, year).ticks[0] - self.metrics.tick_gap - year.width / 2) * self.size
        return tick_box(year, state.axis.point(row, along), self.size, repeated=True)

    def _inserted(self, state: _State, row: int, index: int, new: Sequence[Tick], share: float = 0.5) -> _State:
        """The same with dates before one of a row, which do not have their places yet."""
        ids, axis, size = list(state.rows[row]), state.axis, self.size
        first, last = (end * size for end in self._ends(state, row).ticks)
        if index:
            box = state.ticks[ids[index - 1]]
            first = axis.along(row, box.center[0]) + box.width / 2 + self.metrics.tick_gap * size
        if index < len(ids):
            box = state.ticks[ids[index]]
            last = axis.along(row, box.center[0]) - box.width / 2 - self.metrics.tick_gap * size
        elif not index:
            last = first + 4 * size * len(new)  # in a row of its own it is at the beginning
        ids[index:index] = [tick.id for tick in new]
        ticks, offsets = dict(state.ticks), middles([tick.width for tick in new], self.metrics.tick_gap)
        for tick, offset in zip(new, offsets, strict=True):
            along = first + share * (last - first) + (offset - share * (offsets[0] + offsets[-1])) * size
            ticks[tick.id] = tick_box(tick, axis.point(row, along), size)
        rows = (*state.rows[:row], tuple(ids), *state.rows[row + 1 :])
        ghosts = state.ghosts
        if not index and new[0].kind == "year":
            ghosts = (*ghosts[:row], None, *ghosts[row + 1 :])
        return replace(state, ticks=ticks, rows=rows, ghosts=ghosts)

    def _ends(self, state: _State, row: int, ghost: Tick | None = None) -> RowEnds:
        """How far a row may reach, in ems from its beginning."""
        repeated = state.ghosts[row] if row < len(state.ghosts) else None
        ghost = ghost or (self.years[int(repeated.id)] if repeated else None)
        return row_ends(row, state.axis.width / self.size, self.metrics, row >= len(state.rows) - 1, ghost)

    def _tries(self, state: _State, tick: Tick, item: DatedItem) -> Iterator[tuple[_Key, _State]]:
        """Where a label may go by its date alone."""
        for side in (-1, 1):
            key = (tick.id, side)
            group = self.group(state, key)
            spots = self._beside(item, tick, group) if group else self._first(state, item, key)
            for spot in spots:
                if self._in_order(state, spot, key):
                    tried = state.with_boxes([spot], side)
                    yield key, tried
                    if group and group.panel and not group.ragged:
                        yield key, replace(tried, ragged=tried.ragged | {key})
            for spot, bend in () if group else self._aside(state, item, key):
                yield key, replace(state.with_boxes([spot], side), bends={**state.bends, key: bend})
            for boxes in self._set_anew(item, tick, group) if group else ():
                yield key, state.with_boxes(boxes, side)

    def _box(self, id: str, tick: str, x: float, y: float) -> LabelBox:
        return LabelBox(
            id=id, label=self.items[id].label, tick=tick, x=x, y=y, width=self.widths[id], height=self.height,
            text_x=x + self.starts[id],
        )  # fmt: skip

    def _beside(self, item: DatedItem, tick: Tick, group: _Group) -> Iterator[LabelBox]:
        """At either end of each line, and in a line beyond the last, flush with either side of the block."""
        lines, width, gap = group.lines, self.widths[item.id], self.metrics.word_gap * self.size
        for line in lines:
            yield self._box(item.id, tick.id, line[-1].right + gap, line[-1].y)
            yield self._box(item.id, tick.id, line[0].x - gap - width, line[-1].y)
        beyond = lines[-1][0].y + group.side * self.metrics.line_pitch * self.size
        bounds = group.bounds.padded(-group.panel)
        for share in _SHARES:
            yield self._box(item.id, tick.id, bounds.x + share * (bounds.width - width), beyond)
            yield self._box(item.id, tick.id, bounds.x + share * bounds.width - width / 2, beyond)

    def _first(self, state: _State, item: DatedItem, key: _Key) -> Iterator[LabelBox]:
        """On a side where the tick has no label yet: over the tick, or between those beside it."""
        tick, side = state.ticks[key[0]], key[1]
        (center, middle), reach, width = tick.center, self.metrics.reach * self.size, self.widths[item.id]
        margin = min(self.metrics.anchor * self.size, width / 2)
        y = middle + reach if side > 0 else middle - reach - self.height
        for share in _SHARES:
            yield self._box(item.id, tick.id, center - margin - share * (width - 2 * margin), y)
        there = [group.bounds for group in self.groups(state, [state.row_of[tick.id]]).values() if group.side == side]
        gap = _CLOSER * self.metrics.block_gap * self.size
        left = max((area.right + gap for area in there if area.center[0] < center), default=None)
        right = min((area.x - gap - width for area in there if area.center[0] > center), default=None)
        ends = [x for x in (left, right) if x is not None]
        for x in (*ends, sum(ends) / len(ends)) if ends else ():
            yield self._box(item.id, tick.id, x, y)

    def _aside(self, state: _State, item: DatedItem, key: _Key) -> Iterator[tuple[LabelBox, float]]:
        """On a side where the tick has no label, beside it and beyond others; and where the leader goes there."""
        tick, side = state.ticks[key[0]], key[1]
        (center, middle), size, width = tick.center, self.size, self.widths[item.id]
        beside = self.groups(state, [state.row_of[tick.id]]).values()
        areas = [area for group in beside if group.side == side for area in group.areas]
        near = [area for area in areas if area.x - _ASIDE * size < center < area.right + _ASIDE * size]
        gap = self.metrics.line_gap * size
        margin = min(self.metrics.anchor * size, width / 2)
        farthest = max((abs(area.center[1] - middle) + area.height / 2 for area in near), default=0.0)
        lines = math.ceil((farthest / size - self.metrics.reach) / self.metrics.line_pitch)
        for line in range(max(lines, 0) + 1):
            depth = (self.metrics.reach + line * self.metrics.line_pitch) * size
            y = middle + depth if side > 0 else middle - depth - self.height
            on_the_way = sorted(
                (area.x - gap, area.right + gap)
                for area in near
                if (area.y < y if side > 0 else area.bottom > y + self.height)
            )
            for bend in _free_points(on_the_way, center - _ASIDE * size, center + _ASIDE * size, center):
                for share in _SHARES:
                    yield self._box(item.id, tick.id, bend - margin - share * (width - 2 * margin), y), bend

    def _in_order(self, state: _State, spot: LabelBox, key: _Key) -> bool:
        """Whether no label of its tick that is nearer to the curve is later, and none that is farther is earlier."""
        date, group = self.items[spot.id].date, self.group(state, key)
        for box in group.boxes if group else ():
            farther = (box.y - spot.y) * key[1]
            other = self.items[box.id].date
            if abs(farther) > _CLOSE and (other < date if farther > 0 else other > date):
                return False
        return True

    def _set_anew(self, item: DatedItem, tick: Tick, group: _Group) -> Iterator[list[LabelBox]]:
        """The labels of one side of a tick with one more, in as many lines or one more, flush or in the middle."""
        metrics, size = self.metrics, self.size
        ids = sorted([*(box.id for box in group.boxes), item.id], key=lambda id: (self.items[id].date, id))
        dates = sorted({self.items[id].date for id in ids})
        ranks = [dates.index(self.items[id].date) for id in ids]
        widths = [self.widths[id] / size for id in ids]
        pitch = group.side * metrics.line_pitch * size
        bounds, top = group.bounds.padded(-group.panel), group.lines[0][0].y
        for lines in (len(group.lines), len(group.lines) + 1):
            block = set_block(range(len(ids)), ranks, widths, lines, metrics.word_gap, metrics.anchor)
            for share in (0.0, 0.5, 1.0):
                x = bounds.x + share * (bounds.width - block.width * size)
                yield [
                    self._box(ids[slot.label], tick.id, x + slot.left * size, top + row * pitch)
                    for row, line in enumerate(block.lines) for slot in line
                ]  # fmt: skip

    # Room for it

    def _pushed(
        self, state: _State, before: _State, key: _Key, gap: float, known_parts: dict[str, _Part]
    ) -> _State | None:
        """The same with what is in a row moved as little as can be, so that groups have a gap; None without room."""
        (tick, side), axis, size = key, state.axis, self.size
        row = state.row_of[tick]
        ends = self._ends(state, row)
        above, below, across = (
            sorted(axis.point(row, along * size)[0] for along in pair) for pair in (ends.above, ends.below, ends.ticks)
        )
        ids = state.rows[row][::-1] if row % 2 else state.rows[row]
        index = ids.index(tick)
        parts = [known_parts[id] for id in ids]
        known = self._part(before, tick) if tick in before.ticks else None
        own = 0.0
        for _ in range(2):
            seated = parts[index].shifted(side, own).seated(side)
            tight = (gap, self.metrics.tick_gap * size)
            after, right = _swept(parts[index + 1 :], known, seated, {-1: above[1], 1: below[1], 0: across[1]}, tight)
            mirrored = (part.mirrored() for part in parts[:index][::-1])
            edges = {-1: -above[0], 1: -below[0], 0: -across[0]}
            ahead, left = _swept(mirrored, known and known.mirrored(), seated.mirrored(), edges, tight)
            if right <= _CLOSE and left <= _CLOSE:
                first = index - len(ahead)
                changed = [*(part.mirrored() for part in ahead[::-1]), seated, *after]
                ids = ids[first : first + len(changed)]
                return self._moved(state, row, ids, parts[first : first + len(changed)], changed)
            own += left if left > _CLOSE else -right
        return None

    def _part(self, state: _State, tick: str, new: bool = False) -> _Part:
        box, spans, windows = state.ticks[tick], {}, {}
        for side in (-1, 1):
            if group := self.group(state, (tick, side)):
                bounds = group.bounds.padded(-group.panel)
                spans[side] = (bounds.x, bounds.right)
                if (tick, side) in state.bends:
                    windows[side] = [(-math.inf, math.inf)]
                    continue
                margins = ((label, min(self.metrics.anchor * self.size, label.width / 2)) for label in group.lines[0])
                windows[side] = [(label.x + margin, label.right - margin) for label, margin in margins]
        return _Part(box.center[0], box.width / 2, spans, windows, new)

    def _moved(
        self, state: _State, row: int, ids: Sequence[str], before: Sequence[_Part], after: Sequence[_Part]
    ) -> _State | None:
        """The same with parts of a row elsewhere; None where dates have to stay."""
        ticks, old = dict(state.ticks), {tick.id for tick in self.like.ticks}
        for id, was, part in zip(ids, before, after, strict=True):
            if abs(part.x - was.x) > 1e-6:
                if id in old and not self.elastic:
                    return None
                center = state.axis.point(row, state.axis.along(row, part.x))
                ticks[id] = tick_box(self.ticks[id], center, self.size)
            for side, (left, _) in part.spans.items():
                move = left - was.spans[side][0]
                group = self.group(state, (id, side))
                if group and abs(move) > 1e-6:
                    boxes = [replace(box, x=box.x + move, text_x=box.text_x + move) for box in group.boxes]
                    state = state.with_boxes(boxes, side)
                    if (id, side) in state.bends:
                        state = replace(state, bends={**state.bends, (id, side): state.bends[id, side] + move})
        return replace(state, ticks=ticks)

    def _cleared(self, state: _State, before: _State) -> _State | None:
        """The same, if nothing is near what is new or was moved and it is within the figure; else None."""
        # Where only the panel of another date is in the way, this follows its lines.
        new = next(id for id in state.boxes if state.boxes[id] != before.boxes.get(id))
        row = state.row_of[self.tick_of[new]]
        groups = self.groups(state, range(max(row - 1, 0), min(row + 2, len(state.rows))))
        leaders = {key: self._leader(state, key, group) for key, group in groups.items()}
        ragged = set(state.ragged)
        for key, group in groups.items():
            if any(before.boxes.get(box.id) != box for box in group.boxes):
                leader = leaders[key]
                others = {other: rival for other, rival in groups.items() if other != key}
                foreign = [line.points for other, line in leaders.items() if line and other != key]
                if leader is None or any(lines_meet(leader.points, points) for points in foreign):
                    return None
                if not self._free(state, group, foreign):
                    return None
                for other, rival in others.items():
                    if self._near(group, rival, leader):
                        if not rival.panel or self._near(group, replace(rival, ragged=True), leader):
                            return None
                        ragged.add(other)
        return replace(state, ragged=frozenset(ragged))

    def _free(self, state: _State, group: _Group, leaders: Iterable[Sequence[Point]]) -> bool:
        """Whether a group is within the figure, and on no date, no words and no line of others."""
        frame, gap = self.sheet.frame, (self.metrics.line_gap - 1e-3) * self.size
        limit = math.inf if self.sheet.height is None else self.sheet.height - frame.footer
        solid = [*state.ticks.values(), *filter(None, state.ghosts), *frame.texts, *frame.swatches]
        lines = list(chain.from_iterable(map(pairwise, (state.axis.line(), *leaders))))
        for area in group.areas:
            near = area.padded(self._apart(group))
            if near.bottom > limit or near.x < 0 or near.right > self.like.page.width or near.y < 0:
                return False
            if any(map(near.overlaps, solid)) or any(near.crossed_by(*piece) for piece in lines):
                return False
        own = [box.padded(gap) for box in group.boxes]
        return not any(one.overlaps(other) for number, one in enumerate(own) for other in group.boxes[:number])

    def _apart(self, group: _Group) -> float:
        """How far other things are from a group or its panel, at least."""
        metrics = self.metrics
        ems = _CLOSER * metrics.block_gap - 2 * metrics.panel_pad if group.panel else metrics.line_gap
        return (ems - 1e-3) * self.size

    def _near(self, group: _Group, other: _Group, leader: Leader) -> bool:
        """Whether another group is too near to one that is new, or its leader is."""
        gap = self._apart(group)
        near = [area.padded(gap) for area in group.areas]
        if any(one.overlaps(area) for one in near for area in other.areas):
            return True
        return any(
            area.padded(gap / 2).crossed_by(*piece) for area in other.areas for piece in pairwise(leader.points[1:])
        )
