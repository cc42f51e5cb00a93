"""Blocks: the labels of one tick on one side of the axis, set in lines like a paragraph. Lengths are ems."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Block", "Slot", "set_block"]

# By how much of its width a label may be made wider to fill its line, at the most.
_STRETCH = 0.4


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a label in its line: where it begins, from the left edge of the block, and how wide it is."""

    label: int
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Labels in lines, the line nearest to the axis first.

    Parameters
    ----------
    lines : tuple of tuples of Slot
        The labels of each line, from left to right.
    width : float
        Of the longest line.
    windows : tuple of (float, float)
        Where a leader may meet the labels of the nearest line, from the left edge of the block.
    """

    lines: tuple[tuple[Slot, ...], ...]
    width: float
    windows: tuple[tuple[float, float], ...]

    @property
    def height(self) -> int:
        """In lines."""
        return len(self.lines)

    @property
    def columns(self) -> int:
        """The most labels that stand side by side."""
        return max(len(line) for line in self.lines)

    def mirrored(self) -> tuple[tuple[float, float], ...]:
        """The windows as they lie along a row in which time runs from right to left."""
        return tuple((self.width - most, self.width - least) for least, most in reversed(self.windows))


def set_block(labels: Sequence[int], widths: Sequence[float], most_lines: int, gap: float, anchor: float) -> Block:
    """Set labels in at most so many lines, as narrow as can be.

    Where each label has a line of its own they stay in order. Else the widest are set first, each in the first
    line where it fits, and the block is made as wide as this needs: first-fit decreasing in a search for the
    width (MULTIFIT; Coffman, Garey and Johnson 1978, doi:10.1137/0207001).

    Parameters
    ----------
    labels : sequence of int
        In the order in which they are to stand, nearest to the axis first.
    widths : sequence of float
        The width of any label.
    most_lines : int
        How many lines there may be.
    gap : float
        Between two labels of a line.
    anchor : float
        From the end of a label to a leader, at the least.
    """
    if len(labels) <= most_lines:
        lines = [[label] for label in labels]
    else:
        lines = _narrowest(labels, widths, most_lines, gap)
        lines.sort(key=lambda line: (-_length(line, widths, gap), line))
    width = max(_length(line, widths, gap) for line in lines)
    spare = [(width - _length(line, widths, gap)) / len(line) for line in lines]
    fills = [extra <= _STRETCH * min(widths[label] for label in line) for line, extra in zip(lines, spare, strict=True)]
    # As in a paragraph the line farthest from the axis may stay short; one that cannot fill the width leaves all as is.
    full = len(labels) > len(lines) and all(fills[:-1])
    set_lines = tuple(
        _spread(line, widths, gap, extra if full and fill else 0.0)
        for line, extra, fill in zip(lines, spare, fills, strict=True)
    )
    windows = []
    for slot in set_lines[0]:
        margin = min(anchor, slot.width / 2)
        windows.append((slot.left + margin, slot.left + slot.width - margin))
    return Block(set_lines, width, tuple(windows))


def _spread(line: Sequence[int], widths: Sequence[float], gap: float, extra: float) -> tuple[Slot, ...]:
    """A line of labels each of which is made so much wider."""
    slots, left = [], 0.0
    for label in line:
        slots.append(Slot(label, left, widths[label] + extra))
        left += widths[label] + extra + gap
    return tuple(slots)


def _narrowest(labels: Sequence[int], widths: Sequence[float], most_lines: int, gap: float) -> list[list[int]]:
    by_width = sorted(labels, key=lambda label: (-widths[label], label))
    total = sum(widths[label] + gap for label in labels)
    low = max(widths[by_width[0]], total / most_lines - gap)
    high = max(low, 2 * total / most_lines)
    best = _first_fit(by_width, widths, most_lines, gap, low)
    if best is not None:
        return best
    best = _first_fit(by_width, widths, most_lines, gap, high)
    while best is None:
        high *= 1.5
        best = _first_fit(by_width, widths, most_lines, gap, high)
    for _ in range(7):
        middle = (low + high) / 2
        found = _first_fit(by_width, widths, most_lines, gap, middle)
        if found is None:
            low = middle
        else:
            best, high = found, middle
    return best


def _first_fit(
    by_width: Sequence[int], widths: Sequence[float], most_lines: int, gap: float, width: float
) -> list[list[int]] | None:
    """Best-fit decreasing: each label in the line it fills most, a new line where none has room."""
    lines: list[list[int]] = []
    room: list[tuple[float, int]] = []
    for label in by_width:
        need = widths[label]
        place = next((place for place, (left, _) in enumerate(room) if left >= need), None)
        if place is None:
            if len(lines) == most_lines:
                return None
            lines.append([label])
            insort(room, (width - need - gap, len(lines) - 1))
        else:
            left, line = room.pop(place)
            lines[line].append(label)
            insort(room, (left - need - gap, line))
    return lines


def _length(line: Sequence[int], widths: Sequence[float], gap: float) -> float:
    return sum(widths[label] for label in line) + gap * (len(line) - 1)
