"""A lineage as a page to look around in: one HTML file, which needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from modeltree._util.files import write_whole
from modeltree.draw.html import PageFigure, page_document
from modeltree.draw.markup import Numbers
from modeltree.draw.theme import DARK, LIGHT
from modeltree.figures.cards import card_data
from modeltree.figures.coloring import ColorBy
from modeltree.figures.contents import Contents
from modeltree.figures.placing import PageSize, evolution_placed, family_tree_placed
from modeltree.figures.styles import look_of, tree_look_of
from modeltree.figures.text import counted
from modeltree.figures.tree_contents import TreeContents
from modeltree.layout.geometry import Layout
from modeltree.layout.page_sizes import page_size
from modeltree.layout.title_block import TitleBlock
from modeltree.lineage import Lineage

__all__ = ["lineage_page", "save_page"]

IconFolder = str | os.PathLike[str] | None
Shown = dict[str, Any]

# As wide for its height as what is left of a screen below what is above the figure, in inches.
_PAGE = (16.0, 8.0)
# A tree of more models than this is on a page that grows with them, in type of this size, in points.
_MOST, _TYPE = 300, 4.0


def lineage_page(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: PageSize = _PAGE,
    color_by: ColorBy = "openness",
    icon_dir: IconFolder = None,
) -> str:
    """A lineage as an HTML document that works from disk, with nothing fetched from anywhere.

    It shows the figures, with all models that have a date, and a card of whichever model is chosen; there are a
    search, filters, and addresses that lead to a view.

    Parameters
    ----------
    lineage : Lineage
        What to show.
    title : str, optional
        By default the title of the lineage.
    page : (float, float) or str
        The size of the evolution figure before it is made to fit the window: that is, its proportions.
    color_by : {"openness", "family", "organization", "domain", "license"} or callable
        What color says; as for `modeltree.figures.recipes.evolution_layout`.
    icon_dir : path-like, optional
        A folder with icons of organizations; as for `modeltree.figures.recipes.evolution_figure`.

    Raises
    ------
    LayoutError
        When no model has a date.

    Examples
    --------
    >>> import modeltree
    >>> document = lineage_page(modeltree.datasets.load("survey-table1"))
    >>> document.startswith("<!doctype html>")
    True
    """
    name = (lineage.about.title if title is None else title) or "Models and what they were made from"
    shown: Shown = {"applications": True, "color_by": color_by}
    numbers = Numbers(
        {model.id: place for place, model in enumerate(lineage.models)},
        {(step.parent, step.child): place for place, step in enumerate(lineage.derivations)},
    )
    figures = [recipe(lineage, shown, page, icon_dir) for recipe in _FIGURES]
    return page_document(name, tuple(_counts(lineage)), figures, card_data(lineage), numbers)


def save_page(lineage: Lineage, path: str | os.PathLike[str], **options: Any) -> None:
    """Write the page of a lineage: the whole file or nothing.

    Parameters
    ----------
    lineage : Lineage
        What to show.
    path : path-like
        The file.
    **options
        As for `lineage_page`.
    """
    write_whole(path, lineage_page(lineage, **options))


def _evolution(lineage: Lineage, shown: Shown, page: PageSize, icon_dir: IconFolder) -> PageFigure:
    contents = Contents.of(lineage, **shown)
    # Title, legend and notes are the page's: they are read there at any zoom.
    layout = evolution_placed(replace(contents, furniture=TitleBlock()), page)
    return PageFigure(
        key="timeline",
        title="Timeline",
        layout=layout,
        looks=(look_of(contents, LIGHT, icon_dir), look_of(contents, DARK, icon_dir)),
        legend=contents.furniture.legend,
        notes=contents.furniture.footnote,
        description=contents.summary[1],
    )


def _family_tree(lineage: Lineage, shown: Shown, page: PageSize, icon_dir: IconFolder) -> PageFigure:
    contents = TreeContents.of(lineage, **shown)
    layout = _tree_placed(replace(contents, furniture=TitleBlock()), page)
    return PageFigure(
        key="tree",
        title="Family tree",
        layout=layout,
        looks=(tree_look_of(contents, LIGHT, icon_dir), tree_look_of(contents, DARK, icon_dir)),
        legend=contents.furniture.legend,
        notes=contents.furniture.footnote,
        description=contents.summary[1],
    )


_FIGURES: tuple[Callable[[Lineage, Shown, PageSize, IconFolder], PageFigure], ...] = (_evolution, _family_tree)


def _tree_placed(contents: TreeContents, page: PageSize) -> Layout:
    """A family tree; a large one on a page that grows with it."""
    count = len(contents.items)
    if count <= _MOST:
        return family_tree_placed(contents, page)
    width, _ = page_size(page) if isinstance(page, str) else page
    return family_tree_placed(contents, (width * (count / _MOST) ** 0.5, None), _TYPE)


def _counts(lineage: Lineage) -> Iterator[str]:
    yield counted(len(lineage.models), "model")
    yield counted(len(lineage.derivations), "derivation")
    yield counted(len(lineage.organizations), "organization")
    years = [model.released.year for model in lineage.models if model.released]
    if years:
        yield f"{years[0]}–{years[-1]}" if years[0] < years[-1] else f"{years[0]}"
