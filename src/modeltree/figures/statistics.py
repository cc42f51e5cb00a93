"""Statistics of a lineage, by arrays: its growth, that is models in each period, and the sizes of its families."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy

from modeltree._util.arguments import checked
from modeltree._util.languages import ENGLISH, Language, Words
from modeltree._util.text import printable
from modeltree.draw.charts import MOST_BARS, NAMED_RELATIONS, DepthBox, GrowthTable, SizeTable
from modeltree.draw.fonts import FontChoice
from modeltree.draw.theme import Theme
from modeltree.figures.contents import data_date, left_out, title_of
from modeltree.figures.drawing import PLAIN, ChartDrawing, Lettering, PageSize, ThemeName, check_word, theme_named
from modeltree.figures.family_tree import RELATION_WORDS
from modeltree.findings import LayoutError
from modeltree.graph.counts import PeriodCounts, counts_per_period, depths_by_size, sizes_and_depths, survivors
from modeltree.graph.families import PrimaryForest
from modeltree.graph.store import Conditions, Date, NodeStore
from modeltree.layout.title_block import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, Kind, PartialDate, Relation, Relations, relation_set

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["family_sizes", "growth"]

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
_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


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
    per_year = _PER_YEAR[grain]
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
