"""Where each model of a family tree lies: along time on an axis, and across it in bars. Lengths are ems.

An elastic axis gives each model as much of its length as any other, and but a share of it to time itself, so that four
quiet years do not take the room of a busy one. It never goes backward: what is later lies further on. A model that is
hardly later than its parent stands a step after it, for a branch to be seen.

Across time, no two branches cross and nothing lies on anything else. The last child of a model goes on in its lane
where that is free; such a chain is one bar. All other children leave the bar for a bar of their own, before or after
it, the later the nearer: what lies between a bar and a child's is then later than the child's branch, which crosses
nothing.

So the bars have an order. They are dropped in it, one by one, each as far as what is already there allows: once from
the one side, once from the other. Both ways each bar keeps its distance from its neighbors, and so it does half way
between the two, where bars lie that have room. Each bar is dropped twice, onto the time that it takes: the work grows
with the bars, and with the square of nothing.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

TimeScale = Literal["elastic", "linear"]
"""Whether the axis is wider where there are more models, or as wide everywhere."""

# The share of an elastic axis that is given to time itself.
_TIME_SHARE = 0.14
# How often the length of the axis is halved in on.
_HALVINGS = 26


@dataclass(frozen=True, slots=True)
class Dated:
    """A model on the axis: its day, how far what is drawn of it reaches beyond it, its size, and its parent's index."""

    day: float
    reach: float
    size: float
    parent: int | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where days and models are."""

    places: tuple[float, ...]  # of each model
    knots: tuple[tuple[float, float], ...]  # days and their places, between which the axis is even

    def place(self, day: float) -> float:
        """Where a day is; what is before the first knot or after the last one lies as if the axis went on evenly."""
        index = min(max(bisect_right(self.knots, (day, float("inf"))), 1), len(self.knots) - 1)
        (first, start), (last, end) = self.knots[index - 1], self.knots[index]
        return start + (day - first) * (end - start) / (last - first)


def timeline(
    items: Sequence[Dated], lead: float, extent: float, step: float, scale: TimeScale, until: float, spread: bool
) -> Timeline | None:
    """Place models on an axis from `lead` on, so that all that is drawn of them ends at `extent`; None without room."""
    # No parent is later than its child, and each child is a `step` or more after it; the axis ends on the day `until`.
    # With `spread`, children of one parent on one day follow each other, two by two.
    demand: dict[float, float] = {}
    for item in items:
        demand[item.day] = demand.get(item.day, 0.0) + item.size
    days, total = sorted(demand), sum(demand.values())
    span = max(until, days[-1]) - days[0]
    share = 0.0 if not span else 1.0 if scale == "linear" else _TIME_SHARE
    ends = [*days[1:], max(until, days[-1])]
    weights = [
        share * (end - day) / (span or 1.0) + (1.0 - share) * demand[day] / total
        for day, end in zip(days, ends, strict=True)
    ]
    groups = _by_day(items, days)

    def placed(length: float) -> tuple[list[float], list[tuple[float, float]]]:
        places = [0.0] * len(items)
        knots: list[tuple[float, float]] = []
        start = end = lead
        for day, weight, group in zip(days, weights, groups, strict=True):
            siblings: dict[int, int] = {}
            knots.append((day, start))
            for index in group:
                parent, place = items[index].parent, start
                if parent is not None:
                    place = max(start, places[parent] + step)
                    if spread:
                        known = siblings[parent] = siblings.get(parent, -1) + 1
                        place += known // 2 * step
                places[index] = place
                end = max(end, place)
            if end > start:
                knots.append((day + 0.25, end))
            start = max(start + weight * length, end)
        return places, [*knots, (max(days[-1] + 1.0, until), max(start, end))]

    def reached(length: float) -> float:
        places, knots = placed(length)
        return max(knots[-1][1], *(place + item.reach for place, item in zip(places, items, strict=True)))

    low, high = 0.0, extent
    if reached(low) > extent:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) <= extent else (low, middle)
    places, knots = placed(low)
    return Timeline(tuple(places), _even(knots))


def _by_day(items: Sequence[Dated], days: Iterable[float]) -> list[list[int]]:
    """The models of each day, each after its parent."""
    depth = [0] * len(items)
    for index in sorted(range(len(items)), key=lambda index: items[index].day):
        chain = []
        node: int | None = index
        while node is not None and not depth[node]:
            chain.append(node)
            node = items[node].parent
        known = 0 if node is None else depth[node]
        for generation, each in enumerate(reversed(chain), known + 1):
            depth[each] = generation
    groups: dict[float, list[int]] = {day: [] for day in days}
    for index in sorted(range(len(items)), key=lambda index: (depth[index], index)):
        groups[items[index].day].append(index)
    return list(groups.values())


def _even(knots: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Knots of which each is later than the one before: two of one day, or one of none, would have no slope."""
    kept = [knots[0]]
    for (_, _), knot in pairwise(knots):
        if knot[0] > kept[-1][0]:
            kept.append(knot)
    return tuple(kept)


