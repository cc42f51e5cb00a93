"""The family tree without time: a column for each generation, and each model to the right of what it was made from.

Children with children of their own have rows of their own; those without stand in a grid, in as many columns, and the
families in as many stacks beside each other, as make the type largest on a page of given proportions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product

from modeltree._util.languages import ENGLISH, Words
from modeltree.layout.family_tree import TreeItem, children_of, placed_stubs, stub_names, stub_room
from modeltree.layout.geometry import Guide, LabelBox, Layout, Link, Measure, Page, TextLine, TickBox
from modeltree.layout.plane import rounded
from modeltree.layout.sheet import Metrics, icon_boxes, label_widths
from modeltree.layout.ticks import tick_size

# In ems: between two rows, two columns of a grid, two generations, and two families; the radius of bends.
_ROW, _CELL, _STEP, _FAMILY, _BEND = 0.5, 0.8, 2.2, 0.6, 0.45
# From the top to the axis, and from there to the first row; around everything.
_HEAD, _LEAD, _MARGIN = 1.9, 0.9, 1.2
# How many columns a grid may have, and how many stacks there may be.
_COLUMNS, _STACKS = (1, 2, 3, 4, 6, 9, 14, 20), range(1, 13)
_TYPE = 10.0


def generations_tree(
    items: Sequence[TreeItem], measure: Measure, page: tuple[float, float | None], words: Words = ENGLISH
) -> Layout:
    """Lay out items whose `day` is their generation, from 0 on; the page, in points, is as large as they need."""
    placed = _Generations(items, measure, words)
    options = (_Plan(placed, columns, stacks) for columns, stacks in product(_COLUMNS, _STACKS))
    plan = max(options, key=lambda plan: min(page[0] / plan.width, (page[1] or math.inf) / plan.height))
    return plan.layout()


class _Generations:
    """What any plan goes by: sizes of labels, children, and families."""

    def __init__(self, items: Sequence[TreeItem], measure: Measure, words: Words) -> None:
        self.items, self.measure, self.words = items, measure, words
        self.metrics = Metrics.for_count(len(items))
        self.starts, self.names = label_widths(items, measure, self.metrics)
        self.stubs = [stub_names(item, items, measure) for item in items]
        self.widths = [name + stub_room(stubs) for name, stubs in zip(self.names, self.stubs, strict=True)]
        self.children = children_of(items)
        self.sizes = [1] * len(items)
        for node in sorted(range(len(items)), key=self.level, reverse=True):
            parent = items[node].parent
            if parent is not None:
                self.sizes[parent] += self.sizes[node]
        for below in self.children:
            below.sort(key=lambda node: (not self.children[node], self.level(node), -self.sizes[node], node))
        roots = [node for node, item in enumerate(items) if item.parent is None]
        self.roots = sorted((node for node in roots if self.children[node]), key=lambda node: (-self.sizes[node], node))
        # Those in no family; what only has further parents among the others is one of them.
        self.single = [node for node in roots if not self.children[node]]
        single = set(self.single)
        kin = [node for node in range(len(items)) if node not in single]
        levels = {self.level(node) for node in kin}
        self.depth = max(levels, default=-1) + 1
        self.cells = [
            max(self.heading(level)[0], *(self.widths[node] for node in kin if self.level(node) == level))
            for level in range(self.depth)
        ]
        grid = {self.level(node) for node in kin if not self.children[node]}
        self.gridded = [level in grid for level in range(self.depth)]

    def heading(self, level: int) -> tuple[float, float]:
        """How large the name of a generation is."""
        return tick_size(self.title(level), True, self.measure, 1.2)

    def title(self, level: int) -> str:
        """The name of a generation."""
        return self.words("Generation {number}", number=level + 1)

    def level(self, node: int) -> int:
        """The generation of a model."""
        return int(self.items[node].day)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a model is: in which row from the top of its stack, in which column of the grid."""

    stack: int
    row: float
    column: int


