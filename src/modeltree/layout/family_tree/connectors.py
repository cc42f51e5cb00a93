"""Connectors: how the further parents of a model are tied to it, across the lanes of a genealogy. Lengths are ems.

A connector leaves its parent's label or lane on the side where the child is, runs across the lanes and ends at the
child's label from that side. Lanes are crossed upright, through no label; between two lanes there is a gap, along
which it may go anywhere. The cheapest path is found gap by gap, over all places along them at once: what it costs is
mainly to cross something, then to turn, then to be long. It is a shortest path in a graph of layers, so each is the
best that there is beside those before it. Short connectors go first, and those of one parent may run together; then
all are routed anew with the others known, unless there are very many. Time grows with the gaps between the two ends,
times the length of the axis.

At last each run along a gap gets a track. Two runs beside each other cross where the end of the one, on its way up or
down, comes through the other; which of them is above decides how often. The order is improved by swapping neighbors
as long as that helps; runs that are not beside each other may have the same track.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modeltree.findings import LayoutError
from modeltree.layout.family_tree.lanes import Lanes, Span
from modeltree.layout.links import reached_along

_Costs = NDArray[np.float64]

# Between two positions along the axis; from its beginning to the first, and from the last to its end.
_STEP, _EDGE = 0.5, 0.15
# From a label to where a connector may pass it, from its corner to where one may begin or end, and from a branch to
# a connector beside it, at the least.
_CLEAR, _INSET, _BESIDE = 0.25, 0.45, 0.3
# What it costs to cross a line, to turn twice, to run along a gap and across a row, to run on or beside another
# connector, to end far from the beginning of the child's label, per em, and to run where others run, per em of each.
_CROSS, _TURN, _ALONG, _ACROSS, _ON, _NEXT, _FAR, _CROWD = 1.0, 0.4, 0.05, 0.05, 12.0, 0.4, 0.05, 0.05
_NEVER = 1e6
# How often connectors are routed, each time with the others known, and how many at the most.
_PASSES, _MOST_TWICE = 3, 300


@dataclass(frozen=True, slots=True)
class Run:
    """The part of a connector along a gap, which is above the row of that index, and its track there."""

    gap: int
    start: float
    end: float
    up: tuple[bool, bool] = (True, False)
    """Whether it comes from the row before, and whether it leaves for that."""
    track: int = 0
    """Its index among all that run beside it, from the row before on, of so many."""
    tracks: int = 1


@dataclass(frozen=True, slots=True)
class Connector:
    """The path from a parent to a child: where along the axis it leaves one and meets the other, and its runs."""

    parent: int
    child: int
    start: float
    end: float
    low: tuple[bool, bool]
    """Whether it leaves the parent, and comes to the child, on the side of the first row."""
    runs: tuple[Run, ...]


def connectors_of(
    pairs: Sequence[tuple[int, int]], spans: Sequence[Span], lanes: Lanes, extent: float
) -> list[Connector]:
    """A connector for each pair of parent and child, in their order, on an axis of a length with free ends."""
    if not pairs:
        return []
    field = _Field(spans, lanes, extent)
    rows = lanes.rows

    def near(index: int) -> tuple[int, float, int]:
        parent, child = pairs[index]
        return abs(rows[parent] - rows[child]), abs(spans[parent].start - spans[child].start), index

    families: dict[int, list[int]] = {}
    for index in sorted(range(len(pairs)), key=near):
        families.setdefault(pairs[index][0], []).append(index)
    paths: dict[int, _Path] = {}
    for _ in range(_PASSES if len(pairs) <= _MOST_TWICE else 1):
        for family in families.values():
            trunks: _Trunks = {True: [], False: []}
            for index in family:
                if index in paths:
                    field.mark(paths[index], -1)
            for index in family:
                paths[index] = field.connect(*pairs[index], trunks)
    connectors = [paths[index].connector for index in range(len(pairs))]
    tracks = tracks_of([[(connector.parent, run) for run in connector.runs] for connector in connectors])
    return [replace(connector, runs=tuple(runs)) for connector, runs in zip(connectors, tracks, strict=True)]


# A gap, and the positions on the axis, by index, where a path comes to it and leaves it.
_Pass = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Path:
    """A connector by what it passes, from the parent on; the first `shared` of these are another's path."""

    cost: float
    connector: Connector
    passed: tuple[_Pass, ...]
    shared: int

    def before(self, gap: int, position: int) -> tuple[_Pass, ...] | None:
        """What it has passed when it comes to the gap that it goes along over a position; None if it never does."""
        for index, (passed, come, leave) in enumerate(self.passed):
            if passed == gap and min(come, leave) <= position <= max(come, leave):
                return self.passed[:index]
        return None


