"""A chart as matplotlib artists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from modeltree.draw.colors import mixed
from modeltree.draw.fonts import HALF_CAPITAL, font
from modeltree.draw.groups import Group
from modeltree.draw.mpl import drawing_style
from modeltree.draw.saving import LayoutFigure
from modeltree.draw.theme import Theme
from modeltree.layout.chart import Area, Caption, Chart, Dot, Rule
from modeltree.layout.geometry import Page, TextLine

__all__ = ["ChartLook", "chart_figure", "draw_chart", "page_figure"]

_INCH = 72.0
# What is drawn over what.
_GUIDES, _AREAS, _RULES, _DOTS, _TEXT = range(1, 6)
# Widths of lines for type of 12 points, by what they stand for.
_WIDTHS = {"axis": 0.9, "guide": 0.6, "leader": 0.6, "curve": 1.7, "median": 1.9}
_EDGE = 0.5
# How much of the page is in areas that recede.
_PALE = 0.45


@dataclass(frozen=True, slots=True)
class ChartLook:
    """How a chart looks.

    Parameters
    ----------
    theme : Theme
        Colors and widths.
    fills : mapping of str to str
        The color of areas, by what they stand for.
    """

    theme: Theme
    fills: Mapping[str, str]


def chart_figure(chart: Chart, look: ChartLook, summary: tuple[str, str]) -> LayoutFigure:
    """A figure with nothing but a chart.

    Parameters
    ----------
    chart : Chart
        Where everything goes.
    look : ChartLook
        How it looks.
    summary : (str, str)
        Title and description for those who cannot see it.
    """
    figure, ax = page_figure(chart.page, look.theme, summary)
    draw_chart(chart, ax, look)
    return figure


def page_figure(page: Page, theme: Theme, summary: tuple[str, str]) -> tuple[LayoutFigure, Axes]:
    """A figure of the size of a page, and axes that take all of it.

    Parameters
    ----------
    page : Page
        The size, in points.
    theme : Theme
        Has the color of the paper.
    summary : (str, str)
        Title and description for those who cannot see it.
    """
    figure = LayoutFigure(figsize=(page.width / _INCH, page.height / _INCH), facecolor=theme.page)
    figure.summary = summary
    return figure, figure.add_axes((0.0, 0.0, 1.0, 1.0))


def draw_chart(chart: Chart, ax: Axes, look: ChartLook) -> None:
    """Draw a chart on axes whose box is the chart's page.

    Parameters
    ----------
    chart : Chart
        Where everything goes.
    ax : matplotlib.axes.Axes
        What to draw on; its limits are set to the page, in points.
    look : ChartLook
        How it looks.
    """
    ax.set(xlim=(0, chart.page.width), ylim=(chart.page.height, 0))
    ax.set_axis_off()
    with drawing_style():
        ink = _ChartInk(ax, look, chart.font_size / 12.0)
        for number, area in enumerate(chart.areas, 1):
            ink.area(area, number)
        for number, rule in enumerate(chart.rules, 1):
            ink.rule(rule, number)
        for number, dot in enumerate(chart.dots, 1):
            ink.dot(dot, number)
        lines: list[Caption | TextLine] = [*chart.texts, *chart.captions]
        for number, line in enumerate(lines, 1):
            ink.words(line, number)


class _ChartInk:
    """Draws the parts of a chart."""

    def __init__(self, ax: Axes, look: ChartLook, scale: float) -> None:
        self._ax, self._look, self._theme, self._scale = ax, look, look.theme, scale

    def area(self, area: Area, number: int) -> None:
        """A filled shape, set off from its neighbors by a hair of the page."""
        fill = self._look.fills[area.key]
        fill = mixed(fill, self._theme.page, _PALE) if area.faint else fill
        rings = [Curve([*ring, ring[0]], closed=True) for ring in area.rings]
        shape = PathPatch(Curve.make_compound_path(*rings), facecolor=fill, edgecolor=self._theme.page)
        shape.set(linewidth=self._width(_EDGE), joinstyle="miter")
        self._add(shape, f"area-{number}", area.name, _AREAS)

    def rule(self, rule: Rule, number: int) -> None:
        """A line."""
        theme = self._theme
        color = {"guide": theme.guide, "leader": theme.quiet, "axis": theme.axis}.get(rule.key, theme.ink)
        xs, ys = zip(*rule.points, strict=True)
        line = Line2D(xs, ys, color=color, linewidth=self._width(_WIDTHS[rule.key]))
        line.set(solid_capstyle="butt", solid_joinstyle="miter")
        self._add(line, f"line-{number}", rule.name, _GUIDES if rule.key == "guide" else _RULES)

    def dot(self, dot: Dot, number: int) -> None:
        """A marked point."""
        theme = self._theme
        circle = Circle(dot.at, dot.radius, facecolor=theme.ink, edgecolor=theme.page, linewidth=self._width(_EDGE))
        self._add(circle, f"dot-{number}", dot.name, _DOTS)

    def words(self, line: Caption | TextLine, number: int) -> None:
        """A line of words, half way down its box."""
        theme = self._theme
        if isinstance(line, TextLine):
            color = theme.quiet if line.role == "footnote" else theme.ink
        else:
            color = {"ink": theme.ink, "quiet": theme.quiet, "year": theme.year_text}[line.tone]
        properties = font(line.text, line.size, line.bold)
        baseline = line.center[1] + HALF_CAPITAL * properties.get_size()
        text = Text(
            line.x, baseline, line.text, color=color, ha="left", va="baseline", fontproperties=properties,
            parse_math=False,
        )  # fmt: skip
        self._add(text, f"text-{number}", "", _TEXT)

    def _add(self, artist: Artist, gid: str, name: str, zorder: int) -> None:
        """Put an artist on the axes; one that has a name is said to whoever cannot see it."""
        artist.set(clip_on=False)
        if name:
            artist = Group(self._ax, [artist], gid, name)
        artist.set(gid=gid, zorder=zorder)
        self._ax.add_artist(artist)

    def _width(self, width: float) -> float:
        return max(width * self._scale, self._theme.hairline)
