"""The distances of a figure, in ems of the label type."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

__all__ = ["Metrics"]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The distances of the figure, in ems of the label type.

    Parameters
    ----------
    label_height : float
        Of each label's box.
    line_gap, word_gap : float
        Between the labels of a block, one above and one beside the other.
    block_gap : float
        Between two blocks on the same side.
    tick_gap : float
        Between two ticks.
    anchor : float
        From the end of a label to a leader, at the least.
    reach : float
        From the axis to the nearest label.
    row_gap : float
        Between the labels of two rows.
    turn : float
        The radius of the turns, where there is room for it.
    turn_gap : float
        From a turn to the labels inside it.
    tick_reach : float
        From the axis to whatever lies beyond its ticks, at the least.
    slack : float
        By how much less than `reach` the axis may come near a block, where rows fall.
    lead, tail, dots : float
        From the left edge to the first tick, from the last tick to the right edge, and what the dots take of that.
    panel_pad : float
        From labels that stand side by side to the edge of the ground behind them.
    furniture : float
        The size of title, legend and footnote by their usual one: the more there is to show the less they take.
    pad, icon, icon_gap, text_gap, text_end : float
        Within a label: before the icon, the icon, between two icons, from icon to text, and after the text.
    """

    label_height: float = 1.8
    line_gap: float = 0.32
    word_gap: float = 0.4
    block_gap: float = 1.0
    tick_gap: float = 0.6
    anchor: float = 0.5
    reach: float = 1.7
    row_gap: float = 1.5
    turn: float = 3.0
    turn_gap: float = 0.9
    tick_reach: float = 1.1
    slack: float = 0.45
    lead: float = 0.8
    tail: float = 3.2
    dots: float = 2.0
    panel_pad: float = 0.32
    furniture: float = 1.0
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
        share = min(1.0, max(0.0, math.log(max(count, 1) / 100) / math.log(3)))
        if not share:
            return cls()
        mixed = {
            field.name: (1 - share) * getattr(cls(), field.name) + share * getattr(_TIGHT, field.name)
            for field in fields(cls)
        }
        return cls(**mixed)


_TIGHT = Metrics(
    label_height=1.46, line_gap=0.22, word_gap=0.22, block_gap=0.5, tick_gap=0.4, reach=1.3, row_gap=0.45, turn=2.0,
    turn_gap=0.55, tick_reach=0.95, panel_pad=0.15, pad=0.22, icon=1.04, icon_gap=0.08, text_gap=0.24, text_end=0.32,
    furniture=0.7,
)  # fmt: skip
