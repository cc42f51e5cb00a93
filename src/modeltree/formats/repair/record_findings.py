"""Findings about records and whole lineages.

There are values that do not fit their fields, fields that a format cannot hold, impossible dates, missing facts, and
models that may be the same.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

import numpy
from numpy.typing import NDArray
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from modeltree._util.files import is_stream
from modeltree._util.text import counted
from modeltree.findings import At, Finding, InvalidDateError, InvalidSizeError, Position, SourceError, nearest, shown
from modeltree.graph.columns import RecordFields, listed
from modeltree.graph.csr import distinct
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, Kind, Model, Organization, Record, Relation
from modeltree.values.words import quiet_key

Ids = tuple[str, ...]
K = TypeVar("K")
T = TypeVar("T")

_RIGHT = re.compile(": (write [^']*)$")
_QUOTED = re.compile(r"'([^']*)'")
_RIGHT_LIST = "write a list, or leave the key out"
_RIGHT_MAPPING = "write 'key: value' lines"

# What a value is not, and what would be right, for the fields whose form a pattern checks.
_FORMS = {
    "country": ("country code", "write two capital letters, as US"),
    "icon": ("name of an icon file", "write it without folder and extension"),
    "spdx": ("SPDX identifier", "write one of the SPDX license list, as Apache-2.0"),
    "url": ("web address", "write https://…"),
    "links": ("web address", "write https://…"),
}
_ID_FORM = ("id", "an id has no spaces")


def described(value: object) -> str:
    """What stands in a file, as a message calls it."""
    kinds = {list: "a list", dict: "a mapping", type(None): "nothing"}
    return kinds.get(type(value)) or shown(value)


def unknown_key(key: str, owner: str, known: Sequence[str], ids: Ids = (), at: At = ()) -> Finding:
    """A key that nothing is read from."""
    close = nearest(key, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    return Finding("unknown-key", f"unknown key {shown(key)} in {owner}", hint, ids, at)


def no_list(value: object, what: str, at: At = ()) -> Finding:
    """Something else where a list should be."""
    return Finding("wrong-type", f"{what}: {described(value)} is no list", _RIGHT_LIST, at=at)


def no_mapping(value: object, what: str) -> Finding:
    """Something else where a mapping should be."""
    return Finding("wrong-type", f"{what}: {described(value)} is no mapping", _RIGHT_MAPPING)


def findings_from_pydantic(
    details: Iterable[ErrorDetails], owner: str, keys: Mapping[str, type[BaseModel]], ids: Ids = (), within: str = ""
) -> Iterator[Finding]:
    """What pydantic found wrong with a record, as findings; `Finding.at` is the path into the record."""
    # `owner` names the record, as "model 'vicuna'", or the one that it is part of under the key `within`; `keys` has
    # the type of the record under each key of the owner, which itself is "".
    for detail in details:
        at = detail["loc"]
        names = [*filter(None, [within]), *(part for part in at if isinstance(part, str))]
        path = ".".join(names[:-1])
        holder = f"{path} of {owner}" if path else owner
        if detail["type"] == "extra_forbidden":
            inside = keys[names[-2] if len(names) > 1 else ""]
            yield unknown_key(names[-1], holder, list(inside.model_fields), ids, at)
        elif detail["type"] == "missing":
            yield Finding("missing-key", f"{holder} has no {names[-1]!r}", f"add '{names[-1]}: …'", ids, at[:-1])
        else:
            kind, message, hint = _wrong_value(detail, names)
            whose = f"{'.'.join(names)} of {owner}" if names else owner
            # Only a check of two fields against each other has no field: openness and access, where access says more.
            yield Finding(kind, f"{whose}: {message}", hint, ids, at or ("access",))


def _wrong_value(detail: ErrorDetails, names: list[str]) -> tuple[str, str, str | None]:
    """The kind of problem, the message and the hint."""
    value, context = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "enum" | "literal_error":
            return _unknown_word(value, _QUOTED.findall(context["expected"]), names[-1])
        case "tuple_type":
            right = f"write [{value}]" if isinstance(value, str) and len(value) <= 60 else _RIGHT_LIST
            return "wrong-type", f"{described(value)} is no list", right
        case "model_type":
            return "wrong-type", f"{described(value)} is no mapping", _RIGHT_MAPPING
        case "string_type" | "string_unicode":
            return "wrong-type", f"{described(value)} is no text", "write a text"
        case "string_too_short":
            return "bad-value", "the text is empty", "write a text"
        case "string_too_long":
            return "bad-value", f"{described(value)} is too long", f"write at most {context['max_length']} characters"
        case "string_pattern_mismatch":
            what, right = _FORMS.get(names[-1], _FORMS.get(names[0], _ID_FORM))
            return "bad-value", f"{described(value)} is no {what}", right
    cause = context.get("error")
    kinds = {"bad-date": InvalidDateError, "bad-size": InvalidSizeError}
    kind = next((kind for kind, error in kinds.items() if isinstance(cause, error)), "bad-value")
    message = str(cause or detail["msg"])
    if isinstance(value, str):
        message = message.replace(repr(value), shown(value))
    hint = _RIGHT.search(message)
    return (kind, message[: hint.start()], hint[1]) if hint else (kind, message, None)


def _unknown_word(value: object, words: list[str], name: str) -> tuple[str, str, str]:
    close = nearest(value, words, 1) if isinstance(value, str) else ()
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(words)}"
    return "unknown-relation" if name == "relation" else "unknown-word", f"{described(value)} is no {name}", hint


class Tally(Generic[K, T]):
    """What is reported once, however often it stands: how often that is, and what stands first."""

    def __init__(self) -> None:
        self._counted: dict[K, tuple[int, T]] = {}

    def add(self, what: K, first: T) -> None:
        """Count something."""
        count, earlier = self._counted.get(what, (0, first))
        self._counted[what] = (count + 1, earlier)

    def __iter__(self) -> Iterator[tuple[K, int, T]]:
        return ((what, count, first) for what, (count, first) in self._counted.items())


# Fields under the names that they had

FORMER_NAMES: Mapping[str, str] = MappingProxyType({"licence": "license", "licence_spdx": "license_spdx"})
"""For names that fields had, those that they have; files with the former ones are read."""


class FormerNames:
    """Reads the fields of one source by their former names, too; `notes` has a note for each such name."""

    def __init__(self) -> None:
        self._seen: Tally[str, Position] = Tally()

    def current(
        self, fields: Mapping[str, object], owner: str, position_of: Callable[[At], Position], ids: Ids = ()
    ) -> tuple[dict[str, object], list[Finding]]:
        """Fields by the names that they have now, and a finding for each that has two values, of which one is kept."""
        if "corrections" not in fields and FORMER_NAMES.keys().isdisjoint(fields):
            return dict(fields), []
        found = {name: value for name, value in fields.items() if name not in FORMER_NAMES}
        conflicts = []
        for former, now in FORMER_NAMES.items():
            if former not in fields:
                continue
            value, other, position = fields[former], found.get(now), position_of((former,))
            self._seen.add(f"the key {former!r} is read as {now!r}", position)
            if other is None:
                found[now] = value
            elif value is not None and value != other:
                message = f"{former!r} of {owner} is {shown(value)}, and {now!r} is {shown(other)}"
                hint = f"keep {now!r} and remove {former!r}"
                conflicts.append(Finding("duplicate-key", message, hint, ids, (former,), position=position))
        corrections = found.get("corrections")
        if isinstance(corrections, list):
            pairs = enumerate(corrections)
            found["corrections"] = [self._correction(item, index, position_of) for index, item in pairs]
        return found, conflicts

    def _correction(self, item: object, index: int, position_of: Callable[[At], Position]) -> object:
        if not isinstance(item, dict) or not isinstance(name := item.get("field"), str) or name not in FORMER_NAMES:
            return item
        now = FORMER_NAMES[name]
        position = position_of(("corrections", index, "field"))
        self._seen.add(f"a correction of {name!r} is read as one of {now!r}", position)
        return {**item, "field": now}

    def notes(self) -> Iterator[Finding]:
        """A note for each former name, at the place where it stands first."""
        for what, count, position in self._seen:
            times = f", {count:,} times, first here" if count > 1 else ""
            yield Finding("read-as", what + times, position=position)


# What a format cannot hold


def refuse_larger(path: str | os.PathLike[str], size: int, most: int, what: str = "bytes") -> None:
    """Refuse to save what could not be read again; what goes to a pipe or device, others read."""
    if size > most and not is_stream(Path(path)):
        message = f"{Path(path).name} would be too large: {size:,} {what}, and {most:,} are read"
        hint = "save parts of the lineage, or tables, which hold more, Parquet most"
        raise SourceError.of("too-large", message, hint)


def refuse_longer(lineage: Lineage, path: str | os.PathLike[str], most: int, per_model: int) -> None:
    """Refuse a text, before it is made, in which ids, names and some bytes for each model are more than is read."""
    lengths = sum(map(len, lineage.ids)) + sum(map(len, lineage._nodes.names()))
    refuse_larger(path, lengths + per_model * len(lineage), most, "bytes at the least")


def readable(path: str | os.PathLike[str], pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The pieces of a file as long as it can be read again."""
    size = 0
    for piece in pieces:
        size += len(piece)
        refuse_larger(path, size, most, "bytes at the least")
        yield piece


