"""Labels, and blocks of them: the labels of one tick on one side of the axis, set in lines like a paragraph, in ems."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, groupby
from operator import ne

from modeltree._util.languages import ENGLISH, Words
from modeltree.layout.geometry import Measure
from modeltree.layout.sheet import Metrics, label_widths
from modeltree.layout.ticks import Tick, fitting_grain, make_ticks
from modeltree.records import Grain, PartialDate

Windows = Sequence[tuple[float, float]]

# The height of a block by its width, counted in labels.
_SQUARE = 0.9
# What rounding in sums may make of a width.
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class DatedItem:
    """A model to be placed: its label, its date, and the organizations that each give it an icon."""

    id: str
    label: str
    date: PartialDate
    organizations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """Items in time order, where the text of each label begins, how wide each label is, and their ticks."""

    items: tuple[DatedItem, ...]
    starts: tuple[float, ...]
    widths: tuple[float, ...]
    ticks: tuple[Tick, ...]
    ranks: tuple[int, ...]  # the same for items of one date, more for a later one
    metrics: Metrics
    blocks: dict[tuple[int, int, int], Block] = field(default_factory=dict, compare=False, repr=False)
    """Those that were set, by their first label, how many labels there are, and the most lines."""

    @classmethod
    def of(
        cls,
        items: Sequence[DatedItem],
        measure: Measure,
        grain: Grain | None,
        metrics: Metrics,
        words: Words = ENGLISH,
    ) -> Labels:
        """Measure the labels of items that are in any order."""
        ordered = tuple(sorted(items, key=lambda item: (item.date, item.id)))
        dates = [item.date for item in ordered]
        ticks = make_ticks(dates, measure, grain or fitting_grain(dates), words)
        ranks = tuple(accumulate(map(int, map(ne, dates, [*dates[:1], *dates])), initial=0))[1:]
        return cls(ordered, *label_widths(ordered, measure, metrics), ticks, ranks, metrics)


@dataclass(frozen=True, slots=True)
class Slot:
    """A label in its line: where it begins, from the left edge of the block, and how wide it is."""

    label: int
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Labels in lines from left to right, the line nearest to the axis first."""

    lines: tuple[tuple[Slot, ...], ...]
    width: float  # of the longest line
    windows: tuple[tuple[float, float], ...]
    """Where a leader may meet the labels of the nearest line, from the left edge of the block."""

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


@dataclass(frozen=True)
class BlockPair:
    """The blocks of a tick above and below the axis."""

    above: Block | None
    below: Block | None

    @property
    def blocks(self) -> tuple[Block | None, Block | None]:
        """Above and below."""
        return self.above, self.below

    @cached_property
    def lines(self) -> tuple[int, int]:
        """How many lines there are above and below."""
        return (self.above.height if self.above else 0, self.below.height if self.below else 0)

    def windows(self, flipped: bool) -> tuple[Windows, Windows]:
        """Where a leader may meet the blocks above and below, along a row."""
        return self._windows[flipped]

    @cached_property
    def _windows(self) -> tuple[tuple[Windows, Windows], tuple[Windows, Windows]]:
        above, below = self.blocks
        straight = (above.windows if above else (), below.windows if below else ())
        return straight, (above.mirrored() if above else (), below.mirrored() if below else ())


class BlockChooser:
    """Finds the pairs of blocks that a tick may have; on a wide page blocks may be wide."""

    def __init__(self, labels: Labels, page_aspect: float) -> None:
        self._labels = labels
        self._aspect = min(1.0, page_aspect)
        self._known: dict[tuple[str, int], tuple[BlockPair, ...]] = {}

    def choices(self, tick: Tick, depth: int) -> tuple[BlockPair, ...]:
        """What a tick may have in a row of so many lines on each side."""
        key = (tick.id, depth)
        if key not in self._known:
            labels = tick.items
            half = len(labels) // 2
            splits = {0, len(labels)}
            if len(labels) > 2 or half >= depth:
                splits |= {half, len(labels) - half}
            if depth < len(labels) < 2 * depth:
                splits |= {depth, len(labels) - depth}
            self._known[key] = tuple(
                BlockPair(self._block(labels[:split], depth), self._block(labels[split:], depth))
                for split in sorted(splits, reverse=True)
                if max(self._fewest_lines(split), self._fewest_lines(len(labels) - split)) <= depth
            )
        return self._known[key]

    def _fewest_lines(self, labels: int) -> int:
        """A block is about as high as wide, counted in labels: a long line of labels strays from its tick."""
        return min(labels, max(2, math.ceil(math.sqrt(_SQUARE * self._aspect * labels))))

    def _block(self, labels: Sequence[int], depth: int) -> Block | None:
        if not labels:
            return None
        all, metrics = self._labels, self._labels.metrics
        key = (labels[0], len(labels), min(depth, len(labels)))
        if key not in all.blocks:
            all.blocks[key] = set_block(labels, all.ranks, all.widths, depth, metrics.word_gap, metrics.anchor)
        return all.blocks[key]


