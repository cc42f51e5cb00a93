"""Words at the branches of a family tree: beside their own branch, and in nobody's way."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

import modeltree
from layouts import stub_measure
from modeltree import datasets
from modeltree.figures.family_tree import tree_contents
from modeltree.layout.family_tree import Direction, TreeItem, family_tree
from modeltree.layout.geometry import Layout, TextLine
from modeltree.layout.links import with_branch_words
from modeltree.layout.plane import overlapping, struck

SURVEY = datasets.load("survey")


def words_in(layout: Layout) -> list[TextLine]:
    return [line for line in layout.texts if line.role == "relation"]


def in_nobodys_way(layout: Layout) -> None:
    words = words_in(layout)
    lines = [pair for course in (*layout.links, *layout.lanes) for pair in pairwise(course.points)]
    assert list(struck(words, lines)) == []
    others = (*layout.boxes, *layout.ticks, *layout.texts, *layout.swatches, *layout.bands)
    assert [pair for pair in overlapping(others) if pair[0] in words or pair[1] in words] == []
    assert all(word.x > 0 and word.right < layout.page.width for word in words)
    assert all(word.y > 0 and word.bottom < layout.page.height for word in words)
    assert all(6.0 <= word.size < 0.9 * layout.font_size for word in words)


@pytest.mark.parametrize("direction", ["right", "down", "up"])
@pytest.mark.parametrize("clade", ["llama", "gpt-3"])
def test_words_are_in_nobodys_way(direction: Direction, clade: str) -> None:
    layout = modeltree.family_tree(SURVEY.clade(clade), direction=direction, font_size=10).layout
    in_nobodys_way(layout)
    assert len(words_in(layout)) > 0.15 * len(layout.links)
    assert len(words_in(Layout.from_json(layout.to_json()))) == len(words_in(layout))


@pytest.mark.parametrize("count", [1, 2, 40, 400])
def test_words_in_random_trees(count: int) -> None:
    chance = random.Random(count)
    items = [
        TreeItem(f"m{number}", "x" * chance.randint(1, 12), 700_000.0 + 3 * number, (),
                 chance.randrange(number) if number and chance.random() < 0.8 else None, "finetune", limb=True)
        for number in range(count)
    ]  # fmt: skip
    bare = family_tree(items, stub_measure, font_size=9.0, page=(1008.0, None))
    words = {item.id: "fine-tuning" for item in items if item.parent is not None}
    layout = with_branch_words(bare, words, stub_measure)
    in_nobodys_way(layout)
    assert len(words_in(layout)) <= len(words)
    assert with_branch_words(bare, {}, stub_measure) == bare


def test_a_word_is_at_its_branch_and_in_the_language() -> None:
    layout = modeltree.family_tree(SURVEY.clade("llama"), page=(10, 7), language="de").layout
    assert {word.text for word in words_in(layout)} >= {"Feinabstimmung", "Bestandteil"}
    dots = [box.dot for box in layout.boxes if box.dot]
    for word in words_in(layout):
        near = min(abs(word.center[1] - y) for _, y in dots)
        assert near < 2 * layout.font_size


def test_there_are_none_where_type_is_small() -> None:
    assert words_in(modeltree.family_tree(SURVEY.clade("llama"), font_size=6.5).layout) == []


def test_of_what_is_faint_nothing_is_said() -> None:
    layout = modeltree.family_tree(SURVEY.clade("llama"), page=(10, 7), highlight="Qwen-Chat").layout
    assert len(words_in(layout)) <= 3


def test_a_label_that_says_the_relation_has_no_word_besides() -> None:
    layout = modeltree.largest_families(SURVEY, count=3, page=(9, 6)).layout
    assert "adapters: 2" in {box.label for box in layout.boxes}, "no other is made by it"
    said = {word.text for word in words_in(layout)}
    assert "component" in said
    assert "adapter" not in said


def test_of_folded_branches_that_were_made_in_several_ways_none_is_said() -> None:
    contents = tree_contents(SURVEY, collapse="smaller=4")
    assert "llama: more" in {entry.id for entry in contents.genealogy.entries}
    assert contents.branch_words
    assert not [id for id in contents.branch_words if id.endswith(": more")]
