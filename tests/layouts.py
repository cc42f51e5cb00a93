"""What the tests of figures share: a quick measure, items of all sorts, and a checker that knows only the JSON."""

from __future__ import annotations

import itertools
import json
import math
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from modeltree.layout.family_tree import TreeItem
from modeltree.layout.geometry import Layout
from modeltree.layout.serpentine.blocks import DatedItem
from modeltree.records import PartialDate

SCRIPTS = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLM-0123456789.",
    "悟道盘古文心一言通义千问",
    "אבגדהוזחטיכלמנס",
    "ابتثجحخدذرزسشصض",
    "🦙🦅🌸🤖",
    "WMi lj",
]


def stub_measure(text: str, bold: bool = False) -> tuple[float, float]:
    """Letters are as wide as the Unicode standard says, roughly."""
    width = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.55 for letter in text)
    return width * (1.06 if bold else 1.0), 1.21


def spread(number: int, chance: random.Random) -> PartialDate:
    return PartialDate(2018 + int(6 * chance.random() ** 0.4), chance.randint(1, 12))


def one_month(number: int, chance: random.Random) -> PartialDate:
    return PartialDate(2023, 3)


def one_a_year(number: int, chance: random.Random) -> PartialDate:
    return PartialDate(1964 + number % 60)


def gap_of_ten_years(number: int, chance: random.Random) -> PartialDate:
    return PartialDate(2010 if number % 3 else 2020, chance.randint(1, 12))


def years_and_months(number: int, chance: random.Random) -> PartialDate:
    year = chance.randint(2018, 2021)
    return PartialDate(year) if number % 2 else PartialDate(year, chance.randint(1, 12))


def days(number: int, chance: random.Random) -> PartialDate:
    return PartialDate(2023, chance.randint(1, 4), chance.randint(1, 28))


DISTRIBUTIONS = [spread, one_month, one_a_year, gap_of_ten_years, years_and_months, days]


def make_items(count: int, distribution: Any = spread, longest: int = 14, seed: int = 0) -> list[DatedItem]:
    """Items with labels of one letter up to the longest, in all scripts, with none to three organizations."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        script = chance.choice(SCRIPTS[:2] if chance.random() < 0.7 else SCRIPTS)
        label = "".join(chance.choice(script) for _ in range(chance.randint(1, longest))).strip() or "x"
        organizations = tuple(f"org{place}" for place in range(chance.choice([0, 1, 1, 1, 2, 3])))
        made.append(DatedItem(f"model-{number}", label, distribution(number, chance), organizations))
    chance.shuffle(made)
    return made


@st.composite
def item_lists(draw: st.DrawFn, max_size: int = 300) -> list[DatedItem]:
    """One to many items; what is random in them comes from one seed, or large ones could not be drawn."""
    return make_items(
        draw(st.integers(1, min(30, max_size)) | st.integers(1, max_size)),
        draw(st.sampled_from(DISTRIBUTIONS)),
        draw(st.sampled_from([1, 14, 60])),
        draw(st.integers(0, 2**16)),
    )


def check_layout(layout: Layout, items: list[DatedItem]) -> None:
    """All that holds for a layout of items: no faults, nothing lost, in order, and the same from its JSON."""
    assert layout.faults() == ()
    dates = {item.id: item.date for item in items}
    assert sorted(box.id for box in layout.boxes) == sorted(dates)
    assert [dates[box.id] for box in layout.boxes] == sorted(dates.values())
    assert {box.id: box.label for box in layout.boxes} == {item.id: item.label for item in items}
    wanted = Counter((item.id, organization) for item in items for organization in item.organizations)
    assert Counter((icon.id, icon.organization) for icon in layout.icons) == wanted
    text = layout.to_json()
    again = Layout.from_json(text)
    assert again.to_json() == text
    assert again.faults() == ()
    assert hard_zeros(json.loads(text), list(dates)) == {}


# The independent checker: nothing but loops over the JSON. It shares no code with the library.


def hard_zeros(layout: dict[str, Any], ids: list[str]) -> dict[str, int]:
    """What the design allows nowhere, counted; nothing where all is well."""
    boxes, icons, leaders, ticks = layout["boxes"], layout["icons"], layout["leaders"], layout["ticks"]
    leader_segments = [(leader, line) for leader in leaders for line in itertools.pairwise(leader["points"])]
    axis = list(itertools.pairwise(layout["axis"]))
    where = {tick["id"]: way_along(axis, middle(tick)) for tick in ticks}
    found = {
        "label overlaps": overlaps(boxes),
        "label over tick": sum(overlap(box, tick) for box in boxes for tick in ticks),
        "tick overlaps": overlaps(ticks),
        "icon overlaps": overlaps(icons),
        "icon on another label": sum(overlap(icon, box) for icon in icons for box in boxes if icon["id"] != box["id"]),
        "leader crossings": sum(
            cross(*line, *other) for (one, line), (two, other) in near(leader_segments) if one is not two
        ),
        "leader through label": sum(through(line, box) for _, line in leader_segments for box in boxes),
        "axis through label": sum(through(line, box) for line in axis for box in boxes),
        "clipped": sum(not within(box, layout["page"]) for box in (*boxes, *icons, *ticks)),
        "dropped": len(set(ids) - {box["id"] for box in boxes}) + abs(len(boxes) - len(ids)),
        "out of date order": sum(
            one["tick"] > two["tick"] or where[one["tick"]] > where[two["tick"]]
            for one, two in itertools.pairwise(boxes)
        ),
        "ticks out of order": sum(
            one["id"] >= two["id"] or where[one["id"]] >= where[two["id"]]
            for one, two in itertools.pairwise(tick for tick in ticks if not tick["repeated"])
        ),
        "not tied": sum(
            box["tick"] not in [leader["tick"] for leader in leaders if box["id"] in leader["ids"]] for box in boxes
        ),
    }
    return {name: number for name, number in found.items() if number}


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        abs(2 * one["x"] + one["width"] - 2 * other["x"] - other["width"]) < one["width"] + other["width"] - 0.01
        and abs(2 * one["y"] + one["height"] - 2 * other["y"] - other["height"])
        < one["height"] + other["height"] - 0.01
    )


def overlaps(boxes: list[dict[str, float]]) -> int:
    """How many pairs of boxes overlap; those that begin right of another's end need no look."""
    order = sorted(boxes, key=lambda box: box["x"])
    count = 0
    for place, one in enumerate(order):
        for other in itertools.islice(order, place + 1, None):
            if other["x"] >= one["x"] + one["width"]:
                break
            count += overlap(one, other)
    return count