def set_block(
    labels: Sequence[int], ranks: Sequence[int], widths: Sequence[float], most_lines: int, gap: float, anchor: float
) -> Block:
    """Set labels in at most so many lines, as narrow as can be, `anchor` or more from their ends to a leader."""
    # The lines are in order of date outward from the axis: no label has a date (a rank, and ranks ascend) before one
    # that is nearer. Labels of one date may change places to fill lines better.
    if len(labels) <= most_lines:
        lines = [[label] for label in labels]
    else:
        tied = [list(group) for _, group in groupby(labels, key=ranks.__getitem__)]
        lines = _narrowest(tied, widths, most_lines, gap)
    set_lines = tuple(_spread(line, widths, gap) for line in lines)
    windows = []
    for slot in set_lines[0]:
        margin = min(anchor, slot.width / 2)
        windows.append((slot.left + margin, slot.left + slot.width - margin))
    return Block(set_lines, max(_length(line, widths, gap) for line in lines), tuple(windows))


def _spread(line: Sequence[int], widths: Sequence[float], gap: float) -> tuple[Slot, ...]:
    lefts = accumulate((widths[label] + gap for label in line), initial=0.0)
    return tuple(Slot(label, left, widths[label]) for label, left in zip(line, lefts, strict=False))


def _narrowest(tied: Sequence[list[int]], widths: Sequence[float], most_lines: int, gap: float) -> list[list[int]]:
    """Lines of labels in groups of one date, in a search for the width, as in MULTIFIT (Coffman, Garey and Johnson)."""
    # 1978, doi:10.1137/0207001
    tied = [sorted(group, key=lambda label: (-widths[label], label)) for group in tied]
    labels = [label for group in tied for label in group]
    total = sum(widths[label] + gap for label in labels)
    low = max(*(widths[label] for label in labels), total / most_lines - gap)
    high = low
    best = _filled(tied, widths, most_lines, gap, low)
    while best is None:
        high *= 1.5
        best = _filled(tied, widths, most_lines, gap, high)
    for _ in range(7):
        if high <= low:
            break
        middle = (low + high) / 2
        lines = _filled(tied, widths, most_lines, gap, middle)
        if lines is None:
            low = middle
        else:
            best, high = lines, middle
    return best


def _filled(
    tied: Sequence[Sequence[int]], widths: Sequence[float], most_lines: int, gap: float, width: float
) -> list[list[int]] | None:
    """Lines of no more than a width; None where there would be too many."""
    lines: list[list[int]] = []
    left = 0.0
    for group in tied:
        packed = _first_fit(group, widths, left if lines else None, most_lines - len(lines) + bool(lines), gap, width)
        if packed is None:
            return None
        first, *further = packed
        if lines:
            lines[-1] += first
        else:
            lines.append(first)
        # The line that is least full is the last one, where later labels go on.
        lines += sorted(further, key=lambda line: (-_length(line, widths, gap), line))
        left = width - _length(lines[-1], widths, gap) - gap
    return lines


def _first_fit(
    by_width: Sequence[int], widths: Sequence[float], begun: float | None, most_lines: int, gap: float, width: float
) -> list[list[int]] | None:
    """Best-fit decreasing: each label in the line it fills most, a new line where none has room."""
    # The first line is one that is begun: so much of it is free; None where all begins here.
    lines: list[list[int]] = [[]]
    room: list[tuple[float, int]] = [(width if begun is None else begun, 0)]
    for label in by_width:
        need = widths[label]
        index = bisect_left(room, (need - _CLOSE, 0))
        if index == len(room):
            if len(lines) == most_lines:
                return None
            lines.append([label])
            insort(room, (width - need - gap, len(lines) - 1))
        else:
            left, line = room.pop(index)
            lines[line].append(label)
            insort(room, (left - need - gap, line))
    return lines


def _length(line: Sequence[int], widths: Sequence[float], gap: float) -> float:
    return sum(widths[label] for label in line) + gap * (len(line) - 1)
