"""Lanes: which row each model of a genealogy has, so that no two branches cross. Lengths are ems.

Along the rows runs time. A model takes its row from a little before its label to the label's end, or to where the
last of its children branches off. A child branches off at its own date, and the children on one side of their parent
lie the nearer to it the later they are: a branch then passes only what is later than itself, and crosses nothing. The
last child goes on in its parent's row where that is free of the parent's label. Within these rules each subtree goes,
as it is or upside down, to where the whole stays least high, then to the nearest place; a row is used again as soon
as it is free.

This is the drawing of a tree by its subtrees' outlines (Reingold and Tilford 1981, doi:10.1109/TSE.1981.234519), with
the depth of a node given by its date, and with outlines that may interlock. Time grows with the places that are tried
for each subtree times the spans in it: for genealogies in which most models are leaves, little more than linear.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

__all__ = ["Lanes", "Slab", "Span", "fewest_lanes", "lanes_of"]

# The outline of a family's ground is as fine as this.
_STEP = 4.0
# Between a branch and what is not of the same parent; how much a branch begins after that of its parent, at the most.
_BESIDE, _LATER = 0.15, 0.2
# How often families are put nearer to those that they are tied to.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A model along time.

    Parameters
    ----------
    start, end : float
        Of its label.
    parent : int, optional
        The place, among all, of the model that it branches off from; none is later than its child.
    rows : int
        How many rows its label takes; its lane is in the first.
    """

    start: float
    end: float
    parent: int | None = None
    rows: int = 1


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
    """Where each of some spans goes.

    Parameters
    ----------
    rows : tuple of int
        The row of each, from 0.
    ends : tuple of float
        Where its lane ends: at its label's end, or where its last child branches off.
    branches : tuple of float
        Where it branches off its parent.
    taken : tuple of (float, float)
        What it takes of its row, with what must be free before and after it.
    slabs : tuple of Slab
        The grounds of families of two and more.
    count : int
        How many rows there are.
    """

    rows: tuple[int, ...]
    ends: tuple[float, ...]
    branches: tuple[float, ...]
    taken: tuple[tuple[float, float], ...]
    slabs: tuple[Slab, ...]
    count: int

    @property
    def fewest(self) -> int:
        """How many rows there must be at least, if each model has a lane."""
        return fewest_lanes(self.taken)


def lanes_of(spans: Sequence[Span], gap: float, branch: float, ties: Iterable[tuple[int, int]] = ()) -> Lanes:
    """A row for each span.

    Parameters
    ----------
    spans : sequence of Span
        In any order.
    gap : float
        Between the end of one label and what comes next in the same row.
    branch : float
        How far before its label a child branches off; a child that is hardly later than its parent does so nearer.
    ties : iterable of (int, int)
        Stretches whose families should be near each other.
    """
    return _Packer(spans, gap, branch).packed(ties)


def fewest_lanes(spans: Iterable[tuple[float, float]]) -> int:
    """The most spans that there are at one time; one that ends where another begins is no longer there."""
    turns = sorted(turn for start, end in spans for turn in ((start, 1), (end, -1)))
    most = now = 0
    for _, step in turns:
        now += step
        most = max(most, now)
    return most


class _Row:
    """What is taken of one row: spans that do not overlap, in order."""

    __slots__ = ("ends", "starts")

    def __init__(self) -> None:
        self.starts: list[float] = []
        self.ends: list[float] = []

    def free(self, start: float, end: float) -> bool:
        place = bisect_left(self.starts, end) - 1
        return place < 0 or self.ends[place] <= start

    def take(self, start: float, end: float) -> None:
        first, stop = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first < stop:  # what overlaps becomes one
            start, end = min(start, self.starts[first]), max(end, self.ends[stop - 1])
        self.starts[first:stop], self.ends[first:stop] = [start], [end]