def near(lines: list[tuple[Any, Any]]) -> Iterator[tuple[tuple[Any, Any], tuple[Any, Any]]]:
    """The pairs of lines, each with its owner, of which neither is wholly left of the other."""
    order = sorted(lines, key=lambda owned: min(x for x, _ in owned[1]))
    for place, one in enumerate(order):
        end = max(x for x, _ in one[1]) + 0.01
        for other in itertools.islice(order, place + 1, None):
            if min(x for x, _ in other[1]) > end:
                break
            yield one, other


def within(box: dict[str, float], page: dict[str, float]) -> bool:
    return (
        box["x"] >= -0.01
        and box["y"] >= -0.01
        and box["x"] + box["width"] <= page["width"] + 0.01
        and box["y"] + box["height"] <= page["height"] + 0.01
    )


def through(line: Any, box: dict[str, float]) -> bool:
    """A line goes into a box if it ends inside or cuts a diagonal."""
    left, right = box["x"] + 0.02, box["x"] + box["width"] - 0.02
    top, bottom = box["y"] + 0.02, box["y"] + box["height"] - 0.02
    (x, y), (to_x, to_y) = line
    if max(x, to_x) < min(left, right) or min(x, to_x) > max(left, right):
        return False
    if max(y, to_y) < min(top, bottom) or min(y, to_y) > max(top, bottom):
        return False
    inside = any(left < x < right and top < y < bottom for x, y in line)
    return inside or cross(*line, (left, top), (right, bottom)) or cross(*line, (left, bottom), (right, top))


def cross(a: Any, b: Any, c: Any, d: Any) -> bool:
    """Whether the line from a to b meets that from c to d, by solving for the place on either."""
    across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    if across == 0:
        return False
    on_first = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across
    on_second = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / across
    return 0 <= on_first <= 1 and 0 <= on_second <= 1


def middle(box: dict[str, float]) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def way_along(axis: list[Any], point: tuple[float, float]) -> float:
    """How far along the axis a point on it is: on the piece to whose ends it is a straight way."""
    best, reached = (math.inf, 0.0), 0.0
    for start, end in axis:
        detour = math.dist(start, point) + math.dist(point, end) - math.dist(start, end)
        best = min(best, (round(detour, 3), reached + math.dist(start, point)))
        reached += math.dist(start, end)
    return best[1]


# Family trees: items that branch off each other, and what holds for the layout of them, again by nothing but loops.


