"""The checker of drawn genealogies finds each fault that there can be; dot and the library are measured alike."""

from __future__ import annotations

import importlib
import itertools
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layouts import cross, overlap, through
from modeltree import family_tree

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))
benchmark: Any = importlib.import_module("family_tree")
checker: Any = importlib.import_module("tree_checker")
genealogies: Any = importlib.import_module("genealogies")
methods: Any = importlib.import_module("tree_methods")

IDS = ["a", "b", "c"]
DESCENTS = [("a", "b"), ("b", "c"), ("a", "c")]


def box(id_: str, x: float, y: float, width: float = 30.0) -> Any:
    return checker.Box(id=id_, x=x, y=y, width=width, height=20.0)


def line(parent: str, child: str | None, *points: tuple[float, float], tree: bool = True) -> Any:
    return checker.Line(parent=parent, child=child, tree=tree, points=points)


# One branches off the other's lane, goes on in a lane of its own, and has a child below; the first is also a further
# parent of that, across the lane of the second.
LABELS = (box("a", 10, 10), box("b", 60, 60), box("c", 120, 110))
LINES = (
    line("a", None, (40, 20), (130, 20)),
    line("a", "b", (50, 20), (50, 70), (60, 70)),
    line("b", None, (90, 70), (110, 70)),
    line("b", "c", (110, 70), (110, 120), (120, 120)),
    line("a", "c", (100, 20), (100, 90), (130, 90), (130, 110), tree=False),
)


def drawing() -> Any:
    other = checker.Box(id="", x=0, y=0, width=200, height=5)
    return checker.TreeDrawing(page=(200.0, 150.0), font_size=14.0, labels=LABELS, lines=LINES, others=(other,))


def with_label(number: int, **words: Any) -> Any:
    labels = list(LABELS)
    labels[number] = replace(labels[number], **words)
    return replace(drawing(), labels=tuple(labels))


def with_line(number: int, *points: tuple[float, float]) -> Any:
    lines = list(LINES)
    lines[number] = replace(lines[number], points=points)
    return replace(drawing(), lines=tuple(lines))


def without(name: str, number: int) -> Any:
    parts = getattr(drawing(), name)
    return replace(drawing(), **{name: parts[:number] + parts[number + 1 :]})


def faults(made: Any) -> dict[str, int]:
    found = checker.tree_measures(made, IDS, DESCENTS).hard_zeros
    return {name: number for name, number in found.items() if number}


def test_what_a_good_drawing_measures() -> None:
    found = checker.tree_measures(drawing(), IDS, DESCENTS)
    assert faults(drawing()) == {}
    assert (found.further, found.crossings, found.font_size) == (1, 2, 14.0), "the lane of b, and b's branch to c"
    assert (found.further_mean, found.fill) == (pytest.approx(120 / 20), pytest.approx(3 * 600 / 30000))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(with_line(0, (40, 20), (150, 20), (150, 70), (105, 70)), {"tree_crossings": 1}, id="touch"),
        pytest.param(with_line(0, (40, 20), (115, 20), (115, 100), (105, 100)), {"tree_crossings": 1}, id="cross"),
        pytest.param(with_line(4, (100, 20), (100, 65), (75, 65), (75, 115), (130, 115)), {"labels_hit": 2}, id="hit"),
        pytest.param(with_line(4, (20, 20), (125, 20), (125, 110)), {"labels_hit": 1}, id="through its own label"),
        pytest.param(with_line(4, (20, 30), (130, 30), (130, 110)), {}, id="along the edge of a label"),
        pytest.param(with_label(1, x=39.0, y=25.0), {"label_overlaps": 1, "labels_hit": 1, "loose": 2}, id="overlap"),
        pytest.param(with_line(4, (100, 20), (100, 151), (130, 151), (130, 130)), {"clipped": 1}, id="line below"),
        pytest.param(replace(drawing(), page=(149.0, 150.0)), {"clipped": 2}, id="label and date beyond the right"),
        pytest.param(without("lines", 4), {"missing": 1}, id="a descent is not drawn"),
        pytest.param(replace(drawing(), lines=(*LINES, LINES[4])), {"missing": 1}, id="a descent is drawn twice"),
        pytest.param(without("labels", 2), {"missing": 1, "loose": 2}, id="a model is not drawn"),
        pytest.param(with_line(4, (100, 25), (100, 90), (130, 90), (130, 110)), {"loose": 1}, id="begins at nothing"),
        pytest.param(with_line(4, (100, 20), (100, 90), (130, 90), (130, 105)), {"loose": 1}, id="ends at nothing"),
        pytest.param(with_line(4), {"loose": 1}, id="a line of no points"),
    ],
)  # fmt: skip
def test_each_fault_is_found(made: Any, expected: dict[str, int]) -> None:
    assert faults(made) == expected


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_the_size_of_the_whole_does_not_matter(scale: float) -> None:
    for made in (drawing(), with_line(0, (40, 20), (150, 20), (150, 70), (105, 70))):
        assert faults(checker._enlarged(made, scale)) == faults(made)