def losses(
    lineage: Lineage,
    format: str,
    *,
    models: Collection[str] = (),
    derivations: Collection[str] = (),
    about: Collection[str] = (),
    organizations: bool = False,
) -> tuple[Finding, ...]:
    """Findings of kind ``not-carried`` for what a format cannot hold, given the fields that it holds of each record."""
    nodes, edges, whole = lineage._nodes, lineage._edges, lineage.about
    ids, title = nodes.ids, whole.title or "the lineage"
    findings = [
        *_missing(format, "model", Model, _known(nodes), ids.__getitem__, models),
        *_missing(
            format, "derivation", Derivation, _known(edges),
            lambda row: f"{ids[edges.parent[row]]} -> {ids[edges.child[row]]}", {*derivations, "parent", "child"},
        ),
        *_missing(format, "lineage", About, RecordFields((whole,)).get, lambda _: title, about),
    ]  # fmt: skip
    known = [] if organizations else described_organizations(lineage)
    if known:
        more = any(one != Organization(id=one.id, name=one.id) for one in known)
        thing = "names and more of organizations" if more else "organizations that made no model"
        findings.append(_finding(format, thing, "organization", len(known), known[0].id))
    return tuple(findings)


def described_organizations(lineage: Lineage) -> list[Organization]:
    """The organizations of which more is known than the id by which a model names them."""
    named = lineage._nodes.all_organizations()
    organizations = lineage.organizations.values()
    return [one for one in organizations if one.id not in named or one != Organization(id=one.id, name=one.id)]


