"""The serpentine: whatever it is given, no fault in what comes out, and a clear error where nothing can."""

from __future__ import annotations

import math
import os
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import DISTRIBUTIONS, check_layout, hard_zeros, make_items, one_a_year, one_month, spread, stub_measure
from layouts import item_lists as item_lists_of
from modeltree.findings import LayoutError
from modeltree.layout.serpentine import serpentine
from modeltree.layout.serpentine.blocks import DatedItem
from modeltree.layout.sheet import TitleBlock
from modeltree.records import PartialDate
from strategies import examples

A4, POSTER = (595.0, 842.0), (2384.0, 3370.0)
TITLE_BLOCK = TitleBlock(
    "A title", (("open", "open source"), ("closed", "closed source")), ("A note. " * 40, "Another.")
)


@settings(max_examples=examples(30), deadline=None)
@given(items=item_lists_of(), page=st.sampled_from([(1008.0, 972.0), A4, POSTER]))
def test_whatever_the_models_there_is_no_fault(items: list[DatedItem], page: tuple[float, float]) -> None:
    layout = serpentine(items, stub_measure, page=page)
    check_layout(layout, items)
    assert layout.page.width == page[0]
    assert layout.page.height <= page[1] + 1e-6


@settings(max_examples=examples(15), deadline=None)
@given(item_lists_of(max_size=60), st.sampled_from(["year", "quarter", "month", "day"]), st.booleans())
def test_whatever_the_grain_and_the_words_around_it(items: list[DatedItem], grain: str, furnished: bool) -> None:
    layout = serpentine(items, stub_measure, grain=grain, title_block=TITLE_BLOCK if furnished else None)
    assert {tick.kind for tick in layout.ticks} <= {"year", grain}
    assert layout.faults() == ()
    assert hard_zeros(layout.to_dict(), [item.id for item in items]) == {}


@settings(max_examples=examples(15), deadline=None)
@given(
    items=item_lists_of(max_size=40),
    page=st.tuples(st.floats(1, 400), st.floats(1, 400)),
    margin=st.floats(0, 30),
    furnished=st.booleans(),
)
def test_a_small_page_is_a_clear_error_or_no_fault(
    items: list[DatedItem], page: tuple[float, float], margin: float, furnished: bool
) -> None:
    title_block = TITLE_BLOCK if furnished else None
    try:
        layout = serpentine(items, stub_measure, page=page, margin=margin, title_block=title_block)
    except LayoutError:
        return
    check_layout(layout, items)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("count", [1, 2, 5, 92])
def test_each_distribution(count: int, distribution: object) -> None:
    items = make_items(count, distribution)
    check_layout(serpentine(items, stub_measure), items)


def test_three_hundred_long_labels_on_a_small_page() -> None:
    items = [
        DatedItem(f"m{number}", "x" * 60, PartialDate(2018 + number % 6, 1 + number % 12)) for number in range(300)
    ]
    check_layout(serpentine(items, stub_measure, page=(400, 400)), items)


@settings(max_examples=examples(30), deadline=None)
@given(
    items=item_lists_of(max_size=80),
    page=st.sampled_from([(1008.0, 972.0), A4, (1008.0, None)]),
    options=st.fixed_dictionaries(
        {"time_scale": st.sampled_from(["ticks", "linear"])},
        optional={
            "trim": st.booleans(),
            "font_size": st.sampled_from([3.0, 6.0, 12.0]),
            "rows": st.integers(1, 6),
            "fall": st.sampled_from([0.5, 2.0, 8.0]),
        },
    ),
)
def test_whatever_the_options(
    items: list[DatedItem], page: tuple[float, float | None], options: dict[str, Any]
) -> None:
    try:
        layout = serpentine(items, stub_measure, page=page, **options)
    except LayoutError:
        assert "font_size" in options or "rows" in options or page[1] is None
        return
    check_layout(layout, items)
    assert layout.font_size == options.get("font_size", layout.font_size)
    assert layout.page.width == page[0]
    if page[1] is not None:
        assert layout.page.height == page[1] if not options.get("trim", True) else layout.page.height <= page[1] + 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_fall_no_more_than_leaders_that_lean_allow(seed: int) -> None:
    items = make_items(30, spread, seed=seed)
    layout = serpentine(items, stub_measure, page=(1008, 200), time_scale="linear", fall=20)
    check_layout(layout, items)
    first, second = layout.ticks[:2]
    assert first.center[1] < second.center[1], "they fall"


