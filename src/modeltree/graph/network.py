"""A lineage as other libraries take it: a `networkx.DiGraph` with plain attributes, and back, and rows for tables."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Never, Protocol, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from modeltree._util import collector_paused
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import Finding, InvalidSizeError, LineageError, MissingExtraError, shown
from modeltree.graph.columns import dumped, factored
from modeltree.records import About, Derivation, Links, Model, Organization, ParameterCount, Record, Relation
from modeltree.values.fields import fields_of_attributes, plain_value, read_fields, relation_in

if TYPE_CHECKING:
    import networkx

__all__ = [
    "FrozenAttributes", "Rows", "attribute_rows", "edge_rows", "from_attributes", "from_digraph", "from_json",
    "graph_attributes", "join_list", "model_rows", "to_attributes", "to_digraph", "without_derived",
]  # fmt: skip

_SEPARATOR = "; "
_LISTS = frozenset({"aliases", "organizations", "sizes", "references"})
_LIST_COLUMNS = ("aliases", "organizations", "references", "parents", "children")
_RECORDS = "corrections"
_ATTRIBUTES_OF = {
    "links": tuple(f"link_{kind}" for kind in Links.model_fields), "license": ("license", "license_spdx"),
}  # fmt: skip
_AT_ONCE = 1 << 14
_MANY = 100_000
_OWN_ATTRIBUTES = frozenset(Model.model_fields) | {"label", "license_spdx", "parents"}
_ORGANIZATIONS = TypeAdapter(list[Organization])

V = TypeVar("V")


class Fields(Protocol):
    """What rows need of models or derivations; see `modeltree.graph.store`."""

    def __len__(self) -> int: ...

    def has(self, name: str) -> bool: ...

    def field(self, name: str, nodes: slice = ..., /) -> list[Any]: ...


def to_attributes(record: Record, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """The fields of a record that are set, as strings: lists joined, links as ``link_paper`` and the like.

    Corrections are one attribute, as JSON.

    Examples
    --------
    >>> to_attributes(Model(id="llama", name="LLaMA", sizes=["7B", "13B"], links={"paper": "https://example.org"}))
    {'id': 'llama', 'name': 'LLaMA', 'sizes': '7B; 13B', 'link_paper': 'https://example.org'}
    """
    fields = record.model_dump(mode="json", exclude_defaults=True, exclude=set(leave_out))
    return {name: text for field, value in fields.items() for name, text in _attributes_of(field, value).items()}


def _attributes_of(field: str, value: Any) -> dict[str, str]:
    """A field that is set, as JSON has it, as attributes."""
    if field == "links":
        return {f"link_{kind}": address for kind, address in value.items()}
    if field == "license" and isinstance(value, dict):
        return {"license": value["name"], "license_spdx": value["spdx"]}
    if field == _RECORDS:
        return {field: json.dumps(value, ensure_ascii=False)}
    return {field: join_list(value) if isinstance(value, list) else value}


def attribute_rows(
    fields: Fields, record: type[Record], leave_out: frozenset[str] = frozenset(), span: slice | None = None
) -> Iterator[dict[str, str]]:
    """What `to_attributes` gives of many records, each distinct value of a field once; of all, or of a slice."""
    if span is None:
        for start in range(0, len(fields), _AT_ONCE):
            yield from attribute_rows(fields, record, leave_out, slice(start, min(start + _AT_ONCE, len(fields))))
        return
    count = span.stop - span.start
    columns: dict[str, list[str | None]] = {}
    for name, field in record.model_fields.items():
        if name in leave_out or not fields.has(name):
            continue
        values, codes = factored(fields.field(name, span), count)
        default = None if field.is_required() else field.get_default()
        plain = [None, *dumped(record, name, values[1:], exclude_defaults=True)]
        parts = [
            {} if value is None or value == default else _attributes_of(name, written)
            for value, written in zip(values, plain, strict=True)
        ]
        for key in _ATTRIBUTES_OF.get(name, (name,)):
            texts = [part.get(key) for part in parts]
            if any(text is not None for text in texts):
                columns[key] = list(map(texts.__getitem__, codes.tolist()))
    if not columns:
        yield from ({} for _ in range(count))
    names = list(columns)
    for row in zip(*columns.values(), strict=True):
        yield {name: text for name, text in zip(names, row, strict=True) if text is not None}


def join_list(items: list[str]) -> str:
    """One string for several; as a JSON list where joining them could not be undone."""
    text = _SEPARATOR.join(items)
    return text if _split(text) == items else json.dumps(items, ensure_ascii=False)


def _split(text: str) -> list[str]:
    if text.startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            return [str(item) for item in json.loads(text)]
    return [item for item in text.split(_SEPARATOR) if item]


class FrozenAttributes(dict[str, Any]):
    """The attributes of a node or edge of a frozen graph: they do not change either. A copy of them does.

    Examples
    --------
    >>> FrozenAttributes(relation="finetune")["relation"] = "merge"
    Traceback (most recent call last):
    TypeError: the graph of a lineage does not change; its copy() does
    """

    def _refused(self, *_: object, **__: object) -> Never:
        raise TypeError("the graph of a lineage does not change; its copy() does")

    __setitem__ = __delitem__ = update = setdefault = popitem = clear = __ior__ = _refused

    def pop(self, key: str, *default: Any) -> Any:
        """The default where there is no such attribute, as writers of NetworkX ask for; else this is refused."""
        return default[0] if default and key not in self else self._refused()

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class Nodes(Fields, Protocol):
    """What `to_digraph` needs of the models; see `modeltree.graph.store.NodeStore`."""

    @property
    def indices(self) -> Mapping[str, int]: ...

    def attributes(self, node: int) -> dict[str, Any]: ...


class Edges(Protocol):
    """What `to_digraph` needs of the derivations; see `modeltree.graph.store.EdgeStore`."""

    def neighbors_of(self, node: int, key: Literal["parent", "child"]) -> Mapping[str, FrozenAttributes]: ...

    def neighbors(self, key: Literal["parent", "child"]) -> Iterator[tuple[str, Mapping[str, FrozenAttributes]]]: ...


class _ByNode(Mapping[str, V]):
    """What belongs to each node, by its id, made when it is asked for."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes.indices)

    def __contains__(self, id: object) -> bool:
        return id in self._nodes.indices

    def __len__(self) -> int:
        return len(self._nodes)

    def items(self) -> ItemsView[str, V]:
        """All of them, made one after another, as `copy` and writers of NetworkX ask for."""
        return _Items(self)

    def _all(self) -> Iterable[V]:
        raise NotImplementedError


