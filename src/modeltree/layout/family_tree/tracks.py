"""Tracks: which of the lines that run along the same gap is above which, so that few of them cross.

Two lines that run beside each other cross where the end of the one, on its way up or down, comes through the other.
Which of them is above decides how often. The order is improved by swapping neighbors as long as that helps; lines
that do not run beside each other may have the same track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["Run", "tracks_of"]


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