class _Plan:
    """Everything in its place, for a number of columns and of stacks. Lengths are ems."""

    def __init__(self, tree: _Generations, columns: int, stacks: int) -> None:
        self.tree, self.columns = tree, columns
        self.pitch = tree.metrics.label_height + _ROW
        self.lefts = [0.0]
        for cell, gridded in zip(tree.cells, tree.gridded, strict=True):
            wide = columns if gridded else 1
            self.lefts.append(self.lefts[-1] + wide * cell + (wide - 1) * _CELL + _STEP)
        self.stride = self.lefts[-1]
        self.cells: dict[int, _Cell] = {}
        heights = self._fill(stacks)
        self.stacks = len(heights)
        self.width = max(self.stacks * self.stride - _STEP, _CELL) + 2 * _MARGIN
        if not heights:  # in a block of about these proportions
            total = sum(tree.widths) + _CELL * len(tree.widths)
            self.width = max(math.sqrt(2 * total * self.pitch), *tree.widths) + 2 * _MARGIN
        self.top = _MARGIN + (_HEAD + _LEAD if heights else 0.0)
        self.bottom = self.top + max(heights, default=0) * self.pitch
        self.below = self.bottom + (_LEAD + 2 * _ROW if heights else 0.0)
        self.singles, rows = self._flow()
        self.height = self.below + rows * self.pitch + _MARGIN if rows else self.bottom + _MARGIN

    def _fill(self, stacks: int) -> list[float]:
        """Place the families, and say how many rows each stack has."""
        tree = self.tree
        blocks = [self._family(root) for root in tree.roots]
        most = max(sum(rows + _FAMILY for _, rows in blocks) / stacks, max((rows for _, rows in blocks), default=0.0))
        heights: list[float] = []
        for cells, rows in blocks:
            stack = next(
                (index for index, height in enumerate(heights) if height + _FAMILY + rows <= most), len(heights)
            )
            if stack == len(heights):
                heights.append(-_FAMILY)
            start = heights[stack] + _FAMILY
            for node, (row, column) in cells.items():
                self.cells[node] = _Cell(stack, start + row, column)
            heights[stack] = start + rows
        return heights

    def _family(self, root: int) -> tuple[dict[int, tuple[int, int]], int]:
        """The rows and columns of a family, from its first row on, and how many rows it has."""
        tree, waiting, free = self.tree, [root], 0
        cells: dict[int, tuple[int, int]] = {}
        while waiting:  # a model, what has no children in a grid from its row on, and then one branch after the other
            node = waiting.pop()
            cells[node] = (free, 0)
            leaves = [child for child in tree.children[node] if not tree.children[child]]
            for _, alike in groupby(leaves, key=tree.level):
                for number, leaf in enumerate(alike):
                    row, column = divmod(number, self.columns)
                    cells[leaf] = (free + row, column)
                free += row + 1
            waiting += reversed([child for child in tree.children[node] if tree.children[child]])
        return cells, free

    def _flow(self) -> tuple[list[tuple[int, float, int]], int]:
        """What is in no family, row by row: each model, where it begins and its row; and how many rows there are."""
        placed, x, row = [], _MARGIN, 0
        for node in self.tree.single:
            width = self.tree.widths[node]
            if x > _MARGIN and x + width > self.width - _MARGIN:
                x, row = _MARGIN, row + 1
            placed.append((node, x, row))
            x += width + _CELL
        return placed, row + 1 if placed else 0

    def layout(self) -> Layout:
        """All of it on a page, in points."""
        tree, size = self.tree, _TYPE
        boxes = [self._label(node, *self._corner(node)) for node in sorted(self.cells)]
        boxes += [self._label(node, x, self.below + row * self.pitch) for node, x, row in self.singles]
        shown = [*sorted(self.cells), *(node for node, _, _ in self.singles)]
        items = [tree.items[node] for node in shown]
        edge = (self.top - _LEAD) * size
        right = (self.width - _MARGIN) * size
        texts = []
        if self.cells and self.singles:
            text = tree.words("No derivation of these is known")
            width, height = tree.measure(text)
            texts.append(TextLine(
                role="footnote", text=text, size=size, x=_MARGIN * size, y=(self.below - 1.6) * size,
                width=width * size, height=height * size,
            ))  # fmt: skip
        ticks = tuple(self._ticks())
        return Layout(
            page=Page(self.width * size, self.height * size),
            font_size=size,
            boxes=tuple(boxes),
            icons=tuple(icon_boxes(items, boxes, size, tree.metrics)),
            leaders=(),
            axis=((_MARGIN * size, edge), (right, edge)) if ticks else (),
            ticks=ticks,
            guides=tuple(Guide(tick.id, ((tick.x, edge), (tick.x, self.bottom * size))) for tick in ticks),
            links=tuple(self._branch(node) for node in sorted(self.cells) if tree.items[node].parent is not None),
            stubs=tuple(
                stub
                for node, box in zip(shown, boxes, strict=True)
                for stub in placed_stubs(box, tree.names[node], tree.stubs[node], tree.items, size)
            ),
            texts=tuple(texts),
        )

    def _corner(self, node: int) -> tuple[float, float]:
        """The top left corner of the label of a model in a family."""
        cell, level = self.cells[node], self.tree.level(node)
        x = _MARGIN + cell.stack * self.stride + self.lefts[level] + cell.column * (self.tree.cells[level] + _CELL)
        return x, self.top + cell.row * self.pitch

    def _label(self, node: int, x: float, y: float) -> LabelBox:
        tree, item = self.tree, self.tree.items[node]
        return LabelBox(
            id=item.id, label=item.label, tick=None, x=x * _TYPE, y=y * _TYPE, width=tree.widths[node] * _TYPE,
            height=tree.metrics.label_height * _TYPE, text_x=(x + tree.starts[node]) * _TYPE,
        )  # fmt: skip

    def _branch(self, node: int) -> Link:
        """From the parent on in its row, down beside its generation, and on in the row of the child or just above."""
        tree, item = self.tree, self.tree.items[node]
        parent = item.parent
        assert parent is not None
        half = tree.metrics.label_height / 2
        (x1, y1), (x2, y2) = self._corner(parent), self._corner(node)
        stem = _MARGIN + self.cells[node].stack * self.stride + self.lefts[tree.level(parent) + 1] - 0.55 * _STEP
        start = [(x1 + tree.widths[parent], y1 + half), (stem, y1 + half)]
        if self.cells[node].column:
            above, into = y2 - _ROW / 2, x2 + 0.6
            points = [*start, (stem, above), (into, above), (into, y2)]
        else:
            points = [*start, (stem, y2 + half), (x2, y2 + half)]
        path = rounded([(x * _TYPE, y * _TYPE) for x, y in points], _BEND * _TYPE)
        return Link(tree.items[parent].id, item.id, path, item.kind, tree=True)

    def _ticks(self) -> Iterator[TickBox]:
        """The name of each generation above its column, in each stack."""
        for stack in range(self.stacks):
            for level in range(self.tree.depth):
                width, height = self.tree.heading(level)
                left = _MARGIN + stack * self.stride + self.lefts[level]
                yield TickBox(
                    id=f"generation-{level + 1}-{stack + 1}", label=self.tree.title(level), kind="year", x=left * _TYPE,
                    y=(_MARGIN + _HEAD - 0.4 - height) * _TYPE, width=width * _TYPE, height=height * _TYPE,
                )  # fmt: skip
