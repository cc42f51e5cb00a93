"""The growth of a lineage: how many models became public in each period, by how they were made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy

from modeltree._util.text import counted
from modeltree.draw.charts import NAMED_RELATIONS, GrowthTable
from modeltree.draw.theme import Theme
from modeltree.figures.contents import title_of
from modeltree.figures.counting import KINDS, models_meeting, other_kinds
from modeltree.figures.drawing import ChartDrawing, PageSize, ThemeName, check_word, theme_named
from modeltree.figures.family_tree import RELATION_WORDS
from modeltree.findings import LayoutError
from modeltree.graph.counts import PeriodCounts, counts_per_period
from modeltree.graph.primary import PrimaryForest
from modeltree.layout.title_block import TitleBlock
from modeltree.records import Kind, PartialDate

if TYPE_CHECKING:
    from modeltree.graph.store import Date
    from modeltree.lineage import Lineage

__all__ = ["PeriodLength", "growth", "growth_contents"]

PeriodLength = Literal["year", "quarter", "month"]

_NONE, _OTHERS = "no parent known", "other relations"
_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


def growth(
    lineage: Lineage,
    *,
    grain: PeriodLength = "month",
    since: Date | None = None,
    until: Date | None = None,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    theme: Theme | ThemeName = "light",
) -> ChartDrawing:
    """How many models became public in each period, by how they were made, and of what all up to then consist.

    Each model is counted once, by the relation to its primary parent (see `modeltree.graph.primary`) by any relation.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    grain : {"month", "quarter", "year"}
        How long a period is.
    since, until : PartialDate, date, str or int, optional
        Models released within; ``until=2022`` includes all of 2022.
    title, page, font_size : optional
        As for `modeltree.evolution`, but the page is by default 10 inches wide, and a page whose height is None is as
        high as goes with its width.
    theme : {"light", "dark", "print", "colorblind"} or Theme
        How it looks.

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
    table, title_block = growth_contents(lineage, title, grain, since, until)
    description = "Stacked bars of new models by period, and the shares of all models so far."
    summary = (title_block.title or "Growth", " ".join([description, *title_block.footnote]))
    return ChartDrawing("growth", table, title_block, theme, summary, page, font_size)


def growth_contents(
    lineage: Lineage, title: str | None, grain: PeriodLength, since: Date | None, until: Date | None
) -> tuple[GrowthTable, TitleBlock]:
    """What `growth` shows; a LayoutError where no model has a date that tells its period."""
    nodes, edges = lineage._nodes, lineage._edges
    models = models_meeting(nodes, kind=Kind.MODEL)
    within = models if since is until is None else models & models_meeting(nodes, since=since, until=until)
    made_of = ~models_meeting(nodes, kind=Kind.DATASET)[edges.parent]  # a data set is no parent to count by
    ends = (edges.parent[made_of], edges.child[made_of], edges.relation[made_of])
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
        sorts=tuple((keys[sort], names[sort]) for sort in occurring),
        counts=counts[:, occurring].tolist(),
        incomplete=_incomplete(periods, grain, lineage.about.date, until),
        since=None if since is None else str(PartialDate.parse(since)),
    )
    undated = int((nodes.dates[models] == 0).sum())
    outside = int(models.sum()) - int(within.sum()) - (undated if within is not models else 0)
    footnote = _growth_footnote(lineage, table, undated, periods.vague, outside)
    return table, TitleBlock(title_of(lineage, title), (), (" ".join(footnote),))


def _growth_footnote(lineage: Lineage, table: GrowthTable, undated: int, vague: int, outside: int) -> Iterator[str]:
    total = sum(map(sum, table.counts))
    yield f"Counted: {counted(total, 'model')}, each once, in the {table.grain} of its date and by how it was made"
    yield "from its primary parent."
    if table.incomplete:
        yield f"The last {table.grain} is not complete, and pale."
    left_out = [
        f"models without a date ({undated:,})" if undated else "",
        f"models whose date does not tell the {table.grain} ({vague:,})" if vague else "",
        f"models that are not within the time shown ({outside:,})" if outside else "",
        *other_kinds(lineage),
    ]
    if any(left_out):
        yield f"Left out: {', '.join(filter(None, left_out))}."
    if lineage.about.date:
        yield f"Data as of {lineage.about.date}."


def _incomplete(periods: PeriodCounts, grain: PeriodLength, date: PartialDate | None, until: Date | None) -> bool:
    """Whether the data end within the last period."""
    per_year = _PER_YEAR[grain]
    last = periods.first + len(periods.counts)  # the period after it
    following = PartialDate(last // per_year, last % per_year * 12 // per_year + 1).lower
    ends = [date.lower] if date else []
    ends += [PartialDate.parse(until).upper] if until is not None else []
    return any((following - end).days > 1 for end in ends)
