"""What a chart is made of: areas, lines, dots and words, in points from the page's top left corner.

A `Chart` says where everything goes and what it stands for; which colors that has is for `modeltree.draw.charts`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Measure, Page, TextLine
from modeltree.layout.plane import Box, Point, overlapping
from modeltree.layout.sheet import check_page
from modeltree.layout.title_block import Frame, TitleBlock, set_title_block

__all__ = [
    "LEADING", "Area", "Canvas", "Caption", "Chart", "Dot", "Panel", "Rule", "even_ticks", "log_ticks", "rectangle",
    "spread", "steps_down", "thousands",
]  # fmt: skip

LEADING = 1.45
"""From one line of words to the next, in ems."""

_MARGIN = 14.0
# A page of this width has type of this size, in points; others are in proportion to the root of their widths.
_FULL_WIDTH, _TYPE, _SMALLEST_TYPE = 1008.0, 10.5, 0.5
# What a page without a height is high, of its width.
_ASPECT = 0.72
# A panel is at least so many ems wide and high.
_LEAST = 4.0

Align = Literal["left", "middle", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption(Box):
    """A line of words; ``tone`` says in which ink."""

    text: str
    size: float
    bold: bool = False
    tone: Literal["ink", "quiet", "year"] = "ink"


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape of one or several rings.

    Parameters
    ----------
    key : str
        What it stands for.
    rings : tuple of tuple of (float, float)
        The corners of each, the first not repeated.
    name : str
        What a screen reader says; what has none is decoration.
    faint : bool
        Whether it recedes.
    """

    key: str
    rings: tuple[tuple[Point, ...], ...]
    name: str = ""
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line, straight from point to point; ``key`` says what it stands for."""

    key: str
    points: tuple[Point, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that is marked, with its radius."""

    at: Point
    radius: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Box):
    """Where values are drawn: the lowest value at the bottom or the left, the highest at the top or the right.

    Parameters
    ----------
    across, up : (float, float)
        The values at the two ends.
    log : (bool, bool)
        Whether each is logarithmic.
    """

    across: tuple[float, float]
    up: tuple[float, float]
    log: tuple[bool, bool] = (False, False)

    def at_x(self, value: float) -> float:
        """Where a value is, from the left."""
        return self.x + self.width * _share(value, self.across, self.log[0])

    def at_y(self, value: float) -> float:
        """Where a value is, from the top."""
        return self.bottom - self.height * _share(value, self.up, self.log[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Where everything in a chart goes.

    Parameters
    ----------
    page : Page
        The sheet.
    font_size : float
        Of the words in the chart, in points.
    panels : tuple of Panel
        Where values are drawn.
    texts : tuple of TextLine
        Title and footnote.
    captions : tuple of Caption
        All other words.
    areas, rules, dots
        What is drawn, from the back to the front.
    """

    page: Page
    font_size: float
    panels: tuple[Panel, ...]
    texts: tuple[TextLine, ...]
    captions: tuple[Caption, ...]
    areas: tuple[Area, ...] = ()
    rules: tuple[Rule, ...] = ()
    dots: tuple[Dot, ...] = ()

    def faults(self) -> tuple[str, ...]:
        """What breaks the rules of a good chart: words that overlap, and whatever leaves the page."""
        return tuple(self._faults())

    def _faults(self) -> Iterator[str]:
        words: list[TextLine | Caption] = [*self.texts, *self.captions]
        for one, other in overlapping(words):
            yield f"{one.text!r} overlaps {other.text!r}"
        sheet = Box(x=0, y=0, width=self.page.width, height=self.page.height)
        for line in words:
            if not sheet.contains(line):
                yield f"{line.text!r} leaves the page"
        lines: list[tuple[str, Sequence[Point]]] = [(rule.key, rule.points) for rule in self.rules]
        lines += [(area.key, ring) for area in self.areas for ring in area.rings]
        for key, points in lines:
            if not all(sheet.touches(point) for point in points):
                yield f"{key} leaves the page"


@dataclass(slots=True)
class Canvas:
    """A page on which a chart is put together, and the words around it.

    Parameters
    ----------
    width, height : float
        Of the page, in points.
    frame : Frame
        Title and footnote.
    font_size : float
        Of the words in the chart.
    measure : Measure
        The size of a text.
    """

    width: float
    height: float
    frame: Frame
    font_size: float
    measure: Measure
    captions: list[Caption] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    margin: float = _MARGIN

    @classmethod
    def of(
        cls, page: tuple[float, float | None], font_size: float | None, furniture: TitleBlock, measure: Measure
    ) -> Canvas:
        """A page with nothing on it but its furniture.

        Parameters
        ----------
        page : (float, float or None)
            Width and height, in points; without a height it goes with the width.
        font_size : float, optional
            By default it goes with the page.
        furniture : TitleBlock
            Title and footnote.
        measure : Measure
            The size of a text.
        """
        check_page(*page, font_size)
        width, height = page
        frame = set_title_block(furniture, measure, width, _MARGIN)
        if height is None:
            height = _ASPECT * width
        size = font_size or max(_TYPE * min((width / _FULL_WIDTH) ** 0.5, (height / _FULL_WIDTH / 0.6) ** 0.5), 4.0)
        return cls(width, height, frame, size, measure)

    @property
    def top(self) -> float:
        """Where the room for the chart begins."""
        return max(self.frame.header, self.margin)

    @property
    def bottom(self) -> float:
        """Where the room for the chart ends."""
        return self.height - max(self.frame.footer, self.margin)

    def ems(self, number: float) -> float:
        """A length in points."""
        return number * self.font_size

    def room_for(self, text: str, bold: bool = False, size: float = 1.0) -> float:
        """The width of some words, in points."""
        return self.measure(text, bold=bold)[0] * size * self.font_size

    def write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        align: Align = "left",
        bold: bool = False,
        tone: Literal["ink", "quiet", "year"] = "ink",
        size: float = 1.0,
    ) -> Caption:
        """Put a line of words at a place, with its middle at the height ``y``."""
        width, height = self.room_for(text, bold, size), LEADING * size * self.font_size
        left = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * width
        caption = Caption(
            x=left, y=y - height / 2, width=width, height=height, text=text, size=size * self.font_size, bold=bold,
            tone=tone,
        )  # fmt: skip
        self.captions.append(caption)
        return caption

    def shortened(self, text: str, room: float, bold: bool = False) -> str:
        """As much of a text as there is room for, in points."""
        if self.room_for(text, bold) <= room:
            return text
        kept = next((end for end in range(len(text) - 1, 0, -1) if self.room_for(f"{text[:end]}…", bold) <= room), 1)
        return f"{text[:kept].rstrip()}…"

    def head(self, text: str, top: float) -> None:
        """Put what a panel shows at the left of the page, so that its line begins at a height."""
        room = self.width - 2 * self.margin
        self.write(self.shortened(text, room, bold=True), self.margin, top + self.ems(LEADING / 2), bold=True)

    def box(self, key: str, left: float, top: float, right: float, bottom: float, name: str = "") -> None:
        """Put an upright rectangle."""
        self.areas.append(Area(key, (rectangle(left, top, right, bottom),), name))

    def require(self, *lengths: float) -> None:
        """Refuse panels of which a side would be too short."""
        if min(lengths) < self.ems(_LEAST):
            size = f"{self.width:g} × {self.height:g} pt"
            raise LayoutError(f"a page of {size} leaves no room for a chart in type of {self.font_size:.3g} pt")

    def chart(self, *panels: Panel) -> Chart:
        """What was put together."""
        notes = [replace(line, y=line.y + self.height - self.frame.footer) for line in self.frame.notes]
        return Chart(
            page=Page(self.width, self.height),
            font_size=self.font_size,
            panels=panels,
            texts=(*self.frame.texts, *notes),
            captions=tuple(self.captions),
            areas=tuple(self.areas),
            rules=tuple(self.rules),
            dots=tuple(self.dots),
        )


def rectangle(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """The corners of an upright rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Places in a row, each as near as can be to where it is wanted, and no two nearer than a pitch.

    The sum of the squares of how far each is moved is the least there is; where there is no room for all within the
    bounds, they begin at the lower one.

    Parameters
    ----------
    wanted : sequence of float
        Ascending.
    pitch : float
        From one to the next, at the least.
    low, high : float
        Bounds of the places.

    Examples
    --------
    >>> spread([1.0, 1.0, 9.0], 2.0, 0.0, 10.0)
    [0.0, 2.0, 9.0]
    """
    # Without the pitches it is a row that must not descend: those that do are pooled to their mean.
    pools: list[tuple[float, int]] = []
    for number, place in enumerate(wanted):
        pool = (place - number * pitch, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, count = pools.pop()
            pool = ((mean * count + pool[0] * pool[1]) / (count + pool[1]), count + pool[1])
        pools.append(pool)
    most = max(high - (len(wanted) - 1) * pitch, low)
    means = [min(max(mean, low), most) for mean, count in pools for _ in range(count)]
    return [mean + number * pitch for number, mean in enumerate(means)]


def even_ticks(most: float, count: int = 5) -> list[int]:
    """Round numbers from 0 up to about a value, at least so many steps apart as can be told from each other.

    Examples
    --------
    >>> even_ticks(125160)
    [0, 50000, 100000]
    """
    raw = max(most / count, 1.0)
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(int(factor * magnitude) for factor in (1, 2, 5, 10) if factor * magnitude >= raw * 0.999)
    return list(range(0, int(most) + 1, step))


def log_ticks(low: float, high: float) -> list[int]:
    """Round numbers from a value to another: powers of ten, and where these are few, their doubles and halves, too.

    Examples
    --------
    >>> log_ticks(0.8, 40), log_ticks(1, 20000)
    ([1, 2, 5, 10, 20], [1, 10, 100, 1000, 10000])
    """
    powers = [10**exponent for exponent in range(max(math.floor(math.log10(high)), 0) + 1)]
    factors = (1, 2, 5) if high / max(low, 1) < 200 else (1,)
    return [power * factor for power in powers for factor in factors if low <= power * factor <= high]


def thousands(number: int) -> str:
    """A number with its thousands set apart."""
    return f"{number:,}"


def steps_down(points: Sequence[Point]) -> Iterator[Point]:
    """The corners of a staircase through some points: from each upright to the height of the next, then level to it."""
    yield from points[:1]
    for (x, _), following in pairwise(points):
        yield (x, following[1])
        yield following


def _share(value: float, ends: tuple[float, float], log: bool) -> float:
    low, high = (math.log10(end) for end in ends) if log else ends
    return ((math.log10(value) if log else value) - low) / ((high - low) or 1.0)