def _known(store: NodeStore | EdgeStore) -> Callable[[str], Sequence[object] | None]:
    """The columns of the fields that may be known of any record."""
    return lambda name: store.field(name) if store.has(name) else None


def _missing(
    format: str,
    what: str,
    kind: type[Record],
    column: Callable[[str], Sequence[object] | None],
    owner: Callable[[int], str],
    kept: Collection[str],
) -> Iterator[Finding]:
    names, rows = [], set[int]()
    for name, field in kind.model_fields.items():
        values, default = None if name in kept else column(name), field.get_default()
        if values is None:
            continue
        if field.is_required():
            having = list(range(len(values)))
        else:
            having = [row for row, value in enumerate(values) if value is not default and value != default]
        if having:
            names.append(repr(name))
            rows.update(having)
    if rows:
        yield _finding(format, f"{', '.join(names)} of {what}s", what, len(rows), owner(min(rows)))


def _finding(format: str, thing: str, what: str, count: int, first: str) -> Finding:
    return Finding(
        "not-carried",
        f"{format} has no place for {thing}",
        done=f"left out for {counted(count, what)}, the first is {first!r}",
    )


# Whole lineages

PLACEHOLDER = "A placeholder: the source names it as a parent and says nothing else of it."
"""The note of a model that a source does not list."""

MOST = 1000
"""At most so many findings of a kind are reported one by one; more become one finding."""

_TELLING = {"parent": {"parent", "parents"}, "date": {"released"}, "license": {"license", "license_spdx"}}

GAPS = MappingProxyType({"license": ("license-missing", "license"), "released": ("missing-date", "date")})
"""For fields, the kind of finding that they are not known, and the word for them."""

BASE = ("missing-base", "base")
"""The same for models that name no base and are the base of none: a base has no base of its own."""

FIRST_YEAR = 1943
"""The year of the first model of a neural net."""

PositionOf = Callable[[str], Position | None]
"""Gives the position of a model, by its id."""

_AT_ONCE = 50_000
_QUIET = b" _.-\t\v\f\r\x1c\x1d\x1e\x1f"


