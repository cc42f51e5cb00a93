"""Lanes: which row each model of a genealogy has, so that no two branches cross. Lengths are ems.

Along the rows runs time. A model takes its row from a little before its label to the label's end, or to where the
last of its children branches off. A child branches off at its own date, and the children on one side of their parent
lie the nearer to it the later they are: a branch then passes only what is later than itself, and crosses nothing. The
last child goes on in its parent's row where that is free of the parent's label. Within these rules each subtree goes,
as it is or upside down, to where the whole stays least high, then to the nearest row; a row is used again as soon
as it is free.

This is the drawing of a tree by its subtrees' outlines (Reingold and Tilford 1981, doi:10.1109/TSE.1981.234519), with
the depth of a node given by its date, and with outlines that may interlock. Time grows with the rows that are tried
for each subtree times the spans in it: for genealogies in which most models are leaves, little more than linear.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import median

# The outline of a family's ground is as fine as this.
_STEP = 4.0
# Between a branch and what is not of the same parent; how much a branch begins after that of its parent, at the most.
_BESIDE, _LATER = 0.15, 0.2
# How often families are put nearer to those that they are tied to.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """The label of a model along time, and the index of the parent that it branches off from, which is no later."""

    start: float
    end: float
    parent: int | None = None
    rows: int = 1
    """How many rows the label takes; its lane is in the first."""


@dataclass(frozen=True, slots=True)
class Slab:
    """A piece of the ground of a family: from where to where, its first row and the one after its last."""

    root: int
    start: float
    end: float
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Lanes:
    """The rows of some spans."""

    rows: tuple[int, ...]
    ends: tuple[float, ...]
    """Where each lane ends: at its label's end, or where its last child branches off."""
    branches: tuple[float, ...]
    """Where each branches off its parent."""
    taken: tuple[tuple[float, float], ...]
    """What each takes of its row, with what must be free before and after it."""
    slabs: tuple[Slab, ...]
    """The grounds of families of two and more."""
    count: int
    """How many rows there are."""


def lanes_of(spans: Sequence[Span], gap: float, branch: float, ties: Iterable[tuple[int, int]] = ()) -> Lanes:
    """A row for each span; the families of spans that are tied are near each other."""
    # `gap` separates the end of a label from what comes next in its row. A child branches off `branch` before its
    # label, or nearer where it is hardly later than its parent.
    return _Packer(spans, gap, branch).packed(tuple(ties))


def fewest_lanes(spans: Iterable[tuple[float, float]]) -> int:
    """The most spans that there are at one time; one that ends where another begins is no longer there."""
    turns = sorted(turn for start, end in spans for turn in ((start, 1), (end, -1)))
    return max(accumulate(step for _, step in turns), default=0)


class _TakenRow:
    """What is taken of one row: spans that do not overlap, in order."""

    __slots__ = ("ends", "starts")

    def __init__(self) -> None:
        self.starts: list[float] = []
        self.ends: list[float] = []

    def free(self, start: float, end: float) -> bool:
        index = bisect_left(self.starts, end) - 1
        return index < 0 or self.ends[index] <= start

    def take(self, start: float, end: float) -> None:
        first, stop = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first < stop:  # what overlaps becomes one
            start, end = min(start, self.starts[first]), max(end, self.ends[stop - 1])
        self.starts[first:stop], self.ends[first:stop] = [start], [end]


@dataclass(slots=True)
class _Outline:
    """What is taken of the rows around row 0, and the nodes there with their rows."""

    rows: dict[int, _TakenRow] = field(default_factory=dict)
    nodes: list[tuple[int, int]] = field(default_factory=list)
    first: int = 0
    last: int = 0

    @property
    def height(self) -> int:
        return self.last - self.first + 1

    def take(self, row: int, start: float, end: float) -> None:
        if row not in self.rows:
            self.rows[row] = _TakenRow()
            self.first, self.last = min(self.first, row), max(self.last, row)
        self.rows[row].take(start, end)

    def taken(self) -> Iterator[tuple[int, float, float]]:
        """Row, start and end of all that is taken."""
        for index, row in self.rows.items():
            for start, end in zip(row.starts, row.ends, strict=True):
                yield index, start, end

    def takes(self, other: _Outline, shift: int) -> bool:
        """Whether there is room for another outline, so many rows further down."""
        if len(self.rows) < len(other.rows):
            return other.takes(self, -shift)
        for index, row in other.rows.items():
            here = self.rows.get(index + shift)
            if here is not None and not all(map(here.free, row.starts, row.ends)):
                return False
        return True

    def add(self, other: _Outline, shift: int) -> None:
        for row, start, end in other.taken():
            self.take(row + shift, start, end)
        self.nodes += [(node, row + shift) for node, row in other.nodes]

    def upside_down(self) -> _Outline:
        rows = {-index: row for index, row in self.rows.items()}
        return _Outline(rows, [(node, -row) for node, row in self.nodes], -self.last, -self.first)