def make_tree_items(
    count: int, span: int = 1000, longest: int = 14, further: float = 0.3, against: bool = False, seed: int = 0
) -> list[TreeItem]:
    """Models in a forest within so many days, with further parents, of which some may be later than their child."""
    chance = random.Random(seed)
    days = sorted(chance.randint(0, span) for _ in range(count))
    rooted, favoured = chance.random(), chance.random()
    made = []
    for place, day in enumerate(days):
        parent = None
        if place and chance.random() >= rooted:
            parent = 0 if chance.random() < favoured / 2 else chance.randrange(place)
        others = [other for other in range(count if against else place) if other not in (parent, place)]
        several = chance.choice([1, 1, 2, 3]) if chance.random() < further else 0
        script = chance.choice(SCRIPTS)
        label = "".join(chance.choice(script) for _ in range(chance.randint(1, longest))).strip() or "x"
        made.append(TreeItem(
            id=f"m{place}", label=label, day=730000.5 + day, organizations=("o",) * chance.choice([0, 1, 2]),
            parent=parent, kind=None if parent is None else "finetune", limb=chance.random() < 0.7,
            further=tuple((other, "merge") for other in chance.sample(others, min(several, len(others)))),
        ))  # fmt: skip
    return made


@st.composite
def tree_item_lists(draw: st.DrawFn, max_size: int = 16) -> list[TreeItem]:
    """Few to many models, on one day, on few days and in years."""
    return make_tree_items(
        draw(st.integers(1, max_size)),
        draw(st.sampled_from([0, 1, 2, 30, 3000])),
        draw(st.sampled_from([1, 14, 40])),
        draw(st.sampled_from([0.0, 0.3, 1.0])),
        draw(st.booleans()),
        draw(st.integers(0, 2**16)),
    )


def check_tree(layout: Layout, items: list[TreeItem]) -> None:
    """All that holds for a family tree: no faults, each model and derivation there once, and the same from its JSON."""
    assert layout.faults() == ()
    text = layout.to_json()
    again = Layout.from_json(text)
    assert again.to_json() == text
    assert again.faults() == ()
    assert tree_zeros(json.loads(text), items) == {}


def tree_zeros(layout: dict[str, Any], items: list[TreeItem]) -> dict[str, int]:
    """What is allowed nowhere in a family tree, counted; nothing where all is well."""
    boxes, ticks, links, lanes = layout["boxes"], layout["ticks"], layout["links"], layout["lanes"]
    lines = [
        (link["parent"], bool(link["tree"]), line) for link in links for line in itertools.pairwise(link["points"])
    ]
    lines += [(lane["id"], True, line) for lane in lanes for line in itertools.pairwise(lane["points"])]
    branches = [(owner, line) for owner, is_branch, line in lines if is_branch]
    solid = [*boxes, *ticks, *layout["texts"], *layout["swatches"]]
    label = {box["id"]: box for box in boxes}
    wanted = Counter((items[item.parent].id, item.id) for item in items if item.parent is not None)
    named = Counter((items[other].id, item.id) for item in items for other, _ in item.further)
    drawn = Counter((link["parent"], link["child"]) for link in links)
    stubs = Counter((parent, stub["id"]) for stub in layout["stubs"] for parent in stub["parents"])
    page = layout["page"]
    found = {
        "overlaps": overlaps(solid),
        "strip overlaps": overlaps(layout["bands"]),
        "name outside its label": sum(
            not (label[stub["id"]]["x"] < stub["x"] + 0.02 and overlap(stub, label[stub["id"]])
                 and stub["x"] + stub["width"] < label[stub["id"]]["x"] + label[stub["id"]]["width"] + 0.02)
            for stub in layout["stubs"]
        ),
        "line through label": sum(through(line, box) for _, _, line in lines for box in solid),
        "branch crossings": sum(
            one != other and meet(line, second) for (one, line), (other, second) in near(branches)
        ),
        "clipped": sum(not within(box, page) for box in (*solid, *layout["bands"]))
        + sum(
            not (-0.01 <= x <= page["width"] + 0.01 and -0.01 <= y <= page["height"] + 0.01)
            for _, _, line in lines
            for x, y in line
        ),
        "dropped": abs(len(boxes) - len(items)) + len({item.id for item in items} - set(label)),
        "derivations": sum(((drawn - wanted) + (wanted - drawn) + (stubs - named) + (named - stubs)).values()),
        "ends off the dot": sum(math.dist(label[link["child"]]["dot"], link["points"][-1]) > 0.01 for link in links),
        "dot off its label": sum(not 0 < gap(box) < layout["font_size"] for box in boxes),
    }  # fmt: skip
    return {name: number for name, number in found.items() if number}


def gap(box: dict[str, Any]) -> float:
    """How far the dot of a model is from its label, at the middle of one of its sides."""
    x, y = box["dot"]
    assert abs(y - middle(box)[1]) < 0.01
    return max(box["x"] - x, x - box["x"] - box["width"])


def meet(one: Any, other: Any) -> bool:
    """Whether two straight lines share a point; also where the one lies on the other."""
    if cross(*one, *other):
        return True
    return any(
        math.dist(line[0], point) + math.dist(point, line[1]) - math.dist(*line) < 1e-9
        for line, points in ((one, other), (other, one))
        for point in points
    )
