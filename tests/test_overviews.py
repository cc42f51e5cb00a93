"""Figures of very many models: what they count, against brute force on few, and where it all stands on the page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.cbook import pts_to_prestep
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from modeltree import datasets, family_sizes, growth, largest_families
from modeltree.cli import main as cli
from modeltree.draw.artists import Group, LayoutFigure
from modeltree.draw.charts import MOST_BARS, NAMED_RELATIONS, DepthBox, GrowthTable, SizeTable, draw_chart, spread
from modeltree.draw.theme import DARK, LIGHT, THEMES, Theme, mixed
from modeltree.figures.genealogy import genealogy_of
from modeltree.figures.overviews import (
    Abridgement,
    Branches,
    Fold,
    abridged,
    abridged_families,
    folds_below,
    growth_contents,
    largest_branches,
    size_contents,
)
from modeltree.findings import LayoutError
from modeltree.graph.counts import counts_per_period, depths_by_size, sizes_and_depths, survivors
from modeltree.graph.families import PrimaryForest
from modeltree.graph.store import Columns
from modeltree.layout.plane import Box, overlapping
from modeltree.layout.sheet import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, About, Derivation, Kind, Model, PartialDate, Relation
from strategies import examples, lineages

RELATIONS = tuple(Relation)


def chart_figure(
    table: GrowthTable | SizeTable, theme: Theme, page: tuple[float, float | None], **options: Any
) -> LayoutFigure:
    """A figure of one chart on a page in points."""
    width, height = page[0], 0.72 * page[0] if page[1] is None else page[1]
    figure = LayoutFigure(figsize=(width / 72, height / 72), facecolor=theme.page)
    options.setdefault("title_block", TitleBlock())
    draw_chart(table, figure.add_axes((0.0, 0.0, 1.0, 1.0)), theme, (width, height), **options)
    return figure


forests = st.integers(0, 12).flatmap(
    lambda count: st.tuples(*(st.integers(-1, node - 1) for node in range(count))).map(list)
)


def star(children: int, relation: Relation | str = "quantized", **fields: Any) -> Lineage:
    """A model of 2023-01 and its children, one a day."""
    models = [Model(id="base", name="Base", released="2023-01-01")]
    models += [Model(id=f"c{n}", name=f"C {n}", released=f"2023-02-{n % 28 + 1:02d}") for n in range(children)]
    return Lineage(
        models, [Derivation(parent="base", child=f"c{n}", relation=relation) for n in range(children)], **fields
    )


def hub(count: int) -> Lineage:
    """Many models, as columns; a third of them made from the first, and a third from one of those before."""
    random = numpy.random.default_rng(7)
    child = numpy.arange(1, count)[random.random(count - 1) < 0.66]
    parent = numpy.where(random.random(len(child)) < 0.5, 0, (random.random(len(child)) * child).astype(int))
    months = numpy.sort(random.integers(0, 72, count))
    columns = Columns(
        ids=[f"someone/model-{number}" for number in range(count)],
        dates=((2019 + months // 12) * 10000 + (months % 12 + 1) * 100 + 15).astype(numpy.int32),
        parent=parent.astype(numpy.int32),
        child=child.astype(numpy.int32),
        relation=random.integers(0, 5, len(child)).astype(numpy.uint8),
    )
    return Lineage.from_columns(columns, about=About(title="A hub", date=PartialDate(2024, 12, 20)))


# Counting


@given(lineages())
def test_primary_relations_are_the_first_of_each_model(lineage: Lineage) -> None:
    edges = lineage._edges
    found = PrimaryForest.of(edges.parent, edges.child, edges.relation, lineage._nodes.dates).relation
    for node, id in enumerate(lineage):
        relations = [RELATIONS.index(step.relation) for step in lineage.derivations if step.child == id]
        assert found[node] == min(relations, default=-1)


@given(lineages(), st.sampled_from(["year", "quarter", "month"]))
def test_periods_are_counted_as_in_the_records(lineage: Lineage, grain: Any) -> None:
    sorts = numpy.arange(len(lineage)) % 3
    found = counts_per_period(lineage._nodes.dates, sorts, 3, grain)
    per_year = {"year": 1, "quarter": 4, "month": 12}[grain]
    expected: Counter[tuple[int, int]] = Counter()
    vague = 0
    for record, sort in zip(lineage.models, sorts.tolist(), strict=True):
        date = record.released
        if date is not None and (date.month is not None or grain == "year"):
            expected[date.year * per_year + ((date.month or 1) - 1) * per_year // 12, sort] += 1
        else:
            vague += date is not None
    rows, columns = numpy.nonzero(found.counts)
    assert expected == {
        (found.first + row, column): found.counts[row, column]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    }
    assert (found.vague, found.undated) == (vague, sum(record.released is None for record in lineage.models))
    if len(found.counts):
        assert found.counts[0].any()
        assert found.counts[-1].any()


def test_days_are_no_periods() -> None:
    with pytest.raises(ValueError, match="cannot count by 'day': say 'year', 'quarter', 'month'"):
        counts_per_period(numpy.array([20230101]), numpy.array([0]), 1, "day")


@given(forests)
def test_forests_are_measured_as_by_walking(parents: list[int]) -> None:
    forest = PrimaryForest(numpy.array(parents, dtype=numpy.int64))
    roots, depths, sizes = forest.root, forest.depth, forest.size
    below: Counter[int] = Counter()
    for node in range(len(parents)):
        way = [node]
        while parents[way[-1]] >= 0:
            way.append(parents[way[-1]])
        below.update(way)
        assert (roots[node], depths[node]) == (way[-1], len(way) - 1)
    assert sizes.tolist() == [below[node] for node in range(len(parents))]
    heads, whole, deepest = sizes_and_depths(roots, depths)
    families = defaultdict(list)
    for node, root in enumerate(roots.tolist()):
        families[root].append(int(depths[node]))
    expected = sorted(((-len(found), root, max(found)) for root, found in families.items()))
    assert [(-size, head, depth) for head, size, depth in zip(heads, whole, deepest, strict=True)] == expected


def test_a_deep_chain_is_no_trouble() -> None:
    chain = PrimaryForest(numpy.arange(-1, 49_999))
    assert not chain.root.any()
    assert chain.depth[-1] == 49_999
    assert chain.size.tolist() == list(range(50_000, 0, -1))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), min_size=1))
def test_sizes_and_depths_are_counted_as_one_by_one(families: list[tuple[int, int]]) -> None:
    sizes, depths = (numpy.array(column) for column in zip(*families, strict=True))
    values, counts = survivors(sizes)
    assert values.tolist() == sorted(set(sizes.tolist()))
    assert counts.tolist() == [sum(size >= value for size in sizes.tolist()) for value in values.tolist()]
    found = depths_by_size(sizes, depths)
    assert [(entry.low, entry.high) for entry in found] == sorted(
        {(2 ** (size.bit_length() - 1), 2 ** size.bit_length()) for size, _ in families if size > 1}
    )
    for entry in found:
        within = sorted(depth for size, depth in families if entry.low <= size < entry.high)
        assert (entry.families, entry.least, entry.greatest) == (len(within), within[0], within[-1])
        assert entry.median == within[(len(within) - 1) // 2]
        assert entry.least <= entry.lower_quartile <= entry.median <= entry.upper_quartile <= entry.greatest


@given(forests.filter(bool), st.integers(0, 4), st.integers(1, 3), st.randoms(use_true_random=False))
def test_what_is_not_shown_is_in_folds(parents: list[int], branches: int, most: int, random: Any) -> None:
    primary = numpy.array(parents)
    relations = numpy.array([-1 if parent < 0 else random.randrange(3) for parent in parents])
    dates = numpy.array([random.choice([0, 20200000, 20210500]) for _ in parents])
    forest = PrimaryForest(primary, relations)
    roots, sizes = forest.root, forest.size
    for head in set(roots.tolist()):
        shown = largest_branches(numpy.flatnonzero(roots == head), sizes, branches)
        assert shown[0] == head
        assert all(parents[node] in shown for node in shown[1:])
        left = [size for node, size in enumerate(sizes.tolist()) if roots[node] == head and node not in shown]
        assert len(shown) == branches + 1 or all(size == 1 for size in left)
        assert max(left, default=0) <= min(sizes[node] for node in shown)
        folds = folds_below(forest, shown, dates, dict.fromkeys(shown, most))
        assert all(count <= most for count in Counter(fold.parent for fold in folds).values())
        for node in shown:
            children = [child for child, parent in enumerate(parents) if parent == node and child not in shown]
            mine = [fold for fold in folds if fold.parent == node]
            assert sum(fold.models for fold in mine) == sum(sizes[child] for child in children)
            assert {place for fold in mine for place in fold.relations} == {relations[child] for child in children}
            known = [dates[child] for child in children if dates[child]]
            assert min((fold.date for fold in mine if fold.date), default=0) == min(known, default=0)
            if len({relations[child] for child in children}) <= most:
                assert all(len(fold.relations) == 1 for fold in mine)


def test_what_is_too_much_is_one_fold() -> None:
    primary = numpy.array([-1, 0, 0, 0, 0, 0, 3])
    relations = numpy.array([-1, 2, 2, 1, 3, 0, 1])
    dates = numpy.array([20200000, 20210000, 20210200, 20200301, 0, 20200200, 20220000])
    forest = PrimaryForest(primary, relations)
    assert folds_below(forest, [0], dates, {0: 2}) == [
        Fold(0, (1,), 2, 20200301, 3),
        Fold(0, (2, 0, 3), 4, 20200200, 1),
    ]
    assert folds_below(forest, [0, 3], dates, {3: 1}) == [Fold(3, (1,), 1, 20220000, 6)]


# Placing


@given(st.lists(st.floats(-50, 150), max_size=8).map(sorted), st.randoms(use_true_random=False))
def test_spread_moves_least(wanted: list[float], random: Any) -> None:
    found = spread(wanted, 5.0, 0.0, 100.0)
    assert all(later - place >= 5.0 - 1e-9 for place, later in pairwise(found))
    assert all(-1e-9 <= place <= 100 + 1e-9 for place in found)

    def moved(places: list[float]) -> float:
        return sum((place - want) ** 2 for place, want in zip(places, wanted, strict=True))

    for _ in range(20):
        gaps = [place - 5.0 * number for number, place in enumerate(found)]
        other = sorted(min(max(gap + random.uniform(-9, 9), 0), 100 - 5.0 * (len(found) - 1)) for gap in gaps)
        assert moved(found) <= moved([place + 5.0 * number for number, place in enumerate(other)]) + 1e-6


class Recorder(RendererAgg):
    """Draws, and knows which texts it drew."""

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, *options: Any, mtext: Text | None = None, **more: Any
    ) -> None:
        assert mtext is not None
        self.texts = [*getattr(self, "texts", []), mtext]
        super().draw_text(gc, x, y, s, *options, mtext=mtext, **more)


@dataclass(frozen=True, kw_only=True)
class Words(Box):
    """A text that was drawn, and the room that it takes, in points."""

    text: str


def words_in(figure: Figure) -> list[Words]:
    """All texts that a figure has in the end."""
    figure.set_dpi(72)
    width, height = (float(length) * 72 for length in figure.get_size_inches())
    recorder = Recorder(width, height, 72)
    with mpl.rc_context({"text.hinting": "none"}):
        figure.draw(recorder)
        extents = [(text.get_text(), text.get_window_extent(recorder)) for text in recorder.texts]
    return [
        Words(text=text, x=extent.x0, y=height - extent.y1, width=extent.width, height=extent.height)
        for text, extent in extents
    ]


def faults(figure: Figure) -> list[str]:
    """What breaks the rules of a good chart: words that overlap, and whatever leaves the page."""
    words = words_in(figure)
    width, height = (float(length) * 72 for length in figure.get_size_inches())
    sheet = Box(x=0, y=0, width=width, height=height)
    found = [f"{one.text!r} overlaps {other.text!r}" for one, other in overlapping(words)]
    found += [f"{line.text!r} leaves the page" for line in words if not sheet.contains(line)]
    for group in figure.findobj(Group):
        extent = group.get_window_extent(Recorder(width, height, 72))
        # Half of an edge may be outside what it is around.
        if not (extent.x0 > -1 and extent.x1 < width + 1 and extent.y0 > -1 and extent.y1 < height + 1):
            found.append(f"{group.name} leaves the page")
    return found


def panels(figure: Figure) -> list[Axes]:
    """The axes on which values are drawn."""
    (page,) = figure.axes
    return list(page.child_axes)


def groups(figure: Figure, start: str) -> dict[str, Group]:
    """What is named in a chart, by its name, of a kind."""
    return {group.name: group for group in figure.findobj(Group) if str(group.get_gid()).startswith(start)}


def tick_labels(axes: Axes, axis: str) -> list[float]:
    """The values that are written beside or below axes."""
    shown = {"x": axes.xaxis, "y": axes.yaxis}[axis]
    low, high = sorted(shown.get_view_interval())
    ticks = [tick for tick in shown.get_majorticklocs().tolist() if low <= tick <= high]
    assert shown.get_major_formatter().format_ticks(ticks) == [f"{tick:,.0f}" for tick in ticks]
    return ticks


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(1, 10**9))
def test_ticks_are_round_and_few(most: int) -> None:
    table = GrowthTable("year", 2020, (("none", "no parent known"),), [[most]], incomplete=False)
    even = tick_labels(panels(chart_figure(table, LIGHT, (720, None)))[0], "y")
    assert even[0] == 0
    assert even[-1] <= 1.2 * most
    assert 2 <= len(even) <= 7
    assert len({round(after - before, 6) for before, after in pairwise(even)}) == 1
    assert f"{even[1]:.0f}".rstrip("0") in ("1", "2", "5")
    sizes = SizeTable([(1, most + 2), (most + 1, 2)], [DepthBox(2, 4, 3, (1, 1, 1, 1, 1))], [("x", most + 1)])
    for axes in panels(chart_figure(sizes, LIGHT, (720, None))):
        for axis in "xy":
            ticks = tick_labels(axes, axis)
            assert ticks[0] == 1
            assert ticks == sorted(ticks)
            assert 1 <= len(ticks) <= 10
            assert all(f"{tick:.0f}".rstrip("0") in ("1", "2", "5") for tick in ticks)


def curve_of(figure: Figure) -> list[tuple[float, float]]:
    """The corners of the staircase."""
    (group,) = groups(figure, "families").values()
    (line,) = group.findobj(Line2D)
    assert line.get_drawstyle() == "steps-pre"
    x, y = pts_to_prestep(*line.get_data())
    return list(zip(x.tolist(), y.tolist(), strict=True))


def test_a_staircase_drops_right_after_a_value() -> None:
    table = SizeTable([(1, 9), (2, 4), (5, 1)], [DepthBox(2, 4, 3, (1, 1, 1, 1, 1))], [("x", 5)])
    figure = chart_figure(table, LIGHT, (720, None))
    (left, _), (bottom, _) = panels(figure)[0].get_xlim(), panels(figure)[0].get_ylim()
    corners = list(dict.fromkeys(curve_of(figure)))
    assert corners == [(left, 9), (1, 9), (1, 4), (2, 4), (2, 1), (5, 1), (5, bottom)]


def test_bars_are_as_high_as_their_numbers() -> None:
    lineage = datasets.load("survey")
    table, _ = growth_contents(lineage, None, "month", None, None)
    axes = panels(growth(lineage).figure())[0]
    bars = {container.get_label(): container.patches for container in axes.containers}
    for place, (_, name) in enumerate(table.sorts):
        assert [bar.get_height() for bar in bars[name]] == [row[place] for row in table.counts if row[place]]
    stacked: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for patches in bars.values():
        for bar in patches:
            stacked[bar.get_x()].append((bar.get_y(), bar.get_y() + bar.get_height()))
    totals = [sum(row) for row in table.counts if any(row)]
    for total, (_, pieces) in zip(totals, sorted(stacked.items()), strict=True):
        assert pieces[0][0] == 0
        assert all(lower[1] == upper[0] for lower, upper in pairwise(pieces))
        assert pieces[-1][1] == total
    assert sum(map(sum, table.counts)) == sum(1 for model in lineage.models if model.kind == Kind.MODEL)
    named = groups(growth(lineage).figure(), "bars")
    assert set(named) == {
        f"{name}: {sum(row[place] for row in table.counts)}" for place, (_, name) in enumerate(table.sorts)
    }


def test_shares_make_a_whole() -> None:
    figure = growth(datasets.load("survey"), grain="year").figure()
    axes = panels(figure)[1]
    assert axes.get_ylim() == (0, 1)
    end = axes.get_xlim()[1]
    areas = [area for group in groups(figure, "shares").values() for area in group.findobj(PolyCollection)]
    ends = []
    for area in areas:
        (path,) = area.get_paths()
        heights = [y for x, y in path.vertices if x == end]
        ends.append(max(heights) - min(heights))
    assert len(ends) > 3
    assert sum(ends) == pytest.approx(1)
    assert max(y for area in areas for y in area.get_paths()[0].vertices[:, 1]) == pytest.approx(1)


def many_families() -> Lineage:
    """More families than have a bar each; number n has 2 to 11 models, in chains."""
    sizes = [2 + number % 10 for number in range(MOST_BARS + 20)]
    models = [Model(id=f"{number}-{step}", name=f"F{number} {step}") for number, size in enumerate(sizes)
              for step in range(size)]  # fmt: skip
    return Lineage(
        models,
        [
            Derivation(parent=f"{number}-{step}", child=f"{number}-{step + 1}", relation=Relation.FINETUNE)
            for number, size in enumerate(sizes)
            for step in range(size - 1)
        ],
    )


def test_few_families_have_a_bar_each() -> None:
    lineage = datasets.load("survey")
    table, _ = size_contents(lineage, None, "base")
    drawn = groups(family_sizes(lineage).figure(), "family-")
    assert len(drawn) == len(table.largest) > 10
    for name, size in table.largest:
        (bar,) = drawn[f"{name}: {size:,}"].findobj(Rectangle)
        assert bar.get_width() == size


@pytest.mark.parametrize("relations", [None, "weights", ["weights", "outputs"]])
def test_families_go_by_the_relations_that_are_asked_for(relations: Any) -> None:
    lineage = datasets.load("survey")
    table, _ = size_contents(lineage, None, "component", relations)
    labels = lineage.family_labels("component", relations)
    models = [index for index, model in enumerate(lineage.models) if model.kind == Kind.MODEL]
    sizes = sorted(Counter(labels[models].tolist()).values(), reverse=True)
    assert [size for _, size in table.largest] == [size for size in sizes if size > 1]


def test_growth_counts_what_is_not_stated() -> None:
    models = [Model(id=id, name=id, released="2023-01") for id in "ab"]
    lineage = Lineage(models, [Derivation(parent="a", child="b", relation=Relation.UNSPECIFIED)])
    table, _ = growth_contents(lineage, None, "month", None, None)
    assert ("unspecified", "relation not stated") in table.sorts
    table, _ = growth_contents(lineage, None, "month", None, None, "weights")
    assert [key for key, _ in table.sorts] == ["none"]


def test_the_staircase_is_that_of_the_families() -> None:
    lineage = many_families()
    table, _ = size_contents(lineage, None, "base")
    figure = family_sizes(lineage).figure()
    assert all(point in curve_of(figure) for point in table.survivors)
    assert table.largest[0][1] == 11
    dots = groups(figure, "family-")
    for rank, (name, size) in enumerate(table.largest, 1):
        (dot,) = dots[f"{name}: {size:,}"].findobj(Line2D)
        assert (*dot.get_xdata(), *dot.get_ydata()) == (size, rank)


def test_bars_of_depths_are_as_counted() -> None:
    lineage = many_families()
    table, _ = size_contents(lineage, None, "base")
    found = groups(family_sizes(lineage).figure(), "depths")
    for box in table.boxes:
        group = found[f"{box.families} of {box.low} to {box.high - 1} models: median {box.depths[2]}"]
        (range_, middle), (median,) = group.findobj(Rectangle), group.findobj(Line2D)
        assert [median.get_ydata()[0]] == [box.depths[2]]
        for bar, low, high in ((range_, box.depths[0], box.depths[4]), (middle, box.depths[1], box.depths[3])):
            assert bar.get_y() == pytest.approx(low / 1.12)
            assert bar.get_y() + bar.get_height() == pytest.approx(high * 1.12)
            assert box.low < bar.get_x() < bar.get_x() + bar.get_width() < box.high


# All of it


TINY = (3.0, 2.0)
PAGES = [None, (4.0, 5.0), (20.0, 6.0), "A4", TINY]


def made(make: Callable[[], Any]) -> Any:
    """What is made, or what is said of why it cannot be."""
    try:
        return make()
    except LayoutError as error:
        return str(error)


@settings(max_examples=examples(60), deadline=None)
@given(lineages(), st.sampled_from(PAGES), st.sampled_from(["year", "quarter", "month"]))
def test_growth_of_any_lineage_has_no_fault(lineage: Lineage, page: Any, grain: Any) -> None:
    drawn = [record.released for record in lineage.models if record.kind == Kind.MODEL and record.released]
    chart = made(lambda: growth(lineage, grain=grain, page=page).figure())
    if not any(date.month or grain == "year" for date in drawn):
        assert "there is nothing to draw" in chart
    elif isinstance(chart, str):
        assert page == TINY, chart
    else:
        assert faults(chart) == []


@settings(max_examples=examples(60), deadline=None)
@given(lineages(), st.sampled_from(PAGES), st.sampled_from(["base", "component"]))
def test_families_of_any_lineage_have_no_fault(lineage: Lineage, page: Any, by: Any) -> None:
    chart = made(lambda: family_sizes(lineage, by=by, page=page).figure())
    if isinstance(chart, str):
        assert "there is nothing to draw" in chart or page == TINY, chart
    else:
        assert faults(chart) == []


def test_a_family_in_which_no_model_descends_from_another() -> None:
    models = [Model(id="a", name="A"), Model(id="b", name="B"), Model(id="x", name="X", kind=Kind.APPLICATION)]
    steps = [Derivation(parent=parent, child="x", relation=Relation.FINETUNE) for parent in "ab"]
    figure = family_sizes(Lineage(models, steps), by="component").figure()
    assert faults(figure) == []
    assert set(groups(figure, "family-")) == {"A: 2"}


@settings(max_examples=examples(60), deadline=None)
@given(lineages(), st.integers(0, 3))
def test_the_largest_families_of_any_lineage_have_no_fault(lineage: Lineage, branches: int) -> None:
    layout = made(lambda: largest_families(lineage, count=3, branches=branches).layout)
    if isinstance(layout, str):
        assert "there is nothing to draw" in layout
    else:
        assert layout.faults() == ()


@given(lineages())
def test_families_are_those_of_the_lineage(lineage: Lineage) -> None:
    assume(any(step.relation in WEIGHTS for step in lineage.derivations))
    models = [record.model_copy(update={"kind": Kind.MODEL}) for record in lineage.models]
    lineage = Lineage(models, lineage.derivations)
    labels = Counter(lineage.family_labels().tolist())
    table, _ = size_contents(lineage, None, "base")
    assert table.survivors[0][1] == len(labels)
    assert table.survivors[-1][0] == max(labels.values())


PAPER = {
    "page": st.tuples(st.sampled_from([150, 288, 400, 720, 1440]), st.sampled_from([144, 216, 518, None])),
    "font_size": st.sampled_from([None, 6.0, 12.0]),
    "title_block": st.sampled_from([TitleBlock(), TitleBlock("A title", (), ("Note. " * 40,))]),
}


@settings(max_examples=examples(75), deadline=None)
@given(
    st.sampled_from(["year", "quarter", "month"]),
    st.integers(0, 11),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=11).filter(any),
    st.integers(1, 90),
    st.fixed_dictionaries(PAPER),
)
def test_growth_on_any_paper_has_no_fault(
    grain: Any, part: int, row: list[int], periods: int, paper: dict[str, Any]
) -> None:
    names = ["no parent known", "successor, trained afresh", *(f"sort {number}" for number in range(9))]
    sorts = tuple(zip(("none", *map(str, NAMED_RELATIONS)), names[: len(row)], strict=False))
    first = 2019 * {"year": 1, "quarter": 4, "month": 12}[grain] + part
    table = GrowthTable(grain, first, sorts, [row] * periods, True)
    chart = made(lambda: chart_figure(table, LIGHT, **paper))
    if isinstance(chart, str):
        assert "leaves no room" in chart or "too narrow" in chart
        assert paper["page"] != (1440, 518) or paper["font_size"] == 12
    else:
        assert faults(chart) == []


@settings(max_examples=examples(75), deadline=None)
@given(
    st.lists(st.integers(2, 10**5), min_size=1, max_size=10).map(lambda sizes: sorted(sizes, reverse=True)),
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.sampled_from(["x", "meta-llama/Llama-3.1-405B-Instruct-with-a-name"]),
    st.fixed_dictionaries(PAPER),
)
def test_sizes_on_any_paper_have_no_fault(
    sizes: list[int], alone: int, deepest: int, name: str, paper: dict[str, Any]
) -> None:
    counts = [(size, sum(other >= size for other in sizes)) for size in sorted(set(sizes))]
    table = SizeTable(
        [(1, len(sizes) + alone), *counts] if alone else counts,
        [DepthBox(2, 4, 3, (1, 1, 1, deepest, deepest))],
        [(f"{name} {place}", size) for place, size in enumerate(sizes)],
    )
    chart = made(lambda: chart_figure(table, LIGHT, **paper))
    if isinstance(chart, str):
        assert "leaves no room" in chart or "too narrow" in chart
        assert paper["page"] != (1440, 518) or paper["font_size"] == 12
    else:
        assert faults(chart) == []


def test_faults_are_found() -> None:
    figure = growth(datasets.load("survey")).figure()
    (page,) = figure.axes
    assert faults(figure) == []
    first = words_in(figure)[0]
    page.text(first.x, first.center[1], "over it", fontsize=20)
    page.text(-5, 100, "away")
    found = faults(figure)
    assert any(fault in found for fault in (f"{first.text!r} overlaps 'over it'", f"'over it' overlaps {first.text!r}"))
    assert "'away' leaves the page" in found


def words_of(figure: Figure) -> str:
    return " ".join(words.text for words in words_in(figure))


def test_what_is_left_out_is_said() -> None:
    lineage = Lineage(
        [
            Model(id="a", name="A", released="2023-01-05"),
            Model(id="b", name="B", released="2023-03"),
            Model(id="vague", name="V", released="2023"),
            Model(id="undated", name="U"),
            Model(id="app", name="P", released="2023-02", kind="application"),
        ],
        about=About(title="Few", date=PartialDate(2023, 3, 14)),
    )
    said = words_of(growth(lineage).figure())
    assert "Counted: 2 models" in said
    assert "The last month is not complete" in said
    assert (
        "Left out: models without a date (1), models whose date does not tell the month (1), "
        "products that run on models (1). Data as of 2023-03-14." in said
    )
    later = words_of(growth(lineage, since="2023-02", until="2023-03").figure())
    assert "Counted: 1 model," in later
    assert "All models since 2023-02" in later
    assert "models that are not within the time shown (2)" in later
    with pytest.raises(LayoutError, match="no model has a date that tells its month"):
        growth(lineage, since=2024)


@pytest.mark.parametrize(
    ("date", "incomplete"),
    [("2023-02-28", False), ("2023-03-01", False), ("2023-02-27", True), ("2023-02", True), (None, False)],
)
def test_a_month_that_is_not_over_is_pale(date: str | None, incomplete: bool) -> None:
    lineage = star(3, about=About(date=PartialDate.parse(date) if date else None))
    figure = growth(lineage).figure()
    latest = max((bar for bars in panels(figure)[0].containers for bar in bars), key=lambda bar: float(bar.get_x()))
    color = LIGHT.categories[NAMED_RELATIONS.index(Relation.QUANTIZED)].fill
    assert to_hex(latest.get_facecolor()) == (mixed(color, LIGHT.page, 0.45) if incomplete else color)
    assert ("not complete" in words_of(figure)) == incomplete


def test_a_family_is_folded_by_relation() -> None:
    lineage = Lineage(
        [*star(40).models, *(Model(id=f"d{n}", name=f"D {n}", released="2023-03") for n in range(30))],
        [
            *star(40).derivations,
            *(Derivation(parent="c0", child=f"d{n}", relation="adapter") for n in range(20)),
            *(Derivation(parent="base", child=f"d{n}", relation="finetune") for n in range(20, 30)),
        ],
    )
    part, abridgement = abridged_families(lineage, 10, 3)
    assert tuple(part) == ("base", "c0")
    assert abridgement.labels == {"base": "Base · 71", "c0": "C 0 · 21"}
    assert {branches.label for branches in abridgement.branches} == {"quantized: 39", "fine-tuned: 10"}
    layout = largest_families(lineage).layout
    assert {box.label for box in layout.boxes} == {"Base · 71", "C 0 · 21", "quantized: 39", "fine-tuned: 10"}
    assert layout.faults() == ()
    said = " ".join(line.text for line in layout.texts)
    assert "Drawn: 2 models. 49 more are counted in 2 folded branches." in said
    assert "The largest family of 1, with 71 of 71 models" in said


def test_products_are_in_no_family() -> None:
    lineage = star(12)
    product = Model(id="app", name="App", released="2023-05", kind="application")
    lineage = Lineage([*lineage.models, product], [*lineage.derivations, Derivation(parent="c0", child="app",
                                                                                     relation="finetune")])  # fmt: skip
    assert abridged_families(lineage, 1, 3)[1].labels == {"base": "Base · 13"}
    assert size_contents(lineage, None, "base")[0].survivors == ((13, 1),)
    assert "Left out: products that run on models (1)." in words_of(family_sizes(lineage).figure())


def test_branches_are_no_earlier_than_their_parent() -> None:
    lineage = Lineage([Model(id="base", name="Base", released="2023-05"), Model(id="c", name="C", released="2024")])
    branches = (
        Branches("base", Relation.QUANTIZED, "early: 5", 5, PartialDate(2023, 1)),
        Branches("base", Relation.ADAPTER, "late: 6", 6, PartialDate(2023, 7, 4)),
        Branches("base", Relation.MERGE, "undated: 7", 7),
        Branches("nobody", Relation.MERGE, "lost: 8", 8),
    )
    found = abridged(genealogy_of(lineage), Abridgement(branches, {"c": "C, too"})).entries
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    at = {entry.label: entry.at for entry in found}
    assert set(at) == {"Base", "C, too", "early: 5", "late: 6", "undated: 7"}
    assert at["early: 5"] == at["undated: 7"] == at["Base"]
    assert at["late: 6"] == PartialDate(2023, 7, 4).lower.toordinal() + 0.5
    for entry in found:
        assert entry.folded == (entry.label not in ("Base", "C, too"))
        assert entry.parent is None or found[entry.parent].label == "Base"


def test_the_largest_families_have_colors_in_the_order_of_all_their_models() -> None:
    """Not of those that are shown."""
    records = [Model(id=f"r{family}", name=f"R{family}", released="2020") for family in range(8)]
    steps = []
    for family in range(8):
        for number in range(5 if family < 4 else 10 + family):  # the small ones are shown whole
            records.append(Model(id=f"r{family}-{number}", name=f"M{family}-{number}", released="2021"))
            steps.append(Derivation(parent=f"r{family}", child=f"r{family}-{number}", relation="finetune"))
    drawing = largest_families(Lineage(records, steps), legend=True)
    legend = [line.text for line in drawing.layout.texts if line.role == "legend"]
    assert legend[:7] == ["R7", "R6", "R5", "R4", "R0", "R1", "other families"]
    labels = drawing._look.labels
    assert labels["r0"].paint == labels["r0-1"].paint != labels["r1"].paint


def test_small_families_are_not_folded() -> None:
    layout = largest_families(star(7)).layout
    assert {box.label for box in layout.boxes} == {"Base · 8", *(f"C {number}" for number in range(7))}


def test_bad_wishes_are_refused() -> None:
    lineage = star(3)
    with pytest.raises(ValueError, match="count cannot be 0: it is 1 or more"):
        largest_families(lineage, count=0)
    with pytest.raises(ValueError, match="by cannot be 'maker': say 'base' or 'component'"):
        family_sizes(lineage, by="maker")  # type: ignore[arg-type]
    with pytest.raises(LayoutError, match="no two models are of one family"):
        family_sizes(Lineage([Model(id="a", name="A")]))
    with pytest.raises(LayoutError, match="no two models are of one family"):
        largest_families(Lineage([Model(id="a", name="A", released="2023")]))
    with pytest.raises(LayoutError, match="leaves no room for a chart"):
        _ = growth(lineage, page=(2.0, 1.0), font_size=12.0).figure()


def test_many_models_are_no_records(monkeypatch: pytest.MonkeyPatch) -> None:
    lineage = hub(100_000)
    made = []
    kind = type(lineage._nodes)
    record = kind._record
    monkeypatch.setattr(kind, "_record", lambda self, node: made.append(node) or record(self, node))
    assert faults(growth(lineage).figure()) == []
    assert faults(family_sizes(lineage).figure()) == []
    layout = largest_families(lineage).layout
    assert layout.faults() == ()
    assert len(layout.boxes) < 120
    assert len(set(made)) < 100


@pytest.mark.parametrize("make", [growth, family_sizes, largest_families])
@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_files_are_the_same_each_time(make: Any, suffix: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for path in paths:
        make(star(12), theme=DARK).save(path, dpi=60)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    if suffix == "svg":
        written = paths[0].read_text(encoding="utf-8")
        assert "<desc>" in written
        assert "textLength" in written


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_colors_for_all(theme: str) -> None:
    for make in (growth, family_sizes, largest_families):
        figure = make(datasets.load("survey"), theme=theme).figure()
        assert figure.get_facecolor()[:3] == pytest.approx(
            [int(THEMES[theme].page[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        )


def test_the_counts_of_a_chart_are_its_layout(tmp_path: Path) -> None:
    lineage = datasets.load("survey")
    table, _ = growth_contents(lineage, None, "quarter", None, None)
    growth(lineage, grain="quarter").save(tmp_path / "growth.json")
    data = json.loads((tmp_path / "growth.json").read_text(encoding="utf-8"))
    assert [entry["counts"] for entry in data["periods"]] == table.counts
    assert data["periods"][0]["date"] == str(table.date(0))
    assert [tuple(sort.values()) for sort in data["sorts"]] == list(table.sorts)
    family_sizes(lineage).save(tmp_path / "sizes.json")
    data = json.loads((tmp_path / "sizes.json").read_text(encoding="utf-8"))
    assert data["largest"][0] == {"name": "LLaMA", "size": 21}
    assert data["survivors"][0] == {"size": 1, "families": 73}


def test_charts_on_axes_of_ones_own() -> None:
    figure = Figure(figsize=(16, 9))
    left, right = figure.subplots(1, 2)
    right.plot([0, 1])
    drawing = growth(datasets.load("survey"))
    assert drawing.draw(left) is left
    assert len(left.child_axes) == 2
    assert {"15", "Jul. 2023", "fine-tuning"} <= {words.text for words in words_in(figure)}
    with pytest.raises(LayoutError, match="leaves no room"):
        drawing.draw(Figure(figsize=(2, 2)).subplots())


# At the shell


@pytest.mark.parametrize(
    "words",
    [
        "growth --grain year --since 2020 --until 2022 --page 6in",
        "family-sizes --by component --title Sizes",
        "largest-families --count 3 --branches 1 --color-by organization",
    ],
)
def test_the_shell_draws_them(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "figure.svg"
    assert cli.main([*words.split(), "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("growth --highlight Vicuna", "unrecognized arguments: --highlight Vicuna"),
        ("growth --grain day", "argument --grain: invalid choice: 'day' (choose from"),
        ("family-sizes --grain year", "unrecognized arguments: --grain year"),
        ("evolution --count 3", "unrecognized arguments: --count 3"),
        (
            "largest-families --page 6in",
            "--page has a width alone: give a height, too, or the size of the type by --font-size",
        ),
    ],
)
def test_the_shell_tells_what_is_wrong(words: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words.split()) == 2
    assert complaint in capsys.readouterr().err
