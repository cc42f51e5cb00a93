"""What is worth knowing of a lineage that is one: dates that cannot be, what is not said, who may be the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping

from modeltree.errors import shown
from modeltree.findings import Finding, Position
from modeltree.formats.intake.vocabulary import quiet_key
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model

__all__ = ["PLACEHOLDER", "audited", "gaps", "impossible_date", "in_order", "newer_parent", "possibly_same"]

PLACEHOLDER = "A placeholder: the source names it as a parent and says nothing else of it."
"""The note of a model that a source does not list."""

_FIRST_YEAR = 1943  # of the first model of a neural net


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
    if not model.released or (model.released.year >= _FIRST_YEAR and model.released.lower <= today):
        return None
    hint = "the day is yet to come" if model.released.year >= _FIRST_YEAR else "there was no model then"
    return Finding("impossible-date", f"{shown(model.id)} is released {model.released}", hint, (model.id,))


def newer_parent(parent: Model, child: Model) -> Finding | None:
    """The finding that a parent is released after its child, whatever days their dates may mean."""
    if not (parent.released and child.released) or parent.released.lower <= child.released.upper:
        return None
    message = f"{shown(parent.id)} ({parent.released}) is newer than {shown(child.id)} ({child.released}), made from it"
    return Finding("parent-newer", message, ids=(child.id, parent.id))


def gaps(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """What is not known of models; said once where it is known of none."""
    listed = [model for model in lineage.models if model.kind == Kind.MODEL and model.note != PLACEHOLDER]
    for kind, word, field in (("missing-licence", "licence", "licence"), ("missing-date", "date", "released")):
        without = [model.id for model in listed if getattr(model, field) is None]
        if len(without) > 1 and len(without) == len(listed):
            yield Finding(kind, f"no model has a {word}", ids=tuple(without))
        else:
            yield from (
                Finding(kind, f"{shown(id)} has no {word}", ids=(id,), position=positions.get(id)) for id in without
            )


def possibly_same(lineage: Lineage, positions: Mapping[str, Position]) -> Iterator[Finding]:
    """Models whose ids or names differ only in what is easily written otherwise."""
    alike: dict[str, dict[str, None]] = {}
    for model in lineage.models:
        for name in {model.id: None, model.name: None}:
            alike.setdefault(quiet_key(name), {})[model.id] = None
    for ids in dict.fromkeys(tuple(sorted(ids)) for ids in alike.values() if len(ids) > 1):
        if len({lineage[id].name for id in ids}) == 1:
            continue  # one name for several: that is another finding
        at = next((positions[id] for id in ids if id in positions), None)
        message = f"{' and '.join(shown(id) for id in ids)} may be the same model"
        yield Finding("possible-same", message, "an alias table can say so", ids, position=at)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of files and lines; those without a place come last."""
    return tuple(sorted(findings, key=_place))


def _place(finding: Finding) -> tuple[bool, str, int, int]:
    at = finding.position
    return (at is None, str(at.path), at.line, at.column) if at else (True, "", 0, 0)
