"""The dates on a time axis: ticks for the dates that occur, and the calendar of an exact axis."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from modeltree._util.languages import ENGLISH, Words
from modeltree.layout.geometry import Measure
from modeltree.records import Grain, PartialDate

YEAR_HEIGHT = 1.75
"""The height of a year on the axis, in ems."""

# More ticks than this are not read one by one.
_MOST_TICKS = 160

# From one mark to the next: days, months, or years.
_INTERVALS: tuple[tuple[Literal["day", "month", "year"], int], ...] = (
    ("day", 1), ("month", 1), ("month", 3), ("month", 6),
    *(("year", years) for years in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000)),
)  # fmt: skip
# How many days apart marks are in a span that has room neither for all of its days nor for two months.
_DAYS_APART = (2, 5, 10, 20)
# Each is at least so many days long.
_DAYS = {"day": 1, "month": 28, "year": 365}


@dataclass(frozen=True, slots=True)
class Tick:
    """A date of models: ``"2023-03"``, ``"Mar."``; ``"2023-Q1"``, ``"Q1"``; or ``"2023"`` twice."""

    id: str
    label: str
    date: PartialDate  # of a quarter, its first month
    kind: Literal["year", "quarter", "month", "day"]
    items: tuple[int, ...]  # the indices of its items among all dates
    width: float  # in ems of the label type, as is the height
    height: float


def make_ticks(
    dates: Sequence[PartialDate], measure: Measure, grain: Grain = "month", words: Words = ENGLISH
) -> tuple[Tick, ...]:
    """A tick for each date that occurs, at the given grain, and one for each year that any of them is in."""
    # A date that is no more precise than its year belongs to the year's own tick, which comes first in the year.
    members: dict[tuple[bool, PartialDate], list[int]] = {}
    for index, date in enumerate(dates):
        coarse = date.at(grain)
        members.setdefault((True, PartialDate(date.year)), [])
        members.setdefault((coarse.month is None, coarse), []).append(index)
    ticks = []
    for is_year, date in sorted(members, key=lambda key: key[1]):
        label = tick_label(date, grain, words)
        size = tick_size(label, is_year, measure)
        id = f"{date.year:04d}-{tick_label(date, grain)}" if grain == "quarter" and not is_year else str(date)
        ticks.append(Tick(id, label, date, "year" if is_year else grain, tuple(members[is_year, date]), *size))
    return tuple(ticks)


def fitting_grain(dates: Sequence[PartialDate]) -> Grain:
    """The grain at which dates are best told apart: days within some weeks, months within some years, then coarser."""
    if not dates:
        return "month"
    span = max(date.upper for date in dates) - min(date.lower for date in dates)
    if span.days <= 62 and any(date.day for date in dates):
        return "day"
    grains: tuple[Grain, ...] = ("month", "quarter")
    return next((grain for grain in grains if len({date.at(grain) for date in dates}) <= _MOST_TICKS), "year")


def tick_label(date: PartialDate, grain: Grain = "month", words: Words = ENGLISH) -> str:
    """The text on the axis for a date: the quarter, month or day alone, or the year."""
    return words.date(None if date.month else date.year, date.month, date.day, grain == "quarter")


def tick_size(label: str, is_year: bool, measure: Measure, year_pad: float = 1.5) -> tuple[float, float]:
    """Width and height of a date on the axis, in ems: years are set bold and larger."""
    width = measure(label, bold=is_year)[0]
    return (width + year_pad, YEAR_HEIGHT) if is_year else (0.92 * width + 0.5, 1.25)


@dataclass(frozen=True, slots=True)
class Mark:
    """A date on an exact axis, at the beginning of its year, month or day, which is given as an ordinal."""

    id: str
    label: str
    day: float
    kind: Literal["year", "month", "day"]


def make_marks(
    start: float, end: float, fits: Callable[[Mark], bool], roomy: Callable[[Sequence[Mark]], bool], most: int = 1000,
    words: Words = ENGLISH,
) -> list[Mark]:  # fmt: skip
    """The densest dates between two days for which there is room; the label of the first one has its year."""
    # `fits` says whether one mark may be there at all, `roomy` whether all have room beside each other. No more than
    # `most` are tried.
    start, end = max(start, 1.0), min(end, float(datetime.date.max.toordinal()))
    marks: list[Mark] = []
    for kind, interval in _INTERVALS:
        if (end - start) / (interval * _DAYS[kind]) <= most:
            marks = _fitting(_dates(start, end, kind, interval), kind, fits, words)
            if roomy(marks):
                break
    if len(marks) > 1:
        return marks
    for interval in _DAYS_APART:  # months and years give no two marks
        if (end - start) / interval <= most:
            days = _fitting(_dates(start, end, "day", interval), "day", fits, words)
            if len(days) > 1 and roomy(days):
                return days
    return marks


def finer_marks(
    marks: Sequence[Mark], end: float, fits: Callable[[Mark], bool], roomy: Callable[[Sequence[Mark]], bool],
    words: Words = ENGLISH,
) -> list[Mark]:  # fmt: skip
    """Marks with half-years, quarters and months between two of them, and after the last, where there is room."""
    finer = list(marks)
    for interval in (6, 3, 1) if marks and all(mark.kind != "day" for mark in marks) else ():
        known, finer = finer, []
        for mark, later in zip(known, [*known[1:], None], strict=True):
            stop = end + 1.0 if later is None else later.day - 1.0
            between = [
                _mark(date, "month", words)
                for date in _dates(mark.day + 1.0, max(stop, mark.day + 1.0), "month", interval)
            ]
            between = [one for one in between if mark.day < one.day < stop]
            finer.append(mark)
            if between and all(map(fits, between)) and roomy([mark, *between, *([later] if later else [])]):
                finer += between
    return finer


def day_mark(day: float, words: Words = ENGLISH) -> Mark:
    """The mark of a day, with its year."""
    return _with_year(_mark(datetime.date.fromordinal(math.floor(day)), "day"), words)


def month_starts(start: float, end: float, most: int) -> list[tuple[str, float]]:
    """The beginnings of the months from the one with the first day to the last day; of years, where months are many."""
    kind: Literal["month", "year"] = "month" if (end - start) / _DAYS["month"] <= most else "year"
    first = datetime.date.fromordinal(math.floor(start)).replace(day=1)
    if kind == "year":
        first = first.replace(month=1)
    marks = (_mark(date, kind) for date in _dates(first.toordinal(), end, kind, 1))
    return [(mark.id, mark.day) for mark in marks]


def _fitting(
    dates: Iterator[datetime.date], kind: Literal["day", "month", "year"], fits: Callable[[Mark], bool], words: Words
) -> list[Mark]:
    """The dates that fit, when the first of them has its year in its label."""
    marks = [_mark(date, kind, words) for date in dates]
    for index, mark in enumerate(marks):
        first = _with_year(mark, words)
        if fits(first):
            return [first, *filter(fits, marks[index + 1 :])]
    return []


def _dates(start: float, end: float, kind: str, interval: int) -> Iterator[datetime.date]:
    first = datetime.date.fromordinal(math.ceil(start))
    last = datetime.date.fromordinal(math.floor(end))
    if kind == "day":
        yield from map(datetime.date.fromordinal, range(first.toordinal(), last.toordinal() + 1, interval))
        return
    months = interval if kind == "month" else 12 * interval
    month = -(-(12 * first.year + first.month - 1 + (first.day > 1)) // months) * months
    while month <= 12 * last.year + last.month - 1:
        if month >= 12:
            yield datetime.date(month // 12, month % 12 + 1, 1)
        month += months


def _with_year(mark: Mark, words: Words) -> Mark:
    date = PartialDate.parse(mark.id)
    return replace(mark, label=words.date(mark.id[:4] if date.month else date.year, date.month, date.day))


def _mark(date: datetime.date, kind: Literal["day", "month", "year"], words: Words = ENGLISH) -> Mark:
    if date.month == 1 and date.day == 1:
        year = PartialDate(date.year)
        return Mark(str(year), str(date.year), date.toordinal(), "year")
    partial = PartialDate(date.year, date.month, date.day) if kind == "day" else PartialDate(date.year, date.month)
    return Mark(str(partial), tick_label(partial, words=words), date.toordinal(), "day" if kind == "day" else "month")