def test_nothing_to_place_is_an_empty_sheet() -> None:
    layout = serpentine([], stub_measure)
    assert (layout.boxes, layout.ticks, layout.axis, layout.faults()) == ((), (), (), ())


def test_one_model() -> None:
    layout = serpentine([DatedItem("gpt-1", "GPT-1", PartialDate(2018, 6), ("openai",))], stub_measure)
    assert [tick.id for tick in layout.ticks] == ["2018", "2018-06"]
    assert [leader.tick for leader in layout.leaders] == ["2018-06"]
    assert layout.page.height < 200, "the page is no higher than it need be"
    assert layout.font_size == 20


def test_empty_labels_have_boxes_too() -> None:
    items = [DatedItem(f"m{number}", "", PartialDate(2020), ()) for number in range(4)]
    check_layout(serpentine(items, stub_measure), items)


def test_the_order_of_the_items_does_not_matter() -> None:
    items = make_items(60)
    shuffled = random.Random(1).sample(items, len(items))
    assert serpentine(items, stub_measure).to_json() == serpentine(shuffled, stub_measure).to_json()


@pytest.mark.parametrize(
    "page",
    [(0, 0), (-10, 300), (20, 20), (300, 30), (math.nan, 300), (300, math.nan), (math.inf, 300), (300, math.inf)],
)
def test_impossible_pages(page: tuple[float, float]) -> None:
    with pytest.raises(LayoutError):
        serpentine(make_items(5), stub_measure, page=page)


def test_an_endless_label() -> None:
    with pytest.raises(LayoutError, match="do not fit"):
        serpentine([DatedItem("m", "x" * 10_000, PartialDate(2020))], stub_measure)


def test_pages_far_longer_than_wide_and_far_wider_than_long() -> None:
    for page in [(200, 8000), (8000, 200), (1e5, 1e5)]:
        items = make_items(60)
        check_layout(serpentine(items, stub_measure, page=page), items)


def test_larger_pages_have_larger_type() -> None:
    items = make_items(100)
    sizes = [serpentine(items, stub_measure, page=page).font_size for page in [(500, 500), (1000, 1000), (2000, 2000)]]
    assert sizes == sorted(sizes)
    assert sizes[2] == pytest.approx(2 * sizes[1], rel=0.05), "but for the margins all is in proportion"
    assert sizes[1] < 1.95 * sizes[0], "small type is larger with tight distances"


@pytest.mark.parametrize("page", [(245.0, None), (245.0, 648.0), (504.0, None), (1008.0, None), POSTER])
def test_words_follow_the_labels_and_are_no_smaller_than_six_points(page: tuple[float, float | None]) -> None:
    layout = serpentine(make_items(92), stub_measure, page=page, title_block=TITLE_BLOCK)
    check_layout(layout, make_items(92))
    sizes = {
        role: [line.size for line in layout.texts if line.role == role] for role in ("title", "legend", "footnote")
    }
    assert min(sizes["title"]) >= 1.3 * layout.font_size
    assert min(sizes["legend"]) >= 0.75 * layout.font_size
    assert min(map(min, sizes.values())) >= 6.0
    if page[1] is None:
        assert 0.9 * layout.font_size >= 6.0, "the months, too: the page is as high as they need"


def test_years_stand_before_their_months_and_hold_what_has_no_month() -> None:
    items = [
        DatedItem("a", "A", PartialDate(2020, 5)),
        DatedItem("b", "B", PartialDate(2020)),
        DatedItem("c", "C", PartialDate(2021, 1)),
    ]
    layout = serpentine(items, stub_measure)
    assert [(tick.id, tick.kind) for tick in layout.ticks] == [
        ("2020", "year"), ("2020-05", "month"), ("2021", "year"), ("2021-01", "month"),
    ]  # fmt: skip
    assert [(box.id, box.tick) for box in layout.boxes] == [("b", "2020"), ("a", "2020-05"), ("c", "2021-01")]


@pytest.mark.parametrize("distribution", [spread, one_month, one_a_year])
def test_density_and_short_leaders(distribution: object) -> None:
    items = make_items(92, distribution)
    layout = serpentine(items, stub_measure)
    lengths = layout.leader_lengths
    assert layout.fill >= 0.25
    assert sum(lengths) / len(lengths) <= 1.5


@pytest.mark.scale
@pytest.mark.skipif("MODELTREE_SCALE" not in os.environ, reason="takes minutes; needs MODELTREE_SCALE=1")
def test_three_thousand() -> None:
    items = make_items(3000)
    check_layout(serpentine(items, stub_measure, page=(3370.0, 2384.0)), items)
