"""Graphs in XML: GraphML, which NetworkX, igraph, yEd, Neo4j and many others take, and GEXF, the format of Gephi.

GraphML carries everything that a lineage has: nodes are ids, and all else is in attributes of type string. In GEXF,
written as version 1.2, the days of release are on Gephi's timeline. ``docs/formats.md`` has what is read as what.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import SubElement
from xml.sax.saxutils import escape

from modeltree._util.files import write_whole
from modeltree._util.progress import Progress, no_progress
from modeltree.findings import Finding, InvalidDateError, Position, shown
from modeltree.formats.graphs.graph_claims import (
    Direction,
    Element,
    GraphClaims,
    graph_to_write,
    read_xml,
    refuse_graph,
    writer,
)
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import losses, refuse_larger
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, PartialDate, Relation
from modeltree.values.addresses import is_web_address, link_field

_GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
_IN_ATTRIBUTES = {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"}
_OWNERS = ("node", "edge", "graph", "graphml")

_CREATOR = "modeltree"
_GRAPH = {"mode": "dynamic", "timeformat": "date", "defaultedgetype": "directed", "idtype": "string"}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ].*)?)?)?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?|[0-9](\.[0-9]{1,15})?[eE]\+?[0-9]{1,2}")
_STARTS = ("start", "startopen", "timestamp", "timestamps", "intervals", "datefrom")
_TIMES = frozenset({*_STARTS, "end", "endopen"})
_NOT_READ = ("color", "position", "size", "shape", "thickness", "slice", "keywords")
_YEARS = range(1900, 2101)


# GraphML


@reader
def read_graphml(
    path: str | os.PathLike[str], *, relation: Relation | str | None = None, direction: Direction = "parent-to-child"
) -> Claims:
    """Read a GraphML file."""
    graph = GraphClaims(direction, relation)
    file = _GraphmlFile(graph)
    read_xml(Path(path), "graphml", "GraphML", file.opened, file.closed)
    return graph.finished()


class _GraphmlFile:
    """What is known of a GraphML file while it is read."""

    def __init__(self, graph: GraphClaims) -> None:
        self.graph = graph
        self.names: dict[str, str] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        self.arrows: dict[Position, tuple[bool, bool]] = {}
        """Whether yEd draws an arrow head at the source and the target of an edge, by the position of the edge."""
        self.undirected: Position | None = None
        """Where it is said that edges have no direction if they do not say otherwise."""
        self.groups: list[tuple[Element, dict[str, str]]] = []
        self.ends: set[str] = set()

    def opened(self, element: Element) -> None:
        """Nothing is known before an element is closed, but what the nodes of a graph are in."""
        if element.tag == "graph" and element.inside("node"):
            self.graph.ignored("that a graph is inside a node", element.position)
        elif element.tag == "graph" and element.attributes.get("edgedefault") == "undirected":
            self.undirected = element.position

    def closed(self, element: Element) -> None:
        """Take what an element says."""
        attributes, around, where = element.attributes, element.around, element.position
        match element.tag:
            case "key":
                name = attributes.get("attr.name") or attributes.get("id", "")
                self.names[attributes.get("id", "")] = name
                if "default" in element.data:
                    self.defaults.setdefault(attributes.get("for", "all"), {})[name] = element.data["default"]
            case "default" if around and around.tag == "key":
                around.gather("default", element.text)
            case "data" if around and around.tag in _OWNERS:
                self._take_data(element, around)
            case "NodeLabel" | "EdgeLabel" | "Label.Text":
                self._take_label(element)
            case "Arrows" if edge := element.inside("edge"):
                heads = tuple(attributes.get(end, "none") != "none" for end in ("source", "target"))
                self.arrows.setdefault(edge.position, (heads[0], heads[1]))
            case "node":
                self._take_node(element)
            case "edge":
                self._take_edge(element)
            case "graph" | "graphml":
                if element.tag == "graph" and element.inside("graph"):
                    return  # it says something of a node, and that it is there is reported
                self.graph.describe(self._with_defaults("graph", element.data), where)
                if element.tag == "graphml":
                    self._take_groups()
            case "hyperedge" | "port" | "desc" | "locator":
                self.graph.ignored(f"<{element.tag}>", where)

    def _take_label(self, element: Element) -> None:
        owners = {"NodeLabel": ("node",), "EdgeLabel": ("edge",)}.get(element.tag, ("node", "edge"))
        owner, label = element.inside(*owners), _label(element.text)
        if label and (owner is None or not owner.gather("label", label)):
            self.graph.ignored(f"another <{element.tag}>", element.position)

    def _take_node(self, element: Element) -> None:
        data = self._with_defaults("node", element.data)
        if element.attributes.get("yfiles.foldertype"):
            self.groups.append((element, data))
            return
        if "note" not in data and "description" in data:
            data["note"] = data.pop("description").strip()
        if is_web_address(address := data.get("url", "").strip()):
            data.setdefault(f"link_{link_field(address)}", address)
            del data["url"]
        self.graph.node(element.attributes.get("id"), data, element.position)

    def _take_groups(self) -> None:
        """Add the groups that edges lead to or from; the others only hold models together."""
        for element, data in self.groups:
            if element.attributes.get("id") in self.ends:
                self.graph.node(element.attributes.get("id"), data, element.position)
            else:
                self.graph.ignored("a group of nodes", element.position)

    def _take_edge(self, element: Element) -> None:
        attributes = element.attributes
        ends = attributes.get("source"), attributes.get("target")
        at_source, at_target = self.arrows.pop(element.position, (False, True))
        directed = attributes.get("directed")
        if directed in ("false", "0") or at_source == at_target:
            self.graph.undirected(element.position)
        elif self.undirected and directed is None:
            self.graph.undirected(self.undirected)
        if at_source and not at_target:
            ends = ends[1], ends[0]
        self.ends.update(end for end in ends if end)
        self.graph.edge(*ends, self._with_defaults("edge", element.data), element.position)

    def _take_data(self, element: Element, owner: Element) -> None:
        key = element.attributes.get("key", "")
        name = self.names.get(key, key)
        if element.has_elements:
            self.graph.ignored(f"what attribute {name[:60]!r} of <{owner.tag}> draws", element.position)
        elif not owner.gather(name, element.text):
            message = f"<{owner.tag}> has two values for {name[:60]!r}"
            self.graph.claims.report("duplicate-key", message, where=element.position, done="the first is kept")

    def _with_defaults(self, owner: str, data: dict[str, str]) -> dict[str, str]:
        return {**self.defaults.get("all", {}), **self.defaults.get(owner, {}), **data}


def _label(text: str) -> str:
    """What a label of yEd says, on one line; yEd writes markup as HTML."""
    if text.lstrip()[:6].casefold() == "<html>":
        text = unescape(re.sub(r"<[^<>]{0,1000}>", " ", text))
    return " ".join(text.split())


def graphml_pieces(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    """GraphML as NetworkX writes it of `modeltree.Lineage.graph`, but for what fields say anyway."""
    about, nodes, edges = graph_to_write(lineage, progress)
    keys: dict[tuple[str, str], str] = {}

    def data(scope: str, attributes: Mapping[str, str], margin: str) -> str:
        lines = []
        for name, value in attributes.items():
            key = keys.get((scope, name)) or keys.setdefault((scope, name), f"d{len(keys)}")
            text = f">{escape(value)}</data>" if value else " />"
            lines.append(f'{margin}<data key="{key}"{text}\n')
        return "".join(lines)

    said = data("graph", about, "    ")
    rows = []
    for id, attributes in nodes:
        rows.append(f'    <node id="{_quoted(id)}">\n{data("node", attributes, "      ")}    </node>\n')
    for parent, child, attributes in edges:
        ends = f'source="{_quoted(parent)}" target="{_quoted(child)}"'
        rows.append(f"    <edge {ends}>\n{data('edge', attributes, '      ')}    </edge>\n")
    yield _GRAPHML
    for (scope, name), key in reversed(keys.items()):
        yield f'  <key id="{key}" for="{scope}" attr.name="{name}" attr.type="string" />\n'
    yield '  <graph edgedefault="directed">\n' if rows or said else '  <graph edgedefault="directed" />\n'
    yield from rows
    yield f"{said}  </graph>\n</graphml>\n" if rows or said else "</graphml>\n"


def _quoted(text: str) -> str:
    """A text as the value of an attribute."""
    return escape(text, _IN_ATTRIBUTES)


write_graphml = writer(graphml_pieces)
"""Write GraphML, which carries all of a lineage."""


# GEXF


@reader
def read_gexf(
    path: str | os.PathLike[str], *, relation: Relation | str | None = None, direction: Direction = "parent-to-child"
) -> Claims:
    """Read a GEXF file of version 1.1, 1.2 or 1.3."""
    graph = GraphClaims(direction, relation)
    file = _GexfFile(graph, upwards=direction == "child-to-parent")
    read_xml(Path(path), "gexf", "GEXF", file.opened, file.closed)
    return graph.finished()


class _GexfFile:
    """What is known of a GEXF file while it is read."""

    def __init__(self, graph: GraphClaims, upwards: bool) -> None:
        self.graph = graph
        self.upwards = upwards
        self.titles: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        self.about: dict[str, str] = {}
        self.undirected: Position | None = None
        """Where it is said that edges have no direction if they do not say otherwise."""
        self.changing: set[tuple[str, str]] = set()  # the owners and names of attributes that have values over time
        self.spells: dict[Position, list[str]] = {}  # when the spells of nodes begin, by the position of the node

    def opened(self, element: Element) -> None:
        """Take what the graph as a whole says of what is in it."""
        if element.tag == "graph" and element.attributes.get("defaultedgetype", "directed") != "directed":
            self.undirected = element.position
        elif element.tag == "meta" and "lastmodifieddate" in element.attributes:
            self.about["date"] = element.attributes["lastmodifieddate"]
        elif element.tag == "node" and element.inside("node"):
            self.graph.ignored("that a node is inside a node", element.position)

    def closed(self, element: Element) -> None:
        """Take what an element says."""
        attributes, around, where = element.attributes, element.around, element.position
        match element.tag:
            case "attribute" if around and around.tag == "attributes":
                id, owner = attributes.get("id", ""), around.attributes.get("class", "node")
                title = self.titles[owner, id] = attributes.get("title") or id
                if around.attributes.get("mode") == "dynamic":
                    self.changing.add((owner, title))
                if "default" in element.data:
                    self.defaults.setdefault(owner, {})[title] = element.data["default"]
            case "default" if around:
                around.gather("default", element.text)
            case "attvalue":
                self._take_value(element)
            case "spell" | "parent":
                (self._take_spell if element.tag == "spell" else self._take_parent)(element)
            case "node":
                self.graph.node(attributes.get("id"), self._of_node(element), where)
            case "edge":
                self._take_edge(element)
            case "description" if around and around.tag == "meta":
                self.about.setdefault("description", element.text)
            case "gexf":
                self.graph.describe(self.about, where)
            case "creator" if element.text.strip() != _CREATOR:
                self.graph.ignored("<creator>", where)
            case tag if tag in _NOT_READ:
                self.graph.ignored(f"<{tag}>", where)

    def _take_value(self, element: Element) -> None:
        owner = element.inside("node", "edge")
        id = element.attributes.get("for", element.attributes.get("id", ""))
        if owner is None:
            return
        title = self.titles.get((owner.tag, id), id)
        if owner.gather(title, element.attributes.get("value", "")):
            return
        if (owner.tag, title) in self.changing or _TIMES & element.attributes.keys():
            self.graph.ignored(f"a later value of attribute {shown(title)} of {owner.tag}s", element.position)
        else:
            message = f"<{owner.tag}> has two values for {title[:60]!r}"
            self.graph.claims.report("duplicate-key", message, where=element.position, done="the first is kept")

    def _take_spell(self, element: Element) -> None:
        owner = element.inside("node", "edge")
        starts = _starts(element.attributes)
        if owner is None or owner.tag == "edge":
            self.graph.ignored("<spell> of edges", element.position)
        elif starts:
            self.spells.setdefault(owner.position, []).extend(starts)

    def _take_parent(self, element: Element) -> None:
        node = element.inside("node")
        if node is not None:
            parent, child = element.attributes.get("for"), node.attributes.get("id")
            source, target = (child, parent) if self.upwards else (parent, child)
            if self.undirected:
                self.graph.undirected(self.undirected)
            self.graph.edge(source, target, {}, element.position)

    def _of_node(self, element: Element) -> dict[str, str]:
        said = {name: value for name, value in element.attributes.items() if name not in ("id", *_STARTS)}
        data = {**said, **self.defaults.get("node", {}), **element.data}
        starts = _starts(element.attributes) or self.spells.pop(element.position, [])
        dates = sorted(date for start in starts if (date := _date(start)))
        if "released" not in data and dates:
            data["released"] = dates[0]
        elif starts and not (dates and _first_day(data["released"]) == dates[0][:10]):
            data["start"] = starts[0]
        return data

    def _take_edge(self, element: Element) -> None:
        said = dict(element.attributes)
        ends = said.pop("source", None), said.pop("target", None)
        type = said.pop("type", None)
        undirected = self.undirected if type is None else element.position if type != "directed" else None
        if undirected:
            self.graph.undirected(undirected)
        said.pop("id", None)
        self.graph.edge(*ends, {**said, **self.defaults.get("edge", {}), **element.data}, element.position)


def _starts(attributes: Mapping[str, str]) -> list[str]:
    """When something begins, as its attributes have it; an infinite past says nothing."""
    written = next((attributes[name] for name in _STARTS if attributes.get(name)), "")
    # timestamps="<[2023, 2024]>" are several times, intervals="<[2023, 2024); [2025, 2026]>" several pairs of them.
    times = [part.strip(" <>[](),") for part in re.split(";", written)]
    return [first for time in times if (first := time.partition(",")[0].strip()) and "inf" not in first.casefold()]


def _date(text: str) -> str | None:
    """The date that a time stands for, or None where a number may be anything."""
    if _DATE.fullmatch(text):
        return text if "-" in text or int(text) in _YEARS else None
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    digits = str(int(number))
    if int(number) in _YEARS:  # 2019.5 is in the midst of 2019
        return digits
    if number == int(number) and len(digits) in (6, 8) and int(digits[:4]) in _YEARS:
        date = "-".join(filter(None, (digits[:4], digits[4:6], digits[6:])))
        return date if _first_day(date) else None
    seconds = number / 1000 if number >= 1e11 else number
    return str(datetime.fromtimestamp(seconds, UTC).date()) if 1e8 <= seconds <= 1e10 else None


def _first_day(text: str) -> str | None:
    """The first day that a date may mean; None where it is no date."""
    try:
        return str(PartialDate.parse(text).lower)
    except InvalidDateError:
        return None


def gexf_text(lineage: Lineage, *, progress: Progress = no_progress) -> str:
    """A lineage as GEXF 1.2, written by NetworkX."""
    from networkx import DiGraph
    from networkx.readwrite.gexf import GEXFWriter

    _, nodes, edges = graph_to_write(lineage, progress)
    graph: DiGraph[str] = DiGraph()
    for date, (id, data) in zip(lineage._nodes.field("released"), nodes, strict=True):
        start = {"start": str(date.lower)} if date else {}
        graph.add_node(id, **_labeled(data, "name"), **start)
    for parent, child, data in edges:
        graph.add_edge(parent, child, **_labeled(data, "relation"))
    writer = GEXFWriter(graph)
    meta = writer.xml[0]
    meta.attrib = {"lastmodifieddate": _day(lineage)} if _day(lineage) else {}
    meta[0].text = _CREATOR
    if lineage.about.description:
        SubElement(meta, "description").text = lineage.about.description
    writer.graph_element.attrib = dict(_GRAPH)
    titles = {attribute.get("id"): attribute.get("title", "") for attribute in writer.xml.iter("attribute")}
    for element, name in (("attribute", "id"), ("attvalue", "for")):
        for each in writer.xml.iter(element):
            each.set(name, titles[each.get(name)])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue().decode()


def write_gexf(
    lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write GEXF 1.2, and return a finding for each sort of thing that it cannot carry."""
    refuse_graph(lineage, path)
    content = gexf_text(lineage, progress=progress).encode()
    refuse_larger(path, len(content), limits.TEXT_BYTES)
    write_whole(path, content)
    carried = ("description", "date") if _day(lineage) else ("description",)
    lost = losses(lineage, "GEXF", models=Model.model_fields, derivations=Derivation.model_fields, about=carried)
    if "organizations" in lineage.graph.graph and not any("organizations" in finding.message for finding in lost):
        lost += (Finding("not-carried", "GEXF has no place for organizations that made no model"),)
    return lost


def _day(lineage: Lineage) -> str:
    """The date of the data, if it is a day."""
    date = lineage.about.date
    return str(date) if date is not None and date.day else ""


def _labeled(attributes: Mapping[str, str], name: str) -> dict[str, str]:
    """Attributes of a node or edge, with the label that GEXF has in place of one of them."""
    return {key: value for key, value in attributes.items() if key != name} | {"label": attributes[name]}