# The steps of time in which it is known how high bars are stacked.
_STEP = 0.25

# A lane is drawn straight as long as it stays so near to its course.
_FLAT = 0.03

_Steps = NDArray[np.float64]
"""A length across time at each step of time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn of a model: along time, and across it from its lane on."""

    leaves: float  # where its branch begins to leave the parent's lane
    stem: float  # where it has left that
    place: float  # where the model is
    label: tuple[float, float]  # from where to where its label reaches along time
    sides: tuple[float, float]  # from where to where its label reaches across
    parent: int | None
    lane: float = 0.0  # how far its lane reaches to either side


@dataclass(frozen=True, slots=True)
class Bends:
    """How lanes bend: how much at the most, and over how many steps before and after each they are rounded."""

    slope: float
    soft: int


@dataclass(frozen=True)
class Course:
    """Where a bar lies across time, at each step of time from `first` on, before its bends are rounded."""

    first: int
    across: _Steps
    soft: int

    def at(self, place: float) -> float:
        """Where it lies at a place; bends are rounded."""
        return float(np.interp(place, *self.knots))

    def between(self, begin: float, end: float) -> list[float]:
        """Two places, and those between where it turns."""
        places, _ = self.knots
        inner = places[np.searchsorted(places, begin, "right") : np.searchsorted(places, end, "left")]
        return [begin, *inner.tolist(), end]

    @cached_property
    def knots(self) -> tuple[_Steps, _Steps]:
        """The places, and where it lies there: the fewest between which straight lines stay near to its round bends."""
        window = 2 * self.soft + 1
        smooth = np.convolve(np.pad(self.across, self.soft, "edge"), np.full(window, 1 / window), "valid").tolist()
        kept, low, high = [0], -math.inf, math.inf  # the slopes that pass near all points since the last one kept
        for step in range(1, len(smooth)):
            if not low <= (smooth[step] - smooth[kept[-1]]) / (step - kept[-1]) <= high:
                kept.append(step - 1)
                low, high = -math.inf, math.inf
            rise, run = smooth[step] - smooth[kept[-1]], step - kept[-1]
            low, high = max(low, (rise - _FLAT) / run), min(high, (rise + _FLAT) / run)
        kept.append(len(smooth) - 1)
        return (np.array(kept) + self.first) * _STEP, np.array([smooth[step] for step in kept])


