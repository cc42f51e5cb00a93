"""One row of the serpentine: ticks along a straight axis, their blocks above and below. Lengths are ems.

Places are measured along the row in the direction of time. The ticks stay in order, the blocks of each side too,
and each tick lies over a label of its block, so that every leader is straight and none can cross another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from modeltree.layout.metrics import Metrics
from modeltree.layout.serpentine.blocks import Block

Windows = Sequence[tuple[float, float]]

__all__ = ["Choice", "Placed", "RowEnds", "extend_row", "in_order", "place_row"]

# What rounding in sums may make of a place.
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class RowEnds:
    """How far a row may reach: each pair is the first and the last place.

    Parameters
    ----------
    ticks, above, below : (float, float)
        For the ticks, and for the blocks on either side.
    flipped : bool
        Whether time runs from right to left.
    """

    ticks: tuple[float, float]
    above: tuple[float, float]
    below: tuple[float, float]
    flipped: bool


@dataclass(frozen=True)
class Choice:
    """What a tick has on either side."""

    above: Block | None
    below: Block | None

    @cached_property
    def lines(self) -> tuple[int, int]:
        """How many lines it has above and below."""
        return (self.above.height if self.above else 0, self.below.height if self.below else 0)

    def windows(self, flipped: bool) -> tuple[Windows, Windows]:
        """Where a leader may meet the blocks above and below, along a row."""
        return self._flipped if flipped else self._straight

    @cached_property
    def _straight(self) -> tuple[Windows, Windows]:
        return (self.above.windows if self.above else (), self.below.windows if self.below else ())

    @cached_property
    def _flipped(self) -> tuple[Windows, Windows]:
        return (self.above.mirrored() if self.above else (), self.below.mirrored() if self.below else ())


@dataclass(frozen=True, slots=True)
class Placed:
    """The places of a tick and of the beginnings of its blocks, and the windows that hold the tick."""

    tick: float
    above: float
    below: float
    windows: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A choice and those before it."""

    choice: Choice
    before: _Link | None


# Where the next blocks above and below and the last tick end, the most lines above and below, and how it came so.
_State = tuple[float, float, float, int, int, "_Link | None"]


def _settle(tick: float, above: float, below: float, over: Windows, under: Windows) -> tuple[float, float, float]:
    """The earliest place of a tick and the earliest beginnings of its blocks, given the earliest for each alone.

    The tick must lie in a window of its block above and in one of its block below, where it has these.
    """
    if not under:
        return (*_meet(tick, above, over), below) if over else (tick, above, below)
    if not over:
        tick, below = _meet(tick, below, under)
        return tick, above, below
    while True:
        tick, above = _meet(tick, above, over)
        before = tick
        tick, below = _meet(tick, below, under)
        if tick == before:
            return tick, above, below


def _meet(tick: float, start: float, windows: Windows) -> tuple[float, float]:
    """Move a tick to the first window of a block that it has not passed, or the block to a tick past them all."""
    for least, most in windows:
        if tick <= start + most:
            return max(tick, start + least), start
    return tick, tick - windows[-1][1]


def extend_row(
    options: Iterable[tuple[float, Sequence[Choice]]], ends: RowEnds, metrics: Metrics, beam: int
) -> tuple[tuple[Choice, ...], tuple[int, int]]:
    """Put as many ticks in a row as will go, and choose what each has on which side.

    A beam search: of the ways to place the ticks so far, those are followed that leave most room.

    Parameters
    ----------
    options : iterable of (float, sequence of Choice)
        For each tick its width and what it may have on either side.
    ends : RowEnds
        How far the row may reach.
    metrics : Metrics
        The distances.
    beam : int
        How many ways to follow.

    Returns
    -------
    choices : tuple of Choice
        For each tick that found room.
    lines : (int, int)
        The most lines that any of them has above and below.
    """
    states: list[_State] = [(ends.above[0], ends.below[0], ends.ticks[0] - metrics.tick_gap, 0, 0, None)]
    for width, choices in options:
        reached = [
            state
            for choice in choices
            for state in _continued(states, choice, width, ends, metrics)
        ]  # fmt: skip
        if not reached:
            break
        reached.sort(key=_room_taken)
        states = _undominated(reached, beam)
    *_, lines_above, lines_below, link = states[0]
    chosen = []
    while link:
        chosen.append(link.choice)
        link = link.before
    return tuple(reversed(chosen)), (lines_above, lines_below)


def _continued(
    states: Sequence[_State], choice: Choice, width: float, ends: RowEnds, metrics: Metrics
) -> Iterator[_State]:
    """The states after one more tick, of those in which it finds room: the innermost loop of the layout."""
    gap, step = metrics.block_gap, metrics.tick_gap + width / 2
    last_tick, last_above, last_below = ends.ticks[1], ends.above[1] + gap, ends.below[1] + gap
    over, under = choice.windows(ends.flipped)
    add_above = choice.above.width + gap if choice.above else 0.0
    add_below = choice.below.width + gap if choice.below else 0.0
    rise, fall = choice.lines
    for above, below, tick, lines_above, lines_below, link in states:
        middle, new_above, new_below = _settle(tick + step, above, below, over, under)
        end = middle + width / 2
        new_above += add_above
        new_below += add_below
        if end > last_tick or (over and new_above > last_above) or (under and new_below > last_below):
            continue
        yield (
            new_above, new_below, end, max(lines_above, rise), max(lines_below, fall), _Link(choice, link),
        )  # fmt: skip


