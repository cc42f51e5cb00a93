"""How what a figure shows looks: contents and a theme become the styles of all labels."""

from __future__ import annotations

import os
from dataclasses import replace

from modeltree.draw.icons import Badge, badge, icons_in
from modeltree.draw.style import Look, Style
from modeltree.draw.theme import Paint, Theme, faint
from modeltree.figures.contents import Contents, accessible_name
from modeltree.figures.tree_contents import TreeContents
from modeltree.records import Model

__all__ = ["look_of", "tree_look_of"]


def look_of(contents: Contents | TreeContents, theme: Theme, icon_dir: str | os.PathLike[str] | None) -> Look:
    """How everything in a figure looks.

    Parameters
    ----------
    contents : Contents or TreeContents
        What is drawn.
    theme : Theme
        Colors and widths.
    icon_dir : path-like, optional
        A folder with icons of organizations.
    """
    paints = contents.groups.paints(theme)
    outline = Paint(theme.page, theme.outline, theme.ink)
    swatches = {key: Style(paint, theme.edge_width) for key, paint in paints.items()}
    swatches["outline"] = Style(outline, theme.strong_width)
    labels = {model.id: _style(contents, model, theme, paints) for model in contents.models}
    return Look(theme, labels, swatches, _marks(contents, theme, icon_dir))


def _style(contents: Contents | TreeContents, model: Model, theme: Theme, paints: dict[str, Paint]) -> Style:
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


def _marks(
    contents: Contents | TreeContents, theme: Theme, icon_dir: str | os.PathLike[str] | None
) -> dict[str, Badge | bytes]:
    """What stands for each organization that made a model which is drawn."""
    makers = dict.fromkeys(id for model in contents.models for id in model.organizations)
    organizations = [contents.lineage.organizations[id] for id in makers]
    marks: dict[str, Badge | bytes] = {
        record.id: badge(record.name, theme.badge_lightness, theme.badge_saturation) for record in organizations
    }
    if icon_dir is not None:
        marks.update(icons_in(icon_dir, organizations))
    return marks


def tree_look_of(contents: TreeContents, theme: Theme, icon_dir: str | os.PathLike[str] | None) -> Look:
    """How everything in a family tree looks: as `look_of`, and nodes that stand for several or have no date."""
    look = look_of(contents, theme, icon_dir)
    folded = Style(Paint(theme.panel, theme.quiet, theme.ink), theme.edge_width)
    inferred = Style(theme.none, theme.edge_width, dashed=True)
    labels = dict(look.labels)
    for entry in contents.genealogy.entries:
        if entry.folded:
            paint = folded.paint if contents.strong is None else faint(folded.paint, theme)
            labels[entry.id] = replace(folded, paint=paint, name=entry.label, faint=contents.strong is not None)
        elif entry.inferred:
            style = labels[entry.id]
            name = f"{style.name}, date inferred"
            labels[entry.id] = replace(style, name=name, dashed=True, width=max(style.width, theme.edge_width))
    return replace(look, labels=labels, swatches={**look.swatches, "folded": folded, "inferred": inferred})