@dataclass(slots=True)
class _Outline:
    """What is taken of the rows around row 0, and by whom."""

    rows: dict[int, _Row] = field(default_factory=dict)
    places: list[tuple[int, int]] = field(default_factory=list)
    """The nodes and their rows."""
    first: int = 0
    last: int = 0

    @property
    def height(self) -> int:
        return self.last - self.first + 1

    def take(self, row: int, start: float, end: float) -> None:
        if row not in self.rows:
            self.rows[row] = _Row()
            self.first, self.last = min(self.first, row), max(self.last, row)
        self.rows[row].take(start, end)

    def spans(self) -> Iterator[tuple[int, float, float]]:
        """Row, start and end of all that is taken."""
        for number, row in self.rows.items():
            for start, end in zip(row.starts, row.ends, strict=True):
                yield number, start, end

    def takes(self, other: _Outline, shift: int) -> bool:
        """Whether there is room for another outline, so many rows further down."""
        if len(self.rows) < len(other.rows):
            return other.takes(self, -shift)
        for number, row in other.rows.items():
            here = self.rows.get(number + shift)
            if here is not None and not all(map(here.free, row.starts, row.ends)):
                return False
        return True

    def add(self, other: _Outline, shift: int) -> None:
        for row, start, end in other.spans():
            self.take(row + shift, start, end)
        self.places += [(node, row + shift) for node, row in other.places]

    def upside_down(self) -> _Outline:
        rows = {-number: row for number, row in self.rows.items()}
        return _Outline(rows, [(node, -row) for node, row in self.places], -self.last, -self.first)


class _Packer:
    def __init__(self, spans: Sequence[Span], gap: float, branch: float) -> None:
        self.spans, self.gap, self.branch = spans, gap, branch
        self.flat = all(span.rows == 1 for span in spans)
        self.children: list[list[int]] = [[] for _ in spans]
        for node, span in enumerate(spans):
            if span.parent is not None:
                self.children[span.parent].append(node)
        self.branches = self._branches()
        for family in self.children:
            family.sort(key=lambda node: (self.branches[node], node))
        last = [self.branches[family[-1]] if family else -math.inf for family in self.children]
        self.ends = [max(span.end, end) for span, end in zip(spans, last, strict=True)]
        self.taken = [
            (start, max(span.end + gap, end + _BESIDE))
            for start, span, end in zip(self.branches, spans, self.ends, strict=True)
        ]

    def packed(self, ties: Iterable[tuple[int, int]]) -> Lanes:
        outlines = [self._outline(root) for root, one in enumerate(self.spans) if one.parent is None]
        grounds = [self._ground(outline) for outline in outlines]
        rows = [0] * len(self.spans)
        slabs: list[Slab] = []
        count = 0
        for outline, ground, shift in zip(outlines, grounds, _stacked(outlines, grounds, tuple(ties)), strict=True):
            count = max(count, outline.last + shift + 1)
            for node, row in outline.places:
                rows[node] = row + shift
            if len(outline.places) > 1:
                root = next(node for node, _ in outline.places if self.spans[node].parent is None)
                slabs += (
                    Slab(root, start, end, first + shift, stop + shift) for start, end, first, stop in ground.slabs
                )
        return Lanes(tuple(rows), tuple(self.ends), tuple(self.branches), tuple(self.taken), tuple(slabs), count)

    def _branches(self) -> list[float]:
        """Where each branches off: a little before its label, or else close to it on the label of its parent.

        Each does so after its parent: whatever passes all of a subtree passes what is later than itself.
        """
        spans, half = self.spans, self.branch / 2
        order = self._downward(node for node, span in enumerate(spans) if span.parent is None)
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
        outline.places.append((node, 0))
        for child in later:
            other, shift = _fitted(outline, outlines[child], self.flat)
            outline.add(other, shift)
            branch = self.branches[child]
            first = label.rows if branch <= label.end + self.gap else 1
            for row in range(first, shift) if shift > 0 else range(shift + 1, 0):
                outline.take(row, branch - _BESIDE, branch + _BESIDE)
        return outline

    def _ground(self, outline: _Outline) -> _Ground:
        if len(outline.places) == 1:
            return _Ground(outline, ())
        steps: dict[int, tuple[int, int]] = {}
        for row, start, end in outline.spans():
            for step in range(math.floor(start / _STEP), math.ceil((end + self.gap) / _STEP)):
                first, last = steps.get(step, (row, row))
                steps[step] = (min(first, row), max(last, row))
        slabs: list[tuple[float, float, int, int]] = []
        for step, (first, last) in sorted(steps.items()):
            slab = (step * _STEP, (step + 1) * _STEP, first, last + 1)
            if slabs and slabs[-1][2:] == slab[2:] and slabs[-1][1] == slab[0]:
                slabs[-1] = (slabs[-1][0], *slab[1:])
            else:
                slabs.append(slab)
        ground = _Outline()
        for start, end, first, stop in slabs:
            for row in range(first, stop):
                ground.take(row, start, end)
        return _Ground(ground, tuple(slabs))


