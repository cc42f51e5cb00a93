"""Where a place in a text is: its line and column."""

from __future__ import annotations

from bisect import bisect_right, insort
from pathlib import Path

from modeltree.findings import Position

__all__ = ["Lines"]

_STRIDE = 1000


class Lines:
    """Where the lines of a text begin, as editors count them.

    Line ends are counted from the nearest place before that is known, so that a text of a hundred million lines costs
    no more memory than its own.

    Parameters
    ----------
    path : Path
        The file that the text stands in.
    text : str
        The text.
    first : int
        The number of its first line, if it is a part of the file.
    """

    def __init__(self, path: Path, text: str, first: int = 1) -> None:
        self.path, self.text, self.first = path, text, first
        # For places in the text: how many lines end before, and where the line that they are in begins.
        self._known = [(0, 0, 0)]

    def position(self, offset: int) -> Position:
        """Where the character of a number is, from 0."""
        place = offset - (self.text[max(offset - 1, 0) : offset + 1] == "\r\n")  # one line end, in two characters
        before, lines, start = self._known[bisect_right(self._known, (place, len(self.text), 0)) - 1]
        ends = self.text.count("\n", before, place) + self.text.count("\r", before, place)
        if ends:
            ends -= self.text.count("\r\n", before, place)
            start = max(self.text.rfind("\n", before, place), self.text.rfind("\r", before, place)) + 1
        if place - before > _STRIDE:
            insort(self._known, (place, lines + ends, start))
        return Position(self.path, lines + ends + self.first, offset - start + 1)
