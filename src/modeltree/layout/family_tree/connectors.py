"""Connectors: how the further parents of a model are tied to it, across the lanes of a genealogy. Lengths are ems.

A connector leaves its parent's label or lane on the side where the child is, runs across the lanes and ends at the
child's label from that side. Lanes are crossed upright, through no label; between two lanes there is a gap, along
which it may go anywhere. The cheapest way is found gap by gap, over all places along them at once: what it costs is
mainly to cross something, then to turn, then to be long. It is a shortest way in a graph of layers, so each is the
best that there is beside those before it. Short connectors go first, and those of one parent may run together; then
all are routed anew with the others known, unless there are very many. Time grows with the gaps between the two ends,
times the length of the axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modeltree.findings import LayoutError
from modeltree.layout.family_tree.lanes import Lanes, Span

__all__ = ["Connector", "Run", "connectors_of", "tracks_of"]

_Costs = NDArray[np.float64]

# Between two places along the axis; from its beginning to the first, and from the last to its end.
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
    """The part of a connector along a gap: the gap above the row of that number.

    Parameters
    ----------
    gap : int
        Between this row and the one before it.
    start, end : float
        From where to where.
    up : (bool, bool)
        Whether it comes from the row before, and whether it leaves for that.
    track, tracks : int
        Its place among all that run beside it, from the row before on, and how many there are.
    """

    gap: int
    start: float
    end: float
    up: tuple[bool, bool] = (True, False)
    track: int = 0
    tracks: int = 1


@dataclass(frozen=True, slots=True)
class Connector:
    """The way from a parent to a child.

    Parameters
    ----------
    parent, child : int
        Their places.
    start, end : float
        Where along the axis it leaves the one and meets the other.
    low : (bool, bool)
        Whether it leaves the parent, and comes to the child, on the side of the first row.
    runs : tuple of Run
        Between these, in order.
    """

    parent: int
    child: int
    start: float
    end: float
    low: tuple[bool, bool]
    runs: tuple[Run, ...]


def connectors_of(
    pairs: Sequence[tuple[int, int]], spans: Sequence[Span], lanes: Lanes, extent: float
) -> list[Connector]:
    """A way for each pair of parent and child, in their order.

    Parameters
    ----------
    pairs : sequence of (int, int)
        Parents and children.
    spans : sequence of Span
        All labels.
    lanes : Lanes
        Where they are.
    extent : float
        How long the axis is; at its beginning and its end nothing is in the way.
    """
    if not pairs:
        return []
    field = _Field(spans, lanes, extent)
    rows = lanes.rows

    def near(number: int) -> tuple[int, float, int]:
        parent, child = pairs[number]
        return abs(rows[parent] - rows[child]), abs(spans[parent].start - spans[child].start), number

    families: dict[int, list[int]] = {}
    for number in sorted(range(len(pairs)), key=near):
        families.setdefault(pairs[number][0], []).append(number)
    found: dict[int, _Way] = {}
    for _ in range(_PASSES if len(pairs) <= _MOST_TWICE else 1):
        for numbers in families.values():
            trunks = {True: _Trunk([]), False: _Trunk([])}
            for number in numbers:
                if number in found:
                    field.mark(found[number], -1)
            for number in numbers:
                found[number] = field.connect(*pairs[number], trunks)
    ways = [found[number].connector for number in range(len(pairs))]
    tracks = iter(tracks_of([[(way.parent, run) for run in way.runs] for way in ways]))
    return [replace(way, runs=tuple(next(tracks))) for way in ways]


# A gap, and the places where one comes to it and leaves it.
_Pass = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Way:
    """A connector by places: from the parent on, what it passes; before some of that it is on another's way."""

    cost: float
    connector: Connector
    passed: tuple[_Pass, ...]
    shared: int

    def before(self, gap: int, place: int) -> tuple[_Pass, ...] | None:
        """What it has passed when it comes to the gap that it goes along over a place; None if it never does."""
        for number, (passed, come, leave) in enumerate(self.passed):
            if passed == gap and min(come, leave) <= place <= max(come, leave):
                return self.passed[:number]
        return None


