"""The checker of the benchmarks finds each fault that there can be, and what it is used on is what it says."""

from __future__ import annotations

import importlib
import itertools
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layouts import cross, overlap, through, within
from modeltree import datasets
from modeltree.figures.evolution import evolution

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))
checker: Any = importlib.import_module("checker")
enlargement: Any = importlib.import_module("enlargement")
methods: Any = importlib.import_module("methods")
benchmark: Any = importlib.import_module("layout")

# Two ticks on a straight axis, one label above each and one below the first: 20 × 10, ten from the axis.
TICKS = {"2020": (50.0, 50.0), "2021": (100.0, 50.0)}
IDS = ["a", "b", "c"]


def label(id_: str, tick: str, x: float, y: float, **words: Any) -> Any:
    box = {"width": 20.0, "height": 10.0, "needed": 20.0, "text": (x + 5, x + 18), "date": tick} | words
    return checker.Label(id=id_, tick=tick, x=x, y=y, **box)


def icon(id_: str, x: float, y: float) -> Any:
    return checker.Icon(id=id_, x=x, y=y, width=4.0, height=4.0)


def drawing() -> Any:
    return checker.Drawing(
        page=(200.0, 100.0),
        font_size=8.0,
        labels=(label("a", "2020", 40, 30), label("b", "2020", 40, 60), label("c", "2021", 90, 30)),
        icons=(icon("a", 41, 33), icon("b", 41, 63), icon("c", 91, 33)),
        leaders=(
            checker.Leader("2020", ("a",), ((50.0, 50.0), (50.0, 40.0))),
            checker.Leader("2020", ("b",), ((50.0, 50.0), (50.0, 60.0))),
            checker.Leader("2021", ("c",), ((100.0, 50.0), (100.0, 40.0))),
        ),
        axis=((0.0, 50.0), (200.0, 50.0)),
        ticks=TICKS,
    )


def with_label(number: int, **words: Any) -> Any:
    good = drawing()
    labels = list(good.labels)
    labels[number] = replace(labels[number], **words)
    return replace(good, labels=tuple(labels))


def with_leader(number: int, *points: tuple[float, float]) -> Any:
    good = drawing()
    leaders = list(good.leaders)
    leaders[number] = replace(leaders[number], points=points)
    return replace(good, leaders=tuple(leaders))


TWICE = (*drawing().labels, drawing().labels[0])


def faults(made: Any, ids: list[str] = IDS) -> dict[str, int]:
    return {name: number for name, number in checker.measures(made, ids).hard_zeros.items() if number}


def test_a_good_drawing_has_no_fault() -> None:
    assert faults(drawing()) == {}


def test_what_a_good_drawing_measures() -> None:
    found = checker.measures(drawing(), IDS)
    assert (found.fill, found.fill_needed, found.font_size) == (pytest.approx(0.03), pytest.approx(0.03), 8.0)
    assert (found.leader_mean, found.leader_longest, found.way_mean, found.bends) == (1.0, 1.0, 1.0, 0.0)
    assert (found.rows, found.own_tick, found.gap) == (1, 1.0, 2.0)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(with_label(2, x=59.0, text=(64, 77)), {"label_overlaps": 1}, id="labels by one point"),
        pytest.param(with_label(2, x=60.0, text=(65, 78)), {}, id="labels that share an edge"),
        pytest.param(with_label(2, x=60.0, needed=10.0, text=(59, 70)), {"text_out": 1}, id="text at the left"),
        pytest.param(with_label(0, text=(45, 61)), {"text_out": 1}, id="text at the right"),
        pytest.param(replace(drawing(), labels=drawing().labels[:2]), {"dropped": 1}, id="dropped"),
        pytest.param(replace(drawing(), labels=TWICE), {"label_overlaps": 1, "dropped": 1}, id="twice"),
        pytest.param(with_label(0, date="2022"), {"disorder": 1}, id="out of order"),
        pytest.param(with_label(0, date="2020-05"), {}, id="two dates at one tick"),
        pytest.param(with_label(0, y=-1.0), {"clipped": 1}, id="above the page"),
        pytest.param(replace(drawing(), page=(109.0, 100.0)), {"clipped": 2}, id="label and axis beyond the right"),
        pytest.param(with_leader(1, (50, 50), (50, 101), (50, 60)), {"clipped": 1}, id="below the page"),
        pytest.param(with_leader(0, (50.0, 50.0), (105.0, 45.0), (50.0, 40.0)), {"crossings": 1}, id="leaders cross"),
        pytest.param(with_leader(0, (50.0, 50.0), (100.0, 45.0), (50.0, 40.0)), {"crossings": 1}, id="leaders touch"),
        pytest.param(with_leader(1, (50.0, 50.0), (50.0, 35.0), (50.0, 60.0)), {"struck": 1}, id="into a label"),
        pytest.param(with_leader(1, (50.0, 50.0), (50.0, 40.0), (50.0, 60.0)), {}, id="up to the edge of a label"),
        pytest.param(with_leader(2, (100.0, 50.0), (55.0, 35.0), (100.0, 40.0)), {"struck": 1}, id="slanting through"),
        pytest.param(with_label(1, x=140.0, y=45.0, text=(145, 158)), {"struck": 1}, id="axis through a label"),
    ],
)  # fmt: skip
def test_each_fault_is_found(made: Any, expected: dict[str, int]) -> None:
    assert faults(made) == expected