def audited(
    lineage: Lineage, position_of: Callable[[str, str], Position | None], *, bases: bool = False
) -> tuple[Finding, ...]:
    """What is worth knowing of a lineage, with nothing done about it."""
    # `position_of` gives the position of a model or, with the id of a parent as well, that of the derivation.
    findings: list[Finding] = []
    positions: dict[str, Position] = {}
    for model in lineage.models:
        position = position_of(model.id, "")
        if position:
            positions[model.id] = position
        if impossible := impossible_date(model):
            findings.append(impossible.located(position))
    findings.extend(
        newer.located(position_of(edge.child, edge.parent))
        for edge in lineage.derivations
        if (newer := newer_parent(lineage[edge.parent], lineage[edge.child], edge.relation))
    )
    return in_order([*findings, *worth_knowing(lineage, positions.get, bases=bases)])


def worth_knowing(
    lineage: Lineage, position_of: PositionOf, *, notes: bool = True, bases: bool = False
) -> Iterator[Finding]:
    """What is not known of models, which may be the same, and which name no base, as far as that is to be noted."""
    if notes:
        yield from gaps(lineage, position_of)
        yield from possibly_same(lineage, position_of)
    if bases:
        yield from baseless(lineage, position_of)


def impossible_date(model: Model) -> Finding | None:
    """The finding that a model is from before the first one or after today."""
    today = datetime.datetime.now(datetime.UTC).date()
    if not model.released or (model.released.year >= FIRST_YEAR and model.released.lower <= today):
        return None
    hint = "the day is yet to come" if model.released.year >= FIRST_YEAR else "there was no model then"
    return Finding("impossible-date", f"{shown(model.id)} is released {model.released}", hint, (model.id,))


def newer_parent(parent: Model, child: Model, relation: Relation) -> Finding | None:
    """The finding that a parent is released after its child, whatever days their dates may mean."""
    if relation == Relation.APPLICATION:  # a product moves on to newer models
        return None
    if not (parent.released and child.released) or parent.released.lower <= child.released.upper:
        return None
    message = f"{shown(parent.id)} ({parent.released}) is newer than {shown(child.id)} ({child.released}), made from it"
    return Finding("parent-newer", message, ids=(child.id, parent.id))


class Unsaid(NamedTuple):
    """A derivation without a relation."""

    child: str
    parent: str
    position: Position


def unsaid(edges: Sequence[Unsaid]) -> Iterator[Finding]:
    """That relations are missing; one finding where that are many."""
    done = "it is 'unspecified'"
    if len(edges) > MOST:
        message = f"nothing says how models were made, of {len(edges):,} derivations"
        ids = tuple(sorted({edge.child for edge in edges}))
        yield Finding("missing-relation", message, ids=ids, done=done.replace("it is", "they are"))
        return
    for child, parent, position in sorted(edges, key=lambda edge: (edge.position, edge.child, edge.parent)):
        message = f"nothing says how {shown(child)} was made from {shown(parent)}"
        yield Finding("missing-relation", message, ids=(child, parent), position=position, done=done)


def gaps(lineage: Lineage, position_of: PositionOf) -> Iterator[Finding]:
    """What is not known of models; one finding where that are all or many."""
    licensed = numpy.array([value is not None for value in _column(lineage, "license")], dtype=bool)
    known = {"license": licensed, "released": lineage._nodes.dates > 0}
    for field, kind_and_word in GAPS.items():
        yield from _gap(lineage, kind_and_word, known[field], position_of)


def baseless(lineage: Lineage, position_of: PositionOf) -> Iterator[Finding]:
    """Which models name no base and are the base of none; data sets are no bases."""
    edges, related = lineage._edges, numpy.zeros(len(lineage), dtype=bool)
    other = edges.relation != list(Relation).index(Relation.DATA)
    related[edges.parent[other]] = related[edges.child[other]] = True
    yield from _gap(lineage, BASE, related, position_of)


def _column(lineage: Lineage, name: str) -> Sequence[object]:
    """The values of a field as its column has them, None where nothing is known: records cost more, of millions."""
    return listed(lineage._nodes._fields.get(name), len(lineage))


def _gap(
    lineage: Lineage, kind_and_word: tuple[str, str], known: NDArray[numpy.bool_], position_of: PositionOf
) -> Iterator[Finding]:
    """That something, one of `GAPS` or `BASE`, is not known of some models; data sets and placeholders do not count."""
    kind, word = kind_and_word
    models = numpy.ones(len(lineage), dtype=bool)
    for name, others in (("kind", set(Kind) - {Kind.MODEL}), ("note", {PLACEHOLDER})):
        if lineage._nodes.has(name):
            models &= numpy.array([value not in others for value in _column(lineage, name)], dtype=bool)
    ids = lineage.ids
    without = [ids[node] for node in numpy.flatnonzero(models & ~known).tolist()]
    if len(without) > 1 and len(without) == models.sum():
        yield Finding(kind, f"no model has a {word}", ids=tuple(without))
    elif len(without) > MOST:
        yield Finding(kind, f"{len(without):,} models have no {word}", ids=tuple(without))
    else:
        yield from (Finding(kind, f"{shown(id)} has no {word}", ids=(id,), position=position_of(id)) for id in without)


