"""The ticks of a time axis: which dates stand on it, and what belongs to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modeltree.layout.geometry import Measure
from modeltree.records import Grain, PartialDate

__all__ = ["Tick", "fitting_grain", "make_ticks", "tick_label"]

# More ticks than this are not read one by one.
_MOST_TICKS = 160

_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "Jun.", "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the axis.

    Parameters
    ----------
    id, label : str
        ``"2023-03"`` and ``"Mar."``, ``"2023-Q1"`` and ``"Q1"``, or ``"2023"`` twice.
    date : PartialDate
        The date; of a quarter, its first month.
    kind : {"year", "quarter", "month", "day"}
        What it stands for.
    items : tuple of int
        The places of its items among all dates.
    width, height : float
        Its size in ems of the label type.
    """

    id: str
    label: str
    date: PartialDate
    kind: Literal["year", "quarter", "month", "day"]
    items: tuple[int, ...]
    width: float
    height: float


def make_ticks(dates: Sequence[PartialDate], measure: Measure, grain: Grain = "month") -> tuple[Tick, ...]:
    """A tick for each date that occurs, at the given grain, and one for each year that any of them is in.

    A date that is no more precise than its year belongs to the year's own tick, which comes first in the year.
    """
    members: dict[tuple[bool, PartialDate], list[int]] = {}
    for number, date in enumerate(dates):
        coarse = date.at(grain)
        members.setdefault((True, PartialDate(date.year)), [])
        members.setdefault((coarse.month is None, coarse), []).append(number)
    ticks = []
    for is_year, date in sorted(members, key=lambda key: key[1]):
        label = tick_label(date, grain)
        width, _ = measure(label, bold=is_year)
        size = (width + 1.5, 1.75) if is_year else (0.92 * width + 0.5, 1.25)
        id = f"{date.year:04d}-{label}" if grain == "quarter" and not is_year else str(date)
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


def tick_label(date: PartialDate, grain: Grain = "month") -> str:
    """What stands on the axis for a date: the quarter, month or day alone, or the year."""
    if date.month is None:
        return str(date.year)
    if grain == "quarter":
        return f"Q{(date.month + 2) // 3}"
    month = _MONTHS[date.month - 1]
    return f"{date.day} {month}" if date.day else month
