"""How a figure looks, as plain data: colours and widths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LIGHT", "Paint", "Theme"]


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a label.

    Parameters
    ----------
    fill, edge, text : str
        As matplotlib and CSS write them.
    """

    fill: str
    edge: str
    text: str


def _openness() -> Mapping[str, Paint]:
    return {
        "open": Paint(fill="#cfe7bf", edge="#cfe7bf", text="#14210d"),
        "closed": Paint(fill="#ffffff", edge="#629640", text="#14210d"),
        "unknown": Paint(fill="#f1f2f4", edge="#8d949e", text="#1d2126"),
    }


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours and widths (in points) of a figure; `dataclasses.replace` makes another of it.

    Parameters
    ----------
    page, ink, quiet : str
        The colours of the paper, of text and lines, and of what should recede.
    axis, leader : str
        The colours of the curve and of the leaders.
    panel : str
        The colour of the ground behind labels that belong together.
    year_fill, year_text : str
        The colours of the year boxes.
    axis_width, leader_width, edge_width : float
        Of lines, in points, for type of 12 points; they grow with the type.
    openness : mapping of str to Paint
        The colours of labels by openness.
    badge_lightness : float
        Of the organizations' badges, from 0 to 1.
    """

    page: str = "#ffffff"
    ink: str = "#16191d"
    quiet: str = "#5d6570"
    axis: str = "#20252b"
    leader: str = "#20252b"
    panel: str = "#f2f4f6"
    year_fill: str = "#d9e8f6"
    year_text: str = "#0f2b46"
    axis_width: float = 1.1
    leader_width: float = 0.9
    edge_width: float = 0.9
    openness: Mapping[str, Paint] = field(default_factory=_openness)
    badge_lightness: float = 0.4


LIGHT = Theme()
"""Dark ink on white paper, green for open models."""
