"""The axis of a family tree: where each day is, and each model. Lengths are ems.

An elastic axis gives each model as much of its length as any other, and but a share of it to time itself, so that four
quiet years do not take the room of a busy one. It never goes backward: what is later lies further on. A model that is
hardly later than its parent stands a step after it, for a branch to be seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

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

    places: tuple[float, ...]
    """Of each model."""
    knots: tuple[tuple[float, float], ...]
    """Days and their places, between which the axis is even."""

    def place(self, day: float) -> float:
        """Where a day is; what is before the first knot or after the last one lies as if the axis went on evenly."""
        index = min(max(bisect_right(self.knots, (day, float("inf"))), 1), len(self.knots) - 1)
        (first, start), (last, end) = self.knots[index - 1], self.knots[index]
        return start + (day - first) * (end - start) / (last - first)


def timeline(
    items: Sequence[Dated], lead: float, extent: float, step: float, scale: TimeScale, until: float, spread: bool
) -> Timeline | None:
    """Place models on an axis from `lead` on, so that what is drawn of them ends at `extent`; None where it cannot be.

    Parameters
    ----------
    items : sequence of Dated
        No parent is later than its child.
    lead, extent : float
        Where the first model is, and where everything ends.
    step : float
        From a model to its child, at the least.
    scale : {"elastic", "linear"}
        Whether the axis is wider where there are more models.
    until : float
        The day at which the axis ends.
    spread : bool
        Whether children of one parent on one day follow each other, two by two.
    """
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
