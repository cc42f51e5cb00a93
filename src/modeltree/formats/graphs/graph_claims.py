"""What graph files share: nodes and edges become models and derivations, and XML is read without its dangers.

An attribute of a node or an edge that is named as a field of a record is read as that field, in the form that
`modeltree.Lineage.graph` writes: lists joined by ``; `` or as lists, links as ``link_paper`` and the like. So is one
that is named as people head the column of that field, with a note; ``parents`` of a node are derivations. A
``label`` is the name of a node or the relation of an edge where nothing else says it. All other attributes are
reported, one finding for each name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, NoReturn
from xml.parsers import expat

import numpy

from modeltree._util.files import bytes_of, write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import At, Finding, Position, SourceError, shown
from modeltree.formats.parsing import add_finding, limits, refuse_size
from modeltree.formats.parsing.jsontree import JsonTree, read_json
from modeltree.formats.repair.claims import Claims, Where, position_of
from modeltree.formats.repair.record_findings import (
    FormerNames,
    Tally,
    no_list,
    no_mapping,
    readable,
    refuse_larger,
    refuse_longer,
    unread_columns,
)
from modeltree.graph.network import attribute_rows, from_attributes, from_json, without_derived
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, Model, Relation, one_of
from modeltree.values.fields import fields_of_attributes, known_name, known_value, may_tell, relation_in
from modeltree.values.words import relation_of

Fields = dict[str, object]
"""A mapping as files have it."""

OWN = "modeltree:"
"""How the properties in a bill of materials begin that are fields of a record."""

Direction = Literal["parent-to-child", "child-to-parent"]
"""Whether the edges of a file run from parent to child or from child to parent."""

_NODE_FIELDS = frozenset(Model.model_fields) - {"id"}
_EDGE_FIELDS = frozenset(Derivation.model_fields) - {"parent", "child"}
_LISTS = frozenset({"aliases", "organizations", "sizes", "references"})
_OWN_ATTRIBUTES = _NODE_FIELDS | {"label", "license_spdx", "parents", "relation"}
_RELATION_WORDS = ("relation", "interaction", "kind", "label")


def report_ignored(ignored: Tally[str, Where], claims: Claims) -> None:
    """Report what has no place in a lineage; each sort once, however often it stands in a file."""
    for what, count, first in ignored:
        times = f"{count:,} times, first here" if count > 1 else "once"
        claims.report("ignored", f"{what} is not read: it stands {times}", where=position_of(first))


Rows = Iterator[tuple[str, dict[str, str]]]
"""Ids of models, and their attributes."""

EdgeRows = Iterator[tuple[str, str, dict[str, str]]]
"""Parents and children, and the attributes of the derivations."""


def graph_to_write(
    lineage: Lineage, progress: Progress = no_progress, *, by_parent: bool = True
) -> tuple[dict[str, str], Rows, EdgeRows]:
    """What files have of a lineage: the attributes of the graph, of the nodes, and of the edges.

    They are those of `modeltree.Lineage.graph`, in its order, without what the fields of a node say anyway; or edges
    are by child, as derivations are.
    """
    nodes, edges = lineage._nodes, lineage._edges
    if by_parent:
        edges = edges.rows(numpy.lexsort((edges.child, edges.parent)))
    parents, children = (map(nodes.ids.__getitem__, ends.tolist()) for ends in (edges.parent, edges.child))
    steps = attribute_rows(edges, Derivation, frozenset({"parent", "child"}))
    models = zip(nodes.ids, attribute_rows(nodes, Model, frozenset({"id"})), strict=True)
    count = len(nodes) + len(edges)
    return (
        lineage._graph_attributes,
        with_progress(models, progress, "write", count),
        with_progress(zip(parents, children, steps, strict=True), progress, "write", count, len(nodes)),
    )


def writer(
    text: Callable[..., Iterable[str]], *, is_read: bool = True, per_model: int = 0
) -> Callable[..., tuple[Finding, ...]]:
    """Make a writer of a function that gives the pieces of a file which carries all of a lineage.

    Where such files are read, what is too large for that is refused; each model takes some bytes at the least, besides
    its id and name.
    """

    def write(
        lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress, **options: object
    ) -> tuple[Finding, ...]:
        if is_read:
            refuse_graph(lineage, path)
            refuse_longer(lineage, path, limits.TEXT_BYTES, per_model)
        pieces = (piece.encode() for piece in text(lineage, progress=progress, **options))
        write_whole(path, readable(path, pieces, limits.TEXT_BYTES) if is_read else pieces)
        return ()

    return write


def refuse_graph(lineage: Lineage, path: str | os.PathLike[str]) -> None:
    """Refuse to save a graph of more nodes and edges than are read."""
    refuse_larger(path, len(lineage) + len(lineage._edges), limits.RECORDS, "models and derivations")


class GraphClaims:
    """The nodes and edges of a file on their way to claims; with `names` its nodes have names only, and no ids."""

    # Edges that say nothing have the given relation, by default ``unspecified``, and are reported.

    def __init__(self, direction: Direction, relation: Relation | str | None = None, *, names: bool = False) -> None:
        if direction not in ("parent-to-child", "child-to-parent"):
            raise ValueError(f"{shown(direction)} is no direction: write 'parent-to-child' or 'child-to-parent'")
        self.claims = Claims(names=names)
        self._downwards = direction == "parent-to-child"
        self._relation = None if relation is None else one_of(Relation, relation)
        self._indices: dict[str, int] = {}
        self._edges: list[tuple[str, str, Fields, Where, int | None]] = []
        self._ignored: Tally[str, Where] = Tally()
        self._former = FormerNames()
        self._undirected: Where | None = None
        self._understood: dict[str, tuple[str, Where]] = {}
        """The fields that attributes of nodes are known to stand for by their names."""
        self._unread: dict[str, Where] = {}  # attributes of nodes that may tell something and are not read
        self._said: set[str] = set()  # the fields that some node has
        self._parents: list[tuple[str, int, object, object, Where]] = []

    def node(self, id: object, attributes: Mapping[str, object], where: Where) -> int | None:
        """Add a node, and return the index of its claim; one without an id is reported and left out."""
        key = _key(id)
        if key is None:
            self._leave_out("missing-key", "a node has no id", "give it one", where)
            return None
        self._check_count(where)
        written = {name: value for name, value in without_derived(attributes).items() if not _is_blank(value, name)}
        named, known = fields_of_attributes(written, _OWN_ATTRIBUTES)
        for name, field_name in known.items():
            self._understood.setdefault(name, (field_name, where))
        parents, word = named.pop("parents", None), named.get("relation")
        current, conflicts = self._former.current(named, f"node {shown(key)}", partial(position_of, where), (key,))
        self.claims.findings += [replace(conflict, at=(), done="the first is left out") for conflict in conflicts]
        fields = self._fields(current, _NODE_FIELDS | {"label"}, "nodes", where)
        label = fields.pop("label", None)
        if label is not None and "name" not in fields:
            fields["name"] = label
        elif label is not None and str(label) not in (key, str(fields.get("name"))):
            self.ignored("attribute 'label' of nodes that have a name", where)
        if isinstance(fields.get("name"), (int, float)):
            fields["name"] = str(fields["name"])
        license = fields.get("license")
        if isinstance(license, dict) and license.get("name") is None:
            fields["license"] = {**license, "name": license.get("spdx")}
        index = self.claims.add(key, where, fields)
        self._indices.setdefault(key, index)
        self._said.update(fields)
        if parents is not None:
            self._parents.append((key, index, parents, word, where))
        return index

    def edge(
        self,
        source: object,
        target: object,
        attributes: Mapping[str, object],
        where: Where,
        indices: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Add an edge, perhaps with the claims that are meant by its ends; one that lacks an end is left out."""
        ends = _key(source), _key(target)
        if ends[0] is None or ends[1] is None:
            missing = "source" if ends[0] is None else "target"
            self._leave_out("missing-key", f"an edge has no {missing}", "name a node", where)
            return
        self._check_count(where)
        attributes = relation_in(attributes, _RELATION_WORDS)
        fields = self._fields(attributes, _EDGE_FIELDS | set(_RELATION_WORDS), "edges", where)
        self._edges.append((ends[0], ends[1], fields, where, indices[1] if self._downwards else indices[0]))

    def describe(self, attributes: Mapping[str, object], where: Where) -> None:
        """Add the attributes of the graph as a whole."""
        others = {name: value for name, value in attributes.items() if name != "organizations"}
        fields = self._fields(others, frozenset(About.model_fields) | {"name"}, "the graph", where)
        name = fields.pop("name", None)
        if isinstance(name, str):
            fields.setdefault("title", name)
        self.claims.about |= fields
        if not add_organizations(self.claims, attributes.get("organizations")):
            hint = 'write [{"id": …, "name": …}]'
            message = "organizations of the graph are no list of records"
            self._leave_out("bad-attribute", message, hint, where, "they are left out")

    def undirected(self, where: Where) -> None:
        """Take note of an edge that has no direction, or of a graph whose edges have none."""
        self._undirected = self._undirected or where

    def ignored(self, what: str, where: Where) -> None:
        """Take note of something that has no place in a lineage; each is reported once."""
        self._ignored.add(what, where)

    def finished(self) -> Claims:
        """What the whole graph claims."""
        for source, target, fields, where, index in self._edges:
            parent, child = (source, target) if self._downwards else (target, source)
            word = self._word(fields, where)
            self.claims.derive(
                self._indices.get(child, child) if index is None else index, parent, word, where, **fields
            )
        self._derive_from_parents()
        self._report_attributes()
        if self._undirected:
            message = "the edges have no direction"
            done = f"they are read from {'parent to child' if self._downwards else 'child to parent'}"
            self.claims.report("not-a-digraph", message, where=position_of(self._undirected), done=done)
        report_ignored(self._ignored, self.claims)
        self.claims.findings += self._former.notes()
        return self.claims

    def _derive_from_parents(self) -> None:
        """Add the derivations that nodes say by themselves, as far as no edge does."""
        there = {(source, target) if self._downwards else (target, source) for source, target, *_ in self._edges}
        for key, index, parents, word, where in self._parents:
            for parent in parents if isinstance(parents, list) else [parents]:
                name = _key(parent)
                if name is None:
                    message = f"parent {shown(parent)} of node {shown(key)} is no id"
                    self._leave_out("bad-attribute", message, "write the id of a node", where)
                elif (name, key) not in there:
                    self.claims.derive(index, name, word if isinstance(word, str) else self._relation, where)

    def _report_attributes(self) -> None:
        """Report which attributes of nodes are read by their names, and which may say what no model has."""
        for name, (field_name, where) in self._understood.items():
            message = f"attribute {shown(name)} of nodes is taken for {field_name!r}"
            self.claims.report("inferred-column", message, where=position_of(where))
        if self._unread:
            read = self._said | ({"parents"} if self._edges or self._parents else set())
            where = position_of(next(iter(self._unread.values())))
            self.claims.findings += unread_columns([*self._unread], read, where, "attribute")

    def _leave_out(self, kind: str, message: str, hint: str, where: Where, done: str = "it is left out") -> None:
        self.claims.report(kind, message, hint, where=position_of(where), done=done)

    def _fields(self, attributes: Mapping[str, object], known: frozenset[str], what: str, where: Where) -> Fields:
        """The attributes that are fields; the others are ignored."""
        fields = from_attributes({name: value for name, value in attributes.items() if not _is_blank(value, name)})
        for name in _LISTS & fields.keys():
            if not isinstance(fields[name], (list, dict)):
                fields[name] = [fields[name]]
        for name in [name for name in fields if name not in known]:
            value = fields.pop(name)
            if what == "nodes" and may_tell(name, value):
                self._unread.setdefault(name, where)
            self.ignored(f"attribute {shown(name)} of {what}", where)
        return fields

    def _word(self, fields: Fields, where: Where) -> Relation | str | None:
        """The word for the relation, taken out of the fields of an edge."""
        words = {name: str(fields.pop(name)) for name in _RELATION_WORDS if name in fields}
        chosen = next(iter(words.values()), None)
        for name, word in words.items():
            if word != chosen:
                self.ignored(f"attribute {name!r} of edges that have another word for the relation", where)
        return self._relation if chosen is None else chosen

    def _check_count(self, where: Where) -> None:
        if len(self.claims.models) + len(self._edges) >= limits.RECORDS:
            refuse_size(position_of(where), f"the graph is too large: more than {limits.RECORDS:,} nodes and edges")


