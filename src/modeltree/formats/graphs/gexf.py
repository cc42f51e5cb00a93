"""GEXF 1.2, the format of Gephi, with the days of release on Gephi's timeline.

A node begins on the first day that its date of release may mean, and has the date itself as an attribute, so that
"2023" stays a year. The label of a node is its name, the label of an edge its relation. Of what is said of a lineage
as a whole GEXF carries the description, and the date where it is a day; title, references and less precise dates it
cannot carry, nor what is known of organizations besides the ids that models name.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import SubElement

from modeltree._util.files import write_whole
from modeltree.findings import Finding, InvalidDateError, Position, shown
from modeltree.formats.graphs.graph_claims import Direction, Element, GraphClaims, graph_to_write, read_xml
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import losses
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, PartialDate, Relation

__all__ = ["gexf_text", "read_gexf", "write_gexf"]

_CREATOR = "modeltree"
_GRAPH = {"mode": "dynamic", "timeformat": "date", "defaultedgetype": "directed", "idtype": "string"}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ].*)?)?)?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,15}(\.0*)?|[0-9](\.[0-9]{1,15})?[eE]\+?[0-9]{1,2}")
_STARTS = ("start", "startopen", "timestamp", "timestamps", "intervals", "datefrom")
_TIMES = frozenset({*_STARTS, "end", "endopen"})
_NOT_READ = ("color", "position", "size", "shape", "thickness", "slice", "keywords")
_YEARS = range(1900, 2101)


def read_gexf(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    direction: Direction = "parent-to-child",
) -> Reading:
    """Read a GEXF file of version 1.1, 1.2 or 1.3.

    A node that has no attribute ``released`` is released when it begins: at its ``start``, ``startopen`` or
    ``timestamp``, the first of its ``timestamps`` or ``intervals``, or else of its spells. That is a year, month or
    day, a number as ``2017.0`` or ``20230224``, or seconds or milliseconds since 1970. Of several values that an
    attribute has over time the first is read. The ``parents`` that versions 1.1 and 1.2 have for phylogenies are
    derivations. Nodes inside nodes are read as the others; colors, positions and the like are reported.

    Parameters
    ----------
    path : path-like
        The file.
    policy, aliases : optional
        As for `modeltree.read`.
    relation : Relation or str, optional
        The relation of edges that say nothing. By default they are ``unspecified``, and reported.
    direction : {"parent-to-child", "child-to-parent"}
        How the edges run.

    Raises
    ------
    SourceError
        When it is no GEXF, has a document type, or the policy refuses what is wrong with it.
    OSError
        When there is no such file, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "graph.gexf")
    >>> _ = path.write_text('<gexf version="1.2"><graph><nodes><node id="0" label="LLaMA" start="2023-02-24"/>'
    ...                     '</nodes></graph></gexf>')
    >>> read_gexf(path).lineage["LLaMA"]
    Model(id='0', name='LLaMA', released=PartialDate(2023, 2, 24))
    """
    graph = GraphClaims(direction, relation)
    file = _File(graph, upwards=direction == "child-to-parent")
    read_xml(Path(path), "gexf", "GEXF", file.opened, file.closed)
    return graph.reading(policy, aliases)


class _File:
    """What is known of a GEXF file while it is read."""

    def __init__(self, graph: GraphClaims, upwards: bool) -> None:
        self.graph = graph
        self.upwards = upwards
        self.titles: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        self.about: dict[str, str] = {}
        self.undirected: Position | None = None
        """Where it is said that edges have no direction if they do not say otherwise."""
        self.changing: set[tuple[str, str]] = set()
        """The owners and names of attributes that have values over time."""
        self.spells: dict[Position, list[str]] = {}
        """When the spells of nodes begin, by the position of the node."""

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
        elif starts and not (dates and _begins(data["released"], dates[0])):
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
    digits = f"{number:.0f}"
    if number != int(number):
        return None
    if int(number) in _YEARS:
        return digits
    if len(digits) in (6, 8) and int(digits[:4]) in _YEARS:
        date = "-".join(filter(None, (digits[:4], digits[4:6], digits[6:])))
        return date if _is_date(date) else None
    seconds = number / 1000 if number >= 1e11 else number
    return str(datetime.fromtimestamp(seconds, UTC).date()) if 1e8 <= seconds <= 1e10 else None


def _is_date(text: str) -> bool:
    try:
        return bool(PartialDate.parse(text))
    except InvalidDateError:
        return False


def _begins(released: str, start: str) -> bool:
    """Whether a date of release begins on a day."""
    try:
        return str(PartialDate.parse(released).lower) == start[:10]
    except InvalidDateError:
        return False


def gexf_text(lineage: Lineage) -> str:
    """A lineage as GEXF 1.2, written by NetworkX.

    Examples
    --------
    >>> from modeltree import Model
    >>> lineage = Lineage([Model(id="llama", name="LLaMA", released="2023-02")])
    >>> print(gexf_text(lineage), end="")  # doctest: +ELLIPSIS
    <?xml version='1.0' encoding='utf-8'?>
    <gexf ... version="1.2">
      <meta>
        <creator>modeltree</creator>
      </meta>
      <graph mode="dynamic" timeformat="date" defaultedgetype="directed" idtype="string">
        <attributes mode="static" class="node">
          <attribute id="released" title="released" type="string" />
        </attributes>
        <nodes>
          <node id="llama" label="LLaMA" start="2023-02-01">
            <attvalues>
              <attvalue for="released" value="2023-02" />
            </attvalues>
          </node>
        </nodes>
        <edges />
      </graph>
    </gexf>
    """
    from networkx import DiGraph
    from networkx.readwrite.gexf import GEXFWriter

    written = graph_to_write(lineage)
    graph: DiGraph[str] = DiGraph()
    for model, data in zip(lineage.models, written.nodes.values(), strict=True):
        start = {"start": str(model.released.lower)} if model.released else {}
        graph.add_node(model.id, **_labeled(data, "name"), **start)
    for parent, child, data in written.edges(data=True):
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


def write_gexf(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write GEXF 1.2.

    Returns
    -------
    tuple of Finding
        One for each sort of thing that the lineage has and GEXF cannot carry.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, gexf_text(lineage))
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
