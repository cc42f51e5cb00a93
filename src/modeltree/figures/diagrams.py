"""Diagrams in DOT, for Graphviz: a lineage in, a `graphviz.Digraph` out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from modeltree.draw.style import Style
from modeltree.draw.theme import LIGHT, Theme
from modeltree.figures.coloring import ColorBy, groups_of
from modeltree.figures.contents import accessible_name
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Relation, Relations, relation_set

if TYPE_CHECKING:
    import os

    import graphviz

    from modeltree.draw.dot import Arrow, Cluster, Direction, Rank

__all__ = ["ClusterBy", "RankBy", "save_diagram", "to_dot"]

ClusterBy = Literal["family", "organization"]
"""What is drawn on a ground of its own."""
RankBy = Literal["year", "step"]
"""What is level: all models of a year, or those of a year that are as many steps into it."""


def to_dot(
    lineage: Lineage,
    *,
    cluster: ClusterBy | None = "family",
    rank: RankBy | None = "year",
    relations: Relations = None,
    color_by: ColorBy = "openness",
    title: str | None = None,
    direction: Direction = "LR",
    legend: bool = True,
    theme: Theme = LIGHT,
) -> graphviz.Digraph:
    """A lineage in DOT, the language of Graphviz: a box for each model, an arrow for each derivation.

    Node names are ids, as `modeltree.draw.dot.node_name` writes them. Boxes and arrows have tooltips, and links to
    where one can read about them.

    Parameters
    ----------
    lineage : Lineage
        What to draw; models without a date, too.
    cluster : {"family", "organization"}, optional
        What is drawn on a ground of its own: models of the same family, or of the same organization, each by the one
        that it belongs to primarily. Where it is one model only, it has none.
    rank : {"year", "step"}, optional
        What is level, beside a timeline: with ``"year"`` all models of a year; with ``"step"`` those of a year that
        are as many steps of descent within that year from others, so that no arrow joins what is level. With None it
        is descent alone that decides.
    relations : optional
        The derivations that are drawn; by default all.
    color_by : {"openness", "family", "organization", "domain", "license"} or callable
        What color says, as in `modeltree.figures.recipes.evolution_layout`.
    title : str, optional
        By default that of the lineage; none where it is empty.
    direction : {"LR", "TB"}
        Whether time runs from left to right or from top to bottom.
    legend : bool
        Whether it is said what colors and lines mean.
    theme : Theme
        How it looks.

    Raises
    ------
    ValueError
        When one of the words is none of these.

    Examples
    --------
    >>> import modeltree
    >>> diagram = to_dot(modeltree.datasets.load("survey").clade("BLOOM"), relations="weights")
    >>> print(diagram.source.splitlines()[-1])
    }
    """
    from modeltree.draw.dot import Diagram, Node, digraph

    _checked("cluster", cluster, ClusterBy)
    _checked("rank", rank, RankBy)
    if direction not in ("LR", "TB"):
        raise ValueError(f"direction cannot be {direction!r}: say 'LR' or 'TB'")
    chosen = relation_set(relations)
    steps = [step for step in lineage.derivations if step.relation in chosen]
    groups = groups_of(lineage, lineage.models, color_by)
    paints = groups.paints(theme)
    ranks = tuple(_ranks(lineage, steps, rank))
    places = {id: place for place, level in enumerate(ranks) for id in level.members}
    occurring = {step.relation for step in steps}
    diagram = Diagram(
        title=(lineage.about.title or "") if title is None else title,
        nodes=tuple(
            Node(
                model.id,
                model.name,
                Style(
                    paints[groups.keys[model.id]], theme.edge_width, accessible_name(lineage, model), _address(model)
                ),
            )
            for model in lineage.models
        ),
        arrows=tuple(_arrow(lineage, step, places) for step in steps),
        clusters=tuple(_clusters(lineage, cluster)),
        ranks=ranks,
        legend=tuple((text, Style(paints[key], theme.edge_width)) for key, text in groups.legend) if legend else (),
        links=tuple(relation for relation in Relation if relation in occurring) if legend else (),
    )
    return digraph(diagram, theme, direction)


def save_diagram(diagram: graphviz.Digraph, path: str | os.PathLike[str], dpi: float = 144.0) -> None:
    """Write a diagram as SVG, PDF, PNG or DOT, by the suffix of the path: the whole file or nothing.

    It is drawn by the program ``dot`` where that is on the PATH, else by pygraphviz, which the extra ``graphviz``
    brings and which needs no other program.

    Parameters
    ----------
    diagram : graphviz.Digraph
        As `to_dot` makes it, or any other.
    path : path-like
        Ends in .svg, .pdf, .png, .dot or .gv.
    dpi : float
        Of PNG, in dots per inch.

    Raises
    ------
    ValueError
        When the suffix is none of these.
    DiagramError
        When Graphviz cannot draw it; the message is its own.
    MissingExtraError
        When there is neither ``dot`` nor pygraphviz.
    """
    from modeltree.draw.rendering import save_diagram as save

    save(diagram, path, dpi=dpi)


def _checked(name: str, word: str | None, words: object) -> None:
    known = get_args(words)
    if word is not None and word not in known:
        raise ValueError(f"{name} cannot be {word!r}: say {', '.join(map(repr, known))} or None")


def _address(model: Model) -> str | None:
    links = model.links
    return links.paper or links.code or links.weights or links.blog or links.website  # what tells most about it


def _arrow(lineage: Lineage, step: Derivation, places: dict[str, int]) -> Arrow:
    from modeltree.draw.dot import Arrow

    told = [f"{lineage[step.parent].name} → {lineage[step.child].name}: {step.relation}"]
    told += [step.note] if step.note else []
    told += step.references
    url = step.references[0].url if step.references else None
    # A child that is no later than its parent, by their dates, cannot be placed after it.
    before, after = places.get(step.parent), places.get(step.child)
    ranked = before is None or after is None or before < after
    return Arrow(step.parent, step.child, step.relation, "\n".join(told), url, ranked)


def _clusters(lineage: Lineage, by: ClusterBy | None) -> Iterator[Cluster]:
    from modeltree.draw.dot import Cluster

    if by is None:
        return
    for family in lineage.families("base" if by == "family" else "organization"):
        if len(family.primary) > 1 and family.key is not None:
            yield Cluster(family.name, family.primary)


def _ranks(lineage: Lineage, steps: Sequence[Derivation], by: RankBy | None) -> Iterator[Rank]:
    """The dated models, level by level."""
    from modeltree.draw.dot import Rank

    if by is None:
        return
    for period in lineage.timeline("year"):
        if period.date is None:
            continue
        within = _steps_within(period.ids, steps) if by == "step" else dict.fromkeys(period.ids, 0)
        for step in range(max(within.values()) + 1):
            caption = str(period.date) if step == 0 else None
            yield Rank(caption, tuple(id for id in period.ids if within[id] == step))


def _steps_within(ids: Sequence[str], steps: Sequence[Derivation]) -> dict[str, int]:
    """For each model the steps of the longest descent to it from another, through nothing but some models."""
    parents: dict[str, list[str]] = {id: [] for id in ids}
    for step in steps:
        if step.parent in parents and step.child in parents:
            parents[step.child].append(step.parent)
    depth: dict[str, int] = {}
    waiting = list(ids)
    while waiting:
        id = waiting[-1]
        missing = [parent for parent in parents[id] if parent not in depth]
        if missing:
            waiting += missing
        else:
            depth[waiting.pop()] = max((depth[parent] + 1 for parent in parents[id]), default=0)
    return depth
