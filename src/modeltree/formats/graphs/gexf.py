"""GEXF 1.2, the format of Gephi, with the days of release on Gephi's timeline.

A node begins on the first day that its date of release may mean, and has the date itself as an attribute, so that
"2023" stays a year. The label of a node is its name, the label of an edge its relation. Of what is said of a lineage
as a whole GEXF carries the description, and the date where it is a day; title, references and less precise dates it
cannot carry, nor what is known of organizations besides the ids that models name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from modeltree._util.files import write_whole
from modeltree.findings import Finding, InvalidDateError
from modeltree.formats.graphs.common import Direction, Element, Graph, attribute, read_xml, text
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.losses import losses
from modeltree.formats.repair.policy import Policy
from modeltree.graph.network import without_derived
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, PartialDate, Relation

__all__ = ["gexf_text", "read_gexf", "write_gexf"]

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.gexf.net/1.2draft http://www.gexf.net/1.2draft/gexf.xsd" version="1.2">
"""
_CREATOR = "modeltree"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?", re.DOTALL)
_NOT_READ = ("color", "position", "size", "shape", "thickness", "spell", "slice", "keywords")


def read_gexf(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    direction: Direction = "parent-to-child",
) -> Reading:
    """Read a GEXF file of version 1.1, 1.2 or 1.3.

    A node that has no attribute ``released`` is released on the day of its ``start``, where that is a day. The
    ``parents`` that versions 1.1 and 1.2 have for phylogenies are derivations. Nodes inside nodes are read as the
    others; colors, positions and the like are reported.

    Parameters
    ----------
    path : path-like
        The file.
    policy : Policy, optional
        What is done about what is wrong.
    aliases : mapping of str to str, optional
        For names as the file has them, the id of the model that is meant.
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
    graph = Graph(Path(path), direction, relation)
    file = _File(graph, upwards=direction == "child-to-parent")
    read_xml(Path(path), "gexf", "GEXF", file.opened, file.closed)
    return graph.reading(policy, aliases)


class _File:
    """What is known of a GEXF file while it is read."""

    def __init__(self, graph: Graph, upwards: bool) -> None:
        self.graph = graph
        self.upwards = upwards
        self.titles: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        self.about: dict[str, str] = {}

    def opened(self, element: Element) -> None:
        """Take what the graph as a whole says of what is in it."""
        if element.tag == "graph" and element.attributes.get("defaultedgetype", "directed") == "undirected":
            self.graph.undirected(element.position)
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
                if "default" in element.data:
                    self.defaults.setdefault(owner, {})[title] = element.data["default"]
            case "default" if around:
                around.gather("default", element.text)
            case "attvalue":
                self._take_value(element)
            case "parent":
                self._take_parent(element)
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
        if not owner.gather(title, element.attributes.get("value", "")):
            message = f"<{owner.tag}> has two values for {title[:60]!r}"
            self.graph.intake.report("duplicate-key", message, where=element.position, done="the first is kept")

    def _take_parent(self, element: Element) -> None:
        node = element.inside("node")
        if node is not None:
            parent, child = element.attributes.get("for"), node.attributes.get("id")
            source, target = (child, parent) if self.upwards else (parent, child)
            self.graph.edge(source, target, {}, element.position)

    def _of_node(self, element: Element) -> dict[str, str]:
        said = {name: value for name, value in element.attributes.items() if name != "id"}
        start = said.pop("start", "")
        data = {**said, **self.defaults.get("node", {}), **element.data}
        if "released" not in data and _DAY.fullmatch(start):
            data["released"] = start
        elif start and not _begins(data.get("released", ""), start):
            data["start"] = start
        return data

    def _take_edge(self, element: Element) -> None:
        said = dict(element.attributes)
        ends = said.pop("source", None), said.pop("target", None)
        if said.pop("type", "directed") == "undirected":
            self.graph.undirected(element.position)
        said.pop("id", None)
        self.graph.edge(*ends, {**said, **self.defaults.get("edge", {}), **element.data}, element.position)


def _begins(released: str, start: str) -> bool:
    """Whether a date of release begins on a day."""
    try:
        return str(PartialDate.parse(released).lower) == start[:10]
    except InvalidDateError:
        return False


def gexf_text(lineage: Lineage) -> str:
    """A lineage as GEXF 1.2.

    Examples
    --------
    >>> from modeltree import Model
    >>> print(gexf_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])), end="")  # doctest: +ELLIPSIS
    <?xml version="1.0" encoding="UTF-8"?>
    <gexf ... version="1.2">
      <meta>
        <creator>modeltree</creator>
      </meta>
      <graph mode="dynamic" timeformat="date" defaultedgetype="directed" idtype="string">
        <attributes class="node" mode="static">
          <attribute id="released" title="released" type="string"/>
        </attributes>
        <nodes>
          <node id="llama" label="LLaMA" start="2023-02-01">
            <attvalues>
              <attvalue for="released" value="2023-02"/>
            </attvalues>
          </node>
        </nodes>
        <edges>
        </edges>
      </graph>
    </gexf>
    """
    return "".join(_written(lineage))


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


def _written(lineage: Lineage) -> Iterator[str]:
    graph = lineage.graph
    nodes = list(map(without_derived, graph.nodes.values()))
    of_edges = [data for *_, data in graph.edges(data=True)]
    yield _HEAD
    yield f"  <meta lastmodifieddate={attribute(_day(lineage))}>\n" if _day(lineage) else "  <meta>\n"
    yield f"    <creator>{_CREATOR}</creator>\n"
    if lineage.about.description:
        yield f"    <description>{text(lineage.about.description)}</description>\n"
    yield '  </meta>\n  <graph mode="dynamic" timeformat="date" defaultedgetype="directed" idtype="string">\n'
    for owner, attributes, label in (("node", nodes, "name"), ("edge", of_edges, "relation")):
        if names := list(dict.fromkeys(name for data in attributes for name in data if name != label)):
            yield f'    <attributes class="{owner}" mode="static">\n'
            yield from (f'      <attribute id="{name}" title="{name}" type="string"/>\n' for name in names)
            yield "    </attributes>\n"
    yield "    <nodes>\n"
    for model, data in zip(lineage.models, nodes, strict=True):
        start = f' start="{model.released.lower}"' if model.released else ""
        yield f"      <node id={attribute(model.id)} label={attribute(model.name)}{start}>\n"
        yield from _values(data, "name")
        yield "      </node>\n"
    yield "    </nodes>\n    <edges>\n"
    for number, (parent, child, data) in enumerate(graph.edges(data=True)):
        ends = f"source={attribute(parent)} target={attribute(child)}"
        yield f'      <edge id="{number}" {ends} label="{data["relation"]}">\n'
        yield from _values(data, "relation")
        yield "      </edge>\n"
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _values(attributes: Mapping[str, str], label: str) -> Iterator[str]:
    """The attributes of a node or edge but the one that is its label."""
    if len(attributes) > 1:
        yield "        <attvalues>\n"
        for name, value in attributes.items():
            if name != label:
                yield f'          <attvalue for="{name}" value={attribute(value)}/>\n'
        yield "        </attvalues>\n"