@dataclass(frozen=True, slots=True)
class _Trunk:
    """The ways from one parent that leave it on one side: a way to a further child may branch off any of them."""

    ways: list[_Way]

    def join(self, gap: int, costs: _Costs) -> _Costs:
        """What the places in a gap cost, when those on the trunk cost nothing."""
        joined = costs.copy()
        for way in self.ways:
            for passed, come, leave in way.passed:
                if passed == gap:
                    joined[min(come, leave) : max(come, leave) + 1] = 0.0
        return joined


class _Field:
    """What is in the way along each row and each gap."""

    def __init__(self, spans: Sequence[Span], lanes: Lanes, extent: float) -> None:
        self.spans, self.lanes = spans, lanes
        self.first = _EDGE
        self.at = self.first + _STEP * np.arange(math.floor((extent - 2 * _EDGE) / _STEP) + 1)
        shape = (lanes.count, len(self.at))
        # What it costs to cross a row at each place, and to cross a gap there; and, from each place to the next, what
        # it costs to run along a gap.
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

    def connect(self, parent: int, child: int, trunks: Mapping[bool, _Trunk]) -> _Way:
        """The cheapest way, which others are kept off from then on."""
        start, end = self.lanes.rows[parent], self.lanes.rows[child]
        after, below = start + self.spans[parent].rows, end + self.spans[child].rows
        if after <= end:
            sides = [(False, start + 1, True, end)]
        elif below <= start:
            sides = [(True, start, False, below)]
        else:  # they have rows in common
            gaps = dict.fromkeys([(True, start), (False, start + 1), (False, after)])
            sides = [(*leave, *come) for leave in gaps for come in ((True, end), (False, below))]
        ways = [self._way(parent, child, side, trunks[side[0]]) for side in sides]
        way = min(ways, key=lambda way: way.cost)
        if way.cost >= _NEVER:
            way = self._winding_way(parent, child)
        self.mark(way, 1)
        trunks[way.connector.low[0]].ways.append(way)
        return way

    def mark(self, way: _Way, sign: int) -> None:
        """Keep others off what is new of a way, and let them know that to cross it costs; or take that back."""
        new = way.passed[way.shared :]
        for gap, come, leave in new:
            low, high = min(come, leave), max(come, leave)
            self.gaps[gap, low + 1 : high] += sign * _CROSS
            self.runs[gap, low:high] += sign * _CROWD * _STEP
            for place in {low, high}:
                self.runs[gap, max(place - 1, 0) : place + 1] += sign * _CROSS / 2
        crossed = [(min(gap, then), leave) for (gap, _, leave), (then, _, _) in pairwise(new)]
        crossed.append((self.lanes.rows[way.connector.child], new[-1][2]))
        if not way.shared:
            crossed.append((self.lanes.rows[way.connector.parent], new[0][1]))
        for row, place in crossed:
            self.taken[row, place] += sign * _ON
            self.taken[row, max(place - 1, 0) : place + 2] += sign * _NEXT

    def _way(self, parent: int, child: int, side: tuple[bool, int, bool, int], trunk: _Trunk) -> _Way:
        """The cheapest way from a gap on one side of the parent to one on one side of the child."""
        leaves_low, first, comes_low, last = side
        gaps = range(first, last + 1) if last >= first else range(first, last - 1, -1)
        leaving = self._leaving(parent, leaves_low)
        before, joined, after = [], [], []
        costs = np.full(len(self.at), 2 * _NEVER)
        for gap, then in zip(gaps, (*gaps[1:], None), strict=True):
            for place_costs in leaving.get(gap, ()):
                costs = np.minimum(costs, place_costs)
            before.append(costs)
            joined.append(trunk.join(gap, costs))
            after.append(self._along(gap, joined[-1]) + self.gaps[gap])
            row = None if then is None else min(gap, then)
            costs = after[-1] + (self._arriving(child) if row is None else self.rows[row] + self.taken[row])
        arrival = place = int(np.argmin(costs))
        backward: list[_Pass] = []
        shared: tuple[_Pass, ...] = ()
        for number in reversed(range(len(gaps))):
            gap, leave = gaps[number], place
            place = self._origin(gap, joined[number], float(after[number][place] - self.gaps[gap, place]), place)
            on_trunk = joined[number][place] < before[number][place]
            if on_trunk:
                way = next(way for way in trunk.ways if way.before(gap, place) is not None)
                shared = way.before(gap, place) or ()
                place = way.passed[len(shared)][1]
            backward.append((gap, place, leave))
            if on_trunk or any(there[place] <= before[number][place] + 1e-6 for there in leaving.get(gap, ())):
                break
        passed = (*shared, *reversed(backward))
        return self._made(parent, child, float(costs[arrival]), (leaves_low, comes_low), passed, len(shared))

    def _made(
        self, parent: int, child: int, cost: float, low: tuple[bool, bool], passed: tuple[_Pass, ...], shared: int
    ) -> _Way:
        runs = []
        for number, (gap, come, leave) in enumerate(passed):
            if come != leave:
                from_before = passed[number - 1][0] < gap if number else not low[0]
                to_before = passed[number + 1][0] < gap if number + 1 < len(passed) else not low[1]
                runs.append(Run(gap, float(self.at[come]), float(self.at[leave]), (from_before, to_before)))
        ends = float(self.at[passed[0][1]]), float(self.at[passed[-1][2]])
        return _Way(cost, Connector(parent, child, *ends, low, tuple(runs)), passed, shared)

    def _winding_way(self, parent: int, child: int) -> _Way:
        """The cheapest way of all, where none runs straight across the rows: by sweeps to and fro until none helps."""
        end, below = self.lanes.rows[child], self.lanes.rows[child] + self.spans[child].rows
        row = self.lanes.rows[parent]
        leaving = {gap: costs for low in (True, False) for gap, costs in self._leaving(parent, low).items()}
        come: _Costs = np.full(self.gaps.shape, 2 * _NEVER)  # what it costs to come to each place in each gap
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
                        crossed = leave[gap] + self.rows[min(gap, then)] + self.taken[min(gap, then)]
                        if (crossed < come[then] - 1e-6).any():
                            come[then] = np.minimum(come[then], crossed)
                            changed = True
        arriving = self._arriving(child)
        last = min((end, below), key=lambda gap: float(np.min(leave[gap] + arriving)))
        place = int(np.argmin(leave[last] + arriving))
        cost = float(leave[last][place] + arriving[place])
        if cost >= _NEVER:
            raise LayoutError("there is no way between two labels: use a larger page")
        gap, backward = last, list[_Pass]()
        while True:
            origin = self._origin(gap, come[gap], float(leave[gap][place] - self.gaps[gap][place]), place)
            backward.append((gap, origin, place))
            place = origin
            if begin[gap][place] <= come[gap][place] + 1e-6:
                break
            neighbors = [then for then in (gap - 1, gap + 1) if 0 <= then < len(come)]
            crossing = {
                then: self.rows[min(gap, then)][place] + self.taken[min(gap, then)][place] for then in neighbors
            }
            gap = min(neighbors, key=lambda then: float(leave[then][place] + crossing[then]))
        return self._made(parent, child, cost, (gap == row, last == end), tuple(reversed(backward)), 0)

    def _leaving(self, parent: int, low: bool) -> dict[int, list[_Costs]]:
        """By the gap in which one then is, what it costs to begin at each place, on the label or on the lane behind."""
        span, row = self.spans[parent], self.lanes.rows[parent]
        label, line = np.full(len(self.at), 2 * _NEVER), np.full(len(self.at), 2 * _NEVER)
        here = self._on(span)
        label[here] = self.taken[row, here]
        lane = self._within(span.end + _CLEAR, self.lanes.ends[parent] - _BESIDE)
        line[lane] = self.rows[row, lane] - _CROSS + self.taken[row, lane]
        found: dict[int, list[_Costs]] = {row + (not low): [line]}
        found.setdefault(row if low else row + span.rows, []).append(label)
        return found

    def _arriving(self, child: int) -> _Costs:
        costs = np.full(len(self.at), 2 * _NEVER)
        here = self._on(self.spans[child])
        costs[here] = self.taken[self.lanes.rows[child], here] + _FAR * (self.at[here] - self.at[here][0])
        return costs

    def _along(self, gap: int, costs: _Costs) -> _Costs:
        """What each place costs when one may also have come along the gap."""
        way = np.concatenate([[0.0], np.cumsum(self.runs[gap])])
        forward = np.minimum.accumulate(costs - way) + way
        backward = np.minimum.accumulate((costs + way)[::-1])[::-1] - way
        costs_here: _Costs = np.minimum(costs, np.minimum(forward, backward) + _TURN)
        return costs_here

    def _origin(self, gap: int, costs: _Costs, cost: float, place: int) -> int:
        """Where along the gap one came from."""
        if costs[place] <= cost + 1e-6:
            return place
        way = np.concatenate([[0.0], np.cumsum(self.runs[gap])])
        return int(np.argmin(costs + np.abs(way - way[place])))

    def _branch(self, start: int, end: int, at: float) -> None:
        """A branch of the tree: it can be crossed, but neither followed nor touched."""
        low, high = sorted((start, end))
        if low == high:
            return
        place = self._place(at)
        self.runs[low + 1 : high + 1, place] += _CROSS
        self.rows[low : high + 1, self._within(at - _BESIDE, at + _BESIDE)] = _NEVER

    def _on(self, span: Span) -> slice:
        """The places along a label where a connector may end, at the least one."""
        here = self._within(span.start + _INSET, span.end - _INSET)
        if here.start < here.stop:
            return here
        middle = self._place((span.start + span.end) / 2)
        return slice(middle, middle + 1)

    def _within(self, start: float, end: float) -> slice:
        """The places from one to the other."""
        first = math.ceil((start - self.first) / _STEP - 1e-9)
        last = math.floor((end - self.first) / _STEP + 1e-9)
        return slice(max(first, 0), max(last + 1, first, 0))

    def _place(self, at: float) -> int:
        """The last place before."""
        return min(max(math.floor((at - self.first) / _STEP + 1e-9), 0), len(self.at) - 2)


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