def add_organizations(claims: Claims, value: object) -> bool:
    """Add the records of organizations in a list or its JSON; False where the value is neither nor None."""
    records = from_json(value)
    is_right = records is None or (isinstance(records, list) and all(isinstance(record, dict) for record in records))
    claims.organizations += (records or []) if is_right else []
    return is_right


def add_about(claims: Claims, own: dict[str, str], where: Position) -> None:
    """Add the fields of a whole lineage that a bill of materials has in properties."""
    organizations = own.pop("organizations", None)
    claims.about |= from_attributes(own)
    if not add_organizations(claims, organizations):
        claims.report("bad-attribute", "organizations are no list of records", where=where)


def edge_fields(own: Mapping[str, str]) -> Fields:
    """The fields of a derivation that a bill of materials has in properties, but for the relation."""
    return from_attributes({name: own[name] for name in ("note", "references") if name in own})


def text_of(value: object) -> str | None:
    """A text that is not blank."""
    return value.strip() or None if isinstance(value, str) else None


def _key(id: object) -> str | None:
    """The id of a node as text, or None for a value that is no id; NetworkX writes tuples as lists."""
    if isinstance(id, (list, tuple)):
        parts = [_key(part) for part in id]
        return "/".join(part for part in parts if part) if parts and all(parts) else None
    if isinstance(id, float) and id.is_integer():
        id = int(id)
    if isinstance(id, bool) or not isinstance(id, (str, int, float)):
        return None
    return str(id).strip() or None


