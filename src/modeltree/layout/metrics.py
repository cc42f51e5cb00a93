"""Distances in ems of the label type, and what they make of labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

from modeltree.layout.geometry import IconBox, LabelBox, Measure

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