def tracks_of(ways: Sequence[Sequence[tuple[int, Run]]]) -> list[list[Run]]:
    """The runs of some ways, each with its track.

    Parameters
    ----------
    ways : sequence of sequence of (int, Run)
        For each way its runs, with the number of the parent that it leads from: runs of one parent may lie on each
        other.
    """
    gaps: dict[int, dict[int, list[_Net]]] = {}
    for number, way in enumerate(ways):
        for place, (parent, run) in enumerate(way):
            low, high = sorted((run.start, run.end))
            net = _Net(low, high, {(run.start, run.up[0]), (run.end, run.up[1])}, [(number, place)])
            nets = gaps.setdefault(run.gap, {}).setdefault(parent, [])
            for other in [other for other in nets if other.beside(net)]:
                nets.remove(other)
                net.low, net.high = min(net.low, other.low), max(net.high, other.high)
                net.ends |= other.ends
                net.runs += other.runs
            nets.append(net)
    tracks: dict[tuple[int, int], tuple[int, int]] = {}
    for parents in gaps.values():
        nets = _ordered(sorted((net for nets in parents.values() for net in nets), key=lambda net: (net.low, net.high)))
        levels: list[int] = []
        for number, net in enumerate(nets):
            levels.append(max((levels[other] + 1 for other in range(number) if nets[other].beside(net)), default=0))
        for net, level in zip(nets, levels, strict=True):
            tracks.update(dict.fromkeys(net.runs, (level, max(levels) + 1)))
    return [
        [
            replace(run, track=tracks[number, place][0], tracks=tracks[number, place][1])
            for place, (_, run) in enumerate(way)
        ]
        for number, way in enumerate(ways)
    ]


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