# The paths that leave a parent on the side of the first row, and on the other: a path to a further child may branch
# off any of these.
_Trunks = dict[bool, list[_Path]]


class _Field:
    """What is in the way along each row and each gap, at positions `at` along the axis."""

    def __init__(self, spans: Sequence[Span], lanes: Lanes, extent: float) -> None:
        self.spans, self.lanes = spans, lanes
        self.at = _EDGE + _STEP * np.arange(math.floor((extent - 2 * _EDGE) / _STEP) + 1)
        shape = (lanes.count, len(self.at))
        # What it costs to cross a row at each position, and to cross a gap there; and, from each position to the next,
        # what it costs to run along a gap.
        self.rows: _Costs = np.full(shape, _ACROSS)
        self.gaps: _Costs = np.zeros((lanes.count + 1, len(self.at)))
        self.runs: _Costs = np.full((lanes.count + 1, len(self.at) - 1), _ALONG * _STEP)
        self.taken: _Costs = np.zeros(shape)
        for node, span in enumerate(spans):
            row, branch = lanes.rows[node], lanes.branches[node]
            if span.parent is not None:
                self.rows[row, self._within(branch - _BESIDE, span.start)] += _CROSS
                self._branch(lanes.rows[span.parent], row, branch)
            self.rows[row, self._within(span.end, lanes.ends[node])] += _CROSS
        for node, span in enumerate(spans):
            row, here = lanes.rows[node], self._within(span.start - _CLEAR, span.end + _CLEAR)
            self.rows[row : row + span.rows, here] = _NEVER
            self.runs[row + 1 : row + span.rows, max(here.start - 1, 0) : here.stop] = _NEVER

    def connect(self, parent: int, child: int, trunks: _Trunks) -> _Path:
        """The cheapest path, which others are kept off from then on."""
        start, end = self.lanes.rows[parent], self.lanes.rows[child]
        after, below = start + self.spans[parent].rows, end + self.spans[child].rows
        if after <= end:
            sides = [(False, start + 1, True, end)]
        elif below <= start:
            sides = [(True, start, False, below)]
        else:  # they have rows in common
            gaps = dict.fromkeys([(True, start), (False, start + 1), (False, after)])
            sides = [(*leave, *come) for leave in gaps for come in ((True, end), (False, below))]
        paths = [self._straight_path(parent, child, side, trunks[side[0]]) for side in sides]
        path = min(paths, key=lambda path: path.cost)
        if path.cost >= _NEVER:
            path = self._winding_path(parent, child)
        self.mark(path, 1)
        trunks[path.connector.low[0]].append(path)
        return path

    def mark(self, path: _Path, sign: int) -> None:
        """Keep others off what is new of a path, and let them know that to cross it costs; or take that back."""
        new = path.passed[path.shared :]
        for gap, come, leave in new:
            low, high = min(come, leave), max(come, leave)
            self.gaps[gap, low + 1 : high] += sign * _CROSS
            self.runs[gap, low:high] += sign * _CROWD * _STEP
            for position in {low, high}:
                self.runs[gap, max(position - 1, 0) : position + 1] += sign * _CROSS / 2
        crossed = [(min(gap, then), leave) for (gap, _, leave), (then, _, _) in pairwise(new)]
        crossed.append((self.lanes.rows[path.connector.child], new[-1][2]))
        if not path.shared:
            crossed.append((self.lanes.rows[path.connector.parent], new[0][1]))
        for row, position in crossed:
            self.taken[row, position] += sign * _ON
            self.taken[row, max(position - 1, 0) : position + 2] += sign * _NEXT

    def _straight_path(
        self, parent: int, child: int, side: tuple[bool, int, bool, int], trunk: Sequence[_Path]
    ) -> _Path:
        """The cheapest path, gap by gap, from one on a side of the parent to one on a side of the child."""
        leaves_low, first, comes_low, last = side
        gaps = range(first, last + 1) if last >= first else range(first, last - 1, -1)
        leaving = self._leaving(parent, leaves_low)
        before, joined, after = [], [], []
        costs = np.full(len(self.at), 2 * _NEVER)
        for gap, then in zip(gaps, (*gaps[1:], None), strict=True):
            for costs_here in leaving.get(gap, ()):
                costs = np.minimum(costs, costs_here)
            before.append(costs)
            costs = costs.copy()
            for path in trunk:  # what is on the trunk costs nothing
                for other, come, leave in path.passed:
                    if other == gap:
                        costs[min(come, leave) : max(come, leave) + 1] = 0.0
            joined.append(costs)
            after.append(self._along(gap, costs) + self.gaps[gap])
            costs = after[-1] + (self._arriving(child) if then is None else self._across(gap, then))
        arrival = position = int(np.argmin(costs))
        backward: list[_Pass] = []
        shared: tuple[_Pass, ...] = ()
        for index in reversed(range(len(gaps))):
            gap, leave = gaps[index], position
            position = self._origin(gap, joined[index], float(after[index][position] - self.gaps[gap, position]), leave)
            on_trunk = joined[index][position] < before[index][position]
            if on_trunk:
                path = next(path for path in trunk if path.before(gap, position) is not None)
                shared = path.before(gap, position) or ()
                position = path.passed[len(shared)][1]
            backward.append((gap, position, leave))
            if on_trunk or any(there[position] <= before[index][position] + 1e-6 for there in leaving.get(gap, ())):
                break
        passed = (*shared, *reversed(backward))
        return self._made(parent, child, float(costs[arrival]), (leaves_low, comes_low), passed, len(shared))

    def _winding_path(self, parent: int, child: int) -> _Path:
        """The cheapest path of all, where none runs straight across the rows: sweeps to and fro until none helps."""
        end, below = self.lanes.rows[child], self.lanes.rows[child] + self.spans[child].rows
        row = self.lanes.rows[parent]
        leaving = {gap: costs for low in (True, False) for gap, costs in self._leaving(parent, low).items()}
        come: _Costs = np.full(self.gaps.shape, 2 * _NEVER)  # what it costs to come to each position in each gap
        for gap, costs in leaving.items():
            come[gap] = np.minimum.reduce(costs)
        begin, leave = come.copy(), np.full_like(come, 2 * _NEVER)
        changed = True
        while changed:
            changed = False
            for gaps, step in ((range(len(come)), 1), (range(len(come) - 1, -1, -1), -1)):
                for gap in gaps:
                    leave[gap] = self._along(gap, come[gap]) + self.gaps[gap]
                    if 0 <= (then := gap + step) < len(come):
                        crossed = leave[gap] + self._across(gap, then)
                        if (crossed < come[then] - 1e-6).any():
                            come[then] = np.minimum(come[then], crossed)
                            changed = True
        arriving = self._arriving(child)
        last = min((end, below), key=lambda gap: float(np.min(leave[gap] + arriving)))
        position = int(np.argmin(leave[last] + arriving))
        cost = float(leave[last][position] + arriving[position])
        if cost >= _NEVER:
            raise LayoutError("there is no way between two labels: use a larger page")
        gap, backward = last, list[_Pass]()
        while True:
            origin = self._origin(gap, come[gap], float(leave[gap][position] - self.gaps[gap][position]), position)
            backward.append((gap, origin, position))
            position = origin
            if begin[gap][position] <= come[gap][position] + 1e-6:
                break
            crossing = {
                then: float(leave[then][position] + self._across(gap, then)[position])
                for then in (gap - 1, gap + 1)
                if 0 <= then < len(come)
            }
            gap = min(crossing, key=lambda then: crossing[then])
        return self._made(parent, child, cost, (gap == row, last == end), tuple(reversed(backward)), 0)

    def _made(
        self, parent: int, child: int, cost: float, low: tuple[bool, bool], passed: tuple[_Pass, ...], shared: int
    ) -> _Path:
        runs = []
        for index, (gap, come, leave) in enumerate(passed):
            if come != leave:
                from_before = passed[index - 1][0] < gap if index else not low[0]
                to_before = passed[index + 1][0] < gap if index + 1 < len(passed) else not low[1]
                runs.append(Run(gap, float(self.at[come]), float(self.at[leave]), (from_before, to_before)))
        ends = float(self.at[passed[0][1]]), float(self.at[passed[-1][2]])
        return _Path(cost, Connector(parent, child, *ends, low, tuple(runs)), passed, shared)

    def _across(self, gap: int, then: int) -> _Costs:
        """What it costs to go from a gap to the next, across the row between them."""
        row = min(gap, then)
        costs: _Costs = self.rows[row] + self.taken[row]
        return costs

    def _leaving(self, parent: int, low: bool) -> dict[int, list[_Costs]]:
        """By gap, what it costs to begin there at each position, on the label or on the lane behind it."""
        span, row = self.spans[parent], self.lanes.rows[parent]
        label, line = np.full(len(self.at), 2 * _NEVER), np.full(len(self.at), 2 * _NEVER)
        here = self._on(span)
        label[here] = self.taken[row, here]
        lane = self._within(span.end + _CLEAR, self.lanes.ends[parent] - _BESIDE)
        line[lane] = self.rows[row, lane] - _CROSS + self.taken[row, lane]
        leaving: dict[int, list[_Costs]] = {row + (not low): [line]}
        leaving.setdefault(row if low else row + span.rows, []).append(label)
        return leaving

    def _arriving(self, child: int) -> _Costs:
        costs = np.full(len(self.at), 2 * _NEVER)
        here = self._on(self.spans[child])
        costs[here] = self.taken[self.lanes.rows[child], here] + _FAR * (self.at[here] - self.at[here][0])
        return costs

    def _along(self, gap: int, costs: _Costs) -> _Costs:
        """What each position costs when one may also have come along the gap."""
        costs_here: _Costs = np.minimum(costs, reached_along(costs, self._sums(gap)) + _TURN)
        return costs_here

    def _origin(self, gap: int, costs: _Costs, cost: float, position: int) -> int:
        """From where along the gap one came to a position."""
        if costs[position] <= cost + 1e-6:
            return position
        sums = self._sums(gap)
        return int(np.argmin(costs + np.abs(sums - sums[position])))

    def _sums(self, gap: int) -> _Costs:
        """What it costs to run along a gap from the first position to each."""
        return np.concatenate([[0.0], np.cumsum(self.runs[gap])])

    def _branch(self, start: int, end: int, at: float) -> None:
        """A branch of the tree: it can be crossed, but neither followed nor touched."""
        low, high = sorted((start, end))
        if low < high:
            self.runs[low + 1 : high + 1, self._index(at)] += _CROSS
            self.rows[low : high + 1, self._within(at - _BESIDE, at + _BESIDE)] = _NEVER

    def _on(self, span: Span) -> slice:
        """The positions along a label where a connector may end, at the least one."""
        here = self._within(span.start + _INSET, span.end - _INSET)
        if here.start < here.stop:
            return here
        middle = self._index((span.start + span.end) / 2)
        return slice(middle, middle + 1)

    def _within(self, start: float, end: float) -> slice:
        """The positions from one to the other."""
        first = math.ceil((start - _EDGE) / _STEP - 1e-9)
        last = math.floor((end - _EDGE) / _STEP + 1e-9)
        return slice(max(first, 0), max(last + 1, first, 0))

    def _index(self, at: float) -> int:
        """The last position before."""
        return min(max(math.floor((at - _EDGE) / _STEP + 1e-9), 0), len(self.at) - 2)


