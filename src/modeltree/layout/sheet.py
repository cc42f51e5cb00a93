"""The sheet: its size and margins, the words around the figure, and the distances that go with its type."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

from modeltree.findings import LayoutError
from modeltree.layout.geometry import IconBox, LabelBox, Layout, Measure, Page, Swatch, TextLine, TextRole

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


def check_page(width: float, height: float | None, font_size: float | None) -> None:
    """Raise a LayoutError for a page or a type of no size, or of one that nobody can have meant."""
    lengths = (width, *(length for length in (height, font_size) if length is not None))
    if not all(_LEAST <= length <= _MOST for length in lengths):
        raise LayoutError(f"a page of {width} × {height} pt with type of {font_size} pt is none")


# Distances and labels

FREE = 2
"""Labels of one date that are more than so many have a panel behind them."""


class Labeled(Protocol):
    """An item whose label has icons and a text."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def organizations(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Metrics:
    """The distances of a figure, in ems of the label type."""

    label_height: float = 1.8
    # Between the labels of a block: one above and one beside the other; between two blocks on the same side.
    line_gap: float = 0.32
    word_gap: float = 0.4
    block_gap: float = 1.0
    tick_gap: float = 0.6
    # From the end of a label to a leader, at least.
    anchor: float = 0.5
    # From the axis to the nearest label; between the labels of two rows.
    reach: float = 1.7
    row_gap: float = 1.8
    # The radius of the turns, where there is room for it; from a turn to the labels inside it.
    turn: float = 3.0
    turn_gap: float = 0.9
    # From the axis to whatever lies beyond its ticks, at least.
    tick_reach: float = 1.1
    # How much less than `reach` the axis may stay away from a block, where rows fall.
    slack: float = 0.45
    # From the left edge to the first tick; from the last tick to the right edge, and the part of that for the dots.
    lead: float = 0.8
    tail: float = 3.2
    dots: float = 2.0
    # From the labels of one date to the edge of the panel behind them.
    panel_pad: float = 0.32
    # The size of title, legend and footnote, as a share of the usual one.
    title_share: float = 1.0
    # Within a label: before the icon, the icon, between two icons, from icon to text, and after the text.
    pad: float = 0.32
    icon: float = 1.16
    icon_gap: float = 0.14
    text_gap: float = 0.36
    text_end: float = 0.56

    def text_start(self, icons: int) -> float:
        """From the left edge of a label to its text, after so many icons."""
        if not icons:
            return self.text_end
        return self.pad + icons * self.icon + (icons - 1) * self.icon_gap + self.text_gap

    @property
    def line_pitch(self) -> float:
        """From one line of a block to the next."""
        return self.label_height + self.line_gap

    def depth(self, lines: int) -> float:
        """How far from the axis a block of so many lines ends."""
        return self.reach + lines * self.line_pitch - self.line_gap if lines else 0.0

    @classmethod
    def for_count(cls, count: int) -> Metrics:
        """The distances for so many labels: roomy up to 100, tight from 300 on, in proportion between."""
        return cls.mixed(min(1.0, max(0.0, math.log(max(count, 1) / 100) / math.log(3))))

    @classmethod
    def for_height(cls, label_height: float) -> Metrics:
        """The distances with which labels are so high."""
        roomy = cls()
        return cls.mixed((roomy.label_height - label_height) / (roomy.label_height - _TIGHT.label_height))

    @classmethod
    def mixed(cls, share: float) -> Metrics:
        """Roomy distances with a share of tight ones, from 0 to 1."""
        if not share:
            return cls()
        mixed = {
            field.name: (1 - share) * getattr(cls(), field.name) + share * getattr(_TIGHT, field.name)
            for field in fields(cls)
        }
        return cls(**mixed)


_TIGHT = Metrics(
    label_height=1.46, line_gap=0.22, word_gap=0.22, block_gap=0.5, tick_gap=0.4, reach=1.3, row_gap=1.46, turn=2.0,
    turn_gap=0.55, tick_reach=0.95, panel_pad=0.15, pad=0.22, icon=1.04, icon_gap=0.08, text_gap=0.24, text_end=0.32,
    title_share=0.7,
)  # fmt: skip


