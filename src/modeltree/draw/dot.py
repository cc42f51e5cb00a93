"""A diagram as DOT: boxes, links between them, clusters and a timeline, in Graphviz's own language.

What is written is any text, and in DOT much of it has a meaning: a backslash, ``&``, ``<b>`` and a colon in a node's
name among them. Each kind of text is escaped here for the place where it stands.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import graphviz
from graphviz.quoting import attr_list, quote

from modeltree.draw.colors import mixed
from modeltree.draw.fonts import measure
from modeltree.draw.style import Style
from modeltree.draw.theme import Stroke, Theme

__all__ = ["Arrow", "Cluster", "Diagram", "Direction", "Node", "Rank", "digraph", "label_text", "node_name"]

Direction = Literal["LR", "TB"]
"""Which way descent runs: from left to right, or from top to bottom."""

_FONT = "Inter,Helvetica,Arial,sans-serif"
_SIZE = 11.0
_SMALL = 9.5
_PADDING = 20.0  # beside a text, both sides together, in points
_INCH = 72.0
_MOST_LETTERS = 40  # on a line
_MOST_TOLD = 1000  # letters in a tooltip; Graphviz reads no text of more than 16384 bytes
_PEN = 1.1
# Graphviz has three kinds of line; heads tell apart what they do not.
_HEADS: Mapping[str, str] = {
    "pruning": "tee",
    "merge": "diamond",
    "component": "dot",
    "distillation": "onormal",
    "successor": "vee",
    "replication": "vee",
    "architecture": "vee",
    "application": "odot",
    "data": "box",
    "generated": "obox",
    "unspecified": "open",
}
# What XML cannot hold, and so neither SVG, nor UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"(&#?\w+);")


@dataclass(frozen=True, slots=True)
class Node:
    """A box.

    Parameters
    ----------
    id : str
        What links refer to it by; it has no white space.
    label : str
        What is written in it.
    style : Style
        How it looks, what is said of it and where it leads to.
    """

    id: str
    label: str
    style: Style


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link from one box to another.

    Parameters
    ----------
    tail, head : str
        The boxes that it joins.
    relation : str
        What decides how it looks.
    tooltip : str
        What is said of it.
    url : str, optional
        Where it leads to.
    ranked : bool
        Whether its head must come after its tail.
    """

    tail: str
    head: str
    relation: str
    tooltip: str = ""
    url: str | None = None
    ranked: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """Boxes on a ground of their own, and what is written on it."""

    caption: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """Boxes at the same place in time, and what the timeline says there; nothing where it is None."""

    caption: str | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that is drawn.

    Parameters
    ----------
    title : str
        What stands above; nothing where it is empty.
    nodes : tuple of Node
        The boxes.
    arrows : tuple of Arrow
        The links.
    clusters : tuple of Cluster
        Which boxes are drawn together; each is in one at most.
    ranks : tuple of Rank
        Which boxes are level, in order of time; each is in one at most.
    legend : tuple of (str, Style)
        What colors mean: texts, each in a box that shows one.
    links : tuple of str
        The relations that the legend shows.
    """

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    ranks: tuple[Rank, ...] = ()
    legend: tuple[tuple[str, Style], ...] = ()
    links: tuple[str, ...] = ()


def node_name(id: str) -> str:
    r"""The name of a node in DOT: its id, each backslash twice, and one before a percent sign at the beginning.

    In DOT a backslash at the end of a name would hide the quote that ends it, and nodes whose names begin with a
    percent sign are one without a name each time.

    Examples
    --------
    >>> print(node_name("meta-llama/Llama-2-7b"), node_name("50\\50"), node_name("%7B"))
    meta-llama/Llama-2-7b 50\\50 \%7B
    """
    name = _writable(id).replace("\\", "\\\\")
    return f"\\{name}" if name.startswith("%") else name


def label_text(text: str) -> str:
    r"""A text as a label that shows it as it is, in lines that are not too long.

    Examples
    --------
    >>> print(label_text("A \\N & <b>"))
    A \\N &amp; <b>
    """
    return _no_html("\\n".join(map(_literal, _wrapped(text))))


def digraph(diagram: Diagram, theme: Theme, direction: Direction = "LR") -> graphviz.Digraph:
    """The diagram in DOT."""
    graph = graphviz.Digraph(
        name=_no_html(node_name(diagram.title)) if diagram.title else None,
        graph_attr=_page(diagram, theme, direction),
        node_attr=_box(theme),
        edge_attr={"arrowsize": "0.65"},
    )
    graph.body += _lines(diagram, theme, direction)
    return graph


def _lines(diagram: Diagram, theme: Theme, direction: Direction) -> Iterator[str]:
    """What is in the diagram, as lines of DOT; the package would take a colon in a name for the start of a port."""
    inside = {id: place for place, cluster in enumerate(diagram.clusters) for id in cluster.members}
    within: list[list[str]] = [[] for _ in diagram.clusters]
    for node in diagram.nodes:
        statement = f"{_quoted(node.id)}{_attributes(_node(node))}"
        if node.id in inside:
            within[inside[node.id]].append(statement)
        else:
            yield f"\t{statement}\n"
    for place, (cluster, statements) in enumerate(zip(diagram.clusters, within, strict=True)):
        yield from _block(f"cluster_{place}", _ground(cluster, theme), statements)
    yield from _timeline(diagram.ranks, theme)
    # Arrows leave a box at one place, and so as a fan, and reach one where they come from: their heads stay apart.
    start = {"tailport": "e" if direction == "LR" else "s"}
    for arrow in diagram.arrows:
        attributes: dict[str, str | None] = {
            **_line(arrow.relation, theme),
            "tooltip": _tooltip(arrow.tooltip),
            "URL": _address(arrow.url),
        }
        attributes |= start if arrow.ranked else {"constraint": "false"}
        yield f"\t{_quoted(arrow.tail)} -> {_quoted(arrow.head)}{_attributes(attributes)}\n"
    yield from _legend(diagram, theme, direction)


def _timeline(ranks: Iterable[Rank], theme: Theme) -> Iterator[str]:
    previous = None
    for place, rank in enumerate(ranks):
        # No id has a space in it, so these are no boxes' names.
        anchor = quote(f"timeline {place}")
        looks: dict[str, str | None] = {"label": "", "width": "0", "height": "0", "style": "invis"}
        if rank.caption is not None:
            looks = {"label": label_text(rank.caption), "fontcolor": theme.quiet, "fontsize": "15", "style": "solid"}
        statements = [f"{anchor}{_attributes({**looks, 'shape': 'plaintext', 'tooltip': ' '})}"]
        if previous is not None:
            yield f"\t{previous} -> {anchor} [style=invis weight=100]\n"
        yield from _block(None, {"rank": "same"}, [*statements, *map(_quoted, rank.members)])
        previous = anchor


def _legend(diagram: Diagram, theme: Theme, direction: Direction) -> Iterator[str]:
    """Samples of the colors and of the links: rows, each of two boxes as high and as wide as in all others."""
    texts = [text for text, _ in diagram.legend] + list(diagram.links)
    width = max((_width(text, _SMALL) for text in texts), default=0.0)
    size = {"height": "0.24", "width": f"{width:.2f}", "fontsize": f"{_SMALL:g}"}
    unseen = {"label": "", "shape": "plaintext", "style": "invis", "height": "0.24", "width": "0.02", "margin": "0"}
    aligned = "\\l" if direction == "LR" else ""
    tails = [quote(f"legend {place}") for place in range(len(texts))]
    statements = []
    for place, (tail, text) in enumerate(zip(tails, texts, strict=True)):
        head = quote(f"legend {place} text")
        if place < len(diagram.legend):
            box = {**_node(Node("", text, diagram.legend[place][1])), **size}
            sample: dict[str, str] = {"style": "invis"}
        else:
            box = {
                "label": label_text(text) + aligned,
                "shape": "plaintext",
                "style": "solid",
                "fontcolor": theme.ink,
                **size,
            }
            sample = {**_line(text, theme), "tooltip": text}
        statements += [
            f"{tail}{_attributes(unseen)}",
            f"{head}{_attributes({'tooltip': ' ', **box})}",
            f"{tail} -> {head}{_attributes(sample)}",
        ]
    if texts:
        # Arrows between what is level say which is first; from left to right, what is first is at the bottom.
        ordered = tails[::-1] if direction == "LR" else tails
        statements.append("{rank=same " + " -> ".join(ordered) + " [style=invis]}")
        yield from _block("cluster_legend", {"label": "", "style": "invis", "tooltip": " "}, statements)


def _page(diagram: Diagram, theme: Theme, direction: Direction) -> dict[str, str]:
    title = {"label": label_text(diagram.title), "labelloc": "t", "labeljust": "l"} if diagram.title else {}
    return {
        **title,
        "bgcolor": theme.page,
        "charset": "UTF-8",
        "fontcolor": theme.ink,
        "fontname": _FONT,
        "fontsize": "18",
        "newrank": "true",  # or boxes in different clusters could not be level
        "nodesep": "0.14",
        "pad": "0.25",
        "rankdir": direction,
        "ranksep": "0.75" if direction == "LR" else "0.6",
        "splines": "true",
        "tooltip": " ",
    }


def _box(theme: Theme) -> dict[str, str]:
    return {
        "fontname": _FONT,
        "fontsize": f"{_SIZE:g}",
        "height": "0.3",
        "margin": "0.1,0.04",
        "penwidth": f"{theme.edge_width:g}",
        "shape": "box",
        "style": "rounded,filled",
    }


def _ground(cluster: Cluster, theme: Theme) -> dict[str, str]:
    return {
        "label": label_text(cluster.caption),
        "tooltip": _tooltip(cluster.caption),
        "labeljust": "r",  # arrows come in from the left
        "fontname": _FONT,
        "fontsize": f"{_SIZE:g}",
        "fontcolor": theme.quiet,
        "style": "rounded,filled",
        "fillcolor": theme.band,
        "color": mixed(theme.band, theme.ink, 0.08),
        "margin": "12",
    }


def _node(node: Node) -> dict[str, str | None]:
    paint = node.style.paint
    return {
        "label": label_text(node.label),
        "tooltip": _tooltip(node.style.name or node.label),
        "URL": _address(node.style.url),
        "width": f"{_width(node.label, _SIZE):.2f}",
        "fillcolor": paint.fill,
        "color": paint.edge,
        "fontcolor": paint.text,
    }


def _line(relation: str, theme: Theme) -> dict[str, str]:
    stroke = theme.strokes.get(relation, Stroke())
    kind = "solid" if not stroke.dashes else "dotted" if stroke.dashes[0] < 4 else "dashed"
    color = theme.idea if stroke.quiet else theme.descent
    head = _HEADS.get(relation, "normal")
    return {"style": kind, "penwidth": f"{_PEN * stroke.width:.2f}", "color": color, "arrowhead": head}


def _wrapped(text: str) -> list[str]:
    paragraphs = _writable(text).split("\n")
    return [line for part in paragraphs for line in textwrap.wrap(part, _MOST_LETTERS, break_on_hyphens=False)]


def _width(text: str, size: float) -> float:
    """How wide the box of a text must be at least, in inches.

    Where Inter is not installed, Graphviz measures in some other face, perhaps a narrower one than a reader has.
    """
    return (max((measure(line)[0] for line in _wrapped(text)), default=0.0) * size + _PADDING) / _INCH


def _block(name: str | None, attributes: Mapping[str, str], statements: Iterable[str]) -> Iterator[str]:
    yield f"\tsubgraph {name} {{\n" if name else "\t{\n"
    for key, value in attributes.items():
        yield f"\t\t{key}={quote(value)}\n"
    for statement in statements:
        yield f"\t\t{statement}\n"
    yield "\t}\n"


def _attributes(attributes: Mapping[str, str | None]) -> str:
    return str(attr_list(kwargs={key: value for key, value in attributes.items() if value is not None}))


def _quoted(id: str) -> str:
    return str(quote(_no_html(node_name(id))))


def _tooltip(text: str) -> str:
    """A text as a tooltip, cut where it is very long: there Graphviz reads backslashes twice."""
    told = text if len(text) <= _MOST_TOLD else f"{text[: _MOST_TOLD - 1]}…"
    lines = _writable(told or " ").split("\n")
    return _no_html("\\n".join(_literal(line).replace("\\\\", "\\\\\\\\") for line in lines))


def _address(url: str | None) -> str | None:
    """A web address in which nothing looks like an escape or an entity, and nothing but web addresses."""
    if url is None or not re.match("https?://", url):
        return None
    return _no_html(_ENTITY.sub(r"\1%3B", _writable(url)).replace("\\", "%5C"))


def _literal(line: str) -> str:
    """A line in which no character means anything but itself."""
    return line.replace("&", "&amp;").replace("\\", "\\\\")


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _no_html(text: str) -> str:
    """A text that the package puts between quotes even where it looks like HTML."""
    marked: str = graphviz.nohtml(text)
    return marked
