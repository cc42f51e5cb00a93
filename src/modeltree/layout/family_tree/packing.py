"""Where each model of a tree lies across time, so that no two branches cross and nothing lies on anything else.

Time runs along; lengths are ems. The last child of a model goes on in its lane where that is free; such a chain is one
bar. All other children leave the bar for a bar of their own, before or after it, the later the nearer: what lies
between a bar and a child's is then later than the child's branch, which crosses nothing.

So the bars have an order. They are dropped in it, one by one, each as far as what is already there allows: once from
the one side, once from the other. Both ways each bar keeps its distance from its neighbors, and so it does half way
between the two, where bars lie that have room. Each bar is dropped twice, onto the time that it takes: the work grows
with the bars, and with the square of nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# The steps of time in which it is known how high bars are stacked.
_STEP = 0.25

# A lane is drawn straight as long as it stays so near to its course.
_FLAT = 0.03

_Steps = NDArray[np.float64]
"""A length across time at each step of time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn of a model: along time, and across it from its lane on."""

    leaves: float
    """Where its branch begins to leave the parent's lane."""
    stem: float
    """Where it has left that."""
    place: float
    """Where the model is."""
    label: tuple[float, float]
    """From where to where its label reaches along time."""
    sides: tuple[float, float]
    """From where to where its label reaches across."""
    parent: int | None
    lane: float = 0.0
    """How far its lane reaches to either side."""


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
    """Where all bars lie across time, and which bar each model is in; `before` what they branch off lie some bars."""

    courses: dict[int, Course]
    bar: dict[int, int]
    before: frozenset[int]
    breadth: float

    def at(self, node: int, place: float) -> float:
        """Where the bar of a model lies at a place."""
        return self.courses[self.bar[node]].at(place)

    def between(self, node: int, begin: float, end: float) -> list[float]:
        """Two places, and those between where the bar of a model turns."""
        return self.courses[self.bar[node]].between(begin, end)


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
        weights = {bar: float(sum(self._area(node) for node in self.bars[bar])) for bar in order}
        for bar in reversed(order):
            if bar in above:
                weights[above[bar]] += weights[bar]
        return weights

    def _area(self, node: int) -> float:
        shape = self.shapes[node]
        return (shape.label[1] - shape.label[0]) * (shape.sides[1] - shape.sides[0])

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
        return Packed(
            {
                bar: Course(profile.first, course, self.bends.soft)
                for bar, profile, course in zip(order, bars, courses, strict=True)
            },
            {node: bar for bar in order for node in self.bars[bar]}, plan.before, breadth,
        )  # fmt: skip

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
        soft = self.bends.soft
        first = min(_step(start) for start, *_ in pieces) - soft
        made = _Bar(first, max(math.ceil(end / _STEP) for _, end, *_ in pieces) + soft + 1, self.gap, self.bends)
        for piece in pieces:
            made.take(*piece)
        self.profiles[bar, turned] = made
        return made


class _Bar:
    """How far a bar reaches before and after its course, at each step of time from `first` on; where it is level."""

    def __init__(self, first: int, stop: int, gap: float, bends: Bends) -> None:
        self.first, self.stop, self.bends = first, stop, bends
        self.near: _Steps = np.full(stop - first, gap / 2)
        self.far: _Steps = np.full(stop - first, gap / 2)
        self.level = np.zeros(stop - first, dtype=bool)
        self.gap = gap

    def take(self, start: float, end: float, near: float, far: float, level: bool) -> None:
        soft = self.bends.soft
        here = slice(_step(start) - self.first - soft, math.ceil(end / _STEP) + soft + 1 - self.first)
        np.maximum(self.near[here], near + self.gap / 2, out=self.near[here])
        np.maximum(self.far[here], far + self.gap / 2, out=self.far[here])
        self.level[here] |= level

    @cached_property
    def slope(self) -> _Steps:
        """How far its course may come from where it was at the first step."""
        return np.cumsum(np.where(self.level, 0.0, self.bends.slope * _STEP))

    @property
    def turned(self) -> _Bar:
        """The same the other way round."""
        other = _Bar(self.first, self.stop, self.gap, self.bends)
        other.near, other.far, other.level = self.far, self.near, self.level
        return other


def _step(place: float) -> int:
    return math.floor(place / _STEP)


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