def test_lines_of_one_parent_are_one_line() -> None:
    twin = line("a", "c", (95, 20), (95, 85), (125, 85), (125, 110), tree=False)
    both = replace(drawing(), lines=(*LINES, twin))
    found = checker.tree_measures(both, IDS, [*DESCENTS, ("a", "c")])
    assert (found.crossings, found.missing) == (4, 0)
    same = replace(drawing(), lines=(*LINES, LINES[4]))
    assert checker.tree_measures(same, IDS, [*DESCENTS, ("a", "c")]).crossings == 2


@pytest.mark.parametrize("seed", range(5))
def test_a_random_muddle_is_counted_as_by_plain_loops(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when pairs are looked at in many parts."""
    monkeypatch.setattr(checker, "_CHUNK", 100)
    monkeypatch.setattr(checker, "_SAME", 1e-9)
    chance = random.Random(seed)
    labels = [box(f"m{number}", chance.uniform(0, 900), chance.uniform(0, 900)) for number in range(40)]
    lines = [
        line(f"m{number}", None, *((chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(4)),
             tree=number % 2 == 0)
        for number in range(20)
    ]  # fmt: skip
    made = checker.TreeDrawing(page=(1000.0, 1000.0), font_size=14.0, labels=tuple(labels), lines=tuple(lines))
    found = checker.tree_measures(made, [label.id for label in labels], [])
    boxes = [{name: getattr(label, name) for name in ("x", "y", "width", "height")} for label in labels]
    pieces = [list(itertools.pairwise(each.points)) for each in lines]
    meetings = [
        (one.tree and other.tree)
        for (one, some), (other, others) in itertools.combinations(zip(lines, pieces, strict=True), 2)
        for first in some
        for second in others
        if cross(*first, *second)
    ]
    assert (found.tree_crossings, found.crossings) == (sum(meetings), len(meetings) - sum(meetings))
    assert found.label_overlaps == sum(overlap(one, other) for one, other in itertools.combinations(boxes, 2))
    assert found.labels_hit == sum(any(through(piece, each) for some in pieces for piece in some) for each in boxes)


@pytest.mark.parametrize("seed", range(3))
def test_the_librarys_own_layout_has_no_fault_and_as_many_crossings_as_it_says(seed: int) -> None:
    lineage = genealogies.grown(30, seed)
    layout = family_tree(lineage, page="A4", title="").layout
    genealogy = methods.Genealogy.of(lineage)
    made = methods.from_layout(layout)
    found = checker.tree_measures(made, genealogy.ids, [*genealogy.tree, *genealogy.further])
    assert not any(found.hard_zeros.values()), found.hard_zeros
    assert (found.crossings, found.named) == (layout.crossings, len(genealogy.further))
    assert found.fill == pytest.approx(layout.fill)
    assert 0.1 < found.empty < 0.9


def test_dot_draws_the_same_and_fills_the_page() -> None:
    pytest.importorskip("pygraphviz")
    lineage = genealogies.grown(30)
    genealogy = methods.Genealogy.of(lineage)
    layout = family_tree(lineage, page="A4", title="").layout
    made = methods.dot_drawing(genealogy, layout)
    sizes = {label.id: (label.width, label.height) for label in layout.boxes}
    assert {label.id: (label.width, label.height) for label in made.labels} == {
        name: pytest.approx(size, abs=0.05) for name, size in sizes.items()
    }
    placed = methods.on_page(made, (500.0, 700.0))
    found = checker.tree_measures(placed, genealogy.ids, [*genealogy.tree, *genealogy.further])
    assert (found.missing, found.loose, found.clipped, found.label_overlaps) == (0, 0, 0, 0)
    assert max(x for each in placed.lines for x, _ in each.points) <= 500 + 1e-6
    assert found.font_size < layout.font_size


def test_grown_is_always_the_same_and_has_the_shape_it_says() -> None:
    lineage = genealogies.grown(556)
    assert lineage.models == genealogies.grown(556).models != genealogies.grown(556, seed=1).models
    genealogy = methods.Genealogy.of(lineage)
    assert len(genealogy.ids) == 556
    assert len(genealogy.tree) == pytest.approx(460, rel=0.1)
    assert len(genealogy.further) == pytest.approx(134, rel=0.25)


def test_the_table_as_it_is_run() -> None:
    command = [sys.executable, "family_tree.py", "--n", "30", "--no-survey", "--limit", "30"]
    finished = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True, check=True, timeout=90)
    head, _, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in finished.stdout.splitlines())
    assert tuple(head) == benchmark.COLUMNS
    assert [row[:3] for row in rows] == [
        ["30", "A4", "modeltree"], ["30", "A4-landscape", "modeltree"], ["30", "A4", "dot"],
        ["30", "A4-landscape", "dot"],
    ]  # fmt: skip
    assert {len(row) for row in rows} == {len(head)}
    assert [row[3:9] for row in rows[:2]] == [["0"] * 6] * 2


def test_over_the_limit_is_a_result(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text(
        f"import sys\nsys.path.append({str(BENCHMARKS)!r})\nfrom processes import say\n"
        "def findings():\n    yield {'found': 1}\n    while True:\n        pass\nsay(findings, 1)\n",
        encoding="utf-8",
    )
    said, ending = importlib.import_module("processes").said_by(slow, {}, 1)
    assert (said, ending) == ([{"found": 1}], "over 1 s")


def test_the_readme_explains_each_column() -> None:
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for column in benchmark.COLUMNS:
        assert f"`{column}`" in text
