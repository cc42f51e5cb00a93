"""Figures, ready made: a lineage in, a figure out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modeltree.errors import LayoutError
from modeltree.layout.furniture import Furniture
from modeltree.layout.geometry import Layout
from modeltree.layout.serpentine import Item, serpentine
from modeltree.records import Kind, Model
from modeltree.theme import LIGHT, Paint, Theme

if TYPE_CHECKING:
    import os

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modeltree.lineage import Lineage

__all__ = ["evolution_axes", "evolution_figure", "evolution_layout", "save_figure"]

_INCH = 72.0
_PAGE = (14.0, 13.5)
# So many models without a date are named in the footnote.
_MOST_NAMES = 40
_OPENNESS = {"open": "open source", "closed": "closed source", "unknown": "openness not known"}


def evolution_figure(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: tuple[float, float] = _PAGE,
    applications: bool = False,
    theme: Theme = LIGHT,
) -> Figure:
    """The evolution figure: every dated model along a serpentine of time.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title : str, optional
        By default the title of the lineage; none where it is empty.
    page : (float, float)
        The greatest width and height, in inches. Where there is little to draw the figure is less high.
    applications : bool
        Whether products are drawn beside models.
    theme : Theme
        How it looks.

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
    from modeltree.draw.saving import LayoutFigure

    layout = evolution_layout(lineage, title=title, page=page, applications=applications)
    figure = LayoutFigure(figsize=(layout.page.width / _INCH, layout.page.height / _INCH), facecolor=theme.page)
    figure.summary = (
        _title(lineage, title) or "Model evolution",
        f"A timeline of {_counted(lineage[box.id] for box in layout.boxes)} from {layout.ticks[0].id} to "
        f"{layout.ticks[-1].id}: each is a box with its name, tied to the date of its release.",
    )
    _draw(layout, lineage, figure.add_axes((0.0, 0.0, 1.0, 1.0)), theme)
    return figure


def evolution_axes(
    lineage: Lineage,
    ax: Axes | None = None,
    *,
    title: str | None = None,
    applications: bool = False,
    theme: Theme = LIGHT,
) -> Axes:
    """The evolution figure on axes of your own, in type that fits them as large as they are now.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default those of a new figure.
    title, applications, theme
        As for `evolution_figure`.
    """
    if ax is None:
        return evolution_figure(lineage, title=title, applications=applications, theme=theme).axes[0]
    figure = ax.get_figure(root=True)
    assert figure is not None
    page = (float(ax.bbox.width / figure.dpi), float(ax.bbox.height / figure.dpi))
    layout = evolution_layout(lineage, title=title, page=page, applications=applications)
    _draw(layout, lineage, ax, theme)
    ax.set_ylim(page[1] * _INCH, 0)  # where the layout takes less height, it stays at the top
    return ax


def evolution_layout(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: tuple[float, float] = _PAGE,
    applications: bool = False,
) -> Layout:
    """Where everything in the evolution figure goes, as numbers; parameters as for `evolution_figure`."""
    from modeltree.draw.fonts import measure

    chosen = _Chosen.of(lineage, applications)
    if not chosen.dated:
        raise LayoutError("there is nothing to draw: no model has a date")
    items = [
        Item(model.id, model.name, model.released, model.organizations)
        for model in chosen.dated
        if model.released is not None
    ]
    occurring = {_openness(model) for model in chosen.dated}
    furniture = Furniture(
        title=_title(lineage, title),
        legend=tuple((key, text) for key, text in _OPENNESS.items() if key in occurring),
        footnote=tuple(_footnote(lineage, chosen)),
    )
    return serpentine(items, measure, page=(page[0] * _INCH, page[1] * _INCH), furniture=furniture)


def save_figure(figure: Figure, path: str | os.PathLike[str], dpi: float = 200.0) -> None:
    """Write a figure as SVG, PDF or PNG, by the suffix of the path: the whole file or nothing."""
    from modeltree.draw.saving import save_figure as save

    save(figure, path, dpi=dpi)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What of a lineage is drawn, and what is left out for want of a date or as a product."""

    dated: tuple[Model, ...]
    undated: tuple[Model, ...]
    products: tuple[Model, ...]

    @classmethod
    def of(cls, lineage: Lineage, applications: bool) -> _Chosen:
        products = tuple(model for model in lineage.models if model.kind == Kind.APPLICATION and not applications)
        left_out = {model.id for model in products}
        wanted = [model for model in lineage.models if model.id not in left_out]
        return cls(
            tuple(model for model in wanted if model.released),
            tuple(model for model in wanted if not model.released),
            products,
        )


def _title(lineage: Lineage, title: str | None) -> str | None:
    return lineage.about.title if title is None else title


def _footnote(lineage: Lineage, chosen: _Chosen) -> Iterator[str]:
    parts = [f"Drawn: {_counted(chosen.dated)}, every one that has a date."]
    if chosen.products:
        parts.append(f"Left out: products that run on models ({len(chosen.products):,}).")
    if lineage.about.date:
        parts.append(f"Data as of {lineage.about.date}.")
    yield " ".join(parts)
    if chosen.undated:
        names = [model.name for model in chosen.undated[:_MOST_NAMES]]
        if more := len(chosen.undated) - len(names):
            names.append(f"and {more:,} more")
        yield f"Left out because no date is known: {', '.join(names)}."


def _counted(models: Iterable[Model]) -> str:
    """How many there are of each kind, in words."""
    numbers = Counter(model.kind for model in models)
    things = ((numbers[Kind.MODEL], "model"), (numbers[Kind.APPLICATION], "product"))
    return " and ".join(f"{number:,} {thing}{'s' if number != 1 else ''}" for number, thing in things if number)


def _openness(model: Model) -> str:
    return str(model.openness) if model.openness else "unknown"


def _draw(layout: Layout, lineage: Lineage, ax: Axes, theme: Theme) -> None:
    from modeltree.draw.mpl import draw_layout

    paints: dict[str, Paint] = {box.id: theme.openness[_openness(lineage[box.id])] for box in layout.boxes}
    links = {box.id: address for box in layout.boxes if (address := _address(lineage[box.id]))}
    names = {record.id: record.name for record in lineage.organizations.values()}
    draw_layout(layout, ax, theme, paints, theme.openness, names, links)


def _address(model: Model) -> str | None:
    """Where the name of a model leads to: what tells most about it."""
    links = model.links
    return links.paper or links.code or links.weights or links.blog or links.website
