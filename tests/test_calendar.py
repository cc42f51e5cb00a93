"""The calendar of an exact axis: as many dates as there is room for, at the beginning of their months and years."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.layout.ticks import Mark, make_marks
from strategies import examples


def day(*date: int) -> int:
    return datetime.date(*date).toordinal()


def made(start: float, end: float, apart: float) -> list[Mark]:
    """The marks that are so many days apart."""

    def roomy(dates: Sequence[Mark]) -> bool:
        return all(later.day - mark.day >= apart for mark, later in itertools.pairwise(dates))

    return make_marks(start, end, lambda mark: True, roomy)


@pytest.mark.parametrize(
    ("apart", "labels"),
    [
        (28, ["Nov. 2022", "Dec.", "2023", "Feb.", "Mar.", "Apr."]),
        (80, ["2023", "Apr."]),
        (150, ["2023"]),
    ],
)
def test_the_densest_that_has_room(apart: float, labels: list[str]) -> None:
    assert [mark.label for mark in made(day(2022, 10, 20), day(2023, 4, 5), apart)] == labels


def test_days() -> None:
    found = made(day(2022, 12, 30), day(2023, 1, 2), 1)
    assert [(mark.id, mark.label, mark.kind) for mark in found] == [
        ("2022-12-30", "30 Dec. 2022", "day"),
        ("2022-12-31", "31 Dec.", "day"),
        ("2023", "2023", "year"),
        ("2023-01-02", "2 Jan.", "day"),
    ]


def test_what_does_not_fit_is_left_out_and_the_next_says_its_year() -> None:
    found = make_marks(
        day(2022, 2, 1), day(2022, 5, 1), lambda mark: mark.id != "2022-02", lambda dates: len(dates) < 9
    )
    assert [mark.label for mark in found] == ["Mar. 2022", "Apr.", "May"]


def test_a_first_one_that_has_no_room_for_its_year_is_left_out() -> None:
    found = make_marks(
        day(2022, 2, 1), day(2022, 4, 1), lambda mark: mark.label != "Feb. 2022", lambda dates: len(dates) < 9
    )
    assert [mark.label for mark in found] == ["Mar. 2022", "Apr."]


def test_some_days_apart_where_there_are_no_two_months() -> None:
    assert [mark.label for mark in made(day(2022, 3, 3), day(2022, 3, 14), 2)] == [
        "3 Mar. 2022", "5 Mar.", "7 Mar.", "9 Mar.", "11 Mar.", "13 Mar."
    ]  # fmt: skip
    assert len(made(day(2022, 3, 3), day(2022, 3, 30), 9)) == 3
    assert [mark.label for mark in made(day(2022, 3, 3), day(2022, 4, 5), 50)] == ["Apr. 2022"]


def test_none_may_fit() -> None:
    assert make_marks(day(2022, 2, 1), day(2022, 4, 1), lambda mark: False, lambda dates: True) == []


def test_so_many_at_the_most() -> None:
    found = make_marks(day(2000, 1, 1), day(2010, 1, 1), lambda mark: True, lambda dates: True, most=20)
    assert len(found) == 11


@settings(max_examples=examples(80))
@given(st.integers(1, 3_600_000), st.integers(0, 30_000), st.sampled_from([1.0, 20.0, 100.0, 400.0, 4000.0]))
def test_marks_are_true_dates_within_the_span(start: int, length: int, apart: float) -> None:
    found = made(start, start + length, apart)
    assert len({mark.id for mark in found}) == len(found)
    for mark, later in itertools.pairwise(found):
        assert later.day - mark.day >= min(apart, 4000)
    for mark in found:
        date = datetime.date.fromordinal(int(mark.day))
        assert start <= mark.day <= start + length
        assert mark.id == date.isoformat()[: {"year": 4, "month": 7, "day": 10}[mark.kind]]
    if found:
        assert found[0].id[:4].lstrip("0") in found[0].label


def test_spans_beyond_the_calendar() -> None:
    assert made(-1e9, 1e9, 300_000)[0].label
