"""A diagram as DOT, Graphviz's language, and DOT as a picture: by the program ``dot``, else by pygraphviz.

What is written is any text, and in DOT much of it has a meaning: a backslash, ``&``, ``<b>`` and a colon in a node's
name among them. Each kind of text is escaped here for the place where it stands.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import IO, Literal
from xml.parsers import expat

import graphviz
from graphviz.quoting import attr_list, quote

from modeltree._util.text import UNWRITABLE, printable
from modeltree.draw.display import Style
from modeltree.draw.fonts import DIRECTION, FAMILY, INTER, REGULAR, Typeface, font_file, is_bidirectional, real_name
from modeltree.draw.theme import Stroke, Theme, mixed
from modeltree.findings import DiagramError, MissingExtraError
from modeltree.layout.sheet import INCH

Direction = Literal["LR", "TB"]
"""Where descent runs to: from left to right, or from top to bottom."""

_OTHERS = "Inter,Helvetica,Arial,sans-serif"
_FONTS = """<?xml version="1.0"?>
<fontconfig>{folders}<include>{others}</include></fontconfig>
"""
# What a system knows of its typefaces, where it has such a file.
_SYSTEM_FONTS = "/etc/fonts/fonts.conf"
_SIZE = 11.0
_SMALL = 9.5
_PADDING = 20.0  # beside a text, both sides together, in points
_MOST_LETTERS = 40  # on a line
_LONGEST_TOOLTIP = 1000  # letters in a tooltip; Graphviz reads no text of more than 16384 bytes
_PEN = 1.1
# Graphviz has three kinds of line; heads distinguish the other relations.
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
# The library in this process can draw one picture at a time.
_ONE_AT_A_TIME = threading.Lock()
_PDF_DATE = re.compile(rb"/CreationDate \(D:[^)]*\)")
_TAG, _ROOT = re.compile("<[^>]*>"), re.compile(rb"<svg[^>]*>")
_ENTITY = re.compile(r"(&#?\w+);")
_AMPERSAND = re.compile(
    rb"&(?:(?P<name>amp|lt|gt|quot|apos)|#(?P<decimal>[0-9]{1,9})|#x(?P<hexadecimal>[0-9A-Fa-f]{1,9}));|&"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A box."""

    id: str  # without white space
    label: str
    style: Style


@dataclass(frozen=True, slots=True)
class DotArrow:
    """A link from one box to another."""

    tail: str
    head: str
    relation: str  # what decides how it looks
    tooltip: str = ""
    url: str | None = None
    ranked: bool = True  # whether its head must come after its tail


@dataclass(frozen=True, slots=True)
class Cluster:
    """Boxes on a common ground with a caption."""

    caption: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """Boxes at the same level, and what the timeline says there, if anything."""

    caption: str | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that is drawn; a box is in one cluster and in one rank at most."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[DotArrow, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    ranks: tuple[Rank, ...] = ()  # in order of time
    legend: tuple[tuple[str, Style], ...] = ()  # what colors mean
    note: str = ""  # below the title: what is left out
    links: tuple[tuple[str, str], ...] = ()  # the relations that the legend shows, and what it calls them
    typeface: Typeface = INTER


def node_name(id: str) -> str:
    """The name of a node in DOT: its id, each backslash twice, and one before a percent sign at the beginning."""
    # In DOT a backslash at the end of a name would hide the quote that ends it, and nodes whose names begin with a
    # percent sign are one without a name each time.
    name = id.replace("\\", "\\\\")
    return f"\\{name}" if name.startswith("%") else name


def label_text(text: str) -> str:
    """A text as a label that shows it as it is, in lines that are not too long."""
    return _no_html("\\n".join(map(_literal, _wrapped(text))))


def digraph(diagram: Diagram, theme: Theme, direction: Direction = "LR") -> graphviz.Digraph:
    """The diagram in DOT."""
    graph = graphviz.Digraph(
        name=_no_html(node_name(printable(diagram.title))) if diagram.title else None,
        graph_attr=_page(diagram, theme, direction),
        node_attr=_box(theme, diagram.typeface),
        edge_attr={"arrowsize": "0.65"},
    )
    graph.body += _lines(diagram, theme, direction)
    return graph


