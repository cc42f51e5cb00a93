"""Dates and sizes as people write them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from modeltree._util.text import lazy_pattern
from modeltree.findings import InvalidDateError, shown
from modeltree.records import PartialDate
from modeltree.values.words import is_missing

DateOrder = Literal["day-first", "month-first"]
"""What decides a date such as 3/4/2024, which may be one of two."""

# Dates

_ISO_TIME = lazy_pattern(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2}|UTC|GMT)?\s*"
)
_TIME = lazy_pattern(
    r"(?<=\d)(?:\s*,\s*|\s+|T)(?:at\s+)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?\s*(?:[AP]\.?M\.?)?"
    r"\s*(?:Z|UTC|GMT|[A-Z]{3,4}|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2})?(?:\s*\([A-Za-z ]+\))?$",
    re.IGNORECASE,
)
_WEEKDAY = lazy_pattern(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_MONTH_WORDS = (
    "jan january januar jänner janvier janv enero ene janeiro gennaio gen januari января январь",
    "feb february februar février févr fév fevrier febrero fevereiro fev febbraio februari февраля февраль",
    "mar march märz maerz mär mrz mars marzo março marco maart марта март",
    "apr april avril avr abril abr aprile апреля апрель", "may mai mayo maio maggio mag mei мая май",
    "jun june juni juin junio junho giugno giu июня июнь",
    "jul july juli juillet juil julio julho luglio lug июля июль",
    "aug august août aout agosto ago augustus августа август",
    "sep sept september septembre septiembre setembro settembre set сентября сентябрь",
    "oct october oktober okt octobre octubre outubro out ottobre ott октября октябрь",
    "nov november novembre noviembre novembro ноября ноябрь",
    "dec december dezember dez décembre déc decembre diciembre dezembro dicembre dic декабря декабрь",
)  # fmt: skip
_MONTHS = {word: month for month, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_MONTH = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY, _YEAR, _BETWEEN = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|\.|º|°)?", "(?P<year>[0-9]{4})", r"[\s,/-]\s*(?:of\s+)?"
_SHORT = "(?P<short>[0-9]{2})"
_SHORT_YEAR = f"(?:{_YEAR}|['’]?{_SHORT})"
_WRITTEN = lazy_pattern(r"[0-9]{4}(-(?!00)[0-9]{2}(-(?!00)[0-9]{2})?)?")
_UNKNOWN = "00|xx|\\?\\?|--|__"
_DATES = [
    lazy_pattern(form, re.IGNORECASE)
    for form in (
        r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?:(?P=mark)(?P<day>[0-9]{1,2}))?",
        r"(?P<year>[0-9]{4})\s*[年년](?:\s*(?P<month>[0-9]{1,2})\s*[月월](?:\s*(?P<day>[0-9]{1,2})\s*[日号일])?)?",
        rf"(?P<year>[0-9]{{4}})(?P<mark>[-./])(?:(?P<month>0?[1-9]|1[0-2])(?P=mark)(?:{_UNKNOWN})|(?:{_UNKNOWN})"
        rf"(?:(?P=mark)(?:{_UNKNOWN}))?)",
        r"(?P<month>[0-9]{1,2})[-./](?P<year>[0-9]{4})",
        rf"{_MONTH}{_BETWEEN}{_YEAR}",
        rf"{_YEAR}{_BETWEEN}\(?{_MONTH}\)?",
        rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_SHORT_YEAR}",
        rf"{_MONTH}(?:-|\s*['’]){_SHORT}",
        rf"(?:{_DAY}\s+de\s+)?{_MONTH}\s+(?:del?\s+)?{_YEAR}",
        rf"{_MONTH}\s*{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}{_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}",
        r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})",
        r"(?P<year>[0-9]{4})\.0+",
        rf"(?P<quarter>[1-4])q(?:[\s-]*{_YEAR}|[\s-]*['’]{_SHORT})",
        rf"q(?P<quarter>[1-4])(?:[\s,/-]*{_YEAR}|[\s-]*['’]{_SHORT})",
        r"(?P<year>[0-9]{4})[\s,/-]*q(?P<quarter>[1-4])",
        r"(?P<quarter>[1-4])(?:st|nd|rd|th|\.)?\s+(?:quarter|quartal|trimestre)(?:\s+of)?\s+(?P<year>[0-9]{4})",
        r"(?P<first>[0-9]{1,2})(?P<mark>[-./])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})",
        rf"(?P<first>[0-9]{{1,2}})(?P<mark>[./])(?P<second>[0-9]{{1,2}})(?P=mark){_SHORT}",
        rf"['’]{_SHORT}",
    )
]
_ABOUT_DATE = lazy_pattern(
    r"^(?:(?:ca|circa|c|about|around|approx|since|in|on|from|released|~|≈)\.?\s+|[~≈∼]\s*"
    r"|(?:early|mid|late|spring|summer|fall|autumn|winter|h[12]|(?:beginning|middle|end)\s+of|anfang|mitte|ende|début"
    r"|fin)[\s,-]+)(?=\S)",
    re.IGNORECASE,
)
_PART_OF_YEAR = lazy_pattern(r"(?<=[0-9]{4})[\s,/-]*h[12]$|(?<=年)\s*[初中底末]$", re.IGNORECASE)
_LABEL_OF_DATE = lazy_pattern(r"^[^\W\d_][\w .-]{0,30}:\s+(?=\S)")
_REIWA = lazy_pattern(r"(?:令和|R)\s*(元|[0-9]{1,2})\s*年")
_YEAR_WORD = lazy_pattern(r"(?<=[0-9]{4})\s*(?:г\.?|года?)$")
_DATE_RANGE = lazy_pattern(r"\s+(?:to|until|bis|au?|al|-|→)\s+|\s*[-–~至→]\s*(?=[^-–~至→]*[0-9]{4})")
_CLOCK = lazy_pattern(r"\s[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?=\s+[0-9]{4}$)")
_BEHIND = lazy_pattern(r"\s*[(（][^()（）]*[)）]$")
_NUMBER = lazy_pattern(r"([0-9]{5,19})(?:\.[0-9]+)?|[0-9](?:\.[0-9]{1,18})?[eE]\+?(?:[89]|1[0-9])")
_MARKS = lazy_pattern(
    r"(?:\s*\[(?:[0-9]{1,3}|[a-z]|note [0-9]{1,2})\])+$|[*†‡§¶⁰¹²³⁴-⁹]+$|(?<=\w)\s*\?+$", re.IGNORECASE
)
_FIRST_DAY, _LAST_DAY = 15_000, 73_050  # of the days that spreadsheets count: 1941 to the year 2100
_EPOCHS = ((10**8, 1), (10**11, 1000), (10**14, 10**6), (10**17, 10**9))
_SPREADSHEET_ZERO = datetime.date(1899, 12, 30)

# Sizes

_NUM = r"[0-9]+(?:\.[0-9]+)?"
_SIZE = lazy_pattern(
    rf"(?P<times>[0-9]{{1,4}}\s*[x×*]\s*)?(?P<number>{_NUM})\s*(?P<unit>[^\W\d_][^\W\d_.-]*\.?)?(?P<more>\s*\+)?",
    re.IGNORECASE,
)
_LEADING_SIZE = lazy_pattern(
    r"([0-9]{1,6}(?:\.[0-9]{1,6})? ?[KMBT])(?:\s+parameters\b\s*(\(dense(?: model)?\))?)?", re.IGNORECASE
)
_UNITS = {"k": "K", "m": "M", "b": "B", "t": "T", "bn": "B", "g": "B", "thousand": "K", "million": "M", "mm": "M"}
_UNITS |= {"billion": "B", "trillion": "T", "millions": "M", "billions": "B", "trillions": "T", "mil": "M", "bil": "B"}
_UNITS |= {"bio": "B", "mio": "M", "mrd": "B", "tn": "T", "tril": "T", "mill": "M", "thousands": "K", "milliarden": "B"}
_UNITS |= {"millionen": "M", "milliards": "B", "milliard": "B", "milliarde": "B", "billionen": "T"}
_UNITS |= {"md": "B", "兆": "T", "млрд": "B", "млн": "M", "трлн": "T", "миллиардов": "B", "миллионов": "M"}
_UNITS |= {"mld": "B", "miliardi": "B", "milioni": "M", "bilhões": "B", "bilhão": "B", "milhões": "M", "millones": "M"}
_COUNTED = {"亿": 10**8, "億": 10**8, "万": 10**4, "萬": 10**4, "十亿": 10**9, "百万": 10**6, "千万": 10**7}
_COUNTED |= {"万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "千億": 10**11, "百億": 10**10, "十億": 10**9}
_COUNTED |= {"조": 10**12, "천억": 10**11, "백억": 10**10, "십억": 10**9, "억": 10**8, "백만": 10**6, "만": 10**4}
_PARAMETERS = lazy_pattern(r"\s*(?:param(?:eter|ètre)?s?\.?|参数|パラメータ|\b(?:moe|dense|sparse))\s*$", re.IGNORECASE)
_ABOUT = lazy_pattern(
    r"(?:[~≈∼<>≤≥＜＞]\s*=?|\b(?:up to|at most|at least|est(?:imated)?|about|approx(?:imately)?|around|circa|ca|roughly"
    r"|nearly|almost|over|under|below|above|more than|less than|max|min|bis zu|etwa|jusqu'à|environ|约|約)(?![a-z])"
    r"\.?)\s*",
    re.IGNORECASE,
)
_ASIDE = lazy_pattern(r"\s*[(\[（][^()\[\]（）]*[)\]）]")
_ACTIVE = lazy_pattern(rf"(?<=[BMT])[-\s]A{_NUM}[BM]\b.*", re.IGNORECASE)
_ACTIVE_ONLY = lazy_pattern(r"\b(?:active|activated)\b|激活", re.IGNORECASE)
_TOTAL = lazy_pattern(r"\s*(?:\b(?:in\s+)?total\b|总(?:共|计|参数)?)\s*", re.IGNORECASE)
_THOUSANDS = lazy_pattern(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})*,0[0-9]{2}(?:,[0-9]{3})*(?![0-9])")
_EXPERTS = lazy_pattern(
    rf"[0-9]+\s*[x×*]\s*{_NUM}\s*[BMT]?\s*[(（]\s*(?P<total>{_NUM}\s*[BMT])\b[^()（）]*[)）]", re.IGNORECASE
)
_BETWEEN_TWO = lazy_pattern(
    r"\b(?:between|zwischen|entre)\s+(\S[^,;]*?)\s+(?:and|und|et|y|e)\s+(?=[0-9])(\S+)", re.IGNORECASE
)
_LABEL = lazy_pattern(r"[^\W\d][\w .-]{0,30}:\s*(?=[~<>≈]?\s*[0-9])")
_RANGE = lazy_pattern(
    rf"(?P<low>{_NUM}\s*[^\W\d_]*)\s*(?:-|\bto\b|~|\bbis\b|至|到|\.\.+|…)\s*(?P<high>{_NUM}\s*[^\W\d_]+|{_NUM})",
    re.IGNORECASE,
)
_SEPARATOR = lazy_pattern(r"[,;/\n、，；]|\s+(?:and|&|\||or|und|et)\s+|(?<=[BMKTbmkt])\s+(?=[0-9])|\s*\|\s*")
_GROUPED = lazy_pattern(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_ONE_NUMBER = lazy_pattern(r"[0-9]{1,3}(?:([,. _'’\u202f\u2009])[0-9]{3})(?:\1[0-9]{3})+")
_MAYBE_DECIMAL = lazy_pattern(r"[0-9]{1,3},[0-9]{1,2}")
_DECIMAL_COMMA = lazy_pattern(r"(?<![0-9,.])([0-9]{1,3}),([0-9]{1,2})(?=\s*[^\W\d_])")
_UNIT = lazy_pattern(
    r"[(\[（]\s*(?:in\s+|#\s*)?(?P<unit>[^\W\d_]+)\.?\s*[)\]）]|\bin\s+(?P<word>[^\W\d_]+)\s*$", re.IGNORECASE
)
_LONGEST_SIZES = 400
_FEWEST = 1_000_000  # a smaller number without a unit is no count of parameters
_COUNT = lazy_pattern(r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE]\+?[0-9]{1,2})?")


class Parsed(NamedTuple):
    """A value in the form of its field, and what was changed to get there, if anything."""

    value: str
    note: str | None = None


def parse_date(text: str, order: DateOrder | None = None) -> Parsed:
    """A date as ISO 8601 writes it, where the text can mean only one, or where an order decides.

    Excel's days, seconds and milliseconds since 1970, quarters (by their first month), ranges (by their beginning) and
    times of day are read too.
    """
    plain = re.sub(r"\s*[‐-―−]\s*", "-", " ".join(text.split()))
    if _WRITTEN.fullmatch(plain):
        return Parsed(plain, None if plain == text.strip() else f"{shown(text)} is read as {plain}")
    if len(plain) > 60:
        return Parsed(text)
    dates = _dates_in(plain, order)
    if len(dates) == 1:
        return Parsed(dates[0], f"{shown(text)} is read as {dates[0]}")
    return Parsed(text, f"{shown(text)} may be {' or '.join(dates)}" if dates else None)


def _dates_in(plain: str, order: DateOrder | None, *, ranges: bool = True) -> list[str]:
    """All dates that a text on one line can mean; of a range, those of its beginning."""
    bare = plain.strip("()[]（） ") if plain[:1] in "([（" else _MARKS.sub("", plain)
    bare = _CLOCK.sub("", _WEEKDAY.sub("", _TIME.sub("", bare), count=1), count=1)
    bare = _PART_OF_YEAR.sub("", _ABOUT_DATE.sub("", bare, count=1)).strip(" ,")
    bare = _REIWA.sub(lambda era: f"{2018 + int(era[1].replace('元', '1'))}年", _YEAR_WORD.sub("", bare))
    for form in _DATES:
        if (match := form.fullmatch(bare)) and (dates := sorted(_dates_from(match.groupdict(), order))):
            return dates
    if number := _NUMBER.fullmatch(bare):
        date = _counted_date(int(number[1] or parse_count(bare)))
        return [date] if date else []
    if _WRITTEN.fullmatch(bare):
        return [bare]
    for between in _DATE_RANGE.finditer(bare) if ranges else ():
        begin, end = (_dates_in(part, order, ranges=False) for part in (bare[: between.start()], bare[between.end() :]))
        if end and any("-" in date for date in begin):  # "2022-2023" says no month
            return begin
    # "2023-03-30 (paper)", "Announced: May 2023"
    around = next((form for form in (_BEHIND, _LABEL_OF_DATE) if form.search(bare)), None)
    return _dates_in(around.sub("", bare, count=1), order, ranges=ranges) if around else []


def _dates_from(parts: dict[str, str | None], order: DateOrder | None) -> set[str]:
    """The dates that a year with a month and a day, or with two numbers in either order, can mean."""
    year = int(parts.get("year") or f"20{parts.get('short') or '00'}")
    name, day, triples = parts.get("name"), parts.get("day"), list[tuple[int, ...]]()
    if parts.get("first"):
        pair = int(parts["first"] or 0), int(parts["second"] or 0)
        triples = [(year, *pair)] * (order != "day-first") + [(year, *reversed(pair))] * (order != "month-first")
    elif parts.get("quarter"):
        triples = [(year, int(parts["quarter"] or 1) * 3 - 2)]
    elif name or parts.get("month"):
        month = _MONTHS[name.casefold()] if name else int(parts["month"] or 0)
        triples = [(year, month, int(day))] if day else [(year, month)]
    else:
        triples = [(year,)]
    dates = set()
    for triple in triples:
        try:
            dates.add(str(PartialDate(*triple)))
        except InvalidDateError:
            continue
    return dates


def _counted_date(number: int) -> str | None:
    """The day that is so many days after Excel's zero, or seconds, milliseconds, … after the beginning of 1970."""
    if _FIRST_DAY <= number <= _LAST_DAY:
        return str(_SPREADSHEET_ZERO + datetime.timedelta(days=number))
    unit = next((unit for least, unit in reversed(_EPOCHS) if least <= number), None)
    seconds = number // unit if unit else 0
    if not 0 < seconds < 4_102_444_800:  # the year 2100
        return None
    return str(datetime.datetime.fromtimestamp(seconds, datetime.UTC).date())