class _Items(ItemsView[str, V]):
    _mapping: _ByNode[V]

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return zip(self._mapping, self._mapping._all(), strict=True)


class _Neighbors(_ByNode[Mapping[str, FrozenAttributes]]):
    """The nodes that edges of each lead to, with their attributes; they are kept, and all made at once if many are."""

    def __init__(self, nodes: Nodes, edges: Edges, key: Literal["parent", "child"]) -> None:
        super().__init__(nodes)
        self._edges, self._key = edges, key
        self._kept: dict[str, Mapping[str, FrozenAttributes]] = {}

    def __getitem__(self, id: str) -> Mapping[str, FrozenAttributes]:
        row = self._kept.get(id)
        if row is None and len(self._kept) < len(self) // 4:
            row = self._kept[id] = self._edges.neighbors_of(self._nodes.indices[id], self._key)
        return self._filled()[id] if row is None else row

    def _filled(self) -> dict[str, Mapping[str, FrozenAttributes]]:
        if len(self._kept) < len(self):
            with collector_paused():
                none: Mapping[str, FrozenAttributes] = {}
                self._kept = {**dict.fromkeys(self, none), **dict(self._edges.neighbors(self._key))}
        return self._kept

    def _all(self) -> Iterable[Mapping[str, FrozenAttributes]]:
        return self._filled().values()


class _NodeAttributes(_ByNode[FrozenAttributes]):
    """The attributes of the nodes."""

    def __getitem__(self, id: str) -> FrozenAttributes:
        attributes = self._nodes.attributes(self._nodes.indices[id])
        return FrozenAttributes(attributes | _derived(attributes))

    def _all(self) -> Iterable[FrozenAttributes]:
        rows = attribute_rows(self._nodes, Model, frozenset({"id"}))
        return (FrozenAttributes(row | _derived(row)) for row in rows)


def _derived(attributes: Mapping[str, Any]) -> dict[str, str | float]:
    """What other programs look for and the fields of a model say: a label, and the largest size as a number."""
    derived: dict[str, str | float] = {}
    if isinstance(attributes.get("name"), str):
        derived["label"] = attributes["name"]
    sizes = attributes.get("sizes")
    with contextlib.suppress(InvalidSizeError):
        if isinstance(sizes, str) and sizes:
            derived["parameters"] = max(float(ParameterCount.parse(size)) for size in _split(sizes))
    return derived