def _is_blank(value: object, name: str = "") -> bool:
    plain = known_name(value) if name in ("name", "label") else known_value(value)
    return plain in (None, [], {}) and not (isinstance(value, str) and name in _RELATION_WORDS and relation_of(value))


# JSON


def mapping_of(path: str | os.PathLike[str], what: str, lists: str) -> tuple[JsonTree, Fields]:
    """The mapping that a JSON file holds; any other file is a `SourceError`."""
    tree = read_json(Path(path))
    if not tree.whole:
        raise SourceError(tree.problems)
    if not isinstance(tree.data, dict):
        problem = Finding("wrong-type", f"no {what}: a mapping with {lists} is needed", position=tree.position())
        raise SourceError([*tree.problems, problem])
    return tree, tree.data


def mappings_in(
    items: object, name: str, tree: JsonTree, path: At, findings: list[Finding]
) -> Iterator[tuple[int, Fields]]:
    """The mappings in a list at a path, with their indices; anything else but None is reported."""
    if items is not None and not isinstance(items, list):
        findings.append(replace(no_list(items, name).located(tree.position(path)), done="it is left out"))
        return
    for index, item in enumerate(items or []):
        if isinstance(item, dict):
            yield index, item
        else:
            where = tree.position((*path, index))
            add_finding(findings, replace(no_mapping(item, name).located(where), done="it is left out"))


