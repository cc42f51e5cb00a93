"""The NetworkX face of a lineage: records become a `networkx.DiGraph` with plain attributes, and back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from pydantic import TypeAdapter, ValidationError

from modeltree._util.garbage import collector_paused
from modeltree.findings import Finding, LineageError, shown
from modeltree.records import About, Derivation, Model, Organization, Record, Relation

if TYPE_CHECKING:
    import networkx

__all__ = ["Said", "from_digraph", "from_json", "joined", "nested", "plain", "to_digraph"]

_SEPARATOR = "; "
_LISTS = frozenset({"aliases", "organizations", "sizes", "references"})
_RECORDS = "corrections"
_ORGANIZATIONS = TypeAdapter(list[Organization])


def plain(record: Record, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """The fields of a record that are set, as strings: lists joined, links as ``link_paper`` and the like.

    Corrections are one attribute, as JSON.

    Examples
    --------
    >>> plain(Model(id="llama", name="LLaMA", sizes=["7B", "13B"], links={"paper": "https://example.org"}))
    {'id': 'llama', 'name': 'LLaMA', 'sizes': '7B; 13B', 'link_paper': 'https://example.org'}
    """
    fields = record.model_dump(mode="json", exclude_defaults=True, exclude=set(leave_out))
    attributes: dict[str, str] = {}
    for name, value in fields.items():
        if name == "links":
            attributes |= {f"link_{kind}": address for kind, address in value.items()}
        elif name == "license" and isinstance(value, dict):
            attributes |= {"license": value["name"], "license_spdx": value["spdx"]}
        elif name == _RECORDS:
            attributes[name] = json.dumps(value, ensure_ascii=False)
        else:
            attributes[name] = joined(value) if isinstance(value, list) else value
    return attributes


def joined(items: list[str]) -> str:
    """One string for several; as a JSON list where joining them could not be undone."""
    text = _SEPARATOR.join(items)
    return text if _split(text) == items else json.dumps(items, ensure_ascii=False)


def _split(joined: str) -> list[str]:
    if joined.startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            return [str(item) for item in json.loads(joined)]
    return [item for item in joined.split(_SEPARATOR) if item]


class Said(dict[str, str]):
    """The attributes of a node or edge of a frozen graph: they do not change either. A copy of them does.

    Examples
    --------
    >>> Said(relation="finetune")["relation"] = "merge"
    Traceback (most recent call last):
    TypeError: the graph of a lineage does not change; its copy() does
    """

    def _refused(self, *_: object, **__: object) -> Never:
        raise TypeError("the graph of a lineage does not change; its copy() does")

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = __ior__ = _refused

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class _NodeAttributes(Mapping[str, Said]):
    """The attributes of the nodes, made when they are asked for."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def __getitem__(self, id: str) -> Said:
        return Said(self._nodes.attributes(self._nodes.positions[id]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes.positions)

    def __contains__(self, id: object) -> bool:
        return id in self._nodes.positions

    def __len__(self) -> int:
        return len(self._nodes.positions)


def to_digraph(nodes: Any, steps: Any, organizations: Sequence[Organization], about: About) -> networkx.DiGraph[str]:
    """A frozen graph: an edge runs from parent to child, attributes are strings and do not change.

    The organizations are one attribute of the graph, as JSON. There is none where the models name all of them and
    nothing else is known of any. So that millions of nodes have room, the attributes of a node are made when they are
    asked for, and edges that say the same share theirs.

    Parameters
    ----------
    nodes, steps
        The models and derivations, as `modeltree.graph.kept` or `modeltree.graph.columns` have them.
    organizations : sequence of Organization
        Who made the models.
    about : About
        What the lineage as a whole is.
    """
    import networkx

    graph: Any = networkx.DiGraph()
    graph.graph.update(plain(about))
    if set(organizations) != {Organization(id=name, name=name) for name in nodes.makers()}:
        records = [record.model_dump(mode="json", exclude_defaults=True) for record in organizations]
        graph.graph["organizations"] = json.dumps(records, ensure_ascii=False)
    none: dict[str, Said] = {}
    after, before = dict.fromkeys(nodes.ids, none), dict.fromkeys(nodes.ids, none)
    with collector_paused():
        for parent, child, attributes in steps.attributes():
            for row, one, other in ((after, parent, child), (before, child, parent)):
                if row[one] is none:
                    row[one] = {}
                row[one][other] = attributes
    graph._node, graph._adj, graph._pred = _NodeAttributes(nodes), after, before
    networkx.freeze(graph)
    found: networkx.DiGraph[str] = graph
    return found


def from_digraph(
    graph: networkx.DiGraph[Any], relation: Relation | str = Relation.FINETUNE
) -> tuple[list[Model], list[Derivation], list[Organization], About]:
    """The records that a graph stands for; attributes that are no fields are refused, all at once.

    Of the attributes of the graph as a whole, only ``organizations`` and those that are fields of `About` are read:
    programs keep their own there. Where some organizations are listed, the others that models name go by their ids.

    Parameters
    ----------
    graph : networkx.DiGraph
        Its nodes are strings or integers. A node without a name is named by its id.
    relation : Relation or str
        For edges that have no ``relation``.

    Raises
    ------
    LineageError
        When an attribute is no field of the record or has no fitting value.
    """
    if not graph.is_directed() or graph.is_multigraph():
        raise LineageError([Finding("not-a-digraph", f"a DiGraph is needed, not a {type(graph).__name__}")])
    problems: list[Finding] = []
    models: list[Model] = []
    derivations: list[Derivation] = []
    for node, attributes in graph.nodes(data=True):
        fields = {"name": str(node), **nested(attributes), "id": str(node)}
        if fields.get("label") == str(node):  # GEXF gives each node a label
            del fields["label"]
        try:
            models.append(Model.model_validate(fields))
        except ValidationError as error:
            problems += _described(f"node {shown(node)}", (str(node),), error)
    for parent, child, attributes in graph.edges(data=True):
        fields = {"relation": relation, **nested(attributes), "parent": str(parent), "child": str(child)}
        fields.pop("id", None)  # GEXF gives each edge a number
        try:
            derivations.append(Derivation.model_validate(fields))
        except ValidationError as error:
            what = f"edge {shown(parent)} -> {shown(child)}"
            problems += _described(what, (str(parent), str(child)), error)
    about = About()
    organizations: list[Organization] = []
    try:
        fields = {name: value for name, value in nested(graph.graph).items() if name in About.model_fields}
        about = About.model_validate(fields)
    except ValidationError as error:
        problems += _described("graph", (), error)
    try:
        organizations = _ORGANIZATIONS.validate_python(from_json(graph.graph.get("organizations", [])))
    except ValidationError as error:
        problems += _described("graph: organizations", (), error)
    if problems:
        raise LineageError(problems)
    if organizations:
        known = {record.id for record in organizations}
        organizations += [record for record in _implied(models) if record.id not in known]
    return models, derivations, organizations, about


def _implied(models: Iterable[Model]) -> list[Organization]:
    """The organizations that are known of only because models name them."""
    named = dict.fromkeys(name for model in models for name in model.organizations)
    return [Organization(id=name, name=name) for name in named]


def nested(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """The attributes of a node, an edge or a graph as fields of a record: what `plain` did, undone.

    Nothing is checked: what is no field and what has no fitting value stays as it is.

    Examples
    --------
    >>> nested({"sizes": "7B; 13B", "link_paper": "https://example.org", "weight": 1})
    {'sizes': ['7B', '13B'], 'weight': 1, 'links': {'paper': 'https://example.org'}}
    """
    fields: dict[str, Any] = {}
    links: dict[str, Any] = {}
    for name, value in ((str(name), value) for name, value in attributes.items()):
        if name in _LISTS and isinstance(value, str):
            fields[name] = _split(value)
        elif name == _RECORDS:
            fields[name] = from_json(value)
        elif name.startswith("link_"):
            links[name.removeprefix("link_")] = value
        elif name != "license_spdx":
            fields[name] = value
    if links:
        fields["links"] = links
    if "license_spdx" in attributes:
        fields["license"] = {"name": attributes.get("license"), "spdx": attributes["license_spdx"]}
    return fields


def from_json(value: Any) -> Any:
    """What a JSON text says; whatever else comes back as it is."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def _described(what: str, ids: tuple[str, ...], error: ValidationError) -> Iterator[Finding]:
    for detail in error.errors():
        field = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        yield Finding("bad-attribute", f"{what}: {field or 'attributes'}: {message}", ids=ids)
