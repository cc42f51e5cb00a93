"""Figures, ready made: a lineage in, a figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from modeltree.colouring import ColorBy
from modeltree.contents import Contents, accessible_name
from modeltree.layout.serpentine import TimeScale, serpentine
from modeltree.sizes import page_size
from modeltree.theme import LIGHT, Paint, Theme, faint

if TYPE_CHECKING:
    import os

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modeltree.dates import Grain
    from modeltree.draw.mpl import Look, Style
    from modeltree.icons import Badge
    from modeltree.layout.geometry import Layout
    from modeltree.lineage import Lineage
    from modeltree.records import Model

__all__ = ["EvolutionOptions", "PageSize", "evolution_axes", "evolution_figure", "evolution_layout", "save_figure"]

PageSize = str | tuple[float, float | None]
"""Width and height in inches, or a text as `modeltree.sizes.page_size` takes it."""

_INCH = 72.0
_PAGE = (14.0, 13.5)


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
        How it looks; `modeltree.theme.THEMES` has some.
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
    from modeltree.draw.mpl import draw_layout
    from modeltree.draw.saving import LayoutFigure

    contents, layout = _evolution(lineage, options)
    look = _look(contents, theme, icon_dir)
    figure = LayoutFigure(figsize=(layout.page.width / _INCH, layout.page.height / _INCH), facecolor=theme.page)
    figure.summary = contents.summary
    draw_layout(layout, figure.add_axes((0.0, 0.0, 1.0, 1.0)), look)
    return figure


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
    from modeltree.draw.mpl import draw_layout

    if ax is None:
        return evolution_figure(lineage, theme=theme, icon_dir=icon_dir, **options).axes[0]
    figure = ax.get_figure(root=True)
    assert figure is not None
    if options.get("page") is not None:
        raise TypeError("axes are a page of their own: give either ax or page")
    options["page"] = (float(ax.bbox.width / figure.dpi), float(ax.bbox.height / figure.dpi))
    contents, layout = _evolution(lineage, options)
    draw_layout(layout, ax, _look(contents, theme, icon_dir))
    return ax


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
    color_by : {"openness", "family", "organization", "domain", "licence"} or callable
        What colour says; a function gets each `Model` and returns its group, or None.
    highlight : str, optional
        A model that is drawn strong, with all that it descends from, while the rest is faint.
    outline : str, optional
        A model whose family has an edge of one colour.
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


def save_figure(figure: Figure, path: str | os.PathLike[str], dpi: float = 200.0) -> None:
    """Write a figure as SVG, PDF or PNG, by the suffix of the path: the whole file or nothing."""
    from modeltree.draw.saving import save_figure as save

    save(figure, path, dpi=dpi)


def _evolution(lineage: Lineage, options: EvolutionOptions) -> tuple[Contents, Layout]:
    placing = {"page", "font_size", "time_scale", "grain", "rows", "fall", "like"}
    shown: Any = {name: value for name, value in options.items() if name not in placing}
    placed: Any = {name: value for name, value in options.items() if name in placing}
    contents = Contents.of(lineage, **shown)
    return contents, _laid_out(contents, **placed)


def _laid_out(
    contents: Contents, page: PageSize | None = None, font_size: float | None = None, **options: Any
) -> Layout:
    from modeltree.draw.fonts import measure

    trim = page is None
    if page is None:
        page = _PAGE if font_size is None else (_PAGE[0], None)
    width, height = page_size(page) if isinstance(page, str) else page
    layout = serpentine(
        contents.items,
        measure,
        page=(width * _INCH, None if height is None else height * _INCH),
        trim=trim,
        font_size=font_size,
        furniture=contents.furniture,
        **options,
    )
    if not contents.pairs:
        return layout
    from modeltree.layout.links import with_links  # it takes numpy, which all else does without

    return with_links(layout, contents.pairs)


def _look(contents: Contents, theme: Theme, icon_dir: str | os.PathLike[str] | None) -> Look:
    from modeltree.draw.mpl import Look, Style

    paints = contents.groups.paints(theme)
    outline = Paint(theme.page, theme.outline, theme.ink)
    swatches = {key: Style(paint, theme.edge_width) for key, paint in paints.items()}
    swatches["outline"] = Style(outline, theme.strong_width)
    labels = {model.id: _style(contents, model, theme, paints) for model in contents.models}
    return Look(theme, labels, swatches, _marks(contents, theme, icon_dir))


def _style(contents: Contents, model: Model, theme: Theme, paints: dict[str, Paint]) -> Style:
    from modeltree.draw.mpl import Style

    links = model.links
    url = links.paper or links.code or links.weights or links.blog or links.website  # what tells most about it
    paint, width = paints[contents.groups.keys[model.id]], theme.edge_width
    stands_out = contents.strong is not None and model.id in contents.strong
    recedes = contents.strong is not None and not stands_out
    if recedes:
        paint = faint(paint, theme)
    elif stands_out:
        paint, width = Paint(paint.fill, theme.strong, paint.text), theme.strong_width
    if model.id in contents.outlined:
        paint, width = Paint(paint.fill, theme.outline, paint.text), theme.strong_width
    return Style(paint, width, accessible_name(contents.lineage, model), url, recedes, stands_out)


def _marks(contents: Contents, theme: Theme, icon_dir: str | os.PathLike[str] | None) -> dict[str, Badge | bytes]:
    """What stands for each organization that made a model which is drawn."""
    from modeltree.icons import badge, icons_in

    makers = dict.fromkeys(id for model in contents.models for id in model.organizations)
    organizations = [contents.lineage.organizations[id] for id in makers]
    marks: dict[str, Badge | bytes] = {
        record.id: badge(record.name, theme.badge_lightness, theme.badge_saturation) for record in organizations
    }
    if icon_dir is not None:
        marks.update(icons_in(icon_dir, organizations))
    return marks
