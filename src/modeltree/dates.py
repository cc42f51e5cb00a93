"""Dates as precise as the source is: a year, a month, or a day."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import total_ordering
from typing import TYPE_CHECKING, Any, Literal, get_args

from modeltree.errors import InvalidDateError, shown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Grain", "PartialDate"]

Grain = Literal["year", "quarter", "month", "day"]

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@total_ordering
@dataclass(frozen=True, slots=True, eq=True)
class PartialDate:
    """A year, a month of a year, or a day.

    Dates are ordered by the first day they may mean, and among those that begin on the same day the less
    precise comes first: ``2023 < 2023-01 < 2023-01-01 < 2023-01-02 < 2023-02``. Only dates of the same
    precision and value are equal, so the order is total and agrees with equality and hashing.

    Parameters
    ----------
    year : int
        1 to 9999.
    month : int, optional
        1 to 12.
    day : int, optional
        1 to the length of the month; needs a month.

    Examples
    --------
    >>> PartialDate.parse("2023-03")
    PartialDate(2023, 3)
    >>> PartialDate.parse("2023-03").upper
    datetime.date(2023, 3, 31)
    >>> PartialDate(2023) < PartialDate(2023, 1)
    True
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        for part in (self.year, self.month, self.day):
            if part is not None and (isinstance(part, bool) or not isinstance(part, int)):
                raise InvalidDateError(f"{shown(part)} is no year, month or day: they are integers; parse reads text")
        written = str(self)
        _check(written, "year", self.year, 1, 9999)
        if self.month is None:
            if self.day is not None:
                raise InvalidDateError(f"{written!r} is no date: a day needs a month")
            return
        _check(written, "month", self.month, 1, 12)
        if self.day is not None:
            length = calendar.monthrange(self.year, self.month)[1]
            _check(written, "day", self.day, 1, length, f" in {self.year:04d}-{self.month:02d}")

    @classmethod
    def parse(cls, value: PartialDate | datetime.date | str | int) -> PartialDate:
        """Read ``2019``, ``"2019"``, ``"2023-03"``, ``"2023-03-14"`` or a `datetime.date`.

        Raises
        ------
        InvalidDateError
            When the value is none of these; the message says what is wrong with it.
        """
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, datetime.date):
            return cls(value.year, value.month, value.day)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9999:
            return cls(value)
        if isinstance(value, str):
            match = _WRITTEN.fullmatch(value.strip())
            if match:
                year, month, day = (int(part) if part else None for part in match.groups())
                assert year is not None
                return cls(year, month, day)
        raise InvalidDateError(f"{shown(value)} is no date: write YYYY, YYYY-MM or YYYY-MM-DD")

    @property
    def grain(self) -> Grain:
        """How precise the date is: ``"year"``, ``"month"`` or ``"day"``."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def lower(self) -> datetime.date:
        """The first day that the date may mean."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def upper(self) -> datetime.date:
        """The last day that the date may mean."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def number(self) -> int:
        """The date as one number in the order of dates: ``20230314`` is a day, ``20230300`` a month.

        Examples
        --------
        >>> PartialDate(2023, 3).number
        20230300
        """
        return self.year * 10000 + (self.month or 0) * 100 + (self.day or 0)

    @classmethod
    def of_number(cls, number: int) -> PartialDate:
        """The date that has a number; see `number`."""
        return cls(number // 10000, number // 100 % 100 or None, number % 100 or None)

    def at(self, grain: Grain) -> PartialDate:
        """The date made no more precise than a grain; a quarter is named by its first month.

        Examples
        --------
        >>> PartialDate(2023, 5, 14).at("quarter")
        PartialDate(2023, 4)
        >>> PartialDate(2023).at("month")
        PartialDate(2023)

        Raises
        ------
        ValueError
            When the grain is none of ``"year"``, ``"quarter"``, ``"month"`` and ``"day"``.
        """
        if grain not in get_args(Grain):
            raise ValueError(f"{shown(grain)} is no grain; there are {', '.join(get_args(Grain))}")
        if grain == "day" or self.month is None:
            return self
        if grain == "year":
            return PartialDate(self.year)
        month = self.month if grain == "month" else (self.month - 1) // 3 * 3 + 1
        return PartialDate(self.year, month)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, int, int]:
        return (self.year, self.month or 0, self.day or 0)

    def __str__(self) -> str:
        rest = (f"-{part:02d}" for part in (self.month, self.day) if part is not None)
        return f"{self.year:04d}{''.join(rest)}"

    def __repr__(self) -> str:
        parts = (self.year, self.month, self.day)
        return f"PartialDate({', '.join(str(part) for part in parts if part is not None)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        day = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
        year = {"type": "integer", "minimum": 1, "maximum": 9999}
        return {"anyOf": [day, year], "description": "YYYY, YYYY-MM or YYYY-MM-DD"}


def _check(written: str, part: str, value: int, low: int, high: int, where: str = "") -> None:
    if not low <= value <= high:
        raise InvalidDateError(f"{written!r} is no date: {part} {value} is not between {low} and {high}{where}")
