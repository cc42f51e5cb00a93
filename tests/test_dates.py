"""Partial dates: their bounds, their order, and what is said of bad ones."""

from __future__ import annotations

import calendar
import copy
import datetime
import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from modeltree.findings import InvalidDateError
from modeltree.records import PartialDate
from strategies import partial_dates

ADAPTER = TypeAdapter(PartialDate)
# Every month of three years, one of them a leap year, with its first and last days.
DATES = [
    PartialDate(*parts)
    for year in (2023, 2024, 2025)
    for month in (None, *range(1, 13))
    for parts in (
        [(year,)]
        if month is None
        else [(year, month), *((year, month, day) for day in (1, 2, calendar.monthrange(year, month)[1]))]
    )
]
any_dates = partial_dates()


@given(any_dates)
def test_text_and_representation_give_the_date_back(date: PartialDate) -> None:
    assert PartialDate.parse(str(date)) == date
    assert eval(repr(date)) == date
    assert pickle.loads(pickle.dumps(date)) == copy.deepcopy(date) == date
    assert ADAPTER.validate_json(ADAPTER.dump_json(date)) == ADAPTER.validate_python(date) == date


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2019", PartialDate(2019)),
        (2019, PartialDate(2019)),
        (1, PartialDate(1)),
        (9999, PartialDate(9999)),
        ("0001", PartialDate(1)),
        ("2023-03", PartialDate(2023, 3)),
        (" 2023-03-14\n", PartialDate(2023, 3, 14)),
        ("2024-02-29", PartialDate(2024, 2, 29)),
        (datetime.date(2023, 3, 14), PartialDate(2023, 3, 14)),
        (datetime.datetime(2023, 3, 14, 15, 9), PartialDate(2023, 3, 14)),  # noqa: DTZ001
        (PartialDate(2023, 3), PartialDate(2023, 3)),
    ],
)
def test_parse(value: object, date: PartialDate) -> None:
    assert PartialDate.parse(value) == date
    assert ADAPTER.validate_python(value) == date


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0000", "'0000' is no date: year 0 is not between 1 and 9999"),
        ("2023-00", "'2023-00' is no date: month 0 is not between 1 and 12"),
        ("2023-13", "'2023-13' is no date: month 13 is not between 1 and 12"),
        ("2023-02-29", "'2023-02-29' is no date: day 29 is not between 1 and 28 in 2023-02"),
        ("2024-02-30", "'2024-02-30' is no date: day 30 is not between 1 and 29 in 2024-02"),
        ("2023-04-00", "'2023-04-00' is no date: day 0 is not between 1 and 30 in 2023-04"),
        ("2023-3", "'2023-3' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        ("March 2023", "'March 2023' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        ("２０２３", "'２０２３' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        ("", "'' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        (0, "0 is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        (10_000, "10000 is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        (20230314, "20230314 is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        pytest.param(10**5000, "this int is no date: write YYYY, YYYY-MM or YYYY-MM-DD", id="huge"),
        (True, "True is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        (2023.5, "2023.5 is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        (None, "None is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
        ("9" * 99, f"'{'9' * 55}...' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"),
    ],
)
def test_a_bad_date_says_what_is_wrong_with_it(value: object, message: str) -> None:
    with pytest.raises(InvalidDateError) as caught:
        PartialDate.parse(value)
    assert str(caught.value) == message
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((10_000,), "'10000' is no date: year 10000 is not between 1 and 9999"),
        ((2023, None, 14), "'2023-14' is no date: a day needs a month"),
        (("2023",), "'2023' is no year, month or day: they are integers; parse reads text"),
        ((2023, 3.0), "3.0 is no year, month or day: they are integers; parse reads text"),
        ((2023, True), "True is no year, month or day: they are integers; parse reads text"),
    ],
)
def test_bad_parts_are_refused(parts: tuple[int, ...], message: str) -> None:
    with pytest.raises(InvalidDateError) as caught:
        PartialDate(*parts)
    assert str(caught.value) == message


@given(any_dates)
def test_bounds_are_the_first_and_last_day_that_it_may_mean(date: PartialDate) -> None:
    assert date.lower.isoformat().startswith(str(date))
    assert date.upper.isoformat().startswith(str(date))
    one = datetime.timedelta(days=1)
    assert date.lower == datetime.date.min or not (date.lower - one).isoformat().startswith(str(date))
    assert date.upper == datetime.date.max or not (date.upper + one).isoformat().startswith(str(date))
    assert date.grain == {4: "year", 7: "month", 10: "day"}[len(str(date))]


def test_the_order_is_the_documented_one() -> None:
    """By the first day, then by precision; total, and in agreement with equality and hashing."""
    for first, second in itertools.product(DATES, repeat=2):
        ours = (first.lower, len(str(first)))
        theirs = (second.lower, len(str(second)))
        assert (first < second, first <= second) == (ours < theirs, ours <= theirs)
        assert (first > second, first >= second) == (ours > theirs, ours >= theirs)
        assert (first == second) == (ours == theirs) == (str(first) == str(second))
        assert first != second or hash(first) == hash(second)
    assert len(set(DATES)) == len(DATES)
    assert [str(date) for date in sorted(DATES)[:6]] == [
        "2023", "2023-01", "2023-01-01", "2023-01-02", "2023-01-31", "2023-02",
    ]  # fmt: skip


def test_dates_compare_with_nothing_else() -> None:
    assert PartialDate(2023) != 2023
    with pytest.raises(TypeError):
        _ = PartialDate(2023) < 2024


@given(any_dates, st.sampled_from(["year", "quarter", "month", "day"]))
def test_at_a_grain_a_date_is_no_more_precise(date: PartialDate, grain: str) -> None:
    coarse = date.at(grain)
    assert coarse.lower <= date.lower <= date.upper
    assert coarse.at(grain) == coarse
    if grain == "quarter" and date.month:
        assert coarse.month in {1, 4, 7, 10}
        assert 0 <= date.month - coarse.month < 3
    else:
        length = {"year": 4, "month": 7, "day": 10, "quarter": 4}[grain]
        assert str(coarse) == str(date)[:length]


def test_an_unknown_grain_is_refused() -> None:
    with pytest.raises(ValueError, match="^'decade' is no grain; there are year, quarter, month, day$"):
        PartialDate(2023).at("decade")


def test_the_representation_has_what_is_known() -> None:
    assert [repr(PartialDate(*parts)) for parts in ((2023,), (2023, 3), (2023, 3, 14))] == [
        "PartialDate(2023)", "PartialDate(2023, 3)", "PartialDate(2023, 3, 14)",
    ]  # fmt: skip


def test_dates_do_not_change() -> None:
    with pytest.raises(AttributeError):
        PartialDate(2023).month = 3


def test_the_json_schema_allows_text_and_years() -> None:
    text, year = ADAPTER.json_schema()["anyOf"]
    assert (text["type"], year) == ("string", {"type": "integer", "minimum": 1, "maximum": 9999})