@dataclass(frozen=True, slots=True)
class _Ground:
    """The ground of a family: what other families keep out of."""

    outline: _Outline
    slabs: tuple[tuple[float, float, int, int], ...]


def _fitted(outline: _Outline, other: _Outline, flat: bool) -> tuple[_Outline, int]:
    """A subtree as it fits best beside its parent, and how many rows from it; also upside down if that can be."""
    forms = (other, other.upside_down()) if flat and len(other.rows) > 1 else (other,)
    furthest = outline.height + other.height
    choices = (
        (max(outline.last, form.last + shift) - min(outline.first, form.first + shift), abs(shift), number, -shift)
        for number, form in enumerate(forms)
        for shift in range(-furthest, furthest + 1)
        if shift
    )
    return next((forms[number], -up) for _, _, number, up in sorted(choices) if outline.takes(forms[number], -up))


def _stacked(outlines: Sequence[_Outline], grounds: Sequence[_Ground], ties: Sequence[tuple[int, int]]) -> list[int]:
    """How far down each family goes: first those that are highest, each as far up as it can.

    Then, within the height that they need so, all anew, each to where its ties to others are shortest.
    """
    order = sorted(range(len(outlines)), key=lambda place: (-outlines[place].height, place))
    family = {node: place for place, outline in enumerate(outlines) for node, _ in outline.places}
    row = {node: row for outline in outlines for node, row in outline.places}
    kin: dict[int, list[tuple[int, int]]] = {}
    for pair in ties:
        for node, other in (pair, pair[::-1]):
            if family[node] != family[other]:
                kin.setdefault(family[node], []).append((node, other))

    def length(shifts: Sequence[int]) -> int:
        return sum(abs(row[node] + shifts[family[node]] - row[other] - shifts[family[other]]) for node, other in ties)

    best = shifts = _stack(grounds, order, {}, 0)
    for _ in range(_ROUNDS if kin else 0):
        height = max(outline.last + shift + 1 for outline, shift in zip(outlines, shifts, strict=True))
        aims = {
            place: median(row[other] + shifts[family[other]] - row[node] for node, other in pairs)
            for place, pairs in kin.items()
        }
        shifts = _stack(grounds, order, aims, height)
        if max(outline.last + shift + 1 for outline, shift in zip(outlines, shifts, strict=True)) > height:
            break
        if length(shifts) < length(best):
            best = shifts
    return best


def _stack(grounds: Sequence[_Ground], order: Sequence[int], aims: Mapping[int, float], height: int) -> list[int]:
    """How far down each family goes, in that order: to near where it aims at, or else as far up as it can."""
    sheet = _Outline()
    shifts = [0] * len(grounds)
    for place in order:
        ground = grounds[place].outline
        reached = max(height, sheet.last + 1 if sheet.rows else 0)
        tried: Iterable[int] = range(-ground.first, reached - ground.first + 1)
        if place in aims:
            aim = aims[place]
            within = range(-ground.first, reached - ground.last)
            tried = [*sorted(within, key=lambda shift: (abs(shift - aim), shift)), *tried]
        shifts[place] = next(shift for shift in tried if sheet.takes(ground, shift))
        sheet.add(ground, shifts[place])
    return shifts
