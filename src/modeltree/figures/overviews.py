"""Overviews of any number of models, by arrays: growth, the sizes of families, and the largest of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree._util.languages import ENGLISH, Language, Words
from modeltree._util.text import printable
from modeltree.draw.charts import MOST_BARS, NAMED_RELATIONS, DepthBox, GrowthTable, SizeTable
from modeltree.draw.fonts import FontChoice
from modeltree.draw.theme import Theme
from modeltree.figures.coloring import ColorBy
from modeltree.figures.contents import data_date, left_out, title_of
from modeltree.figures.drawing import (
    PLAIN,
    ChartDrawing,
    IconFolder,
    LayoutDrawing,
    LegendChoice,
    Lettering,
    PageSize,
    ThemeName,
    check_number,
    check_word,
    theme_named,
)
from modeltree.figures.family_tree import RELATION_WORDS, tree_contents, tree_drawing
from modeltree.figures.genealogy import Entry, Genealogy, genealogy_of
from modeltree.findings import LayoutError
from modeltree.graph.counts import (
    PER_YEAR,
    PeriodCounts,
    counts_per_period,
    depths_by_size,
    sizes_and_depths,
    survivors,
)
from modeltree.graph.families import PrimaryForest
from modeltree.graph.store import Conditions, Date, NodeStore
from modeltree.layout.family_tree import Direction
from modeltree.layout.sheet import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, Kind, PartialDate, Relation, Relations, relation_set

__all__ = ["Abridgement", "Branches", "abridged", "abridged_families", "family_sizes", "growth", "largest_families"]

PeriodLength = Literal["year", "quarter", "month"]
FamilyGrouping = Literal["base", "component"]
KINDS = tuple(Relation)
"""The relations, by the numbers that arrays have for them."""

_NONE, _OTHERS = "no parent known", "other relations"
_NAMED_FAMILIES = 10
_COUNTED = "Counted: {models}, each once, in the {grain} of its date and by how it was made from its primary parent."
_BY_BASE = (
    "A family is a model without a parent and all those whose primary parents lead up to it, by {relations}; depth is "
    "counted along these."
)
_BY_COMPONENT = (
    "A family is all models that are connected by {relations}, named after the first of them; depth is that of the "
    "longest descent."
)


@checked
def growth(
    lineage: Lineage,
    *,
    grain: PeriodLength = "month",
    relations: Relations = None,
    since: Date | None = None,
    until: Date | None = None,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    theme: Theme | ThemeName = "light",
    font: FontChoice = None,
    language: Language = "en",
    footnote: str | None = None,
) -> ChartDrawing:
    """How many models became public in each period, by how they were made, and of what all up to then consist.

    Each model is counted once, by the relation to its primary parent (see `modeltree.graph.families`).

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    grain : {"month", "quarter", "year"}
        How long a period is.
    relations : str, Relation or iterable of these, optional
        The relations that a parent counts by; None for all.
    since, until : PartialDate, date, str or int, optional
        Models released within; ``until=2022`` includes all of 2022.
    title, page, font_size : optional
        As for `modeltree.evolution`, but the page is by default 10 inches wide, and a page whose height is None is as
        high as goes with its width.
    theme : {"light", "dark", "print", "colorblind"} or Theme
        How it looks.
    font, language, footnote : optional
        As for `modeltree.evolution`.

    Returns
    -------
    ChartDrawing
        It is laid out when it is first saved or shown.

    Raises
    ------
    LayoutError
        When no model has a date that tells its period; and, when it is laid out, when the page is too small.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.growth(modeltree.datasets.load("survey"), grain="year")
    >>> drawing.save("growth.svg")  # doctest: +SKIP
    """
    check_word("grain", grain, PeriodLength)
    theme = theme_named(theme)
    lettering = Lettering.of(language, font, footnote)
    table, title_block = growth_contents(lineage, title, grain, since, until, relations, lettering)
    names = ("Growth", "Stacked bars of new models by period, and the shares of all models so far.")
    return ChartDrawing("growth", table, title_block, theme, names, page, font_size, lettering)


def growth_contents(
    lineage: Lineage,
    title: str | None,
    grain: PeriodLength,
    since: Date | None,
    until: Date | None,
    relations: Relations = None,
    lettering: Lettering = PLAIN,
) -> tuple[GrowthTable, TitleBlock]:
    """What `growth` shows; a LayoutError where no model has a date that tells its period."""
    nodes, edges = lineage._nodes, lineage._edges
    models = models_meeting(nodes, kind=Kind.MODEL)
    within = models if since is until is None else models & models_meeting(nodes, since=since, until=until)
    parent, child, relation = edges.arrays(relation_set(relations))
    made_of = ~models_meeting(nodes, kind=Kind.DATASET)[parent]  # a data set is no parent to count by
    ends = (parent[made_of], child[made_of], relation[made_of])
    sorts = PrimaryForest.of(*ends, nodes.dates).relation + 1
    periods = counts_per_period(nodes.dates[within], sorts[within], len(KINDS) + 1, grain)
    if not len(periods.counts):
        raise LayoutError(f"there is nothing to draw: no model has a date that tells its {grain}")
    named = [0, *(1 + KINDS.index(relation) for relation in NAMED_RELATIONS)]
    others = numpy.delete(periods.counts, named, axis=1).sum(axis=1, keepdims=True)
    counts = numpy.hstack([periods.counts[:, named], others])
    keys = ["none", *map(str, NAMED_RELATIONS), "other"]
    names = [_NONE, *(RELATION_WORDS[relation] for relation in NAMED_RELATIONS), _OTHERS]
    occurring = numpy.flatnonzero(counts.sum(axis=0)).tolist()
    table = GrowthTable(
        grain=grain,
        first=periods.first,
        sorts=tuple((keys[sort], lettering.words(names[sort])) for sort in occurring),
        counts=counts[:, occurring].tolist(),
        incomplete=_incomplete(periods, grain, lineage.about.date, until),
        since=None if since is None else str(PartialDate.parse(since)),
    )
    undated = int((nodes.dates[models] == 0).sum())
    outside = int(models.sum()) - int(within.sum()) - (undated if within is not models else 0)
    words = lettering.words
    footnote = words.sentences(_growth_footnote(words, lineage, table, undated, periods.vague, outside))
    return table, lettering.title_block(title_of(lineage, title), footnote=[footnote])


def _growth_footnote(
    words: Words, lineage: Lineage, table: GrowthTable, undated: int, vague: int, outside: int
) -> Iterator[str]:
    grain = words(table.grain)
    total = words.count(sum(map(sum, table.counts)), "{count} model", "{count} models")
    yield words(_COUNTED, models=total, grain=grain)
    if table.incomplete:
        yield words("The last {grain} is not complete, and pale.", grain=grain)
    yield from left_out(
        words,
        _kinds(lineage),
        words("models without a date ({count})", count=undated) if undated else "",
        words("models whose date does not tell the {grain} ({count})", grain=grain, count=vague) if vague else "",
        words("models that are not within the time shown ({count})", count=outside) if outside else "",
    )
    yield from data_date(words, lineage)


def _incomplete(periods: PeriodCounts, grain: PeriodLength, date: PartialDate | None, until: Date | None) -> bool:
    """Whether the data end within the last period."""
    per_year = PER_YEAR[grain]
    year, part = divmod(periods.first + len(periods.counts) - 1, per_year)
    last = PartialDate(year, (part + 1) * 12 // per_year).upper
    ends = [date.lower] if date else []
    ends += [PartialDate.parse(until).upper] if until is not None else []
    return any(last > end for end in ends)


@checked
def family_sizes(
    lineage: Lineage,
    *,
    by: FamilyGrouping = "base",
    relations: Relations = "weights",
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    theme: Theme | ThemeName = "light",
    font: FontChoice = None,
    language: Language = "en",
    footnote: str | None = None,
) -> ChartDrawing:
    """How large families are: each as a bar where there are tens of two models or more, else how many of each size.

    Of more, there is how many families are of at least each size, and how deep those of each size are, on logarithmic
    scales.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    by : {"base", "component"}
        As for `modeltree.Lineage.family_labels`: each model is in one family.
    relations : str, Relation or iterable of these, optional
        The relations that make families; None for all.
    title, page, font_size, theme, font, language, footnote : optional
        As for `modeltree.growth`.

    Returns
    -------
    ChartDrawing
        It is laid out when it is first saved or shown.

    Raises
    ------
    LayoutError
        When no two models are of one family; and, when it is laid out, when the page is too small.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.family_sizes(modeltree.datasets.load("survey"))
    >>> drawing.save("families.svg")  # doctest: +SKIP
    """
    check_word("by", by, FamilyGrouping)
    theme = theme_named(theme)
    lettering = Lettering.of(language, font, footnote)
    table, title_block = size_contents(lineage, title, by, relations, lettering)
    names = ("Families", "The number of families of at least each size, and how deep they are.")
    return ChartDrawing("family sizes", table, title_block, theme, names, page, font_size, lettering)


def size_contents(
    lineage: Lineage, title: str | None, by: FamilyGrouping, relations: Relations = "weights",
    lettering: Lettering = PLAIN,
) -> tuple[SizeTable, TitleBlock]:  # fmt: skip
    """What `family_sizes` shows; a LayoutError where no family has two models."""
    if by == "base":
        forest = family_forest(lineage, relations)
        labels, depths = forest.root, forest.depth
    else:
        labels, depths = lineage.family_labels("component", relations), lineage.depths(relations)
    models = models_meeting(lineage._nodes, kind=Kind.MODEL)
    heads, sizes, deepest = sizes_and_depths(labels[models], depths[models])
    if not len(sizes) or sizes[0] < 2:
        raise LayoutError("there is nothing to draw: no two models are of one family")
    values, counts = survivors(sizes)
    kin = int((sizes > 1).sum())
    named = kin if kin <= MOST_BARS else _NAMED_FAMILIES
    table = SizeTable(
        survivors=tuple(zip(values.tolist(), counts.tolist(), strict=True)),
        boxes=tuple(DepthBox(*box[:3], box[3:]) for box in depths_by_size(sizes, deepest)),
        largest=tuple(
            (printable(lineage._nodes.name(head)), size)
            for head, size in zip(heads[:named].tolist(), sizes[:named].tolist(), strict=True)
            if size > 1
        ),
    )
    words = lettering.words
    footnote = words.sentences(_size_footnote(words, lineage, sizes, by, relations))
    return table, lettering.title_block(title_of(lineage, title), footnote=[footnote])


def _size_footnote(
    words: Words, lineage: Lineage, sizes: NDArray[numpy.int64], by: str, relations: Relations
) -> Iterator[str]:
    models = words.count(int(sizes.sum()), "{count} model", "{count} models")
    families = words.count(len(sizes), "{count} family", "{count} families")
    yield words("Counted: {models} in {families}.", models=models, families=families)
    yield words(_BY_BASE if by == "base" else _BY_COMPONENT, relations=relations_text(relations, words))
    kin = sizes[sizes > 1]
    half = int(numpy.searchsorted(numpy.cumsum(kin), kin.sum() / 2)) + 1
    one = "Of the {kin} that have kin, half are in the largest family."
    many = "Of the {kin} that have kin, half are in the {count} largest families."
    yield words.count(half, one, many, kin=int(kin.sum()))
    yield from left_out(words, _kinds(lineage))
    yield from data_date(words, lineage)


def relations_text(relations: Relations, words: Words = ENGLISH) -> str:
    """Some relations, in words."""
    chosen = relation_set(relations)
    named = {WEIGHTS: "relations that pass weights on", frozenset(Relation): "relations of all kinds"}
    if chosen in named:
        return words(named[chosen])
    names = words.listed(words(RELATION_WORDS[each]) for each in Relation if each in chosen)
    return words("relations: {names}", names=names)


def family_forest(lineage: Lineage, relations: Relations) -> PrimaryForest:
    """Each model below its primary parent by some relations; what is no model is below none."""
    parent, child, relation = lineage._edges.arrays(relation_set(relations))
    models = models_meeting(lineage._nodes, kind=Kind.MODEL)
    both = models[parent] & models[child]
    return PrimaryForest.of(parent[both], child[both], relation[both], lineage._nodes.dates)


def models_meeting(
    nodes: NodeStore, kind: Kind | None = None, since: Date | None = None, until: Date | None = None
) -> NDArray[numpy.bool_]:
    """Of each model, whether it is of a kind and of a time."""
    meeting = numpy.zeros(len(nodes), dtype=bool)
    meeting[nodes.meeting(Conditions.of(kind=kind, since=since, until=until))] = True
    return meeting


def _kinds(lineage: Lineage) -> dict[Kind, int]:
    """How many nodes there are of each kind."""
    return {kind: int(models_meeting(lineage._nodes, kind=kind).sum()) for kind in Kind}


# The largest families

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
        part, title=title, color_by=color_by, genealogy=abridged(genealogy_of(part, relations), abridgement),
        note=abridgement.note, lettering=lettering, counts=abridgement.counts,
    )  # fmt: skip
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
        id=f"{branches.parent}: {branches.label}", label=branches.label, at=at, inferred=False, models=(),
        parent=parent, relation=branches.relation, further=(), unlisted=branches.count,
    )  # fmt: skip


def _moved(entry: Entry, moved: Mapping[int, int]) -> Entry:
    """An entry after all have got other indexes."""
    parent = None if entry.parent is None else moved[entry.parent]
    further = tuple(sorted((moved[index], relation) for index, relation in entry.further))
    return replace(entry, parent=parent, further=further)