def _lines(diagram: Diagram, theme: Theme, direction: Direction) -> Iterator[str]:
    """The diagram as lines of DOT, written here since the package takes a colon in a name for the start of a port."""
    inside = {id: index for index, cluster in enumerate(diagram.clusters) for id in cluster.members}
    within: list[list[str]] = [[] for _ in diagram.clusters]
    for node in diagram.nodes:
        statement = f"{_quoted(node.id)}{_attributes(_node(node, diagram.typeface))}"
        if node.id in inside:
            within[inside[node.id]].append(statement)
        else:
            yield f"\t{statement}\n"
    for index, (cluster, statements) in enumerate(zip(diagram.clusters, within, strict=True)):
        yield from _block(f"cluster_{index}", _ground(cluster, theme, diagram.typeface), statements)
    yield from _timeline(diagram.ranks, theme)
    # Arrows leave a box at one point, as a fan, and reach a box wherever they meet it, so that their heads stay apart.
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
    for index, rank in enumerate(ranks):
        # Ids have no space, so this is not the name of a box.
        anchor = quote(f"timeline {index}")
        looks: dict[str, str | None] = {"label": "", "width": "0", "height": "0", "style": "invis"}
        if rank.caption is not None:
            looks = {"label": label_text(rank.caption), "fontcolor": theme.quiet, "fontsize": "15", "style": "solid"}
        statements = [f"{anchor}{_attributes({**looks, 'shape': 'plaintext', 'tooltip': ' '})}"]
        if previous is not None:
            yield f"\t{previous} -> {anchor} [style=invis weight=100]\n"
        yield from _block(None, {"rank": "same"}, [*statements, *map(_quoted, rank.members)])
        previous = anchor


def _legend(diagram: Diagram, theme: Theme, direction: Direction) -> Iterator[str]:
    """Samples of the colors and of the links, in rows of two boxes of the same size."""
    texts = [text for text, _ in diagram.legend] + [text for _, text in diagram.links]
    width = max((_width(text, _SMALL, diagram.typeface) for text in texts), default=0.0)
    size = {"height": "0.24", "width": f"{width:.2f}", "fontsize": f"{_SMALL:g}"}
    unseen = {"label": "", "shape": "plaintext", "style": "invis", "height": "0.24", "width": "0.02", "margin": "0"}
    aligned = "\\l" if direction == "LR" else ""
    tails = [quote(f"legend {index}") for index in range(len(texts))]
    statements = []
    for index, (tail, text) in enumerate(zip(tails, texts, strict=True)):
        head = quote(f"legend {index} text")
        if index < len(diagram.legend):
            box = {**_node(Node("", text, diagram.legend[index][1]), diagram.typeface), **size}
            sample: dict[str, str] = {"style": "invis"}
        else:
            box = {
                "label": label_text(text) + aligned,
                "shape": "plaintext",
                "style": "solid",
                "fontcolor": theme.ink,
                **size,
            }
            relation, _ = diagram.links[index - len(diagram.legend)]
            sample = {**_line(relation, theme), "tooltip": _tooltip(text)}
        statements += [
            f"{tail}{_attributes(unseen)}",
            f"{head}{_attributes({'tooltip': ' ', **box})}",
            f"{tail} -> {head}{_attributes(sample)}",
        ]
    if texts:
        # Arrows within a rank set the order; from left to right, the first is at the bottom.
        ordered = tails[::-1] if direction == "LR" else tails
        statements.append("{rank=same " + " -> ".join(ordered) + " [style=invis]}")
        yield from _block("cluster_legend", {"label": "", "style": "invis", "tooltip": " "}, statements)


def _page(diagram: Diagram, theme: Theme, direction: Direction) -> dict[str, str]:
    words = "\n".join(filter(None, (diagram.title, diagram.note)))
    title = {"label": label_text(words), "labelloc": "t", "labeljust": "l"} if words else {}
    return {
        **title,
        "bgcolor": theme.page,
        "charset": "UTF-8",
        "fontcolor": theme.ink,
        "fontname": _font_names(diagram.typeface),
        "fontsize": "18",
        "newrank": "true",  # or boxes in different clusters could not be level
        "nodesep": "0.14",
        "pad": "0.25",
        "rankdir": direction,
        "ranksep": "0.75" if direction == "LR" else "0.6",
        "splines": "true",
        "tooltip": " ",
    }