def _room_taken(state: _State) -> tuple[float, ...]:
    above, below, tick, lines_above, lines_below, _ = state
    return (max(above, below, tick), above + below, tick, lines_above + lines_below, lines_above)


def _undominated(states: list[_State], most: int) -> list[_State]:
    kept: list[_State] = []
    for state in states:
        if not any(other[0] <= state[0] and other[1] <= state[1] and other[2] <= state[2] for other in kept):
            kept.append(state)
            if len(kept) == most:
                break
    return kept


def place_row(
    widths: Sequence[float], choices: Sequence[Choice], ends: RowEnds, metrics: Metrics
) -> tuple[Placed, ...]:
    """Give the chosen ticks and blocks their places, spread evenly over the row.

    All gaps are widened by the same amount, the most that the row has room for; then each tick goes as near to the
    middle of its label as the others let it.
    """
    low, high = 0.0, ends.ticks[1] - ends.ticks[0]
    best = _tight(widths, choices, ends, metrics, 0.0)
    if best is None:
        raise ValueError("the row is too short for its ticks")
    for _ in range(24):
        extra = (low + high) / 2
        found = _tight(widths, choices, ends, metrics, extra)
        if found is None:
            high = extra
        else:
            best, low = found, extra
    return _centred(widths, best, ends, metrics)


def _tight(
    widths: Sequence[float], choices: Sequence[Choice], ends: RowEnds, metrics: Metrics, extra: float
) -> tuple[Placed, ...] | None:
    """All places as early as can be with every gap so much wider; None where the row is too short for that."""
    gap = metrics.block_gap + extra
    above, below = ends.above[0] + extra / 2, ends.below[0] + extra / 2
    end = ends.ticks[0] - metrics.tick_gap - extra / 2
    limits = (ends.ticks[1] - extra / 2, ends.above[1] + gap - extra / 2, ends.below[1] + gap - extra / 2)
    row = []
    for width, choice in zip(widths, choices, strict=True):
        over, under = choice.windows(ends.flipped)
        earliest = end + metrics.tick_gap + extra + width / 2
        tick, above, below = _settle(earliest, above, below, over, under)
        row.append(Placed(tick, above, below, (*_holding(tick, above, over), *_holding(tick, below, under))))
        end = tick + width / 2
        if choice.above:
            above += choice.above.width + gap
        if choice.below:
            below += choice.below.width + gap
        ends_here = (end, above if choice.above else 0.0, below if choice.below else 0.0)
        if any(place > limit + _CLOSE for place, limit in zip(ends_here, limits, strict=True)):
            return None
    return tuple(row)


def _holding(tick: float, start: float, windows: Windows) -> Iterator[tuple[float, float]]:
    """The window of a block that a tick lies in, as places along the row."""
    for least, most in windows:
        if start + least - _CLOSE <= tick <= start + most + _CLOSE:
            yield start + least, start + most


def _centred(widths: Sequence[float], row: Sequence[Placed], ends: RowEnds, metrics: Metrics) -> tuple[Placed, ...]:
    """Move each tick toward the middle of its label: a least-squares fit that keeps order and distance.

    Less the distances between them the ticks need only stay in order, so this is isotonic regression within bounds.
    """
    offsets = [widths[0] / 2] if widths else []
    for before, width in pairwise(widths):
        offsets.append(offsets[-1] + (before + width) / 2 + metrics.tick_gap)
    first, final = ends.ticks
    least, most, wanted = [], [], []
    for width, offset, placed in zip(widths, offsets, row, strict=True):
        low = max([first + width / 2, *(window[0] for window in placed.windows)])
        high = min([final - width / 2, *(window[1] for window in placed.windows)])
        least.append(low - offset)
        most.append(high - offset)
        wanted.append(((low + high) / 2 if placed.windows else placed.tick) - offset)
    lows = accumulate(least, max)
    highs = reversed(list(accumulate(reversed(most), min)))
    return tuple(
        replace(placed, tick=min(max(fit, low), high) + offset)
        for placed, fit, low, high, offset in zip(row, in_order(wanted), lows, highs, offsets, strict=True)
    )


def in_order(wanted: Sequence[float]) -> list[float]:
    """The ascending numbers nearest to given ones, by pooling adjacent violators.

    The method is that of Ayer et al. 1955, doi:10.1214/aoms/1177728423.
    """
    pools: list[tuple[float, int]] = []
    for number in wanted:
        total, count = number, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]
