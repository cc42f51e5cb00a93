"""The family tree: nothing in the way of anything, each model at its date, each derivation there; and the figure."""

from __future__ import annotations

import datetime
import io
import itertools
import json
import math
import operator
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from layouts import check_tree, make_tree_items, stub_measure, tree_item_lists, tree_zeros
from modeltree import datasets, family_tree
from modeltree.draw.display import Polygon, display_list
from modeltree.draw.theme import THEMES, contrast
from modeltree.figures.drawing import ThemeName
from modeltree.figures.genealogy import Collapse
from modeltree.findings import LayoutError
from modeltree.layout.family_tree import Direction, TreeItem
from modeltree.layout.family_tree import family_tree as placed_tree
from modeltree.layout.family_tree.placement import TimeScale
from modeltree.layout.geometry import Lane, Layout, Page
from modeltree.layout.sheet import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, About, Derivation, Kind, Model, Relation
from strategies import examples, lineages
from work import growth

DIRECTIONS: tuple[Direction, ...] = ("right", "down", "up")
SCALES: tuple[TimeScale, ...] = ("elastic", "linear")
TITLE_BLOCK = TitleBlock(title="Title", legend=(("open", "open"),), footnote=("Some words. " * 20,))
NASTY = ["<b>&$x^2$", "悟道-2.0", "W" * 90, "i", "\u202eabc", "🦙" * 5]


def item(id: str, day: float, parent: int | None = None, *further: int, label: str = "") -> TreeItem:
    kind = None if parent is None else "finetune"
    merged = tuple((other, "merge") for other in further)
    return TreeItem(id, label or id, 738000.5 + day, (), parent, kind, merged, limb=parent is not None)


def ordinal(id: str) -> int:
    year, month, day = [*map(int, id.split("-")), 1, 1][:3]
    return datetime.date(year, month, day).toordinal()


def places(layout: Layout, direction: Direction) -> dict[str, float]:
    """Where each model is along time."""
    sign, axis = {"right": (1, 0), "down": (1, 1), "up": (-1, 1)}[direction]
    return {box.id: sign * box.dot[axis] for box in layout.boxes if box.dot}


def check_dates(layout: Layout, items: list[TreeItem], direction: Direction) -> None:
    """What is later lies further on, models and dates of the axis alike; a child lies after its parent."""
    place = places(layout, direction)
    sign, axis = {"right": (1, 0), "down": (1, 1), "up": (-1, 1)}[direction]
    known = [(float(ordinal(guide.tick)), sign * guide.points[0][axis]) for guide in layout.guides]
    for repeated in (False, True):
        assert [tick.id for tick in layout.ticks if tick.repeated == repeated] == [
            guide.tick for guide in layout.guides
        ]
    known += [(one.day, place[one.id]) for one in items]
    known.sort()  # by day
    reached = -math.inf
    for _, group in itertools.groupby(known, key=operator.itemgetter(0)):
        here = [at for _, at in group]
        assert reached <= min(here) + 0.01
        reached = max(reached, *here)
    for one in items:
        assert one.parent is None or place[items[one.parent].id] < place[one.id]
    if layout.page.width >= 700:
        assert layout.ticks, "an axis without a date says nothing"


# The layout


