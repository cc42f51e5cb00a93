"""Themes as plain data: colors and widths; and the contrast of colors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

MOST_GROUPS = 6
"""The number of groups that have a color of their own."""

FAINT = 0.6
"""The share of the page's color in what is drawn faint."""

# The contrast of a line that can be seen.
_SEEN = 3.0
READABLE = 4.5
"""The contrast of text that can be read: WCAG 2.2, level AA."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The first color with a share of the second, from 0 to 1, mixed in."""
    parts = ((1 - share) * _part(one, start) + share * _part(other, start) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def readable(text: str, ground: str, ink: str, least: float = READABLE) -> str:
    """A text color mixed with just enough ink to be read on a ground, or else that ink."""
    candidates = (mixed(text, ink, tenths / 10) for tenths in range(10))
    return next((color for color in candidates if contrast(color, ground) >= least), ink)


def _part(color: str, start: int) -> int:
    return int(color[start : start + 2], 16)


def _luminance(color: str) -> float:
    parts = (_part(color, start) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Paint:
    """The colors of a label, each as ``#rrggbb``: of the box, of the line around it, and of what is written in it."""

    fill: str
    edge: str
    text: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn."""

    dashes: tuple[float, ...] = ()  # and the gaps after them, in widths of the line; none for a line without gaps
    width: float = 1.0  # of the usual width
    kind: Literal["descent", "output", "idea"] = "descent"  # which of the link colors of a theme it has


def _strokes() -> Mapping[str, Stroke]:
    return {
        "continued-pretraining": Stroke(width=1.8),
        "finetune": Stroke(),
        "adapter": Stroke((5.0, 2.0)),
        "quantized": Stroke((1.2, 1.6)),
        "pruning": Stroke((3.0, 1.6)),
        "merge": Stroke((9.0, 2.5)),
        "component": Stroke((6.0, 1.8, 1.2, 1.8)),
        "distillation": Stroke(kind="output"),
        "successor": Stroke(kind="idea", width=1.3),
        "replication": Stroke((5.0, 2.0), kind="idea"),
        "architecture": Stroke((1.2, 1.6), kind="idea"),
        "application": Stroke((6.0, 1.8, 1.2, 1.8), kind="idea"),
        "data": Stroke((1.2, 1.6), kind="output"),
        "generated": Stroke((5.0, 2.0), kind="output"),
        "unspecified": Stroke((9.0, 2.5), kind="idea"),
    }


def _openness() -> Mapping[str, Paint]:
    return {
        "open": Paint(fill="#cfe7bf", edge="#a5c98d", text="#14210d"),
        "closed": Paint(fill="#ffffff", edge="#629640", text="#14210d"),
        "unknown": Paint(fill="#f1f2f4", edge="#8d949e", text="#1d2126"),
    }


def _paints(*fills: str, inks: tuple[str, str] = ("#14181d", "#ffffff")) -> tuple[Paint, ...]:
    """For each fill the ink that is read best on it, and an edge of its own color but darker."""
    return tuple(
        Paint(fill, mixed(fill, "#000000", 0.18), max(inks, key=lambda ink: contrast(ink, fill))) for fill in fills
    )


_CATEGORIES = _paints(
    "#b0ee8a", "#b494ef", "#d3ad9c", "#8fcdf1", "#de8aac", "#ecea65", "#64dac5", "#abbd82", "#d98d5f", "#609090"
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colors, as ``#rrggbb``, and widths, in points; `dataclasses.replace` makes another theme of it.

    Parameters
    ----------
    page, ink, quiet : str
        The colors of the paper, of text and lines, and of what should recede.
    axis, leader, link : str
        The colors of the curve, of the leaders and of the links between models.
    panel : str
        The color of the ground behind labels that belong together.
    year_fill, year_text : str
        The colors of the year boxes.
    strong, outline : str
        The edges of highlighted models and of an outlined family.
    axis_width, leader_width, link_width, edge_width, strong_width : float
        Of lines, in points, for type of 12 points; they grow and shrink with the type.
    hairline : float
        The thinnest line, in points, that there may be whatever the type.
    openness : mapping of str to Paint
        The colors of labels that are ``open``, ``closed`` and ``unknown``.
    categories : tuple of Paint
        The colors of groups; at least six.
    other, none : Paint
        The colors of all further groups, and of what is in no group.
    band : str
        The color of the ground behind a family.
    guide : str
        The color of lines at dates.
    descent, output, idea : str
        The colors of links by which weights, outputs and ideas pass on.
    strokes : mapping of str to Stroke
        How links of each relation are drawn.
    badge_lightness, badge_saturation : float
        Of the organizations' badges, from 0 to 1.
    icon_ground : str
        The color of the disc on which an icon from a file stands.
    """

    page: str = "#ffffff"
    ink: str = "#16191d"
    quiet: str = "#5d6570"
    axis: str = "#20252b"
    leader: str = "#20252b"
    link: str = "#8a7ba0"
    panel: str = "#e8ebee"
    year_fill: str = "#d9e8f6"
    year_text: str = "#0f2b46"
    strong: str = "#16191d"
    outline: str = "#d1301f"
    axis_width: float = 1.1
    leader_width: float = 0.9
    link_width: float = 0.7
    edge_width: float = 0.9
    strong_width: float = 1.5
    hairline: float = 0.25
    openness: Mapping[str, Paint] = field(default_factory=_openness)
    categories: tuple[Paint, ...] = _CATEGORIES
    other: Paint = Paint(fill="#d9dde2", edge="#b2b7bf", text="#1d2126")
    none: Paint = Paint(fill="#f4f6f8", edge="#b9bec6", text="#1d2126")
    band: str = "#f5f6f8"
    guide: str = "#dfe3e8"
    descent: str = "#2f3a46"
    output: str = "#9a5b12"
    idea: str = "#7c8794"
    strokes: Mapping[str, Stroke] = field(default_factory=_strokes)
    badge_lightness: float = 0.4
    badge_saturation: float = 1.0
    icon_ground: str = "#ffffff"

    def __post_init__(self) -> None:
        if len(self.categories) < MOST_GROUPS:
            raise ValueError(f"a theme needs {MOST_GROUPS} paints for groups, not {len(self.categories)}")


def painted(fill: str) -> Paint:
    """A paint with some fill."""
    return _paints(fill)[0]


def outlined(paint: Paint, theme: Theme) -> Paint:
    """A paint of which only the edge is left, strong enough to be seen on the page."""
    edge = next(
        color for share in range(11)
        if contrast(color := mixed(paint.edge, theme.ink, share / 10), theme.page) >= _SEEN or share == 10
    )  # fmt: skip
    return Paint(theme.page, edge, theme.ink)


def faint(paint: Paint, theme: Theme) -> Paint:
    """A paint that recedes into the page of a theme, with text that can still be read."""
    fill, edge = (mixed(color, theme.page, FAINT) for color in (paint.fill, paint.edge))
    return Paint(fill, edge, readable(theme.quiet, fill, theme.ink))


LIGHT = Theme()
"""Dark ink on white paper, green for open models."""

DARK = Theme(
    page="#14171c", ink="#eef0f3", quiet="#a3abb6", axis="#c9ced6", leader="#c9ced6", link="#a493bd",
    panel="#262b33", band="#1a1e24", guide="#2c323a", descent="#c9d1da", output="#d9a860", idea="#8a94a1",
    year_fill="#23405c", year_text="#e3effa", strong="#ffffff", outline="#ff8a70",
    openness={
        "open": Paint(fill="#2f5d33", edge="#2f5d33", text="#f1f8ee"),
        "closed": Paint(fill="#14171c", edge="#74b052", text="#f1f8ee"),
        "unknown": Paint(fill="#2b3037", edge="#8d949e", text="#eef0f3"),
    },
    categories=tuple(replace(paint, edge=mixed(paint.fill, "#ffffff", 0.25)) for paint in _paints(
        "#1e5e1c", "#824ba3", "#54392d", "#4f7292", "#9e5565", "#816c45", "#6b1c27", "#312f7b", "#726d08", "#24786c"
    )),
    other=Paint(fill="#3a4049", edge="#646c77", text="#eef0f3"),
    none=Paint(fill="#20242b", edge="#565d68", text="#eef0f3"),
)  # fmt: skip
"""Light ink on a dark screen."""

PRINT = Theme(
    ink="#000000", quiet="#444444", band="#f7f7f7", guide="#d9d9d9", descent="#000000",
    output="#4f4f4f", idea="#7c7c7c", axis="#000000", leader="#000000", link="#7c7c7c", panel="#eaeaea",
    year_fill="#000000", year_text="#ffffff", strong="#000000", outline="#808080", strong_width=1.8,
    openness={
        "open": Paint(fill="#d6d6d6", edge="#9c9c9c", text="#000000"),
        "closed": Paint(fill="#ffffff", edge="#000000", text="#000000"),
        "unknown": Paint(fill="#a8a8a8", edge="#a8a8a8", text="#000000"),
    },
    # Six in steps of 12 of CIE L*, as are their edges; those next to each other are several steps apart.
    categories=(
        Paint("#dcdcdc", "#949494", "#000000"), Paint("#7c7c7c", "#3b3b3b", "#000000"),
        Paint("#bbbbbb", "#757575", "#000000"), Paint("#5e5e5e", "#212121", "#ffffff"),
        Paint("#9b9b9b", "#575757", "#000000"), Paint("#3e3e3e", "#000000", "#ffffff"),
        *_paints("#cdcdcd", "#252525", "#ababab", "#6c6c6c", inks=("#000000", "#ffffff")),
    ),
    other=Paint(fill="#fafafa", edge="#8c8c8c", text="#000000"),
    none=Paint(fill="#ffffff", edge="#b8b8b8", text="#000000"),
    badge_lightness=0.3, badge_saturation=0.0,
)  # fmt: skip
"""Black ink alone: what differs in meaning differs in lightness."""

COLORBLIND = Theme(
    link="#767676", outline="#d55e00",
    openness={
        "open": Paint(fill="#a9d3ee", edge="#79b3d8", text="#0b1d2a"),
        "closed": Paint(fill="#ffffff", edge="#0a6299", text="#0b1d2a"),
        "unknown": Paint(fill="#dfe2e6", edge="#70767e", text="#1d2126"),
    },
    categories=_paints(
        "#89ff60", "#ac9ecf", "#efd29b", "#5faaff", "#f485a3", "#dbab0a", "#42118e", "#506593", "#3d4700", "#839407"
    ),
)  # fmt: skip
"""Colors that differ to eyes that lack red or green cones, too: blue for open models.

The distances were found under the simulation of Machado, Oliveira and Fernandes (2009, doi:10.1109/TVCG.2009.113).
"""

THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK, "print": PRINT, "colorblind": COLORBLIND}
"""The themes by name."""