def without_derived(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a node without the ``label`` and ``parameters`` that its fields say anyway.

    Examples
    --------
    >>> without_derived({"name": "LLaMA", "label": "LLaMA", "sizes": "7B; 13B", "parameters": "1.3e10"})
    {'name': 'LLaMA', 'sizes': '7B; 13B'}
    """
    derived = _derived(attributes)
    repeated = {name for name, value in derived.items() if _equal(attributes.get(name), value)}
    return {name: value for name, value in attributes.items() if name not in repeated}


def _equal(value: object, derived: str | float) -> bool:
    """Whether an attribute is what was derived; formats without numbers have these as text."""
    if isinstance(value, str) and isinstance(derived, float):
        with contextlib.suppress(ValueError):
            value = float(value)
    return value == derived


def graph_attributes(about: About, organizations: Sequence[Organization]) -> dict[str, str]:
    """The attributes of a graph as a whole: some organizations, if any, are one of them, as JSON."""
    attributes = to_attributes(about)
    if organizations:
        records = [record.model_dump(mode="json", exclude_defaults=True) for record in organizations]
        attributes["organizations"] = json.dumps(records, ensure_ascii=False)
    return attributes


def to_digraph(nodes: Nodes, edges: Edges, about: Mapping[str, str]) -> networkx.DiGraph[str]:
    """A frozen graph: an edge runs from parent to child, and attributes do not change.

    They are strings, but for ``parameters``, which is a number. So that millions of nodes have room, the attributes of
    a node are made when they are asked for, and of many nodes the neighbors are, too.
    """
    import networkx

    graph: Any = networkx.DiGraph()
    graph._node, around = _NodeAttributes(nodes), [_Neighbors(nodes, edges, key) for key in ("parent", "child")]
    graph._adj, graph._pred = (each._filled() for each in around) if len(nodes) < _MANY else around
    graph.graph = FrozenAttributes(about)
    networkx.freeze(graph)
    frozen: networkx.DiGraph[str] = graph
    return frozen


def from_digraph(
    graph: networkx.DiGraph[Any], relation: Relation | str = Relation.FINETUNE, progress: Progress = no_progress
) -> tuple[list[Model], list[Derivation], list[Organization], About]:
    """The records that a graph stands for; attributes that are no fields are refused, all at once.

    An attribute may be called as people head the column of a field: ``Release date`` or ``developer``.
    Of the attributes of the graph as a whole, only ``organizations`` and those that are fields of `About` are read:
    programs keep their own there. Where some organizations are listed, the others that models name go by their ids.
    """
    if not (hasattr(graph, "is_directed") and hasattr(graph, "nodes")):  # a Lineage is directed, and is no graph
        raise TypeError(f"{shown(graph)} is no graph of NetworkX")
    if not graph.is_directed() or graph.is_multigraph():
        raise LineageError([Finding("not-a-digraph", f"a DiGraph is needed, not a {type(graph).__name__}")])
    problems: list[Finding] = []
    models: list[Model] = []
    derivations: list[Derivation] = []
    for node, attributes in with_progress(graph.nodes(data=True), progress, "nodes", len(graph)):
        given = without_derived({str(name): value for name, value in attributes.items()})
        fields = {"name": str(node), **_understood(fields_of_attributes(given, _OWN_ATTRIBUTES)[0]), "id": str(node)}
        if fields.get("label") == str(node):  # GEXF gives each node a label
            del fields["label"]
        try:
            models.append(Model.model_validate(fields))
        except ValidationError as error:
            problems += _described(f"node {shown(node)}", (str(node),), error)
    for parent, child, attributes in with_progress(graph.edges(data=True), progress, "edges", len(graph.edges)):
        written = relation_in({str(name): value for name, value in attributes.items()}, Derivation.model_fields)
        fields = {"relation": relation, **_understood(written), "parent": str(parent), "child": str(child)}
        fields.pop("id", None)  # GEXF gives each edge a number
        try:
            derivations.append(Derivation.model_validate(fields))
        except ValidationError as error:
            what = f"edge {shown(parent)} -> {shown(child)}"
            problems += _described(what, (str(parent), str(child)), error)
    about = About()
    organizations: list[Organization] = []
    try:
        fields = {name: value for name, value in from_attributes(graph.graph).items() if name in About.model_fields}
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


def _understood(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields that attributes are, as people and libraries write them; what is missing is left out."""
    fields, _ = read_fields(from_attributes({name: plain_value(value) for name, value in attributes.items()}))
    for name in _LISTS & fields.keys():
        fields[name] = fields[name] if isinstance(fields[name], (list, tuple)) else [fields[name]]
    return fields


def _implied(models: Iterable[Model]) -> list[Organization]:
    """The organizations that are known of only because models name them."""
    named = dict.fromkeys(name for model in models for name in model.organizations)
    return [Organization(id=name, name=name) for name in named]


def from_attributes(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """The attributes of a node, an edge or a graph as fields of a record: what `to_attributes` did, undone.

    Nothing is checked: what is no field and what has no fitting value stays as it is.

    Examples
    --------
    >>> from_attributes({"sizes": "7B; 13B", "link_paper": "https://example.org", "weight": 1})
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


# Rows


def model_rows(nodes: Fields, kin: Callable[[slice], tuple[list[list[str]], list[list[str]]]]) -> Rows:
    """A row for each model; `modeltree.Lineage.to_records` says what is in it."""
    plain = [name for name in Model.model_fields if name not in ("links", "license", "corrections", "sizes")]

    def columns(span: slice) -> dict[str, list[Any]]:
        count = span.stop - span.start
        found: dict[str, list[Any]] = {name: _dumped(nodes, Model, name, span, count) for name in plain}
        found["sizes"] = [list(map(int, sizes)) for sizes in nodes.field("sizes", span)]
        licenses = nodes.field("license", span)
        found["license"] = [license.name if license else None for license in licenses]
        found["license_spdx"] = [license.spdx if license else None for license in licenses]
        links = nodes.field("links", span) if nodes.has("links") else ()
        for kind in Links.model_fields:
            found[f"link_{kind}"] = [getattr(each, kind) for each in links] if links else [None] * count
        found["parents"], found["children"] = kin(span)
        return found

    return Rows(len(nodes), columns)


def _dumped(fields: Fields, record: type[Record], name: str, span: slice, count: int) -> list[Any]:
    """A field of some records as JSON has it."""
    if not fields.has(name):
        default = record.model_fields[name].get_default()
        return [[] for _ in range(count)] if default == () else [default if default is None else str(default)] * count
    return dumped(record, name, fields.field(name, span))


def edge_rows(edges: Fields) -> Rows:
    """A row for each derivation; `modeltree.Lineage.derivations_to_records` says what is in it."""
    names = list(Derivation.model_fields)
    return Rows(len(edges), lambda span: {name: dumped(Derivation, name, edges.field(name, span)) for name in names})


class Rows:
    """Dictionaries with the same keys, to be read like a list; each is made when it is asked for.

    It is no `collections.abc.Sequence`: of those polars takes the types of the columns from the first hundred rows,
    and fails where a value comes later. From this it takes them as Arrow, with the types that they have.
    """

    __slots__ = ("_columns", "_count")
    __hash__ = None  # type: ignore[assignment]  # a list has none either
    _AT_ONCE, _MOST_SHOWN = 1 << 14, 1000

    def __init__(self, count: int, columns: Callable[[slice], dict[str, list[Any]]]) -> None:
        self._count, self._columns = count, columns

    def _rows(self, start: int, stop: int) -> list[dict[str, Any]]:
        with collector_paused():
            columns = self._columns(slice(start, stop))
            keys: dict[str, Any] = dict.fromkeys(columns)
            rows = [keys.copy() for _ in range(start, stop)]
            for name, values in columns.items():
                if values.count(None) < len(values):
                    for row, value in zip(rows, values, strict=True):
                        row[name] = value
            return rows

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        starts = range(0, self._count, self._AT_ONCE)
        return chain.from_iterable(self._rows(start, min(start + self._AT_ONCE, self._count)) for start in starts)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if not isinstance(index, slice):
            row = range(self._count)[index]
            return self._rows(row, row + 1)[0]
        wanted = range(self._count)[index]
        if not wanted or wanted.step == 1:
            return self._rows(wanted.start, wanted.stop) if wanted else []
        return [self[row] for row in wanted]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows | list) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return repr(list(self)) if self._count <= self._MOST_SHOWN else f"<{self._count:,} rows>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as an Arrow stream: by pyarrow in batches that are made as they are asked for, else by polars."""
        names = self._columns(slice(0, 0)) if self._count else ()
        starts = range(0, self._count, self._AT_ONCE)
        parts = (slice(start, min(start + self._AT_ONCE, self._count)) for start in starts)
        try:
            arrow = importlib.import_module("pyarrow")
        except ImportError:
            arrow = None
        try:
            library = arrow or importlib.import_module("polars")
        except ImportError:
            raise MissingExtraError("rows become Arrow by pyarrow or polars: pip install polars") from None
        text, list_ = (arrow.string(), arrow.list_) if arrow else (library.String, library.List)
        types = {name: list_(text) if name in _LIST_COLUMNS else text for name in names}
        if "sizes" in types:
            types["sizes"] = list_(arrow.int64() if arrow else library.Int64)
        if arrow:
            schema = arrow.schema(types)
            batches = (arrow.RecordBatch.from_pydict(self._columns(part), schema=schema) for part in parts)
            return arrow.RecordBatchReader.from_batches(schema, batches).__arrow_c_stream__(requested_schema)
        frames = [library.DataFrame(self._columns(part), schema=types) for part in parts]
        return library.concat([library.DataFrame(schema=types), *frames]).__arrow_c_stream__(requested_schema)