@settings(max_examples=examples(50))
@given(
    tree_item_lists(), st.sampled_from(DIRECTIONS), st.sampled_from(SCALES),
    st.sampled_from(["trim", "page", "size", "both"]), st.booleans(),
)  # fmt: skip
def test_what_holds_for_all_trees(
    items: list[TreeItem], direction: Direction, time_scale: TimeScale, mode: str, words: bool
) -> None:
    options: dict[str, Any] = {
        "trim": {},
        "page": {"page": (700, 800), "trim": False},
        "size": {"page": (3000, None), "font_size": 6.0},
        "both": {"page": (3000, 3000), "font_size": 6.0, "trim": False},
    }[mode]
    options |= {"direction": direction, "time_scale": time_scale, "title_block": TITLE_BLOCK if words else None}
    layout = placed_tree(items, stub_measure, **options)
    check_tree(layout, items)
    check_dates(layout, items, direction)
    if mode in ("page", "both"):
        assert (layout.page.width, layout.page.height) == options["page"]
    if mode in ("size", "both"):
        assert layout.font_size == 6.0
    assert layout.to_json() == placed_tree(items, stub_measure, **options).to_json()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_all_small_trees(direction: Direction) -> None:
    """Every forest of up to four models at every order of dates, equal ones and near ones among them."""
    for count, step in itertools.product(range(1, 5), (1, 400)):
        steps = itertools.product((0, step), repeat=count - 1)
        parents = itertools.product(*[[None, *range(place)] for place in range(count)])
        for pattern, above in itertools.product(steps, list(parents)):
            days = itertools.accumulate(pattern, initial=0)
            items = [item(f"m{place}", day, up) for place, (day, up) in enumerate(zip(days, above, strict=True))]
            layout = placed_tree(items, stub_measure, direction=direction)
            assert layout.faults() == ()
            assert tree_zeros(json.loads(layout.to_json()), items) == {}


def chain_of(count: int, apart: float) -> list[TreeItem]:
    return [item(f"m{place}", apart * place, place - 1 if place else None) for place in range(count)]


