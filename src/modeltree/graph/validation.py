"""What makes records a lineage: unique ids, known parents, no cycles. Everything wrong is found at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from modeltree.findings import Finding, nearest
from modeltree.graph.ancestry import find_cycles
from modeltree.records import Derivation, Model, Organization

__all__ = ["problems_of"]

_MOST_HINTS = 20


def problems_of(
    models: Sequence[Model], derivations: Sequence[Derivation], organizations: Sequence[Organization] = ()
) -> list[Finding]:
    """All reasons why some records make no lineage, in the order of the records.

    Where no organizations are given, any organization id is taken as it is.
    """
    return [
        *_repeated_ids("models", models),
        *_repeated_ids("organizations", organizations),
        *_shared_aliases("models", models),
        *_shared_aliases("organizations", organizations),
        *_unknown_organizations(models, organizations),
        *_broken_derivations(models, derivations),
        *_cycles(models, derivations),
    ]


def _repeated_ids(table: str, records: Sequence[Model | Organization]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for row, record in enumerate(records):
        if record.id in first:
            message = f"duplicate id {record.id!r}: {first[record.id]!r} has it already"
            yield Finding("duplicate-id", message, "give each its own id", (record.id,), (table, row, "id"))
        else:
            first[record.id] = record.name


def _shared_aliases(table: str, records: Sequence[Model | Organization]) -> Iterator[Finding]:
    """An alias is one record's alone; display names may be shared, then only ids tell the records apart."""
    owners: dict[str, set[str]] = {}
    for record in records:
        for name in (record.id, record.name, *record.aliases):
            owners.setdefault(name, set()).add(record.id)
    kind = {"models": "model", "organizations": "organization"}[table]
    for row, record in enumerate(records):
        for place, alias in enumerate(record.aliases):
            others = sorted(owners[alias] - {record.id})
            if others:
                message = f"alias {alias!r} of {record.id!r} also names the {kind} {others[0]!r}"
                at = (table, row, "aliases", place)
                yield Finding("ambiguous-alias", message, "drop it from one of them", (record.id, *others), at)


def _unknown_organizations(models: Sequence[Model], organizations: Sequence[Organization]) -> Iterator[Finding]:
    known = {organization.id for organization in organizations}
    did_you_mean = _hints(known)
    for row, model in enumerate(models if known else ()):
        for place, name in enumerate(model.organizations):
            if name not in known:
                message = f"unknown organization {name!r} of {model.id!r}"
                at = ("models", row, "organizations", place)
                yield Finding("unknown-organization", message, did_you_mean(name), (model.id,), at)


def _broken_derivations(models: Sequence[Model], derivations: Sequence[Derivation]) -> Iterator[Finding]:
    known = {model.id for model in models}
    did_you_mean = _hints(known)
    seen: dict[tuple[str, str], Derivation] = {}
    for row, step in enumerate(derivations):
        pair = (step.parent, step.child)
        for end, name in (("parent", step.parent), ("child", step.child)):
            if name not in known:
                other = step.child if end == "parent" else step.parent
                message = f"missing {end} {name!r} of {other!r}"
                yield Finding(f"missing-{end}", message, did_you_mean(name), (other,), ("derivations", row, end))
        if step.parent == step.child:
            message = f"self-loop: {step.child!r} is derived from itself"
            yield Finding("self-loop", message, "name another parent", (step.child,), ("derivations", row, "parent"))
        if pair in seen:
            message = f"{step.child!r} is derived from {step.parent!r} twice: {seen[pair].relation}, {step.relation}"
            hint = "a pair of models has one derivation with one relation"
            yield Finding("duplicate-derivation", message, hint, pair, ("derivations", row, "parent"))
        seen.setdefault(pair, step)


def _cycles(models: Sequence[Model], derivations: Sequence[Derivation]) -> Iterator[Finding]:
    ids = sorted({model.id for model in models})
    numbers = {name: number for number, name in enumerate(ids)}
    parents: list[list[int]] = [[] for _ in ids]
    rows: dict[tuple[int, int], int] = {}
    for row, step in enumerate(derivations):
        parent, child = numbers.get(step.parent), numbers.get(step.child)
        if parent is not None and child is not None and parent != child and (parent, child) not in rows:
            parents[child].append(parent)
            rows[parent, child] = row
    for cycle in find_cycles(parents):
        names = tuple(ids[number] for number in cycle)
        message = f"cycle: {' -> '.join((*names, names[0]))}"
        at = ("derivations", rows[cycle[-1], cycle[0]], "parent")
        yield Finding("cycle", message, "one of these derivations is wrong", names, at)


def _hints(known: Iterable[str]) -> Callable[[str], str | None]:
    """What says which known names are like one, for the first few: each is compared with all, and that takes long."""
    names = sorted(known)
    left = iter(range(_MOST_HINTS))

    def did_you_mean(name: str) -> str | None:
        close = nearest(name, names) if next(left, None) is not None else ()
        return f"did you mean {' or '.join(repr(other) for other in close)}?" if close else None

    return did_you_mean
