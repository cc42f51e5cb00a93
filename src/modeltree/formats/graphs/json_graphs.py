"""Graphs in JSON: the node-link form of NetworkX and its dialects, and Cytoscape's (``.cyjs``).

Both carry everything that a lineage has. Node-link JSON is ``{"nodes": [{"id": …}], "edges": [{"source": …}]}``. The
desktop program Cytoscape shows the relation as ``interaction``, so that is there besides ``relation``.

Whatever a program calls nodes and edges, they are read as nodes and edges with the paths to them: links of NetworkX 1,
which count the nodes, links of D3, whose ends are the nodes themselves, vis.js (``from``, ``to``), graphology, ECharts,
trees of D3 (``children``), the adjacency form of NetworkX, the JSON Graph Format, edges alone, and a mapping from each
node to those that follow it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

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
)
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
    """Read a graph in JSON: node-link as of NetworkX, D3 and vis.js, trees, adjacency, or the JSON Graph Format."""
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


def node_link_pieces(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    """Node-link JSON, in the form that ``networkx.node_link_graph(…, edges="edges")`` takes."""
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


write_node_link = writer(node_link_pieces)
"""Write node-link JSON, which carries all of a lineage."""


@reader
def read_cytoscape(
    path: str | os.PathLike[str], *, relation: Relation | str | None = None, direction: Direction = "parent-to-child"
) -> Claims:
    """Read Cytoscape JSON; ``elements``, or the file, is a mapping with ``nodes`` and ``edges``, or one list of both.

    The word for the relation is that of ``relation``, else of ``interaction`` or ``label``.
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