def _font_names(typeface: Typeface) -> str:
    return ",".join([*(real_name(family) for family in typeface.asked), _OTHERS])


def _box(theme: Theme, typeface: Typeface) -> dict[str, str]:
    return {
        "fontname": _font_names(typeface),
        "fontsize": f"{_SIZE:g}",
        "height": "0.3",
        "margin": "0.1,0.04",
        "penwidth": f"{theme.edge_width:g}",
        "shape": "box",
        "style": "rounded,filled",
    }


def _ground(cluster: Cluster, theme: Theme, typeface: Typeface) -> dict[str, str]:
    return {
        "label": label_text(cluster.caption),
        "tooltip": _tooltip(cluster.caption),
        "labeljust": "r",  # arrows come in from the left
        "fontname": _font_names(typeface),
        "fontsize": f"{_SIZE:g}",
        "fontcolor": theme.quiet,
        "style": "rounded,filled",
        "fillcolor": theme.band,
        "color": mixed(theme.band, theme.ink, 0.08),
        "margin": "12",
    }


def _node(node: Node, typeface: Typeface) -> dict[str, str | None]:
    paint = node.style.paint
    return {
        "label": label_text(node.label),
        "tooltip": _tooltip(node.style.name or node.label),
        "URL": _address(node.style.url),
        "width": f"{_width(node.label, _SIZE, typeface):.2f}",
        "fillcolor": paint.fill,
        "color": paint.edge,
        "fontcolor": paint.text,
    }


def _line(relation: str, theme: Theme) -> dict[str, str]:
    stroke = theme.strokes.get(relation, Stroke())
    kind = "solid" if not stroke.dashes else "dotted" if stroke.dashes[0] < 4 else "dashed"
    color: str = getattr(theme, stroke.kind)
    head = _HEADS.get(relation, "normal")
    return {"style": kind, "penwidth": f"{_PEN * stroke.width:.2f}", "color": color, "arrowhead": head}


def _wrapped(text: str) -> list[str]:
    paragraphs = map(printable, text.split("\n"))
    return [line for part in paragraphs for line in textwrap.wrap(part, _MOST_LETTERS, break_on_hyphens=False)]


def _width(text: str, size: float, typeface: Typeface) -> float:
    """The least width of the box of a text, in inches."""
    # Where it does not find the typeface, Graphviz measures in some other, perhaps a narrower one than a reader has.
    return (max((typeface.measure(line)[0] for line in _wrapped(text)), default=0.0) * size + _PADDING) / INCH


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
    """A text as a tooltip, where Graphviz reads backslashes twice; a very long one is cut."""
    shown = text if len(text) <= _LONGEST_TOOLTIP else f"{text[: _LONGEST_TOOLTIP - 1]}…"
    lines = (shown or " ").split("\n")
    return _no_html("\\n".join(_literal(printable(line)).replace("\\\\", "\\\\\\\\") for line in lines))


def _address(url: str | None) -> str | None:
    """A web address in which nothing looks like an escape or an entity; None for anything else."""
    if url is None or not re.match("https?://", url):
        return None
    return _no_html(_ENTITY.sub(r"\1%3B", url).replace("\\", "%5C"))


def _literal(line: str) -> str:
    """A line with its special characters escaped."""
    return line.replace("&", "&amp;").replace("\\", "\\\\")


def _no_html(text: str) -> str:
    """A text that the package quotes even if it looks like HTML."""
    marked: str = graphviz.nohtml(text)
    return marked


# Drawing it


def rendered(source: str, kind: str, typeface: Typeface = INTER) -> bytes:
    """DOT as a picture in one of Graphviz's formats; a DiagramError says in Graphviz's words why there is none."""
    data = _by_program(source, kind, typeface) if shutil.which("dot") else _in_process(source, kind)
    if kind == "pdf":  # with its date blanked it is the same file each time
        return _PDF_DATE.sub(lambda match: b" " * len(match[0]), data)
    return _with_typeface(_well_formed(data), typeface) if kind == "svg" else data


