"""Findings about a whole lineage: impossible dates, missing facts, models that may be the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from modeltree._util.text import counted
from modeltree.findings import Finding, Position, shown
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model, Relation
from modeltree.values.words import quiet_key

PLACEHOLDER = "A placeholder: the source names it as a parent and says nothing else of it."
"""The note of a model that a source does not list."""

MOST = 1000
"""At most so many findings of a kind are reported one by one; more become one finding."""

_TELLING = {"parent": {"parent", "parents"}, "date": {"released"}, "license": {"license", "license_spdx"}}

GAPS = MappingProxyType({"license": ("missing-license", "license"), "released": ("missing-date", "date")})
"""For fields, the kind of finding that they are not known, and the word for them."""

BASE = ("missing-base", "base")
"""The same for models that name no base and are the base of none: a base has no base of its own."""

FIRST_YEAR = 1943
"""The year of the first model of a neural net."""


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
    if bases:
        findings += baseless(lineage, positions)
    return in_order([*findings, *gaps(lineage, positions), *possibly_same(lineage, positions)])


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


def gaps(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """What is not known of models; one finding where that are all or many."""
    listed = _listed(lineage)
    for field, gap_kind in GAPS.items():
        without = [model.id for model in listed if getattr(model, field) is None]
        yield from gap(gap_kind, without, len(listed), positions)


def baseless(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Which models name no base and are the base of none; data sets are no bases."""
    related = {id for edge in lineage.derivations if edge.relation != Relation.DATA for id in (edge.parent, edge.child)}
    listed = _listed(lineage)
    yield from gap(BASE, [model.id for model in listed if model.id not in related], len(listed), positions)


def _listed(lineage: Lineage) -> list[Model]:
    return [model for model in lineage.models if model.kind == Kind.MODEL and model.note != PLACEHOLDER]


def gap(
    kind_and_word: tuple[str, str], without: Sequence[str], count: int, positions: Mapping[str, Position]
) -> Iterator[Finding]:
    """That something, one of `GAPS` or `BASE`, is not known of some of so many models, whose ids are in date order."""
    kind, word = kind_and_word
    if len(without) > 1 and len(without) == count:
        yield Finding(kind, f"no model has a {word}", ids=tuple(without))
    elif len(without) > MOST:
        yield Finding(kind, f"{len(without):,} models have no {word}", ids=tuple(without))
    else:
        yield from (
            Finding(kind, f"{shown(id)} has no {word}", ids=(id,), position=positions.get(id)) for id in without
        )


def unread_columns(columns: Sequence[str], read: Collection[str], position: Position) -> Iterator[Finding]:
    """That columns are not read, in a table from which no model has a parent, a date or a license."""
    missing = [word for word, fields in _TELLING.items() if not fields & set(read)]
    if columns and missing:
        named = ", ".join(map(shown, columns[:10])) + ", …" * (len(columns) > 10)
        message = f"nothing is read from {counted(len(columns), 'column')} ({named})"
        message += f", and no model has a {' or a '.join(missing)}"
        hint = "if one is there, say which with columns={…} or --columns"
        yield Finding("unread-column", message, hint, position=position)


def possibly_same(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Models whose ids or names differ only in what is easily written otherwise."""
    return alike({model.id: model.name for model in lineage.models}, positions)


def alike(names: Mapping[str, str], positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Which models may be the same, by their names, given by id and in date order; one finding where that are many."""
    owners: dict[str, dict[str, None]] = {}
    for id, written in names.items():
        for name in {id: None, written: None}:
            owners.setdefault(quiet_key(name), {})[id] = None
    groups = dict.fromkeys(tuple(sorted(ids)) for ids in owners.values() if len(ids) > 1)
    # One name for several is another finding.
    alike_ids = [ids for ids in groups if len({names[id] for id in ids}) > 1]
    if len(alike_ids) > MOST:
        concerned = tuple(dict.fromkeys(id for ids in alike_ids for id in ids))
        message = f"{len(alike_ids):,} times some models may be the same, {len(concerned):,} in all"
        yield Finding("possible-same", message, "an alias table can say so", concerned)
        return
    for ids in alike_ids:
        position = next((positions[id] for id in ids if id in positions), None)
        message = f"{' and '.join(shown(id) for id in ids)} may be the same model"
        yield Finding("possible-same", message, "an alias table can say so", ids, position=position)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of files and lines; those without a position come last."""
    return tuple(sorted(findings, key=_position_key))


def _position_key(finding: Finding) -> tuple[bool, str, int, int]:
    at = finding.position
    return (at is None, str(at.path), at.line, at.column) if at else (True, "", 0, 0)