class _Packer:
    def __init__(self, spans: Sequence[Span], gap: float, branch: float) -> None:
        self.spans, self.gap, self.branch = spans, gap, branch
        self.flat = all(span.rows == 1 for span in spans)
        self.children: list[list[int]] = [[] for _ in spans]
        for node, span in enumerate(spans):
            if span.parent is not None:
                self.children[span.parent].append(node)
        self.roots = [node for node, span in enumerate(spans) if span.parent is None]
        self.branches = self._branches()
        for family in self.children:
            family.sort(key=lambda node: (self.branches[node], node))
        last = [self.branches[family[-1]] if family else -math.inf for family in self.children]
        self.ends = [max(span.end, end) for span, end in zip(spans, last, strict=True)]
        self.taken = [
            (start, max(span.end + gap, end + _BESIDE))
            for start, span, end in zip(self.branches, spans, self.ends, strict=True)
        ]

    def packed(self, ties: Sequence[tuple[int, int]]) -> Lanes:
        outlines = [self._outline(root) for root in self.roots]
        slabs = [self._slabs(root, outline) for root, outline in zip(self.roots, outlines, strict=True)]
        grounds = [_ground(outline, pieces) for outline, pieces in zip(outlines, slabs, strict=True)]
        shifts = _stacked(outlines, grounds, ties)
        rows = [0] * len(self.spans)
        for outline, shift in zip(outlines, shifts, strict=True):
            for node, row in outline.nodes:
                rows[node] = row + shift
        shifted = (
            Slab(slab.root, slab.start, slab.end, slab.first + shift, slab.stop + shift)
            for pieces, shift in zip(slabs, shifts, strict=True)
            for slab in pieces
        )
        return Lanes(
            tuple(rows), tuple(self.ends), tuple(self.branches), tuple(self.taken), tuple(shifted),
            _height(outlines, shifts),
        )  # fmt: skip

    def _branches(self) -> list[float]:
        """Where each branches off: a little before its label, or else close to it on the label of its parent."""
        # Each does so after its parent: whatever passes all of a subtree passes what is later than itself.
        spans, half = self.spans, self.branch / 2
        order = self._downward(self.roots)
        below = [0] * len(spans)  # how many generations there are that hardly differ in time
        for node in reversed(order):
            above = spans[node].parent
            if above is not None and spans[node].start < spans[above].start + _LATER:
                below[above] = max(below[above], below[node] + 1)
        branches = [span.start - self.branch for span in spans]
        for node in order:
            start, above = spans[node].start, spans[node].parent
            if above is not None and branches[node] < (first := spans[above].start + half):
                later = branches[above] + min(_LATER, (start - branches[above]) / (below[node] + 2))
                branches[node] = max(min(start - half, first), later)
        return branches

    def _downward(self, roots: Iterable[int]) -> list[int]:
        """Some nodes and all below them, each after its parent."""
        order = list(roots)
        for node in order:
            order += self.children[node]
        return order

    def _outline(self, root: int) -> _Outline:
        """The outline of a subtree, made from those of the children."""
        done: dict[int, _Outline] = {}
        for node in reversed(self._downward([root])):
            done[node] = self._joined(node, {child: done.pop(child) for child in self.children[node]})
        return done[root]

    def _joined(self, node: int, outlines: Mapping[int, _Outline]) -> _Outline:
        later = self.children[node][::-1]
        outline = _Outline()
        start, end = self.taken[node]
        if later and self.spans[later[0]].start - max(self.branch, self.gap) >= self.spans[node].end:
            last = later.pop(0)  # it goes on in the row of its parent
            outline = outlines[last]
            end = min(end, self.taken[last][0])
            self.taken[node] = (start, end)
        outline.take(0, start, end)
        label = self.spans[node]
        for row in range(1, label.rows):
            outline.take(row, label.start, label.end + self.gap)
        outline.nodes.append((node, 0))
        for child in later:
            other, shift = _fitted(outline, outlines[child], self.flat)
            outline.add(other, shift)
            branch = self.branches[child]
            first = label.rows if branch <= label.end + self.gap else 1
            for row in range(first, shift) if shift > 0 else range(shift + 1, 0):
                outline.take(row, branch - _BESIDE, branch + _BESIDE)
        return outline

    def _slabs(self, root: int, outline: _Outline) -> list[Slab]:
        """The ground of a family of two and more: all rows between its first and its last, step by step in time."""
        if len(outline.nodes) == 1:
            return []
        steps: dict[int, tuple[int, int]] = {}
        for row, start, end in outline.taken():
            for step in range(math.floor(start / _STEP), math.ceil((end + self.gap) / _STEP)):
                first, stop = steps.get(step, (row, row + 1))
                steps[step] = (min(first, row), max(stop, row + 1))
        pieces: list[tuple[int, int, tuple[int, int]]] = []
        for step, rows in sorted(steps.items()):
            if pieces and pieces[-1][1:] == (step, rows):
                pieces[-1] = (pieces[-1][0], step + 1, rows)
            else:
                pieces.append((step, step + 1, rows))
        return [Slab(root, start * _STEP, stop * _STEP, *rows) for start, stop, rows in pieces]


