"""What is worth knowing of a lineage that is one: dates that cannot be, what is not said, who may be the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from modeltree.findings import Finding, Position, shown
from modeltree.formats.repair.vocabulary import quiet_key
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model

__all__ = ["FIRST_YEAR", "GAPS", "MOST", "PLACEHOLDER", "Unsaid", "alike", "audited", "gap", "gaps", "impossible_date"]
__all__ += ["in_order", "newer_parent", "possibly_same", "unsaid"]

PLACEHOLDER = "A placeholder: the source names it as a parent and says nothing else of it."
"""The note of a model that a source does not list."""

MOST = 1000
"""So many findings of a kind are said one by one; more are one finding."""

GAPS = MappingProxyType({"license": ("missing-license", "license"), "released": ("missing-date", "date")})
"""For fields, the kind of finding that they are not known, and the word for them."""

FIRST_YEAR = 1943
"""Of the first model of a neural net."""


def audited(lineage: Lineage, place: Callable[[str, str], Position | None]) -> tuple[Finding, ...]:
    """What is worth knowing of a lineage, with nothing done about it.

    Parameters
    ----------
    lineage : Lineage
        The lineage.
    place : callable
        Says where a model stands, or, with the id of a parent as well, where that is said to be its parent.
    """
    findings: list[Finding] = []
    positions: dict[str, Position] = {}
    for model in lineage.models:
        at = place(model.id, "")
        if at:
            positions[model.id] = at
        if impossible := impossible_date(model):
            findings.append(impossible.located(at))
    findings.extend(
        newer.located(place(step.child, step.parent))
        for step in lineage.derivations
        if (newer := newer_parent(lineage[step.parent], lineage[step.child]))
    )
    return in_order([*findings, *gaps(lineage, positions), *possibly_same(lineage, positions)])


def impossible_date(model: Model) -> Finding | None:
    """The finding that a model is from before the first one or after today."""
    today = datetime.datetime.now(datetime.UTC).date()
    if not model.released or (model.released.year >= FIRST_YEAR and model.released.lower <= today):
        return None
    hint = "the day is yet to come" if model.released.year >= FIRST_YEAR else "there was no model then"
    return Finding("impossible-date", f"{shown(model.id)} is released {model.released}", hint, (model.id,))


def newer_parent(parent: Model, child: Model) -> Finding | None:
    """The finding that a parent is released after its child, whatever days their dates may mean."""
    if not (parent.released and child.released) or parent.released.lower <= child.released.upper:
        return None
    message = f"{shown(parent.id)} ({parent.released}) is newer than {shown(child.id)} ({child.released}), made from it"
    return Finding("parent-newer", message, ids=(child.id, parent.id))


class Unsaid(NamedTuple):
    """A derivation of which no relation is said."""

    child: str
    parent: str
    position: Position


def unsaid(steps: Sequence[Unsaid]) -> Iterator[Finding]:
    """What is not known of derivations; said once where that are many."""
    done = "it is 'unspecified'"
    if len(steps) > MOST:
        message = f"nothing says how models were made, of {len(steps):,} derivations"
        ids = tuple(sorted({step.child for step in steps}))
        yield Finding("missing-relation", message, ids=ids, done=done.replace("it is", "they are"))
        return
    for child, parent, position in sorted(steps, key=lambda step: (step.position, step.child, step.parent)):
        message = f"nothing says how {shown(child)} was made from {shown(parent)}"
        yield Finding("missing-relation", message, ids=(child, parent), position=position, done=done)


def gaps(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """What is not known of models; said once where it is known of none, or not of many."""
    listed = [model for model in lineage.models if model.kind == Kind.MODEL and model.note != PLACEHOLDER]
    for field in GAPS:
        without = [model.id for model in listed if getattr(model, field) is None]
        yield from gap(field, without, len(listed), positions)


def gap(field: str, without: Sequence[str], count: int, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """That a field is not known of some models, of so many.

    Parameters
    ----------
    field : str
        One of `GAPS`.
    without : sequence of str
        The ids of those models, in date order.
    count : int
        How many models there are.
    positions : mapping of str to Position
        Where models stand.
    """
    kind, word = GAPS[field]
    if len(without) > 1 and len(without) == count:
        yield Finding(kind, f"no model has a {word}", ids=tuple(without))
    elif len(without) > MOST:
        yield Finding(kind, f"{len(without):,} models have no {word}", ids=tuple(without))
    else:
        yield from (
            Finding(kind, f"{shown(id)} has no {word}", ids=(id,), position=positions.get(id)) for id in without
        )


def possibly_same(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Models whose ids or names differ only in what is easily written otherwise."""
    return alike({model.id: model.name for model in lineage.models}, positions)


def alike(names: Mapping[str, str], positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Which models may be the same, by their names, given by id and in date order; said once where that are many."""
    owners: dict[str, dict[str, None]] = {}
    for id, written in names.items():
        for name in {id: None, written: None}:
            owners.setdefault(quiet_key(name), {})[id] = None
    groups = dict.fromkeys(tuple(sorted(ids)) for ids in owners.values() if len(ids) > 1)
    # One name for several is another finding.
    found = [ids for ids in groups if len({names[id] for id in ids}) > 1]
    if len(found) > MOST:
        concerned = tuple(dict.fromkeys(id for ids in found for id in ids))
        message = f"{len(found):,} times some models may be the same, {len(concerned):,} in all"
        yield Finding("possible-same", message, "an alias table can say so", concerned)
        return
    for ids in found:
        at = next((positions[id] for id in ids if id in positions), None)
        message = f"{' and '.join(shown(id) for id in ids)} may be the same model"
        yield Finding("possible-same", message, "an alias table can say so", ids, position=at)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of files and lines; those without a place come last."""
    return tuple(sorted(findings, key=_place))


def _place(finding: Finding) -> tuple[bool, str, int, int]:
    at = finding.position
    return (at is None, str(at.path), at.line, at.column) if at else (True, "", 0, 0)
