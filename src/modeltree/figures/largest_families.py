"""The largest families of a lineage, as family trees with folded branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modeltree.draw.theme import Theme
from modeltree.figures.coloring import ColorBy
from modeltree.figures.drawing import IconFolder, LayoutDrawing, PageSize, ThemeName, check_number
from modeltree.figures.family_tree import tree_contents, tree_drawing
from modeltree.figures.overview_contents import abridged_families
from modeltree.layout.family_tree.tree import Direction

if TYPE_CHECKING:
    from modeltree.lineage import Lineage
    from modeltree.records import Model

__all__ = ["largest_families"]

_FIRST, _BRANCH, _OTHER = "first of its family", "first of a branch", "other models"


def largest_families(
    lineage: Lineage,
    *,
    count: int = 10,
    branches: int = 3,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
    color_by: ColorBy | None = None,
    theme: Theme | ThemeName = "light",
    icon_dir: IconFolder = None,
) -> LayoutDrawing:
    """The largest families as family trees with folded branches.

    A model is in the family of the root that its primary parents lead up to, by relations that pass weights on. Of each
    family there are the first model and those that begin its largest branches, each with the number of all models that
    branch off it; what else branches off the first model is folded by the relation that it begins with.

    Parameters
    ----------
    lineage : Lineage
        All models: 2 million take seconds.
    count : int
        How many families.
    branches : int
        How many branches of each have a node of their own, at the most.
    title, page, font_size, direction, theme, icon_dir : optional
        As for `modeltree.family_tree`.
    color_by : {"openness", "family", "organization", "domain", "license"} or callable, optional
        As there; by default color tells the first models of families from those of branches.

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
    part, abridgement = abridged_families(lineage, count, branches)

    def place(model: Model) -> str:
        return _FIRST if model.id in abridgement.roots else _BRANCH if model.id in abridgement.labels else _OTHER

    contents = tree_contents(
        part,
        title=title,
        relations="weights",
        color_by=color_by or place,
        abridgement=abridgement,
    )
    return tree_drawing("largest families", contents, page, font_size, direction, theme, icon_dir)