def day_of(value: Any) -> Any:
    """The day of a time stamp; any other value is returned unchanged."""
    match = _ISO_TIME.fullmatch(value) if isinstance(value, str) and len(value) <= 60 else None
    return match[1] if match else value


def unit_of(header: str) -> str | None:
    """The unit that the header of a column gives to the numbers in it."""
    match = _UNIT.search(header) or re.search(
        r"[a-z][\s_](?P<unit>b|m|bn|billions?|millions?)$(?P<word>)?", header, re.IGNORECASE
    )
    return _UNITS.get((match["unit"] or match["word"]).casefold()) if match else None


def with_unit(text: str, unit: str | None) -> str:
    """A text of sizes in which each number without a unit has that of its column."""
    if not unit or (_COUNT.fullmatch(text) and Decimal(text) >= _FEWEST):
        return text
    return re.sub(
        rf"(?<![\w.,]){_NUM}(?:,[0-9]+)*(?![\w.,]*[\w])(?!\s*[^\W\d_]\w*\b(?<!and)(?<!to))", rf"\g<0>{unit}", text
    )


def parse_sizes(text: str, unit: str | None = None) -> Iterator[Parsed]:
    """The sizes in a text with several, as `parse_size` reads each; of a range, its two ends."""
    if len(text) > _LONGEST_SIZES:
        yield Parsed(text)
        return
    plain = re.sub(r"[‐-―−]", "-", text).strip()
    if whole := _whole_number(plain):
        yield whole
        return
    given = plain
    # "8x7B (47B)" says how many there are in all.
    plain = _EXPERTS.sub(r"\g<total>", _THOUSANDS.sub(lambda match: match[0].replace(",", ""), plain))
    grouped = _GROUPED.search(plain)
    if grouped and "," in re.sub(r",\s", " ", grouped[0]):
        yield Parsed("", f"{shown(text)} may be one number or several")
        return
    plain = _DECIMAL_COMMA.sub(r"\1.\2", plain) if unit is None else re.sub(r"(?<![0-9,.])0,(?=[0-9])", "0.", plain)
    if unit and _MAYBE_DECIMAL.fullmatch(plain):
        yield Parsed("", f"{shown(text)} may be one number or several")
        return
    bare = _ASIDE.sub("", _MARKS.sub("", plain))
    if not re.search("[0-9]", bare) and (aside := _ASIDE.search(plain)):  # "Large (340M)"
        bare = aside[0].strip(" ([)]（）")
    bare = _LABEL.sub("", _ACTIVE.sub("", _BETWEEN_TWO.sub(r"\1 to \2", bare)))
    parts = [part.strip() for part in _SEPARATOR.split(bare) if not is_missing(part)]
    if not parts and not is_missing(bare):
        parts = [bare]
    if all_of := [_TOTAL.sub("", part) for part in parts if not _ACTIVE_ONLY.search(part)]:
        parts, bare = all_of, _TOTAL.sub("", bare)
    several = len(parts) > 1
    carried = unit
    sizes: list[Parsed] = []
    # "7/13B": a number without a unit has that of the next one.
    for part in reversed(parts):
        found = list(_sizes_in(part, carried, text if not several else part))
        carried = (_unit_in(part) or carried) if several else unit
        sizes = found + sizes
    if sizes and all(size.value for size in sizes) and bare != given and not any(size.note for size in sizes):
        sizes[0] = Parsed(sizes[0].value, f"{shown(text)} is read as {' and '.join(size.value for size in sizes)}")
    yield from sizes


