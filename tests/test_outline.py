"""The text tree against brute force: every model in full once, every derivation on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
from modeltree._util.text import printable
from modeltree.findings import UnknownModelError
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Relation, relation_set
from strategies import a_model_of, lineages, names

CHOICES = st.sampled_from([None, "weights", "ideas", "finetune"])
LINE = re.compile(r"(?P<stem>(?:[│ ]  )*(?:[├└]─ )?)(?P<mark>[◆◇] )?Model (?P<id>m[0-9])(?P<rest>.*)")
OTHER = re.compile(r"Model (m[0-9]) \(([a-z-]+)\)")
REST = re.compile(
    r"(?:  (?P<date>[0-9-]+))?(?: · (?P<relation>[a-z-]+))?(?: · (?:also )?from (?P<others>[^·]*))?(?P<more> · …)?"
)


@dataclass
class Line:
    level: int
    id: str
    parent: str | None
    full: bool
    mark: str
    rest: str
    others: dict[str, str] = field(default_factory=dict)


def read(text: str) -> tuple[list[Line], list[str]]:
    """The lines of a tree, and what is said below it."""
    lines: list[Line] = []
    said = []
    above: list[str] = []
    for written in text.splitlines():
        match = LINE.fullmatch(written)
        if match is None:
            said.append(written)
            continue
        level = len(match["stem"]) // 3
        del above[level:]
        mark = (match["mark"] or "").strip()
        lines.append(Line(level, match["id"], above[-1] if above else None, mark != "◇", mark, match["rest"]))
        above.append(match["id"])
    return lines, said


def steps_of(lineage: Lineage, relations: object) -> dict[tuple[str, str], Relation]:
    wanted = relation_set(relations)
    return {(s.parent, s.child): s.relation for s in lineage.derivations if s.relation in wanted}


def primary(lineage: Lineage, steps: dict[tuple[str, str], Relation], child: str, parents: list[str]) -> str:
    """The stated rule, word by word: relation, then the date released last, then the id."""
    order = list(Relation)
    first = min(order.index(steps[parent, child]) for parent in parents)
    parents = sorted(parent for parent in parents if steps[parent, child] == order[first])
    dates = [lineage[parent].released for parent in parents if lineage[parent].released]
    return next(parent for parent in parents if not dates or lineage[parent].released == max(dates))


def placed(
    lineage: Lineage, steps: dict[tuple[str, str], Relation], tops: list[str], deepest: float
) -> dict[str, tuple[str | None, int]]:
    """Parent and level of each model, found by trying again until nothing changes."""
    reached = set(tops)
    while more := {child for parent, child in steps if parent in reached} - reached:
        reached |= more
    found: dict[str, tuple[str | None, int] | None] = {id: (None, 0) if id in tops else None for id in reached}
    undecided = [id for id in lineage if id in reached and id not in tops]
    while undecided:
        for id in list(undecided):
            parents = [parent for parent, child in steps if child == id and parent in reached]
            if any(parent in undecided for parent in parents):
                continue
            undecided.remove(id)
            open_ones = [parent for parent in parents if found[parent] and found[parent][1] < deepest]
            if open_ones:
                under = primary(lineage, steps, id, open_ones)
                found[id] = (under, found[under][1] + 1)
    return found


@given(st.data(), CHOICES, st.none() | st.integers(0, 4))
def test_against_brute_force(data: st.DataObject, relations: str | None, max_depth: int | None) -> None:
    lineage = data.draw(lineages(min_models=1))
    root = data.draw(st.none() | a_model_of(lineage))
    steps = steps_of(lineage, relations)
    ends = {id for pair in steps for id in pair}
    tops = [root] if root else [id for id in lineage if id in ends and not any(child == id for _, child in steps)]
    deepest = float("inf") if max_depth is None else max_depth
    found = placed(lineage, steps, tops, deepest)
    shown = {id: place for id, place in found.items() if place}
    lines, said = read(lineage.tree(root, relations=relations, max_depth=max_depth))

    # Each model in full exactly once, where it should be, with its date and its relation to what it is under.
    full = [line for line in lines if line.full]
    assert sorted(line.id for line in full) == sorted(shown)
    assert {line.id: (line.parent, line.level) for line in full} == shown
    parents_of = {id: {p: str(relation) for (p, child), relation in steps.items() if child == id} for id in shown}
    for line in full:
        rest = REST.fullmatch(line.rest)
        assert rest, line
        date = lineage[line.id].released
        assert rest["date"] == (str(date) if date else None)
        assert (rest["relation"] or None) == parents_of[line.id].get(line.parent or "")
        others = OTHER.findall(rest["others"] or "")
        assert len(others) == len(parents_of[line.id]) - (line.parent is not None)
        assert dict(others) == {p: r for p, r in parents_of[line.id].items() if p != line.parent}
        assert (line.mark == "◆") == (len(parents_of[line.id]) > 1)
        closed = line.level >= deepest and any(parent == line.id for parent, _ in steps)
        assert bool(rest["more"]) == closed

    # Each derivation on exactly one line, wherever its parent is open; the others lead to where the child is.
    pairs = [(line.parent, line.id) for line in lines if line.parent]
    assert sorted(pairs) == sorted(pair for pair in steps if pair[0] in shown and shown[pair[0]][1] < deepest)
    for line in lines:
        if not line.full:
            assert line.rest == f" · {steps[line.parent, line.id]} · see under Model {shown[line.id][0]}"

    # In date order, at the margin and below each parent.
    order = list(lineage)
    for parent in {line.parent for line in lines}:
        below = [order.index(line.id) for line in lines if line.parent == parent]
        assert below == sorted(below)

    deeper, single = len(found) - len(shown), len(lineage) - len(ends) if root is None else 0
    expected = [f"{deeper} more model{'s' * (deeper != 1)} deeper"] if deeper else []
    expected += [f"{single} more model{'s' * (single != 1)} with neither parents nor children"] if single else []
    assert said == expected


def test_looks() -> None:
    dated = {"a": "2020", "b": "2021", "c": "2022-02", "d": "2022-03", "e": None}
    lineage = Lineage(
        [Model(id=id, name=id.upper(), released=date) for id, date in dated.items()],
        [
            Derivation(parent="a", child="b", relation="successor"),
            Derivation(parent="a", child="c", relation="merge"),
            Derivation(parent="b", child="c", relation="merge"),
            Derivation(parent="c", child="d", relation="quantized"),
        ],
    )
    assert lineage.tree().splitlines() == [
        "A  2020",
        "├─ B  2021 · successor",
        "│  └─ ◆ C  2022-02 · merge · also from A (merge)",
        "│     └─ D  2022-03 · quantized",
        "└─ ◇ C · merge · see under B",
        "1 more model with neither parents nor children",
    ]
    assert lineage.tree("B", relations="merge", max_depth=1).splitlines() == [
        "B  2021",
        "└─ ◆ C  2022-02 · merge · also from A (merge)",
    ]
    assert lineage.tree("E") == "E"
    assert lineage.tree("d") == "D  2022-03 · from C (quantized)"
    assert Lineage([]).tree() == "no models"


def test_a_bad_call() -> None:
    lineage = modeltree.datasets.load("survey")
    with pytest.raises(UnknownModelError, match="did you mean 'vicuna'"):
        lineage.tree("Vicunna")
    with pytest.raises(ValueError, match="max_depth is -1"):
        lineage.tree("Vicuna", max_depth=-1)
    with pytest.raises(ValueError, match="'tuning' is no relation"):
        lineage.tree("Vicuna", relations="tuning")


def test_models_of_one_name_are_told_apart_by_their_ids() -> None:
    lineage = Lineage(
        [Model(id="one", name="Twin"), Model(id="two", name="Twin")],
        [Derivation(parent="one", child="two", relation="adapter")],
    )
    assert lineage.tree() == "Twin [one]\n└─ Twin [two] · adapter"


@given(st.lists(names, min_size=2, max_size=4, unique_by=str.casefold))
def test_whatever_models_are_called_each_has_one_line(called: list[str]) -> None:
    root, *children = (Model(id=f"m{place}", name=name) for place, name in enumerate(called))
    steps = [Derivation(parent="m0", child=model.id, relation="finetune") for model in children]
    text = Lineage([root, *children], steps).tree()
    assert len(text.splitlines()) == len(called)
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in text.replace("\n", ""))


def test_hostile_names() -> None:
    hostile = Model.model_construct(id="x", name="a\nb\x1b[31m\u202ec\td", released=None)
    assert printable(hostile.name) == "a b\ufffd[31m\ufffdc d"


def test_a_chain_of_100_000_models_has_lines_that_are_not_ever_longer() -> None:
    count = 100_000
    lineage = Lineage(
        [Model(id=f"m{place}", name=f"M{place}") for place in range(count)],
        [Derivation(parent=f"m{place - 1}", child=f"m{place}", relation="finetune") for place in range(1, count)],
    )
    lines = lineage.tree().splitlines()
    assert len(lines) == count
    assert lines[30] == " " * 87 + "└─ M30 · finetune"
    assert lines[31] == "31 … " + " " * 87 + "└─ M31 · finetune"
    assert max(map(len, lines)) == len(lines[-1]) == len(f"{count - 1} … └─ M{count - 1} · finetune") + 87
    assert len(lineage.tree("m5", max_depth=2).splitlines()) == 4
