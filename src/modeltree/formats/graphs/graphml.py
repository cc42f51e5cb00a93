"""GraphML: a graph in XML, for NetworkX, igraph, Gephi, yEd, Neo4j and many others.

It carries everything that a lineage has: nodes are ids, and all else is in attributes of type string.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from modeltree._util.files import write_whole
from modeltree.findings import Finding, Position
from modeltree.formats.graphs.graph_claims import Direction, Element, GraphClaims, graph_to_write, read_xml
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage
from modeltree.records import Relation
from modeltree.values.addresses import is_web_address, link_field

__all__ = ["graphml_text", "read_graphml", "write_graphml"]

_OWNERS = ("node", "edge", "graph", "graphml")


def read_graphml(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    direction: Direction = "parent-to-child",
) -> Reading:
    """Read a GraphML file.

    The labels that yEd draws are names and relations, its ``description`` is a note, its ``url`` a link; an edge runs
    to its arrow head, and a group is a model only where an edge leads to it. Graphs inside nodes are read as parts of
    the one graph; hyperedges and ports are reported.

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
        When it is no GraphML, has a document type, or the policy refuses what is wrong with it.
    OSError
        When there is no such file, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "graph.graphml")
    >>> _ = path.write_text('<graphml><graph edgedefault="directed"><node id="llama"/><node id="vicuna"/>'
    ...                     '<edge source="llama" target="vicuna"/></graph></graphml>')
    >>> read_graphml(path, relation="finetune").lineage.parents("vicuna")
    ('llama',)
    """
    graph = GraphClaims(direction, relation)
    file = _File(graph)
    read_xml(Path(path), "graphml", "GraphML", file.opened, file.closed)
    return graph.reading(policy, aliases)


class _File:
    """What is known of a GraphML file while it is read."""

    def __init__(self, graph: GraphClaims) -> None:
        self.graph = graph
        self.names: dict[str, str] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        self.arrows: dict[Position, tuple[bool, bool]] = {}
        """Whether yEd draws an arrow head at the source and the target of an edge, by the position of the edge."""
        self.groups: list[tuple[Element, dict[str, str]]] = []
        self.ends: set[str] = set()

    def opened(self, element: Element) -> None:
        """Nothing is known before an element is closed, but what the nodes of a graph are in."""
        if element.tag == "graph" and element.inside("node"):
            self.graph.ignored("that a graph is inside a node", element.position)
        elif element.tag == "graph" and element.attributes.get("edgedefault") == "undirected":
            self.graph.undirected(element.position)

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
        if attributes.get("directed") in ("false", "0") or at_source == at_target:
            self.graph.undirected(element.position)
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


def graphml_text(lineage: Lineage) -> str:
    """A lineage as GraphML, written by NetworkX from `modeltree.Lineage.graph`.

    Examples
    --------
    >>> from modeltree import Model
    >>> print(graphml_text(Lineage([Model(id="llama", name="LLaMA")])), end="")  # doctest: +ELLIPSIS
    <?xml version='1.0' encoding='utf-8'?>
    <graphml ...>
      <key id="d0" for="node" attr.name="name" attr.type="string" />
      <graph edgedefault="directed">
        <node id="llama">
          <data key="d0">LLaMA</data>
        </node>
      </graph>
    </graphml>
    """
    from networkx import write_graphml_xml

    buffer = io.BytesIO()
    write_graphml_xml(graph_to_write(lineage), buffer)
    return buffer.getvalue().decode()


def write_graphml(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write GraphML, which carries everything: nothing is ever reported as lost.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, graphml_text(lineage))
    return ()
