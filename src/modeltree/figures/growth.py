"""The growth of a lineage: how many models became public in each period, by how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modeltree.draw.theme import Theme
from modeltree.figures.drawing import ChartDrawing, PageSize, ThemeName, check_word, theme_named
from modeltree.figures.overview_contents import growth_contents

if TYPE_CHECKING:
    from modeltree.graph.selection import Date
    from modeltree.lineage import Lineage

__all__ = ["PeriodLength", "growth"]

PeriodLength = Literal["year", "quarter", "month"]


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

    Each model is counted once, by the relation to its primary parent (see `modeltree.graph.families`) by any relation.

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
    table, furniture = growth_contents(lineage, title, grain, since, until)
    return ChartDrawing(
        "growth",
        table,
        furniture,
        theme,
        furniture.title or "Growth",
        " ".join(["Stacked bars of new models by period, and the shares of all models so far.", *furniture.footnote]),
        page,
        font_size,
    )
