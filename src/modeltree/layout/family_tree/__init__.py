"""The family tree: each model at its date, branching off what it was made from.

`placement` finds where each model lies along time, on an axis that is wider where there are more models, and across it,
so that no two branches cross and nothing lies on anything else. Here the largest type is found with which that fits on
the page, and all becomes boxes and lines. `generations` is the tree without time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

from modeltree._util.languages import ENGLISH, Words
from modeltree.findings import LayoutError
from modeltree.layout.family_tree.placement import (
    Bends,
    Dated,
    Forest,
    Packed,
    Plan,
    Shape,
    Timeline,
    TimeScale,
    timeline,
)
from modeltree.layout.geometry import DOT, Band, Guide, LabelBox, Lane, Layout, Link, Measure, Stub, TickBox
from modeltree.layout.plane import Box, Point, rounded
from modeltree.layout.sheet import SMALLEST_TYPE, Metrics, Sheet, TitleBlock, icon_boxes, label_widths
from modeltree.layout.ticks import YEAR_HEIGHT, Mark, day_mark, finer_marks, make_marks, month_starts, tick_size

Direction = Literal["right", "down", "up"]
"""Where time runs to."""

# In ems: from a dot to its label; between two rows; from a label to what follows in its row; before the first model.
_BESIDE, _ROW_GAP, _GAP, _LEAD = 0.16, 0.3, 0.55, 0.7
# Where time runs up or down: between two columns, and between two labels in one.
_COLUMN_GAP, _LINE_GAP = 0.7, 0.14
# From the stem of a branch to its dot, and the radius of its bends.
_STEM, _BEND = 0.8, 0.55
# The width of a trunk: of one model, for each more, and the most, as a share of the label's height.
_TWIG, _SPREAD, _THICKEST = 0.13, 0.19, 0.75
# The type of a further parent's name, before it, between two, and after the last; how long all may be.
_STUB_TYPE, _STUB_GAP, _STUB_ARROW, _STUBS = 0.76, 0.4, 0.95, 9.0
# The strip of months beside the axis; from the dates to it, and from it to the tree.
_STRIP, _STRIP_GAP, _MOST_CELLS = 0.4, 0.3, 300
# How much wider than needed a tree may be drawn across time, where there is room to spare.
_LOOSE = 1.3
# The type of the first model of a trunk of so many, as a share of that of others; of what stands for several, for ten
# times as many more, and at the most.
_NAME, _NAMED, _MANY, _LARGEST = 1.25, 4, 0.15, 1.6
# Between the tree and what stands in the margin.
_MARGIN = 0.7
# How lanes bend: labels are wider than high, so that lanes that go upright must get around them in less room.
_LEVEL, _UPRIGHT = Bends(1.0, 3), Bends(2.0, 2)
# How much larger type is tried with other plans; how many of these, at the most, fewer for many models.
_LARGER, _MOST_TRIES = 1.03, 500
# Labels are as tight as in other figures with so many times as many models.
_TIGHT = 2
# How near, as a ratio, the size of the type comes to the largest that fits.
_NEAR = 1.01


@dataclass(frozen=True, slots=True)
class TreeItem:
    """A model to be placed. Its `parent` is no later than the model."""

    id: str
    label: str
    day: float
    """What has neither kin nor a day that says much stands in the margin: its day is infinite, and it comes last."""
    organizations: tuple[str, ...] = ()
    parent: int | None = None
    kind: str | None = None
    further: tuple[tuple[int, str], ...] = ()
    limb: bool = False  # whether it is of one trunk with its parent
    count: int = 1  # how many models it stands for


def family_tree(
    items: Sequence[TreeItem],
    measure: Measure,
    *,
    page: tuple[float, float | None] = (1008.0, 972.0),
    trim: bool = True,
    font_size: float | None = None,
    direction: Direction = "right",
    time_scale: TimeScale = "elastic",
    until: float = -math.inf,
    title_block: TitleBlock | None = None,
    words: Words = ENGLISH,
) -> Layout:
    """Lay a genealogy out along an axis that ends on a day, in the largest type for a page (in points) or one given."""
    if direction not in ("right", "down", "up"):
        raise LayoutError(f"time cannot run {direction!r}: say 'right', 'down' or 'up'")
    metrics = Metrics.for_count(_TIGHT * len(items))
    sheet = Sheet.of(page, trim, font_size, title_block, measure, metrics)
    if all(math.isinf(item.day) for item in items):
        return sheet.empty(sheet.frame.header)
    solver = _TreeSolver(items, measure, metrics, sheet, direction, time_scale, until, words)
    if font_size is not None:
        return solver.of_size(font_size).layout()
    if sheet.height is None:
        raise LayoutError("a page without a height needs a font_size")
    return solver.largest().layout()


def children_of(items: Sequence[TreeItem]) -> list[list[int]]:
    """The indexes of the children of each item."""
    children: list[list[int]] = [[] for _ in items]
    for node, item in enumerate(items):
        if item.parent is not None:
            children[item.parent].append(node)
    return children


StubNames = tuple[tuple[tuple[int, ...], str, float], ...]
"""Of a model: the further parents that a name stands for, that name, and its width in ems."""


def stub_names(item: TreeItem, items: Sequence[TreeItem], measure: Measure) -> StubNames:
    """The names of a model's further parents; those that there is no room for are counted."""
    parents = [parent for parent, _ in item.further]
    stubs: list[tuple[tuple[int, ...], str, float]] = []
    left = _STUBS
    for index, parent in enumerate(parents):
        name = items[parent].label
        width = _STUB_ARROW + _STUB_TYPE * measure(name)[0]
        if width > left and stubs:
            rest = tuple(parents[index:])
            name = f"+{len(rest):,}"
            return (*stubs, (rest, name, _STUB_ARROW + _STUB_TYPE * measure(name)[0]))
        left -= width + _STUB_GAP
        stubs.append(((parent,), name, width))
    return tuple(stubs)


