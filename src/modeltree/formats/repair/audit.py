"""Findings about a whole lineage: impossible dates, missing facts, models that may be the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree._util.text import counted
from modeltree.findings import Finding, Position, shown
from modeltree.graph.columns import listed
from modeltree.graph.csr import distinct
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model, Relation
from modeltree.values.words import quiet_key

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