def cytoscape_pieces(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    """A lineage as Cytoscape JSON."""
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


write_cytoscape = writer(cytoscape_pieces)
"""Write Cytoscape JSON, which carries all of a lineage."""


# Dialects

Attributes = dict[str, object]
Neighbors = Mapping[str, list[str] | dict[str, Attributes]]
Items = Callable[[object, str, At], Iterator[tuple[int, Attributes]]]
"""The mappings in a list of some name at a path, with their indices; see `mappings_in`."""

_IDS = ("id", "key")
_NAMES = ("name", "label", "title")
_CHILDREN = ("children", "_children")  # D3's examples rename the children of nodes that are folded
_NODES = ("nodes", "vertices")
_EDGES = ("edges", "links", "relationships", "arcs")
_ENDS = (
    ("source", "target"), ("from", "to"), ("parent", "child"), ("src", "dst"), ("tail", "head"), ("start", "end"),
    ("startNode", "endNode"), ("sourceId", "targetId"), ("source_id", "target_id"), ("u", "v"),
)  # fmt: skip
_INNER = ("attributes", "metadata", "data")
_NOT_OF_EDGES = frozenset({"key", "id", "directed", "arrows", *(end for pair in _ENDS for end in pair)})
_READ_OF_FILE = frozenset({"adjacency", "directed", "multigraph", "graph", "graphs", "attributes", "options"})


class JsonNode(NamedTuple):
    """A node with the path to it."""

    id: object
    attributes: Attributes
    at: At


class JsonEdge(NamedTuple):
    """An edge with the path to it; the numbers are those of its ends among the nodes, where the place says which."""

    source: object
    target: object
    attributes: Attributes
    at: At
    numbers: tuple[int | None, int | None] = (None, None)


@dataclass
class JsonGraph:
    """A graph, whatever its dialect."""

    nodes: list[JsonNode] = field(default_factory=list)
    edges: list[JsonEdge] = field(default_factory=list)
    about: list[tuple[Attributes, At]] = field(default_factory=list)
    has_names: bool = False  # whether nodes have names, and no ids
    undirected: At | None = None  # the path to the first thing that says that edges have no direction
    numbered: At | None = None  # the path to the links, where these count nodes that have ids
    unread: list[At] = field(default_factory=list)  # the paths to what is not read


def graph_in(data: Attributes | list[object], items: Items) -> JsonGraph | None:
    """The graph in the data of a JSON file, or None where they are of no dialect."""
    graph = JsonGraph()
    if isinstance(data, list):
        is_forest = any(isinstance(item, dict) and _children(item) for item in data)
        return _add_trees(graph, list(items(data, "trees", ())), (), items) if is_forest else None
    inner = data.get("graph")
    has_nodes, series = any(key in data for key in _NODES), data.get("series")
    if not has_nodes and isinstance(inner, dict) and {"nodes", "edges"} & inner.keys():
        _add_json_graph(graph, inner, ("graph",), items)
        graph.unread += [(key,) for key in sorted(data.keys() - {"graph", "$schema"})]
    elif not has_nodes and isinstance(data.get("graphs"), list):
        for index, each in items(data["graphs"], "graphs", ("graphs",)):
            _add_json_graph(graph, each, ("graphs", index), items)
    elif has_nodes or _has_ends(data):
        return _add_node_link(graph, data, items)
    elif isinstance(series, list) and isinstance(series[0] if series else None, dict):
        # ECharts calls the nodes data, or has them in trees.
        each, at = series[0], ("series", 0)
        nodes = next((name for name in ("data", "nodes") if isinstance(each.get(name), list)), "data")
        if any(isinstance(node, dict) and _children(node) for node in each.get(nodes) or ()):
            return _add_trees(graph, list(items(each[nodes], nodes, (*at, nodes))), (*at, nodes), items)
        links = "edges" if each.get("edges") else "links"
        _add_nodes(graph, each.get(nodes, []), (*at, nodes), items)
        _add_links(graph, _edges(each.get(links, []), links, (*at, links), items), (*at, links))
    elif _children(data):
        return _add_trees(graph, [(None, data)], (), items)
    elif _is_adjacency(data):
        _add_adjacency(graph, data)
    else:
        return None
    return graph


def _value(mapping: Mapping[str, object], keys: tuple[str, ...]) -> object:
    return next((mapping[key] for key in keys if mapping.get(key) is not None), None)


def _flat(mapping: Attributes, leave_out: frozenset[str]) -> Attributes:
    """The attributes of a node or edge, with those that stand one level deeper in it."""
    flat = {key: value for key, value in mapping.items() if key not in leave_out}
    for name in _INNER:
        if isinstance(inner := flat.get(name), dict):
            del flat[name]
            flat = {key: value for key, value in inner.items() if key not in leave_out} | flat
    return flat


# Nodes and links


def _add_node_link(graph: JsonGraph, data: Attributes, items: Items) -> JsonGraph | None:
    key, nodes = edges_key(data), next((name for name in _NODES if name in data), "nodes")
    adjacency = data.get("adjacency")
    has_edges = isinstance(data.get(key), list) or isinstance(adjacency, list)
    if not isinstance(data.get(nodes, []), (list, dict)) or not has_edges:
        return None
    described = data.get("graph")
    _add_nodes(graph, data.get(nodes, []), (nodes,), items)
    if not isinstance(adjacency, list) or isinstance(data.get(key), list):
        # NetworkX 1 wrote the attributes of the graph as a list of pairs, and links that count the nodes.
        _add_links(graph, _edges(data[key], key, (key,), items), (key,), counts=isinstance(described, list))
    else:
        _add_neighbors(graph, adjacency, items)
    if isinstance(described, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in described):
        described = {str(name): value for name, value in described}
    for about, at in ((described, "graph"), (data.get("attributes"), "attributes")):
        if isinstance(about, dict):
            graph.about.append((about, (at,)))
    options = data.get("options")
    if data.get("directed") is False:
        graph.undirected = ("directed",)
    elif isinstance(options, dict) and options.get("type") == "undirected":
        graph.undirected = ("options", "type")
    if nodes not in data:
        ends = dict.fromkeys(end for edge in graph.edges for end in (edge.source, edge.target) if isinstance(end, str))
        graph.nodes += [JsonNode(end, {}, (key,)) for end in ends]
        graph.has_names = True
    graph.unread += [(name,) for name in sorted(data.keys() - _READ_OF_FILE - {key, nodes})]
    return graph


def edges_key(data: Mapping[str, object]) -> str:
    """What a file calls its edges."""
    return next((name for name in _EDGES if data.get(name)), next((name for name in _EDGES if name in data), "edges"))


def _has_ends(data: Mapping[str, object]) -> bool:
    """Whether a file has nothing but edges, which name their ends."""
    edges = data.get(edges_key(data))
    first = edges[0] if isinstance(edges, list) and edges else None
    if isinstance(first, list):
        return len(first) in (2, 3) and all(isinstance(end, str) for end in first[:2])
    return isinstance(first, dict) and any({*pair} <= first.keys() for pair in _ENDS)


def _add_nodes(graph: JsonGraph, nodes: object, at: At, items: Items) -> None:
    """Add nodes that are a list, of mappings or of ids, or a mapping with the ids as keys."""
    if isinstance(nodes, dict):
        for id, node in nodes.items():
            attributes = _flat(node, frozenset({"id"})) if isinstance(node, dict) else {}
            graph.nodes.append(JsonNode(id, attributes, (*at, id)))
        return
    if isinstance(nodes, list) and nodes and all(isinstance(node, str) for node in nodes):
        graph.nodes += [JsonNode(node, {}, (*at, index)) for index, node in enumerate(nodes)]
        graph.has_names = True
        return
    if isinstance(nodes, list) and any(isinstance(node, list) for node in nodes):
        # NetworkX's own pairs of a node and its attributes
        nodes = [{**node[1], "id": node[0]} if _is_pair(node) else node for node in nodes]
    start = len(graph.nodes)
    for index, node in items(nodes, "nodes", at):
        flat = _flat(node, frozenset())
        id = _value(node, _IDS)
        id = _value(flat, ("id",)) if id is None else id
        graph.nodes.append(JsonNode(id, {key: value for key, value in flat.items() if key not in _IDS}, (*at, index)))
    if all(node.id is None for node in graph.nodes[start:]):
        graph.has_names = True
        graph.nodes[start:] = [node._replace(id=_value(node.attributes, _NAMES)) for node in graph.nodes[start:]]


def _is_pair(node: object) -> TypeGuard[list[Any]]:
    return isinstance(node, list) and len(node) == 2 and isinstance(node[1], dict)


def _edges(edges: object, name: str, at: At, items: Items) -> Iterator[tuple[At, Attributes]]:
    """Edges that are a list of mappings, or of pairs with perhaps a third value."""
    if not isinstance(edges, list) or not any(isinstance(edge, list) for edge in edges):
        yield from (((*at, index), edge) for index, edge in items(edges, name, at))
        return
    pairs = [_edge_of_list(edge) if isinstance(edge, list) and len(edge) in (2, 3) else edge for edge in edges]
    yield from (((*at, index), edge) for index, edge in items(pairs, name, at))


def _edge_of_list(edge: list[object]) -> Attributes:
    more = edge[2] if len(edge) == 3 else {}
    attributes = more if isinstance(more, dict) else {"relation": more} if isinstance(more, str) else {}
    return {**attributes, "source": edge[0], "target": edge[1]}


def _add_links(graph: JsonGraph, edges: Iterator[tuple[At, Attributes]], at: At, *, counts: bool = False) -> None:
    """Add edges by their ends, which are ids, nodes, or the numbers of nodes, from 0, in their list."""
    ids = [node.id for node in graph.nodes]
    names = {id for id in ids if isinstance(id, (str, int, float))}
    links = []
    for path, edge in edges:
        pair = next((pair for pair in _ENDS if edge.keys() & set(pair)), _ENDS[0])
        source, target = (_end(edge.get(end), ids) for end in pair)
        if _arrows(edge) == {"from"}:
            source, target = target, source
        if edge.get("directed") is False or edge.get("undirected") is True:
            graph.undirected = graph.undirected or path
        links.append(JsonEdge(source, target, _flat(edge, _NOT_OF_EDGES), path))
    ends = [end for link in links for end in (link.source, link.target) if end is not None]
    are_numbers = bool(ends) and all(type(end) is int and 0 <= end < len(ids) for end in ends)
    if are_numbers and not graph.has_names and (counts or not any(end in names for end in ends)):
        graph.numbered = at
    if graph.numbered or graph.has_names:
        links = [
            link._replace(source=_numbered(link.source, ids), target=_numbered(link.target, ids)) for link in links
        ]
    graph.edges += links


def _arrows(edge: Attributes) -> set[str]:
    """The ends of an edge of vis.js that have an arrow head."""
    arrows = edge.get("arrows")
    if isinstance(arrows, dict):
        heads = {end: head.get("enabled", True) if isinstance(head, dict) else head for end, head in arrows.items()}
        return {end for end, is_there in heads.items() if is_there}
    return {end.strip() for end in arrows.split(",")} if isinstance(arrows, str) else set()


def _end(end: object, ids: list[object]) -> object:
    """The end of an edge; D3 puts the node itself there."""
    if not isinstance(end, dict):
        return end
    id = _value(end, _IDS)
    if id is None:
        id = _numbered(end.get("index"), ids)
    return _value(end, _NAMES) if id is None else id


def _numbered(end: object, ids: list[object]) -> object:
    return ids[end] if type(end) is int and 0 <= end < len(ids) else end


# Adjacency


def _add_neighbors(graph: JsonGraph, adjacency: list[object], items: Items) -> None:
    """Add the edges from each node to its neighbors, which stand in the order of the nodes."""
    for index, (node, neighbors) in enumerate(zip(graph.nodes, adjacency, strict=False)):
        at: At = ("adjacency", index)
        for place, neighbor in items(neighbors, "adjacency", at):
            target = _value(neighbor, _IDS)
            graph.edges.append(JsonEdge(node.id, target, _flat(neighbor, _NOT_OF_EDGES), (*at, place)))


def _is_adjacency(data: Mapping[str, object]) -> TypeGuard[Neighbors]:
    """Whether a mapping is one from each node to the list or the mapping of those that follow it."""
    targets: list[object] = []
    for value in data.values():
        is_mapping = isinstance(value, dict) and all(isinstance(attributes, dict) for attributes in value.values())
        if not isinstance(value, (list, dict)) or not (is_mapping or isinstance(value, list)):
            return False
        targets += value
    return all(isinstance(target, str) and target for target in targets) and any(target in data for target in targets)


def _add_adjacency(graph: JsonGraph, data: Neighbors) -> None:
    graph.has_names = True
    known = dict.fromkeys(data)
    for id, targets in data.items():
        for index, target in enumerate(targets):
            known.setdefault(target)
            at: At = (id, index) if isinstance(targets, list) else (id, target)
            attributes = {} if isinstance(targets, list) else _flat(targets[target], _NOT_OF_EDGES)
            graph.edges.append(JsonEdge(id, target, attributes, at))
    graph.nodes += [JsonNode(id, {}, (id,)) for id in known]


# The JSON Graph Format


def _add_json_graph(graph: JsonGraph, data: Attributes, at: At, items: Items) -> None:
    _add_nodes(graph, data.get("nodes", []), (*at, "nodes"), items)
    _add_links(graph, _edges(data.get("edges", []), "edges", (*at, "edges"), items), (*at, "edges"))
    metadata = data.get("metadata")
    about = {"title": data.get("label"), **(metadata if isinstance(metadata, dict) else {})}
    graph.about.append((about, at))
    if data.get("directed") is False:
        graph.undirected = (*at, "directed")
    known = {"nodes", "edges", "label", "metadata", "directed", "type", "id"}
    graph.unread += [(*at, key) for key in sorted(data.keys() - known)]


# Trees


def _children(data: Mapping[str, object]) -> tuple[str, list[object]] | None:
    """The key and the list of the children of a node."""
    return next(((key, value) for key in _CHILDREN if isinstance(value := data.get(key), list)), None)


def _add_trees(graph: JsonGraph, roots: list[tuple[int | None, Attributes]], at: At, items: Items) -> JsonGraph:
    """Add trees: each node with its children in it, which may be names alone."""
    waiting: list[tuple[int | None, Attributes, At]] = [
        (None, root, at if index is None else (*at, index)) for index, root in reversed(roots)
    ]
    links: list[tuple[int, int, Attributes]] = []
    while waiting:
        parent, node, path = waiting.pop()
        flat = _flat(node, frozenset(_CHILDREN))
        word = flat.pop("relation", None)
        id = _value(flat, _IDS)
        attributes = {name: value for name, value in flat.items() if name not in _IDS}
        graph.nodes.append(JsonNode(id, attributes, path))
        number = len(graph.nodes) - 1
        if parent is not None:
            links.append((parent, number, {"relation": word} if isinstance(word, str) else {}))
        if found := _children(node):
            key, named = found
            below = [{"name": child} if isinstance(child, str) else child for child in named]
            children = list(items(below, key, (*path, key)))
            waiting += [(number, child, (*path, key, index)) for index, child in reversed(children)]
    graph.has_names = all(node.id is None for node in graph.nodes)
    graph.nodes = [
        node if node.id is not None else node._replace(id=_value(node.attributes, _NAMES)) for node in graph.nodes
    ]
    graph.edges += [
        JsonEdge(graph.nodes[parent].id, graph.nodes[child].id, attributes, graph.nodes[child].at, (parent, child))
        for parent, child, attributes in links
    ]
    return graph
