"""What stands around the figure proper: title and legend above it, the footnote below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Measure, Swatch, TextLine, TextRole

__all__ = ["Frame", "Furniture", "set_furniture"]

# A page of this width has the sizes below, in points; others are in proportion.
_FULL_WIDTH = 1008.0
_TITLE, _LEGEND, _FOOTNOTE = 19.0, 10.5, 8.0
_LEADING = 1.45
# In ems of the legend's type: a sample and the space up to its text, from one entry to the next, and from a line of
# entries to the next.
_SAMPLE_WIDTH, _SAMPLE_HEIGHT, _TEXT_START, _ENTRY_GAP, _LEGEND_PITCH = 2.1, 1.2, 2.6, 1.6, 1.9


@dataclass(frozen=True, slots=True)
class Furniture:
    """The words around a figure.

    Parameters
    ----------
    title : str, optional
        Set bold at the top left.
    legend : tuple of (str, str)
        A key for the style and what it means, each.
    footnote : tuple of str
        Paragraphs; long ones are broken into lines.
    """

    title: str | None = None
    legend: tuple[tuple[str, str], ...] = ()
    footnote: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The furniture in place: the header from the top of the page, the footer from the top of the footer.

    Parameters
    ----------
    header, footer : float
        How much height each takes, in points, the margin and the space between it and the figure included.
    texts, swatches : tuple
        In the header.
    notes : tuple of TextLine
        In the footer.
    """

    header: float
    footer: float
    texts: tuple[TextLine, ...]
    swatches: tuple[Swatch, ...]
    notes: tuple[TextLine, ...]


def set_furniture(furniture: Furniture, measure: Measure, width: float, margin: float, share: float = 1.0) -> Frame:
    """Set title, legend and footnote for a page of a given width; all in points.

    Raises
    ------
    LayoutError
        When the page is too narrow for a single word of them.
    """
    scale = share * min(max((width / _FULL_WIDTH) ** 0.5, 0.5), 2.0)
    compositor = _Compositor(measure, margin, width - 2 * margin, scale)
    title = compositor.paragraph("title", furniture.title or "", margin, _TITLE, bold=True)
    swatches, words = compositor.legend(furniture.legend, title)
    header = max([margin, *(part.bottom for part in (*title, *words, *swatches))])
    if title or words:
        header += 1.3 * _LEGEND * scale
    notes: list[TextLine] = []
    footer = 2.2 * _FOOTNOTE * scale
    for paragraph in furniture.footnote:
        notes += compositor.paragraph("footnote", paragraph, footer, _FOOTNOTE)
        footer = notes[-1].bottom if notes else footer
    texts = (*title, *words)
    for line in (*texts, *notes):
        if line.right > width - margin + 1e-6:
            raise LayoutError(f"a page {width:g} pt wide is too narrow for the words around the figure: {line.text!r}")
    return Frame(header, margin + (footer if notes else 0.0), texts, swatches, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the legend, from the left edge and the top of the legend."""

    key: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float


class _Compositor:
    """Sets text between the margins of a page.

    Parameters
    ----------
    measure : Measure
        The size of a text.
    left, room : float
        Where lines begin, and how long they may be, in points.
    scale : float
        Of all sizes.
    """

    def __init__(self, measure: Measure, left: float, room: float, scale: float) -> None:
        self._measure = measure
        self._left = left
        self._room = room
        self._scale = scale

    def paragraph(self, role: TextRole, text: str, top: float, size: float, bold: bool = False) -> list[TextLine]:
        """Lines one below the other."""
        size *= self._scale
        lines = _broken(text, lambda words: self._measure(words, bold=bold)[0] * size, self._room)
        return [
            self._line(role, line, self._left, top + number * size * _LEADING, size, bold)
            for number, line in enumerate(lines)
        ]

    def legend(
        self, legend: Sequence[tuple[str, str]], title: Sequence[TextLine]
    ) -> tuple[tuple[Swatch, ...], tuple[TextLine, ...]]:
        """Samples and what they mean, at the right of the title if there is room, else below it."""
        size = _LEGEND * self._scale
        entries = self._entries(legend, size)
        left, top = self._left, self._left
        if title:
            top = title[-1].bottom + 0.4 * size
            in_one_line = all(entry.y == 0 and len(entry.lines) == 1 for entry in entries)
            start = self._left + self._room - (entries[-1].x + entries[-1].width if entries else 0.0)
            if in_one_line and title[-1].right + 3 * size <= start:
                left, top = start, title[-1].y + (title[-1].height - size * _LEADING) / 2
        swatches, words = [], []
        for entry in entries:
            x, y = left + entry.x, top + entry.y
            height = _SAMPLE_HEIGHT * size
            swatches.append(
                Swatch(
                    key=entry.key,
                    x=x,
                    y=y + (_LEADING * size - height) / 2,
                    width=_SAMPLE_WIDTH * size,
                    height=height,
                )
            )
            for number, line in enumerate(entry.lines):
                words.append(self._line("legend", line, x + _TEXT_START * size, y + number * _LEADING * size, size))
        return tuple(swatches), tuple(words)

    def _entries(self, legend: Sequence[tuple[str, str]], size: float) -> list[_Entry]:
        """Entries side by side, in as many lines as they need."""
        entries: list[_Entry] = []
        x = y = below = 0.0
        for key, text in legend:
            lines = _broken(text, lambda words: self._measure(words)[0] * size, self._room - _TEXT_START * size)
            width = _TEXT_START * size + max((self._measure(line)[0] * size for line in lines), default=0.0)
            if x and x + width > self._room:
                x, y = 0.0, below
            entries.append(_Entry(key, tuple(lines), x, y, width))
            x += width + _ENTRY_GAP * size
            below = max(below, y + _LEGEND_PITCH * size + max(len(lines) - 1, 0) * _LEADING * size)
        return entries

    def _line(self, role: TextRole, text: str, x: float, y: float, size: float, bold: bool = False) -> TextLine:
        width = self._measure(text, bold=bold)[0] * size
        return TextLine(role=role, text=text, x=x, y=y, width=width, height=size * _LEADING, size=size, bold=bold)


def _broken(text: str, width: Callable[[str], float], room: float) -> list[str]:
    """Lines no longer than the room, broken at spaces, and within a word only where it alone is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
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
    pieces = []
    while len(word) > 1 and width(word) > room:
        length = max(bisect_right(range(1, len(word)), room, key=lambda end: width(word[:end])), 1)
        pieces.append(word[:length])
        word = word[length:]
    return [*pieces, word]
