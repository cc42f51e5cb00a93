"""The sheet: a page with its margins, the words around the figure, and what they leave for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, Measure, Page
from modeltree.layout.title_block import Frame, Furniture, set_furniture

__all__ = ["Sheet", "check_page"]

# The largest type on a page 14 inches wide, in points; larger pages may have larger type in proportion.
_LARGEST_TYPE, _USUAL_WIDTH = 20.0, 1008.0
_SMALLEST_TYPE = 0.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its margins and its furniture; all in points."""

    width: float
    height: float | None
    trim: bool
    margin: float
    frame: Frame

    @classmethod
    def of(
        cls,
        page: tuple[float, float | None],
        trim: bool,
        furniture: Furniture,
        measure: Measure,
        margin: float,
        share: float,
        pad: float,
        font_size: float | None = None,
    ) -> Sheet:
        """A page and the words around the figure on it.

        Parameters
        ----------
        page : (float, float or None)
            Width and height.
        trim : bool
            Whether it is made less high where there is little to draw.
        furniture : Furniture
            Title, legend and footnote.
        measure : Measure
            The size of a text.
        margin : float
            Around everything; it is never less than what grounds take of it.
        share : float
            The size of the furniture and of the margin, of the usual one.
        pad : float
            How far the grounds behind labels reach beyond these, in ems of the type.
        font_size : float, optional
            Of the labels.
        """
        width, height = page
        most = font_size or _largest_type(width, trim)
        margin = max(margin * share, pad * most)  # panels reach into it
        frame = set_furniture(furniture, measure, width, margin, share)
        sheet = cls(width, height, trim, margin, frame)
        if sheet.room <= 0 or sheet.rise <= 0:
            raise LayoutError(f"a page of {width:g} × {height or 0:g} pt leaves no room for a figure")
        return sheet

    @property
    def room(self) -> float:
        """The width for the figure proper."""
        return self.width - 2 * self.margin

    @property
    def rise(self) -> float:
        """The height for it: without end where the page has none yet."""
        return math.inf if self.height is None else self.height - self.frame.header - self.frame.footer

    @property
    def largest_type(self) -> float:
        """That makes sense on it."""
        return _largest_type(self.width, self.trim)

    def empty(self, bottom: float, height: float | None = None) -> Layout:
        """The page with nothing but its furniture: as high as given, or as a figure that ends at a bottom needs."""
        if height is None:
            height = self.height if self.height is not None and not self.trim else bottom + self.frame.footer
        notes = [replace(line, y=line.y + height - self.frame.footer) for line in self.frame.notes]
        return Layout(
            page=Page(self.width, height),
            font_size=_LARGEST_TYPE,
            boxes=(),
            icons=(),
            leaders=(),
            axis=(),
            ticks=(),
            texts=(*self.frame.texts, *notes),
            swatches=self.frame.swatches,
        )


def check_page(width: float, height: float | None, font_size: float | None) -> None:
    """Refuse a page or a type of no size."""
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(0 < length < math.inf for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")


def _largest_type(width: float, trim: bool) -> float:
    return _LARGEST_TYPE if trim else max(_LARGEST_TYPE * width / _USUAL_WIDTH, _SMALLEST_TYPE)