@pytest.mark.parametrize("seed", range(5))
def test_a_random_muddle_is_counted_as_by_plain_loops(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a page so large that the loops' slack is as nothing, and without that of the checker."""
    monkeypatch.setattr(checker, "_SLACK", 1e-9)
    chance = random.Random(seed)
    page = {"width": 2e6, "height": 1e6}
    labels = [
        label(
            f"m{number}", "2020", chance.uniform(-5e4, 1.9e6), chance.uniform(-5e4, 9.5e5),
            width=chance.uniform(1e5, 2e5), height=chance.uniform(1e4, 2e5),
        )
        for number in range(40)
    ]  # fmt: skip
    lines = [[(chance.uniform(0, 2e6), chance.uniform(0, 1e6)) for _ in range(4)] for _ in range(30)]
    leaders = [checker.Leader(f"tick {number}", (), tuple(line)) for number, line in enumerate(lines)]
    muddle = replace(
        drawing(), page=(2e6, 1e6), labels=tuple(labels), icons=(), leaders=tuple(leaders),
        axis=((0.0, 5e5), (2e6, 5e5)),
    )  # fmt: skip
    found = checker.measures(muddle, [box.id for box in labels])
    boxes = [{name: getattr(box, name) for name in ("x", "y", "width", "height")} for box in labels]
    pieces = [list(itertools.pairwise(line)) for line in [*lines, muddle.axis]]
    assert found.label_overlaps == sum(overlap(one, other) for one, other in itertools.combinations(boxes, 2))
    assert found.struck == sum(any(through(piece, box) for piece in line) for line in pieces for box in boxes)
    assert found.crossings == sum(
        any(cross(*piece, *other) for piece in one for other in two)
        for one, two in itertools.combinations(pieces[:-1], 2)
    )
    assert found.clipped == sum(not within(box, page) for box in boxes)


def test_icons_hidden_by_labels_and_by_each_other() -> None:
    good = drawing()
    assert faults(replace(good, icons=(*good.icons[:2], icon("c", 55, 33)))) == {"icon_overlaps": 1}
    assert faults(replace(good, icons=(*good.icons, icon("a", 43, 33)))) == {"icon_overlaps": 2}
    assert faults(replace(good, icons=(*good.icons, icon("a", 45, 33)))) == {}


def test_a_leader_through_a_label_of_its_own_block() -> None:
    """One leader for two labels may end at the nearer one only."""
    good = drawing()
    labels = (good.labels[0], label("b", "2020", 40, 15), good.labels[2])
    both = checker.Leader("2020", ("a", "b"), ((50.0, 50.0), (50.0, 40.0)))
    icons = (good.icons[0], good.icons[2])
    block = replace(good, labels=labels, icons=icons, leaders=(both, good.leaders[2]))
    assert faults(block) == {}
    through = replace(both, points=((50.0, 50.0), (50.0, 25.0)))
    assert faults(replace(block, leaders=(through, good.leaders[2]))) == {"struck": 1}


def test_leaders_of_one_tick_may_run_along_each_other_but_not_cross() -> None:
    good = drawing()
    along = with_leader(1, (50.0, 50.0), (50.0, 45.0), (30.0, 45.0), (30.0, 65.0), (40.0, 65.0))
    assert faults(along) == {}
    across = with_leader(1, (50.0, 50.0), (52.0, 42.0), (45.0, 45.0), (30.0, 45.0), (30.0, 65.0), (40.0, 65.0))
    assert faults(across) == {"crossings": 1}
    assert faults(good) == {}


def test_bends_of_corners_and_of_curves() -> None:
    def bends(*points: tuple[float, float]) -> float:
        return 3 * checker.measures(with_leader(1, *points), IDS).bends

    assert bends((50, 50), (50, 55), (50, 60)) == pytest.approx(0)
    assert bends((50, 50), (30, 50), (30, 65), (40, 65)) == pytest.approx(2)
    assert bends((50, 50), (51, 52), (53, 54), (54, 56), (54, 60)) == pytest.approx(2), "an S in small steps"


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_the_size_of_the_whole_does_not_matter(scale: float) -> None:
    for made, expected in [(drawing(), {}), (with_label(2, x=59.0, text=(64, 77)), {"label_overlaps": 1})]:
        assert faults(checker._enlarged(made, scale)) == expected


def test_moved() -> None:
    assert checker.moved(drawing(), drawing()) == 0
    assert checker.moved(drawing(), with_label(0, x=49.0)) == 0
    assert checker.moved(drawing(), with_label(0, x=51.0)) == pytest.approx(1 / 3)
    assert checker.moved(drawing(), replace(drawing(), labels=drawing().labels[1:])) == 0, "only what is in both counts"


@pytest.mark.parametrize("count", [92, 300, 1000])
def test_an_enlargement_has_so_many_different_models_and_is_always_the_same(count: int) -> None:
    original = datasets.load("survey-figure2")
    lineage = enlargement.enlarged(original, count)
    assert len({model.id for model in lineage.models}) == len({model.name for model in lineage.models}) == count
    assert lineage.models == enlargement.enlarged(original, count).models
    assert set(original.models) <= set(lineage.models)
    assert {name for model in lineage.models for name in model.organizations} <= set(original.organizations)
    if count > 92:
        assert lineage.models != enlargement.enlarged(original, count, seed=1).models
        assert max(model.released for model in lineage.models) > max(model.released for model in original.models)


def test_an_enlargement_makes_nothing_smaller() -> None:
    with pytest.raises(ValueError, match="91 models are fewer than the 92"):
        enlargement.enlarged(datasets.load("survey-figure2"), 91)


def test_an_insertion_adds_one_model_of_a_date_that_occurs() -> None:
    original = datasets.load("survey-figure2")
    lineage = enlargement.enlarged(original, 120)
    larger = list(enlargement.insertions(original, lineage, 3))
    added = [set(each.models) - set(lineage.models) for each in larger]
    assert [len(each) for each in added] == [1, 1, 1]
    assert len(set.union(*added)) == 3
    assert {model.released for each in added for model in each} <= {model.released for model in lineage.models}


def test_the_librarys_own_layout_has_all_hard_zeros() -> None:
    lineage = datasets.load("survey-figure2")
    layout = evolution(lineage).layout
    made = methods.from_layout(lineage, layout)
    found = checker.measures(made, [model.id for model in lineage.models])
    assert not any(found.hard_zeros.values()), found.hard_zeros
    assert found.fill == pytest.approx(layout.fill)
    assert found.fill_needed <= found.fill
    room = benchmark.where_room_goes(layout, {box.id: box.needed for box in made.labels})
    assert sum(room.values()) == pytest.approx(1.0)
    assert min(room.values()) >= 0
    assert room["labels"] == pytest.approx(found.fill_needed)


def test_the_others_are_given_the_same_boxes() -> None:
    lineage = datasets.load("survey-figure2")
    layout = evolution(lineage).layout
    needed = {box.id: box.needed for box in methods.from_layout(lineage, layout).labels}
    given = methods.Given(lineage, layout, share=0.5)
    assert {box.id: box.width for box in given.labels()} == pytest.approx({name: w / 2 for name, w in needed.items()})
    assert {box.height for box in given.labels()} == {layout.boxes[0].height / 2}


def test_a_table_with_a_method_that_is_not_there(tmp_path: Path) -> None:
    """As it is run: each method in a process of its own; labella is made impossible to import."""
    (tmp_path / "labella.py").write_text("raise ImportError('none', name='labella')", encoding="utf-8")
    root = BENCHMARKS.parent
    command = [sys.executable, "layout.py", "--n", "92", "--methods", "modeltree", "labella", "--insertions", "0"]
    finished = subprocess.run(
        command, cwd=BENCHMARKS, capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root / 'src'}"},
    )  # fmt: skip
    head, _, ours, labella, *_ = finished.stdout.splitlines()
    names, numbers = ([cell.strip() for cell in line.strip("|").split("|")] for line in (head, ours))
    assert numbers[:10] == ["92", "modeltree", *["0"] * 8]
    assert len(names) == len(numbers)
    assert labella.startswith("| 92 | labella | not installed: labella | –")


def test_the_readme_explains_each_column() -> None:
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for column in benchmark.COLUMNS:
        assert f"`{column}`" in text
