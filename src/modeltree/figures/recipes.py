"""Figures, ready made: a lineage in, a figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from modeltree.draw.theme import LIGHT, Theme
from modeltree.figures.coloring import ColorBy
from modeltree.figures.contents import Contents
from modeltree.figures.placing import PageSize, evolution_placed, family_tree_placed
from modeltree.figures.styles import look_of, tree_look_of
from modeltree.figures.tree_contents import TreeContents
from modeltree.layout.family_tree.tree import Direction
from modeltree.layout.serpentine.curve import TimeScale

if TYPE_CHECKING:
    import os

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modeltree.draw.style import Look
    from modeltree.figures.genealogy import Collapse
    from modeltree.layout.geometry import Layout
    from modeltree.lineage import Lineage
    from modeltree.records import Grain, Relations

__all__ = [
    "EvolutionOptions", "FamilyTreeOptions", "PageSize", "evolution_axes", "evolution_figure", "evolution_layout",
    "family_tree_axes", "family_tree_figure", "family_tree_layout", "save_figure",
]  # fmt: skip

_INCH = 72.0


class EvolutionOptions(TypedDict, total=False):
    """What `evolution_layout` takes beside the lineage, and explains."""

    title: str | None
    page: PageSize | None
    font_size: float | None
    time_scale: TimeScale
    grain: Grain | None
    rows: int | None
    fall: float
    like: Layout | None
    applications: bool
    color_by: ColorBy
    highlight: str | None
    outline: str | None
    links: bool | None


def evolution_figure(
    lineage: Lineage,
    *,
    theme: Theme = LIGHT,
    icon_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[EvolutionOptions],
) -> Figure:
    """The evolution figure: every dated model along a serpentine of time.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    theme : Theme
        How it looks; `modeltree.draw.theme.THEMES` has some.
    icon_dir : path-like, optional
        A folder with icons of organizations, SVG or PNG, named as in `Organization.icon`. SVG needs the extra
        ``icons``. Organizations without an icon there have a badge.
    **options
        As for `evolution_layout`: ``title``, ``page``, ``font_size``, ``color_by``, ``highlight``, ….

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to pyplot: save it with `save_figure` or its own ``savefig``.

    Raises
    ------
    LayoutError
        When the models do not fit on the page in type of any size, or there is none that has a date.

    Examples
    --------
    >>> import modeltree
    >>> figure = modeltree.evolution_figure(modeltree.datasets.load("survey-figure2"))
    >>> figure.savefig("evolution.svg")  # doctest: +SKIP
    """
    contents, layout = _evolution(lineage, options)
    return _figure(layout, look_of(contents, theme, icon_dir), contents.summary)


def evolution_axes(
    lineage: Lineage,
    ax: Axes | None = None,
    *,
    theme: Theme = LIGHT,
    icon_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[EvolutionOptions],
) -> Axes:
    """The evolution figure on axes of your own, in type that fits them as large as they are now.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default those of a new figure.
    theme, icon_dir, **options
        As for `evolution_figure`; the page is that of the axes.
    """
    if ax is None:
        return evolution_figure(lineage, theme=theme, icon_dir=icon_dir, **options).axes[0]
    options["page"] = _page_of(ax, options.get("page"))
    contents, layout = _evolution(lineage, options)
    return _drawn(layout, ax, look_of(contents, theme, icon_dir))


def evolution_layout(lineage: Lineage, **options: Unpack[EvolutionOptions]) -> Layout:
    """Where everything in the evolution figure goes, as numbers.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title : str, optional
        By default the title of the lineage; none where it is empty.
    page : (float, float or None) or str, optional
        Exactly this width and height, in inches, or ``"A4"``, ``"A0-landscape"``, ``"355x343mm"``. By default at most
        14 × 13.5 inches, and less high where there is little to draw; with a `font_size`, 14 inches wide and as high
        as is needed, as is any page whose height is None.
    font_size : float, optional
        Of the labels, in points; by default the largest with which all fit on the page.
    time_scale : {"ticks", "linear"}
        Whether dates are as far apart as their labels need, or as they are in time.
    grain : {"year", "quarter", "month", "day"}, optional
        What a tick stands for; by default what tells the dates apart best.
    rows : int, optional
        How many rows there must be.
    fall : float
        How far each row falls from its beginning to its end, in ems.
    like : Layout, optional
        An earlier layout, from which no more moves than must.
    applications : bool
        Whether products are drawn beside models.
    color_by : {"openness", "family", "organization", "domain", "license"} or callable
        What color says; a function gets each `Model` and returns its group, or None.
    highlight : str, optional
        A model that is drawn strong, with all that it descends from, while the rest is faint.
    outline : str, optional
        A model whose family has an edge of one color.
    links : bool, optional
        Whether derivations are drawn as curves; by default those of the ancestry that is highlighted.

    Returns
    -------
    Layout
        In points.

    Raises
    ------
    LayoutError
        When it cannot be; the message says what could.
    """
    return _evolution(lineage, options)[1]


class FamilyTreeOptions(TypedDict, total=False):
    """What `family_tree_layout` takes beside the lineage, and explains."""

    title: str | None
    page: PageSize | None
    font_size: float | None
    direction: Direction
    applications: bool
    relations: Relations
    collapse: Collapse | str | None
    color_by: ColorBy
    highlight: str | None
    outline: str | None


def family_tree_figure(
    lineage: Lineage,
    *,
    theme: Theme = LIGHT,
    icon_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[FamilyTreeOptions],
) -> Figure:
    """The family tree: every model at its date on an exact axis, branching off what it was made from.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    theme, icon_dir
        As for `evolution_figure`.
    **options
        As for `family_tree_layout`: ``page``, ``direction``, ``relations``, ``collapse``, ….

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to pyplot: save it with `save_figure` or its own ``savefig``.

    Raises
    ------
    LayoutError
        When the models do not fit on the page in type of any size, or there is none that has a date.

    Examples
    --------
    >>> import modeltree
    >>> lineage = modeltree.datasets.load("survey").clade("llama")
    >>> figure = modeltree.family_tree_figure(lineage, title="LLaMA")
    >>> figure.savefig("llama.svg")  # doctest: +SKIP
    """
    contents, layout = _family_tree(lineage, options)
    return _figure(layout, tree_look_of(contents, theme, icon_dir), contents.summary)


def family_tree_axes(
    lineage: Lineage,
    ax: Axes | None = None,
    *,
    theme: Theme = LIGHT,
    icon_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[FamilyTreeOptions],
) -> Axes:
    """The family tree on axes of your own, in type that fits them as large as they are now.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default those of a new figure.
    theme, icon_dir, **options
        As for `family_tree_figure`; the page is that of the axes.
    """
    if ax is None:
        return family_tree_figure(lineage, theme=theme, icon_dir=icon_dir, **options).axes[0]
    options["page"] = _page_of(ax, options.get("page"))
    contents, layout = _family_tree(lineage, options)
    return _drawn(layout, ax, tree_look_of(contents, theme, icon_dir))


def family_tree_layout(lineage: Lineage, **options: Unpack[FamilyTreeOptions]) -> Layout:
    """Where everything in the family tree goes, as numbers.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title, page, font_size : optional
        As for `evolution_layout`.
    direction : {"right", "down"}
        Where time runs to.
    applications : bool
        Whether products are drawn beside models.
    relations : optional
        The derivations to go by; by default all.
    collapse : Collapse or str, optional
        Which branches are folded into one node: a `Collapse`, or words such as ``"smaller=5,quantized,depth=3"``.
    color_by, highlight, outline : optional
        As for `evolution_layout`.

    Returns
    -------
    Layout
        In points.

    Raises
    ------
    LayoutError
        When it cannot be; the message says what could.
    """
    return _family_tree(lineage, options)[1]


def save_figure(figure: Figure, path: str | os.PathLike[str], dpi: float = 200.0) -> None:
    """Write a figure as SVG, PDF or PNG, by the suffix of the path: the whole file or nothing."""
    from modeltree.draw.saving import save_figure as save

    save(figure, path, dpi=dpi)


def _evolution(lineage: Lineage, options: EvolutionOptions) -> tuple[Contents, Layout]:
    placing = {"page", "font_size", "time_scale", "grain", "rows", "fall", "like"}
    shown: Any = {name: value for name, value in options.items() if name not in placing}
    placed: Any = {name: value for name, value in options.items() if name in placing}
    contents = Contents.of(lineage, **shown)
    return contents, evolution_placed(contents, **placed)


def _family_tree(lineage: Lineage, options: FamilyTreeOptions) -> tuple[TreeContents, Layout]:
    placing = {"page", "font_size", "direction"}
    shown: Any = {name: value for name, value in options.items() if name not in placing}
    placed: Any = {name: value for name, value in options.items() if name in placing}
    contents = TreeContents.of(lineage, **shown)
    return contents, family_tree_placed(contents, **placed)


def _figure(layout: Layout, look: Look, summary: tuple[str, str]) -> Figure:
    """A figure with nothing but a layout."""
    from modeltree.draw.saving import LayoutFigure

    figure = LayoutFigure(figsize=(layout.page.width / _INCH, layout.page.height / _INCH), facecolor=look.theme.page)
    figure.summary = summary
    _drawn(layout, figure.add_axes((0.0, 0.0, 1.0, 1.0)), look)
    return figure


def _drawn(layout: Layout, ax: Axes, look: Look) -> Axes:
    from modeltree.draw.mpl import draw_layout

    draw_layout(layout, ax, look)
    return ax


def _page_of(ax: Axes, page: PageSize | None) -> tuple[float, float]:
    """Width and height of axes, in inches."""
    if page is not None:
        raise TypeError("axes are a page of their own: give either ax or page")
    figure = ax.get_figure(root=True)
    assert figure is not None
    return (float(ax.bbox.width / figure.dpi), float(ax.bbox.height / figure.dpi))