def within(tree: JsonTree, *path: str | int) -> Callable[..., Position]:
    """A function for the positions of the parts of a part of a file."""

    def position(at: At = ()) -> Position:
        return tree.position((*path, *at))

    return position


# XML


@dataclass(slots=True)
class Element:
    """An element of XML while it is read: only those around a place are kept."""

    tag: str  # without prefix
    attributes: dict[str, str]
    position: Position
    around: Element | None
    data: dict[str, str] = field(default_factory=dict)  # what a reader gathers of what is in it
    has_elements: bool = False
    _text: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it, without that of elements in it."""
        return "".join(self._text)

    def inside(self, *tags: str) -> Element | None:
        """The innermost element around it that has one of some tags."""
        element = self.around
        while element is not None and element.tag not in tags:
            element = element.around
        return element

    def gather(self, name: str, value: str) -> bool:
        """Keep a value; False where there is one of that name already."""
        return self.data.setdefault(name, value) is value


def read_xml(
    path: Path, root: str, what: str, opened: Callable[[Element], None], closed: Callable[[Element], None]
) -> None:
    """Read an XML file element by element; `opened` gets those that begin, `closed` those that end, with their text."""
    # Document types and entities are refused, for they can blow a file up and name other files; so is deep nesting. The
    # outermost element has the tag `root`, and `what` is what the format is called in a message.
    content = bytes_of(path, limits.TEXT_BYTES)
    if len(content) > limits.TEXT_BYTES:
        refuse_size(path, f"the file is too large: more than {limits.TEXT_BYTES // 2**20} MiB")
    parser = expat.ParserCreate()
    innermost: list[Element] = []
    begun = False

    def position() -> Position:
        return Position(path, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal begun
        begun = True
        around = innermost[-1] if innermost else None
        element = Element(name.rpartition(":")[2], attributes, position(), around)
        if around is None and element.tag != root:
            _refuse("syntax", f"no {what}: the file begins with <{name[:60]}>", f"<{root}> is needed", position())
        if len(innermost) >= limits.DEPTH:
            _refuse("too-deep", f"nested more than {limits.DEPTH} deep", None, position())
        if around is not None:
            around.has_elements = True
        innermost.append(element)
        opened(element)

    def end(_name: str) -> None:
        closed(innermost.pop())

    def characters(written: str) -> None:
        # White space between elements would pile up in those that hold millions of others.
        if innermost and (not innermost[-1].has_elements or written.strip()):
            innermost[-1]._text.append(written)

    def doctype(*_: object) -> None:
        _refuse("tag", "a document type, which can name other files and blow up", "remove <!DOCTYPE …>", position())

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        message = f"no XML: {expat.ErrorString(error.code)}" if content.strip() else "the file is empty"
        _refuse("syntax", message, None, Position(path, error.lineno, error.offset + 1))
    except (LookupError, ValueError) as error:  # an encoding that is unknown, or that is none of text
        if begun or isinstance(error, SourceError):
            raise
        _refuse("encoding", f"an encoding that is not read: {error}"[:300], "save the file as UTF-8", Position(path, 1))


def _refuse(kind: str, message: str, hint: str | None, position: Position) -> NoReturn:
    raise SourceError.of(kind, message, hint, position=position)
