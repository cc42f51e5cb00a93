"""Where everything in a figure goes: contents and a page become a layout, in the typeface of the house."""

from __future__ import annotations

from typing import Any

from modeltree.draw.fonts import measure
from modeltree.figures.contents import Contents
from modeltree.figures.tree_contents import TreeContents
from modeltree.layout.family_tree.tree import Direction, family_tree
from modeltree.layout.geometry import Layout
from modeltree.layout.page_sizes import page_size
from modeltree.layout.serpentine.curve import serpentine

__all__ = ["PageSize", "evolution_placed", "family_tree_placed"]

PageSize = str | tuple[float, float | None]
"""Width and height in inches, or a text as `modeltree.layout.page_sizes.page_size` takes it."""

_INCH = 72.0
_PAGE = (14.0, 13.5)


def evolution_placed(
    contents: Contents, page: PageSize | None = None, font_size: float | None = None, **options: Any
) -> Layout:
    """The layout of an evolution figure; for the options see `modeltree.figures.recipes.evolution_layout`."""
    size, trim = _points(page, font_size)
    layout = serpentine(
        contents.items, measure, page=size, trim=trim, font_size=font_size, title_block=contents.furniture, **options
    )
    if not contents.pairs:
        return layout
    from modeltree.layout.links import with_links  # it takes numpy, which all else does without

    return with_links(layout, contents.pairs)


def family_tree_placed(
    contents: TreeContents,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
) -> Layout:
    """The layout of a family tree; for the options see `modeltree.figures.recipes.family_tree_layout`."""
    size, trim = _points(page, font_size)
    return family_tree(
        contents.items,
        measure,
        page=size,
        trim=trim,
        font_size=font_size,
        direction=direction,
        title_block=contents.furniture,
    )


def _points(page: PageSize | None, font_size: float | None) -> tuple[tuple[float, float | None], bool]:
    """The page in points, and whether it may be made less high."""
    trim = page is None
    if page is None:
        page = _PAGE if font_size is None else (_PAGE[0], None)
    width, height = page_size(page) if isinstance(page, str) else page
    return (width * _INCH, None if height is None else height * _INCH), trim