def unread_columns(
    columns: Sequence[str], read: Collection[str], position: Position, what: str = "column"
) -> Iterator[Finding]:
    """That columns, or attributes, are not read, where no model has a parent, a date or a license."""
    missing = [word for word, fields in _TELLING.items() if not fields & set(read)]
    if columns and missing:
        named = ", ".join(map(shown, columns[:10])) + ", …" * (len(columns) > 10)
        message = f"nothing is read from {counted(len(columns), what)} ({named})"
        message += f", and no model has a {' or a '.join(missing)}"
        hint = "if one is there, say which with columns={…} or --columns"
        if what != "column":
            hint = "if one is there, call it 'released', 'license' or 'parents'"
        yield Finding("unread-column", message, hint, position=position)


def possibly_same(lineage: Lineage, position_of: PositionOf) -> Iterator[Finding]:
    """Models whose ids or names differ only in what is easily written otherwise; one finding where that are many."""
    yield from alike(lineage.ids, lineage._nodes.names(), position_of)


def alike(ids: Sequence[str], names: Sequence[str], position_of: PositionOf) -> Iterator[Finding]:
    """The same of some models in date order, by their ids and names."""
    called, owners = dict[str, str](), dict[str, dict[str, None]]()
    for node in _doubtful(ids, names):
        id = ids[node]
        called[id] = names[node]
        for name in {id: None, called[id]: None}:
            owners.setdefault(quiet_key(name), {})[id] = None
    groups = dict.fromkeys(tuple(sorted(owned)) for owned in owners.values() if len(owned) > 1)
    # One name for several is another finding.
    several = [group for group in groups if len({called[id] for id in group}) > 1]
    hint = "an alias table can say so"
    if len(several) > MOST:
        concerned = tuple(dict.fromkeys(id for group in several for id in group))
        message = f"{len(several):,} times some models may be the same, {len(concerned):,} in all"
        yield Finding("possible-same", message, hint, concerned)
        return
    for group in several:
        position = next(filter(None, map(position_of, group)), None)
        message = f"{' and '.join(map(shown, group))} may be the same model"
        yield Finding("possible-same", message, hint, group, position=position)


def _doubtful(ids: Sequence[str], names: Sequence[str]) -> list[int]:
    """The models one of whose names has the key of another's, found by numbers: a key for each costs more."""
    hashes = numpy.concatenate([_key_hashes(texts) for texts in (ids, *([] if names is ids else [names]))])
    ordered = numpy.sort(hashes)  # which takes a tenth of what finding their order does: only of few it is wanted
    rows = _among(hashes, distinct(ordered[1:][ordered[1:] == ordered[:-1]]))
    rows = rows[numpy.argsort(hashes[rows], kind="stable")]
    hashes, owners = hashes[rows], rows % max(len(ids), 1)
    again = (hashes[1:] == hashes[:-1]) & (owners[1:] != owners[:-1])
    found: list[int] = distinct(owners[_among(hashes, distinct(hashes[1:][again]))]).tolist()
    return found


def _among(values: NDArray[numpy.int64], some: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    """Where values are that are among some, ascending."""
    if not len(some):
        return numpy.empty(0, dtype=numpy.int64)
    places = numpy.minimum(numpy.searchsorted(some, values), len(some) - 1)
    return numpy.flatnonzero(some[places] == values)


def _key_hashes(texts: Sequence[str]) -> NDArray[numpy.int64]:
    """A number for each text: those with one `quiet_key` have one number."""
    found = numpy.empty(len(texts), dtype=numpy.int64)
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        joined = "\n".join(part)
        if joined.isascii() and joined.count("\n") == len(part) - 1:
            keys = joined.encode().lower().translate(None, _QUIET).split(b"\n")
        else:
            keys = [quiet_key(text).encode("utf-8", "surrogatepass") for text in part]
        found[start : start + len(part)] = list(map(hash, keys))
    return found


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of files and lines; those without a position come last."""
    return tuple(sorted(findings, key=_position_key))


def _position_key(finding: Finding) -> tuple[bool, str, int, int]:
    at = finding.position
    return (at is None, str(at.path), at.line, at.column) if at else (True, "", 0, 0)
