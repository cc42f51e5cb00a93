"""The generations of a lineage, which needs no dates: what a page shows of models whose dates are not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy

from modeltree._util.languages import Words
from modeltree._util.text import printable
from modeltree.figures.coloring import ColorBy
from modeltree.figures.contents import Captions, Contents, count_kinds, counted_models, data_date, left_out
from modeltree.figures.drawing import Lettering
from modeltree.figures.family_tree import PASSED_WORDS
from modeltree.graph.families import PrimaryForest
from modeltree.layout.family_tree.generations import generations_tree
from modeltree.layout.family_tree.tree import TreeItem
from modeltree.layout.geometry import Layout
from modeltree.lineage import Lineage
from modeltree.records import Model, Relation

_RELATIONS = tuple(Relation)


@dataclass(frozen=True, slots=True)
class GenerationsContents(Contents):
    """What is shown: each model to the right of the one that it takes after, with the names of further parents."""

    items: tuple[TreeItem, ...]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        words = self.lettering.words
        description = words(
            "A tree of {models} by generations: each is a box with its name, to the right of what it was made from.",
            models=counted_models(self.models, words),
        )
        return words("Generations"), words.sentences([description, *self.title_block.footnote])

    def layout(self, page: tuple[float, float | None]) -> Layout:
        """The layout, in proportions like those of a page."""
        return generations_tree(self.items, self.lettering.typeface.measure, page, self.lettering.words)


def generations_contents(
    lineage: Lineage, models: Sequence[Model], color_by: ColorBy, lettering: Lettering
) -> GenerationsContents:
    """The generations of some models of a lineage."""
    words = lettering.words
    others = count_kinds(lineage.models) - count_kinds(models)
    data = tuple(data_date(words, lineage))
    lineage = lineage.subgraph([model.id for model in models])
    captions = Captions(lineage, models, words)
    groups = captions.grouped(color_by)
    items = tuple(_items(lineage))
    relations = {edge.relation for edge in lineage.derivations}
    links = ((f"link:{name}", words(text)) for name, (members, text) in PASSED_WORDS.items() if members & relations)
    notes = [*_notes(words, lineage, items), *left_out(words, others), *data, *captions.notes]
    title_block = lettering.title_block(None, (*groups.legend, *links), [words.sentences(notes)])
    return GenerationsContents(
        lineage, tuple(lineage.models), groups, None, frozenset(), title_block, items, lettering=lettering
    )


def _items(lineage: Lineage) -> Iterator[TreeItem]:
    """The models, each with the parent that it takes after, and its generation in place of a day."""
    models, edges = lineage.models, lineage.derivations
    index = {model.id: node for node, model in enumerate(models)}
    level = {id: number for number, layer in enumerate(lineage.generations()) for id in layer}
    rows = [(index[edge.parent], index[edge.child], _RELATIONS.index(edge.relation)) for edge in edges]
    tails, heads, relations = numpy.array(rows, dtype=numpy.int64).reshape(-1, 3).T
    dates = numpy.array([model.released.number if model.released else 0 for model in models], dtype=numpy.int64)
    primary = PrimaryForest.of(tails, heads, relations, dates).parent.tolist()
    above: list[list[tuple[int, str]]] = [[] for _ in models]
    for parent, child, kind in rows:
        above[child].append((parent, str(_RELATIONS[kind])))
    for node, model in enumerate(models):
        first = next((each for each in above[node] if each[0] == primary[node]), None)
        above_it, relation = first or (None, None)
        further = tuple(each for each in above[node] if each is not first)
        yield TreeItem(
            model.id, printable(model.name), level[model.id], model.organizations, above_it, relation, further,
        )  # fmt: skip


def _notes(words: Words, lineage: Lineage, items: tuple[TreeItem, ...]) -> Iterator[str]:
    yield words("Drawn: {models}.", models=counted_models(lineage.models, words))
    if lineage.derivations:
        yield words("Each branches off its primary parent, one generation or more after it.")
    if further := sum(len(item.further) for item in items):
        one, many = ("An arrow and a name: {count} further parent.", "An arrow and a name: {count} further parents.")
        yield words.count(further, one, many)