def _whole_number(text: str) -> Parsed | None:
    """One number in groups of three digits, or a float that is nearly whole: a count of parameters."""
    grouped = _ONE_NUMBER.fullmatch(text)
    if grouped:
        digits = "".join(re.findall("[0-9]+", text))
        return Parsed(digits, f"{shown(text)} is read as {digits}")
    count = parse_count(text)
    if isinstance(count, int) and count >= _FEWEST:
        return Parsed(str(count), None if text.isdigit() else f"{shown(text)} is read as {count}")
    return None


def _unit_in(part: str) -> str | None:
    match = re.search(r"[0-9]\s*([^\W\d_]+)\.?\s*$", _PARAMETERS.sub("", part))
    return _UNITS.get(match[1].casefold()) if match else None


def _sizes_in(part: str, unit: str | None, text: str) -> Iterator[Parsed]:
    """The size in a text, or the two ends of a range."""
    bare = _PARAMETERS.sub("", part)
    if (ends := _RANGE.fullmatch(_ABOUT.sub("", bare).strip())) and not parse_size(bare, unit).value.isdigit():
        high = parse_size(ends["high"], unit)
        low = parse_size(ends["low"], _unit_in(ends["high"]) or unit)
        if all(size.value and size.value[0].isdigit() and not size.note for size in (low, high)) or (
            _is_size(low) and _is_size(high)
        ):
            yield Parsed(low.value, f"{shown(text)} is read as {low.value} and {high.value}, the ends of a range")
            yield Parsed(high.value)
            return
    yield parse_size(part, unit)