def _ground(outline: _Outline, slabs: Sequence[Slab]) -> _Outline:
    """What other families keep out of."""
    if not slabs:
        return outline
    ground = _Outline()
    for slab in slabs:
        for row in range(slab.first, slab.stop):
            ground.take(row, slab.start, slab.end)
    return ground


def _fitted(outline: _Outline, other: _Outline, flat: bool) -> tuple[_Outline, int]:
    """A subtree as it fits best beside its parent, and how many rows from it; also upside down if that can be."""
    forms = (other, other.upside_down()) if flat and len(other.rows) > 1 else (other,)
    furthest = outline.height + other.height
    choices = (
        (max(outline.last, form.last + shift) - min(outline.first, form.first + shift), abs(shift), index, -shift)
        for index, form in enumerate(forms)
        for shift in range(-furthest, furthest + 1)
        if shift
    )
    return next((forms[index], -up) for _, _, index, up in sorted(choices) if outline.takes(forms[index], -up))


def _stacked(outlines: Sequence[_Outline], grounds: Sequence[_Outline], ties: Sequence[tuple[int, int]]) -> list[int]:
    """How far down each family goes: first the highest ones, as far up as they can."""
    # Within the height that this takes, each family then goes to where its ties to others are shortest.
    order = sorted(range(len(outlines)), key=lambda index: (-outlines[index].height, index))
    family = {node: index for index, outline in enumerate(outlines) for node, _ in outline.nodes}
    row = {node: row for outline in outlines for node, row in outline.nodes}
    kin: dict[int, list[tuple[int, int]]] = {}
    for pair in ties:
        for node, other in (pair, pair[::-1]):
            if family[node] != family[other]:
                kin.setdefault(family[node], []).append((node, other))

    def length(shifts: Sequence[int]) -> int:
        return sum(abs(row[node] + shifts[family[node]] - row[other] - shifts[family[other]]) for node, other in ties)

    best = shifts = _stack(grounds, order, {}, 0)
    for _ in range(_ROUNDS if kin else 0):
        height = _height(outlines, shifts)
        aims = {
            index: median(row[other] + shifts[family[other]] - row[node] for node, other in pairs)
            for index, pairs in kin.items()
        }
        shifts = _stack(grounds, order, aims, height)
        if _height(outlines, shifts) > height:
            break
        if length(shifts) < length(best):
            best = shifts
    return best


def _height(outlines: Sequence[_Outline], shifts: Sequence[int]) -> int:
    return max((outline.last + shift + 1 for outline, shift in zip(outlines, shifts, strict=True)), default=0)


def _stack(grounds: Sequence[_Outline], order: Sequence[int], aims: Mapping[int, float], height: int) -> list[int]:
    """How far down each family goes, in that order: to near where it aims at, or else as far up as it can."""
    sheet = _Outline()
    shifts = [0] * len(grounds)
    for index in order:
        ground = grounds[index]
        reached = max(height, sheet.last + 1 if sheet.rows else 0)
        tried: Iterable[int] = range(-ground.first, reached - ground.first + 1)
        if index in aims:
            aim = aims[index]
            within = range(-ground.first, reached - ground.last)
            tried = [*sorted(within, key=lambda shift: (abs(shift - aim), shift)), *tried]
        shifts[index] = next(shift for shift in tried if sheet.takes(ground, shift))
        sheet.add(ground, shifts[index])
    return shifts