@dataclass(slots=True)
class _Net:
    """Runs of one parent along one gap that are one line."""

    low: float
    high: float
    ends: set[tuple[float, bool]]
    runs: list[tuple[int, int]]

    def beside(self, other: _Net) -> bool:
        return self.low <= other.high and other.low <= self.high

    def crossings_below(self, other: _Net) -> int:
        """How often the two cross when this one is below the other."""
        mine = sum(up and other.low < at < other.high for at, up in self.ends)
        return mine + sum(not up and self.low < at < self.high for at, up in other.ends)


def tracks_of(paths: Sequence[Sequence[tuple[int, Run]]]) -> list[list[Run]]:
    """The runs of some paths, each with its track and its parent: runs of one parent may lie on each other."""
    gaps: dict[int, dict[int, list[_Net]]] = {}
    for path, runs in enumerate(paths):
        for index, (parent, run) in enumerate(runs):
            low, high = sorted((run.start, run.end))
            net = _Net(low, high, {(run.start, run.up[0]), (run.end, run.up[1])}, [(path, index)])
            nets = gaps.setdefault(run.gap, {}).setdefault(parent, [])
            for other in [other for other in nets if other.beside(net)]:
                nets.remove(other)
                net.low, net.high = min(net.low, other.low), max(net.high, other.high)
                net.ends |= other.ends
                net.runs += other.runs
            nets.append(net)
    placed = [[run for _, run in runs] for runs in paths]
    for parents in gaps.values():
        nets = _ordered(sorted((net for nets in parents.values() for net in nets), key=lambda net: (net.low, net.high)))
        levels: list[int] = []
        for count, net in enumerate(nets):
            levels.append(max((levels[other] + 1 for other in range(count) if nets[other].beside(net)), default=0))
        for net, level in zip(nets, levels, strict=True):
            for path, index in net.runs:
                placed[path][index] = replace(placed[path][index], track=level, tracks=max(levels) + 1)
    return placed


def _ordered(nets: list[_Net]) -> list[_Net]:
    """Nets from the upper to the lower, each moved up to where it crosses the fewest of those above."""
    order: list[_Net] = []
    for net in nets:
        costs = [0]  # at the bottom, then further and further up
        for other in reversed(order):
            change = 0
            if other.beside(net):
                change = other.crossings_below(net) - net.crossings_below(other)
            costs.append(costs[-1] + change)
        order.insert(len(order) - costs.index(min(costs)), net)
    return order
