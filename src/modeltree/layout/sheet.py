"""The sheet: the size of a page, its margins and title block, and the room that these leave for the figure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, Measure, Page
from modeltree.layout.metrics import Metrics
from modeltree.layout.title_block import Frame, TitleBlock, set_title_block

# The largest type on a page 14 inches wide; larger pages may have larger type in proportion, a column has up to this.
_LARGEST_TYPE, _USUAL_WIDTH, _COLUMN_TYPE = 20.0, 1008.0, 12.0
# Of a page or of type, in points: an atom in print, and a page of 350 m.
_LEAST, _MOST = 0.05, 1e6
SMALLEST_TYPE = 0.5
"""The smallest type that is tried, in points."""
READABLE_TYPE = 6.7
"""The smallest type on a page that may be as high as it need be: with it the months on the curve have 6 points."""
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
        em: float = 0.0,
    ) -> Sheet:
        """A sheet whose margin leaves room for what reaches beyond the labels by `pad` ems; `em` is their size."""
        width, height = page
        check_page(width, height, font_size)
        margin = max(margin * metrics.title_share, pad * (font_size or _largest_type(width)))
        frame = set_title_block(title_block or TitleBlock(), measure, width, margin, metrics.title_share, em)
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
        return _largest_type(self.width)

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
    """Raise a LayoutError for a page or a type of no size, or of one that nobody can have meant."""
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(_LEAST <= length <= _MOST for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")


def _largest_type(width: float) -> float:
    return max(_LARGEST_TYPE * width / _USUAL_WIDTH, _COLUMN_TYPE)


INCH = 72.0
"""An inch, in points."""

_INCHES = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / INCH}
# Width and height in millimeters, upright; ISO 216 and ANSI.
PAPERS = {
    "a0": (841, 1189), "a1": (594, 841), "a2": (420, 594), "a3": (297, 420), "a4": (210, 297), "a5": (148, 210),
    "a6": (105, 148), "letter": (215.9, 279.4), "legal": (215.9, 355.6), "tabloid": (279.4, 431.8),
}  # fmt: skip
"""The sheets that have names."""

_NAMED = re.compile(r"([a-z0-9]+)(?:-(portrait|landscape))?")
_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_MEASURED = re.compile(rf"{_NUMBER}\s*(in|mm|cm|pt)?(?:\s*[x×]\s*{_NUMBER}\s*(in|mm|cm|pt)?)?")


def page_size(text: str) -> tuple[float, float | None]:
    """Width and height of a page in inches, by its name or measures; the height is None where only a width is given."""
    word = text.strip().lower()
    named = _NAMED.fullmatch(word)
    if named and named[1] in PAPERS:
        width, height = (length * _INCHES["mm"] for length in PAPERS[named[1]])
        return (height, width) if named[2] == "landscape" else (width, height)
    if measured := _MEASURED.fullmatch(word):
        across, first, down, second = measured.groups()
        size = (float(across) * _INCHES[first or second or "in"],
                float(down) * _INCHES[second or first or "in"] if down else None)  # fmt: skip
        if not all(length is None or length > 0 for length in size):
            raise LayoutError(f"a page of {text!r} has no room for anything")
        return size
    raise LayoutError(f"{text!r} is no size of a page: write 14x13.5in, 355x343mm, A4 or A0-landscape")