def stub_room(stubs: StubNames) -> float:
    """How much longer they make a label, in ems."""
    return sum(_STUB_GAP + width for _, _, width in stubs)


def placed_stubs(
    label: LabelBox, name: float, stubs: StubNames, items: Sequence[TreeItem], size: float
) -> Iterator[Stub]:
    """The names of further parents in a label, one after the other, from where its own name ends."""
    x, height = label.x + name * size, _STUB_TYPE * 1.3 * size
    for parents, text, width in stubs:
        box = Box(x=x, y=label.center[1] - height / 2, width=width * size, height=height)
        x = box.right + _STUB_GAP * size
        yield Stub(
            id=label.id, parents=tuple(items[parent].id for parent in parents), text=text, size=_STUB_TYPE * size,
            text_x=box.x + _STUB_ARROW * size, x=box.x, y=box.y, width=box.width, height=box.height,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figure:
    """What is drawn of a model beside its lines, in ems of the label type."""

    offset: float  # from the lane to its label
    scale: float  # the size of its type, as a share of that of others
    text: float  # where its text begins in its label
    name: float  # where that ends, and the names of further parents begin
    width: float
    height: float
    stubs: StubNames  # the further parents that a name stands for, that name, and its width

    @property
    def end(self) -> float:
        """From the lane to the end of the label."""
        return self.offset + self.width


class _TreeSolver:
    """Places items in a type of any size."""

    def __init__(
        self, items: Sequence[TreeItem], measure: Measure, metrics: Metrics, sheet: Sheet, direction: Direction,
        time_scale: TimeScale, until: float, words: Words,
    ) -> None:  # fmt: skip
        self.words = words
        self.items, self.measure, self.metrics, self.sheet = items, measure, metrics, sheet
        self.direction, self.time_scale, self.until = direction, time_scale, until
        self.upright = direction != "right"
        # The same plan is found each time.
        self.plan: Plan | None = None
        self.chance = random.Random(len(items))  # noqa: S311
        self.tries = min(6 * len(items), _MOST_TRIES * 100 // (len(items) + 100))
        self.living = self._living()
        self.trunks = list(map(self.thickness, self.living))
        starts, widths = label_widths(items, measure, metrics)
        self.figures = [
            self._figure(*each) for each in zip(items, starts, widths, self.trunks, self.living, strict=True)
        ]
        self.margin = [node for node, item in enumerate(items) if math.isinf(item.day)]
        self.placed = items[: len(items) - len(self.margin)]
        self.margin_room = max((self.figures[node].height + _MARGIN for node in self.margin), default=0.0)
        self.tallest = max(figure.height for figure in self.figures)

    def of_size(self, size: float) -> _PlacedTree:
        """The tree in type of one size."""
        sheet, rise = self.sheet, self.sheet.rise
        if self.upright and sheet.height is None:  # as high as it must be for all to fit beside each other
            rise = 30.0 * size
            while (tree := self._tree(rise, size)) is None or not self._fits(tree):
                if rise > 4000.0 * size:
                    raise LayoutError(f"in type of {size:g} pt there is no room on a page {sheet.width:.0f} pt wide")
                rise *= 1.1
            return tree
        tree = self._tree(rise, size)
        if tree is None:
            raise LayoutError(f"in type of {size:g} pt a label is longer than the axis")
        aim = self.room / size - tree.edging
        lowest = aim if self.room < math.inf else 0.0  # as low as it gets where the page grows
        tree.plan, breadth, _ = tree.forest.improved(tree.plan, self.chance, self.tries, lowest)
        if breadth > aim:
            raise LayoutError(
                f"in type of {size:g} pt the figure is {(breadth + tree.edging) * size:.0f} pt "
                f"{'wide' if self.upright else 'high'}, and the page has {self.room:.0f} pt for it: use a smaller type "
                "or a larger page, or fold branches"
            )
        return tree

    def largest(self) -> _PlacedTree:
        """The tree in the largest type that fits."""
        sheet = self.sheet
        low, high, best = SMALLEST_TYPE, sheet.largest_type, None
        size = high
        while best is None or high / low > _NEAR:
            tree = self._tree(sheet.rise, size)
            if tree is not None and self._fits(tree):
                best, low = tree, size
                if size == sheet.largest_type:
                    break
            elif size <= SMALLEST_TYPE:
                raise LayoutError(
                    f"the models do not fit on {sheet.room:.0f} × {sheet.rise:.0f} pt in type of {size:g} pt: use a "
                    "larger page, or fold branches"
                )
            else:
                high = size
            size = (low * high) ** 0.5 if best is not None else max(SMALLEST_TYPE, size / 1.5)
        return self._larger(best)

    def _larger(self, best: _PlacedTree) -> _PlacedTree:
        """The tree in yet larger type, as far as other plans are found for which that fits."""
        tries, most = self.tries, self.sheet.largest_type
        while tries and best.size < most:
            tree = self._tree(self.sheet.rise, min(best.size * _LARGER, most))
            if tree is None:
                break
            aim = self.room / tree.size - tree.edging
            tree.plan, breadth, tries = tree.forest.improved(tree.plan, self.chance, tries, aim)
            self.plan = tree.plan
            if breadth <= aim:
                best = tree
        return best

    def _fits(self, tree: _PlacedTree) -> bool:
        return tree.forest.breadth(tree.plan) + tree.edging <= self.room / tree.size

    @property
    def room(self) -> float:
        """The room on the page across time, in points."""
        return self.sheet.room if self.upright else self.sheet.rise

    def _tree(self, rise: float, size: float) -> _PlacedTree | None:
        """The tree in a height, in points; None where a label is longer than its axis."""
        extent = (rise if self.upright else self.sheet.room) / size
        lead, step = _LEAD, DOT + _BESIDE + _STEM + 0.2
        reaches = [figure.end for figure in self.figures]
        if self.upright:
            lead, step = self.tallest / 2 + 0.1 + self.margin_room, self.tallest + 0.5
            reaches = [figure.height / 2 for figure in self.figures]
        dated = [
            Dated(item.day, reach, figure.end, item.parent)
            for item, reach, figure in zip(self.placed, reaches, self.figures, strict=False)
        ]
        line = timeline(dated, lead, extent, step, self.time_scale, self.until, self.upright)
        if line is None:
            return None
        tree = _PlacedTree(self, line, size, extent)
        self.plan = self.plan or tree.forest.plan()
        tree.plan = self.plan
        return tree

    def shapes(self, line: Timeline) -> list[Shape]:
        """What is drawn of each model, along time and across it."""
        stem = self.stem + _BEND
        shapes = []
        for item, place, figure, trunk in zip(self.placed, line.places, self.figures, self.trunks, strict=False):
            half = figure.height / 2
            label, sides = (place - DOT, place + figure.end + _GAP), (-half, half)
            if self.upright:
                label, sides = (place - half - _LINE_GAP, place + half + _LINE_GAP), (-max(DOT, trunk / 2), figure.end)
            leaves = place - stem if item.parent is not None else label[0]
            shapes.append(Shape(leaves, max(place - self.stem, leaves), place, label, sides, item.parent, trunk / 2))
        return shapes

    @property
    def stem(self) -> float:
        """From the stem of a branch to its dot: no label of a later sibling reaches as far back."""
        return self.tallest / 2 + 0.3 if self.upright else _STEM

    def thickness(self, living: int) -> float:
        """The width of a trunk on which so many are to come."""
        return min(_TWIG + _SPREAD * math.sqrt(max(living - 1, 0)), _THICKEST * self.metrics.label_height)

    def _figure(self, item: TreeItem, start: float, width: float, trunk: float, living: int) -> _Figure:
        stubs, scale = stub_names(item, self.items, self.measure), 1.0
        if item.count > 1:
            scale = min(1.0 + _MANY * math.log10(item.count), _LARGEST)
        elif not item.limb and living >= _NAMED:
            scale = _NAME
        name = width * scale
        offset = DOT + _BESIDE if not self.upright else max(DOT, trunk / 2) + _BESIDE
        length = name + stub_room(stubs)
        return _Figure(offset, scale, start * scale, name, length, self.metrics.label_height * scale, stubs)

    def _living(self) -> list[int]:
        """How many models are on the trunk of each from it on."""
        living = [item.count for item in self.items]
        order = [node for node, item in enumerate(self.items) if item.parent is None]
        children = children_of(self.items)
        for node in order:
            order += children[node]
        for node in reversed(order):
            parent = self.items[node].parent
            if parent is not None and self.items[node].limb:
                living[parent] += living[node]
        return living


class _PlacedTree:
    """A tree in a type of one size, to be set on a page. Lengths are ems, along the axis and across it, or points."""

    def __init__(self, solver: _TreeSolver, line: Timeline, size: float, extent: float) -> None:
        self.solver, self.items, self.line, self.size, self.extent = solver, solver.placed, line, size, extent
        gap, bends = (_COLUMN_GAP, _UPRIGHT) if solver.upright else (_ROW_GAP, _LEVEL)
        self.forest = Forest(solver.shapes(line), gap, bends)
        self.plan = Plan(frozenset(), ())
        self.end = line.knots[-1][1]
        self.begin = solver.margin_room if solver.upright else max(min(line.places) - _LEAD, 0.0)
        self.marks = self._marks()
        self.axis_room = YEAR_HEIGHT
        if solver.upright:
            self.axis_room = max((self._tick_size(mark)[0] for mark in self.marks), default=YEAR_HEIGHT)
        self.border = self.axis_room + _STRIP + 2 * _STRIP_GAP
        # What stands beside the tree across time.
        self.edging = 2 * self.border + (0.0 if solver.upright else solver.margin_room)
        self.corner = (0.0, 0.0)
        self.stretch = 1.0

    @cached_property
    def packed(self) -> Packed:
        """All models across time."""
        return self.forest.packed(self.plan)

    def layout(self) -> Layout:
        """The tree on its page."""
        solver, sheet, size, items = self.solver, self.solver.sheet, self.size, self.items
        spare = solver.room / size - self.edging
        if solver.upright or not sheet.trim:
            self.stretch = 1.0 if math.isinf(spare) else min(max(spare / self.packed.breadth, 1.0), _LOOSE)
        length = self.extent * size if solver.upright else (self.packed.breadth * self.stretch + self.edging) * size
        margin = sheet.margin
        if solver.upright:
            margin += max(spare - self.packed.breadth * self.stretch, 0.0) / 2 * size
        self.corner = (margin, sheet.top(sheet.rise - length))
        order = sorted(range(len(items)), key=lambda node: (items[node].day, items[node].id))
        labels = [(items[node], solver.figures[node], self._label(node)) for node in order]
        return replace(
            sheet.empty(sheet.frame.header + length),
            font_size=size,
            boxes=(*(label for _, _, label in labels), *self._margin_labels()),
            icons=tuple(
                icon
                for item, figure, label in labels
                for icon in icon_boxes([item], [label], size * figure.scale, solver.metrics)
            ),
            axis=(self._point(self.begin, self.edges[0]), self._point(self.end, self.edges[0])),
            ticks=tuple(self._ticks()),
            guides=tuple(map(self._guide, self.marks)),
            bands=tuple(self._bands()),
            lanes=tuple(self._lanes()),
            links=tuple(self._branch(node, item.parent) for node, item in enumerate(items) if item.parent is not None),
            stubs=tuple(
                stub
                for _, figure, label in labels
                for stub in placed_stubs(label, figure.name, figure.stubs, solver.items, size)
            ),
        )

    def _point(self, along: float, across: float) -> Point:
        """A point, in points, from ems along the axis and across it."""
        direction = self.solver.direction
        x, y = (
            (along, across) if direction == "right" else (across, along if direction == "down" else self.extent - along)
        )
        return (self.corner[0] + x * self.size, self.corner[1] + y * self.size)

    def _box(self, along: tuple[float, float], across: tuple[float, float]) -> Box:
        """The box between two positions along the axis and two across it."""
        return Box.around([self._point(along[0], across[0]), self._point(along[1], across[1])])

    @property
    def edges(self) -> tuple[float, float]:
        """Where the tree begins and ends across time: there are the axes."""
        start = self.border - _STRIP_GAP
        return start, start + self.packed.breadth * self.stretch + 2 * _STRIP_GAP

    def _lane(self, node: int) -> float:
        """Where the lane of a model begins."""
        return self._across(node, self.line.places[node])

    def _across(self, node: int, along: float) -> float:
        """Where the lane of a model runs at a place."""
        return self.border + self.packed.courses[node].at(along) * self.stretch

    def _label(self, node: int) -> LabelBox:
        item, figure, place, lane = (
            self.items[node],
            self.solver.figures[node],
            self.line.places[node],
            self._lane(node),
        )
        half, start, end = figure.height / 2, figure.offset, figure.end
        if not self.solver.upright:
            box = self._box((place + start, place + end), (lane - half, lane + half))
        elif node in self.packed.before:
            box = self._box((place - half, place + half), (lane - end, lane - start))
        else:
            box = self._box((place - half, place + half), (lane + start, lane + end))
        return LabelBox(
            id=item.id, label=item.label, tick=None, x=box.x, y=box.y, width=box.width, height=box.height,
            text_x=box.x + figure.text * self.size, size=self.size * figure.scale, dot=self._point(place, lane),
        )  # fmt: skip

    def _margin_labels(self) -> Iterator[LabelBox]:
        """What stands beside the tree: below it, or where time begins."""
        solver, size = self.solver, self.size
        height = solver.margin_room * size
        bottom = solver.direction != "down"
        x, y = self.corner[0], self._box((0.0, self.extent), (0.0, self.edges[1] + self.border)).bottom
        y = y - height if solver.upright and bottom else self.corner[1] if not bottom else y
        for node in solver.margin:
            item, figure = solver.items[node], solver.figures[node]
            yield LabelBox(
                id=item.id, label=item.label, tick=None, x=x, y=y + _MARGIN * size * bottom,
                width=figure.width * size, height=figure.height * size, text_x=x + figure.text * size,
                size=size * figure.scale,
            )  # fmt: skip
            x += (figure.width + _GAP) * size

    def _stem(self, node: int) -> float:
        """Where along time a branch is no longer on the lane of its parent."""
        return self.line.places[node] - self.solver.stem

    def _departure(self, node: int) -> float:
        """Where it begins to leave that."""
        return self._stem(node) - (_BEND if node not in self.forest.inline else 0.0)

    def _lanes(self) -> Iterator[Lane]:
        """The lines of models that have children: as wide as what is still to come of their trunk."""

        def departs(node: int) -> tuple[float, int]:
            return self._departure(node), node

        families = [(node, sorted(family, key=departs)) for node, family in enumerate(self.forest.children) if family]
        for node, branches in sorted(families, key=lambda family: departs(family[1][0])):
            begin = self._label_end(node)
            last, left = branches[-1], self.solver.living[node]
            knots = [(self.line.places[node], self.solver.thickness(left))]
            left -= self.items[node].count
            for branch in branches:
                if self.items[branch].limb:
                    knots.append((self._stem(branch), self.solver.thickness(left)))
                    left -= self.solver.living[branch]
            end = self._stem(last)
            if end <= begin:
                continue
            turns = {place for place, _ in knots if begin < place < end}
            places = sorted({*self.packed.courses[node].between(begin, end), *turns})
            widths = [_width(knots, place) for place in places]
            yield Lane(
                self.items[node].id, tuple(self._point(place, self._across(node, place)) for place in places),
                tuple(width * self.size for width in widths) if any(widths) else (), self.items[last].kind,
            )  # fmt: skip

    def _branch(self, node: int, parent: int) -> Link:
        """From the label or the lane of the parent to the dot of the child."""
        item, place, lane, leave = self.items[node], self.line.places[node], self._lane(node), self._departure(node)
        if node in self.forest.inline:
            points = [(along, self._across(node, along)) for along in self.packed.courses[node].between(leave, place)]
            path = tuple(self._point(*point) for point in points)
        else:
            stem, hidden = self._stem(node), self._label_end(parent)
            above = self._across(parent, stem)
            if stem <= hidden:
                half = 0.0 if self.solver.upright else self.solver.figures[parent].height / 2
                start = (stem, self._lane(parent) + (half if lane > above else -half))
            else:
                begin = max(leave, hidden)
                start = (begin, self._across(parent, begin))
            points = [start, *([(stem, above)] if start[0] < stem else []), (stem, lane), (place, lane)]
            path = rounded([self._point(*point) for point in points], _BEND * self.size)
        width = min(0.8 * self.solver.trunks[node], 2 * DOT) if item.limb else 0.0  # no wider than its dot
        return Link(self.items[parent].id, item.id, path, item.kind, tree=True, width=width * self.size)

    def _label_end(self, node: int) -> float:
        """Until when the label of a model hides its lane."""
        return self.line.places[node] + (DOT if self.solver.upright else self.solver.figures[node].end)

    def _marks(self) -> list[Mark]:
        """The dates on the axis that have room there."""
        upright, place = self.solver.upright, self.line.place

        def need(mark: Mark) -> float:
            return (1.9 if mark.kind == "year" else 1.4) if upright else self._tick_size(mark)[0]

        def fits(mark: Mark) -> bool:
            half = need(mark) / 2
            return half <= place(mark.day) <= self.extent - half

        def roomy(marks: Sequence[Mark]) -> bool:
            space = 0.2 if upright else 0.45
            return all(
                place(later.day) - place(mark.day) >= (need(mark) + need(later)) / 2 + space
                for mark, later in pairwise(marks)
            )

        (first, _), (last, _) = self.line.knots[0], self.line.knots[-1]
        words = self.solver.words
        marks = make_marks(first - 20.0, max(last, first + 1.0), fits, roomy, int(self.extent), words)
        return finer_marks(marks, last, fits, roomy, words) or [day_mark(first, words)]

    def _tick_size(self, mark: Mark) -> tuple[float, float]:
        return tick_size(mark.label, mark.kind == "year", self.solver.measure, 1.2)

    def _ticks(self) -> Iterator[TickBox]:
        """The dates, at both ends of their guides."""
        size = self.size
        low, high = self.edges
        for repeated, edge, sign in ((False, low, -1), (True, high, 1)):
            across = edge + sign * (_STRIP + _STRIP_GAP + self.axis_room / 2)
            for mark in self.marks:
                width, height = (length * size for length in self._tick_size(mark))
                x, y = self._point(max(self.line.place(mark.day), 0.0), across)
                least, most = self.solver.sheet.margin, self.solver.sheet.width - self.solver.sheet.margin
                left = min(max(x - width / 2, least), most - width)
                yield TickBox(
                    id=mark.id, label=mark.label, kind=mark.kind, x=left, y=y - height / 2, width=width,
                    height=height, repeated=repeated,
                )  # fmt: skip

    def _guide(self, mark: Mark) -> Guide:
        along = max(self.line.place(mark.day), 0.0)
        return Guide(mark.id, tuple(self._point(along, edge) for edge in self.edges))

    def _bands(self) -> Iterator[Band]:
        """The months of the axis, or its years, as cells of a strip along either side."""
        (first, _), (last, _) = self.line.knots[0], self.line.knots[-1]
        end = self.line.place(last)
        cells = month_starts(first, last, _MOST_CELLS)
        low, high = self.edges
        for edges in ((low - _STRIP, low), (high, high + _STRIP)):
            for (name, day), (_, following) in pairwise([*cells, ("", last)]):
                here = max(self.line.place(day), self.begin), min(self.line.place(following), end)
                if here[0] < here[1]:
                    box = self._box(here, edges)
                    yield Band(id=name, x=box.x, y=box.y, width=box.width, height=box.height)


def _width(knots: Sequence[tuple[float, float]], place: float) -> float:
    """The width of a trunk at a place, between places where it is known; none after the last."""
    for (start, width), (end, then) in pairwise(knots):
        if start <= place <= end:
            return width + (then - width) * (place - start) / ((end - start) or 1.0)
    return 0.0
