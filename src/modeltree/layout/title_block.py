"""The title block: title and legend above the figure proper, the footnote below it, in points."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modeltree._util.text import printable
from modeltree.findings import LayoutError
from modeltree.layout.geometry import Measure, Swatch, TextLine, TextRole

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

    def __post_init__(self) -> None:
        legend = tuple((key, printable(text)) for key, text in self.legend)
        for name, words in (
            ("title", self.title and printable(self.title)),
            ("legend", legend),
            ("footnote", tuple(map(printable, self.footnote))),
        ):
            object.__setattr__(self, name, words)


@dataclass(frozen=True, slots=True)
class Frame:
    """A title block in place: texts and swatches from the top of the page, notes from the top of the footer."""

    # The height that each takes, with its margin and the space between it and the figure.
    header: float
    footer: float
    texts: tuple[TextLine, ...]
    swatches: tuple[Swatch, ...]
    notes: tuple[TextLine, ...]


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
