"""Figures of very many models at once: how their number grew, how large families are, and the largest of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from modeltree.draw.colors import contrast, mixed
from modeltree.draw.theme import LIGHT, Theme
from modeltree.figures.coloring import ColorBy
from modeltree.figures.overview_contents import NAMED_RELATIONS, abridged_families, growth_contents, size_contents
from modeltree.figures.placing import PageSize, family_tree_placed
from modeltree.figures.tree_contents import TreeContents
from modeltree.layout.family_tree.tree import Direction
from modeltree.layout.page_sizes import page_size

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure

    from modeltree.graph.store import Date
    from modeltree.layout.chart import Chart
    from modeltree.layout.geometry import Layout
    from modeltree.lineage import Lineage
    from modeltree.records import Grain, Model

__all__ = [
    "family_size_chart", "family_size_figure", "growth_chart", "growth_figure", "largest_families_figure",
    "largest_families_layout",
]  # fmt: skip

_INCH = 72.0
_PAGE = (10.0, None)
_FIRST, _BRANCH, _OTHER = "first of its family", "first of a branch", "other models"


class ChartOptions(TypedDict, total=False):
    """What `growth_chart` and `family_size_chart` take besides, and explain."""

    title: str | None
    page: PageSize | None
    font_size: float | None


def growth_figure(
    lineage: Lineage,
    *,
    grain: Grain = "month",
    since: Date | None = None,
    until: Date | None = None,
    theme: Theme = LIGHT,
    **options: Unpack[ChartOptions],
) -> Figure:
    """How many models became public in each period, by how they were made, and of what all up to then consist.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    grain, since, until
        As for `growth_chart`.
    theme : Theme
        How it looks; `modeltree.draw.theme.THEMES` has some.
    **options
        As for `growth_chart`: ``title``, ``page``, ``font_size``.

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to pyplot: save it with `modeltree.save_figure` or its own ``savefig``.

    Raises
    ------
    LayoutError
        When no model has a date that tells its period, or the page is too small.

    Examples
    --------
    >>> import modeltree
    >>> from modeltree.figures.overviews import growth_figure
    >>> figure = growth_figure(modeltree.datasets.load("survey"), grain="year")
    >>> figure.savefig("growth.svg")  # doctest: +SKIP
    """
    chart = growth_chart(lineage, grain=grain, since=since, until=until, **options)
    return _drawn(chart, theme, "Growth", "Stacked bars of new models by period, and the shares of all models so far")


def growth_chart(
    lineage: Lineage,
    *,
    grain: Grain = "month",
    since: Date | None = None,
    until: Date | None = None,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
) -> Chart:
    """Where everything in the figure of growth goes, as numbers.

    Each model is counted once, by the relation to its primary parent (see `modeltree.graph.primary`) by any relation.

    Parameters
    ----------
    lineage : Lineage
        What to count.
    grain : {"month", "quarter", "year"}
        How long a period is.
    since, until : PartialDate, date, str or int, optional
        Models released within; ``until=2022`` includes all of 2022.
    title, page, font_size : optional
        As for `modeltree.figures.recipes.evolution_layout`, but the page is by default 10 inches wide, and a page whose
        height is None is as high as goes with its width.

    Returns
    -------
    Chart
        In points.
    """
    from modeltree.draw.fonts import measure
    from modeltree.layout.growth_chart import growth_chart as laid_out

    table, furniture = growth_contents(lineage, title, grain, since, until)
    return laid_out(table, measure, page=_points(page), font_size=font_size, furniture=furniture)


def family_size_figure(
    lineage: Lineage,
    *,
    by: Literal["base", "component"] = "base",
    theme: Theme = LIGHT,
    **options: Unpack[ChartOptions],
) -> Figure:
    """How many families there are of at least each size, and how deep those of each size are, on logarithmic scales.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    by
        As for `family_size_chart`.
    theme : Theme
        How it looks.
    **options
        As for `growth_chart`: ``title``, ``page``, ``font_size``.

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to pyplot: save it with `modeltree.save_figure` or its own ``savefig``.

    Raises
    ------
    LayoutError
        When no two models are of one family, or the page is too small.

    Examples
    --------
    >>> import modeltree
    >>> from modeltree.figures.overviews import family_size_figure
    >>> figure = family_size_figure(modeltree.datasets.load("survey"))
    >>> figure.savefig("families.svg")  # doctest: +SKIP
    """
    chart = family_size_chart(lineage, by=by, **options)
    return _drawn(chart, theme, "Families", "The number of families of at least each size, and how deep they are")


def family_size_chart(
    lineage: Lineage,
    *,
    by: Literal["base", "component"] = "base",
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
) -> Chart:
    """Where everything in the figure of families goes, as numbers.

    Parameters
    ----------
    lineage : Lineage
        What to count.
    by : {"base", "component"}
        As for `modeltree.Lineage.family_labels`: each model is in one family.
    title, page, font_size : optional
        As for `growth_chart`.

    Returns
    -------
    Chart
        In points.
    """
    from modeltree.draw.fonts import measure
    from modeltree.layout.size_chart import size_chart

    table, furniture = size_contents(lineage, title, by)
    return size_chart(table, measure, page=_points(page), font_size=font_size, furniture=furniture)


class FamiliesOptions(TypedDict, total=False):
    """What `largest_families_layout` takes besides, and explains."""

    branches: int
    title: str | None
    page: PageSize | None
    font_size: float | None
    direction: Direction
    color_by: ColorBy | None


def largest_families_figure(
    lineage: Lineage,
    count: int = 10,
    *,
    theme: Theme = LIGHT,
    icon_dir: str | os.PathLike[str] | None = None,
    **options: Unpack[FamiliesOptions],
) -> Figure:
    """The largest families as family trees with folded branches.

    Parameters
    ----------
    lineage : Lineage
        All models: 2 million take seconds.
    count : int
        How many families.
    theme, icon_dir
        As for `modeltree.figures.recipes.family_tree_figure`.
    **options
        As for `largest_families_layout`: ``branches``, ``page``, ``color_by``, ….

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to pyplot: save it with `modeltree.save_figure` or its own ``savefig``.

    Raises
    ------
    LayoutError
        When no two models are of one family, none of them has a date, or the page is too small.

    Examples
    --------
    >>> import modeltree
    >>> from modeltree.figures.overviews import largest_families_figure
    >>> figure = largest_families_figure(modeltree.datasets.load("survey"), 3)
    >>> figure.savefig("largest.svg")  # doctest: +SKIP
    """
    from modeltree.draw.charts import page_figure
    from modeltree.draw.mpl import draw_layout
    from modeltree.figures.styles import tree_look_of

    contents, layout = _largest(lineage, count, options)
    figure, ax = page_figure(layout.page, theme, contents.summary)
    draw_layout(layout, ax, tree_look_of(contents, theme, icon_dir))
    return figure


def largest_families_layout(lineage: Lineage, count: int = 10, **options: Unpack[FamiliesOptions]) -> Layout:
    """Where everything in the figure of the largest families goes, as numbers.

    A model is in the family of the root that its primary parents lead up to, by relations that pass weights on. Of each
    family there are the first model and those that begin its largest branches, each with the number of all models that
    branch off it; what else branches off the first model is folded by the relation that it begins with.

    Parameters
    ----------
    lineage : Lineage
        All models.
    count : int
        How many families.
    branches : int
        How many branches of each have a node of their own, at the most; by default 3.
    title, page, font_size, direction : optional
        As for `modeltree.figures.recipes.family_tree_layout`.
    color_by : {"openness", "family", "organization", "domain", "license"} or callable, optional
        As there; by default color tells the first models of families from those of branches.

    Returns
    -------
    Layout
        In points.
    """
    return _largest(lineage, count, options)[1]


def _largest(lineage: Lineage, count: int, options: FamiliesOptions) -> tuple[TreeContents, Layout]:
    branches = options.get("branches", 3)
    if count < 1 or branches < 0:
        raise ValueError(f"{count} families with {branches} branches are no figure: say 1 or more, and 0 or more")
    part, abridgement = abridged_families(lineage, count, branches)

    def place(model: Model) -> str:
        return _FIRST if model.id in abridgement.roots else _BRANCH if model.id in abridgement.labels else _OTHER

    contents = TreeContents.of(
        part,
        title=options.get("title"),
        relations="weights",
        color_by=options.get("color_by") or place,
        abridgement=abridgement,
    )
    layout = family_tree_placed(
        contents, options.get("page"), options.get("font_size"), options.get("direction", "right")
    )
    return contents, layout


def _points(page: PageSize | None) -> tuple[float, float | None]:
    """A page in points."""
    width, height = page_size(page) if isinstance(page, str) else page or _PAGE
    return (width * _INCH, None if height is None else height * _INCH)


def _drawn(chart: Chart, theme: Theme, name: str, described: str) -> Figure:
    from modeltree.draw.charts import ChartLook, chart_figure

    title = next((line.text for line in chart.texts if line.role == "title"), name)
    notes = " ".join(line.text for line in chart.texts if line.role == "footnote")
    return chart_figure(chart, ChartLook(theme, _fills(theme)), (title, f"{described}. {notes}"))


def _fills(theme: Theme) -> dict[str, str]:
    """The colors of areas; each relation has the same in every chart."""
    named = zip(map(str, NAMED_RELATIONS), theme.categories, strict=False)
    ground = theme.year_fill if contrast(theme.year_fill, theme.page) < 3 else theme.guide
    return {
        "none": mixed(theme.page, theme.ink, 0.17),
        "other": theme.quiet,
        "year": theme.year_fill,
        "range": ground,
        "quartiles": mixed(ground, theme.ink, 0.35),
        **{key: paint.fill for key, paint in named},
    }
