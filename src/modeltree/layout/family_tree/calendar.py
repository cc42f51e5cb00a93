"""The calendar of an exact axis: which dates are marked, as many as there is room for."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from modeltree.layout.serpentine.ticks import tick_label
from modeltree.records import PartialDate

__all__ = ["Mark", "marks"]

# From one mark to the next: days, months, or years.
_STEPS: tuple[tuple[Literal["day", "month", "year"], int], ...] = (
    ("day", 1), ("month", 1), ("month", 3), ("month", 6),
    *(("year", years) for years in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000)),
)  # fmt: skip
# How far days are apart in a span that has room neither for all of its days nor for two months.
_APART = (2, 5, 10, 20)
# Each is at least so many days long.
_DAYS = {"day": 1, "month": 28, "year": 365}


@dataclass(frozen=True, slots=True)
class Mark:
    """A date on the axis, at the beginning of its year, month or day.

    Parameters
    ----------
    id, label : str
        ``"2023-03"`` and ``"Mar."``, or ``"2023"`` twice.
    at : float
        When it is, in days.
    kind : {"year", "month", "day"}
        What it is.
    """

    id: str
    label: str
    at: float
    kind: Literal["year", "month", "day"]


def marks(
    start: float, end: float, fits: Callable[[Mark], bool], roomy: Callable[[Sequence[Mark]], bool], most: int = 1000
) -> list[Mark]:
    """The dates between two days: the densest of which a function says that there is room for them.

    The first one says its year, whatever it is.

    Parameters
    ----------
    start, end : float
        From which day to which.
    fits : callable
        Says of a mark whether it may be there at all.
    roomy : callable
        Says of all whether there is room for them beside each other.
    most : int
        For more than so many, which may cost much to find out, there is no room.
    """
    start, end = max(start, 1.0), min(end, float(datetime.date.max.toordinal()))
    found: list[Mark] = []
    for kind, step in _STEPS:
        if (end - start) / (step * _DAYS[kind]) > most:
            continue
        found = _told([_mark(date, kind) for date in _dates(start, end, kind, step)], fits)
        if roomy(found):
            break
    return found if len(found) > 1 else _days(start, end, fits, roomy, most) or found


def _days(
    start: float, end: float, fits: Callable[[Mark], bool], roomy: Callable[[Sequence[Mark]], bool], most: int
) -> list[Mark]:
    """Days that are some days apart, where months and years give no two marks; two at the least."""
    for step in _APART:
        if (end - start) / step <= most:
            found = _told([_mark(date, "day") for date in _dates(start, end, "day", step)], fits)
            if len(found) > 1 and roomy(found):
                return found
    return []


def _told(dates: Sequence[Mark], fits: Callable[[Mark], bool]) -> list[Mark]:
    """Those that fit, when the first of them says its year."""
    for place, mark in enumerate(dates):
        first = mark if mark.kind == "year" else replace(mark, label=f"{mark.label} {mark.id[:4]}")
        if fits(first):
            return [first, *filter(fits, dates[place + 1 :])]
    return []


def _dates(start: float, end: float, kind: str, step: int) -> Iterator[datetime.date]:
    first = datetime.date.fromordinal(math.ceil(start))
    last = datetime.date.fromordinal(math.floor(end))
    if kind == "day":
        yield from map(datetime.date.fromordinal, range(first.toordinal(), last.toordinal() + 1, step))
        return
    months = step if kind == "month" else 12 * step
    number = -(-(12 * first.year + first.month - 1 + (first.day > 1)) // months) * months
    while number <= 12 * last.year + last.month - 1:
        if number >= 12:
            yield datetime.date(number // 12, number % 12 + 1, 1)
        number += months


def _mark(date: datetime.date, kind: Literal["day", "month", "year"]) -> Mark:
    if date.month == 1 and date.day == 1:
        year = PartialDate(date.year)
        return Mark(str(year), str(date.year), date.toordinal(), "year")
    partial = PartialDate(date.year, date.month, date.day) if kind == "day" else PartialDate(date.year, date.month)
    return Mark(str(partial), tick_label(partial), date.toordinal(), "day" if kind == "day" else "month")