def _is_size(parsed: Parsed) -> bool:
    return bool(re.fullmatch(rf"{_NUM}[KMBT]?", parsed.value))


def parse_size(text: str, unit: str | None = None) -> Parsed:
    """A number of parameters with its unit; `unit` (K, M, B or T) is what numbers without one are counted in."""
    if whole := _whole_number(text):
        return whole
    bare = _PARAMETERS.sub("", _ABOUT.sub("", text)).strip()
    match = _SIZE.fullmatch(re.sub(r"(?<=[0-9])-(?=[a-z])", "", bare, flags=re.IGNORECASE))
    if not match:
        return Parsed(text)
    written = (match["unit"] or "").casefold().rstrip(".")
    factor = _COUNTED.get(written)
    known = _UNITS.get(written) if written else unit
    if not (known or factor):
        return Parsed(text) if written else Parsed("", f"{shown(text)} has no unit")
    if factor:
        count = Decimal(match["number"]) * factor
        value = str(int(count)) if count == int(count) else text
    elif match["times"]:
        experts = int(re.sub(r"\D", "", match["times"]))
        value = f"{format((Decimal(match['number']) * experts).normalize(), 'f')}{known}"
        return Parsed(value, f"{shown(text)} is read as {value}, which is the most that so many experts have")
    else:
        value = f"{match['number']}{known}"
    plain = bare == text.strip() and len(written) <= 1 and not match["more"] and len(bare) <= len(value) + 1
    return Parsed(value, None if plain else f"{shown(text)} is read as {value}")


def leading_size(text: str) -> tuple[str | None, bool]:
    """The size that a description begins with, and whether it says nothing else."""
    match = _LEADING_SIZE.match(text)
    whole = match is not None and match.end() == len(text)
    return (match[1] if match and (whole or "parameters" in match[0].lower()) else None), whole


def parse_count(text: str) -> int | str:
    """A whole number of parameters, also as ``1.75e+11``, or nearly whole; any other text is returned unchanged."""
    if not _COUNT.fullmatch(text):
        return text
    number = Decimal(text)
    whole = number.to_integral_value()
    return int(whole) if abs(number - whole) <= number * Decimal("1e-9") else text