HOSTILE = {
    "one": [item("m0", 0)],
    "one of a long name": [item("m0", 0, label="W" * 200)],
    "two on one day": [item("m0", 0), item("m1", 0, 0)],
    "a chain on one day": chain_of(12, 0),
    "a chain on two days": [item(f"m{place}", place // 6, place - 1 if place else None) for place in range(12)],
    "hundreds of children on one day": [item("m0", 0), *(item(f"m{place}", 3, 0) for place in range(1, 200))],
    "hundreds of children on the day of their parent": [
        item("m0", 0), *(item(f"m{place}", 0, 0) for place in range(1, 200))
    ],
    "families of children on one day": [
        item("m0", 0), *(item(f"m{place}", 0, (place - 1) // 3) for place in range(1, 40))
    ],
    "all tied to all": [item(f"m{place}", 9 * place, None, *range(place)) for place in range(9)],
    "parents of parents": [item(f"m{place}", 40 * place, place - 1 if place else None, *range(max(place - 1, 0)))
                           for place in range(9)],
    "later than the child": [item("m0", 50), item("m1", 90, 0), item("m2", 10, None, 0, 1), item("m3", 10, 2, 1)],
    "centuries": [item("m0", -600000), item("m1", 0, 0), item("m2", 1, 1, 0)],
    "all scripts": [item(f"m{place}", 30 * place, place // 2 if place else None, label=label)
                    for place, label in enumerate(NASTY)],
}  # fmt: skip


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_trees(name: str, direction: Direction) -> None:
    items = HOSTILE[name]
    layout = placed_tree(items, stub_measure, direction=direction)
    assert layout.faults() == ()
    check_dates(layout, items, direction)
    if len(items) < 50:
        check_tree(layout, items)


def test_a_trunk_tapers_to_where_the_last_child_branches_off() -> None:
    items = [item("a", 0), item("b", 500, 0), item("c", 900, 0), item("d", 1000, 0)]
    layout = placed_tree(items, stub_measure)
    (trunk,) = layout.lanes
    last = next(link for link in layout.links if link.child == "d")
    assert trunk.id == "a"
    assert trunk.points[0] == (layout.boxes[0].right, pytest.approx(layout.boxes[0].center[1]))
    assert trunk.points[-1][0] == pytest.approx(last.points[0][0], abs=layout.font_size)
    assert list(trunk.widths) == sorted(trunk.widths, reverse=True)
    assert trunk.widths[0] > trunk.widths[-1] > 0


def test_what_is_no_limb_is_a_thin_line() -> None:
    items = [item("a", 0), replace(item("b", 500, 0), limb=False)]
    layout = placed_tree(items, stub_measure)
    assert [lane.widths for lane in layout.lanes] == [()]
    assert [link.width for link in layout.links] == [0.0]


def test_children_of_one_day_have_one_bracket() -> None:
    layout = placed_tree([item("a", 0), *(item(f"m{place}", 300, 0) for place in range(9))], stub_measure)
    children = [box for box in layout.boxes if box.id != "a"]
    assert len({box.dot[0] for box in children if box.dot}) == 1
    far = [link.points for link in layout.links if abs(link.points[-1][1] - link.points[0][1]) > 5 * layout.font_size]
    stems = {Counter(round(x, 1) for x, _ in points).most_common(1)[0][0] for points in far}
    assert len(far) > 4
    assert len(stems) == 1
    pitch = sorted(box.y for box in children)
    assert max(later - one for one, later in itertools.pairwise(pitch)) < 2 * children[0].height


def test_an_elastic_axis_gives_a_busy_year_more_room() -> None:
    items = [item("old", 0), *(item(f"m{place}", 1500 + 5 * place) for place in range(40))]
    shares = {}
    for scale in SCALES:
        place = places(placed_tree(items, stub_measure, time_scale=scale), "right")
        shares[scale] = (place["m0"] - place["old"]) / (place["m39"] - place["old"])
    assert shares["elastic"] < 0.3 < shares["linear"]
    assert shares["linear"] == pytest.approx(1500 / 1695, abs=0.01)


def test_the_axis_ends_on_its_day() -> None:
    items = [item("a", 0), item("b", 300)]
    ends = [placed_tree(items, stub_measure, until=738000.5 + until).axis[-1][0] for until in (0, 300, 600)]
    dot = next(box.dot for box in placed_tree(items, stub_measure, until=738600.5).boxes if box.id == "b")
    assert ends[0] == pytest.approx(ends[1], abs=0.1)
    assert dot is not None
    assert ends[2] > dot[0] + 1.0


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_what_is_of_many_dates_stands_in_the_margin(direction: Direction) -> None:
    rest = replace(item("rest", math.inf), count=60)
    layout = placed_tree([item("a", 0), item("b", 300, 0), rest], stub_measure, direction=direction)
    assert layout.faults() == ()
    beside = next(box for box in layout.boxes if box.id == "rest")
    assert beside.dot is None
    assert (beside.size or 0.0) > layout.font_size
    strip = layout.bands
    assert beside.y >= max(band.bottom for band in strip) or beside.bottom <= min(band.y for band in strip)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("shape", ["chain", "star", "alone"])
def test_twice_as_many_models_of_one_day_are_twice_the_work(shape: str, direction: Direction) -> None:
    parent = {"chain": lambda place: place - 1, "star": lambda place: 0, "alone": lambda place: None}[shape]

    def prepare(count: int) -> Callable[[], Layout]:
        items = [item("m0", 0), *(item(f"m{place}", 0, parent(place)) for place in range(1, count))]
        return lambda: placed_tree(items, stub_measure, font_size=6.0, page=(200000.0, 200000.0), direction=direction)

    assert growth(prepare, 60) < 2.5


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_many_merges(direction: Direction) -> None:
    items = make_tree_items(30, 300, 8, further=1.0, seed=5)
    check_tree(placed_tree(items, stub_measure, direction=direction), items)


def test_nothing_is_a_page_with_its_words() -> None:
    layout = placed_tree([], stub_measure, title_block=TITLE_BLOCK)
    assert layout.boxes == layout.ticks == layout.links == ()
    assert layout.texts


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page": (40, 40)}, "do not fit on|leaves no room"),
        ({"page": (100, 900), "font_size": 20.0}, "a label is longer than the axis"),
        ({"page": (400, 60), "font_size": 12.0}, "the page has .* pt for it"),
        ({"page": (400, None)}, "needs a font_size"),
        ({"page": (40, None), "font_size": 12.0, "direction": "down"}, "there is no room|leaves no room"),
        ({"page": (200, 900), "font_size": 12.0, "direction": "down"}, "pt wide, and the page has"),
        ({"direction": "left"}, "say 'right', 'down' or 'up'"),
        ({"page": (0, 10)}, "is none"),
        ({"font_size": float("nan")}, "is none"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        placed_tree(make_tree_items(20, 3000, 14, seed=1), stub_measure, **options)


# The figure


def model(id: str, released: str | None = "2023-03", **fields: Any) -> Model:
    return Model(id=id, name=fields.pop("name", id.upper()), released=released, **fields)


def step(parent: str, child: str, relation: str = "finetune") -> Derivation:
    return Derivation(parent=parent, child=child, relation=relation)


SMALL = Lineage(
    [
        model("a", "2020"), model("b", "2021-03", name=NASTY[0]), model("c", None), model("d", "2022-06-01"),
        model("e", "2019-05"), model("lost", None), model("app", "2023", kind=Kind.APPLICATION),
        *(model(f"q{number}", f"2022-0{number}") for number in range(1, 5)),
    ],
    [
        step("a", "b"), step("b", "c", "adapter"), step("c", "d", "merge"), step("a", "d", "merge"), step("d", "e"),
        *(step("a", f"q{number}", "quantized") for number in range(1, 5)), step("a", "app", "application"),
    ],
    about=About(title="Small"),
)  # fmt: skip


def words(layout: Layout, role: str) -> str:
    return " ".join(line.text for line in layout.texts if line.role == role)


@pytest.mark.parametrize("dates", [("2023", "2023-01", "2023-01"), ("2023", "2023", "2023-03-31")])
def test_the_axis_begins_at_the_earliest_place(dates: tuple[str, ...]) -> None:
    lineage = Lineage([Model(id=f"m{index}", name=f"M{index}", released=date) for index, date in enumerate(dates)])
    for direction in DIRECTIONS:
        assert family_tree(lineage, direction=direction).layout.faults() == ()


@settings(max_examples=examples(25))
@given(lineages(1, 8), st.sampled_from(DIRECTIONS), st.sampled_from([None, "smaller=3", "quantized,depth=1"]))
def test_any_lineage(lineage: Lineage, direction: Direction, collapse: str | None) -> None:
    options: Any = {"direction": direction, "collapse": collapse, "applications": True}
    if not any(record.released for record in lineage.models if record.kind != Kind.DATASET):
        with pytest.raises(LayoutError, match="no model has a date"):
            family_tree(lineage, **options)
        return
    layout = family_tree(lineage, **options).layout
    assert layout.faults() == ()
    records, steps = list(lineage.models), list(lineage.derivations)
    random.Random(0).shuffle(records)
    random.Random(1).shuffle(steps)
    assert family_tree(Lineage(records, steps), **options).layout.to_json() == layout.to_json()


def test_the_legend_has_what_is_passed_on() -> None:
    def kinds(**options: Any) -> list[str]:
        return [
            swatch.key for swatch in family_tree(SMALL, **options).layout.swatches if swatch.key.startswith("link:")
        ]

    assert kinds() == ["link:weights"]
    assert kinds(applications=True) == ["link:weights", "link:ideas"]
    keys = {swatch.key for swatch in family_tree(SMALL).layout.swatches}
    assert "inferred" in keys
    assert "folded" not in keys


def test_each_relation_is_of_one_kind() -> None:
    records = [model("root", "2020"), *(model(str(number), "2021") for number in range(len(Relation)))]
    lineage = Lineage(records, [step("root", str(number), relation) for number, relation in enumerate(Relation)])
    layout = family_tree(lineage).layout
    assert sum(swatch.key.startswith("link:") for swatch in layout.swatches) == 4
    limbs = {link.kind for link in layout.links if link.width}
    assert limbs == {*WEIGHTS, Relation.UNSPECIFIED}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("relation", ["finetune", "unspecified"])
def test_six_families_have_trunks_whose_color_is_seen_on_the_page(theme: ThemeName, relation: str) -> None:
    roots, later = range(8), range(9)
    records = [model(f"r{root}", "2020") for root in roots]
    records += [model(f"r{root}-{place}", "2021") for root in roots for place in later[root:]]
    steps = [step(f"r{root}", f"r{root}-{place}", relation) for root in roots for place in later[root:]]
    look = family_tree(Lineage(records, steps), theme=theme)._look
    colors = [look.labels[f"r{root}"].limb for root in roots]
    assert theme == "print" or len(set(colors)) == 7  # greys that can be seen on paper are hardly told apart
    assert colors[6] == colors[7] == look.theme.idea
    assert all(contrast(color, look.theme.page) >= 3.0 for color in colors)


def test_a_trunk_is_as_wide_across_time_wherever_it_leads() -> None:
    points = ((90.0, 60.0), (90.0, 50.0), (20.0, 20.0), (20.0, 10.0))
    lane = Lane("a", points, (4.0, 4.0, 3.0, 2.0))
    axis = ((5.0, 95.0), (5.0, 5.0))
    layout = Layout(
        page=Page(99.0, 99.0), font_size=9.0, boxes=(), icons=(), leaders=(), axis=axis, ticks=(), lanes=(lane,)
    )
    (item,) = (item for item in display_list(layout, [family_tree(SMALL)._look]) if item.layer == "lane")
    (trunk,) = (part for part in item.parts if isinstance(part, Polygon))
    (outline,) = trunk.rings
    sides = list(zip(outline[:4], reversed(outline[4:]), strict=True))
    assert [(one[0] - other[0], one[1] - other[1]) for one, other in sides] == [(width, 0.0) for width in lane.widths]


def test_folded_branches_have_the_color_of_their_limb_and_change_no_other() -> None:
    survey = datasets.load("survey")
    whole, folded = (family_tree(survey, collapse=rule)._look.labels for rule in (None, "smaller=4"))
    both = whole.keys() & folded.keys()
    assert len({whole[id].limb for id in both}) == 7
    assert {id: folded[id].limb for id in both} == {id: whole[id].limb for id in both}
    for id in ("llama", "gpt-3", "t5-1.1"):
        assert folded[f"{id}: more"].limb == whole[id].limb


def test_the_legend_says_what_an_empty_box_is_where_color_says_the_family() -> None:
    assert "closed source" in words(family_tree(datasets.load("survey"), color_by="family").layout, "legend")


def test_what_would_be_too_small_to_read_is_folded_and_said() -> None:
    records = [model(f"m{place}", f"20{10 + place % 10}") for place in range(240)]
    steps = [step(f"m{place // 6}", f"m{place}") for place in range(1, 240) if place % 10 >= place // 6 % 10]
    lineage = Lineage(records, steps)
    folded = family_tree(lineage, page="A5").layout
    assert len(folded.boxes) < 240 == len(family_tree(lineage, page="A5", collapse="").layout.boxes)
    assert folded.font_size >= 6.0
    assert "are folded, for type that can be read" in words(folded, "footnote")
    assert len(family_tree(lineage, page="A3").layout.boxes) == 240


def test_curves_lead_from_further_parents_where_wanted() -> None:
    def curves(**options: Any) -> set[tuple[str, str]]:
        return {(link.parent, link.child) for link in family_tree(SMALL, **options).layout.links if not link.tree}

    assert curves() == curves(links=False, highlight="d") == set()
    assert curves(highlight="d") == {("c", "d")}
    assert curves(links=True) == {("c", "d"), ("d", "e")}
    assert family_tree(SMALL, links=True).layout.faults() == ()
    said = "Curves with an arrowhead lead from further parents."
    assert said in words(family_tree(SMALL, links=True).layout, "footnote")
    assert said not in words(family_tree(SMALL).layout, "footnote")


def test_the_parent_of_a_stub_is_named() -> None:
    stubs = {(stub.id, stub.parents, stub.text) for stub in family_tree(SMALL).layout.stubs}
    assert stubs == {("d", ("c",), "C"), ("e", ("d",), "D")}


def test_the_footnote_says_what_is_uncertain() -> None:
    text = words(family_tree(SMALL).layout, "footnote")
    assert "No date is known of these" in text
    assert ": C." in text
    assert "Made from what is dated later: E from D." in text
    assert "no date is known of them or their kin: LOST" in text
    assert "known only to the month or year" in text
    assert "products that run on models (1)" in text
    assert "folded" not in text
    folded = words(family_tree(SMALL, collapse="quantized").layout, "footnote")
    assert "4 of them are folded into 1, with 3 derivations" in folded


def test_folded_branches_are_one_node() -> None:
    layout = family_tree(SMALL, collapse=Collapse(only=frozenset({Relation.QUANTIZED}))).layout
    assert [box.label for box in layout.boxes if "more" in box.label] == ["A: 4 more"]
    assert not {"q1", "q2"} & {box.id for box in layout.boxes}
    assert "folded" in {swatch.key for swatch in layout.swatches}


def saved(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("options", [{}, {"direction": "down"}, {"collapse": "quantized", "highlight": "d"}])
def test_the_svg_is_the_same_each_time(options: dict[str, Any]) -> None:
    text = saved(family_tree(SMALL, **options).figure(), "svg")
    assert text == saved(family_tree(SMALL, **options).figure(), "svg")
    ids = {element.get("id") for element in ElementTree.fromstring(text).iter()}
    assert {"label-a", "axis"} <= ids
    assert b"No date is known of these" in text


def test_pdf_and_png() -> None:
    figure = family_tree(SMALL).figure()
    assert saved(figure, "pdf").startswith(b"%PDF")
    assert saved(figure, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", THEMES)
def test_themes(theme: str) -> None:
    figure = family_tree(SMALL, theme=THEMES[theme], collapse="quantized", highlight="d", outline="a").figure()
    assert b"A: 4 more" in saved(figure, "svg")


def test_highlight_and_outline_change_the_ink_alone() -> None:
    plain = family_tree(SMALL, title="").layout
    for options in ({"highlight": "d"}, {"outline": "a"}):
        other = family_tree(SMALL, title="", page=(14.0, 20.0), **options).layout
        assert [box.id for box in other.boxes] == [box.id for box in plain.boxes]
    assert saved(family_tree(SMALL, highlight="d").figure(), "svg") != saved(family_tree(SMALL).figure(), "svg")


def test_axes_of_ones_own() -> None:
    figure = Figure((12, 6))
    ax = figure.add_axes((0, 0, 1, 1))
    assert family_tree(SMALL).draw(ax) is ax
    assert ax.get_xlim() == (0, pytest.approx(12 * 72))
    assert saved(figure, "svg")
    with pytest.raises(TypeError, match="axes are a page of their own"):
        family_tree(SMALL, page=(3.0, 3.0)).draw(ax)
    assert family_tree(SMALL).figure() is not figure


def test_pages_of_a_given_size() -> None:
    layout = family_tree(SMALL, page="A4-landscape").layout
    assert (layout.page.width, layout.page.height) == (pytest.approx(841.89, abs=0.1), pytest.approx(595.28, abs=0.1))
    with pytest.raises(LayoutError, match="no model has a date"):
        family_tree(Lineage([model("a", None)]))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_what_ships_has_no_faults(direction: Direction) -> None:
    assert family_tree(datasets.load("survey").clade("llama"), direction=direction).layout.faults() == ()


@pytest.mark.scale
@pytest.mark.skipif(not os.environ.get("MODELTREE_SCALE"), reason="takes minutes; set MODELTREE_SCALE=1")
@pytest.mark.parametrize(("count", "page"), [(556, "A1-landscape"), (3000, "A0-landscape")])
def test_large_genealogies(count: int, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    from genealogies import grown

    layout = family_tree(grown(count), page=page, collapse="").layout
    sys.modules.pop("genealogies")
    assert len(layout.boxes) == count
    assert layout.faults() == ()
