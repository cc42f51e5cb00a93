"""The serpentine as asked for: a page or a type, a time scale, rows, and a former layout."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import check_layout, item_lists, make_items, stub_measure
from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, TickBox
from modeltree.layout.plane import distance_along
from modeltree.layout.serpentine import serpentine
from modeltree.layout.serpentine.blocks import DatedItem
from modeltree.layout.serpentine.solver import months_of
from modeltree.layout.ticks import fitting_grain, make_ticks
from modeltree.records import PartialDate
from strategies import examples

ITEMS = make_items(92, seed=7)
SCALE = (
    pytest.mark.scale,
    pytest.mark.skipif(os.environ.get("MODELTREE_SCALE") != "1", reason="takes long: set MODELTREE_SCALE=1"),
)


def rows_of(layout: Layout) -> int:
    """How often the curve turns, and one."""
    rightward = [end[0] > start[0] for start, end in pairwise(layout.axis) if abs(end[0] - start[0]) > 1e-9]
    return 1 + sum(one != other for one, other in pairwise(rightward))


def test_a_page_that_is_given_is_kept() -> None:
    layout = serpentine(ITEMS[:5], stub_measure, page=(700, 600), trim=False)
    assert (layout.page.width, layout.page.height) == (700, 600)
    check_layout(layout, ITEMS[:5])


def test_a_type_that_is_given_is_kept_on_the_lowest_page() -> None:
    layout = serpentine(ITEMS, stub_measure, page=(700, None), font_size=9.0)
    assert layout.font_size == 9.0
    check_layout(layout, ITEMS)
    larger = serpentine(ITEMS, stub_measure, page=(700, None), font_size=12.0)
    assert larger.page.height > layout.page.height
    # It is the smallest page: on one that is a tenth lower it does not fit.
    with pytest.raises(LayoutError, match=r"in type of 9 pt the figure is \d+ pt high, and the page has \d+ pt for it"):
        serpentine(ITEMS, stub_measure, page=(700, 0.9 * layout.page.height), font_size=9.0)


def test_a_type_that_fits_on_the_page_is_kept_there() -> None:
    largest = serpentine(ITEMS, stub_measure, trim=False)
    layout = serpentine(ITEMS, stub_measure, trim=False, font_size=0.9 * largest.font_size)
    assert layout.font_size == pytest.approx(0.9 * largest.font_size)
    check_layout(layout, ITEMS)


def test_a_page_of_a_width_is_as_high_as_it_must_be() -> None:
    layout = serpentine(ITEMS, stub_measure, page=(700, None))
    check_layout(layout, ITEMS)
    assert layout.page.width == 700


def test_what_cannot_be() -> None:
    with pytest.raises(LayoutError, match="a label is wider than a row"):
        serpentine(ITEMS, stub_measure, page=(700, None), font_size=300.0)
    with pytest.raises(LayoutError, match="there cannot be 0 rows"):
        serpentine(ITEMS, stub_measure, rows=0)
    with pytest.raises(LayoutError, match=r"there cannot be 9999 rows: there are only \d+ dates"):
        serpentine(ITEMS, stub_measure, rows=9999)
    with pytest.raises(LayoutError, match="rows cannot fall"):
        serpentine(ITEMS, stub_measure, fall=-1.0)


@settings(max_examples=examples(20), deadline=None)
@given(item_lists(max_size=120), st.floats(0, 4))
def test_rows_that_fall(items: list[DatedItem], fall: float) -> None:
    check_layout(serpentine(items, stub_measure, fall=fall), items)


def test_a_falling_row_falls() -> None:
    layout = serpentine(ITEMS, stub_measure, fall=4.0)
    (left, first), (right, second) = layout.axis[:2]
    width = max(x for x, _ in layout.axis) - left
    assert (second - first) / (right - left) * width == pytest.approx(4.0 * layout.font_size), "as far as asked"
    # No kink where a row becomes a turn.
    start, bend, after = layout.axis[:3]
    row, turn = ((bend[1] - start[1]) / (bend[0] - start[0]), (after[1] - bend[1]) / (after[0] - bend[0]))
    assert turn == pytest.approx(row, abs=0.05)


@pytest.mark.parametrize("time_scale", ["ticks", "linear"])
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_as_many_rows_as_asked_for(rows: int, time_scale: str) -> None:
    layout = serpentine(ITEMS, stub_measure, rows=rows, time_scale=time_scale)
    assert rows_of(layout) == rows
    check_layout(layout, ITEMS)


@settings(max_examples=examples(25), deadline=None)
@given(item_lists(max_size=150), st.sampled_from(["year", "quarter", "month", None]))
def test_linear_time_has_no_fault_either(items: list[DatedItem], grain: str | None) -> None:
    layout = serpentine(items, stub_measure, time_scale="linear", grain=grain)
    check_layout(layout, items)


def test_linear_time_is_linear() -> None:
    items = [DatedItem(f"m{month}", f"M{month}", PartialDate(2020, month)) for month in (1, 3, 4, 9, 12)]
    layout = serpentine(items, stub_measure, time_scale="linear", rows=1)
    ticks = {tick.id: tick for tick in make_ticks([item.date for item in items], stub_measure)}
    places = {tick.id: tick.x + tick.width / 2 for tick in layout.ticks if tick.id in ticks}
    scale = (places["2020-12"] - places["2020-03"]) / (months_of(ticks["2020-12"]) - months_of(ticks["2020-03"]))
    for one, other in pairwise(("2020-03", "2020-04", "2020-09", "2020-12")):
        expected = scale * (months_of(ticks[other]) - months_of(ticks[one]))
        assert places[other] - places[one] == pytest.approx(expected, abs=0.5)


def test_the_grain_that_fits() -> None:
    weeks = [PartialDate(2023, 3, day) for day in (1, 8, 15)]
    years = [PartialDate(2000 + number // 12, 1 + number % 12) for number in range(300)]
    assert fitting_grain(weeks) == "day"
    assert fitting_grain([item.date for item in ITEMS]) == "month"
    assert fitting_grain(years) == "quarter"
    assert fitting_grain([PartialDate(1700 + number) for number in range(200)]) == "year"
    assert fitting_grain([]) == "month"


def moved(before: Layout, after: Layout) -> float:
    """The share of labels that are more than their height from where they were."""
    places = {box.id: box for box in before.boxes}
    here = [box for box in after.boxes if box.id in places]
    far = [box for box in here if (box.x - places[box.id].x) ** 2 + (box.y - places[box.id].y) ** 2 > box.height**2]
    return len(far) / len(here)


@pytest.mark.parametrize("count", [92, pytest.param(300, marks=SCALE)])
def test_one_more_model_moves_few_others(count: int) -> None:
    """Of a figure whose type leaves it a tenth of room; the median of several, since some find no free place."""
    items = make_items(count, seed=3)
    size = 0.9 * serpentine(items, stub_measure, trim=False).font_size
    before = serpentine(items, stub_measure, trim=False, font_size=size)
    chance, shares = random.Random(5), []
    for _ in range(7):
        new = DatedItem("new", "One more", chance.choice(items).date, ("An organization",))
        after = serpentine([*items, new], stub_measure, trim=False, font_size=size, like=before)
        check_layout(after, [*items, new])
        shares.append(moved(before, after))
    assert sorted(shares)[3] <= 0.02


@settings(max_examples=examples(15), deadline=None)
@given(item_lists(max_size=60), st.randoms(use_true_random=False))
def test_a_former_layout_never_makes_a_fault(items: list[DatedItem], chance: random.Random) -> None:
    before = serpentine(items, stub_measure)
    kept = [item for item in items if chance.random() > 0.1] or items
    renamed = [replace(item, label=f"{item.label} 2") if chance.random() < 0.1 else item for item in kept]
    added = [
        DatedItem(f"new-{number}", "New", PartialDate(chance.randint(2015, 2026), chance.choice([None, 3])))
        for number in range(chance.randint(0, 3))
    ]
    check_layout(serpentine([*renamed, *added], stub_measure, like=before), [*renamed, *added])


def test_nothing_changes_where_nothing_is_new() -> None:
    before = serpentine(ITEMS, stub_measure)
    after = serpentine(ITEMS, stub_measure, like=before)
    assert replace(after, leaders=(), panels=()) == replace(before, leaders=(), panels=())

    def ties(layout: Layout) -> list[tuple[str, list[str]]]:
        return sorted((leader.tick, sorted(leader.ids)) for leader in layout.leaders)

    assert ties(after) == ties(before)
    assert len(after.panels) == len(before.panels)


def ticks_by_row(layout: Layout) -> dict[float, list[TickBox]]:
    """The dates of each row in the direction of time, those that are repeated first."""
    rows: dict[float, list[TickBox]] = {}
    for tick in layout.ticks:
        rows.setdefault(round(tick.center[1], 2), []).append(tick)
    return rows


@settings(max_examples=examples(25), deadline=None)
@given(item_lists(max_size=90), st.none() | st.integers(2, 7))
def test_a_year_is_glued_to_its_first_month(items: list[DatedItem], rows: int | None) -> None:
    try:
        layout = serpentine(items, stub_measure, rows=rows)
    except LayoutError:
        assert rows, "only too many rows are refused"
        return
    models = {box.tick for box in layout.boxes}
    months = {tick.id[:4] for tick in layout.ticks if tick.kind != "year"}
    for row in ticks_by_row(layout).values():
        assert any(tick.id in models for tick in row), "no row is without a model"
        assert row[0].kind == "year", "a row says in which year it begins"
        assert row[0].repeated == (row[0].id in {tick.id for tick in layout.ticks if not tick.repeated} - {
            tick.id for tick in row if not tick.repeated
        })  # fmt: skip
        assert row[-1].kind != "year" or row[-1].id not in months, "no year is parted from its months"


@settings(max_examples=examples(20), deadline=None)
@given(item_lists(max_size=300))
def test_rows_are_a_label_apart_and_months_of_many_have_a_ground(items: list[DatedItem]) -> None:
    layout = serpentine(items, stub_measure)
    height = layout.boxes[0].height
    places = {tick.id: round(tick.center[1], 2) for tick in layout.ticks}
    rows = sorted({*places.values()})
    for upper, lower in pairwise(rows):
        above = [box for box in layout.boxes if places[box.tick or ""] == upper]
        below = [box for box in layout.boxes if places[box.tick or ""] == lower]
        for one, other in product(above, below):
            if one.x < other.right and other.x < one.right:
                assert other.y - one.bottom >= height - 0.01
    counts = Counter(box.tick for box in layout.boxes)
    assert {panel.tick for panel in layout.panels} == {tick for tick, count in counts.items() if count > 2}
    left, right = min(x for x, _ in layout.axis), max(x for x, _ in layout.axis)
    if layout.panels and len(rows) > 1:
        assert min(panel.x for panel in layout.panels) >= left - 0.01
        assert max(panel.right for panel in layout.panels) <= right + 0.01


@pytest.mark.parametrize("fall", [0.0, 3.0])
def test_arrows_say_which_way_time_runs(fall: float) -> None:
    layout = serpentine(make_items(92), stub_measure, fall=fall)
    on_turns = [arrow for arrow in layout.arrows if arrow.heading == (0.0, 1.0)]
    assert len(on_turns) == len(ticks_by_row(layout)) - 1 if not fall else len(on_turns) >= 1
    assert [arrow.end for arrow in layout.arrows].count(True) == 1
    for arrow in layout.arrows:
        assert not any(tick.padded(0.2 * layout.font_size).touches(arrow.point) for tick in layout.ticks)
        there = distance_along(layout.axis, arrow.point)
        (x, y), (dx, dy) = arrow.point, arrow.heading
        if not arrow.end:
            assert distance_along(layout.axis, (x + dx, y + dy)) > there


def places(layout: Layout) -> dict[str, tuple[float, float]]:
    return {box.id: (round(box.x, 1), round(box.y, 1)) for box in layout.boxes}


def share_moved(before: Layout, after: Layout) -> float:
    """The share of labels that are not exactly where they were."""
    old, new = places(before), places(after)
    return sum(old[id] != new[id] for id in old) / len(old)


def test_a_model_more_moves_few_labels_of_the_default_figure() -> None:
    """Also where its date is new, and none of a page and type that leave room."""
    ordered = sorted(ITEMS, key=lambda item: (item.date, item.id))
    shares = []
    for index in (4, 20, 33, 47, 60, 75, 85, 91):
        before = serpentine([*ordered[:index], *ordered[index + 1 :]], stub_measure, page=(1008, None))
        after = serpentine(ordered, stub_measure, page=(1008, None), like=before)
        check_layout(after, ordered)
        assert after.font_size == before.font_size
        shares.append(share_moved(before, after))
    assert sorted(shares)[len(shares) // 2] <= 0.02
    assert max(shares) < 1, "never is all laid out again"


def test_what_is_newer_than_all_else_begins_a_row_if_it_must() -> None:
    before = serpentine(ITEMS, stub_measure, page=(1008, None))
    news = [DatedItem(f"new-{month}", "A model that is new", PartialDate(2031, month), ("o",)) for month in (1, 2, 3)]
    after = serpentine([*ITEMS, *news], stub_measure, page=(1008, None), like=before)
    check_layout(after, [*ITEMS, *news])
    assert share_moved(before, after) == 0
    assert rows_of(after) == rows_of(before) + 1
    assert after.page.height > before.page.height
    again = serpentine([*ITEMS, *news], stub_measure, page=(1008, None), like=Layout.from_json(after.to_json()))
    assert places(again) == places(after), "a layout that was revised is one to be revised"


def test_a_date_that_is_new_has_its_place_between_its_neighbors() -> None:
    dates = [PartialDate(2020, month) for month in (1, 2, 3, 5, 6, 7)]
    items = [DatedItem(f"m{date.month}", f"Model {date.month}", date, ("o",)) for date in dates]
    before = serpentine(items, stub_measure, page=(700, None), font_size=9.0)
    new = DatedItem("m4", "Model 4", PartialDate(2020, 4), ("o",))
    after = serpentine([*items, new], stub_measure, page=(700, None), font_size=9.0, like=before)
    check_layout(after, [*items, new])
    assert share_moved(before, after) == 0
    linear = serpentine(items, stub_measure, time_scale="linear", page=(700, None))
    check_layout(
        serpentine([*items, new], stub_measure, time_scale="linear", page=(700, None), like=linear), [*items, new]
    )
