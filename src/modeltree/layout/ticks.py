"""The ticks of a time axis: which dates stand on it, and what belongs to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modeltree.dates import Grain, PartialDate
from modeltree.layout.geometry import Measure

__all__ = ["Tick", "make_ticks"]

_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "Jun.", "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the axis.

    Parameters
    ----------
    id, label : str
        ``"2023-03"`` and ``"Mar."``, or ``"2023"`` twice.
    kind : {"year", "quarter", "month", "day"}
        What it stands for.
    items : tuple of int
        The places of its items among all dates.
    width, height : float
        Its size in ems of the label type.
    """

    id: str
    label: str
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
        label = _label(date, grain)
        width, _ = measure(label, bold=is_year)
        size = (width + 1.5, 1.75) if is_year else (0.92 * width + 0.5, 1.25)
        ticks.append(Tick(str(date), label, "year" if is_year else grain, tuple(members[is_year, date]), *size))
    return tuple(ticks)


def _label(date: PartialDate, grain: Grain) -> str:
    if date.month is None:
        return str(date.year)
    if grain == "quarter":
        return f"Q{(date.month + 2) // 3}"
    month = _MONTHS[date.month - 1]
    return f"{date.day} {month}" if date.day else month
