"""The sizes of families: how many there are of at least each size, and how deep those of each size are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modeltree.draw.theme import Theme
from modeltree.figures.drawing import ChartDrawing, PageSize, ThemeName, check_word, theme_named
from modeltree.figures.overview_contents import size_contents

if TYPE_CHECKING:
    from modeltree.lineage import Lineage

__all__ = ["FamilyGrouping", "family_sizes"]

FamilyGrouping = Literal["base", "component"]


def family_sizes(
    lineage: Lineage,
    *,
    by: FamilyGrouping = "base",
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    theme: Theme | ThemeName = "light",
) -> ChartDrawing:
    """How many families there are of at least each size, and how deep those of each size are, on logarithmic scales.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    by : {"base", "component"}
        As for `modeltree.Lineage.family_labels`: each model is in one family.
    title, page, font_size, theme : optional
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
    table, furniture = size_contents(lineage, title, by)
    return ChartDrawing(
        "family sizes",
        table,
        furniture,
        theme,
        furniture.title or "Families",
        " ".join(["The number of families of at least each size, and how deep they are.", *furniture.footnote]),
        page,
        font_size,
    )
