"""Dates and sizes as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from modeltree.findings import InvalidDateError, shown
from modeltree.records import PartialDate
from modeltree.values.words import is_missing

__all__ = ["Parsed", "day_of", "leading_size", "parse_count", "parse_date", "parse_size", "parse_sizes", "unit_of"]

_TIMESTAMP = re.compile(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2}|UTC)?\s*"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY, _YEAR, _BETWEEN = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?", "(?P<year>[0-9]{4})", r"[\s,/-]\s*(?:of\s+)?"
_WRITTEN = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_DATES = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?:(?P=mark)(?P<day>[0-9]{1,2}))?",
        r"(?P<year>[0-9]{4})\s*年\s*(?P<month>[0-9]{1,2})\s*月(?:\s*(?P<day>[0-9]{1,2})\s*日)?",
        r"(?P<month>[0-9]{1,2})[-./](?P<year>[0-9]{4})",
        rf"{_MONTH}{_BETWEEN}{_YEAR}",
        rf"{_YEAR}{_BETWEEN}{_MONTH}",
        rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_YEAR}",
        rf"{_MONTH}\s*{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}{_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}",
        r"(?P<first>[0-9]{1,2})(?P<mark>[-./])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})",
    )
]

_SIZE = re.compile(
    r"(?P<about>[~≈∼]?)\s*(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[a-z-]*)(?:\s+param(?:eter)?s?)?", re.IGNORECASE
)
_LEADING_SIZE = re.compile(
    r"([0-9]{1,6}(?:\.[0-9]{1,6})? ?[KMBT])(?:\s+parameters\b\s*(\(dense(?: model)?\))?)?", re.IGNORECASE
)
_UNITS = {"k": "K", "m": "M", "b": "B", "t": "T", "bn": "B", "g": "B", "thousand": "K", "million": "M"}
_UNITS |= {"billion": "B", "trillion": "T", "millions": "M", "billions": "B", "mil": "M", "bil": "B"}
_SEPARATOR = re.compile(r"[,;/\n、，]|\s+(?:and|&|\|)\s+|(?<=[BMKbmk])\s+(?=[0-9])")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_UNIT = re.compile(r"[(\[]\s*(?:in\s+|#\s*)?(?P<unit>[a-z]+)\s*[)\]]|\bin\s+(?P<word>[a-z]+)\s*$", re.IGNORECASE)
_FEWEST = 1_000_000  # a smaller number without a unit is no count of parameters
_COUNT = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE]\+?[0-9]{1,2})?")


class Parsed(NamedTuple):
    """A value in the form of its field, and what was changed to get there, if anything."""

    value: str
    note: str | None = None


def parse_date(text: str) -> Parsed:
    """A date as ISO 8601 writes it, where the text can mean only one.

    >>> parse_date("Mar 2023").value, parse_date("2023.3").value, parse_date("14/03/2023").value
    ('2023-03', '2023-03', '2023-03-14')
    >>> parse_date("04/05/2023")
    Parsed(value='04/05/2023', note="'04/05/2023' may be 2023-04-05 or 2023-05-04")
    """
    plain = re.sub(r"\s*[‐-―−]\s*", "-", " ".join(text.split()))
    if _WRITTEN.fullmatch(plain):
        return Parsed(plain, None if plain == text.strip() else f"{shown(text)} is read as {plain}")
    if len(plain) > 40:
        return Parsed(text)
    for form in _DATES:
        match = form.fullmatch(plain)
        dates = sorted(_dates_from(match.groupdict())) if match else []
        if len(dates) == 1:
            return Parsed(dates[0], f"{shown(text)} is read as {dates[0]}")
        if dates:
            return Parsed(text, f"{shown(text)} may be {' or '.join(dates)}")
    return Parsed(text)


def _dates_from(parts: dict[str, str | None]) -> set[str]:
    """The dates that a year with a month and a day, or with two numbers in either order, can mean."""
    year = int(parts["year"] or 0)
    name, day = parts.get("name"), parts.get("day")
    if parts.get("first"):
        pair = int(parts["first"] or 0), int(parts["second"] or 0)
        triples = [(year, *pair), (year, *reversed(pair))]
    else:
        month = _MONTHS.index(name[:3].casefold()) + 1 if name else int(parts["month"] or 0)
        triples = [(year, month, int(day))] if day else [(year, month)]
    dates = set()
    for triple in triples:
        try:
            dates.add(str(PartialDate(*triple)))
        except InvalidDateError:
            continue
    return dates


def day_of(value: Any) -> Any:
    """The day of a time stamp; any other value is returned unchanged.

    >>> day_of("2023-07-18T17:20:01.000Z"), day_of("2023")
    ('2023-07-18', '2023')
    """
    match = _TIMESTAMP.fullmatch(value) if isinstance(value, str) and len(value) <= 60 else None
    return match[1] if match else value


def unit_of(header: str) -> str | None:
    """The unit that the header of a column gives to the numbers in it.

    >>> unit_of("Params (B)"), unit_of("#Params [in millions]"), unit_of("Size")
    ('B', 'M', None)
    """
    match = _UNIT.search(header)
    return _UNITS.get((match["unit"] or match["word"]).casefold()) if match else None


def parse_sizes(text: str, unit: str | None = None) -> Iterator[Parsed]:
    """The sizes in a text with several, as `parse_size` reads each.

    >>> [size.value for size in parse_sizes("7B, 13B/65B")]
    ['7B', '13B', '65B']
    """
    grouped = _GROUPED.search(text)
    if grouped and "," in re.sub(r",\s", " ", grouped[0]):
        yield Parsed("", f"{shown(text)} may be one number or several")
        return
    yield from (parse_size(part.strip(), unit) for part in _SEPARATOR.split(text) if not is_missing(part))


def parse_size(text: str, unit: str | None = None) -> Parsed:
    """A number of parameters with its unit; `unit` (K, M, B or T) is what numbers without one are counted in.

    >>> parse_size("1.5 billion").value, parse_size("7", "B").value
    ('1.5B', '7B')
    >>> parse_size("7")
    Parsed(value='', note="'7' has no unit")
    """
    match = _SIZE.fullmatch(text)
    written = match["unit"].casefold() if match else ""
    if match and not written and not unit:
        is_count = match["number"].isdigit() and int(match["number"][:20]) >= _FEWEST
        return Parsed(text) if is_count else Parsed("", f"{shown(text)} has no unit")
    known = (_UNITS.get(written) if written else unit) if match else None
    if not match or not known:
        return Parsed(text)
    value = f"{match['number']}{known}"
    plain = not match["about"] and len(written) <= 1 and len(match[0]) <= len(value) + 1
    return Parsed(value, None if plain else f"{shown(text)} is read as {value}")


def leading_size(text: str) -> tuple[str | None, bool]:
    """The size that a description begins with, and whether it says nothing else.

    >>> leading_size("7B parameters"), leading_size("13B parameters (dense), 40 layers"), leading_size("12 images")
    (('7B', True), ('13B', False), (None, False))
    """
    match = _LEADING_SIZE.match(text)
    whole = match is not None and match.end() == len(text)
    return (match[1] if match and (whole or "parameters" in match[0].lower()) else None), whole


def parse_count(text: str) -> int | str:
    """A whole number of parameters, also as ``1.75e+11``; any other text is returned unchanged.

    >>> parse_count("1.75e+11"), parse_count("7B")
    (175000000000, '7B')
    """
    if not _COUNT.fullmatch(text):
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else text
