"""The sheet: a page with its margins and its title block, and the room that they leave for the figure, in points."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, Measure, Page
from modeltree.layout.metrics import Metrics
from modeltree.layout.title_block import Frame, TitleBlock, set_title_block

# The largest type on a page 14 inches wide; larger pages may have larger type in proportion.
_LARGEST_TYPE, _USUAL_WIDTH = 20.0, 1008.0
SMALLEST_TYPE = 0.5
"""The smallest type that is tried, in points."""
MARGIN = 14.0
"""Around everything, in points."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its margins and the title block in place; without a height it is as high as the figure needs."""

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
        font_size: float | None,
        title_block: TitleBlock | None,
        measure: Measure,
        metrics: Metrics,
        pad: float = 0.0,
        margin: float = MARGIN,
    ) -> Sheet:
        """A sheet whose margin leaves room for what reaches beyond the labels by `pad` ems."""
        width, height = page
        check_page(width, height, font_size)
        margin = max(margin * metrics.title_share, pad * (font_size or _largest_type(width, trim)))
        frame = set_title_block(title_block or TitleBlock(), measure, width, margin, metrics.title_share)
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
        """The height for the figure proper; infinite where the page has none yet."""
        return math.inf if self.height is None else self.height - self.frame.header - self.frame.footer

    @property
    def largest_type(self) -> float:
        """The largest type that makes sense on the page."""
        return _largest_type(self.width, self.trim)

    def top(self, spare: float) -> float:
        """Where the figure begins that leaves so much height: in the middle of its room on a page of fixed height."""
        fixed = self.height is not None and not self.trim
        return self.frame.header + (max(spare, 0.0) / 2 if fixed else 0.0)

    def empty(self, bottom: float, height: float | None = None) -> Layout:
        """The page without a figure: as high as given, or as a figure that ends at `bottom` needs."""
        if height is None:
            height = self.height if self.height is not None and not self.trim else bottom + self.frame.footer
        notes = [replace(line, y=line.y + height - self.frame.footer) for line in self.frame.notes]
        return Layout(
            page=Page(self.width, height), font_size=_LARGEST_TYPE, boxes=(), icons=(), leaders=(), axis=(), ticks=(),
            texts=(*self.frame.texts, *notes), swatches=self.frame.swatches,
        )  # fmt: skip


def check_page(width: float, height: float | None, font_size: float | None) -> None:
    """Raise a LayoutError for a page or a type of no size."""
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(0 < length < math.inf for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")


def _largest_type(width: float, trim: bool) -> float:
    return _LARGEST_TYPE if trim else max(_LARGEST_TYPE * width / _USUAL_WIDTH, SMALLEST_TYPE)
