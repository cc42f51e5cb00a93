"""Counts and lists of things in messages, tables in a terminal, and what may stand in ink."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import repeat
from json.encoder import encode_basestring as quoted
from typing import AnyStr, cast

from modeltree._util import collector_paused

UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML and UTF-8 cannot hold, and DEL."""

_METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")

# Inside words and emoji, and beside words of scripts that run from right to left.
_JOINERS = "\u200c\u200d\u200e\u200f"


class _LazyPattern:
    """See `lazy_pattern`."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self.pattern, self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression that is compiled when it is used: to compile all takes longer than to read a file."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))


def printable(text: str) -> str:
    """A text on one line that does nothing to a terminal, an SVG or a PDF but be read: all text that becomes ink."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS else " " if letter.isspace() else "\ufffd"
        for letter in text
    )


def json_text(value: object, line: str = "\n") -> str:
    """A value as JSON to be read by people, too: what `json.dumps` has with an indent of 2, in half the time."""
    inner = f"{line}  "
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        items = [
            f"{inner}{quoted(key)}: {'null' if item is None else '[]' if item == [] else json_text(item, inner)}"
            for key, item in value.items()
        ]
        return f"{{{','.join(items)}{line}}}" if items else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join([inner + json_text(item, inner) for item in value])}{line}]" if value else "[]"
    return json.dumps(value)


_LEAST = 10
"""Of so many columns of a terminal is any column of a table but the first, if it has as many."""


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, in the plural where that is right."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def enumerated(items: Sequence[str], most: int = 3) -> str:
    """The first of some items, and how many more there are."""
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def alternatives(words: Iterable[object]) -> str:
    """The words of a choice, as Python writes them."""
    written = list(map(repr, words))
    return " or ".join(filter(None, (", ".join(written[:-1]), *written[-1:])))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], width: int | None = None) -> str:
    """Rows of cells under a header, in columns as wide as their widest cell; in all no wider than `width`.

    What is too wide is cut, the first column last.
    """
    with collector_paused():
        columns: list[list[str]] = [[word.upper()] for word in header]
        for column, cells in zip(columns, zip(*rows, strict=True), strict=False):
            column.extend(map(printable, cells))
    lengths = [list(map(_columns, column)) for column in columns]
    widths = list(map(max, lengths))
    if width is not None:
        room = width - 2 * (len(widths) - 1)
        while sum(widths) > room:
            others = max(widths[1:], default=0)
            widths[widths.index(others, 1) if others > _LEAST else widths.index(max(widths))] -= 1
        columns = [[_cut(cell, most) for cell in column] for column, most in zip(columns, widths, strict=True)]
        lengths = [list(map(_columns, column)) for column in columns]
    padded = [_padded(*column) for column in zip(columns, lengths, widths, strict=True)]
    return "\n".join(map(str.rstrip, map("".join, zip(*padded, strict=True))))


def _padded(cells: list[str], lengths: list[int], width: int) -> Iterable[str]:
    """The cells of a column with the spaces after them; where each letter takes a column, by the standard library."""
    if lengths == list(map(len, cells)):
        return map(str.ljust, cells, repeat(width + 2))
    space = " " * (width + 2)
    return (cell + space[taken:] for cell, taken in zip(cells, lengths, strict=True))


def _cut(text: str, most: int) -> str:
    """As much of a text as there is room for."""
    if _columns(text) <= most:
        return text
    text = text[: 4 * most]  # a letter may take no column, but hardly three of four
    while _columns(text) >= most:
        text = text[:-1]
    return f"{text}…"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
