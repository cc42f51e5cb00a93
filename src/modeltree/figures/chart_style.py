"""What charts have in common: their page and the colors of their areas."""

from __future__ import annotations

from modeltree.draw.theme import Theme, contrast, mixed
from modeltree.figures.drawing import INCH, PageSize
from modeltree.figures.overview_contents import NAMED_RELATIONS
from modeltree.layout.page_sizes import page_size

__all__ = ["chart_page", "fills"]

_PAGE = (10.0, None)


def chart_page(page: PageSize | None) -> tuple[float, float | None]:
    """A page in points, by default 10 inches wide."""
    width, height = page_size(page) if isinstance(page, str) else page or _PAGE
    return (width * INCH, None if height is None else height * INCH)


def fills(theme: Theme) -> dict[str, str]:
    """The colors of areas; each relation has the same in every chart."""
    named = zip(map(str, NAMED_RELATIONS), theme.categories, strict=False)
    ground = theme.year_fill if contrast(theme.year_fill, theme.page) < 3 else theme.guide
    return {
        "none": mixed(theme.page, theme.ink, 0.17),
        "other": theme.quiet,
        "year": theme.year_fill,
        "range": ground,
        "quartiles": mixed(ground, theme.ink, 0.35),
        **{key: paint.fill for key, paint in named},
    }