def label_widths(
    items: Sequence[Labeled], measure: Measure, metrics: Metrics
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Where the text of each label begins, and how wide the label is, in ems."""
    starts = tuple(metrics.text_start(len(item.organizations)) for item in items)
    widths = (measure(item.label, bold=True)[0] for item in items)
    return starts, tuple(start + width + metrics.text_end for start, width in zip(starts, widths, strict=True))


def icon_boxes(items: Sequence[Labeled], boxes: Sequence[LabelBox], size: float, metrics: Metrics) -> Iterator[IconBox]:
    """The icons of each item, side by side at the left of its box, in points."""
    side = metrics.icon * size
    for item, box in zip(items, boxes, strict=True):
        x, y = box.x + metrics.pad * size, box.y + (box.height - side) / 2
        for organization in item.organizations:
            yield IconBox(id=item.id, organization=organization, x=x, y=y, width=side, height=side)
            x += side + metrics.icon_gap * size


# The words around a figure

# A page of this width has these sizes; other pages have sizes in proportion to the root of their width.
_FULL_WIDTH = 1008.0
_TITLE, _LEGEND, _FOOTNOTE = 19.0, 10.5, 8.0
# The least sizes, by that of the labels; and in points, on a page on which these are not too large.
_TITLE_EMS, _LEGEND_EMS, _FOOTNOTE_EMS = 1.35, 0.78, 0.5
_LEAST_POINTS, _LEAST_ON = 6.0, 144.0
_LEADING = 1.45
# What a line is not broken within, after space or not: a word, or a Chinese character or kana, with the marks that may
# not begin a line, or not end it.
_WIDE, _CLOSING, _OPENING = "\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff", "、。，；：？！）」』》ー…～", "（「『《"
_UNIT = re.compile(
    rf"(\s*)([{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+|[{_CLOSING}])[{_CLOSING}]*|[{_OPENING}]+)"
)
# In ems of the legend's type: a sample and the space up to its text, from one entry to the next, and from a line of
# entries to the next.
_SAMPLE_WIDTH, _SAMPLE_HEIGHT, _TEXT_START, _ENTRY_GAP, _LEGEND_PITCH = 2.1, 1.2, 2.6, 1.6, 1.9


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """The words around a figure: title, legend entries (the key of a style, and what it means), paragraphs of notes."""

    title: str | None = None
    legend: tuple[tuple[str, str], ...] = ()
    footnote: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A title block in place: texts and swatches from the top of the page, notes from the top of the footer."""

    # The height that each takes, with its margin and the space between it and the figure.
    header: float
    footer: float
    texts: tuple[TextLine, ...]
    swatches: tuple[Swatch, ...]
    notes: tuple[TextLine, ...]

    def lines(self, height: float) -> tuple[TextLine, ...]:
        """All lines on a page of a height."""
        return (*self.texts, *(replace(line, y=line.y + height - self.footer) for line in self.notes))


def set_title_block(
    block: TitleBlock, measure: Measure, width: float, margin: float, share: float = 1.0, em: float = 0.0
) -> Frame:
    """Set title, legend and footnote for a page of a given width; a LayoutError where a word has no room."""
    # `em` is the size of the labels, if that is known: a title is larger, and a legend not much smaller.
    scale = share * min(max((width / _FULL_WIDTH) ** 0.5, 0.5), 2.0)
    least = min(_LEAST_POINTS, _LEAST_POINTS * width / _LEAST_ON)
    title_size, legend_size, note_size = (
        max(size * scale, ems * em, least)
        for size, ems in ((_TITLE, _TITLE_EMS), (_LEGEND, _LEGEND_EMS), (_FOOTNOTE, _FOOTNOTE_EMS))
    )
    typesetter = _Typesetter(measure, margin, width - 2 * margin)
    title = typesetter.paragraph("title", block.title or "", margin, title_size, bold=True)
    swatches, words = typesetter.legend(block.legend, title, legend_size)
    header = max([margin, *(part.bottom for part in (*title, *words, *swatches))])
    if title or words:
        header += 1.3 * legend_size
    notes: list[TextLine] = []
    footer = 2.2 * note_size
    for paragraph in block.footnote:
        notes += typesetter.paragraph("footnote", paragraph, footer, note_size)
        footer = notes[-1].bottom if notes else footer
    texts = (*title, *words)
    for line in (*texts, *notes):
        if line.right > width - margin + 1e-6:
            raise LayoutError(f"a page {width:g} pt wide is too narrow for the words around the figure: {line.text!r}")
    return Frame(header, margin + (footer if notes else 0.0), texts, swatches, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the legend, measured from the legend's top left corner."""

    key: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class _Typesetter:
    """Sets lines that begin at `left` and are no longer than `room`."""

    measure: Measure
    left: float
    room: float

    def paragraph(self, role: TextRole, text: str, top: float, size: float, bold: bool = False) -> list[TextLine]:
        """Lines one below the other."""
        lines = _broken(text, lambda words: self.measure(words, bold=bold)[0] * size, self.room)
        return [
            self._line(role, line, self.left, top + index * size * _LEADING, size, bold)
            for index, line in enumerate(lines)
        ]

    def legend(
        self, legend: Sequence[tuple[str, str]], title: Sequence[TextLine], size: float
    ) -> tuple[tuple[Swatch, ...], tuple[TextLine, ...]]:
        """Samples and what they mean, at the right of the title if there is room, else below it."""
        entries = self._entries(legend, size)
        left, top = self.left, self.left
        if title:
            top = title[-1].bottom + 0.4 * size
            in_one_line = all(entry.y == 0 and len(entry.lines) == 1 for entry in entries)
            start = self.left + self.room - (entries[-1].x + entries[-1].width if entries else 0.0)
            if in_one_line and title[-1].right + 3 * size <= start:
                left, top = start, title[-1].y + (title[-1].height - size * _LEADING) / 2
        swatches, words = [], []
        width, height = _SAMPLE_WIDTH * size, _SAMPLE_HEIGHT * size
        for entry in entries:
            x, y = left + entry.x, top + entry.y
            swatches.append(
                Swatch(key=entry.key, x=x, y=y + (_LEADING * size - height) / 2, width=width, height=height)
            )
            for index, line in enumerate(entry.lines):
                words.append(self._line("legend", line, x + _TEXT_START * size, y + index * _LEADING * size, size))
        return tuple(swatches), tuple(words)

    def _entries(self, legend: Sequence[tuple[str, str]], size: float) -> list[_Entry]:
        """Entries side by side, in as many lines as they need."""
        entries: list[_Entry] = []
        x = y = below = 0.0
        for key, text in legend:
            lines = _broken(text, lambda words: self.measure(words)[0] * size, self.room - _TEXT_START * size)
            width = _TEXT_START * size + max((self.measure(line)[0] * size for line in lines), default=0.0)
            if x and x + width > self.room:
                x, y = 0.0, below
            entries.append(_Entry(key, tuple(lines), x, y, width))
            x += width + _ENTRY_GAP * size
            below = max(below, y + _LEGEND_PITCH * size + max(len(lines) - 1, 0) * _LEADING * size)
        return entries

    def _line(self, role: TextRole, text: str, x: float, y: float, size: float, bold: bool = False) -> TextLine:
        width = self.measure(text, bold=bold)[0] * size
        return TextLine(role=role, text=text, x=x, y=y, width=width, height=size * _LEADING, size=size, bold=bold)


def _broken(text: str, width: Callable[[str], float], room: float) -> list[str]:
    """Lines no longer than the room, broken at spaces and between Chinese characters, else where a word is too long."""
    lines: list[str] = []
    line = ""
    for space, word in _UNIT.findall(text):
        joined = f"{line} {word}" if line and space else f"{line}{word}"
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width, room)
        lines += full
    return [*lines, line] if line else lines


def _pieces(word: str, width: Callable[[str], float], room: float) -> list[str]:
    """A word cut into pieces no longer than the room, or of one letter."""

    def fitting(text: str) -> int:
        return max(bisect_right(range(1, len(text)), room, key=lambda end: width(text[:end])), 1)

    pieces: list[str] = []
    start, length = 0, 1
    while True:
        # As much of it is measured as may stand in a line, and not all of it each time.
        while start + length < len(word) and width(word[start : start + length]) <= room:
            length *= 2
        rest = word[start : start + length]
        if start + length >= len(word) and (len(rest) < 2 or width(rest) <= room):
            return [*pieces, rest]
        length = fitting(rest)
        pieces.append(rest[:length])
        start += length


# The page


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
        margin: float = MARGIN,
        em: float = 0.0,
    ) -> Sheet:
        """A sheet with words that suit labels of the size `em`, if that is known."""
        width, height = page
        check_page(width, height, font_size)
        margin *= metrics.title_share
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
    def fixed(self) -> bool:
        """Whether the page has a height that stays."""
        return self.height is not None and not self.trim

    @property
    def largest_type(self) -> float:
        """The largest type that makes sense on the page."""
        return max(_LARGEST_TYPE * self.width / _USUAL_WIDTH, _COLUMN_TYPE)

    def top(self, spare: float) -> float:
        """Where the figure begins that leaves so much height: in the middle of its room on a page of fixed height."""
        return self.frame.header + (max(spare, 0.0) / 2 if self.fixed else 0.0)

    def empty(self, bottom: float, height: float | None = None) -> Layout:
        """The page without a figure: as high as given, or as a figure that ends at `bottom` needs."""
        if height is None:
            height = bottom + self.frame.footer if self.height is None or self.trim else self.height
        return Layout(
            page=Page(self.width, height), font_size=_LARGEST_TYPE, boxes=(), icons=(), leaders=(), axis=(), ticks=(),
            texts=self.frame.lines(height), swatches=self.frame.swatches,
        )  # fmt: skip