@dataclass(frozen=True, slots=True)
class Packed:
    """Where the bar of each model lies across time; some lie `before` what they branch off; and how high all are."""

    courses: dict[int, Course]
    before: frozenset[int]
    breadth: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices that there are: which models lie before the lane that they leave, and the order of the trees."""

    before: frozenset[int]
    roots: tuple[int, ...]

    def changed(self, chance: random.Random, branches: Sequence[int]) -> Plan:
        """Another plan: one model or two to the other side, or a tree elsewhere."""
        if branches and (len(self.roots) < 2 or chance.random() < 0.5):
            return replace(self, before=self.before ^ set(chance.choices(branches, k=chance.choice((1, 1, 2)))))
        roots = list(self.roots)
        roots.insert(chance.randrange(len(roots)), roots.pop(chance.randrange(len(roots))))
        return replace(self, roots=tuple(roots))


class Forest:
    """The bars of a forest, and the order in which they lie across time."""

    def __init__(self, shapes: Sequence[Shape], gap: float, bends: Bends) -> None:
        self.shapes, self.gap, self.bends = shapes, gap, bends
        self.children: list[list[int]] = [[] for _ in shapes]
        self.roots: list[int] = []
        for node, shape in enumerate(shapes):
            (self.roots if shape.parent is None else self.children[shape.parent]).append(node)
        for family in self.children:
            family.sort(key=lambda node: (shapes[node].leaves, node))
        self.inline = {
            family[-1]
            for shape, family in zip(shapes, self.children, strict=True)
            if family and shapes[family[-1]].leaves >= shape.label[1]
        }
        self.bars = {node: self._bar(node) for node in range(len(shapes)) if node not in self.inline}
        self.branches = {bar: self._branches(bar) for bar in self.bars}
        self.profiles: dict[tuple[int, bool], _Bar] = {}

    def plan(self) -> Plan:
        """A first plan: as much on the one side of each bar as on the other, the largest tree in the middle."""
        weights = self._weights()
        before: set[int] = set()
        for bar in self.bars:
            balance, last = 0.0, None
            for branch in self.branches[bar]:
                same = last is not None and self.shapes[last].leaves == self.shapes[branch].leaves
                first = last in before if same else balance > 0.0
                if first:
                    before.add(branch)
                balance += -weights[branch] if first else weights[branch]
                last = branch
        roots = sorted(self.roots, key=lambda root: (-weights[root], root))
        return Plan(frozenset(before), (*roots[1::2][::-1], *roots[::2]))

    def improved(self, plan: Plan, chance: random.Random, tries: int, aim: float) -> tuple[Plan, float, int]:
        """A plan with which all is less high, how high that is, and how many tries are left when it is low enough."""
        branches = sorted(set(self.bars).difference(self.roots))
        best = self.breadth(plan)
        while tries and best > aim:
            tries -= 1
            other = plan.changed(chance, branches)
            if (breadth := self.breadth(other)) <= best:
                plan, best = other, breadth
        return plan, best, tries

    def _bar(self, head: int) -> list[int]:
        """A model and those that go on in its lane."""
        chain = [head]
        while (family := self.children[chain[-1]]) and family[-1] in self.inline:
            chain.append(family[-1])
        return chain

    def _branches(self, bar: int) -> list[int]:
        """The bars that leave another, the latest first."""
        found = [child for node in self.bars[bar] for child in self.children[node] if child not in self.inline]
        return sorted(found, key=lambda node: (-self.shapes[node].leaves, node))

    def _weights(self) -> dict[int, float]:
        """How much room each bar and those that leave it take."""
        order = list(self.roots)
        above: dict[int, int] = {}
        for bar in order:
            for branch in self.branches[bar]:
                above[branch] = bar
                order.append(branch)

        def area(shape: Shape) -> float:
            return (shape.label[1] - shape.label[0]) * (shape.sides[1] - shape.sides[0])

        weights = {bar: float(sum(area(self.shapes[node]) for node in self.bars[bar])) for bar in order}
        for bar in reversed(order):
            if bar in above:
                weights[above[bar]] += weights[bar]
        return weights

    def _order(self, plan: Plan) -> list[int]:
        """The bars as they lie across time."""
        order: list[int] = []
        waiting: list[tuple[int, bool]] = [(root, False) for root in reversed(plan.roots)]
        while waiting:
            bar, opened = waiting.pop()
            if opened:
                order.append(bar)
                continue
            branches = self.branches[bar]  # the latest first, which are the nearest
            waiting += [(branch, False) for branch in reversed(branches) if branch not in plan.before]
            waiting.append((bar, True))
            waiting += [(branch, False) for branch in branches if branch in plan.before]
        return order

    def breadth(self, plan: Plan) -> float:
        """How high all is with a plan."""
        return _dropped([self._profile(bar, bar in plan.before) for bar in self._order(plan)])[1]

    def packed(self, plan: Plan) -> Packed:
        """All bars as near to each other as their order allows, and as straight."""
        order = self._order(plan)
        bars = [self._profile(bar, bar in plan.before) for bar in order]
        least, breadth = _dropped(bars)
        backward, _ = _dropped([bar.turned for bar in reversed(bars)])
        most = [breadth - course for course in reversed(backward)]
        aims = [float(np.mean((low + high) / 2)) for low, high in zip(least, most, strict=True)]
        courses, _ = _dropped(bars, most, aims)
        placed: dict[int, Course] = {}
        for bar, profile, course in zip(order, bars, courses, strict=True):
            placed |= dict.fromkeys(self.bars[bar], Course(profile.first, course, self.bends.soft))
        return Packed(placed, frozenset(node for bar in plan.before for node in self.bars[bar]), breadth)

    def _profile(self, bar: int, turned: bool) -> _Bar:
        """What a bar takes: branch, label and lane of each model in it."""
        if (bar, turned) in self.profiles:
            return self.profiles[bar, turned]
        pieces = []
        for node in self.bars[bar]:
            shape, family = self.shapes[node], self.children[node]
            end = max((self.shapes[child].stem for child in family[-1:]), default=shape.place)
            low, high = shape.sides
            pieces.append((shape.leaves, max(shape.place, end), shape.lane, shape.lane, False))
            pieces.append((*shape.label, high if turned else -low, -low if turned else high, True))
        made = self.profiles[bar, turned] = _Bar.of(pieces, self.gap, self.bends)
        return made


@dataclass(frozen=True, slots=True)
class _Bar:
    """How far a bar reaches before and after its course, at each step of time from `first` on."""

    first: int
    stop: int
    near: _Steps
    far: _Steps
    slope: _Steps  # how far its course may come from where it was at the first step

    @classmethod
    def of(cls, pieces: Sequence[tuple[float, float, float, float, bool]], gap: float, bends: Bends) -> _Bar:
        """What pieces take, each from a start to an end, near and far across; and whether it is level there."""
        spans = [
            (math.floor(start / _STEP) - bends.soft, math.ceil(end / _STEP) + bends.soft + 1)
            for start, end, *_ in pieces
        ]
        first, stop = min(start for start, _ in spans), max(end for _, end in spans)
        nears, fars = np.full(stop - first, gap / 2), np.full(stop - first, gap / 2)
        flat = np.zeros(stop - first, dtype=bool)
        for (start, end), (_, _, near, far, level) in zip(spans, pieces, strict=True):
            here = slice(start - first, end - first)
            np.maximum(nears[here], near + gap / 2, out=nears[here])
            np.maximum(fars[here], far + gap / 2, out=fars[here])
            flat[here] |= level
        return cls(first, stop, nears, fars, np.cumsum(np.where(flat, 0.0, bends.slope * _STEP)))

    @property
    def turned(self) -> _Bar:
        """The same the other way round."""
        return replace(self, near=self.far, far=self.near)


def _dropped(
    bars: Sequence[_Bar], most: Sequence[_Steps] = (), aims: Sequence[float] = ()
) -> tuple[list[_Steps], float]:
    """The courses of bars that are dropped one after the other, and how high all are."""
    # With aims they stay there, and straight, as far as they can, and go no further than `most`.
    before = -min(bar.first for bar in bars)
    stacked: _Steps = np.zeros(before + max(bar.stop for bar in bars))
    courses = []
    for index, bar in enumerate(bars):
        here = slice(bar.first + before, bar.stop + before)
        course = stacked[here] + bar.near
        slope = bar.slope
        course = np.maximum(
            np.maximum.accumulate(course + slope) - slope, np.maximum.accumulate((course - slope)[::-1])[::-1] + slope
        )
        if aims:
            course = np.maximum(course, np.minimum(aims[index], most[index]))
        courses.append(course)
        stacked[here] = course + bar.far
    return courses, float(stacked.max())
