"""Graphs in JSON: the node-link form of NetworkX and its dialects (`json_dialects`), and Cytoscape's (``.cyjs``).

Both carry everything that a lineage has. Node-link JSON is ``{"nodes": [{"id": …}], "edges": [{"source": …}]}``. The
desktop program Cytoscape shows the relation as ``interaction``, so that is there besides ``relation``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from modeltree._util.progress import Progress, no_progress
from modeltree._util.text import json_text
from modeltree.findings import At, Finding, SourceError
from modeltree.formats.graphs.graph_claims import (
    Direction,
    GraphClaims,
    graph_to_write,
    mapping_of,
    mappings_in,
    within,
    writer,
)  # fmt: skip
from modeltree.formats.graphs.json_dialects import edges_key, graph_in
from modeltree.formats.parsing import add_finding
from modeltree.formats.parsing.jsontree import JsonTree, read_json
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import no_list, no_mapping
from modeltree.lineage import Lineage
from modeltree.records import Relation

_AT_ONCE = 4096
# What programs note for themselves of an element of Cytoscape, besides its data.
_OWN = frozenset({"id", "source", "target", "SUID", "shared_name", "shared_interaction", "selected"})


@reader
def read_node_link(
    path: str | os.PathLike[str], *, relation: Relation | str | None = None, direction: Direction = "parent-to-child"
) -> Claims:
    """Read a graph in JSON: node-link as of NetworkX, D3 and vis.js, trees, adjacency, or the JSON Graph Format.

    The list of edges may be called ``edges``, ``links``, ``relationships`` or ``arcs``, their ends ``source`` and
    ``target``, ``from`` and ``to``, ``parent`` and ``child`` and the like; an end may be the node itself, as D3 has it.
    Edges alone name the nodes. Where no node has an ``id``, nodes go by their ``name`` or ``label``.
    Ends may count the nodes from 0, as files of NetworkX 1 and older ones for D3 do; that is a finding where nodes have
    ids. Ids that are lists, which NetworkX writes for tuples, are joined by ``/``. In trees a child derives from the
    node that it is in, and its ``relation`` says how; in a mapping from nodes to lists or mappings, those in the list
    derive from the node.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "graph.json")
    >>> _ = path.write_text('{"nodes": [{"id": "llama"}, {"id": "vicuna"}], '
    ...                     '"links": [{"source": "llama", "target": "vicuna", "relation": "fine-tuned"}]}')
    >>> read_node_link(path).lineage.derivations
    (Derivation(parent='llama', child='vicuna', relation=<Relation.FINETUNE: 'finetune'>),)
    """
    tree = read_json(Path(path))
    if not tree.whole:
        raise SourceError(tree.problems)
    problems: list[Finding] = []

    def items(values: object, name: str, at: At) -> Iterator[tuple[int, dict[str, object]]]:
        return mappings_in(values, name, tree, at, problems)

    found = graph_in(tree.data, items) if isinstance(tree.data, (dict, list)) else None
    if found is None:
        raise SourceError([*tree.problems, *_refused(tree)])
    graph = GraphClaims(direction, relation, names=found.has_names)
    graph.claims.findings += [*tree.problems, *problems]
    indices = [graph.node(node.id, node.attributes, within(tree, *node.at)) for node in found.nodes]
    for edge in found.edges:
        ends = tuple(None if number is None else indices[number] for number in edge.numbers)
        graph.edge(edge.source, edge.target, edge.attributes, within(tree, *edge.at), (ends[0], ends[1]))
    if found.undirected is not None:
        graph.undirected(within(tree, *found.undirected))
    if found.numbered is not None:
        message = "the ends of the edges are no ids of nodes"
        done = "they are read as places in the list of nodes, counted from 0"
        graph.claims.report("read-as", message, where=tree.position(found.numbered), done=done)
    for about, at in found.about:
        graph.describe(about, within(tree, *at))
    for at in found.unread:
        graph.ignored(f"key {str(at[-1])[:60]!r} of {'the graph' if at[1:] else 'the file'}", within(tree, *at))
    return graph.finished()


def _refused(tree: JsonTree) -> list[Finding]:
    """Why the data of a file are no graph."""
    if not isinstance(tree.data, dict):
        message = "no node-link JSON: a mapping with 'nodes' and 'edges' is needed"
        return [Finding("wrong-type", message, position=tree.position())]
    data = tree.data
    findings = []
    for name in ("nodes", edges_key(data)):
        if name not in data:
            findings.append(
                Finding("missing-key", f"no {name!r} in the file", "write a list", position=tree.position())
            )
        elif not isinstance(data[name], list):
            findings.append(no_list(data[name], name).located(tree.position((name,))))
    return findings


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
    return "".join(_node_link(lineage))


def _node_link(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    about, nodes, edges = graph_to_write(lineage, progress)
    yield json_text({"directed": True, "multigraph": False, "graph": about}).removesuffix("\n}")
    yield ',\n  "nodes": '
    yield from _rows(({**data, "id": id} for id, data in nodes), 2)
    yield ',\n  "edges": '
    yield from _rows(({**data, "source": parent, "target": child} for parent, child, data in edges), 2)
    yield "\n}\n"


def _rows(rows: Iterator[dict[str, str]], margin: int, around: str = "") -> Iterator[str]:
    """A list of mappings of texts as `json.dumps` has it, indented by 2, in a hundredth of its time.

    Where there is an indent the standard library goes by each value in Python; but what stands between the items of a
    mapping may be a line end with a margin, and a line end within a text is escaped. Each may stand in another mapping,
    by the name `around`.
    """
    pad = " " * (margin + 2)
    opening, closing = (f'{{\n{pad}  "{around}": ', f"\n{pad}}}") if around else ("", "")
    inner = f"{pad}  {'  ' if around else ''}"
    encode = json.JSONEncoder(ensure_ascii=False, separators=(f",\n{inner}", ": ")).encode
    begins, ends = f"{pad}{opening}{{\n{inner}", f"\n{inner[2:]}}}{closing}"
    lead = "[\n"
    while some := list(islice(rows, _AT_ONCE)):
        text = encode(some)[2:-2].replace(f"}},\n{inner}{{", f"{ends},\n{begins}")
        yield f"{lead}{begins}{text}{ends}"
        lead = ",\n"
    yield "[]" if lead == "[\n" else f"\n{' ' * margin}]"


write_node_link = writer(_node_link)
"""Write node-link JSON, which carries all of a lineage."""


@reader
def read_cytoscape(
    path: str | os.PathLike[str], *, relation: Relation | str | None = None, direction: Direction = "parent-to-child"
) -> Claims:
    """Read Cytoscape JSON; ``elements``, or the file, is a mapping with ``nodes`` and ``edges``, or one list of both.

    The word for the relation is that of ``relation``, else of ``interaction`` or ``label``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "graph.cyjs")
    >>> _ = path.write_text('{"elements": [{"data": {"id": "a"}}, {"data": {"id": "b"}}, '
    ...                     '{"data": {"source": "a", "target": "b", "interaction": "merge"}}]}')
    >>> read_cytoscape(path).lineage.derivations
    (Derivation(parent='a', child='b', relation=<Relation.MERGE: 'merge'>),)
    """
    tree = read_json(Path(path))
    base: At = ()
    data: dict[str, object] = {}
    if tree.whole and isinstance(tree.data, list):
        elements: object = tree.data
    else:
        tree, data = mapping_of(path, "Cytoscape JSON", "'elements'")
        elements, base = data.get("elements"), ("elements",)
    if not isinstance(elements, (dict, list)):
        problem = Finding("missing-key", "no 'elements' in the file", 'write {"nodes": …, "edges": …}')
        raise SourceError([*tree.problems, problem.located(tree.position(("elements",)))])
    graph = GraphClaims(direction, relation)
    graph.claims.findings += tree.problems
    for at, group, element in _elements(graph, tree, elements, base):
        where = within(tree, *at, "data")
        attributes = {name: value for name, value in element.items() if name not in _OWN}
        if group == "edges" or (group != "nodes" and ("source" in element or "target" in element)):
            attributes.pop("name", None)  # the desktop program's "a (merge) b"
            graph.edge(element.get("source"), element.get("target"), attributes, where)
        else:
            graph.node(element.get("id"), attributes, where)
    if isinstance(whole := data.get("data"), dict):
        graph.describe({name: value for name, value in whole.items() if name not in _OWN}, within(tree, "data"))
    return graph.finished()


def _elements(
    graph: GraphClaims, tree: JsonTree, elements: dict[str, object] | list[object], base: At
) -> Iterator[tuple[At, str, dict[str, object]]]:
    """The path to each element of Cytoscape, its group where that is said, and its data."""
    groups = elements if isinstance(elements, dict) else {"": elements}
    for group, items in groups.items():
        path: At = (*base, group) if group else base
        if group not in ("nodes", "edges", ""):
            graph.ignored(f"{group[:60]!r} of the elements", within(tree, *path))
            continue
        if not isinstance(items, list):
            graph.claims.findings.append(no_list(items, group).located(tree.position(path)))
            continue
        for index, item in enumerate(items):
            data = item.get("data") if isinstance(item, dict) else item
            if isinstance(data, dict):
                own = item.get("group")
                yield (*path, index), group or (own if isinstance(own, str) else ""), data
            else:
                finding = no_mapping(data, "the data of an element").located(tree.position((*path, index)))
                add_finding(graph.claims.findings, replace(finding, done="it is left out"))


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
    return "".join(_cytoscape(lineage))


def _cytoscape(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    about, nodes, edges = graph_to_write(lineage, progress)
    head = {"format_version": "1.0", "generated_by": "modeltree", "target_cytoscapejs_version": "~2.1", "data": about}
    yield json_text(head).removesuffix("\n}")
    yield ',\n  "elements": {\n    "nodes": '
    yield from _rows(({"id": id, **data} for id, data in nodes), 4, "data")
    # An element's id is its own among nodes and edges, so no edge may have that of a node.
    free = (id for number in count() if lineage._nodes.index_of(id := f"e{number}") is None)
    rows = (
        {"id": id, "source": parent, "target": child, **data, "interaction": data["relation"]}
        for id, (parent, child, data) in zip(free, edges, strict=False)
    )
    yield ',\n    "edges": '
    yield from _rows(rows, 4, "data")
    yield "\n  }\n}\n"


write_cytoscape = writer(_cytoscape)
"""Write Cytoscape JSON, which carries all of a lineage."""
