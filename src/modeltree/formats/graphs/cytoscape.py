"""Cytoscape JSON (``.cyjs``), for Cytoscape.js and the Cytoscape desktop program.

It carries everything that a lineage has. The desktop program shows the relation as ``interaction``, so that is there
besides ``relation``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modeltree._util.files import write_whole
from modeltree.findings import Finding, SourceError
from modeltree.formats.graphs.common import Direction, Graph, mapping_of, within
from modeltree.formats.parsing.jsontree import JsonTree
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.wording import no_list, no_mapping
from modeltree.graph.network import without_derived
from modeltree.lineage import Lineage
from modeltree.records import Relation

__all__ = ["cytoscape_text", "read_cytoscape", "write_cytoscape"]

# What programs note for themselves of an element, besides its data.
_OWN = frozenset({"id", "source", "target", "SUID", "shared_name", "shared_interaction", "selected"})


def read_cytoscape(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    direction: Direction = "parent-to-child",
) -> Reading:
    """Read Cytoscape JSON; ``elements`` is a mapping with ``nodes`` and ``edges``, or one list of both.

    The word for the relation is that of ``relation``, else of ``interaction`` or ``label``.

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
        When it is no Cytoscape JSON, or the policy refuses what is wrong with it.
    OSError
        When there is no such file, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "graph.cyjs")
    >>> _ = path.write_text('{"elements": [{"data": {"id": "a"}}, {"data": {"id": "b"}}, '
    ...                     '{"data": {"source": "a", "target": "b", "interaction": "merge"}}]}')
    >>> read_cytoscape(path).lineage.derivations
    (Derivation(parent='a', child='b', relation=<Relation.MERGE: 'merge'>),)
    """
    tree, data = mapping_of(path, "Cytoscape JSON", "'elements'")
    elements = data.get("elements")
    if not isinstance(elements, (dict, list)):
        problem = Finding("missing-key", "no 'elements' in the file", 'write {"nodes": …, "edges": …}')
        raise SourceError([*tree.problems, problem.located(tree.position(("elements",)))])
    graph = Graph(Path(path), direction, relation)
    graph.intake.findings += tree.problems
    for way, group, said in _elements(graph, tree, elements):
        where = within(tree, *way, "data")
        attributes = {name: value for name, value in said.items() if name not in _OWN}
        if group == "edges" or (group != "nodes" and ("source" in said or "target" in said)):
            attributes.pop("name", None)  # the desktop program's "a (merge) b"
            graph.edge(said.get("source"), said.get("target"), attributes, where)
        else:
            graph.node(said.get("id"), attributes, where)
    if isinstance(data.get("data"), dict):
        whole = {name: value for name, value in data["data"].items() if name not in _OWN}
        graph.describe(whole, within(tree, "data"))
    return graph.reading(policy, aliases)


def _elements(
    graph: Graph, tree: JsonTree, elements: dict[str, Any] | list[Any]
) -> Iterator[tuple[tuple[str | int, ...], str, dict[str, Any]]]:
    """The way to each element, the group that it is in where that is said, and its data."""
    groups = elements if isinstance(elements, dict) else {"": elements}
    for group, items in groups.items():
        way: tuple[str | int, ...] = ("elements", group) if group else ("elements",)
        if group not in ("nodes", "edges", ""):
            graph.ignored(f"{group[:60]!r} of the elements", within(tree, *way))
            continue
        if not isinstance(items, list):
            found = no_list(items, group)
            graph.intake.report(found.kind, found.message, found.hint, where=tree.position(way))
            continue
        for place, item in enumerate(items):
            said = item.get("data") if isinstance(item, dict) else item
            if isinstance(said, dict):
                own = item.get("group")
                yield (*way, place), group or (own if isinstance(own, str) else ""), said
            else:
                found = no_mapping(said, "the data of an element")
                where = tree.position((*way, place))
                graph.intake.report(found.kind, found.message, found.hint, where=where, done="it is left out")


def cytoscape_text(lineage: Lineage) -> str:
    """A lineage as Cytoscape JSON.

    Examples
    --------
    >>> from modeltree import Model
    >>> print(cytoscape_text(Lineage([Model(id="llama", name="LLaMA")])), end="")
    {
      "format_version": "1.0",
      "generated_by": "modeltree",
      "target_cytoscapejs_version": "~2.1",
      "data": {},
      "elements": {
        "nodes": [
          {
            "data": {
              "id": "llama",
              "name": "LLaMA"
            }
          }
        ],
        "edges": []
      }
    }
    """
    graph = lineage.graph
    # An element's id is its own among nodes and edges, so no edge may have that of a node.
    free = (id for number in range(2 * len(lineage) + graph.number_of_edges()) if (id := f"e{number}") not in graph)
    edges = [
        {"id": id, "source": parent, "target": child, **data, "interaction": data["relation"]}
        for id, (parent, child, data) in zip(free, graph.edges(data=True), strict=False)
    ]
    content = {
        "format_version": "1.0",
        "generated_by": "modeltree",
        "target_cytoscapejs_version": "~2.1",
        "data": dict(graph.graph),
        "elements": {
            "nodes": [{"data": {"id": id, **without_derived(data)}} for id, data in graph.nodes(data=True)],
            "edges": [{"data": data} for data in edges],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def write_cytoscape(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write Cytoscape JSON, which carries everything: nothing is ever reported as lost.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, cytoscape_text(lineage))
    return ()
