"""The largest families of a lineage, as family trees whose smaller branches are folded and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree._util.languages import ENGLISH, Language, Words
from modeltree.draw.fonts import FontChoice
from modeltree.draw.theme import Theme
from modeltree.figures.coloring import ColorBy
from modeltree.figures.drawing import (
    IconFolder,
    LayoutDrawing,
    LegendChoice,
    Lettering,
    PageSize,
    ThemeName,
    check_number,
)
from modeltree.figures.family_tree import RELATION_WORDS, tree_contents, tree_drawing
from modeltree.figures.genealogy import Entry, Genealogy, genealogy_of
from modeltree.figures.statistics import KINDS, family_forest, models_meeting
from modeltree.findings import LayoutError
from modeltree.graph.counts import sizes_and_depths
from modeltree.graph.families import PrimaryForest
from modeltree.layout.family_tree.tree import Direction
from modeltree.lineage import Lineage
from modeltree.records import Kind, PartialDate, Relation, Relations

__all__ = ["Abridgement", "Branches", "abridged", "abridged_families", "largest_families"]

# Of a family there are so many folds at the most, and branches of at least this share of it; one of so few models is
# not folded.
_MOST_FOLDS, _LEAST_BRANCH, _WHOLE = 5, 0.01, 8
_FOLDED = {
    Relation.CONTINUED_PRETRAINING: "pretrained further",
    Relation.FINETUNE: "fine-tuned",
    Relation.ADAPTER: "adapters",
    Relation.QUANTIZED: "quantized",
    Relation.PRUNING: "pruned",
    Relation.MERGE: "merged",
    Relation.COMPONENT: "as a component",
    Relation.DISTILLATION: "distilled",
}

_ONE = (
    "The largest family of {families}, with {models} of {of} models; at most {branches} of its large branches are "
    "shown."
)
_SEVERAL = (
    "The {count} largest families of {families}, with {models} of {of} models; of each at most {branches} of its large "
    "branches are shown."
)
_FOLDS = (
    "A number counts all that branch off a model, and itself. What else branches off the first model of a family is "
    "folded by the relation that it begins with, at the date of the first."
)


@checked
def largest_families(
    lineage: Lineage,
    *,
    count: int = 10,
    branches: int = 3,
    relations: Relations = "weights",
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
    color_by: ColorBy = "family",
    theme: Theme | ThemeName = "light",
    icon_dir: IconFolder = None,
    font: FontChoice = None,
    language: Language = "en",
    legend: LegendChoice = True,
    footnote: str | None = None,
) -> LayoutDrawing:
    """The largest families as family trees with folded branches.

    A model is in the family of the root that its primary parents lead up to. Of each family there are the first model
    and those that begin its largest branches, each with the number of all models that branch off it; what else
    branches off the first model is folded by the relation that it begins with.

    Parameters
    ----------
    lineage : Lineage
        All models: 2 million take seconds.
    count : int
        How many families.
    branches : int
        How many branches of each have a node of their own, at the most.
    relations : str, Relation or iterable of these, optional
        The relations that make families; None for all.
    title, page, font_size, direction, theme, icon_dir, font, language, legend, footnote : optional
        As for `modeltree.family_tree`.
    color_by : {"openness", "family", "organization", "domain", "license", "effective-license"} or callable, optional
        As there; by default the six largest families have colors.

    Returns
    -------
    LayoutDrawing
        It is laid out when it is first saved, shown, or asked for its ``layout``.

    Raises
    ------
    LayoutError
        When no two models are of one family, or none of them has a date; and, when it is laid out, when the page is
        too small.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.largest_families(modeltree.datasets.load("survey"), count=3)
    >>> drawing.save("largest.svg")  # doctest: +SKIP
    """
    check_number("count", count, least=1)
    check_number("branches", branches, least=0)
    lettering = Lettering.of(language, font, footnote, legend)
    part, abridgement = abridged_families(lineage, count, branches, relations, lettering.words)

    contents = tree_contents(
        part,
        title=title,
        color_by=color_by,
        genealogy=abridged(genealogy_of(part, relations), abridgement),
        note=abridgement.note,
        lettering=lettering,
        counts=abridgement.counts,
    )
    return tree_drawing("largest families", contents, page, font_size, direction, theme, icon_dir)


def abridged_families(
    lineage: Lineage, count: int, branches: int, relations: Relations = "weights", words: Words = ENGLISH
) -> tuple[Lineage, Abridgement]:
    """The first models of the largest families and of their largest branches as a lineage; all others are counted."""
    forest, dates = family_forest(lineage, relations), lineage._nodes.dates
    roots, sizes = forest.root, forest.size
    models = models_meeting(lineage._nodes, kind=Kind.MODEL)
    heads, whole, _ = sizes_and_depths(roots[models], forest.depth[models])
    chosen = heads[:count][whole[:count] > 1].tolist()
    if not chosen:
        raise LayoutError("there is nothing to draw: no two models are of one family")
    shown: list[int] = []
    for head in chosen:
        members = numpy.flatnonzero(roots == head)
        few = len(members) <= _WHOLE
        shown += members.tolist() if few else largest_branches(members, sizes, branches, _LEAST_BRANCH * len(members))
    folds = folds_below(forest, shown, dates, dict.fromkeys(chosen, _MOST_FOLDS))
    single = [fold.node for fold in folds if fold.models == 1]
    ids, name = lineage.ids, lineage._nodes.name
    labels = {ids[node]: f"{name(node)} · {words.number(sizes[node])}" for node in shown if sizes[node] > 1}
    part = lineage.subgraph([ids[node] for node in (*shown, *single)])
    note = words.count(
        len(chosen), _ONE, _SEVERAL, families=len(heads), models=int(whole[: len(chosen)].sum()),
        of=int(models.sum()), branches=branches,
    )  # fmt: skip
    kept = tuple(_branches(ids, fold, words) for fold in folds if fold.models > 1)
    counts = dict.fromkeys(part, 0) | {ids[head]: int(sizes[head]) for head in chosen}
    return part, Abridgement(kept, labels, words.sentences([note, words(_FOLDS)]), counts)


def largest_branches(members: NDArray[Any], sizes: NDArray[Any], most: int, least: float = 2.0) -> list[int]:
    """The root of a family and the first models of its largest branches; by size, then index.

    A branch within a branch is one, too. Each has its parent among them, since that has the larger branch.
    """
    large = members[sizes[members] >= max(least, 2)]
    largest: list[int] = large[numpy.lexsort((large, -sizes[large]))[: most + 1]].tolist()
    return largest or members[:1].tolist()


class Fold(NamedTuple):
    """Branches at one parent that are not shown one by one.

    ``relations`` are the indices in `Relation` of those by which they begin, the largest part first; ``models`` is how
    many there are in all of them, ``date`` the first date of a model that begins one, 0 where none has a date, and
    ``node`` the first of these models.
    """

    parent: int
    relations: tuple[int, ...]
    models: int
    date: int
    node: int


def folds_below(
    forest: PrimaryForest, shown: Sequence[int], dates: NDArray[Any], most: Mapping[int, int]
) -> list[Fold]:
    """What branches off some nodes and is not shown, by relation: those with the most models, and all others as one."""
    primary, relations = forest.parent, forest.relation
    folded = numpy.zeros(len(primary), dtype=bool)
    folded[list(most)] = True
    hidden = numpy.flatnonzero((primary >= 0) & folded[primary])
    hidden = hidden[~numpy.isin(hidden, shown)]
    groups: dict[int, list[Fold]] = {node: [] for node in sorted(most)}
    order = hidden[numpy.lexsort((hidden, relations[hidden], primary[hidden]))]
    edges = numpy.flatnonzero((numpy.diff(primary[order]) != 0) | (numpy.diff(relations[order]) != 0)) + 1
    for nodes in numpy.split(order, edges) if len(order) else ():
        dated = dates[nodes][dates[nodes] > 0]
        parent, relation = int(primary[nodes[0]]), int(relations[nodes[0]])
        first = int(dated.min()) if len(dated) else 0
        groups[parent].append(Fold(parent, (relation,), int(forest.size[nodes].sum()), first, int(nodes[0])))
    return [fold for node, folds in groups.items() for fold in _limited(folds, most[node])]


def _limited(folds: list[Fold], most: int) -> list[Fold]:
    """The largest of some folds at one node, and all others as one."""
    ranked = sorted(folds, key=lambda fold: (-fold.models, fold.relations))
    if len(ranked) <= most:
        return ranked
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    dates = [fold.date for fold in rest if fold.date]
    joined = tuple(relation for fold in rest for relation in fold.relations)
    models, node = sum(fold.models for fold in rest), min(fold.node for fold in rest)
    return [*kept, Fold(rest[0].parent, joined, models, min(dates, default=0), node)]


def _branches(ids: Sequence[str], fold: Fold, words: Words) -> Branches:
    """A fold, in words."""
    relations = [KINDS[number] for number in fold.relations]
    names = words.listed(words(_FOLDED.get(relation, RELATION_WORDS[relation])) for relation in relations)
    label = "{relations}: {count}" if len(relations) < 3 else "{count} more"
    label = words(label, relations=names, count=fold.models)
    date = PartialDate.of_number(fold.date) if fold.date else None
    return Branches(ids[fold.parent], relations[0], label, fold.models, date)


@dataclass(frozen=True, slots=True)
class Branches:
    """Branches of a model that are counted and not listed: how they begin, how many models, and since when."""

    parent: str
    relation: Relation
    label: str
    count: int
    date: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Abridgement:
    """What a part of a lineage lacks: labels by model id, and counts of what is not listed, and of whole families."""

    branches: tuple[Branches, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


def abridged(genealogy: Genealogy, abridgement: Abridgement) -> Genealogy:
    """A genealogy with other labels, and with nodes for the counted branches of models that are shown unfolded."""
    labels = abridgement.labels
    entries = [
        entry if entry.folded else replace(entry, label=labels.get(entry.id, entry.label))
        for entry in genealogy.entries
    ]
    indexes = {entry.id: index for index, entry in enumerate(entries) if not entry.folded}
    for branches in abridgement.branches:
        if branches.parent in indexes:
            entries.append(_counted(branches, indexes[branches.parent], entries))
    order = sorted(range(len(entries)), key=lambda index: entries[index].at)
    moved = {index: new for new, index in enumerate(order)}
    return replace(genealogy, entries=tuple(_moved(entries[index], moved) for index in order))


def _counted(branches: Branches, parent: int, entries: Sequence[Entry]) -> Entry:
    """The entry that stands for some branches of the model at an index."""
    at = entries[parent].at
    if branches.date is not None:
        first, last = branches.date.lower.toordinal(), branches.date.upper.toordinal()
        at = max(at, (first + last) / 2 + 0.5)
    return Entry(
        id=f"{branches.parent}: {branches.label}",
        label=branches.label,
        at=at,
        inferred=False,
        models=(),
        parent=parent,
        relation=branches.relation,
        further=(),
        unlisted=branches.count,
    )


def _moved(entry: Entry, moved: Mapping[int, int]) -> Entry:
    """An entry after all have got other indexes."""
    parent = None if entry.parent is None else moved[entry.parent]
    further = tuple(sorted((moved[index], relation) for index, relation in entry.further))
    return replace(entry, parent=parent, further=further)
