"""Node-link JSON, as NetworkX writes it and D3 takes it: ``{"nodes": [{"id": …}], "edges": [{"source": …}]}``.

It carries everything that a lineage has.
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

__all__ = ["node_link_text", "read_node_link", "write_node_link"]


def read_node_link(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    direction: Direction = "parent-to-child",
) -> Reading:
    """Read node-link JSON; the list of edges may be called ``edges`` or ``links``.

    Where no node has an ``id``, nodes go by their ``name`` or ``label``, and ``source`` and ``target`` may count
    them from 0, as in older files for D3.

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
        When it is no node-link JSON, or the policy refuses what is wrong with it.
    OSError
        When there is no such file, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "graph.json")
    >>> _ = path.write_text('{"nodes": [{"id": "llama"}, {"id": "vicuna"}], '
    ...                     '"links": [{"source": "llama", "target": "vicuna", "relation": "fine-tuned"}]}')
    >>> read_node_link(path).lineage.derivations
    (Derivation(parent='llama', child='vicuna', relation=<Relation.FINETUNE: 'finetune'>),)
    """
    tree, data = mapping_of(path, "node-link JSON", "'nodes' and 'edges'")
    key = "edges" if "edges" in data or "links" not in data else "links"
    if problems := [_no_list(tree, data, name) for name in ("nodes", key) if not isinstance(data.get(name), list)]:
        raise SourceError([*tree.problems, *problems])
    nodes: list[Any] = data["nodes"]
    ids = [_named(node, "id") for node in nodes]
    counted = all(id is None for id in ids)
    if counted:
        ids = [_named(node, "name") or _named(node, "label") for node in nodes]
    graph = Graph(Path(path), direction, relation, names=counted)
    graph.intake.findings += tree.problems
    for place, node in _mappings(graph, tree, nodes, "nodes"):
        graph.node(
            ids[place], {name: value for name, value in node.items() if name != "id"}, within(tree, "nodes", place)
        )
    for place, edge in _mappings(graph, tree, data[key], key):
        source, target = (
            ids[end] if counted and type(end) is int and 0 <= end < len(ids) else end
            for end in (edge.get("source"), edge.get("target"))
        )
        attributes = {name: value for name, value in edge.items() if name not in ("source", "target", "key", "id")}
        graph.edge(source, target, attributes, within(tree, key, place))
    if data.get("directed") is False:
        graph.undirected(within(tree, "directed"))
    if isinstance(data.get("graph"), dict):
        graph.describe(data["graph"], within(tree, "graph"))
    for name in sorted(data.keys() - {"nodes", key, "directed", "multigraph", "graph"}):
        graph.ignored(f"key {name[:60]!r} of the file", within(tree, name))
    return graph.reading(policy, aliases)


def node_link_text(lineage: Lineage) -> str:
    """A lineage as node-link JSON, in the form that ``networkx.node_link_graph(…, edges="edges")`` takes.

    Examples
    --------
    >>> from modeltree import Model
    >>> print(node_link_text(Lineage([Model(id="llama", name="LLaMA")])), end="")
    {
      "directed": true,
      "multigraph": false,
      "graph": {},
      "nodes": [
        {
          "name": "LLaMA",
          "id": "llama"
        }
      ],
      "edges": []
    }
    """
    import networkx

    data = networkx.node_link_data(lineage.graph, edges="edges")
    data["nodes"] = list(map(without_derived, data["nodes"]))
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def write_node_link(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write node-link JSON, which carries everything: nothing is ever reported as lost.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, node_link_text(lineage))
    return ()


def _named(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None


def _no_list(tree: JsonTree, data: dict[str, Any], name: str) -> Finding:
    if name not in data:
        return Finding("missing-key", f"no {name!r} in the file", "write a list", position=tree.position())
    return no_list(data[name], name).located(tree.position((name,)))


def _mappings(graph: Graph, tree: JsonTree, items: list[Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The items of a list that are mappings, with their places; the others are reported."""
    for place, item in enumerate(items):
        if isinstance(item, dict):
            yield place, item
        else:
            found = no_mapping(item, name)
            where = tree.position((name, place))
            graph.intake.report(found.kind, found.message, found.hint, where=where, done="it is left out")