def _by_program(source: str, kind: str, typeface: Typeface) -> bytes:
    try:
        with _font_settings(typeface) as settings:
            command = ["dot", "-Kdot", f"-T{kind}"]
            return subprocess.run(  # noqa: S603
                command, input=source.encode(), capture_output=True, check=True, env={**os.environ, **settings}
            ).stdout
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode(errors="replace") if error.stderr else f"dot ended with {error.returncode}"
        raise DiagramError(_failure(kind, message)) from error
    except OSError as error:
        raise DiagramError(f"cannot run the dot that is on the PATH, {shutil.which('dot')}: {error}") from error


@contextmanager
def _font_settings(typeface: Typeface) -> Iterator[dict[str, str]]:
    """The environment in which Graphviz finds the typeface beside those that are installed."""
    others = os.environ.get("FONTCONFIG_FILE", _SYSTEM_FONTS)
    if not Path(others).is_file():
        yield {}
        return
    folders = {str(Path(font_file(family, REGULAR)).parent) for family in (*typeface.asked, FAMILY)}
    lines = "".join(f"<dir>{escape(folder)}</dir>" for folder in sorted(folders))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fonts.conf")
        path.write_text(_FONTS.format(folders=lines, others=escape(others)), encoding="utf-8")
        yield {"FONTCONFIG_FILE": str(path)}


def _with_typeface(svg: bytes, typeface: Typeface) -> bytes:
    """The SVG with the glyphs that it uses embedded, under the names by which it asks for them."""
    rules = typeface.rules(unescape(_TAG.sub("", svg.decode())), REGULAR, real=True)
    direction = DIRECTION if is_bidirectional(svg.decode()) else ""
    style = f"<style>{direction}{''.join(rules)}</style>"
    return _ROOT.sub(lambda match: match[0] + style.encode(), svg, count=1)


def _in_process(source: str, kind: str) -> bytes:
    try:
        import pygraphviz
    except ImportError as error:
        raise MissingExtraError(
            f"drawing {kind.upper()} needs Graphviz: install it (https://graphviz.org/download), so that dot is on the "
            "PATH, or the extra graphviz, which brings it along: pip install 'modeltree-lineage[graphviz]'"
        ) from error
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as errors, _errors_into(errors):
        try:
            return bytes(pygraphviz.AGraph(string=source).draw(format=kind, prog="dot"))
        # The exception depends on where the library failed; an unknown format is a TypeError.
        except (ValueError, TypeError, OSError) as error:
            errors.seek(0)
            text = errors.read().decode(errors="replace")
            raise DiagramError(_failure(kind, text or str(error))) from error


@contextmanager
def _errors_into(file: IO[bytes]) -> Iterator[None]:
    """Redirect to a file what a C library writes to standard error: failures, and warnings of fonts."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)


def _failure(kind: str, message: str) -> str:
    lines = [
        line.strip() for line in message.splitlines() if line.strip() and not line.startswith("Fontconfig warning")
    ]
    return f"Graphviz cannot draw this as {kind}: {' '.join(lines)}"


def _well_formed(svg: bytes) -> bytes:
    """The SVG in which each ampersand begins a reference of XML: Graphviz passes on what looks like one of HTML."""
    repaired = _AMPERSAND.sub(_reference, svg)
    try:
        expat.ParserCreate().Parse(repaired, True)
    except expat.ExpatError as error:
        raise DiagramError(f"Graphviz has drawn an SVG that is not well-formed: {error}") from error
    return repaired


def _reference(match: re.Match[bytes]) -> bytes:
    """What an ampersand begins, if that is in XML, else the characters themselves."""
    decimal, hexadecimal = match["decimal"], match["hexadecimal"]
    if decimal or hexadecimal:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        named = number < 0x110000 and not UNWRITABLE.match(chr(number))
    else:
        named = match["name"] is not None
    return match[0] if named else b"&amp;" + match[0][1:]
