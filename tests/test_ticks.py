"""Ticks: one for each date that occurs, one for each year, all in order, every item once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import stub_measure
from modeltree.layout.ticks import fitting_grain, make_ticks
from modeltree.records import Grain, PartialDate
from strategies import partial_dates

GRAINS: Sequence[Grain] = ("year", "quarter", "month", "day")


def ticks_of(dates: Sequence[str], grain: Grain = "month") -> list[tuple[str, str, str, tuple[int, ...]]]:
    ticks = make_ticks([PartialDate.parse(date) for date in dates], stub_measure, grain)
    return [(tick.id, tick.label, tick.kind, tick.items) for tick in ticks]


def test_months_in_which_nothing_happened_are_left_out() -> None:
    assert ticks_of(["2019-03", "2019-11-02", "2021", "2019-03-30"]) == [
        ("2019", "2019", "year", ()),
        ("2019-03", "Mar.", "month", (0, 3)),
        ("2019-11", "Nov.", "month", (1,)),
        ("2021", "2021", "year", (2,)),
    ]


def test_a_date_without_month_is_the_years() -> None:
    assert ticks_of(["2020-01", "2020"]) == [("2020", "2020", "year", (1,)), ("2020-01", "Jan.", "month", (0,))]


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("year", [("2020", "2020", "year", (0, 1, 2))]),
        ("quarter", [("2020", "2020", "year", (2,)), ("2020-Q2", "Q2", "quarter", (0, 1))]),
        ("month", [("2020", "2020", "year", (2,)), ("2020-05", "May", "month", (0, 1))]),
        (
            "day",
            [("2020", "2020", "year", (2,)), ("2020-05", "May", "day", (1,)), ("2020-05-09", "9 May", "day", (0,))],
        ),
    ],
)
def test_grains(grain: Grain, expected: object) -> None:
    assert ticks_of(["2020-05-09", "2020-05", "2020"], grain) == expected


@given(st.lists(partial_dates(), max_size=30), st.sampled_from(GRAINS))
def test_every_date_has_its_tick_and_all_are_in_order(dates: list[PartialDate], grain: Grain) -> None:
    ticks = make_ticks(dates, stub_measure, grain)
    assert sorted(item for tick in ticks for item in tick.items) == list(range(len(dates)))
    assert [tick.id for tick in ticks] == sorted({tick.id for tick in ticks})
    assert {tick.id for tick in ticks if tick.kind == "year"} == {str(date.at("year")) for date in dates}
    for tick in ticks:
        assert tick.kind in {"year", grain}
        assert list(tick.items) == sorted(tick.items)
        assert {dates[item].at(grain) for item in tick.items} <= {tick.date}
        assert tick.items or tick.kind == "year"


@given(st.lists(partial_dates(), min_size=1, max_size=5), st.sampled_from(GRAINS))
def test_a_tick_has_room_for_its_label(dates: list[PartialDate], grain: Grain) -> None:
    for tick in make_ticks(dates, stub_measure, grain):
        assert tick.width > stub_measure(tick.label, bold=True)[0] * (1.0 if tick.kind == "year" else 0.9)
        assert tick.height > 1.2


def test_no_dates_no_ticks() -> None:
    assert make_ticks([], stub_measure) == ()


MONTHS = [PartialDate(2000 + number // 12, 1 + number % 12) for number in range(2000)]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], "month"),
        (MONTHS[:1], "month"),
        (MONTHS[:160], "month"),
        (MONTHS[:161], "quarter"),
        (MONTHS[: 3 * 160], "quarter"),
        (MONTHS, "year"),
        ([PartialDate(2023, 3, 1), PartialDate(2023, 4, 30)], "day"),
        ([PartialDate(2023, 3, 1), PartialDate(2023, 6, 1)], "month"),
        ([PartialDate(2023, 3), PartialDate(2023, 4)], "month"),
        ([PartialDate(2023, 3, 1), PartialDate(2023)], "month"),
    ],
)
def test_the_grain_that_fits(dates: list[PartialDate], expected: Grain) -> None:
    assert fitting_grain(dates) == expected
